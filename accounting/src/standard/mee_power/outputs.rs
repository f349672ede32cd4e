//! What a unit delivers, and its intensities: heat supply ratio, electricity supplied, load factor.

use super::document::{Checked, Unit};
use super::unit::Months;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use crate::standard::mee::places::{round, round_quotient};

const CLAUSE: &str = "企业温室气体排放核算与报告指南 发电设施（环办气候函〔2022〕485号）生产数据";

const HEAT_RATIO: Rule = Rule {
    code: "mee_power.heat_ratio",
    formula: "a = Σ Q_gr ÷ Σ Q_cr",
    clause: CLAUSE,
};
const SUPPLY: Rule = Rule {
    code: "mee_power.supply",
    formula: "W_gd = W_fd − (W_cy − W_rcy) × (1 − a)",
    clause: CLAUSE,
};
const LOAD_FACTOR: Rule = Rule {
    code: "mee_power.load_factor",
    formula: "X = Σ W_fd ÷ (P_e × Σ t) × 100",
    clause: CLAUSE,
};
const SPLIT: Rule = Rule {
    code: "mee_power.split",
    formula: "E_heat = a × E; E_power = E − E_heat",
    clause: CLAUSE,
};
const INTENSITY: Rule = Rule {
    code: "mee_power.intensity",
    formula: "S = E ÷ Q",
    clause: CLAUSE,
};
const YEAR: Rule = Rule {
    code: "mee_power.year",
    formula: "",
    clause: CLAUSE,
};

/// The year's numbers that outputs rest on.
#[derive(Clone, Copy)]
pub(super) struct Year {
    pub emissions: Number,
    pub generation: Number,
    pub heat: Number,
}

/// Adds the outputs to the report; gives the electricity supplied, if the document says enough for it.
pub(super) fn calculate(
    report: &mut Report,
    checked: &Checked<'_>,
    unit: &Unit,
    place: &str,
    months: &Months,
    year: Year,
) -> Result<Option<Number>, Faults> {
    let name = unit.name.as_str();
    let ratio = heat_ratio(report, checked, name, place, months, year)?;
    let supply = supply(report, unit, months, year, ratio)?;
    if let Some(supply) = supply {
        report.outcome(supply);
    } else {
        report.notice("mee_power_supply_unknown", name, "");
    }
    load_factor(report, checked, unit, place, months, year)?;
    intensities(report, checked, name, year, ratio)?;
    Ok(supply)
}

fn heat_ratio(
    report: &mut Report,
    checked: &Checked<'_>,
    name: &str,
    place: &str,
    months: &Months,
    year: Year,
) -> Result<Option<Number>, Faults> {
    if months.heat.is_empty() {
        return Ok(None);
    }
    let boiler = report
        .derivation
        .sum(YEAR, "boiler_heat", name, "GJ", &months.boiler_heat)?;
    let (whole, part) = (
        report.derivation.value(boiler).clone(),
        report.derivation.value(year.heat).clone(),
    );
    if part > whole {
        let mut faults = Faults::new();
        faults.add(
            format!("{place}.month"),
            Error::PartsAboveWhole {
                parts: part.to_string(),
                whole: whole.to_string(),
            },
        );
        return Err(faults);
    }
    if whole.is_zero() {
        return Ok(None);
    }
    let ratio =
        report
            .derivation
            .quotient(HEAT_RATIO, "heat_ratio", name, "", &[year.heat, boiler])?;
    let ratio = round_quotient(report, ratio, checked.places.heat_ratio)?;
    report.outcome(ratio);
    Ok(Some(ratio))
}

