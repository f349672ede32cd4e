//! `hengtan activity import`: a file becomes signed rows.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use accounting::{Catalogue as Factors, Plan};
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;
use i18n::Catalogue;
use prost::Message;
use serde_json::json;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinError, JoinHandle};

use crate::cli::arguments::{ActivityImport, Global, Profile};
use crate::cli::failure::named_fields;
use crate::cli::presentation::{period, short_id};
use crate::cli::session::Session;
use crate::cli::{Exit, Failure, calculate, codes, facility, factor};
use crate::console::{
    self, Cell, Column, Console, List, LongDocument, OutputForm, Record, grouped, tonnes,
};
use crate::import::check::{Checked, Comparison, Trial};
use crate::import::{
    Defaults, Facility, FileError, Import, Notice, Options, Report, Row, RowError, rejects,
};

/// Bad rows that are listed on the terminal; a file gets all of them.
const BAD_ROWS_SHOWN_MAX: usize = 200;

/// Notices that are listed on the terminal.
const NOTICES_SHOWN_MAX: usize = 20;

/// Calculated rows that a table shows; the other forms have all of them.
const ROWS_SHOWN_MAX: usize = 1_000;

/// What became of a file.
pub(in crate::cli) struct ImportOutcome {
    /// The import's id.
    pub import_id: Vec<u8>,
    /// Rows of the import.
    pub rows: u64,
    /// Rows recorded now; fewer if an earlier run was interrupted.
    pub rows_recorded: u64,
    /// Rows left out.
    pub rows_bad: u64,
    /// The answer to the submission, unless the rows were left pending or counted before.
    pub submitted: Option<api::SubmitResponse>,
}

