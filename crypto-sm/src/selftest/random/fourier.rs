//! Clause 5.15: discrete Fourier transform.

use super::Bits;
use super::threshold::Statistic;

/// Binary digits behind the point of a sample's values.
const FRACTION: u32 = 20;

/// Binary digits behind the point of roots of unity.
const ROOT_FRACTION: u32 = 31;

/// Binary digits behind the point where roots are calculated.
const SERIES_FRACTION: u32 = 50;

/// 2⁵⁰ · 2π.
const FULL_TURN: i128 = 7_074_237_752_028_440;

/// A complex number with fixed point.
#[derive(Clone, Copy, Default)]
pub(super) struct Complex {
    real: i64,
    imaginary: i64,
}

impl Complex {
    fn plus(self, other: Self) -> Self {
        Self {
            real: self.real + other.real,
            imaginary: self.imaginary + other.imaginary,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            real: self.real - other.real,
            imaginary: self.imaginary - other.imaginary,
        }
    }

    /// Times a root of unity, rounded.
    fn times(self, root: Self) -> Self {
        let product = |a: i64, b: i64| i128::from(a) * i128::from(b);
        let rounded = |sum: i128| ((sum + (1 << (ROOT_FRACTION - 1))) >> ROOT_FRACTION) as i64;
        Self {
            real: rounded(product(self.real, root.real) - product(self.imaginary, root.imaginary)),
            imaginary: rounded(
                product(self.real, root.imaginary) + product(self.imaginary, root.real),
            ),
        }
    }
}

/// Transform of sequences of one length, an even product of powers of two and five. All in whole numbers: 20 digits behind the point leave an
/// error far below the distance that a value has from the threshold.
pub(super) struct Transform {
    length: usize,
    /// e^(−2πi k / n) for all k.
    roots: Vec<Complex>,
}

impl Transform {
    pub(super) fn new(length: usize) -> Self {
        // Every root is a product of two: one of a coarse and one of a fine scale.
        let fine = length.isqrt().max(1);
        let turn = |part: usize| root(FULL_TURN * part as i128 / length as i128);
        let small: Vec<_> = (0..fine).map(turn).collect();
        let large: Vec<_> = (0..length.div_ceil(fine))
            .map(|part| turn(part * fine))
            .collect();
        let roots = (0..length)
            .map(|part| {
                let ((a, b), (c, d)) = (large[part / fine], small[part % fine]);
                let reduced = |value: i128| {
                    let excess = 2 * SERIES_FRACTION - ROOT_FRACTION;
                    ((value + (1 << (excess - 1))) >> excess) as i64
                };
                Complex {
                    real: reduced(a * c - b * d),
                    imaginary: reduced(a * d + b * c),
                }
            })
            .collect();
        Self { length, roots }
    }

    /// V = (N₁ − N₀) / √(0.95 · 0.05 · n / 3.8): how many of the first n / 2 values lie below √(2.995732274 n), where
    /// N₀ = 0.95 n / 2 are expected.
    pub(super) fn peaks(&self, bits: &Bits) -> Statistic {
        debug_assert_eq!(bits.len(), self.length);
        // (2.995732274 n), with twice the digits behind the point, as squares have.
        let limit = ((2_995_732_274 * self.length as i128) << (2 * FRACTION)) / 1_000_000_000;
        let below = self
            .spectrum(bits)
            .filter(|value| {
                i128::from(value.real).pow(2) + i128::from(value.imaginary).pow(2) < limit
            })
            .count();
        // 40 (N₁ − 0.475 n) / √(1600 · 0.0125 n)
        Statistic::normal(
            40 * below as i64 - 19 * self.length as i64,
            20 * self.length as u64,
        )
    }

    /// The first half of the transform of bits as ±1. Two neighbours make one complex value of half as many, whose
    /// transform is taken apart again.
    pub(super) fn spectrum(&self, bits: &Bits) -> impl Iterator<Item = Complex> + '_ {
        let sign = |bit: u8| (2 * i64::from(bit) - 1) << FRACTION;
        let pairs: Vec<Complex> = bits
            .chunks_exact(2)
            .map(|pair| Complex {
                real: sign(pair[0]),
                imaginary: sign(pair[1]),
            })
            .collect();
        let half = pairs.len();
        let mut found = vec![Complex::default(); half];
        self.transform(&pairs, 1, &mut found);
        (0..half).map(move |index| {
            let value = found[index];
            let mirrored = found[(half - index) % half];
            let even = Complex {
                real: (value.real + mirrored.real) / 2,
                imaginary: (value.imaginary - mirrored.imaginary) / 2,
            };
            let odd = Complex {
                real: (value.imaginary + mirrored.imaginary) / 2,
                imaginary: (mirrored.real - value.real) / 2,
            };
            even.plus(odd.times(self.roots[index]))
        })
    }

    /// Transform of every `stride`-th value of `values`, by decimation in time: into halves while the length is even, then into fifths.
    fn transform(&self, values: &[Complex], stride: usize, found: &mut [Complex]) {
        let length = found.len();
        if length == 1 {
            found[0] = values[0];
            return;
        }
        // This many n-th roots make one of the `length`-th.
        let step = self.length / length;
        let parts = if length.is_multiple_of(2) { 2 } else { 5 };
        let part = length / parts;
        for (index, found) in found.chunks_exact_mut(part).enumerate() {
            self.transform(&values[index * stride..], stride * parts, found);
        }
        if parts == 2 {
            let (even, odd) = found.split_at_mut(part);
            for (index, (even, odd)) in even.iter_mut().zip(odd).enumerate() {
                let turned = odd.times(self.roots[index * step]);
                (*even, *odd) = (even.plus(turned), even.minus(turned));
            }
            return;
        }
        assert_eq!(length % 5, 0, "a length of factors two and five");
        for index in 0..part {
            let mut terms = [Complex::default(); 5];
            for (number, term) in terms.iter_mut().enumerate() {
                *term = found[number * part + index].times(self.roots[number * index * step]);
            }
            for output in 0..5 {
                let sum = (1..5).fold(terms[0], |sum, number| {
                    let turn = number * output % 5 * (self.length / 5);
                    sum.plus(terms[number].times(self.roots[turn]))
                });
                found[output * part + index] = sum;
            }
        }
    }
}

/// Cosine and negative sine of an angle, by their series: both with [`SERIES_FRACTION`] digits behind the point.
fn root(angle: i128) -> (i128, i128) {
    let mut term = 1_i128 << SERIES_FRACTION;
    let (mut cosine, mut sine) = (0, 0);
    let mut number = 0;
    while term != 0 {
        match number % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        number += 1;
        term = ((term * angle) >> SERIES_FRACTION) / number;
    }
    (cosine, -sine)
}

#[cfg(test)]
impl Complex {
    /// Real and imaginary part.
    pub(super) fn parts(self) -> (i64, i64) {
        (self.real, self.imaginary)
    }
}
