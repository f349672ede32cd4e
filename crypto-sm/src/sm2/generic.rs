//! Keys and signatures for generic code: the traits of the crate `signature`, which is [re-exported](signature).
//!
//! Everything uses the default user id, but for a [`Verifier`] that was made for another. [`Signer`] and [`PrehashSigner`]
//! have no generator: their nonces are a function of key and digest alone, as in RFC 6979. Where there is a generator, take
//! the traits with `Randomized` in their names, or [`SecretKey::sign`]. What is called prehash is e = SM3(Z_A ‖ M), 32 bytes.

pub use ::sm2::dsa::signature;

use super::{PublicKey, SecretKey, Signature, USER_ID, Verifier};
use crate::{Error, rand_core::TryCryptoRng, sm3};
use signature::{
    Keypair, MultipartSigner, MultipartVerifier, RandomizedMultipartSigner, RandomizedSigner,
    SignatureEncoding, Signer,
    hazmat::{PrehashSigner, PrehashVerifier, RandomizedPrehashSigner},
};
use zeroize::Zeroizing;

impl TryFrom<&[u8]> for Signature {
    type Error = Error;

    /// [`Signature::from_bytes`]
    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        Self::from_bytes(bytes)
    }
}

impl From<Signature> for [u8; 64] {
    fn from(signature: Signature) -> Self {
        signature.to_bytes()
    }
}

impl SignatureEncoding for Signature {
    type Repr = [u8; 64];
}

impl Keypair for SecretKey {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        self.public_key().clone()
    }
}

impl MultipartSigner<Signature> for SecretKey {
    fn try_multipart_sign(&self, message: &[&[u8]]) -> Result<Signature, signature::Error> {
        Ok(self.sign_digest(&self.digest(message), &[0; 32]))
    }
}

impl Signer<Signature> for SecretKey {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        self.try_multipart_sign(&[message])
    }
}

impl PrehashSigner<Signature> for SecretKey {
    fn sign_prehash(&self, prehash: &[u8]) -> Result<Signature, signature::Error> {
        Ok(self.sign_digest(&digest(prehash)?, &[0; 32]))
    }
}

impl RandomizedMultipartSigner<Signature> for SecretKey {
    fn try_multipart_sign_with_rng<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        message: &[&[u8]],
    ) -> Result<Signature, signature::Error> {
        self.sign_prehash_with_rng(rng, &self.digest(message))
    }
}

impl RandomizedSigner<Signature> for SecretKey {
    fn try_sign_with_rng<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        message: &[u8],
    ) -> Result<Signature, signature::Error> {
        self.try_multipart_sign_with_rng(rng, &[message])
    }
}

impl RandomizedPrehashSigner<Signature> for SecretKey {
    fn sign_prehash_with_rng<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        prehash: &[u8],
    ) -> Result<Signature, signature::Error> {
        let digest = digest(prehash)?;
        let mut noise = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *noise)
            .map_err(|_| signature::Error::new())?;
        Ok(self.sign_digest(&digest, &noise))
    }
}

impl MultipartVerifier<Signature> for Verifier {
    fn multipart_verify(
        &self,
        message: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), signature::Error> {
        self.verify(message, signature).map_err(opaque)
    }
}

impl signature::Verifier<Signature> for Verifier {
    fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), signature::Error> {
        self.multipart_verify(&[message], signature)
    }
}

impl PrehashVerifier<Signature> for Verifier {
    fn verify_prehash(
        &self,
        prehash: &[u8],
        signature: &Signature,
    ) -> Result<(), signature::Error> {
        self.verify_digest(&digest(prehash)?, signature)
            .map_err(opaque)
    }
}

impl MultipartVerifier<Signature> for PublicKey {
    fn multipart_verify(
        &self,
        message: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), signature::Error> {
        self.verify(USER_ID, message, signature).map_err(opaque)
    }
}

