//! A quorum is lost for ever: the CA keys of more than half of the voting organisations continue the log, every verifier shows it, and receipts beyond
//! what was final are denounced by name.

mod network;

use hengtan_ledger::audit::Auditor;
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::receipt::{self, NetworkPin, to_json, verify_json, verify_receipt};
use hengtan_ledger::v1;
use hengtan_ledger::v1::export_record::Record;
use hengtan_ledger::{Error, log, membership, recovery};
use network::consortium::{Consortium, promote};
use prost::Message;

/// Three founders; entries up to a final checkpoint, and entries behind it that only one node has.
struct Lost {
    network: Consortium,
    last_final: Note,
    /// Beyond what is final: a receipt that two dishonest organisations cosigned nevertheless.
    beyond: v1::Receipt,
}

fn lost() -> Lost {
    let mut network = Consortium::new(&["alpha", "beta", "gamma"]);
    network.must("beta/business", network::facility("mill-1"));
    let set = network.voting_set();
    let last_final = network.note_by(&set, 2);
    let outcome = network.must("beta/business", network::facility("mill-2"));
    let note = network.note_by(&set, 2);
    let beyond = network.receipt(outcome.index, &note);
    Lost {
        network,
        last_final,
        beyond,
    }
}

impl Lost {
    fn recovery(&self) -> v1::Recovery {
        let network = &self.network;
        let mut set = network.voting_set();
        set.version += 1;
        set.voters.retain(|voter| voter.organisation == "alpha");
        let checkpoint = network.memory.checkpoint();
        v1::Recovery {
            format: recovery::FORMAT,
            network_id: network.founded.network_id().to_vec(),
            checkpoint: self.last_final.to_text(),
            base: self.last_final.checkpoint().size,
            size: checkpoint.size,
            root: checkpoint.root.to_vec(),
            voting_set: Some(set),
            time_ms: network.time_ms + 86_400_000,
            reason: "机房失火".to_owned(),
        }
    }

    fn entry(&mut self, recovery: &v1::Recovery, signers: &[&str]) -> Vec<u8> {
        let bytes = recovery.encode_to_vec();
        let id = self.network.founded.network_id();
        let signatures = signers
            .iter()
            .map(|name| {
                let key = &self.network.parties[*name].ca_key;
                recovery::sign(&id, &bytes, name, key, &mut self.network.rng)
            })
            .collect();
        recovery::entry(recovery, signatures)
    }

    fn code(&mut self, recovery: &v1::Recovery, signers: &[&str]) -> String {
        let entry = self.entry(recovery, signers);
        let before = self.network.memory.checkpoint().clone();
        match self.network.memory.clone().recover(&entry) {
            Ok(_) => String::new(),
            Err(Error::Recovery { part }) => part.to_owned(),
            Err(error) => {
                assert_eq!(&before, self.network.memory.checkpoint());
                error.code().to_owned()
            }
        }
    }
}

#[test]
fn the_continued_network_keeps_what_was_final_and_says_what_happened() {
    let mut lost = lost();
    let known = lost.recovery();
    let entry = lost.entry(&known, &["alpha", "beta"]);
    let network = &mut lost.network;
    let applied = network.memory.recover(&entry).expect("recovered");
    assert!(applied.changes_members());
    network.time_ms = known.time_ms;
    network.term = 1;
    let set = network.voting_set();
    assert_eq!(set, known.voting_set.clone().expect("a set"));
    assert_eq!(
        membership::desired(&network.memory)
            .expect("readable")
            .voters(),
        [1]
    );
    let note = network.note_by(&set, 1);
    let change = receipt::recovery_change(
        1,
        &entry,
        &note,
        &network.memory,
        &network.memory,
        &network.memory,
    )
    .expect("readable");
    network.changes.push(change);
    // Life goes on: the next batch continues the chain of headers, and the others come back by the usual way.
    let outcome = network.must("alpha/business", network::facility("mill-3"));
    let registration = network.registration("beta", "beta-two");
    network.must("beta/operations", registration);
    network.decide("alpha", promote("beta-two"), &["beta"]);
    let set = network.voting_set();
    assert_eq!((set.version, set.voters.len()), (2, 2));
    network.must("beta/business", network::facility("mill-4"));
    let note = Note::new(
        network.memory.checkpoint().clone(),
        [("alpha", "alpha-node"), ("beta", "beta-two")]
            .map(|(organisation, node)| {
                let key = &network.nodes[node].statement;
                network
                    .memory
                    .checkpoint()
                    .sign(organisation, node, key, &mut network.rng)
                    .expect("names")
            })
            .to_vec(),
    );
    let receipt = network.receipt(outcome.index, &note);
    let text = to_json(&receipt).expect("text");
    let pin = Some(NetworkPin(network.founded.network_id()));
    let verified = verify_json(&text, pin).expect("good");
    assert!(verified.proves("recovery"));
    assert_eq!(verified.recoveries, std::slice::from_ref(&known));
    assert!(!recovery::denounces(&known, &verified));

    // What two organisations signed beyond the base is consistent in itself; who knows of the recovery denounces it.
    let before = verify_receipt(&lost.beyond, pin).expect("consistent");
    assert!(recovery::denounces(&known, &before));
    let mut old = before;
    old.checkpoint.size = known.base;
    assert!(!recovery::denounces(&known, &old));
}

