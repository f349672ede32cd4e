//! One line of the table to one activity row of the ledger, with every fault of the line.

use accounting::{Category, Obtained, Region, Scope, Unit};
use hengtan_ledger::v1;

use super::cell::{Cell, Line, Value, trim};
use super::column::{Column, Expected, plain};
use super::fault::{Fault, FileError, Matter, Notice, Place, RowError};
use super::header::Header;
use super::number;
use super::parameter;
use super::period::{self, Span};
use super::workbook::round_shown;

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
    header: &'a Header,
    sheet: Option<&'a str>,
    defaults: &'a Defaults,
    header_unit: Option<Unit>,
    /// Whether a date in the period column stands for its month.
    period_is_month: bool,
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
        })
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
        let mut reader = LineReader {
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

struct LineReader<'a> {
    mapper: &'a Mapper<'a>,
    line: &'a Line,
    errors: Vec<RowError>,
    notices: Vec<Notice>,
}

impl LineReader<'_> {
    fn place(&self, column: Option<usize>) -> Place {
        Place {
            sheet: self.mapper.sheet.map(str::to_owned),
            row: self.line.row,
            column,
            header: column
                .and_then(|column| self.mapper.header.text(column))
                .map(str::to_owned),
        }
    }

    fn fail(&mut self, column: Option<usize>, fault: Fault) {
        let value = column
            .and_then(|column| self.line.cell(column))
            .map(Cell::display)
            .unwrap_or_default();
        let place = self.place(column);
        self.errors.push(RowError {
            place,
            value: shown(&value),
            fault,
        });
    }

    fn fail_at(&mut self, column: Column, fault: Fault) {
        let position = self.mapper.header.position(column);
        self.fail(position, fault);
    }

    fn notice(&mut self, column: Option<usize>, matter: Matter) {
        let place = self.place(column);
        self.notices.push(Notice { place, matter });
    }

    fn cell(&self, column: Column) -> Option<&Cell> {
        self.line
            .cell(self.mapper.header.position(column)?)
            .filter(|cell| !cell.is_empty())
    }

    /// Text that shows that the line is a summary or a remark: no quantity, or the word total.
    fn summary(&self) -> Option<String> {
        let texts: Vec<String> = self
            .line
            .cells
            .iter()
            .filter_map(|cell| match &cell.value {
                Value::Text(text) if !cell.filled => Some(text.clone()),
                _ => None,
            })
            .collect();
        let names = [
            Column::Reference,
            Column::Facility,
            Column::Category,
            Column::Activity,
            Column::Period,
        ];
        let total = names
            .iter()
            .filter_map(|column| self.cell(*column))
            .filter(|cell| !cell.filled)
            .map(Cell::display)
            .find(|text| is_total(text));
        if let Some(text) = total {
            return Some(shown(&text));
        }
        let own = |column: Column| self.cell(column).is_some_and(|cell| !cell.filled);
        let data = [
            Column::Quantity,
            Column::Unit,
            Column::Period,
            Column::Start,
            Column::End,
        ];
        if data.iter().any(|column| own(*column)) {
            return None;
        }
        Some(shown(&texts.first().cloned().unwrap_or_default()))
    }

    /// Text of a column, empty where it is absent; line ends become spaces, because the ledger keeps one line.
    fn text(&mut self, column: Column) -> String {
        let Some(cell) = self.cell(column).cloned() else {
            return String::new();
        };
        if cell.filled {
            self.merged(column, &cell);
        }
        match cell.to_text() {
            Ok(text) => {
                let text: Vec<&str> = text
                    .split(['\n', '\r', '\t'])
                    .map(trim)
                    .filter(|part| !part.is_empty())
                    .collect();
                let text = text.join(" ");
                if text.len() > TEXT_BYTES_MAX {
                    self.fail_at(
                        column,
                        Fault::TextTooLong {
                            bytes_max: TEXT_BYTES_MAX,
                        },
                    );
                }
                text
            }
            Err(fault) => {
                self.fail_at(column, fault);
                String::new()
            }
        }
    }

    fn merged(&mut self, column: Column, cell: &Cell) {
        let position = self.mapper.header.position(column);
        self.notice(
            position,
            Matter::MergedFilled {
                text: shown(&cell.display()),
            },
        );
    }

    fn row(&mut self) -> Row {
        let reference = self.text(Column::Reference);
        let facility = self.facility();
        let activity_name = self.text(Column::Activity);
        if activity_name.is_empty() && self.cell(Column::Activity).is_none() {
            self.fail_at(
                Column::Activity,
                Fault::Required {
                    column: Column::Activity.code(),
                },
            );
        }
        let (scope, category) = self.scope_and_category(&activity_name);
        let span = self.span();
        let (quantity, unit) = self.quantity_and_unit();
        let parameters = self.parameters();
        let obtained = match self.text(Column::Obtained) {
            text if text.is_empty() => v1::Obtained::Unspecified,
            text => match parameter::parse_obtained(&text) {
                Ok(obtained) => wire(obtained),
                Err(fault) => {
                    self.fail_at(Column::Obtained, fault);
                    v1::Obtained::Unspecified
                }
            },
        };
        let region = self.region();
        let (evidence, source) = self.evidence();
        let activity = v1::ActivityRow {
            reference,
            facility,
            region,
            scope: scope.map_or(0, |scope| u32::from(scope.number())),
            category: category
                .map(|category| category.code().to_owned())
                .unwrap_or_default(),
            activity: activity_name,
            period_start: span.map(|span| span.start.to_string()).unwrap_or_default(),
            period_end: span.map(|span| span.end.to_string()).unwrap_or_default(),
            quantity: quantity.unwrap_or_default(),
            unit: unit.map(|unit| unit.code().to_owned()).unwrap_or_default(),
            parameters,
            factor_hint: self.text(Column::FactorSource),
            obtained: obtained.into(),
            source,
            evidence,
            instrument: self.text(Column::Instrument),
            quality_plan_version: self.text(Column::QualityPlan),
            laboratory: self.text(Column::Laboratory),
            sample: self.text(Column::Sample),
            recorder: self.text(Column::Recorder),
            reviewer: self.text(Column::Reviewer),
            sheet: self.mapper.sheet.unwrap_or_default().to_owned(),
            line: u32::try_from(self.line.row).unwrap_or(u32::MAX),
            note: self.text(Column::Note),
            market_instrument: self.text(Column::MarketInstrument),
            market_reference: self.text(Column::MarketReference),
            method: self.text(Column::Method),
        };
        Row {
            place: self.place(None),
            activity,
            expected: self.expected(),
        }
    }

    fn facility(&mut self) -> String {
        let mut named = self.text(Column::Facility);
        if named.is_empty()
            && let Some(default) = &self.mapper.defaults.facility
        {
            named.clone_from(default);
            self.notice(
                None,
                Matter::DefaultUsed {
                    column: Column::Facility.code(),
                    value: named.clone(),
                },
            );
        }
        let Some(facilities) = &self.mapper.defaults.facilities else {
            return named;
        };
        if named.is_empty() {
            return named;
        }
        let wanted = plain(&named);
        let known = facilities.iter().find(|facility| {
            facility.name == wanted
                || facility
                    .display_names
                    .iter()
                    .any(|name| plain(name) == wanted)
        });
        if let Some(facility) = known {
            return facility.name.clone();
        }
        self.fail_at(Column::Facility, Fault::Facility);
        String::new()
    }

    /// What neither the row nor the command line names, the ledger takes from the facility.
    fn region(&mut self) -> String {
        let named = self.text(Column::Region);
        if !named.is_empty() {
            return match Region::from_name(&named) {
                Ok(region) => region.code().to_owned(),
                Err(_) => {
                    self.fail_at(Column::Region, Fault::Region);
                    String::new()
                }
            };
        }
        let Some(default) = &self.mapper.defaults.region else {
            return String::new();
        };
        self.notice(
            None,
            Matter::DefaultUsed {
                column: Column::Region.code(),
                value: default.clone(),
            },
        );
        default.clone()
    }

    fn scope_and_category(&mut self, activity: &str) -> (Option<Scope>, Option<Category>) {
        let scope_text = self.text(Column::Scope);
        let scope = if scope_text.is_empty() {
            None
        } else {
            Scope::from_name(&scope_text)
        };
        if scope.is_none() && !scope_text.is_empty() {
            self.fail_at(Column::Scope, Fault::Scope);
        }
        let named = self.text(Column::Category);
        let category = if named.is_empty() {
            let default = self.mapper.defaults.category.as_deref();
            // `购入电力` says its category itself.
            let found = Category::parse(activity)
                .ok()
                .or_else(|| default.and_then(Category::from_code));
            if found.is_none() {
                self.fail_at(
                    Column::Category,
                    Fault::Required {
                        column: Column::Category.code(),
                    },
                );
            }
            found
        } else {
            let found = Category::parse(&named).ok();
            if found.is_none() {
                self.fail_at(Column::Category, Fault::Category);
            }
            found
        };
        match (scope, category) {
            (Some(scope), Some(category)) if category.scope() != scope => {
                let fault = Fault::ScopeMismatch {
                    scope: scope.number().to_string(),
                    category: category.code().to_owned(),
                };
                self.fail_at(Column::Scope, fault);
            }
            _ => {}
        }
        (scope.or_else(|| category.map(Category::scope)), category)
    }

    fn span_of(&mut self, column: Column) -> Option<Span> {
        let cell = self.cell(column)?.clone();
        if cell.filled {
            self.merged(column, &cell);
        }
        match period::span(&cell.value) {
            Ok(span) => Some(span),
            Err(fault) => {
                self.fail_at(column, fault);
                None
            }
        }
    }

    fn span(&mut self) -> Option<Span> {
        let failed = self.errors.len();
        let mut month = self.span_of(Column::Period);
        if self.mapper.period_is_month
            && let Some(span) = month
            && span.start == span.end
            && let Some(cell) = self.cell(Column::Period)
            && (span.start.day == 1 || matches!(cell.value, Value::Date { .. }))
        {
            // A spreadsheet program keeps `2025-03` as the first day of the month.
            month = Span::month_of(span.start);
        }
        let start = self.span_of(Column::Start);
        let end = self.span_of(Column::End);
        if self.errors.len() > failed {
            return None;
        }
        let bounds = match (start, end) {
            (Some(start), Some(end)) if end.end < start.start => {
                let fault = Fault::PeriodReversed {
                    start: start.start.to_string(),
                    end: end.end.to_string(),
                };
                self.fail_at(Column::End, fault);
                return None;
            }
            (Some(start), Some(end)) => Some(Span {
                start: start.start,
                end: end.end,
            }),
            // A month, quarter or year in the start column alone is a whole period; a day is not.
            (Some(start), None) if start.start != start.end => Some(start),
            (None, None) => None,
            (Some(_), None) if month.is_none() => {
                self.fail_at(
                    Column::End,
                    Fault::Required {
                        column: Column::End.code(),
                    },
                );
                return None;
            }
            (None, Some(_)) if month.is_none() => {
                self.fail_at(
                    Column::Start,
                    Fault::Required {
                        column: Column::Start.code(),
                    },
                );
                return None;
            }
            _ => None,
        };
        match (month, bounds) {
            (Some(month), Some(bounds)) if month != bounds => {
                let fault = Fault::PeriodConflict {
                    month: format!("{} – {}", month.start, month.end),
                    start: bounds.start.to_string(),
                    end: bounds.end.to_string(),
                };
                self.fail_at(Column::Period, fault);
                None
            }
            (Some(span), _) | (None, Some(span)) => Some(span),
            (None, None) => {
                let default = self.mapper.defaults.period;
                if let Some(span) = default {
                    let value = format!("{} – {}", span.start, span.end);
                    self.notice(
                        None,
                        Matter::DefaultUsed {
                            column: Column::Period.code(),
                            value,
                        },
                    );
                } else {
                    let column = if self.mapper.header.position(Column::Period).is_some() {
                        Column::Period
                    } else {
                        Column::Start
                    };
                    self.fail_at(column, Fault::PeriodMissing);
                }
                default
            }
        }
    }

    fn quantity_and_unit(&mut self) -> (Option<String>, Option<Unit>) {
        let mut unit_text = self.text(Column::Unit);
        let quantity = match self.cell(Column::Quantity).cloned() {
            None => Err(Fault::Required {
                column: Column::Quantity.code(),
            }),
            Some(cell) if cell.merged_rows > 1 => Err(Fault::QuantityMerged {
                rows: u64::from(cell.merged_rows),
            }),
            Some(cell) => match decimal(&cell) {
                Ok((text, noise)) => {
                    if let Some(stored) = noise {
                        let position = self.mapper.header.position(Column::Quantity);
                        self.notice(
                            position,
                            Matter::FormulaRounded {
                                stored,
                                taken: text.clone(),
                            },
                        );
                    }
                    Ok(text)
                }
                // `12.5 t` in one cell, if no unit stands elsewhere.
                Err(Fault::Number) if unit_text.is_empty() && self.mapper.header_unit.is_none() => {
                    match number::split_unit(&cell.display()) {
                        Some((number, unit)) => {
                            unit_text = unit;
                            number::normalise(&number)
                        }
                        None => Err(Fault::Number),
                    }
                }
                Err(fault) => Err(fault),
            },
        };
        let quantity = quantity.and_then(|text| {
            if text.starts_with('-') {
                Err(Fault::NumberNegative)
            } else {
                Ok(text)
            }
        });
        let quantity = match quantity {
            Ok(text) => Some(text),
            Err(fault) => {
                self.fail_at(Column::Quantity, fault);
                None
            }
        };
        (quantity, self.unit(&unit_text))
    }

    fn unit(&mut self, text: &str) -> Option<Unit> {
        if text.is_empty() {
            let unit = self.mapper.header_unit;
            if let Some(unit) = unit {
                let position = self.mapper.header.position(Column::Quantity);
                self.notice(
                    position,
                    Matter::UnitFromHeader {
                        unit: unit.symbol().to_owned(),
                    },
                );
            } else if self.cell(Column::Unit).is_none() {
                self.fail_at(
                    Column::Unit,
                    Fault::Required {
                        column: Column::Unit.code(),
                    },
                );
            }
            return unit;
        }
        let unit = match Unit::parse(text) {
            Ok(unit) => unit,
            Err(error) => {
                self.fail_at(Column::Unit, accounting_fault(&error));
                return None;
            }
        };
        if let Some(header_unit) = self
            .mapper
            .header_unit
            .filter(|header_unit| *header_unit != unit)
        {
            let fault = Fault::UnitConflict {
                header_unit: header_unit.symbol().to_owned(),
                cell_unit: unit.symbol().to_owned(),
            };
            self.fail_at(Column::Unit, fault);
        }
        Some(unit)
    }

    fn parameters(&mut self) -> Vec<v1::Parameter> {
        let Some(cell) = self.cell(Column::Parameters).cloned() else {
            return Vec::new();
        };
        let text = match cell.to_text() {
            Ok(text) => text,
            Err(fault) => {
                self.fail_at(Column::Parameters, fault);
                return Vec::new();
            }
        };
        if text.len() > TEXT_BYTES_MAX {
            self.fail_at(
                Column::Parameters,
                Fault::TextTooLong {
                    bytes_max: TEXT_BYTES_MAX,
                },
            );
            return Vec::new();
        }
        match parameter::parse(&text) {
            Ok(items) => items.into_iter().map(|item| item.to_wire()).collect(),
            Err(faults) => {
                for fault in faults {
                    self.fail_at(Column::Parameters, fault);
                }
                Vec::new()
            }
        }
    }

    /// Digests become evidence; names of documents without a digest go to the source, because evidence on the ledger is
    /// what can be compared with a file.
    fn evidence(&mut self) -> (Vec<v1::Evidence>, String) {
        let mut source = self.text(Column::Source);
        let text = self.text(Column::Evidence);
        let mut evidence = Vec::new();
        for item in text
            .split([';', '；'])
            .map(trim)
            .filter(|item| !item.is_empty())
        {
            let (name, digest) = item
                .rsplit_once([' ', ':', '：', '　'])
                .map_or(("", item), |(name, digest)| (name, digest));
            let looks_like_digest =
                digest.len() >= 40 && digest.chars().all(|c| c.is_ascii_hexdigit());
            if looks_like_digest {
                match hex::decode(digest) {
                    Ok(bytes) if bytes.len() == 32 => {
                        let name = trim(name.trim_end_matches("sm3").trim_end_matches("SM3"));
                        let name = name.trim_end_matches([':', '：']).to_owned();
                        evidence.push(v1::Evidence {
                            digest: bytes,
                            name,
                            media_type: String::new(),
                        });
                    }
                    _ => self.fail_at(Column::Evidence, Fault::Evidence),
                }
            } else {
                if !source.is_empty() {
                    source.push_str("; ");
                }
                source.push_str(item);
            }
        }
        if source.len() > TEXT_BYTES_MAX {
            self.fail_at(
                Column::Source,
                Fault::TextTooLong {
                    bytes_max: TEXT_BYTES_MAX,
                },
            );
        }
        (evidence, source)
    }

    /// Expected results check nothing of the row itself: what cannot be read is a notice.
    fn expected(&mut self) -> Vec<(usize, Expected, String)> {
        let header = self.mapper.header;
        let mut found = Vec::new();
        for (mapped, expected) in header.expected() {
            let Some(cell) = self
                .line
                .cell(mapped.position)
                .filter(|cell| !cell.is_empty())
            else {
                continue;
            };
            match decimal(cell) {
                Ok((text, _)) => found.push((mapped.position, expected, text)),
                Err(_) => {
                    let value = shown(&cell.display());
                    self.notice(Some(mapped.position), Matter::ExpectedUnreadable { value });
                }
            }
        }
        found
    }
}

