//! The key derivation function of SM2 encryption and key agreement (GB/T 32918.4-2016 clause 5.4.3, GB/T 32918.3-2016
//! clause 5.4.3; the construction of ANSI X9.63 with SM3).

use super::{DIGEST_LENGTH, Digest, Hasher};
use zeroize::Zeroizing;

/// Fills the output with SM3(Z ‖ 1) ‖ SM3(Z ‖ 2) ‖ …, counters of four bytes, big-endian; Z is the parts, one after the
/// other. The standard allows 2³² − 1 digests, more than memory holds.
///
/// SM2 encryption must draw another nonce when the output is all zeros (clause 6.1, step A5): that is for the caller to
/// look at.
pub fn derive(parts: &[&[u8]], out: &mut [u8]) {
    let mut prefix = Hasher::new();
    for part in parts {
        prefix.update(part);
    }
    for (number, piece) in (1u32..=u32::MAX).zip(out.chunks_mut(DIGEST_LENGTH)) {
        let mut hasher = prefix.clone();
        hasher.update(&number.to_be_bytes());
        let digest: Zeroizing<Digest> = Zeroizing::new(hasher.finalize());
        piece.copy_from_slice(&digest[..piece.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_gb_t_32918_5_is_reproduced() {
        // Annex C.2: x2 ‖ y2 and the 152 bits of t.
        let x = hex::decode("335e18d751e51f040e27d468138b7ab1dc86ad7f981d7d416222fd6ab3ed230d");
        let y = hex::decode("ab743ebcfb22d64f7b6ab791f70658f25b48fa93e54064fdbfbed3f0bd847ac9");
        let mut mask = [0; 19];
        derive(&[&x.unwrap(), &y.unwrap()], &mut mask);
        assert_eq!(hex::encode(mask), "44e60fdbf0bae81437665374bef26749046c9e");
    }

    #[test]
    fn each_digest_has_its_counter_and_the_last_is_cut() {
        let mut out = vec![0; 100];
        derive(&[b"ab", b"c"], &mut out);
        let mut expected = Vec::new();
        for number in 1u32..=4 {
            expected.extend(super::super::hash(&[b"abc", &number.to_be_bytes()]));
        }
        assert_eq!(out, expected[..100]);
        derive(&[b"abc"], &mut []);
    }
}
