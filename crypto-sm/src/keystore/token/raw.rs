//! The PKCS #11 functions that `cryptoki` calls with sizes that the library names, here with buffers of fixed size: a
//! library that answers with an absurd size must not make the program ask for so much memory. Mechanisms, attributes and
//! key types are plain numbers, because vendors choose them freely.
#![allow(
    unsafe_code,
    reason = "a C library is called; this module is all that does it for PKCS #11"
)]

use cryptoki::error::{Rv, RvError};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_TYPE, CK_FUNCTION_LIST, CK_MECHANISM, CK_OBJECT_HANDLE,
    CK_SESSION_HANDLE, CK_ULONG,
};
use std::{path::Path, ptr};
use zeroize::Zeroizing;

// Numbers of vendors are kept as u64; a CK_ULONG is that on every machine that this product is built for.
const _: () = assert!(size_of::<CK_ULONG>() == 8);

/// Objects that one search returns. A token has tens, not thousands.
const OBJECTS_MAX: usize = 256;

/// Room for a signature (64 bytes, or at most 72 in DER) and for what a library may write beyond it.
const SIGNATURE_ROOM: usize = 512;

/// Room for a label, an identifier or a point.
const ATTRIBUTE_ROOM: usize = 1024;

/// Why a call gave no result.
#[derive(Debug)]
pub(super) enum Failed {
    /// The library says so.
    Code(RvError),
    /// The library's answer has an impossible size.
    Answer,
    /// The library has no such function.
    Absent,
}

/// The functions of a library.
pub(super) struct Calls {
    list: CK_FUNCTION_LIST,
    /// Keeps the functions' code in memory.
    _library: cryptoki_sys::Pkcs11,
}

impl Calls {
    /// Loads the library once more, which gives the same instance that `cryptoki` has, and takes its list of functions.
    pub(super) fn load(path: &Path) -> Result<Self, Failed> {
        // SAFETY: loading runs the library's initialisers; the operator named this file as the vendor's library, and it
        // was loaded before.
        let library = unsafe { cryptoki_sys::Pkcs11::new(path) }.map_err(|_| Failed::Absent)?;
        if library.C_GetFunctionList.is_err() {
            return Err(Failed::Absent);
        }
        let mut list: *mut CK_FUNCTION_LIST = ptr::null_mut();
        // SAFETY: the function fills the pointer that it is given.
        accept(unsafe { library.C_GetFunctionList(&mut list) })?;
        if list.is_null() || !list.is_aligned() {
            return Err(Failed::Answer);
        }
        // SAFETY: PKCS #11 makes it point to a list that lives as long as the library.
        let list = unsafe { *list };
        Ok(Self {
            list,
            _library: library,
        })
    }

    /// Objects whose attributes have these values.
    pub(super) fn find(
        &self,
        session: CK_SESSION_HANDLE,
        wanted: &mut [(CK_ATTRIBUTE_TYPE, Vec<u8>)],
    ) -> Result<Vec<CK_OBJECT_HANDLE>, Failed> {
        let (Some(begin), Some(next), Some(end)) = (
            self.list.C_FindObjectsInit,
            self.list.C_FindObjects,
            self.list.C_FindObjectsFinal,
        ) else {
            return Err(Failed::Absent);
        };
        let mut template: Vec<CK_ATTRIBUTE> = wanted
            .iter_mut()
            .map(|(kind, value)| CK_ATTRIBUTE {
                type_: *kind,
                pValue: value.as_mut_ptr().cast(),
                ulValueLen: length(value),
            })
            .collect();
        let count = CK_ULONG::try_from(template.len()).map_err(|_| Failed::Answer)?;
        // SAFETY: the template's pointers are to `wanted`, which outlives the call.
        accept(unsafe { begin(session, template.as_mut_ptr(), count) })?;
        let mut found = [0; OBJECTS_MAX];
        let mut count = 0;
        // SAFETY: there is room for as many handles as announced.
        let answer = accept(unsafe {
            next(
                session,
                found.as_mut_ptr(),
                OBJECTS_MAX as CK_ULONG,
                &mut count,
            )
        });
        // SAFETY: ends the search that was begun above.
        unsafe { end(session) };
        answer?;
        let count = usize::try_from(count).map_err(|_| Failed::Answer)?;
        Ok(found.get(..count).ok_or(Failed::Answer)?.to_vec())
    }

