//! A network's life in memory: from genesis to a receipt that verifies, and back again by replay.

mod network;

use hengtan_ledger::audit::Auditor;
use hengtan_ledger::domain::Domain;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::receipt::{NetworkPin, to_json, verify_json, verify_receipt};
use hengtan_ledger::rows::Content as _;
use hengtan_ledger::v1::{self, ReceiptKind};
use hengtan_ledger::{Error, batch, blame, envelope, execute, export, state};
use network::{
    Network, ORGANISATION, close, diesel, electricity, import_id, import_key, record, row, submit,
};
use prost::Message;
use std::collections::BTreeSet;

/// A year of diesel and electricity, closed as `2025`.
fn closed() -> (Network, v1::Outcome) {
    let mut network = Network::new();
    network.prepare();
    network.import(
        1,
        (1..=12)
            .flat_map(|month| [diesel(month), electricity(month)])
            .collect(),
    );
    let outcome = network.must("li-na", close("2025"));
    (network, outcome)
}

#[test]
fn genesis_alone_has_a_final_checkpoint_of_size_one() {
    let mut network = Network::new();
    assert_eq!(network.memory.size(), 1);
    let note = network.note();
    let finality =
        hengtan_ledger::checkpoint::judge(&note, &network.founded.voting_set()).expect("final");
    assert_eq!(finality.organisations, [ORGANISATION]);
    assert!(finality.is_single());
}

#[test]
fn an_inventory_is_recorded_calculated_and_proved() {
    let (mut network, outcome) = closed();
    let Some(v1::outcome::Head::Inventory(head)) = &outcome.head else {
        panic!("an inventory")
    };
    assert_eq!(
        (
            head.rows_counted,
            head.rows_voided,
            head.rows_pending,
            head.version
        ),
        (24, 0, 0, 1)
    );
    let totals = head.totals.as_ref().expect("totals");
    // Diesel: 10.5 t × 42.652 GJ/t × 0.0202 tC/GJ × 98 % × 44/12, twelve times; electricity: 1200 MWh × 0.5366 and 0.5856 t/MWh.
    let scope = |scope: u32| {
        totals
            .scopes
            .iter()
            .find(|line| line.scope == scope)
            .and_then(|line| line.amounts.clone())
            .expect("a scope")
    };
    assert_eq!(scope(2).location, "7727040");
    assert_eq!(scope(2).market, "8432640");
    assert_eq!(scope(1).location, scope(1).market);
    let diesel = accounting::Exact::parse("10500")
        .expect("kg")
        .mul(&accounting::Exact::parse("42.652").expect("x"))
        .expect("x")
        .mul(&accounting::Exact::parse("0.0202").expect("x"))
        .expect("x")
        .mul(&accounting::Exact::parse("0.98").expect("x"))
        .expect("x")
        .mul(&accounting::Exact::parse("44/12").expect("x"))
        .expect("x")
        .mul(&accounting::Exact::from(12))
        .expect("x");
    assert_eq!(scope(1).location, diesel.to_string());
    assert_eq!(totals.months.len(), 12);
    assert_eq!(outcome.result_count, 24);

    let key = state::key::inventory(ORGANISATION, "2025");
    let receipt = network.receipt(ReceiptKind::Inventory, &outcome, &[], &[], Some(&key));
    let pin = NetworkPin(network.founded.network_id());
    let verified = verify_receipt(&receipt, Some(pin)).expect("a good receipt");
    for code in [
        "network",
        "entry",
        "time",
        "signature",
        "sender",
        "accepted",
        "inventory",
        "current",
        "finality",
    ] {
        assert!(verified.proves(code), "{code}");
    }
    assert_eq!(
        verified.not_proved,
        [
            "single_signer",
            "clock",
            "rows_withheld",
            "source_data",
            "filing"
        ]
    );
    assert_eq!(
        verified
            .summary
            .inventory
            .as_ref()
            .expect("summary")
            .total
            .location_kg,
        totals.total.as_ref().expect("total").location
    );

    let unknown = verify_receipt(&receipt, None).expect("consistent");
    assert!(!unknown.network_known && unknown.not_proved.contains(&"network_unknown"));
    assert!(matches!(
        verify_receipt(&receipt, Some(NetworkPin([7; 32]))),
        Err(Error::Pin { .. })
    ));

    let text = to_json(&receipt).expect("text");
    assert_eq!(
        verify_json(&text, Some(pin)).expect("good").summary,
        verified.summary
    );
}

