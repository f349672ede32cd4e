//! If two logs hold an entry with the same index and term, they hold the same entry and are the same up to there.
//!
//! By induction: each (term, index) has one content and one predecessor, wherever it is written.

use super::{Facts, Property};
use crate::event::{Content, Event};
use std::collections::BTreeMap;

/// Same term and index, same log.
#[derive(Default)]
pub struct LogMatching {
    /// By term and index: content, and term of the entry before.
    entries: BTreeMap<(u64, u64), (Content, Option<u64>)>,
}

impl Property for LogMatching {
    fn name(&self) -> &'static str {
        "log_matching"
    }

    fn judge(&mut self, facts: &Facts, event: &Event) -> Result<(), String> {
        let Event::Written { node, at, content } = event else {
            return Ok(());
        };
        let before = at
            .index
            .checked_sub(1)
            .and_then(|index| facts.term_at(*node, index));
        let known = self
            .entries
            .entry((at.term, at.index))
            .or_insert((*content, before));
        if known.0 != *content {
            return Err(format!(
                "node {node} writes {content:?} at term {} index {}, where another wrote {:?}",
                at.term, at.index, known.0
            ));
        }
        match (known.1, before) {
            // The entry before may be purged on one of the nodes.
            (Some(first), Some(second)) if first != second => Err(format!(
                "node {node} has term {second} before term {} index {}, another has {first}",
                at.term, at.index
            )),
            (None, Some(_)) => {
                known.1 = before;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
