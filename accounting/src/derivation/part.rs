//! The part of a derivation that stands behind chosen numbers: what is shown to a person or handed to a program.

use super::{Derivation, Node, Number, Operator, Origin};
use crate::exact::{Exact, Rounding};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// Words of one language for the codes of a derivation.
pub trait Words {
    /// The name of a code. `kind` is `quantity`, `rule` or `standing`; a code without a name stands for itself.
    fn name(&self, kind: &str, code: &str) -> String;

    /// The sentence `derivation-<key>` with its fields.
    fn phrase(&self, key: &str, fields: &[(&str, String)]) -> String;
}

/// Chosen numbers with everything that they come from, in the order in which it came about.
///
/// Serializes as `{roots: [position], numbers: [{number, label, subject, value, approximately?, unit, origin}]}`: exact
/// values as text, codes instead of words.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    pub(super) derivation: &'a Derivation,
    pub(super) roots: Vec<Number>,
    /// Ascending.
    pub(super) numbers: Vec<Number>,
}

impl Derivation {
    /// What stands behind these numbers.
    ///
    /// # Panics
    /// If a number belongs to another derivation: a defect of the caller.
    #[must_use]
    pub fn behind(&self, roots: &[Number]) -> Part<'_> {
        let mut known = vec![false; self.nodes.len()];
        let mut open = roots.to_vec();
        while let Some(number) = open.pop() {
            if !std::mem::replace(&mut known[number.index()], true) {
                open.extend(operands(self.node(number)));
            }
        }
        Part {
            derivation: self,
            roots: roots.to_vec(),
            numbers: self
                .iter()
                .map(|(number, _)| number)
                .filter(|number| known[number.index()])
                .collect(),
        }
    }
}

impl<'a> Part<'a> {
    /// The numbers that were asked for.
    #[must_use]
    pub fn roots(&self) -> &[Number] {
        &self.roots
    }

    /// Every number of the part with its origin, operands before results.
    pub fn nodes(&self) -> impl Iterator<Item = (Number, &'a Node)> + '_ {
        self.numbers
            .iter()
            .map(|number| (*number, self.derivation.node(*number)))
    }
}

/// What a number is calculated from.
pub(super) fn operands(node: &Node) -> &[Number] {
    match &node.origin {
        Origin::Derived { operands, .. } => operands,
        _ => &[],
    }
}

/// Places to which a fraction without end is shown.
const PLACES: u32 = 12;
/// A longer fraction is shown as a decimal only.
const FRACTION_MAX: usize = 24;

/// A value for people: a finite decimal as it is, another fraction with its value to twelve places.
pub(super) fn shown(value: &Exact) -> String {
    let text = value.to_string();
    if text == "11/3" {
        return "44/12".to_owned();
    }
    match (text.contains('/'), value.to_fixed(PLACES, Rounding::HalfUp)) {
        (true, Ok(decimal)) if text.len() <= FRACTION_MAX => format!("{text} (≈ {decimal})"),
        (true, Ok(decimal)) => format!("≈ {decimal}"),
        _ => text,
    }
}

/// A value with its unit, for people.
pub(super) fn amount(node: &Node) -> String {
    let value = shown(&node.value);
    match node.unit.as_ref() {
        "" => value,
        "%" => format!("{value}%"),
        unit => format!("{value} {unit}"),
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Numbers<'a>(&'a Part<'a>);
        impl Serialize for Numbers<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut list = serializer.serialize_seq(Some(self.0.numbers.len()))?;
                for (number, node) in self.0.nodes() {
                    list.serialize_element(&Entry(number, node))?;
                }
                list.end()
            }
        }
        let roots: Vec<u32> = self.roots.iter().map(|root| root.0).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("roots", &roots)?;
        map.serialize_entry("numbers", &Numbers(self))?;
        map.end()
    }
}

struct Entry<'a>(Number, &'a Node);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(number, node) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("number", &number.0)?;
        map.serialize_entry("label", node.label)?;
        map.serialize_entry("subject", &node.subject)?;
        let value = node.value.to_string();
        if value.contains('/')
            && let Ok(decimal) = node.value.to_fixed(PLACES, Rounding::HalfUp)
        {
            map.serialize_entry("approximately", &decimal)?;
        }
        map.serialize_entry("value", &value)?;
        map.serialize_entry("unit", &node.unit)?;
        map.serialize_entry("origin", &Source(&node.origin))?;
        map.end()
    }
}

struct Source<'a>(&'a Origin);

impl Serialize for Source<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Origin::Input { place, evidence } => {
                map.serialize_entry("kind", "input")?;
                map.serialize_entry("place", place)?;
                map.serialize_entry("evidence", evidence)?;
            }
            Origin::Parameter(citation) => {
                map.serialize_entry("kind", "parameter")?;
                map.serialize_entry("document", &citation.document)?;
                map.serialize_entry("clause", &citation.clause)?;
                map.serialize_entry("reference", &citation.reference)?;
                map.serialize_entry("standing", citation.standing.code())?;
            }
            Origin::Constant => map.serialize_entry("kind", "constant")?,
            Origin::Simulated {
                generator,
                seed,
                trials,
            } => {
                map.serialize_entry("kind", "simulated")?;
                map.serialize_entry("generator", generator)?;
                // As text: JSON readers keep 53 bits of a number.
                map.serialize_entry("seed", &seed.to_string())?;
                map.serialize_entry("trials", trials)?;
            }
            Origin::Derived {
                rule,
                operator,
                operands,
            } => {
                let operands: Vec<u32> = operands.iter().map(|operand| operand.0).collect();
                map.serialize_entry("kind", "derived")?;
                map.serialize_entry("rule", rule.code)?;
                map.serialize_entry("formula", rule.formula)?;
                map.serialize_entry("clause", rule.clause)?;
                map.serialize_entry("operator", operator.code())?;
                match operator {
                    Operator::Round { places, rounding } => {
                        map.serialize_entry("places", places)?;
                        map.serialize_entry("rounding", rounding.code())?;
                    }
                    Operator::Power { places }
                    | Operator::Exponential { places }
                    | Operator::Root { places }
                    | Operator::Logarithm { places }
                    | Operator::Solution { places } => map.serialize_entry("places", places)?,
                    _ => {}
                }
                map.serialize_entry("operands", &operands)?;
            }
        }
        map.end()
    }
}
