//! Envelopes of any length: chunks of 64 KiB that are sealed one by one, each authenticated with its number, with whether
//! it is the last, and with the header (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). What was
//! cut off, put in another order, doubled or mixed with another stream is refused.
//!
//! Layout: [`MAGIC`], length of the wraps (4 bytes, big-endian), wraps in DER, 7 random bytes; then the chunks, each with
//! its tag of 16 bytes behind. A chunk's nonce is the 7 bytes, its number from 0 (4 bytes, big-endian), and 1 for the last
//! chunk or 0; its associated data are SM3 of all before the first chunk. Every chunk but the last holds 65,536 bytes of
//! content; the last holds 1 to 65,536, or none if there is no content at all.
//!
//! [`Sealer`] and [`Opener`] take bytes as they come and do no input or output; [`SealWriter`] and [`OpenReader`] put
//! them before files and connections.

mod adapters;

pub use adapters::{OpenReader, SealWriter};

use super::{ContentKey, Recipient, Wraps};
use crate::{
    Error,
    rand_core::CryptoRng,
    sm3,
    sm4::gcm::{Gcm, NONCE_LENGTH, Nonce, TAG_LENGTH, Tag},
};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// What a stream begins with.
pub const MAGIC: &[u8; 25] = b"hengtan sealed stream v1\n";

/// Bytes of content in every chunk but the last.
pub const CHUNK_LENGTH: usize = 65_536;

/// Bytes of a whole chunk with its tag.
const SEALED_LENGTH: usize = CHUNK_LENGTH + TAG_LENGTH;

/// Longest set of wraps that is read: room for the most recipients with long names.
const LONGEST_WRAPS: usize = 1 << 20;

/// Random bytes at the begin of each nonce.
const PREFIX_LENGTH: usize = 7;

/// What stands before the first chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    wraps: Wraps,
    prefix: [u8; PREFIX_LENGTH],
    digest: sm3::Digest,
}

impl Header {
    /// Reads a header from the first bytes of a stream, and tells how many belong to it; nothing if more are needed.
    ///
    /// # Errors
    /// [`Error::EnvelopeEncoding`], [`Error::EnvelopeRecipients`].
    pub fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, Error> {
        let seen = bytes.len().min(MAGIC.len());
        if bytes[..seen] != MAGIC[..seen] {
            return Err(Error::EnvelopeEncoding);
        }
        let Some((length, rest)) = bytes[seen..].split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*length))
            .ok()
            .filter(|length| *length <= LONGEST_WRAPS)
            .ok_or(Error::EnvelopeEncoding)?;
        let Some((wraps, rest)) = rest.split_at_checked(length) else {
            return Ok(None);
        };
        let Some(prefix) = rest.first_chunk::<PREFIX_LENGTH>() else {
            return Ok(None);
        };
        let end = MAGIC.len() + 4 + length + PREFIX_LENGTH;
        let header = Self {
            wraps: Wraps::from_der(wraps)?,
            prefix: *prefix,
            digest: sm3::hash(&[&bytes[..end]]),
        };
        Ok(Some((header, end)))
    }

    /// Who can open the stream.
    #[must_use]
    pub fn wraps(&self) -> &Wraps {
        &self.wraps
    }

    /// What opens the chunks, given the unwrapped key. Whether it is the right one shows with the first chunk.
    #[must_use]
    pub fn open(&self, key: &ContentKey) -> Opener {
        Opener {
            chunks: Chunks::new(key, self.prefix, self.digest),
            pending: Vec::with_capacity(SEALED_LENGTH),
            failed: false,
        }
    }
}

/// The nonces of a stream's chunks.
struct Chunks {
    gcm: Gcm,
    prefix: [u8; PREFIX_LENGTH],
    header: sm3::Digest,
    number: u32,
}

impl Chunks {
    fn new(key: &ContentKey, prefix: [u8; PREFIX_LENGTH], header: sm3::Digest) -> Self {
        Self {
            gcm: key.gcm(),
            prefix,
            header,
            number: 0,
        }
    }

