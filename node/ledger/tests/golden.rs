//! Stored bytes of every format (tests/fixtures/v1): what was once written must be read, replayed and proved for ever.
//!
//! `HENGTAN_REFRESH=1 cargo test -p hengtan-ledger --test golden` writes the fixtures anew; they change only with a new format number.

mod network;

use hengtan_ledger::audit::Auditor;
use hengtan_ledger::batch::Parsed;
use hengtan_ledger::checkpoint::{Note, judge};
use hengtan_ledger::envelope::Command;
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{NetworkPin, from_json, to_json, verify_json};
use hengtan_ledger::v1::{self, ReceiptKind};
use hengtan_ledger::{domain, export, rows, state};
use network::{
    Network, ORGANISATION, bytes, close, diesel, electricity, import_id, record, submit,
};
use prost::Message;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/v1")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).expect("text")
}

/// Every kind of entry and of command, with a refusal, a duplicate and a void batch.
fn write() {
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("a folder");
    for old in std::fs::read_dir(&folder).expect("a folder") {
        std::fs::remove_file(old.expect("a file").path()).expect("removed");
    }
    let save =
        |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("written");
    let mut network = Network::with(network::first_level);
    save("genesis.pb", network.founded.bytes());
    let key = network::key(&mut network.rng);
    let certificate = network::certificate(
        &network.issuer,
        "business",
        "zhao-lei",
        &key,
        &mut network.rng,
    );
    let key_id = key.public_key().key_id().as_bytes().to_vec();
    let member = Some(v1::NewMember {
        name: "zhao-lei".to_owned(),
        display_name: network::names("Zhao Lei", "赵磊"),
        certificate,
    });
    network.must(
        "chen-wei",
        Command::new("member.enrol", &v1::MemberEnrol { member }, Vec::new()),
    );
    let revoke = v1::MemberRevoke {
        key_id,
        reason: "离职".to_owned(),
    };
    network.must(
        "chen-wei",
        Command::new("member.revoke", &revoke, Vec::new()),
    );
    network.prepare();
    let part = record(
        1,
        0,
        &[diesel(1), electricity(1), diesel(2), electricity(2)],
        "",
    );
    let root = part.rows_root();
    let signed = network.sign("li-na", part.command);
    save("envelope.pb", &signed.bytes);
    save(
        "rows.pb",
        &v1::RowSet {
            rows: signed.rows.clone(),
        }
        .encode_to_vec(),
    );
    let recorded = network.commit(vec![signed.clone(), signed]);
    let recorded = recorded.placements[0].outcome.clone().expect("an entry");
    let submitted = network.must("li-na", submit(1, 4, &[root]));
    let replace = v1::ActivityReplace {
        import_id: import_id(1),
        numbers: vec![1],
        reason: "抄表错误".to_owned(),
        profile: network::profile(),
    };
    let better = v1::ActivityRow {
        quantity: "1250.5".to_owned(),
        ..electricity(1)
    };
    network.must(
        "wang-fang",
        Command::new("activity.replace", &replace, vec![bytes(&better)]),
    );
    let void = v1::ActivityVoid {
        import_id: import_id(1),
        numbers: vec![2],
        reason: "重复".to_owned(),
    };
    network.must(
        "wang-fang",
        Command::new("activity.void", &void, Vec::new()),
    );
    network.batches.push(b"rubbish".to_vec());
    network
        .memory
        .apply(1, b"rubbish", &BTreeSet::new())
        .expect("readable");
    let closed = network.must("li-na", close("2025"));
    network.refused("li-na", close("2025"));
    let restate = v1::InventoryRestate {
        name: "2025".to_owned(),
        supersedes: closed.index,
        cause: "better_data".to_owned(),
        reason: "供应商更正".to_owned(),
        profile: None,
        imports: Vec::new(),
    };
    let change = v1::RestateRow {
        reason: "发票更正".to_owned(),
        import_id: import_id(1),
        number: 0,
        change: Some(v1::restate_row::Change::Replace(v1::RecordRow {
            content: Some(v1::record_row::Content::Open(v1::ActivityRow {
                quantity: "11".to_owned(),
                ..diesel(1)
            })),
        })),
    };
    let restated = network.must(
        "li-na",
        Command::new("inventory.restate", &restate, vec![change.encode_to_vec()]),
    );
    for (position, batch) in network.batches.iter().enumerate() {
        save(&format!("batch-{:02}.pb", position + 1), batch);
    }
    save("checkpoint.txt", network.note().to_text().as_bytes());
    let key = state::key::inventory(ORGANISATION, "2025");
    let receipts = [
        (
            "receipt-inventory.json",
            network.receipt(ReceiptKind::Inventory, &restated, &[0], &[], Some(&key)),
        ),
        (
            "receipt-superseded.json",
            network.receipt(ReceiptKind::Inventory, &closed, &[], &[0, 1], Some(&key)),
        ),
        (
            "receipt-import.json",
            network.receipt(ReceiptKind::Import, &submitted, &[], &[0], None),
        ),
        (
            "receipt-row.json",
            network.receipt(ReceiptKind::Row, &recorded, &[1], &[1], None),
        ),
    ];
    for (name, receipt) in &receipts {
        save(name, to_json(receipt).expect("text").as_bytes());
    }
    save("receipt-inventory.pb", &receipts[0].1.encode_to_vec());
    let mut exported = export::MAGIC.to_vec();
    for index in 0..network.memory.size() {
        let entry = network.memory.entry(index).expect("an entry");
        exported.extend(export::entry(
            entry,
            rows_beside(&network.memory, &network.founded, entry),
        ));
    }
    exported.extend(export::checkpoint(&network.note().to_text()));
    save("export.bin", &exported);
    save("digests.txt", digests().as_bytes());
}

