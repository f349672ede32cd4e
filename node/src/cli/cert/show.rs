//! `hengtan cert show`: what a certificate, request or revocation list says, whoever made it.

use crypto_sm::certificate::{AlternativeName, Certificate, Request, RevocationList};
use i18n::Catalogue;

use crate::cli::arguments::CertShow;
use crate::cli::presentation::{named, time, whole_id};
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure};
use crate::console::{Cell, Console, Record};

use super::{DAY_MS, authority, failed, read, text};

pub fn run(arguments: &CertShow, console: &Console) -> Result<Exit, Failure> {
    let bytes = read(&arguments.file)?;
    let catalogue = console.catalogue();
    let record = match text(&bytes) {
        Some(text) if text.contains("-----BEGIN CERTIFICATE REQUEST-----") => {
            request(&Request::from_pem(text).map_err(failed)?, catalogue)
        }
        Some(text) if text.contains("-----BEGIN X509 CRL-----") => {
            list(&RevocationList::from_pem(text).map_err(failed)?, catalogue)
        }
        Some(text) => certificate(&Certificate::from_pem(text).map_err(failed)?, catalogue),
        // DER does not say what it is; the three have different shapes.
        None => match Certificate::from_der(&bytes) {
            Ok(found) => certificate(&found, catalogue),
            Err(error) => match (Request::from_der(&bytes), RevocationList::from_der(&bytes)) {
                (Ok(found), _) => request(&found, catalogue),
                (_, Ok(found)) => list(&found, catalogue),
                (Err(crypto_sm::Error::RequestSignature { name }), _) => {
                    return Err(failed(crypto_sm::Error::RequestSignature { name }));
                }
                _ => return Err(failed(error)),
            },
        },
    };
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn certificate(certificate: &Certificate, catalogue: &Catalogue) -> Record {
    let validity = certificate.validity();
    let kind = match (certificate.is_authority(), certificate.key_usages()) {
        (true, _) => "authority",
        (false, usages) if usages.contains(&"digitalSignature") => "signing",
        (false, usages) if usages.iter().any(|usage| usage.ends_with("Encipherment")) => {
            "encryption"
        }
        _ => "other",
    };
    let usages = certificate.key_usages();
    let extended = certificate.extended_key_usages();
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
        .with("issuer", catalogue.col_issuer(), certificate.issuer())
        .with(
            "serial",
            catalogue.col_serial(),
            hex::encode(certificate.serial()),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            certificate
                .subject_organisation()
                .unwrap_or_default()
                .to_owned(),
        )
        .with(
            "unit",
            catalogue.col_role(),
            unit(certificate.subject_organisational_unit(), catalogue),
        )
        .with(
            "alternative_names",
            catalogue.col_alternative_names(),
            names(certificate.alternative_names()),
        )
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(certificate.public_key().key_id().as_bytes()),
        )
        .with(
            "key_usages",
            catalogue.col_key_usages(),
            words("key-usage", &usages, catalogue),
        )
        .with(
            "extended_key_usages",
            catalogue.col_extended_key_usages(),
            words(
                "key-usage",
                &extended.iter().map(String::as_str).collect::<Vec<_>>(),
                catalogue,
            ),
        )
        .with_some(
            "path_length",
            catalogue.col_path_length(),
            certificate.path_length(),
        )
        .with(
            "valid_from",
            catalogue.col_valid_from(),
            time(validity.not_before_ms),
        )
        .with(
            "valid_to",
            catalogue.col_valid_to(),
            time(validity.not_after_ms),
        )
        .with(
            "days_left",
            catalogue.col_days_left(),
            validity.not_after_ms.saturating_sub(now_ms()) / DAY_MS,
        )
        .with(
            "fingerprint",
            catalogue.col_fingerprint(),
            whole_id(&certificate.fingerprint()),
        )
}

fn request(request: &Request, catalogue: &Catalogue) -> Record {
    let subject = request.subject();
    Record::new()
        .with(
            "kind",
            catalogue.col_kind(),
            named("certificate-kind", "request", catalogue),
        )
        .with(
            "subject",
            catalogue.col_subject(),
            request.subject_name().to_owned(),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            subject.organisation.clone().unwrap_or_default(),
        )
        .with(
            "unit",
            catalogue.col_role(),
            unit(subject.organisational_unit.as_deref(), catalogue),
        )
        .with(
            "alternative_names",
            catalogue.col_alternative_names(),
            names(request.alternative_names()),
        )
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(request.public_key().key_id().as_bytes()),
        )
}

fn list(list: &RevocationList, catalogue: &Catalogue) -> Record {
    let entries: Vec<serde_json::Value> = list
        .entries()
        .map(|entry| {
            serde_json::json!({
                "serial": hex::encode(&entry.serial),
                "revoked_at": crate::console::utc_time(entry.revoked_at_ms),
                "reason": entry.reason.name(),
            })
        })
        .collect();
    let shown: Vec<String> = list
        .entries()
        .map(|entry| {
            format!(
                "{}  {}  {}",
                hex::encode(&entry.serial),
                time(entry.revoked_at_ms).human(),
                authority::reason(Some(entry.reason.name()), catalogue).human()
            )
        })
        .collect();
    Record::new()
        .with(
            "kind",
            catalogue.col_kind(),
            named("certificate-kind", "revocation_list", catalogue),
        )
        .with("issuer", catalogue.col_issuer(), list.issuer())
        .with(
            "list_number",
            catalogue.col_list_number(),
            list.number().map(hex::encode).unwrap_or_default(),
        )
        .with(
            "this_update",
            catalogue.col_this_update(),
            time(list.this_update_ms()),
        )
        .with(
            "next_update",
            catalogue.col_next_update(),
            time(list.next_update_ms()),
        )
        .with(
            "fingerprint",
            catalogue.col_fingerprint(),
            whole_id(&list.fingerprint()),
        )
        .with(
            "entries",
            catalogue.col_revoked(),
            Cell::new(entries, shown.join("\n")),
        )
}

/// A role of the ledger by its name, other units as they are.
fn unit(unit: Option<&str>, catalogue: &Catalogue) -> Cell {
    named("role", unit.unwrap_or_default(), catalogue)
}

fn names(names: &[AlternativeName]) -> Cell {
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    let shown = texts.join(" ");
    Cell::new(texts, shown)
}

/// Codes for machines, words for people.
fn words(kind: &str, codes: &[&str], catalogue: &Catalogue) -> Cell {
    let named: Vec<String> = codes
        .iter()
        .map(|code| catalogue.name(kind, code))
        .collect();
    let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    Cell::new(codes, named.join(&catalogue.help_separator_of_choices()))
}
