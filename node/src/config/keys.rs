//! Where a secret key is: in a file, a key store, a PKCS #11 token or an SDF device.

use crate::error::Error;
use crypto_sm::keystore::{
    Key, KeyFile, KeyProvider, folder, read_secret,
    sdf::{self, Decryption},
    token::{self, Choice, Profile},
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What gives a passphrase for the file that is named; nothing where nobody can be asked.
pub type Ask<'a> = &'a dyn Fn(&str) -> Option<Zeroizing<Vec<u8>>>;

/// Kinds of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A PKCS #8 file, plain or encrypted, or a key store's folder.
    #[default]
    File,
    /// A PKCS #11 token.
    Pkcs11,
    /// An SDF device.
    Sdf,
}

impl Provider {
    /// Words for settings.
    pub const WORDS: &'static [&'static str] = &["file", "pkcs11", "sdf"];

    /// The provider with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "file" => Some(Self::File),
            "pkcs11" => Some(Self::Pkcs11),
            "sdf" => Some(Self::Sdf),
            _ => None,
        }
    }
}

/// Where keys are and what opens the place. Paths are relative to the file that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Kind of place.
    pub provider: Provider,
    /// The vendor's library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<PathBuf>,
    /// Label of the token, or the number of its slot; without it the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The vendor's mechanism numbers: `card`, `card-message` or `ibm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Label or key id of the key in a key store, token or device; without it the only one that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Numbers of the keys of an SDF device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indices: Vec<u32>,
    /// File with the PIN, or with the passphrase of a key file or key store; its owner alone may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_file: Option<PathBuf>,
}

