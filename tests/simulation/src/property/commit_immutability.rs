//! What is committed never changes, and no member that holds it ever removes it from the end of its log.

use super::{Facts, Property};
use crate::event::Event;
use consensus::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// What is committed never changes.
#[derive(Default)]
pub struct CommitImmutability {
    committed: BTreeMap<u64, u64>,
    /// Committed entries that each node held after the event before.
    held: BTreeMap<NodeId, BTreeSet<u64>>,
}

impl Property for CommitImmutability {
    fn name(&self) -> &'static str {
        "commit_immutability"
    }

    fn judge(&mut self, facts: &Facts, event: &Event) -> Result<(), String> {
        let claimed = match event {
            Event::Applied { at, .. } => Some(at),
            Event::Claimed { committed, .. } => Some(committed),
            _ => None,
        };
        if let Some(at) = claimed {
            let term = *self.committed.entry(at.index).or_insert(at.term);
            if term != at.term {
                return Err(format!(
                    "index {} was committed with term {term}, now with {}",
                    at.index, at.term
                ));
            }
            for (node, log) in &facts.logs {
                if log.get(&at.index).is_some_and(|(held, _)| *held == term) {
                    self.held.entry(*node).or_default().insert(at.index);
                }
            }
        }
        match event {
            Event::Truncated { node, from } => {
                match self
                    .held
                    .get(node)
                    .and_then(|held| held.range(from..).next())
                {
                    Some(index) => Err(format!(
                        "node {node} removes the committed entry {index} from its log"
                    )),
                    None => Ok(()),
                }
            }
            Event::Written { node, at, .. } => {
                let term = self.committed.get(&at.index).copied();
                let held = self.held.entry(*node).or_default();
                if term == Some(at.term) {
                    held.insert(at.index);
                } else if held.contains(&at.index) {
                    return Err(format!(
                        "node {node} overwrites the committed entry {} by one of term {}",
                        at.index, at.term
                    ));
                }
                Ok(())
            }
            // A power cut takes what was not synced: whether anything that counts is missing is the business of
            // `leader_completeness` and `durable_answer`.
            Event::Started { node, log, .. } => {
                let held = log
                    .iter()
                    .filter(|(at, _)| self.committed.get(&at.index) == Some(&at.term))
                    .map(|(at, _)| at.index)
                    .collect();
                self.held.insert(*node, held);
                Ok(())
            }
            Event::Purged { node, before } => {
                let held = self.held.entry(*node).or_default();
                *held = held.split_off(before);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