pub async fn run(arguments: ActivityImport, session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    let outcome = import_file(&arguments, session).await?;
    if let Some(answer) = &outcome.submitted {
        session
            .console
            .say(&super::submitted_text(answer, catalogue));
    }
    let index = outcome
        .submitted
        .as_ref()
        .and_then(|answer| answer.outcome.as_ref())
        .map(|outcome| outcome.index);
    let record = Record::new()
        .with(
            "import",
            catalogue.col_import(),
            short_id(&outcome.import_id),
        )
        .with("rows", catalogue.col_rows(), outcome.rows)
        .with(
            "rows_recorded",
            catalogue.col_rows_recorded(),
            outcome.rows_recorded,
        )
        .with("rows_bad", catalogue.col_rows_bad(), outcome.rows_bad)
        .with_some("index", catalogue.col_index(), index);
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

/// Reads, checks, records and submits a file.
pub(in crate::cli) async fn import_file(
    arguments: &ActivityImport,
    session: &Session<'_>,
) -> Result<ImportOutcome, Failure> {
    let catalogue = session.console.catalogue();
    let profile = arguments.profile.to_message()?;
    let opened = open(arguments, session).await?.with_factors()?;
    let report = opened.check(session.console)?;
    let rows_bad = report.rows_bad;
    tell_faults(&report, arguments.skip_bad, session.console)?;
    if rows_bad > 0 {
        opened.write_rejects(arguments, session)?;
    }
    show_notices(&report.notices, report.notices.len(), session.console);

    let import_id = opened.import.id().to_vec();
    let organisation = session.organisation()?;
    let known = known_import(&organisation, &import_id, session).await?;
    let (state, recorded_before) = match known {
        Some(known) => {
            let rows = known
                .import
                .as_ref()
                .and_then(|record| record.import.as_ref())
                .map_or(0, |import| import.rows_contiguous);
            (known.import.and_then(|record| record.import), rows)
        }
        None => (None, 0),
    };
    if let Some(import) = &state
        && import.status() != v1::ImportStatus::Pending
    {
        session.console.say(&catalogue.done_imported_before());
        let rows = import.rows_recorded;
        return Ok(ImportOutcome {
            import_id,
            rows,
            rows_recorded: 0,
            rows_bad,
            submitted: None,
        });
    }

    let identity = session.identity(&[v1::Role::Business])?;
    let total = report.rows;
    let progress = console::Progress::new(session.console, &catalogue.progress_recording(), total);
    let source_name = arguments
        .file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut rows_recorded = 0;
    let (mut batches, reader) = opened.batches();
    while let Some((first, rows)) = batches.recv().await {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        // What an interrupted run recorded stands there already.
        if first + count > recorded_before {
            let head = v1::ActivityRecord {
                import_id: import_id.clone(),
                first,
                profile: Some(profile.clone()),
                source_name: source_name.clone(),
                restates: arguments.restates.clone().unwrap_or_default(),
            };
            let answer = session
                .submit(&identity, Command::new("activity.record", &head, rows))
                .await;
            if answer.is_err() {
                // The message stands below the bar otherwise.
                progress.finish();
                answer?;
                break;
            }
            rows_recorded += count;
        }
        progress.set(first + count);
    }
    // The file may have changed since it was checked; what was sent stays pending then.
    reader.await.map_err(|error| step_failed(&error))??;
    let submitted = if arguments.pending {
        session
            .console
            .say(&catalogue.done_recorded_pending(total.to_string()));
        None
    } else {
        let known = known_import(&organisation, &import_id, session).await?;
        let import = known
            .and_then(|known| known.import)
            .and_then(|record| record.import);
        let import = import.ok_or_else(|| crate::cli::session::unreadable("import"))?;
        Some(super::submit_import(&import, session).await?)
    };
    Ok(ImportOutcome {
        import_id,
        rows: total,
        rows_recorded,
        rows_bad,
        submitted,
    })
}

/// The one row of a file, as bytes for an envelope.
pub(super) async fn single_row(
    path: &Path,
    profile: &Profile,
    session: &Session<'_>,
) -> Result<Vec<u8>, Failure> {
    let arguments = ActivityImport {
        file: path.to_owned(),
        sheet: Vec::new(),
        facility: None,
        skip_bad: false,
        bad_rows: None,
        plan: None,
        dry_run: false,
        pending: false,
        restates: None,
        profile: profile.clone(),
    };
    let opened = open(&arguments, session).await?.with_factors()?;
    let report = opened.check(session.console)?;
    if report.rows_bad > 0 {
        let details = described(&report, session.console.catalogue());
        return Err(Failure::new(codes::ROWS_BAD)
            .with("count", report.rows_bad)
            .detailed(details));
    }
    if report.rows != 1 {
        return Err(Failure::new(codes::ONE_ROW_NEEDED).with("count", report.rows));
    }
    let (mut batches, reader) = opened.batches();
    let rows = batches.recv().await.map(|(_, rows)| rows);
    reader.await.map_err(|error| step_failed(&error))??;
    match rows.map(<[Vec<u8>; 1]>::try_from) {
        Some(Ok([row])) => Ok(row),
        _ => Err(Failure::new(codes::ONE_ROW_NEEDED).with("count", report.rows)),
    }
}

/// The thread that reads the file has panicked, which is a defect.
fn step_failed(error: &JoinError) -> Failure {
    Failure::new(codes::STEP_FAILED)
        .with("step", "activity import")
        .with("detail", error)
}

/// Number of the first row of an envelope, and its rows as bytes.
type Part = (u64, Vec<Vec<u8>>);

/// A file that can be read, with the factors to judge it by.
struct Opened {
    import: Arc<Import>,
    factors: Arc<Factors>,
    facilities: Vec<v1::Facility>,
    profile: accounting::Profile,
}

async fn open(arguments: &ActivityImport, session: &Session<'_>) -> Result<Opened, Failure> {
    let organisation = session.organisation()?;
    let facilities = facility::facilities(&organisation, 0, session).await?;
    let registered: Vec<v1::Facility> = facilities
        .into_iter()
        .filter_map(|record| record.facility)
        .collect();
    let facilities: Vec<Facility> = registered
        .iter()
        .map(|facility| {
            let names = facility.display_name.clone().unwrap_or_default();
            Facility {
                name: facility.name.clone(),
                display_names: vec![names.zh, names.en],
            }
        })
        .collect();
    let defaults = Defaults {
        facility: arguments.facility.clone(),
        facilities: Some(facilities),
        ..Defaults::default()
    };
    let factors = Arc::new(factor::catalogue(session).await?);
    let options = Options {
        sheets: arguments.sheet.clone(),
        defaults,
        plan: plan(arguments, session.console)?,
        ..Options::default()
    };
    let import = Import::open(&arguments.file, options)?;
    Ok(Opened {
        import: Arc::new(import),
        factors,
        facilities: registered,
        profile: arguments.profile.to_engine()?,
    })
}

/// The plan that the rows must meet, if one is named.
fn plan(arguments: &ActivityImport, console: &Console) -> Result<Option<Plan>, Failure> {
    let Some(file) = &arguments.plan else {
        return Ok(None);
    };
    match Plan::parse(&calculate::read(file)?) {
        Ok(plan) => Ok(Some(plan)),
        Err(faults) => Err(calculate::refusal(&faults, file, console)),
    }
}

impl Opened {
    /// This, if the network can calculate at all: one sentence instead of one for each row.
    fn with_factors(self) -> Result<Opened, Failure> {
        if self.factors.sets().is_empty() {
            return Err(Failure::new(codes::NO_FACTOR_SET));
        }
        Ok(self)
    }

    fn trial(&self) -> Trial {
        Trial::new(
            Arc::clone(&self.factors),
            self.profile,
            self.facilities.clone(),
        )
    }

    fn check(&self, console: &Console) -> Result<Report, Failure> {
        let label = console.catalogue().progress_checking();
        let bar = console::Progress::new(console, &label, self.import.source().bytes());
        let report = self
            .import
            .check(&mut self.trial(), &mut |progress| bar.set(progress.bytes));
        bar.finish();
        Ok(report?)
    }

    /// Number of the first row and the rows of each envelope, while the file is being read: two envelopes wait at most.
    fn batches(&self) -> (Receiver<Part>, JoinHandle<Result<(), FileError>>) {
        let (sender, receiver) = channel(2);
        let (import, mut trial) = (Arc::clone(&self.import), self.trial());
        let reader = tokio::task::spawn_blocking(move || {
            let read = import.each_batch(&mut trial, &mut |_| {}, |batch| {
                let rows = batch.rows.into_iter().map(encoded).collect();
                // Nobody waits any more if an envelope was refused.
                match sender.blocking_send((batch.first, rows)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            read.map(|_| ())
        });
        (receiver, reader)
    }

    fn write_rejects(
        &self,
        arguments: &ActivityImport,
        session: &Session<'_>,
    ) -> Result<(), Failure> {
        let catalogue = session.console.catalogue();
        let target: PathBuf = arguments
            .bad_rows
            .clone()
            .unwrap_or_else(|| rejects::default_path(&arguments.file));
        let describe = |error: &RowError| described_error(error, catalogue);
        let title = catalogue.col_error();
        let rows = self.import.write_rejects(
            &target,
            &title,
            &describe,
            &mut self.trial(),
            &mut |_| {},
        )?;
        session
            .console
            .say(&catalogue.done_rejects_written(rows.to_string(), target.display().to_string()));
        Ok(())
    }
}

/// A row as it travels in an envelope.
fn encoded(row: Row) -> Vec<u8> {
    v1::RecordRow {
        content: Some(v1::record_row::Content::Open(row.activity)),
    }
    .encode_to_vec()
}

async fn known_import(
    organisation: &str,
    import_id: &[u8],
    session: &Session<'_>,
) -> Result<Option<api::ImportShowResponse>, Failure> {
    let request = api::ImportShowRequest {
        organisation: organisation.to_owned(),
        import_id: import_id.to_vec(),
    };
    match session.client().import_show(request).await {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
        Err(status) => Err(session.failed(status)),
    }
}

/// Reads, checks and calculates, and shows what would be recorded. Works without a node, too: then with the factor sets that
/// come with this binary.
pub async fn dry_run(
    arguments: &ActivityImport,
    global: &Global,
    console: &Console,
) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let opened = match Session::open(global, console) {
        Ok(session) => match open(arguments, &session).await {
            Ok(opened) if opened.factors.sets().is_empty() => offline(arguments, console)?,
            Err(failure) if failure.exit == Exit::Unavailable => offline(arguments, console)?,
            other => other?,
        },
        Err(failure) if failure.code == codes::CONTEXT_MISSING => offline(arguments, console)?,
        Err(failure) => return Err(failure),
    };
    let report = opened.check(console)?;
    show_notices(&report.notices, report.notices.len(), console);
    let mut results = Results::begin(arguments, &opened, console);
    let mut broken = Ok(());
    let (mut compared, mut differing) = (0, 0);
    let mut differences = Vec::new();
    opened
        .import
        .compare(&opened.trial(), &mut |_| {}, |checked| {
            compared += checked.comparisons.len();
            for notice in checked.comparisons.iter().filter_map(Comparison::notice) {
                differing += 1;
                if differences.len() < NOTICES_SHOWN_MAX {
                    differences.push(notice);
                }
            }
            if broken.is_ok() {
                broken = results.row(checked);
            }
        })?;
    broken?;
    results.end(&report, compared, differing)?;
    if compared > 0 {
        console.say(&catalogue.import_compared(compared.to_string(), differing.to_string()));
    }
    show_notices(&differences, differing, console);
    if let Some(failure) = refused(&report, false) {
        return Err(failure.detailed(described(&report, catalogue)));
    }
    if differing > 0 {
        return Err(Failure::new(codes::RESULTS_DIFFER).with("count", differing));
    }
    console.say(&catalogue.done_dry_run(report.rows.to_string()));
    Ok(Exit::Ok)
}

/// Calculated rows on their way to standard output. None is kept but what a table shows.
struct Results<'a> {
    factors: &'a Factors,
    console: &'a Console,
    /// Rows of the table, or of the next piece of CSV.
    gathered: Vec<Checked>,
    /// Rows beyond the table.
    more: u64,
    /// Whether CSV has its header line.
    begun: bool,
    document: Option<LongDocument<'a>>,
}

impl<'a> Results<'a> {
    fn begin(arguments: &ActivityImport, opened: &'a Opened, console: &'a Console) -> Results<'a> {
        let head = json!({
            "file": arguments.file.display().to_string(),
            "import": hex::encode(opened.import.id()),
        });
        let document = matches!(console.form(), OutputForm::Json | OutputForm::Yaml)
            .then(|| console.long_document(&head, "rows"));
        Results {
            factors: &opened.factors,
            console,
            gathered: Vec::new(),
            more: 0,
            begun: false,
            document,
        }
    }

    fn row(&mut self, checked: Checked) -> std::io::Result<()> {
        if let Some(document) = &mut self.document {
            return document.item(&machine(&checked, self.factors));
        }
        if self.gathered.len() < ROWS_SHOWN_MAX {
            self.gathered.push(checked);
        } else if self.console.form() == OutputForm::Csv {
            self.csv()?;
            self.gathered.push(checked);
        } else {
            self.more += 1;
        }
        Ok(())
    }

    fn csv(&mut self) -> std::io::Result<()> {
        let list = row_list(&self.gathered, self.factors, self.console.catalogue());
        let text = if std::mem::replace(&mut self.begun, true) {
            list.csv_rows()
        } else {
            list.csv()
        };
        self.gathered.clear();
        self.console.print(text.trim_end_matches('\n'))
    }

    fn end(mut self, report: &Report, compared: usize, differing: usize) -> std::io::Result<()> {
        let catalogue = self.console.catalogue();
        if let Some(document) = self.document.take() {
            return document.end(&json!({
                "bad_rows": error_list(report, catalogue).machine(),
                "checks": compared,
                "checks_differing": differing,
            }));
        }
        if self.console.form() == OutputForm::Csv {
            return if self.begun && self.gathered.is_empty() {
                Ok(())
            } else {
                self.csv()
            };
        }
        let style = self.console.style();
        let mut text = row_list(&self.gathered, self.factors, catalogue).table(style);
        let checks = check_list(&self.gathered, catalogue);
        if !checks.is_empty() {
            let title = style.heading(&catalogue.title_expected());
            text.push_str(&format!("\n\n{title}\n{}", checks.table(style)));
        }
        self.console.print(&text)?;
        if self.more > 0 {
            self.console
                .say(&catalogue.import_more_rows(self.more.to_string()));
        }
        Ok(())
    }
}

/// The file with nothing but what comes with this binary.
fn offline(arguments: &ActivityImport, console: &Console) -> Result<Opened, Failure> {
    console.say(&console.catalogue().import_offline());
    let factors = Arc::new(Factors::new(accounting::shipped::sets()?)?);
    let defaults = Defaults {
        facility: arguments.facility.clone(),
        ..Defaults::default()
    };
    let options = Options {
        sheets: arguments.sheet.clone(),
        defaults,
        plan: plan(arguments, console)?,
        ..Options::default()
    };
    let import = Import::open(&arguments.file, options)?;
    Ok(Opened {
        import: Arc::new(import),
        factors,
        facilities: Vec::new(),
        profile: arguments.profile.to_engine()?,
    })
}

fn row_list(rows: &[Checked], factors: &Factors, catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("row", catalogue.col_line()).right(),
        Column::new("facility", catalogue.col_facility()),
        Column::new("period", catalogue.col_period()),
        Column::new("category", catalogue.col_category()),
        Column::new("activity", catalogue.col_activity()),
        Column::new("quantity", catalogue.col_quantity()).right(),
        Column::new("unit", catalogue.col_unit()),
        Column::new("factor", catalogue.col_factor()),
        Column::new("co2e_kg", catalogue.col_location_t()).right(),
        Column::new("co2e_market_kg", catalogue.col_market_t()).right(),
        Column::machine("sheet"),
        Column::machine("biogenic_co2_kg"),
        Column::machine("flags"),
    ]);
    for row in rows {
        list.push(cells(row, factors, catalogue));
    }
    list
}

