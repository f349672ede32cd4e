//! CSV: records with exact row numbers, the text of each record kept as it stands in the file.

use std::io::Read;

use csv_core::ReadRecordResult;

use super::cell::{Cell, Damage, Line};
use super::encoding::{Decoder, Encoding, Undecodable};
use super::fault::FileError;

/// A record longer than this is refused: a quotation mark is missing long before.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Separators that are tried, in order of preference.
pub const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads records of separated values.
pub struct Delimited<R> {
    decoder: Decoder<R>,
    separator: u8,
    parser: csv_core::Reader,
    text: String,
    /// Bytes of `text` that are used up.
    start: usize,
    /// Decoded bytes before `text`.
    text_at: u64,
    undecodable: Vec<Undecodable>,
    row: u64,
    ended: bool,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Delimited<R> {
    /// Reads `input`, which is in `encoding`, with fields separated by `separator`.
    pub fn new(input: R, encoding: Encoding, separator: u8) -> Self {
        Self {
            decoder: Decoder::new(input, encoding),
            separator,
            parser: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            text: String::new(),
            start: 0,
            text_at: 0,
            undecodable: Vec::new(),
            row: 0,
            ended: false,
            fields: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Bytes of the file taken so far.
    pub const fn bytes_read(&self) -> u64 {
        self.decoder.bytes_read()
    }

    /// Gives the input back.
    pub fn into_input(self) -> R {
        self.decoder.into_input()
    }

    /// The next record; blank ones too, so that rows are numbered as a spreadsheet program numbers them.
    ///
    /// # Errors
    /// IO, a file too damaged to decode, an open quotation mark, a record that is too long.
    pub fn next_line(&mut self) -> Result<Option<Line>, FileError> {
        let Some(end) = self.find_record()? else {
            return Ok(None);
        };
        self.row += 1;
        let (start, text_end) = (self.start, end.text);
        let raw = self.text[start..text_end].to_owned();
        let from = self.text_at + start as u64;
        let to = self.text_at + text_end as u64;
        self.parse(&raw);
        let mut cells = Vec::with_capacity(self.ends.len());
        let mut field_start = 0;
        for field_end in &self.ends {
            // Fields are pieces of valid UTF-8 cut at ASCII bytes.
            cells.push(Cell::text(&String::from_utf8_lossy(
                &self.fields[field_start..*field_end],
            )));
            field_start = *field_end;
        }
        let damages = self.take_damages(from, to, &raw);
        self.start = end.next;
        Ok(Some(Line {
            row: self.row,
            cells,
            raw: Some(raw),
            damages,
        }))
    }

    fn take_damages(&mut self, from: u64, to: u64, raw: &str) -> Vec<Damage> {
        let mut damages = Vec::new();
        while self
            .undecodable
            .first()
            .is_some_and(|first| first.text_at < to)
        {
            let damage = self.undecodable.remove(0);
            let inside = usize::try_from(damage.text_at.saturating_sub(from)).unwrap_or(0);
            let column = raw
                .get(..inside)
                .map(|before| column_at(before, self.separator));
            damages.push(Damage {
                bytes: damage.bytes,
                offset: damage.offset,
                column,
            });
        }
        damages
    }

    fn parse(&mut self, raw: &str) {
        self.parser.reset();
        self.fields.resize(raw.len() + 1, 0);
        self.ends.resize(raw.len() + 2, 0);
        let (mut input, mut written, mut ended) = (raw.as_bytes(), 0, 0);
        loop {
            let (result, read, bytes, fields) = self.parser.read_record(
                input,
                &mut self.fields[written..],
                &mut self.ends[ended..],
            );
            input = &input[read..];
            written += bytes;
            ended += fields;
            match result {
                // The next round with no input left tells the parser that the record ends here.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            }
        }
        self.ends.truncate(ended);
    }

    /// Finds the end of the record that begins at `start`, reading on as needed.
    fn find_record(&mut self) -> Result<Option<RecordEnd>, FileError> {
        let mut scanner = Scanner::new(self.separator);
        let mut at = self.start;
        loop {
            while at < self.text.len() {
                let byte = self.text.as_bytes()[at];
                if scanner.ends_record(byte) {
                    if byte == b'\r' && at + 1 == self.text.len() && !self.ended {
                        // A line feed may follow in the next piece.
                        break;
                    }
                    let pair = byte == b'\r' && self.text.as_bytes().get(at + 1) == Some(&b'\n');
                    return Ok(Some(RecordEnd {
                        text: at,
                        next: at + 1 + usize::from(pair),
                    }));
                }
                scanner.step(byte);
                at += 1;
            }
            if at - self.start > RECORD_BYTES_MAX {
                let row = self.row + 1;
                return Err(if scanner.quoted {
                    FileError::QuoteOpen { row }
                } else {
                    FileError::RecordTooLong {
                        row,
                        bytes_max: RECORD_BYTES_MAX,
                    }
                });
            }
            if self.ended {
                if scanner.quoted {
                    return Err(FileError::QuoteOpen { row: self.row + 1 });
                }
                let rest = self.text.len() - self.start;
                return Ok((rest > 0).then_some(RecordEnd {
                    text: self.text.len(),
                    next: self.text.len(),
                }));
            }
            at -= self.start;
            self.text.drain(..self.start);
            self.text_at += self.start as u64;
            self.start = 0;
            let row = self.row + 1;
            let more = self
                .decoder
                .read_into(&mut self.text, &mut self.undecodable);
            self.ended = !more.map_err(|error| at_row(error, row))?;
        }
    }
}

struct RecordEnd {
    /// End of the record's text.
    text: usize,
    /// Beginning of the next record.
    next: usize,
}

/// Follows quotation marks as the CSV parser does: one opens at the beginning of a field only.
struct Scanner {
    separator: u8,
    quoted: bool,
    field_start: bool,
    quote_closed: bool,
}

impl Scanner {
    const fn new(separator: u8) -> Self {
        Self {
            separator,
            quoted: false,
            field_start: true,
            quote_closed: false,
        }
    }

    const fn ends_record(&self, byte: u8) -> bool {
        !self.quoted && matches!(byte, b'\n' | b'\r')
    }

    const fn step(&mut self, byte: u8) {
        if self.quoted {
            if byte == b'"' {
                self.quoted = false;
                self.quote_closed = true;
            }
        } else if byte == b'"' && (self.field_start || self.quote_closed) {
            self.quoted = true;
            self.field_start = false;
            self.quote_closed = false;
        } else {
            self.field_start = byte == self.separator;
            self.quote_closed = false;
        }
    }
}

fn column_at(before: &str, separator: u8) -> usize {
    let mut scanner = Scanner::new(separator);
    let mut column = 0;
    for byte in before.bytes() {
        if !scanner.quoted && byte == separator {
            column += 1;
        }
        scanner.step(byte);
    }
    column
}

fn at_row(error: FileError, row: u64) -> FileError {
    match error {
        FileError::Undecodable {
            encoding,
            offset,
            bytes,
            count,
            ..
        } => FileError::Undecodable {
            encoding,
            row,
            offset,
            bytes,
            count,
        },
        other => other,
    }
}

/// A field as it is written back: quoted where the separator, a quotation mark or a line end demands it.
#[must_use]
pub fn quote(field: &str, separator: u8) -> String {
    if field
        .bytes()
        .any(|byte| byte == separator || matches!(byte, b'"' | b'\n' | b'\r'))
    {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], separator: u8) -> Result<Vec<Line>, FileError> {
        let mut reader = Delimited::new(text, Encoding::Utf8, separator);
        let mut lines = Vec::new();
        while let Some(line) = reader.next_line()? {
            lines.push(line);
        }
        Ok(lines)
    }

    fn texts(line: &Line) -> Vec<String> {
        line.cells.iter().map(Cell::display).collect()
    }

    #[test]
    fn records_keep_their_row_number_over_blank_lines_and_line_ends() {
        let lines = lines(
            "a,b\r\n\r\n\"x\r\ny\",\" 1,000 \"\n,,\rlast,\"say \"\"hi\"\"\"".as_bytes(),
            b',',
        )
        .unwrap();
        assert_eq!(
            lines.iter().map(|line| line.row).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
        assert_eq!(texts(&lines[0]), ["a", "b"]);
        assert!(lines[1].is_blank() && lines[3].is_blank());
        assert_eq!(texts(&lines[2]), ["x\r\ny", "1,000"]);
        assert_eq!(lines[2].raw.as_deref(), Some("\"x\r\ny\",\" 1,000 \""));
        assert_eq!(texts(&lines[4]), ["last", "say \"hi\""]);
    }

    #[test]
    fn a_quote_that_never_closes_is_named_with_its_row() {
        assert_eq!(
            lines(b"a,b\n1,\"2\n3,4\n", b','),
            Err(FileError::QuoteOpen { row: 2 })
        );
    }

    #[test]
    fn a_quote_inside_a_field_is_a_character() {
        let lines = lines(b"5\" pipe;x\n\"a\"b\";c\n", b';').unwrap();
        assert_eq!(texts(&lines[0]), ["5\" pipe", "x"]);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn damage_names_its_column() {
        let lines = lines(b"a,b\nx,\"1,2\",\xFFy\nok,1\n", b',').unwrap();
        assert_eq!(
            lines[1].damages,
            [Damage {
                bytes: "FF".into(),
                offset: 12,
                column: Some(2)
            }]
        );
        assert!(lines[2].damages.is_empty());
    }

    #[test]
    fn a_record_written_back_reads_the_same() {
        for field in ["plain", "a,b", "say \"hi\"", "two\nlines", ""] {
            let text = format!("{},{}\n", quote(field, b','), quote("z", b','));
            assert_eq!(
                texts(&lines(text.as_bytes(), b',').unwrap()[0]),
                [field, "z"]
            );
        }
    }
}
