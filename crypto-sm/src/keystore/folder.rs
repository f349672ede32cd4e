//! A key store: a folder of encrypted PKCS #8 files and an index with an integrity value.
//!
//! All files are encrypted under one passphrase. The index names each key's file and its SM3 digest, and ends with
//! HMAC-SM3 under a key derived from the passphrase, so that exchanged, lost and changed files are found out. (A whole
//! older copy of the folder is not.) Changes are written as new files first; renaming the new index over the old one makes
//! them valid all at once. One program at a time changes the folder; any number may read it.

mod index;

use super::{
    KeyEntry, KeyProvider, Usage, encrypted,
    permission::{self, unreadable, unwritable},
    pool::lock,
    software,
};
use crate::{
    Error,
    sm2::{KeyId, PublicKey, SecretKey, Signature},
    sm3,
};
use index::{Index, Line};
use std::{
    collections::HashMap,
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Mutex,
};
use zeroize::Zeroizing;

pub use index::{ITERATIONS_DEFAULT, ITERATIONS_MAX};

/// Name of the file that a writer holds a lock on.
const LOCK_FILE: &str = "lock";

/// Name of the index.
const INDEX_FILE: &str = "index";

/// A key store that was opened with its passphrase. Keys are decrypted when they are first used.
pub struct Folder {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    passphrase: Zeroizing<Vec<u8>>,
    index: Index,
    secrets: HashMap<KeyId, SecretKey>,
}

/// Held while the folder is changed; the operating system lets go of it even if the program dies.
struct Writing {
    _file: File,
}

impl Folder {
    /// Makes an empty key store in a folder that does not exist or is empty.
    ///
    /// # Errors
    /// [`Error::KeyExists`] if there is a key store already; [`Error::KeyFileMode`], [`Error::KeyFileOwner`],
    /// [`Error::KeyFileUnwritable`], [`Error::KeyStoreBusy`].
    pub fn create(path: &Path, passphrase: &[u8], iterations: u32) -> Result<Self, Error> {
        permission::make_folder(path)?;
        let writing = Writing::begin(path)?;
        if path.join(INDEX_FILE).symlink_metadata().is_ok() {
            return Err(Error::KeyExists {
                label: INDEX_FILE.to_owned(),
                place: path.display().to_string(),
            });
        }
        let index = Index::new(passphrase, iterations);
        index.write(&path.join(INDEX_FILE))?;
        drop(writing);
        Ok(Self::with(path, passphrase, index))
    }

    /// Opens a key store.
    ///
    /// # Errors
    /// [`Error::PassphraseWrong`], [`Error::KeyStoreDamaged`]; [`Error::KeyFileUnreadable`], [`Error::KeyFileMode`],
    /// [`Error::KeyFileOwner`].
    pub fn open(path: &Path, passphrase: &[u8]) -> Result<Self, Error> {
        permission::check_folder(path)?;
        let index = Index::read(&path.join(INDEX_FILE), passphrase)?;
        Ok(Self::with(path, passphrase, index))
    }

    /// Whether a folder holds a key store.
    #[must_use]
    pub fn is_one(path: &Path) -> bool {
        path.join(INDEX_FILE).is_file()
    }

    fn with(path: &Path, passphrase: &[u8], index: Index) -> Self {
        Self {
            path: path.to_owned(),
            state: Mutex::new(State {
                passphrase: Zeroizing::new(passphrase.to_vec()),
                index,
                secrets: HashMap::new(),
            }),
        }
    }

    /// Makes a new key in the store.
    ///
    /// # Errors
    /// Those of [`Folder::import`].
    pub fn generate(&self, label: &str, usage: Usage) -> Result<KeyEntry, Error> {
        let key = SecretKey::generate(&mut rand::rng());
        self.add(label, usage, &key, false)
    }

    /// Takes in a key from elsewhere, of which a copy may still be there.
    ///
    /// # Errors
    /// [`Error::KeyExists`] for a label or key that is there, or a label with other characters than letters, digits, `.`,
    /// `_` and `-` or longer than 64; [`Error::KeyStoreBusy`], [`Error::KeyFileUnwritable`], or those of [`Folder::open`].
    pub fn import(&self, label: &str, usage: Usage, key: &SecretKey) -> Result<KeyEntry, Error> {
        self.add(label, usage, key, true)
    }

