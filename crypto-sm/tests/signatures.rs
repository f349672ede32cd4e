//! Keys and signatures through the public surface: what the parsers refuse, and what verification refuses.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    sm2::{Claim, KeyId, PublicKey, SecretKey, Signature, USER_ID, verify_all},
    sm3,
};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

/// n, n − 1, n − 2 and p of GB/T 32918.5, big-endian.
const N: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
const N_LESS_1: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122";
const N_LESS_2: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121";
const N_PLUS_1: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54124";
const P: &str = "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff";
const ALL_ONES: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ONE: &str = "0000000000000000000000000000000000000000000000000000000000000001";

fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut StdRng::seed_from_u64(seed))
}

fn sign(key: &SecretKey, message: &[u8]) -> Signature {
    key.sign(
        USER_ID,
        &[message],
        &mut StdRng::seed_from_u64(message.len() as u64),
    )
    .unwrap()
}

#[test]
fn a_signature_belongs_to_its_key_user_id_and_message() {
    let (alice, bob) = (key(1), key(2));
    let signature = sign(&alice, b"coal 12.5 t");
    let public = alice.public_key();
    assert_eq!(
        public.verify(USER_ID, &[b"coal 12.5 t"], &signature),
        Ok(())
    );
    assert_eq!(
        public.verify(USER_ID, &[b"coal ", b"", b"12.5 t"], &signature),
        Ok(())
    );
    let refused = Err(Error::SignatureMismatch);
    assert_eq!(
        public.verify(USER_ID, &[b"coal 12.6 t"], &signature),
        refused
    );
    assert_eq!(public.verify(USER_ID, &[], &signature), refused);
    assert_eq!(
        public.verify(b"1234567812345679", &[b"coal 12.5 t"], &signature),
        refused
    );
    assert_eq!(public.verify(b"", &[b"coal 12.5 t"], &signature), refused);
    // User id and message do not run into each other.
    assert_eq!(
        public.verify(b"123456781234567", &[b"8coal 12.5 t"], &signature),
        refused
    );
    assert_eq!(
        bob.public_key()
            .verify(USER_ID, &[b"coal 12.5 t"], &signature),
        refused
    );
}

#[test]
fn an_empty_message_and_another_user_id_can_be_signed() {
    let alice = key(1);
    let rng = &mut StdRng::seed_from_u64(3);
    for user_id in [
        &b""[..],
        b"ALICE123@YAHOO.COM",
        "企业甲".as_bytes(),
        &[7; 8191],
    ] {
        let signature = alice.sign(user_id, &[], rng).unwrap();
        assert_eq!(
            alice.public_key().verify(user_id, &[b""], &signature),
            Ok(())
        );
    }
    let refused = Error::UserIdLength { length: 8192 };
    assert_eq!(alice.sign(&[7; 8192], &[], rng), Err(refused.clone()));
    assert_eq!(
        alice.public_key().verifier(&[7; 8192]).map(|_| ()),
        Err(refused.clone())
    );
    assert_eq!(
        alice
            .public_key()
            .verify(&[7; 8192], &[], &sign(&alice, b"")),
        Err(refused)
    );
}

#[test]
fn signing_twice_gives_two_valid_signatures() {
    let alice = key(1);
    let rng = &mut StdRng::seed_from_u64(3);
    let first = alice.sign(USER_ID, &[b"m"], rng).unwrap();
    let second = alice.sign(USER_ID, &[b"m"], rng).unwrap();
    assert_ne!(first, second);
    assert_eq!(alice.public_key().verify(USER_ID, &[b"m"], &second), Ok(()));
}

#[test]
fn signatures_out_of_range_are_refused() {
    let parse = |r: &str, s: &str| Signature::from_bytes(&bytes(&format!("{r}{s}"))).map(|_| ());
    assert_eq!(parse(ONE, ONE), Ok(()));
    assert_eq!(parse(N_LESS_1, N_LESS_1), Ok(()));
    for outside in [ZERO, N, N_PLUS_1, P, ALL_ONES] {
        assert_eq!(
            parse(outside, ONE),
            Err(Error::SignatureRange { component: "r" }),
            "{outside}"
        );
        assert_eq!(
            parse(ONE, outside),
            Err(Error::SignatureRange { component: "s" }),
            "{outside}"
        );
    }
    for length in [0, 1, 32, 63, 65, 128] {
        assert_eq!(
            Signature::from_bytes(&vec![1; length]),
            Err(Error::SignatureLength { length })
        );
    }
}

