//! ISO 14083:2023 (GLEC Framework v3): greenhouse gases of transport chains.
//!
//! An *operation* is a category of alike transports or hubs (TOC, HOC) over a period: all its energy, that of empty
//! running as well, and its refrigerant losses, divided by all its transport activity (t·km over the shortest feasible or
//! the great circle distance) or throughput (t). A *chain* moves a consignment through elements (TCE), each by the
//! intensity of an operation. Passengers likewise, in passenger·km. Results well-to-wheel, split into operation (tank-to-wheel) and energy provision
//! (well-to-tank). No radiative forcing. Default intensities are inputs with their source; none is shipped.

mod operation;

use super::emission_rate::{Purpose, Source, activity_unit, quantity};
use super::{Context, Standard};
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Citation, Number, Rule};
use crate::error::Error;
use crate::factor::Treatment;
use crate::gas::GwpSet;
use crate::report::{Faults, Report};
use crate::unit::{Kind, Unit};
use operation::{Carries, Distance, Intensity, Operation};
use serde::Deserialize;

pub(super) const STANDARD: Standard = Standard {
    code: "iso_14083",
    document: "ISO 14083:2023 Quantification and reporting of greenhouse gas emissions arising from transport chain operations; GLEC Framework v3",
    example: include_str!("../../examples/iso_14083.toml"),
    exports: &[],
    run,
};

const ACTIVITY: Rule = Rule {
    code: "iso14083.activity",
    formula: "T = m × s; of passengers n × s",
    clause: "ISO 14083:2023, transport activity; transport activity distance",
};
const ADJUSTED: Rule = Rule {
    code: "iso14083.adjusted_distance",
    formula: "s_actual = s × DAF; s = s_actual ÷ DAF",
    clause: "ISO 14083:2023, distance adjustment factor",
};
const ELEMENT: Rule = Rule {
    code: "iso14083.element",
    formula: "G_element = g_operation × T_element; at a hub g × m",
    clause: "ISO 14083:2023, GHG emissions of a transport chain element",
};
const CHAIN: Rule = Rule {
    code: "iso14083.chain",
    formula: "G_chain = Σ G_element",
    clause: "ISO 14083:2023, GHG emissions of a transport chain",
};
const CHAIN_INTENSITY: Rule = Rule {
    code: "iso14083.chain_intensity",
    formula: "g_chain = G_chain ÷ Σ T_element",
    clause: "ISO 14083:2023, GHG emission intensity of a transport chain",
};
const PROVISION: Rule = Rule {
    code: "iso14083.provision",
    formula: "G_energy provision = G_total − G_operation",
    clause: "ISO 14083:2023, total = operation + energy provision",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    gwp_set: String,
    operations: Vec<Operation>,
    #[serde(default)]
    chains: Vec<Chain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    name: String,
    /// Mass of the consignment with its packaging; or `passengers`.
    mass: Option<Decimal>,
    mass_unit: Option<String>,
    passengers: Option<Decimal>,
    elements: Vec<Element>,
    #[serde(default)]
    evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    name: String,
    operation: String,
    /// None at a hub.
    distance: Option<Decimal>,
    distance_unit: Option<String>,
    #[serde(default)]
    distance_kind: Distance,
    /// Needed where the element and the operation state different kinds of distance.
    adjustment: Option<Adjustment>,
}

/// Actual distance divided by the transport activity distance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Adjustment {
    factor: Decimal,
    source: Source,
}

struct Ready<'a> {
    chain: &'a Chain,
    load: Load,
    elements: Vec<ReadyElement<'a>>,
}

/// What moves through a chain.
#[derive(Clone, Copy)]
enum Load {
    Mass(Decimal, Unit),
    Passengers(Decimal),
}

impl Load {
    fn carried(self) -> Carries {
        match self {
            Self::Mass(..) => Carries::Freight,
            Self::Passengers(_) => Carries::Passengers,
        }
    }
}

struct ReadyElement<'a> {
    element: &'a Element,
    /// Position of the operation.
    operation: usize,
    distance_unit: Unit,
    adjustment: Option<Citation>,
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let mut faults = Faults::new();
    let Some(gwp_set) = faults.keep("gwp_set", GwpSet::parse(&document.gwp_set)) else {
        return Err(faults);
    };
    let purpose = Purpose {
        catalogue: context.catalogue,
        gwp_set,
        period: None,
        treatments: &[Treatment::Any, Treatment::Location, Treatment::Lifecycle],
    };
    let operations = operation::check(&document.operations, purpose, &mut faults);
    let chains = check(&document, &mut faults);
    faults.none()?;
    let mut report = Report::new(STANDARD.code, STANDARD.document);
    let mut intensities = Vec::new();
    for operation in &operations {
        intensities.push(operation::intensity(operation, gwp_set, &mut report)?);
    }
    calculate(&chains, &document.operations, &intensities, &mut report)?;
    Ok(report)
}

