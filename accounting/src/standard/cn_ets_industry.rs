//! Allocation plan of China's national emissions trading system for cement, steel and aluminium smelting, 2024 and 2025.
//!
//! 2024: the allowance is the verified emissions. 2025: `A = E × (1 + α)` for each line or process, α by how far its intensity
//! lies from the balance value, which the document brings with document and page. Emissions are direct ones: purchased
//! electricity and heat are outside the plan's boundary.

use super::cn_ets::{self, CarryOver, whole};
use super::mee::places::round_quotient;
use super::mee::{Cited, Figure, check};
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const PLAN: &str = "2024、2025年度全国碳排放权交易市场钢铁、水泥、铝冶炼行业配额总量和分配方案（国环规气候〔2025〕2号）";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "cn_ets_industry",
    document: PLAN,
    example: include_str!("../../examples/cn_ets_industry.toml"),
    exports: &[],
    run,
};

const EQUAL: Rule = Rule {
    code: "cn_ets_industry.equal",
    formula: "A = E",
    clause: PLAN,
};
const INTENSITY: Rule = Rule {
    code: "cn_ets_industry.intensity",
    formula: "I = E ÷ Q",
    clause: PLAN,
};
const DISTANCE: Rule = Rule {
    code: "cn_ets_industry.distance",
    formula: "X = (B − I) ÷ B",
    clause: PLAN,
};
const ALPHA: Rule = Rule {
    code: "cn_ets_industry.alpha",
    formula: "|X| < 0.2: α = 0.15 × X; X ≥ 0.2: 0.03; X ≤ −0.2: −0.03",
    clause: PLAN,
};
const ALLOWANCE: Rule = Rule {
    code: "cn_ets_industry.allowance",
    formula: "A = E × (1 + α)",
    clause: PLAN,
};
const ENTITY: Rule = Rule {
    code: "cn_ets_industry.entity",
    formula: "",
    clause: PLAN,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    code: String,
    document: String,
    year: Vec<Year>,
    slope: Vec<Slope>,
    offset_cap: Figure,
    carry_over_base: Figure,
    carry_over_sales: Figure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: u16,
    by: By,
}

/// What allowances go by.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum By {
    Emissions,
    Intensity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slope {
    sectors: Vec<Sector>,
    slope: Figure,
    bound: Figure,
    limit: Figure,
}

#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Sector {
    Cement,
    Steel,
    Aluminium,
}

/// A year of an entity.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Document {
    entity: String,
    year: u16,
    sector: Sector,
    line: Vec<Line>,
    /// Offsets used, t.
    #[serde(default)]
    offset: Decimal,
    carry_over: Option<CarryOver>,
}

/// A production line or process (生产线、工序).
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    /// Verified direct emissions, t.
    emissions: Decimal,
    /// Verified emissions of purchased electricity and heat, t: reported, never owed.
    #[serde(default)]
    indirect: Decimal,
    /// Output, t.
    output: Option<Decimal>,
    /// Balance value (平衡值), tCO2e/t.
    balance_value: Option<Cited>,
    /// A line whose allowance is its emissions in 2025 too.
    special: Option<Special>,
    /// Whether the plan covers the line: not one that closed before approval or started in the year.
    #[serde(default = "yes")]
    inside: bool,
}

/// Lines of cement that the plan treats apart.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Special {
    /// Makes white clinker only.
    White,
    /// Carbide slag replaces more than 15 % of the raw material.
    CarbideSlag,
    /// Clinker beside sulfuric acid from gypsum.
    GypsumAcid,
}

fn yes() -> bool {
    true
}

impl Document {
    fn check(&self, faults: &mut Faults, by: By) {
        if self.entity.trim().is_empty() {
            faults.add("entity", Error::NameEmpty);
        }
        whole(faults, "offset", &self.offset);
        if let Some(carry_over) = &self.carry_over {
            carry_over.check(faults);
        }
        check::names(
            faults,
            "line",
            self.line.iter().map(|line| line.name.as_str()),
        );
        for (position, line) in self.line.iter().enumerate() {
            let at = |field: &str| format!("line[{position}].{field}");
            whole(faults, &at("emissions"), &line.emissions);
            check::not_negative(faults, &at("indirect"), &line.indirect);
            check::not_negative_if(faults, &at("output"), line.output.as_ref());
            if let Some(value) = &line.balance_value {
                value.check(faults, &at("balance_value"));
            }
            if line.special.is_some() && self.sector != Sector::Cement {
                faults.add(
                    at("special"),
                    Error::ParameterRange {
                        parameter: "special".to_owned(),
                        value: line.name.clone(),
                    },
                );
            }
            if by == By::Intensity && line.inside && line.special.is_none() {
                let missing = |faults: &mut Faults, field: &str| {
                    faults.add(
                        at(field),
                        Error::ParameterMissing {
                            parameter: field.to_owned(),
                            activity: line.name.clone(),
                        },
                    );
                };
                if line.balance_value.is_none() {
                    missing(faults, "balance_value");
                }
                match &line.output {
                    None => missing(faults, "output"),
                    Some(output) => check::positive(faults, &at("output"), output),
                }
            }
        }
    }
}

