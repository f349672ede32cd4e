//! What a store of records must do.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use crate::error::Error;

/// Records that are not entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meta {
    /// The last vote given or received.
    Vote,
    /// Last entry known to be committed; lags behind, only speeds up a restart.
    Committed,
    /// Last entry removed from the beginning of the log.
    Purged,
    /// Network and node that the records belong to.
    Identity,
}

impl Meta {
    /// Key of the record, and its name in errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vote => "vote",
            Self::Committed => "committed",
            Self::Purged => "purged",
            Self::Identity => "identity",
        }
    }
}

/// One change. Records are opaque here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Stores an entry.
    Entry {
        /// Its index.
        index: u64,
        /// Its record.
        record: Bytes,
    },
    /// Stores a record that is not an entry.
    Meta {
        /// Which.
        meta: Meta,
        /// The record.
        record: Bytes,
    },
    /// Removes the entries from `index` on.
    Truncate {
        /// First index removed.
        index: u64,
    },
    /// Removes the entries before `index`.
    Purge {
        /// First index kept.
        index: u64,
    },
}

/// A store of records.
///
/// Calls of `write` and `sync` come from one thread; reads come from any.
pub trait Disk: fmt::Debug + Send + Sync + 'static {
    /// Makes all operations, in order, visible to reads: all of them or none, also after a crash.
    ///
    /// # Errors
    /// [`Error::Disk`]; the store is not used any more afterwards.
    fn write(&self, operations: &[Operation]) -> Result<(), Error>;

    /// Returns when everything written before is on stable storage.
    ///
    /// # Errors
    /// [`Error::Disk`]; nothing is known then about any unsynced write, and it is not tried again.
    fn sync(&self) -> Result<(), Error>;

    /// Reads a record that is not an entry.
    ///
    /// # Errors
    /// [`Error::Disk`].
    fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error>;

    /// Reads the entries of `range` that exist, ascending, and stops after the one that reaches `bytes_max`.
    ///
    /// # Errors
    /// [`Error::Disk`].
    fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error>;

    /// Index of the first entry, if any.
    ///
    /// # Errors
    /// [`Error::Disk`].
    fn first_index(&self) -> Result<Option<u64>, Error>;

    /// Whether calls may block for the time of a disk access, so that they must stay away from asynchronous workers.
    fn blocks(&self) -> bool;

    /// How long the next sync takes on a simulated disk, which itself cannot wait. `None`: `sync` waits as long as it has to.
    fn sync_delay(&self) -> Option<Duration> {
        None
    }
}
