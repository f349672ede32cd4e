//! What is signed once is never signed otherwise.

use super::*;
use crate::config::{Folder, found, founding_plan, read_key};
use crate::store::{MemoryStore, found as claim};
use hengtan_ledger::checkpoint::Checkpoint;

fn publisher() -> (Arc<MemoryStore>, Publisher, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let plan = founding_plan();
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
    assert!(publisher.begin().expect("published").is_none());
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
    publisher.begin().expect("published");
    // The same again is no new statement.
    put_checkpoint(&store, &first);
    assert!(publisher.begin().expect("published").is_none());
    let promise = |checkpoint: &Checkpoint| {
        let mut writing = Writing::new();
        writing.put_meta(meta::VOW, Vow::of(checkpoint).to_bytes());
        store.write(writing.into_changes(), false).expect("written");
    };
    let second = Checkpoint {
        size: 2,
        ..first.clone()
    };
    promise(&second);
    for other in [
        Checkpoint {
            root: [7; 32],
            ..second.clone()
        },
        Checkpoint {
            state_root: [7; 32],
            ..second.clone()
        },
    ] {
        put_checkpoint(&store, &other);
        assert_eq!(
            publisher.begin().map(drop),
            Err(Error::CheckpointConflict {
                signed: 2,
                wanted: 2
            })
        );
    }
    promise(&Checkpoint {
        size: 9,
        ..first.clone()
    });
    put_checkpoint(&store, &second);
    assert_eq!(
        publisher.begin().map(drop),
        Err(Error::CheckpointConflict {
            signed: 9,
            wanted: 2
        })
    );
}

/// Nodes 1 to 3 vote, node 4 does not; each on a store of its own, after genesis.
struct Consortium {
    nodes: Vec<(Arc<MemoryStore>, Publisher)>,
    keys: Vec<(String, String, Key)>,
}

fn consortium() -> Consortium {
    use crate::config::consortium::{rehearse, tests::plan};
    let place = tempfile::tempdir().expect("temporary folder");
    let root = place.path().join("network");
    let at = |port: u16| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let plan = plan(&[1, 2, 3, 4].map(|number| (at(100 + number), at(200 + number))));
    let (founded, _) =
        rehearse(&root, &plan, 1_800_000_000_000, &mut rand::rng()).expect("founded");
    let mut nodes = Vec::new();
    let mut keys = Vec::new();
    for node in &founded.genesis().nodes {
        let folder = Folder::new(root.join(&node.organisation)).node(&node.name);
        let key: Key = read_key(&folder.join("statement.key.pem"))
            .expect("readable")
            .into();
        let store = Arc::new(MemoryStore::default());
        claim(&*store, &founded, node.number).expect("claimed");
        let shared: Arc<dyn Store> = Arc::clone(&store) as _;
        let publisher =
            Publisher::open(shared, &node.organisation, &node.name, key.clone()).expect("opened");
        nodes.push((store, publisher));
        keys.push((node.organisation.clone(), node.name.clone(), key));
    }
    Consortium { nodes, keys }
}

impl Consortium {
    fn publisher(&self, at: usize) -> &Publisher {
        &self.nodes[at].1
    }

    fn reading(&self, at: usize) -> Reading<'_> {
        Reading::new(&*self.nodes[at].0)
    }

    fn genesis(&self) -> Checkpoint {
        let stored = self.reading(0).checkpoint(1).expect("readable");
        stored.expect("genesis is no final yet")
    }
}

