//! SignedData and SignedAndEnvelopedData in DER (GM/T 0010-2012 clauses 8 and 10, RFC 5652 clause 5).

use super::{
    MOST_CERTIFICATES, MOST_SIGNERS, SignedData, Signer, SignerId, Syntax, attributes::Attributes,
};
use crate::{
    Error,
    certificate::{Certificate, RevocationList},
    cms::{self, CMS_DATA, DATA, ONE, ZERO},
    envelope::{ContentKey, EncryptedContentInfo, Wraps, decrypt_with_cbc},
    sm2::Signature,
};
use der::{
    Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::spki::AlgorithmIdentifierRef;

/// SM3, and signatures with SM2: the algorithm of GM/T 0006 that GM/T 0010 names, and the one of certificates.
pub(super) const SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401");
pub(super) const SM2_SIGNATURE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.1");
pub(super) const SM2_WITH_SM3: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

impl Syntax {
    /// What content of no further structure is called.
    pub(super) fn data(self) -> ObjectIdentifier {
        match self {
            Self::Gm => DATA,
            Self::Cms => CMS_DATA,
        }
    }
}

#[derive(Sequence)]
pub(super) struct Content<'a> {
    pub content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub content: Option<&'a OctetStringRef>,
}

type Refusal<T> = Result<T, Error>;

fn malformed<T>(_: T) -> Error {
    Error::SignedEncoding
}

pub(super) fn read(der: &[u8]) -> Refusal<SignedData> {
    let (kind, inner) = cms::unwrapped(der).ok_or(Error::SignedEncoding)?;
    let syntax = match kind {
        cms::SIGNED => Syntax::Gm,
        cms::CMS_SIGNED => Syntax::Cms,
        _ => return Err(Error::SignedEncoding),
    };
    let mut reader = SliceReader::new(inner).map_err(malformed)?;
    let mut reader = fields(&mut reader, true)?;
    let version = u8::decode(&mut reader).map_err(malformed)?;
    read_digests(&mut reader, syntax)?;
    let content = Content::decode(&mut reader).map_err(malformed)?;
    if content.content_type != syntax.data() {
        return Err(Error::SignedEncoding);
    }
    let content = content.content.map(|octets| octets.as_bytes().to_vec());
    let signed = read_rest(&mut reader, syntax, content)?;
    // RFC 5652 clause 5.1: version 3 where a signer is named by its key.
    let by_key = |signer: &Signer| matches!(signer.id, SignerId::Key(_));
    let expected = match syntax {
        Syntax::Cms if signed.signers.iter().any(by_key) => 3,
        _ => 1,
    };
    if version != expected {
        return Err(Error::SignedEncoding);
    }
    Ok(signed)
}

pub(super) fn open(
    der: &[u8],
    unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
) -> Refusal<SignedData> {
    let (kind, inner) = cms::unwrapped(der).ok_or(Error::SignedEncoding)?;
    if kind != cms::SIGNED_AND_ENVELOPED {
        return Err(Error::SignedEncoding);
    }
    let mut reader = SliceReader::new(inner).map_err(malformed)?;
    let mut reader = fields(&mut reader, true)?;
    if u8::decode(&mut reader).map_err(malformed)? != 1 {
        return Err(Error::SignedEncoding);
    }
    let wraps = Wraps::read(AnyRef::decode(&mut reader).map_err(malformed)?, Syntax::Gm)?;
    read_digests(&mut reader, Syntax::Gm)?;
    let encrypted = EncryptedContentInfo::decode(&mut reader).map_err(malformed)?;
    let mut signed = read_rest(&mut reader, Syntax::Gm, None)?;
    signed.content = Some(decrypt_with_cbc(&wraps, &encrypted, unwrap)?.to_vec());
    Ok(signed)
}

/// The fields of a SEQUENCE, behind which nothing stands if it is the last thing to read.
fn fields<'a>(reader: &mut SliceReader<'a>, last: bool) -> Refusal<SliceReader<'a>> {
    let sequence = AnyRef::decode(reader).map_err(malformed)?;
    if sequence.tag() != Tag::Sequence || (last && !reader.is_finished()) {
        return Err(Error::SignedEncoding);
    }
    SliceReader::new(sequence.value()).map_err(malformed)
}

/// The members of a set under its tag, in the order of DER where the syntax asks for that.
fn members<'a>(set: AnyRef<'a>, syntax: Syntax, most: usize) -> Refusal<Vec<&'a [u8]>> {
    let mut reader = SliceReader::new(set.value()).map_err(malformed)?;
    let mut members = Vec::new();
    while !reader.is_finished() {
        if members.len() == most {
            return Err(Error::SignedEncoding);
        }
        members.push(reader.tlv_bytes().map_err(malformed)?);
    }
    if syntax == Syntax::Cms && !members.is_sorted() {
        return Err(Error::SignedEncoding);
    }
    Ok(members)
}

/// The next value, if it has this tag.
fn optional<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> Refusal<Option<AnyRef<'a>>> {
    if reader.is_finished() || Tag::peek(reader).map_err(malformed)? != tag {
        return Ok(None);
    }
    AnyRef::decode(reader).map(Some).map_err(malformed)
}