    fn add(
        &self,
        label: &str,
        usage: Usage,
        key: &SecretKey,
        copied: bool,
    ) -> Result<KeyEntry, Error> {
        let public_key = key.public_key().clone();
        self.change(|folder, state| {
            let taken = state
                .index
                .lines
                .iter()
                .any(|line| line.label == label || line.public_key == public_key);
            if taken || !index::is_label(label) {
                return Err(Error::KeyExists {
                    label: label.to_owned(),
                    place: folder.place(),
                });
            }
            let (file, digest) = folder.write_key(key, &state.passphrase, &state.index)?;
            state.index.lines.push(Line {
                label: label.to_owned(),
                public_key: public_key.clone(),
                usage,
                file,
                digest,
                copied,
                purpose: String::new(),
            });
            Ok(())
        })?;
        self.entry(&public_key.key_id())
    }

    /// The key as encrypted PKCS #8 in PEM under a passphrase of its own. From now on the store is not its only place.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::KeyStoreBusy`], [`Error::KeyFileUnwritable`], or those of [`Folder::open`].
    pub fn export(
        &self,
        key: &KeyId,
        passphrase: &[u8],
        iterations: u32,
    ) -> Result<Zeroizing<String>, Error> {
        let text = encrypted::seal(&self.secret(key)?, passphrase, iterations)?;
        self.change(|folder, state| {
            state.index.line_mut(key, || folder.place())?.copied = true;
            Ok(())
        })?;
        Ok(text)
    }

    /// Notes what a key is used for (one line of text), or that it is not used any more.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::KeyStoreBusy`], [`Error::KeyFileUnwritable`], or those of [`Folder::open`].
    pub fn set_purpose(&self, key: &KeyId, purpose: Option<&str>) -> Result<(), Error> {
        let purpose: String = purpose
            .unwrap_or_default()
            .chars()
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .collect();
        self.change(|folder, state| {
            purpose
                .trim()
                .clone_into(&mut state.index.line_mut(key, || folder.place())?.purpose);
            Ok(())
        })
    }

    /// Deletes a key. The last copy of one that is in use stays.
    ///
    /// # Errors
    /// [`Error::KeyInUse`], [`Error::KeyMissing`], [`Error::KeyStoreBusy`], [`Error::KeyFileUnwritable`], or those of
    /// [`Folder::open`].
    pub fn delete(&self, key: &KeyId) -> Result<(), Error> {
        self.change(|folder, state| {
            let line = state.index.line_mut(key, || folder.place())?;
            if !line.purpose.is_empty() && !line.copied {
                return Err(Error::KeyInUse {
                    label: line.label.clone(),
                    usage: line.purpose.clone(),
                });
            }
            state
                .index
                .lines
                .retain(|line| line.public_key.key_id() != *key);
            state.secrets.remove(key);
            Ok(())
        })
    }

    /// Encrypts all keys under another passphrase.
    ///
    /// # Errors
    /// [`Error::KeyStoreBusy`], [`Error::KeyFileUnwritable`], or those of [`Folder::open`].
    pub fn change_passphrase(&self, passphrase: &[u8], iterations: u32) -> Result<(), Error> {
        self.change(|folder, state| {
            let mut index = Index::new(passphrase, iterations);
            index.generation = state.index.generation;
            for line in &state.index.lines {
                let key = folder.read_key(line, &state.passphrase)?;
                let (file, digest) = folder.write_key(&key, passphrase, &index)?;
                index.lines.push(Line {
                    file,
                    digest,
                    ..line.clone()
                });
            }
            state.index = index;
            state.passphrase = Zeroizing::new(passphrase.to_vec());
            Ok(())
        })
    }

    /// Changes the folder: under the lock, on top of what is there now, valid with the renaming of the index.
    fn change(
        &self,
        work: impl FnOnce(&Self, &mut State) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let writing = Writing::begin(&self.path)?;
        let mut state = lock(&self.state);
        let index_file = self.path.join(INDEX_FILE);
        let mut draft = State {
            passphrase: state.passphrase.clone(),
            index: Index::read(&index_file, &state.passphrase)?,
            secrets: HashMap::new(),
        };
        draft.index.generation += 1;
        let worked = work(self, &mut draft).and_then(|()| draft.index.write(&index_file));
        if worked.is_ok() {
            state.passphrase = draft.passphrase;
            state.index = draft.index;
            let known: Vec<KeyId> = state.index.lines.iter().map(Line::key_id).collect();
            state.secrets.retain(|key, _| known.contains(key));
        } else {
            state.index = Index::read(&index_file, &state.passphrase)?;
        }
        // Files that no index names: of keys that were deleted or encrypted anew, or of a change that failed or crashed.
        self.sweep(&state.index)?;
        drop(writing);
        worked
    }

