//! Rows of activity data over time: no source twice for the same days, and a monitoring plan with what is expected of each
//! source.
//!
//! A row alone can be sound and still be wrong beside the others. [`Occupied`] finds rows of one source whose periods
//! overlap; a [`Plan`] says which sources report every month and what their equipment can do, and [`Progress`] compares the
//! rows with it, one after the other, in memory that depends on the plan only.

use crate::date::{Month, Period};
use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::name;
use crate::report::Faults;
use crate::scope::Category;
use crate::unit::{Quantity, Unit};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A complete example of a plan, as TOML.
pub const EXAMPLE: &str = include_str!("../examples/plan.toml");

/// What is metered through the year, so that two rows cannot share days by right. Trips, deliveries and purchases can.
#[must_use]
pub fn is_continuous(category: Category) -> bool {
    matches!(
        category,
        Category::StationaryCombustion
            | Category::Process
            | Category::PurchasedElectricity
            | Category::PurchasedHeat
    )
}

/// Days for which a source has data already.
///
/// Rows of the very same period are parts of one amount (two deliveries of a month); a row that shares only some of its days
/// with another is counted twice there, or stands for another source.
#[derive(Clone, Debug)]
pub struct Occupied<K> {
    /// Periods of each source, ascending and apart, each with the line that brought it first.
    sources: BTreeMap<K, Vec<(Period, u32)>>,
}

impl<K: Ord> Default for Occupied<K> {
    fn default() -> Self {
        Self {
            sources: BTreeMap::new(),
        }
    }
}

impl<K: Ord> Occupied<K> {
    /// Notes the period of a row.
    ///
    /// # Errors
    /// [`Error::PeriodsOverlap`]; the row is then not noted.
    pub fn note(&mut self, source: K, period: Period, line: u32) -> Result<(), Error> {
        let known = self.sources.entry(source).or_default();
        // Periods that are noted are apart from each other: only the neighbours can share days.
        let place = known.partition_point(|(other, _)| other.end() < period.start());
        match known.get(place) {
            Some((other, _)) if *other == period => Ok(()),
            Some((other, first)) if other.overlaps(period) => Err(Error::PeriodsOverlap {
                period,
                other: *other,
                line: *first,
            }),
            _ => {
                known.insert(place, (period, line));
                Ok(())
            }
        }
    }
}

/// What is expected of the rows of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    year: u16,
    sources: Vec<Source>,
}

/// A source of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Source {
    name: String,
    category: Category,
    /// Folded; empty for any.
    facility: String,
    activity: String,
    instrument: String,
    /// Months that must have data, where monthly reporting is declared.
    monthly: Vec<Month>,
    capacity: Option<Capacity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Capacity {
    amount: Decimal,
    unit: Unit,
    /// Times that the amount fits into a day.
    per_day: i64,
}

