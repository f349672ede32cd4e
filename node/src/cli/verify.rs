//! `hengtan verify`: judges a receipt offline.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::receipt::{self, NetworkPin, Verification};
use i18n::Catalogue;
use serde_json::{Value, json};

use crate::console::{Console, grouped, tonnes, utc_time, wrap};
use crate::error::Error;
use crate::recovery;

use super::arguments::{Global, Verify};
use super::presentation::period;
use super::{Exit, Failure, codes, context};

/// Largest receipt that is read.
const RECEIPT_BYTES_MAX: u64 = 256 * 1024 * 1024;

pub fn run(arguments: &Verify, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let pin = pin(arguments.network.as_deref(), global)?;
    let text = read(&arguments.file)?;
    let verification = judge(&text, pin)?;
    show(&verification, console)?;
    denounced(&text, &verification, &known(arguments, global))?;
    if verification.network_known {
        return Ok(Exit::Ok);
    }
    Err(Failure::new(codes::NETWORK_UNKNOWN).with("network", hex::encode(verification.network_id)))
}

/// Recoveries that are held against a receipt: those that are named, and those in the context's folder.
fn known(arguments: &Verify, global: &Global) -> Vec<PathBuf> {
    let folder = context::find(global).and_then(|found| found.folder());
    let here = folder.map(|folder| super::recovery::known_in(&folder));
    let named = arguments.recovery.iter().cloned();
    named.chain(here.unwrap_or_default()).collect()
}

/// A receipt that stands on what a recovery gave up is named for what it is, whoever signed it.
fn denounced(text: &str, verification: &Verification, known: &[PathBuf]) -> Result<(), Failure> {
    for path in known {
        let entry = recovery::read_entry(path)?;
        let stated = recovery::of_entry(&entry)?;
        if !hengtan_ledger::recovery::denounces(&stated, verification) {
            continue;
        }
        // Only one that enough CA keys have signed may denounce.
        let signed = recovery::judge(&entry, &receipt::from_json(text)?)?;
        return Err(Error::RecoveryDenounces {
            size: verification.checkpoint.size,
            base: signed.recovery.base,
            organisations: signed.organisations.join(", "),
            cause: signed.recovery.reason,
        }
        .into());
    }
    Ok(())
}

/// Judges a receipt's text; whatever is wrong with it is a failure of integrity.
pub(super) fn judge(text: &str, pin: Option<NetworkPin>) -> Result<Verification, Failure> {
    receipt::verify_json(text, pin).map_err(|error| Failure::from(error).exiting(Exit::Integrity))
}

/// Reads a receipt. Text that is not UTF-8 was damaged.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path)
        .map_err(|error| Failure::reading(path, &error))?
        .len();
    if size > RECEIPT_BYTES_MAX {
        let failure = Failure::new("HT-LED-013")
            .with("what", "receipt")
            .with("found", size);
        return Err(failure.with("limit", RECEIPT_BYTES_MAX));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::reading(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..before]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Failure::from(hengtan_ledger::Error::ReceiptText { line }).exiting(Exit::Integrity)
    })
}

/// The network that the verifier trusts: `--network`, else the context's; none if neither is given.
pub(super) fn pin(network: Option<&str>, global: &Global) -> Result<Option<NetworkPin>, Failure> {
    match network {
        Some(text) => Ok(Some(NetworkPin(network_id(text)?))),
        None => Ok(context::find(global)?.network_id()?.map(NetworkPin)),
    }
}

/// Reads a network id: 64 hexadecimal digits, `genesis.json`, or `genesis.pb`.
pub(super) fn network_id(text: &str) -> Result<NetworkId, Failure> {
    let invalid = || Failure::new(codes::NETWORK_INVALID).with("value", text);
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return hex::decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(invalid);
    }
    let path = Path::new(text);
    let bytes = std::fs::read(path).map_err(|error| Failure::reading(path, &error))?;
    let signed = match serde_json::from_slice::<Value>(&bytes) {
        Ok(json) => {
            let exact = json["signed_genesis"].as_str().ok_or_else(invalid)?;
            STANDARD.decode(exact).map_err(|_| invalid())?
        }
        Err(_) => bytes,
    };
    let founded = Founded::parse(&signed).map_err(|_| invalid().exiting(Exit::Integrity))?;
    Ok(founded.network_id())
}