/// Every expected result beside the calculated one.
fn check_list(rows: &[Checked], catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("row", catalogue.col_line()).right(),
        Column::new("column", catalogue.col_column()),
        Column::new("expected", catalogue.col_expected()).right(),
        Column::new("calculated", catalogue.col_calculated()).right(),
        Column::new("equal", catalogue.col_equal()),
    ]);
    for row in rows {
        for comparison in &row.comparisons {
            let equal = is_equal(comparison);
            list.push(vec![
                u64::from(row.row.activity.line).into(),
                comparison.place.header.clone().unwrap_or_default().into(),
                Cell::new(comparison.wanted.clone(), grouped(&comparison.wanted, 12)),
                Cell::new(calculated(comparison), grouped(&calculated(comparison), 12)),
                Cell::new(equal, crate::cli::org::yes_no(equal, catalogue)),
            ]);
        }
    }
    list
}

fn is_equal(comparison: &Comparison) -> bool {
    comparison.difference.is_none() && comparison.refusal.is_none()
}

/// The calculated result, written as the expected one where both are the same number.
fn calculated(comparison: &Comparison) -> String {
    if is_equal(comparison) {
        comparison.wanted.clone()
    } else {
        comparison.calculated.clone()
    }
}

fn machine(checked: &Checked, factors: &Factors) -> serde_json::Value {
    let row = &checked.row.activity;
    let calculation = &checked.calculation;
    let used: Vec<String> = calculation
        .factors
        .iter()
        .map(|used| factors.label(used.factor))
        .collect();
    let flags: Vec<&str> = calculation
        .flags
        .iter()
        .map(accounting::Flag::code)
        .collect();
    let checks: Vec<serde_json::Value> = checked
        .comparisons
        .iter()
        .map(|comparison| {
            json!({
                "column": comparison.place.header,
                "rounding": comparison.profile,
                "expected": comparison.wanted,
                "calculated": calculated(comparison),
                "exact": comparison.exact,
                "equal": is_equal(comparison),
            })
        })
        .collect();
    json!({
        "sheet": row.sheet,
        "row": row.line,
        "reference": row.reference,
        "facility": row.facility,
        "period": period(&row.period_start, &row.period_end).machine(),
        "scope": row.scope,
        "category": row.category,
        "activity": row.activity,
        "quantity": row.quantity,
        "unit": row.unit,
        "method": calculation.method.code(),
        "gwp_set": calculation.gwp_set.code(),
        "factor": used,
        "co2e_kg": calculation.location.co2e_kg.to_string(),
        "co2e_market_kg": calculation.market().co2e_kg.to_string(),
        "biogenic_co2_kg": calculation.biogenic_co2_kg.to_string(),
        "flags": flags,
        "checks": checks,
    })
}

