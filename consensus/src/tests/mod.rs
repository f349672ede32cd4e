//! Tests of the whole crate: real engine, real stores.

mod cluster;
#[cfg(feature = "rocksdb")]
mod crash;
mod durability;
mod single;
mod suite;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;

use crate::application::{Application, Committed, Fatal, Payload, Refusal, SnapshotView, Traffic};
use crate::consensus::Consensus;
use crate::error::Error;
use crate::log::memory::MemoryDisk;
use crate::membership::Member;
use crate::options::{Options, Storage, Timing};
use crate::snapshot::SnapshotMemory;
use crate::status::Leadership;
use crate::transport::{Alone, Transport};
use crate::{NetworkId, NodeId};

pub const NETWORK: NetworkId = [7; 32];

/// A state that is the list of all batches, with the position of each.
#[derive(Clone, Default)]
pub struct Journal {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    applied: Option<Vec<u8>>,
    items: Vec<Item>,
    calls: usize,
    fail_next: bool,
    gaps_allowed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub index: u64,
    pub term: u64,
    /// `None` for entries of the engine itself.
    pub batch: Option<Bytes>,
    applied_state: Vec<u8>,
}

impl Journal {
    /// The engine's suite applies entries of its choice.
    pub fn with_gaps() -> Self {
        let journal = Self::default();
        journal.lock().gaps_allowed = true;
        journal
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no test panics while it holds the state")
    }

    pub fn items(&self) -> Vec<Item> {
        self.lock().items.clone()
    }

    /// The batches in order.
    pub fn batches(&self) -> Vec<Bytes> {
        self.lock()
            .items
            .iter()
            .filter_map(|item| item.batch.clone())
            .collect()
    }

    /// Loses the newest items, as an unsynced database does in a crash.
    pub fn lose(&self, count: usize) {
        let mut state = self.lock();
        let kept = state.items.len().saturating_sub(count);
        state.items.truncate(kept);
        state.applied = state.items.last().map(|item| item.applied_state.clone());
    }

    pub fn fail_next(&self) {
        self.lock().fail_next = true;
    }
}

impl Application for Journal {
    fn inspect(&self, _term: u64, traffic: Traffic, bytes: &[u8]) -> Result<(), Refusal> {
        // A batch that is late is refused while it is new, as one whose time is too far from this node's clock.
        let late = bytes.starts_with(b"late") && traffic == Traffic::Live;
        if bytes.starts_with(b"bad") || late {
            Err(Refusal::new("HT-TEST-001"))
        } else {
            Ok(())
        }
    }

    fn applied(&self) -> Result<Option<Vec<u8>>, Fatal> {
        Ok(self.lock().applied.clone())
    }

    fn apply(&self, items: &[Committed]) -> Result<Vec<Vec<u8>>, Fatal> {
        let mut state = self.lock();
        if state.fail_next {
            return Err(Fatal::new("HT-TEST-002"));
        }
        state.calls += 1;
        let mut responses = Vec::new();
        for item in items {
            if let Some(last) = state.items.last()
                && !state.gaps_allowed
            {
                assert_eq!(item.index, last.index + 1, "applied in order, once");
                assert!(item.term >= last.term);
            }
            let batch = match &item.payload {
                Payload::Batch(bytes) => Some(bytes.clone()),
                Payload::Blank | Payload::Membership(_) => None,
            };
            responses.push(
                batch
                    .as_ref()
                    .map_or_else(Vec::new, |batch| [b"ok ".as_slice(), batch].concat()),
            );
            let applied_state = item.applied_state.clone();
            state.applied = Some(applied_state.clone());
            state.items.push(Item {
                index: item.index,
                term: item.term,
                batch,
                applied_state,
            });
        }
        Ok(responses)
    }

    fn snapshot(&self) -> Result<Option<Box<dyn SnapshotView>>, Fatal> {
        Ok(Some(Box::new(View(self.lock().clone()))))
    }

