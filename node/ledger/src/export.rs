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
    offset: u64,
    begun: bool,
}

impl Reader {
    /// Takes the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
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
        if !self.begun {
            if self.waiting.len() < MAGIC.len() {
                return Ok(None);
            }
            if !self.waiting.starts_with(MAGIC) {
                return Err(malformed);
            }
            self.begun = true;
            self.take(MAGIC.len());
        }
        let Some((length, rest)) = self.waiting.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > RECORD_BYTES_MAX {
            return Err(Error::Export {
                offset: self.offset,
            });
        }
        let Some(bytes) = rest.get(..length) else {
            return Ok(None);
        };
        let message: v1::ExportRecord = canonical::decode("export record", bytes)?;
        self.take(4 + length);
        message.record.map(Some).ok_or(malformed)
    }

    /// To be called at the end of the file.
    ///
    /// # Errors
    /// [`Error::Export`] if the file ends inside a record.
    pub fn finish(&self) -> Result<(), Error> {
        if self.begun && self.waiting.is_empty() {
            Ok(())
        } else {
            Err(Error::Export {
                offset: self.offset,
            })
        }
    }

    fn take(&mut self, count: usize) {
        self.waiting.drain(..count);
        self.offset += count as u64;
    }
}
