//! `hengtan blame`: judges a proof of misconduct offline.

use hengtan_ledger::blame;

use crate::console::{Cell, Console, Record};

use super::arguments::{BlameVerify, Global};
use super::presentation::named;
use super::{Exit, Failure, codes, verify};

pub fn verify(
    arguments: &BlameVerify,
    global: &Global,
    console: &Console,
) -> Result<Exit, Failure> {
    let pin = verify::pin(arguments.network.as_deref(), global)?;
    let text = verify::read(&arguments.file)?;
    let verdict = blame::verify_json(&text, pin)
        .map_err(|error| Failure::from(error).exiting(Exit::Integrity))?;
    let catalogue = console.catalogue();
    let fields: serde_json::Map<String, serde_json::Value> = verdict
        .fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
        .collect();
    let shown: Vec<String> = verdict
        .fields
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let strength = if verdict.proof { "proof" } else { "evidence" };
    let record = Record::new()
        .with(
            "kind",
            catalogue.col_what(),
            named("blame", verdict.kind, catalogue),
        )
        .with(
            "strength",
            catalogue.col_verdict(),
            named("blame-strength", strength, catalogue),
        )
        .with(
            "organisation",
            catalogue.col_organisation(),
            verdict.organisation.clone(),
        )
        .with("node", catalogue.col_node(), verdict.node.clone())
        .with("key_id", catalogue.col_key(), verdict.key_id.clone())
        .with(
            "network_id",
            catalogue.col_network(),
            hex::encode(verdict.network_id),
        )
        .with(
            "details",
            catalogue.col_content(),
            Cell::new(serde_json::Value::Object(fields), shown.join("; ")),
        );
    console.record(&record)?;
    if verdict.network_known {
        return Ok(Exit::Ok);
    }
    Err(Failure::new(codes::NETWORK_UNKNOWN).with("network", hex::encode(verdict.network_id)))
}
