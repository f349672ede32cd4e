//! Tables of multiples of one point, and sums of multiples with them.
//!
//! A number k is cut into signed digits of `width` bits, k = Σ d_i·2^(width·i) with |d_i| ≤ 2^(width − 1). Row i holds
//! j·2^(width·i)·P for j = 1 … 2^(width − 1), so that k·P is one addition per row and no doubling at all. Variable time,
//! for public data only.

use super::{
    field::limbs_of,
    point::{Affine, Jacobian, normalize},
};

/// Most rows of a table: 52 for digits of 5 bits, the narrowest in use.
pub(super) const ROWS_MAX: usize = 52;

/// Signed digits, least significant first; those past the table's rows stay 0.
pub(super) type Digits = [i16; ROWS_MAX];

/// Multiples of one point.
#[derive(Clone)]
pub(super) struct Table {
    width: usize,
    points: Vec<Affine>,
}

impl Table {
    /// The table of a point, for digits of `width` bits, 5 to 8.
    pub(super) fn new(point: Affine, width: usize) -> Self {
        assert!((5..=8).contains(&width), "width of digits");
        let half = 1 << (width - 1);
        let mut points: Vec<Affine> = Vec::with_capacity(rows(width) * half);
        let mut base = point;
        for _ in 0..rows(width) {
            let mut row = Vec::with_capacity(half + 1);
            let mut multiple = Jacobian::from(base);
            for _ in 0..half {
                row.push(multiple);
                multiple = multiple.add(&base);
            }
            // The last entry is 2^(width − 1) times the base; twice that is the next row's base.
            row.push(row[half - 1].double());
            let row = normalize(&row);
            points.extend_from_slice(&row[..half]);
            base = row[half];
        }
        Self { width, points }
    }

    pub(super) fn rows(&self) -> usize {
        rows(self.width)
    }

    /// The digits of a big-endian number below n.
    pub(super) fn digits(&self, number: &[u8; 32]) -> Digits {
        let limbs = limbs_of(number);
        let width = self.width;
        let mut digits = [0; ROWS_MAX];
        let mut carry = 0;
        for (row, digit) in digits.iter_mut().enumerate().take(self.rows()) {
            let (limb, shift) = (row * width / 64, row * width % 64);
            let mut window = limbs.get(limb).map_or(0, |limb| limb >> shift);
            if shift + width > 64 {
                window |= limbs.get(limb + 1).map_or(0, |limb| limb << (64 - shift));
            }
            let value = (window & ((1 << width) - 1)) as i16 + carry;
            carry = i16::from(value > 1 << (width - 1));
            *digit = value - (carry << width);
        }
        debug_assert_eq!(carry, 0, "the last row has room for the carry");
        digits
    }

    /// The points whose sum is the number's multiple of the point.
    #[inline]
    pub(super) fn entries(&self, digits: &Digits) -> impl Iterator<Item = Affine> {
        digits[..self.rows()]
            .iter()
            .enumerate()
            .filter_map(|(row, digit)| {
                let index = (digit.unsigned_abs() as usize).checked_sub(1)?;
                let point = self.points[(row << (self.width - 1)) + index];
                Some(if *digit < 0 { point.negate() } else { point })
            })
    }

    /// `sum` plus the number's multiple of the point.
    pub(super) fn add_multiple(&self, digits: &Digits, sum: Jacobian) -> Jacobian {
        self.entries(digits).fold(sum, |sum, point| sum.add(&point))
    }
}

/// Rows that hold 256 bits and a carry.
fn rows(width: usize) -> usize {
    256 / width + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::{
        ProjectivePoint, Scalar,
        elliptic_curve::{Group, PrimeField, sec1::ToSec1Point},
    };
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn ours(point: ProjectivePoint) -> Affine {
        let encoded = point.to_affine().to_sec1_point(false);
        let (x, y) = encoded.as_bytes()[1..].split_at(32);
        Affine::new(x.try_into().unwrap(), y.try_into().unwrap()).unwrap()
    }

    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
        (5..=8)
            .map(|width| Table::new(ours(ProjectivePoint::GENERATOR), width))
            .collect()
    });

    fn check(number: Scalar) {
        let bytes = number.to_repr().into();
        for table in TABLES.iter() {
            let sum = table.add_multiple(&table.digits(&bytes), Jacobian::INFINITY);
            if number == Scalar::ZERO {
                assert!(sum.is_infinity());
            } else {
                let expected = ours(ProjectivePoint::mul_by_generator(&number));
                assert_eq!(
                    normalize(&[sum])[0],
                    expected,
                    "{number:?} in digits of {} bits",
                    table.width
                );
            }
        }
    }

    #[test]
    fn multiples_at_the_edges_of_digits_are_right() {
        for small in 0..=600u64 {
            check(Scalar::from(small));
            check(-Scalar::from(small));
        }
        let mut power = Scalar::ONE;
        for _ in 0..256 {
            check(power);
            check(power - Scalar::ONE);
            check(-power);
            power = power + power;
        }
    }

    #[test]
    fn digits_stay_within_half_of_their_range() {
        for table in TABLES.iter() {
            let digits = table.digits(&[0xff; 32].map(|byte: u8| byte & 0x7f));
            let half = 1 << (table.width - 1);
            assert!(digits.iter().all(|digit| (-half..=half).contains(digit)));
            assert!(digits[table.rows()..].iter().all(|digit| *digit == 0));
            assert_eq!(table.points.len(), table.rows() * half as usize);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn multiples_of_any_number_are_right(bytes: [u8; 32]) {
            check(super::super::reduce(&bytes));
        }
    }
}
