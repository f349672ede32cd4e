//! The commands: one module for each kind, and what they share.

mod activity_record;
mod activity_replace;
mod activity_review;
mod activity_submit;
mod activity_void;
mod facility_register;
mod factor_set_adopt;
pub(crate) mod import;
mod inventory_close;
mod inventory_restate;
pub(crate) mod member_enrol;
mod member_revoke;
mod organisation_admit;
pub(crate) mod row;

use crate::calculation::Catalogues;
use crate::policy::Sender;
use crate::refusal::Refusal;
use crate::rows::Content;
use crate::state::Draft;
use crate::{Stop, canonical, v1};
use prost::Message;

/// A kind of command.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in [`v1::Body`].
    pub name: &'static str,
    /// Feature level from which it exists.
    pub feature_level: u32,
    /// Whether it may be valid for the longer time of governance.
    pub governance: bool,
    /// Whether it changes who may do what, and therefore stands alone in its batch (protocol §5).
    pub alone: bool,
    /// What it carries beside its body.
    pub rows: RowsRule,
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

/// Every kind, ascending by name.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "activity.record",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Always,
    },
    Kind {
        name: "activity.replace",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Always,
    },
    Kind {
        name: "activity.review",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Never,
    },
    Kind {
        name: "activity.submit",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Never,
    },
    Kind {
        name: "activity.void",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Never,
    },
    Kind {
        name: "facility.register",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Never,
    },
    Kind {
        name: "factor_set.adopt",
        feature_level: 1,
        governance: true,
        alone: false,
        rows: RowsRule::Always,
    },
    Kind {
        name: "inventory.close",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Never,
    },
    Kind {
        name: "inventory.restate",
        feature_level: 1,
        governance: false,
        alone: false,
        rows: RowsRule::Optional,
    },
    Kind {
        name: "member.enrol",
        feature_level: 1,
        governance: true,
        alone: true,
        rows: RowsRule::Never,
    },
    Kind {
        name: "member.revoke",
        feature_level: 1,
        governance: true,
        alone: true,
        rows: RowsRule::Never,
    },
    Kind {
        name: "organisation.admit",
        feature_level: 1,
        governance: true,
        alone: true,
        rows: RowsRule::Never,
    },
];

/// The kind of a name, if it exists at this feature level.
#[must_use]
pub fn kind(name: &str, feature_level: u32) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.name == name && kind.feature_level <= feature_level)
}

/// Whether a kind must be alone in its batch.
#[must_use]
pub fn stands_alone(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.name == name && kind.alone)
}

/// What a command is given.
pub(crate) struct Call<'a> {
    pub sender: &'a Sender,
    pub body: &'a v1::Body,
    pub rows: &'a [Vec<u8>],
    pub content: &'a dyn Content,
    pub limits: &'a v1::Limits,
    pub catalogues: &'a Catalogues,
}

impl Call<'_> {
    /// Reads the head.
    fn head<M: Message + Default>(&self) -> Result<M, Stop> {
        Ok(canonical::decode("head", &self.body.head)?)
    }

    /// Name of the sender's organisation.
    fn organisation(&self) -> &str {
        &self.sender.organisation.name
    }
}

/// What an accepted command says of itself, and what it calculated.
pub(crate) struct Effect {
    pub head: v1::outcome::Head,
    pub results: Vec<Vec<u8>>,
}

impl Effect {
    /// A command whose effect is one state value.
    fn changed(key: String, version: u64) -> Self {
        Self {
            head: v1::outcome::Head::Changed(v1::Changed { key, version }),
            results: Vec::new(),
        }
    }
}

/// A reason that people will read later.
fn reason(reason: &str) -> Result<(), Stop> {
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing.into());
    }
    Ok(crate::field::text("reason", reason, 1000)?)
}

/// Carries out a command.
pub(crate) fn execute(kind: &Kind, call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let present = !call.rows.is_empty();
    if (kind.rows == RowsRule::Always && !present) || (kind.rows == RowsRule::Never && present) {
        return Err(Refusal::RowsPresence {
            kind: kind.name.to_owned(),
            found: call.body.row_count,
        }
        .into());
    }
    match kind.name {
        "activity.record" => activity_record::execute(call, draft),
        "activity.replace" => activity_replace::execute(call, draft),
        "activity.review" => activity_review::execute(call, draft),
        "activity.submit" => activity_submit::execute(call, draft),
        "activity.void" => activity_void::execute(call, draft),
        "facility.register" => facility_register::execute(call, draft),
        "factor_set.adopt" => factor_set_adopt::execute(call, draft),
        "inventory.close" => inventory_close::execute(call, draft),
        "inventory.restate" => inventory_restate::execute(call, draft),
        "member.enrol" => member_enrol::execute(call, draft),
        "member.revoke" => member_revoke::execute(call, draft),
        "organisation.admit" => organisation_admit::execute(call, draft),
        _ => unreachable!("every kind of the table is here"),
    }
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
