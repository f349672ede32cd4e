//! Records in memory, for simulation and tests: what was not synced is lost at a power cut.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

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
    /// Written to `current` but not yet part of `synced`, one element for each write.
    unsynced: Vec<Vec<Operation>>,
    sync_ignored: bool,
    writes_fail: bool,
    sync_count: u64,
    latency: Option<Latency>,
    #[cfg(feature = "simulation")]
    observer: Option<Observer>,
}

type Latency = Box<dyn FnMut() -> Duration + Send>;
#[cfg(feature = "simulation")]
type Observer = Box<dyn FnMut(Happening<'_>) + Send>;

/// What an observer of a disk sees.
#[cfg(feature = "simulation")]
pub(crate) enum Happening<'a> {
    /// These operations are about to be written.
    Writing(&'a [Operation]),
    /// Everything written before is on stable storage now.
    Synced,
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
        self.power_cut_keeping(0)
    }

    /// What a power cut at this moment would leave if the drive had already stored the first `writes` unsynced writes: it
    /// may store them whenever it likes, in order.
    pub fn power_cut_keeping(&self, writes: usize) -> Self {
        let state = self.lock();
        let mut synced = state.synced.clone();
        for operation in state.unsynced.iter().take(writes).flatten() {
            synced.apply(operation);
        }
        drop(state);
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

    /// Writes that a power cut at this moment may lose.
    pub fn unsynced_writes(&self) -> usize {
        self.lock().unsynced.len()
    }

    /// Makes each sync take the time that `latency` draws; until it is over nothing is acknowledged, and a power cut loses
    /// what was written. To be called before the member starts.
    pub fn set_latency(&self, latency: impl FnMut() -> Duration + Send + 'static) {
        self.lock().latency = Some(Box::new(latency));
    }

    /// Tells `observer` of everything that happens, before it happens.
    #[cfg(feature = "simulation")]
    pub(crate) fn observe(&self, observer: impl FnMut(Happening<'_>) + Send + 'static) {
        self.lock().observer = Some(Box::new(observer));
    }

    /// Reads an entry that is on stable storage.
    #[cfg(feature = "simulation")]
    pub(crate) fn synced_entry(&self, index: u64) -> Option<Bytes> {
        self.lock().synced.entries.get(&index).cloned()
    }

    /// Reads a record that is on stable storage and no entry.
    #[cfg(feature = "simulation")]
    pub(crate) fn synced_meta(&self, meta: Meta) -> Option<Bytes> {
        self.lock().synced.meta.get(&meta).cloned()
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
        #[cfg(feature = "simulation")]
        if let Some(observer) = &mut state.observer {
            observer(Happening::Writing(operations));
        }
        for operation in operations {
            state.current.apply(operation);
        }
        state.unsynced.push(operations.to_vec());
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
            for operation in state.unsynced.drain(..).flatten() {
                state.synced.apply(&operation);
            }
            #[cfg(feature = "simulation")]
            if let Some(observer) = &mut state.observer {
                observer(Happening::Synced);
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

    fn sync_delay(&self) -> Option<Duration> {
        self.lock().latency.as_mut().map(|latency| latency())
    }
}
