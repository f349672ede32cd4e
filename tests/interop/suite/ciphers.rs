//! SM4 (GB/T 32907) in its modes (GB/T 17964): encrypted here and decrypted there, and back.

use crate::strangers::{Source, offering};
use crypto_sm::sm4::{cbc, ccm::Ccm, ctr, ecb, gcm::Gcm};
use hengtan_interop::tally::Tally;

/// Lengths around the block of 16 bytes, and around what is encrypted at once.
const LENGTHS: [usize; 16] = [
    0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 127, 128, 255, 256, 257, 1000,
];

/// The lengths, fewer for those that start a process each time.
fn lengths(rounds: usize) -> impl Iterator<Item = usize> {
    let step = if rounds < LENGTHS.len() { 3 } else { 1 };
    LENGTHS.into_iter().step_by(step)
}

#[test]
fn ecb_and_cbc_are_decrypted_by_the_other_side() {
    let mut tally = Tally::new("SM4 block modes");
    for stranger in offering(&["sm4-ecb-encrypt", "sm4-cbc-encrypt"]) {
        let (name, source) = (stranger.name, &mut Source::new(9));
        for length in lengths(stranger.rounds) {
            let (key, iv): ([u8; 16], [u8; 16]) = (source.array(), source.array());
            let plain = source.bytes(length);

            let sealed = cbc::encrypt(&key, &iv, &plain);
            assert_eq!(
                stranger.result("sm4-cbc-encrypt", &[&key, &iv, &plain]),
                sealed,
                "{name}"
            );
            assert_eq!(
                stranger.result("sm4-cbc-decrypt", &[&key, &iv, &sealed]),
                plain,
                "{name}"
            );
            assert_eq!(*cbc::decrypt(&key, &iv, &sealed).unwrap(), plain);
            tally.count(name, "CBC with PKCS #7 padding");

            // ECB here and there: whole blocks, no padding.
            let plain = source.bytes((length / 16 + 1) * 16);
            let mut sealed = plain.clone();
            ecb::encrypt(&key, &mut sealed).unwrap();
            assert_eq!(
                stranger.result("sm4-ecb-encrypt", &[&key, &plain]),
                sealed,
                "{name}"
            );
            assert_eq!(
                stranger.result("sm4-ecb-decrypt", &[&key, &sealed]),
                plain,
                "{name}"
            );
            ecb::decrypt(&key, &mut sealed).unwrap();
            assert_eq!(sealed, plain);
            tally.count(name, "ECB");
        }
    }
}

#[test]
fn counter_mode_gives_one_key_stream_everywhere() {
    let mut tally = Tally::new("SM4-CTR");
    for stranger in offering(&["sm4-ctr"]) {
        let (name, source) = (stranger.name, &mut Source::new(10));
        for length in lengths(stranger.rounds) {
            let key: [u8; 16] = source.array();
            // The second counter overflows its last four bytes, the third all sixteen.
            let mut counters: [[u8; 16]; 3] = [source.array(), source.array(), [0xff; 16]];
            counters[1][12..].fill(0xff);
            for counter in counters {
                let plain = source.bytes(length);
                let mut ours = plain.clone();
                ctr::apply(&key, &counter, &mut ours);
                let theirs = stranger.result("sm4-ctr", &[&key, &counter, &plain]);
                assert_eq!(
                    theirs,
                    ours,
                    "{name}, {length} bytes, from {}",
                    hex::encode(counter)
                );
                tally.count(name, "key stream");
            }
        }
    }
}

/// Ciphertext and tag, as the peers give them.
type Seal = fn(&[u8; 16], &[u8; 12], &[u8], &[u8]) -> Vec<u8>;

/// The plaintext, if the tag is right.
type Open = fn(&[u8; 16], &[u8; 12], &[u8], &[u8]) -> Option<Vec<u8>>;

