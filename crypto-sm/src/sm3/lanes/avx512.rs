//! Sixteen lanes of AVX-512: rotations and functions of three words are single instructions.
#![allow(
    unsafe_code,
    reason = "vector instructions may only run where the processor has them; the type Unit proves that it has"
)]

use super::{Ahead, Lanes, Schedule};
use crate::sm3::{
    Digest,
    many::{Message, batch},
};
use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm_setr_epi8, _mm_storeu_si128, _mm512_add_epi32,
    _mm512_broadcast_i32x4, _mm512_castsi128_si512, _mm512_extracti32x4_epi32, _mm512_inserti32x4,
    _mm512_loadu_si512, _mm512_rolv_epi32, _mm512_set1_epi32, _mm512_shuffle_epi8,
    _mm512_storeu_si512, _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

/// Lanes of a vector.
const LANES: usize = 16;

/// Truth tables of three bits: the bit at 4x + 2y + z is the function of x, y and z.
const PARITY: i32 = 0x96;
const MAJORITY: i32 = 0xe8;
const CHOOSE: i32 = 0xca;

/// That this processor has AVX-512 F and BW.
#[derive(Clone, Copy)]
pub(in crate::sm3) struct Unit(());

impl Unit {
    /// The unit, if this processor has it.
    #[inline]
    pub(in crate::sm3) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"))
            .then_some(Self(()))
    }

    /// See [`super::expand_ahead`].
    pub(in crate::sm3) fn expand_ahead(self, blocks: &[[u8; 64]], ahead: &mut Ahead<LANES>) {
        // SAFETY: a value of this type exists only where the processor has AVX-512 F and BW.
        unsafe { expand_ahead(blocks, ahead) }
    }

    /// See [`batch::hash_messages`].
    pub(in crate::sm3) fn hash_messages(self, messages: &[Message<'_>], digests: &mut [Digest]) {
        // SAFETY: a value of this type exists only where the processor has AVX-512 F and BW.
        unsafe { hash_messages(messages, digests) }
    }

    /// See [`batch::hash_nodes`].
    pub(in crate::sm3) fn hash_nodes(
        self,
        prefix: u8,
        pairs: &[[Digest; 2]],
        digests: &mut [Digest],
    ) {
        // SAFETY: a value of this type exists only where the processor has AVX-512 F and BW.
        unsafe { hash_nodes(prefix, pairs, digests) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn compress_lanes(state: &mut [Vector; 8], window: [Vector; 16]) {
    super::compress(state, window);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn compress_same_lanes(state: &mut [Vector; 8], schedule: &Schedule) {
    super::compress_same(state, schedule);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn expand_ahead(blocks: &[[u8; 64]], ahead: &mut Ahead<LANES>) {
    super::expand_ahead::<Vector, LANES>(blocks, ahead);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn hash_messages(messages: &[Message<'_>], digests: &mut [Digest]) {
    batch::hash_messages::<Vector, LANES>(messages, digests);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn hash_nodes(prefix: u8, pairs: &[[Digest; 2]], digests: &mut [Digest]) {
    batch::hash_nodes::<Vector, LANES>(prefix, pairs, digests);
}

/// Sixteen words. It is used only inside the functions above, into which everything below is inlined.
#[derive(Clone, Copy)]
struct Vector(__m512i);

/// For each group of four words, the order of bytes reversed within each word.
#[inline(always)]
fn reverse(vector: __m512i) -> __m512i {
    // SAFETY: reached only through `Unit`, which proves that the processor has AVX-512 F and BW.
    unsafe {
        let order = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        _mm512_shuffle_epi8(vector, _mm512_broadcast_i32x4(order))
    }
}

/// A function of three words, given by its truth table.
#[inline(always)]
fn ternary<const TABLE: i32>(x: Vector, y: Vector, z: Vector) -> Vector {
    // SAFETY: as above.
    Vector(unsafe { _mm512_ternarylogic_epi32::<TABLE>(x.0, y.0, z.0) })
}

// The instructions take and give registers; the loads and stores take the addresses of arrays that are as long as what is
// loaded or stored, and need no alignment.
impl Lanes<LANES> for Vector {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_set1_epi32(word.cast_signed()) })
    }

    #[inline(always)]
    fn from_words(words: [u32; LANES]) -> Self {
        // SAFETY: as above; 64 bytes are read from an array of 64 bytes.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn to_words(self) -> [u32; LANES] {
        let mut words = [0; LANES];
        // SAFETY: as above; 64 bytes are written to an array of 64 bytes.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) };
        words
    }

    #[inline(always)]
    fn from_groups(bytes: impl Fn(usize) -> [u8; 16]) -> Self {
        let (first, second, third, fourth) = (bytes(0), bytes(1), bytes(2), bytes(3));
        // SAFETY: as above; 16 bytes are read from arrays of 16 bytes.
        Self(reverse(unsafe {
            let vector = _mm512_castsi128_si512(_mm_loadu_si128(first.as_ptr().cast()));
            let vector = _mm512_inserti32x4::<1>(vector, _mm_loadu_si128(second.as_ptr().cast()));
            let vector = _mm512_inserti32x4::<2>(vector, _mm_loadu_si128(third.as_ptr().cast()));
            _mm512_inserti32x4::<3>(vector, _mm_loadu_si128(fourth.as_ptr().cast()))
        }))
    }

    #[inline(always)]
    fn to_groups(self, mut take: impl FnMut(usize, [u8; 16])) {
        let vector = reverse(self.0);
        let mut groups = [[0; 16]; 4];
        let [first, second, third, fourth] = &mut groups;
        // SAFETY: as above; 16 bytes are written to arrays of 16 bytes.
        unsafe {
            _mm_storeu_si128(
                first.as_mut_ptr().cast(),
                _mm512_extracti32x4_epi32::<0>(vector),
            );
            _mm_storeu_si128(
                second.as_mut_ptr().cast(),
                _mm512_extracti32x4_epi32::<1>(vector),
            );
            _mm_storeu_si128(
                third.as_mut_ptr().cast(),
                _mm512_extracti32x4_epi32::<2>(vector),
            );
            _mm_storeu_si128(
                fourth.as_mut_ptr().cast(),
                _mm512_extracti32x4_epi32::<3>(vector),
            );
        }
        for (group, bytes) in groups.into_iter().enumerate() {
            take(group, bytes);
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_rolv_epi32(self.0, Self::splat(bits).0) })
    }

    #[inline(always)]
    fn parity(self, y: Self, z: Self) -> Self {
        ternary::<PARITY>(self, y, z)
    }

    #[inline(always)]
    fn majority(self, y: Self, z: Self) -> Self {
        ternary::<MAJORITY>(self, y, z)
    }

    #[inline(always)]
    fn choose(self, y: Self, z: Self) -> Self {
        ternary::<CHOOSE>(self, y, z)
    }

    #[inline(always)]
    fn interleave_low(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_unpacklo_epi32(self.0, y.0) })
    }

    #[inline(always)]
    fn interleave_high(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_unpackhi_epi32(self.0, y.0) })
    }

    #[inline(always)]
    fn join_low(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_unpacklo_epi64(self.0, y.0) })
    }

    #[inline(always)]
    fn join_high(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_unpackhi_epi64(self.0, y.0) })
    }

    #[inline(always)]
    fn compress(state: &mut [Self; 8], window: [Self; 16]) {
        // SAFETY: as above.
        unsafe { compress_lanes(state, window) }
    }

    #[inline(always)]
    fn compress_same(state: &mut [Self; 8], schedule: &Schedule) {
        // SAFETY: as above.
        unsafe { compress_same_lanes(state, schedule) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_tables_are_those_of_the_functions() {
        for index in 0..8 {
            let [z, y, x] = [0, 1, 2].map(|bit| index >> bit & 1);
            let bit = |table: i32| table >> index & 1;
            assert_eq!(bit(PARITY), x ^ y ^ z);
            assert_eq!(bit(MAJORITY), (x & y) | (x & z) | (y & z));
            assert_eq!(bit(CHOOSE), (x & y) | ((1 - x) & z));
        }
    }
}
