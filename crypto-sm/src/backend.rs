//! The algorithms behind one interface, in three implementations that were written independently of each other. The
//! built-in one does the work of this product; the others are what it is compared with, when a node starts and in tests.
//!
//! | name | what |
//! |---|---|
//! | `built-in` | the modules [`sm2`](crate::sm2), [`sm3`](crate::sm3) and [`sm4`](crate::sm4) of this crate |
//! | `rust-crypto` | the crates `sm2`, `sm3` and `sm4` of the RustCrypto project |
//! | `libsm` | the crate `libsm` (feature `libsm`) |
//!
//! All take keys and signatures that the strict parsers of this crate have let through: what the parsers of the others
//! would let through differs, and would split the verdicts of nodes.

mod built_in;
#[cfg(feature = "libsm")]
mod libsm;
mod rust_crypto;

use crate::{
    sm2::{Ciphertext, PublicKey, SecretKey, Signature},
    sm3::Digest,
    sm4::{Block, Key},
};
use zeroize::Zeroizing;

pub use built_in::BuiltIn;
#[cfg(feature = "libsm")]
pub use libsm::Libsm;
pub use rust_crypto::RustCrypto;

/// An implementation of the algorithms.
pub trait Backend: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// SM3 of a byte string (GB/T 32905).
    fn hash(&self, bytes: &[u8]) -> Digest;

    /// Encrypts one block (GB/T 32907); nothing if the implementation fails.
    fn encrypt_block(&self, key: &Key, block: &Block) -> Option<Block>;

    /// Decrypts one block (GB/T 32907); nothing if the implementation fails.
    fn decrypt_block(&self, key: &Key, block: &Block) -> Option<Block>;

    /// Whether the signature over the message verifies under the user id (GB/T 32918.2 clause 7).
    fn verify(
        &self,
        key: &PublicKey,
        user_id: &[u8],
        message: &[u8],
        signature: &Signature,
    ) -> bool;

    /// Whether the signature over e = SM3(Z_A ‖ M) verifies (steps B5 to B7).
    fn verify_digest(&self, key: &PublicKey, digest: &Digest, signature: &Signature) -> bool;

    /// Steps A4 to A7 of GB/T 32918.2 clause 6 for e and a given nonce: for known answers, never for use. Nothing where
    /// the standard asks for another nonce or where the implementation draws its nonces itself.
    fn sign_digest(
        &self,
        secret: &SecretKey,
        digest: &Digest,
        nonce: &[u8; 32],
    ) -> Option<Signature>;

    /// The message of a ciphertext (GB/T 32918.4 clause 7); nothing if it was changed or made for another key.
    fn decrypt(&self, secret: &SecretKey, ciphertext: &Ciphertext) -> Option<Zeroizing<Vec<u8>>>;
}

/// Every implementation that was compiled, the built-in one first.
#[must_use]
pub fn all() -> &'static [&'static dyn Backend] {
    &[
        &BuiltIn,
        &RustCrypto,
        #[cfg(feature = "libsm")]
        &Libsm,
    ]
}
