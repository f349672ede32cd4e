//! The command line's grammar: commands, their arguments, defaults. No word for people stands here; the texts come from
//! the catalogue, found by command and argument name.

mod cert;
mod cluster;
mod cms;
mod governance;

pub use cert::*;
use cluster::node_count;
pub use cluster::*;
pub use cms::*;
pub use governance::*;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "hengtan",
    version,
    infer_long_args = false,
    propagate_version = false
)]
pub struct CommandLine {
    /// Options that every command understands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command understands.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Language.
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
    /// Context file.
    #[arg(long, global = true, value_name = "FILE")]
    pub context: Option<PathBuf>,
    /// Where the node listens.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Form of the data on standard output.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORM",
        default_value = "table"
    )]
    pub output: OutputForm,
    /// When to use colour.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// No talk but errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Agree to every question.
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// How long to wait for the node.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
}

/// Form of data on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputForm {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// Comma-separated values with a header line.
    Csv,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands, grouped by noun.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a network.
    Init(Init),
    /// Runs a node.
    Start(Start),
    /// Keys.
    #[command(subcommand, arg_required_else_help = true)]
    Key(Key),
    /// Certificates.
    #[command(subcommand, arg_required_else_help = true)]
    Cert(Cert),
    /// Organisations.
    #[command(subcommand, arg_required_else_help = true)]
    Org(Org),
    /// Members.
    #[command(subcommand, arg_required_else_help = true)]
    Member(Member),
    /// Nodes.
    #[command(subcommand, arg_required_else_help = true)]
    Node(Node),
    /// Policies.
    #[command(subcommand, arg_required_else_help = true)]
    Policy(Policy),
    /// Proposals.
    #[command(subcommand, arg_required_else_help = true)]
    Proposal(Proposal),
    /// Witnesses.
    #[command(subcommand, arg_required_else_help = true)]
    Witness(Witness),
    /// Proofs of misconduct.
    #[command(subcommand, arg_required_else_help = true)]
    Blame(Blame),
    /// Audits of the log.
    #[command(subcommand, arg_required_else_help = true)]
    Audit(Audit),
    /// Facilities.
    #[command(subcommand, arg_required_else_help = true)]
    Facility(Facility),
    /// Activity data.
    #[command(subcommand, arg_required_else_help = true)]
    Activity(Activity),
    /// Emission factors.
    #[command(subcommand, arg_required_else_help = true)]
    Factor(Factor),
    /// GHG inventories.
    #[command(subcommand, arg_required_else_help = true)]
    Inventory(Inventory),
    /// A document under a standard.
    Calculate(Calculate),
    /// Where a number comes from, or what a code means.
    Explain(Explain),
    /// Receipts.
    #[command(subcommand, arg_required_else_help = true)]
    Receipt(Receipt),
    /// Checks a receipt offline.
    Verify(Verify),
    /// Backups.
    #[command(subcommand, arg_required_else_help = true)]
    Backup(Backup),
    /// Going on after a lost quorum.
    #[command(subcommand, arg_required_else_help = true)]
    Recovery(Recovery),
    /// State of the node.
    Status(Status),
    /// All nodes.
    #[command(subcommand, arg_required_else_help = true)]
    Cluster(Cluster),
    /// Who leads.
    #[command(subcommand, arg_required_else_help = true)]
    Leader(Leader),
    /// Entries of the log.
    #[command(subcommand, arg_required_else_help = true)]
    Entry(Entry),
    /// Checks of this installation.
    Doctor(Doctor),
    /// Configuration.
    #[command(subcommand, arg_required_else_help = true)]
    Config(Config),
    /// Shell completion.
    Completion(Completion),
    /// The demonstration.
    Demo(Demo),
    /// Measurements.
    Bench(Bench),
    /// Cryptography.
    #[command(subcommand, arg_required_else_help = true)]
    Crypto(Crypto),
}

