//! Who calls: a member's certificate in the handshake with a node that asks for one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crypto_sm::Error;
use crypto_sm::certificate::Certificate;
use crypto_sm::keystore::Key;
use crypto_sm::sm2::{PublicKey, Signature, Signer};
use crypto_sm::tls;

use crate::config;
use crate::console::Asker;

/// Keys of members that were opened in this process, by where they are: nobody types a passphrase twice.
#[derive(Clone, Debug, Default)]
pub struct OpenedKeys(Arc<Mutex<Vec<Opened>>>);

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    keys: Option<config::Keys>,
    key: Key,
}

impl OpenedKeys {
    /// The key of an identity, opened with the first need.
    ///
    /// # Errors
    /// Those of [`config::Identity::open`].
    pub fn open(
        &self,
        identity: &config::Identity,
        asker: Asker,
    ) -> Result<Key, crate::error::Error> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = opened
            .iter()
            .find(|found| found.path == identity.key && found.keys == identity.keys);
        if let Some(found) = found {
            return Ok(found.key.clone());
        }
        let key = identity.open(&|place| asker.passphrase(place))?;
        opened.push(Opened {
            path: identity.key.clone(),
            keys: identity.keys.clone(),
            key: key.clone(),
        });
        Ok(key)
    }
}

/// The identity to show, if a node asks: one whose key opens by itself before one for which somebody must type a passphrase.
/// The key is opened only when the handshake needs it.
pub fn identity(
    identities: &[config::Identity],
    keys: &OpenedKeys,
    asker: Asker,
) -> Option<tls::Identity> {
    let mut ordered: Vec<&config::Identity> = identities.iter().collect();
    ordered.sort_by_key(|identity| identity.asks());
    ordered.into_iter().find_map(|identity| {
        let chain = std::fs::read_to_string(&identity.certificate).ok()?;
        let certificates = Certificate::all_from_pem(&chain).ok()?;
        let caller = Caller {
            public_key: certificates.first()?.public_key().clone(),
            identity: identity.clone(),
            keys: keys.clone(),
            asker,
        };
        tls::Identity::with_signer(&chain, Arc::new(caller)).ok()
    })
}

/// A member's key, wherever it is.
struct Caller {
    public_key: PublicKey,
    identity: config::Identity,
    keys: OpenedKeys,
    asker: Asker,
}

impl Signer for Caller {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn sign_parts(&self, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, Error> {
        use crate::error::Error as E;
        let key = self.keys.open(&self.identity, self.asker);
        let key = key.map_err(|error| match error {
            E::Crypto(error) => error,
            other => Error::KeyFileUnreadable {
                path: self.identity.key.display().to_string(),
                detail: other.code().to_owned(),
            },
        })?;
        if *key.public_key() != self.public_key {
            return Err(Error::CertificateKey {
                name: self.identity.name.clone(),
            });
        }
        key.sign(user_id, message)
    }
}
