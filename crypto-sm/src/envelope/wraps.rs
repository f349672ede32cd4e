//! A content key encrypted for each recipient: RecipientInfos of GM/T 0010-2012 clause 9 and RFC 5652 clause 6.2.

use super::{ContentKey, MOST_RECIPIENTS, Recipient, RecipientId};
use crate::{
    Error,
    cms::{self, Syntax},
    rand_core::CryptoRng,
    sm2::{Ciphertext, SecretKey},
};
use der::{
    Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::spki::AlgorithmIdentifierRef;

/// Encryption with SM2 (GM/T 0006): the ciphertext is that of GM/T 0009.
const SM2_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.3");

#[derive(Sequence)]
struct RecipientInfo<'a> {
    version: u8,
    identifier: AnyRef<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    encrypted_key: &'a OctetStringRef,
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
        Self::in_syntax(key, recipients, Syntax::Cms, rng)
    }

    pub(crate) fn in_syntax<R: CryptoRng + ?Sized>(
        key: &ContentKey,
        recipients: &[Recipient],
        syntax: Syntax,
        rng: &mut R,
    ) -> Result<Self, Error> {
        check_count(recipients.len())?;
        let mut wraps = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let ciphertext = recipient.public_key.encrypt(key.as_bytes(), rng)?;
            wraps.push(Wrap::new(recipient.id.clone(), ciphertext, syntax));
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

    /// RFC 5652: version 0 for certificates, 2 for keys, in the order of DER; GM/T 0010 and what is written in its name:
    /// versions 0 to 2, in any order.
    pub(crate) fn read(set: AnyRef<'_>, syntax: Syntax) -> Result<Self, Error> {
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
        let wraps: Vec<&[u8]> = self.0.iter().map(|wrap| &wrap.der[..]).collect();
        cms::constructed(Tag::Set, &wraps).expect("at most a thousand wraps")
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
    fn new(recipient: RecipientId, ciphertext: Ciphertext, syntax: Syntax) -> Self {
        let der =
            Self::encode(&recipient, &ciphertext, syntax).expect("parts that were read encode");
        Self {
            recipient,
            ciphertext,
            der,
        }
    }

    fn encode(
        recipient: &RecipientId,
        ciphertext: &Ciphertext,
        syntax: Syntax,
    ) -> der::Result<Vec<u8>> {
        let version = match recipient {
            RecipientId::Key(_) => 2,
            RecipientId::Certificate(_) => u8::from(syntax == Syntax::Gm),
        };
        RecipientInfo {
            version,
            identifier: AnyRef::from_der(&recipient.encode()?)?,
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
        let recipient = RecipientId::read(info.identifier)?;
        let version = match recipient {
            RecipientId::Key(_) => 2,
            RecipientId::Certificate(_) => 0,
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
