//! Batches: what the leader stamps with its time, signs, and hands to consensus as one log entry.

use crate::domain::{
    Domain, NetworkId, envelope_digest, envelopes_digest, signed_envelopes_digest,
};
use crate::envelope::{Outer, Signed};
use crate::state::{self, View, key};
use crate::time::rfc3339;
use crate::{Error, canonical, v1};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey, Signer};
use crypto_sm::sm3::Digest;
use prost::Message;

/// Format number of [`v1::Header`]. Format 1 held the digest of the envelopes' ids, under which their signatures could be exchanged; it counts in
/// networks of feature level 1 only.
pub const FORMAT: u32 = 2;

/// How far a leader's clock may be ahead of a follower's on live traffic, in milliseconds (protocol §5).
pub const CLOCK_AHEAD_MAX_MS: u64 = 10_000;

/// What the leader decides about a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Raft's term.
    pub term: u64,
    /// End of the chain of headers: [`v1::ChainState`] after the batch before.
    pub previous: Digest,
    /// Greater than every counter that this key used before.
    pub counter: u64,
    /// max(time of the batch before, own clock), milliseconds.
    pub time_ms: u64,
}

/// Builds and signs a batch.
pub fn sign<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    stamp: Stamp,
    envelopes: Vec<Signed>,
    key: &SecretKey,
    rng: &mut R,
) -> Vec<u8> {
    let header = header(network, stamp, &envelopes, key.public_key());
    let signature = Domain::Batch.sign(network, &header, key, rng);
    signed(header, signature, envelopes)
}

/// As [`sign`], by a key that may be in a token or device.
///
/// # Errors
/// [`Error::Crypto`]: the token or device does not sign.
pub fn sign_with(
    network: &NetworkId,
    stamp: Stamp,
    envelopes: Vec<Signed>,
    key: &dyn Signer,
) -> Result<Vec<u8>, Error> {
    let header = header(network, stamp, &envelopes, key.public_key());
    let signature = Domain::Batch.sign_with(network, &header, key)?;
    Ok(signed(header, signature, envelopes))
}

fn header(network: &NetworkId, stamp: Stamp, envelopes: &[Signed], leader: &PublicKey) -> Vec<u8> {
    let digests: Vec<Digest> = envelopes
        .iter()
        .map(|envelope| envelope_digest(network, &envelope.bytes))
        .collect();
    v1::Header {
        format: FORMAT,
        leader: leader.key_id().as_bytes().to_vec(),
        term: stamp.term,
        previous: stamp.previous.to_vec(),
        counter: stamp.counter,
        time_ms: stamp.time_ms,
        count: u32::try_from(digests.len()).unwrap_or(u32::MAX),
        envelopes_digest: signed_envelopes_digest(&digests).to_vec(),
    }
    .encode_to_vec()
}

fn signed(header: Vec<u8>, signature: [u8; 64], envelopes: Vec<Signed>) -> Vec<u8> {
    let signature = signature.to_vec();
    let (envelopes, rows) = envelopes
        .into_iter()
        .map(|envelope| {
            (
                envelope.bytes,
                v1::RowSet {
                    rows: envelope.rows,
                },
            )
        })
        .unzip();
    v1::Batch {
        header,
        signature,
        envelopes,
        rows,
    }
    .encode_to_vec()
}

/// A batch taken apart; its signature and place are not checked yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The header.
    pub header: v1::Header,
    /// Its exact bytes.
    pub header_bytes: Vec<u8>,
    /// Signature of the leader.
    pub signature: Vec<u8>,
    /// The envelopes, in order.
    pub envelopes: Vec<Outer>,
    /// The rows beside each envelope.
    pub rows: Vec<Vec<Vec<u8>>>,
}

impl Parsed {
    /// Parses a batch and checks that its header counts its envelopes.
    ///
    /// # Errors
    /// [`Error::Encoding`], [`Error::Format`], [`Error::Length`], [`Error::BatchEnvelopes`].
    pub fn parse(network: &NetworkId, bytes: &[u8]) -> Result<Self, Error> {
        let batch: v1::Batch = canonical::decode("batch", bytes)?;
        let header = parse_header(&batch.header)?;
        let envelopes: Vec<Outer> = batch
            .envelopes
            .iter()
            .map(|envelope| Outer::parse(network, envelope))
            .collect::<Result<_, _>>()?;
        let held: Vec<(Digest, Digest)> = envelopes
            .iter()
            .map(|envelope| (envelope.id(), envelope.digest()))
            .collect();
        let counted = header.count as usize == held.len() && batch.rows.len() == held.len();
        if !counted || header.envelopes_digest != content_digest(header.format, &held) {
            return Err(Error::BatchEnvelopes);
        }
        let rows = batch.rows.into_iter().map(|set| set.rows).collect();
        Ok(Self {
            header,
            header_bytes: batch.header,
            signature: batch.signature,
            envelopes,
            rows,
        })
    }
}

