//! Points of the curve: y² = x³ − 3x + b over [`Field`].
//!
//! Functions take the same time for all points unless their name or description says otherwise.

use super::{CURVE, field::Field};
use crate::memcheck::public;
use std::hint::black_box;

/// A point that is not infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Affine {
    pub(super) x: Field,
    pub(super) y: Field,
}

/// x = X/Z², y = Y/Z³; infinity has Z = 0. Doublings are cheapest so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian {
    pub(super) x: Field,
    pub(super) y: Field,
    pub(super) z: Field,
}

/// x = X/ZZ, y = Y/ZZZ with ZZ³ = ZZZ²; infinity has ZZ = 0. Additions of affine points are cheapest so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extended {
    pub(super) x: Field,
    pub(super) y: Field,
    pub(super) zz: Field,
    pub(super) zzz: Field,
}

impl Affine {
    /// The base point G.
    pub(super) fn generator() -> Self {
        let [_, _, x, y] = &CURVE;
        Self::new(x, y).expect("the base point's coordinates are below p")
    }

    /// A point by its big-endian coordinates, which must lie on the curve; nothing if one is not below p.
    pub(super) fn new(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        Some(Self {
            x: Field::from_be_bytes(x)?,
            y: Field::from_be_bytes(y)?,
        })
    }

    /// Whether y² = x³ − 3x + b.
    pub(super) fn is_on_curve(&self) -> bool {
        let b = Field::from_be_bytes(&CURVE[1]).expect("b is below p");
        let three = Field::ONE.double().add(&Field::ONE);
        let right = self.x.square().subtract(&three).multiply(&self.x).add(&b);
        self.y.square() == right
    }

    /// x and y, big-endian.
    pub(super) fn coordinates(&self) -> ([u8; 32], [u8; 32]) {
        (self.x.to_be_bytes(), self.y.to_be_bytes())
    }

    #[inline(always)]
    pub(super) fn negate(&self) -> Self {
        Self {
            x: self.x,
            y: self.y.negate(),
        }
    }

    /// The opposite point if the mask is all ones, the same if it is 0.
    #[inline(always)]
    pub(super) fn negate_if(&self, mask: u64) -> Self {
        Self {
            x: self.x,
            y: Field::select(mask, &self.y.negate(), &self.y),
        }
    }

    /// The sum of two points with different x, given 1 / (other.x − self.x).
    #[inline(always)]
    pub(super) fn add_with_inverse(&self, other: &Self, inverse: &Field) -> Self {
        let slope = other.y.subtract(&self.y).multiply(inverse);
        let x = slope.square().subtract(&self.x).subtract(&other.x);
        let y = slope.multiply(&self.x.subtract(&x)).subtract(&self.y);
        Self { x, y }
    }

    /// The sum, whatever the points are; nothing for infinity. Variable time, for public points.
    pub(super) fn add_vartime(&self, other: &Self) -> Option<Self> {
        Extended::from(*self).add_vartime(other).to_affine()
    }
}

impl From<Affine> for Jacobian {
    fn from(point: Affine) -> Self {
        Self {
            x: point.x,
            y: point.y,
            z: Field::ONE,
        }
    }
}

impl Jacobian {
    pub(super) const INFINITY: Self = Self {
        x: Field::ONE,
        y: Field::ONE,
        z: Field::ZERO,
    };

    #[inline(always)]
    pub(super) fn is_infinity(&self) -> bool {
        self.z == Field::ZERO
    }

    /// 2P for a = −3 (Guide to Elliptic Curve Cryptography, algorithm 3.21). No point has y = 0, as n is odd.
    #[inline(always)]
    pub(super) fn double(&self) -> Self {
        let z_squared = self.z.square();
        let slope = self.x.subtract(&z_squared);
        let slope = slope.multiply(&self.x.add(&z_squared));
        let slope = slope.double().add(&slope);
        let double_y = self.y.double();
        let four_y_squared = double_y.square();
        let base = four_y_squared.multiply(&self.x);
        let x = slope.square().subtract(&base.double());
        let y = slope
            .multiply(&base.subtract(&x))
            .subtract(&four_y_squared.square().halve());
        Self {
            x,
            y,
            z: double_y.multiply(&self.z),
        }
    }

