//! A number with everything that it comes from: an acyclic graph from inputs and published parameters, by named formulas
//! and named roundings, up to the result. What `explain` prints, and what a stranger recomputes ([`Derivation::verify`]).
//!
//! ```text
//! input, parameter, constant ──► Derivation::{sum, product, quotient, …} ──► round ──► outcome
//! ```
//!
//! [`Derivation::behind`] gives the part behind chosen numbers, which [`Part`] prints as an outline, as a Mermaid or DOT diagram,
//! or serializes; the caller brings the [`Words`].
//!
//! A node refers to earlier nodes only, so a graph has no cycles. Texts are codes, symbols and citations; the words stand
//! in the catalogues under `quantity-<label>` and `rule-<code>`.

mod compare;
mod diagram;
mod outline;
mod part;
mod power;
mod verify;

pub use compare::{Cause, Comparison, Contribution, compare};
pub use outline::Line;
pub use part::{Part, Words};
pub use verify::Discrepancy;

use crate::decimal::Decimal;
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use std::borrow::Cow;

/// Position of a number in its [`Derivation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(u32);

impl Number {
    /// Position, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A rule of a standard: the formula as a person would write it, with the clause that gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable code, `mee_power.carbon_content_as_received`; its words are `rule-<code>` with `-` for `.`.
    pub code: &'static str,
    /// `C_ar = C_ad × (100 − M_ar) ÷ (100 − M_ad)`; empty for a plain sum.
    pub formula: &'static str,
    /// Document and clause.
    pub clause: &'static str,
}

/// How far a published figure can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// Read in the official document.
    #[default]
    Official,
    /// Read in a document that retypes the official one.
    Secondary,
    /// Recalled, not read; must not be presented as official.
    Recalled,
    /// Of a draft or a consultation; refused where an official result is asked for.
    Draft,
}

impl Standing {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Secondary => "secondary",
            Self::Recalled => "recalled",
            Self::Draft => "draft",
        }
    }

    /// The standing with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Official, Self::Secondary, Self::Recalled, Self::Draft]
            .into_iter()
            .find(|standing| standing.code() == code)
    }
}

/// Where a published figure stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Citation {
    /// The document, with its number.
    pub document: String,
    /// Clause, table or page.
    pub clause: String,
    /// `set@version/factor` where it comes from a factor set, else the rule table's code.
    pub reference: String,
    /// How far it can be relied on.
    pub standing: Standing,
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Stated by the document under calculation.
    Input {
        /// Path in the document: `months[2].fuels[0].quantity`.
        place: String,
        /// Evidence that the document names, or who recorded it; may be empty.
        evidence: String,
    },
    /// Published: a factor, a benchmark, a default.
    Parameter(Citation),
    /// True by definition: a unit conversion, 44/12, one hundred per cent.
    Constant,
    /// Drawn: a statistic of many trials. Whoever repeats them with the seed gets the same digits; `verify` does not.
    Simulated {
        /// Generator of the random numbers.
        generator: &'static str,
        /// Its seed.
        seed: u64,
        /// Trials.
        trials: u32,
    },
    /// Calculated from earlier numbers.
    Derived {
        /// By which rule.
        rule: Rule,
        /// How.
        operator: Operator,
        /// From what, in the order of the formula.
        operands: Vec<Number>,
    },
}

/// How a number is calculated from its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// All added.
    Sum,
    /// The first less all others.
    Difference,
    /// All multiplied.
    Product,
    /// The first divided by all others.
    Quotient,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// The first, because the others (compared, counted) say so: a case of a rule was chosen.
    Choice,
    /// The one operand, rounded.
    Round {
        /// Decimal places.
        places: u32,
        /// How.
        rounding: Rounding,
    },
    /// The first raised to the second, rounded half up to so many places (the rule says how many).
    Power {
        /// Decimal places of the result.
        places: u32,
    },
    /// e raised to the one operand, rounded half up.
    Exponential {
        /// Decimal places of the result.
        places: u32,
    },
    /// The square root of the one operand, rounded half up.
    Root {
        /// Decimal places of the result.
        places: u32,
    },
    /// The natural logarithm of the one operand, rounded half up.
    Logarithm {
        /// Decimal places of the result.
        places: u32,
    },
    /// A component of the solution of a system of equations; checked by its equation, not by repeating the solver.
    /// Operands: the constant term, then pairs of coefficient and other unknown. `|x − Σ| ≤ 10^-places`.
    Solution {
        /// Decimal places to which the equation holds.
        places: u32,
    },
}

