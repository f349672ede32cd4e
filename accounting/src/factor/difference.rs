//! What changed between two factor sets.

use super::{COLUMNS, Factor, FactorSet};
use std::collections::{BTreeMap, BTreeSet};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Only the second set has the factor.
    Added {
        /// Its id.
        id: String,
    },
    /// Only the first set has the factor.
    Removed {
        /// Its id.
        id: String,
    },
    /// A cell of a factor that both have.
    Changed {
        /// Id in the first set.
        id: String,
        /// Id in the second set, the same unless the sets are of different years.
        other: String,
        /// The column.
        column: &'static str,
        /// In the first set.
        before: String,
        /// In the second set.
        after: String,
    },
}

impl Difference {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Added { .. } => "added",
            Self::Removed { .. } => "removed",
            Self::Changed { .. } => "changed",
        }
    }
}

/// What two rows of different years have in common: activity, region, unit, treatment, form.
fn family(factor: &Factor) -> [String; 5] {
    let cells = factor.to_record();
    let cell = |name: &str| {
        COLUMNS
            .iter()
            .position(|column| *column == name)
            .and_then(|position| cells.get(position).cloned())
            .unwrap_or_default()
    };
    ["activity", "region", "unit", "treatment", "form"].map(cell)
}

/// Differences from `first` to `second`, in the order of the first set's rows, then of the second's. Rows are the same if
/// they have the same id, or else if each set has exactly one of the same activity, region, unit, treatment and form.
#[must_use]
pub fn difference(first: &FactorSet, second: &FactorSet) -> Vec<Difference> {
    let ids: BTreeMap<&str, &Factor> = second
        .factors
        .iter()
        .map(|factor| (factor.id.as_str(), factor))
        .collect();
    let known: BTreeSet<&str> = first
        .factors
        .iter()
        .map(|factor| factor.id.as_str())
        .collect();
    let single = |set: &FactorSet, other: &dyn Fn(&Factor) -> bool| {
        let mut found: BTreeMap<[String; 5], Option<usize>> = BTreeMap::new();
        for (position, factor) in set.factors.iter().enumerate().filter(|(_, f)| other(f)) {
            found
                .entry(family(factor))
                .and_modify(|position| *position = None)
                .or_insert(Some(position));
        }
        found
    };
    let before = single(first, &|factor| !ids.contains_key(factor.id.as_str()));
    let after = single(second, &|factor| !known.contains(factor.id.as_str()));
    let mut taken = BTreeSet::new();
    let mut differences = Vec::new();
    for factor in &first.factors {
        let other = ids.get(factor.id.as_str()).copied().or_else(|| {
            let family = family(factor);
            before.get(&family).copied().flatten()?;
            let position = after.get(&family).copied().flatten()?;
            second.factors.get(position)
        });
        let Some(other) = other else {
            differences.push(Difference::Removed {
                id: factor.id.clone(),
            });
            continue;
        };
        taken.insert(other.id.as_str());
        let cells = factor.to_record().into_iter().zip(other.to_record());
        for (column, (before, after)) in COLUMNS.iter().zip(cells) {
            if before != after && *column != "id" {
                differences.push(Difference::Changed {
                    id: factor.id.clone(),
                    other: other.id.clone(),
                    column,
                    before,
                    after,
                });
            }
        }
    }
    for factor in &second.factors {
        if !taken.contains(factor.id.as_str()) {
            differences.push(Difference::Added {
                id: factor.id.clone(),
            });
        }
    }
    differences
}
