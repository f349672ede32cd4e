//! X.509 version 3 certificates with SM2 keys, signed with SM2-with-SM3 (GB/T 20518-2018, GM/T 0015-2012, RFC 5280).
//!
//! The trust model is flat: an organisation's certificate authority signs the certificates of its members and nodes
//! directly, and who may be an organisation is decided elsewhere. A member's certificate carries the organisation in O,
//! the role in OU and the member's name in CN.

mod issue;
mod name;
#[cfg(test)]
mod tests;
mod validity;

pub use issue::{Issuer, issue_authority};
pub use name::{AlternativeName, Subject};
pub use validity::Validity;

use crate::{
    Error, pem,
    sm2::{PublicKey, SecretKey, Signature, USER_ID},
    sm3,
};
use std::fmt;
use x509_cert::{
    certificate::{CertificateInner, Version},
    der::{
        Decode, Encode,
        oid::{AssociatedOid, ObjectIdentifier},
    },
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectAltName, SubjectKeyIdentifier,
        },
    },
    spki::AlgorithmIdentifierOwned,
};

/// SM2-with-SM3 (GM/T 0006).
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// PEM label (RFC 7468 clause 5).
const PEM_LABEL: &str = "CERTIFICATE";

/// A certificate that has been parsed, not one that is trusted: [`Certificate::verify_issued_by`] says whether it is.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: CertificateInner,
    subject: Subject,
    public_key: PublicKey,
    validity: Validity,
    signature: Signature,
    extensions: Extensions,
}

