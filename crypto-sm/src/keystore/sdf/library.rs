//! The vendor's library: loaded at run time, every call behind a safe function.
#![allow(
    unsafe_code,
    reason = "a C library is loaded and called; this module is all that does it for SDF"
)]

use super::{Decryption, abi};
use crate::Error;
use libloading::Library;
use std::{
    ffi::{c_uchar, c_uint, c_void},
    path::Path,
    ptr,
};
use zeroize::Zeroizing;

/// Bytes behind each output that a call must leave alone. A library of another layout, or a faulty one, that writes beyond
/// its structure writes here and is found out.
const GUARD_LENGTH: usize = 512;

/// What outputs are filled with before a call, so that bytes that were never written are seen.
const FILLING: u8 = 0xa5;

/// Why a call gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// The library says so.
    Code(u32),
    /// The library wrote where it must not, or not what it must.
    Answer,
}

/// An output with room behind it that must stay as it is.
#[repr(C)]
struct Guarded<T> {
    value: T,
    guard: [u8; GUARD_LENGTH],
}

impl<T> Guarded<T> {
    fn new(value: T) -> Self {
        Self {
            value,
            guard: [FILLING; GUARD_LENGTH],
        }
    }

    fn into_value(self) -> Result<T, Failed> {
        if self.guard == [FILLING; GUARD_LENGTH] {
            Ok(self.value)
        } else {
            Err(Failed::Answer)
        }
    }
}

/// A device that was opened.
#[derive(Debug)]
pub(super) struct DeviceHandle(abi::Handle);

/// A session. Used by one thread at a time, because every call takes it by `&mut`.
#[derive(Debug)]
pub(super) struct SessionHandle(abi::Handle);

// SAFETY: the handles are opaque numbers or pointers that only the library looks into. GM/T 0018 clause 6.1 lets one device
// have many sessions and any thread use any session; that no session is used twice at a time is ensured by `&mut`.
unsafe impl Send for DeviceHandle {}
// SAFETY: as above; `&DeviceHandle` only serves to open and close sessions, which the standard lets any thread do.
unsafe impl Sync for DeviceHandle {}
// SAFETY: as above.
unsafe impl Send for SessionHandle {}

/// The functions of one library.
#[derive(Debug)]
pub(super) struct Calls {
    open_device: abi::OpenDevice,
    close_device: abi::CloseDevice,
    open_session: abi::OpenSession,
    close_session: abi::CloseSession,
    device_info: abi::GetDeviceInfo,
    generate_random: abi::GenerateRandom,
    access_right: abi::GetPrivateKeyAccessRight,
    release_access_right: abi::ReleasePrivateKeyAccessRight,
    export_signing_key: abi::ExportPublicKey,
    export_encryption_key: abi::ExportPublicKey,
    internal_sign: abi::InternalSign,
    external_verify: Option<abi::ExternalVerify>,
    internal_decrypt: Option<unsafe extern "C" fn()>,
    /// Keeps the functions' code in memory.
    _library: Library,
}

impl Calls {
    /// Loads a library and looks up its functions.
    pub(super) fn load(path: &Path) -> Result<Self, Error> {
        let shown = || path.display().to_string();
        // SAFETY: loading runs the library's initialisers. The operator named this file as the vendor's library, and it
        // is trusted as the device itself is.
        let library = unsafe { Library::new(path) }.map_err(|error| Error::LibraryUnloadable {
            path: shown(),
            detail: error.to_string(),
        })?;
        /// The function with this name, as a plain pointer.
        fn look_up<F: Copy>(library: &Library, name: &'static str) -> Option<F> {
            // SAFETY: `F` is the type that GM/T 0018 gives the function with this name; each use below pairs the two.
            // The pointer is used only while `_library` keeps the code loaded.
            unsafe { library.get::<F>(name.as_bytes()) }
                .ok()
                .map(|symbol| *symbol)
        }
        fn needed<F: Copy>(
            library: &Library,
            name: &'static str,
            path: impl Fn() -> String,
        ) -> Result<F, Error> {
            look_up(library, name).ok_or_else(|| Error::LibrarySymbol {
                path: path(),
                symbol: name,
            })
        }
        Ok(Self {
            open_device: needed(&library, "SDF_OpenDevice", shown)?,
            close_device: needed(&library, "SDF_CloseDevice", shown)?,
            open_session: needed(&library, "SDF_OpenSession", shown)?,
            close_session: needed(&library, "SDF_CloseSession", shown)?,
            device_info: needed(&library, "SDF_GetDeviceInfo", shown)?,
            generate_random: needed(&library, "SDF_GenerateRandom", shown)?,
            access_right: needed(&library, "SDF_GetPrivateKeyAccessRight", shown)?,
            release_access_right: needed(&library, "SDF_ReleasePrivateKeyAccessRight", shown)?,
            export_signing_key: needed(&library, "SDF_ExportSignPublicKey_ECC", shown)?,
            export_encryption_key: needed(&library, "SDF_ExportEncPublicKey_ECC", shown)?,
            internal_sign: needed(&library, "SDF_InternalSign_ECC", shown)?,
            external_verify: look_up(&library, "SDF_ExternalVerify_ECC"),
            internal_decrypt: look_up(&library, "SDF_InternalDecrypt_ECC"),
            _library: library,
        })
    }

