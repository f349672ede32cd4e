//! What a witness has signed it never contradicts.

use super::*;
use crate::config::{Folder, found, founding_plan, read_key, write_secret};
use crate::store::{Change, Column, MemoryStore, Store, found as claim, meta};
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::checkpoint::Checkpoint;
use hengtan_ledger::domain::voting_set_digest;
use hengtan_ledger::log::Frontier;
use hengtan_ledger::v1;
use prost::Message as _;

/// A log that grows by leaves of a name, in a network of one voter with one witness.
struct Place {
    folder: tempfile::TempDir,
    store: MemoryStore,
    frontier: Frontier,
    set: v1::VotingSet,
    network: NetworkId,
    statement: SecretKey,
    settings: config::Witness,
}

const NAME: &str = "bureau-witness";

fn place() -> Place {
    let folder = tempfile::tempdir().expect("temporary folder");
    let plan = founding_plan();
    let root = folder.path().join("network");
    let founded = found(&root, &plan, 1_800_000_000_000, &mut rand::rng()).expect("founded");
    let node = Folder::new(&root).node("node-1");
    let statement = read_key(&node.join("statement.key.pem")).expect("readable");
    let store = MemoryStore::default();
    claim(&store, &founded, 1).expect("claimed");
    let key = SecretKey::generate(&mut rand::rng());
    let settings = config::Witness {
        name: NAME.to_owned(),
        key: node.join("witness.key.pem"),
        memory: node.join("witness.memory.json"),
    };
    write_secret(&settings.key, key.to_pkcs8_pem().as_bytes()).expect("written");
    let network = founded.network_id();
    let key_id = key.public_key().key_id();
    begin(&settings.memory, &network, NAME, key_id.as_bytes()).expect("begun");
    let mut set = founded.voting_set();
    set.version = 1;
    set.witnesses.push(v1::Witness {
        name: NAME.to_owned(),
        key: key.public_key().to_uncompressed().to_vec(),
    });
    put(
        &store,
        Column::Meta,
        meta::voting_set(1).into_bytes(),
        set.encode_to_vec(),
    );
    Place {
        folder,
        store,
        frontier: Frontier::default(),
        set,
        network,
        statement,
        settings,
    }
}

fn put(store: &MemoryStore, column: Column, key: Vec<u8>, value: Vec<u8>) {
    let value = Some(value);
    let change = Change { column, key, value };
    store.write(vec![change], false).expect("written");
}

impl Place {
    fn grow(&mut self, name: &str, size: u64) {
        while self.frontier.size() < size {
            let leaf = tree::LOG.leaf(format!("{name} {}", self.frontier.size()).as_bytes());
            let mut nodes = Vec::new();
            self.frontier
                .append(leaf, |address, hash| nodes.push((address, hash)));
            for (address, hash) in nodes {
                put(
                    &self.store,
                    Column::LogNodes,
                    address.to_bytes().to_vec(),
                    hash.to_vec(),
                );
            }
        }
    }

    /// The checkpoint at the log's end, stored as this node's own, and cosigned by the voter.
    fn note(&self) -> Note {
        let checkpoint = Checkpoint {
            network_id: self.network,
            size: self.frontier.size(),
            root: self.frontier.root(),
            state_root: [7; 32],
            time_ms: 1_800_000_000_000,
            members_version: 1,
            members_digest: voting_set_digest(&self.network, &self.set.encode_to_vec()),
        };
        let key = checkpoint.size.to_be_bytes().to_vec();
        put(
            &self.store,
            Column::Checkpoints,
            key,
            checkpoint.text().into_bytes(),
        );
        let line = checkpoint.sign("enterprise", "node-1", &self.statement, &mut rand::rng());
        Note::new(checkpoint, vec![line.expect("signed")])
    }

    fn open(&self) -> Result<Witness, Error> {
        Witness::open(&self.settings, &Keys::default(), &self.network)
    }

    fn cosign(&self, witness: &Witness, note: &Note) -> Result<SignatureLine, Error> {
        witness.cosign(&Reading::new(&self.store), note, 1_800_000_000_001)
    }
}

