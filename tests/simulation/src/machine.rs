//! A simulated machine: a disk, a ledger, and one life of a member after the other.

use crate::event::{Content, Event};
use crate::founders::Founders;
use crate::network::{Network, Target};
use crate::recorder::Recorder;
use crate::replica::{self, Clock, Replica};
use bytes::Bytes;
use consensus::log::memory::MemoryDisk;
use consensus::simulation::{self, Change, Life};
use consensus::{Consensus, Error, Leadership, NodeId, Options, SnapshotMemory, Storage, Timing};
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::envelope::Signed;
use hengtan_ledger::state::{self, key};
use hengtan_ledger::v1;
use rand::rngs::{SmallRng, StdRng};
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Envelopes that one batch carries at most.
const BATCH_ENVELOPES_MAX: usize = 4;

/// An envelope at a door, and whom to tell the index.
pub struct Submission {
    envelope: Signed,
    answer: oneshot::Sender<Outcome>,
}

/// What a door says about an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stands at this index of the ledger.
    Index(u64),
    /// It was not proposed: somebody else leads, perhaps this one.
    NotLeader(Option<NodeId>),
    /// It may be proposed, or not.
    Unknown,
}

/// Where clients knock.
#[derive(Clone)]
pub struct Door {
    /// The ledger behind it.
    pub replica: Arc<Replica>,
    leadership: watch::Receiver<Option<Leadership>>,
    submissions: mpsc::UnboundedSender<Submission>,
}

impl Door {
    /// Takes an envelope and waits for its index.
    pub async fn submit(&self, consensus: &Consensus, envelope: Signed) -> Outcome {
        if self.leadership.borrow().is_none() {
            return Outcome::NotLeader(consensus.status().leader);
        }
        let (answer, waiting) = oneshot::channel();
        if self
            .submissions
            .send(Submission { envelope, answer })
            .is_err()
        {
            return Outcome::Unknown;
        }
        waiting.await.unwrap_or(Outcome::Unknown)
    }
}

/// How long a machine's disk takes for a sync, in milliseconds.
pub type SyncMs = Arc<AtomicU64>;

/// A machine.
pub struct Machine {
    /// Its node's id.
    pub node: NodeId,
    /// Whether it runs.
    pub life: Option<Life>,
    /// Its clock.
    pub clock: Clock,
    /// Longest sync.
    pub sync_ms: SyncMs,
    founders: Arc<Founders>,
    recorder: Recorder,
    network: Network,
    disk: MemoryDisk,
    snapshots: SnapshotMemory,
    replica: Arc<Replica>,
    /// The last counter that the statement key used: reserved on disk before use.
    counter: Arc<AtomicU64>,
    disk_broken: Arc<AtomicBool>,
    random: SmallRng,
    tuning: Tuning,
}

/// Settings of a run that differ between machines or runs.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Heartbeats and elections.
    pub timing: Timing,
    /// Entries between snapshots.
    pub snapshot_every: u64,
    /// Entries kept behind a snapshot.
    pub entries_kept: u64,
    /// Bytes of a chunk of a snapshot.
    pub chunk_bytes: usize,
    /// Bytes of an append message.
    pub message_bytes_max: usize,
    /// Whether disks lie about syncs.
    pub sync_ignored: bool,
}

