//! The other implementations, each checked against ours before it is measured.

use super::libgcrypt::{Gcrypt, Mode};
use super::openssl::OpenSsl;
use super::{Entrant, Signed};
use crate::bench::sample::failed;
use crate::error::Error;
use ::sm2::dsa::signature::{Signer as _, Verifier as _};
use ::sm2::dsa::{Signature, SigningKey, VerifyingKey};
use ::sm3::Digest as _;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use crypto_sm::sm2::USER_ID;
use crypto_sm::{sm3, sm4};
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use libsm::sm2::signature::SigCtx;
use std::hint::black_box;

const RUST_CRYPTO: &str = "rustcrypto";
const LIBSM: &str = "libsm";
const OPENSSL: &str = "openssl";
const LIBGCRYPT: &str = "libgcrypt";

/// SM4-GCM put together from RustCrypto's crates.
type Gcm = aes_gcm::AesGcm<::sm4::Sm4, aes_gcm::aead::consts::U12>;
/// SM4-CTR put together from RustCrypto's crates.
type Ctr = ctr::Ctr128BE<::sm4::Sm4>;

/// A peer's hash of a message; nothing if it fails.
type Hash<'a> = Box<dyn Fn(&[u8]) -> Option<[u8; 32]> + 'a>;
/// A peer's encryption in place; nothing if it fails.
type Encrypt<'a> = Box<dyn Fn(&mut [u8]) -> Option<()> + 'a>;

/// What the system has.
pub(super) struct Peers {
    openssl: Option<OpenSsl>,
    gcrypt: Option<Gcrypt>,
    /// What the system's libraries call themselves, by implementation.
    pub(super) versions: Vec<(&'static str, String)>,
}

/// Refuses a peer that does not give our answer: its speed would mean nothing.
fn agreed(implementation: &'static str, same: bool) -> Result<(), Error> {
    if same {
        Ok(())
    } else {
        Err(failed(implementation, &"another answer than ours"))
    }
}

impl Peers {
    pub(super) fn load() -> Self {
        let (openssl, gcrypt) = (OpenSsl::load(), Gcrypt::load());
        let named = [
            (OPENSSL, openssl.as_ref().and_then(OpenSsl::version)),
            (
                LIBGCRYPT,
                gcrypt.as_ref().map(|found| found.version().to_owned()),
            ),
        ];
        Self {
            versions: named
                .into_iter()
                .filter_map(|(name, version)| Some((name, version?)))
                .collect(),
            openssl,
            gcrypt,
        }
    }

    /// Verifies the first signer's signatures; the others hash the message too where their interface does.
    pub(super) fn verification<'a>(
        &'a self,
        signed: &'a Signed,
    ) -> Result<Vec<Entrant<'a>>, Error> {
        let (_, message, signature) = &signed.items[0];
        let key = &signed.keys[0];
        let mut entrants = Vec::new();

        let id = std::str::from_utf8(USER_ID).expect("the default user id is ASCII");
        let point = key.public_key().to_uncompressed();
        let theirs = VerifyingKey::from_sec1_bytes(id, &point)
            .map_err(|error| failed(RUST_CRYPTO, &error))?;
        let other = Signature::from_slice(&signature.to_bytes())
            .map_err(|error| failed(RUST_CRYPTO, &error))?;
        agreed(RUST_CRYPTO, theirs.verify(message, &other).is_ok())?;
        agreed(RUST_CRYPTO, theirs.verify(b"another", &other).is_err())?;
        entrants.push(Entrant {
            implementation: RUST_CRYPTO,
            work: Box::new(move || {
                theirs
                    .verify(black_box(message), black_box(&other))
                    .map(|()| 1)
                    .map_err(|error| failed(RUST_CRYPTO, &error))
            }),
        });

