//! Keys at rest and in hardware: one interface for wherever they are.
//!
//! | module | where the secret key is |
//! |---|---|
//! | [`file`](mod@file) | in a PKCS #8 file, plain or encrypted |
//! | [`folder`] | in a folder of encrypted PKCS #8 files with an index that has an integrity value |
//! | [`token`] | in a PKCS #11 token |
//! | [`sdf`] | in a device that speaks SDF (GM/T 0018, GB/T 36322) |
//!
//! What a provider gives out is public: labels, public keys, signatures, and what a ciphertext holds. A secret key leaves
//! a key store only through [`folder::Folder::export`], which asks for a passphrase to encrypt it with.
//!
//! This module reads files and devices and draws random numbers of the operating system, unlike the rest of the crate.

mod encrypted;
pub mod file;
pub mod folder;
mod memory;
mod permission;
mod pool;
pub mod sdf;
mod software;
pub mod token;

pub use file::KeyFile;
pub use permission::{read_secret, write_secret};

use crate::{
    Error,
    sm2::{KeyId, PublicKey, Signature, Signer},
    sm3,
};
use ::sm2::dsa::signature::hazmat::PrehashVerifier;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// What a key may be used for. Dual certificates (GB/T 20518) keep signing and encryption apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Usage {
    /// The key signs.
    pub sign: bool,
    /// The key decrypts, and agrees on keys.
    pub decrypt: bool,
}

impl Usage {
    /// Signing only.
    pub const SIGN: Self = Self {
        sign: true,
        decrypt: false,
    };
    /// Decryption and key agreement only.
    pub const DECRYPT: Self = Self {
        sign: false,
        decrypt: true,
    };
    /// Both: a key outside a dual certificate.
    pub const BOTH: Self = Self {
        sign: true,
        decrypt: true,
    };

    /// Stable word: `sign`, `decrypt`, `both` or `none`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match (self.sign, self.decrypt) {
            (true, true) => "both",
            (true, false) => "sign",
            (false, true) => "decrypt",
            (false, false) => "none",
        }
    }

    /// The usage with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::SIGN, Self::DECRYPT, Self::BOTH]
            .into_iter()
            .find(|usage| usage.word() == word)
    }
}

/// The public side of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Name that the provider knows the key by; unique in a key store, not always in a token.
    pub label: String,
    /// The public key.
    pub public_key: PublicKey,
    /// What it may be used for.
    pub usage: Usage,
    /// Where it is, for people: a file, a token with its serial number, a device with its index.
    pub place: String,
}

impl KeyEntry {
    /// SM3 of the SubjectPublicKeyInfo.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.public_key.key_id()
    }
}

/// Where keys are, and what they do without leaving it.
///
/// All methods may be called from several threads at once. Errors that every method may give: those that say that the
/// place is locked, gone or faulty ([`Error::KeyLocked`], [`Error::PinWrong`], [`Error::PinLockedOut`],
/// [`Error::DeviceRemoved`], [`Error::DeviceSession`], [`Error::DeviceFailure`], [`Error::DeviceAnswer`]).
pub trait KeyProvider: Send + Sync + fmt::Debug {
    /// Stable word: `file`, `folder`, `pkcs11` or `sdf`.
    fn word(&self) -> &'static str;

    /// The file, folder, token or device, for people.
    fn place(&self) -> String;

    /// All SM2 keys, in a fixed order.
    ///
    /// # Errors
    /// Those named at the trait.
    fn keys(&self) -> Result<Vec<KeyEntry>, Error>;

    /// Signs the parts, one after the other, under a user id.
    ///
    /// # Errors
    /// [`Error::UserIdLength`], or those of [`KeyProvider::sign_digest`].
    fn sign(&self, key: &KeyEntry, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, Error> {
        let digest = key.public_key.verifier(user_id)?.digest(message);
        self.sign_digest(&key.key_id(), &digest)
    }

    /// Signs e = SM3(Z ‖ M) (GB/T 32918.2 clause 6.1, from A3).
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::KeyUsage`], [`Error::MechanismUnsupported`], [`Error::DeviceSignature`], or those
    /// named at the trait.
    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error>;

    /// Decrypts what was encrypted with SM2 (GB/T 32918.4): C1 ‖ C3 ‖ C2, or the DER form of GB/T 35276 clause 7.2.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::KeyUsage`], [`Error::MechanismUnsupported`], those of a ciphertext that is
    /// malformed or not this key's, or those named at the trait.
    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// The x coordinate of d·P, big-endian: plain ECDH as RFC 8998 uses it. Most devices do not offer it.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::KeyUsage`], [`Error::MechanismUnsupported`], or those named at the trait.
    fn agree(&self, key: &KeyId, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        let _ = (key, peer);
        Err(Error::MechanismUnsupported {
            place: self.place(),
            operation: "agree",
        })
    }