/// `calculate`
#[derive(Debug, Args)]
pub struct Calculate {
    /// Code of the standard; all of them if absent.
    #[arg(value_name = "STANDARD")]
    pub standard: Option<String>,
    /// The document.
    #[arg(value_name = "FILE", conflicts_with = "example")]
    pub file: Option<PathBuf>,
    /// An example of the document.
    #[arg(long, requires = "standard")]
    pub example: bool,
    /// Refuse figures that are recalled or drafted.
    #[arg(long, requires = "file")]
    pub official: bool,
    /// Every number with its origin.
    #[arg(long, requires = "file")]
    pub explain: bool,
    /// Only what stands behind these outcomes.
    #[arg(long, value_name = "CODE", requires = "file")]
    pub of: Vec<String>,
    /// Every number with its origin, as a diagram.
    #[arg(long, value_name = "KIND", requires = "file")]
    pub diagram: Option<Diagram>,
    /// The result in a form of another body.
    #[arg(long, value_name = "FORM", requires = "file", conflicts_with_all = ["explain", "of", "diagram"])]
    pub export: Option<String>,
}

/// Languages of diagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Diagram {
    /// For pages.
    Mermaid,
    /// For Graphviz.
    Dot,
}

/// `crypto …`
#[derive(Debug, Subcommand)]
pub enum Crypto {
    /// Checks the algorithms.
    Selftest(CryptoSelftest),
    /// Signs and encrypts messages.
    #[command(subcommand)]
    Cms(Box<Cms>),
}

/// `crypto selftest`
#[derive(Debug, Args)]
pub struct CryptoSelftest {
    /// Tests the system's generator of random numbers too.
    #[arg(long)]
    pub full: bool,
}

/// `init`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Init {
    /// A network of several organisations.
    #[command(subcommand)]
    pub step: Option<InitStep>,
    /// Folder of the network.
    #[arg(long, value_name = "DIR", default_value = "hengtan-network")]
    pub dir: PathBuf,
    /// Name of the network.
    #[arg(long, value_name = "NAME", default_value = "hengtan", value_parser = note_name)]
    pub name: String,
    /// Id of the organisation.
    #[arg(long, value_name = "ID", default_value = "enterprise", value_parser = note_name)]
    pub organisation: String,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT")]
    pub name_zh: Option<String>,
    /// English display name.
    #[arg(long, value_name = "TEXT")]
    pub name_en: Option<String>,
    /// Unified social credit code.
    #[arg(long, value_name = "CODE")]
    pub credit_code: Option<String>,
    /// Address of the node.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7440")]
    pub listen: SocketAddr,
    /// Second signature before rows count.
    #[arg(long)]
    pub require_review: bool,
    /// Leave the user's default context alone.
    #[arg(long)]
    pub no_default_context: bool,
    /// TLS with SM suites.
    #[arg(long)]
    pub tls: bool,
}

/// `start`
#[derive(Debug, Args)]
pub struct Start {
    /// Folder of the network.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub dir: Option<PathBuf>,
    /// Node within the folder.
    #[arg(long, value_name = "NAME", requires = "dir")]
    pub node: Option<String>,
    /// Configuration file of the node.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Written when the node serves.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Form of the log on standard error.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub log: LogForm,
}

/// Form of the node's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object in each line.
    Json,
}

/// `key …`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Makes a key, and where the CA's key is at hand a certificate.
    New(KeyNew),
    /// Shows what a key or certificate file holds.
    Show(KeyShow),
    /// Lists the keys of the context and asks each place whether it answers.
    List,
    /// Encrypts a key file, changes its passphrase or takes it away.
    Passphrase(KeyPassphrase),
    /// Opens an encryption key that a CA delivered.
    Receive(KeyReceive),
}

