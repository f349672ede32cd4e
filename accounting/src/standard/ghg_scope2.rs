//! GHG Protocol Scope 2 Guidance (2015): purchased and consumed energy by the location-based and by the market-based method
//! together. The two results stand side by side and are never added.
//!
//! | method | rate of a megawatt-hour from the grid |
//! |---|---|
//! | location-based | direct line, else average of the grid (Table 6.2) |
//! | market-based | certificate, contract, supplier's rate, residual mix, average of the grid (Table 6.3) |
//!
//! Instruments must meet the Scope 2 Quality Criteria (Table 7.1): one that does not is refused, and so is one that is
//! used twice. Energy that is generated on the site or comes by a direct line takes part in the market-based method as
//! if bought from the grid, as far as its attributes were sold.
//!
//! In China no residual mix is published. Without another source, the factor of the grid without market-traded
//! non-fossil power stands in for it, which is disclosed. Factors of the ETS are refused: the MEE treats electricity in
//! another way.

mod instrument;
mod load;

use super::emission_rate::{Checked, Purpose, Rate, quantity};
use super::{Context, Standard};
use crate::catalogue::Catalogue;
use crate::date::{Date, Period};
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::factor::{Fit, Selection, Treatment};
use crate::gas::GwpSet;
use crate::region::Region;
use crate::report::{Faults, Report};
use crate::scope::Category;
use crate::unit::Unit;
use instrument::{Accepted, Instrument};
use load::{Load, Supply};
use serde::Deserialize;

pub(super) const STANDARD: Standard = Standard {
    code: "ghg_scope2",
    document: "GHG Protocol Scope 2 Guidance (WRI, 2015), amendment to the Corporate Standard",
    example: include_str!("../../examples/ghg_scope2.toml"),
    exports: &[],
    run,
};

const LOCATION: Rule = Rule {
    code: "scope2.location",
    formula: "E = Q × EF_location",
    clause: "Scope 2 Guidance (2015), chapter 6, Table 6.2",
};
const LOCATION_TOTAL: Rule = Rule {
    code: "scope2.location_total",
    formula: "E_location = Σ E",
    clause: "Scope 2 Guidance (2015), 7.1",
};
const MARKET: Rule = Rule {
    code: "scope2.market",
    formula: "E = Q × EF_market",
    clause: "Scope 2 Guidance (2015), chapter 6, Table 6.3",
};
const MARKET_TOTAL: Rule = Rule {
    code: "scope2.market_total",
    formula: "E_market = Σ E",
    clause: "Scope 2 Guidance (2015), 7.1",
};
const ENERGY: Rule = Rule {
    code: "scope2.energy",
    formula: "Q = Σ Q_facility",
    clause: "Scope 2 Guidance (2015), 7.2",
};
const KEPT: Rule = Rule {
    code: "scope2.attributes_kept",
    formula: "Q_kept = Q − Q_attributes sold",
    clause: "Scope 2 Guidance (2015), Table 7.1, criterion 7",
};
const BIOGENIC: Rule = Rule {
    code: "scope2.biogenic",
    formula: "E_biogenic = Σ Q × EF_biogenic",
    clause: "Scope 2 Guidance (2015), 6.12",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    organisation: String,
    period: Days,
    gwp_set: String,
    /// Day on which the inventory is closed: later publications do not count.
    closed: Option<String>,
    /// `location` or `market`: which result targets and scope 3 use.
    target_method: Option<String>,
    #[serde(default)]
    accepted_vintage: Option<Window>,
    grids: Vec<Grid>,
    consumption: Vec<Consumption>,
    #[serde(default)]
    instruments: Vec<Instrument>,
}

/// Days of a document, both included.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Days {
    start: String,
    end: String,
}

impl Days {
    pub(super) fn check(&self, place: &str, faults: &mut Faults) -> Option<Period> {
        let start = faults.keep(format!("{place}.start"), Date::parse(&self.start));
        let end = faults.keep(format!("{place}.end"), Date::parse(&self.end));
        faults.keep(place, Period::new(start?, end?))
    }
}

/// The vintages that a programme accepts for the period.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    start: String,
    end: String,
    /// The rule that allows it.
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grid {
    name: String,
    /// Market of the instruments: `CN`, `EU`, `US`.
    market: String,
    /// Region of the catalogue's factors.
    region: Option<String>,
    average: Option<Rate>,
    residual: Option<Rate>,
    /// Whether contractual instruments exist in this market.
    #[serde(default = "yes")]
    instruments_available: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consumption {
    name: String,
    grid: String,
    #[serde(default)]
    carrier: Carrier,
    quantity: Decimal,
    unit: String,
    #[serde(default)]
    supply: Supply,
    /// Rate of a direct line.
    rate: Option<Rate>,
    /// Amount whose certificates or other attributes went to somebody else.
    attributes_sold: Option<Decimal>,
    #[serde(default)]
    evidence: String,
}

/// Form of energy.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Carrier {
    #[default]
    Electricity,
    Steam,
    Heat,
    Cooling,
}

