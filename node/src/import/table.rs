//! A file opened for import: its tables, what their columns mean, its rows one by one and in batches.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use accounting::plan::{self, Occupied, Planned};
use accounting::{Category, Date, Decimal, Error, Period, Plan, Quantity, Unit, name};
use crypto_sm::sm3;
use prost::Message;

use super::cell::Line;
use super::check::column_of;
use super::column::{Column, Meaning};
use super::encoding::Encoding;
use super::fault::{Fault, FileError, Matter, Notice, Place, RowError};
use super::header::Header;
use super::row::{Defaults, Mapper, Reading, Row, accounting_fault};
use super::seen::Seen;
use super::source::{Kind, Source};

/// Rows of one envelope (protocol §4 and the ledger's limits).
pub const BATCH_ROWS_MAX: usize = 1_000;

/// Bytes of the rows of one envelope, below the ledger's limit of 4 MiB.
pub const BATCH_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Errors and notices that are kept; further ones are only counted.
pub const ERRORS_KEPT_MAX: usize = 10_000;

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Sheets to read; empty for the only one that looks like activity data.
    pub sheets: Vec<String>,
    /// Encoding of a text file, if it is not to be found out.
    pub encoding: Option<Encoding>,
    /// Separator of a text file, if it is not to be found out.
    pub separator: Option<u8>,
    /// Values for what the file leaves empty.
    pub defaults: Defaults,
    /// What is expected of the rows over the year.
    pub plan: Option<Plan>,
}

/// One table of the file.
#[derive(Debug, Clone)]
pub struct Table {
    /// Sheet; `None` for CSV.
    pub sheet: Option<String>,
    /// Its header.
    pub header: Header,
}

/// How far reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file taken; stays 0 for workbooks.
    pub bytes: u64,
    /// Size of the file.
    pub bytes_total: u64,
    /// Lines read, over all tables.
    pub lines: u64,
}

/// A judge of a row that has no fault of form, such as a trial calculation.
pub trait Judge {
    /// Faults of the row, each with the column that it concerns.
    fn judge(&mut self, row: &Row) -> Vec<(Option<Column>, Fault)>;
}

impl Judge for () {
    fn judge(&mut self, _: &Row) -> Vec<(Option<Column>, Fault)> {
        Vec::new()
    }
}

impl<F: FnMut(&Row) -> Vec<(Option<Column>, Fault)>> Judge for F {
    fn judge(&mut self, row: &Row) -> Vec<(Option<Column>, Fault)> {
        self(row)
    }
}

/// What a whole file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Rows without a fault.
    pub rows: u64,
    /// Rows with faults.
    pub rows_bad: u64,
    /// The faults, by sheet and row; at most [`ERRORS_KEPT_MAX`].
    pub errors: Vec<RowError>,
    /// All faults, kept or not.
    pub errors_total: u64,
    /// What the rows together lack by the plan, or have too much of; row 0 stands for the whole file.
    pub gaps: Vec<RowError>,
    /// What a person should know; at most [`ERRORS_KEPT_MAX`].
    pub notices: Vec<Notice>,
}

/// Rows of one envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Number of the first row in the import, from 0; the same whenever the same file is read with the same options.
    pub first: u64,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One line with what became of it.
pub struct Judged<'a> {
    /// The table.
    pub table: &'a Table,
    /// The line as it stands in the file.
    pub line: &'a Line,
    /// What it says.
    pub reading: Reading,
}

/// A file whose tables are understood.
pub struct Import {
    source: Source,
    tables: Vec<Table>,
    notices: Vec<Notice>,
    options: Options,
}

