//! Settings of a member.

#[cfg(feature = "rocksdb")]
use std::path::PathBuf;

use crate::error::Error;
use crate::log::memory::MemoryDisk;
use crate::snapshot::SnapshotMemory;
use crate::{NetworkId, NodeId};

/// Settings of a member.
#[derive(Clone, Debug)]
pub struct Options {
    /// This node's id, never used by another node of the network, before or after.
    pub node_id: NodeId,
    /// The network; messages, logs and snapshots of another are refused.
    pub network_id: NetworkId,
    /// Where log and snapshots live.
    pub storage: Storage,
    /// Heartbeats and elections.
    pub timing: Timing,
    /// Largest batch that [`Consensus::propose`](crate::Consensus::propose) accepts, in bytes.
    pub batch_bytes_max: usize,
    /// Bound of one append message, in bytes; a single larger entry is still sent, alone.
    pub message_bytes_max: usize,
    /// Size of one chunk of a snapshot, in bytes.
    pub chunk_bytes: usize,
    /// A snapshot is attempted after this many entries; `None`: only when asked for.
    pub snapshot_every: Option<u64>,
    /// Entries kept in the log behind the newest snapshot, so that a member that lags a little needs no snapshot.
    pub entries_kept: u64,
}

impl Options {
    /// Usual settings for `node_id` of `network_id`.
    pub fn new(node_id: NodeId, network_id: NetworkId, storage: Storage) -> Self {
        Self {
            node_id,
            network_id,
            storage,
            timing: Timing::LAN,
            batch_bytes_max: 32 << 20,
            message_bytes_max: 4 << 20,
            chunk_bytes: 1 << 20,
            snapshot_every: Some(10_000),
            entries_kept: 1_000,
        }
    }

    /// # Errors
    /// [`Error::InvalidOption`] naming the first setting that makes no sense.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let check = |ok: bool, option: &'static str| {
            if ok {
                Ok(())
            } else {
                Err(Error::InvalidOption { option })
            }
        };
        check(self.timing.heartbeat_ms > 0, "heartbeat_ms")?;
        // An election must survive the loss of one heartbeat, else a single lost packet costs the leader its term.
        check(
            self.timing.election_min_ms > self.timing.heartbeat_ms.saturating_mul(2),
            "election_min_ms",
        )?;
        check(
            self.timing.election_max_ms > self.timing.election_min_ms,
            "election_max_ms",
        )?;
        check(self.timing.call_timeout_ms > 0, "call_timeout_ms")?;
        check(self.batch_bytes_max > 0, "batch_bytes_max")?;
        check(self.message_bytes_max > 0, "message_bytes_max")?;
        check(self.chunk_bytes > 0, "chunk_bytes")?;
        check(self.snapshot_every != Some(0), "snapshot_every")
    }
}

/// Where log and snapshots live.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A folder, created if missing; `log/`, `snapshot/` and `identity` below it.
    #[cfg(feature = "rocksdb")]
    Folder(PathBuf),
    /// In memory; the handles can be kept to start again, as a crashed machine would with its disk.
    Memory {
        /// Disk of the log store.
        log: MemoryDisk,
        /// Snapshots.
        snapshots: SnapshotMemory,
    },
}

/// Heartbeats and elections, in milliseconds.
///
/// A leader that hears nothing from a majority for `election_max_ms` stops accepting proposals; a follower that hears
/// nothing from its leader waits a random time between the two bounds before it asks for votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Between two heartbeats of a leader.
    pub heartbeat_ms: u64,
    /// Shortest silence before an election.
    pub election_min_ms: u64,
    /// Longest silence before an election.
    pub election_max_ms: u64,
    /// Longest wait for the answer to one chunk of a snapshot, installation included.
    pub call_timeout_ms: u64,
}

impl Timing {
    /// Machines in one building: round trips below 10 ms, pauses of a busy process below half a second.
    pub const LAN: Self = Self {
        heartbeat_ms: 100,
        election_min_ms: 500,
        election_max_ms: 1_000,
        call_timeout_ms: 30_000,
    };

    /// Organisations in different cities: round trips up to 200 ms.
    pub const WAN: Self = Self {
        heartbeat_ms: 400,
        election_min_ms: 2_000,
        election_max_ms: 4_000,
        call_timeout_ms: 120_000,
    };
}
