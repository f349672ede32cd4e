//! The crate `libsm`. It only ever sees what the strict parsers of this crate have let through, and only those of its
//! functions that give right answers then; tests/libsm_defects.rs shows what the others do. It compares answers; it
//! never decides alone, never draws a nonce and never holds a key that matters.

use super::Backend;
use crate::{
    sm2::{Ciphertext, PublicKey, SecretKey, Signature},
    sm3::Digest,
    sm4::{Block, Key},
};
use ::libsm::{
    sm2::{
        ecc::{EccCtx, Point},
        encrypt::DecryptCtx,
        signature::SigCtx,
    },
    sm3::hash::Sm3Hash,
    sm4::cipher::Sm4Cipher,
};
use num_bigint::BigUint;
use zeroize::Zeroizing;

/// The crate `libsm`.
#[derive(Clone, Copy, Debug)]
pub struct Libsm;

impl Backend for Libsm {
    fn name(&self) -> &'static str {
        "libsm"
    }

    /// One call for each hash: a second would give another digest.
    fn hash(&self, bytes: &[u8]) -> Digest {
        Sm3Hash::new(bytes).get_hash()
    }

    fn encrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        Sm4Cipher::new(key).ok()?.encrypt(block).ok()
    }

    fn decrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        Sm4Cipher::new(key).ok()?.decrypt(block).ok()
    }

    fn verify(
        &self,
        key: &PublicKey,
        user_id: &[u8],
        message: &[u8],
        signature: &Signature,
    ) -> bool {
        // The implementation takes text only.
        let digest = std::str::from_utf8(user_id).ok().and_then(|id| {
            let point = EccCtx::new().bytes_to_point(&key.to_uncompressed()).ok()?;
            SigCtx::new().hash(id, &point, message).ok()
        });
        digest.is_some_and(|digest| self.verify_digest(key, &digest, signature))
    }

    fn verify_digest(&self, key: &PublicKey, digest: &Digest, signature: &Signature) -> bool {
        check(key, digest, signature).unwrap_or(false)
    }

    /// Nothing: the implementation draws its nonces itself.
    fn sign_digest(
        &self,
        _secret: &SecretKey,
        _digest: &Digest,
        _nonce: &[u8; 32],
    ) -> Option<Signature> {
        None
    }

    /// The implementation has the old order of C1, C2 and C3, and wants to be told the length.
    fn decrypt(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Option<Zeroizing<Vec<u8>>> {
        let data = ciphertext.data();
        let old_order = [
            &ciphertext.point().to_uncompressed()[..],
            data,
            ciphertext.digest(),
        ];
        let d = BigUint::from_bytes_be(&*secret.to_bytes());
        let message = DecryptCtx::new(data.len(), d).decrypt(&old_order.concat());
        message.ok().map(Zeroizing::new)
    }
}

/// Steps B5 to B7. The implementation's own `verify` first fills a table of 8,192 points, which takes seconds, for one
/// multiplication; this asks it for the two multiplications directly.
fn check(key: &PublicKey, digest: &Digest, signature: &Signature) -> Option<bool> {
    let curve = EccCtx::new();
    let point = curve.bytes_to_point(&key.to_uncompressed()).ok()?;
    let e = BigUint::from_bytes_be(digest);
    let r = BigUint::from_bytes_be(signature.r());
    let s = BigUint::from_bytes_be(signature.s());
    let t = (&r + &s) % curve.get_n();
    if t == BigUint::ZERO {
        return Some(false);
    }
    let sum = add(
        &curve,
        &curve.mul(&s, &curve.generator().ok()?).ok()?,
        &curve.mul(&t, &point).ok()?,
    )?;
    if sum.is_zero() {
        return Some(false);
    }
    let (x, _) = curve.to_affine(&sum).ok()?;
    Some((e + x.to_biguint()) % curve.get_n() == r)
}

/// The sum of two points. The implementation's own gives infinity for twice the same point when the two differ in Z.
fn add(curve: &EccCtx, p: &Point, q: &Point) -> Option<Point> {
    if curve.eq(p, q).ok()? {
        curve.double(p).ok()
    } else {
        curve.add(p, q).ok()
    }
}
