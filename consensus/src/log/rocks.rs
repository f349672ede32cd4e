//! Records in RocksDB.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use rocksdb::{
    ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Direction, ErrorKind,
    IteratorMode, Options, ReadOptions, WriteBatch, WriteOptions,
};

use super::disk::{Disk, Meta, Operation};
use crate::error::Error;

const ENTRIES: &str = "entries";
const META: &str = "meta";

/// A RocksDB that holds nothing but the log. It is locked against a second process while open.
pub struct RocksDisk {
    database: DB,
    #[cfg(test)]
    options: Options,
}

impl RocksDisk {
    /// Opens the database in `folder`, creating it if missing.
    ///
    /// # Errors
    /// [`Error::FolderLocked`], [`Error::Disk`].
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        // The write-ahead log is flushed by `sync` only, with one system call for a whole group.
        options.set_manual_wal_flush(true);
        // A torn record at the very end of the write-ahead log was never acknowledged; a damaged one before that is a
        // reason not to start.
        options.set_wal_recovery_mode(rocksdb::DBRecoveryMode::TolerateCorruptedTailRecords);
        options.set_paranoid_checks(true);
        options.set_max_total_wal_size(512 << 20);
        options.set_keep_log_file_num(4);
        #[cfg(test)]
        options.enable_statistics();
        let mut entries = Options::default();
        entries.set_write_buffer_size(64 << 20);
        entries.set_compression_type(DBCompressionType::Lz4);
        let families = [
            ColumnFamilyDescriptor::new(ENTRIES, entries),
            ColumnFamilyDescriptor::new(META, Options::default()),
        ];
        let database = DB::open_cf_descriptors(&options, folder, families).map_err(|error| {
            let locked = error.kind() == ErrorKind::IOError && error.as_ref().contains("lock");
            if locked {
                Error::FolderLocked {
                    path: folder.display().to_string(),
                }
            } else {
                Error::disk("open log", error)
            }
        })?;
        Ok(Self {
            database,
            #[cfg(test)]
            options,
        })
    }

    fn family(&self, name: &'static str) -> Result<&ColumnFamily, Error> {
        self.database
            .cf_handle(name)
            .ok_or_else(|| Error::disk("open column family", name))
    }

    /// How often the write-ahead log was synced to stable storage since the database was opened.
    #[cfg(test)]
    pub fn sync_count(&self) -> u64 {
        self.options
            .get_ticker_count(rocksdb::statistics::Ticker::WalFileSynced)
    }
}

impl fmt::Debug for RocksDisk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RocksDisk")
            .field("path", &self.database.path())
            .finish_non_exhaustive()
    }
}

impl Disk for RocksDisk {
    fn write(&self, operations: &[Operation]) -> Result<(), Error> {
        let entries = self.family(ENTRIES)?;
        let meta_family = self.family(META)?;
        let mut batch = WriteBatch::default();
        for operation in operations {
            match operation {
                Operation::Entry { index, record } => {
                    batch.put_cf(entries, index.to_be_bytes(), record)
                }
                Operation::Meta { meta, record } => batch.put_cf(meta_family, meta.name(), record),
                // No entry can have the index that the exclusive end leaves out: the engine adds one to it.
                Operation::Truncate { index } => {
                    batch.delete_range_cf(entries, index.to_be_bytes(), u64::MAX.to_be_bytes());
                }
                Operation::Purge { index } => {
                    batch.delete_range_cf(entries, 0u64.to_be_bytes(), index.to_be_bytes())
                }
            }
        }
        self.database
            .write_opt(batch, &WriteOptions::default())
            .map_err(|error| Error::disk("write log", error))
    }

    fn sync(&self) -> Result<(), Error> {
        self.database
            .flush_wal(true)
            .map_err(|error| Error::disk("sync log", error))
    }

    fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error> {
        let found = self.database.get_cf(self.family(META)?, meta.name());
        Ok(found
            .map_err(|error| Error::disk("read log", error))?
            .map(Bytes::from))
    }

    fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error> {
        let mut found = Vec::new();
        if range.is_empty() {
            return Ok(found);
        }
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(range.end.to_be_bytes());
        let start = range.start.to_be_bytes();
        let mode = IteratorMode::From(&start, Direction::Forward);
        let mut bytes = 0;
        for item in self
            .database
            .iterator_cf_opt(self.family(ENTRIES)?, options, mode)
        {
            let (key, value) = item.map_err(|error| Error::disk("read log", error))?;
            bytes += value.len();
            found.push((decode_index(&key)?, Bytes::from(value)));
            if bytes >= bytes_max {
                break;
            }
        }
        Ok(found)
    }

    fn first_index(&self) -> Result<Option<u64>, Error> {
        match self
            .database
            .iterator_cf(self.family(ENTRIES)?, IteratorMode::Start)
            .next()
        {
            None => Ok(None),
            Some(Ok((key, _))) => decode_index(&key).map(Some),
            Some(Err(error)) => Err(Error::disk("read log", error)),
        }
    }

    fn blocks(&self) -> bool {
        true
    }
}

fn decode_index(key: &[u8]) -> Result<u64, Error> {
    key.try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| Error::RecordInvalid { record: "entry" })
}
