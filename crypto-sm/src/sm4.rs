//! SM4 (GB/T 32907-2016): a block cipher with keys and blocks of 128 bits, and its modes of operation.
//!
//! | module | mode | use |
//! |---|---|---|
//! | [`gcm`] | GCM (NIST SP 800-38D, RFC 8998) | everything: it encrypts and authenticates |
//! | [`ccm`] | CCM (NIST SP 800-38C, RFC 8998) | where a protocol asks for it |
//! | [`ctr`] | CTR (GB/T 17964-2021 clause 8) | part of other protocols: it authenticates nothing |
//! | [`cbc`] | CBC (GB/T 17964-2021 clause 6) | files of others; never data from a network |
//! | [`ecb`] | ECB (GB/T 17964-2021 clause 5) | comparisons with other implementations only |

//!
//! Work on secrets takes the same time whatever they are: no table is looked up, nothing branches on them. Which
//! instructions do it is decided when a key is expanded ([`Cipher::representation`]).

pub mod cbc;
pub mod ccm;
pub mod ctr;
pub mod ecb;
pub mod gcm;
mod ghash;
mod kernel;
mod schedule;
mod traits;

use ghash::Multiplier;
use kernel::Kernel;
use schedule::RoundKeys;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a key in bytes.
pub const KEY_LENGTH: usize = 16;

/// Length of a block in bytes.
pub const BLOCK_LENGTH: usize = 16;

/// A key.
pub type Key = [u8; KEY_LENGTH];

/// A block.
pub type Block = [u8; BLOCK_LENGTH];

/// SM4 under one key. The round keys are wiped from memory when it is dropped; what the arithmetic leaves in registers and
/// on the stack is not.
#[derive(Clone)]
pub struct Cipher {
    kernel: &'static Kernel,
    /// In the order of encryption.
    forward: RoundKeys,
    /// In the order of decryption.
    backward: RoundKeys,
}

impl Cipher {
    /// Expands a key (GB/T 32907-2016 clause 7.3).
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self::with_kernel(key, Kernel::best())
    }

    fn with_kernel(key: &Key, kernel: &'static Kernel) -> Self {
        let forward = kernel.expand(key);
        let mut backward = forward;
        backward.reverse();
        Self {
            kernel,
            forward,
            backward,
        }
    }

    /// Name of the instructions that this CPU lets the cipher use, for reports of measurements: `gfni512`, `gfni256`,
    /// `vaes256`, `aes256`, `aes128`, `neon` or `sliced`.
    #[must_use]
    pub fn representation(&self) -> &'static str {
        self.kernel.name
    }

    /// Encrypts one block in place (clause 7.1).
    pub fn encrypt_block(&self, block: &mut Block) {
        self.encrypt_blocks(std::slice::from_mut(block));
    }

    /// Decrypts one block in place (clause 7.2).
    pub fn decrypt_block(&self, block: &mut Block) {
        self.decrypt_blocks(std::slice::from_mut(block));
    }

    /// Encrypts blocks in place, each on its own. Many at once are faster than one after the other.
    pub fn encrypt_blocks(&self, blocks: &mut [Block]) {
        self.kernel.crypt_blocks(&self.forward, blocks);
    }

    /// Decrypts blocks in place, each on its own.
    pub fn decrypt_blocks(&self, blocks: &mut [Block]) {
        self.kernel.crypt_blocks(&self.backward, blocks);
    }

    /// Adds (exclusive or) the encrypted counter blocks `counter`, `counter` + 1, … to `data`. Only the last 32 bits count,
    /// and wrap, as GCM has it (NIST SP 800-38D clause 6.2).
    fn apply_key_stream(&self, counter: &Block, data: &mut [u8]) {
        self.kernel.apply_key_stream(&self.forward, counter, data);
    }
}

/// Every representation that this CPU can run, of the cipher and of GCM's multiplication, and whether it gives the bytes of
/// `encrypt` (one block), those that `answers` knows, and for a message of many blocks those of the portable ones.
pub(crate) fn each_path(
    key: &Key,
    encrypt: impl Fn(&Block) -> Option<Block>,
    answers: impl Fn(&gcm::Gcm) -> bool,
) -> Vec<(&'static str, bool)> {
    let plain: Vec<Block> = (0..150).map(|index| [index; BLOCK_LENGTH]).collect();
    let expected: Option<Vec<Block>> = plain.iter().map(encrypt).collect();
    let sealed = |gcm: &gcm::Gcm| {
        let mut data = plain.concat();
        let tag = gcm.seal_in_place(&[7; gcm::NONCE_LENGTH], &data.clone(), &mut data);
        (tag, data)
    };
    let (portable, integer) = (Kernel::available().last(), Multiplier::available().last());
    let reference = portable.zip(integer).map(|(kernel, multiplier)| {
        let cipher = Cipher::with_kernel(key, kernel);
        sealed(&gcm::Gcm::with_cipher(cipher, multiplier))
    });
    let agrees = |gcm: &gcm::Gcm| answers(gcm) && Some(sealed(gcm)) == reference;
    let ciphers = Kernel::available().map(|kernel| {
        let cipher = Cipher::with_kernel(key, kernel);
        let mut blocks = plain.clone();
        cipher.encrypt_blocks(&mut blocks);
        let encrypted = Some(&blocks) == expected.as_ref();
        cipher.decrypt_blocks(&mut blocks);
        let gcm = gcm::Gcm::with_cipher(cipher, Multiplier::best());
        (kernel.name, encrypted && blocks == plain && agrees(&gcm))
    });
    let multipliers = Multiplier::available().map(|multiplier| {
        let gcm = gcm::Gcm::with_cipher(Cipher::new(key), multiplier);
        (multiplier.name, agrees(&gcm))
    });
    ciphers.chain(multipliers).collect()
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cipher")
            .field("representation", &self.representation())
            .finish_non_exhaustive()
    }
}

impl Drop for Cipher {
    fn drop(&mut self) {
        self.forward.zeroize();
        self.backward.zeroize();
    }
}

impl ZeroizeOnDrop for Cipher {}

#[cfg(test)]
mod tests;
