//! What can go wrong in the node, each with its permanent code. Sentences for people live in the catalogues.

use std::fmt;

/// What kind of failure it is, whatever its code: decides the HTTP status, the gRPC status and the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The input is wrong; sending it again does not help.
    BadInput,
    /// Signature, certificate or role does not allow it.
    NotAuthorised,
    /// There is no such thing.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// More than the door takes.
    TooMany,
    /// Not now; trying again may help.
    Unavailable,
    /// A proof, root, signature or checksum is wrong.
    Integrity,
    /// The node's own fault.
    Internal,
}

/// Declares the node's own errors: variant, code, class, fields.
macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? })? = $code:literal $class:ident;)*) => {
        /// A failure of the node or its door.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $kind),* })?,)*
            /// The ledger's.
            Ledger(hengtan_ledger::Error),
            /// A command's or the policy's.
            Refusal(hengtan_ledger::Refusal),
            /// Consensus'.
            Consensus(consensus::Error),
            /// The cryptography's.
            Crypto(crypto_sm::Error),
        }

        /// Every code that the node itself gives.
        pub const CODES: &[&str] = &[$($code),*];

        impl Error {
            /// The permanent code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    Self::Ledger(error) => error.code(),
                    Self::Refusal(error) => error.code(),
                    Self::Consensus(error) => error.code(),
                    Self::Crypto(error) => error.code(),
                }
            }

            /// Variables of the code's message.
            #[must_use]
            pub fn fields(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$variant $({ $($field),* })? => vec![$($((stringify!($field), $field.to_string())),*)?],)*
                    Self::Ledger(error) => error.fields(),
                    Self::Refusal(error) => error.fields(),
                    Self::Consensus(error) => error.fields(),
                    Self::Crypto(error) => error.fields(),
                }
            }

            /// What kind of failure it is.
            #[must_use]
            pub fn class(&self) -> Class {
                match self {
                    $(Self::$variant { .. } => Class::$class,)*
                    Self::Ledger(error) => ledger_class(error),
                    Self::Refusal(_) => Class::BadInput,
                    Self::Consensus(error) => consensus_class(error),
                    Self::Crypto(error) => crypto_class(error),
                }
            }
        }
    };
}

