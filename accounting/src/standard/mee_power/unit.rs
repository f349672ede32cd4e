//! A unit's year from its months.

use super::GUIDELINE;
use super::document::{Checked, Unit, UnitMonth, defaults};
use super::outputs;
use crate::catalogue::Catalogue;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use crate::standard::mee::electricity;
use crate::standard::mee::fuel::Burnt;
use crate::standard::mee::heat;
use crate::standard::mee::places::{round, round_quotient};

const YEAR: Rule = Rule {
    code: "mee_power.year",
    formula: "",
    clause: GUIDELINE,
};
const UNIT: Rule = Rule {
    code: "mee_power.unit",
    formula: "E = E_fuel + E_electricity",
    clause: GUIDELINE,
};
const WEIGHTED: Rule = Rule {
    code: "mee_power.weighted_mean",
    formula: "x = Σ (FC_m × x_m) ÷ Σ FC_m",
    clause: GUIDELINE,
};

/// Numbers of a unit that the plant adds up.
pub(super) struct UnitNumbers {
    pub emissions: Number,
    pub generation: Number,
    pub supply: Option<Number>,
    pub heat: Number,
}

/// What the months give.
#[derive(Default)]
pub(super) struct Months {
    pub fuel: Vec<Number>,
    pub energy: Vec<Number>,
    pub purchased: Vec<Number>,
    pub coal: Vec<Burnt>,
    pub generation: Vec<Number>,
    pub hours: Vec<Number>,
    pub supply: Vec<Number>,
    pub heat: Vec<Number>,
    pub boiler_heat: Vec<Number>,
    /// Own consumption, and the part of it for heat alone.
    pub auxiliary: Vec<Number>,
    pub auxiliary_heat: Vec<Number>,
}

pub(super) fn calculate(
    report: &mut Report,
    checked: &Checked<'_>,
    catalogue: &Catalogue,
    unit: &Unit,
    place: &str,
    factor: Number,
) -> Result<UnitNumbers, Faults> {
    let position = checked.position(&unit.name).unwrap_or_default();
    let mut months = Months::default();
    for (index, data) in unit.months.iter().enumerate() {
        let month = checked.months[position][index];
        let guideline = checked.guidelines[position][index];
        let defaults = defaults(catalogue, guideline, unit.unconventional, checked.table);
        let work = Work {
            checked,
            place: format!("{place}.month[{index}]"),
            subject: format!("{} {month}", unit.name),
        };
        work.fuels(report, &defaults, data, &mut months)?;
        work.readings(report, data, &mut months)?;
    }
    let places = &checked.places;
    let name = unit.name.as_str();
    let sum = |report: &mut Report, label, unit_symbol, parts: &[Number]| {
        report.derivation.sum(YEAR, label, name, unit_symbol, parts)
    };
    let fuel = sum(report, "fuel_emissions", "tCO2", &months.fuel)?;
    let purchased = sum(report, "electricity_purchased", "MWh", &months.purchased)?;
    let electricity = electricity::emissions(report, name, purchased, factor)?;
    let emissions = report
        .derivation
        .sum(UNIT, "emissions", name, "tCO2", &[fuel, electricity])?;
    let emissions = round(report, emissions, places.emissions)?;
    report.outcome(fuel);
    report.outcome(electricity);
    report.outcome(emissions);
    coal_means(report, checked, name, &months.coal)?;
    let generation = sum(report, "generation", "MWh", &months.generation)?;
    let heat = sum(report, "heat_supplied", "GJ", &months.heat)?;
    report.outcome(generation);
    report.outcome(heat);
    let supply = outputs::calculate(
        report,
        checked,
        unit,
        place,
        &months,
        outputs::Year {
            emissions,
            generation,
            heat,
        },
    )?;
    Ok(UnitNumbers {
        emissions,
        generation,
        supply,
        heat,
    })
}

