//! What the API says about governance: nodes, policies and proposals as they stand now.

use super::grpc::{all, standing};
use crate::clock::now_ms;
use crate::error::Error;
use crate::service::query::{self, PageRequest, Record};
use crate::store::Reading;
use hengtan_api::v1 as api;
use hengtan_ledger::state::key;
use hengtan_ledger::{command, policy, v1};

pub(super) fn nodes(
    reading: &Reading<'_>,
    page: &PageRequest,
) -> Result<api::NodeListResponse, Error> {
    let found = all(reading, key::NODES, page)?;
    let set: v1::VotingSet = reading.require(key::VOTING_SET)?;
    let votes = |name: &str| {
        set.voters
            .iter()
            .flat_map(|voter| &voter.nodes)
            .any(|node| node.name == name)
    };
    Ok(api::NodeListResponse {
        nodes: found
            .items
            .into_iter()
            .map(|record: Record<v1::Node>| api::NodeRecord {
                standing: standing(&record),
                votes: votes(&record.value.name),
                node: Some(record.value),
            })
            .collect(),
        next_page_token: found.next,
    })
}

pub(super) fn policies(
    reading: &Reading<'_>,
    page: &PageRequest,
) -> Result<api::PolicyListResponse, Error> {
    let found = all(reading, key::POLICIES, page)?;
    let now = now_ms();
    let mut policies = Vec::new();
    for record in found.items {
        let record: Record<v1::Policy> = record;
        let kind = &record.value.kind;
        let change: Option<v1::PolicyChange> = reading.find(&key::policy_change(kind))?;
        let in_force = policy::in_force(reading, kind, now)?;
        policies.push(api::PolicyRecord {
            standing: standing(&record),
            policy: in_force,
            change: change.filter(|change| change.effective_at_ms > now),
        });
    }
    Ok(api::PolicyListResponse {
        policies,
        next_page_token: found.next,
    })
}

pub(super) fn proposals(
    reading: &Reading<'_>,
    page: &PageRequest,
) -> Result<api::ProposalListResponse, Error> {
    let found = all(reading, key::PROPOSALS, page)?;
    let proposals = found
        .items
        .into_iter()
        .map(|record| stands(reading, record))
        .collect::<Result<_, _>>()?;
    Ok(api::ProposalListResponse {
        proposals,
        next_page_token: found.next,
    })
}

pub(super) fn proposal(
    reading: &Reading<'_>,
    number: u64,
) -> Result<api::ProposalShowResponse, Error> {
    let name = number.to_string();
    let record = query::show(reading, &key::proposal(number), "proposal", &name)?;
    Ok(api::ProposalShowResponse {
        proposal: Some(stands(reading, record)?),
    })
}

fn stands(
    reading: &Reading<'_>,
    record: Record<v1::Proposal>,
) -> Result<api::ProposalRecord, Error> {
    let found = command::proposal_standing(reading, &record.value, now_ms())?;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(api::ProposalRecord {
        standing: standing(&record),
        state: found.state.to_owned(),
        in_favour: number(found.in_favour),
        against: number(found.against),
        needed: number(found.needed),
        proposal: Some(record.value),
    })
}
