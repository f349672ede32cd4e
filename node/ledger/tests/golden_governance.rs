//! Stored bytes of governance at feature level 2 (tests/fixtures/v2): proposals, changes of members, blame and recovery must be read, replayed and
//! proved for ever.
//!
//! `HENGTAN_REFRESH=1 cargo test -p hengtan-ledger --test golden_governance` writes the fixtures anew; they change only with a new format number.

mod network;

use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::blame::{self, Accuser};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{self, NetworkPin, to_json, verify_json};
use hengtan_ledger::recovery;
use hengtan_ledger::v1::{self, blame::Evidence};
use network::consortium::{Consortium, leave, promote};
use prost::Message;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/v2")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).expect("text")
}

/// Two founders; a third joins and votes, one leaves, the quorum is lost, and the network goes on.
fn write() {
    let folder = folder();
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("removed");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    let save =
        |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("written");
    let mut network = Consortium::new(&["alpha", "beta"]);
    save("genesis.pb", network.founded.bytes());
    let admission = network.admission("gamma");
    network.decide("alpha", admission, &["beta"]);
    let registration = network.registration("gamma", "gamma-node");
    network.must("gamma/operations", registration);
    network.decide("alpha", promote("gamma-node"), &["gamma"]);
    let joined = network.must("gamma/business", network::facility("mill-1"));
    network.decide("gamma", leave("beta"), &["alpha"]);
    network.must("gamma/business", network::facility("mill-2"));
    let set = network.voting_set();
    let note = network.note_by(&set, 2);
    save("checkpoint.txt", note.to_text().as_bytes());
    let receipt = network.receipt(joined.index, &note);
    save(
        "receipt-changes.json",
        to_json(&receipt).expect("text").as_bytes(),
    );

    let accused = &network.nodes["gamma-node"].statement;
    let mut headers = [0, 1].map(|later| {
        let stamp = Stamp {
            term: 3,
            previous: [7; 32],
            counter: 90,
            time_ms: network.time_ms + later,
        };
        let id = network.founded.network_id();
        let bytes = batch::sign(&id, stamp, Vec::new(), accused, &mut network.rng);
        let batch = v1::Batch::decode(bytes.as_slice()).expect("a batch");
        Some(v1::SignedHeader {
            header: batch.header,
            signature: batch.signature,
        })
    });
    let evidence = Evidence::Headers(v1::TwoHeaders {
        first: headers[0].take(),
        second: headers[1].take(),
    });
    let accuser = Accuser {
        founded: &network.founded,
        changes: &network.changes,
        note: &note,
        nodes: &network.memory,
        pages: &network.memory,
        view: &network.memory,
    };
    let made = blame::make(&accuser, accused.public_key(), evidence).expect("proof");
    save(
        "blame.json",
        blame::to_json(&made).expect("text").as_bytes(),
    );

    network.must("gamma/business", network::facility("mill-3"));
    let mut next = network.voting_set();
    next.version += 1;
    next.voters.retain(|voter| voter.organisation == "alpha");
    let known = v1::Recovery {
        format: recovery::FORMAT,
        network_id: network.founded.network_id().to_vec(),
        checkpoint: note.to_text(),
        base: note.checkpoint().size,
        size: network.memory.size(),
        root: network.memory.checkpoint().root.to_vec(),
        voting_set: Some(next),
        time_ms: network.time_ms + 1000,
        reason: "机房失火".to_owned(),
    };
    let bytes = known.encode_to_vec();
    let id = network.founded.network_id();
    let signatures = ["alpha", "gamma"].map(|name| {
        let key = &network.parties[name].ca_key;
        recovery::sign(&id, &bytes, name, key, &mut network.rng)
    });
    let entry = recovery::entry(&known, signatures.to_vec());
    save("recovery.pb", &entry);
    for (position, batch) in network.batches.iter().enumerate() {
        save(&format!("batch-{:02}.pb", position + 1), batch);
    }
    network.memory.recover(&entry).expect("recovered");
    let set = network.voting_set();
    let note = network.note_by(&set, 1);
    let from = network.changes.last().map_or(1, |change| {
        let note = Note::parse(&change.checkpoint).expect("a note");
        note.checkpoint().size
    });
    let memory = &network.memory;
    let change = receipt::recovery_change(from, &entry, &note, memory, memory, memory);
    network.changes.push(change.expect("readable"));
    network.time_ms = known.time_ms;
    let outcome = network.must("alpha/business", network::facility("mill-4"));
    let last = network.batches.last().expect("a batch");
    save("batch-after-recovery.pb", last);
    let note = network.note_by(&set, 1);
    let receipt = network.receipt(outcome.index, &note);
    save(
        "receipt-recovery.json",
        to_json(&receipt).expect("text").as_bytes(),
    );
    save("digests.txt", digests().as_bytes());
}

/// Size and both roots after every batch, and after the recovery.
fn digests() -> String {
    let founded = Founded::parse(&read("genesis.pb")).expect("genesis");
    let mut memory = Memory::found(&founded).expect("readable");
    let mut lines = vec![line("genesis", &memory)];
    for position in 1.. {
        let name = format!("batch-{position:02}.pb");
        if !folder().join(&name).exists() {
            break;
        }
        memory
            .apply(1, &read(&name), &BTreeSet::new())
            .expect("readable");
        lines.push(line(&name, &memory));
    }
    memory.recover(&read("recovery.pb")).expect("recovered");
    lines.push(line("recovery.pb", &memory));
    let applied = memory.apply(1, &read("batch-after-recovery.pb"), &BTreeSet::new());
    assert_eq!(applied.expect("readable").void, None);
    lines.push(line("batch-after-recovery.pb", &memory));
    lines.concat()
}

fn line(name: &str, memory: &Memory) -> String {
    let checkpoint = memory.checkpoint();
    format!(
        "{name}: {} {} {}\n",
        checkpoint.size,
        hex::encode(checkpoint.root),
        hex::encode(checkpoint.state_root)
    )
}

#[test]
fn stored_bytes_of_governance_give_the_stored_roots_and_proofs() {
    if std::env::var_os("HENGTAN_REFRESH").is_some() {
        write();
    }
    assert_eq!(digests(), text("digests.txt"));
    let founded = Founded::parse(&read("genesis.pb")).expect("genesis");
    let pin = Some(NetworkPin(founded.network_id()));
    let verified = verify_json(&text("receipt-changes.json"), pin).expect("good");
    assert_eq!(verified.finality.organisations, ["alpha", "gamma"]);
    let recovered = verify_json(&text("receipt-recovery.json"), pin).expect("good");
    assert!(recovered.proves("recovery"));
    assert_eq!(recovered.recoveries.len(), 1);
    let verdict = blame::verify_json(&text("blame.json"), pin).expect("good");
    assert_eq!(
        (verdict.kind, verdict.node.as_str()),
        ("two_headers", "gamma-node")
    );
    assert!(Note::parse(&text("checkpoint.txt")).is_ok());
}
