//! After the faults, with all machines running and all links whole, every node comes to hold the same.

use super::{Facts, Property};
use crate::event::{Content, Event};
use consensus::simulation::Position;

/// In the end all nodes hold the same.
#[derive(Default)]
pub struct Agreement {
    first: Option<(Option<Position>, u64, Content, Content)>,
}

impl Property for Agreement {
    fn name(&self) -> &'static str {
        "agreement"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Unsettled { states } => Err(format!("the nodes did not come to rest: {states}")),
            Event::Final {
                node,
                applied,
                size,
                root,
                state_root,
                ..
            } => {
                let end = (*applied, *size, *root, *state_root);
                let first = *self.first.get_or_insert(end);
                if first == end {
                    Ok(())
                } else {
                    Err(format!(
                        "node {node} ends with {end:?}, another with {first:?}"
                    ))
                }
            }
            Event::Over if self.first.is_none() => Err("no node came to the end".to_owned()),
            _ => Ok(()),
        }
    }
}
