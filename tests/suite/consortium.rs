//! A consortium as processes: three organisations that vote and a regulator, over real connections on loopback.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crypto_sm::sm2::SecretKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};
use hengtan_ledger::v1;
use hengtan_tests::{Node, Said, User};
use serde_json::Value;

/// Bound of each wait: far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(90);

pub const ORGANISATIONS: [&str; 4] = ["steel", "power", "cement", "bureau"];

pub struct Consortium {
    pub user: User,
    pub root: PathBuf,
    /// By organisation, those of the plan; by node's name, those that came later.
    pub nodes: BTreeMap<&'static str, Node>,
    /// Settings of every node that is started, beside those of its file.
    pub settings: Vec<(&'static str, PathBuf)>,
}

/// Loopback addresses that are free now.
pub fn addresses(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let address = |listener: &TcpListener| listener.local_addr().expect("bound");
    listeners.iter().map(address).collect()
}

pub fn plan() -> String {
    let addresses = addresses(8);
    let address = |at: usize| addresses[at];
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
    pub fn started() -> Self {
        Self::started_with(&[])
    }

    pub fn started_with(settings: &[(&'static str, &str)]) -> Self {
        let user = User::default();
        let file = user.folder().join("network.toml");
        std::fs::write(&file, plan()).expect("written");
        let mut consortium = Self {
            root: user.folder().join("network"),
            user,
            nodes: BTreeMap::new(),
            settings: settings
                .iter()
                .map(|(key, value)| (*key, PathBuf::from(value)))
                .collect(),
        };
        consortium.found("network");
        for name in ORGANISATIONS {
            consortium.start(name);
        }
        consortium
    }

    pub fn found(&self, folder: &str) {
        let _ = self
            .user
            .run(&["init", "network", "network.toml", "--dir", folder])
            .expect(0);
    }

    pub fn start(&mut self, name: &'static str) {
        self.start_one(name, name, None);
    }

    /// Starts one of the nodes in the folder of an organisation; it is known as `known` from then on.
    pub fn start_one(&mut self, known: &'static str, organisation: &str, node: Option<&str>) {
        let folder = self.root.join(organisation);
        let node = Node::start_with(&self.user, &folder, node, &self.settings, |_| ());
        self.nodes.insert(known, node);
    }

    pub fn run(&self, name: &str, arguments: &[&str]) -> Said {
        let context = self.root.join(name).join("context.toml");
        let mut whole = vec!["--context", context.to_str().expect("UTF-8")];
        whole.extend(arguments);
        self.user.run(&whole)
    }

    /// Looks at all nodes through one door until they are as wanted.
    pub fn until(&self, door: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let said = self.run(door, &["cluster", "status", "-o", "json"]);
            let rows: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
            let rows = rows.as_array().cloned().unwrap_or_default();
            if !rows.is_empty() && wanted(&rows) {
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

    pub fn leader(&self, door: &str) -> &'static str {
        let rows = self.until(door, |rows| rows.iter().any(|row| row["role"] == "leader"));
        let leader = rows.iter().find(|row| row["role"] == "leader");
        let name = leader.expect("a leader")["organisation"].clone();
        ORGANISATIONS
            .into_iter()
            .chain(["grid"])
            .find(|known| name == **known)
            .expect("an organisation of the plan")
    }

    pub fn envelope(&self, name: &str) -> api::SubmitRequest {
        self.signer().envelope(name)
    }

    /// Who signs for the steel works.
    pub fn signer(&self) -> Signer {
        let path = self.root.join("steel/members/operator.key.pem");
        let key = std::fs::read_to_string(path).expect("key");
        Signer {
            network: self.network(),
            key: SecretKey::from_pkcs8_pem(&key).expect("a key"),
        }
    }

    pub fn network(&self) -> [u8; 32] {
        let bytes = std::fs::read(self.root.join("steel").join("genesis.pb")).expect("genesis");
        hengtan_ledger::genesis::Founded::parse(&bytes)
            .expect("genesis")
            .network_id()
    }

    /// Hands an envelope in at a door; its index and whether the ledger had it before.
    pub async fn submit(&self, door: &str, request: &api::SubmitRequest) -> (u64, bool) {
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

pub struct Signer {
    network: [u8; 32],
    key: SecretKey,
}

impl Signer {
    pub fn envelope(&self, name: &str) -> api::SubmitRequest {
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
            &self.network,
            Command::new("facility.register", &head, Vec::new()),
            u64::try_from(now.as_millis()).expect("milliseconds") + 300_000,
            &self.key,
            &mut rand::rng(),
        );
        api::SubmitRequest {
            envelope: signed.bytes,
            rows: None,
            wait_ms: 40_000,
            without_receipt: false,
        }
    }
}

/// Whether so many nodes have the same, and it is final.
pub fn settled(nodes: usize, rows: &[Value]) -> bool {
    rows.len() == nodes
        && rows.iter().all(|row| {
            row["code"] == ""
                && row["final_size"] == row["size"]
                && row["log_root"] == rows[0]["log_root"]
                && row["state_root"] == rows[0]["state_root"]
        })
}
