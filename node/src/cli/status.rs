//! `hengtan status`: what the node is doing.

use hengtan_api::v1 as api;
use serde_json::{Value, json};

use crate::console::{Cell, Record, grouped};

use super::presentation::{named, time, whole_id};
use super::session::Session;
use super::{Exit, Failure, codes};

pub async fn run(session: &Session<'_>) -> Result<Exit, Failure> {
    let answer = session
        .client()
        .status_show(api::StatusShowRequest {})
        .await
        .map_err(|status| session.failed(status))?;
    let status = answer.into_inner();
    let catalogue = session.console.catalogue();
    let raft = status.raft.clone().unwrap_or_default();
    let position = |index: Option<u64>| index.map_or(Cell::new(Value::Null, ""), Cell::from);
    let numbers = |nodes: &[u64]| {
        Cell::new(
            json!(nodes),
            nodes
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    let notices: Vec<Value> = status
        .notices
        .iter()
        .map(|notice| {
            let fields: serde_json::Map<String, Value> = notice
                .fields
                .iter()
                .map(|field| (field.name.clone(), json!(field.value)))
                .collect();
            json!({ "code": notice.code, "fields": fields })
        })
        .collect();
    let texts: Vec<String> = status
        .notices
        .iter()
        .map(|notice| {
            let fields: Vec<(&str, String)> = notice
                .fields
                .iter()
                .map(|field| (field.name.as_str(), field.value.clone()))
                .collect();
            let what = catalogue
                .explain(&notice.code, &fields)
                .map(|explanation| explanation.what)
                .unwrap_or_default();
            format!("{} {what}", notice.code)
        })
        .collect();
    let single = status.voting_organisations == 1;
    let consensus = if single {
        catalogue.status_single()
    } else {
        catalogue.status_voters(status.voting_organisations.to_string())
    };
    let mut record = Record::new()
        .with(
            "network",
            catalogue.col_network(),
            status.network_name.clone(),
        )
        .with(
            "network_id",
            catalogue.col_network_id(),
            whole_id(&status.network_id),
        )
        .with("node", catalogue.col_node(), status.node.clone())
        .with("node_number", "", status.node_number)
        .with(
            "organisation",
            catalogue.col_organisation(),
            status.organisation.clone(),
        )
        .with("version", catalogue.col_program(), status.version.clone())
        .with(
            "ready",
            catalogue.col_ready(),
            Cell::new(status.ready, super::org::yes_no(status.ready, catalogue)),
        )
        .with(
            "started_at",
            catalogue.col_started(),
            time(status.started_at_ms),
        )
        .with(
            "role",
            catalogue.col_raft_role(),
            named("raft-role", &raft.role, catalogue),
        )
        .with("term", catalogue.col_term(), raft.term)
        .with("leader", catalogue.col_leader(), raft.leader)
        .with("voters", catalogue.col_voters(), numbers(&raft.voters))
        .with(
            "learners",
            catalogue.col_learners(),
            numbers(&raft.learners),
        )
        .with("last_log_index", "", position(raft.last_log_index))
        .with("committed_index", "", position(raft.committed_index))
        .with("applied_index", "", position(raft.applied_index))
        .with("snapshot_index", "", position(raft.snapshot_index))
        .with(
            "size",
            catalogue.col_size(),
            Cell::new(status.size, grouped(&status.size.to_string(), 0)),
        )
        .with(
            "final_size",
            catalogue.col_final_size(),
            Cell::new(
                status.final_size,
                grouped(&status.final_size.to_string(), 0),
            ),
        )
        .with(
            "witnessed_size",
            if status.witnessed_size == 0 {
                String::new()
            } else {
                catalogue.col_witnessed_size()
            },
            Cell::new(
                status.witnessed_size,
                grouped(&status.witnessed_size.to_string(), 0),
            ),
        )
        .with(
            "log_root",
            catalogue.col_log_root(),
            whole_id(&status.log_root),
        )
        .with(
            "state_root",
            catalogue.col_state_root(),
            whole_id(&status.state_root),
        )
        .with("time", catalogue.col_ledger_time(), time(status.time_ms))
        .with("queued", catalogue.col_queued(), status.queued)
        .with(
            "voting_organisations",
            catalogue.col_finality(),
            Cell::new(status.voting_organisations, consensus),
        )
        .with(
            "statement_key_id",
            catalogue.col_statement_key(),
            whole_id(&status.statement_key_id),
        )
        .with(
            "disk_bytes",
            catalogue.col_disk(),
            Cell::new(status.disk_bytes, mebibytes(status.disk_bytes)),
        )
        .with(
            "scrubbed_at",
            catalogue.col_scrubbed(),
            time(status.scrubbed_at_ms),
        )
        .with("scrubbed_records", "", status.scrubbed_records)
        .with("clock", "", time(status.clock_ms))
        .with(
            "notices",
            catalogue.col_notices(),
            Cell::new(Value::Array(notices), texts.join("\n")),
        );
    if let Some(until) = session.certificate_valid_to_ms() {
        let days = until.saturating_sub(super::session::now_ms()) / (24 * 60 * 60 * 1000);
        record = record
            .with(
                "certificate_valid_to",
                catalogue.col_certificate_valid_to(),
                time(until),
            )
            .with("certificate_days_left", catalogue.col_days_left(), days);
    }
    session.console.record(&record)?;
    let other = session
        .context
        .network_id()?
        .is_some_and(|trusted| trusted.as_slice() != status.network_id);
    if other {
        let expected = session
            .context
            .network_id()?
            .map(hex::encode)
            .unwrap_or_default();
        let failure = Failure::new(codes::OTHER_NETWORK);
        return Err(failure
            .with("expected", expected)
            .with("found", hex::encode(&status.network_id)));
    }
    Ok(if status.ready {
        Exit::Ok
    } else {
        Exit::Unavailable
    })
}

/// Bytes as people read them.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", grouped(&format!("{bytes}/1048576"), 1))
}