/// `key receive`
#[derive(Debug, Args)]
pub struct KeyReceive {
    /// Delivered key (SM2EnvelopedKey).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Signing key of the request.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// New file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// File with the passphrase, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `key passphrase`
#[derive(Debug, Args)]
pub struct KeyPassphrase {
    /// PEM file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// File with the new passphrase, or `prompt`.
    #[arg(long, value_name = "FILE", default_value = "prompt")]
    pub passphrase_file: PathBuf,
    /// File with the present passphrase.
    #[arg(long, value_name = "FILE")]
    pub old_passphrase_file: Option<PathBuf>,
    /// Leaves the key plain.
    #[arg(long, conflicts_with = "passphrase_file")]
    pub remove: bool,
}

/// `key new`
#[derive(Debug, Args)]
pub struct KeyNew {
    /// Name of the holder.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Roles in the certificate.
    #[arg(long, value_name = "ROLE", required_unless_present = "no_certificate")]
    pub role: Option<Role>,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Folder for the files.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The key alone.
    #[arg(long, conflicts_with = "role")]
    pub no_certificate: bool,
    /// File with the passphrase, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// What a member does, and what an organisation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Admits organisations, changes policies.
    Governance,
    /// Enrols members, runs nodes, adopts factor sets.
    Operations,
    /// Records, reviews and closes.
    Business,
    /// The competent authority.
    Regulator,
    /// Verification service body.
    Verifier,
    /// Reads everything.
    Auditor,
    /// Registry operator.
    Registry,
    /// Supply-chain partner.
    Partner,
}

/// `key show`
#[derive(Debug, Args)]
pub struct KeyShow {
    /// PEM file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `org …`
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Lists.
    List(Page),
    /// Shows one.
    Show(OrgShow),
    /// Admits one.
    Admit(OrgAdmit),
}

/// How much of a list.
#[derive(Clone, Debug, Args)]
pub struct Page {
    /// At most so many lines; 0 for all.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub limit: u64,
}

/// `org show`
#[derive(Debug, Args)]
pub struct OrgShow {
    /// Id.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// `org admit`
#[derive(Debug, Args)]
pub struct OrgAdmit {
    /// Id.
    #[arg(value_name = "ID", value_parser = note_name)]
    pub id: String,
    /// CA certificate.
    #[arg(long, value_name = "FILE")]
    pub ca: PathBuf,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT")]
    pub name_zh: Option<String>,
    /// English display name.
    #[arg(long, value_name = "TEXT")]
    pub name_en: Option<String>,
    /// Unified social credit code.
    #[arg(long, value_name = "CODE")]
    pub credit_code: Option<String>,
    /// Duties.
    #[arg(long, value_name = "DUTY", required = true, action = ArgAction::Append)]
    pub duty: Vec<Role>,
    /// Where an authority is competent.
    #[arg(long, value_name = "REGION")]
    pub jurisdiction: Option<String>,
    /// Certificates of first members.
    #[arg(long, value_name = "FILE", required = true, action = ArgAction::Append)]
    pub member: Vec<PathBuf>,
}

/// `member …`
#[derive(Debug, Subcommand)]
pub enum Member {
    /// Lists.
    List(MemberList),
    /// Shows one.
    Show(MemberShow),
    /// Enrols one.
    Enrol(MemberEnrol),
    /// Revokes one.
    Revoke(MemberRevoke),
}

/// `member list`
#[derive(Debug, Args)]
pub struct MemberList {
    /// Of this organisation.
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// How many.
    #[command(flatten)]
    pub page: Page,
}

/// `member show`
#[derive(Debug, Args)]
pub struct MemberShow {
    /// Name or key id.
    #[arg(value_name = "NAME-OR-KEY")]
    pub member: String,
}

/// `member enrol`
#[derive(Debug, Args)]
pub struct MemberEnrol {
    /// Certificate.
    #[arg(value_name = "CERTIFICATE")]
    pub certificate: PathBuf,
    /// Name; the certificate's if absent.
    #[arg(long, value_name = "NAME", value_parser = note_name)]
    pub name: Option<String>,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT")]
    pub name_zh: Option<String>,
    /// English display name.
    #[arg(long, value_name = "TEXT")]
    pub name_en: Option<String>,
}

/// `member revoke`
#[derive(Debug, Args)]
pub struct MemberRevoke {
    /// Name or key id.
    #[arg(value_name = "NAME-OR-KEY")]
    pub member: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `facility …`
#[derive(Debug, Subcommand)]
pub enum Facility {
    /// Lists.
    List(Page),
    /// Shows one.
    Show(FacilityShow),
    /// Registers one.
    Register(FacilityRegister),
}

/// `facility show`
#[derive(Debug, Args)]
pub struct FacilityShow {
    /// Id.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// `facility register`
#[derive(Debug, Args)]
pub struct FacilityRegister {
    /// Id.
    #[arg(value_name = "ID", value_parser = note_name)]
    pub id: String,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT")]
    pub name_zh: Option<String>,
    /// English display name.
    #[arg(long, value_name = "TEXT")]
    pub name_en: Option<String>,
    /// Province or region.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Postal address.
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
    /// GB/T 4754 code.
    #[arg(long, value_name = "CODE")]
    pub industry_code: Option<String>,
    /// Permit number or the like.
    #[arg(long, value_name = "TEXT")]
    pub external_id: Option<String>,
}

/// `activity …`
#[derive(Debug, Subcommand)]
pub enum Activity {
    /// Imports files.
    Import(ActivityImport),
    /// Lists rows.
    List(ActivityList),
    /// Shows one row.
    Show(ActivityShow),
    /// Submits an import.
    Submit(ActivitySubmit),
    /// Reviews an import.
    Review(ActivityReview),
    /// Replaces rows.
    Replace(ActivityReplace),
    /// Voids rows.
    Void(ActivityVoid),
}

/// `activity import`
#[derive(Debug, Args)]
pub struct ActivityImport {
    /// CSV or XLSX.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Sheet of a workbook.
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub sheet: Vec<String>,
    /// Facility of rows that name none.
    #[arg(long, value_name = "ID")]
    pub facility: Option<String>,
    /// Record good rows only.
    #[arg(long)]
    pub skip_bad: bool,
    /// Where bad rows go.
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    pub bad_rows: Option<PathBuf>,
    /// Monitoring plan that the rows must meet.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Read and calculate only.
    #[arg(long)]
    pub dry_run: bool,
    /// Record, and leave the rows pending.
    #[arg(long, conflicts_with = "dry_run")]
    pub pending: bool,
    /// Closed inventory that the import corrects.
    #[arg(long, value_name = "INVENTORY")]
    pub restates: Option<String>,
    /// How to calculate.
    #[command(flatten)]
    pub profile: Profile,
}

/// Settings of a calculation.
#[derive(Clone, Debug, Args)]
pub struct Profile {
    /// Table of global warming potentials.
    #[arg(long, value_name = "TABLE", default_value = "ar5")]
    pub gwp: String,
    /// Rounding rule.
    #[arg(long, value_name = "RULE", default_value = "unrounded")]
    pub rounding: RoundingRule,
    /// Factor sets to choose from.
    #[arg(long, value_name = "SET", action = ArgAction::Append)]
    pub factor_set: Vec<String>,
}

/// `activity list`
#[derive(Debug, Args)]
pub struct ActivityList {
    /// One import only.
    #[arg(value_name = "IMPORT")]
    pub import: Option<String>,
    /// One facility only.
    #[arg(long, value_name = "ID")]
    pub facility: Option<String>,
    /// One category only.
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// From this day or month.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// To this day or month.
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// One line for each import.
    #[arg(long)]
    pub imports: bool,
    /// How many.
    #[command(flatten)]
    pub page: Page,
}

/// `activity show`
#[derive(Debug, Args)]
pub struct ActivityShow {
    /// Row.
    #[arg(value_name = "ROW")]
    pub row: String,
}

/// `activity submit`
#[derive(Debug, Args)]
pub struct ActivitySubmit {
    /// Import.
    #[arg(value_name = "IMPORT")]
    pub import: String,
}

/// `activity review`
#[derive(Debug, Args)]
pub struct ActivityReview {
    /// Import.
    #[arg(value_name = "IMPORT")]
    pub import: String,
    /// What the reviewer says.
    #[arg(long, value_name = "TEXT")]
    pub statement: Option<String>,
}

/// `activity replace`
#[derive(Debug, Args)]
pub struct ActivityReplace {
    /// Row to replace.
    #[arg(value_name = "ROW")]
    pub row: String,
    /// File with the one new row.
    #[arg(long, value_name = "FILE")]
    pub with: PathBuf,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// How to calculate.
    #[command(flatten)]
    pub profile: Profile,
}

/// `activity void`
#[derive(Debug, Args)]
pub struct ActivityVoid {
    /// Rows, or a whole import, to void.
    #[arg(value_name = "ROW", required = true)]
    pub rows: Vec<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `factor …`
#[derive(Debug, Subcommand)]
pub enum Factor {
    /// Lists.
    List(FactorList),
    /// Shows one.
    Show(FactorShow),
    /// Searches.
    Search(FactorSearch),
    /// Lists sets.
    Sets(FactorSets),
    /// Adopts sets.
    Adopt(FactorAdopt),
    /// Reviews sets.
    Lint(FactorLint),
    /// Compares two sets.
    Diff(FactorDiff),
    /// Reads a table.
    Import(FactorImport),
    /// Shows what inventories would be.
    Simulate(FactorSimulate),
    /// Signs a set.
    Sign(FactorSign),
    /// Says by whom sets are signed.
    Verify(FactorVerify),
}

/// `factor sign`
#[derive(Debug, Args)]
pub struct FactorSign {
    /// Folder of the set.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Key, a PEM file.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Its certificate.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `factor verify`
#[derive(Debug, Args)]
pub struct FactorVerify {
    /// Folders of sets.
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
    /// Certificates or public keys of those who may sign.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub signer: Vec<PathBuf>,
    /// Certificates of authorities whose members may sign.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub ca: Vec<PathBuf>,
}

/// `factor simulate`
#[derive(Debug, Args)]
pub struct FactorSimulate {
    /// The other set.
    #[arg(long, value_name = "SET")]
    pub set: String,
    /// Sets that it takes the place of.
    #[arg(long, value_name = "SET", action = ArgAction::Append)]
    pub instead_of: Vec<String>,
    /// Inventories; all if absent.
    #[arg(value_name = "INVENTORY")]
    pub inventory: Vec<String>,
}

/// `factor lint`
#[derive(Debug, Args)]
pub struct FactorLint {
    /// Sets.
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
}

/// `factor diff`
#[derive(Debug, Args)]
pub struct FactorDiff {
    /// Before.
    #[arg(value_name = "SET")]
    pub first: String,
    /// After.
    #[arg(value_name = "OTHER")]
    pub second: String,
}

/// `factor import`
#[derive(Debug, Args)]
pub struct FactorImport {
    /// Table.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Its manifest.
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// Folder of the set.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `factor list`
#[derive(Debug, Args)]
pub struct FactorList {
    /// One set only.
    #[arg(long, value_name = "SET")]
    pub set: Option<String>,
    /// One category only.
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// One region only.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// How many.
    #[command(flatten)]
    pub page: Page,
}

/// `factor show`
#[derive(Debug, Args)]
pub struct FactorShow {
    /// Id of the factor.
    #[arg(value_name = "FACTOR")]
    pub factor: String,
}

/// `factor search`
#[derive(Debug, Args)]
pub struct FactorSearch {
    /// Words.
    #[arg(value_name = "WORDS", required = true)]
    pub words: Vec<String>,
    /// How many.
    #[command(flatten)]
    pub page: Page,
}

/// `factor sets`
#[derive(Debug, Args)]
pub struct FactorSets {
    /// Those shipped with this binary.
    #[arg(long)]
    pub shipped: bool,
}

/// `factor adopt`
#[derive(Debug, Args)]
pub struct FactorAdopt {
    /// Sets.
    #[arg(value_name = "SET", required_unless_present = "all")]
    pub sets: Vec<String>,
    /// All shipped sets.
    #[arg(long, conflicts_with = "sets")]
    pub all: bool,
    /// Lets the organisations vote.
    #[arg(long, requires = "reason")]
    pub propose: bool,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "propose")]
    pub reason: Option<String>,
    /// Days for voting.
    #[arg(long = "for", value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=89), requires = "propose")]
    pub days: u64,
}

/// `inventory …`
#[derive(Debug, Subcommand)]
pub enum Inventory {
    /// Closes.
    Close(InventoryClose),
    /// Shows.
    Show(InventoryShow),
    /// Lists.
    List(Page),
    /// Restates.
    Restate(InventoryRestate),
}

/// `inventory close`
#[derive(Debug, Args)]
pub struct InventoryClose {
    /// Period.
    #[arg(value_name = "PERIOD")]
    pub period: String,
    /// Name of the inventory.
    #[arg(long, value_name = "NAME", value_parser = note_name)]
    pub name: Option<String>,
    /// Chinese display name.
    #[arg(long, value_name = "TEXT")]
    pub name_zh: Option<String>,
    /// English display name.
    #[arg(long, value_name = "TEXT")]
    pub name_en: Option<String>,
    /// Only these facilities.
    #[arg(long, value_name = "ID", action = ArgAction::Append)]
    pub facility: Vec<String>,
    /// How to calculate.
    #[command(flatten)]
    pub profile: Profile,
    /// Boundary.
    #[arg(long, value_name = "BOUNDARY", default_value = "operational_control")]
    pub boundary: Boundary,
    /// Where the receipt goes.
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}

/// Which rounding the calculation follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RoundingRule {
    /// Nothing is rounded before the result is shown.
    #[default]
    Unrounded,
    /// The steps of the MEE guidelines.
    MeeGuideline,
}

/// How the accounting boundary is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Boundary {
    /// Operational control.
    #[default]
    OperationalControl,
    /// Financial control.
    FinancialControl,
    /// Equity share.
    EquityShare,
}

/// `inventory show`
#[derive(Debug, Args)]
pub struct InventoryShow {
    /// Inventory; the newest if absent.
    #[arg(value_name = "INVENTORY")]
    pub inventory: Option<String>,
    /// Every table.
    #[arg(long, value_name = "TABLE", action = ArgAction::Append)]
    pub by: Vec<InventoryTable>,
}

/// A table of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InventoryTable {
    /// By scope.
    Scope,
    /// By category.
    Category,
    /// By gas.
    Gas,
    /// By month.
    Month,
}

/// `inventory restate`
#[derive(Debug, Args)]
pub struct InventoryRestate {
    /// Inventory that is superseded.
    #[arg(value_name = "INVENTORY")]
    pub inventory: String,
    /// Import with rows that add.
    #[arg(long, value_name = "IMPORT", action = ArgAction::Append)]
    pub add: Vec<String>,
    /// Rows that no longer count.
    #[arg(long, value_name = "ROW", action = ArgAction::Append)]
    pub void: Vec<String>,
    /// Kind of reason.
    #[arg(long, value_name = "CAUSE")]
    pub cause: Cause,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// How to calculate.
    #[command(flatten)]
    pub profile: Profile,
    /// Where the receipt goes.
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}

/// Why an inventory is restated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Cause {
    /// Something was wrong.
    ErrorCorrection,
    /// Other factors.
    FactorUpdate,
    /// Another boundary.
    BoundaryChange,
    /// Another method.
    MethodChange,
    /// Better data.
    BetterData,
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Number or code.
    #[arg(value_name = "NUMBER-OR-CODE")]
    pub reference: String,
    /// As a diagram.
    #[arg(long, value_name = "KIND", conflicts_with = "diff")]
    pub diagram: Option<Diagram>,
    /// As an outline.
    #[arg(long, conflicts_with_all = ["diff", "diagram"])]
    pub outline: bool,
    /// Against another inventory.
    #[arg(long, value_name = "INVENTORY")]
    pub diff: Option<String>,
}

/// `receipt …`
#[derive(Debug, Subcommand)]
pub enum Receipt {
    /// Fetches one.
    Get(ReceiptGet),
}

/// `receipt get`
#[derive(Debug, Args)]
pub struct ReceiptGet {
    /// Entry, import, row or inventory.
    #[arg(value_name = "REFERENCE")]
    pub reference: String,
    /// Rows to prove.
    #[arg(long, value_name = "NUMBER", action = ArgAction::Append, value_delimiter = ',')]
    pub row: Vec<u64>,
    /// File.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Receipt.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The network that the verifier knows.
    #[arg(long, value_name = "HEX-OR-FILE")]
    pub network: Option<String>,
    /// Recoveries that the verifier knows.
    #[arg(long, value_name = "FILE")]
    pub recovery: Vec<PathBuf>,
}

/// `backup …`
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Writes the whole ledger into a file.
    Create(BackupCreate),
    /// Checks a backup offline.
    Verify(BackupVerify),
    /// Fills the data folder of a node.
    Restore(BackupRestore),
    /// Restores for trial and throws it away.
    Drill(BackupDrill),
}

