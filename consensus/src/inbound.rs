//! Messages from other members.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use openraft::async_runtime::watch::WatchReceiver;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderError, TransferLeaderRequest,
    VoteRequest, VoteResponse,
};
use openraft::storage::Snapshot;
use prost::Message;

use crate::NodeId;
use crate::application::{Application, Traffic};
use crate::engine::{Entry, EntryPayload, LeaderId, LogId, Raft, TypeConfig, Vote};
use crate::error::Error;
use crate::identity::Identity;
use crate::log::store::LogStore;
use crate::log::tail::next_index;
use crate::record::{
    self, AppendOutcome, AppendRequest, AppendResponse, Ballot, Blank, ElectionAnswer,
    ElectionQuestion, ElectionRequest, ElectionResponse, Route, SnapshotAnswer, SnapshotRequest,
    SnapshotResponse,
};
use crate::snapshot::{Receiving, Snapshots};
use crate::status::Failure;
use crate::transport::Procedure;

/// Answers what other members send.
pub struct Inbound {
    pub raft: Raft,
    pub identity: Identity,
    pub application: Arc<dyn Application>,
    pub log: LogStore,
    pub snapshots: Snapshots,
    pub failure: Failure,
    /// A leader one of whose batches was refused, and the batch's index; nothing of it is heard for the rest of its term,
    /// unless a majority has taken the batch.
    pub refused: Mutex<Option<(LeaderId, u64)>>,
    pub receiving: tokio::sync::Mutex<Option<Receiving>>,
}

impl Inbound {
    /// Answers one request of the node `from`, as the connection authenticated it.
    pub async fn answer(
        &self,
        from: NodeId,
        procedure: Procedure,
        request: Bytes,
    ) -> Result<Bytes, Error> {
        match procedure {
            Procedure::Append => self.append(from, decode(request)?).await.map(encode),
            Procedure::Election => self.election(from, decode(request)?).await.map(encode),
            Procedure::Snapshot => self.snapshot(from, decode(request)?).await.map(encode),
        }
    }

