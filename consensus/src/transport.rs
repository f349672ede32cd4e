//! How messages reach another node. The bytes are this crate's; the connection, its encryption and the proof of who
//! is at its other end are the implementer's.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

use crate::NodeId;

/// The three remote procedures between members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Procedure {
    /// Appends entries; without entries it is the leader's heartbeat.
    Append,
    /// Everything about elections: vote, pre-vote, and the leader's request that this node take over.
    Election,
    /// One chunk of a snapshot.
    Snapshot,
}

impl Procedure {
    /// Stable name for routes, metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Election => "election",
            Self::Snapshot => "snapshot",
        }
    }
}

/// The node that a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its id; the implementation must make sure that it is this node that answers.
    pub node_id: NodeId,
    /// Its address as the membership states it.
    pub address: String,
}

/// No answer from the peer: not connected, timed out, or it refused to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// Permanent code of the cause, for logs and status.
    pub code: &'static str,
    /// What the connection reported, for logs.
    pub detail: String,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} detail={}", self.code, self.detail)
    }
}

impl std::error::Error for Unreachable {}

/// The pending answer to a call.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Unreachable>> + Send + 'a>>;

/// Carries requests to other members and brings back their answers.
///
/// The receiving side hands the request to [`Consensus::answer`](crate::Consensus::answer) together with the node id
/// that it authenticated, and sends back what that returns.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request and waits for its answer, at most `timeout`.
    fn call<'a>(
        &'a self,
        peer: &'a Peer,
        procedure: Procedure,
        request: Bytes,
        timeout: Duration,
    ) -> Answer<'a>;
}

/// The transport of a network with a single node: there is nobody to call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Transport for Alone {
    fn call<'a>(&'a self, peer: &'a Peer, _: Procedure, _: Bytes, _: Duration) -> Answer<'a> {
        let detail = peer.address.clone();
        Box::pin(async move {
            Err(Unreachable {
                code: "HT-CON-060",
                detail,
            })
        })
    }
}
