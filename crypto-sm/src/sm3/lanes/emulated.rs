//! Lanes in arrays, for tests: with the width of each vector they prove what is common to all, on every machine.

use super::{Ahead, Lanes, Schedule, expand, expand_ahead};

/// `N` words in an array.
#[derive(Clone, Copy)]
pub(in crate::sm3) struct Array<const N: usize>([u32; N]);

impl<const N: usize> Array<N> {
    #[inline(always)]
    fn combine(self, other: Self, operation: impl Fn(u32, u32) -> u32) -> Self {
        Self(std::array::from_fn(|lane| {
            operation(self.0[lane], other.0[lane])
        }))
    }

    /// In each group of four lanes, those of the eight words x0 x1 x2 x3 y0 y1 y2 y3 that the numbers pick.
    #[inline(always)]
    fn pick(self, y: Self, numbers: [usize; 4]) -> Self {
        Self(std::array::from_fn(|lane| {
            let (group, number) = (lane & !3, numbers[lane % 4]);
            if number < 4 {
                self.0[group + number]
            } else {
                y.0[group + number - 4]
            }
        }))
    }
}

impl<const N: usize> Lanes<N> for Array<N> {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self([word; N])
    }

    #[inline(always)]
    fn from_words(words: [u32; N]) -> Self {
        Self(words)
    }

    #[inline(always)]
    fn to_words(self) -> [u32; N] {
        self.0
    }

    #[inline(always)]
    fn from_groups(bytes: impl Fn(usize) -> [u8; 16]) -> Self {
        let mut words = [0; N];
        for (group, words) in words.chunks_exact_mut(4).enumerate() {
            let bytes = bytes(group);
            for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *word = u32::from_be_bytes(*bytes);
            }
        }
        Self(words)
    }

    #[inline(always)]
    fn to_groups(self, mut take: impl FnMut(usize, [u8; 16])) {
        for (group, words) in self.0.as_chunks::<4>().0.iter().enumerate() {
            let mut bytes = [0; 16];
            for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
                *bytes = word.to_be_bytes();
            }
            take(group, bytes);
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.combine(other, u32::wrapping_add)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.combine(other, |x, y| x ^ y)
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        Self(self.0.map(|word| word.rotate_left(bits)))
    }

    #[inline(always)]
    fn parity(self, y: Self, z: Self) -> Self {
        self.xor(y).xor(z)
    }

    #[inline(always)]
    fn majority(self, y: Self, z: Self) -> Self {
        let either = self.combine(y, |x, y| x | y);
        self.combine(y, |x, y| x & y)
            .combine(z.combine(either, |z, either| z & either), |x, y| x | y)
    }

    #[inline(always)]
    fn choose(self, y: Self, z: Self) -> Self {
        self.combine(y.xor(z), |x, y| x & y).xor(z)
    }

    #[inline(always)]
    fn interleave_low(self, y: Self) -> Self {
        self.pick(y, [0, 4, 1, 5])
    }

    #[inline(always)]
    fn interleave_high(self, y: Self) -> Self {
        self.pick(y, [2, 6, 3, 7])
    }

    #[inline(always)]
    fn join_low(self, y: Self) -> Self {
        self.pick(y, [0, 1, 4, 5])
    }

    #[inline(always)]
    fn join_high(self, y: Self) -> Self {
        self.pick(y, [2, 3, 6, 7])
    }

    fn compress(state: &mut [Self; 8], window: [Self; 16]) {
        super::compress(state, window);
    }

    fn compress_same(state: &mut [Self; 8], schedule: &Schedule) {
        super::compress_same(state, schedule);
    }
}

#[test]
fn blocks_expanded_ahead_are_expanded_as_one_alone() {
    let blocks: [[u8; 64]; 8] = std::array::from_fn(|block| {
        std::array::from_fn(|byte| (byte as u8).wrapping_mul(37) ^ (block as u8) << 5)
    });
    for count in 1..=8 {
        let mut ahead = Ahead::new();
        expand_ahead::<Array<8>, 8>(&blocks[..count], &mut ahead);
        for (lane, block) in blocks[..count].iter().enumerate() {
            for (j, expected) in expand(block).into_iter().enumerate() {
                assert_eq!([ahead.w[j][lane], ahead.both[j][lane]], expected);
            }
        }
    }
}
