//! Emissions of the entities: by scope, each gas by mass and as CO2e, consolidated by the entity's share.

use super::organisation::{Entity, Shares};
use super::{negative, tonne};
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Derivation, Number, Rule};
use crate::error::Error;
use crate::gas::{GASES, Gas, GwpSet, Substance};
use crate::report::{Faults, Report};
use crate::scope::{Category, Scope};
use crate::standard::emission_rate::{self, Purpose, Rate, activity_unit, gwp, quantity};
use crate::unit::Unit;
use serde::Deserialize;
use std::collections::BTreeMap;

const ACTIVITY: Rule = Rule {
    code: "corporate.activity",
    formula: "m = activity × rate",
    clause: "Corporate Standard (2004), chapter 6",
};
const CONSOLIDATED: Rule = Rule {
    code: "corporate.consolidated",
    formula: "m_accounted = m × S ÷ 100 %",
    clause: "Corporate Standard (2004), chapter 3",
};
const GAS_TOTAL: Rule = Rule {
    code: "corporate.gas_total",
    formula: "m_gas = Σ m_accounted",
    clause: "Corporate Standard (2004), chapter 9: each gas in metric tons",
};
const CO2E: Rule = Rule {
    code: "corporate.co2e",
    formula: "E = m_gas × GWP_gas",
    clause: "Corporate Standard (2004), chapter 9: each gas in tonnes of CO2 equivalent",
};
const FAMILY: Rule = Rule {
    code: "corporate.family",
    formula: "E_family = Σ E_gas",
    clause: "Corporate Standard (2004), chapter 9; Required Greenhouse Gases in Inventories (2013)",
};
const SCOPE: Rule = Rule {
    code: "corporate.scope",
    formula: "E_scope = Σ E",
    clause: "Corporate Standard (2004), chapters 4 and 9",
};
const SCOPES: Rule = Rule {
    code: "corporate.scopes",
    formula: "E = E_scope 1 + E_scope 2",
    clause: "Corporate Standard (2004), chapter 9",
};
const BIOGENIC: Rule = Rule {
    code: "corporate.biogenic",
    formula: "m = Σ m_biogenic CO2",
    clause: "Corporate Standard (2004), chapters 4 and 9: biogenic CO2 apart from the scopes",
};
const INVESTMENT: Rule = Rule {
    code: "corporate.investment",
    formula: "E = Σ E_scopes 1 and 2 × S_equity ÷ 100 %",
    clause: "Scope 3 Standard (2011), Table 5.9: investments that are not in scopes 1 and 2",
};

/// Where a line stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Place {
    #[serde(rename = "scope_1")]
    One,
    #[serde(rename = "scope_2_location")]
    TwoLocation,
    #[serde(rename = "scope_2_market")]
    TwoMarket,
    #[serde(rename = "scope_3")]
    Three,
}

const PLACES: [Place; 4] = [
    Place::One,
    Place::TwoLocation,
    Place::TwoMarket,
    Place::Three,
];

impl Place {
    fn code(self) -> &'static str {
        match self {
            Self::One => "scope_1",
            Self::TwoLocation => "scope_2_location",
            Self::TwoMarket => "scope_2_market",
            Self::Three => "scope_3",
        }
    }

    fn scope(self) -> Scope {
        match self {
            Self::One => Scope::One,
            Self::TwoLocation | Self::TwoMarket => Scope::Two,
            Self::Three => Scope::Three,
        }
    }
}

/// Emissions of an entity: masses of gases, or CO2e that cannot be split, or an activity with a rate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    entity: String,
    scope: Place,
    category: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    gases: Vec<Mass>,
    co2e: Option<Decimal>,
    quantity: Option<Decimal>,
    /// Unit of `co2e`, `quantity`, or of gases without their own.
    unit: Option<String>,
    rate: Option<Rate>,
    /// t, apart from the scopes.
    biogenic_co2: Option<Decimal>,
    #[serde(default)]
    evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mass {
    gas: String,
    mass: Decimal,
    unit: Option<String>,
}

/// What a line states, without faults.
enum Stated {
    Gases(Vec<(Substance, Decimal, Unit)>),
    Co2e(Decimal, Unit),
    Activity(Decimal, Unit, Box<emission_rate::Checked>),
}

pub(super) struct Checked<'a> {
    line: &'a Line,
    category: Category,
    stated: Stated,
    place: String,
}

