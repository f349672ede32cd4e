//! The pure core of the ledger: what is signed, hashed, ordered and final (docs/en/formats).
//!
//! No clock, no randomness, no floating point, no hash-map order, no thread, no input or output: time and generators are arguments, storage is
//! behind traits. The same bytes give the same roots on every machine, wasm32 included.
//!
//! ```text
//! envelope::sign ─► execute::authenticate ─► batch::sign ─► execute::apply_batch ─► execute::seal ─► checkpoint ─► receipt
//!   (client)              (door)               (leader)           (every node)        (roots)        (cosigned)   (for ever)
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`v1`] | the messages, generated from `proto/` |
//! | [`canonical`], [`domain`], [`field`], [`time`] | encoding, domains of hashes and signatures, single fields |
//! | [`tree`], [`log`], [`rows`] | Merkle trees: shape, the append-only log, rows below an envelope |
//! | [`map`], [`state`] | the authenticated state map; keys, versions, views |
//! | [`genesis`], [`enrolment`], [`role`], [`policy`] | founders, members, and who may do what |
//! | [`membership`] | who takes part in Raft, as the ledger wants it |
//! | [`envelope`], [`batch`], [`execute`], [`command`] | from a signed command to entries and writes |
//! | [`calculation`] | the bridge to the engine |
//! | [`checkpoint`], [`receipt`], [`ticket`] | signed statements about the log, proofs for strangers, a door's word |
//! | [`blame`], [`recovery`] | proof of misconduct, for anybody; continuation after a lost quorum |
//! | [`export`], [`audit`], [`memory`] | the log as a file, its replay, a ledger in memory |
//! | [`snapshot`] | the whole ledger at a checkpoint, and its rebuilding elsewhere |
//! | [`Error`], [`Refusal`], [`Stop`] | what can be wrong, with permanent codes |

pub mod audit;
pub mod batch;
pub mod blame;
pub mod calculation;
pub mod canonical;
pub mod checkpoint;
pub mod command;
pub mod domain;
pub mod enrolment;
pub mod envelope;
mod error;
pub mod execute;
pub mod export;
pub mod field;
mod framed;
pub mod genesis;
pub mod log;
pub mod map;
pub mod membership;
pub mod memory;
mod misconduct;
pub mod policy;
pub mod receipt;
pub mod recovery;
mod refusal;
pub mod role;
pub mod rows;
pub mod snapshot;
pub mod state;
mod stop;
pub mod ticket;
pub mod time;
pub mod tree;

/// Wire messages, generated from `proto/hengtan/ledger/v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/hengtan.ledger.v1.rs"));
}

pub use error::Error;
pub use refusal::Refusal;
pub use stop::Stop;

/// Every code of this crate: formats and verification first, then refused commands.
#[must_use]
pub fn codes() -> Vec<&'static str> {
    [error::CODES, refusal::CODES].concat()
}

/// Codes of formats and verification, HT-LED-NNN.
pub const CODES: &[&str] = error::CODES;

/// Codes of refused commands, HT-CMD-NNN.
pub const COMMAND_CODES: &[&str] = refusal::CODES;
