//! The ledger as consensus sees it: inspect, apply, remember how far.

use crate::clock::Clock;
use crate::error::Error;
use crate::snapshot::{self, Moments, Stream};
use crate::store::{Reading, Store, Writing, meta};
use consensus::{Application, Committed, Fatal, Payload, Refusal, SnapshotView, Traffic};
use crypto_sm::sm2::{PublicKey, Verifier};
use crypto_sm::sm3::Digest;
use hengtan_ledger::calculation::Catalogues;
use hengtan_ledger::execute::{self, Inputs, Unverified};
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::state::key;
use hengtan_ledger::{batch, domain::NetworkId, receipt};
use prost::Message;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Fewer signatures than this are not worth a second thread.
const SIGNATURES_PER_THREAD_MIN: usize = 16;

/// What apply answers to the proposer: where each envelope of the batch stands.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Response {
    /// Code of the reason for which the batch counts for nothing; empty = it counts.
    #[prost(string, tag = "1")]
    pub void: String,
    /// Index of the entry that answers for each envelope, in order.
    #[prost(uint64, repeated, tag = "2")]
    pub indexes: Vec<u64>,
}

/// The state machine.
pub(super) struct Ledger {
    store: Arc<dyn Store>,
    network: NetworkId,
    /// Number of this node.
    node: u64,
    clock: Arc<dyn Clock>,
    catalogues: Catalogues,
    /// Digests of envelopes whose signatures this node's door has verified, and which are not applied yet.
    verified: Mutex<BTreeSet<Digest>>,
    /// Entries in the log.
    size: watch::Sender<u64>,
    /// Batch ends of which a snapshot can be made.
    moments: Moments,
    /// Threads that verify at once. Asking the system each time means reading its files.
    threads: usize,
}

impl Ledger {
    pub(super) fn open(
        store: Arc<dyn Store>,
        founded: &Founded,
        node: u64,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let size = Reading::new(&*store).size()?;
        // The process may have ended between a change and its proof.
        prove_change(&*store, size)?;
        Ok(Self {
            moments: Moments::new(Arc::clone(&store)),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            store,
            network: founded.network_id(),
            node,
            clock,
            catalogues: Catalogues::default(),
            verified: Mutex::default(),
            size: watch::Sender::new(size),
        })
    }

    /// Entries in the log, as they come.
    pub(super) fn size(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// The whole ledger at the newest final checkpoint; nothing yet if that is not at hand, see [`Moments::stream`].
    pub(super) fn stream(&self) -> Result<Option<Stream>, Error> {
        self.moments.stream()
    }

    /// Nobody waits for [`Ledger::stream`] any more.
    pub(super) fn give_up_stream(&self) {
        self.moments.forget();
    }

    /// Verifies with what is remembered of the signer.
    pub(super) fn verifier(&self, key: &PublicKey) -> Verifier {
        self.catalogues.verifier(key)
    }

    /// Remembers that this very envelope's signature is good.
    pub(super) fn remember(&self, digest: Digest) {
        self.verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(digest);
    }

    /// It is applied, or will never be.
    pub(super) fn forget(&self, digest: &Digest) {
        self.verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(digest);
    }

    fn apply_item(&self, item: &Committed) -> Result<Vec<u8>, Error> {
        let mut writing = Writing::new();
        writing.put_meta(meta::APPLIED, item.applied_state.clone());
        let mut size = None;
        let response = match &item.payload {
            Payload::Blank | Payload::Membership(_) => Vec::new(),
            Payload::Batch(bytes) => {
                let (response, end) = self.apply_batch(item.term, bytes, &mut writing)?;
                size = Some(end);
                response.encode_to_vec()
            }
        };
        self.store.write(writing.into_changes(), false)?;
        if let Some(size) = size {
            prove_change(&*self.store, size)?;
            self.moments.passed()?;
            self.size.send_replace(size);
        }
        Ok(response)
    }

    fn apply_batch(
        &self,
        term: u64,
        bytes: &[u8],
        writing: &mut Writing,
    ) -> Result<(Response, u64), Error> {
        let reading = Reading::new(&*self.store);
        let frontier = reading.frontier()?;
        let verified = self.verify(&reading, bytes)?;
        let inputs = Inputs {
            view: &reading,
            content: &reading,
            ids: &reading,
            next_index: frontier.size(),
            term,
            catalogues: &self.catalogues,
        };
        let applied = execute::apply_batch(&inputs, bytes, &verified)?;
        let sealed = execute::seal(&applied, &frontier, &reading)?;
        let response = Response {
            void: applied
                .void
                .as_ref()
                .map(|error| error.code().to_owned())
                .unwrap_or_default(),
            indexes: applied
                .placements
                .iter()
                .map(|placement| placement.index)
                .collect(),
        };
        if let Some(reason) = &applied.void {
            tracing::warn!(code = reason.code(), cause = %reason, index = applied.first_index, "void batch");
        }
        writing.put_applied(applied, &sealed);
        Ok((response, sealed.checkpoint.size))
    }

    /// Digests of the batch's envelopes whose signatures are good: those that the door knows, and those that verify now.
    fn verify(&self, reading: &Reading<'_>, bytes: &[u8]) -> Result<BTreeSet<Digest>, Error> {
        let mut verified = self
            .verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let waiting = execute::unverified(reading, bytes, &verified)?;
        verified.extend(self.verify_in_parallel(&waiting));
        Ok(verified)
    }

    fn verify_in_parallel(&self, waiting: &[Unverified]) -> BTreeSet<Digest> {
        let share = waiting
            .len()
            .div_ceil(self.threads)
            .max(SIGNATURES_PER_THREAD_MIN);
        let check =
            |part: &[Unverified]| execute::verified(part, |key| self.catalogues.verifier(key));
        if waiting.len() <= share {
            return check(waiting);
        }
        std::thread::scope(|scope| {
            let workers: Vec<_> = waiting
                .chunks(share)
                .map(|part| scope.spawn(move || check(part)))
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().expect("verification does not panic"))
                .collect()
        })
    }
}

