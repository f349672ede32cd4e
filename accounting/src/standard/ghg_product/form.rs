//! The document of a product: its unit, the processes of its life cycle, recycled materials, what was left out.

use crate::decimal::Decimal;
use serde::Deserialize;

/// A product and its life cycle.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) product: String,
    /// Year that the data describe.
    #[expect(dead_code, reason = "for who reads the document")]
    pub(super) year: i64,
    pub(super) boundary: Boundary,
    /// Table of global warming potentials; AR6 if absent.
    pub(super) gwp_set: Option<String>,
    pub(super) unit: DeclaredUnit,
    pub(super) cut_off: Option<CutOff>,
    pub(super) process: Vec<Process>,
    #[serde(default)]
    pub(super) material: Vec<Material>,
    /// What the data exchange asks for beside the footprint.
    pub(super) pact: Option<Pact>,
}

/// Identity and circumstances of a footprint that is passed on by the PACT data exchange.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pact {
    /// UUID of this footprint: a changed one has another.
    pub(super) id: String,
    /// Footprints that it replaces.
    #[serde(default)]
    pub(super) preceding: Vec<String>,
    /// Moments are RFC 3339 date-times.
    pub(super) created: String,
    /// `Active` or `Deprecated`.
    pub(super) status: Option<String>,
    pub(super) valid_from: Option<String>,
    pub(super) valid_to: Option<String>,
    pub(super) company_name: String,
    /// URNs.
    pub(super) company_ids: Vec<String>,
    pub(super) product_description: String,
    pub(super) product_ids: Vec<String>,
    #[serde(default)]
    pub(super) classifications: Vec<String>,
    pub(super) comment: Option<String>,
    /// kg of the declared unit without packaging; 0 of energy, transport and services.
    pub(super) mass: Decimal,
    /// First moment of the data, and the one after their last.
    pub(super) reference_start: String,
    pub(super) reference_end: String,
    pub(super) country: Option<String>,
    pub(super) subdivision: Option<String>,
    pub(super) region: Option<String>,
    pub(super) boundary_description: Option<String>,
    /// kg C per declared unit.
    pub(super) recycled_carbon_content: Option<Decimal>,
    #[serde(default)]
    pub(super) standards: Vec<String>,
    #[serde(default)]
    pub(super) rules: Vec<PactRule>,
    #[serde(default)]
    pub(super) secondary_sources: Vec<PactSource>,
    pub(super) verification: Option<PactVerification>,
    /// Decimal places of figures.
    #[serde(default = "super::pact::places")]
    pub(super) places: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PactRule {
    pub(super) operator: String,
    pub(super) names: Vec<String>,
    pub(super) other_operator: Option<String>,
}

/// A database of secondary data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PactSource {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PactVerification {
    pub(super) coverage: String,
    pub(super) provider: Option<String>,
    pub(super) completed: Option<String>,
    pub(super) standard: Option<String>,
    pub(super) comments: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Boundary {
    CradleToGate,
    CradleToGrave,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnitKind {
    Declared,
    Functional,
}

/// What the result refers to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclaredUnit {
    pub(super) kind: UnitKind,
    /// The output that delivers it.
    pub(super) output: String,
    /// Reference flow: amount of the output per unit.
    pub(super) amount: Decimal,
    pub(super) unit: Option<String>,
    /// Of a functional unit: function, extent, duration.
    #[serde(default)]
    pub(super) description: String,
    /// kg C per unit.
    pub(super) fossil_carbon_content: Option<Decimal>,
    pub(super) biogenic_carbon_content: Option<Decimal>,
}

/// Inputs and processes that were left out, as shares.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutOff {
    pub(super) each: Decimal,
    pub(super) total: Decimal,
    pub(super) excluded: Vec<Excluded>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Excluded {
    pub(super) name: String,
    pub(super) mass: Option<Decimal>,
    pub(super) energy: Option<Decimal>,
    pub(super) impact: Option<Decimal>,
    pub(super) reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    RawMaterials,
    Production,
    Distribution,
    Use,
    EndOfLife,
}

