//! The standards that the engine calculates by, one module each: a document in, a [`Report`] out.
//!
//! | code | standard |
//! |---|---|
//! | `ghg_corporate` | GHG Protocol Corporate Standard |
//! | `ghg_scope2` | GHG Protocol Scope 2 Guidance |
//! | `ghg_scope3` | GHG Protocol Scope 3 Standard and Technical Guidance |
//! | `iso_14083` | ISO 14083, GLEC Framework |
//! | `ipcc_uncertainty` | IPCC 2006 Guidelines, volume 1, chapter 3: uncertainty |
//! | `mee_power` | MEE guideline for power generation facilities |
//! | `mee_cement`, `mee_aluminium`, `mee_steel` | MEE guidelines for cement, aluminium smelting, steel |
//! | `gbt_32150` | GB/T 32150 with parts of GB/T 32151 |
//! | `cn_ets_power`, `cn_ets_industry` | allocation plans of China's national ETS |
//! | `ghg_product` | GHG Protocol Product Standard, ISO 14067, GB/T 24067 |
//! | `cbam_installation` | CBAM, operators: embedded emissions of goods |
//! | `cbam_declaration` | CBAM, declarants: certificates |
//! | `targets` | reduction targets: SBTi, dual control |
//! | `eu_ets` | EU ETS: monitoring and free allocation |
//!
//! A standard reads its document with [`crate::document`], takes rule tables as data (`rules/`), and builds its numbers in
//! a [`crate::Derivation`], so that every figure explains itself. The worked examples are in `cases/standards/`.

mod bounds;
mod cbam;
mod cn_ets;
mod cn_ets_industry;
mod cn_ets_power;
mod emission_rate;
mod eu_ets;
mod gbt_32150;
mod ghg_corporate;
mod ghg_product;
mod ghg_scope2;
mod ghg_scope3;
mod ipcc_uncertainty;
mod iso_14083;
mod mee;
mod mee_aluminium;
mod mee_cement;
mod mee_power;
mod mee_steel;
mod source_stream;
mod targets;

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::report::{Faults, Report};

/// What a standard may look at besides its document.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Factor sets.
    pub catalogue: &'a Catalogue,
}

/// A standard that the engine has.
#[derive(Clone, Copy, Debug)]
pub struct Standard {
    /// Stable code; its name is `standard-<code>`.
    pub code: &'static str,
    /// The document that it implements.
    pub document: &'static str,
    /// A complete example of its input, as TOML.
    pub example: &'static str,
    /// Forms of other bodies in which its result can be handed on.
    pub exports: &'static [Export],
    /// Calculates.
    pub run: fn(toml::Value, Context<'_>) -> Result<Report, Faults>,
}

/// A form in which a result is handed on: an exchange format, an annex of a regulation.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Stable code.
    pub code: &'static str,
    /// Who defines the form, and where.
    pub document: &'static str,
    /// Writes the document's result as an object with texts, truths, lists and objects only: numbers are texts with all
    /// their digits.
    pub write: fn(&toml::Value, &Report) -> Result<toml::Value, Faults>,
}

impl Standard {
    /// The form with this code.
    #[must_use]
    pub fn export(&self, code: &str) -> Option<&'static Export> {
        self.exports.iter().find(|export| export.code == code)
    }
}

/// Every standard, in the order in which they are listed for people.
pub const STANDARDS: &[Standard] = &[
    ghg_corporate::STANDARD,
    ghg_scope2::STANDARD,
    ghg_scope3::STANDARD,
    iso_14083::STANDARD,
    ipcc_uncertainty::STANDARD,
    mee_power::STANDARD,
    mee_cement::STANDARD,
    mee_aluminium::STANDARD,
    mee_steel::STANDARD,
    gbt_32150::STANDARD,
    cn_ets_power::STANDARD,
    cn_ets_industry::STANDARD,
    ghg_product::STANDARD,
    cbam::installation::STANDARD,
    cbam::declaration::STANDARD,
    targets::STANDARD,
    eu_ets::STANDARD,
];

/// The standard with this code.
///
/// # Errors
/// [`Error::UnknownStandard`].
pub fn find(code: &str) -> Result<&'static Standard, Error> {
    STANDARDS
        .iter()
        .find(|standard| standard.code == code)
        .ok_or_else(|| Error::UnknownStandard {
            text: crate::decimal::excerpt(code),
            known: STANDARDS
                .iter()
                .map(|standard| standard.code)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

/// Calculates a TOML document by the standard that its `standard` key names, or by `code`.
///
/// # Errors
/// Every fault of the document.
pub fn calculate(code: &str, text: &str, context: Context<'_>) -> Result<Report, Faults> {
    let standard = find(code)?;
    (standard.run)(crate::document::parse(text)?, context)
}
