//! SM4-GCM (RFC 8998 clause 3.2; NIST SP 800-38D) with nonces of 96 and tags of 128 bits.
//!
//! One nonce must never be used twice under one key: two messages that share it give away their difference, and
//! whatever authenticates the key. [`SealingKey`] counts nonces itself; [`Gcm`] is for protocols that define them, as
//! TLS does.

use super::{
    BLOCK_LENGTH, Block, Cipher, Key,
    ghash::{Element, Multiplier, Point},
};
use crate::{Error, memcheck::public};
use std::fmt;
use subtle::ConstantTimeEq;

/// Length of a nonce in bytes.
pub const NONCE_LENGTH: usize = 12;

/// Length of a tag in bytes.
pub const TAG_LENGTH: usize = 16;

/// A nonce.
pub type Nonce = [u8; NONCE_LENGTH];

/// An authentication tag.
pub type Tag = [u8; TAG_LENGTH];

/// Most bytes of one message: 2^32 − 2 blocks, so that no counter comes twice (SP 800-38D clause 5.2.1.1).
pub const DATA_LIMIT: u64 = (1 << 36) - 32;

/// Most bytes of associated data: what a length in bits of 64 bits can say.
pub const ASSOCIATED_LIMIT: u64 = (1 << 61) - 1;

/// Bytes that are encrypted and then hashed while they are in the nearest cache.
const STRETCH: usize = 8192;

/// Most blocks of a message that come out of the same pass as the mask of the tag.
const HEAD_BLOCKS: usize = 15;

/// SM4-GCM under one key, for callers whose protocol guarantees that no nonce comes twice.
#[derive(Clone)]
pub struct Gcm {
    cipher: Cipher,
    point: Point,
}

impl Gcm {
    /// Expands a key.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self::with_cipher(Cipher::new(key), Multiplier::best())
    }

    pub(super) fn with_cipher(cipher: Cipher, multiplier: &'static Multiplier) -> Self {
        let mut subkey = [0; BLOCK_LENGTH];
        cipher.encrypt_block(&mut subkey);
        let point = Point::new(&subkey, multiplier);
        Self { cipher, point }
    }

    /// Names of the instructions that this CPU lets the cipher and the hash use, for reports of measurements: one of
    /// [`Cipher::representation`], and `clmul512`, `clmul256`, `clmul128`, `pmull` or `integer`.
    #[must_use]
    pub fn representations(&self) -> [&'static str; 2] {
        [self.cipher.representation(), self.point.representation()]
    }

    /// Encrypts `data` in place and authenticates it together with `associated`, which stays readable.
    ///
    /// # Errors
    /// [`Error::CipherLength`] for more than 2^36 − 32 bytes of data; it is left as it was.
    pub fn seal_in_place(
        &self,
        nonce: &Nonce,
        associated: &[u8],
        data: &mut [u8],
    ) -> Result<Tag, Error> {
        check_lengths(associated.len(), data.len())?;
        let lengths = lengths(associated.len(), data.len());
        let start = self.start(nonce, data.len());
        let mut state = self.point.update(0, associated);
        let (head, tail) = data.split_at_mut(start.head);
        start.apply(head);
        state = self.point.update(state, head);
        let mut counter = start.next;
        for stretch in tail.chunks_mut(STRETCH) {
            self.cipher
                .apply_key_stream(&counter_block(nonce, counter), stretch);
            counter = counter.wrapping_add((STRETCH / BLOCK_LENGTH) as u32);
            state = self.point.update(state, stretch);
        }
        Ok(start.tag(self.point.update(state, &lengths)))
    }

    /// Checks the tag and only then decrypts `data` in place.
    ///
    /// # Errors
    /// [`Error::AuthenticationTag`] if anything differs from what was sealed, [`Error::CipherLength`] for a length that
    /// cannot have been sealed. Either way `data` is left as it was.
    pub fn open_in_place(
        &self,
        nonce: &Nonce,
        associated: &[u8],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Error> {
        check_lengths(associated.len(), data.len())?;
        let lengths = lengths(associated.len(), data.len());
        let start = self.start(nonce, data.len());
        let state = self.point.update(0, associated);
        let state = self.point.update(state, data);
        let expected = start.tag(self.point.update(state, &lengths));
        // The verdict is for everybody.
        if !public(bool::from(expected.ct_eq(tag))) {
            return Err(Error::AuthenticationTag);
        }
        let (head, tail) = data.split_at_mut(start.head);
        start.apply(head);
        self.cipher
            .apply_key_stream(&counter_block(nonce, start.next), tail);
        Ok(())
    }

    /// One pass of the cipher gives the mask of the tag and the key stream of the first blocks.
    fn start(&self, nonce: &Nonce, length: usize) -> Start {
        let blocks = (self.cipher.kernel.blocks - 1).min(HEAD_BLOCKS);
        let head = length.min(blocks * BLOCK_LENGTH);
        let mut stream = [[0; BLOCK_LENGTH]; HEAD_BLOCKS + 1];
        let wanted = &mut stream.as_flattened_mut()[..BLOCK_LENGTH + head];
        self.cipher
            .apply_key_stream(&counter_block(nonce, 1), wanted);
        Start {
            stream,
            head,
            next: 2 + blocks as u32,
        }
    }
}

