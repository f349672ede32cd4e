//! A list of things of one kind: an aligned table for people, an array of objects for machines.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Map, Value};

use super::form::{csv_line, plain};
use super::style::Style;
use super::width::{columns, pad};

/// On which side a column's text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    key: &'static str,
    title: String,
    align: Align,
    hidden: bool,
    width_min: usize,
}

/// One value: what machines get, and what people read.
#[derive(Clone, Debug)]
pub struct Cell {
    machine: Value,
    human: String,
}

/// Rows below columns.
#[derive(Clone, Debug, Default)]
pub struct List {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Column {
    /// A column of words. `key` is the name for machines, `title` the heading for people.
    pub fn new(key: &'static str, title: impl Into<String>) -> Column {
        Column {
            key,
            title: title.into(),
            align: Align::Left,
            hidden: false,
            width_min: 0,
        }
    }

    /// The same column for numbers.
    pub fn right(mut self) -> Column {
        self.align = Align::Right;
        self
    }

    /// The same column, at least so wide where rows come one by one.
    pub fn wide(mut self, width_min: usize) -> Column {
        self.width_min = width_min;
        self
    }

    /// A column for machines only.
    pub fn machine(key: &'static str) -> Column {
        Column {
            key,
            title: String::new(),
            align: Align::Left,
            hidden: true,
            width_min: 0,
        }
    }
}

impl Cell {
    /// A value that people read in another form.
    pub fn new(machine: impl Into<Value>, human: impl Into<String>) -> Cell {
        Cell {
            machine: machine.into(),
            human: human.into(),
        }
    }

    /// What people read.
    pub fn human(&self) -> &str {
        &self.human
    }

    /// What machines get.
    pub fn machine(&self) -> &Value {
        &self.machine
    }
}

impl From<Value> for Cell {
    fn from(machine: Value) -> Cell {
        let human = plain(&machine);
        Cell { machine, human }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(Value::from(text))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::from(Value::from(text))
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::from(Value::from(number))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::from(Value::from(number))
    }
}

impl From<u8> for Cell {
    fn from(number: u8) -> Cell {
        Cell::from(Value::from(number))
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Cell {
        Cell::from(Value::from(number))
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Cell {
        Cell::from(Value::from(truth))
    }
}

impl List {
    /// An empty list with these columns.
    pub fn new(columns: Vec<Column>) -> List {
        List {
            columns,
            rows: Vec::new(),
        }
    }

    /// Appends a row; it has a cell for every column.
    pub fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// For people. Borders are ASCII: box-drawing characters are of ambiguous width in Chinese terminals.
    pub fn table(&self, style: Style) -> String {
        let shown: Vec<usize> = (0..self.columns.len())
            .filter(|position| !self.columns[*position].hidden)
            .collect();
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(
            shown
                .iter()
                .map(|position| style.heading(&self.columns[*position].title)),
        );
        for row in &self.rows {
            table.add_row(
                shown
                    .iter()
                    .map(|position| single_line(&row[*position].human)),
            );
        }
        for (place, position) in shown.iter().enumerate() {
            if let Some(column) = table.column_mut(place) {
                column.set_padding((0, 2));
                if self.columns[*position].align == Align::Right {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n")
    }

    /// For people, where rows come one by one: no column can know how wide it will have to be.
    pub fn lines(&self, style: Style, heading: bool) -> String {
        let line = |cell: &dyn Fn(usize) -> String| {
            let mut text = String::new();
            for (position, column) in self.columns.iter().enumerate() {
                if column.hidden {
                    continue;
                }
                let (cell, wide) = (cell(position), columns(&column.title).max(column.width_min));
                match column.align {
                    Align::Left => text.push_str(&pad(&cell, wide)),
                    Align::Right => {
                        text.push_str(&" ".repeat(wide.saturating_sub(columns(&cell))));
                        text.push_str(&cell);
                    }
                }
                text.push_str("  ");
            }
            text.trim_end().to_owned()
        };
        let mut lines = Vec::new();
        if heading {
            lines.push(style.heading(&line(&|at| self.columns[at].title.clone())));
        }
        for row in &self.rows {
            lines.push(line(&|at| single_line(&row[at].human)));
        }
        lines.join("\n")
    }

    /// For machines.
    pub fn machine(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            let fields = self
                .columns
                .iter()
                .zip(row)
                .map(|(column, cell)| (column.key.to_owned(), cell.machine.clone()));
            Value::Object(fields.collect::<Map<String, Value>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// For spreadsheets; the header line has the keys for machines.
    pub fn csv(&self) -> String {
        csv_line(self.columns.iter().map(|column| column.key)) + &self.csv_rows()
    }

    /// The same without the header line, for a list that is written piece by piece.
    pub fn csv_rows(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let fields: Vec<String> = row.iter().map(|cell| plain(&cell.machine)).collect();
            text.push_str(&csv_line(fields.iter().map(String::as_str)));
        }
        text
    }
}

/// A line break or tabulator inside a cell would break the alignment, and control characters could move the cursor.
fn single_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn mixed() -> List {
        let mut list = List::new(vec![
            Column::new("name", "名称"),
            Column::new("amount", "数量").right(),
            Column::new("unit", "单位"),
            Column::machine("code"),
        ]);
        list.push(vec![
            "购入电力".into(),
            Cell::new("1234567.5", "1,234,567.5"),
            "kWh".into(),
            "a".into(),
        ]);
        list.push(vec![
            "柴油 diesel".into(),
            Cell::new("12", "12"),
            "吨".into(),
            "b".into(),
        ]);
        list
    }

    #[test]
    fn columns_align_with_han_characters() {
        let table = mixed().table(Style::new(false));
        let lines: Vec<&str> = table.lines().collect();
        // The amount is right-aligned: it ends at the same column in every line.
        let end = |line: &str, what: &str| {
            line[..line.find(what).expect("stands there") + what.len()].width()
        };
        assert_eq!(end(lines[0], "数量"), end(lines[1], "1,234,567.5"));
        assert_eq!(end(lines[1], "1,234,567.5"), end(lines[2], "12"));
        let start = |line: &str, what: &str| line[..line.find(what).expect("stands there")].width();
        assert_eq!(start(lines[0], "单位"), start(lines[1], "kWh"));
        assert_eq!(start(lines[1], "kWh"), start(lines[2], "吨"));
        assert!(!table.contains("code"));
    }

    #[test]
    fn machines_get_untranslated_keys_and_exact_values() {
        let machine = mixed().machine();
        assert_eq!(machine[0]["amount"], "1234567.5");
        assert_eq!(machine[1]["code"], "b");
        assert_eq!(mixed().csv().lines().next(), Some("name,amount,unit,code"));
    }

    #[test]
    fn a_line_break_in_a_value_does_not_break_the_table() {
        let mut list = List::new(vec![Column::new("a", "A"), Column::new("b", "B")]);
        list.push(vec!["one\ntwo\u{1b}[2J".into(), "x".into()]);
        assert_eq!(list.table(Style::new(false)).lines().count(), 2);
        assert!(!list.table(Style::new(false)).contains('\u{1b}'));
    }
}
