//! Emission rates as a document states them: a mass of CO2e, or of each gas, for an amount of activity, with its source.
//!
//! ```toml
//! rate = { value = 0.5306, unit = "kg/kWh", source = "公告2025年第47号", clause = "表1" }
//! rate = { unit = "lb/MWh", gases = [{ gas = "co2", value = 822.6 }, { gas = "ch4", value = 0.044, unit = "g/kWh" }], source = "…" }
//! rate = { factor = "mee-grid-2023/cn_2023" }
//! ```
//!
//! The traps of public factors are data here: each gas has its own unit (kg CO2 beside g CH4), pounds and short tons are
//! units of the table, a fuel's energy says whether it is gross or net, and a CO2e figure names its GWP set.

use crate::catalogue::Catalogue;
use crate::date::Period;
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Citation, Derivation, Number, Rule, Standing};
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::{Fit, Restriction, Treatment, Values};
use crate::gas::{Gas, GwpSet, Substance};
use crate::report::Faults;
use crate::unit::{Basis, Conditions, Kind, Unit};
use serde::Deserialize;

const CONVERSION: Rule = Rule {
    code: "rate.unit_conversion",
    formula: "x = amount × unit conversion",
    clause: "definition of the units",
};
const IN_UNIT: Rule = Rule {
    code: "rate.in_unit",
    formula: "r = amount × mass unit ÷ activity unit",
    clause: "definition of the units",
};
const CO2E: Rule = Rule {
    code: "rate.co2e",
    formula: "r = r_gas × GWP_gas",
    clause: "GHG Protocol Corporate Standard (2004), chapter 6; Required Greenhouse Gases in Inventories (2013)",
};
const ALL_GASES: Rule = Rule {
    code: "rate.all_gases",
    formula: "r = Σ r_gas × GWP_gas",
    clause: "GHG Protocol Corporate Standard (2004), chapter 6",
};
const BLEND: Rule = Rule {
    code: "rate.blend",
    formula: "r_gas = r_blend × share by mass",
    clause: "ASHRAE Standard 34, nominal composition",
};

/// A rate in a document. Exactly one of `value`, `gases` and `factor` is there.
#[derive(Clone, Debug, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Rate {
    /// CO2e as published.
    value: Option<Decimal>,
    /// Mass of each gas.
    #[serde(default)]
    gases: Vec<GasOf>,
    /// Mass per activity: `kg/kWh`, `lb/MWh`, `t/TJ (net)`.
    unit: Option<String>,
    /// A factor of the catalogue, `set/id`.
    factor: Option<String>,
    /// GWP set behind `value`.
    gwp_set: Option<String>,
    /// Biogenic CO2 in the rate's unit, reported apart from the scopes.
    biogenic_co2: Option<Decimal>,
    /// The document that states it.
    source: Option<String>,
    #[serde(default)]
    clause: String,
    /// `official`, `secondary`, `recalled`, `draft`.
    standing: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GasOf {
    gas: String,
    value: Decimal,
    unit: Option<String>,
}

/// Where a document's own figure comes from.
#[derive(Clone, Debug, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// The document.
    document: String,
    #[serde(default)]
    clause: String,
    standing: Option<String>,
}

impl Source {
    pub(super) fn check(&self, place: &str, faults: &mut Faults) -> Citation {
        citation(
            &self.document,
            &self.clause,
            self.standing.as_deref(),
            place,
            faults,
        )
    }
}

fn citation(
    document: &str,
    clause: &str,
    standing: Option<&str>,
    place: &str,
    faults: &mut Faults,
) -> Citation {
    if document.trim().is_empty() {
        faults.add(
            format!("{place}.source"),
            Error::SourceMissing {
                what: place.to_owned(),
            },
        );
    }
    let standing = match standing {
        None => Standing::Official,
        Some(text) => Standing::from_code(text).unwrap_or_else(|| {
            faults.add(
                format!("{place}.standing"),
                Error::NameUnknown {
                    text: excerpt(text),
                },
            );
            Standing::Official
        }),
    };
    Citation {
        document: document.to_owned(),
        clause: clause.to_owned(),
        reference: String::new(),
        standing,
    }
}

