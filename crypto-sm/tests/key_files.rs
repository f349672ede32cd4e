//! Keys in files and in a key store: what works, and everything that can be wrong with a file.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    keystore::{Key, KeyFile, KeyProvider, Usage, folder::Folder, write_secret},
    sm2::{KeyId, SecretKey, USER_ID},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// Fewer than in use, so that the tests are quick.
const ITERATIONS: u32 = 1_000;

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_bytes(&[seed; 32]).unwrap()
}

fn nothing() -> Option<Zeroizing<Vec<u8>>> {
    None
}

fn some(passphrase: &'static str) -> impl FnOnce() -> Option<Zeroizing<Vec<u8>>> {
    move || Some(Zeroizing::new(passphrase.as_bytes().to_vec()))
}

fn signs(key: &Key) {
    let signature = key.sign(USER_ID, &[b"mess", b"age"]).unwrap();
    key.public_key()
        .verify(USER_ID, &[b"message"], &signature)
        .unwrap();
}

#[test]
fn a_plain_file_is_a_provider_of_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wang-fang.key.pem");
    KeyFile::create(&path, &secret(1), None, ITERATIONS).unwrap();
    let file = Arc::new(KeyFile::open(&path, || panic!("no passphrase is needed")).unwrap());
    let key = Key::only(file.clone(), Usage::BOTH).unwrap();
    assert_eq!(key.entry().label, "wang-fang");
    assert_eq!(key.public_key(), secret(1).public_key());
    signs(&key);
    let found = Key::find(file.clone(), "wang-fang").unwrap();
    assert_eq!(found.entry(), key.entry());
    // What `hengtan init` wrote before there was a key store.
    fs::write(&path, secret(2).to_pkcs8_pem().as_bytes()).unwrap();
    let file = KeyFile::open(&path, nothing).unwrap();
    assert_eq!(file.keys().unwrap()[0].public_key, *secret(2).public_key());
    let other = secret(1).public_key().key_id();
    assert_eq!(
        file.sign_digest(&other, &[1; 32]).unwrap_err().code(),
        "HT-CRY-072"
    );
}

#[test]
fn an_encrypted_file_needs_its_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.key.pem");
    KeyFile::create(&path, &secret(1), Some(b"correct horse"), ITERATIONS).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert_eq!(
        KeyFile::open(&path, nothing).unwrap_err().code(),
        "HT-CRY-080"
    );
    for wrong in ["correct horsE", "", "correct horse "] {
        let refused = KeyFile::open(&path, some(wrong)).unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-071", "{wrong:?}");
    }
    let file = KeyFile::open(&path, some("correct horse")).unwrap();
    file.set_passphrase(Some(b"battery staple"), ITERATIONS)
        .unwrap();
    assert!(KeyFile::open(&path, some("correct horse")).is_err());
    let file = KeyFile::open(&path, some("battery staple")).unwrap();
    signs(&Key::only(Arc::new(file), Usage::SIGN).unwrap());
}

#[test]
fn a_file_is_never_written_over_and_never_readable_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.key.pem");
    KeyFile::create(&path, &secret(1), None, ITERATIONS).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let refused = KeyFile::create(&path, &secret(2), None, ITERATIONS).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-073");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        KeyFile::open(&path, nothing).unwrap_err().code(),
        "HT-CRY-067"
    );
}