pub(super) fn check<'a>(
    lines: &'a [Line],
    root: &str,
    entities: &[Entity],
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Vec<Checked<'a>> {
    let mut checked = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let place = format!("emissions[{position}]");
        if line.entity != root && !entities.iter().any(|entity| entity.name == line.entity) {
            let text = excerpt(&line.entity);
            faults.add(format!("{place}.entity"), Error::NameUnknown { text });
        }
        negative(line.biogenic_co2, &format!("{place}.biogenic_co2"), faults);
        let category = faults.keep(format!("{place}.category"), Category::parse(&line.category));
        if let Some(category) = category
            && category.scope() != line.scope.scope()
        {
            faults.add(
                format!("{place}.scope"),
                Error::ScopeContradictsCategory {
                    scope: line.scope.scope(),
                    category,
                },
            );
        }
        if lines[..position]
            .iter()
            .any(|other| same_thing(other, line))
        {
            let text = format!("{} {} {}", line.entity, line.category, line.source);
            faults.add(place.clone(), Error::LineTwice { text });
        }
        if let (Some(category), Some(stated)) = (category, stated(line, &place, purpose, faults)) {
            checked.push(Checked {
                line,
                category,
                stated,
                place,
            });
        }
    }
    checked
}

/// Whether two lines say the same of the same source.
fn same_thing(a: &Line, b: &Line) -> bool {
    a.entity == b.entity
        && a.scope == b.scope
        && a.category == b.category
        && a.source == b.source
        && a.co2e == b.co2e
        && a.quantity == b.quantity
        && a.gases.len() == b.gases.len()
        && a.gases
            .iter()
            .zip(&b.gases)
            .all(|(a, b)| a.gas == b.gas && a.mass == b.mass)
}

fn stated(line: &Line, place: &str, purpose: Purpose<'_>, faults: &mut Faults) -> Option<Stated> {
    let forms = usize::from(!line.gases.is_empty())
        + usize::from(line.co2e.is_some())
        + usize::from(line.quantity.is_some());
    if forms != 1 || line.rate.is_some() != line.quantity.is_some() {
        faults.add(place, Error::LineForm);
        return None;
    }
    let unit = match &line.unit {
        Some(text) => Some(faults.keep(format!("{place}.unit"), Unit::parse(text))?),
        None => None,
    };
    let needed = |faults: &mut Faults| {
        let what = format!("{place}.unit");
        faults.add(what.clone(), Error::PartNeeded { what });
    };
    if let Some(amount) = line.co2e {
        negative(Some(amount), &format!("{place}.co2e"), faults);
        let Some(unit) = unit else {
            needed(faults);
            return None;
        };
        faults.keep(format!("{place}.unit"), unit.ratio_to(tonne()))?;
        return Some(Stated::Co2e(amount, unit));
    }
    if let (Some(amount), Some(rate)) = (line.quantity, &line.rate) {
        negative(Some(amount), &format!("{place}.quantity"), faults);
        let Some(unit) = unit else {
            needed(faults);
            return None;
        };
        let target = activity_unit(unit.kind());
        let rate = rate.check(&format!("{place}.rate"), target, purpose, faults)?;
        return Some(Stated::Activity(amount, unit, Box::new(rate)));
    }
    let before = faults.0.len();
    let mut masses = Vec::new();
    for (number, mass) in line.gases.iter().enumerate() {
        let field = format!("{place}.gases[{number}]");
        negative(Some(mass.mass), &format!("{field}.mass"), faults);
        let substance = Substance::from_code(&mass.gas);
        if substance.is_none() {
            let gas = excerpt(&mass.gas);
            faults.add(format!("{field}.gas"), Error::UnknownGas { text: gas });
        }
        let unit = match &mass.unit {
            Some(text) => faults.keep(format!("{field}.unit"), Unit::parse(text)),
            None => unit,
        };
        let Some(unit) = unit else {
            needed(faults);
            continue;
        };
        faults.keep(format!("{field}.unit"), unit.ratio_to(tonne()));
        let Some(substance) = substance else { continue };
        for gas in substance.parts() {
            faults.keep(format!("{field}.gas"), purpose.gwp_set.gwp(gas.0));
        }
        masses.push((substance, mass.mass, unit));
    }
    (faults.0.len() == before).then_some(Stated::Gases(masses))
}

