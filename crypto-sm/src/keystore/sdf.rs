//! Devices with the SDF interface (GM/T 0018-2012, GB/T 36322-2018): cards and machines whose library the vendor gives.
//!
//! Keys have numbers. Each number has a pair for signing and a pair for encryption; which numbers are used is a setting,
//! because the standard has no list of keys. A key may have an access code; the device asks for it once per session.
//!
//! `SDF_InternalDecrypt_ECC` is not in the 2012 and 2018 texts, though most libraries have it, in two forms
//! ([`Decryption`]). Without it a device signs but does not decrypt.

mod abi;
mod library;

pub use abi::SGD_SM2_3;

use super::{
    KeyEntry, KeyProvider, Usage, checked,
    pool::{Loan, Pool, lock},
    software,
};
use crate::{
    Error,
    sm2::{KeyId, PublicKey, Signature},
    sm3,
};
use library::{Calls, DeviceHandle, Failed, SessionHandle};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use zeroize::Zeroizing;

/// The form of `SDF_InternalDecrypt_ECC` in a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decryption {
    /// (session, index, ciphertext, output, length)
    Plain,
    /// (session, index, algorithm, ciphertext, output, length), with this algorithm: mostly [`SGD_SM2_3`].
    WithAlgorithm(u32),
}

/// What to load and which keys to use.
pub struct Settings {
    /// The vendor's library.
    pub library: PathBuf,
    /// Numbers of the keys, from 1; some vendors have a key 0.
    pub indices: Vec<u32>,
    /// Access code of the keys, where they have one.
    pub pin: Option<Zeroizing<Vec<u8>>>,
    /// Form of the decryption function.
    pub decryption: Decryption,
}

/// What a device says about itself (clause 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Maker.
    pub issuer: String,
    /// Model.
    pub name: String,
    /// Serial number: date, batch, number.
    pub serial: String,
    /// Version of the device.
    pub version: u32,
    /// Version of the interface standard.
    pub standard_version: u32,
}

/// An open device.
pub struct Device {
    calls: Arc<Calls>,
    settings: Settings,
    description: Description,
    place: String,
    /// Closed and opened again when no session can be had.
    device: Mutex<Option<Arc<Opened>>>,
    sessions: Pool<Session>,
    keys: Mutex<Vec<Located>>,
    /// The device has refused the access code. It is not tried again: a few wrong attempts lock many devices.
    pin_refused: AtomicBool,
}

/// A key and its number.
#[derive(Clone)]
struct Located {
    entry: KeyEntry,
    index: u32,
}

/// A device handle that is closed when the last of its sessions is gone.
struct Opened {
    calls: Arc<Calls>,
    handle: DeviceHandle,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.calls.close_device(&mut self.handle);
    }
}

/// A session and the keys that it may use.
struct Session {
    opened: Arc<Opened>,
    handle: SessionHandle,
    rights: Vec<u32>,
}

impl Drop for Session {
    fn drop(&mut self) {
        for index in std::mem::take(&mut self.rights) {
            self.opened
                .calls
                .release_access_right(&mut self.handle, index);
        }
        self.opened.calls.close_session(&mut self.handle);
    }
}

/// What was asked of the device, for messages.
#[derive(Clone, Copy)]
struct Task {
    function: &'static str,
    operation: &'static str,
}

const SIGN: Task = Task {
    function: "SDF_InternalSign_ECC",
    operation: "sign",
};
const DECRYPT: Task = Task {
    function: "SDF_InternalDecrypt_ECC",
    operation: "decrypt",
};
const RANDOM: Task = Task {
    function: "SDF_GenerateRandom",
    operation: "random",
};
const EXPORT_SIGNING_KEY: Task = Task {
    function: "SDF_ExportSignPublicKey_ECC",
    operation: "sign",
};
const EXPORT_ENCRYPTION_KEY: Task = Task {
    function: "SDF_ExportEncPublicKey_ECC",
    operation: "decrypt",
};
const VERIFY: Task = Task {
    function: "SDF_ExternalVerify_ECC",
    operation: "verify",
};
const INFORMATION: Task = Task {
    function: "SDF_GetDeviceInfo",
    operation: "information",
};

