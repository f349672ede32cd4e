//! `hengtan witness`: who cosigns checkpoints that it has followed.

use std::io::Write as _;
use std::path::Path;

use crypto_sm::sm2::{PublicKey, SecretKey};
use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Command;
use hengtan_ledger::v1;

use crate::config::{self, Folder};
use crate::console::{Column, Console, List, Record};
use crate::witness;

use super::arguments::{Global, Witness, WitnessKey, WitnessRegister, WitnessRemove};
use super::presentation::{short_id, whole_id};
use super::proposal::propose;
use super::session::Session;
use super::{Exit, Failure, codes, context};

pub async fn run(command: Witness, session: &Session<'_>) -> Result<Exit, Failure> {
    match command {
        Witness::Register(arguments) => register(arguments, session).await,
        Witness::Remove(arguments) => remove(arguments, session).await,
        // The key is made without a node.
        Witness::List | Witness::Key(_) => list(session).await,
    }
}

/// Makes key and memory in a node's folder, and tells the node's configuration.
pub fn key(arguments: &WitnessKey, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => context::find(global)?.folder()?,
    };
    let settings = Folder::new(&folder).config_file(arguments.node.as_deref())?;
    let (node, _) = super::config::load(&settings, console)?;
    let founded = Folder::genesis(&node.genesis)?;
    let place = settings.parent().unwrap_or(Path::new("."));
    let key_file = place.join("witness.key.pem");
    let memory_file = place.join("witness.memory.json");
    for path in [&key_file, &memory_file] {
        if path.exists() {
            return Err(Failure::new(codes::FILE_EXISTS).with("path", path.display()));
        }
    }
    hengtan_ledger::field::name("witness", &arguments.name)?;
    if let Some(other) = &node.witness {
        return Err(Failure::new(codes::FILE_EXISTS).with("path", other.key.display()));
    }
    let key = SecretKey::generate(&mut rand::rng());
    let public = key.public_key();
    config::write_secret(&key_file, key.to_pkcs8_pem().as_bytes())?;
    let network = founded.network_id();
    let key_id = public.key_id();
    witness::begin(&memory_file, &network, &arguments.name, key_id.as_bytes())?;
    // Last: from here on the node wants both files.
    let failed = |error: std::io::Error| crate::error::Error::FileUnwritable {
        path: settings.display().to_string(),
        detail: error.to_string(),
    };
    std::fs::OpenOptions::new()
        .append(true)
        .open(&settings)
        .and_then(|mut file| {
            write!(file, "\n[witness]\nname = \"{}\"\n", arguments.name)?;
            file.sync_all()
        })
        .map_err(failed)?;
    let catalogue = console.catalogue();
    console.say(&catalogue.done_witness_key(arguments.name.as_str(), node.node.as_str()));
    let record = Record::new()
        .with("name", catalogue.col_name(), arguments.name.clone())
        .with("node", catalogue.col_node(), node.node.clone())
        .with(
            "public_key",
            catalogue.col_public_key(),
            whole_id(&public.to_uncompressed()),
        )
        .with(
            "key_id",
            catalogue.col_key(),
            whole_id(public.key_id().as_bytes()),
        )
        .with(
            "key_file",
            catalogue.col_key_file(),
            key_file.display().to_string(),
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

async fn list(session: &Session<'_>) -> Result<Exit, Failure> {
    let answer = session
        .client()
        .network_show(api::NetworkShowRequest {})
        .await
        .map_err(|status| session.failed(status))?;
    let set = answer.into_inner().voting_set.unwrap_or_default();
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("name", catalogue.col_name()),
        Column::new("key_id", catalogue.col_key()),
        Column::machine("public_key"),
        Column::new("required", catalogue.col_witnesses_required()).right(),
    ]);
    for witness in set.witnesses {
        let key_id = PublicKey::from_uncompressed(&witness.key)
            .map(|key| key.key_id().as_bytes().to_vec())
            .unwrap_or_default();
        list.push(vec![
            witness.name.into(),
            short_id(&key_id),
            whole_id(&witness.key),
            set.witnesses_required.into(),
        ]);
    }
    session.console.list(&list)?;
    Ok(Exit::Ok)
}

async fn register(arguments: WitnessRegister, session: &Session<'_>) -> Result<Exit, Failure> {
    let invalid = || {
        Failure::new(codes::VALUE_INVALID)
            .with("argument", "--public-key")
            .with("value", &arguments.public_key)
    };
    let key = hex::decode(&arguments.public_key).map_err(|_| invalid())?;
    PublicKey::from_uncompressed(&key).map_err(|_| invalid())?;
    let head = v1::WitnessRegister {
        witness: Some(v1::Witness {
            name: arguments.name,
            key,
        }),
        witnesses_required: arguments.required,
    };
    let command = Command::new("witness.register", &head, Vec::new());
    propose(command, &arguments.reason, arguments.days, session).await
}

async fn remove(arguments: WitnessRemove, session: &Session<'_>) -> Result<Exit, Failure> {
    let head = v1::WitnessRemove {
        name: arguments.name,
        witnesses_required: arguments.required,
    };
    let command = Command::new("witness.remove", &head, Vec::new());
    propose(command, &arguments.reason, arguments.days, session).await
}
