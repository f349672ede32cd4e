//! Solves `w_i = f_i + Σ c_ij × w_j` for sparse systems, the same on every machine.
//!
//! Arithmetic is fixed-point with [`DIGITS`] decimal places, each product and quotient rounded half up. Strongly connected
//! parts are found first and solved in the order of their dependencies: one process alone by substitution, a small cycle by
//! elimination with the largest pivot, a large one by sweeps in the order of the document until nothing changes any more.
//! Results are rounded to [`PLACES`] places; every equation is then checked to [`EQUATION`] places.

use crate::error::Error;
use crate::exact::{Exact, Rounding};
use ruint::aliases::{U256, U512};

/// Decimal places inside.
const DIGITS: usize = 36;
/// Decimal places of the results.
pub(super) const PLACES: u32 = 24;
/// Decimal places to which every equation holds.
pub(super) const EQUATION: u32 = 18;
/// Largest cycle that is eliminated; larger ones are swept.
const ELIMINATED: usize = 64;
/// Sweeps after which a large cycle counts as unsolvable.
const SWEEPS: usize = 5_000;

/// What was solved, for the notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Effort {
    /// Processes in the largest cycle; 1 if there is none.
    pub(super) largest: usize,
    /// Cycles.
    pub(super) cycles: usize,
    /// Most sweeps that a large cycle needed.
    pub(super) sweeps: usize,
}

/// `± magnitude / 10^DIGITS`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fixed {
    negative: bool,
    magnitude: U256,
}

fn scale() -> U256 {
    U256::from(10_u8).pow(U256::from(DIGITS))
}

impl Fixed {
    const ZERO: Self = Self {
        negative: false,
        magnitude: U256::ZERO,
    };

    fn from_exact(value: &Exact) -> Result<Self, Error> {
        let (numerator, denominator) = value.terms();
        Self::ratio(value.is_negative(), numerator, scale(), denominator)
    }

    /// `a × b ÷ c`, half up.
    fn ratio(negative: bool, a: U256, b: U256, c: U256) -> Result<Self, Error> {
        if c.is_zero() {
            return Err(Error::DivisionByZero);
        }
        let product = a.widening_mul::<256, 4, 512, 8>(b);
        let divisor = U512::from(c);
        let (mut quotient, remainder) = product.div_rem(divisor);
        if (remainder << 1_usize) >= divisor {
            quotient += U512::ONE;
        }
        let limbs = quotient.as_limbs();
        if limbs[4..].iter().any(|limb| *limb != 0) {
            return Err(Error::Overflow);
        }
        Ok(Self {
            negative,
            magnitude: U256::from_limbs([limbs[0], limbs[1], limbs[2], limbs[3]]),
        })
    }

    fn times(self, other: Self) -> Result<Self, Error> {
        Self::ratio(
            self.negative != other.negative,
            self.magnitude,
            other.magnitude,
            scale(),
        )
    }

    fn over(self, other: Self) -> Result<Self, Error> {
        Self::ratio(
            self.negative != other.negative,
            self.magnitude,
            scale(),
            other.magnitude,
        )
    }

    fn plus(self, other: Self) -> Result<Self, Error> {
        if self.negative == other.negative {
            return Ok(Self {
                negative: self.negative,
                magnitude: self
                    .magnitude
                    .checked_add(other.magnitude)
                    .ok_or(Error::Overflow)?,
            });
        }
        let (larger, smaller) = if self.magnitude >= other.magnitude {
            (self, other)
        } else {
            (other, self)
        };
        Ok(Self {
            negative: larger.negative && larger.magnitude != smaller.magnitude,
            magnitude: larger.magnitude - smaller.magnitude,
        })
    }

    fn minus(self, other: Self) -> Result<Self, Error> {
        self.plus(Self {
            negative: !other.negative,
            ..other
        })
    }

    fn exact(self) -> Result<Exact, Error> {
        Exact::from_terms(self.negative, self.magnitude, scale())?.round(PLACES, Rounding::HalfUp)
    }
}

/// A system: constants and, for each unknown, the others that its equation names with their coefficients.
pub(super) struct System {
    constants: Vec<Fixed>,
    rows: Vec<Vec<(usize, Fixed)>>,
}

