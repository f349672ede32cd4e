//! A member of another network that takes one of our machines for its own, as after a restored image or a reused address: it
//! leads its network of one, counts our node among its learners, and sends it entries and a snapshot.

use crate::network::Network;
use bytes::Bytes;
use consensus::log::memory::MemoryDisk;
use consensus::simulation::Life;
use consensus::{
    Application, Committed, Consensus, Fatal, Member, NodeId, Options, Refusal, SnapshotMemory,
    SnapshotView, Storage, Timing, Traffic,
};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The other network.
const NETWORK: consensus::NetworkId = [0x5a; 32];
/// Entries before our node is added, so that it needs a snapshot.
const ENTRIES: usize = 12;

/// Lets the stranger live that believes to be `node` and takes `victim` for its learner.
pub fn live(network: &Network, node: NodeId, victim: NodeId) -> Life {
    let life = Life::new();
    let transport = network.stranger(node);
    drop(life.spawn(async move {
        let mut options = Options::new(
            node,
            NETWORK,
            Storage::Memory {
                log: MemoryDisk::default(),
                snapshots: SnapshotMemory::default(),
            },
        );
        options.timing = Timing {
            heartbeat_ms: 50,
            election_min_ms: 200,
            election_max_ms: 400,
            call_timeout_ms: 1_000,
        };
        options.snapshot_every = None;
        options.entries_kept = 0;
        let started = Consensus::start(options, Arc::new(Elsewhere::default()), transport).await;
        let Ok(consensus) = started else { return };
        drop(lead(&consensus, node, victim).await);
        // Goes on until the life is ended.
        std::future::pending::<()>().await;
    }));
    life
}

async fn lead(consensus: &Consensus, node: NodeId, victim: NodeId) -> Result<(), consensus::Error> {
    consensus
        .initialise(BTreeMap::from([(node, Member::default())]))
        .await?;
    let mut leadership = consensus.leadership();
    let term = match leadership.wait_for(Option::is_some).await {
        Ok(leads) => leads.map_or(0, |leads| leads.term),
        Err(_) => return Ok(()),
    };
    for _ in 0..ENTRIES {
        consensus
            .propose(term, Bytes::from_static(b"elsewhere"))
            .await?;
    }
    consensus.snapshot().await?;
    consensus
        .wait_status(|status| status.purged.is_some())
        .await?;
    consensus
        .add_learner(victim, Member::default(), false)
        .await
}

/// A state that nobody here could make sense of.
#[derive(Default)]
struct Elsewhere {
    applied: Mutex<Option<Vec<u8>>>,
}

impl Application for Elsewhere {
    fn inspect(&self, _: u64, _: Traffic, _: &[u8]) -> Result<(), Refusal> {
        Ok(())
    }

    fn applied(&self) -> Result<Option<Vec<u8>>, Fatal> {
        Ok(self
            .applied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }

    fn apply(&self, items: &[Committed]) -> Result<Vec<Vec<u8>>, Fatal> {
        let last = items.last().map(|item| item.applied_state.clone());
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner) = last;
        Ok(vec![Vec::new(); items.len()])
    }

    fn snapshot(&self) -> Result<Option<Box<dyn SnapshotView>>, Fatal> {
        Ok(Some(Box::new(View(self.applied()?.unwrap_or_default()))))
    }
}

struct View(Vec<u8>);

impl SnapshotView for View {
    fn applied_state(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn write(self: Box<Self>, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}
