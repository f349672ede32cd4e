//! `hengtan recovery`: going on after a lost quorum, on the folders of nodes that are stopped.

use std::path::{Path, PathBuf};

use hengtan_ledger::v1;

use crate::config::{self, Config, Folder};
use crate::console::{Console, Record};
use crate::recovery::{self, Draft};

use super::arguments::{Recovery, RecoveryApply, RecoveryDraft, RecoveryFinish, RecoverySign};
use super::presentation::{time, whole_id};
use super::session::{confirm, now_ms};
use super::{Exit, Failure, passphrase};

pub fn run(command: Recovery, console: &Console) -> Result<Exit, Failure> {
    match command {
        Recovery::Draft(arguments) => draft(&arguments, console),
        Recovery::Sign(arguments) => sign(&arguments, console),
        Recovery::Finish(arguments) => finish(&arguments, console),
        Recovery::Apply(arguments) => apply(&arguments, console),
    }
}

fn settings(folder: &Path, node: Option<&str>, console: &Console) -> Result<Config, Failure> {
    let path = Folder::new(folder).config_file(node)?;
    Ok(super::config::load(&path, console)?.0)
}

fn draft(arguments: &RecoveryDraft, console: &Console) -> Result<Exit, Failure> {
    let config = settings(&arguments.dir, arguments.node.as_deref(), console)?;
    let draft = recovery::draft(
        &config,
        &arguments.voters,
        arguments.required,
        &arguments.reason,
        now_ms(),
    )?;
    config::write_new(&arguments.out, draft.to_text().as_bytes())?;
    console.say(
        &console
            .catalogue()
            .recovery_drafted(arguments.out.display().to_string()),
    );
    show(&draft.recovery, &arguments.out, console)
}

fn sign(arguments: &RecoverySign, console: &Console) -> Result<Exit, Failure> {
    let draft = Draft::read(&arguments.draft)?;
    let catalogue = console.catalogue();
    // What is signed gives up whatever was beyond the base, for everybody.
    console.say(&sentence(&draft.recovery, console));
    confirm(&catalogue.ask_recovery_sign(), console)?;
    let folder = Folder::new(&arguments.dir);
    let key = {
        let asking = passphrase::source(arguments.ca_passphrase_file.as_deref(), console)?;
        config::open_key(&folder.ca().join("ca.key.pem"), &asking)?
    };
    let signature = draft.sign(&folder, &key, &mut rand::rng())?;
    let out = arguments.out.clone().unwrap_or_else(|| {
        PathBuf::from(format!(
            "recovery-{}.signature.json",
            signature.organisation
        ))
    });
    config::write_new(&out, draft.signature_text(&signature).as_bytes())?;
    console.say(&catalogue.init_signed(signature.organisation, out.display().to_string()));
    show(&draft.recovery, &out, console)
}

fn finish(arguments: &RecoveryFinish, console: &Console) -> Result<Exit, Failure> {
    let draft = Draft::read(&arguments.draft)?;
    let signatures = arguments
        .signatures
        .iter()
        .map(|path| draft.read_signature(path))
        .collect::<Result<Vec<_>, _>>()?;
    config::write_new(&arguments.out, draft.finish(signatures).as_bytes())?;
    console.say(
        &console
            .catalogue()
            .recovery_finished(arguments.out.display().to_string()),
    );
    show(&draft.recovery, &arguments.out, console)
}

fn apply(arguments: &RecoveryApply, console: &Console) -> Result<Exit, Failure> {
    let config = settings(&arguments.dir, arguments.node.as_deref(), console)?;
    let entry = recovery::read_entry(&arguments.file)?;
    let stated = recovery::of_entry(&entry)?;
    let catalogue = console.catalogue();
    console.say(&sentence(&stated, console));
    confirm(
        &catalogue.ask_recovery_apply(config.data.display().to_string()),
        console,
    )?;
    let done = recovery::apply(&config, &entry, arguments.from.as_deref())?;
    // Who verifies receipts from this folder knows of it from now on.
    let known = known_file(&arguments.dir, stated.size);
    if !known.exists() {
        let text = std::fs::read(&arguments.file)
            .map_err(|error| Failure::reading(&arguments.file, &error))?;
        config::write_new(&known, &text)?;
    }
    console.say(&catalogue.recovery_applied(config.node.as_str()));
    let record = Record::new()
        .with("node", catalogue.col_node(), config.node.clone())
        .with("size", catalogue.col_size(), done.size)
        .with_some(
            "raft_before",
            catalogue.col_raft_before(),
            done.aside.map(|path| path.display().to_string()),
        )
        .with("file", catalogue.col_file(), known.display().to_string());
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn known_file(folder: &Path, size: u64) -> PathBuf {
    folder.join(format!("recovery-{size}.json"))
}

/// Recoveries that a network's folder knows.
pub(super) fn known_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.and_then(|name| name.strip_prefix("recovery-")?.strip_suffix(".json"))
                .is_some_and(|size| size.parse::<u64>().is_ok())
        })
        .collect();
    found.sort();
    found
}

fn voters(recovery: &v1::Recovery) -> String {
    let set = recovery.voting_set.clone().unwrap_or_default();
    let nodes: Vec<String> = set
        .voters
        .iter()
        .flat_map(|voter| {
            let organisation = &voter.organisation;
            voter
                .nodes
                .iter()
                .map(move |node| format!("{organisation}/{}", node.name))
        })
        .collect();
    nodes.join(", ")
}

fn sentence(recovery: &v1::Recovery, console: &Console) -> String {
    console.catalogue().recovery_sentence(
        recovery.base.to_string(),
        recovery.size.to_string(),
        voters(recovery),
        recovery.reason.as_str(),
    )
}

fn show(recovery: &v1::Recovery, file: &Path, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let record = Record::new()
        .with("file", catalogue.col_file(), file.display().to_string())
        .with(
            "network_id",
            catalogue.col_network_id(),
            whole_id(&recovery.network_id),
        )
        .with("base", catalogue.col_final_size(), recovery.base)
        .with("size", catalogue.col_size(), recovery.size)
        .with("root", catalogue.col_log_root(), whole_id(&recovery.root))
        .with("voters", catalogue.col_voters(), voters(recovery))
        .with("time", catalogue.col_time(), time(recovery.time_ms))
        .with("reason", catalogue.col_reason(), recovery.reason.clone());
    console.record(&record)?;
    Ok(Exit::Ok)
}