#[test]
fn what_continues_is_signed_and_remembered_also_by_the_next_process() {
    let mut place = place();
    let witness = place.open().expect("opened");
    place.grow("one", 3);
    let first = place.note();
    let line = place.cosign(&witness, &first).expect("signed");
    assert_eq!(line.witnessed_at_ms, Some(1_800_000_000_001));
    let mut lines = first.lines().to_vec();
    lines.push(line);
    let whole = Note::new(first.checkpoint().clone(), lines);
    let finality = checkpoint::judge(&whole, &place.set).expect("holds");
    assert_eq!(
        finality.witnesses,
        [(NAME.to_owned(), 1_800_000_000_001)],
        "a witness of the set"
    );
    // On disk before the signature was given.
    let text = fs::read_to_string(&place.settings.memory).expect("readable");
    assert!(text.contains("\"size\": 3"), "{text}");

    place.grow("one", 11);
    let second = place.note();
    place.cosign(&witness, &second).expect("continues");
    let witness = place.open().expect("opened again");
    place.cosign(&witness, &second).expect("the same again");
    let past = Error::WitnessPast {
        signed: 11,
        wanted: 3,
    };
    assert_eq!(place.cosign(&witness, &first), Err(past));
}

#[test]
fn another_history_is_not_signed_though_voters_have_signed_it() {
    let mut place = place();
    let witness = place.open().expect("opened");
    place.grow("one", 5);
    place.cosign(&witness, &place.note()).expect("signed");
    let kept = fs::read_to_string(&place.settings.memory).expect("readable");
    for size in [5, 9] {
        // The node's data are replaced by another log, which the voter has signed.
        place.frontier = Frontier::default();
        place.grow("other", size);
        let refused = place.cosign(&witness, &place.note());
        assert_eq!(
            refused,
            Err(Error::WitnessContradicted {
                signed: 5,
                wanted: size
            })
        );
    }
    let now = fs::read_to_string(&place.settings.memory).expect("readable");
    assert_eq!(now, kept);
}

#[test]
fn without_enough_voters_registration_or_the_own_roots_nothing_is_signed() {
    let mut place = place();
    let witness = place.open().expect("opened");
    place.grow("one", 4);
    let note = place.note();
    let alone = Note::new(note.checkpoint().clone(), Vec::new());
    let refused = place.cosign(&witness, &alone).expect_err("no voter");
    assert_eq!(refused.code(), "HT-LED-027");
    let other = Checkpoint {
        state_root: [8; 32],
        ..note.checkpoint().clone()
    };
    let line = other.sign("enterprise", "node-1", &place.statement, &mut rand::rng());
    let other = Note::new(other, vec![line.expect("signed")]);
    let refused = place.cosign(&witness, &other).expect_err("other roots");
    assert_eq!(refused.code(), "HT-NOD-036");
    place.set.witnesses[0].name = "somebody".to_owned();
    put(
        &place.store,
        Column::Meta,
        meta::voting_set(1).into_bytes(),
        place.set.encode_to_vec(),
    );
    let refused = place.cosign(&witness, &place.note());
    assert_eq!(
        refused,
        Err(Error::WitnessUnregistered {
            witness: NAME.to_owned()
        })
    );
}

#[test]
fn a_memory_that_is_missing_foreign_or_damaged_keeps_the_witness_silent() {
    let place = place();
    let wrong = || {
        Some(Error::WitnessMemory {
            path: place.settings.memory.display().to_string(),
        })
    };
    let text = fs::read_to_string(&place.settings.memory).expect("readable");
    let other_network = Witness::open(&place.settings, &Keys::default(), &[9; 32]);
    assert_eq!(other_network.err(), wrong());
    for other in [
        text.replace(NAME, "somebody"),
        text.replace("\"size\": 0", "\"size\": 4"),
        text[..text.len() / 2].to_owned(),
    ] {
        fs::write(&place.settings.memory, other).expect("written");
        assert_eq!(place.open().err(), wrong());
    }
    fs::remove_file(&place.settings.memory).expect("removed");
    assert_eq!(place.open().err(), wrong());
    // It is never begun again over one that is there.
    fs::write(&place.settings.memory, &text).expect("written");
    assert!(begin(&place.settings.memory, &place.network, NAME, &[1; 32]).is_err());
    assert!(place.folder.path().exists());
}
