//! The running member.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::watch::WatchReceiver;
use openraft::errors::{
    ChangeMembershipError, ClientWriteError, ForwardReason, ForwardToLeader, InitializeError,
    LinearizableReadError, RaftError,
};
use openraft::impls::OneshotResponder;
use openraft::raft::{ClientWriteResult, ReadPolicy};
use openraft::type_config::TypeConfigExt;
use openraft::{ChangeMembers, Config, ServerState, SnapshotPolicy};
use tokio::sync::watch;

use crate::NodeId;
use crate::application::{Application, Fatal};
use crate::engine::{Batch, Metrics, Raft, TermId, TypeConfig};
use crate::error::Error;
use crate::identity::Identity;
use crate::inbound::Inbound;
use crate::log::disk::Disk;
use crate::log::store::LogStore;
use crate::log::tail::next_index;
use crate::machine::{self, Machine};
use crate::membership::Member;
use crate::network::Network;
use crate::options::{Options, Storage};
use crate::snapshot::Snapshots;
use crate::status::{Failure, Leadership, LogPosition, Role, Status};
use crate::transport::{Procedure, Transport};

/// A running member. Clones are handles to the same one.
///
/// Call [`Consensus::shutdown`] before the last handle is dropped: it is what lets go of the folder.
#[derive(Clone)]
pub struct Consensus {
    inner: Arc<Inner>,
}

struct Inner {
    raft: Raft,
    inbound: Inbound,
    log: LogStore,
    failure: Failure,
    leadership: watch::Receiver<Option<Leadership>>,
    options: Options,
}

/// A proposal that was committed and applied here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its position in the Raft log.
    pub index: u64,
    /// The term in which it was proposed.
    pub term: u64,
    /// What [`Application::apply`] answered.
    pub response: Bytes,
}