/// The extensions that mean something here.
#[derive(Clone, Default)]
struct Extensions {
    authority: bool,
    key_usage: Option<KeyUsage>,
    alternative_names: Vec<AlternativeName>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads a certificate in DER. What encodes differently from what was read is refused, so that one certificate has
    /// one encoding; so is an unknown critical extension (RFC 5280 clause 4.2).
    ///
    /// # Errors
    /// [`Error::CertificateEncoding`], [`Error::CertificateAlgorithm`], [`Error::CertificateName`],
    /// [`Error::CertificateExtension`], or those of the key's and the signature's parser.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let parsed = CertificateInner::from_der(der).map_err(|_| Error::CertificateEncoding)?;
        if parsed.to_der().map_err(|_| Error::CertificateEncoding)? != der {
            return Err(Error::CertificateEncoding);
        }
        let content = parsed.tbs_certificate();
        if content.version() != Version::V3 || content.signature() != parsed.signature_algorithm() {
            return Err(Error::CertificateEncoding);
        }
        check_algorithm(parsed.signature_algorithm())?;
        let info = content
            .subject_public_key_info()
            .to_der()
            .map_err(|_| Error::CertificateEncoding)?;
        let signature = parsed
            .signature()
            .as_bytes()
            .ok_or(Error::SignatureEncoding)?;
        Ok(Self {
            subject: Subject::read(content.subject())?,
            public_key: PublicKey::from_spki_der(&info)?,
            validity: Validity::read(content.validity()),
            signature: Signature::from_der(signature)?,
            extensions: Extensions::read(content.extensions().map_or(&[], Vec::as_slice))?,
            der: der.to_vec(),
            parsed,
        })
    }

    /// Reads a certificate in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`Certificate::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::from_der(&pem::decode(PEM_LABEL, text)?)
    }

    /// The certificate in DER, byte for byte as it was read or issued.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(PEM_LABEL, &self.der)
    }

    /// SM3 of the DER.
    #[must_use]
    pub fn fingerprint(&self) -> sm3::Digest {
        sm3::hash(&[&self.der])
    }

    /// Who is certified.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// CN of the subject.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&str> {
        self.subject.common_name.as_deref()
    }

    /// O of the subject: the organisation's id.
    #[must_use]
    pub fn subject_organisation(&self) -> Option<&str> {
        self.subject.organisation.as_deref()
    }

    /// OU of the subject: the member's role.
    #[must_use]
    pub fn subject_organisational_unit(&self) -> Option<&str> {
        self.subject.organisational_unit.as_deref()
    }

    /// The issuer's distinguished name as RFC 4514 writes it, for people.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate().issuer().to_string()
    }

    /// DNS names and IP addresses.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.extensions.alternative_names
    }

    /// The certified key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// From when till when.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Serial number, big-endian, without leading zeros.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        let bytes = self.parsed.tbs_certificate().serial_number().as_bytes();
        bytes.strip_prefix(&[0]).unwrap_or(bytes)
    }

    /// Whether BasicConstraints make this a certificate authority's.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.extensions.authority
    }

    /// Key usages by their names in RFC 5280 clause 4.2.1.3, in the order of their bits.
    #[must_use]
    pub fn key_usages(&self) -> Vec<&'static str> {
        KEY_USAGES
            .iter()
            .filter(|(usage, _)| self.allows(*usage))
            .map(|(_, name)| *name)
            .collect()
    }

    /// Checks that this is a certificate authority's certificate which may sign certificates at that time. If it names
    /// itself as issuer, its own signature must verify; otherwise somebody else vouches for it, and the caller must
    /// have a reason of its own to trust it.
    ///
    /// # Errors
    /// [`Error::CertificateNotAuthority`], [`Error::CertificateKeyUsage`], [`Error::CertificateName`] without an
    /// organisation, [`Error::CertificateNotYetValid`], [`Error::CertificateExpired`], [`Error::CertificateSignature`].
    pub fn verify_authority(&self, at_ms: u64) -> Result<(), Error> {
        self.check_authority(at_ms)?;
        let content = self.parsed.tbs_certificate();
        if content.issuer() == content.subject() {
            self.check_signature(&self.public_key)?;
        }
        Ok(())
    }

    /// Checks that the authority issued this member's or node's certificate, and that both are valid at that time:
    /// BasicConstraints, key usage (keyCertSign there, digitalSignature here), validity, issuer's name and key
    /// identifier, equal organisation, signature. The authority itself must have been accepted before.
    ///
    /// # Errors
    /// Those of [`Certificate::verify_authority`] for the authority but for its signature;
    /// [`Error::CertificateIsAuthority`], [`Error::CertificateKeyUsage`], [`Error::CertificateNotYetValid`],
    /// [`Error::CertificateExpired`], [`Error::CertificateIssuer`], [`Error::CertificateOrganisation`],
    /// [`Error::CertificateSignature`] for this one.
    pub fn verify_issued_by(&self, authority: &Self, at_ms: u64) -> Result<(), Error> {
        let organisation = authority.check_authority(at_ms)?;
        if self.is_authority() {
            return Err(Error::CertificateIsAuthority { name: self.name() });
        }
        self.require(KeyUsages::DigitalSignature)?;
        self.validity.check(at_ms, || self.name())?;
        let issuer = self.parsed.tbs_certificate().issuer();
        let expected = authority.parsed.tbs_certificate().subject();
        let key_differs = matches!(
            (&self.extensions.authority_key, &authority.extensions.subject_key),
            (Some(named), Some(own)) if named != own
        );
        if issuer != expected || key_differs {
            return Err(Error::CertificateIssuer {
                found: issuer.to_string(),
                expected: expected.to_string(),
            });
        }
        let own = self.organisation()?;
        if own != organisation {
            return Err(Error::CertificateOrganisation {
                found: own.to_owned(),
                expected: organisation.to_owned(),
            });
        }
        self.check_signature(&authority.public_key)
    }

    /// Checks that the secret key belongs to this certificate.
    ///
    /// # Errors
    /// [`Error::CertificateKey`].
    pub fn verify_key(&self, key: &SecretKey) -> Result<(), Error> {
        if *key.public_key() == self.public_key {
            Ok(())
        } else {
            Err(Error::CertificateKey { name: self.name() })
        }
    }

    /// Everything about an authority but its signature; gives its organisation.
    fn check_authority(&self, at_ms: u64) -> Result<&str, Error> {
        if !self.is_authority() {
            return Err(Error::CertificateNotAuthority { name: self.name() });
        }
        self.require(KeyUsages::KeyCertSign)?;
        let organisation = self.organisation()?;
        self.validity.check(at_ms, || self.name())?;
        Ok(organisation)
    }

    fn check_signature(&self, issuer: &PublicKey) -> Result<(), Error> {
        // The parser has seen to it that encoding again gives the signed bytes.
        let signed = self
            .parsed
            .tbs_certificate()
            .to_der()
            .map_err(|_| Error::CertificateEncoding)?;
        issuer
            .verify(USER_ID, &[&signed], &self.signature)
            .map_err(|_| Error::CertificateSignature { name: self.name() })
    }

    fn organisation(&self) -> Result<&str, Error> {
        self.subject_organisation()
            .ok_or(Error::CertificateName { field: "O" })
    }

    fn allows(&self, usage: KeyUsages) -> bool {
        self.extensions
            .key_usage
            .as_ref()
            .is_some_and(|usages| usages.0.contains(usage))
    }

    /// A certificate without the extension allows nothing: GB/T 20518 requires it, where RFC 5280 would allow all.
    fn require(&self, usage: KeyUsages) -> Result<(), Error> {
        if self.allows(usage) {
            return Ok(());
        }
        let name = KEY_USAGES
            .iter()
            .find(|(known, _)| *known == usage)
            .map_or("", |(_, name)| name);
        Err(Error::CertificateKeyUsage {
            name: self.name(),
            usage: name,
        })
    }

    /// What to call this certificate before people.
    fn name(&self) -> String {
        self.subject_common_name()
            .or(self.subject_organisation())
            .unwrap_or_default()
            .to_owned()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("key_id", &self.public_key.key_id())
            .finish_non_exhaustive()
    }
}

