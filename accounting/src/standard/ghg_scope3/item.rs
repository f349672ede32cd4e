//! Items of an activity: an amount with a rate, money with an input-output rate, or emissions that a partner states.

use super::kilogram;
use super::method::Method;
use super::spend::{self, Money, Spend};
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::report::{Faults, Report};
use crate::scope::Category;
use crate::standard::emission_rate::{self, Purpose, Rate, activity_unit, quantity};
use crate::unit::{Kind, Unit};
use serde::Deserialize;

const TONNE_KM: Rule = Rule {
    code: "scope3.transport_work",
    formula: "m × d",
    clause: "Technical Guidance (2013), category 4",
};
const COUNTED: Rule = Rule {
    code: "scope3.counted",
    formula: "Q × numbers ÷ numbers",
    clause: "Technical Guidance (2013), formulas of the categories",
};
const SHARE: Rule = Rule {
    code: "scope3.share",
    formula: "Q × p ÷ 100 %",
    clause: "Technical Guidance (2013), formulas of the categories",
};
const ALLOCATION: Rule = Rule {
    code: "scope3.allocation",
    formula: "Q × part ÷ (whole × occupancy)",
    clause: "Scope 3 Standard (2011), chapter 8; Technical Guidance (2013), formulas 4.8, 8.2, 14.2",
};
const UPSTREAM: Rule = Rule {
    code: "scope3.upstream_rate",
    formula: "EF_upstream = EF_life cycle − EF_combustion",
    clause: "Technical Guidance (2013), formula 3.1",
};
/// An item in a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    name: String,
    /// Part of the hybrid method or of category 3.
    part: Option<Part>,
    quantity: Option<Decimal>,
    unit: Option<String>,
    mass: Option<Decimal>,
    distance: Option<Decimal>,
    distance_unit: Option<String>,
    /// Emissions as a partner states them, in `unit`.
    co2e: Option<Decimal>,
    spend: Option<Spend>,
    rate: Option<Rate>,
    /// Subtracted from a life-cycle rate: what scope 1 or 2 counts already.
    combustion_rate: Option<Rate>,
    /// What the rate covers; for category 3.
    rate_covers: Option<Covers>,
    /// Numbers that multiply: uses, products, days.
    #[serde(default)]
    times: Vec<Count>,
    /// Numbers that divide: people in a vehicle, franchises sampled.
    #[serde(default)]
    per: Vec<Count>,
    /// Share in per cent: of a treatment, a way of use, a loss, an equity.
    percent: Option<Decimal>,
    allocation: Option<Allocation>,
    #[serde(default)]
    evidence: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Part {
    SupplierScopes12,
    MaterialInputs,
    InputTransport,
    SupplierWaste,
    OtherUpstream,
    UpstreamFuel,
    UpstreamEnergy,
    Losses,
    Resold,
}