impl System {
    /// `coefficients[i]` are those of the equation of unknown `i`.
    pub(super) fn new(
        constants: &[&Exact],
        coefficients: &[Vec<(usize, &Exact)>],
    ) -> Result<Self, Error> {
        Ok(Self {
            constants: constants
                .iter()
                .map(|value| Fixed::from_exact(value))
                .collect::<Result<_, _>>()?,
            rows: coefficients
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|(unknown, value)| Ok((*unknown, Fixed::from_exact(value)?)))
                        .collect()
                })
                .collect::<Result<_, Error>>()?,
        })
    }

    /// Solves it.
    ///
    /// # Errors
    /// [`Error::SystemUnsolvable`] if there is no solution, none that the sweeps reach, or one below zero although no
    /// coefficient is.
    pub(super) fn solve(&self) -> Result<(Vec<Exact>, Effort), Error> {
        let mut values = vec![Fixed::ZERO; self.rows.len()];
        let mut effort = Effort {
            largest: 1,
            ..Effort::default()
        };
        for part in self.parts() {
            let cyclic = part.len() > 1
                || self.rows[part[0]]
                    .iter()
                    .any(|(unknown, _)| *unknown == part[0]);
            if !cyclic {
                values[part[0]] = self.right_side(part[0], &values)?;
                continue;
            }
            effort.cycles += 1;
            effort.largest = effort.largest.max(part.len());
            if part.len() <= ELIMINATED {
                self.eliminate(&part, &mut values)?;
            } else {
                effort.sweeps = effort.sweeps.max(self.sweep(&part, &mut values)?);
            }
        }
        let productive = self
            .rows
            .iter()
            .flatten()
            .map(|(_, coefficient)| coefficient)
            .chain(&self.constants)
            .all(|value| !value.negative);
        if productive && values.iter().any(|value| value.negative) {
            return Err(unsolvable("below zero"));
        }
        let results: Vec<Exact> = values
            .iter()
            .map(|value| value.exact())
            .collect::<Result<_, _>>()?;
        self.check(&results)?;
        Ok((results, effort))
    }

    fn right_side(&self, unknown: usize, values: &[Fixed]) -> Result<Fixed, Error> {
        self.rows[unknown]
            .iter()
            .try_fold(self.constants[unknown], |sum, (other, coefficient)| {
                sum.plus(coefficient.times(values[*other])?)
            })
    }

    /// Every equation with the rounded results, to [`EQUATION`] places.
    fn check(&self, results: &[Exact]) -> Result<(), Error> {
        let values: Vec<Fixed> = results
            .iter()
            .map(Fixed::from_exact)
            .collect::<Result<_, _>>()?;
        // A tenth of the bound, because the coefficients here are rounded.
        let places = DIGITS - EQUATION as usize - 1;
        let bound = U256::from(10_u8).pow(U256::from(places));
        for (unknown, value) in values.iter().enumerate() {
            if self.right_side(unknown, &values)?.minus(*value)?.magnitude > bound {
                return Err(unsolvable("residual"));
            }
        }
        Ok(())
    }

    fn eliminate(&self, part: &[usize], values: &mut [Fixed]) -> Result<(), Error> {
        let size = part.len();
        let one = Fixed {
            negative: false,
            magnitude: scale(),
        };
        let mut matrix = vec![vec![Fixed::ZERO; size + 1]; size];
        for (row, unknown) in part.iter().enumerate() {
            matrix[row][row] = one;
            matrix[row][size] = self.constants[*unknown];
            for (other, coefficient) in &self.rows[*unknown] {
                if let Ok(column) = part.binary_search(other) {
                    matrix[row][column] = matrix[row][column].minus(*coefficient)?;
                } else {
                    let known = coefficient.times(values[*other])?;
                    matrix[row][size] = matrix[row][size].plus(known)?;
                }
            }
        }
        for column in 0..size {
            // The first of the largest: the same choice everywhere.
            let mut pivot = column;
            for row in column + 1..size {
                if matrix[row][column].magnitude > matrix[pivot][column].magnitude {
                    pivot = row;
                }
            }
            if matrix[pivot][column].magnitude < U256::from(10_u8).pow(U256::from(DIGITS / 2)) {
                return Err(unsolvable("singular"));
            }
            matrix.swap(column, pivot);
            let (above, below) = matrix.split_at_mut(column + 1);
            let chosen = &above[column];
            for row in below {
                if row[column].magnitude.is_zero() {
                    continue;
                }
                let factor = row[column].over(chosen[column])?;
                for (entry, value) in row.iter_mut().zip(chosen).skip(column) {
                    *entry = entry.minus(factor.times(*value)?)?;
                }
            }
        }
        for row in (0..size).rev() {
            let mut rest = matrix[row][size];
            for column in row + 1..size {
                rest = rest.minus(matrix[row][column].times(values[part[column]])?)?;
            }
            values[part[row]] = rest.over(matrix[row][row])?;
        }
        Ok(())
    }

    fn sweep(&self, part: &[usize], values: &mut [Fixed]) -> Result<usize, Error> {
        let settled = U256::from(10_u8).pow(U256::from(DIGITS - PLACES as usize - 4));
        for sweep in 1..=SWEEPS {
            let mut change = U256::ZERO;
            for unknown in part {
                let value = self.right_side(*unknown, values)?;
                change = change.max(value.minus(values[*unknown])?.magnitude);
                values[*unknown] = value;
            }
            if change <= settled {
                return Ok(sweep);
            }
        }
        Err(unsolvable("sweeps"))
    }

    /// Strongly connected parts, dependencies first, each in ascending order (Tarjan's algorithm without recursion).
    fn parts(&self) -> Vec<Vec<usize>> {
        const UNSEEN: usize = usize::MAX;
        let size = self.rows.len();
        let (mut number, mut low) = (vec![UNSEEN; size], vec![0; size]);
        let mut open = vec![false; size];
        let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
        for start in 0..size {
            if number[start] != UNSEEN {
                continue;
            }
            let mut path = vec![(start, 0)];
            while let Some((unknown, edge)) = path.pop() {
                if edge == 0 {
                    number[unknown] = next;
                    low[unknown] = next;
                    next += 1;
                    stack.push(unknown);
                    open[unknown] = true;
                }
                if let Some((other, _)) = self.rows[unknown].get(edge) {
                    path.push((unknown, edge + 1));
                    if number[*other] == UNSEEN {
                        path.push((*other, 0));
                    } else if open[*other] {
                        low[unknown] = low[unknown].min(number[*other]);
                    }
                    continue;
                }
                if let Some((parent, _)) = path.last() {
                    low[*parent] = low[*parent].min(low[unknown]);
                }
                if low[unknown] == number[unknown] {
                    let mut part = Vec::new();
                    while let Some(member) = stack.pop() {
                        open[member] = false;
                        part.push(member);
                        if member == unknown {
                            break;
                        }
                    }
                    part.sort_unstable();
                    found.push(part);
                }
            }
        }
        found
    }
}

