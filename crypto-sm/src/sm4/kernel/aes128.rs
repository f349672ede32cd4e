//! SM4 four blocks a vector, with the S-box of AES (AES-NI, SSSE3): constant time.

use super::{
    affine::{AFTER_AES, BEFORE_AES, unshift_rows},
    rounds::rounds,
    words128::{add, constant, count, load, splat, store},
};
use std::arch::x86_64::*;

rounds!("aes,ssse3", __m128i, 4 blocks in a vector, 4 groups at once);

/// An affine map of bytes by its images of the low and the high halves.
#[inline]
#[target_feature(enable = "aes,ssse3")]
fn map(low: [u8; 16], high: [u8; 16], x: __m128i) -> __m128i {
    let half = _mm_set1_epi8(0x0f);
    let lower = _mm_and_si128(x, half);
    let upper = _mm_and_si128(_mm_srli_epi32::<4>(x), half);
    add(
        _mm_shuffle_epi8(constant(&low), lower),
        _mm_shuffle_epi8(constant(&high), upper),
    )
}

/// The S-box on every byte, but with the rows shifted as AES does.
#[inline]
#[target_feature(enable = "aes,ssse3")]
fn substitute_shifted(x: __m128i) -> __m128i {
    let x = map(
        const { BEFORE_AES.low_halves() },
        const { BEFORE_AES.high_halves() },
        x,
    );
    let x = _mm_aesenclast_si128(x, _mm_setzero_si128());
    map(
        const { AFTER_AES.low_halves() },
        const { AFTER_AES.high_halves() },
        x,
    )
}

#[inline]
#[target_feature(enable = "aes,ssse3")]
fn turn<const BYTES: usize>(x: __m128i) -> __m128i {
    _mm_shuffle_epi8(x, constant(const { &unshift_rows(BYTES) }))
}

#[inline]
#[target_feature(enable = "aes,ssse3")]
fn mix(a: __m128i, b: __m128i) -> __m128i {
    let s = substitute_shifted(b);
    let sum = add(add(turn::<0>(s), turn::<1>(s)), turn::<2>(s));
    let turned = _mm_or_si128(_mm_slli_epi32::<2>(sum), _mm_srli_epi32::<30>(sum));
    add(add(a, turned), add(turn::<0>(s), turn::<3>(s)))
}

/// The S-box on each byte of a word.
#[target_feature(enable = "aes,ssse3")]
pub(super) fn substitute(word: u32) -> u32 {
    _mm_cvtsi128_si32(turn::<0>(substitute_shifted(splat(word)))) as u32
}
