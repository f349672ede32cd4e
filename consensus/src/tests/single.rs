//! A network of one voter: start, propose, restart, replay, refuse.

use std::collections::BTreeMap;

use super::{Journal, lead, member, memory, options, start, start_alone, start_with, within};
use crate::error::Error;
use crate::options::Storage;
use crate::status::Role;
use crate::transport::Alone;

async fn propose_restart_replay(storage: Storage) {
    let journal = Journal::default();
    let (consensus, first) = start_alone(storage.clone(), &journal).await;
    let mut last_index = 0;
    for number in 0..20 {
        let batch = format!("batch {number}");
        let applied = within(consensus.propose(first.term, batch.clone()))
            .await
            .expect("is committed");
        assert_eq!(applied.response, format!("ok {batch}"));
        assert_eq!(applied.term, first.term);
        assert!(applied.index > last_index);
        last_index = applied.index;
    }
    assert_eq!(consensus.linearize().await, Ok(last_index));
    let status = consensus.status();
    assert_eq!(status.role, Role::Leader);
    assert_eq!(status.leader, Some(1));
    assert_eq!(status.last_log_index, Some(last_index));
    assert_eq!(
        status.membership.voters().into_iter().collect::<Vec<_>>(),
        [1]
    );
    let before = journal.items();
    consensus.shutdown().await.expect("stops");

    // The state's database lost its newest writes: the log replays them, identically.
    journal.lose(7);
    let (consensus, second) = start_alone(storage.clone(), &journal).await;
    assert!(
        second.term > first.term,
        "each life proposes in terms of its own"
    );
    assert_eq!(journal.items()[..before.len()], before);
    let stale = consensus.propose(first.term, "from an earlier life").await;
    assert_eq!(stale, Err(Error::TermOver { term: first.term }));
    within(consensus.propose(second.term, "new"))
        .await
        .expect("is committed");
    let before = journal.items();
    consensus.shutdown().await.expect("stops");

    // It lost everything.
    journal.lose(usize::MAX);
    let (consensus, _) = start_alone(storage, &journal).await;
    assert_eq!(journal.items()[..before.len()], before);
    assert_eq!(journal.batches().len(), 21);
    consensus.shutdown().await.expect("stops");
}

#[tokio::test]
async fn a_single_voter_proposes_restarts_and_replays_in_memory() {
    propose_restart_replay(memory()).await;
}

#[tokio::test]
async fn leadership_is_given_only_after_the_blank_entry_of_the_term_is_applied() {
    let journal = Journal::default();
    let consensus = start(memory(), &journal).await.expect("starts");
    assert_eq!(*consensus.leadership().borrow(), None);
    consensus
        .initialise(BTreeMap::from([(1, member(1))]))
        .await
        .expect("is new");
    let leadership = lead(&consensus).await;
    let newest = journal.items().pop().expect("the blank entry");
    assert_eq!((newest.term, newest.batch), (leadership.term, None));
    consensus.shutdown().await.expect("stops");
    within(consensus.leadership().wait_for(Option::is_none))
        .await
        .expect("ends");
}

#[tokio::test]
async fn many_proposals_at_once_are_committed_in_one_order() {
    let journal = Journal::default();
    let (consensus, leadership) = start_alone(memory(), &journal).await;
    let proposals = (0..200).map(|number| {
        let consensus = consensus.clone();
        tokio::spawn(async move {
            consensus
                .propose(leadership.term, format!("{number}"))
                .await
        })
    });
    let mut indices = Vec::new();
    for proposal in proposals.collect::<Vec<_>>() {
        indices.push(
            within(proposal)
                .await
                .expect("no panic")
                .expect("is committed")
                .index,
        );
    }
    indices.sort_unstable();
    indices.dedup();
    assert_eq!(indices.len(), 200);
    assert_eq!(journal.batches().len(), 200);
    consensus.shutdown().await.expect("stops");
}

