//! Eight lanes of AVX2.
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
    __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi32, _mm256_and_si256,
    _mm256_castsi128_si256, _mm256_castsi256_si128, _mm256_extracti128_si256,
    _mm256_inserti128_si256, _mm256_loadu_si256, _mm256_or_si256, _mm256_set1_epi32,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srlv_epi32,
    _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64, _mm256_xor_si256,
};

/// Lanes of a vector.
const LANES: usize = 8;

/// That this processor has AVX2.
#[derive(Clone, Copy)]
pub(in crate::sm3) struct Unit(());

impl Unit {
    /// The unit, if this processor has it.
    #[inline]
    pub(in crate::sm3) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// See [`super::expand_ahead`].
    pub(in crate::sm3) fn expand_ahead(self, blocks: &[[u8; 64]], ahead: &mut Ahead<LANES>) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe { expand_ahead(blocks, ahead) }
    }

    /// See [`batch::hash_messages`].
    pub(in crate::sm3) fn hash_messages(self, messages: &[Message<'_>], digests: &mut [Digest]) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe { hash_messages(messages, digests) }
    }

    /// See [`batch::hash_nodes`].
    pub(in crate::sm3) fn hash_nodes(
        self,
        prefix: u8,
        pairs: &[[Digest; 2]],
        digests: &mut [Digest],
    ) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe { hash_nodes(prefix, pairs, digests) }
    }
}

#[target_feature(enable = "avx2")]
fn compress_lanes(state: &mut [Vector; 8], window: [Vector; 16]) {
    super::compress(state, window);
}

#[target_feature(enable = "avx2")]
fn compress_same_lanes(state: &mut [Vector; 8], schedule: &Schedule) {
    super::compress_same(state, schedule);
}

#[target_feature(enable = "avx2")]
fn expand_ahead(blocks: &[[u8; 64]], ahead: &mut Ahead<LANES>) {
    super::expand_ahead::<Vector, LANES>(blocks, ahead);
}

#[target_feature(enable = "avx2")]
fn hash_messages(messages: &[Message<'_>], digests: &mut [Digest]) {
    batch::hash_messages::<Vector, LANES>(messages, digests);
}

#[target_feature(enable = "avx2")]
fn hash_nodes(prefix: u8, pairs: &[[Digest; 2]], digests: &mut [Digest]) {
    batch::hash_nodes::<Vector, LANES>(prefix, pairs, digests);
}

/// Eight words. It is used only inside the functions above, into which everything below is inlined.
#[derive(Clone, Copy)]
struct Vector(__m256i);

/// For each group of four words, the order of bytes reversed within each word.
#[inline(always)]
fn reverse(vector: __m256i) -> __m256i {
    // SAFETY: reached only through `Unit`, which proves that the processor has AVX2.
    unsafe {
        let order = _mm256_setr_epi8(
            3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10,
            9, 8, 15, 14, 13, 12,
        );
        _mm256_shuffle_epi8(vector, order)
    }
}

// The instructions take and give registers; the loads and stores take the addresses of arrays that are as long as what is
// loaded or stored, and need no alignment.
impl Lanes<LANES> for Vector {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        // SAFETY: reached only through `Unit`, which proves that the processor has AVX2.
        Self(unsafe { _mm256_set1_epi32(word.cast_signed()) })
    }

    #[inline(always)]
    fn from_words(words: [u32; LANES]) -> Self {
        // SAFETY: as above; 32 bytes are read from an array of 32 bytes.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn to_words(self) -> [u32; LANES] {
        let mut words = [0; LANES];
        // SAFETY: as above; 32 bytes are written to an array of 32 bytes.
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), self.0) };
        words
    }

    #[inline(always)]
    fn from_groups(bytes: impl Fn(usize) -> [u8; 16]) -> Self {
        let (low, high) = (bytes(0), bytes(1));
        // SAFETY: as above; 16 bytes are read from arrays of 16 bytes.
        Self(reverse(unsafe {
            _mm256_inserti128_si256::<1>(
                _mm256_castsi128_si256(_mm_loadu_si128(low.as_ptr().cast())),
                _mm_loadu_si128(high.as_ptr().cast()),
            )
        }))
    }

    #[inline(always)]
    fn to_groups(self, mut take: impl FnMut(usize, [u8; 16])) {
        let vector = reverse(self.0);
        let (mut low, mut high) = ([0; 16], [0; 16]);
        // SAFETY: as above; 16 bytes are written to arrays of 16 bytes.
        unsafe {
            _mm_storeu_si128(low.as_mut_ptr().cast(), _mm256_castsi256_si128(vector));
            _mm_storeu_si128(
                high.as_mut_ptr().cast(),
                _mm256_extracti128_si256::<1>(vector),
            );
        }
        take(0, low);
        take(1, high);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            _mm256_or_si256(
                _mm256_sllv_epi32(self.0, Self::splat(bits).0),
                _mm256_srlv_epi32(self.0, Self::splat(32 - bits).0),
            )
        })
    }

    #[inline(always)]
    fn parity(self, y: Self, z: Self) -> Self {
        self.xor(y).xor(z)
    }

    #[inline(always)]
    fn majority(self, y: Self, z: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            _mm256_or_si256(
                _mm256_and_si256(self.0, y.0),
                _mm256_and_si256(z.0, _mm256_or_si256(self.0, y.0)),
            )
        })
    }

    #[inline(always)]
    fn choose(self, y: Self, z: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_and_si256(self.0, y.xor(z).0) }).xor(z)
    }

    #[inline(always)]
    fn interleave_low(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_unpacklo_epi32(self.0, y.0) })
    }

    #[inline(always)]
    fn interleave_high(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_unpackhi_epi32(self.0, y.0) })
    }

    #[inline(always)]
    fn join_low(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_unpacklo_epi64(self.0, y.0) })
    }

    #[inline(always)]
    fn join_high(self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_unpackhi_epi64(self.0, y.0) })
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
