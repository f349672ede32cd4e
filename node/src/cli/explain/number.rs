//! From a figure down to the paper: activity data, factor with source, arithmetic, total, signer, proof.

use std::collections::BTreeMap;
use std::sync::Arc;

use accounting::{Catalogue as Factors, Exact, Trace};
use hengtan_api::v1 as api;
use hengtan_ledger::receipt::{NetworkPin, Verification, verify_receipt};
use hengtan_ledger::{calculation, v1};
use i18n::Catalogue;
use serde_json::{Value, json};

use super::steps;
use crate::cli::activity::{self, Address, unit_name};
use crate::cli::presentation::period;
use crate::cli::session::{self, Session, unreadable};
use crate::cli::{Exit, Failure, codes, facility, factor, inventory, receipt};
use crate::console::{Cell, Column, List, grouped, local_time, tonnes, utc_time, wrap};

/// Rows whose arithmetic is written out; of more, the table says everything.
const WRITTEN_OUT_MAX: usize = 12;

/// Factor sets by id and version, fetched once, and the catalogues made of them.
#[derive(Default)]
struct Shelf {
    sets: BTreeMap<(String, String), Arc<accounting::FactorSet>>,
    catalogues: BTreeMap<Vec<(String, String)>, Arc<Factors>>,
}

impl Shelf {
    /// A catalogue of exactly the sets that a result used, in their versions.
    async fn catalogue(
        &mut self,
        result: &v1::RowResult,
        session: &Session<'_>,
    ) -> Result<Arc<Factors>, Failure> {
        let mut keys: Vec<(String, String)> = result
            .factors
            .iter()
            .map(|used| (used.set.clone(), used.version.clone()))
            .collect();
        keys.sort();
        keys.dedup();
        if let Some(known) = self.catalogues.get(&keys) {
            return Ok(Arc::clone(known));
        }
        let mut sets = Vec::new();
        for key in &keys {
            if !self.sets.contains_key(key) {
                let adopted = factor::adopted(&key.0, &key.1, session).await?;
                self.sets.insert(key.clone(), Arc::new(adopted.set));
            }
            sets.extend(self.sets.get(key).cloned());
        }
        let factors = Arc::new(Factors::new(sets)?);
        self.catalogues.insert(keys, Arc::clone(&factors));
        Ok(factors)
    }
}

/// One row with everything that stands behind its result.
#[derive(Clone)]
pub(super) struct Explained {
    pub(super) record: api::ActivityRecord,
    pub(super) result: v1::RowResult,
    pub(super) factors: Arc<Factors>,
    activity: accounting::Activity,
    profile: accounting::Profile,
    pub(super) calculation: accounting::Calculation,
    pub(super) trace: Trace,
    same: bool,
}

impl Explained {
    pub(super) fn row(&self) -> v1::ActivityRow {
        self.record.row.clone().unwrap_or_default()
    }

    fn location(&self) -> String {
        self.result
            .location
            .as_ref()
            .map(|emissions| emissions.co2e.clone())
            .unwrap_or_default()
    }

    fn market(&self) -> String {
        self.result
            .market
            .as_ref()
            .map_or_else(|| self.location(), |emissions| emissions.co2e.clone())
    }
}

/// Calculates a row again, with its trace, and compares with what stands in the ledger.
async fn explained(
    record: api::ActivityRecord,
    result: v1::RowResult,
    profile: &v1::CalculationProfile,
    facilities: &[v1::Facility],
    shelf: &mut Shelf,
    session: &Session<'_>,
) -> Result<Explained, Failure> {
    let factors = shelf.catalogue(&result, session).await?;
    let row = record.row.clone().ok_or_else(|| unreadable("row"))?;
    let facility = facilities.iter().find(|facility| {
        facility.organisation == record.organisation && facility.name == row.facility
    });
    let activity = calculation::activity(&row, facility, record.number + 1)?;
    let profile = accounting::Profile {
        gwp_set: accounting::GwpSet::parse(&profile.gwp_set)?,
        rounding: accounting::RoundingProfile::from_code(&profile.rounding)?,
    };
    let (calculated, trace) = accounting::explain(&activity, &factors, &profile)?;
    let recorded = result
        .location
        .as_ref()
        .map(|emissions| emissions.co2e.clone())
        .unwrap_or_default();
    let recorded_market = result
        .market
        .as_ref()
        .map_or_else(|| recorded.clone(), |emissions| emissions.co2e.clone());
    let same = calculated.location.co2e_kg.to_string() == recorded
        && calculated.market().co2e_kg.to_string() == recorded_market;
    Ok(Explained {
        record,
        result,
        factors,
        activity,
        profile,
        calculation: calculated,
        trace,
        same,
    })
}

