//! `hengtan crypto cms verify`.

use crypto_sm::signed::{SignedData, Verified};
use serde_json::{Value, json};

use crate::cli::arguments::CmsVerify;
use crate::cli::presentation::time;
use crate::cli::{Exit, Failure};
use crate::config;
use crate::console::{Cell, Console, Record};

use super::{failed, message, read, trusted};

pub fn run(arguments: &CmsVerify, console: &Console) -> Result<Exit, Failure> {
    let trusted = trusted(&arguments.trust)?;
    let message = SignedData::from_der(&message(&arguments.file)?).map_err(failed)?;
    let beside = arguments.content.as_deref().map(read).transpose()?;
    let verified = message
        .verify(beside.as_deref(), &trusted.trust(), trusted.at_ms)
        .map_err(failed)?;
    let content = message.content().or(beside.as_deref()).unwrap_or_default();
    if let Some(path) = &arguments.out {
        crate::cli::cert::refuse_existing(&[path])?;
        config::write_new(path, content)?;
    }
    console.say(&console.catalogue().done_cms_verified());
    console.record(&verdict(&verified, content, trusted.at_ms, console))?;
    Ok(Exit::Ok)
}

/// What a verified message is worth: who signed, when they say so, and which root vouches for it.
pub fn verdict(verified: &[Verified], content: &[u8], at_ms: u64, console: &Console) -> Record {
    let catalogue = console.catalogue();
    let subject = |found: &Verified| found.path.first().map(|first| first.subject_name());
    let root = |found: &Verified| found.path.last().map(|last| last.subject_name());
    let machine: Vec<Value> = verified
        .iter()
        .map(|found| {
            json!({
                "subject": subject(found),
                "root": root(found),
                "signed_at": found.signed_at_ms.map(crate::console::utc_time),
            })
        })
        .collect();
    let shown: Vec<String> = verified
        .iter()
        .map(|found| {
            let stated = found
                .signed_at_ms
                .map(|stated| time(stated).human().to_owned());
            [subject(found), stated, root(found)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n  ")
        })
        .collect();
    Record::new()
        .with("valid", catalogue.col_verdict(), {
            Cell::new(true, catalogue.word_valid())
        })
        .with(
            "signers",
            catalogue.col_signers_and_roots(),
            Cell::new(machine, shown.join("\n")),
        )
        .with("at", catalogue.col_time(), time(at_ms))
        .with(
            "content_bytes",
            catalogue.col_content_bytes(),
            content.len(),
        )
        .with(
            "content_sm3",
            catalogue.col_content_sm3(),
            hex::encode(crypto_sm::sm3::hash(&[content])),
        )
}
