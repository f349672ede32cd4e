//! Delivery of an encryption key: SM2EnvelopedKey (GB/T 35276-2017 clause 7.4, GM/T 0009). A certification authority that
//! keeps encryption keys sends one to the holder of a signing key, inside its answer to a request for two certificates.

use super::{Ciphertext, PublicKey, SecretKey};
use crate::{Error, rand_core::CryptoRng, sm4};
use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, BitStringRef, Null, ObjectIdentifier},
};
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

/// SM4 in ECB mode, and plain SM4 as some issuers name it (GM/T 0006). Two blocks of random bits under a key that is used
/// once lose nothing by that mode.
const SM4_ECB: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.1"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.104"),
];

#[derive(Sequence)]
struct EnvelopedKey<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    wrapped_key: AnyRef<'a>,
    public_key: BitStringRef<'a>,
    secret_key: BitStringRef<'a>,
}

impl SecretKey {
    /// This key, encrypted for the holder of another: an SM2EnvelopedKey in DER.
    #[must_use]
    pub fn to_enveloped<R: CryptoRng + ?Sized>(
        &self,
        recipient: &PublicKey,
        rng: &mut R,
    ) -> Vec<u8> {
        let mut key = Zeroizing::new([0; 16]);
        rng.fill_bytes(&mut *key);
        let wrapped = recipient
            .encrypt(&*key, rng)
            .expect("16 bytes can be encrypted")
            .to_der();
        let mut secret = self.to_bytes();
        sm4::Cipher::new(&key).encrypt_blocks(secret.as_chunks_mut().0);
        write(self.public_key(), &wrapped, &*secret).expect("parts of fixed length encode")
    }

    /// Opens an SM2EnvelopedKey in DER with the recipient's key.
    ///
    /// # Errors
    /// [`Error::SecretKeyProtection`] for another algorithm or a malformed document, those of the delivered public
    /// key's parser, and [`Error::Decryption`] for whatever else is wrong: another recipient, a changed document, or a
    /// secret key that does not belong to the public key.
    pub fn from_enveloped(der: &[u8], recipient: &Self) -> Result<Self, Error> {
        let malformed = Error::SecretKeyProtection;
        let document = EnvelopedKey::from_der(der).map_err(|_| malformed.clone())?;
        let parameters = document.algorithm.parameters;
        if !SM4_ECB.contains(&document.algorithm.oid)
            || parameters.is_some_and(|parameters| !parameters.is_null())
        {
            return Err(malformed);
        }
        let (Some(public), Some(secret)) = (
            document.public_key.as_bytes(),
            document.secret_key.as_bytes(),
        ) else {
            return Err(malformed);
        };
        let wrapped = document
            .wrapped_key
            .to_der()
            .map_err(|_| malformed.clone())?;
        let wrapped = Ciphertext::from_der(&wrapped).map_err(|_| malformed.clone())?;
        let public = PublicKey::from_uncompressed(public)?;
        // Some issuers encrypt the 64 bytes of ECCrefPrivateKey (GM/T 0018), whose first half is zero.
        if !matches!(secret.len(), 32 | 64) {
            return Err(malformed);
        }
        let key = recipient.decrypt(&wrapped)?;
        let key = <&[u8; 16]>::try_from(&key[..]).map_err(|_| Error::Decryption)?;
        let mut secret = Zeroizing::new(secret.to_vec());
        sm4::Cipher::new(key).decrypt_blocks(secret.as_chunks_mut().0);
        let (padding, secret) = secret.split_at(secret.len() - 32);
        let secret = Self::from_bytes(secret).map_err(|_| Error::Decryption)?;
        if *secret.public_key() != public || padding.iter().any(|byte| *byte != 0) {
            return Err(Error::Decryption);
        }
        Ok(secret)
    }
}

fn write(public: &PublicKey, wrapped: &[u8], secret: &[u8]) -> der::Result<Vec<u8>> {
    EnvelopedKey {
        algorithm: AlgorithmIdentifierRef {
            oid: SM4_ECB[0],
            parameters: Some(Null.into()),
        },
        wrapped_key: AnyRef::try_from(wrapped)?,
        public_key: BitStringRef::from_bytes(&public.to_uncompressed())?,
        secret_key: BitStringRef::from_bytes(secret)?,
    }
    .to_der()
}
