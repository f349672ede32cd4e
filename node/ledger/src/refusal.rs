//! Why a well-formed, validly signed command was not carried out. The refusal is recorded with its code and fields; sentences for people
//! live in the catalogues, under the permanent code. Row numbers count from 1, as people count them.

use crate::Error;
use crate::v1;

/// A refused command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The policy of the kind does not allow this to this member.
    NotPermitted {
        /// Command kind.
        kind: String,
        /// The sender's organisation.
        organisation: String,
        /// The sender's role.
        role: &'static str,
    },
    /// The policy of the kind asks for more than one organisation: open a proposal.
    NeedsProposal {
        /// Command kind.
        kind: String,
        /// Organisations needed.
        needed: usize,
    },
    /// A state value does not have the version that the sender expects.
    ExpectedVersion {
        /// State key.
        key: String,
        /// Version expected; 0 = absent.
        expected: u64,
        /// Version found; 0 = absent.
        found: u64,
    },
    /// The kind carries rows and there are none, or the other way round.
    RowsPresence {
        /// Command kind.
        kind: String,
        /// Rows found.
        found: u32,
    },
    /// An organisation of this name exists.
    OrganisationExists {
        /// Its name.
        organisation: String,
    },
    /// Voting organisations cannot be admitted at this feature level.
    VotingOrganisation {
        /// Its name.
        organisation: String,
    },
    /// A unified social credit code has the wrong form or check character (GB 32100).
    SocialCreditCode {
        /// The code.
        value: String,
    },
    /// An organisation lacks a member of a role that it needs from the start.
    MemberMissing {
        /// The role.
        role: &'static str,
    },
    /// A certificate's organisational unit is no role, or none that the organisation's duties cover.
    Role {
        /// The organisational unit.
        role: String,
        /// The organisation.
        organisation: String,
    },
    /// A member's certificate names another organisation.
    CertificateOrganisation {
        /// O of the certificate.
        found: String,
        /// Name expected.
        expected: String,
    },
    /// A member in force has this name or key.
    MemberExists {
        /// Its name.
        member: String,
    },
    /// No member has this key.
    MemberUnknown {
        /// Key id, hex.
        key_id: String,
    },
    /// The member is revoked already.
    MemberRevoked {
        /// Its name.
        member: String,
    },
    /// The organisation would be left without a governance member.
    LastGovernanceMember {
        /// The organisation.
        organisation: String,
    },
    /// A reason is missing.
    ReasonMissing,
    /// The sender acts for another organisation.
    OtherOrganisation {
        /// The other organisation.
        organisation: String,
    },
    /// This version of the factor set was adopted before.
    FactorSetExists {
        /// Set id.
        set: String,
        /// Its version.
        version: String,
    },
    /// A factor set, factor or activity row is refused by the engine; the code is the engine's.
    Engine {
        /// The engine's code, HT-ACC-NNN.
        code: &'static str,
        /// The engine's fields.
        fields: Vec<(&'static str, String)>,
        /// Row number from 1, when it is about a row.
        row: Option<u64>,
    },
    /// A field of a row is missing or has a value that it cannot have.
    RowValue {
        /// Row number from 1.
        row: u64,
        /// Name of the field.
        field: &'static str,
        /// The value.
        value: String,
    },
    /// A row names a facility that the organisation has not registered.
    FacilityUnknown {
        /// Row number from 1; 0 when it is not about a row.
        row: u64,
        /// Name of the facility.
        facility: String,
    },
    /// The row's days lie in a closed period.
    PeriodLocked {
        /// Row number from 1.
        row: u64,
        /// The inventory that closed it.
        inventory: String,
    },
    /// Rows of this import with these numbers were recorded before, with other content.
    ImportOverlap {
        /// Import id, hex.
        import: String,
        /// First row number from 1.
        row: u64,
    },
    /// The import is in a state in which this cannot be done.
    ImportStatus {
        /// Import id, hex.
        import: String,
        /// Its state.
        status: &'static str,
    },
    /// The organisation has no such import.
    ImportUnknown {
        /// Import id, hex.
        import: String,
    },
    /// The import is incomplete.
    ImportGap {
        /// Import id, hex.
        import: String,
        /// First missing row number from 1.
        row: u64,
    },
    /// The import has another number of rows.
    ImportCount {
        /// Rows recorded.
        found: u64,
        /// Rows expected.
        expected: u64,
    },
    /// The import's rows are not those that were signed.
    ImportRoot {
        /// Import id, hex.
        import: String,
    },
    /// Who recorded, submitted or changed rows cannot review them; nor can one member review twice.
    Reviewer {
        /// Member name.
        member: String,
    },
    /// Rows were changed since the reviewer looked.
    ChangesUnseen {
        /// Changes that the reviewer saw.
        expected: u64,
        /// Changes there are.
        found: u64,
    },
    /// The import has no such row.
    RowUnknown {
        /// Import id, hex.
        import: String,
        /// Row number from 1.
        row: u64,
    },
    /// The row was voided before.
    RowVoided {
        /// Import id, hex.
        import: String,
        /// Row number from 1.
        row: u64,
    },
    /// A period is no period: malformed, or its end is before its begin.
    Period {
        /// First day.
        start: String,
        /// Last day.
        end: String,
    },
    /// An inventory of this name exists.
    InventoryExists {
        /// Its name.
        inventory: String,
    },
    /// The organisation has no such inventory.
    InventoryUnknown {
        /// Its name.
        inventory: String,
    },
    /// Another inventory has closed a part of the period and boundary.
    InventoryOverlap {
        /// That inventory.
        inventory: String,
    },
    /// Rows of the period wait for review.
    AwaitingReview {
        /// Import id, hex.
        import: String,
    },
    /// A row begins inside the period and ends outside, or the other way round.
    RowAcrossPeriod {
        /// Import id, hex.
        import: String,
        /// Row number from 1.
        row: u64,
    },
    /// No row counts in the period.
    NoRows,
    /// A restatement names another predecessor than the inventory's present version.
    Superseded {
        /// Entry named.
        expected: u64,
        /// Entry of the present version.
        found: u64,
    },
    /// An import does not belong to this restatement.
    RestatementImport {
        /// Import id, hex.
        import: String,
    },
    /// A command's own field is refused; the code is that of the format.
    Malformed(Error),
}

