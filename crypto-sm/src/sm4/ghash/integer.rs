//! GHASH with integer multiplications, on CPUs whose multiplication takes the same time for all operands: every fourth bit
//! of a factor at a time, so that no carry reaches the next bit that counts (T. Pornin, BearSSL, "Constant-time
//! multiplications").

use super::{Element, Powers};
use crate::sm4::Block;

pub(super) fn update(powers: &Powers, state: Element, blocks: &[Block]) -> Element {
    let point = powers[15];
    blocks.iter().fold(state, |state, block| {
        multiply(state ^ Element::from_be_bytes(*block), point)
    })
}

/// a·b / x^128.
fn multiply(a: Element, b: Element) -> Element {
    let (a0, a1) = (a as u64, (a >> 64) as u64);
    let (b0, b1) = (b as u64, (b >> 64) as u64);
    let low = product(a0, b0);
    let high = product(a1, b1);
    let middle = product(a0 ^ a1, b0 ^ b1) ^ low ^ high;
    reduce(low ^ middle << 64, high ^ middle >> 64)
}

/// (low + high·x^128) / x^128: multiples of the modulus are added until the lower half is zero.
fn reduce(low: u128, high: u128) -> Element {
    let limbs = [
        low as u64,
        (low >> 64) as u64,
        high as u64,
        (high >> 64) as u64,
    ];
    let [limb0, mut limb1, mut limb2, mut limb3] = limbs;
    limb1 ^= limb0 << 63 ^ limb0 << 62 ^ limb0 << 57;
    limb2 ^= limb0 ^ limb0 >> 1 ^ limb0 >> 2 ^ limb0 >> 7;
    limb2 ^= limb1 << 63 ^ limb1 << 62 ^ limb1 << 57;
    limb3 ^= limb1 ^ limb1 >> 1 ^ limb1 >> 2 ^ limb1 >> 7;
    u128::from(limb3) << 64 | u128::from(limb2)
}

/// The product of two polynomials. Its upper half is the lower half of the product of the reversed factors.
fn product(a: u64, b: u64) -> u128 {
    let low = low_product(a, b);
    let high = low_product(a.reverse_bits(), b.reverse_bits()).reverse_bits() >> 1;
    u128::from(high) << 64 | u128::from(low)
}

/// The lower 64 bits of the product of two polynomials.
fn low_product(a: u64, b: u64) -> u64 {
    const CLASSES: [u64; 4] = [
        0x1111_1111_1111_1111,
        0x2222_2222_2222_2222,
        0x4444_4444_4444_4444,
        0x8888_8888_8888_8888,
    ];
    let (a, b) = (
        CLASSES.map(|class| a & class),
        CLASSES.map(|class| b & class),
    );
    let mut sum = 0;
    for (class, mask) in CLASSES.into_iter().enumerate() {
        let mut part = 0;
        for (index, factor) in a.into_iter().enumerate() {
            part ^= factor.wrapping_mul(b[(4 + class - index) % 4]);
        }
        sum |= part & mask;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bit by bit, as a pupil would.
    fn school_product(a: u64, b: u64) -> u128 {
        (0..64)
            .filter(|bit| b >> bit & 1 == 1)
            .fold(0, |sum, bit| sum ^ u128::from(a) << bit)
    }

    #[test]
    fn full_words_lose_no_carry() {
        assert_eq!(
            product(u64::MAX, u64::MAX),
            school_product(u64::MAX, u64::MAX)
        );
    }

    proptest! {
        #[test]
        fn products_are_those_of_polynomials(a: u64, b: u64) {
            prop_assert_eq!(product(a, b), school_product(a, b));
        }
    }
}
