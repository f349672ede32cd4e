//! Each decoder over samples changed at random, from a fixed seed: the checks of the fuzz targets, some thousand times in
//! every test run. Certificates, requests and revocation lists have the same beside their code.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

#[path = "../fuzz/src/lib.rs"]
#[allow(
    dead_code,
    reason = "the checks of certificates are for the fuzz targets"
)]
mod checks;

use checks::Decoder;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Valid samples of a corpus file, from the named field.
fn samples(file: &str, field: &str, forms: &[&str]) -> Vec<Vec<u8>> {
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    cases
        .filter(|case| case["result"] == "valid")
        .filter(|case| forms.contains(&case["form"].as_str().unwrap()))
        .map(|case| hex::decode(case[field].as_str().unwrap()).unwrap())
        .collect()
}

/// A number below the limit; 0 for the limit 0.
fn below(limit: usize, rng: &mut StdRng) -> usize {
    (rng.next_u32() as usize).checked_rem(limit).unwrap_or(0)
}

/// One to three changes: a bit, a byte, a cut, a deletion, a repetition, an insertion, or the tail of another sample.
fn change(sample: &[u8], other: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=below(3, rng) {
        let at = below(bytes.len(), rng);
        let end = (at + 1 + below(8, rng)).min(bytes.len());
        match below(8, rng) {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << below(8, rng),
            2 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0x81, 0xff][below(6, rng)],
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            6 => bytes.insert(at, rng.next_u32() as u8),
            _ => {
                bytes.truncate(at);
                bytes.extend_from_slice(&other[below(other.len(), rng)..]);
            }
        }
    }
    bytes
}

/// Runs the decoder over the samples, each of which it must accept, and over `rounds` changed ones.
fn shake(decoder: Decoder, samples: &[Vec<u8>], rounds: usize) {
    let rng = &mut StdRng::seed_from_u64(0x5a4d);
    assert!(samples.iter().all(|sample| decoder(sample)));
    let mut accepted = 0;
    for round in 0..rounds {
        let other = &samples[below(samples.len(), rng)];
        let bytes = change(&samples[round % samples.len()], other, rng);
        accepted += usize::from(decoder(&bytes));
    }
    assert!(accepted < rounds);
    decoder(&[]);
}

#[test]
fn public_keys_survive_changes() {
    let file = include_str!("vectors/public_key.json");
    let forms = ["uncompressed", "compressed", "sec1", "spki"];
    shake(
        checks::public_key,
        &samples(file, "encoding", &forms),
        4_000,
    );
}

#[test]
fn signatures_survive_changes() {
    let file = include_str!("vectors/signature.json");
    shake(
        checks::signature,
        &samples(file, "signature", &["raw", "der"]),
        20_000,
    );
}

#[test]
fn ciphertexts_survive_changes() {
    let file = include_str!("vectors/ciphertext.json");
    let samples = samples(file, "ciphertext", &["c1c3c2", "c1c2c3", "der"]);
    shake(checks::ciphertext, &samples, 4_000);
}

#[test]
fn key_files_survive_changes() {
    let file = include_str!("vectors/secret_key.json");
    let plain = samples(file, "encoding", &["pkcs8", "sec1"]);
    shake(checks::secret_key_info, &plain, 4_000);
    shake(
        checks::enveloped_key,
        &samples(file, "encoding", &["enveloped"]),
        4_000,
    );
    // The passphrase is that of the files that OpenSSL has written.
    let mut encrypted = samples(file, "encoding", &["encrypted"]);
    encrypted.retain(|sample| checks::encrypted_key(sample));
    assert_eq!(encrypted.len(), 2);
    shake(checks::encrypted_key, &encrypted, 1_000);
}

#[test]
fn envelopes_survive_changes() {
    let message = include_bytes!("fixtures/envelope/message.der").to_vec();
    shake(checks::document, &[message], 4_000);
    let stream = include_bytes!("fixtures/envelope/stream.bin").to_vec();
    let empty = include_bytes!("fixtures/envelope/stream-empty.bin").to_vec();
    shake(checks::stream, &[stream, empty], 4_000);
}

#[test]
fn signed_messages_survive_changes() {
    use crypto_sm::{
        certificate::{Issuer, Validity, issue_authority},
        envelope::Recipient,
        signed::{Draft, Syntax},
        sm2::{SecretKey, USER_ID},
    };
    let rng = &mut StdRng::seed_from_u64(0x5a4e);
    let validity = Validity::new(0, 2_000_000_000_000).unwrap();
    let (top, key) = (SecretKey::generate(rng), SecretKey::generate(rng));
    let root = issue_authority("steel", "CA", &top, validity, rng).unwrap();
    let issuer = Issuer::new(root.clone(), top).unwrap();
    let certificate = issuer
        .issue_member("operator", "li-na", key.public_key(), validity, rng)
        .unwrap();
    let list = issuer
        .issue_revocation_list(1, 0, 2_000_000_000_000, &[], rng)
        .unwrap();
    let mut samples = Vec::new();
    for (syntax, time) in [
        (Syntax::Gm, None),
        (Syntax::Gm, Some(1_000_000)),
        (Syntax::Cms, Some(1_000_000)),
    ] {
        let mut draft = Draft::new(b"a content", syntax);
        draft
            .sign(&certificate, time, |parts| key.sign(USER_ID, parts, rng))
            .unwrap();
        draft.add_certificate(&root);
        draft.add_list(&list);
        samples.push(draft.finish().unwrap());
        if syntax == Syntax::Gm && time.is_none() {
            // For the key that the checks open envelopes with.
            let recipient = Recipient::of_key(checks::secret_key().public_key());
            samples.push(draft.finish_for(&[recipient], rng).unwrap());
        }
    }
    shake(checks::signed, &samples, 4_000);
}
