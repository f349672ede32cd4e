//! The tables as the ledger reads them.

use super::{Column, Pair, Snapshot, Store};
use crate::error::Error;
use crypto_sm::sm3::Digest;
use hengtan_ledger::checkpoint::{Checkpoint, Note};
use hengtan_ledger::execute::Ids;
use hengtan_ledger::log::{self, Frontier, NodeAddress, NodeReader};
use hengtan_ledger::map::{PageAddress, PageReader};
use hengtan_ledger::rows::Content;
use hengtan_ledger::state::{self, Stored, View};
use hengtan_ledger::{Error as LedgerError, v1};
use prost::Message as _;

/// Names of single values.
pub(crate) mod meta {
    pub const FORMAT: &str = "format";
    pub const IDENTITY: &str = "identity";
    pub const APPLIED: &str = "applied";
    pub const FRONTIER: &str = "frontier";
    pub const VOW: &str = "vow";
    pub const FINAL: &str = "final";
    pub const WITNESSED: &str = "witnessed";
    pub const COUNTER: &str = "counter";
    /// Random mark of the folder, and those of the nodes that were met.
    pub const MARK: &str = "mark";
    pub const MET: &str = "met";
    pub const SCRUBBED: &str = "scrubbed";

    /// Size after the recovery behind which Raft has begun anew.
    pub const RECOVERED: &str = "recovered";

    /// Changes of the voting set whose checkpoints are final: the trust file without its end.
    pub const CHANGES: &str = "changes";

    /// Name of the proof of the voting set at a size at which it changed.
    pub fn change(size: u64) -> String {
        format!("change/{size:020}")
    }

    /// Name of a voting set that was replaced.
    pub fn voting_set(version: u64) -> String {
        format!("voting-set/{version:020}")
    }
}

/// Key of an index or size: big-endian, so that keys sort as numbers do.
pub(crate) fn size_key(size: u64) -> [u8; 8] {
    size.to_be_bytes()
}

/// What this node signed last: it never signs another root for this size, nor a smaller size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vow {
    /// Size of the log.
    pub size: u64,
    /// Root of the log.
    pub root: Digest,
    /// Root of the state.
    pub state_root: Digest,
}

impl Vow {
    /// What signing a checkpoint promises.
    #[must_use]
    pub fn of(checkpoint: &Checkpoint) -> Self {
        Self {
            size: checkpoint.size,
            root: checkpoint.root,
            state_root: checkpoint.state_root,
        }
    }

    /// Whether a checkpoint may be signed after this.
    #[must_use]
    pub fn allows(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.size > self.size || Self::of(checkpoint) == *self
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&self.size.to_be_bytes()[..], &self.root, &self.state_root].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let (root, state_root) = rest.split_first_chunk::<32>()?;
        Some(Self {
            size: u64::from_be_bytes(*size),
            root: *root,
            state_root: state_root.try_into().ok()?,
        })
    }
}

/// A full walk that found everything in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// When it ended, milliseconds since 1970.
    pub at_ms: u64,
    /// Records that it checked, those of the Raft log among them.
    pub records: u64,
    /// Bytes of the store that it read.
    pub bytes: u64,
}

impl Scrubbed {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.at_ms, self.records, self.bytes]
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_be_bytes(bytes))
        };
        Some(Self {
            at_ms: number(0)?,
            records: number(8)?,
            bytes: number(16)?,
        })
    }
}

/// Greatest counter that may have been used for a batch header.
pub type Counter = u64;

/// The newest final checkpoint with its cosignatures.
pub type Final = Note;

/// A store as of one moment.
pub struct Reading<'a> {
    snapshot: Box<dyn Snapshot + 'a>,
}

impl<'a> Reading<'a> {
    /// The store as of now.
    #[must_use]
    pub fn new(store: &'a dyn Store) -> Self {
        Self {
            snapshot: store.snapshot(),
        }
    }

