//! IPCC 2006 Guidelines, volume 1, chapter 3: the uncertainty of an inventory and of its trend.
//!
//! | approach | how |
//! |---|---|
//! | 1, error propagation | equations 3.1 and 3.2, Table 3.2; factors of one group are wholly correlated |
//! | 2, Monte Carlo | seeded, by integers alone: the same document gives the same digits on every machine |
//!
//! Uncertainties are half of the 95 % interval in per cent of the mean. A factor may bring scores of the pedigree matrix
//! instead (ecoinvent, GHG Protocol quantitative uncertainty guidance): the interval is then geometric.

mod random;
mod simulation;
#[cfg(test)]
mod tests;

use super::{Context, Standard};
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Citation, Number, Operator, Origin, Rule, Standing};
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use crate::report::{Faults, Report};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "ipcc_uncertainty",
    document: "2006 IPCC Guidelines for National Greenhouse Gas Inventories, volume 1, chapter 3",
    example: include_str!("../../examples/ipcc_uncertainty.toml"),
    exports: &[],
    run,
};

/// Decimal places of roots and exponentials; they have no finite digits.
const PLACES: u32 = 20;
/// Trials of a simulation, at most.
const TRIALS_MAX: u32 = 1_000_000;
const TRIALS_MIN: u32 = 1_000;
/// Above this, error propagation is a coarse approximation (chapter 3, 3.2.3.1).
const LARGE: i64 = 30;

const COMBINED: Rule = Rule {
    code: "uncertainty.combined",
    formula: "U = √(U_activity² + U_factor²)",
    clause: "IPCC 2006, vol. 1, equation 3.1",
};
const ABSOLUTE: Rule = Rule {
    code: "uncertainty.absolute",
    formula: "u = x × U",
    clause: "IPCC 2006, vol. 1, equation 3.2",
};
const GROUP: Rule = Rule {
    code: "uncertainty.group",
    formula: "u_factor = Σ x × U_factor of the sources with the same factor",
    clause: "IPCC 2006, vol. 1, 3.2.3.1: correlated inputs are added before they are combined",
};
const SQUARE: Rule = Rule {
    code: "uncertainty.square",
    formula: "u²",
    clause: "IPCC 2006, vol. 1, equation 3.2",
};
const TOTAL: Rule = Rule {
    code: "uncertainty.total",
    formula: "x = Σ x_i",
    clause: "IPCC 2006, vol. 1, equation 3.2",
};
const PROPAGATED: Rule = Rule {
    code: "uncertainty.propagated",
    formula: "U = √(Σ u²) ÷ |Σ x|",
    clause: "IPCC 2006, vol. 1, equation 3.2",
};
const SHARE: Rule = Rule {
    code: "uncertainty.contribution",
    formula: "H = (U × x ÷ Σ x)²",
    clause: "IPCC 2006, vol. 1, Table 3.2, column H",
};
const TYPE_A: Rule = Rule {
    code: "uncertainty.type_a",
    formula: "|(0.01 D + Σ D − (0.01 C + Σ C)) ÷ (0.01 C + Σ C) × 100 − (Σ D − Σ C) ÷ Σ C × 100|",
    clause: "IPCC 2006, vol. 1, Table 3.2, column I and note B",
};
const TYPE_B: Rule = Rule {
    code: "uncertainty.type_b",
    formula: "D ÷ Σ C",
    clause: "IPCC 2006, vol. 1, Table 3.2, column J",
};
const TREND_FACTOR: Rule = Rule {
    code: "uncertainty.trend_factor",
    formula: "K = I × F, or J × F × √2 if the factors of the years are independent",
    clause: "IPCC 2006, vol. 1, Table 3.2, column K and note C",
};
const TREND_ACTIVITY: Rule = Rule {
    code: "uncertainty.trend_activity",
    formula: "L = J × E × √2, or I × E if the amounts of the years are correlated",
    clause: "IPCC 2006, vol. 1, Table 3.2, column L and note D",
};
const TREND: Rule = Rule {
    code: "uncertainty.trend",
    formula: "√(Σ (K² + L²))",
    clause: "IPCC 2006, vol. 1, Table 3.2, column M",
};
const CHANGE: Rule = Rule {
    code: "uncertainty.change",
    formula: "(Σ D − Σ C) ÷ Σ C",
    clause: "IPCC 2006, vol. 1, Table 3.2",
};
const PEDIGREE: Rule = Rule {
    code: "uncertainty.pedigree",
    formula: "SD95 = exp(√(Σ ln² U_indicator + ln² U_basic))",
    clause: "ecoinvent report No. 1 (v2.0), 7.3",
};
const WORKING: Rule = Rule {
    code: "uncertainty.working",
    formula: "",
    clause: "working precision of 20 decimals",
};
const INTERVAL: Rule = Rule {
    code: "uncertainty.interval",
    formula: "(bound − mean) ÷ |mean|",
    clause: "IPCC 2006, vol. 1, 3.2.3.2",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    sources: Vec<Source>,
    simulation: Option<Simulation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulation {
    seed: u64,
    trials: u32,
}

/// A source of the inventory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    /// t CO2e of the year; removals are negative.
    emissions: Decimal,
    /// The same of the base year.
    base_emissions: Option<Decimal>,
    activity_uncertainty: Decimal,
    #[serde(default)]
    activity_distribution: Distribution,
    factor_uncertainty: Option<Decimal>,
    factor_distribution: Option<Distribution>,
    pedigree: Option<Pedigree>,
    /// Sources of one group use the same factor.
    factor_group: Option<String>,
    /// Whether the amounts of both years err together.
    #[serde(default)]
    activity_correlated: bool,
    /// Whether the factors of both years err together: the same factor in both.
    #[serde(default = "yes")]
    factor_correlated: bool,
    #[serde(default)]
    evidence: String,
}