errors! {
    /// A file cannot be read.
    FileUnreadable { /** The file. */ path: String, /** What the system said. */ detail: String } = "HT-NOD-001" BadInput;
    /// A file or folder cannot be written.
    FileUnwritable { /** The file. */ path: String, /** What the system said. */ detail: String } = "HT-NOD-002" Internal;
    /// The configuration is no TOML.
    ConfigSyntax { /** The file. */ path: String, /** Line, from 1. */ line: usize, /** What the parser said. */ detail: String } = "HT-NOD-003" BadInput;
    /// A setting that does not exist.
    ConfigKey { /** Its key. */ key: String, /** Where it stands. */ origin: String } = "HT-NOD-004" BadInput;
    /// A setting's value makes no sense.
    ConfigValue { /** Its key. */ key: String, /** The value. */ value: String, /** Where it stands. */ origin: String, /** What would be right. */ expected: String } = "HT-NOD-005" BadInput;
    /// A setting that must be there is not.
    ConfigMissing { /** Its key. */ key: String } = "HT-NOD-006" BadInput;
    /// The node would listen beyond this machine, without TLS.
    ListenAddress { /** The address. */ address: String } = "HT-NOD-007" BadInput;
    /// Another program listens there, or the system forbids it.
    ListenRefused { /** The address. */ address: String, /** What the system said. */ detail: String } = "HT-NOD-008" Unavailable;
    /// A network is made in an empty folder only.
    FolderNotEmpty { /** The folder. */ path: String } = "HT-NOD-009" Conflict;
    /// The folder holds several nodes, or none.
    NodeAmbiguous { /** The folder. */ path: String, /** Nodes found, separated by commas. */ found: String } = "HT-NOD-010" BadInput;
    /// Others than the owner may read a key file.
    KeyExposed { /** The file. */ path: String, /** Its mode, octal. */ mode: String } = "HT-NOD-011" NotAuthorised;
    /// A key file holds no key.
    KeyInvalid { /** The file. */ path: String, /** Code of the cause. */ cause: String } = "HT-NOD-012" BadInput;
    /// The node's key is not the one that genesis names.
    KeyMismatch { /** The file. */ path: String, /** The node. */ node: String } = "HT-NOD-013" Integrity;
    /// Genesis names no such node.
    NodeUnknown { /** The node. */ node: String } = "HT-NOD-014" NotFound;
    /// Genesis is not valid.
    GenesisInvalid { /** The file. */ path: String, /** Code and fields of the cause. */ cause: String } = "HT-NOD-015" Integrity;
    /// The store cannot be opened.
    StoreOpen { /** Its folder. */ path: String, /** What the database said. */ detail: String } = "HT-NOD-016" Unavailable;
    /// The store cannot be read.
    StoreRead { /** What the database said. */ detail: String } = "HT-NOD-017" Internal;
    /// The store cannot be written.
    StoreWrite { /** What the database said. */ detail: String } = "HT-NOD-018" Internal;
    /// The store was written by a newer program.
    StoreFormat { /** Format found. */ found: u32, /** Newest format known. */ supported: u32 } = "HT-NOD-019" BadInput;
    /// The store belongs to another network or node.
    StoreIdentity { /** Network or node id found. */ found: String, /** The configured one. */ expected: String } = "HT-NOD-020" Conflict;
    /// The store contradicts itself.
    StoreDamaged { /** What does not fit. */ what: String } = "HT-NOD-021" Integrity;
    /// The clock jumped by more than an hour.
    ClockJump { /** What the clock should say, RFC 3339. */ expected: String, /** What it says. */ found: String } = "HT-NOD-022" Unavailable;
    /// This node signed other roots for this size, or a larger size, before.
    CheckpointConflict { /** Size that was signed. */ signed: u64, /** Size to be signed. */ wanted: u64 } = "HT-NOD-023" Integrity;
    /// A measurement could not be made.
    BenchFailed { /** What went wrong. */ detail: String } = "HT-NOD-025" Internal;
    /// A snapshot or backup cannot be read to its end.
    SnapshotUnreadable { /** What the system said. */ detail: String } = "HT-NOD-060" Integrity;
    /// A backup is restored where data are already.
    RestoreOccupied { /** The folder. */ path: String } = "HT-NOD-061" Conflict;
    /// A backup of a network of several voting organisations is not restored into one node.
    RestoreSeveral { /** Voting organisations. */ organisations: usize } = "HT-NOD-062" Conflict;
    /// The network has several nodes, and this one has no address for the others.
    PeerListenMissing { /** Nodes of the network. */ nodes: usize } = "HT-NOD-030" BadInput;
    /// Who speaks, or is to be spoken to, is no node of the ledger.
    PeerStranger { /** Subject of its certificate, or its number. */ name: String } = "HT-NOD-031" NotAuthorised;
    /// Another node than the wanted one answered.
    PeerOther { /** The wanted one. */ expected: String, /** Subject of the certificate that was shown. */ found: String } = "HT-NOD-032" NotAuthorised;
    /// A node does not answer.
    PeerUnreachable { /** The node. */ node: String, /** What the connection said. */ detail: String } = "HT-NOD-033" Unavailable;
    /// A peer's transport certificate is not valid any more.
    PeerExpired { /** The node. */ node: String, /** End of its validity. */ not_after: String } = "HT-NOD-034" NotAuthorised;
    /// A peer answered with a failure.
    PeerRefused { /** The node. */ node: String, /** Its code. */ cause: String } = "HT-NOD-035" Unavailable;
    /// Another node has other roots for this size.
    CheckpointDiffers { /** The size. */ size: u64, /** The other node. */ node: String } = "HT-NOD-036" Integrity;
    /// A final checkpoint contradicts what this node has.
    FinalContradicts { /** The size. */ size: u64 } = "HT-NOD-037" Integrity;
    /// The node's transport certificate is not the one that the ledger names.
    TransportKeyMismatch { /** The file. */ path: String, /** The node. */ node: String } = "HT-NOD-038" Integrity;
    /// The founders' file says something that cannot be.
    FoundingPlan { /** Which key. */ what: String, /** Its value. */ value: String } = "HT-NOD-039" BadInput;
    /// A founder's part, draft or signature is damaged, or belongs to another founding.
    FoundingFile { /** The file. */ path: String } = "HT-NOD-040" BadInput;
    /// A founder's part is missing, or says something else than plan or folder.
    FoundingPart { /** The organisation. */ organisation: String } = "HT-NOD-041" Conflict;
    /// A node came back with another data folder: it has forgotten what it promised.
    PeerWiped { /** The node. */ node: String } = "HT-NOD-050" Conflict;
    /// What a node was told about the others is damaged, or belongs to another network.
    IntroductionInvalid { /** The file. */ path: String } = "HT-NOD-051" BadInput;
    /// A value for a node that is to join makes no sense.
    JoiningValue { /** Which. */ what: String, /** The value. */ value: String } = "HT-NOD-052" BadInput;
    /// The ledger names other keys for this node than its folder holds.
    JoiningOther { /** The node. */ node: String } = "HT-NOD-053" Conflict;
    /// A node that is to join has no keys and settings in this folder.
    JoiningUnprepared { /** The node. */ node: String, /** The folder. */ path: String } = "HT-NOD-054" NotFound;
    /// Somebody speaks plain text where TLS is spoken.
    PlainText = "HT-NOD-080" BadInput;
    /// This node keeps no witness's key.
    WitnessNone = "HT-NOD-090" NotFound;
    /// The ledger does not name the witness with this key.
    WitnessUnregistered { /** The witness. */ witness: String } = "HT-NOD-091" NotAuthorised;
    /// The witness has signed a larger checkpoint.
    WitnessPast { /** Size that it signed. */ signed: u64, /** Size to be signed. */ wanted: u64 } = "HT-NOD-092" Conflict;
    /// The log does not continue what the witness signed.
    WitnessContradicted { /** Size that it signed. */ signed: u64, /** Size to be signed. */ wanted: u64 } = "HT-NOD-093" Integrity;
    /// The witness's memory is missing, damaged or of another key or network.
    WitnessMemory { /** The file. */ path: String } = "HT-NOD-094" Integrity;
    /// This node has not everything that a recovery keeps.
    RecoveryShort { /** Entries that it has. */ found: u64, /** Entries that are kept. */ kept: u64 } = "HT-NOD-110" Conflict;
    /// What is here, or in the store to copy from, does not belong to the recovery.
    RecoveryDiffers { /** Entries that are kept. */ size: u64 } = "HT-NOD-111" Integrity;
    /// A draft, signature or recovery is damaged, or belongs to another one.
    RecoveryFile { /** The file. */ path: String } = "HT-NOD-112" BadInput;
    /// A receipt stands on what a recovery gave up.
    RecoveryDenounces { /** Size of the receipt's checkpoint. */ size: u64, /** Size up to which things were final. */ base: u64, /** Who decided the recovery. */ organisations: String, /** Why. */ cause: String } = "HT-NOD-113" Integrity;
    /// The node is not ready.
    NotReady { /** Code of the reason. */ reason: String } = "HT-API-001" Unavailable;
    /// Too many envelopes wait.
    QueueFull { /** Envelopes that may wait. */ limit: usize } = "HT-API-002" TooMany;
    /// The sender hands in more than its share.
    RateLimited { /** Envelopes per second. */ limit: u32 } = "HT-API-003" TooMany;
    /// A request is larger than the door takes.
    TooLarge { /** What is too large. */ what: String, /** Found, in bytes. */ found: u64, /** The limit, in bytes. */ limit: u64 } = "HT-API-004" TooMany;
    /// A field of the request is missing or makes no sense.
    Field { /** Its name. */ field: String, /** Its value. */ value: String } = "HT-API-005" BadInput;
    /// There is no such thing.
    NotFound { /** What was looked for. */ what: String, /** Its name. */ name: String } = "HT-API-006" NotFound;
    /// A page token belongs to another list, or is none.
    PageToken = "HT-API-007" BadInput;
    /// No final checkpoint covers it yet.
    NotFinal { /** Its index. */ index: u64 } = "HT-API-008" Unavailable;
    /// Another node leads.
    NotLeader { /** Its number; 0 = unknown. */ leader: u64 } = "HT-API-009" Unavailable;
    /// The node is stopping.
    Stopping = "HT-API-010" Unavailable;
    /// Rows or results are not kept here.
    ContentMissing { /** Index of the entry. */ index: u64 } = "HT-API-011" NotFound;
    /// The request took too long.
    Deadline = "HT-API-015" Unavailable;
    /// Too many watches are open.
    WatchesFull { /** Watches that may be open. */ limit: usize } = "HT-API-017" TooMany;
    /// The node failed in a way that it does not know.
    Internal { /** For the log. */ detail: String } = "HT-API-016" Internal;
}

