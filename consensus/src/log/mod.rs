//! The log store: entries, vote, and the two watermarks, durable before they are acknowledged.
//!
//! | module | noun |
//! |---|---|
//! | `disk` | what a store of records must do: atomic write, sync, read |
//! | [`memory`] | records in memory, with the power cut as an operation |
//! | `rocks` | records in RocksDB |
//! | `writer` | the one thread that writes: group commit, callbacks in order |
//! | `tail` | the newest entries in memory, readable before they are durable |
//! | `store` | the engine's view of all that |

pub(crate) mod disk;
pub mod memory;
#[cfg(feature = "rocksdb")]
pub(crate) mod rocks;
pub(crate) mod store;
pub(crate) mod tail;
mod writer;
