//! SM3 (GB/T 32905-2016): 256-bit hash, and what is built on it.
//!
//! | module | what |
//! |---|---|
//! | [`many`] | many messages side by side, for trees and batches |
//! | [`hmac`] | message authentication codes (GB/T 15852.2, RFC 2104) |
//! | [`hkdf`] | keys from key material (RFC 5869) |
//! | [`kdf`] | the derivation function of SM2 encryption and key agreement (GB/T 32918.4 clause 5.4.3) |
//! | [`pbkdf2`] | keys from passwords (RFC 8018) |

mod compression;
pub mod hkdf;
pub mod hmac;
pub mod kdf;
#[cfg(any(test, target_arch = "x86_64"))]
mod lanes;
pub mod many;
pub mod pbkdf2;

use ::sm3::digest::{
    FixedOutput, FixedOutputReset, HashMarker, Output, OutputSizeUser, Reset, Update,
    block_api::BlockSizeUser,
    typenum::{U32, U64},
};
pub(crate) use compression::paths_agree;
use compression::{INITIAL, State, compress};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a digest in bytes.
pub const DIGEST_LENGTH: usize = 32;

/// Length of the blocks that the hash function takes its input in, in bytes.
pub const BLOCK_LENGTH: usize = 64;

/// A digest.
pub type Digest = [u8; DIGEST_LENGTH];

/// SM3 of the parts, one after the other, as if they were one byte string.
#[must_use]
pub fn hash(parts: &[&[u8]]) -> Digest {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// SM3 of a byte string that arrives in pieces. A clone continues from the same point, so that a common prefix is
/// hashed once. What it holds is wiped when it is dropped. It is also a digest of the traits of the crate `digest`.
#[derive(Clone)]
pub struct Hasher {
    state: State,
    /// Bytes taken, modulo 2^64: clause 5.1 allows messages below 2^61 bytes.
    length: u64,
    /// The last `length` modulo 64 of these, which make no block yet.
    buffer: [u8; BLOCK_LENGTH],
}

impl Hasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) -> &mut Self {
        let held = self.held();
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if held > 0 {
            let taken = bytes.len().min(BLOCK_LENGTH - held);
            let (head, tail) = bytes.split_at(taken);
            self.buffer[held..held + taken].copy_from_slice(head);
            if held + taken < BLOCK_LENGTH {
                return self;
            }
            compress(&mut self.state, &[self.buffer]);
            bytes = tail;
        }
        let (blocks, rest) = bytes.as_chunks();
        if !blocks.is_empty() {
            compress(&mut self.state, blocks);
        }
        self.buffer[..rest.len()].copy_from_slice(rest);
        self
    }

    /// The digest of everything taken so far.
    #[must_use]
    pub fn finalize(mut self) -> Digest {
        self.pad();
        let mut digest = [0; DIGEST_LENGTH];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }

    /// How many bytes wait in the buffer.
    #[inline]
    fn held(&self) -> usize {
        (self.length % BLOCK_LENGTH as u64) as usize
    }

    /// Takes one bit, zeros, and the length in bits (clause 5.2).
    fn pad(&mut self) {
        let held = self.held();
        self.buffer[held] = 0x80;
        self.buffer[held + 1..].fill(0);
        if held >= BLOCK_LENGTH - 8 {
            compress(&mut self.state, &[self.buffer]);
            self.buffer.fill(0);
        }
        let bits = self.length.wrapping_mul(8);
        self.buffer[BLOCK_LENGTH - 8..].copy_from_slice(&bits.to_be_bytes());
        compress(&mut self.state, &[self.buffer]);
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            state: INITIAL,
            length: 0,
            buffer: [0; BLOCK_LENGTH],
        }
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.state.zeroize();
        self.length.zeroize();
        self.buffer.zeroize();
    }
}

/// Shows nothing of what has been hashed.
impl fmt::Debug for Hasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hasher").finish_non_exhaustive()
    }
}

impl HashMarker for Hasher {}

impl ZeroizeOnDrop for Hasher {}

impl BlockSizeUser for Hasher {
    type BlockSize = U64;
}

impl OutputSizeUser for Hasher {
    type OutputSize = U32;
}

impl Update for Hasher {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }
}

impl FixedOutput for Hasher {
    fn finalize_into(self, out: &mut Output<Self>) {
        *out = self.finalize().into();
    }
}

impl Reset for Hasher {
    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl FixedOutputReset for Hasher {
    fn finalize_into_reset(&mut self, out: &mut Output<Self>) {
        *out = std::mem::take(self).finalize().into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn annex_a_of_gb_t_32905_is_reproduced() {
        assert_eq!(
            hex::encode(hash(&[b"abc"])),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        let sixteen = b"abcd".repeat(16);
        assert_eq!(
            hex::encode(hash(&[&sixteen])),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    #[test]
    fn the_empty_string_has_its_digest() {
        // draft-sca-cfrg-sm3 does not list it; both implementations and the OpenSSL command line agree on it.
        let expected = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
        assert_eq!(hex::encode(hash(&[])), expected);
        assert_eq!(hex::encode(hash(&[b"", b""])), expected);
    }

    #[test]
    fn every_length_of_the_last_block_gives_the_digest_of_the_other_implementation() {
        use ::sm3::{Digest as _, Sm3};
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let message = &bytes[..length];
            assert_eq!(hash(&[message])[..], Sm3::digest(message)[..], "{length}");
            let mut hasher = Hasher::new();
            for byte in message {
                hasher.update(&[*byte]);
            }
            assert_eq!(hasher.finalize(), hash(&[message]), "{length}");
        }
    }

    #[test]
    fn a_hasher_is_a_digest_for_generic_code() {
        use ::hmac::{KeyInit, Mac, SimpleHmac};
        fn digest_twice<D: ::sm3::Digest + FixedOutputReset>(bytes: &[u8]) -> [Output<D>; 2] {
            let mut hasher = D::new();
            ::sm3::Digest::update(&mut hasher, bytes);
            let first = hasher.finalize_reset();
            ::sm3::Digest::update(&mut hasher, bytes);
            [first, hasher.finalize()]
        }
        for digest in digest_twice::<Hasher>(b"abc") {
            assert_eq!(Digest::from(digest), hash(&[b"abc"]));
        }
        let mut mac = SimpleHmac::<Hasher>::new_from_slice(b"key").unwrap();
        Mac::update(&mut mac, b"message");
        let tag: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(tag, hmac::mac(b"key", &[b"message"]));
    }

    proptest! {
        #[test]
        fn parts_hash_like_their_concatenation(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..400) {
            let cut = cut.min(bytes.len());
            let (head, tail) = bytes.split_at(cut);
            prop_assert_eq!(hash(&[head, tail]), hash(&[&bytes]));
            let mut prefix = Hasher::new();
            prefix.update(head);
            let mut whole = prefix.clone();
            whole.update(tail);
            prop_assert_eq!(whole.finalize(), hash(&[&bytes]));
            prop_assert_eq!(prefix.finalize(), hash(&[head]));
        }
    }
}
