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
    /// An organisation votes once one of its nodes does, not by its admission.
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
    /// A proposal cannot carry this kind.
    NotProposable {
        /// Command kind.
        kind: String,
    },
    /// Voting ends before it begins, or too late.
    ProposalDeadline {
        /// End of voting, RFC 3339.
        found: String,
        /// Latest end that is allowed, RFC 3339.
        latest: String,
    },
    /// There is no such proposal.
    ProposalUnknown {
        /// Its number.
        proposal: u64,
    },
    /// The proposal is decided or withdrawn.
    ProposalClosed {
        /// Its number.
        proposal: u64,
        /// Its state.
        status: &'static str,
    },
    /// The time for voting is over.
    ProposalLapsed {
        /// Its number.
        proposal: u64,
        /// End of voting, RFC 3339.
        deadline: String,
    },
    /// The organisation has voted.
    VotedAlready {
        /// Its number.
        proposal: u64,
        /// The organisation.
        organisation: String,
    },
    /// No policy governs this kind.
    PolicyKind {
        /// Command kind.
        kind: String,
    },
    /// The rule of this kind is never weaker than a majority.
    PolicyTooWeak {
        /// Command kind.
        kind: String,
    },
    /// Too few organisations could decide this any more.
    PolicyUnmeetable {
        /// Command kind.
        kind: String,
        /// Organisations that could vote.
        found: usize,
    },
    /// The delay of policies never shrinks.
    PolicyDelay {
        /// Delay wanted, milliseconds.
        found: u64,
        /// Present delay, milliseconds.
        least: u64,
    },
    /// No organisation of this name takes part.
    OrganisationUnknown {
        /// Its name.
        organisation: String,
    },
    /// No organisation would vote any more.
    LastVoter,
    /// An organisation would have too many voting nodes.
    VotingNodes {
        /// The organisation.
        organisation: String,
        /// Voting nodes it would have.
        found: usize,
        /// Voting nodes it may have.
        limit: usize,
    },
    /// A node has, or had, this name or key.
    NodeExists {
        /// That node.
        node: String,
    },
    /// No node of this name takes part.
    NodeUnknown {
        /// Its name.
        node: String,
    },
    /// The node votes; this can be done with a learner only.
    NodeVotes {
        /// Its name.
        node: String,
    },
    /// The node is a learner; this can be done with a voting node only.
    NodeLearns {
        /// Its name.
        node: String,
    },
    /// The node's transport key is revoked already.
    NodeRevoked {
        /// Its name.
        node: String,
    },
    /// A witness has this name or key.
    WitnessExists {
        /// Its name.
        witness: String,
    },
    /// There is no witness of this name.
    WitnessUnknown {
        /// Its name.
        witness: String,
    },
    /// More witnesses would be needed than there are.
    WitnessesRequired {
        /// Witnesses that there would be.
        found: usize,
        /// Witnesses needed.
        needed: usize,
    },
    /// The feature level only rises.
    FeatureLevel {
        /// Level wanted.
        found: u32,
        /// Present level.
        present: u32,
    },
    /// A node has not said that its software knows this feature level.
    FeatureLevelNode {
        /// Its name.
        node: String,
        /// The level.
        level: u32,
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
    "HT-CMD-040",
    "HT-CMD-041",
    "HT-CMD-042",
    "HT-CMD-043",
    "HT-CMD-044",
    "HT-CMD-045",
    "HT-CMD-046",
    "HT-CMD-047",
    "HT-CMD-048",
    "HT-CMD-049",
    "HT-CMD-050",
    "HT-CMD-051",
    "HT-CMD-052",
    "HT-CMD-053",
    "HT-CMD-054",
    "HT-CMD-055",
    "HT-CMD-056",
    "HT-CMD-057",
    "HT-CMD-058",
    "HT-CMD-059",
    "HT-CMD-060",
    "HT-CMD-061",
    "HT-CMD-062",
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
            Self::NotProposable { .. } => "HT-CMD-040",
            Self::ProposalDeadline { .. } => "HT-CMD-041",
            Self::ProposalUnknown { .. } => "HT-CMD-042",
            Self::ProposalClosed { .. } => "HT-CMD-043",
            Self::ProposalLapsed { .. } => "HT-CMD-044",
            Self::VotedAlready { .. } => "HT-CMD-045",
            Self::PolicyKind { .. } => "HT-CMD-046",
            Self::PolicyTooWeak { .. } => "HT-CMD-047",
            Self::PolicyUnmeetable { .. } => "HT-CMD-048",
            Self::PolicyDelay { .. } => "HT-CMD-049",
            Self::OrganisationUnknown { .. } => "HT-CMD-050",
            Self::LastVoter => "HT-CMD-051",
            Self::VotingNodes { .. } => "HT-CMD-052",
            Self::NodeExists { .. } => "HT-CMD-053",
            Self::NodeUnknown { .. } => "HT-CMD-054",
            Self::NodeVotes { .. } => "HT-CMD-055",
            Self::NodeLearns { .. } => "HT-CMD-056",
            Self::NodeRevoked { .. } => "HT-CMD-057",
            Self::WitnessExists { .. } => "HT-CMD-058",
            Self::WitnessUnknown { .. } => "HT-CMD-059",
            Self::WitnessesRequired { .. } => "HT-CMD-060",
            Self::FeatureLevel { .. } => "HT-CMD-061",
            Self::FeatureLevelNode { .. } => "HT-CMD-062",
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
            Self::NotProposable { kind } => vec![("kind", kind.clone())],
            Self::ProposalDeadline { found, latest } => {
                vec![("found", found.clone()), ("latest", latest.clone())]
            }
            Self::ProposalUnknown { proposal } => vec![("proposal", proposal.to_string())],
            Self::ProposalClosed { proposal, status } => vec![
                ("proposal", proposal.to_string()),
                ("status", (*status).to_owned()),
            ],
            Self::ProposalLapsed { proposal, deadline } => vec![
                ("proposal", proposal.to_string()),
                ("deadline", deadline.clone()),
            ],
            Self::VotedAlready {
                proposal,
                organisation,
            } => vec![
                ("proposal", proposal.to_string()),
                ("organisation", organisation.clone()),
            ],
            Self::PolicyKind { kind } => vec![("kind", kind.clone())],
            Self::PolicyTooWeak { kind } => vec![("kind", kind.clone())],
            Self::PolicyUnmeetable { kind, found } => {
                vec![("kind", kind.clone()), ("found", found.to_string())]
            }
            Self::PolicyDelay { found, least } => {
                vec![("found", found.to_string()), ("least", least.to_string())]
            }
            Self::OrganisationUnknown { organisation } => {
                vec![("organisation", organisation.clone())]
            }
            Self::VotingNodes {
                organisation,
                found,
                limit,
            } => vec![
                ("organisation", organisation.clone()),
                ("found", found.to_string()),
                ("limit", limit.to_string()),
            ],
            Self::NodeExists { node } => vec![("node", node.clone())],
            Self::NodeUnknown { node } => vec![("node", node.clone())],
            Self::NodeVotes { node } => vec![("node", node.clone())],
            Self::NodeLearns { node } => vec![("node", node.clone())],
            Self::NodeRevoked { node } => vec![("node", node.clone())],
            Self::WitnessExists { witness } => vec![("witness", witness.clone())],
            Self::WitnessUnknown { witness } => vec![("witness", witness.clone())],
            Self::WitnessesRequired { found, needed } => {
                vec![("found", found.to_string()), ("needed", needed.to_string())]
            }
            Self::FeatureLevel { found, present } => vec![
                ("found", found.to_string()),
                ("present", present.to_string()),
            ],
            Self::FeatureLevelNode { node, level } => {
                vec![("node", node.clone()), ("level", level.to_string())]
            }
            Self::Engine { fields, row, .. } => {
                let mut all = fields.clone();
                if let Some(row) = row {
                    all.retain(|(name, _)| *name != "row");
                    all.push(("row", row.to_string()));
                }
                all
            }
            Self::Malformed(error) => error.fields(),
            Self::ReasonMissing | Self::NoRows | Self::LastVoter => Vec::new(),
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
            Refusal::FeatureLevelNode {
                node: String::new(),
                level: 0
            }
            .code(),
            *CODES.last().expect("there are codes")
        );
    }
}
