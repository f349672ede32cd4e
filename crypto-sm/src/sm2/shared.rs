//! The point that two parties calculate and nobody else knows.

use super::PublicKey;
use ::sm2::{
    ProjectivePoint, Scalar,
    elliptic_curve::{Group, point::AffineCoordinates},
};
use zeroize::{Zeroize, Zeroizing};

/// The affine coordinates of a secret point, big-endian, wiped when dropped.
pub(super) struct SharedPoint(Zeroizing<[u8; 64]>);

impl SharedPoint {
    /// k·P in the same time for every k; nothing for k = 0. The curve's cofactor is 1 and a [`PublicKey`] is not the
    /// point at infinity, so that no other k leads there.
    pub(super) fn new(k: &Scalar, point: &PublicKey) -> Option<Self> {
        Self::from_point(*point.point() * *k)
    }

    /// The coordinates of a point; nothing for infinity.
    pub(super) fn from_point(mut point: ProjectivePoint) -> Option<Self> {
        let infinity = bool::from(point.is_identity());
        let mut affine = point.to_affine();
        point.zeroize();
        let mut bytes = Zeroizing::new([0; 64]);
        bytes[..32].copy_from_slice(&affine.x());
        bytes[32..].copy_from_slice(&affine.y());
        affine.zeroize();
        (!infinity).then_some(Self(bytes))
    }

    /// x, 32 bytes.
    pub(super) fn x(&self) -> &[u8] {
        &self.0[..32]
    }
}