/// Totals that later steps need.
pub(super) struct Totals {
    pub scopes_1_2: Number,
}

/// Accounted masses in t by place and gas (`None`: CO2e), with the category.
type Accounted = Vec<(Place, Category, Option<Gas>, Number)>;

pub(super) fn consolidate(
    lines: &[Checked<'_>],
    shares: &Shares,
    gwp_set: GwpSet,
    report: &mut Report,
) -> Result<Totals, Error> {
    let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
    let (mut accounted, mut biogenic): (Accounted, Vec<Number>) = (Vec::new(), Vec::new());
    let mut investments: BTreeMap<&str, Vec<Number>> = BTreeMap::new();
    for checked in lines {
        let line = checked.line;
        let Some(share) = shares.of(&line.entity) else {
            continue;
        };
        let (masses, biogenic_mass) = masses(checked, report)?;
        let outside = report.derivation.value(share).is_zero();
        let by_equity = shares.equity(&line.entity).filter(|_| outside);
        for (gas, mass) in masses {
            if outside {
                // What control leaves out belongs to the investments of scope 3, by equity.
                if let Some(equity) = by_equity
                    && matches!(line.scope, Place::One | Place::TwoLocation)
                    && gas.is_none_or(Gas::is_kyoto)
                {
                    let co2e = weighted(&mut report.derivation, gwp_set, gas, mass, &line.entity)?;
                    let part = report.derivation.product(
                        INVESTMENT,
                        "investment_part",
                        &line.entity,
                        "",
                        &[co2e, equity],
                    )?;
                    let part = report.derivation.quotient(
                        INVESTMENT,
                        "investment_part",
                        &line.entity,
                        "tCO2e",
                        &[part, hundred],
                    )?;
                    investments.entry(&line.entity).or_default().push(part);
                }
                continue;
            }
            let mass = accounted_for(report, mass, share, hundred)?;
            accounted.push((line.scope, checked.category, gas, mass));
        }
        if let Some(mass) = biogenic_mass
            && !outside
        {
            biogenic.push(accounted_for(report, mass, share, hundred)?);
        }
    }
    let totals = totals(&accounted, gwp_set, report)?;
    if !biogenic.is_empty() {
        let sum = report
            .derivation
            .sum(BIOGENIC, "biogenic_co2", "", "tCO2", &biogenic)?;
        report.outcome(sum);
    }
    for (entity, parts) in investments {
        let sum =
            report
                .derivation
                .sum(INVESTMENT, "investment_emissions", entity, "tCO2e", &parts)?;
        report.outcome(sum);
        report.notice("corporate.outside_boundary", entity, "");
    }
    Ok(totals)
}

fn accounted_for(
    report: &mut Report,
    mass: Number,
    share: Number,
    hundred: Number,
) -> Result<Number, Error> {
    if report.derivation.value(share) == report.derivation.value(hundred) {
        return Ok(mass);
    }
    let node = report.derivation.node(mass);
    let (subject, unit) = (node.subject.clone(), node.unit.clone());
    let product = report.derivation.product(
        CONSOLIDATED,
        "accounted_mass",
        subject.as_str(),
        "",
        &[mass, share],
    )?;
    report.derivation.quotient(
        CONSOLIDATED,
        "accounted_mass",
        subject,
        unit,
        &[product, hundred],
    )
}

/// Mass or CO2e of each gas.
type Masses = Vec<(Option<Gas>, Number)>;

/// Mass in t of each gas of a line, and of biogenic CO2.
fn masses(checked: &Checked<'_>, report: &mut Report) -> Result<(Masses, Option<Number>), Error> {
    let line = checked.line;
    let subject = if line.source.is_empty() {
        line.entity.clone()
    } else {
        format!("{}, {}", line.entity, line.source)
    };
    let derivation = &mut report.derivation;
    let mut masses = Vec::new();
    let mut biogenic = line.biogenic_co2.map(|mass| {
        let place = format!("{}.biogenic_co2", checked.place);
        derivation.input(
            "biogenic_co2_mass",
            subject.as_str(),
            mass,
            "t",
            place,
            line.evidence.as_str(),
        )
    });
    match &checked.stated {
        Stated::Co2e(amount, unit) => {
            let place = format!("{}.co2e", checked.place);
            let stated = (*amount, *unit);
            masses.push((
                None,
                quantity(
                    derivation,
                    "co2e_unsplit",
                    &subject,
                    stated,
                    tonne(),
                    &place,
                    &line.evidence,
                )?,
            ));
            if line.scope != Place::Three {
                report.notice("corporate.gases_unknown", &subject, "");
            }
        }
        Stated::Gases(gases) => {
            for (number, (substance, amount, unit)) in gases.iter().enumerate() {
                let place = format!("{}.gases[{number}].mass", checked.place);
                let of = format!("{subject}, {}", substance.symbol());
                let mass = quantity(
                    derivation,
                    "gas_emitted",
                    &of,
                    (*amount, *unit),
                    tonne(),
                    &place,
                    &line.evidence,
                )?;
                for (gas, percent) in substance.parts() {
                    let mass = match percent {
                        None => mass,
                        Some(percent) => {
                            let share = crate::Exact::from(percent)
                                .div(&crate::Exact::from_integer(100))?;
                            let share = derivation.constant("share_of_blend", share, "");
                            derivation.product(
                                BLEND,
                                "gas_emitted",
                                format!("{subject}, {}", gas.symbol()),
                                "t",
                                &[mass, share],
                            )?
                        }
                    };
                    masses.push((Some(gas), mass));
                }
            }
        }
        Stated::Activity(amount, unit, rate) => {
            let target = activity_unit(unit.kind());
            let place = format!("{}.quantity", checked.place);
            let activity = quantity(
                derivation,
                "activity",
                &subject,
                (*amount, *unit),
                target,
                &place,
                &line.evidence,
            )?;
            let mut unsplit = false;
            for (gas, rate) in rate.by_gas(derivation, &subject, tonne())? {
                unsplit |= gas.is_none();
                let of = gas.map_or_else(
                    || subject.clone(),
                    |gas| format!("{subject}, {}", gas.symbol()),
                );
                let label = if gas.is_some() {
                    "gas_emitted"
                } else {
                    "co2e_unsplit"
                };
                masses.push((
                    gas,
                    derivation.product(ACTIVITY, label, of, "t", &[activity, rate])?,
                ));
            }
            if biogenic.is_none()
                && let Some(rate) = rate.biogenic(derivation, &subject, tonne())?
            {
                biogenic = Some(derivation.product(
                    ACTIVITY,
                    "biogenic_co2_mass",
                    subject.as_str(),
                    "t",
                    &[activity, rate],
                )?);
            }
            if unsplit {
                report.notice("corporate.gases_unknown", &subject, "");
            }
            if let Some(set) = &rate.other_gwp_set {
                report.notice("rate.other_gwp_set", &subject, set.as_str());
            }
            if let Some(window) = &rate.outside_window {
                report.notice("rate.outside_window", &subject, window.as_str());
            }
        }
    }
    Ok((masses, biogenic))
}

const BLEND: Rule = Rule {
    code: "corporate.blend",
    formula: "m_gas = m_blend × share by mass",
    clause: "ASHRAE Standard 34, nominal composition",
};

fn weighted(
    derivation: &mut Derivation,
    set: GwpSet,
    gas: Option<Gas>,
    mass: Number,
    subject: &str,
) -> Result<Number, Error> {
    match gas {
        None | Some(Gas::Co2) => Ok(mass),
        Some(gas) => {
            let gwp = gwp(derivation, set, gas)?;
            derivation.product(
                CO2E,
                "gas_co2e",
                format!("{subject} {}", gas.symbol()),
                "tCO2e",
                &[mass, gwp],
            )
        }
    }
}

/// The seven of the Kyoto Protocol; other gases are outside the scopes.
fn family(gas: Gas) -> &'static str {
    match gas {
        Gas::Co2 => "CO2",
        Gas::Ch4 | Gas::Ch4Fossil | Gas::Ch4Biogenic => "CH4",
        Gas::N2o => "N2O",
        Gas::Sf6 => "SF6",
        Gas::Nf3 => "NF3",
        gas if !gas.is_kyoto() => "other",
        gas if gas.code().starts_with("hfc") => "HFCs",
        _ => "PFCs",
    }
}

