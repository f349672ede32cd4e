//! Integers modulo n, the order of the group. Secrets pass through here: nothing depends on the numbers in its time, but for
//! functions that return an `Option` or a `bool`, which tell no more than that.

use super::{
    ORDER,
    limbs::{self, Limbs},
};
use zeroize::Zeroize;

/// n, least significant limb first.
pub(super) const MODULUS: Limbs = limbs::from_be_bytes(&ORDER);

/// −n⁻¹ modulo 2^64.
const NEGATED_INVERSE: u64 = {
    // Each round doubles the number of right bits, 3 at first.
    let mut inverse = MODULUS[0];
    let mut round = 0;
    while round < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(MODULUS[0].wrapping_mul(inverse)));
        round += 1;
    }
    inverse.wrapping_neg()
};

/// 2^512 modulo n.
const SQUARE_OF_RADIX: Scalar = Scalar([
    0x9011_92af_7c11_4f20,
    0x3464_504a_de6f_a2fa,
    0x620f_c84c_3aff_e0d4,
    0x1eb5_e412_a22b_3d3b,
]);

/// A residue modulo n, below n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub(crate) struct Scalar(Limbs);

impl Scalar {
    #[cfg(test)]
    pub(crate) const ZERO: Self = Self([0; 4]);
    pub(crate) const ONE: Self = Self([1, 0, 0, 0]);

    /// A big-endian number; nothing if it is not below n.
    pub(crate) fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let number = limbs::from_be_bytes(bytes);
        let (_, below) = limbs::subtract(&number, &MODULUS);
        below.then_some(Self(number))
    }

    /// A big-endian number modulo n.
    pub(crate) fn reduce(bytes: &[u8; 32]) -> Self {
        Self::reduce_limbs(&limbs::from_be_bytes(bytes))
    }

    /// A number below 2^256 modulo n.
    #[inline]
    pub(super) fn reduce_limbs(number: &Limbs) -> Self {
        // 2^256 < 2n
        Self(limbs::reduce_once(number, false, &MODULUS))
    }

    /// A big-endian number of 64 bytes modulo n.
    pub(crate) fn reduce_wide(bytes: &[u8; 64]) -> Self {
        let (chunks, _) = bytes.as_chunks();
        let [upper, lower] = [chunks[0], chunks[1]].map(|half| limbs::from_be_bytes(&half));
        // upper·2^512 / 2^256
        montgomery(&upper, &SQUARE_OF_RADIX.0).add(&Self::reduce_limbs(&lower))
    }

    pub(crate) fn to_be_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.0)
    }

    #[inline]
    pub(super) fn limbs(&self) -> &Limbs {
        &self.0
    }

    #[inline]
    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        Self(limbs::reduce_once(&sum, carry, &MODULUS))
    }

    #[inline]
    pub(crate) fn subtract(&self, other: &Self) -> Self {
        let (difference, borrow) = limbs::subtract(&self.0, &other.0);
        let addend = MODULUS.map(|limb| limb & limbs::mask(borrow));
        Self(limbs::add(&difference, &addend).0)
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        montgomery(&montgomery(&self.0, &SQUARE_OF_RADIX.0).0, &other.0)
    }

    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        limbs::zero_mask(&self.0) != 0
    }

    /// a^(n − 2), which is 1/a, and 0 for 0. The exponent is public; everything else takes its time regardless of a.
    pub(crate) fn invert(&self) -> Self {
        let mut powers = [Self::ONE; 16];
        for index in 1..16 {
            powers[index] = powers[index - 1].multiply(self);
        }
        let mut exponent = MODULUS;
        exponent[0] -= 2;
        let mut result = Self::ONE;
        for digit in (0..64).rev() {
            for _ in 0..4 {
                result = result.multiply(&result);
            }
            let digit = exponent[digit / 16] >> (4 * (digit % 16)) & 15;
            result = result.multiply(&powers[digit as usize]);
        }
        powers.zeroize();
        result
    }
}

