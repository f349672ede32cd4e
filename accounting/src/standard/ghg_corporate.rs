//! GHG Protocol Corporate Standard (revised edition, 2004; NF3 by the amendment of 2013): the inventory of an organisation.
//!
//! 1. [`organisation`]: which share of each entity is accounted for, by equity share, financial control or operational
//!    control, through the whole group (chapter 3, Table 1).
//! 2. [`line`]: emissions by scope, each gas by mass and as CO2e; biogenic CO2 apart (chapters 4 and 9).
//! 3. [`base_year`]: whether the base year is recalculated, and to what (chapter 5).
//!
//! Scope 2 stands twice, by location and by market; the two are never added. Offsets are a memo and net nothing.

pub(super) mod base_year;
mod line;
mod organisation;

use super::emission_rate::Purpose;
use super::ghg_scope2::Days;
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::Rule;
use crate::error::Error;
use crate::factor::Treatment;
use crate::gas::GwpSet;
use crate::report::{Faults, Report};
use crate::unit::Unit;
use serde::Deserialize;

pub(super) const STANDARD: Standard = Standard {
    code: "ghg_corporate",
    document: "GHG Protocol Corporate Accounting and Reporting Standard, revised edition (WRI/WBCSD, 2004), with the NF3 amendment (2013)",
    example: include_str!("../../examples/ghg_corporate.toml"),
    exports: &[],
    run,
};

const EXCLUDED: Rule = Rule {
    code: "corporate.excluded_share",
    formula: "s = Σ E_excluded ÷ (E_scopes 1 and 2 + Σ E_excluded) × 100 %",
    clause: "Corporate Standard (2004), chapters 1 and 9: completeness, exclusions",
};
const CREDITS: Rule = Rule {
    code: "corporate.credits",
    formula: "",
    clause: "Corporate Standard (2004), chapter 9: offsets apart from the inventory",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    organisation: String,
    period: Days,
    gwp_set: String,
    approach: organisation::Approach,
    #[serde(default)]
    entities: Vec<organisation::Entity>,
    emissions: Vec<line::Line>,
    #[serde(default)]
    exclusions: Vec<Exclusion>,
    #[serde(default)]
    credits: Vec<Credit>,
    base_year: Option<base_year::BaseYear>,
}

/// Sources left out, with the reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    what: String,
    reason: String,
    /// tCO2e, if it can be estimated.
    estimate: Option<Decimal>,
}

/// Offsets or removals bought; reported apart.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credit {
    name: String,
    /// tCO2e.
    amount: Decimal,
    #[serde(default)]
    evidence: String,
}

fn tonne() -> Unit {
    Unit::parse("t").unwrap_or(Unit::KILOGRAM)
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let mut faults = Faults::new();
    let period = document.period.check("period", &mut faults);
    let gwp_set = faults.keep("gwp_set", GwpSet::parse(&document.gwp_set));
    let group = organisation::check(&document.organisation, &document.entities, &mut faults);
    for (position, exclusion) in document.exclusions.iter().enumerate() {
        let place = format!("exclusions[{position}]");
        for (field, text) in [("what", &exclusion.what), ("reason", &exclusion.reason)] {
            if text.trim().is_empty() {
                let what = format!("{place}.{field}");
                faults.add(what.clone(), Error::ReasonMissing { what });
            }
        }
        negative(
            exclusion.estimate,
            &format!("{place}.estimate"),
            &mut faults,
        );
    }
    for (position, credit) in document.credits.iter().enumerate() {
        negative(
            Some(credit.amount),
            &format!("credits[{position}].amount"),
            &mut faults,
        );
    }
    if let Some(base_year) = &document.base_year {
        base_year::check(base_year, &mut faults);
    }
    let (Some(period), Some(gwp_set)) = (period, gwp_set) else {
        return Err(faults);
    };
    let purpose = Purpose {
        catalogue: context.catalogue,
        gwp_set,
        period: Some(period),
        treatments: &[
            Treatment::Any,
            Treatment::Location,
            Treatment::Market,
            Treatment::Residual,
        ],
    };
    let lines = line::check(
        &document.emissions,
        &document.organisation,
        &document.entities,
        purpose,
        &mut faults,
    );
    let Some(group) = group else {
        return Err(faults);
    };
    faults.none()?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    calculate(&document, &group, &lines, gwp_set, &mut report)?;
    Ok(report)
}

pub(super) fn negative(value: Option<Decimal>, place: &str, faults: &mut Faults) {
    if let Some(value) = value.filter(Decimal::is_negative) {
        let text = value.to_string();
        faults.add(place, Error::NumberNegative { text });
    }
}

fn calculate(
    document: &Document,
    group: &organisation::Group<'_>,
    lines: &[line::Checked<'_>],
    gwp_set: GwpSet,
    report: &mut Report,
) -> Result<(), Error> {
    let shares = group.shares(document.approach, report)?;
    let totals = line::consolidate(lines, &shares, gwp_set, report)?;
    for exclusion in &document.exclusions {
        report.notice("corporate.exclusion", &exclusion.what, &exclusion.reason);
    }
    let estimates: Vec<_> = document
        .exclusions
        .iter()
        .enumerate()
        .filter_map(|(position, exclusion)| {
            let place = format!("exclusions[{position}].estimate");
            exclusion.estimate.map(|estimate| {
                report.derivation.input(
                    "excluded_emissions",
                    &exclusion.what,
                    estimate,
                    "tCO2e",
                    place,
                    "",
                )
            })
        })
        .collect();
    if !estimates.is_empty() {
        let excluded =
            report
                .derivation
                .sum(EXCLUDED, "excluded_emissions", "", "tCO2e", &estimates)?;
        let whole = report.derivation.sum(
            EXCLUDED,
            "emissions_with_exclusions",
            "",
            "tCO2e",
            &[totals.scopes_1_2, excluded],
        )?;
        if !report.derivation.value(whole).is_zero() {
            let share = report.derivation.quotient(
                EXCLUDED,
                "excluded_ratio",
                "",
                "",
                &[excluded, whole],
            )?;
            let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
            let share = report.derivation.product(
                EXCLUDED,
                "excluded_share",
                "",
                "%",
                &[share, hundred],
            )?;
            report.outcome(share);
        }
    }
    if !document.credits.is_empty() {
        let mut amounts = Vec::new();
        for (position, credit) in document.credits.iter().enumerate() {
            amounts.push(report.derivation.input(
                "credit",
                &credit.name,
                credit.amount,
                "tCO2e",
                format!("credits[{position}].amount"),
                &credit.evidence,
            ));
        }
        let sum = report
            .derivation
            .sum(CREDITS, "credits", "", "tCO2e", &amounts)?;
        report.outcome(sum);
        report.notice("corporate.credits_apart", "", "");
    }
    match &document.base_year {
        Some(base_year) => base_year::calculate(base_year, report).map(|_| ()),
        None => {
            report.notice("corporate.no_base_year", "", "");
            Ok(())
        }
    }
}