    fn install(&self, applied_state: &[u8], content: &mut dyn io::Read) -> Result<(), Fatal> {
        let items = read_items(content).map_err(|_| Fatal::new("HT-TEST-003"))?;
        let mut state = self.lock();
        state.items = items;
        state.applied = Some(applied_state.to_vec());
        Ok(())
    }
}

struct View(State);

impl SnapshotView for View {
    fn applied_state(&self) -> Vec<u8> {
        self.0.applied.clone().unwrap_or_default()
    }

    fn write(self: Box<Self>, sink: &mut dyn io::Write) -> io::Result<()> {
        for item in &self.0.items {
            sink.write_all(&item.index.to_be_bytes())?;
            sink.write_all(&item.term.to_be_bytes())?;
            write_bytes(sink, &item.applied_state)?;
            sink.write_all(&[u8::from(item.batch.is_some())])?;
            write_bytes(sink, item.batch.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

fn write_bytes(sink: &mut dyn io::Write, bytes: &[u8]) -> io::Result<()> {
    sink.write_all(&(bytes.len() as u64).to_be_bytes())?;
    sink.write_all(bytes)
}

fn read_items(content: &mut dyn io::Read) -> io::Result<Vec<Item>> {
    let mut all = Vec::new();
    content.read_to_end(&mut all)?;
    let mut rest = Bytes::from(all);
    let mut items = Vec::new();
    let number = |rest: &mut Bytes| {
        u64::from_be_bytes(rest.split_to(8)[..].try_into().expect("eight bytes"))
    };
    while !rest.is_empty() {
        let (index, term) = (number(&mut rest), number(&mut rest));
        let length = number(&mut rest) as usize;
        let applied_state = rest.split_to(length).to_vec();
        let is_batch = rest.split_to(1)[0] == 1;
        let length = number(&mut rest) as usize;
        let batch = rest.split_to(length);
        items.push(Item {
            index,
            term,
            batch: is_batch.then_some(batch),
            applied_state,
        });
    }
    Ok(items)
}

pub fn memory() -> Storage {
    Storage::Memory {
        log: MemoryDisk::default(),
        snapshots: SnapshotMemory::default(),
    }
}

pub fn options(node_id: NodeId, storage: Storage) -> Options {
    let mut options = Options::new(node_id, NETWORK, storage);
    // Short enough that a test of an election does not take long, long enough for a busy machine.
    options.timing = Timing {
        heartbeat_ms: 50,
        election_min_ms: 300,
        election_max_ms: 600,
        call_timeout_ms: 10_000,
    };
    options.chunk_bytes = 64;
    options
}

pub fn member(node_id: NodeId) -> Member {
    Member {
        address: format!("node-{node_id}"),
    }
}

pub async fn start(storage: Storage, journal: &Journal) -> Result<Consensus, Error> {
    start_with(options(1, storage), journal, Arc::new(Alone)).await
}

pub async fn start_with(
    options: Options,
    journal: &Journal,
    transport: Arc<dyn Transport>,
) -> Result<Consensus, Error> {
    Consensus::start(options, Arc::new(journal.clone()), transport).await
}

/// Starts a single voter and makes a network of it if it is new.
pub async fn start_alone(storage: Storage, journal: &Journal) -> (Consensus, Leadership) {
    let consensus = start(storage, journal).await.expect("starts");
    if !consensus.is_initialised() {
        consensus
            .initialise(BTreeMap::from([(1, member(1))]))
            .await
            .expect("is new");
    }
    let leadership = lead(&consensus).await;
    (consensus, leadership)
}

/// Waits until the member may propose.
pub async fn lead(consensus: &Consensus) -> Leadership {
    let mut leadership = consensus.leadership();
    let found = within(leadership.wait_for(Option::is_some))
        .await
        .expect("the member runs");
    found.expect("checked")
}

/// A deadline far beyond what the slowest machine needs: a test that waits for something that never comes fails.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), future)
        .await
        .expect("it happens before the deadline")
}
