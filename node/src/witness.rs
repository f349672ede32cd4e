//! A witness's key (protocol §3, §7): it cosigns checkpoints whose log continues everything that it signed before, and remembers that for ever
//! in a file of its own, which outlives the store. Whoever shows two histories to two readers needs the witness for both.

use crate::config::{self, Keys};
use crate::error::Error;
use crate::publish::is_cosigned;
use crate::store::Reading;
use crypto_sm::keystore::Key;
use crypto_sm::sm3::Digest;
use hengtan_ledger::checkpoint::{Note, SignatureLine};
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::{Error as LedgerError, checkpoint, log, tree};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Form of the memory's file.
const FORMAT: &str = "hengtan-witness-memory-1";

/// The key with its memory.
pub struct Witness {
    name: String,
    key: Key,
    path: PathBuf,
    /// One signature at a time.
    memory: Mutex<Memory>,
}

/// What the witness signed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    format: String,
    network_id: String,
    witness: String,
    /// Key id.
    key_id: String,
    /// 0 = nothing yet.
    size: u64,
    /// Root of the log at this size, hex; empty = nothing yet.
    root: String,
}

impl Memory {
    fn new(network: &NetworkId, witness: &str, key_id: &[u8; 32]) -> Self {
        Self {
            format: FORMAT.to_owned(),
            network_id: hex::encode(network),
            witness: witness.to_owned(),
            key_id: hex::encode(key_id),
            size: 0,
            root: String::new(),
        }
    }

    fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain JSON") + "\n"
    }

    fn root(&self) -> Option<Digest> {
        hex::decode(&self.root).ok()?.try_into().ok()
    }
}

/// Begins the memory of a new key.
///
/// # Errors
/// [`Error::FileUnwritable`], also if there is one: a memory is never begun again.
pub fn begin(
    path: &Path,
    network: &NetworkId,
    witness: &str,
    key_id: &[u8; 32],
) -> Result<(), Error> {
    let memory = Memory::new(network, witness, key_id);
    config::write_new(path, memory.to_text().as_bytes())
}

impl Witness {
    /// Opens key and memory.
    ///
    /// # Errors
    /// What is wrong with the key; [`Error::WitnessMemory`].
    pub fn open(
        settings: &config::Witness,
        keys: &Keys,
        network: &NetworkId,
    ) -> Result<Self, Error> {
        let place = Keys {
            pin_file: keys.pin_file.clone(),
            ..Keys::default()
        };
        let key = place.open(&settings.key, &|_| None)?;
        let path = settings.memory.clone();
        let damaged = || Error::WitnessMemory {
            path: path.display().to_string(),
        };
        let text = fs::read_to_string(&path).map_err(|_| damaged())?;
        let memory: Memory = serde_json::from_str(&text).map_err(|_| damaged())?;
        let begun = Memory::new(
            network,
            &settings.name,
            key.public_key().key_id().as_bytes(),
        );
        let ours = Memory {
            size: 0,
            root: String::new(),
            ..memory.clone()
        } == begun;
        if !ours || (memory.size > 0) != memory.root().is_some() {
            return Err(damaged());
        }
        Ok(Self {
            name: settings.name.clone(),
            key,
            path,
            memory: Mutex::new(memory),
        })
    }

    /// Its name on the ledger.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Signs a checkpoint that enough organisations have cosigned, that this node has too, and that continues what was signed before.
    ///
    /// # Errors
    /// [`Error::WitnessUnregistered`], the ledger's `NotFinal`, [`Error::CheckpointDiffers`], [`Error::WitnessPast`],
    /// [`Error::WitnessContradicted`]; failures of key, file and store.
    pub fn cosign(
        &self,
        reading: &Reading<'_>,
        note: &Note,
        now_ms: u64,
    ) -> Result<SignatureLine, Error> {
        let checkpoint = note.checkpoint();
        let size = checkpoint.size;
        let set = reading.voting_set(checkpoint.members_version)?;
        let own = self.key.public_key().to_uncompressed();
        let registered = set
            .witnesses
            .iter()
            .any(|witness| witness.name == self.name && witness.key == own);
        if !registered {
            return Err(Error::WitnessUnregistered {
                witness: self.name.clone(),
            });
        }
        if !is_cosigned(note, &set) {
            return Err(checkpoint::judge(note, &set)
                .err()
                .unwrap_or(LedgerError::VotingSet {
                    found: checkpoint.members_version,
                    expected: set.version,
                })
                .into());
        }
        let known = match reading.final_note()? {
            Some(last) if last.checkpoint().size == size => Some(last.checkpoint().clone()),
            _ => reading.checkpoint(size)?,
        };
        if known.as_ref() != Some(checkpoint) {
            return Err(Error::CheckpointDiffers {
                size,
                node: String::new(),
            });
        }
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = memory.size;
        if size < signed {
            return Err(Error::WitnessPast {
                signed,
                wanted: size,
            });
        }
        if let Some(root) = memory.root() {
            // The log under this very root, not what this node believes to have signed.
            let proof = log::consistency(reading, signed, size)?;
            if !tree::LOG.continues(signed, &root, size, &checkpoint.root, &proof) {
                return Err(Error::WitnessContradicted {
                    signed,
                    wanted: size,
                });
            }
        }
        let next = Memory {
            size,
            root: hex::encode(checkpoint.root),
            ..memory.clone()
        };
        if *memory != next {
            self.keep(&next)?;
            *memory = next;
        }
        Ok(checkpoint.witness_with(&self.name, now_ms, &self.key)?)
    }

    /// On disk before any signature leaves: under another name, synced, renamed, and the folder too.
    fn keep(&self, memory: &Memory) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::FileUnwritable {
            path: self.path.display().to_string(),
            detail: error.to_string(),
        };
        let new = self.path.with_extension("new");
        let mut file = File::create(&new).map_err(failed)?;
        file.write_all(memory.to_text().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        fs::rename(&new, &self.path).map_err(failed)?;
        match self.path.parent() {
            Some(folder) => File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(failed),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