fn yes() -> bool {
    true
}

/// How an input is spread.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Distribution {
    /// About its mean.
    #[default]
    Normal,
    /// About its mean, never below zero.
    Lognormal,
    /// The percentage is half of the whole range.
    Uniform,
    /// The percentage is half of the whole range; the mean is the likeliest.
    Triangular,
    /// Of the pedigree matrix; not to be named in a document.
    #[serde(skip)]
    Geometric,
}

/// Scores of the pedigree matrix, 1 the best, 5 the worst.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pedigree {
    reliability: u8,
    completeness: u8,
    temporal: u8,
    geographical: u8,
    technology: u8,
    sample: Option<u8>,
    /// Basic uncertainty factor of the kind of flow.
    basic: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    document: String,
    clause: String,
    standing: String,
    factors: BTreeMap<String, Vec<Decimal>>,
}

static MATRIX: LazyLock<Result<Matrix, Error>> =
    LazyLock::new(|| crate::document::read(include_str!("../../rules/pedigree.toml")));

impl Pedigree {
    fn scores(&self) -> impl Iterator<Item = (&'static str, u8)> {
        [
            ("reliability", Some(self.reliability)),
            ("completeness", Some(self.completeness)),
            ("temporal", Some(self.temporal)),
            ("geographical", Some(self.geographical)),
            ("technology", Some(self.technology)),
            ("sample", self.sample),
        ]
        .into_iter()
        .filter_map(|(name, score)| Some((name, score?)))
    }

    /// `exp(√(Σ ln²))` without its derivation.
    fn spread(&self) -> Result<Exact, Error> {
        let mut report = Report::new(STANDARD.code, "");
        let number = self.derive(&mut report, "", "")?;
        let ratio = report.derivation.value(number).sub(&Exact::ONE)?;
        ratio.mul(&Exact::from_integer(100))
    }

    fn derive(&self, report: &mut Report, name: &str, place: &str) -> Result<Number, Error> {
        let matrix = MATRIX.as_ref().map_err(Clone::clone)?;
        let derivation = &mut report.derivation;
        let mut factors = vec![derivation.input(
            "basic_uncertainty",
            name,
            self.basic,
            "",
            format!("{place}.basic"),
            "",
        )];
        for (indicator, score) in self.scores() {
            let value = matrix
                .factors
                .get(indicator)
                .and_then(|factors| factors.get(usize::from(score).checked_sub(1)?))
                .ok_or_else(|| Error::PedigreeScore {
                    text: format!("{indicator} {score}"),
                })?;
            factors.push(derivation.parameter(
                "pedigree_factor",
                format!("{name} · {indicator} {score}"),
                *value,
                "",
                Citation {
                    document: matrix.document.clone(),
                    clause: matrix.clause.clone(),
                    reference: "rules/pedigree".to_owned(),
                    standing: Standing::from_code(&matrix.standing).unwrap_or(Standing::Recalled),
                },
            ));
        }
        let mut squares = Vec::new();
        for factor in factors {
            let logarithm = derivation.derive(
                PEDIGREE,
                Operator::Logarithm { places: PLACES },
                "logarithm",
                name,
                "",
                &[factor],
            )?;
            squares.push(derivation.product(
                PEDIGREE,
                "logarithm_squared",
                name,
                "",
                &[logarithm, logarithm],
            )?);
        }
        let variance = derivation.sum(PEDIGREE, "logarithm_squared", name, "", &squares)?;
        let root = derivation.derive(
            PEDIGREE,
            Operator::Root { places: PLACES },
            "logarithm",
            name,
            "",
            &[variance],
        )?;
        derivation.derive(
            PEDIGREE,
            Operator::Exponential { places: PLACES },
            "sd95",
            name,
            "",
            &[root],
        )
    }
}

