//! Published figures of the rule tables, and figures that a document must bring with document and page.

use crate::decimal::Decimal;
use crate::derivation::{Citation, Derivation, Number, Standing};
use crate::error::Error;
use crate::report::Faults;
use serde::Deserialize;
use serde::de::{self, Deserializer};

/// A figure of a rule table.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct Figure {
    /// The published number.
    pub value: Decimal,
    /// Clause, table or page.
    #[serde(default)]
    pub clause: String,
    /// The document, if it is not the table's.
    #[serde(default)]
    pub document: String,
    /// How far it can be relied on.
    #[serde(deserialize_with = "standing")]
    pub standing: Standing,
}

/// Reads the code of a standing.
pub(in crate::standard) fn standing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Standing, D::Error> {
    let code = String::deserialize(deserializer)?;
    Standing::from_code(&code).ok_or_else(|| de::Error::custom(code))
}

impl Figure {
    /// Adds the figure to a derivation. `table` is the rule table's code, `document` the one of the table.
    pub fn parameter(
        &self,
        derivation: &mut Derivation,
        label: &'static str,
        subject: impl Into<String>,
        unit: &'static str,
        table: &str,
        document: &str,
    ) -> Number {
        let document = if self.document.is_empty() {
            document
        } else {
            &self.document
        };
        derivation.parameter(
            label,
            subject,
            self.value,
            unit,
            Citation {
                document: document.to_owned(),
                clause: self.clause.clone(),
                reference: table.to_owned(),
                standing: self.standing,
            },
        )
    }
}

/// A published figure that no table here holds: the document brings it, with its source.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct Cited {
    /// The published number.
    pub value: Decimal,
    /// Title and number of the document.
    pub document: String,
    /// Page, table or clause.
    pub page: String,
}

impl Cited {
    /// A positive value with its source named.
    pub fn check(&self, faults: &mut Faults, place: &str) {
        if self.value.is_negative() || self.value.is_zero() {
            faults.add(
                format!("{place}.value"),
                Error::NumberNotPositive {
                    text: self.value.to_string(),
                },
            );
        }
        for (field, text) in [("document", &self.document), ("page", &self.page)] {
            if text.trim().is_empty() {
                faults.add(format!("{place}.{field}"), Error::CitationMissing);
            }
        }
    }

    /// Adds the figure: an input with its source as evidence.
    pub fn input(
        &self,
        derivation: &mut Derivation,
        label: &'static str,
        subject: impl Into<String>,
        unit: &'static str,
        place: &str,
    ) -> Number {
        derivation.input(
            label,
            subject,
            self.value,
            unit,
            format!("{place}.value"),
            format!("{} {}", self.document.trim(), self.page.trim()),
        )
    }
}