#[test]
fn imports_and_rows_have_receipts() {
    let mut network = Network::new();
    network.prepare();
    let rows = [diesel(1), electricity(1), diesel(2)];
    let part = record(9, 0, &rows, "");
    let root = part.rows_root();
    let recorded = network.must("li-na", part.command);
    let submitted = network.must("li-na", submit(9, 3, &[root]));
    let pin = Some(NetworkPin(network.founded.network_id()));

    let receipt = network.receipt(ReceiptKind::Row, &recorded, &[1], &[1], None);
    let verified = verify_receipt(&receipt, pin).expect("good");
    assert!(verified.proves("row") && verified.proves("rows") && verified.proves("results"));
    assert!(
        verified.not_proved.contains(&"rows_withheld") && verified.not_proved.contains(&"current")
    );
    assert_eq!(verified.summary.rows[0].location_kg, "643920");
    assert_eq!(verified.summary.rows[0].market_kg, "702720");
    assert_eq!(
        verified.summary.rows[0]
            .activity
            .as_ref()
            .expect("held")
            .quantity,
        "1200"
    );
    verify_json(&to_json(&receipt).expect("text"), pin).expect("good");

    let receipt = network.receipt(
        ReceiptKind::Import,
        &submitted,
        &[],
        &[0],
        Some(&import_key(9)),
    );
    let verified = verify_receipt(&receipt, pin).expect("good");
    assert!(verified.proves("import") && verified.proves("current"));
    verify_json(&to_json(&receipt).expect("text"), pin).expect("good");

    // The kind of a receipt is checked, not believed.
    let mut wrong = network.receipt(ReceiptKind::Entry, &submitted, &[], &[], None);
    for kind in [ReceiptKind::Inventory, ReceiptKind::Row] {
        wrong.kind = kind as i32;
        assert_eq!(
            verify_receipt(&wrong, pin),
            Err(Error::Receipt { part: "kind" })
        );
    }
    // A result under another row's number is not the row's result.
    let mut wrong = network.receipt(ReceiptKind::Row, &recorded, &[1], &[2], None);
    assert_eq!(
        verify_receipt(&wrong, pin),
        Err(Error::RowProof { position: 1 })
    );
    wrong.results.clear();
    assert_eq!(
        verify_receipt(&wrong, pin),
        Err(Error::Receipt { part: "kind" })
    );
}

#[test]
fn a_receipt_says_when_it_was_superseded() {
    let (mut network, outcome) = closed();
    let head = v1::InventoryRestate {
        name: "2025".to_owned(),
        supersedes: outcome.index,
        cause: "error_correction".to_owned(),
        reason: "电表读数更正".to_owned(),
        profile: None,
        imports: Vec::new(),
    };
    let fixed = v1::RestateRow {
        reason: "meter".to_owned(),
        import_id: import_id(1),
        number: 1,
        change: Some(v1::restate_row::Change::Replace(v1::RecordRow {
            content: Some(v1::record_row::Content::Open(v1::ActivityRow {
                quantity: "1300".to_owned(),
                ..electricity(1)
            })),
        })),
    };
    let void = v1::RestateRow {
        reason: "counted twice".to_owned(),
        import_id: import_id(1),
        number: 23,
        change: Some(v1::restate_row::Change::Void(v1::RowVoid {})),
    };
    let rows = vec![fixed.encode_to_vec(), void.encode_to_vec()];
    let restated = network.must(
        "li-na",
        Command::new("inventory.restate", &head, rows.clone()),
    );
    let Some(v1::outcome::Head::Inventory(closing)) = &restated.head else {
        panic!("an inventory")
    };
    assert_eq!(
        (closing.version, closing.rows_counted, closing.rows_voided),
        (2, 23, 1)
    );
    let totals = closing.totals.as_ref().expect("totals");
    let electricity = totals
        .scopes
        .iter()
        .find(|line| line.scope == 2)
        .and_then(|line| line.amounts.clone())
        .expect("scope 2");
    assert_eq!(
        electricity.location, "7136780",
        "(10 × 1200 + 1300) MWh × 536.6 kg/MWh"
    );
    // The same restatement again names a version that is no longer the present one.
    let (code, fields) = network.refused("li-na", Command::new("inventory.restate", &head, rows));
    assert_eq!(
        (code.as_str(), fields[1].1.as_str()),
        ("HT-CMD-038", restated.index.to_string().as_str())
    );

    let key = state::key::inventory(ORGANISATION, "2025");
    let old = network.receipt(ReceiptKind::Inventory, &outcome, &[], &[], Some(&key));
    let verified = verify_receipt(&old, None).expect("good");
    assert!(verified.proves("superseded") && verified.not_proved.contains(&"current"));
    let new = network.receipt(ReceiptKind::Inventory, &restated, &[0, 1], &[0], Some(&key));
    assert!(verify_receipt(&new, None).expect("good").proves("current"));
}