    /// What P and Q differ by, both taken to Z = Z(P)³: 0 for equal x, and for equal y.
    #[inline(always)]
    fn gaps(&self, other: &Affine) -> (Field, Field) {
        let z_squared = self.z.square();
        let width = other.x.multiply(&z_squared).subtract(&self.x);
        let height = other
            .y
            .multiply(&self.z)
            .multiply(&z_squared)
            .subtract(&self.y);
        (width, height)
    }

    #[inline(always)]
    fn add_over(&self, width: &Field, height: &Field) -> Self {
        let width_squared = width.square();
        let width_cubed = width.multiply(&width_squared);
        let base = self.x.multiply(&width_squared);
        let x = height
            .square()
            .subtract(&width_cubed)
            .subtract(&base.double());
        let y = height
            .multiply(&base.subtract(&x))
            .subtract(&self.y.multiply(&width_cubed));
        Self {
            x,
            y,
            z: self.z.multiply(width),
        }
    }

    /// P + Q for P ≠ Q, neither of them infinity; opposite points give infinity.
    #[inline]
    pub(super) fn add_other(&self, other: &Affine) -> Self {
        let (width, height) = self.gaps(other);
        self.add_over(&width, &height)
    }

    /// P + Q for a P that is not infinity: both the sum and the double are calculated, and one is selected.
    pub(super) fn add_complete(&self, other: &Affine) -> Self {
        let (width, height) = self.gaps(other);
        let sum = self.add_over(&width, &height);
        let double = Self::from(*other).double();
        // Without the barrier the compiler sees a condition behind the mask, and branches on it.
        let equal = black_box(width.zero_mask() & height.zero_mask());
        Self {
            x: Field::select(equal, &double.x, &sum.x),
            y: Field::select(equal, &double.y, &sum.y),
            z: Field::select(equal, &double.z, &sum.z),
        }
    }

    /// P + Q, whatever P and Q are. Variable time.
    #[inline]
    pub(super) fn add_vartime(&self, other: &Affine) -> Self {
        if self.is_infinity() {
            return (*other).into();
        }
        let (width, height) = self.gaps(other);
        if width == Field::ZERO {
            return if height == Field::ZERO {
                self.double()
            } else {
                Self::INFINITY
            };
        }
        self.add_over(&width, &height)
    }

    /// Nothing for infinity.
    pub(super) fn to_affine(self) -> Option<Affine> {
        let inverse = self.z.invert();
        let squared = inverse.square();
        // Secret multiples are never infinity, but for a number made for it.
        public(inverse != Field::ZERO).then(|| Affine {
            x: self.x.multiply(&squared),
            y: self.y.multiply(&squared.multiply(&inverse)),
        })
    }
}

impl From<Affine> for Extended {
    #[inline(always)]
    fn from(point: Affine) -> Self {
        Self {
            x: point.x,
            y: point.y,
            zz: Field::ONE,
            zzz: Field::ONE,
        }
    }
}

impl Extended {
    pub(super) const INFINITY: Self = Self {
        x: Field::ONE,
        y: Field::ONE,
        zz: Field::ZERO,
        zzz: Field::ZERO,
    };

    #[inline(always)]
    pub(super) fn is_infinity(&self) -> bool {
        self.zz == Field::ZERO
    }

    #[inline(always)]
    fn gaps(&self, other: &Affine) -> (Field, Field) {
        (
            other.x.multiply(&self.zz).subtract(&self.x),
            other.y.multiply(&self.zzz).subtract(&self.y),
        )
    }

