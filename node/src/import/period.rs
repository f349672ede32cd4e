//! Dates, months and periods as people write them. A period includes its last day.

use super::cell::{Value, trim};
use super::fault::Fault;
use super::number::fold_width;

/// A day of the Gregorian calendar. Ordered as time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// 1990 to 2199.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the length of the month.
    pub day: u8,
}

impl Day {
    /// A day that exists, between 1990 and 2199.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1990..=2199).contains(&year)
            && (1..=12).contains(&month)
            && (1..=month_days(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// First and last day; both belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First day.
    pub start: Day,
    /// Last day, not before the first.
    pub end: Day,
}

impl Span {
    fn months(year: u16, first: u8, last: u8) -> Option<Self> {
        if first > last {
            return None;
        }
        Some(Self {
            start: Day::new(year, first, 1)?,
            end: Day::new(year, last, month_days(year, last))?,
        })
    }

    /// The whole month that a day lies in.
    #[must_use]
    pub fn month_of(day: Day) -> Option<Self> {
        Self::months(day.year, day.month, day.month)
    }

    const fn day(day: Day) -> Self {
        Self {
            start: day,
            end: day,
        }
    }
}

const fn month_days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The days that a date cell denotes: one day, a whole month, a quarter, a year or an explicit range.
///
/// # Errors
/// [`Fault::Date`], [`Fault::DateAmbiguous`], [`Fault::DateTimeOfDay`], [`Fault::PeriodReversed`], or the cell's own fault.
pub fn span(value: &Value) -> Result<Span, Fault> {
    match value {
        Value::Date {
            midnight: false, ..
        } => Err(Fault::DateTimeOfDay),
        Value::Date {
            year, month, day, ..
        } => Day::new(*year, *month, *day)
            .map(Span::day)
            .ok_or(Fault::Date),
        Value::Text(text) => parse(text),
        // 202503 or 20250301 typed as a number; 2025.1 may be January or, with a lost zero, October.
        Value::Number(text) if text.contains('.') => Err(Fault::DateAmbiguous),
        Value::Number(text) => parse(text),
        Value::Error(error) => Err(Fault::CellError {
            error: error.clone(),
        }),
        Value::Uncalculated(formula) => Err(Fault::FormulaUncalculated {
            formula: formula.clone(),
        }),
        Value::Empty | Value::Logical(_) => Err(Fault::Date),
    }
}

/// Reads the text of a date, month, quarter, year or range.
///
/// # Errors
/// See [`span`].
pub fn parse(text: &str) -> Result<Span, Fault> {
    let folded = fold_width(trim(text)).to_lowercase();
    let text = trim(&folded);
    if let Some((from, to)) = split_range(text) {
        let start = single(from)?;
        let end = single(to).or_else(|fault| complete(from, to).ok_or(fault))?;
        if end.end < start.start {
            return Err(Fault::PeriodReversed {
                start: start.start.to_string(),
                end: end.end.to_string(),
            });
        }
        return Ok(Span {
            start: start.start,
            end: end.end,
        });
    }
    single(text)
}

/// `a至b`, `a ~ b`, `a to b`; a plain hyphen only with spaces around it, or in `2025年1-3月`.
fn split_range(text: &str) -> Option<(&str, &str)> {
    let marks = ["至", "到", "~", "～", "—", "–", " to ", "..", " - "];
    for mark in marks {
        if let Some((from, to)) = text.split_once(mark) {
            let to = to.trim_start_matches(['—', '–', '.']);
            return Some((trim(from), trim(to)));
        }
    }
    let (from, to) = text.split_once('-')?;
    (from.contains('年') && to.ends_with('月')).then(|| (trim(from), trim(to)))
}

/// `2025年1` with `3月`, or `2025年1月` with `3月` or `3`: the second part borrows the year of the first.
fn complete(from: &str, to: &str) -> Option<Span> {
    let (year, _) = from.split_once('年')?;
    let month = to.trim_end_matches('月').trim_end_matches('份');
    single(&format!("{year}年{}月", trim(month))).ok()
}

fn single(text: &str) -> Result<Span, Fault> {
    let text = date_part(text)?;
    if text.contains('年') {
        return chinese(text).ok_or(Fault::Date);
    }
    if let Some(span) = quarter(text) {
        return span.ok_or(Fault::Date);
    }
    if text.chars().any(|c| c.is_ascii_alphabetic()) {
        return named_month(text);
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        return compact(text).ok_or(Fault::Date);
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).map(trim).collect();
    let separators: Vec<char> = text
        .chars()
        .filter(|c| matches!(c, '-' | '/' | '.'))
        .collect();
    if separators.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(Fault::Date);
    }
    let numeric = parts
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    if !numeric {
        return Err(Fault::Date);
    }
    match parts.as_slice() {
        [year, month] if year.len() == 4 => month_span(year, month).ok_or(Fault::Date),
        [year, month, day] if year.len() == 4 => day_span(year, month, day).ok_or(Fault::Date),
        [_, year] if year.len() == 4 => Err(Fault::DateAmbiguous),
        // 31.12.2025: with points the day always comes first.
        [day, month, year] if year.len() == 4 && separators.first() == Some(&'.') => {
            day_span(year, month, day).ok_or(Fault::Date)
        }
        // 31/12/2025 and 01/01/2025 have one reading; in 01/02/2025 the order of day and month is a guess.
        [first, second, year] if year.len() == 4 => {
            match (day_span(year, second, first), day_span(year, first, second)) {
                (Some(one), Some(two)) if one != two => Err(Fault::DateAmbiguous),
                (one, two) => one.or(two).ok_or(Fault::Date),
            }
        }
        [_, _, year] if year.len() == 2 => Err(Fault::DateAmbiguous),
        _ => Err(Fault::Date),
    }
}

/// Cuts midnight off `2025-03-01 00:00:00`; any other time of day is a fault.
fn date_part(text: &str) -> Result<&str, Fault> {
    let Some(colon) = text.find(':') else {
        return Ok(text);
    };
    let Some(space) = text[..colon].rfind([' ', 't']) else {
        return Err(Fault::Date);
    };
    let time = text[space + 1..].trim_end_matches('z');
    if time.chars().all(|c| matches!(c, '0' | ':' | '.')) {
        Ok(trim(&text[..space]))
    } else {
        Err(Fault::DateTimeOfDay)
    }
}

fn chinese(text: &str) -> Option<Span> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (year, rest) = compact.split_once('年')?;
    if year.len() != 4 {
        return None;
    }
    let year_number = number(year)?;
    let rest = rest.trim_start_matches('度').trim_start_matches('第');
    match rest {
        "" | "全" => return Span::months(year_number, 1, 12),
        "上半年" => return Span::months(year_number, 1, 6),
        "下半年" => return Span::months(year_number, 7, 12),
        _ => {}
    }
    if let Some(quarter) = rest.strip_suffix("季度") {
        let quarter = match quarter {
            "一" | "1" => 1,
            "二" | "2" => 2,
            "三" | "3" => 3,
            "四" | "4" => 4,
            _ => return None,
        };
        return Span::months(year_number, quarter * 3 - 2, quarter * 3);
    }
    match rest.split_once('月') {
        Some((month, "" | "份" | "度")) => month_span(year, month),
        Some((month, day)) => day_span(year, month, day.trim_end_matches(['日', '号'])),
        // The first half of 2025年1-3月.
        None => month_span(year, rest),
    }
}

