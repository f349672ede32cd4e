//! The tables on RocksDB, one column family each.

use super::{Change, Column, Pair, Snapshot, Store};
use crate::error::Error;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType,
    Direction, IteratorMode, Options, ReadOptions, SnapshotWithThreadMode, WriteBatch,
    WriteOptions,
};
use std::path::{Path, PathBuf};

/// Memory for blocks that were read, bytes.
const CACHE_BYTES: usize = 128 << 20;

/// Tables on disk.
pub struct RocksStore {
    db: DB,
    path: PathBuf,
}

impl RocksStore {
    /// Opens the tables below a folder, and makes them if there are none.
    ///
    /// # Errors
    /// [`Error::StoreOpen`], also while another process has them open.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |detail: String| Error::StoreOpen {
            path: path.display().to_string(),
            detail,
        };
        std::fs::create_dir_all(path).map_err(|error| failed(error.to_string()))?;
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_keep_log_file_num(4);
        options.set_max_total_wal_size(256 << 20);
        options.set_bytes_per_sync(1 << 20);
        let cache = Cache::new_lru_cache(CACHE_BYTES);
        let families = Column::ALL.map(|column| {
            let mut blocks = BlockBasedOptions::default();
            blocks.set_block_cache(&cache);
            blocks.set_bloom_filter(10.0, false);
            let mut options = Options::default();
            options.set_block_based_table_factory(&blocks);
            options.set_compression_type(DBCompressionType::Lz4);
            ColumnFamilyDescriptor::new(column.name(), options)
        });
        let db = DB::open_cf_descriptors(&options, path, families)
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            db,
            path: path.to_owned(),
        })
    }
}

fn family(db: &DB, column: Column) -> &ColumnFamily {
    db.cf_handle(column.name())
        .expect("opening makes every column family")
}

impl Store for RocksStore {
    fn snapshot(&self) -> Box<dyn Snapshot + '_> {
        Box::new(RocksSnapshot {
            db: &self.db,
            snapshot: self.db.snapshot(),
        })
    }

    fn write(&self, changes: Vec<Change>, sync: bool) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        for change in changes {
            let family = family(&self.db, change.column);
            match change.value {
                Some(value) => batch.put_cf(family, change.key, value),
                None => batch.delete_cf(family, change.key),
            }
        }
        let mut options = WriteOptions::default();
        options.set_sync(sync);
        self.db
            .write_opt(batch, &options)
            .map_err(|error| Error::StoreWrite {
                detail: error.to_string(),
            })
    }

    fn disk_bytes(&self) -> u64 {
        folder_bytes(&self.path)
    }
}

/// Size of the files directly in a folder.
fn folder_bytes(path: &Path) -> u64 {
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    files
        .filter_map(|file| file.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

struct RocksSnapshot<'a> {
    db: &'a DB,
    snapshot: SnapshotWithThreadMode<'a, DB>,
}

impl Snapshot for RocksSnapshot<'_> {
    fn value(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.snapshot
            .get_cf(family(self.db, column), key)
            .map_err(|error| Error::StoreRead {
                detail: error.to_string(),
            })
    }

    fn scan(
        &self,
        column: Column,
        prefix: &[u8],
        from: &[u8],
        count: usize,
    ) -> Result<Vec<Pair>, Error> {
        let mut options = ReadOptions::default();
        if let Some(end) = after(prefix) {
            options.set_iterate_upper_bound(end);
        }
        let mode = IteratorMode::From(from.max(prefix), Direction::Forward);
        let pairs = self
            .snapshot
            .iterator_cf_opt(family(self.db, column), options, mode);
        pairs
            .take(count)
            .map(|pair| {
                let (key, value) = pair.map_err(|error| Error::StoreRead {
                    detail: error.to_string(),
                })?;
                Ok((key.into_vec(), value.into_vec()))
            })
            .collect()
    }
}

/// The first key behind all keys with this prefix; nothing if there is none.
fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}
