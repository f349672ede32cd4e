//! Rounding profiles: at how many decimals each quantity of a guideline is rounded, as data.

use super::figure::standing;
use crate::derivation::{Number, Rule, Standing};
use crate::error::Error;
use crate::exact::Rounding;
use crate::report::{Faults, Report};
use serde::Deserialize;

/// Decimals to which an endless quotient is carried where the profile rounds nothing: far below any digit that is reported,
/// and few enough for sums over months, fuels and units to stay exact in 256 bits.
pub(in crate::standard) const WORKING: u32 = 30;

/// The profile that rounds nothing but endless quotients.
pub(in crate::standard) const UNROUNDED: &str = "unrounded";

const WORKING_RULE: Rule = Rule {
    code: "mee.working_precision",
    formula: "⌊|x| × 10^30 + 0.5⌋ ÷ 10^30",
    clause: "",
};

const ROUND: Rule = Rule {
    code: "mee.round",
    formula: "⌊|x| × 10^n + 0.5⌋ ÷ 10^n",
    clause: "核算与报告指南 数据修约",
};

/// The places of a profile; a quantity without them is not rounded.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct Places {
    /// Stable code.
    #[serde(default)]
    pub code: String,
    /// The rule book.
    #[serde(default)]
    pub document: String,
    /// How far the places can be relied on.
    #[serde(default, deserialize_with = "standing")]
    pub standing: Standing,
    /// Masses and volumes of fuels and materials, t or 10^4 m3.
    pub quantity: Option<u32>,
    /// Net calorific value, GJ/t.
    pub ncv: Option<u32>,
    /// Measured elemental carbon content as received, tC/t.
    pub carbon_content: Option<u32>,
    /// Electricity, MWh.
    pub electricity: Option<u32>,
    /// Heat, GJ.
    pub heat: Option<u32>,
    /// Heat supply ratio, a fraction.
    pub heat_ratio: Option<u32>,
    /// Load factor, per cent.
    pub load_factor: Option<u32>,
    /// Emission intensity, tCO2/MWh and tCO2/GJ.
    pub intensity: Option<u32>,
    /// Emission factor of CF4, kg/t.
    pub cf4: Option<u32>,
    /// Emission factor of C2F6, kg/t.
    pub c2f6: Option<u32>,
    /// Emissions of a process or line, tCO2.
    pub process_emissions: Option<u32>,
    /// Emissions of a unit or the entity, tCO2.
    pub emissions: Option<u32>,
}

impl Places {
    /// The profile with this code of a table; `unrounded` needs no entry.
    pub fn find(table: &[Self], code: &str) -> Result<Self, Error> {
        if code == UNROUNDED {
            return Ok(Self {
                code: UNROUNDED.to_owned(),
                ..Self::default()
            });
        }
        table
            .iter()
            .find(|places| places.code == code)
            .cloned()
            .ok_or_else(|| Error::UnknownProfile {
                text: crate::decimal::excerpt(code),
            })
    }

    /// The profile of a document, or a fault at `profile`.
    pub fn choose(faults: &mut Faults, table: &[Self], code: &str) -> Self {
        faults
            .keep("profile", Self::find(table, code))
            .unwrap_or_default()
    }

    /// Says in the report which profile was used and how far its places can be relied on.
    pub fn declare(&self, report: &mut Report) {
        if self.code == UNROUNDED {
            report.notice("mee_unrounded", "", "");
        } else {
            let standing = self.standing.code();
            report.notice(
                "mee_rounding_profile",
                self.code.as_str(),
                format!("{} ({standing})", self.document),
            );
        }
    }
}

/// 四舍五入 to the places of the profile, a step of its own where it changes the number.
pub(in crate::standard) fn round(
    report: &mut Report,
    number: Number,
    places: Option<u32>,
) -> Result<Number, Error> {
    match places {
        Some(places) => step(report, ROUND, number, places),
        None => Ok(number),
    }
}

/// As [`round`]; without places, an endless quotient is carried to [`WORKING`] decimals.
pub(in crate::standard) fn round_quotient(
    report: &mut Report,
    number: Number,
    places: Option<u32>,
) -> Result<Number, Error> {
    match places {
        Some(places) => step(report, ROUND, number, places),
        None => step(report, WORKING_RULE, number, WORKING),
    }
}

fn step(report: &mut Report, rule: Rule, number: Number, places: u32) -> Result<Number, Error> {
    let value = report.derivation.value(number);
    if value.round(places, Rounding::HalfUp)? == *value {
        return Ok(number);
    }
    report
        .derivation
        .round(rule, number, places, Rounding::HalfUp)
}
