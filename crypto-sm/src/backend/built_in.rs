//! The implementation of this crate.

use super::Backend;
use crate::{
    sm2::{Ciphertext, PublicKey, Scalar, SecretKey, Signature, verify_digest},
    sm3::{self, Digest},
    sm4::{Block, Cipher, Key},
};
use zeroize::Zeroizing;

/// The modules of this crate.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn;

impl Backend for BuiltIn {
    fn name(&self) -> &'static str {
        "built-in"
    }

    fn hash(&self, bytes: &[u8]) -> Digest {
        sm3::hash(&[bytes])
    }

    fn encrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        let mut block = *block;
        Cipher::new(key).encrypt_block(&mut block);
        Some(block)
    }

    fn decrypt_block(&self, key: &Key, block: &Block) -> Option<Block> {
        let mut block = *block;
        Cipher::new(key).decrypt_block(&mut block);
        Some(block)
    }

    fn verify(
        &self,
        key: &PublicKey,
        user_id: &[u8],
        message: &[u8],
        signature: &Signature,
    ) -> bool {
        key.verify(user_id, &[message], signature).is_ok()
    }

    fn verify_digest(&self, key: &PublicKey, digest: &Digest, signature: &Signature) -> bool {
        verify_digest(key, digest, signature)
    }

    fn sign_digest(
        &self,
        secret: &SecretKey,
        digest: &Digest,
        nonce: &[u8; 32],
    ) -> Option<Signature> {
        secret.sign_with_nonce(&Scalar::reduce(digest), &Scalar::reduce(nonce))
    }

    fn decrypt(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Option<Zeroizing<Vec<u8>>> {
        secret.decrypt(ciphertext).ok()
    }
}
