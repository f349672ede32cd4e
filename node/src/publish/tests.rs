//! What is signed once is never signed otherwise.

use super::*;
use crate::config::{Folder, Founder, Founding, found, read_key};
use crate::store::{MemoryStore, found as claim};
use hengtan_ledger::checkpoint::Checkpoint;
use hengtan_ledger::v1::DisplayName;

fn publisher() -> (Arc<MemoryStore>, Publisher, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let name = || DisplayName {
        zh: "测试".to_owned(),
        en: "Test".to_owned(),
    };
    let plan = Founding {
        name: "test".to_owned(),
        display_name: name(),
        organisation: "enterprise".to_owned(),
        organisation_display_name: name(),
        unified_social_credit_code: String::new(),
        members: Founder::usual(),
        node: "node-1".to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        reviewers: 0,
        policy_delay_ms: 0,
    };
    let root = folder.path().join("network");
    let founded = found(&root, &plan, 1_800_000_000_000, &mut rand::rng()).expect("founded");
    let key =
        read_key(&Folder::new(&root).node("node-1").join("statement.key.pem")).expect("readable");
    let store = Arc::new(MemoryStore::default());
    claim(&*store, &founded, 1).expect("claimed");
    let publisher = Publisher::open(Arc::clone(&store) as _, "enterprise", "node-1", key.into())
        .expect("opened");
    (store, publisher, folder)
}

fn put_checkpoint(store: &MemoryStore, checkpoint: &Checkpoint) {
    use crate::store::{Change, Column};
    let key = checkpoint.size.to_be_bytes().to_vec();
    let value = Some(checkpoint.text().into_bytes());
    store
        .write(
            vec![Change {
                column: Column::Checkpoints,
                key,
                value,
            }],
            false,
        )
        .expect("written");
}

#[test]
fn genesis_becomes_final_and_the_promise_is_kept_first() {
    let (store, publisher, _folder) = publisher();
    let size = publisher.size();
    assert_eq!(*size.borrow(), 0);
    assert_eq!(publisher.publish(), Ok(1));
    assert_eq!(*size.borrow(), 1);
    let reading = Reading::new(&*store);
    let note = reading.final_note().expect("readable").expect("final");
    assert_eq!(reading.vow(), Ok(Some(Vow::of(note.checkpoint()))));
    assert_eq!(reading.checkpoint_sizes(), Ok(vec![]));
}

#[test]
fn other_roots_for_a_signed_size_and_smaller_sizes_are_never_signed() {
    let (store, publisher, _folder) = publisher();
    let first = Reading::new(&*store)
        .checkpoint(1)
        .expect("readable")
        .expect("there");
    publisher.publish().expect("published");
    // The same again is no new statement.
    put_checkpoint(&store, &first);
    assert_eq!(publisher.publish(), Ok(1));
    for other in [
        Checkpoint {
            root: [7; 32],
            ..first.clone()
        },
        Checkpoint {
            state_root: [7; 32],
            ..first.clone()
        },
    ] {
        put_checkpoint(&store, &other);
        assert_eq!(
            publisher.publish(),
            Err(Error::CheckpointConflict {
                signed: 1,
                wanted: 1
            })
        );
    }
    let mut writing = Writing::new();
    let ahead = Checkpoint {
        size: 9,
        ..first.clone()
    };
    writing.put_meta(meta::VOW, Vow::of(&ahead).to_bytes());
    store.write(writing.into_changes(), false).expect("written");
    put_checkpoint(&store, &first);
    assert_eq!(
        publisher.publish(),
        Err(Error::CheckpointConflict {
            signed: 9,
            wanted: 1
        })
    );
}
