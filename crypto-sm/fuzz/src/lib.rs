//! What each decoder of crypto-sm must do with any bytes: it never panics, and where a thing has one encoding, what it
//! accepts encodes to the same bytes again. The fuzz targets run these without end; `tests/decoders.rs` runs them over
//! changed samples in every test run.

use crypto_sm::{
    certificate::{Certificate, Request, RevocationList},
    envelope::{self, ContentKey, RecipientId, Wraps, stream::Header},
    signed::SignedData,
    sm2::{Ciphertext, PublicKey, SecretKey, Signature},
};

/// Most iterations that a fuzzed key file may ask for.
const ITERATIONS: u32 = 5_000;

/// The key of GB/T 32918.5 annex A.2, for which the samples are made.
pub fn secret_key() -> SecretKey {
    let mut d = *b"\x39\x45\x20\x8f\x7b\x21\x44\xb1\x3f\x36\xe3\x8a\xc6\xd3\x9f\x95\
        \x88\x93\x93\x69\x28\x60\xb5\x1a\x42\xfb\x81\xef\x4d\xf7\xc5\xb8";
    let key = SecretKey::from_bytes(&d).expect("the key of the standard");
    d.fill(0);
    key
}

/// Whether the decoder accepts the bytes.
pub type Decoder = fn(&[u8]) -> bool;

