//! Clauses 5.5 to 5.7: runs of equal bits.

use super::threshold::{ONE, Statistic};
use super::{Bits, ones};

/// Clause 5.5, number of runs: V = (V_obs − 2 n π (1 − π)) / (2 √n π (1 − π)).
pub(super) fn total(bits: &Bits) -> Statistic {
    let length = bits.len() as i128;
    let ones = ones(bits) as i128;
    let runs = 1 + bits.windows(2).filter(|pair| pair[0] != pair[1]).count() as i128;
    // Twice the product of both counts is n² times 2 π (1 − π).
    let product = 2 * ones * (length - ones);
    let root = (length * ONE * ONE).isqrt();
    let value = if product == 0 {
        i64::MAX
    } else {
        i64::try_from((runs * length - product) * root / product).unwrap_or(i64::MAX)
    };
    Statistic::Normal { value }
}

/// Clause 5.6, distribution of the lengths of runs of ones and of zeros.
pub(super) fn distribution(bits: &Bits) -> Statistic {
    let length = bits.len();
    // The longest run that is expected five times or more.
    let mut kinds = 1;
    while length - (kinds + 1) + 3 >= 5 << (kinds + 3) {
        kinds += 1;
    }
    let mut counts = vec![[0_i128; 2]; kinds];
    for run in bits.chunk_by(|left, right| left == right) {
        counts[run.len().min(kinds) - 1][usize::from(run[0])] += 1;
    }
    let total: i128 = counts.iter().flatten().sum();
    // A length is expected T / 2ⁱ⁺¹ times for ones and for zeros, the last with all that is longer T / 2ᵏ.
    let value: i128 = (1..=kinds)
        .zip(&counts)
        .map(|(length, counts)| {
            let divisor = 1_i128 << if length == kinds { kinds } else { length + 1 };
            counts
                .iter()
                .map(|count| (count * divisor - total).pow(2) * ONE / (divisor * total))
                .sum::<i128>()
        })
        .sum();
    Statistic::chi_square(value, 2 * (kinds as u32 - 1))
}

/// Blocks and classes of clause 5.7.
pub(super) struct Classes {
    /// Bits in a block.
    pub(super) block: usize,
    /// Longest runs up to this are the first class; each further class is one longer, the last without end.
    pub(super) first: usize,
    /// How probable each class is, in millionths.
    pub(super) millionths: &'static [i128],
}

/// For 10⁶ bits.
pub(super) const LONG: Classes = Classes {
    block: 10_000,
    first: 10,
    millionths: &[86_632, 208_201, 248_419, 193_913, 121_458, 68_011, 73_366],
};

/// Clause 5.7, longest run of `bit` within blocks.
pub(super) fn longest(bits: &Bits, bit: u8, classes: &Classes) -> Statistic {
    let mut counts = vec![0_i128; classes.millionths.len()];
    let blocks = bits.chunks_exact(classes.block);
    let total = blocks.len() as i128;
    for block in blocks {
        let longest = block
            .chunk_by(|left, right| left == right)
            .filter(|run| run[0] == bit)
            .map(<[u8]>::len)
            .max()
            .unwrap_or(0);
        let class = longest.saturating_sub(classes.first);
        counts[class.min(classes.millionths.len() - 1)] += 1;
    }
    Statistic::chi_square(
        fit(&counts, total, classes.millionths),
        counts.len() as u32 - 1,
    )
}

/// Σ (v − N π)² / (N π) in billionths.
pub(super) fn fit(counts: &[i128], total: i128, millionths: &[i128]) -> i128 {
    const MILLION: i128 = 1_000_000;
    counts
        .iter()
        .zip(millionths)
        .map(|(count, share)| {
            (count * MILLION - total * share).pow(2) * ONE / (MILLION * total * share)
        })
        .sum()
}
