//! Nothing is acknowledged before it is on stable storage. The engine's suite passes also on a store that never syncs, so
//! these tests take the power away, and each has its negative control: the same test on a store whose sync does nothing
//! must find the loss.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use openraft::storage::{IOFlushed, RaftLogReader, RaftLogStorage};
use tokio::sync::oneshot;

use super::{Journal, options, start_alone, start_with, within};
use crate::engine::{Batch, Entry, EntryPayload, LeaderId, TypeConfig, Vote, log_id};
use crate::error::Error;
use crate::log::disk::{Disk, Meta, Operation};
use crate::log::memory::MemoryDisk;
use crate::log::store::LogStore;
use crate::options::Storage;
use crate::snapshot::SnapshotMemory;
use crate::status::Failure;
use crate::transport::Alone;

pub fn entry(term: u64, index: u64) -> Entry {
    Entry {
        log_id: log_id(term, index),
        payload: EntryPayload::Normal(Batch(format!("{term}.{index}").into())),
    }
}

pub fn vote(term: u64, committed: bool) -> Vote {
    Vote {
        leader_id: LeaderId { term, voted_for: 1 },
        committed,
    }
}

pub fn open(disk: Arc<dyn Disk>) -> Result<LogStore, Error> {
    LogStore::open(disk, 1 << 20, Failure::new())
}

/// Appends and waits for the acknowledgement.
pub async fn append(log: &mut LogStore, entries: Vec<Entry>) -> Result<(), std::io::Error> {
    let (sender, receiver) = <TypeConfig as openraft::type_config::TypeConfigExt>::oneshot();
    log.append(entries, IOFlushed::<TypeConfig>::signal(sender))
        .await?;
    within(receiver).await.expect("the callback is called")
}

/// A history of acknowledged steps; after each, `crash` gives the store as it would be after a power cut, and what was
/// acknowledged must be there. Returns what was lost.
async fn lost_steps<D: Disk>(
    disk: Arc<D>,
    crash: impl Fn(&D) -> Arc<dyn Disk>,
) -> BTreeSet<&'static str> {
    let mut lost = BTreeSet::new();
    let mut log = open(disk.clone()).expect("a new store opens");
    let mut check = |step: &'static str, holds: &dyn Fn(&Seen) -> bool| {
        if !look(crash(&disk)).is_some_and(|seen| holds(&seen)) {
            lost.insert(step);
        }
    };
    log.save_vote(&vote(1, false)).await.expect("is saved");
    check("vote", &|seen| seen.vote == Some(vote(1, false)));
    append(&mut log, (0..10).map(|index| entry(1, index)).collect())
        .await
        .expect("is appended");
    check("append", &|seen| {
        seen.indices == (0..10).map(|index| (1, index)).collect::<Vec<_>>()
    });
    log.truncate_after(Some(log_id(1, 5)))
        .await
        .expect("is truncated");
    check("truncate", &|seen| seen.indices.last() == Some(&(1, 5)));
    append(&mut log, vec![entry(2, 6)])
        .await
        .expect("is appended");
    check("overwrite", &|seen| seen.indices.last() == Some(&(2, 6)));
    log.purge(log_id(1, 3)).await.expect("is purged");
    check("purge", &|seen| {
        seen.purged == Some(3) && seen.indices.first() == Some(&(1, 4))
    });
    log.close();
    lost
}

struct Seen {
    vote: Option<Vote>,
    purged: Option<u64>,
    indices: Vec<(u64, u64)>,
}

/// What a restart finds; `None` if it refuses to start.
fn look(disk: Arc<dyn Disk>) -> Option<Seen> {
    let log = open(disk).ok()?;
    let seen = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .build()
                    .expect("a runtime");
                runtime.block_on(async {
                    let mut reader = log.clone();
                    let entries = reader.try_get_log_entries(..).await.expect("reads");
                    Seen {
                        vote: reader.read_vote().await.expect("reads"),
                        purged: log.ends().purged.map(|purged| purged.index),
                        indices: entries
                            .iter()
                            .map(|entry| (entry.log_id.leader_id.term, entry.log_id.index))
                            .collect(),
                    }
                })
            })
            .join()
            .expect("no panic")
    });
    log.close();
    Some(seen)
}

const ALL_STEPS: [&str; 5] = ["append", "overwrite", "purge", "truncate", "vote"];

#[tokio::test]
async fn every_acknowledged_step_survives_a_power_cut_in_memory() {
    let lost = lost_steps(Arc::new(MemoryDisk::default()), |disk| {
        Arc::new(disk.power_cut_copy())
    })
    .await;
    assert_eq!(lost, BTreeSet::new());
}

