//! What signed and encrypted messages share (GM/T 0010-2012, GB/T 35275-2017, RFC 5652): their outermost layer, the object
//! identifiers, and by what a message names the holder of a key. All of it in DER; indefinite lengths are not read.

use crate::{certificate::Certificate, sm2::PublicKey};
use der::{
    Decode, Encode, Header, Sequence, Tag, TagNumber, Tagged,
    asn1::{AnyRef, ObjectIdentifier},
};
use std::fmt;
use x509_cert::{
    certificate::{CertificateInner, Rfc5280},
    name::Name,
    serial_number::SerialNumber,
};

/// Data, signedData, envelopedData and signedAndEnvelopedData of GM/T 0010 clause 6.
pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.1");
pub(crate) const SIGNED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.2");
pub(crate) const ENVELOPED: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.3");
pub(crate) const SIGNED_AND_ENVELOPED: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.4");

/// The same of RFC 5652 clauses 4 and 5.1, and id-ct-authEnvelopedData (RFC 5083).
pub(crate) const CMS_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const CMS_SIGNED: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const AUTHENTICATED: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.23");

/// SM4-GCM and SM4-CBC (GM/T 0006); plain SM4 stands for CBC where some software gives it an initial vector.
pub(crate) const SM4_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.8");
pub(crate) const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");
pub(crate) const SM4: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104");

/// `[0]` around or instead of a constructed value.
pub(crate) const ZERO: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(0),
};
/// `[1]` instead of a constructed value.
pub(crate) const ONE: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(1),
};
/// `[0]` instead of an OCTET STRING.
pub(crate) const ZERO_OCTETS: Tag = Tag::ContextSpecific {
    constructed: false,
    number: TagNumber(0),
};

/// Whose object identifiers and version numbers a message has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Those of GM/T 0010-2012 (GB/T 35275-2017). Sets are read in any order, since much software writes them so.
    #[default]
    Gm,
    /// Those of RFC 5652. Sets are read in the order of DER.
    Cms,
}

#[derive(Sequence)]
struct ContentInfo<'a> {
    content_type: ObjectIdentifier,
    content: AnyRef<'a>,
}

/// The type of a ContentInfo, and what it holds.
pub(crate) fn unwrapped(message: &[u8]) -> Option<(ObjectIdentifier, &[u8])> {
    let info = ContentInfo::from_der(message).ok()?;
    (info.content.tag() == ZERO).then_some((info.content_type, info.content.value()))
}

/// What a message is, by its outermost layer alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Signed content: [`crate::signed::SignedData::from_der`].
    Signed,
    /// Signed content that is encrypted with SM4-CBC: [`crate::signed::SignedData::open`].
    SignedAndEnveloped,
    /// Encrypted content of GM/T 0010: [`crate::envelope::open_unauthenticated`].
    Enveloped,
    /// Encrypted content with a tag: [`crate::envelope::open`].
    AuthenticatedEnveloped,
}

impl Kind {
    /// The kind of a message in DER; nothing if it is none that is read here.
    #[must_use]
    pub fn of(message: &[u8]) -> Option<Self> {
        match unwrapped(message)?.0 {
            SIGNED | CMS_SIGNED => Some(Self::Signed),
            SIGNED_AND_ENVELOPED => Some(Self::SignedAndEnveloped),
            ENVELOPED => Some(Self::Enveloped),
            AUTHENTICATED => Some(Self::AuthenticatedEnveloped),
            _ => None,
        }
    }

    /// Stable word: `signed`, `signed_and_enveloped`, `enveloped` or `authenticated_enveloped`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::SignedAndEnveloped => "signed_and_enveloped",
            Self::Enveloped => "enveloped",
            Self::AuthenticatedEnveloped => "authenticated_enveloped",
        }
    }
}

/// A ContentInfo.
pub(crate) fn wrapped(content_type: ObjectIdentifier, content: &[u8]) -> der::Result<Vec<u8>> {
    let content = AnyRef::new(ZERO, content)?;
    ContentInfo {
        content_type,
        content,
    }
    .to_der()
}

/// Tag, length and what the parts make together.
pub(crate) fn constructed<P: AsRef<[u8]>>(tag: Tag, parts: &[P]) -> der::Result<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.as_ref().len()).sum();
    let mut der = Vec::with_capacity(length + 6);
    Header::new(tag, length.try_into()?).encode(&mut der)?;
    for part in parts {
        der.extend_from_slice(part.as_ref());
    }
    Ok(der)
}

/// By what a message names the holder of a key among others.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum HolderId {
    /// SubjectKeyIdentifier: any bytes, in this product the key id (SM3 of the SubjectPublicKeyInfo, 32 bytes).
    Key(Vec<u8>),
    /// IssuerAndSerialNumber of a certificate, in DER.
    Certificate(Vec<u8>),
}

impl HolderId {
    /// The key id.
    #[must_use]
    pub fn of_key(key: &PublicKey) -> Self {
        Self::Key(key.key_id().0.to_vec())
    }

    /// Issuer and serial number.
    #[must_use]
    pub fn of_certificate(certificate: &Certificate) -> Self {
        Self::Certificate(
            issuer_and_serial(certificate.to_der()).expect("a certificate that was read encodes"),
        )
    }

    /// Whether it names this certificate, by whichever of the two it has.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Key(bytes) => certificate.subject_key_identifier() == Some(&bytes[..]),
            Self::Certificate(_) => *self == Self::of_certificate(certificate),
        }
    }

    /// The identifier as it stands in a message.
    pub(crate) fn read(identifier: AnyRef<'_>) -> Option<Self> {
        match identifier.tag() {
            ZERO_OCTETS => Some(Self::Key(identifier.value().to_vec())),
            Tag::Sequence => Some(Self::Certificate(identifier.to_der().ok()?)),
            _ => None,
        }
    }

    pub(crate) fn encode(&self) -> der::Result<Vec<u8>> {
        match self {
            Self::Key(bytes) => AnyRef::new(ZERO_OCTETS, bytes)?.to_der(),
            Self::Certificate(der) => Ok(der.clone()),
        }
    }
}

/// For people: the key's identifier in hexadecimal digits, or the issuer's name and the serial number.
impl fmt::Display for HolderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(bytes) => formatter.write_str(&hex::encode(bytes)),
            Self::Certificate(der) => match IssuerAndSerial::from_der(der) {
                Ok(named) => write!(
                    formatter,
                    "{}; {}",
                    named.issuer,
                    hex::encode(named.serial.as_bytes())
                ),
                Err(_) => formatter.write_str(&hex::encode(der)),
            },
        }
    }
}

impl fmt::Debug for HolderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(bytes) => write!(formatter, "Key({})", hex::encode(bytes)),
            Self::Certificate(bytes) => write!(formatter, "Certificate({})", hex::encode(bytes)),
        }
    }
}

#[derive(Sequence)]
struct IssuerAndSerial {
    issuer: Name,
    serial: SerialNumber,
}

/// `SEQUENCE { issuer Name, serialNumber INTEGER }` of a certificate in DER.
fn issuer_and_serial(certificate: &[u8]) -> der::Result<Vec<u8>> {
    let certificate = CertificateInner::<Rfc5280>::from_der(certificate)?;
    let content = certificate.tbs_certificate();
    let parts = [
        content.issuer().to_der()?,
        content.serial_number().to_der()?,
    ];
    constructed(Tag::Sequence, &parts)
}
