//! Dual certificates (GB/T 20518 clause 5.2.4, GM/T 0034): one subject with a key that signs and a key that decrypts, each
//! with its own certificate. The secret key that decrypts may be known to the authority's key management, the one that
//! signs never is; that is why neither may do the other's work.

use super::{Certificate, Purpose, Trust, keys_differ, usage::ENCIPHERING};
use crate::Error;
use x509_cert::ext::pkix::KeyUsages;

/// A signing and an encryption certificate of one subject, from one authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    signing: Certificate,
    encryption: Certificate,
}

impl Pair {
    /// Puts two certificates together. The signing one has digitalSignature and nothing that deciphers; the encryption one
    /// has keyEncipherment, dataEncipherment or keyAgreement, and neither digitalSignature nor nonRepudiation.
    ///
    /// # Errors
    /// [`Error::CertificateIsAuthority`]; [`Error::CertificateKeyUsage`] for a missing usage,
    /// [`Error::CertificateKeyUsageMixed`] for one that belongs to the other; [`Error::CertificatePair`] if subject,
    /// issuer or the issuer's key differ, or if both certify the same key.
    pub fn new(signing: Certificate, encryption: Certificate) -> Result<Self, Error> {
        signing.verify_purpose(Purpose::Signing)?;
        encryption.verify_purpose(Purpose::Encryption)?;
        for usage in ENCIPHERING {
            signing.forbid(*usage)?;
        }
        encryption.forbid(KeyUsages::DigitalSignature)?;
        encryption.forbid(KeyUsages::NonRepudiation)?;
        let differing = |part| {
            Err(Error::CertificatePair {
                signing: signing.name(),
                encryption: encryption.name(),
                part,
            })
        };
        if signing.subject_dn() != encryption.subject_dn() {
            return differing("subject");
        }
        if signing.issuer_dn() != encryption.issuer_dn()
            || keys_differ(
                &signing.extensions.authority_key,
                &encryption.extensions.authority_key,
            )
        {
            return differing("issuer");
        }
        if signing.public_key == encryption.public_key {
            return differing("key");
        }
        Ok(Self {
            signing,
            encryption,
        })
    }

    /// The certificate of the key that signs.
    #[must_use]
    pub fn signing(&self) -> &Certificate {
        &self.signing
    }

    /// The certificate of the key that decrypts.
    #[must_use]
    pub fn encryption(&self) -> &Certificate {
        &self.encryption
    }

    /// Checks both certificates, each for its purpose, and that the same authority signed both.
    ///
    /// # Errors
    /// Those of [`Trust::verify`]; [`Error::CertificatePair`].
    pub fn verify(&self, trust: &Trust<'_>, at_ms: u64) -> Result<(), Error> {
        let signing = trust.verify(&self.signing, Purpose::Signing, at_ms)?;
        let encryption = trust.verify(&self.encryption, Purpose::Encryption, at_ms)?;
        if signing[1].public_key == encryption[1].public_key {
            return Ok(());
        }
        Err(Error::CertificatePair {
            signing: self.signing.name(),
            encryption: self.encryption.name(),
            part: "issuer",
        })
    }
}