impl Operator {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Difference => "difference",
            Self::Product => "product",
            Self::Quotient => "quotient",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Choice => "choice",
            Self::Round { .. } => "round",
            Self::Power { .. } => "power",
            Self::Exponential { .. } => "exponential",
            Self::Root { .. } => "root",
            Self::Logarithm { .. } => "logarithm",
            Self::Solution { .. } => "solution",
        }
    }

    /// Decimal places to which the operation rounds, or to which its equation holds.
    #[must_use]
    pub fn places(self) -> Option<u32> {
        match self {
            Self::Round { places, .. }
            | Self::Power { places }
            | Self::Exponential { places }
            | Self::Root { places }
            | Self::Logarithm { places }
            | Self::Solution { places } => Some(places),
            _ => None,
        }
    }
}

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is: a stable code, `coal_consumption`; its words are `quantity-<label>`.
    pub label: &'static str,
    /// Of which thing: `2025-03`, `unit 1`, a name from the document; empty if there is only one.
    pub subject: String,
    /// The number, exact.
    pub value: Exact,
    /// Symbol of its unit: `t`, `tCO2/MWh`, `%`; empty for a pure number.
    pub unit: Cow<'static, str>,
    /// Where it comes from.
    pub origin: Origin,
}

/// A component of the solution of a system of equations, as the solver found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What it is.
    pub label: &'static str,
    /// Of which thing.
    pub subject: String,
    /// Its unit.
    pub unit: &'static str,
    /// The solution.
    pub value: Exact,
}

/// Numbers in the order in which they came about.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Derivation {
    nodes: Vec<Node>,
}

/// A part of a document whose numbers share subject and evidence.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// What the part is about.
    pub subject: &'a str,
    /// Its path in the document.
    pub place: &'a str,
    /// What it names as proof.
    pub evidence: &'a str,
}

impl Stated<'_> {
    /// Adds the number that the part states in a field; one that it does not state is zero.
    pub fn input(
        &self,
        derivation: &mut Derivation,
        label: &'static str,
        field: &str,
        value: impl Into<Option<Decimal>>,
        unit: &'static str,
    ) -> Number {
        let place = self.place;
        derivation.input(
            label,
            self.subject,
            value.into().unwrap_or_default(),
            unit,
            format!("{place}.{field}"),
            self.evidence,
        )
    }
}

impl Derivation {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All numbers; operands come before what is calculated from them.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A number with its origin.
    ///
    /// # Panics
    /// If `number` belongs to another derivation: a defect of the caller.
    #[must_use]
    pub fn node(&self, number: Number) -> &Node {
        &self.nodes[number.index()]
    }

    /// The value of a number.
    #[must_use]
    pub fn value(&self, number: Number) -> &Exact {
        &self.node(number).value
    }

    /// Every number with its position.
    pub fn iter(&self) -> impl Iterator<Item = (Number, &Node)> {
        (0_u32..).map(Number).zip(&self.nodes)
    }

