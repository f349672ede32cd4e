//! Amounts as people read them: rounded for show only, and grouped.

use num_bigint::{BigInt, Sign};

/// A decimal with thousands separators and at most `places` digits after the point, rounded half up; trailing zeros stay
/// away. What is no plain decimal (an exact fraction `n/d`) is divided first. Text that is no number stays as it is.
///
/// The exact value is never changed by this: `-o json` gives all of it.
pub fn grouped(exact: &str, places: usize) -> String {
    round_half_up(exact, places).map_or_else(|| exact.to_owned(), |text| separate(&text))
}

/// kilograms as tonnes with three digits.
pub fn tonnes(exact_kg: &str) -> String {
    let shifted = match exact_kg.split_once('/') {
        Some((numerator, denominator)) => Some(format!("{numerator}/{denominator}000")),
        None => shift_by_thousand(exact_kg),
    };
    match shifted.and_then(|text| round_half_up(&text, 3)) {
        Some(text) => separate(&with_places(&text, 3)),
        None => exact_kg.to_owned(),
    }
}

/// kilograms with three digits.
pub fn kilograms(exact_kg: &str) -> String {
    match round_half_up(exact_kg, 3) {
        Some(text) => separate(&with_places(&text, 3)),
        None => exact_kg.to_owned(),
    }
}

/// `part` of `whole` in per cent with one digit; nothing if either is no number or the whole is nil.
pub fn percentage(part: &str, whole: &str) -> Option<String> {
    let (part_number, part_scale) = fraction(part)?;
    let (whole_number, whole_scale) = fraction(whole)?;
    if whole_number.sign() == Sign::NoSign {
        return None;
    }
    let numerator = part_number * whole_scale * BigInt::from(100);
    let denominator = part_scale * whole_number;
    Some(with_places(&divide(numerator, denominator, 1), 1))
}

fn parse_decimal(text: &str) -> Option<(BigInt, BigInt)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let number: BigInt = format!("{whole}{part}").parse().ok()?;
    let scale = BigInt::from(10).pow(u32::try_from(part.len()).ok()?);
    Some((
        if text.starts_with('-') {
            -number
        } else {
            number
        },
        scale,
    ))
}

/// Numerator and positive denominator of a decimal or `n/d`.
fn fraction(text: &str) -> Option<(BigInt, BigInt)> {
    match text.split_once('/') {
        None => parse_decimal(text),
        Some((numerator, denominator)) => {
            let (numerator, numerator_scale) = parse_decimal(numerator)?;
            let (denominator, denominator_scale) = parse_decimal(denominator)?;
            (denominator.sign() == Sign::Plus)
                .then(|| (numerator * denominator_scale, denominator * numerator_scale))
        }
    }
}

fn shift_by_thousand(text: &str) -> Option<String> {
    parse_decimal(text).map(|_| format!("{text}/1000"))
}

fn round_half_up(exact: &str, places: usize) -> Option<String> {
    let (numerator, denominator) = fraction(exact)?;
    Some(divide(numerator, denominator, places))
}

/// `numerator / denominator` with at most `places` digits, half away from zero; the denominator is positive.
fn divide(numerator: BigInt, denominator: BigInt, places: usize) -> String {
    let negative = numerator.sign() == Sign::Minus;
    let scale = BigInt::from(10).pow(u32::try_from(places).unwrap_or(u32::MAX));
    let magnitude = BigInt::from(numerator.magnitude().clone());
    let doubled: BigInt = magnitude * scale * 2 + &denominator;
    let rounded: BigInt = doubled / (denominator * 2);
    let digits = format!("{:0>width$}", rounded.to_string(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    let sign = if negative && rounded.sign() != Sign::NoSign {
        "-"
    } else {
        ""
    };
    format!("{sign}{whole}{point}{part}")
}

fn with_places(text: &str, places: usize) -> String {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}.{part:0<places$}")
}

fn separate(text: &str) -> String {
    let (sign, unsigned) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, part) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    let mut shown = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    match part {
        Some(part) => format!("{sign}{shown}.{part}"),
        None => format!("{sign}{shown}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_half_up_for_show() {
        for (exact, places, shown) in [
            ("1234567.891", 2, "1,234,567.89"),
            ("0.125", 2, "0.13"),
            ("-0.125", 2, "-0.13"),
            ("2/3", 4, "0.6667"),
            ("100", 3, "100"),
            ("0.0004", 3, "0"),
            ("-0.0004", 3, "0"),
            ("999.9996", 3, "1,000"),
            ("not a number", 3, "not a number"),
            ("", 3, ""),
        ] {
            assert_eq!(grouped(exact, places), shown, "{exact}");
        }
    }

    #[test]
    fn kilograms_become_tonnes() {
        assert_eq!(tonnes("1234567.8"), "1,234.568");
        assert_eq!(tonnes("44/12"), "0.004");
        assert_eq!(tonnes("0"), "0.000");
        assert_eq!(
            tonnes("123456789012345678901234567890.5"),
            "123,456,789,012,345,678,901,234,567.891"
        );
    }

    #[test]
    fn parts_of_a_whole() {
        assert_eq!(percentage("1", "3").as_deref(), Some("33.3"));
        assert_eq!(percentage("1/3", "1").as_deref(), Some("33.3"));
        assert_eq!(percentage("5", "0"), None);
    }
}
