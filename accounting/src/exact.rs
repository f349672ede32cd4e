//! Exact rational numbers: everything between an input and the one rounding that a rule names.
//!
//! A value is a reduced fraction whose numerator and denominator each fit 256 bits; an operation whose reduced result
//! does not fit is [`Error::Overflow`], never an approximation. Decimals whose coefficient fits 128 bits take a path
//! without a greatest common divisor.

use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use ruint::Uint;
use ruint::aliases::{U256, U512};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

type U1024 = Uint<1024, 16>;

/// Largest power of ten below 2^127.
const SCALE_MAX: u32 = 38;
/// Longest text that is read as a fraction.
const TEXT_MAX: usize = 400;

const TENS: [i128; 39] = {
    let mut tens = [1; 39];
    let mut i = 1;
    while i < 39 {
        tens[i] = tens[i - 1] * 10;
        i += 1;
    }
    tens
};

/// How a value is rounded to a number of decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// 四舍五入: half away from zero.
    HalfUp,
    /// Half to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

impl Rounding {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::Down => "down",
        }
    }
}

/// An exact rational number.
#[derive(Clone)]
pub struct Exact(Form);

#[derive(Clone)]
enum Form {
    /// `coefficient / 10^scale`, `scale <= 38`; not necessarily reduced.
    Decimal { coefficient: i128, scale: u32 },
    /// Reduced; boxed, so that the common case stays small.
    Ratio(Box<Ratio>),
}

/// A reduced fraction; the denominator is not zero.
#[derive(Clone, PartialEq, Eq)]
struct Ratio {
    negative: bool,
    numerator: U256,
    denominator: U256,
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self(Form::Decimal {
        coefficient: 0,
        scale: 0,
    });
    /// One.
    pub const ONE: Self = Self(Form::Decimal {
        coefficient: 1,
        scale: 0,
    });

    /// An integer.
    #[must_use]
    pub const fn from_integer(value: i64) -> Self {
        Self(Form::Decimal {
            coefficient: value as i128,
            scale: 0,
        })
    }

    /// `numerator / denominator`.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`].
    pub fn from_ratio(numerator: u128, denominator: u128) -> Result<Self, Error> {
        if denominator == 0 {
            return Err(Error::DivisionByZero);
        }
        if denominator == 1
            && let Ok(coefficient) = i128::try_from(numerator)
        {
            return Ok(Self(Form::Decimal {
                coefficient,
                scale: 0,
            }));
        }
        Ok(Self::reduced(
            false,
            U256::from(numerator),
            U256::from(denominator),
        ))
    }

    /// Carbon to carbon dioxide by mass, 44/12: kept as a ratio (MEE guidelines, GB/T 32150).
    #[must_use]
    pub fn carbon_to_co2() -> Self {
        Self::reduced(false, U256::from(44_u8), U256::from(12_u8))
    }

    fn reduced(negative: bool, numerator: U256, denominator: U256) -> Self {
        if numerator.is_zero() {
            return Self::ZERO;
        }
        let divisor = numerator.gcd(denominator);
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        Self(Form::Ratio(Box::new(Ratio {
            negative,
            numerator,
            denominator,
        })))
        .compact()
    }

    /// A reduced fraction of 128-bit terms.
    fn from_reduced(negative: bool, numerator: u128, denominator: u128) -> Self {
        if denominator == 1
            && let Ok(value) = i128::try_from(numerator)
        {
            return Self(Form::Decimal {
                coefficient: if negative { -value } else { value },
                scale: 0,
            });
        }
        let (numerator, denominator) = (U256::from(numerator), U256::from(denominator));
        Self(Form::Ratio(Box::new(Ratio {
            negative,
            numerator,
            denominator,
        })))
        .compact()
    }

    /// Back to the decimal form where a small power of ten is a multiple of the denominator.
    fn compact(self) -> Self {
        let Form::Ratio(ratio) = &self.0 else {
            return self;
        };
        let Ok(denominator) = u64::try_from(ratio.denominator) else {
            return self;
        };
        let Ok(numerator) = u128::try_from(ratio.numerator) else {
            return self;
        };
        let Some(scale) = places_of(denominator) else {
            return self;
        };
        let factor = TENS
            .get(scale as usize)
            .map(|ten| ten.unsigned_abs() / u128::from(denominator));
        let coefficient = factor
            .and_then(|factor| numerator.checked_mul(factor))
            .and_then(|value| i128::try_from(value).ok());
        match coefficient {
            Some(value) => Self(Form::Decimal {
                coefficient: if ratio.negative { -value } else { value },
                scale,
            }),
            None => self,
        }
    }

