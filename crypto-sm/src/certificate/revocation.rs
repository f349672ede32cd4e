//! Lists of revoked certificates (RFC 5280 clause 5, version 2) signed with SM2-with-SM3: full lists of one authority.

use super::{
    Certificate, Issuer, check_algorithm,
    extension::{authority_key, authority_key_identifier, extension, refuse_doubled, refused},
    issue::Signer,
    keys_differ, name, read_signature,
    validity::{date, milliseconds, period},
};
use crate::{
    Error, pem,
    rand_core::CryptoRng,
    sm2::{Signature, USER_ID},
    sm3,
};
use std::{cmp::Ordering, collections::BTreeMap, fmt};
use x509_cert::{
    certificate::Version,
    crl::{CertificateList, RevokedCert, TbsCertList},
    der::{Decode, Encode, oid::AssociatedOid},
    ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason, KeyUsages},
    name::Name,
    serial_number::SerialNumber,
    spki::DynSignatureAlgorithmIdentifier,
};

/// PEM label (RFC 7468 clause 6).
const PEM_LABEL: &str = "X509 CRL";

/// Why a certificate was revoked (RFC 5280 clause 5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No reason given.
    #[default]
    Unspecified,
    /// The secret key is known to others, or may be.
    KeyCompromise,
    /// The same of the authority's key.
    AuthorityCompromise,
    /// Name or membership changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// Suspended.
    Hold,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
    /// The same as `AuthorityCompromise` of an attribute authority.
    AttributeAuthorityCompromise,
}

const REASONS: &[(Reason, CrlReason, &str)] = &[
    (Reason::Unspecified, CrlReason::Unspecified, "unspecified"),
    (
        Reason::KeyCompromise,
        CrlReason::KeyCompromise,
        "keyCompromise",
    ),
    (
        Reason::AuthorityCompromise,
        CrlReason::CaCompromise,
        "cACompromise",
    ),
    (
        Reason::AffiliationChanged,
        CrlReason::AffiliationChanged,
        "affiliationChanged",
    ),
    (Reason::Superseded, CrlReason::Superseded, "superseded"),
    (
        Reason::CessationOfOperation,
        CrlReason::CessationOfOperation,
        "cessationOfOperation",
    ),
    (Reason::Hold, CrlReason::CertificateHold, "certificateHold"),
    (
        Reason::PrivilegeWithdrawn,
        CrlReason::PrivilegeWithdrawn,
        "privilegeWithdrawn",
    ),
    (
        Reason::AttributeAuthorityCompromise,
        CrlReason::AaCompromise,
        "aACompromise",
    ),
];

impl Reason {
    /// Its name in RFC 5280.
    #[must_use]
    pub fn name(self) -> &'static str {
        REASONS
            .iter()
            .find(|(reason, ..)| *reason == self)
            .map_or("", |(.., name)| name)
    }

    /// The reason of that name in RFC 5280.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        REASONS
            .iter()
            .find(|(.., known)| *known == name)
            .map(|(reason, ..)| *reason)
    }

    fn encode(self) -> CrlReason {
        REASONS
            .iter()
            .find(|(reason, ..)| *reason == self)
            .map_or(CrlReason::Unspecified, |(_, encoded, _)| *encoded)
    }

    /// Nothing for removeFromCRL, which belongs to lists of changes.
    pub(super) fn decode(encoded: CrlReason) -> Option<Self> {
        REASONS
            .iter()
            .find(|(_, known, _)| *known == encoded)
            .map(|(reason, ..)| *reason)
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Serial number, big-endian, without leading zeros, at most 20 bytes.
    pub serial: Vec<u8>,
    /// When, milliseconds since 1970; lists count whole seconds.
    pub revoked_at_ms: u64,
    /// Why.
    pub reason: Reason,
}

/// A list that has been parsed, not one that is trusted: [`RevocationList::verify`] says whether it is.
#[derive(Clone)]
pub struct RevocationList {
    der: Vec<u8>,
    issuer: Name,
    number: Option<Vec<u8>>,
    this_update_ms: u64,
    next_update_ms: u64,
    /// By serial number.
    entries: BTreeMap<Vec<u8>, Revoked>,
    authority_key: Option<Vec<u8>>,
    signed: Vec<u8>,
    signature: Signature,
}

