//! What a key does while its secret is in this program's memory.

use crate::{
    Error,
    sm2::{Ciphertext, SecretKey, Signature},
    sm3,
};
use zeroize::Zeroizing;

/// Signs e with a nonce that the operating system's generator helped to draw.
pub(super) fn sign_digest(key: &SecretKey, digest: &sm3::Digest) -> Signature {
    key.sign_digest(digest, &super::random::<32>())
}

/// Decrypts either encoding of a ciphertext.
pub(super) fn decrypt(key: &SecretKey, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    key.decrypt(&read(ciphertext)?)
}

/// C1 ‖ C3 ‖ C2, which begins with 04, or DER, which begins with 30.
pub(super) fn read(ciphertext: &[u8]) -> Result<Ciphertext, Error> {
    match ciphertext {
        [0x30, ..] => Ciphertext::from_der(ciphertext),
        _ => Ciphertext::from_bytes(ciphertext),
    }
}

/// Fills the bytes from the operating system's generator.
pub(super) fn fill_random(bytes: &mut [u8]) {
    use crate::rand_core::Rng as _;
    rand::rng().fill_bytes(bytes);
}
