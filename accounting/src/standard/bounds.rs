//! What a number of a document may be; a number outside is noted as a fault with its path.

use crate::decimal::Decimal;
use crate::error::Error;
use crate::report::Faults;

/// Notes a number below zero.
pub(crate) fn not_negative(faults: &mut Faults, place: impl Into<String>, value: Decimal) {
    if value.is_negative() {
        faults.add(
            place,
            Error::NumberNegative {
                text: value.to_string(),
            },
        );
    }
}

/// Notes a number that is not above zero where one is divided by it.
pub(crate) fn positive(faults: &mut Faults, place: impl Into<String>, value: Decimal) {
    if value.is_zero() {
        faults.add(place, Error::DivisionByZero);
    } else {
        not_negative(faults, place, value);
    }
}

/// Notes a number outside 0 to 1.
pub(crate) fn share(faults: &mut Faults, place: impl Into<String>, value: Decimal) {
    if value.is_negative() || value > Decimal::ONE {
        faults.add(
            place,
            Error::ShareOutside {
                text: value.to_string(),
            },
        );
    }
}

/// Notes names that stand twice. `place` is the path of the list.
pub(crate) fn unique<'a>(faults: &mut Faults, place: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = std::collections::BTreeSet::new();
    for (position, name) in names.enumerate() {
        if !seen.insert(name) {
            faults.add(
                format!("{place}[{position}].name"),
                Error::NameTwice {
                    text: name.to_owned(),
                },
            );
        }
    }
}
