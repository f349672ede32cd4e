//! Envelopes: a body signed by a member. Parsed and checked envelopes have different types.

use crate::domain::{Domain, NetworkId, envelope_digest, envelope_id};
use crate::{Error, canonical, field, rows, v1};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey, Signer, Verifier};
use crypto_sm::sm3::Digest;
use prost::Message;

/// Format number of [`v1::Body`].
pub const FORMAT: u32 = 1;

/// A command as it is about to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Command kind, e.g. `activity.record`.
    pub kind: &'static str,
    /// Bytes of the kind's head message.
    pub head: Vec<u8>,
    /// Rows that travel beside the body.
    pub rows: Vec<Vec<u8>>,
    /// State versions without which the command is not to hold.
    pub expected: Vec<v1::ExpectedVersion>,
}

impl Command {
    /// A command without conditions.
    #[must_use]
    pub fn new(kind: &'static str, head: &impl Message, rows: Vec<Vec<u8>>) -> Self {
        Self {
            kind,
            head: head.encode_to_vec(),
            rows,
            expected: Vec::new(),
        }
    }
}

/// A signed envelope with its rows: what a client sends. Resending the same bytes is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The exact bytes of [`v1::Envelope`].
    pub bytes: Vec<u8>,
    /// Rows beside it.
    pub rows: Vec<Vec<u8>>,
    /// Its id.
    pub id: Digest,
}

/// Signs a command. It is refused by the ledger after `not_after_ms`; the nonce is drawn from `rng`.
pub fn sign<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    command: Command,
    not_after_ms: u64,
    key: &SecretKey,
    rng: &mut R,
) -> Signed {
    let (body, rows) = body(network, command, not_after_ms, key.public_key(), rng);
    let signature = Domain::Envelope.sign(network, &body, key, rng);
    signed(network, body, signature, rows)
}

/// As [`sign`], by a key that may be in a token or device.
///
/// # Errors
/// [`Error::Crypto`]: the token or device does not sign.
pub fn sign_with<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    command: Command,
    not_after_ms: u64,
    key: &dyn Signer,
    rng: &mut R,
) -> Result<Signed, Error> {
    let (body, rows) = body(network, command, not_after_ms, key.public_key(), rng);
    let signature = Domain::Envelope.sign_with(network, &body, key)?;
    Ok(signed(network, body, signature, rows))
}

fn body<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    command: Command,
    not_after_ms: u64,
    sender: &PublicKey,
    rng: &mut R,
) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut nonce = vec![0; 16];
    rng.fill_bytes(&mut nonce);
    let body = v1::Body {
        format: FORMAT,
        network_id: network.to_vec(),
        sender: sender.key_id().as_bytes().to_vec(),
        nonce,
        not_after_ms,
        expected: command.expected,
        kind: command.kind.to_owned(),
        head: command.head,
        rows_root: rows::root_field(&command.rows),
        row_count: u32::try_from(command.rows.len()).unwrap_or(u32::MAX),
    }
    .encode_to_vec();
    (body, command.rows)
}

fn signed(network: &NetworkId, body: Vec<u8>, signature: [u8; 64], rows: Vec<Vec<u8>>) -> Signed {
    let id = envelope_id(network, &body);
    let signature = signature.to_vec();
    Signed {
        bytes: v1::Envelope { body, signature }.encode_to_vec(),
        rows,
        id,
    }
}

/// An envelope whose outer form is right; its body may be anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Outer {
    bytes: Vec<u8>,
    envelope: v1::Envelope,
    id: Digest,
    digest: Digest,
    network: NetworkId,
}

impl Outer {
    /// Takes the two parts apart.
    ///
    /// # Errors
    /// [`Error::Encoding`], [`Error::Length`].
    pub fn parse(network: &NetworkId, bytes: &[u8]) -> Result<Self, Error> {
        let envelope: v1::Envelope = canonical::decode("envelope", bytes)?;
        if envelope.signature.len() != 64 {
            return Err(Error::Length {
                what: "envelope.signature",
                found: envelope.signature.len(),
                expected: 64,
            });
        }
        let (id, digest) = (
            envelope_id(network, &envelope.body),
            envelope_digest(network, bytes),
        );
        Ok(Self {
            bytes: bytes.to_vec(),
            envelope,
            id,
            digest,
            network: *network,
        })
    }

