//! Our verdicts against two other implementations: the `dsa` module of the `sm2` crate, and `libsm` with its own
//! equation. Seeds are fixed, so that a failure repeats.
#![cfg(feature = "libsm")]
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    backend::all,
    sm2::{PublicKey, SecretKey, Signature, USER_ID},
    sm3,
};
use libsm::sm2::{ecc::EccCtx, signature::SigCtx};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sm2::dsa::{VerifyingKey, signature::Verifier};

/// All verdicts on one signature; they must be equal.
fn verdict(key: &PublicKey, message: &[u8], bytes: &[u8; 64]) -> bool {
    let id = std::str::from_utf8(USER_ID).unwrap();
    let point = key.to_uncompressed();

    let parsed = Signature::from_bytes(bytes);
    let ours = parsed
        .as_ref()
        .is_ok_and(|signature| key.verify(USER_ID, &[message], signature).is_ok());

    let rust_crypto = sm2::dsa::Signature::from_slice(bytes).is_ok_and(|signature| {
        VerifyingKey::from_sec1_bytes(id, &point)
            .unwrap()
            .verify(message, &signature)
            .is_ok()
    });
    assert_eq!(ours, rust_crypto, "sm2::dsa on {}", hex::encode(bytes));

    let context = SigCtx::new();
    let (r, s) = bytes.split_at(32);
    let libsm_key = EccCtx::new().bytes_to_point(&point).unwrap();
    let signature = libsm::sm2::signature::Signature::new(r, s);
    let libsm = context
        .verify(message, &libsm_key, &signature)
        .unwrap_or(false);
    assert_eq!(ours, libsm, "libsm on {}", hex::encode(bytes));

    if let Ok(signature) = parsed {
        for backend in all() {
            assert_eq!(
                ours,
                backend.verify(key, USER_ID, message, &signature),
                "{}",
                backend.name()
            );
        }
    }
    ours
}

#[test]
fn three_implementations_give_one_verdict() {
    let mut rng = StdRng::seed_from_u64(0x534d_3200);
    let mut accepted = 0;
    for _ in 0..60 {
        let key = SecretKey::generate(&mut rng);
        let mut message = vec![0; (rng.next_u32() % 300) as usize];
        rng.fill_bytes(&mut message);
        let signature = key.sign(USER_ID, &[&message], &mut rng).unwrap().to_bytes();
        assert!(verdict(key.public_key(), &message, &signature));
        accepted += 1;

        let mut flipped = signature;
        let bit = rng.next_u32() as usize % 512;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!verdict(key.public_key(), &message, &flipped));

        let mut random = [0; 64];
        rng.fill_bytes(&mut random);
        assert!(!verdict(key.public_key(), &message, &random));
        message.push(0);
        assert!(!verdict(key.public_key(), &message, &signature));
    }
    assert_eq!(accepted, 60);
}

#[test]
fn signatures_on_the_edges_of_their_range_get_one_verdict() {
    let key = SecretKey::generate(&mut StdRng::seed_from_u64(1));
    let order =
        hex::decode("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123").unwrap();
    let mut edges = vec![vec![0; 32], vec![0xff; 32], order.clone()];
    for offset in [-2i8, -1, 1, 2] {
        let mut near = order.clone();
        near[31] = near[31].wrapping_add_signed(offset);
        edges.push(near);
    }
    for low in [1, 2] {
        edges.push([&[0; 31][..], &[low]].concat());
    }
    for r in &edges {
        for s in &edges {
            let bytes = [&r[..], s].concat().try_into().unwrap();
            assert!(!verdict(key.public_key(), b"m", &bytes));
        }
    }
}

#[test]
fn what_libsm_signs_we_accept() {
    let context = SigCtx::new();
    for round in 0u8..10 {
        let (point, secret) = context.new_keypair().unwrap();
        let key = PublicKey::from_uncompressed(&context.serialize_pubkey(&point, false).unwrap())
            .unwrap();
        let ours = SecretKey::from_bytes(&context.serialize_seckey(&secret).unwrap()).unwrap();
        assert_eq!(*ours.public_key(), key);
        let der = context
            .sign(&[round], &secret, &point)
            .unwrap()
            .der_encode();
        let signature = Signature::from_der(&der).unwrap();
        assert_eq!(key.verify(USER_ID, &[&[round]], &signature), Ok(()));
    }
}

#[test]
fn hashes_of_every_length_around_the_blocks_are_equal() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut bytes = vec![0; 300];
    rng.fill_bytes(&mut bytes);
    for length in 0..=bytes.len() {
        let digest = sm3::hash(&[&bytes[..length]]);
        for backend in all() {
            assert_eq!(
                digest,
                backend.hash(&bytes[..length]),
                "{}, length {length}",
                backend.name()
            );
        }
    }
}

#[test]
fn blocks_are_the_same_in_every_implementation() {
    let mut rng = StdRng::seed_from_u64(4);
    let (mut key, mut block) = ([0; 16], [0; 16]);
    for _ in 0..100 {
        rng.fill_bytes(&mut key);
        rng.fill_bytes(&mut block);
        let encrypted = all()[0].encrypt_block(&key, &block).unwrap();
        for backend in all() {
            assert_eq!(
                backend.encrypt_block(&key, &block),
                Some(encrypted),
                "{}",
                backend.name()
            );
            assert_eq!(
                backend.decrypt_block(&key, &encrypted),
                Some(block),
                "{}",
                backend.name()
            );
        }
    }
}

#[test]
fn a_given_nonce_gives_one_signature() {
    let mut rng = StdRng::seed_from_u64(5);
    for _ in 0..20 {
        let secret = SecretKey::generate(&mut rng);
        let nonce = SecretKey::generate(&mut rng).to_bytes();
        let mut digest = [0; 32];
        rng.fill_bytes(&mut digest);
        let signature = all()[0].sign_digest(&secret, &digest, &nonce).unwrap();
        for backend in all() {
            let own = backend.sign_digest(&secret, &digest, &nonce);
            assert!(own.is_none_or(|own| own == signature), "{}", backend.name());
            assert!(backend.verify_digest(secret.public_key(), &digest, &signature));
            digest[31] ^= 1;
            assert!(!backend.verify_digest(secret.public_key(), &digest, &signature));
            digest[31] ^= 1;
        }
    }
}