    /// Fills the bytes from the generator of the token, device or operating system.
    ///
    /// # Errors
    /// [`Error::MechanismUnsupported`] or those named at the trait.
    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// A key of a provider, ready to work. It holds no secret: what it prints and gives out is public.
#[derive(Clone)]
pub struct Key {
    provider: Arc<dyn KeyProvider>,
    entry: KeyEntry,
}

impl Key {
    /// The key with this key id (64 hexadecimal digits, or at least the first eight) or label.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] if there is none or more than one; those of [`KeyProvider::keys`].
    pub fn find(provider: Arc<dyn KeyProvider>, wanted: &str) -> Result<Self, Error> {
        let missing = Error::KeyMissing {
            key: wanted.to_owned(),
            place: provider.place(),
        };
        let by_id = wanted.len() >= 8 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digits = wanted.to_ascii_lowercase();
        let mut found = provider.keys()?.into_iter().filter(|entry| {
            entry.label == wanted || by_id && entry.key_id().to_string().starts_with(&digits)
        });
        match (found.next(), found.next()) {
            (Some(entry), None) => Ok(Self { provider, entry }),
            _ => Err(missing),
        }
    }

    /// The only key that may be used so.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] if there is none or more than one; those of [`KeyProvider::keys`].
    pub fn only(provider: Arc<dyn KeyProvider>, usage: Usage) -> Result<Self, Error> {
        let mut fitting = provider.keys()?.into_iter().filter(|entry| {
            (entry.usage.sign || !usage.sign) && (entry.usage.decrypt || !usage.decrypt)
        });
        match (fitting.next(), fitting.next()) {
            (Some(entry), None) => Ok(Self { provider, entry }),
            _ => Err(Error::KeyMissing {
                key: usage.word().to_owned(),
                place: provider.place(),
            }),
        }
    }

    /// What is public about it.
    #[must_use]
    pub fn entry(&self) -> &KeyEntry {
        &self.entry
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.entry.public_key
    }

    /// Where it is.
    #[must_use]
    pub fn provider(&self) -> &Arc<dyn KeyProvider> {
        &self.provider
    }

    /// Signs the parts, one after the other, under a user id.
    ///
    /// # Errors
    /// [`Error::UserIdLength`], or those of [`KeyProvider::sign_digest`].
    pub fn sign(&self, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, Error> {
        if !self.entry.usage.sign {
            return Err(self.misused("sign"));
        }
        self.provider.sign(&self.entry, user_id, message)
    }

    /// Signs e = SM3(Z ‖ M).
    ///
    /// # Errors
    /// Those of [`KeyProvider::sign_digest`].
    pub fn sign_digest(&self, digest: &sm3::Digest) -> Result<Signature, Error> {
        if !self.entry.usage.sign {
            return Err(self.misused("sign"));
        }
        self.provider.sign_digest(&self.entry.key_id(), digest)
    }

    /// Decrypts what was encrypted with SM2 to this key.
    ///
    /// # Errors
    /// Those of [`KeyProvider::decrypt`].
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !self.entry.usage.decrypt {
            return Err(self.misused("decrypt"));
        }
        self.provider.decrypt(&self.entry.key_id(), ciphertext)
    }

    /// The x coordinate of d·P.
    ///
    /// # Errors
    /// Those of [`KeyProvider::agree`].
    pub fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        if !self.entry.usage.decrypt {
            return Err(self.misused("agree"));
        }
        self.provider.agree(&self.entry.key_id(), peer)
    }

    fn misused(&self, usage: &'static str) -> Error {
        Error::KeyUsage {
            label: self.entry.label.clone(),
            usage,
        }
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.entry.public_key
    }

    fn sign_parts(&self, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, Error> {
        self.sign(user_id, message)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("provider", &self.provider.word())
            .field("entry", &self.entry)
            .finish()
    }
}

/// Random bytes of the operating system, wiped when dropped.
fn random<const LENGTH: usize>() -> Zeroizing<[u8; LENGTH]> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    software::fill_random(&mut *bytes);
    bytes
}

/// A device's signature, checked: a token whose mechanism hashes once too often, or a faulty one, must not be believed.
fn checked(
    signature: Signature,
    public_key: &PublicKey,
    digest: &sm3::Digest,
    place: impl FnOnce() -> String,
) -> Result<Signature, Error> {
    // The user id is hashed into the digest already; this verifier takes it as it is.
    let verified = ::sm2::dsa::VerifyingKey::from_sec1_bytes("", &public_key.to_uncompressed())
        .and_then(|key| {
            let signature = ::sm2::dsa::Signature::from_bytes(&signature.to_bytes().into())?;
            key.verify_prehash(digest, &signature)
        });
    match verified {
        Ok(()) => Ok(signature),
        Err(_) => Err(Error::DeviceSignature { place: place() }),
    }
}