/// `backup create`
#[derive(Debug, Args)]
pub struct BackupCreate {
    /// File to write.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `backup verify`
#[derive(Debug, Args)]
pub struct BackupVerify {
    /// Backup.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The network that the verifier knows.
    #[arg(long, value_name = "HEX-OR-FILE")]
    pub network: Option<String>,
}

/// `backup restore`
#[derive(Debug, Args)]
pub struct BackupRestore {
    /// Backup.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Node within the folder.
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
}

/// `backup drill`
#[derive(Debug, Args)]
pub struct BackupDrill {
    /// Backup.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Node within the folder.
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {}

/// `doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Folder of the network.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// `config …`
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Shows the values and where each comes from.
    Show(ConfigShow),
    /// Checks a file.
    Check(ConfigCheck),
}

/// `config show`
#[derive(Debug, Args)]
pub struct ConfigShow {
    /// Configuration file of a node; the context if absent.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `config check`
#[derive(Debug, Args)]
pub struct ConfigCheck {
    /// Configuration file of a node.
    #[arg(value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `completion`
#[derive(Debug, Args)]
pub struct Completion {
    /// Shell.
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the network.
    #[arg(long, value_name = "DIR", default_value = "hengtan-demo")]
    pub dir: PathBuf,
    /// Leave the node running.
    #[arg(long)]
    pub keep: bool,
    /// One node, or four of four organisations.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = node_count, conflicts_with_all = ["keep", "listen"])]
    pub nodes: u8,
    /// Address of the node.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// TLS with SM suites.
    #[arg(long)]
    pub tls: bool,
}

/// `bench`
#[derive(Debug, Args)]
pub struct Bench {
    /// What to measure.
    #[arg(value_name = "SUBJECT")]
    pub subject: BenchSubject,
    /// For how long, each figure.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// As short as can be.
    #[arg(long)]
    pub quick: bool,
    /// Where the store goes.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Entries of a ledger with which nodes start.
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub entries: u64,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchSubject {
    /// Entries committed with fsync.
    Ledger,
    /// Rows calculated.
    Engine,
    /// Entries replayed and checked.
    Audit,
    /// Signatures, hashes and encryption.
    Crypto,
    /// A consortium as processes.
    Cluster,
}

/// A name as notes and keys carry it: `[a-z0-9-]{1,32}`.
fn note_name(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("[a-z0-9-]{1,32}".to_owned())
    }
}