#[test]
fn the_same_envelope_twice_is_one_entry() {
    let mut network = Network::new();
    let signed = network.sign("li-na", network::facility("mill-1"));
    let first = network.commit(vec![signed.clone(), signed.clone()]);
    assert_eq!(first.entries.len(), 2, "the batch and one envelope");
    assert_eq!(first.placements[0].index, first.placements[1].index);
    assert!(first.placements[0].outcome.is_some() && first.placements[1].outcome.is_none());
    // The same body with another signature is the same envelope.
    let envelope = v1::Envelope::decode(signed.bytes.as_slice()).expect("an envelope");
    let again = Domain::Envelope.sign(
        &network.founded.network_id(),
        &envelope.body,
        &network.members["li-na"],
        &mut network.rng,
    );
    let resigned = envelope::Signed {
        bytes: v1::Envelope {
            body: envelope.body,
            signature: again.to_vec(),
        }
        .encode_to_vec(),
        ..signed.clone()
    };
    assert_ne!(resigned.bytes, signed.bytes);
    let second = network.commit(vec![resigned]);
    assert_eq!(second.entries.len(), 1);
    assert_eq!(second.placements[0].index, first.placements[0].index);
    replay(&mut network);
}

#[test]
fn only_a_validly_signed_envelope_claims_its_id() {
    let mut network = Network::new();
    let signed = network.sign("li-na", network::facility("mill-1"));
    let mut forged = signed.clone();
    let mut envelope = v1::Envelope::decode(signed.bytes.as_slice()).expect("an envelope");
    envelope.signature[40] ^= 1;
    forged.bytes = envelope.encode_to_vec();
    let applied = network.commit(vec![forged, signed]);
    let codes: Vec<String> = applied
        .placements
        .iter()
        .map(|placement| placement.outcome.clone().expect("an entry").code)
        .collect();
    assert_eq!(codes, ["HT-LED-009", ""]);
    assert_eq!(applied.id_writes.len(), 1);
    replay(&mut network);
}

