//! Continuation after a lost quorum (protocol §8): the CA keys of more than half of the voting organisations say which log goes on and who votes. What
//! was final stays final; receipts beyond that are denounced by name.

use crate::checkpoint::{self, Note};
use crate::domain::{Domain, NetworkId};
use crate::execute::{Applied, Inputs, network_id};
use crate::log::{self, NodeReader};
use crate::receipt::Verification;
use crate::state::{self, Draft, View, key};
use crate::time::rfc3339;
use crate::{Error, canonical, command, field, v1};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey};
use prost::Message;

/// Format number of [`v1::Recovery`].
pub const FORMAT: u32 = 1;

/// An organisation's signature, by its CA key.
pub fn sign<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    recovery: &[u8],
    organisation: &str,
    ca_key: &SecretKey,
    rng: &mut R,
) -> v1::FounderSignature {
    v1::FounderSignature {
        organisation: organisation.to_owned(),
        signature: Domain::Recovery
            .sign(network, recovery, ca_key, rng)
            .to_vec(),
    }
}

/// The entry of a recovery with its signatures.
#[must_use]
pub fn entry(recovery: &v1::Recovery, mut signatures: Vec<v1::FounderSignature>) -> Vec<u8> {
    signatures.sort_by(|left, right| left.organisation.cmp(&right.organisation));
    let entry = v1::RecoveryEntry {
        recovery: recovery.encode_to_vec(),
        signatures,
    };
    v1::Entry {
        entry: Some(v1::entry::Entry::Recovery(entry)),
    }
    .encode_to_vec()
}

/// A recovery that enough organisations signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// What they agreed on.
    pub recovery: v1::Recovery,
    /// Who signed, ascending.
    pub organisations: Vec<String>,
}

/// Reads the bytes of an entry and checks form and signatures against the set that had lost its quorum. `authority_key` finds the key of a voting
/// organisation's CA where the set does not hold it.
///
/// # Errors
/// [`Error::Recovery`], [`Error::RecoverySigners`], [`Error::Signature`].
pub fn parse(
    network: &NetworkId,
    bytes: &[u8],
    set: &v1::VotingSet,
    authority_key: &dyn Fn(&str) -> Result<Vec<u8>, Error>,
) -> Result<Signed, Error> {
    let entry: v1::Entry = canonical::decode("entry", bytes)?;
    let Some(v1::entry::Entry::Recovery(entry)) = entry.entry else {
        return Err(Error::Recovery { part: "entry" });
    };
    let recovery: v1::Recovery = canonical::decode("recovery", &entry.recovery)?;
    if recovery.format != FORMAT {
        return Err(Error::Format {
            what: "recovery",
            found: recovery.format,
        });
    }
    if recovery.network_id != network {
        return Err(Error::Recovery { part: "network" });
    }
    canonical::digest("recovery.root", &recovery.root)?;
    field::text("recovery.reason", &recovery.reason, 1000)?;
    let next = recovery.voting_set.as_ref();
    if next.is_none_or(|next| next.version != set.version + 1) {
        return Err(Error::Recovery { part: "voting set" });
    }
    if recovery.base == 0 || recovery.base > recovery.size {
        return Err(Error::Recovery { part: "base" });
    }
    let names = entry.signatures.iter().map(|one| &one.organisation);
    if !field::ascending(names) {
        return Err(Error::Order {
            what: "recovery.signatures",
        });
    }
    let mut organisations = Vec::new();
    for signature in &entry.signatures {
        let voter = set
            .voters
            .iter()
            .find(|voter| voter.organisation == signature.organisation)
            .ok_or(Error::Recovery { part: "signer" })?;
        let bytes = if voter.authority_key.is_empty() {
            authority_key(&voter.organisation)?
        } else {
            voter.authority_key.clone()
        };
        Domain::Recovery.verify(
            network,
            &entry.recovery,
            &PublicKey::from_uncompressed(&bytes)?,
            &signature.signature,
            &voter.organisation,
        )?;
        organisations.push(voter.organisation.clone());
    }
    // More than half; of two that is both.
    let needed = set.voters.len() / 2 + 1;
    if organisations.len() < needed {
        return Err(Error::RecoverySigners {
            found: organisations.len(),
            needed,
        });
    }
    Ok(Signed {
        recovery,
        organisations,
    })
}

