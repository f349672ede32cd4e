//! Explanations of rows: every case of `cases/*.toml` as linked numbers that add up, and the comparison of two of them.

use accounting::activity::Parameter;
use accounting::derivation::{Cause, Comparison, compare};
use accounting::explanation::{self, Row};
use accounting::{
    Activity, Calculation, Catalogue, Category, Date, Decimal, Error, Exact, GwpSet, Origin,
    Period, Profile, Quantity, Region, Report, RoundingProfile, Trace, Unit,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

/// A catalogue without these sets.
fn without(sets: &[&str]) -> Catalogue {
    let kept = accounting::shipped::sets()
        .expect("shipped sets")
        .into_iter()
        .filter(|set| !sets.contains(&set.manifest.id.as_str()));
    Catalogue::new(kept).expect("catalogue")
}

fn activity(
    category: &str,
    name: &str,
    region: &str,
    year: u16,
    amount: &str,
    unit: &str,
) -> Activity {
    let quantity = Quantity {
        amount: Decimal::parse(amount).expect("a number"),
        unit: Unit::parse(unit).expect("a unit"),
    };
    Activity {
        region: Some(Region::parse(region).expect("a region")),
        ..Activity::new(
            Category::parse(category).expect("a category"),
            name,
            Period::of_year(year).expect("a year"),
            quantity,
        )
    }
}

struct Calculated {
    name: String,
    calculation: Calculation,
    trace: Trace,
}

fn calculated(
    rows: &[(&str, Activity)],
    catalogue: &Catalogue,
    profile: &Profile,
) -> Vec<Calculated> {
    rows.iter()
        .map(|(name, activity)| {
            let (calculation, trace) =
                accounting::explain(activity, catalogue, profile).expect("a row");
            Calculated {
                name: (*name).to_owned(),
                calculation,
                trace,
            }
        })
        .collect()
}

fn report(rows: &[Calculated], catalogue: &Catalogue) -> Report {
    let rows: Vec<Row> = rows
        .iter()
        .map(|row| Row {
            name: &row.name,
            place: &row.name,
            evidence: "member",
            calculation: &row.calculation,
            trace: &row.trace,
            catalogue,
        })
        .collect();
    let report = explanation::explain(&rows).expect("an explanation");
    assert_eq!(report.derivation.verify(), []);
    report
}

fn explained(rows: &[(&str, Activity)], catalogue: &Catalogue, profile: &Profile) -> Report {
    report(&calculated(rows, catalogue, profile), catalogue)
}

fn compared(first: &Report, second: &Report, code: &str) -> Comparison {
    let of = |report: &Report| {
        report
            .outcomes
            .iter()
            .find(|outcome| outcome.code == code)
            .expect("an outcome")
            .number
    };
    let comparison = compare(
        (&first.derivation, of(first)),
        (&second.derivation, of(second)),
    )
    .expect("a comparison");
    let sum = comparison
        .parts
        .iter()
        .try_fold(Exact::ZERO, |sum, part| sum.add(&part.change))
        .expect("a sum");
    assert_eq!(sum, comparison.change().expect("a change"), "parts add up");
    comparison
}

/// `cause label subject change` of each part.
fn parts(comparison: &Comparison) -> Vec<String> {
    comparison
        .parts
        .iter()
        .map(|part| {
            format!(
                "{} {} {} {}",
                part.cause.code(),
                part.label,
                part.subject,
                part.change
            )
        })
        .collect()
}

fn sample() -> Vec<(&'static str, Activity)> {
    let mut coal = activity("固定燃烧", "烟煤", "CN", 2023, "100", "吨");
    coal.parameters =
        Parameter::parse_list("低位发热量 20.908 GJ/t；单位热值含碳量 0.03085 tC/GJ；碳氧化率 99%")
            .expect("parameters");
    vec![
        ("boiler", coal),
        (
            "power",
            activity("购入电力", "购入电力", "CN-BJ", 2023, "5", "万千瓦时"),
        ),
        (
            "cooling",
            activity("fugitive", "R-410A", "CN", 2023, "1.5", "kg"),
        ),
        (
            "gas",
            activity(
                "stationary_combustion",
                "natural gas",
                "GB",
                2025,
                "100000",
                "kWh (Gross CV)",
            ),
        ),
    ]
}

#[derive(serde::Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    id: String,
    category: String,
    activity: String,
    #[serde(default)]
    region: String,
    period: String,
    quantity: String,
    unit: String,
    #[serde(default)]
    parameters: String,
    #[serde(default)]
    factor_source: String,
}

