//! Receipts: assembled from a node's ledger and the signatures of those that had the same roots at that size.

use crate::founders::{Founders, ORGANISATIONS_VOTING, node, organisation};
use crypto_sm::sm3::Digest;
use hengtan_ledger::checkpoint::{Checkpoint, Note, SignatureLine};
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{self, Evidence, NetworkPin};
use hengtan_ledger::v1::{self, ReceiptKind};
use prost::Message;
use rand::rngs::StdRng;

/// The signature of the node at `position` under a checkpoint that it applied itself; nothing if its organisation does not
/// vote.
pub fn cosign(
    founders: &Founders,
    position: usize,
    checkpoint: &Checkpoint,
    rng: &mut StdRng,
) -> Option<SignatureLine> {
    if position >= ORGANISATIONS_VOTING {
        return None;
    }
    let key = &founders.statement_keys[position];
    checkpoint
        .sign(&organisation(position), &node(position), key, rng)
        .ok()
}

/// A receipt for the entry at `index`, if the signatures make the checkpoint final.
pub fn issue(
    founders: &Founders,
    memory: &Memory,
    index: u64,
    checkpoint: Checkpoint,
    lines: Vec<SignatureLine>,
) -> Result<Vec<u8>, hengtan_ledger::Error> {
    let note = Note::new(checkpoint, lines);
    let evidence = Evidence {
        founded: &founders.founded,
        changes: &[],
        note: &note,
        nodes: memory,
        view: memory,
    };
    let entry = memory.entry(index).unwrap_or_default();
    let kind = ReceiptKind::Entry;
    let receipt = receipt::assemble(&evidence, kind, index, entry, None, None, None)?;
    Ok(receipt.encode_to_vec())
}

/// What a verified receipt is about.
#[derive(Debug)]
pub struct Seen {
    /// Index of its entry.
    pub index: u64,
    /// Size of its checkpoint.
    pub size: u64,
    /// Root of its checkpoint.
    pub root: Digest,
}

/// Verifies a receipt as a stranger does who knows the network's id.
pub fn verify(founders: &Founders, bytes: &[u8]) -> Result<Seen, String> {
    let receipt = v1::Receipt::decode(bytes).map_err(|error| error.to_string())?;
    let pin = NetworkPin(founders.founded.network_id());
    let verdict = receipt::verify_receipt_with(&receipt, Some(pin), Some(&founders.founded))
        .map_err(|error| error.to_string())?;
    Ok(Seen {
        index: verdict.index,
        size: verdict.checkpoint.size,
        root: verdict.checkpoint.root,
    })
}
