//! SM4 sixteen blocks a vector, with affine maps and inversion in GF(2^8) (AVX-512, GFNI): constant time. A quarter of a
//! vector holds the words of every fourth block.
#![allow(unsafe_code, reason = "loads and stores of vectors take raw pointers")]

use super::{
    affine::{AFTER_INVERSION, BEFORE_INVERSION},
    coordinates::{ENTER, KEY_CONSTANT, LAST, LEAVE, NEXT, OWN},
    rounds::rounds,
};
use crate::sm4::{Block, schedule::RoundKeys};
use std::arch::x86_64::*;

rounds!("avx512f,avx512bw,gfni", __m512i, 16 blocks in a vector, 4 groups at once, enter, leave);

/// The truth table of the sum of three bits.
const SUM: i32 = 0x96;

/// Takes the bytes of each word in reverse.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn reverse_words(x: __m512i) -> __m512i {
    let sources = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(sources))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn splat(word: u32) -> __m512i {
    _mm512_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn count(word: u32) -> __m512i {
    let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_add_epi32(splat(word), order)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_xor_si512(a, b)
}

/// The S-box on every byte.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn substitute_all(x: __m512i) -> __m512i {
    const BEFORE: i32 = BEFORE_INVERSION.constant as i32;
    const AFTER: i32 = AFTER_INVERSION.constant as i32;
    let before = _mm512_set1_epi64(const { BEFORE_INVERSION.matrix.quadword() });
    let after = _mm512_set1_epi64(const { AFTER_INVERSION.matrix.quadword() });
    let x = _mm512_gf2p8affine_epi64_epi8::<BEFORE>(x, before);
    _mm512_gf2p8affineinv_epi64_epi8::<AFTER>(x, after)
}

/// Every byte into the coordinates of the rounds.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn enter(x: __m512i) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(x, _mm512_set1_epi64(const { ENTER.quadword() }))
}

/// Every byte back from there.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn leave(x: __m512i) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(x, _mm512_set1_epi64(const { LEAVE.quadword() }))
}

/// Takes round keys there, with the constant in front of the inversion.
#[target_feature(enable = "avx512f,avx512bw,gfni")]
pub(super) fn enter_keys(keys: &mut RoundKeys) {
    for words in keys.as_chunks_mut::<16>().0 {
        let place = words.as_mut_ptr().cast();
        // SAFETY: so many words are the readable bytes of a vector; the instruction needs no alignment.
        let inside = enter(unsafe { _mm512_loadu_si512(place) });
        let constant = splat(u32::from_ne_bytes([KEY_CONSTANT; 4]));
        // SAFETY: as above, and they are writable.
        unsafe { _mm512_storeu_si512(place, add(inside, constant)) };
    }
}

/// Every word turned to the left by whole bytes. In AMD's processors rotations of words share two pipes with the maps of GFNI;
/// permutations of bytes do not.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn turn<const BYTES: usize>(x: __m512i) -> __m512i {
    let [a, b, c, d] = const {
        let mut sources = [0; 4];
        let mut word = 0;
        while word < 4 {
            let own = 0x0302_0100 + word as i32 * 0x0404_0404;
            sources[word] = own.rotate_left(8 * BYTES as u32);
            word += 1;
        }
        sources
    };
    _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d)))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn mix(a: __m512i, b: __m512i) -> __m512i {
    const CONSTANT: i32 = OWN.constant as i32;
    let matrix = |matrix: i64| _mm512_set1_epi64(matrix);
    let own = matrix(const { OWN.matrix.quadword() });
    let own = _mm512_gf2p8affineinv_epi64_epi8::<CONSTANT>(b, own);
    let next = matrix(const { NEXT.quadword() });
    let next = _mm512_gf2p8affineinv_epi64_epi8::<0>(b, next);
    let last = matrix(const { LAST.quadword() });
    let last = _mm512_gf2p8affineinv_epi64_epi8::<0>(b, last);
    let sum = _mm512_ternarylogic_epi32::<SUM>(a, own, turn::<1>(next));
    _mm512_ternarylogic_epi32::<SUM>(sum, turn::<2>(next), turn::<3>(last))
}

/// Rows to columns of 4 × 4 words, in each quarter.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn transpose([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn load(blocks: &[Block; 16]) -> [__m512i; 4] {
    let mut rows = [splat(0); 4];
    for (row, four) in rows.iter_mut().zip(blocks.as_chunks::<4>().0) {
        // SAFETY: four blocks are 64 readable bytes; the instruction needs no alignment.
        *row = reverse_words(unsafe { _mm512_loadu_si512(four.as_ptr().cast()) });
    }
    transpose(rows)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn store(words: [__m512i; 4], blocks: &mut [Block; 16]) {
    let fours = blocks.as_chunks_mut::<4>().0;
    for (row, four) in transpose(words).into_iter().zip(fours) {
        // SAFETY: four blocks are 64 writable bytes; the instruction needs no alignment.
        unsafe { _mm512_storeu_si512(four.as_mut_ptr().cast(), reverse_words(row)) };
    }
}

/// The S-box on each byte of a word.
#[target_feature(enable = "avx512f,avx512bw,gfni")]
pub(super) fn substitute(word: u32) -> u32 {
    _mm_cvtsi128_si32(_mm512_castsi512_si128(substitute_all(splat(word)))) as u32
}
