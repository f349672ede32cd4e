//! Contractual instruments and the Scope 2 Quality Criteria.

use super::{Carrier, Days, megawatt_hour};
use crate::date::Period;
use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use crate::factor::Treatment;
use crate::report::Faults;
use crate::standard::emission_rate::{Checked, Purpose, Rate};
use crate::unit::Unit;
use serde::Deserialize;
use std::collections::BTreeSet;

/// In the order of Table 6.3: the more precise comes first.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(super) enum InstrumentKind {
    /// Energy attribute certificate: GEC (绿证), GO, REC, I-REC; bundled or not.
    Certificate,
    /// Contract for power of a generator (PPA) without certificates elsewhere.
    Contract,
    /// Rate of a supplier or a utility's product.
    SupplierRate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instrument {
    pub name: String,
    kind: InstrumentKind,
    pub market: String,
    #[serde(default)]
    carrier: Carrier,
    /// Facilities that it is for; without any, all of its market in the order of the document.
    #[serde(default)]
    pub facilities: Vec<String>,
    /// Amount; a supplier's rate without one covers all that is left of its facilities.
    quantity: Option<Decimal>,
    unit: Option<String>,
    rate: Rate,
    /// When the energy was generated or delivered.
    vintage: Option<Days>,
    /// Serial numbers or contract numbers, each used once.
    #[serde(default)]
    serials: Vec<String>,
    #[serde(default)]
    criteria: Criteria,
    retirement: Option<Retirement>,
    #[serde(default)]
    evidence: String,
}

/// Answers to the criteria of Table 7.1 that the other fields do not show.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Criteria {
    /// 1: conveys the direct emission rate of the generation.
    #[serde(default)]
    conveys_rate: bool,
    /// 2: is the only instrument that carries the claim.
    #[serde(default)]
    exclusive: bool,
    /// 6: the rate is of delivered electricity, with the certificates that were retired for customers, and without those sold.
    #[serde(default)]
    delivered_mix: bool,
    /// 7: a contract's attributes came with the power and were claimed by nobody else.
    #[serde(default)]
    attributes_transferred: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retirement {
    /// Day on which it was redeemed, retired or cancelled.
    on: String,
    /// The organisation, or the facility.
    beneficiary: String,
    #[serde(default)]
    registry: String,
}

/// An instrument that may be used.
pub(super) struct Accepted {
    pub name: String,
    pub kind: InstrumentKind,
    pub market: String,
    pub carrier: Carrier,
    pub facilities: Vec<String>,
    pub quantity: Option<(Decimal, Unit)>,
    pub rate: Checked,
    pub place: String,
    pub evidence: String,
}

/// What instruments are checked against.
pub(super) struct Circumstances<'a> {
    pub organisation: &'a str,
    pub facilities: &'a [&'a str],
    /// Vintages that count.
    pub vintages: Period,
}

pub(super) fn check(
    instruments: &[Instrument],
    circumstances: Circumstances<'_>,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Vec<Accepted> {
    let (mut names, mut serials) = (BTreeSet::new(), BTreeSet::new());
    let mut accepted = Vec::new();
    for (position, instrument) in instruments.iter().enumerate() {
        let place = format!("instruments[{position}]");
        if !names.insert(instrument.name.as_str()) {
            let text = instrument.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        for (number, serial) in instrument.serials.iter().enumerate() {
            if !serials.insert(serial.trim()) {
                let serial = excerpt(serial);
                faults.add(
                    format!("{place}.serials[{number}]"),
                    Error::InstrumentUsedTwice { serial },
                );
            }
        }
        for (number, name) in instrument.facilities.iter().enumerate() {
            if !circumstances.facilities.contains(&name.as_str()) {
                let text = excerpt(name);
                faults.add(
                    format!("{place}.facilities[{number}]"),
                    Error::NameUnknown { text },
                );
            }
        }
        quality(instrument, &place, &circumstances, faults);
        let quantity = amount(instrument, &place, faults);
        let treatments = &[Treatment::Market, Treatment::Any];
        let purpose = Purpose {
            treatments,
            ..purpose
        };
        let rate =
            instrument
                .rate
                .check(&format!("{place}.rate"), megawatt_hour(), purpose, faults);
        if let Some(rate) = rate {
            accepted.push(Accepted {
                name: instrument.name.clone(),
                kind: instrument.kind,
                market: instrument.market.clone(),
                carrier: instrument.carrier,
                facilities: instrument.facilities.clone(),
                quantity,
                rate,
                place,
                evidence: instrument.evidence.clone(),
            });
        }
    }
    accepted.sort_by_key(|instrument| instrument.kind);
    accepted
}

fn amount(instrument: &Instrument, place: &str, faults: &mut Faults) -> Option<(Decimal, Unit)> {
    match (instrument.quantity, &instrument.unit) {
        (Some(quantity), Some(unit)) => {
            if quantity.is_negative() {
                let text = quantity.to_string();
                faults.add(format!("{place}.quantity"), Error::NumberNegative { text });
            }
            let unit = faults.keep(format!("{place}.unit"), Unit::parse(unit))?;
            faults.keep(format!("{place}.unit"), unit.ratio_to(megawatt_hour()))?;
            Some((quantity, unit))
        }
        (None, None) if instrument.kind == InstrumentKind::SupplierRate => None,
        _ => {
            let what = format!("{place}.quantity");
            faults.add(what.clone(), Error::PartNeeded { what });
            None
        }
    }
}

/// Table 7.1. The eighth criterion, the residual mix or its absence, is a matter of the grid.
fn quality(
    instrument: &Instrument,
    place: &str,
    circumstances: &Circumstances<'_>,
    faults: &mut Faults,
) {
    let mut fails = |field: &str, criterion: &str| {
        faults.add(
            format!("{place}.{field}"),
            Error::InstrumentQuality {
                name: instrument.name.clone(),
                criterion: criterion.to_owned(),
            },
        );
    };
    if !instrument.criteria.conveys_rate {
        fails("criteria.conveys_rate", "1");
    }
    if !instrument.criteria.exclusive {
        fails("criteria.exclusive", "2");
    }
    let certificate = instrument.kind == InstrumentKind::Certificate;
    if instrument.kind == InstrumentKind::SupplierRate && !instrument.criteria.delivered_mix {
        fails("criteria.delivered_mix", "6");
    }
    if instrument.kind == InstrumentKind::Contract && !instrument.criteria.attributes_transferred {
        fails("criteria.attributes_transferred", "7");
    }
    match &instrument.retirement {
        Some(retirement) => {
            let beneficiary = retirement.beneficiary.trim();
            if beneficiary != circumstances.organisation.trim()
                && !circumstances.facilities.contains(&beneficiary)
            {
                fails("retirement.beneficiary", "3");
            }
            if certificate && retirement.registry.trim().is_empty() {
                fails("retirement.registry", "3");
            }
            faults.keep(
                format!("{place}.retirement.on"),
                crate::date::Date::parse(&retirement.on),
            );
        }
        None if certificate => fails("retirement", "3"),
        None => {}
    }
    match &instrument.vintage {
        Some(days) => {
            if let Some(vintage) = days.check(&format!("{place}.vintage"), faults)
                && !circumstances.vintages.contains(vintage)
            {
                faults.add(
                    format!("{place}.vintage"),
                    Error::InstrumentPeriod {
                        name: instrument.name.clone(),
                        vintage: format!("{}/{}", days.start, days.end),
                        wanted: circumstances.vintages,
                    },
                );
            }
        }
        None => {
            let what = format!("{place}.vintage");
            faults.add(what.clone(), Error::PartNeeded { what });
        }
    }
}