/// Calculates rows as if a set had been there, and those that it replaces had not.
pub(super) struct Under<'a> {
    set: Arc<accounting::FactorSet>,
    replaced: &'a dyn Fn(&str) -> bool,
    /// Catalogues by the sets that rows used.
    catalogues: BTreeMap<Vec<String>, Arc<Factors>>,
}

impl<'a> Under<'a> {
    pub(super) fn new(
        set: &accounting::FactorSet,
        replaced: &'a dyn Fn(&str) -> bool,
    ) -> Under<'a> {
        Under {
            set: Arc::new(set.clone()),
            replaced,
            catalogues: BTreeMap::new(),
        }
    }

    /// The row under the sets that it used, without those that are replaced, and the other one.
    pub(super) fn calculate(&mut self, row: &Explained) -> Result<Explained, accounting::Error> {
        let key: Vec<String> = row
            .factors
            .sets()
            .iter()
            .map(|set| format!("{}@{}", set.manifest.id, set.manifest.version))
            .collect();
        let factors = match self.catalogues.get(&key) {
            Some(known) => Arc::clone(known),
            None => {
                let kept = row
                    .factors
                    .sets()
                    .iter()
                    .filter(|set| !(self.replaced)(&set.manifest.id));
                let sets: Vec<_> = kept.chain([&self.set]).cloned().collect();
                let factors = Arc::new(Factors::new(sets)?);
                self.catalogues.insert(key, Arc::clone(&factors));
                factors
            }
        };
        let (calculation, trace) = accounting::explain(&row.activity, &factors, &row.profile)?;
        Ok(Explained {
            factors,
            calculation,
            trace,
            ..row.clone()
        })
    }
}

async fn facilities(session: &Session<'_>) -> Result<Vec<v1::Facility>, Failure> {
    let records = facility::facilities("", 0, session).await?;
    Ok(records
        .into_iter()
        .filter_map(|record| record.facility)
        .collect())
}

/// Explains one row.
pub async fn row(address: &Address, session: &Session<'_>) -> Result<Exit, Failure> {
    let answer = activity::row(address, session).await?;
    let record = answer.activity.ok_or_else(|| unreadable("activity"))?;
    let result = record.result.clone().ok_or_else(|| {
        let what = session.console.catalogue().name("what", "row");
        let name = activity::address(&record.import_id, record.number)
            .human()
            .to_owned();
        Failure::new(codes::NOT_FOUND)
            .with("what", what)
            .with("name", name)
    })?;
    let profile = record.profile.clone().unwrap_or_default();
    let explained = explained(
        record,
        result,
        &profile,
        &facilities(session).await?,
        &mut Shelf::default(),
        session,
    )
    .await?;
    let proof = proof_of_row(address, session).await?;
    let console = session.console;
    let catalogue = console.catalogue();
    let machine = machine(&explained, proof.as_ref());
    console.document(&machine, || {
        let mut page = Page::new(session);
        page.title(&catalogue.title_row(
            activity::address(&explained.record.import_id, explained.record.number).human(),
        ));
        page.activity(&explained);
        page.factors(&explained);
        page.heading(&catalogue.title_calculation());
        page.items(&steps::lines(
            &explained.trace,
            &explained.factors,
            catalogue,
        ));
        page.heading(&catalogue.title_result());
        page.amounts(&explained.location(), &explained.market());
        page.agreement(explained.same);
        page.proof(proof.as_ref(), &explained.record);
        page.text()
    })?;
    Ok(Exit::Ok)
}