fn check<'a>(document: &'a Document, faults: &mut Faults) -> Vec<Ready<'a>> {
    let mut ready: Vec<Ready<'a>> = Vec::new();
    for (position, chain) in document.chains.iter().enumerate() {
        let place = format!("chains[{position}]");
        if ready.iter().any(|known| known.chain.name == chain.name) {
            let text = chain.name.clone();
            faults.add(format!("{place}.name"), Error::NameTwice { text });
        }
        let load = load(chain, &place, faults);
        if chain.elements.is_empty() {
            let what = format!("{place}.elements");
            faults.add(what.clone(), Error::PartNeeded { what });
        }
        let mut elements = Vec::new();
        for (number, element) in chain.elements.iter().enumerate() {
            let place = format!("{place}.elements[{number}]");
            elements.extend(element_of(document, element, &place, faults));
            let carried = |name: &str| {
                let found = document.operations.iter().find(|known| known.name == name);
                found.map(Operation::carries)
            };
            if let (Some(load), Some(carries)) = (load, carried(&element.operation))
                && load.carried() != carries
            {
                faults.add(
                    format!("{place}.operation"),
                    Error::FieldsExclude {
                        fields: "operation, passengers".into(),
                    },
                );
            }
        }
        if let Some(load) = load {
            ready.push(Ready {
                chain,
                load,
                elements,
            });
        }
    }
    ready
}

/// A mass with its unit, or a number of passengers.
fn load(chain: &Chain, place: &str, faults: &mut Faults) -> Option<Load> {
    operation::number(chain.mass, format!("{place}.mass"), false, faults);
    operation::number(
        chain.passengers,
        format!("{place}.passengers"),
        false,
        faults,
    );
    match (chain.mass, &chain.mass_unit, chain.passengers) {
        (Some(mass), Some(unit), None) => {
            let unit = faults.keep(format!("{place}.mass_unit"), Unit::parse(unit))?;
            faults.keep(format!("{place}.mass_unit"), unit.ratio_to(Unit::KILOGRAM))?;
            Some(Load::Mass(mass, unit))
        }
        (None, None, Some(passengers)) => Some(Load::Passengers(passengers)),
        (_, _, Some(_)) => {
            faults.add(
                place,
                Error::FieldsExclude {
                    fields: "mass, passengers".into(),
                },
            );
            None
        }
        (_, _, None) => {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "mass, mass_unit, passengers".into(),
                },
            );
            None
        }
    }
}

fn element_of<'a>(
    document: &Document,
    element: &'a Element,
    place: &str,
    faults: &mut Faults,
) -> Option<ReadyElement<'a>> {
    let operation = document
        .operations
        .iter()
        .position(|operation| operation.name == element.operation);
    let Some(operation) = operation else {
        let text = excerpt(&element.operation);
        faults.add(format!("{place}.operation"), Error::NameUnknown { text });
        return None;
    };
    let of = &document.operations[operation];
    operation::number(element.distance, format!("{place}.distance"), false, faults);
    let field = format!("{place}.distance");
    match (of.is_hub(), element.distance.is_some()) {
        (true, true) => faults.add(field.clone(), Error::PartNotUsed { what: field }),
        (false, false) => faults.add(field.clone(), Error::PartNeeded { what: field }),
        _ => {}
    }
    let unit = faults.keep(
        format!("{place}.distance_unit"),
        Unit::parse(element.distance_unit.as_deref().unwrap_or("km")),
    )?;
    faults.keep(
        format!("{place}.distance_unit"),
        unit.ratio_to(activity_unit(Kind::Distance)),
    );
    let field = format!("{place}.adjustment");
    let differs = !of.is_hub() && of.distance_kind() != element.distance_kind;
    // Only actual and planned distances can be brought together by the factor.
    let bridged =
        of.distance_kind() == Distance::Actual || element.distance_kind == Distance::Actual;
    match (&element.adjustment, differs) {
        (None, true) => faults.add(field.clone(), Error::PartNeeded { what: field }),
        (Some(_), false) => faults.add(field.clone(), Error::PartNotUsed { what: field }),
        (Some(_), true) if !bridged => {
            faults.add(field.clone(), Error::PartNotUsed { what: field })
        }
        (Some(adjustment), true) if adjustment.factor < Decimal::ONE => {
            // No way is shorter than the shortest one.
            faults.add(
                format!("{place}.adjustment.factor"),
                Error::PartExceedsWhole {
                    part: Decimal::ONE.to_string(),
                    whole: adjustment.factor.to_string(),
                },
            );
        }
        _ => {}
    }
    let adjustment = element.adjustment.as_ref().map(|adjustment| {
        adjustment
            .source
            .check(&format!("{place}.adjustment.source"), faults)
    });
    Some(ReadyElement {
        element,
        operation,
        distance_unit: unit,
        adjustment,
    })
}

