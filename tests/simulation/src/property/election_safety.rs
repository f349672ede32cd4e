//! A term has at most one leader: whoever sends what only a leader sends has won its election.

use super::{Facts, Property};
use crate::event::Event;
use consensus::NodeId;
use consensus::simulation::Question;
use std::collections::BTreeMap;

/// A term has at most one leader.
#[derive(Default)]
pub struct ElectionSafety {
    leaders: BTreeMap<u64, NodeId>,
}

impl Property for ElectionSafety {
    fn name(&self) -> &'static str {
        "election_safety"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        let Event::Sent {
            from,
            question: Question::Append { term, .. },
            ..
        } = event
        else {
            return Ok(());
        };
        let first = *self.leaders.entry(*term).or_insert(*from);
        if first == *from {
            Ok(())
        } else {
            Err(format!("nodes {first} and {from} both lead term {term}"))
        }
    }
}
