//! XLSX workbooks, row by row. A number cell is by definition of the format (ECMA-376 part 1, §18.18.11) a double written
//! as text; its shortest decimal text that reads back as the same double is what a person typed. No arithmetic is done on it.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::cell::{Cell, Line, Value, trim};
use super::encoding::snake;
use super::fault::FileError;

/// Significant digits that a spreadsheet program shows and accepts.
const DIGITS_SHOWN: usize = 15;

/// Cells of one row beyond which nothing is read.
pub const COLUMNS_MAX: u32 = 1_024;

/// Rows of one downward merged region beyond which its value is not repeated.
const MERGED_ROWS_MAX: u32 = 10_000;

/// An open workbook.
pub struct Workbook<R: Read + Seek> {
    inner: Xlsx<BufReader<R>>,
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook.
    ///
    /// # Errors
    /// A file that is no workbook, damaged, or protected by a password.
    pub fn open(input: R) -> Result<Self, FileError> {
        Xlsx::new(BufReader::new(input))
            .map(|inner| Self { inner })
            .map_err(file_error)
    }

    /// Names of the visible worksheets, in the workbook's order.
    pub fn sheets(&self) -> Vec<String> {
        self.inner
            .sheets_metadata()
            .iter()
            .filter(|sheet| {
                sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
            })
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// Names of all worksheets, hidden ones too.
    pub fn sheets_all(&self) -> Vec<String> {
        self.inner
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// Gives each row that holds anything to `visit`, in order, until it breaks. Rows out of order are an error.
    ///
    /// # Errors
    /// A damaged sheet; what `visit` breaks with is returned as `Ok(Some(_))`.
    pub fn each_line<B>(
        &mut self,
        sheet: &str,
        mut visit: impl FnMut(Line) -> ControlFlow<B>,
    ) -> Result<Option<B>, FileError> {
        let merged = self.merged(sheet)?;
        let mut cells = self
            .inner
            .worksheet_cells_reader(sheet)
            .map_err(file_error)?;
        let mut line = Line::default();
        let mut open: HashMap<u32, (u32, Cell)> = HashMap::new();
        loop {
            let next = cells.next_cell_with_formula().map_err(file_error)?;
            let position = next.as_ref().map(|cell| cell.pos);
            let row = position.map(|(row, _)| u64::from(row) + 1);
            if line.row != 0 && row != Some(line.row) {
                let done = std::mem::take(&mut line);
                let last = done.row;
                if let ControlFlow::Break(value) = visit(fill(done, &mut open)) {
                    return Ok(Some(value));
                }
                if row.is_some_and(|row| row < last) {
                    return Err(FileError::Damaged {
                        detail: format!("row_order {last} {}", row.unwrap_or(0)),
                    });
                }
            }
            let (Some(cell), Some((row_index, column)), Some(row)) = (next, position, row) else {
                return Ok(None);
            };
            if column >= COLUMNS_MAX {
                continue;
            }
            line.row = row;
            let mut read = read_cell(&cell.value, cell.formula);
            if let Some(rows) = merged.get(&(row_index, column)) {
                read.merged_rows = *rows;
                if !read.is_empty() {
                    open.insert(column, (row_index + rows - 1, read.clone()));
                }
            }
            let column = column as usize;
            if line.cells.len() <= column {
                line.cells.resize(
                    column + 1,
                    Cell {
                        merged_rows: 1,
                        ..Cell::default()
                    },
                );
            }
            line.cells[column] = read;
        }
    }

    /// First cells of regions merged downwards, with the number of their rows.
    fn merged(&mut self, sheet: &str) -> Result<HashMap<(u32, u32), u32>, FileError> {
        let regions = self
            .inner
            .merge_cells_by_sheet_name(sheet)
            .map_err(file_error)?;
        Ok(regions
            .into_iter()
            .filter_map(|region| {
                let rows = region.end.0.checked_sub(region.start.0)?.checked_add(1)?;
                (rows > 1 && rows <= MERGED_ROWS_MAX).then_some((region.start, rows))
            })
            .collect())
    }
}

/// Repeats the value of a region merged downwards in the rows below its first one.
fn fill(mut line: Line, open: &mut HashMap<u32, (u32, Cell)>) -> Line {
    open.retain(|_, (last, _)| u64::from(*last) + 1 >= line.row);
    // A row that holds nothing of its own stays blank, also inside a merged region.
    if line.is_blank() {
        return line;
    }
    for (column, (_, cell)) in open.iter() {
        let column = *column as usize;
        if line.cells.len() <= column {
            line.cells.resize(
                column + 1,
                Cell {
                    merged_rows: 1,
                    ..Cell::default()
                },
            );
        }
        let target = &mut line.cells[column];
        if target.is_empty() {
            *target = Cell {
                filled: true,
                ..cell.clone()
            };
        }
    }
    line
}

fn read_cell(data: &DataRef<'_>, formula: Option<String>) -> Cell {
    let text = |text: &str| {
        let trimmed = trim(text);
        if trimmed.is_empty() {
            Value::Empty
        } else {
            Value::Text(trimmed.to_owned())
        }
    };
    let value = match data {
        DataRef::Empty => Value::Empty,
        DataRef::String(string) => text(string),
        DataRef::SharedString(string) => text(string),
        DataRef::Int(number) => Value::Number(number.to_string()),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(value) => Value::Logical(*value),
        DataRef::Error(error) => Value::Error(error.to_string()),
        DataRef::DateTime(stamp) if stamp.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = stamp.to_ymd_hms_milli();
            Value::Date {
                year,
                month,
                day,
                midnight: (hour, minute, second, milli) == (0, 0, 0, 0),
            }
        }
        // A duration such as 12:30 is neither a date nor a quantity with a unit.
        DataRef::DateTime(stamp) => number_text(stamp.as_f64()),
        DataRef::DateTimeIso(string) | DataRef::DurationIso(string) => text(string),
    };
    let value = match (value, &formula) {
        (Value::Empty, Some(formula))
            if !matches!(data, DataRef::String(_) | DataRef::SharedString(_)) =>
        {
            Value::Uncalculated(formula.clone())
        }
        (value, _) => value,
    };
    Cell {
        value,
        formula: formula.is_some(),
        merged_rows: 1,
        filled: false,
    }
}

/// The shortest decimal text of a stored number; Rust's formatting gives it without exponent.
fn number_text(number: f64) -> Value {
    if number.is_finite() {
        let text = number.to_string();
        Value::Number(if text == "-0" { "0".to_owned() } else { text })
    } else {
        Value::Error(number.to_string())
    }
}

/// Cuts a formula's result to the 15 significant digits that a spreadsheet program shows, half up; `None` if it has no more.
#[must_use]
pub fn round_shown(text: &str) -> Option<String> {
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if !all.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let first = all.iter().position(|digit| *digit != b'0')?;
    let significant = all.iter().rposition(|digit| *digit != b'0')? + 1 - first;
    if significant <= DIGITS_SHOWN {
        return None;
    }
    let keep = first + DIGITS_SHOWN;
    let mut kept = all[..keep].to_vec();
    let mut carry = all[keep] >= b'5';
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        kept.insert(0, b'1');
    }
    let point = whole.len() + usize::from(carry);
    kept.resize(kept.len().max(point), b'0');
    let (whole, fraction) = kept.split_at(point);
    let fraction = String::from_utf8_lossy(fraction);
    let fraction = fraction.trim_end_matches('0');
    let whole = String::from_utf8_lossy(whole);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

fn file_error(error: XlsxError) -> FileError {
    match error {
        XlsxError::Password => FileError::Protected,
        XlsxError::Io(error) => FileError::Unreadable {
            path: String::new(),
            reason: super::encoding::reason(&error),
        },
        XlsxError::WorksheetNotFound(sheet) => FileError::SheetMissing {
            sheet,
            sheets: Vec::new(),
        },
        // The name of the library's error, not its sentence: `file_not_found`, `xml_eof`.
        other => FileError::Damaged {
            detail: snake(&format!("{other:?}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_of_formulas_is_cut_at_what_the_program_shows() {
        assert_eq!(round_shown("0.30000000000000004").as_deref(), Some("0.3"));
        assert_eq!(round_shown("99.99999999999999"), Some("100".into()));
        assert_eq!(
            round_shown("999999999999999.9"),
            Some("1000000000000000".into())
        );
        assert_eq!(
            round_shown("-1234.5678901234567"),
            Some("-1234.56789012346".into())
        );
        assert_eq!(
            round_shown("12345678901234567"),
            Some("12345678901234600".into())
        );
        assert_eq!(round_shown("123456.789"), None);
        assert_eq!(round_shown("100000000000000000000"), None);
        assert_eq!(round_shown("0"), None);
    }

    #[test]
    fn a_stored_number_reads_as_it_was_typed() {
        for (stored, typed) in [
            ("206.67200000000003", "206.67200000000003"),
            ("206.672", "206.672"),
            ("0.28999999999999998", "0.29"),
            ("45210.370000000003", "45210.37"),
            ("1E-7", "0.0000001"),
            ("1e21", "1000000000000000000000"),
            ("-0", "0"),
        ] {
            assert_eq!(
                number_text(stored.parse().unwrap()),
                Value::Number(typed.to_owned()),
                "{stored}"
            );
        }
    }
}