    fn push(&mut self, node: Node) -> Number {
        // More than u32::MAX numbers do not fit in memory.
        let number = Number(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        number
    }

    /// Adds what the document states. `place` is its path there, `evidence` what it names as proof.
    pub fn input(
        &mut self,
        label: &'static str,
        subject: impl Into<String>,
        value: impl Into<Exact>,
        unit: impl Into<Cow<'static, str>>,
        place: impl Into<String>,
        evidence: impl Into<String>,
    ) -> Number {
        self.push(Node {
            label,
            subject: subject.into(),
            value: value.into(),
            unit: unit.into(),
            origin: Origin::Input {
                place: place.into(),
                evidence: evidence.into(),
            },
        })
    }

    /// Adds a published figure.
    pub fn parameter(
        &mut self,
        label: &'static str,
        subject: impl Into<String>,
        value: impl Into<Exact>,
        unit: impl Into<Cow<'static, str>>,
        citation: Citation,
    ) -> Number {
        self.push(Node {
            label,
            subject: subject.into(),
            value: value.into(),
            unit: unit.into(),
            origin: Origin::Parameter(citation),
        })
    }

    /// Adds what is true by definition.
    pub fn constant(
        &mut self,
        label: &'static str,
        value: impl Into<Exact>,
        unit: impl Into<Cow<'static, str>>,
    ) -> Number {
        self.push(Node {
            label,
            subject: String::new(),
            value: value.into(),
            unit: unit.into(),
            origin: Origin::Constant,
        })
    }

    /// Adds a statistic of many trials.
    pub fn simulated(
        &mut self,
        label: &'static str,
        subject: impl Into<String>,
        value: impl Into<Exact>,
        unit: impl Into<Cow<'static, str>>,
        origin: Origin,
    ) -> Number {
        self.push(Node {
            label,
            subject: subject.into(),
            value: value.into(),
            unit: unit.into(),
            origin,
        })
    }

    /// Carbon to carbon dioxide by mass, 44/12 as a ratio.
    pub fn carbon_to_co2(&mut self) -> Number {
        self.constant("carbon_to_co2", Exact::carbon_to_co2(), "tCO2/tC")
    }

    /// Calculates a number by a rule.
    ///
    /// # Errors
    /// Of the arithmetic: [`Error::Overflow`], [`Error::DivisionByZero`], [`Error::PowerUndefined`].
    ///
    /// # Panics
    /// If there is no operand: a defect of the caller.
    pub fn derive(
        &mut self,
        rule: Rule,
        operator: Operator,
        label: &'static str,
        subject: impl Into<String>,
        unit: impl Into<Cow<'static, str>>,
        operands: &[Number],
    ) -> Result<Number, Error> {
        assert!(!operands.is_empty(), "{} has no operand", rule.code);
        let values: Vec<&Exact> = operands
            .iter()
            .map(|operand| self.value(*operand))
            .collect();
        let value = verify::evaluate(operator, &values)?;
        Ok(self.push(Node {
            label,
            subject: subject.into(),
            value,
            unit: unit.into(),
            origin: Origin::Derived {
                rule,
                operator,
                operands: operands.to_vec(),
            },
        }))
    }

    /// All added; the sum of nothing is the constant zero.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn sum(
        &mut self,
        rule: Rule,
        label: &'static str,
        subject: impl Into<String>,
        unit: impl Into<Cow<'static, str>>,
        operands: &[Number],
    ) -> Result<Number, Error> {
        if operands.is_empty() {
            return Ok(self.push(Node {
                label,
                subject: subject.into(),
                value: Exact::ZERO,
                unit: unit.into(),
                origin: Origin::Constant,
            }));
        }
        self.derive(rule, Operator::Sum, label, subject, unit, operands)
    }

    /// The first less all others.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn difference(
        &mut self,
        rule: Rule,
        label: &'static str,
        subject: impl Into<String>,
        unit: impl Into<Cow<'static, str>>,
        operands: &[Number],
    ) -> Result<Number, Error> {
        self.derive(rule, Operator::Difference, label, subject, unit, operands)
    }

    /// All multiplied.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn product(
        &mut self,
        rule: Rule,
        label: &'static str,
        subject: impl Into<String>,
        unit: impl Into<Cow<'static, str>>,
        operands: &[Number],
    ) -> Result<Number, Error> {
        self.derive(rule, Operator::Product, label, subject, unit, operands)
    }

    /// The first divided by all others.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::DivisionByZero`].
    pub fn quotient(
        &mut self,
        rule: Rule,
        label: &'static str,
        subject: impl Into<String>,
        unit: impl Into<Cow<'static, str>>,
        operands: &[Number],
    ) -> Result<Number, Error> {
        self.derive(rule, Operator::Quotient, label, subject, unit, operands)
    }

    /// Rounds as a rule says; the label, subject and unit stay.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn round(
        &mut self,
        rule: Rule,
        number: Number,
        places: u32,
        rounding: Rounding,
    ) -> Result<Number, Error> {
        let (label, unit) = (self.node(number).label, self.node(number).unit.clone());
        let subject = self.node(number).subject.clone();
        self.derive(
            rule,
            Operator::Round { places, rounding },
            label,
            subject,
            unit,
            &[number],
        )
    }

    /// Adds a component of a solution that the caller's solver found; [`Derivation::verify`] checks its equation
    /// `value = constant + Σ coefficient × unknown` once all unknowns are there. `operands` may refer to numbers that come
    /// later (the system is solved as a whole).
    pub fn solution(
        &mut self,
        rule: Rule,
        unknown: Unknown,
        places: u32,
        operands: Vec<Number>,
    ) -> Number {
        self.push(Node {
            label: unknown.label,
            subject: unknown.subject,
            value: unknown.value,
            unit: unknown.unit.into(),
            origin: Origin::Derived {
                rule,
                operator: Operator::Solution { places },
                operands,
            },
        })
    }

    /// The number that will be added after `ahead` further ones: for systems whose unknowns refer to each other.
    #[must_use]
    pub fn upcoming(&self, ahead: usize) -> Number {
        Number(u32::try_from(self.nodes.len() + ahead).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod rendering_tests;