#[test]
fn void_batches_leave_one_entry_and_nothing_else() {
    let mut network = Network::new();
    let state: Vec<(String, Vec<u8>)> = network
        .memory
        .state()
        .map(|(key, value)| (key.to_owned(), value.to_vec()))
        .collect();
    let signed = network.sign("li-na", network::facility("mill-1"));
    let good = network.batch(vec![signed.clone()]);
    let parsed = v1::Batch::decode(good.as_slice()).expect("a batch");
    let header = v1::Header::decode(parsed.header.as_slice()).expect("a header");
    let id = network.founded.network_id();
    let resign = |network: &mut Network, header: v1::Header| {
        let header = header.encode_to_vec();
        let signature = Domain::Batch
            .sign(&id, &header, &network.statement_key, &mut network.rng)
            .to_vec();
        v1::Batch {
            header,
            signature,
            ..parsed.clone()
        }
        .encode_to_vec()
    };
    let mut other_key = good.clone();
    let at = other_key.len() - 1;
    other_key[at] ^= 1;
    let cases = [
        (
            resign(
                &mut network,
                v1::Header {
                    previous: vec![9; 32],
                    ..header.clone()
                },
            ),
            "HT-LED-019",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    term: 2,
                    ..header.clone()
                },
            ),
            "HT-LED-020",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    time_ms: network::BIRTH_MS - 1,
                    ..header.clone()
                },
            ),
            "HT-LED-021",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    leader: vec![3; 32],
                    ..header.clone()
                },
            ),
            "HT-LED-022",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    counter: 0,
                    ..header.clone()
                },
            ),
            "HT-LED-023",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    count: 2,
                    ..header.clone()
                },
            ),
            "HT-LED-024",
        ),
        (
            resign(
                &mut network,
                v1::Header {
                    format: 3,
                    ..header.clone()
                },
            ),
            "HT-LED-002",
        ),
        (
            v1::Batch {
                signature: vec![1; 64],
                ..parsed.clone()
            }
            .encode_to_vec(),
            "HT-LED-009",
        ),
        (b"rubbish".to_vec(), "HT-LED-001"),
    ];
    for (batch, code) in cases {
        let size = network.memory.size();
        let applied = network
            .memory
            .apply(1, &batch, &BTreeSet::new())
            .expect("readable");
        assert_eq!(applied.void.as_ref().map(Error::code), Some(code));
        assert_eq!(
            (applied.entries.len(), network.memory.size()),
            (1, size + 1)
        );
        assert!(
            applied.state_writes.is_empty()
                && applied.id_writes.is_empty()
                && applied.placements.is_empty()
        );
        let now: Vec<(String, Vec<u8>)> = network
            .memory
            .state()
            .map(|(key, value)| (key.to_owned(), value.to_vec()))
            .collect();
        assert_eq!(now, state);
    }
    // The door proposes again, and now it counts.
    let applied = network
        .memory
        .apply(1, &good, &BTreeSet::new())
        .expect("readable");
    assert_eq!(applied.void, None);
    assert_eq!(applied.placements[0].id, signed.id);
    // The same batch twice does not continue the chain.
    let applied = network
        .memory
        .apply(1, &good, &BTreeSet::new())
        .expect("readable");
    assert_eq!(applied.void.as_ref().map(Error::code), Some("HT-LED-019"));
}

#[test]
fn what_changes_rights_stands_alone() {
    let mut network = Network::new();
    let key = network::key(&mut network.rng);
    let certificate = network::certificate(
        &network.issuer,
        "business",
        "zhao-lei",
        &key,
        &mut network.rng,
    );
    let head = v1::MemberEnrol {
        member: Some(v1::NewMember {
            name: "zhao-lei".to_owned(),
            display_name: None,
            certificate,
        }),
    };
    let enrol = network.sign("chen-wei", Command::new("member.enrol", &head, Vec::new()));
    let facility = network.sign("li-na", network::facility("mill-1"));
    let applied = network.commit(vec![facility, enrol.clone()]);
    assert_eq!(applied.void, Some(Error::BatchEnvelopes));
    let applied = network.commit(vec![enrol]);
    assert_eq!(
        applied.placements[0]
            .outcome
            .as_ref()
            .expect("an entry")
            .code,
        ""
    );
    network.members.insert("zhao-lei", key);
    network.must("zhao-lei", network::facility("mill-2"));
}

#[test]
fn verified_digests_save_work_and_change_nothing() {
    let mut network = Network::new();
    let envelopes: Vec<_> = (0..5)
        .map(|number| network.sign("li-na", network::facility(&format!("mill-{number}"))))
        .collect();
    let mut envelopes = envelopes;
    let mut bad = v1::Envelope::decode(envelopes[2].bytes.as_slice()).expect("an envelope");
    bad.signature[0] ^= 1;
    envelopes[2].bytes = bad.encode_to_vec();
    let batch = network.batch(envelopes);
    let waiting = execute::unverified(&network.memory, &batch, &BTreeSet::new()).expect("readable");
    let one_by_one: BTreeSet<_> = waiting
        .iter()
        .filter(|one| one.verify())
        .map(execute::Unverified::digest)
        .collect();
    let together = execute::verified(&waiting, crypto_sm::sm2::PublicKey::default_verifier);
    assert_eq!((waiting.len(), together.len()), (5, 4));
    assert_eq!(one_by_one, together);
    let mut twin = network.memory.clone();
    let with = network
        .memory
        .apply(1, &batch, &together)
        .expect("readable");
    let without = twin.apply(1, &batch, &BTreeSet::new()).expect("readable");
    assert_eq!(with, without);
    assert_eq!(network.memory.checkpoint(), twin.checkpoint());
    let known: BTreeSet<_> = together.iter().copied().take(3).collect();
    assert_eq!(
        execute::unverified(&network.memory, &batch, &known)
            .expect("readable")
            .len(),
        2
    );
}

