//! `proposal.open`, `proposal.vote`, `proposal.withdraw`: a decision of several organisations about one command.
//!
//! A proposal carries the command. Governance members vote, one vote for each organisation; the organisation that opens it votes for it. With
//! the vote that meets the rule in force then, the command is carried out, in the name of the organisation that opened it. If the command is
//! refused at that moment, so is the vote: nothing has happened, and it can be cast again.

use super::{Call, Effect, Kind, RowsRule, kind, reason};
use crate::policy::{self, Requirement, Sender};
use crate::refusal::Refusal;
use crate::state::{self, Draft, View, key};
use crate::time::rfc3339;
use crate::v1::{self, ProposalStatus};
use crate::{Error, Stop, canonical, execute, field};

/// Longest time for voting, milliseconds: 90 days.
pub const LONGEST_MS: u64 = 90 * 24 * 3_600_000;

/// How many proposals of one organisation may be open at a time.
pub const OPEN_MAX: usize = 16;

pub(super) fn open(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ProposalOpen = call.head()?;
    let known = proposable(draft.view(), &head.kind)?;
    reason(&head.reason)?;
    let (time_ms, organisation) = (draft.time_ms(), call.organisation().to_owned());
    let latest = time_ms.saturating_add(LONGEST_MS);
    if head.deadline_ms <= time_ms || head.deadline_ms > latest {
        return Err(Refusal::ProposalDeadline {
            found: rfc3339(head.deadline_ms),
            latest: rfc3339(latest),
        }
        .into());
    }
    if !field::ascending(head.expected.iter().map(|expected| &expected.key)) {
        return Err(Error::Order {
            what: "proposal.expected",
        }
        .into());
    }
    let open = state::list::<v1::Proposal>(draft.view(), key::PROPOSALS)?
        .into_iter()
        .filter(|(_, other)| other.organisation == organisation && is_open(other, time_ms))
        .count();
    if open >= OPEN_MAX {
        return Err(Error::Limit {
            what: "open proposals",
            found: open as u64 + 1,
            limit: OPEN_MAX as u64,
        }
        .into());
    }
    let mut proposal = v1::Proposal {
        number: draft.index(),
        proposer: call.sender.member.key_id.clone(),
        organisation,
        kind: head.kind,
        head: head.head,
        rows_root: call.body.rows_root.clone(),
        row_count: call.body.row_count,
        expected: head.expected,
        opened_at_ms: time_ms,
        deadline_ms: head.deadline_ms,
        reason: head.reason,
        status: ProposalStatus::Open as i32,
        ..Default::default()
    };
    // What could not be carried out even now is not worth a vote.
    let mut trial = Draft::new(draft.view(), draft.index(), time_ms);
    carry_out(&proposal, known, call, &mut trial)?;
    let needs = requirements(draft.view(), &proposal, time_ms)?;
    if needs
        .iter()
        .any(|need| need.voting.contains(&proposal.organisation))
    {
        proposal.votes.push(v1::Vote {
            organisation: proposal.organisation.clone(),
            member: proposal.proposer.clone(),
            in_favour: true,
            index: draft.index(),
            reason: String::new(),
        });
    }
    settle(proposal, known, &needs, call, draft)
}

pub(super) fn vote(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ProposalVote = call.head()?;
    field::text("reason", &head.reason, 1000)?;
    let mut proposal = find_open(draft, head.proposal)?;
    let known = proposable(draft.view(), &proposal.kind)?;
    let needs = requirements(draft.view(), &proposal, draft.time_ms())?;
    let organisation = call.organisation();
    if !needs
        .iter()
        .any(|need| need.voting.iter().any(|name| name == organisation))
    {
        return Err(Refusal::NotPermitted {
            kind: proposal.kind,
            organisation: organisation.to_owned(),
            role: call.sender.role().word(),
        }
        .into());
    }
    let place = match proposal
        .votes
        .binary_search_by(|vote| vote.organisation.as_str().cmp(organisation))
    {
        Ok(_) => {
            return Err(Refusal::VotedAlready {
                proposal: proposal.number,
                organisation: organisation.to_owned(),
            }
            .into());
        }
        Err(place) => place,
    };
    let vote = v1::Vote {
        organisation: organisation.to_owned(),
        member: call.sender.member.key_id.clone(),
        in_favour: head.in_favour,
        index: draft.index(),
        reason: head.reason,
    };
    proposal.votes.insert(place, vote);
    settle(proposal, known, &needs, call, draft)
}