    fn ratio(&self) -> Ratio {
        match &self.0 {
            Form::Ratio(ratio) => (**ratio).clone(),
            Form::Decimal { coefficient, scale } => {
                let (coefficient, scale) = trimmed(*coefficient, *scale);
                let numerator = coefficient.unsigned_abs();
                let denominator = TENS[scale as usize].unsigned_abs();
                // After trimming, only twos or only fives can be common.
                let twos = numerator.trailing_zeros().min(denominator.trailing_zeros());
                let (mut numerator, mut denominator) = if numerator == 0 {
                    (0, 1)
                } else {
                    (numerator >> twos, denominator >> twos)
                };
                while denominator % 5 == 0 && numerator % 5 == 0 {
                    numerator /= 5;
                    denominator /= 5;
                }
                Ratio {
                    negative: coefficient < 0,
                    numerator: U256::from(numerator),
                    denominator: U256::from(denominator),
                }
            }
        }
    }

    /// Sum.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the reduced result needs more than 256 bits.
    pub fn add(&self, other: &Self) -> Result<Self, Error> {
        if let (
            Form::Decimal {
                coefficient: a,
                scale: m,
            },
            Form::Decimal {
                coefficient: b,
                scale: n,
            },
        ) = (&self.0, &other.0)
        {
            let sum = if m == n {
                a.checked_add(*b)
            } else if m < n {
                a.checked_mul(TENS[(n - m) as usize])
                    .and_then(|a| a.checked_add(*b))
            } else {
                b.checked_mul(TENS[(m - n) as usize])
                    .and_then(|b| b.checked_add(*a))
            };
            if let Some(coefficient) = sum {
                return Ok(Self(Form::Decimal {
                    coefficient,
                    scale: *m.max(n),
                }));
            }
        }
        self.ratio().add(&other.ratio())
    }

