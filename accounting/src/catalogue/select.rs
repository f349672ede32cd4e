//! The choice of a factor: unambiguous, or an error that lists the candidates.

use super::reference::starts_at;
use super::{Catalogue, FactorIndex, Reference};
use crate::activity::Parameter;
use crate::date::Period;
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::{Fit, Restriction, Selection, Treatment, Values};
use crate::flag::{Flag, Flags};
use crate::region::Region;
use crate::scope::{Category, Scope};
use crate::unit::{Basis, Unit};
use smallvec::SmallVec;

type Candidates = SmallVec<[FactorIndex; 8]>;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Code or name of the activity, as the row has it.
    pub activity: &'a str,
    /// Category of the row.
    pub category: Category,
    /// Where.
    pub region: Option<Region>,
    /// Unit of the row's amount.
    pub unit: Unit,
    /// When.
    pub period: Period,
    /// Treatments that will do.
    pub treatments: &'a [Treatment],
    /// What the row says about the source.
    pub reference: Option<&'a Reference>,
    /// An emission factor that the chosen one must equal.
    pub equals: Option<&'a Parameter>,
    /// Only factors with fuel parameters (`Some(true)`) or only without (`Some(false)`).
    pub fuel: Option<bool>,
}

/// Why a factor was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The row names it.
    Named,
    /// The row gives an equal emission factor.
    Equal,
    /// The only one for activity, region, unit and period.
    Matched,
    /// The newest published one; none is made for the period yet.
    Newest,
}

impl Reason {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Equal => "equal",
            Self::Matched => "matched",
            Self::Newest => "newest",
        }
    }
}

/// A factor chosen for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Which.
    pub factor: FactorIndex,
    /// Why.
    pub reason: Reason,
    /// What follows for the reader.
    pub flags: Flags,
}

impl Catalogue {
    /// Chooses the factor for a query.
    ///
    /// # Errors
    /// [`Error::UnknownActivity`], [`Error::NoFactor`], [`Error::AmbiguousFactor`], [`Error::ReferenceContradicts`],
    /// [`Error::FactorOutsideUse`], [`Error::FactorSetOutsideUse`], [`Error::FactorTreatment`], [`Error::NoEqualFactor`], and the unit errors.
    pub fn select(&self, query: &Query<'_>) -> Result<Selected, Error> {
        if let Some(index) = query.reference.and_then(|reference| reference.factor) {
            return self.select_named(query, index);
        }
        match self.select_plain(query)? {
            Some(selected) => Ok(selected),
            None => self.select_by_steps(query),
        }
    }

    /// Every condition in turn, so that the refusal can name the one that failed.
    fn select_by_steps(&self, query: &Query<'_>) -> Result<Selected, Error> {
        let mut candidates: Candidates = self.named(query.activity).iter().copied().collect();
        if candidates.is_empty()
            && let Some(reference) = query.reference
            && !reference.masses.is_empty()
        {
            // The name is the office's own, but the row quotes the published numbers.
            candidates.extend(self.of_set(reference));
        }
        if candidates.is_empty() {
            return Err(Error::UnknownActivity {
                activity: query.activity.to_owned(),
            });
        }
        if let Some(reference) = query.reference {
            self.keep_cited(&mut candidates, reference)?;
        }
        let by_name = query
            .reference
            .is_some_and(|reference| reference.set.is_some());
        self.keep(&mut candidates, query, "category", |index| {
            let (_, factor) = self.factor(index);
            let fuel = matches!(factor.values, Values::Fuel { .. });
            (factor.categories.is_empty() || factor.categories.contains(&query.category))
                && query.fuel.is_none_or(|wanted| wanted == fuel)
        })?;
        if query.equals.is_none() && !by_name {
            self.keep(&mut candidates, query, "named", |index| {
                self.factor(index).1.selection == Selection::Open
            })?;
        }
        if query
            .reference
            .is_some_and(|reference| reference.place.is_empty() && reference.masses.is_empty())
            && candidates
                .iter()
                .any(|index| self.factor(*index).1.selection == Selection::Open)
        {
            candidates.retain(|index| self.factor(*index).1.selection == Selection::Open);
        }
        if !by_name {
            self.keep_reach(&mut candidates, query)?;
        }
        self.keep_units(&mut candidates, query)?;
        if let Some(parameter) = query.equals {
            self.keep_equal(&mut candidates, query, parameter)?;
        }
        if candidates
            .iter()
            .all(|index| self.factor(*index).1.treatment == Treatment::Lifecycle)
            && !query.treatments.contains(&Treatment::Lifecycle)
        {
            return Err(self.wrong_treatment(candidates[0]));
        }
        self.keep(&mut candidates, query, "treatment", |index| {
            query.treatments.contains(&self.factor(index).1.treatment)
        })?;
        let mut flags = Flags::NONE;
        self.keep_region(&mut candidates, query, &mut flags)?;
        self.settle(candidates, query, flags)
    }

