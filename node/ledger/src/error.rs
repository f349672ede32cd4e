//! What can be wrong with bytes, signatures and proofs. Sentences for people live in the catalogues, under the permanent code; this type
//! carries the code and the values that a sentence may name.

use std::fmt;

/// A failure of parsing or verification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Bytes are not the canonical encoding of a message.
    Encoding {
        /// Name of the message.
        what: &'static str,
    },
    /// A format number is not known to this version.
    Format {
        /// Name of the message.
        what: &'static str,
        /// Number found.
        found: u32,
    },
    /// A byte string has the wrong length.
    Length {
        /// Name of the field.
        what: &'static str,
        /// Bytes found.
        found: usize,
        /// Bytes expected.
        expected: usize,
    },
    /// The thing belongs to another network.
    Network {
        /// Network id found, hex.
        found: String,
        /// Network id expected, hex.
        expected: String,
    },
    /// A command kind is unknown at the network's feature level.
    Kind {
        /// The kind.
        kind: String,
        /// The feature level in force.
        feature_level: u32,
    },
    /// No member has this key.
    SenderUnknown {
        /// Key id, hex.
        key_id: String,
    },
    /// The sender's key was revoked.
    SenderRevoked {
        /// Member name.
        member: String,
    },
    /// The sender's certificate is not valid at the batch's time.
    SenderNotValid {
        /// Member name.
        member: String,
        /// End of validity, RFC 3339.
        not_after: String,
    },
    /// A signature does not belong to these bytes and this key.
    Signature {
        /// What was signed.
        what: &'static str,
        /// Who is said to have signed.
        signer: String,
    },
    /// The rows beside an envelope are not those that it was signed with.
    Rows,
    /// The envelope was too old at the batch's time.
    Expired {
        /// End of its validity, RFC 3339.
        not_after: String,
        /// The batch's time, RFC 3339.
        time: String,
    },
    /// The envelope wants to be valid for longer than the network allows.
    NotAfter {
        /// End of its validity, RFC 3339.
        not_after: String,
        /// Latest that is allowed, RFC 3339.
        latest: String,
    },
    /// A limit of the network is exceeded.
    Limit {
        /// Name of the limit.
        what: &'static str,
        /// Value found.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A text is not a name: `[a-z0-9-]{1,32}`.
    Name {
        /// Name of the field.
        what: &'static str,
        /// The text.
        value: String,
    },
    /// A field has a value that it cannot have.
    Value {
        /// Name of the field.
        what: &'static str,
        /// The value.
        value: String,
    },
    /// A list is not in ascending order, or has something twice.
    Order {
        /// Name of the list.
        what: &'static str,
    },
    /// Something that must be there is not.
    Missing {
        /// Name of the field.
        what: &'static str,
    },
    /// A founder's signature under genesis is missing or wrong.
    Founder {
        /// Name of the organisation.
        organisation: String,
    },
    /// A batch does not continue the chain of headers.
    BatchPrevious,
    /// A batch was committed in another term than its header says.
    BatchTerm {
        /// Term in the header.
        found: u64,
        /// Raft's term.
        expected: u64,
    },
    /// A batch's time is before that of the batch before.
    BatchTime {
        /// The header's time, RFC 3339.
        found: String,
        /// The preceding time, RFC 3339.
        previous: String,
    },
    /// A batch is signed by a key that is no node's.
    BatchLeader {
        /// Key id, hex.
        key_id: String,
    },
    /// A leader's counter did not grow.
    BatchCounter {
        /// Counter in the header.
        found: u64,
        /// Last counter of that key.
        last: u64,
    },
    /// The envelopes of a batch are not those that its header counts.
    BatchEnvelopes,
    /// A checkpoint is not a signed note of this form.
    Checkpoint {
        /// Line number, from 1.
        line: usize,
    },
    /// A checkpoint is signed by somebody who does not belong to the voting set, or twice by one.
    CheckpointSigner {
        /// Key name in the signature line.
        name: String,
    },
    /// A checkpoint has too few cosignatures to be final.
    NotFinal {
        /// Voting organisations that cosigned.
        organisations: usize,
        /// Voting organisations needed.
        organisations_needed: usize,
        /// Witnesses that cosigned.
        witnesses: usize,
        /// Witnesses needed.
        witnesses_needed: usize,
    },
    /// A checkpoint names another voting set than the one that judges it.
    VotingSet {
        /// Version named.
        found: u64,
        /// Version expected.
        expected: u64,
    },
    /// An entry is not proved to stand in the log.
    Inclusion {
        /// Its index.
        index: u64,
    },
    /// A log is not proved to continue an earlier one.
    Consistency {
        /// Earlier size.
        from: u64,
        /// Later size.
        to: u64,
    },
    /// A state value is not proved to be the current one.
    StateProof {
        /// State key.
        key: String,
    },
    /// A row or result is not proved to belong to its entry.
    RowProof {
        /// Position from 0.
        position: u32,
    },
    /// Parts of a receipt do not belong together.
    Receipt {
        /// Name of the part.
        part: &'static str,
    },
    /// A receipt file is not exactly the text that its content has.
    ReceiptText {
        /// First line that differs, from 1.
        line: usize,
    },
    /// The receipt is of another network than the one expected.
    Pin {
        /// Network id found, hex.
        found: String,
        /// Network id expected, hex.
        expected: String,
    },
    /// Stored data could not be read, or contradict themselves.
    Unreadable {
        /// What could not be read.
        what: String,
    },
    /// A replay gave something else than the log holds.
    Replay {
        /// Index of the entry.
        index: u64,
        /// What differs.
        what: &'static str,
    },
    /// An export file ends in the middle, or is none.
    Export {
        /// Offset in bytes.
        offset: u64,
    },
    /// The network's feature level is above what this version knows.
    FeatureLevel {
        /// Level of the network.
        found: u32,
        /// Highest level that this version knows.
        known: u32,
    },
    /// A change of members is proved by a checkpoint of another size than that of the log right after it.
    MembersSize {
        /// Size of the checkpoint.
        found: u64,
        /// Size right after the change.
        expected: u64,
    },
    /// What is brought forward against somebody proves nothing.
    Blame {
        /// Which part fails.
        part: &'static str,
    },
    /// A recovery is not signed by the CA keys of enough voting organisations.
    RecoverySigners {
        /// Voting organisations that signed.
        found: usize,
        /// Voting organisations needed.
        needed: usize,
    },
    /// Parts of a recovery do not belong together.
    Recovery {
        /// Name of the part.
        part: &'static str,
    },
    /// A key or certificate is refused; the code is that of the cryptography.
    Crypto(crypto_sm::Error),
}

