//! PKCS #11 tokens, against a stub library: what works, and everything that can go wrong with a vendor's library.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

mod stub;

use crypto_sm::{
    Error,
    keystore::{
        Key, KeyProvider, Usage,
        token::{Choice, Profile, Settings, SignInput, Token},
    },
    sm2::{SecretKey, USER_ID},
};
use std::{path::Path, sync::Arc};
use zeroize::Zeroizing;

/// Switches of the stub.
mod switch {
    pub const SLOTS: i32 = 0;
    pub const PIN_CODE: i32 = 1;
    pub const TOKEN_FLAGS: i32 = 2;
    pub const LOSE_AFTER: i32 = 3;
    pub const LOSE_CODE: i32 = 4;
    pub const OPEN_CODE: i32 = 5;
    pub const SIGN_CODE: i32 = 6;
    pub const SIGN_FAULT: i32 = 7;
    pub const POINT_FAULT: i32 = 8;
    pub const FIND_FAULT: i32 = 9;
    pub const RANDOM_FAULT: i32 = 10;
    pub const DECRYPT_FAULT: i32 = 11;
    pub const SIGN_INPUT: i32 = 12;
    pub const INITIALIZE_CODE: i32 = 13;
}

/// Counters of the stub.
mod counter {
    pub const SESSIONS_OPENED: i32 = 0;
    pub const SESSIONS_CLOSED: i32 = 1;
    pub const PIN_ATTEMPTS: i32 = 2;
}

const PIN: Option<&str> = Some("123456");

fn settings(library: &Path, pin: Option<&str>) -> Settings {
    Settings {
        library: library.to_owned(),
        token: Choice::Only,
        pin: pin.map(|pin| Zeroizing::new(pin.as_bytes().to_vec())),
        profile: Profile::CARD,
    }
}

fn ready(defines: &[&str]) -> Option<stub::Stub> {
    let stub = stub::build("pkcs11.c", defines)?;
    if !defines.contains(&"WITHOUT_LIST") {
        stub.give_keys();
        stub.give_hash();
        stub.set(switch::SLOTS, 1);
    }
    Some(stub)
}

fn open(stub: &stub::Stub, pin: Option<&str>) -> Arc<Token> {
    Arc::new(Token::open(settings(stub.path(), pin)).unwrap())
}

fn first_key(token: &Arc<Token>) -> Key {
    Key::find(token.clone(), "key-1").unwrap()
}

fn sign_error(token: &Arc<Token>) -> Error {
    first_key(token).sign(USER_ID, &[b"message"]).unwrap_err()
}

#[test]
fn a_token_lists_its_sm2_keys_and_signs_so_that_others_can_verify() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    assert_eq!(token.place(), "ledger 0001");
    let keys = token.keys().unwrap();
    // The fourth key is of another curve.
    let labels: Vec<_> = keys
        .iter()
        .map(|key| (key.label.as_str(), key.usage))
        .collect();
    assert_eq!(
        labels,
        [
            ("key-1", Usage::SIGN),
            ("key-2", Usage::SIGN),
            ("key-3", Usage::DECRYPT)
        ]
    );
    for (index, wanted) in [(1, "key-1"), (2, "key-2")] {
        let key = Key::find(token.clone(), wanted).unwrap();
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
    let refused = Key::find(token.clone(), "key-3")
        .unwrap()
        .sign(USER_ID, &[])
        .unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-087");
    let mut random = [0; 100];
    token.fill_random(&mut random).unwrap();
    assert!(random.iter().any(|byte| *byte != 0));
    assert_eq!(stub.count(counter::SESSIONS_OPENED), 1);
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 1);
    drop(keys);
    drop(token);
    assert_eq!(stub.count(counter::SESSIONS_CLOSED), 1);
}

#[test]
fn tokens_that_hash_themselves_are_given_what_they_want() {
    let Some(stub) = ready(&[]) else { return };
    let with = |profile| {
        let mut settings = settings(stub.path(), PIN);
        settings.profile = profile;
        Arc::new(Token::open(settings).unwrap())
    };
    let prefixed = Profile {
        sign_input: SignInput::Prefixed,
        // A number below those of vendors, which one maker of tokens has.
        sign: 0x0001_0004,
        key_type: Some(0x8000_0004),
        ..Profile::CARD
    };
    stub.set(switch::SIGN_INPUT, 1);
    let token = with(prefixed);
    let key = first_key(&token);
    for user_id in [USER_ID, b"another id"] {
        let signature = key.sign(user_id, &[b"mess", b"age"]).unwrap();
        key.public_key()
            .verify(user_id, &[b"message"], &signature)
            .unwrap();
    }
    assert_eq!(key.sign_digest(&[1; 32]).unwrap_err().code(), "HT-CRY-083");
    stub.set(switch::SIGN_INPUT, 2);
    // The settings say what the token does not do: found out before anybody relies on it.
    assert_eq!(sign_error(&token).code(), "HT-CRY-086");
    let token = with(Profile::CARD_MESSAGE);
    let key = first_key(&token);
    let signature = key.sign(USER_ID, &[b"mess", b"age"]).unwrap();
    key.public_key()
        .verify(USER_ID, &[b"message"], &signature)
        .unwrap();
    let refused = key.sign(b"another id", &[b"message"]).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-083");
    // No key of this type.
    let token = with(Profile::IBM);
    assert_eq!(token.keys().unwrap(), []);
}

