//! Ledgers of equal size have equal roots, of the log and of the state, on every node and in every life.

use super::{Facts, Property};
use crate::event::{Content, Event};
use std::collections::BTreeMap;

/// Equal size, equal roots.
#[derive(Default)]
pub struct EqualRoots {
    roots: BTreeMap<u64, Content>,
    state_roots: BTreeMap<u64, Content>,
}

impl Property for EqualRoots {
    fn name(&self) -> &'static str {
        "equal_roots"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        let (node, size, root, state_root) = match event {
            Event::Applied {
                node,
                size,
                root,
                state_root,
                ..
            }
            | Event::Final {
                node,
                size,
                root,
                state_root,
                ..
            } => (node, size, root, Some(state_root)),
            Event::Installed { node, size, root } => (node, size, root, None),
            _ => return Ok(()),
        };
        let known = *self.roots.entry(*size).or_insert(*root);
        if known != *root {
            return Err(format!(
                "node {node} has root {root:?} at size {size}, another had {known:?}"
            ));
        }
        if let Some(state_root) = state_root {
            let known = *self.state_roots.entry(*size).or_insert(*state_root);
            if known != *state_root {
                return Err(format!(
                    "node {node} has state root {state_root:?} at size {size}, another had {known:?}"
                ));
            }
        }
        Ok(())
    }
}
