//! PKCS #11 tokens (OASIS PKCS #11 v2.40 and later) through their vendor's library.
//!
//! PKCS #11 has no SM2; vendors added it under numbers of their own, which a [`Profile`] holds. Which keys are SM2 keys is
//! read off their points. A token is logged in to as its user, once per process, and again when its session was lost.

mod profile;
mod raw;

pub use profile::{CipherForm, Profile, SignInput};

use super::{
    KeyEntry, KeyProvider, Usage, checked,
    pool::{Loan, Pool, lock},
    software,
};
use crate::{
    Error,
    sm2::{KeyId, PublicKey, Signature, USER_ID, identity_hash},
    sm3,
};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as TokenError, RvError},
    session::{SessionState, UserType},
    slot::Slot,
    types::AuthPin,
};
use raw::{Calls, Failed};
use std::{
    fmt,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use zeroize::Zeroizing;

/// Numbers of PKCS #11 that are used below.
const CKA_CLASS: u64 = 0x0000;
const CKA_LABEL: u64 = 0x0003;
const CKA_KEY_TYPE: u64 = 0x0100;
const CKA_ID: u64 = 0x0102;
const CKA_DECRYPT: u64 = 0x0105;
const CKA_SIGN: u64 = 0x0108;
const CKA_EC_POINT: u64 = 0x0181;
const CKO_PUBLIC_KEY: u64 = 2;
const CKO_PRIVATE_KEY: u64 = 3;

/// Which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The only one.
    Only,
    /// The one in the slot with this number.
    Slot(u64),
    /// The one with this label.
    Label(String),
}

/// What to load and how to log in.
pub struct Settings {
    /// The vendor's library.
    pub library: PathBuf,
    /// Which token.
    pub token: Choice,
    /// The user's PIN; without one only a token with a PIN pad of its own can be used.
    pub pin: Option<Zeroizing<Vec<u8>>>,
    /// The vendor's numbers.
    pub profile: Profile,
}

/// A token.
pub struct Token {
    context: Pkcs11,
    calls: Calls,
    settings: Settings,
    slot: Slot,
    place: String,
    sessions: Pool<Session>,
    keys: Mutex<Vec<Located>>,
    /// The token has refused the PIN. It is not tried again: a few wrong attempts lock a token.
    pin_refused: AtomicBool,
}

/// A key and what finds its secret half.
#[derive(Clone)]
struct Located {
    entry: KeyEntry,
    id: Vec<u8>,
    label: Vec<u8>,
}

/// A session and the objects that were found in it.
struct Session {
    session: cryptoki::session::Session,
    objects: Vec<(KeyId, u64)>,
    /// The token shows its secret keys to its user only.
    login_required: bool,
}

impl Session {
    fn handle(&self) -> u64 {
        self.session.handle()
    }
}

/// Why work in a session gave no result.
enum Trouble {
    Failed(Failed),
    /// The key is not there any more.
    Missing,
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<TokenError> for Failed {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Pkcs11(code, _) => Self::Code(code),
            TokenError::NullFunctionPointer | TokenError::NotSupported => Self::Absent,
            _ => Self::Answer,
        }
    }
}

