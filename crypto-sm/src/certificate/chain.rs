//! Paths from a certificate to a trusted root (RFC 5280 clause 6, with the initial policy set any-policy and without name
//! constraints).

use super::{Certificate, Purpose, RevocationList};
use crate::Error;
use x509_cert::ext::pkix::KeyUsages;

/// Most certificates of a path, the certificate and the root included.
const PATH_MAX: usize = 8;

/// Most signatures checked for one path: who sends many certificates under one name gains no work by it.
const SIGNATURES_MAX: usize = 64;

/// How far certificates must be shown not to be revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// Lists at hand are used; where there is none, none is missed.
    #[default]
    Known,
    /// The certificate itself must be covered by a list.
    Certificate,
    /// Every certificate of the path but the root must be covered by a list.
    Path,
}

/// What is trusted, and what is known besides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trust<'a> {
    /// Certificates of authorities that are trusted for reasons of the caller's own.
    pub roots: &'a [Certificate],
    /// Certificates of authorities that may lead to a root; nothing is trusted in them.
    pub intermediates: &'a [Certificate],
    /// Lists of revoked certificates, of any of these authorities.
    pub lists: &'a [RevocationList],
    /// Where a list must not be missing.
    pub revocation: Revocation,
}

impl<'a> Trust<'a> {
    /// Finds a path from the certificate to a root and checks it at that time: signatures, names and key identifiers,
    /// validity of every certificate (the root's too), BasicConstraints and path lengths, keyCertSign, extended key
    /// usages, the purpose's key usages, and revocation. An authority that constrains names is refused, and unknown
    /// critical extensions were refused when the certificates were read. Gives the path, the certificate first and the
    /// root last.
    ///
    /// # Errors
    /// [`Error::CertificateChain`] if there is no path; otherwise what is wrong with the path that came farthest:
    /// [`Error::CertificateNotYetValid`], [`Error::CertificateExpired`], [`Error::CertificateSignature`],
    /// [`Error::CertificateNotAuthority`], [`Error::CertificateKeyUsage`], [`Error::CertificatePathLength`],
    /// [`Error::CertificatePurpose`], [`Error::CertificateExtension`], [`Error::CertificateRevoked`],
    /// [`Error::RevocationListMissing`], or those of [`RevocationList::verify`]; and of the certificate itself those of
    /// [`Certificate::verify_purpose`].
    pub fn verify<'c>(
        &self,
        certificate: &'c Certificate,
        purpose: Purpose,
        at_ms: u64,
    ) -> Result<Vec<&'c Certificate>, Error>
    where
        'a: 'c,
    {
        certificate.verify_purpose(purpose)?;
        certificate.validity.check(at_ms, || certificate.name())?;
        let mut search = Search {
            trust: *self,
            purpose,
            at_ms,
            signatures: 0,
            failure: None,
        };
        let mut path = vec![certificate];
        if purpose == Purpose::Authority && self.roots.contains(certificate) {
            return Ok(path);
        }
        if search.extend(&mut path) {
            return Ok(path);
        }
        Err(search.failure.map_or_else(
            || Error::CertificateChain {
                name: certificate.name(),
                issuer: certificate.issuer(),
            },
            |(_, error)| error,
        ))
    }
}

/// A search for a path, depth first.
struct Search<'a> {
    trust: Trust<'a>,
    purpose: Purpose,
    at_ms: u64,
    signatures: usize,
    /// The first failure on the longest path so far, with that path's length.
    failure: Option<(usize, Error)>,
}

impl<'a> Search<'a> {
    /// Whether a path to a root was found; it is then in `path`.
    fn extend<'c>(&mut self, path: &mut Vec<&'c Certificate>) -> bool
    where
        'a: 'c,
    {
        let Some(&last) = path.last() else {
            return false;
        };
        let roots = self.trust.roots.iter().map(|root| (root, true));
        let others = self.trust.intermediates.iter().map(|other| (other, false));
        let mut found = false;
        for (authority, trusted) in roots.chain(others) {
            // The same authority twice leads nowhere new.
            let seen = path.iter().any(|below| {
                below.public_key == authority.public_key
                    && below.subject_dn() == authority.subject_dn()
            });
            if seen || !last.names_as_issuer(authority) {
                continue;
            }
            found = true;
            if let Err(error) = self.check_link(path, last, authority) {
                self.note(path.len(), error);
                continue;
            }
            path.push(authority);
            if !trusted {
                if path.len() < PATH_MAX && self.extend(path) {
                    return true;
                }
            } else {
                match self.check_revocation(path) {
                    Ok(()) => return true,
                    Err(error) => self.note(path.len(), error),
                }
            }
            path.pop();
        }
        if !found {
            self.note(
                path.len(),
                Error::CertificateChain {
                    name: last.name(),
                    issuer: last.issuer(),
                },
            );
        }
        false
    }

    fn note(&mut self, length: usize, error: Error) {
        if self
            .failure
            .as_ref()
            .is_none_or(|(farthest, _)| length > *farthest)
        {
            self.failure = Some((length, error));
        }
    }

    /// What an issuer must be like, and that it signed.
    fn check_link(
        &mut self,
        path: &[&Certificate],
        certificate: &Certificate,
        authority: &Certificate,
    ) -> Result<(), Error> {
        if !authority.is_authority() {
            return Err(Error::CertificateNotAuthority {
                name: authority.name(),
            });
        }
        authority.require(KeyUsages::KeyCertSign)?;
        authority.validity.check(self.at_ms, || authority.name())?;
        authority.check_extended(self.purpose)?;
        if authority.extensions.name_constraints {
            return Err(Error::CertificateExtension {
                extension: "2.5.29.30".to_owned(),
            });
        }
        // Authorities below this one. One that issued to itself, to change its key, does not count; the certificate at
        // the end counts if it is to issue itself.
        let below = path
            .iter()
            .enumerate()
            .filter(|(position, below)| {
                below.is_authority() && (!below.is_self_issued() || *position == 0)
            })
            .count();
        if let Some(length) = authority.path_length()
            && below > usize::from(length)
        {
            return Err(Error::CertificatePathLength {
                name: authority.name(),
                path_length: length,
            });
        }
        self.signatures += 1;
        if self.signatures > SIGNATURES_MAX {
            return Err(Error::CertificateChain {
                name: certificate.name(),
                issuer: certificate.issuer(),
            });
        }
        certificate.check_signature(&authority.public_key)
    }

    /// Each certificate against the newest list of its issuer.
    fn check_revocation(&self, path: &[&Certificate]) -> Result<(), Error> {
        for (position, link) in path.windows(2).enumerate() {
            let &[certificate, authority] = link else {
                continue;
            };
            let list = self
                .trust
                .lists
                .iter()
                .filter(|list| list.names_as_issuer(authority))
                .max_by(|left, right| left.age(right));
            if let Some(list) = list {
                list.verify(authority, self.at_ms)?;
                list.check(certificate)?;
                continue;
            }
            let needed = match self.trust.revocation {
                Revocation::Known => false,
                Revocation::Certificate => position == 0,
                Revocation::Path => true,
            };
            if needed {
                return Err(Error::RevocationListMissing {
                    name: certificate.name(),
                    issuer: authority.subject_name(),
                });
            }
        }
        Ok(())
    }
}