impl Capacity {
    /// The most that the equipment gives within `days`.
    fn limit(&self, days: u32) -> Result<Exact, Error> {
        Exact::from(self.amount)
            .mul(&Exact::from_integer(self.per_day))?
            .mul(&Exact::from_integer(i64::from(days)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    year: u16,
    sources: Vec<SourceForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceForm {
    name: String,
    category: String,
    #[serde(default)]
    facility: String,
    #[serde(default)]
    activity: String,
    #[serde(default)]
    instrument: String,
    #[serde(default)]
    reporting: Reporting,
    /// First and last month in service, if it was not the whole year.
    from: Option<String>,
    through: Option<String>,
    capacity: Option<CapacityForm>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reporting {
    Monthly,
    #[default]
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CapacityForm {
    amount: Decimal,
    unit: String,
    per: Per,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Per {
    Hour,
    Day,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        let document: Document = crate::document::read(text)?;
        let mut faults = Faults::new();
        if Period::of_year(document.year).is_none() {
            let text = document.year.to_string();
            faults.add("year", Error::DateMalformed { text });
        }
        let mut sources: Vec<Source> = Vec::new();
        for (position, form) in document.sources.iter().enumerate() {
            let place = format!("sources[{position}]");
            if form.name.trim().is_empty() {
                faults.add(format!("{place}.name"), Error::NameEmpty);
            } else if sources.iter().any(|known| known.name == form.name) {
                let text = form.name.clone();
                faults.add(format!("{place}.name"), Error::NameTwice { text });
            }
            sources.extend(form.check(document.year, &place, &mut faults));
        }
        if document.sources.is_empty() {
            let what = "sources".to_owned();
            faults.add("sources", Error::PartNeeded { what });
        }
        faults.none()?;
        Ok(Self {
            year: document.year,
            sources,
        })
    }

    /// Compares rows with the plan, the first of which is yet to come.
    #[must_use]
    pub fn begin(&self) -> Progress<'_> {
        Progress {
            plan: self,
            sums: self.sources.iter().map(|_| Sums::default()).collect(),
        }
    }
}

impl SourceForm {
    fn check(&self, year: u16, place: &str, faults: &mut Faults) -> Option<Source> {
        let category = faults.keep(format!("{place}.category"), Category::parse(&self.category));
        let mut bound = |field: &str, text: Option<&String>, number: u8| {
            let Some(text) = text else {
                return Month::new(year, number);
            };
            let place = format!("{place}.{field}");
            let month = faults.keep(place.as_str(), Month::parse(text))?;
            if month.year() != year {
                let month = month.to_string();
                faults.add(place, Error::MonthOutside { month, year });
            }
            Some(month)
        };
        let from = bound("from", self.from.as_ref(), 1);
        let through = bound("through", self.through.as_ref(), 12);
        if let (Some(from), Some(through)) = (from, through)
            && through < from
        {
            let (start, end) = (from.first(), through.last());
            faults.add(
                format!("{place}.through"),
                Error::PeriodReversed { start, end },
            );
        }
        let monthly = match (self.reporting, from, through) {
            (Reporting::Monthly, Some(from), Some(through)) => (1..=12)
                .filter_map(|number| Month::new(year, number))
                .filter(|month| from <= *month && *month <= through)
                .collect(),
            _ => Vec::new(),
        };
        let capacity = match &self.capacity {
            Some(form) => Some(form.check(place, faults)?),
            None => None,
        };
        Some(Source {
            name: self.name.clone(),
            category: category?,
            facility: name::fold(&self.facility),
            activity: name::fold(&self.activity),
            instrument: name::fold(&self.instrument),
            monthly,
            capacity,
        })
    }
}

impl CapacityForm {
    fn check(&self, place: &str, faults: &mut Faults) -> Option<Capacity> {
        if self.amount.is_zero() || self.amount.is_negative() {
            let text = self.amount.to_string();
            faults.add(
                format!("{place}.capacity.amount"),
                Error::NumberNotPositive { text },
            );
        }
        let unit = faults.keep(format!("{place}.capacity.unit"), Unit::parse(&self.unit))?;
        Some(Capacity {
            amount: self.amount,
            unit,
            per_day: match self.per {
                Per::Hour => 24,
                Per::Day => 1,
            },
        })
    }
}

/// A row as the plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// Facility, as the row names it.
    pub facility: &'a str,
    /// Category.
    pub category: Category,
    /// Activity, as the row names it.
    pub activity: &'a str,
    /// Meter, as the row names it.
    pub instrument: &'a str,
    /// Days that the amount covers.
    pub period: Period,
    /// The amount.
    pub quantity: Quantity,
}

impl Source {
    fn holds(&self, row: &Planned<'_>) -> bool {
        let like = |wanted: &str, found: &str| wanted.is_empty() || wanted == name::fold(found);
        self.category == row.category
            && like(&self.facility, row.facility)
            && like(&self.activity, row.activity)
            && like(&self.instrument, row.instrument)
    }
}

/// What has come of a source so far.
#[derive(Clone, Debug, Default)]
struct Sums {
    months: BTreeSet<Month>,
    /// Amounts of the rows within one month, in the capacity's unit.
    by_month: BTreeMap<Month, Exact>,
    /// The amounts of all rows of the year.
    year: Exact,
}

/// Rows compared with a plan.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    plan: &'a Plan,
    sums: Vec<Sums>,
}

impl Progress<'_> {
    /// Takes a row in; a row of another year is none of the plan's.
    ///
    /// # Errors
    /// [`Error::SourceAboveCapacity`] if the row alone is more than the equipment can do in its days; an error of its unit if
    /// it cannot be compared. The row is then not taken in.
    pub fn note(&mut self, row: &Planned<'_>) -> Result<(), Error> {
        if !Period::of_year(self.plan.year).is_some_and(|year| year.contains(row.period)) {
            return Ok(());
        }
        let mut amounts = Vec::with_capacity(self.sums.len());
        for source in &self.plan.sources {
            let amount = match &source.capacity {
                _ if !source.holds(row) => None,
                None => Some(Exact::ZERO),
                Some(capacity) => {
                    let amount = row
                        .quantity
                        .unit
                        .convert(&row.quantity.amount.into(), capacity.unit)?;
                    source.check(capacity, &amount, row.period)?;
                    Some(amount)
                }
            };
            amounts.push(amount);
        }
        for (sums, amount) in self.sums.iter_mut().zip(amounts) {
            let Some(amount) = amount else { continue };
            sums.year = sums.year.add(&amount)?;
            if let Some(month) = row.period.month() {
                let sum = sums.by_month.entry(month).or_default();
                *sum = sum.add(&amount)?;
                sums.months.insert(month);
            }
        }
        Ok(())
    }

    /// What all rows together lack, or have too much of; the place is the source's name.
    #[must_use]
    pub fn finish(self) -> Faults {
        let mut faults = Faults::new();
        for (source, sums) in self.plan.sources.iter().zip(&self.sums) {
            let missing: Vec<String> = source
                .monthly
                .iter()
                .filter(|month| !sums.months.contains(month))
                .map(ToString::to_string)
                .collect();
            if !missing.is_empty() {
                faults.add(
                    source.name.as_str(),
                    Error::SourceMonthMissing {
                        source: source.name.clone(),
                        months: missing.join(", "),
                    },
                );
            }
            let Some(capacity) = &source.capacity else {
                continue;
            };
            let months = sums
                .by_month
                .iter()
                .map(|(month, sum)| (Period::of_month(*month), sum));
            let year = Period::of_year(self.plan.year).map(|year| (year, &sums.year));
            for (period, sum) in months.chain(year) {
                if let Err(error) = source.check(capacity, sum, period) {
                    faults.add(source.name.as_str(), error);
                }
            }
        }
        faults
    }
}

impl Source {
    fn check(&self, capacity: &Capacity, amount: &Exact, period: Period) -> Result<(), Error> {
        let limit = capacity.limit(period.days())?;
        if *amount <= limit {
            return Ok(());
        }
        Err(Error::SourceAboveCapacity {
            source: self.name.clone(),
            period,
            amount: format!("{amount} {}", capacity.unit),
            limit: format!("{limit} {}", capacity.unit),
        })
    }
}

#[cfg(test)]
mod tests;