/// What the first pass of the cipher gave.
struct Start {
    /// The mask of the tag, then key stream.
    stream: [Block; HEAD_BLOCKS + 1],
    /// Bytes of the message that the key stream is for.
    head: usize,
    /// Counter of the first block after these.
    next: u32,
}

impl Start {
    fn apply(&self, head: &mut [u8]) {
        for (byte, key) in head.iter_mut().zip(self.stream[1..].as_flattened()) {
            *byte ^= key;
        }
    }

    fn tag(&self, state: Element) -> Tag {
        (state ^ Element::from_be_bytes(self.stream[0])).to_be_bytes()
    }
}

impl fmt::Debug for Gcm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Gcm")
            .field("representations", &self.representations())
            .finish_non_exhaustive()
    }
}

/// A key that seals and counts its nonces: a fixed prefix of four bytes, then a big-endian number that begins at zero
/// (deterministic construction of SP 800-38D clause 8.2.1). It cannot be cloned, and no number is given out twice.
///
/// Counting begins again with every new `SealingKey`, so that the same key and prefix must not be given twice: derive a
/// fresh key for each, or give each holder of a shared key an own prefix.
#[derive(Debug)]
pub struct SealingKey {
    gcm: Gcm,
    prefix: [u8; 4],
    next: Option<u64>,
}

impl SealingKey {
    /// A key that has sealed nothing.
    #[must_use]
    pub fn new(key: &Key, prefix: [u8; 4]) -> Self {
        Self {
            gcm: Gcm::new(key),
            prefix,
            next: Some(0),
        }
    }

    #[cfg(test)]
    pub(super) fn resumed_at(key: &Key, prefix: [u8; 4], next: u64) -> Self {
        Self {
            next: Some(next),
            ..Self::new(key, prefix)
        }
    }

    /// Encrypts `data` in place under the next nonce. Gives that nonce, which the opener needs, and the tag. The number
    /// is consumed even if sealing fails.
    ///
    /// # Errors
    /// [`Error::NoncesExhausted`] after 2^64 messages, [`Error::CipherLength`] for more than 2^36 − 32 bytes of data; it
    /// is left as it was.
    pub fn seal_in_place(
        &mut self,
        associated: &[u8],
        data: &mut [u8],
    ) -> Result<(Nonce, Tag), Error> {
        let number = self.next.ok_or(Error::NoncesExhausted)?;
        self.next = number.checked_add(1);
        let mut nonce = [0; NONCE_LENGTH];
        nonce[..4].copy_from_slice(&self.prefix);
        nonce[4..].copy_from_slice(&number.to_be_bytes());
        let tag = self.gcm.seal_in_place(&nonce, associated, data)?;
        Ok((nonce, tag))
    }
}

/// The counter block of a nonce (SP 800-38D clause 7.1 step 2): 1 masks the tag, the data begin at 2.
fn counter_block(nonce: &Nonce, number: u32) -> Block {
    let mut block = [0; BLOCK_LENGTH];
    block[..NONCE_LENGTH].copy_from_slice(nonce);
    block[NONCE_LENGTH..].copy_from_slice(&number.to_be_bytes());
    block
}

/// The last block that is hashed: both lengths in bits.
fn lengths(associated: usize, data: usize) -> Block {
    let mut block = [0; BLOCK_LENGTH];
    block[..8].copy_from_slice(&(associated as u64 * 8).to_be_bytes());
    block[8..].copy_from_slice(&(data as u64 * 8).to_be_bytes());
    block
}

fn check_lengths(associated: usize, data: usize) -> Result<(), Error> {
    for (length, limit) in [(associated, ASSOCIATED_LIMIT), (data, DATA_LIMIT)] {
        let length = length as u64;
        if length > limit {
            return Err(Error::CipherLength { length, limit });
        }
    }
    Ok(())
}
