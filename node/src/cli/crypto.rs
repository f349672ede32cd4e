//! `hengtan crypto`: whether the cryptography works on this machine, and messages that it makes.

use crypto_sm::rand_core::UnwrapErr;
use crypto_sm::selftest::random::{self, Examination};
use rand::rngs::SysRng;
use serde_json::{Value, json};

use crate::console::{Cell, Column, Console, List, OutputForm, Record};

use super::arguments::{Crypto, CryptoSelftest, Global};
use super::{Exit, Failure, cms};

/// Samples of 10⁶ bits that a device is examined with before it leaves its maker (GM/T 0062-2018).
const SAMPLES: usize = 50;

pub fn run(command: &Crypto, global: &Global, console: &Console) -> Result<Exit, Failure> {
    match command {
        Crypto::Selftest(arguments) => self_test(arguments, console),
        Crypto::Cms(command) => cms::run(command, global, console),
    }
}

/// Every known answer, every implementation, and every way through this processor; the first sample of the system's
/// generator, or with `--full` fifty long ones.
fn self_test(arguments: &CryptoSelftest, console: &Console) -> Result<Exit, Failure> {
    let report = crypto_sm::selftest::run()?;
    random::probe(&mut UnwrapErr(SysRng))?;
    let catalogue = console.catalogue();
    let words = |words: Vec<String>| {
        let machine: Vec<Value> = words.iter().map(|word| Value::from(&**word)).collect();
        Cell::new(Value::from(machine), words.join(", "))
    };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let compared = report.paths.iter();
    let compared = compared.map(|found| format!("{} {}", found.algorithm, found.path));
    let examination = arguments.full.then(|| {
        console.say(&catalogue.selftest_random_begins(SAMPLES));
        random::examine(&mut UnwrapErr(SysRng), SAMPLES)
    });
    let accepted = examination.as_ref().is_none_or(Examination::accepted);
    let verdict = if accepted {
        Cell::new("good", console.style().good(&catalogue.doctor_good()))
    } else {
        Cell::new("mend", console.style().bad(&catalogue.doctor_mend()))
    };
    let mut record = Record::new()
        .with("verdict", catalogue.col_verdict(), verdict)
        .with("count", catalogue.col_checks_count(), report.checks.len())
        .with(
            "checks",
            catalogue.col_checks(),
            words(owned(&report.checks)),
        )
        .with(
            "implementations",
            catalogue.col_implementations(),
            words(owned(&report.backends)),
        )
        .with("paths", catalogue.col_paths(), words(compared.collect()));
    for found in crypto_sm::selftest::paths() {
        let label = match found.algorithm {
            "sm2" => catalogue.col_sm2_path(),
            "sm3" => catalogue.col_sm3_path(),
            _ => catalogue.col_sm4_path(),
        };
        record = record.with(found.algorithm, label, found.path);
    }
    let generator = match &examination {
        None => Cell::new("probe", catalogue.selftest_random_probed()),
        Some(found) => Cell::new(
            machine(found),
            catalogue.selftest_random_done(found.items.len(), found.samples),
        ),
    };
    record = record.with("generator", catalogue.col_generator(), generator);
    console.record(&record)?;
    match examination {
        Some(found) => judge(&found, console),
        None => Ok(Exit::Ok),
    }
}

/// The examination for programs.
fn machine(found: &Examination) -> Value {
    let items: Vec<Value> = found
        .items
        .iter()
        .map(|item| json!({"test": item.name, "passed": item.passed, "uniform": item.uniform}))
        .collect();
    json!({
        "bits": random::SAMPLE_BITS,
        "samples": found.samples,
        "needed": found.needed,
        "tests": items,
        "repeated": found.repeated,
        "failed": found.failed,
    })
}

/// Each test for people, and a failure if one failed twice.
fn judge(found: &Examination, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    if console.form() == OutputForm::Table {
        let mut list = List::new(vec![
            Column::new("test", catalogue.col_random_test()),
            Column::new("passed", catalogue.col_random_passed(found.needed)),
            Column::new("uniform", catalogue.col_random_uniform()),
        ]);
        for item in &found.items {
            let uniform = if item.uniform {
                catalogue.doctor_good()
            } else {
                catalogue.doctor_look()
            };
            list.push(vec![
                Cell::new(item.name, catalogue.name("random-test", item.name)),
                format!("{} / {}", item.passed, found.samples).into(),
                uniform.into(),
            ]);
        }
        console.list(&list)?;
    }
    if !found.repeated.is_empty() {
        let names = found.repeated.iter();
        let names: Vec<String> = names
            .map(|name| catalogue.name("random-test", name))
            .collect();
        console.say(&catalogue.selftest_random_repeated(names.join(", ")));
    }
    match found.failed.first() {
        None => Ok(Exit::Ok),
        Some(item) => Err(crypto_sm::Error::Randomness { item }.into()),
    }
}
