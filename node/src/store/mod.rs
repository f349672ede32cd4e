//! What a node keeps on disk beside the Raft log: tables of bytes, written atomically, read as of one moment.
//!
//! | column | key → value |
//! |---|---|
//! | entries | index, 8 bytes big-endian → exact bytes of the entry |
//! | log nodes | level and index of a perfect subtree → its hash |
//! | pages | address of a page of the state map → the page |
//! | state | state key → value |
//! | content | root of rows → the rows |
//! | ids | envelope id → index of its first entry |
//! | checkpoints | size → text of a checkpoint that is not final yet |
//! | meta | name → format, identity, applied state of consensus, log frontier, vow, final checkpoint, witnessed checkpoint, counter, mark, marks met, voting sets and their changes |
//!
//! Everything but `vow`, `counter` and the marks follows from the Raft log: it is written without syncing, and replayed after a crash.

mod memory;
mod reading;
mod rocks;
mod writing;

pub use memory::MemoryStore;
pub(crate) use reading::meta;
pub use reading::{Counter, Final, Reading, Scrubbed, Vow};
pub use rocks::RocksStore;
pub(crate) use writing::{FORMAT, identity_of};
pub use writing::{Writing, found};

use crate::error::Error;

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Entries of the log.
    Entries,
    /// Nodes of the log's tree.
    LogNodes,
    /// Pages of the state map.
    Pages,
    /// Values of the state.
    State,
    /// Rows.
    Content,
    /// Where an envelope stands.
    Ids,
    /// Checkpoints that are not final.
    Checkpoints,
    /// Single values.
    Meta,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 8] = [
        Self::Entries,
        Self::LogNodes,
        Self::Pages,
        Self::State,
        Self::Content,
        Self::Ids,
        Self::Checkpoints,
        Self::Meta,
    ];

    /// Its name on disk.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::LogNodes => "log-nodes",
            Self::Pages => "pages",
            Self::State => "state",
            Self::Content => "content",
            Self::Ids => "ids",
            Self::Checkpoints => "checkpoints",
            Self::Meta => "meta",
        }
    }
}

/// One change; no value = remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub column: Column,
    /// The key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Option<Vec<u8>>,
}

/// A key with its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Tables of bytes.
pub trait Store: Send + Sync + 'static {
    /// The content as of now; later writes do not show.
    fn snapshot(&self) -> Box<dyn Snapshot + '_>;

    /// Writes all changes or none. `sync`: they are on disk before it returns; otherwise they survive the end of the process, not that of
    /// the machine.
    ///
    /// # Errors
    /// [`Error::StoreWrite`].
    fn write(&self, changes: Vec<Change>, sync: bool) -> Result<(), Error>;

    /// Fills empty tables beside the present ones and puts them in their place, at once and on disk. Single values in `kept`
    /// are taken over from the present ones at that moment. If it fails, the present ones stay. Readings that are out keep
    /// what they read.
    ///
    /// # Errors
    /// What `fill` returned; [`Error::StoreOpen`], [`Error::StoreWrite`].
    fn replace(
        &self,
        kept: &[&'static str],
        fill: &mut dyn FnMut(&dyn Store) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Space on disk, bytes.
    fn disk_bytes(&self) -> u64;
}

/// The content of a store at one moment.
pub trait Snapshot: Send + Sync {
    /// A value.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    fn value(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;

    /// Pairs in key order from `from` on, included, whose keys begin with `prefix`; at most `count`.
    ///
    /// # Errors
    /// [`Error::StoreRead`].
    fn scan(
        &self,
        column: Column,
        prefix: &[u8],
        from: &[u8],
        count: usize,
    ) -> Result<Vec<Pair>, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn change() -> impl Strategy<Value = Change> {
        (
            0usize..8,
            prop::collection::vec(0u8..3, 1..4),
            prop::option::of(prop::collection::vec(any::<u8>(), 0..6)),
        )
            .prop_map(|(column, key, value)| Change {
                column: Column::ALL[column],
                key,
                value,
            })
    }

    fn everything(store: &dyn Store) -> Vec<(Column, Vec<Pair>)> {
        let snapshot = store.snapshot();
        Column::ALL
            .into_iter()
            .map(|column| {
                (
                    column,
                    snapshot
                        .scan(column, &[], &[], usize::MAX)
                        .expect("readable"),
                )
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn both_stores_hold_the_same(
            writes in prop::collection::vec(prop::collection::vec(change(), 0..8), 1..8),
            prefix in prop::collection::vec(0u8..3, 0..3),
            from in prop::collection::vec(0u8..3, 0..3),
            count in 0usize..5,
        ) {
            let folder = tempfile::tempdir().expect("temporary folder");
            let rocks = RocksStore::open(folder.path()).expect("opened");
            let memory = MemoryStore::default();
            for changes in writes {
                let before = (everything(&rocks), rocks.snapshot(), memory.snapshot());
                rocks.write(changes.clone(), false).expect("written");
                memory.write(changes, false).expect("written");
                // Snapshots do not see it.
                for (column, pairs) in &before.0 {
                    prop_assert_eq!(pairs, &before.1.scan(*column, &[], &[], usize::MAX).expect("readable"));
                    prop_assert_eq!(pairs, &before.2.scan(*column, &[], &[], usize::MAX).expect("readable"));
                }
                prop_assert_eq!(everything(&rocks), everything(&memory));
                for column in Column::ALL {
                    prop_assert_eq!(
                        rocks.snapshot().scan(column, &prefix, &from, count).expect("readable"),
                        memory.snapshot().scan(column, &prefix, &from, count).expect("readable")
                    );
                }
            }
            let written = everything(&rocks);
            drop(rocks);
            prop_assert_eq!(written, everything(&RocksStore::open(folder.path()).expect("opened again")));
        }
    }
}
