//! The EU's carbon border adjustment mechanism in its definitive period (from 2026).
//!
//! The operator of an installation outside the Union calculates and communicates specific embedded emissions
//! ([`installation`]); the authorised declarant in the Union declares imports and surrenders certificates
//! ([`declaration`]). Figures that depend on the year are data: `rules/cbam-*.toml` and `rules/cbam-*.csv`.

pub mod declaration;
pub mod installation;
mod rules;
mod tables;

use serde::Deserialize;

/// Sectors of Annex I of Regulation (EU) 2023/956.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sector {
    /// Cement.
    Cement,
    /// Fertilisers.
    Fertilisers,
    /// Iron and steel.
    IronAndSteel,
    /// Aluminium.
    Aluminium,
    /// Hydrogen.
    Hydrogen,
    /// Electricity.
    Electricity,
}

impl Sector {
    /// Whether indirect emissions count: goods that Annex II of Regulation (EU) 2023/956 does not list.
    pub(crate) fn counts_indirect(self) -> bool {
        matches!(self, Self::Cement | Self::Fertilisers)
    }
}
