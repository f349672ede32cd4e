//! Changes of the voting set. Whoever changes it needs a final checkpoint of exactly the size after it, judged by the set before (protocol §7).

use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::{Error, Stop, v1};
use crypto_sm::certificate::Certificate;

/// Voting nodes of a network in which one organisation votes.
pub(crate) const SINGLE_VOTER_NODES_MAX: usize = 5;

/// Changes the set, gives it the next version, and writes into every organisation whether it votes now.
pub(super) fn change(
    draft: &mut Draft<'_>,
    edit: impl FnOnce(&mut v1::VotingSet),
) -> Result<(), Stop> {
    let mut set: v1::VotingSet = state::require(draft.view(), key::VOTING_SET)?;
    let before: Vec<String> = names(&set);
    edit(&mut set);
    set.voters.retain(|voter| !voter.nodes.is_empty());
    set.voters
        .sort_by(|left, right| left.organisation.cmp(&right.organisation));
    set.witnesses
        .sort_by(|left, right| left.name.cmp(&right.name));
    check(&set)?;
    set.version += 1;
    for voter in &mut set.voters {
        voter
            .nodes
            .sort_by(|left, right| left.name.cmp(&right.name));
        let key = key::organisation(&voter.organisation);
        let organisation: v1::Organisation = state::require(draft.view(), &key)?;
        voter.authority_key = authority_key(&organisation)?;
    }
    let after = names(&set);
    for name in before.iter().chain(&after) {
        let votes = after.contains(name);
        let key = key::organisation(name);
        let mut organisation: v1::Organisation = state::require(draft.view(), &key)?;
        if organisation.voting != votes {
            organisation.voting = votes;
            draft.write(&key, organisation)?;
        }
    }
    draft.write(key::VOTING_SET, set)?;
    Ok(())
}

fn names(set: &v1::VotingSet) -> Vec<String> {
    set.voters
        .iter()
        .map(|voter| voter.organisation.clone())
        .collect()
}

/// Public key of an organisation's CA.
pub(crate) fn authority_key(organisation: &v1::Organisation) -> Result<Vec<u8>, Error> {
    let authority =
        Certificate::from_der(&organisation.ca_certificate).map_err(|_| Error::Unreadable {
            what: format!("CA certificate of {}", organisation.name),
        })?;
    Ok(authority.public_key().to_uncompressed().to_vec())
}

/// If several organisations vote, each has one voting node; if only one votes, up to five of its nodes may.
pub(crate) fn check(set: &v1::VotingSet) -> Result<(), Refusal> {
    if set.voters.is_empty() {
        return Err(Refusal::LastVoter);
    }
    let limit = if set.voters.len() == 1 {
        SINGLE_VOTER_NODES_MAX
    } else {
        1
    };
    if let Some(voter) = set.voters.iter().find(|voter| voter.nodes.len() > limit) {
        return Err(Refusal::VotingNodes {
            organisation: voter.organisation.clone(),
            found: voter.nodes.len(),
            limit,
        });
    }
    let (found, needed) = (set.witnesses.len(), set.witnesses_required as usize);
    if needed > found {
        return Err(Refusal::WitnessesRequired { found, needed });
    }
    Ok(())
}

/// Whether a node votes.
pub(super) fn votes(draft: &Draft<'_>, node: &str) -> Result<bool, Error> {
    let set: v1::VotingSet = state::require(draft.view(), key::VOTING_SET)?;
    Ok(set
        .voters
        .iter()
        .flat_map(|voter| &voter.nodes)
        .any(|voting| voting.name == node))
}

/// A node as it stands in the set.
pub(super) fn voting_node(node: &v1::Node) -> v1::VotingNode {
    v1::VotingNode {
        name: node.name.clone(),
        statement_key: node.statement_key.clone(),
    }
}

/// Puts a node into the set.
pub(super) fn add(set: &mut v1::VotingSet, node: &v1::Node) {
    let voting = voting_node(node);
    match set
        .voters
        .iter_mut()
        .find(|voter| voter.organisation == node.organisation)
    {
        Some(voter) => voter.nodes.push(voting),
        None => set.voters.push(v1::Voter {
            organisation: node.organisation.clone(),
            nodes: vec![voting],
            authority_key: Vec::new(),
        }),
    }
}

/// Takes a node out of the set.
pub(super) fn remove(set: &mut v1::VotingSet, node: &str) {
    for voter in &mut set.voters {
        voter.nodes.retain(|voting| voting.name != node);
    }
}
