//! Digital envelopes: content encrypted with SM4-GCM under a fresh key, and that key encrypted with SM2 for each
//! recipient.
//!
//! | what | for | format |
//! |---|---|---|
//! | [`seal`], [`open`] | documents that other software reads too | AuthEnvelopedData (RFC 5083) with SM4-GCM (RFC 5084) and the recipients of GM/T 0010 |
//! | [`seal_unauthenticated`], [`open_unauthenticated`] | software that knows nothing else | EnvelopedData of GM/T 0010-2012 (GB/T 35275) with SM4-CBC |
//! | [`stream`] | content of any length, as backups | chunks of 64 KiB, each authenticated with its place |
//! | [`ContentKey`], [`Wraps`] | whatever keeps content and keys apart, as sealed rows do | the recipients alone |
//!
//! GM/T 0010 knows CBC only, which authenticates nothing: a changed envelope may decrypt to changed content. What is
//! written here unless one asks otherwise is therefore AuthEnvelopedData, the same message with a tag, where SM4-GCM has the object identifier
//! 1.2.156.10197.1.104.8 and the parameters that RFC 5084 gives to AES-GCM. An envelope hides content; it does not say who
//! made it.

mod message;
pub mod stream;
mod wraps;

pub use crate::cms::HolderId as RecipientId;
pub(crate) use message::{EncryptedContentInfo, decrypt_with_cbc, encrypt_with_cbc, too_long};
pub use message::{
    open, open_unauthenticated, open_unauthenticated_with, open_with, seal, seal_unauthenticated,
};
pub use wraps::Wraps;

use crate::{
    Error,
    certificate::Certificate,
    rand_core::CryptoRng,
    sm2::PublicKey,
    sm4::{self, gcm::Gcm},
};
use std::fmt;
use zeroize::Zeroizing;

/// Most recipients of one envelope.
pub const MOST_RECIPIENTS: usize = 1_000;

/// Who can open an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The encryption key.
    pub public_key: PublicKey,
    /// What the recipient looks for.
    pub id: RecipientId,
}

impl Recipient {
    /// A key without certificate, found by its key id.
    #[must_use]
    pub fn of_key(public_key: &PublicKey) -> Self {
        Self {
            public_key: public_key.clone(),
            id: RecipientId::of_key(public_key),
        }
    }

    /// The holder of an encryption certificate, found by issuer and serial number as GM/T 0010 has it. Whether the
    /// certificate is valid and trusted is for the caller to check.
    ///
    /// # Errors
    /// [`Error::CertificateKeyUsage`] unless the certificate has keyEncipherment, as encryption certificates have
    /// (GB/T 20518).
    pub fn of_certificate(certificate: &Certificate) -> Result<Self, Error> {
        const USAGE: &str = "keyEncipherment";
        if !certificate.key_usages().contains(&USAGE) {
            return Err(Error::CertificateKeyUsage {
                name: certificate
                    .subject_common_name()
                    .unwrap_or_default()
                    .to_owned(),
                usage: USAGE,
            });
        }
        Ok(Self {
            public_key: certificate.public_key().clone(),
            id: RecipientId::of_certificate(certificate),
        })
    }
}

/// An SM4 key for one content, wiped when dropped.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<sm4::Key>);

impl ContentKey {
    /// A new key. Each content needs its own.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut key = Zeroizing::new([0; sm4::KEY_LENGTH]);
        rng.fill_bytes(&mut *key);
        Self(key)
    }

    /// A key that was unwrapped elsewhere, for instance by a cryptographic device.
    ///
    /// # Errors
    /// [`Error::Decryption`] unless it has 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; sm4::KEY_LENGTH]);
        if bytes.len() != key.len() {
            return Err(Error::Decryption);
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    /// The 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &sm4::Key {
        &self.0
    }

    fn gcm(&self) -> Gcm {
        Gcm::new(&self.0)
    }
}

/// Shows nothing of the key.
impl fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ContentKey").finish_non_exhaustive()
    }
}
