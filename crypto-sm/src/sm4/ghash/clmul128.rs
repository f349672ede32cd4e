//! GHASH with PCLMULQDQ, one block a vector, one reduction for eight blocks.
#![allow(unsafe_code, reason = "loads of vectors take raw pointers")]

use super::{Element, Powers};
use crate::sm4::Block;
use std::arch::x86_64::*;

/// Blocks between two reductions.
const BLOCKS: usize = 8;

/// A product of 256 bits in three overlapping parts.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub(super) low: __m128i,
    pub(super) middle: __m128i,
    pub(super) high: __m128i,
}

#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn update(powers: &Powers, state: Element, blocks: &[Block]) -> Element {
    let mut state = vector(state);
    let (chunks, rest) = blocks.as_chunks::<BLOCKS>();
    for chunk in chunks {
        state = add_up(&powers[powers.len() - BLOCKS..], state, chunk);
    }
    if !rest.is_empty() {
        state = add_up(&powers[powers.len() - rest.len()..], state, rest);
    }
    element(state)
}

/// The blocks, the state added to the first, each times its power.
#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
fn add_up(powers: &[Element], state: __m128i, blocks: &[Block]) -> __m128i {
    let zero = _mm_setzero_si128();
    let mut sum = Product {
        low: zero,
        middle: zero,
        high: zero,
    };
    let mut carried = state;
    for (block, power) in blocks.iter().zip(powers) {
        let x = _mm_xor_si128(load(block), carried);
        carried = zero;
        let h = vector(*power);
        let crossed = _mm_xor_si128(
            _mm_clmulepi64_si128::<0x01>(x, h),
            _mm_clmulepi64_si128::<0x10>(x, h),
        );
        sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128::<0x00>(x, h));
        sum.middle = _mm_xor_si128(sum.middle, crossed);
        sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128::<0x11>(x, h));
    }
    reduce(sum)
}

/// A product divided by x^128: multiples of the modulus are added until the lower half is zero, 64 bits at a time.
#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn reduce(product: Product) -> __m128i {
    // x^63 + x^62 + x^57, which is the modulus's middle divided by x^64.
    let modulus = _mm_set_epi64x(0, 0xc200_0000_0000_0000_u64 as i64);
    let low = _mm_xor_si128(product.low, _mm_slli_si128::<8>(product.middle));
    let high = _mm_xor_si128(product.high, _mm_srli_si128::<8>(product.middle));
    let fold = |x| {
        let swapped = _mm_shuffle_epi32::<0b01_00_11_10>(x);
        _mm_xor_si128(swapped, _mm_clmulepi64_si128::<0x00>(x, modulus))
    };
    _mm_xor_si128(high, fold(fold(low)))
}

/// A block as a big-endian number.
#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
fn load(block: &Block) -> __m128i {
    let reverse = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    // SAFETY: a block is 16 readable bytes; the instruction needs no alignment.
    _mm_shuffle_epi8(unsafe { _mm_loadu_si128(block.as_ptr().cast()) }, reverse)
}

#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn vector(element: Element) -> __m128i {
    _mm_set_epi64x((element >> 64) as i64, element as i64)
}

#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn element(vector: __m128i) -> Element {
    let low = _mm_cvtsi128_si64(vector) as u64;
    let high = _mm_cvtsi128_si64(_mm_srli_si128::<8>(vector)) as u64;
    u128::from(high) << 64 | u128::from(low)
}