/// The export of everything so far.
fn export_of(network: &mut Network) -> Vec<u8> {
    let mut bytes = export::MAGIC.to_vec();
    for index in 0..network.memory.size() {
        let entry = network.memory.entry(index).expect("an entry").to_vec();
        let message = v1::Entry::decode(entry.as_slice()).expect("an entry");
        let mut rows = None;
        if let Some(v1::entry::Entry::Envelope(envelope)) = message.entry
            && let Ok(parsed) =
                envelope::Parsed::parse(&network.founded.network_id(), &envelope.envelope)
            && let Ok(root) = <[u8; 32]>::try_from(parsed.body().rows_root.as_slice())
        {
            rows = network.memory.rows(&root).expect("readable");
        }
        bytes.extend(export::entry(&entry, rows));
    }
    bytes.extend(export::checkpoint(&network.note().to_text()));
    bytes
}

fn audit(bytes: &[u8], pin: Option<NetworkPin>) -> Result<hengtan_ledger::audit::Report, Error> {
    let mut reader = export::Reader::default();
    let mut auditor = Auditor::new(pin);
    // In pieces of odd size, as a file arrives.
    for piece in bytes.chunks(977) {
        reader.push(piece);
        while let Some(record) = reader.next_record()? {
            auditor.take(record)?;
        }
    }
    reader.finish()?;
    auditor.finish()
}

fn replay(network: &mut Network) -> hengtan_ledger::audit::Report {
    let bytes = export_of(network);
    let report =
        audit(&bytes, Some(NetworkPin(network.founded.network_id()))).expect("a good export");
    assert_eq!(report.root, network.memory.checkpoint().root);
    assert_eq!(report.state_root, network.memory.checkpoint().state_root);
    assert_eq!(
        report.checkpoint.as_ref().map(|(size, _)| *size),
        Some(network.memory.size())
    );
    report
}

#[test]
fn a_replay_gives_the_same_roots_and_totals() {
    let (mut network, _) = closed();
    network.refused("li-na", close("2025"));
    network.commit(Vec::new());
    let report = replay(&mut network);
    assert_eq!(
        (report.accepted, report.refused, report.void_batches),
        (5, 1, 0)
    );

    // The same batches on another machine.
    let mut twin = hengtan_ledger::memory::Memory::found(&network.founded).expect("readable");
    for batch in &network.batches {
        twin.apply(1, batch, &BTreeSet::new()).expect("readable");
    }
    assert_eq!(twin.checkpoint(), network.memory.checkpoint());
}

/// What a leader signs stands in the log, and whoever replays it has the proof.
#[test]
fn a_replay_accuses_a_leader_of_what_it_signed() {
    let mut network = Network::new();
    let pin = Some(NetworkPin(network.founded.network_id()));
    let id = network.founded.network_id();
    let signed = network.sign("li-na", network::facility("mill-1"));
    network.commit(vec![signed.clone()]);
    assert!(replay(&mut network).accusations.is_empty());

    // The same place a second time, with other content.
    let first = v1::Batch::decode(network.batches.last().expect("one").as_slice()).expect("good");
    let header = v1::Header::decode(first.header.as_slice()).expect("a header");
    let stamp = batch::Stamp {
        term: header.term,
        previous: header.previous.as_slice().try_into().expect("a digest"),
        counter: header.counter,
        time_ms: header.time_ms + 1,
    };
    let second = batch::sign(
        &id,
        stamp,
        Vec::new(),
        &network.statement_key,
        &mut network.rng,
    );
    let applied = network
        .memory
        .apply(1, &second, &BTreeSet::new())
        .expect("readable");
    assert_eq!(applied.entries.len(), 1, "it is void");
    // An envelope that its sender did not sign, between two good ones.
    let mut forged = network.sign("li-na", network::facility("mill-2"));
    let mut envelope = v1::Envelope::decode(forged.bytes.as_slice()).expect("an envelope");
    envelope.signature[7] ^= 1;
    forged.bytes = envelope.encode_to_vec();
    let good = network.sign("li-na", network::facility("mill-3"));
    network.commit(vec![signed, forged, good]);

    let report = replay(&mut network);
    let verdicts: Vec<_> = report
        .accusations
        .iter()
        .map(|accusation| {
            let made = accusation.blame.as_ref().expect("a proof");
            let verdict = blame::verify(made, pin).expect("holds");
            assert!(verdict.proof && verdict.network_known);
            (accusation.index, verdict.kind)
        })
        .collect();
    assert_eq!(verdicts, [(3, "two_headers"), (5, "forged_envelope")]);
}

