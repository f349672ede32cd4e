//! Everything that can go wrong, with its permanent code. Sentences belong to the catalogues, keyed by the code.

use std::fmt;

use crate::NodeId;
use crate::application::{Fatal, Refusal};

/// Every code of this crate.
pub const CODES: &[&str] = &[
    "HT-CON-001",
    "HT-CON-002",
    "HT-CON-003",
    "HT-CON-004",
    "HT-CON-005",
    "HT-CON-006",
    "HT-CON-007",
    "HT-CON-008",
    "HT-CON-009",
    "HT-CON-010",
    "HT-CON-011",
    "HT-CON-012",
    "HT-CON-020",
    "HT-CON-021",
    "HT-CON-022",
    "HT-CON-023",
    "HT-CON-024",
    "HT-CON-025",
    "HT-CON-026",
    "HT-CON-027",
    "HT-CON-030",
    "HT-CON-031",
    "HT-CON-032",
    "HT-CON-033",
    "HT-CON-034",
    "HT-CON-035",
    "HT-CON-036",
    "HT-CON-040",
    "HT-CON-050",
    "HT-CON-051",
    "HT-CON-060",
];

/// An error of the consensus layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// This node does not lead; nothing was proposed.
    NotLeader {
        /// The leader as far as this node knows.
        leader: Option<NodeId>,
    },
    /// The term of the proposal is over; nothing was proposed.
    TermOver {
        /// The term for which the proposal was meant.
        term: u64,
    },
    /// This leader has not heard from a majority lately; nothing was proposed, nothing can be read linearizably.
    NoQuorum,
    /// The proposal may or may not be committed, now or later: ask the state, never assume.
    OutcomeUnknown {
        /// The term of the proposal.
        term: u64,
    },
    /// The member has stopped because of a failure that is not cured by trying again.
    Failed(Fatal),
    /// The member has been shut down.
    ShutDown,
    /// The batch is larger than the setting allows; nothing was proposed.
    TooLarge {
        /// Size of the batch, in bytes.
        size_bytes: usize,
        /// The limit, in bytes.
        limit_bytes: usize,
    },
    /// The log already has a membership.
    AlreadyInitialised,
    /// A change of membership is already under way.
    ChangeInProgress,
    /// The node must be a learner before it can become a voter.
    UnknownMember {
        /// The node.
        node_id: NodeId,
    },
    /// The change would leave no voter, or two steps at once.
    ChangeRefused {
        /// The engine's reason, for logs.
        detail: String,
    },
    /// Leadership was not taken over by the wished node.
    TransferFailed {
        /// The node that was to lead.
        node_id: NodeId,
    },
    /// The folder belongs to another node or another network.
    IdentityMismatch {
        /// `network` or `node`.
        what: &'static str,
        /// What the settings say.
        expected: String,
        /// What the folder says.
        found: String,
    },
    /// The folder was written in a format that this version does not know.
    FormatUnknown {
        /// Format of the folder.
        found: u32,
        /// Newest format that this version knows.
        supported: u32,
    },
    /// The folder is open in another process.
    FolderLocked {
        /// The folder.
        path: String,
    },
    /// The application has applied entries that the log neither holds nor has a snapshot for: the log was lost, and with
    /// it votes that this node gave. It must not take part under this id again.
    LogMissing {
        /// Index of the last entry applied by the application.
        applied_index: u64,
        /// Index of the last entry in the log.
        last_log_index: Option<u64>,
    },
    /// A record's checksum does not match its bytes.
    ChecksumMismatch {
        /// Which record: `entry`, `vote`, `committed`, `purged`, `identity`.
        record: &'static str,
        /// Index of the entry, 0 for others.
        index: u64,
    },
    /// The log has a hole or two entries for one position.
    LogBroken {
        /// The index that had to come next.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// Reading or writing failed.
    Disk {
        /// What was tried.
        operation: &'static str,
        /// What the operating system or database said, for logs.
        detail: String,
    },
    /// A record with a correct checksum cannot be decoded.
    RecordInvalid {
        /// Which record.
        record: &'static str,
    },
    /// The message belongs to another network.
    WrongNetwork,
    /// The message is for another node.
    WrongRecipient {
        /// The node that the message names.
        intended: NodeId,
    },
    /// The message names a sender other than the node that the connection authenticated.
    WrongSender {
        /// The node that the message names.
        claimed: NodeId,
        /// The node at the other end of the connection.
        authenticated: NodeId,
    },
    /// The message cannot be decoded.
    MessageInvalid,
    /// The application refused a batch of this leader; its messages are ignored for the term.
    LeaderRefused {
        /// The leader's term.
        term: u64,
        /// The application's reason; `None` if the refusal was earlier in the term.
        refusal: Option<Refusal>,
    },
    /// The snapshot does not fit: another network, or chunks out of order.
    SnapshotRefused {
        /// What does not fit.
        what: &'static str,
    },
    /// A chunk of a stored or received snapshot is damaged.
    SnapshotDamaged {
        /// Number of the chunk from 0.
        chunk: u64,
    },
    /// A setting makes no sense.
    InvalidOption {
        /// Name of the setting.
        option: &'static str,
    },
}

