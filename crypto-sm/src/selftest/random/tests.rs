//! P-values of the examples of GM/T 0005-2021 annex C (those of 100 bits and of e are also NIST SP 800-22's), the quantiles,
//! and generators that must not pass.
#![expect(
    clippy::float_arithmetic,
    reason = "P-values are calculated here to prove the whole numbers that the product compares"
)]

use std::convert::Infallible;

use num_bigint::BigUint;
use rand::{SeedableRng as _, rngs::StdRng};

use super::threshold::{CHI_SQUARE, HIGHEST_SUM, NORMAL, NORMAL_TWO_SIDED, UNIFORMITY};
use super::*;
use crate::rand_core::{TryCryptoRng, TryRng};

/// The example sequence of 128 bits of annex C.
const EXAMPLE: [u8; 16] = [
    0xcc, 0x15, 0x6c, 0x4c, 0xe0, 0x02, 0x4d, 0x51, 0x13, 0xd6, 0x80, 0xd7, 0xcc, 0xe6, 0xd8, 0xb2,
];

/// The first 100 bits of π, the other example.
const PI: [u8; 13] = [
    0xc9, 0x0f, 0xda, 0xa2, 0x21, 0x68, 0xc2, 0x34, 0xc4, 0xc6, 0x62, 0x8b, 0x80,
];

/// Classes of clause 5.7 for short sequences.
const SHORT: runs::Classes = runs::Classes {
    block: 8,
    first: 1,
    millionths: &[214_800, 367_200, 230_500, 187_500],
};

/// The first 10⁶ bits of e, beginning with the two before the point.
fn bits_of_e() -> Vec<u8> {
    /// Numerator and denominator of Σ (a)! / (k)! for k in (a, b].
    fn split(a: u32, b: u32) -> (BigUint, BigUint) {
        if b - a == 1 {
            return (BigUint::from(1_u32), BigUint::from(b));
        }
        let middle = a.midpoint(b);
        let (p, q) = split(a, middle);
        let (r, s) = split(middle, b);
        (p * &s + r, q * s)
    }
    let (numerator, denominator) = split(0, 80_000);
    let scaled = ((numerator + &denominator) << (SAMPLE_BITS - 2)) / denominator;
    let bits = unpack(&scaled.to_bytes_be());
    assert_eq!(bits.len(), SAMPLE_BITS);
    bits
}

/// Upper tail of the standard normal distribution, through that of χ² with one degree of freedom.
fn tail(value: f64) -> f64 {
    let half = chi_square_tail(1, value * value) / 2.0;
    if value < 0.0 { 1.0 - half } else { half }
}

/// Upper tail of χ²: in closed steps of two degrees of freedom, Q(k + 2) = Q(k) + (x/2)^(k/2) e^(−x/2) / Γ(k/2 + 1).
fn chi_square_tail(freedom: u32, value: f64) -> f64 {
    let half = value / 2.0;
    let (mut sum, mut term, mut order) = if freedom.is_multiple_of(2) {
        ((-half).exp(), (-half).exp(), 1.0)
    } else {
        // √x/2 / Γ(3/2), and the tail for one degree of freedom.
        let term = half.sqrt() * (-half).exp() / (std::f64::consts::PI.sqrt() / 2.0);
        (complementary_error(half.sqrt()), term, 1.5)
    };
    if freedom.is_multiple_of(2) {
        for _ in 1..freedom / 2 {
            term *= half / order;
            sum += term;
            order += 1.0;
        }
    } else {
        for _ in 0..freedom / 2 {
            sum += term;
            term *= half / order;
            order += 1.0;
        }
    }
    sum
}

/// erfc: its series below 3, its continued fraction above.
fn complementary_error(x: f64) -> f64 {
    let scale = 1.0 / std::f64::consts::PI.sqrt();
    if x < 3.0 {
        let (mut term, mut sum, mut number) = (x, x, 0.0);
        while term.abs() > 1e-18 {
            number += 1.0;
            term *= -x * x / number;
            sum += term / (2.0 * number + 1.0);
        }
        return 1.0 - 2.0 * scale * sum;
    }
    let fraction = (1..60)
        .rev()
        .fold(x, |rest, step| x + f64::from(step) / 2.0 / rest);
    scale * (-x * x).exp() / fraction
}

/// Clause 5.11: probability that a walk of `steps` steps goes so far.
fn walk_tail(value: i64, steps: usize) -> f64 {
    let (z, root) = (value as f64, (steps as f64).sqrt());
    let below = |factor: i32| 1.0 - tail(f64::from(factor) * z / root);
    (-20..=20).fold(1.0, |sum, k| {
        sum - (below(4 * k + 1) - below(4 * k - 1)) + (below(4 * k + 3) - below(4 * k + 1))
    })
}

