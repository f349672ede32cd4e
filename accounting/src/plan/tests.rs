use super::*;
use crate::date::Date;

fn period(text: &str) -> Period {
    let day = |text| Date::parse(text).expect("a day");
    match text.split_once('/') {
        Some((start, end)) => Period::new(day(start), day(end)).expect("a period"),
        None => Period::of_month(Month::parse(text).expect("a month")),
    }
}

/// A row of natural gas, GJ (Net CV) at plant-1.
fn gas(days: &str, amount: &str) -> Planned<'static> {
    Planned {
        facility: "plant-1",
        category: Category::StationaryCombustion,
        activity: "Natural Gas",
        instrument: "GM-01",
        period: period(days),
        quantity: Quantity {
            amount: Decimal::parse(amount).expect("a number"),
            unit: Unit::parse("GJ (Net CV)").expect("a unit"),
        },
    }
}

fn plan(sources: &str) -> Plan {
    Plan::parse(&format!("year = 2025\n{sources}")).expect("a plan")
}

const GAS: &str = r#"
[[sources]]
name = "boiler"
category = "stationary_combustion"
facility = "plant-1"
activity = "natural gas"
instrument = "GM-01"
"#;

fn codes(faults: &Faults) -> Vec<&'static str> {
    faults.0.iter().map(|fault| fault.error.code()).collect()
}

#[test]
fn rows_share_all_of_their_days_or_none() {
    let mut occupied = Occupied::default();
    for (line, days) in [
        (2, "2025-01"),
        (3, "2025-03"),
        (4, "2025-01"),
        (5, "2025-02"),
    ] {
        assert_eq!(occupied.note("meter", period(days), line), Ok(()), "{days}");
    }
    for (days, line) in [
        ("2025-01-01/2025-12-31", 2),
        ("2025-01-31/2025-01-31", 2),
        ("2025-03-02/2025-04-30", 3),
        ("2024-12-15/2025-01-15", 2),
    ] {
        let refused = occupied.note("meter", period(days), 9);
        assert!(
            matches!(refused, Err(Error::PeriodsOverlap { line: first, period: of, .. }) if first == line && of == period(days)),
            "{days}: {refused:?}"
        );
    }
    // What was refused has occupied nothing, and another source has days of its own.
    assert_eq!(occupied.note("meter", period("2025-04"), 10), Ok(()));
    assert_eq!(
        occupied.note("other", period("2025-01-01/2025-12-31"), 11),
        Ok(())
    );
}

#[test]
fn a_month_without_a_row_is_named() {
    let declared = plan(&format!(
        "{GAS}reporting = \"monthly\"\nfrom = \"2025-02\"\nthrough = \"2025-06\""
    ));
    let mut progress = declared.begin();
    for days in ["2025-02", "2025-03-14/2025-03-14", "2025-05", "2025-12"] {
        progress.note(&gas(days, "1")).expect("sound");
    }
    // A quarter is no month, another year is none of the plan's.
    progress
        .note(&gas("2025-04-01/2025-06-30", "1"))
        .expect("sound");
    progress.note(&gas("2024-04", "1")).expect("sound");
    let faults = progress.finish();
    assert_eq!(
        faults.0[0].error,
        Error::SourceMonthMissing {
            source: "boiler".into(),
            months: "2025-04, 2025-06".into()
        }
    );
    assert_eq!((faults.0.len(), faults.0[0].place.as_str()), (1, "boiler"));
    // Without the declaration nothing is missing.
    assert_eq!(plan(GAS).begin().finish(), Faults::new());
    // A row of another meter, activity, facility or category does not stand in.
    for other in [
        Planned {
            instrument: "GM-02",
            ..gas("2025-02", "1")
        },
        Planned {
            activity: "diesel",
            ..gas("2025-02", "1")
        },
        Planned {
            facility: "plant-2",
            ..gas("2025-02", "1")
        },
        Planned {
            category: Category::Process,
            ..gas("2025-02", "1")
        },
    ] {
        let mut progress = declared.begin();
        progress.note(&other).expect("sound");
        let Error::SourceMonthMissing { months, .. } = &progress.finish().0[0].error else {
            panic!("nothing is missing");
        };
        assert!(months.starts_with("2025-02"), "{months}");
    }
}

