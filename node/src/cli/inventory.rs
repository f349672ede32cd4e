//! `hengtan inventory`: GHG inventories, closed and restated.

use std::path::PathBuf;

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;
use i18n::Catalogue;
use prost::Message;
use serde_json::{Value, json};

use crate::console::{Cell, Column, List, Record, kilograms, percentage, tonnes};

use super::arguments::{
    Boundary, Cause, Inventory, InventoryClose, InventoryRestate, InventoryShow, InventoryTable,
    Page,
};
use super::presentation::{display_name, named, new_display_name, period, time, whole_id};
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, activity, codes, receipt};

pub async fn run(command: Inventory, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Inventory::Close(arguments) => close(arguments, session).await,
        Inventory::Show(arguments) => show(arguments, session).await,
        Inventory::List(page) => list(page, session).await,
        Inventory::Restate(arguments) => restate(arguments, session).await,
    }
}

pub(super) async fn inventories(
    limit: u64,
    session: &Session<'_>,
) -> Result<Vec<api::InventoryRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::InventoryListRequest {
            page_size,
            page_token,
            organisation: String::new(),
        };
        let answer = session
            .client()
            .inventory_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.inventories, answer.next_page_token))
    })
    .await
}

/// The inventory with this name (`organisation/name` for another organisation's), or the newest.
pub(super) async fn find(
    name: Option<&str>,
    session: &Session<'_>,
) -> Result<(api::Standing, v1::Inventory), Failure> {
    let catalogue = session.console.catalogue();
    let not_found = |name: &str| {
        Failure::new(codes::NOT_FOUND)
            .with("what", catalogue.name("what", "inventory"))
            .with("name", name)
    };
    let all = inventories(0, session).await?;
    let mut found = all
        .into_iter()
        .filter_map(|record| Some((record.standing.unwrap_or_default(), record.inventory?)));
    match name {
        None => found
            .max_by_key(|(standing, _)| standing.index)
            .ok_or_else(|| not_found(&catalogue.word_newest())),
        Some(text) => {
            let own = session.organisation().unwrap_or_default();
            let (organisation, name) = text.split_once('/').unwrap_or((own.as_str(), text));
            found
                .find(|(_, inventory)| {
                    inventory.name == name
                        && (organisation.is_empty() || inventory.organisation == organisation)
                })
                .ok_or_else(|| not_found(text))
        }
    }
}

async fn close(arguments: InventoryClose, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let (period_start, period_end) = super::period::parse(&arguments.period)?;
    let name = arguments
        .name
        .clone()
        .unwrap_or_else(|| default_name(&arguments.period));
    session.confirm_on_terminal(&catalogue.ask_close(
        name.as_str(),
        period_start.as_str(),
        period_end.as_str(),
    ))?;
    let answer = close_inventory(
        &name,
        new_display_name(arguments.name_zh.clone(), arguments.name_en.clone()),
        (period_start, period_end),
        &arguments,
        session,
    )
    .await?;
    closed(&name, arguments.receipt, &answer, session).await
}

/// Records `inventory.close`.
pub(super) async fn close_inventory(
    name: &str,
    display_name: Option<v1::DisplayName>,
    (period_start, period_end): (String, String),
    arguments: &InventoryClose,
    session: &Session<'_>,
) -> Result<api::SubmitResponse, Failure> {
    let mut facilities = arguments.facility.clone();
    facilities.sort();
    facilities.dedup();
    let head = v1::InventoryClose {
        name: name.to_owned(),
        display_name: Some(display_name.unwrap_or_else(|| v1::DisplayName {
            zh: String::new(),
            en: name.to_owned(),
        })),
        period_start,
        period_end,
        facilities,
        profile: Some(arguments.profile.to_message()?),
        consolidation: arguments.boundary.code().to_owned(),
        statement: String::new(),
    };
    let identity = session.identity(&[v1::Role::Business])?;
    session
        .submit(
            &identity,
            Command::new("inventory.close", &head, Vec::new()),
        )
        .await
}

