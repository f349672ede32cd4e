//! What this node does for other nodes, and has done by them.

use super::submit::Found;
use super::{Service, Submission};
use crate::error::Error;
use bytes::Bytes;
use consensus::Procedure;
use hengtan_api::peer as wire;
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::{Outer, Signed};
use hengtan_ledger::v1;
use std::time::Duration;

/// How long a linearizable read looks for a leader that can vouch for it.
const READ: Duration = Duration::from_secs(5);

/// Pause before it asks again.
const READ_RETRY: Duration = Duration::from_millis(50);

/// How much longer than its work an answer may be on its way.
const UNDER_WAY: Duration = Duration::from_secs(2);

/// Something that is being worked on; a stopping node waits for its end.
pub(crate) struct Busy(Service);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0
            .inner
            .busy
            .send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}

impl Service {
    /// Begins something.
    ///
    /// # Errors
    /// [`Error::NotReady`]; [`Error::Stopping`] on the way down.
    pub(crate) fn enter(&self) -> Result<Busy, Error> {
        self.intact()?;
        if *self.inner.stopping.borrow() {
            return Err(Error::Stopping);
        }
        self.inner.busy.send_modify(|busy| *busy += 1);
        Ok(Busy(self.clone()))
    }

    /// This node's clock, milliseconds.
    pub(crate) fn clock_ms(&self) -> u64 {
        self.inner.clock.now_ms()
    }

    /// Answers a message of Raft.
    ///
    /// # Errors
    /// Those of [`consensus::Consensus::answer`].
    pub(crate) async fn raft(
        &self,
        from: u64,
        procedure: Procedure,
        message: Bytes,
    ) -> Result<Bytes, Error> {
        Ok(self
            .inner
            .consensus
            .answer(from, procedure, message)
            .await?)
    }

    /// Finds a place for an envelope that another node's door has taken. This node must lead.
    ///
    /// # Errors
    /// [`Error::NotLeader`]; those of [`Service::submit`].
    pub(crate) async fn place_here(
        &self,
        envelope: Vec<u8>,
        rows: Vec<Vec<u8>>,
        wait: Duration,
    ) -> Result<(Option<u64>, bool), Error> {
        let _busy = self.enter()?;
        if self.inner.consensus.leadership().borrow().is_none() {
            let leader = self.inner.consensus.status().leader.unwrap_or(0);
            return Err(Error::NotLeader { leader });
        }
        let wait = wait.min(Duration::from_millis(self.inner.limits.wait_max_ms));
        let id = Outer::parse(&self.inner.founded.network_id(), &envelope)?.id();
        let submission = Submission {
            envelope,
            rows,
            ..Submission::default()
        };
        let deadline = tokio::time::Instant::now() + wait;
        let found = self.find_place(id, submission, deadline, false).await?;
        Ok((found.index, found.duplicate))
    }

    /// Has the leader find a place for an envelope. `handed` becomes true once the leader may have it.
    ///
    /// # Errors
    /// [`Error::NotLeader`] if none is known; what the leader or the way to it says.
    pub(super) async fn place_at_leader(
        &self,
        envelope: &Signed,
        deadline: tokio::time::Instant,
        handed: &mut bool,
    ) -> Result<Found, Error> {
        let (links, leader) = self.leader()?;
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        let request = wire::PlaceRequest {
            network_id: links.network().to_vec(),
            envelope: envelope.bytes.clone(),
            rows: Some(v1::RowSet {
                rows: envelope.rows.clone(),
            }),
            wait_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
        };
        let mut client = links.client(leader)?;
        let mut status = Box::pin(
            self.inner
                .consensus
                .wait_status(|status| status.leader != Some(leader)),
        );
        let answer = tokio::select! {
            answer = tokio::time::timeout(left + UNDER_WAY, client.place(request)) => answer,
            // Whoever leads now finds it in the log, or takes it again.
            _ = &mut status => {
                *handed = true;
                return Err(Error::NotLeader { leader: 0 });
            }
        };
        match answer {
            Ok(Ok(answer)) => {
                *handed = true;
                let answer = answer.into_inner();
                Ok(Found {
                    index: answer.index,
                    duplicate: answer.duplicate,
                })
            }
            Ok(Err(status)) => {
                // An answer that broke off says nothing about the envelope.
                *handed = true;
                Err(links.failed(leader, &status))
            }
            Err(_) => {
                *handed = true;
                Err(Error::NotLeader { leader: 0 })
            }
        }
    }

