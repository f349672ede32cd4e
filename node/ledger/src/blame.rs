//! Proof of misconduct, for anybody (protocol §5): two headers where there may be one, a header over an envelope that nobody signed, two roots for one
//! size, a statement against a final checkpoint. Delay and reordering leave a ticket at most, which is evidence and no proof: a verdict says which it is.

use crate::checkpoint::{self, Note};
use crate::domain::{Domain, NetworkId, signed_envelopes_digest};
use crate::envelope;
use crate::genesis::Founded;
use crate::log::{self, NodeReader};
use crate::map::PageReader;
use crate::receipt::{self, NetworkPin};
use crate::state::{self, View, key};
use crate::time::rfc3339;
use crate::tree::LOG;
use crate::v1::blame::Evidence;
use crate::{Error, batch, canonical, rows, ticket, v1};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_sm::sm2::PublicKey;
use prost::Message;
use serde::{Deserialize, Serialize};

/// Format number of [`v1::Blame`].
pub const FORMAT: u32 = 1;

const FORMAT_NAME: &str = "hengtan-blame/1";

/// Codes of everything that somebody can be blamed for, in the order of [`Evidence`].
pub const KINDS: &[&str] = &[
    "two_headers",
    "forged_envelope",
    "two_roots",
    "against_final",
    "ticket",
];

/// The verdict on evidence that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Id of the network.
    pub network_id: NetworkId,
    /// Whether that is the network that the verifier expects.
    pub network_known: bool,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// Whether it proves misconduct; else it is evidence of delay only.
    pub proof: bool,
    /// Organisation of the accused node.
    pub organisation: String,
    /// Its name.
    pub node: String,
    /// Key id of its statement key, hex.
    pub key_id: String,
    /// Values that a sentence about it may name.
    pub fields: Vec<(&'static str, String)>,
}

/// What an accuser has beside the evidence.
#[derive(Clone, Copy)]
pub struct Accuser<'a> {
    /// The network.
    pub founded: &'a Founded,
    /// Changes of members since genesis, in order.
    pub changes: &'a [v1::MembershipChange],
    /// A final checkpoint, with the state that it names.
    pub note: &'a Note,
    /// Nodes of the log.
    pub nodes: &'a dyn NodeReader,
    /// Pages of the state.
    pub pages: &'a dyn PageReader,
    /// The state.
    pub view: &'a dyn View,
}

/// Puts a blame together and judges it: what does not hold is not handed out.
///
/// # Errors
/// [`Error::Blame`]; those of [`verify`]; [`Error::Unreadable`].
pub fn make(
    accuser: &Accuser<'_>,
    statement_key: &PublicKey,
    evidence: Evidence,
) -> Result<v1::Blame, Error> {
    let key = statement_key.to_uncompressed().to_vec();
    let founding = accuser
        .founded
        .genesis()
        .nodes
        .iter()
        .any(|node| node.statement_key == key);
    let needs_final = matches!(evidence, Evidence::Final(_) | Evidence::Ticket(_));
    let mut blame = v1::Blame {
        format: FORMAT,
        network_id: accuser.founded.network_id().to_vec(),
        statement_key: key.clone(),
        trust: Some(v1::TrustFile {
            genesis: accuser.founded.bytes().to_vec(),
            ..Default::default()
        }),
        checkpoint: String::new(),
        node: None,
        evidence: Some(evidence),
    };
    if !founding || needs_final {
        let from = match accuser.changes.last() {
            Some(change) => Note::parse(&change.checkpoint)?.checkpoint().size,
            None => 1,
        };
        let consistency = log::consistency(accuser.nodes, from, accuser.note.checkpoint().size)?;
        blame.trust = Some(v1::TrustFile {
            genesis: accuser.founded.bytes().to_vec(),
            changes: accuser.changes.to_vec(),
            consistency: consistency.iter().map(|hash| hash.to_vec()).collect(),
        });
        blame.checkpoint = accuser.note.to_text();
    }
    if !founding {
        let known = state::list::<v1::Node>(accuser.view, key::NODES)?
            .into_iter()
            .find(|(_, node)| node.statement_key == key);
        let (place, _) = known.ok_or(Error::Blame { part: "node" })?;
        blame.node = Some(receipt::state_proof(accuser.pages, accuser.view, &place)?);
    }
    verify(&blame, None)?;
    Ok(blame)
}

