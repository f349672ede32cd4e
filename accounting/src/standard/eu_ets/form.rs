//! The document of an installation in the EU ETS.

use crate::decimal::Decimal;
use crate::standard::source_stream::SourceStream;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Installation {
    #[expect(dead_code, reason = "for who reads the document")]
    pub(super) installation: String,
    pub(super) year: i64,
    /// Average verified emissions of the previous trading period without zero-rated biomass, tCO2e: decides the category.
    pub(super) average_emissions: Option<Decimal>,
    #[serde(default, rename = "source_stream")]
    pub(super) streams: Vec<Monitored>,
    #[serde(default)]
    pub(super) sub_installation: Vec<SubInstallation>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Class {
    Major,
    Minor,
    DeMinimis,
}

/// A source stream with how well it is monitored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Monitored {
    pub(super) stream: SourceStream,
    pub(super) class: Class,
    /// Of activity data, 1 to 4.
    pub(super) tier: Option<u32>,
    /// Of the amount over the year, share.
    pub(super) uncertainty: Option<Decimal>,
    /// Why a lower tier than required: not feasible, unreasonable costs.
    #[serde(default)]
    pub(super) tier_justification: String,
    /// A solid fuel: the lowest tier of category A is 1 instead of 2.
    #[serde(default)]
    pub(super) solid: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Product,
    Heat,
    DistrictHeating,
    Fuel,
    ProcessEmissions,
}

/// Part of an installation that a benchmark applies to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubInstallation {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// A product benchmark of the table.
    #[serde(default)]
    pub(super) benchmark_name: String,
    /// Allowances per unit, where the table has none.
    pub(super) benchmark: Option<Decimal>,
    #[serde(default)]
    pub(super) benchmark_document: String,
    /// Unit of the activity level, with a stated benchmark.
    pub(super) unit: Option<String>,
    /// Activity levels of the years of the baseline period.
    pub(super) levels: Vec<Decimal>,
    /// Of the two years before.
    #[serde(default)]
    pub(super) recent: Vec<Decimal>,
    /// Exposed to carbon leakage.
    pub(super) exposed: bool,
    /// Goods under CBAM.
    #[serde(default)]
    pub(super) cbam: bool,
    #[serde(default)]
    pub(super) evidence: String,
}

impl SubInstallation {
    /// Name in the table of benchmarks.
    pub(super) fn benchmark_name(&self) -> &str {
        match self.kind {
            Kind::Product => &self.benchmark_name,
            Kind::Heat | Kind::DistrictHeating => "heat",
            Kind::Fuel => "fuel",
            Kind::ProcessEmissions => "process emissions",
        }
    }
}
