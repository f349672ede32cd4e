//! A consortium under test: three organisations that vote and a regulator, each node a process with faults of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crypto_sm::sm2::SecretKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::genesis::Founded;
use hengtan_tests::{Node, User};
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};

use super::proxy::Net;
use super::shim::Shim;

/// Bound of each wait: far above what a slow machine needs.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long a node may take to say how it stands; a stopped one never does.
const STANDING: Duration = Duration::from_secs(2);

/// Organisations that vote.
pub const VOTERS: [&str; 3] = ["steel", "power", "cement"];
/// The one that does not.
pub const REGULATOR: &str = "bureau";

pub type Client = LedgerClient<Channel>;

pub struct Network {
    user: User,
    root: PathBuf,
    pub net: Net,
    pub shims: BTreeMap<&'static str, Shim>,
    nodes: BTreeMap<&'static str, Node>,
    doors: BTreeMap<&'static str, SocketAddr>,
    pub id: [u8; 32],
    pub key: SecretKey,
}

fn everybody() -> impl Iterator<Item = &'static str> {
    VOTERS.into_iter().chain([REGULATOR])
}

impl Network {
    /// Founds it and starts every node.
    pub async fn started() -> Self {
        let net = Net::default();
        let listeners: Vec<TcpListener> = (0..8)
            .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .collect();
        let address = |at: usize| listeners[at].local_addr().expect("bound");
        let mut text = "name = \"coast\"\npolicy_delay_hours = 0\n".to_owned();
        let mut doors = BTreeMap::new();
        for (at, name) in everybody().enumerate() {
            let (behind, door) = (address(2 * at), address(2 * at + 1));
            let (voting, duty) = if name == REGULATOR {
                (false, "regulator")
            } else {
                (true, "business")
            };
            let front = net.listen(name, behind).await;
            doors.insert(name, door);
            write!(
                text,
                "[[organisation]]\nname = \"{name}\"\nvoting = {voting}\nduties = [\"{duty}\"]\n\
                 [[node]]\nname = \"{name}-1\"\norganisation = \"{name}\"\naddress = \"{front}\"\n\
                 peer_listen = \"{behind}\"\napi = \"{door}\"\n",
            )
            .expect("text");
        }
        drop(listeners);
        let user = User::default();
        std::fs::write(user.folder().join("network.toml"), text).expect("written");
        let found = ["init", "network", "network.toml", "--dir", "network"];
        let _ = user.run(&found).expect(0);
        let root = user.folder().join("network");
        let genesis = std::fs::read(root.join("steel/genesis.pb")).expect("genesis");
        let key = std::fs::read_to_string(root.join("steel/members/operator.key.pem"));
        let shim = |name: &'static str| {
            let data = root.join(format!("{name}/nodes/{name}-1/data"));
            (name, Shim::new(user.folder(), name, &data))
        };
        let mut network = Self {
            shims: everybody().map(shim).collect(),
            id: Founded::parse(&genesis).expect("genesis").network_id(),
            key: SecretKey::from_pkcs8_pem(&key.expect("key")).expect("a key"),
            nodes: BTreeMap::new(),
            root,
            net,
            doors,
            user,
        };
        for name in everybody() {
            network.start(name);
        }
        network
    }

    /// Starts a node and waits for its ready line.
    pub fn start(&mut self, name: &'static str) {
        let environment = self.shims[name].environment();
        let folder = self.root.join(name);
        let net = &self.net;
        let node = Node::start_with(&self.user, &folder, None, &environment, |process| {
            net.runs(name, process);
        });
        self.nodes.insert(name, node);
    }

    /// SIGKILL.
    pub fn kill(&mut self, name: &str) {
        self.nodes.remove(name).expect("runs").kill();
    }

    /// Waits until a node has ended by itself.
    pub async fn ends(&mut self, name: &str) {
        let begun = Instant::now();
        while !self.nodes.get_mut(name).expect("was started").has_ended() {
            assert!(begun.elapsed() < PATIENCE, "{name} goes on");
            tokio::time::sleep(LOOK).await;
        }
        self.nodes.remove(name);
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str, signal: &str) {
        let process = self.nodes[name].id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill").success());
    }

    /// A door for clients. Nothing is connected yet.
    pub fn door(&self, name: &str) -> Client {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.doors[name]));
        LedgerClient::new(endpoint.expect("an address").connect_lazy())
            .max_decoding_message_size(64 << 20)
    }

    /// How a node stands by its own word.
    pub async fn standing(&self, name: &str) -> Option<api::StatusShowResponse> {
        let mut request = tonic::Request::new(api::StatusShowRequest {});
        let local = MetadataValue::from_static("local");
        request.metadata_mut().insert("consistency", local);
        let mut door = self.door(name);
        let answer = tokio::time::timeout(STANDING, door.status_show(request)).await;
        Some(answer.ok()?.ok()?.into_inner())
    }

    /// The voter that leads, other than `not`, once there is one.
    pub async fn leader(&self, not: &[&str]) -> &'static str {
        let begun = Instant::now();
        loop {
            let mut found = None;
            for name in VOTERS.into_iter().filter(|name| !not.contains(name)) {
                let raft = self.standing(name).await.and_then(|standing| standing.raft);
                if let Some(raft) = raft.filter(|raft| raft.role == "leader") {
                    found = found.max(Some((raft.term, name)));
                }
            }
            if let Some((_, name)) = found {
                return name;
            }
            assert!(begun.elapsed() < PATIENCE, "nobody leads");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How every node stands that says so.
    async fn standings(&self) -> Vec<api::StatusShowResponse> {
        let mut standings = Vec::new();
        for name in everybody() {
            standings.extend(self.standing(name).await);
        }
        standings
    }

    async fn until(&self, wanted: impl Fn(&[api::StatusShowResponse]) -> bool) -> u64 {
        let begun = Instant::now();
        loop {
            let standings = self.standings().await;
            if standings.len() == 4 && wanted(&standings) {
                return standings[0].size;
            }
            if begun.elapsed() > PATIENCE {
                let said: Vec<String> = standings
                    .iter()
                    .map(|it| format!("{} {}/{} {:?}", it.node, it.final_size, it.size, it.notices))
                    .collect();
                panic!("not as wanted: {said:?}\n{}", self.logs());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until every node is ready and has, as final, what the furthest has now. Clients may go on.
    pub async fn recovered(&self) {
        let furthest = self.standings().await.iter().map(|it| it.size).max();
        let furthest = furthest.unwrap_or(1);
        self.until(|all| all.iter().all(|it| it.ready && it.final_size >= furthest))
            .await;
    }

    /// Waits until all of every node is final, and all have the same roots: nobody may write any more. The size.
    pub async fn settled(&self) -> u64 {
        self.until(|all| {
            all.iter().all(|it| {
                it.ready
                    && it.final_size == it.size
                    && (it.size, &it.log_root, &it.state_root)
                        == (all[0].size, &all[0].log_root, &all[0].state_root)
            })
        })
        .await
    }

    /// The end of each node's log.
    pub fn logs(&self) -> String {
        let mut text = String::new();
        for name in everybody() {
            let log = std::fs::read_to_string(self.root.join(name).join("node.log"));
            let log = log.unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(15)..];
            writeln!(text, "--- {name}\n{}", tail.join("\n")).expect("text");
        }
        text
    }
}
