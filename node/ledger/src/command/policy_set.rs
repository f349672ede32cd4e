//! `policy.set`: decided under the rule that it replaces, in force after the network's delay in ledger time.

use super::{Call, Effect, Right, kind, organisation_change};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, policy, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::PolicySet = call.head()?;
    let new = head.policy.ok_or(Error::Missing { what: "policy" })?;
    let level: v1::FeatureLevel = state::require(draft.view(), key::FEATURE_LEVEL)?;
    let known = kind(&new.kind, level.level)
        .filter(|kind| kind.has_policy())
        .ok_or_else(|| Refusal::PolicyKind {
            kind: new.kind.chars().take(64).collect(),
        })?;
    policy::check(&new)?;
    for name in &new.organisations {
        organisation_change::find(draft.view(), name)?;
    }
    if known.right == Right::Majority && !policy::is_majority(&new.rule.unwrap_or_default()) {
        return Err(Refusal::PolicyTooWeak { kind: new.kind }.into());
    }
    let (time_ms, name) = (draft.time_ms(), new.kind.clone());
    // A change that is in force by now becomes what the new one replaces.
    if let Some(current) = policy::in_force(draft.view(), &name, time_ms)? {
        let key = key::policy(&name);
        if state::find::<v1::Policy>(draft.view(), &key)?.as_ref() != Some(&current) {
            draft.write(&key, current)?;
        }
    }
    let change = v1::PolicyChange {
        policy: Some(new),
        effective_at_ms: time_ms.saturating_add(call.limits.policy_delay_ms),
    };
    let key = key::policy_change(&name);
    let version = draft.write(&key, change)?;
    policy::meetable(draft.view(), time_ms)?;
    Ok(Effect::changed(key, version))
}
