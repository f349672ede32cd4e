//! Thirty lives of a single voter on RocksDB, each ended without warning at a random moment under load.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::durability::on_disk::copy_folder;
use super::{Journal, lead, member, options, within};
use crate::consensus::Consensus;
use crate::error::Error;
use crate::log::disk::{Disk, Meta, Operation};
use crate::log::rocks::RocksDisk;
use crate::options::Storage;
use crate::transport::Alone;

const ROUNDS: usize = 30;

/// A RocksDB that dies after a number of syncs: from then on nothing is written any more, and the folder as it was after
/// the last sync is kept.
#[derive(Debug)]
struct Mortal {
    inner: RocksDisk,
    folder: PathBuf,
    left: PathBuf,
    syncs_left: AtomicU64,
    dead: AtomicBool,
}

impl Mortal {
    fn alive(&self) -> Result<(), Error> {
        if self.dead.load(Ordering::SeqCst) {
            Err(Error::disk("write", "power is cut"))
        } else {
            Ok(())
        }
    }
}

impl Disk for Mortal {
    fn write(&self, operations: &[Operation]) -> Result<(), Error> {
        self.alive()?;
        self.inner.write(operations)
    }

    fn sync(&self) -> Result<(), Error> {
        self.alive()?;
        if self.syncs_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            // Written, not synced, not acknowledged: gone.
            copy_folder(&self.folder, &self.left);
            self.dead.store(true, Ordering::SeqCst);
            return Err(Error::disk("sync", "power is cut"));
        }
        self.inner.sync()
    }

    fn meta(&self, meta: Meta) -> Result<Option<Bytes>, Error> {
        self.inner.meta(meta)
    }

    fn entries(&self, range: Range<u64>, bytes_max: usize) -> Result<Vec<(u64, Bytes)>, Error> {
        self.inner.entries(range, bytes_max)
    }

    fn first_index(&self) -> Result<Option<u64>, Error> {
        self.inner.first_index()
    }

    fn blocks(&self) -> bool {
        true
    }
}

/// What clients know: batch by its number, with the index of those that were acknowledged.
#[derive(Default)]
struct Clients {
    next: AtomicU64,
    acknowledged: Mutex<BTreeMap<u64, u64>>,
}

async fn load(consensus: Consensus, term: u64, clients: Arc<Clients>) {
    loop {
        let number = clients.next.fetch_add(1, Ordering::SeqCst);
        match consensus.propose(term, format!("{number}")).await {
            Ok(applied) => {
                clients
                    .acknowledged
                    .lock()
                    .expect("no panic")
                    .insert(number, applied.index);
            }
            Err(_) => return,
        }
    }
}

/// One life; returns the folder that the crash leaves.
async fn live(
    folder: PathBuf,
    left: PathBuf,
    syncs: u64,
    lost: usize,
    journal: &Journal,
    clients: &Arc<Clients>,
) {
    let disk = Mortal {
        inner: RocksDisk::open(&folder.join("log")).expect("opens"),
        folder: folder.join("log"),
        left: left.join("log"),
        syncs_left: AtomicU64::new(syncs),
        dead: AtomicBool::new(false),
    };
    journal.lose(lost);
    let settings = options(1, Storage::Folder(folder.clone()));
    let started = Consensus::start_on(
        settings,
        Arc::new(disk),
        Arc::new(journal.clone()),
        Arc::new(Alone),
    )
    .await;
    let Ok(consensus) = started else { return };
    if !consensus.is_initialised()
        && consensus
            .initialise(BTreeMap::from([(1, member(1))]))
            .await
            .is_err()
    {
        drop(consensus.shutdown().await);
        return;
    }
    let mut leadership = consensus.leadership();
    let mut failure = consensus.failure();
    let term = tokio::select! {
        biased;
        failed = failure.wait_for(Option::is_some) => { failed.expect("runs"); None }
        leads = leadership.wait_for(Option::is_some) => leads.ok().and_then(|leads| leads.map(|leads| leads.term)),
    };
    if let Some(term) = term {
        let tasks: Vec<_> = (0..4)
            .map(|_| tokio::spawn(load(consensus.clone(), term, clients.clone())))
            .collect();
        for task in tasks {
            within(task).await.expect("no panic");
        }
    }
    within(failure.wait_for(Option::is_some))
        .await
        .expect("the disk dies");
    drop(consensus.shutdown().await);
}

#[test]
fn thirty_random_crashes_lose_nothing_that_was_acknowledged() {
    let seed: u64 = std::env::var("HENGTAN_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random);
    println!("HENGTAN_SEED={seed}");
    let mut random = SmallRng::seed_from_u64(seed);
    let root = tempfile::tempdir().expect("a temporary folder");
    let journal = Journal::default();
    let clients = Arc::new(Clients::default());
    let mut folder = root.path().join("life-0");
    std::fs::create_dir_all(&folder).expect("creates");
    let mut lives = 0;
    for round in 0..ROUNDS {
        let left = root.path().join(format!("life-{}", round + 1));
        let (syncs, lost) = (random.random_range(0..60), random.random_range(0..20));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(live(
            folder.clone(),
            left.clone(),
            syncs,
            lost,
            &journal,
            &clients,
        ));
        // Whatever still runs is dropped in the middle of what it does.
        runtime.shutdown_background();
        if left.join("log").exists() {
            // Everything else of the folder was written durably.
            let identity = folder.join("identity");
            if identity.exists() {
                std::fs::copy(identity, left.join("identity")).expect("copies");
            }
            std::fs::remove_dir_all(&folder).expect("removes");
            folder = left;
            lives += 1;
        }
    }
    assert_eq!(lives, ROUNDS, "every life ended by the cut");

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        journal.lose(usize::MAX);
        let settings = options(1, Storage::Folder(folder));
        let consensus = Consensus::start(settings, Arc::new(journal.clone()), Arc::new(Alone))
            .await
            .expect("starts");
        lead(&consensus).await;
        consensus.shutdown().await.expect("stops");
    });
    let applied: BTreeMap<u64, u64> = journal
        .items()
        .into_iter()
        .filter_map(|item| {
            let text = String::from_utf8(item.batch?.to_vec()).expect("a number");
            Some((text.parse().expect("a number"), item.index))
        })
        .collect();
    let acknowledged = clients.acknowledged.lock().expect("no panic");
    assert!(
        acknowledged.len() > ROUNDS,
        "the load did something: {}",
        acknowledged.len()
    );
    for (number, index) in acknowledged.iter() {
        assert_eq!(
            applied.get(number),
            Some(index),
            "batch {number} was acknowledged at {index}, seed {seed}"
        );
    }
    println!(
        "{} acknowledged, {} applied, {ROUNDS} crashes",
        acknowledged.len(),
        applied.len()
    );
}
