//! SM4 sixteen blocks side by side in bit planes: one bit of every byte together in a 64-bit word, and the S-box as a
//! circuit. Constant time on every CPU, without special instructions.

use super::{
    affine::{ARGUMENT_CONSTANT, SM4_CONSTANT},
    circuit,
};
use crate::sm4::{
    Block,
    schedule::{RoundKeys, words},
};

pub(super) const BLOCKS: usize = 16;

/// A 32-bit word of each of sixteen blocks: plane i has bit i of its bytes, the lowest byte of all blocks in the lowest
/// sixteen bits.
type Planes = [u64; 8];

/// Round keys in planes, the same for all blocks, with the constants of the S-box added in.
struct SlicedKeys([Planes; 32]);

impl SlicedKeys {
    /// The constant in front of the S-box is added to the round key. The one after it is left out of every new word, so
    /// that the words of every other four rounds lack L(c), and round keys make up for it. After 32 rounds nothing is
    /// missing.
    fn new(keys: &RoundKeys) -> Self {
        // L of four equal bytes: the turns by 24 and 0 cancel, as do two of the three others.
        let missing = u32::from_be_bytes([SM4_CONSTANT; 4]).rotate_left(2);
        let argument = u32::from_be_bytes([ARGUMENT_CONSTANT; 4]);
        let mut sliced = [[0; 8]; 32];
        for (round, (planes, key)) in sliced.iter_mut().zip(keys).enumerate() {
            let lacking = (round + 1..round + 4)
                .filter(|word| word / 4 % 2 == 1)
                .count();
            let key = key ^ argument ^ if lacking % 2 == 1 { missing } else { 0 };
            for (bit, plane) in planes.iter_mut().enumerate() {
                let bits = spread(key) >> bit & 0x0001_0001_0001_0001;
                *plane = (bits << 16).wrapping_sub(bits);
            }
        }
        Self(sliced)
    }
}

/// Encrypts each block, or decrypts it if the round keys are reversed.
pub(super) fn crypt_blocks(keys: &RoundKeys, blocks: &mut [Block]) {
    let keys = SlicedKeys::new(keys);
    let mut chunks = blocks.chunks_exact_mut(BLOCKS);
    for chunk in &mut chunks {
        if let Ok(chunk) = chunk.try_into() {
            crypt(&keys, chunk);
        }
    }
    let rest = chunks.into_remainder();
    if !rest.is_empty() {
        let mut buffer = [[0; 16]; BLOCKS];
        buffer[..rest.len()].copy_from_slice(rest);
        crypt(&keys, &mut buffer);
        rest.copy_from_slice(&buffer[..rest.len()]);
    }
}

/// Adds the encrypted counter blocks `counter`, `counter` + 1, … to `data`; only the last 32 bits count, and wrap.
pub(super) fn apply_key_stream(keys: &RoundKeys, counter: &Block, data: &mut [u8]) {
    let keys = SlicedKeys::new(keys);
    let [.., mut number] = words(counter);
    for chunk in data.chunks_mut(16 * BLOCKS) {
        let mut stream = [*counter; BLOCKS];
        for block in &mut stream {
            block[12..].copy_from_slice(&number.to_be_bytes());
            number = number.wrapping_add(1);
        }
        crypt(&keys, &mut stream);
        for (byte, key) in chunk.iter_mut().zip(stream.as_flattened()) {
            *byte ^= key;
        }
    }
}

/// The S-box on each byte of a word.
pub(super) fn substitute(word: u32) -> u32 {
    let word = word ^ u32::from_be_bytes([ARGUMENT_CONSTANT; 4]);
    let planes = circuit::substitute(std::array::from_fn(|bit| word >> bit & 0x0101_0101));
    let word = (0..8).fold(0, |word, bit| word | planes[bit] << bit);
    word ^ u32::from_be_bytes([SM4_CONSTANT; 4])
}

fn crypt(keys: &SlicedKeys, blocks: &mut [Block; BLOCKS]) {
    let mut x = slice(blocks);
    for keys in keys.0.as_chunks::<4>().0 {
        for (step, key) in keys.iter().enumerate() {
            let [a, b, c] = [1, 2, 3].map(|next| x[(step + next) & 3]);
            let sum = std::array::from_fn(|bit| a[bit] ^ b[bit] ^ c[bit] ^ key[bit]);
            let s = circuit::substitute(sum);
            for (bit, plane) in x[step].iter_mut().enumerate() {
                // Turned by two bits, the upper two planes come from the byte below.
                let turned = match bit {
                    0 | 1 => s[bit + 6].rotate_left(16),
                    _ => s[bit - 2],
                };
                *plane ^= s[bit] ^ s[bit].rotate_left(48);
                *plane ^= turned ^ turned.rotate_left(16) ^ turned.rotate_left(32);
            }
        }
    }
    let [a, b, c, d] = x;
    unslice([d, c, b, a], blocks);
}

fn slice(blocks: &[Block; BLOCKS]) -> [Planes; 4] {
    let (lower, upper) = blocks.split_at(8);
    let mut planes = [[0; 8]; 4];
    for (index, (low, high)) in lower.iter().zip(upper).enumerate() {
        for (word, (low, high)) in words(low).into_iter().zip(words(high)).enumerate() {
            planes[word][index] = spread(low) | spread(high) << 8;
        }
    }
    planes.iter_mut().for_each(transpose);
    planes
}

fn unslice(mut planes: [Planes; 4], blocks: &mut [Block; BLOCKS]) {
    planes.iter_mut().for_each(transpose);
    let (lower, upper) = blocks.split_at_mut(8);
    for (index, (low, high)) in lower.iter_mut().zip(upper).enumerate() {
        for (word, planes) in planes.iter().enumerate() {
            let place = 4 * word..4 * word + 4;
            low[place.clone()].copy_from_slice(&gather(planes[index]).to_be_bytes());
            high[place].copy_from_slice(&gather(planes[index] >> 8).to_be_bytes());
        }
    }
}

/// The four bytes of a word, each in the lower half of sixteen bits.
fn spread(word: u32) -> u64 {
    let wide = u64::from(word);
    let wide = (wide | wide << 16) & 0x0000_ffff_0000_ffff;
    (wide | wide << 8) & 0x00ff_00ff_00ff_00ff
}

/// The reverse of [`spread`]; the upper halves do not count.
fn gather(wide: u64) -> u32 {
    let wide = wide & 0x00ff_00ff_00ff_00ff;
    let wide = (wide | wide >> 8) & 0x0000_ffff_0000_ffff;
    (wide | wide >> 16) as u32
}

/// Exchanges bit i of every byte of word j with bit j of the same byte of word i.
fn transpose(words: &mut Planes) {
    for (distance, mask) in [
        (1, 0x5555_5555_5555_5555),
        (2, 0x3333_3333_3333_3333),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
    ] {
        for index in (0..8).filter(|index| index & distance == 0) {
            let (low, high) = (words[index], words[index + distance]);
            let difference = (low >> distance ^ high) & mask;
            words[index + distance] ^= difference;
            words[index] ^= difference << distance;
        }
    }
}
