//! Checkpoints: what this node signs about its log, and when it is final (protocol §7). Outside the state machine.
//!
//! [`Publisher`] keeps the promises: what is signed once is never signed otherwise, and what is final is what this node has too.
//! [`Round`] gathers the signatures of others for a checkpoint that is to become final.

use crate::error::Error;
use crate::store::{Reading, Store, Vow, Writing, meta};
use crypto_sm::keystore::Key;
use hengtan_ledger::checkpoint::{self, Checkpoint, Hearing, Note, SignatureLine};
use hengtan_ledger::{Error as LedgerError, log, receipt, v1};
use prost::Message as _;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Signs checkpoints of this node, and takes those that are final.
pub struct Publisher {
    store: Arc<dyn Store>,
    organisation: String,
    node: String,
    key: Key,
    /// One promise at a time.
    promising: Mutex<()>,
    /// Size of the newest final checkpoint.
    size: watch::Sender<u64>,
}

impl Publisher {
    /// A publisher that begins where the store ended.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn open(
        store: Arc<dyn Store>,
        organisation: &str,
        node: &str,
        key: Key,
    ) -> Result<Self, Error> {
        let size = Reading::new(&*store)
            .final_note()?
            .map_or(0, |note| note.checkpoint().size);
        Ok(Self {
            store,
            organisation: organisation.to_owned(),
            node: node.to_owned(),
            key,
            promising: Mutex::default(),
            size: watch::Sender::new(size),
        })
    }

    /// Size of the newest final checkpoint, as it grows.
    #[must_use]
    pub fn size(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// The checkpoint to make final next, with the voting set that judges it; nothing if all is final. It is the newest, but one that
    /// changes the members is never passed over: those behind it are judged by other members.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn next(&self) -> Result<Option<Round>, Error> {
        let reading = Reading::new(&*self.store);
        let mut chosen: Option<Checkpoint> = None;
        for size in reading.checkpoint_sizes()? {
            let Some(next) = reading.checkpoint(size)? else {
                continue;
            };
            if chosen
                .as_ref()
                .is_some_and(|chosen| chosen.members_version != next.members_version)
            {
                break;
            }
            chosen = Some(next);
        }
        let Some(checkpoint) = chosen else {
            // Also where a snapshot has brought what is final.
            let newest = reading
                .final_note()?
                .map_or(0, |note| note.checkpoint().size);
            self.reached(newest);
            return Ok(None);
        };
        Ok(Some(Round::new(&reading, &checkpoint)?))
    }

    fn reached(&self, newest: u64) {
        self.size.send_if_modified(|known| {
            let grown = newest > *known;
            *known = newest.max(*known);
            grown
        });
    }

    /// This node's signature; nothing if it does not vote.
    ///
    /// # Errors
    /// [`Error::CheckpointConflict`]: this node signed other roots before, or more than this.
    pub fn sign(&self, round: &Round) -> Result<Option<SignatureLine>, Error> {
        let votes = round.voters().any(|(organisation, node)| {
            organisation == self.organisation
                && node.name == self.node
                && node.statement_key == self.key.public_key().to_uncompressed()
        });
        if !votes {
            return Ok(None);
        }
        let checkpoint = round.checkpoint();
        self.promise(checkpoint)?;
        let line = checkpoint.sign_with(&self.organisation, &self.node, &self.key)?;
        Ok(Some(line))
    }

    /// Makes durable that nothing else will be signed for this size, and no smaller size, before any signature exists.
    fn promise(&self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let _alone = self
            .promising
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let vow = Reading::new(&*self.store).vow()?;
        if let Some(vow) = vow
            && !vow.allows(checkpoint)
        {
            return Err(Error::CheckpointConflict {
                signed: vow.size,
                wanted: checkpoint.size,
            });
        }
        if vow != Some(Vow::of(checkpoint)) {
            let mut writing = Writing::new();
            writing.put_meta(meta::VOW, Vow::of(checkpoint).to_bytes());
            self.store.write(writing.into_changes(), true)?;
        }
        Ok(())
    }

    /// Cosigns another node's checkpoint if this node has the same roots at its size, which it must have reached; or gives the final one
    /// that it knows already.
    ///
    /// # Errors
    /// [`Error::CheckpointDiffers`], [`Error::CheckpointConflict`], [`Error::NotFinal`] before a change of members that is not final yet;
    /// the ledger's [`LedgerError::CheckpointSigner`] if this node does not vote.
    pub fn cosign(&self, wanted: &Checkpoint, asker: &str) -> Result<Note, Error> {
        let reading = Reading::new(&*self.store);
        if let Some(note) = next_final(&reading, wanted.size.saturating_sub(1))? {
            return Ok(note);
        }
        if reading.checkpoint(wanted.size)?.as_ref() != Some(wanted) {
            return Err(Error::CheckpointDiffers {
                size: wanted.size,
                node: asker.to_owned(),
            });
        }
        if let Some(change) = skipped(&reading, wanted)? {
            return Err(Error::NotFinal { index: change });
        }
        match self.sign(&Round::new(&reading, wanted)?)? {
            Some(line) => Ok(Note::new(wanted.clone(), vec![line])),
            None => Err(LedgerError::CheckpointSigner {
                name: format!("{}/{}", self.organisation, self.node),
            }
            .into()),
        }
    }

    /// What two nodes have signed for one size that is not the same: the other's note, and this node's own beside it. Nothing if no line of the
    /// other note proves anything.
    ///
    /// # Errors
    /// [`Error::CheckpointConflict`] if this node has promised something else meanwhile; failures of the store.
    pub fn difference(&self, theirs: &Note) -> Result<Option<Difference>, Error> {
        let reading = Reading::new(&*self.store);
        let mut round = Round::new(&reading, theirs.checkpoint())?;
        if !round.add(theirs) {
            return Ok(None);
        }
        let ours = match reading.checkpoint(theirs.checkpoint().size)? {
            Some(checkpoint) => {
                let line = self.sign(&Round::new(&reading, &checkpoint)?)?;
                line.map(|line| Note::new(checkpoint, vec![line]))
            }
            // No batch ends there for this node, which is a difference too.
            None => None,
        };
        Ok(Some(Difference {
            theirs: theirs.clone(),
            ours,
        }))
    }

    /// Takes a final checkpoint, from wherever it comes. This node must have reached its size.
    ///
    /// # Errors
    /// What is wrong with the note; [`Error::FinalContradicts`]: it is final, and this node has something else. It must not go on.
    pub fn accept(&self, note: &Note) -> Result<u64, Error> {
        self.take(note, true)
    }

    /// Takes what a round has made final: its lines are verified.
    ///
    /// # Errors
    /// [`LedgerError::NotFinal`]; those of [`Publisher::accept`].
    pub fn finish(&self, round: &Round) -> Result<u64, Error> {
        round.hearing.finality()?;
        self.take(&round.so_far(), false)
    }

    fn take(&self, note: &Note, judge: bool) -> Result<u64, Error> {
        let _alone = self
            .promising
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let reading = Reading::new(&*self.store);
        let checkpoint = note.checkpoint();
        let size = checkpoint.size;
        let known = reading.final_note()?;
        if let Some(known) = &known
            && known.checkpoint().size >= size
        {
            // Older, or the same: nothing new, unless a snapshot has brought it.
            self.reached(known.checkpoint().size);
            return Ok(known.checkpoint().size);
        }
        if let Some(change) = skipped(&reading, checkpoint)? {
            return Err(Error::NotFinal { index: change });
        }
        if judge {
            checkpoint::judge(note, &reading.voting_set(checkpoint.members_version)?)?;
        }
        if reading.checkpoint(size)?.as_ref() != Some(checkpoint) {
            return Err(Error::FinalContradicts { size });
        }
        let mut writing = Writing::new();
        writing.put_meta(meta::FINAL, note.to_text());
        if is_witnessed(note) {
            writing.put_meta(meta::WITNESSED, note.to_text());
        }
        if let Some(proof) = reading.meta(&meta::change(size))? {
            let mut changes = reading.changes()?;
            changes.push(change(&reading, &changes, note, &proof)?);
            let trust = v1::TrustFile {
                changes,
                ..v1::TrustFile::default()
            };
            writing.put_meta(meta::CHANGES, trust.encode_to_vec());
        }
        for earlier in reading
            .checkpoint_sizes()?
            .into_iter()
            .take_while(|earlier| *earlier <= size)
        {
            writing.remove_checkpoint(earlier);
        }
        self.store.write(writing.into_changes(), false)?;
        self.size.send_replace(size);
        Ok(size)
    }

    /// Takes what witnesses have added to a checkpoint that is final here or an older one; whether it was new.
    ///
    /// # Errors
    /// What is wrong with the note; [`Error::FinalContradicts`]; [`Error::NotFinal`] if it is beyond what is final here.
    pub fn take_witnessed(&self, note: &Note) -> Result<bool, Error> {
        let _alone = self
            .promising
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let reading = Reading::new(&*self.store);
        let checkpoint = note.checkpoint();
        let size = checkpoint.size;
        checkpoint::judge(note, &reading.voting_set(checkpoint.members_version)?)?;
        let last = reading
            .final_note()?
            .filter(|last| last.checkpoint().size >= size)
            .ok_or(Error::NotFinal {
                index: size.saturating_sub(1),
            })?;
        let ours = if last.checkpoint().size == size {
            last.checkpoint() == checkpoint
        } else {
            log::root(&reading, size)? == checkpoint.root
        };
        if !ours {
            return Err(Error::FinalContradicts { size });
        }
        let known = reading.witnessed_note()?;
        let newest = known
            .as_ref()
            .is_none_or(|known| known.checkpoint().size <= size);
        if !is_witnessed(note) || !newest {
            return Ok(false);
        }
        // Lines of several witnesses come one after the other.
        let mut lines = note.lines().to_vec();
        for other in known.iter().chain([&last]) {
            if other.checkpoint() == checkpoint {
                lines.extend(other.lines().iter().cloned());
            }
        }
        let note = Note::new(checkpoint.clone(), lines);
        if known.as_ref() == Some(&note) {
            return Ok(false);
        }
        let mut writing = Writing::new();
        writing.put_meta(meta::WITNESSED, note.to_text());
        if last.checkpoint() == checkpoint {
            writing.put_meta(meta::FINAL, note.to_text());
        }
        self.store.write(writing.into_changes(), false)?;
        Ok(true)
    }

    /// What a node that knows a final checkpoint of `size` takes next: the newest one, but the next one that changes the members is never passed
    /// over. Nothing if there is none that is larger.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn beyond(&self, size: u64) -> Result<Option<Note>, Error> {
        next_final(&Reading::new(&*self.store), size)
    }

    /// Signs what is to become final next, and takes it if this node's word suffices. Call it only when everything that this node ever
    /// acknowledged is applied again: before, the log is shorter than what was signed.
    ///
    /// # Errors
    /// [`Error::CheckpointConflict`]: this node signed other roots before, or more than it has. It must not go on.
    pub fn begin(&self) -> Result<Option<Round>, Error> {
        let Some(mut round) = self.next()? else {
            return Ok(None);
        };
        if let Some(line) = self.sign(&round)? {
            round.hear(&line);
        }
        if round.is_final() {
            self.finish(&round)?;
            return Ok(None);
        }
        Ok(Some(round))
    }
}

