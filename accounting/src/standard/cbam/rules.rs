//! The rule tables of CBAM, as they stand in `rules/`.

use crate::decimal::Decimal;
use crate::derivation::{Citation, Standing};
use crate::document;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

const METHODOLOGY: &str = include_str!("../../../rules/cbam-methodology.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    pub(super) value: Decimal,
    pub(super) clause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Technology {
    name: String,
    factor: Decimal,
    fraction: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Technologies {
    clause: String,
    technologies: Vec<Technology>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fuel {
    name: String,
    factor: Decimal,
    calorific: Option<Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fuels {
    clause: String,
    entries: Vec<Fuel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Material {
    name: String,
    /// Unit of the amount: t, or Nm3 of a gas.
    #[serde(default = "tonne")]
    unit: String,
    factor: Decimal,
    carbon: Option<Decimal>,
    clause: String,
}

fn tonne() -> String {
    "t".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Materials {
    entries: Vec<Material>,
}

/// A standard material: what its amount is measured in, tCO2 and tC per unit.
pub(super) struct StandardMaterial<'a> {
    pub(super) unit: &'a str,
    pub(super) factor: Published,
    pub(super) carbon: Option<Published>,
}

/// Implementing Regulation (EU) 2025/2547.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Methodology {
    document: String,
    standing: String,
    from: i64,
    figures: BTreeMap<String, Figure>,
    slope: Technologies,
    overvoltage: Technologies,
    fuels: Fuels,
    materials: Materials,
}

/// A published figure and where it stands.
pub(super) type Published = (Decimal, Citation);

/// The methodology in force in a year.
///
/// # Errors
/// [`Error::NoRuleForPeriod`].
pub(super) fn methodology(year: i64) -> Result<Methodology, Error> {
    let rules: Methodology = document::read(METHODOLOGY)?;
    if year < rules.from {
        return Err(Error::NoRuleForPeriod {
            table: rules.document,
            period: year.to_string(),
        });
    }
    Ok(rules)
}

impl Methodology {
    pub(super) fn instrument(&self) -> &str {
        &self.document
    }

    fn cite(&self, clause: &str) -> Citation {
        Citation {
            document: self.document.clone(),
            clause: clause.to_owned(),
            reference: "cbam-methodology".to_owned(),
            standing: Standing::from_code(&self.standing).unwrap_or(Standing::Recalled),
        }
    }

    /// A figure by its name in the table.
    pub(super) fn figure(&self, name: &str) -> Result<Published, Error> {
        self.figures
            .get(name)
            .map(|figure| (figure.value, self.cite(&figure.clause)))
            .ok_or_else(|| Error::NameUnknown {
                text: name.to_owned(),
            })
    }

    /// Emission factor (tCO2/TJ) and calorific value (GJ/t) of a fuel.
    pub(super) fn fuel(&self, name: &str) -> Result<(Published, Option<Published>), Error> {
        self.fuels
            .entries
            .iter()
            .find(|fuel| fuel.name == name)
            .map(|fuel| {
                let citation = self.cite(&self.fuels.clause);
                (
                    (fuel.factor, citation.clone()),
                    fuel.calorific.map(|value| (value, citation)),
                )
            })
            .ok_or_else(|| Error::NameUnknown {
                text: name.to_owned(),
            })
    }

    /// Factors of a material.
    pub(super) fn material(&self, name: &str) -> Result<StandardMaterial<'_>, Error> {
        self.materials
            .entries
            .iter()
            .find(|material| material.name == name)
            .map(|material| {
                let citation = self.cite(&material.clause);
                StandardMaterial {
                    unit: &material.unit,
                    factor: (material.factor, citation.clone()),
                    carbon: material.carbon.map(|value| (value, citation)),
                }
            })
            .ok_or_else(|| Error::NameUnknown {
                text: name.to_owned(),
            })
    }

    /// Factor and weight fraction of a cell technology.
    pub(super) fn technology(
        &self,
        slope: bool,
        name: &str,
    ) -> Result<(Published, Published), Error> {
        let table = if slope {
            &self.slope
        } else {
            &self.overvoltage
        };
        table
            .technologies
            .iter()
            .find(|technology| technology.name == name)
            .map(|technology| {
                let citation = self.cite(&table.clause);
                (
                    (technology.factor, citation.clone()),
                    (technology.fraction, citation),
                )
            })
            .ok_or_else(|| Error::NameUnknown {
                text: name.to_owned(),
            })
    }
}
