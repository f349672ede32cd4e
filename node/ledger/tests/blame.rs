//! What a dishonest node signs is proof against it, for anybody, offline; what an honest node signs never is.

mod network;

use crypto_sm::sm2::SecretKey;
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::blame::{self, Accuser, KINDS, Verdict};
use hengtan_ledger::checkpoint::{Checkpoint, Note};
use hengtan_ledger::domain::envelope_digest;
use hengtan_ledger::envelope::Signed;
use hengtan_ledger::receipt::NetworkPin;
use hengtan_ledger::v1::{self, blame::Evidence};
use hengtan_ledger::{Error, log, ticket};
use network::consortium::{Consortium, consistency, promote};
use prost::Message;

/// Three founders, a fourth that joined later, and some entries.
fn network() -> Consortium {
    let mut network = Consortium::new(&["alpha", "beta", "gamma"]);
    let admission = network.admission("delta");
    network.decide("alpha", admission, &["beta"]);
    let registration = network.registration("delta", "delta-node");
    network.must("delta/operations", registration);
    network.decide("alpha", promote("delta-node"), &["beta", "delta"]);
    network.must("delta/business", network::facility("mill-1"));
    network
}

fn make(network: &mut Consortium, node: &str, evidence: Evidence) -> Result<v1::Blame, Error> {
    let set = network.voting_set();
    let note = network.note_by(&set, 4);
    let accuser = Accuser {
        founded: &network.founded,
        changes: &network.changes,
        note: &note,
        nodes: &network.memory,
        pages: &network.memory,
        view: &network.memory,
    };
    blame::make(
        &accuser,
        network.nodes[node].statement.public_key(),
        evidence,
    )
}

/// A stranger judges the file with nothing but the network's id.
fn judged(network: &Consortium, made: &v1::Blame) -> Verdict {
    let text = blame::to_json(made).expect("text");
    let pin = Some(NetworkPin(network.founded.network_id()));
    let verdict = blame::verify_json(&text, pin).expect("good");
    assert!(verdict.network_known && KINDS.contains(&verdict.kind));
    assert_eq!(
        blame::verify_json(&text, Some(NetworkPin([1; 32]))).map_err(|error| error.code()),
        Err("HT-LED-035")
    );
    // No byte of the file may change.
    let mut changed = 0;
    for position in (0..text.len()).step_by(text.len() / 40 + 1) {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 1;
        if let Ok(other) = String::from_utf8(bytes) {
            assert!(blame::verify_json(&other, pin).is_err(), "byte {position}");
            changed += 1;
        }
    }
    assert!(changed > 20);
    verdict
}

