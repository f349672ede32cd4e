//! Integers modulo p: four limbs of 64 bits in Montgomery form.
//!
//! Secrets pass through here: nothing but comparison and [`Field::invert_vartime`] takes a time that depends on the numbers.

#[cfg(target_arch = "x86_64")]
mod x86;

use super::{
    inverse,
    limbs::{self, Limbs},
};

/// p, least significant limb first.
pub(super) const PRIME: Limbs = limbs::from_be_bytes(&super::PRIME);

/// 2^512 mod p, which takes a number to Montgomery form.
const SQUARE_OF_RADIX: Field = Field([0x2_0000_0003, 0x2_ffff_ffff, 0x1_0000_0001, 0x4_0000_0002]);

/// Whether the arithmetic written for this processor and the portable one give the same, over a chain of numbers.
pub(crate) fn portable_agrees() -> bool {
    let mut a = SQUARE_OF_RADIX;
    (0..64).all(|_| {
        let (product, square) = (a.multiply(&SQUARE_OF_RADIX), a.square());
        let agrees = product == a.multiply_portably(&SQUARE_OF_RADIX)
            && square == a.square_portably()
            && product.add(&square) == product.add_portably(&square);
        a = product.add(&square);
        agrees
    })
}

/// A residue a, held as a·2^256 mod p and always below p, so that equal residues are equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Field(Limbs);

impl Field {
    pub(super) const ZERO: Self = Self([0; 4]);
    pub(super) const ONE: Self = Self([0x1, 0xffff_ffff, 0x0, 0x1_0000_0000]);

