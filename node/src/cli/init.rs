//! `hengtan init`: a network of one organisation in a folder.

mod consortium;

use std::path::Path;

use hengtan_ledger::v1;

use crate::config::{self, Context, Folder, Founder, Founding};
use crate::console::{Console, Record};

use super::arguments::Init;
use super::presentation::whole_id;
use super::session::now_ms;
use super::{Exit, Failure, context};

/// Name of the first node.
const NODE: &str = "node-1";

pub fn run(arguments: &Init, console: &Console) -> Result<Exit, Failure> {
    if let Some(step) = &arguments.step {
        return consortium::run(step, console);
    }
    let catalogue = console.catalogue();
    let founded = found(arguments)?;
    let folder = Folder::new(&arguments.dir);
    let default = if arguments.no_default_context {
        None
    } else {
        adopt_as_default(&folder)?
    };
    let dir = arguments.dir.display().to_string();
    console.say(&catalogue.done_init(dir.as_str()));
    console.say(&catalogue.init_keys(folder.ca().display().to_string()));
    if let Some(path) = &default {
        console.say(&catalogue.init_default_context(path.display().to_string()));
    }
    console.say(&catalogue.init_next(dir.as_str()));
    let record = Record::new()
        .with("network", catalogue.col_network(), arguments.name.clone())
        .with("network_id", catalogue.col_network_id(), whole_id(&founded))
        .with(
            "organisation",
            catalogue.col_organisation(),
            arguments.organisation.clone(),
        )
        .with("folder", catalogue.col_folder(), dir)
        .with(
            "genesis",
            catalogue.col_genesis(),
            folder.genesis_json().display().to_string(),
        )
        .with(
            "context",
            catalogue.col_context(),
            folder.context_file().display().to_string(),
        )
        .with(
            "config",
            catalogue.col_config(),
            folder.node(NODE).join("config.toml").display().to_string(),
        );
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// Makes the network, and gives its id.
pub(super) fn found(arguments: &Init) -> Result<[u8; 32], Failure> {
    let name = v1::DisplayName {
        zh: arguments.name_zh.clone().unwrap_or_default(),
        en: match (&arguments.name_zh, &arguments.name_en) {
            (None, None) => arguments.organisation.clone(),
            (_, en) => en.clone().unwrap_or_default(),
        },
    };
    let plan = Founding {
        name: arguments.name.clone(),
        display_name: v1::DisplayName {
            zh: name.zh.clone(),
            en: name.en.clone(),
        },
        organisation: arguments.organisation.clone(),
        organisation_display_name: name,
        unified_social_credit_code: arguments.credit_code.clone().unwrap_or_default(),
        members: Founder::usual(),
        node: NODE.to_owned(),
        listen: arguments.listen,
        reviewers: u32::from(arguments.require_review),
        policy_delay_ms: hengtan_ledger::genesis::default_limits().policy_delay_ms,
        tls: arguments.tls,
    };
    let founded = config::found(&arguments.dir, &plan, now_ms(), &mut rand::rng())?;
    Ok(founded.network_id())
}

/// Makes the folder's context the person's own if there is none yet.
fn adopt_as_default(folder: &Folder) -> Result<Option<std::path::PathBuf>, Failure> {
    let Some(path) = context::default_file() else {
        return Ok(None);
    };
    if path.exists() {
        return Ok(None);
    }
    let context = Context::read(&folder.context_file())?.absolute(Path::new("."));
    // A home that cannot be written to is no reason to fail: the folder's own context works as well.
    Ok(config::write_new(&path, context.to_text().as_bytes())
        .ok()
        .map(|()| path))
}
