//! One node's ledger: the real core, kept in memory, with a disk that loses what was not saved.

use crate::event::{Content, Event};
use crate::founders::{BIRTH_MS, Founders};
use crate::recorder::Recorder;
use bytes::Bytes;
use consensus::simulation::Position;
use consensus::{Application, Committed, Fatal, NodeId, Payload, Refusal, SnapshotView, Traffic};
use crypto_sm::sm3::Digest;
use hengtan_ledger::batch;
use hengtan_ledger::checkpoint::Checkpoint;
use hengtan_ledger::memory::Memory;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// A machine's clock: right, or off by some milliseconds.
#[derive(Clone)]
pub struct Clock {
    began: Instant,
    off_ms: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that is right.
    #[must_use]
    pub fn new(began: Instant) -> Self {
        Self {
            began,
            off_ms: Arc::default(),
        }
    }

    /// Puts it off by some milliseconds.
    pub fn put_off(&self, off_ms: i64) {
        self.off_ms.store(off_ms, Ordering::Relaxed);
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        (BIRTH_MS + 60_000 + elapsed).saturating_add_signed(self.off_ms.load(Ordering::Relaxed))
    }
}

/// A node's ledger. Consensus applies to it; doors and publishers read it.
pub struct Replica {
    node: NodeId,
    clock: Clock,
    recorder: Recorder,
    state: Mutex<State>,
}

struct State {
    now: Image,
    /// What a power cut leaves.
    saved: Image,
    /// What was agreed before, so that a snapshot can be applied elsewhere.
    random: SmallRng,
}

#[derive(Clone)]
struct Image {
    memory: Memory,
    applied: Option<Vec<u8>>,
    batches: Vec<(u64, Bytes)>,
    /// Checkpoints by size, with the index of the entry that they follow.
    checkpoints: BTreeMap<u64, Checkpoint>,
}

impl Replica {
    /// A ledger that holds genesis only.
    pub fn new(
        node: NodeId,
        founders: &Founders,
        clock: Clock,
        recorder: Recorder,
        seed: u64,
    ) -> Self {
        let image = Image {
            memory: founders.memory.clone(),
            applied: None,
            batches: Vec::new(),
            checkpoints: BTreeMap::new(),
        };
        let state = State {
            saved: image.clone(),
            now: image,
            random: SmallRng::seed_from_u64(seed),
        };
        Self {
            node,
            clock,
            recorder,
            state: Mutex::new(state),
        }
    }

    /// The ledger as the next life finds it. A power cut takes what was not saved.
    #[must_use]
    pub fn restart(&self, power_cut: bool) -> Self {
        let mut state = self.lock();
        let image = if power_cut {
            state.saved.clone()
        } else {
            state.now.clone()
        };
        let random = SmallRng::seed_from_u64(state.random.random());
        let state = State {
            now: image.clone(),
            saved: image,
            random,
        };
        Self {
            node: self.node,
            clock: self.clock.clone(),
            recorder: self.recorder.clone(),
            state: Mutex::new(state),
        }
    }

    /// The node's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Entries in the ledger.
    pub fn size(&self) -> u64 {
        self.lock().now.memory.size()
    }

    /// Reads the ledger.
    pub fn read<T>(&self, work: impl FnOnce(&Memory) -> T) -> T {
        work(&self.lock().now.memory)
    }

    /// What this node applied at the end of the batch that ends at `size`.
    pub fn checkpoint_at(&self, size: u64) -> Option<Checkpoint> {
        self.lock().now.checkpoints.get(&size).cloned()
    }

