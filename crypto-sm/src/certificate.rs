//! X.509 version 3 certificates with SM2 keys, signed with SM2-with-SM3 (GB/T 20518-2018, GM/T 0015-2012, RFC 5280);
//! requests for them (RFC 2986) and lists of revoked ones (RFC 5280 clause 5).
//!
//! The ledger's trust model is flat: an organisation's certificate authority signs the certificates of its members and
//! nodes directly, and who may be an organisation is decided elsewhere. A member's certificate carries the organisation
//! in O, the role in OU and the member's name in CN; [`Certificate::verify_issued_by`] checks that. Elsewhere (transport,
//! archives, authorities outside the consortium) a path of any shape is checked by [`Trust`].

mod chain;
mod extension;
mod issue;
mod name;
mod pair;
mod request;
mod revocation;
#[cfg(test)]
mod tests;
mod usage;
mod validity;

pub use chain::{Revocation, Trust};
pub use issue::{Issuer, issue_authority, issue_root};
pub use name::{AlternativeName, Subject};
pub use pair::Pair;
pub use request::Request;
pub use revocation::{Reason, RevocationList, Revoked};
pub use usage::Purpose;
pub use validity::Validity;
pub(crate) use validity::{date, milliseconds};

use crate::{
    Error, pem,
    sm2::{PublicKey, SecretKey, Signature, USER_ID},
    sm3,
};
use extension::Extensions;
use std::fmt;
use x509_cert::{
    certificate::{CertificateInner, Version},
    der::{Decode, Encode, asn1::BitString, oid::ObjectIdentifier},
    ext::pkix::KeyUsages,
    name::Name,
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
    /// The part of the subject that is doubled or not text.
    irregular: Option<&'static str>,
    public_key: PublicKey,
    validity: Validity,
    signature: Signature,
    extensions: Extensions,
}

impl Certificate {
    /// Reads a certificate in DER. What encodes differently from what was read is refused, so that one certificate has
    /// one encoding; so is an unknown critical extension (RFC 5280 clause 4.2).
    ///
    /// # Errors
    /// [`Error::CertificateEncoding`], [`Error::CertificateAlgorithm`], [`Error::CertificateExtension`], or those of the
    /// key's and the signature's parser.
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
        let (subject, irregular) = Subject::read(content.subject());
        Ok(Self {
            subject,
            irregular,
            public_key: PublicKey::from_spki_der(&info)?,
            validity: Validity::read(content.validity()),
            signature: read_signature(parsed.signature())?,
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

    /// Reads a bundle: certificates in PEM, one behind the other, at least one.
    ///
    /// # Errors
    /// Those of [`Certificate::from_pem`] for each.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, Error> {
        let certificates: Vec<Self> = pem::documents(text)
            .map(Self::from_pem)
            .collect::<Result<_, _>>()?;
        if certificates.is_empty() {
            return Err(Error::PemEncoding {
                expected: PEM_LABEL,
            });
        }
        Ok(certificates)
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

    /// Who is certified, as far as it means something here. What stands twice, or is not text, is left out.
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

    /// The subject's distinguished name as RFC 4514 writes it, for people.
    #[must_use]
    pub fn subject_name(&self) -> String {
        self.subject_dn().to_string()
    }

    /// The issuer's distinguished name as RFC 4514 writes it, for people.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.issuer_dn().to_string()
    }

    /// Whether subject and issuer are one: a root, or a change of an authority's key.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject_dn() == self.issuer_dn()
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

    /// How many further authorities may stand below this one; nothing if it is no authority or sets no bound.
    #[must_use]
    pub fn path_length(&self) -> Option<u8> {
        self.extensions.path_length
    }

    /// Identifier of the certified key, as the certificate gives it.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key.as_deref()
    }

    /// Identifier of the issuer's key, as the certificate gives it.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key.as_deref()
    }

    /// Whether an issuer's certificate may be this one's issuer by its name and its key identifier.
    fn names_as_issuer(&self, authority: &Self) -> bool {
        name::same_name(self.issuer_dn(), authority.subject_dn())
            && !keys_differ(
                &self.extensions.authority_key,
                &authority.extensions.subject_key,
            )
    }

    fn subject_dn(&self) -> &Name {
        self.parsed.tbs_certificate().subject()
    }

    fn issuer_dn(&self) -> &Name {
        self.parsed.tbs_certificate().issuer()
    }

    /// Checks that this is a certificate authority's certificate which may sign certificates at that time. If it names
    /// itself as issuer, its own signature must verify; otherwise somebody else vouches for it, and the caller must
    /// have a reason of its own to trust it.
    ///
    /// # Errors
    /// [`Error::CertificateNotAuthority`], [`Error::CertificateKeyUsage`], [`Error::CertificateName`] without an
    /// organisation or with a part of the name that is doubled or not text, [`Error::CertificateNotYetValid`],
    /// [`Error::CertificateExpired`], [`Error::CertificateSignature`].
    pub fn verify_authority(&self, at_ms: u64) -> Result<(), Error> {
        self.check_authority(at_ms)?;
        if self.is_self_issued() {
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
    /// [`Error::CertificateName`], [`Error::CertificateIsAuthority`], [`Error::CertificateKeyUsage`], [`Error::CertificateNotYetValid`],
    /// [`Error::CertificateExpired`], [`Error::CertificateIssuer`], [`Error::CertificateOrganisation`],
    /// [`Error::CertificateSignature`] for this one.
    pub fn verify_issued_by(&self, authority: &Self, at_ms: u64) -> Result<(), Error> {
        let organisation = authority.check_authority(at_ms)?;
        self.check_name()?;
        if self.is_authority() {
            return Err(Error::CertificateIsAuthority { name: self.name() });
        }
        self.require(KeyUsages::DigitalSignature)?;
        self.validity.check(at_ms, || self.name())?;
        self.check_issuer(authority)?;
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

    /// Name and key identifier of the issuer, byte for byte.
    fn check_issuer(&self, authority: &Self) -> Result<(), Error> {
        let (found, expected) = (self.issuer_dn(), authority.subject_dn());
        if found == expected
            && !keys_differ(
                &self.extensions.authority_key,
                &authority.extensions.subject_key,
            )
        {
            return Ok(());
        }
        Err(Error::CertificateIssuer {
            found: found.to_string(),
            expected: expected.to_string(),
        })
    }

    /// No part of the subject that means something here is doubled or other than text.
    fn check_name(&self) -> Result<(), Error> {
        match self.irregular {
            Some(field) => Err(Error::CertificateName { field }),
            None => Ok(()),
        }
    }

    /// Everything about an authority but its signature; gives its organisation.
    fn check_authority(&self, at_ms: u64) -> Result<&str, Error> {
        self.check_name()?;
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

    /// What to call this certificate before people.
    pub(crate) fn name(&self) -> String {
        self.subject_common_name()
            .or(self.subject_organisation())
            .map_or_else(|| self.subject_name(), str::to_owned)
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

/// Two key identifiers, if both are there and are not equal.
fn keys_differ(named: &Option<Vec<u8>>, own: &Option<Vec<u8>>) -> bool {
    matches!((named, own), (Some(named), Some(own)) if named != own)
}

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

/// The signature in a certificate, request or list: whole bytes that hold the DER of two integers (GB/T 35276).
fn read_signature(bits: &BitString) -> Result<Signature, Error> {
    Signature::from_der(bits.as_bytes().ok_or(Error::SignatureEncoding)?)
}
