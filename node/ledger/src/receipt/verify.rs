//! Judging a receipt, offline.

use super::summary::{self, Summary};
use super::{FORMAT, kind_word};
use crate::checkpoint::{self, Checkpoint, Finality, Note};
use crate::domain::NetworkId;
use crate::envelope;
use crate::genesis::Founded;
use crate::state::{self, key};
use crate::time::rfc3339;
use crate::tree::{LOG, ROWS};
use crate::v1::{self, ReceiptKind};
use crate::{Error, canonical, map, recovery, rows};
use crypto_sm::certificate::Certificate;
use crypto_sm::sm2::PublicKey;
use crypto_sm::sm3::Digest;

/// The network that a verifier expects: its id, from a source that it trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkPin(pub NetworkId);

/// Codes of everything that a receipt can prove, in the order in which they are named.
pub const PROVED: &[&str] = &[
    "network",
    "entry",
    "recovery",
    "time",
    "signature",
    "sender",
    "accepted",
    "refused",
    "rows",
    "results",
    "inventory",
    "import",
    "row",
    "current",
    "superseded",
    "finality",
    "witnesses",
];

/// Codes of everything that a receipt does not prove, in the order in which they are named.
pub const NOT_PROVED: &[&str] = &[
    "network_unknown",
    "single_signer",
    "sender_name",
    "clock",
    "current",
    "rows_withheld",
    "source_data",
    "filing",
];

/// Something that a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// One of [`PROVED`].
    pub code: &'static str,
    /// Values that a sentence about it may name.
    pub fields: Vec<(&'static str, String)>,
}

/// The verdict on a consistent receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// Id of the network that the receipt belongs to.
    pub network_id: NetworkId,
    /// Whether that is the network that the verifier expects. Without it the receipt is consistent but proves nothing: anybody can mint a
    /// network.
    pub network_known: bool,
    /// Index of the entry.
    pub index: u64,
    /// The final checkpoint.
    pub checkpoint: Checkpoint,
    /// Who made it final.
    pub finality: Finality,
    /// Recoveries from a lost quorum on the way to it, in order.
    pub recoveries: Vec<v1::Recovery>,
    /// What is proved.
    pub proved: Vec<Fact>,
    /// What is not proved: codes of [`NOT_PROVED`].
    pub not_proved: Vec<&'static str>,
    /// The content for people.
    pub summary: Summary,
}

/// Judges a receipt.
///
/// # Errors
/// The first thing that is wrong. [`Error::Pin`] if it belongs to another network than `pin`.
pub fn verify_receipt(
    receipt: &v1::Receipt,
    pin: Option<NetworkPin>,
) -> Result<Verification, Error> {
    verify_receipt_with(receipt, pin, None)
}

