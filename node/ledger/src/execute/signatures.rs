//! Verifying the signatures of a batch in parallel, before it is executed one envelope after the other.

use crate::batch::Parsed;
use crate::envelope;
use crate::state::{self, View, key};
use crate::{Error, v1};
use crypto_sm::certificate::Certificate;
use crypto_sm::sm2::{Claim, PublicKey, Signature, Verifier, verify_all};
use crypto_sm::sm3::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// A signature that nobody here has verified yet. Independent of state and order, so that it may be checked on any thread.
#[derive(Clone, Debug)]
pub struct Unverified {
    envelope: envelope::Parsed,
    key: PublicKey,
}

impl Unverified {
    /// Digest of the whole envelope: to be handed to [`apply_batch`](super::apply_batch) if it verifies.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.envelope.outer().digest()
    }

    /// Whether the signature is the sender's.
    #[must_use]
    pub fn verify(&self) -> bool {
        self.envelope.clone().verify(&self.key).is_ok()
    }
}

/// The digests of those that verify, checked together: faster than one by one when `verifier` hands out verifiers that know their signers
/// ([`crypto_sm::sm2::KnownSigners`]). Same verdicts as [`Unverified::verify`].
pub fn verified(
    waiting: &[Unverified],
    mut verifier: impl FnMut(&PublicKey) -> Verifier,
) -> BTreeSet<Digest> {
    let verifiers: Vec<Verifier> = waiting.iter().map(|one| verifier(&one.key)).collect();
    let signatures: Vec<Option<Signature>> = waiting
        .iter()
        .map(|one| Signature::from_bytes(one.envelope.outer().signature()).ok())
        .collect();
    let messages: Vec<[&[u8]; 3]> = waiting
        .iter()
        .map(|one| one.envelope.outer().message())
        .collect();
    let mut claims = Vec::with_capacity(waiting.len());
    let mut digests = Vec::with_capacity(waiting.len());
    for (position, one) in waiting.iter().enumerate() {
        if let Some(signature) = &signatures[position] {
            claims.push(Claim {
                verifier: &verifiers[position],
                message: &messages[position],
                signature,
            });
            digests.push(one.digest());
        }
    }
    let verdicts = verify_all(&claims);
    digests
        .into_iter()
        .zip(verdicts)
        .filter_map(|(digest, good)| good.then_some(digest))
        .collect()
}

/// The signatures of a batch that are not among the `known` digests. What cannot be parsed or has no known sender is left out; execution
/// refuses it.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn unverified(
    view: &dyn View,
    batch: &[u8],
    known: &BTreeSet<Digest>,
) -> Result<Vec<Unverified>, Error> {
    let network = super::network_id(view)?;
    match Parsed::parse(&network, batch) {
        Ok(batch) => waiting(view, &batch.envelopes, known),
        Err(_) => Ok(Vec::new()),
    }
}

/// The same for envelopes that were taken out of their batch.
pub(crate) fn waiting<'a>(
    view: &dyn View,
    envelopes: impl IntoIterator<Item = &'a envelope::Outer>,
    known: &BTreeSet<Digest>,
) -> Result<Vec<Unverified>, Error> {
    let mut keys: BTreeMap<Vec<u8>, Option<PublicKey>> = BTreeMap::new();
    let mut found = Vec::new();
    for outer in envelopes {
        if known.contains(&outer.digest()) {
            continue;
        }
        let Ok(envelope) = outer.body() else { continue };
        let sender = &envelope.body().sender;
        if !keys.contains_key(sender) {
            let member: Option<v1::Member> = state::find(view, &key::member(sender))?;
            let key = member
                .and_then(|member| Certificate::from_der(&member.certificate).ok())
                .map(|certificate| certificate.public_key().clone());
            keys.insert(sender.clone(), key);
        }
        if let Some(key) = keys.get(sender).cloned().flatten() {
            found.push(Unverified { envelope, key });
        }
    }
    Ok(found)
}