const FAMILIES: [&str; 7] = ["CO2", "CH4", "N2O", "HFCs", "PFCs", "SF6", "NF3"];

fn totals(accounted: &Accounted, gwp_set: GwpSet, report: &mut Report) -> Result<Totals, Error> {
    let mut scopes: BTreeMap<Place, Number> = BTreeMap::new();
    for place in PLACES {
        let lines: Vec<_> = accounted.iter().filter(|line| line.0 == place).collect();
        let mut families: BTreeMap<&str, Vec<Number>> = BTreeMap::new();
        let mut others = Vec::new();
        for gas in GASES {
            let masses: Vec<Number> = lines
                .iter()
                .filter(|line| line.2 == Some(gas))
                .map(|line| line.3)
                .collect();
            if masses.is_empty() {
                continue;
            }
            let subject = format!("{} {}", place.code(), gas.code());
            let mass =
                report
                    .derivation
                    .sum(GAS_TOTAL, "gas_mass", subject.as_str(), "t", &masses)?;
            report.outcome(mass);
            let co2e = weighted(
                &mut report.derivation,
                gwp_set,
                Some(gas),
                mass,
                place.code(),
            )?;
            match family(gas) {
                "other" => others.push(co2e),
                family => families.entry(family).or_default().push(co2e),
            }
        }
        let mut parts = Vec::new();
        for family in FAMILIES {
            if let Some(gases) = families.get(family) {
                let subject = format!("{} {family}", place.code());
                let sum = report
                    .derivation
                    .sum(FAMILY, "family_co2e", subject, "tCO2e", gases)?;
                report.outcome(sum);
                parts.push(sum);
            }
        }
        let unsplit: Vec<Number> = lines
            .iter()
            .filter(|line| line.2.is_none())
            .map(|line| line.3)
            .collect();
        if !unsplit.is_empty() {
            let sum =
                report
                    .derivation
                    .sum(FAMILY, "co2e_unsplit", place.code(), "tCO2e", &unsplit)?;
            report.outcome(sum);
            parts.push(sum);
        }
        let total = report
            .derivation
            .sum(SCOPE, place_label(place), "", "tCO2e", &parts)?;
        if !lines.is_empty() || place == Place::One {
            report.outcome(total);
        }
        if !others.is_empty() {
            let sum = report.derivation.sum(
                SCOPE,
                "gases_outside_scopes",
                place.code(),
                "tCO2e",
                &others,
            )?;
            report.outcome(sum);
            report.notice("corporate.other_gases", place.code(), "");
        }
        if place == Place::Three {
            categories(&lines, gwp_set, report)?;
        }
        scopes.insert(place, total);
    }
    let mut both = |label, two: Place| -> Result<Number, Error> {
        report.derivation.sum(
            SCOPES,
            label,
            "",
            "tCO2e",
            &[scopes[&Place::One], scopes[&two]],
        )
    };
    let location = both("scopes_1_2_location", Place::TwoLocation)?;
    let market = both("scopes_1_2_market", Place::TwoMarket)?;
    let has = |place: Place| accounted.iter().any(|line| line.0 == place);
    report.outcome(location);
    if has(Place::TwoMarket) {
        report.outcome(market);
        report.notice("scope2.two_results", "", "");
    } else {
        report.notice("corporate.market_missing", "", "");
    }
    if !has(Place::TwoLocation) {
        report.notice("corporate.location_missing", "", "");
    }
    Ok(Totals {
        scopes_1_2: location,
    })
}

fn place_label(place: Place) -> &'static str {
    match place {
        Place::One => "scope_1",
        Place::TwoLocation => "scope_2_location",
        Place::TwoMarket => "scope_2_market",
        Place::Three => "scope_3",
    }
}

/// Scope 3 by category.
fn categories(
    lines: &[&(Place, Category, Option<Gas>, Number)],
    gwp_set: GwpSet,
    report: &mut Report,
) -> Result<(), Error> {
    let mut by_category: BTreeMap<Category, Vec<Number>> = BTreeMap::new();
    for (_, category, gas, mass) in lines.iter().copied() {
        if gas.is_none_or(Gas::is_kyoto) {
            let co2e = weighted(
                &mut report.derivation,
                gwp_set,
                *gas,
                *mass,
                category.code(),
            )?;
            by_category.entry(*category).or_default().push(co2e);
        }
    }
    for (category, parts) in by_category {
        let sum =
            report
                .derivation
                .sum(SCOPE, "scope_3_category", category.code(), "tCO2e", &parts)?;
        report.outcome(sum);
    }
    Ok(())
}
