//! What the targets do: the engine never panics, and what it does calculate follows from its operands.

use accounting::explanation::{self, Row};
use accounting::standard::{Context, STANDARDS};
use accounting::{
    Activity, Catalogue, Category, Date, Decimal, FactorSet, GwpSet, Parameter, Period, Profile,
    Quantity, Region, RoundingProfile, Scope, Unit,
};
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

/// A row of activity data: cells separated by line feeds. A cell that begins with `#` is a number that stands for the name of
/// a shipped factor, so that rows are found which calculate.
pub fn activity(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let cells: Vec<&str> = text.split('\n').collect();
    let cell = |position: usize| cells.get(position).copied().unwrap_or_default();
    let named = cell(1)
        .strip_prefix('#')
        .and_then(|number| number.parse::<usize>().ok())
        .and_then(|number| CATALOGUE.factors().nth(number % CATALOGUE.factors().count()));
    let name = named.map_or(cell(1), |(_, _, factor)| factor.activity.as_str());
    let category = match (Category::parse(cell(0)), named) {
        (Ok(category), _) => category,
        (_, Some((_, _, factor))) => match factor.categories.first() {
            Some(category) => *category,
            None => return,
        },
        _ => return,
    };
    let unit = match (Unit::parse(cell(3)), named) {
        (Ok(unit), _) => unit,
        (_, Some((_, _, factor))) => factor.unit,
        _ => return,
    };
    let Ok(amount) = Decimal::parse(cell(2)) else {
        return;
    };
    let day = |position: usize, other: &str| {
        Date::parse(cell(position))
            .or_else(|_| Date::parse(other))
            .expect("a day")
    };
    let Ok(period) = Period::new(day(4, "2025-01-01"), day(5, "2025-12-31")) else {
        return;
    };
    let region = Region::parse(cell(6)).ok().or_else(|| named.map(|(_, _, factor)| factor.region));
    let Ok(parameters) = Parameter::parse_list(cell(7)) else {
        return;
    };
    let activity = Activity {
        scope: Scope::from_name(cell(9)),
        region,
        parameters,
        factor_source: cell(8).to_owned(),
        ..Activity::new(category, name, period, Quantity { amount, unit })
    };
    for (gwp_set, rounding) in [
        (GwpSet::Ar4, "unrounded"),
        (GwpSet::Ar5, "mee_guideline"),
        (GwpSet::Ar6, "unrounded"),
    ] {
        let profile = Profile {
            gwp_set,
            rounding: RoundingProfile::from_code(rounding).expect("a profile"),
        };
        let plain = accounting::calculate(&activity, &CATALOGUE, &profile);
        match accounting::explain(&activity, &CATALOGUE, &profile) {
            Ok((calculation, trace)) => {
                assert_eq!(plain.as_ref(), Ok(&calculation));
                let row = Row {
                    name: "row",
                    place: "row",
                    evidence: "",
                    calculation: &calculation,
                    trace: &trace,
                    catalogue: &CATALOGUE,
                };
                if let Ok(report) = explanation::explain(&[row]) {
                    assert_eq!(report.derivation.verify(), []);
                    assert_eq!(
                        report.value("emissions_location"),
                        Some(&calculation.location.co2e_kg)
                    );
                    assert_eq!(
                        report.value("emissions_market"),
                        Some(&calculation.market().co2e_kg)
                    );
                }
            }
            Err(error) => assert_eq!(plain, Err(error)),
        }
    }
}

/// A factor set: the rows behind a manifest that is sound, or both parts separated by a NUL.
pub fn factor_set(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (manifest, factors) = match text.split_once('\0') {
        Some((manifest, factors)) => (manifest.to_owned(), factors.to_owned()),
        None => {
            let (manifest, shipped) = accounting::shipped::files("mee-fuel").expect("shipped");
            let header = shipped.lines().next().expect("columns");
            (manifest.to_owned(), format!("{header}\n{text}"))
        }
    };
    if let Ok(set) = FactorSet::parse(&manifest, &factors) {
        for factor in &set.factors {
            let cells = factor.to_record();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let again = accounting::Factor::from_record(&set.manifest, 1, &cells);
            assert_eq!(again.as_ref(), Ok(factor), "a record reads as it was written");
        }
        let _ = Catalogue::new([set]);
    }
}

/// Any text as the document of any standard.
pub fn document(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    run(usize::from(*first), text);
}

/// The example of a standard after some edits: three bytes each, a line and what happens to it.
pub fn standard(bytes: &[u8]) {
    let Some((first, edits)) = bytes.split_first() else {
        return;
    };
    let choice = usize::from(*first) % STANDARDS.len();
    let mut lines: Vec<String> = STANDARDS[choice].example.lines().map(str::to_owned).collect();
    for edit in edits.chunks_exact(3) {
        if lines.is_empty() {
            return;
        }
        let position = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % lines.len();
        let number = match edit[2] / 8 % 12 {
            0 => "0",
            1 => "-1",
            2 => "1",
            3 => "100",
            4 => "0.0000000000000000000000000001",
            5 => "9999999999999999999999999999",
            6 => "0.5",
            7 => "2025",
            8 => "33.333",
            9 => "true",
            10 => "\"\"",
            _ => "101",
        };
        match edit[2] % 8 {
            0 => {
                lines.remove(position);
            }
            1 => {
                let line = lines[position].clone();
                lines.insert(position, line);
            }
            2 if position + 1 < lines.len() => lines.swap(position, position + 1),
            _ => {
                if let Some((key, _)) = lines[position].split_once('=') {
                    lines[position] = format!("{key}= {number}");
                }
            }
        }
    }
    run(choice, &lines.join("\n"));
}

fn run(choice: usize, text: &str) {
    let standard = &STANDARDS[choice % STANDARDS.len()];
    let context = Context {
        catalogue: &CATALOGUE,
    };
    match accounting::standard::calculate(standard.code, text, context) {
        Ok(report) => {
            assert_eq!(report.derivation.verify(), []);
            let again = accounting::standard::calculate(standard.code, text, context);
            assert_eq!(again.map(|again| again.canonical()), Ok(report.canonical()));
        }
        Err(faults) => assert!(!faults.0.is_empty(), "a refusal says why"),
    }
}
