//! Forms of data for machines: JSON, YAML, CSV. Keys are never translated.

use serde_json::Value;

pub use crate::cli::arguments::OutputForm;

impl OutputForm {
    /// One value as a document of this form; JSON stands in for a table.
    pub fn encode(self, value: &Value) -> String {
        match self {
            OutputForm::Yaml => serde_yaml_ng::to_string(value).unwrap_or_default(),
            OutputForm::Csv => leaves(value),
            OutputForm::Json | OutputForm::Table => {
                serde_json::to_string_pretty(value).unwrap_or_default()
            }
        }
    }
}

/// One line of CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it.
pub(super) fn csv_line<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let line: Vec<String> = fields.into_iter().map(csv_field).collect();
    line.join(",") + "\n"
}

fn csv_field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '@', '\t', '\r'])
        || (text.starts_with('-')
            && !text[1..].starts_with(|first: char| first.is_ascii_digit())
            && text.len() > 1);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The leaves of a value as CSV: `path,value`, array positions from 0.
pub(super) fn leaves(value: &Value) -> String {
    let mut lines = csv_line(["key", "value"]);
    collect(value, String::new(), &mut lines);
    lines
}

fn collect(value: &Value, path: String, lines: &mut String) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| collect(value, below(name), lines)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(position, value)| collect(value, below(&position.to_string()), lines));
        }
        leaf => lines.push_str(&csv_line([path.as_str(), plain(leaf).as_str()])),
    }
}

/// A leaf as text without quotation marks; nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn csv_fields_are_quoted_and_no_formula_passes() {
        let line = csv_line(["plain", "a,b", "say \"no\"", "=HYPERLINK()", "-5.2", "-x"]);
        assert_eq!(
            line,
            "plain,\"a,b\",\"say \"\"no\"\"\",'=HYPERLINK(),-5.2,'-x\n"
        );
    }

    #[test]
    fn leaves_carry_their_path() {
        let value = json!({"a": {"b": "1.5"}, "c": [true, null]});
        assert_eq!(leaves(&value), "key,value\na.b,1.5\nc.0,true\nc.1,\n");
    }
}