fn part(result: Result<v1::Blame, Error>) -> String {
    match result {
        Ok(_) => String::new(),
        Err(Error::Blame { part }) => part.to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

fn header(
    network: &mut Consortium,
    key: &SecretKey,
    stamp: Stamp,
    envelopes: Vec<Signed>,
) -> v1::SignedHeader {
    let bytes = batch::sign(
        &network.founded.network_id(),
        stamp,
        envelopes,
        key,
        &mut network.rng,
    );
    let batch = v1::Batch::decode(bytes.as_slice()).expect("a batch");
    v1::SignedHeader {
        header: batch.header,
        signature: batch.signature,
    }
}

fn copy(key: &SecretKey) -> SecretKey {
    SecretKey::from_bytes(&*key.to_bytes()).expect("a key")
}

const STAMP: Stamp = Stamp {
    term: 3,
    previous: [7; 32],
    counter: 90,
    time_ms: network::BIRTH_MS,
};

#[test]
fn two_headers_in_one_place_are_proof() {
    let mut network = network();
    // A founder's node needs genesis only; one that came later needs the state.
    for node in ["beta-node", "delta-node"] {
        let key = copy(&network.nodes[node].statement);
        let first = header(&mut network, &key, STAMP, Vec::new());
        let later = Stamp {
            time_ms: STAMP.time_ms + 1,
            ..STAMP
        };
        let second = header(&mut network, &key, later, Vec::new());
        let both = |first: &v1::SignedHeader, second: &v1::SignedHeader| {
            Evidence::Headers(v1::TwoHeaders {
                first: Some(first.clone()),
                second: Some(second.clone()),
            })
        };
        let made = make(&mut network, node, both(&first, &second)).expect("proof");
        let verdict = judged(&network, &made);
        assert!(verdict.proof);
        assert_eq!((verdict.kind, verdict.node.as_str()), ("two_headers", node));
        assert_eq!(made.node.is_none(), node == "beta-node");

        // Signed again, the same header is one header.
        let again = header(&mut network, &key, STAMP, Vec::new());
        assert_ne!(again.signature, first.signature);
        assert_eq!(
            part(make(&mut network, node, both(&first, &again))),
            "same header"
        );
        let next = Stamp {
            previous: [8; 32],
            counter: 91,
            ..STAMP
        };
        let next = header(&mut network, &key, next, Vec::new());
        assert_eq!(
            part(make(&mut network, node, both(&first, &next))),
            "different place"
        );
        let term = Stamp { term: 4, ..later };
        let term = header(&mut network, &key, term, Vec::new());
        assert_eq!(
            part(make(&mut network, node, both(&first, &term))),
            "different place"
        );
        // Nobody is blamed for what another signed.
        assert_eq!(
            part(make(&mut network, "alpha-node", both(&first, &second))),
            "header"
        );
        let forged = v1::SignedHeader {
            signature: first.signature.clone(),
            ..second.clone()
        };
        assert_eq!(
            part(make(&mut network, node, both(&first, &forged))),
            "HT-LED-009"
        );
    }
}

#[test]
fn a_header_over_an_envelope_that_nobody_signed_is_proof() {
    let mut network = network();
    let id = network.founded.network_id();
    let good = network.sign("alpha/business", network::facility("mill-9"));
    let mut envelope = v1::Envelope::decode(good.bytes.as_slice()).expect("an envelope");
    envelope.signature[5] ^= 1;
    let forged = Signed {
        bytes: envelope.encode_to_vec(),
        ..good.clone()
    };
    let key = copy(&network.nodes["gamma-node"].statement);
    let sender = network.parties["alpha"].members["business"]
        .0
        .public_key()
        .to_uncompressed();
    let evidence = |header: v1::SignedHeader, of: &[&Signed], shown: &Signed| {
        Evidence::Envelope(v1::ForgedEnvelope {
            header: Some(header),
            digests: of
                .iter()
                .map(|signed| envelope_digest(&id, &signed.bytes).to_vec())
                .collect(),
            position: 1,
            envelope: shown.bytes.clone(),
            sender_key: sender.to_vec(),
        })
    };
    let other = network.sign("beta/business", network::facility("mill-8"));
    let signed = header(
        &mut network,
        &key,
        STAMP,
        vec![other.clone(), forged.clone()],
    );
    let made = make(
        &mut network,
        "gamma-node",
        evidence(signed, &[&other, &forged], &forged),
    );
    let verdict = judged(&network, &made.expect("proof"));
    assert_eq!((verdict.kind, verdict.proof), ("forged_envelope", true));

    // An honest leader's batch: neither its envelope nor one with the signature exchanged later is proof.
    let honest = header(&mut network, &key, STAMP, vec![other.clone(), good.clone()]);
    let made = make(
        &mut network,
        "gamma-node",
        evidence(honest.clone(), &[&other, &good], &good),
    );
    assert_eq!(part(made), "good signature");
    let made = make(
        &mut network,
        "gamma-node",
        evidence(honest.clone(), &[&other, &good], &forged),
    );
    assert_eq!(part(made), "digests");
    let made = make(
        &mut network,
        "gamma-node",
        evidence(honest, &[&other, &forged], &forged),
    );
    assert_eq!(part(made), "digests");
}

fn noted(network: &mut Consortium, node: &str, checkpoint: &Checkpoint) -> String {
    let keys = &network.nodes[node];
    let line = checkpoint
        .sign(&keys.organisation, node, &keys.statement, &mut network.rng)
        .expect("names");
    Note::new(checkpoint.clone(), vec![line]).to_text()
}

#[test]
fn two_roots_for_one_size_are_proof() {
    let mut network = network();
    let honest = network.memory.checkpoint().clone();
    let other = Checkpoint {
        state_root: [9; 32],
        ..honest.clone()
    };
    let earlier = Checkpoint {
        size: honest.size - 1,
        ..other.clone()
    };
    let first = noted(&mut network, "beta-node", &honest);
    let [second, third] = [&other, &earlier].map(|one| noted(&mut network, "beta-node", one));
    let roots = |second: &str| {
        Evidence::Roots(v1::TwoRoots {
            first: first.clone(),
            second: second.to_owned(),
        })
    };
    let made = make(&mut network, "beta-node", roots(&second)).expect("proof");
    assert_eq!(judged(&network, &made).kind, "two_roots");
    assert_eq!(
        part(make(&mut network, "beta-node", roots(&first))),
        "roots"
    );
    assert_eq!(
        part(make(&mut network, "beta-node", roots(&third))),
        "roots"
    );
    assert_eq!(
        part(make(&mut network, "alpha-node", roots(&second))),
        "note"
    );
}

#[test]
fn a_statement_against_a_final_checkpoint_is_proof() {
    let mut network = network();
    let early = network.memory.checkpoint().clone();
    network.must("beta/business", network::facility("mill-2"));
    let last = network.memory.checkpoint().clone();
    let lie = |of: &Checkpoint| Checkpoint {
        root: [5; 32],
        ..of.clone()
    };
    let root = log::root(&network.memory, early.size).expect("readable");
    let proof = consistency(&network.memory, early.size, last.size);
    let at_size = |note: String| {
        Evidence::Final(v1::AgainstFinal {
            note,
            ..Default::default()
        })
    };
    let before = |note: String| {
        Evidence::Final(v1::AgainstFinal {
            note,
            root: root.to_vec(),
            consistency: proof.clone(),
        })
    };
    for node in ["beta-node", "delta-node"] {
        let note = noted(&mut network, node, &lie(&last));
        let made = make(&mut network, node, at_size(note)).expect("proof");
        assert_eq!(judged(&network, &made).kind, "against_final");
        let note = noted(&mut network, node, &lie(&early));
        let made = make(&mut network, node, before(note)).expect("proof");
        assert!(judged(&network, &made).proof);
        // What is true, or about a size of which nothing is known, is none.
        let note = noted(&mut network, node, &last);
        assert_eq!(
            part(make(&mut network, node, at_size(note))),
            "no contradiction"
        );
        let note = noted(&mut network, node, &early);
        assert_eq!(
            part(make(&mut network, node, before(note))),
            "no contradiction"
        );
        let note = noted(&mut network, node, &early);
        assert_eq!(
            part(make(&mut network, node, at_size(note))),
            "no contradiction"
        );
    }
}

#[test]
fn a_ticket_that_was_not_kept_is_evidence_and_no_proof() {
    let mut network = network();
    let key = copy(&network.nodes["alpha-node"].statement);
    let id = network.founded.network_id();
    let now = network.memory.checkpoint().time_ms;
    let mut evidence = |within: u64| {
        let ticket = ticket::sign(&id, &[3; 32], now - 5000, within, &key, &mut network.rng);
        Evidence::Ticket(v1::TicketEvidence {
            ticket: Some(ticket),
        })
    };
    let (late, due) = (evidence(4000), evidence(5000));
    let made = make(&mut network, "alpha-node", late).expect("evidence");
    let verdict = judged(&network, &made);
    assert_eq!((verdict.kind, verdict.proof), ("ticket", false));
    assert_eq!(part(make(&mut network, "alpha-node", due)), "not due");
}
