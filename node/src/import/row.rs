//! One line of the table to one activity row of the ledger, with every fault of the line.

mod amount;
mod line;
mod span;

use accounting::Unit;
use hengtan_ledger::v1;

use super::cell::Line;
use super::column::{Column, Expected, plain};
use super::fault::{Fault, FileError, Matter, Notice, Place, RowError};
use super::header::Header;
use super::period::Span;

/// Bytes of one text field that the ledger accepts.
pub const TEXT_BYTES_MAX: usize = 600;

/// Characters of a cell that an error message repeats.
const SHOWN_CHARS_MAX: usize = 200;

/// A facility that the organisation has registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// Name on the ledger, `[a-z0-9-]{1,32}`.
    pub name: String,
    /// Display names, any language.
    pub display_names: Vec<String>,
}

/// Values for cells that the file leaves empty, and what names mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Facility, name or display name.
    pub facility: Option<String>,
    /// Region code.
    pub region: Option<String>,
    /// Period.
    pub period: Option<Span>,
    /// Category code.
    pub category: Option<String>,
    /// Registered facilities; `None` leaves names as they stand in the file (checking without a ledger).
    pub facilities: Option<Vec<Facility>>,
}

/// What a line says, ready for the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// The row.
    pub activity: v1::ActivityRow,
    /// Expected results of the file: header's position, what is expected, decimal text.
    pub expected: Vec<(usize, Expected, String)>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Nothing stands in it.
    Blank,
    /// A summary, a remark: no activity data.
    Skipped(Notice),
    /// Activity data.
    Row(Box<Row>, Vec<Notice>),
    /// Activity data with faults; all of them.
    Bad(Vec<RowError>),
}

/// Reads the lines of one table.
pub struct Mapper<'a> {
    pub(super) header: &'a Header,
    sheet: Option<&'a str>,
    defaults: &'a Defaults,
    header_unit: Option<Unit>,
    /// Whether a date in the period column stands for its month.
    period_is_month: bool,
    /// Whether a single comma may be a decimal mark.
    doubtful_commas: bool,
}

impl<'a> Mapper<'a> {
    /// A reader of the lines below `header`.
    ///
    /// # Errors
    /// A required column that is missing, a repeated one.
    pub fn new(
        header: &'a Header,
        sheet: Option<&'a str>,
        defaults: &'a Defaults,
    ) -> Result<Self, FileError> {
        let mut given = Vec::new();
        if defaults.period.is_some() {
            given.push(Column::Period);
        }
        header.check(sheet, &given)?;
        let header_unit = header
            .quantity_suffix()
            .and_then(|suffix| Unit::parse(suffix).ok());
        if header_unit.is_none() && header.position(Column::Unit).is_none() {
            // The suffix is no unit: the column is as good as missing.
            return Err(FileError::ColumnsMissing {
                sheet: sheet.map(str::to_owned),
                row: header.row,
                columns: vec![Column::Unit.code()],
                aliases: Column::Unit.examples(),
            });
        }
        let period_is_month = header.input(Column::Period).is_some_and(|mapped| {
            !["date", "日期", "时间"]
                .iter()
                .any(|word| plain(&mapped.header).contains(word))
        });
        Ok(Self {
            header,
            sheet,
            defaults,
            header_unit,
            period_is_month,
            doubtful_commas: false,
        })
    }

    /// Refuses numbers with a single comma and no point, as they stand in files separated by semicolons.
    #[must_use]
    pub const fn with_doubtful_commas(mut self, doubtful: bool) -> Self {
        self.doubtful_commas = doubtful;
        self
    }

    /// Unit of the quantity's header.
    #[must_use]
    pub const fn header_unit(&self) -> Option<Unit> {
        self.header_unit
    }

    /// Reads one line.
    #[must_use]
    pub fn read(&self, line: &Line) -> Reading {
        if line.is_blank() {
            return Reading::Blank;
        }
        let mut reader = line::LineReader {
            mapper: self,
            line,
            errors: Vec::new(),
            notices: Vec::new(),
        };
        if line.damages.is_empty()
            && let Some(text) = reader.summary()
        {
            return Reading::Skipped(Notice {
                place: reader.place(None),
                matter: Matter::SummarySkipped { text },
            });
        }
        for damage in &line.damages {
            let fault = Fault::Undecodable {
                bytes: damage.bytes.clone(),
                offset: damage.offset,
            };
            reader.fail(damage.column, fault);
        }
        let extra = line
            .cells
            .iter()
            .skip(self.header.width())
            .any(|cell| !cell.is_empty());
        if self.sheet.is_none() && extra {
            let fault = Fault::CellsExtra {
                columns: self.header.width(),
                cells: line.cells.len(),
            };
            reader.fail(None, fault);
            // The cells have moved: what else is wrong would only mislead.
            return Reading::Bad(reader.errors);
        }
        let row = reader.row();
        // One cell too many and something wrong: a thousands separator without quotation marks has moved the cells.
        if self.sheet.is_none() && !reader.errors.is_empty() && line.cells.len() > self.header.cells
        {
            reader.errors.clear();
            let fault = Fault::CellsExtra {
                columns: self.header.cells,
                cells: line.cells.len(),
            };
            reader.fail(None, fault);
        }
        if reader.errors.is_empty() {
            Reading::Row(Box::new(row), reader.notices)
        } else {
            reader.errors.sort_by_key(|error| error.place.column);
            Reading::Bad(reader.errors)
        }
    }
}

/// The fault of the engine as a fault of a row.
#[must_use]
pub fn accounting_fault(error: &accounting::Error) -> Fault {
    Fault::Accounting {
        code: error.code(),
        fields: error.fields(),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
