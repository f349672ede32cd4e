//! Default values, benchmarks and the figures of a year for declarants, as they stand in `rules/`.

use super::Sector;
use super::rules::Published;
use crate::decimal::Decimal;
use crate::derivation::{Citation, Standing};
use crate::document;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DECLARATION: &str = include_str!("../../../rules/cbam-declaration.toml");
const DEFAULTS: &str = include_str!("../../../rules/cbam-defaults.csv");
const BENCHMARKS: &str = include_str!("../../../rules/cbam-benchmarks.csv");

/// Rows of a table by the text of their first cell, read once.
type Rows<const N: usize> = BTreeMap<&'static str, Vec<[&'static str; N]>>;

static DEFAULTS_BY_COUNTRY: LazyLock<Rows<6>> = LazyLock::new(|| rows(DEFAULTS));
static BENCHMARKS_BY_CODE: LazyLock<Rows<4>> = LazyLock::new(|| rows(BENCHMARKS));

fn rows<const N: usize>(table: &'static str) -> Rows<N> {
    let mut found: Rows<N> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let Ok(cells) = <[&str; N]>::try_from(cells) {
            found.entry(cells[0]).or_default().push(cells);
        }
    }
    found
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Years {
    document: String,
    clause: String,
    standing: String,
    years: BTreeMap<String, Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkUp {
    document: String,
    clause: String,
    standing: String,
    last_year_goes_on: bool,
    fertilisers: BTreeMap<String, Decimal>,
    others: BTreeMap<String, Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    document: String,
    clause: String,
    standing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threshold {
    document: String,
    clause: String,
    standing: String,
    from: i64,
    tonnes: Decimal,
    alert: Decimal,
    alert_clause: String,
}

/// What a declarant applies by year.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    phase_in: Vec<Years>,
    correction: Vec<Years>,
    mark_up: MarkUp,
    defaults: Source,
    benchmarks: Source,
    threshold: Threshold,
    origin: OriginTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginTable {
    #[allow(dead_code, reason = "the source of the list, for who reads the table")]
    document: String,
    #[allow(dead_code, reason = "the source of the list, for who reads the table")]
    clause: String,
    #[allow(dead_code, reason = "the source of the list, for who reads the table")]
    standing: String,
    exempt: Vec<String>,
    union: Vec<String>,
}

/// A default value: tCO2e per tonne of goods, without mark-up.
pub(super) struct DefaultValue {
    /// Direct and indirect, where the table has both.
    pub(super) total: Published,
    pub(super) indirect: Option<Decimal>,
    /// The table has no row for the country: the one of other countries and territories was taken.
    pub(super) other_countries: bool,
    /// Production route that decides the benchmark; may be empty.
    pub(super) route: String,
}

fn cite(document: &str, clause: &str, standing: &str, reference: &str) -> Citation {
    Citation {
        document: document.to_owned(),
        clause: clause.to_owned(),
        reference: reference.to_owned(),
        standing: Standing::from_code(standing).unwrap_or(Standing::Recalled),
    }
}

/// Reads the tables.
///
/// # Errors
/// Only if a table is not well-formed.
pub(super) fn tables() -> Result<Tables, Error> {
    document::read(DECLARATION)
}

/// Sector of goods by their code of the Combined Nomenclature (Annex I of Regulation (EU) 2023/956).
pub(super) fn sector(cn_code: &str) -> Option<Sector> {
    match cn_code {
        code if code.starts_with("2507") || code.starts_with("2523") => Some(Sector::Cement),
        code if code.starts_with("2716") => Some(Sector::Electricity),
        code if code.starts_with("280410") => Some(Sector::Hydrogen),
        code if ["2808", "2814", "2834", "3102", "3105"]
            .iter()
            .any(|heading| code.starts_with(heading)) =>
        {
            Some(Sector::Fertilisers)
        }
        code if code.starts_with("76") => Some(Sector::Aluminium),
        code if code.starts_with("2601") || code.starts_with("72") || code.starts_with("73") => {
            Some(Sector::IronAndSteel)
        }
        _ => None,
    }
}

impl Tables {
    fn of_year(list: &[Years], name: &str, year: i64) -> Result<Published, Error> {
        let key = year.to_string();
        list.iter()
            .find_map(|table| {
                let value = table.years.get(&key)?;
                let citation = cite(
                    &table.document,
                    &table.clause,
                    &table.standing,
                    "cbam-declaration",
                );
                Some((*value, citation))
            })
            .ok_or_else(|| Error::NoRuleForPeriod {
                table: name.to_owned(),
                period: key,
            })
    }

    /// Share of the free allocation that is left.
    pub(super) fn phase_in(&self, year: i64) -> Result<Published, Error> {
        Self::of_year(&self.phase_in, "phase_in", year)
    }

    /// Cross-sectoral correction factor.
    pub(super) fn correction(&self, year: i64) -> Result<Published, Error> {
        Self::of_year(&self.correction, "cross_sectoral_correction", year)
    }

    /// Mark-up on default values, a share.
    pub(super) fn mark_up(&self, sector: Sector, year: i64) -> Result<Published, Error> {
        let table = if sector == Sector::Fertilisers {
            &self.mark_up.fertilisers
        } else {
            &self.mark_up.others
        };
        let exact = table.get(&year.to_string());
        let after = table
            .iter()
            .next_back()
            .filter(|(last, _)| {
                self.mark_up.last_year_goes_on && last.parse().is_ok_and(|last: i64| last < year)
            })
            .map(|(_, value)| value);
        exact
            .or(after)
            .map(|value| {
                let citation = cite(
                    &self.mark_up.document,
                    &self.mark_up.clause,
                    &self.mark_up.standing,
                    "cbam-declaration",
                );
                (*value, citation)
            })
            .ok_or_else(|| Error::NoRuleForPeriod {
                table: "mark_up".to_owned(),
                period: year.to_string(),
            })
    }

    /// The default value of goods: of the longest code of the table that begins the goods' code.
    pub(super) fn default_value(
        &self,
        country: &str,
        cn_code: &str,
        route: Option<&str>,
    ) -> Result<DefaultValue, Error> {
        for (origin, other_countries) in [(country, false), ("*", true)] {
            let rows: Vec<&[&str; 6]> = DEFAULTS_BY_COUNTRY
                .get(origin)
                .into_iter()
                .flatten()
                .filter(|row| cn_code.starts_with(row[1]))
                .collect();
            let Some(longest) = rows.iter().map(|row| row[1].len()).max() else {
                continue;
            };
            let rows: Vec<_> = rows
                .into_iter()
                .filter(|row| row[1].len() == longest)
                .filter(|row| route.is_none_or(|route| row[2].is_empty() || row[2] == route))
                .collect();
            let [row] = &rows[..] else {
                return Err(Error::GoodsUnknown {
                    cn_code: cn_code.to_owned(),
                    detail: if rows.is_empty() {
                        format!("{origin}, route {}", route.unwrap_or_default())
                    } else {
                        let routes: Vec<_> = rows.iter().map(|row| row[2]).collect();
                        format!("{origin}, route {}", routes.join(" | "))
                    },
                });
            };
            let citation = cite(
                &self.defaults.document,
                &format!("{}, {origin}, CN {}", self.defaults.clause, row[1]),
                &self.defaults.standing,
                "cbam-defaults",
            );
            return Ok(DefaultValue {
                total: (Decimal::parse(row[5])?, citation),
                indirect: if row[4].is_empty() {
                    None
                } else {
                    Some(Decimal::parse(row[4])?)
                },
                other_countries,
                route: row[2].to_owned(),
            });
        }
        Err(Error::GoodsUnknown {
            cn_code: cn_code.to_owned(),
            detail: country.to_owned(),
        })
    }

    /// The benchmark of goods, tCO2e/t. `column` is `A` (of the process) or `B` (with precursors). Routes of the table may
    /// end in the period of production, `F1`.
    pub(super) fn benchmark(
        &self,
        cn_code: &str,
        column: &str,
        route: Option<&str>,
    ) -> Result<Published, Error> {
        let rows: Vec<&[&str; 4]> = BENCHMARKS_BY_CODE
            .get(cn_code)
            .into_iter()
            .flatten()
            .filter(|row| row[1] == column)
            .filter(|row| route.is_none_or(|route| row[2].is_empty() || row[2] == route))
            .collect();
        let [row] = &rows[..] else {
            let routes: Vec<_> = rows.iter().map(|row| row[2]).collect();
            return Err(Error::GoodsUnknown {
                cn_code: cn_code.to_owned(),
                detail: format!("{column}, route {}", routes.join(" | ")),
            });
        };
        let citation = cite(
            &self.benchmarks.document,
            &format!(
                "{}, CN {cn_code}, {column}, {}",
                self.benchmarks.clause, row[2]
            ),
            &self.benchmarks.standing,
            "cbam-benchmarks",
        );
        Ok((Decimal::parse(row[3])?, citation))
    }

    /// Tonnes per importer and year up to which imports are exempt, and the share of it at which an alert is due.
    pub(super) fn threshold(&self, year: i64) -> Result<(Published, Published), Error> {
        let table = &self.threshold;
        if year < table.from {
            return Err(Error::NoRuleForPeriod {
                table: "threshold".to_owned(),
                period: year.to_string(),
            });
        }
        let citation =
            |clause: &str| cite(&table.document, clause, &table.standing, "cbam-declaration");
        Ok((
            (table.tonnes, citation(&table.clause)),
            (table.alert, citation(&table.alert_clause)),
        ))
    }

    /// Whether goods and precursors of this origin count as zero.
    pub(super) fn exempt(&self, country: &str) -> bool {
        self.origin
            .exempt
            .iter()
            .chain(&self.origin.union)
            .any(|code| code == country)
    }
}
