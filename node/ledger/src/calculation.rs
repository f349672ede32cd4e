//! The bridge to the engine: rows of the ledger in, exact text out. Wire and engine types meet here and nowhere else.

use crate::command::import::Standing;
use crate::refusal::Refusal;
use crate::rows::Content;
use crate::state::{self, View, key};
use crate::{Error, Stop, canonical, v1};
use accounting::factor::{COLUMNS, Validity};
use accounting::{
    Activity, Aggregator, Calculation, Catalogue, Category, Date, Decimal, Factor, FactorSet,
    GwpSet, Manifest, Obtained, Parameter, ParameterKind, Period, Profile, Quantity, Region,
    RoundingProfile, Scope, Unit,
};
use crypto_sm::sm2::{KnownSigners, PublicKey, Verifier};
use crypto_sm::sm3::{self, Digest};
use prost::Message;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Remembers what is costly to build and wanted again: the catalogue of factors, since every envelope of an import needs the same one, and what
/// depends on a signer only. It changes nothing but the time that execution takes: what it holds is named by everything it was built from.
pub struct Catalogues {
    shelf: Mutex<Option<(Digest, Arc<Shelf>)>>,
    signers: KnownSigners,
}

/// Signers that are remembered; a verifier's table takes 86 KiB.
const SIGNERS_MAX: usize = 256;

impl Default for Catalogues {
    fn default() -> Self {
        Self {
            shelf: Mutex::default(),
            signers: KnownSigners::new(SIGNERS_MAX),
        }
    }
}

impl Catalogues {
    /// What checks signatures of a key; fast from its fifth use on.
    #[must_use]
    pub fn verifier(&self, key: &PublicKey) -> Verifier {
        self.signers.verifier(key)
    }
}

impl fmt::Debug for Catalogues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Catalogues")
    }
}

/// A catalogue with the sets that it was built from.
#[derive(Debug)]
pub(crate) struct Shelf {
    catalogue: Catalogue,
    sets: Vec<v1::FactorSetState>,
}

/// Calculates rows with the factor sets that the network has adopted.
pub(crate) struct Calculator {
    shelf: Arc<Shelf>,
    profile: Profile,
}

impl Calculator {
    /// Takes the sets in force, or those that the profile names.
    pub(crate) fn new(
        view: &dyn View,
        content: &dyn Content,
        profile: Option<&v1::CalculationProfile>,
        catalogues: &Catalogues,
    ) -> Result<Self, Stop> {
        let wanted = profile.ok_or(Error::Missing { what: "profile" })?;
        let profile = Profile {
            gwp_set: GwpSet::parse(&wanted.gwp_set).map_err(|error| engine(&error, None))?,
            rounding: RoundingProfile::from_code(&wanted.rounding)
                .map_err(|error| engine(&error, None))?,
        };
        let sets = choose(view, &wanted.factor_sets)?;
        Ok(Self {
            shelf: shelf(content, sets, catalogues)?,
            profile,
        })
    }

    /// Calculates a row.
    pub(crate) fn row(
        &self,
        import_id: &[u8],
        standing: &Standing,
        facility: Option<&v1::Facility>,
    ) -> Result<v1::RowResult, Stop> {
        let (_, calculation) = self.calculate(standing, facility)?;
        Ok(self.result(import_id, standing, &calculation))
    }

    /// Calculates a row and adds it up.
    pub(crate) fn tallied(
        &self,
        import_id: &[u8],
        standing: &Standing,
        facility: Option<&v1::Facility>,
        tally: &mut Tally,
    ) -> Result<v1::RowResult, Stop> {
        let (activity, calculation) = self.calculate(standing, facility)?;
        let place = facility.map(|facility| facility.name.as_str());
        tally
            .0
            .add(&calculation, activity.period, place)
            .map_err(|error| engine(&error, Some(standing.number + 1)))?;
        Ok(self.result(import_id, standing, &calculation))
    }