impl Error {
    /// The code of the cause, where a peer gave it and consensus knows it; else the own one.
    #[must_use]
    pub(crate) fn relayed_code(&self) -> Option<&'static str> {
        let Self::PeerRefused { cause, .. } = self else {
            return Some(self.code());
        };
        consensus::CODES
            .iter()
            .chain(CODES)
            .find(|code| *code == cause)
            .copied()
    }

    /// Whether trying again, perhaps at another node, may help: nothing is wrong with what was asked for.
    #[must_use]
    pub(crate) fn is_passing(&self) -> bool {
        use consensus::Error as Consensus;
        match self {
            Self::NotReady { .. }
            | Self::NotLeader { .. }
            | Self::Stopping
            | Self::PeerUnreachable { .. }
            | Self::PeerStranger { .. } => true,
            Self::PeerRefused { cause, .. } => {
                ["HT-API-001", "HT-API-009", "HT-API-010", "HT-API-015"].contains(&cause.as_str())
                    || cause.starts_with("HT-CON-")
            }
            Self::Consensus(error) => matches!(
                error,
                Consensus::NotLeader { .. }
                    | Consensus::TermOver { .. }
                    | Consensus::NoQuorum
                    | Consensus::OutcomeUnknown { .. }
            ),
            _ => false,
        }
    }
}

