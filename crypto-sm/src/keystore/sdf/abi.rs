//! The C interface of SDF: structures, constants and functions as GM/T 0018-2012 (GB/T 36322-2018) defines them.

#![allow(
    dead_code,
    reason = "the table of codes is kept whole, so that it can be compared with the standard"
)]

use std::ffi::{c_int, c_uchar, c_uint, c_void};

/// ECCref_MAX_LEN: coordinates are right-aligned in so many bytes (clause 5.4).
pub(super) const COORDINATE_LENGTH: usize = 64;

/// Zero bytes before a coordinate of 256 bits.
pub(super) const PADDING_LENGTH: usize = COORDINATE_LENGTH - 32;

/// Bits of an SM2 key.
pub(super) const BITS: c_uint = 256;

/// SGD_SM2_1, signature (GM/T 0006-2012 clause 6.3.3).
pub(super) const SGD_SM2_1: c_uint = 0x0002_0200;

/// SGD_SM2_3, encryption (GM/T 0006-2012 clause 6.3.3).
pub const SGD_SM2_3: c_uint = 0x0002_0800;

/// DEVICEINFO (clause 5.1).
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct DeviceInfo {
    pub issuer_name: [c_uchar; 40],
    pub device_name: [c_uchar; 16],
    pub device_serial: [c_uchar; 16],
    pub device_version: c_uint,
    pub standard_version: c_uint,
    pub asymmetric_algorithms: [c_uint; 2],
    pub symmetric_algorithms: c_uint,
    pub hash_algorithms: c_uint,
    pub buffer_size: c_uint,
}

/// ECCrefPublicKey (clause 5.4).
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct PublicKey {
    pub bits: c_uint,
    pub x: [c_uchar; COORDINATE_LENGTH],
    pub y: [c_uchar; COORDINATE_LENGTH],
}

/// ECCSignature (clause 5.6).
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub r: [c_uchar; COORDINATE_LENGTH],
    pub s: [c_uchar; COORDINATE_LENGTH],
}

/// ECCCipher (clause 5.5) up to the ciphertext C, which follows with L bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct CipherHead {
    pub x: [c_uchar; COORDINATE_LENGTH],
    pub y: [c_uchar; COORDINATE_LENGTH],
    pub m: [c_uchar; 32],
    pub length: c_uint,
}

pub(super) type Handle = *mut c_void;

pub(super) type OpenDevice = unsafe extern "C" fn(*mut Handle) -> c_int;
pub(super) type CloseDevice = unsafe extern "C" fn(Handle) -> c_int;
pub(super) type OpenSession = unsafe extern "C" fn(Handle, *mut Handle) -> c_int;
pub(super) type CloseSession = unsafe extern "C" fn(Handle) -> c_int;
pub(super) type GetDeviceInfo = unsafe extern "C" fn(Handle, *mut DeviceInfo) -> c_int;
pub(super) type GenerateRandom = unsafe extern "C" fn(Handle, c_uint, *mut c_uchar) -> c_int;
pub(super) type GetPrivateKeyAccessRight =
    unsafe extern "C" fn(Handle, c_uint, *mut c_uchar, c_uint) -> c_int;
pub(super) type ReleasePrivateKeyAccessRight = unsafe extern "C" fn(Handle, c_uint) -> c_int;
pub(super) type ExportPublicKey = unsafe extern "C" fn(Handle, c_uint, *mut PublicKey) -> c_int;
pub(super) type InternalSign =
    unsafe extern "C" fn(Handle, c_uint, *mut c_uchar, c_uint, *mut Signature) -> c_int;
pub(super) type ExternalVerify = unsafe extern "C" fn(
    Handle,
    c_uint,
    *mut PublicKey,
    *mut c_uchar,
    c_uint,
    *mut Signature,
) -> c_int;
pub(super) type InternalDecrypt =
    unsafe extern "C" fn(Handle, c_uint, *mut c_void, *mut c_uchar, *mut c_uint) -> c_int;
pub(super) type InternalDecryptNamed =
    unsafe extern "C" fn(Handle, c_uint, c_uint, *mut c_void, *mut c_uchar, *mut c_uint) -> c_int;

/// Codes of annex A; a vendor's own begin with another byte.
pub(super) mod code {
    pub const OK: u32 = 0;
    pub const UNKNOWN: u32 = 0x0100_0001;
    pub const NOT_SUPPORTED: u32 = 0x0100_0002;
    pub const COMMUNICATION: u32 = 0x0100_0003;
    pub const HARDWARE: u32 = 0x0100_0004;
    pub const OPEN_DEVICE: u32 = 0x0100_0005;
    pub const OPEN_SESSION: u32 = 0x0100_0006;
    pub const NO_ACCESS_RIGHT: u32 = 0x0100_0007;
    pub const KEY_MISSING: u32 = 0x0100_0008;
    pub const ALGORITHM_NOT_SUPPORTED: u32 = 0x0100_0009;
    pub const MODE_NOT_SUPPORTED: u32 = 0x0100_000a;
    pub const PUBLIC_KEY_OPERATION: u32 = 0x0100_000b;
    pub const SECRET_KEY_OPERATION: u32 = 0x0100_000c;
    pub const SIGN: u32 = 0x0100_000d;
    pub const VERIFY: u32 = 0x0100_000e;
    pub const CIPHER_OPERATION: u32 = 0x0100_000f;
    pub const STEP: u32 = 0x0100_0010;
    pub const KEY_TYPE: u32 = 0x0100_0014;
    pub const KEY: u32 = 0x0100_0015;
    pub const ENCRYPTED_DATA: u32 = 0x0100_0016;
    pub const RANDOM: u32 = 0x0100_0017;
    pub const ACCESS_RIGHT_REFUSED: u32 = 0x0100_0018;
    pub const IN_ARGUMENT: u32 = 0x0100_001d;
    pub const OUT_ARGUMENT: u32 = 0x0100_001e;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::{align_of, offset_of, size_of};

    #[test]
    fn the_layouts_are_those_of_the_standards_header() {
        assert_eq!(size_of::<DeviceInfo>(), 100);
        assert_eq!(offset_of!(DeviceInfo, device_version), 72);
        assert_eq!(offset_of!(DeviceInfo, buffer_size), 96);
        assert_eq!(size_of::<PublicKey>(), 132);
        assert_eq!(offset_of!(PublicKey, x), 4);
        assert_eq!(offset_of!(PublicKey, y), 68);
        assert_eq!(size_of::<Signature>(), 128);
        assert_eq!(offset_of!(Signature, s), 64);
        assert_eq!(size_of::<CipherHead>(), 164);
        assert_eq!(offset_of!(CipherHead, m), 128);
        assert_eq!(offset_of!(CipherHead, length), 160);
        assert_eq!(align_of::<CipherHead>(), 4);
    }
}
