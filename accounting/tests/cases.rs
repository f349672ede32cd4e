//! Worked examples as data: every case of `cases/*.toml` runs through the engine with the shipped factor sets.

use accounting::activity::Parameter;
use accounting::catalogue::Catalogue;
use accounting::{
    Activity, Category, Date, Decimal, Error, Exact, GwpSet, Period, Profile, Quantity, Region,
    Rounding, RoundingProfile, Scope, Unit,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[allow(dead_code, reason = "for readers of the file")]
    source: String,
    category: String,
    #[serde(default)]
    scope: String,
    activity: String,
    #[serde(default)]
    region: String,
    /// A year, or `first/last`.
    period: String,
    quantity: String,
    unit: String,
    #[serde(default)]
    parameters: String,
    #[serde(default)]
    factor_source: String,
    expect: Vec<Expect>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    gwp: String,
    rounding: String,
    error: String,
    error_in: Vec<String>,
    column: Option<String>,
    co2e_kg: Option<String>,
    /// Rounded half up to the places given.
    co2e_kg_fixed: Option<String>,
    co2e_t_fixed: Option<String>,
    market_kg: Option<String>,
    market_t_fixed: Option<String>,
    market_same: bool,
    biogenic_kg: Option<String>,
    non_kyoto_kg: Option<String>,
    gases_kg: BTreeMap<String, String>,
    gases_co2e: BTreeMap<String, String>,
    factors: Option<Vec<String>>,
    flags: Option<Vec<String>>,
    flags_contain: Vec<String>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

fn period(text: &str) -> Result<Period, Error> {
    match text.split_once('/') {
        Some((start, end)) => Period::new(Date::parse(start)?, Date::parse(end)?),
        None => Ok(Period::of_year(text.parse().expect("a year")).expect("a year")),
    }
}

fn activity(case: &Case) -> Result<Activity, Error> {
    let quantity = Quantity {
        amount: Decimal::parse(&case.quantity)?,
        unit: Unit::parse(&case.unit)?,
    };
    Ok(Activity {
        scope: (!case.scope.is_empty()).then(|| Scope::from_name(&case.scope).expect("a scope")),
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
            period(&case.period)?,
            quantity,
        )
    })
}

fn fixed(value: &Exact, like: &str) -> String {
    let places = like
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    value
        .to_fixed(places as u32, Rounding::HalfUp)
        .expect("fits")
}

fn tonnes(kilograms: &Exact) -> Exact {
    kilograms.div(&Exact::from_integer(1_000)).expect("fits")
}

