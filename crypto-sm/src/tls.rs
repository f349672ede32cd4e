//! TLS 1.3 with the SM suites of RFC 8998, for rustls: SM4-GCM or SM4-CCM with SM3, key agreement on curveSM2, signatures
//! with SM2. Alone, or beside the international suites.
//!
//! RFC 8998 knows one combination: an SM suite goes with curveSM2 and with an SM2 certificate, and nothing else does.
//! rustls negotiates these three one by one. [`Server`] therefore holds a configuration for each family and chooses by
//! the client's hello ([`Server::configuration`]); a client that offers both families checks what came out
//! ([`check_negotiated`]) before it says anything.
//!
//! | what | code point | RFC 8998 |
//! |---|---|---|
//! | [`TLS_SM4_GCM_SM3`], [`TLS_SM4_CCM_SM3`] | 0x00C6, 0x00C7 | clause 2 |
//! | [`CURVE_SM2`] | 41 | clause 2 |
//! | [`SM2SIG_SM3`] | 0x0708 | clause 2 |
//!
//! Signatures of the handshake are made under the user id [`USER_ID`], those of certificates under [`crate::sm2::USER_ID`].
//! Unlike the rest of this crate, this module draws random numbers of its own, from the operating system.

mod agreement;
mod client;
mod hash;
mod identity;
mod inspection;
mod negotiation;
mod record;
mod refusal;
mod server;
mod signature;
mod trust;
mod verifier;

pub use client::{Client, ClientSettings};
pub use identity::Identity;
pub use negotiation::check_negotiated;
pub use refusal::explain;
pub use rustls;
pub use server::{ClientAuthentication, Server, ServerSettings};
pub use trust::Trust;

use crate::Error;
use rustls::{
    CipherSuite, NamedGroup, SignatureScheme, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{CryptoProvider, GetRandomFailed, SecureRandom, WebPkiSupportedAlgorithms, ring},
    version::{TLS12, TLS13},
};
use std::sync::{Arc, LazyLock};

/// SM4 in Galois/counter mode with SM3.
pub const TLS_SM4_GCM_SM3: CipherSuite = CipherSuite::Unknown(0x00c6);

/// SM4 in counter mode with CBC-MAC, and SM3.
pub const TLS_SM4_CCM_SM3: CipherSuite = CipherSuite::Unknown(0x00c7);

/// The curve of GB/T 32918.5 for key agreement.
pub const CURVE_SM2: NamedGroup = NamedGroup::Unknown(41);

/// SM2 signatures with SM3.
pub const SM2SIG_SM3: SignatureScheme = SignatureScheme::Unknown(0x0708);

/// The user id of signatures in the handshake (RFC 8998 clause 3.2.1).
pub const USER_ID: &[u8] = b"TLSv1.3+GM+Cipher+Suite";

/// Which suites are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// TLS 1.3 with SM suites, curveSM2 and SM2 certificates only.
    Sm,
    /// Besides, TLS 1.3 and 1.2 with international suites, groups and certificates; SM first.
    SmAndInternational,
}

impl Profile {
    /// The word in configurations.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sm => "sm",
            Self::SmAndInternational => "sm+international",
        }
    }

    /// The profile of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Sm, Self::SmAndInternational]
            .into_iter()
            .find(|profile| profile.word() == word)
    }
}

/// What a suite, a certificate or a connection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// RFC 8998.
    Sm,
    /// Everything else.
    International,
}

impl Family {
    /// The family of a suite.
    #[must_use]
    pub fn of_suite(suite: CipherSuite) -> Self {
        match suite {
            TLS_SM4_GCM_SM3 | TLS_SM4_CCM_SM3 => Self::Sm,
            _ => Self::International,
        }
    }

    /// Protocol versions, newest first.
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        static NEWEST: [&SupportedProtocolVersion; 1] = [&TLS13];
        static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        match self {
            Self::Sm => &NEWEST,
            Self::International => &BOTH,
        }
    }

    /// The provider of this family alone.
    fn provider(self) -> Arc<CryptoProvider> {
        static SM: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(sm_provider()));
        static INTERNATIONAL: LazyLock<Arc<CryptoProvider>> =
            LazyLock::new(|| Arc::new(ring::default_provider()));
        Arc::clone(match self {
            Self::Sm => &SM,
            Self::International => &INTERNATIONAL,
        })
    }
}

/// The algorithms of a profile, as rustls takes them. Clients can use both profiles; servers of both families must not
/// use the second one directly, because rustls would mix the families: they use [`Server`].
#[must_use]
pub fn provider(profile: Profile) -> Arc<CryptoProvider> {
    static BOTH: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(both_providers()));
    match profile {
        Profile::Sm => Family::Sm.provider(),
        Profile::SmAndInternational => Arc::clone(&BOTH),
    }
}

/// The provider with these SM suites only, in this order; with all of them if none is named.
fn with_suites(
    provider: Arc<CryptoProvider>,
    suites: &[CipherSuite],
) -> Result<Arc<CryptoProvider>, Error> {
    if suites.is_empty() {
        return Ok(provider);
    }
    let mut narrowed = CryptoProvider::clone(&provider);
    let (sm, others): (Vec<_>, Vec<_>) = narrowed
        .cipher_suites
        .into_iter()
        .partition(|suite| Family::of_suite(suite.suite()) == Family::Sm);
    narrowed.cipher_suites = Vec::new();
    for wanted in suites {
        let suite = sm.iter().find(|suite| suite.suite() == *wanted);
        narrowed
            .cipher_suites
            .push(*suite.ok_or_else(|| Error::TlsNothingInCommon {
                detail: format!("{wanted:?}"),
            })?);
    }
    narrowed.cipher_suites.extend(others);
    Ok(Arc::new(narrowed))
}

fn sm_provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            SupportedCipherSuite::Tls13(&record::SM4_GCM_SM3),
            SupportedCipherSuite::Tls13(&record::SM4_CCM_SM3),
        ],
        kx_groups: vec![&agreement::CurveSm2],
        signature_verification_algorithms: signature::ALGORITHMS,
        secure_random: &OperatingSystem,
        key_provider: &signature::Keys,
    }
}

fn both_providers() -> CryptoProvider {
    static ALGORITHMS: LazyLock<Algorithms> = LazyLock::new(|| {
        let international = ring::default_provider().signature_verification_algorithms;
        Algorithms {
            all: [signature::ALGORITHMS.all, international.all].concat(),
            mapping: [signature::ALGORITHMS.mapping, international.mapping].concat(),
        }
    });
    let (sm, international) = (sm_provider(), ring::default_provider());
    CryptoProvider {
        cipher_suites: [sm.cipher_suites, international.cipher_suites].concat(),
        kx_groups: [sm.kx_groups, international.kx_groups].concat(),
        signature_verification_algorithms: WebPkiSupportedAlgorithms {
            all: &ALGORITHMS.all,
            mapping: &ALGORITHMS.mapping,
        },
        ..sm
    }
}

type Algorithm = &'static dyn rustls::pki_types::SignatureVerificationAlgorithm;

/// Both families' verification algorithms in one list each, which rustls wants for ever.
struct Algorithms {
    all: Vec<Algorithm>,
    mapping: Vec<(SignatureScheme, &'static [Algorithm])>,
}

/// The operating system's generator.
#[derive(Debug)]
struct OperatingSystem;

impl SecureRandom for OperatingSystem {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        getrandom::fill(bytes).map_err(|_| GetRandomFailed)
    }
}
