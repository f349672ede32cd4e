//! Activity × emission factor (GHG Protocol Corporate Standard, chapter 6; GB/T 32150, E = AD × EF).

use super::{
    Component, Emissions, Error, Exact, Flag, Method, Rates, Recorder, Role, Row, Selected, Step,
    Subject,
};
use crate::calculation::{Calculation, GasAmount};
use crate::factor::Treatment;
use crate::gas::Gas;
use crate::trace::Operand;

/// Finds the factor and applies it.
pub(super) fn calculate<R: Recorder>(
    row: &mut Row<'_, R>,
    method: Method,
) -> Result<Calculation, Error> {
    let mut query = row.query(&[Treatment::Any]);
    query.fuel = Some(false);
    let selected = row.catalogue.select(&query)?;
    calculate_with(row, method, &selected)
}

/// Applies a factor already found.
pub(super) fn calculate_with<R: Recorder>(
    row: &mut Row<'_, R>,
    method: Method,
    selected: &Selected,
) -> Result<Calculation, Error> {
    let emissions = apply(row, selected, Role::Location)?;
    row.finish(method, emissions, None)
}

/// Emissions of the row's amount by one factor; biogenic and non-Kyoto amounts go to the row, once.
pub(super) fn apply<R: Recorder>(
    row: &mut Row<'_, R>,
    selected: &Selected,
    role: Role,
) -> Result<Emissions, Error> {
    row.adopt(role, selected)?;
    let catalogue = row.catalogue;
    let (_, factor) = catalogue.factor(selected.factor);
    let prepared = catalogue.prepared(selected.factor);
    let (from_unit, to_unit) = (row.activity.quantity.unit, factor.unit);
    let amount = if from_unit == to_unit {
        row.amount.clone()
    } else {
        let ratio = from_unit.ratio_to(to_unit)?;
        let to = row.amount.mul(&ratio)?;
        let from = &row.amount;
        row.recorder.record(|| Step::Convert {
            from: from.clone(),
            from_unit,
            ratio,
            to: to.clone(),
            to_unit,
        });
        to
    };
    let formula = |code, text, clause| Step::Formula { code, text, clause };
    let mut emissions = Emissions::default();
    match &prepared.rates {
        Rates::Gases(gases) => {
            row.recorder.record(|| {
                formula(
                    "activity_gases",
                    "E = Σ AD × EF(gas) × GWP(gas)",
                    "GHG Protocol Corporate Standard, ch. 6",
                )
            });
            for (gas, rate) in gases {
                let mass = amount.mul(rate)?;
                row.recorder.record(|| Step::Multiply {
                    subject: Subject::Mass(*gas),
                    operands: vec![
                        Operand::new(amount.clone(), to_unit.symbol()),
                        Operand::new(rate.clone(), format!("kg {gas}/{to_unit}")),
                    ],
                    result: mass.clone(),
                    unit: "kg".to_owned(),
                });
                add_gas(row, &mut emissions, *gas, mass)?;
            }
        }
        Rates::Co2e {
            total,
            parts,
            rest,
            gwp_set,
        } => {
            if *gwp_set != row.profile.gwp_set
                && parts.iter().any(|(gas, _)| *gas != Gas::Co2) | parts.is_empty()
            {
                row.flags.insert(Flag::GwpSetOfSourceDiffers);
            }
            row.recorder.record(|| {
                formula(
                    "activity_co2e",
                    "E = AD × EF(CO2e)",
                    "GHG Protocol Corporate Standard, ch. 6",
                )
            });
            let product = |subject, rate: &Exact| -> Result<(Step, Exact), Error> {
                let result = amount.mul(rate)?;
                let step = Step::Multiply {
                    subject,
                    operands: vec![
                        Operand::new(amount.clone(), to_unit.symbol()),
                        Operand::new(rate.clone(), format!("kg CO2e/{to_unit}")),
                    ],
                    result: result.clone(),
                    unit: "kg".to_owned(),
                };
                Ok((step, result))
            };
            let of_parts = parts.iter().map(|(gas, rate)| (Component::Gas(*gas), rate));
            let of_rest = (!rest.is_zero()).then_some((Component::Unallocated, rest));
            for (component, rate) in of_parts.chain(of_rest) {
                let co2e_kg = amount.mul(rate)?;
                // A mass can only be told where the weight is one: dividing by a GWP would invent digits.
                let mass_kg = (component == Component::Gas(Gas::Co2)).then(|| co2e_kg.clone());
                emissions.push(GasAmount {
                    component,
                    mass_kg,
                    co2e_kg,
                })?;
            }
            let (step, published) = product(Subject::Total(role), total)?;
            row.recorder.record(|| step);
            // The published total counts; `rest` made the parts equal to it.
            emissions.co2e_kg = published;
        }
        Rates::Fuel { .. } => {
            return Err(Error::NoFactor {
                activity: row.activity.activity.clone(),
                reason: "fuel".to_owned(),
                candidates: catalogue.label(selected.factor),
            });
        }
    }
    record_sum(row, &emissions, role);
    if let (Some(rate), Role::Location) = (&prepared.biogenic, role) {
        let mass = amount.mul(rate)?;
        row.biogenic = row.biogenic.add(&mass)?;
        row.recorder.record(|| Step::Multiply {
            subject: Subject::Biogenic,
            operands: vec![
                Operand::new(amount.clone(), to_unit.symbol()),
                Operand::new(rate.clone(), format!("kg CO2/{to_unit}")),
            ],
            result: mass,
            unit: "kg".to_owned(),
        });
    }
    Ok(emissions)
}

/// Weights a mass with the inventory's GWP set and puts it where it belongs.
pub(super) fn add_gas<R: Recorder>(
    row: &mut Row<'_, R>,
    emissions: &mut Emissions,
    gas: Gas,
    mass: Exact,
) -> Result<(), Error> {
    let gwp_set = row.profile.gwp_set;
    let co2e_kg = if gas == Gas::Co2 {
        mass.clone()
    } else {
        let gwp = gwp_set.gwp(gas)?;
        let result = mass.mul(&gwp.into())?;
        row.recorder.record(|| Step::Gwp {
            gas,
            mass_kg: mass.clone(),
            gwp,
            gwp_set,
            result: result.clone(),
        });
        result
    };
    if gas.is_kyoto() {
        emissions.push(GasAmount {
            component: Component::Gas(gas),
            mass_kg: Some(mass),
            co2e_kg,
        })
    } else {
        row.non_kyoto = row.non_kyoto.add(&co2e_kg)?;
        Ok(())
    }
}

/// Records that the total is the sum of its parts, where there are several.
pub(super) fn record_sum<R: Recorder>(row: &mut Row<'_, R>, emissions: &Emissions, role: Role) {
    if emissions.gases.len() < 2 {
        return;
    }
    row.recorder.record(|| Step::Sum {
        subject: Subject::Total(role),
        terms: emissions
            .gases
            .iter()
            .map(|part| (Subject::Co2e(part.component), part.co2e_kg.clone()))
            .collect(),
        result: emissions.co2e_kg.clone(),
    });
}
