//! Elliptic-curve Diffie–Hellman on curveSM2 as TLS 1.3 uses it (RFC 8998 clause 3.2.3, RFC 8446 clause 7.4.2): the
//! secret is the x coordinate of the common point, as it is. This authenticates nobody; the agreement with identities
//! of GB/T 32918.3 is another protocol.

use super::{PublicKey, SecretKey};
use crate::rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

/// A key for one agreement. [`EphemeralKey::agree`] consumes it, so that no second agreement can use it.
pub struct EphemeralKey(SecretKey);

impl EphemeralKey {
    /// A new key, uniform in [1, n − 2].
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(SecretKey::generate(rng))
    }

    /// What the other side needs. TLS sends [`PublicKey::to_uncompressed`] and reads it with
    /// [`PublicKey::from_uncompressed`], which refuses points that are not on the curve.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    /// The common secret: x of the common point, 32 bytes big-endian with leading zeros kept, wiped when dropped. The
    /// time does not depend on the key.
    #[must_use]
    pub fn agree(self, peer: &PublicKey) -> Zeroizing<[u8; 32]> {
        self.0.agree(peer)
    }
}

impl SecretKey {
    /// x of the common point, 32 bytes big-endian, for a key that stays. The time does not depend on the key.
    pub(crate) fn agree(&self, peer: &PublicKey) -> Zeroizing<[u8; 32]> {
        let shared = self.share(peer);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(shared.x());
        secret
    }
}

/// Shows the public key only.
impl fmt::Debug for EphemeralKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EphemeralKey")
            .field("public_key", self.public_key())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_leading_zeros_keeps_its_length() {
        let one = {
            let mut bytes = [0; 32];
            bytes[31] = 1;
            SecretKey::from_bytes(&bytes).unwrap()
        };
        let short = (2..=u16::MAX)
            .map(|k| {
                let mut bytes = [0; 32];
                bytes[30..].copy_from_slice(&k.to_be_bytes());
                SecretKey::from_bytes(&bytes).unwrap()
            })
            .find(|key| key.public_key().coordinates().0[0] == 0)
            .unwrap();
        let x = short.public_key().coordinates().0.to_vec();
        let secret = EphemeralKey(short).agree(one.public_key());
        assert_eq!(secret[0], 0);
        assert_eq!(secret[..], x[..]);
    }

    #[test]
    fn debug_output_does_not_show_the_secret() {
        let key = EphemeralKey(SecretKey::from_bytes(&[0x5a; 32]).unwrap());
        assert!(!format!("{key:?}").contains("5a5a5a5a"));
    }
}