/// A number of a rate, of one gas or of CO2e.
#[derive(Clone, Debug)]
struct Part {
    /// `None` for CO2e.
    substance: Option<Substance>,
    amount: Exact,
    mass: Unit,
    activity: Unit,
}

/// A rate without faults.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    parts: Vec<Part>,
    biogenic: Option<Part>,
    citation: Citation,
    gwp_set: GwpSet,
    /// GWP set of a CO2e figure, if it is another than the document's or unknown.
    pub other_gwp_set: Option<String>,
    /// Year that the data describe, and the window, if it is a shipped factor that is used outside it.
    pub outside_window: Option<String>,
    target: Unit,
}

/// Reads `kg/kWh`: a unit of mass and one of activity.
fn rate_unit(text: &str) -> Result<(Unit, Unit), Error> {
    let refused = || Error::RateUnit {
        text: excerpt(text),
    };
    let (mass, activity) = text.split_once('/').ok_or_else(refused)?;
    let mass = mass.trim();
    let mass = ["CO2eq", "CO2e", "CO2"]
        .iter()
        .find_map(|ending| mass.strip_suffix(ending))
        .unwrap_or(mass)
        .trim();
    let (mass, activity) = (Unit::parse(mass)?, Unit::parse(activity)?);
    if mass.kind() == Kind::Mass {
        Ok((mass, activity))
    } else {
        Err(refused())
    }
}

/// The unit in which activities of a kind are calculated.
pub(super) fn activity_unit(kind: Kind) -> Unit {
    let code = match kind {
        Kind::Mass => "kg",
        Kind::Volume(Conditions::Unstated) => "m3",
        Kind::Volume(Conditions::Normal) => "m3{normal}",
        Kind::Volume(Conditions::Standard) => "[cft_i]{standard}",
        Kind::Energy(Basis::None) => "kW.h",
        Kind::Energy(Basis::Gross) => "kW.h{gross}",
        Kind::Energy(Basis::Net) => "kW.h{net}",
        Kind::Distance => "km",
        Kind::MassDistance => "t.km",
        Kind::PassengerDistance => "{passenger}.km",
        Kind::RoomNight => "{room}.{night}",
        Kind::WorkTime => "{FTE}.h",
        Kind::Count => "{item}",
        Kind::Area => "m2",
    };
    // All codes are in the table (a test reads each).
    Unit::parse(code).unwrap_or(Unit::KILOGRAM)
}

/// Printed unit of a rate of CO2e in `mass` per `activity`.
fn rate_symbol(mass: Unit, activity: Unit) -> &'static str {
    let tonnes = mass.code() == "t";
    match (tonnes, activity.code()) {
        (true, "MW.h") => "tCO2e/MWh",
        (true, _) => "tCO2e",
        (_, "kg") => "kgCO2e/kg",
        (_, "m3") => "kgCO2e/m³",
        (_, "m3{normal}") => "kgCO2e/Nm³",
        (_, "[cft_i]{standard}") => "kgCO2e/scf",
        (_, "kW.h") => "kgCO2e/kWh",
        (_, "kW.h{gross}") => "kgCO2e/kWh (Gross CV)",
        (_, "kW.h{net}") => "kgCO2e/kWh (Net CV)",
        (_, "km") => "kgCO2e/km",
        (_, "t.km") => "kgCO2e/(t·km)",
        (_, "{passenger}.km") => "kgCO2e/(passenger·km)",
        (_, "{room}.{night}") => "kgCO2e/(room·night)",
        (_, "{FTE}.h") => "kgCO2e/(FTE·h)",
        (_, "{item}") => "kgCO2e/item",
        (_, "m2") => "kgCO2e/m²",
        _ => "kgCO2e",
    }
}

/// What a rate is read for.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'a> {
    pub catalogue: &'a Catalogue,
    pub gwp_set: GwpSet,
    /// Period of the inventory.
    pub period: Option<Period>,
    /// Treatments that a shipped factor may have.
    pub treatments: &'a [Treatment],
}

impl Rate {
    /// Whether it names this factor of the catalogue.
    pub(super) fn factor(set_and_id: String) -> Self {
        Self {
            factor: Some(set_and_id),
            ..Self::default()
        }
    }

