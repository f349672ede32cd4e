//! No member stops by itself, except on a disk that the schedule broke.

use super::{Facts, Property};
use crate::event::Event;

/// No member stops by itself.
pub struct NoFailure;

impl Property for NoFailure {
    fn name(&self) -> &'static str {
        "no_failure"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Failed {
                node,
                reason,
                expected: false,
            } => Err(format!("node {node} stopped: {reason}")),
            _ => Ok(()),
        }
    }
}
