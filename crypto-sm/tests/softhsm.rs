//! SoftHSM knows no SM2, but it is a real PKCS #11 library: slots, PINs, sessions, searches and keys of other curves.
#![allow(
    clippy::unwrap_used,
    unsafe_code,
    reason = "the functions beside the tests are tests too; the environment names SoftHSM's configuration"
)]

use crypto_sm::keystore::{
    KeyProvider,
    token::{Choice, Profile, Settings, Token},
};
use cryptoki::{
    context::Pkcs11,
    mechanism::Mechanism,
    object::Attribute,
    session::{SessionState, UserType},
    types::AuthPin,
};
use std::{path::PathBuf, process::Command};
use zeroize::Zeroizing;

/// Where distributions put the library.
const LIBRARIES: &[&str] = &[
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// prime256v1 (RFC 5480), as CKA_EC_PARAMS.
const P_256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

fn open(library: &str, token: &str, pin: &str) -> Result<Token, crypto_sm::Error> {
    Token::open(Settings {
        library: library.into(),
        token: Choice::Label(token.to_owned()),
        pin: Some(Zeroizing::new(pin.as_bytes().to_vec())),
        profile: Profile::CARD,
    })
}

#[test]
fn a_token_of_softhsm_is_opened_searched_and_left_unharmed() {
    let Some(library) = LIBRARIES.iter().find(|path| PathBuf::from(path).is_file()) else {
        eprintln!("skipped: SoftHSM (libsofthsm2.so) is not installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        folder.path().display()
    );
    std::fs::write(&configuration, text).unwrap();
    // SAFETY: this is the only test of its program, and nothing else reads the environment meanwhile.
    unsafe { std::env::set_var("SOFTHSM2_CONF", &configuration) };
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "ledger"])
        .args(["--so-pin", "12345678", "--pin", "123456"])
        .output();
    match made {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => {
            eprintln!("skipped: softhsm2-util does not run: {error}");
            return;
        }
    }
    assert_eq!(
        open(library, "other", "123456").unwrap_err().code(),
        "HT-CRY-088"
    );
    // The token counts this as one wrong attempt, not as three.
    let wrong = open(library, "ledger", "654321").unwrap();
    for _ in 0..3 {
        assert_eq!(wrong.keys().unwrap_err().code(), "HT-CRY-081");
    }
    let token = open(library, "ledger", "123456").unwrap();
    assert!(token.place().starts_with("ledger "));
    assert_eq!(token.keys().unwrap(), []);
    let mut random = [0; 64];
    token.fill_random(&mut random).unwrap();
    assert!(random.iter().any(|byte| *byte != 0));
    // A key of another curve, made beside us: found, looked at, and passed over.
    let context = Pkcs11::new(library).unwrap();
    let slot = context.get_slots_with_initialized_token().unwrap()[0];
    let session = context.open_rw_session(slot).unwrap();
    // The process is logged in already.
    let _ = session.login(UserType::User, Some(&AuthPin::from("123456")));
    let public = [
        Attribute::Token(true),
        Attribute::Id(vec![1]),
        Attribute::EcParams(P_256.to_vec()),
    ];
    let secret = [
        Attribute::Token(true),
        Attribute::Id(vec![1]),
        Attribute::Label(b"p-256".to_vec()),
        Attribute::Sign(true),
    ];
    session
        .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &secret)
        .unwrap();
    assert_eq!(token.keys().unwrap(), []);
    // Logged out by somebody else: logged in to again.
    session.logout().unwrap();
    let state = || session.get_session_info().unwrap().session_state();
    assert_eq!(state(), SessionState::RwPublic);
    assert_eq!(token.keys().unwrap(), []);
    assert_eq!(state(), SessionState::RwUser);
}
