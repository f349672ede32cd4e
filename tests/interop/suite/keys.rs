//! Keys in files: SubjectPublicKeyInfo, PKCS #8, SEC 1, and PKCS #8 under a passphrase.

use crate::strangers::{Source, offering};
use crypto_sm::sm2::{PublicKey, SecretKey};
use hengtan_interop::tally::Tally;

#[test]
fn public_keys_in_files_are_read_by_the_other_side() {
    let mut tally = Tally::new("SubjectPublicKeyInfo");
    for stranger in offering(&["spki-read", "spki-write"]) {
        let (name, source) = (stranger.name, &mut Source::new(30));
        for _ in 0..stranger.rounds {
            let key = SecretKey::generate(&mut source.0);
            let (ours, point) = (
                key.public_key().to_spki_der(),
                key.public_key().to_uncompressed(),
            );
            assert_eq!(stranger.result("spki-read", &[&ours]), point, "{name}");
            tally.count(name, "ours read there");
            let theirs = stranger.result("spki-write", &[&*key.to_bytes()]);
            assert_eq!(
                PublicKey::from_spki_der(&theirs),
                Ok(key.public_key().clone()),
                "{name}"
            );
            tally.count(name, "theirs read here");

            let mut off_curve = ours.clone();
            off_curve[27 + source.below(64)] ^= 1 << source.below(8);
            assert!(!stranger.accepts("spki-read", &[&off_curve]), "{name}");
            assert!(PublicKey::from_spki_der(&off_curve).is_err());
            tally.count(name, "off the curve, refused on both sides");
        }
        // x + p names the same point if it is not compared with p: two encodings of one key.
        let key = (1u8..=255)
            .find_map(|x| {
                let mut compressed = [0; 33];
                (compressed[0], compressed[32]) = (2, x);
                PublicKey::from_compressed(&compressed).ok()
            })
            .unwrap();
        let mut der = key.to_spki_der();
        assert_eq!(stranger.result("spki-read", &[&der]), key.to_uncompressed());
        let prime = "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff";
        der[27..59].copy_from_slice(&hex::decode(prime).unwrap());
        // p ends in a byte of ones, so that adding the small x carries once.
        let small = key.to_uncompressed()[32];
        let carried = u64::MAX.wrapping_add(u64::from(small));
        der[51..59].copy_from_slice(&carried.to_be_bytes());
        der[47..51].copy_from_slice(&1u32.to_be_bytes());
        assert!(!stranger.accepts("spki-read", &[&der]), "{name}");
        assert!(PublicKey::from_spki_der(&der).is_err());
        tally.count(name, "x + p, refused on both sides");
    }
}

#[test]
fn secret_keys_in_files_are_read_by_the_other_side() {
    let mut tally = Tally::new("secret keys in files");
    for (form, operations) in [
        ("PKCS #8", ["pkcs8-read", "pkcs8-write"]),
        ("SEC 1", ["sec1-read", "sec1-write"]),
    ] {
        for stranger in offering(&operations) {
            let (name, source) = (stranger.name, &mut Source::new(31));
            for _ in 0..stranger.rounds {
                let key = SecretKey::generate(&mut source.0);
                let (ours, secret) = match form {
                    "SEC 1" => (key.to_sec1_der(), key.to_bytes()),
                    _ => (key.to_pkcs8_der(), key.to_bytes()),
                };
                assert_eq!(
                    stranger.result(operations[0], &[&ours]),
                    *secret,
                    "{name} {form}"
                );
                tally.count(name, format!("{form}: ours read there"));
                let theirs = stranger.result(operations[1], &[&*secret]);
                let read = match form {
                    "SEC 1" => SecretKey::from_sec1_der(&theirs),
                    _ => SecretKey::from_pkcs8_der(&theirs),
                };
                let read = read.unwrap_or_else(|error| {
                    panic!("{name} {form} {error}: {}", hex::encode(&theirs))
                });
                assert_eq!(*read.to_bytes(), *secret, "{name}");
                tally.count(name, format!("{form}: theirs read here"));

                let short = &ours[..ours.len() - 1];
                assert!(!stranger.accepts(operations[0], &[short]), "{name}");
                assert!(SecretKey::from_pkcs8_der(short).is_err());
                assert!(SecretKey::from_sec1_der(short).is_err());
                tally.count(
                    name,
                    format!("{form}: a byte missing, refused on both sides"),
                );
            }
        }
    }
}

#[test]
fn keys_under_a_passphrase_are_read_by_the_other_side() {
    let mut tally = Tally::new("PKCS #8 with PBES2: PBKDF2-HMAC-SM3, SM4-CBC");
    let (passphrase, wrong) = (b"correct horse battery", b"correct horse batterz");
    for stranger in offering(&["pkcs8-encrypted-read"]) {
        let (name, source) = (stranger.name, &mut Source::new(32));
        for _ in 0..stranger.rounds.min(8) {
            let key = SecretKey::generate(&mut source.0);
            let secret = key.to_bytes();
            let ours = key
                .to_encrypted_pkcs8_der(passphrase, 2048, &mut source.0)
                .unwrap();
            let read =
                |passphrase: &[u8]| stranger.ask("pkcs8-encrypted-read", &[&ours, passphrase]);
            assert_eq!(
                read(passphrase),
                hengtan_interop::Answer::Given(vec![secret.to_vec()]),
                "{name}"
            );
            tally.count(name, "ours read there");
            assert!(
                !matches!(read(wrong), hengtan_interop::Answer::Given(_)),
                "{name}"
            );
            tally.count(name, "wrong passphrase, refused there");
        }
    }
    for stranger in offering(&["pkcs8-encrypted-write"]) {
        let (name, source) = (stranger.name, &mut Source::new(33));
        for _ in 0..stranger.rounds.min(8) {
            let key = SecretKey::generate(&mut source.0);
            let theirs = stranger.result("pkcs8-encrypted-write", &[&*key.to_bytes(), passphrase]);
            let read = SecretKey::from_encrypted_pkcs8_der(&theirs, passphrase);
            let read =
                read.unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(&theirs)));
            assert_eq!(*read.to_bytes(), *key.to_bytes(), "{name}");
            tally.count(name, "theirs read here");
            assert!(
                SecretKey::from_encrypted_pkcs8_der(&theirs, wrong).is_err(),
                "{name}"
            );
            tally.count(name, "wrong passphrase, refused here");
        }
    }
}
