//! `hengtan key`: keys and certificates in files.

use std::path::PathBuf;

use crypto_sm::certificate::{Certificate, Issuer, Validity};
use crypto_sm::keystore::{KeyFile, folder::ITERATIONS_DEFAULT};
use crypto_sm::sm2::{PublicKey, SecretKey};

use crate::config;
use crate::console::{Cell, Column, Console, List, Record};

use super::arguments::{Global, Key, KeyNew, KeyPassphrase, KeyReceive, KeyShow};
use super::presentation::{named, time, whole_id};
use super::session::now_ms;
use super::{Exit, Failure, codes, context, passphrase};

/// How long a member's certificate is valid.
const MEMBER_YEARS: u64 = 3;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// Certificates begin a little earlier, so that a clock that is behind does not refuse them.
const BACKDATE_MS: u64 = 60 * 60 * 1000;

pub fn run(command: Key, global: &Global, console: &Console) -> Result<Exit, Failure> {
    match command {
        Key::New(arguments) => new(arguments, global, console),
        Key::Show(arguments) => show(&arguments, console),
        Key::List => list(global, console),
        Key::Passphrase(arguments) => change_passphrase(&arguments, console),
        Key::Receive(arguments) => receive(&arguments, console),
    }
}

fn new(arguments: KeyNew, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let folder = match arguments.dir {
        Some(folder) => Some(folder),
        None => context::find(global)?.folder().ok(),
    };
    let out = match (&arguments.out, &folder) {
        (Some(out), _) => out.clone(),
        (None, Some(folder)) => folder.join("members"),
        (None, None) => PathBuf::from("."),
    };
    let key_file = out.join(format!("{}.key.pem", arguments.name));
    let certificate_file = out.join(format!("{}.cert.pem", arguments.name));
    for path in [&key_file, &certificate_file] {
        if path.exists() {
            return Err(Failure::new(codes::FILE_EXISTS).with("path", path.display()));
        }
    }
    // Refused before anything is written.
    let issuer = if arguments.no_certificate {
        None
    } else {
        Some(issuer(folder)?)
    };
    let mut rng = rand::rng();
    let key = SecretKey::generate(&mut rng);
    let text = passphrase::protect(
        &key,
        arguments.passphrase_file.as_deref(),
        &key_file,
        console,
    )?;
    let catalogue = console.catalogue();
    let mut record = Record::new()
        .with("name", catalogue.col_name(), arguments.name.clone())
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(key.public_key().key_id().as_bytes()),
        )
        .with(
            "key_file",
            catalogue.col_key_file(),
            key_file.display().to_string(),
        );
    if let (Some(issuer), Some(role)) = (issuer, arguments.role) {
        let now = now_ms();
        let validity = Validity::new(
            now.saturating_sub(BACKDATE_MS),
            now.saturating_add(MEMBER_YEARS * YEAR_MS),
        )?;
        let role = hengtan_ledger::v1::Role::from(role).word();
        let certificate =
            issuer.issue_member(role, &arguments.name, key.public_key(), validity, &mut rng)?;
        config::write_secret(&key_file, text.as_bytes())?;
        config::write_new(&certificate_file, certificate.to_pem().as_bytes())?;
        record = record
            .with("role", catalogue.col_role(), named("role", role, catalogue))
            .with(
                "certificate_file",
                catalogue.col_certificate_file(),
                certificate_file.display().to_string(),
            )
            .with(
                "valid_to",
                catalogue.col_valid_to(),
                time(validity.not_after_ms),
            );
        console.say(&catalogue.done_key_with_certificate(certificate_file.display().to_string()));
    } else {
        config::write_secret(&key_file, text.as_bytes())?;
        console.say(&catalogue.done_key());
    }
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// The CA of the network's folder.
fn issuer(folder: Option<PathBuf>) -> Result<Issuer, Failure> {
    let missing = |path: &str| Failure::new(codes::CA_KEY_MISSING).with("path", path);
    let folder = folder.ok_or_else(|| missing("-"))?;
    let ca = config::Folder::new(&folder).ca();
    let key_file = ca.join("ca.key.pem");
    if !key_file.is_file() {
        return Err(missing(&ca.display().to_string()));
    }
    let key = config::read_key(&key_file)?;
    let certificate = super::org::read_certificate(&ca.join("ca.cert.pem"))?;
    Ok(Issuer::new(certificate, key)?)
}

