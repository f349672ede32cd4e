//! Multiples of points: by secret numbers in constant time, by public ones as fast as it goes.

use super::{
    comb::{Digits, Table, odd_multiples_vartime},
    limbs::Limbs,
    point::{Affine, Jacobian},
    scalar::Scalar,
    scan,
};
use std::sync::LazyLock;

/// Bits per digit in the base point's table for secret numbers: 37 rows of 64 points, 148 KiB, of which each multiple reads
/// all. With one bit less, six additions more would take longer than reading does.
const SECRET_WIDTH: usize = 7;

/// Bits per digit in the base point's table for public numbers: 32 rows of 128 points, 256 KiB.
const PUBLIC_WIDTH: usize = 8;

/// Bits per digit of a secret multiple of another point.
const WINDOW: usize = 5;

static SECRET_GENERATOR: LazyLock<Table> =
    LazyLock::new(|| Table::new(Affine::generator(), SECRET_WIDTH));

static PUBLIC_GENERATOR: LazyLock<Table> =
    LazyLock::new(|| Table::new(Affine::generator(), PUBLIC_WIDTH));

/// The base point's table for public numbers.
pub(super) fn generator_table() -> &'static Table {
    &PUBLIC_GENERATOR
}

/// k·G for a secret k; nothing if k = 0. Takes the same time for all others.
pub(super) fn multiply_generator(k: &Scalar) -> Option<Affine> {
    SECRET_GENERATOR.multiply(k).to_affine()
}

/// k·P for a secret k; nothing if k = 0. Takes the same time for all others. P is public.
///
/// Digits are odd and signed as in [`Table`], highest first: with h the odd number that the digits so far make, a step takes
/// h·P to (32h + d)·P with |d| < 32 ≤ 32h. The next h being 32h + d, at most n/32 + 1 but for the last step, 32h and ±d are
/// not the same modulo n before it. In the last step 32h + d is ±k modulo n, which is not 0, but 32h − d may be n: there the
/// complete addition stands.
pub(super) fn multiply(k: &Scalar, point: &Affine) -> Option<Affine> {
    let entries = odd_multiples_vartime(point, 1 << (WINDOW - 1));
    let digits = Digits::new(k);
    let rows = usize::div_ceil(256, WINDOW);
    let entry = |row| {
        let (index, negative) = digits.digit(row, rows, WINDOW);
        scan::entry(&entries, index).negate_if(negative)
    };
    let mut sum = Jacobian::from(entry(rows - 1));
    for row in (0..rows - 1).rev() {
        for _ in 0..WINDOW {
            sum = sum.double();
        }
        sum = if row > 0 {
            sum.add_other(&entry(row))
        } else {
            sum.add_complete(&entry(row))
        };
    }
    sum.to_affine()
}

/// s·G + t·P for public numbers. Variable time.
///
/// Both numbers in non-adjacent form, so that one chain of doublings serves both; the odd multiples of G are at hand.
pub(super) fn multiply_add_vartime(s: &Scalar, t: &Scalar, point: &Affine) -> Jacobian {
    let own = odd_multiples_vartime(point, 1 << (WINDOW - 2));
    let generator = generator_table().odd_multiples();
    let s_digits = non_adjacent_form(s.limbs(), PUBLIC_WIDTH + 1);
    let t_digits = non_adjacent_form(t.limbs(), WINDOW);
    let mut sum = Jacobian::INFINITY;
    for (s_digit, t_digit) in s_digits.iter().zip(&t_digits).rev() {
        if !sum.is_infinity() {
            sum = sum.double();
        }
        for (digit, multiples) in [(*s_digit, generator), (*t_digit, &own)] {
            if digit != 0 {
                let multiple = multiples[usize::from(digit.unsigned_abs() / 2)];
                let multiple = if digit < 0 {
                    multiple.negate()
                } else {
                    multiple
                };
                sum = sum.add_vartime(&multiple);
            }
        }
    }
    sum
}