impl Part {
    fn code(self) -> &'static str {
        match self {
            Self::SupplierScopes12 => "supplier_scopes12",
            Self::MaterialInputs => "material_inputs",
            Self::InputTransport => "input_transport",
            Self::SupplierWaste => "supplier_waste",
            Self::OtherUpstream => "other_upstream",
            Self::UpstreamFuel => "upstream_fuel",
            Self::UpstreamEnergy => "upstream_energy",
            Self::Losses => "losses",
            Self::Resold => "resold",
        }
    }

    fn of_energy(self) -> bool {
        matches!(
            self,
            Self::UpstreamFuel | Self::UpstreamEnergy | Self::Losses | Self::Resold
        )
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Covers {
    /// Extraction, production and transport; no combustion.
    Upstream,
    /// Combustion or generation only.
    Combustion,
    /// Both.
    LifeCycle,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum What {
    Uses,
    ProductsSold,
    Years,
    Weeks,
    Days,
    TimesPerWeek,
    /// There and back: 2.
    WaysPerDay,
    Trips,
    People,
    Nights,
    Occupants,
    Population,
    Sampled,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    what: What,
    value: Decimal,
}

impl Count {
    fn label(&self) -> &'static str {
        match self.what {
            What::Uses => "uses_over_lifetime",
            What::ProductsSold => "products_sold",
            What::Years => "years",
            What::Weeks => "weeks",
            What::Days => "days",
            What::TimesPerWeek => "times_per_week",
            What::WaysPerDay => "ways_per_day",
            What::Trips => "trips",
            What::People => "people",
            What::Nights => "nights",
            What::Occupants => "occupants",
            What::Population => "population",
            What::Sampled => "sampled",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allocation {
    /// `mass`, `volume`, `floor space`, `revenue`, …
    by: String,
    part: Decimal,
    whole: Decimal,
    /// Occupied share of a building, in per cent.
    occupancy_percent: Option<Decimal>,
}

/// An item without faults.
pub(super) struct Checked<'a> {
    item: &'a Item,
    form: Form,
    place: String,
}

enum Form {
    Amount {
        stated: (Decimal, Unit),
        rate: Box<emission_rate::Checked>,
        combustion: Option<Box<emission_rate::Checked>>,
    },
    Transport {
        mass: (Decimal, Unit),
        distance: (Decimal, Unit),
        rate: Box<emission_rate::Checked>,
    },
    Co2e(Decimal, Unit),
    Spend(Box<Money>),
}

impl Checked<'_> {
    pub(super) fn part(&self) -> Option<&'static str> {
        self.item.part.map(Part::code)
    }
}

/// A number that is not negative, or positive.
pub(super) fn number(value: Option<Decimal>, place: String, positive: bool, faults: &mut Faults) {
    let Some(value) = value else { return };
    if value.is_negative() {
        let text = value.to_string();
        faults.add(place, Error::NumberNegative { text });
    } else if positive && value.is_zero() {
        faults.add(place, Error::DivisionByZero);
    }
}

fn percent(value: Option<Decimal>, place: String, faults: &mut Faults) {
    if let Some(value) = value
        && (value.is_negative() || value > Decimal::from(100))
    {
        let text = value.to_string();
        faults.add(place, Error::ShareOutside { text });
    }
}

pub(super) fn check<'a>(
    items: &'a [Item],
    category: Category,
    method: Method,
    activity: &str,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Vec<Checked<'a>> {
    let mut checked = Vec::new();
    if items.is_empty() {
        let what = format!("{activity}.items");
        faults.add(what.clone(), Error::PartNeeded { what });
    }
    for (position, item) in items.iter().enumerate() {
        let place = format!("{activity}.items[{position}]");
        parts(item, category, method, &place, faults);
        for (field, value) in [
            ("quantity", item.quantity),
            ("mass", item.mass),
            ("distance", item.distance),
            ("co2e", item.co2e),
        ] {
            number(value, format!("{place}.{field}"), false, faults);
        }
        for (number_of, count) in item.times.iter().enumerate() {
            number(
                Some(count.value),
                format!("{place}.times[{number_of}]"),
                false,
                faults,
            );
        }
        for (number_of, count) in item.per.iter().enumerate() {
            number(
                Some(count.value),
                format!("{place}.per[{number_of}]"),
                true,
                faults,
            );
        }
        percent(item.percent, format!("{place}.percent"), faults);
        if let Some(allocation) = &item.allocation {
            let field = format!("{place}.allocation");
            number(
                Some(allocation.part),
                format!("{field}.part"),
                false,
                faults,
            );
            number(
                Some(allocation.whole),
                format!("{field}.whole"),
                true,
                faults,
            );
            number(
                allocation.occupancy_percent,
                format!("{field}.occupancy_percent"),
                true,
                faults,
            );
            percent(
                allocation.occupancy_percent,
                format!("{field}.occupancy_percent"),
                faults,
            );
            if allocation.part > allocation.whole {
                let (part, whole) = (allocation.part.to_string(), allocation.whole.to_string());
                faults.add(field, Error::PartExceedsWhole { part, whole });
            } else if allocation.by.trim().is_empty() {
                let what = format!("{field}.by");
                faults.add(what.clone(), Error::ReasonMissing { what });
            }
        }
        if let Some(form) = form(item, method, &place, purpose, faults) {
            checked.push(Checked { item, form, place });
        }
    }
    if method == Method::WasteTypeSpecific || method == Method::IndirectUse {
        whole(items, activity, faults);
    }
    checked
}

