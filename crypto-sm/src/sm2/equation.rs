//! What steps B4 to B7 of a verification ask (GB/T 32918.2 clause 7.1), and the ways to answer for one signature alone.

use super::{
    Signature,
    comb::{Digits, Table},
    field::Field,
    limbs::{self, Limbs},
    multiple::{generator_table, multiply_add_vartime},
    point::{Affine, Extended},
    scalar::{MODULUS, Scalar},
};
use crate::sm3;

/// p − n: below it, x and x + n are both coordinates that are x modulo n.
const PRIME_LESS_ORDER: Limbs = [
    0xac44_0bf6_c62a_bedc,
    0x8dfc_2093_de39_fad5,
    0x0000_0000_0000_0000,
    0x0000_0000_0000_0000,
];

/// s·G + t·P must have an x that is r − e modulo n.
pub(super) struct Equation {
    s: Scalar,
    /// r + s
    t: Scalar,
    /// r − e
    expected: Scalar,
}

impl Equation {
    /// For e = SM3(Z_A ‖ M). Nothing if t = 0 (step B5); B1 and B2 (the ranges of r and s) are the parser's.
    pub(super) fn new(digest: &sm3::Digest, signature: &Signature) -> Option<Self> {
        let r = signature.r_scalar();
        let s = signature.s_scalar();
        let t = r.add(&s);
        (!t.is_zero()).then(|| Self {
            s,
            t,
            expected: r.subtract(&Scalar::reduce(digest)),
        })
    }

    /// The digits of s, for the base point, and of t, for the key.
    #[inline(always)]
    pub(super) fn digits(&self) -> [Digits; 2] {
        [Digits::new(&self.s), Digits::new(&self.t)]
    }

    /// Whether it holds for the signer with this table.
    pub(super) fn holds_with_table(&self, table: &Table) -> bool {
        let [s, t] = self.digits();
        let sum = generator_table().add_multiple_vartime(&s, Extended::INFINITY);
        let sum = table.add_multiple_vartime(&t, sum);
        !sum.is_infinity() && self.matches(&sum.x, &sum.zz)
    }

    /// Whether it holds for the signer with this key.
    pub(super) fn holds(&self, key: &Affine) -> bool {
        let sum = multiply_add_vartime(&self.s, &self.t, key);
        !sum.is_infinity() && self.matches(&sum.x, &sum.z.square())
    }

    /// Step B7 for x = numerator / denominator, without dividing.
    #[inline]
    pub(super) fn matches(&self, numerator: &Field, denominator: &Field) -> bool {
        let is = |x: &Limbs| {
            let x = Field::from_limbs(x).expect("below p");
            x.multiply(denominator) == *numerator
        };
        let expected = self.expected.limbs();
        is(expected)
            || (limbs::subtract(expected, &PRIME_LESS_ORDER).1
                && is(&limbs::add(expected, &MODULUS).0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::field::PRIME;

    #[test]
    fn p_less_n_is_their_difference() {
        assert_eq!(limbs::subtract(&PRIME, &MODULUS).0, PRIME_LESS_ORDER);
    }
}