    /// The usual case in one pass: a row with a region that names no factor. `None` if nothing fits; then the step by step
    /// way finds the same nothing and says why.
    fn select_plain(&self, query: &Query<'_>) -> Result<Option<Selected>, Error> {
        let Some(region) = query.region else {
            return Ok(None);
        };
        if query.equals.is_some()
            || query
                .reference
                .is_some_and(|reference| reference.set.is_some())
        {
            return Ok(None);
        }
        let (country, kind, category) = (
            region.country(),
            query.unit.kind(),
            1 << query.category as u32,
        );
        let mut candidates = Candidates::new();
        let (mut best, mut parts) = (3, false);
        for index in self.named(query.activity) {
            let key = &self.prepared(*index).key;
            if key.categories & category == 0
                || !key.open
                || query.fuel.is_some_and(|wanted| wanted != key.fuel)
                || !query.treatments.contains(&key.treatment)
                || key.unit.kind() != kind
            {
                continue;
            }
            let level = match key.region {
                own if own == region => 0,
                own if own == country => 1,
                Region::GLOBAL => 2,
                own => {
                    parts |= own.is_part() && own.country() == country;
                    continue;
                }
            };
            if level < best {
                best = level;
                candidates.clear();
            }
            if level == best {
                candidates.push(*index);
            }
        }
        if candidates.is_empty() {
            return Ok(None);
        }
        let mut flags = Flags::NONE;
        if best > 0 && region.is_part() && parts {
            flags.insert(Flag::WiderRegionUsed);
        }
        self.settle(candidates, query, flags).map(Some)
    }

    /// The period and the last preferences decide among candidates that fit otherwise.
    fn settle(
        &self,
        mut candidates: Candidates,
        query: &Query<'_>,
        mut flags: Flags,
    ) -> Result<Selected, Error> {
        let later = self.keep_period(&mut candidates, query)?;
        self.keep_best(&mut candidates, query);
        let [only] = candidates.as_slice() else {
            return Err(Error::AmbiguousFactor {
                activity: query.activity.to_owned(),
                candidates: self.labels(&candidates),
            });
        };
        let cited = query
            .reference
            .is_some_and(|reference| reference.set.is_some());
        let reason = match (query.equals, cited, later) {
            (Some(_), ..) => Reason::Equal,
            (None, true, _) => Reason::Named,
            (None, false, true) => Reason::Newest,
            (None, false, false) => Reason::Matched,
        };
        if later {
            flags.insert(if reason == Reason::Newest {
                Flag::NewestPublishedUsed
            } else {
                Flag::EarlierPeriodNamed
            });
        }
        flags.extend(self.proxy(*only, query));
        Ok(Selected {
            factor: *only,
            reason,
            flags,
        })
    }

    /// The row names the factor itself.
    fn select_named(&self, query: &Query<'_>, index: FactorIndex) -> Result<Selected, Error> {
        let (_, factor) = self.factor(index);
        let contradicts = |reason: &str| Error::ReferenceContradicts {
            reference: query
                .reference
                .map(|reference| reference.text.clone())
                .unwrap_or_default(),
            factor: self.label(index),
            reason: reason.to_owned(),
        };
        let known = self.named(query.activity);
        if !known.is_empty()
            && !known
                .iter()
                .any(|other| *other == index || self.factor(*other).1.activity == factor.activity)
        {
            return Err(contradicts("activity"));
        }
        if !factor.categories.is_empty() && !factor.categories.contains(&query.category) {
            return Err(contradicts("category"));
        }
        query.unit.ratio_to(factor.unit)?;
        if !query.treatments.contains(&factor.treatment) {
            return Err(self.wrong_treatment(index));
        }
        if let Some(error) = self.set_outside_use(index, query.period) {
            return Err(error);
        }
        let mut flags = self.proxy(index, query);
        match factor.fit(query.period) {
            Fit::Within => {}
            Fit::Later if factor.restriction == Restriction::None => {
                flags.insert(Flag::EarlierPeriodNamed);
            }
            Fit::Later | Fit::Earlier => return Err(self.outside_use(index, query.period)),
        }
        Ok(Selected {
            factor: index,
            reason: Reason::Named,
            flags,
        })
    }

