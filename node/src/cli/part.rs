//! A new file that a node's answer is written into: under another name until it is whole, and only its owner reads it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::{Failure, codes};

/// The file under its first name; gone when this is dropped before [`Part::complete`].
pub struct Part {
    path: PathBuf,
    out: PathBuf,
    complete: bool,
}

impl Part {
    /// Begins the file `out`, which must not exist. Whatever an interrupted attempt left is of no use.
    pub fn begin(out: &Path) -> Result<(Part, File), Failure> {
        if out.exists() {
            return Err(Failure::new(codes::FILE_EXISTS).with("path", out.display()));
        }
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = out.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // It holds everything that was recorded.
            options.mode(0o600);
        }
        let file = options
            .open(&path)
            .map_err(|error| Failure::writing(&path, &error))?;
        let part = Part {
            path,
            out: out.to_owned(),
            complete: false,
        };
        Ok((part, file))
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file could not be written.
    pub fn unwritable(&self, error: &std::io::Error) -> Failure {
        Failure::writing(&self.path, error)
    }

    /// Gives the file its name: it is whole.
    pub fn complete(mut self) -> Result<(), Failure> {
        std::fs::rename(&self.path, &self.out)
            .map_err(|error| Failure::writing(&self.out, &error))?;
        self.complete = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.complete {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