/// Decimal text of a cell, and what was stored if a formula's noise was cut.
fn decimal(cell: &Cell) -> Result<(String, Option<String>), Fault> {
    match &cell.value {
        Value::Number(text) => {
            let shown = if cell.formula {
                round_shown(text)
            } else {
                None
            };
            match shown {
                Some(taken) => Ok((number::normalise(&taken)?, Some(text.clone()))),
                None => Ok((number::normalise(text)?, None)),
            }
        }
        Value::Text(text) => {
            super::cell::check_characters(text)?;
            Ok((number::normalise(text)?, None))
        }
        Value::Error(error) => Err(Fault::CellError {
            error: error.clone(),
        }),
        Value::Uncalculated(formula) => Err(Fault::FormulaUncalculated {
            formula: formula.clone(),
        }),
        Value::Empty | Value::Date { .. } | Value::Logical(_) => Err(Fault::Number),
    }
}

fn is_total(text: &str) -> bool {
    let text = plain(text);
    let text = text.trim_end_matches([':', '.']);
    [
        "total",
        "subtotal",
        "sub-total",
        "grand total",
        "sum",
        "合计",
        "总计",
        "小计",
        "共计",
        "汇总",
        "总和",
        "累计",
    ]
    .contains(&text)
        || ["合计", "总计", "小计", "total of", "sum of", "subtotal "]
            .iter()
            .any(|start| text.starts_with(start))
        || ["合计", "小计", "总计"]
            .iter()
            .any(|end| text.ends_with(end))
}

/// The fault of the engine as a fault of a row.
#[must_use]
pub fn accounting_fault(error: &accounting::Error) -> Fault {
    Fault::Accounting {
        code: error.code(),
        fields: error.fields(),
    }
}

const fn wire(obtained: Obtained) -> v1::Obtained {
    match obtained {
        Obtained::Measured => v1::Obtained::Measured,
        Obtained::Default => v1::Obtained::Default,
        Obtained::Calculated => v1::Obtained::Calculated,
    }
}

impl parameter::Item {
    fn to_wire(&self) -> v1::Parameter {
        v1::Parameter {
            kind: self.parameter.kind.code().to_owned(),
            value: self.parameter.value.to_string(),
            unit: self.parameter.unit(),
            obtained: wire(self.parameter.obtained).into(),
            text: self.text.clone(),
            ..v1::Parameter::default()
        }
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
