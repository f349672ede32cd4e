//! Trial calculation of rows with a catalogue at hand, before anything is signed: the faults that the ledger would find,
//! and the differences from the results that the file expects.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;

use accounting::profile::{MEE_GUIDELINE, UNROUNDED};
use accounting::{
    Calculation, Catalogue, Decimal, Error, Exact, Profile, Rounding, RoundingProfile,
};
use hengtan_ledger::{Stop, calculation, v1};

use super::column::{Column, Expected, ExpectedRounding, Measure};
use super::fault::{Fault, FileError, Matter, Notice, Place};
use super::row::{Reading, Row, accounting_fault};
use super::table::{Import, Judge, Progress};

/// Decimal places at which an unrounded expectation is compared when the exact result has more.
const PLACES_COMPARED: u32 = 6;

/// Column of the file that a part of a row, as engine and ledger name it, comes from.
pub(super) fn column_of(part: &str) -> Option<Column> {
    Some(match part {
        "quantity" => Column::Quantity,
        "unit" => Column::Unit,
        "activity" => Column::Activity,
        "category" => Column::Category,
        "scope" => Column::Scope,
        "period" | "period_start" | "period_end" => Column::Period,
        "region" => Column::Region,
        "factor" | "factor_hint" => Column::FactorSource,
        "market_instrument" => Column::MarketInstrument,
        "facility" => Column::Facility,
        part if part.starts_with("parameter") => Column::Parameters,
        _ => return None,
    })
}

/// Why a row cannot be calculated, and the column that it concerns.
pub type Refused = (Option<Column>, Fault);

fn refused_by_engine(error: &Error) -> Refused {
    (column_of(error.column()), accounting_fault(error))
}

fn refused_by_ledger(stop: &Stop) -> Refused {
    let fields = stop.fields();
    let part = fields
        .iter()
        .find(|(name, _)| matches!(*name, "field" | "column"))
        .map(|(_, part)| part.clone());
    (
        part.and_then(|part| column_of(&part)),
        Fault::Accounting {
            code: stop.code(),
            fields,
        },
    )
}

/// Calculates rows on trial, by the ledger's own path.
#[derive(Clone)]
pub struct Trial {
    catalogue: Arc<Catalogue>,
    profile: Profile,
    facilities: Vec<v1::Facility>,
}

impl Trial {
    /// Calculates with the factor sets of `catalogue` under `profile`; `facilities` give the region of rows that name none.
    #[must_use]
    pub const fn new(
        catalogue: Arc<Catalogue>,
        profile: Profile,
        facilities: Vec<v1::Facility>,
    ) -> Self {
        Self {
            catalogue,
            profile,
            facilities,
        }
    }

    /// The engine's result of a row.
    ///
    /// # Errors
    /// What the engine or the ledger refuses, with the column that it concerns.
    pub fn calculate(&self, row: &Row) -> Result<Calculation, Refused> {
        let row = &row.activity;
        let facility = self
            .facilities
            .iter()
            .find(|facility| facility.name == row.facility);
        let activity = calculation::activity(row, facility, u64::from(row.line))
            .map_err(|stop| refused_by_ledger(&stop))?;
        accounting::calculate(&activity, &self.catalogue, &self.profile)
            .map_err(|error| refused_by_engine(&error))
    }

    fn with_rounding(&self, rounding: RoundingProfile) -> Self {
        Self {
            profile: Profile {
                rounding,
                ..self.profile
            },
            ..self.clone()
        }
    }
}

impl Judge for Trial {
    fn judge(&mut self, row: &Row) -> Vec<Refused> {
        self.calculate(row).err().into_iter().collect()
    }
}

/// One figure of the file beside the one that was calculated.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The cell.
    pub place: Place,
    /// What is expected.
    pub expected: Expected,
    /// Code of the rounding profile.
    pub profile: &'static str,
    /// Decimal text of the file.
    pub wanted: String,
    /// The result in the unit of the file, rounded half up to the places of the expectation, at least six when the profile
    /// does not round itself; exact when it has no more places.
    pub calculated: String,
    /// The exact result in the unit of the file: a decimal or `n/d`.
    pub exact: String,
    /// `None` if equal, else calculated minus wanted.
    pub difference: Option<String>,
    /// Why the profile of this column does not calculate the row; the figures are empty then.
    pub refusal: Option<Fault>,
}

