//! A derivation as an indented text: each number, how it was calculated, and below it what it was calculated from.

use super::part::{Part, Words, amount, operands, shown};
use super::{Citation, Node, Number, Operator, Origin};

/// Operands whose values are written into the arithmetic; more are only counted.
const WRITTEN_MAX: usize = 8;

/// One line of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Steps of indentation.
    pub depth: usize,
    /// Whether it is a number; else a remark on the number above.
    pub is_number: bool,
    /// The text, without indentation.
    pub text: String,
}

impl Part<'_> {
    /// The outline in one language. A number that several others use is derived once and referred to afterwards.
    #[must_use]
    pub fn outline(&self, words: &dyn Words) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut derived = std::collections::BTreeSet::new();
        let mut open: Vec<(Number, usize)> =
            self.roots.iter().rev().map(|root| (*root, 0)).collect();
        while let Some((number, depth)) = open.pop() {
            let node = self.derivation.node(number);
            let mut text = headline(node, words);
            let again = !derived.insert(number);
            let below = operands(node);
            if again && !below.is_empty() {
                text = words.phrase("above", &[("line", text)]);
            }
            lines.push(Line {
                depth,
                is_number: true,
                text,
            });
            if again && !below.is_empty() {
                continue;
            }
            lines.extend(self.remarks(node, words).into_iter().map(|text| Line {
                depth: depth + 1,
                is_number: false,
                text,
            }));
            open.extend(below.iter().rev().map(|operand| (*operand, depth + 1)));
        }
        lines
    }

    /// Where a number comes from, and its arithmetic.
    fn remarks(&self, node: &Node, words: &dyn Words) -> Vec<String> {
        match &node.origin {
            Origin::Input { place, evidence } if evidence.is_empty() => {
                vec![words.phrase("input", &[("place", place.clone())])]
            }
            Origin::Input { place, evidence } => vec![words.phrase(
                "input-evidence",
                &[("place", place.clone()), ("evidence", evidence.clone())],
            )],
            Origin::Parameter(citation) => vec![published(citation, words)],
            Origin::Constant => vec![words.phrase("constant", &[])],
            Origin::Simulated {
                generator,
                seed,
                trials,
            } => vec![words.phrase(
                "simulated",
                &[
                    ("trials", trials.to_string()),
                    ("generator", (*generator).to_owned()),
                    ("seed", seed.to_string()),
                ],
            )],
            Origin::Derived {
                rule,
                operator,
                operands,
            } => {
                let name = words.name("rule", rule.code);
                let by = if rule.formula.is_empty() {
                    words.phrase(
                        "rule",
                        &[("rule", name), ("clause", rule.clause.to_owned())],
                    )
                } else {
                    words.phrase(
                        "rule-formula",
                        &[
                            ("rule", name),
                            ("formula", rule.formula.to_owned()),
                            ("clause", rule.clause.to_owned()),
                        ],
                    )
                };
                vec![by, self.arithmetic(node, *operator, operands, words)]
            }
        }
    }

    /// The formula with the numbers in it: `100 t × 0.5 tC/t = 50 tC`.
    fn arithmetic(
        &self,
        node: &Node,
        operator: Operator,
        operands: &[Number],
        words: &dyn Words,
    ) -> String {
        let result = amount(node);
        if operands.len() > WRITTEN_MAX {
            return words.phrase(
                "of-many",
                &[
                    ("operator", words.name("operator", operator.code())),
                    ("count", operands.len().to_string()),
                    ("result", result),
                ],
            );
        }
        let values: Vec<String> = operands
            .iter()
            .map(|operand| {
                let operand = self.derivation.node(*operand);
                if operand.value.is_negative() {
                    format!("({})", amount(operand))
                } else {
                    amount(operand)
                }
            })
            .collect();
        let first = values.first().cloned().unwrap_or_default();
        match operator {
            Operator::Sum => format!("{} = {result}", values.join(" + ")),
            Operator::Difference => format!("{} = {result}", values.join(" − ")),
            Operator::Product => format!("{} = {result}", values.join(" × ")),
            Operator::Quotient => format!("{} = {result}", values.join(" ÷ ")),
            Operator::Minimum => format!("min({}) = {result}", values.join("; ")),
            Operator::Maximum => format!("max({}) = {result}", values.join("; ")),
            Operator::Choice => words.phrase(
                "choice",
                &[
                    ("result", result),
                    ("because", values.get(1..).unwrap_or_default().join("; ")),
                ],
            ),
            Operator::Round { places, rounding } => {
                // The places that the rule names are shown, zeros too.
                let after = node
                    .value
                    .to_fixed(places, rounding)
                    .unwrap_or_else(|_| shown(&node.value));
                words.phrase(
                    "round",
                    &[
                        ("before", first),
                        ("after", format!("{after} {}", node.unit).trim().to_owned()),
                        ("places", places.to_string()),
                        ("how", words.name("rounding-mode", rounding.code())),
                    ],
                )
            }
            Operator::Power { places } => with_places(
                format!("{first} ^ ({})", values.get(1).map_or("", String::as_str)),
                &result,
                places,
                words,
            ),
            Operator::Exponential { places } => {
                with_places(format!("e ^ ({first})"), &result, places, words)
            }
            Operator::Logarithm { places } => {
                with_places(format!("ln({first})"), &result, places, words)
            }
            Operator::Root { places } => with_places(format!("√({first})"), &result, places, words),
            Operator::Solution { places } => {
                let mut sum = first;
                for pair in values.get(1..).unwrap_or_default().chunks(2) {
                    sum.push_str(" + ");
                    sum.push_str(&pair.join(" × "));
                }
                words.phrase(
                    "solution",
                    &[
                        ("equation", sum),
                        ("result", result),
                        ("places", places.to_string()),
                    ],
                )
            }
        }
    }
}

fn with_places(left: String, result: &str, places: u32, words: &dyn Words) -> String {
    words.phrase(
        "to-places",
        &[
            ("line", format!("{left} = {result}")),
            ("places", places.to_string()),
        ],
    )
}

/// What a number is, of which thing, and how much.
fn headline(node: &Node, words: &dyn Words) -> String {
    words.phrase(
        "headline",
        &[("name", called(node, words)), ("value", amount(node))],
    )
}

/// What a number is, and of which thing.
pub(super) fn called(node: &Node, words: &dyn Words) -> String {
    let name = words.name("quantity", node.label);
    if node.subject.is_empty() {
        name
    } else {
        words.phrase("of", &[("name", name), ("subject", node.subject.clone())])
    }
}

/// Document, clause, reference and standing of a published figure.
pub(super) fn published(citation: &Citation, words: &dyn Words) -> String {
    let parts = [&citation.document, &citation.clause, &citation.reference];
    let source: Vec<&str> = parts
        .into_iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    words.phrase(
        "parameter",
        &[
            ("source", source.join("; ")),
            ("standing", words.name("standing", citation.standing.code())),
        ],
    )
}