    fn keep(
        &self,
        candidates: &mut Candidates,
        query: &Query<'_>,
        reason: &str,
        mut wanted: impl FnMut(FactorIndex) -> bool,
    ) -> Result<(), Error> {
        if candidates.iter().any(|index| wanted(*index)) {
            candidates.retain(|index| wanted(*index));
            return Ok(());
        }
        Err(self.no_factor(candidates, query, reason))
    }

    fn no_factor(&self, candidates: &Candidates, query: &Query<'_>, reason: &str) -> Error {
        Error::NoFactor {
            activity: query.activity.to_owned(),
            reason: reason.to_owned(),
            candidates: self.labels(candidates),
        }
    }

    fn wrong_treatment(&self, index: FactorIndex) -> Error {
        Error::FactorTreatment {
            factor: self.label(index),
            treatment: self.factor(index).1.treatment.code().to_owned(),
        }
    }

    /// The refusal if the set's own validity does not hold the period.
    pub(crate) fn set_outside_use(&self, index: FactorIndex, period: Period) -> Option<Error> {
        let (manifest, _) = self.factor(index);
        let validity = manifest.validity.as_ref()?;
        (!validity.holds(period)).then(|| Error::FactorSetOutsideUse {
            set: manifest.id.clone(),
            period,
            valid: validity.window(),
            instrument: validity.instrument.clone(),
        })
    }

    fn outside_use(&self, index: FactorIndex, period: Period) -> Error {
        let (_, factor) = self.factor(index);
        Error::FactorOutsideUse {
            factor: self.label(index),
            period,
            valid: factor.window(),
            instrument: factor.instrument.clone(),
        }
    }

    fn keep_cited(&self, candidates: &mut Candidates, reference: &Reference) -> Result<(), Error> {
        let Some(set) = reference.set else {
            return Ok(());
        };
        let before = candidates.clone();
        candidates.retain(|index| {
            self.prepared(*index).set == set
                && (reference.place.is_empty()
                    || starts_at(&self.factor(*index).1.source, &reference.place))
        });
        if candidates.is_empty() {
            return Err(Error::ReferenceContradicts {
                reference: reference.text.clone(),
                factor: self.labels(&before),
                reason: "activity".to_owned(),
            });
        }
        let cited = candidates.clone();
        let mut agreeing = Candidates::new();
        for index in cited.iter().copied() {
            if reference.agrees(self, index)? {
                agreeing.push(index);
            }
        }
        if agreeing.is_empty() {
            return Err(Error::ReferenceContradicts {
                reference: reference.text.clone(),
                factor: self.labels(&cited),
                reason: "values".to_owned(),
            });
        }
        *candidates = agreeing;
        Ok(())
    }

    /// Factors of the set that a reference cites.
    fn of_set(&self, reference: &Reference) -> impl Iterator<Item = FactorIndex> {
        self.factors()
            .map(|(index, ..)| index)
            .filter(move |index| reference.set == Some(self.prepared(*index).set))
    }

    /// Keeps what is for the row's region, its country or the world. Another country's factor stands in only where this
    /// one has none at all for the activity, and only in scope 3; otherwise the row must name it.
    fn keep_reach(&self, candidates: &mut Candidates, query: &Query<'_>) -> Result<(), Error> {
        let Some(region) = query.region else {
            // Without a region nothing but the name tells the country, so the name must be of one country only.
            let mut countries = candidates
                .iter()
                .map(|index| self.factor(*index).1.region.country());
            let first = countries.next();
            if query.equals.is_none() && countries.any(|other| Some(other) != first) {
                return Err(Error::AmbiguousFactor {
                    activity: query.activity.to_owned(),
                    candidates: self.labels(candidates),
                });
            }
            return Ok(());
        };
        let reaches = |index: &FactorIndex| {
            let own = self.factor(*index).1.region;
            own == region || own == region.country() || own == Region::GLOBAL
        };
        if candidates.iter().any(reaches) {
            // Parts of the country stay, to tell that a part has no factor of its own.
            candidates.retain(|index| {
                reaches(index) || self.factor(*index).1.region.country() == region.country()
            });
            return Ok(());
        }
        if query.category.scope() == Scope::Three {
            Ok(())
        } else {
            Err(self.no_factor(candidates, query, "region"))
        }
    }

