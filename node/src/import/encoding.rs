//! From bytes to text: byte order mark, UTF-8, GB18030. UTF-16 is refused by name, undecodable bytes are located.

use std::io::{ErrorKind, Read};

use encoding_rs::{CoderResult, DecoderResult, Encoding as Charset, GB18030, UTF_8};

use super::fault::FileError;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// Undecodable places above which a file is refused as a whole instead of row by row.
const DAMAGES_MAX: u64 = 1_000;

/// Character encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheet programs write it.
    Utf8Marked,
    /// GB18030-2022, which contains GBK and GB 2312.
    Gb18030,
}

impl Encoding {
    /// Name as users write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Marked => "UTF-8",
            Self::Gb18030 => "GB18030",
        }
    }

    /// Reads the name of an encoding, with the usual names of its parts.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name
            .to_ascii_lowercase()
            .replace(['-', '_', ' '], "")
            .as_str()
        {
            "utf8" => Some(Self::Utf8),
            "utf8bom" | "utf8sig" => Some(Self::Utf8Marked),
            "gb18030" | "gbk" | "gb2312" | "cp936" | "ansi936" => Some(Self::Gb18030),
            _ => None,
        }
    }

    const fn charset(self) -> &'static Charset {
        match self {
            Self::Utf8 | Self::Utf8Marked => UTF_8,
            Self::Gb18030 => GB18030,
        }
    }

    /// Text in this encoding; what it cannot express becomes a numeric reference, which GB18030 never needs.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        self.charset().encode(text).0.into_owned()
    }

    /// The byte order mark to write at the beginning of a file.
    #[must_use]
    pub const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8Marked => b"\xEF\xBB\xBF",
            Self::Utf8 | Self::Gb18030 => b"",
        }
    }
}

/// Looks at every byte of a file once and tells its encoding.
pub struct Survey {
    utf8: Tally,
    gb18030: Tally,
    head: Vec<u8>,
    bytes: u64,
    first_zero: Option<u64>,
    zeros_even: u64,
    zeros_odd: u64,
}

struct Tally {
    decoder: encoding_rs::Decoder,
    malformed: u64,
}

impl Tally {
    fn new(charset: &'static Charset) -> Self {
        Self {
            decoder: charset.new_decoder_without_bom_handling(),
            malformed: 0,
        }
    }

    fn update(&mut self, mut bytes: &[u8], last: bool, scratch: &mut [u8]) {
        loop {
            let (result, read, _) = self
                .decoder
                .decode_to_utf8_without_replacement(bytes, scratch, last);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.malformed += 1,
            }
        }
    }
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            utf8: Tally::new(UTF_8),
            gb18030: Tally::new(GB18030),
            head: Vec::with_capacity(4),
            bytes: 0,
            first_zero: None,
            zeros_even: 0,
            zeros_odd: 0,
        }
    }
}

impl Survey {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut scratch = [0_u8; 4 * 1024];
        for byte in bytes.iter().take(4_usize.saturating_sub(self.head.len())) {
            self.head.push(*byte);
        }
        for (at, byte) in (self.bytes..).zip(bytes) {
            if *byte == 0 {
                self.first_zero.get_or_insert(at);
                if at % 2 == 0 {
                    self.zeros_even += 1;
                } else {
                    self.zeros_odd += 1;
                }
            }
        }
        self.bytes += bytes.len() as u64;
        self.utf8.update(bytes, false, &mut scratch);
        self.gb18030.update(bytes, false, &mut scratch);
    }

    /// The encoding of the file, or the one asked for.
    ///
    /// UTF-8 wins where it is valid; otherwise GB18030 where that is valid; where neither is, the one with fewer
    /// damaged places, UTF-8 at a tie.
    ///
    /// # Errors
    /// UTF-16, UTF-32 and files that are mostly zero bytes.
    pub fn finish(mut self, asked: Option<Encoding>) -> Result<Encoding, FileError> {
        let mut scratch = [0_u8; 64];
        self.utf8.update(&[], true, &mut scratch);
        self.gb18030.update(&[], true, &mut scratch);
        let wide = |encoding: &str| {
            Err(FileError::WideEncoding {
                encoding: encoding.to_owned(),
            })
        };
        match self.head.as_slice() {
            [0xFF, 0xFE, 0, 0] => return wide("UTF-32LE"),
            [0, 0, 0xFE, 0xFF] => return wide("UTF-32BE"),
            [0xFF, 0xFE, ..] => return wide("UTF-16LE"),
            [0xFE, 0xFF, ..] => return wide("UTF-16BE"),
            _ => {}
        }
        if let Some(offset) = self.first_zero {
            // Latin text in UTF-16 without a mark has a zero in every other byte, always on the same side.
            let third = self.bytes / 3;
            if self.zeros_odd > third && self.zeros_even * 8 < self.zeros_odd {
                return wide("UTF-16LE");
            }
            if self.zeros_even > third && self.zeros_odd * 8 < self.zeros_even {
                return wide("UTF-16BE");
            }
            // A few zero bytes are faults of their rows; many are no text at all.
            if (self.zeros_even + self.zeros_odd) * 20 > self.bytes {
                return Err(FileError::NotText { offset });
            }
        }
        let marked = self.head.starts_with(b"\xEF\xBB\xBF");
        Ok(match asked {
            Some(Encoding::Gb18030) => Encoding::Gb18030,
            Some(_) if marked => Encoding::Utf8Marked,
            Some(_) => Encoding::Utf8,
            None if marked => Encoding::Utf8Marked,
            None if self.utf8.malformed <= self.gb18030.malformed => Encoding::Utf8,
            None => Encoding::Gb18030,
        })
    }
}

