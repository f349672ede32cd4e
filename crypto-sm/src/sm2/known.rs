//! Verification with a table of multiples of the signer's key: one signature alone, or many that share inversions.
//!
//! All ways give the same verdict, signature by signature; only the time differs. In a permissioned network signers are
//! known, so their tables pay.

#[cfg(target_arch = "x86_64")]
use super::vectors::Avx512;
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
const BATCH_MAX: usize = 16;

/// The table of a signer's key.
pub(super) fn table(key: &Affine) -> Table {
    Table::new(*key, SIGNER_WIDTH)
}

/// What one signature's verdict depends on; nothing where t = 0.
pub(super) type Claimed<'a> = Option<(&'a Table, Equation)>;

/// The way to verify.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path {
    /// Each signature alone.
    Alone,
    /// Many together, one column after the other.
    Batch,
    /// Many together, eight columns side by side in vectors.
    #[cfg(target_arch = "x86_64")]
    Ifma(Avx512),
    /// The same in arrays.
    #[cfg(test)]
    Emulated,
}

impl Path {
    /// All that this processor can take.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        let mut paths = vec![Self::Alone, Self::Batch, Self::Emulated];
        paths.extend(Self::ifma());
        paths
    }

    /// Eight columns side by side, where the processor can.
    #[inline]
    fn ifma() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        return Avx512::detect().map(Self::Ifma);
        #[cfg(not(target_arch = "x86_64"))]
        None
    }

    /// The fastest for so many signatures.
    #[inline]
    fn best(count: usize) -> Self {
        if count < BATCH_MIN {
            Self::Alone
        } else {
            Self::ifma().unwrap_or(Self::Batch)
        }
    }
}

/// The verdict on one signature over e = SM3(Z_A ‖ M).
pub(super) fn verify_digest(table: &Table, digest: &sm3::Digest, signature: &Signature) -> bool {
    Equation::new(digest, signature).is_some_and(|equation| equation.holds_with_table(table))
}

/// Name of the way that many signatures of known signers take through this processor: `ifma` or `portable`.
pub(crate) fn path() -> &'static str {
    match Path::best(BATCH_MAX) {
        #[cfg(target_arch = "x86_64")]
        Path::Ifma(_) => "ifma",
        _ => "portable",
    }
}

