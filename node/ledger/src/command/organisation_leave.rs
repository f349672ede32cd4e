//! `organisation.leave`: by its own wish or by decision of the others. What it did stays; it does nothing more.

use super::{Call, Effect, organisation_change, reason, voting};
use crate::state::{self, Draft, key};
use crate::{Stop, policy, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::OrganisationLeave = call.head()?;
    reason(&head.reason)?;
    let name = organisation_change::find(draft.view(), &head.organisation)?.name;
    let set: v1::VotingSet = state::require(draft.view(), key::VOTING_SET)?;
    if set.voters.iter().any(|voter| voter.organisation == name) {
        voting::change(draft, |set| {
            set.voters.retain(|voter| voter.organisation != name);
        })?;
    }
    let time_ms = draft.time_ms();
    for (key, mut node) in state::list::<v1::Node>(draft.view(), key::NODES)? {
        if node.organisation == name && node.removed_at_ms == 0 {
            node.removed_at_ms = time_ms;
            node.revocation_reason.clone_from(&head.reason);
            draft.write(&key, node)?;
        }
    }
    for (key, mut member) in state::list::<v1::Member>(draft.view(), key::MEMBERS)? {
        if member.organisation == name && member.revoked_at_ms == 0 {
            member.revoked_at_ms = time_ms;
            member.revocation_reason.clone_from(&head.reason);
            draft.write(&key, member)?;
        }
    }
    let mut organisation = organisation_change::find(draft.view(), &name)?;
    organisation.left_at_ms = time_ms;
    organisation.leave_reason = head.reason;
    let key = key::organisation(&name);
    let version = draft.write(&key, organisation)?;
    policy::meetable(draft.view(), time_ms)?;
    Ok(Effect::changed(key, version))
}
