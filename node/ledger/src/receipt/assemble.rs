//! Putting a receipt together from what a node stores.

use super::FORMAT;
use crate::checkpoint::Note;
use crate::genesis::Founded;
use crate::log::{self, NodeReader};
use crate::map::{self, Found, PageReader};
use crate::state::View;
use crate::v1::{self, ReceiptKind};
use crate::{Error, canonical, envelope, rows, state};
use crypto_sm::certificate::Certificate;

/// What a node has beside the entry.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The network.
    pub founded: &'a Founded,
    /// Changes of members since genesis, in order.
    pub changes: &'a [v1::MembershipChange],
    /// A final checkpoint that covers the entry.
    pub note: &'a Note,
    /// Nodes of the log.
    pub nodes: &'a dyn NodeReader,
    /// State, for the sender's certificate.
    pub view: &'a dyn View,
}

/// Rows to be proved: all rows below the root, and the positions of those that the receipt is to hold.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Every row below the root, in order.
    pub all: &'a [Vec<u8>],
    /// Positions wanted, ascending.
    pub positions: &'a [u32],
}

/// Makes a receipt for an entry. `current` proves that a state value is the current one; its pages must be those of the very state that the
/// checkpoint names.
///
/// # Errors
/// [`Error::Inclusion`] if the checkpoint does not cover the entry, [`Error::Unreadable`], [`Error::RowProof`].
pub fn assemble(
    evidence: &Evidence<'_>,
    kind: ReceiptKind,
    index: u64,
    entry: &[u8],
    rows: Option<Rows<'_>>,
    results: Option<Rows<'_>>,
    current: Option<(&dyn PageReader, &str)>,
) -> Result<v1::Receipt, Error> {
    let checkpoint = evidence.note.checkpoint();
    let field = |digests: Vec<[u8; 32]>| {
        digests
            .into_iter()
            .map(|digest| digest.to_vec())
            .collect::<Vec<_>>()
    };
    let prove = |rows: Option<Rows<'_>>| {
        rows.map_or(Ok(Vec::new()), |rows| rows::prove(rows.all, rows.positions))
    };
    let from = match evidence.changes.last() {
        Some(change) => Note::parse(&change.checkpoint)?.checkpoint().size,
        None => 1,
    };
    let (sender_key, sender_certificate) = sender(evidence, entry)?;
    Ok(v1::Receipt {
        format: FORMAT,
        kind: kind as i32,
        network_id: evidence.founded.network_id().to_vec(),
        entry: entry.to_vec(),
        index,
        inclusion: field(log::inclusion(evidence.nodes, index, checkpoint.size)?),
        rows: prove(rows)?,
        results: prove(results)?,
        checkpoint: evidence.note.to_text(),
        trust: Some(v1::TrustFile {
            genesis: evidence.founded.bytes().to_vec(),
            changes: evidence.changes.to_vec(),
            consistency: field(log::consistency(evidence.nodes, from, checkpoint.size)?),
        }),
        state: current
            .map(|(pages, key)| state_proof(pages, evidence.view, key))
            .transpose()?,
        sender_key,
        sender_certificate,
    })
}

/// What a trust file holds about a change of members: `note` is its final checkpoint, `from` the size of the one before it in the chain (1 for the first
/// change). Pages and view must be those of the very state that the checkpoint names.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::Consistency`].
pub fn membership_change(
    from: u64,
    note: &Note,
    nodes: &dyn NodeReader,
    pages: &dyn PageReader,
    view: &dyn View,
) -> Result<v1::MembershipChange, Error> {
    let consistency = log::consistency(nodes, from, note.checkpoint().size)?;
    Ok(v1::MembershipChange {
        checkpoint: note.to_text(),
        consistency: consistency.iter().map(|hash| hash.to_vec()).collect(),
        voting_set: Some(state_proof(pages, view, state::key::VOTING_SET)?),
        recovery: None,
    })
}