/// Compares one expectation; says what differs.
fn check(case: &Case, expect: &Expect) -> Result<(), String> {
    let profile = Profile {
        gwp_set: if expect.gwp.is_empty() {
            GwpSet::Ar5
        } else {
            GwpSet::parse(&expect.gwp).expect("a GWP set")
        },
        rounding: if expect.rounding.is_empty() {
            RoundingProfile::default()
        } else {
            RoundingProfile::from_code(&expect.rounding).expect("a profile")
        },
    };
    let outcome = activity(case).and_then(|activity| {
        let result = accounting::calculate(&activity, &CATALOGUE, &profile)?;
        let (explained, trace) = accounting::explain(&activity, &CATALOGUE, &profile)?;
        assert_eq!(
            explained, result,
            "{}: the trace changes the result",
            case.id
        );
        assert!(!trace.steps.is_empty(), "{}: no trace", case.id);
        Ok(result)
    });
    let result = match outcome {
        Err(error) => {
            let known = error.code() == expect.error
                || expect.error_in.iter().any(|code| code == error.code());
            return match (known, &expect.column) {
                (true, Some(column)) if column != error.column() => {
                    Err(format!("column {:?}", error.column()))
                }
                (true, _) => Ok(()),
                (false, _) => Err(format!("refused: {error}")),
            };
        }
        Ok(_) if !expect.error.is_empty() || !expect.error_in.is_empty() => {
            return Err("not refused".to_owned());
        }
        Ok(result) => result,
    };
    let location = &result.location;
    let sum = location
        .gases
        .iter()
        .try_fold(Exact::ZERO, |sum, part| sum.add(&part.co2e_kg))
        .expect("fits");
    let mut differences = Vec::new();
    let mut compare = |name: &str, wanted: &str, found: String| {
        if wanted != found {
            differences.push(format!("{name} is {found}, not {wanted}"));
        }
    };
    compare(
        "sum of the gases",
        &location.co2e_kg.to_string(),
        sum.to_string(),
    );
    let exact = [
        ("CO2e", &expect.co2e_kg, &location.co2e_kg),
        (
            "market-based CO2e",
            &expect.market_kg,
            &result.market().co2e_kg,
        ),
        ("biogenic CO2", &expect.biogenic_kg, &result.biogenic_co2_kg),
        (
            "CO2e outside Kyoto",
            &expect.non_kyoto_kg,
            &result.non_kyoto_co2e_kg,
        ),
    ];
    for (name, wanted, found) in exact {
        if let Some(wanted) = wanted {
            compare(name, wanted, found.to_string());
        }
    }
    if let Some(wanted) = &expect.co2e_kg_fixed {
        compare("CO2e", wanted, fixed(&location.co2e_kg, wanted));
    }
    if let Some(wanted) = &expect.co2e_t_fixed {
        compare("t CO2e", wanted, fixed(&tonnes(&location.co2e_kg), wanted));
    }
    if let Some(wanted) = &expect.market_t_fixed {
        compare(
            "market-based t CO2e",
            wanted,
            fixed(&tonnes(&result.market().co2e_kg), wanted),
        );
    }
    if expect.market_same {
        compare(
            "market-based CO2e",
            &location.co2e_kg.to_string(),
            result.market().co2e_kg.to_string(),
        );
    }
    for (code, wanted) in &expect.gases_kg {
        let found = location
            .gases
            .iter()
            .find(|part| part.component.code() == code);
        compare(
            code,
            wanted,
            found
                .and_then(|part| part.mass_kg.as_ref())
                .map_or("absent".into(), Exact::to_string),
        );
    }
    for (code, wanted) in &expect.gases_co2e {
        let found = location
            .gases
            .iter()
            .find(|part| part.component.code() == code);
        compare(
            code,
            wanted,
            found.map_or("absent".into(), |part| part.co2e_kg.to_string()),
        );
    }
    if let Some(wanted) = &expect.factors {
        let found: Vec<_> = result
            .factors
            .iter()
            .map(|used| CATALOGUE.label(used.factor))
            .collect();
        compare("factors", &format!("{wanted:?}"), format!("{found:?}"));
    }
    let flags: Vec<_> = result.flags.iter().map(|flag| flag.code()).collect();
    if let Some(wanted) = &expect.flags {
        let (mut wanted, mut found) = (wanted.clone(), flags.clone());
        wanted.sort_unstable();
        found.sort_unstable();
        compare("flags", &format!("{wanted:?}"), format!("{found:?}"));
    }
    for wanted in &expect.flags_contain {
        if !flags.contains(&wanted.as_str()) {
            compare("flags", &format!("with {wanted}"), format!("{flags:?}"));
        }
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences.join("; "))
    }
}

fn run(file: &str) {
    let path = format!("{}/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).expect("case file");
    let cases: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut failures = Vec::new();
    for case in &cases.case {
        assert!(!case.expect.is_empty(), "{} expects nothing", case.id);
        for expect in &case.expect {
            if let Err(difference) = check(case, expect) {
                failures.push(format!(
                    "{} [{} {}]: {difference}",
                    case.id, expect.gwp, expect.rounding
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {file}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_examples_come_out_to_the_published_digit() {
    run("examples.toml");
}

#[test]
fn the_oracles_come_out_exactly() {
    run("oracles.toml");
}

#[test]
fn bad_rows_are_refused_with_their_code() {
    run("refusals.toml");
}

#[test]
fn every_case_file_is_run() {
    let files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))
        .expect("cases")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .into_string()
                .expect("name")
        })
        .filter(|name| !["examples.toml", "oracles.toml", "refusals.toml"].contains(&name.as_str()))
        .filter(|name| name.ends_with(".toml"))
        .collect();
    for file in files {
        run(&file);
    }
}