impl Source {
    fn activity_spread(&self) -> Exact {
        self.activity_uncertainty.into()
    }

    fn factor_spread(&self) -> Result<Exact, Error> {
        match (&self.pedigree, self.factor_uncertainty) {
            (Some(pedigree), _) => pedigree.spread(),
            (None, Some(uncertainty)) => Ok(uncertainty.into()),
            (None, None) => Ok(Exact::ZERO),
        }
    }

    fn factor_distribution(&self) -> Distribution {
        if self.pedigree.is_some() {
            Distribution::Geometric
        } else {
            self.factor_distribution.unwrap_or_default()
        }
    }
}

/// Everything that is wrong with a document.
fn check(document: &Document) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let mut names = BTreeSet::new();
    if document.sources.is_empty() {
        faults.add("sources", Error::SourcesMissing);
    }
    let with_base = document
        .sources
        .iter()
        .filter(|source| source.base_emissions.is_some())
        .count();
    for (position, source) in document.sources.iter().enumerate() {
        let place = format!("sources[{position}]");
        if !names.insert(source.name.as_str()) {
            faults.add(
                format!("{place}.name"),
                Error::NameTwice {
                    text: excerpt(&source.name),
                },
            );
        }
        for (field, value) in [
            ("activity_uncertainty", Some(source.activity_uncertainty)),
            ("factor_uncertainty", source.factor_uncertainty),
        ] {
            if let Some(value) = value
                && value.is_negative()
            {
                faults.add(
                    format!("{place}.{field}"),
                    Error::NumberNegative {
                        text: value.to_string(),
                    },
                );
            }
        }
        if source.factor_uncertainty.is_some() == source.pedigree.is_some() {
            faults.add(place.clone(), Error::FactorSpread);
        }
        if let Some(pedigree) = &source.pedigree {
            for (indicator, score) in pedigree.scores() {
                if !(1..=5).contains(&score) {
                    faults.add(
                        format!("{place}.pedigree.{indicator}"),
                        Error::PedigreeScore {
                            text: score.to_string(),
                        },
                    );
                }
            }
            if pedigree.basic < Decimal::from(1) {
                faults.add(
                    format!("{place}.pedigree.basic"),
                    Error::PedigreeScore {
                        text: pedigree.basic.to_string(),
                    },
                );
            }
        }
        if source.base_emissions.is_none() && with_base > 0 {
            faults.add(
                format!("{place}.base_emissions"),
                Error::BaseYearIncomplete {
                    text: excerpt(&source.name),
                },
            );
        }
        // One factor has one uncertainty.
        if let Some(group) = &source.factor_group
            && let Some(first) = document
                .sources
                .iter()
                .find(|other| other.factor_group.as_ref() == Some(group))
            && (first.factor_uncertainty != source.factor_uncertainty
                || first.factor_distribution() != source.factor_distribution()
                || first.pedigree.is_some() && !std::ptr::eq(first, source))
        {
            faults.add(
                format!("{place}.factor_group"),
                Error::GroupDiffers {
                    text: excerpt(group),
                },
            );
        }
    }
    if let Some(simulation) = &document.simulation
        && !(TRIALS_MIN..=TRIALS_MAX).contains(&simulation.trials)
    {
        faults.add(
            "simulation.trials",
            Error::TrialsOutside {
                text: simulation.trials.to_string(),
            },
        );
    }
    faults.none()
}

/// The numbers of a source.
struct Entered {
    emissions: Number,
    base: Option<Number>,
    activity: Number,
    factor: Number,
}

fn run(value: toml::Value, _context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    check(&document)?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    let mut entered = Vec::new();
    for (position, source) in document.sources.iter().enumerate() {
        entered.push(enter(source, &format!("sources[{position}]"), &mut report)?);
    }
    propagate(&document.sources, &entered, &mut report)?;
    if entered.iter().all(|source| source.base.is_some()) {
        trend(&document.sources, &entered, &mut report)?;
    }
    if let Some(simulation) = &document.simulation {
        simulate(&document.sources, simulation, &mut report)?;
    }
    Ok(report)
}

