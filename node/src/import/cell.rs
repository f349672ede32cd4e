//! One row of a table as it stands in the file, before anything is understood.

use super::fault::Fault;

/// What a cell holds. Numbers are decimal text, never floats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Nothing, or white space only.
    #[default]
    Empty,
    /// Text as typed, outer white space cut.
    Text(String),
    /// A number cell of a workbook: the shortest decimal text that denotes the stored number.
    Number(String),
    /// A date cell of a workbook: year, month, day; `midnight` unless it has a time of day.
    Date {
        /// Year.
        year: u16,
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
        /// Whether the time of day is 00:00.
        midnight: bool,
    },
    /// TRUE or FALSE.
    Logical(bool),
    /// `#REF!` and the like.
    Error(String),
    /// A formula without a cached value.
    Uncalculated(String),
}

/// A cell with what its neighbourhood says about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The content.
    pub value: Value,
    /// Whether the value is a formula's cached result.
    pub formula: bool,
    /// Rows of the merged region that the cell belongs to; 1 when it is not merged downwards.
    pub merged_rows: u32,
    /// Whether the value comes from the first cell of a merged region above this one.
    pub filled: bool,
}

impl Cell {
    /// A cell of plain text; white space only is empty.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let trimmed = trim(text);
        let value = if trimmed.is_empty() {
            Value::Empty
        } else {
            Value::Text(trimmed.to_owned())
        };
        Self {
            value,
            formula: false,
            merged_rows: 1,
            filled: false,
        }
    }

    /// Whether nothing stands in the cell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.value, Value::Empty)
    }

    /// The cell as a person reads it.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.value {
            Value::Empty => String::new(),
            Value::Text(text) | Value::Number(text) | Value::Error(text) => text.clone(),
            Value::Date {
                year, month, day, ..
            } => format!("{year:04}-{month:02}-{day:02}"),
            Value::Logical(true) => "TRUE".to_owned(),
            Value::Logical(false) => "FALSE".to_owned(),
            Value::Uncalculated(formula) => format!("={formula}"),
        }
    }

    /// The text of a cell that should hold text; numbers and dates are given as their text.
    ///
    /// # Errors
    /// A spreadsheet error, an uncalculated formula, damaged text or control characters.
    pub fn to_text(&self) -> Result<String, Fault> {
        match &self.value {
            Value::Error(error) => Err(Fault::CellError {
                error: error.clone(),
            }),
            Value::Uncalculated(formula) => Err(Fault::FormulaUncalculated {
                formula: formula.clone(),
            }),
            Value::Text(text) => {
                check_characters(text)?;
                Ok(text.clone())
            }
            _ => Ok(self.display()),
        }
    }
}

/// Bytes of the file that are not text in its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The bytes in hexadecimal.
    pub bytes: String,
    /// Position in the file, from 0.
    pub offset: u64,
    /// Cell from 0, if known.
    pub column: Option<usize>,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Row as a spreadsheet program numbers it, from 1.
    pub row: u64,
    /// The cells; trailing ones may be missing.
    pub cells: Vec<Cell>,
    /// CSV only: the record as it stands in the file, without its line end.
    pub raw: Option<String>,
    /// CSV only: what could not be decoded.
    pub damages: Vec<Damage>,
}

impl Line {
    /// The cell of a column; empty where the row is shorter.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)
    }

    /// Whether no cell holds anything.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.damages.is_empty() && self.cells.iter().all(Cell::is_empty)
    }
}

/// Cuts white space of every script and invisible marks off both ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Marks without width that copying from web pages and chat programs leaves behind.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Refuses damaged text and control characters other than tab and line ends.
///
/// # Errors
/// [`Fault::Replacement`] for U+FFFD, [`Fault::Control`] for control characters.
pub fn check_characters(text: &str) -> Result<(), Fault> {
    for c in text.chars() {
        if c == char::REPLACEMENT_CHARACTER {
            return Err(Fault::Replacement);
        }
        if c.is_control() && !matches!(c, '\t' | '\n' | '\r') {
            return Err(Fault::Control {
                character: format!("U+{:04X}", u32::from(c)),
            });
        }
    }
    Ok(())
}
