//! The rule table `mee-power`: which guideline is for which months, and its defaults.

use crate::date::Month;
use crate::document;
use crate::error::Error;
use crate::standard::mee::fuel::CoalDefaults;
use crate::standard::mee::{Figure, Places};
use serde::Deserialize;

/// The table.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub code: String,
    pub guideline: Vec<Guideline>,
    pub profile: Vec<Places>,
}

/// A guideline with the months that it is for.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Guideline {
    pub from: String,
    pub through: Option<String>,
    pub document: String,
    ncv: Figure,
    carbon_per_heat: Figure,
    carbon_per_heat_unconventional: Figure,
    oxidation: Figure,
}

impl Guideline {
    /// Its figures for coal that was not measured.
    pub fn coal<'a>(&'a self, unconventional: bool, table: &'a str) -> CoalDefaults<'a> {
        CoalDefaults {
            ncv: &self.ncv,
            carbon_per_heat: if unconventional {
                &self.carbon_per_heat_unconventional
            } else {
                &self.carbon_per_heat
            },
            oxidation: &self.oxidation,
            document: &self.document,
            table,
        }
    }
}

/// The shipped table.
pub(super) fn read() -> Result<Rules, Error> {
    document::read(include_str!("../../../rules/mee-power.toml"))
}

impl Rules {
    /// The guideline for a month.
    pub fn for_month(&self, month: Month) -> Result<&Guideline, Error> {
        for guideline in &self.guideline {
            let from = Month::parse(&guideline.from)?;
            let through = guideline.through.as_deref().map(Month::parse).transpose()?;
            if from <= month && through.is_none_or(|last| month <= last) {
                return Ok(guideline);
            }
        }
        Err(Error::NoRuleForPeriod {
            table: self.code.clone(),
            period: month.to_string(),
        })
    }
}