#[tokio::test]
async fn the_power_cut_test_notices_a_missing_sync_in_memory() {
    let disk = Arc::new(MemoryDisk::default());
    disk.ignore_sync(true);
    let lost = lost_steps(disk, |disk| Arc::new(disk.power_cut_copy())).await;
    assert_eq!(lost, BTreeSet::from(ALL_STEPS));
}

#[cfg(feature = "rocksdb")]
pub mod on_disk {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::log::rocks::RocksDisk;

    /// A RocksDB whose folder can be copied at any moment. The write-ahead log reaches the file only when the store syncs,
    /// so a copy holds what was synced and nothing else that matters.
    #[derive(Debug)]
    pub struct Copied {
        inner: RocksDisk,
        folder: PathBuf,
        syncs: bool,
        copies: Mutex<Vec<tempfile::TempDir>>,
    }

    impl Copied {
        pub fn open(folder: &Path, syncs: bool) -> Self {
            let inner = RocksDisk::open(folder).expect("opens");
            Self {
                inner,
                folder: folder.to_owned(),
                syncs,
                copies: Mutex::new(Vec::new()),
            }
        }

        pub fn crash(&self) -> Arc<dyn Disk> {
            let copy = tempfile::tempdir().expect("a temporary folder");
            copy_folder(&self.folder, copy.path());
            let disk = RocksDisk::open(copy.path()).expect("opens");
            self.copies.lock().expect("no panic").push(copy);
            Arc::new(disk)
        }
    }

    pub fn copy_folder(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).expect("creates");
        for file in std::fs::read_dir(from).expect("lists") {
            let file = file.expect("lists");
            if file.file_type().expect("reads").is_dir() {
                copy_folder(&file.path(), &to.join(file.file_name()));
            } else {
                std::fs::copy(file.path(), to.join(file.file_name())).expect("copies");
            }
        }
    }

    impl Disk for Copied {
        fn write(&self, operations: &[Operation]) -> Result<(), Error> {
            self.inner.write(operations)
        }

        fn sync(&self) -> Result<(), Error> {
            if self.syncs {
                self.inner.sync()
            } else {
                Ok(())
            }
        }

        fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error> {
            self.inner.meta(meta)
        }

        fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error> {
            self.inner.entries(range, bytes_max)
        }

        fn first_index(&self) -> Result<Option<u64>, Error> {
            self.inner.first_index()
        }

        fn blocks(&self) -> bool {
            true
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_acknowledged_step_survives_a_power_cut_on_rocksdb() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Arc::new(Copied::open(&folder.path().join("log"), true));
        assert_eq!(lost_steps(disk, Copied::crash).await, BTreeSet::new());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_power_cut_test_notices_a_missing_sync_on_rocksdb() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Arc::new(Copied::open(&folder.path().join("log"), false));
        assert_eq!(
            lost_steps(disk, Copied::crash).await,
            BTreeSet::from(ALL_STEPS)
        );
    }

    /// A copy of the folder does not tell a flush to the operating system from a sync to the drive; RocksDB's own counter
    /// of syncs does.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_acknowledgement_comes_after_a_sync_of_the_write_ahead_log() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Arc::new(RocksDisk::open(folder.path()).expect("opens"));
        let mut log = open(disk.clone()).expect("opens");
        for index in 0..5 {
            let before = disk.sync_count();
            append(&mut log, vec![entry(1, index)])
                .await
                .expect("is appended");
            assert!(disk.sync_count() > before, "entry {index}");
        }
        let before = disk.sync_count();
        log.save_vote(&vote(2, true)).await.expect("is saved");
        assert!(disk.sync_count() > before, "vote");
        let before = disk.sync_count();
        log.truncate_after(Some(log_id(1, 2)))
            .await
            .expect("is truncated");
        assert!(disk.sync_count() > before, "truncation");
        log.close();
    }

    /// The newest write-ahead log.
    fn newest(folder: &Path) -> PathBuf {
        let files = std::fs::read_dir(folder)
            .expect("lists")
            .map(|file| file.expect("lists").path());
        let logs =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
        logs.max().expect("a write-ahead log")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn damage_inside_the_write_ahead_log_is_no_torn_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Arc::new(Copied::open(&folder.path().join("log"), true));
        let mut log = open(disk.clone()).expect("opens");
        for index in 0..8 {
            append(&mut log, vec![entry(1, index)])
                .await
                .expect("is appended");
        }
        let damaged = folder.path().join("damaged");
        copy_folder(&disk.folder, &damaged);
        log.close();
        let path = newest(&damaged);
        let mut bytes = std::fs::read(&path).expect("reads");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("writes");
        let outcome = RocksDisk::open(&damaged);
        assert!(
            matches!(
                outcome,
                Err(Error::Disk {
                    operation: "open log",
                    ..
                })
            ),
            "{outcome:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_torn_end_of_the_write_ahead_log_loses_nothing_acknowledged() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Arc::new(Copied::open(&folder.path().join("log"), true));
        let mut log = open(disk.clone()).expect("opens");
        append(&mut log, (0..4).map(|index| entry(1, index)).collect())
            .await
            .expect("is appended");
        let acknowledged = folder.path().join("acknowledged");
        copy_folder(&disk.folder, &acknowledged);
        append(&mut log, vec![entry(1, 4)])
            .await
            .expect("is appended");
        log.close();
        // The power went while the last record was being written: half of it is in the file.
        let (short, long) = (newest(&acknowledged), newest(&disk.folder));
        let (short_length, long_bytes) = (
            std::fs::metadata(&short).expect("reads").len() as usize,
            std::fs::read(&long).expect("reads"),
        );
        assert!(
            long_bytes.len() > short_length + 8,
            "the last record is in the file"
        );
        let torn = (short_length + long_bytes.len()) / 2;
        std::fs::write(&short, &long_bytes[..torn]).expect("writes");
        let seen = look(Arc::new(RocksDisk::open(&acknowledged).expect("opens"))).expect("starts");
        assert_eq!(seen.indices.last(), Some(&(1, 3)));
    }
}

