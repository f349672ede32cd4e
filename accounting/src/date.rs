//! Calendar dates, months and periods. No time zone: activity data belong to local calendar days.

use crate::decimal::excerpt;
use crate::error::Error;
use std::fmt;

/// A day of the Gregorian calendar, years 1900 to 2999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A date, or `None` if the calendar has no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let month_of = Month::new(year, month)?;
        (day >= 1 && day <= month_of.days()).then_some(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`Error::DateMalformed`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::DateMalformed {
            text: excerpt(text),
        };
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(malformed());
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0_u16, |n, b| {
                b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0'))
            })
        };
        let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10))
        else {
            return Err(malformed());
        };
        // Two digits: below 100.
        Self::new(year, month as u8, day as u8).ok_or_else(malformed)
    }

    /// Calendar year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month that holds the day.
    #[must_use]
    pub fn month(self) -> Month {
        Month {
            year: self.year,
            month: self.month,
        }
    }

    /// Day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01; negative before.
    #[must_use]
    pub fn days_from_epoch(self) -> i32 {
        // Years from March on, so that the leap day is the last of its year (Hinnant, days_from_civil).
        let year = i32::from(self.year) - i32::from(self.month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (i32::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + i32::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// A month; `None` outside 1900–2999 or 1–12.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Self> {
        ((1900..=2999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// Reads `YYYY-MM`.
    ///
    /// # Errors
    /// [`Error::DateMalformed`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() != 7 || !text.is_ascii() {
            return Err(Error::DateMalformed {
                text: excerpt(text),
            });
        }
        Date::parse(&format!("{text}-01"))
            .map(Date::month)
            .map_err(|_| Error::DateMalformed {
                text: excerpt(text),
            })
    }

    /// Calendar year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// Number of the month, from 1.
    #[must_use]
    pub fn number(self) -> u8 {
        self.month
    }

    /// Days in the month.
    #[must_use]
    pub fn days(self) -> u8 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// First day.
    #[must_use]
    pub fn first(self) -> Date {
        Date {
            year: self.year,
            month: self.month,
            day: 1,
        }
    }

    /// Last day.
    #[must_use]
    pub fn last(self) -> Date {
        Date {
            year: self.year,
            month: self.month,
            day: self.days(),
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A span of whole days that includes its first and its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: Date,
    end: Date,
}

impl Period {
    /// From `start` to `end`, both included.
    ///
    /// # Errors
    /// [`Error::PeriodReversed`].
    pub fn new(start: Date, end: Date) -> Result<Self, Error> {
        if start <= end {
            Ok(Self { start, end })
        } else {
            Err(Error::PeriodReversed { start, end })
        }
    }

    /// One calendar month.
    #[must_use]
    pub fn of_month(month: Month) -> Self {
        Self {
            start: month.first(),
            end: month.last(),
        }
    }

    /// One calendar year; `None` outside 1900–2999.
    #[must_use]
    pub fn of_year(year: u16) -> Option<Self> {
        Some(Self {
            start: Date::new(year, 1, 1)?,
            end: Date::new(year, 12, 31)?,
        })
    }

    /// First day.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// Last day.
    #[must_use]
    pub fn end(self) -> Date {
        self.end
    }

    /// Number of days, at least 1.
    #[must_use]
    pub fn days(self) -> u32 {
        self.end
            .days_from_epoch()
            .abs_diff(self.start.days_from_epoch())
            + 1
    }

    /// The one month that holds the whole period, if there is one.
    #[must_use]
    pub fn month(self) -> Option<Month> {
        (self.start.month() == self.end.month()).then(|| self.start.month())
    }

    /// Whether every day of `other` is in this period.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the periods share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// ISO 8601 interval of dates: `2025-01-01/2025-12-31`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
        for text in ["2024-02-29", "2000-02-29", "2025-12-31", "1970-01-01"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-04-31",
            "2024-1-1",
            "２０２４-01-01",
            "",
            "2024-01-01T",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
        assert_eq!(Date::parse("1970-01-01").unwrap().days_from_epoch(), 0);
        assert_eq!(Date::parse("2026-11-24").unwrap().days_from_epoch(), 20_781);
        assert_eq!(Period::of_year(2024).unwrap().days(), 366);
        assert_eq!(
            Period::of_month(Month::parse("2025-02").unwrap()).to_string(),
            "2025-02-01/2025-02-28"
        );
    }

    #[test]
    fn a_period_includes_its_last_day_and_never_runs_backwards() {
        let day = |text| Date::parse(text).unwrap();
        let one = Period::new(day("2025-03-31"), day("2025-03-31")).unwrap();
        assert_eq!(one.days(), 1);
        assert!(Period::of_month(Month::parse("2025-03").unwrap()).contains(one));
        assert!(matches!(
            Period::new(day("2025-03-31"), day("2025-03-30")),
            Err(Error::PeriodReversed { .. })
        ));
    }
}
