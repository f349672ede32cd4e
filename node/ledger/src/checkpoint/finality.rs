//! When a checkpoint is final: cosigned by nodes of more than half of the voting organisations, each for what it applied itself, and by as
//! many witnesses as the voting set asks for.

use super::{Note, key_id, key_name, witness_message};
use crate::domain::{Domain, voting_set_digest};
use crate::{Error, v1};
use crypto_sm::sm2::PublicKey;
use prost::Message;
use std::collections::BTreeSet;

/// Who made a checkpoint final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finality {
    /// Voting organisations that cosigned, ascending.
    pub organisations: Vec<String>,
    /// How many voting organisations there are.
    pub organisations_voting: usize,
    /// Witnesses that cosigned, with their time in milliseconds; ascending.
    pub witnesses: Vec<(String, u64)>,
}

impl Finality {
    /// One signer is no consensus.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.organisations_voting == 1
    }
}

/// Judges a note by a voting set. Every line must be a valid signature of a member of the set: a line that proves nothing has no place in
/// something that is handed on.
///
/// # Errors
/// [`Error::VotingSet`], [`Error::CheckpointSigner`], [`Error::Signature`], [`Error::NotFinal`].
pub fn judge(note: &Note, set: &v1::VotingSet) -> Result<Finality, Error> {
    let checkpoint = note.checkpoint();
    let network = &checkpoint.network_id;
    let digest = voting_set_digest(network, &set.encode_to_vec());
    if checkpoint.members_version != set.version || checkpoint.members_digest != digest {
        return Err(Error::VotingSet {
            found: checkpoint.members_version,
            expected: set.version,
        });
    }
    let text = checkpoint.text();
    let mut organisations = BTreeSet::new();
    let mut witnesses = Vec::new();
    for line in note.lines() {
        let stranger = || Error::CheckpointSigner {
            name: line.name.clone(),
        };
        if let Some(time_ms) = line.witnessed_at_ms {
            let witness = set
                .witnesses
                .iter()
                .find(|witness| witness.name == line.name)
                .ok_or_else(stranger)?;
            let key = PublicKey::from_uncompressed(&witness.key)?;
            if key_id(&line.name, &key) != line.key_id {
                return Err(stranger());
            }
            let message = witness_message(time_ms, &text);
            Domain::Witness.verify(network, &message, &key, &line.signature, &line.name)?;
            witnesses.push((line.name.clone(), time_ms));
        } else {
            let (organisation, key) = voter(set, &line.name).ok_or_else(stranger)?;
            let key = PublicKey::from_uncompressed(key)?;
            if key_id(&line.name, &key) != line.key_id {
                return Err(stranger());
            }
            Domain::Checkpoint.verify(
                network,
                text.as_bytes(),
                &key,
                &line.signature,
                &line.name,
            )?;
            organisations.insert(organisation.to_owned());
        }
    }
    let needed = set.voters.len() / 2 + 1;
    let witnesses_needed = set.witnesses_required as usize;
    if organisations.len() < needed || witnesses.len() < witnesses_needed {
        return Err(Error::NotFinal {
            organisations: organisations.len(),
            organisations_needed: needed,
            witnesses: witnesses.len(),
            witnesses_needed,
        });
    }
    Ok(Finality {
        organisations: organisations.into_iter().collect(),
        organisations_voting: set.voters.len(),
        witnesses,
    })
}

/// Organisation and key of a node that may cosign.
fn voter<'a>(set: &'a v1::VotingSet, name: &str) -> Option<(&'a str, &'a [u8])> {
    set.voters.iter().find_map(|voter| {
        voter
            .nodes
            .iter()
            .find(|node| key_name(&voter.organisation, &node.name).is_ok_and(|known| known == name))
            .map(|node| (voter.organisation.as_str(), node.statement_key.as_slice()))
    })
}
