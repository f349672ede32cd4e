//! What made a number change between two derivations, in parts that add up to the whole change exactly.
//!
//! Sequential replacement in a fixed order. First every input, then every published figure that both derivations have
//! (same quantity, same subject) takes its new value, one after the other in the order of the first derivation; the change
//! of the outcome at each step is that figure's part. What remains lies in the structure: it is followed down through sums,
//! differences and products to the numbers that only one derivation has, and to the rules that are not the same. The order
//! matters where figures are multiplied with each other; it is always this one, so that the parts are reproducible.

use super::part::operands;
use super::{Derivation, Node, Number, Operator, Origin, Rule, verify};
use crate::error::Error;
use crate::exact::Exact;
use std::collections::{BTreeMap, BTreeSet};

/// Why a part of a change came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The document or row states another amount.
    Input,
    /// Another figure is published, or another publication is used.
    Parameter {
        /// Document, clause and reference before.
        before: String,
        /// The same, after.
        after: String,
    },
    /// Only the second derivation has the number: a new row.
    Added,
    /// Only the first derivation has the number: a removed row.
    Removed,
    /// Both have the number, by another rule or from other numbers.
    Rule {
        /// The rule before; `None` for a number that was not calculated.
        before: Option<Rule>,
        /// The rule after.
        after: Option<Rule>,
    },
}

impl Cause {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Parameter { .. } => "parameter",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Rule { .. } => "rule",
        }
    }
}

/// One part of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Why.
    pub cause: Cause,
    /// What changed.
    pub label: &'static str,
    /// Of which thing.
    pub subject: String,
    /// Unit of `before` and `after`.
    pub unit: String,
    /// Its value in the first derivation.
    pub before: Option<Exact>,
    /// Its value in the second derivation.
    pub after: Option<Exact>,
    /// How much of the outcome's change it is, in the outcome's unit.
    pub change: Exact,
}

/// The change of an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The outcome before.
    pub before: Exact,
    /// The outcome after.
    pub after: Exact,
    /// The parts; they add up to `after − before`. Those that change nothing are left out.
    pub parts: Vec<Contribution>,
}

impl Comparison {
    /// `after − before`
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn change(&self) -> Result<Exact, Error> {
        self.after.sub(&self.before)
    }
}

/// What a number is for a comparison: quantity, subject, and which of several such.
type Key = (&'static str, String, usize);

/// Numbers behind an outcome by what they are.
fn keys(derivation: &Derivation, number: Number, leaves: bool) -> BTreeMap<Key, Number> {
    let mut count: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    derivation
        .behind(&[number])
        .nodes()
        .filter(|(_, node)| leaves != matches!(node.origin, Origin::Derived { .. }))
        .map(|(number, node)| {
            let occurrence = count.entry((node.label, node.subject.clone())).or_default();
            *occurrence += 1;
            ((node.label, node.subject.clone(), *occurrence), number)
        })
        .collect()
}

/// Compares a number of one derivation with a number of another.
///
/// # Errors
/// [`Error::Overflow`] and what the arithmetic of a mixture of both gives ([`Error::DivisionByZero`]).
pub fn compare(
    first: (&Derivation, Number),
    second: (&Derivation, Number),
) -> Result<Comparison, Error> {
    let (before, after) = (first.0.value(first.1), second.0.value(second.1));
    let mut mixture = Mixture::new(first.0, first.1);
    let mut parts = Vec::new();
    let known = keys(second.0, second.1, true);
    // In the order of the first derivation, inputs before published figures before constants.
    let mut leaves: Vec<(u8, Number, Key)> = keys(first.0, first.1, true)
        .into_iter()
        .map(|(key, number)| {
            let rank = match first.0.node(number).origin {
                Origin::Input { .. } => 0,
                Origin::Parameter(_) => 1,
                _ => 2,
            };
            (rank, number, key)
        })
        .collect();
    leaves.sort();
    for (_, number, key) in leaves {
        let Some(other) = known.get(&key) else {
            continue;
        };
        let (old, new) = (first.0.node(number), second.0.node(*other));
        if old.unit != new.unit {
            continue;
        }
        let change = mixture.replace(number, &new.value)?;
        if !change.is_zero() {
            parts.push(Contribution {
                cause: leaf_cause(old, new),
                label: old.label,
                subject: old.subject.clone(),
                unit: old.unit.to_string(),
                before: Some(old.value.clone()),
                after: Some(new.value.clone()),
                change,
            });
        }
    }
    let mut structure = Structure {
        mixture: &mixture,
        second: second.0,
        parts: &mut parts,
    };
    structure.follow(first.1, second.1, &Exact::ONE)?;
    Ok(Comparison {
        before: before.clone(),
        after: after.clone(),
        parts,
    })
}

fn leaf_cause(old: &Node, new: &Node) -> Cause {
    let publication = |node: &Node| match &node.origin {
        Origin::Parameter(citation) => [&citation.document, &citation.clause, &citation.reference]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    };
    match (&old.origin, &new.origin) {
        (Origin::Input { .. }, Origin::Input { .. }) => Cause::Input,
        (Origin::Constant, Origin::Constant) => Cause::Rule {
            before: None,
            after: None,
        },
        _ => Cause::Parameter {
            before: publication(old),
            after: publication(new),
        },
    }
}

/// The first derivation with some of its figures replaced.
struct Mixture<'a> {
    derivation: &'a Derivation,
    outcome: Number,
    values: Vec<Exact>,
    /// Numbers calculated from each number, those behind the outcome only.
    users: Vec<Vec<Number>>,
}