    /// The exact bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The id: one body is one envelope however often it is signed.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.id
    }

    /// Hash of the whole envelope, signature included: what may be remembered as verified.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// r ‖ s
    pub(crate) fn signature(&self) -> &[u8] {
        &self.envelope.signature
    }

    /// What the signature covers, in parts.
    pub(crate) fn message(&self) -> [&[u8]; 3] {
        [
            Domain::Envelope.prefix(),
            &self.network,
            &self.envelope.body,
        ]
    }

    /// Parses the body.
    ///
    /// # Errors
    /// [`Error::Encoding`], [`Error::Format`], [`Error::Network`], [`Error::Length`], [`Error::Order`].
    pub fn body(&self) -> Result<Parsed, Error> {
        let body: v1::Body = canonical::decode("body", &self.envelope.body)?;
        if body.format != FORMAT {
            return Err(Error::Format {
                what: "body",
                found: body.format,
            });
        }
        if body.network_id != self.network {
            return Err(Error::Network {
                found: hex::encode(&body.network_id),
                expected: hex::encode(self.network),
            });
        }
        canonical::digest("body.sender", &body.sender)?;
        if body.nonce.len() != 16 {
            return Err(Error::Length {
                what: "body.nonce",
                found: body.nonce.len(),
                expected: 16,
            });
        }
        if !field::ascending(body.expected.iter().map(|expected| &expected.key)) {
            return Err(Error::Order {
                what: "body.expected",
            });
        }
        let root = if body.row_count == 0 { 0 } else { 32 };
        if body.rows_root.len() != root {
            return Err(Error::Length {
                what: "body.rows_root",
                found: body.rows_root.len(),
                expected: root,
            });
        }
        Ok(Parsed {
            outer: self.clone(),
            body,
        })
    }
}

/// A parsed envelope; nobody has checked yet who signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    outer: Outer,
    body: v1::Body,
}

impl Parsed {
    /// Parses envelope and body.
    ///
    /// # Errors
    /// Those of [`Outer::parse`] and [`Outer::body`].
    pub fn parse(network: &NetworkId, bytes: &[u8]) -> Result<Self, Error> {
        Outer::parse(network, bytes)?.body()
    }

    /// The outer form.
    #[must_use]
    pub fn outer(&self) -> &Outer {
        &self.outer
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &v1::Body {
        &self.body
    }

    /// Checks the signature with the sender's key.
    ///
    /// # Errors
    /// [`Error::Signature`], also if the key is not the sender's.
    pub fn verify(self, key: &PublicKey) -> Result<Verified, Error> {
        self.verify_with(&key.default_verifier())
    }

    /// As [`Parsed::verify`], by a verifier that may know its signer from before.
    ///
    /// # Errors
    /// [`Error::Signature`], also if the key is not the sender's.
    pub fn verify_with(self, verifier: &Verifier) -> Result<Verified, Error> {
        let signer = hex::encode(&self.body.sender);
        if verifier.public_key().key_id().as_bytes().as_slice() != self.body.sender {
            return Err(Error::Signature {
                what: "envelope",
                signer,
            });
        }
        let envelope = &self.outer.envelope;
        Domain::Envelope.verify_with(
            &self.outer.network,
            &envelope.body,
            verifier,
            &envelope.signature,
            &signer,
        )?;
        Ok(Verified { parsed: self })
    }

    /// Takes the caller's word that this very envelope, signature included, was verified before.
    pub(crate) fn trust(self) -> Verified {
        Verified { parsed: self }
    }
}

/// An envelope whose signature is the sender's.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    parsed: Parsed,
}

impl Verified {
    /// The body.
    #[must_use]
    pub fn body(&self) -> &v1::Body {
        &self.parsed.body
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.parsed.outer.id
    }

    /// Hash of the whole envelope.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.parsed.outer.digest
    }

    /// The exact bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.parsed.outer.bytes
    }
}
