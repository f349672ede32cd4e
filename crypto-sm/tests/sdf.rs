//! SDF devices, against a stub library: what works, and everything that can go wrong with a vendor's library.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

mod stub;

use crypto_sm::{
    Error,
    keystore::{
        Key, KeyProvider, Usage,
        sdf::{Decryption, Device, SGD_SM2_3, Settings},
    },
    sm2::{SecretKey, USER_ID},
};
use std::{path::Path, sync::Arc};
use zeroize::Zeroizing;

/// Switches of the stub.
mod switch {
    pub const OPEN_DEVICE_CODE: i32 = 0;
    pub const OPEN_SESSION_CODE: i32 = 1;
    pub const LOSE_AFTER: i32 = 2;
    pub const LOSE_CODE: i32 = 3;
    pub const PIN_NEEDED: i32 = 4;
    pub const PIN_CODE: i32 = 5;
    pub const SIGN_CODE: i32 = 6;
    pub const SIGN_FAULT: i32 = 7;
    pub const KEY_FAULT: i32 = 8;
    pub const RANDOM_FAULT: i32 = 9;
    pub const DECRYPT_FAULT: i32 = 10;
    pub const STALE_DEVICES: i32 = 11;
    pub const NULL_HANDLE: i32 = 12;
}

/// Counters of the stub.
mod counter {
    pub const DEVICES_OPENED: i32 = 0;
    pub const DEVICES_CLOSED: i32 = 1;
    pub const SESSIONS_OPENED: i32 = 2;
    pub const SESSIONS_CLOSED: i32 = 3;
    pub const PIN_ATTEMPTS: i32 = 4;
    pub const RIGHTS_RELEASED: i32 = 5;
}

const COMMUNICATION: i64 = 0x0100_0003;

fn settings(library: &Path, pin: Option<&str>) -> Settings {
    Settings {
        library: library.to_owned(),
        indices: vec![1, 2, 3],
        pin: pin.map(|pin| Zeroizing::new(pin.as_bytes().to_vec())),
        decryption: Decryption::Plain,
    }
}

fn ready(defines: &[&str]) -> Option<stub::Stub> {
    let stub = stub::build("sdf.c", defines)?;
    stub.give_keys();
    Some(stub)
}

fn open(stub: &stub::Stub, pin: Option<&str>) -> Arc<Device> {
    Arc::new(Device::open(settings(stub.path(), pin)).unwrap())
}

fn first_key(device: &Arc<Device>) -> Key {
    Key::find(device.clone(), "sign-1").unwrap()
}

fn sign_error(device: &Arc<Device>) -> Error {
    first_key(device).sign(USER_ID, &[b"message"]).unwrap_err()
}

#[test]
fn a_device_lists_its_keys_and_signs_so_that_others_can_verify() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    assert_eq!(device.description().name, "STUBcard");
    assert_eq!(device.description().issuer, "I".repeat(40));
    assert_eq!(device.place(), "STUBcard 2026112600000001");
    let keys = device.keys().unwrap();
    let labels: Vec<_> = keys
        .iter()
        .map(|key| (key.label.as_str(), key.usage))
        .collect();
    assert_eq!(
        labels,
        [
            ("sign-1", Usage::SIGN),
            ("decrypt-1", Usage::DECRYPT),
            ("sign-2", Usage::SIGN),
            ("decrypt-2", Usage::DECRYPT),
            ("sign-3", Usage::BOTH),
        ]
    );
    for wanted in ["sign-1", "sign-2", "sign-3"] {
        let key = Key::find(device.clone(), wanted).unwrap();
        let index = wanted[5..].parse().unwrap();
        let secret = SecretKey::from_bytes(&stub::secret(index, false).unwrap()).unwrap();
        assert_eq!(key.public_key(), secret.public_key());
        for user_id in [USER_ID, b"another id"] {
            let signature = key.sign(user_id, &[b"mess", b"age"]).unwrap();
            secret
                .public_key()
                .verify(user_id, &[b"message"], &signature)
                .unwrap();
        }
    }
    let mut random = [0; 3000];
    device.fill_random(&mut random).unwrap();
    assert!(random.iter().any(|byte| *byte != 0));
    // One session did all the work.
    assert_eq!(stub.count(counter::SESSIONS_OPENED), 1);
    drop(device);
    assert_eq!(stub.count(counter::SESSIONS_CLOSED), 1);
    assert_eq!(stub.count(counter::DEVICES_CLOSED), 1);
}