#[tokio::test]
async fn proposals_that_cannot_be_made_are_refused_cleanly() {
    let journal = Journal::default();
    let mut settings = options(1, memory());
    settings.batch_bytes_max = 8;
    let consensus = start_with(settings, &journal, std::sync::Arc::new(Alone))
        .await
        .expect("starts");
    assert_eq!(
        consensus.propose(1, "early").await,
        Err(Error::NotLeader { leader: None })
    );
    assert_eq!(
        consensus.linearize().await,
        Err(Error::NotLeader { leader: None })
    );
    let stranger = consensus.initialise(BTreeMap::from([(2, member(2))])).await;
    assert_eq!(stranger, Err(Error::UnknownMember { node_id: 1 }));
    consensus
        .initialise(BTreeMap::from([(1, member(1))]))
        .await
        .expect("is new");
    let leadership = lead(&consensus).await;
    let again = consensus.initialise(BTreeMap::from([(1, member(1))])).await;
    assert_eq!(again, Err(Error::AlreadyInitialised));
    let large = consensus.propose(leadership.term, vec![0; 9]).await;
    assert_eq!(
        large,
        Err(Error::TooLarge {
            size_bytes: 9,
            limit_bytes: 8
        })
    );
    assert!(
        consensus
            .propose(leadership.term + 1, "future")
            .await
            .is_err()
    );
    consensus.shutdown().await.expect("stops");
    assert_eq!(
        consensus.propose(leadership.term, "late").await,
        Err(Error::ShutDown)
    );
    assert!(journal.batches().is_empty());
    consensus
        .shutdown()
        .await
        .expect("a second time is no error");
}

#[tokio::test]
async fn a_failing_application_stops_the_member_and_says_why() {
    let journal = Journal::default();
    let (consensus, leadership) = start_alone(memory(), &journal).await;
    journal.fail_next();
    let outcome = within(consensus.propose(leadership.term, "x")).await;
    let Err(Error::Failed(fatal)) = outcome else {
        panic!("unexpected {outcome:?}")
    };
    assert_eq!(fatal.code, "HT-TEST-002");
    within(consensus.failure().wait_for(Option::is_some))
        .await
        .expect("is noted");
    within(consensus.leadership().wait_for(Option::is_none))
        .await
        .expect("ends");
    assert!(matches!(consensus.shutdown().await, Err(Error::Failed(_))));
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let mut settings = options(1, memory());
    settings.timing.election_max_ms = settings.timing.election_min_ms;
    let outcome = start_with(settings, &Journal::default(), std::sync::Arc::new(Alone)).await;
    assert_eq!(
        outcome.err(),
        Some(Error::InvalidOption {
            option: "election_max_ms"
        })
    );
}

#[tokio::test]
async fn a_lost_log_is_not_replaced_by_an_empty_one() {
    let journal = Journal::default();
    let (consensus, leadership) = start_alone(memory(), &journal).await;
    within(consensus.propose(leadership.term, "x"))
        .await
        .expect("is committed");
    consensus.shutdown().await.expect("stops");
    let outcome = start(memory(), &journal).await;
    assert!(matches!(
        outcome.err(),
        Some(Error::LogMissing {
            last_log_index: None,
            ..
        })
    ));
}

#[tokio::test]
async fn a_snapshot_purges_the_log_and_restores_a_lost_state() {
    let journal = Journal::default();
    let storage = memory();
    let mut settings = options(1, storage.clone());
    settings.entries_kept = 2;
    let consensus = start_with(settings.clone(), &journal, std::sync::Arc::new(Alone))
        .await
        .expect("starts");
    consensus
        .initialise(BTreeMap::from([(1, member(1))]))
        .await
        .expect("is new");
    let leadership = lead(&consensus).await;
    for number in 0..30 {
        within(consensus.propose(leadership.term, format!("{number}")))
            .await
            .expect("is committed");
    }
    consensus.snapshot().await.expect("runs");
    within(consensus.wait_status(|status| status.purged.is_some()))
        .await
        .expect("purges");
    within(consensus.propose(leadership.term, "after"))
        .await
        .expect("is committed");
    let before = journal.items();
    consensus.shutdown().await.expect("stops");

    journal.lose(usize::MAX);
    let consensus = start_with(settings, &journal, std::sync::Arc::new(Alone))
        .await
        .expect("starts");
    lead(&consensus).await;
    assert_eq!(journal.items()[..before.len()], before);
    consensus.shutdown().await.expect("stops");
}

