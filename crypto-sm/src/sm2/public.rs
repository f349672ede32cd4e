//! Public keys and their identifiers.

use super::{PRIME, Signature, USER_ID, Verifier, point::Affine};
use crate::{Error, pem, sm3};
use std::{fmt, str::FromStr};

/// Length of an uncompressed point in bytes.
const POINT_LENGTH: usize = 65;

/// Length of a compressed point in bytes.
const COMPRESSED_LENGTH: usize = 33;

/// PEM label of a SubjectPublicKeyInfo (RFC 7468 clause 13).
const PEM_LABEL: &str = "PUBLIC KEY";

/// Everything of an SM2 key's SubjectPublicKeyInfo that comes before its point: `SEQUENCE { SEQUENCE { id-ecPublicKey
/// 1.2.840.10045.2.1, SM2 curve 1.2.156.10197.1.301 }, BIT STRING (no unused bits)`. DER leaves no other choice.
const INFO_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];

/// Identifier of a public key: SM3 of its SubjectPublicKeyInfo in DER.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

impl KeyId {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for KeyId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for KeyId {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(|_| Error::KeyIdEncoding)
    }
}

/// Reads 64 hexadecimal digits.
impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| Error::KeyIdEncoding)?;
        Ok(Self(bytes))
    }
}

/// Writes 64 lower-case hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}

/// An SM2 public key: a point on the curve, not the point at infinity.
#[derive(Clone)]
pub struct PublicKey {
    bytes: [u8; POINT_LENGTH],
}

impl PublicKey {
    /// Reads the 65 bytes `04 ‖ x ‖ y`.
    ///
    /// # Errors
    /// [`Error::PublicKeyEncoding`] for another length or form, [`Error::PublicKeyCoordinate`] if x or y is not below
    /// p, [`Error::PublicKeyOffCurve`] if the point is not on the curve.
    pub fn from_uncompressed(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = Error::PublicKeyEncoding {
            length: bytes.len(),
        };
        let Ok(bytes) = <[u8; POINT_LENGTH]>::try_from(bytes) else {
            return Err(malformed);
        };
        if bytes[0] != 0x04 {
            return Err(malformed);
        }
        // Two encodings of one point would give one signer two key ids.
        if bytes[1..33] >= PRIME[..] {
            return Err(Error::PublicKeyCoordinate { coordinate: "x" });
        }
        if bytes[33..] >= PRIME[..] {
            return Err(Error::PublicKeyCoordinate { coordinate: "y" });
        }
        let key = Self { bytes };
        if key.affine().is_on_curve() {
            Ok(key)
        } else {
            Err(Error::PublicKeyOffCurve)
        }
    }

    /// Reads the 33 bytes `02 ‖ x` or `03 ‖ x` (GB/T 32918.1 clause 4.2.9), the latter for an odd y. Keys of the ledger
    /// and of certificates are never in this form.
    ///
    /// # Errors
    /// [`Error::PublicKeyEncoding`] for another length or form, [`Error::PublicKeyCoordinate`] if x is not below p,
    /// [`Error::PublicKeyOffCurve`] if no point has that x.
    pub fn from_compressed(bytes: &[u8]) -> Result<Self, Error> {
        let length = bytes.len();
        if length != COMPRESSED_LENGTH || !matches!(bytes[0], 0x02 | 0x03) {
            return Err(Error::PublicKeyEncoding { length });
        }
        if bytes[1..] >= PRIME[..] {
            return Err(Error::PublicKeyCoordinate { coordinate: "x" });
        }
        ::sm2::PublicKey::from_sec1_bytes(bytes)
            .map(Self::from_point)
            .map_err(|_| Error::PublicKeyOffCurve)
    }

    /// The 33 bytes `02 ‖ x` or `03 ‖ x`.
    #[must_use]
    pub fn to_compressed(&self) -> [u8; 33] {
        let mut bytes = [0; COMPRESSED_LENGTH];
        bytes.copy_from_slice(&self.bytes[..COMPRESSED_LENGTH]);
        bytes[0] = self.parity();
        bytes
    }

