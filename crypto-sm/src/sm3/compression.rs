//! The compression function of SM3 on one block after the other (GB/T 32905-2016 clause 5.3).
//!
//! One message is a chain: each round waits for the one before. On x86-64 with BMI a round is seven cycles of latency, and the
//! expansion of the next words runs beside it in the vector unit.

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
use super::lanes::{avx2, avx512};

/// The eight words of a chaining value.
pub(super) type State = [u32; 8];

/// The initial value (clause 4.1).
pub(super) const INITIAL: State = [
    0x7380_166f,
    0x4914_b2b9,
    0x1724_42d7,
    0xda8a_0600,
    0xa96f_30bc,
    0x1631_38aa,
    0xe38d_ee4d,
    0xb0fb_0e4e,
];

/// T_j ⋘ (j mod 32) for each round (clauses 4.2 and 5.3.3).
pub(super) const ROUND_CONSTANTS: [u32; 64] = {
    let mut constants = [0; 64];
    let mut round = 0;
    while round < 64 {
        let base: u32 = if round < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        constants[round] = base.rotate_left(round as u32 % 32);
        round += 1;
    }
    constants
};

/// Takes the blocks into the state, one after the other.
#[inline]
pub(super) fn compress(state: &mut State, blocks: &[[u8; 64]]) {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(unit) = x86::Wide::<avx512::Unit>::detect(blocks.len()) {
            return unit.compress(state, blocks);
        }
        if let Some(unit) = x86::Avx512::detect() {
            return unit.compress(state, blocks);
        }
        if let Some(unit) = x86::Wide::<avx2::Unit>::detect(blocks.len()) {
            return unit.compress(state, blocks);
        }
        if let Some(unit) = x86::Avx::detect() {
            return unit.compress(state, blocks);
        }
    }
    compress_portably(state, blocks);
}

/// Whether every way through this processor gives the same state, for so many blocks that each is taken.
pub(crate) fn paths_agree() -> bool {
    let blocks: [[u8; 64]; 40] = std::array::from_fn(|block| {
        std::array::from_fn(|byte| (byte as u8).wrapping_mul(151) ^ (block as u8) << 3)
    });
    [5, blocks.len()].into_iter().all(|count| {
        let result = |compress: &dyn Fn(&mut State, &[[u8; 64]])| {
            let mut state = INITIAL;
            compress(&mut state, &blocks[..count]);
            state
        };
        let expected = result(&compress_portably);
        each_way(count, |compress| result(compress) == expected)
    })
}

/// Whether what is asked holds for every way that this processor can take for so many blocks.
fn each_way(count: usize, mut holds: impl FnMut(&dyn Fn(&mut State, &[[u8; 64]])) -> bool) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! holds_with {
            ($unit:expr) => {
                $unit.is_none_or(|unit| holds(&|state, blocks| unit.compress(state, blocks)))
            };
        }
        if !(holds_with!(x86::Wide::<avx512::Unit>::detect(count))
            && holds_with!(x86::Wide::<avx2::Unit>::detect(count))
            && holds_with!(x86::Avx512::detect())
            && holds_with!(x86::Avx::detect()))
        {
            return false;
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = count;
    holds(&compress) && holds(&compress_portably)
}

/// W_j from the words before it, word j at j modulo 16 (clause 5.3.2).
#[inline(always)]
fn expand(w: &mut [u32; 16], j: usize) {
    let at = |back: usize| w[(j + 16 - back) % 16];
    let x = at(16) ^ at(9) ^ at(3).rotate_left(15);
    let permuted = x ^ x.rotate_left(15) ^ x.rotate_left(23);
    w[j % 16] = permuted ^ at(13).rotate_left(7) ^ at(6);
}

/// One round (clause 5.3.3), after which every word is in the next place.
#[inline(always)]
fn round(state: &mut State, functions: [u32; 2], constant: u32, w: u32, both: u32) {
    let [a, b, c, d, e, f, g, h] = *state;
    let rotated = a.rotate_left(12);
    let first = rotated
        .wrapping_add(e)
        .wrapping_add(constant)
        .rotate_left(7);
    let [first_function, second_function] = functions;
    let top = first_function
        .wrapping_add(d)
        .wrapping_add(first ^ rotated)
        .wrapping_add(both);
    let middle = second_function
        .wrapping_add(h)
        .wrapping_add(first)
        .wrapping_add(w);
    let middle = middle ^ middle.rotate_left(9) ^ middle.rotate_left(17);
    *state = [top, a, b.rotate_left(9), c, middle, e, f.rotate_left(19), g];
}

/// The same without instructions of a known processor.
fn compress_portably(state: &mut State, blocks: &[[u8; 64]]) {
    for block in blocks {
        let mut w = [0; 16];
        for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let mut new = *state;
        for j in 0..64 {
            let now = w[j % 16];
            if j >= 12 {
                expand(&mut w, j + 4);
            }
            let [a, b, c, _, e, f, g, _] = new;
            let functions = if j < 16 {
                [a ^ b ^ c, e ^ f ^ g]
            } else {
                [(a & b) | (c & (a | b)), g ^ (e & (f ^ g))]
            };
            let both = now ^ w[(j + 4) % 16];
            round(&mut new, functions, ROUND_CONSTANTS[j], now, both);
        }
        for (word, new) in state.iter_mut().zip(new) {
            *word ^= new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm3::{Digest, Sm3};
    use proptest::prelude::*;

    /// Compares states over chains of blocks with the digests of the other implementation.
    fn check(compress: impl Fn(&mut State, &[[u8; 64]]), bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<64>();
        let mut state = INITIAL;
        compress(&mut state, whole);
        let mut last = [[0; 64]; 2];
        last[0][..rest.len()].copy_from_slice(rest);
        last[0][rest.len()] = 0x80;
        let count = if rest.len() < 56 { 1 } else { 2 };
        last[count - 1][56..].copy_from_slice(&(8 * bytes.len() as u64).to_be_bytes());
        compress(&mut state, &last[..count]);
        let found: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
        assert_eq!(found[..], Sm3::digest(bytes)[..]);
    }

    #[test]
    fn ways_of_this_processor_agree() {
        assert!(paths_agree());
    }

    proptest! {
        #[test]
        fn digests_are_those_of_the_other_implementation(
            bytes in proptest::collection::vec(any::<u8>(), 0..3000)
        ) {
            each_way(bytes.len() / 64, |compress| {
                check(compress, &bytes);
                true
            });
        }
    }
}
