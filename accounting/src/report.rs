//! What a standard's calculation gives: outcomes with everything that stands behind them, or every fault of the document.

use crate::derivation::{Derivation, Node, Number, Origin, Standing};
use crate::error::Error;
use crate::exact::Exact;
use std::fmt::{self, Write as _};

/// A result of a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Stable code: the label of the number; its words are `quantity-<code>`.
    pub code: &'static str,
    /// Of which thing: a product, a month, a gas; empty if there is only one.
    pub subject: String,
    /// The number.
    pub number: Number,
}

/// Something that a reader must know: an assumption, a default, a gap. Its words are `notice-<code>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Stable code.
    pub code: &'static str,
    /// Which part of the document, or which thing.
    pub subject: String,
    /// What the words are about: a figure, a document; may be empty.
    pub detail: String,
}

/// The result of a document under a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Code of the standard.
    pub standard: &'static str,
    /// The rules in force that were applied: an instrument with its number, a rule table with its period.
    pub instrument: String,
    /// Results, in the order of the standard.
    pub outcomes: Vec<Outcome>,
    /// What a reader must know.
    pub notices: Vec<Notice>,
    /// Every number.
    pub derivation: Derivation,
}

impl Report {
    /// An empty report of a standard.
    #[must_use]
    pub fn new(standard: &'static str, instrument: impl Into<String>) -> Self {
        Self {
            standard,
            instrument: instrument.into(),
            outcomes: Vec::new(),
            notices: Vec::new(),
            derivation: Derivation::new(),
        }
    }

    /// Declares a number of the derivation a result; its label and subject become those of the outcome.
    pub fn outcome(&mut self, number: Number) {
        let node = self.derivation.node(number);
        self.outcomes.push(Outcome {
            code: node.label,
            subject: node.subject.clone(),
            number,
        });
    }

    /// Adds a notice, once.
    pub fn notice(
        &mut self,
        code: &'static str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) {
        let notice = Notice {
            code,
            subject: subject.into(),
            detail: detail.into(),
        };
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    /// The node of the outcome with this code and subject.
    #[must_use]
    pub fn find(&self, code: &str, subject: &str) -> Option<&Node> {
        self.outcomes
            .iter()
            .find(|outcome| outcome.code == code && outcome.subject == subject)
            .map(|outcome| self.derivation.node(outcome.number))
    }

    /// The value of the outcome with this code and no subject.
    #[must_use]
    pub fn value(&self, code: &str) -> Option<&Exact> {
        self.find(code, "").map(|node| &node.value)
    }

    /// The first published figure behind the outcomes that is not official, or the first one that was recalled or drafted:
    /// with it no result may be called official.
    #[must_use]
    pub fn unofficial(&self) -> Option<&Node> {
        let mut used = vec![false; self.derivation.nodes().len()];
        for outcome in &self.outcomes {
            used[outcome.number.index()] = true;
        }
        for (number, node) in self.derivation.nodes().iter().enumerate().rev() {
            if !used[number] {
                continue;
            }
            if let Origin::Derived { operands, .. } = &node.origin {
                for operand in operands {
                    used[operand.index()] = true;
                }
            }
        }
        self.derivation
            .nodes()
            .iter()
            .zip(used)
            .find(|(node, used)| {
                *used
                    && matches!(&node.origin, Origin::Parameter(citation)
                        if matches!(citation.standing, Standing::Recalled | Standing::Draft))
            })
            .map(|(node, _)| node)
    }

    /// Refuses a report that rests on recalled or drafted figures.
    ///
    /// # Errors
    /// [`Error::NotOfficial`].
    pub fn official(self) -> Result<Self, Error> {
        match self.unofficial() {
            Some(Node {
                label,
                origin: Origin::Parameter(citation),
                ..
            }) => Err(Error::NotOfficial {
                label: (*label).to_owned(),
                document: format!("{} {}", citation.document, citation.clause)
                    .trim()
                    .to_owned(),
                standing: citation.standing.code().to_owned(),
            }),
            _ => Ok(self),
        }
    }

    /// The results as text, one line each, the same bytes on every machine: what a digest is taken of.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = format!("{}\n{}\n", self.standard, self.instrument);
        for outcome in &self.outcomes {
            let node = self.derivation.node(outcome.number);
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{}",
                outcome.code, outcome.subject, node.value, node.unit
            );
        }
        for notice in &self.notices {
            let _ = writeln!(
                text,
                "!{}\t{}\t{}",
                notice.code, notice.subject, notice.detail
            );
        }
        text
    }
}

/// A fault of a document, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path in the document; empty for the whole.
    pub place: String,
    /// What is wrong.
    pub error: Error,
}

/// Everything that is wrong with a document; never empty where it is an error.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault.
    pub fn add(&mut self, place: impl Into<String>, error: Error) {
        self.0.push(Fault {
            place: place.into(),
            error,
        });
    }

    /// Keeps the value of a result, or notes its error.
    pub fn keep<T>(&mut self, place: impl Into<String>, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(place, error);
                None
            }
        }
    }

    /// Nothing noted: go on.
    ///
    /// # Errors
    /// Itself.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Error> for Faults {
    fn from(error: Error) -> Self {
        let place = match &error {
            Error::DocumentPart { place, .. } => place.clone(),
            _ => String::new(),
        };
        Self(vec![Fault { place, error }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", fault.place, fault.error)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
