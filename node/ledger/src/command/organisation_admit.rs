//! `organisation.admit`: without proposal only while one organisation governs; the policy's rule sees to that.

use super::{Call, Effect, member_enrol};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, enrolment, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::OrganisationAdmit = call.head()?;
    let organisation = head.organisation.ok_or(Error::Missing {
        what: "organisation",
    })?;
    if organisation.left_at_ms != 0 || !organisation.leave_reason.is_empty() {
        return Err(Error::Encoding { what: "head" }.into());
    }
    let authority = enrolment::organisation(&organisation, draft.time_ms())?;
    let key = key::organisation(&organisation.name);
    if state::read(draft.view(), &key)?.is_some() {
        return Err(Refusal::OrganisationExists {
            organisation: organisation.name,
        }
        .into());
    }
    // It votes from the moment at which one of its nodes does: `node.promote`.
    if organisation.voting {
        return Err(Refusal::VotingOrganisation {
            organisation: organisation.name,
        }
        .into());
    }
    let mut members = Vec::new();
    for new in &head.members {
        let member = enrolment::member(
            &organisation,
            &authority,
            &new.name,
            new.display_name.as_ref(),
            &new.certificate,
            draft.time_ms(),
        )?;
        members.push(member);
    }
    enrolment::first_members(&members)?;
    for member in members {
        member_enrol::check_free(draft, &member)?;
        member_enrol::store(draft, member)?;
    }
    let version = draft.write(&key, organisation)?;
    Ok(Effect::changed(key, version))
}