impl Consensus {
    /// Opens the log and takes part. A node that is the only voter of its network stands for election at once.
    ///
    /// # Errors
    /// [`Error::InvalidOption`]; [`Error::FolderLocked`], [`Error::IdentityMismatch`], [`Error::FormatUnknown`],
    /// [`Error::LogMissing`]; [`Error::ChecksumMismatch`], [`Error::LogBroken`], [`Error::RecordInvalid`] if the log is
    /// damaged; [`Error::Disk`]; [`Error::Failed`] if the application fails.
    pub async fn start(
        options: Options,
        application: Arc<dyn Application>,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, Error> {
        options.validate()?;
        let storage = options.storage.clone();
        let disk = match storage {
            // On no other thread: what that does beside the simulated clock would not follow from the seed.
            Storage::Memory { .. } => open_disk(&storage)?,
            #[cfg(feature = "rocksdb")]
            Storage::Folder(_) => blocking(move || open_disk(&storage)).await?,
        };
        Self::start_on(options, disk, application, transport).await
    }

    /// Starts on an opened disk.
    pub(crate) async fn start_on(
        options: Options,
        disk: Arc<dyn Disk>,
        application: Arc<dyn Application>,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, Error> {
        let failure = Failure::new();
        let identity = Identity {
            network_id: options.network_id,
            node_id: options.node_id,
        };
        let blocks = disk.blocks();
        let (log, snapshots) = {
            let (options, failure, application) =
                (options.clone(), failure.clone(), Arc::clone(&application));
            let open = move || open(&options, identity, disk, &*application, failure);
            if blocks {
                blocking(open).await?
            } else {
                open()?
            }
        };
        let machine = Machine::new(
            Arc::clone(&application),
            log.clone(),
            snapshots.clone(),
            failure.clone(),
            blocks,
        )?;
        let blank = machine.watch_blank();
        let network = Network {
            identity,
            transport,
            timing: options.timing,
        };
        let config = Arc::new(engine_config(&options)?);
        let started = Raft::new(options.node_id, config, network, log.clone(), machine).await;
        let raft = match started {
            Ok(raft) => raft,
            Err(error) => {
                let cause = failure.first();
                close(&log, blocks).await;
                return Err(cause.map_or_else(|| Error::disk("start engine", error), Error::Failed));
            }
        };
        let leadership = follow(&raft, blank, options.node_id, failure.clone());
        let inbound = Inbound {
            raft: raft.clone(),
            identity,
            application,
            log: log.clone(),
            snapshots,
            failure: failure.clone(),
            refused: std::sync::Mutex::new(None),
            receiving: tokio::sync::Mutex::new(None),
        };
        let consensus = Self {
            inner: Arc::new(Inner {
                raft,
                inbound,
                log,
                failure,
                leadership,
                options,
            }),
        };
        consensus.elect_if_alone().await?;
        Ok(consensus)
    }

    /// Writes the first entry of a new network: its voters, this node among them. Exactly one node of a network does this,
    /// once.
    ///
    /// # Errors
    /// [`Error::AlreadyInitialised`]; [`Error::UnknownMember`] if this node is not among the voters;
    /// [`Error::Failed`], [`Error::ShutDown`].
    pub async fn initialise(&self, voters: BTreeMap<NodeId, Member>) -> Result<(), Error> {
        match self.inner.raft.initialize(voters).await {
            Ok(()) => Ok(()),
            Err(RaftError::APIError(InitializeError::NotAllowed(_))) => {
                Err(Error::AlreadyInitialised)
            }
            Err(RaftError::APIError(InitializeError::NotInMembers(error))) => {
                Err(Error::UnknownMember {
                    node_id: error.node_id,
                })
            }
            Err(RaftError::Fatal(_)) => Err(self.stopped()),
        }
    }

    /// Whether the log has a first entry, so that [`Consensus::initialise`] is not wanted.
    pub fn is_initialised(&self) -> bool {
        self.inner.log.ends().last.is_some()
    }

    /// Proposes a batch in `term` and waits until it is committed and applied here.
    ///
    /// Dropping the future does not take the proposal back.
    ///
    /// # Errors
    /// Nothing was proposed: [`Error::TooLarge`], [`Error::TermOver`], [`Error::NotLeader`], [`Error::NoQuorum`],
    /// and [`Error::ShutDown`]. [`Error::OutcomeUnknown`]: it may be committed now, later or never; a caller asks the
    /// state after the next leader's blank entry. [`Error::Failed`]: the member has stopped, the outcome is unknown too.
    pub async fn propose(&self, term: u64, batch: impl Into<Bytes>) -> Result<Applied, Error> {
        let batch = batch.into();
        let limit_bytes = self.inner.options.batch_bytes_max;
        if batch.len() > limit_bytes {
            return Err(Error::TooLarge {
                size_bytes: batch.len(),
                limit_bytes,
            });
        }
        let (responder, answer) =
            OneshotResponder::<TypeConfig, ClientWriteResult<TypeConfig>>::new_pair();
        let request = self
            .inner
            .raft
            .write(Batch(batch))
            .with_leader(TermId::new(term))
            .responder(responder);
        if request.await.is_err() {
            // The engine did not take the request over.
            return Err(self.stopped());
        }
        match answer.await {
            Ok(Ok(response)) => Ok(Applied {
                index: response.log_id.index,
                term: response.log_id.leader_id.term,
                response: response.data,
            }),
            Ok(Err(ClientWriteError::ForwardToLeader(forward))) => {
                Err(self.not_proposed(term, &forward))
            }
            Ok(Err(_)) => Err(Error::OutcomeUnknown { term }),
            Err(_) => Err(self
                .inner
                .failure
                .first()
                .map_or(Error::OutcomeUnknown { term }, Error::Failed)),
        }
    }

    /// The right to propose, `Some` from the moment that the term's blank entry is applied here until the term ends.
    pub fn leadership(&self) -> watch::Receiver<Option<Leadership>> {
        self.inner.leadership.clone()
    }

    /// Waits until the state here is at least as new as everything acknowledged anywhere before the call, by asking a
    /// majority (ReadIndex; no clock is trusted). Returns the Raft index up to which the state is applied at least.
    ///
    /// # Errors
    /// [`Error::NotLeader`]: ask that leader and wait here with [`Consensus::wait_applied`]; [`Error::NoQuorum`];
    /// [`Error::Failed`], [`Error::ShutDown`].
    pub async fn linearize(&self) -> Result<u64, Error> {
        match self
            .inner
            .raft
            .ensure_linearizable(ReadPolicy::ReadIndex)
            .await
        {
            Ok(read) => Ok(read.index()),
            Err(RaftError::APIError(LinearizableReadError::ForwardToLeader(forward))) => {
                Err(not_leader(&forward))
            }
            Err(RaftError::APIError(LinearizableReadError::QuorumNotEnough(_))) => {
                Err(Error::NoQuorum)
            }
            Err(RaftError::Fatal(_)) => Err(self.stopped()),
        }
    }

    /// Waits until the entry at `index` is applied here.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::ShutDown`].
    pub async fn wait_applied(&self, index: u64) -> Result<(), Error> {
        let wait = self
            .inner
            .raft
            .wait(None)
            .applied_index_at_least(Some(index), "read")
            .await;
        wait.map(drop).map_err(|_| self.stopped())
    }

    /// Hears nothing more of `node_id` while it leads in the present term, so that another node is elected; nothing if it does not lead.
    pub fn distrust(&self, node_id: NodeId) {
        let vote = self.inner.raft.metrics().borrow_watched().vote;
        let leads = vote.committed && vote.leader_id.voted_for == node_id;
        if leads && node_id != self.inner.options.node_id {
            tracing::warn!(
                term = vote.leader_id.term,
                leader = node_id,
                "leader not heard any more"
            );
            self.inner.inbound.refuse(vote.leader_id, u64::MAX);
        }
    }

    /// Hands leadership to the voter `node_id` and waits until it leads, at most twice the longest election.
    ///
    /// # Errors
    /// [`Error::NotLeader`], [`Error::UnknownMember`], [`Error::TransferFailed`], [`Error::Failed`],
    /// [`Error::ShutDown`].
    pub async fn transfer_leader(&self, node_id: NodeId) -> Result<(), Error> {
        let status = self.status();
        if status.role != Role::Leader {
            return Err(Error::NotLeader {
                leader: status.leader,
            });
        }
        if !status.membership.voters().contains(&node_id) {
            return Err(Error::UnknownMember { node_id });
        }
        if node_id == status.node_id {
            return Ok(());
        }
        self.inner
            .raft
            .trigger()
            .transfer_leader(node_id)
            .await
            .map_err(|_| self.stopped())?;
        let timeout =
            Duration::from_millis(self.inner.options.timing.election_max_ms.saturating_mul(2));
        let wait = self
            .inner
            .raft
            .wait(Some(timeout))
            .current_leader(node_id, "transfer")
            .await;
        wait.map(drop)
            .map_err(|_| Error::TransferFailed { node_id })
    }

    /// Adds a member that receives the log without voting, and waits until it has nearly caught up if `caught_up` is set.
    ///
    /// # Errors
    /// [`Error::NotLeader`], [`Error::ChangeInProgress`], [`Error::ChangeRefused`], [`Error::OutcomeUnknown`],
    /// [`Error::Failed`], [`Error::ShutDown`].
    pub async fn add_learner(
        &self,
        node_id: NodeId,
        member: Member,
        caught_up: bool,
    ) -> Result<(), Error> {
        let outcome = self
            .inner
            .raft
            .add_learner(node_id, member, caught_up)
            .await;
        outcome.map(drop).map_err(|error| self.not_changed(error))
    }

    /// Changes the voters to exactly `voters`, in two steps of which both are committed when it returns. Former voters
    /// stay as learners if `retain` is set and leave otherwise.
    ///
    /// # Errors
    /// As [`Consensus::add_learner`], and [`Error::UnknownMember`] for one that is not a learner yet. If the second step
    /// fails, [`Status::membership`] is joint and the same call completes the change.
    pub async fn change_voters(&self, voters: BTreeSet<NodeId>, retain: bool) -> Result<(), Error> {
        let outcome = self.inner.raft.change_membership(voters, retain).await;
        outcome.map(drop).map_err(|error| self.not_changed(error))
    }

    /// Removes learners.
    ///
    /// # Errors
    /// As [`Consensus::add_learner`].
    pub async fn remove_learners(&self, learners: BTreeSet<NodeId>) -> Result<(), Error> {
        let outcome = self
            .inner
            .raft
            .change_membership(ChangeMembers::RemoveNodes(learners), true)
            .await;
        outcome.map(drop).map_err(|error| self.not_changed(error))
    }

    /// Changes what the engine knows about members, for instance an address.
    ///
    /// # Errors
    /// As [`Consensus::add_learner`].
    pub async fn change_members(&self, members: BTreeMap<NodeId, Member>) -> Result<(), Error> {
        let outcome = self
            .inner
            .raft
            .change_membership(ChangeMembers::SetNodes(members), true)
            .await;
        outcome.map(drop).map_err(|error| self.not_changed(error))
    }

    /// Asks for a snapshot of the current state; the application may defer it. [`Status::snapshot`] shows the result.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::ShutDown`].
    pub async fn snapshot(&self) -> Result<(), Error> {
        self.inner
            .raft
            .trigger()
            .snapshot()
            .await
            .map_err(|_| self.stopped())
    }

    /// Reads the whole log from the disk once more and checks every record: what rots unread would otherwise be found when it
    /// is needed. Returns the number of records. It is meant for now and then, and reads in pieces, at most so many bytes a second,
    /// beside everything else.
    ///
    /// # Errors
    /// [`Error::Failed`] with the code of what is damaged; the member has stopped then, and serves nothing any more.
    /// [`Error::ShutDown`].
    pub async fn scrub(&self, bytes_per_second: u64) -> Result<u64, Error> {
        match self.inner.log.scrub(bytes_per_second).await {
            Ok(count) => Ok(count),
            Err(Error::ShutDown) => Err(self.stopped()),
            Err(error) => {
                self.inner.failure.record(error.into_fatal());
                // Whether the engine stops cleanly changes nothing about the failure.
                drop(self.inner.raft.shutdown().await);
                Err(self.stopped())
            }
        }
    }

    /// Answers a request of the member `from`, as the connection authenticated it.
    ///
    /// # Errors
    /// [`Error::WrongNetwork`], [`Error::WrongRecipient`], [`Error::WrongSender`], [`Error::MessageInvalid`],
    /// [`Error::LeaderRefused`], [`Error::SnapshotRefused`], [`Error::SnapshotDamaged`]: the transport answers with a
    /// failure that carries the code, never with bytes. [`Error::Failed`], [`Error::ShutDown`].
    pub async fn answer(
        &self,
        from: NodeId,
        procedure: Procedure,
        request: Bytes,
    ) -> Result<Bytes, Error> {
        self.inner.inbound.answer(from, procedure, request).await
    }

    /// This member's view at this moment.
    pub fn status(&self) -> Status {
        status(
            &self.inner.raft.metrics().borrow_watched(),
            self.inner.failure.first(),
        )
    }

    /// Waits until `condition` holds for the status, and returns it.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::ShutDown`] if the member stops before.
    pub async fn wait_status(
        &self,
        mut condition: impl FnMut(&Status) -> bool,
    ) -> Result<Status, Error> {
        let mut metrics = self.inner.raft.metrics();
        loop {
            let current = status(&metrics.borrow_and_update(), self.inner.failure.first());
            if condition(&current) {
                return Ok(current);
            }
            if current.role == Role::Stopped || metrics.changed().await.is_err() {
                return Err(self.stopped());
            }
        }
    }

    /// `Some` once the member has stopped because of a failure; the process should end then.
    pub fn failure(&self) -> watch::Receiver<Option<Fatal>> {
        self.inner.failure.watch()
    }

    /// Stops taking part, writes what is queued, and lets go of the folder.
    ///
    /// # Errors
    /// [`Error::Failed`] if the member had failed before.
    pub async fn shutdown(&self) -> Result<(), Error> {
        let stopped = self.inner.raft.shutdown().await;
        close(&self.inner.log, self.inner.inbound.snapshots.blocks()).await;
        match (self.inner.failure.first(), stopped) {
            (Some(fatal), _) => Err(Error::Failed(fatal)),
            (None, Err(error)) => Err(Error::disk("stop engine", error)),
            (None, Ok(())) => Ok(()),
        }
    }

    /// Nobody else can win, so there is nothing to wait for.
    async fn elect_if_alone(&self) -> Result<(), Error> {
        let node_id = self.inner.options.node_id;
        let alone = self.inner.raft.with_raft_state(move |state| {
            let membership = state.membership_state.effective().membership().clone();
            membership.voter_ids().eq([node_id])
        });
        if alone.await.map_err(|_| self.stopped())? {
            self.inner
                .raft
                .trigger()
                .elect(false)
                .await
                .map_err(|_| self.stopped())?;
        }
        Ok(())
    }

    fn stopped(&self) -> Error {
        self.inner
            .failure
            .first()
            .map_or(Error::ShutDown, Error::Failed)
    }

    fn not_proposed(&self, term: u64, forward: &ForwardToLeader<TypeConfig>) -> Error {
        let current = self.inner.raft.metrics().borrow_watched().current_term;
        let own = forward.leader_id == Some(self.inner.options.node_id);
        if forward.reason == ForwardReason::NotLeader && (current > term || own) {
            return Error::TermOver { term };
        }
        not_leader(forward)
    }

    fn not_changed(&self, error: RaftError<TypeConfig, ClientWriteError<TypeConfig>>) -> Error {
        match error {
            RaftError::Fatal(_) => self.stopped(),
            RaftError::APIError(ClientWriteError::ForwardToLeader(forward)) => not_leader(&forward),
            RaftError::APIError(ClientWriteError::ChangeMembershipError(error)) => match error {
                ChangeMembershipError::InProgress(_) => Error::ChangeInProgress,
                ChangeMembershipError::LearnerNotFound(error) => Error::UnknownMember {
                    node_id: error.node_id,
                },
                other => Error::ChangeRefused {
                    detail: other.to_string(),
                },
            },
            RaftError::APIError(ClientWriteError::PreconditionFailed(error)) => {
                Error::ChangeRefused {
                    detail: error.to_string(),
                }
            }
            RaftError::APIError(ClientWriteError::LogEntryDiscarded(_)) => Error::OutcomeUnknown {
                term: self.inner.raft.metrics().borrow_watched().current_term,
            },
        }
    }
}

fn not_leader(forward: &ForwardToLeader<TypeConfig>) -> Error {
    match forward.reason {
        ForwardReason::LeaseExpired => Error::NoQuorum,
        ForwardReason::NotLeader | ForwardReason::LeadershipTransfer => Error::NotLeader {
            leader: forward.leader_id,
        },
    }
}

pub(crate) fn open_disk(storage: &Storage) -> Result<Arc<dyn Disk>, Error> {
    match storage {
        #[cfg(feature = "rocksdb")]
        Storage::Folder(folder) => {
            let log = folder.join("log");
            std::fs::create_dir_all(&log).map_err(|error| Error::disk("create folder", error))?;
            Ok(Arc::new(crate::log::rocks::RocksDisk::open(&log)?))
        }
        Storage::Memory { log, .. } => Ok(Arc::new(log.clone())),
    }
}

/// Claims the storage for this node and checks that log, snapshots and application fit together.
fn open(
    options: &Options,
    identity: Identity,
    disk: Arc<dyn Disk>,
    application: &dyn Application,
    failure: Failure,
) -> Result<(LogStore, Snapshots), Error> {
    let new = identity.claim(&*disk)?;
    #[cfg(feature = "rocksdb")]
    if let Storage::Folder(folder) = &options.storage {
        identity.claim_folder(folder, new)?;
    }
    let snapshots = Snapshots::open(&options.storage, options.network_id, options.chunk_bytes)?;
    let applied = machine::applied(application)?.last_log_id;
    let snapshot = match snapshots.current()? {
        Some(stored) => stored.meta()?.last_log_id,
        None => None,
    };
    let log = LogStore::open(disk, options.message_bytes_max, failure)?;
    let ends = log.ends();
    let outcome = match applied {
        // A state beyond the log is what an interrupted installation of a snapshot leaves; anything else was lost.
        Some(applied) if Some(applied) > ends.last && Some(applied) != snapshot => {
            Err(Error::LogMissing {
                applied_index: applied.index,
                last_log_index: ends.last.map(|last| last.index),
            })
        }
        Some(applied) if new => Err(Error::LogMissing {
            applied_index: applied.index,
            last_log_index: None,
        }),
        // The entries that the application lacks are purged, and no snapshot covers them.
        _ if next_index(applied.max(snapshot)) < next_index(ends.purged) => Err(Error::LogBroken {
            expected: next_index(applied),
            found: next_index(ends.purged),
        }),
        _ => Ok(()),
    };
    if let Err(error) = outcome {
        log.close();
        return Err(error);
    }
    Ok((log, snapshots))
}

fn engine_config(options: &Options) -> Result<Config, Error> {
    let timing = options.timing;
    let config = Config {
        cluster_name: "hengtan".to_owned(),
        heartbeat_interval: timing.heartbeat_ms,
        election_timeout_min: timing.election_min_ms,
        election_timeout_max: timing.election_max_ms,
        install_snapshot_timeout: timing.call_timeout_ms,
        snapshot_policy: options
            .snapshot_every
            .map_or(SnapshotPolicy::Never, SnapshotPolicy::LogsSinceLast),
        max_in_snapshot_log_to_keep: options.entries_kept,
        purge_batch_size: 256.min(options.entries_kept.max(1)),
        replication_lag_threshold: 1_000,
        // A node that cannot win does not raise the term and disturb a healthy leader.
        enable_pre_vote: Some(true),
        // A restarted leader stands for election, so that each life of a process proposes in terms of its own.
        enable_leader_restore: Some(false),
        // A follower whose log went back has lost acknowledged entries: never accept that silently.
        allow_log_reversion: Some(false),
        backoff: "50ms 100ms 200ms ...2s".to_owned(),
        ..Config::default()
    };
    config
        .validate()
        .map_err(|_| Error::InvalidOption { option: "timing" })
}

/// Publishes leadership from the engine's metrics and the blank entries applied.
fn follow(
    raft: &Raft,
    mut blank: watch::Receiver<Option<u64>>,
    node_id: NodeId,
    failure: Failure,
) -> watch::Receiver<Option<Leadership>> {
    let (sender, receiver) = watch::channel(None);
    let mut metrics = raft.metrics();
    let following = async move {
        loop {
            let running = {
                let current = metrics.borrow_and_update();
                let blank_term = *blank.borrow_and_update();
                let leadership = leadership(&current, blank_term, node_id);
                sender
                    .send_if_modified(|before| std::mem::replace(before, leadership) != leadership);
                match &current.running_state {
                    Ok(()) | Err(openraft::errors::Fatal::Stopped) => {}
                    Err(error) => {
                        let detail = error.to_string();
                        failure.record(Fatal {
                            code: "HT-CON-026",
                            fields: vec![("operation", "engine".to_owned()), ("detail", detail)],
                        });
                    }
                }
                current.running_state.is_ok()
            };
            if !running {
                return;
            }
            let alive = tokio::select! {
                biased;
                changed = metrics.changed() => changed.is_ok(),
                changed = blank.changed() => changed.is_ok(),
            };
            if !alive {
                sender.send_replace(None);
                return;
            }
        }
    };
    drop(TypeConfig::spawn(following));
    receiver
}

fn leadership(metrics: &Metrics, blank_term: Option<u64>, node_id: NodeId) -> Option<Leadership> {
    let term = metrics.vote.leader_id.term;
    let leads = metrics.running_state.is_ok()
        && metrics.state == ServerState::Leader
        && metrics.vote.committed
        && metrics.vote.leader_id.voted_for == node_id;
    (leads && blank_term == Some(term)).then_some(Leadership { term })
}

fn status(metrics: &Metrics, failure: Option<Fatal>) -> Status {
    let role = match metrics.state {
        _ if metrics.running_state.is_err() => Role::Stopped,
        ServerState::Learner => Role::Learner,
        ServerState::Follower => Role::Follower,
        ServerState::Candidate => Role::Candidate,
        ServerState::Leader => Role::Leader,
        ServerState::Shutdown => Role::Stopped,
    };
    let replication = metrics.replication.iter().flatten();
    Status {
        node_id: metrics.id,
        role,
        term: metrics.current_term,
        leader: metrics.current_leader,
        last_log_index: metrics.last_log_index,
        committed: metrics.local_committed.map(LogPosition::from),
        applied: metrics.last_applied.map(LogPosition::from),
        snapshot: metrics.snapshot.map(LogPosition::from),
        purged: metrics.purged.map(LogPosition::from),
        membership: metrics.membership_config.membership().into(),
        membership_at: metrics.membership_config.log_id().map(LogPosition::from),
        replication: replication
            .map(|(id, matched)| (*id, matched.map(LogPosition::from)))
            .collect(),
        failure,
    }
}

async fn close(log: &LogStore, blocks: bool) {
    let log = log.clone();
    if blocks {
        // A panic while closing leaves nothing to be done about it.
        drop(tokio::task::spawn_blocking(move || log.close()).await);
    } else {
        log.close();
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::disk("open", error))?
}