const KEY_USAGES: &[(KeyUsages, &str)] = &[
    (KeyUsages::DigitalSignature, "digitalSignature"),
    (KeyUsages::NonRepudiation, "nonRepudiation"),
    (KeyUsages::KeyEncipherment, "keyEncipherment"),
    (KeyUsages::DataEncipherment, "dataEncipherment"),
    (KeyUsages::KeyAgreement, "keyAgreement"),
    (KeyUsages::KeyCertSign, "keyCertSign"),
    (KeyUsages::CRLSign, "cRLSign"),
    (KeyUsages::EncipherOnly, "encipherOnly"),
    (KeyUsages::DecipherOnly, "decipherOnly"),
];

/// SM2-with-SM3 with its parameters absent (GM/T 0015) or NULL (as several issuers write it).
fn check_algorithm(algorithm: &AlgorithmIdentifierOwned) -> Result<(), Error> {
    let parameters = algorithm.parameters.as_ref();
    if algorithm.oid == SM2_WITH_SM3 && parameters.is_none_or(|parameters| parameters.is_null()) {
        Ok(())
    } else {
        Err(Error::CertificateAlgorithm {
            algorithm: algorithm.oid.to_string(),
        })
    }
}

impl Extensions {
    fn read(extensions: &[Extension]) -> Result<Self, Error> {
        let mut read = Self::default();
        for (position, extension) in extensions.iter().enumerate() {
            let refused = || Error::CertificateExtension {
                extension: extension.extn_id.to_string(),
            };
            if extensions[..position]
                .iter()
                .any(|earlier| earlier.extn_id == extension.extn_id)
            {
                return Err(refused());
            }
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                BasicConstraints::OID => {
                    read.authority = BasicConstraints::from_der(value).map_err(|_| refused())?.ca;
                }
                KeyUsage::OID => {
                    read.key_usage = Some(KeyUsage::from_der(value).map_err(|_| refused())?)
                }
                SubjectAltName::OID => {
                    let names = SubjectAltName::from_der(value).map_err(|_| refused())?;
                    for name in &names.0 {
                        // Other kinds of names (mail, URI) are nothing a node is reached by.
                        read.alternative_names
                            .extend(AlternativeName::read(name).map_err(|_| refused())?);
                    }
                }
                SubjectKeyIdentifier::OID => {
                    let identifier =
                        SubjectKeyIdentifier::from_der(value).map_err(|_| refused())?;
                    read.subject_key = Some(identifier.0.as_bytes().to_vec());
                }
                AuthorityKeyIdentifier::OID => {
                    let identifier =
                        AuthorityKeyIdentifier::from_der(value).map_err(|_| refused())?;
                    read.authority_key = identifier
                        .key_identifier
                        .map(|octets| octets.as_bytes().to_vec());
                }
                ExtendedKeyUsage::OID => {
                    ExtendedKeyUsage::from_der(value).map_err(|_| refused())?;
                }
                _ if extension.critical => return Err(refused()),
                _ => {}
            }
        }
        // RFC 5280 clause 4.2.1.9: only an authority may have keyCertSign.
        let signs = read
            .key_usage
            .as_ref()
            .is_some_and(|usages| usages.0.contains(KeyUsages::KeyCertSign));
        if signs && !read.authority {
            return Err(Error::CertificateExtension {
                extension: KeyUsage::OID.to_string(),
            });
        }
        Ok(read)
    }
}