    /// The sets that were at hand, as `id@version`, ascending.
    pub(crate) fn factor_sets(&self) -> Vec<String> {
        let mut names: Vec<String> = self.shelf.sets.iter().map(name).collect();
        names.sort();
        names
    }

    fn calculate(
        &self,
        standing: &Standing,
        facility: Option<&v1::Facility>,
    ) -> Result<(Activity, Calculation), Stop> {
        let number = standing.number + 1;
        let activity = activity(&standing.row, facility, number)?;
        let calculation = accounting::calculate(&activity, &self.shelf.catalogue, &self.profile)
            .map_err(|error| engine(&error, Some(number)))?;
        let method = &standing.row.method;
        if !method.is_empty() && method != calculation.method.code() {
            return Err(Refusal::RowValue {
                row: number,
                field: "method",
                value: method.clone(),
            }
            .into());
        }
        Ok((activity, calculation))
    }

    fn result(
        &self,
        import_id: &[u8],
        standing: &Standing,
        calculation: &Calculation,
    ) -> v1::RowResult {
        let mut flags: Vec<String> = calculation
            .flags
            .iter()
            .map(|flag| flag.code().to_owned())
            .collect();
        flags.sort();
        let factors = calculation
            .factors
            .iter()
            .map(|used| {
                let (manifest, factor) = self.shelf.catalogue.factor(used.factor);
                let root = self.shelf.sets.iter().find(|set| {
                    set.manifest
                        .as_ref()
                        .is_some_and(|known| known.id == manifest.id)
                });
                v1::FactorReference {
                    role: used.role.code().to_owned(),
                    set: manifest.id.clone(),
                    version: manifest.version.clone(),
                    factor: factor.id.clone(),
                    rows_root: root.map(|set| set.rows_root.clone()).unwrap_or_default(),
                }
            })
            .collect();
        v1::RowResult {
            import_id: import_id.to_vec(),
            number: standing.number,
            row_leaf: standing.leaf.to_vec(),
            scope: calculation.scope.number().into(),
            category: calculation.category.code().to_owned(),
            method: calculation.method.code().to_owned(),
            gwp_set: calculation.gwp_set.code().to_owned(),
            location: Some(emissions(&calculation.location)),
            market: calculation.market.as_ref().map(emissions),
            biogenic_co2: calculation.biogenic_co2_kg.to_string(),
            non_kyoto_co2e: calculation.non_kyoto_co2e_kg.to_string(),
            factors,
            flags,
        }
    }
}

fn emissions(emissions: &accounting::Emissions) -> v1::Emissions {
    let mut gases: Vec<v1::GasAmount> = emissions
        .gases
        .iter()
        .map(|part| v1::GasAmount {
            gas: part.component.code().to_owned(),
            mass_kg: part
                .mass_kg
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            co2e: part.co2e_kg.to_string(),
        })
        .collect();
    gases.sort_by(|left, right| left.gas.cmp(&right.gas));
    v1::Emissions {
        co2e: emissions.co2e_kg.to_string(),
        gases,
    }
}

/// Sums of an inventory.
pub(crate) struct Tally(Aggregator);

impl Tally {
    pub(crate) fn new() -> Self {
        Self(Aggregator::new())
    }

