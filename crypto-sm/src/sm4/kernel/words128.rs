//! Vectors of four 32-bit words on x86-64 (SSSE3).
#![allow(unsafe_code, reason = "loads and stores of vectors take raw pointers")]

use crate::sm4::Block;
use std::arch::x86_64::*;

/// Takes the bytes of each word in reverse.
const REVERSE_WORDS: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn constant(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: 16 bytes are readable; the instruction needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn splat(word: u32) -> __m128i {
    _mm_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn count(word: u32) -> __m128i {
    _mm_add_epi32(splat(word), _mm_setr_epi32(0, 1, 2, 3))
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn add(a: __m128i, b: __m128i) -> __m128i {
    _mm_xor_si128(a, b)
}

/// Rows to columns of 4 × 4 words.
#[inline]
#[target_feature(enable = "ssse3")]
fn transpose([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
    [
        _mm_unpacklo_epi64(ab, cd),
        _mm_unpackhi_epi64(ab, cd),
        _mm_unpacklo_epi64(ab_high, cd_high),
        _mm_unpackhi_epi64(ab_high, cd_high),
    ]
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn load(blocks: &[Block; 4]) -> [__m128i; 4] {
    let reverse = constant(&REVERSE_WORDS);
    let mut rows = [splat(0); 4];
    for (row, block) in rows.iter_mut().zip(blocks) {
        *row = _mm_shuffle_epi8(constant(block), reverse);
    }
    transpose(rows)
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn store(words: [__m128i; 4], blocks: &mut [Block; 4]) {
    let reverse = constant(&REVERSE_WORDS);
    for (row, block) in transpose(words).into_iter().zip(blocks) {
        let row = _mm_shuffle_epi8(row, reverse);
        // SAFETY: a block is 16 writable bytes; the instruction needs no alignment.
        unsafe { _mm_storeu_si128(block.as_mut_ptr().cast(), row) };
    }
}
