//! `hengtan cert`: certification authorities in folders, and certificates of any authority.

mod authority;
mod folder;
mod issue;
mod revoke;
mod show;
mod verify;

use std::path::Path;

use crypto_sm::certificate::{AlternativeName, Certificate, Validity};

use crate::console::Console;

pub(super) use verify::{Trusted, bundles, read_list};

use super::arguments::{Cert, Role};
use super::session::now_ms;
use super::{Exit, Failure, codes};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Certificates begin a little earlier, so that a clock that is behind does not refuse them.
const BACKDATE_MS: u64 = 60 * 60 * 1000;

/// Largest file that is read as a certificate, request, list or bundle.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub fn run(command: Cert, console: &Console) -> Result<Exit, Failure> {
    match command {
        Cert::Ca(arguments) => authority::run(&arguments, console),
        Cert::Request(arguments) => issue::request(&arguments, console),
        Cert::Issue(arguments) => issue::issue(&arguments, console),
        Cert::Renew(arguments) => issue::renew(&arguments, console),
        Cert::Revoke(arguments) => revoke::run(&arguments, console),
        Cert::Crl(arguments) => revoke::list(&arguments, console),
        Cert::List(arguments) => authority::list(&arguments, console),
        Cert::Show(arguments) => show::run(&arguments, console),
        Cert::Verify(arguments) => verify::run(&arguments, console),
    }
}

/// A validity of so many days from now.
fn validity(days: u64) -> Result<Validity, Failure> {
    let now = now_ms();
    let end = now.saturating_add(days.saturating_mul(DAY_MS));
    Validity::new(now.saturating_sub(BACKDATE_MS), end).map_err(failed)
}

/// Names and addresses as the command line gives them.
fn alternative_names(texts: &[String]) -> Result<Vec<AlternativeName>, Failure> {
    texts
        .iter()
        .map(|text| text.parse().map_err(failed))
        .collect()
}

/// OU of a role.
fn word(role: Role) -> &'static str {
    hengtan_ledger::v1::Role::from(role).word()
}

/// What is wrong with arguments is a matter of the command line, what is wrong with a file's form one of the data; all
/// else about certificates and messages is a matter of trust.
pub(super) fn failed(error: crypto_sm::Error) -> Failure {
    use crypto_sm::Error as E;
    let exit = match &error {
        E::SubjectText { .. }
        | E::AlternativeName { .. }
        | E::ValidityPeriod { .. }
        | E::CertificatePathLength { .. }
        | E::SignedContentMissing => Exit::Usage,
        E::PemEncoding { .. }
        | E::PemLabel { .. }
        | E::CertificateEncoding
        | E::CertificateAlgorithm { .. }
        | E::CertificateExtension { .. }
        | E::RequestEncoding
        | E::RevocationListEncoding
        | E::RevocationSerial { .. }
        | E::PublicKeyInfo
        | E::SecretKeyInfo
        | E::SignedEncoding
        | E::SignedAlgorithm { .. }
        | E::SignedAttribute { .. }
        | E::SignedSigners { .. }
        | E::EnvelopeEncoding
        | E::EnvelopeRecipients { .. }
        | E::SignatureEncoding => Exit::BadInput,
        _ => Exit::Integrity,
    };
    Failure::from(error).exiting(exit)
}

/// The files must not exist yet.
pub(super) fn refuse_existing(paths: &[&Path]) -> Result<(), Failure> {
    match paths.iter().find(|path| path.exists()) {
        Some(path) => Err(Failure::new(codes::FILE_EXISTS).with("path", path.display())),
        None => Ok(()),
    }
}

/// The bytes of a file of bounded size.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let reading = |error: std::io::Error| Failure::reading(path, &error);
    let size = std::fs::metadata(path).map_err(reading)?.len();
    if size > FILE_BYTES_MAX {
        let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
        return Err(Failure::reading(path, &error).exiting(Exit::BadInput));
    }
    std::fs::read(path).map_err(reading)
}

/// A certificate, PEM or DER.
pub(super) fn read_certificate(path: &Path) -> Result<Certificate, Failure> {
    let bytes = read(path)?;
    match text(&bytes) {
        Some(text) => Certificate::from_pem(text),
        None => Certificate::from_der(&bytes),
    }
    .map_err(failed)
}

/// The content as text, if it is PEM.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.contains("-----BEGIN ").then_some(text)
}