impl Stage {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::RawMaterials => "raw_materials",
            Self::Production => "production",
            Self::Distribution => "distribution",
            Self::Use => "use",
            Self::EndOfLife => "end_of_life",
        }
    }

    /// Whether it lies behind the gate.
    pub(super) fn downstream(self) -> bool {
        matches!(self, Self::Distribution | Self::Use | Self::EndOfLife)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    /// Of the processes of the product's own life cycle.
    Primary,
    Secondary,
}

/// How the burden of a process is divided among its outputs.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Allocation {
    Mass,
    Energy,
    Economic,
    /// Stated shares, by another physical relation.
    Shares,
    /// All to the first output, less what the others displace.
    SystemExpansion,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) stage: Stage,
    pub(super) data: Data,
    /// Data set or measurement; of secondary data needed.
    #[serde(default)]
    pub(super) source: String,
    pub(super) outputs: Vec<Output>,
    pub(super) allocation: Option<Allocation>,
    #[serde(default)]
    pub(super) allocation_reason: String,
    #[serde(default)]
    pub(super) inputs: Vec<Input>,
    #[serde(default)]
    pub(super) emissions: Vec<Emission>,
    pub(super) quality: Option<Quality>,
    #[serde(default)]
    pub(super) packaging: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) amount: Decimal,
    pub(super) unit: String,
    /// Of the whole amount: kg, MJ, money; what the allocation asks for.
    pub(super) mass: Option<Decimal>,
    pub(super) energy: Option<Decimal>,
    pub(super) value: Option<Decimal>,
    pub(super) share: Option<Decimal>,
    /// The output that it displaces (system expansion).
    pub(super) displaces: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// Output of another process, or of this one.
    pub(super) name: String,
    pub(super) amount: Decimal,
    /// The output's own if absent.
    pub(super) unit: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Fossil,
    /// Part of the fossil emissions that is reported apart as well.
    Aircraft,
    LandUseChange,
    /// CO2 of biomass that is released.
    BiogenicCo2,
    /// Methane and nitrous oxide of biomass.
    BiogenicOther,
    /// CO2 that biomass took up; stated as a positive amount.
    Uptake,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Emission {
    /// A gas of the table, or `co2e`.
    pub(super) gas: String,
    /// kg for the stated outputs.
    pub(super) amount: Decimal,
    #[serde(default = "fossil")]
    pub(super) kind: Kind,
}

fn fossil() -> Kind {
    Kind::Fossil
}

/// Ratings from 1 (very good) to 5 (poor).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quality {
    pub(super) technological: Decimal,
    pub(super) geographical: Decimal,
    pub(super) temporal: Decimal,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recycling {
    /// Recycled content, 100/0: A = 1.
    CutOff,
    /// Closed-loop approximation, 0/100: A = 0.
    EndOfLife,
    /// A = 0.5.
    FiftyFifty,
    /// A stated factor.
    Circular,
}

/// A material with recycled content that is recycled again at the end of life.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Material {
    /// Name of the material as an output.
    pub(super) name: String,
    pub(super) stage: Stage,
    pub(super) method: Recycling,
    /// A, of `circular`: share of burdens and credits that recycled content bears.
    pub(super) factor: Option<Decimal>,
    /// Outputs, each in the unit of the material.
    pub(super) virgin: String,
    pub(super) recycled: String,
    /// Recycling at the end of life; that of the recycled content if absent.
    pub(super) recovery: Option<String>,
    pub(super) disposal: Option<String>,
    /// R1.
    pub(super) recycled_content: Decimal,
    /// R2.
    pub(super) recycling_rate: Decimal,
    /// Qs/Qp of what comes in and of what goes out; 1 if absent.
    pub(super) quality_in: Option<Decimal>,
    pub(super) quality_out: Option<Decimal>,
    #[serde(default)]
    pub(super) source: String,
}
