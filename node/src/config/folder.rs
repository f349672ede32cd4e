//! The folder of a network, and how files in it are written and read.

use super::keys::Ask;
use crate::error::Error;
use crypto_sm::keystore::file::is_encrypted;
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::genesis::Founded;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Paths in the folder of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// A network's folder; nothing is read or made.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The signed genesis, exact bytes.
    #[must_use]
    pub fn genesis_file(&self) -> PathBuf {
        self.root.join("genesis.pb")
    }

    /// The same for people, with the exact bytes in base64.
    #[must_use]
    pub fn genesis_json(&self) -> PathBuf {
        self.root.join("genesis.json")
    }

    /// What a client needs.
    #[must_use]
    pub fn context_file(&self) -> PathBuf {
        self.root.join("context.toml")
    }

    /// Key and certificate of the organisation's CA.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.root.join("ca")
    }

    /// Keys and certificates of members.
    #[must_use]
    pub fn members(&self) -> PathBuf {
        self.root.join("members")
    }

    /// Folder of a node.
    #[must_use]
    pub fn node(&self, name: &str) -> PathBuf {
        self.root.join("nodes").join(name)
    }

    /// Configuration of a node; without a name that of the only node.
    ///
    /// # Errors
    /// [`Error::NodeAmbiguous`].
    pub fn config_file(&self, name: Option<&str>) -> Result<PathBuf, Error> {
        let found = nodes_of(&self.root);
        let name = match (name, found.as_slice()) {
            (Some(name), _) if found.iter().any(|known| known == name) => name.to_owned(),
            (None, [only]) => only.clone(),
            _ => {
                return Err(Error::NodeAmbiguous {
                    path: self.root.display().to_string(),
                    found: found.join(", "),
                });
            }
        };
        Ok(self.node(&name).join("config.toml"))
    }

    /// Reads and checks genesis.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::GenesisInvalid`].
    pub fn genesis(path: &Path) -> Result<Founded, Error> {
        let name = || path.display().to_string();
        let bytes = fs::read(path).map_err(|error| Error::FileUnreadable {
            path: name(),
            detail: error.to_string(),
        })?;
        Founded::parse(&bytes).map_err(|refusal| {
            let cause = Error::from(refusal).to_string();
            Error::GenesisInvalid {
                path: name(),
                cause,
            }
        })
    }
}

/// Nodes that have a configuration below a network's folder, ascending.
#[must_use]
pub fn nodes_of(root: &Path) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(root.join("nodes"))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("config.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

/// The text of a file.
///
/// # Errors
/// [`Error::FileUnreadable`].
pub(super) fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::FileUnreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    })
}

/// The text of a file with a secret; one that others can read is refused.
///
/// # Errors
/// [`Error::FileUnreadable`], [`Error::KeyExposed`].
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, Error> {
    let name = || path.display().to_string();
    let unreadable = |error: std::io::Error| Error::FileUnreadable {
        path: name(),
        detail: error.to_string(),
    };
    let text = Zeroizing::new(fs::read_to_string(path).map_err(unreadable)?);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::KeyExposed {
                path: name(),
                mode: format!("{mode:o}"),
            });
        }
    }
    Ok(text)
}

/// Reads a secret key, and refuses one that others can read.
///
/// # Errors
/// [`Error::FileUnreadable`], [`Error::KeyExposed`], [`Error::KeyInvalid`].
pub fn read_key(path: &Path) -> Result<SecretKey, Error> {
    open_key(path, &|_| None)
}

/// The same of a file that may be encrypted; `ask` gives the passphrase for the place that it is told.
///
/// # Errors
/// As [`read_key`], and those of `crypto-sm` for a passphrase that is missing or wrong.
pub fn open_key(path: &Path, ask: Ask<'_>) -> Result<SecretKey, Error> {
    let name = || path.display().to_string();
    let text = read_private(path)?;
    if is_encrypted(&text) {
        let place = name();
        let Some(passphrase) = ask(&place) else {
            return Err(crypto_sm::Error::KeyLocked { place }.into());
        };
        return SecretKey::from_encrypted_pkcs8_pem(&text, &passphrase).map_err(|error| {
            match error {
                crypto_sm::Error::Passphrase => crypto_sm::Error::PassphraseWrong { place },
                other => other,
            }
            .into()
        });
    }
    SecretKey::from_pkcs8_pem(&text).map_err(|error| Error::KeyInvalid {
        path: name(),
        cause: error.code().to_owned(),
    })
}

/// Writes a new file, synced; one that exists is left alone.
///
/// # Errors
/// [`Error::FileUnwritable`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, 0o644)
}

/// Writes a new file that only its owner can read, synced.
///
/// # Errors
/// [`Error::FileUnwritable`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, 0o600)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::FileUnwritable {
        path: path.display().to_string(),
        detail: error.to_string(),
    };
    // A name without a folder lies in the present one.
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Some(Path::new(".")),
        other => other,
    };
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    if let Some(folder) = folder {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
    }
    Ok(())
}
