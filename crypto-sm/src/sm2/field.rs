//! Integers modulo p for verification: four limbs of 64 bits in Montgomery form.
//!
//! Only public data passes through here. Time depends on it in places, so nothing secret may.

/// p, least significant limb first.
const PRIME: [u64; 4] = [
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// 2^512 mod p, which takes a number to Montgomery form.
const SQUARE_OF_RADIX: [u64; 4] = [0x2_0000_0003, 0x2_ffff_ffff, 0x1_0000_0001, 0x4_0000_0002];

/// A residue a, held as a·2^256 mod p and always below p, so that equal residues are equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field([u64; 4]);

impl Field {
    pub(super) const ZERO: Self = Self([0; 4]);
    pub(super) const ONE: Self = Self([0x1, 0xffff_ffff, 0x0, 0x1_0000_0000]);

    /// The residue of a big-endian number; nothing if it is not below p.
    pub(super) fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let limbs = limbs_of(bytes);
        let (_, below) = subtract(limbs, PRIME);
        below.then(|| Self(limbs).multiply(&Self(SQUARE_OF_RADIX)))
    }

    /// The residue as a big-endian number below p.
    #[cfg(test)]
    fn to_be_bytes(self) -> [u8; 32] {
        let limbs = self.multiply(&Self([1, 0, 0, 0])).0;
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(limbs.iter().rev()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }

    #[inline]
    pub(super) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = add(self.0, other.0);
        Self(subtract_prime(sum, u64::from(carry)))
    }

    #[inline]
    pub(super) fn double(&self) -> Self {
        self.add(self)
    }

    #[inline]
    pub(super) fn subtract(&self, other: &Self) -> Self {
        let (difference, borrow) = subtract(self.0, other.0);
        let mask = 0u64.wrapping_sub(u64::from(borrow));
        Self(add(difference, PRIME.map(|limb| limb & mask)).0)
    }

    #[inline]
    pub(super) fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    /// Row by row: adds a·b_i, then makes the lowest limb vanish. The sum stays below 2p after each row, so that one
    /// conditional subtraction at the end is enough.
    #[inline]
    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut sum = [0; 4];
        let mut top = 0;
        for factor in other.0 {
            let mut carry = 0;
            for (limb, own) in sum.iter_mut().zip(self.0) {
                (*limb, carry) = own.carrying_mul_add(factor, *limb, carry);
            }
            // Below 2p + p·(2^64 − 1) < 2^320: no carry gets lost.
            (sum, top) = fold(sum, top + carry);
        }
        Self(subtract_prime(sum, top))
    }

    /// The whole square first (six products doubled, four squares), then four foldings of its lower half.
    #[inline]
    pub(super) fn square(&self) -> Self {
        let a = self.0;
        let mut square = [0u64; 8];
        for i in 0..3 {
            let mut carry = 0;
            for j in i + 1..4 {
                (square[i + j], carry) = a[i].carrying_mul_add(a[j], square[i + j], carry);
            }
            square[i + 4] = carry;
        }
        for i in (1..8).rev() {
            square[i] = square[i] << 1 | square[i - 1] >> 63;
        }
        let mut carry = false;
        for i in 0..4 {
            let (low, high) = a[i].carrying_mul(a[i], 0);
            (square[2 * i], carry) = square[2 * i].carrying_add(low, carry);
            (square[2 * i + 1], carry) = square[2 * i + 1].carrying_add(high, carry);
        }
        let [a0, a1, a2, a3, upper @ ..] = square;
        let mut lower = [a0, a1, a2, a3];
        for _ in 0..4 {
            // (2^256 + 2^64·p) / 2^64 < p + 2^192 < 2^256: no carry comes out, and none has to go in.
            (lower, _) = fold(lower, 0);
        }
        let (sum, carry) = add(lower, upper);
        Self(subtract_prime(sum, u64::from(carry)))
    }

    /// a^(p − 2), which is 1/a, and 0 for 0.
    pub(super) fn invert(&self) -> Self {
        let mut powers = [Self::ONE; 16];
        for index in 1..16 {
            powers[index] = powers[index - 1].multiply(self);
        }
        let mut exponent = PRIME;
        exponent[0] -= 2;
        let mut result = Self::ONE;
        for digit in (0..64).rev() {
            for _ in 0..4 {
                result = result.square();
            }
            result = result
                .multiply(&powers[(exponent[digit / 16] >> (4 * (digit % 16)) & 15) as usize]);
        }
        result
    }
}

/// The limbs of a big-endian number, least significant first.
#[inline]
pub(super) fn limbs_of(bytes: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    limbs
}

/// (sum + m·p) / 2^64 with the m that makes it whole. As p ≡ −1 modulo 2^64, m is the lowest limb itself, and
/// (m·p + m) / 2^64 = m·(2^192 − 2^160 − 2^32 + 1) takes shifts instead of products.
#[inline]
fn fold(sum: [u64; 4], top: u64) -> ([u64; 4], u64) {
    let m = sum[0];
    let (low, high) = (m << 32, m >> 32);
    let (product, _) = subtract([m, 0, 0, m], [low, high, low, high]);
    let (folded, carry) = add([sum[1], sum[2], sum[3], top], product);
    (folded, u64::from(carry))
}

/// The number below 2p, less p if it is not below p.
#[inline]
fn subtract_prime(number: [u64; 4], top: u64) -> [u64; 4] {
    let (difference, borrow) = subtract(number, PRIME);
    let keep = 0u64.wrapping_sub(u64::from(borrow) & (top ^ 1));
    std::array::from_fn(|index| number[index] & keep | difference[index] & !keep)
}

#[inline]
fn add(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let mut carry = false;
    let sum = std::array::from_fn(|index| {
        let limb;
        (limb, carry) = a[index].carrying_add(b[index], carry);
        limb
    });
    (sum, carry)
}

#[inline]
fn subtract(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let mut borrow = false;
    let difference = std::array::from_fn(|index| {
        let limb;
        (limb, borrow) = a[index].borrowing_sub(b[index], borrow);
        limb
    });
    (difference, borrow)
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
        assert_eq!(number(Field(SQUARE_OF_RADIX)), &radix % prime());
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
        }

        #[test]
        fn raw_limbs_below_p_multiply_and_square_alike(a in residue()) {
            // Montgomery form shuffles limbs; here the edge patterns reach the carries themselves.
            let digits = a.to_bytes_be();
            let mut bytes = [0; 32];
            bytes[32 - digits.len()..].copy_from_slice(&digits);
            let raw = Field(limbs_of(&bytes));
            prop_assert_eq!(raw.multiply(&raw), raw.square());
            prop_assert_eq!(raw.add(&raw).subtract(&raw), raw);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn an_inverse_times_its_number_is_1(a in residue()) {
            let x = field(&a);
            let expected = if a == BigUint::ZERO { Field::ZERO } else { Field::ONE };
            prop_assert_eq!(x.multiply(&x.invert()), expected);
        }
    }
}
