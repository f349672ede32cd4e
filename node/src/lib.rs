//! Hengtan: a node that records climate data, calculates emissions and proves both, with its command line.

pub mod cli;
pub mod console;
pub mod import;