/// What a header of this format holds of its envelopes, given the id of each and the digest of its signed form.
pub(crate) fn content_digest(format: u32, envelopes: &[(Digest, Digest)]) -> Digest {
    let part = |which: fn(&(Digest, Digest)) -> Digest| envelopes.iter().map(which).collect();
    if format == 1 {
        let ids: Vec<Digest> = part(|envelope| envelope.0);
        envelopes_digest(&ids)
    } else {
        let digests: Vec<Digest> = part(|envelope| envelope.1);
        signed_envelopes_digest(&digests)
    }
}

/// Parses header bytes.
///
/// # Errors
/// [`Error::Encoding`], [`Error::Format`], [`Error::Length`].
pub fn parse_header(bytes: &[u8]) -> Result<v1::Header, Error> {
    let header: v1::Header = canonical::decode("batch header", bytes)?;
    if !(1..=FORMAT).contains(&header.format) {
        return Err(Error::Format {
            what: "batch header",
            found: header.format,
        });
    }
    canonical::digest("header.leader", &header.leader)?;
    canonical::digest("header.previous", &header.previous)?;
    canonical::digest("header.envelopes_digest", &header.envelopes_digest)?;
    Ok(header)
}

/// Finds the node of a statement key.
///
/// # Errors
/// [`Error::BatchLeader`] if it is no node's.
pub fn leader(view: &dyn View, key_id: &[u8]) -> Result<(v1::Node, PublicKey), Error> {
    for (_, node) in state::list::<v1::Node>(view, key::NODES)? {
        let key = PublicKey::from_uncompressed(&node.statement_key)?;
        if key.key_id().as_bytes().as_slice() == key_id {
            return Ok((node, key));
        }
    }
    Err(Error::BatchLeader {
        key_id: hex::encode(key_id),
    })
}

/// What a follower checks before it acknowledges a batch: form, size, term, signature if it knows the key, counter, and, on live traffic,
/// the leader's clock against its own (`now_ms`; nothing when it catches up). Apply alone decides what counts.
///
/// # Errors
/// The reason for which the batch is refused without acknowledgement.
pub fn inspect(view: &dyn View, term: u64, bytes: &[u8], now_ms: Option<u64>) -> Result<(), Error> {
    let network: v1::NetworkState = state::require(view, key::NETWORK)?;
    let network = canonical::digest("network id", &network.network_id)?;
    let limits: v1::Limits = state::require(view, key::LIMITS)?;
    if bytes.len() > limits.batch_bytes_max as usize {
        return Err(Error::Limit {
            what: "batch_bytes_max",
            found: bytes.len() as u64,
            limit: limits.batch_bytes_max.into(),
        });
    }
    let batch = Parsed::parse(&network, bytes)?;
    let header = &batch.header;
    if header.term != term {
        return Err(Error::BatchTerm {
            found: header.term,
            expected: term,
        });
    }
    match leader(view, &header.leader) {
        Ok((node, key)) => Domain::Batch.verify(
            &network,
            &batch.header_bytes,
            &key,
            &batch.signature,
            &node.name,
        )?,
        // A node that registered with an entry not applied here yet.
        Err(Error::BatchLeader { .. }) => {}
        Err(error) => return Err(error),
    }
    let chain: v1::ChainState = state::require(view, key::CHAIN)?;
    let last = last_counter(&chain, &header.leader);
    if header.counter <= last {
        return Err(Error::BatchCounter {
            found: header.counter,
            last,
        });
    }
    if let Some(now_ms) = now_ms
        && header.time_ms > now_ms.saturating_add(CLOCK_AHEAD_MAX_MS)
    {
        return Err(Error::BatchTime {
            found: rfc3339(header.time_ms),
            previous: rfc3339(now_ms),
        });
    }
    Ok(())
}

/// Last counter of a key; 0 if it never led.
#[must_use]
pub fn last_counter(chain: &v1::ChainState, leader: &[u8]) -> u64 {
    chain
        .counters
        .iter()
        .find(|counter| counter.leader == leader)
        .map_or(0, |counter| counter.counter)
}