    /// An attribute's value; nothing if the object has none, or does not show it.
    pub(super) fn attribute(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        kind: CK_ATTRIBUTE_TYPE,
    ) -> Result<Option<Vec<u8>>, Failed> {
        let read = self.list.C_GetAttributeValue.ok_or(Failed::Absent)?;
        let mut room = vec![0; ATTRIBUTE_ROOM];
        let mut template = CK_ATTRIBUTE {
            type_: kind,
            pValue: room.as_mut_ptr().cast(),
            ulValueLen: length(&room),
        };
        // SAFETY: the template has one attribute whose room is as long as announced.
        match accept(unsafe { read(session, object, &mut template, 1) }) {
            Ok(()) => {}
            Err(Failed::Code(RvError::AttributeSensitive | RvError::AttributeTypeInvalid)) => {
                return Ok(None);
            }
            Err(failed) => return Err(failed),
        }
        if template.ulValueLen == CK_ULONG::MAX {
            return Ok(None);
        }
        shorten(&mut room, template.ulValueLen)?;
        Ok(Some(room))
    }

    /// Signs data with a mechanism that has no parameter.
    pub(super) fn sign(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: u64,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Result<Vec<u8>, Failed> {
        let (Some(begin), Some(sign)) = (self.list.C_SignInit, self.list.C_Sign) else {
            return Err(Failed::Absent);
        };
        let mut mechanism = plain(mechanism);
        // SAFETY: the mechanism has no parameter.
        accept(unsafe { begin(session, &mut mechanism, key) })?;
        let mut data = data.to_vec();
        let mut signature = vec![0; SIGNATURE_ROOM];
        let mut written = length(&signature);
        // SAFETY: both buffers have the lengths announced. The data's is not const in the standard, hence the copy.
        accept(unsafe {
            sign(
                session,
                data.as_mut_ptr(),
                length(&data),
                signature.as_mut_ptr(),
                &mut written,
            )
        })?;
        shorten(&mut signature, written)?;
        Ok(signature)
    }

    /// Decrypts with a mechanism that has no parameter. The plaintext is never longer than the ciphertext.
    pub(super) fn decrypt(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: u64,
        key: CK_OBJECT_HANDLE,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let (Some(begin), Some(decrypt)) = (self.list.C_DecryptInit, self.list.C_Decrypt) else {
            return Err(Failed::Absent);
        };
        let mut mechanism = plain(mechanism);
        // SAFETY: the mechanism has no parameter.
        accept(unsafe { begin(session, &mut mechanism, key) })?;
        let mut ciphertext = ciphertext.to_vec();
        let mut plaintext = Zeroizing::new(vec![0; ciphertext.len() + SIGNATURE_ROOM]);
        let mut written = length(&plaintext);
        // SAFETY: both buffers have the lengths announced. The data's is not const in the standard, hence the copy.
        accept(unsafe {
            decrypt(
                session,
                ciphertext.as_mut_ptr(),
                length(&ciphertext),
                plaintext.as_mut_ptr(),
                &mut written,
            )
        })?;
        shorten(&mut plaintext, written)?;
        Ok(plaintext)
    }
}

fn plain(mechanism: u64) -> CK_MECHANISM {
    CK_MECHANISM {
        mechanism,
        pParameter: ptr::null_mut(),
        ulParameterLen: 0,
    }
}

fn length(bytes: &[u8]) -> CK_ULONG {
    CK_ULONG::try_from(bytes.len()).expect("buffers of this module are short")
}

/// Cuts a buffer to the length that the library says it wrote.
fn shorten(bytes: &mut Vec<u8>, written: CK_ULONG) -> Result<(), Failed> {
    let written = usize::try_from(written).map_err(|_| Failed::Answer)?;
    if written > bytes.len() {
        return Err(Failed::Answer);
    }
    bytes.truncate(written);
    Ok(())
}

fn accept(code: cryptoki_sys::CK_RV) -> Result<(), Failed> {
    match Rv::from(code) {
        Rv::Ok => Ok(()),
        Rv::Error(error) => Err(Failed::Code(error)),
    }
}
