//! The folder of a certification authority: its certificate and key, what it has issued, and what it has revoked.
//!
//! | file | what |
//! |---|---|
//! | `ca.cert.pem`, `ca.key.pem` | certificate and secret key |
//! | `chain.pem` | certificates of the authorities above, from the nearest to the root; absent for a root |
//! | `index.toml` | what was issued and revoked; replaced as a whole, never half |
//! | `issued/SERIAL.pem` | every certificate that was issued |
//! | `ca.crl.pem` | the newest revocation list |

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crypto_sm::certificate::{Certificate, Issuer, Reason, Revoked};
use serde::{Deserialize, Serialize};

use crate::cli::{Exit, Failure, codes};
use crate::config::{self, Ask};
use crate::console::utc_time;

use super::{failed, read, read_certificate};

/// Version of the index's form.
const VERSION: u32 = 1;

/// An authority's folder, opened for one command: nobody else changes it meanwhile.
pub struct Folder {
    path: PathBuf,
    /// Certificate and key.
    pub issuer: Issuer,
    /// What was issued.
    pub index: Index,
    _lock: File,
}

/// What an authority has issued and revoked.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    version: u32,
    /// Number of the newest revocation list; 0 before the first.
    pub list_number: u64,
    /// In the order of issue.
    #[serde(default)]
    pub certificate: Vec<Entry>,
}

/// One certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Code of the kind.
    pub kind: String,
    /// CN.
    pub name: String,
    /// OU; empty for authorities.
    pub unit: String,
    /// RFC 3339, UTC.
    pub not_before: String,
    /// RFC 3339, UTC.
    pub not_after: String,
    /// Key id, hexadecimal.
    pub key_id: String,
    /// SM3 of the DER, hexadecimal.
    pub fingerprint: String,
    /// Serial number of the certificate that it renews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews: Option<String>,
    /// RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// As RFC 5280 names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Folder {
    /// Opens the folder of an authority. One that was made by `init` has no index yet; it begins here.
    pub fn open(path: &Path, ask: Ask<'_>) -> Result<Self, Failure> {
        let key_file = path.join("ca.key.pem");
        if !key_file.is_file() {
            return Err(Failure::new(codes::CA_KEY_MISSING).with("path", path.display()));
        }
        let lock = lock(path)?;
        let certificate = read_certificate(&path.join("ca.cert.pem"))?;
        let issuer = Issuer::new(certificate, config::open_key(&key_file, ask)?).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            issuer,
            index: Index::read(&path.join("index.toml"))?,
            _lock: lock,
        })
    }

    /// Where the certificate stands.
    pub fn certificate_file(path: &Path) -> PathBuf {
        path.join("ca.cert.pem")
    }

    /// Where the secret key stands.
    pub fn key_file(path: &Path) -> PathBuf {
        path.join("ca.key.pem")
    }

    /// Where the certificates of the authorities above stand.
    pub fn chain_file(path: &Path) -> PathBuf {
        path.join("chain.pem")
    }

    /// Where the newest revocation list stands.
    pub fn list_file(&self) -> PathBuf {
        self.path.join("ca.crl.pem")
    }

    /// This authority's certificate and those above it, in PEM.
    pub fn chain(&self) -> Result<String, Failure> {
        let mut text = self.issuer.certificate().to_pem();
        let above = Self::chain_file(&self.path);
        if above.exists() {
            text.push_str(&String::from_utf8_lossy(&read(&above)?));
        }
        Ok(text)
    }

    /// Keeps a certificate that was issued. Written before anybody gets it, so that whatever is outside can be revoked.
    pub fn record(
        &mut self,
        kind: &str,
        certificate: &Certificate,
        renews: Option<String>,
    ) -> Result<(), Failure> {
        let serial = hex::encode(certificate.serial());
        let path = self.issued_file(&serial);
        config::write_new(&path, certificate.to_pem().as_bytes())?;
        let validity = certificate.validity();
        self.index.certificate.push(Entry {
            serial,
            kind: kind.to_owned(),
            name: certificate
                .subject_common_name()
                .unwrap_or_default()
                .to_owned(),
            unit: certificate
                .subject_organisational_unit()
                .unwrap_or_default()
                .to_owned(),
            not_before: utc_time(validity.not_before_ms),
            not_after: utc_time(validity.not_after_ms),
            key_id: certificate.public_key().key_id().to_string(),
            fingerprint: hex::encode(certificate.fingerprint()),
            renews,
            revoked_at: None,
            reason: None,
        });
        self.save()
    }

    /// A certificate that was issued.
    pub fn issued(&self, entry: &Entry) -> Result<Certificate, Failure> {
        read_certificate(&self.issued_file(&entry.serial))
    }

    /// Writes the index.
    pub fn save(&self) -> Result<(), Failure> {
        let path = self.path.join("index.toml");
        let text = toml::to_string(&self.index).map_err(|_| unreadable(&path))?;
        replace(&path, text.as_bytes())
    }

    fn issued_file(&self, serial: &str) -> PathBuf {
        self.path.join("issued").join(format!("{serial}.pem"))
    }
}

