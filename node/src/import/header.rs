//! Finding the header among title rows, empty rows and merged cells, and the meaning of each column.

use super::cell::{Cell, Line};
use super::column::{Column, Expected, Meaning, rank, understand};
use super::fault::{FileError, letters};

/// Rows that are searched for a header.
pub const ROWS_SEARCHED: usize = 30;

/// Input columns that make a row look like a header.
const LIKELY: usize = 3;

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedColumn {
    /// Position from 0.
    pub position: usize,
    /// Header as it stands in the file; of a two-row header both parts.
    pub header: String,
    /// What it means to us.
    pub meaning: Meaning,
}

impl MappedColumn {
    /// Letters of a spreadsheet program.
    #[must_use]
    pub fn letters(&self) -> String {
        letters(self.position)
    }
}

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Last row of the header; data begin below.
    pub row: u64,
    /// Cells of that row, blank ones too.
    pub cells: usize,
    /// Every column that has a header, left to right.
    pub columns: Vec<MappedColumn>,
}

impl Header {
    /// Position of an input column.
    #[must_use]
    pub fn position(&self, column: Column) -> Option<usize> {
        self.input(column).map(|mapped| mapped.position)
    }

    /// An input column.
    #[must_use]
    pub fn input(&self, column: Column) -> Option<&MappedColumn> {
        self.columns.iter().find(|mapped| matches!(&mapped.meaning, Meaning::Input { column: own, .. } if *own == column))
    }

    /// Unit that stands in the header of the quantity, as written there.
    #[must_use]
    pub fn quantity_suffix(&self) -> Option<&str> {
        match &self.input(Column::Quantity)?.meaning {
            Meaning::Input { suffix, .. } => suffix.as_deref(),
            _ => None,
        }
    }

    /// Columns of expected results that are understood.
    pub fn expected(&self) -> impl Iterator<Item = (&MappedColumn, Expected)> {
        self.columns
            .iter()
            .filter_map(|mapped| match mapped.meaning {
                Meaning::Expected(Some(expected)) => Some((mapped, expected)),
                _ => None,
            })
    }

    /// Columns that hold one parameter each, with the unit of their header.
    pub fn parameters(
        &self,
    ) -> impl Iterator<Item = (&MappedColumn, accounting::ParameterKind, Option<&str>)> {
        self.columns
            .iter()
            .filter_map(|mapped| match &mapped.meaning {
                Meaning::Parameter { kind, unit } => Some((mapped, *kind, unit.as_deref())),
                _ => None,
            })
    }

    /// Text of the header at a position.
    #[must_use]
    pub fn text(&self, position: usize) -> Option<&str> {
        self.columns
            .iter()
            .find(|mapped| mapped.position == position)
            .map(|mapped| mapped.header.as_str())
    }

    /// Columns that the header reaches to the right.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.last().map_or(0, |mapped| mapped.position + 1)
    }

    /// Number of input columns.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.columns
            .iter()
            .filter(|mapped| matches!(mapped.meaning, Meaning::Input { .. }))
            .count()
    }

    /// Checks that the table can be read row by row.
    ///
    /// `defaults` are columns for which a value stands outside of the file.
    ///
    /// # Errors
    /// A column that means the same as another one; required columns that are missing.
    pub fn check(&self, sheet: Option<&str>, defaults: &[Column]) -> Result<(), FileError> {
        let sheet = sheet.map(str::to_owned);
        for (at, mapped) in self.columns.iter().enumerate() {
            let Meaning::Input { column, .. } = mapped.meaning else {
                continue;
            };
            let twin = self.columns[at + 1..]
                .iter()
                .find(|other| matches!(other.meaning, Meaning::Input { column: own, .. } if own == column));
            if let Some(twin) = twin {
                let named =
                    |mapped: &MappedColumn| format!("{} {}", mapped.letters(), mapped.header);
                return Err(FileError::ColumnRepeated {
                    sheet,
                    row: self.row,
                    column: column.code(),
                    first: named(mapped),
                    second: named(twin),
                });
            }
        }
        let has = |column: Column| self.position(column).is_some() || defaults.contains(&column);
        let mut missing = Vec::new();
        for column in [Column::Activity, Column::Quantity] {
            if !has(column) {
                missing.push(column);
            }
        }
        if !has(Column::Unit) && self.quantity_suffix().is_none() {
            missing.push(Column::Unit);
        }
        // A start column alone serves when its cells are months.
        if !has(Column::Period) && !has(Column::Start) {
            missing.push(if has(Column::End) {
                Column::Start
            } else {
                Column::Period
            });
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(FileError::ColumnsMissing {
            sheet,
            row: self.row,
            columns: missing.iter().map(|column| column.code()).collect(),
            aliases: missing
                .iter()
                .map(|column| column.examples())
                .collect::<Vec<_>>()
                .join("; "),
        })
    }
}

/// Finds the header among the first rows: the best understood one, alone or together with the row above it.
#[must_use]
pub fn find(lines: &[Line]) -> Option<Header> {
    let mut best: Option<Header> = None;
    for (at, line) in lines.iter().enumerate().take(ROWS_SEARCHED) {
        let above = at
            .checked_sub(1)
            .map(|at| &lines[at])
            .filter(|above| above.row + 1 == line.row);
        for candidate in [
            Some(map(line, None)),
            above.map(|above| map(line, Some(above))),
        ]
        .into_iter()
        .flatten()
        {
            // Strictly better only: the first of equals, and one row rather than two.
            if best
                .as_ref()
                .is_none_or(|best| candidate.inputs() > best.inputs())
            {
                best = Some(candidate);
            }
        }
    }
    best.filter(|best| best.inputs() >= LIKELY)
}

