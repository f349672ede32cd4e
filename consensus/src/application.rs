//! What the owner of the replicated state implements.

use std::fmt;
use std::io;

use bytes::Bytes;

use crate::membership::Membership;

/// The replicated state machine.
///
/// All methods block; the adapter calls `apply`, `snapshot` and `install` away from the asynchronous workers,
/// one at a time and in order. `inspect` may run at any time, also beside `apply`.
pub trait Application: Send + Sync + 'static {
    /// Judges a batch that another node proposed, before this node appends it to its log and acknowledges it.
    ///
    /// `term` is the term of the log entry that carries the batch. After a refusal nothing of that message is
    /// acknowledged and the leader's messages are ignored for the rest of its term, so that another is elected.
    /// This is a guard of the quorum's hygiene, not a verdict: [`Application::apply`] alone decides what counts.
    ///
    /// # Errors
    /// [`Refusal`] with the application's own code.
    fn inspect(&self, term: u64, traffic: Traffic, bytes: &[u8]) -> Result<(), Refusal>;

    /// The last [`Committed::applied_state`] that was stored, `None` if nothing was ever applied or installed.
    ///
    /// # Errors
    /// [`Fatal`] if the state cannot be read; the node stops.
    fn applied(&self) -> Result<Option<Vec<u8>>, Fatal>;

    /// Applies committed items in order and returns one response for each.
    ///
    /// The `applied_state` of the last item must be stored in the same atomic write as the effects of all of
    /// them. The write need not be synced: after a crash the log replays whatever was lost, so a lost suffix
    /// is fine and a state that is ahead of its `applied_state` is not.
    ///
    /// # Errors
    /// [`Fatal`] stops the node; it never means that an item was refused.
    fn apply(&self, items: &[Committed]) -> Result<Vec<Vec<u8>>, Fatal>;

    /// A consistent view of the state at this moment, from which a snapshot is written while later items are applied.
    ///
    /// `None` defers the snapshot and with it the purging of the log, for instance because the state is not final
    /// yet. An application without snapshots keeps this default and its log is never purged.
    ///
    /// # Errors
    /// [`Fatal`] stops the node.
    fn snapshot(&self) -> Result<Option<Box<dyn SnapshotView>>, Fatal> {
        Ok(None)
    }

    /// Replaces the whole state by the content of a snapshot, atomically and durably (synced), with `applied_state`
    /// as what [`Application::applied`] returns from now on.
    ///
    /// The content is what [`SnapshotView::write`] wrote on another node. Its digests, size and network have been
    /// verified; whether its meaning is right (roots, signatures) is for the application to judge.
    ///
    /// # Errors
    /// [`Fatal`] stops the node; the old state must then still be there.
    fn install(&self, applied_state: &[u8], content: &mut dyn io::Read) -> Result<(), Fatal> {
        let _ = (applied_state, content);
        Err(Fatal::new("HT-CON-051"))
    }
}

/// A consistent view of the application's state, taken at one moment.
pub trait SnapshotView: Send {
    /// The [`Committed::applied_state`] that belongs to this view.
    fn applied_state(&self) -> Vec<u8>;

    /// Writes the whole content; called once, in a thread of its own.
    ///
    /// # Errors
    /// Whatever the sink returned, or the application's own failure to read its state.
    fn write(self: Box<Self>, sink: &mut dyn io::Write) -> io::Result<()>;
}

/// An item that more than half of the voters hold on disk, at its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Position in the Raft log, from 0. It has nothing to do with the ledger's own index.
    pub index: u64,
    /// Term in which the item was proposed.
    pub term: u64,
    /// What was agreed.
    pub payload: Payload,
    /// Opaque; to be stored atomically with the effects of the item, returned by [`Application::applied`].
    pub applied_state: Vec<u8>,
}

/// What an item carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The first item of each term: it proves that the new leader holds everything committed before.
    Blank,
    /// The members and voters from here on.
    Membership(Membership),
    /// Bytes given to [`Consensus::propose`](crate::Consensus::propose).
    Batch(Bytes),
}

/// Whether a batch under inspection is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Not yet committed as far as the leader says: judge its time against the own clock too.
    Live,
    /// Already committed: this node is catching up.
    CatchUp,
}

/// The application's refusal of a batch that it inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The application's permanent error code.
    pub code: &'static str,
    /// Variables of the code's message.
    pub fields: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without fields.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            fields: Vec::new(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_code(formatter, self.code, &self.fields)
    }
}

impl std::error::Error for Refusal {}

/// The application cannot go on: the node stops, nothing more is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fatal {
    /// The application's permanent error code.
    pub code: &'static str,
    /// Variables of the code's message.
    pub fields: Vec<(&'static str, String)>,
}

impl Fatal {
    /// A failure without fields.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            fields: Vec::new(),
        }
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_code(formatter, self.code, &self.fields)
    }
}

impl std::error::Error for Fatal {}

fn write_code(
    formatter: &mut fmt::Formatter<'_>,
    code: &str,
    fields: &[(&'static str, String)],
) -> fmt::Result {
    formatter.write_str(code)?;
    for (name, value) in fields {
        write!(formatter, " {name}={value}")?;
    }
    Ok(())
}
