//! SM4 eight blocks a vector, with affine maps and inversion in GF(2^8) (AVX2, GFNI): constant time.

use super::{
    affine::{AFTER_INVERSION, BEFORE_INVERSION},
    rounds::rounds,
    words256::{add, constant, count, load, splat, store},
};
use std::arch::x86_64::*;

rounds!("avx2,gfni", __m256i, 8 blocks in a vector, 4 groups at once);

/// The S-box on every byte.
#[inline]
#[target_feature(enable = "avx2,gfni")]
fn substitute_all(x: __m256i) -> __m256i {
    const BEFORE: i32 = BEFORE_INVERSION.constant as i32;
    const AFTER: i32 = AFTER_INVERSION.constant as i32;
    let before = _mm256_set1_epi64x(const { BEFORE_INVERSION.matrix.quadword() });
    let after = _mm256_set1_epi64x(const { AFTER_INVERSION.matrix.quadword() });
    let x = _mm256_gf2p8affine_epi64_epi8::<BEFORE>(x, before);
    _mm256_gf2p8affineinv_epi64_epi8::<AFTER>(x, after)
}

/// Every word turned to the left by whole bytes.
#[inline]
#[target_feature(enable = "avx2,gfni")]
fn turn<const BYTES: usize>(x: __m256i) -> __m256i {
    let sources = const {
        let mut sources = [0; 16];
        let mut place = 0;
        while place < 16 {
            sources[place] = (place / 4 * 4 + (place + 4 - BYTES) % 4) as u8;
            place += 1;
        }
        &{ sources }
    };
    _mm256_shuffle_epi8(x, constant(sources))
}

#[inline]
#[target_feature(enable = "avx2,gfni")]
fn mix(a: __m256i, b: __m256i) -> __m256i {
    let s = substitute_all(b);
    let sum = add(add(s, turn::<1>(s)), turn::<2>(s));
    let turned = _mm256_or_si256(_mm256_slli_epi32::<2>(sum), _mm256_srli_epi32::<30>(sum));
    add(add(a, turned), add(s, turn::<3>(s)))
}

/// The S-box on each byte of a word.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn substitute(word: u32) -> u32 {
    _mm256_cvtsi256_si32(substitute_all(splat(word))) as u32
}
