//! The document of a declaration.

use crate::decimal::Decimal;
use serde::Deserialize;

/// Imports of an importer in a calendar year.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declaration {
    #[expect(dead_code, reason = "for who reads the document")]
    pub(super) importer: String,
    pub(super) year: i64,
    pub(super) certificate_price: Option<Price>,
    pub(super) import: Vec<Import>,
}

/// Price of certificates, EUR/t.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Price {
    pub(super) amount: Decimal,
    pub(super) document: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Basis {
    /// Verified values of the operator.
    Actual,
    /// Default values with mark-up.
    Default,
}

/// Goods of one kind from one installation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Import {
    pub(super) name: String,
    /// Eight digits of the Combined Nomenclature.
    pub(super) cn_code: String,
    /// ISO 3166-1 code.
    pub(super) origin: String,
    /// Net mass, t; of electricity MWh.
    pub(super) mass: Decimal,
    pub(super) basis: Basis,
    /// tCO2e/t.
    pub(super) direct: Option<Decimal>,
    pub(super) indirect: Option<Decimal>,
    #[serde(default)]
    pub(super) verification_report: String,
    /// Total without mark-up, where the table is not to be used.
    pub(super) default_value: Option<Decimal>,
    #[serde(default)]
    pub(super) default_document: String,
    /// Production route indicator of default values and benchmarks, `C`, `F1`.
    pub(super) route: Option<String>,
    /// Benchmark of the process (column A) or, for default values, with precursors (column B), where the table is not to
    /// be used, tCO2e/t.
    pub(super) benchmark: Option<Decimal>,
    #[serde(default)]
    pub(super) benchmark_document: String,
    /// Precursors of complex goods with actual values.
    #[serde(default)]
    pub(super) precursors: Vec<Precursor>,
    pub(super) carbon_price: Option<CarbonPrice>,
    #[serde(default)]
    pub(super) evidence: String,
}

impl Import {
    /// The route as the table of default values has it, without the period of production.
    pub(super) fn default_route(&self) -> Option<&str> {
        self.route
            .as_deref()
            .map(|route| route.trim_end_matches(|digit: char| digit.is_ascii_digit()))
            .filter(|route| !route.is_empty())
    }
}

/// A precursor in the free-allocation adjustment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Precursor {
    pub(super) name: String,
    pub(super) cn_code: String,
    /// Specific consumption m, t per t of goods.
    pub(super) amount: Decimal,
    pub(super) basis: Basis,
    pub(super) route: Option<String>,
    pub(super) benchmark: Option<Decimal>,
    #[serde(default)]
    pub(super) benchmark_document: String,
    #[serde(default)]
    pub(super) precursors: Vec<Precursor>,
}

/// Carbon price effectively paid for the import in the country of origin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CarbonPrice {
    /// In the currency of the country.
    pub(super) paid: Decimal,
    #[serde(default)]
    pub(super) rebate: Decimal,
    /// EUR per unit of the currency, average of the year.
    pub(super) exchange_rate: Decimal,
    #[serde(default)]
    pub(super) evidence: String,
}