    /// The leader, if it is another node.
    fn leader(&self) -> Result<(&crate::peer::Links, u64), Error> {
        let own = self.inner.node.number;
        let leader = self.inner.consensus.status().leader;
        match (&self.inner.links, leader.filter(|leader| *leader != own)) {
            (Some(links), Some(leader)) => Ok((links, leader)),
            _ => Err(Error::NotLeader { leader: 0 }),
        }
    }

    /// The Raft index that a read must not be older than: asked of a majority. This node must lead.
    ///
    /// # Errors
    /// Those of [`consensus::Consensus::linearize`].
    pub(crate) async fn read_index(&self) -> Result<u64, Error> {
        Ok(self.inner.consensus.linearize().await?)
    }

    /// Waits until this node is at least as new as everything that was acknowledged anywhere before the call.
    ///
    /// # Errors
    /// [`Error::NotLeader`], or why the leader cannot vouch for a read in time.
    pub async fn linearize(&self) -> Result<(), Error> {
        let deadline = tokio::time::Instant::now() + READ;
        loop {
            self.intact()?;
            let asked = if self.inner.consensus.leadership().borrow().is_some() {
                self.read_index().await
            } else {
                self.ask_read_index().await
            };
            let error = match asked {
                Ok(index) => {
                    let applied = self.inner.consensus.wait_applied(index);
                    return match tokio::time::timeout_at(deadline, applied).await {
                        Ok(applied) => Ok(applied?),
                        Err(_) => Err(Error::Deadline),
                    };
                }
                Err(error) => error,
            };
            if !error.is_passing() || tokio::time::Instant::now() + READ_RETRY >= deadline {
                return Err(error);
            }
            tokio::time::sleep(READ_RETRY).await;
        }
    }

    async fn ask_read_index(&self) -> Result<u64, Error> {
        let (links, leader) = self.leader()?;
        let request = wire::ReadIndexRequest {
            network_id: links.network().to_vec(),
        };
        let mut client = links.client(leader)?;
        let asked = tokio::time::timeout(UNDER_WAY, client.read_index(request)).await;
        match asked {
            Ok(Ok(answer)) => Ok(answer.into_inner().index),
            Ok(Err(status)) => Err(links.failed(leader, &status)),
            Err(_) => Err(Error::NotLeader { leader: 0 }),
        }
    }

    /// Lets a voter lead; asks the leader for it where this node does not lead. Gives the term.
    ///
    /// # Errors
    /// Those of [`consensus::Consensus::transfer_leader`], or what the leader says.
    pub(crate) async fn transfer_leader(&self, to: u64) -> Result<u64, Error> {
        let inner = &self.inner;
        if inner.consensus.leadership().borrow().is_some() {
            inner.consensus.transfer_leader(to).await?;
            return Ok(inner.consensus.status().term);
        }
        let (links, leader) = self.leader()?;
        let request = wire::TransferLeaderRequest {
            network_id: links.network().to_vec(),
            to,
        };
        let answer = links.client(leader)?.transfer_leader(request).await;
        answer
            .map(|answer| answer.into_inner().term)
            .map_err(|status| links.failed(leader, &status))
    }

