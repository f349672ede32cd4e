//! GHASH with the polynomial multiplication of ARMv8, one block a vector, one reduction for eight blocks.

use super::{Element, Powers};
use crate::sm4::Block;
use std::arch::aarch64::*;

/// Blocks between two reductions.
const BLOCKS: usize = 8;

#[target_feature(enable = "neon,aes")]
pub(super) fn update(powers: &Powers, mut state: Element, blocks: &[Block]) -> Element {
    let (chunks, rest) = blocks.as_chunks::<BLOCKS>();
    for chunk in chunks {
        state = add_up(&powers[powers.len() - BLOCKS..], state, chunk);
    }
    if !rest.is_empty() {
        state = add_up(&powers[powers.len() - rest.len()..], state, rest);
    }
    state
}

/// The blocks, the state added to the first, each times its power.
#[inline]
#[target_feature(enable = "neon,aes")]
fn add_up(powers: &[Element], mut carried: Element, blocks: &[Block]) -> Element {
    let [mut low, mut middle, mut high] = [vdupq_n_u64(0); 3];
    for (block, power) in blocks.iter().zip(powers) {
        let x = vreinterpretq_p64_p128(Element::from_be_bytes(*block) ^ carried);
        carried = 0;
        let h = vreinterpretq_p64_p128(*power);
        let swapped = vextq_p64::<1>(h, h);
        low = veorq_u64(low, lower_product(x, h));
        middle = veorq_u64(
            middle,
            veorq_u64(lower_product(x, swapped), upper_product(x, swapped)),
        );
        high = veorq_u64(high, upper_product(x, h));
    }
    reduce(low, middle, high)
}

/// A product divided by x^128: multiples of the modulus are added until the lower half is zero, 64 bits at a time.
#[inline]
#[target_feature(enable = "neon,aes")]
fn reduce(low: uint64x2_t, middle: uint64x2_t, high: uint64x2_t) -> Element {
    let zero = vdupq_n_u64(0);
    // x^63 + x^62 + x^57, which is the modulus's middle divided by x^64.
    let modulus = vreinterpretq_p64_p128(0xc200_0000_0000_0000);
    let low = veorq_u64(low, vextq_u64::<1>(zero, middle));
    let high = veorq_u64(high, vextq_u64::<1>(middle, zero));
    let fold = |x| {
        let product = lower_product(vreinterpretq_p64_u64(x), modulus);
        veorq_u64(vextq_u64::<1>(x, x), product)
    };
    vreinterpretq_p128_u64(veorq_u64(high, fold(fold(low))))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn lower_product(a: poly64x2_t, b: poly64x2_t) -> uint64x2_t {
    vreinterpretq_u64_p128(vmull_p64(vgetq_lane_p64::<0>(a), vgetq_lane_p64::<0>(b)))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn upper_product(a: poly64x2_t, b: poly64x2_t) -> uint64x2_t {
    vreinterpretq_u64_p128(vmull_high_p64(a, b))
}
