//! When a checkpoint is final: cosigned by nodes of more than half of the voting organisations, each for what it applied itself, and by as
//! many witnesses as the voting set asks for.

use super::{Checkpoint, Note, SignatureLine, key_id, key_name, witness_message};
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
    let mut hearing = Hearing::new(note.checkpoint(), set)?;
    for line in note.lines() {
        hearing.hear(line)?;
    }
    hearing.finality()
}

/// A checkpoint whose lines are heard one after the other; each is verified once.
#[derive(Clone, Debug)]
pub struct Hearing {
    checkpoint: Checkpoint,
    text: String,
    set: v1::VotingSet,
    lines: Vec<SignatureLine>,
    organisations: BTreeSet<String>,
    witnesses: Vec<(String, u64)>,
}

impl Hearing {
    /// Nothing is heard yet.
    ///
    /// # Errors
    /// [`Error::VotingSet`] if the checkpoint names another set.
    pub fn new(checkpoint: &Checkpoint, set: &v1::VotingSet) -> Result<Self, Error> {
        let digest = voting_set_digest(&checkpoint.network_id, &set.encode_to_vec());
        if checkpoint.members_version != set.version || checkpoint.members_digest != digest {
            return Err(Error::VotingSet {
                found: checkpoint.members_version,
                expected: set.version,
            });
        }
        Ok(Self {
            text: checkpoint.text(),
            checkpoint: checkpoint.clone(),
            set: set.clone(),
            lines: Vec::new(),
            organisations: BTreeSet::new(),
            witnesses: Vec::new(),
        })
    }

    /// What is to become final.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who may sign.
    #[must_use]
    pub fn set(&self) -> &v1::VotingSet {
        &self.set
    }

    /// The lines that were heard.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::new(self.checkpoint.clone(), self.lines.clone())
    }

    /// Verifies a line and counts it; whether its name was not heard before.
    ///
    /// # Errors
    /// [`Error::CheckpointSigner`], [`Error::Signature`].
    pub fn hear(&mut self, line: &SignatureLine) -> Result<bool, Error> {
        if self.lines.iter().any(|known| known.name == line.name) {
            return Ok(false);
        }
        let network = &self.checkpoint.network_id;
        let stranger = || Error::CheckpointSigner {
            name: line.name.clone(),
        };
        if let Some(time_ms) = line.witnessed_at_ms {
            let witness = self
                .set
                .witnesses
                .iter()
                .find(|witness| witness.name == line.name)
                .ok_or_else(stranger)?;
            let key = PublicKey::from_uncompressed(&witness.key)?;
            if key_id(&line.name, &key) != line.key_id {
                return Err(stranger());
            }
            let message = witness_message(time_ms, &self.text);
            Domain::Witness.verify(network, &message, &key, &line.signature, &line.name)?;
            self.witnesses.push((line.name.clone(), time_ms));
        } else {
            let (organisation, key) = voter(&self.set, &line.name).ok_or_else(stranger)?;
            let key = PublicKey::from_uncompressed(key)?;
            if key_id(&line.name, &key) != line.key_id {
                return Err(stranger());
            }
            Domain::Checkpoint.verify(
                network,
                self.text.as_bytes(),
                &key,
                &line.signature,
                &line.name,
            )?;
            let organisation = organisation.to_owned();
            self.organisations.insert(organisation);
        }
        self.lines.push(line.clone());
        Ok(true)
    }

    /// Voting organisations that have to sign.
    fn needed(&self) -> usize {
        self.set.voters.len() / 2 + 1
    }

    /// Whether enough organisations have signed, so that only witnesses are wanting.
    #[must_use]
    pub fn is_cosigned(&self) -> bool {
        self.organisations.len() >= self.needed()
    }

    /// Who made it final.
    ///
    /// # Errors
    /// [`Error::NotFinal`].
    pub fn finality(&self) -> Result<Finality, Error> {
        let witnesses_needed = self.set.witnesses_required as usize;
        if !self.is_cosigned() || self.witnesses.len() < witnesses_needed {
            return Err(Error::NotFinal {
                organisations: self.organisations.len(),
                organisations_needed: self.needed(),
                witnesses: self.witnesses.len(),
                witnesses_needed,
            });
        }
        let mut witnesses = self.witnesses.clone();
        witnesses.sort();
        Ok(Finality {
            organisations: self.organisations.iter().cloned().collect(),
            organisations_voting: self.set.voters.len(),
            witnesses,
        })
    }
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
