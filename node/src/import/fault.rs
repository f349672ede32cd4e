//! What can be wrong with a file, with one of its rows, and what is worth telling about it: permanent codes and typed
//! fields. Sentences for people live in `i18n/locales`; here are none.

use std::fmt;

/// A place in the file as the person who made it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Sheet name; `None` for CSV.
    pub sheet: Option<String>,
    /// Row as a spreadsheet program numbers it, from 1, empty rows counted.
    pub row: u64,
    /// Column from 0, when one cell is meant.
    pub column: Option<usize>,
    /// Header of that column as it stands in the file.
    pub header: Option<String>,
}

impl Place {
    /// Column letters of a spreadsheet program: 0 is `A`, 26 is `AA`.
    #[must_use]
    pub fn column_letters(&self) -> Option<String> {
        self.column.map(letters)
    }
}

/// `A`, `B`, … `Z`, `AA`, … for a column counted from 0.
#[must_use]
pub fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut reversed = Vec::new();
    while rest > 0 {
        let digit = (rest - 1) % 26;
        reversed.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    reversed.iter().rev().collect()
}

/// Why a file cannot be read at all. Nothing of it has been used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are named as in the catalogues, where each sentence shows them
pub enum FileError {
    /// The operating system refused; `reason` is the [`std::io::ErrorKind`] in snake case.
    Unreadable { path: String, reason: String },
    /// Not one byte, or only blank lines.
    Empty { path: String },
    /// A UTF-16 or UTF-32 file, by its byte order mark or by its pattern of zero bytes.
    WideEncoding { encoding: String },
    /// Neither valid UTF-8 nor valid GB18030 (or not the encoding asked for), and too damaged to go on.
    Undecodable {
        encoding: String,
        row: u64,
        offset: u64,
        bytes: String,
        count: u64,
    },
    /// Zero bytes: not text.
    NotText { offset: u64 },
    /// A known format that is not a table we read (`xls`, `pdf`, `ods`, `zip`, …).
    Format { detected: String },
    /// A workbook protected by a password.
    Protected,
    /// A workbook that cannot be parsed.
    Damaged { detail: String },
    /// `--sheet` names a sheet that the workbook does not have.
    SheetMissing { sheet: String, sheets: Vec<String> },
    /// Several sheets look like activity data and none was chosen.
    SheetAmbiguous { sheets: Vec<String> },
    /// No row among the first ones looks like a header.
    HeaderMissing { sheet: Option<String>, rows: u64 },
    /// The header lacks columns that every row needs.
    ColumnsMissing {
        sheet: Option<String>,
        row: u64,
        columns: Vec<&'static str>,
        aliases: String,
    },
    /// Two columns mean the same.
    ColumnRepeated {
        sheet: Option<String>,
        row: u64,
        column: &'static str,
        first: String,
        second: String,
    },
    /// A header, but no data below it.
    NoRows { sheet: Option<String> },
    /// A quotation mark opened in this row is never closed.
    QuoteOpen { row: u64 },
    /// One record is longer than we accept.
    RecordTooLong { row: u64, bytes_max: usize },
    /// The file is larger than we accept for its kind.
    TooLarge { bytes: u64, bytes_max: u64 },
    /// The file has changed while it was read.
    Changed,
    /// An output file of ours could not be written.
    Unwritable { path: String, reason: String },
}