fn cells(checked: &Checked, factors: &Factors, catalogue: &Catalogue) -> Vec<Cell> {
    let row = &checked.row.activity;
    let calculation = &checked.calculation;
    let location = calculation.location.co2e_kg.to_string();
    let market = calculation.market().co2e_kg.to_string();
    let used: Vec<String> = calculation
        .factors
        .iter()
        .map(|used| factors.label(used.factor))
        .collect();
    let flags: Vec<&str> = calculation
        .flags
        .iter()
        .map(accounting::Flag::code)
        .collect();
    vec![
        u64::from(row.line).into(),
        row.facility.clone().into(),
        period(&row.period_start, &row.period_end),
        crate::cli::presentation::named("category", &row.category, catalogue),
        row.activity.clone().into(),
        Cell::new(row.quantity.clone(), grouped(&row.quantity, 6)),
        Cell::new(row.unit.clone(), super::unit_name(&row.unit, catalogue)),
        Cell::new(serde_json::json!(used), used.join(" ")),
        Cell::new(location.clone(), tonnes(&location)),
        Cell::new(market.clone(), tonnes(&market)),
        row.sheet.clone().into(),
        calculation.biogenic_co2_kg.to_string().into(),
        serde_json::json!(flags).into(),
    ]
}

/// Why nothing of the file is recorded, if that is so. What a plan misses cannot be skipped.
fn refused(report: &Report, skip_bad: bool) -> Option<Failure> {
    if report.rows_bad > 0 && !skip_bad {
        return Some(Failure::new(codes::ROWS_BAD).with("count", report.rows_bad));
    }
    let gaps = report.gaps.len();
    (gaps > 0).then(|| Failure::new(codes::PLAN_NOT_MET).with("count", gaps))
}