/// Shares of one amount among treatments or ways of use add up to 100 per cent, if any is stated.
fn whole(items: &[Item], activity: &str, faults: &mut Faults) {
    let shares: Vec<Decimal> = items.iter().filter_map(|item| item.percent).collect();
    let same = items.windows(2).all(|pair| {
        pair[0].quantity == pair[1].quantity || pair[0].times.len() == pair[1].times.len()
    });
    if shares.is_empty() || shares.len() != items.len() || !same {
        return;
    }
    let total = shares
        .iter()
        .try_fold(crate::Exact::ZERO, |sum, share| sum.add(&(*share).into()));
    if let Ok(total) = total
        && total != crate::Exact::from_integer(100)
    {
        let (name, total) = (activity.to_owned(), total.to_string());
        faults.add(
            format!("{activity}.items"),
            Error::SharesNotWhole { name, total },
        );
    }
}

/// Parts that the method or the category wants.
fn parts(item: &Item, category: Category, method: Method, place: &str, faults: &mut Faults) {
    let energy = category == Category::FuelAndEnergyRelated;
    let wanted = method == Method::Hybrid || energy;
    let field = format!("{place}.part");
    match item.part {
        None if wanted => faults.add(field.clone(), Error::PartNeeded { what: field }),
        Some(part) if !wanted || part.of_energy() != energy => {
            faults.add(field.clone(), Error::PartNotUsed { what: field });
        }
        _ => {}
    }
    if !energy {
        if item.rate_covers.is_some() {
            let what = format!("{place}.rate_covers");
            faults.add(what.clone(), Error::PartNotUsed { what });
        }
        return;
    }
    let field = format!("{place}.rate_covers");
    let Some(covers) = item.rate_covers else {
        faults.add(field.clone(), Error::PartNeeded { what: field });
        return;
    };
    let upstream = matches!(item.part, Some(Part::UpstreamFuel | Part::UpstreamEnergy));
    // Combustion is in scope 1 or 2 already.
    let twice = match covers {
        Covers::Upstream => false,
        Covers::Combustion => upstream,
        Covers::LifeCycle => upstream && item.combustion_rate.is_none(),
    };
    if twice {
        let (name, elsewhere) = (item.name.clone(), "scope_1, scope_2".to_owned());
        faults.add(field, Error::CountedElsewhere { name, elsewhere });
    }
    if item.combustion_rate.is_some() && covers != Covers::LifeCycle {
        let what = format!("{place}.combustion_rate");
        faults.add(what.clone(), Error::PartNotUsed { what });
    }
    if item.part == Some(Part::Losses) && item.percent.is_none() {
        let what = format!("{place}.percent");
        faults.add(what.clone(), Error::PartNeeded { what });
    }
}

