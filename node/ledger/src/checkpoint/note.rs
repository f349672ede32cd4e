//! The text form with its signature lines.

use super::Checkpoint;
use crate::{Error, field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Em dash and space, as C2SP signed-note begins a signature line.
const DASH: &str = "\u{2014} ";

/// One signature under a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureLine {
    /// `<organisation>/<node>`, or a witness's name.
    pub name: String,
    /// First 4 bytes of the hash of name and key.
    pub key_id: [u8; 4],
    /// Only in a witness's line: when it signed, milliseconds.
    pub witnessed_at_ms: Option<u64>,
    /// r ‖ s
    pub signature: [u8; 64],
}

impl SignatureLine {
    fn to_text(&self) -> String {
        let mut bytes = self.key_id.to_vec();
        if let Some(time_ms) = self.witnessed_at_ms {
            bytes.extend(time_ms.to_be_bytes());
        }
        bytes.extend(self.signature);
        format!("{DASH}{} {}\n", self.name, STANDARD.encode(bytes))
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let name_fits = match name.split_once('/') {
            Some((organisation, node)) => {
                field::name("", organisation).is_ok() && field::name("", node).is_ok()
            }
            None => field::name("", name).is_ok(),
        };
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key_id, rest) = bytes.split_first_chunk::<4>()?;
        let (witnessed_at_ms, signature) = match rest.len() {
            64 => (None, rest),
            72 => {
                let (time, signature) = rest.split_first_chunk::<8>()?;
                (Some(u64::from_be_bytes(*time)), signature)
            }
            _ => return None,
        };
        name_fits.then_some(Self {
            name: name.to_owned(),
            key_id: *key_id,
            witnessed_at_ms,
            signature: signature.try_into().ok()?,
        })
    }
}

/// A checkpoint with signature lines, ascending by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    checkpoint: Checkpoint,
    lines: Vec<SignatureLine>,
}

impl Note {
    /// Puts a note together; lines are sorted, a second line of a name is dropped.
    #[must_use]
    pub fn new(checkpoint: Checkpoint, mut lines: Vec<SignatureLine>) -> Self {
        lines.sort();
        lines.dedup_by(|later, earlier| later.name == earlier.name);
        Self { checkpoint, lines }
    }

    /// What is stated.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who signed.
    #[must_use]
    pub fn lines(&self) -> &[SignatureLine] {
        &self.lines
    }

    /// The whole note.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = self.checkpoint.text();
        text.push('\n');
        for line in &self.lines {
            text.push_str(&line.to_text());
        }
        text
    }

    /// Reads [`Note::to_text`] and nothing else: one note, one text.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with the number of the line.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (body, signatures) = text
            .split_once("\n\n")
            .ok_or(Error::Checkpoint { line: 7 })?;
        let checkpoint = Checkpoint::parse(&format!("{body}\n"))?;
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or(Error::Checkpoint { line: 8 })?;
        let mut lines: Vec<SignatureLine> = Vec::new();
        for (position, line) in signatures.split('\n').enumerate() {
            let wrong = Error::Checkpoint { line: 8 + position };
            let parsed = SignatureLine::parse(line).ok_or(wrong.clone())?;
            if lines.last().is_some_and(|last| last.name >= parsed.name)
                || parsed.to_text().trim_end() != line
            {
                return Err(wrong);
            }
            lines.push(parsed);
        }
        Ok(Self { checkpoint, lines })
    }
}
