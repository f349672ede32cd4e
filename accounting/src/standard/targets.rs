//! Reduction targets: the path from a base year to a target year, the gap of what was emitted, and the budget used.
//!
//! | method | path |
//! |---|---|
//! | absolute contraction (SBTi ACA) | `E(t) = E_b × (1 − r × n)`, linear on the base year |
//! | intensity convergence (SBTi SDA) | `I(t) = d × p(t) × m(t) + I_sector(end)` |
//! | economic intensity (GEVA) | `I(t) = I_b × (1 − r)^n`, compounded |
//! | dual control (能耗双控、碳排放双控) | intensity falls by a share over the plan, and the total has a cap |
//!
//! Linear and compounded paths differ by more than a tenth after ten years; a method has one of them.

mod path;

use super::emission_rate::Source;
use super::ghg_corporate::base_year::{self, BaseYear};
use super::{Context, Standard};
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Citation, Number, Operator, Rule, Standing};
use crate::error::Error;
use crate::report::{Faults, Report};
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const STANDARD: Standard = Standard {
    code: "targets",
    document: "SBTi absolute contraction, sectoral decarbonization and economic intensity; dual control of energy and carbon (国办发〔2024〕39号)",
    example: include_str!("../../examples/targets.toml"),
    exports: &[],
    run,
};

const RULES: &str = include_str!("../../rules/targets.toml");

const GAP: Rule = Rule {
    code: "targets.gap",
    formula: "gap(t) = actual(t) − path(t)",
    clause: "tracking against the path",
};
const BUDGET: Rule = Rule {
    code: "targets.budget",
    formula: "B = Σ path(t), t after the base year",
    clause: "tracking against the path",
};
const USED: Rule = Rule {
    code: "targets.budget_used",
    formula: "u = Σ actual ÷ B × 100 %",
    clause: "tracking against the path",
};
const INTENSITY: Rule = Rule {
    code: "targets.intensity",
    formula: "I = E ÷ A",
    clause: "intensity of emissions or energy",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    name: String,
    method: Method,
    base_year: u16,
    target_year: u16,
    /// Emissions or energy of the base year; not with `recalculation`.
    base: Option<Decimal>,
    /// `tCO2e`, `tCO2`, `tce`.
    #[serde(default = "tonnes")]
    unit: String,
    /// A rate of the rule table: `aca_1.5c`, `aca_wb2c`, `geva`.
    ambition: Option<String>,
    /// A rate of one's own, per cent a year.
    rate_percent: Option<Decimal>,
    rate_source: Option<Source>,
    /// Activity of the base year: products, value added at constant prices.
    base_activity: Option<Decimal>,
    #[serde(default)]
    activity_unit: String,
    /// Sector path of intensity convergence.
    #[serde(default)]
    sector: Vec<SectorYear>,
    /// Year in which the sector converges; 2050 if nothing is said.
    convergence_year: Option<u16>,
    /// Whether the market share parameter is held at 1 at most.
    #[serde(default)]
    market_share: MarketShare,
    /// Fall of the intensity over the plan, in per cent; dual control.
    intensity_reduction_percent: Option<Decimal>,
    /// Total of the target year; dual control.
    cap: Option<Decimal>,
    #[serde(default)]
    shape: Shape,
    /// Years with figures, the planned activity of later ones as well.
    #[serde(default)]
    years: Vec<Year>,
    /// Published figures and events that change the base year.
    recalculation: Option<BaseYear>,
}

