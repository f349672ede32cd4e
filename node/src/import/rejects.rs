//! Bad rows in the user's own format, with a column that says why, so that they can be corrected and imported again.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::cell::Line;
use super::delimited::quote;
use super::encoding::{Encoding, encode_into, reason};
use super::fault::{FileError, RowError};
use super::row::Reading;
use super::table::{Import, Judge, Progress};

/// Turns one error into a sentence of the user's language.
pub type Describe<'a> = dyn Fn(&RowError) -> String + 'a;

/// Where the bad rows of `path` are written by default: `data.csv` → `data.rejected.csv`.
#[must_use]
pub fn default_path(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}.rejected.csv"))
}

impl Import {
    /// Writes the header and every bad row to `target`, each with its errors in a column of its own in front. CSV keeps its
    /// encoding and separator and the rows their exact text; rows of a workbook become CSV in UTF-8 with a mark, which
    /// spreadsheet programs open without damage. Returns the number of rows.
    ///
    /// `title` is the header of the error column; it is not understood on re-import, as any unknown column.
    ///
    /// # Errors
    /// The file cannot be read again, has changed, or the target cannot be written; no half-written target is left.
    pub fn write_rejects(
        &self,
        target: &Path,
        title: &str,
        describe: &Describe<'_>,
        judge: &mut dyn Judge,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<u64, FileError> {
        let unwritable = |error: std::io::Error| FileError::Unwritable {
            path: target.display().to_string(),
            reason: reason(&error),
        };
        let (encoding, separator) = self.text_form().unwrap_or((Encoding::Utf8Marked, b','));
        let partial = target.with_extension("partial");
        let file = std::fs::File::create(&partial).map_err(unwritable)?;
        let mut writer = Writer {
            out: std::io::BufWriter::new(file),
            encoding,
            separator,
        };
        let mut rows = 0;
        let mut last_sheet = None;
        let mut written = writer.out.write_all(encoding.mark());
        let result = self.each_line(judge, progress, |judged| {
            if let Reading::Bad(errors) = judged.reading {
                rows += 1;
                let table = (judged.table.sheet.clone(), judged.table.header.row);
                if last_sheet.as_ref() != Some(&table) {
                    let mut headers: Vec<String> = vec![String::new(); judged.table.header.width()];
                    for mapped in &judged.table.header.columns {
                        headers[mapped.position].clone_from(&mapped.header);
                    }
                    written = writer.line(title, &headers);
                    last_sheet = Some(table);
                }
                let why: Vec<String> = errors.iter().map(describe).collect();
                if written.is_ok() {
                    written = writer.row(&why.join(" | "), judged.line);
                }
            }
            if written.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let finished = written
            .and_then(|()| writer.out.flush())
            .map_err(unwritable);
        let outcome = result
            .and(finished)
            .and_then(|()| std::fs::rename(&partial, target).map_err(unwritable));
        if let Err(error) = outcome {
            // The error that is reported is the first one; a left-over partial file is no further harm.
            let _ = std::fs::remove_file(&partial);
            return Err(error);
        }
        Ok(rows)
    }
}

struct Writer<W: Write> {
    out: W,
    encoding: Encoding,
    separator: u8,
}

impl<W: Write> Writer<W> {
    fn line(&mut self, first: &str, cells: &[String]) -> std::io::Result<()> {
        let separator = char::from(self.separator).to_string();
        let fields: Vec<String> = std::iter::once(first)
            .chain(cells.iter().map(String::as_str))
            .map(|field| quote(field, self.separator))
            .collect();
        self.text(&fields.join(&separator))
    }

    fn row(&mut self, why: &str, line: &Line) -> std::io::Result<()> {
        match &line.raw {
            Some(raw) => {
                let text = format!(
                    "{}{}{raw}",
                    quote(why, self.separator),
                    char::from(self.separator)
                );
                self.text(&text)
            }
            None => {
                let cells: Vec<String> =
                    line.cells.iter().map(super::cell::Cell::display).collect();
                self.line(why, &cells)
            }
        }
    }

    fn text(&mut self, text: &str) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(text.len() + 2);
        encode_into(self.encoding, text, &mut bytes);
        bytes.extend_from_slice(b"\r\n");
        self.out.write_all(&bytes)
    }
}
