//! Inverses modulo p by division steps (Bernstein and Yang, "Fast constant-time gcd computation and modular inversion",
//! 2019), in the variant that starts with δ = 1/2, for which 590 steps suffice for numbers of 256 bits.
//!
//! f and g start as p and the number. A step depends on the lowest bits of f and g only, so that 62 steps are first taken
//! on 64 bits, which gives a matrix, and then the matrix is applied to the whole numbers. Invariants: f ≡ d·number and
//! g ≡ e·number modulo p. At the end g = 0, f = ±1, and d is ± the inverse.

mod row;

use super::{field::PRIME, limbs::Limbs};
use row::Row;

/// Bits of a limb here, so that products of matrices and limbs fit 128 bits with room for sums.
const BITS: u32 = 62;
const LOW: u64 = (1 << BITS) - 1;

/// A signed number: the sum of its limbs times 2^(62·position); all but the last lie in [0, 2^62).
type Signed = [i64; 5];

const SIGNED_PRIME: Signed = to_signed(&PRIME);

/// What a batch of steps does: (f, g) becomes (u·f + v·g, q·f + r·g) / 2^62.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// The inverse modulo p of a number below p, and 0 for 0, in a time that does not depend on it.
pub(super) fn invert(number: &Limbs) -> Limbs {
    let mut state = State::new(number);
    // −(δ + 1/2)
    let mut zeta = -1;
    for _ in 0..10 {
        let matrix = steps(&mut zeta, state.f[0] as u64, state.g[0] as u64);
        state.apply(&matrix);
    }
    state.result()
}

/// The same in less time, which depends on the number.
pub(super) fn invert_vartime(number: &Limbs) -> Limbs {
    let mut state = State::new(number);
    // −δ for whole δ; that variant takes some more steps, but each is cheaper here.
    let mut eta = -1;
    while state.g != [0; 5] {
        let matrix = steps_vartime(&mut eta, state.f[0] as u64, state.g[0] as u64);
        state.apply(&matrix);
    }
    state.result()
}

/// 59 steps. The matrix is scaled by 2^3 from the start, so that both kinds of batches divide by 2^62.
#[inline(always)]
fn steps(zeta: &mut i64, mut f: u64, mut g: u64) -> Matrix {
    let (mut upper, mut lower) = (Row::new(8, 0), Row::new(0, 8));
    for _ in 0..59 {
        // Both all ones or 0: whether ζ is negative, and whether g is odd.
        let negative = (*zeta >> 63) as u64;
        let odd = (g & 1).wrapping_neg();
        // f takes the old g if that is odd and ζ negative; g, if odd, gets ±f.
        let swap = negative & odd;
        let (old_f, old_upper) = (f, upper);
        f ^= (f ^ g) & swap;
        upper = upper.select(swap, lower);
        g = g.wrapping_add((old_f ^ negative).wrapping_sub(negative) & odd);
        lower = lower.add(old_upper.negate_if(negative).and(odd));
        *zeta = (*zeta ^ swap as i64) - 1;
        g >>= 1;
        upper = upper.double();
    }
    let ([u, v], [q, r]) = (upper.entries(), lower.entries());
    Matrix { u, v, q, r }
}

/// 62 steps, several at once: a whole run of zeros of g, then the multiple of f that clears up to six bits of g.
#[inline(always)]
fn steps_vartime(eta: &mut i64, mut f: u64, mut g: u64) -> Matrix {
    let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
    let mut left = BITS;
    loop {
        let zeros = (g | u64::MAX << left).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            break;
        }
        if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // No more than η + 1 bits may go before f and g change places. f·(2 − f²) is 1/f modulo 64.
        let bits = (*eta + 1).min(i64::from(left)).min(6) as u32;
        let inverse = f.wrapping_mul(2u64.wrapping_sub(f.wrapping_mul(f)));
        let factor = g.wrapping_mul(inverse).wrapping_neg() & ((1 << bits) - 1);
        g = g.wrapping_add(f.wrapping_mul(factor));
        q = q.wrapping_add(u.wrapping_mul(factor));
        r = r.wrapping_add(v.wrapping_mul(factor));
    }
    Matrix {
        u: u as i64,
        v: v as i64,
        q: q as i64,
        r: r as i64,
    }
}

struct State {
    f: Signed,
    g: Signed,
    d: Signed,
    e: Signed,
}

