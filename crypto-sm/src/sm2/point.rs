//! Points of the curve for verification: y² = x³ − 3x + b over [`Field`]. Variable time, for public data only.

use super::field::Field;

/// A point that is not infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) x: Field,
    pub(super) y: Field,
}

/// x = X/Z², y = Y/Z³; infinity has Z = 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian {
    pub(super) x: Field,
    pub(super) y: Field,
    pub(super) z: Field,
}

impl Affine {
    /// A point by its big-endian coordinates, which must lie on the curve; nothing if one is not below p.
    pub(super) fn new(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        Some(Self {
            x: Field::from_be_bytes(x)?,
            y: Field::from_be_bytes(y)?,
        })
    }

    #[inline]
    pub(super) fn negate(&self) -> Self {
        Self {
            x: self.x,
            y: self.y.negate(),
        }
    }

    /// The sum of two points with different x, given 1 / (other.x − self.x).
    #[inline]
    pub(super) fn add_with_inverse(&self, other: &Self, inverse: &Field) -> Self {
        let slope = other.y.subtract(&self.y).multiply(inverse);
        let x = slope.square().subtract(&self.x).subtract(&other.x);
        let y = slope.multiply(&self.x.subtract(&x)).subtract(&self.y);
        Self { x, y }
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

    pub(super) fn is_infinity(&self) -> bool {
        self.z == Field::ZERO
    }

    /// 2P for a = −3 (formulas dbl-2001-b of the Explicit-Formulas Database). No point has y = 0, as n is odd.
    pub(super) fn double(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x.multiply(&gamma);
        let slope = self.x.subtract(&delta).multiply(&self.x.add(&delta));
        let slope = slope.double().add(&slope);
        let four_beta = beta.double().double();
        let x = slope.square().subtract(&four_beta.double());
        let z = self
            .y
            .add(&self.z)
            .square()
            .subtract(&gamma)
            .subtract(&delta);
        let eight_gamma_squared = gamma.square().double().double().double();
        let y = slope
            .multiply(&four_beta.subtract(&x))
            .subtract(&eight_gamma_squared);
        Self { x, y, z }
    }

    /// P + Q for a Q in affine form, whatever P and Q are.
    #[inline]
    pub(super) fn add(&self, other: &Affine) -> Self {
        if self.is_infinity() {
            return (*other).into();
        }
        let z_squared = self.z.square();
        let width = other.x.multiply(&z_squared).subtract(&self.x);
        let height = other
            .y
            .multiply(&self.z)
            .multiply(&z_squared)
            .subtract(&self.y);
        if width == Field::ZERO {
            return if height == Field::ZERO {
                self.double()
            } else {
                Self::INFINITY
            };
        }
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
            z: self.z.multiply(&width),
        }
    }
}

/// The affine forms of points that are not infinity, for one inversion (Montgomery's trick).
pub(super) fn normalize(points: &[Jacobian]) -> Vec<Affine> {
    let mut inverses: Vec<Field> = points.iter().map(|point| point.z).collect();
    invert_all(&mut inverses, &mut Vec::new());
    let affine = |(point, inverse): (&Jacobian, &Field)| {
        let squared = inverse.square();
        Affine {
            x: point.x.multiply(&squared),
            y: point.y.multiply(&squared.multiply(inverse)),
        }
    };
    points.iter().zip(&inverses).map(affine).collect()
}

/// Replaces each number, none of them 0, by its inverse: one inversion and three products each.
pub(super) fn invert_all(numbers: &mut [Field], products: &mut Vec<Field>) {
    products.clear();
    let mut product = Field::ONE;
    for number in numbers.iter() {
        products.push(product);
        product = product.multiply(number);
    }
    let mut inverse = product.invert();
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
        normalize(&[point])[0]
    }

    #[test]
    fn sums_and_doubles_are_those_of_the_other_implementation() {
        let generator = ProjectivePoint::GENERATOR;
        let multiple = |k: u64| generator * Scalar::from(k);
        let mut sum = Jacobian::INFINITY;
        for k in 1..=70u64 {
            sum = sum.add(&ours(generator));
            assert_eq!(affine(sum), ours(multiple(k)), "{k}");
            assert_eq!(affine(sum.double()), ours(multiple(2 * k)), "{k}");
            // The same point with another Z: the sum is a doubling. And with the opposite sign: infinity.
            assert_eq!(
                affine(sum.add(&ours(multiple(k)))),
                ours(multiple(2 * k)),
                "{k}"
            );
            assert!(sum.add(&ours(multiple(k)).negate()).is_infinity(), "{k}");
            assert_eq!(
                affine(sum.add(&ours(multiple(1000)))),
                ours(multiple(k + 1000)),
                "{k}"
            );
        }
        assert!(Jacobian::INFINITY.double().is_infinity());
    }

    #[test]
    fn a_sum_with_a_given_inverse_is_the_sum() {
        let multiple = |k: u64| ours(ProjectivePoint::GENERATOR * Scalar::from(k));
        let mut widths: Vec<Field> = (2..20)
            .map(|k| multiple(k).x.subtract(&multiple(1).x))
            .collect();
        invert_all(&mut widths, &mut Vec::new());
        for (k, inverse) in (2..20).zip(&widths) {
            assert_eq!(
                multiple(1).add_with_inverse(&multiple(k), inverse),
                multiple(k + 1)
            );
        }
    }
}