impl RevocationList {
    /// Reads a list in DER. What encodes differently from what was read is refused; so are lists without an end of their
    /// validity (RFC 5280 clause 5.1.2.5), lists of changes and lists for some certificates only (their extensions are
    /// critical), and a serial number that stands twice.
    ///
    /// # Errors
    /// [`Error::RevocationListEncoding`], [`Error::CertificateAlgorithm`], [`Error::CertificateExtension`],
    /// [`Error::RevocationSerial`], or those of the signature's parser.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let encoding = |_| Error::RevocationListEncoding;
        let parsed = <CertificateList>::from_der(der).map_err(encoding)?;
        if parsed.to_der().map_err(encoding)? != der {
            return Err(Error::RevocationListEncoding);
        }
        let content = parsed.tbs_cert_list;
        if content.version != Version::V2 || content.signature != parsed.signature_algorithm {
            return Err(Error::RevocationListEncoding);
        }
        check_algorithm(&content.signature)?;
        let time = |time| milliseconds(time).ok_or(Error::RevocationListEncoding);
        let next_update = content.next_update.ok_or(Error::RevocationListEncoding)?;
        let mut number = None;
        let mut issuer_key = None;
        let extensions = content.crl_extensions.as_deref().unwrap_or_default();
        refuse_doubled(extensions)?;
        for extension in extensions {
            match extension.extn_id {
                CrlNumber::OID => {
                    let value = CrlNumber::from_der(extension.extn_value.as_bytes())
                        .map_err(|_| refused(extension))?;
                    number = Some(value.0.as_bytes().to_vec());
                }
                AuthorityKeyIdentifier::OID => issuer_key = authority_key(extension)?,
                _ if extension.critical => return Err(refused(extension)),
                _ => {}
            }
        }
        let mut entries = BTreeMap::new();
        for entry in content.revoked_certificates.iter().flatten() {
            let entry = Revoked {
                serial: significant(entry.serial_number.as_bytes()).to_vec(),
                revoked_at_ms: time(entry.revocation_date)?,
                reason: read_reason(entry)?,
            };
            let serial = entry.serial.clone();
            if entries.insert(serial, entry.clone()).is_some() {
                return Err(Error::RevocationSerial {
                    serial: hex::encode(entry.serial),
                });
            }
        }
        Ok(Self {
            signature: read_signature(&parsed.signature)?,
            this_update_ms: time(content.this_update)?,
            next_update_ms: time(next_update)?,
            number,
            entries,
            authority_key: issuer_key,
            signed: content.to_der().map_err(encoding)?,
            issuer: content.issuer,
            der: der.to_vec(),
        })
    }

    /// Reads a list in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`RevocationList::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::from_der(&pem::decode(PEM_LABEL, text)?)
    }

    /// The list in DER, byte for byte as it was read or issued.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The list in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(PEM_LABEL, &self.der)
    }

    /// SM3 of the DER.
    #[must_use]
    pub fn fingerprint(&self) -> sm3::Digest {
        sm3::hash(&[&self.der])
    }

    /// The issuer's distinguished name as RFC 4514 writes it, for people.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.issuer.to_string()
    }

    /// Number of the list, big-endian, without leading zeros; later lists of an issuer have greater numbers.
    #[must_use]
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// When the list was made, milliseconds since 1970.
    #[must_use]
    pub fn this_update_ms(&self) -> u64 {
        self.this_update_ms
    }

    /// Until when the next one is made, milliseconds since 1970.
    #[must_use]
    pub fn next_update_ms(&self) -> u64 {
        self.next_update_ms
    }

    /// The revoked certificates in the order of their serial numbers.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Revoked> {
        self.entries.values()
    }

    /// The entry of a serial number, big-endian, without leading zeros.
    #[must_use]
    pub fn entry(&self, serial: &[u8]) -> Option<&Revoked> {
        self.entries.get(significant(serial))
    }

    /// Checks that the authority issued this list, and that the list is current at that time: issuer's name and key
    /// identifier, key usage cRLSign, period, signature. The authority itself must have been accepted before.
    ///
    /// # Errors
    /// [`Error::RevocationListIssuer`], [`Error::CertificateKeyUsage`], [`Error::RevocationListTime`],
    /// [`Error::RevocationListSignature`].
    pub fn verify(&self, authority: &Certificate, at_ms: u64) -> Result<(), Error> {
        if !self.names_as_issuer(authority) {
            return Err(Error::RevocationListIssuer {
                found: self.issuer(),
                expected: authority.subject_name(),
            });
        }
        authority.require(KeyUsages::CRLSign)?;
        if at_ms < self.this_update_ms || at_ms / 1000 * 1000 > self.next_update_ms {
            return Err(Error::RevocationListTime {
                issuer: self.issuer(),
                this_update_ms: self.this_update_ms,
                next_update_ms: self.next_update_ms,
                at_ms,
            });
        }
        authority
            .public_key()
            .verify(USER_ID, &[&self.signed], &self.signature)
            .map_err(|_| Error::RevocationListSignature {
                issuer: self.issuer(),
            })
    }

    /// Checks that a certificate of the same issuer does not stand on the list, for whatever reason and since whenever.
    ///
    /// # Errors
    /// [`Error::CertificateRevoked`].
    pub fn check(&self, certificate: &Certificate) -> Result<(), Error> {
        let Some(entry) = self.entry(certificate.serial()) else {
            return Ok(());
        };
        Err(Error::CertificateRevoked {
            name: certificate.name(),
            serial: hex::encode(&entry.serial),
            revoked_at_ms: entry.revoked_at_ms,
            reason: entry.reason.name(),
        })
    }

    /// Which of two lists is the newer one: by time, and within one second by number.
    pub(super) fn age(&self, other: &Self) -> Ordering {
        let number = |list: &Self| list.number.clone().map(|number| (number.len(), number));
        self.this_update_ms
            .cmp(&other.this_update_ms)
            .then_with(|| number(self).cmp(&number(other)))
    }

    /// Whether the authority may have issued this list, by its name and its key identifier.
    pub(super) fn names_as_issuer(&self, authority: &Certificate) -> bool {
        name::same_name(&self.issuer, authority.subject_dn())
            && !keys_differ(&self.authority_key, &authority.extensions.subject_key)
    }
}