    fn keep_units(&self, candidates: &mut Candidates, query: &Query<'_>) -> Result<(), Error> {
        let kind = query.unit.kind();
        if candidates
            .iter()
            .any(|index| self.factor(*index).1.unit.kind() == kind)
        {
            candidates.retain(|index| self.factor(*index).1.unit.kind() == kind);
            return Ok(());
        }
        // The most telling refusal: basis or conditions before a mere other dimension.
        let mismatch = |index: &FactorIndex| query.unit.ratio_to(self.factor(*index).1.unit).err();
        let telling = |error: &Error| !matches!(error, Error::UnitMismatch { .. });
        if let Some(error) = candidates.iter().filter_map(mismatch).find(telling) {
            return Err(error);
        }
        match candidates.as_slice() {
            [only] => {
                Err(mismatch(only).unwrap_or_else(|| self.no_factor(candidates, query, "unit")))
            }
            _ => Err(self.no_factor(candidates, query, "unit")),
        }
    }

    fn keep_equal(
        &self,
        candidates: &mut Candidates,
        query: &Query<'_>,
        parameter: &Parameter,
    ) -> Result<(), Error> {
        let (Some(mass), Some(per)) = (parameter.numerator, parameter.per) else {
            return Ok(());
        };
        let wanted = mass.convert(&parameter.value.into(), Unit::KILOGRAM)?;
        let mut equal = Candidates::new();
        for index in candidates.iter().copied() {
            let (_, factor) = self.factor(index);
            let per = per.with_basis(Basis::None).unwrap_or(per);
            let unit = factor.unit.with_basis(Basis::None).unwrap_or(factor.unit);
            let Ok(ratio) = per.ratio_to(unit) else {
                continue;
            };
            if let Some(headline) = self.prepared(index).headline()
                && headline.mul(&ratio)? == wanted
            {
                equal.push(index);
            }
        }
        if equal.is_empty() {
            let known = candidates.iter().filter_map(|index| {
                let headline: &Exact = self.prepared(*index).headline()?;
                Some(format!(
                    "{} = {headline} kg/{}",
                    self.label(*index),
                    self.factor(*index).1.unit
                ))
            });
            return Err(Error::NoEqualFactor {
                activity: query.activity.to_owned(),
                value: parameter.to_string(),
                candidates: known.take(12).collect::<Vec<_>>().join(", "),
            });
        }
        *candidates = equal;
        Ok(())
    }

    fn keep_region(
        &self,
        candidates: &mut Candidates,
        query: &Query<'_>,
        flags: &mut Flags,
    ) -> Result<(), Error> {
        let Some(region) = query.region else {
            // Without a region a country's factor goes before its parts.
            if query.equals.is_some()
                && candidates
                    .iter()
                    .any(|index| !self.factor(*index).1.region.is_part())
            {
                candidates.retain(|index| !self.factor(*index).1.region.is_part());
            }
            return Ok(());
        };
        for level in [region, region.country(), Region::GLOBAL] {
            if candidates
                .iter()
                .any(|index| self.factor(*index).1.region == level)
            {
                // Only worth a word where parts of the country have factors of their own.
                if level != region
                    && region.is_part()
                    && candidates.iter().any(|index| {
                        let own = self.factor(*index).1.region;
                        own.is_part() && own.country() == region.country()
                    })
                {
                    flags.insert(Flag::WiderRegionUsed);
                }
                candidates.retain(|index| self.factor(*index).1.region == level);
                return Ok(());
            }
        }
        // What is left is of another country: the row names its set, or `keep_reach` let it stand in.
        if query
            .reference
            .is_some_and(|reference| reference.set.is_some())
            || query.category.scope() == Scope::Three
        {
            return Ok(());
        }
        Err(self.no_factor(candidates, query, "region"))
    }

    /// Keeps the factors made for the period, else the newest before it; says whether it is the latter.
    fn keep_period(&self, candidates: &mut Candidates, query: &Query<'_>) -> Result<bool, Error> {
        // What an instrument fixes for the whole set goes before what the rows were made for.
        let mut refused = None;
        candidates.retain(|index| match self.set_outside_use(*index, query.period) {
            None => true,
            Some(error) => {
                refused.get_or_insert(error);
                false
            }
        });
        if candidates.is_empty()
            && let Some(error) = refused
        {
            return Err(error);
        }
        let fit = |index: &FactorIndex| self.factor(*index).1.fit(query.period);
        if candidates.iter().any(|index| fit(index) == Fit::Within) {
            candidates.retain(|index| fit(index) == Fit::Within);
            return Ok(false);
        }
        let usable = |index: &FactorIndex| {
            fit(index) == Fit::Later && self.factor(*index).1.restriction == Restriction::None
        };
        if !candidates.iter().any(usable) {
            return Err(match candidates.as_slice() {
                [only] => self.outside_use(*only, query.period),
                _ => self.no_factor(candidates, query, "period"),
            });
        }
        candidates.retain(|index| usable(index));
        let age = |index: &FactorIndex| {
            let (manifest, factor) = self.factor(*index);
            (
                factor.valid_to,
                factor.data_year,
                factor.published.or(manifest.published),
            )
        };
        let newest = candidates.iter().map(age).max();
        candidates.retain(|index| Some(age(index)) == newest);
        Ok(true)
    }

