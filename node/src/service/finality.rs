//! How checkpoints become final: the leader asks the voting nodes to cosign, everybody else waits for what came out (protocol §7).

use super::{Service, blocking};
use crate::error::Error;
use crate::peer::Links;
use crate::publish::Round;
use consensus::Role;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hengtan_api::peer as wire;
use hengtan_ledger::checkpoint::{Checkpoint, Note};
use hengtan_ledger::v1;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// How long a voter may take to cosign: it may have to apply first.
const COSIGN: Duration = Duration::from_secs(2);

/// How long the leader holds a request for the next final checkpoint.
const HOLD: Duration = Duration::from_secs(5);

/// Pause after an attempt that failed.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks one node to cosign a checkpoint: by its text, or by a note.
async fn ask(links: &Links, number: u64, note: String) -> Result<Note, Error> {
    let request = wire::CosignRequest {
        network_id: links.network().to_vec(),
        note,
    };
    let mut client = links.client(number)?;
    match tokio::time::timeout(COSIGN, client.cosign(request)).await {
        Ok(Ok(answer)) => Ok(Note::parse(&answer.into_inner().note)?),
        Ok(Err(status)) => Err(links.failed(number, &status)),
        Err(_) => Err(Error::Deadline),
    }
}

impl Service {
    /// Runs until this node must not go on.
    ///
    /// # Errors
    /// Why it must not.
    pub(super) async fn finalize(&self) -> Result<(), Error> {
        let inner = &self.inner;
        let mut grown = inner.ledger.size();
        let mut leadership = inner.consensus.leadership();
        loop {
            grown.borrow_and_update();
            let leads = leadership.borrow_and_update().is_some();
            let done = if leads {
                self.lead_round().await
            } else {
                self.follow_final().await
            };
            match done {
                Ok(true) => {}
                Ok(false) => {
                    // Nothing to do until the log grows or another leads.
                    let alive = tokio::select! {
                        changed = grown.changed() => changed.is_ok(),
                        changed = leadership.changed() => changed.is_ok(),
                    };
                    if !alive {
                        return Ok(());
                    }
                }
                Err(
                    error @ (Error::FinalContradicts { .. }
                    | Error::CheckpointConflict { .. }
                    | Error::StoreDamaged { .. }
                    | Error::StoreRead { .. }
                    | Error::StoreWrite { .. }),
                ) => return Err(error),
                Err(error) => {
                    tracing::debug!(code = error.code(), cause = %error, "no final checkpoint yet");
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        _ = leadership.changed() => {}
                    }
                }
            }
        }
    }

    /// Makes one checkpoint final; whether there may be more to do.
    pub(super) async fn lead_round(&self) -> Result<bool, Error> {
        // A few reads of what was written last: handing them to another thread would take longer.
        let Some(mut round) = self.inner.publisher.next()? else {
            return Ok(false);
        };
        // The batch is stored a moment before the proof of what it changed about the members.
        self.applied(round.checkpoint().size).await?;
        // The others promise and sign while this node does.
        let mut asked = self.ask_voters(&round);
        let (publisher, unsigned) = (Arc::clone(&self.inner.publisher), round.clone());
        let mut signing = pin!(blocking(move || publisher.sign(&unsigned)));
        let mut signed = false;
        let mut own = None;
        let mut differing = Vec::new();
        let done = loop {
            tokio::select! {
                line = &mut signing, if !signed => {
                    signed = true;
                    own = line?;
                    if let Some(line) = &own {
                        round.hear(line);
                    }
                }
                Some((number, answer)) = asked.next() => match answer {
                    Ok(note) => {
                        if !round.add(&note)
                            && note.checkpoint().size > round.checkpoint().size
                            && self.take_larger(note).await?
                        {
                            break true;
                        }
                    }
                    Err(error) => {
                        tracing::debug!(code = error.code(), cause = %error, "not cosigned");
                        if error.relayed_code() == Some("HT-NOD-036") {
                            differing.push(number);
                        }
                    }
                },
                else => break false,
            }
            if round.is_cosigned() {
                if !round.is_final() {
                    self.ask_witnesses(&mut round).await?;
                }
                if round.is_final() {
                    let publisher = Arc::clone(&self.inner.publisher);
                    let finished = round.clone();
                    blocking(move || publisher.finish(&finished)).await?;
                    break true;
                }
            }
        };
        if let Some(line) = own.filter(|_| !differing.is_empty()) {
            self.show_signed(differing, Note::new(round.checkpoint().clone(), vec![line]));
        }
        if done {
            return Ok(true);
        }
        Err(Error::NotFinal {
            index: round.checkpoint().size,
        })
    }

    /// Asks every other voting node to cosign.
    fn ask_voters<'a>(
        &'a self,
        round: &Round,
    ) -> FuturesUnordered<impl Future<Output = (u64, Result<Note, Error>)> + use<'a>> {
        let asked = FuturesUnordered::new();
        let Some(links) = &self.inner.links else {
            return asked;
        };
        let roster = links.roster();
        let text = round.checkpoint().text();
        let numbers = round
            .voters()
            .filter_map(|(_, voter)| roster.nodes().iter().find(|node| node.name == voter.name))
            .map(|node| node.number)
            .filter(|number| *number != self.inner.node.number);
        for number in numbers {
            let asking = ask(links, number, text.clone());
            asked.push(async move { (number, asking.await) });
        }
        asked
    }

    /// Shows nodes that have other roots what this one has signed, so that they keep it.
    fn show_signed(&self, numbers: Vec<u64>, note: Note) {
        let Some(links) = self.inner.links.clone() else {
            return;
        };
        let text = note.to_text();
        tokio::spawn(async move {
            for number in numbers {
                if let Err(error) = ask(&links, number, text.clone()).await {
                    tracing::warn!(code = error.code(), cause = %error, node = number, "another node has other roots");
                }
            }
        });
    }

    /// Takes what a voter says is final already; whether it is.
    async fn take_larger(&self, note: Note) -> Result<bool, Error> {
        match tokio::time::timeout(COSIGN, self.take_final(note)).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error @ Error::FinalContradicts { .. })) => Err(error),
            // Rubbish of one voter holds nobody up.
            Ok(Err(_)) | Err(_) => Ok(false),
        }
    }

    /// Waits until the leader has a larger final checkpoint than this node, and takes it.
    async fn follow_final(&self) -> Result<bool, Error> {
        let inner = &self.inner;
        let own = inner.node.number;
        let leader = inner
            .consensus
            .wait_status(|status| {
                status.role == Role::Leader || status.leader.is_some_and(|leader| leader != own)
            })
            .await?;
        let (Some(links), Some(leader)) = (&inner.links, leader.leader.filter(|it| *it != own))
        else {
            // This node leads, or will in a moment.
            return Ok(false);
        };
        let request = wire::FinalityRequest {
            network_id: links.network().to_vec(),
            size: *inner.final_size.borrow(),
            wait_ms: u64::try_from(HOLD.as_millis()).unwrap_or(u64::MAX),
        };
        let mut client = links.client(leader)?;
        let mut leadership = inner.consensus.leadership();
        leadership.borrow_and_update();
        let asked = tokio::time::timeout(HOLD + COSIGN, client.finality(request));
        let answer = tokio::select! {
            answer = asked => answer,
            _ = leadership.changed() => return Ok(true),
        };
        let answer = answer
            .map_err(|_| Error::Deadline)?
            .map_err(|status| links.failed(leader, &status))?
            .into_inner();
        if !answer.note.is_empty() {
            self.take_final(Note::parse(&answer.note)?).await?;
        }
        Ok(true)
    }

    /// Takes a final checkpoint once this node has come so far.
    pub(super) async fn take_final(&self, note: Note) -> Result<(), Error> {
        self.applied(note.checkpoint().size).await?;
        let publisher = Arc::clone(&self.inner.publisher);
        blocking(move || publisher.accept(&note)).await.map(drop)
    }

    /// Waits until this node's ledger has come so far.
    pub(super) async fn applied(&self, size: u64) -> Result<(), Error> {
        let mut grown = self.inner.ledger.size();
        grown
            .wait_for(|reached| *reached >= size)
            .await
            .map(drop)
            .map_err(|_| Error::Stopping)
    }

    /// Cosigns what `asker` wants to make final, as soon as this node has come so far. One that asks for other roots is not heard for the rest of
    /// its term, so that another node leads; what it signed is kept.
    ///
    /// # Errors
    /// [`Error::Deadline`] if it does not; those of [`crate::publish::Publisher::cosign`].
    pub(crate) async fn cosign(&self, asker: &v1::Node, asked: &str) -> Result<Note, Error> {
        let (checkpoint, theirs) = if asked.contains("\n\n") {
            let note = Note::parse(asked)?;
            (note.checkpoint().clone(), Some(note))
        } else {
            (Checkpoint::parse(asked)?, None)
        };
        if checkpoint.network_id != self.inner.founded.network_id() {
            return Err(consensus::Error::WrongNetwork.into());
        }
        tokio::time::timeout(COSIGN, self.applied(checkpoint.size))
            .await
            .map_err(|_| Error::Deadline)??;
        let publisher = Arc::clone(&self.inner.publisher);
        let name = asker.name.clone();
        let cosigned = blocking(move || publisher.cosign(&checkpoint, &name)).await;
        if let Err(Error::CheckpointDiffers { size, .. }) = &cosigned {
            self.object(asker, *size, theirs).await;
        }
        cosigned
    }

    /// Another node has other roots: keeps what both signed, and hears nothing more of it while it leads.
    async fn object(&self, asker: &v1::Node, size: u64, theirs: Option<Note>) {
        let inner = &self.inner;
        inner.metrics.roots_differ();
        inner.consensus.distrust(asker.number);
        let Some(theirs) = theirs else {
            return;
        };
        let (publisher, evidence) = (Arc::clone(&inner.publisher), inner.evidence.clone());
        let name = asker.name.clone();
        let kept = blocking(move || match publisher.difference(&theirs)? {
            Some(difference) => evidence.keep(&name, &difference),
            None => Ok(None),
        })
        .await;
        match kept {
            Ok(Some(folder)) => {
                tracing::error!(code = "HT-NOD-036", size, node = asker.name, folder = %folder.display(), "another node has other roots");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(code = error.code(), cause = %error, size, node = asker.name, "another node has other roots; the notes are not kept");
            }
        }
    }

    /// The newest final checkpoint as soon as it is larger than `size`; nothing in time otherwise.
    ///
    /// # Errors
    /// Failures of the store.
    pub(crate) async fn final_beyond(
        &self,
        size: u64,
        wait: Duration,
    ) -> Result<Option<Note>, Error> {
        let mut reached = self.inner.final_size.clone();
        let mut stopping = self.inner.stopping.subscribe();
        tokio::select! {
            _ = tokio::time::timeout(wait, reached.wait_for(|reached| *reached > size)) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
        let publisher = Arc::clone(&self.inner.publisher);
        blocking(move || publisher.beyond(size)).await
    }
}
