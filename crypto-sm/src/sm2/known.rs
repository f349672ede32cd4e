//! Verification with a table of multiples of the signer's key: one signature alone, or many that share inversions.
//!
//! All ways give the same verdict, signature by signature; only the time differs. In a permissioned network signers are
//! known, so their tables pay.

use super::{
    Signature,
    columns::{self, Lanes, Workspace},
    comb::Table,
    equation::Equation,
    field::Field,
    multiple::generator_table,
    point::Affine,
};
use crate::sm3;

/// Bits per digit in a signer's table: 43 rows of 32 points, 86 KiB.
const SIGNER_WIDTH: usize = 6;

/// Signatures that are worth sharing inversions.
const BATCH_MIN: usize = 4;

/// Signatures that share them; more would leave the processor's cache.
const BATCH_MAX: usize = 32;

/// The table of a signer's key.
pub(super) fn table(key: &Affine) -> Table {
    Table::new(*key, SIGNER_WIDTH)
}

/// The way to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// Each signature alone.
    Alone,
    /// Many together.
    Batch,
}

impl Path {
    /// All that this processor can take.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        vec![Self::Alone, Self::Batch]
    }

    /// The fastest for so many signatures.
    fn best(count: usize) -> Self {
        if count < BATCH_MIN {
            Self::Alone
        } else {
            Self::Batch
        }
    }
}

/// The verdicts on many signatures over e = SM3(Z_A ‖ M), in order.
pub(super) fn verify_digests(claims: &[(&Table, sm3::Digest, &Signature)]) -> Vec<bool> {
    verify_by(Path::best(claims.len()), claims)
}

/// The same in a given way.
pub(super) fn verify_by(path: Path, claims: &[(&Table, sm3::Digest, &Signature)]) -> Vec<bool> {
    let equations = claims
        .iter()
        .map(|(table, digest, signature)| Some((*table, Equation::new(digest, signature)?)));
    match path {
        Path::Alone => equations
            .map(|equation| {
                equation.is_some_and(|(table, equation)| equation.holds_with_table(table))
            })
            .collect(),
        Path::Batch => {
            let equations: Vec<_> = equations.collect();
            let mut verdicts = vec![false; claims.len()];
            verify_batch(&equations, &mut verdicts);
            verdicts
        }
    }
}

/// One column at a time.
#[derive(Clone, Copy)]
struct OneLane;

impl Lanes for OneLane {
    type Element = Field;
    type Point = Affine;

    #[inline(always)]
    fn one(self) -> Field {
        Field::ONE
    }

    #[inline(always)]
    fn multiply(self, a: &Field, b: &Field) -> Field {
        a.multiply(b)
    }

    #[inline(always)]
    fn width(self, point: &Affine, other: &Affine) -> Field {
        other.x.subtract(&point.x)
    }

    #[inline(always)]
    fn zeros(self, element: &Field) -> u8 {
        u8::from(*element == Field::ZERO)
    }

    #[inline(always)]
    fn one_where(self, mask: u8, element: &Field) -> Field {
        if mask == 0 { *element } else { Field::ONE }
    }

    #[inline(always)]
    fn invert(self, element: &Field) -> Field {
        element.invert_vartime()
    }

    #[inline(always)]
    fn add(self, point: &Affine, other: &Affine, inverse: &Field) -> Affine {
        point.add_with_inverse(other, inverse)
    }
}

/// Each signature is a column: the points of the tables whose sum is s·G + t·P.
fn verify_batch(equations: &[Option<(&Table, Equation)>], verdicts: &mut [bool]) {
    let Some((table, _)) = equations.iter().flatten().next() else {
        return;
    };
    let generator = generator_table();
    let rows = generator.rows() + table.rows();
    let mut points = Vec::with_capacity(rows * BATCH_MAX);
    let mut workspace = Workspace::new();
    let batches = equations
        .chunks(BATCH_MAX)
        .zip(verdicts.chunks_mut(BATCH_MAX));
    for (equations, verdicts) in batches {
        points.clear();
        for (table, equation) in equations.iter().flatten() {
            let [s, t] = equation.digits();
            let entries = generator
                .entries_vartime(&s)
                .chain(table.entries_vartime(&t));
            points.extend(entries.map(|(point, negative)| point.negate_if(negative)));
        }
        let mut failed = [0; BATCH_MAX];
        let failed = &mut failed[..points.len() / rows];
        if failed.is_empty() {
            continue;
        }
        columns::sum(OneLane, &mut points, rows, failed, &mut workspace);
        let mut sums = points.chunks_exact(rows).zip(failed);
        for (equation, verdict) in equations.iter().zip(verdicts) {
            let Some((table, equation)) = equation else {
                continue;
            };
            let (column, failed) = sums.next().expect("a column for each equation");
            *verdict = if *failed == 0 {
                equation.matches(&column[0].x, &Field::ONE)
            } else {
                equation.holds_with_table(table)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::{Claim, SecretKey, USER_ID, Verifier, verify_all};
    use rand::{Rng, SeedableRng, rngs::StdRng};

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
