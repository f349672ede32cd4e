//! Clause 5.13: linear complexity.

use super::threshold::Statistic;
use super::{Bits, runs::fit};

/// How probable the classes of T are, in millionths.
const MILLIONTHS: [i128; 7] = [10_417, 31_250, 125_000, 500_000, 250_000, 62_500, 20_833];

/// Longest blocks, in words.
const WORDS: usize = 16;

/// Linear complexity of blocks of an even number of bits, up to 1000.
///
/// T = L − μ + 2/9 with μ = m/2 + 2/9 − (m/3 + 2/9) / 2ᵐ is L − m/2 but for a last term that is too small to change the class.
pub(super) fn linear(bits: &Bits, length: usize) -> Statistic {
    let mut counts = [0; 7];
    let blocks = bits.chunks_exact(length);
    let total = blocks.len() as i128;
    for block in blocks {
        let class = (complexity(block) + 3).saturating_sub(length / 2).min(6);
        counts[class] += 1;
    }
    Statistic::chi_square(fit(&counts, total, &MILLIONTHS), 6)
}

/// Length of the shortest feedback register that makes `bits`: Berlekamp and Massey, 64 taps at a time.
fn complexity(bits: &Bits) -> usize {
    // Bit i of `connection` is the coefficient of xⁱ; `window` holds the bits before, the newest lowest; `previous` is the
    // polynomial before the last change of length, shifted along.
    let mut connection = [0_u64; WORDS];
    let mut previous = [0_u64; WORDS];
    let mut window = [0_u64; WORDS];
    connection[0] = 1;
    previous[0] = 1;
    let mut length = 0;
    for (index, bit) in bits.iter().enumerate() {
        shift(&mut window, u64::from(*bit));
        shift(&mut previous, 0);
        let discrepancy = connection
            .iter()
            .zip(&window)
            .fold(0, |sum, (taps, bits)| sum ^ (taps & bits));
        if discrepancy.count_ones() & 1 == 1 {
            let before = connection;
            for (taps, added) in connection.iter_mut().zip(&previous) {
                *taps ^= added;
            }
            if 2 * length <= index {
                length = index + 1 - length;
                previous = before;
            }
        }
    }
    length
}

fn shift(words: &mut [u64; WORDS], mut carry: u64) {
    for word in words {
        let next = *word >> 63;
        *word = *word << 1 | carry;
        carry = next;
    }
}