impl Error {
    /// The permanent code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLeader { .. } => "HT-CON-001",
            Self::TermOver { .. } => "HT-CON-002",
            Self::NoQuorum => "HT-CON-003",
            Self::OutcomeUnknown { .. } => "HT-CON-004",
            Self::Failed(_) => "HT-CON-005",
            Self::ShutDown => "HT-CON-006",
            Self::TooLarge { .. } => "HT-CON-007",
            Self::AlreadyInitialised => "HT-CON-008",
            Self::ChangeInProgress => "HT-CON-009",
            Self::UnknownMember { .. } => "HT-CON-010",
            Self::ChangeRefused { .. } => "HT-CON-011",
            Self::TransferFailed { .. } => "HT-CON-012",
            Self::IdentityMismatch { .. } => "HT-CON-020",
            Self::FormatUnknown { .. } => "HT-CON-021",
            Self::FolderLocked { .. } => "HT-CON-022",
            Self::LogMissing { .. } => "HT-CON-023",
            Self::ChecksumMismatch { .. } => "HT-CON-024",
            Self::LogBroken { .. } => "HT-CON-025",
            Self::Disk { .. } => "HT-CON-026",
            Self::RecordInvalid { .. } => "HT-CON-027",
            Self::WrongNetwork => "HT-CON-030",
            Self::WrongRecipient { .. } => "HT-CON-031",
            Self::WrongSender { .. } => "HT-CON-032",
            Self::MessageInvalid => "HT-CON-033",
            Self::LeaderRefused { .. } => "HT-CON-034",
            Self::SnapshotRefused { .. } => "HT-CON-035",
            Self::SnapshotDamaged { .. } => "HT-CON-036",
            Self::InvalidOption { .. } => "HT-CON-040",
        }
    }

    /// The variables of the code's message.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotLeader { leader } => vec![("leader", optional(leader.as_ref()))],
            Self::TermOver { term } | Self::OutcomeUnknown { term } => {
                vec![("term", term.to_string())]
            }
            Self::NoQuorum
            | Self::ShutDown
            | Self::AlreadyInitialised
            | Self::ChangeInProgress
            | Self::WrongNetwork
            | Self::MessageInvalid => Vec::new(),
            Self::Failed(fatal) => vec![("cause", fatal.to_string())],
            Self::TooLarge {
                size_bytes,
                limit_bytes,
            } => {
                vec![
                    ("size_bytes", size_bytes.to_string()),
                    ("limit_bytes", limit_bytes.to_string()),
                ]
            }
            Self::UnknownMember { node_id } | Self::TransferFailed { node_id } => {
                vec![("node_id", node_id.to_string())]
            }
            Self::ChangeRefused { detail } => vec![("detail", detail.clone())],
            Self::IdentityMismatch {
                what,
                expected,
                found,
            } => {
                vec![
                    ("what", (*what).to_owned()),
                    ("expected", expected.clone()),
                    ("found", found.clone()),
                ]
            }
            Self::FormatUnknown { found, supported } => {
                vec![
                    ("found", found.to_string()),
                    ("supported", supported.to_string()),
                ]
            }
            Self::FolderLocked { path } => vec![("path", path.clone())],
            Self::LogMissing {
                applied_index,
                last_log_index,
            } => vec![
                ("applied_index", applied_index.to_string()),
                ("last_log_index", optional(last_log_index.as_ref())),
            ],
            Self::ChecksumMismatch { record, index } => {
                vec![
                    ("record", (*record).to_owned()),
                    ("index", index.to_string()),
                ]
            }
            Self::LogBroken { expected, found } => {
                vec![
                    ("expected", expected.to_string()),
                    ("found", found.to_string()),
                ]
            }
            Self::Disk { operation, detail } => {
                vec![
                    ("operation", (*operation).to_owned()),
                    ("detail", detail.clone()),
                ]
            }
            Self::RecordInvalid { record } => vec![("record", (*record).to_owned())],
            Self::WrongRecipient { intended } => vec![("intended", intended.to_string())],
            Self::WrongSender {
                claimed,
                authenticated,
            } => {
                vec![
                    ("claimed", claimed.to_string()),
                    ("authenticated", authenticated.to_string()),
                ]
            }
            Self::LeaderRefused { term, refusal } => {
                vec![
                    ("term", term.to_string()),
                    ("refusal", optional(refusal.as_ref())),
                ]
            }
            Self::SnapshotRefused { what } => vec![("what", (*what).to_owned())],
            Self::SnapshotDamaged { chunk } => vec![("chunk", chunk.to_string())],
            Self::InvalidOption { option } => vec![("option", (*option).to_owned())],
        }
    }

    /// Wraps an operating system error.
    pub(crate) fn disk(operation: &'static str, source: impl fmt::Display) -> Self {
        Self::Disk {
            operation,
            detail: source.to_string(),
        }
    }

    /// The failure that stops a member.
    pub(crate) fn into_fatal(self) -> Fatal {
        match self {
            Self::Failed(fatal) => fatal,
            other => Fatal {
                code: other.code(),
                fields: other.fields(),
            },
        }
    }
}