/// Judges a blame.
///
/// # Errors
/// [`Error::Blame`] names the part that fails; [`Error::Pin`] if it is about another network than `pin`; those of genesis and trust file.
pub fn verify(blame: &v1::Blame, pin: Option<NetworkPin>) -> Result<Verdict, Error> {
    if blame.format != FORMAT {
        return Err(Error::Format {
            what: "blame",
            found: blame.format,
        });
    }
    let network = canonical::digest("blame.network_id", &blame.network_id)?;
    if let Some(NetworkPin(expected)) = pin
        && expected != network
    {
        return Err(Error::Pin {
            found: hex::encode(network),
            expected: hex::encode(expected),
        });
    }
    let trust = blame.trust.as_ref().ok_or(Error::Missing {
        what: "blame.trust",
    })?;
    let founded = receipt::parse_genesis(&trust.genesis)?;
    if founded.network_id() != network {
        return Err(Error::Network {
            found: hex::encode(founded.network_id()),
            expected: hex::encode(network),
        });
    }
    let checkpoint = if blame.checkpoint.is_empty() {
        if !trust.changes.is_empty() || !trust.consistency.is_empty() {
            return Err(Error::Blame { part: "trust" });
        }
        None
    } else {
        let note = Note::parse(&blame.checkpoint)?;
        receipt::follow(&founded, trust, &note)?;
        Some(note)
    };
    let accused = PublicKey::from_uncompressed(&blame.statement_key)?;
    let node = node(blame, &founded, checkpoint.as_ref())?;
    let judge = Judge {
        network,
        key: accused,
        name: checkpoint::key_name(&node.organisation, &node.name)?,
        checkpoint,
    };
    let evidence = blame.evidence.as_ref().ok_or(Error::Missing {
        what: "blame.evidence",
    })?;
    let (kind, fields) = match evidence {
        Evidence::Headers(headers) => ("two_headers", judge.headers(headers)?),
        Evidence::Envelope(forged) => ("forged_envelope", judge.envelope(forged)?),
        Evidence::Roots(roots) => ("two_roots", judge.roots(roots)?),
        Evidence::Final(against) => ("against_final", judge.against(against)?),
        Evidence::Ticket(ticket) => ("ticket", judge.ticket(ticket)?),
    };
    Ok(Verdict {
        network_id: network,
        network_known: pin.is_some(),
        kind,
        proof: kind != "ticket",
        organisation: node.organisation,
        node: node.name,
        key_id: hex::encode(judge.key.key_id().as_bytes()),
        fields,
    })
}

/// Whose key it is: a founder's node, or one that the state of the final checkpoint holds.
fn node(
    blame: &v1::Blame,
    founded: &Founded,
    checkpoint: Option<&Note>,
) -> Result<v1::Node, Error> {
    let wrong = Error::Blame { part: "node" };
    let node = match &blame.node {
        None => founded
            .genesis()
            .nodes
            .iter()
            .find(|node| node.statement_key == blame.statement_key)
            .cloned()
            .ok_or(wrong)?,
        Some(proof) => {
            let note = checkpoint.ok_or(wrong.clone())?;
            if proof.value.is_empty() || !receipt::holds(proof, &note.checkpoint().state_root)? {
                return Err(wrong);
            }
            let value = state::parse(&proof.key, &proof.value).map_err(|_| wrong.clone())?;
            match value.value {
                Some(v1::state_value::Value::Node(node))
                    if proof.key == key::node(&node.name)
                        && node.statement_key == blame.statement_key =>
                {
                    node
                }
                _ => return Err(wrong),
            }
        }
    };
    Ok(node)
}

