//! The way in.

use super::queue::{Entrance, Placed};
use super::receipt::Subject;
use super::{Service, blocking};
use crate::error::Error;
use crate::store::Reading;
use crypto_sm::sm3::Digest;
use hengtan_ledger::envelope::{Outer, Signed};
use hengtan_ledger::execute::{self, Ids as _};
use hengtan_ledger::state::key;
use hengtan_ledger::{Stop, ticket, v1};
use prost::Message as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What a client hands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submission {
    /// The exact bytes of the envelope.
    pub envelope: Vec<u8>,
    /// The rows beside it.
    pub rows: Vec<Vec<u8>>,
    /// How long to wait for finality, milliseconds; nothing = the node's default.
    pub wait_ms: Option<u64>,
    /// Whether a receipt is wanted.
    pub receipt: bool,
}

/// What it gets back.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// Id of the envelope.
    pub id: Digest,
    /// The ledger or the queue had it before.
    pub duplicate: bool,
    /// What became of it; final.
    pub end: End,
}

/// How far it came in time.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Final: refused or accepted, as the outcome says.
    Final {
        /// What the ledger made of it.
        outcome: Box<v1::Outcome>,
        /// What the engine calculated, per row.
        results: Vec<Vec<u8>>,
        /// The proof, if wanted.
        receipt: Option<Box<v1::Receipt>>,
    },
    /// Not final yet: evidence that the door took it.
    Waiting(v1::SignedTicket),
}

/// Where an envelope stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Index of its entry; nothing if it had none in time.
    pub index: Option<u64>,
    /// The ledger or a queue had it before.
    pub duplicate: bool,
}

/// Pause before an envelope is offered again while the leader changes.
const RETRY: Duration = Duration::from_millis(50);

/// What the door found out.
enum Judged {
    /// The ledger has it at this index.
    There(u64),
    /// It may go in.
    Good {
        envelope: Signed,
        digest: Digest,
        alone: bool,
        sender: [u8; 32],
    },
}

