//! Decimal numbers as people and documents write them. A value that cannot be held to its last digit is refused.

use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// Longest text that is read as a number.
const TEXT_MAX: usize = 128;

/// An exact decimal: at most 28 decimal places and a coefficient below 2^96.
///
/// Trailing zeros after the point are dropped, so equal values are equal, print equally and hash equally.
/// There is no arithmetic here: `rust_decimal` rounds silently when a result is too long, so calculation happens in
/// [`crate::Exact`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(rust_decimal::Decimal::ONE);

    /// `coefficient / 10^scale`, for tables in code. The coefficient must not end in zero unless `scale` is 0.
    #[must_use]
    pub const fn from_parts(coefficient: u32, scale: u32) -> Self {
        Self(rust_decimal::Decimal::from_parts(
            coefficient,
            0,
            0,
            false,
            scale,
        ))
    }

    /// `coefficient / 10^scale`, or `None` if that has more digits than a decimal holds.
    #[must_use]
    pub fn from_scaled(mut coefficient: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && coefficient % 10 == 0 {
            coefficient /= 10;
            scale -= 1;
        }
        rust_decimal::Decimal::try_from_i128_with_scale(coefficient, scale)
            .ok()
            .map(Self)
    }

    /// Reads `-?digits(.digits)?`. No exponent, no plus sign, no separators: an importer removes what offices write.
    ///
    /// # Errors
    /// [`Error::DecimalMalformed`], [`Error::DecimalTooLong`] when a digit would be lost.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::DecimalMalformed {
            text: excerpt(text),
        };
        let too_long = || Error::DecimalTooLong {
            text: excerpt(text),
        };
        if text.len() > TEXT_MAX {
            return Err(too_long());
        }
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty()
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|b| b.is_ascii_digit())
        {
            return Err(malformed());
        }
        let fraction = fraction.trim_end_matches('0');
        let mut coefficient: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            coefficient = coefficient
                .checked_mul(10)
                .and_then(|c| c.checked_add(i128::from(digit - b'0')))
                .ok_or_else(too_long)?;
        }
        let scale = u32::try_from(fraction.len()).map_err(|_| too_long())?;
        Self::from_scaled(if negative { -coefficient } else { coefficient }, scale)
            .ok_or_else(too_long)
    }

    /// The coefficient: value × 10^[`Self::scale`].
    #[must_use]
    pub fn coefficient(&self) -> i128 {
        self.0.mantissa()
    }

    /// Digits after the point, 0 to 28.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.0.scale()
    }

    /// Whether the value is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.coefficient() < 0
    }

    /// Whether the value is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

/// At most the first 40 characters, for an error.
pub(crate) fn excerpt(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        text.chars().take(39).chain(['…']).collect()
    }
}

impl From<u32> for Decimal {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// Canonical: no exponent, no leading or trailing zeros, `0` without a sign.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_canonically() {
        for (text, canonical) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("007.500", "7.5"),
            ("45210.37", "45210.37"),
            ("-1.10", "-1.1"),
            (
                "79228162514264337593543950335",
                "79228162514264337593543950335",
            ),
            (
                "0.0000000000000000000000000001",
                "0.0000000000000000000000000001",
            ),
            ("1.00000000000000000000000000000000000000", "1"),
        ] {
            assert_eq!(
                Decimal::parse(text).unwrap().to_string(),
                canonical,
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_it_cannot_hold_or_read() {
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "1.23456789012345678901234567890123",
        ] {
            assert!(
                matches!(Decimal::parse(text), Err(Error::DecimalTooLong { .. })),
                "{text}"
            );
        }
        for text in [
            "", "-", ".5", "1.", "+1", "1e3", "1_000", "1,000", "１", " 1", "--1", "NaN", "0x10",
        ] {
            assert!(
                matches!(Decimal::parse(text), Err(Error::DecimalMalformed { .. })),
                "{text}"
            );
        }
        assert!(Decimal::parse(&"9".repeat(10_000)).is_err());
    }
}
