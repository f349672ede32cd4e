//! GHASH with VPCLMULQDQ on AVX-512, four blocks a vector, one reduction for sixteen blocks.
#![allow(unsafe_code, reason = "loads of vectors take raw pointers")]

use super::{
    Element, Powers,
    clmul128::{self, Product, element, reduce, vector},
};
use crate::sm4::Block;
use std::arch::x86_64::*;

/// The truth table of the sum of three bits.
const SUM: i32 = 0x96;

#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq")]
pub(super) fn update(powers: &Powers, mut state: Element, blocks: &[Block]) -> Element {
    let (chunks, rest) = blocks.as_chunks::<16>();
    if !chunks.is_empty() {
        let mut sum = vector(state);
        for chunk in chunks {
            sum = add_up(powers, sum, chunk);
        }
        state = element(sum);
    }
    clmul128::update(powers, state, rest)
}

/// The blocks, the state added to the first, each times its power.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq")]
fn add_up(powers: &Powers, state: __m128i, blocks: &[Block; 16]) -> __m128i {
    let mut carried = _mm512_zextsi128_si512(state);
    let [mut low, mut middle, mut high] = [_mm512_setzero_si512(); 3];
    for (four, powers) in blocks.as_chunks().0.iter().zip(powers.as_chunks().0) {
        let x = _mm512_xor_si512(load(four), carried);
        carried = _mm512_setzero_si512();
        let h = load_powers(powers);
        low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128::<0x00>(x, h));
        middle = _mm512_ternarylogic_epi64::<SUM>(
            middle,
            _mm512_clmulepi64_epi128::<0x01>(x, h),
            _mm512_clmulepi64_epi128::<0x10>(x, h),
        );
        high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128::<0x11>(x, h));
    }
    reduce(Product {
        low: quarters(low),
        middle: quarters(middle),
        high: quarters(high),
    })
}

/// The sum of all quarters.
#[inline]
#[target_feature(enable = "avx512f")]
fn quarters(x: __m512i) -> __m128i {
    let halves = _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64::<1>(x));
    _mm_xor_si128(
        _mm256_castsi256_si128(halves),
        _mm256_extracti128_si256::<1>(halves),
    )
}

/// Blocks as big-endian numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(blocks: &[Block; 4]) -> __m512i {
    let reverse = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    // SAFETY: four blocks are 64 readable bytes; the instruction needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(blocks.as_ptr().cast()) };
    _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(reverse))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_powers(powers: &[Element; 4]) -> __m512i {
    // SAFETY: four elements are 64 readable bytes, in the order of this CPU; the instruction needs no alignment.
    unsafe { _mm512_loadu_si512(powers.as_ptr().cast()) }
}
