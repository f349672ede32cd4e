//! Every changed byte is found: in envelopes, in receipts as bytes and as text, in checkpoints.

mod network;

use hengtan_ledger::checkpoint::{Note, judge};
use hengtan_ledger::receipt::{
    NetworkPin, from_json, to_json, verify_json, verify_receipt, verify_receipt_with,
};
use hengtan_ledger::v1::{self, ReceiptKind};
use hengtan_ledger::{canonical, execute, state};
use network::{Network, ORGANISATION, close, diesel, electricity, record, submit};
use proptest::prelude::*;
use prost::Message;

fn receipt() -> (Network, v1::Receipt) {
    let mut network = Network::new();
    network.prepare();
    let part = record(1, 0, &[diesel(1), electricity(1), diesel(2)], "");
    let root = part.rows_root();
    network.must("li-na", part.command);
    network.must("li-na", submit(1, 3, &[root]));
    let outcome = network.must("li-na", close("2025"));
    let key = state::key::inventory(ORGANISATION, "2025");
    let receipt = network.receipt(ReceiptKind::Inventory, &outcome, &[], &[1], Some(&key));
    (network, receipt)
}

#[test]
fn every_flipped_bit_of_an_envelope_is_refused() {
    let mut network = Network::new();
    let signed = network.sign("li-na", network::facility("mill-1"));
    let time = network.time_ms;
    assert!(execute::authenticate(&network.memory, &signed.bytes, &[], time).is_ok());
    for position in 0..signed.bytes.len() {
        for bit in 0..8 {
            let mut changed = signed.bytes.clone();
            changed[position] ^= 1 << bit;
            assert!(
                execute::authenticate(&network.memory, &changed, &[], time).is_err(),
                "byte {position} bit {bit}"
            );
        }
    }
    for shorter in 0..signed.bytes.len() {
        assert!(
            execute::authenticate(&network.memory, &signed.bytes[..shorter], &[], time).is_err()
        );
    }
    let mut longer = signed.bytes.clone();
    longer.push(0);
    assert!(execute::authenticate(&network.memory, &longer, &[], time).is_err());
}

#[test]
fn every_changed_byte_of_a_receipt_is_found() {
    let (network, receipt) = receipt();
    let pin = Some(NetworkPin(network.founded.network_id()));
    assert!(verify_receipt(&receipt, pin).is_ok());
    // The bytes: a prime stride, so that every part is hit at many places in bounded time.
    let bytes = receipt.encode_to_vec();
    for position in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[position] ^= 1 << (position % 8);
        let verdict = canonical::decode::<v1::Receipt>("receipt", &changed)
            .and_then(|receipt| verify_receipt(&receipt, pin));
        assert!(verdict.is_err(), "byte {position}");
    }
    // The text.
    let text = to_json(&receipt).expect("text");
    assert!(verify_json(&text, pin).is_ok());
    for position in (0..text.len()).step_by(13) {
        let mut changed = text.clone().into_bytes();
        changed[position] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else {
            continue;
        };
        assert!(
            verify_json(&changed, pin).is_err(),
            "byte {position}: {}",
            &text[position.saturating_sub(20)..position]
        );
    }
}

