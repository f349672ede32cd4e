//! What is wrong or doubtful with a factor set as a whole: rows that compete for the same activity, units that cannot be,
//! figures far from those of their siblings, figures that no official result can rest on.

use super::{Factor, FactorSet, Selection, Values};
use crate::date::Date;
use crate::derivation::Standing;
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use crate::scope::Category;
use crate::unit::{Kind, Unit};
use std::collections::BTreeMap;

/// A figure may be so many times above or below the median of its siblings.
const FAR: i64 = 10;
/// Siblings that a median takes.
const SIBLINGS_MIN: usize = 3;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The set must not be used so.
    Fault,
    /// A person must look at it.
    Doubt,
}

impl Gravity {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Doubt => "doubt",
        }
    }
}

/// Something wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Row of the file, the first factor being 1; 0 for the set.
    pub row: u32,
    /// Column that it concerns; may be empty.
    pub column: &'static str,
    /// How grave.
    pub gravity: Gravity,
    /// What.
    pub error: Error,
}

/// Row, factor, value per the base unit.
type Figure<'a> = (u32, &'a Factor, Exact);

impl FactorSet {
    /// Looks at the whole of the set. Findings in the order of the rows.
    ///
    /// # Errors
    /// [`Error::Overflow`] where figures cannot be compared.
    pub fn lint(&self) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        self.overlaps(&mut findings);
        self.dimensions(&mut findings);
        self.siblings(&mut findings)?;
        self.beyond_validity(&mut findings);
        for (row, factor) in (1..).zip(&self.factors) {
            let standing = factor.quality.standing();
            if matches!(standing, Standing::Recalled | Standing::Draft) {
                findings.push(Finding {
                    row,
                    column: "quality",
                    gravity: Gravity::Doubt,
                    error: Error::FactorUnofficial {
                        factor: self.name(factor),
                        standing: standing.code().to_owned(),
                    },
                });
            }
        }
        findings.sort_by_key(|finding| finding.row);
        Ok(findings)
    }

    fn name(&self, factor: &Factor) -> String {
        format!("{}/{}", self.manifest.id, factor.id)
    }

    /// Factors that are found by the same activity, region, unit and treatment must not share a day.
    fn overlaps(&self, findings: &mut Vec<Finding>) {
        let mut groups: BTreeMap<_, Vec<(u32, &Factor)>> = BTreeMap::new();
        for (row, factor) in (1..).zip(&self.factors) {
            if factor.selection == Selection::Open {
                let key = (
                    factor.activity.as_str(),
                    factor.region.code(),
                    factor.unit.code(),
                    factor.treatment,
                    matches!(factor.values, Values::Fuel { .. }),
                );
                groups.entry(key).or_default().push((row, factor));
            }
        }
        for group in groups.values() {
            for (position, (row, factor)) in group.iter().enumerate() {
                let other = group[..position].iter().find(|(_, other)| {
                    let categories = factor.categories.is_empty()
                        || other.categories.is_empty()
                        || factor
                            .categories
                            .iter()
                            .any(|category| other.categories.contains(category));
                    categories && windows_overlap(factor, other) && same_names(factor, other)
                });
                if let Some((_, other)) = other {
                    findings.push(Finding {
                        row: *row,
                        column: "valid_from",
                        gravity: Gravity::Fault,
                        error: Error::FactorsOverlap {
                            factor: self.name(factor),
                            other: self.name(other),
                            window: format!("{} · {}", factor.window(), other.window()),
                        },
                    });
                }
            }
        }
    }

    /// A row made for days outside the set's validity promises what the instrument refuses. An open end of a row promises
    /// nothing.
    fn beyond_validity(&self, findings: &mut Vec<Finding>) {
        let Some(validity) = &self.manifest.validity else {
            return;
        };
        for (row, factor) in (1..).zip(&self.factors) {
            let outside = |day: Option<Date>| {
                day.is_some_and(|day| {
                    validity.from.is_some_and(|from| day < from)
                        || validity.to.is_some_and(|to| to < day)
                })
            };
            let column = match (outside(factor.valid_from), outside(factor.valid_to)) {
                (true, _) => "valid_from",
                (_, true) => "valid_to",
                _ => continue,
            };
            findings.push(Finding {
                row,
                column,
                gravity: Gravity::Doubt,
                error: Error::FactorBeyondSet {
                    factor: self.name(factor),
                    window: factor.window(),
                    valid: validity.window(),
                },
            });
        }
    }

    fn dimensions(&self, findings: &mut Vec<Finding>) {
        for (row, factor) in (1..).zip(&self.factors) {
            for category in &factor.categories {
                if !fits(*category, factor.unit.kind()) {
                    findings.push(Finding {
                        row,
                        column: "unit",
                        gravity: Gravity::Fault,
                        error: Error::FactorDimension {
                            factor: self.name(factor),
                            unit: factor.unit.code().to_owned(),
                            category: *category,
                        },
                    });
                }
            }
        }
    }

    /// Compares figures per the same unit: of one activity, or, for fuels, of one type of fuel.
    fn siblings(&self, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let mut groups: BTreeMap<(String, &'static str), Vec<Figure<'_>>> = BTreeMap::new();
        for (row, factor) in (1..).zip(&self.factors) {
            for (column, family, value) in figures(factor)? {
                if !value.is_zero() {
                    groups
                        .entry((family, column))
                        .or_default()
                        .push((row, factor, value));
                }
            }
        }
        let far = Exact::from_integer(FAR);
        for ((_, column), group) in &groups {
            for (position, (row, factor, value)) in group.iter().enumerate() {
                let mut others: Vec<&Exact> = group
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != position)
                    .map(|(_, (_, _, value))| value)
                    .collect();
                if others.len() < SIBLINGS_MIN {
                    continue;
                }
                others.sort();
                let median = others[others.len() / 2];
                if *value > median.mul(&far)? || value.mul(&far)? < *median {
                    findings.push(Finding {
                        row: *row,
                        column,
                        gravity: Gravity::Doubt,
                        error: Error::FactorImplausible {
                            factor: self.name(factor),
                            value: short(value),
                            typical: short(median),
                        },
                    });
                }
            }
        }
        Ok(())
    }
}

