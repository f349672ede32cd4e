//! What this node shows its peers, and what it wants to see of them.

use super::Roster;
use crate::config::read_key;
use crate::error::Error;
use crypto_sm::certificate::Certificate;
use crypto_sm::tls::rustls::time_provider::DefaultTimeProvider;
use crypto_sm::tls::{
    Client, ClientAuthentication, ClientSettings, Identity, Profile, Server, ServerSettings, Trust,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A node's transport certificate with its key.
#[derive(Clone, Debug)]
pub struct Credentials {
    identity: Identity,
    certificate: Certificate,
    certificate_file: PathBuf,
    key_file: PathBuf,
}

impl Credentials {
    /// Reads both files. Certificates of authorities below the root may follow the node's.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::KeyExposed`], [`Error::KeyInvalid`], what the cryptography says about the files.
    pub fn read(certificate: &Path, key_path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(certificate).map_err(|error| Error::FileUnreadable {
            path: certificate.display().to_string(),
            detail: error.to_string(),
        })?;
        let key = read_key(key_path)?.to_pkcs8_pem();
        Ok(Self {
            identity: Identity::from_pem(&text, &key)?,
            certificate: Certificate::from_pem(&text)?,
            certificate_file: certificate.to_owned(),
            key_file: key_path.to_owned(),
        })
    }

    /// What the files hold now, if it is another certificate.
    ///
    /// # Errors
    /// Those of [`Credentials::read`].
    pub(super) fn renewed(&self) -> Result<Option<Self>, Error> {
        let found = Self::read(&self.certificate_file, &self.key_file)?;
        Ok((found.certificate.to_der() != self.certificate.to_der()).then_some(found))
    }

    /// File of the certificate.
    pub(super) fn file(&self) -> &Path {
        &self.certificate_file
    }

    /// The public key, 65 bytes uncompressed: what the ledger names as the node's transport key.
    #[must_use]
    pub fn key(&self) -> [u8; 65] {
        self.certificate.public_key().to_uncompressed()
    }

    /// Until when the certificate is valid, milliseconds since 1970.
    #[must_use]
    pub fn not_after_ms(&self) -> u64 {
        self.certificate.validity().not_after_ms
    }

    /// TLS as the accepting side. Sessions are never resumed: each connection checks the certificate.
    pub(super) fn server(&self, roster: &Roster) -> Result<ServerSettings, Error> {
        Ok(ServerSettings {
            identities: vec![self.identity.clone()],
            clients: ClientAuthentication::Required(trust(roster)?),
            sm_suites: Vec::new(),
            application_protocols: vec![b"h2".to_vec()],
            resumption: false,
            time: Arc::new(DefaultTimeProvider),
        })
    }

    /// TLS as the calling side.
    pub(super) fn client(&self, roster: &Roster) -> Result<ClientSettings, Error> {
        Ok(ClientSettings {
            servers: trust(roster)?,
            identities: vec![self.identity.clone()],
            sm_suites: Vec::new(),
            application_protocols: vec![b"h2".to_vec()],
            resumption: false,
            time: Arc::new(DefaultTimeProvider),
        })
    }

    /// Both sides.
    pub(super) fn prepare(&self, roster: &Roster) -> Result<(Server, Client), Error> {
        Ok((
            Server::new(Profile::Sm, &self.server(roster)?)?,
            Client::new(Profile::Sm, &self.client(roster)?)?,
        ))
    }
}

fn trust(roster: &Roster) -> Result<Trust, Error> {
    let authorities = roster
        .authorities()
        .iter()
        .map(|authority| Certificate::from_der(authority))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Trust::new(&authorities)?)
}