fn unsolvable(reason: &str) -> Error {
    Error::SystemUnsolvable {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Exact {
        Exact::parse(text).expect("a number")
    }

    fn solve(
        constants: &[&str],
        rows: &[&[(usize, &str)]],
    ) -> Result<(Vec<String>, Effort), Error> {
        let constants: Vec<Exact> = constants.iter().map(|text| decimal(text)).collect();
        let rows: Vec<Vec<(usize, Exact)>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|(other, text)| (*other, decimal(text)))
                    .collect()
            })
            .collect();
        let system = System::new(
            &constants.iter().collect::<Vec<_>>(),
            &rows
                .iter()
                .map(|row| row.iter().map(|(other, value)| (*other, value)).collect())
                .collect::<Vec<_>>(),
        )?;
        let (values, effort) = system.solve()?;
        let texts = values
            .iter()
            .map(|value| value.to_fixed(12, Rounding::HalfUp).expect("fits"))
            .collect();
        Ok((texts, effort))
    }

    #[test]
    fn a_chain_is_solved_by_substitution() {
        let (values, effort) =
            solve(&["1", "0", "0"], &[&[], &[(0, "2")], &[(1, "3")]]).expect("solvable");
        assert_eq!(
            values,
            ["1.000000000000", "2.000000000000", "6.000000000000"]
        );
        assert_eq!(effort.cycles, 0);
    }

    #[test]
    fn a_small_cycle_is_eliminated() {
        // x = 1 + y/2, y = x/3: x = 6/5, y = 2/5.
        let (values, effort) =
            solve(&["1", "0"], &[&[(1, "0.5")], &[(0, "1/3")]]).expect("solvable");
        assert_eq!(values, ["1.200000000000", "0.400000000000"]);
        assert_eq!((effort.cycles, effort.largest), (1, 2));
    }

    #[test]
    fn a_process_that_consumes_itself_is_a_cycle() {
        let (values, _) = solve(&["1"], &[&[(0, "0.2")]]).expect("solvable");
        assert_eq!(values, ["1.250000000000"]);
    }

    #[test]
    fn a_large_cycle_is_swept_to_the_same_result() {
        // A ring of 100: w_0 = 1 + 0.5 w_99, w_i = 0.9 w_(i-1).
        let rows: Vec<Vec<(usize, &str)>> = (0..100_usize)
            .map(|i| {
                if i == 0 {
                    vec![(99, "0.5")]
                } else {
                    vec![(i - 1, "0.9")]
                }
            })
            .collect();
        let mut constants = vec!["0"; 100];
        constants[0] = "1";
        let rows: Vec<&[(usize, &str)]> = rows.iter().map(Vec::as_slice).collect();
        let (values, effort) = solve(&constants, &rows).expect("solvable");
        // 1 / (1 − 0.5 × 0.9^99)
        assert_eq!(values[0], "1.000014756550");
        assert!(effort.sweeps > 1);
    }

    #[test]
    fn a_system_that_consumes_more_than_it_makes_is_refused() {
        for rows in [[[(0, "1")].as_slice()], [[(0, "1.5")].as_slice()]] {
            assert!(matches!(
                solve(&["1"], &rows),
                Err(Error::SystemUnsolvable { .. })
            ));
        }
    }
}