impl Machine {
    /// A machine that is off.
    pub fn new(
        node: NodeId,
        founders: &Arc<Founders>,
        network: &Network,
        recorder: &Recorder,
        clock: Clock,
        tuning: Tuning,
        seed: u64,
    ) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let replica = Replica::new(
            node,
            founders,
            clock.clone(),
            recorder.clone(),
            random.random(),
        );
        Self {
            node,
            life: None,
            clock,
            sync_ms: Arc::new(AtomicU64::new(2)),
            founders: Arc::clone(founders),
            recorder: recorder.clone(),
            network: network.clone(),
            disk: MemoryDisk::default(),
            snapshots: SnapshotMemory::default(),
            replica: Arc::new(replica),
            counter: Arc::default(),
            disk_broken: Arc::default(),
            random,
            tuning,
        }
    }

    /// The ledger of the present life.
    pub fn replica(&self) -> &Arc<Replica> {
        &self.replica
    }

    /// The disk of the present life.
    pub fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    /// Starts the member; nothing if it runs.
    pub async fn start(&mut self) {
        if self.life.is_some() {
            return;
        }
        self.disk_broken.store(false, Ordering::Relaxed);
        self.mount();
        let life = Life::new();
        let mut options = Options::new(
            self.node,
            self.founders.founded.network_id(),
            Storage::Memory {
                log: self.disk.clone(),
                snapshots: self.snapshots.clone(),
            },
        );
        options.timing = self.tuning.timing;
        options.snapshot_every = Some(self.tuning.snapshot_every);
        options.entries_kept = self.tuning.entries_kept;
        options.chunk_bytes = self.tuning.chunk_bytes;
        options.message_bytes_max = self.tuning.message_bytes_max;
        let (replica, transport) = (Arc::clone(&self.replica), self.network.transport(self.node));
        let starting = life.spawn(Consensus::start(options, replica, transport));
        let consensus = match starting.await {
            Ok(Ok(consensus)) => consensus,
            Ok(Err(error)) => {
                self.recorder.fail(
                    "no_failure",
                    format!("node {} does not start: {error}", self.node),
                );
                return;
            }
            Err(error) => {
                self.recorder
                    .fail("no_failure", format!("node {} panics: {error}", self.node));
                return;
            }
        };
        let (submissions, queue) = mpsc::unbounded_channel();
        let proposer = Proposer {
            position: usize::try_from(self.node - 1).unwrap_or_default(),
            founders: Arc::clone(&self.founders),
            consensus: consensus.clone(),
            replica: Arc::clone(&self.replica),
            counter: Arc::clone(&self.counter),
            rng: StdRng::seed_from_u64(self.random.random()),
        };
        drop(life.spawn(proposer.run(queue)));
        drop(life.spawn(watch_failure(
            self.node,
            consensus.clone(),
            self.recorder.clone(),
            Arc::clone(&self.disk_broken),
        )));
        let door = Door {
            replica: Arc::clone(&self.replica),
            leadership: consensus.leadership(),
            submissions,
        };
        self.network.connect(
            self.node,
            Target {
                life: life.clone(),
                consensus,
                door,
            },
        );
        self.life = Some(life);
    }

    /// Puts the disk in: gives it its latency and tells the recorder what is on it and what is written to it.
    fn mount(&mut self) {
        let node = self.node;
        let recorder = self.recorder.clone();
        self.disk.ignore_sync(self.tuning.sync_ignored);
        let sync_ms = Arc::clone(&self.sync_ms);
        let mut random = SmallRng::seed_from_u64(self.random.random());
        self.disk.set_latency(move || {
            let longest = sync_ms.load(Ordering::Relaxed);
            Duration::from_millis(random.random_range(0..=longest))
        });
        let log = simulation::stored(&self.disk)
            .into_iter()
            .map(|entry| (entry.at, Content::of(&entry.content)))
            .collect();
        recorder.record(&Event::Started {
            node,
            log,
            purged_before: simulation::purged_before(&self.disk),
        });
        simulation::observe(&self.disk, move |change| {
            let event = match change {
                Change::Entry(entry) => Event::Written {
                    node,
                    at: entry.at,
                    content: Content::of(&entry.content),
                },
                Change::Truncated(from) => Event::Truncated { node, from },
                Change::Purged(before) => Event::Purged { node, before },
                Change::Vote { .. } | Change::Synced => return,
            };
            recorder.record(&event);
        });
        self.network.mount(node, self.disk.clone());
    }

    /// Ends the life. A power cut takes what was not synced, except what the drive happened to have stored already.
    pub fn end(&mut self, power_cut: bool) {
        let Some(life) = self.life.take() else {
            return;
        };
        self.network.disconnect(self.node);
        life.end();
        let kept = if power_cut {
            let written = self.disk.unsynced_writes();
            self.random.random_range(0..=written)
        } else {
            usize::MAX
        };
        self.disk.fail_writes();
        self.disk = self.disk.power_cut_keeping(kept);
        self.replica = Arc::new(self.replica.restart(power_cut));
        self.network.mount(self.node, self.disk.clone());
        self.recorder.record(&Event::Ended { node: self.node });
    }

    /// Whether its disk is broken in this life.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.disk_broken.load(Ordering::Relaxed)
    }

    /// Breaks the disk of a machine that runs: no write succeeds any more in this life.
    pub fn break_disk(&self) {
        if self.life.is_none() {
            return;
        }
        self.disk_broken.store(true, Ordering::Relaxed);
        self.disk.fail_writes();
    }
}

