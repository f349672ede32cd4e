//! `hengtan node prepare` and `hengtan node join`: a new node, beside those of its organisation.

use std::path::Path;

use crypto_sm::certificate::{Certificate, Validity};
use hengtan_ledger::envelope::Command;
use hengtan_ledger::{genesis, v1};

use crate::cli::arguments::{NodeJoin, NodePrepare};
use crate::cli::org::{self, read_certificate};
use crate::cli::session::{Session, now_ms};
use crate::cli::{Exit, Failure};
use crate::config::{self, Folder, Joining, Prepared, write_new};
use crate::console::Record;
use crate::error::Error;
use crate::peer::{Roster, introduction};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Certificates begin a little earlier, so that a clock that is behind does not refuse them.
const BACKDATE_MS: u64 = 60 * 60 * 1000;

pub fn prepare(arguments: NodePrepare, session: &Session<'_>) -> Result<Exit, Failure> {
    let root = session.context.folder()?;
    let joining = Joining {
        name: arguments.name,
        organisation: session.organisation()?,
        address: arguments.address,
        peer_listen: arguments.peer_listen,
        api: arguments.api,
    };
    let now = now_ms();
    let end = now.saturating_add(arguments.days.saturating_mul(DAY_MS));
    let validity = Validity::new(now.saturating_sub(BACKDATE_MS), end).map_err(Error::from)?;
    let made = config::prepare(&root, &joining, validity, &mut rand::rng())?;
    let Prepared { folder, request } = made;
    let catalogue = session.console.catalogue();
    let path = folder.display().to_string();
    session
        .console
        .say(&catalogue.done_node_prepared(path.as_str()));
    let next = match &request {
        Some(request) => {
            let certificate = folder.join("transport.cert.pem").display().to_string();
            catalogue.next_node_certificate(request.display().to_string(), certificate)
        }
        None => catalogue.next_node_join(joining.name.as_str()),
    };
    session.console.say(&next);
    let mut record = Record::new()
        .with("node", catalogue.col_node(), joining.name)
        .with("folder", catalogue.col_folder(), path);
    if let Some(request) = request {
        let request = request.display().to_string();
        record = record.with("request_file", catalogue.col_request_file(), request);
    }
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

pub async fn join(arguments: NodeJoin, session: &Session<'_>) -> Result<Exit, Failure> {
    let root = session.context.folder()?;
    let folder = Folder::new(&root);
    let place = folder.node(&arguments.name);
    if !place.join("config.toml").is_file() {
        return Err(Error::JoiningUnprepared {
            node: arguments.name,
            path: root.display().to_string(),
        }
        .into());
    }
    let (config, _) = crate::cli::config::load(&place.join("config.toml"), session.console)?;
    let peer = config
        .peer
        .as_ref()
        .ok_or(Error::PeerListenMissing { nodes: 2 })?;
    let statement = config.open_statement_key()?.public_key().to_uncompressed();
    let certificate = read_certificate(&peer.certificate)?;
    session.check_network().await?;
    let named = |nodes: &[v1::Node]| {
        let found = nodes.iter().find(|node| node.name == arguments.name);
        found.cloned()
    };
    let mut nodes = ever(session).await?;
    if named(&nodes).is_none() {
        let head = v1::NodeRegister {
            name: arguments.name.clone(),
            statement_key: statement.to_vec(),
            transport_key: certificate.public_key().to_uncompressed().to_vec(),
            address: config::joining_address(&place)?,
            feature_level: genesis::FEATURE_LEVEL,
        };
        let identity = session.identity(&[v1::Role::Operations])?;
        let command = Command::new("node.register", &head, Vec::new());
        session.submit(&identity, command).await?;
        nodes = ever(session).await?;
    }
    let unknown = || Error::NodeUnknown {
        node: arguments.name.clone(),
    };
    let registered = named(&nodes).ok_or_else(unknown)?;
    refuse_other(&registered, &statement, &certificate)?;
    nodes.retain(|node| node.removed_at_ms == 0);
    let authorities = org::records(0, session)
        .await?
        .into_iter()
        .filter_map(|record| record.organisation)
        .filter(|organisation| {
            nodes
                .iter()
                .any(|node| node.organisation == organisation.name)
        })
        .map(|organisation| organisation.ca_certificate)
        .collect();
    let network = session.network_id().await?;
    let text = introduction::to_text(&network, &Roster::new(nodes, authorities));
    write_again(&peer.introduction, text.as_bytes())?;
    let catalogue = session.console.catalogue();
    let command = format!(
        "hengtan start --dir {} --node {}",
        root.display(),
        registered.name
    );
    session
        .console
        .say(&catalogue.done_node_joined(registered.name.as_str(), registered.number.to_string()));
    session
        .console
        .say(&catalogue.next_node_start(command.as_str()));
    let record = Record::new()
        .with("number", catalogue.col_number(), registered.number)
        .with("node", catalogue.col_node(), registered.name)
        .with("address", catalogue.col_address(), registered.address)
        .with(
            "file",
            catalogue.col_file(),
            peer.introduction.display().to_string(),
        )
        .with("command", catalogue.col_command(), command);
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

/// The ledger may know the node already: from an earlier try, or registered by somebody else for it.
fn refuse_other(
    known: &v1::Node,
    statement: &[u8],
    certificate: &Certificate,
) -> Result<(), Failure> {
    let transport = certificate.public_key().to_uncompressed();
    if known.removed_at_ms == 0
        && known.statement_key == statement
        && known.transport_key == transport
    {
        return Ok(());
    }
    Err(Error::JoiningOther {
        node: known.name.clone(),
    }
    .into())
}

/// Every node that ever took part.
async fn ever(session: &Session<'_>) -> Result<Vec<v1::Node>, Failure> {
    let records = super::records(0, session).await?;
    Ok(records
        .into_iter()
        .filter_map(|record| record.node)
        .collect())
}

/// A node that has joined before and is told again.
fn write_again(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Error::FileUnwritable {
                path: path.display().to_string(),
                detail: error.to_string(),
            }
            .into());
        }
    }
    Ok(write_new(path, bytes)?)
}