#[test]
fn a_token_is_chosen_by_label_or_slot() {
    let Some(stub) = ready(&[]) else { return };
    let with = |choice| {
        let mut settings = settings(stub.path(), PIN);
        settings.token = choice;
        Token::open(settings)
    };
    stub.set(switch::SLOTS, 2);
    assert_eq!(
        with(Choice::Label("ledger".into())).unwrap().place(),
        "ledger 0001"
    );
    assert_eq!(with(Choice::Slot(8)).unwrap().place(), "other 0001");
    let missing = [
        Choice::Only,
        Choice::Slot(9),
        Choice::Label("ledge".into()),
        Choice::Label(String::new()),
    ];
    for choice in missing {
        assert_eq!(with(choice).unwrap_err().code(), "HT-CRY-088");
    }
    stub.set(switch::SLOTS, 0);
    assert_eq!(with(Choice::Only).unwrap_err().code(), "HT-CRY-088");
}

#[test]
fn without_a_pin_a_token_is_locked_unless_it_has_a_pad() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, None);
    assert_eq!(token.keys().unwrap_err().code(), "HT-CRY-080");
    // CKF_PROTECTED_AUTHENTICATION_PATH
    stub.set(switch::TOKEN_FLAGS, 0x100);
    assert_eq!(token.keys().unwrap().len(), 3);
}

#[test]
fn a_wrong_pin_is_tried_only_once() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, Some("654321"));
    for _ in 0..5 {
        assert_eq!(token.keys().unwrap_err().code(), "HT-CRY-081");
    }
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 1);
}

#[test]
fn a_pin_that_is_locked_out_or_unusable_is_named_so() {
    let Some(stub) = ready(&[]) else { return };
    for (code, expected) in [
        (0xa4, "HT-CRY-082"),
        (0xa3, "HT-CRY-089"),
        (0xa2, "HT-CRY-089"),
        (0x102, "HT-CRY-089"),
        (0x8000_0001, "HT-CRY-084"),
    ] {
        stub.set(switch::PIN_CODE, code);
        let token = open(&stub, PIN);
        assert_eq!(token.keys().unwrap_err().code(), expected, "{code:x}");
    }
    stub.set(switch::PIN_CODE, 0);
    let before = stub.count(counter::PIN_ATTEMPTS);
    // CKF_USER_PIN_LOCKED: known without an attempt.
    stub.set(switch::TOKEN_FLAGS, 0x4_0000);
    assert_eq!(open(&stub, PIN).keys().unwrap_err().code(), "HT-CRY-082");
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), before);
}

#[test]
fn a_lost_session_is_replaced_and_the_token_logged_in_to_again() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    let key = first_key(&token);
    // Session closed, session handle invalid, device removed, user not logged in.
    for code in [0xb0, 0xb3, 0x32, 0x101] {
        stub.set(switch::LOSE_CODE, code);
        stub.set(switch::LOSE_AFTER, 7);
        for number in 0..10_u8 {
            let signature = key.sign(USER_ID, &[&[number]]).unwrap();
            key.public_key()
                .verify(USER_ID, &[&[number]], &signature)
                .unwrap();
        }
        stub.set(switch::LOSE_AFTER, 0);
    }
    assert!(stub.count(counter::SESSIONS_OPENED) > 8);
    assert!(stub.count(counter::PIN_ATTEMPTS) > 8);
}

#[test]
fn a_token_that_stays_away_is_reported_as_removed() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    let key = first_key(&token);
    stub.set(switch::LOSE_AFTER, 1);
    for (code, expected) in [
        (0x32, "HT-CRY-078"),
        (0xe0, "HT-CRY-078"),
        (0xb3, "HT-CRY-079"),
    ] {
        stub.set(switch::LOSE_CODE, code);
        let refused = key.sign(USER_ID, &[b"message"]).unwrap_err();
        assert_eq!(refused.code(), expected, "{code:x}");
    }
    stub.set(switch::OPEN_CODE, 0xe0);
    let refused = key.sign(USER_ID, &[b"message"]).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-078");
    // And works again once it is back.
    stub.set(switch::LOSE_AFTER, 0);
    stub.set(switch::OPEN_CODE, 0);
    key.sign(USER_ID, &[b"message"]).unwrap();
}

