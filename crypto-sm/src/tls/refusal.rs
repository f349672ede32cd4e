//! Why a handshake failed, in this crate's codes.

use crate::Error;
use rustls::{
    AlertDescription, CertificateError, ExtendedKeyPurpose, InvalidMessage, PeerIncompatible,
    pki_types::UnixTime,
};

/// The code and values for a failure of rustls.
#[must_use]
pub fn explain(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => Error::TlsNotSpoken,
        rustls::Error::NoCertificatesPresented => Error::TlsPeerUntrusted {
            detail: error.to_string(),
        },
        rustls::Error::InvalidCertRevocationList(_) => Error::TlsRevocationList,
        rustls::Error::PeerIncompatible(reason) => match reason {
            PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon
            | PeerIncompatible::NoCipherSuitesInCommon
            | PeerIncompatible::NoKxGroupsInCommon
            | PeerIncompatible::NoSignatureSchemesInCommon
            | PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::NamedGroupsExtensionRequired
            | PeerIncompatible::KeyShareExtensionRequired
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled => Error::TlsNothingInCommon {
                detail: format!("{reason:?}"),
            },
            _ => failed(error),
        },
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::ProtocolVersion => Error::TlsNothingInCommon {
                detail: format!("{alert:?}"),
            },
            _ => failed(error),
        },
        // A key in a token or device did not sign.
        rustls::Error::Other(other) => match other.0.downcast_ref::<Error>() {
            Some(error) => error.clone(),
            None => failed(error),
        },
        _ => failed(error),
    }
}

/// rustls refuses settings.
pub(super) fn unusable(error: rustls::Error) -> Error {
    failed(&error)
}

fn failed(error: &rustls::Error) -> Error {
    Error::TlsHandshake {
        detail: error.to_string(),
    }
}

fn certificate(error: &CertificateError) -> Error {
    match error {
        CertificateError::Other(other) => match other.0.downcast_ref::<Error>() {
            Some(error) => error.clone(),
            None => untrusted(error),
        },
        CertificateError::BadEncoding => Error::CertificateEncoding,
        CertificateError::ExpiredContext { time, not_after } => Error::TlsPeerValidity {
            at_ms: milliseconds(time),
            limit_ms: milliseconds(not_after),
        },
        CertificateError::NotValidYetContext { time, not_before } => Error::TlsPeerValidity {
            at_ms: milliseconds(time),
            limit_ms: milliseconds(not_before),
        },
        CertificateError::Revoked => Error::TlsPeerRevoked,
        CertificateError::ExpiredRevocationListContext { .. }
        | CertificateError::ExpiredRevocationList => Error::TlsRevocationList,
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => Error::TlsPeerName {
            expected: expected.to_str().into_owned(),
            presented: presented.join(", "),
        },
        CertificateError::InvalidPurposeContext { required, .. } => Error::CertificateKeyUsage {
            name: String::new(),
            usage: match required {
                ExtendedKeyPurpose::ClientAuth => "clientAuth",
                _ => "serverAuth",
            },
        },
        _ => untrusted(error),
    }
}

fn untrusted(error: &CertificateError) -> Error {
    Error::TlsPeerUntrusted {
        detail: error.to_string(),
    }
}

fn milliseconds(time: &UnixTime) -> u64 {
    time.as_secs().saturating_mul(1000)
}
