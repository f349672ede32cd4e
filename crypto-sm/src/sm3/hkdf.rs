//! HKDF with HMAC-SM3 (RFC 5869): keys from key material that is secret but not uniform.

use super::{
    DIGEST_LENGTH,
    hmac::{Hmac, mac},
};
use crate::Error;
use zeroize::Zeroizing;

/// The most that [`expand`] gives, in bytes: 255 digests.
pub const OUTPUT_LIMIT: usize = 255 * DIGEST_LENGTH;

/// A pseudorandom key of 32 bytes from the parts of the key material, one after the other (RFC 5869 clause 2.2). Where
/// there is no salt, give an empty one: it counts as 32 zero bytes.
#[must_use]
pub fn extract(salt: &[u8], key_material: &[&[u8]]) -> Zeroizing<[u8; DIGEST_LENGTH]> {
    Zeroizing::new(mac(salt, key_material))
}

/// Fills the output with bytes that depend on the pseudorandom key and on the parts of the context, one after the other
/// (RFC 5869 clause 2.3).
///
/// # Errors
/// [`Error::DerivedLength`] if the output is longer than [`OUTPUT_LIMIT`]; nothing is written then.
pub fn expand(key: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    if out.len() > OUTPUT_LIMIT {
        return Err(Error::DerivedLength {
            length: out.len(),
            limit: OUTPUT_LIMIT,
        });
    }
    let prepared = Hmac::new(key);
    let mut block = Zeroizing::new([0; DIGEST_LENGTH]);
    for (number, piece) in (1u8..=255).zip(out.chunks_mut(DIGEST_LENGTH)) {
        let mut hmac = prepared.clone();
        if number > 1 {
            hmac.update(&*block);
        }
        for part in info {
            hmac.update(part);
        }
        hmac.update(&[number]);
        *block = hmac.finalize();
        piece.copy_from_slice(&block[..piece.len()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_inputs_of_rfc_5869_a_1_give_the_output_of_openssl() {
        // The RFC gives answers for SHA-256 and SHA-1 only; this one is OpenSSL 3.0's for SM3.
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let key = extract(&salt, &[&[0x0b; 22]]);
        let mut out = [0; 42];
        expand(&*key, &[&info], &mut out).unwrap();
        assert_eq!(
            hex::encode(out),
            "c69fe91b7aaee2dd5718d72dcaee0cce93f1b8e41f792da51261b6a517e68b36ed2c595572b01dfa359b"
        );
    }

    #[test]
    fn an_output_beyond_255_digests_is_refused_and_left_alone() {
        let mut out = vec![0xaa; OUTPUT_LIMIT + 1];
        assert_eq!(
            expand(&[1; 32], &[], &mut out),
            Err(Error::DerivedLength {
                length: OUTPUT_LIMIT + 1,
                limit: OUTPUT_LIMIT
            })
        );
        assert!(out.iter().all(|byte| *byte == 0xaa));
        assert_eq!(expand(&[1; 32], &[], &mut out[1..]), Ok(()));
        assert_eq!(expand(&[1; 32], &[], &mut []), Ok(()));
    }

    proptest! {
        #[test]
        fn outputs_are_those_of_the_hkdf_crate(
            salt in proptest::collection::vec(any::<u8>(), 0..100),
            material in proptest::collection::vec(any::<u8>(), 0..100),
            info in proptest::collection::vec(any::<u8>(), 0..100),
            length in 0usize..300,
        ) {
            let (key, other) = ::hkdf::Hkdf::<::sm3::Sm3>::extract(Some(&salt), &material);
            let half = material.len() / 2;
            let ours = extract(&salt, &[&material[..half], &material[half..]]);
            prop_assert_eq!(&ours[..], &key[..]);
            let mut expected = vec![0; length];
            other.expand(&info, &mut expected).unwrap();
            let mut out = vec![0; length];
            let half = info.len() / 2;
            expand(&*ours, &[&info[..half], &info[half..]], &mut out).unwrap();
            prop_assert_eq!(out, expected);
        }
    }
}