#[test]
fn a_key_is_found_by_key_id_and_used_for_its_purpose_only() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    let key = first_key(&device);
    let id = key.entry().key_id().to_string();
    for wanted in [&id[..], &id[..8], &id.to_uppercase()[..12]] {
        let found = Key::find(device.clone(), wanted).unwrap();
        assert_eq!(found.entry(), key.entry());
    }
    for wanted in ["sign-4", "", &id[..7], "0123456789abcdef"] {
        let missing = Key::find(device.clone(), wanted).unwrap_err();
        assert_eq!(missing.code(), "HT-CRY-072", "{wanted}");
    }
    let encryption = Key::find(device.clone(), "decrypt-1").unwrap();
    let refused = encryption.sign(USER_ID, &[b"message"]).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-087");
    let refused = device
        .sign_digest(&encryption.entry().key_id(), &[1; 32])
        .unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-087");
    assert_eq!(key.decrypt(&[4; 100]).unwrap_err().code(), "HT-CRY-087");
    let peer = key.public_key();
    assert_eq!(encryption.agree(peer).unwrap_err().code(), "HT-CRY-083");
}

#[test]
fn what_a_key_prints_holds_no_pin_and_no_secret() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, Some("11111111"));
    let key = first_key(&device);
    let printed = format!("{device:?} {key:?}");
    assert!(!printed.contains("11111111") && !printed.contains(&"11".repeat(32)));
}

#[test]
fn a_key_with_an_access_code_needs_it_once_per_session() {
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::PIN_NEEDED, 1);
    assert_eq!(sign_error(&open(&stub, None)).code(), "HT-CRY-080");
    let device = open(&stub, Some("11111111"));
    let key = first_key(&device);
    for _ in 0..3 {
        key.sign(USER_ID, &[b"message"]).unwrap();
    }
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 1);
    drop((device, key));
    assert_eq!(stub.count(counter::RIGHTS_RELEASED), 1);
}

#[test]
fn a_wrong_access_code_is_tried_only_once() {
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::PIN_NEEDED, 1);
    let device = open(&stub, Some("22222222"));
    for _ in 0..5 {
        assert_eq!(sign_error(&device).code(), "HT-CRY-081");
    }
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 1);
    // The same where the vendor has a code of his own for it.
    stub.set(switch::PIN_CODE, 0x0200_0042);
    let device = open(&stub, Some("33333333"));
    assert_eq!(
        sign_error(&device).to_string(),
        r#"HT-CRY-084 place="STUBcard 2026112600000001" function="SDF_GetPrivateKeyAccessRight" vendor="0x02000042""#
    );
    for _ in 0..5 {
        assert_eq!(sign_error(&device).code(), "HT-CRY-081");
    }
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 2);
}