/// Bytes that are not text, and the position in the decoded text where U+FFFD stands for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// Bytes of decoded text before it, counted from the beginning of the file.
    pub text_at: u64,
    /// Position in the file.
    pub offset: u64,
    /// The bytes in hexadecimal.
    pub bytes: String,
}

/// Decodes a reader chunk by chunk.
pub(super) struct Decoder<R> {
    input: R,
    encoding: Encoding,
    decoder: encoding_rs::Decoder,
    chunk: Vec<u8>,
    /// File position of the first byte of `chunk`.
    chunk_at: u64,
    /// Last bytes before the chunk, because a damaged sequence may begin there.
    tail: Vec<u8>,
    text_bytes: u64,
    damages: u64,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    /// Decodes `input`; a byte order mark is dropped.
    pub fn new(input: R, encoding: Encoding) -> Self {
        Self {
            input,
            encoding,
            decoder: encoding.charset().new_decoder_with_bom_removal(),
            chunk: vec![0; CHUNK],
            chunk_at: 0,
            tail: Vec::new(),
            text_bytes: 0,
            damages: 0,
            ended: false,
        }
    }

    /// Bytes of the file taken so far.
    pub const fn bytes_read(&self) -> u64 {
        self.chunk_at
    }

    /// Gives the input back.
    pub fn into_input(self) -> R {
        self.input
    }

