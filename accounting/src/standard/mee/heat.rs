//! Heat delivered: metered, or by mass and enthalpy of steam, or by mass and temperature of water.

use super::check;
use super::places::{Places, round};
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const CLAUSE: &str = "企业温室气体排放核算与报告指南 供热量";
const STEAM: Rule = Rule {
    code: "mee.steam_heat",
    formula: "Q = D × (h − 83.74) ÷ 1000",
    clause: CLAUSE,
};
const WATER: Rule = Rule {
    code: "mee.water_heat",
    formula: "Q = M × (T − 20) × 4.1868 ÷ 1000",
    clause: CLAUSE,
};
const SUM: Rule = Rule {
    code: "mee.heat_sum",
    formula: "",
    clause: CLAUSE,
};

/// Heat that leaves a unit or enters a site.
#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::standard) enum Heat {
    /// GJ by a heat meter.
    Metered {
        /// GJ.
        quantity: Decimal,
    },
    /// Steam.
    Steam {
        /// t.
        mass: Decimal,
        /// kJ/kg, by pressure and temperature.
        enthalpy: Decimal,
    },
    /// Hot water.
    Water {
        /// t.
        mass: Decimal,
        /// °C.
        temperature: Decimal,
    },
}

impl Heat {
    /// Notes every fault.
    pub fn check(&self, faults: &mut Faults, place: &str) {
        let above = |faults: &mut Faults, field: &str, value: &Decimal, least: Exact| {
            // Feed water is taken at 20 °C, 83.74 kJ/kg: colder water carries no heat.
            if Exact::from(*value) < least {
                faults.add(
                    format!("{place}.{field}"),
                    Error::ParameterRange {
                        parameter: field.to_owned(),
                        value: value.to_string(),
                    },
                );
            }
        };
        match self {
            Self::Metered { quantity } => {
                check::not_negative(faults, &format!("{place}.quantity"), quantity);
            }
            Self::Steam { mass, enthalpy } => {
                check::not_negative(faults, &format!("{place}.mass"), mass);
                above(
                    faults,
                    "enthalpy",
                    enthalpy,
                    Decimal::from_parts(8374, 2).into(),
                );
            }
            Self::Water { mass, temperature } => {
                check::not_negative(faults, &format!("{place}.mass"), mass);
                above(faults, "temperature", temperature, Exact::from_integer(20));
            }
        }
    }

    fn quantity(&self, report: &mut Report, place: &str, subject: &str) -> Result<Number, Error> {
        let thousand = |report: &mut Report| -> Result<Number, Error> {
            Ok(report
                .derivation
                .constant("thousandth", Exact::from_ratio(1, 1000)?, "GJ/MJ"))
        };
        match self {
            Self::Metered { quantity } => Ok(report.derivation.input(
                "heat_supplied",
                subject,
                *quantity,
                "GJ",
                format!("{place}.quantity"),
                "",
            )),
            Self::Steam { mass, enthalpy } => {
                let mass = report.derivation.input(
                    "steam_mass",
                    subject,
                    *mass,
                    "t",
                    format!("{place}.mass"),
                    "",
                );
                let enthalpy = report.derivation.input(
                    "steam_enthalpy",
                    subject,
                    *enthalpy,
                    "kJ/kg",
                    format!("{place}.enthalpy"),
                    "",
                );
                let feed = report.derivation.constant(
                    "feed_water_enthalpy",
                    Decimal::from_parts(8374, 2),
                    "kJ/kg",
                );
                let gain = report.derivation.difference(
                    STEAM,
                    "enthalpy_gain",
                    subject,
                    "kJ/kg",
                    &[enthalpy, feed],
                )?;
                let thousandth = thousand(report)?;
                report.derivation.product(
                    STEAM,
                    "heat_supplied",
                    subject,
                    "GJ",
                    &[mass, gain, thousandth],
                )
            }
            Self::Water { mass, temperature } => {
                let mass = report.derivation.input(
                    "water_mass",
                    subject,
                    *mass,
                    "t",
                    format!("{place}.mass"),
                    "",
                );
                let temperature = report.derivation.input(
                    "water_temperature",
                    subject,
                    *temperature,
                    "°C",
                    format!("{place}.temperature"),
                    "",
                );
                let feed = report.derivation.constant(
                    "feed_water_temperature",
                    Exact::from_integer(20),
                    "°C",
                );
                let gain = report.derivation.difference(
                    WATER,
                    "temperature_gain",
                    subject,
                    "K",
                    &[temperature, feed],
                )?;
                let capacity = report.derivation.constant(
                    "water_heat_capacity",
                    Decimal::from_parts(41868, 4),
                    "kJ/(kg·K)",
                );
                let thousandth = thousand(report)?;
                report.derivation.product(
                    WATER,
                    "heat_supplied",
                    subject,
                    "GJ",
                    &[mass, gain, capacity, thousandth],
                )
            }
        }
    }
}

/// The sum of heat flows in GJ, each rounded to the profile's places.
pub(in crate::standard) fn total(
    report: &mut Report,
    places: &Places,
    flows: &[Heat],
    list: &str,
    subject: &str,
) -> Result<Number, Error> {
    let mut quantities = Vec::new();
    for (position, flow) in flows.iter().enumerate() {
        let quantity = flow.quantity(report, &format!("{list}[{position}]"), subject)?;
        quantities.push(round(report, quantity, places.heat)?);
    }
    match quantities[..] {
        [one] => Ok(one),
        _ => report
            .derivation
            .sum(SUM, "heat_supplied", subject, "GJ", &quantities),
    }
}
