//! The client's side.

use super::{Family, Identity, Profile, Trust, provider, with_suites};
use crate::Error;
use rustls::{
    CipherSuite, ClientConfig, SignatureScheme,
    client::{ResolvesClientCert, Resumption},
    sign::CertifiedKey,
    time_provider::TimeProvider,
};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// Servers whose sessions a client remembers.
const SESSIONS_MAX: usize = 256;

/// What a client needs.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Whose servers it accepts.
    pub servers: Trust,
    /// Who it is, at most one identity for each family; empty = it does not say.
    pub identities: Vec<Identity>,
    /// SM suites, best first; empty = GCM, then CCM.
    pub sm_suites: Vec<CipherSuite>,
    /// ALPN, best first, like `h2`; empty = none.
    pub application_protocols: Vec<Vec<u8>>,
    /// Whether sessions may be resumed; see [`super::ServerSettings::resumption`].
    pub resumption: bool,
    /// The clock that validity is judged by.
    pub time: Arc<dyn TimeProvider>,
}

/// A client's configuration, exchangeable while it works.
pub struct Client {
    profile: Profile,
    current: RwLock<Arc<ClientConfig>>,
}

impl Client {
    /// Prepares a client.
    ///
    /// # Errors
    /// [`Error::TlsCertificates`] if no authority of the profile's families is trusted;
    /// [`Error::TlsRevocationList`]; [`Error::TlsHandshake`] if rustls refuses the settings.
    pub fn new(profile: Profile, settings: &ClientSettings) -> Result<Self, Error> {
        Ok(Self {
            profile,
            current: RwLock::new(configuration(profile, settings)?),
        })
    }

    /// The configuration for the next connection. With [`Profile::SmAndInternational`], call
    /// [`super::check_negotiated`] once the handshake has ended.
    #[must_use]
    pub fn configuration(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other settings in place for connections to come, and forgets all sessions. On failure the old ones stay.
    ///
    /// # Errors
    /// Those of [`Client::new`].
    pub fn replace(&self, settings: &ClientSettings) -> Result<(), Error> {
        let new = configuration(self.profile, settings)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

fn configuration(profile: Profile, settings: &ClientSettings) -> Result<Arc<ClientConfig>, Error> {
    // International servers may have TLS 1.2 only.
    let (families, widest) = match profile {
        Profile::Sm => (&[Family::Sm][..], Family::Sm),
        Profile::SmAndInternational => (
            &[Family::Sm, Family::International][..],
            Family::International,
        ),
    };
    let verifier = settings.servers.servers(families)?;
    let identities = settings
        .identities
        .iter()
        .filter(|identity| families.contains(&identity.family()))
        .map(|identity| Arc::clone(identity.certified()))
        .collect();
    let provider = with_suites(provider(profile), &settings.sm_suites)?;
    let builder = ClientConfig::builder_with_details(provider, Arc::clone(&settings.time));
    let mut configuration = builder
        .with_protocol_versions(widest.versions())
        .map_err(super::refusal::unusable)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(Identities(identities)));
    configuration
        .alpn_protocols
        .clone_from(&settings.application_protocols);
    configuration.resumption = if settings.resumption {
        Resumption::in_memory_sessions(SESSIONS_MAX)
    } else {
        Resumption::disabled()
    };
    Ok(Arc::new(configuration))
}

/// Shows the certificate whose key can sign as the server asks.
#[derive(Debug)]
struct Identities(Vec<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identities {
    fn resolve(
        &self,
        _authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.0
            .iter()
            .find(|identity| identity.key.choose_scheme(schemes).is_some())
            .map(Arc::clone)
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}
