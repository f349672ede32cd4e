//! Walks the store and checks every record against what the log and the roots say: what rots unread would otherwise be found when it is needed.
//!
//! | part | checked against |
//! |---|---|
//! | ends | the final checkpoint's signatures, and the log's nodes at its size, at each checkpoint's and at the end |
//! | entries | their leaf; each perfect subtree that an entry completes against its two halves; the envelope's place by id; rows and results that an accepted one left |
//! | content | the root that is its key |
//! | ids | the entry that they name |
//! | state | the state root of the newest checkpoint, through the pages of the map |
//! | pages | their halves, the pages below and above, and that root |

use crate::error::Error;
use crate::store::{Column, Reading, Store};
use hengtan_ledger::envelope::Outer;
use hengtan_ledger::execute::Ids as _;
use hengtan_ledger::log::{self, NodeAddress, NodeReader as _};
use hengtan_ledger::map::{self, Found, PageAddress};
use hengtan_ledger::tree::LOG;
use hengtan_ledger::{checkpoint, rows, state, v1};
use prost::Message as _;

/// Records that are checked at once.
const STEP: usize = 64;
/// Sets of rows that are checked at once; each may be large.
const STEP_ROWS: usize = 4;
/// What a look-up of a node costs beside the record itself, bytes.
const NODE_BYTES: u64 = 48;

/// Parts in the order in which they are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Ends,
    Entries,
    Content,
    Ids,
    State,
    Pages,
    Done,
}

/// A walk over the store, step by step. Each step sees the store as it is then: what was checked before does not change, or is checked by its
/// part once more.
#[derive(Debug)]
pub struct Walk {
    part: Part,
    from: Vec<u8>,
    next_index: u64,
    /// Records so far.
    pub records: u64,
    /// Their size, bytes.
    pub bytes: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            part: Part::Ends,
            from: Vec::new(),
            next_index: 0,
            records: 0,
            bytes: 0,
        }
    }
}

impl Walk {
    /// Checks some more records; whether there are more.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`] with what does not fit; failures of the store.
    pub fn step(&mut self, store: &dyn Store) -> Result<bool, Error> {
        let reading = Reading::new(store);
        match self.part {
            Part::Ends => {
                ends(&reading)?;
                self.go(Part::Entries);
            }
            Part::Entries => self.entries(&reading)?,
            Part::Content => self.content(&reading)?,
            Part::Ids => self.ids(&reading)?,
            Part::State => self.state(&reading)?,
            Part::Pages => self.pages(&reading)?,
            Part::Done => {}
        }
        Ok(self.part != Part::Done)
    }

    fn go(&mut self, part: Part) {
        self.part = part;
        self.from.clear();
    }

    fn count(&mut self, bytes: usize, lookups: u64) {
        self.records += 1;
        self.bytes += bytes as u64 + lookups * NODE_BYTES;
    }

    fn entries(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        let size = reading.size()?;
        let found = reading.entries(self.next_index, STEP)?;
        if found.is_empty() {
            if self.next_index != size {
                return Err(damaged(&format!("entry {}", self.next_index)));
            }
            self.go(Part::Content);
            return Ok(());
        }
        for (index, bytes) in found {
            let what = || damaged(&format!("entry {}", self.next_index));
            if index != self.next_index || index >= size {
                return Err(what());
            }
            let lookups = nodes(reading, index, &bytes)?;
            let entry = v1::Entry::decode(bytes.as_slice()).map_err(|_| what())?;
            if let Some(v1::entry::Entry::Envelope(envelope)) = entry.entry {
                left(reading, index, &envelope)?;
            }
            self.count(bytes.len(), lookups);
            self.next_index += 1;
        }
        Ok(())
    }

    fn content(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        let pairs = reading.scan(Column::Content, &self.from, STEP_ROWS)?;
        let Some((last, _)) = pairs.last() else {
            self.go(Part::Ids);
            return Ok(());
        };
        self.from = behind(last);
        for (key, bytes) in pairs {
            let set = v1::RowSet::decode(bytes.as_slice()).unwrap_or_default();
            if rows::root(&set.rows).as_ref().map(<[u8; 32]>::as_slice) != Some(key.as_slice()) {
                return Err(damaged(&format!("rows {}", hex::encode(key))));
            }
            self.count(bytes.len(), 0);
        }
        Ok(())
    }

