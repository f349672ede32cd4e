//! `feature_level.raise`: new kinds and rules hold from the next entry on, once every node has said that its software knows them.

use super::{Call, Effect, KINDS};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, genesis, policy, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::FeatureLevelRaise = call.head()?;
    let present: v1::FeatureLevel = state::require(draft.view(), key::FEATURE_LEVEL)?;
    if head.level <= present.level {
        return Err(Refusal::FeatureLevel {
            found: head.level,
            present: present.level,
        }
        .into());
    }
    // Nodes of level 1 have no way of saying it.
    if present.level > 1 {
        for (_, node) in state::list::<v1::Node>(draft.view(), key::NODES)? {
            if node.removed_at_ms == 0 && node.feature_level < head.level {
                return Err(Refusal::FeatureLevelNode {
                    node: node.name,
                    level: head.level,
                }
                .into());
            }
        }
    }
    if head.level > genesis::FEATURE_LEVEL {
        return Err(Error::FeatureLevel {
            found: head.level,
            known: genesis::FEATURE_LEVEL,
        }
        .into());
    }
    for kind in KINDS.iter().filter(|kind| kind.founded(head.level)) {
        let key = key::policy(kind.name);
        if state::read(draft.view(), &key)?.is_none() {
            draft.write(&key, policy::default_of(kind))?;
        }
    }
    let version = draft.write(key::FEATURE_LEVEL, v1::FeatureLevel { level: head.level })?;
    Ok(Effect::changed(key::FEATURE_LEVEL.to_owned(), version))
}
