//! Documents of the standards: TOML read into a standard's own form, every number with all its digits, every fault with its
//! path.

use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use std::fmt;

/// Reads a document. Numbers may be written plainly or in quotes; they keep every digit.
///
/// # Errors
/// [`Error::DocumentMalformed`], [`Error::DocumentPart`].
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    read_value(parse(text)?)
}

/// Parses TOML; numbers with a point become texts, so that no digit is lost.
///
/// # Errors
/// [`Error::DocumentMalformed`].
pub fn parse(text: &str) -> Result<toml::Value, Error> {
    let table = toml::de::DeTable::parse(text).map_err(|error| Error::DocumentMalformed {
        detail: place_of(text, &error),
    })?;
    let table = table
        .into_inner()
        .into_iter()
        .map(|(key, value)| (key.into_inner().into_owned(), plain(value.into_inner())))
        .collect();
    Ok(toml::Value::Table(table))
}

fn place_of(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', " ");
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            format!("line {line}: {message}")
        }
        None => message,
    }
}

/// Without the floats of TOML's own reader.
fn plain(value: toml::de::DeValue<'_>) -> toml::Value {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => toml::Value::String(text.into_owned()),
        DeValue::Integer(integer) => {
            // Integers beyond 64 bits stay texts, which a decimal reads; other radixes become texts that it refuses.
            let digits = integer.as_str().to_owned();
            match digits.parse::<i64>() {
                Ok(number) if integer.radix() == 10 => toml::Value::Integer(number),
                _ if integer.radix() == 10 => toml::Value::String(digits),
                _ => toml::Value::String(format!("{digits} (radix {})", integer.radix())),
            }
        }
        DeValue::Float(float) => toml::Value::String(float.as_str().to_owned()),
        DeValue::Boolean(truth) => toml::Value::Boolean(truth),
        DeValue::Datetime(moment) => toml::Value::String(moment.to_string()),
        DeValue::Array(items) => toml::Value::Array(
            items
                .into_iter()
                .map(|item| plain(item.into_inner()))
                .collect(),
        ),
        DeValue::Table(table) => toml::Value::Table(
            table
                .into_iter()
                .map(|(key, value)| (key.into_inner().into_owned(), plain(value.into_inner())))
                .collect(),
        ),
    }
}

/// Reads an already parsed document.
///
/// # Errors
/// [`Error::DocumentPart`].
pub fn read_value<T: DeserializeOwned>(value: toml::Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| Error::DocumentPart {
        place: error.path().to_string(),
        detail: error.inner().to_string().trim().replace('\n', " "),
    })
}

/// A decimal of a document: `12.50`, `"12.50"` or `12`.
impl<'de> de::Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                Decimal::parse(text).map_err(|error| E::custom(error.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Decimal, E> {
                Decimal::from_scaled(i128::from(number), 0)
                    .ok_or_else(|| E::custom(excerpt(&number.to_string())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
                Decimal::from_scaled(i128::from(number), 0)
                    .ok_or_else(|| E::custom(excerpt(&number.to_string())))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        amounts: Vec<Decimal>,
    }

    #[test]
    fn numbers_keep_every_digit_however_they_are_written() {
        let sample: Sample =
            read("amounts = [0.1234567890123456789012345, \"2.50\", 7, -3.0]").expect("reads");
        let texts: Vec<_> = sample.amounts.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["0.1234567890123456789012345", "2.5", "7", "-3"]);
    }

    #[test]
    fn a_fault_names_its_path() {
        let error = read::<Sample>("amounts = [1, 'x']").expect_err("a word is no number");
        assert!(
            matches!(&error, Error::DocumentPart { place, .. } if place == "amounts[1]"),
            "{error}"
        );
        let error = read::<Sample>("amounts = []\nother = 1").expect_err("unknown");
        assert!(
            matches!(&error, Error::DocumentPart { detail, .. } if detail.contains("other")),
            "{error}"
        );
        let error = read::<Sample>("amounts = [1,\n  2\nx").expect_err("not TOML");
        assert!(
            matches!(&error, Error::DocumentMalformed { detail } if detail.contains("line")),
            "{error}"
        );
    }

    #[test]
    fn scientific_notation_and_infinities_are_refused() {
        for text in [
            "amounts = [1e3]",
            "amounts = [inf]",
            "amounts = [nan]",
            "amounts = [0x10]",
        ] {
            assert!(read::<Sample>(text).is_err(), "{text}");
        }
    }
}
