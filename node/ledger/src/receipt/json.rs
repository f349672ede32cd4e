//! Receipts as files for people: JSON with digests in hex and other bytes in base64, and the readable summary in front. There is one text for
//! one receipt: whatever else is in a file, be it a space, makes it another text, and it is refused.

use super::summary::Summary;
use super::verify::{NetworkPin, Verification, verify_receipt, verify_receipt_with};
use super::{FORMAT, ReceiptKind, kind_word};
use crate::genesis::Founded;
use crate::{Error, v1};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

const FORMAT_NAME: &str = "hengtan-receipt/1";

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    summary: &'a Summary,
    receipt: Content,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    format: String,
    #[serde(rename = "summary")]
    _summary: IgnoredAny,
    receipt: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    kind: String,
    network_id: String,
    index: u64,
    entry: String,
    inclusion: Vec<String>,
    rows: Vec<Row>,
    results: Vec<Row>,
    checkpoint: Vec<String>,
    sender_key: String,
    sender_certificate: String,
    state: Option<State>,
    trust: Trust,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    position: u32,
    row: String,
    proof: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    key: String,
    value: String,
    siblings: Vec<String>,
    other: Option<Leaf>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaf {
    key_hash: String,
    value_hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trust {
    genesis: String,
    changes: Vec<Change>,
    consistency: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    checkpoint: Vec<String>,
    consistency: Vec<String>,
    voting_set: Option<State>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recovery: Option<Recovery>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recovery {
    entry: String,
    inclusion: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
}

/// The text of a receipt, which must be a good one: its summary is derived from what it proves.
///
/// # Errors
/// Those of [`verify_receipt`].
pub fn to_json(receipt: &v1::Receipt) -> Result<String, Error> {
    let verified = verify_receipt(receipt, None)?;
    Ok(text(receipt, &verified.summary))
}

/// Reads the receipt in a text without judging it.
///
/// # Errors
/// [`Error::ReceiptText`] if the text is not of this form.
pub fn from_json(text: &str) -> Result<v1::Receipt, Error> {
    let read: Read = serde_json::from_str(text).map_err(|error| Error::ReceiptText {
        line: error.line().max(1),
    })?;
    let malformed = Error::ReceiptText { line: 1 };
    if read.format != FORMAT_NAME {
        return Err(malformed);
    }
    to_message(read.receipt).ok_or(malformed)
}

/// Reads a text and judges the receipt in it; the text must be exactly the one that this receipt has.
///
/// # Errors
/// [`Error::ReceiptText`] names the first line that differs; those of [`verify_receipt`].
pub fn verify_json(found: &str, pin: Option<NetworkPin>) -> Result<Verification, Error> {
    verify_json_with(found, pin, None)
}

/// As [`verify_json`], for many receipts of one network.
///
/// # Errors
/// Those of [`verify_json`].
pub fn verify_json_with(
    found: &str,
    pin: Option<NetworkPin>,
    known: Option<&Founded>,
) -> Result<Verification, Error> {
    let receipt = from_json(found)?;
    let verified = verify_receipt_with(&receipt, pin, known)?;
    let own = text(&receipt, &verified.summary);
    if own == found {
        return Ok(verified);
    }
    let lines = own.split('\n').zip(found.split('\n'));
    let same = lines.take_while(|(own, found)| own == found).count();
    Err(Error::ReceiptText { line: same + 1 })
}

fn text(receipt: &v1::Receipt, summary: &Summary) -> String {
    let written = Written {
        format: FORMAT_NAME,
        summary,
        receipt: to_content(receipt),
    };
    let mut text = serde_json::to_string_pretty(&written).expect("strings and numbers are JSON");
    text.push('\n');
    text
}

fn hexes(fields: &[Vec<u8>]) -> Vec<String> {
    fields.iter().map(hex::encode).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn to_content(receipt: &v1::Receipt) -> Content {
    let rows = |rows: &[v1::ProvedRow]| {
        rows.iter()
            .map(|row| Row {
                position: row.position,
                row: STANDARD.encode(&row.row),
                proof: hexes(&row.proof),
            })
            .collect()
    };
    let trust = receipt.trust.clone().unwrap_or_default();
    Content {
        kind: kind_word(receipt.kind()).to_owned(),
        network_id: hex::encode(&receipt.network_id),
        index: receipt.index,
        entry: STANDARD.encode(&receipt.entry),
        inclusion: hexes(&receipt.inclusion),
        rows: rows(&receipt.rows),
        results: rows(&receipt.results),
        checkpoint: lines(&receipt.checkpoint),
        sender_key: STANDARD.encode(&receipt.sender_key),
        sender_certificate: STANDARD.encode(&receipt.sender_certificate),
        state: receipt.state.as_ref().map(to_state),
        trust: Trust {
            genesis: STANDARD.encode(&trust.genesis),
            changes: trust
                .changes
                .iter()
                .map(|change| Change {
                    checkpoint: lines(&change.checkpoint),
                    consistency: hexes(&change.consistency),
                    voting_set: change.voting_set.as_ref().map(to_state),
                    recovery: change.recovery.as_ref().map(|proof| Recovery {
                        entry: STANDARD.encode(&proof.entry),
                        inclusion: hexes(&proof.inclusion),
                        before: hexes(&proof.before),
                        after: hexes(&proof.after),
                    }),
                })
                .collect(),
            consistency: hexes(&trust.consistency),
        },
    }
}

fn to_state(proof: &v1::StateProof) -> State {
    State {
        key: proof.key.clone(),
        value: STANDARD.encode(&proof.value),
        siblings: hexes(&proof.siblings),
        other: proof.other.as_ref().map(|leaf| Leaf {
            key_hash: hex::encode(&leaf.key_hash),
            value_hash: hex::encode(&leaf.value_hash),
        }),
    }
}

fn unhexes(fields: &[String]) -> Option<Vec<Vec<u8>>> {
    fields.iter().map(|field| hex::decode(field).ok()).collect()
}

fn unlines(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

fn to_message(content: Content) -> Option<v1::Receipt> {
    let bytes = |text: &str| STANDARD.decode(text).ok();
    let rows = |rows: Vec<Row>| {
        rows.into_iter()
            .map(|row| {
                Some(v1::ProvedRow {
                    position: row.position,
                    row: bytes(&row.row)?,
                    proof: unhexes(&row.proof)?,
                })
            })
            .collect::<Option<Vec<_>>>()
    };
    let kinds = [
        ReceiptKind::Entry,
        ReceiptKind::Inventory,
        ReceiptKind::Import,
        ReceiptKind::Row,
    ];
    let kind = kinds
        .into_iter()
        .find(|kind| kind_word(*kind) == content.kind)?;
    let changes = content
        .trust
        .changes
        .into_iter()
        .map(|change| {
            Some(v1::MembershipChange {
                checkpoint: unlines(&change.checkpoint),
                consistency: unhexes(&change.consistency)?,
                voting_set: match change.voting_set {
                    Some(state) => Some(to_state_message(state)?),
                    None => None,
                },
                recovery: match change.recovery {
                    Some(proof) => Some(v1::RecoveryProof {
                        entry: bytes(&proof.entry)?,
                        inclusion: unhexes(&proof.inclusion)?,
                        before: unhexes(&proof.before)?,
                        after: unhexes(&proof.after)?,
                    }),
                    None => None,
                },
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(v1::Receipt {
        format: FORMAT,
        kind: kind as i32,
        network_id: hex::decode(&content.network_id).ok()?,
        entry: bytes(&content.entry)?,
        index: content.index,
        inclusion: unhexes(&content.inclusion)?,
        rows: rows(content.rows)?,
        results: rows(content.results)?,
        checkpoint: unlines(&content.checkpoint),
        trust: Some(v1::TrustFile {
            genesis: bytes(&content.trust.genesis)?,
            changes,
            consistency: unhexes(&content.trust.consistency)?,
        }),
        state: match content.state {
            Some(state) => Some(to_state_message(state)?),
            None => None,
        },
        sender_key: bytes(&content.sender_key)?,
        sender_certificate: bytes(&content.sender_certificate)?,
    })
}

fn to_state_message(state: State) -> Option<v1::StateProof> {
    let other = match state.other {
        Some(leaf) => Some(v1::StateLeaf {
            key_hash: hex::decode(leaf.key_hash).ok()?,
            value_hash: hex::decode(leaf.value_hash).ok()?,
        }),
        None => None,
    };
    Some(v1::StateProof {
        key: state.key,
        value: STANDARD.decode(state.value).ok()?,
        siblings: unhexes(&state.siblings)?,
        other,
    })
}
