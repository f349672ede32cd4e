//! Randomness tests of GM/T 0005-2021 (GB/T 32915) over samples of a generator: fifteen tests, in twenty-seven settings of
//! annex A for samples of 10⁶ bits.
//!
//! Every test reduces a sample to one `Statistic`, a whole number of billionths, and compares it with quantiles of the
//! distribution that it follows under the hypothesis of randomness. The quantiles stand in `threshold`; P-values, which
//! need the incomplete gamma function, are only calculated by the tests of this module, to prove the quantiles and the
//! published examples.

mod complexity;
mod correlation;
mod entropy;
mod fourier;
mod frequency;
mod rank;
mod runs;
#[cfg(test)]
mod tests;
mod threshold;

use rand_core::CryptoRng;

use self::fourier::Transform;
pub(crate) use self::threshold::Statistic;
use crate::{Error, rand_core};

/// Bits in one sample of [`examine`] (annex A.2).
pub const SAMPLE_BITS: usize = 1_000_000;

/// Bits in the sample of [`probe`] (annex A.1).
const PROBE_BITS: usize = 20_000;

/// What one test in one setting found over all samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Name of the test with its parameter, such as `poker-4`.
    pub name: &'static str,
    /// Samples whose P-value is 0.01 or above (clause 6.2).
    pub passed: usize,
    /// Whether the Q-values are spread evenly, at the level 0.0001 (clause 6.3).
    pub uniform: bool,
}

/// What [`examine`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// Samples of [`SAMPLE_BITS`] bits in each round.
    pub samples: usize,
    /// Samples that must pass each test.
    pub needed: usize,
    /// Every test of the first round, in the standard's order.
    pub items: Vec<Item>,
    /// Names of those that failed at first and were judged once more, on fresh samples.
    pub repeated: Vec<&'static str>,
    /// Names of those that failed again.
    pub failed: Vec<&'static str>,
}

impl Examination {
    /// Whether the generator is to be accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.failed.is_empty()
    }
}

/// A sample, one bit a byte: fast to go through, and no test needs more than one sample at a time.
type Bits = [u8];

/// Tests `samples` samples of 10⁶ bits, 10 or more; the standard's examination of a device takes 50 (GM/T 0062-2018).
///
/// With tests as many as these a sound generator now and then fails one by chance: at 50 samples every third round has an
/// item with three failures where two are allowed. As GM/T 0062 permits one repetition, an item that failed is judged once more on fresh
/// samples, and counts as failed if it fails both times.
#[must_use]
pub fn examine(generator: &mut impl CryptoRng, samples: usize) -> Examination {
    let samples = samples.max(10);
    let transform = Transform::new(SAMPLE_BITS);
    let needed = needed(samples);
    let items = round(generator, samples, &transform);
    let fails = |item: &&Item| item.passed < needed || !item.uniform;
    let repeated: Vec<_> = items.iter().filter(fails).map(|item| item.name).collect();
    let mut failed = Vec::new();
    if !repeated.is_empty() {
        let again = round(generator, samples, &transform);
        failed = again.iter().filter(fails).map(|item| item.name).collect();
        failed.retain(|name| repeated.contains(name));
    }
    Examination {
        samples,
        needed,
        items,
        repeated,
        failed,
    }
}

/// Tests a single sample of 20,000 bits before a generator is trusted with a first key: monobit, poker with 4 and 8 bits,
/// number of runs, and whether two draws differ.
///
/// The level is 10⁻⁶, not the standard's 0.01, at which every tenth start of a node would fail by chance. A generator that
/// is stuck, biased by 2 % or repeats itself within the sample has P-values far below.
///
/// # Errors
/// [`Error::Randomness`] with the name of the test.
pub fn probe(generator: &mut impl CryptoRng) -> Result<(), Error> {
    let mut bytes = [[0; PROBE_BITS / 8]; 2];
    for draw in &mut bytes {
        generator.fill_bytes(draw);
    }
    if bytes[0] == bytes[1] {
        return Err(Error::Randomness { item: "repetition" });
    }
    let bits = unpack(&bytes[0]);
    let items = [
        ("monobit", frequency::monobit(&bits)),
        ("poker-4", frequency::poker(&bits, 4)),
        ("poker-8", frequency::poker(&bits, 8)),
        ("runs", runs::total(&bits)),
    ];
    match items.iter().find(|(_, statistic)| statistic.is_absurd()) {
        None => Ok(()),
        Some((item, _)) => Err(Error::Randomness { item }),
    }
}

