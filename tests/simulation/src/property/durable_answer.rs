//! Votes and entries are on disk before they are granted: the answer promises that a power cut does not undo them.

use super::{Facts, Property};
use crate::event::Event;

/// Votes and entries are on disk before they are granted.
pub struct DurableAnswer;

impl Property for DurableAnswer {
    fn name(&self) -> &'static str {
        "durable_answer"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Answered {
                node,
                question,
                granted: true,
                durable: false,
                ..
            } => Err(format!(
                "node {node} granted what is not on its disk: {question:?}"
            )),
            _ => Ok(()),
        }
    }
}