/// `inventory-2025`, `inventory-2025-03`, `inventory-2025-01-01-2025-06-30`: the longest has 31 characters.
fn default_name(period: &str) -> String {
    format!("inv-{}", period.replace('/', "-"))
        .chars()
        .take(32)
        .collect()
}

/// Writes the receipt of a closing and shows the inventory.
async fn closed(
    name: &str,
    receipt_file: Option<PathBuf>,
    answer: &api::SubmitResponse,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let path =
        receipt_file.unwrap_or_else(|| PathBuf::from(format!("receipt-inventory-{name}.json")));
    let receipt = receipt::of_inventory(name, answer, session).await?;
    receipt::write(&receipt, &path)?;
    session
        .console
        .say(&catalogue.done_receipt_written(path.display().to_string()));
    let (standing, inventory) = find(Some(name), session).await?;
    print(&standing, &inventory, &[], session)
}

impl Boundary {
    fn code(self) -> &'static str {
        match self {
            Boundary::OperationalControl => "operational_control",
            Boundary::FinancialControl => "financial_control",
            Boundary::EquityShare => "equity_share",
        }
    }
}

impl Cause {
    fn code(self) -> &'static str {
        match self {
            Cause::ErrorCorrection => "error_correction",
            Cause::FactorUpdate => "factor_update",
            Cause::BoundaryChange => "boundary_change",
            Cause::MethodChange => "method_change",
            Cause::BetterData => "better_data",
        }
    }
}

