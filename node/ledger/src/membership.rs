//! Who takes part in Raft, as the ledger wants it. The leader drives Raft's membership towards it one step at a time; Raft never decides who takes
//! part (protocol §7).

use crate::state::{self, View, key};
use crate::{Error, v1};

/// What the ledger wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Version of the voting set that it follows from.
    pub version: u64,
    /// Size of the log right after the entry that made this set. Raft's voters change only once a final checkpoint of exactly this size exists; for
    /// the set of genesis, size 1, the founders' signatures are that.
    pub size: u64,
    /// Every node that takes part, ascending by number.
    pub nodes: Vec<Place>,
}

/// A node's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The node; its number is Raft's node id.
    pub node: v1::Node,
    /// Whether it votes; else it learns.
    pub voter: bool,
}

impl Place {
    /// Whether a connection by this node's transport key is taken at all.
    #[must_use]
    pub fn connects(&self) -> bool {
        self.node.transport_revoked_at_ms == 0
    }
}

impl Membership {
    /// Numbers of the voters, ascending.
    #[must_use]
    pub fn voters(&self) -> Vec<u64> {
        self.numbers(true)
    }

    /// Numbers of the learners, ascending.
    #[must_use]
    pub fn learners(&self) -> Vec<u64> {
        self.numbers(false)
    }

    fn numbers(&self, voter: bool) -> Vec<u64> {
        self.nodes
            .iter()
            .filter(|place| place.voter == voter)
            .map(|place| place.node.number)
            .collect()
    }

    /// The node whose transport key this is, if it may connect.
    #[must_use]
    pub fn by_transport_key(&self, key: &[u8]) -> Option<&v1::Node> {
        self.nodes
            .iter()
            .find(|place| place.node.transport_key == key && place.connects())
            .map(|place| &place.node)
    }
}

/// What the ledger wants in this state.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn desired(view: &dyn View) -> Result<Membership, Error> {
    let unreadable = || Error::Unreadable {
        what: key::VOTING_SET.to_owned(),
    };
    let value = state::read(view, key::VOTING_SET)?.ok_or_else(unreadable)?;
    let index = value.index;
    let Some(v1::state_value::Value::VotingSet(set)) = value.value else {
        return Err(unreadable());
    };
    let votes = |name: &str| {
        set.voters
            .iter()
            .flat_map(|voter| &voter.nodes)
            .any(|voting| voting.name == name)
    };
    let mut nodes: Vec<Place> = state::list::<v1::Node>(view, key::NODES)?
        .into_iter()
        .filter(|(_, node)| node.removed_at_ms == 0)
        .map(|(_, node)| Place {
            voter: votes(&node.name),
            node,
        })
        .collect();
    nodes.sort_by_key(|place| place.node.number);
    Ok(Membership {
        version: set.version,
        size: index + 1,
        nodes,
    })
}
