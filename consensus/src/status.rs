//! What a member says about itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::NodeId;
use crate::application::Fatal;
use crate::membership::Membership;

/// A position in the Raft log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPosition {
    /// Term in which the entry was proposed.
    pub term: u64,
    /// Position from 0.
    pub index: u64,
}

/// The right to propose: held from the moment that the term's blank entry is applied here until the term ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// The term; [`Consensus::propose`](crate::Consensus::propose) wants it back.
    pub term: u64,
}

/// What a member currently does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Receives the log, does not vote.
    Learner,
    /// Votes and follows a leader.
    Follower,
    /// Asks for votes.
    Candidate,
    /// Proposes.
    Leader,
    /// Stopped, by shutdown or by a failure.
    Stopped,
}

impl Role {
    /// Stable name for machine output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Learner => "learner",
            Self::Follower => "follower",
            Self::Candidate => "candidate",
            Self::Leader => "leader",
            Self::Stopped => "stopped",
        }
    }
}

/// A member's view at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// This node.
    pub node_id: NodeId,
    /// What it currently does.
    pub role: Role,
    /// Current term.
    pub term: u64,
    /// The leader as far as this node knows.
    pub leader: Option<NodeId>,
    /// Index of the last entry in the log, committed or not.
    pub last_log_index: Option<u64>,
    /// Last entry known to be committed and held here.
    pub committed: Option<LogPosition>,
    /// Last entry applied.
    pub applied: Option<LogPosition>,
    /// Last entry covered by a stored snapshot.
    pub snapshot: Option<LogPosition>,
    /// Last entry removed from the log.
    pub purged: Option<LogPosition>,
    /// The effective membership, possibly not committed yet.
    pub membership: Membership,
    /// Where that membership stands in the log.
    pub membership_at: Option<LogPosition>,
    /// On the leader: the last entry that each member is known to hold.
    pub replication: BTreeMap<NodeId, Option<LogPosition>>,
    /// Why the member stopped, if it failed.
    pub failure: Option<Fatal>,
}

/// The first failure that stops the member, seen by everybody who holds it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    first: Arc<watch::Sender<Option<Fatal>>>,
}

impl Failure {
    pub(crate) fn new() -> Self {
        Self {
            first: Arc::new(watch::Sender::new(None)),
        }
    }

    /// Notes a failure unless one was noted before: what follows the first is its consequence.
    pub(crate) fn record(&self, fatal: Fatal) {
        self.first.send_if_modified(|first| {
            if first.is_some() {
                return false;
            }
            tracing::error!(code = fatal.code, cause = %fatal, "consensus failed");
            *first = Some(fatal);
            true
        });
    }

    pub(crate) fn first(&self) -> Option<Fatal> {
        self.first.borrow().clone()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Option<Fatal>> {
        self.first.subscribe()
    }
}