impl FileError {
    /// Permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "HT-IMP-001",
            Self::Empty { .. } => "HT-IMP-002",
            Self::WideEncoding { .. } => "HT-IMP-003",
            Self::Undecodable { .. } => "HT-IMP-004",
            Self::NotText { .. } => "HT-IMP-005",
            Self::Format { .. } => "HT-IMP-006",
            Self::Protected => "HT-IMP-007",
            Self::Damaged { .. } => "HT-IMP-008",
            Self::SheetMissing { .. } => "HT-IMP-009",
            Self::SheetAmbiguous { .. } => "HT-IMP-010",
            Self::HeaderMissing { .. } => "HT-IMP-011",
            Self::ColumnsMissing { .. } => "HT-IMP-012",
            Self::ColumnRepeated { .. } => "HT-IMP-013",
            Self::NoRows { .. } => "HT-IMP-014",
            Self::QuoteOpen { .. } => "HT-IMP-015",
            Self::RecordTooLong { .. } => "HT-IMP-016",
            Self::TooLarge { .. } => "HT-IMP-017",
            Self::Changed => "HT-IMP-018",
            Self::Unwritable { .. } => "HT-IMP-019",
        }
    }

    /// Typed fields as Fluent variables.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let sheet_field = |sheet: &Option<String>| ("sheet", sheet.clone().unwrap_or_default());
        match self {
            Self::Unreadable { path, reason } | Self::Unwritable { path, reason } => {
                vec![("path", path.clone()), ("reason", reason.clone())]
            }
            Self::Empty { path } => vec![("path", path.clone())],
            Self::WideEncoding { encoding } => vec![("encoding", encoding.clone())],
            Self::Undecodable {
                encoding,
                row,
                offset,
                bytes,
                count,
            } => vec![
                ("encoding", encoding.clone()),
                ("row", row.to_string()),
                ("offset", offset.to_string()),
                ("bytes", bytes.clone()),
                ("count", count.to_string()),
            ],
            Self::NotText { offset } => vec![("offset", offset.to_string())],
            Self::Format { detected } => vec![("detected", detected.clone())],
            Self::Protected | Self::Changed => Vec::new(),
            Self::Damaged { detail } => vec![("detail", detail.clone())],
            Self::SheetMissing { sheet, sheets } => {
                vec![("sheet", sheet.clone()), ("sheets", sheets.join(", "))]
            }
            Self::SheetAmbiguous { sheets } => vec![("sheets", sheets.join(", "))],
            Self::HeaderMissing { sheet, rows } => {
                vec![sheet_field(sheet), ("rows", rows.to_string())]
            }
            Self::ColumnsMissing {
                sheet,
                row,
                columns,
                aliases,
            } => vec![
                sheet_field(sheet),
                ("row", row.to_string()),
                ("columns", columns.join(", ")),
                ("aliases", aliases.clone()),
            ],
            Self::ColumnRepeated {
                sheet,
                row,
                column,
                first,
                second,
            } => vec![
                sheet_field(sheet),
                ("row", row.to_string()),
                ("column", (*column).to_owned()),
                ("first", first.clone()),
                ("second", second.clone()),
            ],
            Self::NoRows { sheet } => vec![sheet_field(sheet)],
            Self::QuoteOpen { row } => vec![("row", row.to_string())],
            Self::RecordTooLong { row, bytes_max } => {
                vec![
                    ("row", row.to_string()),
                    ("bytes_max", bytes_max.to_string()),
                ]
            }
            Self::TooLarge { bytes, bytes_max } => {
                vec![
                    ("bytes", bytes.to_string()),
                    ("bytes_max", bytes_max.to_string()),
                ]
            }
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_code_and_fields(out, self.code(), &self.fields())
    }
}

impl std::error::Error for FileError {}