    /// Appends the next piece of text. Returns false at the end.
    ///
    /// # Errors
    /// IO; a file with more than a thousand damaged places.
    pub fn read_into(
        &mut self,
        text: &mut String,
        undecodable: &mut Vec<Undecodable>,
    ) -> Result<bool, FileError> {
        if self.ended {
            return Ok(false);
        }
        let count = loop {
            match self.input.read(&mut self.chunk) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(FileError::Unreadable {
                        path: String::new(),
                        reason: reason(&error),
                    });
                }
            }
        };
        self.ended = count == 0;
        let before = text.len();
        let mut at = 0;
        loop {
            let source = &self.chunk[at..count];
            let needed = self
                .decoder
                .max_utf8_buffer_length(source.len())
                .unwrap_or(CHUNK);
            text.reserve(needed);
            let (result, read) = self
                .decoder
                .decode_to_string_without_replacement(source, text, self.ended);
            at += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let end = self.chunk_at + at as u64 - u64::from(after);
                    let start = end.saturating_sub(u64::from(length));
                    self.damages += 1;
                    let bytes = self.bytes_at(start, usize::from(length));
                    let damage = Undecodable {
                        text_at: self.text_bytes + (text.len() - before) as u64,
                        offset: start,
                        bytes,
                    };
                    if self.damages > DAMAGES_MAX {
                        return Err(FileError::Undecodable {
                            encoding: self.encoding.name().to_owned(),
                            row: 0,
                            offset: damage.offset,
                            bytes: damage.bytes,
                            count: self.damages,
                        });
                    }
                    undecodable.push(damage);
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        self.text_bytes += (text.len() - before) as u64;
        self.chunk_at += count as u64;
        self.tail
            .extend_from_slice(&self.chunk[count.saturating_sub(8)..count]);
        self.tail.drain(..self.tail.len().saturating_sub(8));
        Ok(true)
    }

    fn bytes_at(&self, start: u64, length: usize) -> String {
        let tail_at = self.chunk_at.saturating_sub(self.tail.len() as u64);
        (0..length as u64)
            .filter_map(|step| {
                let at = start + step;
                let byte = if at >= self.chunk_at {
                    self.chunk.get(usize::try_from(at - self.chunk_at).ok()?)
                } else {
                    self.tail
                        .get(usize::try_from(at.checked_sub(tail_at)?).ok()?)
                };
                byte.map(|byte| format!("{byte:02X}"))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// [`ErrorKind`] in snake case.
pub(super) fn reason(error: &std::io::Error) -> String {
    snake(&format!("{:?}", error.kind()))
}

/// The name at the beginning of a `Debug` text, in snake case.
pub(super) fn snake(debug: &str) -> String {
    let mut snake = String::new();
    for c in debug.chars().take_while(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Encodes text for a file in the user's encoding, reporting nothing: both encodings hold all of Unicode.
pub(super) fn encode_into(encoding: Encoding, text: &str, out: &mut Vec<u8>) {
    let mut encoder = encoding.charset().new_encoder();
    let mut rest = text;
    loop {
        out.reserve(
            encoder
                .max_buffer_length_from_utf8_if_no_unmappables(rest.len())
                .unwrap_or(rest.len() * 4),
        );
        let (result, read, _) = encoder.encode_from_utf8_to_vec(rest, out, true);
        rest = &rest[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(bytes: &[u8]) -> Result<Encoding, FileError> {
        let mut survey = Survey::default();
        for chunk in bytes.chunks(3) {
            survey.update(chunk);
        }
        survey.finish(None)
    }

    fn decode(bytes: &[u8], encoding: Encoding) -> (String, Vec<Undecodable>) {
        let (mut text, mut damages) = (String::new(), Vec::new());
        // A reader that gives one byte at a time: sequences across chunks must survive.
        let mut decoder = Decoder::new(OneByte(bytes), encoding);
        while decoder.read_into(&mut text, &mut damages).unwrap() {}
        (text, damages)
    }

    struct OneByte<'a>(&'a [u8]);

    impl Read for OneByte<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(survey("活动,数量".as_bytes()), Ok(Encoding::Utf8));
        assert_eq!(survey(b"\xEF\xBB\xBFa,b"), Ok(Encoding::Utf8Marked));
        assert_eq!(
            survey(&Encoding::Gb18030.encode("活动,数量,㎥,𠮷")),
            Ok(Encoding::Gb18030)
        );
        assert_eq!(survey(b"a,b\n"), Ok(Encoding::Utf8));
    }

    #[test]
    fn wide_encodings_are_refused_by_name() {
        let utf16: Vec<u8> = "case,activity\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = [b"\xFF\xFE".as_slice(), &utf16].concat();
        for bytes in [utf16, marked] {
            assert_eq!(
                survey(&bytes),
                Err(FileError::WideEncoding {
                    encoding: "UTF-16LE".into()
                })
            );
        }
        assert_eq!(survey(&[0; 100]), Err(FileError::NotText { offset: 0 }));
    }

    #[test]
    fn damage_is_located_by_file_position_and_bytes() {
        let mut bytes = Encoding::Gb18030.encode("活动");
        bytes.extend_from_slice(b"a\xFFb");
        let (text, damages) = decode(&bytes, Encoding::Gb18030);
        assert_eq!(text, "活动a\u{FFFD}b");
        assert_eq!(
            damages,
            [Undecodable {
                text_at: 7,
                offset: 5,
                bytes: "FF".into()
            }]
        );
        let (text, damages) = decode(b"ab\xE6\xB4,c", Encoding::Utf8);
        assert_eq!(text, "ab\u{FFFD},c");
        assert_eq!(
            damages,
            [Undecodable {
                text_at: 2,
                offset: 2,
                bytes: "E6 B4".into()
            }]
        );
    }

    #[test]
    fn gb18030_survives_both_ways() {
        let text = "㎥ 𠮷 吨 € ，；";
        let mut bytes = Vec::new();
        encode_into(Encoding::Gb18030, text, &mut bytes);
        assert_eq!(
            decode(&bytes, Encoding::Gb18030),
            (text.to_owned(), Vec::new())
        );
    }
}