/// P-value and Q-value of a statistic of `steps` bits.
fn values(statistic: Statistic, steps: usize) -> (f64, f64) {
    let billionths = |value: i64| value as f64 / 1e9;
    match statistic {
        Statistic::ChiSquare { value, freedom } => {
            let p = chi_square_tail(freedom, billionths(value));
            (p, p)
        }
        Statistic::Normal { value } => {
            let value = billionths(value);
            (2.0 * tail(value.abs()), tail(value))
        }
        Statistic::HighestSum { value } => {
            let p = walk_tail(value, steps);
            (p, p)
        }
    }
}

#[test]
fn each_example_of_annex_c_has_its_p_value() {
    let example = unpack(&EXAMPLE);
    let pi = &unpack(&PI)[..100];
    let [serial, serial_second] = frequency::overlapping(&example, 2);
    let [forward, backward] = correlation::cumulative(pi);
    let published = [
        ("monobit", frequency::monobit(&example), 0.215925, 0.892038),
        ("blocks", frequency::blocks(pi, 10), 0.706438, 0.706438),
        ("poker-4", frequency::poker(&example, 4), 0.213734, 0.213734),
        ("overlapping", serial, 0.436868, 0.436868),
        ("overlapping-second", serial_second, 0.723674, 0.723674),
        ("runs", runs::total(&example), 0.620729, 0.310364),
        (
            "distribution",
            runs::distribution(&example),
            0.970152,
            0.970152,
        ),
        (
            "ones",
            runs::longest(&example, 1, &SHORT),
            0.180598,
            0.180598,
        ),
        (
            "zeros",
            runs::longest(&example, 0, &SHORT),
            0.839299,
            0.839299,
        ),
        (
            "derivation",
            correlation::derivation(&example, 3),
            0.039669,
            0.980166,
        ),
        (
            "autocorrelation",
            correlation::shifted(&example, 1),
            0.790080,
            0.395040,
        ),
        ("forward", forward, 0.219194, 0.219194),
        ("backward", backward, 0.114866, 0.114866),
        ("entropy", entropy::approximate(pi, 2), 0.235301, 0.235301),
        ("fourier", Transform::new(100).peaks(pi), 0.654721, 0.327360),
    ];
    for (name, statistic, p, q) in published {
        let found = values(statistic, 100);
        assert!(
            (found.0 - p).abs() < 6e-7,
            "{name}: P {} is not {p}",
            found.0
        );
        assert!(
            (found.1 - q).abs() < 6e-7,
            "{name}: Q {} is not {q}",
            found.1
        );
    }
}

#[test]
fn each_example_of_the_bits_of_e_has_its_p_value() {
    let bits = bits_of_e();
    let published = [
        ("rank", rank::matrices(&bits), 0.307543),
        ("complexity", complexity::linear(&bits, 1000), 0.844721),
        ("universal", entropy::universal(&bits), 0.282568),
        // NIST SP 800-22 appendix B.
        ("monobit", frequency::monobit(&bits), 0.953749),
        ("runs", runs::total(&bits), 0.561917),
        ("forward", correlation::cumulative(&bits)[0], 0.669887),
        ("backward", correlation::cumulative(&bits)[1], 0.724266),
    ];
    for (name, statistic, p) in published {
        let found = values(statistic, bits.len()).0;
        // The published value of the last differs by 7e-7 from this sum with all its terms.
        assert!((found - p).abs() < 1e-6, "{name}: {found} is not {p}");
    }
}

#[test]
fn each_quantile_has_its_probability() {
    let probabilities = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.01, 1e-6];
    let billionths = |value: i64| value as f64 / 1e9;
    let close = |found: f64, p: f64| assert!((found / p - 1.0).abs() < 1e-7, "{found} is not {p}");
    for (freedom, quantiles) in CHI_SQUARE {
        for (quantile, p) in quantiles.into_iter().zip(probabilities) {
            close(chi_square_tail(freedom, billionths(quantile)), p);
        }
    }
    for (quantile, p) in NORMAL.into_iter().zip(probabilities) {
        close(tail(billionths(quantile)), p);
    }
    for (quantile, p) in NORMAL_TWO_SIDED.into_iter().zip([0.01, 1e-6]) {
        close(2.0 * tail(billionths(quantile)), p);
    }
    close(chi_square_tail(9, billionths(UNIFORMITY)), 0.0001);
    for (highest, p) in HIGHEST_SUM.into_iter().zip(probabilities) {
        assert!(walk_tail(highest, SAMPLE_BITS) >= p, "{highest}");
        assert!(walk_tail(highest + 1, SAMPLE_BITS) < p, "{highest}");
    }
}

#[test]
fn so_many_samples_must_pass_as_clause_6_2_says() {
    assert_eq!([20, 50, 1000].map(needed), [19, 48, 981]);
}

