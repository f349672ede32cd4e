//! Worked examples of the standards as data: every file below `cases/standards/` runs through the engine.
//!
//! A file: `[[case]]` with `id`, `source` (document, page), `standard`, optionally `official = true`, the `document`, and
//! `expect` = outcomes (`code` or `code@subject` = digits), `fixed` (rounded half up to the places given), `notices`
//! (codes that must be there), `silent` (codes that must not), or `faults` (`code` or `code@place`, all of them).

use accounting::standard::{self, Context};
use accounting::{Catalogue, Rounding};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, panic};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    standard: String,
    #[serde(default)]
    official: bool,
    document: toml::Value,
    #[serde(default)]
    expect: BTreeMap<String, String>,
    #[serde(default)]
    fixed: BTreeMap<String, String>,
    #[serde(default)]
    notices: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
    #[serde(default)]
    faults: Vec<String>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            found.push(path);
        }
    }
    found.sort();
}

fn check(case: &Case) {
    assert!(!case.source.is_empty(), "a case names its source");
    let context = Context {
        catalogue: &CATALOGUE,
    };
    let result = standard::find(&case.standard)
        .map_err(Into::into)
        .and_then(|standard| (standard.run)(case.document.clone(), context))
        .and_then(|report| {
            if case.official {
                report.official().map_err(Into::into)
            } else {
                Ok(report)
            }
        });
    if !case.faults.is_empty() {
        let faults = result.expect_err("refused");
        let found: Vec<_> = faults
            .0
            .iter()
            .map(|fault| format!("{}@{}", fault.error.code(), fault.place))
            .collect();
        assert_eq!(found.len(), case.faults.len(), "{found:?}");
        for (found, expected) in found.iter().zip(&case.faults) {
            let same = found == expected || found.split('@').next() == Some(expected.as_str());
            assert!(same, "{found}, expected {expected}");
        }
        return;
    }
    let report = result.unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(
        report.derivation.verify(),
        [],
        "every number follows from its operands"
    );
    for (name, expected) in case.expect.iter().chain(&case.fixed) {
        let (code, subject) = name.split_once('@').unwrap_or((name.as_str(), ""));
        let node = report
            .find(code, subject)
            .unwrap_or_else(|| panic!("{name} is no outcome of\n{}", report.canonical()));
        let found = if case.fixed.contains_key(name) {
            let places = expected
                .split_once('.')
                .map_or(0, |(_, digits)| digits.len());
            node.value
                .to_fixed(u32::try_from(places).expect("few places"), Rounding::HalfUp)
                .expect("fits")
        } else {
            node.value.to_string()
        };
        assert_eq!(&found, expected, "{name}");
    }
    for code in &case.notices {
        assert!(
            report.notices.iter().any(|notice| notice.code == code),
            "no notice {code} in\n{}",
            report.canonical()
        );
    }
    for code in &case.silent {
        let found = report.notices.iter().any(|notice| notice.code == code);
        assert!(!found, "notice {code} in\n{}", report.canonical());
    }
}

#[test]
fn published_examples_come_out_to_the_published_digit() {
    let mut paths = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/standards"),
        &mut paths,
    );
    let (mut ids, mut failed, mut count) = (Vec::new(), Vec::new(), 0);
    for path in &paths {
        let text = fs::read_to_string(path).expect("readable");
        let tree = accounting::document::parse(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: File = accounting::document::read_value(tree)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in file.case {
            count += 1;
            assert!(!ids.contains(&case.id), "{} twice", case.id);
            ids.push(case.id.clone());
            let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| check(&case)));
            if outcome.is_err() {
                failed.push(format!("{} in {}", case.id, path.display()));
            }
        }
    }
    println!("{count} cases in {} files", paths.len());
    assert!(failed.is_empty(), "failed: {failed:#?}");
}

#[test]
fn every_example_document_of_a_standard_calculates() {
    for standard in standard::STANDARDS {
        let report = standard::calculate(
            standard.code,
            standard.example,
            Context {
                catalogue: &CATALOGUE,
            },
        )
        .unwrap_or_else(|faults| panic!("{}: {faults}", standard.code));
        assert_eq!(report.derivation.verify(), []);
        assert!(!report.outcomes.is_empty(), "{}", standard.code);
    }
}

/// Every code that a person may see has its words in both languages: `quantity-*`, `rule-*`, `notice-*`, `standard-*`.
#[test]
fn every_code_of_a_report_has_words_in_both_languages() {
    let mut words = Vec::new();
    for locale in ["en", "zh-CN"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../i18n/locales")
            .join(locale);
        let mut text = String::new();
        for entry in fs::read_dir(&folder).expect("locales") {
            let path = entry.expect("an entry").path();
            if path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("engine-"))
            {
                text.push_str(&fs::read_to_string(path).expect("readable"));
                text.push('\n');
            }
        }
        let keys: Vec<String> = text
            .lines()
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect();
        words.push((locale, keys));
    }
    let mut wanted = std::collections::BTreeSet::new();
    let mut note = |report: &accounting::Report| {
        for node in report.derivation.nodes() {
            wanted.insert(format!("quantity-{}", node.label.replace('.', "-")));
            if let accounting::Origin::Derived { rule, .. } = &node.origin {
                wanted.insert(format!("rule-{}", rule.code.replace('.', "-")));
            }
        }
        for notice in &report.notices {
            wanted.insert(format!("notice-{}", notice.code.replace('.', "-")));
        }
        wanted.insert(format!("standard-{}", report.standard.replace('.', "-")));
    };
    let context = Context {
        catalogue: &CATALOGUE,
    };
    for standard in standard::STANDARDS {
        if let Ok(report) = standard::calculate(standard.code, standard.example, context) {
            note(&report);
        }
    }
    let mut paths = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/standards"),
        &mut paths,
    );
    for path in paths {
        let text = fs::read_to_string(&path).expect("readable");
        let file: File = accounting::document::parse(&text)
            .and_then(accounting::document::read_value)
            .expect("a case file");
        for case in file.case {
            if let Ok(standard) = standard::find(&case.standard)
                && let Ok(report) = (standard.run)(case.document, context)
            {
                note(&report);
            }
        }
    }
    for (locale, keys) in words {
        let missing: Vec<_> = wanted.iter().filter(|code| !keys.contains(code)).collect();
        assert!(missing.is_empty(), "{locale} lacks {missing:#?}");
    }
}
