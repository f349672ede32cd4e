//! Public-key encryption (GB/T 32918.4-2016): for keys and other short messages. Long content belongs into an envelope.

use super::{Ciphertext, PublicKey, SecretKey, shared::SharedPoint};
use crate::{Error, memcheck::public, rand_core::CryptoRng, sm3};
use subtle::{ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

/// Longest message: what the key derivation's counter can number.
const LONGEST: u64 = (u32::MAX as u64) * sm3::DIGEST_LENGTH as u64;

impl PublicKey {
    /// Encrypts a message of at least one byte for the holder of the secret key (clause 6). It says nothing about who
    /// sent it.
    ///
    /// # Errors
    /// [`Error::PlaintextLength`] for an empty message, or one longer than (2^32 − 1)·32 bytes.
    pub fn encrypt<R: CryptoRng + ?Sized>(
        &self,
        message: &[u8],
        rng: &mut R,
    ) -> Result<Ciphertext, Error> {
        let length = message.len();
        if length == 0 || u64::try_from(length).is_ok_and(|length| length > LONGEST) {
            return Err(Error::PlaintextLength { length });
        }
        loop {
            // A1, A2. A secret key is never n − 1, which a nonce could be; nobody will notice.
            let nonce = SecretKey::generate(rng);
            if let Some(ciphertext) = self.encrypt_with_nonce(message, &nonce) {
                return Ok(ciphertext);
            }
        }
    }

    /// Steps A3 to A8 for a given nonce and a message that is not empty; nothing where the standard asks for another
    /// nonce.
    pub(crate) fn encrypt_with_nonce(
        &self,
        message: &[u8],
        nonce: &SecretKey,
    ) -> Option<Ciphertext> {
        let shared = nonce.share(self);
        let mut c2 = vec![0; message.len()];
        shared.derive(&[], &mut c2);
        if !any_bit(&c2) {
            return None;
        }
        for (byte, plain) in c2.iter_mut().zip(message) {
            *byte ^= plain;
        }
        let c3 = digest(&shared, message);
        Ciphertext::new(nonce.public_key().clone(), c3, c2).ok()
    }
}

impl SecretKey {
    /// Decrypts (clause 7). The time depends on the message's length only, and every failure is the same error, so that
    /// neither tells what was wrong.
    ///
    /// # Errors
    /// [`Error::Decryption`] if the ciphertext was changed or made for another key.
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, Error> {
        // B1 and B2 are the ciphertext's parser.
        let shared = self.share(ciphertext.point());
        let mut message = Zeroizing::new(vec![0; ciphertext.data().len()]);
        shared.derive(&[], &mut message);
        let stream = any_bit(&message);
        for (byte, cipher) in message.iter_mut().zip(ciphertext.data()) {
            *byte ^= cipher;
        }
        let expected = Zeroizing::new(digest(&shared, &message));
        let equal = bool::from(expected.ct_eq(ciphertext.digest()));
        // Both are known before either decides. On failure the message is wiped as it is dropped.
        if public(equal & stream) {
            Ok(message)
        } else {
            Err(Error::Decryption)
        }
    }
}

/// C3 = SM3(x ‖ M ‖ y).
fn digest(shared: &SharedPoint, message: &[u8]) -> sm3::Digest {
    sm3::hash(&[shared.x(), message, shared.y()])
}

/// Whether the key stream is not all zero, looking at all of it.
fn any_bit(stream: &[u8]) -> bool {
    let bits = stream.iter().fold(0u8, |bits, byte| bits | byte);
    bits.ct_gt(&0).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn secret(digits: &str) -> SecretKey {
        SecretKey::from_bytes(&hex::decode(digits).unwrap()).unwrap()
    }

    #[test]
    fn the_standards_example_is_encrypted_and_decrypted() {
        // GB/T 32918.5-2017 annex C.2 (curve of clause 2).
        let key = secret("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        let nonce = secret("59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21");
        let ciphertext = key
            .public_key()
            .encrypt_with_nonce(b"encryption standard", &nonce)
            .unwrap();
        let expected = "04\
            04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
            e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0\
            59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766\
            21886ca989ca9c7d58087307ca93092d651efa";
        assert_eq!(hex::encode(ciphertext.to_bytes()), expected);
        assert_eq!(
            key.decrypt(&ciphertext).unwrap()[..],
            b"encryption standard"[..]
        );
    }

    #[test]
    fn a_key_stream_of_zeros_is_refused_on_both_sides() {
        // One byte of key stream is zero for one nonce in 256.
        let key = secret("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        let rng = &mut StdRng::seed_from_u64(32918);
        let nonce = std::iter::repeat_with(|| SecretKey::generate(rng))
            .find(|nonce| {
                let mut stream = [0xff];
                nonce.share(key.public_key()).derive(&[], &mut stream);
                stream == [0]
            })
            .unwrap();
        assert_eq!(key.public_key().encrypt_with_nonce(b"m", &nonce), None);
        let c3 = digest(&nonce.share(key.public_key()), b"m");
        let forced = Ciphertext::new(nonce.public_key().clone(), c3, b"m".to_vec()).unwrap();
        assert_eq!(key.decrypt(&forced), Err(Error::Decryption));
        // Any other length has a stream that is not all zero.
        let longer = key.public_key().encrypt_with_nonce(b"mm", &nonce).unwrap();
        assert_eq!(key.decrypt(&longer).unwrap()[..], b"mm"[..]);
    }
}
