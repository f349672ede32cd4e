//! HMAC-SM3: message authentication codes keyed through the hash function (GB/T 15852.2 MAC algorithm 2, RFC 2104).

use super::{BLOCK_LENGTH, DIGEST_LENGTH, Digest, Hasher};
use ::sm2::elliptic_curve::subtle::ConstantTimeEq;
use std::fmt;
use zeroize::Zeroizing;

/// Length of a tag in bytes. Tags are not shortened.
pub const TAG_LENGTH: usize = DIGEST_LENGTH;

/// A tag of a message that arrives in pieces. A clone continues from the same point, so that one key is prepared once for
/// many messages.
#[derive(Clone)]
pub struct Hmac {
    inner: Hasher,
    outer: Hasher,
}

impl Hmac {
    /// What authenticates under a key of any length. A key longer than a block (64 bytes) is replaced by its digest, as
    /// RFC 2104 clause 2 says.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK_LENGTH]);
        if key.len() > BLOCK_LENGTH {
            let digest = Zeroizing::new(super::hash(&[key]));
            block[..DIGEST_LENGTH].copy_from_slice(&*digest);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let padded = |with: u8| {
            let block = Zeroizing::new(block.map(|byte| byte ^ with));
            let mut hasher = Hasher::new();
            hasher.update(&*block);
            hasher
        };
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    /// Takes the next bytes of the message.
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.inner.update(bytes);
        self
    }

    /// The tag of everything taken so far. Compare tags with [`Hmac::verify`], not with `==`.
    #[must_use]
    pub fn finalize(mut self) -> [u8; TAG_LENGTH] {
        let inner: Zeroizing<Digest> = Zeroizing::new(self.inner.finalize());
        self.outer.update(&*inner);
        self.outer.finalize()
    }

    /// Whether the tag belongs to everything taken so far. Where a wrong tag differs does not change the time taken.
    #[must_use]
    pub fn verify(self, tag: &[u8; TAG_LENGTH]) -> bool {
        let expected = Zeroizing::new(self.finalize());
        expected[..].ct_eq(&tag[..]).into()
    }
}

impl fmt::Debug for Hmac {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hmac").finish_non_exhaustive()
    }
}

/// The tag of the parts, one after the other, as if they were one byte string.
#[must_use]
pub fn mac(key: &[u8], message: &[&[u8]]) -> [u8; TAG_LENGTH] {
    let mut hmac = Hmac::new(key);
    for part in message {
        hmac.update(part);
    }
    hmac.finalize()
}

/// Whether the tag belongs to the parts, one after the other. Where a wrong tag differs does not change the time taken.
#[must_use]
pub fn verify(key: &[u8], message: &[&[u8]], tag: &[u8; TAG_LENGTH]) -> bool {
    let mut hmac = Hmac::new(key);
    for part in message {
        hmac.update(part);
    }
    hmac.verify(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::hmac::{KeyInit, Mac};
    use proptest::prelude::*;

    /// Key, message and tag of GM/T 0042-2015 annex D.3.
    pub(crate) fn published() -> [(Vec<u8>, Vec<u8>, &'static str); 4] {
        [
            (
                (1..=32).collect(),
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2),
                "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
            ),
            (
                (1..=37).collect(),
                vec![0xcd; 50],
                "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae",
            ),
            (
                vec![0x0b; 32],
                b"Hi There".to_vec(),
                "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
            ),
        ]
    }

    #[test]
    fn the_published_tags_are_reproduced() {
        for (key, message, tag) in published() {
            assert_eq!(hex::encode(mac(&key, &[&message])), tag);
        }
    }

    #[test]
    fn a_changed_tag_is_refused_at_every_bit() {
        let [(key, message, _), ..] = published();
        let tag = mac(&key, &[&message]);
        assert!(verify(&key, &[&message], &tag));
        for bit in 0..8 * TAG_LENGTH {
            let mut changed = tag;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&key, &[&message], &changed), "bit {bit}");
        }
        assert!(!verify(&key, &[&message, b"\0"], &tag));
        assert!(!verify(&key[1..], &[&message], &tag));
    }

    #[test]
    fn debugging_shows_no_state() {
        assert_eq!(format!("{:?}", Hmac::new(b"key")), "Hmac { .. }");
    }

    proptest! {
        #[test]
        fn tags_are_those_of_the_hmac_crate(
            key in proptest::collection::vec(any::<u8>(), 0..200),
            message in proptest::collection::vec(any::<u8>(), 0..300),
            cut in 0usize..300,
        ) {
            let mut other = ::hmac::Hmac::<::sm3::Sm3>::new_from_slice(&key).unwrap();
            other.update(&message);
            let expected: [u8; 32] = other.finalize().into_bytes().into();
            let (head, tail) = message.split_at(cut.min(message.len()));
            prop_assert_eq!(mac(&key, &[head, tail]), expected);
            let mut prepared = Hmac::new(&key);
            prepared.update(head);
            let mut whole = prepared.clone();
            whole.update(tail);
            prop_assert!(whole.verify(&expected));
            prop_assert_eq!(prepared.finalize(), mac(&key, &[head]));
        }
    }
}
