//! Worked examples of published guidance, from the file through the import to the published digit.
//!
//! `examples/uk-office-2025.*`: UK government conversion factors 2025 (Open Government Licence v3). `us-plant-2024.csv`: EPA GHG
//! Emission Factors Hub 2025, AR5. `cn-plant.gb18030.csv`: the MEE guideline for power generation and the GB/T 32150 family.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use accounting::profile::{MEE_GUIDELINE, UNROUNDED};
use accounting::{Catalogue, GwpSet, Profile};
use hengtan::import::check::{Checked, Trial};
use hengtan::import::{Defaults, Facility, Import, Options, Report};
use hengtan_ledger::v1;

fn example(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples")).join(name)
}

fn trial() -> Trial {
    let catalogue = Catalogue::new(accounting::shipped::sets().unwrap()).unwrap();
    let gwp_set = GwpSet::parse("ar5").unwrap();
    let facility = v1::Facility {
        name: "plant".into(),
        region: "CN-GD".into(),
        ..v1::Facility::default()
    };
    Trial::new(
        Arc::new(catalogue),
        Profile {
            gwp_set,
            rounding: UNROUNDED,
        },
        vec![facility],
    )
}

fn compare(path: &std::path::Path) -> (Report, Vec<Checked>) {
    compare_with(path, Options::default())
}

fn compare_with(path: &std::path::Path, options: Options) -> (Report, Vec<Checked>) {
    let import = Import::open(path, options).unwrap();
    let mut trial = trial();
    let report = import.check(&mut trial, &mut |_| {}).unwrap();
    let mut rows = Vec::new();
    import
        .compare(&trial, &mut |_| {}, |checked| rows.push(checked))
        .unwrap();
    (report, rows)
}

fn assert_reproduced(name: &str, count: usize) -> Vec<Checked> {
    let (report, rows) = compare(&example(name));
    assert_eq!(
        report
            .errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        Vec::<String>::new(),
        "{name}"
    );
    assert_eq!(rows.len(), count, "{name}");
    for row in &rows {
        assert!(
            !row.comparisons.is_empty(),
            "{name} {}",
            row.row.activity.reference
        );
        for comparison in &row.comparisons {
            assert_eq!(
                (&comparison.difference, &comparison.refusal),
                (&None, &None),
                "{name} {}: {comparison:?}",
                row.row.activity.reference
            );
        }
    }
    rows
}

#[test]
fn uk_office_2025() {
    for name in ["uk-office-2025.csv", "uk-office-2025.xlsx"] {
        assert_reproduced(name, 8);
    }
}

#[test]
fn the_workbook_says_what_the_csv_says() {
    let rows = |name: &str| -> Vec<_> {
        compare(&example(name))
            .1
            .into_iter()
            .map(|checked| {
                let mut row = checked.row.activity;
                row.sheet.clear();
                row.line = 0;
                (row, checked.calculation)
            })
            .collect()
    };
    assert_eq!(rows("uk-office-2025.csv"), rows("uk-office-2025.xlsx"));
}

#[test]
fn the_summary_row_of_the_workbook_is_skipped_and_reported() {
    let (report, _) = compare(&example("uk-office-2025.xlsx"));
    let skipped: Vec<_> = report
        .notices
        .iter()
        .filter(|notice| notice.code() == "HT-IMP-201")
        .collect();
    assert_eq!(
        skipped
            .iter()
            .map(|notice| notice.place.row)
            .collect::<Vec<_>>(),
        [12]
    );
}

#[test]
fn us_plant_2024() {
    assert_reproduced("us-plant-2024.csv", 4);
}

#[test]
fn cn_plant_under_both_rounding_profiles() {
    let rows = assert_reproduced("cn-plant.gb18030.csv", 5);
    for row in rows {
        let profiles: Vec<_> = row
            .comparisons
            .iter()
            .map(|comparison| comparison.profile)
            .collect();
        assert_eq!(profiles, [UNROUNDED.code, MEE_GUIDELINE.code]);
    }
}

#[test]
fn a_wrong_expectation_is_reported_with_its_difference() {
    let text = std::fs::read_to_string(example("uk-office-2025.csv"))
        .unwrap()
        .replace(",18296,", ",18296.5,");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.csv");
    std::fs::write(&path, text).unwrap();
    let (_, rows) = compare(&path);
    let notice = rows[0].comparisons[0].notice().unwrap();
    assert_eq!(notice.code(), "HT-IMP-301");
    assert!(notice.fields().contains(&("difference", "-0.5".to_owned())));
}

#[test]
fn the_wrong_calorific_basis_is_a_fault_of_its_row() {
    let text = std::fs::read_to_string(example("uk-office-2025.csv"))
        .unwrap()
        .replace("kWh (Gross CV)", "kWh (Net CV)");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.csv");
    std::fs::write(&path, text).unwrap();
    let (report, _) = compare(&path);
    assert_eq!(report.errors.len(), 1);
    assert!(
        report.errors[0].code().starts_with("HT-ACC-"),
        "{}",
        report.errors[0]
    );
    assert_eq!((report.errors[0].place.row, report.rows), (2, 7));
}

#[test]
fn the_demo_files_are_calculated_without_a_fault() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/demo"));
    for (name, count) in [("energy-2025.gb18030.csv", 84), ("travel-2025.xlsx", 60)] {
        let facility = Facility {
            name: "plant".into(),
            display_names: vec!["示例工厂".into(), "Sample Plant".into()],
        };
        let defaults = Defaults {
            facilities: Some(vec![facility]),
            ..Defaults::default()
        };
        let (report, rows) = compare_with(
            &folder.join(name),
            Options {
                defaults,
                ..Options::default()
            },
        );
        assert_eq!(
            report
                .errors
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            Vec::<String>::new(),
            "{name}"
        );
        assert_eq!(rows.len(), count);
    }
}
