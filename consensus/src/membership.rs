//! Who holds the log and whose acknowledgement counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::NodeId;

/// What the engine remembers of a node beside its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Where the transport finds the node; opaque here.
    pub address: String,
}

/// The members from one position of the log on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Voter sets: one usually, two while a change is under way (a decision then needs a majority of both).
    pub voter_sets: Vec<BTreeSet<NodeId>>,
    /// Voters and learners.
    pub members: BTreeMap<NodeId, Member>,
}

impl Membership {
    /// All nodes that vote in at least one set.
    pub fn voters(&self) -> BTreeSet<NodeId> {
        self.voter_sets.iter().flatten().copied().collect()
    }

    /// All nodes that receive the log but do not vote.
    pub fn learners(&self) -> BTreeSet<NodeId> {
        let voters = self.voters();
        self.members
            .keys()
            .copied()
            .filter(|id| !voters.contains(id))
            .collect()
    }

    /// Whether a change of voters is under way.
    pub fn is_joint(&self) -> bool {
        self.voter_sets.len() > 1
    }
}
