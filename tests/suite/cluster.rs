//! A consortium as processes: three organisations that vote and a regulator, over real connections on loopback.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crypto_sm::sm2::SecretKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};
use hengtan_ledger::v1;
use hengtan_tests::{Node, User};
use serde_json::Value;

/// Bound of each wait: far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(90);

const ORGANISATIONS: [&str; 4] = ["steel", "power", "cement", "bureau"];

struct Consortium {
    user: User,
    root: PathBuf,
    nodes: BTreeMap<&'static str, Node>,
}

fn plan() -> String {
    let listeners: Vec<TcpListener> = (0..8)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let address = |at: usize| listeners[at].local_addr().expect("bound");
    let mut text = "name = \"coast\"\npolicy_delay_hours = 0\n".to_owned();
    for (at, name) in ORGANISATIONS.iter().enumerate() {
        let (voting, duty) = if *name == "bureau" {
            (false, "regulator")
        } else {
            (true, "business")
        };
        write!(
            text,
            "[[organisation]]\nname = \"{name}\"\nvoting = {voting}\nduties = [\"{duty}\"]\n\
             [[node]]\nname = \"{name}-1\"\norganisation = \"{name}\"\naddress = \"{}\"\napi = \"{}\"\n",
            address(2 * at),
            address(2 * at + 1)
        )
        .expect("text");
    }
    text
}

impl Consortium {
    fn started() -> Self {
        let user = User::default();
        let file = user.folder().join("network.toml");
        std::fs::write(&file, plan()).expect("written");
        let mut consortium = Self {
            root: user.folder().join("network"),
            user,
            nodes: BTreeMap::new(),
        };
        consortium.found("network");
        for name in ORGANISATIONS {
            consortium.start(name);
        }
        consortium
    }

    fn found(&self, folder: &str) {
        let _ = self
            .user
            .run(&["init", "network", "network.toml", "--dir", folder])
            .expect(0);
    }

    fn start(&mut self, name: &'static str) {
        let node = Node::start(&self.user, &self.root.join(name));
        self.nodes.insert(name, node);
    }

    fn run(&self, name: &str, arguments: &[&str]) -> hengtan_tests::Said {
        let context = self.root.join(name).join("context.toml");
        let mut whole = vec!["--context", context.to_str().expect("UTF-8")];
        whole.extend(arguments);
        self.user.run(&whole)
    }

