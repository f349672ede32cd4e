//! Messages to other members.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError};
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderError,
    TransferLeaderRequest, TransferLeaderResponse, VoteRequest, VoteResponse,
};
use prost::Message;

use crate::engine::{EngineSnapshot, TypeConfig, Vote};
use crate::error::Error;
use crate::identity::Identity;
use crate::membership::Member;
use crate::options::Timing;
use crate::record::{
    AppendOutcome, AppendRequest, AppendResponse, Ballot, ElectionAnswer, ElectionQuestion,
    ElectionRequest, ElectionResponse, Route, SnapshotAnswer, SnapshotRequest,
};
use crate::snapshot::Stored;
use crate::transport::{Peer, Procedure, Transport, Unreachable};
use crate::{NodeId, record};

type CallError = RPCError<TypeConfig>;

/// Makes connections to members.
#[derive(Clone)]
pub struct Network {
    pub identity: Identity,
    pub transport: Arc<dyn Transport>,
    pub timing: Timing,
}

impl RaftNetworkFactory<TypeConfig> for Network {
    type Network = Connection;

    async fn new_client(&mut self, target: NodeId, member: &Member) -> Connection {
        let peer = Peer {
            node_id: target,
            address: member.address.clone(),
        };
        Connection {
            network: self.clone(),
            peer,
        }
    }
}

/// Calls one member.
pub struct Connection {
    network: Network,
    peer: Peer,
}

impl Connection {
    fn route(&self) -> Option<Route> {
        let Identity {
            network_id,
            node_id,
        } = self.network.identity;
        Some(Route {
            network_id: network_id.to_vec(),
            from: node_id,
            to: self.peer.node_id,
        })
    }

    async fn call<A: Message + Default>(
        &self,
        procedure: Procedure,
        request: &impl Message,
        timeout: Duration,
    ) -> Result<A, CallError> {
        let request = Bytes::from(request.encode_to_vec());
        let call = self
            .network
            .transport
            .call(&self.peer, procedure, request, timeout);
        // The transport should keep the timeout; that the engine goes on must not depend on it.
        let answer = match tokio::time::timeout(timeout, call).await {
            Ok(answer) => answer,
            Err(_) => Err(Unreachable {
                code: "HT-CON-060",
                detail: "timeout".to_owned(),
            }),
        };
        let answer = answer
            .map_err(|error| RPCError::Unreachable(openraft::errors::Unreachable::new(&error)))?;
        A::decode(answer).map_err(|_| invalid())
    }

    /// One kilobyte per millisecond beside the time that a small message may take: a large batch is not given up while it
    /// is still on its way.
    fn append_timeout(&self, bytes: usize) -> Duration {
        let timing = self.network.timing;
        let ms = timing
            .election_max_ms
            .saturating_add(bytes as u64 / 1_000)
            .min(timing.call_timeout_ms);
        Duration::from_millis(ms.max(timing.election_max_ms))
    }

    async fn ask(
        &self,
        question: ElectionQuestion,
        timeout: Duration,
    ) -> Result<ElectionAnswer, CallError> {
        let request = ElectionRequest {
            route: self.route(),
            question: Some(question),
        };
        let response: ElectionResponse = self.call(Procedure::Election, &request, timeout).await?;
        response.answer.ok_or_else(invalid)
    }

    async fn send_snapshot(
        &self,
        vote: Vote,
        stored: &Stored,
    ) -> Result<SnapshotResponse<TypeConfig>, CallError> {
        let timeout = Duration::from_millis(self.network.timing.call_timeout_ms);
        let begin = SnapshotRequest {
            route: self.route(),
            vote: Some(vote.into()),
            manifest: Some((*stored.manifest).clone()),
            ..SnapshotRequest::default()
        };
        let mut request = begin.clone();
        loop {
            let response: record::SnapshotResponse =
                self.call(Procedure::Snapshot, &request, timeout).await?;
            request = match response.answer.ok_or_else(invalid)? {
                SnapshotAnswer::Done(vote) => return Ok(SnapshotResponse::new(vote.into())),
                SnapshotAnswer::Restart(_) if request.manifest.is_none() => begin.clone(),
                SnapshotAnswer::Restart(_) => return Err(invalid()),
                SnapshotAnswer::Next(chunk) => SnapshotRequest {
                    route: self.route(),
                    vote: Some(vote.into()),
                    manifest: None,
                    chunk,
                    content: read_chunk(stored, chunk)
                        .await
                        .map_err(|error| RPCError::Network(NetworkError::new(&error)))?,
                },
            };
        }
    }
}