fn enter(source: &Source, place: &str, report: &mut Report) -> Result<Entered, Error> {
    let name = source.name.as_str();
    let evidence = source.evidence.as_str();
    let derivation = &mut report.derivation;
    let mut input = |label, value: Decimal, unit, field: &str| {
        derivation.input(
            label,
            name,
            value,
            unit,
            format!("{place}.{field}"),
            evidence,
        )
    };
    let emissions = input("source_emissions", source.emissions, "t CO2e", "emissions");
    let base = source
        .base_emissions
        .map(|base| input("source_base_emissions", base, "t CO2e", "base_emissions"));
    let activity = input(
        "activity_uncertainty",
        source.activity_uncertainty,
        "%",
        "activity_uncertainty",
    );
    let given = source
        .factor_uncertainty
        .map(|value| input("factor_uncertainty", value, "%", "factor_uncertainty"));
    let factor = match (given, &source.pedigree) {
        (Some(number), _) => number,
        (None, Some(pedigree)) => {
            let sd95 = pedigree.derive(report, name, &format!("{place}.pedigree"))?;
            let derivation = &mut report.derivation;
            let one = derivation.constant("one", Exact::ONE, "");
            let hundred = derivation.constant("hundred_per_cent", Exact::from_integer(100), "%");
            let above = derivation.difference(PEDIGREE, "sd95_less_one", name, "", &[sd95, one])?;
            report.outcome(sd95);
            report.notice("uncertainty_geometric", name, "");
            report.derivation.product(
                PEDIGREE,
                "factor_uncertainty",
                name,
                "%",
                &[above, hundred],
            )?
        }
        (None, None) => return Err(Error::FactorSpread),
    };
    for (number, what) in [(activity, "activity"), (factor, "factor")] {
        if *report.derivation.value(number) > Exact::from_integer(LARGE) {
            report.notice("uncertainty_large", name, what);
        }
    }
    Ok(Entered {
        emissions,
        base,
        activity,
        factor,
    })
}

fn square(
    report: &mut Report,
    number: Number,
    label: &'static str,
    subject: &str,
    unit: &'static str,
) -> Result<Number, Error> {
    report
        .derivation
        .product(SQUARE, label, subject, unit, &[number, number])
}

fn root(
    report: &mut Report,
    rule: Rule,
    label: &'static str,
    subject: &str,
    unit: &'static str,
    number: Number,
) -> Result<Number, Error> {
    let operator = Operator::Root { places: PLACES };
    report
        .derivation
        .derive(rule, operator, label, subject, unit, &[number])
}

