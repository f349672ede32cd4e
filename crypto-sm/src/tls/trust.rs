//! Whom one trusts: authorities, and what they have revoked.

use super::{Family, identity::certificates, inspection::Inspection, verifier};
use crate::{Error, certificate::Certificate};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use std::sync::Arc;

/// Authorities that are trusted, each in its family, and revocation lists.
///
/// An authority whose list is known has its certificates looked up there, and a list past its next update is refused;
/// certificates of an authority without a list are accepted.
#[derive(Clone, Debug)]
pub struct Trust {
    sm: Arc<RootCertStore>,
    international: Arc<RootCertStore>,
    lists: Vec<CertificateRevocationListDer<'static>>,
}

impl Trust {
    /// Reads the authorities' certificates and their revocation lists (either text may hold several, the second none).
    ///
    /// # Errors
    /// [`Error::TlsCertificates`] if the first text holds no certificate, [`Error::CertificateNotAuthority`] or
    /// [`Error::CertificateKeyUsage`] if one of them may not issue, [`Error::TlsRevocationList`].
    pub fn from_pem(authorities: &str, revocation_lists: &str) -> Result<Self, Error> {
        let lists = CertificateRevocationListDer::pem_slice_iter(revocation_lists.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Error::TlsRevocationList)?;
        if lists.is_empty() && !revocation_lists.trim().is_empty() {
            return Err(Error::TlsRevocationList);
        }
        Self::assemble(certificates(authorities)?, lists)
    }

    /// Trusts these authorities, with no revocation lists.
    ///
    /// # Errors
    /// As for [`Trust::from_pem`].
    pub fn new<'a>(authorities: impl IntoIterator<Item = &'a Certificate>) -> Result<Self, Error> {
        let authorities = authorities
            .into_iter()
            .map(|authority| CertificateDer::from(authority.to_der().to_vec()))
            .collect();
        Self::assemble(authorities, Vec::new())
    }

    fn assemble(
        authorities: Vec<CertificateDer<'static>>,
        lists: Vec<CertificateRevocationListDer<'static>>,
    ) -> Result<Self, Error> {
        if authorities.is_empty() {
            return Err(Error::TlsCertificates);
        }
        let (mut sm, mut international) = (RootCertStore::empty(), RootCertStore::empty());
        for authority in authorities {
            let inspection = Inspection::of(&authority)?;
            inspection.require_authority()?;
            let store = match inspection.family {
                Family::Sm => &mut sm,
                Family::International => &mut international,
            };
            store
                .add(authority)
                .map_err(|_| Error::CertificateEncoding)?;
        }
        let trust = Self {
            sm: Arc::new(sm),
            international: Arc::new(international),
            lists,
        };
        // Revocation lists are parsed where a verifier is made.
        for family in [Family::Sm, Family::International] {
            trust.server_verifier(family)?;
        }
        Ok(trust)
    }

    fn roots(&self, family: Family) -> Option<Arc<RootCertStore>> {
        let roots = match family {
            Family::Sm => &self.sm,
            Family::International => &self.international,
        };
        (!roots.is_empty()).then(|| Arc::clone(roots))
    }

    /// What a client checks servers of this family with; nothing if no authority of the family is trusted.
    pub(super) fn server_verifier(
        &self,
        family: Family,
    ) -> Result<Option<Arc<WebPkiServerVerifier>>, Error> {
        self.roots(family)
            .map(|roots| {
                WebPkiServerVerifier::builder_with_provider(roots, family.provider())
                    .with_crls(self.lists.iter().cloned())
                    .allow_unknown_revocation_status()
                    .enforce_revocation_expiration()
                    .build()
                    .map_err(|_| Error::TlsRevocationList)
            })
            .transpose()
    }

    /// What a client checks servers of both families with.
    pub(super) fn servers(
        &self,
        families: &[Family],
    ) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let of = |family| {
            if families.contains(&family) {
                self.server_verifier(family)
            } else {
                Ok(None)
            }
        };
        let verifier = verifier::Servers {
            sm: of(Family::Sm)?,
            international: of(Family::International)?,
        };
        if verifier.sm.is_none() && verifier.international.is_none() {
            return Err(Error::TlsCertificates);
        }
        Ok(Arc::new(verifier))
    }

    /// What a server checks clients of this family with; nothing if no authority of the family is trusted.
    pub(super) fn clients(
        &self,
        family: Family,
        required: bool,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, Error> {
        let Some(roots) = self.roots(family) else {
            return Ok(None);
        };
        let mut builder = WebPkiClientVerifier::builder_with_provider(roots, family.provider())
            .with_crls(self.lists.iter().cloned())
            .allow_unknown_revocation_status()
            .enforce_revocation_expiration();
        if !required {
            builder = builder.allow_unauthenticated();
        }
        let inner = builder.build().map_err(|_| Error::TlsRevocationList)?;
        Ok(Some(Arc::new(verifier::Clients(inner))))
    }
}
