//! Clauses 5.8, 5.9 and 5.11: bits compared with bits near them, and what they add up to.

use super::threshold::Statistic;
use super::{Bits, ones};

/// Clause 5.8, binary derivation: monobit frequency after `times` times replacing the sequence by the sums of neighbours.
pub(super) fn derivation(bits: &Bits, times: usize) -> Statistic {
    let mut derived = bits.to_vec();
    for _ in 0..times {
        for index in 1..derived.len() {
            derived[index - 1] ^= derived[index];
        }
        derived.pop();
    }
    super::frequency::monobit(&derived)
}

/// Clause 5.9, autocorrelation at distance `d`: V = 2 (A − (n − d) / 2) / √(n − d).
pub(super) fn shifted(bits: &Bits, distance: usize) -> Statistic {
    let differing: Vec<u8> = bits
        .iter()
        .zip(&bits[distance..])
        .map(|(a, b)| a ^ b)
        .collect();
    let length = differing.len();
    Statistic::normal(2 * ones(&differing) as i64 - length as i64, length as u64)
}

/// Clause 5.11, cumulative sums from the front and from the back.
pub(super) fn cumulative(bits: &Bits) -> [Statistic; 2] {
    let steps = bits.iter().map(|bit| 2 * i64::from(*bit) - 1);
    [
        Statistic::HighestSum {
            value: farthest(steps.clone()),
        },
        Statistic::HighestSum {
            value: farthest(steps.rev()),
        },
    ]
}

fn farthest(steps: impl Iterator<Item = i64>) -> i64 {
    steps
        .scan(0_i64, |sum, step| {
            *sum += step;
            Some(sum.abs())
        })
        .max()
        .unwrap_or(0)
}