#[test]
fn a_failed_signature_names_its_reason() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    for (code, expected) in [
        (0x70, "HT-CRY-083"),
        (0x68, "HT-CRY-083"),
        (0x54, "HT-CRY-083"),
        (0x05, "HT-CRY-084"),
        (0x8000_0042, "HT-CRY-084"),
        (0x30, "HT-CRY-084"),
    ] {
        stub.set(switch::SIGN_CODE, code);
        assert_eq!(sign_error(&token).code(), expected, "{code:x}");
    }
    stub.set(switch::SIGN_CODE, 0x8000_0042);
    assert!(
        sign_error(&token)
            .to_string()
            .contains(r#"vendor="0x80000042""#)
    );
    let Some(stub) = ready(&["WITHOUT_SIGN"]) else {
        return;
    };
    assert_eq!(sign_error(&open(&stub, PIN)).code(), "HT-CRY-083");
}

#[test]
fn a_signature_that_cannot_be_right_is_never_passed_on() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    for (fault, expected) in [
        // Over another digest.
        (1, "HT-CRY-086"),
        // Cut off; an absurd size; r = 0; s above n; empty.
        (2, "HT-CRY-085"),
        (3, "HT-CRY-085"),
        (4, "HT-CRY-085"),
        (5, "HT-CRY-085"),
        (6, "HT-CRY-085"),
    ] {
        stub.set(switch::SIGN_FAULT, fault);
        assert_eq!(sign_error(&token).code(), expected, "{fault}");
    }
    // Strict DER is as good as r ‖ s.
    stub.set(switch::SIGN_FAULT, 7);
    let key = first_key(&token);
    for number in 0..8_u8 {
        let signature = key.sign(USER_ID, &[&[number]]).unwrap();
        key.public_key()
            .verify(USER_ID, &[&[number]], &signature)
            .unwrap();
    }
}

#[test]
fn points_are_unwrapped_and_wrong_ones_make_no_key() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    stub.set(switch::POINT_FAULT, 2);
    assert_eq!(token.keys().unwrap().len(), 3);
    for fault in [1, 3] {
        stub.set(switch::POINT_FAULT, fault);
        assert_eq!(token.keys().unwrap(), [], "{fault}");
    }
    stub.set(switch::POINT_FAULT, 4);
    assert_eq!(token.keys().unwrap_err().code(), "HT-CRY-085");
    stub.set(switch::POINT_FAULT, 0);
    stub.set(switch::FIND_FAULT, 1);
    assert_eq!(token.keys().unwrap_err().code(), "HT-CRY-085");
}

#[test]
fn random_bytes_that_were_not_drawn_are_refused() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    for (fault, expected) in [(1, "HT-CRY-085"), (2, "HT-CRY-083")] {
        stub.set(switch::RANDOM_FAULT, fault);
        let mut bytes = [0; 32];
        let refused = token.fill_random(&mut bytes).unwrap_err();
        assert_eq!(refused.code(), expected, "{fault}");
        assert_eq!(bytes, [0; 32]);
    }
}

#[test]
fn a_library_that_does_not_start_or_is_none_is_refused() {
    let Some(stub) = ready(&["WITHOUT_LIST"]) else {
        return;
    };
    let refused = Token::open(settings(stub.path(), PIN)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-076");
    let missing = stub.folder().join("missing.so");
    let refused = Token::open(settings(&missing, PIN)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-075");
    let Some(stub) = ready(&[]) else { return };
    stub.set(switch::INITIALIZE_CODE, 0x30);
    let refused = Token::open(settings(stub.path(), PIN)).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-077");
    // CKR_CRYPTOKI_ALREADY_INITIALIZED: another part of the process uses the same library.
    stub.set(switch::INITIALIZE_CODE, 0x191);
    first_key(&open(&stub, PIN)).sign(USER_ID, &[]).unwrap();
}

#[test]
fn threads_share_a_token() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    let key = first_key(&token);
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
    assert_eq!(stub.count(counter::PIN_ATTEMPTS), 1);
}

#[test]
fn what_a_token_prints_holds_no_pin() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    let key = first_key(&token);
    assert!(!format!("{token:?} {key:?}").contains("123456"));
}

#[test]
fn a_token_decrypts_and_its_answers_are_measured() {
    let Some(stub) = ready(&[]) else { return };
    let token = open(&stub, PIN);
    let key = Key::find(token.clone(), "key-3").unwrap();
    let ciphertext = key
        .public_key()
        .encrypt(b"sealed row", &mut rand::rng())
        .unwrap();
    for bytes in [ciphertext.to_bytes(), ciphertext.to_der()] {
        assert_eq!(*key.decrypt(&bytes).unwrap(), b"sealed row");
    }
    for fault in [1, 2] {
        stub.set(switch::DECRYPT_FAULT, fault);
        let refused = key.decrypt(&ciphertext.to_bytes()).unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-085", "{fault}");
    }
    stub.set(switch::DECRYPT_FAULT, 0);
    let mut changed = ciphertext.to_bytes();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(key.decrypt(&changed).unwrap_err(), Error::Decryption);
    let mut settings = settings(stub.path(), PIN);
    settings.profile.decrypt = None;
    let token = Arc::new(Token::open(settings).unwrap());
    let key = Key::find(token, "key-3").unwrap();
    let refused = key.decrypt(&ciphertext.to_bytes()).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-083");
}