#[test]
fn the_readable_part_of_a_receipt_is_checked() {
    let (_, receipt) = receipt();
    let text = to_json(&receipt).expect("text");
    let head = text.find("\"receipt\": {").expect("the proof part");
    let mut digits = 0;
    for (position, letter) in text[..head].char_indices() {
        if letter.is_ascii_digit() {
            digits += 1;
            let mut changed = text.clone();
            changed.replace_range(position..=position, if letter == '1' { "2" } else { "1" });
            if digits % 5 == 0 {
                assert!(verify_json(&changed, None).is_err(), "{position}");
            }
        }
    }
    assert!(digits > 100);
    // Other texts of the same content.
    for changed in [
        format!("{text}\n"),
        format!(" {text}"),
        text.replace("\n", "\r\n"),
        text.replacen(": ", ":", 1),
        text.replacen("  \"summary\"", "  \"comment\": \"\",\n  \"summary\"", 1),
        text.replacen("hengtong", "\\u0068engtong", 1),
        text.replacen("hengtan-receipt/1", "hengtan-receipt/2", 1),
        text.replacen("\"rows_pending\": 0", "\"rows_pending\": 0.0", 1),
    ] {
        assert_ne!(changed, text);
        assert!(verify_json(&changed, None).is_err(), "{}", &changed[..80]);
    }
    // Upper-case digits of a digest.
    let proof = text.find("\"inclusion\"").expect("a proof");
    let at = proof
        + text[proof..]
            .find(|letter: char| ('a'..='f').contains(&letter) && letter != 'i')
            .expect("a digit");
    let digit = proof
        + text[proof + 14..]
            .find(['a', 'b', 'd', 'f'])
            .expect("a digit")
        + 14;
    let mut upper = text.clone();
    upper.replace_range(digit..=digit, &text[digit..=digit].to_uppercase());
    assert!(verify_json(&upper, None).is_err(), "{at}");
    assert_eq!(from_json(&text).expect("a receipt"), receipt);
}

#[test]
fn parts_of_other_receipts_do_not_fit() {
    let (mut network, good) = receipt();
    let pin = Some(NetworkPin(network.founded.network_id()));
    let later = {
        network.must("li-na", network::facility("mill-9"));
        network.note().to_text()
    };
    let mut other = good.clone();
    other.checkpoint = later;
    assert!(verify_receipt(&other, pin).is_err(), "another checkpoint");
    let mut other = good.clone();
    other.index += 1;
    assert!(verify_receipt(&other, pin).is_err(), "another index");
    let mut other = good.clone();
    other.sender_key = network.members["wang-fang"]
        .public_key()
        .to_uncompressed()
        .to_vec();
    assert!(verify_receipt(&other, pin).is_err(), "another sender");
    let mut other = good.clone();
    other.sender_certificate = network.founded.genesis().organisations[0].members[0]
        .certificate
        .clone();
    assert!(verify_receipt(&other, pin).is_err(), "another certificate");
    let mut other = good.clone();
    other.trust.as_mut().expect("trust").consistency.pop();
    assert!(verify_receipt(&other, pin).is_err(), "no consistency");
    let mut other = good.clone();
    other.results[0].position = 0;
    assert!(verify_receipt(&other, pin).is_err(), "another position");
    // A network of somebody else with the same names proves nothing under this pin.
    let mut foreign = Network::with(|genesis| genesis.random = vec![9; 32]);
    foreign.prepare();
    let outcome = foreign.must("li-na", network::facility("mill-2"));
    let foreign = foreign.receipt(ReceiptKind::Entry, &outcome, &[], &[], None);
    assert!(verify_receipt(&foreign, None).is_ok());
    assert_eq!(
        verify_receipt(&foreign, pin)
            .map_err(|error| error.code())
            .map(|_| ()),
        Err("HT-LED-035")
    );
    let mut mixed = good.clone();
    mixed.trust.as_mut().expect("trust").genesis = foreign.trust.expect("trust").genesis;
    assert!(verify_receipt(&mixed, pin).is_err(), "another genesis");
    let known = Some(&network.founded);
    assert_eq!(
        verify_receipt_with(&good, pin, known),
        verify_receipt(&good, pin)
    );
    assert!(
        verify_receipt_with(&mixed, pin, known).is_err(),
        "another genesis than the known one"
    );
}

