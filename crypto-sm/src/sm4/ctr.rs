//! CTR (GB/T 17964-2021 clause 8): the encrypted counters 0, 1, 2, … after a first one are added to the data. Decryption is
//! the same operation. Nothing is authenticated, and two messages under one counter give away both: use
//! [`gcm`](super::gcm) unless another protocol says CTR.

use super::{Block, Cipher, Key};

/// Encrypts or decrypts `data` in place. `counter` is the first counter block, a big-endian number of 128 bits that wraps
/// at its end.
pub fn apply(key: &Key, counter: &Block, data: &mut [u8]) {
    apply_with(&Cipher::new(key), counter, data);
}

/// The same with an expanded key.
pub fn apply_with(cipher: &Cipher, counter: &Block, mut data: &mut [u8]) {
    let mut number = u128::from_be_bytes(*counter);
    while !data.is_empty() {
        // The cipher counts in the last 32 bits only: one stretch up to where these wrap.
        let blocks = (1u64 << 32) - u64::from(number as u32);
        let stretch = usize::try_from(blocks * 16).map_or(data.len(), |most| most.min(data.len()));
        let (now, later) = data.split_at_mut(stretch);
        cipher.apply_key_stream(&number.to_be_bytes(), now);
        number = number.wrapping_add(u128::from(blocks));
        data = later;
    }
}
