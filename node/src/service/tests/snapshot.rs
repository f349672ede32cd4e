//! The whole ledger as a stream, rebuilt elsewhere: the same tables, or nothing.

use super::*;
use crate::snapshot::{install, rebuild};
use crate::store::{Column, MemoryStore, meta};
use std::io::Cursor;

/// What follows from the log, table by table.
fn tables(store: &dyn Store) -> Vec<(Column, Vec<crate::store::Pair>)> {
    let snapshot = store.snapshot();
    [
        Column::Entries,
        Column::LogNodes,
        Column::Pages,
        Column::State,
        Column::Content,
        Column::Ids,
    ]
    .into_iter()
    .map(|column| {
        let pairs = snapshot.scan(column, &[], &[], usize::MAX);
        (column, pairs.expect("readable"))
    })
    .collect()
}

/// A node with some history, refusals and a duplicate among it; its stream.
async fn with_history(network: &Network) -> (Vec<u8>, Service) {
    let service = network.start().await;
    for number in 0..40 {
        let name = format!("plant-{}", number % 30);
        let envelope = network.facility("operator", &name);
        service
            .submit(submission(&envelope))
            .await
            .expect("submitted");
        if number % 9 == 0 {
            service.submit(submission(&envelope)).await.expect("again");
        }
    }
    let stream = service.stream().await.expect("a stream");
    let mut bytes = Vec::new();
    stream.write(&mut bytes).expect("written");
    (bytes, service)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_ledger_has_the_same_tables() {
    let network = network(&[]);
    let (bytes, service) = with_history(&network).await;
    let id = service.founded().network_id();
    let own = Arc::clone(&service.inner.store);
    let new = MemoryStore::default();
    let rebuilt = install(&new, &id, 7, b"applied", &mut Cursor::new(&bytes)).expect("rebuilt");
    assert_eq!(tables(&new), tables(&*own));
    let (old, new) = (Reading::new(&*own), Reading::new(&new));
    assert_eq!(new.frontier(), old.frontier());
    assert_eq!(new.final_note(), old.final_note());
    assert_eq!(new.applied(), Ok(Some(b"applied".to_vec())));
    assert_eq!(rebuilt.frontier.size(), old.size().expect("a size"));
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_if_a_byte_of_it_is_wrong() {
    let network = network(&[]);
    let (bytes, service) = with_history(&network).await;
    let id = service.founded().network_id();
    let store = MemoryStore::default();
    store
        .write(
            vec![crate::store::Change {
                column: Column::Meta,
                key: meta::COUNTER.as_bytes().to_vec(),
                value: Some(9_u64.to_be_bytes().to_vec()),
            }],
            true,
        )
        .expect("written");
    let refused = |bytes: &[u8], id: &[u8; 32]| {
        let outcome = install(&store, id, 7, b"", &mut Cursor::new(bytes));
        assert_eq!(Reading::new(&store).counter(), Ok(9));
        assert!(tables(&store).iter().all(|(_, pairs)| pairs.is_empty()));
        outcome.expect_err("refused")
    };
    for position in (0..bytes.len()).step_by(bytes.len() / 97) {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        refused(&changed, &id);
    }
    for length in [0, 5, 30, bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..length], &id);
    }
    let mut longer = bytes.clone();
    longer.push(0);
    refused(&longer, &id);
    assert_eq!(refused(&bytes, &[7; 32]).code(), "HT-LED-004");
    install(&store, &id, 7, b"", &mut Cursor::new(&bytes)).expect("the whole one is taken");
    assert_eq!(
        Reading::new(&store).counter(),
        Ok(9),
        "it outlives the state"
    );
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_on_disk_are_replaced_at_once_and_stay_so_after_a_restart() {
    let network = network(&[]);
    let (bytes, service) = with_history(&network).await;
    let id = service.founded().network_id();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let wanted = tables(&*service.inner.store);
    {
        let store = RocksStore::open(&path).expect("opened");
        let before = Reading::new(&store);
        let spoilt = &bytes[..bytes.len() - 3];
        install(&store, &id, 7, b"a", &mut Cursor::new(spoilt)).expect_err("incomplete");
        assert!(
            !folder.path().join("store-2").exists(),
            "what failed is gone"
        );
        install(&store, &id, 7, b"a", &mut Cursor::new(&bytes)).expect("installed");
        assert_eq!(tables(&store), wanted);
        assert_eq!(before.applied(), Ok(None), "a reading keeps what it read");
        install(&store, &id, 7, b"b", &mut Cursor::new(&bytes)).expect("and again");
    }
    let store = RocksStore::open(&path).expect("opened again");
    assert_eq!(tables(&store), wanted);
    assert_eq!(Reading::new(&store).applied(), Ok(Some(b"b".to_vec())));
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(
        names.len(),
        2,
        "one folder and the file that names it: {names:?}"
    );
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_node_goes_on_and_old_receipts_hold() {
    let network = network(&[]);
    let (bytes, service) = with_history(&network).await;
    let pin = NetworkPin(service.founded().network_id());
    let last = Subject::Index {
        index: *service.inner.ledger.size().borrow() - 1,
        rows: Vec::new(),
        all: false,
    };
    let old = service.receipt(last.clone()).await.expect("a receipt");
    service.shutdown().await.expect("stopped");
    drop(service);
    let file = network.root.join("backup.hengtan");
    std::fs::write(&file, &bytes).expect("written");
    let occupied = crate::backup::restore(&file, &network.config, &mut |_| ());
    assert_eq!(occupied.expect_err("data are there").code(), "HT-NOD-061");

    std::fs::remove_dir_all(&network.config.data).expect("the disk is lost");
    let spoilt = network.root.join("spoilt.hengtan");
    std::fs::write(&spoilt, &bytes[..bytes.len() - 1]).expect("written");
    crate::backup::restore(&spoilt, &network.config, &mut |_| ()).expect_err("incomplete");
    assert!(!network.config.data.exists(), "nothing stays behind");

    let content = crate::backup::restore(&file, &network.config, &mut |_| ()).expect("restored");
    assert_eq!(content.bytes, bytes.len() as u64);
    let service = network.start().await;
    let again = service.receipt(last).await.expect("a receipt");
    assert_eq!(again.entry, old.entry);
    verify_receipt(&old, Some(pin)).expect("the old receipt holds");
    let done = service
        .submit(submission(&network.facility("operator", "after")))
        .await
        .expect("taken");
    let (outcome, receipt) = final_outcome(&done);
    assert_eq!(outcome.code, "");
    assert!(outcome.index >= content.size);
    verify_receipt(receipt, Some(pin)).expect("the new one too");
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_counts_every_byte() {
    let network = network(&[]);
    let (bytes, service) = with_history(&network).await;
    let id = service.founded().network_id();
    let mut seen = 0;
    rebuild(
        &MemoryStore::default(),
        &id,
        &mut Cursor::new(&bytes),
        &mut |read| seen = read,
    )
    .expect("rebuilt");
    assert_eq!(seen, bytes.len() as u64);
    service.shutdown().await.expect("stopped");
}

/// Whoever installs a snapshot judges its checkpoint by the members to which the chain of changes leads from genesis, and can prove that chain
/// to others afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_carries_how_its_members_changed_since_genesis() {
    use hengtan_ledger::snapshot::{MAGIC, Reader, record};
    use hengtan_ledger::v1::snapshot_record::Record;
    let network = network(&[]);
    let (before, service) = with_history(&network).await;
    let id = service.founded().network_id();
    let key = || {
        crypto_sm::sm2::SecretKey::generate(&mut rand::rng())
            .public_key()
            .to_uncompressed()
            .to_vec()
    };
    let register = v1::NodeRegister {
        name: "node-2".to_owned(),
        statement_key: key(),
        transport_key: key(),
        address: "127.0.0.1:1".to_owned(),
        feature_level: hengtan_ledger::genesis::FEATURE_LEVEL,
    };
    let promote = v1::NodePromote {
        name: "node-2".to_owned(),
    };
    let propose = v1::ProposalOpen {
        kind: "node.promote".to_owned(),
        head: prost::Message::encode_to_vec(&promote),
        deadline_ms: NOW + 86_400_000,
        expected: Vec::new(),
        reason: "a second one".to_owned(),
    };
    for (member, command) in [
        (
            "operator",
            Command::new("node.register", &register, Vec::new()),
        ),
        ("admin", Command::new("proposal.open", &propose, Vec::new())),
        ("operator", {
            let head = FacilityRegister {
                name: "later".to_owned(),
                display_name: Some(DisplayName {
                    zh: "厂".to_owned(),
                    en: "Plant".to_owned(),
                }),
                region: "CN-GD".to_owned(),
                ..FacilityRegister::default()
            };
            Command::new("facility.register", &head, Vec::new())
        }),
    ] {
        let envelope = network.sign(member, command, NOW + 60_000);
        let done = service.submit(submission(&envelope)).await.expect("taken");
        assert_eq!(final_outcome(&done).0.code, "");
    }
    let mut bytes = Vec::new();
    let stream = service.stream().await.expect("a stream");
    stream.write(&mut bytes).expect("written");
    assert!(bytes.len() > before.len());

    let new = MemoryStore::default();
    install(&new, &id, 7, b"", &mut Cursor::new(&bytes)).expect("installed");
    let (own, new) = (Reading::new(&*service.inner.store), Reading::new(&new));
    let changes = own.changes().expect("readable");
    assert_eq!(changes.len(), 1);
    assert_eq!(new.changes(), Ok(changes));
    for version in [0, 1] {
        assert_eq!(
            new.voting_set(version),
            own.voting_set(version),
            "{version}"
        );
    }

    // The same stream with another head.
    let mut reader = Reader::default();
    reader.push(&bytes);
    let Some(Record::Head(head)) = reader.next_record().expect("readable") else {
        panic!("no head");
    };
    let rest = &bytes[MAGIC.len() + record(Record::Head(head.clone())).len()..];
    let with = |edit: &dyn Fn(&mut v1::SnapshotHead)| {
        let mut head = head.clone();
        edit(&mut head);
        let bytes = [MAGIC, &record(Record::Head(head)), rest].concat();
        install(
            &MemoryStore::default(),
            &id,
            7,
            b"",
            &mut Cursor::new(bytes),
        )
    };
    with(&|_| ()).expect("as it was");
    let trust = |head: &mut v1::SnapshotHead| head.trust.as_mut().expect("a chain").clone();
    with(&|head| head.trust = None).expect_err("members that nobody chose");
    with(&|head| {
        let mut other = trust(head);
        other.changes.clear();
        head.trust = Some(other);
    })
    .expect_err("an empty chain");
    with(&|head| {
        let mut other = trust(head);
        other.consistency.clear();
        head.trust = Some(other);
    })
    .expect_err("no proof that the log is the same");
    with(&|head| {
        let mut other = trust(head);
        other.changes.push(other.changes[0].clone());
        head.trust = Some(other);
    })
    .expect_err("a change twice");
    service.shutdown().await.expect("stopped");
}