#[test]
fn decryption_and_agreement_give_what_the_key_itself_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.key.pem");
    KeyFile::create(&path, &secret(1), None, ITERATIONS).unwrap();
    let file = Arc::new(KeyFile::open(&path, nothing).unwrap());
    let key = Key::only(file, Usage::DECRYPT).unwrap();
    let ciphertext = key
        .public_key()
        .encrypt(b"sealed row", &mut rand::rng())
        .unwrap();
    for bytes in [ciphertext.to_bytes(), ciphertext.to_der()] {
        assert_eq!(*key.decrypt(&bytes).unwrap(), b"sealed row");
    }
    let mut changed = ciphertext.to_bytes();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(key.decrypt(&changed).unwrap_err(), Error::Decryption);
    for malformed in [&[][..], &[4], &[0x30, 0], &changed[..97]] {
        assert_eq!(
            key.decrypt(malformed).unwrap_err(),
            Error::CiphertextEncoding
        );
    }
    // Both sides of a plain agreement come to the same.
    let path = folder.path().join("peer.key.pem");
    KeyFile::create(&path, &secret(2), None, ITERATIONS).unwrap();
    let peer = Arc::new(KeyFile::open(&path, nothing).unwrap());
    let peer = Key::only(peer, Usage::DECRYPT).unwrap();
    let (here, there) = (
        key.agree(peer.public_key()).unwrap(),
        peer.agree(key.public_key()).unwrap(),
    );
    assert_eq!(here, there);
    assert!(here.iter().any(|byte| *byte != 0));
}

#[test]
fn what_a_provider_prints_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.key.pem");
    KeyFile::create(&path, &secret(0x5a), None, ITERATIONS).unwrap();
    let file = Arc::new(KeyFile::open(&path, nothing).unwrap());
    let key = Key::only(file.clone(), Usage::SIGN).unwrap();
    let store = store(folder.path());
    store.import("a", Usage::BOTH, &secret(0x5a)).unwrap();
    let printed = format!("{file:?} {key:?} {store:?}");
    for hidden in ["5a5a5a5a", "5A5A5A5A", "90, 90, 90", "passphrase"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}

fn store(folder: &Path) -> Folder {
    Folder::create(&folder.join("keys"), b"passphrase", ITERATIONS).unwrap()
}

fn reopened(store: &Folder) -> Result<Folder, Error> {
    Folder::open(Path::new(&store.place()), b"passphrase")
}

fn labels(store: &Folder) -> Vec<String> {
    let keys = store.keys().unwrap();
    keys.into_iter().map(|key| key.label).collect()
}

/// All files of a store but the lock.
fn files(store: &Folder) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(store.place())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("lock"))
        .collect();
    files.sort();
    files
}

#[test]
fn a_store_keeps_its_keys_and_gives_back_none() {
    let folder = tempfile::tempdir().unwrap();
    let made = store(folder.path());
    let generated = made.generate("statement", Usage::SIGN).unwrap();
    let imported = made.import("sealing", Usage::DECRYPT, &secret(3)).unwrap();
    let again = Arc::new(reopened(&made).unwrap());
    assert_eq!(again.keys().unwrap(), [generated.clone(), imported.clone()]);
    signs(&Key::find(again.clone(), "statement").unwrap());
    let sealing = Key::find(again.clone(), "sealing").unwrap();
    assert_eq!(sealing.public_key(), secret(3).public_key());
    assert_eq!(sealing.sign(USER_ID, &[]).unwrap_err().code(), "HT-CRY-087");
    assert_eq!(
        again
            .sign_digest(&imported.key_id(), &[1; 32])
            .unwrap_err()
            .code(),
        "HT-CRY-087"
    );
    assert_eq!(
        again
            .decrypt(&generated.key_id(), &[4; 100])
            .unwrap_err()
            .code(),
        "HT-CRY-087"
    );
    let peer = secret(4);
    assert!(sealing.agree(peer.public_key()).is_ok());
    for path in files(&made) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{path:?}");
        assert!(
            !fs::read_to_string(&path)
                .unwrap()
                .contains("BEGIN PRIVATE KEY")
        );
    }
}