#[test]
fn two_of_three_organisations_make_a_checkpoint_final_and_the_third_takes_it() {
    let consortium = consortium();
    let mut round = consortium
        .publisher(0)
        .begin()
        .expect("signed")
        .expect("one voice of three is not enough");
    assert!(!round.is_final());
    let note = consortium
        .publisher(1)
        .cosign(round.checkpoint(), "steel-1")
        .expect("cosigned");
    // A line that proves nothing is left out.
    let mut rubbish = note.lines()[0].clone();
    rubbish.signature[7] ^= 1;
    let forged = Note::new(round.checkpoint().clone(), vec![rubbish]);
    assert!(!round.add(&forged));
    assert!(round.add(&note));
    assert!(round.is_final(), "two of three");
    let done = round.so_far();
    for at in 0..4 {
        assert_eq!(consortium.publisher(at).accept(&done), Ok(1), "node {at}");
        assert_eq!(*consortium.publisher(at).size().borrow(), 1);
    }
    // Asked again, a node gives what is final.
    let again = consortium
        .publisher(2)
        .cosign(round.checkpoint(), "steel-1");
    assert_eq!(again, Ok(done));
}

#[test]
fn other_roots_are_not_cosigned_and_nothing_is_promised_for_them() {
    let consortium = consortium();
    let genesis = consortium.genesis();
    for other in [
        Checkpoint {
            root: [7; 32],
            ..genesis.clone()
        },
        Checkpoint {
            state_root: [7; 32],
            ..genesis.clone()
        },
        Checkpoint { size: 2, ..genesis },
    ] {
        let refused = consortium.publisher(1).cosign(&other, "steel-1");
        let size = other.size;
        let node = "steel-1".to_owned();
        assert_eq!(refused, Err(Error::CheckpointDiffers { size, node }));
        assert_eq!(consortium.reading(1).vow(), Ok(None));
    }
}

#[test]
fn a_node_that_does_not_vote_signs_nothing_and_one_voice_is_never_final() {
    let consortium = consortium();
    let round = consortium.publisher(3).begin().expect("readable");
    assert!(round.expect("not final").so_far().lines().is_empty());
    let refused = consortium
        .publisher(3)
        .cosign(&consortium.genesis(), "steel-1");
    assert_eq!(refused.map_err(|error| error.code()), Err("HT-LED-026"));
    let (organisation, node, key) = &consortium.keys[0];
    let line = consortium.genesis().sign_with(organisation, node, key);
    let alone = Note::new(consortium.genesis(), vec![line.expect("signed")]);
    assert!(consortium.publisher(2).accept(&alone).is_err());
    assert_eq!(*consortium.publisher(2).size().borrow(), 0);
}

#[test]
fn a_final_checkpoint_that_contradicts_the_own_roots_is_said_so() {
    let consortium = consortium();
    let other = Checkpoint {
        state_root: [7; 32],
        ..consortium.genesis()
    };
    let lines = consortium.keys[..2]
        .iter()
        .map(|(organisation, node, key)| other.sign_with(organisation, node, key))
        .collect::<Result<Vec<_>, _>>()
        .expect("signed");
    let refused = consortium.publisher(2).accept(&Note::new(other, lines));
    assert_eq!(refused, Err(Error::FinalContradicts { size: 1 }));
}

#[test]
fn a_checkpoint_that_changes_the_members_is_never_passed_over() {
    let consortium = consortium();
    let genesis = consortium.genesis();
    let change = Checkpoint {
        size: 3,
        ..genesis.clone()
    };
    let later = Checkpoint {
        size: 5,
        members_version: 1,
        ..genesis
    };
    for checkpoint in [&change, &later] {
        put_checkpoint(&consortium.nodes[0].0, checkpoint);
    }
    let next = consortium.publisher(0).next().expect("readable");
    assert_eq!(next.expect("not final").checkpoint(), &change);
    let refused = consortium.publisher(0).cosign(&later, "power-1");
    assert_eq!(refused, Err(Error::NotFinal { index: 1 }));
    // Nor by whoever has heard that the later one is final.
    let (organisation, node, key) = &consortium.keys[1];
    let line = later.sign_with(organisation, node, key).expect("signed");
    let heard = Note::new(later, vec![line]);
    assert_eq!(
        consortium.publisher(0).accept(&heard),
        Err(Error::NotFinal { index: 1 })
    );
}