    /// Before it stops, a leader lets the voter that is furthest lead.
    pub(super) async fn hand_over(&self) {
        let consensus = &self.inner.consensus;
        if consensus.leadership().borrow().is_none() {
            return;
        }
        let status = consensus.status();
        let own = status.node_id;
        let next = status
            .membership
            .voters()
            .into_iter()
            .filter(|number| *number != own)
            .max_by_key(|number| status.replication.get(number).copied().flatten());
        let Some(next) = next else {
            return;
        };
        match consensus.transfer_leader(next).await {
            Ok(()) => tracing::info!(to = next, "leadership handed over"),
            Err(error) => {
                tracing::warn!(code = error.code(), cause = %error, to = next, "leadership not handed over");
            }
        }
    }

    /// How every node of the ledger stands, as far as this one reaches them; ascending by number.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn cluster(&self) -> Result<Vec<api::ClusterNode>, Error> {
        let known = match &self.inner.links {
            Some(links) => links.roster().nodes().to_vec(),
            None => vec![self.inner.node.clone()],
        };
        let asked = known.into_iter().map(|node| async move {
            let standing = if node.number == self.inner.node.number {
                self.standing().await
            } else {
                self.ask_standing(node.number).await
            };
            (node, standing)
        });
        let mut nodes: Vec<api::ClusterNode> = futures_util::future::join_all(asked)
            .await
            .into_iter()
            .map(|(node, standing)| row(node, standing))
            .collect();
        nodes.sort_by_key(|node| node.number);
        let furthest = nodes.iter().filter_map(|node| node.last_log_index).max();
        for node in nodes.iter_mut().filter(|node| node.code.is_empty()) {
            let next = |index: Option<u64>| index.map_or(0, |index| index + 1);
            node.lag = next(furthest).saturating_sub(next(node.applied_index));
        }
        Ok(nodes)
    }

    async fn ask_standing(&self, number: u64) -> Result<wire::StatusResponse, Error> {
        let links = self.inner.links.as_ref().ok_or(Error::Stopping)?;
        let request = wire::StatusRequest {
            network_id: links.network().to_vec(),
        };
        let mut client = links.client(number)?;
        match tokio::time::timeout(UNDER_WAY, client.status(request)).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(links.failed(number, &status)),
            Err(_) => Err(Error::Deadline),
        }
    }

    /// How this node stands, for its peers.
    ///
    /// # Errors
    /// Failures of the store.
    pub(crate) async fn standing(&self) -> Result<wire::StatusResponse, Error> {
        let status = self.status().await?;
        let index = |position: Option<consensus::LogPosition>| position.map(|it| it.index);
        Ok(wire::StatusResponse {
            node: status.node.name,
            number: status.node.number,
            organisation: status.node.organisation,
            version: status.version.to_owned(),
            role: status.raft.role.name().to_owned(),
            term: status.raft.term,
            leader: status.raft.leader.unwrap_or(0),
            last_log_index: status.raft.last_log_index,
            committed_index: index(status.raft.committed),
            applied_index: index(status.raft.applied),
            size: status.size,
            log_root: status.log_root.to_vec(),
            state_root: status.state_root.to_vec(),
            final_size: status.final_size,
            certificate_not_after_ms: self
                .inner
                .links
                .as_ref()
                .map_or(0, crate::peer::Links::certificate_not_after_ms),
            ready: status.ready,
        })
    }
}

fn row(node: v1::Node, standing: Result<wire::StatusResponse, Error>) -> api::ClusterNode {
    let known = api::ClusterNode {
        node: node.name,
        number: node.number,
        organisation: node.organisation,
        address: node.address,
        ..api::ClusterNode::default()
    };
    match standing {
        Err(error) => api::ClusterNode {
            code: error.relayed_code().unwrap_or(error.code()).to_owned(),
            ..known
        },
        Ok(standing) => api::ClusterNode {
            version: standing.version,
            role: standing.role,
            term: standing.term,
            last_log_index: standing.last_log_index,
            committed_index: standing.committed_index,
            applied_index: standing.applied_index,
            size: standing.size,
            log_root: standing.log_root,
            state_root: standing.state_root,
            final_size: standing.final_size,
            certificate_not_after_ms: standing.certificate_not_after_ms,
            ready: standing.ready,
            ..known
        },
    }
}