    /// Of rows that print the same activity of one set in several units, the row's own unit goes first, else the first
    /// in the file. A set that supersedes another goes before it.
    fn keep_best(&self, candidates: &mut Candidates, query: &Query<'_>) {
        if candidates.len() < 2 {
            return;
        }
        // Were two sets to supersede each other, both would go: then the choice stays open and is refused.
        let superseded = |index: &FactorIndex, all: &Candidates| {
            let id = &self.factor(*index).0.id;
            all.iter()
                .any(|other| &self.factor(*other).0.supersedes == id)
        };
        let all = candidates.clone();
        if all.iter().any(|index| !superseded(index, &all)) {
            candidates.retain(|index| !superseded(index, &all));
        }
        // Among other countries' factors that could stand in, one that is published in the row's own unit is the nearest.
        let foreign = |index: &FactorIndex| {
            let own = self.factor(*index).1.region;
            query
                .region
                .is_some_and(|region| own != Region::GLOBAL && own.country() != region.country())
        };
        if candidates.iter().all(foreign)
            && candidates
                .iter()
                .any(|index| self.factor(*index).1.unit == query.unit)
        {
            candidates.retain(|index| self.factor(*index).1.unit == query.unit);
        }
        let set = self.prepared(candidates[0]).set;
        if candidates
            .iter()
            .any(|index| self.prepared(*index).set != set)
        {
            return;
        }
        if candidates
            .iter()
            .any(|index| self.factor(*index).1.unit == query.unit)
        {
            candidates.retain(|index| self.factor(*index).1.unit == query.unit);
        }
        let same_but_unit = candidates.windows(2).all(|pair| {
            let ((_, a), (_, b)) = (self.factor(pair[0]), self.factor(pair[1]));
            (&a.activity, &a.name_en, a.region, a.treatment)
                == (&b.activity, &b.name_en, b.region, b.treatment)
                && a.unit != b.unit
        });
        if same_but_unit {
            candidates.truncate(1);
        }
    }

    /// A factor of another country stands in.
    fn proxy(&self, index: FactorIndex, query: &Query<'_>) -> Flags {
        let mut flags = Flags::NONE;
        let own = self.factor(index).1.region;
        if let Some(region) = query.region
            && own != Region::GLOBAL
            && own.country() != region.country()
        {
            flags.insert(Flag::Proxy);
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::CATEGORIES;

    #[test]
    fn the_quick_way_chooses_what_the_step_by_step_way_chooses() {
        let catalogue = Catalogue::new(crate::shipped::sets().unwrap()).unwrap();
        let regions =
            ["GB", "US", "CN", "CN-BJ", "CN-XZ", "DE"].map(|code| Region::parse(code).unwrap());
        let periods = [2022, 2024, 2026].map(|year| Period::of_year(year).unwrap());
        let treatments: [&[Treatment]; 3] = [
            &[Treatment::Any],
            &[Treatment::Location],
            &[Treatment::Residual],
        ];
        let mut chosen = 0;
        for (position, (_, _, factor)) in catalogue.factors().enumerate() {
            let category = factor
                .categories
                .first()
                .copied()
                .unwrap_or(CATEGORIES[position % CATEGORIES.len()]);
            for (turn, region) in regions.into_iter().enumerate() {
                let query = Query {
                    activity: [&factor.name_en, &factor.name_zh, &factor.activity][turn % 3],
                    category,
                    region: Some(region),
                    unit: factor.unit,
                    period: periods[(position + turn) % 3],
                    treatments: treatments
                        [usize::from(category == Category::PurchasedElectricity) * (1 + turn % 2)],
                    reference: None,
                    equals: None,
                    fuel: [None, Some(false)][position % 2],
                };
                let steps = catalogue.select_by_steps(&query);
                match catalogue.select_plain(&query) {
                    Ok(None) => {}
                    Ok(Some(selected)) => {
                        chosen += 1;
                        assert_eq!(Ok(selected), steps, "{query:?}");
                    }
                    Err(error) => assert_eq!(Err(error), steps, "{query:?}"),
                }
            }
        }
        assert!(chosen > 1_000, "{chosen}");
    }
}