/// The final checkpoint that follows one of `size`: the next that changed the members, else the newest.
fn next_final(reading: &Reading<'_>, size: u64) -> Result<Option<Note>, Error> {
    for change in reading.changes()? {
        let note = Note::parse(&change.checkpoint)?;
        if note.checkpoint().size > size {
            return Ok(Some(note));
        }
    }
    let note = reading.final_note()?;
    Ok(note.filter(|note| note.checkpoint().size > size))
}

/// Size of a change of members that is not final here, and that a checkpoint would pass over: those behind it are judged by other members.
fn skipped(reading: &Reading<'_>, checkpoint: &Checkpoint) -> Result<Option<u64>, Error> {
    let Some(size) = reading.checkpoint_sizes()?.first().copied() else {
        return Ok(None);
    };
    let first = reading.checkpoint(size)?;
    let passed = first.filter(|first| first.members_version != checkpoint.members_version);
    Ok(passed.map(|first| first.size))
}

/// Whether a note is final but for the lines of witnesses.
#[must_use]
pub fn is_cosigned(note: &Note, set: &v1::VotingSet) -> bool {
    let Ok(mut hearing) = Hearing::new(note.checkpoint(), set) else {
        return false;
    };
    note.lines().iter().all(|line| hearing.hear(line).is_ok()) && hearing.is_cosigned()
}

