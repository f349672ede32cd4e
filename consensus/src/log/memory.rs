//! Records in memory, for simulation and tests: what was not synced is lost at a power cut.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;

use super::disk::{Disk, Meta, Operation};
use crate::error::Error;

/// A disk in memory. Clones share it, so a test keeps one to start the same node again.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    current: Records,
    synced: Records,
    /// Written to `current` but not yet part of `synced`.
    unsynced: Vec<Operation>,
    sync_ignored: bool,
    writes_fail: bool,
    sync_count: u64,
}

#[derive(Clone, Default)]
struct Records {
    entries: BTreeMap<u64, Bytes>,
    meta: BTreeMap<Meta, Bytes>,
}

impl Records {
    fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Entry { index, record } => drop(self.entries.insert(*index, record.clone())),
            Operation::Meta { meta, record } => drop(self.meta.insert(*meta, record.clone())),
            Operation::Truncate { index } => drop(self.entries.split_off(index)),
            Operation::Purge { index } => self.entries = self.entries.split_off(index),
        }
    }
}

impl MemoryDisk {
    /// Loses everything that was written but not synced and returns what is left. Writes through this handle and its
    /// clones fail from now on, as in a machine that is off.
    pub fn cut_power(&self) -> Self {
        self.fail_writes();
        self.power_cut_copy()
    }

    /// What a power cut at this moment would leave.
    pub fn power_cut_copy(&self) -> Self {
        let synced = self.lock().synced.clone();
        Self {
            state: Arc::new(Mutex::new(State {
                current: synced.clone(),
                synced,
                ..State::default()
            })),
        }
    }

    /// Makes `sync` return without effect, like a drive that lies about its cache.
    pub fn ignore_sync(&self, ignored: bool) {
        self.lock().sync_ignored = ignored;
    }

    /// Makes all later writes fail, like a full or broken drive.
    pub fn fail_writes(&self) {
        self.lock().writes_fail = true;
    }

    /// How often something was synced.
    pub fn sync_count(&self) -> u64 {
        self.lock().sync_count
    }

    /// Changes one byte of the stored entry at `index`; false if there is none.
    pub fn damage_entry(&self, index: u64) -> bool {
        let mut state = self.lock();
        let Some(record) = state.current.entries.get(&index) else {
            return false;
        };
        let mut bytes = record.to_vec();
        let Some(last) = bytes.last_mut() else {
            return false;
        };
        *last ^= 1;
        let damaged = Bytes::from(bytes);
        state.current.entries.insert(index, damaged.clone());
        state.synced.entries.insert(index, damaged);
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryDisk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        formatter
            .debug_struct("MemoryDisk")
            .field("entries", &state.current.entries.len())
            .finish_non_exhaustive()
    }
}

impl Disk for MemoryDisk {
    fn write(&self, operations: &[Operation]) -> Result<(), Error> {
        let mut state = self.lock();
        if state.writes_fail {
            return Err(Error::disk("write", "power is cut"));
        }
        for operation in operations {
            state.current.apply(operation);
            state.unsynced.push(operation.clone());
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), Error> {
        let mut guard = self.lock();
        let state = &mut *guard;
        if state.writes_fail {
            return Err(Error::disk("sync", "power is cut"));
        }
        state.sync_count += 1;
        if !state.sync_ignored {
            for operation in state.unsynced.drain(..) {
                state.synced.apply(&operation);
            }
        }
        Ok(())
    }

    fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error> {
        Ok(self.lock().current.meta.get(&meta).cloned())
    }

    fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error> {
        let mut bytes = 0;
        let mut found = Vec::new();
        if range.is_empty() {
            return Ok(found);
        }
        for (index, record) in self.lock().current.entries.range(range) {
            bytes += record.len();
            found.push((*index, record.clone()));
            if bytes >= bytes_max {
                break;
            }
        }
        Ok(found)
    }

    fn first_index(&self) -> Result<Option<u64>, Error> {
        Ok(self.lock().current.entries.keys().next().copied())
    }

    fn blocks(&self) -> bool {
        false
    }
}
