//! Operations: categories of transports (TOC) and hubs (HOC), and their emission intensity.

use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::gas::{GwpSet, Substance};
use crate::report::{Faults, Report};
use crate::standard::emission_rate::{Checked, Purpose, Rate, activity_unit, gwp, quantity};
use crate::unit::{Kind, Unit};
use serde::Deserialize;

const ENERGY: Rule = Rule {
    code: "iso14083.energy",
    formula: "G = Σ Q_energy carrier × ε",
    clause: "ISO 14083:2023, GHG emissions of an operation category: all energy, empty running and refrigeration included",
};
const REFRIGERANT: Rule = Rule {
    code: "iso14083.refrigerant",
    formula: "G = Σ m_refrigerant lost × GWP",
    clause: "ISO 14083:2023, refrigerant leakage, in the operation's emissions",
};
const OPERATION: Rule = Rule {
    code: "iso14083.operation",
    formula: "G = G_energy + G_refrigerant",
    clause: "ISO 14083:2023, GHG emissions of an operation category",
};
const TRIPS: Rule = Rule {
    code: "iso14083.trips",
    formula: "T = Σ m_load × s; empty trips add nothing to T",
    clause: "ISO 14083:2023, transport activity of an operation category",
};
const INTENSITY: Rule = Rule {
    code: "iso14083.intensity",
    formula: "g = G ÷ T; at a hub G ÷ throughput",
    clause: "ISO 14083:2023, GHG emission intensity",
};
const MODELLED: Rule = Rule {
    code: "iso14083.modelled",
    formula: "g = (f_loaded × (1 − e) + f_empty × e) × ε ÷ (capacity × load factor × (1 − e))",
    clause: "ISO 14083:2023, modelled data: load factor and empty running; GLEC Framework v3",
};
const ALL: Rule = Rule {
    code: "iso14083.total",
    formula: "G_total = G_operation + G_energy provision",
    clause: "ISO 14083:2023, total = operation + energy provision",
};

/// A category of alike transports or hubs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub name: String,
    #[serde(default)]
    kind: OperationKind,
    #[serde(default)]
    carries: Carries,
    /// Kind of the distance in its activity or intensity.
    #[serde(default)]
    distance: Distance,
    /// Energy of the whole category over the period.
    #[serde(default)]
    energy: Vec<Energy>,
    #[serde(default)]
    refrigerants: Vec<Refrigerant>,
    /// t·km or passenger·km, or t or passengers through a hub.
    activity: Option<Decimal>,
    /// Loads with their distances, instead of the activity.
    #[serde(default)]
    trips: Vec<Trip>,
    /// Fuel per distance, load factor and empty running.
    modelled: Option<Modelled>,
    /// Default intensity, well-to-wheel.
    intensity: Option<Rate>,
    /// Its operation part, tank-to-wheel.
    operation_intensity: Option<Rate>,
    #[serde(default)]
    evidence: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum OperationKind {
    #[default]
    Transport,
    Hub,
}

/// What is carried.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Carries {
    #[default]
    Freight,
    Passengers,
}

impl Carries {
    /// Unit of what is carried.
    pub(super) fn load(self) -> &'static str {
        match self {
            Self::Freight => "t",
            Self::Passengers => "passenger",
        }
    }

    /// Unit of the transport activity.
    pub(super) fn work(self) -> &'static str {
        match self {
            Self::Freight => "t·km",
            Self::Passengers => "passenger·km",
        }
    }

    /// Unit of an intensity by transport activity.
    pub(super) fn per_work(self) -> &'static str {
        match self {
            Self::Freight => "kgCO2e/(t·km)",
            Self::Passengers => "kgCO2e/(passenger·km)",
        }
    }
}

/// Kind of a distance.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Distance {
    #[default]
    ShortestFeasible,
    GreatCircle,
    /// As driven; never for the transport activity itself, unless both sides use it.
    Actual,
}

