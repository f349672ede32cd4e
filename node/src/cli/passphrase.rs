//! Passphrases of new keys: typed twice, or from a file.

use std::path::Path;

use crypto_sm::keystore::folder::ITERATIONS_DEFAULT;
use crypto_sm::sm2::SecretKey;
use zeroize::Zeroizing;

use crate::config;
use crate::console::Console;

use super::{Failure, codes};

/// Shorter passphrases are guessed, however slow each guess is made.
const PASSPHRASE_BYTES_MIN: usize = 8;

/// A passphrase from a file, or typed twice.
pub fn of_new_key(
    source: &Path,
    place: &Path,
    console: &Console,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let unusable = || Failure::new(codes::PASSPHRASE_UNUSABLE);
    let passphrase = if source == Path::new("prompt") {
        let place = place.display().to_string();
        let locked = || Failure::new("HT-CRY-080").with("place", &place);
        let first = console.passphrase(&place).ok_or_else(locked)?;
        let second = console.passphrase(&place).ok_or_else(locked)?;
        if first != second {
            return Err(unusable());
        }
        first
    } else {
        config::read_passphrase(source)?
    };
    if passphrase.len() < PASSPHRASE_BYTES_MIN {
        return Err(unusable());
    }
    Ok(passphrase)
}

/// PEM of a new key for the file at `place`: encrypted if there is a source for a passphrase, otherwise plain.
pub fn protect(
    key: &SecretKey,
    source: Option<&Path>,
    place: &Path,
    console: &Console,
) -> Result<Zeroizing<String>, Failure> {
    let Some(source) = source else {
        return Ok(key.to_pkcs8_pem());
    };
    let passphrase = of_new_key(source, place, console)?;
    let text = key.to_encrypted_pkcs8_pem(&passphrase, ITERATIONS_DEFAULT, &mut rand::rng())?;
    Ok(Zeroizing::new(text))
}

/// What answers when the key at a place asks for its passphrase: the file, or whoever sits there.
pub fn source<'a>(
    file: Option<&'a Path>,
    console: &'a Console,
) -> Result<impl Fn(&str) -> Option<Zeroizing<Vec<u8>>> + 'a, Failure> {
    let known = file.map(config::read_passphrase).transpose()?;
    Ok(move |place: &str| known.clone().or_else(|| console.passphrase(place)))
}