impl Index {
    /// An authority that has issued nothing.
    pub fn new() -> Self {
        Self {
            version: VERSION,
            list_number: 0,
            certificate: Vec::new(),
        }
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            return Ok(Self::new());
        }
        let text = String::from_utf8(read(path)?).map_err(|_| unreadable(path))?;
        let index: Self = toml::from_str(&text).map_err(|_| unreadable(path))?;
        // The entries become names of files and lines of revocation lists.
        let sound = index.version == VERSION
            && index
                .certificate
                .iter()
                .all(|entry| serial_bytes(&entry.serial).is_some() && entry.revoked().is_some());
        if sound {
            Ok(index)
        } else {
            Err(unreadable(path))
        }
    }

    /// The certificate of that name or serial number; of several with one name the newest that is not revoked. The
    /// beginning of a serial number is enough.
    pub fn find(&self, wanted: &str) -> Result<usize, Failure> {
        let newest = |good: &dyn Fn(&Entry) -> bool| self.certificate.iter().rposition(good);
        let by_name = newest(&|entry| entry.name == wanted && entry.revoked_at.is_none())
            .or_else(|| newest(&|entry| entry.name == wanted));
        if let Some(position) = by_name {
            return Ok(position);
        }
        let digits = wanted.to_ascii_lowercase().replace(':', "");
        let found: Vec<usize> = (0..self.certificate.len())
            .filter(|position| {
                !digits.is_empty() && self.certificate[*position].serial.starts_with(&digits)
            })
            .collect();
        match found[..] {
            [position] => Ok(position),
            [] => Err(Failure::new(codes::NOT_FOUND)
                .with("what", "certificate")
                .with("name", wanted)),
            _ => {
                let candidates: Vec<&str> = found
                    .iter()
                    .map(|position| self.certificate[*position].serial.as_str())
                    .collect();
                Err(Failure::new(codes::AMBIGUOUS)
                    .with("name", wanted)
                    .with("candidates", candidates.join(", ")))
            }
        }
    }

    /// What a revocation list of now holds.
    pub fn revoked(&self) -> Vec<Revoked> {
        self.certificate
            .iter()
            .filter_map(|entry| entry.revoked().flatten())
            .collect()
    }
}

impl Entry {
    /// Nothing if the entry is damaged; nothing within if the certificate is not revoked.
    #[allow(
        clippy::option_option,
        reason = "damaged, not revoked and revoked are three things"
    )]
    fn revoked(&self) -> Option<Option<Revoked>> {
        let Some(revoked_at) = &self.revoked_at else {
            return Some(None);
        };
        let time: jiff::Timestamp = revoked_at.parse().ok()?;
        Some(Some(Revoked {
            serial: serial_bytes(&self.serial)?,
            revoked_at_ms: u64::try_from(time.as_millisecond()).ok()?,
            reason: Reason::from_name(self.reason.as_deref()?)?,
        }))
    }
}

fn serial_bytes(serial: &str) -> Option<Vec<u8>> {
    let canonical = serial
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let bytes = hex::decode(serial).ok()?;
    (canonical && (1..=20).contains(&bytes.len())).then_some(bytes)
}

fn unreadable(path: &Path) -> Failure {
    let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
    Failure::reading(path, &error).exiting(Exit::BadInput)
}

/// Two commands at once would lose one another's entries.
pub fn lock(path: &Path) -> Result<File, Failure> {
    let file = path.join("index.lock");
    let writing = |error: std::io::Error| Failure::writing(&file, &error);
    let lock = File::options()
        .create(true)
        .append(true)
        .open(&file)
        .map_err(writing)?;
    lock.lock().map_err(writing)?;
    Ok(lock)
}

/// Writes a file as a whole: whoever reads it, and whenever the machine stops, finds the old content or the new one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let writing = |error: std::io::Error| Failure::writing(path, &error);
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(writing)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(mode).map_err(writing)?;
    }
    file.write_all(bytes).map_err(writing)?;
    file.as_file().sync_all().map_err(writing)?;
    file.persist(path).map_err(|error| writing(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(writing)
}
