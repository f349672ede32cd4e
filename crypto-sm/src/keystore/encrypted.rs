//! Encrypted PKCS #8 with an error that names the place.

use crate::{Error, sm2::SecretKey};
use zeroize::Zeroizing;

/// The key under a passphrase, in PEM.
pub(super) fn seal(
    key: &SecretKey,
    passphrase: &[u8],
    iterations: u32,
) -> Result<Zeroizing<String>, Error> {
    key.to_encrypted_pkcs8_pem(passphrase, iterations, &mut rand::rng())
        .map(Zeroizing::new)
}

/// The key of a PEM text.
pub(super) fn open(
    text: &str,
    passphrase: &[u8],
    place: impl FnOnce() -> String,
) -> Result<SecretKey, Error> {
    SecretKey::from_encrypted_pkcs8_pem(text, passphrase).map_err(|error| match error {
        Error::Passphrase => Error::PassphraseWrong { place: place() },
        other => other,
    })
}