/// Public keys: uncompressed, compressed, in any form, and SubjectPublicKeyInfo in DER and PEM.
pub fn public_key(bytes: &[u8]) -> bool {
    let uncompressed = PublicKey::from_uncompressed(bytes);
    if let Ok(key) = &uncompressed {
        assert_eq!(key.to_uncompressed()[..], *bytes);
    }
    let compressed = PublicKey::from_compressed(bytes);
    if let Ok(key) = &compressed {
        assert_eq!(key.to_compressed()[..], *bytes);
    }
    let info = PublicKey::from_spki_der(bytes);
    if let Ok(key) = &info {
        assert_eq!(key.to_spki_der(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = PublicKey::from_spki_pem(text)
    {
        assert_eq!(PublicKey::from_spki_pem(&key.to_spki_pem()), Ok(key));
    }
    let any = PublicKey::from_any_form(bytes);
    if let Ok(key) = &any {
        assert_eq!(
            PublicKey::from_uncompressed(&key.to_uncompressed()).as_ref(),
            Ok(key)
        );
    }
    for key in [&uncompressed, &compressed] {
        assert!(key.is_err() || key == &any);
    }
    any.is_ok() || info.is_ok()
}

/// Signatures: 64 bytes, and DER.
pub fn signature(bytes: &[u8]) -> bool {
    let raw = Signature::from_bytes(bytes);
    if let Ok(signature) = &raw {
        assert_eq!(signature.to_bytes()[..], *bytes);
    }
    let der = Signature::from_der(bytes);
    if let Ok(signature) = &der {
        assert_eq!(signature.to_der(), bytes);
    }
    raw.is_ok() || der.is_ok()
}

/// Ciphertexts of SM2: C1 ‖ C3 ‖ C2, the old order, and DER; and their decryption.
pub fn ciphertext(bytes: &[u8]) -> bool {
    let new = Ciphertext::from_bytes(bytes);
    if let Ok(ciphertext) = &new {
        assert_eq!(ciphertext.to_bytes(), bytes);
    }
    let old = Ciphertext::from_old_order(bytes);
    assert_eq!(new.is_ok(), old.is_ok());
    let der = Ciphertext::from_der(bytes);
    if let Ok(ciphertext) = &der {
        assert_eq!(ciphertext.to_der(), bytes);
    }
    let read = [new, old, der];
    for ciphertext in read.iter().flatten() {
        if let Ok(message) = secret_key().decrypt(ciphertext) {
            assert_eq!(message.len(), ciphertext.data().len());
        }
    }
    read.iter().any(Result::is_ok)
}

/// Secret keys that are not encrypted: PKCS #8 and SEC 1. Both leave parts open, so that one key has several encodings.
pub fn secret_key_info(bytes: &[u8]) -> bool {
    let pkcs8 = SecretKey::from_pkcs8_der(bytes);
    if let Ok(key) = &pkcs8 {
        let again = SecretKey::from_pkcs8_der(&key.to_pkcs8_der()).expect("our own encoding");
        assert_eq!(again.to_bytes(), key.to_bytes());
    }
    let sec1 = SecretKey::from_sec1_der(bytes);
    if let Ok(key) = &sec1 {
        let again = SecretKey::from_sec1_der(&key.to_sec1_der()).expect("our own encoding");
        assert_eq!(again.to_bytes(), key.to_bytes());
    }
    pkcs8.is_ok() || sec1.is_ok()
}

/// Encrypted PKCS #8, with bounded work.
pub fn encrypted_key(bytes: &[u8]) -> bool {
    SecretKey::from_encrypted_pkcs8_der_within(bytes, b"secret", ITERATIONS).is_ok()
}

/// Encryption keys in delivery.
pub fn enveloped_key(bytes: &[u8]) -> bool {
    SecretKey::from_enveloped(bytes, &secret_key()).is_ok()
}

/// Certificates.
pub fn certificate(bytes: &[u8]) -> bool {
    let read = Certificate::from_der(bytes);
    if let Ok(certificate) = &read {
        assert_eq!(certificate.to_der(), bytes);
        // Issuer and serial number must encode for every certificate that was read.
        let _ = RecipientId::of_certificate(certificate);
    }
    read.is_ok()
}

/// Certificate requests.
pub fn request(bytes: &[u8]) -> bool {
    let read = Request::from_der(bytes);
    if let Ok(request) = &read {
        assert_eq!(request.to_der(), bytes);
    }
    read.is_ok()
}

/// Lists of revoked certificates.
pub fn revocation_list(bytes: &[u8]) -> bool {
    let read = RevocationList::from_der(bytes);
    if let Ok(list) = &read {
        assert_eq!(list.to_der(), bytes);
    }
    read.is_ok()
}

/// Envelopes as one document, of both kinds, and wraps alone.
pub fn document(bytes: &[u8]) -> bool {
    let secret = secret_key();
    let id = RecipientId::of_key(secret.public_key());
    let opened = envelope::open(bytes, &id, &secret).is_ok();
    let opened = opened | envelope::open_unauthenticated(bytes, &id, &secret).is_ok();
    let wraps = Wraps::from_der(bytes);
    if let Ok(wraps) = &wraps {
        assert_eq!(wraps.to_der(), bytes);
    }
    opened || wraps.is_ok()
}

/// Signed messages, in the open and encrypted, and their signatures.
pub fn signed(bytes: &[u8]) -> bool {
    let secret = secret_key();
    let id = RecipientId::of_key(secret.public_key());
    let read = SignedData::from_der(bytes);
    let opened = SignedData::open(bytes, |wraps| wraps.unwrap(&id, &secret));
    for message in [&read, &opened].into_iter().flatten() {
        assert!(!message.signers().is_empty());
        // Without a content there is nothing to verify.
        let verified = message.verify_signatures(None, &[]);
        assert!(verified.is_err() || message.content().is_some());
    }
    read.is_ok() || opened.is_ok()
}

/// Sealed streams: the header, and chunks under a key that the attacker knows.
pub fn stream(bytes: &[u8]) -> bool {
    let Ok(Some((header, end))) = Header::read(bytes) else {
        return false;
    };
    assert!(end <= bytes.len());
    let secret = secret_key();
    let id = RecipientId::of_key(secret.public_key());
    let key = header.wraps().unwrap(&id, &secret);
    let key = key.unwrap_or_else(|_| ContentKey::from_bytes(&[0; 16]).expect("16 bytes"));
    let mut opener = header.open(&key);
    let mut content = Vec::new();
    let opened = opener
        .push(&bytes[end..], &mut content)
        .and_then(|()| opener.finish(&mut content));
    assert!(content.len() <= bytes.len());
    opened.is_ok()
}
