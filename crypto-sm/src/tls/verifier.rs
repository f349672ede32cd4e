//! Around webpki's verifiers: key usages, and one family in the whole chain.

use super::{Family, SM2SIG_SM3, inspection::Inspection};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, PeerMisbehaved,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use std::sync::Arc;

/// Carries our own refusal through rustls; `explain` takes it out again.
fn refused(error: crate::Error) -> Error {
    match error {
        crate::Error::CertificateEncoding => CertificateError::BadEncoding.into(),
        error => CertificateError::Other(OtherError(Arc::new(error))).into(),
    }
}

fn inspect(certificate: &CertificateDer<'_>) -> Result<Inspection, Error> {
    Inspection::of(certificate).map_err(refused)
}

/// The leaf's key may sign handshakes, and authorities on the way may issue certificates.
fn check_usages(
    end_entity: &Inspection,
    intermediates: &[CertificateDer<'_>],
) -> Result<(), Error> {
    end_entity.require_signature().map_err(refused)?;
    for intermediate in intermediates {
        let intermediate = inspect(intermediate)?;
        // Others were of no use to webpki, so that they cannot harm.
        if intermediate.authority {
            intermediate.require_authority().map_err(refused)?;
        }
    }
    Ok(())
}

/// What a client checks servers with.
#[derive(Debug)]
pub(super) struct Servers {
    pub(super) sm: Option<Arc<WebPkiServerVerifier>>,
    pub(super) international: Option<Arc<WebPkiServerVerifier>>,
}

impl Servers {
    /// webpki with the authorities and algorithms of one family, so that a chain does not mix them.
    fn of(&self, family: Family) -> Result<&WebPkiServerVerifier, Error> {
        let verifier = match family {
            Family::Sm => &self.sm,
            Family::International => &self.international,
        };
        verifier
            .as_deref()
            .ok_or_else(|| CertificateError::UnknownIssuer.into())
    }
}

impl ServerCertVerifier for Servers {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let inspection = inspect(end_entity)?;
        let verified = self.of(inspection.family)?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        check_usages(&inspection, intermediates)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // RFC 8998 is about TLS 1.3 only.
        self.of(Family::International)?
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let family = scheme_family(signature.scheme);
        self.of(family)?
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        [&self.sm, &self.international]
            .into_iter()
            .flatten()
            .flat_map(|verifier| verifier.supported_verify_schemes())
            .collect()
    }
}

fn scheme_family(scheme: SignatureScheme) -> Family {
    if scheme == SM2SIG_SM3 {
        Family::Sm
    } else {
        Family::International
    }
}

/// What a server checks clients of one family with.
#[derive(Debug)]
pub(super) struct Clients(pub(super) Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Clients {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let inspection = inspect(end_entity)?;
        let verified = self.0.verify_client_cert(end_entity, intermediates, now)?;
        check_usages(&inspection, intermediates)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signature.scheme == SM2SIG_SM3 {
            return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
        }
        self.0
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