impl Service {
    /// Takes a signed envelope, and answers when its entry is final, or when the time is over.
    ///
    /// # Errors
    /// The door refuses it ([`Error::Ledger`], [`Error::Refusal`], limits), or cannot serve now. A command that passed the door and is
    /// refused by the ledger is no error but an outcome.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, Error> {
        let result = self.take(submission).await;
        let code = match &result {
            Ok(Submitted {
                end: End::Final { outcome, .. },
                ..
            }) => outcome.code.as_str(),
            Ok(_) => "waiting",
            Err(error) => error.code(),
        };
        self.inner.metrics.envelope(code);
        result
    }

    async fn take(&self, submission: Submission) -> Result<Submitted, Error> {
        let begun = Instant::now();
        let inner = &self.inner;
        let _busy = self.enter()?;
        let bytes = submission.envelope.len() + submission.rows.iter().map(Vec::len).sum::<usize>();
        if bytes > inner.limits.request_bytes_max {
            let (found, limit) = (bytes as u64, inner.limits.request_bytes_max as u64);
            return Err(Error::TooLarge {
                what: "envelope".to_owned(),
                found,
                limit,
            });
        }
        let wait_ms = submission
            .wait_ms
            .unwrap_or(inner.limits.wait_default_ms)
            .min(inner.limits.wait_max_ms);
        let deadline = tokio::time::Instant::now() + Duration::from_millis(wait_ms);
        let accepted_at_ms = inner.clock.now_ms();
        let receipt = submission.receipt;
        let id = Outer::parse(&inner.founded.network_id(), &submission.envelope)?.id();
        let Found { index, duplicate } = self.find_place(id, submission, deadline, true).await?;
        let Some(index) = index else {
            let ticket = self.ticket(&id, accepted_at_ms, wait_ms)?;
            return Ok(Submitted {
                id,
                duplicate,
                end: End::Waiting(ticket),
            });
        };
        if !self.final_within(index, deadline).await {
            let ticket = self.ticket(&id, accepted_at_ms, wait_ms)?;
            return Ok(Submitted {
                id,
                duplicate,
                end: End::Waiting(ticket),
            });
        }
        inner.metrics.commit(begun.elapsed());
        let service = self.clone();
        let end = blocking(move || service.end(index, receipt)).await?;
        Ok(Submitted { id, duplicate, end })
    }

    /// The place of the envelope with this id: here, if this node leads; else the leader finds one. Goes on through changes of the leader until the
    /// deadline; no place then means that the envelope may still get one. Idempotent by the envelope's id. `counted`: the sender's rate is
    /// this door's to watch.
    pub(super) async fn find_place(
        &self,
        id: Digest,
        submission: Submission,
        deadline: tokio::time::Instant,
        counted: bool,
    ) -> Result<Found, Error> {
        let inner = &self.inner;
        if let Some(mut placed) = inner.queue.find(&id) {
            match self.place(&mut placed, deadline).await {
                Err(error) if error.is_passing() => {}
                other => {
                    return Ok(Found {
                        index: other?,
                        duplicate: true,
                    });
                }
            }
        }
        let (envelope, digest, alone) = match self.judge(submission, inner.clock.now_ms()).await? {
            Judged::There(index) => {
                return Ok(Found {
                    index: Some(index),
                    duplicate: true,
                });
            }
            Judged::Good {
                envelope,
                digest,
                alone,
                sender,
            } => {
                if counted {
                    inner
                        .rate
                        .check_key(&sender)
                        .map_err(|_| Error::RateLimited {
                            limit: inner.limits.sender_envelopes_per_second,
                        })?;
                }
                (envelope, digest, alone)
            }
        };
        // Whoever leads, this node applies the envelope too, and need not verify it once more.
        inner.ledger.remember(digest);
        let found = self
            .place_anywhere(&envelope, digest, alone, deadline)
            .await;
        if !matches!(found, Ok(Found { index: None, .. })) {
            inner.ledger.forget(&digest);
        }
        found
    }

    async fn place_anywhere(
        &self,
        envelope: &Signed,
        digest: Digest,
        alone: bool,
        deadline: tokio::time::Instant,
    ) -> Result<Found, Error> {
        let inner = &self.inner;
        let mut leadership = inner.consensus.leadership();
        // Whether any leader has it, as far as this node knows.
        let mut handed = false;
        loop {
            let leads = leadership.borrow_and_update().is_some();
            let attempt = if leads {
                handed = true;
                self.place_own(envelope, digest, alone, deadline).await
            } else {
                self.place_at_leader(envelope, deadline, &mut handed).await
            };
            let error = match attempt {
                Err(error) if error.is_passing() => error,
                other => return other,
            };
            let index = Reading::new(&*inner.store).index_of(&envelope.id)?;
            if index.is_some() {
                // An attempt has come through that seemed to have failed.
                return Ok(Found {
                    index,
                    duplicate: false,
                });
            }
            self.intact()?;
            let pause = tokio::time::Instant::now() + RETRY;
            tokio::select! {
                () = tokio::time::sleep_until(pause.min(deadline)) => {}
                _ = leadership.changed() => {}
            }
            if tokio::time::Instant::now() >= deadline {
                return if handed {
                    Ok(Found {
                        index: None,
                        duplicate: false,
                    })
                } else {
                    Err(error)
                };
            }
        }
    }

    async fn place_own(
        &self,
        envelope: &Signed,
        digest: Digest,
        alone: bool,
        deadline: tokio::time::Instant,
    ) -> Result<Found, Error> {
        let entrance = self.inner.queue.enter(envelope.clone(), digest, alone)?;
        let (mut placed, duplicate) = match entrance {
            Entrance::Entered(placed) => (placed, false),
            Entrance::Waiting(placed) => (placed, true),
        };
        let index = self.place(&mut placed, deadline).await?;
        Ok(Found { index, duplicate })
    }

    /// Parses and verifies; as many at once as there are cores.
    async fn judge(&self, submission: Submission, now_ms: u64) -> Result<Judged, Error> {
        let permit = self
            .inner
            .verifications
            .acquire()
            .await
            .map_err(|_| Error::Stopping)?;
        let inner = Arc::clone(&self.inner);
        let judged = blocking(move || {
            let reading = Reading::new(&*inner.store);
            let outer = Outer::parse(&inner.founded.network_id(), &submission.envelope)?;
            if let Some(index) = reading.index_of(&outer.id())? {
                return Ok(Judged::There(index));
            }
            // The time that a batch would get now: the ledger's never goes back.
            let chain: v1::ChainState = reading.require(key::CHAIN)?;
            let time_ms = now_ms.max(chain.time_ms);
            let authenticated = execute::authenticate_with(
                &reading,
                &submission.envelope,
                &submission.rows,
                time_ms,
                &|key| inner.ledger.verifier(key),
            )
            .map_err(|stop| match stop {
                Stop::Refused(refusal) => Error::Refusal(refusal),
                Stop::Failed(error) => Error::Ledger(error),
            })?;
            let sender = authenticated
                .sender
                .member
                .key_id
                .as_slice()
                .try_into()
                .unwrap_or([0; 32]);
            Ok(Judged::Good {
                digest: outer.digest(),
                alone: authenticated.kind.alone,
                envelope: Signed {
                    bytes: submission.envelope,
                    rows: submission.rows,
                    id: outer.id(),
                },
                sender,
            })
        })
        .await;
        drop(permit);
        judged
    }

    /// Index of its entry, or nothing at the deadline.
    async fn place(
        &self,
        placed: &mut watch::Receiver<Placed>,
        deadline: tokio::time::Instant,
    ) -> Result<Option<u64>, Error> {
        let Ok(place) = tokio::time::timeout_at(deadline, placed.wait_for(Option::is_some)).await
        else {
            return Ok(None);
        };
        match place.map_err(|_| Error::Stopping)?.clone() {
            Some(Ok(index)) => Ok(Some(index)),
            Some(Err(error)) => Err(error),
            None => Ok(None),
        }
    }

    pub(super) async fn final_within(&self, index: u64, deadline: tokio::time::Instant) -> bool {
        let mut size = self.inner.final_size.clone();
        matches!(
            tokio::time::timeout_at(deadline, size.wait_for(|size| *size > index)).await,
            Ok(Ok(_))
        )
    }

    fn end(&self, index: u64, receipt: bool) -> Result<End, Error> {
        let reading = Reading::new(&*self.inner.store);
        let entry = reading.entry(index)?;
        let entry = v1::Entry::decode(entry.as_slice()).map_err(|_| Error::StoreDamaged {
            what: "entries".to_owned(),
        })?;
        let Some(v1::entry::Entry::Envelope(v1::EnvelopeEntry {
            outcome: Some(outcome),
            ..
        })) = entry.entry
        else {
            return Err(Error::StoreDamaged {
                what: "ids".to_owned(),
            });
        };
        let results = reading.rows_of(&outcome.results_root)?.unwrap_or_default();
        let receipt = receipt
            .then(|| {
                self.assemble(
                    &reading,
                    &Subject::Index {
                        index,
                        rows: Vec::new(),
                        all: false,
                    },
                )
                .map(Box::new)
            })
            .transpose()?;
        Ok(End::Final {
            outcome: Box::new(outcome),
            results,
            receipt,
        })
    }

    fn ticket(
        &self,
        id: &Digest,
        accepted_at_ms: u64,
        promised_within_ms: u64,
    ) -> Result<v1::SignedTicket, Error> {
        let inner = &self.inner;
        Ok(ticket::sign_with(
            &inner.founded.network_id(),
            id,
            accepted_at_ms,
            promised_within_ms,
            &inner.key,
        )?)
    }
}
