//! What two nodes signed for one size that is not the same: kept as files, for people (protocol §7).

use crate::error::Error;
use crate::publish::Difference;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Pairs that are kept at most: a peer that objects to everything does not fill the disk.
const PAIRS_MAX: usize = 64;

/// The folder `evidence/` of a data folder: a folder `roots-<size>-<node>` for each pair, with `theirs.note` and `ours.note`.
#[derive(Clone, Debug)]
pub struct Evidence {
    folder: PathBuf,
}

impl Evidence {
    /// The evidence of a data folder; it is made when there is something to keep.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            folder: data.join("evidence"),
        }
    }

    /// Keeps what this node and `node` have signed for one size; the folder, or nothing if this pair, or as many pairs as are kept, are there already.
    ///
    /// # Errors
    /// [`Error::FileUnwritable`].
    pub fn keep(&self, node: &str, difference: &Difference) -> Result<Option<PathBuf>, Error> {
        let size = difference.theirs.checkpoint().size;
        let pair = self.folder.join(format!("roots-{size}-{node}"));
        let unwritable = |path: &Path, error: &std::io::Error| Error::FileUnwritable {
            path: path.display().to_string(),
            detail: error.to_string(),
        };
        let pairs = std::fs::read_dir(&self.folder).map_or(0, Iterator::count);
        if pair.exists() || pairs >= PAIRS_MAX {
            return Ok(None);
        }
        std::fs::create_dir_all(&pair).map_err(|error| unwritable(&pair, &error))?;
        for (name, note) in [
            ("theirs.note", Some(&difference.theirs)),
            ("ours.note", difference.ours.as_ref()),
        ] {
            let Some(note) = note else { continue };
            let path = pair.join(name);
            let write = || -> std::io::Result<()> {
                let mut file = std::fs::File::create(&path)?;
                file.write_all(note.to_text().as_bytes())?;
                file.sync_all()
            };
            write().map_err(|error| unwritable(&path, &error))?;
        }
        Ok(Some(pair))
    }
}