/// Approach 1.
fn propagate(sources: &[Source], entered: &[Entered], report: &mut Report) -> Result<(), Error> {
    let mut squares = Vec::new();
    let mut groups: BTreeMap<(bool, &str), Vec<Number>> = BTreeMap::new();
    for (source, numbers) in sources.iter().zip(entered) {
        let name = source.name.as_str();
        let activity = square(report, numbers.activity, "uncertainty_squared", name, "%²")?;
        let factor = square(report, numbers.factor, "uncertainty_squared", name, "%²")?;
        let both = report.derivation.sum(
            COMBINED,
            "uncertainty_squared",
            name,
            "%²",
            &[activity, factor],
        )?;
        let combined = root(report, COMBINED, "combined_uncertainty", name, "%", both)?;
        report.outcome(combined);
        let absolute = report.derivation.product(
            ABSOLUTE,
            "absolute_uncertainty",
            name,
            "t CO2e × %",
            &[numbers.emissions, numbers.activity],
        )?;
        squares.push(square(
            report,
            absolute,
            "absolute_uncertainty_squared",
            name,
            "(t CO2e × %)²",
        )?);
        let of_factor = report.derivation.product(
            ABSOLUTE,
            "absolute_uncertainty_factor",
            name,
            "t CO2e × %",
            &[numbers.emissions, numbers.factor],
        )?;
        let key = match &source.factor_group {
            Some(group) => (true, group.as_str()),
            None => (false, name),
        };
        groups.entry(key).or_default().push(of_factor);
    }
    for ((_, name), numbers) in groups {
        let sum = report.derivation.sum(
            GROUP,
            "absolute_uncertainty_factor",
            name,
            "t CO2e × %",
            &numbers,
        )?;
        squares.push(square(
            report,
            sum,
            "absolute_uncertainty_squared",
            name,
            "(t CO2e × %)²",
        )?);
    }
    let emissions: Vec<Number> = entered.iter().map(|source| source.emissions).collect();
    let total = report
        .derivation
        .sum(TOTAL, "inventory_total", "", "t CO2e", &emissions)?;
    report.outcome(total);
    if report.derivation.value(total).is_zero() {
        report.notice("uncertainty_of_zero", "", "");
        return Ok(());
    }
    let variance = report.derivation.sum(
        PROPAGATED,
        "absolute_uncertainty_squared",
        "",
        "(t CO2e × %)²",
        &squares,
    )?;
    let absolute = root(
        report,
        PROPAGATED,
        "absolute_uncertainty",
        "",
        "t CO2e × %",
        variance,
    )?;
    let size = absolute_value(report, total, "inventory_total", "", "t CO2e")?;
    let uncertainty = report.derivation.quotient(
        PROPAGATED,
        "inventory_uncertainty",
        "",
        "%",
        &[absolute, size],
    )?;
    report.outcome(uncertainty);
    // Column H: by how much each source contributes, as if none were correlated.
    for (source, numbers) in sources.iter().zip(entered) {
        let combined = report
            .outcomes
            .iter()
            .find(|outcome| {
                outcome.code == "combined_uncertainty" && outcome.subject == source.name
            })
            .map(|outcome| outcome.number)
            .ok_or(Error::Overflow)?;
        let of_total = report.derivation.product(
            ABSOLUTE,
            "absolute_uncertainty",
            source.name.as_str(),
            "t CO2e × %",
            &[numbers.emissions, combined],
        )?;
        let share = report.derivation.quotient(
            SHARE,
            "share_of_uncertainty",
            source.name.as_str(),
            "%",
            &[of_total, total],
        )?;
        let contribution = report.derivation.product(
            SHARE,
            "contribution_to_variance",
            source.name.as_str(),
            "%²",
            &[share, share],
        )?;
        report.outcome(contribution);
    }
    Ok(())
}

/// The greater of a number and its opposite.
fn absolute_value(
    report: &mut Report,
    number: Number,
    label: &'static str,
    subject: &str,
    unit: &'static str,
) -> Result<Number, Error> {
    if !report.derivation.value(number).is_negative() {
        return Ok(number);
    }
    let zero = report.derivation.constant("zero", Exact::ZERO, unit);
    let opposite = report
        .derivation
        .difference(TYPE_A, label, subject, unit, &[zero, number])?;
    report.derivation.derive(
        TYPE_A,
        Operator::Maximum,
        label,
        subject,
        unit,
        &[number, opposite],
    )
}

