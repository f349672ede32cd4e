//! The engine's view of the log store.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::io;
use std::ops::{Bound, Range, RangeBounds};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use openraft::OptionalSend;
use openraft::errors::LeaderChanged;
use openraft::storage::{
    IOFlushed, LeaderBoundedStreamError, LeaderBoundedStreamResult, LogState, RaftLogReader,
    RaftLogStorage,
};
use openraft::type_config::TypeConfigExt;
use tokio::sync::oneshot;

use super::disk::{Disk, Meta, Operation};
use super::tail::{Ends, Plan, Tail, next_index};
use super::writer::{Command, Done, Writer};
use crate::engine::{Entry, LeaderId, LogId, TypeConfig, Vote};
use crate::error::Error;
use crate::record;
use crate::status::Failure;

/// Bytes of entries that stay in memory after they are durable, for replication and apply.
const TAIL_BYTES_MAX: usize = 64 << 20;

/// The log store. Clones share it; the engine's readers are clones.
#[derive(Clone, Debug)]
pub struct LogStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// `None` once closed, so that forgotten handles do not keep the folder locked.
    disk: RwLock<Option<Arc<dyn Disk>>>,
    tail: Arc<Tail>,
    writer: Writer,
    message_bytes_max: usize,
}

impl LogStore {
    /// Opens the store and checks every record.
    ///
    /// # Errors
    /// [`Error::ChecksumMismatch`], [`Error::RecordInvalid`], [`Error::LogBroken`], [`Error::Disk`].
    pub fn open(
        disk: Arc<dyn Disk>,
        message_bytes_max: usize,
        failure: Failure,
    ) -> Result<Self, Error> {
        let vote: Option<record::Vote> = read_meta(&*disk, Meta::Vote)?;
        let committed: Option<record::LogId> = read_meta(&*disk, Meta::Committed)?;
        let purged: Option<record::LogId> = read_meta(&*disk, Meta::Purged)?;
        let purged = purged.map(LogId::from);
        let last = verify(&*disk, purged)?;
        // The saved commit index is not synced, but it is written after the entries that it covers; a log shorter than it
        // would mean that the disk reordered writes.
        let committed = committed
            .map(LogId::from)
            .filter(|committed| Some(*committed) <= last);
        let tail = Arc::new(Tail::new(
            Ends { purged, last },
            vote.map(Into::into),
            committed,
            TAIL_BYTES_MAX,
        ));
        let writer = Writer::start(Arc::clone(&disk), Arc::clone(&tail), failure)?;
        let shared = Shared {
            disk: RwLock::new(Some(disk)),
            tail,
            writer,
            message_bytes_max,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Writes what is queued, ends the writer and lets go of the disk. Blocks.
    pub fn close(&self) {
        self.shared.writer.close();
        self.shared.tail.close();
        let disk = self
            .shared
            .disk
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(disk);
    }

    /// The log's ends.
    pub fn ends(&self) -> Ends {
        self.shared.tail.ends()
    }

    /// Waits until the entries that the log has up to and including `index` are on stable storage.
    ///
    /// # Errors
    /// [`Error::ShutDown`] if the log was closed.
    pub async fn durable(&self, index: u64) -> Result<(), Error> {
        self.shared.tail.durable(index).await
    }

    /// Whether exactly this entry is in the log, or was before it was purged.
    ///
    /// # Errors
    /// Errors of reading.
    pub async fn holds(&self, id: LogId) -> Result<bool, Error> {
        let ends = self.ends();
        if Some(id.index) <= ends.purged.map(|purged| purged.index) {
            return Ok(true);
        }
        // Most entries are new: nothing is read for them.
        if next_index(ends.last) <= id.index {
            return Ok(false);
        }
        let found = self.read(id.index..id.index + 1, usize::MAX).await?;
        Ok(found.first().is_some_and(|entry| entry.log_id == id))
    }

    /// Reads everything that is on stable storage once more and checks it, at most so many bytes a second. Returns the number of records.
    ///
    /// # Errors
    /// [`Error::ChecksumMismatch`], [`Error::RecordInvalid`], [`Error::LogBroken`]; errors of reading.
    pub async fn scrub(&self, bytes_per_second: u64) -> Result<u64, Error> {
        const CHUNK_BYTES: usize = 1 << 20;
        let mut count = self.scrub_meta().await?;
        let mut next = 0;
        loop {
            let plan = self.shared.tail.plan_stored(next);
            if plan.disk.is_empty() {
                return Ok(count);
            }
            let records = self.read_disk(plan.disk.clone(), CHUNK_BYTES).await;
            if self.shared.tail.is_outdated(&plan) {
                continue;
            }
            next = plan.disk.start;
            let mut size = 0;
            for (index, bytes) in records? {
                size += bytes.len() as u64;
                decode(next, index, bytes)?;
                next += 1;
                count += 1;
            }
            if next == plan.disk.start {
                return Err(Error::LogBroken {
                    expected: next,
                    found: plan.disk.end,
                });
            }
            let pause_ms = size.saturating_mul(1_000) / bytes_per_second.max(1);
            TypeConfig::sleep(Duration::from_millis(pause_ms)).await;
        }
    }

    /// Checks the records that are no entries.
    async fn scrub_meta(&self) -> Result<u64, Error> {
        let disk = self
            .shared
            .disk
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let disk = disk.ok_or(Error::ShutDown)?;
        let check = move |disk: Arc<dyn Disk>| -> Result<u64, Error> {
            let vote: Option<record::Vote> = read_meta(&*disk, Meta::Vote)?;
            let committed: Option<record::LogId> = read_meta(&*disk, Meta::Committed)?;
            let purged: Option<record::LogId> = read_meta(&*disk, Meta::Purged)?;
            let present = [vote.is_some(), committed.is_some(), purged.is_some()];
            Ok(present.into_iter().filter(|present| *present).count() as u64)
        };
        if !disk.blocks() {
            return check(disk);
        }
        tokio::task::spawn_blocking(move || check(disk))
            .await
            .map_err(|error| Error::disk("read", error))?
    }

    async fn write(&self, operations: Vec<Operation>) -> Result<(), io::Error> {
        let (reply, answer) = oneshot::channel();
        self.shared.writer.submit(Command {
            operations,
            sync: true,
            appended: None,
            done: Done::Reply(reply),
        });
        match answer.await {
            Ok(outcome) => outcome.map_err(Into::into),
            Err(_) => Err(Error::ShutDown.into()),
        }
    }

    /// Reads the entries of `range` that exist; stops after the one that reaches `bytes_max`.
    async fn read(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<Entry>, Error> {
        loop {
            let plan = self.shared.tail.plan(range.clone());
            let from_disk = self.read_disk(plan.disk.clone(), bytes_max).await;
            if self.shared.tail.is_outdated(&plan) {
                continue;
            }
            return finish(plan, from_disk?, bytes_max);
        }
    }

    async fn read_disk(
        &self,
        range: Range<u64>,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Bytes)>, Error> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let disk = self
            .shared
            .disk
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let disk = disk.ok_or(Error::ShutDown)?;
        if !disk.blocks() {
            return disk.entries(range, bytes_max);
        }
        let reading = tokio::task::spawn_blocking(move || disk.entries(range, bytes_max));
        reading.await.map_err(|error| Error::disk("read", error))?
    }
}

/// Puts both parts together and makes sure that nothing is missing inside.
fn finish(plan: Plan, from_disk: Vec<(u64, Bytes)>, bytes_max: usize) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::with_capacity(from_disk.len() + plan.held.len());
    let mut bytes = 0;
    let mut expected = plan.disk.start;
    for (index, record) in from_disk {
        bytes += record.len();
        entries.push(decode(expected, index, record)?);
        expected += 1;
    }
    if bytes >= bytes_max && expected < plan.disk.end {
        return Ok(entries);
    }
    if expected != plan.disk.end {
        return Err(Error::LogBroken {
            expected,
            found: plan.disk.end,
        });
    }
    for (entry, size) in plan.held {
        if bytes >= bytes_max {
            break;
        }
        bytes += size;
        entries.push(entry);
    }
    Ok(entries)
}

fn decode(expected: u64, index: u64, bytes: Bytes) -> Result<Entry, Error> {
    if index != expected {
        return Err(Error::LogBroken {
            expected,
            found: index,
        });
    }
    let stored: record::Entry = record::open(&index.to_be_bytes(), bytes, "entry", index)?;
    let entry = stored.into_engine()?;
    if entry.log_id.index != index {
        return Err(Error::LogBroken {
            expected: index,
            found: entry.log_id.index,
        });
    }
    Ok(entry)
}

fn read_meta<M: prost::Message + Default>(disk: &dyn Disk, meta: Meta) -> Result<Option<M>, Error> {
    let Some(bytes) = disk.meta(meta)? else {
        return Ok(None);
    };
    record::open(meta.name().as_bytes(), bytes, meta.name(), 0).map(Some)
}

fn meta_operation(meta: Meta, message: &impl prost::Message) -> Operation {
    Operation::Meta {
        meta,
        record: record::seal(meta.name().as_bytes(), message).into(),
    }
}

/// Reads the whole log once: no hole, no term going back, every checksum right. Returns the last entry's id.
fn verify(disk: &dyn Disk, purged: Option<LogId>) -> Result<Option<LogId>, Error> {
    const CHUNK_BYTES: usize = 4 << 20;
    let mut last = purged;
    if let Some(first) = disk.first_index()?
        && first != next_index(purged)
    {
        return Err(Error::LogBroken {
            expected: next_index(purged),
            found: first,
        });
    }
    loop {
        let chunk = disk.entries(next_index(last)..u64::MAX, CHUNK_BYTES)?;
        if chunk.is_empty() {
            return Ok(last);
        }
        for (index, bytes) in chunk {
            let entry = decode(next_index(last), index, bytes)?;
            if Some(entry.log_id) <= last {
                return Err(Error::LogBroken {
                    expected: next_index(last),
                    found: index,
                });
            }
            last = Some(entry.log_id);
        }
    }
}

fn bounds(range: &impl RangeBounds<u64>) -> Range<u64> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(end) => end.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    start..end.max(start)
}