    pub(super) fn open_device(&self) -> Result<DeviceHandle, Failed> {
        let mut handle = Guarded::new(ptr::null_mut());
        // SAFETY: the argument points to a handle that the function fills.
        accept(unsafe { (self.open_device)(&mut handle.value) })?;
        let handle = handle.into_value()?;
        if handle.is_null() {
            return Err(Failed::Answer);
        }
        Ok(DeviceHandle(handle))
    }

    pub(super) fn close_device(&self, device: &mut DeviceHandle) {
        let handle = std::mem::replace(&mut device.0, ptr::null_mut());
        if !handle.is_null() {
            // SAFETY: the handle came from `open_device`; null from now on, it is never used again.
            unsafe { (self.close_device)(handle) };
        }
    }

    pub(super) fn open_session(&self, device: &DeviceHandle) -> Result<SessionHandle, Failed> {
        let mut handle = Guarded::new(ptr::null_mut());
        // SAFETY: the device is open, and the second argument points to a handle that the function fills.
        accept(unsafe { (self.open_session)(device.0, &mut handle.value) })?;
        let handle = handle.into_value()?;
        if handle.is_null() {
            return Err(Failed::Answer);
        }
        Ok(SessionHandle(handle))
    }

    pub(super) fn close_session(&self, session: &mut SessionHandle) {
        let handle = std::mem::replace(&mut session.0, ptr::null_mut());
        if !handle.is_null() {
            // SAFETY: the handle came from `open_session`; null from now on, it is never used again.
            unsafe { (self.close_session)(handle) };
        }
    }

    pub(super) fn device_info(
        &self,
        session: &mut SessionHandle,
    ) -> Result<abi::DeviceInfo, Failed> {
        let mut info = Guarded::new(abi::DeviceInfo {
            issuer_name: [0; 40],
            device_name: [0; 16],
            device_serial: [0; 16],
            device_version: 0,
            standard_version: 0,
            asymmetric_algorithms: [0; 2],
            symmetric_algorithms: 0,
            hash_algorithms: 0,
            buffer_size: 0,
        });
        // SAFETY: the session is open; the second argument points to a DEVICEINFO.
        accept(unsafe { (self.device_info)(session.0, &mut info.value) })?;
        info.into_value()
    }

    pub(super) fn generate_random(
        &self,
        session: &mut SessionHandle,
        bytes: &mut [u8],
    ) -> Result<(), Failed> {
        let mut room = Zeroizing::new(vec![FILLING; bytes.len() + GUARD_LENGTH]);
        let length = c_uint::try_from(bytes.len()).map_err(|_| Failed::Answer)?;
        // SAFETY: the session is open; the buffer has more than `length` bytes.
        accept(unsafe { (self.generate_random)(session.0, length, room.as_mut_ptr()) })?;
        let (drawn, guard) = room.split_at(bytes.len());
        if guard.iter().any(|byte| *byte != FILLING) {
            return Err(Failed::Answer);
        }
        // Sixteen equal bytes are no chance: the function wrote nothing, or the generator stands still.
        if drawn.len() >= 16 && drawn.iter().all(|byte| *byte == drawn[0]) {
            return Err(Failed::Answer);
        }
        bytes.copy_from_slice(drawn);
        Ok(())
    }

    pub(super) fn access_right(
        &self,
        session: &mut SessionHandle,
        index: u32,
        pin: &[u8],
    ) -> Result<(), Failed> {
        // The parameter is not const in the standard's header, so the library gets a copy that it may write to.
        let mut pin = Zeroizing::new(pin.to_vec());
        let length = c_uint::try_from(pin.len()).map_err(|_| Failed::Answer)?;
        // SAFETY: the session is open; the buffer has `length` bytes.
        accept(unsafe { (self.access_right)(session.0, index, pin.as_mut_ptr(), length) })
    }

    pub(super) fn release_access_right(&self, session: &mut SessionHandle, index: u32) {
        // SAFETY: the session is open. What it says does not matter: the session is closed next.
        unsafe { (self.release_access_right)(session.0, index) };
    }