#[test]
fn a_device_that_does_not_open_says_so_with_the_vendors_code() {
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::OPEN_DEVICE_CODE, 0x0100_0005);
    let refused = Device::open(settings(stub.path(), None)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-077");
    assert!(refused.to_string().contains(r#"vendor="0x01000005""#));
    stub.set(switch::OPEN_DEVICE_CODE, 0);
    stub.set(switch::NULL_HANDLE, 1);
    let refused = Device::open(settings(stub.path(), None)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-085");
    stub.set(switch::NULL_HANDLE, 0);
    stub.set(switch::OPEN_SESSION_CODE, 0x0100_0006);
    let refused = Device::open(settings(stub.path(), None)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-079");
    stub.set(switch::OPEN_SESSION_CODE, COMMUNICATION);
    let refused = Device::open(settings(stub.path(), None)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-078");
}

#[test]
fn a_lost_session_is_replaced_and_the_access_code_given_again() {
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::PIN_NEEDED, 1);
    let device = open(&stub, Some("11111111"));
    let key = first_key(&device);
    for code in [COMMUNICATION, 0x0200_0077] {
        // Each session ends after the access code and two signatures.
        stub.set(switch::LOSE_CODE, code);
        stub.set(switch::LOSE_AFTER, 3);
        for number in 0..10_u8 {
            let signature = key.sign(USER_ID, &[&[number]]).unwrap();
            key.public_key()
                .verify(USER_ID, &[&[number]], &signature)
                .unwrap();
        }
        stub.set(switch::LOSE_AFTER, 0);
    }
    assert!(stub.count(counter::SESSIONS_OPENED) >= 8);
    assert_eq!(stub.count(counter::DEVICES_OPENED), 1);
}

#[test]
fn a_device_that_was_switched_off_and_on_is_opened_again() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    let key = first_key(&device);
    // The first handle is worth nothing any more; so is the session that waits.
    stub.set(switch::STALE_DEVICES, 1);
    stub.set(switch::LOSE_CODE, COMMUNICATION);
    stub.set(switch::LOSE_AFTER, 4);
    for _ in 0..8 {
        key.sign(USER_ID, &[b"message"]).unwrap();
    }
    assert_eq!(stub.count(counter::DEVICES_OPENED), 2);
    assert_eq!(stub.count(counter::DEVICES_CLOSED), 1);
}

#[test]
fn a_device_that_is_gone_is_reported_as_removed() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    let key = first_key(&device);
    stub.set(switch::LOSE_CODE, COMMUNICATION);
    stub.set(switch::LOSE_AFTER, 1);
    stub.set(switch::OPEN_SESSION_CODE, COMMUNICATION);
    let refused = key.sign(USER_ID, &[b"message"]).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-078");
    // And works again once it is back.
    stub.set(switch::LOSE_AFTER, 0);
    stub.set(switch::OPEN_SESSION_CODE, 0);
    key.sign(USER_ID, &[b"message"]).unwrap();
}

#[test]
fn a_number_without_a_key_has_no_entry() {
    let Some(stub) = ready(&[]) else { return };
    let mut settings = settings(stub.path(), None);
    settings.indices = vec![4, 5];
    let device = Arc::new(Device::open(settings).unwrap());
    assert_eq!(device.keys().unwrap(), []);
    let absent = SecretKey::from_bytes(&[9; 32]).unwrap();
    let missing = device
        .sign_digest(&absent.public_key().key_id(), &[1; 32])
        .unwrap_err();
    assert_eq!(missing.code(), "HT-CRY-072");
}

#[test]
fn a_failed_signature_names_its_reason() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    for (code, expected) in [
        (0x0100_0002, "HT-CRY-083"),
        (0x0100_0009, "HT-CRY-083"),
        (0x0100_0007, "HT-CRY-080"),
        (0x0100_0008, "HT-CRY-072"),
        (0x0100_000d, "HT-CRY-084"),
        (0x7f00_0001, "HT-CRY-084"),
        (-1, "HT-CRY-084"),
    ] {
        stub.set(switch::SIGN_CODE, code);
        assert_eq!(sign_error(&device).code(), expected, "{code:x}");
    }
    stub.set(switch::SIGN_CODE, 0);
    first_key(&device).sign(USER_ID, &[b"message"]).unwrap();
}

#[test]
fn a_signature_that_cannot_be_right_is_never_passed_on() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    for (fault, expected) in [
        // Over another digest.
        (1, "HT-CRY-086"),
        // Nothing written.
        (2, "HT-CRY-085"),
        // r = 0, s = n.
        (3, "HT-CRY-085"),
        (4, "HT-CRY-085"),
        // A number of more than 256 bits; bytes behind the structure; another layout.
        (5, "HT-CRY-085"),
        (6, "HT-CRY-085"),
        (7, "HT-CRY-085"),
    ] {
        stub.set(switch::SIGN_FAULT, fault);
        assert_eq!(sign_error(&device).code(), expected, "{fault}");
    }
}

#[test]
fn a_public_key_that_cannot_be_right_is_refused() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    for fault in 1..=5 {
        stub.set(switch::KEY_FAULT, fault);
        let refused = device.keys().unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-085", "{fault}");
    }
}

#[test]
fn random_bytes_that_were_not_drawn_are_refused() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    for (fault, expected) in [(1, "HT-CRY-085"), (2, "HT-CRY-085"), (3, "HT-CRY-084")] {
        stub.set(switch::RANDOM_FAULT, fault);
        let mut bytes = [0; 32];
        let refused = device.fill_random(&mut bytes).unwrap_err();
        assert_eq!(refused.code(), expected, "{fault}");
        assert_eq!(bytes, [0; 32]);
    }
}

