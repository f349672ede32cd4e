//! The functions that the build script makes from the catalogues, and the text that they were made from.
#![allow(
    missing_docs,
    clippy::all,
    clippy::unwrap_used,
    clippy::pedantic,
    dead_code
)]

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

impl L10n {
    /// The Fluent text of this language, all files of its folder joined.
    pub(crate) fn source(&self) -> &'static [u8] {
        &LANG_DATA[self.byte_range()]
    }
}
