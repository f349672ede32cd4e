//! The rule table of the EU ETS, as it stands in `rules/eu-ets.toml`.

use crate::decimal::Decimal;
use crate::derivation::{Citation, Standing};
use crate::document;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

const TABLE: &str = include_str!("../../../rules/eu-ets.toml");

pub(super) type Published = (Decimal, Citation);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    value: Decimal,
    #[serde(default)]
    document: String,
    clause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tiers {
    values: Vec<Decimal>,
    clause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Monitoring {
    document: String,
    carbon_ratio: Figure,
    category_a: Figure,
    category_b: Figure,
    minor_tonnes: Figure,
    minor_share: Figure,
    minor_ceiling: Figure,
    de_minimis_tonnes: Figure,
    de_minimis_share: Figure,
    de_minimis_ceiling: Figure,
    uncertainty: Tiers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Years {
    document: String,
    clause: String,
    /// Of these figures, where it is not that of the table.
    standing: Option<String>,
    years: BTreeMap<String, Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allocation {
    document: String,
    threshold: Figure,
    exposed: Figure,
    district_heating: Figure,
    not_exposed: Years,
    correction: Years,
    cbam: Years,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Benchmark {
    name: String,
    value: Decimal,
    unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Benchmarks {
    document: String,
    clause: String,
    standing: Option<String>,
    from: i64,
    to: i64,
    values: Vec<Benchmark>,
}

/// The table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    standing: String,
    monitoring: Monitoring,
    allocation: Allocation,
    benchmarks: Vec<Benchmarks>,
}

/// Reads the table.
///
/// # Errors
/// Only if it is not well-formed.
pub(super) fn rules() -> Result<Rules, Error> {
    document::read(TABLE)
}

/// The limits of a class of source streams.
pub(super) struct Limits {
    pub(super) tonnes: Published,
    pub(super) share: Published,
    pub(super) ceiling: Published,
}

impl Rules {
    fn cite(&self, document: &str, clause: &str) -> Citation {
        self.cite_as(None, document, clause)
    }

    /// As `cite`, with a standing of its own.
    fn cite_as(&self, standing: Option<&String>, document: &str, clause: &str) -> Citation {
        let standing = standing.unwrap_or(&self.standing);
        Citation {
            document: document.to_owned(),
            clause: clause.to_owned(),
            reference: "eu-ets".to_owned(),
            standing: Standing::from_code(standing).unwrap_or(Standing::Recalled),
        }
    }

    fn monitored(&self, figure: &Figure) -> Published {
        (
            figure.value,
            self.cite(&self.monitoring.document, &figure.clause),
        )
    }

    pub(super) fn carbon_ratio(&self) -> Published {
        self.monitored(&self.monitoring.carbon_ratio)
    }

    /// Upper limits of the categories A and B.
    pub(super) fn categories(&self) -> (Published, Published) {
        (
            self.monitored(&self.monitoring.category_a),
            self.monitored(&self.monitoring.category_b),
        )
    }

    pub(super) fn minor(&self) -> Limits {
        Limits {
            tonnes: self.monitored(&self.monitoring.minor_tonnes),
            share: self.monitored(&self.monitoring.minor_share),
            ceiling: self.monitored(&self.monitoring.minor_ceiling),
        }
    }

    pub(super) fn de_minimis(&self) -> Limits {
        Limits {
            tonnes: self.monitored(&self.monitoring.de_minimis_tonnes),
            share: self.monitored(&self.monitoring.de_minimis_share),
            ceiling: self.monitored(&self.monitoring.de_minimis_ceiling),
        }
    }

    /// Largest uncertainty of a tier, 1 to 4.
    pub(super) fn uncertainty(&self, tier: u32) -> Option<Published> {
        let position = usize::try_from(tier).ok()?.checked_sub(1)?;
        let value = self.monitoring.uncertainty.values.get(position)?;
        let clause = &self.monitoring.uncertainty.clause;
        Some((*value, self.cite(&self.monitoring.document, clause)))
    }

    fn of_year(&self, table: &Years, name: &str, year: i64) -> Result<Published, Error> {
        let key = year.to_string();
        table
            .years
            .get(&key)
            .map(|value| {
                let standing = table.standing.as_ref();
                let citation = self.cite_as(standing, &table.document, &table.clause);
                (*value, citation)
            })
            .ok_or_else(|| Error::NoRuleForPeriod {
                table: name.to_owned(),
                period: key,
            })
    }

    fn allocated(&self, figure: &Figure) -> Published {
        let document = if figure.document.is_empty() {
            &self.allocation.document
        } else {
            &figure.document
        };
        (figure.value, self.cite(document, &figure.clause))
    }

    /// Carbon leakage exposure factor.
    pub(super) fn exposure(
        &self,
        exposed: bool,
        district_heating: bool,
        year: i64,
    ) -> Result<Published, Error> {
        if district_heating {
            Ok(self.allocated(&self.allocation.district_heating))
        } else if exposed {
            Ok(self.allocated(&self.allocation.exposed))
        } else {
            self.of_year(&self.allocation.not_exposed, "not_exposed", year)
        }
    }

    /// Cross-sectoral correction factor.
    pub(super) fn correction(&self, year: i64) -> Result<Published, Error> {
        self.of_year(&self.allocation.correction, "correction", year)
    }

    /// Share of free allocation left under CBAM.
    pub(super) fn cbam(&self, year: i64) -> Result<Published, Error> {
        self.of_year(&self.allocation.cbam, "cbam", year)
    }

    /// Change of the activity level above which the allocation follows.
    pub(super) fn threshold(&self) -> Published {
        self.allocated(&self.allocation.threshold)
    }

    /// A benchmark with the unit of its activity level.
    pub(super) fn benchmark(&self, name: &str, year: i64) -> Result<(Published, String), Error> {
        let table = self
            .benchmarks
            .iter()
            .find(|table| (table.from..=table.to).contains(&year))
            .ok_or_else(|| Error::NoRuleForPeriod {
                table: "benchmarks".to_owned(),
                period: year.to_string(),
            })?;
        table
            .values
            .iter()
            .find(|benchmark| benchmark.name == name)
            .map(|benchmark| {
                let clause = format!("{}, {name}", table.clause);
                let standing = table.standing.as_ref();
                let citation = self.cite_as(standing, &table.document, &clause);
                ((benchmark.value, citation), benchmark.unit.clone())
            })
            .ok_or_else(|| Error::NameUnknown {
                text: name.to_owned(),
            })
    }
}