    pub(crate) fn totals(self) -> v1::Totals {
        let totals = self.0.into_totals();
        let mut categories: Vec<v1::CategoryTotal> = totals
            .categories
            .iter()
            .map(|(category, sums)| v1::CategoryTotal {
                scope: category.scope().number().into(),
                category: category.code().to_owned(),
                amounts: Some(amounts(sums)),
            })
            .collect();
        categories.sort_by(|left, right| {
            (left.scope, &left.category).cmp(&(right.scope, &right.category))
        });
        let mut gases: Vec<v1::GasTotal> = totals
            .gases
            .iter()
            .map(|(component, sums)| v1::GasTotal {
                gas: component.code().to_owned(),
                location: sums.location_co2e_kg.to_string(),
                market: sums.market_co2e_kg.to_string(),
                location_mass: sums.location_mass_kg.to_string(),
                market_mass: sums.market_mass_kg.to_string(),
                mass_complete: sums.mass_complete,
            })
            .collect();
        gases.sort_by(|left, right| left.gas.cmp(&right.gas));
        let mut flags: Vec<v1::FlagCount> = totals
            .flags
            .iter()
            .map(|(flag, rows)| v1::FlagCount {
                flag: flag.code().to_owned(),
                rows: *rows,
            })
            .collect();
        flags.sort_by(|left, right| left.flag.cmp(&right.flag));
        v1::Totals {
            total: Some(amounts(&totals.total)),
            scopes: totals
                .scopes
                .iter()
                .map(|(scope, sums)| v1::ScopeTotal {
                    scope: scope.number().into(),
                    amounts: Some(amounts(sums)),
                })
                .collect(),
            categories,
            gases,
            months: totals
                .months
                .iter()
                .map(|(month, sums)| v1::MonthTotal {
                    month: month.map(|month| month.to_string()).unwrap_or_default(),
                    amounts: Some(amounts(sums)),
                })
                .collect(),
            facilities: totals
                .facilities
                .iter()
                .map(|(facility, sums)| v1::FacilityTotal {
                    facility: facility.clone().unwrap_or_default(),
                    amounts: Some(amounts(sums)),
                })
                .collect(),
            flags,
        }
    }
}

fn amounts(sums: &accounting::inventory::Amounts) -> v1::Amounts {
    v1::Amounts {
        location: sums.location_co2e_kg.to_string(),
        market: sums.market_co2e_kg.to_string(),
        biogenic_co2: sums.biogenic_co2_kg.to_string(),
        non_kyoto_co2e: sums.non_kyoto_co2e_kg.to_string(),
        rows: sums.rows,
    }
}

/// The engine's refusal with its code; `row` counts from 1.
fn engine(error: &accounting::Error, row: Option<u64>) -> Refusal {
    let mut fields = error.fields();
    if !error.column().is_empty() && !fields.iter().any(|(name, _)| *name == "column") {
        fields.push(("column", error.column().to_owned()));
    }
    Refusal::Engine {
        code: error.code(),
        fields,
        row,
    }
}

/// A row as the engine takes it. What the row leaves open about its place, its facility says.
pub fn activity(
    row: &v1::ActivityRow,
    facility: Option<&v1::Facility>,
    number: u64,
) -> Result<Activity, Stop> {
    let refused = |error: accounting::Error| Stop::from(engine(&error, Some(number)));
    let wrong = |field, value: &str| {
        Stop::from(Refusal::RowValue {
            row: number,
            field,
            value: value.to_owned(),
        })
    };
    let scope = match row.scope {
        1 => Scope::One,
        2 => Scope::Two,
        3 => Scope::Three,
        other => return Err(wrong("scope", &other.to_string())),
    };
    let category =
        Category::from_code(&row.category).ok_or_else(|| wrong("category", &row.category))?;
    // The ledger keeps one name for a unit; other spellings are for those who import.
    let unit = Unit::parse(&row.unit).map_err(refused)?;
    if unit.code() != row.unit {
        return Err(wrong("unit", &row.unit));
    }
    // Certificates and contracts are not taken into account yet; a row that relies on one must not be calculated without it.
    if !row.market_instrument.is_empty() || !row.market_reference.is_empty() {
        return Err(wrong("market_instrument", &row.market_instrument));
    }
    let day = |text: &str| Date::parse(text).map_err(refused);
    let period = Period::new(day(&row.period_start)?, day(&row.period_end)?).map_err(refused)?;
    let place = match (&row.region, facility) {
        (region, _) if !region.is_empty() => region.as_str(),
        (_, Some(facility)) => facility.region.as_str(),
        _ => "",
    };
    let region = if place.is_empty() {
        None
    } else {
        Some(Region::parse(place).map_err(refused)?)
    };
    let mut parameters = Vec::with_capacity(row.parameters.len());
    for parameter in &row.parameters {
        let kind = ParameterKind::from_code(&parameter.kind)
            .ok_or_else(|| wrong("parameter.kind", &parameter.kind))?;
        let value = Decimal::parse(&parameter.value).map_err(refused)?;
        let obtained = match parameter.obtained() {
            v1::Obtained::Unspecified | v1::Obtained::Measured => Obtained::Measured,
            v1::Obtained::Default => Obtained::Default,
            v1::Obtained::Calculated => Obtained::Calculated,
        };
        if parameters
            .iter()
            .any(|known: &Parameter| known.kind == kind)
        {
            return Err(wrong("parameter.kind", &parameter.kind));
        }
        parameters.push(Parameter::new(kind, value, &parameter.unit, obtained).map_err(refused)?);
    }
    Ok(Activity {
        scope: Some(scope),
        category,
        activity: row.activity.clone(),
        period,
        quantity: Quantity {
            amount: Decimal::parse(&row.quantity).map_err(refused)?,
            unit,
        },
        region,
        parameters,
        factor_source: row.factor_hint.clone(),
    })
}

