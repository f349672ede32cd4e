//! Materials with a published factor: fluxes, electrodes, carbon-bearing raw materials, products that keep carbon.

use super::check;
use super::figure::Figure;
use super::places::{Places, round};
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::name::fold;
use crate::report::{Faults, Report};
use serde::Deserialize;

/// A row of a rule table: the factor of a material under its names.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct MaterialFactor {
    /// Stable code first, then other names.
    pub names: Vec<String>,
    /// tCO2/t.
    pub factor: Figure,
}

/// The factor of a material, by any of its names.
pub(in crate::standard) fn find<'a>(
    table: &'a [MaterialFactor],
    name: &str,
) -> Option<&'a MaterialFactor> {
    let name = fold(name);
    table
        .iter()
        .find(|row| row.names.iter().any(|known| fold(known) == name))
}

/// An amount of a material.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct Material {
    /// A name of the rule table, or any other with its factor.
    pub material: String,
    /// t.
    pub quantity: Decimal,
    /// Measured factor, tCO2/t, instead of the table's.
    pub factor: Option<Decimal>,
    /// What proves the figures.
    #[serde(default)]
    pub evidence: String,
}

/// Where the factors of materials come from.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct Factors<'a> {
    /// The rows.
    pub rows: &'a [MaterialFactor],
    /// Code of the rule table.
    pub table: &'a str,
    /// Title of the document.
    pub document: &'a str,
}

/// Labels of the numbers of a kind of material.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct Labels {
    /// Of the amount.
    pub quantity: &'static str,
    /// Of the factor.
    pub factor: &'static str,
    /// Of the product.
    pub emissions: &'static str,
}

impl Material {
    /// Notes every fault.
    pub fn check(&self, faults: &mut Faults, rows: &[MaterialFactor], place: &str) {
        check::not_negative(faults, &format!("{place}.quantity"), &self.quantity);
        check::not_negative_if(faults, &format!("{place}.factor"), self.factor.as_ref());
        if self.factor.is_none() && find(rows, &self.material).is_none() {
            faults.add(
                format!("{place}.material"),
                Error::NameUnknown {
                    text: self.material.clone(),
                },
            );
        }
    }

    /// `quantity × factor`
    pub fn emissions(
        &self,
        report: &mut Report,
        factors: Factors<'_>,
        labels: Labels,
        rule: Rule,
        places: &Places,
        at: (&str, &str),
    ) -> Result<Number, Error> {
        let (place, subject) = at;
        let subject = format!("{subject} {}", self.material);
        let quantity = report.derivation.input(
            labels.quantity,
            subject.as_str(),
            self.quantity,
            "t",
            format!("{place}.quantity"),
            self.evidence.as_str(),
        );
        let quantity = round(report, quantity, places.quantity)?;
        let factor = match (self.factor, find(factors.rows, &self.material)) {
            (Some(value), _) => report.derivation.input(
                labels.factor,
                subject.as_str(),
                value,
                "tCO2/t",
                format!("{place}.factor"),
                self.evidence.as_str(),
            ),
            (None, Some(row)) => row.factor.parameter(
                &mut report.derivation,
                labels.factor,
                subject.as_str(),
                "tCO2/t",
                factors.table,
                factors.document,
            ),
            (None, None) => {
                return Err(Error::NameUnknown {
                    text: self.material.clone(),
                });
            }
        };
        report
            .derivation
            .product(rule, labels.emissions, subject, "tCO2", &[quantity, factor])
    }
}