impl Token {
    /// Loads the library and finds the token. Nothing is asked of its keys yet, and nobody is logged in.
    ///
    /// # Errors
    /// [`Error::LibraryUnloadable`], [`Error::LibrarySymbol`], [`Error::SlotMissing`], [`Error::DeviceUnavailable`], or
    /// those of a library that does not answer.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let path = settings.library.display().to_string();
        let context = Pkcs11::new(&settings.library).map_err(|error| match error {
            TokenError::LibraryLoading(error) => Error::LibraryUnloadable {
                path: path.clone(),
                detail: error.to_string(),
            },
            TokenError::MissingSymbol(symbol) => Error::LibrarySymbol {
                path: path.clone(),
                symbol,
            },
            other => unavailable(&path, other.into()),
        })?;
        let calls = Calls::load(&settings.library).map_err(|failed| unavailable(&path, failed))?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another part of this process has done it.
            Ok(()) | Err(TokenError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(unavailable(&path, error.into())),
        }
        let slot = choose(&context, &settings.token, &path)?;
        let information = context
            .get_token_info(slot)
            .map_err(|error| unavailable(&path, error.into()))?;
        let place = format!(
            "{} {}",
            information.label().trim(),
            information.serial_number().trim()
        );
        Ok(Self {
            context,
            calls,
            settings,
            slot,
            place: place.trim().to_owned(),
            sessions: Pool::new(),
            keys: Mutex::new(Vec::new()),
            pin_refused: AtomicBool::new(false),
        })
    }

    /// Does work in a session, and once more in a new one if the first was lost.
    fn run<T>(
        &self,
        function: &'static str,
        operation: &'static str,
        work: impl Fn(&mut Session) -> Result<T, Trouble>,
    ) -> Result<T, Error> {
        let mut lost = false;
        loop {
            let mut session = self.session()?;
            let trouble = match work(&mut session) {
                Ok(result) => return Ok(result),
                Err(trouble) => trouble,
            };
            // Whatever state the session is in now, it is not used again.
            session.give_up();
            match trouble {
                Trouble::Failed(Failed::Code(code)) if !lost && is_loss(&code) => {
                    self.sessions.clear();
                    lost = true;
                }
                Trouble::Failed(failed) => return Err(self.failure(function, operation, failed)),
                // Another part of this process may have logged out, which hides all secret keys.
                Trouble::Missing if !lost => {
                    self.sessions.clear();
                    lost = true;
                }
                Trouble::Missing => {
                    lock(&self.keys).clear();
                    return Err(Error::KeyMissing {
                        key: operation.to_owned(),
                        place: self.place.clone(),
                    });
                }
            }
        }
    }

    fn session(&self) -> Result<Loan<'_, Session>, Error> {
        self.sessions.take(|| self.open_session())
    }

    fn open_session(&self) -> Result<Session, Error> {
        let session = self
            .context
            .open_ro_session(self.slot)
            .map_err(|error| self.failure("C_OpenSession", "session", error.into()))?;
        let login_required = self.log_in(&session)?;
        Ok(Session {
            session,
            objects: Vec::new(),
            login_required,
        })
    }

    /// Logs in where the token asks for it; whether it does.
    fn log_in(&self, session: &cryptoki::session::Session) -> Result<bool, Error> {
        let failure = |error: TokenError| self.failure("C_Login", "login", error.into());
        let place = || self.place.clone();
        let information = self
            .context
            .get_token_info(self.slot)
            .map_err(|error| self.failure("C_GetTokenInfo", "login", error.into()))?;
        if !information.login_required() {
            return Ok(false);
        }
        if information.user_pin_locked() {
            return Err(Error::PinLockedOut { place: place() });
        }
        if self.pin_refused.load(Ordering::Relaxed) {
            return Err(Error::PinWrong { place: place() });
        }
        let pin = match &self.settings.pin {
            Some(pin) => {
                let text = std::str::from_utf8(pin).map_err(|_| Error::PinUnusable {
                    place: place(),
                    vendor: String::new(),
                })?;
                Some(AuthPin::from(text))
            }
            None if information.protected_authentication_path() => None,
            None => return Err(Error::KeyLocked { place: place() }),
        };
        match session.login(UserType::User, pin.as_ref()) {
            // Logging in once logs all sessions of this process in.
            Ok(()) | Err(TokenError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(true),
            Err(error) => {
                if let TokenError::Pkcs11(code, _) = &error
                    && !is_loss(code)
                {
                    self.pin_refused.store(true, Ordering::Relaxed);
                }
                Err(failure(error))
            }
        }
    }

    fn failure(&self, function: &'static str, operation: &'static str, failed: Failed) -> Error {
        let place = self.place.clone();
        let code = match failed {
            Failed::Code(code) => code,
            Failed::Answer => return Error::DeviceAnswer { place, function },
            Failed::Absent => return Error::MechanismUnsupported { place, operation },
        };
        match code {
            RvError::DeviceRemoved | RvError::TokenNotPresent | RvError::SlotIdInvalid => {
                Error::DeviceRemoved { place }
            }
            RvError::SessionHandleInvalid | RvError::SessionClosed | RvError::SessionCount => {
                Error::DeviceSession {
                    place,
                    vendor: shown(&code),
                }
            }
            RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange => Error::Decryption,
            RvError::UserNotLoggedIn => Error::KeyLocked { place },
            RvError::PinIncorrect => Error::PinWrong { place },
            RvError::PinLocked => Error::PinLockedOut { place },
            RvError::PinExpired
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinTooWeak
            | RvError::UserPinNotInitialized => Error::PinUnusable {
                place,
                vendor: shown(&code),
            },
            RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::FunctionNotSupported
            | RvError::CurveNotSupported
            | RvError::KeyTypeInconsistent
            | RvError::KeyFunctionNotPermitted
            | RvError::KeySizeRange
            | RvError::RandomNoRng => Error::MechanismUnsupported { place, operation },
            other => Error::DeviceFailure {
                place,
                function,
                vendor: shown(&other),
            },
        }
    }

    /// The keys with both halves: the secret one to work with, the public one to know it by.
    fn search(&self, session: &mut Session) -> Result<Vec<Located>, Trouble> {
        // Without a login the search would find nothing and not say why.
        let state = session.session.get_session_info();
        let state = state.map(|information| information.session_state());
        if session.login_required
            && let Ok(SessionState::RoPublic | SessionState::RwPublic) = state
        {
            return Err(Failed::Code(RvError::UserNotLoggedIn).into());
        }
        let handle = session.handle();
        let attribute = |object, kind| self.calls.attribute(handle, object, kind);
        let mut keys: Vec<Located> = Vec::new();
        for secret in self
            .calls
            .find(handle, &mut self.template(CKO_PRIVATE_KEY))?
        {
            let id = attribute(secret, CKA_ID)?.unwrap_or_default();
            let label = attribute(secret, CKA_LABEL)?.unwrap_or_default();
            let mut point = attribute(secret, CKA_EC_POINT)?;
            if point.as_ref().is_none_or(Vec::is_empty) {
                let mut template = self.template(CKO_PUBLIC_KEY);
                match (id.is_empty(), label.is_empty()) {
                    (false, _) => template.push((CKA_ID, id.clone())),
                    (true, false) => template.push((CKA_LABEL, label.clone())),
                    (true, true) => continue,
                }
                point = match self.calls.find(handle, &mut template)?.as_slice() {
                    [public] => attribute(*public, CKA_EC_POINT)?,
                    _ => None,
                };
            }
            // Keys of other curves live in the same tokens.
            let Some(public_key) = point.as_deref().and_then(unwrap_point) else {
                continue;
            };
            let usage = Usage {
                sign: flag(attribute(secret, CKA_SIGN)?),
                decrypt: flag(attribute(secret, CKA_DECRYPT)?),
            };
            keys.push(Located {
                entry: KeyEntry {
                    label: printable(&label),
                    public_key,
                    usage,
                    place: format!("{} {}", self.place, hex::encode(&id))
                        .trim()
                        .to_owned(),
                },
                id,
                label,
            });
        }
        keys.sort_by(|left, right| {
            (&left.label, &left.id, left.entry.key_id()).cmp(&(
                &right.label,
                &right.id,
                right.entry.key_id(),
            ))
        });
        Ok(keys)
    }

    fn template(&self, class: u64) -> Vec<(u64, Vec<u8>)> {
        let mut template = vec![(CKA_CLASS, number(class))];
        if let Some(key_type) = self.settings.profile.key_type {
            template.push((CKA_KEY_TYPE, number(key_type)));
        }
        template
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

    /// The secret half in this session.
    fn object(&self, session: &mut Session, located: &Located) -> Result<u64, Trouble> {
        let key = located.entry.key_id();
        if let Some((_, object)) = session.objects.iter().find(|(known, _)| *known == key) {
            return Ok(*object);
        }
        let mut template = self.template(CKO_PRIVATE_KEY);
        if !located.id.is_empty() {
            template.push((CKA_ID, located.id.clone()));
        }
        if !located.label.is_empty() {
            template.push((CKA_LABEL, located.label.clone()));
        }
        let found = self.calls.find(session.handle(), &mut template)?;
        let [object] = found[..] else {
            return Err(Trouble::Missing);
        };
        session.objects.push((key, object));
        Ok(object)
    }

    /// Signs what the profile's mechanism takes, and checks the result against e.
    fn sign_data(
        &self,
        key: &KeyId,
        data: &[u8],
        digest: &sm3::Digest,
    ) -> Result<Signature, Error> {
        let located = self.located(key)?;
        if !located.entry.usage.sign {
            return Err(Error::KeyUsage {
                label: located.entry.label,
                usage: "sign",
            });
        }
        let bytes = self.run("C_Sign", "sign", |session| {
            let object = self.object(session, &located)?;
            let mechanism = self.settings.profile.sign;
            Ok(self.calls.sign(session.handle(), mechanism, object, data)?)
        })?;
        let signature = match bytes.len() {
            64 => Signature::from_bytes(&bytes),
            _ => Signature::from_der(&bytes),
        };
        let signature = signature.map_err(|_| Error::DeviceAnswer {
            place: self.place.clone(),
            function: "C_Sign",
        })?;
        checked(signature, &located.entry.public_key, digest, || {
            located.entry.place.clone()
        })
    }

    fn unsupported(&self, operation: &'static str) -> Error {
        Error::MechanismUnsupported {
            place: self.place.clone(),
            operation,
        }
    }
}

impl KeyProvider for Token {
    fn word(&self) -> &'static str {
        "pkcs11"
    }

    fn place(&self) -> String {
        self.place.clone()
    }

    fn keys(&self) -> Result<Vec<KeyEntry>, Error> {
        let keys = self.run("C_FindObjects", "list", |session| self.search(session))?;
        let entries = keys.iter().map(|located| located.entry.clone()).collect();
        *lock(&self.keys) = keys;
        Ok(entries)
    }

    fn sign(
        &self,
        entry: &KeyEntry,
        user_id: &[u8],
        message: &[&[u8]],
    ) -> Result<Signature, Error> {
        let public_key = &entry.public_key;
        let key = &entry.key_id();
        let digest = public_key.verifier(user_id)?.digest(message);
        match self.settings.profile.sign_input {
            SignInput::Digest => self.sign_data(key, &digest, &digest),
            SignInput::Prefixed => {
                let prefix = identity_hash(public_key, user_id)?;
                let data = [&prefix[..], &message.concat()].concat();
                self.sign_data(key, &data, &digest)
            }
            SignInput::Message if user_id == USER_ID => {
                self.sign_data(key, &message.concat(), &digest)
            }
            SignInput::Message => Err(self.unsupported("sign")),
        }
    }

    fn sign_digest(&self, key: &KeyId, digest: &sm3::Digest) -> Result<Signature, Error> {
        match self.settings.profile.sign_input {
            SignInput::Digest => self.sign_data(key, digest, digest),
            SignInput::Prefixed | SignInput::Message => Err(self.unsupported("sign")),
        }
    }

    fn decrypt(&self, key: &KeyId, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let located = self.located(key)?;
        if !located.entry.usage.decrypt {
            return Err(Error::KeyUsage {
                label: located.entry.label,
                usage: "decrypt",
            });
        }
        let mechanism = self
            .settings
            .profile
            .decrypt
            .ok_or_else(|| self.unsupported("decrypt"))?;
        let ciphertext = software::read(ciphertext)?;
        let data = match self.settings.profile.cipher_form {
            CipherForm::Point => ciphertext.to_bytes(),
            CipherForm::Bare => ciphertext.to_bytes().split_off(1),
            CipherForm::Der => ciphertext.to_der(),
        };
        let plaintext = self.run("C_Decrypt", "decrypt", |session| {
            let object = self.object(session, &located)?;
            Ok(self
                .calls
                .decrypt(session.handle(), mechanism, object, &data)?)
        })?;
        if plaintext.len() != ciphertext.data().len() {
            return Err(Error::DeviceAnswer {
                place: self.place.clone(),
                function: "C_Decrypt",
            });
        }
        Ok(plaintext)
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let drawn = self.run("C_GenerateRandom", "random", |session| {
            let mut drawn = Zeroizing::new(vec![0; bytes.len()]);
            session
                .session
                .generate_random_slice(&mut drawn)
                .map_err(Failed::from)?;
            Ok(drawn)
        })?;
        // Sixteen equal bytes are no chance: the function wrote nothing, or the generator stands still.
        if drawn.len() >= 16 && drawn.iter().all(|byte| *byte == drawn[0]) {
            return Err(Error::DeviceAnswer {
                place: self.place.clone(),
                function: "C_GenerateRandom",
            });
        }
        bytes.copy_from_slice(&drawn);
        Ok(())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("library", &self.settings.library)
            .field("place", &self.place)
            .field("profile", &self.settings.profile)
            .finish_non_exhaustive()
    }
}