impl Device {
    /// Loads the library and opens its device.
    ///
    /// # Errors
    /// [`Error::LibraryUnloadable`], [`Error::LibrarySymbol`], [`Error::DeviceUnavailable`], [`Error::DeviceSession`],
    /// or those of a device that does not answer.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let calls = Arc::new(Calls::load(&settings.library)?);
        let place = name_of(&settings.library);
        let mut device = Self {
            calls,
            settings,
            description: Description {
                issuer: String::new(),
                name: String::new(),
                serial: String::new(),
                version: 0,
                standard_version: 0,
            },
            place,
            device: Mutex::new(None),
            sessions: Pool::new(),
            keys: Mutex::new(Vec::new()),
            pin_refused: AtomicBool::new(false),
        };
        let info = device.run(INFORMATION, None, |calls, session| {
            calls.device_info(&mut session.handle)
        })?;
        device.description = Description {
            issuer: text(&info.issuer_name),
            name: text(&info.device_name),
            serial: text(&info.device_serial),
            version: info.device_version,
            standard_version: info.standard_version,
        };
        let named = format!("{} {}", device.description.name, device.description.serial);
        if !named.trim().is_empty() {
            device.place = named.trim().to_owned();
        }
        Ok(device)
    }

    /// What the device says about itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The device's own verdict on a signature over e = SM3(Z ‖ M); nothing if its library has no such function.
    ///
    /// # Errors
    /// Those of [`KeyProvider`], except that a refused signature is a verdict.
    pub fn verify_digest(
        &self,
        public_key: &PublicKey,
        digest: &sm3::Digest,
        signature: &Signature,
    ) -> Result<Option<bool>, Error> {
        let bytes = public_key.to_uncompressed();
        let key = abi::PublicKey {
            bits: abi::BITS,
            x: padded(&bytes[1..33]),
            y: padded(&bytes[33..]),
        };
        let bytes = signature.to_bytes();
        let signature = abi::Signature {
            r: padded(&bytes[..32]),
            s: padded(&bytes[32..]),
        };
        self.run(VERIFY, None, |calls, session| {
            match calls.external_verify(&mut session.handle, &key, digest, &signature) {
                None => Ok(None),
                Some(Ok(())) => Ok(Some(true)),
                Some(Err(Failed::Code(abi::code::VERIFY))) => Ok(Some(false)),
                Some(Err(failed)) => Err(failed),
            }
        })
    }

    /// Does work in a session, and once more in a new one if the first was lost.
    fn run<T>(
        &self,
        task: Task,
        key: Option<u32>,
        work: impl Fn(&Calls, &mut Session) -> Result<T, Failed>,
    ) -> Result<T, Error> {
        let mut lost = false;
        loop {
            let mut session = self.session()?;
            if let Some(index) = key {
                match self.acquire(&mut session, index) {
                    Ok(()) => {}
                    Err(Failed::Code(code)) if !lost && is_transport(code) => {
                        session.give_up();
                        self.sessions.clear();
                        lost = true;
                        continue;
                    }
                    Err(failed) => {
                        session.give_up();
                        return Err(self.refusal(failed));
                    }
                }
            }
            match work(&self.calls, &mut session) {
                Ok(result) => return Ok(result),
                Err(Failed::Code(code)) if !lost && is_loss(code) => {
                    session.give_up();
                    self.sessions.clear();
                    lost = true;
                }
                Err(failed) => {
                    // Whatever state the session is in now, it is not used again.
                    session.give_up();
                    return Err(self.failure(task, key, failed));
                }
            }
        }
    }

    fn session(&self) -> Result<Loan<'_, Session>, Error> {
        self.sessions.take(|| self.open_session())
    }

    fn open_session(&self) -> Result<Session, Error> {
        let mut device = lock(&self.device);
        let mut fresh = false;
        loop {
            let opened = match &*device {
                Some(opened) => Arc::clone(opened),
                None => {
                    fresh = true;
                    let opened = Arc::new(self.open_device()?);
                    *device = Some(Arc::clone(&opened));
                    opened
                }
            };
            match self.calls.open_session(&opened.handle) {
                Ok(handle) => {
                    return Ok(Session {
                        opened,
                        handle,
                        rights: Vec::new(),
                    });
                }
                Err(failed) => {
                    // The device may have been switched off and on since it was opened.
                    *device = None;
                    if fresh {
                        return Err(match failed {
                            Failed::Answer => self.answer("SDF_OpenSession"),
                            Failed::Code(abi::code::COMMUNICATION) => Error::DeviceRemoved {
                                place: self.place.clone(),
                            },
                            Failed::Code(code) => Error::DeviceSession {
                                place: self.place.clone(),
                                vendor: hexadecimal(code),
                            },
                        });
                    }
                }
            }
        }
    }

    fn open_device(&self) -> Result<Opened, Error> {
        match self.calls.open_device() {
            Ok(handle) => Ok(Opened {
                calls: Arc::clone(&self.calls),
                handle,
            }),
            Err(Failed::Answer) => Err(self.answer("SDF_OpenDevice")),
            Err(Failed::Code(code)) => Err(Error::DeviceUnavailable {
                place: self.place.clone(),
                vendor: hexadecimal(code),
            }),
        }
    }

    /// Gets the right to use a key, once per session.
    fn acquire(&self, session: &mut Session, index: u32) -> Result<(), Failed> {
        let Some(pin) = &self.settings.pin else {
            return Ok(());
        };
        if session.rights.contains(&index) {
            return Ok(());
        }
        if self.pin_refused.load(Ordering::Relaxed) {
            return Err(Failed::Code(abi::code::ACCESS_RIGHT_REFUSED));
        }
        match self
            .calls
            .access_right(&mut session.handle, index, pin.as_slice())
        {
            Ok(()) => {
                session.rights.push(index);
                Ok(())
            }
            Err(failed) => {
                // A vendor may have its own code for a wrong access code.
                if !matches!(failed, Failed::Code(code) if is_transport(code)) {
                    self.pin_refused.store(true, Ordering::Relaxed);
                }
                Err(failed)
            }
        }
    }

    /// Why a key may not be used.
    fn refusal(&self, failed: Failed) -> Error {
        let place = self.place.clone();
        match failed {
            Failed::Code(abi::code::ACCESS_RIGHT_REFUSED | abi::code::NO_ACCESS_RIGHT) => {
                Error::PinWrong { place }
            }
            Failed::Code(code) => Error::DeviceFailure {
                place,
                function: "SDF_GetPrivateKeyAccessRight",
                vendor: hexadecimal(code),
            },
            Failed::Answer => self.answer("SDF_GetPrivateKeyAccessRight"),
        }
    }

    fn failure(&self, task: Task, key: Option<u32>, failed: Failed) -> Error {
        use abi::code;
        let place = self.place.clone();
        let Failed::Code(vendor) = failed else {
            return self.answer(task.function);
        };
        match vendor {
            code::NOT_SUPPORTED
            | code::ALGORITHM_NOT_SUPPORTED
            | code::MODE_NOT_SUPPORTED
            | code::KEY_TYPE => Error::MechanismUnsupported {
                place,
                operation: task.operation,
            },
            code::NO_ACCESS_RIGHT if self.settings.pin.is_none() => Error::KeyLocked { place },
            code::NO_ACCESS_RIGHT | code::ACCESS_RIGHT_REFUSED => Error::PinWrong { place },
            code::KEY_MISSING => Error::KeyMissing {
                key: key.map_or_else(String::new, |index| index.to_string()),
                place,
            },
            code::ENCRYPTED_DATA => Error::Decryption,
            code::COMMUNICATION => Error::DeviceRemoved { place },
            code::OPEN_SESSION => Error::DeviceSession {
                place,
                vendor: hexadecimal(vendor),
            },
            _ => Error::DeviceFailure {
                place,
                function: task.function,
                vendor: hexadecimal(vendor),
            },
        }
    }

    fn answer(&self, function: &'static str) -> Error {
        Error::DeviceAnswer {
            place: self.place.clone(),
            function,
        }
    }

    /// The key of a number; nothing if the device has none there.
    fn exported(&self, index: u32, encryption: bool) -> Result<Option<PublicKey>, Error> {
        let task = if encryption {
            EXPORT_ENCRYPTION_KEY
        } else {
            EXPORT_SIGNING_KEY
        };
        let key = self.run(task, None, |calls, session| {
            match calls.export_public_key(&mut session.handle, index, encryption) {
                Err(Failed::Code(abi::code::KEY_MISSING)) => Ok(None),
                answer => answer.map(Some),
            }
        })?;
        let Some(key) = key else {
            return Ok(None);
        };
        let strict = || {
            let mut bytes = [4; 65];
            bytes[1..33].copy_from_slice(significant(&key.x)?);
            bytes[33..].copy_from_slice(significant(&key.y)?);
            (key.bits == abi::BITS).then_some(())?;
            PublicKey::from_uncompressed(&bytes).ok()
        };
        strict().map(Some).ok_or_else(|| self.answer(task.function))
    }

    fn located(&self, key: &KeyId) -> Result<Located, Error> {
        let find = |keys: &[Located]| {
            keys.iter()
                .find(|located| located.entry.key_id() == *key)
                .cloned()
        };
        if let Some(located) = find(&lock(&self.keys)) {
            return Ok(located);
        }
        self.keys()?;
        find(&lock(&self.keys)).ok_or_else(|| Error::KeyMissing {
            key: key.to_string(),
            place: self.place.clone(),
        })
    }
}

