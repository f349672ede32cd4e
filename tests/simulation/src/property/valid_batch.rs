//! Every batch of an honest leader counts: one task proposes, only after its term's blank entry is applied, and never again
//! in a term in which a proposal failed, so that no batch ever meets another chain of headers than the one it continues.

use super::{Facts, Property};
use crate::event::Event;

/// An honest leader's batches count.
pub struct ValidBatch;

impl Property for ValidBatch {
    fn name(&self) -> &'static str {
        "valid_batch"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Applied {
                node,
                at,
                void: Some(code),
                ..
            } => Err(format!(
                "the batch at {at:?} is void on node {node}: {code}"
            )),
            _ => Ok(()),
        }
    }
}
