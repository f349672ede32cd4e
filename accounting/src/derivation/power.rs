//! Powers, exponentials and roots by integers alone: the same digits on every machine.
//!
//! Fixed point with [`FRACTION_BITS`] binary places; the series are cut below the last of them, so that the error of a
//! result below 2^64 stays under 2^-200 and rounding to at most 38 places is decided. A value closer than that to half of
//! the last place counts as the half.

use crate::error::Error;
use crate::exact::{Exact, Rounding};
use ruint::Uint;
use ruint::aliases::U256;

type Wide = Uint<1024, 16>;

const FRACTION_BITS: usize = 320;
/// Results at and above 2^64 are refused: no rule of any standard comes near.
const RESULT_BITS: usize = 64;
/// Decimal places that can be asked for.
const PLACES_MAX: u32 = 38;

/// A signed fixed-point number.
#[derive(Clone, Copy)]
struct Fixed {
    negative: bool,
    magnitude: Wide,
}

fn one() -> Wide {
    Wide::ONE << FRACTION_BITS
}

impl Fixed {
    fn new(value: &Exact) -> Self {
        let (numerator, denominator) = value.terms();
        Self {
            negative: value.is_negative(),
            magnitude: (Wide::from(numerator) << FRACTION_BITS) / Wide::from(denominator),
        }
    }

    fn mul(self, other: Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            // Both below 2^(320 + 96) here, so the product fits.
            magnitude: (self.magnitude * other.magnitude) >> FRACTION_BITS,
        }
    }

    fn add(self, other: Self) -> Self {
        if self.negative == other.negative {
            return Self {
                magnitude: self.magnitude + other.magnitude,
                ..self
            };
        }
        if self.magnitude >= other.magnitude {
            Self {
                magnitude: self.magnitude - other.magnitude,
                ..self
            }
        } else {
            Self {
                magnitude: other.magnitude - self.magnitude,
                ..other
            }
        }
    }
}

/// `2 · artanh((x − 1) / (x + 1))` of a magnitude in [1/2, 2].
fn logarithm_near_one(x: Wide) -> Fixed {
    let (negative, difference) = if x >= one() {
        (false, x - one())
    } else {
        (true, one() - x)
    };
    let z = (difference << FRACTION_BITS) / (x + one());
    let square = (z * z) >> FRACTION_BITS;
    let (mut power, mut sum, mut k) = (z, Wide::ZERO, 1_u64);
    while !power.is_zero() {
        sum += power / Wide::from(k);
        power = (power * square) >> FRACTION_BITS;
        k += 2;
    }
    Fixed {
        negative,
        magnitude: sum << 1,
    }
}

/// ln 2
fn logarithm_of_two() -> Wide {
    logarithm_near_one(one() << 1).magnitude
}

/// Natural logarithm of a positive number.
fn logarithm(value: &Exact) -> Fixed {
    let (numerator, denominator) = value.terms();
    // Shifted so that the quotient lies in [1/2, 2].
    let (above, below) = (numerator.bit_len(), denominator.bit_len());
    let (mut n, mut d) = (Wide::from(numerator), Wide::from(denominator));
    let (negative, shift) = if above >= below {
        d <<= above - below;
        (false, above - below)
    } else {
        n <<= below - above;
        (true, below - above)
    };
    logarithm_near_one((n << FRACTION_BITS) / d).add(Fixed {
        negative,
        magnitude: logarithm_of_two() * Wide::from(shift),
    })
}

/// e^x
fn exponential_of(x: Fixed) -> Result<Wide, Error> {
    let two = logarithm_of_two();
    let halvings: Wide = x.magnitude / two;
    let rest = x.magnitude % two;
    let k = usize::try_from(halvings).map_err(|_| Error::PowerUndefined)?;
    let (mut term, mut sum, mut i) = (one(), one(), 1_u64);
    loop {
        term = ((term * rest) >> FRACTION_BITS) / Wide::from(i);
        if term.is_zero() {
            break;
        }
        sum += term;
        i += 1;
    }
    if x.negative {
        // 1 / (2^k · e^rest)
        let inverse = (one() << FRACTION_BITS) / sum;
        return Ok(if k >= FRACTION_BITS * 2 {
            Wide::ZERO
        } else {
            inverse >> k
        });
    }
    if k >= RESULT_BITS {
        return Err(Error::PowerUndefined);
    }
    Ok(sum << k)
}

