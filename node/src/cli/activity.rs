//! `hengtan activity`: recorded activity data, and its corrections.

mod import;

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::{rows, v1};
use i18n::Catalogue;

use crate::console::{Cell, Column, List, Record, grouped, tonnes};

use super::arguments::{
    Activity, ActivityList, ActivityReplace, ActivityReview, ActivityShow, ActivitySubmit,
    ActivityVoid, Profile, RoundingRule,
};
use super::presentation::{ID_DIGITS, named, period, short_id, status_word, time, whole_id};
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, codes};

pub(super) use import::{dry_run, import_file};

pub async fn run(command: Activity, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Activity::Import(arguments) => import::run(arguments, session).await,
        Activity::List(arguments) if arguments.imports => list_imports(&arguments, session).await,
        Activity::List(arguments) => list(arguments, session).await,
        Activity::Show(arguments) => show(arguments, session).await,
        Activity::Submit(arguments) => submit(arguments, session).await,
        Activity::Review(arguments) => review(arguments, session).await,
        Activity::Replace(arguments) => replace(arguments, session).await,
        Activity::Void(arguments) => void(arguments, session).await,
    }
}

/// Address of a row: the import, and the number in it from 0.
pub(super) struct Address {
    pub(super) import: v1::ImportState,
    pub(super) number: u64,
}

pub(super) async fn imports(
    limit: u64,
    session: &Session<'_>,
) -> Result<Vec<api::ImportRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::ImportListRequest {
            page_size,
            page_token,
            organisation: String::new(),
        };
        let answer = session
            .client()
            .import_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.imports, answer.next_page_token))
    })
    .await
}

/// The import whose id begins with `text`.
pub(super) async fn find_import(
    text: &str,
    session: &Session<'_>,
) -> Result<v1::ImportState, Failure> {
    let wanted = text.to_lowercase();
    let all = imports(0, session).await?;
    let states = all.into_iter().filter_map(|record| record.import);
    let mut found: Vec<v1::ImportState> = states
        .filter(|import| hex::encode(&import.import_id).starts_with(&wanted))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let what = session.console.catalogue().name("what", "import");
            Err(Failure::new(codes::NOT_FOUND)
                .with("what", what)
                .with("name", text))
        }
        _ => {
            let candidates: Vec<String> = found
                .iter()
                .map(|import| {
                    hex::encode(&import.import_id)
                        .chars()
                        .take(ID_DIGITS)
                        .collect()
                })
                .collect();
            Err(Failure::new(codes::AMBIGUOUS)
                .with("name", text)
                .with("candidates", candidates.join(", ")))
        }
    }
}

/// Reads `IMPORT:NUMBER`; people count rows from 1.
pub(super) async fn find_row(text: &str, session: &Session<'_>) -> Result<Address, Failure> {
    let unknown = || {
        let what = session.console.catalogue().name("what", "row");
        Failure::new(codes::NOT_FOUND)
            .with("what", what)
            .with("name", text)
    };
    let (import, number) = text.split_once([':', '：']).ok_or_else(unknown)?;
    let number: u64 = number
        .trim()
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(unknown)?;
    let import = find_import(import, session).await?;
    if number > import.rows_recorded {
        return Err(unknown());
    }
    Ok(Address {
        import,
        number: number - 1,
    })
}

/// A row's address as people type it.
pub(super) fn address(import_id: &[u8], number: u64) -> Cell {
    let digits = hex::encode(import_id);
    let short: String = digits.chars().take(ID_DIGITS).collect();
    Cell::new(
        format!("{digits}:{}", number + 1),
        format!("{short}:{}", number + 1),
    )
}

impl Profile {
    /// The profile as the ledger takes it; the engine must know its codes.
    pub(super) fn to_message(&self) -> Result<v1::CalculationProfile, Failure> {
        let gwp_set = accounting::GwpSet::parse(&self.gwp)?;
        Ok(v1::CalculationProfile {
            gwp_set: gwp_set.code().to_owned(),
            rounding: self.rounding.code().to_owned(),
            factor_sets: self.factor_set.clone(),
        })
    }