async fn read_chunk(stored: &Stored, chunk: u64) -> Result<Bytes, Error> {
    if stored.chunk_count() == chunk {
        // Nothing is missing: an empty message after the last chunk asks for the installation.
        return Ok(Bytes::new());
    }
    if !stored.blocks() {
        return stored.chunk(chunk);
    }
    let stored = stored.clone();
    let reading = tokio::task::spawn_blocking(move || stored.chunk(chunk));
    reading
        .await
        .map_err(|error| Error::disk("read snapshot", error))?
}

fn invalid() -> CallError {
    RPCError::Network(NetworkError::new(&Error::MessageInvalid))
}

fn required<T: Copy, U: From<T>>(value: Option<T>) -> Result<U, CallError> {
    value.map(U::from).ok_or_else(invalid)
}

fn ballot(request: &VoteRequest<TypeConfig>) -> Ballot {
    Ballot {
        vote: Some(request.vote.into()),
        last_log_id: request.last_log_id.map(Into::into),
        leadership_transfer: request.leadership_transfer,
        granted: false,
    }
}

fn vote_response(answer: ElectionAnswer) -> Result<VoteResponse<TypeConfig>, CallError> {
    let ElectionAnswer::Ballot(ballot) = answer else {
        return Err(invalid());
    };
    let vote: Vote = required(ballot.vote)?;
    Ok(VoteResponse::new(
        vote,
        ballot.last_log_id.map(Into::into),
        ballot.granted,
    ))
}

impl RaftNetworkV2<TypeConfig> for Connection {
    type SnapshotData = Stored;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<TypeConfig>, CallError> {
        let message = AppendRequest {
            route: self.route(),
            vote: Some(request.vote.into()),
            previous: request.prev_log_id.map(Into::into),
            leader_commit: request.leader_commit.map(Into::into),
            entries: request.entries.iter().map(Into::into).collect(),
        };
        let timeout = if message.entries.is_empty() {
            option.hard_ttl()
        } else {
            self.append_timeout(message.encoded_len())
        };
        let response: AppendResponse = self.call(Procedure::Append, &message, timeout).await?;
        Ok(match response.outcome.ok_or_else(invalid)? {
            AppendOutcome::Success(_) => AppendEntriesResponse::Success,
            AppendOutcome::Partial(last) => {
                AppendEntriesResponse::PartialSuccess(Some(last.into()))
            }
            AppendOutcome::Conflict(_) => AppendEntriesResponse::Conflict,
            AppendOutcome::HigherVote(vote) => AppendEntriesResponse::HigherVote(vote.into()),
        })
    }

    async fn vote(
        &mut self,
        request: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, CallError> {
        vote_response(
            self.ask(ElectionQuestion::Vote(ballot(&request)), option.hard_ttl())
                .await?,
        )
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, CallError> {
        vote_response(
            self.ask(
                ElectionQuestion::PreVote(ballot(&request)),
                option.hard_ttl(),
            )
            .await?,
        )
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<TypeConfig>, CallError> {
        let from = *request.from_leader();
        let ballot = Ballot {
            vote: Some(from.into()),
            last_log_id: request.last_log_id().copied().map(Into::into),
            leadership_transfer: true,
            granted: false,
        };
        match self
            .ask(ElectionQuestion::Transfer(ballot), option.hard_ttl())
            .await?
        {
            ElectionAnswer::TransferAccepted(_) => Ok(Ok(())),
            ElectionAnswer::TransferVoteChanged(vote) => {
                Ok(Err(TransferLeaderError::VoteChanged {
                    expected: from,
                    actual: vote.into(),
                }))
            }
            ElectionAnswer::TransferLogBehind(ballot) => {
                Ok(Err(TransferLeaderError::LogNotFlushed {
                    expected: request.last_log_id().copied(),
                    actual: ballot.last_log_id.map(Into::into),
                }))
            }
            ElectionAnswer::Ballot(_) => Err(invalid()),
        }
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: EngineSnapshot,
        cancel: impl Future<Output = ReplicationClosed> + Send + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        tokio::select! {
            biased;
            closed = cancel => Err(StreamingError::Closed(closed)),
            sent = self.send_snapshot(vote, &snapshot.snapshot) => Ok(sent?),
        }
    }
}
