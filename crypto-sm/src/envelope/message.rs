//! Envelopes as one document: AuthEnvelopedData (RFC 5083), and EnvelopedData of GM/T 0010-2012 for reading. Both in DER;
//! indefinite lengths are not read.

use super::{ContentKey, Recipient, RecipientId, Wraps};
use crate::{
    Error,
    cms::{self, CMS_DATA, DATA, Syntax, ZERO_OCTETS},
    rand_core::CryptoRng,
    sm2::SecretKey,
    sm4::{self, cbc, gcm},
};
use der::{
    Decode, Encode, Sequence, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

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
pub(crate) struct EncryptedContentInfo<'a> {
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
    encode(&wraps, &nonce, &content, &tag).map_err(|_| too_long(content.len()))
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

/// As [`open`], with a key that is in a token or device: `unwrap` gives the content key.
///
/// # Errors
/// Those of [`open`], or of `unwrap`.
pub fn open_with(
    envelope: &[u8],
    unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let malformed = || Error::EnvelopeEncoding;
    let inner = inner(envelope, cms::AUTHENTICATED).ok_or_else(malformed)?;
    let data = AuthEnvelopedData::from_der(inner).map_err(|_| malformed())?;
    let wraps = Wraps::read(data.recipients, Syntax::Cms)?;
    let encrypted = data.content;
    let tag: gcm::Tag = data.tag.as_bytes().try_into().map_err(|_| malformed())?;
    // RFC 5083 clause 2.1 lets attributes be absent for id-data only; envelopes that were written here before named the
    // content as GM/T 0010 does.
    if data.version != 0
        || !matches!(encrypted.content_type, CMS_DATA | DATA)
        || encrypted.algorithm.oid != cms::SM4_GCM
        || encrypted.content.tag() != ZERO_OCTETS
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

/// Seals content as an EnvelopedData of GM/T 0010 with SM4-CBC, for software that knows nothing else: a ContentInfo in DER.
/// Nothing in it shows whether it was changed on its way; seal what is signed.
///
/// # Errors
/// [`Error::EnvelopeRecipients`] for none or too many; [`Error::CipherLength`].
pub fn seal_unauthenticated<R: CryptoRng + ?Sized>(
    content: &[u8],
    recipients: &[Recipient],
    rng: &mut R,
) -> Result<Vec<u8>, Error> {
    let (wraps, encrypted) = encrypt_with_cbc(content, recipients, rng)?;
    let encode = || {
        let data = EnvelopedData {
            version: 1,
            recipients: AnyRef::from_der(&wraps)?,
            content: EncryptedContentInfo::from_der(&encrypted)?,
        };
        cms::wrapped(cms::ENVELOPED, &data.to_der()?)
    };
    encode().map_err(|_| too_long(content.len()))
}

/// The recipients' wraps of a fresh key and the content encrypted with it by SM4-CBC, both in DER.
pub(crate) fn encrypt_with_cbc<R: CryptoRng + ?Sized>(
    content: &[u8],
    recipients: &[Recipient],
    rng: &mut R,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let key = ContentKey::generate(rng);
    let wraps = Wraps::in_syntax(&key, recipients, Syntax::Gm, rng)?;
    let mut initial = [0; sm4::BLOCK_LENGTH];
    rng.fill_bytes(&mut initial);
    let encrypted = cbc::encrypt(key.as_bytes(), &initial, content);
    let encode = || {
        EncryptedContentInfo {
            content_type: DATA,
            algorithm: AlgorithmIdentifierRef {
                oid: cms::SM4_CBC,
                parameters: Some(AnyRef::from(OctetStringRef::new(&initial)?)),
            },
            content: AnyRef::new(ZERO_OCTETS, &encrypted)?,
        }
        .to_der()
    };
    let encrypted = encode().map_err(|_| too_long(content.len()))?;
    Ok((wraps.to_der(), encrypted))
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
    open_unauthenticated_with(envelope, |wraps| wraps.unwrap(id, secret))
}

/// As [`open_unauthenticated`], with a key that is in a token or device: `unwrap` gives the content key.
///
/// # Errors
/// Those of [`open_unauthenticated`], or of `unwrap`.
pub fn open_unauthenticated_with(
    envelope: &[u8],
    unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let malformed = || Error::EnvelopeEncoding;
    let inner = inner(envelope, cms::ENVELOPED).ok_or_else(malformed)?;
    let data = EnvelopedData::from_der(inner).map_err(|_| malformed())?;
    if data.version > 2 {
        return Err(malformed());
    }
    let wraps = Wraps::read(data.recipients, Syntax::Gm)?;
    decrypt_with_cbc(&wraps, &data.content, unwrap)
}

/// The content of an EncryptedContentInfo with SM4-CBC.
pub(crate) fn decrypt_with_cbc(
    wraps: &Wraps,
    encrypted: &EncryptedContentInfo<'_>,
    unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let malformed = || Error::EnvelopeEncoding;
    if encrypted.content_type != DATA
        || !matches!(encrypted.algorithm.oid, cms::SM4_CBC | cms::SM4)
        || encrypted.content.tag() != ZERO_OCTETS
    {
        return Err(malformed());
    }
    let initial = encrypted
        .algorithm
        .parameters
        .and_then(|parameters| parameters.decode_as::<&OctetStringRef>().ok())
        .and_then(|octets| octets.as_bytes().try_into().ok())
        .ok_or_else(malformed)?;
    let key = unwrap(wraps)?;
    cbc::decrypt(key.as_bytes(), &initial, encrypted.content.value())
        .map(Zeroizing::new)
        .map_err(|_| Error::EnvelopeContent)
}

/// DER cannot say more than 256 MiB; longer content belongs into a stream.
pub(crate) fn too_long(length: usize) -> Error {
    Error::CipherLength {
        length: length as u64,
        limit: 1 << 28,
    }
}

/// What a ContentInfo of this type holds.
fn inner(envelope: &[u8], expected: ObjectIdentifier) -> Option<&[u8]> {
    cms::unwrapped(envelope).and_then(|(found, content)| (found == expected).then_some(content))
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
            content_type: CMS_DATA,
            algorithm: AlgorithmIdentifierRef {
                oid: cms::SM4_GCM,
                parameters: Some(AnyRef::from_der(&parameters)?),
            },
            content: AnyRef::new(ZERO_OCTETS, content)?,
        },
        tag: OctetStringRef::new(tag)?,
    }
    .to_der()?;
    cms::wrapped(cms::AUTHENTICATED, &data)
}
