//! The index of a key store: lines of text, and HMAC-SM3 over them.

use crate::{
    Error,
    keystore::{Usage, permission, random},
    sm2::{KeyId, PublicKey},
    sm3::{self, hmac, pbkdf2},
};
use std::{fmt::Write, path::Path};
use zeroize::Zeroizing;

/// Iterations of PBKDF2 where nothing else is asked for: some tenths of a second on one core.
pub const ITERATIONS_DEFAULT: u32 = 300_000;

/// Most iterations that are accepted from a file, so that a changed file cannot keep the program busy for hours.
pub const ITERATIONS_MAX: u32 = 10_000_000;

/// First line.
const FORMAT: &str = "hengtan-keys 1";

/// Longest label.
const LABEL_LENGTH_MAX: usize = 64;

/// What the passphrase's key authenticates to tell a wrong passphrase from a changed index.
const PASSPHRASE_CHECK: &[u8] = b"hengtan-keys passphrase";

/// The content of an index.
pub(super) struct Index {
    salt: [u8; 16],
    pub(super) iterations: u32,
    /// Counts changes, so that no file name is used twice.
    pub(super) generation: u64,
    pub(super) lines: Vec<Line>,
    key: Zeroizing<[u8; 32]>,
}

/// One key.
#[derive(Clone)]
pub(super) struct Line {
    pub label: String,
    pub public_key: PublicKey,
    pub usage: Usage,
    pub file: String,
    pub digest: sm3::Digest,
    /// Another copy exists or existed: it was imported or exported.
    pub copied: bool,
    /// What it is used for; empty = nothing.
    pub purpose: String,
}

impl Line {
    pub(super) fn key_id(&self) -> KeyId {
        self.public_key.key_id()
    }

    fn parse(rest: &str) -> Option<Self> {
        let mut fields = rest.splitn(7, ' ');
        let mut next = || fields.next();
        let label = next().filter(|label| is_label(label))?.to_owned();
        let public_key = hex::decode(next()?).ok()?;
        let line = Self {
            label,
            public_key: PublicKey::from_uncompressed(&public_key).ok()?,
            usage: Usage::from_word(next()?)?,
            file: next()
                .filter(|file| is_label(file) && file.ends_with(".key.pem"))?
                .to_owned(),
            digest: hex::decode(next()?).ok()?.try_into().ok()?,
            copied: match next()? {
                "copied" => true,
                "only" => false,
                _ => return None,
            },
            purpose: next()?.to_owned(),
        };
        Some(line)
    }
}

/// Whether a text can stand as a label, and in a file name.
pub(super) fn is_label(text: &str) -> bool {
    (1..=LABEL_LENGTH_MAX).contains(&text.len())
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl Index {
    /// An empty index under a passphrase.
    pub(super) fn new(passphrase: &[u8], iterations: u32) -> Self {
        let salt = *random::<16>();
        let iterations = iterations.clamp(1, ITERATIONS_MAX);
        Self {
            salt,
            iterations,
            generation: 0,
            lines: Vec::new(),
            key: derive(passphrase, &salt, iterations),
        }
    }

    /// Reads an index and checks it.
    pub(super) fn read(path: &Path, passphrase: &[u8]) -> Result<Self, Error> {
        let shown = || path.display().to_string();
        let damaged = || Error::KeyStoreDamaged { path: shown() };
        let bytes = permission::read_secret(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        let (content, tag) = text.rsplit_once("mac ").ok_or_else(damaged)?;
        let tag: [u8; 32] = tag
            .strip_suffix('\n')
            .and_then(|tag| hex::decode(tag).ok())
            .and_then(|tag| tag.try_into().ok())
            .ok_or_else(damaged)?;
        let (mut index, check) = Self::parse(content).ok_or_else(damaged)?;
        index.key = derive(passphrase, &index.salt, index.iterations);
        if !hmac::verify(&*index.key, &[PASSPHRASE_CHECK], &check) {
            return Err(Error::PassphraseWrong { place: shown() });
        }
        if !hmac::verify(&*index.key, &[content.as_bytes()], &tag) {
            return Err(damaged());
        }
        Ok(index)
    }

    fn parse(content: &str) -> Option<(Self, [u8; 32])> {
        let mut lines = content.strip_suffix('\n')?.split('\n');
        if lines.next()? != FORMAT {
            return None;
        }
        let salt = hex::decode(lines.next()?.strip_prefix("salt ")?).ok()?;
        let iterations = lines.next()?.strip_prefix("iterations ")?.parse().ok()?;
        if !(1..=ITERATIONS_MAX).contains(&iterations) {
            return None;
        }
        let check = hex::decode(lines.next()?.strip_prefix("check ")?).ok()?;
        let generation = lines.next()?.strip_prefix("generation ")?.parse().ok()?;
        let lines = lines
            .map(|line| Line::parse(line.strip_prefix("key ")?))
            .collect::<Option<_>>()?;
        let index = Self {
            salt: salt.try_into().ok()?,
            iterations,
            generation,
            lines,
            key: Zeroizing::new([0; 32]),
        };
        Some((index, check.try_into().ok()?))
    }

    /// Writes the index over an older one.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let mut text = self.content();
        let tag = hmac::mac(&*self.key, &[text.as_bytes()]);
        text.push_str("mac ");
        text.push_str(&hex::encode(tag));
        text.push('\n');
        permission::write_secret(path, text.as_bytes())
    }

    fn content(&self) -> String {
        let check = hmac::mac(&*self.key, &[PASSPHRASE_CHECK]);
        let mut text = format!(
            "{FORMAT}\nsalt {}\niterations {}\ncheck {}\ngeneration {}\n",
            hex::encode(self.salt),
            self.iterations,
            hex::encode(check),
            self.generation
        );
        for line in &self.lines {
            let written = writeln!(
                text,
                "key {} {} {} {} {} {} {}",
                line.label,
                hex::encode(line.public_key.to_uncompressed()),
                line.usage.word(),
                line.file,
                hex::encode(line.digest),
                if line.copied { "copied" } else { "only" },
                line.purpose
            );
            written.expect("a String takes everything");
        }
        text
    }

    pub(super) fn line_mut(
        &mut self,
        key: &KeyId,
        place: impl FnOnce() -> String,
    ) -> Result<&mut Line, Error> {
        self.lines
            .iter_mut()
            .find(|line| line.key_id() == *key)
            .ok_or_else(|| Error::KeyMissing {
                key: key.to_string(),
                place: place(),
            })
    }
}

fn derive(passphrase: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::derive(passphrase, salt, iterations, &mut *key);
    key
}