#[test]
fn a_replay_finds_what_was_changed() {
    let (mut network, outcome) = closed();
    let bytes = export_of(&mut network);
    let records = {
        let mut reader = export::Reader::default();
        reader.push(&bytes);
        let mut records = Vec::new();
        while let Some(record) = reader.next_record().expect("good") {
            records.push(record);
        }
        records
    };
    let run = |records: Vec<v1::export_record::Record>| {
        let mut auditor = Auditor::new(None);
        records
            .into_iter()
            .try_for_each(|record| auditor.take(record))?;
        auditor.finish()
    };
    assert!(run(records.clone()).is_ok());
    // Another total.
    let mut changed = records.clone();
    let at = usize::try_from(outcome.index).expect("small");
    if let v1::export_record::Record::Entry(exported) = &mut changed[at] {
        let mut entry = v1::Entry::decode(exported.entry.as_slice()).expect("an entry");
        if let Some(v1::entry::Entry::Envelope(envelope)) = &mut entry.entry
            && let Some(v1::outcome::Head::Inventory(head)) = envelope
                .outcome
                .as_mut()
                .and_then(|outcome| outcome.head.as_mut())
        {
            head.rows_counted -= 1;
        }
        exported.entry = entry.encode_to_vec();
    }
    assert_eq!(
        run(changed),
        Err(Error::Replay {
            index: outcome.index,
            what: "outcome"
        })
    );
    // A missing entry, a missing row, another network.
    let mut missing = records.clone();
    missing.remove(at);
    assert!(matches!(run(missing), Err(Error::Replay { .. })));
    let mut withheld = records.clone();
    for record in &mut withheld {
        if let v1::export_record::Record::Entry(exported) = record {
            exported.rows = None;
        }
    }
    assert!(matches!(
        run(withheld),
        Err(Error::Replay {
            what: "outcome",
            ..
        })
    ));
    assert!(matches!(
        audit(&bytes, Some(NetworkPin([1; 32]))),
        Err(Error::Pin { .. })
    ));
    assert!(matches!(
        audit(&bytes[..bytes.len() - 1], None),
        Err(Error::Export { .. })
    ));
}

