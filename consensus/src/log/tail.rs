//! The newest entries in memory, readable before they are durable, and the log's ends.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::engine::{Entry, LogId, Vote};
use crate::error::Error;

/// The part of the log that is held in memory.
///
/// Entries enter when the engine appends them and leave when they are durable and the budget is used up, so a reader
/// finds everything either here or on the disk.
#[derive(Debug)]
pub struct Tail {
    state: Mutex<State>,
    /// The state's `durable_next`, for those who wait for it; `None` once nothing is written any more.
    durable_next: watch::Sender<Option<u64>>,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct State {
    purged: Option<LogId>,
    /// Last entry, or `purged` if there is none.
    last: Option<LogId>,
    /// Index of the first entry, or of the one that comes first.
    first: u64,
    vote: Option<Vote>,
    committed: Option<LogId>,
    /// Consecutive, ending at `last`.
    held: VecDeque<Held>,
    held_bytes: usize,
    /// Entries before this index are on stable storage.
    durable_next: u64,
    /// How often entries were removed from either end.
    removals: u64,
    /// How often entries were removed from the end; acknowledgements of writes before a truncation mean nothing after it.
    epoch: u64,
}

#[derive(Debug)]
struct Held {
    entry: Entry,
    bytes: usize,
}

/// How to read a range: first from the disk, then from memory.
#[derive(Debug)]
pub struct Plan {
    /// Indices to be read from the disk; every one of them exists there.
    pub disk: Range<u64>,
    /// The following entries with the size of their records.
    pub held: Vec<(Entry, usize)>,
    removals: u64,
}

/// The log's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Last entry removed from the beginning.
    pub purged: Option<LogId>,
    /// Last entry, or `purged` if there is none.
    pub last: Option<LogId>,
}

impl Tail {
    /// A tail over a log that is completely on stable storage.
    pub fn new(ends: Ends, vote: Option<Vote>, committed: Option<LogId>, bytes_max: usize) -> Self {
        let state = State {
            purged: ends.purged,
            last: ends.last,
            first: next_index(ends.purged),
            vote,
            committed,
            durable_next: next_index(ends.last),
            ..State::default()
        };
        Self {
            durable_next: watch::Sender::new(Some(state.durable_next)),
            state: Mutex::new(state),
            bytes_max,
        }
    }

    /// The log's ends.
    pub fn ends(&self) -> Ends {
        let state = self.lock();
        Ends {
            purged: state.purged,
            last: state.last,
        }
    }

    /// The last durable vote.
    pub fn vote(&self) -> Option<Vote> {
        self.lock().vote
    }

    /// Sets the vote; to be called once it is durable.
    pub fn set_vote(&self, vote: Vote) {
        self.lock().vote = Some(vote);
    }

    /// The last committed entry that was saved.
    pub fn committed(&self) -> Option<LogId> {
        self.lock().committed
    }

    /// Sets the last committed entry.
    pub fn set_committed(&self, committed: Option<LogId>) {
        self.lock().committed = committed;
    }

    /// Adds entries with the sizes of their records; returns the epoch to be given back to [`Tail::set_durable`].
    ///
    /// # Errors
    /// [`Error::LogBroken`] if they do not follow the last entry; nothing is added then.
    pub fn append(&self, entries: Vec<(Entry, usize)>) -> Result<u64, Error> {
        let mut state = self.lock();
        let empty = state.last.is_none();
        // A log begins at 0. The engine's conformance suite begins later in an empty one; that is harmless here, and a
        // log on disk that does so is refused when it is opened.
        let first = if empty {
            entries.first().map_or(0, |(entry, _)| entry.log_id.index)
        } else {
            state.first
        };
        let next = if empty { first } else { next_index(state.last) };
        for (expected, (entry, _)) in (next..).zip(&entries) {
            let found = entry.log_id.index;
            if found != expected {
                return Err(Error::LogBroken { expected, found });
            }
        }
        state.first = first;
        for (entry, bytes) in entries {
            state.last = Some(entry.log_id);
            state.held_bytes += bytes;
            state.held.push_back(Held { entry, bytes });
        }
        Ok(state.epoch)
    }

