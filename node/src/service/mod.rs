//! The one door to the ledger. Both APIs only translate: whatever comes in passes [`Service::submit`], whatever goes out is read here.
//!
//! ```text
//! submit ─► limits ─► authenticate ─► duplicate? ─► queue ─► proposer ─► consensus ─► application ─► publisher ─► receipt
//! ```

mod application;
mod finality;
mod members;
mod metrics;
mod peering;
mod proposer;
pub mod query;
mod queue;
mod receipt;
mod scrub;
mod status;
mod submit;
mod watching;
mod witness;

pub use metrics::{Metrics, RequestLabels};
pub use query::{ActivityFilter, Page, PageRequest};
pub use receipt::Subject;
pub use status::Status;
pub use submit::{End, Submission, Submitted};
pub use watching::{Seen, Watch};

use crate::clock::{Clock, Watchman};
use crate::config::{Config, Folder, Limits, Scrub};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::peer::{Acquaintances, Credentials, Links, Roster};
use crate::publish::Publisher;
use crate::snapshot::Stream;
use crate::store::{Reading, RocksStore, Store, found};
use crate::witness::Witness;
use application::Ledger;
use consensus::{Consensus, Options, Storage, Transport, transport::Alone};
use crypto_sm::keystore::Key;
use crypto_sm::rand_core::UnwrapErr;
use crypto_sm::sm2::PublicKey;
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::v1;
use proposer::Proposer;
use queue::Queue;
use rand::rngs::SysRng;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// How long a backup waits for a moment at which the newest batch end is final.
const STREAM_WAIT: Duration = Duration::from_secs(20);

/// A running node's door. Clones are handles to the same one.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    store: Arc<dyn Store>,
    founded: Founded,
    node: v1::Node,
    /// What it was told about the others, if it is not in genesis.
    introduction: Option<Roster>,
    key: Key,
    clock: Arc<dyn Clock>,
    watchman: Arc<Watchman>,
    limits: Limits,
    scrub: Scrub,
    ledger: Arc<Ledger>,
    consensus: Consensus,
    queue: Arc<Queue>,
    publisher: Arc<Publisher>,
    evidence: Evidence,
    /// Size of the newest final checkpoint.
    final_size: watch::Receiver<u64>,
    /// The ways to other nodes; nothing where there are none.
    links: Option<Links>,
    /// The witness whose key this node keeps.
    witness: Option<Arc<Witness>>,
    /// Why the witness can sign nothing any more.
    witness_trouble: watch::Sender<Option<Error>>,
    /// Submissions and reads that are being worked on.
    busy: watch::Sender<usize>,
    /// Whether the node is on its way down.
    stopping: watch::Sender<bool>,
    /// Why nothing is proposed at present.
    hindrance: watch::Receiver<Option<Error>>,
    /// Why this node must not serve any more.
    broken: watch::Sender<Option<Error>>,
    verifications: Semaphore,
    /// Watches that may still be opened.
    watches: Arc<Semaphore>,
    rate: RateLimiter<[u8; 32], DefaultKeyedStateStore<[u8; 32]>, DefaultClock>,
    metrics: Arc<Metrics>,
    started_at_ms: u64,
    shutdown_ms: u64,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// The node that a key belongs to: genesis names it, or what it was told when it joined.
///
/// # Errors
/// [`Error::NodeUnknown`], [`Error::KeyMismatch`].
pub fn identity(
    founded: &Founded,
    introduction: Option<&Roster>,
    node: &str,
    key: &PublicKey,
    path: &Path,
) -> Result<v1::Node, Error> {
    let told = introduction.map_or(&[][..], Roster::nodes);
    let mut known = founded.genesis().nodes.iter().chain(told);
    let found = known.find(|known| known.name == node);
    let found = found.ok_or_else(|| Error::NodeUnknown {
        node: node.to_owned(),
    })?;
    if found.statement_key != key.to_uncompressed() {
        return Err(Error::KeyMismatch {
            path: path.display().to_string(),
            node: node.to_owned(),
        });
    }
    Ok(found.clone())
}

/// Who a node is, by its settings.
pub(crate) struct Own {
    pub founded: Founded,
    /// What it was told about the others, if it is not in genesis.
    pub introduction: Option<Roster>,
    pub key: Key,
    pub node: v1::Node,
}

