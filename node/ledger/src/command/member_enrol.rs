//! `member.enrol`: an organisation enrols its own members; the certificate is checked here and never again.

use super::{Call, Effect};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, enrolment, v1};
use crypto_sm::certificate::Certificate;

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::MemberEnrol = call.head()?;
    let new = head.member.ok_or(Error::Missing { what: "member" })?;
    let organisation = &call.sender.organisation;
    let authority = Certificate::from_der(&organisation.ca_certificate).map_err(Refusal::from)?;
    let found = Certificate::from_der(&new.certificate).map_err(Refusal::from)?;
    let named = found.subject_organisation().unwrap_or_default();
    if named != organisation.name {
        return Err(Refusal::OtherOrganisation {
            organisation: named.to_owned(),
        }
        .into());
    }
    let member = enrolment::member(
        organisation,
        &authority,
        &new.name,
        new.display_name.as_ref(),
        &new.certificate,
        draft.time_ms(),
    )?;
    check_free(draft, &member)?;
    let (key, version) = store(draft, member)?;
    Ok(Effect::changed(key, version))
}

/// A key is enrolled once for ever; a name is free again when its member is revoked or its certificate has expired.
pub(crate) fn check_free(draft: &Draft<'_>, member: &v1::Member) -> Result<(), Stop> {
    let taken = || Refusal::MemberExists {
        member: member.name.clone(),
    };
    if state::read(draft.view(), &key::member(&member.key_id))?.is_some() {
        return Err(taken().into());
    }
    let name = key::member_name(&member.organisation, &member.name);
    if let Some(holder) = state::find::<v1::MemberName>(draft.view(), &name)? {
        let holder: v1::Member = state::require(draft.view(), &key::member(&holder.key_id))?;
        if in_force(&holder, draft.time_ms()) {
            return Err(taken().into());
        }
    }
    Ok(())
}

/// Whether a member may sign at this time.
pub(crate) fn in_force(member: &v1::Member, time_ms: u64) -> bool {
    member.revoked_at_ms == 0 && (member.not_before_ms..=member.not_after_ms).contains(&time_ms)
}

/// Writes a member under its key and its name.
pub(crate) fn store(draft: &mut Draft<'_>, member: v1::Member) -> Result<(String, u64), Error> {
    let name = key::member_name(&member.organisation, &member.name);
    draft.write(
        &name,
        v1::MemberName {
            key_id: member.key_id.clone(),
        },
    )?;
    let key = key::member(&member.key_id);
    let version = draft.write(&key, member)?;
    Ok((key, version))
}