    /// Checks the rate against the activity's unit and brings it into one form.
    pub(super) fn check(
        &self,
        place: &str,
        target: Unit,
        purpose: Purpose<'_>,
        faults: &mut Faults,
    ) -> Option<Checked> {
        let forms = usize::from(self.value.is_some())
            + usize::from(!self.gases.is_empty())
            + usize::from(self.factor.is_some());
        if forms != 1 {
            faults.add(place, Error::RateForm);
            return None;
        }
        if let Some(reference) = &self.factor {
            return faults.keep(
                format!("{place}.factor"),
                from_catalogue(reference, target, purpose),
            );
        }
        let before = faults.0.len();
        let Some(unit) = &self.unit else {
            faults.add(format!("{place}.unit"), Error::RateForm);
            return None;
        };
        let (mass, activity) = faults.keep(format!("{place}.unit"), rate_unit(unit))?;
        faults.keep(format!("{place}.unit"), activity.ratio_to(target));
        let source = self.source.as_deref().unwrap_or_default();
        let citation = citation(
            source,
            &self.clause,
            self.standing.as_deref(),
            place,
            faults,
        );
        let mut parts = Vec::new();
        let amount = |field: String, value: Decimal, faults: &mut Faults| {
            if value.is_negative() {
                faults.add(
                    field,
                    Error::NumberNegative {
                        text: value.to_string(),
                    },
                );
            }
            Exact::from(value)
        };
        if let Some(value) = self.value {
            let amount = amount(format!("{place}.value"), value, faults);
            parts.push(Part {
                substance: None,
                amount,
                mass,
                activity,
            });
        }
        for (position, gas) in self.gases.iter().enumerate() {
            let field = format!("{place}.gases[{position}]");
            let amount = amount(format!("{field}.value"), gas.value, faults);
            let Some(substance) = Substance::from_code(&gas.gas) else {
                faults.add(
                    format!("{field}.gas"),
                    Error::UnknownGas {
                        text: excerpt(&gas.gas),
                    },
                );
                continue;
            };
            let units = match &gas.unit {
                Some(unit) => faults.keep(format!("{field}.unit"), rate_unit(unit)),
                None => Some((mass, activity)),
            };
            let Some((mass, activity)) = units else {
                continue;
            };
            faults.keep(format!("{field}.unit"), activity.ratio_to(target));
            for (gas, _) in substance.parts() {
                faults.keep(field.clone(), purpose.gwp_set.gwp(gas));
            }
            if parts
                .iter()
                .any(|part: &Part| part.substance == Some(substance))
            {
                faults.add(
                    field,
                    Error::NameTwice {
                        text: gas.gas.clone(),
                    },
                );
            }
            parts.push(Part {
                substance: Some(substance),
                amount,
                mass,
                activity,
            });
        }
        let biogenic = self.biogenic_co2.map(|value| Part {
            substance: Some(Substance::Gas(Gas::Co2)),
            amount: amount(format!("{place}.biogenic_co2"), value, faults),
            mass,
            activity,
        });
        let own = match &self.gwp_set {
            Some(text) => faults.keep(format!("{place}.gwp_set"), GwpSet::parse(text)),
            None => None,
        };
        let other_gwp_set = match (self.value, own) {
            (Some(_), Some(set)) if set != purpose.gwp_set => Some(set.code().to_owned()),
            _ => None,
        };
        (faults.0.len() == before).then_some(Checked {
            parts,
            biogenic,
            citation,
            gwp_set: purpose.gwp_set,
            other_gwp_set,
            outside_window: None,
            target,
        })
    }
}