#[test]
fn strict_der_has_one_encoding() {
    let signature = sign(&key(1), b"m");
    let der = signature.to_der();
    assert_eq!(Signature::from_der(&der), Ok(signature));
    for length in 0..der.len() {
        assert_eq!(
            Signature::from_der(&der[..length]),
            Err(Error::SignatureEncoding),
            "cut at {length}"
        );
    }
    let trailing = [&der[..], &[0]].concat();
    assert_eq!(
        Signature::from_der(&trailing),
        Err(Error::SignatureEncoding)
    );

    let refused = |digits: &str| {
        assert_eq!(
            Signature::from_der(&bytes(digits)),
            Err(Error::SignatureEncoding),
            "{digits}"
        );
    };
    assert!(Signature::from_der(&bytes("3006020101020101")).is_ok());
    refused("308106020101020101"); // long length where the short one does
    refused("30800201010201010000"); // indefinite length
    refused("3106020101020101"); // a SET
    refused("300702020001020101"); // leading zero
    refused("3006020181020101"); // negative
    refused("3005020002010100"); // empty integer
    refused("3003020101"); // s is missing
    refused("3009020101020101020101"); // a third integer
    refused("3006020101040101"); // s is an OCTET STRING
    refused("30080201010201010500"); // NULL behind
    refused("3005020101020101"); // the sequence is shorter than its content
    refused("3007020101020101"); // and longer
    for (digits, component) in [("3006020100020101", "r"), ("3006020101020100", "s")] {
        assert_eq!(
            Signature::from_der(&bytes(digits)),
            Err(Error::SignatureRange { component })
        );
    }
    let wide = format!("30260221{}{}020101", "01", "00".repeat(32));
    assert_eq!(
        Signature::from_der(&bytes(&wide)),
        Err(Error::SignatureRange { component: "r" })
    );
    let order = format!("3026022100{N}020101");
    assert_eq!(
        Signature::from_der(&bytes(&order)),
        Err(Error::SignatureRange { component: "r" })
    );
}

#[test]
fn a_public_key_has_one_encoding() {
    let public = key(1).public_key().clone();
    let point = public.to_uncompressed();
    assert_eq!(PublicKey::from_uncompressed(&point), Ok(public.clone()));

    let malformed = |bytes: &[u8]| {
        let expected = Err(Error::PublicKeyEncoding {
            length: bytes.len(),
        });
        assert_eq!(
            PublicKey::from_uncompressed(bytes),
            expected,
            "{}",
            hex::encode(bytes)
        );
    };
    malformed(&[]);
    malformed(&[0]); // the point at infinity
    malformed(&[0; 65]);
    malformed(&point[1..]); // without its first byte
    malformed(&point[..64]);
    malformed(&[&point[..], &[0]].concat());
    malformed(&[&[2 + (point[64] & 1)], &point[1..33]].concat()); // compressed
    for form in [2, 3, 5, 6, 7] {
        let mut other = point;
        other[0] = form; // 6 and 7 are the hybrid form
        malformed(&other);
    }

    let mut off_curve = point;
    for bit in 8..520 {
        off_curve[bit / 8] ^= 1 << (bit % 8);
        assert!(
            PublicKey::from_uncompressed(&off_curve).is_err(),
            "bit {bit}"
        );
        off_curve[bit / 8] ^= 1 << (bit % 8);
    }
    let origin = [&[4][..], &[0; 64]].concat();
    assert_eq!(
        PublicKey::from_uncompressed(&origin),
        Err(Error::PublicKeyOffCurve)
    );
}

