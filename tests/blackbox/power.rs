//! Nothing is acknowledged before it is synced: the power is cut again and again, what was not synced is gone, and what was acknowledged is not.
//!
//! The negative control: a disk whose syncs do nothing, which is what a node without its sync calls would have. There the same test must find
//! that acknowledged entries are lost, or that the node refuses to start on what is left.

use std::time::Instant;

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::v1;
use hengtan_tests::{Node, User};
use tonic::transport::Endpoint;

use super::network::{Client, PATIENCE};
use super::shim::{Control, Shim};

/// Cuts, and entries acknowledged before each.
const CUTS: u64 = 4;
const ENTRIES: u64 = 8;

struct One {
    user: User,
    folder: std::path::PathBuf,
    shim: Shim,
    network: [u8; 32],
    key: crypto_sm::sm2::SecretKey,
}

impl One {
    fn founded() -> Self {
        let user = User::default();
        let folder = user.folder().join("network");
        let init = ["init", "--dir", "network", "--listen", "127.0.0.1:0"];
        let _ = user.run(&init).expect(0);
        let read = |path: &str| std::fs::read(folder.join(path)).expect("written by init");
        let genesis = hengtan_ledger::genesis::Founded::parse(&read("genesis.pb"));
        let key = String::from_utf8(read("members/operator.key.pem")).expect("PEM");
        Self {
            shim: Shim::new(user.folder(), "node", &folder.join("nodes/node-1/data")),
            network: genesis.expect("genesis").network_id(),
            key: crypto_sm::sm2::SecretKey::from_pkcs8_pem(&key).expect("a key"),
            folder,
            user,
        }
    }

    /// Starts the node; nothing if it refuses to.
    fn start(&self) -> Option<Node> {
        Node::try_start_with(
            &self.user,
            &self.folder,
            None,
            &self.shim.environment(),
            |_| (),
        )
        .ok()
    }

    async fn submit(&self, door: &mut Client, name: String) -> (Vec<u8>, u64) {
        let head = v1::FacilityRegister {
            name,
            display_name: Some(v1::DisplayName {
                zh: "厂".to_owned(),
                en: "Works".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            ..Default::default()
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let signed = envelope::sign(
            &self.network,
            Command::new("facility.register", &head, Vec::new()),
            u64::try_from(now.expect("clock").as_millis()).expect("milliseconds") + 300_000,
            &self.key,
            &mut rand::rng(),
        );
        let request = api::SubmitRequest {
            envelope: signed.bytes,
            rows: None,
            wait_ms: 60_000,
            without_receipt: false,
        };
        let answer = door.submit(request).await.expect("taken").into_inner();
        (signed.id.to_vec(), answer.receipt.expect("final").index)
    }
}

async fn door(node: &Node) -> Client {
    let endpoint = Endpoint::from_shared(format!("http://{}", node.address));
    Client::new(endpoint.expect("an address").connect_lazy())
}

/// How many acknowledged entries the cuts cost; nothing if the node does not start any more.
async fn lost(forget: bool) -> Option<usize> {
    let begun = Instant::now();
    let one = One::founded();
    let mut acknowledged: Vec<(Vec<u8>, u64)> = Vec::new();
    let mut bytes = 0;
    for cut in 0..=CUTS {
        let node = one.start()?;
        let mut client = door(&node).await;
        let mut lost = 0;
        for (id, index) in &acknowledged {
            let subject = api::entry_show_request::Subject::Id(id.clone());
            let request = api::EntryShowRequest {
                subject: Some(subject),
            };
            let shown = client.entry_show(request).await.ok();
            let summary = shown.and_then(|shown| shown.into_inner().summary);
            if summary.is_none_or(|summary| summary.index != *index) {
                lost += 1;
            }
        }
        if lost > 0 {
            return Some(lost);
        }
        one.shim.set(Control {
            forget,
            ..Control::default()
        });
        for number in 0..ENTRIES {
            let name = format!("works-{cut}-{number}");
            acknowledged.push(one.submit(&mut client, name).await);
        }
        node.kill();
        bytes += one.shim.cut();
        assert!(begun.elapsed() < PATIENCE, "slow");
    }
    println!(
        "{CUTS} power cuts, {bytes} unsynced bytes lost, {} entries acknowledged, all there",
        acknowledged.len()
    );
    assert!(bytes > 0, "a cut without a loss shows nothing");
    Some(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_before_it_is_synced() {
    assert_eq!(
        lost(false).await,
        Some(0),
        "the node starts, nothing is lost"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_syncs_the_same_cuts_lose_what_was_acknowledged() {
    assert_ne!(lost(true).await, Some(0));
}
