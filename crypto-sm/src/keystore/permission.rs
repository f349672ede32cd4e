//! Files that only their owner can read: how they are checked, read and written.

use crate::Error;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Mode of a key file.
const FILE_MODE: u32 = 0o600;

/// Mode of a folder of keys.
const FOLDER_MODE: u32 = 0o700;

/// No key, passphrase or PIN is longer; a wrong path must not fill the memory.
const FILE_BYTES_MAX: u64 = 1 << 20;

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::KeyFileUnreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    }
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::KeyFileUnwritable {
        path: path.display().to_string(),
        detail: error.to_string(),
    }
}

/// Owner and mode of what was opened, so that nobody can exchange the file between check and use.
fn check(path: &Path, metadata: &fs::Metadata, expected: &'static str) -> Result<(), Error> {
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(Error::KeyFileOwner {
            path: path.display().to_string(),
            owner: metadata.uid(),
            expected: user,
        });
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Error::KeyFileMode {
            path: path.display().to_string(),
            mode: format!("{mode:o}"),
            expected,
        });
    }
    Ok(())
}

/// Checks that a folder belongs to the user who runs the program, and to nobody else.
pub(super) fn check_folder(path: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_dir() {
        let error = io::Error::from(io::ErrorKind::NotADirectory);
        return Err(unreadable(path, &error));
    }
    check(path, &metadata, "700")
}

/// Reads a file that must belong to the user who runs the program and be closed to all others: a key, a passphrase, a PIN.
///
/// # Errors
/// [`Error::KeyFileUnreadable`] (also for more than 1 MiB), [`Error::KeyFileOwner`], [`Error::KeyFileMode`].
pub fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |error: io::Error| unreadable(path, &error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    check(path, &metadata, "600")?;
    if metadata.len() > FILE_BYTES_MAX {
        return Err(failed(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    // Room for all of it at once: growing would leave copies in freed memory.
    let room = usize::try_from(metadata.len()).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(FILE_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// Writes a file that only its owner can read so that, whatever happens, either the old or the new content is there: a new
/// file beside it, synced, renamed over it, and the folder synced.
///
/// # Errors
/// [`Error::KeyFileUnwritable`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: io::Error| unwritable(path, &error);
    let folder = parent(path);
    let draft = draft_of(path);
    // What a crash left behind is of no use.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&draft)?;
        // The process's umask may have taken more away than others' access.
        file.set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    })();
    if let Err(error) = written {
        let _ = fs::remove_file(&draft);
        return Err(failed(error));
    }
    sync_folder(folder)
}

/// Makes a folder that only its owner can enter; one that exists must be such a one.
pub(super) fn make_folder(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path);
    made.map_err(|error| unwritable(path, &error))?;
    check_folder(path)
}

pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| unwritable(path, &error))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Name of the file that is written before it takes the place of `path`.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_secret_is_its_owners_alone_and_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        write_secret(&path, b"old").unwrap();
        fs::write(draft_of(&path), b"left behind").unwrap();
        write_secret(&path, b"new").unwrap();
        assert_eq!(*read_secret(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert!(!draft_of(&path).exists());
    }

    #[test]
    fn a_file_that_others_can_read_or_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_secret(&path, b"secret").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = read_secret(&path).unwrap_err();
            assert_eq!(refused.code(), "HT-CRY-067", "{mode:o}");
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(*read_secret(&path).unwrap(), b"secret");
        }
    }

    #[test]
    fn a_file_of_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_secret(&path, b"secret").unwrap();
        // Only the superuser can give files away.
        if std::os::unix::fs::chown(&path, Some(65_534), None).is_err() {
            eprintln!("skipped: giving a file to another user needs the superuser");
            return;
        }
        let refused = read_secret(&path).unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-068");
    }

    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        make_folder(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(check_folder(&path).unwrap_err().code(), "HT-CRY-067");
        assert_eq!(make_folder(&path).unwrap_err().code(), "HT-CRY-067");
    }

    #[test]
    fn a_folder_a_missing_file_and_a_huge_one_are_no_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let huge = folder.path().join("huge");
        write_secret(&huge, b"").unwrap();
        File::options()
            .write(true)
            .open(&huge)
            .unwrap()
            .set_len(FILE_BYTES_MAX + 1)
            .unwrap();
        let missing = folder.path().join("missing");
        for path in [folder.path(), &missing, &huge] {
            assert_eq!(read_secret(path).unwrap_err().code(), "HT-CRY-065");
        }
    }
}
