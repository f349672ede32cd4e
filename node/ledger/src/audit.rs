//! Replaying an exported log: every signature, every outcome, every total and every root once more, from nothing but the file and the
//! network's id.

use crate::blame::{self, Accuser};
use crate::checkpoint::{self, Finality, Note};
use crate::domain::NetworkId;
use crate::envelope::Outer;
use crate::execute::{self, Inputs, Placement, Slot, Work};
use crate::genesis::Founded;
use crate::memory::Memory;
use crate::misconduct::{Held, Misconduct, Watch};
use crate::receipt::{self, NetworkPin};
use crate::recovery;
use crate::state::{self, key};
use crate::v1::export_record::Record;
use crate::{Error, batch, canonical, v1};
use crypto_sm::sm3::Digest;
use std::collections::BTreeSet;

/// Something that a node signed and must not have signed, noticed in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Accusation {
    /// Index of the entry that shows it.
    pub index: u64,
    /// The proof, for anybody; or why none can be made from this file alone: the node is not in genesis, and the file does not hold the final
    /// checkpoints that lead to it.
    pub blame: Result<v1::Blame, Error>,
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The network.
    pub network_id: NetworkId,
    /// Entries replayed.
    pub entries: u64,
    /// Batches among them.
    pub batches: u64,
    /// Void batches.
    pub void_batches: u64,
    /// Envelopes that were accepted.
    pub accepted: u64,
    /// Envelopes that were refused.
    pub refused: u64,
    /// Root of the log.
    pub root: Digest,
    /// Root of the state.
    pub state_root: Digest,
    /// Size and finality of the last final checkpoint; nothing if the file holds none.
    pub checkpoint: Option<(u64, Finality)>,
    /// What nodes signed and must not have signed, in log order.
    pub accusations: Vec<Accusation>,
}

/// Replays an export record by record.
#[derive(Debug, Default)]
pub struct Auditor {
    pin: Option<NetworkPin>,
    ledger: Option<(Founded, Memory)>,
    /// Entries of the batch that is not complete yet.
    open: Vec<v1::ExportedEntry>,
    counts: Counts,
    finality: Option<(u64, Finality)>,
    /// The set that judges the next checkpoint.
    judge: Option<v1::VotingSet>,
    watch: Watch,
    /// The last checkpoint, and the changes of members until there.
    note: Option<Note>,
    changes: Vec<v1::MembershipChange>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    batches: u64,
    void_batches: u64,
    accepted: u64,
    refused: u64,
}

