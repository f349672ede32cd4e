//! `organisation.change_duties` and `organisation.rotate_ca`.

use super::{Call, Effect, reason, voting};
use crate::refusal::Refusal;
use crate::state::{self, Draft, View, key};
use crate::{Stop, enrolment, policy, v1};

/// An organisation that takes part.
pub(super) fn find(view: &dyn View, name: &str) -> Result<v1::Organisation, Stop> {
    state::find::<v1::Organisation>(view, &key::organisation(name))?
        .filter(|organisation| organisation.left_at_ms == 0)
        .ok_or_else(|| {
            Refusal::OrganisationUnknown {
                organisation: name.chars().take(64).collect(),
            }
            .into()
        })
}

pub(super) fn duties(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::OrganisationChangeDuties = call.head()?;
    reason(&head.reason)?;
    let mut organisation = find(draft.view(), &head.organisation)?;
    organisation.duties = head.duties;
    organisation.jurisdiction = head.jurisdiction;
    enrolment::duties(&organisation)?;
    let key = key::organisation(&organisation.name);
    let version = draft.write(&key, organisation)?;
    policy::meetable(draft.view(), draft.time_ms())?;
    Ok(Effect::changed(key, version))
}

/// Members that the old CA enrolled stay what they are; from now on the new one enrols.
pub(super) fn authority(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::OrganisationRotateCa = call.head()?;
    let mut organisation = find(draft.view(), &head.organisation)?;
    let before = voting::authority_key(&organisation)?;
    organisation.ca_certificate = head.ca_certificate;
    enrolment::organisation(&organisation, draft.time_ms())?;
    let moved = voting::authority_key(&organisation)? != before;
    let (key, votes) = (key::organisation(&organisation.name), organisation.voting);
    let version = draft.write(&key, organisation)?;
    // The keys that may sign a recovery stand in the voting set.
    if votes && moved {
        voting::change(draft, |_| ())?;
    }
    Ok(Effect::changed(key, version))
}