/// A disk whose sync waits for permission and tells that it waits.
#[derive(Debug)]
struct Gated {
    inner: MemoryDisk,
    waiting: SyncSender<()>,
    permission: Mutex<Receiver<()>>,
}

impl Disk for Gated {
    fn write(&self, operations: &[Operation]) -> Result<(), Error> {
        self.inner.write(operations)
    }

    fn sync(&self) -> Result<(), Error> {
        self.waiting.send(()).expect("the test runs");
        self.permission
            .lock()
            .expect("no panic")
            .recv()
            .map_err(|error| Error::disk("sync", error))?;
        self.inner.sync()
    }

    fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error> {
        self.inner.meta(meta)
    }

    fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error> {
        self.inner.entries(range, bytes_max)
    }

    fn first_index(&self) -> Result<Option<u64>, Error> {
        self.inner.first_index()
    }

    fn blocks(&self) -> bool {
        true
    }
}

fn gated() -> (MemoryDisk, LogStore, Receiver<()>, SyncSender<()>) {
    let inner = MemoryDisk::default();
    let (waiting, waits) = sync_channel(64);
    let (permit, permission) = sync_channel(64);
    let disk = Gated {
        inner: inner.clone(),
        waiting,
        permission: Mutex::new(permission),
    };
    (inner, open(Arc::new(disk)).expect("opens"), waits, permit)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_readable_at_once_and_acknowledged_in_order_after_one_sync_for_all_that_waited()
{
    let (inner, mut log, waits, permit) = gated();
    let mut receivers: Vec<oneshot::Receiver<Result<(), std::io::Error>>> = Vec::new();
    for index in 0..10 {
        let (sender, receiver) = <TypeConfig as openraft::type_config::TypeConfigExt>::oneshot();
        log.append(
            vec![entry(1, index)],
            IOFlushed::<TypeConfig>::signal(sender),
        )
        .await
        .expect("is taken");
        receivers.push(receiver);
        if index == 0 {
            // The first is being synced now; the others queue behind it.
            tokio::task::block_in_place(|| waits.recv().expect("the writer runs"));
        }
    }
    assert_eq!(log.try_get_log_entries(..).await.expect("reads").len(), 10);
    assert!(
        receivers
            .iter_mut()
            .all(|receiver| receiver.try_recv().is_err()),
        "nothing is acknowledged before the sync"
    );
    permit.send(()).expect("the writer runs");
    within(receivers.remove(0))
        .await
        .expect("is called")
        .expect("is durable");
    tokio::task::block_in_place(|| waits.recv().expect("the writer runs"));
    assert!(
        receivers
            .iter_mut()
            .all(|receiver| receiver.try_recv().is_err()),
        "the rest waits for its own sync"
    );
    permit.send(()).expect("the writer runs");
    for receiver in receivers {
        within(receiver)
            .await
            .expect("is called")
            .expect("is durable");
    }
    assert_eq!(inner.sync_count(), 2, "nine appends shared one sync");
    log.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_is_not_visible_before_it_is_durable() {
    let (_, log, waits, permit) = gated();
    let mut saver = log.clone();
    let saving = tokio::spawn(async move { saver.save_vote(&vote(3, false)).await });
    tokio::task::block_in_place(|| waits.recv().expect("the writer runs"));
    let mut reader = log.clone();
    assert_eq!(reader.read_vote().await.expect("reads"), None);
    permit.send(()).expect("the writer runs");
    within(saving).await.expect("no panic").expect("is saved");
    assert_eq!(
        reader.read_vote().await.expect("reads"),
        Some(vote(3, false))
    );
    log.close();
}

#[tokio::test]
async fn a_failed_write_is_never_acknowledged_nor_tried_again() {
    let disk = MemoryDisk::default();
    let failure = Failure::new();
    let mut log = LogStore::open(Arc::new(disk.clone()), 1 << 20, failure.clone()).expect("opens");
    append(&mut log, vec![entry(1, 0)])
        .await
        .expect("is appended");
    disk.fail_writes();
    append(&mut log, vec![entry(1, 1)])
        .await
        .expect_err("the disk is broken");
    assert_eq!(failure.first().map(|fatal| fatal.code), Some("HT-CON-026"));
    let syncs = disk.sync_count();
    log.save_vote(&vote(2, false))
        .await
        .expect_err("the store is not used any more");
    assert_eq!(disk.sync_count(), syncs);
}

#[tokio::test]
async fn a_member_on_a_broken_disk_stops_and_acknowledges_nothing() {
    let journal = Journal::default();
    let disk = MemoryDisk::default();
    let storage = Storage::Memory {
        log: disk.clone(),
        snapshots: SnapshotMemory::default(),
    };
    let (consensus, leadership) = start_alone(storage, &journal).await;
    within(consensus.propose(leadership.term, "before"))
        .await
        .expect("is committed");
    disk.fail_writes();
    let outcome = within(consensus.propose(leadership.term, "after")).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Failed(_) | Error::OutcomeUnknown { .. })
        ),
        "{outcome:?}"
    );
    let failure = within(consensus.failure().wait_for(Option::is_some))
        .await
        .expect("is noted")
        .clone();
    assert_eq!(failure.map(|fatal| fatal.code), Some("HT-CON-026"));
    assert_eq!(journal.batches(), ["before"]);
    assert!(consensus.shutdown().await.is_err());
}