/// Table 3.2, columns I to M.
fn trend(sources: &[Source], entered: &[Entered], report: &mut Report) -> Result<(), Error> {
    let now: Vec<Number> = entered.iter().map(|source| source.emissions).collect();
    let before: Vec<Number> = entered.iter().filter_map(|source| source.base).collect();
    let now = report
        .derivation
        .sum(TOTAL, "inventory_total", "", "t CO2e", &now)?;
    let base = report
        .derivation
        .sum(TOTAL, "inventory_base_total", "", "t CO2e", &before)?;
    report.outcome(base);
    if report.derivation.value(base).is_zero() {
        report.notice("uncertainty_base_zero", "", "");
        return Ok(());
    }
    let hundred = report
        .derivation
        .constant("hundred_per_cent", Exact::from_integer(100), "%");
    let hundredth = report
        .derivation
        .constant("one_per_cent", Exact::from_ratio(1, 100)?, "");
    let two = report
        .derivation
        .constant("two", Exact::from_integer(2), "");
    let root_two = root(report, TREND_ACTIVITY, "root_of_two", "", "", two)?;
    let change = relative(report, now, base, hundred, "", CHANGE, "trend")?;
    report.outcome(change);
    let mut squares = Vec::new();
    for (source, numbers) in sources.iter().zip(entered) {
        let name = source.name.as_str();
        let Some(own_base) = numbers.base else {
            continue;
        };
        let derivation = &mut report.derivation;
        let more_now = derivation.product(
            TYPE_A,
            "one_per_cent_of_source",
            name,
            "t CO2e",
            &[numbers.emissions, hundredth],
        )?;
        let more_base = derivation.product(
            TYPE_A,
            "one_per_cent_of_source",
            name,
            "t CO2e",
            &[own_base, hundredth],
        )?;
        let raised_now =
            derivation.sum(TYPE_A, "raised_total", name, "t CO2e", &[now, more_now])?;
        let raised_base = derivation.sum(
            TYPE_A,
            "raised_base_total",
            name,
            "t CO2e",
            &[base, more_base],
        )?;
        if derivation.value(raised_base).is_zero() {
            return Err(Error::DivisionByZero);
        }
        let raised = relative(
            report,
            raised_now,
            raised_base,
            hundred,
            name,
            TYPE_A,
            "raised_trend",
        )?;
        let type_a = report.derivation.difference(
            TYPE_A,
            "type_a_sensitivity",
            name,
            "%",
            &[raised, change],
        )?;
        let type_a = absolute_value(report, type_a, "type_a_sensitivity", name, "%")?;
        let type_b = report.derivation.quotient(
            TYPE_B,
            "type_b_sensitivity",
            name,
            "",
            &[numbers.emissions, base],
        )?;
        let type_b = absolute_value(report, type_b, "type_b_sensitivity", name, "")?;
        let parts = [
            (
                TREND_FACTOR,
                "trend_uncertainty_factor",
                numbers.factor,
                source.factor_correlated,
            ),
            (
                TREND_ACTIVITY,
                "trend_uncertainty_activity",
                numbers.activity,
                source.activity_correlated,
            ),
        ];
        for (rule, label, uncertainty, correlated) in parts {
            // Type A is the change of the trend in percentage points for one per cent of both years.
            let number = if correlated {
                report
                    .derivation
                    .product(rule, label, name, "%", &[type_a, uncertainty])?
            } else {
                report.derivation.product(
                    rule,
                    label,
                    name,
                    "%",
                    &[type_b, uncertainty, root_two],
                )?
            };
            // Fractions of many sources would outgrow the exact numbers when they are squared and added.
            let number = report
                .derivation
                .round(WORKING, number, PLACES, Rounding::HalfUp)?;
            squares.push(square(
                report,
                number,
                "trend_uncertainty_squared",
                name,
                "%²",
            )?);
        }
    }
    let variance = report
        .derivation
        .sum(TREND, "trend_uncertainty_squared", "", "%²", &squares)?;
    let uncertainty = root(report, TREND, "trend_uncertainty", "", "%", variance)?;
    report.outcome(uncertainty);
    Ok(())
}

/// `(now − base) ÷ base × 100 %`
fn relative(
    report: &mut Report,
    now: Number,
    base: Number,
    hundred: Number,
    subject: &str,
    rule: Rule,
    label: &'static str,
) -> Result<Number, Error> {
    let derivation = &mut report.derivation;
    let change = derivation.difference(rule, "change", subject, "t CO2e", &[now, base])?;
    let share = derivation.quotient(rule, "relative_change", subject, "", &[change, base])?;
    derivation.product(rule, label, subject, "%", &[share, hundred])
}

/// Approach 2.
fn simulate(sources: &[Source], simulation: &Simulation, report: &mut Report) -> Result<(), Error> {
    let trials = simulation::run(sources, simulation.seed, simulation.trials)?;
    let origin = || Origin::Simulated {
        generator: "xoshiro256++",
        seed: simulation.seed,
        trials: simulation.trials,
    };
    let mut drawn = |label, value| {
        report
            .derivation
            .simulated(label, "", value, "t CO2e", origin())
    };
    let mean = drawn("simulated_mean", trials.mean);
    let deviation = drawn("simulated_deviation", trials.deviation);
    let low = drawn("simulated_low", trials.low);
    let high = drawn("simulated_high", trials.high);
    for number in [mean, deviation, low, high] {
        report.outcome(number);
    }
    if report.derivation.value(mean).is_zero() {
        return Ok(());
    }
    let hundred = report
        .derivation
        .constant("hundred_per_cent", Exact::from_integer(100), "%");
    let size = absolute_value(report, mean, "simulated_mean", "", "t CO2e")?;
    for (bound, label) in [(low, "interval_below"), (high, "interval_above")] {
        let derivation = &mut report.derivation;
        let distance =
            derivation.difference(INTERVAL, "distance_from_mean", "", "t CO2e", &[bound, mean])?;
        let share =
            derivation.quotient(INTERVAL, "relative_distance", "", "", &[distance, size])?;
        let percent = derivation.product(INTERVAL, label, "", "%", &[share, hundred])?;
        report.outcome(percent);
    }
    report.notice(
        "uncertainty_simulated",
        "",
        format!("{} × {}", simulation.trials, simulation.seed),
    );
    Ok(())
}
