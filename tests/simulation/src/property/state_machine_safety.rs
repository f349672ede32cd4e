//! All members apply the same item at an index, and each applies one after the other.

use super::{Facts, Property};
use crate::event::{Content, Event};
use consensus::NodeId;
use consensus::simulation::Position;
use std::collections::BTreeMap;

/// All members apply the same, in order.
#[derive(Default)]
pub struct StateMachineSafety {
    items: BTreeMap<u64, (u64, Content)>,
    last: BTreeMap<NodeId, Position>,
}

impl Property for StateMachineSafety {
    fn name(&self) -> &'static str {
        "state_machine_safety"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            // What a power cut took from the state is applied again.
            Event::Started { node, .. } | Event::Installed { node, .. } => {
                self.last.remove(node);
                Ok(())
            }
            Event::Applied {
                node, at, content, ..
            } => {
                let known = *self.items.entry(at.index).or_insert((at.term, *content));
                if known != (at.term, *content) {
                    return Err(format!(
                        "node {node} applies {content:?} of term {} at {}, another applied {:?} of term {}",
                        at.term, at.index, known.1, known.0
                    ));
                }
                match self.last.insert(*node, *at) {
                    Some(last) if last.index + 1 != at.index || last.term > at.term => {
                        Err(format!("node {node} applies {at:?} after {last:?}"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}
