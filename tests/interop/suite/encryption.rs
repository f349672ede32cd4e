//! SM2 encryption (GB/T 32918.4), raw in the order C1C3C2 and in the DER of GM/T 0009, and key agreement
//! (GB/T 32918.3).

use crate::strangers::{Source, offering};
use crypto_sm::{
    Error,
    sm2::{Ciphertext, SecretKey, agreement},
};
use hengtan_interop::tally::Tally;

/// Message lengths around the 32 bytes that the key derivation gives at once.
const LENGTHS: [usize; 12] = [4, 5, 16, 19, 31, 32, 33, 63, 64, 65, 100, 300];

type Encode = fn(&Ciphertext) -> Vec<u8>;
type Decode = fn(&[u8]) -> Result<Ciphertext, Error>;

fn check_encryption(title: &'static str, there: [&str; 2], encode: Encode, decode: Decode) {
    let mut tally = Tally::new(title);
    for stranger in offering(&there) {
        let (name, source) = (stranger.name, &mut Source::new(20));
        for round in 0..stranger.rounds {
            let key = SecretKey::generate(&mut source.0);
            let (secret, point) = (key.to_bytes(), key.public_key().to_uncompressed());
            let message = source.bytes(LENGTHS[round % LENGTHS.len()]);

            let ours = encode(&key.public_key().encrypt(&message, &mut source.0).unwrap());
            assert_eq!(
                stranger.result(there[1], &[&*secret, &ours]),
                message,
                "{name}"
            );
            tally.count(name, "ours decrypted there");
            let theirs = stranger.result(there[0], &[&point, &message]);
            let decrypted = decode(&theirs).and_then(|ciphertext| key.decrypt(&ciphertext));
            assert_eq!(
                *decrypted.unwrap(),
                message,
                "{name} {}",
                hex::encode(theirs)
            );
            tally.count(name, "theirs decrypted here");

            // A bit of the point, of the digest, and of the data, and a byte missing; and another's key.
            let whole = decode(&ours).unwrap().to_bytes();
            let other = SecretKey::generate(&mut source.0);
            for (place, length) in [(65, 32), (97, message.len())] {
                let mut changed = whole.clone();
                changed[place + source.below(length)] ^= 1 << source.below(8);
                let changed = encode(&Ciphertext::from_bytes(&changed).unwrap());
                assert!(
                    !stranger.accepts(there[1], &[&*secret, &changed]),
                    "{name} {place}"
                );
                assert!(key.decrypt(&decode(&changed).unwrap()).is_err());
                tally.count(name, "tampered, refused on both sides");
            }
            let short = &ours[..ours.len() - 1];
            assert!(!stranger.accepts(there[1], &[&*secret, short]), "{name}");
            assert!(decode(short).and_then(|short| key.decrypt(&short)).is_err());
            assert!(
                !stranger.accepts(there[1], &[&*other.to_bytes(), &ours]),
                "{name}"
            );
            assert!(other.decrypt(&decode(&ours).unwrap()).is_err());
            tally.count(name, "tampered, refused on both sides");
        }
    }
}

#[test]
fn raw_ciphertexts_of_each_side_are_decrypted_by_the_other() {
    check_encryption(
        "SM2 encryption, C1C3C2",
        ["sm2-encrypt-raw", "sm2-decrypt-raw"],
        Ciphertext::to_bytes,
        Ciphertext::from_bytes,
    );
}

#[test]
fn der_ciphertexts_of_each_side_are_decrypted_by_the_other() {
    check_encryption(
        "SM2 encryption, GM/T 0009",
        ["sm2-encrypt-der", "sm2-decrypt-der"],
        Ciphertext::to_der,
        Ciphertext::from_der,
    );
}