    fn ids(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        let pairs = reading.scan(Column::Ids, &self.from, STEP)?;
        let Some((last, _)) = pairs.last() else {
            self.go(Part::State);
            return Ok(());
        };
        self.from = behind(last);
        let network = network(reading)?;
        for (id, bytes) in pairs {
            let what = || damaged(&format!("id {}", hex::encode(&id)));
            let index = bytes
                .as_slice()
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| what())?;
            let entry = reading.entry(index).map_err(|_| what())?;
            let entry = v1::Entry::decode(entry.as_slice()).map_err(|_| what())?;
            let Some(v1::entry::Entry::Envelope(envelope)) = entry.entry else {
                return Err(what());
            };
            let outer = Outer::parse(&network, &envelope.envelope).map_err(|_| what())?;
            if outer.id().as_slice() != id {
                return Err(what());
            }
            self.count(id.len() + bytes.len(), 1);
        }
        Ok(())
    }

    fn state(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        let pairs = reading.scan(Column::State, &self.from, STEP)?;
        let Some((last, _)) = pairs.last() else {
            self.go(Part::Pages);
            return Ok(());
        };
        self.from = behind(last);
        let root = state_root(reading)?;
        for (key, value) in pairs {
            let shown = String::from_utf8_lossy(&key).into_owned();
            let what = || damaged(&format!("state {shown}"));
            let key = std::str::from_utf8(&key).map_err(|_| what())?;
            let proof = map::prove(reading, key).map_err(|_| what())?;
            let holds = proof.found == Found::Present
                && map::verify_present(&root, key, &value, &proof.siblings);
            if !holds {
                return Err(what());
            }
            state::parse(key, &value).map_err(|_| what())?;
            self.count(key.len() + value.len(), proof.siblings.len() as u64);
        }
        Ok(())
    }

    fn pages(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        if self.from.is_empty() && map::root(reading) != Ok(state_root(reading)?) {
            return Err(damaged("state page "));
        }
        let pairs = reading.scan(Column::Pages, &self.from, STEP)?;
        let Some((last, _)) = pairs.last() else {
            self.go(Part::Done);
            return Ok(());
        };
        self.from = behind(last);
        for (key, bytes) in pairs {
            let what = || damaged(&format!("state page {}", hex::encode(&key)));
            let address = PageAddress::from_bytes(&key).map_err(|_| what())?;
            if !map::check_page(reading, &address).map_err(|_| what())? {
                return Err(what());
            }
            self.count(bytes.len(), 1);
        }
        Ok(())
    }
}

fn damaged(what: &str) -> Error {
    Error::StoreDamaged {
        what: what.to_owned(),
    }
}

/// The first key behind another one.
fn behind(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

fn network(reading: &Reading<'_>) -> Result<[u8; 32], Error> {
    let network: v1::NetworkState = reading.require(state::key::NETWORK)?;
    network
        .network_id
        .try_into()
        .map_err(|_| damaged("network id"))
}

/// The log's nodes give the roots that were signed, and those that are to be signed.
fn ends(reading: &Reading<'_>) -> Result<(), Error> {
    reading.check()?;
    let root = |size: u64| log::root(reading, size).map_err(|_| damaged("log nodes"));
    if let Some(note) = reading.final_note()? {
        let stated = note.checkpoint();
        let set = reading.voting_set(stated.members_version)?;
        let holds = checkpoint::judge(&note, &set).is_ok() && root(stated.size)? == stated.root;
        if !holds {
            return Err(damaged("final checkpoint"));
        }
    }
    for size in reading.checkpoint_sizes()? {
        let stated = reading.checkpoint(size)?;
        if stated.is_none_or(|stated| stated.size != size || root(size) != Ok(stated.root)) {
            return Err(damaged(&format!("checkpoint {size}")));
        }
    }
    Ok(())
}

/// The leaf of an entry, and every perfect subtree that it completes; how many nodes were read.
fn nodes(reading: &Reading<'_>, index: u64, entry: &[u8]) -> Result<u64, Error> {
    let node = |level: u8, index: u64| {
        reading
            .node(NodeAddress { level, index })
            .map_err(|_| damaged(&format!("log node {level}/{index}")))
    };
    if node(0, index)? != LOG.leaf(entry) {
        return Err(damaged(&format!("entry {index}")));
    }
    let (mut level, mut place, mut lookups) = (0, index, 1);
    while place & 1 == 1 {
        let hash = LOG.inner(&node(level, place - 1)?, &node(level, place)?);
        level += 1;
        place >>= 1;
        if node(level, place)? != hash {
            return Err(damaged(&format!("log node {level}/{place}")));
        }
        lookups += 3;
    }
    Ok(lookups)
}

/// What an envelope left: its place by id, and, if it was accepted, its rows and results.
fn left(reading: &Reading<'_>, index: u64, entry: &v1::EnvelopeEntry) -> Result<(), Error> {
    let what = || damaged(&format!("entry {index}"));
    let outcome = entry.outcome.as_ref().ok_or_else(what)?;
    if !outcome.code.is_empty() {
        return Ok(());
    }
    let outer = Outer::parse(&network(reading)?, &entry.envelope).map_err(|_| what())?;
    let first = reading.index_of(&outer.id())?;
    if first.is_none_or(|first| first > index) {
        return Err(damaged(&format!("id {}", hex::encode(outer.id()))));
    }
    let envelope = v1::Envelope::decode(entry.envelope.as_slice()).map_err(|_| what())?;
    let body = v1::Body::decode(envelope.body.as_slice()).map_err(|_| what())?;
    for root in [&body.rows_root, &outcome.results_root] {
        if !root.is_empty() && !reading.has(Column::Content, root)? {
            return Err(damaged(&format!("rows {}", hex::encode(root))));
        }
    }
    Ok(())
}

/// The state's root as the newest checkpoint of this moment says.
fn state_root(reading: &Reading<'_>) -> Result<[u8; 32], Error> {
    let size = reading.size()?;
    let newest = match reading.checkpoint(size)? {
        Some(checkpoint) => Some(checkpoint),
        None => reading
            .final_note()?
            .map(|note| note.checkpoint().clone())
            .filter(|last| last.size == size),
    };
    newest
        .map(|checkpoint| checkpoint.state_root)
        .ok_or_else(|| damaged("checkpoints"))
}

#[cfg(test)]
mod tests;