fn supply(
    report: &mut Report,
    unit: &Unit,
    months: &Months,
    year: Year,
    ratio: Option<Number>,
) -> Result<Option<Number>, Error> {
    let name = unit.name.as_str();
    if months.supply.len() == unit.months.len() {
        return report
            .derivation
            .sum(YEAR, "supply", name, "MWh", &months.supply)
            .map(Some);
    }
    if months.auxiliary.len() != unit.months.len() {
        return Ok(None);
    }
    let own = report.derivation.sum(
        YEAR,
        "auxiliary_consumption",
        name,
        "MWh",
        &months.auxiliary,
    )?;
    let heat_only = report.derivation.sum(
        YEAR,
        "auxiliary_consumption_heat",
        name,
        "MWh",
        &months.auxiliary_heat,
    )?;
    let shared = report.derivation.difference(
        SUPPLY,
        "auxiliary_consumption_shared",
        name,
        "MWh",
        &[own, heat_only],
    )?;
    let for_power = match ratio {
        Some(ratio) => {
            let one = report.derivation.constant("one", Exact::ONE, "");
            let power_share =
                report
                    .derivation
                    .difference(SUPPLY, "power_ratio", name, "", &[one, ratio])?;
            report.derivation.product(
                SUPPLY,
                "auxiliary_consumption_power",
                name,
                "MWh",
                &[shared, power_share],
            )?
        }
        None => shared,
    };
    report
        .derivation
        .difference(SUPPLY, "supply", name, "MWh", &[year.generation, for_power])
        .map(Some)
}

fn load_factor(
    report: &mut Report,
    checked: &Checked<'_>,
    unit: &Unit,
    place: &str,
    months: &Months,
    year: Year,
) -> Result<(), Error> {
    let name = unit.name.as_str();
    let hours = report
        .derivation
        .sum(YEAR, "running_hours", name, "h", &months.hours)?;
    report.outcome(hours);
    if report.derivation.value(hours).is_zero() {
        return Ok(());
    }
    let capacity = report.derivation.input(
        "rated_capacity",
        name,
        unit.capacity,
        "MW",
        format!("{place}.capacity"),
        "",
    );
    let possible = report.derivation.product(
        LOAD_FACTOR,
        "possible_generation",
        name,
        "MWh",
        &[capacity, hours],
    )?;
    let hundred = report
        .derivation
        .constant("hundred", Exact::from_integer(100), "%");
    let scaled = report.derivation.product(
        LOAD_FACTOR,
        "generation_percent",
        name,
        "% MWh",
        &[year.generation, hundred],
    )?;
    let factor =
        report
            .derivation
            .quotient(LOAD_FACTOR, "load_factor", name, "%", &[scaled, possible])?;
    let factor = round_quotient(report, factor, checked.places.load_factor)?;
    report.outcome(factor);
    Ok(())
}

fn intensities(
    report: &mut Report,
    checked: &Checked<'_>,
    name: &str,
    year: Year,
    ratio: Option<Number>,
) -> Result<(), Error> {
    let places = &checked.places;
    let for_power = match ratio {
        Some(ratio) => {
            let heat = report.derivation.product(
                SPLIT,
                "heat_emissions",
                name,
                "tCO2",
                &[ratio, year.emissions],
            )?;
            let heat = round(report, heat, places.emissions)?;
            let power = report.derivation.difference(
                SPLIT,
                "power_emissions",
                name,
                "tCO2",
                &[year.emissions, heat],
            )?;
            report.outcome(heat);
            report.outcome(power);
            if !report.derivation.value(year.heat).is_zero() {
                let intensity = report.derivation.quotient(
                    INTENSITY,
                    "heat_intensity",
                    name,
                    "tCO2/GJ",
                    &[heat, year.heat],
                )?;
                let intensity = round_quotient(report, intensity, places.intensity)?;
                report.outcome(intensity);
            }
            power
        }
        None => year.emissions,
    };
    if !report.derivation.value(year.generation).is_zero() {
        let intensity = report.derivation.quotient(
            INTENSITY,
            "power_intensity",
            name,
            "tCO2/MWh",
            &[for_power, year.generation],
        )?;
        let intensity = round_quotient(report, intensity, places.intensity)?;
        report.outcome(intensity);
    }
    Ok(())
}