/// Every code of this type, in order.
pub const CODES: &[&str] = &[
    "HT-CMD-001",
    "HT-CMD-002",
    "HT-CMD-003",
    "HT-CMD-004",
    "HT-CMD-005",
    "HT-CMD-006",
    "HT-CMD-007",
    "HT-CMD-008",
    "HT-CMD-009",
    "HT-CMD-010",
    "HT-CMD-011",
    "HT-CMD-012",
    "HT-CMD-013",
    "HT-CMD-014",
    "HT-CMD-015",
    "HT-CMD-016",
    "HT-CMD-017",
    "HT-CMD-018",
    "HT-CMD-019",
    "HT-CMD-020",
    "HT-CMD-021",
    "HT-CMD-022",
    "HT-CMD-023",
    "HT-CMD-024",
    "HT-CMD-025",
    "HT-CMD-026",
    "HT-CMD-027",
    "HT-CMD-028",
    "HT-CMD-029",
    "HT-CMD-030",
    "HT-CMD-031",
    "HT-CMD-032",
    "HT-CMD-033",
    "HT-CMD-034",
    "HT-CMD-035",
    "HT-CMD-036",
    "HT-CMD-037",
    "HT-CMD-038",
    "HT-CMD-039",
];

impl Refusal {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPermitted { .. } => "HT-CMD-001",
            Self::NeedsProposal { .. } => "HT-CMD-002",
            Self::ExpectedVersion { .. } => "HT-CMD-003",
            Self::RowsPresence { .. } => "HT-CMD-004",
            Self::OrganisationExists { .. } => "HT-CMD-005",
            Self::VotingOrganisation { .. } => "HT-CMD-006",
            Self::SocialCreditCode { .. } => "HT-CMD-007",
            Self::MemberMissing { .. } => "HT-CMD-008",
            Self::Role { .. } => "HT-CMD-009",
            Self::CertificateOrganisation { .. } => "HT-CMD-010",
            Self::MemberExists { .. } => "HT-CMD-011",
            Self::MemberUnknown { .. } => "HT-CMD-012",
            Self::MemberRevoked { .. } => "HT-CMD-013",
            Self::LastGovernanceMember { .. } => "HT-CMD-014",
            Self::ReasonMissing => "HT-CMD-015",
            Self::OtherOrganisation { .. } => "HT-CMD-016",
            Self::FactorSetExists { .. } => "HT-CMD-017",
            Self::RowValue { .. } => "HT-CMD-018",
            Self::FacilityUnknown { .. } => "HT-CMD-019",
            Self::PeriodLocked { .. } => "HT-CMD-020",
            Self::ImportOverlap { .. } => "HT-CMD-021",
            Self::ImportStatus { .. } => "HT-CMD-022",
            Self::ImportUnknown { .. } => "HT-CMD-023",
            Self::ImportGap { .. } => "HT-CMD-024",
            Self::ImportCount { .. } => "HT-CMD-025",
            Self::ImportRoot { .. } => "HT-CMD-026",
            Self::Reviewer { .. } => "HT-CMD-027",
            Self::ChangesUnseen { .. } => "HT-CMD-028",
            Self::RowUnknown { .. } => "HT-CMD-029",
            Self::RowVoided { .. } => "HT-CMD-030",
            Self::Period { .. } => "HT-CMD-031",
            Self::InventoryExists { .. } => "HT-CMD-032",
            Self::InventoryUnknown { .. } => "HT-CMD-033",
            Self::InventoryOverlap { .. } => "HT-CMD-034",
            Self::AwaitingReview { .. } => "HT-CMD-035",
            Self::RowAcrossPeriod { .. } => "HT-CMD-036",
            Self::NoRows => "HT-CMD-037",
            Self::Superseded { .. } => "HT-CMD-038",
            Self::RestatementImport { .. } => "HT-CMD-039",
            Self::Engine { code, .. } => code,
            Self::Malformed(error) => error.code(),
        }
    }

    /// The values that a sentence about this refusal may name.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotPermitted {
                kind,
                organisation,
                role,
            } => vec![
                ("kind", kind.clone()),
                ("organisation", organisation.clone()),
                ("role", (*role).to_owned()),
            ],
            Self::NeedsProposal { kind, needed } => {
                vec![("kind", kind.clone()), ("needed", needed.to_string())]
            }
            Self::ExpectedVersion {
                key,
                expected,
                found,
            } => {
                vec![
                    ("key", key.clone()),
                    ("expected", expected.to_string()),
                    ("found", found.to_string()),
                ]
            }
            Self::RowsPresence { kind, found } => {
                vec![("kind", kind.clone()), ("found", found.to_string())]
            }
            Self::OrganisationExists { organisation }
            | Self::VotingOrganisation { organisation }
            | Self::LastGovernanceMember { organisation }
            | Self::OtherOrganisation { organisation } => {
                vec![("organisation", organisation.clone())]
            }
            Self::SocialCreditCode { value } => vec![("value", value.clone())],
            Self::MemberMissing { role } => vec![("role", (*role).to_owned())],
            Self::Role { role, organisation } => {
                vec![
                    ("role", role.clone()),
                    ("organisation", organisation.clone()),
                ]
            }
            Self::CertificateOrganisation { found, expected } => {
                vec![("found", found.clone()), ("expected", expected.clone())]
            }
            Self::MemberExists { member }
            | Self::MemberRevoked { member }
            | Self::Reviewer { member } => {
                vec![("member", member.clone())]
            }
            Self::MemberUnknown { key_id } => vec![("key_id", key_id.clone())],
            Self::FactorSetExists { set, version } => {
                vec![("set", set.clone()), ("version", version.clone())]
            }
            Self::RowValue { row, field, value } => {
                vec![
                    ("row", row.to_string()),
                    ("field", (*field).to_owned()),
                    ("value", value.clone()),
                ]
            }
            Self::FacilityUnknown { row, facility } => {
                vec![("row", row.to_string()), ("facility", facility.clone())]
            }
            Self::PeriodLocked { row, inventory } => {
                vec![("row", row.to_string()), ("inventory", inventory.clone())]
            }
            Self::ImportOverlap { import, row }
            | Self::ImportGap { import, row }
            | Self::RowUnknown { import, row }
            | Self::RowVoided { import, row }
            | Self::RowAcrossPeriod { import, row } => {
                vec![("import", import.clone()), ("row", row.to_string())]
            }
            Self::ImportStatus { import, status } => {
                vec![("import", import.clone()), ("status", (*status).to_owned())]
            }
            Self::ImportUnknown { import }
            | Self::ImportRoot { import }
            | Self::AwaitingReview { import }
            | Self::RestatementImport { import } => vec![("import", import.clone())],
            Self::ImportCount { found, expected } => vec![
                ("found", found.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::ChangesUnseen { expected, found } | Self::Superseded { expected, found } => {
                vec![
                    ("expected", expected.to_string()),
                    ("found", found.to_string()),
                ]
            }
            Self::Period { start, end } => vec![("start", start.clone()), ("end", end.clone())],
            Self::InventoryExists { inventory }
            | Self::InventoryUnknown { inventory }
            | Self::InventoryOverlap { inventory } => vec![("inventory", inventory.clone())],
            Self::Engine { fields, row, .. } => {
                let mut all = fields.clone();
                if let Some(row) = row {
                    all.retain(|(name, _)| *name != "row");
                    all.push(("row", row.to_string()));
                }
                all
            }
            Self::Malformed(error) => error.fields(),
            Self::ReasonMissing | Self::NoRows => Vec::new(),
        }
    }

    /// The refusal as an outcome holds it: fields ascending by name.
    pub(crate) fn to_message(&self) -> v1::Refusal {
        message(self.fields())
    }
}

/// Named values as an outcome holds them.
pub(crate) fn message(fields: Vec<(&'static str, String)>) -> v1::Refusal {
    let mut fields: Vec<v1::Field> = fields
        .into_iter()
        .map(|(name, value)| v1::Field {
            name: name.to_owned(),
            value,
        })
        .collect();
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    v1::Refusal { fields }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<crypto_sm::Error> for Refusal {
    fn from(error: crypto_sm::Error) -> Self {
        Self::Malformed(Error::Crypto(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        let expected: Vec<String> = (1..=CODES.len())
            .map(|number| format!("HT-CMD-{number:03}"))
            .collect();
        assert_eq!(CODES, expected);
        assert_eq!(
            Refusal::RestatementImport {
                import: String::new()
            }
            .code(),
            *CODES.last().expect("there are codes")
        );
    }
}
