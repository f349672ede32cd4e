//! Reviews of factor sets: findings, differences, rows in any order of columns.

use accounting::catalogue::{Catalogue, Query};
use accounting::factor::{Difference, Finding, Gravity, difference};
use accounting::{Category, Error, FactorSet, Manifest, Period, Region, Treatment, Unit};

const MANIFEST: &str = r#"
id = "test"
version = "1"
name_en = "Test"
name_zh = "测试"
issuer_en = "Nobody"
issuer_zh = "无"
document = "Document 1"
licence = "none"
"#;

/// A set of rows of these columns; what a row does not say is as usual.
fn table(rows: &[[&str; 7]]) -> (Vec<String>, Vec<Vec<String>>) {
    let columns = "id,activity,name_en,name_zh,form,unit,region,treatment,selection,restriction,valid_from,valid_to,gases,source,quality,categories";
    let header = columns.split(',').map(str::to_owned).collect();
    let rows = rows
        .iter()
        .map(|[id, unit, from, to, gases, quality, categories]| {
            [
                *id,
                "coal",
                "coal",
                "煤",
                "gases",
                *unit,
                "CN",
                "any",
                "open",
                "none",
                *from,
                *to,
                *gases,
                "Table 1",
                *quality,
                *categories,
            ]
            .map(str::to_owned)
            .to_vec()
        })
        .collect();
    (header, rows)
}

fn read(rows: &[[&str; 7]]) -> Result<FactorSet, Vec<(u32, Error)>> {
    let (header, rows) = table(rows);
    FactorSet::from_table(
        Manifest::parse(MANIFEST).expect("a manifest"),
        &header,
        &rows,
    )
}

fn findings(rows: &[[&str; 7]]) -> Vec<String> {
    read(rows)
        .expect("a set")
        .lint()
        .expect("findings")
        .iter()
        .map(
            |Finding {
                 row,
                 column,
                 gravity,
                 error,
             }| { format!("{row} {column} {} {}", gravity.code(), error.code()) },
        )
        .collect()
}

const BURNT: &str = "stationary_combustion";

#[test]
fn overlapping_windows_are_a_fault_and_following_ones_are_none() {
    let first = [
        "a",
        "t",
        "2024-01-01",
        "2024-12-31",
        "co2 2000 kg",
        "official",
        BURNT,
    ];
    let overlapping = [
        "b",
        "t",
        "2024-12-31",
        "2025-12-31",
        "co2 2100 kg",
        "official",
        BURNT,
    ];
    let following = [
        "b",
        "t",
        "2025-01-01",
        "2025-12-31",
        "co2 2100 kg",
        "official",
        BURNT,
    ];
    let open = ["b", "t", "", "", "co2 2100 kg", "official", BURNT];
    assert_eq!(
        findings(&[first, overlapping]),
        ["2 valid_from fault HT-ACC-190"]
    );
    assert_eq!(findings(&[first, open]), ["2 valid_from fault HT-ACC-190"]);
    assert_eq!(findings(&[first, following]), Vec::<String>::new());
    // Another unit is another way to measure the same.
    let volume = [
        "b",
        "m3",
        "2024-01-01",
        "2024-12-31",
        "co2 2 kg",
        "official",
        BURNT,
    ];
    assert_eq!(findings(&[first, volume]), Vec::<String>::new());
}

#[test]
fn a_unit_that_the_category_cannot_have_is_a_fault() {
    let row = [
        "a",
        "t",
        "",
        "",
        "co2 0.5 kg",
        "official",
        "purchased_electricity",
    ];
    assert_eq!(findings(&[row]), ["1 unit fault HT-ACC-191"]);
}

#[test]
fn a_shifted_decimal_point_is_doubted() {
    let row = |id, from, to, gases| [id, "t", from, to, gases, "official", BURNT];
    let rows = [
        row("a", "2021-01-01", "2021-12-31", "co2 2000 kg"),
        row("b", "2022-01-01", "2022-12-31", "co2 2.1 t"),
        row("c", "2023-01-01", "2023-12-31", "co2 22000 kg"),
        row("d", "2024-01-01", "2024-12-31", "co2 1900 kg"),
    ];
    assert_eq!(findings(&rows), ["3 gases doubt HT-ACC-192"]);
}