impl<'a> Mixture<'a> {
    fn new(derivation: &'a Derivation, outcome: Number) -> Self {
        let mut users = vec![Vec::new(); derivation.nodes().len()];
        for (number, node) in derivation.behind(&[outcome]).nodes() {
            for operand in operands(node) {
                let known: &mut Vec<Number> = &mut users[operand.index()];
                if known.last() != Some(&number) {
                    known.push(number);
                }
            }
        }
        Self {
            derivation,
            outcome,
            values: derivation
                .nodes()
                .iter()
                .map(|node| node.value.clone())
                .collect(),
            users,
        }
    }

    fn value(&self, number: Number) -> &Exact {
        &self.values[number.index()]
    }

    /// Replaces a value and recalculates what depends on it; gives the change of the outcome.
    fn replace(&mut self, number: Number, value: &Exact) -> Result<Exact, Error> {
        if self.value(number) == value {
            return Ok(Exact::ZERO);
        }
        let before = self.value(self.outcome).clone();
        // Changes of operands wait here, so that a long sum takes each change in without adding everything up again.
        let mut changed: BTreeMap<Number, Exact> = BTreeMap::new();
        let mut open = BTreeSet::new();
        changed.insert(
            number,
            std::mem::replace(&mut self.values[number.index()], value.clone()),
        );
        open.extend(self.users[number.index()].iter().copied());
        while let Some(user) = open.pop_first() {
            let Origin::Derived {
                operator, operands, ..
            } = &self.derivation.node(user).origin
            else {
                continue;
            };
            let new = match operator {
                // A system is solved as a whole: its unknowns keep their values, and the rest counts as structure.
                Operator::Solution { .. } => continue,
                Operator::Sum => operands.iter().try_fold(
                    self.value(user).clone(),
                    |sum, operand| match changed.get(operand) {
                        Some(old) => sum.add(&self.value(*operand).sub(old)?),
                        None => Ok(sum),
                    },
                )?,
                _ => {
                    let values: Vec<&Exact> = operands
                        .iter()
                        .map(|operand| self.value(*operand))
                        .collect();
                    verify::evaluate(*operator, &values)?
                }
            };
            if new != *self.value(user) {
                changed.insert(user, std::mem::replace(&mut self.values[user.index()], new));
                open.extend(self.users[user.index()].iter().copied());
            }
        }
        self.value(self.outcome).sub(&before)
    }
}

/// Follows what is left of a change down to where the two derivations are not alike.
struct Structure<'a, 'b> {
    mixture: &'a Mixture<'a>,
    second: &'a Derivation,
    parts: &'b mut Vec<Contribution>,
}

impl Structure<'_, '_> {
    /// `weight` is by how much the outcome changes for one unit of this number.
    fn follow(&mut self, first: Number, second: Number, weight: &Exact) -> Result<(), Error> {
        let mut open = vec![(first, second, weight.clone())];
        while let Some((first, second, weight)) = open.pop() {
            let rest = self.second.value(second).sub(self.mixture.value(first))?;
            if rest.is_zero() {
                continue;
            }
            if !self.descend(first, second, &weight, &mut open)? {
                let (old, new) = (
                    self.mixture.derivation.node(first),
                    self.second.node(second),
                );
                self.parts.push(Contribution {
                    cause: Cause::Rule {
                        before: rule(old),
                        after: rule(new),
                    },
                    label: new.label,
                    subject: new.subject.clone(),
                    unit: new.unit.to_string(),
                    before: Some(old.value.clone()),
                    after: Some(new.value.clone()),
                    change: rest.mul(&weight)?,
                });
            }
        }
        Ok(())
    }

