//! How the node stands.

use super::Service;
use crate::error::Error;
use crate::store::{Reading, Scrubbed};
use crypto_sm::sm3::Digest;
use hengtan_ledger::state::key;
use hengtan_ledger::v1;

/// How the node stands at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Id of the network.
    pub network_id: Digest,
    /// Its name.
    pub network_name: String,
    /// Version of the program.
    pub version: &'static str,
    /// The node.
    pub node: v1::Node,
    /// Key id of its statement key.
    pub statement_key_id: [u8; 32],
    /// Since when it runs.
    pub started_at_ms: u64,
    /// Whether it takes envelopes and answers queries.
    pub ready: bool,
    /// What keeps it from being ready, or what its operator should look at.
    pub notices: Vec<Error>,
    /// Consensus.
    pub raft: consensus::Status,
    /// Entries in the log.
    pub size: u64,
    /// Root of the log.
    pub log_root: Digest,
    /// Root of the state.
    pub state_root: Digest,
    /// Ledger time of the last batch.
    pub time_ms: u64,
    /// Size of the newest final checkpoint.
    pub final_size: u64,
    /// Size of the newest final checkpoint that witnesses have cosigned too; 0 = none.
    pub witnessed_size: u64,
    /// The last full walk over the stored data; nothing before the first.
    pub scrubbed: Option<Scrubbed>,
    /// Envelopes that wait.
    pub queued: usize,
    /// Voting organisations.
    pub voting_organisations: usize,
    /// Size of the store, bytes.
    pub disk_bytes: u64,
    /// The node's clock.
    pub clock_ms: u64,
}

impl Service {
    /// Whether nothing is broken.
    ///
    /// # Errors
    /// [`Error::NotReady`] with the code of the reason.
    pub(super) fn intact(&self) -> Result<(), Error> {
        match &*self.inner.broken.borrow() {
            Some(error) => Err(Error::NotReady {
                reason: error.code().to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Whether the node can take envelopes: it leads, or knows who does.
    ///
    /// # Errors
    /// [`Error::NotReady`] with the code of the reason; [`Error::NotLeader`].
    pub fn serving(&self) -> Result<(), Error> {
        self.intact()?;
        if self.inner.consensus.leadership().borrow().is_some() {
            return Ok(());
        }
        let leader = self.inner.consensus.status().leader;
        match leader.filter(|leader| *leader != self.inner.node.number) {
            Some(_) => Ok(()),
            None => Err(Error::NotLeader {
                leader: leader.unwrap_or(0),
            }),
        }
    }

    /// Whether the node is ready, its clock included: what `/readyz` says. Reads one value of the store.
    ///
    /// # Errors
    /// [`Error::NotReady`], [`Error::NotLeader`], [`Error::ClockJump`].
    pub fn ready(&self) -> Result<(), Error> {
        self.serving()?;
        let chain: v1::ChainState = Reading::new(&*self.inner.store).require(key::CHAIN)?;
        self.inner
            .watchman
            .time_ms(&*self.inner.clock, chain.time_ms)
            .map(drop)
    }

    /// How the node stands.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn status(&self) -> Result<Status, Error> {
        let service = self.clone();
        super::blocking(move || service.look()).await
    }

    fn look(&self) -> Result<Status, Error> {
        let inner = &self.inner;
        let mut notices = Vec::new();
        notices.extend(self.ready().err());
        let ready = notices.is_empty();
        notices.extend(inner.broken.borrow().clone());
        notices.extend(inner.hindrance.borrow().clone().filter(|_| ready));
        notices.extend(inner.witness_trouble.borrow().clone());
        let reading = Reading::new(&*inner.store);
        let frontier = reading.frontier()?;
        let note = reading.final_note()?;
        let checkpoint = match reading.checkpoint(frontier.size())? {
            Some(checkpoint) => Some(checkpoint),
            None => note.as_ref().map(|note| note.checkpoint().clone()),
        };
        let checkpoint = checkpoint.ok_or_else(|| Error::StoreDamaged {
            what: "checkpoints".to_owned(),
        })?;
        let set: v1::VotingSet = reading.require(key::VOTING_SET)?;
        Ok(Status {
            network_id: inner.founded.network_id(),
            network_name: inner.founded.genesis().name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            node: inner.node.clone(),
            statement_key_id: *inner.key.public_key().key_id().as_bytes(),
            started_at_ms: inner.started_at_ms,
            ready,
            notices,
            raft: inner.consensus.status(),
            size: frontier.size(),
            log_root: frontier.root(),
            state_root: checkpoint.state_root,
            time_ms: checkpoint.time_ms,
            final_size: note.map_or(0, |note| note.checkpoint().size),
            witnessed_size: reading
                .witnessed_note()?
                .map_or(0, |note| note.checkpoint().size),
            scrubbed: reading.scrubbed()?,
            queued: inner.queue.len(),
            voting_organisations: set.voters.len(),
            disk_bytes: inner.store.disk_bytes(),
            clock_ms: inner.clock.now_ms(),
        })
    }

    /// Metrics as OpenMetrics text, with the values of this moment.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn metrics_text(&self) -> Result<String, Error> {
        let status = self.look()?;
        let gauges = self.inner.metrics.gauges();
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        gauges.entries.set(number(status.size));
        gauges.final_entries.set(number(status.final_size));
        gauges.queued.set(number(status.queued as u64));
        gauges.raft_term.set(number(status.raft.term));
        gauges
            .leader
            .set(i64::from(status.raft.role == consensus::Role::Leader));
        gauges.ready.set(i64::from(status.ready));
        gauges.store_bytes.set(number(status.disk_bytes));
        gauges.ledger_time_ms.set(number(status.time_ms));
        gauges.witnessed_entries.set(number(status.witnessed_size));
        gauges
            .scrubbed_at_ms
            .set(number(status.scrubbed.map_or(0, |walk| walk.at_ms)));
        gauges.watches.set(number(self.watches() as u64));
        self.inner
            .metrics
            .to_text()
            .map_err(|error| Error::Internal {
                detail: error.to_string(),
            })
    }
}