#[test]
fn values_of_the_transform_are_those_of_its_definition() {
    let length = 40;
    let bits: Vec<u8> = (0..length)
        .map(|index| (index * index / 3 % 2) as u8)
        .collect();
    let transform = Transform::new(length);
    let scale = f64::from(1 << 20);
    for (index, found) in transform.spectrum(&bits).enumerate() {
        let expected = bits
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |sum, (place, bit)| {
                let angle = -std::f64::consts::TAU * (place * index) as f64 / length as f64;
                let sign = 2.0 * f64::from(*bit) - 1.0;
                (sum.0 + sign * angle.cos(), sum.1 + sign * angle.sin())
            });
        let (real, imaginary) = found.parts();
        assert!((real as f64 / scale - expected.0).abs() < 1e-4, "{index}");
        assert!(
            (imaginary as f64 / scale - expected.1).abs() < 1e-4,
            "{index}"
        );
    }
}

/// A generator made of a function of the number of the byte.
struct Made<F>(F, u64);

impl<F: FnMut(u64) -> u8> TryRng for Made<F> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = (self.0)(self.1);
            self.1 += 1;
        }
        Ok(())
    }
}

impl<F: FnMut(u64) -> u8> TryCryptoRng for Made<F> {}

fn made<F: FnMut(u64) -> u8>(byte: F) -> Made<F> {
    Made(byte, 0)
}

#[test]
fn a_sound_generator_passes() {
    let examination = examine(&mut StdRng::seed_from_u64(5), 10);
    assert_eq!(examination.items.len(), 27);
    assert!(examination.accepted(), "{examination:?}");
    assert_eq!(probe(&mut StdRng::seed_from_u64(5)), Ok(()));
}

/// Names of the tests that no sample of a generator passes.
fn hopeless(generator: &mut impl CryptoRng) -> Vec<&'static str> {
    round(generator, 2, &Transform::new(SAMPLE_BITS))
        .into_iter()
        .filter(|item| item.passed == 0)
        .map(|item| item.name)
        .collect()
}

#[test]
fn each_kind_of_bad_generator_fails_the_test_that_is_for_it() {
    use rand::RngExt as _;
    let mut random = StdRng::seed_from_u64(5);
    // Every sixth byte has its highest bit set: 0.5 + 1/96 ones.
    let biased = hopeless(&mut made(|at| {
        random.random::<u8>() | u8::from(at % 6 == 0) << 7
    }));
    assert!(biased.contains(&"monobit"), "{biased:?}");
    assert!(biased.contains(&"cumulative-forward"), "{biased:?}");

    // A register of 31 bits: everything looks right but its linear complexity and the rank of its matrices.
    let mut register = 0x1234_5678_u32;
    let linear = hopeless(&mut made(|_| {
        (0..8).fold(0, |byte, _| {
            let bit = (register >> 30 ^ register >> 27) & 1;
            register = (register << 1 | bit) & 0x7fff_ffff;
            byte << 1 | bit as u8
        })
    }));
    assert!(linear.contains(&"linear-complexity-500"), "{linear:?}");
    assert!(linear.contains(&"matrix-rank"), "{linear:?}");
    assert!(!linear.contains(&"monobit"), "{linear:?}");

    // The same 1000 bytes over and over: peaks in the spectrum.
    let block: Vec<u8> = (0..1000).map(|_| random.random()).collect();
    let periodic = hopeless(&mut made(|at| block[at as usize % 1000]));
    assert!(periodic.contains(&"fourier"), "{periodic:?}");
    assert!(periodic.contains(&"universal"), "{periodic:?}");

    // An item that fails is judged once more, and fails again.
    let examination = examine(&mut made(|_| 0b0011_0101), 10);
    assert!(!examination.accepted());
    assert!(examination.repeated.contains(&"poker-8"), "{examination:?}");
    assert!(examination.failed.contains(&"poker-8"), "{examination:?}");
}

#[test]
fn the_probe_refuses_generators_that_are_stuck_biased_or_poor_in_patterns() {
    use rand::RngExt as _;
    let refused = |item| Err(Error::Randomness { item });
    assert_eq!(probe(&mut made(|_| 0)), refused("repetition"));
    assert_eq!(
        probe(&mut made(|at| (at % 2500) as u8)),
        refused("repetition")
    );
    assert_eq!(probe(&mut made(|at| u8::from(at == 0))), refused("monobit"));
    let mut random = StdRng::seed_from_u64(5);
    let mut biased = made(|_| random.random::<u8>() | random.random::<u8>() & 0x10);
    assert_eq!(probe(&mut biased), refused("monobit"));
    let doubled = |at| (at % 16 * 0x11) as u8;
    assert_eq!(probe(&mut made(doubled)), refused("poker-8"));
}
