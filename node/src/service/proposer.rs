//! The one task that proposes: fills batches, stamps them with the time, signs their headers (protocol §5).

use super::application::{Ledger, Response};
use super::metrics::Metrics;
use super::queue::{Queue, Queued};
use crate::clock::{Clock, Watchman};
use crate::config::Batching;
use crate::error::Error;
use crate::store::{Reading, Store, Writing, meta};
use consensus::{Consensus, Leadership};
use crypto_sm::keystore::Key;
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::envelope::Signed;
use hengtan_ledger::state::key;
use hengtan_ledger::{canonical, v1};
use prost::Message as _;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Counters that one synced write reserves.
const COUNTER_BLOCK: u64 = 4096;

/// After so many proposals without a place the submitter is told; the envelope may be handed in again.
const ATTEMPTS_MAX: u32 = 8;

/// Pause before what was not proposed is proposed again.
const RETRY_MS: u64 = 50;

/// Bytes of a batch that are no envelopes: header, signature, field tags.
const FRAME_BYTES: usize = 4096;

/// Bytes of framing for each envelope and row.
const FRAME_BYTES_EACH: usize = 12;

/// What the proposer works with.
pub(super) struct Proposer {
    pub store: Arc<dyn Store>,
    pub ledger: Arc<Ledger>,
    pub queue: Arc<Queue>,
    pub consensus: Consensus,
    pub network: NetworkId,
    pub key: Key,
    pub clock: Arc<dyn Clock>,
    pub watchman: Arc<Watchman>,
    pub batching: Batching,
    pub metrics: Arc<Metrics>,
    /// Why nothing is proposed at present.
    pub hindrance: watch::Sender<Option<Error>>,
}

/// Counters of this key that are reserved on disk and not used yet.
#[derive(Debug, Default)]
struct Counters {
    next: u64,
    end: u64,
}

impl Proposer {
    /// Runs until the queue is closed and empty, or consensus has stopped.
    pub(super) async fn run(self, mut entrance: mpsc::UnboundedReceiver<Queued>) {
        let proposer = Arc::new(self);
        let mut leadership = proposer.consensus.leadership();
        let mut backlog: VecDeque<Queued> = VecDeque::new();
        let mut counters = Counters::default();
        let mut dead_term = None;
        loop {
            if backlog.is_empty() {
                let Some(first) = entrance.recv().await else {
                    return;
                };
                backlog.push_back(first);
                proposer.linger(&mut entrance, &mut backlog).await;
            }
            while let Ok(more) = entrance.try_recv() {
                backlog.push_back(more);
            }
            let term = match *leadership.borrow_and_update() {
                Some(Leadership { term }) if Some(term) != dead_term => Some(term),
                Some(_) => None,
                None => {
                    // The doors hand it to whoever leads.
                    let leader = proposer.consensus.status().leader.unwrap_or(0);
                    proposer.give_up(std::mem::take(&mut backlog), &Error::NotLeader { leader });
                    continue;
                }
            };
            let Some(term) = term else {
                if leadership.changed().await.is_err() {
                    return proposer.give_up(backlog, &Error::Stopping);
                }
                continue;
            };
            let chosen = proposer.choose(&mut backlog);
            match Arc::clone(&proposer).propose(term, chosen, counters).await {
                Ok(left) => counters = left,
                Err(Failed { error, left, items }) => {
                    counters = left;
                    match &error {
                        Error::Consensus(
                            consensus::Error::TermOver { .. }
                            | consensus::Error::OutcomeUnknown { .. },
                        ) => {
                            dead_term = Some(term);
                        }
                        Error::Consensus(
                            consensus::Error::Failed(_) | consensus::Error::ShutDown,
                        ) => {
                            proposer.give_up(items.into(), &error);
                            return proposer.give_up(backlog, &error);
                        }
                        // Nothing has left this node.
                        _ => tokio::time::sleep(Duration::from_millis(RETRY_MS)).await,
                    }
                    proposer.take_back(items, &error, &mut backlog);
                }
            }
        }
    }