#[test]
fn a_recovery_that_too_few_signed_or_that_invents_something_is_refused() {
    let mut lost = lost();
    let good = lost.recovery();
    assert_eq!(lost.code(&good, &["alpha", "beta"]), "");
    assert_eq!(lost.code(&good, &["alpha"]), "HT-LED-042");
    assert_eq!(lost.code(&good, &["alpha", "alpha"]), "HT-LED-016");
    let edit = |change: &dyn Fn(&mut v1::Recovery)| {
        let mut other = good.clone();
        change(&mut other);
        other
    };
    let mut refused =
        |change: &dyn Fn(&mut v1::Recovery)| lost.code(&edit(change), &["alpha", "beta"]);
    assert_eq!(refused(&|one| one.size -= 1), "kept log");
    assert_eq!(refused(&|one| one.root[0] ^= 1), "kept log");
    assert_eq!(refused(&|one| one.base += 1), "checkpoint");
    assert_eq!(refused(&|one| one.base = 0), "base");
    assert_eq!(refused(&|one| one.checkpoint.clear()), "base");
    assert_eq!(refused(&|one| one.time_ms = 1), "HT-LED-021");
    assert_eq!(refused(&|one| one.network_id[0] ^= 1), "network");
    let set = |change: &dyn Fn(&mut v1::VotingSet)| {
        edit(&|one| change(one.voting_set.as_mut().expect("a set")))
    };
    for wrong in [
        set(&|set| set.version += 1),
        set(&|set| set.voters.clear()),
        set(&|set| set.voters[0].nodes[0].statement_key[7] ^= 1),
        set(&|set| set.voters[0].nodes[0].name = "beta-node".to_owned()),
        set(&|set| set.voters[0].authority_key.clear()),
        set(&|set| set.witnesses_required = 1),
    ] {
        assert_eq!(lost.code(&wrong, &["alpha", "beta"]), "voting set");
    }
    // Of two voting organisations both must sign.
    let mut pair = Consortium::new(&["alpha", "beta"]);
    pair.must("beta/business", network::facility("mill-1"));
    let set = pair.voting_set();
    let last_final = pair.note_by(&set, 2);
    let beyond = v1::Receipt::default();
    let mut pair = Lost {
        network: pair,
        last_final,
        beyond,
    };
    let recovery = pair.recovery();
    assert_eq!(pair.code(&recovery, &["alpha"]), "HT-LED-042");
    assert_eq!(pair.code(&recovery, &["alpha", "beta"]), "");
}

#[test]
fn a_verifier_takes_no_recovery_that_is_not_proved() {
    let mut lost = lost();
    let known = lost.recovery();
    let entry = lost.entry(&known, &["alpha", "gamma"]);
    let network = &mut lost.network;
    network.memory.recover(&entry).expect("recovered");
    let set = network.voting_set();
    let note = network.note_by(&set, 1);
    let (memory, size) = (&network.memory, note.checkpoint().size);
    let change = receipt::recovery_change(1, &entry, &note, memory, memory, memory);
    let mut receipt = v1::Receipt {
        inclusion: log::inclusion(memory, 0, size)
            .expect("readable")
            .iter()
            .map(|hash| hash.to_vec())
            .collect(),
        ..network.receipt(0, &note)
    };
    let trust = receipt.trust.as_mut().expect("trust");
    trust.changes = vec![change.expect("readable")];
    trust.consistency.clear();
    assert!(
        verify_receipt(&receipt, None)
            .expect("good")
            .proves("recovery")
    );
    let with = |edit: &dyn Fn(&mut v1::MembershipChange)| {
        let mut other = receipt.clone();
        edit(&mut other.trust.as_mut().expect("trust").changes[0]);
        verify_receipt(&other, None)
            .map_err(|error| error.code())
            .err()
    };
    let proof = |edit: &dyn Fn(&mut v1::RecoveryProof)| {
        with(&|change| edit(change.recovery.as_mut().expect("a proof")))
    };
    // Without it the change is judged by the old set, which the checkpoint does not name.
    assert_eq!(with(&|change| change.recovery = None), Some("HT-LED-028"));
    assert_eq!(proof(&|one| one.inclusion[0][0] ^= 1), Some("HT-LED-043"));
    assert_eq!(proof(&|one| one.before.clear()), Some("HT-LED-030"));
    assert_eq!(proof(&|one| one.after.clear()), Some("HT-LED-030"));
    assert!(proof(&|one| one.entry[200] ^= 1).is_some());
}

#[test]
fn an_audit_replays_a_recovery() {
    let mut lost = lost();
    let known = lost.recovery();
    let entry = lost.entry(&known, &["alpha", "gamma"]);
    let network = &mut lost.network;
    network.memory.recover(&entry).expect("recovered");
    network.time_ms = known.time_ms;
    network.must("alpha/business", network::facility("mill-3"));
    let set = network.voting_set();
    let note = network.note_by(&set, 1);
    let replay = |forge: bool| -> Result<(), Error> {
        let mut auditor = Auditor::new(None);
        for index in 0..network.memory.size() {
            let mut bytes = network.memory.entry(index).expect("an entry").to_vec();
            if forge && bytes == entry {
                let end = bytes.len() - 3;
                bytes[end] ^= 1;
            }
            auditor.take(Record::Entry(v1::ExportedEntry {
                entry: bytes,
                rows: None,
            }))?;
        }
        auditor.take(Record::Checkpoint(note.to_text()))?;
        let report = auditor.finish()?;
        assert_eq!(report.root, network.memory.checkpoint().root);
        Ok(())
    };
    assert_eq!(replay(false), Ok(()));
    assert!(replay(true).is_err());
}
