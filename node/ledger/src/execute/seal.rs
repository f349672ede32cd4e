//! From what a batch does to the roots after it.

use super::Applied;
use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::domain::voting_set_digest;
use crate::log::{Frontier, NodeAddress};
use crate::map::{self, PageAddress, PageReader};
use crate::tree::LOG;
use crypto_sm::sm3::Digest;
use prost::Message;
use std::collections::BTreeMap;

/// What is stored in one atomic write beside what the batch itself writes, and the checkpoint's content.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// The log's edge afterwards.
    pub frontier: Frontier,
    /// New nodes of the log's tree.
    pub log_nodes: Vec<(NodeAddress, Digest)>,
    /// Pages of the state map to write; nothing = delete.
    pub pages: BTreeMap<PageAddress, Option<Vec<u8>>>,
    /// What a node may sign once it is final by its own rules.
    pub checkpoint: Checkpoint,
}

/// Appends the entries to the log, updates the state map, and names both roots.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn seal(
    applied: &Applied,
    frontier: &Frontier,
    pages: &dyn PageReader,
) -> Result<Sealed, Error> {
    if frontier.size() != applied.first_index {
        return Err(Error::Unreadable {
            what: "log frontier".to_owned(),
        });
    }
    let mut frontier = frontier.clone();
    let mut log_nodes = Vec::new();
    for entry in &applied.entries {
        frontier.append(LOG.leaf(entry), |address, hash| {
            log_nodes.push((address, hash))
        });
    }
    let update = map::update(pages, &applied.state_writes)?;
    let checkpoint = Checkpoint {
        network_id: applied.network_id,
        size: frontier.size(),
        root: frontier.root(),
        state_root: update.root,
        time_ms: applied.time_ms,
        members_version: applied.judge.version,
        members_digest: voting_set_digest(&applied.network_id, &applied.judge.encode_to_vec()),
    };
    Ok(Sealed {
        frontier,
        log_nodes,
        pages: update.pages,
        checkpoint,
    })
}
