//! Duties of organisations and roles of members.

pub use crate::v1::Role;

/// Every role with the word that stands in certificates and machine output.
pub const ROLES: &[(Role, &str)] = &[
    (Role::Governance, "governance"),
    (Role::Operations, "operations"),
    (Role::Business, "business"),
    (Role::Regulator, "regulator"),
    (Role::Verifier, "verifier"),
    (Role::Auditor, "auditor"),
    (Role::Registry, "registry"),
    (Role::Partner, "partner"),
];

impl Role {
    /// The word in certificates (OU) and machine output.
    #[must_use]
    pub fn word(self) -> &'static str {
        ROLES
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("", |(_, word)| word)
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        ROLES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(role, _)| *role)
    }
}
