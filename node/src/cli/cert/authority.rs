//! `hengtan cert ca` and `hengtan cert list`.

use crypto_sm::certificate::{Issuer, issue_root};
use crypto_sm::sm2::SecretKey;

use crate::cli::arguments::{CertCa, CertList};
use crate::cli::passphrase;
use crate::cli::presentation::{named, time, whole_id};
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure};
use crate::config;
use crate::console::{Cell, Column, Console, List, Record};

use super::folder::{Folder, Index, lock};
use super::{DAY_MS, failed, refuse_existing, validity};

pub fn run(arguments: &CertCa, console: &Console) -> Result<Exit, Failure> {
    let dir = &arguments.dir;
    let (certificate_file, key_file) = (Folder::certificate_file(dir), Folder::key_file(dir));
    let chain_file = Folder::chain_file(dir);
    refuse_existing(&[
        &key_file,
        &certificate_file,
        &chain_file,
        &dir.join("index.toml"),
    ])?;
    let default_name = format!("{} CA", arguments.organisation);
    let name = arguments.name.as_deref().unwrap_or(&default_name);
    let validity = validity(arguments.days)?;
    let mut rng = rand::rng();
    let key = SecretKey::generate(&mut rng);
    let source = arguments.passphrase_file.as_deref();
    let text = passphrase::protect(&key, source, &key_file, console)?;
    let certificate = match &arguments.parent {
        None => {
            let path_length = arguments.path_length.unwrap_or(1);
            issue_root(
                &arguments.organisation,
                name,
                path_length,
                &key,
                validity,
                &mut rng,
            )
            .map_err(failed)?
        }
        Some(parent) => {
            let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
            let mut parent = Folder::open(parent, &asking)?;
            let organisation = parent.issuer.certificate().subject_organisation();
            if organisation != Some(&arguments.organisation) {
                return Err(failed(crypto_sm::Error::CertificateOrganisation {
                    found: arguments.organisation.clone(),
                    expected: organisation.unwrap_or_default().to_owned(),
                })
                .exiting(Exit::Usage));
            }
            let path_length = arguments.path_length.unwrap_or(0);
            let certificate = parent
                .issuer
                .issue_intermediate(name, path_length, key.public_key(), validity, &mut rng)
                .map_err(failed)?;
            config::write_new(&chain_file, parent.chain()?.as_bytes())?;
            parent.record("authority", &certificate, None)?;
            certificate
        }
    };
    config::write_secret(&key_file, text.as_bytes())?;
    config::write_new(&certificate_file, certificate.to_pem().as_bytes())?;
    let lock = lock(dir)?;
    let text = toml::to_string(&Index::new()).unwrap_or_default();
    config::write_new(&dir.join("index.toml"), text.as_bytes())?;
    drop(lock);
    // What was written is an authority at work.
    let issuer = Issuer::new(certificate, key).map_err(failed)?;
    let certificate = issuer.certificate();
    let catalogue = console.catalogue();
    console.say(&catalogue.done_ca(key_file.display().to_string()));
    let record = Record::new()
        .with("name", catalogue.col_name(), name.to_owned())
        .with(
            "organisation",
            catalogue.col_organisation(),
            arguments.organisation.clone(),
        )
        .with("issuer", catalogue.col_issuer(), certificate.issuer())
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(certificate.public_key().key_id().as_bytes()),
        )
        .with(
            "path_length",
            catalogue.col_path_length(),
            certificate
                .path_length()
                .map_or_else(|| Cell::new(serde_json::Value::Null, ""), Cell::from),
        )
        .with(
            "valid_to",
            catalogue.col_valid_to(),
            time(validity.not_after_ms),
        )
        .with(
            "certificate_file",
            catalogue.col_certificate_file(),
            certificate_file.display().to_string(),
        )
        .with(
            "key_file",
            catalogue.col_key_file(),
            key_file.display().to_string(),
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

pub fn list(arguments: &CertList, console: &Console) -> Result<Exit, Failure> {
    let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
    let folder = Folder::open(&arguments.dir, &asking)?;
    let catalogue = console.catalogue();
    let now = now_ms();
    let mut list = List::new(vec![
        Column::new("serial", catalogue.col_serial()),
        Column::new("kind", catalogue.col_kind()),
        Column::new("name", catalogue.col_name()),
        Column::new("role", catalogue.col_role()),
        Column::new("valid_to", catalogue.col_valid_to()),
        Column::new("days_left", catalogue.col_days_left()).right(),
        Column::new("revoked_at", catalogue.col_revoked_at()),
        Column::new("reason", catalogue.col_reason()),
    ]);
    for entry in &folder.index.certificate {
        let milliseconds = |text: &str| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .and_then(|time| u64::try_from(time.as_millisecond()).ok())
                .unwrap_or_default()
        };
        let end = milliseconds(&entry.not_after);
        let revoked_at = entry.revoked_at.as_deref().map_or(0, milliseconds);
        list.push(vec![
            Cell::new(
                entry.serial.clone(),
                entry.serial.chars().take(12).collect::<String>(),
            ),
            named("certificate-kind", &entry.kind, catalogue),
            entry.name.clone().into(),
            named("role", &entry.unit, catalogue),
            time(end),
            Cell::from(end.saturating_sub(now) / DAY_MS),
            time(revoked_at),
            reason(entry.reason.as_deref(), catalogue),
        ]);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

/// A reason of revocation in words.
pub(super) fn reason(reason: Option<&str>, catalogue: &i18n::Catalogue) -> Cell {
    named("revocation", reason.unwrap_or_default(), catalogue)
}