/// A grid whose rates are settled.
struct GridRates {
    name: String,
    market: String,
    average: Option<Checked>,
    residual: Option<Checked>,
    /// The residual stands in for a residual mix of China.
    proxy: bool,
    instruments_available: bool,
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let mut faults = Faults::new();
    let Some(checked) = check(&document, context, &mut faults) else {
        return Err(faults);
    };
    faults.none()?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    calculate(&document, &checked, &mut report)?;
    Ok(report)
}

struct Ready {
    grids: Vec<GridRates>,
    loads: Vec<(Load, Option<Checked>)>,
    instruments: Vec<Accepted>,
}

fn check(document: &Document, context: Context<'_>, faults: &mut Faults) -> Option<Ready> {
    let period = document.period.check("period", faults);
    let gwp_set = faults.keep("gwp_set", GwpSet::parse(&document.gwp_set));
    let closed = document
        .closed
        .as_ref()
        .map(|text| faults.keep("closed", Date::parse(text)));
    let window = document.accepted_vintage.as_ref().map(|window| {
        let days = Days {
            start: window.start.clone(),
            end: window.end.clone(),
        };
        days.check("accepted_vintage", faults)
    });
    if let Some(window) = &document.accepted_vintage
        && window.rule.trim().is_empty()
    {
        let what = "accepted_vintage.rule".to_owned();
        faults.add("accepted_vintage.rule", Error::SourceMissing { what });
    }
    if let Some(method) = &document.target_method
        && !matches!(method.as_str(), "location" | "market")
    {
        faults.add(
            "target_method",
            Error::NameUnknown {
                text: excerpt(method),
            },
        );
    }
    let (period, gwp_set) = (period?, gwp_set?);
    let closed = closed.flatten();
    let purpose = Purpose {
        catalogue: context.catalogue,
        gwp_set,
        period: Some(period),
        treatments: &[],
    };
    let grids = grids(document, purpose, closed, faults);
    let loads = loads(document, purpose, faults);
    let facilities: Vec<&str> = document
        .consumption
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    let instruments = instrument::check(
        &document.instruments,
        instrument::Circumstances {
            organisation: &document.organisation,
            facilities: &facilities,
            vintages: window.flatten().unwrap_or(period),
        },
        purpose,
        faults,
    );
    for (position, instrument) in document.instruments.iter().enumerate() {
        if !document
            .grids
            .iter()
            .any(|grid| grid.market == instrument.market)
        {
            faults.add(
                format!("instruments[{position}].market"),
                Error::InstrumentMarket {
                    name: instrument.name.clone(),
                    market: instrument.market.clone(),
                },
            );
        }
        for (place, name) in instrument.facilities.iter().enumerate() {
            let market = document
                .consumption
                .iter()
                .find(|consumption| consumption.name == *name)
                .and_then(|load| document.grids.iter().find(|grid| grid.name == load.grid))
                .map(|grid| grid.market.as_str());
            if market.is_some_and(|market| market != instrument.market) {
                faults.add(
                    format!("instruments[{position}].facilities[{place}]"),
                    Error::InstrumentMarket {
                        name: instrument.name.clone(),
                        market: instrument.market.clone(),
                    },
                );
            }
        }
    }
    Some(Ready {
        grids,
        loads,
        instruments,
    })
}

