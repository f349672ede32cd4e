//! SM3 of several blocks side by side, one in each lane of a vector: the arithmetic of GB/T 32905-2016 clause 5.3 once,
//! for every width of vector.

pub(super) use super::compression::INITIAL;
use super::{Digest, compression::ROUND_CONSTANTS};

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(test)]
pub(super) mod emulated;

/// For each round j, W_j and W'_j = W_j ⊕ W_{j+4} of one block.
pub(super) type Schedule = [[u32; 2]; 64];

/// `N` words side by side, `N` a multiple of four.
pub(super) trait Lanes<const N: usize>: Copy {
    /// The word in every lane.
    fn splat(word: u32) -> Self;
    /// One word for each lane.
    fn from_words(words: [u32; N]) -> Self;
    /// The word of each lane.
    fn to_words(self) -> [u32; N];
    /// Four big-endian words in each group of four lanes; the function gives the bytes for a group.
    fn from_groups(bytes: impl Fn(usize) -> [u8; 16]) -> Self;
    /// The words of each group of four lanes, big-endian, given to the function with the group's number.
    fn to_groups(self, take: impl FnMut(usize, [u8; 16]));
    /// The sum modulo 2³².
    fn add(self, other: Self) -> Self;
    /// x ⊕ y
    fn xor(self, other: Self) -> Self;
    /// The word rotated to the left. The number of bits is a constant where this is called.
    fn rotate_left(self, bits: u32) -> Self;
    /// x ⊕ y ⊕ z
    fn parity(self, y: Self, z: Self) -> Self;
    /// (x ∧ y) ∨ (x ∧ z) ∨ (y ∧ z)
    fn majority(self, y: Self, z: Self) -> Self;
    /// (x ∧ y) ∨ (¬x ∧ z)
    fn choose(self, y: Self, z: Self) -> Self;
    /// x0 y0 x1 y1 of each group of four lanes.
    fn interleave_low(self, y: Self) -> Self;
    /// x2 y2 x3 y3 of each group of four lanes.
    fn interleave_high(self, y: Self) -> Self;
    /// x0 x1 y0 y1 of each group of four lanes.
    fn join_low(self, y: Self) -> Self;
    /// x2 x3 y2 y3 of each group of four lanes.
    fn join_high(self, y: Self) -> Self;
    /// [`compress`], compiled once for this kind of vector.
    fn compress(state: &mut [Self; 8], window: [Self; 16]);
    /// [`compress_same`], compiled once for this kind of vector.
    fn compress_same(state: &mut [Self; 8], schedule: &Schedule);
}

/// Turns rows into columns: lane 4g + i of vector j becomes lane 4g + j of vector i.
#[inline(always)]
fn transpose<L: Lanes<N>, const N: usize>([a, b, c, d]: [L; 4]) -> [L; 4] {
    let (low_ab, high_ab) = (a.interleave_low(b), a.interleave_high(b));
    let (low_cd, high_cd) = (c.interleave_low(d), c.interleave_high(d));
    [
        low_ab.join_low(low_cd),
        low_ab.join_high(low_cd),
        high_ab.join_low(high_cd),
        high_ab.join_high(high_cd),
    ]
}

/// The words of `N` blocks, block i in lane i. The function gives a quarter (second argument) of a block (first).
#[inline(always)]
pub(super) fn load<L: Lanes<N>, const N: usize>(
    quarter: impl Fn(usize, usize) -> [u8; 16],
) -> [L; 16] {
    let quarters = [
        load_quarter(&quarter, 0),
        load_quarter(&quarter, 1),
        load_quarter(&quarter, 2),
        load_quarter(&quarter, 3),
    ];
    std::array::from_fn(|index| quarters[index / 4][index % 4])
}

#[inline(always)]
fn load_quarter<L: Lanes<N>, const N: usize>(
    quarter: &impl Fn(usize, usize) -> [u8; 16],
    part: usize,
) -> [L; 4] {
    transpose([
        L::from_groups(|group| quarter(4 * group, part)),
        L::from_groups(|group| quarter(4 * group + 1, part)),
        L::from_groups(|group| quarter(4 * group + 2, part)),
        L::from_groups(|group| quarter(4 * group + 3, part)),
    ])
}

/// The digest of each lane: its state, big-endian.
#[inline(always)]
pub(super) fn digests<L: Lanes<N>, const N: usize>(state: &[L; 8]) -> [Digest; N] {
    let mut digests = [[0; 32]; N];
    let [a, b, c, d, e, f, g, h] = *state;
    for (half, words) in [[a, b, c, d], [e, f, g, h]].into_iter().enumerate() {
        for (row, words) in transpose(words).into_iter().enumerate() {
            words.to_groups(|group, bytes| {
                digests[4 * group + row][16 * half..][..16].copy_from_slice(&bytes);
            });
        }
    }
    digests
}

/// W_j from the words before it (clause 5.3.2), given by how far back they are.
#[inline(always)]
fn expanded<L: Lanes<N>, const N: usize>(at: impl Fn(usize) -> L) -> L {
    let x = at(16).parity(at(9), at(3).rotate_left(15));
    let permuted = x.parity(x.rotate_left(15), x.rotate_left(23));
    permuted.parity(at(13).rotate_left(7), at(6))
}

/// The expansion of one block.
pub(super) fn expand(block: &[u8; 64]) -> Schedule {
    let mut w = [0u32; 68];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for j in 16..68 {
        let x = w[j - 16] ^ w[j - 9] ^ w[j - 3].rotate_left(15);
        let permuted = x ^ x.rotate_left(15) ^ x.rotate_left(23);
        w[j] = permuted ^ w[j - 13].rotate_left(7) ^ w[j - 6];
    }
    std::array::from_fn(|j| [w[j], w[j] ^ w[j + 4]])
}

