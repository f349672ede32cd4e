//! `hengtan audit`: the log as a file, and its replay by whoever trusts nobody: every signature, every outcome, every root once more.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hengtan_api::v1 as api;
use hengtan_ledger::audit::{Auditor, Report};
use hengtan_ledger::receipt::NetworkPin;
use hengtan_ledger::{Error, blame, export};

use crate::config;
use crate::console::{Column, Console, List, Progress, Record};

use super::arguments::{AuditExport, AuditReplay, Global};
use super::part::Part;
use super::presentation::{named, whole_id};
use super::session::Session;
use super::{Exit, Failure, codes, verify};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 1 << 20;

/// Writes the log of the context's node, as far as it is final, into a new file.
pub async fn export(arguments: &AuditExport, session: &Session<'_>) -> Result<Exit, Failure> {
    session.check_network().await?;
    let status = session
        .client()
        .status_show(api::StatusShowRequest {})
        .await
        .map_err(|status| session.failed(status))?
        .into_inner();
    let out = arguments.out.clone().unwrap_or_else(|| {
        PathBuf::from(format!(
            "log-{}-{}.hengtan",
            status.network_name, status.final_size
        ))
    });
    let (part, file) = Part::begin(&out)?;
    let bytes = receive(&part, file, status.final_size, session).await?;
    part.complete()?;
    let catalogue = session.console.catalogue();
    let path = out.display().to_string();
    session
        .console
        .say(&catalogue.done_audit_exported(path.as_str()));
    let record = Record::new().with("file", catalogue.col_file(), path).with(
        "bytes",
        catalogue.col_bytes(),
        bytes,
    );
    session.console.record(&record)?;
    Ok(Exit::Ok)
}

async fn receive(
    part: &Part,
    file: File,
    entries: u64,
    session: &Session<'_>,
) -> Result<u64, Failure> {
    let unwritable = |error: std::io::Error| part.unwritable(&error);
    let mut stream = session
        .client()
        .export(api::ExportRequest::default())
        .await
        .map_err(|status| session.failed(status))?
        .into_inner();
    let mut file = std::io::BufWriter::with_capacity(PIECE_BYTES, file);
    file.write_all(export::MAGIC).map_err(unwritable)?;
    let mut bytes = export::MAGIC.len() as u64;
    let label = session.console.catalogue().audit_exporting();
    let bar = Progress::new(session.console, &label, entries);
    let mut received = 0;
    while let Some(response) = stream
        .message()
        .await
        .map_err(|status| session.failed(status))?
    {
        let record = export::framed(&response.record);
        file.write_all(&record).map_err(unwritable)?;
        bytes += record.len() as u64;
        received += 1;
        bar.set(received.min(entries));
    }
    bar.finish();
    let file = file
        .into_inner()
        .map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)?;
    Ok(bytes)
}

/// `audit replay`
pub fn replay(
    arguments: &AuditReplay,
    global: &Global,
    console: &Console,
) -> Result<Exit, Failure> {
    let pin = verify::pin(arguments.network.as_deref(), global)?;
    let report = replayed(&arguments.file, pin, console)?;
    let catalogue = console.catalogue();
    let (size, cosigners) = match &report.checkpoint {
        Some((size, finality)) => (*size, finality.organisations.join(", ")),
        None => (0, String::new()),
    };
    let record = Record::new()
        .with(
            "network_id",
            catalogue.col_network_id(),
            whole_id(&report.network_id),
        )
        .with("size", catalogue.col_size(), report.entries)
        .with("batches", catalogue.col_batches(), report.batches)
        .with(
            "void_batches",
            catalogue.col_void_batches(),
            report.void_batches,
        )
        .with("accepted", catalogue.col_accepted(), report.accepted)
        .with("refused", catalogue.col_refused(), report.refused)
        .with("root", catalogue.col_log_root(), whole_id(&report.root))
        .with(
            "state_root",
            catalogue.col_state_root(),
            whole_id(&report.state_root),
        )
        .with("final_size", catalogue.col_final_size(), size)
        .with("cosigners", catalogue.col_cosigners(), cosigners)
        .with(
            "accusations",
            catalogue.col_accusations(),
            report.accusations.len() as u64,
        );
    console.record(&record)?;
    let count = report.accusations.len();
    if count > 0 {
        accuse(&report, arguments.blame.as_deref(), console)?;
        return Err(Failure::new(codes::ACCUSED).with("count", count));
    }
    if pin.is_none() {
        return Err(
            Failure::new(codes::NETWORK_UNKNOWN).with("network", hex::encode(report.network_id))
        );
    }
    console.say(&catalogue.done_audit_replayed(report.entries.to_string()));
    Ok(Exit::Ok)
}

fn replayed(path: &Path, pin: Option<NetworkPin>, console: &Console) -> Result<Report, Failure> {
    let unreadable = |error: std::io::Error| Failure::reading(path, &error);
    let wrong = |error: Error| Failure::from(error).exiting(Exit::Integrity);
    let mut file = File::open(path).map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    let bar = Progress::new(console, &console.catalogue().audit_replaying(), total >> 20);
    let mut reader = export::Reader::default();
    let mut auditor = Auditor::new(pin);
    let mut buffer = vec![0; PIECE_BYTES];
    let mut done = 0;
    loop {
        let count = file.read(&mut buffer).map_err(unreadable)?;
        if count == 0 {
            break;
        }
        reader.push(&buffer[..count]);
        while let Some(record) = reader.next_record().map_err(wrong)? {
            auditor.take(record).map_err(wrong)?;
        }
        done += count as u64;
        bar.set(done >> 20);
    }
    bar.finish();
    reader.finish().map_err(wrong)?;
    auditor.finish().map_err(wrong)
}

/// Lists what nodes signed and must not have signed; writes each proof into its file.
fn accuse(report: &Report, folder: Option<&Path>, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("index", catalogue.col_index()).right(),
        Column::new("kind", catalogue.col_what()),
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("node", catalogue.col_node()),
        Column::new("file", catalogue.col_file()),
        Column::new("code", catalogue.col_code()),
    ]);
    for accusation in &report.accusations {
        let judged = accusation
            .blame
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|made| Ok((blame::verify(made, None)?, blame::to_json(made)?)));
        let (verdict, text) = match judged {
            Ok(judged) => judged,
            Err(error) => {
                list.push(vec![
                    accusation.index.into(),
                    "".into(),
                    "".into(),
                    "".into(),
                    "".into(),
                    error.code().into(),
                ]);
                continue;
            }
        };
        let file = match folder {
            Some(folder) => {
                let path = folder.join(format!("blame-{}-{}.json", accusation.index, verdict.kind));
                config::write_new(&path, text.as_bytes())?;
                path.display().to_string()
            }
            None => String::new(),
        };
        list.push(vec![
            accusation.index.into(),
            named("blame", verdict.kind, catalogue),
            verdict.organisation.into(),
            verdict.node.into(),
            file.into(),
            "".into(),
        ]);
    }
    console.list(&list)?;
    Ok(())
}
