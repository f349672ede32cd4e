//! Envelopes as one document: AuthEnvelopedData (RFC 5083), and EnvelopedData of GM/T 0010-2012 for reading. Both in DER;
//! indefinite lengths are not read.

use super::{ContentKey, Recipient, RecipientId, Wraps, wraps::Syntax};
use crate::{
    Error,
    rand_core::CryptoRng,
    sm2::SecretKey,
    sm4::{cbc, gcm},
};
use der::{
    Decode, Encode, Sequence, Tag, TagNumber, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

/// id-ct-authEnvelopedData (RFC 5083).
const AUTHENTICATED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.23");

/// Data and envelopedData of GM/T 0010 clause 6.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.1");
const ENVELOPED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.3");

/// SM4-GCM and SM4-CBC (GM/T 0006); plain SM4 stands for CBC where some software gives it an initial vector.
const SM4_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.8");
const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");
const SM4: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104");

const EXPLICIT: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(0),
};
const IMPLICIT: Tag = Tag::ContextSpecific {
    constructed: false,
    number: TagNumber(0),
};

#[derive(Sequence)]
struct ContentInfo<'a> {
    content_type: ObjectIdentifier,
    content: AnyRef<'a>,
}

/// Without originator and attributes, which nothing here has a use for.
#[derive(Sequence)]
struct AuthEnvelopedData<'a> {
    version: u8,
    recipients: AnyRef<'a>,
    content: EncryptedContentInfo<'a>,
    tag: &'a OctetStringRef,
}

#[derive(Sequence)]
struct EnvelopedData<'a> {
    version: u8,
    recipients: AnyRef<'a>,
    content: EncryptedContentInfo<'a>,
}

#[derive(Sequence)]
struct EncryptedContentInfo<'a> {
    content_type: ObjectIdentifier,
    algorithm: AlgorithmIdentifierRef<'a>,
    content: AnyRef<'a>,
}

/// RFC 5084 clause 3.2. The tag's length has a default, 12, which is not read: tags have 16 bytes here.
#[derive(Sequence)]
struct GcmParameters<'a> {
    nonce: &'a OctetStringRef,
    tag_length: u8,
}