/// W_j and W'_j of blocks that stand one after the other in a message, block i in lane i: for rounds outside of vectors.
#[repr(C, align(64))]
pub(super) struct Ahead<const N: usize> {
    w: [[u32; N]; 68],
    both: [[u32; N]; 64],
}

impl<const N: usize> Ahead<N> {
    /// Bytes from one word of a block to its next.
    pub(super) const STRIDE: i32 = size_of::<[u32; N]>() as i32;

    /// Bytes from W_j to W'_j.
    pub(super) const BOTH: i32 = size_of::<[[u32; N]; 68]>() as i32;

    /// Room for the expansion of `N` blocks.
    pub(super) fn new() -> Self {
        Self {
            w: [[0; N]; 68],
            both: [[0; N]; 64],
        }
    }

    /// Where a block's W_0 is.
    pub(super) fn lane(&self, lane: usize) -> *const u32 {
        assert!(lane < N, "a lane");
        std::ptr::from_ref(self).cast::<u32>().wrapping_add(lane)
    }
}

/// The expansion of `N` blocks or fewer.
#[inline(always)]
pub(super) fn expand_ahead<L: Lanes<N>, const N: usize>(blocks: &[[u8; 64]], ahead: &mut Ahead<N>) {
    let mut padded = [[0; 64]; N];
    let blocks = blocks.first_chunk::<N>().unwrap_or_else(|| {
        padded[..blocks.len()].copy_from_slice(blocks);
        &padded
    });
    let window = load::<L, N>(|lane, part| blocks[lane].as_chunks().0[part]);
    for (words, word) in ahead.w.iter_mut().zip(window) {
        *words = word.to_words();
    }
    // Wide stores are what this takes longest for: each word goes to its place at once.
    for j in 4..68 {
        let at = |back: usize| L::from_words(ahead.w[j - back]);
        let word = if j < 16 {
            at(0)
        } else {
            let word = expanded(at);
            ahead.w[j] = word.to_words();
            word
        };
        ahead.both[j - 4] = word.xor(L::from_words(ahead.w[j - 4])).to_words();
    }
}

/// One round (clause 5.3.3). Instead of moving every word to the next register, the next round names them differently:
/// A is then where D was, and E where H was.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident,
     $first:ident, $second:ident, $constant:expr, $w:expr, $both:expr) => {{
        let rotated = $a.rotate_left(12);
        let first = rotated.add(L::splat($constant)).add($e).rotate_left(7);
        let second = $e.$second($f, $g).add($h).add($w).add(first);
        $d = $a.$first($b, $c).add($d).add($both).add(first.xor(rotated));
        $b = $b.rotate_left(9);
        $f = $f.rotate_left(19);
        $h = second.parity(second.rotate_left(9), second.rotate_left(17));
    }};
}

/// Four rounds, after which every word is back in its place. `$at` is a macro that gives constant, W and W' of a round.
macro_rules! four_rounds {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident,
     $first:ident, $second:ident, $round:expr, $at:ident) => {{
        let (constant, w, both) = $at!($round);
        round!($a $b $c $d $e $f $g $h, $first, $second, constant, w, both);
        let (constant, w, both) = $at!($round + 1);
        round!($d $a $b $c $h $e $f $g, $first, $second, constant, w, both);
        let (constant, w, both) = $at!($round + 2);
        round!($c $d $a $b $g $h $e $f, $first, $second, constant, w, both);
        let (constant, w, both) = $at!($round + 3);
        round!($b $c $d $a $f $g $h $e, $first, $second, constant, w, both);
    }};
}

/// `N` blocks, each into the state of its lane.
#[inline(always)]
pub(super) fn compress<L: Lanes<N>, const N: usize>(state: &mut [L; 8], window: [L; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    let mut w = [L::splat(0); 68];
    w[..16].copy_from_slice(&window);
    macro_rules! at {
        ($j:expr) => {
            (ROUND_CONSTANTS[$j], w[$j], w[$j].xor(w[$j + 4]))
        };
    }
    // Expanded sixteen rounds ahead, so that the chain of the expansion and that of the rounds run side by side.
    macro_rules! expanding_at {
        ($j:expr) => {{
            w[$j + 16] = expanded(|back| w[$j + 16 - back]);
            at!($j)
        }};
    }
    for round in (0..16).step_by(4) {
        four_rounds!(a b c d e f g h, parity, parity, round, expanding_at);
    }
    for round in (16..52).step_by(4) {
        four_rounds!(a b c d e f g h, majority, choose, round, expanding_at);
    }
    for round in (52..64).step_by(4) {
        four_rounds!(a b c d e f g h, majority, choose, round, at);
    }
    for (word, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.xor(new);
    }
}

/// The same block into the state of every lane: it is expanded once.
#[inline(always)]
pub(super) fn compress_same<L: Lanes<N>, const N: usize>(state: &mut [L; 8], schedule: &Schedule) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! at {
        ($j:expr) => {{
            let [w, both] = schedule[$j];
            (ROUND_CONSTANTS[$j], L::splat(w), L::splat(both))
        }};
    }
    for round in (0..16).step_by(4) {
        four_rounds!(a b c d e f g h, parity, parity, round, at);
    }
    for round in (16..64).step_by(4) {
        four_rounds!(a b c d e f g h, majority, choose, round, at);
    }
    for (word, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.xor(new);
    }
}
