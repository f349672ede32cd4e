//! What is wrong with the crate `libsm` 0.6.1, one test for each defect: it shows the defect, and that this crate keeps
//! away from it what would meet it. When a newer version mends one, its test fails, and the fence can go.
#![cfg(feature = "libsm")]
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    backend::{Backend, Libsm, all},
    sm2::{
        Ciphertext, PublicKey, SecretKey, Signature, USER_ID,
        agreement::{Party, Responder},
    },
    sm3, sm4,
};
use libsm::{
    sm2::{
        ecc::EccCtx,
        encrypt::{DecryptCtx, EncryptCtx},
        exchange::ExchangeCtxA,
        signature::SigCtx,
    },
    sm3::hash::Sm3Hash,
    sm4::cipher_mode::{CipherMode, Sm4CipherMode},
};
use num_bigint::BigUint;
use rand::{SeedableRng, rngs::StdRng};
use std::panic::catch_unwind;

const PRIME: &str = "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff";
const ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

fn bytes(digits: &str) -> [u8; 32] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

/// The number as 32 bytes, big-endian.
fn to_bytes(number: &BigUint) -> [u8; 32] {
    let digits = number.to_bytes_be();
    let mut bytes = [0; 32];
    bytes[32 - digits.len()..].copy_from_slice(&digits);
    bytes
}

fn secret() -> SecretKey {
    SecretKey::from_bytes(&bytes(
        "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
    ))
    .unwrap()
}

/// Whether it panics.
fn panics(call: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    catch_unwind(call).is_err()
}

#[test]
fn its_raw_signature_decoder_panics_on_short_input_and_ours_refuses() {
    for short in [&[][..], &[0x02]] {
        assert!(panics(|| drop(
            libsm::sm2::signature::Signature::der_decode_raw(short)
        )));
        assert_eq!(Signature::from_der(short), Err(Error::SignatureEncoding));
    }
}

#[test]
fn it_takes_coordinates_that_are_not_below_p_and_ours_refuses_them() {
    let curve = EccCtx::new();
    let prime = BigUint::from_bytes_be(&bytes(PRIME));
    // Points whose x is so small that x + p still has 32 bytes.
    let mut found = 0;
    for x in 1u32..20 {
        let x = BigUint::from(x);
        let Ok(point) = curve.bytes_to_point(&[&[2][..], &to_bytes(&x)].concat()) else {
            continue;
        };
        let (_, y) = curve.to_affine(&point).unwrap();
        let canonical = [&[4][..], &to_bytes(&x), &y.to_bytes()].concat();
        if PublicKey::from_uncompressed(&canonical).is_err() {
            continue;
        }
        let other = [&[4][..], &to_bytes(&(&x + &prime)), &y.to_bytes()].concat();
        assert!(curve.bytes_to_point(&other).is_ok());
        assert_eq!(
            PublicKey::from_uncompressed(&other).unwrap_err(),
            Error::PublicKeyCoordinate { coordinate: "x" }
        );
        found += 1;
    }
    assert!(found > 3);
}

#[test]
fn it_takes_secret_keys_that_are_none_and_ours_refuses_them() {
    let context = SigCtx::new();
    let order = BigUint::from_bytes_be(&bytes(ORDER));
    for key in [BigUint::ZERO, order.clone()] {
        assert!(context.load_seckey(&to_bytes(&key)).is_ok());
        assert!(SecretKey::from_bytes(&to_bytes(&key)).is_err());
    }
    assert!(context.sign_raw(&[7; 32], &BigUint::ZERO).is_ok());
    // n − 1 is below n, but cannot sign.
    let last = to_bytes(&(order - 1u32));
    assert!(context.load_seckey(&last).is_ok());
    assert!(SecretKey::from_bytes(&last).is_err());
}

