//! GHG Protocol Scope 3 Standard (2011) with the Technical Guidance for Calculating Scope 3 Emissions (2013): all fifteen
//! categories.
//!
//! An activity belongs to a category and is calculated by one of the methods that the guidance has for it ([`method`]).
//! Its items are amounts with rates, money with input-output rates, or emissions as stated by others ([`item`]). What is
//! counted elsewhere is refused ([`boundary`]): transport by who pays, leases by the consolidation approach, investments
//! by equity share, combustion that is in scopes 1 and 2 already.

mod boundary;
mod item;
mod method;
mod spend;

use super::emission_rate::Purpose;
use super::ghg_scope2::Days;
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::factor::Treatment;
use crate::gas::GwpSet;
use crate::report::{Faults, Report};
use crate::scope::{CATEGORIES, Category};
use crate::unit::Unit;
use method::Method;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const STANDARD: Standard = Standard {
    code: "ghg_scope3",
    document: "GHG Protocol Corporate Value Chain (Scope 3) Standard (2011); Technical Guidance for Calculating Scope 3 Emissions, version 1.0 (2013)",
    example: include_str!("../../examples/ghg_scope3.toml"),
    exports: &[],
    run,
};

const CATEGORY: Rule = Rule {
    code: "scope3.category",
    formula: "E_category = Σ E_activity",
    clause: "Scope 3 Standard (2011), 5.4 and chapter 11",
};
const TOTAL: Rule = Rule {
    code: "scope3.total",
    formula: "E = Σ E_category",
    clause: "Scope 3 Standard (2011), chapter 11",
};
const IN_TONNES: Rule = Rule {
    code: "scope3.in_tonnes",
    formula: "E_t = E_kg ÷ 1000",
    clause: "Scope 3 Standard (2011), chapter 11: metric tons",
};
const SUPPLIER_SHARE: Rule = Rule {
    code: "scope3.supplier_share",
    formula: "p = Σ E from supplier data ÷ E_category × 100 %",
    clause: "Scope 3 Standard (2011), chapter 11: percentage calculated with data of suppliers or partners",
};
const QUALITY: Rule = Rule {
    code: "scope3.quality",
    formula: "q = Σ (E_activity × q_activity) ÷ Σ E_activity, q_activity = mean of the five indicators",
    clause: "Scope 3 Standard (2011), 7.3, Table 7.6: indicators; weighting by emissions",
};
const BIOGENIC: Rule = Rule {
    code: "scope3.biogenic",
    formula: "m = Σ m_biogenic CO2",
    clause: "Scope 3 Standard (2011), chapter 11: biogenic CO2 apart, by category",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    organisation: String,
    period: Days,
    gwp_set: String,
    approach: boundary::Approach,
    /// Whether the inventory claims to be complete: every category has activities or a justified exclusion.
    #[serde(default)]
    complete: bool,
    activities: Vec<Activity>,
    #[serde(default)]
    exclusions: Vec<Exclusion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    category: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Activity {
    name: String,
    category: String,
    method: Method,
    /// Whether the data are of a supplier or another partner of the value chain.
    #[serde(default)]
    supplier_data: bool,
    /// Invoices, contracts, shipments: each counts in one category only, upstream energy (category 3) aside.
    #[serde(default)]
    references: Vec<String>,
    quality: Option<Quality>,
    transport: Option<boundary::Transport>,
    lease: Option<boundary::Lease>,
    investment: Option<boundary::Investment>,
    items: Vec<item::Item>,
}

/// The indicators of Table 7.6, each from 1 (very good) to 4 (poor).
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quality {
    technology: Score,
    time: Score,
    geography: Score,
    completeness: Score,
    reliability: Score,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Score {
    VeryGood,
    Good,
    Fair,
    Poor,
}

impl Quality {
    fn scores(self) -> [(&'static str, u32); 5] {
        let points = |score| match score {
            Score::VeryGood => 1,
            Score::Good => 2,
            Score::Fair => 3,
            Score::Poor => 4,
        };
        [
            ("technology", points(self.technology)),
            ("time", points(self.time)),
            ("geography", points(self.geography)),
            ("completeness", points(self.completeness)),
            ("reliability", points(self.reliability)),
        ]
    }
}

struct Ready<'a> {
    activity: &'a Activity,
    category: Category,
    items: Vec<item::Checked<'a>>,
    place: String,
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let mut faults = Faults::new();
    if document.organisation.trim().is_empty() {
        let what = "organisation".to_owned();
        faults.add("organisation", Error::PartNeeded { what });
    }
    let period = document.period.check("period", &mut faults);
    let gwp_set = faults.keep("gwp_set", GwpSet::parse(&document.gwp_set));
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
            Treatment::Lifecycle,
        ],
    };
    let ready = check(&document, purpose, &mut faults);
    faults.none()?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    calculate(&document, &ready, &mut report)?;
    Ok(report)
}