    /// Notes that everything up to and including `index` is on stable storage, as far as it was written in `epoch`.
    pub fn set_durable(&self, epoch: u64, index: u64) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.durable_next = state.durable_next.max(index + 1);
            state.evict(self.bytes_max);
            self.tell(&state);
        }
    }

    /// Waits until the entries that the log has up to and including `index` are on stable storage.
    ///
    /// # Errors
    /// [`Error::ShutDown`] if nothing is written any more.
    pub async fn durable(&self, index: u64) -> Result<(), Error> {
        let mut durable_next = self.durable_next.subscribe();
        let end = next_index(self.ends().last).min(index.saturating_add(1));
        let reached = durable_next
            .wait_for(|next| next.is_none_or(|next| next >= end))
            .await;
        match reached.as_deref() {
            Ok(Some(_)) => Ok(()),
            Ok(None) | Err(_) => Err(Error::ShutDown),
        }
    }

    /// Nothing is written any more; ends what waits for it.
    pub fn close(&self) {
        self.durable_next.send_replace(None);
    }

    /// Removes everything after `last`.
    pub fn truncate_after(&self, last: Option<LogId>) {
        let mut state = self.lock();
        let from = next_index(last);
        if from >= next_index(state.last) {
            return;
        }
        while state
            .held
            .back()
            .is_some_and(|held| held.entry.log_id.index >= from)
        {
            state.drop_back();
        }
        state.last = last.max(state.purged);
        state.durable_next = state.durable_next.min(from);
        state.removals += 1;
        state.epoch += 1;
        self.tell(&state);
    }

    /// Removes everything up to and including `upto`, which may lie behind the end.
    pub fn purge(&self, upto: LogId) {
        let mut state = self.lock();
        while state
            .held
            .front()
            .is_some_and(|held| held.entry.log_id.index <= upto.index)
        {
            state.drop_front();
        }
        state.purged = state.purged.max(Some(upto));
        state.first = next_index(state.purged);
        if next_index(state.last) <= upto.index {
            state.last = Some(upto);
            state.durable_next = upto.index + 1;
            self.tell(&state);
        }
        state.removals += 1;
    }

    /// Plans the reading of the entries of `range` that exist.
    pub fn plan(&self, range: Range<u64>) -> Plan {
        let state = self.lock();
        let start = range.start.max(state.first);
        let end = range.end.min(next_index(state.last)).max(start);
        let held_first = next_index(state.last) - state.held.len() as u64;
        let split = held_first.clamp(start, end);
        let skip = usize::try_from(split - held_first.min(split)).unwrap_or(usize::MAX);
        let count = usize::try_from(end - split).unwrap_or(usize::MAX);
        let held = state
            .held
            .iter()
            .skip(skip)
            .take(count)
            .map(|held| (held.entry.clone(), held.bytes))
            .collect();
        Plan {
            disk: start..split,
            held,
            removals: state.removals,
        }
    }

    /// Plans the reading of everything from `start` on that is on stable storage, from there.
    pub fn plan_stored(&self, start: u64) -> Plan {
        let state = self.lock();
        let start = start.max(state.first);
        Plan {
            disk: start..state.durable_next.max(start),
            held: Vec::new(),
            removals: state.removals,
        }
    }

    /// Whether entries were removed since the plan was made, so that it must be made again.
    pub fn is_outdated(&self, plan: &Plan) -> bool {
        self.lock().removals != plan.removals
    }

    /// Under the lock, so that the last word is the newest.
    fn tell(&self, state: &State) {
        self.durable_next.send_if_modified(|next| {
            let changed = next.is_some_and(|next| next != state.durable_next);
            if changed {
                *next = Some(state.durable_next);
            }
            changed
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn evict(&mut self, bytes_max: usize) {
        while self.held_bytes > bytes_max
            && self
                .held
                .front()
                .is_some_and(|held| held.entry.log_id.index < self.durable_next)
        {
            self.drop_front();
        }
    }

    fn drop_front(&mut self) {
        if let Some(held) = self.held.pop_front() {
            self.held_bytes -= held.bytes;
        }
    }

    fn drop_back(&mut self) {
        if let Some(held) = self.held.pop_back() {
            self.held_bytes -= held.bytes;
        }
    }
}

/// Index of the entry after `id`.
pub fn next_index(id: Option<LogId>) -> u64 {
    id.map_or(0, |id| id.index + 1)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::engine::{Batch, EntryPayload, log_id};

    fn entry(term: u64, index: u64) -> (Entry, usize) {
        (
            Entry {
                log_id: log_id(term, index),
                payload: EntryPayload::Normal(Batch(vec![0; 8].into())),
            },
            10,
        )
    }

    fn tail(bytes_max: usize) -> Tail {
        Tail::new(
            Ends {
                purged: None,
                last: None,
            },
            None,
            None,
            bytes_max,
        )
    }

    fn held(plan: &Plan) -> Vec<u64> {
        plan.held
            .iter()
            .map(|(entry, _)| entry.log_id.index)
            .collect()
    }

    #[test]
    fn a_hole_is_refused_and_leaves_nothing_behind() {
        let tail = tail(100);
        tail.append(vec![entry(1, 0), entry(1, 1)])
            .expect("consecutive");
        assert_eq!(
            tail.append(vec![entry(1, 2), entry(1, 4)]),
            Err(Error::LogBroken {
                expected: 3,
                found: 4
            })
        );
        assert_eq!(tail.ends().last, Some(log_id(1, 1)));
        assert_eq!(
            tail.append(vec![entry(1, 1)]),
            Err(Error::LogBroken {
                expected: 2,
                found: 1
            })
        );
    }

    #[test]
    fn only_durable_entries_leave_memory() {
        let tail = tail(25);
        let epoch = tail
            .append((0..6).map(|index| entry(1, index)).collect())
            .expect("consecutive");
        assert_eq!(tail.plan(0..9).disk, 0..0);
        tail.set_durable(epoch, 2);
        let plan = tail.plan(0..9);
        assert_eq!((plan.disk.clone(), held(&plan)), (0..3, vec![3, 4, 5]));
        tail.set_durable(epoch, 5);
        let plan = tail.plan(1..5);
        assert_eq!((plan.disk.clone(), held(&plan)), (1..4, vec![4]));
    }

    #[tokio::test]
    async fn who_waits_for_stable_storage_is_told_by_the_write_or_by_the_end() {
        let tail = tail(100);
        let epoch = tail
            .append((0..6).map(|index| entry(1, index)).collect())
            .expect("consecutive");
        tail.set_durable(epoch, 2);
        assert_eq!(tail.durable(2).await, Ok(()));
        let mut waiting = Box::pin(tail.durable(4));
        assert!(waiting.as_mut().now_or_never().is_none());
        tail.set_durable(epoch, 3);
        assert!(waiting.as_mut().now_or_never().is_none());
        tail.set_durable(epoch, 5);
        assert_eq!(waiting.await, Ok(()));
        // What is not in the log is not waited for.
        assert_eq!(tail.durable(9).await, Ok(()));
        // What was written before a truncation does not count for the entries that came in its place.
        tail.truncate_after(Some(log_id(1, 2)));
        tail.append(vec![entry(2, 3)]).expect("consecutive");
        let mut waiting = Box::pin(tail.durable(3));
        tail.set_durable(epoch, 5);
        assert!(waiting.as_mut().now_or_never().is_none());
        tail.close();
        assert_eq!(waiting.await, Err(Error::ShutDown));
    }

    #[test]
    fn an_acknowledgement_from_before_a_truncation_does_not_count_for_new_entries() {
        let tail = tail(0);
        let old = tail
            .append((0..6).map(|index| entry(1, index)).collect())
            .expect("consecutive");
        tail.truncate_after(Some(log_id(1, 2)));
        tail.append(vec![entry(2, 3), entry(2, 4)])
            .expect("consecutive");
        tail.set_durable(old, 5);
        let plan = tail.plan(0..9);
        assert_eq!(
            (plan.disk.clone(), held(&plan)),
            (0..0, vec![0, 1, 2, 3, 4])
        );
    }

    #[test]
    fn a_truncation_behind_the_end_changes_nothing() {
        let tail = tail(100);
        tail.append(vec![entry(1, 0), entry(1, 1)])
            .expect("consecutive");
        tail.truncate_after(Some(log_id(1, 7)));
        assert_eq!(tail.ends().last, Some(log_id(1, 1)));
        assert_eq!(held(&tail.plan(0..9)), vec![0, 1]);
    }

    #[test]
    fn a_purge_behind_the_end_moves_the_end() {
        let tail = tail(100);
        tail.append(vec![entry(1, 0), entry(1, 1)])
            .expect("consecutive");
        let plan = tail.plan(0..2);
        tail.purge(log_id(3, 9));
        assert!(tail.is_outdated(&plan));
        assert_eq!(
            tail.ends(),
            Ends {
                purged: Some(log_id(3, 9)),
                last: Some(log_id(3, 9))
            }
        );
        assert_eq!(
            tail.append(vec![entry(3, 9)]),
            Err(Error::LogBroken {
                expected: 10,
                found: 9
            })
        );
        tail.append(vec![entry(3, 10)]).expect("consecutive");
        assert_eq!(held(&tail.plan(0..99)), vec![10]);
    }
}
