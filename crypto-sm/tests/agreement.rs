//! Common secrets through the public surface, against the other implementation's arithmetic.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::sm2::{PublicKey, SecretKey, ecdh::EphemeralKey};
use rand::{SeedableRng, rngs::StdRng};

/// x of d·P by libsm, which calculates with big integers.
#[cfg(feature = "libsm")]
fn expected(d: &SecretKey, point: &PublicKey) -> Vec<u8> {
    use num_bigint::BigUint;
    let curve = libsm::sm2::ecc::EccCtx::new();
    let point = curve.bytes_to_point(&point.to_uncompressed()).unwrap();
    let product = curve
        .mul(&BigUint::from_bytes_be(&*d.to_bytes()), &point)
        .unwrap();
    let (x, _) = curve.to_affine(&product).unwrap();
    let digits = x.to_biguint().to_bytes_be();
    [vec![0; 32 - digits.len()], digits].concat()
}

#[test]
fn both_sides_of_an_exchange_have_one_secret() {
    for seed in 0..16 {
        let mut rng = StdRng::seed_from_u64(seed);
        let secret_key = SecretKey::generate(&mut StdRng::seed_from_u64(seed));
        let client = EphemeralKey::generate(&mut rng);
        let server = EphemeralKey::generate(&mut rng);
        let from_client =
            PublicKey::from_uncompressed(&client.public_key().to_uncompressed()).unwrap();
        let from_server = server.public_key().clone();
        assert_eq!(from_client, *secret_key.public_key());
        let secret = client.agree(&from_server);
        assert_eq!(secret, server.agree(&from_client));
        #[cfg(feature = "libsm")]
        assert_eq!(secret[..], expected(&secret_key, &from_server)[..]);
    }
}
