//! SM4-CCM (RFC 8998 clause 3.3; NIST SP 800-38C) with nonces of 96 and tags of 128 bits.
//!
//! What [`gcm`](super::gcm) says about nonces holds here as well. CCM authenticates one block after the other and is
//! slower; it is here for the TLS suite 0x00C7.

use super::{BLOCK_LENGTH, Block, Cipher, Key};
use crate::Error;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub use super::gcm::{NONCE_LENGTH, Nonce, TAG_LENGTH, Tag};

/// Most bytes of one message: what the three bytes beside a nonce of twelve can count (SP 800-38C clause A.1).
pub const DATA_LIMIT: u64 = (1 << 24) - 1;

/// Length in bytes of the field that holds a message's length.
const LENGTH_OF_LENGTH: u8 = 3;

/// SM4-CCM under one key, for callers whose protocol guarantees that no nonce comes twice.
#[derive(Clone)]
pub struct Ccm {
    cipher: Cipher,
}

impl Ccm {
    /// Expands a key.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self {
            cipher: Cipher::new(key),
        }
    }

    /// Authenticates `data` together with `associated`, which stays readable, and encrypts `data` in place.
    ///
    /// # Errors
    /// [`Error::CipherLength`] for more than 2^24 − 1 bytes of data; it is left as it was.
    pub fn seal_in_place(
        &self,
        nonce: &Nonce,
        associated: &[u8],
        data: &mut [u8],
    ) -> Result<Tag, Error> {
        check_length(data.len())?;
        let tag = self.tag(nonce, associated, data);
        self.cipher.apply_key_stream(&counter(nonce, 1), data);
        Ok(tag)
    }

    /// Decrypts `data` in place and checks the tag.
    ///
    /// # Errors
    /// [`Error::AuthenticationTag`] if anything differs from what was sealed; `data` is then zeroed, since CCM must
    /// decrypt before it can check. [`Error::CipherLength`] for a length that cannot have been sealed; `data` is then
    /// left as it was.
    pub fn open_in_place(
        &self,
        nonce: &Nonce,
        associated: &[u8],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Error> {
        check_length(data.len())?;
        self.cipher.apply_key_stream(&counter(nonce, 1), data);
        let expected = self.tag(nonce, associated, data);
        if bool::from(expected.ct_eq(tag)) {
            Ok(())
        } else {
            data.zeroize();
            Err(Error::AuthenticationTag)
        }
    }

    fn tag(&self, nonce: &Nonce, associated: &[u8], plaintext: &[u8]) -> Tag {
        let mut chain = Chain {
            cipher: &self.cipher,
            state: first_block(nonce, !associated.is_empty(), plaintext.len()),
        };
        self.cipher.encrypt_block(&mut chain.state);
        if !associated.is_empty() {
            chain.update_associated(associated);
        }
        chain.update(plaintext);
        let mut tag = chain.state;
        self.cipher.apply_key_stream(&counter(nonce, 0), &mut tag);
        tag
    }
}

impl fmt::Debug for Ccm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ccm").finish_non_exhaustive()
    }
}

/// The chained blocks that make the tag.
struct Chain<'a> {
    cipher: &'a Cipher,
    state: Block,
}

impl Chain<'_> {
    /// Takes bytes, filled up with zeros to whole blocks.
    fn update(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(BLOCK_LENGTH) {
            for (byte, next) in self.state.iter_mut().zip(chunk) {
                *byte ^= next;
            }
            self.cipher.encrypt_block(&mut self.state);
        }
    }

    /// Takes associated data with its length in front (SP 800-38C clause A.2.2).
    fn update_associated(&mut self, associated: &[u8]) {
        let length = associated.len() as u64;
        let mut block = [0; BLOCK_LENGTH];
        let prefix = if length < 0xff00 {
            block[..2].copy_from_slice(&(length as u16).to_be_bytes());
            2
        } else if let Ok(length) = u32::try_from(length) {
            block[..2].copy_from_slice(&[0xff, 0xfe]);
            block[2..6].copy_from_slice(&length.to_be_bytes());
            6
        } else {
            block[..2].copy_from_slice(&[0xff, 0xff]);
            block[2..10].copy_from_slice(&length.to_be_bytes());
            10
        };
        let (head, tail) = associated.split_at(associated.len().min(BLOCK_LENGTH - prefix));
        block[prefix..prefix + head.len()].copy_from_slice(head);
        self.update(&block);
        self.update(tail);
    }
}

/// B0 of SP 800-38C clause A.2.1: what follows, nonce, length.
fn first_block(nonce: &Nonce, associated: bool, length: usize) -> Block {
    let tag_field = (TAG_LENGTH as u8 - 2) / 2;
    let mut block = counter(nonce, length as u32);
    block[0] |= u8::from(associated) << 6 | tag_field << 3;
    block
}

/// The counter block of a nonce (SP 800-38C clause A.3): 0 masks the tag, the data begin at 1.
fn counter(nonce: &Nonce, number: u32) -> Block {
    let mut block = [0; BLOCK_LENGTH];
    block[0] = LENGTH_OF_LENGTH - 1;
    block[1..=NONCE_LENGTH].copy_from_slice(nonce);
    // A message within the limit never needs more than 24 bits.
    block[NONCE_LENGTH + 1..].copy_from_slice(&number.to_be_bytes()[1..]);
    block
}

fn check_length(data: usize) -> Result<(), Error> {
    let length = data as u64;
    if length > DATA_LIMIT {
        return Err(Error::CipherLength {
            length,
            limit: DATA_LIMIT,
        });
    }
    Ok(())
}
