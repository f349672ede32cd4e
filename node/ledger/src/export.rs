//! The log as a file: every entry with its rows, and the final checkpoint that covers them. Whoever holds the network's id can replay it.
//!
//! The file begins with the line `hengtan export v1`; then come records, each preceded by its length in four bytes, big-endian.

use crate::framed::{self, Frames};
use crate::{Error, v1};

/// First bytes of an export file.
pub const MAGIC: &[u8] = b"hengtan export v1\n";

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
    framed::record(&message)
}

/// A record's bytes, as a node streams them, with their length in front.
#[must_use]
pub fn framed(record: &[u8]) -> Vec<u8> {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), record].concat()
}

/// Takes records out of a file that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Reader(Frames);

impl Reader {
    /// Takes the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// The next record, if it is there as a whole.
    ///
    /// # Errors
    /// [`Error::Export`], [`Error::Encoding`].
    pub fn next_record(&mut self) -> Result<Option<v1::export_record::Record>, Error> {
        // An empty record is none: it is refused where it stands.
        let malformed = self.0.malformed();
        let message: Option<v1::ExportRecord> = self.0.next_message(MAGIC, "export record")?;
        message
            .map(|message| message.record.ok_or(malformed))
            .transpose()
    }

    /// To be called at the end of the file.
    ///
    /// # Errors
    /// [`Error::Export`] if it ends inside a record.
    pub fn finish(&self) -> Result<(), Error> {
        self.0.finish()
    }
}
