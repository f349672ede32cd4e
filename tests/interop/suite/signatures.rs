//! SM2 signatures (GB/T 32918.2) in DER: signed here and verified there, and back; what has been tampered with is
//! refused on both sides.

use crate::strangers::{Source, offering};
use crypto_sm::sm2::{PublicKey, SecretKey, Signature, USER_ID};
use hengtan_interop::{Answer, tally::Tally};

/// User ids that all implementations can be given: some take text only.
const USER_IDS: [&str; 5] = [
    "1234567812345678",
    "TLSv1.3+GM+Cipher+Suite",
    "ALICE123@YAHOO.COM",
    "王芳@钢铁",
    "a",
];

/// The group's order n (GB/T 32918.5 clause 2).
const ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

fn decoded(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

#[test]
fn signatures_of_each_side_are_verified_by_the_other() {
    let mut tally = Tally::new("SM2 signature");
    for stranger in offering(&["sm2-sign", "sm2-verify"]) {
        let source = &mut Source::new(2);
        for round in 0..stranger.rounds {
            let name = stranger.name;
            let key = SecretKey::generate(&mut source.0);
            let secret = key.to_bytes();
            let point = key.public_key().to_uncompressed();
            let id = USER_IDS[round % USER_IDS.len()].as_bytes();
            let other_id = USER_IDS[(round + 1) % USER_IDS.len()].as_bytes();
            let message = source.up_to(300);

            let ours = key.sign(id, &[&message], &mut source.0).unwrap().to_der();
            let verifies = |point: &[u8], id: &[u8], message: &[u8], signature: &[u8]| {
                stranger.accepts("sm2-verify", &[point, id, message, signature])
            };
            assert!(verifies(&point, id, &message, &ours), "{name} {round}");
            tally.count(name, "ours verified there");

            let theirs = stranger.result("sm2-sign", &[&*secret, id, &message, &point]);
            let signature = Signature::from_der(&theirs).unwrap();
            let public = key.public_key();
            assert_eq!(public.verify(id, &[&message], &signature), Ok(()), "{name}");
            tally.count(name, "theirs verified here");

            // Neither side takes a signature for another id, message or key, or one with a bit flipped.
            let longer = [&message[..], b"."].concat();
            let stranger_key = SecretKey::generate(&mut source.0);
            // A bit of r or s, so that the encoding stays well-formed; malformed ones have a test of their own.
            let mut flipped = Signature::from_der(&ours).unwrap().to_bytes();
            flipped[32 * source.below(2) + 8 + source.below(24)] ^= 1 << source.below(8);
            let flipped = Signature::from_bytes(&flipped).unwrap().to_der();
            assert!(!verifies(&point, other_id, &message, &ours), "{name}");
            assert!(!verifies(&point, id, &longer, &ours), "{name}");
            let other = stranger_key.public_key();
            assert!(
                !verifies(&other.to_uncompressed(), id, &message, &ours),
                "{name}"
            );
            assert!(!verifies(&point, id, &message, &flipped), "{name}");
            tally.count(name, "tampered, refused there");
            assert!(public.verify(other_id, &[&message], &signature).is_err());
            assert!(public.verify(id, &[&longer], &signature).is_err());
            assert!(other.verify(id, &[&message], &signature).is_err());
            let flipped = Signature::from_der(&source.flipped(&theirs));
            assert!(flipped.map_or(true, |flipped| {
                public.verify(id, &[&message], &flipped).is_err()
            }));
            tally.count(name, "tampered, refused here");
        }
    }
}

#[test]
fn public_keys_are_derived_alike() {
    let mut tally = Tally::new("SM2 public key");
    for stranger in offering(&["sm2-public"]) {
        let source = &mut Source::new(3);
        for _ in 0..stranger.rounds {
            let key = SecretKey::generate(&mut source.0);
            assert_eq!(
                stranger.result("sm2-public", &[&*key.to_bytes()]),
                key.public_key().to_uncompressed(),
                "{}",
                stranger.name
            );
            tally.count(stranger.name, "d·G");
        }
    }
}

#[test]
fn the_signature_of_gb_t_32918_5_is_verified_everywhere() {
    // GB/T 32918.5-2017 annex A.2.
    let point = decoded(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
         ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    );
    let bytes = decoded(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    );
    let signature = Signature::from_bytes(&bytes).unwrap();
    let message = b"message digest";
    let public = PublicKey::from_uncompressed(&point).unwrap();
    assert_eq!(public.verify(USER_ID, &[message], &signature), Ok(()));
    let mut tally = Tally::new("SM2 signature, GB/T 32918.5 A.2");
    for stranger in offering(&["sm2-verify"]) {
        let arguments = [&point[..], USER_ID, message, &signature.to_der()];
        assert!(
            stranger.accepts("sm2-verify", &arguments),
            "{}",
            stranger.name
        );
        tally.count(stranger.name, "verified");
    }
}

/// `INTEGER` with exactly these content bytes.
fn integer(content: &[u8]) -> Vec<u8> {
    [&[0x02, u8::try_from(content.len()).unwrap()], content].concat()
}

/// The shortest content of a non-negative `INTEGER`.
fn shortest(number: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = number
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect();
    match significant.first() {
        None | Some(0x80..) => [&[0][..], &significant].concat(),
        Some(_) => significant,
    }
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

/// a + b or a − b of big-endian numbers, as 33 bytes.
fn combined(a: &[u8], b: &[u8], subtract: bool) -> Vec<u8> {
    let mut out = vec![0; 33];
    let mut carry = 0i16;
    for at in (0..32).rev() {
        let operand = i16::from(b[at]);
        let sum = i16::from(a[at]) + carry + if subtract { -operand } else { operand };
        out[at + 1] = u8::try_from(sum.rem_euclid(256)).unwrap();
        carry = sum.div_euclid(256);
    }
    out[0] = u8::try_from(carry).unwrap();
    out
}

/// Encodings that no verifier may accept, with their names, made from a genuine signature.
fn malformed(signature: &Signature) -> Vec<(&'static str, Vec<u8>)> {
    let order = decoded(ORDER);
    let bytes = signature.to_bytes();
    let (r, s) = bytes.split_at(32);
    let pair = |r: &[u8], s: &[u8]| sequence(&[&integer(&shortest(r)), &integer(&shortest(s))]);
    let der = signature.to_der();
    let (zero, content) = ([0; 32], &der[2..]);
    vec![
        ("r = 0", pair(&zero, s)),
        ("s = 0", pair(r, &zero)),
        ("r = n", pair(&order, s)),
        ("s = n", pair(r, &order)),
        ("r + n", pair(&combined(r, &order, false), s)),
        ("s + n", pair(r, &combined(s, &order, false))),
        ("n − s", pair(r, &combined(&order, s, true)[1..])),
        ("s = n − r", pair(r, &combined(&order, r, true)[1..])),
        ("r and s exchanged", pair(s, r)),
        (
            "r with a leading zero too many",
            sequence(&[
                &integer(&[&[0], &shortest(r)[..]].concat()),
                &integer(&shortest(s)),
            ]),
        ),
        (
            "r negative",
            sequence(&[&integer(&[&[0xff], r].concat()), &integer(&shortest(s))]),
        ),
        (
            "length in long form",
            [&[0x30, 0x81, der[1]], content].concat(),
        ),
        (
            "indefinite length",
            [&[0x30, 0x80], content, &[0, 0]].concat(),
        ),
        ("a byte after the end", [&der[..], &[0]].concat()),
        ("a third integer", sequence(&[content, &[0x02, 0x01, 0x01]])),
        ("a byte missing", der[..der.len() - 1].to_vec()),
        ("a SET", [&[0x31], &der[1..]].concat()),
        ("nothing", Vec::new()),
    ]
}

/// Malformed encodings that a stranger accepts all the same. They name the same r and s, so that its verdict on the
/// message is right; a ledger cannot allow them, because one signature would have many encodings.
const LENIENT: &[(&str, &str)] = &[
    // sm-crypto-v2 1.15.1 reads lengths and tags without checking them, and stops after the second integer.
    ("sm-crypto-v2", "r with a leading zero too many"),
    ("sm-crypto-v2", "length in long form"),
    ("sm-crypto-v2", "indefinite length"),
    ("sm-crypto-v2", "a byte after the end"),
    ("sm-crypto-v2", "a third integer"),
    ("sm-crypto-v2", "a SET"),
];

#[test]
fn malformed_signatures_are_refused_on_both_sides() {
    let mut tally = Tally::new("SM2 signature, malformed");
    let mut differences = Vec::new();
    for stranger in offering(&["sm2-verify"]) {
        let source = &mut Source::new(4);
        let key = SecretKey::generate(&mut source.0);
        let point = key.public_key().to_uncompressed();
        // r and s of 32 bytes each with the highest bit set, so that each malformation is one.
        let (message, signature) = loop {
            let message = source.bytes(40);
            let signature = key.sign(USER_ID, &[&message], &mut source.0).unwrap();
            if signature.to_der().len() == 72 {
                break (message, signature);
            }
        };
        for (case, encoded) in malformed(&signature) {
            let ours = Signature::from_der(&encoded)
                .and_then(|signature| key.public_key().verify(USER_ID, &[&message], &signature));
            assert!(ours.is_err(), "we accept {case}");
            let answer = stranger.ask("sm2-verify", &[&point, USER_ID, &message, &encoded]);
            let lenient = LENIENT.contains(&(stranger.name, case));
            match answer {
                Answer::Refused if !lenient => tally.count(stranger.name, "refused there too"),
                Answer::Given(_) if lenient => {
                    tally.count(stranger.name, "accepted there, see LENIENT")
                }
                _ => differences.push((stranger.name, case, answer)),
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}