    /// Looks at all nodes through one door until they are as wanted.
    fn until(&self, door: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let said = self.run(door, &["cluster", "status", "-o", "json"]);
            let rows: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
            let rows = rows.as_array().cloned().unwrap_or_default();
            if rows.len() == ORGANISATIONS.len() && wanted(&rows) {
                return rows;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not as wanted: {}{}",
                said.stdout,
                said.stderr
            );
        }
    }

    fn leader(&self, door: &str) -> &'static str {
        let rows = self.until(door, |rows| rows.iter().any(|row| row["role"] == "leader"));
        let leader = rows.iter().find(|row| row["role"] == "leader");
        let name = leader.expect("a leader")["organisation"].clone();
        ORGANISATIONS
            .into_iter()
            .find(|known| name == **known)
            .expect("an organisation of the plan")
    }

    fn envelope(&self, name: &str) -> api::SubmitRequest {
        let read = |path: &str| std::fs::read_to_string(self.root.join("steel").join(path));
        let key = read("members/operator.key.pem").expect("key");
        let key = SecretKey::from_pkcs8_pem(&key).expect("a key");
        let head = v1::FacilityRegister {
            name: name.to_owned(),
            display_name: Some(v1::DisplayName {
                zh: "厂".to_owned(),
                en: "Works".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            ..Default::default()
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("clock");
        let signed = envelope::sign(
            &self.network(),
            Command::new("facility.register", &head, Vec::new()),
            u64::try_from(now.as_millis()).expect("milliseconds") + 300_000,
            &key,
            &mut rand::rng(),
        );
        api::SubmitRequest {
            envelope: signed.bytes,
            rows: None,
            wait_ms: 40_000,
            without_receipt: false,
        }
    }

    fn network(&self) -> [u8; 32] {
        let bytes = std::fs::read(self.root.join("steel").join("genesis.pb")).expect("genesis");
        hengtan_ledger::genesis::Founded::parse(&bytes)
            .expect("genesis")
            .network_id()
    }

    /// Hands an envelope in at a door; its index and whether the ledger had it before.
    async fn submit(&self, door: &str, request: &api::SubmitRequest) -> (u64, bool) {
        let endpoint = format!("http://{}", self.nodes[door].address);
        let mut client = LedgerClient::connect(endpoint).await.expect("connected");
        let answer = client
            .submit(request.clone())
            .await
            .expect("taken")
            .into_inner();
        assert!(answer.r#final, "final in time");
        let receipt = answer.receipt.expect("a receipt");
        let verified = verify_receipt(&receipt, Some(NetworkPin(self.network()))).expect("holds");
        assert!(
            verified.finality.organisations.len() >= 2,
            "more than half of three"
        );
        (verified.index, answer.duplicate)
    }
}

fn settled(rows: &[Value]) -> bool {
    rows.iter().all(|row| {
        row["code"] == ""
            && row["final_size"] == row["size"]
            && row["log_root"] == rows[0]["log_root"]
            && row["state_root"] == rows[0]["state_root"]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consortium_survives_its_leader_and_gives_the_first_receipt_again() {
    let mut consortium = Consortium::started();
    let leader = consortium.leader("bureau");
    let [one, two] = ["steel", "power", "cement"]
        .into_iter()
        .filter(|name| *name != leader)
        .collect::<Vec<_>>()
        .try_into()
        .expect("two others");
    let first = consortium.envelope("works-1");
    let (place, duplicate) = consortium.submit(one, &first).await;
    assert!(!duplicate);

    consortium.nodes.remove(leader).expect("runs").kill();
    // Through whichever door, and while the leader changes.
    let second = consortium.envelope("works-2");
    let (later, _) = consortium.submit(two, &second).await;
    assert!(later > place);
    for door in [one, two, "bureau"] {
        assert_eq!(
            consortium.submit(door, &first).await,
            (place, true),
            "at {door}"
        );
    }
    assert_ne!(consortium.leader(one), leader);

    consortium.start(leader);
    let rows = consortium.until("bureau", settled);
    let learner = rows.iter().find(|row| row["node"] == "bureau-1");
    assert_eq!(learner.expect("the regulator")["role"], "learner");

    // Leadership goes where it is sent.
    let folder = consortium.root.join(one);
    let folder = folder.to_str().expect("UTF-8");
    let to = format!("{leader}-1");
    let _ = consortium
        .user
        .run(&["leader", "transfer", &to, "--dir", folder])
        .expect(0);
    assert_eq!(consortium.leader("bureau"), leader);

    // The same plan, but keys of its own: a stranger to this network.
    consortium.found("elsewhere");
    let folder = consortium.user.folder().join("elsewhere").join(one);
    let refused = consortium.user.run(&[
        "leader",
        "transfer",
        &to,
        "--dir",
        folder.to_str().expect("UTF-8"),
    ]);
    assert_ne!(refused.status, 0, "{}", refused.stdout);
    assert_eq!(consortium.leader("bureau"), leader);
}

#[test]
fn founders_far_apart_make_one_genesis_and_nobody_may_be_missing() {
    let user = User::default();
    std::fs::write(user.folder().join("network.toml"), plan()).expect("written");
    let run = |arguments: &[&str]| user.run(arguments);
    for name in ORGANISATIONS {
        let part = [
            "init",
            "part",
            "network.toml",
            "--organisation",
            name,
            "--dir",
            name,
        ];
        let _ = run(&part).expect(0);
    }
    let parts = ORGANISATIONS.map(|name| format!("{name}/part.json"));
    let mut draft = vec!["init", "draft", "network.toml"];
    draft.extend(parts.iter().map(String::as_str));
    let _ = run(&draft).expect(0);
    for name in ORGANISATIONS {
        let sign = ["init", "sign", "network.toml", "draft.json", "--dir", name];
        let _ = run(&sign).expect(0);
    }
    let signatures = ORGANISATIONS.map(|name| format!("{name}/signature.json"));
    let mut finish = vec!["init", "finish", "draft.json"];
    finish.extend(signatures.iter().map(String::as_str));
    assert_ne!(run(&finish[..finish.len() - 1]).status, 0, "one is missing");
    let _ = run(&finish).expect(0);
    for name in ORGANISATIONS {
        let settle = [
            "init",
            "settle",
            "network.toml",
            "genesis.pb",
            "--organisation",
            name,
            "--dir",
            name,
        ];
        let _ = run(&settle).expect(0);
    }
}

#[test]
fn the_demo_with_four_nodes_kills_its_leader_and_ends_with_one_root() {
    let user = User::default();
    let folder = user.folder().join("demo");
    let said = user
        .run(&[
            "--lang",
            "zh-CN",
            "demo",
            "--nodes",
            "4",
            "--dir",
            folder.to_str().expect("UTF-8"),
            "-o",
            "json",
        ])
        .expect(0);
    assert!(said.stderr.contains("[7/7]"), "{}", said.stderr);
    let outcome = said.json();
    assert_ne!(outcome["killed"], outcome["leader"]);
    let nodes = outcome["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len(), 4);
    for node in nodes {
        assert_eq!(node["log_root"], outcome["log_root"], "{node}");
        assert_eq!(node["state_root"], outcome["state_root"], "{node}");
    }
}
