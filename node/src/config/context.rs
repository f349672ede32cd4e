//! The context file: what a client needs to know, so that no command needs more than its own arguments.

use super::keys::{Ask, Keys, Provider};
use crate::error::Error;
use crypto_sm::keystore::{Key, file::is_encrypted, folder::Folder};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Content of `context.toml`. Paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Where the node listens, e.g. `http://127.0.0.1:7440`.
    pub endpoint: String,
    /// Network id, hex: the verifier's pin.
    pub network: String,
    /// The signed genesis.
    pub genesis: PathBuf,
    /// The organisation that speaks.
    pub organisation: String,
    /// Certificate of its CA.
    pub ca_certificate: PathBuf,
    /// Key of its CA, where this machine holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_key: Option<PathBuf>,
    /// Language tag; the environment decides without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Members whose keys this machine holds. A command takes the first whose role its policy allows.
    #[serde(default, rename = "identity")]
    pub identities: Vec<Identity>,
}

/// A member whose key this machine holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Name of the member.
    pub name: String,
    /// Its role: the organisational unit of its certificate.
    pub role: String,
    /// Its key, PKCS #8 PEM, or the key store that it is in; unused where it is in a token or device.
    pub key: PathBuf,
    /// Its certificate, PEM.
    pub certificate: PathBuf,
    /// Where the key is, if not in a plain file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Keys>,
}

impl Identity {
    /// Whether somebody has to type a passphrase before the key can be used.
    #[must_use]
    pub fn asks(&self) -> bool {
        let keys = self.keys.clone().unwrap_or_default();
        keys.provider == Provider::File && keys.pin_file.is_none() && is_locked(&self.key)
    }

    /// Opens the key.
    ///
    /// # Errors
    /// Those of [`Keys::open`].
    pub fn open(&self, ask: Ask<'_>) -> Result<Key, Error> {
        match &self.keys {
            Some(keys) => keys.open(&self.key, ask),
            None => Keys::default().open(&self.key, ask),
        }
    }
}

/// Whether a key file is encrypted, or a key store, which always is.
fn is_locked(file: &Path) -> bool {
    Folder::is_one(file) || std::fs::read_to_string(file).is_ok_and(|text| is_encrypted(&text))
}

impl Context {
    /// Reads a context file; paths come back joined with the file's folder.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::ConfigSyntax`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = || path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Error::FileUnreadable {
            path: name(),
            detail: error.to_string(),
        })?;
        let mut context: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            Error::ConfigSyntax {
                path: name(),
                line,
                detail: error.message().to_owned(),
            }
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        context.genesis = folder.join(&context.genesis);
        context.ca_certificate = folder.join(&context.ca_certificate);
        context.ca_key = context.ca_key.map(|key| folder.join(key));
        for identity in &mut context.identities {
            identity.key = folder.join(&identity.key);
            identity.certificate = folder.join(&identity.certificate);
            identity.keys = identity.keys.take().map(|keys| keys.within(folder));
        }
        Ok(context)
    }

    /// The same with absolute paths, for a file elsewhere.
    #[must_use]
    pub fn absolute(mut self, folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        self.genesis = folder.join(&self.genesis);
        self.ca_certificate = folder.join(&self.ca_certificate);
        self.ca_key = self.ca_key.map(|key| folder.join(key));
        for identity in &mut self.identities {
            identity.key = folder.join(&identity.key);
            identity.certificate = folder.join(&identity.certificate);
            identity.keys = identity.keys.take().map(|keys| keys.within(&folder));
        }
        self
    }

    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        toml::to_string(self).expect("a context is made of texts and lists")
    }
}