/// Proves the voting set if the batch that ends at `size` has changed it.
fn prove_change(store: &dyn Store, size: u64) -> Result<(), Error> {
    let reading = Reading::new(store);
    let changed = reading
        .state_value(key::VOTING_SET)?
        .is_some_and(|value| size > 1 && value.index + 1 == size);
    if !changed || reading.meta(&meta::change(size))?.is_some() {
        return Ok(());
    }
    let proof = receipt::state_proof(&reading, &reading, key::VOTING_SET)?;
    let mut writing = Writing::new();
    writing.put_change(size, &proof);
    store.write(writing.into_changes(), false)
}

impl Application for Ledger {
    fn inspect(&self, term: u64, traffic: Traffic, bytes: &[u8]) -> Result<(), Refusal> {
        let now_ms = match traffic {
            Traffic::Live => Some(self.clock.now_ms()),
            Traffic::CatchUp => None,
        };
        let reading = Reading::new(&*self.store);
        batch::inspect(&reading, term, bytes, now_ms).map_err(|error| Refusal {
            code: error.code(),
            fields: error.fields(),
        })
    }

    fn applied(&self) -> Result<Option<Vec<u8>>, Fatal> {
        Reading::new(&*self.store)
            .applied()
            .map_err(|error| fatal(&error))
    }

    fn apply(&self, items: &[Committed]) -> Result<Vec<Vec<u8>>, Fatal> {
        // One atomic write for each item: what is stored is always the state after some item, with that item's mark.
        items
            .iter()
            .map(|item| {
                self.apply_item(item).map_err(|error| {
                    tracing::error!(code = error.code(), cause = %error, network = %hex::encode(self.network), "apply failed");
                    fatal(&error)
                })
            })
            .collect()
    }

    fn snapshot(&self) -> Result<Option<Box<dyn SnapshotView>>, Fatal> {
        // A state whose checkpoint is not final yet is offered to nobody; the engine asks again after later batches.
        let stream = self.stream().map_err(|error| fatal(&error))?;
        Ok(stream.map(|stream| Box::new(stream) as Box<dyn SnapshotView>))
    }

    fn install(&self, applied_state: &[u8], content: &mut dyn io::Read) -> Result<(), Fatal> {
        let rebuilt = snapshot::install(
            &*self.store,
            &self.network,
            self.node,
            applied_state,
            content,
        )
        .map_err(|error| {
            tracing::error!(code = error.code(), cause = %error, "snapshot refused");
            fatal(&error)
        })?;
        let size = rebuilt.frontier.size();
        tracing::info!(
            size,
            pairs = rebuilt.pairs,
            row_sets = rebuilt.row_sets,
            "snapshot installed"
        );
        self.moments.forget();
        self.size.send_replace(size);
        Ok(())
    }
}

fn fatal(error: &Error) -> Fatal {
    Fatal {
        code: error.code(),
        fields: error.fields(),
    }
}