/// As [`verify_receipt`], for many receipts of one network: a receipt that holds these very bytes of genesis is spared from checking them again.
///
/// # Errors
/// Those of [`verify_receipt`].
pub fn verify_receipt_with(
    receipt: &v1::Receipt,
    pin: Option<NetworkPin>,
    known: Option<&Founded>,
) -> Result<Verification, Error> {
    if receipt.format != FORMAT {
        return Err(Error::Format {
            what: "receipt",
            found: receipt.format,
        });
    }
    let kind = ReceiptKind::try_from(receipt.kind).unwrap_or_default();
    if kind == ReceiptKind::Unspecified {
        return Err(Error::Value {
            what: "receipt.kind",
            value: receipt.kind.to_string(),
        });
    }
    let network_id = canonical::digest("receipt.network_id", &receipt.network_id)?;
    if let Some(NetworkPin(expected)) = pin
        && expected != network_id
    {
        return Err(Error::Pin {
            found: hex::encode(network_id),
            expected: hex::encode(expected),
        });
    }
    let trust = receipt.trust.as_ref().ok_or(Error::Missing {
        what: "receipt.trust",
    })?;
    let parsed;
    let founded = match known.filter(|known| known.bytes() == trust.genesis) {
        Some(known) => known,
        None => {
            parsed = parse_genesis(&trust.genesis)?;
            &parsed
        }
    };
    if founded.network_id() != network_id {
        return Err(Error::Network {
            found: hex::encode(founded.network_id()),
            expected: hex::encode(network_id),
        });
    }
    let note = Note::parse(&receipt.checkpoint)?;
    let checkpoint = note.checkpoint().clone();
    let followed = follow(founded, trust, &note)?;
    let path = rows::digests(&receipt.inclusion).ok_or(Error::Inclusion {
        index: receipt.index,
    })?;
    let found = LOG.root_from_path(
        &LOG.leaf(&receipt.entry),
        receipt.index,
        checkpoint.size,
        &path,
    );
    if found != Some(checkpoint.root) {
        return Err(Error::Inclusion {
            index: receipt.index,
        });
    }
    let mut proof = Verification {
        network_id,
        network_known: pin.is_some(),
        index: receipt.index,
        checkpoint,
        finality: followed.finality,
        recoveries: followed
            .recoveries
            .iter()
            .map(|signed| signed.recovery.clone())
            .collect(),
        proved: Vec::new(),
        not_proved: Vec::new(),
        summary: Summary::default(),
    };
    proof.add(
        "network",
        vec![
            ("network", founded.genesis().name.clone()),
            ("network_id", hex::encode(network_id)),
        ],
    );
    let size = proof.checkpoint.size.to_string();
    proof.add(
        "entry",
        vec![("index", receipt.index.to_string()), ("size", size)],
    );
    for signed in &followed.recoveries {
        let fields = vec![
            ("index", signed.recovery.size.to_string()),
            ("base", signed.recovery.base.to_string()),
            ("organisations", signed.organisations.join(", ")),
            ("time", rfc3339(signed.recovery.time_ms)),
            ("reason", signed.recovery.reason.clone()),
        ];
        proof.add("recovery", fields);
    }
    judge_entry(&mut proof, founded, receipt, kind)?;
    judge_state(&mut proof, receipt)?;
    conclude(&mut proof);
    proof.summary = summary::summarize(receipt, kind, founded, &proof)?;
    Ok(proof)
}

impl Verification {
    fn add(&mut self, code: &'static str, fields: Vec<(&'static str, String)>) {
        debug_assert!(PROVED.contains(&code), "{code}");
        self.proved.push(Fact { code, fields });
    }

    /// Whether something is proved.
    #[must_use]
    pub fn proves(&self, code: &str) -> bool {
        self.proved.iter().any(|fact| fact.code == code)
    }
}

/// Genesis of a trust file.
///
/// # Errors
/// Those of [`Founded::parse`], as format errors.
pub(crate) fn parse_genesis(signed: &[u8]) -> Result<Founded, Error> {
    Founded::parse(signed).map_err(malformed)
}

/// A refusal inside genesis is a format error here.
fn malformed(refusal: crate::refusal::Refusal) -> Error {
    match refusal {
        crate::refusal::Refusal::Malformed(error) => error,
        _ => Error::Receipt { part: "genesis" },
    }
}

/// What a trust file leads to.
pub(crate) struct Followed {
    /// Who made the checkpoint final.
    pub finality: Finality,
    /// Recoveries on the way, in order.
    pub recoveries: Vec<recovery::Signed>,
    /// The voting sets that were replaced on the way, in order.
    pub replaced: Vec<v1::VotingSet>,
}

