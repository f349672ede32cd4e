//! Names in certificates.

use crate::Error;
use std::{fmt, net::IpAddr, str::FromStr};
use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{
        Decode, Encode, Tag, Tagged,
        asn1::{Any, Ia5String, OctetString, PrintableStringRef, SetOfVec, Utf8StringRef},
        oid::ObjectIdentifier,
    },
    ext::pkix::name::GeneralName,
    name::{Name, RdnSequence, RelativeDistinguishedName},
};

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Country of every certificate issued here.
const ISSUED_COUNTRY: &str = "CN";

/// Longest text of O, OU and CN in characters (X.520 upper bounds).
const TEXT_LENGTH_MAX: usize = 64;

/// The parts of a distinguished name that mean something here; each at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// C: country, two letters.
    pub country: Option<String>,
    /// O: the organisation's id.
    pub organisation: Option<String>,
    /// OU: the member's role.
    pub organisational_unit: Option<String>,
    /// CN: the name of the member, node or authority.
    pub common_name: Option<String>,
}

impl Subject {
    /// The parts, and the first of them that is doubled or not text: it is left out. Other authorities may write such
    /// names; members and organisations may not have them.
    pub(super) fn read(name: &Name) -> (Self, Option<&'static str>) {
        let fields = [
            (COUNTRY, "C"),
            (ORGANISATION, "O"),
            (ORGANISATIONAL_UNIT, "OU"),
            (COMMON_NAME, "CN"),
        ];
        let mut irregular = None;
        let parts = fields.map(|(oid, field)| {
            let mut values = name.iter().filter(|attribute| attribute.oid == oid);
            let value = values.next()?;
            let part = text(&value.value);
            // A second O or OU would let two readers see two organisations or roles.
            if part.is_none() || values.next().is_some() {
                irregular.get_or_insert(field);
                return None;
            }
            part
        });
        let [country, organisation, organisational_unit, common_name] = parts;
        let subject = Self {
            country,
            organisation,
            organisational_unit,
            common_name,
        };
        (subject, irregular)
    }

    /// The distinguished name `C=CN, O=organisation, OU=unit, CN=name`, in this order, text as UTF8String.
    pub(super) fn encode(
        organisation: &str,
        unit: Option<&str>,
        name: &str,
    ) -> Result<Name, Error> {
        let mut parts = vec![(
            COUNTRY,
            Any::new(Tag::PrintableString, ISSUED_COUNTRY.as_bytes()).expect("two letters"),
        )];
        let texts = [
            (ORGANISATION, "O", Some(organisation)),
            (ORGANISATIONAL_UNIT, "OU", unit),
            (COMMON_NAME, "CN", Some(name)),
        ];
        for (oid, field, value) in texts {
            let Some(value) = value else { continue };
            let refused = || Error::SubjectText {
                field,
                value: value.to_owned(),
            };
            let length = value.chars().count();
            if length == 0
                || length > TEXT_LENGTH_MAX
                || value.trim() != value
                || value.chars().any(char::is_control)
            {
                return Err(refused());
            }
            parts.push((
                oid,
                Any::new(Tag::Utf8String, value.as_bytes()).map_err(|_| refused())?,
            ));
        }
        let mut sequence = RdnSequence::default();
        for (oid, value) in parts {
            let attribute = AttributeTypeAndValue { oid, value };
            let single = SetOfVec::try_from(vec![attribute]).expect("one attribute is a set");
            sequence.push(RelativeDistinguishedName::from(single));
        }
        // A name has no public constructor but its parser.
        let der = sequence.to_der().expect("texts of bounded length encode");
        Ok(Name::from_der(&der).expect("what was encoded decodes"))
    }
}

/// Whether two distinguished names are one (RFC 5280 clause 7.1): part by part, text compared without regard to its
/// encoding, to case in ASCII and to the number of spaces.
pub(super) fn same_name(left: &Name, right: &Name) -> bool {
    let (left, right): (&RdnSequence, &RdnSequence) = (left.as_ref(), right.as_ref());
    let same_part = |left: &AttributeTypeAndValue, right: &AttributeTypeAndValue| {
        left.oid == right.oid
            && match (text(&left.value), text(&right.value)) {
                (Some(left), Some(right)) => folded(&left) == folded(&right),
                _ => left.value == right.value,
            }
    };
    let same_set = |left: &RelativeDistinguishedName, right: &RelativeDistinguishedName| {
        left.len() == right.len()
            && left
                .iter()
                .zip(right.iter())
                .all(|(left, right)| same_part(left, right))
    };
    left.len() == right.len()
        && left
            .iter()
            .zip(right.iter())
            .all(|(left, right)| same_set(left, right))
}

fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").to_ascii_lowercase()
}

fn text(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String => value
            .decode_as::<Utf8StringRef<'_>>()
            .ok()
            .map(|text| text.as_str().to_owned()),
        Tag::PrintableString => value
            .decode_as::<PrintableStringRef<'_>>()
            .ok()
            .map(|text| text.as_str().to_owned()),
        _ => None,
    }
}

/// Where a node is reached: what a client compares with the address it dialled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlternativeName {
    /// A DNS name in lower-case letters, digits, hyphens and dots.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
}

impl AlternativeName {
    /// Nothing for kinds of names that are not used here.
    pub(super) fn read(name: &GeneralName) -> Result<Option<Self>, Error> {
        match name {
            GeneralName::DnsName(name) => {
                let name = name.as_str();
                dns(name)
                    .map(Self::Dns)
                    .map(Some)
                    .ok_or_else(|| Error::AlternativeName {
                        value: name.to_owned(),
                    })
            }
            GeneralName::IpAddress(octets) => {
                let octets = octets.as_bytes();
                let address = <[u8; 4]>::try_from(octets)
                    .map(IpAddr::from)
                    .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from));
                address
                    .map(Self::Ip)
                    .map(Some)
                    .map_err(|_| Error::AlternativeName {
                        value: hex::encode(octets),
                    })
            }
            _ => Ok(None),
        }
    }

    pub(super) fn encode(&self) -> Result<GeneralName, Error> {
        let refused = || Error::AlternativeName {
            value: self.to_string(),
        };
        match self {
            Self::Dns(name) => {
                let name = dns(name).ok_or_else(refused)?;
                Ok(GeneralName::DnsName(
                    Ia5String::new(&name).map_err(|_| refused())?,
                ))
            }
            Self::Ip(IpAddr::V4(address)) => Ok(GeneralName::IpAddress(
                OctetString::new(address.octets()).map_err(|_| refused())?,
            )),
            Self::Ip(IpAddr::V6(address)) => Ok(GeneralName::IpAddress(
                OctetString::new(address.octets()).map_err(|_| refused())?,
            )),
        }
    }
}

/// An IP address, otherwise a DNS name.
impl FromStr for AlternativeName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        dns(text)
            .map(Self::Dns)
            .ok_or_else(|| Error::AlternativeName {
                value: text.to_owned(),
            })
    }
}

impl fmt::Display for AlternativeName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => formatter.write_str(name),
            Self::Ip(address) => address.fmt(formatter),
        }
    }
}

/// A host name (RFC 1123 clause 2.1) in lower case; no wildcard, and not all digits, which would be a broken address.
fn dns(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_number = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    (name.len() <= 253 && name.split('.').all(label) && !last_is_number).then_some(name)
}
