//! What may be wrong with the document of a product.

use super::form::{Allocation, Boundary, Data, Process, Product, Recycling, UnitKind};
use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::gas::{Gas, GwpSet};
use crate::report::Faults;
use crate::standard::bounds;
use crate::unit::Unit;
use std::collections::BTreeMap;

fn missing(faults: &mut Faults, place: impl Into<String>, fields: &str) {
    faults.add(
        place,
        Error::FieldsMissing {
            fields: fields.into(),
        },
    );
}

/// Notes every fault.
pub(super) fn check(product: &Product, gwp_set: GwpSet, faults: &mut Faults) {
    bounds::unique(
        faults,
        "process",
        product.process.iter().map(|process| process.name.as_str()),
    );
    // Outputs by name, with their unit and whether they bear a burden.
    let mut outputs: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for (position, process) in product.process.iter().enumerate() {
        for (number, output) in process.outputs.iter().enumerate() {
            let bears = number == 0 || process.allocation != Some(Allocation::SystemExpansion);
            if outputs
                .insert(output.name.as_str(), (output.unit.as_str(), bears))
                .is_some()
            {
                faults.add(
                    format!("process[{position}].outputs[{number}].name"),
                    Error::NameTwice {
                        text: output.name.clone(),
                    },
                );
            }
        }
    }
    for (position, material) in product.material.iter().enumerate() {
        let unit = outputs
            .get(material.virgin.as_str())
            .map_or("", |(unit, _)| *unit);
        if outputs.insert(&material.name, (unit, true)).is_some() {
            faults.add(
                format!("material[{position}].name"),
                Error::NameTwice {
                    text: material.name.clone(),
                },
            );
        }
    }
    unit_of_analysis(product, &outputs, faults);
    for (position, process) in product.process.iter().enumerate() {
        check_process(
            process,
            &format!("process[{position}]"),
            product.boundary,
            gwp_set,
            &outputs,
            faults,
        );
    }
    for (position, material) in product.material.iter().enumerate() {
        let place = format!("material[{position}]");
        for (field, value) in [
            ("recycled_content", Some(material.recycled_content)),
            ("recycling_rate", Some(material.recycling_rate)),
            ("factor", material.factor),
            ("quality_in", material.quality_in),
            ("quality_out", material.quality_out),
        ] {
            if let Some(value) = value {
                bounds::share(faults, format!("{place}.{field}"), value);
            }
        }
        if (material.method == Recycling::Circular) != material.factor.is_some() {
            missing(faults, place.as_str(), "method = \"circular\", factor");
        }
        let named = [
            Some(&material.virgin),
            Some(&material.recycled),
            material.recovery.as_ref(),
            material.disposal.as_ref(),
        ];
        for name in named.into_iter().flatten() {
            reference(name, None, &place, &outputs, faults);
        }
        if material.disposal.is_none()
            && material.recycling_rate < Decimal::ONE
            && product.boundary == Boundary::CradleToGrave
        {
            missing(faults, place, "disposal");
        }
    }
    if let Some(cut_off) = &product.cut_off {
        for (field, value) in [("each", cut_off.each), ("total", cut_off.total)] {
            bounds::share(faults, format!("cut_off.{field}"), value);
        }
        for (number, excluded) in cut_off.excluded.iter().enumerate() {
            let place = format!("cut_off.excluded[{number}]");
            if excluded.reason.is_empty() {
                missing(faults, format!("{place}.reason"), "reason");
            }
            let shares = [
                ("mass", excluded.mass),
                ("energy", excluded.energy),
                ("impact", excluded.impact),
            ];
            if shares.iter().all(|(_, share)| share.is_none()) {
                missing(faults, place.as_str(), "mass, energy, impact");
            }
            for (field, share) in shares {
                let Some(share) = share else { continue };
                bounds::share(faults, format!("{place}.{field}"), share);
                if share > cut_off.each {
                    faults.add(
                        format!("{place}.{field}"),
                        Error::CutOffExceeded {
                            text: share.to_string(),
                            limit: cut_off.each.to_string(),
                        },
                    );
                }
            }
        }
        for field in ["mass", "energy", "impact"] {
            let total = cut_off
                .excluded
                .iter()
                .filter_map(|excluded| match field {
                    "mass" => excluded.mass,
                    "energy" => excluded.energy,
                    _ => excluded.impact,
                })
                .try_fold(Exact::ZERO, |sum, share| sum.add(&share.into()));
            if let Some(total) = faults.keep("cut_off", total)
                && total > Exact::from(cut_off.total)
            {
                faults.add(
                    "cut_off.total",
                    Error::CutOffExceeded {
                        text: format!("{field}: {total}"),
                        limit: cut_off.total.to_string(),
                    },
                );
            }
        }
    }
}