    /// Difference.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn sub(&self, other: &Self) -> Result<Self, Error> {
        self.add(&other.negated())
    }

    /// Product.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn mul(&self, other: &Self) -> Result<Self, Error> {
        if let (
            Form::Decimal {
                coefficient: a,
                scale: m,
            },
            Form::Decimal {
                coefficient: b,
                scale: n,
            },
        ) = (&self.0, &other.0)
            && m + n <= SCALE_MAX
            && let Some(coefficient) = a.checked_mul(*b)
        {
            return Ok(Self(Form::Decimal {
                coefficient,
                scale: m + n,
            }));
        }
        let (a, b) = (self.ratio(), other.ratio());
        if let Some(product) = a.mul_narrow(&b) {
            return Ok(product);
        }
        let (across, along) = (
            a.numerator.gcd(b.denominator),
            b.numerator.gcd(a.denominator),
        );
        // gcd(0, d) = d: a zero factor reduces to 0/1.
        let numerator = (a.numerator / across).checked_mul(b.numerator / along);
        let denominator = (a.denominator / along).checked_mul(b.denominator / across);
        match (numerator, denominator) {
            (Some(numerator), _) if numerator.is_zero() => Ok(Self::ZERO),
            (Some(numerator), Some(denominator)) => {
                let negative = a.negative != b.negative;
                Ok(Self(Form::Ratio(Box::new(Ratio {
                    negative,
                    numerator,
                    denominator,
                })))
                .compact())
            }
            _ => Err(Error::Overflow),
        }
    }

    /// Quotient.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`], [`Error::Overflow`].
    pub fn div(&self, other: &Self) -> Result<Self, Error> {
        let divisor = other.ratio();
        if divisor.numerator.is_zero() {
            return Err(Error::DivisionByZero);
        }
        let inverse = Ratio {
            negative: divisor.negative,
            numerator: divisor.denominator,
            denominator: divisor.numerator,
        };
        self.mul(&Self(Form::Ratio(Box::new(inverse))).compact())
    }

    /// The value with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        match &self.0 {
            // The coefficient never is i128::MIN: decimals, sums and products are built by checked operations from
            // values above it; still, that one case is answered by the wide form.
            Form::Decimal { coefficient, scale } => match coefficient.checked_neg() {
                Some(coefficient) => Self(Form::Decimal {
                    coefficient,
                    scale: *scale,
                }),
                None => Self(Form::Ratio(Box::new(Ratio {
                    negative: false,
                    ..self.ratio()
                }))),
            },
            Form::Ratio(ratio) => Self(Form::Ratio(Box::new(Ratio {
                negative: !ratio.negative,
                ..(**ratio).clone()
            }))),
        }
    }

    /// The value without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() {
            self.negated()
        } else {
            self.clone()
        }
    }

    /// Numerator and denominator, reduced, without the sign.
    #[must_use]
    pub(crate) fn terms(&self) -> (U256, U256) {
        let ratio = self.ratio();
        let divisor = ratio.numerator.gcd(ratio.denominator);
        (ratio.numerator / divisor, ratio.denominator / divisor)
    }

    /// `numerator / denominator` of wide terms.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`].
    pub(crate) fn from_terms(
        negative: bool,
        numerator: U256,
        denominator: U256,
    ) -> Result<Self, Error> {
        if denominator.is_zero() {
            return Err(Error::DivisionByZero);
        }
        Ok(Self::reduced(negative, numerator, denominator))
    }

    /// Whether the value is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Form::Decimal { coefficient, .. } => *coefficient == 0,
            Form::Ratio(ratio) => ratio.numerator.is_zero(),
        }
    }

    /// Whether the value is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Decimal { coefficient, .. } => *coefficient < 0,
            Form::Ratio(ratio) => ratio.negative && !ratio.numerator.is_zero(),
        }
    }

    /// The value as a decimal, if it is one that [`Decimal`] can hold.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        match self.normalised().0 {
            Form::Decimal { coefficient, scale } => Decimal::from_scaled(coefficient, scale),
            Form::Ratio(_) => None,
        }
    }

    fn normalised(&self) -> Self {
        match &self.0 {
            Form::Decimal { coefficient, scale } => {
                let (coefficient, scale) = trimmed(*coefficient, *scale);
                Self(Form::Decimal { coefficient, scale })
            }
            Form::Ratio(_) => self.clone().compact(),
        }
    }

    /// Rounds to `places` decimal places (at most 38).
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn round(&self, places: u32, rounding: Rounding) -> Result<Self, Error> {
        if let Form::Decimal { scale, .. } = &self.0
            && *scale <= places
        {
            return Ok(self.clone());
        }
        let (negative, quotient) = self.rounded_units(places, rounding)?;
        let denominator = U256::from(TENS[places as usize].unsigned_abs());
        match i128::try_from(quotient) {
            Ok(units) => Ok(Self(Form::Decimal {
                coefficient: if negative { -units } else { units },
                scale: places,
            })),
            Err(_) => Ok(Self::reduced(negative, quotient, denominator)),
        }
    }

    /// `|value| × 10^places` rounded to an integer, with the sign.
    fn rounded_units(&self, places: u32, rounding: Rounding) -> Result<(bool, U256), Error> {
        let ten = TENS
            .get(places as usize)
            .ok_or(Error::Overflow)?
            .unsigned_abs();
        let ratio = self.ratio();
        let numerator = ratio
            .numerator
            .widening_mul::<256, 4, 512, 8>(U256::from(ten));
        let denominator = U512::from(ratio.denominator);
        let (quotient, remainder) = numerator.div_rem(denominator);
        let up = match (remainder << 1_usize).cmp(&denominator) {
            Ordering::Less => false,
            Ordering::Equal => match rounding {
                Rounding::HalfUp => true,
                Rounding::HalfEven => quotient.bit(0),
                Rounding::Down => false,
            },
            Ordering::Greater => rounding != Rounding::Down,
        };
        let quotient = fit(quotient)?;
        let quotient = if up {
            quotient.checked_add(U256::ONE).ok_or(Error::Overflow)?
        } else {
            quotient
        };
        Ok((ratio.negative, quotient))
    }

    /// Text with exactly `places` digits after the point (at most 38), rounded.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn to_fixed(&self, places: u32, rounding: Rounding) -> Result<String, Error> {
        let (negative, units) = self.rounded_units(places, rounding)?;
        let mut text = units.to_string();
        insert_point(&mut text, places as usize);
        if negative && !units.is_zero() {
            text.insert(0, '-');
        }
        Ok(text)
    }

    /// Reads the canonical text: a decimal, or `n/d`.
    ///
    /// # Errors
    /// [`Error::DecimalMalformed`], [`Error::DivisionByZero`], [`Error::Overflow`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::DecimalMalformed {
            text: excerpt(text),
        };
        if text.len() > TEXT_MAX {
            return Err(Error::DecimalTooLong {
                text: excerpt(text),
            });
        }
        let (negative, body) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let digits = |part: &str| -> Result<U1024, Error> {
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(malformed());
            }
            U1024::from_str_radix(part, 10).map_err(|_| Error::Overflow)
        };
        let (numerator, denominator) = if let Some((numerator, denominator)) = body.split_once('/')
        {
            (digits(numerator)?, digits(denominator)?)
        } else if let Some((whole, fraction)) = body.split_once('.') {
            if fraction.is_empty() {
                return Err(malformed());
            }
            digits(whole)?;
            let fraction = fraction.trim_end_matches('0');
            let ten = U1024::from(10_u8)
                .checked_pow(U1024::from(fraction.len()))
                .ok_or(Error::Overflow)?;
            (digits(&format!("{whole}{fraction}"))?, ten)
        } else {
            (digits(body)?, U1024::ONE)
        };
        if denominator.is_zero() {
            return Err(Error::DivisionByZero);
        }
        let divisor = numerator.gcd(denominator);
        Ok(Self::reduced(
            negative,
            fit(numerator / divisor)?,
            fit(denominator / divisor)?,
        ))
    }
}

