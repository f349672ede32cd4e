//! Every sentence that a person reads, in English and in Chinese.
//!
//! * [`Locale`] says which language, found by [`Locale::negotiate`] from flag, environment and context.
//! * [`Catalogue`] holds the messages of one locale: a checked function for each message of `locales/<locale>/*.ftl`
//!   (fluent-typed makes them at build time), and a lookup by identifier for names that are data: error codes, categories,
//!   gases, scopes, flags, commands' help.
//! * [`glossary`] holds the terms of the national standards that both languages follow.
//!
//! Depends on nothing else of Hengtan; core crates hand over codes and fields, never sentences.

mod catalogue;
pub mod glossary;
mod locale;
mod messages;
mod negotiation;

pub use catalogue::{Catalogue, Explanation, catalogue};
pub use locale::{Charset, Locale, UnknownLocale};
pub use messages::L10nLanguage as Messages;
pub use negotiation::Preferences;