/// Maps a header row; with `above` as its upper half, whose cells may be merged to the right.
fn map(line: &Line, above: Option<&Line>) -> Header {
    let width = line
        .cells
        .len()
        .max(above.map_or(0, |above| above.cells.len()));
    let mut group = String::new();
    let mut columns = Vec::new();
    for position in 0..width {
        let lower = line.cell(position).map(Cell::display).unwrap_or_default();
        let upper = above
            .and_then(|above| above.cell(position))
            .map(Cell::display)
            .unwrap_or_default();
        // A merged cell keeps its text in its first column only.
        if !upper.is_empty() {
            group.clone_from(&upper);
        } else if lower.is_empty() {
            group.clear();
        }
        let (header, meaning) = match (upper.is_empty(), lower.is_empty()) {
            (true, true) => continue,
            (false, true) => (upper.clone(), understand(&upper)),
            (_, false) => match understand(&lower) {
                Meaning::Unknown if above.is_some() && !group.is_empty() => {
                    let joined = format!("{group}（{lower}）");
                    let meaning = understand(&joined);
                    // `合计（说明）` is not understood through its suffix.
                    let meaning = match meaning {
                        Meaning::Input { .. } if upper.is_empty() => Meaning::Unknown,
                        other => other,
                    };
                    (joined, meaning)
                }
                meaning => (lower.clone(), meaning),
            },
        };
        columns.push(MappedColumn {
            position,
            header,
            meaning,
        });
    }
    settle(&mut columns);
    Header {
        row: line.row,
        cells: line.cells.len(),
        columns,
    }
}

/// Of several columns that mean the same, keeps the one with the most usual name; equals are left for [`Header::check`].
fn settle(columns: &mut [MappedColumn]) {
    let rank_of = |mapped: &MappedColumn, wanted: Column| match mapped.meaning {
        Meaning::Input { column, .. } if column == wanted => Some(rank(&mapped.header, wanted)),
        _ => None,
    };
    for at in 0..columns.len() {
        let Meaning::Input { column, .. } = columns[at].meaning else {
            continue;
        };
        if column.is_strict() {
            continue;
        }
        let own = rank(&columns[at].header, column);
        let best = columns
            .iter()
            .filter_map(|mapped| rank_of(mapped, column))
            .min();
        if best.is_some_and(|best| best < own) {
            columns[at].meaning = Meaning::Unknown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: u64, cells: &[&str]) -> Line {
        Line {
            row,
            cells: cells.iter().map(|cell| Cell::text(cell)).collect(),
            ..Line::default()
        }
    }

    #[test]
    fn a_header_is_found_below_titles_and_blank_rows() {
        let header = find(&[
            line(1, &["2025 年度活动数据台账"]),
            line(2, &[]),
            line(3, &["编号", "活动", "月份", "数量", "单位", "", "颜色"]),
            line(4, &["1", "柴油", "2025年1月", "3", "t"]),
        ])
        .unwrap();
        assert_eq!(header.row, 3);
        assert_eq!(header.position(Column::Quantity), Some(3));
        assert_eq!(header.columns.last().unwrap().meaning, Meaning::Unknown);
        assert_eq!(header.check(None, &[]), Ok(()));
    }

    #[test]
    fn a_header_of_two_rows_with_merged_cells_is_read_as_one() {
        let header = find(&[
            line(1, &["活动", "期间", "", "用量", "", "预期 tCO2"]),
            line(
                2,
                &["", "开始", "结束", "数量", "单位", "不修约", "指南修约"],
            ),
            line(3, &["柴油", "2025-01-01", "2025-01-31", "1", "t", "", ""]),
        ])
        .unwrap();
        assert_eq!(header.row, 2);
        for (column, position) in [
            (Column::Activity, 0),
            (Column::Start, 1),
            (Column::End, 2),
            (Column::Unit, 4),
        ] {
            assert_eq!(header.position(column), Some(position));
        }
        assert_eq!(header.expected().count(), 2);
    }

    #[test]
    fn missing_and_repeated_columns_are_named() {
        let header = find(&[line(1, &["活动", "数量", "备注"])]).unwrap();
        let Err(FileError::ColumnsMissing {
            columns, aliases, ..
        }) = header.check(None, &[])
        else {
            panic!()
        };
        assert_eq!(columns, ["unit", "period"]);
        assert!(
            aliases.contains("单位") && aliases.contains("month"),
            "{aliases}"
        );
        let header = find(&[line(1, &["活动", "数量", "单位", "月份", "用量"])]).unwrap();
        let Err(FileError::ColumnRepeated { column, second, .. }) = header.check(None, &[]) else {
            panic!()
        };
        assert_eq!((column, second.as_str()), ("quantity", "E 用量"));
    }

    #[test]
    fn the_more_usual_name_wins_where_no_number_depends_on_it() {
        let header = find(&[line(
            1,
            &["序号", "编号", "活动名称", "活动", "月份", "数量", "单位"],
        )])
        .unwrap();
        assert_eq!(header.check(None, &[]), Ok(()));
        assert_eq!(
            (
                header.position(Column::Reference),
                header.position(Column::Activity)
            ),
            (Some(1), Some(3))
        );
        assert_eq!(header.columns[0].meaning, Meaning::Unknown);
    }

    #[test]
    fn a_unit_in_the_header_of_the_quantity_serves() {
        let header = find(&[line(1, &["能源品种", "月份", "消耗量（MWh）"])]).unwrap();
        assert_eq!(header.quantity_suffix(), Some("MWh"));
        assert_eq!(header.check(None, &[]), Ok(()));
    }
}