/// a·b / 2^256 modulo n, for b below n: row by row, so that the sum stays below 2n + 2^192.
#[inline]
fn montgomery(a: &Limbs, b: &Limbs) -> Scalar {
    let mut sum = [0u64; 5];
    for factor in *a {
        let mut carry = 0;
        for (limb, own) in sum.iter_mut().zip(b) {
            (*limb, carry) = own.carrying_mul_add(factor, *limb, carry);
        }
        let (top, overflow) = sum[4].overflowing_add(carry);
        // (sum + m·n) / 2^64 with the m that makes it whole.
        let m = sum[0].wrapping_mul(NEGATED_INVERSE);
        let (_, mut carry) = m.carrying_mul_add(MODULUS[0], sum[0], 0);
        for limb in 1..4 {
            (sum[limb - 1], carry) = m.carrying_mul_add(MODULUS[limb], sum[limb], carry);
        }
        let (low, second) = top.overflowing_add(carry);
        (sum[3], sum[4]) = (low, u64::from(overflow) + u64::from(second));
    }
    let [s0, s1, s2, s3, top] = sum;
    Scalar(limbs::reduce_once(&[s0, s1, s2, s3], top != 0, &MODULUS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn order() -> BigUint {
        BigUint::from_bytes_be(&ORDER)
    }

    fn number(scalar: Scalar) -> BigUint {
        BigUint::from_bytes_be(&scalar.to_be_bytes())
    }

    /// 32 bytes, many of them at the edges of limbs, of n and of 2^256.
    fn bytes() -> impl Strategy<Value = [u8; 32]> {
        let limb = prop_oneof![
            3 => any::<u64>(),
            1 => Just(0), 1 => Just(1), 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1),
        ];
        prop_oneof![
            4 => proptest::array::uniform4(limb).prop_map(|limbs| limbs::to_be_bytes(&limbs)),
            1 => (0u64..9).prop_map(|offset| {
                let less = limbs::subtract(&MODULUS, &[4, 0, 0, 0]).0;
                limbs::to_be_bytes(&limbs::add(&less, &[offset, 0, 0, 0]).0)
            }),
        ]
    }

    #[test]
    fn constants_are_what_they_are_called() {
        assert_eq!(MODULUS[0].wrapping_mul(NEGATED_INVERSE), u64::MAX);
        assert_eq!(
            number(SQUARE_OF_RADIX),
            (BigUint::from(1u8) << 512) % order()
        );
        assert_eq!(Scalar::from_be_bytes(&ORDER), None);
        assert_eq!(Scalar::reduce(&ORDER), Scalar::ZERO);
        assert_eq!(Scalar::ZERO.invert(), Scalar::ZERO);
        assert!(Scalar::ZERO.is_zero() && !Scalar::ONE.is_zero());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arithmetic_is_that_of_big_integers(a in bytes(), b in bytes()) {
            let n = order();
            let (x, y) = (Scalar::reduce(&a), Scalar::reduce(&b));
            let (a_number, b_number) = (BigUint::from_bytes_be(&a), BigUint::from_bytes_be(&b));
            prop_assert_eq!(Scalar::from_be_bytes(&a).is_some(), a_number < n);
            prop_assert_eq!(number(x), &a_number % &n);
            prop_assert_eq!(number(x.add(&y)), (&a_number + &b_number) % &n);
            prop_assert_eq!(number(x.subtract(&y)), (number(x) + &n - number(y)) % &n);
            prop_assert_eq!(number(x.multiply(&y)), (&a_number * &b_number) % &n);
            let wide: [u8; 64] = [a, b].concat().try_into().unwrap();
            prop_assert_eq!(number(Scalar::reduce_wide(&wide)), BigUint::from_bytes_be(&wide) % &n);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn an_inverse_times_its_number_is_1(a in bytes()) {
            let x = Scalar::reduce(&a);
            let expected = if x.is_zero() { Scalar::ZERO } else { Scalar::ONE };
            prop_assert_eq!(x.multiply(&x.invert()), expected);
        }
    }
}
