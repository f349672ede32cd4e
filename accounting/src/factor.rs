//! Factor sets: the manifest, the factors, and their file format (`accounting/factors/README.md`).

mod difference;
mod lint;
mod manifest;
mod record;

use crate::date::{Date, Period};
use crate::decimal::Decimal;
use crate::error::Error;
use crate::gas::{Gas, GwpSet, Substance};
use crate::region::Region;
use crate::scope::Category;
use crate::unit::Unit;
pub use difference::{Difference, difference};
pub use lint::{Finding, Gravity};
pub use manifest::{Manifest, Validity};
pub use record::COLUMNS;
use std::collections::BTreeSet;

/// What a factor's number stands for in electricity accounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// Not electricity, or a figure for information.
    Any,
    /// Grid average, for the location-based method.
    Location,
    /// Supplier or instrument, for the market-based method.
    Market,
    /// Residual mix, for the market-based method without instruments.
    Residual,
    /// Fixed by an emissions trading notice.
    Ets,
    /// Life-cycle; for product footprints, never for scope 2.
    Lifecycle,
}

/// How a factor may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection {
    /// By activity, region, unit and period.
    Open,
    /// Only if the row names it.
    Named,
}

/// Whether use outside the validity window is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Restriction {
    /// A later period may use it, flagged.
    None,
    /// The instrument allows the window only.
    Window,
}

/// Fuel types that rule books treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FuelType {
    /// Coal and coal products.
    Coal,
    /// Oil products.
    Oil,
    /// Gases.
    Gas,
    /// Biomass: its CO2 is outside the scopes.
    Biomass,
    /// Anything else.
    Other,
}

/// Where a factor's figure was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// In the official document.
    Official,
    /// In a document that re-types it.
    Secondary,
    /// Recalled with high confidence.
    MemoryHigh,
    /// Recalled with medium confidence.
    MemoryMedium,
    /// Recalled with low confidence.
    MemoryLow,
    /// Derived; the note says how.
    Computed,
    /// Follows from a definition.
    Definition,
    /// In a draft or a consultation; refused where an official result is asked for.
    Draft,
}

/// Mass of one gas per unit of activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasRate {
    /// Gas or blend.
    pub substance: Substance,
    /// The published number.
    pub amount: Decimal,
    /// Its own mass unit: EPA prints kg CO2 beside g CH4.
    pub unit: Unit,
}

/// The published numbers, per one unit of activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Mass per gas.
    Gases(Vec<GasRate>),
    /// CO2e as published.
    Co2e {
        /// Total, in `unit`.
        total: Decimal,
        /// Mass unit of total and parts.
        unit: Unit,
        /// Parts already weighted to CO2e; they need not add up to the total.
        parts: Vec<(Gas, Decimal)>,
        /// GWP set behind the numbers.
        gwp_set: GwpSet,
    },
    /// Fuel parameters; some may be absent.
    Fuel {
        /// GJ (net) per unit.
        ncv: Option<Decimal>,
        /// tC per GJ.
        carbon_per_heat: Option<Decimal>,
        /// tC per unit.
        carbon_content: Option<Decimal>,
        /// Per cent.
        oxidation: Option<Decimal>,
    },
}

/// One published factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Unique in its set.
    pub id: String,
    /// Activity code, shared by all sets.
    pub activity: String,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Further names that an import may use.
    pub aliases: Vec<String>,
    /// The published numbers.
    pub values: Values,
    /// Categories that it may be used in; empty = any.
    pub categories: Vec<Category>,
    /// The unit of activity that the numbers are per.
    pub unit: Unit,
    /// Where it is for.
    pub region: Region,
    /// What it stands for in electricity accounting.
    pub treatment: Treatment,
    /// How it may be found.
    pub selection: Selection,
    /// Year that the data describe.
    pub data_year: Option<u16>,
    /// Day of publication, if not the manifest's.
    pub published: Option<Date>,
    /// First day of the periods that it is made for.
    pub valid_from: Option<Date>,
    /// Last day of the periods that it is made for.
    pub valid_to: Option<Date>,
    /// Whether other periods may use it.
    pub restriction: Restriction,
    /// Document that fixes or limits its use.
    pub instrument: String,
    /// kg biogenic CO2 per unit, outside the scopes.
    pub biogenic_co2: Option<Decimal>,
    /// The publisher's id of that value.
    pub biogenic_id: String,
    /// Fuel type.
    pub fuel_type: Option<FuelType>,
    /// Place in the document.
    pub source: String,
    /// Where the figure was read.
    pub quality: Quality,
    /// Remark for people.
    pub note: String,
}

/// How a factor's window lies to a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// The window holds the period.
    Within,
    /// The period reaches beyond the window's end.
    Later,
    /// The period starts before the window.
    Earlier,
}

impl Factor {
    /// How the window lies to `period`.
    #[must_use]
    pub fn fit(&self, period: Period) -> Fit {
        if self.valid_from.is_some_and(|from| period.start() < from) {
            Fit::Earlier
        } else if self.valid_to.is_some_and(|to| to < period.end()) {
            Fit::Later
        } else {
            Fit::Within
        }
    }

    /// The window as text: `2022-01-01/2022-12-31`, `../2022-12-31`.
    #[must_use]
    pub fn window(&self) -> String {
        window(self.valid_from, self.valid_to)
    }
}

/// A window as text, `..` for an open end.
fn window(from: Option<Date>, to: Option<Date>) -> String {
    let day = |date: Option<Date>| date.map_or_else(|| "..".to_owned(), |date| date.to_string());
    format!("{}/{}", day(from), day(to))
}

