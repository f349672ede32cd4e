//! Clauses 5.1 to 5.4: how often bits and short patterns come.

use super::threshold::{ONE, Statistic};
use super::{Bits, ones};

/// Clause 5.1, monobit frequency: V = S / √n, S the ones less the zeros.
pub(super) fn monobit(bits: &Bits) -> Statistic {
    Statistic::normal(2 * ones(bits) as i64 - bits.len() as i64, bits.len() as u64)
}

/// Clause 5.2, frequency within blocks of `length`: V = 4 m Σ (π − ½)².
pub(super) fn blocks(bits: &Bits, length: usize) -> Statistic {
    let blocks = bits.chunks_exact(length);
    let freedom = blocks.len() as u32;
    let squares: i128 = blocks
        .map(|block| (2 * ones(block) as i128 - length as i128).pow(2))
        .sum();
    Statistic::chi_square(squares * ONE / length as i128, freedom)
}

/// Clause 5.3, poker with hands of `length` bits: V = 2ᵐ / N Σ n² − N.
pub(super) fn poker(bits: &Bits, length: usize) -> Statistic {
    let mut counts = vec![0_i128; 1 << length];
    let hands = bits.chunks_exact(length);
    let total = hands.len() as i128;
    for hand in hands {
        counts[pattern(hand)] += 1;
    }
    let squares: i128 = counts.iter().map(|count| count * count).sum();
    let patterns = 1 << length;
    Statistic::chi_square(
        (patterns * squares - total * total) * ONE / total,
        patterns as u32 - 1,
    )
}

/// Clause 5.4, overlapping subsequences of `length` bits: ∇ψ² and ∇²ψ².
pub(super) fn overlapping(bits: &Bits, length: u32) -> [Statistic; 2] {
    let total = bits.len() as i128;
    // n ψ² = 2ᵐ Σ c² − n²
    let psi = |length: u32| {
        let squares: i128 = cyclic(bits, length)
            .iter()
            .map(|count| i128::from(*count).pow(2))
            .sum();
        (squares << length) - total * total
    };
    let [first, second, third] = [psi(length), psi(length - 1), psi(length - 2)];
    [
        Statistic::chi_square((first - second) * ONE / total, 1 << (length - 1)),
        Statistic::chi_square(
            (first - 2 * second + third) * ONE / total,
            1 << (length - 2),
        ),
    ]
}

/// Counts of the patterns of `length` bits at every place, the sequence being closed to a ring.
pub(super) fn cyclic(bits: &Bits, length: u32) -> Vec<u32> {
    let mut counts = vec![0; 1 << length];
    let mask = (1 << length) - 1;
    let mut window = 0;
    let ring = bits
        .iter()
        .chain(&bits[..length.saturating_sub(1) as usize]);
    for (index, bit) in ring.enumerate() {
        window = (window << 1 | usize::from(*bit)) & mask;
        if index + 1 >= length as usize {
            counts[window] += 1;
        }
    }
    counts
}

/// A pattern as a number, its first bit the highest.
pub(super) fn pattern(bits: &Bits) -> usize {
    bits.iter()
        .fold(0, |number, bit| number << 1 | usize::from(*bit))
}
