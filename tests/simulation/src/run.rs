//! One run: a network, its clients, its faults, its end.

use crate::client::{Client, Oracle, Tally};
use crate::event::{Content, Event};
use crate::founders::founders;
use crate::machine::{Machine, Tuning};
use crate::network::Network;
use crate::recorder::{Recorder, Violation};
use crate::replica::{Clock, envelopes};
use crate::schedule::Schedule;
use consensus::{NodeId, Timing};
use rand::rngs::{SmallRng, StdRng};
use rand::{RngExt, SeedableRng};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use tokio::runtime::RngSeed;
use tokio::time::Instant;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Nodes and faults.
    pub size: (u64, u64),
    /// Digest of its trace.
    pub digest: String,
    /// Events in it.
    pub events: u64,
    /// The trace, if it was asked for.
    pub lines: Vec<String>,
    /// What clients did.
    pub tally: Tally,
    /// The first property that did not hold.
    pub violation: Option<Violation>,
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What is wanted beside the seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// Whether the report is to hold the trace.
    pub trace: bool,
    /// What is to be broken, so that the properties must fail.
    pub sabotage: Option<Sabotage>,
}

/// A defect that the properties must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Disks say that they have synced and have not.
    SyncIgnored,
}

/// Runs all seeds of a range, on all processors. The reports are in order of the seeds.
#[must_use]
pub fn run_all(seeds: Range<u64>, wish: Wish) -> Vec<Report> {
    run_until(seeds, wish, || false, |_| {})
}

/// As [`run_all`], until `late` says so; `seen` is told each report when it is there.
pub fn run_until(
    seeds: Range<u64>,
    wish: Wish,
    late: impl Fn() -> bool + Sync,
    seen: impl Fn(&Report) + Sync,
) -> Vec<Report> {
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut reports: Vec<Report> = std::thread::scope(|scope| {
        let work = || {
            let mut reports = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds.end || late() {
                    return reports;
                }
                let report = run(seed, wish);
                seen(&report);
                reports.push(report);
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a run does not panic"))
            .collect()
    });
    reports.sort_by_key(|report| report.seed);
    reports
}

/// Runs everything that follows from a seed, in this thread.
#[must_use]
pub fn run(seed: u64, wish: Wish) -> Report {
    watch_panics();
    PANIC.set(None);
    consensus::simulation::seed(Some(seed));
    let threads = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&threads);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .on_thread_start(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        })
        // Who is woken first, and which branch of a selection is polled first.
        .rng_seed(RngSeed::from_bytes(&seed.to_le_bytes()))
        .build()
        .expect("a runtime");
    let mut report = runtime.block_on(simulate(seed, wish));
    drop(runtime);
    consensus::simulation::seed(None);
    let threads = threads.load(Ordering::Relaxed);
    if threads > 0 {
        // What another thread does, and when, does not follow from the seed: the trace would differ now and then only.
        report.violation.get_or_insert(Violation {
            property: "one_thread",
            at_ms: 0,
            detail: format!("{threads} threads were started beside the simulated clock"),
        });
    }
    report
}

async fn simulate(seed: u64, wish: Wish) -> Report {
    let mut random = SmallRng::seed_from_u64(seed);
    let recorder = Recorder::new(wish.trace);
    let began = Instant::now();
    let founders = Arc::clone(founders());
    let network = Network::new(random.random(), recorder.clone());
    let nodes: u64 = random.random_range(3..=7);
    let voters = random.random_range(3..=nodes.min(5));
    let faults: u64 = random.random_range(8..36);
    let mut machines = BTreeMap::new();
    let tuning = Tuning {
        timing: Timing::LAN,
        snapshot_every: random.random_range(10..60),
        entries_kept: random.random_range(1..20),
        chunk_bytes: random.random_range(500..8_000),
        message_bytes_max: random.random_range(500..20_000),
        sync_ignored: wish.sabotage == Some(Sabotage::SyncIgnored),
    };
    for node in 1..=nodes {
        // No two crystals are alike: timers run up to a tenth apart.
        let heartbeat_ms = random.random_range(90..110);
        let timing = Timing {
            heartbeat_ms,
            election_min_ms: heartbeat_ms * 3,
            election_max_ms: heartbeat_ms * 6,
            call_timeout_ms: 2_000,
        };
        let clock = Clock::new(began);
        clock.put_off(random.random_range(-2_000..2_000));
        let tuning = Tuning { timing, ..tuning };
        let machine = Machine::new(
            node,
            &founders,
            &network,
            &recorder,
            clock,
            tuning,
            random.random(),
        );
        machines.insert(node, machine);
    }
    let oracle = Oracle::default();
    let client = |rng| Client {
        founders: Arc::clone(&founders),
        network: network.clone(),
        recorder: recorder.clone(),
        oracle: oracle.clone(),
        clock: Clock::new(began),
        rng,
        nodes,
    };
    let clients: Vec<_> = (0..3)
        .map(|_| tokio::spawn(client(StdRng::seed_from_u64(random.random())).run()))
        .collect();
    let mut last = client(StdRng::seed_from_u64(random.random()));
    let mut schedule = Schedule {
        machines,
        network,
        recorder: recorder.clone(),
        random,
    };
    schedule.begin(voters).await;
    for _ in 0..faults {
        if recorder.violation().is_none() {
            schedule.step().await;
        }
    }
    oracle.stop();
    for client in clients {
        drop(client.await);
    }
    finish(&mut schedule, &mut last).await;
    if let Some(message) = PANIC.take() {
        recorder.fail("no_failure", format!("panic: {message}"));
    }
    let (digest, events, lines) = recorder.close();
    Report {
        seed,
        size: (nodes, faults),
        digest,
        events,
        lines,
        tally: oracle.tally(),
        violation: recorder.violation(),
    }
}

/// The nodes come to rest, what is unknown is sent again, and every node is asked what it holds.
async fn finish(schedule: &mut Schedule, client: &mut Client) {
    let recorder = schedule.recorder.clone();
    if recorder.violation().is_some() || !schedule.settle().await {
        return;
    }
    if !client.settle(10_000).await {
        recorder.record(&Event::Unsettled {
            states: "an envelope is never acknowledged".to_owned(),
        });
        return;
    }
    if !schedule.settle().await {
        return;
    }
    let network = client.founders.founded.network_id();
    let nodes: Vec<NodeId> = schedule.machines.keys().copied().collect();
    for node in nodes {
        let Some(target) = schedule.network.target(node) else {
            continue;
        };
        let event = target.door.replica.read(|memory| {
            let checkpoint = memory.checkpoint();
            Event::Final {
                node,
                applied: target.consensus.status().applied,
                size: checkpoint.size,
                root: Content::of(&checkpoint.root),
                state_root: Content::of(&checkpoint.state_root),
                envelopes: envelopes(memory, &network),
            }
        });
        recorder.record(&event);
    }
    recorder.record(&Event::Over);
}

/// A panic of a task ends the task only; a run must not pass over it.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANIC.with_borrow_mut(|panic| {
                panic.get_or_insert_with(|| info.to_string());
            });
            before(info);
        }));
    });
}
