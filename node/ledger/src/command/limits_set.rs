//! `limits.set`: bounds of the network. The delay of policies may grow and never shrinks: who could shrink it would have none.

use super::{Call, Effect};
use crate::refusal::Refusal;
use crate::state::{Draft, key};
use crate::{Error, Stop, genesis, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::LimitsSet = call.head()?;
    let limits = head.limits.ok_or(Error::Missing { what: "limits" })?;
    genesis::check_limits(Some(&limits))?;
    let least = call.limits.policy_delay_ms;
    if limits.policy_delay_ms < least {
        return Err(Refusal::PolicyDelay {
            found: limits.policy_delay_ms,
            least,
        }
        .into());
    }
    let version = draft.write(key::LIMITS, limits)?;
    Ok(Effect::changed(key::LIMITS.to_owned(), version))
}