#[test]
fn a_library_without_a_needed_function_is_refused_by_its_name() {
    let Some(stub) = ready(&["WITHOUT_SIGN"]) else {
        return;
    };
    let refused = Device::open(settings(stub.path(), None)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-076");
    assert!(refused.to_string().contains("SDF_InternalSign_ECC"));
}

#[test]
fn a_missing_or_foreign_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.so");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library").unwrap();
    for path in [missing, text] {
        let refused = Device::open(settings(&path, None)).unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-075");
    }
}

#[test]
fn the_device_itself_verifies_where_its_library_can() {
    let Some(stub) = ready(&[]) else { return };
    let device = open(&stub, None);
    let key = first_key(&device);
    let signature = key.sign_digest(&[2; 32]).unwrap();
    let verdict = |digest| device.verify_digest(key.public_key(), &digest, &signature);
    assert_eq!(verdict([2; 32]), Ok(Some(true)));
    assert_eq!(verdict([3; 32]), Ok(Some(false)));
    let Some(stub) = ready(&["WITHOUT_VERIFY"]) else {
        return;
    };
    let device = open(&stub, None);
    let verdict = device.verify_digest(key.public_key(), &[2; 32], &signature);
    assert_eq!(verdict, Ok(None));
}

#[test]
fn threads_share_a_device() {
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::PIN_NEEDED, 1);
    let device = open(&stub, Some("11111111"));
    let key = first_key(&device);
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let key = &key;
            scope.spawn(move || {
                for number in 0..10 {
                    let signature = key.sign(USER_ID, &[&[thread, number]]).unwrap();
                    key.public_key()
                        .verify(USER_ID, &[&[thread, number]], &signature)
                        .unwrap();
                }
            });
        }
    });
    assert!(stub.count(counter::SESSIONS_OPENED) <= 4);
}

#[test]
fn a_device_decrypts_where_its_library_can_in_either_form_of_the_function() {
    for (define, decryption) in [
        ("PLAIN", Decryption::Plain),
        ("DECRYPT_NAMED", Decryption::WithAlgorithm(SGD_SM2_3)),
    ] {
        let Some(stub) = ready(&[define]) else { return };
        stub.set(switch::PIN_NEEDED, 1);
        let mut settings = settings(stub.path(), Some("11111111"));
        settings.decryption = decryption;
        let device = Arc::new(Device::open(settings).unwrap());
        for wanted in ["decrypt-1", "decrypt-2", "sign-3"] {
            let key = Key::find(device.clone(), wanted).unwrap();
            for message in [&b"m"[..], &[7; 1000]] {
                let ciphertext = key.public_key().encrypt(message, &mut rand::rng()).unwrap();
                for bytes in [ciphertext.to_bytes(), ciphertext.to_der()] {
                    assert_eq!(*key.decrypt(&bytes).unwrap(), message);
                }
            }
        }
        let key = Key::find(device.clone(), "decrypt-1").unwrap();
        let ciphertext = key
            .public_key()
            .encrypt(b"sealed row", &mut rand::rng())
            .unwrap();
        for fault in 1..=3 {
            stub.set(switch::DECRYPT_FAULT, fault);
            let refused = key.decrypt(&ciphertext.to_bytes()).unwrap_err();
            assert_eq!(refused.code(), "HT-CRY-085", "{fault}");
        }
        stub.set(switch::DECRYPT_FAULT, 0);
        let mut changed = ciphertext.to_bytes();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(key.decrypt(&changed).unwrap_err(), Error::Decryption);
        let refused = key.decrypt(&changed[..97]).unwrap_err();
        assert_eq!(refused, Error::CiphertextEncoding);
    }
    let Some(stub) = ready(&["WITHOUT_DECRYPT"]) else {
        return;
    };
    let device = open(&stub, None);
    let key = Key::find(device, "decrypt-1").unwrap();
    let ciphertext = key
        .public_key()
        .encrypt(b"sealed row", &mut rand::rng())
        .unwrap();
    let refused = key.decrypt(&ciphertext.to_der()).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-083");
}
