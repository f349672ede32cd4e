//! One thing with named values: aligned lines for people, an object for machines.

use serde_json::{Map, Value};

use super::form::{csv_line, plain};
use super::list::Cell;
use super::style::Style;
use super::width::{columns, pad, wrap};

/// Named values in order.
#[derive(Clone, Debug, Default)]
pub struct Record {
    fields: Vec<(&'static str, String, Cell)>,
}

impl Record {
    /// A record without values.
    pub fn new() -> Record {
        Record::default()
    }

    /// Appends a value. `key` is the name for machines, `label` for people.
    pub fn with(
        mut self,
        key: &'static str,
        label: impl Into<String>,
        cell: impl Into<Cell>,
    ) -> Record {
        self.fields.push((key, label.into(), cell.into()));
        self
    }

    /// Appends a value if there is one; machines get `null` otherwise, people nothing.
    pub fn with_some(
        self,
        key: &'static str,
        label: impl Into<String>,
        cell: Option<impl Into<Cell>>,
    ) -> Record {
        match cell {
            Some(cell) => self.with(key, label, cell),
            None => self.with(key, "", Cell::new(Value::Null, "")),
        }
    }

    /// For people: labels on the left, values aligned, long ones wrapped.
    pub fn text(&self, style: Style, width: usize) -> String {
        let shown = || {
            self.fields
                .iter()
                .filter(|(_, label, cell)| !label.is_empty() && !cell.human().is_empty())
        };
        let left = shown()
            .map(|(_, label, _)| columns(label))
            .max()
            .unwrap_or_default()
            + 2;
        let mut lines = Vec::new();
        for (_, label, cell) in shown() {
            let room = width.saturating_sub(left).max(20);
            for (number, line) in cell
                .human()
                .lines()
                .flat_map(|line| wrap(line, room))
                .enumerate()
            {
                let label = if number == 0 {
                    style.label(&pad(label, left))
                } else {
                    " ".repeat(left)
                };
                lines.push(format!("{label}{line}").trim_end().to_owned());
            }
        }
        lines.join("\n")
    }

    /// For machines.
    pub fn machine(&self) -> Value {
        let fields = self
            .fields
            .iter()
            .map(|(key, _, cell)| ((*key).to_owned(), cell.machine().clone()));
        Value::Object(fields.collect::<Map<String, Value>>())
    }

    /// A header line with the keys, and one line of values.
    pub fn csv(&self) -> String {
        let values: Vec<String> = self
            .fields
            .iter()
            .map(|(_, _, cell)| plain(cell.machine()))
            .collect();
        csv_line(self.fields.iter().map(|(key, _, _)| *key))
            + &csv_line(values.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_align_behind_labels_of_both_widths() {
        let record = Record::new()
            .with("network", "网络", "abc")
            .with("time", "time", "now")
            .with_some("absent", "absent", None::<&str>);
        assert_eq!(record.text(Style::new(false), 80), "网络  abc\ntime  now");
        assert_eq!(
            record.machine().to_string(),
            r#"{"network":"abc","time":"now","absent":null}"#
        );
        assert_eq!(record.csv(), "network,time,absent\nabc,now,\n");
    }
}
