//! `hengtan cert verify`: from a certificate to a root that the caller trusts.

use std::path::{Path, PathBuf};

use crypto_sm::certificate::{Certificate, Pair, Purpose, Revocation, RevocationList, Trust};

use crate::cli::arguments::{CertVerify, CertificatePurpose, RevocationCheck};
use crate::cli::presentation::{named, time};
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure, codes};
use crate::console::{Cell, Console, Record};

use super::{failed, read, read_certificate, text};

impl CertificatePurpose {
    fn code(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Encryption => "encryption",
            Self::Server => "server",
            Self::Client => "client",
            Self::Issuing => "issuing",
        }
    }
}

impl From<CertificatePurpose> for Purpose {
    fn from(purpose: CertificatePurpose) -> Self {
        match purpose {
            CertificatePurpose::Signing => Self::Signing,
            CertificatePurpose::Encryption => Self::Encryption,
            CertificatePurpose::Server => Self::Server,
            CertificatePurpose::Client => Self::Client,
            CertificatePurpose::Issuing => Self::Authority,
        }
    }
}

impl From<RevocationCheck> for Revocation {
    fn from(check: RevocationCheck) -> Self {
        match check {
            RevocationCheck::Known => Self::Known,
            RevocationCheck::Certificate => Self::Certificate,
            RevocationCheck::Path => Self::Path,
        }
    }
}

/// Whom the caller trusts, and when.
pub struct Trusted {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    lists: Vec<RevocationList>,
    check: RevocationCheck,
    /// The moment that counts, milliseconds.
    pub at_ms: u64,
}

impl Trusted {
    /// Reads the files of `--ca`, `--chain` and `--crl`; without `at` the present counts.
    pub fn read(
        ca: &[PathBuf],
        chain: &[PathBuf],
        crl: &[PathBuf],
        check: RevocationCheck,
        at: Option<&str>,
    ) -> Result<Self, Failure> {
        let at_ms = match at {
            Some(text) => moment(text)?,
            None => now_ms(),
        };
        let lists = crl.iter().map(|path| read_list(path));
        Ok(Self {
            roots: bundles(ca)?,
            intermediates: bundles(chain)?,
            lists: lists.collect::<Result<_, _>>()?,
            check,
            at_ms,
        })
    }

    pub fn trust(&self) -> Trust<'_> {
        Trust {
            roots: &self.roots,
            intermediates: &self.intermediates,
            lists: &self.lists,
            revocation: self.check.into(),
        }
    }
}

pub fn run(arguments: &CertVerify, console: &Console) -> Result<Exit, Failure> {
    let certificate = read_certificate(&arguments.file)?;
    let trusted = Trusted::read(
        &arguments.ca,
        &arguments.chain,
        &arguments.crl,
        arguments.crl_check,
        arguments.at.as_deref(),
    )?;
    let (trust, at_ms) = (trusted.trust(), trusted.at_ms);
    if let Some(path) = &arguments.encryption {
        let pair = Pair::new(certificate.clone(), read_certificate(path)?).map_err(failed)?;
        pair.verify(&trust, at_ms).map_err(failed)?;
    }
    let path = trust
        .verify(&certificate, arguments.purpose.into(), at_ms)
        .map_err(failed)?;
    let catalogue = console.catalogue();
    let names: Vec<String> = path
        .iter()
        .map(|certificate| certificate.subject_name())
        .collect();
    let shown = names.join("\n");
    console.say(&catalogue.done_verified());
    let record = Record::new()
        .with("valid", catalogue.col_verdict(), {
            Cell::new(true, catalogue.word_valid())
        })
        .with("path", catalogue.col_path(), Cell::new(names, shown))
        .with(
            "purpose",
            catalogue.col_purpose(),
            named("certificate-purpose", arguments.purpose.code(), catalogue),
        )
        .with("at", catalogue.col_time(), time(at_ms))
        .with("lists", catalogue.col_lists(), trust.lists.len());
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// A moment: RFC 3339, or a day, of which the begin in UTC is meant.
fn moment(text: &str) -> Result<u64, Failure> {
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        let zoned = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    });
    time.and_then(|time| u64::try_from(time.as_millisecond()).ok())
        .ok_or_else(|| {
            Failure::new(codes::VALUE_INVALID)
                .with("value", text)
                .with("argument", "--at")
        })
}

/// The certificates of files that may hold several, one behind the other.
pub fn bundles(paths: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut certificates = Vec::new();
    for path in paths {
        let bytes = read(path)?;
        match text(&bytes) {
            Some(text) => certificates.extend(Certificate::all_from_pem(text).map_err(failed)?),
            None => certificates.push(Certificate::from_der(&bytes).map_err(failed)?),
        }
    }
    Ok(certificates)
}

pub fn read_list(path: &Path) -> Result<RevocationList, Failure> {
    let bytes = read(path)?;
    match text(&bytes) {
        Some(text) => RevocationList::from_pem(text),
        None => RevocationList::from_der(&bytes),
    }
    .map_err(failed)
}
