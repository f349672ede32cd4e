//! The implementations that are tried, where they are found, and what each is known to lack.

use hengtan_interop::{Answer, Stranger, openssl::OpenSsl, peer::Peer};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Rounds of random inputs for a program that stays running.
const ROUNDS: usize = 24;

/// Rounds for the OpenSSL command line, which starts a process for each operation.
const COMMAND_ROUNDS: usize = 4;

/// Operations of certificates and keys in files, which libraries of the algorithms alone do not have.
macro_rules! no_documents {
    ($($more:literal),* $(,)?) => {
        &[
            "spki-write", "spki-read", "pkcs8-write", "pkcs8-read", "sec1-write", "sec1-read", "pkcs8-encrypted-write",
            "pkcs8-encrypted-read", "certificate-issue", "chain-verify", "csr-make", "csr-verify", "crl-make",
            "crl-verify", "sm2-point", "sm2-confirm", "tls-listen", "tls-connect", "tls-listen-twice",
            "tls-connect-twice", "cms-sign", "cms-verify", "cms-sign-rfc", "cms-verify-rfc", "cms-encrypt",
            "cms-decrypt", "cms-seal", "cms-open", "cms-sign-and-encrypt", "cms-decrypt-and-verify", $($more),*
        ]
    };
}

/// Where `prepare.sh` puts what it builds.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../interop")
}

/// Where the sources of the peers are.
fn sources() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the runtime is there. In CI it must be, since a test that is skipped proves nothing.
fn present(name: &str, found: bool, remedy: &str) -> bool {
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} is missing: {remedy}"
        );
        eprintln!("SKIPPED {name}: {remedy}");
    }
    found
}

fn program(
    name: &'static str,
    ready: &str,
    lacks: &'static [&'static str],
    command: impl FnOnce(&Path) -> Command,
) -> Option<Stranger> {
    let folder = folder();
    let remedy = "no runtime for it on this machine, or tests/interop/prepare.sh has not been run";
    if !present(name, folder.join(ready).exists(), remedy) {
        return None;
    }
    let peer = Peer::start(command(&folder)).expect("a prepared peer starts");
    Some(Stranger::new(name, lacks, ROUNDS, Box::new(peer)))
}