/// Why one row cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are named as in the catalogues, where each sentence shows them
pub enum Fault {
    /// Bytes that are not text in the file's encoding.
    Undecodable { bytes: String, offset: u64 },
    /// U+FFFD stands in the text: it was damaged before it came to us.
    Replacement,
    /// A control character, such as a zero byte.
    Control { character: String },
    /// A cell that every row needs is empty.
    Required { column: &'static str },
    /// Not a number.
    Number,
    /// A separator that may be a decimal mark or a thousands mark: `1,23`, `1.234,5`.
    NumberAmbiguous,
    /// `(1,234)`: the bookkeeper's negative.
    NumberParenthesised,
    /// Below zero.
    NumberNegative,
    /// `1.2E+05`: a spreadsheet program has thrown digits away when it saved the file.
    NumberScientific,
    /// More digits than an amount may have.
    NumberTooLong { digits_max: u32 },
    /// Not a date, month or year.
    Date,
    /// `01/02/2025`: day first or month first?
    DateAmbiguous,
    /// A time of day other than midnight.
    DateTimeOfDay,
    /// Neither a month nor a start and an end.
    PeriodMissing,
    /// The end is before the start.
    PeriodReversed { start: String, end: String },
    /// The month column and the start or end column disagree.
    PeriodConflict {
        month: String,
        start: String,
        end: String,
    },
    /// A formula without a cached value: the workbook was never calculated.
    FormulaUncalculated { formula: String },
    /// `#REF!`, `#DIV/0!` and the like.
    CellError { error: String },
    /// A quantity merged over several rows belongs to none of them alone.
    QuantityMerged { rows: u64 },
    /// Not 1, 2 or 3.
    Scope,
    /// A category that we do not know.
    Category,
    /// The scope column and the category disagree.
    ScopeMismatch { scope: String, category: String },
    /// The header names one unit and the cell another.
    UnitConflict {
        header_unit: String,
        cell_unit: String,
    },
    /// An item of the parameter cell that is not `[name] value unit`.
    Parameter { item: String },
    /// An item whose name or unit tells no parameter.
    ParameterUnknown { item: String, unit: String },
    /// The same parameter twice in one row.
    ParameterRepeated { item: String, parameter: String },
    /// The row reference has been used in an earlier row of this file.
    ReferenceRepeated { first_row: u64 },
    /// Same content as an earlier row, and no row reference that would tell them apart.
    RowRepeated { first_row: u64 },
    /// More cells than the header has: usually an unquoted thousands separator in CSV.
    CellsExtra { columns: usize, cells: usize },
    /// Not measured, default or calculated.
    Obtained,
    /// Text that is longer than the ledger accepts.
    TextTooLong { bytes_max: usize },
    /// A digest of evidence that is not 64 hexadecimal digits.
    Evidence,
    /// An oxidation rate of less than ten per cent: a fraction was written as per cent, or a cell in percent format under a
    /// header with `%`.
    OxidationImplausible { item: String },
    /// No facility of the organisation has this name.
    Facility,
    /// No region that we know has this name.
    Region,
    /// A fault of the engine: unit, factor, calculation.
    Accounting {
        code: &'static str,
        fields: Vec<(&'static str, String)>,
    },
}

impl Fault {
    /// Permanent code; that of `accounting` where the engine refused.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Undecodable { .. } => "HT-IMP-101",
            Self::Replacement => "HT-IMP-102",
            Self::Control { .. } => "HT-IMP-103",
            Self::Required { .. } => "HT-IMP-104",
            Self::Number => "HT-IMP-105",
            Self::NumberAmbiguous => "HT-IMP-106",
            Self::NumberParenthesised => "HT-IMP-107",
            Self::NumberNegative => "HT-IMP-108",
            Self::NumberScientific => "HT-IMP-109",
            Self::NumberTooLong { .. } => "HT-IMP-110",
            Self::Date => "HT-IMP-111",
            Self::DateAmbiguous => "HT-IMP-112",
            Self::DateTimeOfDay => "HT-IMP-113",
            Self::PeriodMissing => "HT-IMP-114",
            Self::PeriodReversed { .. } => "HT-IMP-115",
            Self::PeriodConflict { .. } => "HT-IMP-116",
            Self::FormulaUncalculated { .. } => "HT-IMP-117",
            Self::CellError { .. } => "HT-IMP-118",
            Self::QuantityMerged { .. } => "HT-IMP-119",
            Self::Scope => "HT-IMP-120",
            Self::Category => "HT-IMP-121",
            Self::ScopeMismatch { .. } => "HT-IMP-122",
            Self::UnitConflict { .. } => "HT-IMP-123",
            Self::Parameter { .. } => "HT-IMP-124",
            Self::ParameterUnknown { .. } => "HT-IMP-125",
            Self::ParameterRepeated { .. } => "HT-IMP-126",
            Self::ReferenceRepeated { .. } => "HT-IMP-127",
            Self::RowRepeated { .. } => "HT-IMP-128",
            Self::CellsExtra { .. } => "HT-IMP-129",
            Self::Obtained => "HT-IMP-130",
            Self::TextTooLong { .. } => "HT-IMP-131",
            Self::Evidence => "HT-IMP-132",
            Self::Facility => "HT-IMP-133",
            Self::Region => "HT-IMP-134",
            Self::OxidationImplausible { .. } => "HT-IMP-135",
            Self::Accounting { code, .. } => code,
        }
    }