pub(super) fn withdraw(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ProposalWithdraw = call.head()?;
    field::text("reason", &head.reason, 1000)?;
    let mut proposal = find_open(draft, head.proposal)?;
    if proposal.organisation != call.organisation() {
        return Err(Refusal::OtherOrganisation {
            organisation: proposal.organisation,
        }
        .into());
    }
    let needs = requirements(draft.view(), &proposal, draft.time_ms())?;
    close(&mut proposal, ProposalStatus::Withdrawn, draft);
    finish(proposal, &needs, None, draft)
}

/// Whether votes are taken at this time.
#[must_use]
fn is_open(proposal: &v1::Proposal, time_ms: u64) -> bool {
    proposal.status() == ProposalStatus::Open && time_ms <= proposal.deadline_ms
}

/// Where a proposal stands at a moment of ledger time, milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// `open`, `lapsed`, `passed`, `rejected` or `withdrawn`.
    pub state: &'static str,
    /// Organisations that count and are in favour.
    pub in_favour: usize,
    /// Those that are against it.
    pub against: usize,
    /// How many it takes under the policy of its kind in force then.
    pub needed: usize,
}

/// Where a proposal stands.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn standing(view: &dyn View, proposal: &v1::Proposal, time_ms: u64) -> Result<Standing, Error> {
    let needs = requirements(view, proposal, time_ms)?;
    let (in_favour, against) = needs.first().map_or((0, 0), |need| tally(proposal, need));
    let state = match proposal.status() {
        ProposalStatus::Open if !is_open(proposal, time_ms) => "lapsed",
        status => status_word(status),
    };
    Ok(Standing {
        state,
        in_favour,
        against,
        needed: needs
            .first()
            .and_then(|need| need.needed)
            .unwrap_or_default(),
    })
}

fn proposable(view: &dyn View, name: &str) -> Result<&'static Kind, Stop> {
    let level: v1::FeatureLevel = state::require(view, key::FEATURE_LEVEL)?;
    kind(name, level.level)
        .filter(|kind| kind.proposable())
        .ok_or_else(|| {
            Refusal::NotProposable {
                kind: name.chars().take(64).collect(),
            }
            .into()
        })
}

fn find_open(draft: &Draft<'_>, number: u64) -> Result<v1::Proposal, Stop> {
    let proposal: v1::Proposal = state::find(draft.view(), &key::proposal(number))?
        .ok_or(Refusal::ProposalUnknown { proposal: number })?;
    if proposal.status() != ProposalStatus::Open {
        return Err(Refusal::ProposalClosed {
            proposal: number,
            status: status_word(proposal.status()),
        }
        .into());
    }
    if !is_open(&proposal, draft.time_ms()) {
        return Err(Refusal::ProposalLapsed {
            proposal: number,
            deadline: rfc3339(proposal.deadline_ms),
        }
        .into());
    }
    Ok(proposal)
}

/// Word of a status in machine output.
pub(crate) fn status_word(status: ProposalStatus) -> &'static str {
    match status {
        ProposalStatus::Unspecified => "",
        ProposalStatus::Open => "open",
        ProposalStatus::Passed => "passed",
        ProposalStatus::Rejected => "rejected",
        ProposalStatus::Withdrawn => "withdrawn",
    }
}

fn requirements(
    view: &dyn View,
    proposal: &v1::Proposal,
    time_ms: u64,
) -> Result<Vec<Requirement>, Error> {
    policy::requirements(view, &proposal.kind, &proposal.head, time_ms)
}

