//! Secret keys and signing (GB/T 32918.2 clause 6).

use super::{
    PublicKey, Scalar, Signature, USER_ID, Verifier, multiple::multiply_generator,
    shared::SharedPoint,
};
use crate::{Error, memcheck::public, pem, rand_core::CryptoRng, sm3};
use ::sm2::{
    Sm2,
    elliptic_curve::pkcs8::{AssociatedOid, DecodePrivateKey, EncodePrivateKey},
};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// PEM label of a PKCS #8 document (RFC 7468 clause 10).
const PEM_LABEL: &str = "PRIVATE KEY";

/// PEM label of an ECPrivateKey (RFC 5915 clause 4).
const SEC1_PEM_LABEL: &str = "EC PRIVATE KEY";

/// An SM2 secret key d in [1, n − 2], wiped from memory when dropped. Signing takes the same time whatever the key; what
/// its arithmetic leaves in registers and on the stack is not wiped.
#[derive(Clone)]
pub struct SecretKey {
    d: Scalar,
    /// 1 / (1 + d), which each signature needs.
    inverse: Scalar,
    /// The public key, with Z_A for the default user id.
    verifier: Verifier,
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
        let d = Scalar::from_be_bytes(&bytes).ok_or(Error::SecretKeyRange)?;
        let more = d.add(&Scalar::ONE);
        // n − 1 has no inverse of 1 + d, so it cannot sign.
        if d.is_zero() || more.is_zero() {
            return Err(Error::SecretKeyRange);
        }
        let point = multiply_generator(&d).expect("d is not a multiple of n");
        Ok(Self {
            d,
            inverse: more.invert(),
            verifier: PublicKey::from_affine(&point).default_verifier(),
        })
    }

    /// The 32 bytes of d, big-endian, wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.d.to_be_bytes())
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

    /// Reads an ECPrivateKey (RFC 5915, SEC 1 annex C.4) in DER. It must name the SM2 curve; a public key in it must be
    /// the secret key's.
    ///
    /// # Errors
    /// [`Error::SecretKeyInfo`] or [`Error::SecretKeyRange`].
    pub fn from_sec1_der(der: &[u8]) -> Result<Self, Error> {
        let document = sec1::EcPrivateKey::try_from(der).map_err(|_| Error::SecretKeyInfo)?;
        if document.parameters != Some(sec1::EcParameters::NamedCurve(Sm2::OID)) {
            return Err(Error::SecretKeyInfo);
        }
        let key = ::sm2::SecretKey::try_from(document).map_err(|_| Error::SecretKeyInfo)?;
        Self::from_bytes(&*Zeroizing::new(<[u8; 32]>::from(key.to_bytes())))
    }

    /// The ECPrivateKey in DER with curve and public key, not encrypted; wiped when dropped.
    #[must_use]
    pub fn to_sec1_der(&self) -> Zeroizing<Vec<u8>> {
        let key = ::sm2::SecretKey::from_slice(&*self.to_bytes()).expect("d is in range");
        key.to_sec1_der().expect("a key of fixed size encodes")
    }

    /// Reads an ECPrivateKey in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`SecretKey::from_sec1_der`].
    pub fn from_sec1_pem(text: &str) -> Result<Self, Error> {
        Self::from_sec1_der(&pem::decode(SEC1_PEM_LABEL, text)?)
    }

    /// The ECPrivateKey in PEM, not encrypted; wiped when dropped.
    #[must_use]
    pub fn to_sec1_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(SEC1_PEM_LABEL, &self.to_sec1_der()))
    }

    /// The public key d·G.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.verifier.public_key()
    }

    /// Has memcheck watch the secrets, but for the key that they make public.
    #[cfg(all(feature = "memcheck", target_arch = "x86_64"))]
    #[doc(hidden)]
    pub fn hide(&mut self) {
        crate::memcheck::hide(&mut self.d);
        crate::memcheck::hide(&mut self.inverse);
    }

    pub(super) fn scalar(&self) -> &Scalar {
        &self.d
    }

    /// d·P for another's public key, in the same time for every d.
    pub(super) fn share(&self, peer: &PublicKey) -> SharedPoint {
        SharedPoint::new(&self.d, peer).expect("d is not a multiple of n")
    }

    /// Signs the parts, one after the other, with 32 random bytes mixed into the nonce. Neither a weak generator nor a fault
    /// that repeats a calculation gives the key away.
    ///
    /// # Errors
    /// [`Error::UserIdLength`] if the user id has 8,192 bytes or more.
    pub fn sign<R: CryptoRng + ?Sized>(
        &self,
        user_id: &[u8],
        message: &[&[u8]],
        rng: &mut R,
    ) -> Result<Signature, Error> {
        let digest = if user_id == USER_ID {
            self.digest(message)
        } else {
            self.public_key().verifier(user_id)?.digest(message)
        };
        let mut noise = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *noise);
        Ok(self.sign_digest(&digest, &noise))
    }

    /// e = SM3(Z_A ‖ M) for the default user id.
    pub(super) fn digest(&self, message: &[&[u8]]) -> sm3::Digest {
        self.verifier.digest(message)
    }

    /// Steps A3 to A7 for e = SM3(Z_A ‖ M), with noise for the nonce.
    pub(crate) fn sign_digest(&self, digest: &sm3::Digest, noise: &[u8; 32]) -> Signature {
        let e = Scalar::reduce(digest);
        (0..=u8::MAX)
            .find_map(|attempt| {
                let mut k = self.nonce(&e, noise, attempt);
                let signature = self.sign_with_nonce(&e, &k);
                k.zeroize();
                signature
            })
            .expect("256 refused nonces in a row do not happen")
    }

    /// SM3(d ‖ noise ‖ attempt ‖ 0 ‖ e) ‖ SM3(d ‖ noise ‖ attempt ‖ 1 ‖ e) modulo n, all of fixed length.
    ///
    /// As in RFC 6979 the nonce is a function of the key and of what is signed, which nobody without the key can tell from a
    /// random one as long as SM3 behind a secret prefix is a pseudorandom function: it needs no good noise, and two digests
    /// never share a nonce. As in clause 3.6 of that document noise enters too, so that one digest signed twice has two
    /// nonces, and differential faults find nothing to compare. 512 bits modulo n are uniform but for 2^−256. The generator
    /// of RFC 6979 hashes 24 blocks for this, which would be a third of the time of a signature; here it is three, and the
    /// first of them, the only one with the key, is different for each signature.
    fn nonce(&self, e: &Scalar, noise: &[u8; 32], attempt: u8) -> Scalar {
        let mut prefix = sm3::Hasher::new();
        prefix.update(&*self.to_bytes()).update(noise);
        let mut wide = Zeroizing::new([0; 64]);
        for (half, index) in wide.chunks_exact_mut(32).zip(0u8..) {
            let mut hasher = prefix.clone();
            hasher.update(&[attempt, index]).update(&e.to_be_bytes());
            half.copy_from_slice(&hasher.finalize());
        }
        Scalar::reduce_wide(&wide)
    }

    /// Steps A4 to A7; nothing where the standard asks for another nonce.
    pub(crate) fn sign_with_nonce(&self, e: &Scalar, k: &Scalar) -> Option<Signature> {
        // A4, A5
        let (x, _) = multiply_generator(k)?.coordinates();
        let r = e.add(&Scalar::reduce(&x));
        let sum = r.add(k);
        // Never, but for a nonce made for it: that it is not says nothing.
        if public(sum.is_zero()) {
            return None;
        }
        // A6: s = (1 + d)⁻¹ · (k − r·d) = (1 + d)⁻¹ · (k + r) − r
        let s = self.inverse.multiply(&sum).subtract(&r);
        let mut bytes = [0; super::SIGNATURE_LENGTH];
        bytes[..32].copy_from_slice(&r.to_be_bytes());
        bytes[32..].copy_from_slice(&s.to_be_bytes());
        // A5, A7: r = 0 and s = 0 are refused here. The signature is for everybody.
        Signature::from_bytes(&public(bytes)).ok()
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.d.zeroize();
        self.inverse.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for SecretKey {}

/// Shows the public key only.
impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SecretKey")
            .field("public_key", self.public_key())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

    #[test]
    fn the_nonce_is_two_hashes_modulo_n() {
        let order = BigUint::from_bytes_be(&crate::sm2::ORDER);
        for seed in 1..=32u8 {
            let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
            let (e, noise) = ([seed ^ 0xa5; 32], [seed.wrapping_mul(37); 32]);
            let half = |index| sm3::hash(&[&[seed; 32], &noise, &[3, index], &e]);
            let wide = BigUint::from_bytes_be(&[half(0), half(1)].concat()) % &order;
            let nonce = key.nonce(&Scalar::reduce(&e), &noise, 3);
            assert_eq!(BigUint::from_bytes_be(&nonce.to_be_bytes()), wide);
        }
    }

    #[test]
    fn key_digest_noise_and_attempt_all_change_the_nonce() {
        let nonce = |key: u8, e: u8, noise: u8, attempt: u8| {
            let key = SecretKey::from_bytes(&[key; 32]).unwrap();
            let nonce = key.nonce(&Scalar::reduce(&[e; 32]), &[noise; 32], attempt);
            nonce.to_be_bytes()
        };
        let all = [
            nonce(1, 1, 1, 1),
            nonce(2, 1, 1, 1),
            nonce(1, 2, 1, 1),
            nonce(1, 1, 2, 1),
            nonce(1, 1, 1, 2),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one));
        }
        assert_eq!(nonce(1, 1, 1, 1), all[0]);
    }

    #[test]
    fn signatures_are_those_of_the_standards_formulas() {
        use ::sm2::{
            FieldBytes, ProjectivePoint, Scalar as Theirs,
            elliptic_curve::{Group, PrimeField, ops::Reduce, point::AffineCoordinates},
        };
        let theirs = |scalar: &Scalar| Theirs::from_repr(scalar.to_be_bytes().into()).unwrap();
        for seed in 1..=200u8 {
            let key = SecretKey::from_bytes(&sm3::hash(&[b"key", &[seed]])).unwrap();
            let e = Scalar::reduce(&sm3::hash(&[b"digest", &[seed]]));
            let k = Scalar::reduce(&sm3::hash(&[b"nonce", &[seed]]));
            let x = ProjectivePoint::mul_by_generator(&theirs(&k))
                .to_affine()
                .x();
            let r = theirs(&e) + <Theirs as Reduce<FieldBytes>>::reduce(&x);
            let d = theirs(&key.d);
            let s = (Theirs::ONE + d).invert().unwrap() * (theirs(&k) - r * d);
            let expected = [r.to_repr(), s.to_repr()].concat();
            let signature = key.sign_with_nonce(&e, &k).unwrap();
            assert_eq!(signature.to_bytes()[..], expected);
        }
    }

    #[test]
    fn a_nonce_that_the_standard_refuses_gives_no_signature() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let k = Scalar::reduce(&[9; 32]);
        let x = Scalar::reduce(&multiply_generator(&k).unwrap().coordinates().0);
        let less = |number: &Scalar| number.subtract(&x);
        assert!(key.sign_with_nonce(&less(&Scalar::ONE), &k).is_some());
        // k = 0
        assert_eq!(key.sign_with_nonce(&Scalar::ONE, &Scalar::ZERO), None);
        // r = 0
        assert_eq!(key.sign_with_nonce(&less(&Scalar::ZERO), &k), None);
        // r + k = n
        let negated = Scalar::ZERO.subtract(&k);
        assert_eq!(key.sign_with_nonce(&less(&negated), &k), None);
        // s = 0, when k = r·d: with r = k/d.
        let quotient = k.multiply(&key.d.invert());
        assert_eq!(key.sign_with_nonce(&less(&quotient), &k), None);
    }
}
