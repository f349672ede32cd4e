//! Authenticated attributes (RFC 2985, RFC 5652 clause 11): what a signature covers in place of the content.

use crate::{
    Error,
    certificate::{date, milliseconds},
    cms, sm3,
};
use der::{
    Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use x509_cert::time::Time;

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

#[derive(Sequence)]
struct Attribute<'a> {
    kind: ObjectIdentifier,
    values: AnyRef<'a>,
}

impl<'a> Attribute<'a> {
    /// The one value.
    fn value<T: Decode<'a>>(&self) -> Option<T> {
        T::from_der(self.values.value()).ok()
    }
}

/// The attributes of one signature.
#[derive(Clone, Debug)]
pub(super) struct Attributes {
    /// All of them as a SET OF: what is signed.
    pub der: Vec<u8>,
    /// SM3 of the content.
    pub digest: sm3::Digest,
    pub signed_at_ms: Option<u64>,
}

impl Attributes {
    /// Makes them.
    pub fn new(
        content_type: ObjectIdentifier,
        digest: &sm3::Digest,
        signed_at_ms: u64,
    ) -> Result<Self, Error> {
        let time = date(signed_at_ms).ok_or(Error::SignedAttribute {
            attribute: SIGNING_TIME.to_string(),
        })?;
        let encode = || {
            let mut attributes = [
                attribute(CONTENT_TYPE, &content_type)?,
                attribute(MESSAGE_DIGEST, &OctetStringRef::new(digest)?)?,
                attribute(SIGNING_TIME, &Time::from(time))?,
            ];
            // DER orders a set by its members' encodings.
            attributes.sort();
            cms::constructed(Tag::Set, &attributes)
        };
        Ok(Self {
            der: encode().map_err(|_| Error::SignedEncoding)?,
            digest: *digest,
            signed_at_ms: Some(signed_at_ms / 1000 * 1000),
        })
    }

    /// Reads the members of the set. Unknown attributes are covered by the signature and mean nothing here.
    pub fn read(members: &[u8], content_type: ObjectIdentifier) -> Result<Self, Error> {
        let mut reader = SliceReader::new(members).map_err(|_| Error::SignedEncoding)?;
        let (mut digest, mut type_fits, mut signed_at_ms) = (None, false, None);
        let (mut seen, mut before): (Vec<ObjectIdentifier>, &[u8]) = (Vec::new(), &[]);
        while !reader.is_finished() {
            let der = reader.tlv_bytes().map_err(|_| Error::SignedEncoding)?;
            let attribute = Attribute::from_der(der).map_err(|_| Error::SignedEncoding)?;
            let refused = || Error::SignedAttribute {
                attribute: attribute.kind.to_string(),
            };
            if attribute.values.tag() != Tag::Set || before >= der {
                return Err(Error::SignedEncoding);
            }
            if seen.contains(&attribute.kind) {
                return Err(refused());
            }
            match attribute.kind {
                CONTENT_TYPE => {
                    type_fits = attribute.value() == Some(content_type);
                    if !type_fits {
                        return Err(refused());
                    }
                }
                MESSAGE_DIGEST => {
                    let octets: &OctetStringRef = attribute.value().ok_or_else(refused)?;
                    digest = Some(octets.as_bytes().try_into().map_err(|_| refused())?);
                }
                SIGNING_TIME => {
                    let time = attribute.value().and_then(milliseconds);
                    signed_at_ms = Some(time.ok_or_else(refused)?);
                }
                _ => {}
            }
            seen.push(attribute.kind);
            before = der;
        }
        let missing = |kind: ObjectIdentifier| Error::SignedAttribute {
            attribute: kind.to_string(),
        };
        if !type_fits {
            return Err(missing(CONTENT_TYPE));
        }
        Ok(Self {
            der: cms::constructed(Tag::Set, &[members]).map_err(|_| Error::SignedEncoding)?,
            digest: digest.ok_or_else(|| missing(MESSAGE_DIGEST))?,
            signed_at_ms,
        })
    }

    /// The members of the set.
    pub fn members(&self) -> der::Result<&[u8]> {
        Ok(AnyRef::from_der(&self.der)?.value())
    }
}

/// Whether bytes are a set of attributes with a digest, of whatever content. A signature over such a set is one over these
/// bytes as content too: whoever has a message with attributes could cut them off and put them in the content's place.
pub(super) fn are_attributes(content: &[u8]) -> bool {
    let Ok(set) = AnyRef::from_der(content) else {
        return false;
    };
    let Ok(mut reader) = SliceReader::new(set.value()) else {
        return false;
    };
    let digest = |der| Attribute::from_der(der).is_ok_and(|found| found.kind == MESSAGE_DIGEST);
    set.tag() == Tag::Set && std::iter::from_fn(|| reader.tlv_bytes().ok()).any(digest)
}

fn attribute(kind: ObjectIdentifier, value: &impl Encode) -> der::Result<Vec<u8>> {
    let value = value.to_der()?;
    Attribute {
        kind,
        values: AnyRef::new(Tag::Set, &value)?,
    }
    .to_der()
}