    /// A single value.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.snapshot.value(Column::Meta, name.as_bytes())
    }

    /// Pairs of a table from a key on, at most `count`: for whoever checks the tables themselves.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    pub fn scan(&self, column: Column, from: &[u8], count: usize) -> Result<Vec<Pair>, Error> {
        self.snapshot.scan(column, &[], from, count)
    }

    /// Whether a table has this key.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    pub fn has(&self, column: Column, key: &[u8]) -> Result<bool, Error> {
        Ok(self.snapshot.value(column, key)?.is_some())
    }

    /// The last full walk over this store.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn scrubbed(&self) -> Result<Option<Scrubbed>, Error> {
        self.meta(meta::SCRUBBED)?
            .map(|bytes| Scrubbed::from_bytes(&bytes).ok_or_else(|| damaged("scrubbed")))
            .transpose()
    }

    /// The log's edge.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn frontier(&self) -> Result<Frontier, Error> {
        let bytes = self
            .meta(meta::FRONTIER)?
            .ok_or_else(|| damaged("frontier"))?;
        Frontier::from_bytes(&bytes).map_err(|_| damaged("frontier"))
    }

    /// Number of entries.
    ///
    /// # Errors
    /// As [`Reading::frontier`].
    pub fn size(&self) -> Result<u64, Error> {
        Ok(self.frontier()?.size())
    }

    /// What consensus asked to be kept with the last item applied.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    pub fn applied(&self) -> Result<Option<Vec<u8>>, Error> {
        self.meta(meta::APPLIED)
    }

    /// Exact bytes of an entry.
    ///
    /// # Errors
    /// [`Error::NotFound`], failures of the store.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, Error> {
        let entry = self.snapshot.value(Column::Entries, &size_key(index))?;
        entry.ok_or_else(|| Error::NotFound {
            what: "entry".to_owned(),
            name: index.to_string(),
        })
    }

    /// Entries from an index on, at most `count`.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    pub fn entries(&self, from: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let pairs = self
            .snapshot
            .scan(Column::Entries, &[], &size_key(from), count)?;
        pairs
            .into_iter()
            .map(|(key, value)| {
                let index = key
                    .as_slice()
                    .try_into()
                    .map(u64::from_be_bytes)
                    .map_err(|_| damaged("entries"))?;
                Ok((index, value))
            })
            .collect()
    }

    /// Values below a prefix from a key on, at most `count`.
    ///
    /// # Errors
    /// [`Error::StoreRead`], [`Error::StoreDamaged`].
    pub fn values(
        &self,
        prefix: &str,
        from: &str,
        count: usize,
    ) -> Result<Vec<(String, v1::StateValue)>, Error> {
        let pairs = self
            .snapshot
            .scan(Column::State, prefix.as_bytes(), from.as_bytes(), count)?;
        pairs
            .into_iter()
            .map(|(key, value)| {
                let key = String::from_utf8(key).map_err(|_| damaged("state"))?;
                let value = state::parse(&key, &value)?;
                Ok((key, value))
            })
            .collect()
    }

    /// Keys and exact bytes of the state from a key on, at most `count`.
    ///
    /// # Errors
    /// [`Error::StoreRead`], [`Error::StoreDamaged`].
    pub fn raw_state(&self, from: &str, count: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let pairs = self
            .snapshot
            .scan(Column::State, &[], from.as_bytes(), count)?;
        pairs
            .into_iter()
            .map(|(key, value)| Ok((String::from_utf8(key).map_err(|_| damaged("state"))?, value)))
            .collect()
    }

    /// Sets of rows with their roots from a root on, at most `count`.
    ///
    /// # Errors
    /// [`Error::StoreRead`], [`Error::StoreDamaged`].
    pub fn raw_content(
        &self,
        from: &[u8],
        count: usize,
    ) -> Result<Vec<(Vec<u8>, v1::RowSet)>, Error> {
        let pairs = self.snapshot.scan(Column::Content, &[], from, count)?;
        pairs
            .into_iter()
            .map(|(root, bytes)| {
                let rows = v1::RowSet::decode(bytes.as_slice()).map_err(|_| damaged("content"))?;
                Ok((root, rows))
            })
            .collect()
    }

    /// One value with its version.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn state_value(&self, key: &str) -> Result<Option<v1::StateValue>, Error> {
        Ok(state::read(self, key)?)
    }

    /// One value of a kind.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn find<T: Stored>(&self, key: &str) -> Result<Option<T>, Error> {
        Ok(state::find(self, key)?)
    }

    /// One value of a kind that must be there.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn require<T: Stored>(&self, key: &str) -> Result<T, Error> {
        Ok(state::require(self, key)?)
    }

    /// Rows by their root; an empty root has none.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn rows_of(&self, root: &[u8]) -> Result<Option<Vec<Vec<u8>>>, Error> {
        if root.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let root = root.try_into().map_err(|_| damaged("content"))?;
        Ok(self.rows(&root)?)
    }

    /// What this node signed last.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn vow(&self) -> Result<Option<Vow>, Error> {
        self.meta(meta::VOW)?
            .map(|bytes| Vow::from_bytes(&bytes).ok_or_else(|| damaged("vow")))
            .transpose()
    }

    /// Counters up to this one may have been used.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn counter(&self) -> Result<Counter, Error> {
        match self.meta(meta::COUNTER)? {
            Some(bytes) => bytes
                .as_slice()
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| damaged("counter")),
            None => Ok(0),
        }
    }

    /// The newest final checkpoint.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn final_note(&self) -> Result<Option<Final>, Error> {
        self.note(meta::FINAL)
    }

    /// The newest final checkpoint that witnesses have cosigned too.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn witnessed_note(&self) -> Result<Option<Final>, Error> {
        self.note(meta::WITNESSED)
    }

    fn note(&self, name: &str) -> Result<Option<Note>, Error> {
        let Some(bytes) = self.meta(name)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| damaged("final checkpoint"))?;
        Ok(Some(
            Note::parse(&text).map_err(|_| damaged("final checkpoint"))?,
        ))
    }

    /// The voting set of a version, in force or replaced.
    ///
    /// # Errors
    /// The ledger's `VotingSet` if the version is not known here; [`Error::StoreDamaged`], failures of the store.
    pub fn voting_set(&self, version: u64) -> Result<v1::VotingSet, Error> {
        let present: v1::VotingSet = self.require(state::key::VOTING_SET)?;
        if present.version == version {
            return Ok(present);
        }
        match self.meta(&meta::voting_set(version))? {
            Some(bytes) => {
                v1::VotingSet::decode(bytes.as_slice()).map_err(|_| damaged("voting set"))
            }
            None => Err(LedgerError::VotingSet {
                found: version,
                expected: present.version,
            }
            .into()),
        }
    }

    /// Changes of the voting set since genesis whose checkpoints are final, in order.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn changes(&self) -> Result<Vec<v1::MembershipChange>, Error> {
        match self.meta(meta::CHANGES)? {
            Some(bytes) => v1::TrustFile::decode(bytes.as_slice())
                .map(|trust| trust.changes)
                .map_err(|_| damaged("changes")),
            None => Ok(Vec::new()),
        }
    }

    /// The checkpoint of a batch end that is not final yet.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], failures of the store.
    pub fn checkpoint(&self, size: u64) -> Result<Option<Checkpoint>, Error> {
        let Some(bytes) = self.snapshot.value(Column::Checkpoints, &size_key(size))? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| damaged("checkpoint"))?;
        Ok(Some(
            Checkpoint::parse(&text).map_err(|_| damaged("checkpoint"))?,
        ))
    }

    /// Sizes of all batch ends that are not final yet, ascending.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn checkpoint_sizes(&self) -> Result<Vec<u64>, Error> {
        // Those before have been removed, and a table is slow to pass over what was removed.
        let from = self
            .final_note()?
            .map_or(0, |note| note.checkpoint().size + 1);
        let pairs = self
            .snapshot
            .scan(Column::Checkpoints, &[], &size_key(from), usize::MAX)?;
        pairs
            .into_iter()
            .map(|(key, _)| {
                key.as_slice()
                    .try_into()
                    .map(u64::from_be_bytes)
                    .map_err(|_| damaged("checkpoints"))
            })
            .collect()
    }

    /// Whether the parts fit together: the stored nodes give the frontier's root, the last entry is there and no later one.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`] with what does not fit.
    pub fn check(&self) -> Result<(), Error> {
        let frontier = self.frontier()?;
        let root = log::root(self, frontier.size()).map_err(|_| damaged("log nodes"))?;
        if root != frontier.root() {
            return Err(damaged("log root"));
        }
        let last = frontier
            .size()
            .checked_sub(1)
            .ok_or_else(|| damaged("frontier"))?;
        let entries = self.entries(last, 2)?;
        match entries.as_slice() {
            [(index, entry)] if *index == last => {
                let leaf = hengtan_ledger::tree::LOG.leaf(entry);
                let node = self
                    .node(NodeAddress {
                        level: 0,
                        index: last,
                    })
                    .map_err(|_| damaged("log nodes"))?;
                if leaf == node {
                    Ok(())
                } else {
                    Err(damaged("last entry"))
                }
            }
            _ => Err(damaged("entries")),
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::StoreDamaged {
        what: what.to_owned(),
    }
}

impl View for Reading<'_> {
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.snapshot.value(Column::State, key.as_bytes())?)
    }

    fn range(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, LedgerError> {
        let pairs = self
            .snapshot
            .scan(Column::State, prefix.as_bytes(), &[], usize::MAX)?;
        pairs
            .into_iter()
            .map(|(key, value)| Ok((String::from_utf8(key).map_err(|_| damaged("state"))?, value)))
            .collect()
    }
}

impl Content for Reading<'_> {
    fn rows(&self, root: &Digest) -> Result<Option<Vec<Vec<u8>>>, LedgerError> {
        let Some(bytes) = self.snapshot.value(Column::Content, root)? else {
            return Ok(None);
        };
        Ok(Some(
            v1::RowSet::decode(bytes.as_slice())
                .map_err(|_| damaged("content"))?
                .rows,
        ))
    }
}

impl Ids for Reading<'_> {
    fn index_of(&self, id: &Digest) -> Result<Option<u64>, LedgerError> {
        let Some(bytes) = self.snapshot.value(Column::Ids, id)? else {
            return Ok(None);
        };
        Ok(Some(
            bytes
                .as_slice()
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| damaged("ids"))?,
        ))
    }
}

impl PageReader for Reading<'_> {
    fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.snapshot.value(Column::Pages, address.to_bytes())?)
    }
}

impl NodeReader for Reading<'_> {
    fn node(&self, address: NodeAddress) -> Result<Digest, LedgerError> {
        let bytes = self.snapshot.value(Column::LogNodes, &address.to_bytes())?;
        Ok(bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| damaged("log nodes"))?)
    }
}