/// A manifest with its factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorSet {
    /// What the set is.
    pub manifest: Manifest,
    /// Its rows.
    pub factors: Vec<Factor>,
}

impl FactorSet {
    /// Reads `set.toml` and `factors.csv`.
    ///
    /// # Errors
    /// [`Error::ManifestMalformed`], [`Error::ColumnsMalformed`], [`Error::FactorMalformed`],
    /// [`Error::FactorWithoutSource`], [`Error::FactorTwice`].
    pub fn parse(manifest: &str, factors: &str) -> Result<Self, Error> {
        let manifest = Manifest::parse(manifest)?;
        let columns = |text: String| Error::ColumnsMalformed {
            set: manifest.id.clone(),
            text,
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(factors.as_bytes());
        let mut rows = Vec::new();
        for (position, record) in reader.records().enumerate() {
            let record = record.map_err(|error| columns(error.to_string()))?;
            if position == 0 {
                if !record.iter().eq(COLUMNS) {
                    return Err(columns(record.iter().collect::<Vec<_>>().join(",")));
                }
                continue;
            }
            let cells: Vec<&str> = record.iter().collect();
            rows.push(Factor::from_record(
                &manifest,
                u32::try_from(position).unwrap_or(u32::MAX),
                &cells,
            )?);
        }
        Self::new(manifest, rows)
    }

    /// Reads the rows one by one and keeps every fault with its row, the first factor being 1.
    ///
    /// # Errors
    /// As [`FactorSet::parse`]; each row that cannot be read, not only the first.
    pub fn parse_all(manifest: &str, factors: &str) -> Result<Self, Vec<(u32, Error)>> {
        let manifest = Manifest::parse(manifest).map_err(|error| vec![(0, error)])?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(factors.as_bytes());
        let records: Vec<Vec<String>> = reader
            .records()
            .map(|record| {
                record
                    .map(|record| record.iter().map(str::to_owned).collect())
                    .map_err(|error| {
                        let error = Error::ColumnsMalformed {
                            set: manifest.id.clone(),
                            text: error.to_string(),
                        };
                        vec![(0, error)]
                    })
            })
            .collect::<Result<_, _>>()?;
        let (header, rows) = records.split_first().ok_or_else(|| {
            let error = Error::ColumnsMalformed {
                set: manifest.id.clone(),
                text: String::new(),
            };
            vec![(0, error)]
        })?;
        Self::from_table(manifest, header, rows)
    }

    /// A set from a table whose columns may stand in any order and may be missing where the format lets them be empty.
    ///
    /// # Errors
    /// Each row that cannot be read, with its number; 0 for the header and the set.
    pub fn from_table(
        manifest: Manifest,
        header: &[String],
        rows: &[Vec<String>],
    ) -> Result<Self, Vec<(u32, Error)>> {
        let columns: Vec<&str> = header.iter().map(|name| name.trim()).collect();
        let unknown = columns.iter().enumerate().find(|(position, name)| {
            !name.is_empty() && (!COLUMNS.contains(name) || columns[..*position].contains(name))
        });
        if unknown.is_some() || !columns.contains(&"id") {
            let error = Error::ColumnsMalformed {
                set: manifest.id.clone(),
                text: columns.join(","),
            };
            return Err(vec![(0, error)]);
        }
        let places = COLUMNS.map(|name| columns.iter().position(|column| *column == name));
        let (mut factors, mut faults) = (Vec::new(), Vec::new());
        let mut ids = BTreeSet::new();
        for (row, cells) in (1..).zip(rows) {
            let surplus = cells
                .iter()
                .skip(columns.len())
                .any(|cell| !cell.trim().is_empty());
            let cells = places.map(|place| {
                place
                    .and_then(|place| cells.get(place))
                    .map_or("", |cell| cell.trim())
            });
            let read = if surplus {
                Err(Error::FactorMalformed {
                    set: manifest.id.clone(),
                    row,
                    field: String::new(),
                    text: format!("> {}", columns.len()),
                })
            } else {
                Factor::from_record(&manifest, row, &cells)
            };
            match read {
                Ok(factor) if !ids.insert(factor.id.clone()) => faults.push((
                    row,
                    Error::FactorTwice {
                        factor: format!("{}/{}", manifest.id, factor.id),
                    },
                )),
                Ok(factor) => factors.push(factor),
                Err(error) => faults.push((row, error)),
            }
        }
        if faults.is_empty() {
            Ok(Self { manifest, factors })
        } else {
            Err(faults)
        }
    }

    /// `factors.csv` of the set: the bytes that a manifest's digest is of.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = COLUMNS.join(",");
        text.push('\n');
        for factor in &self.factors {
            let cells: Vec<String> = factor
                .to_record()
                .into_iter()
                .map(|cell| {
                    if cell.contains([',', '"', '\n', '\r']) {
                        format!("\"{}\"", cell.replace('"', "\"\""))
                    } else {
                        cell
                    }
                })
                .collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    /// A set from its parts, as the ledger holds them.
    ///
    /// # Errors
    /// [`Error::FactorWithoutSource`], [`Error::FactorTwice`].
    pub fn new(manifest: Manifest, factors: Vec<Factor>) -> Result<Self, Error> {
        let mut ids = BTreeSet::new();
        for factor in &factors {
            let name = || format!("{}/{}", manifest.id, factor.id);
            if factor.source.trim().is_empty() {
                return Err(Error::FactorWithoutSource { factor: name() });
            }
            if !ids.insert(factor.id.as_str()) {
                return Err(Error::FactorTwice { factor: name() });
            }
        }
        Ok(Self { manifest, factors })
    }
}