impl Auditor {
    /// Expects a network, or takes whatever the file begins with.
    #[must_use]
    pub fn new(pin: Option<NetworkPin>) -> Self {
        Self {
            pin,
            ..Self::default()
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// The first thing that is wrong: [`Error::Replay`] names the entry.
    pub fn take(&mut self, record: Record) -> Result<(), Error> {
        match record {
            Record::Checkpoint(note) => {
                self.close_batch()?;
                self.judge_checkpoint(&note)
            }
            Record::Entry(exported) => {
                let entry: v1::Entry = canonical::decode("entry", &exported.entry)?;
                match entry.entry {
                    Some(v1::entry::Entry::Genesis(_)) => self.found(&exported.entry, &entry),
                    Some(v1::entry::Entry::Envelope(_)) => {
                        self.open.push(exported);
                        Ok(())
                    }
                    Some(v1::entry::Entry::Batch(_)) => {
                        self.close_batch()?;
                        self.open.push(exported);
                        Ok(())
                    }
                    Some(v1::entry::Entry::VoidBatch(void)) => {
                        self.close_batch()?;
                        self.void(void)
                    }
                    Some(v1::entry::Entry::Recovery(_)) => {
                        self.close_batch()?;
                        self.recover(&exported.entry)
                    }
                    None => Err(Error::Replay {
                        index: self.next_index(),
                        what: "entry",
                    }),
                }
            }
        }
    }

    /// Ends the replay.
    ///
    /// # Errors
    /// [`Error::Replay`]; [`Error::Missing`] if there was no genesis.
    pub fn finish(mut self) -> Result<Report, Error> {
        self.close_batch()?;
        let (founded, memory) = self
            .ledger
            .as_ref()
            .ok_or(Error::Missing { what: "genesis" })?;
        Ok(Report {
            network_id: founded.network_id(),
            entries: memory.size(),
            batches: self.counts.batches,
            void_batches: self.counts.void_batches,
            accepted: self.counts.accepted,
            refused: self.counts.refused,
            root: memory.checkpoint().root,
            state_root: memory.checkpoint().state_root,
            checkpoint: self.finality.clone(),
            accusations: self.accusations(founded, memory),
        })
    }

    fn accusations(&self, founded: &Founded, memory: &Memory) -> Vec<Accusation> {
        let made = |misconduct: &Misconduct| {
            let note = self.note.as_ref().ok_or(Error::Missing {
                what: "final checkpoint",
            })?;
            let accuser = Accuser {
                founded,
                changes: &self.changes,
                note,
                nodes: memory,
                pages: memory,
                view: memory,
            };
            blame::make(
                &accuser,
                &misconduct.statement_key,
                misconduct.evidence.clone(),
            )
        };
        let found = self.watch.found().iter().map(|misconduct| Accusation {
            index: misconduct.index,
            blame: made(misconduct),
        });
        found.collect()
    }

    /// The ledger as replayed so far.
    #[must_use]
    pub fn ledger(&self) -> Option<&Memory> {
        self.ledger.as_ref().map(|(_, memory)| memory)
    }

    fn next_index(&self) -> u64 {
        self.ledger.as_ref().map_or(0, |(_, memory)| memory.size())
    }

    fn found(&mut self, bytes: &[u8], entry: &v1::Entry) -> Result<(), Error> {
        let Some(v1::entry::Entry::Genesis(signed)) = &entry.entry else {
            return Err(Error::Missing { what: "genesis" });
        };
        let different = Error::Replay {
            index: 0,
            what: "genesis",
        };
        if self.ledger.is_some() {
            return Err(different);
        }
        let founded = Founded::parse(&prost::Message::encode_to_vec(signed)).map_err(
            |refusal| match refusal {
                crate::Refusal::Malformed(error) => error,
                _ => different.clone(),
            },
        )?;
        if founded.entry() != bytes {
            return Err(different);
        }
        if let Some(NetworkPin(expected)) = self.pin
            && expected != founded.network_id()
        {
            return Err(Error::Pin {
                found: hex::encode(founded.network_id()),
                expected: hex::encode(expected),
            });
        }
        let memory = Memory::found(&founded)?;
        self.judge = Some(founded.voting_set());
        self.ledger = Some((founded, memory));
        Ok(())
    }

    fn void(&mut self, void: v1::VoidBatch) -> Result<(), Error> {
        let (founded, memory) = self
            .ledger
            .as_mut()
            .ok_or(Error::Missing { what: "genesis" })?;
        let signed = v1::SignedHeader {
            header: void.header.clone(),
            signature: void.signature.clone(),
        };
        self.watch
            .void(&founded.network_id(), memory, memory.size(), &signed)?;
        let inputs = memory.inputs(void.term);
        // The bytes of a void batch are not kept; that it counts for nothing is all there is to replay.
        let applied = execute::void(&inputs, &founded.network_id(), void, Error::BatchEnvelopes)?;
        memory.seal(&applied)?;
        self.counts.void_batches += 1;
        Ok(())
    }

    /// A recovery is judged by those who voted before it.
    fn recover(&mut self, entry: &[u8]) -> Result<(), Error> {
        let (_, memory) = self
            .ledger
            .as_mut()
            .ok_or(Error::Missing { what: "genesis" })?;
        let applied = recovery::apply(&memory.inputs(0), memory, entry)?;
        self.judge = Some(applied.judge.clone());
        memory.seal(&applied)
    }

    /// Executes the entries that wait, and compares.
    fn close_batch(&mut self) -> Result<(), Error> {
        let open = std::mem::take(&mut self.open);
        let Some((first, rest)) = open.split_first() else {
            return Ok(());
        };
        let (founded, memory) = self
            .ledger
            .as_mut()
            .ok_or(Error::Missing { what: "genesis" })?;
        let index = memory.size();
        let network = founded.network_id();
        let header: v1::Entry = canonical::decode("entry", &first.entry)?;
        let Some(v1::entry::Entry::Batch(header)) = header.entry else {
            return Err(Error::Replay {
                index,
                what: "batch header",
            });
        };
        let work = work(&network, index, header, rest)?;
        let inputs: Inputs<'_> = memory.inputs(work.header.term);
        let limits: v1::Limits = state::require(memory, key::LIMITS)?;
        execute::check_place(&inputs, &network, &limits, &work)?;
        let envelopes = work.slots.iter().filter_map(|slot| match slot {
            Slot::Envelope(outer, _) => Some(outer),
            Slot::Duplicate(_) => None,
        });
        // Together they are checked faster than one by one; whatever is not among the good ones is checked again in its place.
        let waiting = execute::waiting(memory, envelopes, &BTreeSet::new())?;
        let verified = execute::verified(&waiting, |key| inputs.catalogues.verifier(key));
        let applied = execute::execute(&inputs, &network, &work, &verified)?;
        for (position, exported) in open.iter().enumerate() {
            if applied.entries.get(position) != Some(&exported.entry) {
                return Err(Error::Replay {
                    index: index + position as u64,
                    what: "outcome",
                });
            }
        }
        if applied.entries.len() != open.len() {
            return Err(Error::Replay {
                index: index + open.len() as u64,
                what: "entry",
            });
        }
        let signed = v1::SignedHeader {
            header: work.header_bytes.clone(),
            signature: work.signature.clone(),
        };
        // Its place was checked, and with it its signature.
        self.watch.header(memory, index, &work.header, &signed)?;
        let held = held(&work, &applied.placements);
        self.watch.envelopes(memory, &work.header, &signed, &held)?;
        for placement in &applied.placements {
            match &placement.outcome {
                Some(outcome) if outcome.code.is_empty() => self.counts.accepted += 1,
                Some(_) => self.counts.refused += 1,
                None => {}
            }
        }
        self.counts.batches += 1;
        self.judge = Some(applied.judge.clone());
        memory.seal(&applied)
    }

    fn judge_checkpoint(&mut self, text: &str) -> Result<(), Error> {
        let note = Note::parse(text)?;
        let (_, memory) = self
            .ledger
            .as_ref()
            .ok_or(Error::Missing { what: "genesis" })?;
        let index = memory.size();
        let own = memory.checkpoint();
        if note.checkpoint() != own {
            let what = if note.checkpoint().root == own.root {
                "state root"
            } else {
                "log root"
            };
            return Err(Error::Replay { index, what });
        }
        let set = self
            .judge
            .as_ref()
            .ok_or(Error::Missing { what: "voting set" })?;
        self.finality = Some((own.size, checkpoint::judge(&note, set)?));
        let changed = state::read(memory, key::VOTING_SET)?
            .is_some_and(|value| own.size > 1 && value.index.saturating_add(1) == own.size);
        if changed {
            let from = match self.changes.last() {
                Some(change) => Note::parse(&change.checkpoint)?.checkpoint().size,
                None => 1,
            };
            let change = receipt::membership_change(from, &note, memory, memory, memory)?;
            self.changes.push(change);
        }
        self.note = Some(note);
        Ok(())
    }
}

/// The envelopes below a header with what became of their signatures.
fn held<'a>(work: &'a Work, placements: &[Placement]) -> Vec<Held<'a>> {
    let forged = Error::Signature {
        what: "envelope",
        signer: String::new(),
    };
    let slots = work.slots.iter().zip(placements);
    slots
        .map(|(slot, placement)| match slot {
            // Below headers of the first format it is empty; those prove nothing about signatures.
            Slot::Duplicate(duplicate) => Held {
                digest: canonical::digest("duplicate", &duplicate.digest)
                    .unwrap_or(crate::map::EMPTY),
                forged: None,
            },
            Slot::Envelope(outer, _) => Held {
                digest: outer.digest(),
                forged: placement
                    .outcome
                    .as_ref()
                    .is_some_and(|outcome| outcome.code == forged.code())
                    .then_some((placement.index, outer)),
            },
        })
        .collect()
}

