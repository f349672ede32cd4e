//! Checkpoints: what this node signs about its log, and when it is final (protocol §7). Outside the state machine.

use crate::error::Error;
use crate::store::{Reading, Store, Vow, Writing, meta};
use crypto_sm::keystore::Key;
use hengtan_ledger::checkpoint::{self, Note};
use hengtan_ledger::state::key;
use hengtan_ledger::v1;
use std::sync::Arc;
use tokio::sync::watch;

/// Signs checkpoints of this node.
pub struct Publisher {
    store: Arc<dyn Store>,
    organisation: String,
    node: String,
    key: Key,
    /// Size of the newest final checkpoint.
    size: watch::Sender<u64>,
}

impl Publisher {
    /// A publisher that begins where the store ended.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn open(
        store: Arc<dyn Store>,
        organisation: &str,
        node: &str,
        key: Key,
    ) -> Result<Self, Error> {
        let size = Reading::new(&*store)
            .final_note()?
            .map_or(0, |note| note.checkpoint().size);
        Ok(Self {
            store,
            organisation: organisation.to_owned(),
            node: node.to_owned(),
            key,
            size: watch::Sender::new(size),
        })
    }

    /// Size of the newest final checkpoint, as it grows.
    #[must_use]
    pub fn size(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// Signs the newest batch end and makes it final if this node's word suffices. Call it only when everything that this node ever
    /// acknowledged is applied again: before, the log is shorter than what was signed.
    ///
    /// # Errors
    /// [`Error::CheckpointConflict`]: this node signed other roots before, or more than it has. It must not go on.
    pub fn publish(&self) -> Result<u64, Error> {
        let reading = Reading::new(&*self.store);
        let size = reading.size()?;
        let Some(checkpoint) = reading.checkpoint(size)? else {
            // Final already, also where a snapshot has brought it.
            let newest = reading
                .final_note()?
                .map_or(0, |note| note.checkpoint().size);
            self.size.send_if_modified(|known| {
                let grown = newest > *known;
                *known = newest.max(*known);
                grown
            });
            return Ok(size);
        };
        let vow = reading.vow()?;
        if let Some(vow) = vow
            && !vow.allows(&checkpoint)
        {
            return Err(Error::CheckpointConflict {
                signed: vow.size,
                wanted: checkpoint.size,
            });
        }
        if vow != Some(Vow::of(&checkpoint)) {
            // On disk before the signature exists.
            let mut writing = Writing::new();
            writing.put_meta(meta::VOW, Vow::of(&checkpoint).to_bytes());
            self.store.write(writing.into_changes(), true)?;
        }
        let line = checkpoint.sign_with(&self.organisation, &self.node, &self.key)?;
        let note = Note::new(checkpoint, vec![line]);
        let set: v1::VotingSet = reading.require(key::VOTING_SET)?;
        checkpoint::judge(&note, &set)?;
        let mut writing = Writing::new();
        writing.put_meta(meta::FINAL, note.to_text());
        for earlier in reading
            .checkpoint_sizes()?
            .into_iter()
            .take_while(|earlier| *earlier <= size)
        {
            writing.remove_checkpoint(earlier);
        }
        self.store.write(writing.into_changes(), false)?;
        self.size.send_replace(size);
        Ok(size)
    }

    /// Publishes whenever the log has grown; while one checkpoint is being signed, batches gather for the next.
    ///
    /// # Errors
    /// As [`Publisher::publish`]. Returns without error when the log's owner is gone.
    pub async fn run(self: Arc<Self>, mut grown: watch::Receiver<u64>) -> Result<(), Error> {
        loop {
            grown.borrow_and_update();
            let publisher = Arc::clone(&self);
            let published = tokio::task::spawn_blocking(move || publisher.publish()).await;
            published.map_err(|error| Error::Internal {
                detail: error.to_string(),
            })??;
            if grown.changed().await.is_err() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