/// A shipped factor as a rate.
fn from_catalogue(text: &str, target: Unit, purpose: Purpose<'_>) -> Result<Checked, Error> {
    let unknown = || Error::UnknownReference {
        reference: excerpt(text),
    };
    let (set, id) = text.split_once('/').ok_or_else(unknown)?;
    let index = purpose.catalogue.find(set, id).ok_or_else(unknown)?;
    let (manifest, factor) = purpose.catalogue.factor(index);
    if !purpose.treatments.contains(&factor.treatment) {
        return Err(Error::FactorTreatment {
            factor: text.to_owned(),
            treatment: factor.treatment.code().to_owned(),
        });
    }
    let mut outside_window = None;
    if let Some(period) = purpose.period
        && let Some(error) = purpose.catalogue.set_outside_use(index, period)
    {
        return Err(error);
    }
    if let Some(period) = purpose.period
        && factor.fit(period) != Fit::Within
    {
        if factor.restriction == Restriction::Window {
            return Err(Error::FactorOutsideUse {
                factor: text.to_owned(),
                period,
                valid: factor.window(),
                instrument: factor.instrument.clone(),
            });
        }
        outside_window = Some(factor.window());
    }
    factor.unit.ratio_to(target)?;
    let part = |substance, amount: Decimal, mass| Part {
        substance,
        amount: amount.into(),
        mass,
        activity: factor.unit,
    };
    let mut other_gwp_set = None;
    let parts = match &factor.values {
        Values::Gases(gases) => {
            for (gas, _) in gases.iter().flat_map(|rate| rate.substance.parts()) {
                purpose.gwp_set.gwp(gas)?;
            }
            gases
                .iter()
                .map(|rate| part(Some(rate.substance), rate.amount, rate.unit))
                .collect()
        }
        Values::Co2e {
            total,
            unit,
            gwp_set,
            ..
        } => {
            if *gwp_set != purpose.gwp_set {
                other_gwp_set = Some(gwp_set.code().to_owned());
            }
            vec![part(None, *total, *unit)]
        }
        Values::Fuel { .. } => return Err(Error::RateForm),
    };
    Ok(Checked {
        parts,
        biogenic: factor
            .biogenic_co2
            .map(|amount| part(Some(Substance::Gas(Gas::Co2)), amount, Unit::KILOGRAM)),
        citation: Citation {
            document: manifest.document.clone(),
            clause: factor.source.clone(),
            reference: format!("{}@{}/{}", manifest.id, manifest.version, factor.id),
            standing: factor.quality.standing(),
        },
        gwp_set: purpose.gwp_set,
        other_gwp_set,
        outside_window,
        target,
    })
}

impl Checked {
    /// The rate of each gas by mass, in `mass` (kg or t) per the target unit; without a gas, what the source gives as CO2e.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub(super) fn by_gas(
        &self,
        derivation: &mut Derivation,
        subject: &str,
        mass: Unit,
    ) -> Result<Vec<(Option<Gas>, Number)>, Error> {
        let symbol = rate_symbol(mass, self.target);
        let mut rates = Vec::new();
        for part in &self.parts {
            let Some(substance) = part.substance else {
                let stated = self.number(derivation, "emission_rate", subject, part, mass)?;
                rates.push((None, stated));
                continue;
            };
            let of_substance = of(subject, substance.symbol());
            let stated = self.number(derivation, "gas_rate", &of_substance, part, mass)?;
            match substance {
                Substance::Gas(gas) => rates.push((Some(gas), stated)),
                Substance::Blend(blend) => {
                    for (gas, percent) in blend.parts {
                        let share = Exact::from(*percent).mul(&Exact::from_ratio(1, 100)?)?;
                        let share = derivation.constant("share_of_blend", share, "");
                        let rate = derivation.product(
                            BLEND,
                            "gas_rate",
                            of(subject, gas.symbol()),
                            symbol,
                            &[stated, share],
                        )?;
                        rates.push((Some(*gas), rate));
                    }
                }
            }
        }
        Ok(rates)
    }

    /// The rate of CO2e, in `mass` (kg or t) per the target unit.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::GwpMissing`].
    pub(super) fn co2e(
        &self,
        derivation: &mut Derivation,
        subject: &str,
        mass: Unit,
    ) -> Result<Number, Error> {
        let symbol = rate_symbol(mass, self.target);
        let mut weighted = Vec::new();
        for (gas, rate) in self.by_gas(derivation, subject, mass)? {
            match gas {
                None | Some(Gas::Co2) => weighted.push(rate),
                Some(gas) => {
                    let gwp = gwp(derivation, self.gwp_set, gas)?;
                    weighted.push(derivation.product(
                        CO2E,
                        "gas_rate_co2e",
                        of(subject, gas.symbol()),
                        symbol,
                        &[rate, gwp],
                    )?);
                }
            }
        }
        match weighted.as_slice() {
            [single] => Ok(*single),
            _ => derivation.sum(ALL_GASES, "emission_rate", subject, symbol, &weighted),
        }
    }

    /// The rate of biogenic CO2, if the source has one.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub(super) fn biogenic(
        &self,
        derivation: &mut Derivation,
        subject: &str,
        mass: Unit,
    ) -> Result<Option<Number>, Error> {
        self.biogenic
            .as_ref()
            .map(|part| self.number(derivation, "biogenic_co2_rate", subject, part, mass))
            .transpose()
    }

    fn number(
        &self,
        derivation: &mut Derivation,
        label: &'static str,
        subject: &str,
        part: &Part,
        mass: Unit,
    ) -> Result<Number, Error> {
        let stated = derivation.parameter(
            label,
            subject,
            part.amount.clone(),
            if part.mass == mass && part.activity == self.target {
                rate_symbol(mass, self.target)
            } else {
                part.mass.symbol()
            },
            self.citation.clone(),
        );
        if part.mass == mass && part.activity == self.target {
            return Ok(stated);
        }
        let numerator = derivation.constant("mass_unit", part.mass.ratio_to(mass)?, mass.symbol());
        let denominator = derivation.constant(
            "activity_unit",
            part.activity.ratio_to(self.target)?,
            self.target.symbol(),
        );
        let scaled = derivation.product(
            CONVERSION,
            "mass_of_source",
            subject,
            mass.symbol(),
            &[stated, numerator],
        )?;
        derivation.quotient(
            IN_UNIT,
            label,
            subject,
            rate_symbol(mass, self.target),
            &[scaled, denominator],
        )
    }
}

