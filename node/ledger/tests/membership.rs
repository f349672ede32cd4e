//! The trust file: a change of members is judged by the old set, everything after it by the new one. Three organisations found a network, a
//! fourth joins and votes, then one leaves.

mod network;

use hengtan_ledger::Error;
use hengtan_ledger::checkpoint::{Checkpoint, Note, judge};
use hengtan_ledger::domain::voting_set_digest;
use hengtan_ledger::membership;
use hengtan_ledger::receipt::{from_json, to_json, verify_json, verify_receipt};
use hengtan_ledger::state::key;
use hengtan_ledger::v1;
use network::consortium::{Consortium, leave, promote};
use prost::Message;

/// Genesis of three, then `delta` is admitted, registers a node, and gets a vote. Index of the entry after that.
fn joined() -> (Consortium, u64) {
    let mut network = Consortium::new(&["alpha", "beta", "gamma"]);
    let admission = network.admission("delta");
    network.decide("alpha", admission, &["beta"]);
    let registration = network.registration("delta", "delta-node");
    network.must("delta/operations", registration);
    assert!(network.changes.is_empty(), "a learner changes nothing");
    network.decide("alpha", promote("delta-node"), &["beta", "delta"]);
    assert_eq!(network.changes.len(), 1);
    let outcome = network.must("delta/business", network::facility("mill-1"));
    (network, outcome.index)
}

fn code(verdict: Result<hengtan_ledger::receipt::Verification, Error>) -> &'static str {
    verdict.map_or_else(|error| error.code(), |_| "")
}

#[test]
fn changes_of_members_are_followed_from_genesis_to_the_receipt() {
    let (mut network, index) = joined();
    let set = network.voting_set();
    assert_eq!((set.version, set.voters.len()), (1, 4));
    let note = network.note_by(&set, 3);
    let receipt = network.receipt(index, &note);
    let verified = verify_receipt(&receipt, None).expect("good");
    assert_eq!(verified.finality.organisations, ["alpha", "beta", "delta"]);
    assert_eq!(verified.finality.organisations_voting, 4);
    assert!(!verified.not_proved.contains(&"single_signer"));
    let text = to_json(&receipt).expect("text");
    assert_eq!(from_json(&text).expect("a receipt"), receipt);
    assert!(verify_json(&text, None).is_ok());

    network.decide("gamma", leave("alpha"), &["beta", "delta"]);
    network.leader = "beta-node".to_owned();
    let outcome = network.must("beta/business", network::facility("mill-2"));
    let set = network.voting_set();
    assert_eq!(set.version, 2);
    let note = network.note_by(&set, 2);
    for index in [index, outcome.index] {
        let verified = verify_receipt(&network.receipt(index, &note), None).expect("good");
        assert_eq!(verified.finality.organisations, ["beta", "delta"]);
        assert_eq!(verified.finality.organisations_voting, 3);
    }
}

#[test]
fn the_ledger_says_who_takes_part_in_raft_and_from_which_size() {
    let (network, _) = joined();
    let wanted = membership::desired(&network.memory).expect("readable");
    assert_eq!(
        (wanted.voters(), wanted.learners()),
        (vec![1, 2, 3, 4], vec![])
    );
    let note = Note::parse(&network.changes[0].checkpoint).expect("a note");
    assert_eq!(wanted.size, note.checkpoint().size);
    let transport = network.nodes["delta-node"]
        .transport
        .public_key()
        .to_uncompressed();
    let found = wanted.by_transport_key(&transport).map(|node| node.number);
    assert_eq!(found, Some(4));
}

#[test]
fn the_old_set_judges_the_change_and_the_new_one_what_comes_after() {
    let (mut network, index) = joined();
    let set = network.voting_set();
    let note = network.note_by(&set, 2);
    let receipt = network.receipt(index, &note);
    assert_eq!(
        code(verify_receipt(&receipt, None)),
        "HT-LED-027",
        "two of four are not more than half"
    );
    let old = network.founded.voting_set();
    let change = Note::parse(&network.changes[0].checkpoint).expect("a note");
    assert!(judge(&change, &old).is_ok());
    assert_eq!(
        judge(&change, &set).map_err(|error| error.code()),
        Err("HT-LED-028")
    );
}

#[test]
fn a_chain_that_skips_a_change_is_refused() {
    let (mut network, index) = joined();
    network.decide("gamma", leave("alpha"), &["beta", "delta"]);
    network.leader = "beta-node".to_owned();
    network.must("beta/business", network::facility("mill-2"));
    let set = network.voting_set();
    let note = network.note_by(&set, 3);
    let good = network.receipt(index, &note);
    assert_eq!(code(verify_receipt(&good, None)), "");
    for skipped in [0, 1] {
        let mut receipt = good.clone();
        let trust = receipt.trust.as_mut().expect("trust");
        trust.changes.remove(skipped);
        // With consistency proofs that fit: the log is the same, only the judgement is left out.
        let size = |note: &str| Note::parse(note).expect("a note").checkpoint().size;
        let kept = size(&trust.changes[0].checkpoint);
        trust.changes[0].consistency = network::consortium::consistency(&network.memory, 1, kept);
        trust.consistency =
            network::consortium::consistency(&network.memory, kept, note.checkpoint().size);
        assert_eq!(
            code(verify_receipt(&receipt, None)),
            "HT-LED-028",
            "{skipped}"
        );
    }
}

#[test]
fn a_change_is_proved_right_after_its_entry_and_nowhere_else() {
    let (mut network, index) = joined();
    let (old, set) = (network.founded.voting_set(), network.voting_set());
    // The old set judges a later size: whoever has left would have a say in what it is not asked about.
    let note = network.note_by(&set, 4);
    let checkpoint = Checkpoint {
        members_version: old.version,
        members_digest: voting_set_digest(&network.founded.network_id(), &old.encode_to_vec()),
        ..network.memory.checkpoint().clone()
    };
    let lines = old.voters.iter().map(|voter| {
        let node = &voter.nodes[0].name;
        checkpoint
            .sign(
                &voter.organisation,
                node,
                &network.nodes[node].statement,
                &mut network.rng,
            )
            .expect("names")
    });
    let late = Note::new(checkpoint.clone(), lines.collect());
    assert!(judge(&late, &old).is_ok());
    network.changes.clear();
    network.changes.push(network.change(&late));
    let receipt = network.receipt(index, &note);
    assert_eq!(code(verify_receipt(&receipt, None)), "HT-LED-040");
}

#[test]
fn a_change_that_is_not_proved_is_refused() {
    let (mut network, index) = joined();
    let set = network.voting_set();
    let note = network.note_by(&set, 4);
    let good = network.receipt(index, &note);
    let with = |edit: &dyn Fn(&mut v1::MembershipChange)| {
        let mut receipt = good.clone();
        edit(&mut receipt.trust.as_mut().expect("trust").changes[0]);
        code(verify_receipt(&receipt, None))
    };
    assert_eq!(with(&|_| {}), "");
    assert_eq!(with(&|change| change.consistency.clear()), "HT-LED-030");
    assert_eq!(with(&|change| change.voting_set = None), "HT-LED-017");
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").siblings[0][3] ^= 1),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").value[9] ^= 1),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").value.clear()),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").key = key::LIMITS.to_owned()),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.checkpoint = change.checkpoint.replace("members 0", "members 1")),
        "HT-LED-028"
    );
    let mut twice = good.clone();
    let trust = twice.trust.as_mut().expect("trust");
    trust.changes.push(trust.changes[0].clone());
    assert!(verify_receipt(&twice, None).is_err());
}
