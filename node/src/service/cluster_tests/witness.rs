//! The regulator as witness: its lines reach everybody and stand in receipts, nobody waits for it unless the ledger says so.

use super::*;
use hengtan_ledger::v1::{ProposalOpen, ProposalVote, WitnessRegister};
use prost::Message as _;

const NAME: &str = "bureau-witness";

/// Makes key and memory in the regulator's folder, as `hengtan witness key` does; the public key.
fn prepare(cluster: &Cluster) -> Vec<u8> {
    let node = Folder::new(cluster.root(3)).node("bureau-1");
    let key = crypto_sm::sm2::SecretKey::generate(&mut rand::rng());
    let founded = Folder::genesis(&Folder::new(cluster.root(3)).genesis_file()).expect("genesis");
    crate::config::write_secret(&node.join("witness.key.pem"), key.to_pkcs8_pem().as_bytes())
        .expect("written");
    crate::witness::begin(
        &node.join("witness.memory.json"),
        &founded.network_id(),
        NAME,
        key.public_key().key_id().as_bytes(),
    )
    .expect("begun");
    let path = node.join("config.toml");
    let mut text = std::fs::read_to_string(&path).expect("readable");
    text.push_str(&format!("\n[witness]\nname = \"{NAME}\"\n"));
    std::fs::write(&path, text).expect("written");
    key.public_key().to_uncompressed().to_vec()
}

/// Has the witness registered by proposal and votes.
async fn register(cluster: &Cluster, key: Vec<u8>, required: u32) {
    let head = WitnessRegister {
        witness: Some(v1::Witness {
            name: NAME.to_owned(),
            key,
        }),
        witnesses_required: required,
    };
    let open = ProposalOpen {
        kind: "witness.register".to_owned(),
        head: head.encode_to_vec(),
        deadline_ms: now_ms() + 2 * 24 * 3_600_000,
        reason: "the regulator watches".to_owned(),
        ..ProposalOpen::default()
    };
    let opened = cluster.signed_by(0, "admin", "proposal.open", &open);
    let proposal = decided(cluster, &opened).await;
    for at in 1..3 {
        let vote = ProposalVote {
            proposal,
            in_favour: true,
            reason: String::new(),
        };
        let vote = cluster.signed_by(at, "admin", "proposal.vote", &vote);
        decided(cluster, &vote).await;
    }
}

/// Hands in what is about a proposal, and gives its number.
async fn decided(cluster: &Cluster, envelope: &Signed) -> u64 {
    let taken = cluster.service(1).submit(submission(envelope)).await;
    let taken = taken.expect("taken");
    let End::Final { outcome, .. } = &taken.end else {
        panic!("not final: {taken:?}");
    };
    assert_eq!(outcome.code, "", "{outcome:?}");
    match &outcome.head {
        Some(v1::outcome::Head::Decided(decided)) => decided.proposal,
        other => panic!("nothing decided: {other:?}"),
    }
}

/// Waits until every running node has a witnessed checkpoint of at least `size`.
async fn witnessed_everywhere(cluster: &Cluster, size: u64) {
    let begun = Instant::now();
    for (at, service) in cluster.running() {
        loop {
            let note = service.read(|reading| reading.witnessed_note()).await;
            let note = note.expect("readable");
            if note.is_some_and(|note| note.checkpoint().size >= size) {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "node {at} has heard no witness");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_follows_and_its_line_stands_in_receipts_of_every_node() {
    let mut cluster = Cluster::founded();
    let key = prepare(&cluster);
    for at in 0..4 {
        cluster.start(at).await;
    }
    register(&cluster, key, 0).await;
    let envelope = cluster.facility(0, "plant");
    let done = cluster.service(0).submit(submission(&envelope)).await;
    let (index, _) = proven(&done.expect("taken"));
    witnessed_everywhere(&cluster, index + 1).await;
    let pin = NetworkPin(cluster.service(0).founded().network_id());
    let subject = || Subject::Index {
        index,
        rows: Vec::new(),
        all: false,
    };
    for (at, service) in cluster.running() {
        let receipt = service.receipt(subject()).await.expect("there");
        let verified = verify_receipt(&receipt, Some(pin)).expect("verifies");
        let names: Vec<&str> = verified
            .finality
            .witnesses
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, [NAME], "node {at}");
        let status = service.status().await.expect("status");
        assert!(status.witnessed_size > index, "node {at}");
    }

    // Somebody puts another history under the witness while its node is down.
    cluster.kill(3).await;
    let memory = Folder::new(cluster.root(3))
        .node("bureau-1")
        .join("witness.memory.json");
    let text = std::fs::read_to_string(&memory).expect("readable");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let signed = value["size"].as_u64().expect("a size");
    assert!(signed > index);
    value["root"] = serde_json::json!("17".repeat(32));
    std::fs::write(&memory, value.to_string()).expect("written");
    cluster.start(3).await;
    let envelope = cluster.facility(0, "later");
    let done = cluster.service(0).submit(submission(&envelope)).await;
    // Nobody waits for it.
    let (later, _) = proven(&done.expect("taken"));
    let mut trouble = cluster.service(3).inner.witness_trouble.subscribe();
    let seen = tokio::time::timeout(PATIENCE, trouble.wait_for(Option::is_some)).await;
    let seen = seen.expect("in time").expect("open").clone();
    assert_eq!(seen.map(|error| error.code()), Some("HT-NOD-093"));
    let status = cluster.service(3).status().await.expect("status");
    assert!(
        status
            .notices
            .iter()
            .any(|notice| notice.code() == "HT-NOD-093")
    );
    assert!(status.witnessed_size <= later, "nothing later is witnessed");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_ledger_wants_a_witness_nothing_is_final_without_it() {
    let mut cluster = Cluster::founded();
    let key = prepare(&cluster);
    for at in 0..4 {
        cluster.start(at).await;
    }
    register(&cluster, key, 1).await;
    let envelope = cluster.facility(0, "plant");
    let done = cluster.service(0).submit(submission(&envelope)).await;
    let (_, receipt) = proven(&done.expect("taken"));
    let pin = NetworkPin(cluster.service(0).founded().network_id());
    let verified = verify_receipt(&receipt, Some(pin)).expect("verifies");
    assert_eq!(verified.finality.witnesses.len(), 1);

    cluster.kill(3).await;
    let envelope = cluster.facility(0, "waits");
    let waiting = Submission {
        wait_ms: Some(1_500),
        ..submission(&envelope)
    };
    let done = cluster.service(0).submit(waiting).await.expect("taken");
    assert!(matches!(done.end, End::Waiting(_)), "{done:?}");
    cluster.start(3).await;
    let done = cluster.service(0).submit(submission(&envelope)).await;
    let (_, receipt) = proven(&done.expect("taken"));
    let verified = verify_receipt(&receipt, Some(pin)).expect("verifies");
    assert_eq!(verified.finality.witnesses.len(), 1);
}
