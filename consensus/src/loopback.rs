//! A transport within one process: members find each other in a table, and links can be cut.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::NodeId;
use crate::consensus::Consensus;
use crate::transport::{Answer, Peer, Procedure, Transport, Unreachable};

/// The table of members of one process. Clones share it.
#[derive(Clone, Default)]
pub struct Loopback {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    members: BTreeMap<NodeId, Consensus>,
    cut: BTreeSet<(NodeId, NodeId)>,
}

impl Loopback {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The transport of one node.
    pub fn transport(&self, node_id: NodeId) -> Arc<dyn Transport> {
        Arc::new(Endpoint {
            network: self.clone(),
            node_id,
        })
    }

    /// Makes a started member reachable.
    pub fn connect(&self, node_id: NodeId, member: Consensus) {
        self.lock().members.insert(node_id, member);
    }

    /// Makes a member unreachable, as a stopped one is.
    pub fn disconnect(&self, node_id: NodeId) {
        self.lock().members.remove(&node_id);
    }

    /// Cuts the link between two nodes, both ways.
    pub fn cut(&self, one: NodeId, other: NodeId) {
        self.lock().cut.extend([(one, other), (other, one)]);
    }

    /// Cuts every link of a node.
    pub fn isolate(&self, node_id: NodeId) {
        let mut state = self.lock();
        let others: Vec<NodeId> = state
            .members
            .keys()
            .copied()
            .filter(|other| *other != node_id)
            .collect();
        state.cut.extend(
            others
                .into_iter()
                .flat_map(|other| [(node_id, other), (other, node_id)]),
        );
    }

    /// Restores all links.
    pub fn heal(&self) {
        self.lock().cut.clear();
    }

    fn route(&self, from: NodeId, to: NodeId) -> Option<Consensus> {
        let state = self.lock();
        if state.cut.contains(&(from, to)) {
            None
        } else {
            state.members.get(&to).cloned()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Endpoint {
    network: Loopback,
    node_id: NodeId,
}

impl Transport for Endpoint {
    fn call<'a>(
        &'a self,
        peer: &'a Peer,
        procedure: Procedure,
        request: Bytes,
        _timeout: Duration,
    ) -> Answer<'a> {
        Box::pin(async move {
            let unreachable = |code, detail| Unreachable { code, detail };
            let Some(member) = self.network.route(self.node_id, peer.node_id) else {
                return Err(unreachable("HT-CON-060", "no link".to_owned()));
            };
            let answer = member.answer(self.node_id, procedure, request).await;
            // The link may have been cut while the request was answered: then the answer is lost.
            if self.network.route(self.node_id, peer.node_id).is_none() {
                return Err(unreachable("HT-CON-060", "no link".to_owned()));
            }
            answer.map_err(|error| unreachable(error.code(), error.to_string()))
        })
    }
}
