//! SM4 (GB/T 32907-2016): a block cipher with keys and blocks of 128 bits, and its modes of operation.
//!
//! | module | mode | use |
//! |---|---|---|
//! | [`gcm`] | GCM (NIST SP 800-38D, RFC 8998) | everything: it encrypts and authenticates |
//! | [`ccm`] | CCM (NIST SP 800-38C, RFC 8998) | where a protocol asks for it |
//! | [`ctr`] | CTR (GB/T 17964-2021 clause 8) | part of other protocols: it authenticates nothing |
//! | [`cbc`] | CBC (GB/T 17964-2021 clause 6) | files of others; never data from a network |
//! | [`ecb`] | ECB (GB/T 17964-2021 clause 5) | comparisons with other implementations only |

pub mod cbc;
pub mod ccm;
pub mod ctr;
pub mod ecb;
pub mod gcm;

use ::sm4::{
    Sm4,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use std::fmt;

/// Length of a key in bytes.
pub const KEY_LENGTH: usize = 16;

/// Length of a block in bytes.
pub const BLOCK_LENGTH: usize = 16;

/// A key.
pub type Key = [u8; KEY_LENGTH];

/// A block.
pub type Block = [u8; BLOCK_LENGTH];

/// SM4 under one key. The round keys are wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Cipher(Sm4);

impl Cipher {
    /// Expands a key (GB/T 32907-2016 clause 7.3).
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self(Sm4::new(key.into()))
    }

    /// Encrypts one block in place (clause 7.1).
    pub fn encrypt_block(&self, block: &mut Block) {
        self.0.encrypt_block(block.into());
    }

    /// Decrypts one block in place (clause 7.2).
    pub fn decrypt_block(&self, block: &mut Block) {
        self.0.decrypt_block(block.into());
    }

    /// Encrypts blocks in place, each on its own. Many at once are faster than one after the other.
    pub fn encrypt_blocks(&self, blocks: &mut [Block]) {
        for block in blocks {
            self.encrypt_block(block);
        }
    }

    /// Decrypts blocks in place, each on its own.
    pub fn decrypt_blocks(&self, blocks: &mut [Block]) {
        for block in blocks {
            self.decrypt_block(block);
        }
    }

    /// Adds (exclusive or) the key stream of the counter blocks `counter`, `counter` + 1, … to `data`. Only the last
    /// 32 bits count, and wrap, as GCM has it (NIST SP 800-38D clause 6.2).
    pub(crate) fn apply_key_stream(&self, counter: &Block, data: &mut [u8]) {
        let mut number = ctr::low_word(counter);
        for chunk in data.chunks_mut(BLOCK_LENGTH) {
            let mut block = ctr::with_low_word(counter, number);
            self.encrypt_block(&mut block);
            for (byte, key) in chunk.iter_mut().zip(block) {
                *byte ^= key;
            }
            number = number.wrapping_add(1);
        }
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cipher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
