//! Vectors of eight 32-bit words on x86-64 (AVX2). The lower half holds the words of the blocks 0, 2, 4, 6, the upper half
//! those of 1, 3, 5, 7.
#![allow(unsafe_code, reason = "loads and stores of vectors take raw pointers")]

use crate::sm4::Block;
use std::arch::x86_64::*;

/// Takes the bytes of each word in reverse.
const REVERSE_WORDS: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

/// The same 16 bytes in both halves.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn constant(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are readable; the instruction needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn splat(word: u32) -> __m256i {
    _mm256_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn count(word: u32) -> __m256i {
    _mm256_add_epi32(splat(word), _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7))
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn add(a: __m256i, b: __m256i) -> __m256i {
    _mm256_xor_si256(a, b)
}

/// Rows to columns of 4 × 4 words, in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(blocks: &[Block; 8]) -> [__m256i; 4] {
    let reverse = constant(&REVERSE_WORDS);
    let mut rows = [splat(0); 4];
    for (row, pair) in rows.iter_mut().zip(blocks.as_chunks::<2>().0) {
        // SAFETY: two blocks are 32 readable bytes; the instruction needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(pair.as_ptr().cast()) };
        *row = _mm256_shuffle_epi8(bytes, reverse);
    }
    transpose(rows)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store(words: [__m256i; 4], blocks: &mut [Block; 8]) {
    let reverse = constant(&REVERSE_WORDS);
    let pairs = blocks.as_chunks_mut::<2>().0;
    for (row, pair) in transpose(words).into_iter().zip(pairs) {
        let row = _mm256_shuffle_epi8(row, reverse);
        // SAFETY: two blocks are 32 writable bytes; the instruction needs no alignment.
        unsafe { _mm256_storeu_si256(pair.as_mut_ptr().cast(), row) };
    }
}