/// Checks that the engine reads a factor set, before it is adopted.
pub(crate) fn check_set(manifest: &v1::FactorSetManifest, rows: &[Vec<u8>]) -> Result<(), Stop> {
    let set = factor_set(manifest, rows)?;
    // What the issuer signed is what the network adopts.
    let stated = &set.manifest.content_sm3;
    let found = hex::encode(sm3::hash(&[set.to_csv().as_bytes()]));
    if !stated.is_empty() && !stated.eq_ignore_ascii_case(&found) {
        let error = accounting::Error::DigestDiffers {
            set: set.manifest.id.clone(),
            stated: stated.clone(),
            found,
        };
        return Err(engine(&error, None).into());
    }
    Catalogue::new([set]).map_err(|error| engine(&error, None))?;
    Ok(())
}

/// A factor set as the engine takes it, out of what the ledger keeps.
///
/// # Errors
/// The engine's refusal.
pub fn factor_set(manifest: &v1::FactorSetManifest, rows: &[Vec<u8>]) -> Result<FactorSet, Stop> {
    let manifest = engine_manifest(manifest)?;
    let mut factors = Vec::with_capacity(rows.len());
    for (position, row) in rows.iter().enumerate() {
        let number = u32::try_from(position + 1).unwrap_or(u32::MAX);
        let row: v1::FactorRow = canonical::decode("factor row", row)?;
        let cells = cells(&row);
        let factor = Factor::from_record(&manifest, number, &cells)
            .map_err(|error| engine(&error, Some(number.into())))?;
        factors.push(factor);
    }
    FactorSet::new(manifest, factors).map_err(|error| engine(&error, None).into())
}

/// The head and rows with which a set of the engine is adopted.
#[must_use]
pub fn adoption(set: &FactorSet) -> (v1::FactorSetAdopt, Vec<Vec<u8>>) {
    let manifest = &set.manifest;
    let validity = manifest.validity.as_ref();
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let head = v1::FactorSetAdopt {
        manifest: Some(v1::FactorSetManifest {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            name_en: manifest.name_en.clone(),
            name_zh: manifest.name_zh.clone(),
            issuer_en: manifest.issuer_en.clone(),
            issuer_zh: manifest.issuer_zh.clone(),
            document: manifest.document.clone(),
            published: day(manifest.published),
            retrieved: day(manifest.retrieved),
            url: manifest.url.clone(),
            file_sha256: manifest.file_sha256.clone(),
            licence: manifest.licence.clone(),
            gwp_set: manifest
                .gwp_set
                .map(|set| set.code().to_owned())
                .unwrap_or_default(),
            supersedes: manifest.supersedes.clone(),
            citations: manifest.citations.clone(),
            note_en: manifest.note_en.clone(),
            note_zh: manifest.note_zh.clone(),
            content_sm3: manifest.content_sm3.clone(),
            signature: manifest.signature.clone(),
            signer: manifest.signer.clone(),
            valid_from: day(validity.and_then(|validity| validity.from)),
            valid_to: day(validity.and_then(|validity| validity.to)),
            validity_instrument: validity
                .map(|validity| validity.instrument.clone())
                .unwrap_or_default(),
        }),
    };
    let rows = set
        .factors
        .iter()
        .map(|factor| row(factor.to_record()).encode_to_vec())
        .collect();
    (head, rows)
}

