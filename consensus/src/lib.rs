//! Crash-fault-tolerant ordering of opaque batches: the adapter between an [`Application`] and the Raft engine.
//!
//! This crate does not know what a ledger is. It moves bytes: a leader proposes a batch with
//! [`Consensus::propose`], every member appends it to its log, and once more than half of the voters
//! hold it on disk each member hands it to its application with [`Application::apply`], in the same order.
//!
//! | module | noun |
//! |---|---|
//! | [`application`] | what the owner of the state implements: inspect, apply, snapshot, install |
//! | [`transport`], [`loopback`] | how messages reach another node; the in-process one |
//! | [`consensus`](crate::consensus) | the running member: propose, leadership, linearize, membership, status |
//! | [`membership`], [`status`], [`options`], [`error`] | values that callers see |
//! | `log` | the log store: one writer thread, group commit, checksums; on RocksDB or in memory |
//! | `machine`, `snapshot` | the application driven by the engine; snapshot files |
//! | [`resume`] | how a member begins that is given a state from elsewhere |
//! | `network`, `inbound` | the messages between members, outgoing and incoming |
//! | `record`, `identity`, `engine` | encodings on disk and wire; whose folder this is; the engine's types |
//! | `simulation` | with that feature only: simulated machines for a member, and a view of what it writes and sends |
//!
//! The engine is openraft, pinned exactly; no type of it is public here, and its serialisation is never used,
//! so that it can be exchanged. Its single IO is the folder in [`Options`].

pub mod application;
pub mod consensus;
mod engine;
pub mod error;
mod identity;
mod inbound;
pub mod log;
pub mod loopback;
mod machine;
pub mod membership;
mod network;
pub mod options;
mod record;
mod resume;
#[cfg(feature = "simulation")]
pub mod simulation;
mod snapshot;
pub mod status;
#[cfg(test)]
mod tests;
pub mod transport;

pub use application::{Application, Committed, Fatal, Payload, Refusal, SnapshotView, Traffic};
pub use consensus::{Applied, Consensus};
pub use error::{CODES, Error};
pub use membership::{Member, Membership};
pub use options::{Options, Storage, Timing};
pub use resume::resume;
pub use snapshot::SnapshotMemory;
pub use status::{Leadership, LogPosition, Role, Status};
pub use transport::{Peer, Procedure, Transport, Unreachable};

/// Identifies a member for ever: a counter in the application's state, never used again for another machine.
pub type NodeId = u64;

/// Identifies the network that a log, a message or a snapshot belongs to.
pub type NetworkId = [u8; 32];
