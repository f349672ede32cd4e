//! The node killed at any moment starts again and has lost nothing that it acknowledged.
//!
//! Clients hand in envelopes without pause; the process gets SIGKILL after a random number of acknowledgements, at whatever it is doing
//! then. After each start every acknowledged entry must stand where its receipt says, the log must be an extension of every tree that
//! was ever signed, and what was left without an answer must be handed in again to exactly one place.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crypto_sm::sm2::SecretKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::audit::Auditor;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::receipt::{NetworkPin, Receipt, verify_receipt};
use hengtan_ledger::v1;
use hengtan_tests::{Node, User};
use prost::Message as _;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Mutex;
use tonic::transport::Channel;

/// Kills of one run.
const KILLS: u32 = 30;
/// Clients at a time.
const CLIENTS: u64 = 6;

type Client = LedgerClient<Channel>;

/// What the clients know, across all lives of the node.
#[derive(Default)]
struct Oracle {
    /// Acknowledged: receipt by envelope id.
    acknowledged: BTreeMap<Vec<u8>, Receipt>,
    /// Handed in without an answer: present or not, never assumed absent.
    unknown: BTreeMap<Vec<u8>, api::SubmitRequest>,
}

struct World {
    network: [u8; 32],
    key: SecretKey,
    oracle: Mutex<Oracle>,
    names: AtomicU64,
}

fn now_ms() -> u64 {
    u64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("clock")
            .as_millis(),
    )
    .expect("milliseconds")
}

impl World {
    fn request(&self) -> (Vec<u8>, api::SubmitRequest) {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        let head = v1::FacilityRegister {
            name: format!("works-{number}"),
            display_name: Some(v1::DisplayName {
                zh: format!("{number} 号厂"),
                en: format!("Works {number}"),
            }),
            region: "CN-GD".to_owned(),
            ..Default::default()
        };
        let command = Command::new("facility.register", &head, Vec::new());
        let signed = envelope::sign(
            &self.network,
            command,
            now_ms() + 300_000,
            &self.key,
            &mut rand::rng(),
        );
        let request = api::SubmitRequest {
            envelope: signed.bytes,
            rows: None,
            wait_ms: 20_000,
            without_receipt: false,
        };
        (signed.id.to_vec(), request)
    }

    /// Hands in one envelope and remembers the answer. False when there was none.
    async fn submit(&self, client: &mut Client, id: Vec<u8>, request: api::SubmitRequest) -> bool {
        self.oracle
            .lock()
            .await
            .unknown
            .insert(id.clone(), request.clone());
        let Ok(answer) = client.submit(request).await else {
            return false;
        };
        let answer = answer.into_inner();
        if !answer.r#final {
            return false;
        }
        let outcome = answer.outcome.expect("a final answer has an outcome");
        assert_eq!(outcome.code, "", "refused: {outcome:?}");
        let receipt = answer.receipt.expect("a final answer has a receipt");
        let mut oracle = self.oracle.lock().await;
        oracle.unknown.remove(&id);
        oracle.acknowledged.insert(id, receipt);
        true
    }
}

async fn connect(node: &Node) -> Client {
    LedgerClient::connect(format!("http://{}", node.address))
        .await
        .expect("the node announced that it is ready")
}

/// Everything acknowledged stands where its receipt says, and the log extends each tree that was signed.
async fn check(world: &World, client: &mut Client, since: &mut u64) {
    let oracle = world.oracle.lock().await;
    let status = client
        .status_show(api::StatusShowRequest {})
        .await
        .expect("status")
        .into_inner();
    let checkpoint = client
        .checkpoint_show(api::CheckpointShowRequest {})
        .await
        .expect("checkpoint")
        .into_inner();
    // Entries of earlier lives were looked at then; the last check looks at all of them.
    for (id, receipt) in oracle
        .acknowledged
        .iter()
        .filter(|(_, receipt)| receipt.index >= *since)
    {
        let verified = verify_receipt(receipt, Some(NetworkPin(world.network)))
            .expect("an issued receipt verifies for ever");
        let subject = api::entry_show_request::Subject::Id(id.clone());
        let shown = client
            .entry_show(api::EntryShowRequest {
                subject: Some(subject),
            })
            .await
            .expect("acknowledged and lost")
            .into_inner();
        assert_eq!(
            shown.entry, receipt.entry,
            "another entry at {}",
            receipt.index
        );
        assert_eq!(
            shown.summary.expect("summary").index,
            receipt.index,
            "one envelope, one index"
        );
        assert!(
            verified.checkpoint.size <= checkpoint.size,
            "a signed tree of {} entries, now {}",
            verified.checkpoint.size,
            status.size
        );
    }
    // The newest tree that a client holds is a prefix of the present one, under the root that was signed.
    if let Some(newest) = oracle
        .acknowledged
        .values()
        .max_by_key(|receipt| receipt.index)
    {
        let verified = verify_receipt(newest, Some(NetworkPin(world.network))).expect("verifies");
        let request = api::ConsistencyShowRequest {
            from_size: verified.checkpoint.size,
            to_size: checkpoint.size,
        };
        let proof = client
            .consistency_show(request)
            .await
            .expect("consistency")
            .into_inner()
            .proof;
        let proof: Vec<[u8; 32]> = proof
            .iter()
            .map(|digest| digest.as_slice().try_into().expect("32 bytes"))
            .collect();
        let new_root: [u8; 32] = checkpoint.log_root.as_slice().try_into().expect("32 bytes");
        let signed = &verified.checkpoint;
        assert!(
            hengtan_ledger::tree::LOG.continues(
                signed.size,
                &signed.root,
                checkpoint.size,
                &new_root,
                &proof
            ),
            "the log does not extend what was signed"
        );
    }
    *since = status.size;
}