impl Issuer {
    /// Issues a list of revoked certificates. Each list has a greater number than the one before.
    ///
    /// # Errors
    /// [`Error::CertificateKeyUsage`] if the authority lacks cRLSign; [`Error::ValidityPeriod`];
    /// [`Error::RevocationSerial`] if a serial number stands twice, or is none.
    pub fn issue_revocation_list<R: CryptoRng + ?Sized>(
        &self,
        number: u64,
        this_update_ms: u64,
        next_update_ms: u64,
        entries: &[Revoked],
        rng: &mut R,
    ) -> Result<RevocationList, Error> {
        self.certificate.require(KeyUsages::CRLSign)?;
        let updates = period(this_update_ms, next_update_ms)?;
        let mut revoked: Vec<RevokedCert> = Vec::new();
        for entry in entries {
            let refused = || Error::RevocationSerial {
                serial: hex::encode(&entry.serial),
            };
            if entry.serial.is_empty() {
                return Err(refused());
            }
            let date = date(entry.revoked_at_ms).ok_or(Error::ValidityPeriod {
                not_before_ms: entry.revoked_at_ms,
                not_after_ms: next_update_ms,
            })?;
            // RFC 5280 clause 5.3.1: no reason is said by leaving it out.
            let reason = (entry.reason != Reason::Unspecified)
                .then(|| vec![extension(false, &entry.reason.encode())]);
            revoked.push(RevokedCert {
                serial_number: SerialNumber::new(&entry.serial).map_err(|_| refused())?,
                revocation_date: date.into(),
                crl_entry_extensions: reason,
            });
        }
        let number = CrlNumber::try_from(number).expect("64 bits");
        // The crate's builder copies the issuer's AuthorityKeyIdentifier, which names the key above the issuer's; here the
        // issuer's own is named (RFC 5280 clause 5.2.1).
        let mut extensions = vec![extension(false, &number)];
        let identifier = self.certificate.subject_key_identifier();
        extensions.extend(identifier.map(authority_key_identifier));
        let signer = Signer(&self.key);
        let algorithm = signer.signature_algorithm_identifier().expect("a constant");
        let content = TbsCertList {
            version: Version::V2,
            signature: algorithm.clone(),
            issuer: self.certificate.subject_dn().clone(),
            this_update: updates.not_before,
            next_update: Some(updates.not_after),
            // RFC 5280 clause 5.1.2.6: no list rather than an empty one.
            revoked_certificates: (!revoked.is_empty()).then_some(revoked),
            crl_extensions: Some(extensions),
        };
        let encoded = content.to_der().and_then(|signed| {
            let list = CertificateList {
                tbs_cert_list: content,
                signature_algorithm: algorithm,
                signature: signer.sign(&signed, rng),
            };
            list.to_der()
        });
        RevocationList::from_der(&encoded.map_err(|_| Error::RevocationListEncoding)?)
    }
}

fn read_reason(entry: &RevokedCert) -> Result<Reason, Error> {
    let extensions = entry.crl_entry_extensions.as_deref().unwrap_or_default();
    refuse_doubled(extensions)?;
    let mut reason = Reason::Unspecified;
    for extension in extensions {
        if extension.extn_id == CrlReason::OID {
            reason = CrlReason::from_der(extension.extn_value.as_bytes())
                .ok()
                .and_then(Reason::decode)
                .ok_or_else(|| refused(extension))?;
        } else if extension.critical {
            return Err(refused(extension));
        }
    }
    Ok(reason)
}

/// Without leading zeros.
fn significant(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    &serial[zeros..]
}

impl PartialEq for RevocationList {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for RevocationList {}

impl fmt::Debug for RevocationList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RevocationList")
            .field("issuer", &self.issuer())
            .field("this_update_ms", &self.this_update_ms)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}
