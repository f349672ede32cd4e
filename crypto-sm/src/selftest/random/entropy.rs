//! Clauses 5.12 and 5.14: how much a pattern tells about the next bit, and how far equal patterns lie apart.

use super::Bits;
use super::frequency::{cyclic, pattern};
use super::threshold::{ONE, Statistic};

/// Binary digits behind the point of [`log2`].
const FRACTION: u32 = 48;

/// Clause 5.12, approximate entropy: V = 2 n (ln 2 − ApEn), by which
/// V = 2 ln 2 · (n − Σ c log₂ c over patterns of m bits + Σ c log₂ c over patterns of m + 1 bits).
pub(super) fn approximate(bits: &Bits, length: u32) -> Statistic {
    /// 10¹² ln 2.
    const LN_2: i128 = 693_147_180_560;
    let sum = |length| -> i128 {
        cyclic(bits, length)
            .into_iter()
            .map(|count| i128::from(count) * log2(u64::from(count).max(1)))
            .sum()
    };
    let lost = ((bits.len() as i128) << FRACTION) - sum(length) + sum(length + 1);
    Statistic::chi_square((2 * lost * LN_2 / 1000) >> FRACTION, 1 << length)
}

/// Clause 5.14, Maurer's universal test with blocks of L = 7 bits and Q = 1280 blocks at first, for 10⁶ bits.
pub(super) fn universal(bits: &Bits) -> Statistic {
    const LENGTH: usize = 7;
    const LEARNT: usize = 1280;
    /// Expected mean of log₂ of the distances, 6.1962507.
    const MEAN: i128 = 6_196_250_700;
    /// 10¹⁸ σ = c(L, K) √(3.125 / K) with K = 141,577 blocks.
    const DEVIATION: i128 = 2_768_431_322_865_908;
    let mut seen = [0; 1 << LENGTH];
    let mut sum = 0;
    let mut blocks = 0;
    for (index, block) in (1..).zip(bits.chunks_exact(LENGTH)) {
        let last = &mut seen[pattern(block)];
        if index > LEARNT {
            sum += log2((index - *last) as u64);
            blocks += 1;
        }
        *last = index;
    }
    let mean = ((sum * ONE) >> FRACTION) / blocks.max(1);
    let value = (mean - MEAN) * ONE * ONE / DEVIATION;
    Statistic::Normal {
        value: i64::try_from(value).unwrap_or(i64::MAX),
    }
}

/// log₂ of a positive number, with [`FRACTION`] binary digits behind the point: one for each squaring of what is left.
fn log2(number: u64) -> i128 {
    let whole = number.ilog2();
    // In [1, 2), with 63 binary digits behind the point.
    let mut rest = u128::from(number) << (63 - whole);
    let mut result = i128::from(whole);
    for _ in 0..FRACTION {
        rest = (rest * rest) >> 63;
        let digit = rest >> 64;
        rest >>= digit;
        result = result << 1 | digit as i128;
    }
    result
}