    async fn linger(
        &self,
        entrance: &mut mpsc::UnboundedReceiver<Queued>,
        backlog: &mut VecDeque<Queued>,
    ) {
        if self.batching.linger_ms == 0 {
            return;
        }
        let end = tokio::time::Instant::now() + Duration::from_millis(self.batching.linger_ms);
        while backlog.len() < self.batching.envelopes_max {
            match tokio::time::timeout_at(end, entrance.recv()).await {
                Ok(Some(more)) => backlog.push_back(more),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// The next batch: in order of arrival, up to the bounds; what changes rights alone.
    fn choose(&self, backlog: &mut VecDeque<Queued>) -> Vec<Queued> {
        let limits: v1::Limits = Reading::new(&*self.store)
            .require(key::LIMITS)
            .unwrap_or_default();
        let count_max = self
            .batching
            .envelopes_max
            .min(limits.batch_envelopes_max as usize)
            .max(1);
        let bytes_max = self.batching.bytes_max.min(limits.batch_bytes_max as usize);
        let mut chosen: Vec<Queued> = Vec::new();
        let mut bytes = FRAME_BYTES;
        while let Some(next) = backlog.front() {
            let size = next.bytes + FRAME_BYTES_EACH * (2 + next.envelope.rows.len());
            let full = chosen.len() >= count_max || bytes + size > bytes_max;
            if !chosen.is_empty() && (full || next.alone || chosen[0].alone) {
                break;
            }
            bytes += size;
            chosen.extend(backlog.pop_front());
        }
        chosen
    }

    async fn propose(
        self: Arc<Self>,
        term: u64,
        items: Vec<Queued>,
        mut counters: Counters,
    ) -> Result<Counters, Failed> {
        let proposer = Arc::clone(&self);
        let envelopes: Vec<Signed> = items.iter().map(|item| item.envelope.clone()).collect();
        let built = tokio::task::spawn_blocking(move || {
            let built = proposer.build(term, envelopes, &mut counters);
            (built, counters)
        })
        .await;
        let (built, left) = match built {
            Ok((Ok(bytes), left)) => (bytes, left),
            Ok((Err(error), left)) => {
                if matches!(error, Error::ClockJump { .. }) {
                    self.hindrance.send_replace(Some(error.clone()));
                }
                return Err(Failed { error, left, items });
            }
            Err(error) => {
                let error = Error::Internal {
                    detail: error.to_string(),
                };
                return Err(Failed {
                    error,
                    left: Counters::default(),
                    items,
                });
            }
        };
        self.hindrance.send_replace(None);
        let bytes = built.len();
        let applied = match self.consensus.propose(term, built).await {
            Ok(applied) => applied,
            Err(error) => {
                return Err(Failed {
                    error: error.into(),
                    left,
                    items,
                });
            }
        };
        let response = Response::decode(applied.response).unwrap_or_default();
        if response.indexes.len() != items.len() {
            let error = Error::Internal {
                detail: format!("void batch {}", response.void),
            };
            return Err(Failed { error, left, items });
        }
        self.metrics.batch(items.len(), bytes);
        for (item, index) in items.iter().zip(response.indexes) {
            self.ledger.forget(&item.digest);
            self.queue.leave(item, Ok(index));
        }
        Ok(left)
    }

    /// Stamps and signs. The only place where a time enters the ledger.
    fn build(
        &self,
        term: u64,
        envelopes: Vec<Signed>,
        counters: &mut Counters,
    ) -> Result<Vec<u8>, Error> {
        let reading = Reading::new(&*self.store);
        let chain: v1::ChainState = reading.require(key::CHAIN)?;
        let now_ms = self.watchman.time_ms(&*self.clock, chain.time_ms)?;
        let key_id = self.key.public_key().key_id();
        let used = batch::last_counter(&chain, key_id.as_bytes());
        let counter = self.counter(&reading, used, counters)?;
        let stamp = Stamp {
            term,
            previous: canonical::digest("chain.header", &chain.header)?,
            counter,
            time_ms: now_ms.max(chain.time_ms),
        };
        Ok(batch::sign_with(
            &self.network,
            stamp,
            envelopes,
            &self.key,
        )?)
    }

    /// A counter that this key has never used: reserved on disk, in blocks, before it is used.
    fn counter(
        &self,
        reading: &Reading<'_>,
        used: u64,
        counters: &mut Counters,
    ) -> Result<u64, Error> {
        if counters.next >= counters.end || counters.next <= used {
            let first = reading.counter()?.max(used) + 1;
            let end = first + COUNTER_BLOCK;
            let mut writing = Writing::new();
            writing.put_meta(meta::COUNTER, (end - 1).to_be_bytes());
            self.store.write(writing.into_changes(), true)?;
            *counters = Counters { next: first, end };
        }
        let counter = counters.next;
        counters.next += 1;
        Ok(counter)
    }

    fn take_back(&self, items: Vec<Queued>, error: &Error, backlog: &mut VecDeque<Queued>) {
        tracing::warn!(code = error.code(), cause = %error, envelopes = items.len(), "proposal failed");
        for mut item in items.into_iter().rev() {
            item.attempts += 1;
            if item.attempts >= ATTEMPTS_MAX {
                self.ledger.forget(&item.digest);
                self.queue.leave(&item, Err(error.clone()));
            } else {
                backlog.push_front(item);
            }
        }
    }

    fn give_up(&self, items: VecDeque<Queued>, error: &Error) {
        for item in items {
            self.ledger.forget(&item.digest);
            self.queue.leave(&item, Err(error.clone()));
        }
    }
}

/// A proposal that came to nothing, as far as this node knows.
struct Failed {
    error: Error,
    left: Counters,
    items: Vec<Queued>,
}
