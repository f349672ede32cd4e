//! The server's side.

use super::{Family, Identity, Profile, Trust, negotiation::offers_sm, with_suites};
use crate::Error;
use rustls::{
    CipherSuite, ServerConfig,
    server::{ClientHello, NoServerSessionStorage, ServerSessionMemoryCache, WebPkiClientVerifier},
    sign::SingleCertAndKey,
    time_provider::TimeProvider,
};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// Sessions that a server remembers for resumption. Each takes some kilobytes, mostly the client's certificates.
const SESSIONS_MAX: usize = 4096;

/// What a server needs.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Who it is: one identity for each family that the profile allows. A family without identity is not spoken.
    pub identities: Vec<Identity>,
    /// Whether clients show who they are.
    pub clients: ClientAuthentication,
    /// SM suites, best first; empty = GCM, then CCM.
    pub sm_suites: Vec<CipherSuite>,
    /// ALPN, best first, like `h2`; empty = none.
    pub application_protocols: Vec<Vec<u8>>,
    /// Whether sessions may be resumed. Secrets stay in this process and are forgotten with [`Server::replace`]; a
    /// resumed session has a new key agreement (RFC 8446 clause 2.2), but certificates are not checked again.
    pub resumption: bool,
    /// The clock that validity is judged by.
    pub time: Arc<dyn TimeProvider>,
}

/// Whether a server asks its clients for certificates.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// It does not ask.
    None,
    /// It asks, and accepts clients without.
    Optional(Trust),
    /// It asks, and refuses clients without.
    Required(Trust),
}

/// A server's configurations, one for each family, exchangeable while it serves.
pub struct Server {
    profile: Profile,
    current: RwLock<Arc<Configurations>>,
}

struct Configurations {
    sm: Arc<ServerConfig>,
    international: Option<Arc<ServerConfig>>,
}

impl Server {
    /// Prepares both families as far as the profile allows and identities are given.
    ///
    /// # Errors
    /// [`Error::TlsCertificates`] without an identity for the SM family, or with two for one family;
    /// [`Error::TlsRevocationList`]; [`Error::TlsHandshake`] if rustls refuses the settings.
    pub fn new(profile: Profile, settings: &ServerSettings) -> Result<Self, Error> {
        Ok(Self {
            profile,
            current: RwLock::new(Arc::new(Configurations::new(profile, settings)?)),
        })
    }

    /// The configuration for this client: SM if it offers all of it, else international if there is one.
    #[must_use]
    pub fn configuration(&self, hello: &ClientHello<'_>) -> Arc<ServerConfig> {
        let current = self.current();
        let chosen = match &current.international {
            Some(international) if !offers_sm(hello) => international,
            _ => &current.sm,
        };
        Arc::clone(chosen)
    }

    /// The configuration of one family; for servers of one family, which need not look at the hello.
    #[must_use]
    pub fn configuration_of(&self, family: Family) -> Option<Arc<ServerConfig>> {
        let current = self.current();
        match family {
            Family::Sm => Some(Arc::clone(&current.sm)),
            Family::International => current.international.clone(),
        }
    }

    /// Puts other identities, other trust and so on in place for connections to come, and forgets all sessions. On
    /// failure the old settings stay.
    ///
    /// # Errors
    /// Those of [`Server::new`].
    pub fn replace(&self, settings: &ServerSettings) -> Result<(), Error> {
        let new = Arc::new(Configurations::new(self.profile, settings)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    fn current(&self) -> Arc<Configurations> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl Configurations {
    fn new(profile: Profile, settings: &ServerSettings) -> Result<Self, Error> {
        let of = |family| {
            let mut identities = settings
                .identities
                .iter()
                .filter(|identity| identity.family() == family);
            match (identities.next(), identities.next()) {
                (Some(identity), None) => configuration(family, identity, settings).map(Some),
                (None, None) => Ok(None),
                _ => Err(Error::TlsCertificates),
            }
        };
        let sm = of(Family::Sm)?.ok_or(Error::TlsCertificates)?;
        let international = match profile {
            Profile::Sm => None,
            Profile::SmAndInternational => of(Family::International)?,
        };
        Ok(Self { sm, international })
    }
}

fn configuration(
    family: Family,
    identity: &Identity,
    settings: &ServerSettings,
) -> Result<Arc<ServerConfig>, Error> {
    let verifier = match &settings.clients {
        ClientAuthentication::None => WebPkiClientVerifier::no_client_auth(),
        // Where no authority of the family is trusted, nobody of it can show who he is.
        ClientAuthentication::Optional(trust) => trust
            .clients(family, false)?
            .unwrap_or_else(WebPkiClientVerifier::no_client_auth),
        ClientAuthentication::Required(trust) => {
            trust.clients(family, true)?.ok_or(Error::TlsCertificates)?
        }
    };
    let provider = match family {
        Family::Sm => with_suites(family.provider(), &settings.sm_suites)?,
        Family::International => family.provider(),
    };
    let builder = ServerConfig::builder_with_details(provider, Arc::clone(&settings.time));
    let mut configuration = builder
        .with_protocol_versions(family.versions())
        .map_err(super::refusal::unusable)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(
            identity.certified().as_ref().clone(),
        )));
    configuration
        .alpn_protocols
        .clone_from(&settings.application_protocols);
    // Tickets stay handles into this process' memory: no key protects them that could leak.
    if settings.resumption {
        configuration.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
    } else {
        configuration.session_storage = Arc::new(NoServerSessionStorage {});
        configuration.send_tls13_tickets = 0;
    }
    Ok(Arc::new(configuration))
}
