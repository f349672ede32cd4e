//! What a leader calls committed is on the disks of a majority of the voters; of both sets while they change.

use super::{Facts, Property};
use crate::event::{Event, Voters};
use consensus::NodeId;
use std::collections::BTreeSet;

/// What a leader calls committed is on the disks of a majority.
pub struct QuorumCommit;

impl Property for QuorumCommit {
    fn name(&self) -> &'static str {
        "quorum_commit"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        let Event::Claimed {
            node,
            term,
            committed,
            holders,
            voters,
        } = event
        else {
            return Ok(());
        };
        // The leader may have changed the voters between committing and saying so.
        if voters.iter().any(|voters| is_majority(holders, voters)) {
            Ok(())
        } else {
            Err(format!(
                "node {node} calls {committed:?} committed in term {term}, which only {holders:?} of {voters:?} hold"
            ))
        }
    }
}

fn is_majority(holders: &BTreeSet<NodeId>, voters: &Voters) -> bool {
    voters
        .iter()
        .all(|set| set.intersection(holders).count() > set.len() / 2)
}
