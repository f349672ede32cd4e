//! Every worked example of the engine, calculated here, as text.

use accounting::activity::Parameter;
use accounting::standard::{self, Context};
use accounting::{
    Activity, Catalogue, Category, Date, Decimal, Error, GwpSet, Period, Profile, Quantity, Region,
    RoundingProfile, Unit,
};
use std::fmt::Write as _;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

fn text<'a>(case: &'a toml::Value, field: &str) -> &'a str {
    case.get(field).and_then(toml::Value::as_str).unwrap_or("")
}

fn row(case: &toml::Value) -> Result<Activity, Error> {
    let days = text(case, "period");
    let period = match days.split_once('/') {
        Some((start, end)) => Period::new(Date::parse(start)?, Date::parse(end)?)?,
        None => days
            .parse()
            .ok()
            .and_then(Period::of_year)
            .ok_or(Error::DivisionByZero)?,
    };
    let quantity = Quantity {
        amount: Decimal::parse(text(case, "quantity"))?,
        unit: Unit::parse(text(case, "unit"))?,
    };
    let region = match text(case, "region") {
        "" => None,
        region => Some(Region::parse(region)?),
    };
    Ok(Activity {
        region,
        parameters: Parameter::parse_list(text(case, "parameters"))?,
        factor_source: text(case, "factor_source").to_owned(),
        ..Activity::new(
            Category::parse(text(case, "category"))?,
            text(case, "activity"),
            period,
            quantity,
        )
    })
}

/// All results; one line or block for each case.
pub fn results() -> String {
    let catalogue = accounting::shipped::sets()
        .and_then(Catalogue::new)
        .expect("shipped sets");
    let context = Context {
        catalogue: &catalogue,
    };
    let mut out = String::new();
    for (name, content) in FILES {
        let tree = accounting::document::parse(content).expect("TOML");
        for case in tree.get("case").and_then(toml::Value::as_array).into_iter().flatten() {
            let _ = writeln!(out, "# {name} {}", text(case, "id"));
            if let Some(document) = case.get("document") {
                let result = standard::find(text(case, "standard"))
                    .map_err(Into::into)
                    .and_then(|standard| (standard.run)(document.clone(), context));
                match result {
                    Ok(report) => {
                        out.push_str(&report.canonical());
                        for node in report.derivation.nodes() {
                            let _ = writeln!(out, "{} {} {}", node.label, node.subject, node.value);
                        }
                    }
                    Err(faults) => {
                        let _ = writeln!(out, "{faults}");
                    }
                }
                continue;
            }
            for (gwp_set, rounding) in [
                (GwpSet::Ar4, "unrounded"),
                (GwpSet::Ar5, "unrounded"),
                (GwpSet::Ar6, "mee_guideline"),
            ] {
                let profile = Profile {
                    gwp_set,
                    rounding: RoundingProfile::from_code(rounding).expect("a profile"),
                };
                match row(case).and_then(|row| accounting::explain(&row, &catalogue, &profile)) {
                    Ok((result, trace)) => {
                        let _ = writeln!(
                            out,
                            "{} {} {} {}",
                            result.location.co2e_kg,
                            result.market().co2e_kg,
                            result.biogenic_co2_kg,
                            result.non_kyoto_co2e_kg
                        );
                        for step in &trace.steps {
                            let _ = writeln!(out, "{}", step.line());
                        }
                    }
                    Err(error) => {
                        let _ = writeln!(out, "{error}");
                    }
                }
            }
        }
    }
    out
}

/// For WebAssembly: calculates, and gives the address of a length in four bytes with the text behind it.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> *const u8 {
    let text = results();
    let mut bytes = u32::try_from(text.len()).unwrap_or(0).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.leak().as_ptr()
}