#[test]
fn coordinates_not_below_p_are_refused_even_if_their_residue_is_on_the_curve() {
    use sm2::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
    // The first point with a small x; x + p still fits into 32 bytes and means the same number modulo p.
    let (x, point) = (0u8..)
        .find_map(|x| {
            let mut compressed = [0; 33];
            (compressed[0], compressed[32]) = (2, x);
            let encoded = sm2::Sec1Point::from_bytes(compressed).unwrap();
            Option::from(sm2::AffinePoint::from_sec1_point(&encoded))
                .map(|point: sm2::AffinePoint| (x, point))
        })
        .unwrap();
    let canonical = point.to_sec1_point(false);
    assert!(PublicKey::from_uncompressed(canonical.as_bytes()).is_ok());
    let mut shifted = canonical.as_bytes().to_vec();
    shifted[1..33].copy_from_slice(&bytes(P));
    // p ends in ff, so that adding x carries into the bytes before; p's low 64 bits are ones.
    let sum = u128::from_be_bytes(shifted[17..33].try_into().unwrap()) + u128::from(x);
    shifted[17..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(
        PublicKey::from_uncompressed(&shifted),
        Err(Error::PublicKeyCoordinate { coordinate: "x" })
    );

    for outside in [P, ALL_ONES] {
        let mut point = canonical.as_bytes().to_vec();
        point[33..].copy_from_slice(&bytes(outside));
        assert_eq!(
            PublicKey::from_uncompressed(&point),
            Err(Error::PublicKeyCoordinate { coordinate: "y" })
        );
    }
}

#[test]
fn secret_keys_lie_between_1_and_n_less_2() {
    for inside in [ONE, N_LESS_2] {
        let key = SecretKey::from_bytes(&bytes(inside)).unwrap();
        assert_eq!(hex::encode(*key.to_bytes()), inside);
        let signature = sign(&key, b"m");
        assert_eq!(
            key.public_key().verify(USER_ID, &[b"m"], &signature),
            Ok(())
        );
    }
    for outside in [ZERO, N_LESS_1, N, N_PLUS_1, ALL_ONES] {
        assert_eq!(
            SecretKey::from_bytes(&bytes(outside)).map(|_| ()),
            Err(Error::SecretKeyRange),
            "{outside}"
        );
    }
    for length in [0, 31, 33, 64] {
        assert_eq!(
            SecretKey::from_bytes(&vec![1; length]).map(|_| ()),
            Err(Error::SecretKeyRange)
        );
    }
}

#[test]
fn secret_keys_are_wiped_and_never_printed() {
    fn wiped_on_drop<T: zeroize::ZeroizeOnDrop>(_: &T) {}
    let key = key(1);
    wiped_on_drop(&key);
    let printed = format!("{key:?}");
    assert!(
        !printed.contains(&hex::encode(*key.to_bytes())),
        "{printed}"
    );
    assert!(printed.contains("public_key"));
}

#[test]
fn keys_survive_their_files() {
    let key = key(1);
    let public = key.public_key();
    let again = SecretKey::from_pkcs8_pem(&key.to_pkcs8_pem()).unwrap();
    assert_eq!(*again.to_bytes(), *key.to_bytes());
    assert_eq!(again.public_key(), public);
    assert_eq!(
        PublicKey::from_spki_pem(&public.to_spki_pem()),
        Ok(public.clone())
    );
    assert_eq!(public.to_spki_der().len(), 91);
    // Blank lines and CRLF, as editors leave them.
    let edited = format!("\n\n{}\n \n", public.to_spki_pem().replace('\n', "\r\n"));
    assert_eq!(PublicKey::from_spki_pem(&edited), Ok(public.clone()));
}

#[test]
fn the_wrong_file_is_named() {
    let key = key(1);
    let (secret, public) = (key.to_pkcs8_pem(), key.public_key().to_spki_pem());
    assert_eq!(
        SecretKey::from_pkcs8_pem(&public).map(|_| ()),
        Err(Error::PemLabel {
            expected: "PRIVATE KEY",
            found: "PUBLIC KEY".to_owned()
        })
    );
    assert_eq!(
        PublicKey::from_spki_pem(&secret),
        Err(Error::PemLabel {
            expected: "PUBLIC KEY",
            found: "PRIVATE KEY".to_owned()
        })
    );
    let encrypted = secret.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(
        SecretKey::from_pkcs8_pem(&encrypted).map(|_| ()),
        Err(Error::PemLabel {
            expected: "PRIVATE KEY",
            found: "ENCRYPTED PRIVATE KEY".to_owned()
        })
    );
    for text in [
        "",
        "no armour",
        &public[..public.len() / 2],
        &public.replace("MF", "M*"),
    ] {
        assert_eq!(
            PublicKey::from_spki_pem(text),
            Err(Error::PemEncoding {
                expected: "PUBLIC KEY"
            }),
            "{text}"
        );
    }
    let two = format!("{public}{public}");
    assert_eq!(
        PublicKey::from_spki_pem(&two),
        Err(Error::PemEncoding {
            expected: "PUBLIC KEY"
        })
    );
}

#[test]
fn keys_of_other_curves_and_broken_documents_are_refused() {
    let key = key(1);
    let info = key.public_key().to_spki_der();
    let mut other_curve = info.clone();
    other_curve[22] ^= 1; // last byte of the curve's identifier
    assert_eq!(
        PublicKey::from_spki_der(&other_curve),
        Err(Error::PublicKeyInfo)
    );
    assert_eq!(
        PublicKey::from_spki_der(&[&info[..], &[0]].concat()),
        Err(Error::PublicKeyEncoding { length: 66 })
    );
    assert_eq!(
        PublicKey::from_spki_der(&info[..20]),
        Err(Error::PublicKeyInfo)
    );

    let document = key.to_pkcs8_der();
    for length in 0..document.len() {
        assert_eq!(
            SecretKey::from_pkcs8_der(&document[..length]).map(|_| ()),
            Err(Error::SecretKeyInfo)
        );
    }
    let position = document
        .windows(8)
        .position(|window| window == bytes("2a811ccf5501822d"))
        .unwrap();
    let mut other_curve = document.to_vec();
    other_curve[position + 7] ^= 1;
    assert_eq!(
        SecretKey::from_pkcs8_der(&other_curve).map(|_| ()),
        Err(Error::SecretKeyInfo)
    );
    // A public key inside that belongs to another secret.
    let mut other_public = document.to_vec();
    let start = document.len() - 65;
    other_public[start..].copy_from_slice(&self::key(2).public_key().to_uncompressed());
    assert_eq!(
        SecretKey::from_pkcs8_der(&other_public).map(|_| ()),
        Err(Error::SecretKeyInfo)
    );
}

#[test]
fn a_key_id_is_the_hash_of_the_key_info() {
    let public = key(1).public_key().clone();
    let id = public.key_id();
    assert_eq!(id.0, sm3::hash(&[&public.to_spki_der()]));
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(KeyId::try_from(&id.0[..]), Ok(id));
    for text in [
        "",
        "00",
        &id.to_string()[1..],
        &format!("{id}0"),
        &id.to_string().replace(|_| true, "g"),
    ] {
        assert_eq!(text.parse::<KeyId>(), Err(Error::KeyIdEncoding));
    }
    assert_eq!(KeyId::try_from(&id.0[1..]), Err(Error::KeyIdEncoding));
}

#[test]
fn each_claim_has_its_own_verdict() {
    let keys: Vec<SecretKey> = (0..3).map(key).collect();
    let verifiers: Vec<_> = keys
        .iter()
        .map(|key| key.public_key().default_verifier())
        .collect();
    let messages: Vec<[u8; 1]> = (0..20).map(|number| [number]).collect();
    let parts: Vec<[&[u8]; 1]> = messages.iter().map(|message| [&message[..]]).collect();
    let signatures: Vec<_> = (0..20)
        .map(|index| sign(&keys[index % 3], &messages[index]))
        .collect();
    let mut claims: Vec<_> = (0..20)
        .map(|index| Claim {
            verifier: &verifiers[index % 3],
            message: &parts[index],
            signature: &signatures[index],
        })
        .collect();
    assert_eq!(verify_all(&claims), [true; 20]);
    claims[3].signature = &signatures[6];
    claims[7].verifier = &verifiers[2];
    claims[19].message = &parts[18];
    let expected: Vec<bool> = (0..20).map(|index| ![3, 7, 19].contains(&index)).collect();
    assert_eq!(verify_all(&claims), expected);
    assert_eq!(verify_all(&[]), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_verifies_and_nothing_next_to_it(
        seed: u64,
        message in proptest::collection::vec(any::<u8>(), 0..200),
        bit in 0usize..512,
    ) {
        let key = key(seed);
        let signature = key.sign(USER_ID, &[&message], &mut StdRng::seed_from_u64(seed)).unwrap();
        let public = key.public_key();
        prop_assert_eq!(public.verify(USER_ID, &[&message], &signature), Ok(()));
        prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        prop_assert_eq!(Signature::from_der(&signature.to_der()), Ok(signature));
        let mut flipped = signature.to_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(flipped) = Signature::from_bytes(&flipped) {
            prop_assert_eq!(public.verify(USER_ID, &[&message], &flipped), Err(Error::SignatureMismatch));
        }
    }

    #[test]
    fn parsers_accept_only_what_they_write(input in proptest::collection::vec(any::<u8>(), 0..150)) {
        if let Ok(signature) = Signature::from_der(&input) {
            prop_assert_eq!(signature.to_der(), input.clone());
        }
        if let Ok(key) = PublicKey::from_uncompressed(&input) {
            prop_assert_eq!(key.to_uncompressed().to_vec(), input.clone());
        }
        if let Ok(key) = PublicKey::from_spki_der(&input) {
            prop_assert_eq!(key.to_spki_der(), input.clone());
        }
        let _ = SecretKey::from_pkcs8_der(&input);
    }

    #[test]
    fn der_with_one_byte_changed_is_refused_or_means_another_signature(seed: u64, position in 0usize..72, change in 1u8..) {
        let signature = sign(&key(seed), b"m");
        let mut der = signature.to_der();
        let position = position % der.len();
        der[position] ^= change;
        if let Ok(other) = Signature::from_der(&der) {
            prop_assert_ne!(other, signature);
            prop_assert_eq!(other.to_der(), der);
        }
    }
}
