//! A member votes for one candidate of a term. It holds across crashes only if the vote is on disk before it is given.

use super::{Facts, Property};
use crate::event::Event;
use consensus::NodeId;
use consensus::simulation::Question;
use std::collections::BTreeMap;

/// A member votes for one candidate of a term.
#[derive(Default)]
pub struct OneVote {
    votes: BTreeMap<(NodeId, u64), NodeId>,
}

impl Property for OneVote {
    fn name(&self) -> &'static str {
        "one_vote"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        let Event::Answered {
            node,
            question: Question::Vote { term, candidate },
            granted: true,
            ..
        } = event
        else {
            return Ok(());
        };
        let first = *self.votes.entry((*node, *term)).or_insert(*candidate);
        if first == *candidate {
            Ok(())
        } else {
            Err(format!(
                "node {node} voted for {first} and for {candidate} in term {term}"
            ))
        }
    }
}
