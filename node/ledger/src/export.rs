//! The log as a file: every entry with its rows, and the final checkpoint that covers them. Whoever holds the network's id can replay it.
//!
//! The file begins with the line `hengtan export v1`; then come records, each preceded by its length in four bytes, big-endian.

use crate::{Error, canonical, v1};
use prost::Message;

/// First bytes of an export file.
pub const MAGIC: &[u8] = b"hengtan export v1\n";

/// Longest record, in bytes: an entry with its rows.
const RECORD_BYTES_MAX: usize = 256 << 20;

/// The bytes of an entry's record; `rows` are those beside its envelope, if the node keeps them.
#[must_use]
pub fn entry(entry: &[u8], rows: Option<Vec<Vec<u8>>>) -> Vec<u8> {
    let rows = rows
        .filter(|rows| !rows.is_empty())
        .map(|rows| v1::RowSet { rows });
    record(v1::export_record::Record::Entry(v1::ExportedEntry {
        entry: entry.to_vec(),
        rows,
    }))
}

/// The bytes of a checkpoint's record: a signed note.
#[must_use]
pub fn checkpoint(note: &str) -> Vec<u8> {
    record(v1::export_record::Record::Checkpoint(note.to_owned()))
}

fn record(record: v1::export_record::Record) -> Vec<u8> {
    let message = v1::ExportRecord {
        record: Some(record),
    };
    let length = u32::try_from(message.encoded_len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(message.encode_to_vec());
    bytes
}

/// Takes records out of a file that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    waiting: Vec<u8>,
    /// Bytes of `waiting` that were taken.
    taken: usize,
    offset: u64,
    begun: bool,
}

impl Reader {
    /// Takes the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
        // Once for each piece, not for each record.
        self.waiting.drain(..self.taken);
        self.taken = 0;
        self.waiting.extend(bytes);
    }

    /// The next record, if it is there as a whole.
    ///
    /// # Errors
    /// [`Error::Export`], [`Error::Encoding`].
    pub fn next_record(&mut self) -> Result<Option<v1::export_record::Record>, Error> {
        let malformed = Error::Export {
            offset: self.offset,
        };
        let mut waiting = &self.waiting[self.taken..];
        if !self.begun {
            if waiting.len() < MAGIC.len() {
                return Ok(None);
            }
            waiting = waiting.strip_prefix(MAGIC).ok_or(malformed.clone())?;
            self.begun = true;
            self.taken += MAGIC.len();
            self.offset += MAGIC.len() as u64;
        }
        let Some((length, rest)) = waiting.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > RECORD_BYTES_MAX {
            return Err(malformed);
        }
        let Some(bytes) = rest.get(..length) else {
            return Ok(None);
        };
        let message: v1::ExportRecord = canonical::decode("export record", bytes)?;
        self.taken += 4 + length;
        self.offset += 4 + length as u64;
        message.record.map(Some).ok_or(malformed)
    }

    /// To be called at the end of the file.
    ///
    /// # Errors
    /// [`Error::Export`] if the file ends inside a record.
    pub fn finish(&self) -> Result<(), Error> {
        if self.begun && self.waiting.len() == self.taken {
            Ok(())
        } else {
            Err(Error::Export {
                offset: self.offset,
            })
        }
    }
}
