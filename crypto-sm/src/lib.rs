//! The Chinese national algorithms as this product uses them: SM2 signatures (GB/T 32918), SM3 hashes (GB/T 32905),
//! SM4 encryption (GB/T 32907), keys, and X.509 certificates signed with SM2 (GB/T 20518, GM/T 0015).
//!
//! | module | what |
//! |---|---|
//! | [`sm3`] | the hash function |
//! | [`sm2`] | keys, signatures, encryption, key agreement, and strict parsers for them |
//! | [`sm4`] | the block cipher and its modes; GCM and CCM for use |
//! | [`envelope`] | content encrypted for several recipients, as one document or as a stream |
//! | [`certificate`] | certificates of organisations, members and nodes: read, check, issue |
//! | [`keystore`] | keys in files, tokens and devices (feature `keystore`) |
//! | [`backend`] | the algorithms behind one interface, in three independent implementations |
//! | [`selftest`] | known answers and a comparison of the implementations, run when a node starts |
//! | `tls` | TLS 1.3 with SM suites for rustls (feature `tls`) |
//!
//! Except for [`keystore`] and `tls`, nothing here reads a clock or a source of randomness: times are milliseconds since
//! 1970-01-01T00:00:00Z given by the caller, generators are [`rand_core::CryptoRng`] arguments. With `default-features = false` the crate builds for wasm32.

pub mod backend;
pub mod certificate;
pub mod envelope;
mod error;
#[cfg(feature = "keystore")]
pub mod keystore;
mod pem;
pub mod selftest;
pub mod sm2;
pub mod sm3;
pub mod sm4;
#[cfg(feature = "tls")]
pub mod tls;

pub use ::sm2::elliptic_curve::rand_core;
pub use error::{CODES, Error};