#[test]
fn equipment_cannot_do_more_than_it_can() {
    // 2 MJ an hour: 48 MJ a day, 1,488 MJ in January, 17,520 MJ in the year
    let declared = plan(&format!(
        "{GAS}capacity = {{ amount = 2, unit = \"MJ (Net CV)\", per = \"hour\" }}"
    ));
    let mut progress = declared.begin();
    progress
        .note(&gas("2025-01", "1.488"))
        .expect("exactly what it can do");
    progress.note(&gas("2025-02", "1")).expect("sound");
    assert_eq!(progress.clone().finish(), Faults::new());
    // A row that is too much alone is refused and not counted.
    let refused = progress.note(&gas("2025-03", "1.4881"));
    assert_eq!(
        refused,
        Err(Error::SourceAboveCapacity {
            source: "boiler".into(),
            period: period("2025-03"),
            amount: "1488.1 MJ (Net CV)".into(),
            limit: "1488 MJ (Net CV)".into()
        })
    );
    assert_eq!(progress.clone().finish(), Faults::new());
    // Two rows that are too much together are told at the end, with their month.
    progress
        .note(&gas("2025-01", "0.0001"))
        .expect("sound alone");
    let faults = progress.clone().finish();
    assert_eq!(codes(&faults), ["HT-ACC-232"]);
    assert!(
        matches!(&faults.0[0].error, Error::SourceAboveCapacity { period: of, .. } if *of == period("2025-01"))
    );
    // So are rows of more than a month, with the year.
    let mut progress = declared.begin();
    for days in ["2025-01-01/2025-12-31", "2025-01-01/2025-06-30"] {
        progress
            .note(&gas(days, if days.ends_with("31") { "17.52" } else { "1" }))
            .expect("sound alone");
    }
    assert!(
        matches!(&progress.finish().0[..], [fault] if matches!(fault.error, Error::SourceAboveCapacity { period: of, .. } if Some(of) == Period::of_year(2025)))
    );
    // By the day.
    let daily = plan(&format!(
        "{GAS}capacity = {{ amount = \"0.048\", unit = \"GJ (Net CV)\", per = \"day\" }}"
    ));
    assert!(daily.begin().note(&gas("2025-01", "1.488")).is_ok());
    assert!(daily.begin().note(&gas("2025-01", "1.4881")).is_err());
    // What cannot be compared is not compared by guess.
    let tonnes = plan(&format!(
        "{GAS}capacity = {{ amount = 2, unit = \"t\", per = \"day\" }}"
    ));
    let error = tonnes
        .begin()
        .note(&gas("2025-01", "1"))
        .expect_err("GJ are no t");
    assert_eq!(error.code(), "HT-ACC-011");
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let declared = plan(&format!(
        "{GAS}reporting = \"monthly\"\ncapacity = {{ amount = 2, unit = \"MJ (Net CV)\", per = \"hour\" }}"
    ));
    let rows: Vec<_> = (0..24)
        .map(|number| gas(&format!("2025-{:02}", number * 7 % 11 + 1), "0.8"))
        .collect();
    let run = |rows: &mut dyn Iterator<Item = &Planned<'static>>| {
        let mut progress = declared.begin();
        rows.for_each(|row| progress.note(row).expect("sound alone"));
        progress.finish()
    };
    let straight = run(&mut rows.iter());
    assert!(straight.0.len() > 1);
    assert_eq!(straight, run(&mut rows.iter().rev()));
}

#[test]
fn a_plan_that_says_nothing_or_too_much_is_refused() {
    for (text, code) in [
        ("year = 2025\nsources = []", "HT-ACC-117"),
        (
            "year = 25\n[[sources]]\nname = 'a'\ncategory = 'process'",
            "HT-ACC-005",
        ),
        (
            "year = 2025\n[[sources]]\nname = ' '\ncategory = 'process'",
            "HT-ACC-074",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'magic'",
            "HT-ACC-023",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\n[[sources]]\nname = 'a'\ncategory = 'process'",
            "HT-ACC-063",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\nfrom = '2024-03'",
            "HT-ACC-071",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\nfrom = '2025-03'\nthrough = '2025-02'",
            "HT-ACC-006",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\ncapacity = { amount = 0, unit = 't', per = 'day' }",
            "HT-ACC-072",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\ncapacity = { amount = 1, unit = 'ton', per = 'day' }",
            "HT-ACC-015",
        ),
        (
            "year = 2025\n[[sources]]\nname = 'a'\ncategory = 'process'\nreporting = 'weekly'",
            "HT-ACC-058",
        ),
        ("year = ", "HT-ACC-057"),
    ] {
        let faults = Plan::parse(text).expect_err(text);
        assert!(codes(&faults).contains(&code), "{text}: {faults}");
    }
    assert_eq!(Plan::parse(EXAMPLE).map(|plan| plan.sources.len()), Ok(2));
}