#[cfg(feature = "rocksdb")]
mod on_disk {
    use std::sync::Arc;

    use super::*;
    use crate::log::disk::{Disk, Meta, Operation};
    use crate::log::rocks::RocksDisk;

    fn folder() -> (tempfile::TempDir, Storage) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let storage = Storage::Folder(folder.path().to_owned());
        (folder, storage)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_single_voter_proposes_restarts_and_replays_on_rocksdb() {
        let (_folder, storage) = folder();
        propose_restart_replay(storage).await;
    }

    /// A folder with ten batches, closed.
    async fn used() -> (tempfile::TempDir, Storage, Journal) {
        let (folder, storage) = folder();
        let journal = Journal::default();
        let (consensus, leadership) = start_alone(storage.clone(), &journal).await;
        for number in 0..10 {
            within(consensus.propose(leadership.term, format!("{number}")))
                .await
                .expect("is committed");
        }
        consensus.shutdown().await.expect("stops");
        (folder, storage, journal)
    }

    fn change(folder: &tempfile::TempDir, operations: &[Operation]) {
        let disk = RocksDisk::open(&folder.path().join("log")).expect("opens");
        disk.write(operations).expect("writes");
        disk.sync().expect("syncs");
    }

    fn entry(folder: &tempfile::TempDir, index: u64) -> Vec<u8> {
        let disk = RocksDisk::open(&folder.path().join("log")).expect("opens");
        disk.entries(index..index + 1, usize::MAX)
            .expect("reads")
            .remove(0)
            .1
            .to_vec()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_serves_one_process_one_node_and_one_network() {
        let (folder, storage, journal) = used().await;
        let (consensus, _) = start_alone(storage.clone(), &journal).await;
        let second = start(storage.clone(), &Journal::default()).await.err();
        assert!(
            matches!(second, Some(Error::FolderLocked { .. })),
            "{second:?}"
        );
        consensus.shutdown().await.expect("stops");

        let other_node = start_with(options(2, storage.clone()), &journal, Arc::new(Alone))
            .await
            .err();
        assert!(
            matches!(
                other_node,
                Some(Error::IdentityMismatch { what: "node", .. })
            ),
            "{other_node:?}"
        );
        let mut settings = options(1, storage.clone());
        settings.network_id = [8; 32];
        let other_network = start_with(settings, &journal, Arc::new(Alone)).await.err();
        assert!(
            matches!(
                other_network,
                Some(Error::IdentityMismatch {
                    what: "network",
                    ..
                })
            ),
            "{other_network:?}"
        );

        // A newer format is refused, not misread.
        let path = folder.path().join("identity");
        let intact = std::fs::read(&path).expect("reads");
        let newer = crate::record::Identity {
            format: 2,
            network_id: super::super::NETWORK.to_vec(),
            node_id: 1,
        };
        std::fs::write(&path, crate::record::seal(b"identity", &newer)).expect("writes");
        let outcome = start(storage.clone(), &journal).await.err();
        assert_eq!(
            outcome,
            Some(Error::FormatUnknown {
                found: 2,
                supported: 1
            })
        );
        let mut damaged = intact.clone();
        damaged[6] ^= 1;
        std::fs::write(&path, damaged).expect("writes");
        let outcome = start(storage.clone(), &journal).await.err();
        assert_eq!(
            outcome,
            Some(Error::ChecksumMismatch {
                record: "identity",
                index: 0
            })
        );
        std::fs::write(&path, intact).expect("writes");

        // The log's folder was lost, the rest is there.
        std::fs::remove_dir_all(folder.path().join("log")).expect("removes");
        let outcome = start(storage, &Journal::default()).await.err();
        assert!(
            matches!(outcome, Some(Error::LogMissing { .. })),
            "{outcome:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_damaged_entry_is_noticed_at_the_start() {
        let (folder, storage, journal) = used().await;
        let mut record = entry(&folder, 5);
        let last = record.len() - 1;
        record[last] ^= 0x10;
        change(
            &folder,
            &[Operation::Entry {
                index: 5,
                record: record.into(),
            }],
        );
        let outcome = start(storage, &journal).await.err();
        assert_eq!(
            outcome,
            Some(Error::ChecksumMismatch {
                record: "entry",
                index: 5
            })
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_misplaced_entry_and_a_hole_are_noticed_at_the_start() {
        let (folder, storage, journal) = used().await;
        let intact = entry(&folder, 5);
        change(
            &folder,
            &[Operation::Entry {
                index: 5,
                record: entry(&folder, 6).into(),
            }],
        );
        let outcome = start(storage.clone(), &journal).await.err();
        assert_eq!(
            outcome,
            Some(Error::ChecksumMismatch {
                record: "entry",
                index: 5
            })
        );
        change(
            &folder,
            &[
                Operation::Entry {
                    index: 5,
                    record: intact.into(),
                },
                Operation::Entry {
                    index: 40,
                    record: entry(&folder, 6).into(),
                },
            ],
        );
        let outcome = start(storage, &journal).await.err();
        assert!(
            matches!(outcome, Some(Error::LogBroken { found: 40, .. })),
            "{outcome:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_damaged_vote_is_noticed_at_the_start() {
        let (folder, storage, journal) = used().await;
        change(
            &folder,
            &[Operation::Meta {
                meta: Meta::Vote,
                record: vec![1, 2, 3, 4, 5].into(),
            }],
        );
        let outcome = start(storage, &journal).await.err();
        assert_eq!(
            outcome,
            Some(Error::ChecksumMismatch {
                record: "vote",
                index: 0
            })
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_log_that_lost_its_end_behind_the_state_is_refused() {
        let (folder, storage, journal) = used().await;
        change(&folder, &[Operation::Truncate { index: 6 }]);
        let outcome = start(storage, &journal).await.err();
        assert!(
            matches!(
                outcome,
                Some(Error::LogMissing {
                    last_log_index: Some(5),
                    ..
                })
            ),
            "{outcome:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_damaged_snapshot_is_moved_aside_and_the_log_is_used() {
        let (folder, storage) = folder();
        let journal = Journal::default();
        let (consensus, leadership) = start_alone(storage.clone(), &journal).await;
        for number in 0..10 {
            within(consensus.propose(leadership.term, format!("{number}")))
                .await
                .expect("is committed");
        }
        consensus.snapshot().await.expect("runs");
        let status = within(consensus.wait_status(|status| status.snapshot.is_some()))
            .await
            .expect("builds");
        let position = status.snapshot.expect("checked");
        consensus.shutdown().await.expect("stops");
        let name = format!("{}-{}", position.term, position.index);
        let path = folder.path().join("snapshot").join(&name).join("content");
        let mut content = std::fs::read(&path).expect("reads");
        content[100] ^= 1;
        std::fs::write(&path, content).expect("writes");
        std::fs::create_dir(folder.path().join("snapshot/building")).expect("creates");

        let before = journal.items();
        journal.lose(usize::MAX);
        let (consensus, _) = start_alone(storage, &journal).await;
        assert_eq!(journal.items()[..before.len()], before);
        assert!(
            folder
                .path()
                .join("snapshot")
                .join(format!("damaged-{name}"))
                .exists()
        );
        assert!(!folder.path().join("snapshot/building").exists());
        consensus.shutdown().await.expect("stops");
    }
}
