//! Signatures: of certificates under one user id, of the handshake under another (RFC 8998 clause 3.2.1).

use super::{SM2SIG_SM3, USER_ID};
use crate::sm2::{self, KnownSigners, PublicKey, SecretKey, Signature};
use rustls::{
    Error, OtherError, SignatureAlgorithm, SignatureScheme,
    crypto::{KeyProvider, WebPkiSupportedAlgorithms},
    pki_types::{
        AlgorithmIdentifier, InvalidSignature, PrivateKeyDer, SignatureVerificationAlgorithm,
        SubjectPublicKeyInfoDer,
    },
    sign::{Signer, SigningKey},
};
use std::{
    fmt,
    sync::{Arc, LazyLock},
};
use zeroize::Zeroizing;

/// Contents of a key's AlgorithmIdentifier: id-ecPublicKey with the SM2 curve 1.2.156.10197.1.301 (GM/T 0006).
pub(super) const KEY_ALGORITHM: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55,
    0x01, 0x82, 0x2d,
]);

/// Contents of a signature's: SM2-with-SM3 1.2.156.10197.1.501, without parameters.
const SIGNATURE_ALGORITHM: AlgorithmIdentifier =
    AlgorithmIdentifier::from_slice(&[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75]);

/// The same with NULL for parameters, as several authorities write it. webpki compares byte by byte.
const SIGNATURE_ALGORITHM_NULL: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[
    0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75, 0x05, 0x00,
]);

/// webpki takes `all` for certificates, and the entries of `mapping` for the handshake.
pub(super) const ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&CERTIFICATE, &CERTIFICATE_NULL],
    mapping: &[(SM2SIG_SM3, &[&HANDSHAKE])],
};

static CERTIFICATE: Verification = Verification {
    purpose: Purpose::Certificate,
    algorithm: SIGNATURE_ALGORITHM,
};

static CERTIFICATE_NULL: Verification = Verification {
    purpose: Purpose::Certificate,
    algorithm: SIGNATURE_ALGORITHM_NULL,
};

static HANDSHAKE: Verification = Verification {
    purpose: Purpose::Handshake,
    algorithm: SIGNATURE_ALGORITHM,
};

/// Authorities whose tables are kept. A chain is checked from its trusted end, so that strangers' keys do not get here.
const AUTHORITIES_MAX: usize = 64;

/// Authorities sign many certificates, so that a table per key pays.
static AUTHORITIES: LazyLock<KnownSigners> = LazyLock::new(|| KnownSigners::new(AUTHORITIES_MAX));

#[derive(Debug)]
struct Verification {
    purpose: Purpose,
    algorithm: AlgorithmIdentifier,
}

#[derive(Clone, Copy, Debug)]
enum Purpose {
    Certificate,
    Handshake,
}

impl SignatureVerificationAlgorithm for Verification {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let check = || {
            let key = PublicKey::from_uncompressed(public_key)?;
            let signature = Signature::from_der(signature)?;
            match self.purpose {
                Purpose::Certificate => AUTHORITIES.verifier(&key).verify(&[message], &signature),
                Purpose::Handshake => key.verify(USER_ID, &[message], &signature),
            }
        };
        check().map_err(|_: crate::Error| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        KEY_ALGORITHM
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm
    }
}

/// Signs handshakes with a key, wherever it is.
#[derive(Clone)]
pub(super) struct HandshakeKey(Arc<dyn sm2::Signer>);

impl HandshakeKey {
    pub(super) fn new(key: SecretKey) -> Self {
        Self(Arc::new(InMemory(key)))
    }

    pub(super) fn elsewhere(key: Arc<dyn sm2::Signer>) -> Self {
        Self(key)
    }
}

/// Shows the public key.
impl fmt::Debug for HandshakeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.0.public_key().key_id();
        formatter.debug_tuple("HandshakeKey").field(&key).finish()
    }
}

/// A key in memory, with noise of the operating system.
struct InMemory(SecretKey);

impl sm2::Signer for InMemory {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn sign_parts(&self, user_id: &[u8], message: &[&[u8]]) -> Result<Signature, crate::Error> {
        let digest = self.0.public_key().verifier(user_id)?.digest(message);
        let mut noise = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *noise).map_err(|_| crate::Error::TlsHandshake {
            detail: Error::FailedToGetRandomBytes.to_string(),
        })?;
        Ok(self.0.sign_digest(&digest, &noise))
    }
}

impl SigningKey for HandshakeKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SM2SIG_SM3)
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(self.0.public_key().to_spki_der().into())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        // Low byte of sm2sig_sm3.
        SignatureAlgorithm::Unknown(8)
    }
}

impl Signer for HandshakeKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = self.0.sign_parts(USER_ID, &[message]);
        signed
            .map(|signature| signature.to_der())
            .map_err(|error| Error::Other(OtherError(Arc::new(error))))
    }

    fn scheme(&self) -> SignatureScheme {
        SM2SIG_SM3
    }
}

/// Reads SM2 keys, and hands others on.
#[derive(Debug)]
pub(super) struct Keys;

impl KeyProvider for Keys {
    fn load_private_key(&self, key: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        match secret_key(&key) {
            Some(key) => Ok(Arc::new(HandshakeKey::new(key))),
            None => rustls::crypto::ring::sign::any_supported_type(&key),
        }
    }
}

/// An SM2 key out of PKCS #8 or SEC 1 (RFC 5915).
pub(super) fn secret_key(key: &PrivateKeyDer<'_>) -> Option<SecretKey> {
    match key {
        PrivateKeyDer::Pkcs8(document) => {
            SecretKey::from_pkcs8_der(document.secret_pkcs8_der()).ok()
        }
        PrivateKeyDer::Sec1(document) => {
            let key = ::sm2::SecretKey::from_sec1_der(document.secret_sec1_der()).ok()?;
            let bytes = Zeroizing::new(<[u8; 32]>::from(key.to_bytes()));
            SecretKey::from_bytes(&*bytes).ok()
        }
        _ => None,
    }
}
