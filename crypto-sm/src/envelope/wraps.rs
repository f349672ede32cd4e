//! A content key encrypted for each recipient: RecipientInfos of GM/T 0010-2012 clause 9 and RFC 5652 clause 6.2.

use super::{ContentKey, MOST_RECIPIENTS, Recipient, RecipientId};
use crate::{
    Error,
    rand_core::CryptoRng,
    sm2::{Ciphertext, SecretKey},
};
use der::{
    Decode, Encode, Header, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::spki::AlgorithmIdentifierRef;

/// Encryption with SM2 (GM/T 0006): the ciphertext is that of GM/T 0009.
const SM2_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.3");

/// Of the subject key identifier among a recipient's identifiers.
const KEY_IDENTIFIER: Tag = Tag::ContextSpecific {
    constructed: false,
    number: TagNumber(0),
};

#[derive(Sequence)]
struct RecipientInfo<'a> {
    version: u8,
    identifier: AnyRef<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    encrypted_key: &'a OctetStringRef,
}

/// Which version numbers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// RFC 5652: 0 for certificates, 2 for keys; recipients in the order of DER.
    Cms,
    /// GM/T 0010 and what is written in its name: 0 to 2, in any order.
    Gm,
}

/// One content key, encrypted for each of its recipients: `SET OF KeyTransRecipientInfo` in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wraps(Vec<Wrap>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wrap {
    recipient: RecipientId,
    ciphertext: Ciphertext,
    /// As it stands in the set.
    der: Vec<u8>,
}

impl Wraps {
    /// Encrypts the key for each recipient.
    ///
    /// # Errors
    /// [`Error::EnvelopeRecipients`] unless 1 to [`MOST_RECIPIENTS`].
    pub fn new<R: CryptoRng + ?Sized>(
        key: &ContentKey,
        recipients: &[Recipient],
        rng: &mut R,
    ) -> Result<Self, Error> {
        check_count(recipients.len())?;
        let mut wraps = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let ciphertext = recipient.public_key.encrypt(key.as_bytes(), rng)?;
            wraps.push(Wrap::new(recipient.id.clone(), ciphertext));
        }
        // DER orders a set by its members' encodings.
        wraps.sort_by(|a, b| a.der.cmp(&b.der));
        Ok(Self(wraps))
    }

    /// Reads the set in DER as [`Wraps::to_der`] writes it.
    ///
    /// # Errors
    /// [`Error::EnvelopeEncoding`], [`Error::EnvelopeRecipients`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let set = AnyRef::from_der(der).map_err(|_| Error::EnvelopeEncoding)?;
        Self::read(set, Syntax::Cms)
    }

    pub(super) fn read(set: AnyRef<'_>, syntax: Syntax) -> Result<Self, Error> {
        let wraps = Self::decode(set, syntax).ok_or(Error::EnvelopeEncoding)?;
        check_count(wraps.len())?;
        Ok(Self(wraps))
    }

    fn decode(set: AnyRef<'_>, syntax: Syntax) -> Option<Vec<Wrap>> {
        if set.tag() != Tag::Set {
            return None;
        }
        let mut reader = SliceReader::new(set.value()).ok()?;
        let mut wraps = Vec::new();
        while !reader.is_finished() && wraps.len() <= MOST_RECIPIENTS {
            let der = reader.tlv_bytes().ok()?;
            wraps.push(Wrap::decode(der, syntax)?);
        }
        let ordered = wraps.is_sorted_by(|a, b| a.der <= b.der);
        (ordered || syntax == Syntax::Gm).then_some(wraps)
    }

    /// The set in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let content: Vec<&[u8]> = self.0.iter().map(|wrap| &wrap.der[..]).collect();
        let content = content.concat();
        let length = content.len().try_into().expect("at most a thousand wraps");
        let mut der = Vec::with_capacity(content.len() + 5);
        Header::new(Tag::Set, length)
            .encode(&mut der)
            .expect("a vector takes what is written");
        der.extend(content);
        der
    }

    /// Whose wraps there are.
    pub fn recipients(&self) -> impl Iterator<Item = &RecipientId> {
        self.0.iter().map(|wrap| &wrap.recipient)
    }

    /// The key encrypted for this recipient, for a cryptographic device to decrypt. What it gives goes to
    /// [`ContentKey::from_bytes`].
    ///
    /// # Errors
    /// [`Error::EnvelopeRecipient`] if there is none.
    pub fn ciphertext(&self, id: &RecipientId) -> Result<&Ciphertext, Error> {
        self.0
            .iter()
            .find(|wrap| wrap.recipient == *id)
            .map(|wrap| &wrap.ciphertext)
            .ok_or(Error::EnvelopeRecipient)
    }

    /// The key, decrypted for this recipient.
    ///
    /// # Errors
    /// [`Error::EnvelopeRecipient`] if there is no wrap for it, [`Error::Decryption`] if the wrap does not decrypt.
    pub fn unwrap(&self, id: &RecipientId, secret: &SecretKey) -> Result<ContentKey, Error> {
        ContentKey::from_bytes(&secret.decrypt(self.ciphertext(id)?)?)
    }
}

impl Wrap {
    fn new(recipient: RecipientId, ciphertext: Ciphertext) -> Self {
        let der = Self::encode(&recipient, &ciphertext).expect("parts that were read encode");
        Self {
            recipient,
            ciphertext,
            der,
        }
    }

    fn encode(recipient: &RecipientId, ciphertext: &Ciphertext) -> der::Result<Vec<u8>> {
        let (version, identifier) = match recipient {
            RecipientId::Key(bytes) => (2, AnyRef::new(KEY_IDENTIFIER, bytes)?),
            RecipientId::Certificate(der) => (0, AnyRef::from_der(der)?),
        };
        RecipientInfo {
            version,
            identifier,
            algorithm: AlgorithmIdentifierRef {
                oid: SM2_ENCRYPTION,
                parameters: None,
            },
            encrypted_key: OctetStringRef::new(&ciphertext.to_der())?,
        }
        .to_der()
    }

    fn decode(der: &[u8], syntax: Syntax) -> Option<Self> {
        let info = RecipientInfo::from_der(der).ok()?;
        let (recipient, version) = match info.identifier.tag() {
            KEY_IDENTIFIER => (RecipientId::Key(info.identifier.value().to_vec()), 2),
            Tag::Sequence => (RecipientId::Certificate(info.identifier.to_der().ok()?), 0),
            _ => return None,
        };
        let parameters = info.algorithm.parameters;
        let versioned = match syntax {
            Syntax::Cms => info.version == version,
            Syntax::Gm => info.version <= 2,
        };
        if !versioned
            || info.algorithm.oid != SM2_ENCRYPTION
            || parameters.is_some_and(|parameters| !parameters.is_null())
        {
            return None;
        }
        Some(Self {
            recipient,
            ciphertext: Ciphertext::from_der(info.encrypted_key.as_bytes()).ok()?,
            der: der.to_vec(),
        })
    }
}

fn check_count(count: usize) -> Result<(), Error> {
    if (1..=MOST_RECIPIENTS).contains(&count) {
        Ok(())
    } else {
        Err(Error::EnvelopeRecipients { count })
    }
}