/// The slot of the token that was chosen.
fn choose(context: &Pkcs11, choice: &Choice, path: &str) -> Result<Slot, Error> {
    let failed = |error: TokenError| unavailable(path, error.into());
    let missing = |slot: String| Error::SlotMissing {
        place: path.to_owned(),
        slot,
    };
    let slots = context.get_slots_with_initialized_token().map_err(failed)?;
    match choice {
        Choice::Only => match slots.as_slice() {
            [slot] => Ok(*slot),
            _ => Err(missing(String::new())),
        },
        Choice::Slot(number) => slots
            .into_iter()
            .find(|slot| slot.id() == *number)
            .ok_or_else(|| missing(number.to_string())),
        Choice::Label(label) => {
            let mut found = Vec::new();
            for slot in slots {
                let information = context.get_token_info(slot).map_err(failed)?;
                if information.label().trim_end() == label {
                    found.push(slot);
                }
            }
            match found[..] {
                [slot] => Ok(slot),
                _ => Err(missing(label.clone())),
            }
        }
    }
}

fn unavailable(path: &str, failed: Failed) -> Error {
    match failed {
        Failed::Code(code) => Error::DeviceUnavailable {
            place: path.to_owned(),
            vendor: shown(&code),
        },
        Failed::Answer => Error::DeviceAnswer {
            place: path.to_owned(),
            function: "C_GetFunctionList",
        },
        Failed::Absent => Error::LibrarySymbol {
            path: path.to_owned(),
            symbol: "C_GetFunctionList",
        },
    }
}

