//! Secret keys and signing (GB/T 32918.2 clause 6).

use super::{
    PublicKey, Signature,
    shared::SharedPoint,
    verifier::{reduce, scalar},
};
use crate::{Error, pem, rand_core::CryptoRng, sm3};
use ::sm2::{
    FieldBytes, ProjectivePoint, Scalar, Sm2, U256,
    elliptic_curve::{
        Curve, Group, PrimeField,
        ops::Reduce,
        pkcs8::{DecodePrivateKey, EncodePrivateKey},
        point::AffineCoordinates,
    },
};
use rfc6979::KGenerator;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// PEM label of a PKCS #8 document (RFC 7468 clause 10).
const PEM_LABEL: &str = "PRIVATE KEY";

/// An SM2 secret key d in [1, n − 2], wiped from memory when dropped. Signing takes the same time whatever the key; what
/// its arithmetic leaves in registers and on the stack is not wiped.
#[derive(Clone)]
pub struct SecretKey {
    d: Scalar,
    public_key: PublicKey,
}

impl SecretKey {
    /// A new key, uniform in [1, n − 2] (GB/T 32918.1 clause 6.1).
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        loop {
            rng.fill_bytes(&mut *bytes);
            // A random number is out of range once in 2^32.
            if let Ok(key) = Self::from_bytes(&*bytes) {
                return key;
            }
        }
    }

    /// Reads the 32 bytes of d, big-endian.
    ///
    /// # Errors
    /// [`Error::SecretKeyRange`] for another length or a number outside [1, n − 2].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: Zeroizing<[u8; 32]> =
            Zeroizing::new(bytes.try_into().map_err(|_| Error::SecretKeyRange)?);
        // Refuses what is not below n, in constant time.
        let d: Scalar =
            Option::from(Scalar::from_repr((*bytes).into())).ok_or(Error::SecretKeyRange)?;
        // n − 1 has no inverse of 1 + d, so it cannot sign.
        if d == Scalar::ZERO || d == -Scalar::ONE {
            return Err(Error::SecretKeyRange);
        }
        let point = ProjectivePoint::mul_by_generator(&d).to_affine();
        let point = ::sm2::PublicKey::from_affine(point).expect("d is not a multiple of n");
        Ok(Self {
            d,
            public_key: PublicKey::from_point(point),
        })
    }

    /// The 32 bytes of d, big-endian, wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.d.to_repr().into())
    }

    /// Reads a PKCS #8 document (RFC 5958 with an ECPrivateKey of RFC 5915 inside) in DER.
    ///
    /// # Errors
    /// [`Error::SecretKeyInfo`] if it is not an SM2 key's or its public key is another's; [`Error::SecretKeyRange`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Error> {
        let key = ::sm2::SecretKey::from_pkcs8_der(der).map_err(|_| Error::SecretKeyInfo)?;
        Self::from_bytes(&*Zeroizing::new(<[u8; 32]>::from(key.to_bytes())))
    }

    /// The PKCS #8 document in DER, with the public key, not encrypted; wiped when dropped.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let key = ::sm2::SecretKey::from_slice(&*self.to_bytes()).expect("d is in range");
        let document = key.to_pkcs8_der().expect("a key of fixed size encodes");
        Zeroizing::new(document.as_bytes().to_vec())
    }

    /// Reads a PKCS #8 document in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`SecretKey::from_pkcs8_der`].
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, Error> {
        Self::from_pkcs8_der(&pem::decode(PEM_LABEL, text)?)
    }

    /// The PKCS #8 document in PEM, not encrypted; wiped when dropped.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(PEM_LABEL, &self.to_pkcs8_der()))
    }

    /// The public key d·G.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// d·P for another's public key, in the same time for every d.
    pub(super) fn share(&self, peer: &PublicKey) -> SharedPoint {
        SharedPoint::new(&self.d, peer).expect("d is not a multiple of n")
    }

    /// Signs the parts, one after the other. The nonce is drawn as in RFC 6979 with SM3 and 32 random bytes mixed in, so
    /// that neither a weak generator nor a fault that repeats a calculation gives the key away.
    ///
    /// # Errors
    /// [`Error::UserIdLength`] if the user id has 8,192 bytes or more.
    pub fn sign<R: CryptoRng + ?Sized>(
        &self,
        user_id: &[u8],
        message: &[&[u8]],
        rng: &mut R,
    ) -> Result<Signature, Error> {
        let digest = self.public_key.verifier(user_id)?.digest(message);
        let mut noise = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *noise);
        Ok(self.sign_digest(&digest, &*noise))
    }

    /// Steps A3 to A7 for e = SM3(Z_A ‖ M), with the nonce of RFC 6979 and additional input.
    pub(crate) fn sign_digest(&self, digest: &sm3::Digest, noise: &[u8]) -> Signature {
        let e = reduce(digest);
        let mut nonces = KGenerator::<::sm3::Sm3, U256>::new(
            &*self.to_bytes(),
            &e.to_repr(),
            noise,
            &Sm2::ORDER,
        );
        let mut bytes = Zeroizing::new([0; 32]);
        loop {
            nonces.fill_next_k(&mut *bytes);
            let mut k = scalar(&bytes);
            let signature = self.sign_with_nonce(&e, &k);
            k.zeroize();
            if let Some(signature) = signature {
                return signature;
            }
        }
    }

    /// Steps A4 to A7; nothing where the standard asks for another nonce.
    pub(crate) fn sign_with_nonce(&self, e: &Scalar, k: &Scalar) -> Option<Signature> {
        // A4, A5
        let x = ProjectivePoint::mul_by_generator(k).to_affine().x();
        let r = *e + <Scalar as Reduce<FieldBytes>>::reduce(&x);
        if (r + *k).is_zero().into() {
            return None;
        }
        // A6: s = (1 + d)⁻¹ · (k − r·d). d is in [1, n − 2], so that 1 + d has an inverse.
        let mut inverse: Scalar = Option::from((Scalar::ONE + self.d).invert())?;
        let s = inverse * (*k - r * self.d);
        inverse.zeroize();
        let mut bytes = [0; super::SIGNATURE_LENGTH];
        bytes[..32].copy_from_slice(&r.to_repr());
        bytes[32..].copy_from_slice(&s.to_repr());
        // A5, A7: r = 0 and s = 0 are refused here.
        Signature::from_bytes(&bytes).ok()
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.d.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for SecretKey {}

/// Shows the public key only.
impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SecretKey")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::USER_ID;
    use ::sm2::dsa::{SigningKey, signature::Signer};

    #[test]
    fn without_noise_the_nonce_is_that_of_rfc_6979() {
        // The `sm2` crate's own signer draws its nonce the same way, so the signatures are equal byte for byte.
        let id = std::str::from_utf8(USER_ID).unwrap();
        for seed in 1..=32u8 {
            let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
            let other = SigningKey::from_slice(id, &[seed; 32]).unwrap();
            let message = vec![seed; usize::from(seed) * 7];
            let digest = key.public_key().default_verifier().digest(&[&message]);
            let expected: ::sm2::dsa::Signature = other.sign(&message);
            assert_eq!(
                key.sign_digest(&digest, &[]).to_bytes(),
                *expected.to_bytes()
            );
            assert_ne!(
                key.sign_digest(&digest, &[1]),
                key.sign_digest(&digest, &[2])
            );
        }
    }

    #[test]
    fn a_nonce_that_the_standard_refuses_gives_no_signature() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let k = scalar(&[9; 32]);
        let x = ProjectivePoint::mul_by_generator(&k).to_affine().x();
        let x = <Scalar as Reduce<FieldBytes>>::reduce(&x);
        assert!(key.sign_with_nonce(&(Scalar::ONE - x), &k).is_some());
        // r = 0
        assert_eq!(key.sign_with_nonce(&-x, &k), None);
        // r + k = n
        assert_eq!(key.sign_with_nonce(&(-x - k), &k), None);
        // s = 0, when k = r·d: with r = k/d.
        let inverse: Scalar = Option::from(key.d.invert()).unwrap();
        assert_eq!(key.sign_with_nonce(&(k * inverse - x), &k), None);
    }
}
