//! Refusals that all documents of the MEE's standards share.

use crate::date::Month;
use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Faults;

/// Not below zero.
pub(in crate::standard) fn not_negative(faults: &mut Faults, place: &str, value: &Decimal) {
    if value.is_negative() {
        faults.add(
            place,
            Error::NumberNegative {
                text: value.to_string(),
            },
        );
    }
}

/// Not below zero, if given.
pub(in crate::standard) fn not_negative_if(
    faults: &mut Faults,
    place: &str,
    value: Option<&Decimal>,
) {
    if let Some(value) = value {
        not_negative(faults, place, value);
    }
}

/// Above zero.
pub(in crate::standard) fn positive(faults: &mut Faults, place: &str, value: &Decimal) {
    if value.is_negative() || value.is_zero() {
        faults.add(
            place,
            Error::NumberNotPositive {
                text: value.to_string(),
            },
        );
    }
}

/// 0 to 100.
pub(in crate::standard) fn percentage(faults: &mut Faults, place: &str, value: &Decimal) {
    share_up_to(faults, place, value, 100);
}

/// 0 to 1.
pub(in crate::standard) fn share(faults: &mut Faults, place: &str, value: &Decimal) {
    share_up_to(faults, place, value, 1);
}

fn share_up_to(faults: &mut Faults, place: &str, value: &Decimal, most: i64) {
    if value.is_negative() || Exact::from(*value) > Exact::from_integer(most) {
        faults.add(
            place,
            Error::ShareOutside {
                text: value.to_string(),
            },
        );
    }
}

/// At most `places` decimals: what a report states, not a finer number that was rounded in the reader's head.
pub(in crate::standard) fn decimals(
    faults: &mut Faults,
    place: &str,
    value: &Decimal,
    places: u32,
) {
    if value.scale() > places {
        faults.add(
            place,
            Error::TooManyDecimals {
                text: value.to_string(),
                places,
            },
        );
    }
}

/// Names that differ and are not empty.
pub(in crate::standard) fn names<'a>(
    faults: &mut Faults,
    list: &str,
    names: impl IntoIterator<Item = &'a str>,
) {
    let mut seen: Vec<&str> = Vec::new();
    for (position, name) in names.into_iter().enumerate() {
        let place = format!("{list}[{position}].name");
        if name.trim().is_empty() {
            faults.add(place, Error::NameEmpty);
        } else if seen.contains(&name) {
            faults.add(
                place,
                Error::NameTwice {
                    text: name.to_owned(),
                },
            );
        } else {
            seen.push(name);
        }
    }
}

/// Months of a year, each once; where monthly reporting is declared, every month from `from` to `through`.
/// Gives the months that could be read, at their position.
pub(in crate::standard) fn months<'a>(
    faults: &mut Faults,
    list: &str,
    year: u16,
    monthly: Option<(Option<&str>, Option<&str>)>,
    texts: impl IntoIterator<Item = &'a str>,
) -> Vec<Option<Month>> {
    let mut months: Vec<Option<Month>> = Vec::new();
    for (position, text) in texts.into_iter().enumerate() {
        let place = format!("{list}[{position}].month");
        let month = faults.keep(place.as_str(), Month::parse(text));
        if let Some(month) = month {
            if month.year() != year {
                faults.add(
                    place,
                    Error::MonthOutside {
                        month: month.to_string(),
                        year,
                    },
                );
            } else if months.contains(&Some(month)) {
                faults.add(
                    place,
                    Error::NameTwice {
                        text: month.to_string(),
                    },
                );
            }
        }
        months.push(month);
    }
    if months.is_empty() {
        faults.add(
            list,
            Error::MonthMissing {
                month: year.to_string(),
            },
        );
    } else if let Some((from, through)) = monthly {
        let bound = |faults: &mut Faults, text: Option<&str>, number: u8| match text {
            Some(text) => faults.keep(list, Month::parse(text)),
            None => Month::new(year, number),
        };
        if let (Some(from), Some(through)) = (bound(faults, from, 1), bound(faults, through, 12)) {
            for number in 1..=12 {
                if let Some(month) = Month::new(year, number)
                    && from <= month
                    && month <= through
                    && !months.contains(&Some(month))
                {
                    faults.add(
                        list,
                        Error::MonthMissing {
                            month: month.to_string(),
                        },
                    );
                }
            }
        }
    }
    months
}

/// No more is produced in a month than the capacity of a day gives on all of its days.
pub(in crate::standard) fn capacity(
    faults: &mut Faults,
    place: &str,
    amount: &Decimal,
    daily_capacity: Option<Decimal>,
    month: Option<Month>,
) {
    if let (Some(capacity), Some(month)) = (daily_capacity, month)
        && let Ok(limit) = Exact::from(capacity).mul(&Exact::from_integer(i64::from(month.days())))
        && Exact::from(*amount) > limit
    {
        faults.add(
            place,
            Error::ProductionAboveCapacity {
                amount: amount.to_string(),
                limit: limit.to_string(),
            },
        );
    }
}

/// A table of rules holds from a year on.
pub(in crate::standard) fn from_year(faults: &mut Faults, table: &str, from: u16, year: u16) {
    if year < from {
        faults.add(
            "year",
            Error::NoRuleForPeriod {
                table: table.to_owned(),
                period: year.to_string(),
            },
        );
    }
}