/// Shows what is proved, what is not, and the content.
pub(super) fn show(verification: &Verification, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let proved: Vec<Value> = verification
        .proved
        .iter()
        .map(|fact| {
            let fields: serde_json::Map<String, Value> = fact
                .fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect();
            json!({ "fact": fact.code, "fields": fields })
        })
        .collect();
    let machine = json!({
        "valid": verification.network_known,
        "network_known": verification.network_known,
        "network_id": hex::encode(verification.network_id),
        "index": verification.index,
        "checkpoint": {
            "size": verification.checkpoint.size,
            "root": hex::encode(verification.checkpoint.root),
            "state_root": hex::encode(verification.checkpoint.state_root),
            "time": utc_time(verification.checkpoint.time_ms),
        },
        "proved": proved,
        "not_proved": verification.not_proved,
        "summary": serde_json::to_value(&verification.summary).unwrap_or_default(),
    });
    console.document(&machine, || human(verification, console, catalogue))?;
    Ok(())
}

fn human(verification: &Verification, console: &Console, catalogue: &Catalogue) -> String {
    let style = console.style();
    let mut lines = Vec::new();
    let verdict = if verification.network_known {
        style.good(&catalogue.verify_holds())
    } else {
        style.warning(&catalogue.verify_consistent_only())
    };
    lines.push(verdict);
    lines.push(String::new());
    lines.push(style.heading(&catalogue.verify_proved()));
    for fact in &verification.proved {
        let mut fields = fact.fields.clone();
        for (name, value) in &mut fields {
            if *name == "role" {
                *value = catalogue.name("role", value);
            }
        }
        let text = catalogue
            .text(&format!("proved-{}", fact.code), &fields)
            .unwrap_or_else(|| fact.code.to_owned());
        item(&mut lines, "+", &text, console.width());
    }
    let content = content(verification, catalogue);
    if !content.is_empty() {
        lines.push(String::new());
        lines.push(style.heading(&catalogue.verify_content()));
        content
            .iter()
            .for_each(|text| item(&mut lines, "=", text, console.width()));
    }
    lines.push(String::new());
    lines.push(style.heading(&catalogue.verify_not_proved()));
    for code in &verification.not_proved {
        item(
            &mut lines,
            "-",
            &catalogue.name("not-proved", code),
            console.width(),
        );
    }
    lines.join("\n")
}

fn item(lines: &mut Vec<String>, mark: &str, text: &str, width: usize) {
    let mut wrapped = wrap(text, width.saturating_sub(4)).into_iter();
    lines.push(format!("  {mark} {}", wrapped.next().unwrap_or_default()));
    lines.extend(wrapped.map(|line| format!("    {line}")));
}

/// The proved figures in words.
fn content(verification: &Verification, catalogue: &Catalogue) -> Vec<String> {
    let summary = &verification.summary;
    let mut lines = Vec::new();
    if let Some(inventory) = &summary.inventory {
        let shown = period(&inventory.period_start, &inventory.period_end);
        lines.push(catalogue.verify_inventory(
            shown.human(),
            tonnes(&inventory.total.location_kg),
            tonnes(&inventory.total.market_kg),
            inventory.rows_counted.to_string(),
        ));
        for scope in &inventory.scopes {
            lines.push(catalogue.verify_scope(
                catalogue.name("scope", &scope.scope.to_string()),
                tonnes(&scope.amount.location_kg),
                tonnes(&scope.amount.market_kg),
            ));
        }
    }
    if let Some(import) = &summary.import {
        lines.push(catalogue.verify_import(import.import_id.as_str(), import.rows.to_string()));
    }
    for row in &summary.rows {
        let (what, quantity) = row
            .activity
            .as_ref()
            .map_or_else(Default::default, |activity| {
                let unit = super::activity::unit_name(&activity.unit, catalogue);
                let shown = period(&activity.period_start, &activity.period_end);
                (
                    format!("{} {}", shown.human(), activity.activity),
                    format!("{} {unit}", grouped(&activity.quantity, 12)),
                )
            });
        lines.push(catalogue.verify_row(
            row.row.to_string(),
            what,
            quantity,
            tonnes(&row.location_kg),
            tonnes(&row.market_kg),
        ));
    }
    lines
}
