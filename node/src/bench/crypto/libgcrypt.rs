//! The system's libgcrypt, loaded at run time: a peer to be measured beside, never something the product works with.
#![allow(
    unsafe_code,
    reason = "a C library's functions; only the benchmark calls them"
)]

use libloading::{Library, Symbol};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

/// `GCRY_MD_SM3` of gcrypt.h.
const SM3: c_int = 326;

/// `GCRY_CIPHER_SM4` of gcrypt.h.
const SM4: c_int = 318;

/// A mode of SM4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `GCRY_CIPHER_MODE_CTR`.
    Ctr = 6,
    /// `GCRY_CIPHER_MODE_GCM`.
    Gcm = 9,
}

/// The library, initialised.
#[derive(Debug)]
pub(super) struct Gcrypt {
    library: Library,
    version: String,
}

/// An SM4 encryption under one key.
#[derive(Debug)]
pub(super) struct Cipher<'a> {
    gcrypt: &'a Gcrypt,
    handle: *mut c_void,
    mode: Mode,
}

type Version = unsafe extern "C" fn(*const c_char) -> *const c_char;
type Hash = unsafe extern "C" fn(c_int, *mut c_void, *const c_void, usize);
type Available = unsafe extern "C" fn(c_int, c_int, *mut c_void, *mut usize) -> c_uint;
type Open = unsafe extern "C" fn(*mut *mut c_void, c_int, c_int, c_uint) -> c_uint;
type Close = unsafe extern "C" fn(*mut c_void);
type Give = unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> c_uint;
type Crypt = unsafe extern "C" fn(*mut c_void, *mut c_void, usize, *const c_void, usize) -> c_uint;
type Tag = unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> c_uint;

impl Gcrypt {
    /// The library, if the system has it.
    pub(super) fn load() -> Option<Self> {
        // SAFETY: the library's initialisers are made to run in any process; `gcry_check_version` must come first, and
        // its text is static.
        unsafe {
            let library = Library::new("libgcrypt.so.20").ok()?;
            let version = {
                let check: Symbol<'_, Version> = library.get(b"gcry_check_version\0").ok()?;
                let text = check(null());
                if text.is_null() {
                    return None;
                }
                CStr::from_ptr(text).to_string_lossy().into_owned()
            };
            Some(Self { library, version })
        }
    }

    /// Looks up a function.
    ///
    /// # Safety
    /// `T` must be the function's type in gcrypt.h.
    unsafe fn function<T>(&self, name: &CStr) -> Option<Symbol<'_, T>> {
        // SAFETY: the caller vouches for the type.
        unsafe { self.library.get(name.to_bytes_with_nul()) }.ok()
    }

    /// Version of the library.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// SM3 of a byte string; nothing where the library lacks it.
    pub(super) fn hasher(&self) -> Option<impl Fn(&[u8]) -> [u8; 32] + '_> {
        // SAFETY: types as in gcrypt.h. `gcry_md_algo_info` with GCRYCTL_TEST_ALGO (8) only asks. The digest has room for
        // 32 bytes, which is what SM3 gives.
        unsafe {
            let info: Symbol<'_, Available> = self.function(c"gcry_md_algo_info")?;
            if info(SM3, 8, null_mut(), null_mut()) != 0 {
                return None;
            }
            let hash: Symbol<'_, Hash> = self.function(c"gcry_md_hash_buffer")?;
            Some(move |message: &[u8]| {
                let mut digest = [0u8; 32];
                hash(
                    SM3,
                    digest.as_mut_ptr().cast(),
                    message.as_ptr().cast(),
                    message.len(),
                );
                digest
            })
        }
    }

    /// SM4 in a mode; nothing where the library lacks it.
    pub(super) fn cipher(&self, mode: Mode, key: &[u8; 16]) -> Option<Cipher<'_>> {
        let mut handle = null_mut();
        // SAFETY: types as in gcrypt.h; the key is read within its length; the handle is owned by `Cipher`.
        unsafe {
            let open: Symbol<'_, Open> = self.function(c"gcry_cipher_open")?;
            let set_key: Symbol<'_, Give> = self.function(c"gcry_cipher_setkey")?;
            if open(&mut handle, SM4, mode as c_int, 0) != 0 {
                return None;
            }
            let cipher = Cipher {
                gcrypt: self,
                handle,
                mode,
            };
            (set_key(handle, key.as_ptr().cast(), key.len()) == 0).then_some(cipher)
        }
    }
}

impl Cipher<'_> {
    /// Encrypts in place under a nonce (GCM: 12 bytes) or a first counter block (CTR: 16 bytes).
    pub(super) fn encrypt(&self, nonce: &[u8], data: &mut [u8]) -> Option<()> {
        // SAFETY: types as in gcrypt.h; a null input means that the output is encrypted in place; the tag has 16 bytes.
        unsafe {
            let begin: Symbol<'_, Give> = self.gcrypt.function(match self.mode {
                Mode::Ctr => c"gcry_cipher_setctr",
                Mode::Gcm => c"gcry_cipher_setiv",
            })?;
            let encrypt: Symbol<'_, Crypt> = self.gcrypt.function(c"gcry_cipher_encrypt")?;
            let begun = begin(self.handle, nonce.as_ptr().cast(), nonce.len());
            let done = encrypt(self.handle, data.as_mut_ptr().cast(), data.len(), null(), 0);
            if begun != 0 || done != 0 {
                return None;
            }
            if self.mode == Mode::Gcm {
                let take: Symbol<'_, Tag> = self.gcrypt.function(c"gcry_cipher_gettag")?;
                let mut tag = [0u8; 16];
                if take(self.handle, tag.as_mut_ptr().cast(), tag.len()) != 0 {
                    return None;
                }
            }
            Some(())
        }
    }
}

impl Drop for Cipher<'_> {
    fn drop(&mut self) {
        // SAFETY: made by gcry_cipher_open and closed here only.
        unsafe {
            if let Some(close) = self.gcrypt.function::<Close>(c"gcry_cipher_close") {
                close(self.handle);
            }
        }
    }
}
