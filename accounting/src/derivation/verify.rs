//! Recomputes every number of a derivation from its operands.

use super::{Derivation, Number, Operator, Origin, power};
use crate::error::Error;
use crate::exact::Exact;

/// A number that does not follow from its operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// Which.
    pub number: Number,
    /// What it should be; `None` if it cannot be calculated.
    pub expected: Option<Exact>,
}

impl Derivation {
    /// Calculates each number again. A derivation of this crate gives none; one that was read from a file may.
    #[must_use]
    pub fn verify(&self) -> Vec<Discrepancy> {
        self.iter()
            .filter_map(|(number, node)| {
                let Origin::Derived {
                    operator, operands, ..
                } = &node.origin
                else {
                    return None;
                };
                let solution = matches!(operator, Operator::Solution { .. });
                let values: Option<Vec<&Exact>> = operands
                    .iter()
                    .map(|operand| {
                        let known = self.nodes().get(operand.index())?;
                        (solution || *operand < number).then_some(&known.value)
                    })
                    .collect();
                let expected = values.and_then(|values| evaluate(*operator, &values).ok());
                let holds = match (&expected, operator) {
                    (Some(expected), Operator::Solution { places }) => {
                        within(expected, &node.value, *places)
                    }
                    (Some(expected), _) => *expected == node.value,
                    (None, _) => false,
                };
                (!holds).then_some(Discrepancy { number, expected })
            })
            .collect()
    }
}

/// `|a − b| ≤ 10^-places`
fn within(a: &Exact, b: &Exact, places: u32) -> bool {
    let bound = Exact::from_ratio(1, 10_u128.saturating_pow(places));
    match (a.sub(b), bound) {
        (Ok(difference), Ok(bound)) => difference.abs() <= bound,
        _ => false,
    }
}

/// The value of an operation.
pub(super) fn evaluate(operator: Operator, values: &[&Exact]) -> Result<Exact, Error> {
    let Some((first, others)) = values.split_first() else {
        return Ok(Exact::ZERO);
    };
    let first = (*first).clone();
    match operator {
        Operator::Sum => others.iter().try_fold(first, |sum, value| sum.add(value)),
        Operator::Difference => others.iter().try_fold(first, |rest, value| rest.sub(value)),
        Operator::Product => others
            .iter()
            .try_fold(first, |product, value| product.mul(value)),
        Operator::Quotient => others.iter().try_fold(first, |rest, value| rest.div(value)),
        Operator::Minimum => Ok(others
            .iter()
            .fold(first, |least, value| least.min((*value).clone()))),
        Operator::Maximum => Ok(others
            .iter()
            .fold(first, |greatest, value| greatest.max((*value).clone()))),
        Operator::Choice => Ok(first),
        Operator::Round { places, rounding } => first.round(places, rounding),
        Operator::Power { places } => match others {
            [exponent] => power::power(&first, exponent, places),
            _ => Err(Error::PowerUndefined),
        },
        Operator::Exponential { places } => power::exponential(&first, places),
        Operator::Root { places } => power::root(&first, places),
        Operator::Logarithm { places } => power::natural_logarithm(&first, places),
        Operator::Solution { .. } => others.chunks(2).try_fold(first, |sum, pair| match pair {
            [coefficient, unknown] => sum.add(&coefficient.mul(unknown)?),
            _ => Err(Error::PowerUndefined),
        }),
    }
}
