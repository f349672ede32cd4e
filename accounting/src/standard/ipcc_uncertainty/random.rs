//! Random numbers by integers alone, the same on every machine: xoshiro256++ 1.0 seeded by SplitMix64 (Blackman and Vigna,
//! public domain), normal deviates by Marsaglia's polar method in fixed point.
//!
//! For uncertainty only: nothing that nodes agree on depends on it.

/// Binary places of the fixed-point numbers.
pub(super) const BITS: u32 = 40;
/// One.
pub(super) const ONE: i128 = 1 << BITS;
/// Binary places inside the series.
const INNER: u32 = 60;
const INNER_ONE: i128 = 1 << INNER;
/// ln 2 with [`INNER`] places: 0x0.B17217F7D1CF79ABC…
const LN2: i128 = 0x0B17_217F_7D1C_F79B;
/// A pair is rejected with probability 1 − π/4; so many in a row do not happen.
const ATTEMPTS: u32 = 256;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: [u64; 4],
}

impl Random {
    /// The stream of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut counter = seed;
        let state = std::array::from_fn(|_| {
            counter = counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = counter;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        });
        Self { state }
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> i128 {
        i128::from(self.next() >> (64 - BITS))
    }

    /// Standard normal.
    pub(super) fn normal(&mut self) -> i128 {
        for _ in 0..ATTEMPTS {
            let (u, v) = (2 * self.uniform() - ONE, 2 * self.uniform() - ONE);
            let s = multiply(u, u) + multiply(v, v);
            if s > 0 && s < ONE {
                let factor = root(((-2 * logarithm(s)) << BITS) / s);
                return multiply(u, factor);
            }
        }
        0
    }

    /// Triangular on [−1, 1] with its mode at 0: the sum of two uniforms.
    pub(super) fn triangular(&mut self) -> i128 {
        self.uniform() + self.uniform() - ONE
    }
}

/// Product of two fixed-point numbers, rounded down.
pub(super) fn multiply(a: i128, b: i128) -> i128 {
    (a * b) >> BITS
}

/// Square root of a number that is not negative.
pub(super) fn root(value: i128) -> i128 {
    let wide = value.unsigned_abs() << BITS;
    i128::try_from(wide.isqrt()).unwrap_or(0)
}

/// Natural logarithm of a positive number: ln(m · 2^k) with m in [1, 2) by the series of artanh.
pub(super) fn logarithm(value: i128) -> i128 {
    let bits = i128::from(128 - value.leading_zeros()) - 1;
    let k = bits - i128::from(BITS);
    // m with INNER places.
    let shift = i128::from(INNER) - bits;
    let m = if shift >= 0 {
        value << shift
    } else {
        value >> -shift
    };
    let z = ((m - INNER_ONE) << INNER) / (m + INNER_ONE);
    let square = (z * z) >> INNER;
    let (mut power, mut sum, mut n) = (z, 0, 1);
    while power != 0 {
        sum += power / n;
        power = (power * square) >> INNER;
        n += 2;
    }
    (2 * sum + k * LN2) >> (INNER - BITS)
}

/// e^x for |x| < 40.
pub(super) fn exponential(x: i128) -> i128 {
    let x = x << (INNER - BITS);
    let k = x.div_euclid(LN2);
    let rest = x.rem_euclid(LN2);
    let (mut term, mut sum, mut n) = (INNER_ONE, INNER_ONE, 1);
    while term != 0 {
        term = ((term * rest) >> INNER) / n;
        sum += term;
        n += 1;
    }
    let places = i128::from(INNER - BITS);
    let shift = places - k;
    if shift >= 0 {
        sum.checked_shr(u32::try_from(shift).unwrap_or(u32::MAX))
            .unwrap_or(0)
    } else {
        sum << -shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First numbers of the reference implementation from the state (1, 2, 3, 4).
    #[test]
    fn the_generator_gives_the_published_numbers() {
        let mut random = Random {
            state: [1, 2, 3, 4],
        };
        let numbers: Vec<u64> = (0..10).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386,
                9_228_616_714_210_784_205,
                9_973_669_472_204_895_162,
                14_011_001_112_246_962_877,
                12_406_186_145_184_390_807,
                15_849_039_046_786_891_736,
                10_450_023_813_501_588_000,
            ]
        );
    }

    /// First numbers of SplitMix64 for the seed 1234567, as the reference implementation prints them.
    #[test]
    fn the_seeding_gives_the_published_numbers() {
        assert_eq!(
            Random::new(1_234_567).state,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
            ]
        );
    }

    fn close(found: i128, expected: &str) {
        let (whole, fraction) = expected.split_once('.').expect("a fraction");
        let negative = whole.starts_with('-');
        let digits: i128 = format!("{}{fraction}", whole.trim_start_matches('-'))
            .parse()
            .expect("digits");
        let scale = 10_i128.pow(u32::try_from(fraction.len()).expect("few"));
        let expected = (digits << BITS) / scale * if negative { -1 } else { 1 };
        assert!((found - expected).abs() < 16, "{found} {expected}");
    }

    #[test]
    fn the_functions_have_the_digits_of_the_tables() {
        close(logarithm(2 * ONE), "0.6931471805599453");
        close(logarithm(ONE / 8), "-2.0794415416798357");
        close(logarithm(10 * ONE), "2.302585092994045");
        close(exponential(ONE), "2.718281828459045");
        close(exponential(-3 * ONE), "0.049787068367863944");
        close(root(2 * ONE), "1.4142135623730951");
        assert_eq!(exponential(0), ONE);
        assert_eq!(logarithm(ONE), 0);
        assert_eq!(root(0), 0);
    }

    #[test]
    fn deviates_have_the_moments_of_their_distributions() {
        let mut random = Random::new(7);
        let n = 40_000;
        let mut moments = [[0_i128; 2]; 3];
        for _ in 0..n {
            let drawn = [
                random.normal(),
                random.triangular(),
                2 * random.uniform() - ONE,
            ];
            for (sums, x) in moments.iter_mut().zip(drawn) {
                sums[0] += x;
                sums[1] += multiply(x, x);
            }
        }
        // Variances 1, 1/6 and 1/3; within four standard errors.
        for (sums, variance) in moments.iter().zip([ONE, ONE / 6, ONE / 3]) {
            assert!((sums[0] / n).abs() < ONE / 50, "{sums:?}");
            assert!((sums[1] / n - variance).abs() < ONE / 34, "{sums:?}");
        }
    }
}