fn form(
    item: &Item,
    method: Method,
    place: &str,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Option<Form> {
    let forms = usize::from(item.quantity.is_some())
        + usize::from(item.mass.is_some() || item.distance.is_some() && item.mass.is_some())
        + usize::from(item.co2e.is_some())
        + usize::from(item.spend.is_some());
    if forms != 1 {
        faults.add(place, Error::LineForm);
        return None;
    }
    let money = item.spend.is_some();
    if (method == Method::SpendBased) != money
        && !matches!(method, Method::AverageData | Method::Hybrid)
    {
        faults.add(place, Error::LineForm);
        return None;
    }
    if let Some(spend) = &item.spend {
        let field = format!("{place}.spend");
        return spend::check(spend, &field, faults).map(|money| Form::Spend(Box::new(money)));
    }
    let parse = |field: &str, text: Option<&str>, fallback: &str, faults: &mut Faults| {
        faults.keep(
            format!("{place}.{field}"),
            Unit::parse(text.unwrap_or(fallback)),
        )
    };
    let needed = |field: &str, faults: &mut Faults| {
        let what = format!("{place}.{field}");
        faults.add(what.clone(), Error::PartNeeded { what });
    };
    if let Some(amount) = item.co2e {
        let Some(text) = item.unit.as_deref() else {
            needed("unit", faults);
            return None;
        };
        let unit = parse("unit", Some(text), "", faults)?;
        faults.keep(format!("{place}.unit"), unit.ratio_to(kilogram()))?;
        return Some(Form::Co2e(amount, unit));
    }
    let Some(rate) = &item.rate else {
        needed("rate", faults);
        return None;
    };
    let field = format!("{place}.rate");
    if let Some(mass) = item.mass {
        let Some(distance) = item.distance else {
            needed("distance", faults);
            return None;
        };
        let mass_unit = parse("unit", item.unit.as_deref(), "t", faults)?;
        let distance_unit = parse("distance_unit", item.distance_unit.as_deref(), "km", faults)?;
        faults.keep(format!("{place}.unit"), mass_unit.ratio_to(kilogram()))?;
        faults.keep(
            format!("{place}.distance_unit"),
            distance_unit.ratio_to(activity_unit(Kind::Distance)),
        )?;
        let rate = rate.check(&field, activity_unit(Kind::MassDistance), purpose, faults)?;
        return Some(Form::Transport {
            mass: (mass, mass_unit),
            distance: (distance, distance_unit),
            rate: Box::new(rate),
        });
    }
    let (Some(amount), Some(text)) = (item.quantity, item.unit.as_deref()) else {
        needed("unit", faults);
        return None;
    };
    let unit = parse("unit", Some(text), "", faults)?;
    let target = activity_unit(unit.kind());
    let rate = rate.check(&field, target, purpose, faults)?;
    let combustion = match &item.combustion_rate {
        Some(rate) => Some(Box::new(rate.check(
            &format!("{place}.combustion_rate"),
            target,
            purpose,
            faults,
        )?)),
        None => None,
    };
    Some(Form::Amount {
        stated: (amount, unit),
        rate: Box::new(rate),
        combustion,
    })
}

/// Emissions in kg, and biogenic CO2.
pub(super) struct Done {
    pub emissions: Number,
    pub biogenic: Option<Number>,
}

pub(super) fn calculate(
    checked: &Checked<'_>,
    activity: &str,
    rule: Rule,
    report: &mut Report,
) -> Result<Done, Error> {
    let item = checked.item;
    let subject = format!("{activity}, {}", item.name);
    let (amount, rate, biogenic) = match &checked.form {
        Form::Co2e(amount, unit) => {
            let place = format!("{}.co2e", checked.place);
            let stated = (*amount, *unit);
            (
                quantity(
                    &mut report.derivation,
                    "partner_emissions",
                    &subject,
                    stated,
                    kilogram(),
                    &place,
                    &item.evidence,
                )?,
                None,
                None,
            )
        }
        Form::Spend(money) => {
            let Some(spend) = &item.spend else {
                return Err(Error::LineForm);
            };
            let place = format!("{}.spend", checked.place);
            let evidence = (place.as_str(), item.evidence.as_str());
            let (value, rate) = spend::value(spend, money, &subject, evidence, report)?;
            (value, Some(rate), None)
        }
        Form::Transport {
            mass,
            distance,
            rate,
        } => {
            let place = format!("{}.mass", checked.place);
            let tonne = Unit::parse("t").unwrap_or(kilogram());
            let mass = quantity(
                &mut report.derivation,
                "mass_carried",
                &subject,
                *mass,
                tonne,
                &place,
                &item.evidence,
            )?;
            let place = format!("{}.distance", checked.place);
            let distance = quantity(
                &mut report.derivation,
                "distance",
                &subject,
                *distance,
                activity_unit(Kind::Distance),
                &place,
                &item.evidence,
            )?;
            let work = report.derivation.product(
                TONNE_KM,
                "transport_work",
                subject.as_str(),
                "t·km",
                &[mass, distance],
            )?;
            disclose(rate, &subject, report);
            let biogenic = rate.biogenic(&mut report.derivation, &subject, kilogram())?;
            (
                work,
                Some(rate.co2e(&mut report.derivation, &subject, kilogram())?),
                biogenic,
            )
        }
        Form::Amount {
            stated,
            rate,
            combustion,
        } => {
            let target = activity_unit(stated.1.kind());
            let place = format!("{}.quantity", checked.place);
            let amount = quantity(
                &mut report.derivation,
                "activity",
                &subject,
                *stated,
                target,
                &place,
                &item.evidence,
            )?;
            disclose(rate, &subject, report);
            let mut number = rate.co2e(&mut report.derivation, &subject, kilogram())?;
            if let Some(combustion) = combustion {
                let minus = combustion.co2e(
                    &mut report.derivation,
                    &format!("{subject}, combustion"),
                    kilogram(),
                )?;
                let unit = report.derivation.node(number).unit.clone();
                number = report.derivation.difference(
                    UPSTREAM,
                    "upstream_rate",
                    subject.as_str(),
                    unit,
                    &[number, minus],
                )?;
            }
            let biogenic = rate.biogenic(&mut report.derivation, &subject, kilogram())?;
            (amount, Some(number), biogenic)
        }
    };
    let amount = scaled(item, amount, &subject, checked, report)?;
    let emissions = match rate {
        Some(rate) => report.derivation.product(
            rule,
            "item_emissions",
            subject.as_str(),
            "kgCO2e",
            &[amount, rate],
        )?,
        None => amount,
    };
    let biogenic = match biogenic {
        Some(rate) => Some(report.derivation.product(
            rule,
            "item_biogenic_co2",
            subject.as_str(),
            "kgCO2",
            &[amount, rate],
        )?),
        None => None,
    };
    Ok(Done {
        emissions,
        biogenic,
    })
}

fn disclose(rate: &emission_rate::Checked, subject: &str, report: &mut Report) {
    if let Some(set) = &rate.other_gwp_set {
        report.notice("rate.other_gwp_set", subject, set.as_str());
    }
    if let Some(window) = &rate.outside_window {
        report.notice("rate.outside_window", subject, window.as_str());
    }
}

/// Numbers, shares and allocation applied to an amount.
fn scaled(
    item: &Item,
    amount: Number,
    subject: &str,
    checked: &Checked<'_>,
    report: &mut Report,
) -> Result<Number, Error> {
    let (label, unit) = {
        let node = report.derivation.node(amount);
        (node.label, node.unit.clone())
    };
    let mut amount = amount;
    let counts = |list: &[Count], field: &str, report: &mut Report| {
        list.iter()
            .enumerate()
            .map(|(number, count)| {
                let place = format!("{}.{field}[{number}].value", checked.place);
                report.derivation.input(
                    count.label(),
                    subject,
                    count.value,
                    "",
                    place,
                    item.evidence.as_str(),
                )
            })
            .collect::<Vec<_>>()
    };
    let times = counts(&item.times, "times", report);
    let per = counts(&item.per, "per", report);
    if !times.is_empty() {
        let operands: Vec<Number> = std::iter::once(amount).chain(times).collect();
        amount = report
            .derivation
            .product(COUNTED, label, subject, unit.clone(), &operands)?;
    }
    if !per.is_empty() {
        let operands: Vec<Number> = std::iter::once(amount).chain(per).collect();
        amount = report
            .derivation
            .quotient(COUNTED, label, subject, unit.clone(), &operands)?;
    }
    if let Some(percent) = item.percent {
        let place = format!("{}.percent", checked.place);
        let share = report.derivation.input(
            "share",
            subject,
            percent,
            "%",
            place,
            item.evidence.as_str(),
        );
        let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
        let product = report
            .derivation
            .product(SHARE, label, subject, "", &[amount, share])?;
        amount =
            report
                .derivation
                .quotient(SHARE, label, subject, unit.clone(), &[product, hundred])?;
    }
    if let Some(allocation) = &item.allocation {
        let place = format!("{}.allocation", checked.place);
        let subject_by = format!("{subject}, {}", allocation.by);
        let part = report.derivation.input(
            "allocated_part",
            subject_by.as_str(),
            allocation.part,
            "",
            format!("{place}.part"),
            "",
        );
        let whole = report.derivation.input(
            "allocated_whole",
            subject_by.as_str(),
            allocation.whole,
            "",
            format!("{place}.whole"),
            "",
        );
        let product = report
            .derivation
            .product(ALLOCATION, label, subject, "", &[amount, part])?;
        amount = report.derivation.quotient(
            ALLOCATION,
            label,
            subject,
            unit.clone(),
            &[product, whole],
        )?;
        if let Some(percent) = allocation.occupancy_percent {
            let occupancy = report.derivation.input(
                "occupancy",
                subject_by,
                percent,
                "%",
                format!("{place}.occupancy_percent"),
                "",
            );
            let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
            let product =
                report
                    .derivation
                    .product(ALLOCATION, label, subject, "", &[amount, hundred])?;
            amount = report.derivation.quotient(
                ALLOCATION,
                label,
                subject,
                unit,
                &[product, occupancy],
            )?;
        }
    }
    Ok(amount)
}