/// Whether every way that this processor can take gives the expected verdicts, with the way's name.
pub(super) fn each_path(
    claims: &[(&Table, sm3::Digest, &Signature)],
    expected: &[bool],
) -> Vec<(&'static str, bool)> {
    let mut paths = vec![("alone", Path::Alone), ("batch", Path::Batch)];
    paths.extend(Path::ifma().map(|path| ("ifma", path)));
    paths
        .into_iter()
        .map(|(name, path)| (name, verify_by(path, claims) == expected))
        .collect()
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
    let together = |verify: &dyn Fn(&[Claimed<'_>], &mut [bool])| {
        let equations: Vec<_> = equations.clone().collect();
        let mut verdicts = vec![false; claims.len()];
        verify(&equations, &mut verdicts);
        verdicts
    };
    match path {
        Path::Alone => {
            let holds = |(table, equation): (&Table, Equation)| equation.holds_with_table(table);
            equations
                .map(|equation| equation.is_some_and(holds))
                .collect()
        }
        Path::Batch => together(&verify_batch),
        #[cfg(target_arch = "x86_64")]
        Path::Ifma(machine) => together(&|equations, verdicts| machine.verify(equations, verdicts)),
        #[cfg(test)]
        Path::Emulated => together(&|equations, verdicts| {
            use super::{eight, vectors::Emulated};
            eight::verify(Emulated, &mut eight::Workspace::new(), equations, verdicts);
        }),
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
fn verify_batch(equations: &[Claimed<'_>], verdicts: &mut [bool]) {
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
    use num_bigint::BigUint;
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

    /// How a signature that was good is spoilt, or not.
    fn spoil(kind: u32, digest: &mut [u8; 32], bytes: &mut [u8; 64], rng: &mut StdRng) {
        let n = BigUint::from_bytes_be(&crate::sm2::ORDER);
        let put = |bytes: &mut [u8], number: BigUint| {
            let digits = number.to_bytes_be();
            bytes.fill(0);
            bytes[32 - digits.len()..].copy_from_slice(&digits);
        };
        let [r, s] = [0, 32].map(|start| BigUint::from_bytes_be(&bytes[start..start + 32]));
        match kind {
            0 => digest[rng.next_u32() as usize % 32] ^= 1 << (rng.next_u32() % 8),
            1 => digest[31] = digest[31].wrapping_add(1),
            2 => put(&mut bytes[32..], &n - s),
            3 => put(&mut bytes[..32], &n - r),
            // t = 0
            4 => put(&mut bytes[..32], &n - s),
            5 => put(&mut bytes[..32], BigUint::from(1u8)),
            6 => put(&mut bytes[32..], BigUint::from(1u8)),
            7 => put(&mut bytes[32..], &n - 1u8),
            8 => bytes.rotate_left(32),
            9 => *digest = [0; 32],
            10 => *digest = [0xff; 32],
            _ => {}
        }
    }

    /// Thousands of signatures, a tenth of them spoilt, some asked of another signer.
    fn check_paths(paths: &[Path], seed: u64, count: usize) {
        use ::sm2::dsa::{VerifyingKey, signature::hazmat::PrehashVerifier};
        let mut rng = StdRng::seed_from_u64(seed);
        let keys: Vec<SecretKey> = (0..9).map(|_| SecretKey::generate(&mut rng)).collect();
        let tables: Vec<Table> = keys
            .iter()
            .map(|key| table(&key.public_key().affine()))
            .collect();
        let (mut cases, mut expected) = (Vec::new(), Vec::new());
        while cases.len() < count {
            let mut signer = rng.next_u32() as usize % keys.len();
            let mut digest = [0; 32];
            rng.fill_bytes(&mut digest);
            let mut bytes = keys[signer].sign_digest(&digest, &[0; 32]).to_bytes();
            match rng.next_u32() % 120 {
                kind @ 0..12 => spoil(kind, &mut digest, &mut bytes, &mut rng),
                12 => signer = (signer + 1) % keys.len(),
                _ => {}
            }
            let Ok(signature) = Signature::from_bytes(&bytes) else {
                continue;
            };
            let key = keys[signer].public_key();
            let other = VerifyingKey::from_sec1_bytes("", &key.to_uncompressed()).unwrap();
            let theirs = ::sm2::dsa::Signature::from_slice(&bytes).unwrap();
            expected.push(other.verify_prehash(&digest, &theirs).is_ok());
            let equation = Equation::new(&digest, &signature);
            let unknown = equation.is_some_and(|equation| equation.holds(&key.affine()));
            assert_eq!(Some(&unknown), expected.last());
            cases.push((signer, digest, signature));
        }
        assert!(expected.iter().filter(|verdict| !**verdict).count() > count / 20);
        let claims: Vec<_> = cases
            .iter()
            .map(|(signer, digest, signature)| (&tables[*signer], *digest, signature))
            .collect();
        for path in paths {
            // All at once, and in batches of all sizes.
            assert_eq!(verify_by(*path, &claims), expected, "{path:?}");
            let mut start = 0;
            for size in 0.. {
                let Some(batch) = claims.get(start..start + size) else {
                    break;
                };
                let verdicts = verify_by(*path, batch);
                assert_eq!(verdicts, expected[start..start + size], "{path:?}, {size}");
                start += size;
            }
        }
    }

    #[test]
    fn every_path_gives_the_verdicts_of_the_other_implementation() {
        check_paths(&Path::all(), 0x534d_3202, 3000);
    }

    /// Runs where the processor has AVX-512 IFMA; elsewhere it has nothing to test.
    #[test]
    fn ifma_gives_the_verdicts_of_the_other_implementation() {
        if let Some(path) = Path::ifma() {
            check_paths(&[path], 0x534d_3203, 600);
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
