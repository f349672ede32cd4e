//! Applying a committed batch: pure and deterministic. The same state and the same bytes give the same entries, writes and roots on every
//! node; there is no clock, randomness, network or key in here.

mod envelope;
mod seal;
mod signatures;

pub(crate) use envelope::expected_versions;
pub use envelope::{Authenticated, authenticate, authenticate_with};
pub use seal::{Sealed, seal};
pub(crate) use signatures::waiting;
pub use signatures::{Unverified, unverified, verified};

use crate::batch::{self, Parsed};
use crate::calculation::Catalogues;
use crate::domain::{Domain, NetworkId, header_digest, void_batch_digest};
use crate::envelope::Outer;
use crate::rows::{Content, ContentOverlay, ContentWrite};
use crate::state::{self, Draft, Overlay, View, Writes, key};
use crate::time::rfc3339;
use crate::{Error, canonical, command, genesis, v1};
use crypto_sm::sm3::Digest;
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};

/// Where execution finds the first index of an envelope.
pub trait Ids {
    /// Index of the entry that claimed this id. Needed are ids that were claimed within the longest time for which an envelope may be
    /// valid; knowing older ones changes nothing.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn index_of(&self, id: &Digest) -> Result<Option<u64>, Error>;
}

/// Everything that execution reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The state after the batch before.
    pub view: &'a dyn View,
    /// Rows that were kept.
    pub content: &'a dyn Content,
    /// Ids that were claimed.
    pub ids: &'a dyn Ids,
    /// Size of the log: index of the next entry.
    pub next_index: u64,
    /// Raft's term at which the batch was committed.
    pub term: u64,
    /// Keeps what is costly to build between batches; the same for the life of the store.
    pub catalogues: &'a Catalogues,
}

/// What became of one envelope of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Its id.
    pub id: Digest,
    /// Entry that answers for it: a new one, or the first one of a duplicate.
    pub index: u64,
    /// The outcome; nothing for a duplicate.
    pub outcome: Option<v1::Outcome>,
}

/// What a batch does.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The network.
    pub network_id: NetworkId,
    /// Index of the first new entry.
    pub first_index: u64,
    /// Ledger time afterwards, milliseconds.
    pub time_ms: u64,
    /// New entries, in order; exact bytes.
    pub entries: Vec<Vec<u8>>,
    /// One for each envelope of the batch, in order; empty for a void batch.
    pub placements: Vec<Placement>,
    /// Writes of the state.
    pub state_writes: Writes,
    /// Rows and results to keep.
    pub content_writes: Vec<ContentWrite>,
    /// Ids that are claimed, with their index. An id that was claimed before keeps its first index.
    pub id_writes: Vec<(Digest, u64)>,
    /// Why the batch counts for nothing, if so: the doors propose its envelopes again.
    pub void: Option<Error>,
    /// The voting set before the batch: it judges the checkpoint after it.
    pub judge: v1::VotingSet,
}

impl Applied {
    /// Whether another set votes from now on. No node cosigns a larger size before the checkpoint after this batch is final, and Raft's membership
    /// follows only then (protocol §7).
    #[must_use]
    pub fn changes_members(&self) -> bool {
        self.first_index > 0 && self.state_writes.contains_key(key::VOTING_SET)
    }
}

/// One place of a batch.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// An envelope with its rows.
    Envelope(Outer, Vec<Vec<u8>>),
    /// In a replay: one that made no entry.
    Duplicate(v1::Duplicate),
}

/// A batch as it is executed, or executed again.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub header: v1::Header,
    pub header_bytes: Vec<u8>,
    pub signature: Vec<u8>,
    pub slots: Vec<Slot>,
}