    /// The residue of a big-endian number; nothing if it is not below p.
    pub(super) fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        Self::from_limbs(&limbs::from_be_bytes(bytes))
    }

    /// The residue of a number; nothing if it is not below p.
    pub(super) fn from_limbs(number: &Limbs) -> Option<Self> {
        let (_, below) = limbs::subtract(number, &PRIME);
        below.then(|| Self(*number).multiply(&SQUARE_OF_RADIX))
    }

    /// The residue as a number below p.
    pub(super) fn to_limbs(self) -> Limbs {
        self.multiply(&Self([1, 0, 0, 0])).0
    }

    /// The residue as a big-endian number below p.
    pub(super) fn to_be_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.to_limbs())
    }

    /// The limbs of the Montgomery form.
    #[inline(always)]
    pub(super) fn montgomery(&self) -> &Limbs {
        &self.0
    }

    /// The residue with this Montgomery form, a number below p.
    #[inline(always)]
    pub(super) fn from_montgomery(limbs: Limbs) -> Self {
        debug_assert!(limbs::subtract(&limbs, &PRIME).1, "below p");
        Self(limbs)
    }

    /// All ones for 0, otherwise 0.
    #[inline(always)]
    pub(super) fn zero_mask(&self) -> u64 {
        limbs::zero_mask(&self.0)
    }

    /// `a` if the mask is all ones, `b` if it is 0.
    #[inline(always)]
    pub(super) fn select(mask: u64, a: &Self, b: &Self) -> Self {
        Self(limbs::select(mask, &a.0, &b.0))
    }

    #[inline(always)]
    pub(super) fn add(&self, other: &Self) -> Self {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        return Self(x86::add(&self.0, &other.0));
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        self.add_portably(other)
    }

    #[inline(always)]
    fn add_portably(&self, other: &Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        Self(limbs::reduce_once(&sum, carry, &PRIME))
    }

    /// a / 2
    #[inline(always)]
    pub(super) fn halve(&self) -> Self {
        let mask = limbs::mask(self.0[0] & 1 == 1);
        let [p0, p1, p2, p3] = PRIME;
        let addend = [p0 & mask, p1 & mask, p2 & mask, p3 & mask];
        let ([s0, s1, s2, s3], carry) = limbs::add(&self.0, &addend);
        Self([
            s0 >> 1 | s1 << 63,
            s1 >> 1 | s2 << 63,
            s2 >> 1 | s3 << 63,
            s3 >> 1 | u64::from(carry) << 63,
        ])
    }

    #[inline(always)]
    pub(super) fn double(&self) -> Self {
        self.add(self)
    }

    #[inline(always)]
    pub(super) fn subtract(&self, other: &Self) -> Self {
        let (difference, borrow) = limbs::subtract(&self.0, &other.0);
        let mask = limbs::mask(borrow);
        let [p0, p1, p2, p3] = PRIME;
        let addend = [p0 & mask, p1 & mask, p2 & mask, p3 & mask];
        Self(limbs::add(&difference, &addend).0)
    }

    #[inline(always)]
    pub(super) fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    #[inline(always)]
    pub(super) fn multiply(&self, other: &Self) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(product) = x86::multiply(&self.0, &other.0) {
            return Self(product);
        }
        self.multiply_portably(other)
    }

    #[inline(always)]
    pub(super) fn square(&self) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(product) = x86::square(&self.0) {
            return Self(product);
        }
        self.square_portably()
    }

    /// 1/a, and 0 for 0.
    pub(super) fn invert(&self) -> Self {
        self.divide_after(inverse::invert)
    }

    /// The same in less time, which depends on the number.
    pub(super) fn invert_vartime(&self) -> Self {
        self.divide_after(inverse::invert_vartime)
    }

    /// The inverse of a·2^256 is a⁻¹·2^−256; a factor of 2^768 in a Montgomery product takes it to a⁻¹·2^256.
    #[inline(always)]
    fn divide_after(&self, invert: fn(&Limbs) -> Limbs) -> Self {
        let cube_of_radix = SQUARE_OF_RADIX.multiply(&SQUARE_OF_RADIX);
        Self(invert(&self.0)).multiply(&cube_of_radix)
    }

    /// Row by row: the whole product of 512 bits, then its reduction.
    #[cfg_attr(target_arch = "x86_64", inline(never))]
    fn multiply_portably(&self, other: &Self) -> Self {
        let a = &self.0;
        let [b0, b1, b2, b3] = other.0;
        let (r0, carry) = a[0].carrying_mul(b0, 0);
        let (r1, carry) = a[1].carrying_mul(b0, carry);
        let (r2, carry) = a[2].carrying_mul(b0, carry);
        let (r3, r4) = a[3].carrying_mul(b0, carry);
        let (r1, carry) = a[0].carrying_mul_add(b1, r1, 0);
        let (r2, carry) = a[1].carrying_mul_add(b1, r2, carry);
        let (r3, carry) = a[2].carrying_mul_add(b1, r3, carry);
        let (r4, r5) = a[3].carrying_mul_add(b1, r4, carry);
        let (r2, carry) = a[0].carrying_mul_add(b2, r2, 0);
        let (r3, carry) = a[1].carrying_mul_add(b2, r3, carry);
        let (r4, carry) = a[2].carrying_mul_add(b2, r4, carry);
        let (r5, r6) = a[3].carrying_mul_add(b2, r5, carry);
        let (r3, carry) = a[0].carrying_mul_add(b3, r3, 0);
        let (r4, carry) = a[1].carrying_mul_add(b3, r4, carry);
        let (r5, carry) = a[2].carrying_mul_add(b3, r5, carry);
        let (r6, r7) = a[3].carrying_mul_add(b3, r6, carry);
        Self(reduce([r0, r1, r2, r3], [r4, r5, r6, r7]))
    }

    /// Six products doubled, four squares, then the reduction.
    #[cfg_attr(target_arch = "x86_64", inline(never))]
    fn square_portably(&self) -> Self {
        let [a0, a1, a2, a3] = self.0;
        let (r1, carry) = a0.carrying_mul(a1, 0);
        let (r2, carry) = a0.carrying_mul(a2, carry);
        let (r3, r4) = a0.carrying_mul(a3, carry);
        let (r3, carry) = a1.carrying_mul_add(a2, r3, 0);
        let (r4, r5) = a1.carrying_mul_add(a3, r4, carry);
        let (r5, r6) = a2.carrying_mul_add(a3, r5, 0);
        let r7 = r6 >> 63;
        let r6 = r6 << 1 | r5 >> 63;
        let r5 = r5 << 1 | r4 >> 63;
        let r4 = r4 << 1 | r3 >> 63;
        let r3 = r3 << 1 | r2 >> 63;
        let r2 = r2 << 1 | r1 >> 63;
        let r1 = r1 << 1;
        let (r0, high0) = a0.carrying_mul(a0, 0);
        let (low1, high1) = a1.carrying_mul(a1, 0);
        let (low2, high2) = a2.carrying_mul(a2, 0);
        let (low3, high3) = a3.carrying_mul(a3, 0);
        let (r1, carry) = r1.carrying_add(high0, false);
        let (r2, carry) = r2.carrying_add(low1, carry);
        let (r3, carry) = r3.carrying_add(high1, carry);
        let (r4, carry) = r4.carrying_add(low2, carry);
        let (r5, carry) = r5.carrying_add(high2, carry);
        let (r6, carry) = r6.carrying_add(low3, carry);
        let (r7, _) = r7.carrying_add(high3, carry);
        Self(reduce([r0, r1, r2, r3], [r4, r5, r6, r7]))
    }
}

/// (lower + 2^256·upper) / 2^256 modulo p, for a product of two numbers below p.
#[inline(always)]
fn reduce(lower: Limbs, upper: Limbs) -> Limbs {
    // Each folding takes a number below 2^256 to one below p + 2^192 < 2^256, so that no carry comes out.
    let lower = fold(fold(fold(fold(lower))));
    let (sum, carry) = limbs::add(&lower, &upper);
    limbs::reduce_once(&sum, carry, &PRIME)
}

