//! The whole ledger at a final checkpoint as one stream of records, and its rebuilding elsewhere. Nothing of it is believed:
//! the log root is recomputed from the entries, the state root from the values, the rows' roots from the rows, and all must be
//! those of the checkpoint, which must be final under the voting set to which the chain of changes leads from genesis.
//!
//! The stream begins with the line `hengtan snapshot v1\n`; then come records, each preceded by its length in four bytes,
//! big-endian (docs/en/formats). Tree nodes, pages of the map and the index of ids are not in it: they follow.

use crate::checkpoint::{self, Checkpoint, Finality, Note};
use crate::domain::NetworkId;
use crate::envelope::Outer;
use crate::framed::{self, Frames};
use crate::genesis::Founded;
use crate::log::{Frontier, NodeAddress};
use crate::map::{self, PageAddress, PageReader};
use crate::state::{self, View, key};
use crate::tree::LOG;
use crate::v1::snapshot_record::Record;
use crate::{Error, canonical, receipt, rows, v1};
use crypto_sm::sm3::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// First bytes of a snapshot.
pub const MAGIC: &[u8] = b"hengtan snapshot v1\n";

/// Version of the records.
pub const FORMAT: u32 = 1;

/// Values that enter the map in one update.
const PAIRS_AT_ONCE: usize = 4_096;

/// The bytes of a record.
#[must_use]
pub fn record(record: Record) -> Vec<u8> {
    let message = v1::SnapshotRecord {
        record: Some(record),
    };
    framed::record(&message)
}

/// The first record of a snapshot whose state is that of `note`. `trust`: how the members changed until then, without genesis; nothing if
/// they never did.
#[must_use]
pub fn head(note: &Note, trust: Option<v1::TrustFile>) -> Record {
    Record::Head(v1::SnapshotHead {
        format: FORMAT,
        network_id: note.checkpoint().network_id.to_vec(),
        checkpoint: note.to_text(),
        trust,
    })
}

/// Takes records out of a stream that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Reader(Frames);

impl Reader {
    /// Takes the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// The next record, if it is there as a whole.
    ///
    /// # Errors
    /// [`Error::Export`], [`Error::Encoding`].
    pub fn next_record(&mut self) -> Result<Option<Record>, Error> {
        // An empty record is none: it is refused where it stands.
        let malformed = self.0.malformed();
        let message: Option<v1::SnapshotRecord> = self.0.next_message(MAGIC, "snapshot record")?;
        message
            .map(|message| message.record.ok_or(malformed))
            .transpose()
    }

    /// To be called at the end of the stream.
    ///
    /// # Errors
    /// [`Error::Export`] if it ends inside a record.
    pub fn finish(&self) -> Result<(), Error> {
        self.0.finish()
    }
}

/// What a rebuilt ledger consists of; the owner of the tables stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Exact bytes of an entry.
    Entry {
        /// Position in the log.
        index: u64,
        /// Bytes.
        bytes: Vec<u8>,
    },
    /// A node of the log's tree.
    LogNode {
        /// Where.
        address: NodeAddress,
        /// Its hash.
        hash: Digest,
    },
    /// A page of the state map; nothing = there is none.
    Page {
        /// Where.
        address: PageAddress,
        /// The page.
        bytes: Option<Vec<u8>>,
    },
    /// A value of the state.
    State {
        /// Key.
        key: String,
        /// Exact bytes.
        value: Vec<u8>,
    },
    /// Rows.
    Rows {
        /// Their root.
        root: Digest,
        /// In order.
        rows: Vec<Vec<u8>>,
    },
    /// Where an envelope was first decided.
    Id {
        /// Id of the envelope.
        id: Digest,
        /// Index of its entry.
        index: u64,
    },
}

/// Where the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Beginning,
    Entries,
    State,
    Rows,
    End,
}

/// Rebuilds a ledger from the records of a snapshot.
#[derive(Debug)]
pub struct Rebuild {
    network: NetworkId,
    stage: Stage,
    note: Option<Note>,
    trust: v1::TrustFile,
    founded: Option<Founded>,
    frontier: Frontier,
    state_root: Digest,
    waiting: BTreeMap<String, Option<Vec<u8>>>,
    last_key: Option<String>,
    ids: BTreeSet<Digest>,
    pairs: u64,
    row_sets: u64,
    /// Small parts of the state that judging needs.
    voting_set: Option<Vec<u8>>,
}