/// How many of `samples` must pass at the level α = 0.01: s (1 − α − 3 √(α (1 − α) / s)), rounded up (clause 6.2).
fn needed(samples: usize) -> usize {
    // In hundredths: 99 s − 3 √(99 s).
    let hundredths = 99 * samples - (9 * 99 * samples).isqrt();
    hundredths.div_ceil(100)
}

/// Every test over `samples` fresh samples.
fn round(generator: &mut impl CryptoRng, samples: usize, transform: &Transform) -> Vec<Item> {
    let mut tallies: Vec<(&'static str, usize, [usize; 10])> = Vec::new();
    let mut bytes = vec![0; SAMPLE_BITS / 8];
    for _ in 0..samples {
        generator.fill_bytes(&mut bytes);
        let found = statistics(&unpack(&bytes), transform);
        if tallies.is_empty() {
            tallies = found.iter().map(|(name, _)| (*name, 0, [0; 10])).collect();
        }
        for ((_, statistic), (_, passed, tenths)) in found.iter().zip(&mut tallies) {
            *passed += usize::from(statistic.passes());
            tenths[statistic.tenth()] += 1;
        }
    }
    tallies
        .into_iter()
        .map(|(name, passed, tenths)| Item {
            name,
            passed,
            uniform: threshold::uniform(&tenths),
        })
        .collect()
}

/// Clause 5 in the settings of annex A for 10⁶ bits, in order.
fn statistics(bits: &Bits, transform: &Transform) -> Vec<(&'static str, Statistic)> {
    let [serial_3, serial_3_second] = frequency::overlapping(bits, 3);
    let [serial_5, serial_5_second] = frequency::overlapping(bits, 5);
    let [forward, backward] = correlation::cumulative(bits);
    vec![
        ("monobit", frequency::monobit(bits)),
        ("block-frequency", frequency::blocks(bits, 10_000)),
        ("poker-4", frequency::poker(bits, 4)),
        ("poker-8", frequency::poker(bits, 8)),
        ("overlapping-3", serial_3),
        ("overlapping-3-second", serial_3_second),
        ("overlapping-5", serial_5),
        ("overlapping-5-second", serial_5_second),
        ("runs", runs::total(bits)),
        ("runs-distribution", runs::distribution(bits)),
        ("longest-run-ones", runs::longest(bits, 1, &runs::LONG)),
        ("longest-run-zeros", runs::longest(bits, 0, &runs::LONG)),
        ("derivation-3", correlation::derivation(bits, 3)),
        ("derivation-7", correlation::derivation(bits, 7)),
        ("autocorrelation-1", correlation::shifted(bits, 1)),
        ("autocorrelation-2", correlation::shifted(bits, 2)),
        ("autocorrelation-8", correlation::shifted(bits, 8)),
        ("autocorrelation-16", correlation::shifted(bits, 16)),
        ("matrix-rank", rank::matrices(bits)),
        ("cumulative-forward", forward),
        ("cumulative-backward", backward),
        ("approximate-entropy-2", entropy::approximate(bits, 2)),
        ("approximate-entropy-5", entropy::approximate(bits, 5)),
        ("linear-complexity-500", complexity::linear(bits, 500)),
        ("linear-complexity-1000", complexity::linear(bits, 1000)),
        ("universal", entropy::universal(bits)),
        ("fourier", transform.peaks(bits)),
    ]
}

/// Bits of bytes, the highest first.
fn unpack(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |shift| byte >> shift & 1))
        .collect()
}

/// Count of ones.
fn ones(bits: &Bits) -> usize {
    // 255 at a time fit into a byte.
    bits.chunks(255)
        .map(|chunk| usize::from(chunk.iter().sum::<u8>()))
        .sum()
}
