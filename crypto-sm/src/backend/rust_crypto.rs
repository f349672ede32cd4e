//! The crates of the RustCrypto project.

use super::Backend;
use crate::{
    sm2::{Ciphertext, PublicKey, SecretKey, Signature},
    sm3::Digest,
    sm4::{Block, Key},
};
use ::sm2::{
    FieldBytes, ProjectivePoint, Scalar,
    dsa::{
        self, VerifyingKey,
        signature::{Verifier, hazmat::PrehashVerifier},
    },
    elliptic_curve::{Group, PrimeField, ops::Reduce, point::AffineCoordinates},
    pke::{DecryptingKey, Mode},
};
use ::sm3::Digest as _;
use ::sm4::{
    Sm4,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

/// The crates `sm2`, `sm3` and `sm4`. The last looks tables up with indices that depend on key and data: it never sees a
/// secret that matters.
#[derive(Clone, Copy, Debug)]
pub struct RustCrypto;

impl Backend for RustCrypto {
    fn name(&self) -> &'static str {
        "rust-crypto"
    }

    fn hash(&self, bytes: &[u8]) -> Digest {
        ::sm3::Sm3::digest(bytes).into()
    }

    fn encrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        let mut block = (*block).into();
        Sm4::new(key.into()).encrypt_block(&mut block);
        Some(block.into())
    }

    fn decrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        let mut block = (*block).into();
        Sm4::new(key.into()).decrypt_block(&mut block);
        Some(block.into())
    }

    fn verify(
        &self,
        key: &PublicKey,
        user_id: &[u8],
        message: &[u8],
        signature: &Signature,
    ) -> bool {
        // The implementation takes text only.
        std::str::from_utf8(user_id)
            .ok()
            .and_then(|id| VerifyingKey::from_sec1_bytes(id, &key.to_uncompressed()).ok())
            .zip(dsa::Signature::from_slice(&signature.to_bytes()).ok())
            .is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
    }

    fn verify_digest(&self, key: &PublicKey, digest: &Digest, signature: &Signature) -> bool {
        VerifyingKey::from_sec1_bytes("", &key.to_uncompressed())
            .ok()
            .zip(dsa::Signature::from_slice(&signature.to_bytes()).ok())
            .is_some_and(|(key, signature)| key.verify_prehash(digest, &signature).is_ok())
    }

    /// With the arithmetic of the crate; its own signing draws the nonce.
    fn sign_digest(
        &self,
        secret: &SecretKey,
        digest: &Digest,
        nonce: &[u8; 32],
    ) -> Option<Signature> {
        let reduce = |bytes: &[u8; 32]| <Scalar as Reduce<FieldBytes>>::reduce(&(*bytes).into());
        let (d, k) = (reduce(&secret.to_bytes()), reduce(nonce));
        let x = ProjectivePoint::mul_by_generator(&k).to_affine().x();
        let r = reduce(digest) + <Scalar as Reduce<FieldBytes>>::reduce(&x);
        if (r + k).is_zero().into() {
            return None;
        }
        let inverse: Scalar = Option::from((Scalar::ONE + d).invert())?;
        let s = inverse * (k - r * d);
        Signature::from_bytes(&[r.to_repr(), s.to_repr()].concat()).ok()
    }

    fn decrypt(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Option<Zeroizing<Vec<u8>>> {
        let key = ::sm2::SecretKey::from_slice(&*secret.to_bytes()).ok()?;
        let key = DecryptingKey::new_with_mode(key.to_nonzero_scalar(), Mode::C1C3C2);
        key.decrypt(&ciphertext.to_bytes()).ok().map(Zeroizing::new)
    }
}
