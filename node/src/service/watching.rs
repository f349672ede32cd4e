//! Watching: final entries as they come, from an index on. Nothing is sent that could still be taken back, so whoever begins again
//! behind what it got has everything once.

use super::query::{self, EntrySummary};
use super::{Service, blocking};
use crate::error::Error;
use crate::store::Reading;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Answers that wait for a slow reader; then the watch waits.
const AHEAD: usize = 16;

/// Entries that are read at once.
const CHUNK: usize = 256;

/// Entries that may be passed over before the reader is told how far the watch has come.
const PASSED_MAX: u64 = 4096;

/// What is to be watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// First index.
    pub from: u64,
    /// Command kinds; none = any.
    pub kinds: Vec<String>,
    /// Organisation of the sender; empty = any.
    pub organisation: String,
    /// End after so many entries; 0 = never.
    pub count: u64,
    /// The exact bytes as well.
    pub bytes: bool,
}

impl Watch {
    fn fits(&self, entry: &EntrySummary) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&entry.kind))
            && (self.organisation.is_empty() || self.organisation == entry.organisation)
    }
}

/// What a watcher gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// An entry that fits, with its bytes if they are wanted; nothing: there was none.
    pub entry: Option<(EntrySummary, Vec<u8>)>,
    /// Where to go on.
    pub next: u64,
    /// Size of the newest final checkpoint.
    pub final_size: u64,
}

type Answers = mpsc::Sender<Result<Seen, Error>>;

impl Service {
    /// Opens a watch. It ends with its count, with its reader, and when the node stops.
    ///
    /// # Errors
    /// [`Error::WatchesFull`]; [`Error::Stopping`].
    pub fn watch(&self, watch: Watch) -> Result<mpsc::Receiver<Result<Seen, Error>>, Error> {
        let inner = &self.inner;
        self.intact()?;
        if *inner.stopping.borrow() {
            return Err(Error::Stopping);
        }
        let permit = Arc::clone(&inner.watches)
            .try_acquire_owned()
            .map_err(|_| Error::WatchesFull {
                limit: inner.limits.watches_max,
            })?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let service = self.clone();
        tokio::spawn(async move {
            let mut stopping = service.inner.stopping.subscribe();
            let ended = tokio::select! {
                ended = service.send_entries(watch, &sender) => ended,
                // Whatever waits for a slow reader is not waited for.
                _ = stopping.wait_for(|stopping| *stopping) => Ok(()),
            };
            if let Err(error) = ended {
                let _ = sender.send(Err(error)).await;
            }
            drop(permit);
        });
        Ok(receiver)
    }

    /// Watches that are open.
    pub(super) fn watches(&self) -> usize {
        let inner = &self.inner;
        let left = inner.watches.available_permits();
        inner.limits.watches_max.saturating_sub(left)
    }

    /// Ends quietly when the reader has gone.
    async fn send_entries(&self, watch: Watch, sender: &Answers) -> Result<(), Error> {
        let inner = &self.inner;
        let silence = Duration::from_millis(inner.limits.watch_silence_ms);
        let mut grown = inner.final_size.clone();
        let mut broken = inner.broken.subscribe();
        let (mut next, mut told, mut sent) = (watch.from, watch.from, 0);
        let mut quiet_until = Instant::now() + silence;
        loop {
            let size = *grown.borrow_and_update();
            while next < size {
                let (store, wanted) = (Arc::clone(&inner.store), watch.clone());
                let (found, end) =
                    blocking(move || look(&Reading::new(&*store), &wanted, next, size)).await?;
                next = end;
                for seen in found {
                    told = seen.next;
                    quiet_until = Instant::now() + silence;
                    if sender.send(Ok(seen)).await.is_err() {
                        return Ok(());
                    }
                    sent += 1;
                    if sent == watch.count {
                        return Ok(());
                    }
                }
                if next - told >= PASSED_MAX {
                    told = next;
                    quiet_until = Instant::now() + silence;
                    if sender.send(Ok(life(next, size))).await.is_err() {
                        return Ok(());
                    }
                }
            }
            let silent = tokio::select! {
                changed = grown.changed() => match changed {
                    Ok(()) => false,
                    Err(_) => return Ok(()),
                },
                _ = broken.wait_for(Option::is_some) => false,
                () = sender.closed() => return Ok(()),
                () = tokio::time::sleep_until(quiet_until) => true,
            };
            self.intact()?;
            if silent {
                told = next;
                quiet_until = Instant::now() + silence;
                if sender.send(Ok(life(next, size))).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// A sign of life.
fn life(next: u64, final_size: u64) -> Seen {
    Seen {
        entry: None,
        next,
        final_size,
    }
}

/// The entries from an index on that fit, and how far it has looked.
fn look(
    reading: &Reading<'_>,
    watch: &Watch,
    from: u64,
    size: u64,
) -> Result<(Vec<Seen>, u64), Error> {
    let count = usize::try_from(size - from).unwrap_or(CHUNK).min(CHUNK);
    let mut found = Vec::new();
    let mut next = from;
    for (index, bytes) in reading.entries(from, count)? {
        if index != next {
            break;
        }
        next += 1;
        let summary = query::summarise(reading, index, &bytes, size)?;
        if watch.fits(&summary) {
            let bytes = if watch.bytes { bytes } else { Vec::new() };
            found.push(Seen {
                entry: Some((summary, bytes)),
                next,
                final_size: size,
            });
        }
    }
    if next == from {
        // A watch never passes over a hole.
        return Err(super::receipt::not_found("entry", &from));
    }
    Ok((found, next))
}
