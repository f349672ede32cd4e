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
        self.serving()?;
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
        let (duplicate, mut placed) = match inner.queue.find(&id) {
            Some(placed) => (true, Some(placed)),
            None => match self.judge(submission, accepted_at_ms).await? {
                Judged::There(index) => {
                    let placed = watch::channel(Some(Ok(index))).1;
                    (true, Some(placed))
                }
                Judged::Good {
                    envelope,
                    digest,
                    alone,
                    sender,
                } => {
                    inner
                        .rate
                        .check_key(&sender)
                        .map_err(|_| Error::RateLimited {
                            limit: inner.limits.sender_envelopes_per_second,
                        })?;
                    inner.ledger.remember(digest);
                    match inner.queue.enter(envelope, digest, alone) {
                        Ok(Entrance::Entered(placed)) => (false, Some(placed)),
                        Ok(Entrance::Waiting(placed)) => {
                            // Perhaps the same body under another signature: apply verifies again at worst.
                            inner.ledger.forget(&digest);
                            (true, Some(placed))
                        }
                        Err(error) => {
                            inner.ledger.forget(&digest);
                            return Err(error);
                        }
                    }
                }
            },
        };
        let index = match &mut placed {
            Some(placed) => self.place(placed, deadline).await?,
            None => None,
        };
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

    async fn final_within(&self, index: u64, deadline: tokio::time::Instant) -> bool {
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