/// The rows of an inventory that are `wanted`, calculated again.
pub(super) async fn collect(
    name: Option<&str>,
    wanted: impl Fn(&v1::RowResult) -> bool,
    session: &Session<'_>,
) -> Result<(v1::Inventory, Vec<Explained>), Failure> {
    let (_, inventory) = inventory::find(name, session).await?;
    let profile = inventory.profile.clone().unwrap_or_default();
    let results: Vec<v1::RowResult> = session::all(0, |page_size, page_token| {
        let request = api::InventoryRowListRequest {
            page_size,
            page_token,
            organisation: inventory.organisation.clone(),
            name: inventory.name.clone(),
        };
        async move {
            let answer = session
                .client()
                .inventory_row_list(request)
                .await
                .map_err(|status| session.failed(status))?;
            let answer = answer.into_inner();
            Ok((answer.rows, answer.next_page_token))
        }
    })
    .await?
    .into_iter()
    .filter(|result| wanted(result))
    .collect();
    let facilities = facilities(session).await?;
    let mut shelf = Shelf::default();
    let mut rows = Vec::new();
    for result in results {
        let address = api::ActivityShowRequest {
            organisation: inventory.organisation.clone(),
            import_id: result.import_id.clone(),
            number: result.number,
        };
        let answer = session
            .client()
            .activity_show(address)
            .await
            .map_err(|status| session.failed(status))?;
        let record = answer
            .into_inner()
            .activity
            .ok_or_else(|| unreadable("activity"))?;
        rows.push(explained(record, result, &profile, &facilities, &mut shelf, session).await?);
    }
    Ok((inventory, rows))
}

/// Explains the part of an inventory whose rows are `wanted`.
pub async fn part(
    title: &str,
    name: Option<&str>,
    wanted: impl Fn(&v1::RowResult) -> bool,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let (inventory, rows) = collect(name, wanted, session).await?;
    if rows.is_empty() {
        let what = session.console.catalogue().name("what", "category");
        return Err(Failure::new(codes::NOT_FOUND)
            .with("what", what)
            .with("name", title));
    }
    let location = sum(rows.iter().map(Explained::location))?;
    let market = sum(rows.iter().map(Explained::market))?;
    let proof = proof_of_inventory(&inventory, session).await?;
    let console = session.console;
    let catalogue = console.catalogue();
    let machine = json!({
        "inventory": inventory.name,
        "organisation": inventory.organisation,
        "title": title,
        "rows": rows.iter().map(machine_row).collect::<Vec<_>>(),
        "location_kg_co2e": location,
        "market_kg_co2e": market,
        "agrees_with_ledger": rows.iter().all(|row| row.same),
        "proof": proof.as_ref().map(machine_proof),
    });
    console.document(&machine, || {
        let mut page = Page::new(session);
        page.title(&catalogue.title_part(
            title,
            inventory.name.as_str(),
            period(&inventory.period_start, &inventory.period_end).human(),
        ));
        page.heading(&catalogue.title_activity());
        page.push(table(&rows, &location, &market, catalogue).table(console.style()));
        page.distinct_factors(&rows);
        page.heading(&catalogue.title_calculation());
        for row in rows.iter().take(WRITTEN_OUT_MAX) {
            let lines = steps::lines(&row.trace, &row.factors, catalogue);
            page.item(&page_row_title(row, catalogue));
            page.subitems(&lines);
            let (location, market) = (tonnes(&row.location()), tonnes(&row.market()));
            let result = if location == market {
                catalogue.step_row_result_same(location)
            } else {
                catalogue.step_row_result(location, market)
            };
            page.subitems(&[result]);
        }
        if rows.len() > WRITTEN_OUT_MAX {
            page.item(&catalogue.explain_more_rows((rows.len() - WRITTEN_OUT_MAX).to_string()));
        }
        page.heading(&catalogue.title_result());
        page.amounts(&location, &market);
        page.agreement(rows.iter().all(|row| row.same));
        if let Some(first) = rows.first() {
            page.proof(proof.as_ref(), &first.record);
        }
        page.text()
    })?;
    Ok(Exit::Ok)
}

fn page_row_title(row: &Explained, catalogue: &Catalogue) -> String {
    let activity = row.row();
    let address = activity::address(&row.record.import_id, row.record.number);
    let shown = period(&activity.period_start, &activity.period_end);
    catalogue.explain_row(address.human(), shown.human(), activity.activity.as_str())
}

fn sum(amounts: impl Iterator<Item = String>) -> Result<String, Failure> {
    let mut total = Exact::from(0);
    for amount in amounts {
        total = total.add(&Exact::parse(&amount)?)?;
    }
    Ok(total.to_string())
}