/// Digits that are 0 or odd and below 2^(width − 1) in size, of which among any `width` neighbours one at most is not 0.
/// Least significant first. Variable time.
fn non_adjacent_form(number: &Limbs, width: usize) -> [i16; 257] {
    let [n0, n1, n2, n3] = *number;
    let limbs = [n0, n1, n2, n3, 0];
    let mut digits = [0; 257];
    let mut carry = 0;
    let mut position = 0;
    while position < 257 {
        let (limb, shift) = (position / 64, position % 64);
        if limbs[limb] >> shift & 1 == carry {
            position += 1;
            continue;
        }
        let upper = limbs
            .get(limb + 1)
            .map_or(0, |upper| upper << 1 << (63 - shift));
        let window = ((limbs[limb] >> shift | upper) & ((1 << width) - 1)) + carry;
        carry = window >> (width - 1);
        digits[position] = window as i16 - ((carry as i16) << width);
        position += width;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::{ORDER, limbs};
    use ::sm2::{
        ProjectivePoint,
        elliptic_curve::{Group, PrimeField, sec1::ToSec1Point},
    };
    use proptest::prelude::*;

    fn theirs(number: &Scalar) -> ::sm2::Scalar {
        ::sm2::Scalar::from_repr(number.to_be_bytes().into()).unwrap()
    }

    fn ours(point: ProjectivePoint) -> Option<Affine> {
        if point.is_identity().into() {
            return None;
        }
        let encoded = point.to_affine().to_sec1_point(false);
        let (x, y) = encoded.as_bytes()[1..].split_at(32);
        Affine::new(x.try_into().unwrap(), y.try_into().unwrap())
    }

    /// All ways to multiply give what the other implementation gives.
    fn check(k: Scalar, s: Scalar, factor: Scalar) {
        let base = ProjectivePoint::GENERATOR * theirs(&factor);
        let point = ours(base).unwrap();
        assert_eq!(multiply(&k, &point), ours(base * theirs(&k)), "{k:?}");
        assert_eq!(
            multiply_generator(&k),
            ours(ProjectivePoint::GENERATOR * theirs(&k)),
            "{k:?}"
        );
        let sum = ProjectivePoint::GENERATOR * theirs(&s) + base * theirs(&k);
        assert_eq!(
            multiply_add_vartime(&s, &k, &point).to_affine(),
            ours(sum),
            "{s:?} {k:?} {factor:?}"
        );
    }

    fn small(number: u64) -> Scalar {
        Scalar::reduce_limbs(&[number, 0, 0, 0])
    }

    fn negative(number: &Scalar) -> Scalar {
        Scalar::ZERO.subtract(number)
    }

    #[test]
    fn multiples_at_the_edges_are_right() {
        // n − 6 is where the last addition of a secret multiple is a doubling.
        for k in 0..=80 {
            check(small(k), small(80 - k), Scalar::ONE);
            check(negative(&small(k)), small(k), small(2));
            check(small(k), negative(&small(k)), Scalar::ONE);
            check(small(k), small(3 * k), negative(&small(3)));
        }
        let mut power = Scalar::ONE;
        for _ in 0..256 {
            check(power, negative(&power), small(5));
            check(power.subtract(&Scalar::ONE), power, Scalar::ONE);
            power = power.add(&power);
        }
    }

    #[test]
    fn a_non_adjacent_form_is_the_number() {
        let order = limbs::from_be_bytes(&ORDER);
        let less = limbs::subtract(&order, &[1, 0, 0, 0]).0;
        for number in [[1, 0, 0, 0], [u64::MAX; 4], less, [0, 0, 0, 1 << 63]] {
            for width in [5, 9] {
                let digits = non_adjacent_form(&number, width);
                let mut sum = Scalar::ZERO;
                for digit in digits.iter().rev() {
                    let size = small(u64::from(digit.unsigned_abs()));
                    sum = sum.add(&sum);
                    sum = if *digit < 0 {
                        sum.subtract(&size)
                    } else {
                        sum.add(&size)
                    };
                    assert!(
                        *digit == 0 || digit % 2 != 0 && digit.unsigned_abs() < 1 << (width - 1)
                    );
                }
                assert_eq!(sum, Scalar::reduce_limbs(&number));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn multiples_of_any_number_are_right(k: [u8; 32], s: [u8; 32], factor: [u8; 32]) {
            check(Scalar::reduce(&k), Scalar::reduce(&s), Scalar::reduce(&factor));
        }
    }
}
