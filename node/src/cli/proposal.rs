//! `hengtan proposal`: deciding together.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hengtan_api::v1 as api;
use hengtan_ledger::command::KINDS;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;
use i18n::Catalogue;
use serde_json::Value;

use crate::api::rest;
use crate::console::{Cell, Column, List, Record};

use super::arguments::{
    Page, Proposal, ProposalOpen, ProposalShow, ProposalVote, ProposalWithdraw,
};
use super::org::read_certificate;
use super::presentation::{named, time, whole_id};
use super::session::{self, Session, unreadable};
use super::{Exit, Failure, codes};

const DAY_MS: u64 = 24 * 3_600_000;

pub async fn run(command: Proposal, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Proposal::List(page) => list(page, session).await,
        Proposal::Show(arguments) => show(&arguments, session).await,
        Proposal::Open(arguments) => open(&arguments, session).await,
        Proposal::Vote(arguments) => vote(&arguments, session).await,
        Proposal::Withdraw(arguments) => withdraw(&arguments, session).await,
    }
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let proposals = session::all(page.limit, |page_size, page_token| async move {
        let request = api::ProposalListRequest {
            page_size,
            page_token,
        };
        let answer = session
            .client()
            .proposal_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.proposals, answer.next_page_token))
    })
    .await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("number", catalogue.col_number()).right(),
        Column::new("kind", catalogue.col_command()),
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("state", catalogue.col_state()),
        Column::new("votes", catalogue.col_votes()),
        Column::new("deadline", catalogue.col_deadline()),
        Column::new("reason", catalogue.col_reason()),
    ]);
    for record in proposals {
        let proposal = record.proposal.clone().unwrap_or_default();
        list.push(vec![
            proposal.number.into(),
            proposal.kind.clone().into(),
            proposal.organisation.clone().into(),
            named("proposal-state", &record.state, catalogue),
            votes(&record, catalogue),
            time(proposal.deadline_ms),
            proposal.reason.clone().into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

/// In favour, against, needed.
fn votes(record: &api::ProposalRecord, catalogue: &Catalogue) -> Cell {
    let (yes, no, needed) = (record.in_favour, record.against, record.needed);
    let machine = serde_json::json!({ "in_favour": yes, "against": no, "needed": needed });
    Cell::new(
        machine,
        catalogue.phrase_votes(yes.to_string(), needed.to_string(), no.to_string()),
    )
}

async fn show(arguments: &ProposalShow, session: &Session<'_>) -> Result<Exit, Failure> {
    let request = api::ProposalShowRequest {
        number: arguments.number,
    };
    let answer = session
        .client()
        .proposal_show(request)
        .await
        .map_err(|status| session.failed(status))?;
    let record = answer
        .into_inner()
        .proposal
        .ok_or_else(|| unreadable("proposal"))?;
    let proposal = record.proposal.clone().unwrap_or_default();
    let catalogue = session.console.catalogue();
    let cast = |in_favour: bool| {
        let names: Vec<&str> = proposal
            .votes
            .iter()
            .filter(|vote| vote.in_favour == in_favour)
            .map(|vote| vote.organisation.as_str())
            .collect();
        names.join(", ")
    };
    let content = rest::json_of(&proposal.kind, &proposal.head).unwrap_or_default();
    let shown = Record::new()
        .with("number", catalogue.col_number(), proposal.number)
        .with("kind", catalogue.col_command(), proposal.kind.clone())
        .with(
            "content",
            catalogue.col_content(),
            Cell::new(content.clone(), content.to_string()),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            proposal.organisation.clone(),
        )
        .with("member", catalogue.col_key(), whole_id(&proposal.proposer))
        .with("reason", catalogue.col_reason(), proposal.reason.clone())
        .with(
            "state",
            catalogue.col_state(),
            named("proposal-state", &record.state, catalogue),
        )
        .with("votes", catalogue.col_votes(), votes(&record, catalogue))
        .with("in_favour", catalogue.col_in_favour(), cast(true))
        .with("against", catalogue.col_against(), cast(false))
        .with("opened", catalogue.col_time(), time(proposal.opened_at_ms))
        .with(
            "deadline",
            catalogue.col_deadline(),
            time(proposal.deadline_ms),
        )
        .with(
            "closed",
            catalogue.col_closed(),
            time(proposal.closed_at_ms),
        );
    session.console.record(&shown)?;
    Ok(Exit::Ok)
}

async fn open(arguments: &ProposalOpen, session: &Session<'_>) -> Result<Exit, Failure> {
    let Some(kind) = KINDS.iter().find(|kind| kind.name == arguments.kind) else {
        return Err(Failure::new("HT-CMD-040").with("kind", &arguments.kind));
    };
    let text = std::fs::read_to_string(&arguments.file)
        .map_err(|error| Failure::reading(&arguments.file, &error))?;
    let json = fields(&arguments.file, &text)?;
    let head = rest::head(kind.name, &json).map_err(|problem| {
        Failure::new(problem.code())
            .with_fields(problem.fields().to_vec())
            .exiting(Exit::BadInput)
    })?;
    let command = Command {
        kind: kind.name,
        head,
        rows: Vec::new(),
        expected: Vec::new(),
    };
    propose(command, &arguments.reason, arguments.days, session).await
}

/// The fields of a command from TOML or JSON; `@file` stands for the certificate in that file, beside the document.
fn fields(path: &Path, text: &str) -> Result<Value, Failure> {
    let unreadable = || {
        Failure::new(codes::VALUE_INVALID)
            .with("argument", "FILE")
            .with("value", path.display())
    };
    let mut value: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|_| unreadable())?
    } else {
        toml::from_str(text).map_err(|_| unreadable())?
    };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    take_in(&mut value, folder)?;
    Ok(value)
}

fn take_in(value: &mut Value, folder: &Path) -> Result<(), Failure> {
    match value {
        Value::String(text) => {
            if let Some(file) = text.strip_prefix('@') {
                let certificate = read_certificate(&folder.join(file))?;
                *text = STANDARD.encode(certificate.to_der());
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| take_in(item, folder)),
        Value::Object(fields) => fields
            .iter_mut()
            .try_for_each(|(_, field)| take_in(field, folder)),
        _ => Ok(()),
    }
}

/// Opens a proposal for a command; it votes for it at once.
pub(super) async fn propose(
    command: Command,
    reason: &str,
    days: u64,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let head = v1::ProposalOpen {
        kind: command.kind.to_owned(),
        head: command.head,
        deadline_ms: session::now_ms().saturating_add(days * DAY_MS),
        expected: command.expected,
        reason: reason.to_owned(),
    };
    decide(Command::new("proposal.open", &head, command.rows), session).await
}

async fn vote(arguments: &ProposalVote, session: &Session<'_>) -> Result<Exit, Failure> {
    let head = v1::ProposalVote {
        proposal: arguments.number,
        in_favour: !arguments.against,
        reason: arguments.reason.clone().unwrap_or_default(),
    };
    decide(Command::new("proposal.vote", &head, Vec::new()), session).await
}

async fn withdraw(arguments: &ProposalWithdraw, session: &Session<'_>) -> Result<Exit, Failure> {
    let head = v1::ProposalWithdraw {
        proposal: arguments.number,
        reason: arguments.reason.clone().unwrap_or_default(),
    };
    decide(
        Command::new("proposal.withdraw", &head, Vec::new()),
        session,
    )
    .await
}

/// Sends a command about a proposal and says where that stands now.
async fn decide(command: Command, session: &Session<'_>) -> Result<Exit, Failure> {
    let identity = session.identity(&[v1::Role::Governance])?;
    let answer = session.submit(&identity, command).await?;
    let catalogue = session.console.catalogue();
    let outcome = answer.outcome.clone().unwrap_or_default();
    let Some(v1::outcome::Head::Decided(decided)) = outcome.head else {
        return Err(unreadable("outcome"));
    };
    let number = decided.proposal.to_string();
    let said = match decided.status() {
        v1::ProposalStatus::Passed => catalogue.done_proposal_passed(number),
        v1::ProposalStatus::Rejected => catalogue.done_proposal_rejected(number),
        v1::ProposalStatus::Withdrawn => catalogue.done_proposal_withdrawn(number),
        _ => catalogue.done_proposal_open(
            number,
            decided.in_favour.to_string(),
            decided.needed.to_string(),
        ),
    };
    session.console.say(&said);
    session.recorded(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;

    #[test]
    fn fields_are_read_from_toml_and_json() {
        let path = Path::new("head.toml");
        let toml = fields(path, "name = \"node-4\"").expect("toml");
        let json = fields(path, "{\"name\": \"node-4\"}").expect("json");
        assert_eq!(toml, json);
        let head = rest::head("node.promote", &toml).expect("a head");
        let read = v1::NodePromote::decode(head.as_slice()).expect("decodes");
        assert_eq!(read.name, "node-4");
        assert!(fields(path, "name = ").is_err());
        assert!(fields(path, "ca_certificate = \"@absent.pem\"").is_err());
    }
}