fn run(value: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let rules: Rules = crate::document::read(include_str!("../../rules/cn-ets-industry.toml"))?;
    let none = || Error::NoRuleForPeriod {
        table: rules.code.clone(),
        period: document.year.to_string(),
    };
    let mut faults = Faults::new();
    let by = rules
        .year
        .iter()
        .find(|year| year.year == document.year)
        .map(|year| year.by);
    let Some(by) = faults.keep("year", by.ok_or_else(none)) else {
        return Err(faults);
    };
    document.check(&mut faults, by);
    faults.none()?;
    let slope = rules
        .slope
        .iter()
        .find(|slope| slope.sectors.contains(&document.sector))
        .ok_or_else(none)?;
    let mut report = Report::new(STANDARD.code, rules.document.as_str());
    let (mut emissions, mut allowances) = (Vec::new(), Vec::new());
    for (position, line) in document.line.iter().enumerate() {
        if !line.inside {
            report.notice(
                "cn_ets_outside",
                line.name.as_str(),
                line.emissions.to_string(),
            );
            continue;
        }
        if !line.indirect.is_zero() {
            report.notice(
                "cn_ets_indirect_outside",
                line.name.as_str(),
                line.indirect.to_string(),
            );
        }
        let work = Work {
            rules: &rules,
            slope,
            line,
            place: format!("line[{position}]"),
        };
        let (verified, allowance) = work.calculate(&mut report, by)?;
        emissions.push(verified);
        allowances.push(allowance);
    }
    let verified = report
        .derivation
        .sum(ENTITY, "verified_emissions", "", "tCO2", &emissions)?;
    let allowance = report
        .derivation
        .sum(ENTITY, "allowance", "", "tCO2", &allowances)?;
    report.outcome(verified);
    report.outcome(allowance);
    let obligation = report.derivation.derive(
        ENTITY,
        Operator::Choice,
        "obligation",
        "",
        "tCO2",
        &[verified],
    )?;
    report.outcome(obligation);
    let offset = cn_ets::offset(
        &mut report,
        &rules.offset_cap,
        &rules.code,
        obligation,
        document.offset,
    )?;
    cn_ets::balance(&mut report, &[allowance, offset], obligation)?;
    if let Some(carry_over) = &document.carry_over {
        carry_over.calculate(
            &mut report,
            &rules.carry_over_base,
            &rules.carry_over_sales,
            &rules.code,
            &rules.document,
        )?;
    }
    Ok(report)
}

struct Work<'a> {
    rules: &'a Rules,
    slope: &'a Slope,
    line: &'a Line,
    place: String,
}

impl Work<'_> {
    fn figure(&self, report: &mut Report, label: &'static str, figure: &Figure) -> Number {
        figure.parameter(
            &mut report.derivation,
            label,
            self.line.name.as_str(),
            "",
            &self.rules.code,
            &self.rules.document,
        )
    }

    /// Verified emissions and allowance of the line.
    fn calculate(&self, report: &mut Report, by: By) -> Result<(Number, Number), Error> {
        let name = self.line.name.as_str();
        let verified = report.derivation.input(
            "verified_emissions",
            name,
            self.line.emissions,
            "tCO2",
            format!("{}.emissions", self.place),
            "",
        );
        let allowance = match (&self.line.balance_value, self.line.output) {
            (Some(balance), Some(output)) if by == By::Intensity && self.line.special.is_none() => {
                let alpha = self.alpha(report, verified, balance, output)?;
                let one = report.derivation.constant("one", Exact::ONE, "");
                let share =
                    report
                        .derivation
                        .sum(ALLOWANCE, "allowance_share", name, "", &[one, alpha])?;
                let allowance = report.derivation.product(
                    ALLOWANCE,
                    "allowance",
                    name,
                    "tCO2",
                    &[verified, share],
                )?;
                cn_ets::round(report, allowance)?
            }
            _ => report.derivation.derive(
                EQUAL,
                Operator::Choice,
                "allowance",
                name,
                "tCO2",
                &[verified],
            )?,
        };
        report.outcome(allowance);
        Ok((verified, allowance))
    }

    fn alpha(
        &self,
        report: &mut Report,
        verified: Number,
        balance: &Cited,
        output: Decimal,
    ) -> Result<Number, Error> {
        let name = self.line.name.as_str();
        let output = report.derivation.input(
            "product_output",
            name,
            output,
            "t",
            format!("{}.output", self.place),
            "",
        );
        let intensity = report.derivation.quotient(
            INTENSITY,
            "product_intensity",
            name,
            "tCO2/t",
            &[verified, output],
        )?;
        let intensity = round_quotient(report, intensity, None)?;
        report.outcome(intensity);
        let balance = balance.input(
            &mut report.derivation,
            "balance_value",
            name,
            "tCO2/t",
            &format!("{}.balance_value", self.place),
        );
        let better = report.derivation.difference(
            DISTANCE,
            "intensity_difference",
            name,
            "tCO2/t",
            &[balance, intensity],
        )?;
        let distance = report.derivation.quotient(
            DISTANCE,
            "intensity_distance",
            name,
            "",
            &[better, balance],
        )?;
        let distance = round_quotient(report, distance, None)?;
        report.outcome(distance);
        let value = report.derivation.value(distance).clone();
        let bound = self.figure(report, "distance_bound", &self.slope.bound);
        let limit = self.figure(report, "alpha_limit", &self.slope.limit);
        let alpha = if value.abs() < *report.derivation.value(bound) {
            let slope = self.figure(report, "alpha_slope", &self.slope.slope);
            report
                .derivation
                .product(ALPHA, "alpha", name, "", &[slope, distance])?
        } else if value.is_negative() {
            let zero = report.derivation.constant("zero", Exact::ZERO, "");
            let negative =
                report
                    .derivation
                    .difference(ALPHA, "alpha_limit", name, "", &[zero, limit])?;
            report.derivation.derive(
                ALPHA,
                Operator::Choice,
                "alpha",
                name,
                "",
                &[negative, distance, bound],
            )?
        } else {
            report.derivation.derive(
                ALPHA,
                Operator::Choice,
                "alpha",
                name,
                "",
                &[limit, distance, bound],
            )?
        };
        report.outcome(alpha);
        Ok(alpha)
    }
}