type Fields = Vec<(&'static str, String)>;

struct Judge {
    network: NetworkId,
    key: PublicKey,
    /// `<organisation>/<node>`
    name: String,
    checkpoint: Option<Note>,
}

impl Judge {
    /// A header by the accused.
    fn header(&self, signed: Option<&v1::SignedHeader>) -> Result<v1::Header, Error> {
        let signed = signed.ok_or(Error::Blame { part: "header" })?;
        let header = batch::parse_header(&signed.header)?;
        if header.leader != self.key.key_id().as_bytes() {
            return Err(Error::Blame { part: "header" });
        }
        Domain::Batch.verify(
            &self.network,
            &signed.header,
            &self.key,
            &signed.signature,
            &self.name,
        )?;
        Ok(header)
    }

    fn headers(&self, headers: &v1::TwoHeaders) -> Result<Fields, Error> {
        let first = self.header(headers.first.as_ref())?;
        let second = self.header(headers.second.as_ref())?;
        if first == second {
            return Err(Error::Blame {
                part: "same header",
            });
        }
        if first.term != second.term
            || (first.previous != second.previous && first.counter != second.counter)
        {
            return Err(Error::Blame {
                part: "different place",
            });
        }
        let same = if first.counter == second.counter {
            "counter"
        } else {
            "previous"
        };
        Ok(vec![
            ("term", first.term.to_string()),
            ("same", same.to_owned()),
            ("first", rfc3339(first.time_ms)),
            ("second", rfc3339(second.time_ms)),
        ])
    }

    fn envelope(&self, forged: &v1::ForgedEnvelope) -> Result<Fields, Error> {
        let header = self.header(forged.header.as_ref())?;
        // Headers of the first format say nothing about the signatures below them.
        if header.format < 2 {
            return Err(Error::Blame {
                part: "header format",
            });
        }
        let digests = rows::digests(&forged.digests).ok_or(Error::Blame { part: "digests" })?;
        let outer = envelope::Outer::parse(&self.network, &forged.envelope)?;
        let held = digests.get(forged.position as usize) == Some(&outer.digest())
            && header.count as usize == digests.len()
            && header.envelopes_digest == signed_envelopes_digest(&digests);
        if !held {
            return Err(Error::Blame { part: "digests" });
        }
        let parsed = outer.body()?;
        let sender = PublicKey::from_uncompressed(&forged.sender_key)?;
        if parsed.body().sender != sender.key_id().as_bytes() {
            return Err(Error::Blame { part: "sender key" });
        }
        let kind = parsed.body().kind.clone();
        if parsed.verify(&sender).is_ok() {
            return Err(Error::Blame {
                part: "good signature",
            });
        }
        Ok(vec![
            ("term", header.term.to_string()),
            ("kind", kind),
            ("sender", hex::encode(sender.key_id().as_bytes())),
            ("id", hex::encode(outer.id())),
        ])
    }

    /// A note of this network with a valid line of the accused.
    fn note(&self, text: &str) -> Result<Note, Error> {
        let note = Note::parse(text)?;
        let checkpoint = note.checkpoint();
        if checkpoint.network_id != self.network {
            return Err(Error::Blame { part: "note" });
        }
        let line = note
            .lines()
            .iter()
            .find(|line| line.name == self.name && line.witnessed_at_ms.is_none())
            .ok_or(Error::Blame { part: "note" })?;
        Domain::Checkpoint.verify(
            &self.network,
            checkpoint.text().as_bytes(),
            &self.key,
            &line.signature,
            &self.name,
        )?;
        Ok(note)
    }

    fn roots(&self, roots: &v1::TwoRoots) -> Result<Fields, Error> {
        let (first, second) = (self.note(&roots.first)?, self.note(&roots.second)?);
        let (first, second) = (first.checkpoint(), second.checkpoint());
        // The text is a function of the log: any difference is one too many.
        if first.size != second.size || first == second {
            return Err(Error::Blame { part: "roots" });
        }
        Ok(vec![
            ("size", first.size.to_string()),
            ("first", hex::encode(first.root)),
            ("second", hex::encode(second.root)),
        ])
    }

    fn last(&self) -> Result<&checkpoint::Checkpoint, Error> {
        self.checkpoint
            .as_ref()
            .map(Note::checkpoint)
            .ok_or(Error::Blame { part: "checkpoint" })
    }

    fn against(&self, against: &v1::AgainstFinal) -> Result<Fields, Error> {
        let note = self.note(&against.note)?;
        let (stated, last) = (note.checkpoint(), self.last()?);
        let contradicts = if against.root.is_empty() && against.consistency.is_empty() {
            stated.size == last.size && stated != last
        } else {
            let root = canonical::digest("blame.root", &against.root)?;
            let path = rows::digests(&against.consistency).ok_or(Error::Blame {
                part: "consistency",
            })?;
            stated.size < last.size
                && LOG.continues(stated.size, &root, last.size, &last.root, &path)
                && root != stated.root
        };
        if !contradicts {
            return Err(Error::Blame {
                part: "no contradiction",
            });
        }
        Ok(vec![
            ("size", stated.size.to_string()),
            ("stated", hex::encode(stated.root)),
            ("final_size", last.size.to_string()),
        ])
    }

    fn ticket(&self, evidence: &v1::TicketEvidence) -> Result<Fields, Error> {
        let signed = evidence
            .ticket
            .as_ref()
            .ok_or(Error::Blame { part: "ticket" })?;
        let ticket = ticket::verify(&self.network, signed, &self.key)?;
        let due = ticket
            .accepted_at_ms
            .saturating_add(ticket.promised_within_ms);
        if self.last()?.time_ms <= due {
            return Err(Error::Blame { part: "not due" });
        }
        Ok(vec![
            ("id", hex::encode(&ticket.id)),
            ("accepted", rfc3339(ticket.accepted_at_ms)),
            ("due", rfc3339(due)),
            ("time", rfc3339(self.last()?.time_ms)),
        ])
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    kind: String,
    network_id: String,
    organisation: String,
    node: String,
    blame: String,
}

/// The file that is handed on; the blame must hold.
///
/// # Errors
/// Those of [`verify`].
pub fn to_json(blame: &v1::Blame) -> Result<String, Error> {
    let verdict = verify(blame, None)?;
    let file = File {
        format: FORMAT_NAME.to_owned(),
        kind: verdict.kind.to_owned(),
        network_id: hex::encode(verdict.network_id),
        organisation: verdict.organisation,
        node: verdict.node,
        blame: STANDARD.encode(blame.encode_to_vec()),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("strings are JSON");
    text.push('\n');
    Ok(text)
}

/// Reads a file and judges what is in it. There is one text for one blame, as for receipts.
///
/// # Errors
/// [`Error::ReceiptText`] names the first line that differs; those of [`verify`].
pub fn verify_json(found: &str, pin: Option<NetworkPin>) -> Result<Verdict, Error> {
    let malformed = |line: usize| Error::ReceiptText { line: line.max(1) };
    let file: File = serde_json::from_str(found).map_err(|error| malformed(error.line()))?;
    let bytes = STANDARD.decode(&file.blame).map_err(|_| malformed(7))?;
    let blame: v1::Blame = canonical::decode("blame", &bytes)?;
    let verdict = verify(&blame, pin)?;
    let own = to_json(&blame)?;
    if own == found {
        return Ok(verdict);
    }
    let lines = own.split('\n').zip(found.split('\n'));
    Err(malformed(
        lines.take_while(|(own, found)| own == found).count() + 1,
    ))
}
