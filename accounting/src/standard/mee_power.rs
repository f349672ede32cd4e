//! MEE guideline for power generation facilities (企业温室气体排放核算与报告指南 发电设施): per unit and month, fuels by carbon and
//! purchased electricity; heat supply ratio, load factor, supply and intensities; the plant as the sum of its units.
//!
//! Missing figures of coal take the guideline's conservative defaults, for the month in which they are missing. Decimals are
//! those of the profile (`mee_power`, or `unrounded`): a unit's emissions are summed exactly over months and fuels and rounded
//! once; the plant is the sum of the rounded units.

mod document;
mod outputs;
mod rules;
mod unit;

use crate::derivation::Rule;
use crate::report::{Faults, Report};
use crate::standard::{Context, Standard};
use document::Document;

const GUIDELINE: &str = "企业温室气体排放核算与报告指南 发电设施（环办气候函〔2022〕485号）";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "mee_power",
    document: GUIDELINE,
    example: include_str!("../../examples/mee_power.toml"),
    exports: &[],
    run,
};

const PLANT: Rule = Rule {
    code: "mee_power.plant",
    formula: "E = Σ E_unit",
    clause: GUIDELINE,
};

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let rules = rules::read()?;
    let mut faults = Faults::new();
    let checked = document.check(&mut faults, &rules, context.catalogue);
    faults.none()?;
    let Some(checked) = checked else {
        return Err(Faults::new());
    };
    let mut report = Report::new(STANDARD.code, checked.instrument());
    checked.places.declare(&mut report);
    let factor = checked.factor.number(&mut report);
    let mut totals = Totals::default();
    for (position, unit) in document.unit.iter().enumerate() {
        let numbers = unit::calculate(
            &mut report,
            &checked,
            context.catalogue,
            unit,
            &format!("unit[{position}]"),
            factor,
        )?;
        totals.emissions.push(numbers.emissions);
        totals.generation.push(numbers.generation);
        totals.supply.extend(numbers.supply);
        totals.heat.push(numbers.heat);
    }
    for (label, unit, parts) in [
        ("emissions", "tCO2", totals.emissions),
        ("generation", "MWh", totals.generation),
        ("supply", "MWh", totals.supply),
        ("heat_supplied", "GJ", totals.heat),
    ] {
        if parts.is_empty() {
            continue;
        }
        let total = report.derivation.sum(PLANT, label, "", unit, &parts)?;
        report.outcome(total);
    }
    Ok(report)
}

#[derive(Default)]
struct Totals {
    emissions: Vec<crate::Number>,
    generation: Vec<crate::Number>,
    supply: Vec<crate::Number>,
    heat: Vec<crate::Number>,
}
