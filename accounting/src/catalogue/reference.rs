//! What a row says about its factor's source: `DESNZ-2025 1_101_1011_8_1; outside scopes 99_604_1011_8_2`,
//! `EPA Hub 2025 Table 1: 2325 kg CO2, 274 g CH4, 40 g N2O per short ton; AR5`, `AR5 GWP 1300 (AR4 1430: 7150; …)`.

use super::{Catalogue, FactorIndex};
use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::Values;
use crate::gas::{Gas, GwpSet, Substance};
use crate::name;
use crate::unit::{Kind, Unit};

/// A factor source, understood.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reference {
    /// The text as written.
    pub text: String,
    /// Position of the set in the catalogue.
    pub set: Option<usize>,
    /// The factor, if its id stands there.
    pub factor: Option<FactorIndex>,
    /// Place inside the document, folded: `table 1`.
    pub place: String,
    /// Masses per unit that the factor must have.
    pub masses: Vec<(Gas, Decimal, Unit)>,
    /// The unit that `masses` are per.
    pub per: Option<Unit>,
    /// Publisher's id of the biogenic CO2 outside the scopes.
    pub biogenic_id: Option<String>,
    /// A GWP value that the row quotes.
    pub gwp: Option<(GwpSet, Decimal)>,
}

/// Letters and digits of a citation: `EPA Hub 2025`, `epa-hub-2025` and `EPA_HUB 2025` are one.
pub(super) fn compact(text: &str) -> String {
    name::fold(text)
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '_'))
        .collect()
}

/// A text folded to letters and digits, with the place in the text behind each byte of the folded form.
struct Folded<'a> {
    text: &'a str,
    compact: String,
    /// For each byte of `compact`: where the character that it comes from ends in `text`.
    ends: Vec<usize>,
}

impl<'a> Folded<'a> {
    fn new(text: &'a str) -> Self {
        let mut folded = Self {
            text,
            compact: String::with_capacity(text.len()),
            ends: Vec::with_capacity(text.len()),
        };
        for (start, c) in text.char_indices() {
            if !matches!(c, ' ' | '-' | '_') {
                folded.compact.extend(c.to_lowercase());
                folded
                    .ends
                    .resize(folded.compact.len(), start + c.len_utf8());
            }
        }
        folded
    }

    /// The rest of the text after a citation, if the text starts with it and it ends at a word's end.
    fn after(&self, citation: &str) -> Option<&'a str> {
        if citation.is_empty() || !self.compact.starts_with(citation) {
            return None;
        }
        let rest = &self.text[self.ends[citation.len() - 1]..];
        let boundary = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
        boundary.then(|| rest.trim_start_matches([' ', '-', '_', '/', ':', ',']))
    }
}

impl Catalogue {
    /// Understands a factor source. Empty text is `None`.
    ///
    /// # Errors
    /// [`Error::UnknownReference`].
    pub fn reference(&self, text: &str) -> Result<Option<Reference>, Error> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let unknown = || Error::UnknownReference {
            reference: excerpt(text.trim()),
        };
        let narrow = name::narrow(text);
        let mut reference = Reference {
            text: narrow.clone(),
            ..Reference::default()
        };
        // A bracket with further values (`(AR4 1430: 7150; AR6 …)`) may hold semicolons: it is for people.
        let (main, _) = narrow
            .split_once(" (")
            .filter(|(head, _)| gwp_quote(head).is_some())
            .unwrap_or((&narrow, ""));
        for (position, segment) in main
            .split(';')
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
            .enumerate()
        {
            if position == 0 {
                if let Some(quote) = gwp_quote(segment) {
                    reference.gwp = Some(quote);
                } else {
                    self.read_main(segment, &mut reference)
                        .ok_or_else(unknown)?;
                }
            } else if GwpSet::parse(segment).is_ok() {
                // The set behind the source: information, the inventory's own set counts.
            } else if let Some(quote) = gwp_quote(segment) {
                reference.gwp = Some(quote);
            } else {
                let folded = name::fold(segment);
                let label = [
                    "outside of scopes",
                    "outside scopes",
                    "范围外",
                    "biogenic",
                    "生物源",
                ]
                .iter()
                .find_map(|label| folded.strip_prefix(label))
                .ok_or_else(unknown)?;
                let id = label
                    .split_whitespace()
                    .last()
                    .map(|id| id.trim_matches([':', ',']).to_owned());
                reference.biogenic_id = Some(id.filter(|id| !id.is_empty()).ok_or_else(unknown)?);
            }
        }
        Ok(Some(reference))
    }

    fn read_main(&self, segment: &str, reference: &mut Reference) -> Option<()> {
        let mut found: Option<(usize, usize, &str)> = None;
        let folded = Folded::new(segment);
        for (citation, set) in &self.citations {
            if let Some(rest) = folded.after(citation)
                && found.is_none_or(|(_, length, _)| length < citation.len())
            {
                found = Some((*set, citation.len(), rest));
            }
        }
        let Some((set, _, rest)) = found else {
            // A bare id is enough if only one set has it.
            let [only] = self.ids.get(segment)?.as_slice() else {
                return None;
            };
            reference.set = Some(self.prepared(*only).set);
            reference.factor = Some(*only);
            return Some(());
        };
        reference.set = Some(set);
        if rest.is_empty() {
            return Some(());
        }
        let first = rest
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .trim_end_matches([',', ':']);
        if let Some(indexes) = self.ids.get(first).or_else(|| self.ids.get(rest)) {
            reference.factor = indexes
                .iter()
                .copied()
                .find(|index| self.prepared(*index).set == set);
            if reference.factor.is_some() {
                return Some(());
            }
        }
        let (place, values) = rest.split_once(':').unwrap_or((rest, ""));
        reference.place = name::fold(place);
        let known = self.sets[set]
            .factors
            .iter()
            .any(|factor| starts_at(&factor.source, &reference.place));
        known.then_some(())?;
        read_masses(values.trim(), reference)
    }
}

