//! Checks of single fields: names, decimals, days, unified social credit codes.

use crate::{Error, v1};

/// `[a-z0-9-]{1,32}` (protocol §1).
///
/// # Errors
/// [`Error::Name`].
pub fn name(what: &'static str, value: &str) -> Result<(), Error> {
    let fits = (1..=32).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        Ok(())
    } else {
        Err(Error::Name {
            what,
            value: value.to_owned(),
        })
    }
}

/// Text for people: not longer than `bytes_max`, no control characters.
///
/// # Errors
/// [`Error::Value`].
pub fn text(what: &'static str, value: &str, bytes_max: usize) -> Result<(), Error> {
    if value.len() <= bytes_max && !value.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Error::Value {
            what,
            value: value.chars().take(80).collect(),
        })
    }
}

/// A display name: at least one language.
///
/// # Errors
/// [`Error::Missing`], [`Error::Value`].
pub fn display_name(value: Option<&v1::DisplayName>) -> Result<(), Error> {
    let Some(value) = value else {
        return Err(Error::Missing {
            what: "display_name",
        });
    };
    if value.zh.is_empty() && value.en.is_empty() {
        return Err(Error::Missing {
            what: "display_name",
        });
    }
    text("display_name.zh", &value.zh, 200)?;
    text("display_name.en", &value.en, 200)
}

/// Whether a text is a decimal in its one form: optional minus, no leading zeros, no exponent, no trailing zeros, no minus zero.
#[must_use]
pub fn is_decimal(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole_fits = all_digits(whole) && (whole == "0" || !whole.starts_with('0'));
    let fraction_fits =
        fraction.is_none_or(|fraction| all_digits(fraction) && !fraction.ends_with('0'));
    whole_fits && fraction_fits && value != "-0" && digits.len() <= 40
}

/// Whether a text is a day YYYY-MM-DD of the calendar.
#[must_use]
pub fn is_day(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let number = |range: std::ops::Range<usize>| {
        let part = &value[range];
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<u32>().unwrap_or(0))
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    year >= 1 && (1..=days).contains(&day)
}

/// The check character of a unified social credit code (GB 32100-2015 clause 5.5 and annex A): weights 3^(i−1) mod 31 over the first 17
/// characters of an alphabet without I, O, S, V, Z.
#[must_use]
pub fn social_credit_check(first_17: &str) -> Option<char> {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    if first_17.len() != 17 {
        return None;
    }
    let (mut sum, mut weight) = (0, 1);
    for byte in first_17.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    Some(char::from(ALPHABET[(31 - sum) % 31]))
}

/// Whether a text is a unified social credit code with its right check character.
#[must_use]
pub fn is_social_credit_code(value: &str) -> bool {
    value.len() == 18
        && value.is_ascii()
        && social_credit_check(&value[..17]).is_some_and(|check| value.ends_with(check))
}

/// ISO 3166-1 alpha-2 (`CN`) or ISO 3166-2 (`CN-BJ`), or a grid of a country (`CN-GRID-NORTH`): form only.
#[must_use]
pub fn is_region(value: &str) -> bool {
    let mut parts = value.split('-');
    let country = parts.next().unwrap_or_default();
    let rest_fits = parts.all(|part| {
        (1..=12).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    });
    let country_fits = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    value == "GLOBAL" || (country_fits && rest_fits && value.len() <= 32)
}

/// Whether a list is in ascending order without doubles.
pub(crate) fn ascending<T: Ord>(values: impl IntoIterator<Item = T>) -> bool {
    let mut values = values.into_iter();
    let Some(mut last) = values.next() else {
        return true;
    };
    for value in values {
        if value <= last {
            return false;
        }
        last = value;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decimals_days_and_regions_have_one_form() {
        assert!(name("x", "abc-1").is_ok());
        for wrong in ["", "A", "a_b", "衡", &"a".repeat(33)] {
            assert!(name("x", wrong).is_err(), "{wrong}");
        }
        for right in [
            "0",
            "1",
            "-1",
            "0.5",
            "-0.5",
            "100",
            "123456789012345678901234567.89",
        ] {
            assert!(is_decimal(right), "{right}");
        }
        for wrong in [
            "", "-", "-0", "00", "01", "1.", ".5", "1.50", "1e3", "+1", "1,000", "１", "0.0",
        ] {
            assert!(!is_decimal(wrong), "{wrong}");
        }
        for right in ["2025-01-31", "2024-02-29", "2000-02-29"] {
            assert!(is_day(right), "{right}");
        }
        for wrong in [
            "2025-02-29",
            "1900-02-29",
            "2025-13-01",
            "2025-00-01",
            "2025-1-1",
            "2025-01-32",
            "20250101",
            "2025-0a-01",
        ] {
            assert!(!is_day(wrong), "{wrong}");
        }
        for right in ["CN", "CN-BJ", "GB", "US-EGRID-CAMX", "GLOBAL", "CN-11"] {
            assert!(is_region(right), "{right}");
        }
        for wrong in ["", "cn", "CHN", "CN-", "C1", "CN-北京"] {
            assert!(!is_region(wrong), "{wrong}");
        }
    }

    #[test]
    fn check_characters_of_gb_32100_are_reproduced() {
        // Published codes: State Grid Corporation of China; China National Petroleum Corporation; Alibaba (China).
        for code in [
            "9111000071093123XX",
            "91110000100010433L",
            "91330100799655058B",
        ] {
            assert!(
                is_social_credit_code(code),
                "{code}: {:?}",
                social_credit_check(&code[..17])
            );
            let mut wrong = code.to_owned();
            wrong.replace_range(5..6, if &code[5..6] == "0" { "1" } else { "0" });
            assert!(!is_social_credit_code(&wrong), "{wrong}");
        }
        for wrong in [
            "",
            "9111000071093123X",
            "9111000071093123xx",
            "I111000071093123XX",
            "911100007109312３X",
        ] {
            assert!(!is_social_credit_code(wrong), "{wrong}");
        }
    }
}