    fn sweep(&self, index: &Index) -> Result<(), Error> {
        let entries = fs::read_dir(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&self.path, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = name.ends_with(super::file::ENDING) || name.ends_with(".tmp");
            if ours && !index.lines.iter().any(|line| line.file == name) {
                fs::remove_file(entry.path()).map_err(|error| unwritable(&entry.path(), &error))?;
            }
        }
        permission::sync_folder(&self.path)
    }

    /// Writes a key under a name that was never used; its name and digest.
    fn write_key(
        &self,
        key: &SecretKey,
        passphrase: &[u8],
        index: &Index,
    ) -> Result<(String, sm3::Digest), Error> {
        let text = encrypted::seal(key, passphrase, index.iterations)?;
        let id = key.public_key().key_id().to_string();
        let file = format!("{}.{}{}", &id[..16], index.generation, super::file::ENDING);
        permission::write_secret(&self.path.join(&file), text.as_bytes())?;
        Ok((file, sm3::hash(&[text.as_bytes()])))
    }

    fn read_key(&self, line: &Line, passphrase: &[u8]) -> Result<SecretKey, Error> {
        let path = self.path.join(&line.file);
        let damaged = || Error::KeyStoreDamaged {
            path: path.display().to_string(),
        };
        let bytes = match permission::read_secret(&path) {
            Err(Error::KeyFileUnreadable { .. }) => return Err(damaged()),
            answer => answer?,
        };
        if sm3::hash(&[&bytes]) != line.digest {
            return Err(damaged());
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        let key = encrypted::open(text, passphrase, || self.place())?;
        if *key.public_key() != line.public_key {
            return Err(damaged());
        }
        Ok(key)
    }

    /// The secret, decrypted when it is first used.
    fn secret(&self, key: &KeyId) -> Result<SecretKey, Error> {
        let mut state = lock(&self.state);
        if let Some(secret) = state.secrets.get(key) {
            return Ok(secret.clone());
        }
        let line = state.index.line_mut(key, || self.place())?.clone();
        let secret = self.read_key(&line, &state.passphrase)?;
        state.secrets.insert(*key, secret.clone());
        Ok(secret)
    }

    fn secret_for(&self, key: &KeyId, usage: &'static str) -> Result<SecretKey, Error> {
        let entry = self.entry(key)?;
        let allowed = match usage {
            "sign" => entry.usage.sign,
            _ => entry.usage.decrypt,
        };
        if !allowed {
            return Err(Error::KeyUsage {
                label: entry.label,
                usage,
            });
        }
        self.secret(key)
    }

    fn entry(&self, key: &KeyId) -> Result<KeyEntry, Error> {
        let mut state = lock(&self.state);
        let line = state.index.line_mut(key, || self.place())?;
        Ok(entry_of(line, &self.path))
    }
}

impl Writing {
    fn begin(path: &Path) -> Result<Self, Error> {
        permission::check_folder(path)?;
        let lock_file = path.join(LOCK_FILE);
        let failed = |error| unwritable(&lock_file, &error);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_file)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::KeyStoreBusy {
                path: path.display().to_string(),
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

fn entry_of(line: &Line, path: &Path) -> KeyEntry {
    KeyEntry {
        label: line.label.clone(),
        public_key: line.public_key.clone(),
        usage: line.usage,
        place: path.join(&line.file).display().to_string(),
    }
}

impl KeyProvider for Folder {
    fn word(&self) -> &'static str {
        "folder"
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn keys(&self) -> Result<Vec<KeyEntry>, Error> {
        let state = lock(&self.state);
        Ok(state
            .index
            .lines
            .iter()
            .map(|line| entry_of(line, &self.path))
            .collect())
    }

    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error> {
        Ok(software::sign_digest(
            &self.secret_for(key, "sign")?,
            digest,
        ))
    }

    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        software::decrypt(&self.secret_for(key, "decrypt")?, ciphertext)
    }

    fn agree(&self, key: &KeyId, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        Ok(self.secret_for(key, "agree")?.agree(peer))
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        software::fill_random(bytes);
        Ok(())
    }
}

/// Shows the path and the labels.
impl fmt::Debug for Folder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        let labels: Vec<&str> = state
            .index
            .lines
            .iter()
            .map(|line| line.label.as_str())
            .collect();
        formatter
            .debug_struct("Folder")
            .field("path", &self.path)
            .field("labels", &labels)
            .finish_non_exhaustive()
    }
}