#[test]
fn a_point_off_the_curve_is_decrypted_by_nobody() {
    let mut tally = Tally::new("SM2 encryption, invalid curve");
    for stranger in offering(&["sm2-decrypt-raw"]) {
        let source = &mut Source::new(21);
        for _ in 0..stranger.rounds {
            let key = SecretKey::generate(&mut source.0);
            let ciphertext = key
                .public_key()
                .encrypt(b"invalid curve", &mut source.0)
                .unwrap();
            let mut changed = ciphertext.to_bytes();
            changed[1 + source.below(64)] ^= 1 << source.below(8);
            let arguments = [&key.to_bytes()[..], &changed];
            assert!(
                !stranger.accepts("sm2-decrypt-raw", &arguments),
                "{}",
                stranger.name
            );
            assert!(Ciphertext::from_bytes(&changed).is_err());
            tally.count(stranger.name, "refused on both sides");
        }
    }
}

#[test]
fn a_key_is_agreed_on_with_each_side_in_each_role() {
    let mut tally = Tally::new("SM2 key agreement");
    let (alice, bob) = (b"ALICE123@YAHOO.COM", b"BILL456@YAHOO.COM");
    for stranger in offering(&["sm2-agree"]) {
        let (name, source) = (stranger.name, &mut Source::new(22));
        for length in [16, 32, 33, 48, 100] {
            let keys: [SecretKey; 3] = std::array::from_fn(|_| SecretKey::generate(&mut source.0));
            let [ours, theirs, ephemeral] = &keys;
            let party = |key, user_id| agreement::Party {
                public_key: key,
                user_id,
            };
            let peer = party(theirs.public_key(), &bob[..]);
            let number = u32::try_from(length).unwrap().to_be_bytes();
            let (secret, short) = (theirs.to_bytes(), ephemeral.to_bytes());
            let (our_point, their_point) = (
                ours.public_key().to_uncompressed(),
                theirs.public_key().to_uncompressed(),
            );
            let arguments = |role: &'static str, our_ephemeral: [u8; 65]| {
                let words: [&[u8]; 9] = [
                    role.as_bytes(),
                    &*secret,
                    &*short,
                    bob,
                    &our_point,
                    &our_ephemeral,
                    alice,
                    &number,
                    &their_point,
                ];
                words.map(<[u8]>::to_vec)
            };
            let ask = |operation: &str, words: &[Vec<u8>; 9]| {
                stranger.ask(operation, &words.each_ref().map(|word| &word[..]))
            };

            let initiator =
                || agreement::Initiator::new(ours, alice, peer, length, &mut Source::new(23).0);
            let initiator_point = initiator().unwrap().ephemeral().to_uncompressed();
            let words = arguments("responder", initiator_point);
            let key = initiator().unwrap().finish(ephemeral.public_key()).unwrap();
            let answer = ask("sm2-agree", &words);
            assert_eq!(
                answer,
                hengtan_interop::Answer::Given(vec![key.to_vec()]),
                "{name}"
            );
            tally.count(name, "we begin");

            let responder = agreement::Responder::new(
                ours,
                alice,
                peer,
                ephemeral.public_key(),
                length,
                &mut source.0,
            )
            .unwrap();
            let words = arguments("initiator", responder.ephemeral().to_uncompressed());
            let answer = ask("sm2-agree", &words);
            let key = responder.finish();
            assert_eq!(
                answer,
                hengtan_interop::Answer::Given(vec![key.to_vec()]),
                "{name}"
            );
            tally.count(name, "they begin");

            if stranger.offers(&["sm2-confirm"]) {
                let words = arguments("responder", initiator_point);
                let hengtan_interop::Answer::Given(confirmations) = ask("sm2-confirm", &words)
                else {
                    panic!("{name} confirms nothing");
                };
                let mut from_responder = <[u8; 32]>::try_from(&confirmations[0][..]).unwrap();
                let confirmed = initiator()
                    .unwrap()
                    .confirm(ephemeral.public_key(), &from_responder)
                    .unwrap();
                assert_eq!(confirmed.confirmation[..], confirmations[1]);
                from_responder[0] ^= 1;
                let refused = initiator()
                    .unwrap()
                    .confirm(ephemeral.public_key(), &from_responder);
                assert!(refused.is_err());
                tally.count(name, "confirmed: S_B theirs, S_A equal");
            }
        }
    }
}