fn table(rows: &[Explained], location: &str, market: &str, catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("row", catalogue.col_row()),
        Column::new("facility", catalogue.col_facility()),
        Column::new("period", catalogue.col_period()),
        Column::new("activity", catalogue.col_activity()),
        Column::new("quantity", catalogue.col_quantity()).right(),
        Column::new("unit", catalogue.col_unit()),
        Column::new("location_kg_co2e", catalogue.col_location_t()).right(),
        Column::new("market_kg_co2e", catalogue.col_market_t()).right(),
    ]);
    for explained in rows {
        let row = explained.row();
        list.push(vec![
            activity::address(&explained.record.import_id, explained.record.number),
            row.facility.clone().into(),
            period(&row.period_start, &row.period_end),
            row.activity.clone().into(),
            Cell::new(row.quantity.clone(), grouped(&row.quantity, 6)),
            Cell::new(row.unit.clone(), unit_name(&row.unit, catalogue)),
            Cell::new(explained.location(), tonnes(&explained.location())),
            Cell::new(explained.market(), tonnes(&explained.market())),
        ]);
    }
    let blank = || Cell::new(Value::Null, "");
    list.push(vec![
        Cell::new("total", catalogue.word_total()),
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        Cell::new(location, tonnes(location)),
        Cell::new(market, tonnes(market)),
    ]);
    list
}

/// A receipt that was fetched and judged here; nothing if no final checkpoint covers it yet.
async fn judged(
    subject: api::receipt_get_request::Subject,
    session: &Session<'_>,
) -> Result<Option<Verification>, Failure> {
    let receipt = match receipt::fetch(subject, Vec::new(), session).await {
        Ok(receipt) => receipt,
        Err(failure) if failure.exit == Exit::Unavailable || failure.exit == Exit::NotFound => {
            return Ok(None);
        }
        Err(failure) => return Err(failure),
    };
    let pin = session.context.network_id()?.map(NetworkPin);
    Ok(Some(verify_receipt(&receipt, pin)?))
}

async fn proof_of_row(
    address: &Address,
    session: &Session<'_>,
) -> Result<Option<Verification>, Failure> {
    let name = api::RowName {
        organisation: address.import.organisation.clone(),
        import_id: address.import.import_id.clone(),
        number: address.number,
    };
    judged(api::receipt_get_request::Subject::Row(name), session).await
}

async fn proof_of_inventory(
    inventory: &v1::Inventory,
    session: &Session<'_>,
) -> Result<Option<Verification>, Failure> {
    let name = api::InventoryName {
        organisation: inventory.organisation.clone(),
        name: inventory.name.clone(),
    };
    judged(api::receipt_get_request::Subject::Inventory(name), session).await
}

fn machine(explained: &Explained, proof: Option<&Verification>) -> Value {
    let mut value = machine_row(explained);
    if let Value::Object(fields) = &mut value {
        fields.insert("proof".to_owned(), proof.map_or(Value::Null, machine_proof));
    }
    value
}

fn machine_row(explained: &Explained) -> Value {
    let row = explained.row();
    let record = &explained.record;
    json!({
        "row": activity::address(&record.import_id, record.number).machine(),
        "facility": row.facility,
        "period": period(&row.period_start, &row.period_end).machine(),
        "scope": explained.result.scope,
        "category": explained.result.category,
        "activity": row.activity,
        "quantity": row.quantity,
        "unit": row.unit,
        "method": explained.result.method,
        "gwp_set": explained.result.gwp_set,
        "steps": steps::machine(&explained.trace, &explained.factors),
        "location_kg_co2e": explained.location(),
        "market_kg_co2e": explained.market(),
        "biogenic_co2_kg": explained.result.biogenic_co2,
        "flags": explained.result.flags,
        "agrees_with_ledger": explained.same,
        "signer": {
            "organisation": record.organisation, "member": record.member, "key_id": hex::encode(&record.sender),
            "time": utc_time(record.time_ms), "index": record.index,
        },
    })
}

fn machine_proof(proof: &Verification) -> Value {
    json!({
        "index": proof.index,
        "network_id": hex::encode(proof.network_id),
        "network_known": proof.network_known,
        "checkpoint_size": proof.checkpoint.size,
        "checkpoint_root": hex::encode(proof.checkpoint.root),
        "checkpoint_time": utc_time(proof.checkpoint.time_ms),
        "proved": proof.proved.iter().map(|fact| fact.code).collect::<Vec<_>>(),
        "not_proved": proof.not_proved,
    })
}

/// A page of text under construction.
struct Page<'a> {
    session: &'a Session<'a>,
    lines: Vec<String>,
}