/// Follows the trust file from genesis to the receipt's checkpoint and judges that.
pub(crate) fn follow(
    founded: &Founded,
    trust: &v1::TrustFile,
    note: &Note,
) -> Result<Followed, Error> {
    let network = founded.network_id();
    let mut recoveries = Vec::new();
    let mut replaced = Vec::new();
    let mut set = founded.voting_set();
    let mut base = (1, LOG.leaf(&founded.entry()));
    for change in &trust.changes {
        let step = Note::parse(&change.checkpoint)?;
        continues(base, step.checkpoint(), &network, &change.consistency)?;
        let recovered = match &change.recovery {
            None => {
                checkpoint::judge(&step, &set)?;
                None
            }
            Some(proof) => Some(continued(founded, proof, &set, base, &step)?),
        };
        let proof = change.voting_set.as_ref().ok_or(Error::Missing {
            what: "trust.voting_set",
        })?;
        let wrong = || Error::StateProof {
            key: key::VOTING_SET.to_owned(),
        };
        if proof.key != key::VOTING_SET
            || !holds(proof, &step.checkpoint().state_root)?
            || proof.value.is_empty()
        {
            return Err(wrong());
        }
        let value = state::parse(key::VOTING_SET, &proof.value).map_err(|_| wrong())?;
        // Right after the entry that made the change: a later checkpoint would leave entries in between to the judgement of nobody.
        let size = step.checkpoint().size;
        let expected = value.index.saturating_add(1);
        if size != expected {
            return Err(Error::MembersSize {
                found: size,
                expected,
            });
        }
        let Some(v1::state_value::Value::VotingSet(next)) = value.value else {
            return Err(wrong());
        };
        if next.version != set.version + 1 {
            return Err(Error::VotingSet {
                found: next.version,
                expected: set.version + 1,
            });
        }
        if let Some(signed) = recovered {
            if signed.recovery.voting_set.as_ref() != Some(&next) {
                return Err(Error::Recovery { part: "voting set" });
            }
            checkpoint::judge(&step, &next)?;
            recoveries.push(signed);
        }
        replaced.push(std::mem::replace(&mut set, next));
        base = (step.checkpoint().size, step.checkpoint().root);
    }
    continues(base, note.checkpoint(), &network, &trust.consistency)?;
    Ok(Followed {
        finality: checkpoint::judge(note, &set)?,
        recoveries,
        replaced,
    })
}

/// A recovery stands right before the checkpoint of its change, keeps what was final, and is signed by enough of those who voted before.
fn continued(
    founded: &Founded,
    proof: &v1::RecoveryProof,
    set: &v1::VotingSet,
    base: (u64, Digest),
    step: &Note,
) -> Result<recovery::Signed, Error> {
    let network = founded.network_id();
    let wrong = |part| Error::Recovery { part };
    let signed = recovery::parse(&network, &proof.entry, set, &|name| {
        founded.authority_key(name).ok_or(wrong("signer"))
    })?;
    let (size, stated) = (step.checkpoint().size, &signed.recovery);
    let path = rows::digests(&proof.inclusion).ok_or(wrong("inclusion"))?;
    let leaf = LOG.leaf(&proof.entry);
    let included = LOG.root_from_path(&leaf, stated.size, size, &path);
    if stated.size.checked_add(1) != Some(size) || included != Some(step.checkpoint().root) {
        return Err(wrong("inclusion"));
    }
    if stated.checkpoint.is_empty() {
        let bare = proof.before.is_empty() && proof.after.is_empty();
        if stated.base != base.0 || !bare {
            return Err(wrong("base"));
        }
        return Ok(signed);
    }
    let last = Note::parse(&stated.checkpoint)?;
    checkpoint::judge(&last, set)?;
    let last = last.checkpoint();
    if last.size != stated.base {
        return Err(wrong("base"));
    }
    continues(base, last, &network, &proof.before)?;
    continues(
        (last.size, last.root),
        step.checkpoint(),
        &network,
        &proof.after,
    )?;
    Ok(signed)
}

fn continues(
    base: (u64, Digest),
    next: &Checkpoint,
    network: &NetworkId,
    proof: &[Vec<u8>],
) -> Result<(), Error> {
    if next.network_id != *network {
        return Err(Error::Network {
            found: hex::encode(next.network_id),
            expected: hex::encode(network),
        });
    }
    let path = rows::digests(proof);
    let good =
        path.is_some_and(|path| LOG.continues(base.0, &base.1, next.size, &next.root, &path));
    if good {
        Ok(())
    } else {
        Err(Error::Consistency {
            from: base.0,
            to: next.size,
        })
    }
}

/// Whether a state proof belongs to a root.
pub(crate) fn holds(proof: &v1::StateProof, root: &Digest) -> Result<bool, Error> {
    let wrong = || Error::StateProof {
        key: proof.key.clone(),
    };
    let siblings = rows::digests(&proof.siblings).ok_or_else(wrong)?;
    if !proof.value.is_empty() {
        return Ok(
            proof.other.is_none() && map::verify_present(root, &proof.key, &proof.value, &siblings)
        );
    }
    let other = match &proof.other {
        Some(leaf) => Some((
            canonical::digest("state leaf", &leaf.key_hash)?,
            canonical::digest("state leaf", &leaf.value_hash)?,
        )),
        None => None,
    };
    Ok(map::verify_absent(
        root,
        &proof.key,
        &siblings,
        other.as_ref().map(|(key, value)| (key, value)),
    ))
}