    pub(super) fn export_public_key(
        &self,
        session: &mut SessionHandle,
        index: u32,
        encryption: bool,
    ) -> Result<abi::PublicKey, Failed> {
        let export = if encryption {
            self.export_encryption_key
        } else {
            self.export_signing_key
        };
        let mut key = Guarded::new(abi::PublicKey {
            bits: 0,
            x: [FILLING; abi::COORDINATE_LENGTH],
            y: [FILLING; abi::COORDINATE_LENGTH],
        });
        // SAFETY: the session is open; the last argument points to an ECCrefPublicKey.
        accept(unsafe { export(session.0, index, &mut key.value) })?;
        key.into_value()
    }

    pub(super) fn internal_sign(
        &self,
        session: &mut SessionHandle,
        index: u32,
        digest: &[u8; 32],
    ) -> Result<abi::Signature, Failed> {
        let mut digest = *digest;
        let mut signature = Guarded::new(abi::Signature {
            r: [FILLING; abi::COORDINATE_LENGTH],
            s: [FILLING; abi::COORDINATE_LENGTH],
        });
        // SAFETY: the session is open; the data has the 32 bytes that are announced; the last argument points to an
        // ECCSignature.
        accept(unsafe {
            (self.internal_sign)(
                session.0,
                index,
                digest.as_mut_ptr(),
                32,
                &mut signature.value,
            )
        })?;
        signature.into_value()
    }

    /// The device's own verdict on a signature; nothing if the library has no such function.
    pub(super) fn external_verify(
        &self,
        session: &mut SessionHandle,
        key: &abi::PublicKey,
        digest: &[u8; 32],
        signature: &abi::Signature,
    ) -> Option<Result<(), Failed>> {
        let verify = self.external_verify?;
        let (mut key, mut digest, mut signature) = (*key, *digest, *signature);
        // SAFETY: the session is open; the pointers are to structures of the standard's layout and to 32 bytes of data.
        let answer = unsafe {
            verify(
                session.0,
                abi::SGD_SM2_1,
                &mut key,
                digest.as_mut_ptr(),
                32,
                &mut signature,
            )
        };
        Some(accept(answer))
    }

    /// Decrypts; nothing if the library has no such function.
    pub(super) fn internal_decrypt(
        &self,
        session: &mut SessionHandle,
        index: u32,
        form: Decryption,
        head: &abi::CipherHead,
        ciphertext: &[u8],
    ) -> Option<Result<Zeroizing<Vec<u8>>, Failed>> {
        let decrypt = self.internal_decrypt?;
        let mut cipher = cipher_block(head, ciphertext);
        let mut room = Zeroizing::new(vec![FILLING; ciphertext.len() + GUARD_LENGTH]);
        let mut length = head.length;
        let cipher: *mut c_void = cipher.as_mut_ptr().cast();
        let output: *mut c_uchar = room.as_mut_ptr();
        // SAFETY: `decrypt` is SDF_InternalDecrypt_ECC. There are two forms of it, and the operator says which one this
        // library has; the pointer is turned into that one. The session is open, `cipher` points to an ECCCipher with L
        // bytes behind it (aligned for its integer), `output` to more than L bytes, `length` says how many.
        let answer = unsafe {
            match form {
                Decryption::Plain => std::mem::transmute::<
                    unsafe extern "C" fn(),
                    abi::InternalDecrypt,
                >(decrypt)(
                    session.0, index, cipher, output, &mut length
                ),
                Decryption::WithAlgorithm(algorithm) => {
                    std::mem::transmute::<unsafe extern "C" fn(), abi::InternalDecryptNamed>(
                        decrypt,
                    )(session.0, index, algorithm, cipher, output, &mut length)
                }
            }
        };
        Some(accept(answer).and_then(|()| {
            let guarded = room[ciphertext.len()..].iter().all(|byte| *byte == FILLING);
            if !guarded || usize::try_from(length) != Ok(ciphertext.len()) {
                return Err(Failed::Answer);
            }
            room.truncate(ciphertext.len());
            Ok(room)
        }))
    }
}

/// ECCCipher: the head and, behind it, the ciphertext. Words keep the alignment that its integer needs.
fn cipher_block(head: &abi::CipherHead, ciphertext: &[u8]) -> Vec<u32> {
    let mut bytes = Vec::with_capacity(size_of::<abi::CipherHead>() + ciphertext.len() + 4);
    bytes.extend_from_slice(&head.x);
    bytes.extend_from_slice(&head.y);
    bytes.extend_from_slice(&head.m);
    bytes.extend_from_slice(&head.length.to_ne_bytes());
    bytes.extend_from_slice(ciphertext);
    // The standard's structure has at least one byte of C.
    bytes.resize(bytes.len().next_multiple_of(4) + 4, 0);
    bytes
        .chunks_exact(4)
        .map(|word| u32::from_ne_bytes(word.try_into().expect("four bytes")))
        .collect()
}

fn accept(code: std::ffi::c_int) -> Result<(), Failed> {
    match u32::from_ne_bytes(code.to_ne_bytes()) {
        abi::code::OK => Ok(()),
        code => Err(Failed::Code(code)),
    }
}
