//! The kinds `node.*`. Operations of an organisation registers, changes and removes its own learners and puts one of them in the place of its own voter;
//! who votes at all is governance.

use super::{Call, Effect, reason, voting};
use crate::refusal::Refusal;
use crate::state::{self, Draft, View, key};
use crate::{Error, Stop, enrolment, v1};

/// Nodes that one organisation may have at a time.
const NODES_MAX: usize = 16;

pub(super) fn register(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeRegister = call.head()?;
    let mut network: v1::NetworkState = state::require(draft.view(), key::NETWORK)?;
    let node = v1::Node {
        name: head.name,
        number: network.next_node_number,
        organisation: call.organisation().to_owned(),
        statement_key: head.statement_key,
        transport_key: head.transport_key,
        address: head.address,
        feature_level: head.feature_level,
        ..Default::default()
    };
    enrolment::node(&node)?;
    let all = state::list::<v1::Node>(draft.view(), key::NODES)?;
    for (_, other) in &all {
        let taken = other.name == node.name
            || has_key(other, &node.statement_key)
            || has_key(other, &node.transport_key);
        if taken {
            return Err(Refusal::NodeExists {
                node: other.name.clone(),
            }
            .into());
        }
    }
    let own = all
        .iter()
        .filter(|(_, other)| other.organisation == node.organisation && other.removed_at_ms == 0)
        .count();
    if own >= NODES_MAX {
        return Err(Error::Limit {
            what: "nodes of an organisation",
            found: own as u64 + 1,
            limit: NODES_MAX as u64,
        }
        .into());
    }
    network.next_node_number += 1;
    draft.write(key::NETWORK, network)?;
    store(draft, node)
}

pub(super) fn change(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeChange = call.head()?;
    let mut node = own(call, draft.view(), &head.name)?;
    if head.transport_key.is_empty() && head.address.is_empty() && head.feature_level == 0 {
        return Err(Error::Missing { what: "change" }.into());
    }
    if !head.transport_key.is_empty() {
        let taken = state::list::<v1::Node>(draft.view(), key::NODES)?
            .into_iter()
            .find(|(_, other)| has_key(other, &head.transport_key));
        if let Some((_, other)) = taken {
            return Err(Refusal::NodeExists { node: other.name }.into());
        }
        node.transport_key = head.transport_key;
        node.transport_revoked_at_ms = 0;
        node.revocation_reason.clear();
    }
    if !head.address.is_empty() {
        node.address = head.address;
    }
    if head.feature_level != 0 {
        node.feature_level = head.feature_level;
    }
    enrolment::node(&node)?;
    store(draft, node)
}

pub(super) fn promote(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodePromote = call.head()?;
    let node = find(draft.view(), &head.name)?;
    learner(draft, &node)?;
    voting::change(draft, |set| voting::add(set, &node))?;
    store(draft, node)
}

pub(super) fn demote(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeDemote = call.head()?;
    reason(&head.reason)?;
    let node = find(draft.view(), &head.name)?;
    voter(draft, &node)?;
    voting::change(draft, |set| voting::remove(set, &node.name))?;
    store(draft, node)
}

pub(super) fn replace(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeReplace = call.head()?;
    let old = own(call, draft.view(), &head.voter)?;
    let new = own(call, draft.view(), &head.learner)?;
    voter(draft, &old)?;
    learner(draft, &new)?;
    voting::change(draft, |set| {
        voting::remove(set, &old.name);
        voting::add(set, &new);
    })?;
    store(draft, new)
}

pub(super) fn remove(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeRemove = call.head()?;
    reason(&head.reason)?;
    let mut node = own(call, draft.view(), &head.name)?;
    learner(draft, &node)?;
    node.removed_at_ms = draft.time_ms();
    node.revocation_reason = head.reason;
    store(draft, node)
}

pub(super) fn revoke(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::NodeRevoke = call.head()?;
    reason(&head.reason)?;
    let mut node = own(call, draft.view(), &head.name)?;
    if node.transport_revoked_at_ms != 0 {
        return Err(Refusal::NodeRevoked { node: node.name }.into());
    }
    node.transport_revoked_at_ms = draft.time_ms();
    node.revocation_reason = head.reason;
    store(draft, node)
}

fn has_key(node: &v1::Node, key: &[u8]) -> bool {
    node.statement_key == key || node.transport_key == key
}

/// A node that takes part.
fn find(view: &dyn View, name: &str) -> Result<v1::Node, Stop> {
    state::find::<v1::Node>(view, &key::node(name))?
        .filter(|node| node.removed_at_ms == 0)
        .ok_or_else(|| {
            Refusal::NodeUnknown {
                node: name.chars().take(64).collect(),
            }
            .into()
        })
}

fn own(call: &Call<'_>, view: &dyn View, name: &str) -> Result<v1::Node, Stop> {
    let node = find(view, name)?;
    if node.organisation == call.organisation() {
        Ok(node)
    } else {
        Err(Refusal::OtherOrganisation {
            organisation: node.organisation,
        }
        .into())
    }
}

fn learner(draft: &Draft<'_>, node: &v1::Node) -> Result<(), Stop> {
    if voting::votes(draft, &node.name)? {
        return Err(Refusal::NodeVotes {
            node: node.name.clone(),
        }
        .into());
    }
    Ok(())
}

fn voter(draft: &Draft<'_>, node: &v1::Node) -> Result<(), Stop> {
    if !voting::votes(draft, &node.name)? {
        return Err(Refusal::NodeLearns {
            node: node.name.clone(),
        }
        .into());
    }
    Ok(())
}

fn store(draft: &mut Draft<'_>, node: v1::Node) -> Result<Effect, Stop> {
    let key = key::node(&node.name);
    let version = draft.write(&key, node)?;
    Ok(Effect::changed(key, version))
}
