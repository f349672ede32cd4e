//! A receipt that was issued verifies for ever: at once, and at the end of the run against what the network became.

use super::{Facts, Property};
use crate::event::{Content, EnvelopeId, Event};
use crate::founders::founders;
use crate::receipt;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Every issued receipt verifies for ever.
#[derive(Default)]
pub struct LastingReceipt {
    issued: Vec<(EnvelopeId, Bytes)>,
    roots: BTreeMap<u64, Content>,
}

impl Property for LastingReceipt {
    fn name(&self) -> &'static str {
        "lasting_receipt"
    }

    fn judge(&mut self, _: &Facts, event: &Event) -> Result<(), String> {
        match event {
            Event::Receipt { id, receipt, .. } => {
                receipt::verify(founders(), &receipt.0)
                    .map_err(|error| format!("the receipt for {id:?} does not verify: {error}"))?;
                self.issued.push((*id, receipt.0.clone()));
                Ok(())
            }
            Event::Applied { size, root, .. } => {
                self.roots.insert(*size, *root);
                Ok(())
            }
            Event::Final { envelopes, .. } => {
                for (id, bytes) in &self.issued {
                    let seen = receipt::verify(founders(), bytes)
                        .map_err(|error| format!("the receipt for {id:?}: {error}"))?;
                    let stands = envelopes.contains(&(*id, seen.index));
                    let known = self.roots.get(&seen.size) == Some(&Content::of(&seen.root));
                    if !stands || !known {
                        return Err(format!(
                            "the receipt for {id:?} at index {} of size {} is about another ledger",
                            seen.index, seen.size
                        ));
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
