//! A key that is in memory already, as a provider.

use super::{Key, KeyEntry, KeyProvider, Usage, software};
use crate::{
    Error,
    sm2::{KeyId, PublicKey, SecretKey, Signature},
    sm3,
};
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// One key.
pub(super) struct Memory {
    pub(super) secret: SecretKey,
    pub(super) entry: KeyEntry,
}

impl From<SecretKey> for Key {
    fn from(secret: SecretKey) -> Self {
        let entry = KeyEntry {
            label: String::new(),
            public_key: secret.public_key().clone(),
            usage: Usage::BOTH,
            place: String::new(),
        };
        Self {
            entry: entry.clone(),
            provider: Arc::new(Memory { secret, entry }),
        }
    }
}

impl Memory {
    fn secret(&self, key: &KeyId) -> Result<&SecretKey, Error> {
        if *key == self.entry.key_id() {
            Ok(&self.secret)
        } else {
            Err(Error::KeyMissing {
                key: key.to_string(),
                place: self.place(),
            })
        }
    }
}

impl KeyProvider for Memory {
    fn word(&self) -> &'static str {
        "memory"
    }

    fn place(&self) -> String {
        self.entry.place.clone()
    }

    fn keys(&self) -> Result<Vec<KeyEntry>, Error> {
        Ok(vec![self.entry.clone()])
    }

    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error> {
        Ok(software::sign_digest(self.secret(key)?, digest))
    }

    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        software::decrypt(self.secret(key)?, ciphertext)
    }

    fn agree(&self, key: &KeyId, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        Ok(self.secret(key)?.agree(peer))
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        software::fill_random(bytes);
        Ok(())
    }
}

/// Shows what is public.
impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Memory")
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::USER_ID;

    #[test]
    fn a_key_in_memory_signs_as_a_provider_and_prints_no_secret() {
        let secret = SecretKey::from_bytes(&[0x5a; 32]).unwrap();
        let key = Key::from(secret.clone());
        let signature = key.sign(USER_ID, &[b"message"]).unwrap();
        secret
            .public_key()
            .verify(USER_ID, &[b"message"], &signature)
            .unwrap();
        let printed = format!("{key:?} {:?}", key.provider());
        assert!(!printed.contains("5a5a5a") && !printed.contains("90, 90"));
        let other = SecretKey::from_bytes(&[1; 32]).unwrap();
        let missing = key
            .provider()
            .sign_digest(&other.public_key().key_id(), &[1; 32]);
        assert_eq!(missing.unwrap_err().code(), "HT-CRY-072");
    }
}
