//! The pure core of the ledger.

/// Wire messages, generated from `proto/hengtan/ledger/v1`.
#[allow(missing_docs, clippy::all)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/hengtan.ledger.v1.rs"));
}
