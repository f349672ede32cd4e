//! Rows beside each other: periods that overlap, months that are missing, more than the equipment can do. The kinds of bad
//! input are listed in docs/en/bad-input.md.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use accounting::Plan;
use hengtan::import::{Import, Options, Report, RowError};

const HEADER: &str = "设施,活动,类别,开始,结束,数量,单位,计量器具,样品,编号";

fn import(rows: &[&str], plan: &str) -> (Report, Vec<u32>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
    let options = Options {
        plan: (!plan.is_empty()).then(|| Plan::parse(plan).unwrap()),
        ..Options::default()
    };
    let import = Import::open(&path, options).unwrap();
    let report = import.check(&mut (), &mut |_| {}).unwrap();
    let mut recorded = Vec::new();
    import
        .each_batch(&mut (), &mut |_| {}, |batch| {
            recorded.extend(batch.rows.iter().map(|row| row.activity.line));
            ControlFlow::<()>::Continue(())
        })
        .unwrap();
    (report, recorded)
}

fn told(errors: &[RowError]) -> Vec<String> {
    let tell = |error: &RowError| {
        let place = error.place.column_letters().unwrap_or_default();
        format!("{}{place} {}", error.place.row, error.code())
    };
    errors.iter().map(tell).collect()
}

fn field(error: &RowError, name: &str) -> String {
    let fields = error.fields();
    let found = fields.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.clone()).unwrap()
}

#[test]
fn a_source_has_no_day_twice() {
    let (report, recorded) = import(
        &[
            "一厂,天然气,固定燃烧,2025-01,2025-01,1,万标立方米,,,1",
            "一厂,天然气,固定燃烧,2025-02,2025-02,2,万标立方米,,,2",
            // A second delivery of the month is a part of it.
            "一厂,天然气,固定燃烧,2025-02,2025-02,3,万标立方米,,,3",
            // The year, half a month, a day: counted twice.
            "一厂,天然气,固定燃烧,2025-01,2025-12,9,万标立方米,,,4",
            "一厂,天然气,固定燃烧,2025-02-15,2025-03-14,4,万标立方米,,,5",
            "一厂,天然气,固定燃烧,2025-02-03,2025-02-03,5,万标立方米,,,6",
            // What was refused occupies nothing.
            "一厂,天然气,固定燃烧,2025-03,2025-03,6,万标立方米,,,7",
            // Another facility, meter, sample or fuel is another source.
            "二厂,天然气,固定燃烧,2025-01,2025-12,9,万标立方米,,,8",
            "一厂,天然气,固定燃烧,2025-01,2025-12,9,万标立方米,气表二,,9",
            "一厂,天然气,固定燃烧,2025-01,2025-12,9,万标立方米,,样品二,10",
            "一厂,柴油,固定燃烧,2025-01,2025-12,9,吨,,,11",
        ],
        "",
    );
    assert_eq!(
        told(&report.errors),
        ["5D HT-ACC-230", "6D HT-ACC-230", "7D HT-ACC-230"]
    );
    assert_eq!(recorded, [2, 3, 4, 8, 9, 10, 11, 12]);
    let of = |position: usize, name| field(&report.errors[position], name);
    assert_eq!(
        (of(1, "line"), of(1, "period"), of(1, "other")),
        (
            "3".to_owned(),
            "2025-02-15/2025-03-14".to_owned(),
            "2025-02-01/2025-02-28".to_owned()
        )
    );
    assert_eq!(of(0, "line"), "2");
    assert_eq!(report.gaps, []);
}

#[test]
fn trips_may_share_days_unless_a_meter_says_otherwise() {
    let (report, _) = import(
        &[
            ",酒店住宿,商务旅行,2025-03-01,2025-03-04,3,room.night,,,1",
            ",酒店住宿,商务旅行,2025-03-03,2025-03-06,3,room.night,,,2",
            ",柴油,移动燃烧,2025-03,2025-03,1,吨,油枪一,,3",
            ",柴油,移动燃烧,2025-03-05,2025-03-05,1,吨,油枪一,,4",
            ",柴油,移动燃烧,2025-03-05,2025-03-05,1,吨,油枪二,,5",
            ",柴油,移动燃烧,2025-03,2025-03,1,吨,,,6",
            ",柴油,移动燃烧,2025-03-09,2025-03-09,1,吨,,,7",
        ],
        "",
    );
    assert_eq!(told(&report.errors), ["5D HT-ACC-230"]);
}

const PLAN: &str = r#"
year = 2025
[[sources]]
name = "锅炉"
facility = "一厂"
category = "固定燃烧"
activity = "天然气"
reporting = "monthly"
from = "2025-01"
through = "2025-04"
capacity = { amount = "1000", unit = "标立方米", per = "hour" }
"#;

#[test]
fn a_plan_names_months_that_are_missing_and_amounts_that_cannot_be() {
    // 24,000 Nm³ a day: 74.4 万 in January
    let rows = [
        "一厂,天然气,固定燃烧,2025-01,2025-01,40,万标立方米,,,1",
        "一厂,天然气,固定燃烧,2025-01,2025-01,34.4,万标立方米,,,2",
        "一厂,天然气,固定燃烧,2025-02,2025-02,67.3,万标立方米,,,3",
        "一厂,天然气,固定燃烧,2025-03,2025-03,1,万标立方米,,,4",
        "二厂,天然气,固定燃烧,2025-04,2025-04,99,万标立方米,,,5",
    ];
    let (report, recorded) = import(&rows, PLAN);
    // February can do 67.2 万; refused, it is missing.
    assert_eq!(told(&report.errors), ["4F HT-ACC-232"]);
    assert_eq!(field(&report.errors[0], "limit"), "672000 Nm³");
    assert_eq!(recorded, [2, 3, 5, 6]);
    assert_eq!(told(&report.gaps), ["0 HT-ACC-231"]);
    assert_eq!(field(&report.gaps[0], "months"), "2025-02, 2025-04");
    assert_eq!(field(&report.gaps[0], "source"), "锅炉");
    // Each row is possible, both together are not.
    let rows = [
        rows[0],
        "一厂,天然气,固定燃烧,2025-01,2025-01,34.5,万标立方米,,,2",
        "一厂,天然气,固定燃烧,2025-02,2025-02,1,万标立方米,,,3",
        rows[3],
        "一厂,天然气,固定燃烧,2025-04,2025-04,1,万标立方米,,,5",
    ];
    let (report, _) = import(&rows, PLAN);
    assert_eq!(told(&report.errors), [""; 0]);
    assert_eq!(told(&report.gaps), ["0 HT-ACC-232"]);
    assert_eq!(
        (
            field(&report.gaps[0], "period"),
            field(&report.gaps[0], "amount")
        ),
        ("2025-01-01/2025-01-31".to_owned(), "745000 Nm³".to_owned())
    );
    // Without a plan nothing of this is known.
    let (report, _) = import(&rows, "");
    assert_eq!((report.errors, report.gaps), (vec![], vec![]));
}

#[test]
fn an_amount_of_more_than_28_digits_is_refused() {
    let row = |digits: usize| {
        format!(
            ",柴油,固定燃烧,2025-01,2025-01,{},吨,,,1",
            "7".repeat(digits)
        )
    };
    assert_eq!(told(&import(&[&row(28)], "").0.errors), [""; 0]);
    assert_eq!(told(&import(&[&row(29)], "").0.errors), ["2F HT-IMP-110"]);
}
