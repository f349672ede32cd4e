//! Libraries that behave like a vendor's, compiled by the tests that load them.
#![allow(
    unsafe_code,
    dead_code,
    clippy::unwrap_used,
    reason = "the stub is a C library; each test uses a part of this"
)]

use sm2::dsa::{SigningKey, signature::hazmat::PrehashSigner};
use std::{
    ffi::{c_int, c_long, c_uint},
    path::{Path, PathBuf},
    process::Command,
};

/// A compiled stub and the folder that it is in.
pub struct Stub {
    folder: tempfile::TempDir,
    library: libloading::Library,
    path: PathBuf,
}

/// Compiles a stub of its own for one test: its state is shared with nobody. Nothing where there is no C compiler.
pub fn build(source: &str, defines: &[&str]) -> Option<Stub> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/stub")
        .join(source);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libstub.so");
    let compiled = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Werror", "-shared", "-fPIC", "-o"])
        .arg(&path)
        .args(defines.iter().map(|define| format!("-D{define}")))
        .arg(source)
        .status();
    match compiled {
        Ok(status) => assert!(status.success(), "the stub does not compile"),
        Err(error) => {
            eprintln!("skipped: no C compiler (cc): {error}");
            return None;
        }
    }
    // SAFETY: the stub has no initialisers.
    let library = unsafe { libloading::Library::new(&path) }.unwrap();
    Some(Stub {
        folder,
        library,
        path,
    })
}

impl Stub {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Turns a switch of the stub.
    pub fn set(&self, switch: c_int, value: i64) {
        // SAFETY: the stub's function has this type.
        unsafe {
            let set = self
                .library
                .get::<unsafe extern "C" fn(c_int, c_long)>(b"stub_set");
            set.unwrap()(switch, value);
        }
    }

    /// Reads a counter of the stub.
    pub fn count(&self, counter: c_int) -> i64 {
        // SAFETY: the stub's function has this type.
        unsafe {
            let count = self
                .library
                .get::<unsafe extern "C" fn(c_int) -> c_long>(b"stub_count");
            count.unwrap()(counter)
        }
    }

    /// Gives the stub its keys.
    pub fn give_keys(&self) {
        type Register = unsafe extern "C" fn(
            extern "C" fn(c_uint, c_int, *mut u8) -> c_int,
            extern "C" fn(c_uint, *const u8, *mut u8) -> c_int,
            extern "C" fn(c_uint, *const u8, *const u8, *const u8, c_uint, *mut u8) -> c_int,
        );
        // SAFETY: the stub's function has this type, and the functions live as long as the program.
        unsafe {
            let register = self.library.get::<Register>(b"stub_keys").unwrap();
            register(public_key, sign, decrypt);
        }
    }
}

impl Stub {
    /// Gives a token that hashes itself the hash function.
    pub fn give_hash(&self) {
        type Register =
            unsafe extern "C" fn(extern "C" fn(c_uint, *const u8, c_uint, *mut u8) -> c_int);
        // SAFETY: the stub's function has this type, and the function lives as long as the program.
        unsafe {
            let register = self.library.get::<Register>(b"stub_hash").unwrap();
            register(hash);
        }
    }
}

/// SM3 of the data, or of Z of a key and the data.
extern "C" fn hash(index: c_uint, data: *const u8, length: c_uint, digest: *mut u8) -> c_int {
    // SAFETY: the stub gives so many bytes.
    let data = unsafe { std::slice::from_raw_parts(data, length as usize) };
    let hashed = if index == 0 {
        crypto_sm::sm3::hash(&[data])
    } else {
        let secret = secret(index, false).unwrap();
        let key = crypto_sm::sm2::SecretKey::from_bytes(&secret).unwrap();
        key.public_key().default_verifier().digest(&[data])
    };
    // SAFETY: the stub gives 32 bytes.
    unsafe { std::ptr::copy_nonoverlapping(hashed.as_ptr(), digest, 32) };
    0
}

/// The secret of a key of the stub: numbers 1 to 3 exist; number 3 uses one pair for both.
pub fn secret(index: u32, encryption: bool) -> Option<[u8; 32]> {
    match (index, encryption) {
        (1..=2, false) => Some([0x10 + index as u8; 32]),
        (1..=2, true) => Some([0x20 + index as u8; 32]),
        (3, _) => Some([0x33; 32]),
        _ => None,
    }
}

extern "C" fn public_key(index: c_uint, encryption: c_int, xy: *mut u8) -> c_int {
    let Some(secret) = secret(index, encryption != 0) else {
        return 1;
    };
    let key = crypto_sm::sm2::SecretKey::from_bytes(&secret).unwrap();
    let point = key.public_key().to_uncompressed();
    // SAFETY: the stub gives 64 bytes.
    unsafe { std::ptr::copy_nonoverlapping(point[1..].as_ptr(), xy, 64) };
    0
}

extern "C" fn sign(index: c_uint, digest: *const u8, rs: *mut u8) -> c_int {
    let Some(secret) = secret(index, false) else {
        return 1;
    };
    // SAFETY: the stub gives 32 bytes.
    let digest = unsafe { std::slice::from_raw_parts(digest, 32) };
    let signature = SigningKey::from_slice("", &secret)
        .and_then(|key| key.sign_prehash(digest))
        .unwrap();
    // SAFETY: the stub gives 64 bytes.
    unsafe { std::ptr::copy_nonoverlapping(signature.to_bytes().as_ptr(), rs, 64) };
    0
}

extern "C" fn decrypt(
    index: c_uint,
    xy: *const u8,
    m: *const u8,
    c: *const u8,
    length: c_uint,
    out: *mut u8,
) -> c_int {
    let Some(secret) = secret(index, true) else {
        return 1;
    };
    // SAFETY: the stub gives 64, 32 and `length` bytes.
    let (xy, m, c) = unsafe {
        (
            std::slice::from_raw_parts(xy, 64),
            std::slice::from_raw_parts(m, 32),
            std::slice::from_raw_parts(c, length as usize),
        )
    };
    let decrypted = crypto_sm::sm2::Ciphertext::from_bytes(&[&[4], xy, m, c].concat())
        .and_then(|cipher| crypto_sm::sm2::SecretKey::from_bytes(&secret)?.decrypt(&cipher));
    let Ok(plaintext) = decrypted else { return 1 };
    // SAFETY: the stub gives room for `length` bytes.
    unsafe { std::ptr::copy_nonoverlapping(plaintext.as_ptr(), out, plaintext.len()) };
    0
}