/// The digest algorithms: a set of SM3, once for each signer where software does not know better.
fn read_digests(reader: &mut SliceReader<'_>, syntax: Syntax) -> Refusal<()> {
    let set = optional(reader, Tag::Set)?.ok_or(Error::SignedEncoding)?;
    let members = members(set, syntax, MOST_SIGNERS)?;
    if members.is_empty() || (syntax == Syntax::Cms && members.len() > 1) {
        return Err(Error::SignedEncoding);
    }
    for member in members {
        let algorithm = AlgorithmIdentifierRef::from_der(member).map_err(malformed)?;
        check_algorithm(&algorithm, &[SM3])?;
    }
    Ok(())
}

/// One of these, with parameters absent or NULL.
fn check_algorithm(
    algorithm: &AlgorithmIdentifierRef<'_>,
    known: &[ObjectIdentifier],
) -> Refusal<()> {
    let parameters = algorithm.parameters;
    if known.contains(&algorithm.oid) && parameters.is_none_or(|parameters| parameters.is_null()) {
        return Ok(());
    }
    Err(Error::SignedAlgorithm {
        algorithm: algorithm.oid.to_string(),
    })
}

/// Certificates, lists and signers, behind which nothing stands.
fn read_rest(
    reader: &mut SliceReader<'_>,
    syntax: Syntax,
    content: Option<Vec<u8>>,
) -> Refusal<SignedData> {
    let certificates = match optional(reader, ZERO)? {
        Some(set) => members(set, syntax, MOST_CERTIFICATES)?,
        None => Vec::new(),
    };
    let lists = match optional(reader, ONE)? {
        Some(set) => members(set, syntax, MOST_CERTIFICATES)?,
        None => Vec::new(),
    };
    let signers = optional(reader, Tag::Set)?.ok_or(Error::SignedEncoding)?;
    if !reader.is_finished() {
        return Err(Error::SignedEncoding);
    }
    let signers = members(signers, syntax, MOST_SIGNERS + 1)?;
    if !(1..=MOST_SIGNERS).contains(&signers.len()) {
        return Err(Error::SignedSigners {
            count: signers.len(),
        });
    }
    Ok(SignedData {
        syntax,
        content,
        certificates: each(certificates, Certificate::from_der)?,
        lists: each(lists, RevocationList::from_der)?,
        signers: each(signers, |der| read_signer(der, syntax))?,
    })
}

fn each<T>(members: Vec<&[u8]>, read: impl Fn(&[u8]) -> Refusal<T>) -> Refusal<Vec<T>> {
    members.into_iter().map(read).collect()
}

fn read_signer(der: &[u8], syntax: Syntax) -> Refusal<Signer> {
    let mut reader = SliceReader::new(der).map_err(malformed)?;
    let mut reader = fields(&mut reader, true)?;
    let version = u8::decode(&mut reader).map_err(malformed)?;
    let identifier = AnyRef::decode(&mut reader).map_err(malformed)?;
    let id = SignerId::read(identifier).ok_or(Error::SignedEncoding)?;
    let expected = match id {
        SignerId::Key(_) => 3,
        SignerId::Certificate(_) => 1,
    };
    if version != expected || (syntax == Syntax::Gm && version != 1) {
        return Err(Error::SignedEncoding);
    }
    let digest = AlgorithmIdentifierRef::decode(&mut reader).map_err(malformed)?;
    check_algorithm(&digest, &[SM3])?;
    let attributes = optional(&mut reader, ZERO)?
        .map(|set| Attributes::read(set.value(), syntax.data()))
        .transpose()?;
    let algorithm = AlgorithmIdentifierRef::decode(&mut reader).map_err(malformed)?;
    check_algorithm(&algorithm, &[SM2_SIGNATURE, SM2_WITH_SM3])?;
    let signature = <&OctetStringRef>::decode(&mut reader).map_err(malformed)?;
    // Nothing vouches for attributes outside the signature: they are passed over.
    optional(&mut reader, ONE)?;
    if !reader.is_finished() {
        return Err(Error::SignedEncoding);
    }
    Ok(Signer {
        id,
        attributes,
        signature: Signature::from_der(signature.as_bytes())?,
    })
}

/// A SignerInfo.
pub(super) fn signer_der(signer: &Signer, syntax: Syntax) -> der::Result<Vec<u8>> {
    let version: u8 = match signer.id {
        SignerId::Key(_) => 3,
        SignerId::Certificate(_) => 1,
    };
    let algorithm = match syntax {
        Syntax::Gm => SM2_SIGNATURE,
        Syntax::Cms => SM2_WITH_SM3,
    };
    let mut parts = vec![version.to_der()?, signer.id.encode()?, algorithm_der(SM3)?];
    if let Some(attributes) = &signer.attributes {
        parts.push(cms::constructed(ZERO, &[attributes.members()?])?);
    }
    parts.push(algorithm_der(algorithm)?);
    parts.push(OctetStringRef::new(&signer.signature.to_der())?.to_der()?);
    cms::constructed(Tag::Sequence, &parts)
}

pub(super) fn algorithm_der(oid: ObjectIdentifier) -> der::Result<Vec<u8>> {
    let parameters = None;
    AlgorithmIdentifierRef { oid, parameters }.to_der()
}
