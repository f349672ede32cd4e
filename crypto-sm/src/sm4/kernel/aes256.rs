//! SM4 eight blocks a vector, with the S-box of AES half a vector at a time (AVX2, AES-NI): constant time.

use super::{
    affine::{AFTER_AES, BEFORE_AES, unshift_rows},
    rounds::rounds,
    words256::{add, constant, count, load, splat, store},
};
use std::arch::x86_64::*;

rounds!("avx2,aes", __m256i, 8 blocks in a vector, 4 groups at once);

/// An affine map of bytes by its images of the low and the high halves.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn map(low: [u8; 16], high: [u8; 16], x: __m256i) -> __m256i {
    let half = _mm256_set1_epi8(0x0f);
    let lower = _mm256_and_si256(x, half);
    let upper = _mm256_and_si256(_mm256_srli_epi32::<4>(x), half);
    add(
        _mm256_shuffle_epi8(constant(&low), lower),
        _mm256_shuffle_epi8(constant(&high), upper),
    )
}

/// What turns a byte into the argument of AES's S-box.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn before(x: __m256i) -> __m256i {
    map(
        const { BEFORE_AES.low_halves() },
        const { BEFORE_AES.high_halves() },
        x,
    )
}

/// What makes SM4's substitute of AES's.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn after(x: __m256i) -> __m256i {
    map(
        const { AFTER_AES.low_halves() },
        const { AFTER_AES.high_halves() },
        x,
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn turn<const BYTES: usize>(x: __m256i) -> __m256i {
    _mm256_shuffle_epi8(x, constant(const { &unshift_rows(BYTES) }))
}

/// a + L(s), where the rows of s are shifted as AES does in each half.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn spread(a: __m256i, s: __m256i) -> __m256i {
    let sum = add(add(turn::<0>(s), turn::<1>(s)), turn::<2>(s));
    let turned = _mm256_or_si256(_mm256_slli_epi32::<2>(sum), _mm256_srli_epi32::<30>(sum));
    add(add(a, turned), add(turn::<0>(s), turn::<3>(s)))
}

#[inline]
#[target_feature(enable = "avx2,aes")]
fn mix(a: __m256i, b: __m256i) -> __m256i {
    let b = before(b);
    let zero = _mm_setzero_si128();
    let lower = _mm_aesenclast_si128(_mm256_castsi256_si128(b), zero);
    let upper = _mm_aesenclast_si128(_mm256_extracti128_si256::<1>(b), zero);
    spread(a, after(_mm256_set_m128i(upper, lower)))
}
