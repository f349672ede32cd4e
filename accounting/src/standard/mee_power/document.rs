//! What a plant reports: units with their months.

use super::rules::{Guideline, Rules};
use crate::catalogue::Catalogue;
use crate::date::Month;
use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Faults;
use crate::standard::mee::electricity::{GridFactor, Sector};
use crate::standard::mee::fuel::Defaults;
use crate::standard::mee::heat::Heat;
use crate::standard::mee::{Cited, Fuel, Places, check};
use serde::Deserialize;

/// Factor set with the guideline's table of fuels other than coal as fired.
const FUELS: &str = "mee-fuel";

/// A year of a plant.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Name of the plant.
    pub plant: String,
    /// Reporting year.
    pub year: u16,
    /// `mee_power` or `unrounded`.
    #[serde(default = "profile")]
    pub profile: String,
    /// Whether the plan declares monthly reporting; then no month may be missing.
    #[serde(default = "monthly")]
    pub monthly: bool,
    /// Day of the report: the notice in force then decides.
    pub reported_on: Option<String>,
    /// Factor of purchased electricity where no notice is known here.
    pub electricity_factor: Option<Cited>,
    /// The units.
    pub unit: Vec<Unit>,
}

fn profile() -> String {
    "mee_power".to_owned()
}

fn monthly() -> bool {
    true
}

/// A unit (机组), or several that report together because they share a steam main.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub name: String,
    /// Rated capacity, MW; of all sets together.
    pub capacity: Decimal,
    /// Burns coal gangue, slurry or the like, or in a circulating fluidised bed (非常规燃煤机组).
    #[serde(default)]
    pub unconventional: bool,
    /// First month in service, if it is not January.
    pub from: Option<String>,
    /// Last month in service, if it is not December.
    pub through: Option<String>,
    #[serde(rename = "month")]
    pub months: Vec<UnitMonth>,
}

/// A month of a unit.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// Running hours.
    pub hours: Decimal,
    /// Gross generation, MWh.
    pub generation: Decimal,
    /// Net electricity supplied, MWh; else from the station's own consumption.
    pub supply: Option<Decimal>,
    /// The station's own consumption, MWh.
    pub auxiliary: Option<Decimal>,
    /// Of it, for heat supply alone, MWh.
    pub auxiliary_heat: Option<Decimal>,
    /// Electricity bought, MWh.
    #[serde(default)]
    pub purchased: Decimal,
    /// Heat of the boilers (of the heat recovery boiler for combined cycles), GJ; needed where heat is supplied.
    pub boiler_heat: Option<Decimal>,
    #[serde(default)]
    pub fuel: Vec<Fuel>,
    #[serde(default)]
    pub heat: Vec<Heat>,
}

/// A document without faults, with the rules that are for it.
pub(super) struct Checked<'a> {
    pub places: Places,
    pub factor: GridFactor,
    /// The guideline of each month of each unit.
    pub guidelines: Vec<Vec<&'a Guideline>>,
    pub months: Vec<Vec<Month>>,
    pub table: &'a str,
    pub units: Vec<&'a str>,
}

impl Checked<'_> {
    /// The guidelines that were applied.
    pub fn instrument(&self) -> String {
        let mut documents: Vec<&str> = Vec::new();
        for guideline in self.guidelines.iter().flatten() {
            if !documents.contains(&guideline.document.as_str()) {
                documents.push(&guideline.document);
            }
        }
        documents.join("；")
    }

    /// Position of a unit by its name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.units.iter().position(|known| *known == name)
    }
}

/// Where the figures of a month's fuels come from if they are not measured.
pub(super) fn defaults<'a>(
    catalogue: &'a Catalogue,
    guideline: &'a Guideline,
    unconventional: bool,
    table: &'a str,
) -> Defaults<'a> {
    Defaults {
        catalogue,
        set: FUELS,
        coal: Some(guideline.coal(unconventional, table)),
    }
}

impl Document {
    /// Notes every fault.
    pub fn check<'a>(
        &'a self,
        faults: &mut Faults,
        rules: &'a Rules,
        catalogue: &Catalogue,
    ) -> Option<Checked<'a>> {
        if self.plant.trim().is_empty() {
            faults.add("plant", Error::NameEmpty);
        }
        let places = Places::choose(faults, &rules.profile, &self.profile);
        let factor = GridFactor::choose(
            faults,
            Sector::Power,
            self.year,
            self.reported_on.as_deref(),
            self.electricity_factor.as_ref(),
        );
        check::names(
            faults,
            "unit",
            self.unit.iter().map(|unit| unit.name.as_str()),
        );
        if self.unit.is_empty() {
            faults.add("unit", Error::NameEmpty);
        }
        let (mut guidelines, mut months) = (Vec::new(), Vec::new());
        for (position, unit) in self.unit.iter().enumerate() {
            let place = format!("unit[{position}]");
            let found = unit.check(faults, rules, catalogue, self, &place);
            guidelines.push(found.iter().map(|(_, guideline)| *guideline).collect());
            months.push(found.into_iter().map(|(month, _)| month).collect());
        }
        Some(Checked {
            places,
            factor: factor?,
            guidelines,
            months,
            table: &rules.code,
            units: self.unit.iter().map(|unit| unit.name.as_str()).collect(),
        })
    }
}