fn unit_of_analysis(
    product: &Product,
    outputs: &BTreeMap<&str, (&str, bool)>,
    faults: &mut Faults,
) {
    let unit = &product.unit;
    bounds::positive(faults, "unit.amount", unit.amount);
    reference(&unit.output, unit.unit.as_deref(), "unit", outputs, faults);
    if unit.kind == UnitKind::Functional && unit.description.is_empty() {
        missing(faults, "unit.description", "description");
    }
    // GHG Protocol Product Standard 6.2, 7.3: final products have a functional unit and a cradle-to-grave inventory.
    if product.boundary == Boundary::CradleToGrave && unit.kind == UnitKind::Declared {
        faults.add(
            "unit.kind",
            Error::FieldsExclude {
                fields: "boundary = \"cradle_to_grave\", kind = \"declared\"".into(),
            },
        );
    }
    if product.boundary == Boundary::CradleToGrave
        && !product
            .process
            .iter()
            .any(|process| process.stage == super::form::Stage::EndOfLife)
        && product
            .material
            .iter()
            .all(|material| material.disposal.is_none())
    {
        missing(faults, "process", "stage = \"end_of_life\"");
    }
    for (field, value) in [
        ("fossil_carbon_content", unit.fossil_carbon_content),
        ("biogenic_carbon_content", unit.biogenic_carbon_content),
    ] {
        if let Some(value) = value {
            bounds::not_negative(faults, format!("unit.{field}"), value);
        }
    }
}

/// Notes a reference to nothing, to an output that bears no burden, or in a unit that does not convert.
fn reference(
    name: &str,
    unit: Option<&str>,
    place: &str,
    outputs: &BTreeMap<&str, (&str, bool)>,
    faults: &mut Faults,
) {
    let Some((own, bears)) = outputs.get(name) else {
        faults.add(place, Error::NameUnknown { text: name.into() });
        return;
    };
    if !bears {
        faults.add(
            place,
            Error::FieldsExclude {
                fields: format!("system_expansion, {name}"),
            },
        );
    }
    if let Some(unit) = unit.filter(|unit| unit != own) {
        let ratio = Unit::parse(unit).and_then(|unit| unit.ratio_to(Unit::parse(own)?));
        faults.keep(format!("{place}.unit"), ratio);
    }
}

fn check_process(
    process: &Process,
    place: &str,
    boundary: Boundary,
    gwp_set: GwpSet,
    outputs: &BTreeMap<&str, (&str, bool)>,
    faults: &mut Faults,
) {
    if boundary == Boundary::CradleToGate && process.stage.downstream() {
        faults.add(
            format!("{place}.stage"),
            Error::FieldsExclude {
                fields: format!(
                    "boundary = \"cradle_to_gate\", stage = \"{}\"",
                    process.stage.code()
                ),
            },
        );
    }
    if process.data == Data::Secondary && process.source.is_empty() {
        missing(faults, format!("{place}.source"), "source");
    }
    if process.outputs.is_empty() {
        missing(faults, format!("{place}.outputs"), "outputs");
    }
    if process.outputs.len() > 1 && process.allocation.is_none() {
        missing(faults, format!("{place}.allocation"), "allocation");
    }
    if process.allocation.is_some() && process.allocation_reason.is_empty() {
        missing(
            faults,
            format!("{place}.allocation_reason"),
            "allocation_reason",
        );
    }
    let mut total = Exact::ZERO;
    for (number, output) in process.outputs.iter().enumerate() {
        let place = format!("{place}.outputs[{number}]");
        bounds::positive(faults, format!("{place}.amount"), output.amount);
        for (field, value) in [
            ("mass", output.mass),
            ("energy", output.energy),
            ("value", output.value),
        ] {
            if let Some(value) = value {
                bounds::not_negative(faults, format!("{place}.{field}"), value);
            }
        }
        if let Some(share) = output.share {
            bounds::share(faults, format!("{place}.share"), share);
            if let Some(sum) = faults.keep(place.as_str(), total.add(&share.into())) {
                total = sum;
            }
        }
        let (field, stated) = match process.allocation {
            Some(Allocation::Mass) => ("mass", output.mass.is_some()),
            Some(Allocation::Energy) => ("energy", output.energy.is_some()),
            Some(Allocation::Economic) => ("value", output.value.is_some()),
            Some(Allocation::Shares) => ("share", output.share.is_some()),
            Some(Allocation::SystemExpansion) if number > 0 => {
                ("displaces", output.displaces.is_some())
            }
            _ => ("", true),
        };
        if !stated {
            missing(faults, place.as_str(), field);
        }
        if let Some(displaced) = &output.displaces {
            reference(
                displaced,
                Some(&output.unit),
                &format!("{place}.displaces"),
                outputs,
                faults,
            );
        }
    }
    if process.allocation == Some(Allocation::Shares) && total != Exact::ONE {
        faults.add(
            format!("{place}.outputs"),
            Error::SharesSum {
                total: total.to_string(),
            },
        );
    }
    for (number, input) in process.inputs.iter().enumerate() {
        let place = format!("{place}.inputs[{number}]");
        bounds::not_negative(faults, format!("{place}.amount"), input.amount);
        reference(&input.name, input.unit.as_deref(), &place, outputs, faults);
    }
    for (number, emission) in process.emissions.iter().enumerate() {
        let place = format!("{place}.emissions[{number}]");
        bounds::not_negative(faults, format!("{place}.amount"), emission.amount);
        if emission.gas != "co2e" {
            let known = Gas::from_code(&emission.gas)
                .ok_or_else(|| Error::UnknownGas {
                    text: emission.gas.clone(),
                })
                .and_then(|gas| gwp_set.gwp(gas));
            faults.keep(format!("{place}.gas"), known);
        }
    }
    if let Some(quality) = &process.quality {
        for (field, value) in [
            ("technological", quality.technological),
            ("geographical", quality.geographical),
            ("temporal", quality.temporal),
        ] {
            if value < Decimal::ONE || value > Decimal::from_parts(5, 0) {
                faults.add(
                    format!("{place}.quality.{field}"),
                    Error::RatingOutside {
                        text: value.to_string(),
                    },
                );
            }
        }
    }
}
