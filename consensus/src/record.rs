//! Our own encodings of what the engine stores and sends: protobuf messages, and records with a checksum.
//!
//! Field numbers are for ever. A record on disk is `crc32c (4 bytes, little endian) ‖ message`; the checksum also covers
//! the record's key, so that an intact record in the wrong place is noticed.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;

use crate::engine::{
    self, Batch, EngineMembership, EntryPayload, LeaderId, SnapshotMeta,
    StoredMembership as EngineStoredMembership,
};
use crate::error::Error;
use crate::membership;
use crate::status::LogPosition;

/// Version of everything in the folder: records, identity, snapshots.
pub const FORMAT: u32 = 1;

/// Format of [`Manifest`].
pub const MANIFEST_FORMAT: u32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct LogId {
    #[prost(uint64, tag = "1")]
    pub term: u64,
    #[prost(uint64, tag = "2")]
    pub index: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Vote {
    #[prost(uint64, tag = "1")]
    pub term: u64,
    #[prost(uint64, tag = "2")]
    pub node_id: u64,
    /// A majority has granted it: its node leads the term.
    #[prost(bool, tag = "3")]
    pub committed: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct VoterSet {
    #[prost(uint64, repeated, tag = "1")]
    pub node_ids: Vec<u64>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Member {
    #[prost(uint64, tag = "1")]
    pub node_id: u64,
    #[prost(string, tag = "2")]
    pub address: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Membership {
    #[prost(message, repeated, tag = "1")]
    pub voter_sets: Vec<VoterSet>,
    #[prost(message, repeated, tag = "2")]
    pub members: Vec<Member>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct StoredMembership {
    /// Absent before the first membership entry.
    #[prost(message, optional, tag = "1")]
    pub log_id: Option<LogId>,
    #[prost(message, optional, tag = "2")]
    pub membership: Option<Membership>,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Blank {}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Entry {
    #[prost(message, optional, tag = "1")]
    pub log_id: Option<LogId>,
    #[prost(oneof = "Payload", tags = "2, 3, 4")]
    pub payload: Option<Payload>,
}

#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum Payload {
    #[prost(message, tag = "2")]
    Blank(Blank),
    #[prost(bytes = "bytes", tag = "3")]
    Batch(Bytes),
    #[prost(message, tag = "4")]
    Membership(Membership),
}

/// What the application stores with its state, opaque to it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct AppliedState {
    #[prost(uint32, tag = "1")]
    pub format: u32,
    #[prost(message, optional, tag = "2")]
    pub log_id: Option<LogId>,
    #[prost(message, optional, tag = "3")]
    pub membership: Option<StoredMembership>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Identity {
    #[prost(uint32, tag = "1")]
    pub format: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub network_id: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub node_id: u64,
}

/// Describes a snapshot; its content is `size_bytes` long, cut into chunks of `chunk_bytes` (the last may be shorter).
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Manifest {
    #[prost(uint32, tag = "1")]
    pub format: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub network_id: Vec<u8>,
    /// An encoded [`AppliedState`].
    #[prost(bytes = "vec", tag = "3")]
    pub applied_state: Vec<u8>,
    #[prost(uint64, tag = "4")]
    pub size_bytes: u64,
    #[prost(uint64, tag = "5")]
    pub chunk_bytes: u64,
    /// SM3 of each chunk. Tag 6 was their crc32c in format 1.
    #[prost(bytes = "vec", repeated, tag = "7")]
    pub digests: Vec<Vec<u8>>,
}

/// First field of every request: a message that went astray is refused before anything else is looked at.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Route {
    #[prost(bytes = "vec", tag = "1")]
    pub network_id: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub from: u64,
    #[prost(uint64, tag = "3")]
    pub to: u64,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct AppendRequest {
    #[prost(message, optional, tag = "1")]
    pub route: Option<Route>,
    #[prost(message, optional, tag = "2")]
    pub vote: Option<Vote>,
    #[prost(message, optional, tag = "3")]
    pub previous: Option<LogId>,
    #[prost(message, optional, tag = "4")]
    pub leader_commit: Option<LogId>,
    #[prost(message, repeated, tag = "5")]
    pub entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct AppendResponse {
    #[prost(oneof = "AppendOutcome", tags = "1, 2, 3, 4")]
    pub outcome: Option<AppendOutcome>,
}

#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum AppendOutcome {
    #[prost(message, tag = "1")]
    Success(Blank),
    /// Only the entries up to here were taken.
    #[prost(message, tag = "2")]
    Partial(LogId),
    /// The log differs at the position before the first entry.
    #[prost(message, tag = "3")]
    Conflict(Blank),
    #[prost(message, tag = "4")]
    HigherVote(Vote),
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct ElectionRequest {
    #[prost(message, optional, tag = "1")]
    pub route: Option<Route>,
    #[prost(oneof = "ElectionQuestion", tags = "2, 3, 4")]
    pub question: Option<ElectionQuestion>,
}

#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum ElectionQuestion {
    #[prost(message, tag = "2")]
    Vote(Ballot),
    #[prost(message, tag = "3")]
    PreVote(Ballot),
    /// The leader asks this node to stand at once.
    #[prost(message, tag = "4")]
    Transfer(Ballot),
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct Ballot {
    #[prost(message, optional, tag = "1")]
    pub vote: Option<Vote>,
    #[prost(message, optional, tag = "2")]
    pub last_log_id: Option<LogId>,
    /// The election was authorised by the current leader, so its lease is no reason to refuse.
    #[prost(bool, tag = "3")]
    pub leadership_transfer: bool,
    #[prost(bool, tag = "4")]
    pub granted: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct ElectionResponse {
    #[prost(oneof = "ElectionAnswer", tags = "1, 2, 3, 4")]
    pub answer: Option<ElectionAnswer>,
}

#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum ElectionAnswer {
    #[prost(message, tag = "1")]
    Ballot(Ballot),
    #[prost(message, tag = "2")]
    TransferAccepted(Blank),
    /// Vote that the node has instead of the leader's.
    #[prost(message, tag = "3")]
    TransferVoteChanged(Vote),
    /// The node does not hold the leader's log; its last position.
    #[prost(message, tag = "4")]
    TransferLogBehind(Ballot),
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct SnapshotRequest {
    #[prost(message, optional, tag = "1")]
    pub route: Option<Route>,
    #[prost(message, optional, tag = "2")]
    pub vote: Option<Vote>,
    /// With the first message of a transfer; the answer says which chunk is wanted.
    #[prost(message, optional, tag = "3")]
    pub manifest: Option<Manifest>,
    #[prost(uint64, tag = "4")]
    pub chunk: u64,
    #[prost(bytes = "bytes", tag = "5")]
    pub content: Bytes,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub struct SnapshotResponse {
    #[prost(oneof = "SnapshotAnswer", tags = "1, 2, 3")]
    pub answer: Option<SnapshotAnswer>,
}

#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum SnapshotAnswer {
    /// Number of the chunk to send next.
    #[prost(uint64, tag = "1")]
    Next(u64),
    /// Installed, or refused for a newer vote: the vote of the receiver.
    #[prost(message, tag = "2")]
    Done(Vote),
    /// This transfer is not known any more: begin with the manifest.
    #[prost(message, tag = "3")]
    Restart(Blank),
}

/// Puts the checksum before a message. `key` is where the record lives.
pub fn seal(key: &[u8], message: &impl Message) -> Vec<u8> {
    let mut record = BytesMut::with_capacity(4 + message.encoded_len());
    record.put_u32_le(0);
    message.encode_raw_into(&mut record);
    let sum = crc32c::crc32c_append(crc32c::crc32c(key), record.get(4..).unwrap_or_default());
    if let Some(head) = record.first_chunk_mut::<4>() {
        *head = sum.to_le_bytes();
    }
    record.into()
}

/// Checks the checksum and decodes. Content bytes are shared with `record`, not copied.
///
/// # Errors
/// [`Error::ChecksumMismatch`], [`Error::RecordInvalid`].
pub fn open<M: Message + Default>(
    key: &[u8],
    record: Bytes,
    name: &'static str,
    index: u64,
) -> Result<M, Error> {
    let Some((head, body)) = record.split_first_chunk::<4>() else {
        return Err(Error::ChecksumMismatch {
            record: name,
            index,
        });
    };
    if crc32c::crc32c_append(crc32c::crc32c(key), body) != u32::from_le_bytes(*head) {
        return Err(Error::ChecksumMismatch {
            record: name,
            index,
        });
    }
    M::decode(record.slice(4..)).map_err(|_| Error::RecordInvalid { record: name })
}

/// `prost` returns an error for a buffer without room; a growing buffer has room.
trait EncodeInto: Message {
    fn encode_raw_into(&self, buffer: &mut BytesMut);
}

impl<M: Message> EncodeInto for M {
    fn encode_raw_into(&self, buffer: &mut BytesMut) {
        self.encode(buffer).expect("a growing buffer has room");
    }
}

impl From<engine::LogId> for LogId {
    fn from(id: engine::LogId) -> Self {
        Self {
            term: id.leader_id.term,
            index: id.index,
        }
    }
}

impl From<LogId> for engine::LogId {
    fn from(id: LogId) -> Self {
        engine::log_id(id.term, id.index)
    }
}

impl From<engine::LogId> for LogPosition {
    fn from(id: engine::LogId) -> Self {
        Self {
            term: id.leader_id.term,
            index: id.index,
        }
    }
}

impl From<engine::Vote> for Vote {
    fn from(vote: engine::Vote) -> Self {
        Self {
            term: vote.leader_id.term,
            node_id: vote.leader_id.voted_for,
            committed: vote.committed,
        }
    }
}

impl From<Vote> for engine::Vote {
    fn from(vote: Vote) -> Self {
        Self {
            leader_id: LeaderId {
                term: vote.term,
                voted_for: vote.node_id,
            },
            committed: vote.committed,
        }
    }
}

impl From<&EngineMembership> for Membership {
    fn from(value: &EngineMembership) -> Self {
        Self {
            voter_sets: value
                .get_joint_config()
                .iter()
                .map(|set| VoterSet {
                    node_ids: set.iter().copied().collect(),
                })
                .collect(),
            members: value
                .nodes()
                .map(|(node_id, member)| Member {
                    node_id: *node_id,
                    address: member.address.clone(),
                })
                .collect(),
        }
    }
}

impl TryFrom<Membership> for EngineMembership {
    type Error = Error;

    fn try_from(value: Membership) -> Result<Self, Error> {
        let sets: Vec<_> = value
            .voter_sets
            .into_iter()
            .map(|set| set.node_ids.into_iter().collect())
            .collect();
        let members: BTreeMap<_, _> = value
            .members
            .into_iter()
            .map(|member| {
                (
                    member.node_id,
                    membership::Member {
                        address: member.address,
                    },
                )
            })
            .collect();
        if sets.is_empty() && members.is_empty() {
            return Ok(Self::default());
        }
        Self::new(sets, members).map_err(|_| Error::RecordInvalid {
            record: "membership",
        })
    }
}

impl From<&EngineMembership> for membership::Membership {
    fn from(value: &EngineMembership) -> Self {
        Self {
            voter_sets: value.get_joint_config().clone(),
            members: value
                .nodes()
                .map(|(id, member)| (*id, member.clone()))
                .collect(),
        }
    }
}

impl From<&EngineStoredMembership> for StoredMembership {
    fn from(value: &EngineStoredMembership) -> Self {
        Self {
            log_id: value.log_id().map(LogId::from),
            membership: Some(value.membership().into()),
        }
    }
}

impl TryFrom<StoredMembership> for EngineStoredMembership {
    type Error = Error;

    fn try_from(value: StoredMembership) -> Result<Self, Error> {
        let membership = value.membership.unwrap_or_default().try_into()?;
        Ok(Self::new(value.log_id.map(Into::into), membership))
    }
}

impl From<&engine::Entry> for Entry {
    fn from(entry: &engine::Entry) -> Self {
        let payload = match &entry.payload {
            EntryPayload::Blank => Payload::Blank(Blank {}),
            EntryPayload::Normal(batch) => Payload::Batch(batch.0.clone()),
            EntryPayload::Membership(membership) => Payload::Membership(membership.into()),
        };
        Self {
            log_id: Some(entry.log_id.into()),
            payload: Some(payload),
        }
    }
}

impl Entry {
    /// The engine's entry.
    ///
    /// # Errors
    /// [`Error::RecordInvalid`] if a part is missing or the membership makes no sense.
    pub fn into_engine(self) -> Result<engine::Entry, Error> {
        let (Some(log_id), Some(payload)) = (self.log_id, self.payload) else {
            return Err(Error::RecordInvalid { record: "entry" });
        };
        let payload = match payload {
            Payload::Blank(Blank {}) => EntryPayload::Blank,
            Payload::Batch(bytes) => EntryPayload::Normal(Batch(bytes)),
            Payload::Membership(membership) => EntryPayload::Membership(membership.try_into()?),
        };
        Ok(engine::Entry {
            log_id: log_id.into(),
            payload,
        })
    }
}

impl AppliedState {
    /// The blob that the application stores.
    pub fn encode_blob(
        log_id: Option<engine::LogId>,
        membership: &EngineStoredMembership,
    ) -> Vec<u8> {
        Self {
            format: FORMAT,
            log_id: log_id.map(Into::into),
            membership: Some(membership.into()),
        }
        .encode_to_vec()
    }

    /// Reads the application's blob; absent means that nothing was applied.
    ///
    /// # Errors
    /// [`Error::RecordInvalid`], [`Error::FormatUnknown`].
    pub fn decode_blob(blob: Option<&[u8]>) -> Result<SnapshotMeta, Error> {
        // The state of an application to which nothing was applied has no blob; in a snapshot that is an empty one.
        let Some(blob) = blob.filter(|blob| !blob.is_empty()) else {
            return Ok(SnapshotMeta::default());
        };
        let state = Self::decode(blob).map_err(|_| Error::RecordInvalid { record: "applied" })?;
        if state.format != FORMAT {
            return Err(Error::FormatUnknown {
                found: state.format,
                supported: FORMAT,
            });
        }
        Ok(SnapshotMeta {
            last_log_id: state.log_id.map(Into::into),
            last_membership: state.membership.unwrap_or_default().try_into()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn payload() -> impl Strategy<Value = EntryPayload> {
        prop_oneof![
            Just(EntryPayload::Blank),
            proptest::collection::vec(any::<u8>(), 0..200)
                .prop_map(|bytes| EntryPayload::Normal(Batch(bytes.into()))),
            (
                proptest::collection::btree_set(1u64..9, 1..5),
                proptest::collection::btree_map(1u64..20, "[a-z:.]{0,9}", 0..6)
            )
                .prop_map(|(voters, learners)| {
                    let mut members: BTreeMap<u64, membership::Member> = learners
                        .into_iter()
                        .map(|(id, address)| (id, membership::Member { address }))
                        .collect();
                    for id in &voters {
                        members.entry(*id).or_default();
                    }
                    let sets: Vec<BTreeSet<u64>> = vec![voters];
                    EntryPayload::Membership(EngineMembership::new(sets, members).expect("valid"))
                }),
        ]
    }

    proptest! {
        #[test]
        fn an_entry_comes_back_as_it_was(term in any::<u64>(), index in any::<u64>(), payload in payload()) {
            let entry = engine::Entry { log_id: engine::log_id(term, index), payload };
            let record = seal(b"key", &Entry::from(&entry));
            let back: Entry = open(b"key", record.into(), "entry", index).expect("intact");
            prop_assert_eq!(back.into_engine().expect("valid"), entry);
        }

        #[test]
        fn any_changed_bit_is_noticed(bytes in proptest::collection::vec(any::<u8>(), 0..64), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let message = Entry { log_id: Some(LogId { term: 1, index: 2 }), payload: Some(Payload::Batch(bytes.into())) };
            let mut record = seal(b"key", &message);
            let position = at.index(record.len());
            record[position] ^= 1 << bit;
            let outcome = open::<Entry>(b"key", record.into(), "entry", 2);
            prop_assert_eq!(outcome, Err(Error::ChecksumMismatch { record: "entry", index: 2 }));
        }

        #[test]
        fn a_truncated_record_is_noticed(length in 0usize..20) {
            let message = Entry { log_id: Some(LogId { term: 1, index: 2 }), payload: Some(Payload::Batch(vec![7; 20].into())) };
            let mut record = seal(b"key", &message);
            record.truncate(length);
            prop_assert!(open::<Entry>(b"key", record.into(), "entry", 2).is_err());
        }
    }

    #[test]
    fn a_record_in_the_wrong_place_is_noticed() {
        let record = seal(b"key", &LogId { term: 1, index: 2 });
        assert_eq!(
            open::<LogId>(b"kez", record.into(), "vote", 0),
            Err(Error::ChecksumMismatch {
                record: "vote",
                index: 0
            })
        );
    }

    #[test]
    fn the_encodings_on_disk_stay_as_they_are() {
        let vote = Vote {
            term: 3,
            node_id: 2,
            committed: true,
        };
        assert_eq!(vote.encode_to_vec(), [0x08, 3, 0x10, 2, 0x18, 1]);
        let entry = Entry {
            log_id: Some(LogId { term: 1, index: 5 }),
            payload: Some(Payload::Batch(Bytes::from_static(b"ab"))),
        };
        assert_eq!(
            entry.encode_to_vec(),
            [0x0a, 4, 0x08, 1, 0x10, 5, 0x1a, 2, b'a', b'b']
        );
        let blank = Entry {
            log_id: Some(LogId { term: 1, index: 0 }),
            payload: Some(Payload::Blank(Blank {})),
        };
        assert_eq!(blank.encode_to_vec(), [0x0a, 2, 0x08, 1, 0x12, 0]);
        // crc32c("k" ‖ message) before the message; the check value of CRC-32C is 0xE3069283 for "123456789".
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283);
    }
}