#[test]
fn a_wrong_passphrase_and_a_changed_index_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.generate("a", Usage::BOTH).unwrap();
    let refused = Folder::open(Path::new(&store.place()), b"Passphrase").unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-071");
    let index = Path::new(&store.place()).join("index");
    let text = fs::read_to_string(&index).unwrap();
    let mut cases = vec![
        String::new(),
        text.replace("key a ", "key b "),
        text.replace(" both ", " sign "),
        text.replace("generation 1", "generation 2"),
        text.replace("hengtan-keys 1", "hengtan-keys 2"),
        text.replace("iterations 1000", "iterations 4000000000"),
        text.replace("iterations 1000", "iterations 0"),
        text.replace("mac ", "mac 00"),
        text.clone() + "\n",
        text.replace(" only ", " copied "),
        // A key that is left out.
        text.lines()
            .filter(|line| !line.starts_with("key "))
            .map(|line| format!("{line}\n"))
            .collect(),
        // A file outside of the folder.
        text.replacen(" both ", " both ../", 1),
    ];
    cases.push(text[..text.len() - 1].to_owned());
    for changed in cases {
        assert_ne!(changed, text);
        fs::write(&index, &changed).unwrap();
        assert_eq!(
            reopened(&store).unwrap_err().code(),
            "HT-CRY-070",
            "{changed}"
        );
        // Nothing is written on top of it either.
        assert!(store.generate("c", Usage::BOTH).is_err());
        assert_eq!(fs::read_to_string(&index).unwrap(), changed);
    }
    fs::write(&index, &text).unwrap();
    assert_eq!(labels(&reopened(&store).unwrap()), ["a"]);
}

#[test]
fn an_exchanged_changed_or_lost_key_file_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let keys = [
        store.generate("a", Usage::BOTH).unwrap(),
        store.generate("b", Usage::BOTH).unwrap(),
    ];
    let [first, second] = [&keys[0], &keys[1]].map(|key| PathBuf::from(&key.place));
    let (a, b) = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    let sign = |store: &Folder, key: &KeyId| store.sign_digest(key, &[1; 32]);
    let mut flipped = a.clone();
    flipped[100] ^= 1;
    for content in [&b, &flipped, &a[..a.len() - 1].to_vec()] {
        fs::write(&first, content).unwrap();
        let again = reopened(&store).unwrap();
        assert_eq!(
            sign(&again, &keys[0].key_id()).unwrap_err().code(),
            "HT-CRY-070"
        );
        sign(&again, &keys[1].key_id()).unwrap();
    }
    fs::remove_file(&first).unwrap();
    let again = reopened(&store).unwrap();
    assert_eq!(
        sign(&again, &keys[0].key_id()).unwrap_err().code(),
        "HT-CRY-070"
    );
    write_secret(&first, &a).unwrap();
    sign(&again, &keys[0].key_id()).unwrap();
    // Readable by others: refused as long as it is so.
    fs::set_permissions(&second, fs::Permissions::from_mode(0o644)).unwrap();
    let again = reopened(&store).unwrap();
    assert_eq!(
        sign(&again, &keys[1].key_id()).unwrap_err().code(),
        "HT-CRY-067"
    );
}

#[test]
fn a_changed_passphrase_opens_everything_and_the_old_one_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(folder.path()));
    let entry = store.generate("a", Usage::BOTH).unwrap();
    store.import("b", Usage::BOTH, &secret(3)).unwrap();
    let before = files(&store);
    store.change_passphrase(b"another", ITERATIONS).unwrap();
    assert_eq!(reopened(&store).unwrap_err().code(), "HT-CRY-071");
    let again = Arc::new(Folder::open(Path::new(&store.place()), b"another").unwrap());
    for label in ["a", "b"] {
        signs(&Key::find(again.clone(), label).unwrap());
        signs(&Key::find(store.clone(), label).unwrap());
    }
    assert_eq!(again.keys().unwrap()[0].public_key, entry.public_key);
    // The files under the old passphrase are gone.
    let after = files(&store);
    assert_eq!(after.len(), 3);
    assert!(
        before
            .iter()
            .filter(|path| after.contains(path))
            .eq([&before[before.len() - 1]])
    );
}

