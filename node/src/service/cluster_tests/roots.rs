//! A leader that asks the others to cosign roots which nobody else has.

use super::*;
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::checkpoint::{Checkpoint, Note};
use hengtan_ledger::state::key;

/// Applies an empty batch everywhere, of which no checkpoint becomes final: the leader does nothing about it any more.
async fn unfinished(cluster: &Cluster, leader: usize) -> Checkpoint {
    let service = cluster.service(leader);
    let tasks = std::mem::take(&mut *service.inner.tasks.lock().expect("not poisoned"));
    tasks.iter().for_each(JoinHandle::abort);
    let term = service
        .inner
        .consensus
        .leadership()
        .borrow()
        .expect("leads")
        .term;
    let chain = service.read(|reading| reading.require::<v1::ChainState>(key::CHAIN));
    let chain = chain.await.expect("readable");
    let own = service.inner.key.public_key().key_id();
    let stamp = Stamp {
        term,
        previous: chain.header.as_slice().try_into().expect("a digest"),
        counter: batch::last_counter(&chain, own.as_bytes()) + 1,
        time_ms: now_ms(),
    };
    let network = service.founded().network_id();
    let batch = batch::sign_with(&network, stamp, Vec::new(), &service.inner.key).expect("signed");
    service
        .inner
        .consensus
        .propose(term, batch)
        .await
        .expect("committed");
    service
        .read(|reading| {
            let newest = reading
                .checkpoint_sizes()?
                .last()
                .copied()
                .expect("not final");
            Ok(reading.checkpoint(newest)?.expect("listed"))
        })
        .await
        .expect("readable")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_with_other_roots_is_not_heard_any_more_and_what_it_signed_is_kept() {
    let cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let before = cluster.facility(leader, "before");
    let done = cluster.service(leader).submit(submission(&before)).await;
    cluster
        .final_everywhere(proven(&done.expect("taken")).0 + 1)
        .await;

    let honest = unfinished(&cluster, leader).await;
    let service = cluster.service(leader);
    let node = service.inner.node.clone();
    let other = Checkpoint {
        state_root: [7; 32],
        ..honest.clone()
    };
    let line = other.sign_with(&node.organisation, &node.name, &service.inner.key);
    let asked = Note::new(other, vec![line.expect("signed")]);
    let links = service.inner.links.as_ref().expect("linked");
    let followers: Vec<usize> = (0..3).filter(|at| *at != leader).collect();
    let term = service.inner.consensus.status().term;
    for at in &followers {
        let number = cluster.service(*at).inner.node.number;
        let request = wire::CosignRequest {
            network_id: links.network().to_vec(),
            note: asked.to_text(),
        };
        let mut client = links.client(number).expect("known");
        let refused = client.cosign(request).await.expect_err("other roots");
        let cause = links.failed(number, &refused);
        assert_eq!(cause.relayed_code(), Some("HT-NOD-036"), "{cause}");
    }

    // Both notes are there, each with its signer's line.
    for at in &followers {
        let folder = cluster
            .config(*at)
            .data
            .join(format!("evidence/roots-{}-{}", honest.size, node.name));
        let read = |name: &str| {
            let text = std::fs::read_to_string(folder.join(name)).expect("kept");
            Note::parse(&text).expect("a note")
        };
        assert_eq!(read("theirs.note"), asked);
        let ours = read("ours.note");
        assert_eq!(ours.checkpoint(), &honest);
        let own = &cluster.service(*at).inner.node;
        assert_eq!(
            ours.lines()[0].name,
            format!("{}/{}", own.organisation, own.name)
        );
    }

    // One of them leads, makes the same size final, and takes envelopes; the former leader follows.
    for at in followers {
        let consensus = &cluster.service(at).inner.consensus;
        let led = consensus.wait_status(|status| {
            status.term > term && status.leader.is_some_and(|leads| leads != node.number)
        });
        let led = tokio::time::timeout(PATIENCE, led).await;
        led.expect("another is elected").expect("runs");
    }
    let after = cluster.facility((leader + 1) % 3, "after");
    let done = cluster
        .service((leader + 1) % 3)
        .submit(submission(&after))
        .await;
    let (index, _) = proven(&done.expect("taken"));
    assert!(index >= honest.size);
}

/// The checkpoint as it stands in a store that has rotted, or of a program that computes otherwise.
fn falsify(service: &Service, checkpoint: &Checkpoint) {
    use crate::store::{Change, Column};
    let change = Change {
        column: Column::Checkpoints,
        key: checkpoint.size.to_be_bytes().to_vec(),
        value: Some(checkpoint.text().into_bytes()),
    };
    service
        .inner
        .store
        .write(vec![change], false)
        .expect("written");
}

/// Others are asked before the leader has signed; those that have other roots are shown its signature afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_shows_its_signature_to_whoever_has_other_roots() {
    let cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let honest = unfinished(&cluster, leader).await;
    let service = cluster.service(leader);
    let node = service.inner.node.clone();
    let other = Checkpoint {
        state_root: [7; 32],
        ..honest.clone()
    };
    falsify(service, &other);
    let refused = service.lead_round().await;
    assert_eq!(refused.map_err(|error| error.code()), Err("HT-API-008"));
    for at in (0..3).filter(|at| *at != leader) {
        let data = cluster.config(at).data;
        let kept = data.join(format!(
            "evidence/roots-{}-{}/ours.note",
            honest.size, node.name
        ));
        let begun = Instant::now();
        while !kept.exists() {
            assert!(begun.elapsed() < PATIENCE, "nothing is kept at {at}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let theirs = std::fs::read_to_string(kept.with_file_name("theirs.note")).expect("kept");
        assert_eq!(Note::parse(&theirs).expect("a note").checkpoint(), &other);
    }
}

/// Whoever shows no signature, or somebody else's, has said nothing: there is nothing to keep.
#[tokio::test(flavor = "multi_thread")]
async fn other_roots_that_nobody_signed_leave_no_evidence() {
    let cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let honest = unfinished(&cluster, leader).await;
    let service = cluster.service((leader + 1) % 3);
    let node = cluster.service(leader).inner.node.clone();
    let other = Checkpoint {
        root: [7; 32],
        ..honest
    };
    let stranger = crypto_sm::sm2::SecretKey::generate(&mut rand::rng());
    let line = other.sign(&node.organisation, &node.name, &stranger, &mut rand::rng());
    let forged = Note::new(other.clone(), vec![line.expect("signed")]);
    for asked in [other.text(), forged.to_text()] {
        let refused = service.cosign(&node, &asked).await;
        assert_eq!(refused.map_err(|error| error.code()), Err("HT-NOD-036"));
    }
    assert!(
        !cluster
            .config((leader + 1) % 3)
            .data
            .join("evidence")
            .exists()
    );
}

/// Under load the newest batch end is never final. A snapshot is that of the newest one that is, though the ledger has gone on.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_of_the_final_batch_end_though_later_ones_are_applied() {
    let cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let service = cluster.service(leader);
    let node = service.inner.node.clone();
    let network = service.founded().network_id();
    let first = unfinished(&cluster, leader).await;
    assert!(service.inner.ledger.stream().expect("readable").is_none());
    let second = unfinished(&cluster, leader).await;
    assert!(second.size > first.size);
    assert!(service.inner.ledger.stream().expect("readable").is_none());

    let mut lines = Vec::new();
    for at in (0..3).filter(|at| *at != leader) {
        let note = cluster.service(at).cosign(&node, &first.text()).await;
        lines.extend(note.expect("the same roots").lines().to_vec());
    }
    let note = Note::new(first.clone(), lines);
    service.inner.publisher.accept(&note).expect("final");
    let stream = service
        .inner
        .ledger
        .stream()
        .expect("readable")
        .expect("at hand");
    assert_eq!(stream.size(), first.size);
    let applied = stream.applied().to_vec();
    let mut bytes = Vec::new();
    stream.write(&mut bytes).expect("written");
    let new = crate::store::MemoryStore::default();
    let content = &mut std::io::Cursor::new(&bytes);
    let rebuilt = crate::snapshot::install(&new, &network, node.number, &applied, content);
    assert_eq!(rebuilt.expect("holds").note, note);
    let reading = Reading::new(&new);
    assert_eq!(reading.size(), Ok(first.size));
    // Nothing is kept for nobody: the next one waits again.
    assert!(service.inner.ledger.stream().expect("readable").is_none());
}
