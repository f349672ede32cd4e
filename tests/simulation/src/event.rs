//! What happens in a run. The sequence of events is the run's trace; properties judge it.

use bytes::Bytes;
use consensus::NodeId;
use consensus::simulation::{Position, Question};
use crypto_sm::sm3::{self, Digest};
use std::collections::BTreeSet;
use std::fmt;

/// Bytes that are only compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Content([u8; 8]);

impl Content {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let digest = sm3::hash(&[bytes]);
        Self(*digest.first_chunk().expect("32 bytes"))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

/// Id of an envelope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvelopeId(pub Digest);

impl fmt::Debug for EnvelopeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(&self.0[..4]))
    }
}

/// Voters: one set, or two while they change.
pub type Voters = Vec<BTreeSet<NodeId>>;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The schedule of faults did something.
    Fault(String),
    /// A machine started with these entries in its log.
    Started {
        /// Which.
        node: NodeId,
        /// The log on its disk.
        log: Vec<(Position, Content)>,
        /// Entries before this index are purged.
        purged_before: u64,
    },
    /// A machine lost power or its process was killed.
    Ended {
        /// Which.
        node: NodeId,
    },
    /// A member stopped by itself.
    Failed {
        /// Which.
        node: NodeId,
        /// Code and fields.
        reason: String,
        /// Whether its disk was broken by the schedule.
        expected: bool,
    },
    /// A message left.
    Sent {
        /// From.
        from: NodeId,
        /// To.
        to: NodeId,
        /// What it asks.
        question: Question,
        /// Its bytes.
        content: Content,
        /// What becomes of it: delays in milliseconds, or losses.
        fate: String,
    },
    /// A member answered a message.
    Answered {
        /// Who was asked.
        node: NodeId,
        /// By whom.
        from: NodeId,
        /// What was asked.
        question: Question,
        /// Whether it was granted.
        granted: bool,
        /// Whether what was granted is on the disk of who was asked.
        durable: bool,
    },
    /// A leader says that entries are committed.
    Claimed {
        /// Leader.
        node: NodeId,
        /// Its term.
        term: u64,
        /// The last one.
        committed: Position,
        /// Nodes that hold it on disk.
        holders: BTreeSet<NodeId>,
        /// The voters as the leader sees them, and as it saw them just before.
        voters: Vec<Voters>,
    },
    /// An entry is written to a log.
    Written {
        /// Whose.
        node: NodeId,
        /// Where.
        at: Position,
        /// What.
        content: Content,
    },
    /// Entries from an index on are removed from a log.
    Truncated {
        /// Whose.
        node: NodeId,
        /// The index.
        from: u64,
    },
    /// Entries before an index are removed from a log.
    Purged {
        /// Whose.
        node: NodeId,
        /// The index.
        before: u64,
    },
    /// A committed item was applied.
    Applied {
        /// By whom.
        node: NodeId,
        /// Where it stands in the Raft log.
        at: Position,
        /// What.
        content: Content,
        /// Entries in the ledger afterwards.
        size: u64,
        /// Root of the ledger's log.
        root: Content,
        /// Root of the ledger's state.
        state_root: Content,
        /// Code of the reason for which it is void, if it is.
        void: Option<&'static str>,
    },
    /// A snapshot was installed.
    Installed {
        /// By whom.
        node: NodeId,
        /// Entries in the ledger afterwards.
        size: u64,
        /// Root of the ledger's log.
        root: Content,
    },
    /// A client sends an envelope, perhaps again.
    Submitted {
        /// Its id.
        id: EnvelopeId,
        /// To whom.
        node: NodeId,
    },
    /// A client does not know what became of its envelope.
    Unknown {
        /// Its id.
        id: EnvelopeId,
        /// Why.
        reason: &'static str,
    },
    /// A client learnt the index of its envelope.
    Acknowledged {
        /// Its id.
        id: EnvelopeId,
        /// From whom.
        node: NodeId,
        /// The ledger's index.
        index: u64,
        /// When it was sent first, as a count of acknowledgements before.
        floor: Option<u64>,
    },
    /// A receipt was issued against a final checkpoint.
    Receipt {
        /// For which envelope.
        id: EnvelopeId,
        /// Size of the checkpoint.
        size: u64,
        /// The receipt.
        receipt: Hidden,
    },
    /// A client read.
    Read {
        /// From whom.
        node: NodeId,
        /// Greatest index that was acknowledged before the read began.
        floor: Option<u64>,
        /// Entries in the ledger that was read.
        size: u64,
    },
    /// A node at the end of the run.
    Final {
        /// Which.
        node: NodeId,
        /// Last entry applied.
        applied: Option<Position>,
        /// Entries in its ledger.
        size: u64,
        /// Root of the ledger's log.
        root: Content,
        /// Root of the ledger's state.
        state_root: Content,
        /// Ids of its envelopes' entries, with their index.
        envelopes: Vec<(EnvelopeId, u64)>,
    },
    /// The nodes did not come to rest in time.
    Unsettled {
        /// What each says.
        states: String,
    },
    /// The run is over.
    Over,
}

/// Bytes that a trace does not show.
#[derive(Clone)]
pub struct Hidden(pub Bytes);

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}
