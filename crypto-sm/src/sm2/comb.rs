//! Tables of multiples of one point, and sums of multiples with them.
//!
//! A number k is cut into digits of `width` bits that are odd and signed: k = Σ d_i·2^(width·i), each |d_i| < 2^width. Row i
//! holds 1, 3, 5 … (2^width − 1) times 2^(width·i)·P, so that k·P is one entry of each row and no doubling at all. With odd
//! digits none is 0, so that all numbers take the same additions. An even k is written as −(n − k).

use super::{
    limbs::{self, Limbs},
    point::{Affine, Extended, Jacobian, invert_all_vartime, normalize_vartime},
    scalar::{MODULUS, Scalar},
    scan,
};

/// Multiples of one point.
#[derive(Clone)]
pub(super) struct Table {
    width: usize,
    points: Vec<Affine>,
}

/// A number cut into digits.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    /// With h = (k − 1)/2 for the odd one of k and n − k, the digits of k = 2h + 1 are 2v − (2^width − 1) for the windows v
    /// of h + 2^(width·rows − 1); that power is the top bit of the last window. The fifth limb is 0.
    half: [u64; 5],
    /// All ones if the digits are those of n − k.
    negated: u64,
}

impl Digits {
    /// In a time that does not depend on the number.
    #[inline]
    pub(super) fn new(number: &Scalar) -> Self {
        let number = number.limbs();
        let negated = limbs::mask(number[0] & 1 == 0);
        let opposite = limbs::subtract(&MODULUS, number).0;
        let odd: Limbs = limbs::select(negated, &opposite, number);
        Self {
            half: [
                odd[0] >> 1 | odd[1] << 63,
                odd[1] >> 1 | odd[2] << 63,
                odd[2] >> 1 | odd[3] << 63,
                odd[3] >> 1,
                0,
            ],
            negated,
        }
    }

    /// Where the digit of a row is in the row, and whether its point is to be negated (all ones).
    #[inline(always)]
    pub(super) fn digit(&self, row: usize, rows: usize, width: usize) -> (u64, u64) {
        let (limb, shift) = (row * width / 64, row * width % 64);
        let bits = self.half[limb] >> shift | self.half[limb + 1] << 1 << (63 - shift);
        let top = u64::from(row + 1 == rows) << (width - 1);
        let window = (bits & ((1 << width) - 1)) | top;
        let negative = (window >> (width - 1)).wrapping_sub(1);
        let index = (window ^ negative) & ((1 << (width - 1)) - 1);
        (index, negative ^ self.negated)
    }
}

impl Table {
    /// The table of a point, for digits of `width` bits, 4 to 10. Variable time.
    pub(super) fn new(point: Affine, width: usize) -> Self {
        assert!((4..=10).contains(&width), "width of digits");
        let rows = rows(width);
        let half = 1 << (width - 1);
        // 2^i·P for all i.
        let mut power = Jacobian::from(point);
        let mut powers = Vec::with_capacity(rows * width);
        for _ in 0..rows * width {
            powers.push(power);
            power = power.double();
        }
        let powers = normalize_vartime(&powers);
        let mut points = vec![point; rows * half];
        for row in 0..rows {
            points[row * half] = powers[row * width];
        }
        // From the first 2^level entries of each row, 1, 3 … (2^(level + 1) − 1), to the next as many by adding
        // 2^(level + 1). Multiples of one point that small are never equal or opposite.
        let (mut widths, mut products) = (Vec::new(), Vec::new());
        for level in 0..width - 1 {
            let count = 1 << level;
            let pairs = || {
                (0..rows).flat_map(|row| {
                    (0..count).map(move |index| (row * half + index, row * width + level + 1))
                })
            };
            widths.clear();
            widths.extend(pairs().map(|(entry, power)| powers[power].x.subtract(&points[entry].x)));
            invert_all_vartime(&mut widths, &mut products);
            for ((entry, power), inverse) in pairs().zip(&widths) {
                points[entry + count] = points[entry].add_with_inverse(&powers[power], inverse);
            }
        }
        Self { width, points }
    }