impl Own {
    /// Reads genesis, introduction and statement key.
    ///
    /// # Errors
    /// Files and keys; those of [`identity`].
    pub fn read(config: &Config) -> Result<Self, Error> {
        let founded = Folder::genesis(&config.genesis)?;
        let key = config.open_statement_key()?;
        let introduction = config.introduction(&founded.network_id())?;
        let node = identity(
            &founded,
            introduction.as_ref(),
            &config.node,
            key.public_key(),
            &config.statement_key,
        )?;
        Ok(Self {
            founded,
            introduction,
            key,
            node,
        })
    }
}

impl Service {
    /// Starts a node on its data folder: self test, identity, store, log. Returns when it can take envelopes.
    ///
    /// # Errors
    /// Whatever keeps it from serving: a failed self test, files, keys, a damaged store, consensus.
    pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        crypto_sm::selftest::run()?;
        crypto_sm::selftest::random::probe(&mut UnwrapErr(SysRng))?;
        let own = Own::read(config)?;
        let data = config.data.clone();
        let store = blocking(move || {
            std::fs::create_dir_all(&data).map_err(|error| Error::FileUnwritable {
                path: data.display().to_string(),
                detail: error.to_string(),
            })?;
            RocksStore::open(&data.join("store"))
        })
        .await?;
        let storage = Storage::Folder(config.data.join("raft"));
        Self::start_on(config, own, Arc::new(store), storage, clock).await
    }

    /// Starts a node on an opened store.
    async fn start_on(
        config: &Config,
        own: Own,
        store: Arc<dyn Store>,
        storage: Storage,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let Own {
            founded,
            introduction,
            key,
            node,
        } = own;
        let network = founded.network_id();
        let told = introduction.as_ref().map_or(0, |told| told.nodes().len());
        let nodes = founded.genesis().nodes.len().max(told);
        if nodes != 1 && config.peer.is_none() {
            return Err(Error::PeerListenMissing { nodes });
        }
        let metrics = Arc::new(Metrics::default());
        let ledger = {
            let (store, founded, clock, number) = (
                Arc::clone(&store),
                founded.clone(),
                Arc::clone(&clock),
                node.number,
            );
            blocking(move || {
                found(&*store, &founded, number)?;
                Ledger::open(store, &founded, number, clock).map(Arc::new)
            })
            .await?
        };
        let mut options = Options::new(node.number, network, storage);
        options.batch_bytes_max =
            founded.genesis().limits.unwrap_or_default().batch_bytes_max as usize;
        options.snapshot_every = Some(config.snapshot.every_batches);
        options.entries_kept = config.snapshot.batches_kept;
        let application: Arc<dyn consensus::Application> = Arc::clone(&ledger) as _;
        let roster = Roster::known(&Reading::new(&*store), node.number, introduction.as_ref())?;
        let links = match &config.peer {
            Some(peer) => {
                options.timing = peer.timing;
                let acquaintances = {
                    let store = Arc::clone(&store);
                    blocking(move || Acquaintances::open(store)).await?
                };
                Some(link(
                    peer,
                    &founded,
                    &node,
                    &roster,
                    acquaintances,
                    &metrics,
                )?)
            }
            None => None,
        };
        let transport: Arc<dyn Transport> = match &links {
            Some(links) => Arc::new(links.clone()),
            None => Arc::new(Alone),
        };
        let consensus = Consensus::start(options, application, transport).await?;
        // Node 1 founds the Raft group, once.
        if node.number == 1 && !consensus.is_initialised() {
            let voters = members::founding_voters(&roster, &founded.voting_set());
            consensus.initialise(voters).await?;
        }
        let publisher = Arc::new(Publisher::open(
            Arc::clone(&store),
            &node.organisation,
            &node.name,
            key.clone(),
        )?);
        let witness = match &config.witness {
            Some(settings) => Some(Arc::new(Witness::open(settings, &config.keys, &network)?)),
            None => None,
        };
        let watchman = Arc::new(Watchman::new(&*clock, config.clock_jump_accepted));
        let (queue, entrance) = Queue::new(
            config.limits.queue_envelopes_max,
            config.limits.queue_bytes_max,
        );
        let hindrance = watch::Sender::new(None);
        let hindered = hindrance.subscribe();
        let proposer = Proposer {
            store: Arc::clone(&store),
            ledger: Arc::clone(&ledger),
            queue: Arc::clone(&queue),
            consensus: consensus.clone(),
            network,
            key: key.clone(),
            clock: Arc::clone(&clock),
            watchman: Arc::clone(&watchman),
            batching: config.batch,
            metrics: Arc::clone(&metrics),
            hindrance,
        };
        let service = Self {
            inner: Arc::new(Inner {
                store,
                started_at_ms: clock.now_ms(),
                founded,
                node,
                introduction,
                key,
                clock,
                watchman,
                limits: config.limits,
                scrub: config.scrub,
                final_size: publisher.size(),
                publisher,
                evidence: Evidence::of(&config.data),
                links,
                witness,
                witness_trouble: watch::Sender::new(None),
                busy: watch::Sender::new(0),
                stopping: watch::Sender::new(false),
                ledger,
                consensus,
                queue,
                hindrance: hindered,
                broken: watch::Sender::new(None),
                verifications: Semaphore::new(
                    std::thread::available_parallelism().map_or(1, usize::from),
                ),
                watches: Arc::new(Semaphore::new(config.limits.watches_max)),
                rate: RateLimiter::keyed(
                    Quota::per_second(positive(config.limits.sender_envelopes_per_second))
                        .allow_burst(positive(config.limits.sender_burst)),
                ),
                metrics,
                shutdown_ms: config.shutdown_ms,
                tasks: Mutex::default(),
            }),
        };
        service.begin(proposer, entrance).await?;
        Ok(service)
    }

    /// Lets proposer and publisher run. A node that decides alone waits until everything committed is applied again.
    async fn begin(
        &self,
        proposer: Proposer,
        entrance: tokio::sync::mpsc::UnboundedReceiver<queue::Queued>,
    ) -> Result<(), Error> {
        let inner = &self.inner;
        let mut leadership = inner.consensus.leadership();
        let mut failure = inner.consensus.failure();
        let voters = inner.consensus.status().membership.voters();
        if inner.links.is_none() || voters == [inner.node.number].into() {
            tokio::select! {
                led = leadership.wait_for(Option::is_some) => {
                    led.map_err(|_| Error::Consensus(consensus::Error::ShutDown))?;
                }
                failed = failure.wait_for(Option::is_some) => {
                    let fatal = failed.ok().and_then(|fatal| fatal.clone());
                    return Err(fatal.map_or(Error::Stopping, |fatal| Error::Consensus(consensus::Error::Failed(fatal))));
                }
            }
            // A node that signed what it does not hold any more ends here.
            let publisher = Arc::clone(&inner.publisher);
            blocking(move || publisher.begin()).await?;
        }
        let service = self.clone();
        let publishing = tokio::spawn(async move {
            if let Err(error) = service.finalize().await {
                tracing::error!(code = error.code(), cause = %error, "publishing stopped");
                service.inner.broken.send_replace(Some(error));
            }
        });
        let service = self.clone();
        let moving = tokio::spawn(async move { service.follow_members().await });
        let service = self.clone();
        let witnessing = tokio::spawn(async move { service.follow_as_witness().await });
        let service = self.clone();
        let scrubbing = tokio::spawn(async move { service.follow_scrub().await });
        let broken = inner.broken.clone();
        let watching = tokio::spawn(async move {
            if let Ok(failed) = failure.wait_for(Option::is_some).await
                && let Some(fatal) = failed.clone()
            {
                broken.send_replace(Some(Error::Consensus(consensus::Error::Failed(fatal))));
            }
        });
        // A resumed member has a placeholder for a snapshot until what it began with is final.
        let purged = inner.consensus.status().purged;
        let resumed = purged.is_some_and(|purged| purged.index == 0);
        let (consensus, size) = (inner.consensus.clone(), *inner.ledger.size().borrow());
        let mut final_size = inner.final_size.clone();
        let replacing = resumed.then(|| {
            tokio::spawn(async move {
                if final_size
                    .wait_for(|reached| *reached >= size)
                    .await
                    .is_ok()
                    && let Err(error) = consensus.snapshot().await
                {
                    tracing::warn!(code = error.code(), cause = %error, "no snapshot yet");
                }
            })
        });
        let proposing = tokio::spawn(proposer.run(entrance));
        let mut tasks = inner.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // The first one is waited for at the end.
        tasks.extend([
            proposing, publishing, watching, moving, witnessing, scrubbing,
        ]);
        tasks.extend(replacing);
        Ok(())
    }

    /// Why the node must not go on; `Some` once that is so.
    #[must_use]
    pub fn broken(&self) -> watch::Receiver<Option<Error>> {
        self.inner.broken.subscribe()
    }

    /// Takes no more envelopes, lets another node lead, and finishes what it has begun as far as the time allows.
    pub async fn drain(&self) {
        let inner = &self.inner;
        inner.stopping.send_replace(true);
        if inner.broken.borrow().is_none() {
            self.hand_over().await;
        }
        let mut busy = inner.busy.subscribe();
        let idle = busy.wait_for(|busy| *busy == 0);
        let _ = tokio::time::timeout(Duration::from_millis(inner.shutdown_ms), idle).await;
    }

    /// Takes no more envelopes, finishes those that it took as far as the time allows, and lets go of the folder.
    ///
    /// # Errors
    /// [`Error::Consensus`] if it had failed before.
    pub async fn shutdown(&self) -> Result<(), Error> {
        let inner = &self.inner;
        inner.stopping.send_replace(true);
        inner.queue.close();
        let tasks =
            std::mem::take(&mut *inner.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let mut tasks = tasks.into_iter();
        if let Some(mut proposing) = tasks.next()
            && tokio::time::timeout(Duration::from_millis(inner.shutdown_ms), &mut proposing)
                .await
                .is_err()
        {
            proposing.abort();
        }
        // What was committed becomes final before the door closes, so that those who wait get their receipts.
        let size = *inner.ledger.size().borrow();
        let mut final_size = inner.final_size.clone();
        let reached = final_size.wait_for(|reached| *reached >= size);
        let _ = tokio::time::timeout(Duration::from_millis(inner.shutdown_ms), reached).await;
        for task in tasks {
            task.abort();
        }
        inner.consensus.shutdown().await?;
        Ok(())
    }

    /// What the node counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Bounds of the door.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The ways to other nodes.
    #[must_use]
    pub fn links(&self) -> Option<&Links> {
        self.inner.links.as_ref()
    }

    /// The network.
    #[must_use]
    pub fn founded(&self) -> &Founded {
        &self.inner.founded
    }

    /// The whole ledger as a stream, for a backup: as of the newest batch end that is final.
    ///
    /// # Errors
    /// [`Error::NotReady`] if within a while no newest batch end was final; failures of the store.
    pub async fn stream(&self) -> Result<Stream, Error> {
        let inner = &self.inner;
        let mut final_size = inner.final_size.clone();
        let waiting = async {
            loop {
                let ledger = Arc::clone(&inner.ledger);
                if let Some(stream) = blocking(move || ledger.stream()).await? {
                    return Ok(stream);
                }
                if final_size.changed().await.is_err() {
                    return Err(Error::Stopping);
                }
            }
        };
        tokio::time::timeout(STREAM_WAIT, waiting)
            .await
            .unwrap_or_else(|_| {
                inner.ledger.give_up_stream();
                Err(Error::NotReady {
                    reason: "HT-CON-051".to_owned(),
                })
            })
    }

    /// Runs a query on a thread that may block, on the store as of one moment.
    ///
    /// # Errors
    /// Those of the query.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Reading<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        blocking(move || query(&Reading::new(&*inner.store))).await
    }
}

/// The ways of this node to others, shown by its transport certificate, which must be the one that the ledger names.
fn link(
    peer: &crate::config::Peer,
    founded: &Founded,
    node: &v1::Node,
    roster: &Roster,
    acquaintances: Acquaintances,
    metrics: &Arc<Metrics>,
) -> Result<Links, Error> {
    let credentials = Credentials::read(&peer.certificate, &peer.key)?;
    let known = roster.numbered(node.number).unwrap_or(node);
    if credentials.key().as_slice() != known.transport_key {
        return Err(Error::TransportKeyMismatch {
            path: peer.certificate.display().to_string(),
            node: node.name.clone(),
        });
    }
    Links::new(
        founded.network_id(),
        node.number,
        credentials,
        roster.clone(),
        acquaintances,
        Arc::clone(metrics),
    )
}

fn positive(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// Runs what blocks away from the asynchronous workers.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Internal {
            detail: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod cluster_tests;
#[cfg(test)]
mod tests;
