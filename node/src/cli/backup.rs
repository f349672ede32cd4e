//! `hengtan backup`: the whole ledger as a file; its checking, its restoring, and the rehearsal of that.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hengtan_api::v1 as api;
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};

use crate::backup::{self, Content};
use crate::clock::SystemClock;
use crate::config::{Config, Folder};
use crate::console::{Cell, Console, Progress, Record, grouped};
use crate::service::{Service, Subject};

use super::arguments::{BackupCreate, BackupDrill, BackupRestore, BackupVerify, Global};
use super::part::Part;
use super::presentation::{time, whole_id};
use super::session::Session;
use super::{Exit, Failure, codes};

/// Writes the ledger of the context's node into a new file and checks what was written.
pub async fn create(arguments: &BackupCreate, session: &Session<'_>) -> Result<Exit, Failure> {
    let status = session
        .client()
        .status_show(api::StatusShowRequest {})
        .await
        .map_err(|status| session.failed(status))?
        .into_inner();
    let network = status
        .network_id
        .clone()
        .try_into()
        .map_err(|_| super::session::unreadable("network_id"))?;
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => PathBuf::from(format!(
            "backup-{}-{}.hengtan",
            status.network_name, status.final_size
        )),
    };
    let (part, file) = Part::begin(&out)?;
    receive(&part, file, session).await?;
    // A backup that was never read is none.
    let content = checked(part.path(), &network, session.console)?;
    part.complete()?;
    show(&content, Some(&out), session.console)?;
    Ok(Exit::Ok)
}

async fn receive(part: &Part, mut file: File, session: &Session<'_>) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| part.unwritable(&error);
    let mut stream = session
        .client()
        .backup(api::BackupRequest {})
        .await
        .map_err(|status| session.failed(status))?
        .into_inner();
    while let Some(response) = stream
        .message()
        .await
        .map_err(|status| session.failed(status))?
    {
        file.write_all(&response.bytes).map_err(unwritable)?;
    }
    file.sync_all().map_err(unwritable)
}

/// Checks a backup with a bar.
fn checked(file: &Path, network: &[u8; 32], console: &Console) -> Result<Content, Failure> {
    with_progress(file, console, |progress| {
        backup::verify(file, network, progress)
    })
}

fn with_progress<T>(
    file: &Path,
    console: &Console,
    work: impl FnOnce(&mut dyn FnMut(u64)) -> Result<T, crate::error::Error>,
) -> Result<T, Failure> {
    let mib = |bytes: u64| bytes >> 20;
    let total = std::fs::metadata(file)
        .map_err(|error| Failure::reading(file, &error))?
        .len();
    let bar = Progress::new(console, &console.catalogue().backup_reading(), mib(total));
    let done = work(&mut |read| bar.set(mib(read)));
    bar.finish();
    done.map_err(|error| {
        let failure = Failure::from(error);
        // A backup that does not hold is a matter of integrity, whatever the detail.
        if failure.code.starts_with("HT-LED-") || failure.code.starts_with("HT-CRY-") {
            failure.exiting(Exit::Integrity)
        } else {
            failure
        }
    })
}

/// `backup verify`
pub fn verify(
    arguments: &BackupVerify,
    global: &Global,
    console: &Console,
) -> Result<Exit, Failure> {
    let NetworkPin(network) = super::verify::pin(arguments.network.as_deref(), global)?
        .ok_or_else(|| Failure::new(codes::BACKUP_NETWORK_MISSING))?;
    let content = checked(&arguments.file, &network, console)?;
    show(&content, None, console)?;
    Ok(Exit::Ok)
}

/// The settings of the node that is meant.
fn settings(folder: &Path, node: Option<&str>, console: &Console) -> Result<Config, Failure> {
    let path = Folder::new(folder).config_file(node)?;
    Ok(super::config::load(&path, console)?.0)
}

/// `backup restore`
pub fn restore(arguments: &BackupRestore, console: &Console) -> Result<Exit, Failure> {
    let config = settings(&arguments.dir, arguments.node.as_deref(), console)?;
    let catalogue = console.catalogue();
    // What a node signed after the backup stands in others' receipts; two histories under one key are provable misconduct.
    if !console.confirm(&catalogue.backup_restore_question(
        arguments.file.display().to_string(),
        config.data.display().to_string(),
    )) {
        return Err(Failure::new(codes::NOT_CONFIRMED));
    }
    let content = with_progress(&arguments.file, console, |progress| {
        backup::restore(&arguments.file, &config, progress)
    })?;
    show(&content, None, console)?;
    console.say(&catalogue.backup_restored(
        config.data.display().to_string(),
        grouped(&content.size.to_string(), 0),
    ));
    Ok(Exit::Ok)
}

/// `backup drill`
pub async fn drill(arguments: &BackupDrill, console: &Console) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let mut config = settings(&arguments.dir, arguments.node.as_deref(), console)?;
    let scratch = backup::scratch()?;
    config.data = scratch.path().join("data");
    let content = with_progress(&arguments.file, console, |progress| {
        backup::restore(&arguments.file, &config, progress)
    })?;
    let restored = begun.elapsed();
    let service = Service::start(&config, Arc::new(SystemClock::default())).await?;
    let proved = last_receipt(&service, &content).await;
    service.shutdown().await?;
    proved?;
    let catalogue = console.catalogue();
    let seconds = |duration: std::time::Duration| {
        let text = format!("{:.1}", duration.as_secs_f64());
        Cell::new(text.clone(), text)
    };
    let record = record(&content, catalogue)
        .with(
            "restored_seconds",
            catalogue.col_restored_seconds(),
            seconds(restored),
        )
        .with(
            "total_seconds",
            catalogue.col_total_seconds(),
            seconds(begun.elapsed()),
        );
    console.record(&record)?;
    console.say(&catalogue.backup_drilled());
    Ok(Exit::Ok)
}

/// The restored node gives a receipt for its last entry, and a stranger accepts it.
async fn last_receipt(service: &Service, content: &Content) -> Result<(), Failure> {
    let subject = Subject::Index {
        index: content.size.saturating_sub(1),
        rows: Vec::new(),
        all: false,
    };
    let receipt = service.receipt(subject).await?;
    verify_receipt(&receipt, Some(NetworkPin(content.network)))
        .map_err(|error| Failure::from(error).exiting(Exit::Integrity))?;
    Ok(())
}

fn record(content: &Content, catalogue: &i18n::Catalogue) -> Record {
    let cosigners = content.finality.organisations.join(", ");
    Record::new()
        .with(
            "network_id",
            catalogue.col_network_id(),
            whole_id(&content.network),
        )
        .with("size", catalogue.col_size(), content.size)
        .with("time", catalogue.col_time(), time(content.time_ms))
        .with("root", catalogue.col_log_root(), whole_id(&content.root))
        .with(
            "state_root",
            catalogue.col_state_root(),
            whole_id(&content.state_root),
        )
        .with("cosigners", catalogue.col_cosigners(), cosigners)
        .with("values", catalogue.col_values(), content.pairs)
        .with("row_sets", catalogue.col_row_sets(), content.row_sets)
        .with("bytes", catalogue.col_bytes(), content.bytes)
}

fn show(content: &Content, file: Option<&Path>, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let mut shown = record(content, catalogue);
    if let Some(file) = file {
        shown = shown.with("file", catalogue.col_file(), file.display().to_string());
    }
    console.record(&shown)?;
    Ok(())
}
