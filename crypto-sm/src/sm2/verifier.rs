//! Verification (GB/T 32918.2 clause 7).

use super::{CURVE, PublicKey, Signature, comb::Table, equation::Equation, known};
use crate::{Error, sm3};
use std::{fmt, sync::Arc};

/// A public key with a user id: checks signatures, and hashes what depends on both only once. Clones share the table.
#[derive(Clone)]
pub struct Verifier {
    key: PublicKey,
    /// Z_A.
    identity: sm3::Digest,
    table: Option<Arc<Table>>,
}

impl Verifier {
    /// Prepares for signatures of this key under this user id.
    ///
    /// # Errors
    /// [`Error::UserIdLength`] if the user id has 8,192 bytes or more.
    pub fn new(key: &PublicKey, user_id: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            key: key.clone(),
            identity: identity_hash(key, user_id)?,
            table: None,
        })
    }

    /// For a signer of many messages: calculates a table of multiples of the key (86 KiB, in the time of some four verifications without), with which each
    /// verification takes a small part of the time. Verdicts stay the same.
    #[must_use]
    pub fn with_table(mut self) -> Self {
        self.table
            .get_or_insert_with(|| Arc::new(known::table(&self.key.affine())));
        self
    }

    /// Whether there is a table.
    #[must_use]
    pub fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// The key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// Checks a signature over the parts, one after the other.
    ///
    /// # Errors
    /// [`Error::SignatureMismatch`].
    pub fn verify(&self, message: &[&[u8]], signature: &Signature) -> Result<(), Error> {
        self.verify_digest(&self.digest(message), signature)
    }

    /// Checks a signature over e = SM3(Z_A ‖ M).
    ///
    /// # Errors
    /// [`Error::SignatureMismatch`].
    pub fn verify_digest(&self, digest: &sm3::Digest, signature: &Signature) -> Result<(), Error> {
        let verified = match &self.table {
            Some(table) => known::verify_digest(table, digest, signature),
            None => verify_digest(&self.key, digest, signature),
        };
        if verified {
            Ok(())
        } else {
            Err(Error::SignatureMismatch)
        }
    }

    /// e = SM3(Z_A ‖ M), what a signature is really over.
    #[must_use]
    pub fn digest(&self, message: &[&[u8]]) -> sm3::Digest {
        let mut hasher = sm3::Hasher::new();
        hasher.update(&self.identity);
        for part in message {
            hasher.update(part);
        }
        hasher.finalize()
    }
}

/// Shows the key only; the table is long.
impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// One signature to check.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who is said to have signed.
    pub verifier: &'a Verifier,
    /// The message in parts, hashed one after the other.
    pub message: &'a [&'a [u8]],
    /// The signature.
    pub signature: &'a Signature,
}

