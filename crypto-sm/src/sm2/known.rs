//! Verification with a table of multiples of the signer's key: one signature alone, or many that share inversions.
//!
//! It gives the verdict of [`super::verifier`], signature by signature; only the time differs. In a permissioned network
//! signers are known, so their tables pay: about 1 ms and 52 KiB each.

use super::{
    ORDER, PublicKey, Signature,
    comb::{Digits, Table},
    field::Field,
    point::{Affine, Jacobian, invert_all},
    verifier::{reduce, scalar},
};
use crate::sm3;
use ::sm2::elliptic_curve::PrimeField;
use std::sync::LazyLock;

/// Bits per digit in a signer's table: 52 rows of 16 points, 52 KiB.
const SIGNER_WIDTH: usize = 5;

/// Bits per digit in the base point's table: 33 rows of 128 points, 264 KiB.
const GENERATOR_WIDTH: usize = 8;

/// Signatures that are worth sharing inversions.
const BATCH_MIN: usize = 8;

/// Signatures that share them; more would leave the processor's cache.
const BATCH_MAX: usize = 64;

/// p − n, big-endian: below it, x and x + n are both coordinates that are x modulo n.
const PRIME_LESS_ORDER: [u8; 32] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x8d, 0xfc, 0x20, 0x93, 0xde, 0x39, 0xfa, 0xd5, 0xac, 0x44, 0x0b, 0xf6, 0xc6, 0x2a, 0xbe, 0xdc,
];

static GENERATOR: LazyLock<Table> = LazyLock::new(|| {
    let [_, _, x, y] = &super::verifier::CURVE;
    let generator = Affine::new(x, y).expect("the base point's coordinates are below p");
    Table::new(generator, GENERATOR_WIDTH)
});

/// The table of a signer's key.
pub(super) fn table(key: &PublicKey) -> Table {
    let (x, y) = key.coordinates();
    let point = x
        .try_into()
        .ok()
        .zip(y.try_into().ok())
        .and_then(|(x, y)| Affine::new(x, y));
    Table::new(
        point.expect("a parsed key's coordinates are below p"),
        SIGNER_WIDTH,
    )
}

/// The numbers of steps B4 to B7 for one signature.
struct Equation<'a> {
    table: &'a Table,
    /// Digits of s, for the base point.
    s: Digits,
    /// Digits of t = r + s, for the key.
    t: Digits,
    /// r − e: what x must be modulo n.
    expected: [u8; 32],
}

impl<'a> Equation<'a> {
    /// Nothing if t = 0 (step B5).
    fn new(table: &'a Table, digest: &sm3::Digest, signature: &Signature) -> Option<Self> {
        let r = scalar(signature.r());
        let t = r + scalar(signature.s());
        if t.is_zero().into() {
            return None;
        }
        Some(Self {
            table,
            s: GENERATOR.digits(signature.s()),
            t: table.digits(&t.to_repr().into()),
            expected: (r - reduce(digest)).to_repr().into(),
        })
    }

    /// The points whose sum is s·G + t·P.
    fn addends(&self) -> Vec<Affine> {
        let mut points = Vec::with_capacity(GENERATOR.rows() + self.table.rows());
        points.extend(GENERATOR.entries(&self.s));
        points.extend(self.table.entries(&self.t));
        points
    }

    /// Steps B6 and B7 alone.
    fn holds(&self) -> bool {
        let sum = GENERATOR.add_multiple(&self.s, Jacobian::INFINITY);
        let sum = self.table.add_multiple(&self.t, sum);
        !sum.is_infinity() && self.matches(&sum.x, &sum.z.square())
    }

    /// Step B7 for x = numerator / denominator, without dividing.
    fn matches(&self, numerator: &Field, denominator: &Field) -> bool {
        let is = |x: &Field| x.multiply(denominator) == *numerator;
        let field = |bytes| Field::from_be_bytes(bytes).expect("n is below p");
        let expected = field(&self.expected);
        is(&expected) || (self.expected < PRIME_LESS_ORDER && is(&expected.add(&field(&ORDER))))
    }
}

/// The verdict on one signature over e = SM3(Z_A ‖ M).
pub(super) fn verify_digest(table: &Table, digest: &sm3::Digest, signature: &Signature) -> bool {
    Equation::new(table, digest, signature).is_some_and(|equation| equation.holds())
}

/// The verdicts on many signatures, in order.
pub(super) fn verify_digests(claims: &[(&Table, sm3::Digest, &Signature)]) -> Vec<bool> {
    let mut verdicts = Vec::with_capacity(claims.len());
    for batch in claims.chunks(BATCH_MAX) {
        let equations = batch
            .iter()
            .map(|(table, digest, signature)| Equation::new(table, digest, signature));
        if batch.len() < BATCH_MIN {
            verdicts.extend(
                equations.map(|equation| equation.is_some_and(|equation| equation.holds())),
            );
        } else {
            let equations: Vec<_> = equations.collect();
            verdicts.extend(verify_batch(&equations));
        }
    }
    verdicts
}

