//! The rule table `cn-ets-power`: plans, benchmarks, the boundary between the classes.

use crate::document;
use crate::error::Error;
use crate::standard::mee::Figure;
use serde::Deserialize;

/// The table.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub code: String,
    pub class_boundary: Figure,
    pub offset_cap: Figure,
    pub plan: Vec<Plan>,
    pub benchmark: Vec<Benchmark>,
}

/// An allocation plan.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub code: String,
    pub document: String,
    years: Vec<u16>,
    pub basis: Basis,
    pub cooling_air: Option<Figure>,
    pub heat_supply_coal: Option<Figure>,
    pub heat_supply_gas: Option<Figure>,
    pub load: Load,
    pub load_units: LoadUnits,
    pub load_threshold: Option<Figure>,
    pub gap_limit: Figure,
    pub gap_rule: GapRule,
    pub pre_allocation: Figure,
    pub pre_allocation_by: PreAllocation,
    pub borrowing_gap: Option<Figure>,
    pub borrowing_share: Option<Figure>,
    pub carry_over_base: Option<Figure>,
    pub carry_over_sales: Option<Figure>,
}

/// Which electricity the benchmark is per.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Basis {
    /// 供电量.
    Supply,
    /// 发电量.
    Generation,
}

/// The form of the load correction.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Load {
    /// Linear bands above 75 %, a power below.
    Bands,
    /// A power below the threshold.
    PeakPower,
    /// Two exponentials below the threshold.
    PeakExponential,
}

/// The units that the load correction is for.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum LoadUnits {
    /// 常规燃煤纯凝发电机组.
    Condensing,
    /// 常规燃煤机组.
    Conventional,
}

/// How a gap of more than the limit is softened.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum GapRule {
    /// The obligation is capped.
    Obligation,
    /// Allowances are added.
    TopUp,
}

/// What the pre-allocation is a share of.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum PreAllocation {
    /// Output of the base year times benchmark.
    Output,
    /// Verified emissions of the base year.
    Emissions,
}

/// Benchmarks of a class in a year.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Benchmark {
    year: u16,
    class: Class,
    pub power: Figure,
    pub heat: Figure,
    pub power_balance: Option<Figure>,
    pub heat_balance: Option<Figure>,
}

/// Classes of units.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Class {
    /// 300MW等级以上常规燃煤机组.
    #[serde(rename = "conventional_over_300")]
    ConventionalOver300,
    /// 300MW等级及以下常规燃煤机组.
    #[serde(rename = "conventional_up_to_300")]
    ConventionalUpTo300,
    /// 燃煤矸石、煤泥、水煤浆等非常规燃煤机组（含循环流化床）.
    Unconventional,
    /// 燃气机组.
    Gas,
}

impl Class {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ConventionalOver300 => "conventional_over_300",
            Self::ConventionalUpTo300 => "conventional_up_to_300",
            Self::Unconventional => "unconventional",
            Self::Gas => "gas",
        }
    }

    /// Whether it burns ordinary coal.
    pub fn conventional(self) -> bool {
        matches!(self, Self::ConventionalOver300 | Self::ConventionalUpTo300)
    }
}

/// The shipped table.
pub(super) fn read() -> Result<Table, Error> {
    document::read(include_str!("../../../rules/cn-ets-power.toml"))
}

impl Table {
    /// The plan of a year.
    pub fn plan(&self, year: u16) -> Result<&Plan, Error> {
        self.plan
            .iter()
            .find(|plan| plan.years.contains(&year))
            .ok_or_else(|| self.none(year))
    }

    /// Benchmarks of a class in a year.
    pub fn benchmark(&self, year: u16, class: Class) -> Result<&Benchmark, Error> {
        self.benchmark
            .iter()
            .find(|benchmark| benchmark.year == year && benchmark.class == class)
            .ok_or_else(|| self.none(year))
    }

    fn none(&self, year: u16) -> Error {
        Error::NoRuleForPeriod {
            table: self.code.clone(),
            period: year.to_string(),
        }
    }
}
