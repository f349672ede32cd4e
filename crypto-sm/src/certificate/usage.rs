//! What a certified key may be used for (RFC 5280 clauses 4.2.1.3 and 4.2.1.12, GB/T 20518 clause 5.2.4).

use super::Certificate;
use crate::Error;
use x509_cert::{der::oid::ObjectIdentifier, ext::pkix::KeyUsages};

/// TLS server and client (RFC 5280 clause 4.2.1.12).
pub(super) const SERVER_AUTHENTICATION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
pub(super) const CLIENT_AUTHENTICATION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

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

const EXTENDED_KEY_USAGES: &[(&str, &str)] = &[
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
    ("1.3.6.1.5.5.7.3.8", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSPSigning"),
    ("2.5.29.37.0", "anyExtendedKeyUsage"),
];

/// Usages of which a key that decrypts has one, and a key that signs has none.
pub(super) const ENCIPHERING: &[KeyUsages] = &[
    KeyUsages::KeyEncipherment,
    KeyUsages::DataEncipherment,
    KeyUsages::KeyAgreement,
];

/// What a certificate is to serve for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To sign: digitalSignature.
    Signing,
    /// To be encrypted to: keyEncipherment, dataEncipherment or keyAgreement.
    Encryption,
    /// To serve TLS: digitalSignature, and serverAuth where extended key usages are given.
    Server,
    /// To call by TLS: digitalSignature, and clientAuth where extended key usages are given.
    Client,
    /// To issue certificates: an authority with keyCertSign.
    Authority,
}

impl Purpose {
    /// The extended key usage that a certificate which gives any must give.
    fn extended(self) -> Option<ObjectIdentifier> {
        match self {
            Self::Server => Some(SERVER_AUTHENTICATION),
            Self::Client => Some(CLIENT_AUTHENTICATION),
            Self::Signing | Self::Encryption | Self::Authority => None,
        }
    }
}

impl Certificate {
    /// Key usages by their names in RFC 5280 clause 4.2.1.3, in the order of their bits.
    #[must_use]
    pub fn key_usages(&self) -> Vec<&'static str> {
        KEY_USAGES
            .iter()
            .filter(|(usage, _)| self.allows(*usage))
            .map(|(_, name)| *name)
            .collect()
    }

    /// Extended key usages by their names in RFC 5280 clause 4.2.1.12, unknown ones as object identifiers.
    #[must_use]
    pub fn extended_key_usages(&self) -> Vec<String> {
        let usages = self.extensions.extended_key_usage.iter().flatten();
        usages
            .map(|usage| extended_name(usage).unwrap_or_else(|| usage.to_string()))
            .collect()
    }

    /// Checks the key usages that a purpose asks of the certificate it is about. Whether extended key usages are
    /// respected along the path, [`super::Trust`] checks.
    ///
    /// # Errors
    /// [`Error::CertificateIsAuthority`], [`Error::CertificateNotAuthority`], [`Error::CertificateKeyUsage`],
    /// [`Error::CertificatePurpose`].
    pub fn verify_purpose(&self, purpose: Purpose) -> Result<(), Error> {
        if self.is_authority() != (purpose == Purpose::Authority) {
            let name = self.name();
            return Err(if self.is_authority() {
                Error::CertificateIsAuthority { name }
            } else {
                Error::CertificateNotAuthority { name }
            });
        }
        match purpose {
            Purpose::Signing | Purpose::Server | Purpose::Client => {
                self.require(KeyUsages::DigitalSignature)?;
            }
            Purpose::Encryption => {
                if !ENCIPHERING.iter().any(|usage| self.allows(*usage)) {
                    self.require(KeyUsages::KeyEncipherment)?;
                }
            }
            Purpose::Authority => self.require(KeyUsages::KeyCertSign)?,
        }
        self.check_extended(purpose)
    }

    /// Where extended key usages are given, they must include the purpose's, or any.
    pub(super) fn check_extended(&self, purpose: Purpose) -> Result<(), Error> {
        let (Some(usages), Some(needed)) =
            (&self.extensions.extended_key_usage, purpose.extended())
        else {
            return Ok(());
        };
        if usages.contains(&needed) || usages.contains(&ANY_USAGE) {
            return Ok(());
        }
        Err(Error::CertificatePurpose {
            name: self.name(),
            purpose: extended_name(&needed).unwrap_or_default(),
        })
    }

    pub(super) fn allows(&self, usage: KeyUsages) -> bool {
        self.extensions
            .key_usage
            .as_ref()
            .is_some_and(|usages| usages.0.contains(usage))
    }

    /// A certificate without the extension allows nothing: GB/T 20518 requires it, where RFC 5280 would allow all.
    pub(super) fn require(&self, usage: KeyUsages) -> Result<(), Error> {
        if self.allows(usage) {
            return Ok(());
        }
        Err(Error::CertificateKeyUsage {
            name: self.name(),
            usage: name(usage),
        })
    }

    /// The usage must not be there.
    pub(super) fn forbid(&self, usage: KeyUsages) -> Result<(), Error> {
        if !self.allows(usage) {
            return Ok(());
        }
        Err(Error::CertificateKeyUsageMixed {
            name: self.name(),
            usage: name(usage),
        })
    }
}

fn name(usage: KeyUsages) -> &'static str {
    KEY_USAGES
        .iter()
        .find(|(known, _)| *known == usage)
        .map_or("", |(_, name)| name)
}

fn extended_name(usage: &ObjectIdentifier) -> Option<String> {
    let usage = usage.to_string();
    EXTENDED_KEY_USAGES
        .iter()
        .find(|(known, _)| *known == usage)
        .map(|(_, name)| (*name).to_owned())
}
