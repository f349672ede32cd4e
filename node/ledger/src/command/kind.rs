//! The kinds of command and what holds for each before its own rules do.

/// A kind of command.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in [`v1::Body`](crate::v1::Body).
    pub name: &'static str,
    /// Feature level from which it exists.
    pub feature_level: u32,
    /// Whether it may be valid for the longer time of governance.
    pub governance: bool,
    /// Whether it changes who may do what, and therefore stands alone in its batch (protocol §5).
    pub alone: bool,
    /// What it carries beside its body.
    pub rows: RowsRule,
    /// Who may send it.
    pub right: Right,
}

/// Where the right to a kind comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// From its policy.
    Policy,
    /// From its policy, whose rule is never weaker than a majority.
    Majority,
    /// Every governance member of an organisation that governs.
    Governance,
}

/// Whether a kind carries rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsRule {
    /// Never.
    Never,
    /// At least one.
    Always,
    /// Any number.
    Optional,
}

impl Kind {
    /// Whether a policy governs it.
    #[must_use]
    pub fn has_policy(&self) -> bool {
        self.right != Right::Governance
    }

    /// Whether a proposal may carry it.
    #[must_use]
    pub fn proposable(&self) -> bool {
        self.governance && self.has_policy()
    }

    /// Whether a genesis of this level has to hold its policy. A network of level 1 was founded before `feature_level.raise` was; there its
    /// default policy holds.
    #[must_use]
    pub fn founded(&self, feature_level: u32) -> bool {
        let raise = self.name == "feature_level.raise" && feature_level == 1;
        self.has_policy() && self.feature_level <= feature_level && !raise
    }
}

/// A record of the business, in batches with others.
const fn record(name: &'static str, rows: RowsRule) -> Kind {
    Kind {
        name,
        feature_level: 1,
        governance: false,
        alone: false,
        rows,
        right: Right::Policy,
    }
}

/// A change of who may do what.
const fn governance(name: &'static str, feature_level: u32, right: Right) -> Kind {
    Kind {
        name,
        feature_level,
        governance: true,
        alone: true,
        rows: RowsRule::Never,
        right,
    }
}

/// Every kind, ascending by name.
pub const KINDS: &[Kind] = &[
    record("activity.record", RowsRule::Always),
    record("activity.replace", RowsRule::Always),
    record("activity.review", RowsRule::Never),
    record("activity.submit", RowsRule::Never),
    record("activity.void", RowsRule::Never),
    record("facility.register", RowsRule::Never),
    Kind {
        governance: true,
        ..record("factor_set.adopt", RowsRule::Always)
    },
    governance("feature_level.raise", 1, Right::Majority),
    record("inventory.close", RowsRule::Never),
    record("inventory.restate", RowsRule::Optional),
    governance("limits.set", 2, Right::Majority),
    governance("member.enrol", 1, Right::Policy),
    governance("member.revoke", 1, Right::Policy),
    governance("node.change", 2, Right::Policy),
    governance("node.demote", 2, Right::Majority),
    governance("node.promote", 2, Right::Majority),
    governance("node.register", 2, Right::Policy),
    governance("node.remove", 2, Right::Policy),
    governance("node.replace", 2, Right::Policy),
    governance("node.revoke", 2, Right::Policy),
    governance("organisation.admit", 1, Right::Majority),
    governance("organisation.change_duties", 2, Right::Majority),
    governance("organisation.leave", 2, Right::Majority),
    governance("organisation.rotate_ca", 2, Right::Majority),
    governance("policy.set", 2, Right::Majority),
    Kind {
        rows: RowsRule::Optional,
        ..governance("proposal.open", 2, Right::Governance)
    },
    governance("proposal.vote", 2, Right::Governance),
    governance("proposal.withdraw", 2, Right::Governance),
    governance("witness.register", 2, Right::Majority),
    governance("witness.remove", 2, Right::Majority),
];

/// The kind of a name, if it exists at this feature level.
#[must_use]
pub fn kind(name: &str, feature_level: u32) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.name == name && kind.feature_level <= feature_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted_and_found_from_their_level_on() {
        assert!(crate::field::ascending(KINDS.iter().map(|kind| kind.name)));
        for known in KINDS {
            assert_eq!(kind(known.name, known.feature_level), Some(known));
            assert_eq!(kind(known.name, known.feature_level - 1), None);
        }
        assert_eq!(kind("activity", 1), None);
    }
}
