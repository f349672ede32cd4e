//! The system's OpenSSL 3, loaded at run time: a peer to be measured beside, never something the product works with.
#![allow(
    unsafe_code,
    reason = "a C library's functions; only the benchmark calls them"
)]

use libloading::{Library, Symbol};
use std::ffi::{CStr, c_char, c_int, c_long, c_uchar, c_void};
use std::ptr::{null, null_mut};

/// libcrypto with its functions looked up.
#[derive(Debug)]
pub(super) struct OpenSsl {
    library: Library,
}

/// An SM2 key pair inside OpenSSL, with contexts that sign and verify digests.
#[derive(Debug)]
pub(super) struct Key<'a> {
    openssl: &'a OpenSsl,
    key: *mut c_void,
    signer: *mut c_void,
    verifier: *mut c_void,
}

/// An SM4 encryption under one key.
#[derive(Debug)]
pub(super) struct Cipher<'a> {
    openssl: &'a OpenSsl,
    context: *mut c_void,
}

type Free = unsafe extern "C" fn(*mut c_void);
type PrivateKey =
    unsafe extern "C" fn(*mut *mut c_void, *mut *const c_uchar, c_long) -> *mut c_void;
type KeyContext = unsafe extern "C" fn(*mut c_void, *mut c_void) -> *mut c_void;
type Init = unsafe extern "C" fn(*mut c_void) -> c_int;
type Sign =
    unsafe extern "C" fn(*mut c_void, *mut c_uchar, *mut usize, *const c_uchar, usize) -> c_int;
type Verify =
    unsafe extern "C" fn(*mut c_void, *const c_uchar, usize, *const c_uchar, usize) -> c_int;
type Hash = unsafe extern "C" fn(
    *const c_void,
    usize,
    *mut c_uchar,
    *mut u32,
    *const c_void,
    *mut c_void,
) -> c_int;
type Algorithm = unsafe extern "C" fn() -> *const c_void;
type Fetch = unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char) -> *mut c_void;
type Context = unsafe extern "C" fn() -> *mut c_void;
type EncryptInit = unsafe extern "C" fn(
    *mut c_void,
    *const c_void,
    *mut c_void,
    *const c_uchar,
    *const c_uchar,
) -> c_int;
type EncryptUpdate =
    unsafe extern "C" fn(*mut c_void, *mut c_uchar, *mut c_int, *const c_uchar, c_int) -> c_int;
type EncryptFinal = unsafe extern "C" fn(*mut c_void, *mut c_uchar, *mut c_int) -> c_int;
type Version = unsafe extern "C" fn(c_int) -> *const c_char;

impl OpenSsl {
    /// The library, if the system has one of version 3 or later.
    pub(super) fn load() -> Option<Self> {
        // SAFETY: libcrypto's initialisers are made to run in any process.
        let library = unsafe { Library::new("libcrypto.so.3") }.ok()?;
        Some(Self { library })
    }

    /// Looks up a function.
    ///
    /// # Safety
    /// `T` must be the function's type in OpenSSL 3's headers.
    unsafe fn function<T>(&self, name: &CStr) -> Option<Symbol<'_, T>> {
        // SAFETY: the caller vouches for the type.
        unsafe { self.library.get(name.to_bytes_with_nul()) }.ok()
    }

    /// What the library calls itself.
    pub(super) fn version(&self) -> Option<String> {
        // SAFETY: type as in openssl/crypto.h; the text is static.
        unsafe {
            let version: Symbol<'_, Version> = self.function(c"OpenSSL_version")?;
            let text = version(0);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }

    /// A key pair from its PKCS #8 document.
    pub(super) fn key(&self, pkcs8: &[u8]) -> Option<Key<'_>> {
        // SAFETY: types as in openssl/x509.h and openssl/evp.h; the input is read within its length; what is made is
        // owned by `Key` and freed once, null pointers included, which OpenSSL permits.
        unsafe {
            let parse: Symbol<'_, PrivateKey> = self.function(c"d2i_AutoPrivateKey")?;
            let context: Symbol<'_, KeyContext> = self.function(c"EVP_PKEY_CTX_new")?;
            let sign_init: Symbol<'_, Init> = self.function(c"EVP_PKEY_sign_init")?;
            let verify_init: Symbol<'_, Init> = self.function(c"EVP_PKEY_verify_init")?;
            let mut input = pkcs8.as_ptr();
            let key = parse(null_mut(), &mut input, c_long::try_from(pkcs8.len()).ok()?);
            let mut made = Key {
                openssl: self,
                key,
                signer: null_mut(),
                verifier: null_mut(),
            };
            if key.is_null() {
                return None;
            }
            made.signer = context(key, null_mut());
            made.verifier = context(key, null_mut());
            let ready = !made.signer.is_null()
                && !made.verifier.is_null()
                && sign_init(made.signer) == 1
                && verify_init(made.verifier) == 1;
            ready.then_some(made)
        }
    }

    /// SM3 of a byte string.
    pub(super) fn hasher(&self) -> Option<impl Fn(&[u8]) -> Option<[u8; 32]> + '_> {
        // SAFETY: types as in openssl/evp.h; the digest has room for 32 bytes, which is what SM3 gives.
        unsafe {
            let algorithm: Symbol<'_, Algorithm> = self.function(c"EVP_sm3")?;
            let algorithm = algorithm();
            if algorithm.is_null() {
                return None;
            }
            let hash: Symbol<'_, Hash> = self.function(c"EVP_Digest")?;
            Some(move |message: &[u8]| {
                let mut digest = [0; 32];
                let done = hash(
                    message.as_ptr().cast(),
                    message.len(),
                    digest.as_mut_ptr(),
                    null_mut(),
                    algorithm,
                    null_mut(),
                );
                (done == 1).then_some(digest)
            })
        }
    }

    /// SM4 in a mode by OpenSSL's name, `SM4-CTR` or `SM4-GCM`; nothing where the library lacks it.
    pub(super) fn cipher(&self, name: &CStr, key: &[u8; 16]) -> Option<Cipher<'_>> {
        // SAFETY: types as in openssl/evp.h; the key has the 16 bytes that SM4 reads.
        unsafe {
            let fetch: Symbol<'_, Fetch> = self.function(c"EVP_CIPHER_fetch")?;
            let context: Symbol<'_, Context> = self.function(c"EVP_CIPHER_CTX_new")?;
            let init: Symbol<'_, EncryptInit> = self.function(c"EVP_EncryptInit_ex")?;
            let algorithm = fetch(null_mut(), name.as_ptr(), null());
            if algorithm.is_null() {
                return None;
            }
            let cipher = Cipher {
                openssl: self,
                context: context(),
            };
            let begun = init(cipher.context, algorithm, null_mut(), key.as_ptr(), null());
            // The context holds a reference of its own.
            if let Some(free) = self.function::<Free>(c"EVP_CIPHER_free") {
                free(algorithm);
            }
            (begun == 1).then_some(cipher)
        }
    }
}