impl RaftLogReader<TypeConfig> for LogStore {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> Result<Vec<Entry>, io::Error> {
        Ok(self.read(bounds(&range), usize::MAX).await?)
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, io::Error> {
        Ok(self.shared.tail.vote())
    }

    /// Bounded in bytes, so that an append message of large batches stays sendable.
    async fn limited_get_log_entries(
        &mut self,
        start: u64,
        end: u64,
    ) -> Result<Vec<Entry>, io::Error> {
        Ok(self.read(start..end, self.shared.message_bytes_max).await?)
    }

    /// In pieces bounded in bytes: a restart applies a long log without holding it in memory.
    async fn entries_stream<RB>(
        &mut self,
        range: RB,
    ) -> impl Stream<Item = Result<Entry, io::Error>> + OptionalSend
    where
        RB: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let pieces = Pieces {
            store: self.clone(),
            range: bounds(&range),
            ready: VecDeque::new(),
        };
        Box::pin(stream::try_unfold(pieces, async |mut pieces| {
            Ok(pieces.next().await?.map(|entry| (entry, pieces)))
        }))
    }

    async fn leader_bounded_stream<RB>(
        &mut self,
        leader: LeaderId,
        range: RB,
    ) -> impl Stream<Item = LeaderBoundedStreamResult<TypeConfig>> + OptionalSend
    where
        RB: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let pieces = Pieces {
            store: self.clone(),
            range: bounds(&range),
            ready: VecDeque::new(),
        };
        Box::pin(stream::unfold(Some(pieces), move |pieces| async move {
            let mut pieces = pieces?;
            // The vote is checked after the entry was read: an entry read under another leader is not handed out.
            let next = pieces.next().await;
            let vote = pieces.store.shared.tail.vote();
            if !vote.is_some_and(|vote| vote.committed && vote.leader_id == leader) {
                let error =
                    LeaderBoundedStreamError::LeaderChanged(LeaderChanged::new(leader, vote));
                return Some((Err(error), None));
            }
            match next {
                Ok(Some(entry)) => Some((Ok(entry), Some(pieces))),
                Ok(None) => None,
                Err(error) => Some((Err(LeaderBoundedStreamError::IoError(error.into())), None)),
            }
        }))
    }
}