fn java(name: &'static str, argument: &str, lacks: &'static [&'static str]) -> Option<Stranger> {
    program(name, "java/ready", lacks, |folder| {
        let mut command = Command::new("java");
        let path = folder.join("java");
        let path = format!("{0}/lib/*:{0}/classes", path.display());
        // The quick compiler is enough for short calculations, and it starts faster.
        command.args(["-XX:TieredStopAtLevel=1", "-cp", &path, "interop.Peer"]);
        command.arg(argument);
        command
    })
}

fn node(name: &'static str, lacks: &'static [&'static str]) -> Option<Stranger> {
    program(name, "node/ready", lacks, |folder| {
        let mut command = Command::new("node");
        command.arg(folder.join("node/peer.js")).arg(name);
        command
    })
}

/// Only its TLS is asked, which the package holds without offering it.
fn tongsuo() -> Option<Stranger> {
    const LACKS: &[&str] = &[
        "sm3",
        "hmac",
        "kdf",
        "hkdf",
        "pbkdf2",
        "sm4-ecb-encrypt",
        "sm4-ecb-decrypt",
        "sm4-cbc-encrypt",
        "sm4-cbc-decrypt",
        "sm4-ctr",
        "sm4-gcm-seal",
        "sm4-gcm-open",
        "sm4-ccm-seal",
        "sm4-ccm-open",
        "sm2-public",
        "sm2-point",
        "sm2-sign",
        "sm2-verify",
        "sm2-encrypt-raw",
        "sm2-decrypt-raw",
        "sm2-encrypt-der",
        "sm2-decrypt-der",
        "sm2-agree",
        "sm2-confirm",
        "spki-write",
        "spki-read",
        "pkcs8-write",
        "pkcs8-read",
        "sec1-write",
        "sec1-read",
        "pkcs8-encrypted-write",
        "pkcs8-encrypted-read",
        "certificate-issue",
        "chain-verify",
        "csr-make",
        "csr-verify",
        "crl-make",
        "crl-verify",
        "cms-sign",
        "cms-verify",
        "cms-sign-rfc",
        "cms-verify-rfc",
        "cms-encrypt",
        "cms-decrypt",
        "cms-seal",
        "cms-open",
        "cms-sign-and-encrypt",
        "cms-decrypt-and-verify",
    ];
    program("Tongsuo", "python/ready", LACKS, |folder| {
        let mut command = Command::new(folder.join("python/bin/python"));
        command.arg(sources().join("python/peer.py"));
        command
    })
}

fn openssl() -> Option<Stranger> {
    const LACKS: &[&str] = &[
        "sm4-gcm-seal",
        "sm4-gcm-open",
        "sm4-ccm-seal",
        "sm4-ccm-open",
        "sm2-encrypt-raw",
        "sm2-decrypt-raw",
        "sm2-agree",
        "sm2-confirm",
        "tls-listen",
        "tls-connect",
        "sm2-point",
        "pkcs8-encrypted-read",
        "certificate-issue",
        "crl-make",
        "crl-verify",
        "tls-listen-twice",
        "tls-connect-twice",
        "cms-sign",
        "cms-verify",
        "cms-sign-rfc",
        "cms-verify-rfc",
        "cms-encrypt",
        "cms-decrypt",
        "cms-seal",
        "cms-open",
        "cms-sign-and-encrypt",
        "cms-decrypt-and-verify",
    ];
    let found = OpenSsl::find();
    present(
        "OpenSSL",
        found.is_some(),
        "no `openssl` command that knows SM2 on this machine",
    );
    found.map(|openssl| Stranger::new("OpenSSL", LACKS, COMMAND_ROUNDS, Box::new(openssl)))
}

/// Everyone who is present on this machine, started once.
pub fn all() -> &'static [Stranger] {
    static STRANGERS: OnceLock<Vec<Stranger>> = OnceLock::new();
    STRANGERS.get_or_init(|| {
        let gmsm = program(
            "gmsm",
            "go/ready",
            // Its messages of RFC 5652 name SM2 and SM3 otherwise than certificates do, and it has no RFC 5083.
            &[
                "sm2-confirm",
                "tls-listen",
                "tls-connect",
                "tls-listen-twice",
                "tls-connect-twice",
                "cms-sign-rfc",
                "cms-verify-rfc",
                "cms-seal",
                "cms-open",
            ],
            |folder| Command::new(folder.join("go/peer")),
        );
        [
            openssl(),
            // Its CMS package knows the object identifiers of RFC 5652 only, and its TLS 1.3 resumes no session.
            java(
                "BouncyCastle",
                "bouncycastle",
                &[
                    "cms-sign",
                    "cms-verify",
                    "cms-sign-and-encrypt",
                    "cms-decrypt-and-verify",
                    "tls-listen-twice",
                    "tls-connect-twice",
                ],
            ),
            tongsuo(),
            java(
                "Kona",
                "kona",
                no_documents![
                    "kdf",
                    "hkdf",
                    "pbkdf2",
                    "sm4-ccm-seal",
                    "sm4-ccm-open",
                    "sm2-public"
                ],
            ),
            gmsm,
            node(
                "sm-crypto",
                no_documents![
                    "kdf",
                    "hkdf",
                    "pbkdf2",
                    "sm4-ctr",
                    "sm4-gcm-seal",
                    "sm4-gcm-open",
                    "sm4-ccm-seal",
                    "sm4-ccm-open",
                    "sm2-encrypt-der",
                    "sm2-decrypt-der",
                    "sm2-agree",
                ],
            ),
            node(
                "sm-crypto-v2",
                no_documents!["pbkdf2", "sm4-ctr", "sm4-ccm-seal", "sm4-ccm-open"],
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    })
}

/// Everyone who offers all of the operations.
pub fn offering(operations: &[&str]) -> impl Iterator<Item = &'static Stranger> {
    all().iter().filter(|stranger| stranger.offers(operations))
}

#[test]
fn what_a_stranger_is_said_to_lack_it_lacks() {
    assert!(sources().join("prepare.sh").exists());
    for stranger in all() {
        for operation in stranger.lacks {
            assert_eq!(
                stranger.ask(operation, &[]),
                Answer::Unsupported,
                "{} {operation}",
                stranger.name
            );
        }
    }
}

/// Random numbers and byte strings for one test, from a fixed seed.
pub struct Source(pub StdRng);

impl Source {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number below the bound.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound as u64).unwrap()
    }

    /// So many random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Random bytes, fewer than the bound.
    pub fn up_to(&mut self, bound: usize) -> Vec<u8> {
        let length = self.below(bound);
        self.bytes(length)
    }

    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// The bytes with one bit of them flipped.
    pub fn flipped(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let at = self.below(bytes.len());
        bytes[at] ^= 1 << self.below(8);
        bytes
    }
}
