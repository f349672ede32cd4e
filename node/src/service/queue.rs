//! Envelopes that the door has accepted and that no batch has carried yet.

use crate::error::Error;
use crypto_sm::sm3::Digest;
use hengtan_ledger::envelope::Signed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// Where an accepted envelope stands: nowhere yet, at an index, or given up.
pub(super) type Placed = Option<Result<u64, Error>>;

/// An accepted envelope.
#[derive(Debug)]
pub(super) struct Queued {
    pub envelope: Signed,
    /// Digest of the whole envelope.
    pub digest: Digest,
    /// Size with its rows, bytes.
    pub bytes: usize,
    /// Whether it goes alone in its batch.
    pub alone: bool,
    /// Proposals that have carried it.
    pub attempts: u32,
    pub placed: watch::Sender<Placed>,
}

/// The way from the door to the proposer.
pub(super) struct Queue {
    sender: Mutex<Option<mpsc::UnboundedSender<Queued>>>,
    /// By id: whoever hands in the same envelope again waits with the first.
    waiting: Mutex<BTreeMap<Digest, watch::Receiver<Placed>>>,
    envelopes_max: usize,
    bytes_max: usize,
    bytes: AtomicUsize,
}

/// What became of an envelope at the queue.
pub(super) enum Entrance {
    /// It waits now.
    Entered(watch::Receiver<Placed>),
    /// It waited before.
    Waiting(watch::Receiver<Placed>),
}

impl Queue {
    pub(super) fn new(
        envelopes_max: usize,
        bytes_max: usize,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Queued>) {
        // Bounded by `waiting` and `bytes`, which know rows too.
        let (sender, receiver) = mpsc::unbounded_channel();
        let queue = Self {
            sender: Mutex::new(Some(sender)),
            waiting: Mutex::default(),
            envelopes_max,
            bytes_max,
            bytes: AtomicUsize::new(0),
        };
        (Arc::new(queue), receiver)
    }

    /// Envelopes that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Whether the envelope of this id waits.
    pub(super) fn find(&self, id: &Digest) -> Option<watch::Receiver<Placed>> {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Lets an envelope in.
    pub(super) fn enter(
        &self,
        envelope: Signed,
        digest: Digest,
        alone: bool,
    ) -> Result<Entrance, Error> {
        let bytes = envelope.bytes.len() + envelope.rows.iter().map(Vec::len).sum::<usize>();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(receiver) = waiting.get(&envelope.id) {
            return Ok(Entrance::Waiting(receiver.clone()));
        }
        if waiting.len() >= self.envelopes_max
            || self.bytes.load(Ordering::Relaxed) + bytes > self.bytes_max
        {
            return Err(Error::QueueFull {
                limit: self.envelopes_max,
            });
        }
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = sender.as_ref().ok_or(Error::Stopping)?;
        let (placed, receiver) = watch::channel(None);
        let id = envelope.id;
        sender
            .send(Queued {
                envelope,
                digest,
                bytes,
                alone,
                attempts: 0,
                placed,
            })
            .map_err(|_| Error::Stopping)?;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        waiting.insert(id, receiver.clone());
        Ok(Entrance::Entered(receiver))
    }

    /// An envelope has its place, or never will.
    pub(super) fn leave(&self, queued: &Queued, place: Result<u64, Error>) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&queued.envelope.id);
        self.bytes.fetch_sub(queued.bytes, Ordering::Relaxed);
        queued.placed.send_replace(Some(place));
    }

    /// Nobody enters any more; the proposer ends when it has emptied the queue.
    pub(super) fn close(&self) {
        self.sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}
