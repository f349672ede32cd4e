//! Deterministic simulation of a network: real members of `consensus` and real ledgers on simulated machines, disks, clocks
//! and links, in one thread, on a clock that the simulation moves. Everything that happens follows from a seed.
//!
//! | module | noun |
//! |---|---|
//! | [`run`](mod@run) | one run: network, clients, faults, end |
//! | [`schedule`] | the faults, and the healing after them |
//! | [`machine`], [`replica`] | a machine with its disk and its lives; the ledger on it |
//! | [`network`] | the links between machines |
//! | [`stranger`] | a member of another network that takes one of our machines for its own |
//! | [`client`], [`receipt`] | who sends and reads, and what they know; the receipts that they get |
//! | [`founders`] | organisations and keys, the same in every run |
//! | [`event`], [`recorder`] | what happens; the trace |
//! | [`property`] | what must hold, one file for each |

pub mod client;
pub mod event;
pub mod founders;
pub mod machine;
pub mod network;
pub mod property;
pub mod receipt;
pub mod recorder;
pub mod replica;
pub mod run;
pub mod schedule;
pub mod stranger;

pub use run::{Report, Sabotage, Wish, run, run_all, run_until};