impl Distance {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::ShortestFeasible => "shortest_feasible_distance",
            Self::GreatCircle => "great_circle_distance",
            Self::Actual => "actual_distance",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Energy {
    name: String,
    quantity: Decimal,
    unit: String,
    /// Tank-to-wheel.
    operation: Rate,
    /// Well-to-tank.
    provision: Rate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refrigerant {
    gas: String,
    mass: Decimal,
    unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trip {
    /// t or passengers; 0 for an empty trip.
    load: Decimal,
    /// km.
    distance: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Modelled {
    /// Energy per 100 km, loaded.
    loaded: Decimal,
    /// Energy per 100 km, empty; as loaded, if nothing is said.
    empty: Option<Decimal>,
    unit: String,
    /// t or seats.
    capacity: Decimal,
    load_factor_percent: Decimal,
    /// Share of the whole distance.
    empty_percent: Decimal,
    operation: Rate,
    provision: Rate,
}

impl Operation {
    pub(super) fn is_hub(&self) -> bool {
        self.kind == OperationKind::Hub
    }

    pub(super) fn carries(&self) -> Carries {
        self.carries
    }

    /// Unit of its intensity.
    fn intensity_unit(&self) -> &'static str {
        match (self.kind, self.carries) {
            (OperationKind::Transport, carries) => carries.per_work(),
            (OperationKind::Hub, Carries::Freight) => "kgCO2e/t",
            (OperationKind::Hub, Carries::Passengers) => "kgCO2e/passenger",
        }
    }

    pub(super) fn distance_kind(&self) -> Distance {
        self.distance
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

/// kg per t·km, or per t at a hub.
pub(super) struct Intensity {
    pub total: Number,
    pub operation: Option<Number>,
}

pub(super) struct Ready<'a> {
    operation: &'a Operation,
    place: String,
    form: Form,
}

enum Form {
    Energy {
        energy: Vec<(Unit, Checked, Checked)>,
        refrigerants: Vec<(Substance, Unit)>,
    },
    Modelled(Unit, Box<Checked>, Box<Checked>),
    Default(Box<Checked>, Option<Box<Checked>>),
}

pub(super) fn check<'a>(
    operations: &'a [Operation],
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Vec<Ready<'a>> {
    let mut ready: Vec<Ready<'a>> = Vec::new();
    for (position, operation) in operations.iter().enumerate() {
        let place = format!("operations[{position}]");
        if operations[..position]
            .iter()
            .any(|known| known.name == operation.name)
        {
            let text = operation.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        let forms = usize::from(!operation.energy.is_empty() || !operation.refrigerants.is_empty())
            + usize::from(operation.modelled.is_some())
            + usize::from(operation.intensity.is_some());
        if forms != 1 {
            faults.add(place, Error::LineForm);
            continue;
        }
        if let Some(form) = form(operation, &place, purpose, faults) {
            ready.push(Ready {
                operation,
                place,
                form,
            });
        }
    }
    ready
}

fn unused(there: bool, what: String, faults: &mut Faults) {
    if there {
        faults.add(what.clone(), Error::PartNotUsed { what });
    }
}

fn form(
    operation: &Operation,
    place: &str,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Option<Form> {
    let hub = operation.is_hub();
    let by_energy = operation.modelled.is_none() && operation.intensity.is_none();
    unused(
        !by_energy && operation.activity.is_some(),
        format!("{place}.activity"),
        faults,
    );
    unused(
        (!by_energy || hub) && !operation.trips.is_empty(),
        format!("{place}.trips"),
        faults,
    );
    unused(
        hub && operation.modelled.is_some(),
        format!("{place}.modelled"),
        faults,
    );
    let of_default = operation.intensity.is_some();
    unused(
        !of_default && operation.operation_intensity.is_some(),
        format!("{place}.operation_intensity"),
        faults,
    );
    if let Some(modelled) = &operation.modelled {
        return modelled_form(modelled, &format!("{place}.modelled"), purpose, faults);
    }
    if let Some(intensity) = &operation.intensity {
        let target = activity_unit(match (hub, operation.carries) {
            (true, Carries::Freight) => Kind::Mass,
            (true, Carries::Passengers) => Kind::Count,
            (false, Carries::Freight) => Kind::MassDistance,
            (false, Carries::Passengers) => Kind::PassengerDistance,
        });
        let total = intensity.check(&format!("{place}.intensity"), target, purpose, faults)?;
        let tank = match &operation.operation_intensity {
            Some(rate) => Some(Box::new(rate.check(
                &format!("{place}.operation_intensity"),
                target,
                purpose,
                faults,
            )?)),
            None => None,
        };
        return Some(Form::Default(Box::new(total), tank));
    }
    if operation.activity.is_some() != operation.trips.is_empty() {
        let what = format!("{place}.activity");
        faults.add(what.clone(), Error::PartNeeded { what });
    }
    number(
        operation.activity,
        format!("{place}.activity"),
        true,
        faults,
    );
    for (position, trip) in operation.trips.iter().enumerate() {
        number(
            Some(trip.load),
            format!("{place}.trips[{position}].load"),
            false,
            faults,
        );
        number(
            Some(trip.distance),
            format!("{place}.trips[{position}].distance"),
            false,
            faults,
        );
    }
    if !operation.trips.is_empty()
        && operation
            .trips
            .iter()
            .all(|trip| trip.load.is_zero() || trip.distance.is_zero())
    {
        faults.add(format!("{place}.trips"), Error::DivisionByZero);
    }
    let before = faults.0.len();
    let mut energy = Vec::new();
    for (position, item) in operation.energy.iter().enumerate() {
        let field = format!("{place}.energy[{position}]");
        number(
            Some(item.quantity),
            format!("{field}.quantity"),
            false,
            faults,
        );
        let Some(unit) = faults.keep(format!("{field}.unit"), Unit::parse(&item.unit)) else {
            continue;
        };
        let target = activity_unit(unit.kind());
        let tank = item
            .operation
            .check(&format!("{field}.operation"), target, purpose, faults);
        let well = item
            .provision
            .check(&format!("{field}.provision"), target, purpose, faults);
        if let (Some(tank), Some(well)) = (tank, well) {
            energy.push((unit, tank, well));
        }
    }
    let mut refrigerants = Vec::new();
    for (position, item) in operation.refrigerants.iter().enumerate() {
        let field = format!("{place}.refrigerants[{position}]");
        number(Some(item.mass), format!("{field}.mass"), false, faults);
        let unit = faults.keep(format!("{field}.unit"), Unit::parse(&item.unit));
        let Some(substance) = Substance::from_code(&item.gas) else {
            faults.add(
                format!("{field}.gas"),
                Error::UnknownGas {
                    text: excerpt(&item.gas),
                },
            );
            continue;
        };
        for (gas, _) in substance.parts() {
            faults.keep(format!("{field}.gas"), purpose.gwp_set.gwp(gas));
        }
        if let Some(unit) = unit {
            faults.keep(format!("{field}.unit"), unit.ratio_to(Unit::KILOGRAM));
            refrigerants.push((substance, unit));
        }
    }
    (faults.0.len() == before).then_some(Form::Energy {
        energy,
        refrigerants,
    })
}

fn modelled_form(
    modelled: &Modelled,
    place: &str,
    purpose: Purpose<'_>,
    faults: &mut Faults,
) -> Option<Form> {
    number(
        Some(modelled.loaded),
        format!("{place}.loaded"),
        false,
        faults,
    );
    number(modelled.empty, format!("{place}.empty"), false, faults);
    number(
        Some(modelled.capacity),
        format!("{place}.capacity"),
        true,
        faults,
    );
    number(
        Some(modelled.load_factor_percent),
        format!("{place}.load_factor_percent"),
        true,
        faults,
    );
    let hundred = Decimal::from(100);
    for (field, value, whole) in [
        ("load_factor_percent", modelled.load_factor_percent, false),
        ("empty_percent", modelled.empty_percent, true),
    ] {
        // A vehicle that always runs empty carries nothing.
        if value.is_negative() || value > hundred || (whole && value == hundred) {
            let text = value.to_string();
            faults.add(format!("{place}.{field}"), Error::ShareOutside { text });
        }
    }
    let unit = faults.keep(format!("{place}.unit"), Unit::parse(&modelled.unit))?;
    let target = activity_unit(unit.kind());
    let tank = modelled
        .operation
        .check(&format!("{place}.operation"), target, purpose, faults)?;
    let well = modelled
        .provision
        .check(&format!("{place}.provision"), target, purpose, faults)?;
    Some(Form::Modelled(unit, Box::new(tank), Box::new(well)))
}

pub(super) fn intensity(
    ready: &Ready<'_>,
    set: GwpSet,
    report: &mut Report,
) -> Result<Intensity, Error> {
    let operation = ready.operation;
    let name = operation.name.as_str();
    let unit = operation.intensity_unit();
    let result = match &ready.form {
        Form::Default(total, tank) => {
            let mut scaled = |rate: &Checked, subject: &str| -> Result<Number, Error> {
                let number = rate.co2e(&mut report.derivation, subject, Unit::KILOGRAM)?;
                if !operation.is_hub() || operation.carries == Carries::Passengers {
                    return Ok(number);
                }
                // A hub's rate is read per kg and used per t.
                let thousand = report
                    .derivation
                    .constant("kilograms_per_tonne", 1000_u32, "kg/t");
                report.derivation.product(
                    INTENSITY,
                    "emission_rate",
                    subject,
                    unit,
                    &[number, thousand],
                )
            };
            let total = scaled(total, name)?;
            let operation = match tank {
                Some(rate) => Some(scaled(rate, &format!("{name}, operation"))?),
                None => None,
            };
            report.notice("iso14083.default_intensity", name, "");
            Intensity { total, operation }
        }
        Form::Modelled(fuel, tank, well) => {
            let per_work = modelled(ready, *fuel, report)?;
            let tank = tank.co2e(
                &mut report.derivation,
                &format!("{name}, operation"),
                Unit::KILOGRAM,
            )?;
            let well = well.co2e(
                &mut report.derivation,
                &format!("{name}, energy provision"),
                Unit::KILOGRAM,
            )?;
            let of_tank = report.derivation.product(
                MODELLED,
                "operation_part_intensity",
                name,
                unit,
                &[per_work, tank],
            )?;
            let of_well = report.derivation.product(
                MODELLED,
                "provision_part_intensity",
                name,
                unit,
                &[per_work, well],
            )?;
            let total = report.derivation.sum(
                ALL,
                "operation_intensity",
                name,
                unit,
                &[of_tank, of_well],
            )?;
            Intensity {
                total,
                operation: Some(of_tank),
            }
        }
        Form::Energy {
            energy,
            refrigerants,
        } => {
            let (tank, well) = emissions(ready, energy, refrigerants, set, report)?;
            let activity = activity(ready, report)?;
            let of_tank = report.derivation.quotient(
                INTENSITY,
                "operation_part_intensity",
                name,
                unit,
                &[tank, activity],
            )?;
            let of_well = report.derivation.quotient(
                INTENSITY,
                "provision_part_intensity",
                name,
                unit,
                &[well, activity],
            )?;
            let total = report.derivation.sum(
                ALL,
                "operation_intensity",
                name,
                unit,
                &[of_tank, of_well],
            )?;
            Intensity {
                total,
                operation: Some(of_tank),
            }
        }
    };
    report.outcome(result.total);
    Ok(result)
}

/// Emissions of the operation and of its energy's provision in kg.
fn emissions(
    ready: &Ready<'_>,
    energy: &[(Unit, Checked, Checked)],
    refrigerants: &[(Substance, Unit)],
    set: GwpSet,
    report: &mut Report,
) -> Result<(Number, Number), Error> {
    let operation = ready.operation;
    let name = operation.name.as_str();
    let derivation = &mut report.derivation;
    let (mut tank, mut well) = (Vec::new(), Vec::new());
    for (position, (item, (unit, of_tank, of_well))) in
        operation.energy.iter().zip(energy).enumerate()
    {
        let subject = format!("{name}, {}", item.name);
        let place = format!("{}.energy[{position}].quantity", ready.place);
        let target = activity_unit(unit.kind());
        let amount = quantity(
            derivation,
            "energy_carrier",
            &subject,
            (item.quantity, *unit),
            target,
            &place,
            &operation.evidence,
        )?;
        let rate = of_tank.co2e(derivation, &format!("{subject}, operation"), Unit::KILOGRAM)?;
        tank.push(derivation.product(
            ENERGY,
            "operation_emissions",
            subject.as_str(),
            "kgCO2e",
            &[amount, rate],
        )?);
        let rate = of_well.co2e(
            derivation,
            &format!("{subject}, energy provision"),
            Unit::KILOGRAM,
        )?;
        well.push(derivation.product(
            ENERGY,
            "provision_emissions",
            subject.as_str(),
            "kgCO2e",
            &[amount, rate],
        )?);
    }
    for (position, (item, (substance, unit))) in
        operation.refrigerants.iter().zip(refrigerants).enumerate()
    {
        let subject = format!("{name}, {}", substance.symbol());
        let place = format!("{}.refrigerants[{position}].mass", ready.place);
        let mass = quantity(
            derivation,
            "refrigerant_lost",
            &subject,
            (item.mass, *unit),
            Unit::KILOGRAM,
            &place,
            &operation.evidence,
        )?;
        for (gas, percent) in substance.parts() {
            let of_gas = match percent {
                None => mass,
                Some(percent) => {
                    let share =
                        crate::Exact::from(percent).div(&crate::Exact::from_integer(100))?;
                    let share = derivation.constant("share_of_blend", share, "");
                    derivation.product(
                        REFRIGERANT,
                        "refrigerant_lost",
                        format!("{name}, {}", gas.symbol()),
                        "kg",
                        &[mass, share],
                    )?
                }
            };
            let gwp = gwp(derivation, set, gas)?;
            tank.push(derivation.product(
                REFRIGERANT,
                "operation_emissions",
                format!("{name}, {}", gas.symbol()),
                "kgCO2e",
                &[of_gas, gwp],
            )?);
        }
    }
    let tank = derivation.sum(OPERATION, "operation_emissions", name, "kgCO2e", &tank)?;
    let well = derivation.sum(OPERATION, "provision_emissions", name, "kgCO2e", &well)?;
    Ok((tank, well))
}

/// t·km, or t through a hub.
fn activity(ready: &Ready<'_>, report: &mut Report) -> Result<Number, Error> {
    let operation = ready.operation;
    let name = operation.name.as_str();
    let derivation = &mut report.derivation;
    if let Some(activity) = operation.activity {
        let (label, unit) = if operation.is_hub() {
            ("throughput", operation.carries.load())
        } else {
            ("transport_work", operation.carries.work())
        };
        let place = format!("{}.activity", ready.place);
        return Ok(derivation.input(
            label,
            name,
            activity,
            unit,
            place,
            operation.evidence.as_str(),
        ));
    }
    let mut parts = Vec::new();
    for (position, trip) in operation.trips.iter().enumerate() {
        let place = format!("{}.trips[{position}]", ready.place);
        let subject = format!("{name}, {}", position + 1);
        let load = derivation.input(
            "load",
            subject.as_str(),
            trip.load,
            operation.carries.load(),
            format!("{place}.load"),
            "",
        );
        let label = operation.distance.label();
        let distance = derivation.input(
            label,
            subject.as_str(),
            trip.distance,
            "km",
            format!("{place}.distance"),
            "",
        );
        parts.push(derivation.product(
            TRIPS,
            "transport_work",
            subject,
            operation.carries.work(),
            &[load, distance],
        )?);
    }
    let unit = operation.carries.work();
    derivation.sum(TRIPS, "transport_work", name, unit, &parts)
}

/// Energy per t·km in the unit of calculation.
fn modelled(ready: &Ready<'_>, fuel: Unit, report: &mut Report) -> Result<Number, Error> {
    let Some(modelled) = &ready.operation.modelled else {
        return Err(Error::LineForm);
    };
    let name = ready.operation.name.as_str();
    let place = format!("{}.modelled", ready.place);
    let derivation = &mut report.derivation;
    let hundred = derivation.constant("hundred_per_cent", 100_u32, "%");
    let target = activity_unit(fuel.kind());
    let evidence = ready.operation.evidence.as_str();
    let loaded = quantity(
        derivation,
        "energy_per_100_km",
        &format!("{name}, loaded"),
        (modelled.loaded, fuel),
        target,
        &format!("{place}.loaded"),
        evidence,
    )?;
    let empty = match modelled.empty {
        Some(empty) => quantity(
            derivation,
            "energy_per_100_km",
            &format!("{name}, empty"),
            (empty, fuel),
            target,
            &format!("{place}.empty"),
            evidence,
        )?,
        None => loaded,
    };
    let empty_share = derivation.input(
        "empty_running",
        name,
        modelled.empty_percent,
        "%",
        format!("{place}.empty_percent"),
        evidence,
    );
    let loaded_share = derivation.difference(
        MODELLED,
        "loaded_running",
        name,
        "%",
        &[hundred, empty_share],
    )?;
    let of_loaded = derivation.product(
        MODELLED,
        "energy_per_100_km",
        name,
        "",
        &[loaded, loaded_share],
    )?;
    let of_empty = derivation.product(
        MODELLED,
        "energy_per_100_km",
        name,
        "",
        &[empty, empty_share],
    )?;
    let both = derivation.sum(
        MODELLED,
        "energy_per_100_km",
        name,
        "",
        &[of_loaded, of_empty],
    )?;
    let capacity = derivation.input(
        "capacity",
        name,
        modelled.capacity,
        ready.operation.carries.load(),
        format!("{place}.capacity"),
        evidence,
    );
    let factor = derivation.input(
        "vehicle_load_factor",
        name,
        modelled.load_factor_percent,
        "%",
        format!("{place}.load_factor_percent"),
        evidence,
    );
    let load = derivation.product(MODELLED, "load", name, "", &[capacity, factor])?;
    let unit = ready.operation.carries.load();
    let load = derivation.quotient(MODELLED, "load", name, unit, &[load, hundred])?;
    // Both shares are in per cent, which cancels; 100 km is left.
    let work = derivation.product(MODELLED, "transport_work", name, "", &[load, loaded_share])?;
    let kilometres = derivation.constant("hundred_kilometres", 100_u32, "km");
    derivation.quotient(
        MODELLED,
        "energy_per_work",
        name,
        target.symbol(),
        &[both, work, kilometres],
    )
}