/// A ledger that was rebuilt and holds.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// The final checkpoint that it fits.
    pub note: Note,
    /// Who made it final.
    pub finality: Finality,
    /// How the members changed since genesis.
    pub changes: Vec<v1::MembershipChange>,
    /// The voting sets that were replaced by that.
    pub replaced: Vec<v1::VotingSet>,
    /// The log's edge.
    pub frontier: Frontier,
    /// Values in the state.
    pub pairs: u64,
    /// Sets of rows.
    pub row_sets: u64,
}

impl Rebuild {
    /// Expects a snapshot of this network.
    #[must_use]
    pub fn new(network: NetworkId) -> Self {
        Self {
            network,
            stage: Stage::Beginning,
            note: None,
            trust: v1::TrustFile::default(),
            founded: None,
            frontier: Frontier::default(),
            state_root: map::EMPTY,
            waiting: BTreeMap::new(),
            last_key: None,
            ids: BTreeSet::new(),
            pairs: 0,
            row_sets: 0,
            voting_set: None,
        }
    }

    /// The checkpoint that the snapshot claims to be of, once its head was read.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.note.as_ref().map(Note::checkpoint)
    }

    /// Entries taken so far.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next record and returns what is to be stored. `pages` reads the pages that were returned before.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Format`], [`Error::Replay`] with the entry and what is wrong there, encodings.
    pub fn take(&mut self, record: Record, pages: &dyn PageReader) -> Result<Vec<Piece>, Error> {
        let stage = match &record {
            Record::Head(_) => Stage::Beginning,
            Record::Entry(_) => Stage::Entries,
            Record::State(_) => Stage::State,
            Record::Rows(_) => Stage::Rows,
            Record::End(_) => Stage::End,
        };
        let begun = self.note.is_some();
        if stage < self.stage || begun == (stage == Stage::Beginning) || self.stage == Stage::End {
            return Err(self.wrong("order of records"));
        }
        let mut pieces = Vec::new();
        if stage != self.stage {
            self.leave(stage, pages, &mut pieces)?;
        }
        match record {
            Record::Head(head) => self.begin(&head)?,
            Record::Entry(entry) => self.entry(entry, &mut pieces)?,
            Record::State(pair) => self.pair(pair, pages, &mut pieces)?,
            Record::Rows(set) => {
                let root = rows::root(&set.rows).ok_or_else(|| self.wrong("rows"))?;
                self.row_sets += 1;
                pieces.push(Piece::Rows {
                    root,
                    rows: set.rows,
                });
            }
            Record::End(end) => {
                let counted = v1::SnapshotEnd {
                    entries: self.frontier.size(),
                    pairs: self.pairs,
                    row_sets: self.row_sets,
                };
                if end != counted {
                    return Err(self.wrong("count of records"));
                }
            }
        }
        self.stage = stage;
        Ok(pieces)
    }

    /// Ends it: the snapshot was complete, and its checkpoint is final.
    ///
    /// # Errors
    /// [`Error::Replay`] if records are missing, [`Error::NotFinal`] and the other verdicts about checkpoints.
    pub fn finish(self) -> Result<Rebuilt, Error> {
        if self.stage != Stage::End {
            return Err(self.wrong("end of the snapshot"));
        }
        let note = self.note.clone().ok_or_else(|| self.wrong("head"))?;
        let bytes = self
            .voting_set
            .as_ref()
            .ok_or(Error::Missing { what: "voting set" })?;
        let set: v1::VotingSet = state::require(&Single(key::VOTING_SET, bytes), key::VOTING_SET)?;
        let founded = self.founded.as_ref();
        let founded = founded.ok_or(Error::Missing { what: "genesis" })?;
        let mut replaced = Vec::new();
        let finality = if self.trust.changes.is_empty() {
            checkpoint::judge(&note, &founded.voting_set())?
        } else {
            let followed = receipt::follow(founded, &self.trust, &note)?;
            replaced = followed.replaced;
            followed.finality
        };
        // The chain and the state must come to the same members.
        checkpoint::judge(&note, &set)?;
        Ok(Rebuilt {
            note,
            finality,
            changes: self.trust.changes,
            replaced,
            frontier: self.frontier,
            pairs: self.pairs,
            row_sets: self.row_sets,
        })
    }

    fn wrong(&self, what: &'static str) -> Error {
        Error::Replay {
            index: self.frontier.size(),
            what,
        }
    }

    fn begin(&mut self, head: &v1::SnapshotHead) -> Result<(), Error> {
        if head.format != FORMAT {
            return Err(Error::Format {
                what: "snapshot",
                found: head.format,
            });
        }
        let note = Note::parse(&head.checkpoint)?;
        if head.network_id != self.network || note.checkpoint().network_id != self.network {
            return Err(Error::Network {
                found: hex::encode(&head.network_id),
                expected: hex::encode(self.network),
            });
        }
        self.note = Some(note);
        if let Some(trust) = &head.trust {
            if trust.changes.is_empty() || !trust.genesis.is_empty() {
                return Err(self.wrong("trust file"));
            }
            self.trust = trust.clone();
        }
        Ok(())
    }

    fn entry(&mut self, entry: v1::SnapshotEntry, pieces: &mut Vec<Piece>) -> Result<(), Error> {
        let index = self.frontier.size();
        let v1::SnapshotEntry { entry, claims } = entry;
        let parsed: v1::Entry = canonical::decode("entry", &entry)?;
        match &parsed.entry {
            Some(v1::entry::Entry::Envelope(envelope)) => {
                let code = envelope
                    .outcome
                    .as_ref()
                    .map_or("", |outcome| outcome.code.as_str());
                // What was carried out, or refused by a command, answers for its id. Whether a code of the ledger itself was
                // given before or after the signature held is not to be seen here.
                let decided = code.is_empty() || code.starts_with("HT-CMD-");
                if decided && !claims {
                    return Err(self.wrong("envelope id"));
                }
                if claims {
                    let id = Outer::parse(&self.network, &envelope.envelope)?.id();
                    if !self.ids.insert(id) {
                        return Err(self.wrong("envelope id"));
                    }
                    pieces.push(Piece::Id { id, index });
                }
            }
            _ if claims => return Err(self.wrong("envelope id")),
            Some(v1::entry::Entry::Genesis(signed)) if index == 0 => {
                let signed = prost::Message::encode_to_vec(signed);
                let founded = receipt::parse_genesis(&signed)?;
                if founded.network_id() != self.network {
                    return Err(self.wrong("genesis"));
                }
                self.founded = Some(founded);
            }
            _ => {}
        }
        self.frontier.append(LOG.leaf(&entry), |address, hash| {
            pieces.push(Piece::LogNode { address, hash });
        });
        pieces.push(Piece::Entry {
            index,
            bytes: entry,
        });
        Ok(())
    }

    fn pair(
        &mut self,
        pair: v1::SnapshotPair,
        pages: &dyn PageReader,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), Error> {
        if self.last_key.as_ref().is_some_and(|last| *last >= pair.key) {
            return Err(self.wrong("order of the state"));
        }
        state::parse(&pair.key, &pair.value)?;
        if pair.key == key::VOTING_SET {
            self.voting_set = Some(pair.value.clone());
        }
        self.pairs += 1;
        self.last_key = Some(pair.key.clone());
        self.waiting
            .insert(pair.key.clone(), Some(pair.value.clone()));
        pieces.push(Piece::State {
            key: pair.key,
            value: pair.value,
        });
        if self.waiting.len() >= PAIRS_AT_ONCE {
            self.hash_waiting(pages, pieces)?;
        }
        Ok(())
    }

    fn hash_waiting(
        &mut self,
        pages: &dyn PageReader,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let update = map::update(pages, &waiting)?;
        self.state_root = update.root;
        pieces.extend(
            update
                .pages
                .into_iter()
                .map(|(address, bytes)| Piece::Page { address, bytes }),
        );
        Ok(())
    }

    /// Checks what must hold when a stage is over.
    fn leave(
        &mut self,
        next: Stage,
        pages: &dyn PageReader,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), Error> {
        let Some(checkpoint) = self.checkpoint().cloned() else {
            return Ok(());
        };
        if self.stage <= Stage::Entries && next > Stage::Entries {
            let complete = self.frontier.size() == checkpoint.size;
            if !complete || self.frontier.root() != checkpoint.root {
                return Err(self.wrong("log root"));
            }
        }
        if self.stage <= Stage::State && next > Stage::State {
            self.hash_waiting(pages, pieces)?;
            if self.state_root != checkpoint.state_root {
                return Err(self.wrong("state root"));
            }
        }
        Ok(())
    }
}

/// A view of one value.
struct Single<'a>(&'a str, &'a [u8]);

impl View for Single<'_> {
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok((key == self.0).then(|| self.1.to_vec()))
    }

    fn range(&self, _prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        Ok(Vec::new())
    }
}
