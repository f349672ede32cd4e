//! Exact sums of results: an inventory's totals by scope, category, gas, month and facility.

use crate::calculation::{Calculation, Component, Emissions};
use crate::date::{Month, Period};
use crate::error::Error;
use crate::exact::Exact;
use crate::flag::Flag;
use crate::scope::{Category, Scope};
use std::collections::BTreeMap;

/// Sums of one group of rows, kg.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Amounts {
    /// CO2e, scope 2 location-based.
    pub location_co2e_kg: Exact,
    /// CO2e, scope 2 market-based.
    pub market_co2e_kg: Exact,
    /// Biogenic CO2, outside the scopes.
    pub biogenic_co2_kg: Exact,
    /// CO2e of gases outside the Kyoto Protocol, outside the scopes.
    pub non_kyoto_co2e_kg: Exact,
    /// Rows.
    pub rows: u64,
}

/// Sums of one gas, kg.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct GasTotals {
    /// Mass as far as the sources give it, scope 2 location-based; rows whose source gives CO2e only are not in it.
    pub location_mass_kg: Exact,
    /// The same, scope 2 market-based.
    pub market_mass_kg: Exact,
    /// CO2e, scope 2 location-based.
    pub location_co2e_kg: Exact,
    /// CO2e, scope 2 market-based.
    pub market_co2e_kg: Exact,
    /// Whether every row with this gas gave its mass.
    pub mass_complete: bool,
    /// Rows whose source gives this gas as CO2e only.
    pub rows_without_mass: u64,
}

/// An inventory's totals.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Totals {
    /// Everything. Location- and market-based totals stand side by side and are never added.
    pub total: Amounts,
    /// By scope.
    pub scopes: BTreeMap<Scope, Amounts>,
    /// By category.
    pub categories: BTreeMap<Category, Amounts>,
    /// By gas.
    pub gases: BTreeMap<Component, GasTotals>,
    /// By month; `None` holds rows that span more than one month: they are not spread by guess.
    pub months: BTreeMap<Option<Month>, Amounts>,
    /// By facility, named by its id; `None` holds rows without one.
    pub facilities: BTreeMap<Option<String>, Amounts>,
    /// Rows that carry each flag.
    pub flags: BTreeMap<Flag, u64>,
}

/// Adds results up, and takes them out again when a row is replaced or a closed inventory restated.
///
/// The sums are exact, so the order of rows does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Aggregator {
    totals: Totals,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

impl Direction {
    fn apply(self, sum: &mut Exact, value: &Exact) -> Result<(), Error> {
        if !value.is_zero() {
            *sum = if self == Self::In {
                sum.add(value)?
            } else {
                sum.sub(value)?
            };
        }
        Ok(())
    }

    fn count(self, rows: &mut u64) -> Result<(), Error> {
        *rows = if self == Self::In {
            rows.checked_add(1)
        } else {
            rows.checked_sub(1)
        }
        .ok_or(Error::Overflow)?;
        Ok(())
    }
}

impl Aggregator {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row's result.
    ///
    /// # Errors
    /// [`Error::Overflow`]; the sums are then unusable.
    pub fn add(
        &mut self,
        result: &Calculation,
        period: Period,
        facility: Option<&str>,
    ) -> Result<(), Error> {
        self.apply(Direction::In, result, period, facility)
    }

    /// Takes a row's result out that was added before.
    ///
    /// # Errors
    /// [`Error::Overflow`], also if more rows are taken out than were added.
    pub fn remove(
        &mut self,
        result: &Calculation,
        period: Period,
        facility: Option<&str>,
    ) -> Result<(), Error> {
        self.apply(Direction::Out, result, period, facility)
    }

    fn apply(
        &mut self,
        direction: Direction,
        result: &Calculation,
        period: Period,
        facility: Option<&str>,
    ) -> Result<(), Error> {
        let totals = &mut self.totals;
        let of_facility = match totals.facilities.get_mut(&facility.map(str::to_owned)) {
            Some(amounts) => amounts,
            None => totals
                .facilities
                .entry(facility.map(str::to_owned))
                .or_default(),
        };
        for amounts in [
            &mut totals.total,
            totals.scopes.entry(result.scope).or_default(),
            totals.categories.entry(result.category).or_default(),
            totals.months.entry(period.month()).or_default(),
            of_facility,
        ] {
            direction.apply(&mut amounts.location_co2e_kg, &result.location.co2e_kg)?;
            direction.apply(&mut amounts.market_co2e_kg, &result.market().co2e_kg)?;
            direction.apply(&mut amounts.biogenic_co2_kg, &result.biogenic_co2_kg)?;
            direction.apply(&mut amounts.non_kyoto_co2e_kg, &result.non_kyoto_co2e_kg)?;
            direction.count(&mut amounts.rows)?;
        }
        Self::apply_gases(&mut totals.gases, direction, &result.location, true)?;
        Self::apply_gases(&mut totals.gases, direction, result.market(), false)?;
        for flag in result.flags.iter() {
            direction.count(totals.flags.entry(flag).or_default())?;
        }
        if direction == Direction::Out {
            totals.drop_empty();
        }
        Ok(())
    }

    fn apply_gases(
        gases: &mut BTreeMap<Component, GasTotals>,
        direction: Direction,
        emissions: &Emissions,
        location: bool,
    ) -> Result<(), Error> {
        for part in &emissions.gases {
            let sums = gases.entry(part.component).or_insert_with(|| GasTotals {
                mass_complete: true,
                ..GasTotals::default()
            });
            let (mass, co2e) = if location {
                (&mut sums.location_mass_kg, &mut sums.location_co2e_kg)
            } else {
                (&mut sums.market_mass_kg, &mut sums.market_co2e_kg)
            };
            direction.apply(co2e, &part.co2e_kg)?;
            match &part.mass_kg {
                Some(value) => direction.apply(mass, value)?,
                None => direction.count(&mut sums.rows_without_mass)?,
            }
            sums.mass_complete = sums.rows_without_mass == 0;
        }
        Ok(())
    }

    /// The totals so far.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The totals.
    #[must_use]
    pub fn into_totals(self) -> Totals {
        self.totals
    }
}

impl Totals {
    fn drop_empty(&mut self) {
        self.scopes.retain(|_, amounts| amounts.rows > 0);
        self.categories.retain(|_, amounts| amounts.rows > 0);
        self.months.retain(|_, amounts| amounts.rows > 0);
        self.facilities.retain(|_, amounts| amounts.rows > 0);
        self.flags.retain(|_, rows| *rows > 0);
        self.gases.retain(|_, gas| {
            gas.rows_without_mass > 0
                || ![
                    &gas.location_co2e_kg,
                    &gas.market_co2e_kg,
                    &gas.location_mass_kg,
                    &gas.market_mass_kg,
                ]
                .into_iter()
                .all(Exact::is_zero)
        });
    }

    /// Sums of a scope, zero if it has no row.
    #[must_use]
    pub fn scope(&self, scope: Scope) -> Amounts {
        self.scopes.get(&scope).cloned().unwrap_or_default()
    }
}