impl KeyProvider for Device {
    fn word(&self) -> &'static str {
        "sdf"
    }

    fn place(&self) -> String {
        self.place.clone()
    }

    fn keys(&self) -> Result<Vec<KeyEntry>, Error> {
        let mut keys: Vec<Located> = Vec::new();
        for &index in &self.settings.indices {
            let place = format!("{} {index}", self.place);
            for (encryption, usage) in [(false, Usage::SIGN), (true, Usage::DECRYPT)] {
                let Some(public_key) = self.exported(index, encryption)? else {
                    continue;
                };
                // One pair for both uses is one key.
                let known = keys.iter_mut().find(|located| {
                    located.index == index && located.entry.public_key == public_key
                });
                match known {
                    Some(located) => located.entry.usage = Usage::BOTH,
                    None => keys.push(Located {
                        entry: KeyEntry {
                            label: format!("{}-{index}", usage.word()),
                            public_key,
                            usage,
                            place: place.clone(),
                        },
                        index,
                    }),
                }
            }
        }
        let entries = keys.iter().map(|located| located.entry.clone()).collect();
        *lock(&self.keys) = keys;
        Ok(entries)
    }

    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error> {
        let Located { entry, index } = self.located(key)?;
        if !entry.usage.sign {
            return Err(Error::KeyUsage {
                label: entry.label,
                usage: "sign",
            });
        }
        let signature = self.run(SIGN, Some(index), |calls, session| {
            calls.internal_sign(&mut session.handle, index, digest)
        })?;
        let strict = || {
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(significant(&signature.r)?);
            bytes[32..].copy_from_slice(significant(&signature.s)?);
            Signature::from_bytes(&bytes).ok()
        };
        let signature = strict().ok_or_else(|| self.answer(SIGN.function))?;
        checked(signature, &entry.public_key, digest, || entry.place.clone())
    }

    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Located { entry, index } = self.located(key)?;
        if !entry.usage.decrypt {
            return Err(Error::KeyUsage {
                label: entry.label,
                usage: "decrypt",
            });
        }
        let ciphertext = software::read(ciphertext)?;
        let point = ciphertext.point().to_uncompressed();
        let data = ciphertext.data();
        let head = abi::CipherHead {
            x: padded(&point[1..33]),
            y: padded(&point[33..]),
            m: *ciphertext.digest(),
            length: u32::try_from(data.len()).map_err(|_| Error::CiphertextEncoding)?,
        };
        let form = self.settings.decryption;
        self.run(DECRYPT, Some(index), |calls, session| {
            calls
                .internal_decrypt(&mut session.handle, index, form, &head, data)
                .unwrap_or(Err(Failed::Code(abi::code::NOT_SUPPORTED)))
        })
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        // A vendor's limit for one call is seldom below this.
        for chunk in bytes.chunks_mut(1024) {
            let drawn = self.run(RANDOM, None, |calls, session| {
                let mut drawn = Zeroizing::new(vec![0; chunk.len()]);
                calls.generate_random(&mut session.handle, &mut drawn)?;
                Ok(drawn)
            })?;
            chunk.copy_from_slice(&drawn);
        }
        Ok(())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Device")
            .field("library", &self.settings.library)
            .field("description", &self.description)
            .field("indices", &self.settings.indices)
            .finish_non_exhaustive()
    }
}

