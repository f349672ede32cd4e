//! `hengtan cluster` and `hengtan leader`: all nodes of the network at once, and who leads them.

use std::path::PathBuf;
use std::time::Duration;

use hengtan_api::peer as wire;
use hengtan_api::v1 as api;
use serde_json::Value;

use crate::config::Folder;
use crate::console::{Cell, Column, Console, List, OutputForm, Record};
use crate::peer::{Acquaintances, Credentials, Links, Roster};
use crate::service::Metrics;
use crate::store::MemoryStore;

use super::arguments::{Cluster, ClusterStatus, Global, Leader, LeaderTransfer};
use super::presentation::{named, short_id, time};
use super::session::{Session, now_ms};
use super::{Exit, Failure, codes, context};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

pub async fn run(command: Cluster, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Cluster::Status(arguments) => status(&arguments, session).await,
    }
}

async fn status(arguments: &ClusterStatus, session: &Session<'_>) -> Result<Exit, Failure> {
    loop {
        let nodes = ask(session).await?;
        session.console.list(&list(&nodes, session.console))?;
        if !arguments.watch {
            return Ok(exit(&nodes));
        }
        if session.console.form() == OutputForm::Table {
            session.console.print("")?;
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(arguments.every)) => {}
            _ = tokio::signal::ctrl_c() => return Ok(exit(&nodes)),
        }
    }
}

/// Every node, as the session's node reaches it.
pub(super) async fn ask(session: &Session<'_>) -> Result<Vec<api::ClusterNode>, Failure> {
    let answer = session
        .client()
        .cluster_show(api::ClusterShowRequest {})
        .await
        .map_err(|status| session.failed(status))?;
    Ok(answer.into_inner().nodes)
}

/// Nobody leads: nothing can be written.
fn exit(nodes: &[api::ClusterNode]) -> Exit {
    if nodes.iter().any(|node| node.role == "leader") {
        Exit::Ok
    } else {
        Exit::Unavailable
    }
}

/// One row for each node.
pub(super) fn list(nodes: &[api::ClusterNode], console: &Console) -> List {
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("node", catalogue.col_node()),
        Column::new("number", catalogue.col_number()).right(),
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("role", catalogue.col_raft_role()),
        Column::new("term", catalogue.col_term()).right(),
        Column::new("last_log_index", catalogue.col_last_index()).right(),
        Column::new("committed_index", catalogue.col_committed_index()).right(),
        Column::new("applied_index", catalogue.col_applied_index()).right(),
        Column::new("lag", catalogue.col_lag()).right(),
        Column::new("size", catalogue.col_size()).right(),
        Column::new("final_size", catalogue.col_final_size()).right(),
        Column::new("log_root", catalogue.col_log_root()),
        Column::machine("state_root"),
        Column::new("version", catalogue.col_program()),
        Column::new("certificate_days_left", catalogue.col_days_left()).right(),
        Column::machine("certificate_valid_to"),
        Column::machine("address"),
        Column::new("code", catalogue.col_code()),
    ]);
    let absent = || Cell::new(Value::Null, "");
    for node in nodes {
        let answered = node.code.is_empty();
        let index = |index: Option<u64>| index.map_or_else(absent, Cell::from);
        let number = |number: u64| {
            if answered {
                Cell::from(number)
            } else {
                absent()
            }
        };
        let days = match node.certificate_not_after_ms {
            0 => absent(),
            end => Cell::from(end.saturating_sub(now_ms()) / DAY_MS),
        };
        list.push(vec![
            node.node.clone().into(),
            node.number.into(),
            node.organisation.clone().into(),
            named("raft-role", &node.role, catalogue),
            number(node.term),
            index(node.last_log_index),
            index(node.committed_index),
            index(node.applied_index),
            number(node.lag),
            number(node.size),
            number(node.final_size),
            short_id(&node.log_root),
            short_id(&node.state_root),
            node.version.clone().into(),
            days,
            time(node.certificate_not_after_ms),
            node.address.clone().into(),
            node.code.clone().into(),
        ]);
    }
    list
}

/// `hengtan leader`: speaks to a node as that node itself, so it runs where the node's transport key lies.
pub fn lead(command: Leader, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let Leader::Transfer(arguments) = command;
    let term = super::dispatch::wait(transfer(&arguments, global, console))??;
    let catalogue = console.catalogue();
    console.say(&catalogue.leader_transferred(arguments.to.as_str(), term.to_string()));
    let record = Record::new()
        .with("leader", catalogue.col_leader(), arguments.to)
        .with("term", catalogue.col_term(), term);
    console.record(&record)?;
    Ok(Exit::Ok)
}

async fn transfer(
    arguments: &LeaderTransfer,
    global: &Global,
    console: &Console,
) -> Result<u64, Failure> {
    let path = config_file(arguments, global)?;
    let (config, _) = super::config::load(&path, console)?;
    let founded = Folder::genesis(&config.genesis)?;
    let missing = || crate::error::Error::PeerListenMissing {
        nodes: founded.genesis().nodes.len(),
    };
    let peer = config.peer.as_ref().ok_or_else(missing)?;
    let told = config.introduction(&founded.network_id())?;
    let roster = told.unwrap_or_else(|| Roster::of_genesis(&founded));
    let named = |name: &str| roster.nodes().iter().find(|node| node.name == name);
    let own = named(&config.node).map(|node| node.number);
    let own = own.ok_or_else(|| crate::error::Error::NodeUnknown {
        node: config.node.clone(),
    })?;
    // A node that came later has its number only.
    let to = named(&arguments.to)
        .map(|node| node.number)
        .or_else(|| arguments.to.parse().ok())
        .ok_or_else(|| {
            Failure::new(codes::VALUE_INVALID)
                .with("argument", "node")
                .with("value", &arguments.to)
        })?;
    let credentials = Credentials::read(&peer.certificate, &peer.key)?;
    let links = Links::new(
        founded.network_id(),
        0,
        credentials,
        roster.clone(),
        // A command is no node: it meets nobody.
        Acquaintances::open(std::sync::Arc::new(MemoryStore::default()))?,
        std::sync::Arc::new(Metrics::default()),
    )?;
    let request = wire::TransferLeaderRequest {
        network_id: founded.network_id().to_vec(),
        to,
    };
    let answered = tokio::time::timeout(
        Duration::from_secs(global.timeout),
        links.client(own)?.transfer_leader(request),
    )
    .await;
    match answered {
        Ok(Ok(answer)) => Ok(answer.into_inner().term),
        Ok(Err(status)) => Err(links.failed(own, &status).into()),
        Err(_) => Err(crate::error::Error::Deadline.into()),
    }
}

fn config_file(arguments: &LeaderTransfer, global: &Global) -> Result<PathBuf, Failure> {
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => context::find(global)?.folder()?,
    };
    Ok(Folder::new(folder).config_file(arguments.node.as_deref())?)
}
