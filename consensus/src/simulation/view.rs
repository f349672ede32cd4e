//! Records and messages as values.

use bytes::Bytes;
use prost::Message;

use crate::NodeId;
use crate::engine::LogId;
use crate::log::disk::{Disk, Meta, Operation};
use crate::log::memory::{Happening, MemoryDisk};
use crate::record::{
    self, AppendOutcome, AppendRequest, AppendResponse, ElectionAnswer, ElectionQuestion,
    ElectionRequest, ElectionResponse, SnapshotRequest,
};
use crate::transport::Procedure;

/// A position in the Raft log.
pub type Position = crate::status::LogPosition;

/// A change of a member's log store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A vote was written.
    Vote {
        /// Term.
        term: u64,
        /// Whom the vote is for.
        candidate: NodeId,
        /// Whether a majority is known to have granted it.
        committed: bool,
    },
    /// An entry was written.
    Entry(Written),
    /// The entries from this index on were removed.
    Truncated(u64),
    /// The entries before this index were removed.
    Purged(u64),
    /// Everything before is on stable storage.
    Synced,
}

/// An entry as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its position.
    pub at: Position,
    /// Its encoded payload.
    pub content: Bytes,
}

/// Tells `observer` of every change of a log store in memory, before it takes effect.
pub fn observe(disk: &MemoryDisk, mut observer: impl FnMut(Change) + Send + 'static) {
    disk.observe(move |happening| match happening {
        Happening::Synced => observer(Change::Synced),
        Happening::Writing(operations) => {
            operations.iter().filter_map(change).for_each(&mut observer)
        }
    });
}

fn change(operation: &Operation) -> Option<Change> {
    Some(match operation {
        Operation::Entry { index, record } => Change::Entry(written(*index, record.clone())?),
        Operation::Meta {
            meta: Meta::Vote,
            record,
        } => {
            let vote: record::Vote = open(Meta::Vote, record.clone())?;
            Change::Vote {
                term: vote.term,
                candidate: vote.node_id,
                committed: vote.committed,
            }
        }
        Operation::Meta { .. } => return None,
        Operation::Truncate { index } => Change::Truncated(*index),
        Operation::Purge { index } => Change::Purged(*index),
    })
}

fn written(index: u64, record: Bytes) -> Option<Written> {
    let mut entry: record::Entry =
        record::open(&index.to_be_bytes(), record, "entry", index).ok()?;
    let at = LogId::from(entry.log_id.take()?).into();
    Some(Written {
        at,
        content: entry.encode_to_vec().into(),
    })
}

fn open<M: Message + Default>(meta: Meta, record: Bytes) -> Option<M> {
    record::open(meta.name().as_bytes(), record, meta.name(), 0).ok()
}

/// Every entry of a log store.
pub fn stored(disk: &MemoryDisk) -> Vec<Written> {
    disk.entries(0..u64::MAX, usize::MAX)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(index, record)| written(index, record))
        .collect()
}

/// The first index that is not purged.
pub fn purged_before(disk: &MemoryDisk) -> u64 {
    let purged = disk.meta(Meta::Purged).ok().flatten();
    purged
        .and_then(|record| open::<record::LogId>(Meta::Purged, record))
        .map_or(0, |purged| purged.index + 1)
}

/// Whether the entry at `position` is on stable storage, or was purged behind a durable mark.
pub fn holds(disk: &MemoryDisk, position: Position) -> bool {
    let purged = disk
        .synced_meta(Meta::Purged)
        .and_then(|record| open::<record::LogId>(Meta::Purged, record));
    if purged.is_some_and(|purged| position.index <= purged.index) {
        return true;
    }
    disk.synced_entry(position.index)
        .and_then(|record| written(position.index, record))
        .is_some_and(|entry| entry.at == position)
}

/// Term and candidate of the vote on stable storage.
pub fn vote_held(disk: &MemoryDisk) -> Option<(u64, NodeId)> {
    let vote: record::Vote = open(Meta::Vote, disk.synced_meta(Meta::Vote)?)?;
    Some((vote.term, vote.node_id))
}

/// What a request and its answer say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What was asked.
    pub question: Question,
    /// Whether the answer grants it: the vote is given, the entries are taken.
    pub granted: bool,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// To append entries.
    Append {
        /// Term of the leader.
        term: u64,
        /// The last entry of the message, if it has any.
        last: Option<Position>,
        /// Up to where the leader says that entries are committed.
        committed: Option<Position>,
    },
    /// For a vote.
    Vote {
        /// Term of the election.
        term: u64,
        /// Who wants to lead.
        candidate: NodeId,
    },
    /// Whether it would get a vote.
    PreVote,
    /// To take the leadership over.
    Transfer,
    /// To take a chunk of a snapshot.
    Snapshot,
}

/// Reads a request, and its answer if there is one. `None` if the request is not one of ours.
pub fn heard(procedure: Procedure, request: &Bytes, answer: Option<&Bytes>) -> Option<Heard> {
    match procedure {
        Procedure::Append => {
            let request = AppendRequest::decode(request.clone()).ok()?;
            let position = |id: record::LogId| Position::from(LogId::from(id));
            let granted = answer
                .and_then(|answer| AppendResponse::decode(answer.clone()).ok())
                .is_some_and(|answer| matches!(answer.outcome, Some(AppendOutcome::Success(_))));
            let question = Question::Append {
                term: request.vote?.term,
                last: request
                    .entries
                    .last()
                    .and_then(|entry| entry.log_id)
                    .map(position),
                committed: request.leader_commit.map(position),
            };
            Some(Heard { question, granted })
        }
        Procedure::Election => {
            let request = ElectionRequest::decode(request.clone()).ok()?;
            let answer = answer.and_then(|answer| ElectionResponse::decode(answer.clone()).ok());
            let granted = answer.is_some_and(|answer| match answer.answer {
                Some(ElectionAnswer::Ballot(ballot)) => ballot.granted,
                _ => false,
            });
            let question = match request.question? {
                ElectionQuestion::Vote(ballot) => {
                    let vote = ballot.vote?;
                    Question::Vote {
                        term: vote.term,
                        candidate: vote.node_id,
                    }
                }
                ElectionQuestion::PreVote(_) => Question::PreVote,
                ElectionQuestion::Transfer(_) => Question::Transfer,
            };
            Some(Heard { question, granted })
        }
        Procedure::Snapshot => {
            SnapshotRequest::decode(request.clone()).ok()?;
            Some(Heard {
                question: Question::Snapshot,
                granted: false,
            })
        }
    }
}