#[test]
fn genesis_needs_every_founder_and_every_rule() {
    let (signed, _) = Network::genesis(|_| {});
    assert!(Founded::parse(&signed.encode_to_vec()).is_ok());
    let parse = |signed: &v1::SignedGenesis| {
        Founded::parse(&signed.encode_to_vec()).map_err(|refusal| refusal.code())
    };
    assert_eq!(
        parse(&v1::SignedGenesis {
            signatures: Vec::new(),
            ..signed.clone()
        }),
        Err("HT-LED-018")
    );
    let mut doubled = signed.clone();
    doubled.signatures.push(signed.signatures[0].clone());
    assert_eq!(parse(&doubled), Err("HT-LED-018"));
    let mut flipped = signed.clone();
    flipped.signatures[0].signature[9] ^= 1;
    assert_eq!(parse(&flipped), Err("HT-LED-018"));
    type Change = fn(&mut v1::Genesis);
    let cases: Vec<(&str, Change)> = vec![
        ("HT-LED-002", |genesis| genesis.format = 2),
        ("HT-LED-002", |genesis| genesis.feature_level = 9),
        ("HT-LED-014", |genesis| genesis.name = "Demo".to_owned()),
        ("HT-LED-003", |genesis| genesis.random.truncate(31)),
        ("HT-LED-017", |genesis| genesis.policies.truncate(3)),
        ("HT-LED-016", |genesis| genesis.policies.reverse()),
        ("HT-LED-015", |genesis| {
            genesis
                .policies
                .last_mut()
                .expect("policies")
                .rule
                .as_mut()
                .expect("a rule")
                .kind = 1
        }),
        ("HT-LED-017", |genesis| genesis.nodes.clear()),
        ("HT-LED-016", |genesis| genesis.nodes[0].number = 2),
        ("HT-LED-015", |genesis| {
            genesis.nodes[0].organisation = "other".to_owned()
        }),
        ("HT-LED-015", |genesis| {
            genesis.nodes[0].transport_key = genesis.nodes[0].statement_key.clone()
        }),
        ("HT-LED-015", |genesis| {
            genesis.limits.as_mut().expect("limits").head_bytes_max = 1
        }),
        ("HT-LED-015", |genesis| {
            genesis.tokens.as_mut().expect("tokens").jurisdiction = "CN".to_owned()
        }),
        ("HT-LED-015", |genesis| {
            genesis
                .algorithms
                .as_mut()
                .expect("algorithms")
                .hashes
                .push("md5".to_owned())
        }),
        ("HT-LED-017", |genesis| {
            genesis.organisations[0]
                .organisation
                .as_mut()
                .expect("one")
                .voting = false
        }),
        ("HT-CMD-007", |genesis| {
            genesis.organisations[0]
                .organisation
                .as_mut()
                .expect("one")
                .unified_social_credit_code = "91110000100010433X".to_owned();
        }),
        ("HT-CMD-009", |genesis| {
            genesis.organisations[0]
                .organisation
                .as_mut()
                .expect("one")
                .duties = vec![1, 2]
        }),
        ("HT-CMD-010", |genesis| {
            genesis.organisations[0]
                .organisation
                .as_mut()
                .expect("one")
                .name = "other".to_owned()
        }),
        ("HT-CMD-008", |genesis| {
            genesis.organisations[0].members.remove(0);
        }),
        ("HT-CRY-024", |genesis| {
            genesis.created_at_ms -= 10 * 3_600_000
        }),
    ];
    for (code, change) in cases {
        let (signed, _) = Network::genesis(change);
        assert_eq!(parse(&signed).map(|_| ()), Err(code));
    }
    let (one, _) = Network::genesis(|_| {});
    let (other, _) = Network::genesis(|genesis| genesis.random = vec![1; 32]);
    let id = |signed: &v1::SignedGenesis| {
        Founded::parse(&signed.encode_to_vec())
            .expect("good")
            .network_id()
    };
    assert_ne!(id(&one), id(&other), "two networks of equal content differ");
}

#[test]
fn the_door_rejects_what_apply_would_refuse() {
    let mut network = Network::new();
    network.prepare();
    let good = network.sign("li-na", record(1, 0, &[diesel(1)], "").command);
    let time = network.time_ms;
    let door = |bytes: &[u8], rows: &[Vec<u8>], time| {
        execute::authenticate(&network.memory, bytes, rows, time)
            .map(|_| ())
            .map_err(|stop| stop.code())
    };
    assert_eq!(door(&good.bytes, &good.rows, time), Ok(()));
    assert_eq!(door(&good.bytes, &[], time), Err("HT-LED-010"));
    assert_eq!(
        door(&good.bytes, &[network::bytes(&diesel(2))], time),
        Err("HT-LED-010")
    );
    assert_eq!(
        door(&good.bytes, &good.rows, time + 300_001),
        Err("HT-LED-011")
    );
    assert_eq!(
        door(&good.bytes, &good.rows, time - 300_001),
        Err("HT-LED-012")
    );
    assert_eq!(door(&good.bytes[1..], &good.rows, time), Err("HT-LED-001"));
    let stranger = network::key(&mut network.rng);
    let id = network.founded.network_id();
    let command = || network::facility("mill-1");
    let unknown = envelope::sign(&id, command(), time, &stranger, &mut network.rng);
    let elsewhere = envelope::sign(
        &[5; 32],
        command(),
        time,
        &network.members["li-na"],
        &mut network.rng,
    );
    let kind = Command {
        kind: "facility.demolish",
        ..command()
    };
    let kind = envelope::sign(&id, kind, time, &network.members["li-na"], &mut network.rng);
    let right = network.sign("chen-wei", record(1, 0, &[diesel(1)], "").command);
    let door = |signed: &envelope::Signed| {
        execute::authenticate(&network.memory, &signed.bytes, &signed.rows, time)
            .map(|_| ())
            .map_err(|stop| stop.code())
    };
    assert_eq!(door(&unknown), Err("HT-LED-006"));
    assert_eq!(door(&elsewhere), Err("HT-LED-004"));
    assert_eq!(door(&kind), Err("HT-LED-005"));
    assert_eq!(door(&right), Err("HT-CMD-001"));
}