    /// The nonce of the next chunk. The last number is left for a last chunk, so that none comes twice.
    fn nonce(&mut self, last: bool) -> Result<Nonce, Error> {
        let mut nonce = [0; NONCE_LENGTH];
        nonce[..PREFIX_LENGTH].copy_from_slice(&self.prefix);
        nonce[PREFIX_LENGTH..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        if !last {
            self.number = self.number.checked_add(1).ok_or(Error::NoncesExhausted)?;
        }
        Ok(nonce)
    }

    fn seal(&mut self, last: bool, content: &mut [u8]) -> Result<Tag, Error> {
        let nonce = self.nonce(last)?;
        self.gcm.seal_in_place(&nonce, &self.header, content)
    }

    fn open(&mut self, last: bool, content: &mut [u8], tag: &Tag) -> Result<(), Error> {
        let nonce = self.nonce(last)?;
        self.gcm
            .open_in_place(&nonce, &self.header, content, tag)
            .map_err(|_| Error::EnvelopeContent)
    }
}

/// Seals a stream.
pub struct Sealer {
    chunks: Chunks,
    /// Content that waits until it is known whether more follows.
    pending: Zeroizing<Vec<u8>>,
}

impl Sealer {
    /// A sealer under a fresh key, and the header, which goes out first.
    ///
    /// # Errors
    /// [`Error::EnvelopeRecipients`] for none or too many.
    pub fn new<R: CryptoRng + ?Sized>(
        recipients: &[Recipient],
        rng: &mut R,
    ) -> Result<(Self, Vec<u8>), Error> {
        let key = ContentKey::generate(rng);
        let wraps = Wraps::new(&key, recipients, rng)?.to_der();
        let mut prefix = [0; PREFIX_LENGTH];
        rng.fill_bytes(&mut prefix);
        let length = u32::try_from(wraps.len())
            .ok()
            .filter(|_| wraps.len() <= LONGEST_WRAPS)
            .ok_or(Error::EnvelopeRecipients {
                count: recipients.len(),
            })?;
        let header = [&MAGIC[..], &length.to_be_bytes(), &wraps, &prefix].concat();
        let sealer = Self {
            chunks: Chunks::new(&key, prefix, sm3::hash(&[&header])),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK_LENGTH)),
        };
        Ok((sealer, header))
    }

    /// Takes the next content and appends the chunks that are complete.
    ///
    /// # Errors
    /// [`Error::NoncesExhausted`] after 2^32 chunks (256 TiB).
    pub fn push(&mut self, mut content: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        while !content.is_empty() {
            if self.pending.len() == CHUNK_LENGTH {
                self.emit(false, out)?;
            }
            let free = CHUNK_LENGTH - self.pending.len();
            let (head, tail) = content.split_at(free.min(content.len()));
            self.pending.extend_from_slice(head);
            content = tail;
        }
        Ok(())
    }

    /// Appends the last chunk. A stream without it does not open.
    ///
    /// # Errors
    /// None that can be reached; those of SM4-GCM.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.emit(true, out)
    }

    fn emit(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), Error> {
        let tag = self.chunks.seal(last, &mut self.pending)?;
        out.extend_from_slice(&self.pending);
        out.extend_from_slice(&tag);
        self.pending.clear();
        Ok(())
    }
}

/// Opens the chunks of a stream, all that follows its header.
pub struct Opener {
    chunks: Chunks,
    pending: Vec<u8>,
    failed: bool,
}

impl Opener {
    /// Takes the next bytes and appends the content of chunks that are complete and genuine. Only when
    /// [`Opener::finish`] has succeeded is it known that this was all of it.
    ///
    /// # Errors
    /// [`Error::EnvelopeContent`], for ever after the first.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.failed {
            return Err(Error::EnvelopeContent);
        }
        while !bytes.is_empty() {
            // A whole chunk that more follows is not the last.
            if self.pending.len() == SEALED_LENGTH {
                self.take(false, out)?;
            }
            let free = SEALED_LENGTH - self.pending.len();
            let (head, tail) = bytes.split_at(free.min(bytes.len()));
            self.pending.extend_from_slice(head);
            bytes = tail;
        }
        Ok(())
    }

    /// Appends the content of the last chunk.
    ///
    /// # Errors
    /// [`Error::EnvelopeContent`], also for a stream that was cut off.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        // Only a stream without content has a last chunk without content.
        if self.failed || (self.pending.len() <= TAG_LENGTH && self.chunks.number > 0) {
            return Err(Error::EnvelopeContent);
        }
        self.take(true, out)
    }

    fn take(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), Error> {
        let opened = match self.pending.split_last_chunk_mut::<TAG_LENGTH>() {
            Some((content, tag)) => self.chunks.open(last, content, tag),
            None => Err(Error::EnvelopeContent),
        };
        self.failed = opened.is_err();
        opened?;
        out.extend_from_slice(&self.pending[..self.pending.len() - TAG_LENGTH]);
        self.pending.zeroize();
        Ok(())
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        self.pending.zeroize();
    }
}

/// Shows how many chunks have gone.
impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sealer")
            .field("chunks", &self.chunks.number)
            .finish_non_exhaustive()
    }
}

/// Shows how many chunks have come.
impl fmt::Debug for Opener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Opener")
            .field("chunks", &self.chunks.number)
            .finish_non_exhaustive()
    }
}