impl Ratio {
    /// Numerator and denominator, if both fit 128 bits.
    fn narrow(&self) -> Option<(u128, u128)> {
        let [a, b, 0, 0] = *self.numerator.as_limbs() else {
            return None;
        };
        let [c, d, 0, 0] = *self.denominator.as_limbs() else {
            return None;
        };
        let join = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
        Some((join(a, b), join(c, d)))
    }

    /// The product, if every intermediate fits 128 bits.
    fn mul_narrow(&self, other: &Self) -> Option<Exact> {
        let ((a, b), (c, d)) = (self.narrow()?, other.narrow()?);
        if a == 0 || c == 0 {
            return Some(Exact::ZERO);
        }
        let (across, along) = (gcd(a, d), gcd(c, b));
        let numerator = (a / across).checked_mul(c / along)?;
        let denominator = (b / along).checked_mul(d / across)?;
        Some(Exact::from_reduced(
            self.negative != other.negative,
            numerator,
            denominator,
        ))
    }

    /// The sum, if every intermediate fits 128 bits.
    fn add_narrow(&self, other: &Self) -> Option<Exact> {
        let ((a, b), (c, d)) = (self.narrow()?, other.narrow()?);
        let common = gcd(b, d);
        let (left, right) = (d / common, b / common);
        let (a, c) = (a.checked_mul(left)?, c.checked_mul(right)?);
        let (negative, sum) = if self.negative == other.negative {
            (self.negative, a.checked_add(c)?)
        } else if a >= c {
            (self.negative, a - c)
        } else {
            (other.negative, c - a)
        };
        if sum == 0 {
            return Some(Exact::ZERO);
        }
        let cancel = gcd(sum, common);
        let denominator = right.checked_mul(left)?.checked_mul(common / cancel)?;
        Some(Exact::from_reduced(negative, sum / cancel, denominator))
    }

    fn add(&self, other: &Self) -> Result<Exact, Error> {
        if let Some(sum) = self.add_narrow(other) {
            return Ok(sum);
        }
        let common = self.denominator.gcd(other.denominator);
        let (left, right) = (other.denominator / common, self.denominator / common);
        let a = self.numerator.widening_mul::<256, 4, 512, 8>(left);
        let b = other.numerator.widening_mul::<256, 4, 512, 8>(right);
        let (negative, sum) = if self.negative == other.negative {
            // If 512 bits do not hold the sum, the reduced one does not fit 256 bits either: only `common` can cancel.
            (self.negative, a.checked_add(b).ok_or(Error::Overflow)?)
        } else if a >= b {
            (self.negative, a - b)
        } else {
            (other.negative, b - a)
        };
        if sum.is_zero() {
            return Ok(Exact::ZERO);
        }
        let cancel = sum.gcd(U512::from(common));
        let numerator = fit(sum / cancel)?;
        let cancel = fit(cancel)?;
        // denominator = right × left × common / cancel
        let denominator = right
            .checked_mul(left)
            .and_then(|d| d.checked_mul(common / cancel))
            .ok_or(Error::Overflow)?;
        Ok(Exact(Form::Ratio(Box::new(Self {
            negative,
            numerator,
            denominator,
        })))
        .compact())
    }
}

