//! `hengtan cert request`, `issue` and `renew`.

use std::path::{Path, PathBuf};

use crypto_sm::certificate::{Certificate, Purpose, Request};
use crypto_sm::sm2::{PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::cli::arguments::{CertIssue, CertRenew, CertRequest, CertificateKind, Role};
use crate::cli::passphrase;
use crate::cli::presentation::{named, time, whole_id};
use crate::cli::{Exit, Failure, codes};
use crate::config;
use crate::console::{Console, Record};

use super::folder::Folder;
use super::{alternative_names, failed, read, refuse_existing, text, validity, word};

/// OU of nodes.
const NODE_UNIT: &str = "node";

impl CertificateKind {
    /// Its code in indexes and outputs.
    fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Node => "node",
            Self::Dual => "dual",
            Self::Authority => "authority",
        }
    }
}

/// A member has a role; options that the kind has no use for would give a false impression.
fn check_options(
    kind: CertificateKind,
    role: Option<Role>,
    names: &[String],
) -> Result<(), Failure> {
    let contradiction = |argument: &str| {
        Failure::new(codes::ARGUMENT_CONFLICT)
            .with("argument", argument)
            .with("other", format!("--kind {}", kind.code()))
    };
    if kind == CertificateKind::Member && role.is_none() {
        return Err(Failure::new(codes::ARGUMENT_MISSING).with("argument", "--role"));
    }
    let has_role = matches!(kind, CertificateKind::Member | CertificateKind::Dual);
    if role.is_some() && !has_role {
        return Err(contradiction("--role"));
    }
    // A pair without a role is a node's.
    let is_node = kind == CertificateKind::Node || kind == CertificateKind::Dual && role.is_none();
    if !names.is_empty() && !is_node {
        return Err(contradiction("--san"));
    }
    Ok(())
}

