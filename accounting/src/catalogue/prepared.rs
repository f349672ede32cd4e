//! A factor's numbers brought to kilograms once, so that a row needs only multiplications.

use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::{Factor, Selection, Treatment, Values};
use crate::flag::{Flag, Flags};
use crate::gas::{Gas, GwpSet, Substance};
use crate::region::Region;
use crate::scope::Category;
use crate::unit::Unit;

/// Numbers per one unit of activity, masses in kg.
#[derive(Debug)]
pub(crate) enum Rates {
    /// kg of each gas; blends are divided by composition.
    Gases(Vec<(Gas, Exact)>),
    /// kg CO2e: published total, published parts, total minus parts.
    Co2e {
        total: Exact,
        parts: Vec<(Gas, Exact)>,
        rest: Exact,
        gwp_set: GwpSet,
    },
    /// See [`Values::Fuel`].
    Fuel {
        ncv: Option<Decimal>,
        carbon_per_heat: Option<Decimal>,
        carbon_content: Option<Decimal>,
        oxidation: Option<Decimal>,
    },
}

/// A factor ready for use.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub set: usize,
    pub row: usize,
    pub rates: Rates,
    /// kg biogenic CO2 per unit.
    pub biogenic: Option<Exact>,
    /// Flags that every result with this factor carries.
    pub flags: Flags,
    /// What the choice of a factor asks first, side by side.
    pub key: Key,
}

/// The properties of a factor by which it is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// One bit for each category that may use it.
    pub categories: u32,
    pub fuel: bool,
    pub open: bool,
    pub unit: Unit,
    pub treatment: Treatment,
    pub region: Region,
}

impl Key {
    fn new(factor: &Factor) -> Self {
        let bits = |categories: &[Category]| {
            categories
                .iter()
                .fold(0, |bits, category| bits | 1 << *category as u32)
        };
        Self {
            categories: if factor.categories.is_empty() {
                u32::MAX
            } else {
                bits(&factor.categories)
            },
            fuel: matches!(factor.values, Values::Fuel { .. }),
            open: factor.selection == Selection::Open,
            unit: factor.unit,
            treatment: factor.treatment,
            region: factor.region,
        }
    }
}

/// `amount` of `substance` in kg, added to `gases`.
pub(crate) fn add_substance(
    gases: &mut Vec<(Gas, Exact)>,
    substance: Substance,
    kilograms: &Exact,
) -> Result<(), Error> {
    let mut add = |gas: Gas, mass: Exact| -> Result<(), Error> {
        match gases.iter_mut().find(|(known, _)| *known == gas) {
            Some((_, known)) => *known = known.add(&mass)?,
            None => gases.push((gas, mass)),
        }
        Ok(())
    };
    match substance {
        Substance::Gas(gas) => add(gas, kilograms.clone()),
        Substance::Blend(blend) => blend.parts.iter().try_for_each(|(gas, percent)| {
            add(
                *gas,
                kilograms
                    .mul(&(*percent).into())?
                    .mul(&Decimal::from_parts(1, 2).into())?,
            )
        }),
    }
}

impl Prepared {
    pub(super) fn new(set: usize, row: usize, factor: &Factor) -> Result<Self, Error> {
        let mut flags = Flags::NONE;
        if factor.quality.is_unofficial() {
            flags.insert(Flag::UnofficialFactor);
        }
        let rates = match &factor.values {
            Values::Gases(rates) => {
                let mut gases = Vec::new();
                for rate in rates {
                    let kilograms = rate.unit.convert(&rate.amount.into(), Unit::KILOGRAM)?;
                    add_substance(&mut gases, rate.substance, &kilograms)?;
                }
                Rates::Gases(gases)
            }
            Values::Co2e {
                total,
                unit,
                parts,
                gwp_set,
            } => {
                let total = unit.convert(&(*total).into(), Unit::KILOGRAM)?;
                let mut rest = total.clone();
                let parts = parts
                    .iter()
                    .map(|(gas, value)| {
                        let value = unit.convert(&(*value).into(), Unit::KILOGRAM)?;
                        rest = rest.sub(&value)?;
                        Ok((*gas, value))
                    })
                    .collect::<Result<Vec<_>, Error>>()?;
                if !parts.is_empty() && !rest.is_zero() {
                    flags.insert(Flag::PublishedTotalDiffersFromParts);
                }
                Rates::Co2e {
                    total,
                    parts,
                    rest,
                    gwp_set: *gwp_set,
                }
            }
            Values::Fuel {
                ncv,
                carbon_per_heat,
                carbon_content,
                oxidation,
            } => Rates::Fuel {
                ncv: *ncv,
                carbon_per_heat: *carbon_per_heat,
                carbon_content: *carbon_content,
                oxidation: *oxidation,
            },
        };
        Ok(Self {
            set,
            row,
            rates,
            biogenic: factor.biogenic_co2.map(Into::into),
            key: Key::new(factor),
            flags,
        })
    }

    /// The single number that a person calls "the emission factor", in kg per unit: the published CO2e total, or the mass
    /// of CO2 where the source gives CO2 only.
    pub(super) fn headline(&self) -> Option<&Exact> {
        match &self.rates {
            Rates::Co2e { total, .. } => Some(total),
            Rates::Gases(gases) => match gases.as_slice() {
                [(Gas::Co2, mass)] => Some(mass),
                _ => None,
            },
            Rates::Fuel { .. } => None,
        }
    }
}