/// Every row with its result and its comparisons.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The row.
    pub row: Row,
    /// Its result under the trial's own profile.
    pub calculation: Calculation,
    /// Expected figures; empty where the file expects nothing.
    pub comparisons: Vec<Comparison>,
}

impl Comparison {
    /// The difference as a notice.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        let (calculated, difference) = match (&self.refusal, &self.difference) {
            (Some(refusal), _) => (refusal.code().to_owned(), String::new()),
            (None, Some(difference)) => (self.calculated.clone(), difference.clone()),
            (None, None) => return None,
        };
        let matter = Matter::Difference {
            profile: self.profile.to_owned(),
            expected: self.wanted.clone(),
            calculated,
            difference,
        };
        Some(Notice {
            place: self.place.clone(),
            matter,
        })
    }
}

impl Import {
    /// Calculates every good row on trial and compares it with the results that the file expects, each under the rounding
    /// profile that its column names. Rows with faults are left out: [`Import::check`] reports them.
    ///
    /// # Errors
    /// The file cannot be read, or has changed.
    pub fn compare(
        &self,
        trial: &Trial,
        progress: &mut dyn FnMut(Progress),
        mut visit: impl FnMut(Checked),
    ) -> Result<(), FileError> {
        let unrounded = trial.with_rounding(UNROUNDED);
        let guideline = trial.with_rounding(MEE_GUIDELINE);
        // The rows that are left out here are those that a check leaves out.
        let last = RefCell::new(None);
        let mut judge = |row: &Row| match trial.calculate(row) {
            Ok(calculation) => {
                last.replace(Some(calculation));
                Vec::new()
            }
            Err(refused) => vec![refused],
        };
        self.each_line(&mut judge, progress, |judged| {
            let (Reading::Row(row, _), Some(calculation)) = (judged.reading, last.take()) else {
                return ControlFlow::<()>::Continue(());
            };
            let mut comparisons = Vec::new();
            for (position, expected, wanted) in &row.expected {
                let rounding = match expected.rounding {
                    ExpectedRounding::Unrounded => &unrounded,
                    ExpectedRounding::Guideline => &guideline,
                };
                let place = Place {
                    column: Some(*position),
                    header: judged.table.header.text(*position).map(str::to_owned),
                    ..row.place.clone()
                };
                // A profile may refuse what the other one calculates, e.g. for want of a fuel type.
                let compared = rounding.calculate(&row).and_then(|result| {
                    compare(&result, *expected, wanted, &place, rounding)
                        .map_err(|error| refused_by_engine(&error))
                });
                comparisons.push(compared.unwrap_or_else(|(_, refusal)| Comparison {
                    place,
                    expected: *expected,
                    profile: rounding.profile.rounding.code,
                    wanted: wanted.clone(),
                    calculated: String::new(),
                    exact: String::new(),
                    difference: None,
                    refusal: Some(refusal),
                }));
            }
            visit(Checked {
                row: *row,
                calculation,
                comparisons,
            });
            ControlFlow::Continue(())
        })?;
        Ok(())
    }
}

fn compare(
    result: &Calculation,
    expected: Expected,
    wanted: &str,
    place: &Place,
    trial: &Trial,
) -> Result<Comparison, Error> {
    let kilograms = match expected.measure {
        Measure::Co2e => &result.location.co2e_kg,
        Measure::Co2eMarket => &result.market().co2e_kg,
        Measure::BiogenicCo2 => &result.biogenic_co2_kg,
    };
    let exact = if expected.in_tonnes {
        kilograms.div(&Exact::from(1_000))?
    } else {
        kilograms.clone()
    };
    let places = wanted
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let places = u32::try_from(places)
        .unwrap_or(u32::MAX)
        .max(PLACES_COMPARED);
    let rounded = exact.round(places, Rounding::HalfUp)?;
    let target = Exact::from(Decimal::parse(wanted)?);
    let difference = rounded.sub(&target)?;
    Ok(Comparison {
        place: place.clone(),
        expected,
        profile: trial.profile.rounding.code,
        wanted: wanted.to_owned(),
        calculated: rounded.to_string(),
        exact: exact.to_string(),
        difference: (!difference.is_zero()).then(|| difference.to_string()),
        refusal: None,
    })
}