#[test]
fn it_adds_a_point_to_itself_wrongly_and_our_verification_doubles_instead() {
    let curve = EccCtx::new();
    let g = curve.generator().unwrap();
    let four = curve.double(&curve.double(&g).unwrap()).unwrap();
    let (x, y) = curve.to_affine(&four).unwrap();
    let same = curve.new_point(&x, &y).unwrap();
    assert!(curve.eq(&four, &same).unwrap());
    assert!(curve.add(&four, &same).unwrap().is_zero());
    assert!(!curve.double(&four).unwrap().is_zero());

    // A signature of which s·G and t·P are the same point: s = t·d, r = t − s, e = r − x of 2s·G.
    let order = BigUint::from_bytes_be(&bytes(ORDER));
    let secret = secret();
    let d = BigUint::from_bytes_be(&*secret.to_bytes());
    for t in 1u32..6 {
        let t = BigUint::from(t);
        let s = &t * &d % &order;
        let r = (&t + &order - &s) % &order;
        let (x, _) = curve
            .to_affine(&curve.mul(&(&s * 2u32 % &order), &g).unwrap())
            .unwrap();
        let e = (&r + &order - x.to_biguint() % &order) % &order;
        let signature = Signature::from_bytes(&[to_bytes(&r), to_bytes(&s)].concat()).unwrap();
        for backend in all() {
            let verified = backend.verify_digest(secret.public_key(), &to_bytes(&e), &signature);
            assert!(verified, "{}", backend.name());
        }
    }
}

#[test]
fn its_second_hash_of_one_state_differs_and_we_ask_once() {
    let mut hash = Sm3Hash::new(b"abc");
    let first = hash.get_hash();
    assert_ne!(first, hash.get_hash());
    for _ in 0..2 {
        assert_eq!(Libsm.hash(b"abc"), sm3::hash(&[b"abc"]));
    }
}

#[test]
fn its_padding_is_checked_in_the_last_byte_only_and_ours_in_all() {
    let (key, vector) = ([1; 16], [2; 16]);
    let cbc = Sm4CipherMode::new(&key, CipherMode::Cbc).unwrap();
    for inner in 0..=255u8 {
        // Twelve bytes and four of padding, of which one is wrong for all values but one.
        let mut block = *b"twelve bytes\x04\x04\x04\x04";
        block[13] = inner;
        for (byte, mask) in block.iter_mut().zip(vector) {
            *byte ^= mask;
        }
        sm4::Cipher::new(&key).encrypt_block(&mut block);
        assert_eq!(cbc.decrypt(&[], &block, &vector).unwrap(), b"twelve bytes");
        assert_eq!(sm4::cbc::decrypt(&key, &vector, &block).is_ok(), inner == 4);
    }
}

#[test]
fn its_cbc_panics_on_nothing_and_ours_refuses() {
    assert!(panics(|| {
        let cbc = Sm4CipherMode::new(&[1; 16], CipherMode::Cbc).unwrap();
        drop(cbc.decrypt(&[], &[], &[2; 16]));
    }));
    assert!(sm4::cbc::decrypt(&[1; 16], &[2; 16], &[]).is_err());
}

#[test]
fn its_gcm_has_no_nonce_of_twelve_bytes_and_panics_without_a_tag() {
    let gcm = Sm4CipherMode::new(&[1; 16], CipherMode::Gcm).unwrap();
    assert!(gcm.encrypt(&[], b"data", &[2; 12]).is_err());
    assert!(gcm.encrypt(&[], b"data", &[2; 16]).is_ok());
    assert!(panics(|| {
        let gcm = Sm4CipherMode::new(&[1; 16], CipherMode::Gcm).unwrap();
        drop(gcm.decrypt(&[], &[0; 15], &[2; 16]));
    }));
    // Ours takes a nonce of twelve bytes and a tag of sixteen by its types.
    let mut data = *b"data";
    let ours = sm4::gcm::Gcm::new(&[1; 16]);
    let tag = ours.seal_in_place(&[2; 12], &[], &mut data).unwrap();
    assert_eq!(ours.open_in_place(&[2; 12], &[], &mut data, &tag), Ok(()));
}

