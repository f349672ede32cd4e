//! The point that two parties calculate and nobody else knows.

use super::{PublicKey, Scalar, multiple::multiply, point::Affine};
use crate::sm3;
use zeroize::Zeroizing;

/// The affine coordinates of a secret point, big-endian, wiped when dropped.
pub(super) struct SharedPoint(Zeroizing<[u8; 64]>);

impl SharedPoint {
    /// k·P in the same time for every k; nothing for k = 0. The curve's cofactor is 1 and a [`PublicKey`] is not the
    /// point at infinity, so that no other k leads there.
    pub(super) fn new(k: &Scalar, point: &PublicKey) -> Option<Self> {
        Self::multiple(k, &point.affine())
    }

    /// The same for a point that is no key.
    pub(super) fn multiple(k: &Scalar, point: &Affine) -> Option<Self> {
        let (x, y) = multiply(k, point)?.coordinates();
        let mut bytes = Zeroizing::new([0; 64]);
        bytes[..32].copy_from_slice(&x);
        bytes[32..].copy_from_slice(&y);
        Some(Self(bytes))
    }

    /// x, 32 bytes.
    pub(super) fn x(&self) -> &[u8] {
        &self.0[..32]
    }

    /// y, 32 bytes.
    pub(super) fn y(&self) -> &[u8] {
        &self.0[32..]
    }

    /// KDF(x ‖ y ‖ context): fills `out`, at most (2^32 − 1)·32 bytes.
    pub(super) fn derive(&self, context: &[&[u8]], out: &mut [u8]) {
        let parts = [&[&self.0[..]], context].concat();
        sm3::kdf::derive(&parts, out);
    }
}
