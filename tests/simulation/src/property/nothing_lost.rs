//! An acknowledged envelope stands at its index in every ledger at the end. One whose outcome its sender does not know may
//! stand there or not; it is never assumed to be absent.

use super::{Facts, Property};
use crate::event::{EnvelopeId, Event};
use std::collections::{BTreeMap, BTreeSet};

/// No acknowledged envelope is lost.
#[derive(Default)]
pub struct NothingLost {
    acknowledged: BTreeMap<EnvelopeId, u64>,
}

impl Property for NothingLost {
    fn name(&self) -> &'static str {
        "nothing_lost"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Acknowledged {
                id, index, floor, ..
            } => {
                self.acknowledged.insert(*id, *index);
                match floor {
                    // What was acknowledged before this one was sent stands before it.
                    Some(floor) if floor >= index => Err(format!(
                        "{id:?} was sent after index {floor} was acknowledged and stands at {index}"
                    )),
                    _ => Ok(()),
                }
            }
            Event::Final {
                node, envelopes, ..
            } => {
                let standing: BTreeSet<(EnvelopeId, u64)> = envelopes.iter().copied().collect();
                match self
                    .acknowledged
                    .iter()
                    .find(|(id, index)| !standing.contains(&(**id, **index)))
                {
                    Some((id, index)) => Err(format!(
                        "{id:?} was acknowledged at index {index} and is not there on node {node}"
                    )),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}