    /// The first end of a batch that covers the entry at `index`.
    pub fn checkpoint_over(&self, index: u64) -> Option<Checkpoint> {
        let state = self.lock();
        let mut later = state.now.checkpoints.range(index + 1..);
        later.next().map(|(_, checkpoint)| checkpoint.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply_item(&self, state: &mut State, item: &Committed) -> Result<Vec<u8>, Fatal> {
        let now = &mut state.now;
        let mut response = Vec::new();
        let (mut void, mut content) = (None, Content::of(b""));
        match &item.payload {
            Payload::Blank => {}
            Payload::Membership(membership) => {
                content = Content::of(format!("{membership:?}").as_bytes());
            }
            Payload::Batch(bytes) => {
                let applied = now
                    .memory
                    .apply(item.term, bytes, &BTreeSet::new())
                    .map_err(|error| Fatal::new(error.code()))?;
                content = Content::of(bytes);
                void = applied.void.as_ref().map(hengtan_ledger::Error::code);
                for placement in &applied.placements {
                    response.extend(placement.index.to_be_bytes());
                }
                let checkpoint = now.memory.checkpoint().clone();
                now.checkpoints.insert(checkpoint.size, checkpoint);
                now.batches.push((item.term, bytes.clone()));
            }
        }
        now.applied = Some(item.applied_state.clone());
        let checkpoint = now.memory.checkpoint();
        self.recorder.record(&Event::Applied {
            node: self.node,
            at: Position {
                term: item.term,
                index: item.index,
            },
            content,
            size: checkpoint.size,
            root: Content::of(&checkpoint.root),
            state_root: Content::of(&checkpoint.state_root),
            void,
        });
        Ok(response)
    }
}

impl Application for Replica {
    fn inspect(&self, term: u64, traffic: Traffic, bytes: &[u8]) -> Result<(), Refusal> {
        let now_ms = match traffic {
            Traffic::Live => Some(self.clock.now_ms()),
            Traffic::CatchUp => None,
        };
        let state = self.lock();
        batch::inspect(&state.now.memory, term, bytes, now_ms)
            .map_err(|error| Refusal::new(error.code()))
    }

    fn applied(&self) -> Result<Option<Vec<u8>>, Fatal> {
        Ok(self.lock().now.applied.clone())
    }

    fn apply(&self, items: &[Committed]) -> Result<Vec<Vec<u8>>, Fatal> {
        let mut state = self.lock();
        let mut responses = Vec::new();
        for item in items {
            responses.push(self.apply_item(&mut state, item)?);
            if state.random.random_ratio(1, 8) {
                state.saved = state.now.clone();
            }
        }
        Ok(responses)
    }

    fn snapshot(&self) -> Result<Option<Box<dyn SnapshotView>>, Fatal> {
        let mut state = self.lock();
        // As a node whose checkpoint is not final yet.
        if state.random.random_ratio(1, 4) {
            return Ok(None);
        }
        Ok(Some(Box::new(View(state.now.clone()))))
    }

    fn install(&self, applied_state: &[u8], content: &mut dyn io::Read) -> Result<(), Fatal> {
        let mut bytes = Vec::new();
        content
            .read_to_end(&mut bytes)
            .map_err(|_| Fatal::new("HT-SIM-001"))?;
        let mut state = self.lock();
        let mut image = Image {
            memory: crate::founders::founders().memory.clone(),
            applied: Some(applied_state.to_vec()),
            batches: Vec::new(),
            checkpoints: BTreeMap::new(),
        };
        let mut rest = Bytes::from(bytes);
        while let Some((term, batch)) = take_batch(&mut rest) {
            image
                .memory
                .apply(term, &batch, &BTreeSet::new())
                .map_err(|error| Fatal::new(error.code()))?;
            let checkpoint = image.memory.checkpoint().clone();
            image.checkpoints.insert(checkpoint.size, checkpoint);
            image.batches.push((term, batch));
        }
        state.now = image.clone();
        state.saved = image;
        let checkpoint = state.now.memory.checkpoint();
        self.recorder.record(&Event::Installed {
            node: self.node,
            size: checkpoint.size,
            root: Content::of(&checkpoint.root),
        });
        Ok(())
    }
}

fn take_batch(rest: &mut Bytes) -> Option<(u64, Bytes)> {
    if rest.len() < 16 {
        return None;
    }
    let mut number = || u64::from_be_bytes(*rest.split_to(8).first_chunk().expect("8 bytes"));
    let (term, length) = (number(), number());
    let length = usize::try_from(length).ok()?;
    (length <= rest.len()).then(|| (term, rest.split_to(length)))
}

/// A snapshot is the history: whoever installs it executes it again.
struct View(Image);

impl SnapshotView for View {
    fn applied_state(&self) -> Vec<u8> {
        self.0.applied.clone().unwrap_or_default()
    }

    fn write(self: Box<Self>, sink: &mut dyn io::Write) -> io::Result<()> {
        for (term, batch) in &self.0.batches {
            sink.write_all(&term.to_be_bytes())?;
            sink.write_all(&(batch.len() as u64).to_be_bytes())?;
            sink.write_all(batch)?;
        }
        Ok(())
    }
}

/// Where each envelope of a batch stands, as [`Replica`] answers its proposer.
#[must_use]
pub fn indexes(response: &[u8]) -> Vec<u64> {
    response
        .chunks_exact(8)
        .filter_map(|chunk| chunk.first_chunk().map(|index| u64::from_be_bytes(*index)))
        .collect()
}

/// Ids of the envelopes that the ledger accepted or refused under their id, with the index of their entry.
#[must_use]
pub fn envelopes(memory: &Memory, network: &Digest) -> Vec<(crate::event::EnvelopeId, u64)> {
    use hengtan_ledger::{envelope::Outer, v1};
    use prost::Message;
    (0..memory.size())
        .filter_map(|index| {
            let entry = v1::Entry::decode(memory.entry(index)?).ok()?;
            let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
                return None;
            };
            let outer = Outer::parse(network, &entry.envelope).ok()?;
            Some((crate::event::EnvelopeId(outer.id()), index))
        })
        .collect()
}
