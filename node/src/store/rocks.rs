//! The tables on RocksDB, one column family each.

use super::{Change, Column, Pair, Snapshot, Store};
use crate::error::Error;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType,
    Direction, IteratorMode, Options, ReadOptions, SnapshotWithThreadMode, WriteBatch,
    WriteOptions,
};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, PoisonError, RwLock};

/// Memory for blocks that were read, bytes.
const CACHE_BYTES: usize = 128 << 20;

/// Tables on disk. After [`Store::replace`] the present ones are those of another folder beside the first; the file
/// `<folder>.current` names it.
pub struct RocksStore {
    first: Generation,
    base: PathBuf,
    /// Shared by writers; exclusive while other tables take the place of the present ones.
    present: RwLock<()>,
}

/// Tables, and those that took their place. The older ones stay open for whoever still reads them, and are removed at the
/// next start.
struct Generation {
    tables: Tables,
    next: OnceLock<Box<Generation>>,
}

/// One database.
struct Tables {
    db: DB,
    path: PathBuf,
}

impl RocksStore {
    /// Opens the tables below a folder, and makes them if there are none.
    ///
    /// # Errors
    /// [`Error::StoreOpen`], also while another process has them open.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let present = present_folder(path)?;
        let store = Self {
            first: Generation {
                tables: Tables::open(&present)?,
                next: OnceLock::new(),
            },
            base: path.to_owned(),
            present: RwLock::new(()),
        };
        // Only now, while the lock of the database keeps others away.
        remove_others(path, &present);
        Ok(store)
    }

    /// The generation that nothing has taken the place of.
    fn newest(&self) -> &Generation {
        let mut generation = &self.first;
        while let Some(next) = generation.next.get() {
            generation = next;
        }
        generation
    }

    fn tables(&self) -> &Tables {
        &self.newest().tables
    }
}

/// The file that names the present folder.
fn pointer(base: &Path) -> PathBuf {
    base.with_extension("current")
}

fn present_folder(base: &Path) -> Result<PathBuf, Error> {
    match std::fs::read_to_string(pointer(base)) {
        Ok(name) => Ok(base.with_file_name(name.trim())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(base.to_owned()),
        Err(error) => Err(Error::StoreOpen {
            path: pointer(base).display().to_string(),
            detail: error.to_string(),
        }),
    }
}

/// The folders that are or were the present one: `store`, `store-2`, `store-3`, …
fn folders(base: &Path) -> Vec<(u64, PathBuf)> {
    let Some(name) = base.file_name().and_then(|name| name.to_str()) else {
        return Vec::new();
    };
    let parent = base.parent().unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let found = entry.file_name().into_string().ok()?;
            let number = match found.strip_prefix(name)? {
                "" => 1,
                rest => rest.strip_prefix('-')?.parse().ok()?,
            };
            Some((number, entry.path()))
        })
        .collect()
}

fn remove_others(base: &Path, present: &Path) {
    for (_, folder) in folders(base) {
        if folder != present {
            // What cannot be removed now costs space and is tried again at the next start.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Names the present folder: on disk under another name first, then renamed, and the renaming too.
fn point(base: &Path, present: &Path) -> std::io::Result<()> {
    let name = present.file_name().unwrap_or_default();
    let (file, new) = (pointer(base), base.with_extension("current.new"));
    let mut writer = File::create(&new)?;
    writer.write_all(name.as_encoded_bytes())?;
    writer.sync_all()?;
    std::fs::rename(&new, &file)?;
    File::open(base.parent().unwrap_or(Path::new(".")))?.sync_all()
}

impl Tables {
    fn open(path: &Path) -> Result<Self, Error> {
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

impl Store for Tables {
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

    fn replace(
        &self,
        _kept: &[&'static str],
        _fill: &mut dyn FnMut(&dyn Store) -> Result<(), Error>,
    ) -> Result<(), Error> {
        Err(Error::Internal {
            detail: "tables that are being filled are not replaced".to_owned(),
        })
    }

    fn disk_bytes(&self) -> u64 {
        folder_bytes(&self.path)
    }
}

impl Store for RocksStore {
    fn snapshot(&self) -> Box<dyn Snapshot + '_> {
        self.tables().snapshot()
    }

    fn write(&self, changes: Vec<Change>, sync: bool) -> Result<(), Error> {
        let _shared = self.present.read().unwrap_or_else(PoisonError::into_inner);
        self.tables().write(changes, sync)
    }

    fn replace(
        &self,
        kept: &[&'static str],
        fill: &mut dyn FnMut(&dyn Store) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let last = self.newest();
        let newest = folders(&self.base).into_iter().map(|(number, _)| number);
        let number = newest.max().unwrap_or(1) + 1;
        let mut name = self.base.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        let path = self.base.with_file_name(name);
        let abandon = |error: Error| {
            let _ = std::fs::remove_dir_all(&path);
            error
        };
        let new = Tables::open(&path)?;
        fill(&new).map_err(abandon)?;
        let _exclusive = self.present.write().unwrap_or_else(PoisonError::into_inner);
        let old = last.tables.snapshot();
        let mut changes = Vec::new();
        for name in kept {
            let value = old.value(Column::Meta, name.as_bytes())?;
            changes.push(Change {
                column: Column::Meta,
                key: name.as_bytes().to_vec(),
                value,
            });
        }
        // Synced: everything before it in the same log file is on disk too.
        new.write(changes, true).map_err(abandon)?;
        point(&self.base, &path).map_err(|error| {
            abandon(Error::StoreWrite {
                detail: error.to_string(),
            })
        })?;
        let next = Generation {
            tables: new,
            next: OnceLock::new(),
        };
        // The exclusive lock makes this the only one.
        let _ = last.next.set(Box::new(next));
        Ok(())
    }

    fn disk_bytes(&self) -> u64 {
        self.tables().disk_bytes()
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