/// Consumption, carbon content and calorific value of the coal over the year, weighted by consumption.
fn coal_means(
    report: &mut Report,
    checked: &Checked<'_>,
    name: &str,
    coal: &[Burnt],
) -> Result<(), Error> {
    if coal.is_empty() {
        return Ok(());
    }
    let quantities: Vec<Number> = coal.iter().map(|burnt| burnt.quantity).collect();
    let total = report
        .derivation
        .sum(YEAR, "coal_consumption", name, "t", &quantities)?;
    report.outcome(total);
    if report.derivation.value(total).is_zero() {
        return Ok(());
    }
    for (label, unit, places, values) in [
        (
            "carbon_content_mean",
            "tC/t",
            checked.places.carbon_content,
            coal.iter().map(|burnt| burnt.carbon).collect::<Vec<_>>(),
        ),
        (
            "net_calorific_value_mean",
            "GJ/t",
            checked.places.ncv,
            coal.iter().map(|burnt| burnt.ncv).collect(),
        ),
    ] {
        let Some(values) = values.into_iter().collect::<Option<Vec<Number>>>() else {
            continue;
        };
        let mut products = Vec::new();
        for (quantity, value) in quantities.iter().zip(values) {
            products.push(report.derivation.product(
                WEIGHTED,
                "weighted",
                name,
                unit,
                &[*quantity, value],
            )?);
        }
        let weighted = report
            .derivation
            .sum(WEIGHTED, "weighted", name, unit, &products)?;
        let mean = report
            .derivation
            .quotient(WEIGHTED, label, name, unit, &[weighted, total])?;
        let mean = round_quotient(report, mean, places)?;
        report.outcome(mean);
    }
    Ok(())
}

/// One month of a unit under calculation.
struct Work<'a> {
    checked: &'a Checked<'a>,
    place: String,
    subject: String,
}

impl Work<'_> {
    fn fuels(
        &self,
        report: &mut Report,
        defaults: &crate::standard::mee::fuel::Defaults<'_>,
        data: &UnitMonth,
        months: &mut Months,
    ) -> Result<(), Faults> {
        let mut energies = Vec::new();
        for (index, fuel) in data.fuel.iter().enumerate() {
            let subject = format!("{} {}", self.subject, fuel.fuel);
            let place = format!("{}.fuel[{index}]", self.place);
            let burnt = fuel.burn(report, defaults, &self.checked.places, &place, &subject)?;
            months.fuel.push(burnt.emissions);
            energies.push(burnt.energy);
            if burnt.coal && fuel.fossil {
                months.coal.push(burnt);
            }
        }
        if let Some(energies) = energies.into_iter().collect::<Option<Vec<_>>>() {
            self.check_energy(report, data, &energies)?;
            months.energy.extend(energies);
        }
        Ok(())
    }

    /// More electricity than the fuels hold is no plant.
    fn check_energy(
        &self,
        report: &Report,
        data: &UnitMonth,
        energies: &[Number],
    ) -> Result<(), Faults> {
        let mut input = Exact::ZERO;
        for energy in energies {
            input = input.add(report.derivation.value(*energy))?;
        }
        let output = Exact::from(data.generation).mul(&Exact::from_ratio(36, 10)?)?;
        if output > input {
            let mut faults = Faults::new();
            faults.add(
                format!("{}.generation", self.place),
                Error::OutputAboveInput {
                    output: output.to_fixed(2, crate::Rounding::HalfUp)?,
                    input: input.to_fixed(2, crate::Rounding::HalfUp)?,
                },
            );
            return Err(faults);
        }
        Ok(())
    }

    fn readings(
        &self,
        report: &mut Report,
        data: &UnitMonth,
        months: &mut Months,
    ) -> Result<(), Error> {
        let places = &self.checked.places;
        let read = |report: &mut Report, label, field: &str, value, unit, places| {
            let number = report.derivation.input(
                label,
                self.subject.as_str(),
                value,
                unit,
                format!("{}.{field}", self.place),
                "",
            );
            round(report, number, places)
        };
        months.hours.push(read(
            report,
            "running_hours",
            "hours",
            data.hours,
            "h",
            None,
        )?);
        months.generation.push(read(
            report,
            "generation",
            "generation",
            data.generation,
            "MWh",
            places.electricity,
        )?);
        months.purchased.push(read(
            report,
            "electricity_purchased",
            "purchased",
            data.purchased,
            "MWh",
            places.electricity,
        )?);
        for (label, field, value, list) in [
            ("supply", "supply", data.supply, &mut months.supply),
            (
                "auxiliary_consumption",
                "auxiliary",
                data.auxiliary,
                &mut months.auxiliary,
            ),
            (
                "auxiliary_consumption_heat",
                "auxiliary_heat",
                data.auxiliary_heat,
                &mut months.auxiliary_heat,
            ),
        ] {
            if let Some(value) = value {
                list.push(read(
                    report,
                    label,
                    field,
                    value,
                    "MWh",
                    places.electricity,
                )?);
            }
        }
        if let Some(value) = data.boiler_heat {
            months.boiler_heat.push(read(
                report,
                "boiler_heat",
                "boiler_heat",
                value,
                "GJ",
                places.heat,
            )?);
        }
        if !data.heat.is_empty() {
            months.heat.push(heat::total(
                report,
                places,
                &data.heat,
                &format!("{}.heat", self.place),
                &self.subject,
            )?);
        }
        Ok(())
    }
}
