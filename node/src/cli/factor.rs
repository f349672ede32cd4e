//! `hengtan factor`: emission factors that the ledger has adopted, and those that come with the binary.

mod review;
mod signature;
mod source;

use accounting::{Catalogue as Factors, FactorSet, Manifest};
use accounting::{Factor as Row, factor::Values};
use hengtan_api::v1 as api;
use hengtan_ledger::calculation;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::{rows, v1};
use i18n::Catalogue;
use prost::Message;

use crate::console::{Cell, Column, List, Progress, Record};

use super::arguments::{Factor, FactorAdopt, FactorList, FactorSearch, FactorSets, FactorShow};
use super::presentation::{time, whole_id};
use super::proposal::propose;
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, codes, explain};
pub use review::{diff, import, lint};
pub use signature::{sign, verify};

pub async fn run(command: Factor, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Factor::List(arguments) => list(arguments, session).await,
        Factor::Show(arguments) => show(arguments, session).await,
        Factor::Search(arguments) => search(arguments, session).await,
        Factor::Sets(arguments) => sets(arguments, session).await,
        Factor::Adopt(arguments) => adopt(arguments, session).await,
        Factor::Simulate(arguments) => explain::simulate::run(&arguments, session).await,
        // These need no node.
        Factor::Lint(arguments) => lint(&arguments, session.console),
        Factor::Diff(arguments) => diff(&arguments, session.console),
        Factor::Import(arguments) => import(&arguments, session.console),
        Factor::Sign(arguments) => sign(&arguments, session.console),
        Factor::Verify(arguments) => verify(&arguments, session.console),
    }
}

/// A set as it stands in the ledger, read by the engine.
pub(super) struct Adopted {
    pub(super) standing: api::Standing,
    pub(super) state: v1::FactorSetState,
    pub(super) set: FactorSet,
}

async fn records(
    in_force_only: bool,
    session: &Session<'_>,
) -> Result<Vec<api::FactorSetRecord>, Failure> {
    session::all(0, |page_size, page_token| async move {
        let request = api::FactorSetListRequest {
            page_size,
            page_token,
            in_force_only,
        };
        let answer = session
            .client()
            .factor_set_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.factor_sets, answer.next_page_token))
    })
    .await
}

/// Every set in force, with its factors.
pub(super) async fn in_force(session: &Session<'_>) -> Result<Vec<Adopted>, Failure> {
    let mut found = Vec::new();
    for record in records(true, session).await? {
        let manifest = record
            .factor_set
            .and_then(|set| set.manifest)
            .ok_or_else(|| unreadable("factor_set.manifest"))?;
        found.push(adopted(&manifest.id, &manifest.version, session).await?);
    }
    Ok(found)
}

/// One version of a set with its factors, which must be those that were adopted.
pub(super) async fn adopted(
    id: &str,
    version: &str,
    session: &Session<'_>,
) -> Result<Adopted, Failure> {
    let mut factors: Vec<Vec<u8>> = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = api::FactorSetShowRequest {
            id: id.to_owned(),
            version: version.to_owned(),
            page_size: 500,
            page_token: page_token.clone(),
        };
        let answer = session
            .client()
            .factor_set_show(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        factors.extend(answer.factors.iter().map(Message::encode_to_vec));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            let record = answer.factor_set.ok_or_else(|| unreadable("factor_set"))?;
            let state = record
                .factor_set
                .ok_or_else(|| unreadable("factor_set.state"))?;
            if rows::root_field(&factors) != state.rows_root {
                return Err(Failure::new("HT-LED-010"));
            }
            let manifest = state
                .manifest
                .as_ref()
                .ok_or_else(|| unreadable("factor_set.manifest"))?;
            let set = calculation::factor_set(manifest, &factors)?;
            return Ok(Adopted {
                standing: record.standing.unwrap_or_default(),
                state,
                set,
            });
        }
    }
}

/// The shipped set with this name or the one in this folder; else the one in force in the ledger.
pub(super) async fn set_named(name: &str, session: &Session<'_>) -> Result<FactorSet, Failure> {
    match source::named(name, session.console) {
        Err(failure) if failure.code == codes::NOT_FOUND => in_force(session)
            .await?
            .into_iter()
            .map(|adopted| adopted.set)
            .find(|set| set.manifest.id == name)
            .ok_or(failure),
        other => other,
    }
}

