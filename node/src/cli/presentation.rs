//! How things of the ledger are shown: cells that several commands share.

use hengtan_ledger::v1;
use i18n::Catalogue;

use crate::console::{Cell, local_time, utc_time};

/// Digits of an id that a list shows: enough to tell things of one network apart, and to type.
pub const ID_DIGITS: usize = 12;

/// Bytes as hexadecimal digits; people see the beginning.
pub fn short_id(bytes: &[u8]) -> Cell {
    let digits = hex::encode(bytes);
    let shown = digits.chars().take(ID_DIGITS).collect::<String>();
    Cell::new(digits, shown)
}

/// Bytes as hexadecimal digits, all of them.
pub fn whole_id(bytes: &[u8]) -> Cell {
    Cell::from(hex::encode(bytes))
}

/// A point in time.
pub fn time(milliseconds: u64) -> Cell {
    if milliseconds == 0 {
        return Cell::new(serde_json::Value::Null, "");
    }
    Cell::new(utc_time(milliseconds), local_time(milliseconds))
}

/// A name for people; machines get both languages.
pub fn display_name(name: Option<&v1::DisplayName>, catalogue: &Catalogue) -> Cell {
    let name = name.cloned().unwrap_or_default();
    let shown = catalogue.either(&name.zh, &name.en).to_owned();
    Cell::new(serde_json::json!({ "zh": name.zh, "en": name.en }), shown)
}

/// A coded value with its name.
pub fn named(kind: &str, code: &str, catalogue: &Catalogue) -> Cell {
    Cell::new(
        code,
        if code.is_empty() {
            String::new()
        } else {
            catalogue.name(kind, code)
        },
    )
}

/// Word of an import's status, as catalogues name it.
pub fn status_word(status: v1::ImportStatus) -> &'static str {
    match status {
        v1::ImportStatus::Unspecified => "",
        v1::ImportStatus::Pending => "pending",
        v1::ImportStatus::Submitted => "submitted",
        v1::ImportStatus::Counting => "counting",
        v1::ImportStatus::Voided => "voided",
    }
}

/// First and last day.
pub fn period(start: &str, end: &str) -> Cell {
    let shown = match (start.get(..7), end.get(..7)) {
        _ if start.is_empty() => String::new(),
        (Some(first), Some(last))
            if start.ends_with("-01") && first == last && is_last_day(end) =>
        {
            first.to_owned()
        }
        _ if start.ends_with("-01-01")
            && end.ends_with("-12-31")
            && start.get(..4) == end.get(..4) =>
        {
            start.get(..4).unwrap_or(start).to_owned()
        }
        _ => format!("{start}/{end}"),
    };
    Cell::new(format!("{start}/{end}"), shown)
}

/// Whether a day `YYYY-MM-DD` is the last of its month.
fn is_last_day(day: &str) -> bool {
    let Ok(date) = day.parse::<jiff::civil::Date>() else {
        return false;
    };
    date.last_of_month() == date
}

/// A display name for an envelope; nothing if neither language has one.
pub fn new_display_name(zh: Option<String>, en: Option<String>) -> Option<v1::DisplayName> {
    if zh.is_none() && en.is_none() {
        return None;
    }
    Some(v1::DisplayName {
        zh: zh.unwrap_or_default(),
        en: en.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_months_and_years_are_short() {
        assert_eq!(period("2025-02-01", "2025-02-28").human(), "2025-02");
        assert_eq!(period("2025-01-01", "2025-12-31").human(), "2025");
        assert_eq!(
            period("2025-01-01", "2025-06-30").human(),
            "2025-01-01/2025-06-30"
        );
        assert_eq!(
            period("2024-02-01", "2024-02-28").human(),
            "2024-02-01/2024-02-28"
        );
    }
}
