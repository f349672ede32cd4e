//! `hengtan init network`, and the steps of founders far apart: part, draft, sign, finish, settle.

use std::path::{Path, PathBuf};

use hengtan_ledger::genesis::Founded;
use prost::Message as _;

use crate::api::rest;
use crate::cli::arguments::{
    InitDraft, InitFinish, InitNetwork, InitOrganisation, InitPart, InitSettle, InitSign, InitStep,
};
use crate::cli::presentation::whole_id;
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure};
use crate::config::consortium::{Draft, Part, Plan, PlannedOrganisation, apply, rehearse, settle};
use crate::config::{self, Folder};
use crate::console::{Column, Console, List, Record};

pub fn run(step: &InitStep, console: &Console) -> Result<Exit, Failure> {
    match step {
        InitStep::Network(arguments) => network(arguments, console),
        InitStep::Part(arguments) => part(arguments, console),
        InitStep::Draft(arguments) => draft(arguments, console),
        InitStep::Sign(arguments) => sign(arguments, console),
        InitStep::Finish(arguments) => finish(arguments, console),
        InitStep::Settle(arguments) => settled(arguments, console),
        InitStep::Organisation(arguments) => organisation(arguments, console),
    }
}

fn network(arguments: &InitNetwork, console: &Console) -> Result<Exit, Failure> {
    let plan = Plan::read(&arguments.file)?;
    let (founded, _) = rehearse(&arguments.dir, &plan, now_ms(), &mut rand::rng())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.init_rehearsed(
        plan.organisations.len().to_string(),
        plan.nodes.len().to_string(),
        arguments.dir.display().to_string(),
    ));
    console.say(&catalogue.demo_network_made(hex::encode(founded.network_id())));
    let mut list = List::new(vec![
        Column::new("number", catalogue.col_number()).right(),
        Column::new("node", catalogue.col_node()),
        Column::new("organisation", catalogue.col_organisation()),
        Column::new("address", catalogue.col_address()),
        Column::new("command", catalogue.col_command()),
        Column::machine("network_id"),
    ]);
    for node in &founded.genesis().nodes {
        let folder = arguments.dir.join(&node.organisation);
        list.push(vec![
            node.number.into(),
            node.name.clone().into(),
            node.organisation.clone().into(),
            node.address.clone().into(),
            format!(
                "hengtan start --dir {} --node {}",
                folder.display(),
                node.name
            )
            .into(),
            whole_id(&founded.network_id()),
        ]);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

fn part(arguments: &InitPart, console: &Console) -> Result<Exit, Failure> {
    let plan = Plan::read(&arguments.file)?;
    let made = Part::make(
        &plan,
        &arguments.organisation,
        &arguments.dir,
        now_ms(),
        &mut rand::rng(),
    )?;
    let out = out(&arguments.out, &arguments.dir, "part.json");
    config::write_new(&out, made.to_text().as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.init_keys(Folder::new(&arguments.dir).ca().display().to_string()));
    console.say(&catalogue.init_part_made(out.display().to_string()));
    written(&out, None, console)
}

fn draft(arguments: &InitDraft, console: &Console) -> Result<Exit, Failure> {
    let plan = Plan::read(&arguments.file)?;
    let parts = arguments
        .parts
        .iter()
        .map(|path| Part::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let draft = Draft::assemble(&plan, &parts, now_ms(), &mut rand::rng())?;
    config::write_new(&arguments.out, draft.to_text().as_bytes())?;
    let path = arguments.out.display().to_string();
    console.say(&console.catalogue().init_draft_made(path));
    written(&arguments.out, Some(draft.network_id()), console)
}

fn sign(arguments: &InitSign, console: &Console) -> Result<Exit, Failure> {
    let plan = Plan::read(&arguments.file)?;
    let draft = Draft::read(&arguments.draft)?;
    let signature = draft.sign(&plan, &arguments.dir, &mut rand::rng())?;
    let out = out(&arguments.out, &arguments.dir, "signature.json");
    config::write_new(&out, draft.signature_text(&signature).as_bytes())?;
    let path = out.display().to_string();
    console.say(
        &console
            .catalogue()
            .init_signed(signature.organisation, path),
    );
    written(&out, Some(draft.network_id()), console)
}

fn finish(arguments: &InitFinish, console: &Console) -> Result<Exit, Failure> {
    let draft = Draft::read(&arguments.draft)?;
    let signatures = arguments
        .signatures
        .iter()
        .map(|path| draft.read_signature(path))
        .collect::<Result<Vec<_>, _>>()?;
    let founded = draft.finish(signatures)?;
    config::write_new(&arguments.out, founded.bytes())?;
    let path = arguments.out.display().to_string();
    console.say(&console.catalogue().init_finished(path));
    written(&arguments.out, Some(founded.network_id()), console)
}

fn settled(arguments: &InitSettle, console: &Console) -> Result<Exit, Failure> {
    let plan = Plan::read(&arguments.file)?;
    let founded: Founded = Folder::genesis(&arguments.genesis)?;
    settle(&plan, &founded, &arguments.organisation, &arguments.dir)?;
    let dir = arguments.dir.display().to_string();
    console.say(&console.catalogue().init_settled(dir));
    written(
        &Folder::new(&arguments.dir).genesis_file(),
        Some(founded.network_id()),
        console,
    )
}

fn organisation(arguments: &InitOrganisation, console: &Console) -> Result<Exit, Failure> {
    let founded: Founded = Folder::genesis(&arguments.genesis)?;
    let planned = PlannedOrganisation {
        name: arguments.id.clone(),
        name_zh: arguments.name_zh.clone(),
        name_en: arguments.name_en.clone(),
        credit_code: arguments.credit_code.clone(),
        duties: arguments
            .duty
            .iter()
            .map(|duty| hengtan_ledger::v1::Role::from(*duty).word().to_owned())
            .collect(),
        // A node of its own makes it a voter, once governance promotes it.
        voting: false,
        jurisdiction: arguments.jurisdiction.clone(),
    };
    let admission = apply(
        &planned,
        &founded,
        &arguments.door,
        &arguments.dir,
        now_ms(),
        &mut rand::rng(),
    )?;
    let fields = rest::json_of("organisation.admit", &admission.encode_to_vec());
    let text = serde_json::to_string_pretty(&fields.unwrap_or_default()).unwrap_or_default();
    let path = arguments.dir.join("admission.json");
    config::write_new(&path, (text + "\n").as_bytes())?;
    let catalogue = console.catalogue();
    console.say(&catalogue.init_keys(Folder::new(&arguments.dir).ca().display().to_string()));
    console.say(&catalogue.init_applied(path.display().to_string()));
    written(&path, Some(founded.network_id()), console)
}

fn out(given: &Option<PathBuf>, dir: &Path, name: &str) -> PathBuf {
    given.clone().unwrap_or_else(|| dir.join(name))
}

fn written(path: &Path, network: Option<[u8; 32]>, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let mut record = Record::new().with("file", catalogue.col_file(), path.display().to_string());
    if let Some(network) = network {
        record = record.with("network_id", catalogue.col_network_id(), whole_id(&network));
    }
    console.record(&record)?;
    Ok(Exit::Ok)
}