/// (t + m·p) / 2^64 with the m that makes it whole. As p ≡ −1 modulo 2^64, m is the lowest limb itself, and
/// (m·p + m) / 2^64 = m·(2^192 − 2^160 − 2^32 + 1) takes shifts instead of products.
#[inline(always)]
fn fold(t: Limbs) -> Limbs {
    let m = t[0];
    let (low, high) = (m << 32, m >> 32);
    let (product, _) = limbs::subtract(&[m, 0, 0, m], &[low, high, low, high]);
    limbs::add(&[t[1], t[2], t[3], 0], &product).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn prime() -> BigUint {
        BigUint::from_bytes_be(&super::super::PRIME)
    }

    fn number(field: Field) -> BigUint {
        BigUint::from_bytes_be(&field.to_be_bytes())
    }

    fn field(number: &BigUint) -> Field {
        let digits = number.to_bytes_be();
        let mut bytes = [0; 32];
        bytes[32 - digits.len()..].copy_from_slice(&digits);
        Field::from_be_bytes(&bytes).unwrap()
    }

    /// Numbers below p, many of them at the edges of limbs and of the prime, where carries go wrong.
    fn residue() -> impl Strategy<Value = BigUint> {
        let limb = prop_oneof![
            2 => any::<u64>(),
            1 => Just(0), 1 => Just(1), 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1),
            1 => Just(0xffff_ffff), 1 => Just(0x1_0000_0000), 1 => Just(0xffff_ffff_0000_0000),
        ];
        let limbs = proptest::array::uniform4(limb);
        prop_oneof![
            4 => limbs.prop_map(|limbs| limbs.iter().fold(BigUint::ZERO, |sum, limb| (sum << 64) + *limb) % prime()),
            1 => (1u64..5).prop_map(|less| prime() - less),
            1 => (0u64..5).prop_map(BigUint::from),
        ]
    }

    #[test]
    fn constants_are_what_they_are_called() {
        let radix = BigUint::from(1u8) << 256;
        assert_eq!(number(Field::ONE), BigUint::from(1u8));
        assert_eq!(number(SQUARE_OF_RADIX), &radix % prime());
        assert_eq!(PRIME, limbs::from_be_bytes(&super::super::PRIME));
        assert_eq!(Field::ONE.invert(), Field::ONE);
        assert_eq!(Field::ZERO.invert(), Field::ZERO);
        assert_eq!(Field::from_be_bytes(&super::super::PRIME), None);
        assert_eq!(Field::from_be_bytes(&[0xff; 32]), None);
        assert_eq!(Field::ONE.negate().add(&Field::ONE), Field::ZERO);
        assert_eq!(Field::ZERO.negate(), Field::ZERO);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arithmetic_is_that_of_big_integers(a in residue(), b in residue()) {
            let (p, x, y) = (prime(), field(&a), field(&b));
            prop_assert_eq!(number(x), a.clone());
            prop_assert_eq!(number(x.add(&y)), (&a + &b) % &p);
            prop_assert_eq!(number(x.subtract(&y)), (&a + &p - &b) % &p);
            prop_assert_eq!(number(x.negate()), (&p - &a) % &p);
            prop_assert_eq!(number(x.double()), (&a + &a) % &p);
            prop_assert_eq!(number(x.multiply(&y)), (&a * &b) % &p);
            prop_assert_eq!(number(x.square()), (&a * &a) % &p);
            prop_assert_eq!(x.add_portably(&y), x.add(&y));
            prop_assert_eq!(x.multiply_portably(&y), x.multiply(&y));
            prop_assert_eq!(x.square_portably(), x.square());
        }

        #[test]
        fn raw_limbs_below_p_multiply_and_square_alike(a in residue()) {
            // Montgomery form shuffles limbs; here the edge patterns reach the carries themselves.
            let digits = a.to_bytes_be();
            let mut bytes = [0; 32];
            bytes[32 - digits.len()..].copy_from_slice(&digits);
            let raw = Field(limbs::from_be_bytes(&bytes));
            prop_assert_eq!(raw.multiply(&raw), raw.square());
            prop_assert_eq!(raw.multiply_portably(&raw), raw.square());
            prop_assert_eq!(raw.square_portably(), raw.square());
            prop_assert_eq!(raw.add(&raw).subtract(&raw), raw);
            prop_assert_eq!(raw.add(&raw).halve(), raw);
            prop_assert_eq!(raw.halve().double(), raw);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn an_inverse_times_its_number_is_1(a in residue()) {
            let x = field(&a);
            let expected = if a == BigUint::ZERO { Field::ZERO } else { Field::ONE };
            prop_assert_eq!(x.multiply(&x.invert()), expected);
            prop_assert_eq!(x.invert_vartime(), x.invert());
        }
    }
}
