//! Grammar of what concerns several nodes: founding, status, leadership.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::note_name;

/// `init …`
#[derive(Debug, Subcommand)]
pub enum InitStep {
    /// Everything in one place.
    Network(InitNetwork),
    /// Keys of one founder.
    Part(InitPart),
    /// All parts together.
    Draft(InitDraft),
    /// A founder's signature.
    Sign(InitSign),
    /// Genesis.
    Finish(InitFinish),
    /// Genesis into a founder's folder.
    Settle(InitSettle),
    /// Folder of an organisation that comes later.
    Organisation(InitOrganisation),
}

/// `init network`
#[derive(Debug, Args)]
pub struct InitNetwork {
    /// The founders' file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folder of the network.
    #[arg(long, value_name = "DIR", default_value = "hengtan-network")]
    pub dir: PathBuf,
}

/// `init part`
#[derive(Debug, Args)]
pub struct InitPart {
    /// The founders' file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which founder.
    #[arg(long, value_name = "ID", value_parser = note_name)]
    pub organisation: String,
    /// Its folder.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The part.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `init draft`
#[derive(Debug, Args)]
pub struct InitDraft {
    /// The founders' file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The parts.
    #[arg(value_name = "PART", required = true, id = "part")]
    pub parts: Vec<PathBuf>,
    /// The draft.
    #[arg(long, value_name = "FILE", default_value = "draft.json")]
    pub out: PathBuf,
}

/// `init sign`
#[derive(Debug, Args)]
pub struct InitSign {
    /// The founders' file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The draft.
    #[arg(value_name = "DRAFT")]
    pub draft: PathBuf,
    /// The founder's folder.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The signature.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `init finish`
#[derive(Debug, Args)]
pub struct InitFinish {
    /// The draft.
    #[arg(value_name = "DRAFT")]
    pub draft: PathBuf,
    /// The signatures.
    #[arg(value_name = "SIGNATURE", required = true, id = "signature")]
    pub signatures: Vec<PathBuf>,
    /// Genesis.
    #[arg(long, value_name = "FILE", default_value = "genesis.pb")]
    pub out: PathBuf,
}

/// `init settle`
#[derive(Debug, Args)]
pub struct InitSettle {
    /// The founders' file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Genesis.
    #[arg(value_name = "GENESIS")]
    pub genesis: PathBuf,
    /// Which founder.
    #[arg(long, value_name = "ID", value_parser = note_name)]
    pub organisation: String,
    /// Its folder.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `init organisation`
#[derive(Debug, Args)]
pub struct InitOrganisation {
    /// Id.
    #[arg(value_name = "ID", value_parser = note_name)]
    pub id: String,
    /// Genesis of the network.
    #[arg(long, value_name = "GENESIS")]
    pub genesis: PathBuf,
    /// Its folder.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Node of the network that its commands speak to first.
    #[arg(long, value_name = "URL")]
    pub door: String,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub name_zh: String,
    /// English display name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub name_en: String,
    /// Unified social credit code.
    #[arg(long, value_name = "CODE", default_value = "")]
    pub credit_code: String,
    /// Duties besides those that each organisation has.
    #[arg(long, value_name = "DUTY", action = clap::ArgAction::Append, default_value = "business")]
    pub duty: Vec<super::Role>,
    /// Where an authority is competent.
    #[arg(long, value_name = "REGION", default_value = "")]
    pub jurisdiction: String,
}

/// `cluster …`
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// One row for each node.
    Status(ClusterStatus),
}

/// `cluster status`
#[derive(Debug, Args)]
pub struct ClusterStatus {
    /// Again and again.
    #[arg(long)]
    pub watch: bool,
    /// How often.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub every: u64,
}

/// `entry …`
#[derive(Debug, Subcommand)]
pub enum Entry {
    /// Final entries as they come.
    Watch(EntryWatch),
}

/// `entry watch`
#[derive(Debug, Args)]
pub struct EntryWatch {
    /// First index.
    #[arg(long, value_name = "INDEX")]
    pub from: Option<u64>,
    /// Kinds of commands.
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// Organisation of the sender.
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// End after so many entries.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub count: u64,
}

/// `leader …`
#[derive(Debug, Subcommand)]
pub enum Leader {
    /// Lets another node lead.
    Transfer(LeaderTransfer),
}

/// `leader transfer`
#[derive(Debug, Args)]
pub struct LeaderTransfer {
    /// Name or number of the node.
    #[arg(id = "node", value_name = "NODE")]
    pub to: String,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Node within the folder that is asked.
    #[arg(id = "node-name", long = "node", value_name = "NAME")]
    pub node: Option<String>,
}

/// How many nodes a demonstration has.
pub(super) fn node_count(text: &str) -> Result<u8, String> {
    match text {
        "1" => Ok(1),
        "4" => Ok(4),
        _ => Err("1, 4".to_owned()),
    }
}
