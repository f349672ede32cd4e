//! Approach 2: the total of an inventory in many trials.

use super::random::{BITS, ONE, Random, exponential, logarithm, multiply, root};
use super::{Distribution, Source};
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use std::collections::BTreeMap;

/// Decimal places to which totals are kept.
const PLACES: u32 = 6;
const MILLION: i64 = 1_000_000;
/// 1.96, half of the interval that holds 95 % of a normal distribution, in standard deviations.
const QUANTILE: (i128, i128) = (196, 100);

/// What the trials gave.
pub(super) struct Trials {
    pub mean: Exact,
    pub deviation: Exact,
    pub low: Exact,
    pub high: Exact,
}

/// A spread in per cent as a fixed-point share.
fn share(percent: &Exact) -> Result<i128, Error> {
    let scaled = percent
        .mul(&Exact::from_ratio(ONE.unsigned_abs(), 100)?)?
        .round(0, Rounding::HalfUp)?;
    integer(&scaled)
}

/// A whole number below 2^100.
fn integer(value: &Exact) -> Result<i128, Error> {
    value
        .to_string()
        .parse::<i128>()
        .ok()
        .filter(|number| number.unsigned_abs() < 1 << 100)
        .ok_or(Error::Overflow)
}

/// How an input varies about one.
struct Spread {
    distribution: Distribution,
    /// Half of the 95 % interval, or of the range, as a share; for a geometric spread its upper bound over the median.
    half: i128,
    /// Standard deviation of the logarithm.
    sigma: i128,
    /// Mean of the logarithm.
    mu: i128,
}

impl Spread {
    fn new(distribution: Distribution, percent: &Exact) -> Result<Self, Error> {
        let half = share(percent)?;
        let (mut sigma, mut mu) = (0, 0);
        match distribution {
            Distribution::Lognormal => {
                // Coefficient of variation c: σ² = ln(1 + c²), and the mean stays where it is.
                let c = half * QUANTILE.1 / QUANTILE.0;
                let variance = logarithm(ONE + multiply(c, c));
                sigma = root(variance);
                mu = -variance / 2;
            }
            Distribution::Geometric => {
                // SD95 is the square of the geometric standard deviation.
                sigma = logarithm(ONE + half) / 2;
            }
            _ => {}
        }
        Ok(Self {
            distribution,
            half,
            sigma,
            mu,
        })
    }

    fn draw(&self, random: &mut Random) -> Drawn {
        Drawn(match self.distribution {
            Distribution::Uniform => 2 * random.uniform() - ONE,
            Distribution::Triangular => random.triangular(),
            _ => random.normal(),
        })
    }

    /// The input over its mean, for a draw.
    fn multiplier(&self, drawn: Drawn) -> i128 {
        match self.distribution {
            Distribution::Normal => ONE + multiply(self.half * QUANTILE.1 / QUANTILE.0, drawn.0),
            Distribution::Uniform | Distribution::Triangular => ONE + multiply(self.half, drawn.0),
            Distribution::Lognormal | Distribution::Geometric => {
                let limit = 39 * ONE;
                exponential((self.mu + multiply(self.sigma, drawn.0)).clamp(-limit, limit))
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Drawn(i128);

/// Runs the trials. Factors of one group share their draw, so that they are wholly correlated.
pub(super) fn run(sources: &[Source], seed: u64, trials: u32) -> Result<Trials, Error> {
    struct Prepared {
        emissions: i128,
        activity: Spread,
        factor: Spread,
        group: usize,
    }
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    let mut prepared = Vec::with_capacity(sources.len());
    let mut count = 0;
    for source in sources {
        let mut fresh = || {
            count += 1;
            count - 1
        };
        let group = match &source.factor_group {
            Some(name) => *groups.entry(name).or_insert_with(&mut fresh),
            None => fresh(),
        };
        prepared.push(Prepared {
            emissions: integer(
                &Exact::from(source.emissions)
                    .mul(&Exact::from_integer(MILLION))?
                    .round(0, Rounding::HalfUp)?,
            )?,
            activity: Spread::new(source.activity_distribution, &source.activity_spread())?,
            factor: Spread::new(source.factor_distribution(), &source.factor_spread()?)?,
            group,
        });
    }
    let mut random = Random::new(seed);
    let mut totals = Vec::with_capacity(trials as usize);
    let mut drawn: Vec<Option<Drawn>> = vec![None; count];
    for _ in 0..trials {
        drawn.fill(None);
        let mut total = 0_i128;
        for source in &prepared {
            let activity = source
                .activity
                .multiplier(source.activity.draw(&mut random));
            let known = *drawn[source.group].get_or_insert_with(|| source.factor.draw(&mut random));
            let share = multiply(activity, source.factor.multiplier(known));
            let emissions = source.emissions.checked_mul(share).ok_or(Error::Overflow)?;
            total = total
                .checked_add(emissions >> BITS)
                .ok_or(Error::Overflow)?;
        }
        totals.push(total);
    }
    totals.sort_unstable();
    let n = i128::from(trials);
    let sum = totals
        .iter()
        .try_fold(0_i128, |sum, total| sum.checked_add(*total))
        .ok_or(Error::Overflow)?;
    let mean = sum.div_euclid(n);
    // In units of 2^-40 of the largest deviation, so that the squares fit.
    let largest = totals
        .iter()
        .map(|total| (total - mean).unsigned_abs())
        .max()
        .unwrap_or(0);
    let unit = i128::try_from((largest >> 40).max(1)).map_err(|_| Error::Overflow)?;
    let squares = totals
        .iter()
        .try_fold(0_i128, |sum, total| {
            let deviation = (total - mean) / unit;
            sum.checked_add(deviation * deviation)
        })
        .ok_or(Error::Overflow)?;
    let deviation = (squares / (n - 1).max(1)).isqrt() * unit;
    // The nearest rank: the value that 2.5 % and 97.5 % of the trials do not exceed.
    let rank = |thousandths: i128| {
        let position = (n * thousandths + 999) / 1_000 - 1;
        usize::try_from(position.max(0)).map_or(0, |position| position.min(totals.len() - 1))
    };
    Ok(Trials {
        mean: exact(mean)?,
        deviation: exact(deviation)?,
        low: exact(totals[rank(25)])?,
        high: exact(totals[rank(975)])?,
    })
}

fn exact(units: i128) -> Result<Exact, Error> {
    let value = Exact::from_ratio(units.unsigned_abs(), 10_u128.pow(PLACES))?;
    Ok(if units < 0 { value.negated() } else { value })
}