    /// Typed fields as Fluent variables, without the place and the value (see [`RowError::fields`]).
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Undecodable { bytes, offset } => {
                vec![("bytes", bytes.clone()), ("offset", offset.to_string())]
            }
            Self::Control { character } => vec![("character", character.clone())],
            Self::Required { column } => vec![("missing", (*column).to_owned())],
            Self::NumberTooLong { digits_max } => vec![("digits_max", digits_max.to_string())],
            Self::PeriodReversed { start, end } => {
                vec![("start", start.clone()), ("end", end.clone())]
            }
            Self::PeriodConflict { month, start, end } => {
                vec![
                    ("month", month.clone()),
                    ("start", start.clone()),
                    ("end", end.clone()),
                ]
            }
            Self::FormulaUncalculated { formula } => vec![("formula", formula.clone())],
            Self::CellError { error } => vec![("error", error.clone())],
            Self::QuantityMerged { rows } => vec![("rows", rows.to_string())],
            Self::ScopeMismatch { scope, category } => {
                vec![("scope", scope.clone()), ("category", category.clone())]
            }
            Self::UnitConflict {
                header_unit,
                cell_unit,
            } => {
                vec![
                    ("header_unit", header_unit.clone()),
                    ("cell_unit", cell_unit.clone()),
                ]
            }
            Self::Parameter { item } | Self::OxidationImplausible { item } => {
                vec![("item", item.clone())]
            }
            Self::ParameterUnknown { item, unit } => {
                vec![("item", item.clone()), ("unit", unit.clone())]
            }
            Self::ParameterRepeated { item, parameter } => {
                vec![("item", item.clone()), ("parameter", parameter.clone())]
            }
            Self::ReferenceRepeated { first_row } | Self::RowRepeated { first_row } => {
                vec![("first_row", first_row.to_string())]
            }
            Self::CellsExtra { columns, cells } => {
                vec![
                    ("columns", columns.to_string()),
                    ("cells", cells.to_string()),
                ]
            }
            Self::TextTooLong { bytes_max } => vec![("bytes_max", bytes_max.to_string())],
            Self::Accounting { fields, .. } => fields.clone(),
            Self::Replacement
            | Self::Number
            | Self::NumberAmbiguous
            | Self::NumberParenthesised
            | Self::NumberNegative
            | Self::NumberScientific
            | Self::Date
            | Self::DateAmbiguous
            | Self::DateTimeOfDay
            | Self::PeriodMissing
            | Self::Scope
            | Self::Category
            | Self::Obtained
            | Self::Evidence
            | Self::Facility
            | Self::Region => Vec::new(),
        }
    }
}

/// One reason why one row is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Where.
    pub place: Place,
    /// The cell as it stands in the file, cut at 200 characters; empty when no single cell is at fault.
    pub value: String,
    /// Why.
    pub fault: Fault,
}

impl RowError {
    /// Permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault.code()
    }

    /// `sheet`, `row`, `column`, `letters`, `value` and the fields of the fault. `sheet`, `column` (the header) and
    /// `letters` (its letters) are empty where they do not apply.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = place_fields(&self.place);
        fields.push(("value", self.value.clone()));
        let taken: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let own: Vec<_> = self
            .fault
            .fields()
            .into_iter()
            .filter(|(name, _)| !taken.contains(name))
            .collect();
        fields.extend(own);
        fields
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_code_and_fields(out, self.code(), &self.fields())
    }
}

impl std::error::Error for RowError {}

/// Something that a person should know and that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where; row 0 when the whole file or sheet is meant.
    pub place: Place,
    /// What.
    pub matter: Matter,
}

/// What a [`Notice`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are named as in the catalogues, where each sentence shows them
pub enum Matter {
    /// A row without a quantity that says total, summary or note: skipped.
    SummarySkipped { text: String },
    /// A column that we do not understand: not used.
    ColumnIgnored,
    /// A column of expected results: used for checking only.
    ColumnExpected,
    /// A sheet without a header of activity data: not read.
    SheetSkipped,
    /// A formula's result carries binary noise beyond the 15 digits that a spreadsheet program shows; those are taken.
    FormulaRounded { stored: String, taken: String },
    /// A cell merged over several rows gave its value to each of them.
    MergedFilled { text: String },
    /// The unit stands in the header.
    UnitFromHeader { unit: String },
    /// A value given on the command line stands for an absent cell.
    DefaultUsed { column: &'static str, value: String },
    /// The organisation has registered no facility at all: the name is kept in the note, the rows count for the whole.
    FacilityUnregistered { name: String },
    /// The calculated and the expected result differ.
    Difference {
        profile: String,
        expected: String,
        calculated: String,
        difference: String,
    },
    /// An expected result that cannot be read as a number.
    ExpectedUnreadable { value: String },
}

impl Matter {
    /// Permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SummarySkipped { .. } => "HT-IMP-201",
            Self::ColumnIgnored => "HT-IMP-202",
            Self::ColumnExpected => "HT-IMP-203",
            Self::SheetSkipped => "HT-IMP-204",
            Self::FormulaRounded { .. } => "HT-IMP-205",
            Self::MergedFilled { .. } => "HT-IMP-206",
            Self::UnitFromHeader { .. } => "HT-IMP-207",
            Self::DefaultUsed { .. } => "HT-IMP-208",
            Self::FacilityUnregistered { .. } => "HT-IMP-209",
            Self::Difference { .. } => "HT-IMP-301",
            Self::ExpectedUnreadable { .. } => "HT-IMP-302",
        }
    }

    /// Typed fields as Fluent variables.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SummarySkipped { text } | Self::MergedFilled { text } => {
                vec![("text", text.clone())]
            }
            Self::FacilityUnregistered { name } => vec![("name", name.clone())],
            Self::ColumnIgnored | Self::ColumnExpected | Self::SheetSkipped => Vec::new(),
            Self::FormulaRounded { stored, taken } => {
                vec![("stored", stored.clone()), ("taken", taken.clone())]
            }
            Self::UnitFromHeader { unit } => vec![("unit", unit.clone())],
            Self::DefaultUsed { column, value } => {
                vec![("missing", (*column).to_owned()), ("value", value.clone())]
            }
            Self::Difference {
                profile,
                expected,
                calculated,
                difference,
            } => vec![
                ("profile", profile.clone()),
                ("expected", expected.clone()),
                ("calculated", calculated.clone()),
                ("difference", difference.clone()),
            ],
            Self::ExpectedUnreadable { value } => vec![("value", value.clone())],
        }
    }
}