/// A range being read piece by piece.
struct Pieces {
    store: LogStore,
    range: Range<u64>,
    ready: VecDeque<Entry>,
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Entry>, Error> {
        if self.ready.is_empty() && !self.range.is_empty() {
            self.ready = self
                .store
                .read(self.range.clone(), self.store.shared.message_bytes_max)
                .await?
                .into();
            self.range.start = match self.ready.back() {
                Some(entry) => entry.log_id.index + 1,
                None => self.range.end,
            };
        }
        Ok(self.ready.pop_front())
    }
}

impl RaftLogStorage<TypeConfig> for LogStore {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<TypeConfig>, io::Error> {
        let ends = self.ends();
        Ok(LogState {
            last_purged_log_id: ends.purged,
            last_log_id: ends.last,
        })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), io::Error> {
        self.write(vec![meta_operation(Meta::Vote, &record::Vote::from(*vote))])
            .await?;
        self.shared.tail.set_vote(*vote);
        Ok(())
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Result<(), io::Error> {
        let Some(committed) = committed else {
            return Ok(());
        };
        self.shared.tail.set_committed(Some(committed));
        let operations = vec![meta_operation(
            Meta::Committed,
            &record::LogId::from(committed),
        )];
        self.shared.writer.submit(Command {
            operations,
            sync: false,
            appended: None,
            done: Done::Nobody,
        });
        Ok(())
    }

    async fn read_committed(&mut self) -> Result<Option<LogId>, io::Error> {
        Ok(self.shared.tail.committed())
    }

    async fn append<I>(
        &mut self,
        entries: I,
        callback: IOFlushed<TypeConfig>,
    ) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut operations = Vec::new();
        let mut held = Vec::new();
        for entry in entries {
            let index = entry.log_id.index;
            let record = Bytes::from(record::seal(
                &index.to_be_bytes(),
                &record::Entry::from(&entry),
            ));
            held.push((entry, record.len()));
            operations.push(Operation::Entry { index, record });
        }
        let last = held.last().map(|(entry, _)| entry.log_id.index);
        let epoch = self.shared.tail.append(held)?;
        let appended = last.map(|last| (epoch, last));
        self.shared.writer.submit(Command {
            operations,
            sync: true,
            appended,
            done: Done::Engine(callback),
        });
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> Result<(), io::Error> {
        self.shared.tail.truncate_after(last);
        self.write(vec![Operation::Truncate {
            index: next_index(last),
        }])
        .await
    }

    async fn purge(&mut self, upto: LogId) -> Result<(), io::Error> {
        self.shared.tail.purge(upto);
        let purged = self.ends().purged.unwrap_or(upto);
        // One atomic write, the watermark before the deletion: a store that could split the write would still know
        // what is missing at its beginning.
        self.write(vec![
            meta_operation(Meta::Purged, &record::LogId::from(purged)),
            Operation::Purge {
                index: purged.index + 1,
            },
        ])
        .await
    }
}