    /// The profile as the engine takes it.
    pub(super) fn to_engine(&self) -> Result<accounting::Profile, Failure> {
        Ok(accounting::Profile {
            gwp_set: accounting::GwpSet::parse(&self.gwp)?,
            rounding: accounting::RoundingProfile::from_code(self.rounding.code())?,
        })
    }
}

impl RoundingRule {
    pub(super) fn code(self) -> &'static str {
        match self {
            RoundingRule::Unrounded => "unrounded",
            RoundingRule::MeeGuideline => "mee_guideline",
        }
    }
}

/// Unit of a row for people.
pub(super) fn unit_name(code: &str, catalogue: &Catalogue) -> String {
    match accounting::Unit::parse(code) {
        Ok(unit) => catalogue.either(unit.name_zh(), unit.symbol()).to_owned(),
        Err(_) => code.to_owned(),
    }
}

fn co2e(emissions: Option<&v1::Emissions>) -> String {
    emissions
        .map(|emissions| emissions.co2e.clone())
        .unwrap_or_default()
}

async fn list(arguments: ActivityList, session: &Session<'_>) -> Result<Exit, Failure> {
    let import = match &arguments.import {
        Some(text) => Some(find_import(text, session).await?),
        None => None,
    };
    let category = match &arguments.category {
        Some(text) => accounting::Category::parse(text)?.code().to_owned(),
        None => String::new(),
    };
    let day = |text: &Option<String>, last: bool| -> Result<String, Failure> {
        let Some(text) = text else {
            return Ok(String::new());
        };
        let (start, end) = super::period::parse(text)?;
        Ok(if last { end } else { start })
    };
    let from = day(&arguments.from, false)?;
    let to = day(&arguments.to, true)?;
    let facility = arguments.facility.clone().unwrap_or_default();
    let (organisation, import_id) = import
        .map(|import| (import.organisation, import.import_id))
        .unwrap_or_default();
    let template = api::ActivityListRequest {
        organisation,
        import_id,
        facility,
        category,
        from,
        to,
        ..Default::default()
    };
    let template = &template;
    let activities = session::all(arguments.page.limit, |page_size, page_token| async move {
        let request = api::ActivityListRequest {
            page_size,
            page_token,
            ..template.clone()
        };
        let answer = session
            .client()
            .activity_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.activities, answer.next_page_token))
    })
    .await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("row", catalogue.col_row()),
        Column::new("facility", catalogue.col_facility()),
        Column::new("period", catalogue.col_period()),
        Column::new("category", catalogue.col_category()),
        Column::new("activity", catalogue.col_activity()),
        Column::new("quantity", catalogue.col_quantity()).right(),
        Column::new("unit", catalogue.col_unit()),
        Column::new("location_kg_co2e", catalogue.col_location_t()).right(),
        Column::new("market_kg_co2e", catalogue.col_market_t()).right(),
        Column::new("status", catalogue.col_state()),
        Column::machine("scope"),
        Column::machine("biogenic_co2_kg"),
        Column::machine("factors"),
        Column::machine("flags"),
        Column::machine("index"),
    ]);
    for record in activities {
        list.push(cells(&record, catalogue));
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

fn cells(record: &api::ActivityRecord, catalogue: &Catalogue) -> Vec<Cell> {
    let row = record.row.clone().unwrap_or_default();
    let result = record.result.clone().unwrap_or_default();
    let location = co2e(result.location.as_ref());
    let market = result
        .market
        .as_ref()
        .map_or_else(|| location.clone(), |market| market.co2e.clone());
    let factors: Vec<String> = result
        .factors
        .iter()
        .map(|used| format!("{}@{}/{}", used.set, used.version, used.factor))
        .collect();
    vec![
        address(&record.import_id, record.number),
        row.facility.clone().into(),
        period(&row.period_start, &row.period_end),
        named("category", &row.category, catalogue),
        row.activity.clone().into(),
        Cell::new(row.quantity.clone(), grouped(&row.quantity, 6)),
        Cell::new(row.unit.clone(), unit_name(&row.unit, catalogue)),
        Cell::new(location.clone(), tonnes(&location)),
        Cell::new(market.clone(), tonnes(&market)),
        status(record, catalogue),
        row.scope.into(),
        result.biogenic_co2.clone().into(),
        serde_json::json!(factors).into(),
        serde_json::json!(result.flags).into(),
        record.index.into(),
    ]
}

fn status(record: &api::ActivityRecord, catalogue: &Catalogue) -> Cell {
    let code = match &record.change {
        Some(change) if change.rows_root.is_empty() => "row_voided",
        Some(_) => "row_replaced",
        None => status_word(record.status()),
    };
    named("import-status", code, catalogue)
}

async fn list_imports(arguments: &ActivityList, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("import", catalogue.col_import()),
        Column::new("source_name", catalogue.col_file()),
        Column::new("period", catalogue.col_period()),
        Column::new("rows", catalogue.col_rows()).right(),
        Column::new("rows_voided", catalogue.col_rows_voided()).right(),
        Column::new("changes", catalogue.col_changes()).right(),
        Column::new("status", catalogue.col_state()),
        Column::new("restates", catalogue.col_restates()),
        Column::new("time", catalogue.col_time()),
        Column::machine("organisation"),
    ]);
    for record in imports(arguments.page.limit, session).await? {
        let standing = record.standing.unwrap_or_default();
        let import = record.import.unwrap_or_default();
        let word = status_word(import.status());
        list.push(vec![
            short_id(&import.import_id),
            import.source_name.clone().into(),
            period(&import.period_start, &import.period_end),
            import.rows_recorded.into(),
            import.rows_voided.into(),
            import.changes.into(),
            named("import-status", word, catalogue),
            import.restates.clone().into(),
            time(standing.time_ms),
            import.organisation.clone().into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// One row as it stands now.
pub(super) async fn row(
    address: &Address,
    session: &Session<'_>,
) -> Result<api::ActivityShowResponse, Failure> {
    let request = api::ActivityShowRequest {
        organisation: address.import.organisation.clone(),
        import_id: address.import.import_id.clone(),
        number: address.number,
    };
    let answer = session
        .client()
        .activity_show(request)
        .await
        .map_err(|status| session.failed(status))?;
    Ok(answer.into_inner())
}

async fn show(arguments: ActivityShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let found = find_row(&arguments.row, session).await?;
    let record = row(&found, session)
        .await?
        .activity
        .ok_or_else(|| unreadable("activity"))?;
    let catalogue = session.console.catalogue();
    let row = record.row.clone().unwrap_or_default();
    let result = record.result.clone().unwrap_or_default();
    let location = co2e(result.location.as_ref());
    let market = result
        .market
        .as_ref()
        .map_or_else(|| location.clone(), |market| market.co2e.clone());
    let parameters: Vec<String> = row
        .parameters
        .iter()
        .map(|parameter| {
            let obtained = catalogue.name("obtained", obtained_word(parameter.obtained()));
            let kind = catalogue.name("parameter", &parameter.kind);
            catalogue.phrase_parameter(
                kind.as_str(),
                parameter.value.as_str(),
                parameter.unit.as_str(),
                obtained.as_str(),
            )
        })
        .collect();
    let factors: Vec<String> = result
        .factors
        .iter()
        .map(|used| format!("{}@{}/{}", used.set, used.version, used.factor))
        .collect();
    let flags: Vec<String> = result
        .flags
        .iter()
        .map(|flag| catalogue.name("flag", flag))
        .collect();
    let reason = record
        .change
        .as_ref()
        .map(|change| change.reason.clone())
        .unwrap_or_default();
    let shown = Record::new()
        .with(
            "row",
            catalogue.col_row(),
            address(&record.import_id, record.number),
        )
        .with(
            "reference",
            catalogue.col_reference(),
            row.reference.clone(),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            record.organisation.clone(),
        )
        .with("facility", catalogue.col_facility(), row.facility.clone())
        .with("region", catalogue.col_region(), row.region.clone())
        .with(
            "period",
            catalogue.col_period(),
            period(&row.period_start, &row.period_end),
        )
        .with(
            "scope",
            catalogue.col_scope(),
            named("scope", &row.scope.to_string(), catalogue),
        )
        .with(
            "category",
            catalogue.col_category(),
            named("category", &row.category, catalogue),
        )
        .with("activity", catalogue.col_activity(), row.activity.clone())
        .with(
            "quantity",
            catalogue.col_quantity(),
            Cell::new(
                row.quantity.clone(),
                format!(
                    "{} {}",
                    grouped(&row.quantity, 12),
                    unit_name(&row.unit, catalogue)
                ),
            ),
        )
        .with("unit", "", row.unit.clone())
        .with(
            "parameters",
            catalogue.col_parameters(),
            Cell::new(serde_json::json!(parameters), parameters.join("\n")),
        )
        .with(
            "factor_hint",
            catalogue.col_factor_hint(),
            row.factor_hint.clone(),
        )
        .with("source", catalogue.col_data_source(), row.source.clone())
        .with("recorder", catalogue.col_recorder(), row.recorder.clone())
        .with("note", catalogue.col_note(), row.note.clone())
        .with("sheet", catalogue.col_sheet(), row.sheet.clone())
        .with("line", catalogue.col_line(), u64::from(row.line))
        .with(
            "location_kg_co2e",
            catalogue.col_location(),
            Cell::new(location.clone(), format!("{} t CO2e", tonnes(&location))),
        )
        .with(
            "market_kg_co2e",
            catalogue.col_market(),
            Cell::new(market.clone(), format!("{} t CO2e", tonnes(&market))),
        )
        .with("biogenic_co2_kg", "", result.biogenic_co2.clone())
        .with(
            "factors",
            catalogue.col_factor(),
            Cell::new(serde_json::json!(factors), factors.join("\n")),
        )
        .with(
            "flags",
            catalogue.col_flags(),
            Cell::new(serde_json::json!(result.flags), flags.join("\n")),
        )
        .with("status", catalogue.col_state(), status(&record, catalogue))
        .with("reason", catalogue.col_reason(), reason)
        .with(
            "signer",
            catalogue.col_signer(),
            Cell::new(
                record.member.clone(),
                format!("{}/{}", record.organisation, record.member),
            ),
        )
        .with(
            "signer_key_id",
            catalogue.col_key(),
            whole_id(&record.sender),
        )
        .with("index", catalogue.col_index(), record.index)
        .with("time", catalogue.col_time(), time(record.time_ms));
    session.console.record(&shown)?;
    Ok(Exit::Ok)
}

fn obtained_word(obtained: v1::Obtained) -> &'static str {
    match obtained {
        v1::Obtained::Unspecified | v1::Obtained::Measured => "measured",
        v1::Obtained::Default => "default",
        v1::Obtained::Calculated => "calculated",
    }
}

/// Row tree over the rows' roots of every part, in order of their first row.
async fn import_root(import: &v1::ImportState, session: &Session<'_>) -> Result<Vec<u8>, Failure> {
    let request = api::ImportShowRequest {
        organisation: import.organisation.clone(),
        import_id: import.import_id.clone(),
    };
    let answer = session
        .client()
        .import_show(request)
        .await
        .map_err(|status| session.failed(status))?
        .into_inner();
    let mut parts = answer.parts;
    parts.sort_by_key(|part| part.first);
    let roots: Vec<Vec<u8>> = parts.into_iter().map(|part| part.rows_root).collect();
    Ok(rows::root_field(&roots))
}

/// Records `activity.submit` for an import.
pub(super) async fn submit_import(
    import: &v1::ImportState,
    session: &Session<'_>,
) -> Result<api::SubmitResponse, Failure> {
    let root = import_root(import, session).await?;
    let head = v1::ActivitySubmit {
        import_id: import.import_id.clone(),
        count: import.rows_recorded,
        root,
        statement: String::new(),
    };
    let identity = session.identity(&[v1::Role::Business])?;
    session
        .submit(
            &identity,
            Command::new("activity.submit", &head, Vec::new()),
        )
        .await
}

async fn submit(arguments: ActivitySubmit, session: &Session<'_>) -> Result<Exit, Failure> {
    let import = find_import(&arguments.import, session).await?;
    let answer = submit_import(&import, session).await?;
    let catalogue = session.console.catalogue();
    session.console.say(&submitted_text(&answer, catalogue));
    session.recorded(&answer)
}

/// Whether the rows count now, or wait for a review.
pub(super) fn submitted_text(answer: &api::SubmitResponse, catalogue: &Catalogue) -> String {
    let head = answer
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.head.as_ref());
    match head {
        Some(v1::outcome::Head::Submitted(head))
            if head.status() == v1::ImportStatus::Submitted =>
        {
            catalogue.done_awaits_review(head.count.to_string())
        }
        Some(v1::outcome::Head::Submitted(head)) => {
            catalogue.done_submitted(head.count.to_string())
        }
        _ => String::new(),
    }
}

async fn review(arguments: ActivityReview, session: &Session<'_>) -> Result<Exit, Failure> {
    let import = find_import(&arguments.import, session).await?;
    let authors = import.authors.clone();
    let head = v1::ActivityReview {
        import_id: import.import_id,
        root: import.root,
        changes: import.changes,
        statement: arguments.statement.unwrap_or_default(),
    };
    // Whoever recorded the rows cannot review them: take an identity that did not.
    let foreign = session.identity_where(&[v1::Role::Business], |key| {
        let key_id = key.key_id();
        !authors
            .iter()
            .any(|author| author.as_slice() == key_id.as_bytes().as_slice())
    });
    let identity = match foreign {
        Ok(identity) => identity,
        Err(_) => session.identity(&[v1::Role::Business])?,
    };
    let answer = session
        .submit(
            &identity,
            Command::new("activity.review", &head, Vec::new()),
        )
        .await?;
    session.console.say(
        &session
            .console
            .catalogue()
            .done_reviewed(identity.member.as_str()),
    );
    session.recorded(&answer)
}

async fn replace(arguments: ActivityReplace, session: &Session<'_>) -> Result<Exit, Failure> {
    let address = find_row(&arguments.row, session).await?;
    let new = import::single_row(&arguments.with, &arguments.profile, session).await?;
    let head = v1::ActivityReplace {
        import_id: address.import.import_id,
        numbers: vec![address.number],
        reason: arguments.reason,
        profile: Some(arguments.profile.to_message()?),
    };
    let identity = session.identity(&[v1::Role::Business])?;
    let answer = session
        .submit(
            &identity,
            Command::new("activity.replace", &head, vec![new]),
        )
        .await?;
    session.console.say(
        &session
            .console
            .catalogue()
            .done_replaced(arguments.row.as_str()),
    );
    session.recorded(&answer)
}

async fn void(arguments: ActivityVoid, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let mut import_id: Option<Vec<u8>> = None;
    let mut numbers = Vec::new();
    for text in &arguments.rows {
        let (found, number) = if text.contains([':', '：']) {
            let address = find_row(text, session).await?;
            (address.import.import_id, Some(address.number))
        } else {
            (find_import(text, session).await?.import_id, None)
        };
        // One envelope corrects one import, wholly or in rows.
        let other = import_id.as_ref().is_some_and(|known| *known != found);
        if other || (number.is_none() && arguments.rows.len() > 1) {
            return Err(Failure::new(codes::VALUE_INVALID)
                .with("argument", catalogue.value_row())
                .with("value", text));
        }
        import_id = Some(found);
        numbers.extend(number);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let head = v1::ActivityVoid {
        import_id: import_id.unwrap_or_default(),
        numbers,
        reason: arguments.reason,
    };
    let what = arguments.rows.join(", ");
    session.confirm(&catalogue.ask_void(what.as_str()))?;
    let identity = session.identity(&[v1::Role::Business])?;
    let answer = session
        .submit(&identity, Command::new("activity.void", &head, Vec::new()))
        .await?;
    session.console.say(&catalogue.done_voided(what.as_str()));
    session.recorded(&answer)
}