#[test]
fn recalled_and_drafted_figures_are_doubted() {
    let row = |id, from, to, quality| [id, "t", from, to, "co2 2000 kg", quality, BURNT];
    let rows = [
        row("a", "2021-01-01", "2021-12-31", "memory_high"),
        row("b", "2022-01-01", "2022-12-31", "draft"),
        row("c", "2023-01-01", "2023-12-31", "secondary"),
    ];
    assert_eq!(
        findings(&rows),
        ["1 quality doubt HT-ACC-193", "2 quality doubt HT-ACC-193"]
    );
}

#[test]
fn every_row_that_cannot_be_read_is_named() {
    let rows = [
        ["a", "t", "2025-13-01", "", "co2 1 kg", "official", ""],
        ["b", "furlong", "", "", "co2 1 kg", "official", ""],
        ["c", "t", "", "", "co2 1 kg", "official", ""],
        ["c", "t", "", "", "co2 1 kg", "official", ""],
    ];
    let faults: Vec<_> = read(&rows)
        .expect_err("faults")
        .iter()
        .map(|(row, error)| format!("{row} {}", error.code()))
        .collect();
    assert_eq!(faults, ["1 HT-ACC-051", "2 HT-ACC-051", "4 HT-ACC-053"]);
    let (mut header, rows) = table(&rows[2..3]);
    header[1] = "nonsense".into();
    let faults = FactorSet::from_table(
        Manifest::parse(MANIFEST).expect("a manifest"),
        &header,
        &rows,
    )
    .expect_err("an unknown column");
    assert_eq!((faults[0].0, faults[0].1.code()), (0, "HT-ACC-055"));
}

#[test]
fn a_set_is_written_as_it_was_read() {
    for set in accounting::shipped::sets().expect("shipped sets") {
        let (manifest, _) = accounting::shipped::files(&set.manifest.id).expect("files");
        let again = FactorSet::parse(manifest, &set.to_csv()).expect("reads");
        assert_eq!(again, set);
        let again = FactorSet::parse_all(manifest, &set.to_csv()).expect("reads");
        assert_eq!(again, set);
    }
}

#[test]
fn no_shipped_set_has_a_fault() {
    for set in accounting::shipped::sets().expect("shipped sets") {
        let faults: Vec<_> = set
            .lint()
            .expect("findings")
            .into_iter()
            .filter(|finding| finding.gravity == Gravity::Fault)
            .collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", set.manifest.id);
    }
}

