//! SM4 eight blocks a vector, with affine maps and inversion in GF(2^8) (AVX2, GFNI): constant time.
#![allow(unsafe_code, reason = "loads and stores of vectors take raw pointers")]

use super::{
    affine::{AFTER_INVERSION, BEFORE_INVERSION},
    coordinates::{ENTER, KEY_CONSTANT, LAST, LEAVE, NEXT, OWN},
    rounds::rounds,
    words256::{add, constant, count, load, splat, store},
};
use crate::sm4::schedule::RoundKeys;
use std::arch::x86_64::*;

rounds!("avx2,gfni", __m256i, 8 blocks in a vector, 4 groups at once, enter, leave);

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

/// Every byte into the coordinates of the rounds.
#[inline]
#[target_feature(enable = "avx2,gfni")]
fn enter(x: __m256i) -> __m256i {
    _mm256_gf2p8affine_epi64_epi8::<0>(x, _mm256_set1_epi64x(const { ENTER.quadword() }))
}

/// Every byte back from there.
#[inline]
#[target_feature(enable = "avx2,gfni")]
fn leave(x: __m256i) -> __m256i {
    _mm256_gf2p8affine_epi64_epi8::<0>(x, _mm256_set1_epi64x(const { LEAVE.quadword() }))
}

/// Takes round keys there, with the constant in front of the inversion.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn enter_keys(keys: &mut RoundKeys) {
    for words in keys.as_chunks_mut::<8>().0 {
        let place = words.as_mut_ptr().cast();
        // SAFETY: so many words are the readable bytes of a vector; the instruction needs no alignment.
        let inside = enter(unsafe { _mm256_loadu_si256(place) });
        let constant = splat(u32::from_ne_bytes([KEY_CONSTANT; 4]));
        // SAFETY: as above, and they are writable.
        unsafe { _mm256_storeu_si256(place, add(inside, constant)) };
    }
}

#[inline]
#[target_feature(enable = "avx2,gfni")]
fn mix(a: __m256i, b: __m256i) -> __m256i {
    const CONSTANT: i32 = OWN.constant as i32;
    let matrix = |matrix: i64| _mm256_set1_epi64x(matrix);
    let own = matrix(const { OWN.matrix.quadword() });
    let own = _mm256_gf2p8affineinv_epi64_epi8::<CONSTANT>(b, own);
    let next = matrix(const { NEXT.quadword() });
    let next = _mm256_gf2p8affineinv_epi64_epi8::<0>(b, next);
    let last = matrix(const { LAST.quadword() });
    let last = _mm256_gf2p8affineinv_epi64_epi8::<0>(b, last);
    let sum = add(add(a, own), turn::<1>(next));
    add(sum, add(turn::<2>(next), turn::<3>(last)))
}

/// The S-box on each byte of a word.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn substitute(word: u32) -> u32 {
    _mm256_cvtsi256_si32(substitute_all(splat(word))) as u32
}
