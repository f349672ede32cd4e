//! The numbers that a vendor gave to what PKCS #11 does not define for SM2.

/// What a token's signing mechanism takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInput {
    /// e = SM3(Z ‖ M), 32 bytes: the token does not hash.
    Digest,
    /// Z ‖ M: the token hashes with SM3 and knows nothing of user ids.
    Prefixed,
    /// M: the token puts Z before it, of its key and the default user id 1234567812345678.
    Message,
}

/// The form in which a token takes ciphertexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CipherForm {
    /// 04 ‖ x ‖ y ‖ C3 ‖ C2
    Point,
    /// x ‖ y ‖ C3 ‖ C2
    Bare,
    /// DER of GB/T 35276 clause 7.2
    Der,
}

/// Mechanisms and forms of a token. Signatures are accepted as r ‖ s and as strict DER, whichever the token gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// CKA_KEY_TYPE of SM2 keys; nothing = every key whose point is on the SM2 curve.
    pub key_type: Option<u64>,
    /// Mechanism that signs.
    pub sign: u64,
    /// What it takes.
    pub sign_input: SignInput,
    /// Mechanism that decrypts, if the token has one.
    pub decrypt: Option<u64>,
    /// What it takes.
    pub cipher_form: CipherForm,
}

/// CKM_VENDOR_DEFINED (PKCS #11 v2.40, pkcs11t.h).
const VENDOR: u64 = 0x8000_0000;

impl Profile {
    /// The numbers below CKM_SM2 = CKM_VENDOR_DEFINED + 0x8000 that headers of several Chinese makers of cards and tokens
    /// share (`pkcs11e1.h` of 2009, `swpkcs11.h`): CKM_SM2_SIGN_NO_DER, CKM_SM2_RAW. The default.
    pub const CARD: Self = Self {
        key_type: None,
        sign: VENDOR + 0x8105,
        sign_input: SignInput::Digest,
        decrypt: Some(VENDOR + 0x8200),
        cipher_form: CipherForm::Bare,
    };

    /// The same makers' CKM_SM3_SM2_APPID1, for tokens that insist on hashing themselves.
    pub const CARD_MESSAGE: Self = Self {
        sign: VENDOR + 0x8102,
        sign_input: SignInput::Message,
        ..Self::CARD
    };

    /// IBM's numbers (EP11, openCryptoki): CKM_IBM_SM2, CKM_IBM_SM2_ENCRYPT, CKK_IBM_SM2.
    pub const IBM: Self = Self {
        key_type: Some(VENDOR + 0x5_0002),
        sign: VENDOR + 0x5_000b,
        sign_input: SignInput::Digest,
        decrypt: Some(VENDOR + 0x5_000d),
        cipher_form: CipherForm::Der,
    };

    /// The profile with this name: `card`, `card-message` or `ibm`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "card" => Some(Self::CARD),
            "card-message" => Some(Self::CARD_MESSAGE),
            "ibm" => Some(Self::IBM),
            _ => None,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::CARD
    }
}