    /// Formulas madd-2008-s of the Explicit-Formulas Database.
    #[inline(always)]
    fn add_over(&self, width: &Field, height: &Field) -> Self {
        let width_squared = width.square();
        let width_cubed = width.multiply(&width_squared);
        let base = self.x.multiply(&width_squared);
        let x = height
            .square()
            .subtract(&width_cubed)
            .subtract(&base.double());
        let y = height
            .multiply(&base.subtract(&x))
            .subtract(&self.y.multiply(&width_cubed));
        Self {
            x,
            y,
            zz: self.zz.multiply(&width_squared),
            zzz: self.zzz.multiply(&width_cubed),
        }
    }

    /// 2P (formulas mdbl-2008-s-1).
    pub(super) fn double_of(point: &Affine) -> Self {
        let double_y = point.y.double();
        let zz = double_y.square();
        let zzz = double_y.multiply(&zz);
        let base = point.x.multiply(&zz);
        let slope = point.x.square().subtract(&Field::ONE);
        let slope = slope.double().add(&slope);
        let x = slope.square().subtract(&base.double());
        let y = slope
            .multiply(&base.subtract(&x))
            .subtract(&zzz.multiply(&point.y));
        Self { x, y, zz, zzz }
    }

    /// P + Q for P ≠ Q, neither of them infinity; opposite points give infinity.
    #[inline]
    pub(super) fn add_other(&self, other: &Affine) -> Self {
        let (width, height) = self.gaps(other);
        self.add_over(&width, &height)
    }

    /// P + Q for a P that is not infinity: both the sum and the double are calculated, and one is selected.
    pub(super) fn add_complete(&self, other: &Affine) -> Self {
        let (width, height) = self.gaps(other);
        let sum = self.add_over(&width, &height);
        let double = Self::double_of(other);
        // Without the barrier the compiler sees a condition behind the mask, and branches on it.
        let equal = black_box(width.zero_mask() & height.zero_mask());
        Self {
            x: Field::select(equal, &double.x, &sum.x),
            y: Field::select(equal, &double.y, &sum.y),
            zz: Field::select(equal, &double.zz, &sum.zz),
            zzz: Field::select(equal, &double.zzz, &sum.zzz),
        }
    }

    /// P + Q, whatever P and Q are. Variable time.
    #[inline]
    pub(super) fn add_vartime(&self, other: &Affine) -> Self {
        if self.is_infinity() {
            return (*other).into();
        }
        let (width, height) = self.gaps(other);
        if width == Field::ZERO {
            return if height == Field::ZERO {
                Self::double_of(other)
            } else {
                Self::INFINITY
            };
        }
        self.add_over(&width, &height)
    }

    /// Nothing for infinity.
    pub(super) fn to_affine(self) -> Option<Affine> {
        let inverse = self.zzz.invert();
        // ZZ / ZZZ is 1/Z.
        let z_inverse = self.zz.multiply(&inverse);
        // Secret multiples are never infinity, but for a number made for it.
        public(inverse != Field::ZERO).then(|| Affine {
            x: self.x.multiply(&z_inverse.square()),
            y: self.y.multiply(&inverse),
        })
    }
}

/// The affine forms of points that are not infinity, for one inversion (Montgomery's trick). Variable time.
pub(super) fn normalize_vartime(points: &[Jacobian]) -> Vec<Affine> {
    let mut inverses: Vec<Field> = points.iter().map(|point| point.z).collect();
    invert_all_vartime(&mut inverses, &mut Vec::new());
    let affine = |(point, inverse): (&Jacobian, &Field)| {
        let squared = inverse.square();
        Affine {
            x: point.x.multiply(&squared),
            y: point.y.multiply(&squared.multiply(inverse)),
        }
    };
    points.iter().zip(&inverses).map(affine).collect()
}