fn engine_manifest(manifest: &v1::FactorSetManifest) -> Result<Manifest, Stop> {
    let refused = |error: accounting::Error| Stop::from(engine(&error, None));
    let day = |text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            Date::parse(text).map(Some).map_err(refused)
        }
    };
    for (what, text) in [
        ("manifest.version", &manifest.version),
        ("manifest.name_en", &manifest.name_en),
        ("manifest.name_zh", &manifest.name_zh),
        ("manifest.issuer_en", &manifest.issuer_en),
        ("manifest.issuer_zh", &manifest.issuer_zh),
        ("manifest.document", &manifest.document),
        ("manifest.licence", &manifest.licence),
    ] {
        if text.trim().is_empty() {
            return Err(Error::Missing { what }.into());
        }
    }
    let gwp_set = match manifest.gwp_set.as_str() {
        "" => None,
        text => Some(GwpSet::parse(text).map_err(refused)?),
    };
    let validity = Validity::from_parts(
        &manifest.valid_from,
        &manifest.valid_to,
        &manifest.validity_instrument,
    )
    .map_err(|(field, text)| {
        refused(accounting::Error::ManifestMalformed {
            set: manifest.id.clone(),
            field: field.to_owned(),
            text,
        })
    })?;
    Ok(Manifest {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        name_en: manifest.name_en.clone(),
        name_zh: manifest.name_zh.clone(),
        issuer_en: manifest.issuer_en.clone(),
        issuer_zh: manifest.issuer_zh.clone(),
        document: manifest.document.clone(),
        published: day(&manifest.published)?,
        retrieved: day(&manifest.retrieved)?,
        url: manifest.url.clone(),
        file_sha256: manifest.file_sha256.clone(),
        content_sm3: manifest.content_sm3.clone(),
        signature: manifest.signature.clone(),
        signer: manifest.signer.clone(),
        licence: manifest.licence.clone(),
        validity,
        gwp_set,
        supersedes: manifest.supersedes.clone(),
        citations: manifest.citations.clone(),
        note_en: manifest.note_en.clone(),
        note_zh: manifest.note_zh.clone(),
    })
}

/// The cells in the order of the engine's columns.
fn cells(row: &v1::FactorRow) -> [&str; COLUMNS.len()] {
    [
        &row.id,
        &row.activity,
        &row.name_en,
        &row.name_zh,
        &row.aliases,
        &row.form,
        &row.categories,
        &row.unit,
        &row.region,
        &row.treatment,
        &row.selection,
        &row.data_year,
        &row.published,
        &row.valid_from,
        &row.valid_to,
        &row.restriction,
        &row.instrument,
        &row.gases,
        &row.co2e,
        &row.co2e_unit,
        &row.co2e_parts,
        &row.gwp_set,
        &row.biogenic_co2,
        &row.biogenic_id,
        &row.fuel_type,
        &row.ncv,
        &row.carbon_per_heat,
        &row.carbon_content,
        &row.oxidation,
        &row.source,
        &row.quality,
        &row.note,
    ]
}

/// The other way round; missing cells stay empty.
fn row(cells: Vec<String>) -> v1::FactorRow {
    let mut cells = cells.into_iter();
    let mut next = || cells.next().unwrap_or_default();
    v1::FactorRow {
        id: next(),
        activity: next(),
        name_en: next(),
        name_zh: next(),
        aliases: next(),
        form: next(),
        categories: next(),
        unit: next(),
        region: next(),
        treatment: next(),
        selection: next(),
        data_year: next(),
        published: next(),
        valid_from: next(),
        valid_to: next(),
        restriction: next(),
        instrument: next(),
        gases: next(),
        co2e: next(),
        co2e_unit: next(),
        co2e_parts: next(),
        gwp_set: next(),
        biogenic_co2: next(),
        biogenic_id: next(),
        fuel_type: next(),
        ncv: next(),
        carbon_per_heat: next(),
        carbon_content: next(),
        oxidation: next(),
        source: next(),
        quality: next(),
        note: next(),
    }
}

