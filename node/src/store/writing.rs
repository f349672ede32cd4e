//! From what a batch does to the changes of the tables.

use super::reading::{meta, size_key};
use super::{Change, Column, Reading, Store};
use crate::error::Error;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::execute::{Applied, Sealed, seal};
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::log::Frontier;
use hengtan_ledger::v1;
use prost::Message as _;

/// Format of the tables.
pub const FORMAT: u32 = 1;

/// Changes that are collected for one atomic write.
#[derive(Debug, Default)]
pub struct Writing {
    changes: Vec<Change>,
}

impl Writing {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn put(&mut self, column: Column, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push(Change {
            column,
            key: key.into(),
            value: Some(value.into()),
        });
    }

    /// Sets a single value.
    pub fn put_meta(&mut self, name: &'static str, value: impl Into<Vec<u8>>) {
        self.put(Column::Meta, name.as_bytes(), value);
    }

    /// Keeps the proof of the voting set at a size at which it changed: it can be made only while the state is that one.
    pub fn put_change(&mut self, size: u64, proof: &v1::StateProof) {
        self.put(Column::Meta, meta::change(size), proof.encode_to_vec());
    }

    /// Keeps a voting set that another one has replaced.
    pub fn put_replaced(&mut self, set: &v1::VotingSet) {
        self.put(
            Column::Meta,
            meta::voting_set(set.version),
            set.encode_to_vec(),
        );
    }

    /// Forgets the checkpoint of a size that was not final.
    pub fn remove_checkpoint(&mut self, size: u64) {
        self.changes.push(Change {
            column: Column::Checkpoints,
            key: size_key(size).to_vec(),
            value: None,
        });
    }

    /// Everything that a batch does, with the roots after it.
    pub fn put_applied(&mut self, applied: Applied, sealed: &Sealed) {
        if applied
            .state_writes
            .contains_key(hengtan_ledger::state::key::VOTING_SET)
        {
            // What it judges may not be final yet.
            self.put_replaced(&applied.judge);
        }
        for (position, entry) in applied.entries.into_iter().enumerate() {
            self.put(
                Column::Entries,
                size_key(applied.first_index + position as u64),
                entry,
            );
        }
        for (address, hash) in &sealed.log_nodes {
            self.put(Column::LogNodes, address.to_bytes(), *hash);
        }
        for (address, page) in &sealed.pages {
            self.changes.push(Change {
                column: Column::Pages,
                key: address.to_bytes().to_vec(),
                value: page.clone(),
            });
        }
        for (key, value) in applied.state_writes {
            self.changes.push(Change {
                column: Column::State,
                key: key.into_bytes(),
                value,
            });
        }
        for write in applied.content_writes {
            self.put(
                Column::Content,
                write.root,
                v1::RowSet { rows: write.rows }.encode_to_vec(),
            );
        }
        for (id, index) in applied.id_writes {
            self.put(Column::Ids, id, index.to_be_bytes());
        }
        self.put(
            Column::Checkpoints,
            size_key(sealed.checkpoint.size),
            sealed.checkpoint.text(),
        );
        self.put_meta(meta::FRONTIER, sealed.frontier.to_bytes());
    }

    /// The changes.
    #[must_use]
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

/// The mark of a store: network and number of the node.
pub(crate) fn identity_of(network: &NetworkId, node: u64) -> Vec<u8> {
    [&network[..], &node.to_be_bytes()].concat()
}

/// Claims an empty store for a node of a network and applies genesis; a store that has it already is compared. `node` is the node's
/// number.
///
/// # Errors
/// [`Error::StoreFormat`], [`Error::StoreIdentity`], [`Error::StoreDamaged`], failures of the store.
pub fn found(store: &dyn Store, founded: &Founded, node: u64) -> Result<(), Error> {
    let network = founded.network_id();
    let identity = identity_of(&network, node);
    let reading = Reading::new(store);
    if let Some(format) = reading.meta(meta::FORMAT)? {
        let found = format
            .as_slice()
            .try_into()
            .map(u32::from_be_bytes)
            .unwrap_or(u32::MAX);
        if found != FORMAT {
            return Err(Error::StoreFormat {
                found,
                supported: FORMAT,
            });
        }
        let found = reading.meta(meta::IDENTITY)?.unwrap_or_default();
        if found != identity {
            return Err(Error::StoreIdentity {
                found: hex::encode(found),
                expected: hex::encode(identity),
            });
        }
        return reading.check();
    }
    let applied = founded.apply();
    let sealed = seal(&applied, &Frontier::default(), &reading)?;
    let mut writing = Writing::new();
    writing.put_meta(meta::FORMAT, FORMAT.to_be_bytes());
    writing.put_meta(meta::IDENTITY, identity);
    writing.put_applied(applied, &sealed);
    store.write(writing.into_changes(), true)
}