/// `-` stands for an absent value: the field must exist in every rendering of the message.
fn optional(value: Option<&impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), ToString::to_string)
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())?;
        for (name, value) in self.fields() {
            write!(formatter, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The engine's storage interface speaks `io::Error`; the code travels inside and is found again by [`from_io`].
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

/// Recovers an [`Error`] that travelled inside an `io::Error`.
pub(crate) fn from_io(operation: &'static str, source: &std::io::Error) -> Error {
    match source
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    {
        Some(error) => error.clone(),
        None => Error::disk(operation, source),
    }
}

/// The codes of [`Error`] and those that appear only inside a [`Fatal`] or a transport's failure: the application
/// failed (050), it cannot install a snapshot (051), there is no transport (060).
#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Error> {
        vec![
            Error::NotLeader { leader: None },
            Error::TermOver { term: 1 },
            Error::NoQuorum,
            Error::OutcomeUnknown { term: 1 },
            Error::Failed(Fatal::new("HT-CON-050")),
            Error::ShutDown,
            Error::TooLarge {
                size_bytes: 2,
                limit_bytes: 1,
            },
            Error::AlreadyInitialised,
            Error::ChangeInProgress,
            Error::UnknownMember { node_id: 1 },
            Error::ChangeRefused {
                detail: String::new(),
            },
            Error::TransferFailed { node_id: 1 },
            Error::IdentityMismatch {
                what: "node",
                expected: String::new(),
                found: String::new(),
            },
            Error::FormatUnknown {
                found: 2,
                supported: 1,
            },
            Error::FolderLocked {
                path: String::new(),
            },
            Error::LogMissing {
                applied_index: 1,
                last_log_index: None,
            },
            Error::ChecksumMismatch {
                record: "entry",
                index: 1,
            },
            Error::LogBroken {
                expected: 1,
                found: 2,
            },
            Error::Disk {
                operation: "open",
                detail: String::new(),
            },
            Error::RecordInvalid { record: "entry" },
            Error::WrongNetwork,
            Error::WrongRecipient { intended: 1 },
            Error::WrongSender {
                claimed: 1,
                authenticated: 2,
            },
            Error::MessageInvalid,
            Error::LeaderRefused {
                term: 1,
                refusal: None,
            },
            Error::SnapshotRefused { what: "network" },
            Error::SnapshotDamaged { chunk: 0 },
            Error::InvalidOption {
                option: "heartbeat_ms",
            },
        ]
    }

    #[test]
    fn every_code_is_listed_once_and_every_listed_code_exists() {
        let mut used: Vec<_> = all().iter().map(Error::code).collect();
        used.extend(["HT-CON-050", "HT-CON-051", "HT-CON-060"]);
        used.sort_unstable();
        let mut listed = CODES.to_vec();
        listed.sort_unstable();
        assert_eq!(used, listed);
        listed.dedup();
        assert_eq!(listed.len(), CODES.len());
    }

    #[test]
    fn an_error_survives_the_engine_interface() {
        for error in all() {
            let carried = std::io::Error::from(error.clone());
            assert_eq!(from_io("read", &carried), error);
        }
    }
}