fn of_case(case: &Case) -> Result<Activity, Error> {
    let period = match case.period.split_once('/') {
        Some((start, end)) => Period::new(Date::parse(start)?, Date::parse(end)?)?,
        None => Period::of_year(case.period.parse().expect("a year")).expect("a year"),
    };
    let quantity = Quantity {
        amount: Decimal::parse(&case.quantity)?,
        unit: Unit::parse(&case.unit)?,
    };
    Ok(Activity {
        region: if case.region.is_empty() {
            None
        } else {
            Some(Region::parse(&case.region)?)
        },
        parameters: Parameter::parse_list(&case.parameters)?,
        factor_source: case.factor_source.clone(),
        ..Activity::new(
            Category::parse(&case.category)?,
            &case.activity,
            period,
            quantity,
        )
    })
}

/// Every case that calculates, with its name.
fn cases() -> Vec<(String, Activity)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut found = Vec::new();
    for file in ["examples", "oracles", "publications", "refusals"] {
        let text =
            std::fs::read_to_string(folder.join(file).with_extension("toml")).expect("a file");
        let file: File = toml::from_str(&text).expect("cases");
        for case in file.case {
            if let Ok(activity) = of_case(&case) {
                found.push((case.id, activity));
            }
        }
    }
    found
}

#[test]
fn every_case_is_a_graph_of_numbers_from_row_to_total_that_anybody_can_recompute() {
    let profiles = [GwpSet::Ar4, GwpSet::Ar5, GwpSet::Ar6]
        .into_iter()
        .flat_map(|gwp_set| {
            ["unrounded", "mee_guideline"].map(|code| Profile {
                gwp_set,
                rounding: RoundingProfile::from_code(code).expect("a profile"),
            })
        });
    let mut count = 0;
    for profile in profiles {
        for (id, activity) in cases() {
            let Ok((calculation, trace)) = accounting::explain(&activity, &CATALOGUE, &profile)
            else {
                continue;
            };
            let report = report(
                &[Calculated {
                    name: id.clone(),
                    calculation: calculation.clone(),
                    trace,
                }],
                &CATALOGUE,
            );
            let value = |code| report.value(code).cloned().unwrap_or_default();
            assert_eq!(
                value("emissions_location"),
                calculation.location.co2e_kg,
                "{id}"
            );
            assert_eq!(
                value("emissions_market"),
                calculation.market().co2e_kg,
                "{id}"
            );
            assert_eq!(value("biogenic_co2"), calculation.biogenic_co2_kg, "{id}");
            assert_eq!(
                value("non_kyoto_co2e"),
                calculation.non_kyoto_co2e_kg,
                "{id}"
            );
            // Nothing is asserted: every value is recorded, published, or follows from such.
            for node in report.derivation.nodes() {
                assert!(
                    node.label != "value_of_formula" || node.value.is_zero(),
                    "{id}: {node:?}"
                );
            }
            // What the trace calls a factor is cited.
            if !calculation.location.co2e_kg.is_zero() && !calculation.factors.is_empty() {
                assert!(
                    report.derivation.nodes().iter().any(|node| matches!(
                        &node.origin,
                        Origin::Parameter(citation) if citation.reference.contains('@')
                    )),
                    "{id}"
                );
            }
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn an_explanation_adds_up_to_the_inventory_by_scope_and_category() {
    let report = explained(&sample(), &CATALOGUE, &Profile::default());
    let mut aggregator = accounting::Aggregator::new();
    for row in calculated(&sample(), &CATALOGUE, &Profile::default()) {
        let period = Period::of_year(2023).expect("a year");
        aggregator
            .add(&row.calculation, period, None)
            .expect("a sum");
    }
    let totals = aggregator.into_totals();
    assert_eq!(
        report.value("emissions_location"),
        Some(&totals.total.location_co2e_kg)
    );
    assert_eq!(
        report.value("emissions_market"),
        Some(&totals.total.market_co2e_kg)
    );
    for (scope, amounts) in totals.scopes {
        let node = report
            .derivation
            .nodes()
            .iter()
            .find(|node| {
                node.label == "scope_emissions_location"
                    && node.subject == scope.number().to_string()
            })
            .expect("a scope");
        assert_eq!(node.value, amounts.location_co2e_kg);
    }
}

#[test]
fn two_rows_of_one_name_are_refused() {
    let rows = calculated(&sample()[..1], &CATALOGUE, &Profile::default());
    let row = Row {
        name: "a",
        place: "",
        evidence: "",
        calculation: &rows[0].calculation,
        trace: &rows[0].trace,
        catalogue: &CATALOGUE,
    };
    let error = explanation::explain(&[row, row]).expect_err("refused");
    assert_eq!(error, Error::NameTwice { text: "a".into() });
}

#[test]
fn a_changed_amount_a_new_row_and_a_removed_row_are_the_whole_change() {
    let first = sample();
    let mut second = sample();
    second[1].1.quantity.amount = Decimal::from(6);
    second.remove(3);
    second.push((
        "diesel",
        activity("固定燃烧", "柴油", "CN", 2023, "1000", "kg"),
    ));
    let (first, second) = (
        explained(&first, &CATALOGUE, &Profile::default()),
        explained(&second, &CATALOGUE, &Profile::default()),
    );
    let comparison = compared(&first, &second, "emissions_location");
    let codes: Vec<_> = comparison
        .parts
        .iter()
        .map(|part| (part.cause.code(), part.subject.as_str()))
        .collect();
    assert_eq!(
        codes,
        [("input", "power"), ("removed", "gas"), ("added", "diesel")],
        "{:?}",
        parts(&comparison)
    );
    assert_eq!(comparison.parts[1].change.to_string(), "-18296");
}

#[test]
fn another_factor_set_is_named_as_the_cause() {
    let rows = sample();
    let first = explained(&rows, &without(&["mee-grid-2023"]), &Profile::default());
    let second = explained(&rows, &CATALOGUE, &Profile::default());
    let comparison = compared(&first, &second, "emissions_location");
    assert_eq!(comparison.parts.len(), 1, "{:?}", parts(&comparison));
    let part = &comparison.parts[0];
    assert_eq!(
        (part.label, part.subject.as_str()),
        ("emission_factor", "power · CO2")
    );
    assert!(
        matches!(&part.cause, Cause::Parameter { before, after }
            if before.contains("mee-grid-2022@") && after.contains("mee-grid-2023@")),
        "{part:?}"
    );
}

#[test]
fn another_gwp_set_and_another_rounding_are_named_as_the_cause() {
    let rows = sample();
    let first = explained(&rows, &CATALOGUE, &Profile::default());
    let ar6 = Profile {
        gwp_set: GwpSet::Ar6,
        ..Profile::default()
    };
    let comparison = compared(
        &first,
        &explained(&rows, &CATALOGUE, &ar6),
        "emissions_location",
    );
    assert!(
        comparison
            .parts
            .iter()
            .all(|part| part.label == "gwp" && part.subject.starts_with("cooling")),
        "{:?}",
        parts(&comparison)
    );
    assert_eq!(comparison.parts.len(), 2);
    let rounded = Profile {
        rounding: RoundingProfile::from_code("mee_guideline").expect("a profile"),
        ..Profile::default()
    };
    let comparison = compared(
        &first,
        &explained(&rows, &CATALOGUE, &rounded),
        "emissions_location",
    );
    assert!(!comparison.parts.is_empty());
    assert!(
        comparison
            .parts
            .iter()
            .all(|part| matches!(part.cause, Cause::Rule { .. })),
        "{:?}",
        parts(&comparison)
    );
}

#[test]
fn equal_inventories_have_no_parts() {
    let report = explained(&sample(), &CATALOGUE, &Profile::default());
    assert_eq!(compared(&report, &report, "emissions_market").parts, []);
}

/// Every code that an explanation can show has its words in both languages.
#[test]
fn every_code_of_an_explanation_has_words_in_both_languages() {
    let mut wanted = BTreeSet::new();
    wanted.insert("standard-inventory".to_owned());
    for code in ["unrounded", "mee_guideline"] {
        let profile = Profile {
            rounding: RoundingProfile::from_code(code).expect("a profile"),
            ..Profile::default()
        };
        for (id, activity) in cases() {
            if let Ok((calculation, trace)) = accounting::explain(&activity, &CATALOGUE, &profile) {
                let row = Calculated {
                    name: id,
                    calculation,
                    trace,
                };
                for node in report(&[row], &CATALOGUE).derivation.nodes() {
                    wanted.insert(format!("quantity-{}", node.label));
                    if let Origin::Derived { rule, .. } = &node.origin {
                        wanted.insert(format!("rule-{}", rule.code.replace('.', "-")));
                    }
                }
            }
        }
    }
    for locale in ["en", "zh-CN"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../i18n/locales")
            .join(locale);
        let mut text = String::new();
        for entry in std::fs::read_dir(folder).expect("locales") {
            text.push_str(&std::fs::read_to_string(entry.expect("an entry").path()).expect("text"));
            text.push('\n');
        }
        let missing: Vec<_> = wanted
            .iter()
            .filter(|key| {
                !text
                    .lines()
                    .any(|line| line.starts_with(&format!("{key} =")))
            })
            .collect();
        assert!(missing.is_empty(), "{locale} lacks {missing:#?}");
    }
}

/// Rows of several methods, of which a set takes some.
fn any_row(kind: usize, amount: u64, year: u16) -> Activity {
    let amount = Decimal::from_scaled(i128::from(amount), 3)
        .expect("fits")
        .to_string();
    let (category, name, region, unit) = [
        ("固定燃烧", "柴油", "CN", "kg"),
        ("购入电力", "购入电力", "CN-BJ", "万千瓦时"),
        ("购入热力", "购入热力", "CN", "MJ"),
        ("fugitive", "R-410A", "CN", "kg"),
        (
            "stationary_combustion",
            "natural gas",
            "GB",
            "kWh (Gross CV)",
        ),
        ("upstream_transport", "公路货运", "CN", "t.km"),
    ][kind];
    activity(category, name, region, year, &amount, unit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever differs — amounts, rows, factor sets, warming potentials, rounding — the parts are the whole change.
    #[test]
    fn the_parts_of_any_change_add_up(
        first in prop::collection::btree_map(0_usize..6, (0_u64..1_000_000_000, 2024_u16..2026), 0..6),
        second in prop::collection::btree_map(0_usize..6, (0_u64..1_000_000_000, 2024_u16..2026), 0..6),
        kept in any::<bool>(), gwp in (0_usize..3, 0_usize..3), guideline in (any::<bool>(), any::<bool>()),
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let of = |rows: &std::collections::BTreeMap<usize, (u64, u16)>, gwp: usize, guideline: bool, catalogue: &Catalogue| {
            let rows: Vec<_> = rows
                .iter()
                .map(|(kind, (amount, year))| (names[*kind], any_row(*kind, *amount, *year)))
                .collect();
            let rounding = if guideline { "mee_guideline" } else { "unrounded" };
            let profile = Profile {
                gwp_set: [GwpSet::Ar4, GwpSet::Ar5, GwpSet::Ar6][gwp],
                rounding: RoundingProfile::from_code(rounding).expect("a profile"),
            };
            explained(&rows, catalogue, &profile)
        };
        let other = without(if kept { &[] } else { &["mee-grid-2023", "mee-grid-2022"] });
        let before = of(&first, gwp.0, guideline.0, &CATALOGUE);
        let after = of(&second, gwp.1, guideline.1, &other);
        for code in ["emissions_location", "emissions_market"] {
            // `compared` asserts that the parts add up.
            let there = compared(&before, &after, code);
            let back = compared(&after, &before, code);
            prop_assert_eq!(there.change().unwrap(), back.change().unwrap().negated());
        }
    }
}
