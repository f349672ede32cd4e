//! CBC (GB/T 17964-2021 clause 6) with the padding of RFC 5652 clause 6.3 (PKCS #7), as encrypted key files use it
//! (PBES2, RFC 8018).
//!
//! CBC authenticates nothing: whoever can change the ciphertext and learn whether it was accepted can read it. Never use
//! it for data that comes from a network; there it is [`gcm`](super::gcm).

use super::{BLOCK_LENGTH, Block, Cipher, Key};
use crate::Error;
use subtle::{
    Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess,
};
use zeroize::Zeroize;

/// Pads and encrypts. The ciphertext has 1 to 16 bytes more than the plaintext. The initialisation vector must be random
/// and new for every message.
#[must_use]
pub fn encrypt(key: &Key, initialisation_vector: &Block, plaintext: &[u8]) -> Vec<u8> {
    let padding = BLOCK_LENGTH - plaintext.len() % BLOCK_LENGTH;
    let mut data = Vec::with_capacity(plaintext.len() + padding);
    data.extend_from_slice(plaintext);
    data.resize(plaintext.len() + padding, padding as u8);
    let cipher = Cipher::new(key);
    let mut previous = *initialisation_vector;
    for block in data.as_chunks_mut::<BLOCK_LENGTH>().0 {
        add(block, &previous);
        cipher.encrypt_block(block);
        previous = *block;
    }
    data
}

/// Decrypts and removes the padding. The time taken depends on the length only, except that the result's length shows in
/// what the caller does next.
///
/// # Errors
/// [`Error::CbcDecryption`] for everything that can be wrong: an empty or incomplete ciphertext, a wrong key, a wrong
/// padding. The causes are not told apart.
pub fn decrypt(
    key: &Key,
    initialisation_vector: &Block,
    ciphertext: &[u8],
) -> Result<Vec<u8>, Error> {
    let (blocks, []) = ciphertext.as_chunks::<BLOCK_LENGTH>() else {
        return Err(Error::CbcDecryption);
    };
    if blocks.is_empty() {
        return Err(Error::CbcDecryption);
    }
    let mut data = ciphertext.to_vec();
    let decrypted = data.as_chunks_mut::<BLOCK_LENGTH>().0;
    Cipher::new(key).decrypt_blocks(decrypted);
    let previous = std::iter::once(initialisation_vector).chain(blocks);
    for (block, previous) in decrypted.iter_mut().zip(previous) {
        add(block, previous);
    }
    let (padding, valid) = padding_of(&decrypted[decrypted.len() - 1]);
    if bool::from(valid) {
        data.truncate(data.len() - usize::from(padding));
        Ok(data)
    } else {
        data.zeroize();
        Err(Error::CbcDecryption)
    }
}

/// The number of padding bytes, and whether all of them are right; every byte is looked at whatever the others are.
fn padding_of(block: &Block) -> (u8, Choice) {
    let padding = block[BLOCK_LENGTH - 1];
    let mut valid = padding.ct_gt(&0) & !padding.ct_gt(&(BLOCK_LENGTH as u8));
    for (distance, byte) in (1u8..).zip(block.iter().rev()) {
        let outside = padding.ct_lt(&distance);
        valid &= byte.ct_eq(&padding) | outside;
    }
    (u8::conditional_select(&0, &padding, valid), valid)
}

fn add(block: &mut Block, other: &Block) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}
