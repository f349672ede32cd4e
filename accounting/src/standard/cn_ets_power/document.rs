//! What an entity reports for its allocation.

use super::plan::{Basis, Class, LoadUnits, Plan, PreAllocation, Table};
use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Faults;
use crate::standard::cn_ets::{CarryOver, whole};
use crate::standard::mee::check;
use serde::Deserialize;

/// A year of an entity.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub entity: String,
    /// Year of the emissions.
    pub year: u16,
    pub unit: Vec<Unit>,
    /// Offsets used, t.
    #[serde(default)]
    pub offset: Decimal,
    /// Allowances of the next plan borrowed, t.
    #[serde(default)]
    pub borrow: Decimal,
    pub carry_over: Option<CarryOver>,
}

/// The class as a document writes it: by name, or as conventional coal whose capacity decides.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatedClass {
    #[serde(rename = "conventional_over_300")]
    ConventionalOver300,
    #[serde(rename = "conventional_up_to_300")]
    ConventionalUpTo300,
    Conventional,
    Unconventional,
    Gas,
}

/// How a unit is cooled.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cooling {
    /// 水冷.
    #[default]
    Water,
    /// 空冷.
    Air,
    /// 背压机组.
    BackPressure,
}

/// A unit with its verified figures.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub name: String,
    pub class: StatedClass,
    /// MW.
    pub capacity: Option<Decimal>,
    /// Whether it is a cogeneration unit; by default, whether it supplies heat.
    pub cogeneration: Option<bool>,
    /// 供电量, MWh.
    pub supply: Option<Decimal>,
    /// 发电量, MWh.
    pub generation: Option<Decimal>,
    /// 供热量, GJ.
    #[serde(default)]
    pub heat: Decimal,
    /// 供热比, a fraction.
    #[serde(default)]
    pub heat_ratio: Decimal,
    #[serde(default)]
    pub cooling: Cooling,
    /// 负荷（出力）系数 as reported: per cent with two decimals.
    pub load_factor: Option<Decimal>,
    /// Verified emissions, t.
    pub emissions: Decimal,
    /// Whether the plan covers the unit.
    #[serde(default = "yes")]
    pub inside: bool,
    /// Verified emissions of the year that the pre-allocation goes by, t.
    pub previous_emissions: Option<Decimal>,
    /// Electricity supplied in the base year of the pre-allocation, MWh.
    pub base_supply: Option<Decimal>,
    /// Heat supplied in the base year of the pre-allocation, GJ.
    pub base_heat: Option<Decimal>,
}

fn yes() -> bool {
    true
}

/// A unit that the plan covers, with its class.
pub(super) struct Covered<'a> {
    pub unit: &'a Unit,
    pub place: String,
    pub class: Class,
    /// Whether the class rests on the boundary between the classes.
    pub by_capacity: bool,
    pub output: Decimal,
    pub cogeneration: bool,
}

impl Document {
    /// Notes every fault; gives the covered units.
    pub fn check<'a>(
        &'a self,
        faults: &mut Faults,
        table: &Table,
        plan: &Plan,
    ) -> Vec<Covered<'a>> {
        if self.entity.trim().is_empty() {
            faults.add("entity", Error::NameEmpty);
        }
        check::names(
            faults,
            "unit",
            self.unit.iter().map(|unit| unit.name.as_str()),
        );
        whole(faults, "offset", &self.offset);
        whole(faults, "borrow", &self.borrow);
        if let Some(carry_over) = &self.carry_over {
            carry_over.check(faults);
            if plan.carry_over_base.is_none() {
                faults.add(
                    "carry_over",
                    Error::NoRuleForPeriod {
                        table: format!("{} {}", table.code, plan.code),
                        period: self.year.to_string(),
                    },
                );
            }
        }
        let mut covered = Vec::new();
        for (position, unit) in self.unit.iter().enumerate() {
            let place = format!("unit[{position}]");
            whole(faults, &format!("{place}.emissions"), &unit.emissions);
            if unit.inside {
                covered.extend(unit.check(faults, table, plan, place));
            }
        }
        covered
    }
}