/// `2025q1`, `2025-q1`, `q1 2025`; the inner `None` is a quarter that does not exist.
fn quarter(text: &str) -> Option<Option<Span>> {
    let (before, after) = text.split_once('q')?;
    let (before, after) = (
        trim(before).trim_end_matches('-'),
        trim(after).trim_start_matches('-'),
    );
    let (year, quarter) = if before.is_empty() {
        let (quarter, year) = after.split_once([' ', '-', '/'])?;
        (trim(year), trim(quarter))
    } else {
        (trim(before), trim(after))
    };
    if year.len() != 4 {
        return None;
    }
    let span = || {
        let quarter = u8::try_from(number(quarter)?)
            .ok()
            .filter(|quarter| (1..=4).contains(quarter))?;
        Span::months(number(year)?, quarter * 3 - 2, quarter * 3)
    };
    Some(span())
}

/// `Mar 2025`, `March 2025`, `2025 March`, `1 March 2025`, `March 1, 2025`, `01-Mar-2025`.
fn named_month(text: &str) -> Result<Span, Fault> {
    let parts: Vec<&str> = text
        .split([' ', '-', '/', ',', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    let at = parts
        .iter()
        .position(|part| part.chars().all(|c| c.is_ascii_alphabetic()))
        .ok_or(Fault::Date)?;
    let name = parts[at];
    let month = MONTHS
        .iter()
        .position(|full| {
            *full == name
                || (name.len() == 3 && full.starts_with(name))
                || (name == "sept" && full.starts_with(name))
        })
        .ok_or(Fault::Date)?;
    let month = u8::try_from(month + 1).unwrap_or(0).to_string();
    let others: Vec<&str> = parts
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != at)
        .map(|(_, part)| *part)
        .collect();
    if !others
        .iter()
        .all(|part| part.chars().all(|c| c.is_ascii_digit()))
    {
        return Err(Fault::Date);
    }
    match others.as_slice() {
        [year] if year.len() == 4 => month_span(year, &month).ok_or(Fault::Date),
        // Mar-25: the 25th of March or March 2025.
        [_] => Err(Fault::DateAmbiguous),
        [day, year] if year.len() == 4 => day_span(year, &month, day).ok_or(Fault::Date),
        [year, day] if year.len() == 4 => day_span(year, &month, day).ok_or(Fault::Date),
        [_, _] => Err(Fault::DateAmbiguous),
        _ => Err(Fault::Date),
    }
}

fn compact(text: &str) -> Option<Span> {
    match text.len() {
        4 => Span::months(number(text)?, 1, 12).filter(|span| span.start.year >= 1990),
        6 => month_span(&text[..4], &text[4..]),
        8 => day_span(&text[..4], &text[4..6], &text[6..]),
        _ => None,
    }
}

fn month_span(year: &str, month: &str) -> Option<Span> {
    if month.len() > 2 {
        return None;
    }
    let month = u8::try_from(number(month)?).ok()?;
    Span::months(number(year)?, month, month)
}

fn day_span(year: &str, month: &str, day: &str) -> Option<Span> {
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    let (month, day) = (
        u8::try_from(number(month)?).ok()?,
        u8::try_from(number(day)?).ok()?,
    );
    Day::new(number(year)?, month, day).map(Span::day)
}

fn number(text: &str) -> Option<u16> {
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> String {
        match parse(text) {
            Ok(span) => format!("{}..{}", span.start, span.end),
            Err(fault) => fault.code().to_owned(),
        }
    }

    #[test]
    fn days_months_quarters_years_and_ranges() {
        for (text, expected) in [
            ("2025-03-01", "2025-03-01..2025-03-01"),
            ("2025/3/1", "2025-03-01..2025-03-01"),
            ("2025.3.1", "2025-03-01..2025-03-01"),
            ("20250301", "2025-03-01..2025-03-01"),
            ("2025年3月1日", "2025-03-01..2025-03-01"),
            ("２０２５年３月", "2025-03-01..2025-03-31"),
            ("2025 年 3 月", "2025-03-01..2025-03-31"),
            ("2025年03月份", "2025-03-01..2025-03-31"),
            ("2024年2月", "2024-02-01..2024-02-29"),
            ("2025-02", "2025-02-01..2025-02-28"),
            ("2025/2", "2025-02-01..2025-02-28"),
            ("202512", "2025-12-01..2025-12-31"),
            ("2025", "2025-01-01..2025-12-31"),
            ("2025年", "2025-01-01..2025-12-31"),
            ("2025年度", "2025-01-01..2025-12-31"),
            ("2025年第一季度", "2025-01-01..2025-03-31"),
            ("2025年上半年", "2025-01-01..2025-06-30"),
            ("2025Q4", "2025-10-01..2025-12-31"),
            ("Q2 2025", "2025-04-01..2025-06-30"),
            ("Mar 2025", "2025-03-01..2025-03-31"),
            ("March 1, 2025", "2025-03-01..2025-03-01"),
            ("1 Sept 2025", "2025-09-01..2025-09-01"),
            ("2025-03-01 00:00:00", "2025-03-01..2025-03-01"),
            ("2025-03-01T00:00:00Z", "2025-03-01..2025-03-01"),
            ("2025-01-01至2025-03-31", "2025-01-01..2025-03-31"),
            ("2025年1月～2025年3月", "2025-01-01..2025-03-31"),
            ("2025年1月-3月", "2025-01-01..2025-03-31"),
            ("2025年1-3月", "2025-01-01..2025-03-31"),
            ("2025-01-01 - 2025-01-31", "2025-01-01..2025-01-31"),
            ("2025-01 to 2025-06", "2025-01-01..2025-06-30"),
            ("31/12/2025", "2025-12-31..2025-12-31"),
            ("12/31/2025", "2025-12-31..2025-12-31"),
            ("01/01/2025", "2025-01-01..2025-01-01"),
            ("01.02.2025", "2025-02-01..2025-02-01"),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_or_may_be_two_is_refused() {
        for (text, code) in [
            ("01/02/2025", "HT-IMP-112"),
            ("32/01/2025", "HT-IMP-111"),
            ("2025.1/2", "HT-IMP-111"),
            ("3/2025", "HT-IMP-112"),
            ("Mar-25", "HT-IMP-112"),
            ("01-02-25", "HT-IMP-112"),
            ("2025-02-29", "HT-IMP-111"),
            ("2025-13", "HT-IMP-111"),
            ("2025-00-10", "HT-IMP-111"),
            ("2025-1/2", "HT-IMP-111"),
            ("45658", "HT-IMP-111"),
            ("1001", "HT-IMP-111"),
            ("25年3月", "HT-IMP-111"),
            ("2025年13月", "HT-IMP-111"),
            ("三月", "HT-IMP-111"),
            ("2025Q5", "HT-IMP-111"),
            ("soon", "HT-IMP-111"),
            ("", "HT-IMP-111"),
            ("2025-03-01 08:30", "HT-IMP-113"),
            ("2025年3月至2025年1月", "HT-IMP-115"),
        ] {
            assert_eq!(days(text), code, "{text}");
        }
    }

    #[test]
    fn a_number_with_a_point_is_no_month() {
        assert_eq!(
            span(&Value::Number("2025.1".into())),
            Err(Fault::DateAmbiguous)
        );
        assert!(span(&Value::Number("202501".into())).is_ok());
    }
}
