//! What was compared with whom, and how often. A test that passed prints its table (`--nocapture` shows it).

use std::{collections::BTreeMap, fmt::Write};

/// Comparisons of one test.
pub struct Tally {
    title: &'static str,
    counts: BTreeMap<(String, &'static str), usize>,
    strangers: Vec<&'static str>,
}

impl Tally {
    /// An empty table.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Self {
            title,
            counts: BTreeMap::new(),
            strangers: Vec::new(),
        }
    }

    /// Counts one comparison that came out as it should.
    pub fn count(&mut self, stranger: &'static str, what: impl Into<String>) {
        if !self.strangers.contains(&stranger) {
            self.strangers.push(stranger);
        }
        *self.counts.entry((what.into(), stranger)).or_default() += 1;
    }

    /// The table: a row for each kind of comparison, a column for each implementation.
    #[must_use]
    pub fn table(&self) -> String {
        let mut rows: Vec<&str> = self.counts.keys().map(|(what, _)| what.as_str()).collect();
        rows.dedup();
        let mut text = format!("| {} | {} |\n", self.title, self.strangers.join(" | "));
        text.push_str(&"|---".repeat(self.strangers.len() + 1));
        text.push_str("|\n");
        for what in rows {
            let _ = write!(text, "| {what} |");
            for stranger in &self.strangers {
                let _ = match self.counts.get(&(what.to_owned(), stranger)) {
                    Some(count) => write!(text, " {count} |"),
                    None => write!(text, " – |"),
                };
            }
            text.push('\n');
        }
        text
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            println!("\n{}", self.table());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_comparison_and_a_column_for_each_stranger() {
        let mut tally = Tally::new("SM3");
        for (stranger, what) in [("a", "hash"), ("a", "mac"), ("b", "hash"), ("a", "hash")] {
            tally.count(stranger, what);
        }
        assert_eq!(
            tally.table(),
            "| SM3 | a | b |\n|---|---|---|\n| hash | 2 | 1 |\n| mac | 1 | – |\n"
        );
    }
}