/// Puts a batch together again from its entries.
fn work(
    network: &NetworkId,
    index: u64,
    header: v1::BatchEntry,
    rest: &[v1::ExportedEntry],
) -> Result<Work, Error> {
    let different = |what| Error::Replay { index, what };
    let parsed = batch::parse_header(&header.header)?;
    let mut duplicates = header.duplicates.into_iter().peekable();
    let mut entries = rest.iter();
    let mut slots = Vec::new();
    let mut held: Vec<(Digest, Digest)> = Vec::new();
    for position in 0..parsed.count {
        if let Some(duplicate) = duplicates.next_if(|duplicate| duplicate.position == position) {
            let digest = if parsed.format < 2 {
                &duplicate.id
            } else {
                &duplicate.digest
            };
            held.push((
                canonical::digest("duplicate", &duplicate.id)?,
                canonical::digest("duplicate", digest)?,
            ));
            slots.push(Slot::Duplicate(duplicate));
            continue;
        }
        let exported = entries.next().ok_or_else(|| different("entry"))?;
        let entry: v1::Entry = canonical::decode("entry", &exported.entry)?;
        let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
            return Err(different("entry"));
        };
        let outer = Outer::parse(network, &entry.envelope)?;
        held.push((outer.id(), outer.digest()));
        let rows = rows_as_found(&outer, entry.outcome.as_ref(), exported);
        slots.push(Slot::Envelope(outer, rows));
    }
    let complete = duplicates.next().is_none() && entries.next().is_none();
    if !complete || batch::content_digest(parsed.format, &held) != *parsed.envelopes_digest {
        return Err(different("batch header"));
    }
    Ok(Work {
        header: parsed,
        header_bytes: header.header,
        signature: header.signature,
        slots,
    })
}

/// The rows with which an envelope was executed. Rows that were not those of the envelope are not kept anywhere, even if the right ones came
/// later and are kept: that they were wrong is taken from the log.
fn rows_as_found(
    outer: &Outer,
    outcome: Option<&v1::Outcome>,
    exported: &v1::ExportedEntry,
) -> Vec<Vec<u8>> {
    if outcome.is_none_or(|outcome| outcome.code != Error::Rows.code()) {
        return exported.rows.clone().unwrap_or_default().rows;
    }
    let without_rows = outer
        .body()
        .is_ok_and(|parsed| parsed.body().row_count == 0);
    if without_rows {
        vec![Vec::new()]
    } else {
        Vec::new()
    }
}
