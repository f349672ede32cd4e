//! Simulated machines for members: what the deterministic simulation in `tests/simulation` needs to know of this crate.
//!
//! A simulation runs all members of a network in one thread, on a runtime whose clock it moves. This module gives it the
//! rest: randomness from a [`seed`], tasks of one machine that can be ended or paused together ([`Life`]), and a view of
//! what a member writes ([`observe`], [`holds`]) and sends ([`heard`]).
//!
//! | module | noun |
//! |---|---|
//! | `life` | the tasks of one life of a machine |
//! | `runtime` | the engine's runtime: Tokio, with randomness from the seed |
//! | `view` | records and messages as values |

mod life;
pub(crate) mod runtime;
mod view;

pub use life::Life;
pub use runtime::seed;
pub use view::{
    Change, Heard, Position, Question, Written, heard, holds, observe, purged_before, stored,
    vote_held,
};
