//! GHASH with VPCLMULQDQ on AVX2, two blocks a vector, one reduction for sixteen blocks.
#![allow(unsafe_code, reason = "loads of vectors take raw pointers")]

use super::{
    Element, Powers,
    clmul128::{self, Product, element, reduce, vector},
};
use crate::sm4::Block;
use std::arch::x86_64::*;

#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
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
#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
fn add_up(powers: &Powers, state: __m128i, blocks: &[Block; 16]) -> __m128i {
    let mut carried = _mm256_zextsi128_si256(state);
    let [mut low, mut middle, mut high] = [_mm256_setzero_si256(); 3];
    for (pair, powers) in blocks.as_chunks().0.iter().zip(powers.as_chunks().0) {
        let x = _mm256_xor_si256(load(pair), carried);
        carried = _mm256_setzero_si256();
        let h = load_powers(powers);
        let crossed = _mm256_xor_si256(
            _mm256_clmulepi64_epi128::<0x01>(x, h),
            _mm256_clmulepi64_epi128::<0x10>(x, h),
        );
        low = _mm256_xor_si256(low, _mm256_clmulepi64_epi128::<0x00>(x, h));
        middle = _mm256_xor_si256(middle, crossed);
        high = _mm256_xor_si256(high, _mm256_clmulepi64_epi128::<0x11>(x, h));
    }
    reduce(Product {
        low: halves(low),
        middle: halves(middle),
        high: halves(high),
    })
}

/// The sum of both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn halves(x: __m256i) -> __m128i {
    _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x))
}

/// Blocks as big-endian numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn load(blocks: &[Block; 2]) -> __m256i {
    let reverse = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    // SAFETY: two blocks are 32 readable bytes; the instruction needs no alignment.
    let bytes = unsafe { _mm256_loadu_si256(blocks.as_ptr().cast()) };
    _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(reverse))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_powers(powers: &[Element; 2]) -> __m256i {
    // SAFETY: two elements are 32 readable bytes, in the order of this CPU; the instruction needs no alignment.
    unsafe { _mm256_loadu_si256(powers.as_ptr().cast()) }
}