#[test]
fn rows_of_several_parts_and_facilities_add_up() {
    let mut network = Network::new();
    network.prepare();
    network.must("li-na", network::facility("mill-2"));
    let rows: Vec<v1::ActivityRow> = (1..=12)
        .map(|month| {
            let mut row = row("natural_gas", "stationary_combustion", "1000", "m3", month);
            row.facility = if month > 6 { "mill-2" } else { "mill-1" }.to_owned();
            row
        })
        .collect();
    // Parts may arrive in any order.
    let (late, early) = (record(4, 5, &rows[5..], ""), record(4, 0, &rows[..5], ""));
    let roots = [early.rows_root(), late.rows_root()];
    network.must("li-na", late.command);
    let (code, _) = network.refused("li-na", submit(4, 12, &roots));
    assert_eq!(code, "HT-CMD-024", "a gap");
    network.must("li-na", early.command);
    network.must("li-na", submit(4, 12, &roots));
    let head = v1::InventoryClose {
        facilities: vec!["mill-2".to_owned()],
        ..network::close_head("mill-2-2025")
    };
    let outcome = network.must("li-na", Command::new("inventory.close", &head, Vec::new()));
    let Some(v1::outcome::Head::Inventory(closing)) = &outcome.head else {
        panic!("an inventory")
    };
    assert_eq!(closing.rows_counted, 6);
    // 6000 m3 × (2 kg CO2 + 1 g CH4 × GWP 30 for fossil methane in AR5, or 28 without): co2 alone is certain here.
    let gas = |code: &str| {
        closing
            .totals
            .as_ref()
            .and_then(|totals| totals.gases.iter().find(|line| line.gas == code))
            .cloned()
    };
    assert_eq!(gas("co2").expect("co2").location, "12000");
    assert_eq!(gas("ch4_fossil").expect("methane").location_mass, "6");
    // The other facility is still open.
    network.must("li-na", record(5, 0, &[diesel(3)], "").command);
    let (code, _) = network.refused(
        "li-na",
        record(
            6,
            0,
            &[v1::ActivityRow {
                facility: "mill-2".to_owned(),
                ..diesel(3)
            }],
            "",
        )
        .command,
    );
    assert_eq!(code, "HT-CMD-020");
    replay(&mut network);
}

#[test]
fn every_shipped_factor_set_is_adopted_and_used() {
    let mut network = Network::new();
    network.must("li-na", network::facility("mill-1"));
    for set in accounting::shipped::sets().expect("shipped sets are readable") {
        let (head, rows) = hengtan_ledger::calculation::adoption(&set);
        network.must("chen-wei", Command::new("factor_set.adopt", &head, rows));
    }
    let rows = [
        row("购入电力", "purchased_electricity", "1200", "MWh", 1),
        row("柴油", "stationary_combustion", "10", "t", 1),
    ];
    let recorded = network.must("li-na", record(1, 0, &rows, "").command);
    let results: Vec<v1::RowResult> = network
        .memory
        .rows(&recorded.results_root.try_into().expect("a root"))
        .expect("readable")
        .expect("kept")
        .iter()
        .map(|row| v1::RowResult::decode(row.as_slice()).expect("a result"))
        .collect();
    assert!(
        results[0].factors[0].set.starts_with("mee-grid"),
        "{:?}",
        results[0].factors
    );
    assert!(
        results
            .iter()
            .all(|result| !result.location.as_ref().expect("a result").co2e.is_empty())
    );
}

#[test]
fn rows_that_a_leader_mangled_are_refused_and_replayed_so() {
    let mut network = Network::new();
    network.prepare();
    let right = network.sign("li-na", record(1, 0, &[diesel(1)], "").command);
    let bare = network.sign("li-na", network::facility("mill-2"));
    let mut mangled = right.clone();
    mangled.rows = vec![network::bytes(&diesel(2))];
    let mut stuffed = bare.clone();
    stuffed.rows = vec![Vec::new()];
    let applied = network.commit(vec![mangled, stuffed, right, bare]);
    let codes: Vec<String> = applied
        .placements
        .iter()
        .map(|placement| placement.outcome.clone().expect("an entry").code)
        .collect();
    assert_eq!(codes, ["HT-LED-010", "HT-LED-010", "", ""]);
    replay(&mut network);
}
