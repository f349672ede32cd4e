//! Periods as people type them: a year, a month, a day, or two of them with a slash between.

use accounting::{Date, Month, Period};

use super::{Failure, codes};

/// First and last day, `YYYY-MM-DD`.
///
/// # Errors
/// The text is no period.
pub fn parse(text: &str) -> Result<(String, String), Failure> {
    let invalid = || Failure::new(codes::PERIOD_INVALID).with("value", text);
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let first = single(first.trim()).ok_or_else(invalid)?;
    let last = single(last.trim()).ok_or_else(invalid)?;
    let period = Period::new(first.start(), last.end()).map_err(|_| invalid())?;
    Ok((period.start().to_string(), period.end().to_string()))
}

fn single(text: &str) -> Option<Period> {
    match text.split('-').count() {
        1 if text.len() == 4 => Period::of_year(text.parse().ok()?),
        2 => Some(Period::of_month(Month::parse(text).ok()?)),
        3 => {
            let day = Date::parse(text).ok()?;
            Period::new(day, day).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_months_days_and_ranges_are_periods() {
        for (text, start, end) in [
            ("2025", "2025-01-01", "2025-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2025-03-31", "2025-03-31", "2025-03-31"),
            ("2025-01/2025-06", "2025-01-01", "2025-06-30"),
            ("2025-01-01/2025-06-30", "2025-01-01", "2025-06-30"),
        ] {
            assert_eq!(parse(text).expect(text), (start.to_owned(), end.to_owned()));
        }
        for text in ["", "25", "2025-13", "2025-02-30", "2025-06/2025-01", "soon"] {
            assert_eq!(
                parse(text).expect_err(text).code,
                codes::PERIOD_INVALID,
                "{text}"
            );
        }
    }
}