impl Keys {
    /// With paths joined with a folder.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        // A library without a folder is looked for by the system's loader.
        self.library = self.library.map(|library| {
            if library.components().count() > 1 {
                folder.join(library)
            } else {
                library
            }
        });
        self.pin_file = self.pin_file.map(|path| folder.join(path));
        self
    }

    /// Opens a key. `file` is the key file or key store of [`Provider::File`].
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::KeyExposed`], [`Error::KeyInvalid`], [`Error::ConfigValue`], or what the
    /// cryptography says about the place.
    pub fn open(&self, file: &Path, ask: Ask<'_>) -> Result<Key, Error> {
        match self.provider {
            Provider::File => self.open_file(file, ask),
            Provider::Pkcs11 => {
                let token = token::Token::open(token::Settings {
                    library: self.library()?,
                    token: self.choice(),
                    pin: self.pin()?,
                    profile: self.profile()?,
                })?;
                self.pick(Arc::new(token))
            }
            Provider::Sdf => {
                let device = sdf::Device::open(sdf::Settings {
                    library: self.library()?,
                    indices: if self.indices.is_empty() {
                        vec![1]
                    } else {
                        self.indices.clone()
                    },
                    pin: self.pin()?,
                    decryption: Decryption::Plain,
                })?;
                self.pick(Arc::new(device))
            }
        }
    }

    fn open_file(&self, file: &Path, ask: Ask<'_>) -> Result<Key, Error> {
        let shown = file.display().to_string();
        let pin = self.pin()?;
        let passphrase = || pin.or_else(|| ask(&shown));
        if folder::Folder::is_one(file) {
            let passphrase = passphrase().ok_or_else(|| {
                Error::Crypto(crypto_sm::Error::KeyLocked {
                    place: shown.clone(),
                })
            })?;
            let store = folder::Folder::open(file, &passphrase)?;
            return self.pick(Arc::new(store));
        }
        let opened = KeyFile::open(file, passphrase).map_err(|error| match error {
            crypto_sm::Error::KeyFileUnreadable { path, detail } => {
                Error::FileUnreadable { path, detail }
            }
            crypto_sm::Error::KeyFileMode { path, mode, .. } => Error::KeyExposed { path, mode },
            kept @ (crypto_sm::Error::KeyFileOwner { .. }
            | crypto_sm::Error::KeyLocked { .. }
            | crypto_sm::Error::PassphraseWrong { .. }) => kept.into(),
            other => Error::KeyInvalid {
                path: shown.clone(),
                cause: other.code().to_owned(),
            },
        })?;
        let provider: Arc<dyn KeyProvider> = Arc::new(opened);
        Ok(Key::only(provider, crypto_sm::keystore::Usage::SIGN)?)
    }

    fn pick(&self, provider: Arc<dyn KeyProvider>) -> Result<Key, Error> {
        Ok(match &self.key {
            Some(wanted) => Key::find(provider, wanted)?,
            None => Key::only(provider, crypto_sm::keystore::Usage::SIGN)?,
        })
    }

    fn library(&self) -> Result<PathBuf, Error> {
        self.library.clone().ok_or_else(|| Error::ConfigMissing {
            key: "keys.library".to_owned(),
        })
    }

    fn choice(&self) -> Choice {
        match &self.token {
            None => Choice::Only,
            Some(token) => match token.parse() {
                Ok(number) => Choice::Slot(number),
                Err(_) => Choice::Label(token.clone()),
            },
        }
    }

    fn profile(&self) -> Result<Profile, Error> {
        match &self.profile {
            None => Ok(Profile::default()),
            Some(name) => Profile::named(name).ok_or_else(|| Error::ConfigValue {
                key: "keys.profile".to_owned(),
                value: name.clone(),
                origin: "-".to_owned(),
                expected: "card, card-message, ibm".to_owned(),
            }),
        }
    }

    fn pin(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.pin_file.as_deref().map(read_passphrase).transpose()
    }
}

/// A passphrase or PIN in a file that only its owner can read, without the line's end.
///
/// # Errors
/// What the cryptography says about the file.
pub fn read_passphrase(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = read_secret(path)?;
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto_sm::sm2::SecretKey;

    fn nobody(_: &str) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    #[test]
    fn a_key_is_opened_from_a_plain_file_an_encrypted_one_and_a_key_store() {
        let place = tempfile::tempdir().expect("temporary folder");
        let secret = SecretKey::from_bytes(&[7; 32]).expect("in range");
        let pin_file = place.path().join("passphrase");
        crate::config::write_secret(&pin_file, b"correct horse\n").expect("written");
        let plain = place.path().join("a.key.pem");
        let encrypted = place.path().join("b.key.pem");
        KeyFile::create(&plain, &secret, None, 1_000).expect("written");
        KeyFile::create(&encrypted, &secret, Some(b"correct horse"), 1_000).expect("written");
        let folder_path = place.path().join("keys");
        let store = folder::Folder::create(&folder_path, b"correct horse", 1_000).expect("made");
        store
            .import("statement", crypto_sm::keystore::Usage::SIGN, &secret)
            .expect("imported");
        let keys = Keys {
            pin_file: Some(pin_file),
            ..Keys::default()
        };
        for path in [&plain, &encrypted, &folder_path] {
            let key = keys.open(path, &nobody).expect("opened");
            assert_eq!(key.public_key(), secret.public_key());
        }
        let locked = Keys::default();
        for path in [&encrypted, &folder_path] {
            let refused = locked.open(path, &nobody).expect_err("locked");
            assert_eq!(refused.code(), "HT-CRY-080");
            let asked = locked.open(path, &|_| Some(Zeroizing::new(b"correct horse".to_vec())));
            assert!(asked.is_ok());
            let wrong = locked.open(path, &|_| Some(Zeroizing::new(b"wrong".to_vec())));
            assert_eq!(wrong.expect_err("wrong").code(), "HT-CRY-071");
        }
    }

    #[test]
    fn a_token_or_device_without_its_library_is_refused() {
        for provider in [Provider::Pkcs11, Provider::Sdf] {
            let mut keys = Keys {
                provider,
                ..Keys::default()
            };
            let refused = keys.open(Path::new("x"), &nobody).expect_err("no library");
            assert_eq!(refused.code(), "HT-NOD-006");
            keys.library = Some("/nonexistent/library.so".into());
            let refused = keys.open(Path::new("x"), &nobody).expect_err("no library");
            assert_eq!(refused.code(), "HT-CRY-075");
        }
    }
}