/// Tells every fault at once: people on standard error, machines as data. A failure unless bad rows are to be skipped.
fn tell_faults(report: &Report, skip_bad: bool, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let Some(failure) = refused(report, skip_bad) else {
        described(report, catalogue)
            .iter()
            .for_each(|detail| console.say(detail));
        return Ok(());
    };
    if console.form() == console::OutputForm::Table {
        return Err(failure.detailed(described(report, catalogue)));
    }
    console.list(&error_list(report, catalogue))?;
    Err(failure)
}

/// Every fault with its place, code and fields.
fn error_list(report: &Report, catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("sheet", catalogue.col_sheet()),
        Column::new("row", catalogue.col_line()).right(),
        Column::new("column", catalogue.col_column()),
        Column::new("value", catalogue.col_value()),
        Column::new("code", catalogue.col_code()),
        Column::new("message", catalogue.col_error()),
        Column::machine("column_letters"),
        Column::machine("fields"),
    ]);
    for error in report.errors.iter().chain(&report.gaps) {
        let raw = error.fields();
        let fields: serde_json::Map<String, serde_json::Value> = raw
            .iter()
            .map(|(name, value)| ((*name).to_owned(), serde_json::json!(value)))
            .collect();
        let named = named_fields(error.code(), raw, catalogue);
        let what = catalogue
            .explain(error.code(), &named)
            .map(|explanation| explanation.what)
            .unwrap_or_default();
        list.push(vec![
            error.place.sheet.clone().unwrap_or_default().into(),
            error.place.row.into(),
            error.place.header.clone().unwrap_or_default().into(),
            error.value.clone().into(),
            error.code().into(),
            what.into(),
            error.place.column_letters().unwrap_or_default().into(),
            serde_json::Value::Object(fields).into(),
        ]);
    }
    list
}