/// Seals content for the recipients under a fresh key: a ContentInfo with AuthEnvelopedData in DER.
///
/// # Errors
/// [`Error::EnvelopeRecipients`] for none or too many; [`Error::CipherLength`].
pub fn seal<R: CryptoRng + ?Sized>(
    content: &[u8],
    recipients: &[Recipient],
    rng: &mut R,
) -> Result<Vec<u8>, Error> {
    let key = ContentKey::generate(rng);
    let wraps = Wraps::new(&key, recipients, rng)?;
    let mut nonce = [0; gcm::NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let mut content = content.to_vec();
    let tag = key.gcm().seal_in_place(&nonce, &[], &mut content)?;
    // DER cannot say more than 256 MiB; longer content belongs into a stream.
    let length = content.len() as u64;
    encode(&wraps, &nonce, &content, &tag).map_err(|_| Error::CipherLength {
        length,
        limit: 1 << 28,
    })
}

/// Opens what [`seal`] gives. Nothing of the content is given out unless all of it is genuine.
///
/// # Errors
/// [`Error::EnvelopeEncoding`], [`Error::EnvelopeRecipient`], [`Error::Decryption`] for a wrap that does not decrypt, and
/// [`Error::EnvelopeContent`] for changed content.
pub fn open(
    envelope: &[u8],
    id: &RecipientId,
    secret: &SecretKey,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    open_with(envelope, |wraps| wraps.unwrap(id, secret))
}

fn open_with(
    envelope: &[u8],
    unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let malformed = || Error::EnvelopeEncoding;
    let inner = inner(envelope, AUTHENTICATED).ok_or_else(malformed)?;
    let data = AuthEnvelopedData::from_der(inner).map_err(|_| malformed())?;
    let wraps = Wraps::read(data.recipients, Syntax::Cms)?;
    let encrypted = data.content;
    let tag: gcm::Tag = data.tag.as_bytes().try_into().map_err(|_| malformed())?;
    if data.version != 0
        || encrypted.content_type != DATA
        || encrypted.algorithm.oid != SM4_GCM
        || encrypted.content.tag() != IMPLICIT
    {
        return Err(malformed());
    }
    let nonce = nonce(encrypted.algorithm.parameters).ok_or_else(malformed)?;
    let key = unwrap(&wraps)?;
    let mut content = Zeroizing::new(encrypted.content.value().to_vec());
    key.gcm()
        .open_in_place(&nonce, &[], &mut content, &tag)
        .map_err(|_| Error::EnvelopeContent)?;
    Ok(content)
}

/// Opens an EnvelopedData of GM/T 0010 with SM4-CBC, as other software writes it. Nothing shows whether the content was
/// changed on its way: take it only from where something else vouches for it, such as a signature inside.
///
/// # Errors
/// [`Error::EnvelopeEncoding`], [`Error::EnvelopeRecipient`], [`Error::Decryption`] for a wrap that does not decrypt, and
/// [`Error::EnvelopeContent`] for wrong padding.
pub fn open_unauthenticated(
    envelope: &[u8],
    id: &RecipientId,
    secret: &SecretKey,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let malformed = || Error::EnvelopeEncoding;
    let inner = inner(envelope, ENVELOPED).ok_or_else(malformed)?;
    let data = EnvelopedData::from_der(inner).map_err(|_| malformed())?;
    let wraps = Wraps::read(data.recipients, Syntax::Gm)?;
    let encrypted = data.content;
    if data.version > 2
        || encrypted.content_type != DATA
        || !matches!(encrypted.algorithm.oid, SM4_CBC | SM4)
        || encrypted.content.tag() != IMPLICIT
    {
        return Err(malformed());
    }
    let initial = encrypted
        .algorithm
        .parameters
        .and_then(|parameters| parameters.decode_as::<&OctetStringRef>().ok())
        .and_then(|octets| octets.as_bytes().try_into().ok())
        .ok_or_else(malformed)?;
    let key = wraps.unwrap(id, secret)?;
    cbc::decrypt(key.as_bytes(), &initial, encrypted.content.value())
        .map(Zeroizing::new)
        .map_err(|_| Error::EnvelopeContent)
}

/// What a ContentInfo of this type holds.
fn inner(envelope: &[u8], expected: ObjectIdentifier) -> Option<&[u8]> {
    let info = ContentInfo::from_der(envelope).ok()?;
    let fits = info.content_type == expected && info.content.tag() == EXPLICIT;
    fits.then_some(info.content.value())
}

fn nonce(parameters: Option<AnyRef<'_>>) -> Option<gcm::Nonce> {
    let parameters: GcmParameters<'_> = parameters?.decode_as().ok()?;
    let nonce = parameters.nonce.as_bytes().try_into().ok()?;
    (usize::from(parameters.tag_length) == gcm::TAG_LENGTH).then_some(nonce)
}

fn encode(
    wraps: &Wraps,
    nonce: &gcm::Nonce,
    content: &[u8],
    tag: &gcm::Tag,
) -> der::Result<Vec<u8>> {
    let wraps = wraps.to_der();
    let parameters = GcmParameters {
        nonce: OctetStringRef::new(nonce)?,
        tag_length: gcm::TAG_LENGTH as u8,
    }
    .to_der()?;
    let data = AuthEnvelopedData {
        version: 0,
        recipients: AnyRef::from_der(&wraps)?,
        content: EncryptedContentInfo {
            content_type: DATA,
            algorithm: AlgorithmIdentifierRef {
                oid: SM4_GCM,
                parameters: Some(AnyRef::from_der(&parameters)?),
            },
            content: AnyRef::new(IMPLICIT, content)?,
        },
        tag: OctetStringRef::new(tag)?,
    }
    .to_der()?;
    ContentInfo {
        content_type: AUTHENTICATED,
        content: AnyRef::new(EXPLICIT, &data)?,
    }
    .to_der()
}
