//! Signatures.

use super::{Scalar, in_order};
use crate::Error;
use std::fmt;
use x509_cert::der::{
    Decode, Encode, Length, Reader, SliceReader,
    asn1::{SequenceRef, UintRef},
};

/// Length of r ‖ s in bytes.
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// An SM2 signature with r and s in [1, n − 1].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; SIGNATURE_LENGTH]);

impl Signature {
    /// Reads the 64 bytes r ‖ s, both big-endian.
    ///
    /// # Errors
    /// [`Error::SignatureLength`] for another length, [`Error::SignatureRange`] for r or s outside [1, n − 1].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let length = bytes.len();
        let signature = Self(
            bytes
                .try_into()
                .map_err(|_| Error::SignatureLength { length })?,
        );
        if !in_order(signature.r()) {
            return Err(Error::SignatureRange { component: "r" });
        }
        if !in_order(signature.s()) {
            return Err(Error::SignatureRange { component: "s" });
        }
        Ok(signature)
    }

    /// The 64 bytes r ‖ s, both big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }

    /// Reads `SEQUENCE { r INTEGER, s INTEGER }` (GB/T 35276 clause 7.3) in strict DER: minimal lengths, minimal
    /// integers, nothing behind.
    ///
    /// # Errors
    /// [`Error::SignatureEncoding`] or [`Error::SignatureRange`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let sequence = <&SequenceRef>::from_der(der).map_err(|_| Error::SignatureEncoding)?;
        let mut reader =
            SliceReader::new(sequence.as_bytes()).map_err(|_| Error::SignatureEncoding)?;
        let mut bytes = [0; SIGNATURE_LENGTH];
        for (component, name) in bytes.chunks_exact_mut(32).zip(["r", "s"]) {
            let integer = UintRef::decode(&mut reader).map_err(|_| Error::SignatureEncoding)?;
            let significant = integer.as_bytes();
            let start = 32usize
                .checked_sub(significant.len())
                .ok_or(Error::SignatureRange { component: name })?;
            component[start..].copy_from_slice(significant);
        }
        reader.finish().map_err(|_| Error::SignatureEncoding)?;
        Self::from_bytes(&bytes)
    }

    /// `SEQUENCE { r INTEGER, s INTEGER }` in DER, at most 72 bytes.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.encode_der().expect("two integers of 32 bytes encode")
    }

    fn encode_der(&self) -> x509_cert::der::Result<Vec<u8>> {
        let (r, s) = (UintRef::new(self.r())?, UintRef::new(self.s())?);
        let length: Length = (r.encoded_len()? + s.encoded_len()?)?;
        let mut der = Vec::with_capacity(72);
        x509_cert::der::Header::new(x509_cert::der::Tag::Sequence, length).encode(&mut der)?;
        r.encode(&mut der)?;
        s.encode(&mut der)?;
        Ok(der)
    }

    pub(super) fn r_scalar(&self) -> Scalar {
        Scalar::from_be_bytes(self.r()).expect("the parser admits numbers below n only")
    }

    pub(super) fn s_scalar(&self) -> Scalar {
        Scalar::from_be_bytes(self.s()).expect("the parser admits numbers below n only")
    }

    pub(crate) fn r(&self) -> &[u8; 32] {
        self.0.first_chunk().expect("a signature has 64 bytes")
    }

    pub(crate) fn s(&self) -> &[u8; 32] {
        self.0.last_chunk().expect("a signature has 64 bytes")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signature({})", hex::encode(self.0))
    }
}