/// The node's whole log, replayed from nothing, gives the roots that the node signed.
async fn replay(world: &World, client: &mut Client) {
    let checkpoint = client
        .checkpoint_show(api::CheckpointShowRequest {})
        .await
        .expect("checkpoint")
        .into_inner();
    let mut stream = client
        .export(api::ExportRequest { from: 0, to: 0 })
        .await
        .expect("export")
        .into_inner();
    let mut auditor = Auditor::new(Some(NetworkPin(world.network)));
    while let Some(item) = stream.message().await.expect("export") {
        let record = v1::ExportRecord::decode(item.record.as_slice()).expect("record");
        auditor
            .take(record.record.expect("record"))
            .expect("replays");
    }
    let report = auditor.finish().expect("replays");
    assert_eq!(report.entries, checkpoint.size);
    assert_eq!(report.root.to_vec(), checkpoint.log_root);
    assert_eq!(report.state_root.to_vec(), checkpoint.state_root);
}

fn network_of(folder: &Path) -> [u8; 32] {
    let text = std::fs::read_to_string(folder.join("genesis.json")).expect("genesis.json");
    let genesis: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let id = genesis["network_id"].as_str().expect("network_id");
    hex::decode(id).expect("hex").try_into().expect("32 bytes")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_has_lost_nothing_that_it_acknowledged() {
    let seed = std::env::var("HENGTAN_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random::<u64>);
    println!("seed {seed} (HENGTAN_SEED={seed} repeats the moments)");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);

    let user = User::default();
    let folder = user.folder().join("network");
    let folder_text = folder.to_str().expect("UTF-8");
    let _ = user
        .run(&["init", "--dir", folder_text, "--listen", "127.0.0.1:0"])
        .expect(0);
    let pem = std::fs::read_to_string(folder.join("members/recorder.key.pem")).expect("member key");
    let world = Arc::new(World {
        network: network_of(&folder),
        key: SecretKey::from_pkcs8_pem(&pem).expect("member key"),
        oracle: Mutex::default(),
        names: AtomicU64::new(0),
    });

    let mut since = 0;
    let mut log = Vec::new();
    for life in 0..KILLS {
        let node = Node::start(&user, &folder);
        let mut client = connect(&node).await;
        check(&world, &mut client, &mut since).await;
        // What got no answer in the last life is handed in again, with the same bytes.
        let unknown: Vec<_> = world
            .oracle
            .lock()
            .await
            .unknown
            .clone()
            .into_iter()
            .collect();
        for (id, request) in unknown {
            assert!(
                world.submit(&mut client, id, request).await,
                "handing in again gives an answer"
            );
        }

        let goal = random.random_range(1..40_u64);
        let fuse = Duration::from_micros(random.random_range(0..3_000));
        let acknowledged = Arc::new(AtomicU64::new(0));
        let reached = Arc::new(tokio::sync::Notify::new());
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let (world, acknowledged, reached, mut client) = (
                world.clone(),
                acknowledged.clone(),
                reached.clone(),
                client.clone(),
            );
            clients.spawn(async move {
                loop {
                    let (id, request) = world.request();
                    if !world.submit(&mut client, id, request).await {
                        return;
                    }
                    if acknowledged.fetch_add(1, Ordering::SeqCst) + 1 >= goal {
                        reached.notify_one();
                    }
                }
            });
        }
        // Bounded: a node that answers nothing is a failure, not a test that never ends.
        tokio::time::timeout(Duration::from_secs(120), reached.notified())
            .await
            .expect("the node answers");
        // A moment inside whatever the node is doing then: no waiting for a condition, only a spread over its work.
        let begun = std::time::Instant::now();
        while begun.elapsed() < fuse {
            std::hint::spin_loop();
        }
        node.kill();
        while clients.join_next().await.is_some() {}
        let oracle = world.oracle.lock().await;
        log.push(format!(
            "kill {:>2}: {:>5} acknowledged, {:>3} without an answer",
            life + 1,
            oracle.acknowledged.len(),
            oracle.unknown.len()
        ));
    }

    let node = Node::start(&user, &folder);
    let mut client = connect(&node).await;
    since = 0;
    check(&world, &mut client, &mut since).await;
    replay(&world, &mut client).await;
    println!("{}", log.join("\n"));
    println!(
        "{} entries acknowledged over {KILLS} kills, none lost; log of {since} entries replayed to the same roots",
        world.oracle.lock().await.acknowledged.len()
    );
}
