//! Files and streams of records: a line that says what it is, then messages, each preceded by its length in four bytes,
//! big-endian. Exports and snapshots are such.

use crate::{Error, canonical};
use prost::Message;

/// Longest record, in bytes: an entry with its rows.
const RECORD_BYTES_MAX: usize = 256 << 20;

/// A message with its length in front.
pub(crate) fn record(message: &impl Message) -> Vec<u8> {
    let length = u32::try_from(message.encoded_len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(message.encode_to_vec());
    bytes
}

/// Takes messages out of bytes that arrive in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frames {
    waiting: Vec<u8>,
    /// Bytes of `waiting` that were taken.
    taken: usize,
    offset: u64,
    begun: bool,
}

impl Frames {
    /// Takes the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
        // Once for each piece, not for each record.
        self.waiting.drain(..self.taken);
        self.taken = 0;
        self.waiting.extend(bytes);
    }

    /// The next message, called `what`, if it is there as a whole. The first bytes must be `magic`.
    ///
    /// # Errors
    /// [`Error::Export`], [`Error::Encoding`].
    pub fn next_message<M: Message + Default>(
        &mut self,
        magic: &[u8],
        what: &'static str,
    ) -> Result<Option<M>, Error> {
        let malformed = self.malformed();
        if !self.begun {
            let waiting = &self.waiting[self.taken..];
            let known = waiting.len().min(magic.len());
            if waiting[..known] != magic[..known] {
                return Err(malformed);
            }
            if known < magic.len() {
                return Ok(None);
            }
            self.begun = true;
            self.take(magic.len());
        }
        let Some((length, rest)) = self.waiting[self.taken..].split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > RECORD_BYTES_MAX {
            return Err(malformed);
        }
        let Some(bytes) = rest.get(..length) else {
            return Ok(None);
        };
        let message = canonical::decode(what, bytes)?;
        self.take(4 + length);
        Ok(Some(message))
    }

    /// To be called at the end.
    ///
    /// # Errors
    /// [`Error::Export`] if it ends inside a record.
    pub fn finish(&self) -> Result<(), Error> {
        if self.begun && self.waiting.len() == self.taken {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }

    /// What is read next is no record.
    pub fn malformed(&self) -> Error {
        Error::Export {
            offset: self.offset,
        }
    }

    fn take(&mut self, count: usize) {
        self.taken += count;
        self.offset += count as u64;
    }
}