/// The verdict on each claim, in order. A bad signature does not change the verdict on another. All messages are hashed
/// side by side, and claims on verifiers with a table share part of the work.
#[must_use]
pub fn verify_all(claims: &[Claim<'_>]) -> Vec<bool> {
    let messages: Vec<Vec<&[u8]>> = claims
        .iter()
        .map(|claim| {
            let identity = [&claim.verifier.identity[..]];
            identity.iter().chain(claim.message).copied().collect()
        })
        .collect();
    let messages: Vec<&[&[u8]]> = messages.iter().map(Vec::as_slice).collect();
    let digests = sm3::many::hash_all_parts(&messages);
    let mut verdicts = vec![false; claims.len()];
    let mut positions = Vec::with_capacity(claims.len());
    let mut known = Vec::with_capacity(claims.len());
    for (position, (claim, digest)) in claims.iter().zip(digests).enumerate() {
        match &claim.verifier.table {
            Some(table) => {
                positions.push(position);
                known.push((&**table, digest, claim.signature));
            }
            None => {
                verdicts[position] = verify_digest(&claim.verifier.key, &digest, claim.signature);
            }
        }
    }
    for (position, verdict) in positions.into_iter().zip(known::verify_digests(&known)) {
        verdicts[position] = verdict;
    }
    verdicts
}

/// Every way through this processor that verifies claims on verifiers with tables, and whether it gives `expected`.
pub(crate) fn each_path(claims: &[Claim<'_>], expected: &[bool]) -> Vec<(&'static str, bool)> {
    let known: Vec<_> = claims
        .iter()
        .filter_map(|claim| {
            let digest = claim.verifier.digest(claim.message);
            Some((claim.verifier.table.as_deref()?, digest, claim.signature))
        })
        .collect();
    known::each_path(&known, expected)
}

/// Z_A = SM3(ENTL_A ‖ ID_A ‖ a ‖ b ‖ x_G ‖ y_G ‖ x_A ‖ y_A) (GB/T 32918.2 clause 5.5).
pub(crate) fn identity_hash(key: &PublicKey, user_id: &[u8]) -> Result<sm3::Digest, Error> {
    // ENTL_A is the length in bits, in two bytes.
    let length = u16::try_from(user_id.len())
        .ok()
        .and_then(|bytes| bytes.checked_mul(8))
        .ok_or(Error::UserIdLength {
            length: user_id.len(),
        })?;
    let (x, y) = key.coordinates();
    let [a, b, generator_x, generator_y] = &CURVE;
    Ok(sm3::hash(&[
        &length.to_be_bytes(),
        user_id,
        a,
        b,
        generator_x,
        generator_y,
        x,
        y,
    ]))
}

/// Steps B4 to B7 for e = SM3(Z_A ‖ M) and a key without a table.
pub(crate) fn verify_digest(key: &PublicKey, digest: &sm3::Digest, signature: &Signature) -> bool {
    Equation::new(digest, signature).is_some_and(|equation| equation.holds(&key.affine()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::SecretKey;
    use ::sm2::{
        FieldBytes, ProjectivePoint, Scalar,
        dsa::{VerifyingKey, signature::hazmat::PrehashVerifier},
        elliptic_curve::{
            Group, PrimeField, ops::Reduce, point::AffineCoordinates, sec1::FromSec1Point,
        },
    };
    use num_bigint::BigUint;

    /// A signature with chosen s and t that is right for the digest it comes with, but for the point at infinity.
    /// r = t − s, e = r − x of s·G + t·P.
    fn craft(key: &PublicKey, s: Scalar, t: Scalar) -> Option<([u8; 32], Signature)> {
        let own = ::sm2::PublicKey::from_sec1_bytes(&key.to_uncompressed()).unwrap();
        let point = ProjectivePoint::mul_by_generator(&s) + own.to_projective() * t;
        let x = <Scalar as Reduce<FieldBytes>>::reduce(&point.to_affine().x());
        let bytes = [(t - s).to_repr(), s.to_repr()].concat();
        Some((
            (t - s - x).to_repr().into(),
            Signature::from_bytes(&bytes).ok()?,
        ))
    }

    /// The one verdict of all ways to verify; nothing if r or s would be 0.
    fn check(key: &PublicKey, table: &Table, s: Scalar, t: Scalar) -> Option<bool> {
        let (digest, signature) = craft(key, s, t)?;
        let verdict = verify_digest(key, &digest, &signature);
        for path in known::Path::all() {
            let batch = [(table, digest, &signature); 20];
            assert_eq!(known::verify_by(path, &batch), [verdict; 20], "{path:?}");
        }
        let other = VerifyingKey::from_sec1_bytes("", &key.to_uncompressed()).unwrap();
        let signature = ::sm2::dsa::Signature::from_slice(&signature.to_bytes()).unwrap();
        assert_eq!(verdict, other.verify_prehash(&digest, &signature).is_ok());
        Some(verdict)
    }

    #[test]
    fn sums_that_need_doubling_or_cancel_are_judged_as_the_standard_says() {
        let n_less_2 = (-Scalar::from(2u64)).to_repr();
        for d in [1u64, 2, 3, 16, 255, 256, 257]
            .map(|d| Scalar::from(d).to_repr())
            .into_iter()
            .chain([n_less_2])
        {
            let secret = SecretKey::from_bytes(&d).unwrap();
            let (key, d) = (secret.public_key(), Scalar::from_repr(d).unwrap());
            let table = known::table(&key.affine());
            let check = |s, t| check(key, &table, s, t);
            for t in [
                1u64,
                2,
                3,
                15,
                16,
                17,
                31,
                32,
                33,
                255,
                256,
                257,
                65_535,
                1 << 40,
            ]
            .map(Scalar::from)
            {
                for t in [t, -t] {
                    // s·G = t·P: the sum is a doubling. It is skipped where r would be 0.
                    assert!(check(t * d, t) != Some(false));
                    // s·G = −t·P: the sum is infinity.
                    assert!(check(-(t * d), t) != Some(true));
                    for s in [1u64, 2, 16, 255, 256, 65_537].map(Scalar::from) {
                        assert!(s == -(t * d) || check(s, t) != Some(false));
                        assert!(-s == -(t * d) || check(-s, t) != Some(false));
                    }
                }
            }
        }
    }

    /// What the first 32 rows of a signer's table add up to for t, in digits of 6 bits: the other half of the last sum of a
    /// batch, beside the 32 rows of the base point.
    fn lower_rows(t: &Scalar) -> Scalar {
        let t = BigUint::from_bytes_be(&t.to_repr());
        let n = BigUint::from_bytes_be(&crate::sm2::ORDER);
        let even = !t.bit(0);
        let odd = if even { &n - &t } else { t };
        let power = BigUint::from(1u8) << 192;
        // The odd number 2h + 1 has the digits 2v − 63 for the windows v of h.
        let rows: BigUint = (odd >> 1u8) % &power * 2u8 + &n + 1u8 - &power;
        let rows = (if even { &n * 2u8 - rows % &n } else { rows }) % &n;
        let digits = rows.to_bytes_be();
        let mut bytes = [0; 32];
        bytes[32 - digits.len()..].copy_from_slice(&digits);
        Scalar::from_repr(bytes.into()).unwrap()
    }

    #[test]
    fn batches_whose_last_halves_are_equal_or_opposite_are_judged_as_the_standard_says() {
        let d = Scalar::from_repr([0x37; 32].into()).unwrap();
        let secret = SecretKey::from_bytes(&[0x37; 32]).unwrap();
        let table = known::table(&secret.public_key().affine());
        let mut t = Scalar::from(0x1234_5678_9abc_def1u64);
        for _ in 0..20 {
            t = t * t + Scalar::ONE;
            for s in [lower_rows(&t) * d, -(lower_rows(&t) * d)] {
                let verdict = check(secret.public_key(), &table, s, t);
                assert_eq!(verdict, Some(true));
            }
        }
    }

    #[test]
    fn t_equal_to_0_is_refused_even_where_the_equation_holds() {
        // Step B5: with t = 0 the key is out of the equation, and anybody could sign for anybody.
        let key = SecretKey::from_bytes(&[7; 32])
            .unwrap()
            .public_key()
            .clone();
        for s in [1u64, 2, 65_537].map(Scalar::from) {
            assert_eq!(
                check(&key, &known::table(&key.affine()), s, Scalar::ZERO),
                Some(false)
            );
        }
    }

    #[test]
    fn a_sum_whose_x_is_not_below_n_is_reduced() {
        // x in [n, p) comes up once in 2^64 signatures; a point with such an x is found by its coordinate, and the key
        // that leads there is P = t⁻¹·(R − s·G).
        let sum = (0u8..)
            .find_map(|offset| {
                let mut compressed = [2; 33];
                compressed[1..].copy_from_slice(&super::super::ORDER);
                compressed[32] += offset;
                let point = ::sm2::Sec1Point::from_bytes(compressed).unwrap();
                Option::from(::sm2::AffinePoint::from_sec1_point(&point))
                    .map(|point: ::sm2::AffinePoint| point)
            })
            .unwrap();
        let (s, t) = (Scalar::from(5u64), Scalar::from(11u64));
        let inverse: Scalar = Option::from(t.invert()).unwrap();
        let key = (ProjectivePoint::from(sum) - ProjectivePoint::mul_by_generator(&s)) * inverse;
        let key = PublicKey::from_point(::sm2::PublicKey::from_affine(key.to_affine()).unwrap());
        assert_eq!(check(&key, &known::table(&key.affine()), s, t), Some(true));
    }
}
