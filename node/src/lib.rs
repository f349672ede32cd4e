//! Hengtan: a node that records climate data, calculates emissions and proves both, with its command line.

pub mod api;
pub mod backup;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod error;
mod evidence;
pub mod import;
pub mod peer;
pub mod publish;
pub mod recovery;
mod renewal;
pub mod run;
pub mod scrub;
pub mod service;
pub mod snapshot;
pub mod store;
pub mod witness;
