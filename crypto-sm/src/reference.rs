//! The second implementation: the crate `libsm`, written independently of the one that does the work.
//!
//! It only ever sees what the strict parsers of this crate have let through: its own parsers accept non-canonical keys,
//! and some inputs make it panic. It compares answers; it never decides alone, never signs and never holds a key.

use crate::{
    sm2::{PublicKey, Signature},
    sm3,
};
use libsm::{
    sm2::{
        ecc::EccCtx,
        signature::{SigCtx, Signature as ReferenceSignature},
    },
    sm3::hash::Sm3Hash,
    sm4::cipher::Sm4Cipher,
};

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

/// Whether the signature over e = SM3(Z_A ‖ M) verifies. `user_id` is text because the implementation takes only that.
#[must_use]
pub fn verify(key: &PublicKey, user_id: &str, message: &[u8], signature: &Signature) -> bool {
    let Ok(point) = EccCtx::new().bytes_to_point(&key.to_uncompressed()) else {
        return false;
    };
    let context = SigCtx::new();
    let Ok(digest) = context.hash(user_id, &point, message) else {
        return false;
    };
    let signature = ReferenceSignature::new(signature.r(), signature.s());
    context
        .verify_raw(&digest, &point, &signature)
        .unwrap_or(false)
}