impl Unit {
    fn check<'a>(
        &self,
        faults: &mut Faults,
        rules: &'a Rules,
        catalogue: &Catalogue,
        document: &Document,
        place: &str,
    ) -> Vec<(Month, &'a Guideline)> {
        check::positive(faults, &format!("{place}.capacity"), &self.capacity);
        let months = check::months(
            faults,
            &format!("{place}.month"),
            document.year,
            document
                .monthly
                .then_some((self.from.as_deref(), self.through.as_deref())),
            self.months.iter().map(|month| month.month.as_str()),
        );
        let mut found = Vec::new();
        for (position, (data, month)) in self.months.iter().zip(months).enumerate() {
            let place = format!("{place}.month[{position}]");
            let Some(month) = month else { continue };
            let Some(guideline) = faults.keep(format!("{place}.month"), rules.for_month(month))
            else {
                continue;
            };
            let defaults = defaults(catalogue, guideline, self.unconventional, &rules.code);
            data.check(faults, &defaults, self, month, &place);
            found.push((month, guideline));
        }
        found
    }
}

impl UnitMonth {
    fn check(
        &self,
        faults: &mut Faults,
        defaults: &Defaults<'_>,
        unit: &Unit,
        month: Month,
        place: &str,
    ) {
        let at = |field: &str| format!("{place}.{field}");
        for (field, value) in [
            ("hours", Some(&self.hours)),
            ("generation", Some(&self.generation)),
            ("supply", self.supply.as_ref()),
            ("auxiliary", self.auxiliary.as_ref()),
            ("auxiliary_heat", self.auxiliary_heat.as_ref()),
            ("purchased", Some(&self.purchased)),
            ("boiler_heat", self.boiler_heat.as_ref()),
        ] {
            check::not_negative_if(faults, &at(field), value);
        }
        let hours = Exact::from(self.hours);
        let most = Exact::from_integer(i64::from(month.days()) * 24);
        if hours > most {
            faults.add(
                at("hours"),
                Error::HoursBeyondPeriod {
                    hours: self.hours.to_string(),
                    limit: most.to_string(),
                },
            );
        } else if let Ok(limit) = hours.mul(&Exact::from(unit.capacity))
            && Exact::from(self.generation) > limit
        {
            faults.add(
                at("generation"),
                Error::AboveCapacity {
                    amount: self.generation.to_string(),
                    limit: limit.to_string(),
                },
            );
        }
        for (field, part) in [("supply", &self.supply), ("auxiliary", &self.auxiliary)] {
            if let Some(part) = part
                && Exact::from(*part) > Exact::from(self.generation)
                // A unit that stands still draws from the grid.
                && !(field == "auxiliary" && self.generation.is_zero())
            {
                faults.add(
                    at(field),
                    Error::PartsAboveWhole {
                        parts: part.to_string(),
                        whole: self.generation.to_string(),
                    },
                );
            }
        }
        if let Some(part) = self.auxiliary_heat {
            match self.auxiliary {
                Some(whole) if Exact::from(part) > Exact::from(whole) => faults.add(
                    at("auxiliary_heat"),
                    Error::PartsAboveWhole {
                        parts: part.to_string(),
                        whole: whole.to_string(),
                    },
                ),
                Some(_) => {}
                None => faults.add(
                    at("auxiliary_heat"),
                    Error::ParameterMissing {
                        parameter: "auxiliary".to_owned(),
                        activity: month.to_string(),
                    },
                ),
            }
        }
        for (position, fuel) in self.fuel.iter().enumerate() {
            fuel.check(faults, defaults, &format!("{place}.fuel[{position}]"));
        }
        for (position, heat) in self.heat.iter().enumerate() {
            heat.check(faults, &format!("{place}.heat[{position}]"));
        }
        // The ratio is of the whole year: months without heat supply count with their boiler heat.
        if unit.months.iter().any(|data| !data.heat.is_empty()) && self.boiler_heat.is_none() {
            faults.add(
                at("boiler_heat"),
                Error::ParameterMissing {
                    parameter: "boiler_heat".to_owned(),
                    activity: month.to_string(),
                },
            );
        }
    }
}