/// Bad rows as lines of text, at most as many as a person reads.
fn described(report: &Report, catalogue: &Catalogue) -> Vec<String> {
    let mut lines: Vec<String> = report
        .errors
        .iter()
        .take(BAD_ROWS_SHOWN_MAX)
        .map(|error| described_error(error, catalogue))
        .collect();
    let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    if report.errors_total > shown {
        lines.push(catalogue.import_more_errors((report.errors_total - shown).to_string()));
    }
    lines.extend(
        report
            .gaps
            .iter()
            .take(BAD_ROWS_SHOWN_MAX)
            .map(|gap| described_error(gap, catalogue)),
    );
    lines
}

/// Sheet, row, column, value, reason and remedy of one fault.
fn described_error(error: &RowError, catalogue: &Catalogue) -> String {
    let fields = named_fields(error.code(), error.fields(), catalogue);
    let place = place(&fields, catalogue);
    let explanation = catalogue.explain(error.code(), &fields);
    let what = explanation.as_ref().map_or_else(
        || error.code().to_owned(),
        |explanation| explanation.what.clone(),
    );
    let remedy = explanation
        .map(|explanation| explanation.remedy)
        .unwrap_or_default();
    if error.value.is_empty() {
        catalogue.import_error(place.as_str(), error.code(), what.as_str(), remedy.as_str())
    } else {
        catalogue.import_error_with_value(
            place.as_str(),
            error.value.as_str(),
            error.code(),
            what.as_str(),
            remedy.as_str(),
        )
    }
}