fn rows_beside(memory: &Memory, founded: &Founded, entry: &[u8]) -> Option<Vec<Vec<u8>>> {
    let Some(v1::entry::Entry::Envelope(envelope)) =
        v1::Entry::decode(entry).expect("an entry").entry
    else {
        return None;
    };
    let parsed = hengtan_ledger::envelope::Parsed::parse(&founded.network_id(), &envelope.envelope)
        .expect("parsed");
    let root = <[u8; 32]>::try_from(parsed.body().rows_root.as_slice()).ok()?;
    rows::Content::rows(memory, &root).expect("readable")
}

/// Names and values of digests that follow from the stored bytes.
fn digests() -> String {
    let genesis = v1::SignedGenesis::decode(read("genesis.pb").as_slice()).expect("genesis");
    let network = domain::network_id(&genesis.genesis);
    let envelope = read("envelope.pb");
    let body = v1::Envelope::decode(envelope.as_slice())
        .expect("an envelope")
        .body;
    let rows = v1::RowSet::decode(read("rows.pb").as_slice())
        .expect("rows")
        .rows;
    let batch = v1::Batch::decode(read("batch-01.pb").as_slice()).expect("a batch");
    let founded = Founded::parse(&read("genesis.pb")).expect("genesis");
    let voting = founded.voting_set().encode_to_vec();
    let mut lines = vec![
        ("network id", hex::encode(network)),
        (
            "envelope id",
            hex::encode(domain::envelope_id(&network, &body)),
        ),
        (
            "signed envelope digest",
            hex::encode(domain::envelope_digest(&network, &envelope)),
        ),
        (
            "first row leaf",
            hex::encode(hengtan_ledger::tree::ROWS.leaf(&rows[0])),
        ),
        ("rows root", hex::encode(rows::root(&rows).expect("rows"))),
        (
            "header digest",
            hex::encode(domain::header_digest(&network, &batch.header)),
        ),
        (
            "void batch digest",
            hex::encode(domain::void_batch_digest(&network, b"rubbish")),
        ),
        (
            "voting set digest",
            hex::encode(domain::voting_set_digest(&network, &voting)),
        ),
        (
            "genesis entry leaf",
            hex::encode(hengtan_ledger::tree::LOG.leaf(&founded.entry())),
        ),
    ];
    let mut memory = Memory::found(&founded).expect("readable");
    let mut roots = vec![roots_line(&memory)];
    for position in 1.. {
        let Ok(batch) = std::fs::read(folder().join(format!("batch-{position:02}.pb"))) else {
            break;
        };
        memory.apply(1, &batch, &BTreeSet::new()).expect("readable");
        roots.push(roots_line(&memory));
    }
    lines.extend(
        roots
            .into_iter()
            .map(|line| ("size, log root, state root", line)),
    );
    lines
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect()
}

fn roots_line(memory: &Memory) -> String {
    let checkpoint = memory.checkpoint();
    format!(
        "{} {} {}",
        checkpoint.size,
        hex::encode(checkpoint.root),
        hex::encode(checkpoint.state_root)
    )
}

#[test]
fn stored_bytes_give_the_stored_digests_roots_and_proofs() {
    if std::env::var_os("HENGTAN_REFRESH").is_some() {
        write();
    }
    // Ids, leaves, and both roots after every batch.
    assert_eq!(digests(), text("digests.txt"));

    let founded = Founded::parse(&read("genesis.pb")).expect("a good genesis");
    let network = founded.network_id();
    let note = Note::parse(&text("checkpoint.txt")).expect("a note");
    assert_eq!(note.to_text(), text("checkpoint.txt"));
    judge(&note, &founded.voting_set()).expect("final");
    let last = text("digests.txt")
        .lines()
        .last()
        .map(str::to_owned)
        .expect("a line");
    let checkpoint = note.checkpoint();
    let line = format!(
        "{} {} {}",
        checkpoint.size,
        hex::encode(checkpoint.root),
        hex::encode(checkpoint.state_root)
    );
    assert_eq!(last, format!("size, log root, state root: {line}"));

    let envelope = hengtan_ledger::envelope::Parsed::parse(&network, &read("envelope.pb"))
        .expect("an envelope");
    assert_eq!(
        (envelope.body().kind.as_str(), envelope.body().row_count),
        ("activity.record", 4)
    );
    assert_eq!(
        Parsed::parse(&network, &read("batch-01.pb"))
            .expect("a batch")
            .header
            .count,
        1
    );

    let pin = Some(NetworkPin(network));
    for (name, facts) in [
        (
            "receipt-inventory.json",
            &["inventory", "current", "rows"][..],
        ),
        (
            "receipt-superseded.json",
            &["inventory", "superseded", "results"],
        ),
        ("receipt-import.json", &["import", "results"]),
        ("receipt-row.json", &["row", "rows", "results"]),
    ] {
        let verified =
            verify_json(&text(name), pin).unwrap_or_else(|error| panic!("{name}: {error}"));
        for fact in facts {
            assert!(verified.proves(fact), "{name}: {fact}");
        }
    }
    let receipt = from_json(&text("receipt-inventory.json")).expect("a receipt");
    assert_eq!(receipt.encode_to_vec(), read("receipt-inventory.pb"));

    let mut reader = export::Reader::default();
    reader.push(&read("export.bin"));
    let mut auditor = Auditor::new(pin);
    while let Some(record) = reader.next_record().expect("a record") {
        auditor.take(record).expect("the same outcome");
    }
    reader.finish().expect("the end");
    let report = auditor.finish().expect("a report");
    assert_eq!(
        (report.root, report.state_root),
        (checkpoint.root, checkpoint.state_root)
    );
    assert_eq!((report.void_batches, report.refused), (1, 1));
}