fn judge_entry(
    proof: &mut Verification,
    founded: &Founded,
    receipt: &v1::Receipt,
    kind: ReceiptKind,
) -> Result<(), Error> {
    let entry: v1::Entry = canonical::decode("entry", &receipt.entry)?;
    let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
        let bare =
            receipt.rows.is_empty() && receipt.results.is_empty() && receipt.sender_key.is_empty();
        if kind != ReceiptKind::Entry || !bare || !receipt.sender_certificate.is_empty() {
            return Err(Error::Receipt { part: "kind" });
        }
        return Ok(());
    };
    let outcome = entry
        .outcome
        .as_ref()
        .ok_or(Error::Receipt { part: "outcome" })?;
    let outer = envelope::Outer::parse(&proof.network_id, &entry.envelope)?;
    if outcome.index != receipt.index || outcome.id != outer.id() {
        return Err(Error::Receipt { part: "outcome" });
    }
    proof.add("time", vec![("time", rfc3339(outcome.time_ms))]);
    if receipt.sender_key.is_empty() {
        if !receipt.sender_certificate.is_empty() {
            return Err(Error::Receipt {
                part: "sender_certificate",
            });
        }
        if kind != ReceiptKind::Entry || !receipt.rows.is_empty() || !receipt.results.is_empty() {
            return Err(Error::Receipt { part: "sender_key" });
        }
    } else {
        judge_sender(proof, founded, receipt, outer.body()?)?;
    }
    if outcome.code.is_empty() {
        proof.add("accepted", Vec::new());
    } else {
        proof.add("refused", vec![("code", outcome.code.clone())]);
    }
    if let Ok(parsed) = outer.body() {
        let body = parsed.body();
        rows::verify(&receipt.rows, &body.rows_root, body.row_count)?;
        rows::verify(
            &receipt.results,
            &outcome.results_root,
            outcome.result_count,
        )?;
        let held = |rows: &[v1::ProvedRow], count: u32| {
            vec![
                ("held", rows.len().to_string()),
                ("count", count.to_string()),
            ]
        };
        if !receipt.rows.is_empty() {
            proof.add("rows", held(&receipt.rows, body.row_count));
        }
        if !receipt.results.is_empty() {
            proof.add("results", held(&receipt.results, outcome.result_count));
        }
        let withheld = receipt.rows.len() < body.row_count as usize
            || receipt.results.len() < outcome.result_count as usize;
        if withheld {
            proof.not_proved.push("rows_withheld");
        }
        judge_kind(proof, receipt, kind, body, outcome)?;
    }
    Ok(())
}

/// Who signed: always the key; the name only if a founder's CA vouches for it.
fn judge_sender(
    proof: &mut Verification,
    founded: &Founded,
    receipt: &v1::Receipt,
    parsed: envelope::Parsed,
) -> Result<(), Error> {
    let sender_key = PublicKey::from_uncompressed(&receipt.sender_key)?;
    let verified = parsed.verify(&sender_key)?;
    proof.add(
        "signature",
        vec![("key_id", hex::encode(&verified.body().sender))],
    );
    if receipt.sender_certificate.is_empty() {
        proof.not_proved.push("sender_name");
        return Ok(());
    }
    let certificate = Certificate::from_der(&receipt.sender_certificate)?;
    if *certificate.public_key() != sender_key {
        return Err(Error::Receipt {
            part: "sender_certificate",
        });
    }
    let organisation = certificate.subject_organisation().unwrap_or_default();
    let founder = founded
        .genesis()
        .organisations
        .iter()
        .filter_map(|founder| founder.organisation.as_ref())
        .find(|founder| founder.name == organisation)
        .ok_or(Error::Receipt {
            part: "sender_certificate",
        })?;
    let authority = Certificate::from_der(&founder.ca_certificate)?;
    // Validity was judged at enrolment and at the batch's time, by every node; here the chain counts, at a time when both were valid.
    let at_ms = certificate
        .validity()
        .not_before_ms
        .max(authority.validity().not_before_ms);
    certificate.verify_issued_by(&authority, at_ms)?;
    proof.add(
        "sender",
        vec![
            ("organisation", organisation.to_owned()),
            (
                "member",
                certificate
                    .subject_common_name()
                    .unwrap_or_default()
                    .to_owned(),
            ),
            (
                "role",
                certificate
                    .subject_organisational_unit()
                    .unwrap_or_default()
                    .to_owned(),
            ),
        ],
    );
    Ok(())
}