/// Replaces each number, none of them 0, by its inverse: one inversion and three products each. Variable time.
pub(super) fn invert_all_vartime(numbers: &mut [Field], products: &mut Vec<Field>) {
    products.clear();
    let mut product = Field::ONE;
    for number in numbers.iter() {
        products.push(product);
        product = product.multiply(number);
    }
    let mut inverse = product.invert_vartime();
    for (number, before) in numbers.iter_mut().zip(products.iter()).rev() {
        let own = inverse.multiply(before);
        inverse = inverse.multiply(number);
        *number = own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::{ProjectivePoint, Scalar, elliptic_curve::sec1::ToSec1Point};

    /// The same point in our form.
    fn ours(point: ProjectivePoint) -> Affine {
        let encoded = point.to_affine().to_sec1_point(false);
        let (x, y) = encoded.as_bytes()[1..].split_at(32);
        Affine::new(x.try_into().unwrap(), y.try_into().unwrap()).unwrap()
    }

    fn affine(point: Jacobian) -> Affine {
        normalize_vartime(&[point])[0]
    }

    /// Both kinds of coordinates give the sum, whatever the points are; each kind of addition, where it applies.
    fn check_sum(left: u64, scale: u64, right: &Affine, expected: Option<Affine>) {
        let generator = ProjectivePoint::GENERATOR;
        let point = ours(generator * Scalar::from(left));
        let z = Field::from_limbs(&[scale, 0, 0, 1]).unwrap();
        let squared = z.square();
        let cubed = z.multiply(&squared);
        let (x, y) = (point.x.multiply(&squared), point.y.multiply(&cubed));
        let jacobian = Jacobian { x, y, z };
        let extended = Extended {
            x,
            y,
            zz: squared,
            zzz: cubed,
        };
        assert_eq!(jacobian.to_affine(), Some(point));
        assert_eq!(extended.to_affine(), Some(point));
        assert_eq!(jacobian.add_vartime(right).to_affine(), expected);
        assert_eq!(jacobian.add_complete(right).to_affine(), expected);
        assert_eq!(extended.add_vartime(right).to_affine(), expected);
        assert_eq!(extended.add_complete(right).to_affine(), expected);
        assert_eq!(point.add_vartime(right), expected);
        if point != *right {
            assert_eq!(jacobian.add_other(right).to_affine(), expected);
            assert_eq!(extended.add_other(right).to_affine(), expected);
        }
    }

    #[test]
    fn sums_and_doubles_are_those_of_the_other_implementation() {
        let multiple = |k: u64| ours(ProjectivePoint::GENERATOR * Scalar::from(k));
        assert_eq!(Affine::generator(), multiple(1));
        for k in 1..=40u64 {
            let double = Jacobian::from(multiple(k)).double();
            assert_eq!(affine(double), multiple(2 * k), "{k}");
            assert_eq!(affine(double.double()), multiple(4 * k), "{k}");
            assert!(multiple(k).is_on_curve());
            check_sum(k, 7 * k, &multiple(k), Some(multiple(2 * k)));
            check_sum(k, 5 * k, &multiple(k).negate(), None);
            check_sum(k, 3 * k, &multiple(k + 1), Some(multiple(2 * k + 1)));
            check_sum(k, k, &multiple(1000), Some(multiple(k + 1000)));
        }
        assert!(Jacobian::INFINITY.double().is_infinity());
        assert_eq!(Jacobian::INFINITY.to_affine(), None);
        assert_eq!(Extended::INFINITY.to_affine(), None);
        let generator = multiple(1);
        assert_eq!(
            Jacobian::INFINITY.add_vartime(&generator).to_affine(),
            Some(generator)
        );
        assert_eq!(
            Extended::INFINITY.add_vartime(&generator).to_affine(),
            Some(generator)
        );
    }

    #[test]
    fn a_sum_with_a_given_inverse_is_the_sum() {
        let multiple = |k: u64| ours(ProjectivePoint::GENERATOR * Scalar::from(k));
        let mut widths: Vec<Field> = (2..20)
            .map(|k| multiple(k).x.subtract(&multiple(1).x))
            .collect();
        invert_all_vartime(&mut widths, &mut Vec::new());
        for (k, inverse) in (2..20).zip(&widths) {
            assert_eq!(
                multiple(1).add_with_inverse(&multiple(k), inverse),
                multiple(k + 1)
            );
        }
    }
}
