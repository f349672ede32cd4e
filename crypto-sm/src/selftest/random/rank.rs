//! Clause 5.10: rank of matrices.

use super::threshold::Statistic;
use super::{Bits, frequency::pattern, runs::fit};

/// Rows and columns.
const SIDE: usize = 32;

/// How probable ranks of 32, 31 and less are, in millionths, as the standard rounds them.
const MILLIONTHS: [i128; 3] = [288_800, 577_600, 133_600];

/// Ranks over the field of two elements of matrices of 32 × 32 bits.
pub(super) fn matrices(bits: &Bits) -> Statistic {
    let mut counts = [0; 3];
    let matrices = bits.chunks_exact(SIDE * SIDE);
    let total = matrices.len() as i128;
    for matrix in matrices {
        let rows = matrix.chunks_exact(SIDE).map(pattern).collect();
        counts[(SIDE - rank(rows)).min(2)] += 1;
    }
    Statistic::chi_square(fit(&counts, total, &MILLIONTHS), 2)
}

fn rank(mut rows: Vec<usize>) -> usize {
    let mut rank = 0;
    while let Some(row) = rows.pop() {
        if row != 0 {
            rank += 1;
            let lowest = row & row.wrapping_neg();
            for other in &mut rows {
                if *other & lowest != 0 {
                    *other ^= row;
                }
            }
        }
    }
    rank
}