/// Greatest common divisor (binary); the other number if one is zero.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << twos
}

/// Narrows a wide intermediate.
fn fit<const BITS: usize, const LIMBS: usize>(value: Uint<BITS, LIMBS>) -> Result<U256, Error> {
    U256::checked_from_limbs_slice(value.as_limbs()).ok_or(Error::Overflow)
}

/// Decimal places of `1 / denominator` if that is finite.
fn places_of(denominator: u64) -> Option<u32> {
    let twos = denominator.trailing_zeros();
    let mut rest = denominator >> twos;
    let mut fives = 0;
    while rest.is_multiple_of(5) {
        rest /= 5;
        fives += 1;
    }
    (rest == 1 && twos.max(fives) <= SCALE_MAX).then_some(twos.max(fives))
}

fn trimmed(mut coefficient: i128, mut scale: u32) -> (i128, u32) {
    if coefficient == 0 {
        return (0, 0);
    }
    while scale > 0 && coefficient % 10 == 0 {
        coefficient /= 10;
        scale -= 1;
    }
    (coefficient, scale)
}

fn insert_point(digits: &mut String, places: usize) {
    if places > 0 {
        if digits.len() <= places {
            digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
        }
        digits.insert(digits.len() - places, '.');
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        Self(Form::Decimal {
            coefficient: value.coefficient(),
            scale: value.scale(),
        })
    }
}

impl From<u32> for Exact {
    fn from(value: u32) -> Self {
        Self(Form::Decimal {
            coefficient: i128::from(value),
            scale: 0,
        })
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (
            Form::Decimal {
                coefficient: a,
                scale: m,
            },
            Form::Decimal {
                coefficient: b,
                scale: n,
            },
        ) = (&self.0, &other.0)
            && m == n
        {
            return a.cmp(b);
        }
        match (self.is_negative(), other.is_negative()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        let (a, b) = (self.ratio(), other.ratio());
        let left = a.numerator.widening_mul::<256, 4, 512, 8>(b.denominator);
        let right = b.numerator.widening_mul::<256, 4, 512, 8>(a.denominator);
        if a.negative {
            right.cmp(&left)
        } else {
            left.cmp(&right)
        }
    }
}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ratio = self.ratio();
        (ratio.negative && !ratio.numerator.is_zero()).hash(state);
        ratio.numerator.as_limbs().hash(state);
        ratio.denominator.as_limbs().hash(state);
    }
}

/// Canonical text: a decimal if the value is finite in decimal, else the reduced fraction `n/d`.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Form::Decimal { coefficient, scale } = self.normalised().0 {
            let mut digits = coefficient.unsigned_abs().to_string();
            insert_point(&mut digits, scale as usize);
            return f.pad_integral(coefficient >= 0, "", &digits);
        }
        let ratio = self.ratio();
        let twos = ratio.denominator.trailing_zeros();
        let mut rest = ratio.denominator >> twos;
        let mut fives = 0_usize;
        let five = U256::from(5_u8);
        while (rest % five).is_zero() {
            rest /= five;
            fives += 1;
        }
        if rest == U256::ONE {
            let places = twos.max(fives);
            // value × 10^places = numerator × 2^(places−twos) × 5^(places−fives): at most 256 + 593 bits
            let twos = U1024::ONE << (places - twos);
            let fives = U1024::from(5_u8).pow(U1024::from(places - fives));
            let mut digits = (U1024::from(ratio.numerator) * twos * fives).to_string();
            insert_point(&mut digits, places);
            f.pad_integral(!ratio.negative, "", &digits)
        } else {
            f.pad_integral(
                !ratio.negative,
                "",
                &format!("{}/{}", ratio.numerator, ratio.denominator),
            )
        }
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