    #[inline(always)]
    pub(super) fn rows(&self) -> usize {
        rows(self.width)
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &[Affine] {
        let half = 1 << (self.width - 1);
        &self.points[row * half..][..half]
    }

    /// The first row: odd multiples of the point itself.
    pub(super) fn odd_multiples(&self) -> &[Affine] {
        self.row(0)
    }

    /// The point of a row that the multiple takes, and a mask that says whether it is to be negated. Variable time.
    #[inline(always)]
    pub(super) fn entry_vartime(&self, digits: &Digits, row: usize) -> (&Affine, u64) {
        let (index, negative) = digits.digit(row, self.rows(), self.width);
        (&self.row(row)[index as usize], negative)
    }

    /// The points whose sum is the multiple, from all rows. Variable time.
    #[inline(always)]
    pub(super) fn entries_vartime(&self, digits: &Digits) -> impl Iterator<Item = (&Affine, u64)> {
        (0..self.rows()).map(move |row| self.entry_vartime(digits, row))
    }

    /// `sum` plus the multiple. Variable time.
    pub(super) fn add_multiple_vartime(&self, digits: &Digits, sum: Extended) -> Extended {
        self.entries_vartime(digits)
            .fold(sum, |sum, (point, negative)| {
                sum.add_vartime(&point.negate_if(negative))
            })
    }

    /// The multiple by a number that is not 0, in a time that does not depend on it.
    ///
    /// Rows are added from the lowest, so that a sum of rows is an odd integer s times the point and the next entry is d·2^m
    /// times it, with |s| < 2^m ≤ |d·2^m| < n but for the last row. Neither is 0, and s ± d·2^m is then not 0 modulo n
    /// either: the points are neither equal nor opposite. With the last row s + d·2^m is ±k modulo n, which is not 0, but
    /// s = d·2^m modulo n is possible: there the complete addition stands.
    pub(super) fn multiply(&self, number: &Scalar) -> Extended {
        let digits = Digits::new(number);
        let rows = self.rows();
        let entry = |row| {
            let (index, negative) = digits.digit(row, rows, self.width);
            scan::entry(self.row(row), index).negate_if(negative)
        };
        let mut sum = Extended::from(entry(0));
        for row in 1..rows - 1 {
            sum = sum.add_other(&entry(row));
        }
        sum.add_complete(&entry(rows - 1))
    }
}

/// Rows that hold 256 bits.
const fn rows(width: usize) -> usize {
    usize::div_ceil(256, width)
}

/// P, 3P, 5P … (2·count − 1)·P. Variable time.
pub(super) fn odd_multiples_vartime(point: &Affine, count: usize) -> Vec<Affine> {
    let double = Jacobian::from(*point).double();
    let inverse = double.z.invert_vartime();
    let squared = inverse.square();
    let double = Affine {
        x: double.x.multiply(&squared),
        y: double.y.multiply(&squared.multiply(&inverse)),
    };
    let mut multiples = Vec::with_capacity(count);
    let mut multiple = Jacobian::from(*point);
    for _ in 0..count {
        multiples.push(multiple);
        multiple = multiple.add_other(&double);
    }
    normalize_vartime(&multiples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::{
        ProjectivePoint,
        elliptic_curve::{Group, PrimeField, sec1::ToSec1Point},
    };
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn theirs(number: &Scalar) -> Option<Affine> {
        let scalar = ::sm2::Scalar::from_repr(number.to_be_bytes().into()).unwrap();
        let point = ProjectivePoint::mul_by_generator(&scalar);
        if point.is_identity().into() {
            return None;
        }
        let encoded = point.to_affine().to_sec1_point(false);
        let (x, y) = encoded.as_bytes()[1..].split_at(32);
        Affine::new(x.try_into().unwrap(), y.try_into().unwrap())
    }

    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
        (4..=9)
            .map(|width| Table::new(Affine::generator(), width))
            .collect()
    });

    fn check(number: Scalar) {
        let expected = theirs(&number);
        for table in TABLES.iter() {
            let digits = Digits::new(&number);
            let sum = table.add_multiple_vartime(&digits, Extended::INFINITY);
            assert_eq!(
                sum.to_affine(),
                expected,
                "{number:?}, {} bits",
                table.width
            );
            let product = table.multiply(&number).to_affine();
            assert_eq!(product, expected, "{number:?}, {} bits", table.width);
        }
    }

    fn small(number: u64) -> Scalar {
        Scalar::reduce_limbs(&[number, 0, 0, 0])
    }

    #[test]
    fn multiples_at_the_edges_of_digits_are_right() {
        for number in 0..=300 {
            check(small(number));
            check(Scalar::ZERO.subtract(&small(number)));
        }
        let mut power = Scalar::ONE;
        for _ in 0..256 {
            check(power);
            check(power.subtract(&Scalar::ONE));
            check(Scalar::ZERO.subtract(&power));
            power = power.add(&power);
        }
    }

    #[test]
    fn the_one_multiple_whose_last_addition_is_a_doubling_is_right() {
        // k = s + d·2^m with s = d·2^m − n: so k = d·2^(m + 1) − n, for the odd d that puts |s| below 2^m.
        for table in TABLES.iter() {
            let place = (table.rows() - 1) * table.width;
            let mut found = 0;
            for d in (1u64..1 << table.width).step_by(2) {
                let mut product = [0; 4];
                product[place / 64] = d << (place % 64);
                let (sum, borrow) = limbs::subtract(&product, &MODULUS);
                let size = if borrow {
                    limbs::subtract(&MODULUS, &product).0
                } else {
                    sum
                };
                let fits = d.leading_zeros() as usize >= place % 64;
                if fits && size[3] >> (place % 64) == 0 {
                    let half = Scalar::reduce_limbs(&product);
                    check(half.add(&half));
                    check(Scalar::ZERO.subtract(&half.add(&half)));
                    found += 1;
                }
            }
            assert_eq!(found, 1, "{} bits", table.width);
        }
    }

    #[test]
    fn odd_multiples_are_the_first_row() {
        let multiples = odd_multiples_vartime(&Affine::generator(), 16);
        for table in TABLES.iter() {
            let shared = table.odd_multiples().len().min(16);
            assert_eq!(table.odd_multiples()[..shared], multiples[..shared]);
            assert_eq!(table.points.len(), table.rows() << (table.width - 1));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn multiples_of_any_number_are_right(bytes: [u8; 32]) {
            check(Scalar::reduce(&bytes));
        }
    }
}