    /// Goes on with the operands, if the change is the sum of theirs.
    fn descend(
        &mut self,
        first: Number,
        second: Number,
        weight: &Exact,
        open: &mut Vec<(Number, Number, Exact)>,
    ) -> Result<bool, Error> {
        let (
            Origin::Derived {
                operator, operands, ..
            },
            Origin::Derived {
                operator: other_operator,
                operands: others,
                ..
            },
        ) = (
            &self.mixture.derivation.node(first).origin,
            &self.second.node(second).origin,
        )
        else {
            return Ok(false);
        };
        if operator != other_operator {
            return Ok(false);
        }
        match operator {
            Operator::Sum => {
                self.pair(operands, others, weight, open)?;
                Ok(true)
            }
            Operator::Difference if !operands.is_empty() && !others.is_empty() => {
                open.push((operands[0], others[0], weight.clone()));
                self.pair(&operands[1..], &others[1..], &weight.negated(), open)?;
                Ok(true)
            }
            Operator::Product if operands.len() == others.len() => {
                let mut differing = operands
                    .iter()
                    .zip(others)
                    .filter(|(a, b)| self.mixture.value(**a) != self.second.value(**b));
                let (Some((a, b)), None) = (differing.next(), differing.next()) else {
                    return Ok(false);
                };
                let weight = operands
                    .iter()
                    .filter(|operand| *operand != a)
                    .try_fold(weight.clone(), |weight, operand| {
                        weight.mul(self.mixture.value(*operand))
                    })?;
                // The same number twice in a product is no linear part.
                if operands.iter().filter(|operand| *operand == a).count() > 1 {
                    return Ok(false);
                }
                open.push((*a, *b, weight));
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Pairs the terms of two sums by what they are; what only one has was added or removed.
    fn pair(
        &mut self,
        first: &[Number],
        second: &[Number],
        weight: &Exact,
        open: &mut Vec<(Number, Number, Exact)>,
    ) -> Result<(), Error> {
        let named = |derivation: &Derivation, numbers: &[Number]| {
            let mut count: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
            numbers
                .iter()
                .map(|number| {
                    let node = derivation.node(*number);
                    let occurrence = count.entry((node.label, node.subject.clone())).or_default();
                    *occurrence += 1;
                    ((node.label, node.subject.clone(), *occurrence), *number)
                })
                .collect::<Vec<(Key, Number)>>()
        };
        let (before, after) = (
            named(self.mixture.derivation, first),
            named(self.second, second),
        );
        let wanted: BTreeMap<&Key, Number> =
            after.iter().map(|(key, number)| (key, *number)).collect();
        let known: BTreeSet<&Key> = before.iter().map(|(key, _)| key).collect();
        for (key, number) in &before {
            match wanted.get(key) {
                Some(other) => open.push((*number, *other, weight.clone())),
                None => {
                    let node = self.mixture.derivation.node(*number);
                    let change = self.mixture.value(*number).mul(weight)?.negated();
                    self.alone(Cause::Removed, node, change);
                }
            }
        }
        for (key, number) in &after {
            if !known.contains(key) {
                let node = self.second.node(*number);
                let change = node.value.mul(weight)?;
                self.alone(Cause::Added, node, change);
            }
        }
        Ok(())
    }

    fn alone(&mut self, cause: Cause, node: &Node, change: Exact) {
        if change.is_zero() {
            return;
        }
        let value = Some(node.value.clone());
        let (before, after) = if cause == Cause::Removed {
            (value, None)
        } else {
            (None, value)
        };
        self.parts.push(Contribution {
            cause,
            label: node.label,
            subject: node.subject.clone(),
            unit: node.unit.to_string(),
            before,
            after,
            change,
        });
    }
}

fn rule(node: &Node) -> Option<Rule> {
    match &node.origin {
        Origin::Derived { rule, .. } => Some(*rule),
        _ => None,
    }
}
