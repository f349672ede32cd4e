//! The base year and its recalculation (chapter 5; Appendix E).
//!
//! Structural changes, changes of method and errors count; organic growth and decline do not, nor a facility that did not
//! exist in the base year, nor outsourcing that only moves emissions to another scope of the inventory.

use super::negative;
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const CHANGE: Rule = Rule {
    code: "corporate.base_year_change",
    formula: "c = |Σ ΔE_base year| ÷ E_base year × 100 %",
    clause: "Corporate Standard (2004), chapter 5: significance threshold, cumulative effect",
};
const RECALCULATED: Rule = Rule {
    code: "corporate.recalculated",
    formula: "E' = E + Σ ΔE of structural changes, methods and errors",
    clause: "Corporate Standard (2004), chapter 5; Appendix E",
};

/// Base year, policy, published figures, and what happened since.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct BaseYear {
    year: u16,
    /// Why this year.
    reason: String,
    /// Change of the base year's emissions above which it is recalculated, in per cent.
    threshold_percent: Decimal,
    /// Whether the threshold itself already counts.
    #[serde(default)]
    comparison: Comparison,
    /// How several changes are taken together.
    #[serde(default)]
    cumulation: Cumulation,
    years: Vec<Year>,
    #[serde(default)]
    events: Vec<Event>,
}

