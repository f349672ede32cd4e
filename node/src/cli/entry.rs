//! `hengtan entry`: the log itself, as it grows.

use std::time::{Duration, Instant};

use hengtan_api::v1 as api;
use tonic::{Code, Status};

use crate::console::{Cell, Column, List};

use super::arguments::{Entry, EntryWatch};
use super::presentation::{short_id, time};
use super::session::Session;
use super::{Exit, Failure};

/// Pause before a watch that broke off begins again.
const PAUSE: Duration = Duration::from_millis(300);

pub async fn run(command: Entry, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Entry::Watch(arguments) => watch(&arguments, session).await,
    }
}

/// Where a watch stands.
struct Standing {
    next: u64,
    shown: u64,
    /// When the node was last heard of.
    heard: Instant,
}

async fn watch(arguments: &EntryWatch, session: &Session<'_>) -> Result<Exit, Failure> {
    session.check_network().await?;
    let next = match arguments.from {
        Some(from) => from,
        None => present(session).await?,
    };
    let mut standing = Standing {
        next,
        shown: 0,
        heard: Instant::now(),
    };
    let ended = tokio::select! {
        ended = follow(arguments, session, &mut standing) => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    let catalogue = session.console.catalogue();
    session
        .console
        .say(&catalogue.watch_ended(standing.next.to_string()));
    ended.map(|()| Exit::Ok)
}

/// Size of the newest final checkpoint: everything behind it is still to come.
async fn present(session: &Session<'_>) -> Result<u64, Failure> {
    let answer = session
        .client()
        .checkpoint_show(api::CheckpointShowRequest {})
        .await
        .map_err(|status| session.failed(status))?;
    Ok(answer.into_inner().size)
}

/// Shows entry after entry; begins again where it was when the node goes and comes back.
async fn follow(
    arguments: &EntryWatch,
    session: &Session<'_>,
    standing: &mut Standing,
) -> Result<(), Failure> {
    loop {
        let broken = match read(arguments, session, standing).await? {
            End::Enough => return Ok(()),
            End::Broken(status) => status,
        };
        if standing.heard.elapsed() > session.timeout() {
            return Err(session.failed(broken));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

enum End {
    /// As many entries as were wanted.
    Enough,
    /// The node stopped, or cannot be reached.
    Broken(Status),
}

async fn read(
    arguments: &EntryWatch,
    session: &Session<'_>,
    standing: &mut Standing,
) -> Result<End, Failure> {
    let request = api::EntryWatchRequest {
        from: standing.next,
        kind: arguments.kind.clone(),
        organisation: arguments.organisation.clone().unwrap_or_default(),
        count: arguments.count.saturating_sub(standing.shown),
        with_bytes: false,
    };
    let passing = |status: Status| match status.code() {
        Code::Unavailable | Code::Cancelled | Code::Unknown | Code::Internal => {
            Ok(End::Broken(status))
        }
        _ => Err(session.failed(status)),
    };
    let mut stream = match session.client().entry_watch(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return passing(status),
    };
    loop {
        let answer = match stream.message().await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(End::Broken(Status::unavailable(""))),
            Err(status) => return passing(status),
        };
        if let Some(summary) = &answer.summary {
            let list = list(summary, answer.final_size, session);
            session.console.rows(&list, standing.shown == 0)?;
            standing.shown += 1;
        }
        standing.next = answer.next;
        standing.heard = Instant::now();
        if arguments.count > 0 && standing.shown == arguments.count {
            return Ok(End::Enough);
        }
    }
}

fn list(entry: &api::EntrySummary, final_size: u64, session: &Session<'_>) -> List {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("index", catalogue.col_index()).right().wide(8),
        Column::new("time", catalogue.col_time()).wide(26),
        Column::new("kind", catalogue.col_kind()).wide(24),
        Column::new("organisation", catalogue.col_organisation()).wide(12),
        Column::new("member", catalogue.col_member()).wide(12),
        Column::new("row_count", catalogue.col_rows())
            .right()
            .wide(6),
        Column::new("code", catalogue.col_code()),
        Column::machine("what"),
        Column::machine("id"),
        Column::machine("leaf"),
        Column::machine("final_size"),
    ]);
    // An entry without a command is named for what it is.
    let kind = if entry.kind.is_empty() {
        Cell::new("", catalogue.name("entry-kind", &entry.what))
    } else {
        entry.kind.clone().into()
    };
    list.push(vec![
        entry.index.into(),
        time(entry.time_ms),
        kind,
        entry.organisation.clone().into(),
        entry.member.clone().into(),
        entry.row_count.into(),
        entry.code.clone().into(),
        entry.what.clone().into(),
        short_id(&entry.id),
        short_id(&entry.leaf),
        final_size.into(),
    ]);
    list
}
