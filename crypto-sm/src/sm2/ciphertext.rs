//! What public-key encryption gives, and its encodings.

use super::PublicKey;
use crate::{Error, sm3};
use std::fmt;
use x509_cert::der::{
    Decode, Encode, Header, Length, Reader, SliceReader, Tag,
    asn1::{OctetStringRef, SequenceRef, UintRef},
};

/// Length of an uncompressed point in bytes.
const POINT_LENGTH: usize = 65;

/// A message encrypted with SM2 (GB/T 32918.4-2016): the point C1, the digest C3 and at least one byte C2. That it can
/// be read says nothing about whether it decrypts.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ciphertext {
    c1: PublicKey,
    c3: sm3::Digest,
    c2: Vec<u8>,
}

impl Ciphertext {
    /// Puts the parts together, as a cryptographic device gives them.
    ///
    /// # Errors
    /// [`Error::CiphertextEncoding`] if C2 is empty.
    pub fn new(c1: PublicKey, c3: sm3::Digest, c2: Vec<u8>) -> Result<Self, Error> {
        // An empty message has an empty key stream, which the standard's test for zeros can never pass.
        if c2.is_empty() {
            return Err(Error::CiphertextEncoding);
        }
        Ok(Self { c1, c3, c2 })
    }

    /// Reads C1 ‖ C3 ‖ C2 with C1 uncompressed (GB/T 32918.4 clause 6.1): 97 bytes and those of the message.
    ///
    /// # Errors
    /// [`Error::CiphertextEncoding`], also for a C1 that is no point of the curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let (c1, rest) = split_point(bytes)?;
        let (c3, c2) = rest.split_first_chunk().ok_or(Error::CiphertextEncoding)?;
        Self::new(c1, *c3, c2.to_vec())
    }

    /// Reads C1 ‖ C2 ‖ C3, the order of the drafts before GM/T 0003-2012, which old software still writes. Nothing in
    /// the bytes tells the two orders apart.
    ///
    /// # Errors
    /// [`Error::CiphertextEncoding`], also for a C1 that is no point of the curve.
    pub fn from_old_order(bytes: &[u8]) -> Result<Self, Error> {
        let (c1, rest) = split_point(bytes)?;
        let (c2, c3) = rest.split_last_chunk().ok_or(Error::CiphertextEncoding)?;
        Self::new(c1, *c3, c2.to_vec())
    }

    /// C1 ‖ C3 ‖ C2 with C1 uncompressed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.c1.to_uncompressed()[..], &self.c3, &self.c2].concat()
    }

    /// Reads `SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, cipher OCTET STRING }` (GB/T 35276-2017 clause 7.2,
    /// GM/T 0009) in strict DER.
    ///
    /// # Errors
    /// [`Error::CiphertextEncoding`], also for a point that is not on the curve.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::decode(der).map_err(|_| Error::CiphertextEncoding)?
    }

    fn decode(der: &[u8]) -> x509_cert::der::Result<Result<Self, Error>> {
        let sequence = <&SequenceRef>::from_der(der)?;
        let mut reader = SliceReader::new(sequence.as_bytes())?;
        let mut point = [0; POINT_LENGTH];
        point[0] = 0x04;
        for coordinate in point[1..].chunks_exact_mut(32) {
            let integer = UintRef::decode(&mut reader)?;
            let Some(start) = 32usize.checked_sub(integer.as_bytes().len()) else {
                return Ok(Err(Error::CiphertextEncoding));
            };
            coordinate[start..].copy_from_slice(integer.as_bytes());
        }
        let c3 = <&OctetStringRef>::decode(&mut reader)?.as_bytes();
        let c2 = <&OctetStringRef>::decode(&mut reader)?.as_bytes();
        reader.finish()?;
        Ok(split_point(&point).and_then(|(c1, _)| {
            let c3 = c3.try_into().map_err(|_| Error::CiphertextEncoding)?;
            Self::new(c1, c3, c2.to_vec())
        }))
    }

    /// `SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, cipher OCTET STRING }` in DER, as GM/T 0009, GM/T 0010 and
    /// certificates' software use it.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.encode().expect("the parts of a ciphertext encode")
    }

    fn encode(&self) -> x509_cert::der::Result<Vec<u8>> {
        let (x, y) = self.c1.coordinates();
        let (x, y) = (UintRef::new(x)?, UintRef::new(y)?);
        let (c3, c2) = (
            OctetStringRef::new(&self.c3)?,
            OctetStringRef::new(&self.c2)?,
        );
        let length: Length =
            (x.encoded_len()? + y.encoded_len()? + c3.encoded_len()? + c2.encoded_len()?)?;
        let mut der = Vec::with_capacity(self.c2.len() + 128);
        Header::new(Tag::Sequence, length).encode(&mut der)?;
        x.encode(&mut der)?;
        y.encode(&mut der)?;
        c3.encode(&mut der)?;
        c2.encode(&mut der)?;
        Ok(der)
    }

    /// C1, the sender's point.
    #[must_use]
    pub fn point(&self) -> &PublicKey {
        &self.c1
    }

    /// C3, the digest over the message and the common point.
    #[must_use]
    pub fn digest(&self) -> &sm3::Digest {
        &self.c3
    }

    /// C2, as long as the message.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.c2
    }
}

/// C1 and what follows it.
fn split_point(bytes: &[u8]) -> Result<(PublicKey, &[u8]), Error> {
    let (point, rest) = bytes
        .split_at_checked(POINT_LENGTH)
        .ok_or(Error::CiphertextEncoding)?;
    let point = PublicKey::from_uncompressed(point).map_err(|_| Error::CiphertextEncoding)?;
    Ok((point, rest))
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Ciphertext({})", hex::encode(self.to_bytes()))
    }
}