/// Tells the first notices of `count`.
fn show_notices(notices: &[Notice], count: usize, console: &Console) {
    let catalogue = console.catalogue();
    for notice in notices.iter().take(NOTICES_SHOWN_MAX) {
        let fields = named_fields(notice.code(), notice.fields(), catalogue);
        let place = place(&fields, catalogue);
        let what = catalogue
            .explain(notice.code(), &fields)
            .map(|explanation| explanation.what)
            .unwrap_or_default();
        let what = if what.is_empty() {
            notice.code().to_owned()
        } else {
            what
        };
        console.say(&catalogue.import_notice(place.as_str(), what.as_str()));
    }
    if count > NOTICES_SHOWN_MAX {
        console.say(&catalogue.import_more_notices((count - NOTICES_SHOWN_MAX).to_string()));
    }
}

/// Where in the file: sheet, row, column with its letters and header, as far as they apply.
fn place(fields: &[(&'static str, String)], catalogue: &Catalogue) -> String {
    let field = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let mut parts = Vec::new();
    if !field("sheet").is_empty() {
        parts.push(catalogue.import_place_sheet(field("sheet")));
    }
    if !field("row").is_empty() && field("row") != "0" {
        parts.push(catalogue.import_place_row(field("row")));
    }
    match (field("letters"), field("column")) {
        ("", "") => {}
        ("", column) => parts.push(catalogue.import_place_header(column)),
        (letters, "") => parts.push(catalogue.import_place_letters(letters)),
        (letters, column) => parts.push(catalogue.import_place_column(letters, column)),
    }
    if parts.is_empty() {
        return catalogue.import_place_file();
    }
    parts.join(&catalogue.help_separator_of_choices())
}