#[test]
fn years_of_a_series_are_compared_row_by_row() {
    let sets = accounting::shipped::sets().expect("shipped sets");
    let set = |id: &str| {
        sets.iter()
            .find(|set| set.manifest.id == id)
            .expect("a set")
    };
    let found = difference(set("mee-grid-2022"), set("mee-grid-2023"));
    let beijing: Vec<_> = found
        .iter()
        .filter_map(|difference| match difference {
            Difference::Changed {
                id,
                other,
                column: "gases",
                before,
                after,
            } if id == "cn_bj_2022" => Some((other.as_str(), before.as_str(), after.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(beijing.len(), 1, "{found:#?}");
    assert_eq!(beijing[0].0, "cn_bj_2023");
    assert_eq!(difference(set("mee-fuel"), set("mee-fuel")), []);
}

const VALIDITY: &str = r#"
[validity]
from = "2025-01-01"
to = "2025-12-31"
instrument = "Notice 7 (2026)"
"#;

fn valid(text: &str) -> Result<Manifest, Error> {
    Manifest::parse(&format!("{MANIFEST}{text}"))
}

fn limited(rows: &[[&str; 7]], validity: &str) -> FactorSet {
    let (header, rows) = table(rows);
    FactorSet::from_table(valid(validity).expect("a manifest"), &header, &rows).expect("a set")
}

#[test]
fn a_set_is_used_for_the_periods_of_its_validity_only_though_its_rows_know_no_bound() {
    let row = ["a", "t", "", "", "co2 2000 kg", "official", BURNT];
    let later = [
        "a",
        "t",
        "2024-01-01",
        "2024-12-31",
        "co2 3 kg",
        "official",
        BURNT,
    ];
    let mut other = limited(&[later], "");
    other.manifest.id = "other".to_owned();
    let limited = limited(&[row], VALIDITY);
    let choose = |sets: Vec<FactorSet>, year, reference: Option<&str>| {
        let catalogue = Catalogue::new(sets).expect("a catalogue");
        let reference = reference.and_then(|text| catalogue.reference(text).expect("a reference"));
        catalogue
            .select(&Query {
                activity: "coal",
                category: Category::StationaryCombustion,
                region: Some(Region::parse("CN").expect("a region")),
                unit: Unit::parse("t").expect("a unit"),
                period: Period::of_year(year).expect("a year"),
                treatments: &[Treatment::Any],
                reference: reference.as_ref(),
                equals: None,
                fuel: None,
            })
            .map(|selected| catalogue.label(selected.factor))
    };
    assert_eq!(
        choose(vec![limited.clone()], 2025, None),
        Ok("test/a".to_owned())
    );
    for year in [2024, 2026] {
        let refused = Error::FactorSetOutsideUse {
            set: "test".to_owned(),
            period: Period::of_year(year).expect("a year"),
            valid: "2025-01-01/2025-12-31".to_owned(),
            instrument: "Notice 7 (2026)".to_owned(),
        };
        assert_eq!(refused.code(), "HT-ACC-250");
        for reference in [None, Some("test"), Some("test a")] {
            let chosen = choose(vec![limited.clone()], year, reference);
            assert_eq!(chosen, Err(refused.clone()), "{year} {reference:?}");
        }
        // Another set serves where this one may not be used.
        let chosen = choose(vec![limited.clone(), other.clone()], year, None);
        assert_eq!(chosen, Ok("other/a".to_owned()));
    }
}

#[test]
fn rows_made_for_days_beyond_the_validity_of_their_set_are_doubtful() {
    let within = [
        "a",
        "t",
        "2025-01-01",
        "2025-12-31",
        "co2 1 kg",
        "official",
        BURNT,
    ];
    let early = [
        "b",
        "m3",
        "2024-01-01",
        "2025-12-31",
        "co2 1 kg",
        "official",
        BURNT,
    ];
    let late = [
        "c",
        "GJ",
        "2025-01-01",
        "2026-01-01",
        "co2 1 kg",
        "official",
        BURNT,
    ];
    let open = ["d", "MWh", "", "", "co2 1 kg", "official", BURNT];
    let set = limited(&[within, early, late, open], VALIDITY);
    let found: Vec<_> = set
        .lint()
        .expect("findings")
        .iter()
        .filter(|finding| finding.error.code() == "HT-ACC-251")
        .map(|finding| (finding.row, finding.column, finding.gravity))
        .collect();
    assert_eq!(
        found,
        [
            (2, "valid_from", Gravity::Doubt),
            (3, "valid_to", Gravity::Doubt)
        ]
    );
}

#[test]
fn a_validity_has_a_bound_an_instrument_and_an_order() {
    let read = valid(VALIDITY)
        .expect("a manifest")
        .validity
        .expect("a validity");
    assert_eq!(read.window(), "2025-01-01/2025-12-31");
    for (text, field) in [
        ("[validity]\nfrom = \"2025-01-01\"", "validity.instrument"),
        (
            "[validity]\ninstrument = \"Notice 7\"",
            "validity.instrument",
        ),
        (
            "[validity]\nfrom = \"2025-13-01\"\ninstrument = \"N\"",
            "validity.from",
        ),
        (
            "[validity]\nfrom = \"2025-02-01\"\nto = \"2025-01-31\"\ninstrument = \"N\"",
            "validity.to",
        ),
    ] {
        assert!(
            matches!(valid(text), Err(Error::ManifestMalformed { field: found, .. }) if found == field),
            "{text}"
        );
    }
}