fn calculate(
    chains: &[Ready<'_>],
    operations: &[Operation],
    intensities: &[Intensity],
    report: &mut Report,
) -> Result<(), Error> {
    let tonne = Unit::parse("t").unwrap_or(Unit::KILOGRAM);
    for (position, ready) in chains.iter().enumerate() {
        let chain = ready.chain;
        let name = chain.name.as_str();
        let carries = ready.load.carried();
        let mass = match ready.load {
            Load::Mass(mass, unit) => quantity(
                &mut report.derivation,
                "mass_carried",
                name,
                (mass, unit),
                tonne,
                &format!("chains[{position}].mass"),
                &chain.evidence,
            )?,
            Load::Passengers(passengers) => report.derivation.input(
                "passengers_carried",
                name,
                passengers,
                carries.load(),
                format!("chains[{position}].passengers"),
                chain.evidence.as_str(),
            ),
        };
        let (mut total, mut tank, mut activities) = (Vec::new(), Some(Vec::new()), Vec::new());
        for (number, element) in ready.elements.iter().enumerate() {
            let place = format!("chains[{position}].elements[{number}]");
            let subject = format!("{name}, {}", element.element.name);
            let operation = &operations[element.operation];
            let intensity = &intensities[element.operation];
            let activity = if operation.is_hub() {
                mass
            } else {
                let distance = distance(element, operation, &subject, &place, report)?;
                let activity = report.derivation.product(
                    ACTIVITY,
                    "transport_work",
                    subject.as_str(),
                    carries.work(),
                    &[mass, distance],
                )?;
                activities.push(activity);
                activity
            };
            let emission = report.derivation.product(
                ELEMENT,
                "element_emissions",
                subject.as_str(),
                "kgCO2e",
                &[activity, intensity.total],
            )?;
            report.outcome(emission);
            total.push(emission);
            match (intensity.operation, &mut tank) {
                (Some(rate), Some(parts)) => {
                    parts.push(report.derivation.product(
                        ELEMENT,
                        "element_operation_emissions",
                        subject,
                        "kgCO2e",
                        &[activity, rate],
                    )?);
                }
                _ => tank = None,
            }
        }
        let sum = report
            .derivation
            .sum(CHAIN, "chain_emissions", name, "kgCO2e", &total)?;
        report.outcome(sum);
        match tank {
            Some(parts) => {
                let operation = report.derivation.sum(
                    CHAIN,
                    "chain_operation_emissions",
                    name,
                    "kgCO2e",
                    &parts,
                )?;
                report.outcome(operation);
                let provision = report.derivation.difference(
                    PROVISION,
                    "chain_provision_emissions",
                    name,
                    "kgCO2e",
                    &[sum, operation],
                )?;
                report.outcome(provision);
            }
            None => report.notice("iso14083.split_unknown", name, ""),
        }
        let unit = carries.work();
        let activity =
            report
                .derivation
                .sum(CHAIN_INTENSITY, "chain_activity", name, unit, &activities)?;
        report.outcome(activity);
        if !report.derivation.value(activity).is_zero() {
            let intensity = report.derivation.quotient(
                CHAIN_INTENSITY,
                "chain_intensity",
                name,
                carries.per_work(),
                &[sum, activity],
            )?;
            report.outcome(intensity);
        }
    }
    Ok(())
}

/// The distance in km, of the kind that the operation's intensity is for.
fn distance(
    element: &ReadyElement<'_>,
    operation: &Operation,
    subject: &str,
    place: &str,
    report: &mut Report,
) -> Result<Number, Error> {
    let stated = (
        element.element.distance.unwrap_or_default(),
        element.distance_unit,
    );
    let place = format!("{place}.distance");
    let target = activity_unit(Kind::Distance);
    let distance = quantity(
        &mut report.derivation,
        element.element.distance_kind.label(),
        subject,
        stated,
        target,
        &place,
        "",
    )?;
    let (Some(adjustment), Some(citation)) = (&element.element.adjustment, &element.adjustment)
    else {
        return Ok(distance);
    };
    let factor = report.derivation.parameter(
        "distance_adjustment_factor",
        subject,
        adjustment.factor,
        "",
        citation.clone(),
    );
    let label = operation.distance_kind().label();
    if operation.distance_kind() == Distance::Actual {
        report
            .derivation
            .product(ADJUSTED, label, subject, "km", &[distance, factor])
    } else {
        report
            .derivation
            .quotient(ADJUSTED, label, subject, "km", &[distance, factor])
    }
}