impl State {
    fn new(number: &Limbs) -> Self {
        Self {
            f: SIGNED_PRIME,
            g: to_signed(number),
            d: [0; 5],
            e: [1, 0, 0, 0, 0],
        }
    }

    #[inline(always)]
    fn apply(&mut self, matrix: &Matrix) {
        self.apply_modulo_prime(matrix);
        let Matrix { u, v, q, r } = *matrix;
        let (mut f, mut g) = (0, 0);
        for limb in 0..5 {
            f += product(u, self.f[limb]) + product(v, self.g[limb]);
            g += product(q, self.f[limb]) + product(r, self.g[limb]);
            // The lowest 62 bits are 0: the matrix is made so.
            if limb > 0 {
                self.f[limb - 1] = (f as u64 & LOW) as i64;
                self.g[limb - 1] = (g as u64 & LOW) as i64;
            }
            f >>= BITS;
            g >>= BITS;
        }
        (self.f[4], self.g[4]) = (f as i64, g as i64);
    }

    /// The same on d and e modulo p, adding the multiples of p that make the division by 2^62 exact. d and e stay in
    /// (−2p, p): p comes in once for each negative one first, and the multiple of p that is added then is negative.
    #[inline(always)]
    fn apply_modulo_prime(&mut self, matrix: &Matrix) {
        let Matrix { u, v, q, r } = *matrix;
        let (d_sign, e_sign) = (self.d[4] >> 63, self.e[4] >> 63);
        let mut d_primes = (u & d_sign) + (v & e_sign);
        let mut e_primes = (q & d_sign) + (r & e_sign);
        let mut d = product(u, self.d[0]) + product(v, self.e[0]);
        let mut e = product(q, self.d[0]) + product(r, self.e[0]);
        // p ≡ −1 modulo 2^62, so that p·m clears the lowest bits of d if m ≡ d; what is there already counts.
        d_primes -= ((d_primes as u64).wrapping_sub(d as u64) & LOW) as i64;
        e_primes -= ((e_primes as u64).wrapping_sub(e as u64) & LOW) as i64;
        d += product(SIGNED_PRIME[0], d_primes);
        e += product(SIGNED_PRIME[0], e_primes);
        d >>= BITS;
        e >>= BITS;
        for (limb, prime) in SIGNED_PRIME.into_iter().enumerate().skip(1) {
            d += product(u, self.d[limb]) + product(v, self.e[limb]);
            e += product(q, self.d[limb]) + product(r, self.e[limb]);
            d += product(prime, d_primes);
            e += product(prime, e_primes);
            self.d[limb - 1] = (d as u64 & LOW) as i64;
            self.e[limb - 1] = (e as u64 & LOW) as i64;
            d >>= BITS;
            e >>= BITS;
        }
        (self.d[4], self.e[4]) = (d as i64, e as i64);
    }

    /// d with the sign of f, as a number below p.
    fn result(&self) -> Limbs {
        let mut d = add_masked(&self.d, &SIGNED_PRIME, self.d[4] >> 63);
        // Now in (−p, p).
        let negative = self.f[4] >> 63;
        for limb in &mut d {
            *limb = (*limb ^ negative) - negative;
        }
        let d = add_masked(&d, &[0; 5], 0);
        to_limbs(&add_masked(&d, &SIGNED_PRIME, d[4] >> 63))
    }
}

#[inline(always)]
fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

/// a + (b & mask), with limbs in their ranges again.
fn add_masked(a: &Signed, b: &Signed, mask: i64) -> Signed {
    let mut sum = [0; 5];
    let mut carry = 0;
    for limb in 0..5 {
        let value = a[limb] + (b[limb] & mask) + carry;
        sum[limb] = (value as u64 & LOW) as i64;
        carry = value >> BITS;
    }
    sum[4] += carry << BITS;
    sum
}

const fn to_signed(limbs: &Limbs) -> Signed {
    let [a, b, c, d] = *limbs;
    [
        (a & LOW) as i64,
        ((a >> 62 | b << 2) & LOW) as i64,
        ((b >> 60 | c << 4) & LOW) as i64,
        ((c >> 58 | d << 6) & LOW) as i64,
        (d >> 56) as i64,
    ]
}

/// For numbers in [0, 2^256).
fn to_limbs(signed: &Signed) -> Limbs {
    let [a, b, c, d, e] = signed.map(|limb| limb as u64);
    [
        a | b << 62,
        b >> 2 | c << 60,
        c >> 4 | d << 58,
        d >> 6 | e << 56,
    ]
}