fn check<'a>(document: &'a Document, purpose: Purpose<'_>, faults: &mut Faults) -> Vec<Ready<'a>> {
    let mut ready: Vec<Ready<'a>> = Vec::new();
    let mut references: BTreeMap<&str, (Category, String)> = BTreeMap::new();
    for (position, activity) in document.activities.iter().enumerate() {
        let place = format!("activities[{position}]");
        let category = faults.keep(
            format!("{place}.category"),
            Category::parse(&activity.category),
        );
        let Some(category) = category else { continue };
        if category.scope_3_number().is_none() {
            let text = activity.category.clone();
            faults.add(format!("{place}.category"), Error::UnknownCategory { text });
            continue;
        }
        if ready
            .iter()
            .any(|known| known.activity.name == activity.name)
        {
            let text = activity.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        if !activity.method.allowed_in(category) {
            faults.add(
                format!("{place}.method"),
                Error::MethodNotOfCategory {
                    method: activity.method.code().to_owned(),
                    category,
                },
            );
        }
        if category != Category::FuelAndEnergyRelated {
            for (number, reference) in activity.references.iter().enumerate() {
                let field = format!("{place}.references[{number}]");
                let known = references.insert(reference, (category, activity.name.clone()));
                if let Some((_, other)) = known {
                    faults.add(
                        field,
                        Error::CountedElsewhere {
                            name: activity.name.clone(),
                            elsewhere: other,
                        },
                    );
                }
            }
        }
        boundary::check(activity, category, document.approach, &place, faults);
        let items = item::check(
            &activity.items,
            category,
            activity.method,
            &place,
            purpose,
            faults,
        );
        ready.push(Ready {
            activity,
            category,
            items,
            place,
        });
    }
    let mut excluded = Vec::new();
    for (position, exclusion) in document.exclusions.iter().enumerate() {
        let place = format!("exclusions[{position}]");
        if exclusion.reason.trim().is_empty() {
            let what = format!("{place}.reason");
            faults.add(what.clone(), Error::ReasonMissing { what });
        }
        excluded.extend(faults.keep(
            format!("{place}.category"),
            Category::parse(&exclusion.category),
        ));
    }
    if document.complete {
        for category in CATEGORIES
            .iter()
            .filter(|category| category.scope_3_number().is_some())
        {
            let there = ready.iter().any(|activity| activity.category == *category);
            if !there && !excluded.contains(category) {
                let what = format!("exclusions: {}", category.code());
                faults.add("exclusions", Error::ReasonMissing { what });
            }
        }
    }
    ready
}

fn kilogram() -> Unit {
    Unit::KILOGRAM
}

/// Numbers of an activity that its category needs.
struct Result3 {
    emissions: Number,
    quality: Option<Number>,
    supplier: bool,
}

fn calculate(document: &Document, ready: &[Ready<'_>], report: &mut Report) -> Result<(), Error> {
    let mut by_category: BTreeMap<Category, Vec<Result3>> = BTreeMap::new();
    let mut biogenic: BTreeMap<Category, Vec<Number>> = BTreeMap::new();
    for activity in ready {
        let name = activity.activity.name.as_str();
        let rule = activity.activity.method.rule(activity.category);
        let (mut parts, mut of_parts): (Vec<Number>, BTreeMap<&'static str, Vec<Number>>) =
            Default::default();
        for checked in &activity.items {
            let done = item::calculate(checked, name, rule, report)?;
            parts.push(done.emissions);
            if let Some(part) = checked.part() {
                of_parts.entry(part).or_default().push(done.emissions);
            }
            biogenic
                .entry(activity.category)
                .or_default()
                .extend(done.biogenic);
        }
        for (part, numbers) in of_parts {
            let subject = format!("{name}, {part}");
            let sum = report
                .derivation
                .sum(rule, "part_emissions", subject, "kgCO2e", &numbers)?;
            report.outcome(sum);
        }
        let emissions =
            report
                .derivation
                .sum(rule, "activity_emissions", name, "kgCO2e", &parts)?;
        report.outcome(emissions);
        if activity.activity.method.is_apart() {
            report.notice("scope3.apart", name, "");
            continue;
        }
        if activity.activity.method.is_optional() {
            report.notice("scope3.optional", name, "");
        }
        let quality = match activity.activity.quality {
            Some(quality) => Some(score(quality, name, &activity.place, report)?),
            None => None,
        };
        by_category
            .entry(activity.category)
            .or_default()
            .push(Result3 {
                emissions,
                quality,
                supplier: activity.activity.supplier_data,
            });
    }
    let mut totals = Vec::new();
    for (category, results) in &by_category {
        totals.push(self::category(*category, results, report)?);
        if let Some(parts) = biogenic.get(category)
            && !parts.is_empty()
        {
            let sum = report.derivation.sum(
                BIOGENIC,
                "biogenic_co2_of_category",
                category.code(),
                "kgCO2",
                parts,
            )?;
            report.outcome(sum);
        }
    }
    let total = report
        .derivation
        .sum(TOTAL, "scope_3_kilograms", "", "kgCO2e", &totals)?;
    report.outcome(total);
    let thousand = report
        .derivation
        .constant("kilograms_per_tonne", 1000_u32, "kg/t");
    let total =
        report
            .derivation
            .quotient(IN_TONNES, "scope_3", "", "tCO2e", &[total, thousand])?;
    report.outcome(total);
    for exclusion in &document.exclusions {
        report.notice("scope3.exclusion", &exclusion.category, &exclusion.reason);
    }
    for category in CATEGORIES
        .iter()
        .filter(|category| category.scope_3_number().is_some())
    {
        let excluded = document
            .exclusions
            .iter()
            .any(|exclusion| Category::parse(&exclusion.category).ok() == Some(*category));
        if !by_category.contains_key(category) && !excluded {
            report.notice("scope3.category_missing", category.code(), "");
        }
    }
    Ok(())
}

fn category(category: Category, results: &[Result3], report: &mut Report) -> Result<Number, Error> {
    let code = category.code();
    let all: Vec<Number> = results.iter().map(|result| result.emissions).collect();
    let total = report
        .derivation
        .sum(CATEGORY, "category_emissions", code, "kgCO2e", &all)?;
    report.outcome(total);
    if report.derivation.value(total).is_zero() {
        return Ok(total);
    }
    let suppliers: Vec<Number> = results
        .iter()
        .filter(|r| r.supplier)
        .map(|r| r.emissions)
        .collect();
    let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
    let sum = report.derivation.sum(
        SUPPLIER_SHARE,
        "supplier_emissions",
        code,
        "kgCO2e",
        &suppliers,
    )?;
    let part =
        report
            .derivation
            .quotient(SUPPLIER_SHARE, "supplier_part", code, "", &[sum, total])?;
    let share = report.derivation.product(
        SUPPLIER_SHARE,
        "supplier_share",
        code,
        "%",
        &[part, hundred],
    )?;
    report.outcome(share);
    let scored: Vec<(Number, Number)> = results
        .iter()
        .filter_map(|r| Some((r.emissions, r.quality?)))
        .collect();
    if scored.len() < results.len() {
        report.notice("scope3.quality_missing", code, "");
    }
    if !scored.is_empty() {
        let (mut weighted, mut weights) = (Vec::new(), Vec::new());
        for (emissions, quality) in scored {
            weighted.push(report.derivation.product(
                QUALITY,
                "weighted_quality",
                code,
                "",
                &[emissions, quality],
            )?);
            weights.push(emissions);
        }
        let sum = report
            .derivation
            .sum(QUALITY, "weighted_quality", code, "", &weighted)?;
        let weight =
            report
                .derivation
                .sum(QUALITY, "emissions_scored", code, "kgCO2e", &weights)?;
        if !report.derivation.value(weight).is_zero() {
            let quality =
                report
                    .derivation
                    .quotient(QUALITY, "data_quality", code, "", &[sum, weight])?;
            report.outcome(quality);
        }
    }
    Ok(total)
}

fn score(quality: Quality, name: &str, place: &str, report: &mut Report) -> Result<Number, Error> {
    let mut scores = Vec::new();
    for (indicator, points) in quality.scores() {
        let subject = format!("{name}, {indicator}");
        let place = format!("{place}.quality.{indicator}");
        scores.push(report.derivation.input(
            "quality_indicator",
            subject,
            Decimal::from(points),
            "",
            place,
            "",
        ));
    }
    let sum = report
        .derivation
        .sum(QUALITY, "quality_points", name, "", &scores)?;
    let five = report.derivation.constant("indicators", 5_u32, "");
    report
        .derivation
        .quotient(QUALITY, "quality_of_activity", name, "", &[sum, five])
}
