//! `hengtan config`: values, and where each comes from.

use std::path::Path;

use crate::config::{self, Flags};
use crate::console::{Cell, Column, Console, List};

use super::arguments::{Config, ConfigCheck, ConfigShow, Global};
use super::{Exit, Failure, codes, context};

pub fn run(command: Config, global: &Global, console: &Console) -> Result<Exit, Failure> {
    match command {
        Config::Show(ConfigShow { config: Some(path) }) => show_node(&path, console),
        Config::Show(ConfigShow { config: None }) => show_context(global, console),
        Config::Check(ConfigCheck { config: Some(path) }) => check_node(&path, console),
        Config::Check(ConfigCheck { config: None }) => check_context(global, console),
    }
}

fn columns(console: &Console) -> List {
    let catalogue = console.catalogue();
    List::new(vec![
        Column::new("key", catalogue.col_setting()),
        Column::new("value", catalogue.col_setting_value()),
        Column::new("origin", catalogue.col_origin()),
        Column::new("place", catalogue.col_place()),
    ])
}

fn origin(code: &str, console: &Console) -> Cell {
    super::presentation::named("origin", code, console.catalogue())
}

fn show_node(path: &Path, console: &Console) -> Result<Exit, Failure> {
    let (_, settings) = load(path, console)?;
    let mut list = columns(console);
    for setting in settings {
        let place = match &setting.origin {
            config::Origin::File { .. } | config::Origin::Environment(_) => {
                setting.origin.to_string()
            }
            config::Origin::Default | config::Origin::Flag => String::new(),
        };
        list.push(vec![
            setting.key.into(),
            setting.value.to_string().into(),
            origin(setting.origin.name(), console),
            place.into(),
        ]);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

/// The settings of a node's file and environment. Every problem is told.
pub(super) fn load(
    path: &Path,
    console: &Console,
) -> Result<(config::Config, Vec<config::Setting>), Failure> {
    config::Config::load(path, std::env::vars(), &Flags::new())
        .map_err(|problems| reported(problems, console))
}

/// Every problem is told, the last one as the failure.
fn reported(problems: Vec<crate::error::Error>, console: &Console) -> Failure {
    let mut failures: Vec<Failure> = problems.into_iter().map(Failure::from).collect();
    let last = failures
        .pop()
        .unwrap_or_else(|| Failure::new(codes::CHECKS_FAILED).with("count", 0));
    failures
        .iter()
        .for_each(|failure| console.complain(&failure.render(console)));
    last
}

fn check_node(path: &Path, console: &Console) -> Result<Exit, Failure> {
    let (config, _) = load(path, console)?;
    let problems = config.check();
    if !problems.is_empty() {
        return Err(reported(problems, console));
    }
    console.say(
        &console
            .catalogue()
            .done_config_checked(path.display().to_string()),
    );
    Ok(Exit::Ok)
}

fn show_context(global: &Global, console: &Console) -> Result<Exit, Failure> {
    let found = context::find(global)?;
    let mut list = columns(console);
    let mut push = |key: &str, value: String, code: &str, place: String| {
        list.push(vec![
            key.into(),
            value.into(),
            origin(code, console),
            place.into(),
        ]);
    };
    if let Some((path, from, context)) = &found.file {
        let place = path.display().to_string();
        push("context", place.clone(), from.name(), String::new());
        for (key, value) in [
            ("network", context.network.clone()),
            ("genesis", context.genesis.display().to_string()),
            ("organisation", context.organisation.clone()),
            (
                "ca_certificate",
                context.ca_certificate.display().to_string(),
            ),
            (
                "ca_key",
                context
                    .ca_key
                    .as_ref()
                    .map(|path| path.display().to_string())
                    .unwrap_or_default(),
            ),
            ("language", context.language.clone().unwrap_or_default()),
        ] {
            if !value.is_empty() {
                push(key, value, "file", place.clone());
            }
        }
        for identity in &context.identities {
            let key = format!("identity.{}", identity.name);
            push(
                &key,
                format!("{} {}", identity.role, identity.key.display()),
                "file",
                place.clone(),
            );
        }
    }
    if let Some((endpoint, from)) = &found.endpoint {
        let place = match (from, &found.file) {
            (context::Origin::File, Some((path, _, _))) => path.display().to_string(),
            _ => String::new(),
        };
        push("endpoint", endpoint.clone(), from.name(), place);
    }
    if list.is_empty() {
        return Err(Failure::new(codes::CONTEXT_MISSING));
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

fn check_context(global: &Global, console: &Console) -> Result<Exit, Failure> {
    let found = context::find(global)?;
    let context = found.context()?;
    let mut problems = Vec::new();
    match config::Folder::genesis(&context.genesis) {
        Ok(founded) => {
            if found.network_id()? != Some(founded.network_id()) {
                let failure = Failure::new(codes::OTHER_NETWORK).with("expected", &context.network);
                problems.push(failure.with("found", hex::encode(founded.network_id())));
            }
        }
        Err(error) => problems.push(error.into()),
    }
    if let Err(failure) = super::org::read_certificate(&context.ca_certificate) {
        problems.push(failure);
    }
    for identity in &context.identities {
        let key = identity
            .open(&|file| console.passphrase(file))
            .map_err(Failure::from);
        let certificate = super::org::read_certificate(&identity.certificate);
        match (key, certificate) {
            (Ok(key), Ok(certificate)) => {
                if certificate.public_key() != key.public_key() {
                    let name = certificate.subject_common_name().unwrap_or_default();
                    problems.push(Failure::new("HT-CRY-027").with("name", name));
                }
            }
            (key, certificate) => problems.extend(key.err().into_iter().chain(certificate.err())),
        }
    }
    let Some(last) = problems.pop() else {
        let path = found
            .file
            .as_ref()
            .map(|(path, _, _)| path.display().to_string())
            .unwrap_or_default();
        console.say(&console.catalogue().done_config_checked(path));
        return Ok(Exit::Ok);
    };
    problems
        .iter()
        .for_each(|failure| console.complain(&failure.render(console)));
    Err(last)
}