pub fn request(arguments: &CertRequest, console: &Console) -> Result<Exit, Failure> {
    check_options(arguments.kind, arguments.role, &arguments.san)?;
    let key_file = arguments.out.join(format!("{}.key.pem", arguments.name));
    let request_file = arguments.out.join(format!("{}.csr.pem", arguments.name));
    refuse_existing(&[&key_file, &request_file])?;
    let (unit, purpose) = match (arguments.kind, arguments.role) {
        (CertificateKind::Authority, _) => (None, Purpose::Authority),
        (_, Some(role)) => (Some(word(role)), Purpose::Signing),
        (_, None) => (Some(NODE_UNIT), Purpose::Server),
    };
    let names = alternative_names(&arguments.san)?;
    let mut rng = rand::rng();
    let key = SecretKey::generate(&mut rng);
    let request = Request::create(
        &arguments.organisation,
        unit,
        &arguments.name,
        &names,
        purpose,
        &key,
        &mut rng,
    )
    .map_err(failed)?;
    let source = arguments.passphrase_file.as_deref();
    let text = passphrase::protect(&key, source, &key_file, console)?;
    config::write_secret(&key_file, text.as_bytes())?;
    config::write_new(&request_file, request.to_pem().as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.done_request(request_file.display().to_string()));
    let record = Record::new()
        .with("name", catalogue.col_name(), arguments.name.clone())
        .with(
            "subject",
            catalogue.col_subject(),
            request.subject_name().to_owned(),
        )
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(key.public_key().key_id().as_bytes()),
        )
        .with(
            "request_file",
            catalogue.col_request_file(),
            request_file.display().to_string(),
        )
        .with(
            "key_file",
            catalogue.col_key_file(),
            key_file.display().to_string(),
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// The key to be certified: a request's, or a new one with what is to be written of it.
struct Subject {
    public_key: PublicKey,
    made: Option<Made>,
}

/// A new key's file.
struct Made {
    path: PathBuf,
    content: Zeroizing<Vec<u8>>,
}

impl Subject {
    fn of_request(csr: &Path) -> Result<Self, Failure> {
        Ok(Self {
            public_key: read_request(csr)?.public_key().clone(),
            made: None,
        })
    }

    /// A new key, plain or under a passphrase.
    fn new(path: PathBuf, source: Option<&Path>, console: &Console) -> Result<Self, Failure> {
        refuse_existing(&[&path])?;
        let key = SecretKey::generate(&mut rand::rng());
        let text = passphrase::protect(&key, source, &path, console)?;
        Ok(Self {
            public_key: key.public_key().clone(),
            made: Some(Made {
                path,
                content: Zeroizing::new(text.as_bytes().to_vec()),
            }),
        })
    }

    /// A new encryption key that only the holder of a signing key can open: SM2EnvelopedKey (GB/T 35276-2017 clause 7.4).
    fn delivered(path: PathBuf, holder: &PublicKey) -> Result<Self, Failure> {
        refuse_existing(&[&path])?;
        let mut rng = rand::rng();
        let key = SecretKey::generate(&mut rng);
        Ok(Self {
            public_key: key.public_key().clone(),
            made: Some(Made {
                path,
                content: Zeroizing::new(key.to_enveloped(holder, &mut rng)),
            }),
        })
    }

    /// Writes the secret key before the certificate: a certificate whose key is lost would have to be revoked.
    fn write(&self) -> Result<(), Failure> {
        if let Some(made) = &self.made {
            config::write_secret(&made.path, &made.content)?;
        }
        Ok(())
    }
}

/// A request, PEM or DER; its signature is verified as it is read.
pub(super) fn read_request(path: &Path) -> Result<Request, Failure> {
    let bytes = read(path)?;
    match text(&bytes) {
        Some(text) => Request::from_pem(text),
        None => Request::from_der(&bytes),
    }
    .map_err(failed)
}

pub fn issue(arguments: &CertIssue, console: &Console) -> Result<Exit, Failure> {
    check_options(arguments.kind, arguments.role, &arguments.san)?;
    let file = |ending: &str| arguments.out.join(format!("{}.{ending}", arguments.name));
    let is_pair = arguments.kind == CertificateKind::Dual;
    let (certificate_file, encryption_file) = (file("cert.pem"), file("enc.cert.pem"));
    refuse_existing(&[&certificate_file])?;
    if is_pair {
        refuse_existing(&[&encryption_file])?;
    }
    let names = alternative_names(&arguments.san)?;
    let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
    let mut folder = Folder::open(&arguments.dir, &asking)?;
    let source = arguments.passphrase_file.as_deref();
    let subject = match &arguments.csr {
        Some(csr) => Subject::of_request(csr)?,
        None => Subject::new(file("key.pem"), source, console)?,
    };
    // A holder who keeps his signing key to himself gets the other one so that nobody between can read it.
    let encryption = match (is_pair, &arguments.csr, source) {
        (false, _, _) => None,
        (true, Some(_), None) => {
            let path = file("enc.key.der");
            Some(Subject::delivered(path, &subject.public_key)?)
        }
        (true, _, _) => Some(Subject::new(file("enc.key.pem"), source, console)?),
    };
    let validity = validity(arguments.days)?;
    let mut rng = rand::rng();
    let issuer = &folder.issuer;
    let (name, key) = (&arguments.name, &subject.public_key);
    let certificate = match (arguments.kind, arguments.role) {
        (CertificateKind::Authority, _) => {
            issuer.issue_intermediate(name, arguments.path_length, key, validity, &mut rng)
        }
        (_, Some(role)) => issuer.issue_member(word(role), name, key, validity, &mut rng),
        (_, None) => issuer.issue_node(name, &names, key, validity, &mut rng),
    }
    .map_err(failed)?;
    let pair = match &encryption {
        Some(encryption) => Some(
            issuer
                .issue_encryption(&certificate, &encryption.public_key, validity, &mut rng)
                .map_err(failed)?,
        ),
        None => None,
    };
    subject.write()?;
    if let Some(encryption) = &encryption {
        encryption.write()?;
    }
    let kind = arguments.kind.code();
    folder.record(if is_pair { "signing" } else { kind }, &certificate, None)?;
    if let Some(pair) = &pair {
        folder.record("encryption", pair.encryption(), None)?;
        config::write_new(&encryption_file, pair.encryption().to_pem().as_bytes())?;
    }
    config::write_new(&certificate_file, certificate.to_pem().as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.done_issued(certificate_file.display().to_string()));
    let mut record = summary(&certificate, kind, &certificate_file, console);
    if let Some(made) = &subject.made {
        record = record.with(
            "key_file",
            catalogue.col_key_file(),
            made.path.display().to_string(),
        );
    }
    if let (Some(pair), Some(encryption)) = (&pair, &encryption) {
        record = record
            .with(
                "encryption_serial",
                catalogue.col_encryption_serial(),
                hex::encode(pair.encryption().serial()),
            )
            .with(
                "encryption_certificate_file",
                catalogue.col_encryption_certificate_file(),
                encryption_file.display().to_string(),
            );
        if let Some(made) = &encryption.made {
            record = record.with(
                "encryption_key_file",
                catalogue.col_encryption_key_file(),
                made.path.display().to_string(),
            );
        }
    }
    console.record(&record)?;
    Ok(Exit::Ok)
}

pub fn renew(arguments: &CertRenew, console: &Console) -> Result<Exit, Failure> {
    let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
    let mut folder = Folder::open(&arguments.dir, &asking)?;
    let position = folder.index.find(&arguments.certificate)?;
    let entry = folder.index.certificate[position].clone();
    let old = folder.issued(&entry)?;
    if entry.revoked_at.is_some() {
        return Err(super::revoke::already(&entry));
    }
    // A renewed certificate does not overwrite the old one, which stays valid until it expires or is revoked.
    let base = if entry.kind == "encryption" {
        format!("{}.enc", entry.name)
    } else {
        entry.name.clone()
    };
    let mut rng = rand::rng();
    let key_file = arguments.out.join(format!("{base}.key.pem"));
    let subject = match &arguments.csr {
        Some(csr) => Subject::of_request(csr)?,
        None if arguments.new_key => {
            Subject::new(key_file, arguments.passphrase_file.as_deref(), console)?
        }
        None => Subject {
            public_key: old.public_key().clone(),
            made: None,
        },
    };
    let certificate_file = arguments.out.join(format!("{base}.cert.pem"));
    refuse_existing(&[&certificate_file])?;
    let certificate = folder
        .issuer
        .renew(
            &old,
            &subject.public_key,
            validity(arguments.days)?,
            &mut rng,
        )
        .map_err(failed)?;
    subject.write()?;
    folder.record(&entry.kind, &certificate, Some(entry.serial.clone()))?;
    config::write_new(&certificate_file, certificate.to_pem().as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.done_renewed(entry.serial.as_str()));
    let mut record = summary(&certificate, &entry.kind, &certificate_file, console).with(
        "renews",
        catalogue.col_renews(),
        entry.serial,
    );
    if let Some(made) = &subject.made {
        record = record.with(
            "key_file",
            catalogue.col_key_file(),
            made.path.display().to_string(),
        );
    }
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn summary(certificate: &Certificate, kind: &str, file: &Path, console: &Console) -> Record {
    let catalogue = console.catalogue();
    Record::new()
        .with(
            "kind",
            catalogue.col_kind(),
            named("certificate-kind", kind, catalogue),
        )
        .with(
            "subject",
            catalogue.col_subject(),
            certificate.subject_name(),
        )
        .with(
            "serial",
            catalogue.col_serial(),
            hex::encode(certificate.serial()),
        )
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(certificate.public_key().key_id().as_bytes()),
        )
        .with(
            "valid_to",
            catalogue.col_valid_to(),
            time(certificate.validity().not_after_ms),
        )
        .with(
            "certificate_file",
            catalogue.col_certificate_file(),
            file.display().to_string(),
        )
}
