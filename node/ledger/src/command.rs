//! The commands: one module for each kind, and what they share.

mod activity_record;
mod activity_replace;
mod activity_review;
mod activity_submit;
mod activity_void;
mod facility_register;
mod factor_set_adopt;
mod feature_level_raise;
pub(crate) mod import;
mod inventory_close;
mod inventory_restate;
mod kind;
mod limits_set;
pub(crate) mod member_enrol;
mod member_revoke;
mod node;
mod organisation_admit;
mod organisation_change;
mod organisation_leave;
mod policy_set;
mod proposal;
pub(crate) mod row;
mod voting;
mod witness;

pub use kind::{KINDS, Kind, Right, RowsRule, kind};
pub use proposal::{
    LONGEST_MS as PROPOSAL_LONGEST_MS, OPEN_MAX as PROPOSALS_OPEN_MAX,
    Standing as ProposalStanding, standing as proposal_standing,
};
pub(crate) use voting::{SINGLE_VOTER_NODES_MAX, authority_key, check as check_set};

use crate::calculation::Catalogues;
use crate::policy::Sender;
use crate::refusal::Refusal;
use crate::rows::Content;
use crate::state::Draft;
use crate::{Stop, canonical, v1};
use prost::Message;

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
        "feature_level.raise" => feature_level_raise::execute(call, draft),
        "inventory.close" => inventory_close::execute(call, draft),
        "inventory.restate" => inventory_restate::execute(call, draft),
        "member.enrol" => member_enrol::execute(call, draft),
        "member.revoke" => member_revoke::execute(call, draft),
        "limits.set" => limits_set::execute(call, draft),
        "node.change" => node::change(call, draft),
        "node.demote" => node::demote(call, draft),
        "node.promote" => node::promote(call, draft),
        "node.register" => node::register(call, draft),
        "node.remove" => node::remove(call, draft),
        "node.replace" => node::replace(call, draft),
        "node.revoke" => node::revoke(call, draft),
        "organisation.admit" => organisation_admit::execute(call, draft),
        "organisation.change_duties" => organisation_change::duties(call, draft),
        "organisation.leave" => organisation_leave::execute(call, draft),
        "organisation.rotate_ca" => organisation_change::authority(call, draft),
        "policy.set" => policy_set::execute(call, draft),
        "proposal.open" => proposal::open(call, draft),
        "proposal.vote" => proposal::vote(call, draft),
        "proposal.withdraw" => proposal::withdraw(call, draft),
        "witness.register" => witness::register(call, draft),
        "witness.remove" => witness::remove(call, draft),
        _ => unreachable!("every kind of the table is here"),
    }
}