/// Whether the receipt is of the kind that it says.
fn judge_kind(
    proof: &mut Verification,
    receipt: &v1::Receipt,
    kind: ReceiptKind,
    body: &v1::Body,
    outcome: &v1::Outcome,
) -> Result<(), Error> {
    let wrong = Err(Error::Receipt { part: "kind" });
    match (kind, &outcome.head) {
        (ReceiptKind::Entry, _) => Ok(()),
        (ReceiptKind::Inventory, Some(v1::outcome::Head::Inventory(_))) => {
            proof.add("inventory", vec![("kind", kind_word(kind).to_owned())]);
            Ok(())
        }
        (ReceiptKind::Import, Some(v1::outcome::Head::Submitted(head))) => {
            proof.add(
                "import",
                vec![
                    ("import", hex::encode(&head.import_id)),
                    ("count", head.count.to_string()),
                ],
            );
            Ok(())
        }
        (
            ReceiptKind::Row,
            Some(v1::outcome::Head::Recorded(_) | v1::outcome::Head::Replaced(_)),
        ) => {
            if receipt.rows.is_empty() || receipt.rows.len() != receipt.results.len() {
                return wrong;
            }
            for (row, result) in receipt.rows.iter().zip(&receipt.results) {
                let calculated: v1::RowResult = canonical::decode("row result", &result.row)?;
                if row.position != result.position || calculated.row_leaf != ROWS.leaf(&row.row) {
                    return Err(Error::RowProof {
                        position: row.position,
                    });
                }
            }
            proof.add("row", vec![("kind", body.kind.clone())]);
            Ok(())
        }
        (ReceiptKind::Row, Some(v1::outcome::Head::Inventory(_)))
            if !receipt.results.is_empty() =>
        {
            proof.add("row", vec![("kind", body.kind.clone())]);
            Ok(())
        }
        _ => wrong,
    }
}

fn judge_state(proof: &mut Verification, receipt: &v1::Receipt) -> Result<(), Error> {
    let Some(state) = &receipt.state else {
        proof.not_proved.push("current");
        return Ok(());
    };
    if !holds(state, &proof.checkpoint.state_root)? {
        return Err(Error::StateProof {
            key: state.key.clone(),
        });
    }
    let fields = vec![
        ("key", state.key.clone()),
        ("time", rfc3339(proof.checkpoint.time_ms)),
    ];
    let value = if state.value.is_empty() {
        None
    } else {
        Some(state::parse(&state.key, &state.value)?)
    };
    // The state tells which entry wrote it last: that is this one, or a later one.
    match value {
        Some(value) if value.index == receipt.index => proof.add("current", fields),
        _ => {
            proof.add("superseded", fields);
            proof.not_proved.push("current");
        }
    }
    Ok(())
}

fn conclude(proof: &mut Verification) {
    let organisations = proof.finality.organisations.join(", ");
    let fields = vec![
        ("organisations", organisations),
        (
            "organisations_voting",
            proof.finality.organisations_voting.to_string(),
        ),
        ("time", rfc3339(proof.checkpoint.time_ms)),
    ];
    proof.add("finality", fields);
    if !proof.finality.witnesses.is_empty() {
        let names: Vec<&str> = proof
            .finality
            .witnesses
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let fields = vec![("witnesses", names.join(", "))];
        proof.add("witnesses", fields);
    }
    if !proof.network_known {
        proof.not_proved.push("network_unknown");
    }
    if proof.finality.is_single() {
        proof.not_proved.push("single_signer");
    }
    // A batch's time is the leader's clock; nobody outside the network vouches for it.
    if proof.finality.witnesses.is_empty() {
        proof.not_proved.push("clock");
    }
    proof.not_proved.extend(["source_data", "filing"]);
    let order = |code: &&str| NOT_PROVED.iter().position(|known| known == code);
    proof.not_proved.sort_by_key(order);
    proof.not_proved.dedup();
}