/// The same for a recovery: `entry` is its entry, right before the checkpoint of `note`, which the new set cosigned.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::Consistency`], [`Error::Recovery`].
pub fn recovery_change(
    from: u64,
    entry: &[u8],
    note: &Note,
    nodes: &dyn NodeReader,
    pages: &dyn PageReader,
    view: &dyn View,
) -> Result<v1::MembershipChange, Error> {
    let mut change = membership_change(from, note, nodes, pages, view)?;
    change.recovery = Some(recovery_proof(from, entry, note.checkpoint().size, nodes)?);
    Ok(change)
}

/// The part of it that proves the recovery: `size` is that right after its entry.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::Consistency`], [`Error::Recovery`].
pub fn recovery_proof(
    from: u64,
    entry: &[u8],
    size: u64,
    nodes: &dyn NodeReader,
) -> Result<v1::RecoveryProof, Error> {
    let read: v1::Entry = canonical::decode("entry", entry)?;
    let Some(v1::entry::Entry::Recovery(read)) = read.entry else {
        return Err(Error::Recovery { part: "entry" });
    };
    let recovery: v1::Recovery = canonical::decode("recovery", &read.recovery)?;
    let field = |path: Vec<[u8; 32]>| path.iter().map(|hash| hash.to_vec()).collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    if !recovery.checkpoint.is_empty() {
        before = field(log::consistency(nodes, from, recovery.base)?);
        after = field(log::consistency(nodes, recovery.base, size)?);
    }
    Ok(v1::RecoveryProof {
        entry: entry.to_vec(),
        inclusion: field(log::inclusion(nodes, recovery.size, size)?),
        before,
        after,
    })
}

/// Proof of a state value, or of its absence.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn state_proof(
    pages: &dyn PageReader,
    view: &dyn View,
    key: &str,
) -> Result<v1::StateProof, Error> {
    let proof = map::prove(pages, key)?;
    let value = view.value(key)?.unwrap_or_default();
    let (value, other) = match proof.found {
        Found::Present => (value, None),
        Found::Nothing => (Vec::new(), None),
        Found::Other {
            key_hash,
            value_hash,
        } => {
            let other = v1::StateLeaf {
                key_hash: key_hash.to_vec(),
                value_hash: value_hash.to_vec(),
            };
            (Vec::new(), Some(other))
        }
    };
    let siblings = proof
        .siblings
        .into_iter()
        .map(|sibling| sibling.to_vec())
        .collect();
    Ok(v1::StateProof {
        key: key.to_owned(),
        value,
        siblings,
        other,
    })
}

/// Key of an envelope's sender; with its certificate if a founder's CA issued it.
fn sender(evidence: &Evidence<'_>, entry: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let entry: v1::Entry = canonical::decode("entry", entry)?;
    let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
        return Ok((Vec::new(), Vec::new()));
    };
    let Ok(parsed) = envelope::Parsed::parse(&evidence.founded.network_id(), &entry.envelope)
    else {
        return Ok((Vec::new(), Vec::new()));
    };
    let member: Option<v1::Member> =
        state::find(evidence.view, &state::key::member(&parsed.body().sender))?;
    let Some(member) = member else {
        return Ok((Vec::new(), Vec::new()));
    };
    let certificate = Certificate::from_der(&member.certificate)?;
    let key = certificate.public_key();
    // An entry that was refused for its signature is attributed to nobody.
    if parsed.verify(key).is_err() {
        return Ok((Vec::new(), Vec::new()));
    }
    let founder = evidence
        .founded
        .genesis()
        .organisations
        .iter()
        .any(|founder| {
            founder
                .organisation
                .as_ref()
                .is_some_and(|organisation| organisation.name == member.organisation)
        });
    Ok((
        key.to_uncompressed().to_vec(),
        if founder {
            member.certificate
        } else {
            Vec::new()
        },
    ))
}