/// Whether a witness has signed.
#[must_use]
pub fn is_witnessed(note: &Note) -> bool {
    note.lines()
        .iter()
        .any(|line| line.witnessed_at_ms.is_some())
}

/// The next link of the chain of voting sets.
fn change(
    reading: &Reading<'_>,
    before: &[v1::MembershipChange],
    note: &Note,
    proof: &[u8],
) -> Result<v1::MembershipChange, Error> {
    let from = match before.last() {
        Some(change) => Note::parse(&change.checkpoint)?.checkpoint().size,
        None => 1,
    };
    let consistency = log::consistency(reading, from, note.checkpoint().size)?;
    let proof = v1::StateProof::decode(proof).map_err(|_| Error::StoreDamaged {
        what: "changes".to_owned(),
    })?;
    let size = note.checkpoint().size;
    // A recovery is judged by the CA keys that signed it, not by the set before it, which has lost its quorum.
    let entry = reading.entry(size - 1)?;
    let recovered = v1::Entry::decode(entry.as_slice())
        .is_ok_and(|read| matches!(read.entry, Some(v1::entry::Entry::Recovery(_))));
    let recovery = recovered
        .then(|| receipt::recovery_proof(from, &entry, size, reading))
        .transpose()?;
    Ok(v1::MembershipChange {
        checkpoint: note.to_text(),
        consistency: consistency.iter().map(|hash| hash.to_vec()).collect(),
        voting_set: Some(proof),
        recovery,
    })
}