/// Adds the points of each signature in pairs, then the sums in pairs, and so on. All additions of one level, of all
/// signatures, share one inversion; there are seven levels, where adding one point after the other would take 84.
fn verify_batch(equations: &[Option<Equation<'_>>]) -> Vec<bool> {
    // Nothing where two points have one x: the shared formula can neither double nor cancel, and the signature is
    // checked alone. Who provokes that slows down nobody but himself.
    let mut sums: Vec<Option<Vec<Affine>>> = equations
        .iter()
        .map(|equation| equation.as_ref().map(Equation::addends))
        .collect();
    let mut widths = Vec::new();
    let mut products = Vec::new();
    while sums.iter().flatten().any(|points| points.len() > 1) {
        widths.clear();
        for sum in &mut sums {
            let Some(points) = sum else { continue };
            let start = widths.len();
            widths.extend(
                points
                    .chunks_exact(2)
                    .map(|pair| pair[1].x.subtract(&pair[0].x)),
            );
            if widths[start..].contains(&Field::ZERO) {
                widths.truncate(start);
                *sum = None;
            }
        }
        invert_all(&mut widths, &mut products);
        let mut inverses = widths.iter();
        for points in sums.iter_mut().flatten() {
            let half = points.len() / 2;
            for (index, inverse) in (0..half).zip(&mut inverses) {
                points[index] = points[2 * index].add_with_inverse(&points[2 * index + 1], inverse);
            }
            if points.len() % 2 == 1 {
                points.swap(half, 2 * half);
            }
            points.truncate(points.len().div_ceil(2));
        }
    }
    let verdict = |(equation, sum): (&Option<Equation<'_>>, &Option<Vec<Affine>>)| {
        equation
            .as_ref()
            .is_some_and(|equation| match sum.as_deref() {
                Some([point]) => equation.matches(&point.x, &Field::ONE),
                _ => equation.holds(),
            })
    };
    equations.iter().zip(&sums).map(verdict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::{Claim, PRIME, SecretKey, USER_ID, Verifier, verify_all};
    use num_bigint::BigUint;
    use rand::{Rng, SeedableRng, rngs::StdRng};

    #[test]
    fn p_less_n_is_their_difference() {
        let [p, n, difference] =
            [PRIME, ORDER, PRIME_LESS_ORDER].map(|bytes| BigUint::from_bytes_be(&bytes));
        assert_eq!(p - n, difference);
    }

    #[test]
    fn tables_do_not_change_verdicts() {
        let mut rng = StdRng::seed_from_u64(0x534d_3201);
        let keys: Vec<SecretKey> = (0..5).map(|_| SecretKey::generate(&mut rng)).collect();
        let plain: Vec<Verifier> = keys
            .iter()
            .map(|key| key.public_key().default_verifier())
            .collect();
        let tables: Vec<Verifier> = plain.iter().cloned().map(Verifier::with_table).collect();
        // Sizes on both sides of the limits of a batch.
        for size in [
            1,
            BATCH_MIN - 1,
            BATCH_MIN,
            100,
            BATCH_MAX,
            BATCH_MAX + 1,
            BATCH_MAX + BATCH_MIN,
        ] {
            let mut cases = Vec::new();
            for _ in 0..size {
                let signer = rng.next_u32() as usize % keys.len();
                let message = rng.next_u64().to_be_bytes();
                let mut bytes = keys[signer]
                    .sign(USER_ID, &[&message], &mut rng)
                    .unwrap()
                    .to_bytes();
                let bad = rng.next_u32() % 8 == 0;
                if bad {
                    bytes[rng.next_u32() as usize % 64] ^= 1;
                }
                let verifier = if rng.next_u32() % 16 == 0 {
                    (signer + 1) % keys.len()
                } else {
                    signer
                };
                cases.push((
                    verifier,
                    message,
                    Signature::from_bytes(&bytes).unwrap(),
                    bad || verifier != signer,
                ));
            }
            let parts: Vec<[&[u8]; 1]> = cases
                .iter()
                .map(|(_, message, _, _)| [&message[..]])
                .collect();
            let verdicts = |verifiers: &[Verifier]| {
                let claims: Vec<_> = cases
                    .iter()
                    .zip(&parts)
                    .map(|((verifier, _, signature, _), message)| Claim {
                        verifier: &verifiers[*verifier],
                        message,
                        signature,
                    })
                    .collect();
                let alone: Vec<bool> = claims
                    .iter()
                    .map(|claim| {
                        claim
                            .verifier
                            .verify(claim.message, claim.signature)
                            .is_ok()
                    })
                    .collect();
                assert_eq!(verify_all(&claims), alone);
                alone
            };
            let expected: Vec<bool> = cases.iter().map(|(_, _, _, bad)| !bad).collect();
            assert_eq!(verdicts(&tables), expected);
            assert_eq!(verdicts(&plain), expected);
        }
    }

    #[test]
    fn claims_with_and_without_tables_mix() {
        let mut rng = StdRng::seed_from_u64(2);
        let key = SecretKey::generate(&mut rng);
        let plain = key.public_key().default_verifier();
        let table = plain.clone().with_table().with_table();
        let good = key.sign(USER_ID, &[b"m"], &mut rng).unwrap();
        let claims: Vec<_> = (0..60)
            .map(|index| Claim {
                verifier: if index % 3 == 0 { &plain } else { &table },
                message: if index % 7 == 0 { &[b"n"] } else { &[b"m"] },
                signature: &good,
            })
            .collect();
        let expected: Vec<bool> = (0..60).map(|index| index % 7 != 0).collect();
        assert_eq!(verify_all(&claims), expected);
    }
}