#[test]
fn a_note_with_strange_lines_is_refused() {
    let mut network = Network::new();
    let set = network.founded.voting_set();
    let note = network.note();
    assert!(judge(&note, &set).is_ok());
    let text = note.to_text();
    for changed in [
        text.replacen('\n', "\n\n", 1),
        text.replacen("time ", "time 0", 1),
        text.replacen("members 0", "members 1", 1),
        text.replacen("\u{2014} ", "- ", 1),
        format!("{text}\u{2014} x/y AAAA\n"),
        format!("{text}{}\n", text.lines().last().expect("a line")),
        text.trim_end().to_owned(),
        format!("{text}\n"),
    ] {
        let verdict = Note::parse(&changed).and_then(|note| judge(&note, &set));
        assert!(verdict.is_err(), "{changed}");
    }
    // A stranger, another node's name, and nobody.
    let stranger = network::key(&mut network.rng);
    let checkpoint = note.checkpoint().clone();
    let line = checkpoint
        .sign(ORGANISATION, "node-1", &stranger, &mut network.rng)
        .expect("names");
    assert_eq!(
        judge(&Note::new(checkpoint.clone(), vec![line]), &set)
            .map_err(|error| error.code())
            .map(|_| ()),
        Err("HT-LED-026")
    );
    let line = checkpoint
        .sign(
            ORGANISATION,
            "node-2",
            &network.statement_key,
            &mut network.rng,
        )
        .expect("names");
    assert_eq!(
        judge(&Note::new(checkpoint.clone(), vec![line]), &set)
            .map_err(|error| error.code())
            .map(|_| ()),
        Err("HT-LED-026")
    );
    assert_eq!(
        judge(&Note::new(checkpoint, Vec::new()), &set)
            .map_err(|error| error.code())
            .map(|_| ()),
        Err("HT-LED-027")
    );
}

#[test]
fn several_organisations_need_more_than_half() {
    let mut network = Network::new();
    let keys: Vec<_> = (0..5).map(|_| network::key(&mut network.rng)).collect();
    let voter = |number: usize| v1::Voter {
        organisation: format!("org-{number}"),
        nodes: vec![v1::VotingNode {
            name: "n".to_owned(),
            statement_key: keys[number].public_key().to_uncompressed().to_vec(),
        }],
        authority_key: Vec::new(),
    };
    let witness_key = network::key(&mut network.rng);
    let witness = v1::Witness {
        name: "regulator".to_owned(),
        key: witness_key.public_key().to_uncompressed().to_vec(),
    };
    for (count, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)] {
        for witnesses_required in [0, 1] {
            let set = v1::VotingSet {
                version: 3,
                voters: (0..count).map(voter).collect(),
                witnesses_required,
                witnesses: vec![witness.clone()],
            };
            let mut checkpoint = network.memory.checkpoint().clone();
            checkpoint.members_version = 3;
            checkpoint.members_digest = hengtan_ledger::domain::voting_set_digest(
                &checkpoint.network_id,
                &set.encode_to_vec(),
            );
            for signed in 0..=count {
                let mut lines: Vec<_> = (0..signed)
                    .map(|number| {
                        checkpoint
                            .sign(
                                &format!("org-{number}"),
                                "n",
                                &keys[number],
                                &mut network.rng,
                            )
                            .expect("names")
                    })
                    .collect();
                let note = Note::new(checkpoint.clone(), lines.clone());
                let verdict = Note::parse(&note.to_text()).and_then(|note| judge(&note, &set));
                assert_eq!(
                    verdict.is_ok(),
                    signed >= needed && witnesses_required == 0,
                    "{signed} of {count}"
                );
                lines.push(
                    checkpoint
                        .witness(
                            "regulator",
                            1_767_571_300_000,
                            &witness_key,
                            &mut network.rng,
                        )
                        .expect("a name"),
                );
                let note = Note::new(checkpoint.clone(), lines);
                let verdict = Note::parse(&note.to_text()).and_then(|note| judge(&note, &set));
                assert_eq!(
                    verdict.as_ref().is_ok(),
                    signed >= needed,
                    "{signed} of {count} with a witness"
                );
                if let Ok(finality) = verdict {
                    assert_eq!(
                        finality.witnesses,
                        [("regulator".to_owned(), 1_767_571_300_000)]
                    );
                    assert_eq!(finality.organisations.len(), signed);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let network = Network::new();
        let _ = execute::authenticate(&network.memory, &bytes, &[], network.time_ms);
        let _ = network.memory.clone().apply(1, &bytes, &std::collections::BTreeSet::new());
        let _ = hengtan_ledger::genesis::Founded::parse(&bytes);
        let _ = canonical::decode::<v1::Receipt>("receipt", &bytes).and_then(|receipt| verify_receipt(&receipt, None));
        let _ = Note::parse(&text);
        let _ = verify_json(&text, None);
    }
}
