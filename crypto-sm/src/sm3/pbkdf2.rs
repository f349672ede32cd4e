//! PBKDF2 with HMAC-SM3 (RFC 8018 clause 5.2; GM/T 0091): keys from passwords.

use super::{DIGEST_LENGTH, hmac::Hmac};
use zeroize::Zeroizing;

/// Fills the output with a key of the password. Each iteration costs two compressions of SM3 per 32 bytes of output; an
/// `iterations` of zero, which the standard does not know, counts as one: who reads the number from a file checks it
/// against a minimum first.
pub fn derive(password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) {
    let prepared = Hmac::new(password);
    for (number, piece) in (1u32..=u32::MAX).zip(out.chunks_mut(DIGEST_LENGTH)) {
        let mut hmac = prepared.clone();
        hmac.update(salt).update(&number.to_be_bytes());
        let mut link = Zeroizing::new(hmac.finalize());
        let mut sum = link.clone();
        for _ in 1..iterations {
            let mut hmac = prepared.clone();
            hmac.update(&*link);
            *link = hmac.finalize();
            for (sum, link) in sum.iter_mut().zip(&*link) {
                *sum ^= link;
            }
        }
        piece.copy_from_slice(&sum[..piece.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn password_and_salt_give_the_output_of_openssl() {
        // Inputs of RFC 6070, which has answers for SHA-1 only; this one is OpenSSL 3.0's for SM3.
        let mut out = [0; 42];
        derive(b"password", b"salt", 4096, &mut out);
        assert_eq!(
            hex::encode(out),
            "b6e8f2074c87432b78f62e5ced980fdff89e86af2f693dab1638e2b3683045dd844438500eead50cb3e1"
        );
    }

    #[test]
    fn zero_iterations_count_as_one() {
        let (mut zero, mut one, mut two) = ([0; 33], [0; 33], [0; 33]);
        derive(b"p", b"s", 0, &mut zero);
        derive(b"p", b"s", 1, &mut one);
        derive(b"p", b"s", 2, &mut two);
        assert_eq!(zero, one);
        assert_ne!(one, two);
        derive(b"p", b"s", 1, &mut []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn outputs_are_those_of_the_pbkdf2_crate(
            password in proptest::collection::vec(any::<u8>(), 0..100),
            salt in proptest::collection::vec(any::<u8>(), 0..100),
            iterations in 1u32..50,
            length in 0usize..100,
        ) {
            let mut expected = vec![0; length];
            ::pbkdf2::pbkdf2::<::hmac::Hmac<::sm3::Sm3>>(&password, &salt, iterations, &mut expected).unwrap();
            let mut out = vec![0; length];
            derive(&password, &salt, iterations, &mut out);
            prop_assert_eq!(out, expected);
        }
    }
}