#[test]
fn labels_and_keys_are_kept_once_and_labels_are_plain() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.import("a", Usage::BOTH, &secret(3)).unwrap();
    let same_key = store.import("b", Usage::BOTH, &secret(3));
    let same_label = store.import("a", Usage::BOTH, &secret(4));
    for refused in [same_key, same_label] {
        assert_eq!(refused.unwrap_err().code(), "HT-CRY-073");
    }
    for label in [
        "",
        "a b",
        "a/b",
        "..",
        "\u{4e2d}",
        "a\nkey",
        &"x".repeat(65),
    ] {
        let refused = store.generate(label, Usage::BOTH).unwrap_err();
        assert_eq!(refused.code(), "HT-CRY-073", "{label:?}");
    }
    // What was refused leaves no file.
    assert_eq!(files(&store).len(), 2);
    assert_eq!(labels(&reopened(&store).unwrap()), ["a"]);
}

#[test]
fn the_last_copy_of_a_key_in_use_is_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let entry = store.generate("a", Usage::BOTH).unwrap();
    let key = entry.key_id();
    store
        .set_purpose(&key, Some("statements of node\n1"))
        .unwrap();
    let refused = store.delete(&key).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"HT-CRY-074 label="a" usage="statements of node 1""#
    );
    let exported = store.export(&key, b"for the safe", ITERATIONS).unwrap();
    let copy = SecretKey::from_encrypted_pkcs8_pem(&exported, b"for the safe").unwrap();
    assert_eq!(copy.public_key(), &entry.public_key);
    reopened(&store).unwrap().delete(&key).unwrap();
    assert_eq!(files(&store).len(), 1);
    // The first one learns of it with its next change.
    assert_eq!(store.delete(&key).unwrap_err().code(), "HT-CRY-072");
    // Not in use: no reason to keep it.
    let unused = store.generate("b", Usage::BOTH).unwrap().key_id();
    store.set_purpose(&unused, Some("nothing much")).unwrap();
    store.set_purpose(&unused, None).unwrap();
    store.delete(&unused).unwrap();
}

#[test]
fn two_writers_do_not_meet_and_two_programs_see_each_others_keys() {
    let folder = tempfile::tempdir().unwrap();
    let here = store(folder.path());
    let there = reopened(&here).unwrap();
    let lock = fs::File::open(Path::new(&here.place()).join("lock")).unwrap();
    lock.lock().unwrap();
    let refused = here.generate("a", Usage::BOTH).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-069");
    // Reading goes on.
    reopened(&here).unwrap();
    drop(lock);
    here.generate("a", Usage::BOTH).unwrap();
    there.generate("b", Usage::BOTH).unwrap();
    assert_eq!(labels(&there), ["a", "b"]);
    assert_eq!(
        here.generate("b", Usage::BOTH).unwrap_err().code(),
        "HT-CRY-073"
    );
    assert_eq!(labels(&reopened(&here).unwrap()), ["a", "b"]);
}

#[test]
fn what_a_crash_left_behind_is_harmless_and_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.generate("a", Usage::BOTH).unwrap();
    let place = PathBuf::from(store.place());
    // A key file that no index names yet, and half-written drafts.
    for name in ["0123456789abcdef.9.key.pem", "index.tmp", "x.key.pem.tmp"] {
        write_secret(&place.join(name), b"half").unwrap();
    }
    assert_eq!(labels(&reopened(&store).unwrap()), ["a"]);
    store.generate("b", Usage::BOTH).unwrap();
    assert_eq!(files(&store).len(), 3);
    assert_eq!(labels(&reopened(&store).unwrap()), ["a", "b"]);
}

#[test]
fn a_store_that_others_can_enter_or_that_exists_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let place = PathBuf::from(store.place());
    let refused = Folder::create(&place, b"passphrase", ITERATIONS).unwrap_err();
    assert_eq!(refused.code(), "HT-CRY-073");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o750)).unwrap();
    assert_eq!(reopened(&store).unwrap_err().code(), "HT-CRY-067");
    assert_eq!(
        store.generate("a", Usage::BOTH).unwrap_err().code(),
        "HT-CRY-067"
    );
    let missing = Folder::open(&folder.path().join("none"), b"passphrase").unwrap_err();
    assert_eq!(missing.code(), "HT-CRY-065");
    assert!(Folder::is_one(&place) && !Folder::is_one(folder.path()));
}
