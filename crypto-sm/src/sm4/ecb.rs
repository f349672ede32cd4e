//! ECB (GB/T 17964-2021 clause 5): every block on its own, so that equal blocks stay visible as equal. For comparisons
//! with other implementations, not for data.

use super::{BLOCK_LENGTH, Block, Cipher, Key};
use crate::Error;

/// Encrypts whole blocks in place, without padding.
///
/// # Errors
/// [`Error::CipherBlocks`] unless the length is a multiple of 16 bytes.
pub fn encrypt(key: &Key, data: &mut [u8]) -> Result<(), Error> {
    let blocks = whole_blocks(data)?;
    Cipher::new(key).encrypt_blocks(blocks);
    Ok(())
}

/// Decrypts whole blocks in place, without padding.
///
/// # Errors
/// [`Error::CipherBlocks`] unless the length is a multiple of 16 bytes.
pub fn decrypt(key: &Key, data: &mut [u8]) -> Result<(), Error> {
    let blocks = whole_blocks(data)?;
    Cipher::new(key).decrypt_blocks(blocks);
    Ok(())
}

fn whole_blocks(data: &mut [u8]) -> Result<&mut [Block], Error> {
    let length = data.len();
    match data.as_chunks_mut::<BLOCK_LENGTH>() {
        (blocks, []) => Ok(blocks),
        _ => Err(Error::CipherBlocks { length }),
    }
}
