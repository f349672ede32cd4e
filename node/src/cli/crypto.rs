//! `hengtan crypto`: whether the cryptography works on this machine.

use serde_json::Value;

use crate::console::{Cell, Console, Record};

use super::arguments::Crypto;
use super::{Exit, Failure};

pub fn run(command: &Crypto, console: &Console) -> Result<Exit, Failure> {
    match command {
        Crypto::Selftest => self_test(console),
    }
}

/// Every known answer, every implementation, and the instructions that this processor is used with.
fn self_test(console: &Console) -> Result<Exit, Failure> {
    let report = crypto_sm::selftest::run()?;
    let catalogue = console.catalogue();
    let words = |words: &[&str]| {
        let machine: Vec<Value> = words.iter().map(|word| Value::from(*word)).collect();
        Cell::new(Value::from(machine), words.join(", "))
    };
    let mut record = Record::new()
        .with(
            "verdict",
            catalogue.col_verdict(),
            Cell::new("good", console.style().good(&catalogue.doctor_good())),
        )
        .with("count", catalogue.col_checks_count(), report.checks.len())
        .with("checks", catalogue.col_checks(), words(&report.checks))
        .with(
            "implementations",
            catalogue.col_implementations(),
            words(&report.backends),
        );
    for found in crypto_sm::selftest::paths() {
        let label = match found.algorithm {
            "sm2" => catalogue.col_sm2_path(),
            "sm3" => catalogue.col_sm3_path(),
            _ => catalogue.col_sm4_path(),
        };
        record = record.with(found.algorithm, label, found.path);
    }
    console.record(&record)?;
    Ok(Exit::Ok)
}
