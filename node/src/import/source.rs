//! A file on disk: what kind it is, its address (SM3), and its tables row by row. Read as often as needed, always with the
//! same content: a file that changes in between is refused.

use std::fs::File;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto_sm::sm3;

use super::cell::Line;
use super::delimited::{Delimited, SEPARATORS};
use super::encoding::{Encoding, Survey, reason};
use super::fault::FileError;
use super::header::{self, Header, ROWS_SEARCHED};
use super::workbook::Workbook;

/// Largest workbook that is read, in bytes; CSV has no limit.
pub const WORKBOOK_BYTES_MAX: u64 = 128 * 1024 * 1024;

const CHUNK: usize = 64 * 1024;

/// How the content is stored.
#[derive(Clone)]
pub enum Kind {
    /// Separated values.
    Delimited {
        /// Character encoding.
        encoding: Encoding,
        /// Separator of fields.
        separator: u8,
    },
    /// XLSX; workbooks are held in memory as they stand on disk.
    Workbook {
        /// The file.
        content: Arc<[u8]>,
    },
}

/// A file to import.
#[derive(Clone)]
pub struct Source {
    path: PathBuf,
    kind: Kind,
    digest: [u8; 32],
    bytes: u64,
}

impl Source {
    /// Reads the file once: digest, kind, encoding and separator.
    ///
    /// # Errors
    /// See [`FileError`]; the whole of the file has been looked at.
    pub fn open(
        path: &Path,
        encoding: Option<Encoding>,
        separator: Option<u8>,
    ) -> Result<Self, FileError> {
        let mut file = open(path)?;
        let mut hasher = sm3::Hasher::new();
        let mut survey = Survey::default();
        let mut head: Vec<u8> = Vec::new();
        let mut content: Vec<u8> = Vec::new();
        let mut chunk = vec![0_u8; CHUNK];
        let mut bytes = 0_u64;
        loop {
            let count = read(&mut file, &mut chunk, path)?;
            if count == 0 {
                break;
            }
            let piece = &chunk[..count];
            hasher.update(piece);
            bytes += count as u64;
            if head.len() < 512 {
                head.extend_from_slice(&piece[..count.min(512 - head.len())]);
            }
            if is_container(&head) {
                if bytes > WORKBOOK_BYTES_MAX {
                    return Err(FileError::TooLarge {
                        bytes,
                        bytes_max: WORKBOOK_BYTES_MAX,
                    });
                }
                content.extend_from_slice(piece);
            } else {
                survey.update(piece);
            }
        }
        let digest = hasher.finalize();
        if bytes == 0 {
            return Err(FileError::Empty {
                path: path.display().to_string(),
            });
        }
        if is_container(&head) {
            check_container(&content)?;
            let kind = Kind::Workbook {
                content: content.into(),
            };
            return Ok(Self {
                path: path.to_owned(),
                kind,
                digest,
                bytes,
            });
        }
        if let Some(detected) = foreign(&head) {
            return Err(FileError::Format {
                detected: detected.to_owned(),
            });
        }
        let encoding = survey.finish(encoding)?;
        let separator = match separator {
            Some(separator) => separator,
            None => sniff(path, encoding)?,
        };
        Ok(Self {
            path: path.to_owned(),
            kind: Kind::Delimited {
                encoding,
                separator,
            },
            digest,
            bytes,
        })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How the content is stored.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// SM3 of the file: the id of its import.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Sheets in the order of the workbook; for CSV one table without a name. Hidden sheets only with `hidden`.
    ///
    /// # Errors
    /// A damaged workbook.
    pub fn sheets(&self, hidden: bool) -> Result<Vec<Option<String>>, FileError> {
        match &self.kind {
            Kind::Delimited { .. } => Ok(vec![None]),
            Kind::Workbook { content } => {
                let workbook = Workbook::open(Cursor::new(content))?;
                let sheets = if hidden {
                    workbook.sheets_all()
                } else {
                    workbook.sheets()
                };
                Ok(sheets.into_iter().map(Some).collect())
            }
        }
    }

    /// Gives every row of a table to `visit`, with the bytes of the file taken so far (0 for workbooks), until it breaks.
    ///
    /// # Errors
    /// IO, damaged content, a file that is no longer the one that was opened.
    pub fn each_line<B>(
        &self,
        sheet: Option<&str>,
        mut visit: impl FnMut(Line, u64) -> ControlFlow<B>,
    ) -> Result<Option<B>, FileError> {
        match &self.kind {
            Kind::Delimited {
                encoding,
                separator,
            } => {
                let input = Hashing {
                    file: open(&self.path)?,
                    hasher: sm3::Hasher::new(),
                };
                let mut reader = Delimited::new(input, *encoding, *separator);
                while let Some(line) = reader
                    .next_line()
                    .map_err(|error| at_path(error, &self.path))?
                {
                    let bytes = reader.bytes_read();
                    if let ControlFlow::Break(value) = visit(line, bytes) {
                        return Ok(Some(value));
                    }
                }
                if reader.into_input().hasher.finalize() == self.digest {
                    Ok(None)
                } else {
                    Err(FileError::Changed)
                }
            }
            Kind::Workbook { content } => {
                let mut workbook = Workbook::open(Cursor::new(content))?;
                workbook.each_line(sheet.unwrap_or_default(), |line| visit(line, 0))
            }
        }
    }

    /// Finds the header of a table among its first rows.
    ///
    /// # Errors
    /// Those of [`Source::each_line`].
    pub fn header(&self, sheet: Option<&str>) -> Result<(Option<Header>, usize), FileError> {
        let mut lines = Vec::new();
        self.each_line(sheet, |line, _| {
            if !line.is_blank() {
                lines.push(line);
            }
            if lines.len() < ROWS_SEARCHED {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok((header::find(&lines), lines.len()))
    }
}

struct Hashing {
    file: File,
    hasher: sm3::Hasher,
}

impl Read for Hashing {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(out)?;
        self.hasher.update(&out[..count]);
        Ok(count)
    }
}

fn open(path: &Path) -> Result<File, FileError> {
    let unreadable = |error: std::io::Error| FileError::Unreadable {
        path: path.display().to_string(),
        reason: reason(&error),
    };
    let file = File::open(path).map_err(unreadable)?;
    // Opening a folder succeeds on Unix; reading it does not.
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(FileError::Unreadable {
            path: path.display().to_string(),
            reason: "is_a_directory".to_owned(),
        });
    }
    Ok(file)
}

fn read(file: &mut File, chunk: &mut [u8], path: &Path) -> Result<usize, FileError> {
    loop {
        match file.read(chunk) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => {
                return result.map_err(|error| FileError::Unreadable {
                    path: path.display().to_string(),
                    reason: reason(&error),
                });
            }
        }
    }
}

fn at_path(error: FileError, path: &Path) -> FileError {
    match error {
        FileError::Unreadable { reason, .. } => FileError::Unreadable {
            path: path.display().to_string(),
            reason,
        },
        other => other,
    }
}

const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

fn is_container(head: &[u8]) -> bool {
    head.starts_with(ZIP) || head.starts_with(COMPOUND) || head.starts_with(b"PK\x05\x06")
}

/// Tells XLSX from what only looks like it.
fn check_container(content: &[u8]) -> Result<(), FileError> {
    let format = |detected: &str| {
        Err(FileError::Format {
            detected: detected.to_owned(),
        })
    };
    let holds = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    if content.starts_with(COMPOUND) {
        let wide: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        return if holds(&wide) {
            Err(FileError::Protected)
        } else {
            format("xls")
        };
    }
    // Names of members stand in plain in the directory of a ZIP file.
    if holds(b"opendocument") {
        return format("ods");
    }
    if holds(b"xl/workbook.bin") {
        return format("xlsb");
    }
    if holds(b"word/document") {
        return format("docx");
    }
    if !holds(b"xl/workbook") && !holds(b"xl/worksheets") {
        return format("zip");
    }
    Workbook::open(Cursor::new(content)).map(|_| ())
}

fn foreign(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"%PDF") {
        return Some("pdf");
    }
    if head.starts_with(b"\x89PNG")
        || head.starts_with(b"\xFF\xD8\xFF")
        || head.starts_with(b"GIF8")
    {
        return Some("image");
    }
    if head.starts_with(b"\x1F\x8B") || head.starts_with(b"7z\xBC\xAF") || head.starts_with(b"Rar!")
    {
        return Some("archive");
    }
    // Web systems export HTML tables under the name of a workbook.
    let text = String::from_utf8_lossy(head)
        .trim_start_matches('\u{FEFF}')
        .trim_start()
        .to_lowercase();
    let html = ["<html", "<!doctype html", "<table", "<meta", "<head"]
        .iter()
        .any(|start| text.starts_with(start));
    if html {
        return Some("html");
    }
    if text.starts_with("<?xml") {
        return Some("xml");
    }
    (text.starts_with("{\"") || text.starts_with("[{")).then_some("json")
}

/// The separator under which the header is understood best; at a tie the one that gives more cells.
fn sniff(path: &Path, encoding: Encoding) -> Result<u8, FileError> {
    let mut best = (0_usize, 0_usize, SEPARATORS[0]);
    for separator in SEPARATORS {
        let mut reader = Delimited::new(open(path)?, encoding, separator);
        let mut lines = Vec::new();
        // A wrong separator may see quotation marks where there are none; what it has read until then counts.
        while let Ok(Some(line)) = reader.next_line() {
            if !line.is_blank() {
                lines.push(line);
            }
            if lines.len() == ROWS_SEARCHED {
                break;
            }
        }
        let inputs = header::find(&lines).map_or(0, |header| header.inputs());
        let cells = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
        if (inputs, cells) > (best.0, best.1) {
            best = (inputs, cells, separator);
        }
    }
    Ok(best.2)
}
