//! The engine's types as this crate uses them.

use std::fmt;

use bytes::Bytes;
use openraft::impls::{BoxedErrorSource, InlineBatch, OneshotResponder, leader_id_std};
use openraft::type_config::alias::{
    CommittedLeaderIdOf, EntryOf, LogIdOf, SnapshotMetaOf, SnapshotOf, StoredMembershipOf, VoteOf,
};
use openraft::vote::RaftLeaderId;
use openraft::{OptionalSend, RaftMetrics, RaftTypeConfig};
#[cfg(not(feature = "simulation"))]
use openraft_rt_tokio::TokioRuntime as Runtime;

use crate::NodeId;
use crate::machine::Machine;
use crate::membership::Member;
#[cfg(feature = "simulation")]
use crate::simulation::runtime::Runtime;
use crate::snapshot::Stored;

/// The engine's parameters. At most one leader per term (`leader_id_std`): otherwise two headers signed in one term would
/// prove nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeConfig;

impl RaftTypeConfig for TypeConfig {
    type D = Batch;
    type R = Bytes;
    type NodeId = NodeId;
    type Node = Member;
    type Term = u64;
    type LeaderId = LeaderId;
    type Vote = openraft::Vote<LeaderId>;
    type Payload = EntryPayload;
    type Entry = openraft::Entry<<LeaderId as RaftLeaderId>::Committed, EntryPayload>;
    type AsyncRuntime = Runtime;
    type Responder<T>
        = OneshotResponder<Self, T>
    where
        T: OptionalSend + 'static;
    type Batch<T>
        = InlineBatch<T>
    where
        T: OptionalSend + 'static;
    type ErrorSource = BoxedErrorSource;
}

/// A proposed batch: opaque bytes, cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Batch(pub Bytes);

impl fmt::Debug for Batch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

pub type Entry = EntryOf<TypeConfig>;
pub type LogId = LogIdOf<TypeConfig>;
pub type TermId = CommittedLeaderIdOf<TypeConfig>;
pub type LeaderId = leader_id_std::LeaderId<u64, NodeId>;
pub type Vote = VoteOf<TypeConfig>;
pub type EntryPayload = openraft::EntryPayload<Batch, NodeId, Member>;
pub type EngineMembership = openraft::Membership<NodeId, Member>;
pub type StoredMembership = StoredMembershipOf<TypeConfig>;
pub type SnapshotMeta = SnapshotMetaOf<TypeConfig>;
pub type EngineSnapshot = SnapshotOf<TypeConfig, Stored>;
pub type Raft = openraft::Raft<TypeConfig, Machine>;
pub type Metrics = RaftMetrics<TypeConfig>;

/// Builds a log id.
pub fn log_id(term: u64, index: u64) -> LogId {
    LogId::new(TermId::new(term), index)
}