impl Import {
    /// Opens a file, finds its tables and understands their headers.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn open(path: &Path, options: Options) -> Result<Self, FileError> {
        let source = Source::open(path, options.encoding, options.separator)?;
        let mut notices = Vec::new();
        let tables = choose_tables(&source, &options, &mut notices)?;
        for table in &tables {
            // Checked here, so that a bad header is told before any row is read.
            Mapper::new(&table.header, table.sheet.as_deref(), &options.defaults)?;
            for mapped in &table.header.columns {
                let matter = match &mapped.meaning {
                    Meaning::Unknown => Matter::ColumnIgnored,
                    Meaning::Expected(_) => Matter::ColumnExpected,
                    Meaning::Input { .. } | Meaning::Parameter { .. } | Meaning::Blank => continue,
                };
                let place = Place {
                    sheet: table.sheet.clone(),
                    row: table.header.row,
                    column: Some(mapped.position),
                    header: Some(mapped.header.clone()),
                };
                notices.push(Notice { place, matter });
            }
        }
        Ok(Self {
            source,
            tables,
            notices,
            options,
        })
    }

    /// Id of the import: SM3 of the file.
    #[must_use]
    pub const fn id(&self) -> [u8; 32] {
        self.source.digest()
    }

    /// The file.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The tables that are read, with the meaning of each column: what `--explain-mapping` shows.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// What is worth telling about columns and sheets.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Gives each line that is not blank, judged, to `visit` until it breaks. Memory does not grow with the file but
    /// for the periods of metered sources, 12 bytes for each.
    ///
    /// # Errors
    /// The file can no longer be read, or has changed.
    pub fn each_line<B>(
        &self,
        judge: &mut dyn Judge,
        progress: &mut dyn FnMut(Progress),
        visit: impl FnMut(Judged<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>, FileError> {
        let mut planned = self.options.plan.as_ref().map(Plan::begin);
        self.walk(&mut planned, judge, progress, visit)
    }

    /// [`Self::each_line`], with the rows compared with the plan.
    fn walk<B>(
        &self,
        planned: &mut Option<plan::Progress<'_>>,
        judge: &mut dyn Judge,
        progress: &mut dyn FnMut(Progress),
        mut visit: impl FnMut(Judged<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>, FileError> {
        let mut lines = 0;
        for table in &self.tables {
            let separator = self.text_form().map(|(_, separator)| separator);
            let mapper = Mapper::new(
                &table.header,
                table.sheet.as_deref(),
                &self.options.defaults,
            )?
            .with_doubtful_commas(separator == Some(b';'));
            let mut seen = Known::default();
            let broken = self
                .source
                .each_line(table.sheet.as_deref(), |line, bytes| {
                    lines += 1;
                    if lines % 256 == 0 {
                        progress(Progress {
                            bytes,
                            bytes_total: self.source.bytes(),
                            lines,
                        });
                    }
                    if line.row <= table.header.row {
                        return ControlFlow::Continue(());
                    }
                    let reading = match mapper.read(&line) {
                        Reading::Blank => return ControlFlow::Continue(()),
                        Reading::Row(row, notices) => {
                            let mut before = Before {
                                seen: &mut seen,
                                planned: planned.as_mut(),
                            };
                            match self.judge_row(table, &line, &row, &mut before, judge) {
                                Ok(errors) if errors.is_empty() => Reading::Row(row, notices),
                                Ok(errors) => Reading::Bad(errors),
                                Err(error) => return ControlFlow::Break(Err(error)),
                            }
                        }
                        other => other,
                    };
                    let judged = Judged {
                        table,
                        line: &line,
                        reading,
                    };
                    match visit(judged) {
                        ControlFlow::Continue(()) => ControlFlow::Continue(()),
                        ControlFlow::Break(value) => ControlFlow::Break(Ok(value)),
                    }
                })?;
            if let Some(value) = broken.transpose()? {
                return Ok(Some(value));
            }
        }
        progress(Progress {
            bytes: self.source.bytes(),
            bytes_total: self.source.bytes(),
            lines,
        });
        Ok(None)
    }

    fn judge_row(
        &self,
        table: &Table,
        line: &Line,
        row: &Row,
        before: &mut Before<'_, '_>,
        judge: &mut dyn Judge,
    ) -> Result<Vec<RowError>, FileError> {
        let mut faults: Vec<(Option<Column>, Fault)> = Vec::new();
        if let Some(fault) = before.seen.repeated(row)? {
            let column =
                matches!(fault, Fault::ReferenceRepeated { .. }).then_some(Column::Reference);
            faults.push((column, fault));
        }
        faults.extend(judge.judge(row));
        // A row that is refused for itself has no days and no amount that others could contradict.
        if faults.is_empty()
            && let Err(error) = before.place(row)
        {
            let column = match column_of(error.column()) {
                Some(Column::Period) if table.header.position(Column::Period).is_none() => {
                    Some(Column::Start)
                }
                other => other,
            };
            faults.push((column, accounting_fault(&error)));
        }
        let errors = faults
            .into_iter()
            .map(|(column, fault)| {
                let position = column.and_then(|column| table.header.position(column));
                let value = position
                    .and_then(|position| line.cell(position))
                    .map(|cell| cell.display());
                let place = Place {
                    column: position,
                    header: position
                        .and_then(|position| table.header.text(position))
                        .map(str::to_owned),
                    ..row.place.clone()
                };
                RowError {
                    place,
                    value: value.unwrap_or_default(),
                    fault,
                }
            })
            .collect();
        Ok(errors)
    }

    /// Reads the whole file and reports every fault at once.
    ///
    /// # Errors
    /// The file cannot be read; [`FileError::NoRows`] if it holds no row of data, good or bad.
    pub fn check(
        &self,
        judge: &mut dyn Judge,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report, FileError> {
        let mut report = Report {
            notices: self.notices.clone(),
            ..Report::default()
        };
        let mut once = HashSet::new();
        let mut planned = self.options.plan.as_ref().map(Plan::begin);
        self.walk(&mut planned, judge, progress, |judged| {
            match judged.reading {
                Reading::Blank => {}
                Reading::Skipped(notice) => keep(&mut report.notices, notice),
                Reading::Row(_, notices) => {
                    report.rows += 1;
                    for notice in notices {
                        // What holds for a whole column is told once.
                        let column_wide = !matches!(
                            notice.matter,
                            Matter::FormulaRounded { .. } | Matter::ExpectedUnreadable { .. }
                        );
                        let key = (
                            notice.code(),
                            notice.place.sheet.clone(),
                            notice.place.column,
                            match &notice.matter {
                                Matter::DefaultUsed { column, .. } => (*column).to_owned(),
                                Matter::FacilityUnregistered { name } => name.clone(),
                                _ => String::new(),
                            },
                        );
                        if !column_wide || once.insert(key) {
                            keep(&mut report.notices, notice);
                        }
                    }
                }
                Reading::Bad(errors) => {
                    report.rows_bad += 1;
                    report.errors_total += errors.len() as u64;
                    for error in errors {
                        keep(&mut report.errors, error);
                    }
                }
            }
            ControlFlow::<()>::Continue(())
        })?;
        if report.rows + report.rows_bad == 0 {
            let sheet = self.tables.first().and_then(|table| table.sheet.clone());
            return Err(FileError::NoRows { sheet });
        }
        let gaps = planned.map(plan::Progress::finish).unwrap_or_default();
        report.gaps = gaps
            .0
            .iter()
            .map(|gap| RowError {
                place: Place::default(),
                value: String::new(),
                fault: accounting_fault(&gap.error),
            })
            .collect();
        Ok(report)
    }

    /// Gives the good rows in batches for one envelope each; bad rows are left out, so check first.
    ///
    /// The numbers of the rows, and which row stands in which batch, depend on the file, the options and the judge only: an
    /// import that was interrupted goes on with the first batch that the ledger does not have.
    ///
    /// # Errors
    /// The file cannot be read, or has changed.
    pub fn each_batch<B>(
        &self,
        judge: &mut dyn Judge,
        progress: &mut dyn FnMut(Progress),
        mut visit: impl FnMut(Batch) -> ControlFlow<B>,
    ) -> Result<Option<B>, FileError> {
        let mut batch = Batch {
            first: 0,
            rows: Vec::new(),
        };
        let mut bytes = 0;
        let broken = self.each_line(judge, progress, |judged| {
            let Reading::Row(row, _) = judged.reading else {
                return ControlFlow::Continue(());
            };
            let size = row.activity.encoded_len() + 16;
            if batch.rows.len() == BATCH_ROWS_MAX
                || (bytes + size > BATCH_BYTES_MAX && !batch.rows.is_empty())
            {
                let next = Batch {
                    first: batch.first + batch.rows.len() as u64,
                    rows: Vec::new(),
                };
                bytes = 0;
                if let ControlFlow::Break(value) = visit(std::mem::replace(&mut batch, next)) {
                    return ControlFlow::Break(value);
                }
            }
            bytes += size;
            batch.rows.push(*row);
            ControlFlow::Continue(())
        })?;
        if broken.is_some() || batch.rows.is_empty() {
            return Ok(broken);
        }
        match visit(batch) {
            ControlFlow::Break(value) => Ok(Some(value)),
            ControlFlow::Continue(()) => Ok(None),
        }
    }

    /// Encoding and separator of a text file.
    #[must_use]
    pub const fn text_form(&self) -> Option<(Encoding, u8)> {
        match self.source.kind() {
            Kind::Delimited {
                encoding,
                separator,
            } => Some((*encoding, *separator)),
            Kind::Workbook { .. } => None,
        }
    }
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() < ERRORS_KEPT_MAX {
        list.push(item);
    }
}

fn choose_tables(
    source: &Source,
    options: &Options,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Table>, FileError> {
    let missing = |sheet: &Option<String>, rows: usize| FileError::HeaderMissing {
        sheet: sheet.clone(),
        rows: rows as u64,
    };
    if !options.sheets.is_empty() {
        let all = source.sheets(true)?;
        let names: Vec<String> = all.into_iter().flatten().collect();
        let mut tables: Vec<Table> = Vec::new();
        for wanted in &options.sheets {
            let found = names.iter().find(|name| *name == wanted).or_else(|| {
                let wanted = super::column::plain(wanted);
                names
                    .iter()
                    .find(|name| super::column::plain(name) == wanted)
            });
            let Some(sheet) = found.cloned().map(Some) else {
                return Err(FileError::SheetMissing {
                    sheet: wanted.clone(),
                    sheets: names,
                });
            };
            if tables.iter().any(|table| table.sheet == sheet) {
                continue;
            }
            let (header, rows) = source.header(sheet.as_deref())?;
            let header = header.ok_or_else(|| missing(&sheet, rows))?;
            tables.push(Table { sheet, header });
        }
        return Ok(tables);
    }
    let mut tables = Vec::new();
    let mut headless = Vec::new();
    for sheet in source.sheets(false)? {
        let (header, rows) = source.header(sheet.as_deref())?;
        match header {
            Some(header) => tables.push(Table { sheet, header }),
            None => headless.push((sheet, rows)),
        }
    }
    if tables.len() > 1 {
        // A sheet of instructions may look a little like a table; only those that can be imported compete.
        let importable = |table: &Table| {
            Mapper::new(&table.header, table.sheet.as_deref(), &options.defaults).is_ok()
        };
        let good: Vec<Table> = tables
            .iter()
            .filter(|table| importable(table))
            .cloned()
            .collect();
        match good.len() {
            0 => tables.truncate(1),
            1 => tables = good,
            _ => {
                let sheets = good.into_iter().filter_map(|table| table.sheet).collect();
                return Err(FileError::SheetAmbiguous { sheets });
            }
        }
    }
    if tables.is_empty() {
        return Err(match headless.iter().find(|(_, rows)| *rows > 0) {
            Some((sheet, rows)) => missing(sheet, *rows),
            None => FileError::Empty {
                path: source.path().display().to_string(),
            },
        });
    }
    for (sheet, rows) in headless {
        if rows > 0 {
            let place = Place {
                sheet,
                ..Place::default()
            };
            notices.push(Notice {
                place,
                matter: Matter::SheetSkipped,
            });
        }
    }
    Ok(tables)
}

/// What came before a row: the rows of its table, and what the plan makes of all of them.
struct Before<'a, 'p> {
    seen: &'a mut Known,
    planned: Option<&'a mut plan::Progress<'p>>,
}

impl Before<'_, '_> {
    /// Finds the row its place in time: not in days that its source has data for, nor beyond what the plan allows.
    fn place(&mut self, row: &Row) -> Result<(), Error> {
        let activity = &row.activity;
        let Some(category) = Category::from_code(&activity.category) else {
            return Ok(());
        };
        // A row of a meter covers days that no other row of it covers, whatever it measures.
        let continuous = plan::is_continuous(category) || !activity.instrument.is_empty();
        if !continuous && self.planned.is_none() {
            return Ok(());
        }
        let period = Period::new(
            Date::parse(&activity.period_start)?,
            Date::parse(&activity.period_end)?,
        )?;
        if continuous {
            let activity_name = name::fold(&activity.activity);
            let source = short_digest(&[
                &activity.facility,
                &activity.region,
                &activity.category,
                &activity_name,
                &activity.instrument,
                &activity.sample,
            ]);
            self.seen.occupied.note(source, period, activity.line)?;
        }
        if let Some(planned) = self.planned.as_mut() {
            planned.note(&Planned {
                facility: &activity.facility,
                category,
                activity: &activity.activity,
                instrument: &activity.instrument,
                period,
                quantity: Quantity {
                    amount: Decimal::parse(&activity.quantity)?,
                    unit: Unit::parse(&activity.unit)?,
                },
            })?;
        }
        Ok(())
    }
}

/// Sixteen bytes of SM3 over texts, none of which runs into the next.
fn short_digest(texts: &[&str]) -> [u8; 16] {
    let mut hasher = sm3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize()[..16]);
    short
}

/// What rows of a table must not repeat.
#[derive(Default)]
struct Known {
    references: Seen,
    contents: Seen,
    occupied: Occupied<[u8; 16]>,
}

impl Known {
    fn repeated(&mut self, row: &Row) -> Result<Option<Fault>, FileError> {
        let line = row.activity.line;
        if row.activity.reference.is_empty() {
            // The place in the file is not part of what a row says.
            let mut content = row.activity.clone();
            content.sheet.clear();
            content.line = 0;
            let first = self.contents.note(short(&content.encode_to_vec()), line)?;
            return Ok(first.map(|first| Fault::RowRepeated {
                first_row: u64::from(first),
            }));
        }
        let first = self
            .references
            .note(short(row.activity.reference.as_bytes()), line)?;
        Ok(first.map(|first| Fault::ReferenceRepeated {
            first_row: u64::from(first),
        }))
    }
}

/// Sixteen bytes of SM3.
fn short(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&sm3::hash(&[bytes])[..16]);
    short
}
