//! SM3 and what is built on it: HMAC, and three ways to derive keys.

use crate::strangers::{Source, offering};
use crypto_sm::sm3::{self, hkdf, hmac, kdf, pbkdf2};
use hengtan_interop::tally::Tally;

/// Lengths around the block of 64 bytes and its padding.
const EDGES: [usize; 14] = [0, 1, 31, 32, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128];

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

#[test]
fn sm3_gives_one_digest_everywhere() {
    let mut tally = Tally::new("SM3");
    for stranger in offering(&["sm3"]) {
        let source = &mut Source::new(1);
        let random = (0..stranger.rounds).map(|round| 129 + round * 97);
        for length in EDGES.into_iter().chain(random) {
            let data = source.bytes(length);
            assert_eq!(
                stranger.result("sm3", &[&data]),
                sm3::hash(&[&data]),
                "{} on {length} bytes",
                stranger.name
            );
            tally.count(stranger.name, "digest");
        }
    }
}

#[test]
fn hmac_gives_one_tag_everywhere() {
    let mut tally = Tally::new("HMAC-SM3");
    for stranger in offering(&["hmac"]) {
        let source = &mut Source::new(5);
        // Keys longer than the block of 64 bytes are hashed first. Some libraries take no empty key.
        for length in [1, 16, 32, 63, 64, 65, 100, 200] {
            let (key, data) = (source.bytes(length), source.up_to(300));
            assert_eq!(
                stranger.result("hmac", &[&key, &data]),
                hmac::mac(&key, &[&data]),
                "{}, key of {length} bytes",
                stranger.name
            );
            tally.count(stranger.name, "tag");
        }
    }
}

#[test]
fn keys_are_derived_alike() {
    let mut tally = Tally::new("key derivation with SM3");
    for stranger in offering(&["kdf"]) {
        let source = &mut Source::new(6);
        for length in [1, 16, 19, 31, 32, 33, 64, 100, 1000] {
            let shared = source.bytes(length % 70 + 1);
            let mut ours = vec![0; length];
            kdf::derive(&[&shared], &mut ours);
            let theirs = stranger.result("kdf", &[&shared, &number(length)]);
            assert_eq!(theirs, ours, "{}, {length} bytes", stranger.name);
            tally.count(stranger.name, "GB/T 32918.4 KDF");
        }
    }
    for stranger in offering(&["hkdf"]) {
        let source = &mut Source::new(7);
        for length in [1, 16, 32, 33, 64, 100, 255] {
            let (material, salt, info) = (source.bytes(32), source.bytes(32), source.bytes(20));
            let mut ours = vec![0; length];
            let key = hkdf::extract(&salt, &[&material]);
            hkdf::expand(&*key, &[&info], &mut ours).unwrap();
            let arguments = [&material[..], &salt, &info, &number(length)];
            let theirs = stranger.result("hkdf", &arguments);
            assert_eq!(theirs, ours, "{}, {length} bytes", stranger.name);
            tally.count(stranger.name, "HKDF");
        }
    }
    for stranger in offering(&["pbkdf2"]) {
        let source = &mut Source::new(8);
        for (length, iterations) in [(16, 1), (32, 2), (33, 100), (64, 1000)] {
            let (password, salt) = ("口令 password".as_bytes(), source.bytes(16));
            let mut ours = vec![0; length];
            pbkdf2::derive(password, &salt, iterations, &mut ours);
            let arguments = [password, &salt, &iterations.to_be_bytes(), &number(length)];
            let theirs = stranger.result("pbkdf2", &arguments);
            assert_eq!(theirs, ours, "{}, {length} bytes", stranger.name);
            tally.count(stranger.name, "PBKDF2");
        }
    }
}
