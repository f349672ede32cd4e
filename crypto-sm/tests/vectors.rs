//! The files in `tests/vectors`, case by case. Each names what must come out: `valid`, or the code of the refusal.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    sm2::{Ciphertext, PublicKey, SecretKey, Signature},
};
use serde_json::Value;

/// One case of a file.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn text(&self, field: &str) -> &str {
        self.0[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field} of {}", self.0))
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.text(field)).unwrap()
    }

    fn key(&self, field: &str) -> SecretKey {
        SecretKey::from_bytes(&self.bytes(field)).unwrap()
    }
}

/// Runs each case and compares its result; names all that differ. Returns how many are valid and how many are not.
fn run(file: &str, check: impl Fn(&Case<'_>) -> Result<(), Error>) -> (usize, usize) {
    let file: Value = serde_json::from_str(file).unwrap();
    let (mut valid, mut refused, mut differing) = (0, 0, Vec::new());
    for (position, case) in file["cases"].as_array().unwrap().iter().enumerate() {
        assert_eq!(case["id"], position + 1);
        let case = Case(case);
        let found = check(&case).map_or_else(|error| error.code(), |()| "valid");
        if found != case.text("result") {
            differing.push(format!(
                "{} {} ({}): {found} instead of {}",
                case.0["id"],
                case.text("comment"),
                case.text("form"),
                case.text("result")
            ));
        }
        if case.text("result") == "valid" {
            valid += 1;
        } else {
            refused += 1;
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    (valid, refused)
}

#[test]
fn signatures_have_their_verdicts() {
    let counts = run(include_str!("vectors/signature.json"), |case| {
        let bytes = case.bytes("signature");
        let signature = match case.text("form") {
            "raw" => Signature::from_bytes(&bytes)?,
            "der" => Signature::from_der(&bytes)?,
            form => panic!("{form}"),
        };
        // What a parser accepts has one encoding.
        match case.text("form") {
            "raw" => assert_eq!(signature.to_bytes()[..], bytes),
            _ => assert_eq!(signature.to_der(), bytes),
        }
        let key = PublicKey::from_uncompressed(&case.bytes("public_key")).unwrap();
        let (user_id, message) = (case.bytes("user_id"), case.bytes("message"));
        let verifier = key.verifier(&user_id)?;
        let verdict = verifier.verify(&[&message], &signature);
        assert_eq!(
            verdict,
            verifier.with_table().verify(&[&message], &signature)
        );
        verdict
    });
    assert_eq!(counts, (12, 78));
}

#[test]
fn public_keys_are_read_or_refused() {
    let counts = run(include_str!("vectors/public_key.json"), |case| {
        let bytes = case.bytes("encoding");
        let key = match case.text("form") {
            "uncompressed" => PublicKey::from_uncompressed(&bytes)?,
            "compressed" => PublicKey::from_compressed(&bytes)?,
            "sec1" => PublicKey::from_any_form(&bytes)?,
            "spki" => PublicKey::from_spki_der(&bytes)?,
            form => panic!("{form}"),
        };
        match case.text("form") {
            "uncompressed" => assert_eq!(key.to_uncompressed()[..], bytes),
            "compressed" => assert_eq!(key.to_compressed()[..], bytes),
            "spki" => assert_eq!(key.to_spki_der(), bytes),
            _ => {}
        }
        assert_eq!(key.to_uncompressed()[..], case.bytes("point"));
        Ok(())
    });
    assert_eq!(counts, (13, 63));
}

#[test]
fn ciphertexts_decrypt_or_are_refused() {
    let counts = run(include_str!("vectors/ciphertext.json"), |case| {
        let bytes = case.bytes("ciphertext");
        let ciphertext = match case.text("form") {
            "c1c3c2" => Ciphertext::from_bytes(&bytes)?,
            "c1c2c3" => Ciphertext::from_old_order(&bytes)?,
            "der" => Ciphertext::from_der(&bytes)?,
            form => panic!("{form}"),
        };
        match case.text("form") {
            "c1c3c2" => assert_eq!(ciphertext.to_bytes(), bytes),
            "der" => assert_eq!(ciphertext.to_der(), bytes),
            _ => {}
        }
        let message = case.key("secret_key").decrypt(&ciphertext)?;
        assert_eq!(message[..], case.bytes("plaintext"));
        Ok(())
    });
    assert_eq!(counts, (19, 63));
}

#[test]
fn secret_keys_are_read_or_refused() {
    let counts = run(include_str!("vectors/secret_key.json"), |case| {
        let bytes = case.bytes("encoding");
        let key = match case.text("form") {
            "raw" => SecretKey::from_bytes(&bytes)?,
            "pkcs8" => SecretKey::from_pkcs8_der(&bytes)?,
            "sec1" => SecretKey::from_sec1_der(&bytes)?,
            "encrypted" => SecretKey::from_encrypted_pkcs8_der(&bytes, &case.bytes("passphrase"))?,
            "enveloped" => SecretKey::from_enveloped(&bytes, &case.key("recipient"))?,
            form => panic!("{form}"),
        };
        assert_eq!(key.to_bytes()[..], case.bytes("secret_key"));
        Ok(())
    });
    assert_eq!(counts, (26, 77));
}
