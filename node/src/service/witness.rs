//! Witnesses: asked by the leader where a final checkpoint needs them, and otherwise heard when they have cosigned what is final. Nobody waits for
//! a witness that the voting set does not ask for.

use super::{Service, blocking};
use crate::error::Error;
use crate::publish::Round;
use crate::store::Reading;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hengtan_api::peer as wire;
use hengtan_ledger::checkpoint::Note;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a witness may take: it may have to apply first.
const COSIGN: Duration = Duration::from_secs(2);

/// Pause between two checkpoints that a witness cosigns unasked, and before what did not reach somebody is sent again.
const PAUSE: Duration = Duration::from_millis(200);

impl Service {
    /// Lets this node's witness cosign what enough organisations have cosigned, as soon as this node has come so far.
    ///
    /// # Errors
    /// [`Error::WitnessNone`], [`Error::Deadline`]; those of [`crate::witness::Witness::cosign`].
    pub(crate) async fn witness(&self, note: Note) -> Result<Note, Error> {
        let inner = &self.inner;
        let witness = Arc::clone(inner.witness.as_ref().ok_or(Error::WitnessNone)?);
        if note.checkpoint().network_id != inner.founded.network_id() {
            return Err(consensus::Error::WrongNetwork.into());
        }
        tokio::time::timeout(COSIGN, self.applied(note.checkpoint().size))
            .await
            .map_err(|_| Error::Deadline)??;
        let (store, now_ms) = (Arc::clone(&inner.store), inner.clock.now_ms());
        let trouble = inner.witness_trouble.clone();
        blocking(move || {
            let signed = witness.cosign(&Reading::new(&*store), &note, now_ms);
            if let Err(error @ Error::WitnessContradicted { .. }) = &signed {
                tracing::error!(code = error.code(), cause = %error, checkpoint = %note.to_text(), "the witness has signed another history");
                trouble.send_replace(Some(error.clone()));
            }
            Ok(Note::new(note.checkpoint().clone(), vec![signed?]))
        })
        .await
    }

    /// Asks witnesses for their lines until the round is final or all have answered.
    pub(super) async fn ask_witnesses(&self, round: &mut Round) -> Result<(), Error> {
        if let Ok(note) = self.witness(round.so_far()).await {
            round.add(&note);
        }
        let Some(links) = &self.inner.links else {
            return Ok(());
        };
        let own = self.inner.node.number;
        let note = round.so_far().to_text();
        // The ledger does not say which node keeps which key; a node without one says so at once.
        let roster = links.roster();
        let mut asked: FuturesUnordered<_> = roster
            .nodes()
            .iter()
            .map(|node| node.number)
            .filter(|number| *number != own)
            .map(|number| {
                let request = wire::WitnessRequest {
                    network_id: links.network().to_vec(),
                    note: note.clone(),
                };
                async move {
                    let mut client = links.client(number)?;
                    match tokio::time::timeout(COSIGN, client.witness(request)).await {
                        Ok(Ok(answer)) => Ok(Note::parse(&answer.into_inner().note)?),
                        Ok(Err(status)) => Err(links.failed(number, &status)),
                        Err(_) => Err(Error::Deadline),
                    }
                }
            })
            .collect();
        while !round.is_final()
            && let Some(answer) = asked.next().await
        {
            match answer {
                Ok(note) => drop(round.add(&note)),
                Err(error) => {
                    tracing::debug!(code = error.code(), cause = %error, "not witnessed");
                }
            }
        }
        Ok(())
    }

    /// Takes what a witness has added to a final checkpoint.
    ///
    /// # Errors
    /// [`Error::Deadline`] if this node does not come so far; those of [`crate::publish::Publisher::take_witnessed`].
    pub(crate) async fn hear_witness(&self, note: Note) -> Result<(), Error> {
        let finalised = async {
            match self.take_final(note.clone()).await {
                // A change of members before it is on its way here.
                Err(Error::NotFinal { .. }) => {
                    let mut size = self.inner.final_size.clone();
                    let reached = size.wait_for(|size| *size >= note.checkpoint().size);
                    reached.await.map(drop).map_err(|_| Error::Stopping)
                }
                other => other,
            }
        };
        tokio::time::timeout(COSIGN, finalised)
            .await
            .map_err(|_| Error::Deadline)??;
        let publisher = Arc::clone(&self.inner.publisher);
        let taken = blocking(move || publisher.take_witnessed(&note)).await;
        if let Err(error @ Error::FinalContradicts { .. }) = &taken {
            // As with any other final checkpoint: this node has another history.
            self.inner.broken.send_replace(Some(error.clone()));
        }
        taken.map(drop)
    }

    /// Runs for ever where this node keeps a witness's key: cosigns what is final, and tells everybody.
    pub(super) async fn follow_as_witness(&self) {
        let inner = &self.inner;
        if inner.witness.is_none() {
            return;
        }
        let mut final_size = inner.final_size.clone();
        // Up to which size each node has been told.
        let mut told: BTreeMap<u64, u64> = BTreeMap::new();
        loop {
            final_size.borrow_and_update();
            let everybody = match self.witness_final().await {
                Ok(Some(note)) => self.tell(&note, &mut told).await,
                Ok(None) => true,
                Err(error) => {
                    tracing::debug!(code = error.code(), cause = %error, "not witnessed");
                    true
                }
            };
            tokio::time::sleep(PAUSE).await;
            if everybody && final_size.changed().await.is_err() {
                return;
            }
        }
    }

    /// The newest final checkpoint with this node's line; nothing before anything is final.
    async fn witness_final(&self) -> Result<Option<Note>, Error> {
        let store = Arc::clone(&self.inner.store);
        let last = blocking(move || Reading::new(&*store).final_note()).await?;
        let Some(last) = last else {
            return Ok(None);
        };
        let name = self.inner.witness.as_ref().map(|witness| witness.name());
        if last
            .lines()
            .iter()
            .any(|line| Some(line.name.as_str()) == name)
        {
            return Ok(Some(last));
        }
        let own = self.witness(last.clone()).await?;
        let lines = last.lines().iter().chain(own.lines()).cloned().collect();
        let note = Note::new(last.checkpoint().clone(), lines);
        let publisher = Arc::clone(&self.inner.publisher);
        let kept = note.clone();
        blocking(move || publisher.take_witnessed(&kept)).await?;
        Ok(Some(note))
    }

    /// Tells every node that has not heard of it; whether all have.
    async fn tell(&self, note: &Note, told: &mut BTreeMap<u64, u64>) -> bool {
        let Some(links) = &self.inner.links else {
            return true;
        };
        let size = note.checkpoint().size;
        let own = self.inner.node.number;
        let roster = links.roster();
        let pending: Vec<u64> = roster
            .nodes()
            .iter()
            .map(|node| node.number)
            .filter(|number| *number != own && told.get(number).is_none_or(|known| *known < size))
            .collect();
        let telling = pending.into_iter().map(|number| async move {
            let request = wire::WitnessedRequest {
                network_id: links.network().to_vec(),
                note: note.to_text(),
            };
            let answer = match links.client(number) {
                Ok(mut client) => {
                    tokio::time::timeout(COSIGN + PAUSE, client.witnessed(request)).await
                }
                Err(_) => return (number, false),
            };
            (number, matches!(answer, Ok(Ok(_))))
        });
        let mut everybody = true;
        for (number, heard) in futures_util::future::join_all(telling).await {
            everybody &= heard;
            if heard {
                told.insert(number, size);
            }
        }
        everybody
    }
}
