//! Each kind of record, damaged once: the walk names it.

use super::*;
use crate::store::{Change, MemoryStore, Pair, Writing, meta};
use hengtan_ledger::log::Frontier;

/// A store after genesis, with rows beside it.
fn store() -> MemoryStore {
    use crate::config::consortium::{rehearse, tests::plan};
    let place = tempfile::tempdir().expect("temporary folder");
    let at = |port: u16| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let plan = plan(&[1, 2, 3, 4].map(|number| (at(100 + number), at(200 + number))));
    let root = place.path().join("network");
    let (founded, _) =
        rehearse(&root, &plan, 1_800_000_000_000, &mut rand::rng()).expect("founded");
    let store = MemoryStore::default();
    crate::store::found(&store, &founded, 1).expect("claimed");
    // Entries that nothing executes stand in for a long log; the state stays that of genesis.
    let reading = Reading::new(&store);
    let mut frontier = reading.frontier().expect("readable");
    let genesis = reading.checkpoint(1).expect("readable").expect("there");
    drop(reading);
    let mut changes = Vec::new();
    let put = |changes: &mut Vec<Change>, column, key: Vec<u8>, value: Vec<u8>| {
        let value = Some(value);
        changes.push(Change { column, key, value });
    };
    for index in 1..200_u64 {
        let entry = v1::Entry {
            entry: Some(v1::entry::Entry::VoidBatch(v1::VoidBatch {
                code: format!("HT-{index}"),
                ..Default::default()
            })),
        }
        .encode_to_vec();
        frontier.append(LOG.leaf(&entry), |address, hash| {
            put(
                &mut changes,
                Column::LogNodes,
                address.to_bytes().to_vec(),
                hash.to_vec(),
            );
        });
        let key = index.to_be_bytes().to_vec();
        put(&mut changes, Column::Entries, key, entry);
    }
    let end = checkpoint::Checkpoint {
        size: frontier.size(),
        root: frontier.root(),
        ..genesis
    };
    let key = end.size.to_be_bytes().to_vec();
    let text = end.text().into_bytes();
    put(&mut changes, Column::Checkpoints, key, text);
    let rows = vec![b"one".to_vec(), b"two".to_vec()];
    let root = rows::root(&rows).expect("rows");
    let set = v1::RowSet { rows }.encode_to_vec();
    put(&mut changes, Column::Content, root.to_vec(), set);
    let mut writing = Writing::new();
    writing.put_meta(meta::FRONTIER, frontier.to_bytes());
    changes.extend(writing.into_changes());
    store.write(changes, false).expect("written");
    store
}

fn walk(store: &dyn Store) -> Result<Walk, Error> {
    let mut walk = Walk::default();
    while walk.step(store)? {}
    Ok(walk)
}

fn first_of(store: &dyn Store, column: Column, at: usize) -> Pair {
    let pairs = store.snapshot().scan(column, &[], &[], at + 1);
    pairs.expect("readable").pop().expect("there")
}

fn put(store: &dyn Store, column: Column, key: Vec<u8>, value: Option<Vec<u8>>) {
    let change = Change { column, key, value };
    store.write(vec![change], false).expect("written");
}

#[test]
fn a_store_in_order_is_walked_to_its_end() {
    let store = store();
    let walked = walk(&store).expect("in order");
    let state = store.snapshot().scan(Column::State, &[], &[], usize::MAX);
    let state = state.expect("readable").len() as u64;
    let pages = store.snapshot().scan(Column::Pages, &[], &[], usize::MAX);
    let pages = pages.expect("readable").len() as u64;
    assert_eq!(walked.records, 200 + 1 + state + pages);
    assert!(walked.bytes > 10_000, "{}", walked.bytes);
}

#[test]
fn one_changed_byte_anywhere_is_found_and_named() {
    let store = store();
    let mut found = Vec::new();
    for (column, at) in [
        (Column::Entries, 70),
        (Column::LogNodes, 3),
        (Column::LogNodes, 203),
        (Column::Content, 0),
        (Column::State, 0),
        (Column::State, 9),
        (Column::Pages, 0),
        (Column::Pages, 3),
        (Column::Checkpoints, 1),
    ] {
        let (key, value) = first_of(&store, column, at);
        for place in [0, value.len() / 2, value.len() - 1] {
            let mut damaged = value.clone();
            damaged[place] ^= 1;
            put(&store, column, key.clone(), Some(damaged));
            match walk(&store) {
                Err(Error::StoreDamaged { what }) => found.push(what),
                other => panic!("{} {at} at {place}: {other:?}", column.name()),
            }
        }
        // And one that is missing.
        put(&store, column, key.clone(), None);
        let missing = walk(&store);
        let kept = matches!(column, Column::Content | Column::State);
        assert!(kept || missing.is_err(), "{} {at} missing", column.name());
        put(&store, column, key, Some(value));
    }
    assert_eq!(found[0], "entry 70");
    assert!(found[6].starts_with("log node "), "{}", found[6]);
    assert!(found[9].starts_with("rows "), "{}", found[9]);
    assert!(found[12].starts_with("state "), "{}", found[12]);
    walk(&store).expect("in order again");
}

#[test]
fn entries_beyond_the_log_and_a_cut_log_are_found() {
    let store = store();
    let (key, value) = first_of(&store, Column::Entries, 199);
    put(&store, Column::Entries, key, None);
    assert!(walk(&store).is_err());
    let key = 199_u64.to_be_bytes().to_vec();
    put(&store, Column::Entries, key, Some(value.clone()));
    let beyond = 200_u64.to_be_bytes().to_vec();
    put(&store, Column::Entries, beyond, Some(value));
    assert!(walk(&store).is_err());
    let mut writing = Writing::new();
    writing.put_meta(meta::FRONTIER, Frontier::default().to_bytes());
    store.write(writing.into_changes(), false).expect("written");
    assert!(walk(&store).is_err());
}