async fn watch_failure(
    node: NodeId,
    consensus: Consensus,
    recorder: Recorder,
    disk_broken: Arc<AtomicBool>,
) {
    let mut failure = consensus.failure();
    let Ok(found) = failure.wait_for(Option::is_some).await else {
        return;
    };
    let reason = found.as_ref().map(ToString::to_string).unwrap_or_default();
    drop(found);
    recorder.record(&Event::Failed {
        node,
        reason,
        expected: disk_broken.load(Ordering::Relaxed),
    });
}

/// The one task of a node that proposes, as protocol.md §5 wants it.
struct Proposer {
    position: usize,
    founders: Arc<Founders>,
    consensus: Consensus,
    replica: Arc<Replica>,
    counter: Arc<AtomicU64>,
    rng: StdRng,
}

impl Proposer {
    async fn run(mut self, mut queue: mpsc::UnboundedReceiver<Submission>) {
        let mut leadership = self.consensus.leadership();
        // After a failed proposal nothing more is proposed in that term.
        let mut given_up = None;
        while let Some(first) = queue.recv().await {
            let mut waiting = vec![first];
            while waiting.len() < BATCH_ENVELOPES_MAX
                && let Ok(next) = queue.try_recv()
            {
                waiting.push(next);
            }
            let term = leadership.borrow_and_update().map(|leads| leads.term);
            let Some(term) = term.filter(|term| given_up != Some(*term)) else {
                let leader = self.consensus.status().leader;
                tell(waiting, |_| Outcome::NotLeader(leader));
                continue;
            };
            let envelopes = waiting
                .iter()
                .map(|submission| submission.envelope.clone())
                .collect();
            let batch = self.sign(term, envelopes);
            match self.consensus.propose(term, batch).await {
                Ok(applied) => {
                    let indexes = replica::indexes(&applied.response);
                    tell(waiting, |position| {
                        indexes
                            .get(position)
                            .map_or(Outcome::Unknown, |index| Outcome::Index(*index))
                    });
                }
                Err(Error::NotLeader { leader }) => {
                    tell(waiting, |_| Outcome::NotLeader(leader));
                }
                Err(Error::NoQuorum) => tell(waiting, |_| Outcome::NotLeader(None)),
                Err(Error::TermOver { .. }) => {
                    given_up = Some(term);
                    tell(waiting, |_| Outcome::NotLeader(None));
                }
                Err(_) => {
                    given_up = Some(term);
                    tell(waiting, |_| Outcome::Unknown);
                }
            }
        }
    }

    fn sign(&mut self, term: u64, envelopes: Vec<Signed>) -> Bytes {
        let (previous, before_ms) = self.replica.read(|memory| {
            let chain: v1::ChainState = state::require(memory, key::CHAIN).expect("a chain");
            (chain.header.try_into().expect("a digest"), chain.time_ms)
        });
        let stamp = Stamp {
            term,
            previous,
            counter: self.counter.fetch_add(1, Ordering::Relaxed) + 1,
            time_ms: self.replica.clock().now_ms().max(before_ms),
        };
        let network = self.founders.founded.network_id();
        let key = &self.founders.statement_keys[self.position];
        batch::sign(&network, stamp, envelopes, key, &mut self.rng).into()
    }
}

fn tell(submissions: Vec<Submission>, outcome: impl Fn(usize) -> Outcome) {
    for (position, submission) in submissions.into_iter().enumerate() {
        // The client may not wait any more.
        let _ = submission.answer.send(outcome(position));
    }
}
