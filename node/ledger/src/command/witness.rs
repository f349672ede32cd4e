//! `witness.register` and `witness.remove`: who signs checkpoints that it has followed, and how many of them a final one needs.

use super::{Call, Effect, voting};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, field, v1};
use crypto_sm::sm2::PublicKey;

pub(super) fn register(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::WitnessRegister = call.head()?;
    let witness = head.witness.ok_or(Error::Missing { what: "witness" })?;
    field::name("witness.name", &witness.name)?;
    PublicKey::from_uncompressed(&witness.key).map_err(Refusal::from)?;
    let set: v1::VotingSet = state::require(draft.view(), key::VOTING_SET)?;
    if set
        .witnesses
        .iter()
        .any(|other| other.name == witness.name || other.key == witness.key)
    {
        return Err(Refusal::WitnessExists {
            witness: witness.name,
        }
        .into());
    }
    change(draft, |set| {
        set.witnesses.push(witness);
        set.witnesses_required = head.witnesses_required;
    })
}

pub(super) fn remove(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::WitnessRemove = call.head()?;
    let set: v1::VotingSet = state::require(draft.view(), key::VOTING_SET)?;
    if !set.witnesses.iter().any(|known| known.name == head.name) {
        return Err(Refusal::WitnessUnknown {
            witness: head.name.chars().take(64).collect(),
        }
        .into());
    }
    change(draft, |set| {
        set.witnesses.retain(|known| known.name != head.name);
        set.witnesses_required = head.witnesses_required;
    })
}

fn change(draft: &mut Draft<'_>, edit: impl FnOnce(&mut v1::VotingSet)) -> Result<Effect, Stop> {
    voting::change(draft, edit)?;
    let version = state::read(draft.view(), key::VOTING_SET)?.map_or(0, |value| value.version);
    Ok(Effect::changed(key::VOTING_SET.to_owned(), version))
}
