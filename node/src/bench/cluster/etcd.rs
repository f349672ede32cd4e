//! etcd beside it, where the system has one: three members as processes, each write synced by a majority, asked over gRPC as our nodes are.
//! Of its API this needs two calls, so their messages are written down here.

use super::super::load::Client;
use super::super::sample::failed;
use super::nodes::{LOOK, PATIENCE, channel, end, free_addresses};
use crate::error::Error;
use prost::Message;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

/// Members, as many as we have voters.
const MEMBERS: usize = 3;

const PUT: &str = "/etcdserverpb.KV/Put";
const STATUS: &str = "/etcdserverpb.Maintenance/Status";

/// `etcdserverpb.PutRequest`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Put {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// `etcdserverpb.ResponseHeader`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(uint64, tag = "2")]
    member: u64,
}

/// `etcdserverpb.PutResponse` and `StatusResponse`, as far as they are used.
#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(uint64, tag = "4")]
    leader: u64,
}

/// `etcdserverpb.StatusRequest`.
#[derive(Clone, PartialEq, Message)]
struct Ask {}

/// A running cluster; it ends with this value.
pub(super) struct Etcd {
    members: Vec<Child>,
    /// The leader's address first.
    addresses: Vec<SocketAddr>,
    version: String,
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.members.iter_mut().for_each(end);
    }
}

/// The program, if the system has it.
fn program() -> Option<(PathBuf, String)> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .chain(["/usr/sbin", "/usr/local/bin"].map(PathBuf::from))
        .map(|folder| folder.join("etcd"))
        .find(|path| path.is_file())?;
    let said = Command::new(&found).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = text.lines().next()?.rsplit(' ').next()?.to_owned();
    Some((found, version))
}

impl Etcd {
    /// Starts a cluster with its data below `parent`; nothing where there is no etcd.
    pub(super) async fn start(parent: &Path) -> Result<Option<Self>, Error> {
        let Some((program, version)) = program() else {
            return Ok(None);
        };
        let addresses = free_addresses(2 * MEMBERS)?;
        let (clients, peers) = addresses.split_at(MEMBERS);
        let cluster: Vec<String> = peers
            .iter()
            .enumerate()
            .map(|(number, peer)| format!("m{number}=http://{peer}"))
            .collect();
        let mut etcd = Self {
            members: Vec::new(),
            addresses: clients.to_vec(),
            version,
        };
        for (number, (client, peer)) in clients.iter().zip(peers).enumerate() {
            let log = parent.join(format!("etcd-{number}.log"));
            let file = std::fs::File::create(&log).map_err(|error| failed("etcd", &error))?;
            let child = Command::new(&program)
                .arg("--name")
                .arg(format!("m{number}"))
                .arg("--data-dir")
                .arg(parent.join(format!("etcd-{number}")))
                .arg(format!("--listen-client-urls=http://{client}"))
                .arg(format!("--advertise-client-urls=http://{client}"))
                .arg(format!("--listen-peer-urls=http://{peer}"))
                .arg(format!("--initial-advertise-peer-urls=http://{peer}"))
                .arg(format!("--initial-cluster={}", cluster.join(",")))
                .arg("--log-level=error")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::from(file))
                .spawn()
                .map_err(|error| failed("etcd", &error))?;
            etcd.members.push(child);
        }
        etcd.put_leader_first().await?;
        Ok(Some(etcd))
    }

    /// Its version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Where its members listen for clients, the leader first.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    async fn put_leader_first(&mut self) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            let mut leader = None;
            for (position, address) in self.addresses.iter().enumerate() {
                let mut door = Door::open(channel(*address)?);
                if let Ok(answer) = door.call(Ask {}, STATUS).await
                    && answer.leader != 0
                    && answer.header.is_some_and(|it| it.member == answer.leader)
                {
                    leader = Some(position);
                }
            }
            if let Some(leader) = leader {
                self.addresses.swap(0, leader);
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(failed("etcd", &"leader"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// A way in.
#[derive(Clone)]
pub(super) struct Door {
    grpc: Grpc<Channel>,
}

impl Door {
    pub(super) fn open(channel: Channel) -> Self {
        Self {
            grpc: Grpc::new(channel),
        }
    }

    async fn call<M: Message + 'static>(
        &mut self,
        message: M,
        path: &'static str,
    ) -> Result<Answer, tonic::Status> {
        self.grpc
            .ready()
            .await
            .map_err(|error| tonic::Status::unavailable(error.to_string()))?;
        let codec: ProstCodec<M, Answer> = ProstCodec::default();
        let path = PathAndQuery::from_static(path);
        let answer = self.grpc.unary(tonic::Request::new(message), path, codec);
        Ok(answer.await?.into_inner())
    }
}

impl Client for Door {
    type Step = Put;

    async fn take(&mut self, step: &Put) -> Result<(), Error> {
        // While a leader is elected a member answers that there is none; to put the same again changes nothing.
        let begun = Instant::now();
        loop {
            match self.call(step.clone(), PUT).await {
                Ok(_) => return Ok(()),
                Err(status) if begun.elapsed() > PATIENCE => {
                    return Err(failed("etcd", &status.message()));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}