/// A token or device that does not answer is no sign that anything is forged.
fn crypto_class(error: &crypto_sm::Error) -> Class {
    use crypto_sm::Error as Crypto;
    match error {
        Crypto::DeviceUnavailable { .. }
        | Crypto::DeviceRemoved { .. }
        | Crypto::DeviceSession { .. }
        | Crypto::DeviceFailure { .. }
        | Crypto::KeyStoreBusy { .. } => Class::Unavailable,
        Crypto::KeyFileMode { .. }
        | Crypto::KeyFileOwner { .. }
        | Crypto::KeyLocked { .. }
        | Crypto::PassphraseWrong { .. }
        | Crypto::PinWrong { .. }
        | Crypto::PinLockedOut { .. }
        | Crypto::PinUnusable { .. }
        | Crypto::KeyUsage { .. } => Class::NotAuthorised,
        Crypto::KeyMissing { .. } | Crypto::SlotMissing { .. } => Class::NotFound,
        Crypto::LibraryUnloadable { .. }
        | Crypto::LibrarySymbol { .. }
        | Crypto::MechanismUnsupported { .. } => Class::BadInput,
        _ => Class::Integrity,
    }
}

fn ledger_class(error: &hengtan_ledger::Error) -> Class {
    use hengtan_ledger::Error as Ledger;
    match error {
        Ledger::Unreadable { .. } => Class::Internal,
        Ledger::SenderUnknown { .. }
        | Ledger::SenderRevoked { .. }
        | Ledger::SenderNotValid { .. }
        | Ledger::Signature { .. } => Class::NotAuthorised,
        Ledger::Inclusion { .. } | Ledger::Consistency { .. } | Ledger::RowProof { .. } => {
            Class::NotFound
        }
        _ => Class::BadInput,
    }
}

fn consensus_class(error: &consensus::Error) -> Class {
    use consensus::Error as Consensus;
    match error {
        Consensus::IdentityMismatch { .. } | Consensus::LogMissing { .. } => Class::Conflict,
        Consensus::ChecksumMismatch { .. }
        | Consensus::LogBroken { .. }
        | Consensus::RecordInvalid { .. } => Class::Integrity,
        Consensus::InvalidOption { .. } | Consensus::FormatUnknown { .. } => Class::BadInput,
        Consensus::Failed(_) | Consensus::Disk { .. } => Class::Internal,
        _ => Class::Unavailable,
    }
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

impl From<hengtan_ledger::Error> for Error {
    fn from(error: hengtan_ledger::Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<hengtan_ledger::Refusal> for Error {
    fn from(error: hengtan_ledger::Refusal) -> Self {
        Self::Refusal(error)
    }
}

impl From<consensus::Error> for Error {
    fn from(error: consensus::Error) -> Self {
        Self::Consensus(error)
    }
}

impl From<crypto_sm::Error> for Error {
    fn from(error: crypto_sm::Error) -> Self {
        Self::Crypto(error)
    }
}

/// The ledger reads through the store; its traits speak the ledger's errors.
impl From<Error> for hengtan_ledger::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Ledger(error) => error,
            other => Self::Unreadable {
                what: other.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_name_their_area() {
        let mut codes = CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
        assert!(
            codes
                .iter()
                .all(|code| code.starts_with("HT-NOD-") || code.starts_with("HT-API-"))
        );
    }

    #[test]
    fn display_gives_code_and_fields() {
        let error = Error::ListenAddress {
            address: "0.0.0.0:1".to_owned(),
        };
        assert_eq!(error.to_string(), "HT-NOD-007 address=0.0.0.0:1");
        assert_eq!(error.class(), Class::BadInput);
    }
}