fn grids(
    document: &Document,
    purpose: Purpose<'_>,
    closed: Option<Date>,
    faults: &mut Faults,
) -> Vec<GridRates> {
    let mut grids: Vec<GridRates> = Vec::new();
    for (position, grid) in document.grids.iter().enumerate() {
        let place = format!("grids[{position}]");
        if grids.iter().any(|known| known.name == grid.name) {
            faults.add(
                format!("{place}.name"),
                Error::NameTwice {
                    text: grid.name.clone(),
                },
            );
        }
        let region = grid
            .region
            .as_ref()
            .and_then(|text| faults.keep(format!("{place}.region"), Region::parse(text)));
        let newest = |treatment| {
            region.and_then(|region| {
                newest(purpose.catalogue, region, treatment, purpose.period, closed)
            })
        };
        let average = grid.average.clone().or_else(|| newest(Treatment::Location));
        let used = document
            .consumption
            .iter()
            .any(|consumption| consumption.grid == grid.name && consumption.supply == Supply::Grid);
        if average.is_none() && used {
            let what = format!("{place}.average");
            faults.add(what.clone(), Error::PartNeeded { what });
        }
        let chinese = grid.market == "CN"
            || region.is_some_and(|region| region.to_string().starts_with("CN"));
        let residual = grid.residual.clone().or_else(|| {
            let region = Region::parse("CN").ok().filter(|_| chinese)?;
            newest_residual(purpose, region, closed)
        });
        let mut settle = |rate: Option<Rate>, part: &str, treatments: &[Treatment]| {
            let purpose = Purpose {
                treatments,
                ..purpose
            };
            rate.and_then(|rate| {
                rate.check(&format!("{place}.{part}"), megawatt_hour(), purpose, faults)
            })
        };
        let average = settle(average, "average", &[Treatment::Location, Treatment::Any]);
        let residual = settle(residual, "residual", &[Treatment::Residual]);
        grids.push(GridRates {
            name: grid.name.clone(),
            market: grid.market.clone(),
            proxy: chinese && residual.is_some(),
            average,
            residual,
            instruments_available: grid.instruments_available,
        });
    }
    grids
}

fn newest_residual(purpose: Purpose<'_>, region: Region, closed: Option<Date>) -> Option<Rate> {
    newest(
        purpose.catalogue,
        region,
        Treatment::Residual,
        purpose.period,
        closed,
    )
}

/// The factor made for the period, else the newest that was published by `closed`. Official factors lag the year that is
/// reported.
fn newest(
    catalogue: &Catalogue,
    region: Region,
    treatment: Treatment,
    period: Option<Period>,
    closed: Option<Date>,
) -> Option<Rate> {
    catalogue
        .factors()
        .filter(|(_, manifest, factor)| {
            factor.region == region
                && factor.treatment == treatment
                && factor.selection == Selection::Open
                && factor.categories.contains(&Category::PurchasedElectricity)
                && match (factor.published.or(manifest.published), closed) {
                    (Some(published), Some(closed)) => published <= closed,
                    _ => true,
                }
                && period.is_none_or(|period| factor.fit(period) != Fit::Earlier)
        })
        .max_by_key(|(_, manifest, factor)| {
            let within = period.is_some_and(|period| factor.fit(period) == Fit::Within);
            (
                within,
                factor.data_year,
                factor.published.or(manifest.published),
            )
        })
        .map(|(index, _, _)| Rate::factor(catalogue.label(index)))
}