/// `subject, symbol`, or the symbol alone.
fn of(subject: &str, symbol: &str) -> String {
    if subject.is_empty() {
        symbol.to_owned()
    } else {
        format!("{subject}, {symbol}")
    }
}

/// The global warming potential of a gas, with the table that it stands in.
///
/// # Errors
/// [`Error::GwpMissing`].
pub(super) fn gwp(derivation: &mut Derivation, set: GwpSet, gas: Gas) -> Result<Number, Error> {
    // Fossil methane of AR5 was not read in a document; all other values were compared with a public table.
    let recalled = matches!(set, GwpSet::Ar5Fossil | GwpSet::Ar5Feedback) && gas == Gas::Ch4Fossil;
    Ok(derivation.parameter(
        "gwp",
        gas.symbol(),
        set.gwp(gas)?,
        "kgCO2e/kg",
        Citation {
            document: set.table().to_owned(),
            clause: String::new(),
            reference: set.code().to_owned(),
            standing: if recalled {
                Standing::Recalled
            } else {
                Standing::Secondary
            },
        },
    ))
}

/// An amount of activity of the document, brought to `target`.
///
/// # Errors
/// As [`Unit::ratio_to`]; [`Error::Overflow`].
pub(super) fn quantity(
    derivation: &mut Derivation,
    label: &'static str,
    subject: &str,
    stated: (Decimal, Unit),
    target: Unit,
    place: &str,
    evidence: &str,
) -> Result<Number, Error> {
    let (amount, unit) = stated;
    let stated = derivation.input(label, subject, amount, unit.symbol(), place, evidence);
    if unit == target {
        return Ok(stated);
    }
    let ratio = unit.ratio_to(target)?;
    let conversion = derivation.constant("unit_conversion", ratio, target.symbol());
    derivation.product(
        CONVERSION,
        label,
        subject,
        target.symbol(),
        &[stated, conversion],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_unit_of_calculation() {
        for unit in Unit::all() {
            assert_eq!(
                activity_unit(unit.kind()).kind(),
                unit.kind(),
                "{}",
                unit.code()
            );
        }
    }

    #[test]
    fn units_of_rates_are_read_with_and_without_the_gas() {
        for text in [
            "kg/kWh",
            "kgCO2e/kWh",
            "kg CO2e / kWh",
            "lb/MWh",
            "g/mmBtu (gross)",
            "t/TJ (net)",
        ] {
            assert!(rate_unit(text).is_ok(), "{text}");
        }
        for text in ["kg", "kWh/kg", "ton/MWh", "kg/", ""] {
            assert!(rate_unit(text).is_err(), "{text}");
        }
    }
}
