//! What the node shows to its clients, and what it asks of them: the section `tls`.

use crate::error::Error;
use crypto_sm::certificate::Certificate;
use crypto_sm::tls::rustls::time_provider::DefaultTimeProvider;
use crypto_sm::tls::{self, ClientAuthentication, Identity, Profile, ServerSettings, Trust};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Certificate and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// File of the certificate, PEM; certificates of authorities below the root may follow.
    pub certificate: PathBuf,
    /// File of its key, PKCS #8 PEM.
    pub key: PathBuf,
}

/// Whether clients show who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clients {
    /// They are not asked.
    #[default]
    Off,
    /// They are asked, and served without.
    Optional,
    /// They are asked, and refused without.
    Required,
}

impl Clients {
    /// The words in settings.
    pub const WORDS: &'static [&'static str] = &["off", "optional", "required"];

    /// What a word means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Off, Self::Optional, Self::Required];
        let position = Self::WORDS.iter().position(|known| *known == word)?;
        all.get(position).copied()
    }
}

/// TLS in front of both APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Which suites are spoken.
    pub profile: Profile,
    /// The node's SM2 certificate.
    pub sm: Pair,
    /// Its certificate for clients that know international suites only.
    pub international: Option<Pair>,
    /// Whether clients show certificates.
    pub clients: Clients,
    /// CAs of clients, PEM; of both families, if both are to be accepted.
    pub client_authorities: Option<PathBuf>,
    /// Revocation lists of these CAs, PEM.
    pub revocation_lists: Option<PathBuf>,
}

impl Tls {
    /// The words of `tls.profile`.
    pub const WORDS: &'static [&'static str] = &["off", "sm", "sm+international"];

    /// Every file that is read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let pairs = [Some(&self.sm), self.international.as_ref()];
        let pairs = pairs.into_iter().flatten();
        let lists = [&self.client_authorities, &self.revocation_lists];
        pairs
            .flat_map(|pair| [&*pair.certificate, &*pair.key])
            .chain(lists.into_iter().flatten().map(PathBuf::as_path))
    }

    /// Reads the files.
    ///
    /// # Errors
    /// [`Error::ConfigMissing`] where the profile or the clients need a file that is not named; [`Error::FileUnreadable`],
    /// [`Error::KeyExposed`], [`Error::KeyInvalid`], and those of [`Identity::from_pem`] and [`Trust::from_pem`].
    pub fn settings(&self) -> Result<ServerSettings, Error> {
        let mut identities = vec![sm_identity(&self.sm)?];
        if self.profile == Profile::SmAndInternational {
            let missing = || Error::ConfigMissing {
                key: "tls.international_certificate".to_owned(),
            };
            let pair = self.international.as_ref().ok_or_else(missing)?;
            let key = super::folder::read_private(&pair.key)?;
            identities.push(Identity::from_pem(&read(&pair.certificate)?, &key)?);
        }
        let trust = || {
            let missing = || Error::ConfigMissing {
                key: "tls.client_ca".to_owned(),
            };
            let authorities = self.client_authorities.as_ref().ok_or_else(missing)?;
            let lists = self.revocation_lists.as_deref().map(read).transpose()?;
            let lists = lists.unwrap_or_default();
            Ok::<_, Error>(Trust::from_pem(&read(authorities)?, &lists)?)
        };
        Ok(ServerSettings {
            identities,
            clients: match self.clients {
                Clients::Off => ClientAuthentication::None,
                Clients::Optional => ClientAuthentication::Optional(trust()?),
                Clients::Required => ClientAuthentication::Required(trust()?),
            },
            sm_suites: Vec::new(),
            application_protocols: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            resumption: true,
            time: Arc::new(DefaultTimeProvider),
        })
    }

    /// Prepares to serve.
    ///
    /// # Errors
    /// Those of [`Tls::settings`] and [`tls::Server::new`].
    pub fn prepare(&self) -> Result<tls::Server, Error> {
        Ok(tls::Server::new(self.profile, &self.settings()?)?)
    }

    /// When the node's SM2 certificate ends, milliseconds since 1970.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`]; what is wrong with the certificate.
    pub fn not_after_ms(&self) -> Result<u64, Error> {
        let chain = Certificate::all_from_pem(&read(&self.sm.certificate)?)?;
        let first = chain.first().ok_or(crypto_sm::Error::TlsCertificates)?;
        Ok(first.validity().not_after_ms)
    }
}

fn sm_identity(pair: &Pair) -> Result<Identity, Error> {
    let key = super::read_key(&pair.key)?.to_pkcs8_pem();
    Ok(Identity::from_pem(&read(&pair.certificate)?, &key)?)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::FileUnreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    })
}
