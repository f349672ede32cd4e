//! Misconduct that a log shows by itself (protocol §5): while it is replayed, headers in one place and envelopes that nobody signed are
//! noticed, with the evidence that [`blame`](crate::blame) makes a proof of.

use crate::domain::{Domain, NetworkId};
use crate::envelope::Outer;
use crate::state::{self, View, key};
use crate::v1::blame::Evidence;
use crate::{Error, batch, v1};
use crypto_sm::certificate::Certificate;
use crypto_sm::sm2::PublicKey;
use crypto_sm::sm3::Digest;
use std::collections::BTreeMap;

/// Something that an honest node never signs.
#[derive(Clone, Debug, PartialEq)]
pub struct Misconduct {
    /// Index of the entry that shows it.
    pub index: u64,
    /// Statement key of the node that signed it.
    pub statement_key: PublicKey,
    /// What it signed.
    pub evidence: Evidence,
}

/// Watches the headers of a log as they come.
#[derive(Debug, Default)]
pub struct Watch {
    /// Raft's terms never go back: only the newest one is open.
    term: u64,
    /// By key id of the leader and what may be there once only.
    places: BTreeMap<(Vec<u8>, Place), v1::SignedHeader>,
    found: Vec<Misconduct>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Previous(Vec<u8>),
    Counter(u64),
}

/// An envelope of a batch: its digest, and whether its signature did not hold.
pub(crate) struct Held<'a> {
    /// Digest of the signed envelope.
    pub digest: Digest,
    /// Index of its entry and the envelope, if its signature does not hold.
    pub forged: Option<(u64, &'a Outer)>,
}

impl Watch {
    /// What was noticed so far, in log order.
    #[must_use]
    pub fn found(&self) -> &[Misconduct] {
        &self.found
    }

    /// A header stands at `index` in a batch that counts for nothing. Whoever could not have signed it is not noticed.
    ///
    /// # Errors
    /// [`Error::Unreadable`] from the view.
    pub(crate) fn void(
        &mut self,
        network: &NetworkId,
        view: &dyn View,
        index: u64,
        signed: &v1::SignedHeader,
    ) -> Result<(), Error> {
        let Ok(header) = batch::parse_header(&signed.header) else {
            return Ok(());
        };
        let (node, statement_key) = match batch::leader(view, &header.leader) {
            Ok(known) => known,
            Err(Error::BatchLeader { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let good = Domain::Batch.verify(
            network,
            &signed.header,
            &statement_key,
            &signed.signature,
            &node.name,
        );
        match good {
            Ok(()) => self.header(view, index, &header, signed),
            Err(_) => Ok(()),
        }
    }

    /// A header whose signature holds stands at `index`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] from the view.
    pub(crate) fn header(
        &mut self,
        view: &dyn View,
        index: u64,
        header: &v1::Header,
        signed: &v1::SignedHeader,
    ) -> Result<(), Error> {
        // A header of an older term cannot be in the place of one that is still watched.
        if header.term < self.term {
            return Ok(());
        }
        if header.term > self.term {
            self.term = header.term;
            self.places.clear();
        }
        for place in [
            Place::Previous(header.previous.clone()),
            Place::Counter(header.counter),
        ] {
            let known = self
                .places
                .entry((header.leader.clone(), place))
                .or_insert_with(|| signed.clone());
            if known.header == signed.header {
                continue;
            }
            let evidence = Evidence::Headers(v1::TwoHeaders {
                first: Some(known.clone()),
                second: Some(signed.clone()),
            });
            // Two headers may share both; that is one misconduct.
            let is_new = self
                .found
                .last()
                .is_none_or(|last| last.evidence != evidence);
            if is_new {
                let (_, statement_key) = batch::leader(view, &header.leader)?;
                self.found.push(Misconduct {
                    index,
                    statement_key,
                    evidence,
                });
            }
        }
        Ok(())
    }

    /// A batch whose header holds the digests of its signed envelopes: those that nobody signed are forged by its leader.
    ///
    /// # Errors
    /// [`Error::Unreadable`] from the view.
    pub(crate) fn envelopes(
        &mut self,
        view: &dyn View,
        header: &v1::Header,
        signed: &v1::SignedHeader,
        envelopes: &[Held<'_>],
    ) -> Result<(), Error> {
        // Headers of the first format hold ids, under which a signature could be exchanged later.
        if header.format < 2 || envelopes.iter().all(|held| held.forged.is_none()) {
            return Ok(());
        }
        let (_, statement_key) = batch::leader(view, &header.leader)?;
        let digests: Vec<Vec<u8>> = envelopes.iter().map(|held| held.digest.to_vec()).collect();
        for (position, held) in (0..).zip(envelopes) {
            let Some((index, outer)) = held.forged else {
                continue;
            };
            let parsed = outer.body()?;
            let member: Option<v1::Member> =
                state::find(view, &key::member(&parsed.body().sender))?;
            let Some(member) = member else {
                continue;
            };
            let sender = Certificate::from_der(&member.certificate)?;
            let sender_key = sender.public_key().to_uncompressed().to_vec();
            self.found.push(Misconduct {
                index,
                statement_key: statement_key.clone(),
                evidence: Evidence::Envelope(v1::ForgedEnvelope {
                    header: Some(signed.clone()),
                    digests: digests.clone(),
                    position,
                    envelope: outer.bytes().to_vec(),
                    sender_key,
                }),
            });
        }
        Ok(())
    }
}
