//! What a calculation is asked to follow: the GWP set of the inventory and the rounding of its rule book.

use crate::error::Error;
use crate::gas::GwpSet;

/// Parameters of a calculation that belong to the inventory, not to the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Profile {
    /// Table that turns gas masses into CO2e.
    pub gwp_set: GwpSet,
    /// When and how to round.
    pub rounding: RoundingProfile,
}

/// Rounding steps of a rule book, as data. All are 四舍五入: half away from zero, on the exact value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundingProfile {
    /// Stable code.
    pub code: &'static str,
    /// The rule book, empty for none.
    pub document: &'static str,
    /// Decimal places of coal's elemental carbon content in tC/t.
    pub elemental_carbon_places: Option<u32>,
    /// Decimal places of a row's result in tCO2.
    pub result_places: Option<u32>,
}

/// Nothing is rounded.
pub const UNROUNDED: RoundingProfile = RoundingProfile {
    code: "unrounded",
    document: "",
    elemental_carbon_places: None,
    result_places: None,
};

/// The MEE guideline for power generation facilities: elemental carbon content of coal at four decimals, results in whole
/// tonnes. The places are recalled, not read in the guideline.
pub const MEE_GUIDELINE: RoundingProfile = RoundingProfile {
    code: "mee_guideline",
    document: "企业温室气体排放核算与报告指南 发电设施（环办气候函〔2022〕485号）",
    elemental_carbon_places: Some(4),
    result_places: Some(0),
};

/// Every rounding profile.
pub const ROUNDING_PROFILES: [RoundingProfile; 2] = [UNROUNDED, MEE_GUIDELINE];

impl RoundingProfile {
    /// The profile with this code.
    ///
    /// # Errors
    /// [`Error::UnknownProfile`].
    pub fn from_code(code: &str) -> Result<Self, Error> {
        ROUNDING_PROFILES
            .into_iter()
            .find(|profile| profile.code == code)
            .ok_or_else(|| Error::UnknownProfile {
                text: crate::decimal::excerpt(code),
            })
    }
}

impl Default for RoundingProfile {
    fn default() -> Self {
        UNROUNDED
    }
}