/// Votes that count under a requirement: in favour, against.
pub(crate) fn tally(proposal: &v1::Proposal, need: &Requirement) -> (usize, usize) {
    let counts = |in_favour: bool| {
        proposal
            .votes
            .iter()
            .filter(|vote| vote.in_favour == in_favour && need.voting.contains(&vote.organisation))
            .count()
    };
    (counts(true), counts(false))
}

/// Carries the command out if the votes suffice, or closes the proposal if they never can.
fn settle(
    mut proposal: v1::Proposal,
    known: &'static Kind,
    needs: &[Requirement],
    call: &Call<'_>,
    draft: &mut Draft<'_>,
) -> Result<Effect, Stop> {
    let passed = !needs.is_empty()
        && needs.iter().all(|need| {
            need.needed
                .is_some_and(|needed| tally(&proposal, need).0 >= needed)
        });
    if passed {
        close(&mut proposal, ProposalStatus::Passed, draft);
        let effect = carry_out(&proposal, known, call, draft)?;
        return finish(proposal, needs, Some(effect), draft);
    }
    let hopeless = needs.iter().any(|need| {
        need.needed
            .is_some_and(|needed| tally(&proposal, need).1 + needed > need.voting.len())
    });
    if hopeless {
        close(&mut proposal, ProposalStatus::Rejected, draft);
    }
    finish(proposal, needs, None, draft)
}

fn close(proposal: &mut v1::Proposal, status: ProposalStatus, draft: &Draft<'_>) {
    proposal.set_status(status);
    proposal.closed_index = draft.index();
    proposal.closed_at_ms = draft.time_ms();
}

fn finish(
    proposal: v1::Proposal,
    needs: &[Requirement],
    effect: Option<Effect>,
    draft: &mut Draft<'_>,
) -> Result<Effect, Stop> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (in_favour, against) = needs.first().map_or((0, 0), |need| tally(&proposal, need));
    let needed = needs
        .first()
        .and_then(|need| need.needed)
        .unwrap_or_default();
    let changed = match effect.map(|effect| effect.head) {
        Some(v1::outcome::Head::Changed(changed)) => Some(changed),
        _ => None,
    };
    let decided = v1::Decided {
        proposal: proposal.number,
        status: proposal.status,
        in_favour: number(in_favour),
        against: number(against),
        needed: number(needed),
        changed,
    };
    draft.write(&key::proposal(proposal.number), proposal)?;
    Ok(Effect {
        head: v1::outcome::Head::Decided(decided),
        results: Vec::new(),
    })
}

/// The command itself, in the name of the organisation that proposed it.
fn carry_out(
    proposal: &v1::Proposal,
    known: &'static Kind,
    call: &Call<'_>,
    draft: &mut Draft<'_>,
) -> Result<Effect, Stop> {
    execute::expected_versions(draft.view(), &proposal.expected)?;
    let sender = Sender {
        member: state::require(draft.view(), &key::member(&proposal.proposer))?,
        organisation: state::require(draft.view(), &key::organisation(&proposal.organisation))?,
    };
    let body = v1::Body {
        kind: proposal.kind.clone(),
        head: proposal.head.clone(),
        rows_root: proposal.rows_root.clone(),
        row_count: proposal.row_count,
        ..call.body.clone()
    };
    let kept;
    let rows: &[Vec<u8>] = if proposal.rows_root == call.body.rows_root {
        call.rows
    } else if known.rows == RowsRule::Never {
        &[]
    } else {
        let root = canonical::digest("proposal.rows_root", &proposal.rows_root)?;
        kept = call.content.rows(&root)?.ok_or_else(|| Error::Unreadable {
            what: format!("rows of proposal {}", proposal.number),
        })?;
        &kept
    };
    let inner = Call {
        sender: &sender,
        body: &body,
        rows,
        ..*call
    };
    super::execute(known, &inner, draft)
}
