//! What is hashed and signed, and with which first bytes (protocol §1). Nothing that is signed or hashed for one purpose can pass for
//! another.

use crate::Error;
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey, Signature, Signer, USER_ID, Verifier};
use crypto_sm::sm3::{self, Digest};

/// SM3 of the signed genesis bytes with its domain; names the network.
pub type NetworkId = Digest;

/// What an SM2 signature is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Genesis, by founders' CA keys; the only one without a network id.
    Genesis,
    /// A member's command.
    Envelope,
    /// A leader's batch header.
    Batch,
    /// A node's checkpoint.
    Checkpoint,
    /// A witness's cosignature.
    Witness,
    /// A door's ticket.
    Ticket,
    /// Continuation after lost quorum.
    Recovery,
    /// A backup's manifest.
    Backup,
}

impl Domain {
    /// The first bytes of what is signed.
    #[must_use]
    pub fn prefix(self) -> &'static [u8] {
        match self {
            Self::Genesis => b"hengtan genesis v1\n",
            Self::Envelope => b"hengtan envelope v1\n",
            Self::Batch => b"hengtan batch v1\n",
            Self::Checkpoint => b"hengtan checkpoint v1\n",
            Self::Witness => b"hengtan witness v1\n",
            Self::Ticket => b"hengtan ticket v1\n",
            Self::Recovery => b"hengtan recovery v1\n",
            Self::Backup => b"hengtan backup v1\n",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Envelope => "envelope",
            Self::Batch => "batch",
            Self::Checkpoint => "checkpoint",
            Self::Witness => "witness",
            Self::Ticket => "ticket",
            Self::Recovery => "recovery",
            Self::Backup => "backup",
        }
    }

    /// Signs bytes of a network.
    pub fn sign<R: CryptoRng + ?Sized>(
        self,
        network: &NetworkId,
        bytes: &[u8],
        key: &SecretKey,
        rng: &mut R,
    ) -> [u8; 64] {
        let message: &[&[u8]] = match self {
            Self::Genesis => &[self.prefix(), bytes],
            _ => &[self.prefix(), network, bytes],
        };
        key.sign(USER_ID, message, rng)
            .expect("the default user id is short")
            .to_bytes()
    }

    /// As [`Domain::sign`], by a key that may be in a token or device.
    ///
    /// # Errors
    /// [`Error::Crypto`]: the token or device does not sign.
    pub fn sign_with(
        self,
        network: &NetworkId,
        bytes: &[u8],
        key: &dyn Signer,
    ) -> Result<[u8; 64], Error> {
        let message: &[&[u8]] = match self {
            Self::Genesis => &[self.prefix(), bytes],
            _ => &[self.prefix(), network, bytes],
        };
        Ok(key.sign_parts(USER_ID, message)?.to_bytes())
    }

    /// Checks a signature of 64 bytes over bytes of a network.
    ///
    /// # Errors
    /// [`Error::Signature`], also for a signature out of range.
    pub fn verify(
        self,
        network: &NetworkId,
        bytes: &[u8],
        key: &PublicKey,
        signature: &[u8],
        signer: &str,
    ) -> Result<(), Error> {
        self.verify_with(network, bytes, &key.default_verifier(), signature, signer)
    }

    /// As [`Domain::verify`], by a verifier that may know its signer from before.
    ///
    /// # Errors
    /// [`Error::Signature`], also for a signature out of range.
    pub fn verify_with(
        self,
        network: &NetworkId,
        bytes: &[u8],
        verifier: &Verifier,
        signature: &[u8],
        signer: &str,
    ) -> Result<(), Error> {
        let message: &[&[u8]] = match self {
            Self::Genesis => &[self.prefix(), bytes],
            _ => &[self.prefix(), network, bytes],
        };
        Signature::from_bytes(signature)
            .and_then(|signature| verifier.verify(message, &signature))
            .map_err(|_| Error::Signature {
                what: self.name(),
                signer: signer.to_owned(),
            })
    }
}

/// SM3("hengtan genesis v1\n" ‖ bytes).
#[must_use]
pub fn network_id(genesis: &[u8]) -> NetworkId {
    sm3::hash(&[Domain::Genesis.prefix(), genesis])
}

/// SM3("hengtan envelope v1\n" ‖ network id ‖ body): one body is one envelope however often it is signed.
#[must_use]
pub fn envelope_id(network: &NetworkId, body: &[u8]) -> Digest {
    sm3::hash(&[Domain::Envelope.prefix(), network, body])
}

/// SM3("hengtan signed envelope v1\n" ‖ network id ‖ envelope), signature included: what a door remembers as verified.
#[must_use]
pub fn envelope_digest(network: &NetworkId, envelope: &[u8]) -> Digest {
    sm3::hash(&[b"hengtan signed envelope v1\n", network, envelope])
}

/// SM3("hengtan batch v1\n" ‖ network id ‖ header): the link of the chain of headers.
#[must_use]
pub fn header_digest(network: &NetworkId, header: &[u8]) -> Digest {
    sm3::hash(&[Domain::Batch.prefix(), network, header])
}

/// SM3("hengtan batch envelopes v1\n" ‖ ids).
#[must_use]
pub fn envelopes_digest(ids: &[Digest]) -> Digest {
    let mut hasher = sm3::Hasher::new();
    hasher.update(b"hengtan batch envelopes v1\n");
    for id in ids {
        hasher.update(id);
    }
    hasher.finalize()
}

/// SM3("hengtan batch signed envelopes v1\n" ‖ digests of signed envelopes): what a header of format 2 holds, so that its leader answers for the
/// signatures too.
#[must_use]
pub fn signed_envelopes_digest(digests: &[Digest]) -> Digest {
    let mut hasher = sm3::Hasher::new();
    hasher.update(b"hengtan batch signed envelopes v1\n");
    for digest in digests {
        hasher.update(digest);
    }
    hasher.finalize()
}

/// SM3("hengtan void batch v1\n" ‖ network id ‖ bytes).
#[must_use]
pub fn void_batch_digest(network: &NetworkId, batch: &[u8]) -> Digest {
    sm3::hash(&[b"hengtan void batch v1\n", network, batch])
}

/// SM3("hengtan members v1\n" ‖ network id ‖ voting set).
#[must_use]
pub fn voting_set_digest(network: &NetworkId, voting_set: &[u8]) -> Digest {
    sm3::hash(&[b"hengtan members v1\n", network, voting_set])
}