impl Key<'_> {
    /// Signs a digest; the signature in DER.
    pub(super) fn sign(&self, digest: &[u8; 32]) -> Option<Vec<u8>> {
        let mut signature = vec![0; 80];
        let mut length = signature.len();
        // SAFETY: type as in openssl/evp.h; the library writes at most `length` bytes and says how many.
        let done = unsafe {
            let sign: Symbol<'_, Sign> = self.openssl.function(c"EVP_PKEY_sign")?;
            sign(
                self.signer,
                signature.as_mut_ptr(),
                &mut length,
                digest.as_ptr(),
                digest.len(),
            )
        };
        signature.truncate(length);
        (done == 1).then_some(signature)
    }

    /// Whether a signature in DER is this key's over the digest.
    pub(super) fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Option<bool> {
        // SAFETY: type as in openssl/evp.h; both inputs are read within their lengths.
        let verdict = unsafe {
            let verify: Symbol<'_, Verify> = self.openssl.function(c"EVP_PKEY_verify")?;
            verify(
                self.verifier,
                signature.as_ptr(),
                signature.len(),
                digest.as_ptr(),
                digest.len(),
            )
        };
        Some(verdict == 1)
    }
}

impl Drop for Key<'_> {
    fn drop(&mut self) {
        // SAFETY: each was made by the matching constructor, or is null, and is freed here only.
        unsafe {
            if let Some(free) = self.openssl.function::<Free>(c"EVP_PKEY_CTX_free") {
                free(self.signer);
                free(self.verifier);
            }
            if let Some(free) = self.openssl.function::<Free>(c"EVP_PKEY_free") {
                free(self.key);
            }
        }
    }
}

impl Cipher<'_> {
    /// Encrypts in place under a nonce (GCM: 12 bytes) or a first counter block (CTR: 16 bytes).
    pub(super) fn encrypt(&self, nonce: &[u8], data: &mut [u8]) -> Option<()> {
        let mut written = 0;
        // SAFETY: types as in openssl/evp.h; output and input may be the same buffer; stream modes write as much as they
        // read, and finishing writes nothing into the block given for it.
        unsafe {
            let init: Symbol<'_, EncryptInit> = self.openssl.function(c"EVP_EncryptInit_ex")?;
            let update: Symbol<'_, EncryptUpdate> = self.openssl.function(c"EVP_EncryptUpdate")?;
            let finish: Symbol<'_, EncryptFinal> = self.openssl.function(c"EVP_EncryptFinal_ex")?;
            let length = c_int::try_from(data.len()).ok()?;
            let data = data.as_mut_ptr();
            let mut rest = [0; 16];
            let done = init(self.context, null(), null_mut(), null(), nonce.as_ptr()) == 1
                && update(self.context, data, &mut written, data, length) == 1
                && written == length
                && finish(self.context, rest.as_mut_ptr(), &mut written) == 1;
            done.then_some(())
        }
    }
}

impl Drop for Cipher<'_> {
    fn drop(&mut self) {
        // SAFETY: made by EVP_CIPHER_CTX_new, or null, and freed here only.
        unsafe {
            if let Some(free) = self.openssl.function::<Free>(c"EVP_CIPHER_CTX_free") {
                free(self.context);
            }
        }
    }
}
