//! A consortium to measure on: three organisations that vote and one that only replicates, each node a process of this very program.

use super::super::sample::failed;
use crate::config::consortium::{Plan, PlannedNode, PlannedOrganisation, rehearse};
use crate::config::{Folder, read_key};
use crate::error::Error;
use crypto_sm::sm2::SecretKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::genesis::Founded;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

/// How long anything that is waited for may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks.
pub(super) const LOOK: Duration = Duration::from_millis(5);
/// Largest answer: a receipt of an import with its results.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Organisations that vote, with one node each.
pub(super) const VOTERS: [&str; 3] = ["alpha", "beta", "gamma"];
/// The organisation that follows.
const FOLLOWER: &str = "delta";

/// The network, its processes, and the keys of those who act in it.
pub(super) struct Cluster {
    folder: TempDir,
    plan: Plan,
    pub founded: Founded,
    /// Adopts factor sets.
    pub governor: SecretKey,
    /// Records.
    pub recorder: SecretKey,
    running: BTreeMap<String, Child>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.running.values_mut().for_each(end);
    }
}

/// Ends a process, whatever it does.
pub(super) fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

/// Loopback addresses that nobody uses now; all at once, so that no two are the same.
pub(super) fn free_addresses(count: usize) -> Result<Vec<SocketAddr>, Error> {
    let listeners = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<Result<Vec<_>, _>>();
    let listeners = listeners.map_err(|error| failed("loopback", &error))?;
    let addresses = listeners.iter().map(TcpListener::local_addr).collect();
    let addresses: Result<Vec<SocketAddr>, _> = addresses;
    addresses.map_err(|error| failed("loopback", &error))
}

/// A connection, made when it is used.
pub(super) fn channel(address: SocketAddr) -> Result<Channel, Error> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    let endpoint = endpoint.map_err(|error| failed("endpoint", &error))?;
    Ok(endpoint.tcp_nodelay(true).connect_lazy())
}

fn plan(learners: usize) -> Result<Plan, Error> {
    let names: Vec<(String, &str)> = VOTERS
        .iter()
        .map(|voter| (format!("{voter}-1"), *voter))
        .chain((1..=learners).map(|number| (format!("{FOLLOWER}-{number}"), FOLLOWER)))
        .collect();
    let addresses = free_addresses(2 * names.len())?;
    let nodes = names
        .into_iter()
        .zip(addresses.chunks_exact(2))
        .map(|((name, organisation), pair)| PlannedNode {
            name,
            organisation: organisation.to_owned(),
            address: pair[0].to_string(),
            peer_listen: None,
            api: pair[1],
        })
        .collect();
    let organisation = |name: &str, voting: bool| PlannedOrganisation {
        name: name.to_owned(),
        name_zh: String::new(),
        name_en: String::new(),
        credit_code: String::new(),
        duties: vec![if voting { "business" } else { "regulator" }.to_owned()],
        voting,
        jurisdiction: String::new(),
    };
    Ok(Plan {
        name: "bench".to_owned(),
        name_zh: String::new(),
        name_en: String::new(),
        policy_delay_hours: 0,
        reviewers: 0,
        policies: [("factor_set.adopt".to_owned(), "any".to_owned())].into(),
        organisations: VOTERS
            .iter()
            .map(|name| organisation(name, true))
            .chain([organisation(FOLLOWER, false)])
            .collect(),
        nodes,
    })
}