#[test]
fn its_encryption_panics_on_an_empty_message_and_its_decryption_on_a_short_one() {
    let point = secret().public_key().to_uncompressed();
    assert!(panics(move || {
        let point = EccCtx::new().bytes_to_point(&point).unwrap();
        drop(EncryptCtx::new(0, point).encrypt(&[]));
    }));
    for length in [0, 64, 70] {
        assert!(panics(move || {
            let d = BigUint::from_bytes_be(&*secret().to_bytes());
            let mut cipher = [4; 70];
            cipher[..65].copy_from_slice(&secret().public_key().to_uncompressed());
            drop(DecryptCtx::new(19, d).decrypt(&cipher[..length]));
        }));
    }
}

#[test]
fn its_key_exchange_panics_out_of_order() {
    assert!(panics(|| {
        let curve = EccCtx::new();
        let point = curve
            .bytes_to_point(&secret().public_key().to_uncompressed())
            .unwrap();
        let d = BigUint::from_bytes_be(&*secret().to_bytes());
        let id = std::str::from_utf8(USER_ID).unwrap();
        let mut exchange = ExchangeCtxA::new(16, id, id, point, point, d).unwrap();
        drop(exchange.exchange3(&point, [0; 32]));
    }));
}

#[test]
fn its_confirmation_hashes_two_bytes_where_the_standard_has_one() {
    // A responder as the standard has it; the example of GB/T 32918.5 is among the known answers of the self test.
    let (ours, theirs) = (SecretKey::from_bytes(&[7; 32]).unwrap(), secret());
    let curve = EccCtx::new();
    let point = |key: &PublicKey| curve.bytes_to_point(&key.to_uncompressed()).unwrap();
    let id = std::str::from_utf8(USER_ID).unwrap();
    let mut exchange = ExchangeCtxA::new(
        16,
        id,
        id,
        point(theirs.public_key()),
        point(ours.public_key()),
        BigUint::from_bytes_be(&*theirs.to_bytes()),
    )
    .unwrap();
    let ephemeral = exchange.exchange1().unwrap();
    let ephemeral = curve.point_to_bytes(&ephemeral, false).unwrap();
    let responder = Responder::new(
        &ours,
        USER_ID,
        Party {
            public_key: theirs.public_key(),
            user_id: USER_ID,
        },
        &PublicKey::from_uncompressed(&ephemeral).unwrap(),
        16,
        &mut StdRng::seed_from_u64(6),
    )
    .unwrap();
    let refused = exchange
        .exchange3(&point(responder.ephemeral()), *responder.confirmation())
        .unwrap_err();
    assert_eq!(format!("{refused:?}"), "hash and cipher not equal");
}

#[test]
fn its_ciphertexts_have_the_old_order_and_ours_say_which_one_they_have() {
    let secret = secret();
    let point = EccCtx::new()
        .bytes_to_point(&secret.public_key().to_uncompressed())
        .unwrap();
    let message = b"encryption standard";
    let theirs = EncryptCtx::new(message.len(), point)
        .encrypt(message)
        .unwrap();
    let ciphertext = Ciphertext::from_old_order(&theirs).unwrap();
    assert_eq!(&**secret.decrypt(&ciphertext).unwrap(), message);
    let misread = Ciphertext::from_bytes(&theirs).unwrap();
    assert_eq!(secret.decrypt(&misread).unwrap_err(), Error::Decryption);

    let ours = secret
        .public_key()
        .encrypt(message, &mut StdRng::seed_from_u64(7))
        .unwrap();
    let d = BigUint::from_bytes_be(&*secret.to_bytes());
    let context = DecryptCtx::new(message.len(), d);
    assert!(context.decrypt(&ours.to_bytes()).is_err());
    for backend in all() {
        let message = backend.decrypt(&secret, &ours).unwrap();
        assert_eq!(&**message, b"encryption standard", "{}", backend.name());
        let mut changed = ours.to_bytes();
        *changed.last_mut().unwrap() ^= 1;
        let changed = Ciphertext::from_bytes(&changed).unwrap();
        assert!(backend.decrypt(&secret, &changed).is_none());
    }
}