impl signature::Verifier<Signature> for PublicKey {
    fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), signature::Error> {
        self.multipart_verify(&[message], signature)
    }
}

impl PrehashVerifier<Signature> for PublicKey {
    fn verify_prehash(
        &self,
        prehash: &[u8],
        signature: &Signature,
    ) -> Result<(), signature::Error> {
        self.default_verifier().verify_prehash(prehash, signature)
    }
}

fn digest(prehash: &[u8]) -> Result<sm3::Digest, signature::Error> {
    prehash.try_into().map_err(|_| signature::Error::new())
}

/// The traits' error tells no causes.
fn opaque(_: Error) -> signature::Error {
    signature::Error::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::dsa::{SigningKey, VerifyingKey};
    use rand::{SeedableRng, rngs::StdRng};

    /// Generic code that knows nothing of SM2.
    fn sign_and_verify<S, K>(key: &K, other: &impl signature::Verifier<S>) -> S
    where
        S: SignatureEncoding,
        K: Signer<S> + RandomizedSigner<S> + Keypair<VerifyingKey: signature::Verifier<S>>,
    {
        use signature::Verifier;
        let mut rng = StdRng::seed_from_u64(4);
        for signature in [
            key.sign(b"message"),
            key.sign_with_rng(&mut rng, b"message"),
        ] {
            let verifying = key.verifying_key();
            assert!(verifying.verify(b"message", &signature).is_ok());
            assert!(verifying.verify(b"massage", &signature).is_err());
            assert!(other.verify(b"message", &signature).is_ok());
            assert!(S::try_from(&signature.to_bytes().as_ref()[1..]).is_err());
        }
        key.sign(b"message")
    }

    #[test]
    fn generic_code_signs_and_verifies() {
        let key = SecretKey::from_bytes(&[5; 32]).unwrap();
        let verifier = key.public_key().default_verifier().with_table();
        let signature = sign_and_verify(&key, &verifier);
        // The other implementation of the same traits accepts it, and the other way round.
        let id = std::str::from_utf8(USER_ID).unwrap();
        let bytes = key.public_key().to_uncompressed();
        let theirs = VerifyingKey::from_sec1_bytes(id, &bytes).unwrap();
        let converted = ::sm2::dsa::Signature::from_slice(&signature.to_bytes()).unwrap();
        assert!(signature::Verifier::verify(&theirs, b"message", &converted).is_ok());
        let other = SigningKey::from_slice(id, &[5; 32]).unwrap();
        let signed: ::sm2::dsa::Signature = other.sign(b"message");
        let converted = Signature::try_from(&signed.to_bytes()[..]).unwrap();
        assert!(signature::Verifier::verify(key.public_key(), b"message", &converted).is_ok());
    }

    #[test]
    fn parts_and_digests_are_the_message() {
        let key = SecretKey::from_bytes(&[6; 32]).unwrap();
        let verifier = key.public_key().default_verifier();
        let signature: Signature = key.multipart_sign(&[b"mess", b"age"]);
        assert_eq!(signature, Signer::sign(&key, b"message"));
        let digest = verifier.digest(&[b"message"]);
        assert_eq!(signature, key.sign_prehash(&digest).unwrap());
        assert!(verifier.verify_prehash(&digest, &signature).is_ok());
        assert!(key.public_key().verify_prehash(&digest, &signature).is_ok());
        assert!(verifier.verify_prehash(&digest[1..], &signature).is_err());
        assert!(key.sign_prehash(&[0; 31]).is_err());
        assert!(key.sign_prehash(&[0; 33]).is_err());
        let mut changed = digest;
        changed[31] ^= 1;
        assert!(verifier.verify_prehash(&changed, &signature).is_err());
        assert!(
            key.public_key()
                .multipart_verify(&[b"mess", b"age"], &signature)
                .is_ok()
        );
        assert!(
            key.public_key()
                .multipart_verify(&[b"mess"], &signature)
                .is_err()
        );
    }
}