async fn restate(arguments: InventoryRestate, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let (_, inventory) = find(Some(&arguments.inventory), session).await?;
    let mut imports = Vec::new();
    for text in &arguments.add {
        imports.push(activity::find_import(text, session).await?.import_id);
    }
    imports.sort();
    imports.dedup();
    let mut rows = Vec::new();
    for text in &arguments.void {
        let address = activity::find_row(text, session).await?;
        rows.push(v1::RestateRow {
            reason: arguments.reason.clone(),
            import_id: address.import.import_id,
            number: address.number,
            change: Some(v1::restate_row::Change::Void(v1::RowVoid {})),
        });
    }
    rows.sort_by(|left, right| {
        (&left.import_id, left.number).cmp(&(&right.import_id, right.number))
    });
    let head = v1::InventoryRestate {
        name: inventory.name.clone(),
        supersedes: inventory.closed_index,
        cause: arguments.cause.code().to_owned(),
        reason: arguments.reason,
        profile: Some(arguments.profile.to_message()?),
        imports,
    };
    session.confirm_on_terminal(&catalogue.ask_restate(inventory.name.as_str()))?;
    let identity = session.identity(&[v1::Role::Business])?;
    let rows = rows.iter().map(Message::encode_to_vec).collect();
    let answer = session
        .submit(&identity, Command::new("inventory.restate", &head, rows))
        .await?;
    closed(&inventory.name, arguments.receipt, &answer, session).await
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("name", catalogue.col_name()),
        Column::new("display_name", catalogue.col_display_name()),
        Column::new("period", catalogue.col_period()),
        Column::new("location_kg_co2e", catalogue.col_location_t()).right(),
        Column::new("market_kg_co2e", catalogue.col_market_t()).right(),
        Column::new("rows", catalogue.col_rows()).right(),
        Column::new("version", catalogue.col_version()).right(),
        Column::new("index", catalogue.col_index()).right(),
        Column::new("time", catalogue.col_time()),
    ]);
    for record in inventories(page.limit, session).await? {
        let standing = record.standing.unwrap_or_default();
        let inventory = record.inventory.unwrap_or_default();
        let total = inventory
            .totals
            .clone()
            .unwrap_or_default()
            .total
            .unwrap_or_default();
        list.push(vec![
            inventory.organisation.clone().into(),
            inventory.name.clone().into(),
            display_name(inventory.display_name.as_ref(), catalogue),
            period(&inventory.period_start, &inventory.period_end),
            Cell::new(total.location.clone(), tonnes(&total.location)),
            Cell::new(total.market.clone(), tonnes(&total.market)),
            u64::from(inventory.result_count).into(),
            standing.version.into(),
            inventory.closed_index.into(),
            time(standing.time_ms),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

async fn show(arguments: InventoryShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let (standing, inventory) = find(arguments.inventory.as_deref(), session).await?;
    print(&standing, &inventory, &arguments.by, session)
}

/// Shows an inventory; `by` chooses tables, none chooses all.
pub(super) fn print(
    standing: &api::Standing,
    inventory: &v1::Inventory,
    by: &[InventoryTable],
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let console = session.console;
    let catalogue = console.catalogue();
    let totals = inventory
        .totals
        .clone()
        .ok_or_else(|| unreadable("inventory.totals"))?;
    let all = [
        InventoryTable::Scope,
        InventoryTable::Category,
        InventoryTable::Gas,
        InventoryTable::Month,
    ];
    let by = if by.is_empty() { &all[..] } else { by };
    let tables: Vec<(&'static str, String, List)> = by
        .iter()
        .map(|table| match table {
            InventoryTable::Scope => (
                "scopes",
                catalogue.title_by_scope(),
                by_scope(&totals, catalogue),
            ),
            InventoryTable::Category => (
                "categories",
                catalogue.title_by_category(),
                by_category(&totals, catalogue),
            ),
            InventoryTable::Gas => (
                "gases",
                catalogue.title_by_gas(),
                by_gas(&totals, catalogue),
            ),
            InventoryTable::Month => (
                "months",
                catalogue.title_by_month(),
                by_month(&totals, catalogue),
            ),
        })
        .collect();
    let head = head(standing, inventory, &totals, catalogue);
    let mut machine = head.machine();
    if let Value::Object(fields) = &mut machine {
        for (key, _, list) in &tables {
            fields.insert((*key).to_owned(), list.machine());
        }
        let flags: Vec<Value> = totals
            .flags
            .iter()
            .map(|flag| json!({ "flag": flag.flag, "rows": flag.rows }))
            .collect();
        fields.insert("flags".to_owned(), Value::Array(flags));
    }
    if let (crate::console::OutputForm::Csv, [(_, _, list)]) = (console.form(), tables.as_slice()) {
        // One table is a table for a spreadsheet, too.
        console.list(list)?;
        return Ok(Exit::Ok);
    }
    console.document(&machine, || {
        let style = console.style();
        let mut text = head.text(style, console.width());
        for (_, title, list) in &tables {
            text.push_str(&format!(
                "\n\n{}\n{}",
                style.heading(title),
                list.table(style)
            ));
        }
        if !totals.flags.is_empty() {
            text.push_str(&format!("\n\n{}", style.heading(&catalogue.title_notes())));
            for flag in &totals.flags {
                let line = catalogue
                    .inventory_flag(catalogue.name("flag", &flag.flag), flag.rows.to_string());
                let mut lines =
                    crate::console::wrap(&line, console.width().saturating_sub(2)).into_iter();
                text.push_str(&format!("\n- {}", lines.next().unwrap_or_default()));
                lines.for_each(|line| text.push_str(&format!("\n  {line}")));
            }
        }
        text.push_str(&format!(
            "\n\n{}",
            crate::console::wrap(&catalogue.inventory_rounding_note(), console.width()).join("\n")
        ));
        text
    })?;
    Ok(Exit::Ok)
}

fn head(
    standing: &api::Standing,
    inventory: &v1::Inventory,
    totals: &v1::Totals,
    catalogue: &Catalogue,
) -> Record {
    let total = totals.total.clone().unwrap_or_default();
    let profile = inventory.profile.clone().unwrap_or_default();
    let amount = |kg: &str, unit: &str| Cell::new(kg, format!("{} {unit}", tonnes(kg)));
    let outside = |kg: &str, unit: &str| {
        if kg == "0" || kg.is_empty() {
            Cell::new(kg, "")
        } else {
            amount(kg, unit)
        }
    };
    Record::new()
        .with(
            "organisation",
            catalogue.col_organisation(),
            inventory.organisation.clone(),
        )
        .with("name", catalogue.col_inventory(), inventory.name.clone())
        .with(
            "display_name",
            catalogue.col_display_name(),
            display_name(inventory.display_name.as_ref(), catalogue),
        )
        .with(
            "period",
            catalogue.col_period(),
            period(&inventory.period_start, &inventory.period_end),
        )
        .with(
            "facilities",
            catalogue.col_facility(),
            Cell::new(
                json!(inventory.facilities),
                if inventory.facilities.is_empty() {
                    catalogue.word_whole_organisation()
                } else {
                    inventory.facilities.join(", ")
                },
            ),
        )
        .with(
            "consolidation",
            catalogue.col_consolidation(),
            named("consolidation", &inventory.consolidation, catalogue),
        )
        .with(
            "gwp_set",
            catalogue.col_gwp(),
            Cell::new(profile.gwp_set.clone(), gwp_name(&profile.gwp_set)),
        )
        .with(
            "rounding",
            catalogue.col_rounding(),
            named("rounding", &profile.rounding, catalogue),
        )
        .with(
            "location_kg_co2e",
            catalogue.col_total_location(),
            amount(&total.location, "t CO2e"),
        )
        .with(
            "market_kg_co2e",
            catalogue.col_total_market(),
            amount(&total.market, "t CO2e"),
        )
        .with(
            "biogenic_co2_kg",
            catalogue.col_total_biogenic(),
            outside(&total.biogenic_co2, "t CO2"),
        )
        .with(
            "non_kyoto_kg_co2e",
            catalogue.col_total_non_kyoto(),
            outside(&total.non_kyoto_co2e, "t CO2e"),
        )
        .with(
            "rows",
            catalogue.col_rows(),
            u64::from(inventory.result_count),
        )
        .with(
            "rows_voided",
            catalogue.col_rows_voided(),
            inventory.rows_voided,
        )
        .with(
            "rows_pending",
            catalogue.col_rows_pending(),
            inventory.rows_pending,
        )
        .with("version", catalogue.col_version(), standing.version)
        .with(
            "supersedes",
            catalogue.col_supersedes(),
            if inventory.cause.is_empty() {
                Cell::new(Value::Null, "")
            } else {
                Cell::from(inventory.supersedes)
            },
        )
        .with(
            "cause",
            catalogue.col_cause(),
            Cell::new(
                inventory.cause.clone(),
                if inventory.cause.is_empty() {
                    String::new()
                } else {
                    catalogue.name("choice", &inventory.cause)
                },
            ),
        )
        .with("reason", catalogue.col_reason(), inventory.reason.clone())
        .with("factor_sets", "", json!(inventory.factor_sets))
        .with(
            "results_root",
            catalogue.col_results_root(),
            whole_id(&inventory.results_root),
        )
        .with("index", catalogue.col_index(), inventory.closed_index)
        .with("time", catalogue.col_time(), time(standing.time_ms))
}

/// The table's name with its document, as the engine names it.
pub(super) fn gwp_name(code: &str) -> String {
    accounting::GwpSet::parse(code).map_or_else(|_| code.to_owned(), |set| set.table().to_owned())
}

fn amounts_columns(catalogue: &Catalogue) -> Vec<Column> {
    vec![
        Column::new("location_kg_co2e", catalogue.col_location_t()).right(),
        Column::new("market_kg_co2e", catalogue.col_market_t()).right(),
        Column::new("share", catalogue.col_share()).right(),
        Column::machine("biogenic_co2_kg"),
        Column::machine("rows"),
    ]
}

fn amounts_cells(amounts: Option<&v1::Amounts>, total: &v1::Amounts) -> Vec<Cell> {
    let amounts = amounts.cloned().unwrap_or_default();
    let share = percentage(&amounts.location, &total.location);
    vec![
        Cell::new(amounts.location.clone(), tonnes(&amounts.location)),
        Cell::new(amounts.market.clone(), tonnes(&amounts.market)),
        Cell::new(
            share.clone(),
            share.map(|share| format!("{share}%")).unwrap_or_default(),
        ),
        amounts.biogenic_co2.clone().into(),
        amounts.rows.into(),
    ]
}

fn by_scope(totals: &v1::Totals, catalogue: &Catalogue) -> List {
    let total = totals.total.clone().unwrap_or_default();
    let mut columns = vec![Column::new("scope", catalogue.col_scope())];
    columns.extend(amounts_columns(catalogue));
    let mut list = List::new(columns);
    for scope in &totals.scopes {
        let mut row = vec![Cell::new(
            scope.scope,
            catalogue.name("scope", &scope.scope.to_string()),
        )];
        row.extend(amounts_cells(scope.amounts.as_ref(), &total));
        list.push(row);
    }
    let mut row = vec![Cell::new("total", catalogue.word_total())];
    row.extend(amounts_cells(Some(&total), &total));
    list.push(row);
    list
}

fn by_category(totals: &v1::Totals, catalogue: &Catalogue) -> List {
    let total = totals.total.clone().unwrap_or_default();
    let mut columns = vec![
        Column::new("scope", catalogue.col_scope()),
        Column::new("category", catalogue.col_category()),
    ];
    columns.extend(amounts_columns(catalogue));
    let mut list = List::new(columns);
    for category in &totals.categories {
        let mut row = vec![
            Cell::new(
                category.scope,
                catalogue.name("scope", &category.scope.to_string()),
            ),
            named("category", &category.category, catalogue),
        ];
        row.extend(amounts_cells(category.amounts.as_ref(), &total));
        list.push(row);
    }
    list
}

fn by_gas(totals: &v1::Totals, catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("gas", catalogue.col_gas()),
        Column::new("location_mass_kg", catalogue.col_mass_kg()).right(),
        Column::new("location_kg_co2e", catalogue.col_location_t()).right(),
        Column::new("market_kg_co2e", catalogue.col_market_t()).right(),
        Column::machine("market_mass_kg"),
        Column::machine("mass_complete"),
    ]);
    for gas in &totals.gases {
        // A part of the mass would be read as the whole.
        let mass = if gas.mass_complete {
            kilograms(&gas.location_mass)
        } else {
            String::new()
        };
        list.push(vec![
            Cell::new(gas.gas.clone(), gas_name(&gas.gas, catalogue)),
            Cell::new(gas.location_mass.clone(), mass),
            Cell::new(gas.location.clone(), tonnes(&gas.location)),
            Cell::new(gas.market.clone(), tonnes(&gas.market)),
            gas.market_mass.clone().into(),
            gas.mass_complete.into(),
        ]);
    }
    list
}

/// Symbol and name of a gas.
pub(super) fn gas_name(code: &str, catalogue: &Catalogue) -> String {
    match accounting::Gas::from_code(code) {
        Some(gas) => {
            let name = catalogue.either(gas.name_zh(), gas.name_en());
            if name == gas.symbol() {
                name.to_owned()
            } else {
                catalogue.phrase_gas(gas.symbol(), name)
            }
        }
        None => catalogue.name("gas", code),
    }
}

fn by_month(totals: &v1::Totals, catalogue: &Catalogue) -> List {
    let total = totals.total.clone().unwrap_or_default();
    let mut columns = vec![Column::new("month", catalogue.col_month())];
    columns.extend(amounts_columns(catalogue));
    let mut list = List::new(columns);
    for month in &totals.months {
        let shown = if month.month.is_empty() {
            catalogue.word_several_months()
        } else {
            month.month.clone()
        };
        let mut row = vec![Cell::new(month.month.clone(), shown)];
        row.extend(amounts_cells(month.amounts.as_ref(), &total));
        list.push(row);
    }
    list
}
