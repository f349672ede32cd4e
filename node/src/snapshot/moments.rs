//! Moments of the ledger that are kept until one of them turns out to be final.
//!
//! Under load the newest batch end is never final: when the checkpoint over it is, the next batches have been applied already. So once a stream is
//! wanted, the view of each batch end is kept until the checkpoint of exactly its size is final.

use super::{Stream, trust};
use crate::error::Error;
use crate::store::{Reading, Store};
use self_cell::self_cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Batch ends that are kept at most: far more than pass while one checkpoint is cosigned.
const MOMENTS_MAX: usize = 256;

self_cell!(
    /// The ledger as of one moment, for as long as this is held.
    pub(super) struct Moment {
        owner: Arc<dyn Store>,
        #[not_covariant]
        dependent: Reading,
    }
);

impl Moment {
    fn now(store: &Arc<dyn Store>) -> Self {
        Self::new(Arc::clone(store), |store| Reading::new(&**store))
    }

    /// Reads as of that moment.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Reading<'_>) -> T) -> T {
        self.with_dependent(|_, reading| read(reading))
    }
}

/// Where streams come from.
pub struct Moments {
    store: Arc<dyn Store>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Whether somebody waits for a stream.
    wanted: bool,
    /// Batch ends with their sizes, ascending.
    moments: VecDeque<(u64, Moment)>,
}

impl Moments {
    /// Of this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            held: Mutex::default(),
        }
    }

    /// A batch has been applied.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn passed(&self) -> Result<(), Error> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.wanted {
            held.keep(&self.store)?;
        }
        Ok(())
    }

    /// Keeps nothing any more, until a stream is wanted again: the tables have been replaced, or whoever waited has gone.
    pub fn forget(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Held::default();
    }

    /// The ledger at the newest checkpoint that is final; nothing yet if no view of that very size is at hand. Ask again when the next batch is applied,
    /// or when the next checkpoint is final.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn stream(&self) -> Result<Option<Stream>, Error> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.keep(&self.store)?;
        held.wanted = true;
        let reading = Reading::new(&*self.store);
        let Some(note) = reading.final_note()? else {
            return Ok(None);
        };
        let size = note.checkpoint().size;
        let Some(at) = held.moments.iter().position(|(end, _)| *end == size) else {
            return Ok(None);
        };
        // All changes of members up to that size are known by now, though they may not have been at that moment.
        let trust = trust(&reading, &note)?;
        let moment = held.moments.remove(at).map(|(_, moment)| moment);
        *held = Held::default();
        moment
            .map(|moment| Stream::of(moment, note, trust))
            .transpose()
    }
}

impl Held {
    fn keep(&mut self, store: &Arc<dyn Store>) -> Result<(), Error> {
        let moment = Moment::now(store);
        let size = moment.read(|reading| reading.size())?;
        // The same size again is no other batch end, but what consensus keeps with it may be newer.
        self.moments.retain(|(end, _)| *end < size);
        if self.moments.len() >= MOMENTS_MAX {
            self.moments.pop_front();
        }
        self.moments.push_back((size, moment));
        Ok(())
    }
}