/// Acknowledged batches that a restart after a power cut does not have.
async fn lost_batches(disk: MemoryDisk) -> usize {
    let journal = Journal::default();
    let storage = Storage::Memory {
        log: disk.clone(),
        snapshots: SnapshotMemory::default(),
    };
    let (consensus, leadership) = start_alone(storage, &journal).await;
    for number in 0..10 {
        within(consensus.propose(leadership.term, format!("{number}")))
            .await
            .expect("is acknowledged");
    }
    let acknowledged = journal.batches();
    let after = disk.cut_power();
    drop(consensus.shutdown().await);
    let recovered = Journal::default();
    let storage = Storage::Memory {
        log: after,
        snapshots: SnapshotMemory::default(),
    };
    let consensus = start_with(options(1, storage), &recovered, Arc::new(Alone))
        .await
        .expect("starts");
    if consensus.is_initialised() {
        super::lead(&consensus).await;
    }
    consensus.shutdown().await.expect("stops");
    let found = recovered.batches();
    acknowledged
        .iter()
        .filter(|batch| !found.contains(batch))
        .count()
}

#[tokio::test]
async fn acknowledged_batches_survive_a_power_cut() {
    assert_eq!(lost_batches(MemoryDisk::default()).await, 0);
}

#[tokio::test]
async fn the_batch_test_notices_a_missing_sync() {
    let disk = MemoryDisk::default();
    disk.ignore_sync(true);
    assert_eq!(lost_batches(disk).await, 10);
}

#[tokio::test]
async fn scrubbing_passes_over_a_whole_log_and_stops_a_member_whose_log_rots() {
    let journal = Journal::default();
    let disk = MemoryDisk::default();
    let storage = Storage::Memory {
        log: disk.clone(),
        snapshots: SnapshotMemory::default(),
    };
    let (consensus, leadership) = start_alone(storage, &journal).await;
    for number in 0..20 {
        within(consensus.propose(leadership.term, format!("{number}")))
            .await
            .expect("is committed");
    }
    assert!(within(consensus.scrub(u64::MAX)).await.expect("is whole") > 20);
    assert!(disk.damage_entry(7));
    let outcome = within(consensus.scrub(u64::MAX)).await;
    let Err(Error::Failed(fatal)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fatal.code, "HT-CON-024");
    assert_eq!(consensus.status().role, crate::status::Role::Stopped);
    let refused = within(consensus.propose(leadership.term, "after")).await;
    assert!(refused.is_err(), "{refused:?}");
}
