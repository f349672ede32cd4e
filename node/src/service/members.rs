//! Raft's members follow the ledger's: the leader moves them one step at a time (protocol §7).

use super::{Service, blocking};
use crate::error::Error;
use crate::peer::Roster;
use crate::store::Reading;
use consensus::{Member, Membership, NodeId};
use hengtan_ledger::state::key;
use hengtan_ledger::v1;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Pause after a step that failed.
const PAUSE: Duration = Duration::from_millis(500);

/// What the ledger wants.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    members: BTreeMap<NodeId, Member>,
    voters: BTreeSet<NodeId>,
}

/// One step towards it.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Learn(NodeId, Member),
    Address(BTreeMap<NodeId, Member>),
    Vote(BTreeSet<NodeId>),
    Leave(BTreeSet<NodeId>),
}

/// The members with which node 1 founds the Raft group: those who vote. The others follow as learners.
pub(super) fn founding_voters(roster: &Roster, set: &v1::VotingSet) -> BTreeMap<NodeId, Member> {
    let wanted = wanted(roster, set);
    wanted
        .members
        .into_iter()
        .filter(|(number, _)| wanted.voters.contains(number))
        .collect()
}

fn wanted(roster: &Roster, set: &v1::VotingSet) -> Wanted {
    let members = roster
        .nodes()
        .iter()
        .map(|node| {
            let address = node.address.clone();
            (node.number, Member { address })
        })
        .collect();
    let names: BTreeSet<&str> = set
        .voters
        .iter()
        .flat_map(|voter| voter.nodes.iter().map(|node| node.name.as_str()))
        .collect();
    let voters = roster
        .nodes()
        .iter()
        .filter(|node| names.contains(node.name.as_str()))
        .map(|node| node.number)
        .collect();
    Wanted { members, voters }
}

/// The next step from the members as they are; nothing when they are as wanted.
fn step(present: &Membership, wanted: &Wanted) -> Option<Step> {
    let absent = wanted
        .members
        .iter()
        .find(|(number, _)| !present.members.contains_key(number));
    if let Some((number, member)) = absent {
        return Some(Step::Learn(*number, member.clone()));
    }
    let moved: BTreeMap<NodeId, Member> = wanted
        .members
        .iter()
        .filter(|(number, member)| present.members.get(number) != Some(member))
        .map(|(number, member)| (*number, member.clone()))
        .collect();
    if !moved.is_empty() {
        return Some(Step::Address(moved));
    }
    if !wanted.voters.is_empty() && (present.is_joint() || present.voters() != wanted.voters) {
        return Some(Step::Vote(wanted.voters.clone()));
    }
    let gone: BTreeSet<NodeId> = present
        .members
        .keys()
        .copied()
        .filter(|number| !wanted.members.contains_key(number))
        .collect();
    (!gone.is_empty()).then_some(Step::Leave(gone))
}

impl Service {
    /// Runs for ever: admits to the roster whom the ledger names, and, while this node leads, moves Raft's members.
    pub(super) async fn follow_members(&self) {
        let inner = &self.inner;
        let mut grown = inner.ledger.size();
        let mut leadership = inner.consensus.leadership();
        let mut final_size = inner.final_size.clone();
        loop {
            grown.borrow_and_update();
            final_size.borrow_and_update();
            let leads = leadership.borrow_and_update().is_some();
            let moved = self.move_members(leads).await;
            let again = match moved {
                Ok(again) => again,
                Err(error) => {
                    tracing::warn!(code = error.code(), cause = %error, "members not moved");
                    tokio::time::sleep(PAUSE).await;
                    leads
                }
            };
            if again {
                continue;
            }
            let alive = tokio::select! {
                changed = grown.changed() => changed.is_ok(),
                changed = leadership.changed() => changed.is_ok(),
                changed = final_size.changed() => changed.is_ok(),
            };
            if !alive {
                return;
            }
        }
    }

    /// One step; whether there may be another.
    async fn move_members(&self, leads: bool) -> Result<bool, Error> {
        let inner = &self.inner;
        let Some(links) = &inner.links else {
            return Ok(false);
        };
        let (roster, set, since) = {
            let store = std::sync::Arc::clone(&inner.store);
            let (own, told) = (inner.node.number, inner.introduction.clone());
            blocking(move || {
                let reading = Reading::new(&*store);
                let since = reading
                    .state_value(key::VOTING_SET)?
                    .map_or(0, |value| value.index);
                Ok((
                    Roster::known(&reading, own, told.as_ref())?,
                    reading.require::<v1::VotingSet>(key::VOTING_SET)?,
                    since,
                ))
            })
            .await?
        };
        links.admit(roster.clone())?;
        if !leads {
            return Ok(false);
        }
        let wanted = wanted(&roster, &set);
        let Some(step) = step(&inner.consensus.status().membership, &wanted) else {
            return Ok(false);
        };
        // Voters change only once the change is final by the old ones.
        if matches!(step, Step::Vote(_)) && *inner.final_size.borrow() <= since {
            return Ok(false);
        }
        tracing::info!(?step, "moving the members");
        let consensus = &inner.consensus;
        match step {
            Step::Learn(number, member) => consensus.add_learner(number, member, false).await?,
            Step::Address(members) => consensus.change_members(members).await?,
            Step::Vote(voters) => consensus.change_voters(voters, true).await?,
            Step::Leave(gone) => consensus.remove_learners(gone).await?,
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(voters: &[NodeId], learners: &[NodeId]) -> Membership {
        let member = |number: &NodeId| {
            let address = format!("node-{number}:1");
            (*number, Member { address })
        };
        Membership {
            voter_sets: vec![voters.iter().copied().collect()],
            members: voters.iter().chain(learners).map(member).collect(),
        }
    }

    fn wanted_of(membership: &Membership) -> Wanted {
        Wanted {
            members: membership.members.clone(),
            voters: membership.voters(),
        }
    }

    /// Follows the steps from one membership to another, as the engine would do them.
    fn walk(from: &Membership, to: &Membership) -> Vec<&'static str> {
        let (mut present, wanted) = (from.clone(), wanted_of(to));
        let mut steps = Vec::new();
        while let Some(next) = step(&present, &wanted) {
            assert!(steps.len() < 16, "it ends: {steps:?}");
            match next {
                Step::Learn(number, member) => {
                    present.members.insert(number, member);
                    steps.push("learn");
                }
                Step::Address(members) => {
                    present.members.extend(members);
                    steps.push("address");
                }
                Step::Vote(voters) => {
                    present.voter_sets = vec![voters];
                    steps.push("vote");
                }
                Step::Leave(gone) => {
                    assert!(
                        gone.is_disjoint(&present.voters()),
                        "a voter must not leave"
                    );
                    present.members.retain(|number, _| !gone.contains(number));
                    steps.push("leave");
                }
            }
        }
        assert_eq!(wanted_of(&present), wanted);
        steps
    }

    #[test]
    fn members_come_as_learners_and_go_as_learners() {
        let founded = membership(&[1, 2, 3], &[]);
        assert_eq!(walk(&founded, &membership(&[1, 2, 3], &[4])), ["learn"]);
        assert_eq!(
            walk(&founded, &membership(&[2, 3, 4], &[])),
            ["learn", "vote", "leave"]
        );
        assert!(walk(&founded, &founded).is_empty());
    }

    #[test]
    fn a_change_of_voters_that_was_broken_off_is_completed() {
        let mut joint = membership(&[1, 2, 3], &[4]);
        joint.voter_sets.push([1, 2, 3, 4].into());
        assert_eq!(walk(&joint, &membership(&[1, 2, 3, 4], &[])), ["vote"]);
    }
}