/// Rounds a fixed-point number half up to decimal places.
fn round(value: Wide, places: u32) -> Result<Exact, Error> {
    let scaled = value * Wide::from(10_u8).pow(Wide::from(places));
    // What the series may have lost counts as reached: a tie is a tie.
    let slack = Wide::ONE << (FRACTION_BITS - 180);
    let units = (scaled + (one() >> 1) + slack) >> FRACTION_BITS;
    Exact::from_terms(false, narrow(units)?, ten_to(places))
}

/// The value in 256 bits.
fn narrow(value: Wide) -> Result<U256, Error> {
    if value.bit_len() > 256 {
        return Err(Error::Overflow);
    }
    Ok(U256::from_limbs_slice(&value.as_limbs()[..4]))
}

fn ten_to(places: u32) -> U256 {
    U256::from(10_u8).pow(U256::from(places))
}

fn checked(places: u32) -> Result<(), Error> {
    if places > PLACES_MAX {
        return Err(Error::PowerUndefined);
    }
    Ok(())
}

/// `base ^ exponent`, rounded half up to `places`. The base is not negative; whole exponents up to 64 are exact before the
/// rounding if the exact power fits.
pub(super) fn power(base: &Exact, exponent: &Exact, places: u32) -> Result<Exact, Error> {
    checked(places)?;
    if exponent.is_zero() {
        return Ok(Exact::ONE);
    }
    if let Some(whole) = whole(exponent)
        && let Some(exact) = repeated(base, whole)
    {
        let exact = if exponent.is_negative() {
            Exact::ONE.div(&exact)?
        } else {
            exact
        };
        return exact.round(places, Rounding::HalfUp);
    }
    if base.is_negative() || (base.is_zero() && exponent.is_negative()) {
        return Err(Error::PowerUndefined);
    }
    if base.is_zero() {
        return Ok(Exact::ZERO);
    }
    let logarithm = logarithm(base);
    let exponent = Fixed::new(exponent);
    // |ln base| < 2^8 · ln 2 and an exponent beyond 2^20 would leave the range of results or be 0.
    if exponent.magnitude.bit_len() > FRACTION_BITS + 20 {
        return Err(Error::PowerUndefined);
    }
    round(exponential_of(logarithm.mul(exponent))?, places)
}

/// The exponent if it is a whole number up to 64.
fn whole(exponent: &Exact) -> Option<u32> {
    let (numerator, denominator) = exponent.terms();
    (denominator == U256::ONE && numerator <= U256::from(64_u8))
        .then(|| u32::try_from(numerator).ok())
        .flatten()
}

fn repeated(base: &Exact, times: u32) -> Option<Exact> {
    let mut product = Exact::ONE;
    for _ in 0..times {
        product = product.mul(base).ok()?;
    }
    Some(product)
}

/// `e ^ exponent`, rounded half up to `places`.
pub(super) fn exponential(exponent: &Exact, places: u32) -> Result<Exact, Error> {
    checked(places)?;
    let exponent = Fixed::new(exponent);
    if exponent.magnitude.bit_len() > FRACTION_BITS + 20 {
        return Err(Error::PowerUndefined);
    }
    round(exponential_of(exponent)?, places)
}

/// ⌊√x⌋ by Newton's iteration from above.
fn square_root(x: Wide) -> Wide {
    if x.is_zero() {
        return x;
    }
    let mut guess = Wide::ONE << (x.bit_len() / 2 + 1);
    loop {
        let next: Wide = (guess + x / guess) >> 1_usize;
        if next >= guess {
            return guess;
        }
        guess = next;
    }
}

/// The square root, rounded half up to `places`; exact arithmetic.
pub(super) fn root(value: &Exact, places: u32) -> Result<Exact, Error> {
    checked(places)?;
    if value.is_negative() {
        return Err(Error::PowerUndefined);
    }
    let (numerator, denominator) = value.terms();
    // ⌊2·√x·10^p⌋ from ⌊4·x·10^2p⌋; half of it, rounded up, is √x·10^p rounded half up.
    let scaled: Wide = (Wide::from(numerator) << 2_usize)
        * Wide::from(10_u8).pow(Wide::from(2 * places))
        / Wide::from(denominator);
    let units = (square_root(scaled) + Wide::ONE) >> 1_usize;
    Exact::from_terms(false, narrow(units)?, ten_to(places))
}

/// Natural logarithm of a positive number, rounded half away from zero.
pub(super) fn natural_logarithm(value: &Exact, places: u32) -> Result<Exact, Error> {
    checked(places)?;
    if value.is_negative() || value.is_zero() {
        return Err(Error::PowerUndefined);
    }
    let logarithm = logarithm(value);
    let rounded = round(logarithm.magnitude, places)?;
    Ok(if logarithm.negative {
        rounded.negated()
    } else {
        rounded
    })
}
