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
