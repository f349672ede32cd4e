//! What an observer who sees every disk knows.

use crate::event::{Content, Event};
use consensus::NodeId;
use consensus::simulation::Question;
use std::collections::BTreeMap;

/// What an observer who sees every disk knows.
#[derive(Debug, Default)]
pub struct Facts {
    /// The log of each node as it stands on its disk, synced or not: term and content by index.
    pub logs: BTreeMap<NodeId, BTreeMap<u64, (u64, Content)>>,
    /// Entries before this index are purged, by node.
    pub purged_before: BTreeMap<NodeId, u64>,
    /// Committed entries: their term, by index. Known from what members apply and what leaders say.
    pub committed: BTreeMap<u64, u64>,
    /// Who led, by term; known from the messages that only a leader sends.
    pub leaders: BTreeMap<u64, NodeId>,
}

impl Facts {
    /// Takes in an event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Started {
                node,
                log,
                purged_before,
            } => {
                let log = log
                    .iter()
                    .map(|(at, content)| (at.index, (at.term, *content)))
                    .collect();
                self.logs.insert(*node, log);
                self.purged_before.insert(*node, *purged_before);
            }
            Event::Written { node, at, content } => {
                self.logs
                    .entry(*node)
                    .or_default()
                    .insert(at.index, (at.term, *content));
            }
            Event::Truncated { node, from } => {
                self.logs.entry(*node).or_default().split_off(from);
            }
            Event::Purged { node, before } => {
                let log = self.logs.entry(*node).or_default();
                *log = log.split_off(before);
                let purged = self.purged_before.entry(*node).or_default();
                *purged = (*purged).max(*before);
            }
            Event::Applied { at, .. } => {
                self.committed.entry(at.index).or_insert(at.term);
            }
            Event::Claimed { committed, .. } => {
                self.committed
                    .entry(committed.index)
                    .or_insert(committed.term);
            }
            Event::Sent {
                from,
                question: Question::Append { term, .. },
                ..
            } => {
                self.leaders.entry(*term).or_insert(*from);
            }
            _ => {}
        }
    }

    /// The term of the entry at `index` in a node's log, if it is there.
    #[must_use]
    pub fn term_at(&self, node: NodeId, index: u64) -> Option<u64> {
        self.logs
            .get(&node)
            .and_then(|log| log.get(&index))
            .map(|(term, _)| *term)
    }
}