impl Unit {
    fn check<'a>(
        &'a self,
        faults: &mut Faults,
        table: &Table,
        plan: &Plan,
        place: String,
    ) -> Option<Covered<'a>> {
        let at = |field: &str| format!("{place}.{field}");
        let missing = |faults: &mut Faults, field: &str| {
            faults.add(
                at(field),
                Error::ParameterMissing {
                    parameter: field.to_owned(),
                    activity: self.name.clone(),
                },
            );
        };
        for (field, value) in [
            ("supply", self.supply.as_ref()),
            ("generation", self.generation.as_ref()),
            ("heat", Some(&self.heat)),
            ("base_supply", self.base_supply.as_ref()),
            ("base_heat", self.base_heat.as_ref()),
        ] {
            check::not_negative_if(faults, &at(field), value);
        }
        if let Some(previous) = &self.previous_emissions {
            whole(faults, &at("previous_emissions"), previous);
        }
        check::share(faults, &at("heat_ratio"), &self.heat_ratio);
        if let Some(capacity) = &self.capacity {
            check::positive(faults, &at("capacity"), capacity);
            let most = Exact::from(*capacity).mul(&Exact::from_integer(8784));
            if let (Some(generation), Ok(most)) = (self.generation, most)
                && Exact::from(generation) > most
            {
                faults.add(
                    at("generation"),
                    Error::AboveCapacity {
                        amount: generation.to_string(),
                        limit: most.to_string(),
                    },
                );
            }
        }
        if let (Some(supply), Some(generation)) = (self.supply, self.generation)
            && Exact::from(supply) > Exact::from(generation)
        {
            faults.add(
                at("supply"),
                Error::PartsAboveWhole {
                    parts: supply.to_string(),
                    whole: generation.to_string(),
                },
            );
        }
        let (class, by_capacity) = self.class(faults, table, &at("class"))?;
        let cogeneration = self.cogeneration.unwrap_or(!self.heat.is_zero());
        let (field, output) = match plan.basis {
            Basis::Supply => ("supply", self.supply),
            Basis::Generation => ("generation", self.generation),
        };
        if output.is_none() {
            missing(faults, field);
        }
        let corrected =
            class.conventional() && (plan.load_units == LoadUnits::Conventional || !cogeneration);
        match &self.load_factor {
            Some(load) => {
                check::percentage(faults, &at("load_factor"), load);
                check::decimals(faults, &at("load_factor"), load, 2);
            }
            None if corrected => missing(faults, "load_factor"),
            None => {}
        }
        if plan.pre_allocation_by == PreAllocation::Emissions
            && (self.base_supply.is_some() || self.base_heat.is_some())
        {
            missing(faults, "previous_emissions");
        }
        Some(Covered {
            unit: self,
            place,
            class,
            by_capacity,
            output: output?,
            cogeneration,
        })
    }

    fn class(&self, faults: &mut Faults, table: &Table, place: &str) -> Option<(Class, bool)> {
        let by_capacity = self.capacity.map(|capacity| {
            if Exact::from(capacity) < Exact::from(table.class_boundary.value) {
                Class::ConventionalUpTo300
            } else {
                Class::ConventionalOver300
            }
        });
        let stated = match self.class {
            StatedClass::Unconventional => return Some((Class::Unconventional, false)),
            StatedClass::Gas => return Some((Class::Gas, false)),
            StatedClass::Conventional => {
                if by_capacity.is_none() {
                    faults.add(
                        place,
                        Error::ParameterMissing {
                            parameter: "capacity".to_owned(),
                            activity: self.name.clone(),
                        },
                    );
                }
                return by_capacity.map(|class| (class, true));
            }
            StatedClass::ConventionalOver300 => Class::ConventionalOver300,
            StatedClass::ConventionalUpTo300 => Class::ConventionalUpTo300,
        };
        if let (Some(found), Some(capacity)) = (by_capacity, self.capacity)
            && found != stated
        {
            faults.add(
                place,
                Error::ClassContradicts {
                    class: stated.code().to_owned(),
                    capacity: capacity.to_string(),
                },
            );
        }
        Some((stated, false))
    }
}
