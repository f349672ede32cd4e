//! Releases of gases: mass × GWP (GHG Protocol; IPCC 2006 Volume 3, chapter 7). A pure gas or blend needs no factor set.

use super::emission_factor::{self, add_gas, record_sum};
use super::{Emissions, Error, Exact, Method, Recorder, Role, Row, Step, Substance};
use crate::calculation::Calculation;
use crate::catalogue::add_substance;
use crate::gas::Gas;
use crate::unit::{Kind, Unit};

/// Calculates a release; an activity that is no gas goes by an emission factor.
pub(super) fn calculate<R: Recorder>(row: &mut Row<'_, R>) -> Result<Calculation, Error> {
    let names_factor = row
        .reference
        .as_ref()
        .is_some_and(|reference| reference.set.is_some())
        || !row.activity.parameters.is_empty();
    let substance = Substance::from_name(&row.activity.activity);
    let (Some(substance), false) = (substance, names_factor) else {
        return if !names_factor && row.catalogue.named(&row.activity.activity).is_empty() {
            Err(Error::UnknownGas {
                text: row.activity.activity.clone(),
            })
        } else {
            emission_factor::calculate(row, Method::EmissionFactor)
        };
    };
    if let Some((set, quoted)) = row.reference.as_ref().and_then(|reference| reference.gwp) {
        // The row quotes the GWP that its author had in mind; it must be the table's.
        let gwp = gwp_of(substance, set)?;
        if gwp != Exact::from(quoted) {
            return Err(row.contradicts(
                format!("{} {} GWP {gwp}", substance.symbol(), set.code()),
                "gwp",
            ));
        }
    }
    let unit = row.activity.quantity.unit;
    if unit.kind() != Kind::Mass {
        return Err(Error::UnitMismatch {
            unit,
            wanted: Unit::KILOGRAM,
        });
    }
    let kilograms = if unit == Unit::KILOGRAM {
        row.amount.clone()
    } else {
        let ratio = unit.ratio_to(Unit::KILOGRAM)?;
        let to = row.amount.mul(&ratio)?;
        let from = row.amount.clone();
        row.recorder.record(|| Step::Convert {
            from,
            from_unit: unit,
            ratio,
            to: to.clone(),
            to_unit: Unit::KILOGRAM,
        });
        to
    };
    row.recorder.record(|| Step::Formula {
        code: "mass_gwp",
        text: "E = Σ m(gas) × GWP(gas)",
        clause: "IPCC 2006, Vol. 3, ch. 7",
    });
    let mut gases: Vec<(Gas, Exact)> = Vec::with_capacity(3);
    add_substance(&mut gases, substance, &kilograms)?;
    let mut emissions = Emissions::default();
    for (gas, mass) in gases {
        add_gas(row, &mut emissions, gas, mass)?;
    }
    record_sum(row, &emissions, Role::Location);
    row.finish(Method::Refrigerant, emissions, None)
}

/// GWP of a substance by composition.
fn gwp_of(substance: Substance, set: crate::gas::GwpSet) -> Result<Exact, Error> {
    let mut gases = Vec::with_capacity(3);
    add_substance(&mut gases, substance, &Exact::ONE)?;
    gases.iter().try_fold(Exact::ZERO, |sum, (gas, mass)| {
        sum.add(&mass.mul(&set.gwp(*gas)?.into())?)
    })
}
