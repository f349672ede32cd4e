//! Chemicals and fertilisers that one process makes together: emissions by amounts of substance.

use super::super::Sector;
use super::form::{FunctionalUnit, Process};
use super::formulas as rule;
use crate::decimal::Decimal;
use crate::derivation::{Derivation, Number};
use crate::error::Error;
use crate::report::Faults;
use crate::standard::bounds;

/// Shares of what a process makes.
pub(super) struct Shares<'a> {
    /// Of its goods.
    pub(super) goods: Number,
    /// Of each co-product.
    pub(super) others: Vec<(&'a str, Number)>,
    /// A molar mass is not known: masses count.
    pub(super) by_mass: bool,
}

/// Notes what is wrong with the co-products of a process.
pub(super) fn check(process: &Process, faults: &mut Faults, place: &str) {
    if process.co_products.is_empty() {
        for (field, stated) in [
            ("molar_mass", process.molar_mass.is_some()),
            ("mass", process.mass.is_some()),
        ] {
            if stated {
                faults.add(
                    format!("{place}.{field}"),
                    Error::PartNotUsed { what: field.into() },
                );
            }
        }
        return;
    }
    if !matches!(process.sector, Sector::Hydrogen | Sector::Fertilisers) {
        faults.add(
            format!("{place}.co_products"),
            Error::FieldsExclude {
                fields: "sector, co_products".into(),
            },
        );
    }
    if process.mass.is_none() && process.unit != FunctionalUnit::Tonne {
        faults.add(
            place,
            Error::FieldsMissing {
                fields: "mass".into(),
            },
        );
    }
    let positive = |faults: &mut Faults, place: String, value: Option<Decimal>| {
        if let Some(value) = value {
            bounds::positive(faults, place, value);
        }
    };
    positive(faults, format!("{place}.mass"), process.mass);
    positive(faults, format!("{place}.molar_mass"), process.molar_mass);
    for (number, other) in process.co_products.iter().enumerate() {
        let place = format!("{place}.co_products[{number}]");
        bounds::not_negative(faults, format!("{place}.amount"), other.amount);
        positive(faults, format!("{place}.molar_mass"), other.molar_mass);
    }
    let names = process.co_products.iter().map(|other| other.name.as_str());
    bounds::unique(faults, &format!("{place}.co_products"), names);
}

/// The shares; `None` where the process makes nothing beside its goods.
pub(super) fn shares<'a>(
    process: &'a Process,
    derivation: &mut Derivation,
    place: &str,
) -> Result<Option<Shares<'a>>, Error> {
    if process.co_products.is_empty() {
        return Ok(None);
    }
    let evidence = process.evidence.as_str();
    let by_mass = process.molar_mass.is_none()
        || process
            .co_products
            .iter()
            .any(|other| other.molar_mass.is_none());
    let mut all = vec![(
        process.name.as_str(),
        process.mass.unwrap_or(process.activity_level),
        process.molar_mass,
        if process.mass.is_some() {
            format!("{place}.mass")
        } else {
            format!("{place}.activity_level")
        },
        format!("{place}.molar_mass"),
    )];
    for (number, other) in process.co_products.iter().enumerate() {
        all.push((
            other.name.as_str(),
            other.amount,
            other.molar_mass,
            format!("{place}.co_products[{number}].amount"),
            format!("{place}.co_products[{number}].molar_mass"),
        ));
    }
    let mut substances = Vec::new();
    for (name, mass, molar_mass, mass_place, molar_place) in all {
        let mass = derivation.input("cbam_product_mass", name, mass, "t", mass_place, evidence);
        let amount = match molar_mass.filter(|_| !by_mass) {
            Some(molar_mass) => {
                let molar_mass = derivation.input(
                    "cbam_molar_mass",
                    name,
                    molar_mass,
                    "g/mol",
                    molar_place,
                    evidence,
                );
                derivation.quotient(
                    rule::MOLAR,
                    "cbam_substance",
                    name,
                    "Mmol",
                    &[mass, molar_mass],
                )?
            }
            None => mass,
        };
        substances.push((name, amount));
    }
    let amounts: Vec<Number> = substances.iter().map(|(_, amount)| *amount).collect();
    let unit = if by_mass { "t" } else { "Mmol" };
    let name = process.name.as_str();
    let total = derivation.sum(rule::MOLAR, "cbam_substances", name, unit, &amounts)?;
    let mut shares = Vec::new();
    for (name, amount) in substances {
        let share =
            derivation.quotient(rule::MOLAR, "cbam_molar_share", name, "", &[amount, total])?;
        shares.push((name, share));
    }
    let (_, goods) = shares.remove(0);
    Ok(Some(Shares {
        goods,
        others: shares,
        by_mass,
    }))
}