fn short(value: &Exact) -> String {
    value
        .round(9, Rounding::HalfUp)
        .map_or_else(|_| value.to_string(), |value| value.to_string())
}

fn windows_overlap(a: &Factor, b: &Factor) -> bool {
    let starts_by_end = |a: &Factor, b: &Factor| match (a.valid_from, b.valid_to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    starts_by_end(a, b) && starts_by_end(b, a)
}

/// Whether a row of activity data could mean either: a name that only one of them has tells them apart.
fn same_names(a: &Factor, b: &Factor) -> bool {
    a.name_en == b.name_en || a.name_zh == b.name_zh
}

/// Whether an activity of the category can be measured so.
fn fits(category: Category, kind: Kind) -> bool {
    match category {
        // Electric vehicles are counted by their distance, too.
        Category::PurchasedElectricity => matches!(
            kind,
            Kind::Energy(_) | Kind::Distance | Kind::MassDistance | Kind::PassengerDistance
        ),
        Category::PurchasedHeat => matches!(kind, Kind::Energy(_) | Kind::Mass | Kind::Volume(_)),
        Category::StationaryCombustion | Category::MobileCombustion => {
            !matches!(kind, Kind::RoomNight | Kind::WorkTime)
        }
        _ => true,
    }
}

/// The figures of a factor that can be compared: column, family, value in the base unit.
fn figures(factor: &Factor) -> Result<Vec<(&'static str, String, Exact)>, Error> {
    let of_activity = format!(
        "{} {:?} {:?}",
        factor.activity,
        factor.unit.kind(),
        factor.treatment
    );
    let per = |value: &Exact| per_base(value, factor.unit);
    Ok(match &factor.values {
        Values::Co2e { total, unit, .. } => {
            let kilograms = unit.convert(&(*total).into(), Unit::KILOGRAM)?;
            vec![("co2e", of_activity, per(&kilograms)?)]
        }
        Values::Gases(rates) => rates
            .iter()
            .map(|rate| {
                let kilograms = rate.unit.convert(&rate.amount.into(), Unit::KILOGRAM)?;
                let family = format!("{of_activity} {}", rate.substance.code());
                Ok(("gases", family, per(&kilograms)?))
            })
            .collect::<Result<_, Error>>()?,
        Values::Fuel {
            ncv,
            carbon_per_heat,
            carbon_content,
            oxidation,
        } => {
            let kind = format!("{:?} {:?}", factor.unit.kind(), factor.fuel_type);
            let fuel_type = format!("{:?}", factor.fuel_type);
            let mut found = Vec::new();
            if let Some(ncv) = ncv {
                found.push(("ncv", kind.clone(), per(&(*ncv).into())?));
            }
            if let Some(carbon) = carbon_content {
                found.push(("carbon_content", kind, per(&(*carbon).into())?));
            }
            if let Some(carbon) = carbon_per_heat {
                found.push(("carbon_per_heat", fuel_type.clone(), (*carbon).into()));
            }
            if let Some(oxidation) = oxidation {
                found.push(("oxidation", fuel_type, (*oxidation).into()));
            }
            found
        }
    })
}

/// A value per a unit as a value per the kind's first unit.
fn per_base(value: &Exact, unit: Unit) -> Result<Exact, Error> {
    match Unit::all().find(|base| base.kind() == unit.kind()) {
        Some(base) => value.div(&unit.ratio_to(base)?),
        None => Ok(value.clone()),
    }
}
