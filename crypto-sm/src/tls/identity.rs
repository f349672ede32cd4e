//! A certificate chain with its key: who one is in a handshake.

use super::{
    Family,
    inspection::Inspection,
    signature::{HandshakeKey, secret_key},
};
use crate::{
    Error,
    certificate::Certificate,
    sm2::{SecretKey, Signer},
};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SigningKey},
};
use std::{fmt, sync::Arc};
use zeroize::Zeroize;

/// A certificate chain with its key.
#[derive(Clone)]
pub struct Identity {
    family: Family,
    name: String,
    certified: Arc<CertifiedKey>,
}

impl Identity {
    /// Reads the certificate, followed by those of the authorities below the root, if any; and the key as PKCS #8 or
    /// SEC 1 (RFC 5915), not encrypted. Whether the certificate is valid now is for the peer to say.
    ///
    /// # Errors
    /// [`Error::TlsCertificates`] without a readable certificate, [`Error::TlsKey`] without a readable key,
    /// [`Error::CertificateKey`] if they do not belong together, [`Error::CertificateKeyUsage`] if the certificate's
    /// key may not sign handshakes: of a pair of certificates, the one for encryption is the wrong one here.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, Error> {
        let chain = certificates(chain)?;
        let first = chain.first().ok_or(Error::TlsCertificates)?;
        let inspection = Inspection::of(first)?;
        let mut key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| Error::TlsKey)?;
        let signing: Option<Arc<dyn SigningKey>> = match inspection.family {
            Family::Sm => secret_key(&key).map(|key| Arc::new(HandshakeKey::new(key)) as _),
            Family::International => rustls::crypto::ring::sign::any_supported_type(&key).ok(),
        };
        key.zeroize();
        Self::assemble(chain, &inspection, signing.ok_or(Error::TlsKey)?)
    }

    /// Reads the certificate, followed by those of the authorities below the root, if any; its SM2 key is in a token, a
    /// device or whatever else signs. What keeps it from signing ends the handshake, and [`super::explain`] tells it.
    ///
    /// # Errors
    /// Those of [`Identity::from_pem`]; [`Error::TlsKey`] for a certificate with a key that is none of SM2.
    pub fn with_signer(chain: &str, key: Arc<dyn Signer>) -> Result<Self, Error> {
        let chain = certificates(chain)?;
        let inspection = Inspection::of(chain.first().ok_or(Error::TlsCertificates)?)?;
        if inspection.family != Family::Sm {
            return Err(Error::TlsKey);
        }
        Self::assemble(chain, &inspection, Arc::new(HandshakeKey::elsewhere(key)))
    }

    /// A certificate of this crate with its key; `authorities` are those below the root, if any.
    ///
    /// # Errors
    /// [`Error::CertificateKey`], [`Error::CertificateKeyUsage`] as for [`Identity::from_pem`].
    pub fn new(
        certificate: &Certificate,
        authorities: &[Certificate],
        key: SecretKey,
    ) -> Result<Self, Error> {
        let chain: Vec<_> = std::iter::once(certificate)
            .chain(authorities)
            .map(|certificate| CertificateDer::from(certificate.to_der().to_vec()))
            .collect();
        let inspection = Inspection::of(certificate.to_der())?;
        Self::assemble(chain, &inspection, Arc::new(HandshakeKey::new(key)))
    }

    fn assemble(
        chain: Vec<CertificateDer<'static>>,
        inspection: &Inspection,
        key: Arc<dyn SigningKey>,
    ) -> Result<Self, Error> {
        inspection.require_signature()?;
        let certified = CertifiedKey::new(chain, key);
        let name = inspection.name();
        match certified.keys_match() {
            Ok(()) => Ok(Self {
                family: inspection.family,
                name,
                certified: Arc::new(certified),
            }),
            Err(_) => Err(Error::CertificateKey { name }),
        }
    }

    /// Which family the certificate belongs to.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// CN of the certificate, else its whole subject.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }
}

/// Shows whose it is, never the key.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("family", &self.family)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// All certificates of a PEM text; other documents in it are passed over.
pub(super) fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| Error::TlsCertificates)
}
