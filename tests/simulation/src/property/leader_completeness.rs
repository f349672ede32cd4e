//! When a node begins to lead, its log holds everything that was committed in earlier terms.

use super::{Facts, Property};
use crate::event::Event;
use consensus::simulation::Question;
use std::collections::BTreeSet;

/// A leader's log holds everything that was committed in earlier terms.
#[derive(Default)]
pub struct LeaderCompleteness {
    seen: BTreeSet<u64>,
}

impl Property for LeaderCompleteness {
    fn name(&self) -> &'static str {
        "leader_completeness"
    }

    fn judge(&mut self, facts: &Facts, event: &Event) -> Result<(), String> {
        let Event::Sent {
            from,
            question: Question::Append { term, .. },
            ..
        } = event
        else {
            return Ok(());
        };
        if !self.seen.insert(*term) {
            return Ok(());
        }
        let kept_from = facts.purged_before.get(from).copied().unwrap_or_default();
        for (index, committed) in facts.committed.range(kept_from..) {
            if committed < term && facts.term_at(*from, *index) != Some(*committed) {
                return Err(format!(
                    "node {from} leads term {term} without the committed entry {index} of term {committed}"
                ));
            }
        }
        Ok(())
    }
}
