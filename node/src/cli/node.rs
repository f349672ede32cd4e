//! `hengtan node`: the nodes of the network.

mod joining;

use crypto_sm::sm2::PublicKey;
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::{genesis, v1};

use crate::console::{Column, List};

use super::arguments::{Node, NodeChange, NodeEnd, NodeRegister, NodeReplace, NodeVote, Page};
use super::org::read_certificate;
use super::presentation::named;
use super::proposal::propose;
use super::session::{self, Session};
use super::{Exit, Failure, codes};

pub async fn run(command: Node, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Node::List(page) => list(page, session).await,
        Node::Prepare(arguments) => joining::prepare(arguments, session),
        Node::Join(arguments) => joining::join(arguments, session).await,
        Node::Register(arguments) => register(arguments, session).await,
        Node::Change(arguments) => change(arguments, session).await,
        Node::Promote(arguments) => {
            let head = v1::NodePromote {
                name: arguments.name.clone(),
            };
            vote(
                Command::new("node.promote", &head, Vec::new()),
                &arguments,
                session,
            )
            .await
        }
        Node::Demote(arguments) => {
            let head = v1::NodeDemote {
                name: arguments.name.clone(),
                reason: arguments.reason.clone(),
            };
            vote(
                Command::new("node.demote", &head, Vec::new()),
                &arguments,
                session,
            )
            .await
        }
        Node::Replace(arguments) => replace(arguments, session).await,
        Node::Remove(arguments) => {
            let NodeEnd { name, reason } = arguments;
            session.confirm(&session.console.catalogue().ask_remove(name.as_str()))?;
            let head = v1::NodeRemove { name, reason };
            operate(Command::new("node.remove", &head, Vec::new()), session).await
        }
        Node::Revoke(arguments) => {
            let NodeEnd { name, reason } = arguments;
            session.confirm(&session.console.catalogue().ask_revoke(name.as_str()))?;
            let head = v1::NodeRevoke { name, reason };
            operate(Command::new("node.revoke", &head, Vec::new()), session).await
        }
    }
}

/// The first `limit` nodes, or all (0).
async fn records(limit: u64, session: &Session<'_>) -> Result<Vec<api::NodeRecord>, Failure> {
    session::all(limit, |page_size, page_token| async move {
        let request = api::NodeListRequest {
            page_size,
            page_token,
        };
        let answer = session
            .client()
            .node_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.nodes, answer.next_page_token))
    })
    .await
}

async fn list(page: Page, session: &Session<'_>) -> Result<Exit, Failure> {
    let mut records = records(page.limit, session).await?;
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("number", catalogue.col_number()).right(),
        Column::new("name", catalogue.col_name()),
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("state", catalogue.col_state()),
        Column::new("address", catalogue.col_address()),
        Column::new("reason", catalogue.col_reason()),
    ]);
    records.sort_by_key(|record| record.node.as_ref().map(|node| node.number));
    for record in records {
        let votes = record.votes;
        let node = record.node.unwrap_or_default();
        let state = if node.removed_at_ms > 0 {
            "removed"
        } else if node.transport_revoked_at_ms > 0 {
            "revoked"
        } else if votes {
            "voter"
        } else {
            "learner"
        };
        list.push(vec![
            node.number.into(),
            node.name.into(),
            node.organisation.into(),
            named("node-state", state, catalogue),
            node.address.into(),
            node.revocation_reason.into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

async fn register(arguments: NodeRegister, session: &Session<'_>) -> Result<Exit, Failure> {
    let certificate = read_certificate(&arguments.certificate)?;
    let invalid = || {
        Failure::new(codes::VALUE_INVALID)
            .with("argument", "--statement-key")
            .with("value", &arguments.statement_key)
    };
    let key = hex::decode(&arguments.statement_key).map_err(|_| invalid())?;
    PublicKey::from_uncompressed(&key).map_err(|_| invalid())?;
    let head = v1::NodeRegister {
        name: arguments.name,
        statement_key: key,
        transport_key: certificate.public_key().to_uncompressed().to_vec(),
        address: arguments.address,
        feature_level: genesis::FEATURE_LEVEL,
    };
    operate(Command::new("node.register", &head, Vec::new()), session).await
}

async fn change(arguments: NodeChange, session: &Session<'_>) -> Result<Exit, Failure> {
    let transport_key = match &arguments.certificate {
        Some(path) => {
            let certificate = read_certificate(path)?;
            certificate.public_key().to_uncompressed().to_vec()
        }
        None => Vec::new(),
    };
    let head = v1::NodeChange {
        name: arguments.name,
        transport_key,
        address: arguments.address.unwrap_or_default(),
        feature_level: arguments.feature_level.unwrap_or_default(),
    };
    operate(Command::new("node.change", &head, Vec::new()), session).await
}

async fn replace(arguments: NodeReplace, session: &Session<'_>) -> Result<Exit, Failure> {
    let head = v1::NodeReplace {
        voter: arguments.voter,
        learner: arguments.learner,
    };
    operate(Command::new("node.replace", &head, Vec::new()), session).await
}

/// What governance decides: a proposal, which passes at once where one organisation suffices.
async fn vote(
    command: Command,
    arguments: &NodeVote,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    propose(command, &arguments.reason, arguments.days, session).await
}

/// What an organisation's operations does alone.
async fn operate(command: Command, session: &Session<'_>) -> Result<Exit, Failure> {
    let identity = session.identity(&[v1::Role::Operations])?;
    let answer = session.submit(&identity, command).await?;
    session
        .console
        .say(&session.console.catalogue().done_node_changed());
    session.recorded(&answer)
}