/// The adopted sets in force, or those that are named, in that order.
fn choose(view: &dyn View, named: &[String]) -> Result<Vec<v1::FactorSetState>, Stop> {
    let all = state::list::<v1::FactorSetState>(view, key::FACTOR_SETS)?;
    if named.is_empty() {
        return Ok(all
            .into_iter()
            .map(|(_, set)| set)
            .filter(|set| set.superseded_by.is_empty())
            .collect());
    }
    let mut chosen: Vec<v1::FactorSetState> = Vec::new();
    for wanted in named {
        let found = all.iter().map(|(_, set)| set).find(|set| {
            let id = set
                .manifest
                .as_ref()
                .map_or("", |manifest| manifest.id.as_str());
            name(set) == *wanted || (id == wanted && set.superseded_by.is_empty())
        });
        let Some(found) = found else {
            return Err(Error::Value {
                what: "profile.factor_sets",
                value: wanted.chars().take(80).collect(),
            }
            .into());
        };
        if chosen.contains(found) {
            return Err(Error::Order {
                what: "profile.factor_sets",
            }
            .into());
        }
        chosen.push(found.clone());
    }
    Ok(chosen)
}

fn name(set: &v1::FactorSetState) -> String {
    let manifest = set.manifest.clone().unwrap_or_default();
    format!("{}@{}", manifest.id, manifest.version)
}

fn shelf(
    content: &dyn Content,
    sets: Vec<v1::FactorSetState>,
    catalogues: &Catalogues,
) -> Result<Arc<Shelf>, Stop> {
    let mut hasher = sm3::Hasher::new();
    for set in &sets {
        hasher.update(&set.encode_length_delimited_to_vec());
    }
    let digest = hasher.finalize();
    let mut remembered = catalogues
        .shelf
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some((known, shelf)) = &*remembered
        && *known == digest
    {
        return Ok(Arc::clone(shelf));
    }
    let mut parsed = Vec::with_capacity(sets.len());
    for set in &sets {
        let root = canonical::digest("rows_root", &set.rows_root)?;
        let rows = content.rows(&root)?.ok_or_else(|| Error::Unreadable {
            what: format!("rows of factor set {}", name(set)),
        })?;
        parsed.push(factor_set(
            &set.manifest.clone().unwrap_or_default(),
            &rows,
        )?);
    }
    let catalogue = Catalogue::new(parsed).map_err(|error| engine(&error, None))?;
    let shelf = Arc::new(Shelf { catalogue, sets });
    *remembered = Some((digest, Arc::clone(&shelf)));
    Ok(shelf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_sets_pass_through_the_ledger_unchanged() {
        let sets = accounting::shipped::sets().expect("shipped sets are readable");
        assert!(!sets.is_empty());
        for set in sets {
            let (head, rows) = adoption(&set);
            let manifest = head.manifest.expect("a manifest");
            assert_eq!(
                factor_set(&manifest, &rows),
                Ok(set.clone()),
                "{}",
                set.manifest.id
            );
            assert!(manifest.encoded_len() < 4000, "{}", set.manifest.id);
        }
    }

    #[test]
    fn a_validity_passes_through_the_ledger_unchanged_and_a_broken_one_is_refused() {
        let mut set = accounting::shipped::sets().expect("shipped sets").remove(0);
        set.manifest.content_sm3 = String::new();
        set.manifest.validity =
            Validity::from_parts("2025-01-01", "", "Notice 7 (2026)").expect("a validity");
        let (head, rows) = adoption(&set);
        let mut manifest = head.manifest.expect("a manifest");
        assert_eq!(factor_set(&manifest, &rows), Ok(set));
        manifest.validity_instrument = String::new();
        assert!(factor_set(&manifest, &rows).is_err());
    }
}