        let context = SigCtx::new();
        let public = context
            .load_pubkey(&point)
            .map_err(|error| failed(LIBSM, &error))?;
        let other = libsm::sm2::signature::Signature::der_decode(&signature.to_der())
            .map_err(|error| failed(LIBSM, &error))?;
        let check = move |message: &[u8]| {
            context
                .verify(message, &public, &other)
                .map_err(|error| failed(LIBSM, &error))
        };
        agreed(LIBSM, check(message)?)?;
        agreed(LIBSM, !check(b"another")?)?;
        entrants.push(Entrant {
            implementation: LIBSM,
            work: Box::new(move || check(black_box(message)).map(u64::from)),
        });

        if let Some(theirs) = self
            .openssl
            .as_ref()
            .and_then(|openssl| openssl.key(&key.to_pkcs8_der()))
        {
            let digest = key.public_key().default_verifier().digest(&[message]);
            let other = signature.to_der();
            agreed(OPENSSL, theirs.verify(&digest, &other) == Some(true))?;
            agreed(OPENSSL, theirs.verify(&[7; 32], &other) == Some(false))?;
            entrants.push(Entrant {
                implementation: OPENSSL,
                work: Box::new(move || {
                    theirs
                        .verify(black_box(&digest), black_box(&other))
                        .map(u64::from)
                        .ok_or_else(|| failed(OPENSSL, &"verify"))
                }),
            });
        }
        Ok(entrants)
    }

    /// Signs the first message with the first key.
    pub(super) fn signing<'a>(&'a self, signed: &'a Signed) -> Result<Vec<Entrant<'a>>, Error> {
        let (_, message, _) = &signed.items[0];
        let key = &signed.keys[0];
        let verifier = key.public_key().default_verifier();
        let good = |bytes: &[u8]| {
            crypto_sm::sm2::Signature::from_bytes(bytes)
                .is_ok_and(|signature| verifier.verify(&[message], &signature).is_ok())
        };
        let mut entrants = Vec::new();

        let id = std::str::from_utf8(USER_ID).expect("the default user id is ASCII");
        let theirs = SigningKey::from_slice(id, &*key.to_bytes())
            .map_err(|error| failed(RUST_CRYPTO, &error))?;
        let made: Signature = theirs.sign(message);
        agreed(RUST_CRYPTO, good(&made.to_bytes()))?;
        entrants.push(Entrant {
            implementation: RUST_CRYPTO,
            work: Box::new(move || {
                let made: Signature = theirs.sign(black_box(message));
                black_box(made);
                Ok(1)
            }),
        });

        let context = SigCtx::new();
        let secret = context
            .load_seckey(&*key.to_bytes())
            .map_err(|error| failed(LIBSM, &error))?;
        let public = context
            .pk_from_sk(&secret)
            .map_err(|error| failed(LIBSM, &error))?;
        entrants.push(Entrant {
            implementation: LIBSM,
            work: Box::new(move || {
                context
                    .sign(black_box(message), &secret, &public)
                    .map(|made| {
                        black_box(made);
                        1
                    })
                    .map_err(|error| failed(LIBSM, &error))
            }),
        });

        if let Some(theirs) = self
            .openssl
            .as_ref()
            .and_then(|openssl| openssl.key(&key.to_pkcs8_der()))
        {
            let digest = verifier.digest(&[message]);
            let made = theirs.sign(&digest).unwrap_or_default();
            let made = crypto_sm::sm2::Signature::from_der(&made)
                .map_err(|error| failed(OPENSSL, &error))?;
            agreed(OPENSSL, good(&made.to_bytes()))?;
            entrants.push(Entrant {
                implementation: OPENSSL,
                work: Box::new(move || {
                    theirs
                        .sign(black_box(&digest))
                        .map(|made| {
                            black_box(made);
                            1
                        })
                        .ok_or_else(|| failed(OPENSSL, &"sign"))
                }),
            });
        }
        Ok(entrants)
    }

    /// Hashes each message; `count` is what one turn counts for.
    pub(super) fn hashing<'a>(
        &'a self,
        messages: &'a [&'a [u8]],
        count: u64,
    ) -> Result<Vec<Entrant<'a>>, Error> {
        let first = messages[0];
        let expected = sm3::hash(&[first]);
        let mut entrants = Vec::new();
        let mut enter = |implementation, hash: Hash<'a>| {
            agreed(implementation, hash(first) == Some(expected))?;
            entrants.push(Entrant {
                implementation,
                work: Box::new(move || {
                    for message in messages {
                        black_box(hash(black_box(message)));
                    }
                    Ok(count)
                }),
            });
            Ok::<_, Error>(())
        };
        enter(
            RUST_CRYPTO,
            Box::new(|message| Some(::sm3::Sm3::digest(message).into())),
        )?;
        enter(
            LIBSM,
            Box::new(|message| Some(libsm::sm3::hash::Sm3Hash::new(message).get_hash())),
        )?;
        if let Some(hash) = self.openssl.as_ref().and_then(OpenSsl::hasher) {
            enter(OPENSSL, Box::new(hash))?;
        }
        if let Some(hash) = self.gcrypt.as_ref().and_then(Gcrypt::hasher) {
            enter(LIBGCRYPT, Box::new(move |message| Some(hash(message))))?;
        }
        Ok(entrants)
    }

    /// Encrypts `data` in CTR (`sm4_ctr`) or GCM (`sm4_gcm`).
    pub(super) fn encryption<'a>(
        &'a self,
        figure: &'static str,
        key: [u8; 16],
        data: &'a [u8],
    ) -> Result<Vec<Entrant<'a>>, Error> {
        let counter = figure == "sm4_ctr";
        let nonce: &'static [u8] = if counter { &[0; 16] } else { &[0; 12] };
        let mut expected = data.to_vec();
        if counter {
            sm4::ctr::apply(&key, &[0; 16], &mut expected);
        } else {
            sm4::gcm::Gcm::new(&key)
                .seal_in_place(&[0; 12], &[], &mut expected)
                .map_err(|error| failed(figure, &error))?;
        }
        let mut entrants = Vec::new();
        let mut enter = |implementation, encrypt: Encrypt<'a>| {
            let mut buffer = data.to_vec();
            agreed(
                implementation,
                encrypt(&mut buffer).is_some() && buffer == expected,
            )?;
            entrants.push(Entrant {
                implementation,
                work: Box::new(move || {
                    encrypt(black_box(&mut buffer))
                        .map(|()| data.len() as u64)
                        .ok_or_else(|| failed(implementation, &"encrypt"))
                }),
            });
            Ok::<_, Error>(())
        };
        if counter {
            enter(
                RUST_CRYPTO,
                Box::new(move |buffer| {
                    Ctr::new(&key.into(), &[0; 16].into()).apply_keystream(buffer);
                    Some(())
                }),
            )?;
        } else {
            let cipher = Gcm::new(&key.into());
            enter(
                RUST_CRYPTO,
                Box::new(move |buffer| {
                    cipher
                        .encrypt_inout_detached(&[0; 12].into(), &[], buffer.into())
                        .ok()
                        .map(|tag| {
                            black_box(tag);
                        })
                }),
            )?;
        }
        let name = if counter { c"SM4-CTR" } else { c"SM4-GCM" };
        if let Some(cipher) = self
            .openssl
            .as_ref()
            .and_then(|openssl| openssl.cipher(name, &key))
        {
            enter(
                OPENSSL,
                Box::new(move |buffer| cipher.encrypt(nonce, buffer)),
            )?;
        }
        let mode = if counter { Mode::Ctr } else { Mode::Gcm };
        if let Some(cipher) = self
            .gcrypt
            .as_ref()
            .and_then(|gcrypt| gcrypt.cipher(mode, &key))
        {
            enter(
                LIBGCRYPT,
                Box::new(move |buffer| cipher.encrypt(nonce, buffer)),
            )?;
        }
        Ok(entrants)
    }
}
