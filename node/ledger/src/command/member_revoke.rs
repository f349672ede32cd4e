//! `member.revoke`: from this entry on the key signs nothing; what it signed before stays valid.

use super::{Call, Effect, member_enrol, reason};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::v1::{self, Role};
use crate::{Stop, canonical};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::MemberRevoke = call.head()?;
    canonical::digest("key_id", &head.key_id)?;
    reason(&head.reason)?;
    let key = key::member(&head.key_id);
    let mut member: v1::Member =
        state::find(draft.view(), &key)?.ok_or_else(|| Refusal::MemberUnknown {
            key_id: hex::encode(&head.key_id),
        })?;
    if member.organisation != call.organisation() {
        return Err(Refusal::OtherOrganisation {
            organisation: member.organisation,
        }
        .into());
    }
    if member.revoked_at_ms != 0 {
        return Err(Refusal::MemberRevoked {
            member: member.name,
        }
        .into());
    }
    if member.role() == Role::Governance {
        let others = state::list::<v1::Member>(draft.view(), key::MEMBERS)?
            .into_iter()
            .any(|(_, other)| {
                other.organisation == member.organisation
                    && other.role() == Role::Governance
                    && other.key_id != member.key_id
                    && member_enrol::in_force(&other, draft.time_ms())
            });
        if !others {
            return Err(Refusal::LastGovernanceMember {
                organisation: member.organisation,
            }
            .into());
        }
    }
    member.revoked_at_ms = draft.time_ms();
    member.revocation_reason = head.reason;
    let version = draft.write(&key, member)?;
    Ok(Effect::changed(key, version))
}
