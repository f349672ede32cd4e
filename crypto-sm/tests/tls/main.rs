//! TLS 1.3 with SM suites (RFC 8998) through the public surface: what is negotiated, and what is refused.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

mod flips;
mod handshake;
mod negotiation;
mod pki;
mod refusal;
mod wire;
