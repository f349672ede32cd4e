//! Recognises what came before in a file of any length, in bounded memory.
//!
//! The newest digests are in a table. When it is full they go, sorted, to a nameless file; a filter of fixed size tells
//! almost always that a digest is not there, so that the file is hardly ever asked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::encoding::reason;
use super::fault::FileError;

/// Sixteen bytes of SM3.
pub type Digest = [u8; 16];

/// Digests in the table: below seven eighths of a power of two, at which it would double.
const RECENT_MAX: usize = 450_000;

/// Bits of the filter, a power of two: 64 MiB.
const FILTER_BITS: u64 = 1 << 29;

/// Bytes of a record of the file: digest and line.
const RECORD: usize = 20;

/// Digests with the line at which each came first.
pub struct Seen {
    recent: HashMap<Digest, u32>,
    recent_max: usize,
    /// One bit in four for each digest of the file.
    filter: Vec<u64>,
    file: Option<File>,
    /// Position and number of records of each sorted part of the file.
    parts: Vec<(u64, u64)>,
    end: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self::with_recent(RECENT_MAX)
    }
}

impl Seen {
    fn with_recent(recent_max: usize) -> Self {
        Self {
            recent: HashMap::new(),
            recent_max,
            filter: Vec::new(),
            file: None,
            parts: Vec::new(),
            end: 0,
        }
    }

    /// Notes a digest; the line at which it came before, if it did.
    ///
    /// # Errors
    /// The file of a long import cannot be written or read.
    pub fn note(&mut self, digest: Digest, line: u32) -> Result<Option<u32>, FileError> {
        if let Some(first) = self.spilled(&digest)? {
            return Ok(Some(first));
        }
        match self.recent.entry(digest) {
            Entry::Occupied(first) => return Ok(Some(*first.get())),
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
        if self.recent.len() >= self.recent_max {
            self.spill()?;
        }
        Ok(None)
    }

    fn spill(&mut self) -> Result<(), FileError> {
        let mut sorted: Vec<(Digest, u32)> = self.recent.drain().collect();
        sorted.sort_unstable();
        if self.filter.is_empty() {
            self.filter = vec![0; (FILTER_BITS / 64) as usize];
        }
        let mut bytes = Vec::with_capacity(sorted.len() * RECORD);
        for (digest, line) in &sorted {
            for bit in bits(digest) {
                self.filter[(bit / 64) as usize] |= 1 << (bit % 64);
            }
            bytes.extend_from_slice(digest);
            bytes.extend_from_slice(&line.to_be_bytes());
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => nameless()?,
        };
        file.write_all_at(&bytes, self.end)
            .map_err(|error| refused(&error))?;
        self.file = Some(file);
        self.parts.push((self.end, sorted.len() as u64));
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn spilled(&self, digest: &Digest) -> Result<Option<u32>, FileError> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        if !bits(digest).all(|bit| self.filter[(bit / 64) as usize] & (1 << (bit % 64)) != 0) {
            return Ok(None);
        }
        for (start, count) in &self.parts {
            let (mut low, mut high) = (0, *count);
            while low < high {
                let middle = low + (high - low) / 2;
                let mut record = [0; RECORD];
                file.read_exact_at(&mut record, start + middle * RECORD as u64)
                    .map_err(|error| refused(&error))?;
                let (known, line) = record.split_at(16);
                match known.cmp(digest.as_slice()) {
                    std::cmp::Ordering::Less => low = middle + 1,
                    std::cmp::Ordering::Greater => high = middle,
                    std::cmp::Ordering::Equal => {
                        let mut number = [0; 4];
                        number.copy_from_slice(line);
                        return Ok(Some(u32::from_be_bytes(number)));
                    }
                }
            }
        }
        Ok(None)
    }
}

/// Four places in the filter; the bytes of a digest are as good as random.
fn bits(digest: &Digest) -> impl Iterator<Item = u64> + '_ {
    digest.chunks_exact(4).map(|four| {
        let mut number = [0; 4];
        number.copy_from_slice(four);
        u64::from(u32::from_be_bytes(number)) % FILTER_BITS
    })
}

/// A file that only this process can reach and that goes when it is closed.
fn nameless() -> Result<File, FileError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!(
        "hengtan-import-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let path: PathBuf = std::env::temp_dir().join(name);
    let unwritable = |error: std::io::Error| FileError::Unwritable {
        path: path.display().to_string(),
        reason: reason(&error),
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(unwritable)?;
    std::fs::remove_file(&path).map_err(unwritable)?;
    Ok(file)
}

fn refused(error: &std::io::Error) -> FileError {
    FileError::Unwritable {
        path: std::env::temp_dir().display().to_string(),
        reason: reason(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u32) -> Digest {
        let mut short = [0; 16];
        short.copy_from_slice(&crypto_sm::sm3::hash(&[&number.to_be_bytes()])[..16]);
        short
    }

    #[test]
    fn what_went_to_the_file_is_recognised_and_nothing_else() {
        let mut seen = Seen::with_recent(100);
        for number in 0..1_050 {
            assert_eq!(seen.note(digest(number), number), Ok(None), "{number}");
        }
        assert_eq!((seen.parts.len(), seen.recent.len()), (10, 50));
        for number in (0..1_050).rev() {
            assert_eq!(
                seen.note(digest(number), 9_999),
                Ok(Some(number)),
                "{number}"
            );
        }
        for number in 2_000..2_040 {
            assert_eq!(seen.note(digest(number), number), Ok(None), "{number}");
        }
    }

    #[test]
    fn memory_does_not_grow_with_the_rows() {
        let mut seen = Seen::with_recent(1_000);
        for number in 0..20_000 {
            assert_eq!(seen.note(digest(number), number), Ok(None));
            assert!(seen.recent.len() < 1_000);
        }
        assert!(seen.recent.capacity() < 2_000, "{}", seen.recent.capacity());
        assert_eq!(seen.end, 20_000 * RECORD as u64);
    }
}
