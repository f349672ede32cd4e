//! `node …`, `policy …`, `proposal …`, `blame …`: the grammar of deciding together.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Page, note_name};

/// `proposal …`
#[derive(Debug, Subcommand)]
pub enum Proposal {
    /// Lists.
    List(Page),
    /// Shows one.
    Show(ProposalShow),
    /// Opens one.
    Open(ProposalOpen),
    /// Votes.
    Vote(ProposalVote),
    /// Takes one back.
    Withdraw(ProposalWithdraw),
}

/// `proposal show`
#[derive(Debug, Args)]
pub struct ProposalShow {
    /// Number.
    #[arg(value_name = "NUMBER")]
    pub number: u64,
}

/// `proposal open`
#[derive(Debug, Args)]
pub struct ProposalOpen {
    /// Command kind.
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Its fields.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Days for voting.
    #[arg(long = "for", value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=89))]
    pub days: u64,
}

/// `proposal vote`
#[derive(Debug, Args)]
pub struct ProposalVote {
    /// Number.
    #[arg(value_name = "NUMBER")]
    pub number: u64,
    /// Votes no.
    #[arg(long)]
    pub against: bool,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `proposal withdraw`
#[derive(Debug, Args)]
pub struct ProposalWithdraw {
    /// Number.
    #[arg(value_name = "NUMBER")]
    pub number: u64,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `policy …`
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Lists.
    List(Page),
}

/// `node …`
#[derive(Debug, Subcommand)]
pub enum Node {
    /// Lists.
    List(Page),
    /// Makes keys and settings of a new node.
    Prepare(NodePrepare),
    /// Registers a prepared node and tells it about the others.
    Join(NodeJoin),
    /// Registers a learner.
    Register(NodeRegister),
    /// Gives a node another key or address.
    Change(NodeChange),
    /// Makes a learner a voter.
    Promote(NodeVote),
    /// Makes a voter a learner.
    Demote(NodeVote),
    /// Swaps one's own voter.
    Replace(NodeReplace),
    /// Removes a learner.
    Remove(NodeEnd),
    /// Revokes a transport key.
    Revoke(NodeEnd),
}

/// `node prepare`
#[derive(Debug, Args)]
pub struct NodePrepare {
    /// Name.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Where the others reach it.
    #[arg(long, value_name = "ADDRESS")]
    pub address: String,
    /// Where it listens for the others, if not there.
    #[arg(long, value_name = "ADDRESS")]
    pub peer_listen: Option<SocketAddr>,
    /// Where it listens for clients.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7440")]
    pub api: SocketAddr,
    /// How long its transport certificate is valid.
    #[arg(long, value_name = "DAYS", default_value_t = 1095, value_parser = clap::value_parser!(u64).range(1..=7300))]
    pub days: u64,
}

/// `node join`
#[derive(Debug, Args)]
pub struct NodeJoin {
    /// Name.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
}

/// `node register`
#[derive(Debug, Args)]
pub struct NodeRegister {
    /// Name.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Public statement key.
    #[arg(long, value_name = "HEX")]
    pub statement_key: String,
    /// Transport certificate.
    #[arg(long, value_name = "FILE")]
    pub certificate: PathBuf,
    /// Where the others reach it.
    #[arg(long, value_name = "ADDRESS")]
    pub address: String,
}

/// `node change`
#[derive(Debug, Args)]
pub struct NodeChange {
    /// Name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// New transport certificate.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// New address.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// Level that the software knows.
    #[arg(long, value_name = "LEVEL")]
    pub feature_level: Option<u32>,
}

/// `node promote`, `node demote`
#[derive(Debug, Args)]
pub struct NodeVote {
    /// Name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Days for voting, where several decide.
    #[arg(long = "for", value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=89))]
    pub days: u64,
}

/// `node replace`
#[derive(Debug, Args)]
pub struct NodeReplace {
    /// Voter that steps back.
    #[arg(value_name = "VOTER")]
    pub voter: String,
    /// Learner that takes its place.
    #[arg(value_name = "LEARNER")]
    pub learner: String,
}

/// `node remove`, `node revoke`
#[derive(Debug, Args)]
pub struct NodeEnd {
    /// Name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `audit …`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// The log as a file.
    Export(AuditExport),
    /// Its replay.
    Replay(AuditReplay),
}

/// `audit export`
#[derive(Debug, Args)]
pub struct AuditExport {
    /// File to write.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `audit replay`
#[derive(Debug, Args)]
pub struct AuditReplay {
    /// Exported log.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The network that the auditor knows.
    #[arg(long, value_name = "HEX-OR-FILE")]
    pub network: Option<String>,
    /// Folder for proofs of misconduct.
    #[arg(long, value_name = "DIR")]
    pub blame: Option<PathBuf>,
}

/// `witness …`
#[derive(Debug, Subcommand)]
pub enum Witness {
    /// Lists.
    List,
    /// Makes a key.
    Key(WitnessKey),
    /// Registers one.
    Register(WitnessRegister),
    /// Removes one.
    Remove(WitnessRemove),
}

/// `witness key`
#[derive(Debug, Args)]
pub struct WitnessKey {
    /// Name.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Node within the folder.
    #[arg(id = "node-name", long = "node", value_name = "NAME")]
    pub node: Option<String>,
}

/// `witness register`
#[derive(Debug, Args)]
pub struct WitnessRegister {
    /// Name.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Its key.
    #[arg(long, value_name = "HEX")]
    pub public_key: String,
    /// How many witnesses a final checkpoint needs from then on.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub required: u32,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Days for voting, where several decide.
    #[arg(long = "for", value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=89))]
    pub days: u64,
}

/// `witness remove`
#[derive(Debug, Args)]
pub struct WitnessRemove {
    /// Name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// How many witnesses a final checkpoint needs from then on.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub required: u32,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Days for voting, where several decide.
    #[arg(long = "for", value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=89))]
    pub days: u64,
}

/// `recovery …`
#[derive(Debug, Subcommand)]
pub enum Recovery {
    /// Says what is kept and who votes.
    Draft(RecoveryDraft),
    /// Signs a draft.
    Sign(RecoverySign),
    /// Puts draft and signatures together.
    Finish(RecoveryFinish),
    /// Carries it out in a node's folder.
    Apply(RecoveryApply),
}

/// `recovery draft`
#[derive(Debug, Args)]
pub struct RecoveryDraft {
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Node within the folder.
    #[arg(id = "node-name", long = "node", value_name = "NAME")]
    pub node: Option<String>,
    /// Who votes from then on.
    #[arg(id = "voter", long = "voter", value_name = "NODE", required = true)]
    pub voters: Vec<String>,
    /// How many witnesses a final checkpoint needs from then on.
    #[arg(long, value_name = "COUNT")]
    pub required: Option<u32>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The draft.
    #[arg(long, value_name = "FILE", default_value = "recovery.draft.json")]
    pub out: PathBuf,
}

/// `recovery sign`
#[derive(Debug, Args)]
pub struct RecoverySign {
    /// The draft.
    #[arg(value_name = "DRAFT")]
    pub draft: PathBuf,
    /// Folder with the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
    /// The signature.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `recovery finish`
#[derive(Debug, Args)]
pub struct RecoveryFinish {
    /// The draft.
    #[arg(value_name = "DRAFT")]
    pub draft: PathBuf,
    /// The signatures.
    #[arg(value_name = "SIGNATURE", required = true, id = "signature")]
    pub signatures: Vec<PathBuf>,
    /// The recovery.
    #[arg(long, value_name = "FILE", default_value = "recovery.json")]
    pub out: PathBuf,
}

/// `recovery apply`
#[derive(Debug, Args)]
pub struct RecoveryApply {
    /// The recovery.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Node within the folder.
    #[arg(id = "node-name", long = "node", value_name = "NAME")]
    pub node: Option<String>,
    /// Copy of the data folder of a node in which it has been carried out.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

/// `blame …`
#[derive(Debug, Subcommand)]
pub enum Blame {
    /// Verifies.
    Verify(BlameVerify),
}

/// `blame verify`
#[derive(Debug, Args)]
pub struct BlameVerify {
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Network that is expected.
    #[arg(long, value_name = "HEX-OR-FILE")]
    pub network: Option<String>,
}
