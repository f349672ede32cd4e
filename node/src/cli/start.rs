//! `hengtan start`: a node in the foreground.

use std::path::PathBuf;

use crate::config::{self, Config, Folder};
use crate::console::Console;
use crate::run;

use super::arguments::{Global, LogForm, Start};
use super::{Exit, Failure, codes, context};

pub fn run(arguments: &Start, global: &Global, console: &Console) -> Result<Exit, Failure> {
    trace(arguments.log, console);
    let path = config_file(arguments, global)?;
    let (config, _) = super::config::load(&path, console)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(&config, arguments.ready_file.clone(), console))?;
    Ok(Exit::Ok)
}

/// The configuration file that is meant: given, in the given folder, or in the context's folder.
fn config_file(arguments: &Start, global: &Global) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.config {
        return Ok(path.clone());
    }
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => context::find(global)?.folder()?,
    };
    let missing = |what: &str| {
        Failure::new(codes::NOT_A_NETWORK)
            .with("path", folder.display())
            .with("missing", what)
    };
    if !Folder::new(&folder).genesis_file().is_file() {
        return Err(missing("genesis.pb"));
    }
    if config::nodes_of(&folder).is_empty() {
        return Err(missing("nodes/*/config.toml"));
    }
    Ok(Folder::new(&folder).config_file(arguments.node.as_deref())?)
}

async fn serve(
    config: &Config,
    ready_file: Option<PathBuf>,
    console: &Console,
) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let stop = run::signals()?;
    let mut unwritten = None;
    let served = run::run(
        config,
        |address| {
            let scheme = if config.tls.is_some() {
                "https"
            } else {
                "http"
            };
            let endpoint = format!("{scheme}://{address}");
            // For programs: where it listens, on standard output, in every language the same.
            let _ = console.print(&format!("ready {address}"));
            console.say(&catalogue.start_ready(config.node.as_str(), endpoint.as_str()));
            if let Some(path) = &ready_file {
                unwritten = std::fs::write(path, endpoint + "\n")
                    .err()
                    .map(|error| Failure::writing(path, &error));
            }
        },
        async move {
            stop.await;
        },
    )
    .await;
    if let Some(path) = &ready_file {
        // It says that the node serves, which it does no more.
        drop(std::fs::remove_file(path));
    }
    served?;
    console.say(&catalogue.start_stopped());
    unwritten.map_or(Ok(()), Err)
}

/// Sends the node's log to standard error; `RUST_LOG` chooses how much.
fn trace(form: LogForm, console: &Console) {
    use tracing_subscriber::EnvFilter;
    let least = if console.talkative() {
        "info,openraft=warn"
    } else {
        "error"
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(least));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // A subscriber that is set already stays.
    let _ = match form {
        LogForm::Text => builder.try_init(),
        LogForm::Json => builder.json().try_init(),
    };
}