fn loads(
    document: &Document,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Vec<(Load, Option<Checked>)> {
    let mut loads: Vec<(Load, Option<Checked>)> = Vec::new();
    for (position, consumption) in document.consumption.iter().enumerate() {
        let place = format!("consumption[{position}]");
        if loads
            .iter()
            .any(|(known, _)| known.name == consumption.name)
        {
            let text = consumption.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        let grid = document
            .grids
            .iter()
            .position(|grid| grid.name == consumption.grid);
        if grid.is_none() {
            let text = excerpt(&consumption.grid);
            faults.add(format!("{place}.grid"), Error::NameUnknown { text });
        }
        for (field, value) in [
            ("quantity", Some(consumption.quantity)),
            ("attributes_sold", consumption.attributes_sold),
        ] {
            if let Some(value) = value.filter(Decimal::is_negative) {
                let text = value.to_string();
                faults.add(format!("{place}.{field}"), Error::NumberNegative { text });
            }
        }
        let unit = faults.keep(format!("{place}.unit"), Unit::parse(&consumption.unit));
        if let Some(unit) = unit {
            faults.keep(format!("{place}.unit"), unit.ratio_to(megawatt_hour()));
        }
        if let Some(sold) = consumption.attributes_sold
            && sold > consumption.quantity
        {
            faults.add(
                format!("{place}.attributes_sold"),
                Error::PartExceedsWhole {
                    part: sold.to_string(),
                    whole: consumption.quantity.to_string(),
                },
            );
        }
        let rate = match (&consumption.rate, consumption.supply) {
            (Some(rate), Supply::Direct) => {
                let treatments = &[Treatment::Any, Treatment::Market];
                let purpose = Purpose {
                    treatments,
                    ..purpose
                };
                rate.check(&format!("{place}.rate"), megawatt_hour(), purpose, faults)
            }
            (None, Supply::Direct) => {
                let what = format!("{place}.rate");
                faults.add(what.clone(), Error::PartNeeded { what });
                None
            }
            (Some(_), _) => {
                // The grid has its own rate, and what is generated on the site counts in scope 1.
                faults.add(
                    format!("{place}.rate"),
                    Error::PartNotUsed {
                        what: format!("{place}.rate"),
                    },
                );
                None
            }
            (None, _) => None,
        };
        if consumption.supply == Supply::Grid && consumption.attributes_sold.is_some() {
            let what = format!("{place}.attributes_sold");
            faults.add(what.clone(), Error::PartNotUsed { what });
        }
        let (Some(grid), Some(unit)) = (grid, unit) else {
            continue;
        };
        loads.push((
            Load {
                name: consumption.name.clone(),
                grid,
                carrier: consumption.carrier,
                supply: consumption.supply,
                quantity: (consumption.quantity, unit),
                sold: consumption.attributes_sold,
                evidence: consumption.evidence.clone(),
                place,
            },
            rate,
        ));
    }
    loads
}

/// The unit that all energy is brought to.
fn megawatt_hour() -> Unit {
    Unit::parse("MW.h").unwrap_or(Unit::KILOGRAM)
}

fn tonne() -> Unit {
    Unit::parse("t").unwrap_or(Unit::KILOGRAM)
}

/// Numbers of the rates of a grid, made when they are first needed.
#[derive(Clone, Copy, Default)]
struct Made {
    average: Option<Number>,
    residual: Option<Number>,
}

fn calculate(document: &Document, ready: &Ready, report: &mut Report) -> Result<(), Error> {
    let mut made = vec![Made::default(); ready.grids.len()];
    let (mut location, mut energy, mut biogenic) = (Vec::new(), Vec::new(), Vec::new());
    let mut pools = Vec::new();
    let mut market: Vec<Vec<Number>> = vec![Vec::new(); ready.loads.len()];
    let market_based = ready
        .loads
        .iter()
        .any(|(load, _)| ready.grids[load.grid].instruments_available);
    for (position, (load, rate)) in ready.loads.iter().enumerate() {
        let name = load.name.as_str();
        let amount = quantity(
            &mut report.derivation,
            "energy_consumed",
            name,
            load.quantity,
            megawatt_hour(),
            &format!("{}.quantity", load.place),
            &load.evidence,
        )?;
        energy.push(amount);
        let grid = &ready.grids[load.grid];
        // What can be claimed by instruments: all of it from the grid, else as far as its attributes were sold.
        let pooled = match (load.supply, load.sold) {
            (Supply::Grid, _) => Some(amount),
            (_, None) => None,
            (_, Some(sold)) => Some(quantity(
                &mut report.derivation,
                "attributes_sold",
                name,
                (sold, load.quantity.1),
                megawatt_hour(),
                &format!("{}.attributes_sold", load.place),
                &load.evidence,
            )?),
        };
        match load.supply {
            Supply::Grid => {
                if let Some(average) = average(report, grid, &mut made[load.grid])? {
                    location.push(emission(
                        report,
                        LOCATION,
                        "location_emissions",
                        name,
                        amount,
                        average,
                    )?);
                }
                if let Some(checked) = &grid.average
                    && let Some(rate) =
                        checked.biogenic(&mut report.derivation, &grid.name, tonne())?
                {
                    biogenic.push(emission(
                        report,
                        BIOGENIC,
                        "biogenic_co2_location",
                        name,
                        amount,
                        rate,
                    )?);
                }
            }
            Supply::Direct => {
                if let Some(checked) = rate {
                    disclose(report, checked, name);
                    let rate = checked.co2e(&mut report.derivation, name, tonne())?;
                    location.push(emission(
                        report,
                        LOCATION,
                        "location_emissions",
                        name,
                        amount,
                        rate,
                    )?);
                    let kept = match pooled {
                        None => amount,
                        Some(sold) => report.derivation.difference(
                            KEPT,
                            "attributes_kept",
                            name,
                            "MWh",
                            &[amount, sold],
                        )?,
                    };
                    market[position].push(emission(
                        report,
                        MARKET,
                        "market_emissions",
                        name,
                        kept,
                        rate,
                    )?);
                }
            }
            Supply::Own => report.notice("scope2.own_generation", name, ""),
        }
        if let Some(left) = pooled {
            pools.push(load::Pool {
                load: position,
                left,
            });
        }
    }
    let tiers = load::apply(ready, report, &mut pools, &mut market)?;
    let mut residual_energy = Vec::new();
    let mut average_energy = Vec::new();
    for pool in &pools {
        if report.derivation.value(pool.left).is_zero() {
            continue;
        }
        let load = &ready.loads[pool.load].0;
        let grid = &ready.grids[load.grid];
        let electricity = load.carrier == Carrier::Electricity;
        let residual = grid
            .residual
            .as_ref()
            .filter(|_| electricity && grid.instruments_available);
        let rate = if let Some(checked) = residual {
            if grid.proxy {
                report.notice("scope2.residual_proxy", &grid.name, "");
            }
            residual_energy.push(pool.left);
            Some(self::residual(report, checked, grid, &mut made[load.grid])?)
        } else {
            if electricity && grid.instruments_available {
                report.notice("scope2.residual_absent", &grid.name, "");
            }
            average_energy.push(pool.left);
            average(report, grid, &mut made[load.grid])?
        };
        if let Some(rate) = rate {
            market[pool.load].push(emission(
                report,
                MARKET,
                "market_emissions",
                &load.name,
                pool.left,
                rate,
            )?);
        }
    }
    let energy_total = report
        .derivation
        .sum(ENERGY, "energy_total", "", "MWh", &energy)?;
    for number in &location {
        report.outcome(*number);
    }
    let total =
        report
            .derivation
            .sum(LOCATION_TOTAL, "scope_2_location", "", "tCO2e", &location)?;
    report.outcome(total);
    if market_based {
        let mut facilities = Vec::new();
        for (position, pieces) in market.iter().enumerate() {
            let name = &ready.loads[position].0.name;
            facilities.push(report.derivation.sum(
                MARKET_TOTAL,
                "market_emissions_of_facility",
                name,
                "tCO2e",
                pieces,
            )?);
        }
        for number in &facilities {
            report.outcome(*number);
        }
        let total =
            report
                .derivation
                .sum(MARKET_TOTAL, "scope_2_market", "", "tCO2e", &facilities)?;
        report.outcome(total);
        for (label, parts) in tiers.into_iter().chain([
            ("energy_by_residual_mix", residual_energy),
            ("energy_by_grid_average", average_energy),
        ]) {
            let sum = report.derivation.sum(ENERGY, label, "", "MWh", &parts)?;
            report.outcome(sum);
        }
        report.notice("scope2.two_results", "", "");
    } else {
        report.notice("scope2.location_only", "", "");
    }
    report.outcome(energy_total);
    if !biogenic.is_empty() {
        let total =
            report
                .derivation
                .sum(BIOGENIC, "biogenic_co2_location", "", "tCO2", &biogenic)?;
        report.outcome(total);
    }
    match &document.target_method {
        Some(method) => report.notice("scope2.target_method", "", method.as_str()),
        None => report.notice("scope2.target_method_open", "", ""),
    }
    if let Some(window) = &document.accepted_vintage {
        report.notice(
            "scope2.vintage_window",
            format!("{}/{}", window.start, window.end),
            &window.rule,
        );
    }
    Ok(())
}

/// What a reader must know of a rate.
fn disclose(report: &mut Report, checked: &Checked, subject: &str) {
    if let Some(window) = &checked.outside_window {
        report.notice("rate.outside_window", subject, window.as_str());
    }
    if let Some(set) = &checked.other_gwp_set {
        report.notice("rate.other_gwp_set", subject, set.as_str());
    }
}

fn average(
    report: &mut Report,
    grid: &GridRates,
    made: &mut Made,
) -> Result<Option<Number>, Error> {
    let Some(checked) = &grid.average else {
        return Ok(None);
    };
    if made.average.is_none() {
        disclose(report, checked, &grid.name);
        made.average = Some(checked.co2e(&mut report.derivation, &grid.name, tonne())?);
    }
    Ok(made.average)
}

fn residual(
    report: &mut Report,
    checked: &Checked,
    grid: &GridRates,
    made: &mut Made,
) -> Result<Number, Error> {
    if let Some(number) = made.residual {
        return Ok(number);
    }
    disclose(report, checked, &grid.name);
    let subject = format!("{} (residual)", grid.name);
    let number = checked.co2e(&mut report.derivation, &subject, tonne())?;
    made.residual = Some(number);
    Ok(number)
}

/// `amount × rate` in t.
fn emission(
    report: &mut Report,
    rule: Rule,
    label: &'static str,
    subject: &str,
    amount: Number,
    rate: Number,
) -> Result<Number, Error> {
    let unit = if rule.code == BIOGENIC.code {
        "tCO2"
    } else {
        "tCO2e"
    };
    report
        .derivation
        .product(rule, label, subject, unit, &[amount, rate])
}
