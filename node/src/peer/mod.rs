//! From node to node: mutual TLS 1.3 with SM suites only, and the RPCs behind it.
//!
//! | module | noun |
//! |---|---|
//! | `introduction` | the roster of a node that does not have the ledger yet, from a file |
//! | `acquaintance` | the marks of data folders: a node that comes back without its folder is not the one it was |
//! | `roster` | who may speak: the ledger's nodes, their transport keys, the authorities of their organisations |
//! | `credentials` | this node's transport certificate and key; TLS settings from them and the roster |
//! | `link` | outgoing: one kept connection for each peer, with back-off; consensus' transport |
//! | `listener` | incoming: handshakes, and who is at the other end |
//! | `answer` | what this node answers |
//!
//! A certificate alone opens nothing: its key must be the transport key that the ledger names for a node, at each request.

mod acquaintance;
mod answer;
mod credentials;
pub(crate) mod introduction;
mod link;
mod listener;
mod roster;

pub use acquaintance::Acquaintances;
pub use credentials::Credentials;
pub use link::Links;
pub(crate) use link::host_and_port;
pub use listener::Listener;
pub use roster::Roster;

use std::time::Duration;

/// Largest message that is taken from a peer: a batch at its largest, with its frame.
const MESSAGE_BYTES_MAX: usize = 160 << 20;

/// Bytes under way on one stream, and on one connection: a batch need not wait for the round trip.
const STREAM_WINDOW: u32 = 8 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// How often a silent connection is tried, and how long an answer may take.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How long a handshake may take, TCP's included.
const HANDSHAKE: Duration = Duration::from_secs(5);