impl Notice {
    /// Permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.matter.code()
    }

    /// `sheet`, `row`, `column`, `letters` and the fields of the matter.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = place_fields(&self.place);
        fields.extend(self.matter.fields());
        fields
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_code_and_fields(out, self.code(), &self.fields())
    }
}

fn place_fields(place: &Place) -> Vec<(&'static str, String)> {
    vec![
        ("sheet", place.sheet.clone().unwrap_or_default()),
        ("row", place.row.to_string()),
        ("column", place.header.clone().unwrap_or_default()),
        ("letters", place.column_letters().unwrap_or_default()),
    ]
}

fn write_code_and_fields(
    out: &mut fmt::Formatter<'_>,
    code: &str,
    fields: &[(&'static str, String)],
) -> fmt::Result {
    out.write_str(code)?;
    for (name, value) in fields {
        if !value.is_empty() {
            write!(out, " {name}={value:?}")?;
        }
    }
    Ok(())
}

/// Every code of the import: of files (0xx), of rows (1xx), of notices (2xx), of checks (3xx).
pub const CODES: &[&str] = &[
    "HT-IMP-001",
    "HT-IMP-002",
    "HT-IMP-003",
    "HT-IMP-004",
    "HT-IMP-005",
    "HT-IMP-006",
    "HT-IMP-007",
    "HT-IMP-008",
    "HT-IMP-009",
    "HT-IMP-010",
    "HT-IMP-011",
    "HT-IMP-012",
    "HT-IMP-013",
    "HT-IMP-014",
    "HT-IMP-015",
    "HT-IMP-016",
    "HT-IMP-017",
    "HT-IMP-018",
    "HT-IMP-019",
    "HT-IMP-101",
    "HT-IMP-102",
    "HT-IMP-103",
    "HT-IMP-104",
    "HT-IMP-105",
    "HT-IMP-106",
    "HT-IMP-107",
    "HT-IMP-108",
    "HT-IMP-109",
    "HT-IMP-110",
    "HT-IMP-111",
    "HT-IMP-112",
    "HT-IMP-113",
    "HT-IMP-114",
    "HT-IMP-115",
    "HT-IMP-116",
    "HT-IMP-117",
    "HT-IMP-118",
    "HT-IMP-119",
    "HT-IMP-120",
    "HT-IMP-121",
    "HT-IMP-122",
    "HT-IMP-123",
    "HT-IMP-124",
    "HT-IMP-125",
    "HT-IMP-126",
    "HT-IMP-127",
    "HT-IMP-128",
    "HT-IMP-129",
    "HT-IMP-130",
    "HT-IMP-131",
    "HT-IMP-132",
    "HT-IMP-133",
    "HT-IMP-134",
    "HT-IMP-135",
    "HT-IMP-201",
    "HT-IMP-202",
    "HT-IMP-203",
    "HT-IMP-204",
    "HT-IMP-205",
    "HT-IMP-206",
    "HT-IMP-207",
    "HT-IMP-208",
    "HT-IMP-209",
    "HT-IMP-301",
    "HT-IMP-302",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_letters_follow_the_spreadsheet() {
        assert_eq!(letters(0), "A");
        assert_eq!(letters(25), "Z");
        assert_eq!(letters(26), "AA");
        assert_eq!(letters(701), "ZZ");
        assert_eq!(letters(702), "AAA");
    }

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(CODES.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_list_holds_every_code_that_is_given() {
        let source = include_str!("fault.rs");
        let mut given: Vec<&str> = source
            .split("=> \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|code| code.starts_with("HT-IMP-"))
            .collect();
        given.sort_unstable();
        assert_eq!(given, CODES);
    }
}