/// Codes that say that the device was not reached at all.
fn is_transport(code: u32) -> bool {
    use abi::code;
    matches!(
        code,
        code::COMMUNICATION | code::HARDWARE | code::OPEN_DEVICE | code::OPEN_SESSION
    )
}

/// Codes after which a new session, or the device opened anew, may help. A vendor's own codes may say that too.
fn is_loss(code: u32) -> bool {
    use abi::code;
    !matches!(
        code,
        code::NOT_SUPPORTED
            | code::NO_ACCESS_RIGHT
            | code::KEY_MISSING
            | code::ALGORITHM_NOT_SUPPORTED
            | code::MODE_NOT_SUPPORTED
            | code::PUBLIC_KEY_OPERATION
            | code::SECRET_KEY_OPERATION
            | code::SIGN
            | code::VERIFY
            | code::KEY_TYPE
            | code::KEY
            | code::ENCRYPTED_DATA
            | code::RANDOM
            | code::ACCESS_RIGHT_REFUSED
    )
}

/// The 32 bytes of a right-aligned number; nothing if there is anything before them.
fn significant(number: &[u8; abi::COORDINATE_LENGTH]) -> Option<&[u8]> {
    let (padding, significant) = number.split_at(abi::PADDING_LENGTH);
    padding.iter().all(|byte| *byte == 0).then_some(significant)
}

/// A number of 32 bytes, right-aligned.
fn padded(number: &[u8]) -> [u8; abi::COORDINATE_LENGTH] {
    let mut bytes = [0; abi::COORDINATE_LENGTH];
    bytes[abi::PADDING_LENGTH..].copy_from_slice(number);
    bytes
}

/// A text of fixed length: up to the first zero, without what does not print.
fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let text: String = String::from_utf8_lossy(&bytes[..end])
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    text.trim().to_owned()
}

fn hexadecimal(code: u32) -> String {
    format!("0x{code:08X}")
}

fn name_of(path: &Path) -> String {
    path.display().to_string()
}
