//! The Chinese national algorithms as this product uses them: SM2 signatures (GB/T 32918), SM3 hashes (GB/T 32905),
//! SM4 encryption (GB/T 32907), keys, and X.509 certificates signed with SM2 (GB/T 20518, GM/T 0015).
//!
//! | module | what |
//! |---|---|
//! | [`sm3`] | the hash function |
//! | [`sm2`] | keys, signatures, encryption, key agreement, and strict parsers for them |
//! | [`sm4`] | the block cipher and its modes; GCM and CCM for use |
//! | [`envelope`] | content encrypted for several recipients, as one document or as a stream |
//! | [`signed`] | content with signatures and certificates, as one document |
//! | [`certificate`] | certificates of organisations, members and nodes: read, check, issue |
//! | `keystore` | keys in files, tokens and devices (feature `keystore`) |
//! | [`backend`] | the algorithms behind one interface, in three independent implementations |
//! | [`selftest`] | known answers and a comparison of the implementations, run when a node starts |
//! | `tls` | TLS 1.3 with SM suites for rustls (feature `tls`) |
//!
//! Except for `keystore` and `tls`, nothing here reads a clock or a source of randomness: times are milliseconds since
//! 1970-01-01T00:00:00Z given by the caller, generators are [`rand_core::CryptoRng`] arguments. With `default-features = false` the crate builds for wasm32.
//!
//! # What it is like to use
//!
//! There is one strict parser for each thing, and one encoding that it accepts: what reads, reads the same everywhere. A
//! refusal is an [`Error`] with a permanent code and the values that a sentence about it may name. Work on secrets takes the
//! same time whatever they are, and secrets are wiped when dropped.
//!
//! Signatures, with the user id that certificates use ([`sm2::USER_ID`]); traits of RustCrypto's families are in [`sm2::generic`],
//! [`sm3`] and [`sm4`]:
//!
//! ```
//! use crypto_sm::sm2::{SecretKey, Signature, USER_ID};
//!
//! # fn main() -> Result<(), crypto_sm::Error> {
//! let key = SecretKey::generate(&mut rand::rng());
//! let signature = key.sign(USER_ID, &[b"12.5 MWh"], &mut rand::rng())?;
//! key.public_key().verify(USER_ID, &[b"12.5 MWh"], &signature)?;
//!
//! let refused = key.public_key().verify(USER_ID, &[b"2.5 MWh"], &signature);
//! assert_eq!(refused.map_err(|error| error.code()), Err("HT-CRY-011"));
//! assert_eq!(Signature::from_der(&signature.to_der())?, signature);
//! # Ok(())
//! # }
//! ```
//!
//! Encryption to a key (GB/T 32918.4), and of content of any length to several keys:
//!
//! ```
//! use crypto_sm::{
//!     envelope::{self, Recipient},
//!     sm2::{Ciphertext, SecretKey},
//! };
//!
//! # fn main() -> Result<(), crypto_sm::Error> {
//! let mut rng = rand::rng();
//! let (ours, theirs) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
//! let ciphertext = theirs.public_key().encrypt(b"a key", &mut rng)?;
//! let read = Ciphertext::from_der(&ciphertext.to_der())?;
//! assert_eq!(*theirs.decrypt(&read)?, b"a key");
//!
//! let recipients = [&ours, &theirs].map(|key| Recipient::of_key(key.public_key()));
//! let sealed = envelope::seal(b"a report", &recipients, &mut rng)?;
//! let opened = envelope::open(&sealed, &recipients[1].id, &theirs)?;
//! assert_eq!(*opened, b"a report");
//! # Ok(())
//! # }
//! ```
//!
//! Hashes, keys that follow from one another, and the block cipher with a tag:
//!
//! ```
//! use crypto_sm::{sm3, sm4::gcm::Gcm};
//!
//! # fn main() -> Result<(), crypto_sm::Error> {
//! let digest = sm3::hash(&[b"ab", b"c"]);
//! assert_eq!(hex::encode(digest), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
//!
//! let gcm = Gcm::new(&[7; 16]);
//! let mut text = *b"three rows";
//! let tag = gcm.seal_in_place(&[1; 12], b"header", &mut text)?;
//! gcm.open_in_place(&[1; 12], b"header", &mut text, &tag)?;
//! assert_eq!(&text, b"three rows");
//! # Ok(())
//! # }
//! ```
//!
//! Certificates: an authority, a member below it, and the path from one to the other:
//!
//! ```
//! use crypto_sm::{
//!     certificate::{Certificate, Issuer, Purpose, Trust, Validity, issue_root},
//!     sm2::SecretKey,
//! };
//!
//! # fn main() -> Result<(), crypto_sm::Error> {
//! let mut rng = rand::rng();
//! let validity = Validity::new(1_735_689_600_000, 1_893_456_000_000)?;
//! let (top, key) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
//! let root = issue_root("steel", "Steel CA", 0, &top, validity, &mut rng)?;
//! let issuer = Issuer::new(root.clone(), top)?;
//! let issued = issuer.issue_member("operator", "li-na", key.public_key(), validity, &mut rng)?;
//!
//! let read = Certificate::from_pem(&issued.to_pem())?;
//! let roots = [root];
//! let trust = Trust { roots: &roots, ..Trust::default() };
//! let path = trust.verify(&read, Purpose::Signing, 1_767_225_600_000)?;
//! assert_eq!(path.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Before anything else a program may see whether this build and this machine calculate right; a node does so when it starts:
//!
//! ```no_run
//! let report = crypto_sm::selftest::run()?;
//! println!("{} checks, {:?}", report.checks.len(), report.backends);
//! # Ok::<(), crypto_sm::Error>(())
//! ```
//!
//! # What it is not
//!
//! A certified cryptographic module (GM/T 0028): where one is required, `keystore` reaches certified devices.

// Each unsafe block says why it is sound.
#![deny(clippy::undocumented_unsafe_blocks)]

pub mod backend;
pub mod certificate;
mod cms;
pub mod envelope;
mod error;
#[cfg(feature = "keystore")]
pub mod keystore;
#[cfg_attr(feature = "memcheck", doc(hidden))]
#[cfg(feature = "memcheck")]
pub mod memcheck;
#[cfg(not(feature = "memcheck"))]
mod memcheck;
mod pem;
pub mod selftest;
pub mod signed;
pub mod sm2;
pub mod sm3;
pub mod sm4;
#[cfg(feature = "tls")]
pub mod tls;

pub use ::sm2::elliptic_curve::rand_core;
pub use error::{CODES, Error};
