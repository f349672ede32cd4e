//! What webpki does not look at: key usages (GB/T 20518 and RFC 5280 clause 4.2.1.3), and which family a certificate
//! belongs to. It reads certificates of any issuer and algorithm, so it is laxer than [`crate::certificate`].

use super::Family;
use crate::Error;
use x509_cert::{
    certificate::CertificateInner,
    der::{Decode, oid::ObjectIdentifier},
    ext::pkix::{BasicConstraints, KeyUsage, KeyUsages},
    spki::SubjectPublicKeyInfoOwned,
};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A certificate as far as it matters here.
pub(super) struct Inspection {
    pub(super) family: Family,
    pub(super) authority: bool,
    key_usage: Option<KeyUsage>,
    parsed: CertificateInner,
}

impl Inspection {
    pub(super) fn of(der: &[u8]) -> Result<Self, Error> {
        let parsed = CertificateInner::from_der(der).map_err(|_| Error::CertificateEncoding)?;
        let content = parsed.tbs_certificate();
        let unreadable = |_| Error::CertificateEncoding;
        let constraints = content
            .get_extension::<BasicConstraints>()
            .map_err(unreadable)?;
        let usage = content.get_extension::<KeyUsage>().map_err(unreadable)?;
        Ok(Self {
            family: family(content.subject_public_key_info()),
            authority: constraints.is_some_and(|(_, constraints)| constraints.ca),
            key_usage: usage.map(|(_, usage)| usage),
            parsed,
        })
    }

    /// The certificate's key may be used so. An SM2 certificate must say so (GB/T 20518 requires the extension); an
    /// international one without the extension allows everything (RFC 5280).
    pub(super) fn require(&self, usage: KeyUsages, name: &'static str) -> Result<(), Error> {
        let allowed = match &self.key_usage {
            Some(usages) => usages.0.contains(usage),
            None => self.family == Family::International,
        };
        if allowed {
            Ok(())
        } else {
            Err(Error::CertificateKeyUsage {
                name: self.name(),
                usage: name,
            })
        }
    }

    /// Signs handshakes.
    pub(super) fn require_signature(&self) -> Result<(), Error> {
        self.require(KeyUsages::DigitalSignature, "digitalSignature")
    }

    /// Issues certificates.
    pub(super) fn require_authority(&self) -> Result<(), Error> {
        if !self.authority {
            return Err(Error::CertificateNotAuthority { name: self.name() });
        }
        self.require(KeyUsages::KeyCertSign, "keyCertSign")
    }

    /// What to call it before people: CN, else the whole subject.
    pub(super) fn name(&self) -> String {
        let subject = self.parsed.tbs_certificate().subject();
        subject
            .iter()
            .find(|attribute| attribute.oid == COMMON_NAME)
            .map(|attribute| String::from_utf8_lossy(attribute.value.value()).into_owned())
            .unwrap_or_else(|| subject.to_string())
    }
}

fn family(key: &SubjectPublicKeyInfoOwned) -> Family {
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok());
    if key.algorithm.oid == EC_PUBLIC_KEY && curve == Some(SM2_CURVE) {
        Family::Sm
    } else {
        Family::International
    }
}