/// Every code of this type, in order.
pub const CODES: &[&str] = &[
    "HT-LED-001",
    "HT-LED-002",
    "HT-LED-003",
    "HT-LED-004",
    "HT-LED-005",
    "HT-LED-006",
    "HT-LED-007",
    "HT-LED-008",
    "HT-LED-009",
    "HT-LED-010",
    "HT-LED-011",
    "HT-LED-012",
    "HT-LED-013",
    "HT-LED-014",
    "HT-LED-015",
    "HT-LED-016",
    "HT-LED-017",
    "HT-LED-018",
    "HT-LED-019",
    "HT-LED-020",
    "HT-LED-021",
    "HT-LED-022",
    "HT-LED-023",
    "HT-LED-024",
    "HT-LED-025",
    "HT-LED-026",
    "HT-LED-027",
    "HT-LED-028",
    "HT-LED-029",
    "HT-LED-030",
    "HT-LED-031",
    "HT-LED-032",
    "HT-LED-033",
    "HT-LED-034",
    "HT-LED-035",
    "HT-LED-036",
    "HT-LED-037",
    "HT-LED-038",
    "HT-LED-039",
    "HT-LED-040",
    "HT-LED-041",
    "HT-LED-042",
    "HT-LED-043",
];

impl Error {
    /// Whether nothing can be decided, so that a node stops rather than records a refusal.
    #[must_use]
    pub fn stops(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::FeatureLevel { .. })
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Encoding { .. } => "HT-LED-001",
            Self::Format { .. } => "HT-LED-002",
            Self::Length { .. } => "HT-LED-003",
            Self::Network { .. } => "HT-LED-004",
            Self::Kind { .. } => "HT-LED-005",
            Self::SenderUnknown { .. } => "HT-LED-006",
            Self::SenderRevoked { .. } => "HT-LED-007",
            Self::SenderNotValid { .. } => "HT-LED-008",
            Self::Signature { .. } => "HT-LED-009",
            Self::Rows => "HT-LED-010",
            Self::Expired { .. } => "HT-LED-011",
            Self::NotAfter { .. } => "HT-LED-012",
            Self::Limit { .. } => "HT-LED-013",
            Self::Name { .. } => "HT-LED-014",
            Self::Value { .. } => "HT-LED-015",
            Self::Order { .. } => "HT-LED-016",
            Self::Missing { .. } => "HT-LED-017",
            Self::Founder { .. } => "HT-LED-018",
            Self::BatchPrevious => "HT-LED-019",
            Self::BatchTerm { .. } => "HT-LED-020",
            Self::BatchTime { .. } => "HT-LED-021",
            Self::BatchLeader { .. } => "HT-LED-022",
            Self::BatchCounter { .. } => "HT-LED-023",
            Self::BatchEnvelopes => "HT-LED-024",
            Self::Checkpoint { .. } => "HT-LED-025",
            Self::CheckpointSigner { .. } => "HT-LED-026",
            Self::NotFinal { .. } => "HT-LED-027",
            Self::VotingSet { .. } => "HT-LED-028",
            Self::Inclusion { .. } => "HT-LED-029",
            Self::Consistency { .. } => "HT-LED-030",
            Self::StateProof { .. } => "HT-LED-031",
            Self::RowProof { .. } => "HT-LED-032",
            Self::Receipt { .. } => "HT-LED-033",
            Self::ReceiptText { .. } => "HT-LED-034",
            Self::Pin { .. } => "HT-LED-035",
            Self::Unreadable { .. } => "HT-LED-036",
            Self::Replay { .. } => "HT-LED-037",
            Self::Export { .. } => "HT-LED-038",
            Self::FeatureLevel { .. } => "HT-LED-039",
            Self::MembersSize { .. } => "HT-LED-040",
            Self::Blame { .. } => "HT-LED-041",
            Self::RecoverySigners { .. } => "HT-LED-042",
            Self::Recovery { .. } => "HT-LED-043",
            Self::Crypto(error) => error.code(),
        }
    }

    /// The values that a sentence about this error may name. Times are RFC 3339 in UTC.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Encoding { what } | Self::Order { what } | Self::Missing { what } => {
                vec![("what", (*what).to_owned())]
            }
            Self::Format { what, found } => {
                vec![("what", (*what).to_owned()), ("found", found.to_string())]
            }
            Self::Length {
                what,
                found,
                expected,
            } => {
                vec![
                    ("what", (*what).to_owned()),
                    ("found", found.to_string()),
                    ("expected", expected.to_string()),
                ]
            }
            Self::Network { found, expected } | Self::Pin { found, expected } => {
                vec![("found", found.clone()), ("expected", expected.clone())]
            }
            Self::Kind {
                kind,
                feature_level,
            } => {
                vec![
                    ("kind", kind.clone()),
                    ("feature_level", feature_level.to_string()),
                ]
            }
            Self::SenderUnknown { key_id } | Self::BatchLeader { key_id } => {
                vec![("key_id", key_id.clone())]
            }
            Self::SenderRevoked { member } => vec![("member", member.clone())],
            Self::SenderNotValid { member, not_after } => {
                vec![("member", member.clone()), ("not_after", not_after.clone())]
            }
            Self::Signature { what, signer } => {
                vec![("what", (*what).to_owned()), ("signer", signer.clone())]
            }
            Self::Expired { not_after, time } => {
                vec![("not_after", not_after.clone()), ("time", time.clone())]
            }
            Self::NotAfter { not_after, latest } => {
                vec![("not_after", not_after.clone()), ("latest", latest.clone())]
            }
            Self::Limit { what, found, limit } => {
                vec![
                    ("what", (*what).to_owned()),
                    ("found", found.to_string()),
                    ("limit", limit.to_string()),
                ]
            }
            Self::Name { what, value } | Self::Value { what, value } => {
                vec![("what", (*what).to_owned()), ("value", value.clone())]
            }
            Self::Founder { organisation } => vec![("organisation", organisation.clone())],
            Self::BatchTerm { found, expected } => vec![
                ("found", found.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::BatchTime { found, previous } => {
                vec![("found", found.clone()), ("previous", previous.clone())]
            }
            Self::BatchCounter { found, last } => {
                vec![("found", found.to_string()), ("last", last.to_string())]
            }
            Self::Checkpoint { line } | Self::ReceiptText { line } => {
                vec![("line", line.to_string())]
            }
            Self::CheckpointSigner { name } => vec![("name", name.clone())],
            Self::NotFinal {
                organisations,
                organisations_needed,
                witnesses,
                witnesses_needed,
            } => vec![
                ("organisations", organisations.to_string()),
                ("organisations_needed", organisations_needed.to_string()),
                ("witnesses", witnesses.to_string()),
                ("witnesses_needed", witnesses_needed.to_string()),
            ],
            Self::VotingSet { found, expected } => vec![
                ("found", found.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::Inclusion { index } => vec![("index", index.to_string())],
            Self::Consistency { from, to } => {
                vec![("from", from.to_string()), ("to", to.to_string())]
            }
            Self::StateProof { key } => vec![("key", key.clone())],
            Self::RowProof { position } => vec![("position", position.to_string())],
            Self::Receipt { part } => vec![("part", (*part).to_owned())],
            Self::Unreadable { what } => vec![("what", what.clone())],
            Self::Replay { index, what } => {
                vec![("index", index.to_string()), ("what", (*what).to_owned())]
            }
            Self::Export { offset } => vec![("offset", offset.to_string())],
            Self::FeatureLevel { found, known } => {
                vec![("found", found.to_string()), ("known", known.to_string())]
            }
            Self::MembersSize { found, expected } => vec![
                ("found", found.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::Blame { part } | Self::Recovery { part } => {
                vec![("part", (*part).to_owned())]
            }
            Self::RecoverySigners { found, needed } => {
                vec![("found", found.to_string()), ("needed", needed.to_string())]
            }
            Self::Crypto(error) => error.fields(),
            Self::Rows | Self::BatchPrevious | Self::BatchEnvelopes => Vec::new(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())?;
        for (name, value) in self.fields() {
            write!(formatter, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<crypto_sm::Error> for Error {
    fn from(error: crypto_sm::Error) -> Self {
        Self::Crypto(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        let expected: Vec<String> = (1..=CODES.len())
            .map(|number| format!("HT-LED-{number:03}"))
            .collect();
        assert_eq!(CODES, expected);
        assert_eq!(
            Error::Recovery { part: "" }.code(),
            *CODES.last().expect("there are codes")
        );
    }
}