/// Codes after which a new session may help: the token was pulled out and put back, or the library lost its state.
fn is_loss(code: &RvError) -> bool {
    matches!(
        code,
        RvError::DeviceRemoved
            | RvError::DeviceError
            | RvError::TokenNotPresent
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::UserNotLoggedIn
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::OperationActive
    )
}

/// A code as people find it in the standard or in the vendor's manual.
fn shown(code: &RvError) -> String {
    match code {
        RvError::VendorDefined(number) | RvError::UnknownErrorCode(number) => {
            format!("0x{number:08X}")
        }
        named => format!("{named:?}"),
    }
}

/// The point of CKA_EC_POINT: `04 ‖ x ‖ y`, inside an OCTET STRING as the standard has it or bare as some tokens give it;
/// nothing if it is no point of the SM2 curve.
fn unwrap_point(bytes: &[u8]) -> Option<PublicKey> {
    let point = match bytes {
        [0x04, 0x41, point @ ..] if point.len() == 65 => point,
        bare => bare,
    };
    PublicKey::from_uncompressed(point).ok()
}

/// CK_ULONG as an attribute's value.
fn number(value: u64) -> Vec<u8> {
    value.to_ne_bytes().to_vec()
}

/// CK_BBOOL; what a token does not show is not allowed.
fn flag(value: Option<Vec<u8>>) -> bool {
    value.is_some_and(|value| value.len() == 1 && value[0] != 0)
}

fn printable(label: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(label)
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::SecretKey;

    #[test]
    fn a_point_is_read_with_and_without_its_wrapping() {
        let key = SecretKey::from_bytes(&[5; 32]).unwrap();
        let bare = key.public_key().to_uncompressed();
        let wrapped = [&[0x04, 0x41], &bare[..]].concat();
        for bytes in [&bare[..], &wrapped] {
            assert_eq!(unwrap_point(bytes).as_ref(), Some(key.public_key()));
        }
        for bytes in [
            &[][..],
            &bare[..64],
            &bare[1..],
            &wrapped[..66],
            &[&wrapped[..], &[0]].concat(),
            &[0x04, 0x41],
        ] {
            assert_eq!(unwrap_point(bytes), None);
        }
    }
}