/// Two nodes' signed notes of one size that are not the same: one of the two computes wrongly, and which one, a final checkpoint of that size or a
/// larger one tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The other's.
    pub theirs: Note,
    /// This node's; nothing if no batch ends there, or it does not vote.
    pub ours: Option<Note>,
}

/// A checkpoint that gathers signatures.
#[derive(Clone, Debug)]
pub struct Round {
    hearing: Hearing,
}

impl Round {
    fn new(reading: &Reading<'_>, checkpoint: &Checkpoint) -> Result<Self, Error> {
        let set = reading.voting_set(checkpoint.members_version)?;
        Ok(Self {
            hearing: Hearing::new(checkpoint, &set)?,
        })
    }

    /// What is to become final.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        self.hearing.checkpoint()
    }

    /// Organisation and node of everybody who may sign.
    pub fn voters(&self) -> impl Iterator<Item = (&str, &v1::VotingNode)> {
        self.hearing.set().voters.iter().flat_map(|voter| {
            voter
                .nodes
                .iter()
                .map(|node| (voter.organisation.as_str(), node))
        })
    }

    /// Adds what another node signed; whether it was of use. A line that proves nothing would spoil the whole note, and is left out.
    pub fn add(&mut self, answer: &Note) -> bool {
        if answer.checkpoint() != self.checkpoint() {
            return false;
        }
        let mut used = false;
        for line in answer.lines() {
            used |= self.hear(line);
        }
        used
    }

    /// Adds one line; whether it was of use.
    pub fn hear(&mut self, line: &SignatureLine) -> bool {
        self.hearing.hear(line).unwrap_or(false)
    }

    /// Whether enough organisations have signed, so that only witnesses are wanting.
    #[must_use]
    pub fn is_cosigned(&self) -> bool {
        self.hearing.is_cosigned()
    }

    /// Whether it is final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.hearing.finality().is_ok()
    }

    /// What has been gathered.
    #[must_use]
    pub fn so_far(&self) -> Note {
        self.hearing.note()
    }
}

#[cfg(test)]
mod tests;