/// Whether a source begins with a place, ended by a word's end: `table 1` is not `table 10`.
pub(super) fn starts_at(source: &str, place: &str) -> bool {
    name::fold(source).strip_prefix(place).is_some_and(|rest| {
        rest.chars()
            .next()
            .is_none_or(|c| !c.is_alphanumeric() && c != '.')
    })
}

/// `AR5 GWP 1300`
fn gwp_quote(text: &str) -> Option<(GwpSet, Decimal)> {
    let mut words = text.split_whitespace();
    let set = GwpSet::parse(words.next()?).ok()?;
    words
        .next()
        .filter(|word| word.eq_ignore_ascii_case("gwp"))?;
    let value = Decimal::parse(words.next()?).ok()?;
    words.next().is_none().then_some((set, value))
}

/// `2325 kg CO2, 274 g CH4, 40 g N2O per short ton`
fn read_masses(text: &str, reference: &mut Reference) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    let (masses, per) = match text.rsplit_once(" per ").or_else(|| text.rsplit_once('/')) {
        Some((masses, per)) => (masses, Some(Unit::parse(per.trim()).ok()?)),
        None => (text, None),
    };
    reference.per = per;
    for item in masses
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        let mut words = item.split_whitespace();
        let value = Decimal::parse(words.next()?).ok()?;
        let unit = Unit::parse(words.next()?)
            .ok()
            .filter(|unit| unit.kind() == Kind::Mass)?;
        let Substance::Gas(gas) = Substance::from_name(words.next()?)? else {
            return None;
        };
        reference.masses.push((gas, value, unit));
    }
    Some(())
}

impl Reference {
    /// Whether the masses quoted are the factor's.
    pub(super) fn agrees(&self, catalogue: &Catalogue, index: FactorIndex) -> Result<bool, Error> {
        if self.masses.is_empty() {
            return Ok(true);
        }
        let (_, factor) = catalogue.factor(index);
        let Values::Gases(rates) = &factor.values else {
            return Ok(false);
        };
        if self
            .per
            .is_some_and(|per| per.ratio_to(factor.unit).is_err())
        {
            // `per mmBtu` of a fuel: the calorific basis may go without saying in a quotation.
            if self
                .per
                .and_then(|per| per.with_basis(crate::unit::Basis::None))
                != factor.unit.with_basis(crate::unit::Basis::None)
            {
                return Ok(false);
            }
        }
        for (gas, value, unit) in &self.masses {
            let wanted = unit.convert(&Exact::from(*value), Unit::KILOGRAM)?;
            let mut same = false;
            for rate in rates {
                if let Substance::Gas(known) = rate.substance
                    && known.symbol() == gas.symbol()
                {
                    same = rate.unit.convert(&rate.amount.into(), Unit::KILOGRAM)? == wanted;
                }
            }
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
