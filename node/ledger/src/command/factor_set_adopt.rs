//! `factor_set.adopt`: the network takes in a factor set; calculation reads only what was adopted.

use super::{Call, Effect};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, calculation, canonical, field, v1};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::FactorSetAdopt = call.head()?;
    let manifest = head.manifest.ok_or(Error::Missing { what: "manifest" })?;
    field::name("manifest.id", &manifest.id)?;
    field::text("manifest.version", &manifest.version, 32)?;
    if manifest.version.is_empty() || manifest.version.contains(['/', '@']) {
        return Err(Error::Value {
            what: "manifest.version",
            value: manifest.version,
        }
        .into());
    }
    let key = key::factor_set(&manifest.id, &manifest.version);
    if state::read(draft.view(), &key)?.is_some() {
        return Err(Refusal::FactorSetExists {
            set: manifest.id,
            version: manifest.version,
        }
        .into());
    }
    for row in call.rows {
        canonical::decode::<v1::FactorRow>("factor row", row)?;
    }
    calculation::check_set(&manifest, call.rows)?;
    let earlier = state::list::<v1::FactorSetState>(
        draft.view(),
        &format!("{}{}/", key::FACTOR_SETS, manifest.id),
    )?;
    for (earlier_key, mut set) in earlier {
        if set.superseded_by.is_empty() {
            set.superseded_by.clone_from(&manifest.version);
            draft.write(&earlier_key, set)?;
        }
    }
    let set = v1::FactorSetState {
        manifest: Some(manifest),
        rows_root: call.body.rows_root.clone(),
        row_count: call.body.row_count,
        superseded_by: String::new(),
    };
    let version = draft.write(&key, set)?;
    Ok(Effect::changed(key, version))
}
