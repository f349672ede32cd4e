//! The key schedule (GB/T 32907-2016 clause 7.3).

use super::{Block, Key};

/// The round keys in the order of encryption; decryption takes them in reverse.
pub(super) type RoundKeys = [u32; 32];

/// The system parameter FK (clause 7.3.2).
const SYSTEM: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

/// The fixed parameter CK (clause 7.3.2): byte j of word i is 7·(4i + j) modulo 256.
const FIXED: RoundKeys = {
    let mut words = [0; 32];
    let mut index = 0;
    while index < 128 {
        words[index / 4] = words[index / 4] << 8 | ((7 * index as u32) & 0xff);
        index += 1;
    }
    words
};

/// Round keys of a key. `substitute` is the S-box on each byte of a word.
pub(super) fn expand(key: &Key, substitute: impl Fn(u32) -> u32) -> RoundKeys {
    let mut k = words(key);
    for (word, parameter) in k.iter_mut().zip(SYSTEM) {
        *word ^= parameter;
    }
    let mut keys = [0; 32];
    for (round, (key, parameter)) in keys.iter_mut().zip(FIXED).enumerate() {
        let word =
            substitute(k[(round + 1) & 3] ^ k[(round + 2) & 3] ^ k[(round + 3) & 3] ^ parameter);
        k[round & 3] ^= word ^ word.rotate_left(13) ^ word.rotate_left(23);
        *key = k[round & 3];
    }
    keys
}

/// The four big-endian words of a block.
pub(super) fn words(block: &Block) -> [u32; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}
