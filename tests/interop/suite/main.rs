//! `crypto-sm` against implementations by others, in both directions, over random inputs with fixed seeds and over
//! published vectors. `prepare.sh` makes the programs ready; what has no runtime here is skipped with a word.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

mod certificates;
mod ciphers;
mod encryption;
mod handshakes;
mod hashes;
mod keys;
mod messages;
mod signatures;
mod strangers;