/// Applies the entry of a recovery to the log and state that are kept.
///
/// # Errors
/// Those of [`parse`]; [`Error::Recovery`] if it is about another log or names nodes that there are not; [`Error::Unreadable`].
pub fn apply(inputs: &Inputs<'_>, nodes: &dyn NodeReader, bytes: &[u8]) -> Result<Applied, Error> {
    let view = inputs.view;
    let network = network_id(view)?;
    let value = state::read(view, key::VOTING_SET)?;
    let set_index = value.map_or(0, |value| value.index);
    let set: v1::VotingSet = state::require(view, key::VOTING_SET)?;
    let signed = parse(&network, bytes, &set, &|name| {
        command::authority_key(&state::require(view, &key::organisation(name))?)
    })?;
    let recovery = signed.recovery;
    let kept =
        recovery.size == inputs.next_index && recovery.root == log::root(nodes, recovery.size)?;
    if !kept {
        return Err(Error::Recovery { part: "kept log" });
    }
    if recovery.checkpoint.is_empty() {
        if recovery.base != set_index + 1 {
            return Err(Error::Recovery { part: "base" });
        }
    } else {
        let note = Note::parse(&recovery.checkpoint)?;
        checkpoint::judge(&note, &set)?;
        let stated = note.checkpoint();
        let ours = stated.network_id == network
            && stated.size == recovery.base
            && stated.size > set_index + 1
            && stated.root == log::root(nodes, stated.size)?;
        if !ours {
            return Err(Error::Recovery { part: "checkpoint" });
        }
    }
    let next = recovery.voting_set.unwrap_or_default();
    check_set(view, &set, &next)?;
    let mut chain: v1::ChainState = state::require(view, key::CHAIN)?;
    if recovery.time_ms < chain.time_ms {
        return Err(Error::BatchTime {
            found: rfc3339(recovery.time_ms),
            previous: rfc3339(chain.time_ms),
        });
    }
    // Raft begins anew, with a term of its own; the chain of headers and the counters go on.
    chain.term = 0;
    chain.time_ms = recovery.time_ms;
    let mut draft = Draft::new(view, inputs.next_index, recovery.time_ms);
    draft.write(key::CHAIN, chain)?;
    for (place, mut organisation) in state::list::<v1::Organisation>(view, key::ORGANISATIONS)? {
        let votes = next
            .voters
            .iter()
            .any(|voter| voter.organisation == organisation.name);
        if organisation.voting != votes {
            organisation.voting = votes;
            draft.write(&place, organisation)?;
        }
    }
    draft.write(key::VOTING_SET, next.clone())?;
    Ok(Applied {
        network_id: network,
        first_index: inputs.next_index,
        time_ms: recovery.time_ms,
        entries: vec![bytes.to_vec()],
        placements: Vec::new(),
        state_writes: draft.into_writes(),
        content_writes: Vec::new(),
        id_writes: Vec::new(),
        void: None,
        judge: next,
    })
}

/// The new set has nodes that take part, of organisations that voted, with the keys that the state holds; nothing else changes by a recovery.
fn check_set(view: &dyn View, set: &v1::VotingSet, next: &v1::VotingSet) -> Result<(), Error> {
    let wrong = Error::Recovery { part: "voting set" };
    command::check_set(next).map_err(|_| wrong.clone())?;
    if !field::ascending(next.voters.iter().map(|voter| &voter.organisation)) {
        return Err(wrong);
    }
    for voter in &next.voters {
        let voted = set
            .voters
            .iter()
            .any(|known| known.organisation == voter.organisation);
        let organisation: v1::Organisation =
            state::require(view, &key::organisation(&voter.organisation))?;
        let fits = voted && voter.authority_key == command::authority_key(&organisation)?;
        let nodes_fit =
            !voter.nodes.is_empty() && field::ascending(voter.nodes.iter().map(|node| &node.name));
        if !fits || !nodes_fit {
            return Err(wrong);
        }
        for named in &voter.nodes {
            let node = state::find::<v1::Node>(view, &key::node(&named.name))?;
            let known = node.is_some_and(|node| {
                node.organisation == voter.organisation
                    && node.statement_key == named.statement_key
                    && node.removed_at_ms == 0
            });
            if !known {
                return Err(wrong);
            }
        }
    }
    let witnessed =
        next.witnesses == set.witnesses && next.witnesses_required <= set.witnesses_required;
    if witnessed { Ok(()) } else { Err(wrong) }
}

/// Whether a receipt stands on what a recovery gave up: a checkpoint beyond its base that does not follow from it.
#[must_use]
pub fn denounces(recovery: &v1::Recovery, verified: &Verification) -> bool {
    let same_network = verified.network_id.as_slice() == recovery.network_id;
    let follows = verified.recoveries.iter().any(|known| known == recovery);
    same_network && !follows && verified.checkpoint.size > recovery.base
}