fn seal_gcm(key: &[u8; 16], nonce: &[u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut data = plain.to_vec();
    let tag = Gcm::new(key)
        .seal_in_place(nonce, associated, &mut data)
        .unwrap();
    [&data[..], &tag].concat()
}

fn open_gcm(key: &[u8; 16], nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (data, tag) = sealed.split_last_chunk()?;
    let mut data = data.to_vec();
    let opened = Gcm::new(key).open_in_place(nonce, associated, &mut data, tag);
    opened.is_ok().then_some(data)
}

fn seal_ccm(key: &[u8; 16], nonce: &[u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut data = plain.to_vec();
    let tag = Ccm::new(key)
        .seal_in_place(nonce, associated, &mut data)
        .unwrap();
    [&data[..], &tag].concat()
}

fn open_ccm(key: &[u8; 16], nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (data, tag) = sealed.split_last_chunk()?;
    let mut data = data.to_vec();
    let opened = Ccm::new(key).open_in_place(nonce, associated, &mut data, tag);
    opened.is_ok().then_some(data)
}

fn check_authenticated(title: &'static str, there: [&str; 2], seal: Seal, open: Open) {
    let mut tally = Tally::new(title);
    for stranger in offering(&there) {
        let (name, source) = (stranger.name, &mut Source::new(11));
        for length in lengths(stranger.rounds) {
            let (key, nonce): ([u8; 16], [u8; 12]) = (source.array(), source.array());
            let (associated, plain) = (source.up_to(50), source.bytes(length));
            let sealed = seal(&key, &nonce, &associated, &plain);
            let theirs = stranger.result(there[0], &[&key, &nonce, &associated, &plain]);
            assert_eq!(theirs, sealed, "{name}, {length} bytes");
            let theirs = stranger.result(there[1], &[&key, &nonce, &associated, &sealed]);
            assert_eq!(theirs, plain, "{name}, {length} bytes");
            assert_eq!(open(&key, &nonce, &associated, &sealed), Some(plain));
            tally.count(name, "sealed and opened");

            let longer = [&associated[..], &[0]].concat();
            let tampered: [(&[u8], &[u8], Vec<u8>); 4] = [
                (&nonce, &associated, source.flipped(&sealed)),
                (&nonce, &associated, sealed[..sealed.len() - 1].to_vec()),
                (&nonce, &longer, sealed.clone()),
                (&source.flipped(&nonce), &associated, sealed.clone()),
            ];
            for (nonce, associated, sealed) in &tampered {
                let arguments = [&key[..], nonce, associated, sealed];
                assert!(
                    !stranger.accepts(there[1], &arguments),
                    "{name}, {length} bytes"
                );
                let nonce = (*nonce).try_into().unwrap();
                assert_eq!(open(&key, nonce, associated, sealed), None);
                tally.count(name, "tampered, refused on both sides");
            }
        }
    }
}

#[test]
fn gcm_is_opened_by_the_other_side_and_refused_when_tampered_with() {
    check_authenticated(
        "SM4-GCM",
        ["sm4-gcm-seal", "sm4-gcm-open"],
        seal_gcm,
        open_gcm,
    );
}

#[test]
fn ccm_is_opened_by_the_other_side_and_refused_when_tampered_with() {
    check_authenticated(
        "SM4-CCM",
        ["sm4-ccm-seal", "sm4-ccm-open"],
        seal_ccm,
        open_ccm,
    );
}

#[test]
fn the_sealed_text_of_rfc_8998_is_opened_everywhere() {
    // RFC 8998 appendix A.1 (GCM) and A.2 (CCM): same key, nonce, associated data and plaintext.
    let key = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
    let nonce = hex::decode("00001234567800000000abcd").unwrap();
    let associated = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let plain = hex::decode(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
         eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    )
    .unwrap();
    let mut tally = Tally::new("RFC 8998 appendix A");
    for (seal, open, tag) in [
        (
            "sm4-gcm-seal",
            "sm4-gcm-open",
            "83de3541e4c2b58177e065a9bf7b62ec",
        ),
        (
            "sm4-ccm-seal",
            "sm4-ccm-open",
            "16842d4fa186f56ab33256971fa110f4",
        ),
    ] {
        for stranger in offering(&[seal, open]) {
            let sealed = stranger.result(seal, &[&key, &nonce, &associated, &plain]);
            assert_eq!(hex::encode(&sealed[64..]), tag, "{}", stranger.name);
            let opened = stranger.result(open, &[&key, &nonce, &associated, &sealed]);
            assert_eq!(opened, plain, "{}", stranger.name);
            tally.count(stranger.name, seal);
        }
    }
}
