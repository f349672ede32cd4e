//! The second implementation: the crate `libsm`, written independently of the one that does the work.
//!
//! It only ever sees what the strict parsers of this crate have let through: its own parsers accept non-canonical keys,
//! and some inputs make it panic. It compares answers; it never decides alone, never signs and never holds a key.

use crate::{
    sm2::{PublicKey, Signature},
    sm3,
};
use libsm::{
    sm2::{ecc::EccCtx, signature::SigCtx},
    sm3::hash::Sm3Hash,
    sm4::cipher::Sm4Cipher,
};
use num_bigint::BigUint;

/// SM3 of a byte string.
#[must_use]
pub fn hash(bytes: &[u8]) -> sm3::Digest {
    Sm3Hash::new(bytes).get_hash()
}

/// One block of SM4; nothing if the implementation fails.
#[must_use]
pub fn encrypt_block(key: &[u8; 16], block: &[u8; 16]) -> Option<[u8; 16]> {
    Sm4Cipher::new(key).ok()?.encrypt(block).ok()
}

/// Whether the signature over the message verifies. The user id is text because the implementation takes only that.
#[must_use]
pub fn verify(key: &PublicKey, user_id: &str, message: &[u8], signature: &Signature) -> bool {
    check(key, user_id, message, signature).unwrap_or(false)
}

/// Steps B3 to B7 of GB/T 32918.2 clause 7. The implementation's own `verify` first fills a table of 8,192 points, which
/// takes seconds, for one multiplication; this asks it for the two multiplications directly.
fn check(key: &PublicKey, user_id: &str, message: &[u8], signature: &Signature) -> Option<bool> {
    let curve = EccCtx::new();
    let point = curve.bytes_to_point(&key.to_uncompressed()).ok()?;
    let e = BigUint::from_bytes_be(&SigCtx::new().hash(user_id, &point, message).ok()?);
    let r = BigUint::from_bytes_be(signature.r());
    let s = BigUint::from_bytes_be(signature.s());
    let t = (&r + &s) % curve.get_n();
    if t == BigUint::ZERO {
        return Some(false);
    }
    let sum = curve
        .add(
            &curve.mul(&s, &curve.generator().ok()?).ok()?,
            &curve.mul(&t, &point).ok()?,
        )
        .ok()?;
    let (x, _) = curve.to_affine(&sum).ok()?;
    Some((e + x.to_biguint()) % curve.get_n() == r)
}