/// Applies a committed batch. `verified` holds digests of envelopes ([`Outer::digest`]) whose signatures the caller has verified, at its
/// door or in parallel with [`unverified`]; every other signature is verified here.
///
/// # Errors
/// [`Error::Unreadable`] if the store cannot be read; a bad batch is no error but void.
pub fn apply_batch(
    inputs: &Inputs<'_>,
    batch: &[u8],
    verified: &BTreeSet<Digest>,
) -> Result<Applied, Error> {
    let network = network_id(inputs.view)?;
    known_level(inputs.view)?;
    let limits: v1::Limits = state::require(inputs.view, key::LIMITS)?;
    let parsed = if batch.len() > limits.batch_bytes_max as usize {
        Err(Error::Limit {
            what: "batch_bytes_max",
            found: batch.len() as u64,
            limit: limits.batch_bytes_max.into(),
        })
    } else {
        Parsed::parse(&network, batch)
    };
    let refused = match parsed {
        Ok(parsed) => {
            let slots = parsed
                .envelopes
                .into_iter()
                .zip(parsed.rows)
                .map(|(outer, rows)| Slot::Envelope(outer, rows))
                .collect();
            let work = Work {
                header: parsed.header,
                header_bytes: parsed.header_bytes,
                signature: parsed.signature,
                slots,
            };
            match check_place(inputs, &network, &limits, &work) {
                Ok(()) => return execute(inputs, &network, &work, verified),
                Err(error) if error.stops() => return Err(error),
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    let message = v1::Batch::decode(batch).unwrap_or_default();
    let readable = batch::parse_header(&message.header).is_ok();
    let entry = v1::VoidBatch {
        term: inputs.term,
        digest: void_batch_digest(&network, batch).to_vec(),
        code: refused.code().to_owned(),
        header: if readable { message.header } else { Vec::new() },
        signature: if readable {
            message.signature
        } else {
            Vec::new()
        },
    };
    void(inputs, &network, entry, refused)
}

/// The rules of a level that this version does not know cannot be followed: better to stop than to come to another state than the others.
fn known_level(view: &dyn View) -> Result<(), Error> {
    let level: v1::FeatureLevel = state::require(view, key::FEATURE_LEVEL)?;
    if level.level > genesis::FEATURE_LEVEL {
        return Err(Error::FeatureLevel {
            found: level.level,
            known: genesis::FEATURE_LEVEL,
        });
    }
    Ok(())
}

/// Id of the network that a state belongs to.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn network_id(view: &dyn View) -> Result<NetworkId, Error> {
    let network: v1::NetworkState = state::require(view, key::NETWORK)?;
    canonical::digest("network id", &network.network_id).map_err(|_| Error::Unreadable {
        what: key::NETWORK.to_owned(),
    })
}

/// A batch that counts for nothing: one entry says so.
pub(crate) fn void(
    inputs: &Inputs<'_>,
    network: &NetworkId,
    entry: v1::VoidBatch,
    reason: Error,
) -> Result<Applied, Error> {
    let chain: v1::ChainState = state::require(inputs.view, key::CHAIN)?;
    Ok(Applied {
        network_id: *network,
        first_index: inputs.next_index,
        time_ms: chain.time_ms,
        entries: vec![
            v1::Entry {
                entry: Some(v1::entry::Entry::VoidBatch(entry)),
            }
            .encode_to_vec(),
        ],
        placements: Vec::new(),
        state_writes: Writes::new(),
        content_writes: Vec::new(),
        id_writes: Vec::new(),
        void: Some(reason),
        judge: state::require(inputs.view, key::VOTING_SET)?,
    })
}

/// Whether the batch continues the chain of headers, by a node's hand.
pub(crate) fn check_place(
    inputs: &Inputs<'_>,
    network: &NetworkId,
    limits: &v1::Limits,
    work: &Work,
) -> Result<(), Error> {
    let header = &work.header;
    let (node, key) = batch::leader(inputs.view, &header.leader)?;
    let verifier = inputs.catalogues.verifier(&key);
    Domain::Batch.verify_with(
        network,
        &work.header_bytes,
        &verifier,
        &work.signature,
        &node.name,
    )?;
    let chain: v1::ChainState = state::require(inputs.view, key::CHAIN)?;
    if header.previous != chain.header {
        return Err(Error::BatchPrevious);
    }
    if header.term != inputs.term || header.term < chain.term {
        return Err(Error::BatchTerm {
            found: header.term,
            expected: inputs.term,
        });
    }
    if header.time_ms < chain.time_ms {
        return Err(Error::BatchTime {
            found: rfc3339(header.time_ms),
            previous: rfc3339(chain.time_ms),
        });
    }
    let last = batch::last_counter(&chain, &header.leader);
    if header.counter <= last {
        return Err(Error::BatchCounter {
            found: header.counter,
            last,
        });
    }
    if header.count > limits.batch_envelopes_max {
        return Err(Error::Limit {
            what: "batch_envelopes_max",
            found: header.count.into(),
            limit: limits.batch_envelopes_max.into(),
        });
    }
    let level: v1::FeatureLevel = state::require(inputs.view, key::FEATURE_LEVEL)?;
    if header.format < 2 && level.level >= 2 {
        return Err(Error::Format {
            what: "batch header",
            found: header.format,
        });
    }
    // What changes who may do what stands alone: then every signature of a batch is judged by the state before it.
    let alone = work.slots.iter().any(|slot| match slot {
        Slot::Envelope(outer, _) => outer.body().is_ok_and(|parsed| {
            command::kind(&parsed.body().kind, level.level).is_some_and(|kind| kind.alone)
        }),
        Slot::Duplicate(_) => false,
    });
    if alone && work.slots.len() > 1 {
        return Err(Error::BatchEnvelopes);
    }
    Ok(())
}

/// Executes a batch whose place is right.
pub(crate) fn execute(
    inputs: &Inputs<'_>,
    network: &NetworkId,
    work: &Work,
    verified: &BTreeSet<Digest>,
) -> Result<Applied, Error> {
    let judge = state::require(inputs.view, key::VOTING_SET)?;
    let time_ms = work.header.time_ms;
    let mut overlay = Overlay::new(inputs.view);
    let mut content = ContentOverlay::new(inputs.content);
    let mut claimed: BTreeMap<Digest, u64> = BTreeMap::new();
    let mut duplicates = Vec::new();
    let mut placements = Vec::new();
    let mut entries = Vec::new();
    let mut id_writes = Vec::new();
    for (position, slot) in work.slots.iter().enumerate() {
        let index = inputs.next_index + 1 + entries.len() as u64;
        let (outer, rows) = match slot {
            Slot::Envelope(outer, rows) => (outer, rows),
            Slot::Duplicate(duplicate) => {
                let id = canonical::digest("duplicate", &duplicate.id)?;
                let known = claimed
                    .get(&id)
                    .copied()
                    .map_or_else(|| inputs.ids.index_of(&id), |index| Ok(Some(index)))?;
                if known != Some(duplicate.index) || duplicate.position as usize != position {
                    return Err(Error::Replay {
                        index: inputs.next_index,
                        what: "duplicate",
                    });
                }
                placements.push(Placement {
                    id,
                    index: duplicate.index,
                    outcome: None,
                });
                duplicates.push(duplicate.clone());
                continue;
            }
        };
        let place = envelope::Place {
            index,
            time_ms,
            verified,
            ids: inputs.ids,
            claimed: &claimed,
            catalogues: inputs.catalogues,
        };
        let done = envelope::execute(&place, &overlay, &mut content, outer, rows)?;
        let outcome = match done {
            envelope::Done::Duplicate(first) => {
                duplicates.push(v1::Duplicate {
                    position: u32::try_from(position).unwrap_or(u32::MAX),
                    id: outer.id().to_vec(),
                    index: first,
                    digest: if work.header.format < 2 {
                        Vec::new()
                    } else {
                        outer.digest().to_vec()
                    },
                });
                placements.push(Placement {
                    id: outer.id(),
                    index: first,
                    outcome: None,
                });
                continue;
            }
            envelope::Done::Entry {
                outcome,
                writes,
                claims,
            } => {
                overlay.absorb(writes);
                if claims {
                    claimed.insert(outer.id(), index);
                    id_writes.push((outer.id(), index));
                }
                *outcome
            }
        };
        let entry = v1::EnvelopeEntry {
            envelope: outer.bytes().to_vec(),
            outcome: Some(outcome.clone()),
        };
        entries.push(
            v1::Entry {
                entry: Some(v1::entry::Entry::Envelope(entry)),
            }
            .encode_to_vec(),
        );
        placements.push(Placement {
            id: outer.id(),
            index,
            outcome: Some(outcome),
        });
    }
    let header = v1::BatchEntry {
        header: work.header_bytes.clone(),
        signature: work.signature.clone(),
        duplicates,
    };
    entries.insert(
        0,
        v1::Entry {
            entry: Some(v1::entry::Entry::Batch(header)),
        }
        .encode_to_vec(),
    );
    let mut draft = Draft::new(&overlay, inputs.next_index, time_ms);
    advance_chain(&mut draft, network, work)?;
    let writes = draft.into_writes();
    overlay.absorb(writes);
    Ok(Applied {
        network_id: *network,
        first_index: inputs.next_index,
        time_ms,
        entries,
        placements,
        state_writes: overlay.into_writes(),
        content_writes: content.into_writes(),
        id_writes,
        void: None,
        judge,
    })
}

fn advance_chain(draft: &mut Draft<'_>, network: &NetworkId, work: &Work) -> Result<(), Error> {
    let mut chain: v1::ChainState = state::require(draft.view(), key::CHAIN)?;
    let header = &work.header;
    chain.header = header_digest(network, &work.header_bytes).to_vec();
    chain.term = header.term;
    chain.time_ms = header.time_ms;
    match chain
        .counters
        .binary_search_by(|counter| counter.leader.cmp(&header.leader))
    {
        Ok(place) => chain.counters[place].counter = header.counter,
        Err(place) => chain.counters.insert(
            place,
            v1::LeaderCounter {
                leader: header.leader.clone(),
                counter: header.counter,
            },
        ),
    }
    draft.write(key::CHAIN, chain)?;
    Ok(())
}