fn show(arguments: &KeyShow, console: &Console) -> Result<Exit, Failure> {
    let path = &arguments.file;
    let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    let catalogue = console.catalogue();
    let kind = |code: &'static str| named("key-kind", code, catalogue);
    let record = if text.contains("BEGIN CERTIFICATE") {
        let certificate = Certificate::from_pem(&text)?;
        let role = certificate
            .subject_organisational_unit()
            .unwrap_or_default();
        let authority = certificate.is_authority();
        Record::new()
            .with(
                "kind",
                catalogue.col_kind(),
                kind(if authority {
                    "ca_certificate"
                } else {
                    "certificate"
                }),
            )
            .with(
                "key_id",
                catalogue.col_key(),
                whole_id(certificate.public_key().key_id().as_bytes()),
            )
            .with(
                "name",
                catalogue.col_name(),
                certificate
                    .subject_common_name()
                    .unwrap_or_default()
                    .to_owned(),
            )
            .with(
                "organisation",
                catalogue.col_organisation(),
                certificate
                    .subject_organisation()
                    .unwrap_or_default()
                    .to_owned(),
            )
            .with("role", catalogue.col_role(), named("role", role, catalogue))
            .with(
                "valid_from",
                catalogue.col_valid_from(),
                time(certificate.validity().not_before_ms),
            )
            .with(
                "valid_to",
                catalogue.col_valid_to(),
                time(certificate.validity().not_after_ms),
            )
    } else if text.contains("PUBLIC KEY") {
        let key = PublicKey::from_spki_pem(&text)?;
        Record::new()
            .with("kind", catalogue.col_kind(), kind("public"))
            .with(
                "key_id",
                catalogue.col_key(),
                whole_id(key.key_id().as_bytes()),
            )
            .with(
                "public_key",
                catalogue.col_public_key(),
                hex::encode(key.to_uncompressed()),
            )
    } else {
        let encrypted = crypto_sm::keystore::file::is_encrypted(&text);
        let key = config::Keys::default().open(path, &|file| console.passphrase(file))?;
        let code = if encrypted { "encrypted" } else { "secret" };
        Record::new()
            .with("kind", catalogue.col_kind(), kind(code))
            .with(
                "key_id",
                catalogue.col_key(),
                whole_id(key.public_key().key_id().as_bytes()),
            )
            .with(
                "public_key",
                catalogue.col_public_key(),
                hex::encode(key.public_key().to_uncompressed()),
            )
            .with("private", catalogue.col_private(), privacy(path, catalogue))
    };
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn list(global: &Global, console: &Console) -> Result<Exit, Failure> {
    let found = context::find(global)?;
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("name", catalogue.col_name()),
        Column::new("role", catalogue.col_role()),
        Column::new("provider", catalogue.col_provider()),
        Column::new("place", catalogue.col_place()),
        Column::new("key_id", catalogue.col_key()),
        Column::machine("code"),
    ]);
    let mut last = None;
    for identity in &found.context()?.identities {
        let (provider, place, key_id, code) = match identity.open(&|file| console.passphrase(file))
        {
            Ok(key) => (
                key.provider().word(),
                key.entry().place.clone(),
                super::org::key_cell(key.public_key().key_id().as_bytes()),
                serde_json::Value::Null,
            ),
            Err(error) => {
                let failure = Failure::from(error);
                let code = serde_json::json!(failure.code);
                console.complain(&failure.render(console));
                last = Some(failure);
                ("-", identity.key.display().to_string(), "-".into(), code)
            }
        };
        list.push(vec![
            identity.name.clone().into(),
            named("role", &identity.role, catalogue),
            provider.to_owned().into(),
            place.into(),
            key_id,
            code.into(),
        ]);
    }
    console.list(&list)?;
    last.map_or(Ok(Exit::Ok), |failure| Ok(failure.exit))
}

fn change_passphrase(arguments: &KeyPassphrase, console: &Console) -> Result<Exit, Failure> {
    let path = &arguments.file;
    let old = match &arguments.old_passphrase_file {
        Some(file) => Some(config::read_passphrase(file)?),
        None => None,
    };
    let shown = path.display().to_string();
    let file = KeyFile::open(path, || old.or_else(|| console.passphrase(&shown)))?;
    if arguments.remove {
        file.set_passphrase(None, ITERATIONS_DEFAULT)?;
        console.say(&console.catalogue().done_key_plain());
    } else {
        let new = passphrase::of_new_key(&arguments.passphrase_file, path, console)?;
        file.set_passphrase(Some(&new), ITERATIONS_DEFAULT)?;
        console.say(&console.catalogue().done_key_encrypted());
    }
    Ok(Exit::Ok)
}

/// Opens the encryption key that a CA sent with the holder's signing key, and writes it as any other key.
fn receive(arguments: &KeyReceive, console: &Console) -> Result<Exit, Failure> {
    let delivered = std::fs::read(&arguments.file).map_err(|error| {
        Failure::new(codes::FILE_UNREADABLE)
            .with("path", arguments.file.display())
            .with("reason", super::failure::reason(&error))
    })?;
    if arguments.out.exists() {
        return Err(Failure::new(codes::FILE_EXISTS).with("path", arguments.out.display()));
    }
    let signing = config::open_key(&arguments.key, &|place| console.passphrase(place))?;
    let key = SecretKey::from_enveloped(&delivered, &signing)?;
    let source = arguments.passphrase_file.as_deref();
    let text = passphrase::protect(&key, source, &arguments.out, console)?;
    config::write_secret(&arguments.out, text.as_bytes())?;
    let catalogue = console.catalogue();
    let path = arguments.out.display().to_string();
    console.say(&catalogue.done_key_received(path.as_str()));
    let key_id = whole_id(key.public_key().key_id().as_bytes());
    let record = Record::new()
        .with("key_id", catalogue.col_key(), key_id)
        .with("key_file", catalogue.col_key_file(), path);
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// Whether the owner alone can read a file.
fn privacy(path: &std::path::Path, catalogue: &i18n::Catalogue) -> Cell {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |found| found.permissions().mode());
    let exposed = mode & 0o077 != 0;
    Cell::new(!exposed, super::org::yes_no(!exposed, catalogue))
}
