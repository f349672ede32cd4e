//! The factor sets in force, prepared for look-up, and the choice of one factor for a row.

mod prepared;
mod reference;
mod select;

use crate::error::Error;
use crate::factor::{Factor, FactorSet, Manifest};
use crate::name;
pub(crate) use prepared::{Prepared, Rates, add_substance};
pub use reference::Reference;
use rustc_hash::FxHashMap;
pub use select::{Query, Reason, Selected};
use smallvec::SmallVec;
use std::sync::Arc;

/// Place of a factor in a [`Catalogue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactorIndex(u32);

/// Factor sets, indexed by every name of every factor.
///
/// The hash maps are only asked, never walked, and their hasher has no seed: the order of sets given is the only order.
#[derive(Debug)]
pub struct Catalogue {
    sets: Vec<Arc<FactorSet>>,
    prepared: Vec<Prepared>,
    /// Folded names, codes and aliases; and as written, which saves folding in the usual case.
    names: FxHashMap<Box<str>, SmallVec<[FactorIndex; 4]>>,
    /// Factor ids as written.
    ids: FxHashMap<Box<str>, SmallVec<[FactorIndex; 1]>>,
    /// Folded citations, each with the position of its set.
    citations: Vec<(String, usize)>,
}

impl Catalogue {
    /// Prepares sets for look-up.
    ///
    /// # Errors
    /// [`Error::SetTwice`], and what makes a factor's numbers unusable ([`Error::Overflow`]).
    pub fn new(sets: impl IntoIterator<Item = impl Into<Arc<FactorSet>>>) -> Result<Self, Error> {
        let sets: Vec<Arc<FactorSet>> = sets.into_iter().map(Into::into).collect();
        let mut catalogue = Self {
            sets: Vec::new(),
            prepared: Vec::new(),
            names: FxHashMap::default(),
            ids: FxHashMap::default(),
            citations: Vec::new(),
        };
        for (position, set) in sets.iter().enumerate() {
            if sets[..position]
                .iter()
                .any(|other| other.manifest.id == set.manifest.id)
            {
                return Err(Error::SetTwice {
                    set: set.manifest.id.clone(),
                });
            }
            for citation in set.manifest.citations.iter().chain([&set.manifest.id]) {
                catalogue
                    .citations
                    .push((reference::compact(citation), position));
            }
            for (row, factor) in set.factors.iter().enumerate() {
                let index = FactorIndex(
                    u32::try_from(catalogue.prepared.len()).map_err(|_| Error::Overflow)?,
                );
                catalogue
                    .prepared
                    .push(Prepared::new(position, row, factor)?);
                catalogue
                    .ids
                    .entry(factor.id.as_str().into())
                    .or_default()
                    .push(index);
                let names = [&factor.activity, &factor.name_en, &factor.name_zh];
                for name in names.into_iter().chain(&factor.aliases) {
                    catalogue.index_name(name, index);
                    catalogue.index_name(&name::fold(name), index);
                }
            }
        }
        catalogue.sets = sets;
        Ok(catalogue)
    }

    fn index_name(&mut self, name: &str, index: FactorIndex) {
        if name.is_empty() {
            return;
        }
        let entry = match self.names.get_mut(name) {
            Some(entry) => entry,
            None => self.names.entry(name.into()).or_default(),
        };
        // A factor's names come one after the other, so a repetition can only be the last.
        if entry.last() != Some(&index) {
            entry.push(index);
        }
    }

    /// The manifest and the row of a factor.
    #[must_use]
    pub fn factor(&self, index: FactorIndex) -> (&Manifest, &Factor) {
        let prepared = self.prepared(index);
        let set = &self.sets[prepared.set];
        (&set.manifest, &set.factors[prepared.row])
    }

    pub(crate) fn prepared(&self, index: FactorIndex) -> &Prepared {
        // An index is only made by this catalogue.
        &self.prepared[index.0 as usize]
    }

    /// `set/id` of a factor.
    #[must_use]
    pub fn label(&self, index: FactorIndex) -> String {
        let (manifest, factor) = self.factor(index);
        format!("{}/{}", manifest.id, factor.id)
    }

    /// The sets, in the order given.
    #[must_use]
    pub fn sets(&self) -> &[Arc<FactorSet>] {
        &self.sets
    }

    /// Every factor with its place, in the order of sets and rows.
    pub fn factors(&self) -> impl Iterator<Item = (FactorIndex, &Manifest, &Factor)> {
        (0..self.prepared.len()).map(|position| {
            let index = FactorIndex(position as u32);
            let (manifest, factor) = self.factor(index);
            (index, manifest, factor)
        })
    }

    /// The factor with this set and id.
    #[must_use]
    pub fn find(&self, set: &str, id: &str) -> Option<FactorIndex> {
        self.ids
            .get(id)?
            .iter()
            .copied()
            .find(|index| self.factor(*index).0.id == set)
    }

    /// Factors with a code, name or alias like `activity`; a trailing bracket about measuring is ignored if need be.
    #[must_use]
    pub fn named(&self, activity: &str) -> &[FactorIndex] {
        if let Some(found) = self.names.get(activity) {
            return found;
        }
        let folded = name::fold(activity);
        self.names
            .get(folded.as_str())
            .or_else(|| self.names.get(name::without_obtained(&folded)))
            .map_or(&[], SmallVec::as_slice)
    }

    /// At most eight candidates for an error message.
    pub(crate) fn labels(&self, candidates: &[FactorIndex]) -> String {
        let mut text = candidates
            .iter()
            .take(8)
            .map(|index| self.label(*index))
            .collect::<Vec<_>>()
            .join(", ");
        if candidates.len() > 8 {
            text.push_str(", …");
        }
        text
    }
}