impl BaseYear {
    /// The base year.
    pub(in crate::standard) fn year(&self) -> u16 {
        self.year
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum Comparison {
    #[default]
    Exceeds,
    AtLeast,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum Cumulation {
    /// All changes added with their signs.
    #[default]
    Net,
    /// All changes added without their signs.
    Gross,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: u16,
    /// tCO2e as published.
    reported: Decimal,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Cause {
    Acquisition,
    Merger,
    Insourcing,
    Divestment,
    Outsourcing,
    Methodology,
    Error,
    OrganicGrowth,
    OrganicDecline,
}

impl Cause {
    /// 1: emissions come in; −1: they go out; 0: the amount is the change itself; `None`: it does not count.
    fn sign(self) -> Option<i64> {
        match self {
            Self::Acquisition | Self::Merger | Self::Insourcing => Some(1),
            Self::Divestment | Self::Outsourcing => Some(-1),
            Self::Methodology | Self::Error => Some(0),
            Self::OrganicGrowth | Self::OrganicDecline => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    name: String,
    cause: Cause,
    /// The year in which it happened, or was found.
    year: u16,
    /// Whether the facility existed in the base year.
    #[serde(default = "yes")]
    existed_in_base_year: bool,
    /// Whether its emissions stay in the inventory, in another scope.
    #[serde(default)]
    stays_in_inventory: bool,
    amounts: Vec<Amount>,
    #[serde(default)]
    evidence: String,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    year: u16,
    /// tCO2e of the facility in that year; for methods and errors the change, which may be negative.
    emissions: Decimal,
}

pub(in crate::standard) fn check(base: &BaseYear, faults: &mut Faults) {
    if base.reason.trim().is_empty() {
        let what = "base_year.reason".to_owned();
        faults.add(what.clone(), Error::ReasonMissing { what });
    }
    negative(
        Some(base.threshold_percent),
        "base_year.threshold_percent",
        faults,
    );
    for (position, year) in base.years.iter().enumerate() {
        negative(
            Some(year.reported),
            &format!("base_year.years[{position}].reported"),
            faults,
        );
        if base.years[..position]
            .iter()
            .any(|other| other.year == year.year)
        {
            let text = year.year.to_string();
            faults.add(
                format!("base_year.years[{position}].year"),
                Error::NameTwice { text },
            );
        }
    }
    match base.years.iter().position(|year| year.year == base.year) {
        None => {
            let what = format!("base_year.years: {}", base.year);
            faults.add("base_year.years", Error::PartNeeded { what });
        }
        Some(position) if base.years[position].reported.is_zero() => {
            faults.add(
                format!("base_year.years[{position}].reported"),
                Error::DivisionByZero,
            );
        }
        Some(_) => {}
    }
    for (position, event) in base.events.iter().enumerate() {
        for (number, amount) in event.amounts.iter().enumerate() {
            let place = format!("base_year.events[{position}].amounts[{number}]");
            if event.cause.sign() != Some(0) {
                negative(
                    Some(amount.emissions),
                    &format!("{place}.emissions"),
                    faults,
                );
            }
            // Years after the event are reported with it already.
            let known = base.years.iter().any(|year| year.year == amount.year);
            if !known || amount.year > event.year {
                let what = format!("{place}.year");
                faults.add(what.clone(), Error::PartNotUsed { what });
            }
        }
    }
}

/// The recalculated base year, if a recalculation is due, else as reported.
///
/// # Errors
/// Of the arithmetic.
pub(in crate::standard) fn calculate(
    base: &BaseYear,
    report: &mut Report,
) -> Result<Option<Number>, Error> {
    let mut counted = Vec::new();
    for (position, event) in base.events.iter().enumerate() {
        let counts = event.existed_in_base_year && !event.stays_in_inventory;
        match event.cause.sign() {
            Some(sign) if counts => counted.push((position, event, sign)),
            _ => report.notice(
                "corporate.event_does_not_count",
                &event.name,
                event.year.to_string(),
            ),
        }
    }
    // Changes by year, each with its sign.
    let mut changes: Vec<(u16, Number)> = Vec::new();
    for (position, event, sign) in counted {
        for (number, amount) in event.amounts.iter().enumerate() {
            let stated = report.derivation.input(
                "event_emissions",
                format!("{}, {}", event.name, amount.year),
                amount.emissions,
                "tCO2e",
                format!("base_year.events[{position}].amounts[{number}].emissions"),
                event.evidence.as_str(),
            );
            let change = if sign < 0 {
                let zero = report.derivation.constant("nothing", 0_u32, "tCO2e");
                let subject = format!("{}, {}", event.name, amount.year);
                report.derivation.difference(
                    RECALCULATED,
                    "event_change",
                    subject,
                    "tCO2e",
                    &[zero, stated],
                )?
            } else {
                stated
            };
            changes.push((amount.year, change));
        }
    }
    let mut reported = Vec::new();
    for (position, year) in base.years.iter().enumerate() {
        let place = format!("base_year.years[{position}].reported");
        let number = report.derivation.input(
            "emissions_reported",
            year.year.to_string(),
            year.reported,
            "tCO2e",
            place,
            "",
        );
        reported.push((year.year, number));
    }
    let of_base: Vec<Number> = changes
        .iter()
        .filter(|(year, _)| *year == base.year)
        .map(|(_, n)| *n)
        .collect();
    let Some((_, base_emissions)) = reported
        .iter()
        .find(|(year, _)| *year == base.year)
        .copied()
    else {
        return Ok(None);
    };
    let change = change(base, &of_base, base_emissions, report)?;
    report.outcome(change);
    let (change, threshold) = (
        report.derivation.value(change).clone(),
        Exact::from(base.threshold_percent),
    );
    let due = !of_base.is_empty()
        && match base.comparison {
            Comparison::Exceeds => change > threshold,
            Comparison::AtLeast => change >= threshold,
        };
    let code = if due {
        "corporate.recalculated"
    } else {
        "corporate.not_recalculated"
    };
    report.notice(
        code,
        base.year.to_string(),
        base.threshold_percent.to_string(),
    );
    let mut recalculated = None;
    for (year, number) in reported {
        let mut parts = vec![number];
        if due {
            parts.extend(
                changes
                    .iter()
                    .filter(|(other, _)| *other == year)
                    .map(|(_, n)| *n),
            );
        }
        let label = if year == base.year {
            "base_year_emissions"
        } else {
            "emissions_recalculated"
        };
        let sum = report
            .derivation
            .sum(RECALCULATED, label, year.to_string(), "tCO2e", &parts)?;
        report.outcome(sum);
        if year == base.year {
            recalculated = Some(sum);
        }
    }
    Ok(recalculated)
}

/// The cumulative change of the base year in per cent, without a sign.
fn change(
    base: &BaseYear,
    changes: &[Number],
    whole: Number,
    report: &mut Report,
) -> Result<Number, Error> {
    let year = base.year.to_string();
    let derivation = &mut report.derivation;
    let zero = derivation.constant("nothing", 0_u32, "tCO2e");
    let mut absolute = |number: Number| -> Result<Number, Error> {
        let opposite = derivation.difference(
            CHANGE,
            "event_change",
            year.as_str(),
            "tCO2e",
            &[zero, number],
        )?;
        derivation.derive(
            CHANGE,
            Operator::Maximum,
            "event_change",
            year.as_str(),
            "tCO2e",
            &[number, opposite],
        )
    };
    let total = match base.cumulation {
        Cumulation::Net => None,
        Cumulation::Gross => Some(
            changes
                .iter()
                .map(|n| absolute(*n))
                .collect::<Result<Vec<_>, _>>()?,
        ),
    };
    let total = match total {
        Some(parts) => {
            report
                .derivation
                .sum(CHANGE, "base_year_change", year.as_str(), "tCO2e", &parts)?
        }
        None => {
            let sum = report.derivation.sum(
                CHANGE,
                "base_year_change",
                year.as_str(),
                "tCO2e",
                changes,
            )?;
            let opposite = report.derivation.difference(
                CHANGE,
                "event_change",
                year.as_str(),
                "tCO2e",
                &[zero, sum],
            )?;
            report.derivation.derive(
                CHANGE,
                Operator::Maximum,
                "base_year_change",
                year.as_str(),
                "tCO2e",
                &[sum, opposite],
            )?
        }
    };
    let ratio = report.derivation.quotient(
        CHANGE,
        "base_year_change_ratio",
        year.as_str(),
        "",
        &[total, whole],
    )?;
    let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
    report.derivation.product(
        CHANGE,
        "base_year_change_percent",
        year,
        "%",
        &[ratio, hundred],
    )
}