impl<'a> Page<'a> {
    fn new(session: &'a Session<'a>) -> Page<'a> {
        Page {
            session,
            lines: Vec::new(),
        }
    }

    fn text(self) -> String {
        self.lines.join("\n")
    }

    fn push(&mut self, text: String) {
        self.lines.push(text);
    }

    fn title(&mut self, text: &str) {
        self.lines.push(self.session.console.style().heading(text));
    }

    fn heading(&mut self, text: &str) {
        self.lines.push(String::new());
        self.title(text);
    }

    fn item(&mut self, text: &str) {
        self.indented(2, text);
    }

    fn items(&mut self, texts: &[String]) {
        texts.iter().for_each(|text| self.indented(2, text));
    }

    fn subitems(&mut self, texts: &[String]) {
        texts.iter().for_each(|text| self.indented(4, text));
    }

    fn indented(&mut self, indent: usize, text: &str) {
        let width = self.session.console.width().saturating_sub(indent + 2);
        for (number, line) in wrap(text, width).into_iter().enumerate() {
            let indent = if number == 0 { indent } else { indent + 2 };
            self.lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    fn activity(&mut self, explained: &Explained) {
        let catalogue = self.session.console.catalogue();
        let row = explained.row();
        self.heading(&catalogue.title_activity());
        let quantity = format!(
            "{} {}",
            grouped(&row.quantity, 12),
            unit_name(&row.unit, catalogue)
        );
        self.item(&catalogue.explain_activity(row.activity.as_str(), quantity));
        let scope = catalogue.name("scope", &explained.result.scope.to_string());
        let category = catalogue.name("category", &explained.result.category);
        self.item(&catalogue.explain_place(
            period(&row.period_start, &row.period_end).human(),
            if row.facility.is_empty() {
                "-"
            } else {
                row.facility.as_str()
            },
            scope,
            category,
        ));
        if !row.source.is_empty() {
            self.item(&catalogue.explain_data_source(row.source.as_str()));
        }
    }

    fn factors(&mut self, explained: &Explained) {
        let catalogue = self.session.console.catalogue();
        let blocks = steps::factor_lines(&explained.trace, &explained.factors, catalogue);
        self.factor_blocks(blocks);
    }

    /// Every factor of the rows once.
    fn distinct_factors(&mut self, rows: &[Explained]) {
        let catalogue = self.session.console.catalogue();
        let mut blocks: Vec<Vec<String>> = Vec::new();
        for row in rows {
            for block in steps::factor_lines(&row.trace, &row.factors, catalogue) {
                if !blocks.contains(&block) {
                    blocks.push(block);
                }
            }
        }
        self.factor_blocks(blocks);
    }

    fn factor_blocks(&mut self, blocks: Vec<Vec<String>>) {
        if blocks.is_empty() {
            return;
        }
        let catalogue = self.session.console.catalogue();
        self.heading(&catalogue.title_factors());
        for block in blocks {
            let mut lines = block.into_iter();
            if let Some(first) = lines.next() {
                self.item(&first);
            }
            self.subitems(&lines.collect::<Vec<_>>());
        }
    }

    fn amounts(&mut self, location: &str, market: &str) {
        let catalogue = self.session.console.catalogue();
        if location == market {
            self.item(&catalogue.explain_total(tonnes(location), location));
        } else {
            self.item(&catalogue.explain_total_location(tonnes(location), location));
            self.item(&catalogue.explain_total_market(tonnes(market), market));
        }
    }

    fn agreement(&mut self, same: bool) {
        let style = self.session.console.style();
        let catalogue = self.session.console.catalogue();
        let text = if same {
            style.good(&catalogue.explain_agrees())
        } else {
            style.bad(&catalogue.explain_differs())
        };
        self.lines.push(format!("  {text}"));
    }

    fn proof(&mut self, proof: Option<&Verification>, record: &api::ActivityRecord) {
        let catalogue = self.session.console.catalogue();
        self.heading(&catalogue.title_proof());
        let key: String = hex::encode(&record.sender).chars().take(16).collect();
        self.item(&catalogue.explain_signer(
            format!("{}/{}", record.organisation, record.member),
            key,
            local_time(record.time_ms),
            record.index.to_string(),
        ));
        match proof {
            Some(proof) => {
                for fact in &proof.proved {
                    let mut fields = fact.fields.clone();
                    for (name, value) in &mut fields {
                        if *name == "role" {
                            *value = catalogue.name("role", value);
                        }
                    }
                    if let Some(text) = catalogue.text(&format!("proved-{}", fact.code), &fields) {
                        self.item(&text);
                    }
                }
                if !proof.network_known {
                    self.item(&catalogue.name("not-proved", "network_unknown"));
                }
            }
            None => self.item(&catalogue.explain_no_proof()),
        }
    }
}
