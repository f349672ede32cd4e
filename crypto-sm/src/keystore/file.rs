//! A key in a file: PKCS #8 in PEM, plain or encrypted under a passphrase.

use super::{KeyEntry, KeyProvider, Usage, encrypted, memory::Memory, permission};
use crate::{
    Error,
    sm2::{KeyId, PublicKey, SecretKey, Signature},
    sm3,
};
use std::{
    fmt,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Ending of the files that hold secret keys, after the label.
pub const ENDING: &str = ".key.pem";

/// Whether a text is a key that needs a passphrase.
#[must_use]
pub fn is_encrypted(text: &str) -> bool {
    text.trim_start()
        .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
}

/// One key in one file, which belongs to the user who runs the program and to nobody else.
pub struct KeyFile {
    path: PathBuf,
    key: Memory,
}

impl KeyFile {
    /// Reads the file. The passphrase is called for only if the key is encrypted.
    ///
    /// # Errors
    /// Those of [`super::read_secret`]; [`Error::KeyLocked`] if the key is encrypted and `passphrase` gives nothing;
    /// [`Error::PassphraseWrong`]; those of [`SecretKey::from_pkcs8_pem`].
    pub fn open(
        path: &Path,
        passphrase: impl FnOnce() -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Self, Error> {
        let bytes = permission::read_secret(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Error::PemEncoding {
            expected: "PRIVATE KEY",
        })?;
        let secret = if is_encrypted(text) {
            let place = path.display().to_string();
            let Some(passphrase) = passphrase() else {
                return Err(Error::KeyLocked { place });
            };
            encrypted::open(text, &passphrase, || place)?
        } else {
            SecretKey::from_pkcs8_pem(text)?
        };
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let entry = KeyEntry {
            label: name.strip_suffix(ENDING).unwrap_or(&name).to_owned(),
            public_key: secret.public_key().clone(),
            usage: Usage::BOTH,
            place: path.display().to_string(),
        };
        Ok(Self {
            path: path.to_owned(),
            key: Memory { secret, entry },
        })
    }

    /// Writes a new key file, encrypted if there is a passphrase. An existing file is left alone.
    ///
    /// # Errors
    /// [`Error::KeyExists`], [`Error::KeyFileUnwritable`].
    pub fn create(
        path: &Path,
        key: &SecretKey,
        passphrase: Option<&[u8]>,
        iterations: u32,
    ) -> Result<(), Error> {
        if path.symlink_metadata().is_ok() {
            return Err(Error::KeyExists {
                label: path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                place: path.display().to_string(),
            });
        }
        let text = match passphrase {
            Some(passphrase) => encrypted::seal(key, passphrase, iterations)?,
            None => key.to_pkcs8_pem(),
        };
        permission::write_secret(path, text.as_bytes())
    }

    /// Encrypts the file anew, or for the first time; without a passphrase writes it plain.
    ///
    /// # Errors
    /// [`Error::KeyFileUnwritable`].
    pub fn set_passphrase(&self, passphrase: Option<&[u8]>, iterations: u32) -> Result<(), Error> {
        let text = match passphrase {
            Some(passphrase) => encrypted::seal(&self.key.secret, passphrase, iterations)?,
            None => self.key.secret.to_pkcs8_pem(),
        };
        permission::write_secret(&self.path, text.as_bytes())
    }
}

impl KeyProvider for KeyFile {
    fn word(&self) -> &'static str {
        "file"
    }

    fn place(&self) -> String {
        self.key.place()
    }

    fn keys(&self) -> Result<Vec<KeyEntry>, Error> {
        self.key.keys()
    }

    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error> {
        self.key.sign_digest(key, digest)
    }

    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.decrypt(key, ciphertext)
    }

    fn agree(&self, key: &KeyId, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        self.key.agree(key, peer)
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        self.key.fill_random(bytes)
    }
}

/// Shows the path and what is public.
impl fmt::Debug for KeyFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyFile")
            .field("path", &self.path)
            .field("entry", &self.key.entry)
            .finish_non_exhaustive()
    }
}
