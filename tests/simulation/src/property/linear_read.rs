//! A linearizable read sees everything that was acknowledged to anybody before it began.

use super::{Facts, Property};
use crate::event::Event;

/// A linearizable read is never stale.
pub struct LinearRead;

impl Property for LinearRead {
    fn name(&self) -> &'static str {
        "linear_read"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Read {
                node,
                floor: Some(floor),
                size,
            } if size <= floor => Err(format!(
                "node {node} showed {size} entries after index {floor} was acknowledged"
            )),
            _ => Ok(()),
        }
    }
}