impl Cluster {
    /// Founds the network in a new folder below `parent`, which goes with this value. Nothing runs yet.
    pub(super) fn found(
        parent: &Path,
        learners: usize,
        now_ms: u64,
        seed: u64,
    ) -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("hengtan-bench-")
            .tempdir_in(parent)
            .map_err(|error| failed("folder", &error))?;
        let plan = plan(learners)?;
        let root = folder.path().join("network");
        let (founded, _) = rehearse(&root, &plan, now_ms, &mut StdRng::seed_from_u64(seed))?;
        let members = Folder::new(root.join(VOTERS[0])).members();
        let member = |name: &str| read_key(&members.join(format!("{name}.key.pem")));
        Ok(Self {
            governor: member("admin")?,
            recorder: member("recorder")?,
            running: BTreeMap::new(),
            folder,
            plan,
            founded,
        })
    }

    /// Folder of the measurement.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Names of the nodes that only replicate.
    pub(super) fn learners(&self) -> Vec<String> {
        let learners = self.plan.nodes.iter();
        learners
            .filter(|node| node.organisation == FOLLOWER)
            .map(|node| node.name.clone())
            .collect()
    }

    fn node(&self, name: &str) -> Result<&PlannedNode, Error> {
        let found = self.plan.nodes.iter().find(|node| node.name == name);
        found.ok_or_else(|| failed(name, &"node"))
    }

    fn ready_file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.ready"))
    }

    /// Starts a node; it need not serve yet.
    pub(super) fn start(&mut self, name: &str) -> Result<(), Error> {
        let organisation = self.node(name)?.organisation.clone();
        let unstarted = |error: std::io::Error| failed(name, &error);
        let log = self.folder.path().join(format!("{name}.log"));
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(unstarted)?;
        let ready = self.ready_file(name);
        drop(std::fs::remove_file(&ready));
        // One sender stands for all clients: its share is not what is measured.
        let child = Command::new(std::env::current_exe().map_err(unstarted)?)
            .args(["start", "--node", name, "--dir"])
            .arg(self.folder.path().join("network").join(organisation))
            .arg("--ready-file")
            .arg(&ready)
            .env("HENGTAN__LIMITS__SENDER_ENVELOPES_PER_SECOND", "16777216")
            .env("HENGTAN__LIMITS__SENDER_BURST", "16777216")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(file))
            .spawn()
            .map_err(unstarted)?;
        self.running.insert(name.to_owned(), child);
        Ok(())
    }

    /// SIGKILL: no farewell.
    pub(super) fn kill(&mut self, name: &str) {
        if let Some(mut child) = self.running.remove(name) {
            end(&mut child);
        }
    }

    /// Waits until a node serves.
    pub(super) async fn serves(&mut self, name: &str) -> Result<(), Error> {
        let ready = self.ready_file(name);
        let begun = Instant::now();
        while !ready.exists() {
            let ended = match self.running.get_mut(name) {
                Some(child) => child.try_wait().map_err(|error| failed(name, &error))?,
                None => None,
            };
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let log = self.folder.path().join(format!("{name}.log"));
                let said = std::fs::read_to_string(log).unwrap_or_default();
                let last = said.lines().last().unwrap_or_default().to_owned();
                return Err(failed(name, &last));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits until a node holds this many entries, all of them final.
    pub(super) async fn holds(&self, name: &str, size: u64) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            if let Ok(status) = self.status(name).await
                && status.final_size >= size
            {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(failed(name, &"size"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn status(&self, name: &str) -> Result<api::StatusShowResponse, Error> {
        let mut client = LedgerClient::new(channel(self.node(name)?.api)?);
        let mut request = tonic::Request::new(api::StatusShowRequest {});
        let local = tonic::metadata::MetadataValue::from_static("local");
        request.metadata_mut().insert("consistency", local);
        let answer = client.status_show(request).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| failed(name, &status.message()))
    }

    /// Entries that are final at the node which leads.
    pub(super) async fn size(&self) -> Result<u64, Error> {
        let leader = self.leader().await?;
        Ok(self.status(&leader).await?.final_size)
    }

    /// The node that leads, once there is one.
    pub(super) async fn leader(&self) -> Result<String, Error> {
        let begun = Instant::now();
        loop {
            for voter in VOTERS {
                let name = format!("{voter}-1");
                let status = self.status(&name).await;
                let raft = status.ok().and_then(|status| status.raft);
                if raft.is_some_and(|raft| raft.role == "leader") {
                    return Ok(name);
                }
            }
            if begun.elapsed() > PATIENCE {
                return Err(failed("cluster", &"leader"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Where the voters listen for clients, the leader first.
    pub(super) async fn addresses(&self) -> Result<Vec<SocketAddr>, Error> {
        let leader = self.leader().await?;
        let mut addresses = vec![self.node(&leader)?.api];
        for voter in VOTERS {
            let node = self.node(&format!("{voter}-1"))?;
            if node.name != leader {
                addresses.push(node.api);
            }
        }
        Ok(addresses)
    }
}

/// A way in.
pub(super) fn door(channel: Channel) -> LedgerClient<Channel> {
    LedgerClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}
