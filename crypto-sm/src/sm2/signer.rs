//! Who signs, wherever the secret is.

use super::{PublicKey, Signature};
use crate::Error;

/// A key that signs: in memory, in a token or in a device.
pub trait Signer: Send + Sync {
    /// Its public key.
    fn public_key(&self) -> &PublicKey;

    /// Signs the parts, one after the other, under a user id.
    ///
    /// # Errors
    /// [`Error::UserIdLength`], or what keeps a token or device from signing.
    fn sign_parts(&self, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, Error>;
}
