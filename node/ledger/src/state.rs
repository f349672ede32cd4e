//! The state as commands see it: typed keys, versions, and writes that are kept apart until a command is accepted.

pub mod key;
mod stored;

use crate::canonical;
use crate::{Error, v1};
use prost::Message;
use std::collections::BTreeMap;

pub use stored::Stored;
pub use v1::state_value::Value;

/// Where execution reads the state. Keys are text; order is that of their bytes.
pub trait View {
    /// The bytes of a value.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Every key that begins with `prefix`, with its value, in key order.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn range(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error>;
}

/// Writes of the state: key to value, nothing = remove.
pub type Writes = BTreeMap<String, Option<Vec<u8>>>;

/// A view with writes on top that the view below does not have yet.
pub struct Overlay<'a> {
    below: &'a dyn View,
    writes: Writes,
}

impl<'a> Overlay<'a> {
    /// Nothing written yet.
    pub fn new(below: &'a dyn View) -> Self {
        Self {
            below,
            writes: Writes::new(),
        }
    }

    /// Adds writes.
    pub fn absorb(&mut self, writes: Writes) {
        self.writes.extend(writes);
    }

    /// The writes.
    #[must_use]
    pub fn into_writes(self) -> Writes {
        self.writes
    }
}

impl View for Overlay<'_> {
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.below.value(key),
        }
    }

    fn range(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut merged: BTreeMap<String, Vec<u8>> = self.below.range(prefix)?.into_iter().collect();
        let written = self
            .writes
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix));
        for (key, value) in written {
            match value {
                Some(value) => {
                    merged.insert(key.clone(), value.clone());
                }
                None => {
                    merged.remove(key);
                }
            }
        }
        Ok(merged.into_iter().collect())
    }
}

/// Reads a value of the state.
///
/// # Errors
/// [`Error::Unreadable`] also if the bytes are no state value: the store contradicts itself.
pub fn read(view: &dyn View, key: &str) -> Result<Option<v1::StateValue>, Error> {
    view.value(key)?.map(|bytes| parse(key, &bytes)).transpose()
}

/// Parses the bytes of a state value.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn parse(key: &str, bytes: &[u8]) -> Result<v1::StateValue, Error> {
    canonical::decode("state value", bytes).map_err(|_| Error::Unreadable {
        what: format!("state {key}"),
    })
}

/// Reads one kind of value.
///
/// # Errors
/// [`Error::Unreadable`], also if the key holds another kind.
pub fn find<T: Stored>(view: &dyn View, key: &str) -> Result<Option<T>, Error> {
    let Some(value) = read(view, key)? else {
        return Ok(None);
    };
    let kind = value.value.and_then(T::from_value);
    kind.map(Some).ok_or_else(|| Error::Unreadable {
        what: format!("state {key}"),
    })
}

/// Reads one kind of value that must be there.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn require<T: Stored>(view: &dyn View, key: &str) -> Result<T, Error> {
    find(view, key)?.ok_or_else(|| Error::Unreadable {
        what: format!("state {key}"),
    })
}

/// Reads every value of one kind below a prefix, in key order.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn list<T: Stored>(view: &dyn View, prefix: &str) -> Result<Vec<(String, T)>, Error> {
    view.range(prefix)?
        .into_iter()
        .map(|(key, bytes)| {
            let value = parse(&key, &bytes)?.value.and_then(T::from_value);
            match value {
                Some(value) => Ok((key, value)),
                None => Err(Error::Unreadable {
                    what: format!("state {key}"),
                }),
            }
        })
        .collect()
}

/// Writes of one command: kept only if it is accepted.
pub struct Draft<'a> {
    overlay: Overlay<'a>,
    index: u64,
    time_ms: u64,
}

impl<'a> Draft<'a> {
    /// Writes will say that entry `index` of time `time_ms` made them.
    pub fn new(below: &'a dyn View, index: u64, time_ms: u64) -> Self {
        Self {
            overlay: Overlay::new(below),
            index,
            time_ms,
        }
    }

    /// The state with what was written so far.
    #[must_use]
    pub fn view(&self) -> &dyn View {
        &self.overlay
    }

    /// Index of the entry that writes.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Its time.
    #[must_use]
    pub fn time_ms(&self) -> u64 {
        self.time_ms
    }

    /// Writes a value and returns its version: one more than before.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn write<T: Stored>(&mut self, key: &str, value: T) -> Result<u64, Error> {
        let version = read(&self.overlay, key)?.map_or(0, |value| value.version) + 1;
        let value = v1::StateValue {
            version,
            index: self.index,
            time_ms: self.time_ms,
            value: Some(value.into_value()),
        };
        self.overlay
            .writes
            .insert(key.to_owned(), Some(value.encode_to_vec()));
        Ok(version)
    }

    /// The writes.
    #[must_use]
    pub fn into_writes(self) -> Writes {
        self.overlay.into_writes()
    }
}