fn tonnes() -> String {
    "tCO2e".to_owned()
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Method {
    AbsoluteContraction,
    IntensityConvergence,
    EconomicIntensity,
    DualControl,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum MarketShare {
    /// As the Foundations of target setting describe it.
    #[default]
    Capped,
    Uncapped,
}

/// How an intensity falls between the ends of a plan.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum Shape {
    /// The same share every year.
    #[default]
    Geometric,
    /// The same amount every year.
    Linear,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectorYear {
    year: u16,
    intensity: Decimal,
    /// Needed from the base year on for the market share.
    activity: Option<Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: u16,
    /// Emissions or energy.
    actual: Option<Decimal>,
    /// What the control leaves out: energy as raw material, renewable energy (原料用能、可再生能源).
    #[serde(default)]
    left_out: Vec<LeftOut>,
    activity: Option<Decimal>,
    #[serde(default)]
    evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    what: String,
    amount: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateTable {
    rate: Vec<RateRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateRow {
    code: String,
    method: Method,
    percent: Decimal,
    document: String,
    clause: String,
    standing: String,
}

/// A target without faults.
pub(super) struct Ready<'a> {
    target: &'a Target,
    place: String,
    rate: Option<(Decimal, Citation)>,
}

fn run(value: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let table: RateTable = crate::document::read(RULES)?;
    let mut faults = Faults::new();
    let ready = check(&document, &table, &mut faults);
    faults.none()?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    for target in &ready {
        calculate(target, &mut report)?;
    }
    Ok(report)
}

fn check<'a>(document: &'a Document, table: &RateTable, faults: &mut Faults) -> Vec<Ready<'a>> {
    let mut ready = Vec::new();
    for (position, target) in document.targets.iter().enumerate() {
        let place = format!("targets[{position}]");
        if document.targets[..position]
            .iter()
            .any(|known| known.name == target.name)
        {
            let text = target.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        if target.target_year <= target.base_year {
            let (first, second) = (target.base_year.to_string(), target.target_year.to_string());
            faults.add(
                format!("{place}.target_year"),
                Error::YearsReversed { first, second },
            );
        }
        let rate = rate(target, table, &place, faults);
        numbers(target, &place, faults);
        needs(target, &place, faults);
        if let Some(base) = &target.recalculation {
            base_year::check(base, faults);
            if base.year() != target.base_year {
                let text = base.year().to_string();
                faults.add(
                    format!("{place}.recalculation.year"),
                    Error::NameUnknown { text },
                );
            }
        }
        ready.push(Ready {
            target,
            place,
            rate,
        });
    }
    ready
}

fn rate(
    target: &Target,
    table: &RateTable,
    place: &str,
    faults: &mut Faults,
) -> Option<(Decimal, Citation)> {
    let wanted = matches!(
        target.method,
        Method::AbsoluteContraction | Method::EconomicIntensity
    );
    let field = format!("{place}.rate_percent");
    match (&target.ambition, target.rate_percent) {
        (None, None) if wanted => {
            faults.add(field.clone(), Error::PartNeeded { what: field });
            None
        }
        (None, None) => None,
        _ if !wanted => {
            faults.add(field.clone(), Error::PartNotUsed { what: field });
            None
        }
        (Some(_), Some(_)) => {
            faults.add(field.clone(), Error::PartNotUsed { what: field });
            None
        }
        (Some(code), None) => {
            let row = table
                .rate
                .iter()
                .find(|row| row.code == *code && row.method == target.method);
            let Some(row) = row else {
                faults.add(
                    format!("{place}.ambition"),
                    Error::NameUnknown {
                        text: excerpt(code),
                    },
                );
                return None;
            };
            let citation = Citation {
                document: row.document.clone(),
                clause: row.clause.clone(),
                reference: format!("targets/{}", row.code),
                standing: Standing::from_code(&row.standing).unwrap_or(Standing::Recalled),
            };
            Some((row.percent, citation))
        }
        (None, Some(percent)) => {
            share(Some(percent), field, faults);
            match &target.rate_source {
                Some(source) => Some((
                    percent,
                    source.check(&format!("{place}.rate_source"), faults),
                )),
                None => {
                    let what = format!("{place}.rate_source");
                    faults.add(what.clone(), Error::SourceMissing { what });
                    None
                }
            }
        }
    }
}

fn share(value: Option<Decimal>, place: String, faults: &mut Faults) {
    if let Some(value) = value
        && (value.is_negative() || value > Decimal::from(100))
    {
        let text = value.to_string();
        faults.add(place, Error::ShareOutside { text });
    }
}

fn not_negative(value: Option<Decimal>, place: String, faults: &mut Faults) {
    if let Some(value) = value.filter(Decimal::is_negative) {
        let text = value.to_string();
        faults.add(place, Error::NumberNegative { text });
    }
}

fn numbers(target: &Target, place: &str, faults: &mut Faults) {
    not_negative(target.base, format!("{place}.base"), faults);
    not_negative(target.cap, format!("{place}.cap"), faults);
    not_negative(
        target.base_activity,
        format!("{place}.base_activity"),
        faults,
    );
    if target
        .base_activity
        .is_some_and(|activity| activity.is_zero())
    {
        faults.add(format!("{place}.base_activity"), Error::DivisionByZero);
    }
    share(
        target.intensity_reduction_percent,
        format!("{place}.intensity_reduction_percent"),
        faults,
    );
    for (position, year) in target.years.iter().enumerate() {
        let place = format!("{place}.years[{position}]");
        not_negative(year.actual, format!("{place}.actual"), faults);
        not_negative(year.activity, format!("{place}.activity"), faults);
        if year.activity.is_some_and(|activity| activity.is_zero()) {
            faults.add(format!("{place}.activity"), Error::DivisionByZero);
        }
        for (number, part) in year.left_out.iter().enumerate() {
            let field = format!("{place}.left_out[{number}]");
            not_negative(Some(part.amount), format!("{field}.amount"), faults);
            if part.what.trim().is_empty() {
                let what = format!("{field}.what");
                faults.add(what.clone(), Error::ReasonMissing { what });
            }
        }
        if target.years[..position]
            .iter()
            .any(|known| known.year == year.year)
        {
            let text = year.year.to_string();
            faults.add(format!("{place}.year"), Error::NameTwice { text });
        }
        if year.year < target.base_year || year.year > target.target_year {
            let text = year.year.to_string();
            faults.add(format!("{place}.year"), Error::NameUnknown { text });
        }
    }
    for (position, year) in target.sector.iter().enumerate() {
        let place = format!("{place}.sector[{position}]");
        not_negative(Some(year.intensity), format!("{place}.intensity"), faults);
        not_negative(year.activity, format!("{place}.activity"), faults);
    }
}

/// What each method wants, and what it has no place for.
fn needs(target: &Target, place: &str, faults: &mut Faults) {
    let mut rule = |field: &str, there: bool, wanted: Option<bool>| {
        let what = format!("{place}.{field}");
        match (there, wanted) {
            (false, Some(true)) => faults.add(what.clone(), Error::PartNeeded { what }),
            (true, Some(false)) => faults.add(what.clone(), Error::PartNotUsed { what }),
            _ => {}
        }
    };
    let method = target.method;
    let dual = method == Method::DualControl;
    let convergence = method == Method::IntensityConvergence;
    rule(
        "base",
        target.base.is_some(),
        Some(target.recalculation.is_none()),
    );
    let by_activity = match method {
        Method::AbsoluteContraction => None,
        Method::DualControl => target.intensity_reduction_percent.is_some().then_some(true),
        _ => Some(true),
    };
    rule("base_activity", target.base_activity.is_some(), by_activity);
    rule("sector", !target.sector.is_empty(), Some(convergence));
    rule(
        "intensity_reduction_percent",
        target.intensity_reduction_percent.is_some(),
        if dual { None } else { Some(false) },
    );
    rule(
        "cap",
        target.cap.is_some(),
        if dual { None } else { Some(false) },
    );
    if dual && target.cap.is_none() && target.intensity_reduction_percent.is_none() {
        rule("cap", false, Some(true));
    }
    if convergence && !target.sector.is_empty() {
        let end = target.convergence_year.unwrap_or(2050);
        for year in [target.base_year, target.target_year, end] {
            let there = target.sector.iter().any(|sector| sector.year == year);
            rule(&format!("sector: {year}"), there, Some(true));
        }
    }
}

/// Figures of the years, and the path.
fn calculate(ready: &Ready<'_>, report: &mut Report) -> Result<(), Error> {
    let target = ready.target;
    let name = target.name.as_str();
    let base = match (&target.recalculation, target.base) {
        (Some(recalculation), _) => base_year::calculate(recalculation, report)?,
        (None, base) => Some(report.derivation.input(
            "base_year_value",
            name,
            base.unwrap_or_default(),
            target.unit.clone(),
            format!("{}.base", ready.place),
            "",
        )),
    };
    let Some(base) = base else {
        return Ok(());
    };
    let length = target.target_year - target.base_year;
    if matches!(
        target.method,
        Method::AbsoluteContraction | Method::EconomicIntensity | Method::IntensityConvergence
    ) && !(5..=10).contains(&length)
    {
        report.notice("targets.timeframe", name, length.to_string());
    }
    let figures = figures(ready, report)?;
    let path = path::of(ready, base, &figures.activity, report)?;
    for number in path.intensities.values().chain(path.totals.values()) {
        report.outcome(*number);
    }
    track(ready, &figures, &path, report)
}

/// Numbers of the document by year.
#[derive(Default)]
pub(super) struct Figures {
    actual: BTreeMap<u16, Number>,
    activity: BTreeMap<u16, Number>,
}

const LEFT_OUT: Rule = Rule {
    code: "targets.left_out",
    formula: "E_controlled = E − Σ E_left out",
    clause: "能耗双控: energy as raw material and renewable energy are left out of the total",
};

fn figures(ready: &Ready<'_>, report: &mut Report) -> Result<Figures, Error> {
    let target = ready.target;
    let mut figures = Figures::default();
    let derivation = &mut report.derivation;
    if let Some(activity) = target.base_activity {
        let subject = format!("{}, {}", target.name, target.base_year);
        let place = format!("{}.base_activity", ready.place);
        let number = derivation.input(
            "target_activity",
            subject,
            activity,
            target.activity_unit.clone(),
            place,
            "",
        );
        figures.activity.insert(target.base_year, number);
    }
    for (position, year) in target.years.iter().enumerate() {
        let subject = format!("{}, {}", target.name, year.year);
        let place = format!("{}.years[{position}]", ready.place);
        let evidence = year.evidence.as_str();
        if let Some(activity) = year.activity
            && !figures.activity.contains_key(&year.year)
        {
            let number = derivation.input(
                "target_activity",
                subject.as_str(),
                activity,
                target.activity_unit.clone(),
                format!("{place}.activity"),
                evidence,
            );
            figures.activity.insert(year.year, number);
        }
        if let Some(actual) = year.actual {
            let mut number = derivation.input(
                "actual",
                subject.as_str(),
                actual,
                target.unit.clone(),
                format!("{place}.actual"),
                evidence,
            );
            let mut operands = vec![number];
            for (part, left_out) in year.left_out.iter().enumerate() {
                let place = format!("{place}.left_out[{part}].amount");
                operands.push(derivation.input(
                    "left_out",
                    format!("{subject}, {}", left_out.what),
                    left_out.amount,
                    target.unit.clone(),
                    place,
                    evidence,
                ));
            }
            if operands.len() > 1 {
                number = derivation.difference(
                    LEFT_OUT,
                    "actual",
                    subject,
                    target.unit.clone(),
                    &operands,
                )?;
            }
            figures.actual.insert(year.year, number);
        }
    }
    Ok(figures)
}

/// Gaps, intensities reached and the budget.
fn track(
    ready: &Ready<'_>,
    figures: &Figures,
    path: &path::Path,
    report: &mut Report,
) -> Result<(), Error> {
    let target = ready.target;
    let name = target.name.as_str();
    let mut used = Vec::new();
    for (year, actual) in &figures.actual {
        if let Some(planned) = path.totals.get(year) {
            let subject = format!("{name}, {year}");
            let gap = report.derivation.difference(
                GAP,
                "gap",
                subject.as_str(),
                target.unit.clone(),
                &[*actual, *planned],
            )?;
            report.outcome(gap);
            let behind = !report.derivation.value(gap).is_negative()
                && !report.derivation.value(gap).is_zero();
            report.notice(
                if behind {
                    "targets.above_path"
                } else {
                    "targets.on_path"
                },
                subject,
                "",
            );
        }
        if let (Some(activity), false) = (figures.activity.get(year), path.intensities.is_empty()) {
            let subject = format!("{name}, {year}");
            let unit = path.intensity_unit(target);
            let reached = report.derivation.quotient(
                INTENSITY,
                "intensity_reached",
                subject.as_str(),
                unit.clone(),
                &[*actual, *activity],
            )?;
            report.outcome(reached);
            if let Some(planned) = path.intensities.get(year) {
                let gap = report.derivation.difference(
                    GAP,
                    "intensity_gap",
                    subject,
                    unit,
                    &[reached, *planned],
                )?;
                report.outcome(gap);
            }
            completion(ready, path, *year, reached, report)?;
        }
        if *year > target.base_year {
            used.push(*actual);
        }
    }
    let years = usize::from(target.target_year - target.base_year);
    let planned: Vec<Number> = path
        .totals
        .range(target.base_year + 1..)
        .map(|(_, number)| *number)
        .collect();
    if planned.len() < years {
        return Ok(());
    }
    let budget = report
        .derivation
        .sum(BUDGET, "budget", name, target.unit.clone(), &planned)?;
    report.outcome(budget);
    if !used.is_empty() && !report.derivation.value(budget).is_zero() {
        let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
        let sum = report
            .derivation
            .sum(USED, "budget_spent", name, target.unit.clone(), &used)?;
        let ratio = report
            .derivation
            .quotient(USED, "budget_ratio", name, "", &[sum, budget])?;
        let percent =
            report
                .derivation
                .product(USED, "budget_used", name, "%", &[ratio, hundred])?;
        report.outcome(percent);
    }
    Ok(())
}

const COMPLETION: Rule = Rule {
    code: "targets.completion",
    formula: "c = (I_b − I(t)) ÷ (I_b − I_target) × 100 %",
    clause: "能耗双控、碳排放双控: progress of the plan's reduction of intensity",
};

/// How much of the plan's reduction of intensity is done.
fn completion(
    ready: &Ready<'_>,
    path: &path::Path,
    year: u16,
    reached: Number,
    report: &mut Report,
) -> Result<(), Error> {
    let target = ready.target;
    let ends = (
        path.intensities.get(&target.base_year),
        path.intensities.get(&target.target_year),
    );
    let (Some(base), Some(end)) = ends else {
        return Ok(());
    };
    let same = report.derivation.value(*base) == report.derivation.value(*end);
    if target.method != Method::DualControl || year == target.base_year || same {
        return Ok(());
    }
    let subject = format!("{}, {year}", target.name);
    let unit = path.intensity_unit(target);
    let derivation = &mut report.derivation;
    let done = derivation.difference(
        COMPLETION,
        "reduction_done",
        subject.as_str(),
        unit.clone(),
        &[*base, reached],
    )?;
    let whole = derivation.difference(
        COMPLETION,
        "reduction_planned",
        subject.as_str(),
        unit,
        &[*base, *end],
    )?;
    let ratio = derivation.quotient(
        COMPLETION,
        "completion_ratio",
        subject.as_str(),
        "",
        &[done, whole],
    )?;
    let hundred = derivation.constant("hundred_per_cent", 100_u32, "%");
    let percent = derivation.product(COMPLETION, "completion", subject, "%", &[ratio, hundred])?;
    report.outcome(percent);
    Ok(())
}

/// The greater of zero and a number.
fn at_least_zero(
    rule: Rule,
    label: &'static str,
    subject: &str,
    unit: &str,
    number: Number,
    report: &mut Report,
) -> Result<Number, Error> {
    let zero = report.derivation.constant("nothing", 0_u32, "");
    report.derivation.derive(
        rule,
        Operator::Maximum,
        label,
        subject,
        unit.to_owned(),
        &[number, zero],
    )
}
