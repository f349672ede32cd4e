//! Key agreement on curveSM2 (RFC 8998 clause 3.2.3): plain Diffie-Hellman, x of the common point. It is not the
//! agreement of GB/T 32918.3.

use super::CURVE_SM2;
use crate::sm2::{PublicKey, ecdh::EphemeralKey};
use getrandom::{SysRng, rand_core::UnwrapErr};
use rustls::{
    Error, NamedGroup, PeerMisbehaved,
    crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup},
};

#[derive(Debug)]
pub(super) struct CurveSm2;

impl SupportedKxGroup for CurveSm2 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        // The operating system's generator does not fail once it has been seeded; without it nothing works.
        let key = EphemeralKey::generate(&mut UnwrapErr(SysRng));
        let point = key.public_key().to_uncompressed();
        Ok(Box::new(Exchange { key, point }))
    }

    fn name(&self) -> NamedGroup {
        CURVE_SM2
    }
}

/// A key for one handshake.
struct Exchange {
    key: EphemeralKey,
    point: [u8; 65],
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        // RFC 8446 clause 4.2.8.2: uncompressed, on the curve. The curve's cofactor is 1, so no other group is near.
        let peer =
            PublicKey::from_uncompressed(peer).map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        Ok(SharedSecret::from(&self.key.agree(&peer)[..]))
    }

    fn pub_key(&self) -> &[u8] {
        &self.point
    }

    fn group(&self) -> NamedGroup {
        CURVE_SM2
    }
}
