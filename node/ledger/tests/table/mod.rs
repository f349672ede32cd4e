//! Cases in TOML files: what their tables hold, the run over a folder, and the twin that replays a case.

use hengtan_ledger::genesis::Founded;
use hengtan_ledger::memory::Memory;
use hengtan_ledger::state::key;
use std::collections::BTreeSet;
use std::path::Path;
use toml::{Table, Value};

/// A text.
pub fn text(step: &Table, name: &str, default: &str) -> String {
    step.get(name)
        .map_or(default, |value| {
            value.as_str().unwrap_or_else(|| panic!("{name} is text"))
        })
        .to_owned()
}

/// A number that is not negative.
pub fn number(step: &Table, name: &str, default: u64) -> u64 {
    let read =
        |value: &Value| u64::try_from(value.as_integer().expect("a number")).expect("not negative");
    step.get(name).map_or(default, read)
}

/// A list; empty if there is none.
pub fn list<'a>(step: &'a Table, name: &str) -> &'a [Value] {
    step.get(name).map_or(&[], |value| {
        value
            .as_array()
            .unwrap_or_else(|| panic!("{name} is a list"))
    })
}

/// The state without the chain of headers, which every batch moves.
pub fn state(memory: &Memory) -> Vec<(String, Vec<u8>)> {
    memory
        .state()
        .filter(|(key, _)| *key != key::CHAIN)
        .map(|(key, value)| (key.to_owned(), value.to_vec()))
        .collect()
}

/// Whatever happened, the same batches give the same roots.
pub fn replays(founded: &Founded, batches: &[Vec<u8>], memory: &Memory, place: &str) {
    let mut twin = Memory::found(founded).expect("readable");
    for batch in batches {
        twin.apply(1, batch, &BTreeSet::new()).expect("readable");
    }
    assert_eq!(twin.checkpoint(), memory.checkpoint(), "{place}");
}

/// Runs every case of every file of a folder below `tests`: how many there were, and every code that a step expects.
pub fn run(folder: &str, check: impl Fn(&str, &Table)) -> (usize, BTreeSet<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    let mut cases = 0;
    let mut seen = BTreeSet::new();
    for file in files {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        let content: Table = std::fs::read_to_string(&file)
            .expect("text")
            .parse()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for case in list(&content, "case") {
            let case = case.as_table().expect("a case");
            check(&name, case);
            cases += 1;
            seen.extend(
                list(case, "step")
                    .iter()
                    .map(|step| text(step.as_table().expect("a step"), "expect", "")),
            );
        }
    }
    (cases, seen)
}
