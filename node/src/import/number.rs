//! Numbers as people type them: full-width digits, thousands separators; what may mean two things is refused.

use super::cell::{is_invisible, trim};
use super::fault::Fault;

/// Digits that an amount may have.
pub const DIGITS_MAX: u32 = 28;

/// Full-width forms to their plain counterparts (U+FF01–U+FF5E, ideographic space), invisible marks away.
#[must_use]
pub fn fold_width(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(fold_char)
        .collect()
}

const fn fold_char(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(plain) => plain,
            None => c,
        },
        '\u{3000}' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' => ' ',
        '\u{2212}' | '\u{2010}' | '\u{2011}' | '\u{FE63}' => '-',
        '\u{2019}' | '\u{2018}' => '\'',
        _ => c,
    }
}

/// The plain decimal text of a number: sign, digits, point; no grouping, no exponent.
///
/// Groups are three digits wide and separated by `,` (also `，`), by a space of any width or by an apostrophe.
///
/// # Errors
/// A [`Fault`] that says what is wrong: not a number, ambiguous separators, parentheses, an exponent, too many digits.
pub fn normalise(text: &str) -> Result<String, Fault> {
    let folded = fold_width(trim(text));
    let folded = trim(&folded);
    // A leading apostrophe is how spreadsheet programs mark a number kept as text.
    let folded = folded.strip_prefix('\'').unwrap_or(folded);
    if folded.starts_with('(')
        && folded.ends_with(')')
        && folded.chars().any(|c| c.is_ascii_digit())
    {
        return Err(Fault::NumberParenthesised);
    }
    let (negative, rest) = match folded.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, folded.strip_prefix('+').unwrap_or(folded)),
    };
    let rest = trim(rest);
    if is_scientific(rest) {
        return Err(Fault::NumberScientific);
    }
    let valid = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\'');
    let first = rest.chars().next().ok_or(Fault::Number)?;
    let last = rest.chars().next_back().ok_or(Fault::Number)?;
    if !rest.chars().all(valid)
        || !(first.is_ascii_digit() || first == '.')
        || !last.is_ascii_digit()
    {
        return Err(Fault::Number);
    }
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    if digits > DIGITS_MAX as usize * 2 {
        return Err(Fault::NumberTooLong {
            digits_max: DIGITS_MAX,
        });
    }
    let (whole, fraction) = match rest.split_once('.') {
        Some((_, fraction)) if !fraction.chars().all(|c| c.is_ascii_digit()) => {
            return Err(Fault::NumberAmbiguous);
        }
        Some((whole, fraction)) => (whole, fraction),
        None => (rest, ""),
    };
    let whole = ungroup(whole)?;
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let significant = whole.trim_start_matches('0').len() + fraction.len();
    if significant > DIGITS_MAX as usize || fraction.len() > DIGITS_MAX as usize {
        return Err(Fault::NumberTooLong {
            digits_max: DIGITS_MAX,
        });
    }
    let zero = whole == "0" && fraction.is_empty();
    let sign = if negative && !zero { "-" } else { "" };
    Ok(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// Whether a number has exactly one comma and no point: `1,234` is a thousand where the comma groups, and a little more than
/// one where it is the decimal mark, as in files whose fields are separated by semicolons.
#[must_use]
pub fn has_doubtful_comma(text: &str) -> bool {
    let folded = fold_width(text);
    folded.matches(',').count() == 1 && !folded.contains('.')
}

/// Removes thousands separators: one kind, groups of exactly three digits after the first.
fn ungroup(whole: &str) -> Result<String, Fault> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        return Ok(whole.to_owned());
    };
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or("");
    let plain = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let leading_zero = first.starts_with('0');
    if first.is_empty() || first.len() > 3 || leading_zero || !plain(first) {
        return Err(Fault::NumberAmbiguous);
    }
    if groups.all(|group| group.len() == 3 && plain(group)) {
        Ok(whole.replace(separator, ""))
    } else {
        Err(Fault::NumberAmbiguous)
    }
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !mantissa.is_empty()
        && mantissa
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        && !exponent.is_empty()
        && exponent.chars().all(|c| c.is_ascii_digit())
}

/// Splits `12.5 t` into number and unit: the longest front part that is a number, and the rest.
#[must_use]
pub fn split_unit(text: &str) -> Option<(String, String)> {
    let folded = fold_width(trim(text));
    let end = folded
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\'' | '-' | '+')))
        .map(|(at, _)| at)?;
    let (number, unit) = folded.split_at(end);
    let number = trim(number);
    (!number.is_empty() && !trim(unit).is_empty())
        .then(|| (number.to_owned(), trim(unit).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_offices_type_them() {
        for (typed, plain) in [
            ("100000", "100000"),
            ("100,000", "100000"),
            ("４５２１０．３７", "45210.37"),
            ("１，２３４，５６７．８０", "1234567.8"),
            ("1 234 567.5", "1234567.5"),
            ("1\u{202F}234", "1234"),
            ("1\u{A0}234.50", "1234.5"),
            ("1'234", "1234"),
            (" 12.0 ", "12"),
            ("+5", "5"),
            ("-5.50", "-5.5"),
            ("−5", "-5"),
            ("-0.0", "0"),
            ("007", "7"),
            (".5", "0.5"),
            ("'123", "123"),
            ("\u{FEFF}42\u{200B}", "42"),
            (
                "0.1234567890123456789012345678",
                "0.1234567890123456789012345678",
            ),
        ] {
            assert_eq!(normalise(typed).as_deref(), Ok(plain), "{typed}");
        }
    }

    #[test]
    fn what_may_mean_two_things_is_refused() {
        for (typed, fault) in [
            ("1,23", Fault::NumberAmbiguous),
            ("1.234,5", Fault::NumberAmbiguous),
            ("1.234.567", Fault::NumberAmbiguous),
            ("1,2345", Fault::NumberAmbiguous),
            ("12,34,567", Fault::NumberAmbiguous),
            ("0,123", Fault::NumberAmbiguous),
            ("1,234 567", Fault::NumberAmbiguous),
            ("1234,567", Fault::NumberAmbiguous),
            ("(1,234)", Fault::NumberParenthesised),
            ("（500）", Fault::NumberParenthesised),
            ("1.2E+05", Fault::NumberScientific),
            ("3e8", Fault::NumberScientific),
            ("", Fault::Number),
            ("-", Fault::Number),
            ("n/a", Fault::Number),
            ("12。5", Fault::Number),
            ("5.", Fault::Number),
            ("99%", Fault::Number),
            ("约100", Fault::Number),
            (
                "0.12345678901234567890123456789",
                Fault::NumberTooLong {
                    digits_max: DIGITS_MAX,
                },
            ),
        ] {
            assert_eq!(normalise(typed), Err(fault), "{typed}");
        }
    }

    #[test]
    fn a_unit_behind_the_number_is_split_off() {
        assert_eq!(
            split_unit("12,345.678 兆瓦时"),
            Some(("12,345.678".into(), "兆瓦时".into()))
        );
        assert_eq!(split_unit("１００吨"), Some(("100".into(), "吨".into())));
        assert_eq!(split_unit("100"), None);
        assert_eq!(split_unit("吨"), None);
    }
}