    /// Hears nothing more of a leader in its term, unless it shows that a majority has taken the entry at `index`; with the largest index, whatever
    /// it shows.
    pub fn refuse(&self, leader: LeaderId, index: u64) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((leader, index));
    }

    fn check_route(&self, from: NodeId, route: Option<&Route>) -> Result<(), Error> {
        let route = route.ok_or(Error::MessageInvalid)?;
        if route.network_id != self.identity.network_id {
            return Err(Error::WrongNetwork);
        }
        if route.to != self.identity.node_id {
            return Err(Error::WrongRecipient { intended: route.to });
        }
        if route.from != from {
            return Err(Error::WrongSender {
                claimed: route.from,
                authenticated: from,
            });
        }
        Ok(())
    }

    /// The vote of a message that only the leader itself sends; `committed` is what the message says to be committed.
    fn leader_vote(
        &self,
        from: NodeId,
        vote: Option<record::Vote>,
        committed: Option<&record::LogId>,
    ) -> Result<Vote, Error> {
        let vote: Vote = vote
            .filter(|vote| vote.committed)
            .ok_or(Error::MessageInvalid)?
            .into();
        if vote.leader_id.voted_for != from {
            return Err(Error::WrongSender {
                claimed: vote.leader_id.voted_for,
                authenticated: from,
            });
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((leader, index)) = *refused
            && leader == vote.leader_id
        {
            // Once a majority has taken the batch, this node alone refuses it, perhaps by a clock that is wrong. It could not
            // get another leader elected, and would stay behind for as long as this one leads.
            if committed.is_some_and(|committed| committed.index >= index) {
                *refused = None;
                return Ok(vote);
            }
            return Err(Error::LeaderRefused {
                term: vote.leader_id.term,
                refusal: None,
            });
        }
        Ok(vote)
    }

    async fn append(&self, from: NodeId, request: AppendRequest) -> Result<AppendResponse, Error> {
        self.check_route(from, request.route.as_ref())?;
        let vote = self.leader_vote(from, request.vote, request.leader_commit.as_ref())?;
        let entries: Vec<Entry> = request
            .entries
            .into_iter()
            .map(|entry| entry.into_engine().map_err(|_| Error::MessageInvalid))
            .collect::<Result<_, _>>()?;
        let previous: Option<LogId> = request.previous.map(Into::into);
        self.check_entries(vote, previous, &entries).await?;
        let leader_commit: Option<LogId> = request.leader_commit.map(Into::into);
        self.inspect(vote, leader_commit, &entries).await?;
        let request = AppendEntriesRequest {
            vote,
            prev_log_id: previous,
            entries,
            leader_commit,
        };
        let response = self
            .raft
            .append_entries(request)
            .await
            .map_err(|error| self.stopped(&error))?;
        let outcome = match response {
            AppendEntriesResponse::Success => AppendOutcome::Success(Blank {}),
            AppendEntriesResponse::PartialSuccess(Some(last)) => {
                AppendOutcome::Partial(last.into())
            }
            AppendEntriesResponse::PartialSuccess(None) | AppendEntriesResponse::Conflict => {
                AppendOutcome::Conflict(Blank {})
            }
            AppendEntriesResponse::HigherVote(vote) => AppendOutcome::HigherVote(vote.into()),
        };
        Ok(AppendResponse {
            outcome: Some(outcome),
        })
    }

    /// The engine takes some properties of a message for granted and would stop on one that breaks them: entries follow
    /// each other, none is of a later term than its sender's, none contradicts what is committed here.
    async fn check_entries(
        &self,
        vote: Vote,
        previous: Option<LogId>,
        entries: &[Entry],
    ) -> Result<(), Error> {
        let committed = self.raft.metrics().borrow_watched().local_committed;
        let mut last = previous;
        for entry in entries {
            let id = entry.log_id;
            let follows = id.index == next_index(last) && Some(id) > last;
            if !follows || id.leader_id.term > vote.leader_id.term {
                return Err(Error::MessageInvalid);
            }
            let settled = committed.is_some_and(|committed| id.index <= committed.index);
            if settled && !self.log.holds(id).await? {
                return Err(Error::MessageInvalid);
            }
            last = Some(id);
        }
        Ok(())
    }

    /// Lets the application look at every batch that this node does not hold yet, before the engine sees the message.
    async fn inspect(
        &self,
        vote: Vote,
        leader_commit: Option<LogId>,
        entries: &[Entry],
    ) -> Result<(), Error> {
        for entry in entries {
            let EntryPayload::Normal(batch) = &entry.payload else {
                continue;
            };
            if self.log.holds(entry.log_id).await? {
                continue;
            }
            let traffic = if Some(entry.log_id) <= leader_commit {
                Traffic::CatchUp
            } else {
                Traffic::Live
            };
            if let Err(refusal) =
                self.application
                    .inspect(entry.log_id.leader_id.term, traffic, &batch.0)
            {
                let term = vote.leader_id.term;
                tracing::warn!(term, leader = vote.leader_id.voted_for, index = entry.log_id.index, %refusal, "batch refused");
                self.refuse(vote.leader_id, entry.log_id.index);
                return Err(Error::LeaderRefused {
                    term,
                    refusal: Some(refusal),
                });
            }
        }
        Ok(())
    }

    async fn election(
        &self,
        from: NodeId,
        request: ElectionRequest,
    ) -> Result<ElectionResponse, Error> {
        self.check_route(from, request.route.as_ref())?;
        let answer = match request.question.ok_or(Error::MessageInvalid)? {
            ElectionQuestion::Vote(ballot) => {
                let response = self.raft.vote(vote_request(from, &ballot)?).await;
                ballot_of(response.map_err(|error| self.stopped(&error))?)
            }
            ElectionQuestion::PreVote(ballot) => {
                let response = self.raft.pre_vote(vote_request(from, &ballot)?).await;
                ballot_of(response.map_err(|error| self.stopped(&error))?)
            }
            ElectionQuestion::Transfer(ballot) => {
                let vote = self.leader_vote(from, ballot.vote, None)?;
                let last = ballot.last_log_id.map(Into::into);
                let request = TransferLeaderRequest::new(vote, self.identity.node_id, last);
                match self
                    .raft
                    .handle_transfer_leader(request)
                    .await
                    .map_err(|error| self.stopped(&error))?
                {
                    Ok(()) => ElectionAnswer::TransferAccepted(Blank {}),
                    Err(TransferLeaderError::VoteChanged { actual, .. }) => {
                        ElectionAnswer::TransferVoteChanged(actual.into())
                    }
                    Err(TransferLeaderError::LogNotFlushed { actual, .. }) => {
                        let last_log_id = actual.map(Into::into);
                        ElectionAnswer::TransferLogBehind(Ballot {
                            last_log_id,
                            ..Ballot::default()
                        })
                    }
                }
            }
        };
        Ok(ElectionResponse {
            answer: Some(answer),
        })
    }

    async fn snapshot(
        &self,
        from: NodeId,
        request: SnapshotRequest,
    ) -> Result<SnapshotResponse, Error> {
        self.check_route(from, request.route.as_ref())?;
        let vote = self.leader_vote(from, request.vote, None)?;
        let mut slot = self.receiving.lock().await;
        if let Some(manifest) = request.manifest {
            let snapshots = self.snapshots.clone();
            let receiving = self.blocking(move || snapshots.receive(manifest)).await?;
            let metrics = self.raft.metrics().borrow_watched().clone();
            let last = receiving.meta().last_log_id;
            let later = last.is_some_and(|last| last.leader_id.term > vote.leader_id.term);
            let beside = last > metrics.local_committed
                && next_index(last) <= next_index(metrics.local_committed);
            if later || beside {
                // The engine would stop on it: such a snapshot belongs to another history.
                return Err(Error::SnapshotRefused { what: "position" });
            }
            if last <= metrics.last_applied {
                // Installed by an earlier attempt whose answer was lost.
                return Ok(SnapshotResponse {
                    answer: Some(SnapshotAnswer::Done(metrics.vote.into())),
                });
            }
            let next = receiving.next();
            *slot = Some(receiving);
            return Ok(SnapshotResponse {
                answer: Some(SnapshotAnswer::Next(next)),
            });
        }
        let Some(mut receiving) = slot.take() else {
            return Ok(SnapshotResponse {
                answer: Some(SnapshotAnswer::Restart(Blank {})),
            });
        };
        if receiving.is_complete() {
            let meta = receiving.meta().clone();
            let snapshot = self.blocking(move || receiving.finish()).await?;
            let response = self
                .raft
                .install_full_snapshot(vote, Snapshot { meta, snapshot })
                .await;
            let response = response.map_err(|error| self.stopped(&error))?;
            return Ok(SnapshotResponse {
                answer: Some(SnapshotAnswer::Done(response.vote.into())),
            });
        }
        let (chunk, content) = (request.chunk, request.content);
        let (receiving, outcome) = self
            .blocking(move || {
                let outcome = receiving.add(chunk, &content);
                Ok((receiving, outcome))
            })
            .await?;
        let next = receiving.next();
        *slot = Some(receiving);
        outcome?;
        Ok(SnapshotResponse {
            answer: Some(SnapshotAnswer::Next(next)),
        })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if !self.snapshots.blocks() {
            return work();
        }
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::disk("receive snapshot", error))?
    }

    /// Why the engine does not answer any more.
    fn stopped(&self, error: &impl std::fmt::Display) -> Error {
        tracing::debug!(%error, "the engine does not answer");
        self.failure.first().map_or(Error::ShutDown, Error::Failed)
    }
}

fn decode<M: Message + Default>(request: Bytes) -> Result<M, Error> {
    M::decode(request).map_err(|_| Error::MessageInvalid)
}

fn encode(response: impl Message) -> Bytes {
    response.encode_to_vec().into()
}

fn vote_request(from: NodeId, ballot: &Ballot) -> Result<VoteRequest<TypeConfig>, Error> {
    let vote: Vote = ballot.vote.ok_or(Error::MessageInvalid)?.into();
    if vote.leader_id.voted_for != from {
        return Err(Error::WrongSender {
            claimed: vote.leader_id.voted_for,
            authenticated: from,
        });
    }
    let mut request = VoteRequest::new(vote, ballot.last_log_id.map(Into::into));
    request.leadership_transfer = ballot.leadership_transfer;
    Ok(request)
}

fn ballot_of(response: VoteResponse<TypeConfig>) -> ElectionAnswer {
    ElectionAnswer::Ballot(Ballot {
        vote: Some(response.vote.into()),
        last_log_id: response.last_log_id.map(Into::into),
        leadership_transfer: false,
        granted: response.vote_granted,
    })
}
