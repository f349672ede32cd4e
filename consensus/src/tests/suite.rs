//! The engine's own storage suite on both stores.

use std::sync::Arc;

use openraft::storage::StorageHelper;
use openraft::testing::log::{StoreBuilder, Suite};

use super::{Journal, NETWORK};
use crate::engine::TypeConfig;
use crate::log::disk::Disk;
use crate::log::memory::MemoryDisk;
use crate::log::store::LogStore;
use crate::machine::Machine;
use crate::options::Storage;
use crate::snapshot::{SnapshotMemory, Snapshots};
use crate::status::Failure;

type StorageError = openraft::StorageError<TypeConfig>;

fn build(disk: Arc<dyn Disk>, storage: &Storage) -> (LogStore, Machine) {
    let failure = Failure::new();
    let blocks = disk.blocks();
    let log = LogStore::open(disk, 1 << 20, failure.clone()).expect("a new store opens");
    let snapshots = Snapshots::open(storage, NETWORK, 64).expect("a new place opens");
    let journal = Arc::new(Journal::with_gaps());
    let machine =
        Machine::new(journal, log.clone(), snapshots, failure, blocks).expect("a new state");
    (log, machine)
}

struct InMemory;

impl StoreBuilder<TypeConfig, LogStore, Machine> for InMemory {
    async fn build(&self) -> Result<((), LogStore, Machine), StorageError> {
        let storage = Storage::Memory {
            log: MemoryDisk::default(),
            snapshots: SnapshotMemory::default(),
        };
        let (log, machine) = build(Arc::new(MemoryDisk::default()), &storage);
        Ok(((), log, machine))
    }
}

#[tokio::test]
async fn the_storage_suite_passes_in_memory() {
    Suite::test_all(InMemory).await.expect("the suite passes");
}

#[cfg(feature = "rocksdb")]
mod on_disk {
    use super::*;
    use crate::log::rocks::RocksDisk;

    struct OnDisk;

    impl StoreBuilder<TypeConfig, LogStore, Machine, tempfile::TempDir> for OnDisk {
        async fn build(&self) -> Result<(tempfile::TempDir, LogStore, Machine), StorageError> {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let disk = RocksDisk::open(&folder.path().join("log")).expect("a new database opens");
            let (log, machine) = build(Arc::new(disk), &Storage::Folder(folder.path().to_owned()));
            Ok((folder, log, machine))
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_storage_suite_passes_on_rocksdb() {
        Suite::test_all(OnDisk).await.expect("the suite passes");
    }
}

#[tokio::test]
async fn a_new_store_has_no_state() {
    let ((), mut log, mut machine) = InMemory.build().await.expect("builds");
    let state = StorageHelper::new(&mut log, &mut machine)
        .with_id(1)
        .get_initial_state()
        .await
        .expect("reads");
    assert_eq!(state.vote_ref().leader_id.term, 0);
}