/// The engine's catalogue of all sets in force.
pub(super) async fn catalogue(session: &Session<'_>) -> Result<Factors, Failure> {
    Ok(Factors::new(
        in_force(session)
            .await?
            .into_iter()
            .map(|adopted| adopted.set),
    )?)
}

async fn list(arguments: FactorList, session: &Session<'_>) -> Result<Exit, Failure> {
    let category = arguments
        .category
        .map(|text| accounting::Category::parse(&text))
        .transpose()?;
    let region = arguments
        .region
        .map(|text| accounting::Region::from_name(&text))
        .transpose()?;
    let wanted = |manifest: &Manifest, factor: &Row| {
        arguments.set.as_ref().is_none_or(|set| *set == manifest.id)
            && category.is_none_or(|category| {
                factor.categories.is_empty() || factor.categories.contains(&category)
            })
            && region
                .is_none_or(|region| factor.region == region || factor.region.country() == region)
    };
    print(
        &catalogue(session).await?,
        arguments.page.limit,
        wanted,
        session,
    )
}

async fn search(arguments: FactorSearch, session: &Session<'_>) -> Result<Exit, Failure> {
    let words: Vec<String> = arguments
        .words
        .iter()
        .map(|word| word.to_lowercase())
        .collect();
    let wanted = |manifest: &Manifest, factor: &Row| {
        let (zh, en) = factor.region.names().unwrap_or_default();
        let text = [
            &manifest.id,
            &manifest.name_en,
            &manifest.name_zh,
            &factor.id,
            &factor.activity,
            &factor.name_en,
            &factor.name_zh,
            &factor.source,
            &factor.note,
        ]
        .map(String::as_str)
        .join("\n")
            + &factor.aliases.join("\n")
            + &format!(
                "\n{}\n{zh}\n{en}\n{}",
                factor.region.code(),
                factor.data_year.unwrap_or_default()
            );
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    print(
        &catalogue(session).await?,
        arguments.page.limit,
        wanted,
        session,
    )
}

fn print(
    factors: &Factors,
    limit: u64,
    wanted: impl Fn(&Manifest, &Row) -> bool,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let limit = if limit == 0 {
        usize::MAX
    } else {
        usize::try_from(limit).unwrap_or(usize::MAX)
    };
    let mut list = List::new(vec![
        Column::new("factor", catalogue.col_factor()),
        Column::new("name", catalogue.col_name()),
        Column::new("value", catalogue.col_value()),
        Column::new("unit", catalogue.col_per()),
        Column::new("region", catalogue.col_region()),
        Column::new("data_year", catalogue.col_data_year()).right(),
        Column::new("treatment", catalogue.col_treatment()),
        Column::machine("source"),
    ]);
    for (_, manifest, factor) in factors
        .factors()
        .filter(|(_, manifest, factor)| wanted(manifest, factor))
        .take(limit)
    {
        let any = factor.treatment == accounting::Treatment::Any;
        let treatment = if any {
            String::new()
        } else {
            catalogue.name("treatment", factor.treatment.code())
        };
        list.push(vec![
            format!("{}/{}", manifest.id, factor.id).into(),
            Cell::new(
                serde_json::json!({ "zh": factor.name_zh, "en": factor.name_en }),
                catalogue.either(&factor.name_zh, &factor.name_en),
            ),
            value(&factor.values),
            Cell::new(factor.unit.code(), factor.unit.symbol()),
            factor.region.code().into(),
            factor
                .data_year
                .map(u64::from)
                .map_or(Cell::new(serde_json::Value::Null, ""), Cell::from),
            Cell::new(factor.treatment.code(), treatment),
            factor.source.clone().into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// The periods that a factor is made for; open ends in words.
pub(super) fn window(text: &str, catalogue: &Catalogue) -> Cell {
    let shown = match text.split_once('/') {
        _ if text.is_empty() => catalogue.word_open(),
        Some(("..", "..")) => catalogue.word_open(),
        Some((from, "..")) => catalogue.window_from(from),
        Some(("..", to)) => catalogue.window_to(to),
        _ => text.to_owned(),
    };
    Cell::new(text, shown)
}

/// The periods that a whole set may be used for, with the document that says so; empty if nothing limits it.
fn validity(manifest: &accounting::Manifest, catalogue: &Catalogue) -> Cell {
    manifest.validity.as_ref().map_or_else(
        || "".into(),
        |validity| bounded(&validity.window(), &validity.instrument, catalogue),
    )
}

/// The same as a ledger carries it.
fn valid(from: &str, to: &str, instrument: &str, catalogue: &Catalogue) -> Cell {
    if instrument.is_empty() {
        return "".into();
    }
    let open = |day: &str| if day.is_empty() { ".." } else { day }.to_owned();
    bounded(
        &format!("{}/{}", open(from), open(to)),
        instrument,
        catalogue,
    )
}

fn bounded(dates: &str, instrument: &str, catalogue: &Catalogue) -> Cell {
    let shown = window(dates, catalogue).human().to_owned();
    Cell::new(
        serde_json::json!({ "window": dates, "instrument": instrument }),
        format!("{shown} ({instrument})"),
    )
}

/// The published numbers in one cell.
pub(super) fn value(values: &Values) -> Cell {
    match values {
        Values::Gases(rates) => {
            let shown: Vec<String> = rates
                .iter()
                .map(|rate| {
                    format!(
                        "{} {} {}",
                        rate.amount,
                        rate.unit.symbol(),
                        rate.substance.symbol()
                    )
                })
                .collect();
            let machine: Vec<serde_json::Value> = rates
                .iter()
                .map(|rate| {
                    serde_json::json!({
                        "gas": rate.substance.code(), "value": rate.amount.to_string(), "unit": rate.unit.code(),
                    })
                })
                .collect();
            Cell::new(serde_json::json!({ "gases": machine }), shown.join(" + "))
        }
        Values::Co2e {
            total,
            unit,
            gwp_set,
            parts,
        } => {
            let parts: Vec<serde_json::Value> = parts
                .iter()
                .map(|(gas, value)| serde_json::json!({ "gas": gas.code(), "co2e": value.to_string() }))
                .collect();
            let machine = serde_json::json!({
                "co2e": total.to_string(), "unit": unit.code(), "gwp_set": gwp_set.code(), "parts": parts,
            });
            Cell::new(machine, format!("{total} {} CO2e", unit.symbol()))
        }
        Values::Fuel {
            ncv,
            carbon_per_heat,
            carbon_content,
            oxidation,
        } => {
            let parts = [
                ("NCV", ncv, "GJ"),
                ("CC", carbon_per_heat, "tC/GJ"),
                ("C", carbon_content, "tC"),
                ("OF", oxidation, "%"),
            ];
            let shown: Vec<String> = parts
                .iter()
                .filter_map(|(symbol, value, unit)| {
                    value.map(|value| format!("{symbol} {value} {unit}"))
                })
                .collect();
            let text = |value: &Option<accounting::Decimal>| value.map(|value| value.to_string());
            let machine = serde_json::json!({
                "net_calorific_value_gj": text(ncv), "carbon_per_heat_tc_per_gj": text(carbon_per_heat),
                "carbon_content_tc": text(carbon_content), "oxidation_percent": text(oxidation),
            });
            Cell::new(machine, shown.join("; "))
        }
    }
}

async fn show(arguments: FactorShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let adopted = in_force(session).await?;
    let wanted = arguments.factor.as_str();
    let mut found = Vec::new();
    for set in &adopted {
        for factor in &set.set.factors {
            if factor.id == wanted || format!("{}/{}", set.set.manifest.id, factor.id) == wanted {
                found.push((set, factor));
            }
        }
    }
    let catalogue = session.console.catalogue();
    match found.as_slice() {
        [] => {
            let what = catalogue.name("what", "factor");
            Err(Failure::new(codes::NOT_FOUND)
                .with("what", what)
                .with("name", wanted))
        }
        [(set, factor)] => {
            session.console.record(&record(set, factor, catalogue))?;
            Ok(Exit::Ok)
        }
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|(set, factor)| format!("{}/{}", set.set.manifest.id, factor.id))
                .collect();
            Err(Failure::new(codes::AMBIGUOUS)
                .with("name", wanted)
                .with("candidates", names.join(", ")))
        }
    }
}

fn record(adopted: &Adopted, factor: &Row, catalogue: &Catalogue) -> Record {
    let manifest = &adopted.set.manifest;
    let day = |day: Option<accounting::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let both = |zh: &str, en: &str| {
        Cell::new(
            serde_json::json!({ "zh": zh, "en": en }),
            catalogue.either(zh, en),
        )
    };
    let categories: Vec<&str> = factor
        .categories
        .iter()
        .map(|category| category.code())
        .collect();
    let category_names: Vec<String> = categories
        .iter()
        .map(|code| catalogue.name("category", code))
        .collect();
    let region = factor
        .region
        .names()
        .map_or_else(String::new, |(zh, en)| catalogue.either(zh, en).to_owned());
    Record::new()
        .with(
            "factor",
            catalogue.col_factor(),
            format!("{}/{}", manifest.id, factor.id),
        )
        .with(
            "name",
            catalogue.col_name(),
            both(&factor.name_zh, &factor.name_en),
        )
        .with("value", catalogue.col_value(), value(&factor.values))
        .with(
            "unit",
            catalogue.col_per(),
            Cell::new(
                factor.unit.code(),
                catalogue.either(factor.unit.name_zh(), factor.unit.symbol()),
            ),
        )
        .with(
            "biogenic_co2",
            catalogue.col_biogenic(),
            factor
                .biogenic_co2
                .map(|value| value.to_string())
                .unwrap_or_default(),
        )
        .with(
            "categories",
            catalogue.col_category(),
            Cell::new(
                serde_json::json!(categories),
                category_names.join(&catalogue.help_separator_of_choices()),
            ),
        )
        .with(
            "region",
            catalogue.col_region(),
            Cell::new(
                factor.region.code(),
                format!("{} {region}", factor.region.code()),
            ),
        )
        .with(
            "treatment",
            catalogue.col_treatment(),
            super::presentation::named("treatment", factor.treatment.code(), catalogue),
        )
        .with(
            "data_year",
            catalogue.col_data_year(),
            factor
                .data_year
                .map(|year| year.to_string())
                .unwrap_or_default(),
        )
        .with(
            "window",
            catalogue.col_window(),
            window(&factor.window(), catalogue),
        )
        .with(
            "restriction",
            catalogue.col_restriction(),
            super::presentation::named("restriction", factor.restriction.code(), catalogue),
        )
        .with(
            "instrument",
            catalogue.col_instrument(),
            factor.instrument.clone(),
        )
        .with("source", catalogue.col_source(), factor.source.clone())
        .with(
            "document",
            catalogue.col_document(),
            manifest.document.clone(),
        )
        .with(
            "issuer",
            catalogue.col_issuer(),
            both(&manifest.issuer_zh, &manifest.issuer_en),
        )
        .with(
            "published",
            catalogue.col_published(),
            day(factor.published.or(manifest.published)),
        )
        .with("licence", catalogue.col_licence(), manifest.licence.clone())
        .with(
            "quality",
            catalogue.col_quality(),
            super::presentation::named("quality", factor.quality.code(), catalogue),
        )
        .with(
            "aliases",
            catalogue.col_aliases(),
            Cell::new(serde_json::json!(factor.aliases), factor.aliases.join("; ")),
        )
        .with("note", catalogue.col_note(), factor.note.clone())
        .with(
            "set",
            catalogue.col_set(),
            format!("{}@{}", manifest.id, manifest.version),
        )
        .with(
            "set_root",
            catalogue.col_set_root(),
            whole_id(&adopted.state.rows_root),
        )
        .with("index", catalogue.col_index(), adopted.standing.index)
        .with("time", catalogue.col_time(), time(adopted.standing.time_ms))
}

async fn sets(arguments: FactorSets, session: &Session<'_>) -> Result<Exit, Failure> {
    if arguments.shipped {
        return shipped(session.console);
    }
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("set", catalogue.col_set()),
        Column::new("version", catalogue.col_version()),
        Column::new("name", catalogue.col_name()),
        Column::new("factors", catalogue.col_factors()).right(),
        Column::new("validity", catalogue.col_validity()),
        Column::new("superseded_by", catalogue.col_superseded_by()),
        Column::new("index", catalogue.col_index()).right(),
    ]);
    for record in records(false, session).await? {
        let standing = record.standing.unwrap_or_default();
        let set = record.factor_set.unwrap_or_default();
        let manifest = set.manifest.unwrap_or_default();
        list.push(vec![
            manifest.id.clone().into(),
            manifest.version.clone().into(),
            Cell::new(
                serde_json::json!({ "zh": manifest.name_zh, "en": manifest.name_en }),
                catalogue.either(&manifest.name_zh, &manifest.name_en),
            ),
            u64::from(set.row_count).into(),
            valid(
                &manifest.valid_from,
                &manifest.valid_to,
                &manifest.validity_instrument,
                catalogue,
            ),
            set.superseded_by.clone().into(),
            standing.index.into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// The sets that come with this binary; needs no node.
pub fn shipped(console: &crate::console::Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("set", catalogue.col_set()),
        Column::new("version", catalogue.col_version()),
        Column::new("name", catalogue.col_name()),
        Column::new("factors", catalogue.col_factors()).right(),
        Column::new("validity", catalogue.col_validity()),
        Column::new("licence", catalogue.col_licence()),
        Column::machine("document"),
    ]);
    for set in accounting::shipped::sets()? {
        let manifest = &set.manifest;
        list.push(vec![
            manifest.id.clone().into(),
            manifest.version.clone().into(),
            Cell::new(
                serde_json::json!({ "zh": manifest.name_zh, "en": manifest.name_en }),
                catalogue.either(&manifest.name_zh, &manifest.name_en),
            ),
            set.factors.len().into(),
            validity(manifest, catalogue),
            manifest.licence.clone().into(),
            manifest.document.clone().into(),
        ]);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

async fn adopt(arguments: FactorAdopt, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let shipped = accounting::shipped::sets()?;
    let known = records(false, session).await?;
    let has = |set: &FactorSet| {
        known
            .iter()
            .filter_map(|record| record.factor_set.as_ref()?.manifest.as_ref())
            .any(|manifest| {
                manifest.id == set.manifest.id && manifest.version == set.manifest.version
            })
    };
    let mut own = Vec::new();
    for name in &arguments.sets {
        let set = source::named(name, session.console)?;
        // A signature that is there must be right; whom to believe is for who adopts.
        if !set.manifest.signature.is_empty() {
            let signed = signature::verified(std::path::Path::new(name), session.console)?;
            session
                .console
                .say(&catalogue.talk_set_signed(set.manifest.id.as_str(), signed.name()));
        }
        own.push(set);
    }
    let chosen: Vec<&FactorSet> = if arguments.all {
        shipped.iter().filter(|set| !has(set)).collect()
    } else {
        own.iter().collect()
    };
    if chosen.is_empty() {
        session.console.say(&catalogue.done_nothing_to_adopt());
        return Ok(Exit::Ok);
    }
    if let Some(reason) = arguments.reason.as_ref().filter(|_| arguments.propose) {
        for set in chosen {
            let (head, rows) = calculation::adoption(set);
            let command = Command::new("factor_set.adopt", &head, rows);
            let _ = propose(command, reason, arguments.days, session).await?;
        }
        return Ok(Exit::Ok);
    }
    let answers = adopt_sets(&chosen, session).await?;
    let mut list = List::new(vec![
        Column::new("set", catalogue.col_set()),
        Column::new("version", catalogue.col_version()),
        Column::new("factors", catalogue.col_factors()).right(),
        Column::new("index", catalogue.col_index()).right(),
    ]);
    for (set, answer) in chosen.iter().zip(&answers) {
        let index = answer
            .outcome
            .as_ref()
            .map(|outcome| outcome.index)
            .unwrap_or_default();
        list.push(vec![
            set.manifest.id.clone().into(),
            set.manifest.version.clone().into(),
            set.factors.len().into(),
            index.into(),
        ]);
    }
    session
        .console
        .say(&catalogue.done_sets_adopted(answers.len().to_string()));
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// Records the adoption of sets, one envelope each.
pub(super) async fn adopt_sets(
    sets: &[&FactorSet],
    session: &Session<'_>,
) -> Result<Vec<api::SubmitResponse>, Failure> {
    let identity = session.identity(&[v1::Role::Governance])?;
    let label = session.console.catalogue().progress_adopting();
    let progress = Progress::new(
        session.console,
        &label,
        u64::try_from(sets.len()).unwrap_or(u64::MAX),
    );
    let mut answers = Vec::new();
    for (position, set) in sets.iter().enumerate() {
        let (head, rows) = calculation::adoption(set);
        answers.push(
            session
                .submit(&identity, Command::new("factor_set.adopt", &head, rows))
                .await?,
        );
        progress.set(u64::try_from(position + 1).unwrap_or(u64::MAX));
    }
    progress.finish();
    Ok(answers)
}
