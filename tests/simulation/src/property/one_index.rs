//! An envelope has one index, however often and to whomever it is sent.

use super::{Facts, Property};
use crate::event::{EnvelopeId, Event};
use std::collections::BTreeMap;

/// One envelope, one index.
#[derive(Default)]
pub struct OneIndex {
    indexes: BTreeMap<EnvelopeId, u64>,
}

impl OneIndex {
    fn take(&mut self, id: EnvelopeId, index: u64) -> Result<(), String> {
        let known = *self.indexes.entry(id).or_insert(index);
        if known == index {
            Ok(())
        } else {
            Err(format!("{id:?} stands at index {known} and at {index}"))
        }
    }
}

impl Property for OneIndex {
    fn name(&self) -> &'static str {
        "one_index"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Acknowledged { id, index, .. } => self.take(*id, *index),
            Event::Final { envelopes, .. } => envelopes
                .iter()
                .try_for_each(|(id, index)| self.take(*id, *index)),
            _ => Ok(()),
        }
    }
}