    /// Reads a point in any form of GB/T 32918.1 clause 4.2.9 and SEC 1: uncompressed (04), compressed (02, 03), or
    /// hybrid (06, 07), whose first byte must agree with y. Where one key must have one encoding, use
    /// [`PublicKey::from_uncompressed`].
    ///
    /// # Errors
    /// Those of [`PublicKey::from_uncompressed`] and [`PublicKey::from_compressed`].
    pub fn from_any_form(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            [0x02 | 0x03, ..] => Self::from_compressed(bytes),
            [form @ (0x06 | 0x07), coordinates @ ..] => {
                let key = Self::from_uncompressed(&[&[0x04], coordinates].concat())?;
                // 06 and 07 carry the parity as 02 and 03 do.
                if key.parity() == form - 4 {
                    Ok(key)
                } else {
                    let length = bytes.len();
                    Err(Error::PublicKeyEncoding { length })
                }
            }
            _ => Self::from_uncompressed(bytes),
        }
    }

    /// 02 for an even y, 03 for an odd one.
    fn parity(&self) -> u8 {
        0x02 | self.bytes[POINT_LENGTH - 1] & 1
    }

    pub(super) fn from_point(point: ::sm2::PublicKey) -> Self {
        let encoded = point.to_sec1_bytes();
        let bytes = encoded
            .as_ref()
            .try_into()
            .expect("a point that is not infinity encodes as 65 bytes");
        Self { bytes }
    }

    /// The 65 bytes `04 ‖ x ‖ y`.
    #[must_use]
    pub fn to_uncompressed(&self) -> [u8; 65] {
        self.bytes
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5480) in DER.
    ///
    /// # Errors
    /// [`Error::PublicKeyInfo`] if it is not an SM2 key's, or those of [`PublicKey::from_uncompressed`].
    pub fn from_spki_der(der: &[u8]) -> Result<Self, Error> {
        let point = der.strip_prefix(&INFO_PREFIX).ok_or(Error::PublicKeyInfo)?;
        Self::from_uncompressed(point)
    }

    /// The SubjectPublicKeyInfo in DER, 91 bytes.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        [&INFO_PREFIX[..], &self.bytes].concat()
    }

    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`PublicKey::from_spki_der`].
    pub fn from_spki_pem(text: &str) -> Result<Self, Error> {
        Self::from_spki_der(&pem::decode(PEM_LABEL, text)?)
    }

    /// The SubjectPublicKeyInfo in PEM.
    #[must_use]
    pub fn to_spki_pem(&self) -> String {
        pem::encode(PEM_LABEL, &self.to_spki_der())
    }

    /// SM3 of the SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        KeyId(sm3::hash(&[&INFO_PREFIX, &self.bytes]))
    }

    /// Checks a signature over the parts, one after the other. For many messages of one signer, make a [`Verifier`]
    /// once: it keeps what depends on key and user id only.
    ///
    /// # Errors
    /// [`Error::SignatureMismatch`]; [`Error::UserIdLength`] if the user id has 8,192 bytes or more.
    pub fn verify(
        &self,
        user_id: &[u8],
        message: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), Error> {
        self.verifier(user_id)?.verify(message, signature)
    }

    /// What checks signatures of this key under a user id.
    ///
    /// # Errors
    /// [`Error::UserIdLength`] if the user id has 8,192 bytes or more.
    pub fn verifier(&self, user_id: &[u8]) -> Result<Verifier, Error> {
        Verifier::new(self, user_id)
    }

    /// What checks signatures of this key under the default [`USER_ID`].
    #[must_use]
    pub fn default_verifier(&self) -> Verifier {
        Verifier::new(self, USER_ID).expect("the default user id is short")
    }

    /// x and y, big-endian.
    pub(crate) fn coordinates(&self) -> (&[u8], &[u8]) {
        self.bytes[1..].split_at(32)
    }

    /// The point for calculations.
    pub(super) fn affine(&self) -> Affine {
        let (x, y) = self.bytes[1..].split_at(32);
        x.try_into()
            .ok()
            .zip(y.try_into().ok())
            .and_then(|(x, y)| Affine::new(x, y))
            .expect("coordinates are below p")
    }

    /// The key of a point that is known to lie on the curve.
    pub(super) fn from_affine(point: &Affine) -> Self {
        let (x, y) = point.coordinates();
        let mut bytes = [0x04; POINT_LENGTH];
        bytes[1..33].copy_from_slice(&x);
        bytes[33..].copy_from_slice(&y);
        Self { bytes }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl std::hash::Hash for PublicKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", hex::encode(self.bytes))
    }
}
