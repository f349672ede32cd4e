//! A network of one organisation to measure on: founded as `hengtan init` does it, with keys from a seed.

use super::sample::failed;
use crate::config::{Folder, Founder, Founding, found, read_key};
use crate::error::Error;
use crypto_sm::sm2::SecretKey;
use crypto_sm::sm3::Digest;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::envelope::{self, Command, Signed};
use hengtan_ledger::genesis::Founded;
use hengtan_ledger::rows;
use hengtan_ledger::tree::ROWS;
use hengtan_ledger::v1;
use prost::Message as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Name of the organisation.
pub(super) const ORGANISATION: &str = "bench";
/// Name of its node.
pub(super) const NODE: &str = "node-1";

/// How long an envelope is valid: less than the ten minutes that a network allows, so that clocks may differ.
pub(super) const VALIDITY_MS: u64 = 9 * 60 * 1000;

/// The network with the keys of those who act in it.
pub(super) struct Network {
    folder: TempDir,
    pub founded: Founded,
    /// Adopts factor sets.
    pub governor: SecretKey,
    /// Records and closes.
    pub recorder: SecretKey,
    /// Signs batches and checkpoints.
    pub node: SecretKey,
}

impl Network {
    /// Founds a network in a new folder below `parent`, which goes when the network is dropped.
    pub(super) fn found(parent: &Path, now_ms: u64, seed: u64) -> Result<Self, Error> {
        let unwritable = |error: std::io::Error| Error::FileUnwritable {
            path: parent.display().to_string(),
            detail: error.to_string(),
        };
        let folder = tempfile::Builder::new()
            .prefix("hengtan-bench-")
            .tempdir_in(parent)
            .map_err(unwritable)?;
        let name = |zh: &str, en: &str| v1::DisplayName {
            zh: zh.to_owned(),
            en: en.to_owned(),
        };
        let plan = Founding {
            name: "bench".to_owned(),
            display_name: name("性能测量", "Measurement"),
            organisation: ORGANISATION.to_owned(),
            organisation_display_name: name("性能测量", "Measurement"),
            unified_social_credit_code: String::new(),
            members: Founder::usual(),
            node: NODE.to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7440)),
            reviewers: 0,
            policy_delay_ms: 0,
            tls: false,
        };
        let root = folder.path().join("network");
        let founded = found(&root, &plan, now_ms, &mut StdRng::seed_from_u64(seed))?;
        let files = Folder::new(&root);
        let member = |name: &str| read_key(&files.members().join(format!("{name}.key.pem")));
        Ok(Self {
            governor: member("admin")?,
            recorder: member("recorder")?,
            node: read_key(&files.node(NODE).join("statement.key.pem"))?,
            founded,
            folder,
        })
    }

    /// Folder of the measurement.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The node's configuration.
    pub(super) fn config_file(&self) -> PathBuf {
        Folder::new(self.folder.path().join("network"))
            .node(NODE)
            .join("config.toml")
    }

    /// Signs commands on all cores.
    pub(super) fn sign_all(
        &self,
        commands: Vec<Command>,
        key: &SecretKey,
        now_ms: u64,
        seed: u64,
    ) -> Vec<Signed> {
        sign_all(&self.founded.network_id(), commands, key, now_ms, seed)
    }

    /// Signs one command.
    pub(super) fn sign(&self, command: Command, key: &SecretKey, now_ms: u64, seed: u64) -> Signed {
        envelope::sign(
            &self.founded.network_id(),
            command,
            now_ms + VALIDITY_MS,
            key,
            &mut StdRng::seed_from_u64(seed),
        )
    }
}

/// Signs commands for a network on all cores.
pub(super) fn sign_all(
    network: &NetworkId,
    commands: Vec<Command>,
    key: &SecretKey,
    now_ms: u64,
    seed: u64,
) -> Vec<Signed> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = commands.len().div_ceil(threads).max(1);
    let mut parts: Vec<Vec<Command>> = Vec::new();
    let mut commands = commands.into_iter().peekable();
    while commands.peek().is_some() {
        parts.push(commands.by_ref().take(share).collect());
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = parts
            .into_iter()
            .zip(0..)
            .map(|(part, number)| {
                scope.spawn(move || {
                    let mut rng = StdRng::seed_from_u64(seed.wrapping_add(number));
                    part.into_iter()
                        .map(|command| {
                            envelope::sign(network, command, now_ms + VALIDITY_MS, key, &mut rng)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("signing does not panic"))
            .collect()
    })
}

/// Commands that adopt factor sets of the product, one for each.
pub(super) fn adoptions(ids: &[&str]) -> Result<Vec<Command>, Error> {
    ids.iter()
        .map(|id| {
            let (manifest, factors) =
                accounting::shipped::files(id).ok_or_else(|| failed("factor set", id))?;
            let set = accounting::FactorSet::parse(manifest, factors)
                .map_err(|error| failed(id, &error))?;
            let (head, rows) = hengtan_ledger::calculation::adoption(&set);
            Ok(Command::new("factor_set.adopt", &head, rows))
        })
        .collect()
}

/// Settings of every calculation here.
pub(super) fn profile() -> v1::CalculationProfile {
    v1::CalculationProfile {
        gwp_set: "ar5".to_owned(),
        rounding: "unrounded".to_owned(),
        factor_sets: Vec::new(),
    }
}

/// Id of the import with this number.
pub(super) fn import_id(number: u64) -> Digest {
    crypto_sm::sm3::hash(&[b"bench import", &number.to_be_bytes()])
}

/// The command that records all rows of an import.
pub(super) fn record(number: u64, activities: &[v1::ActivityRow]) -> Command {
    let head = v1::ActivityRecord {
        import_id: import_id(number).to_vec(),
        first: 0,
        profile: Some(profile()),
        source_name: "bench.csv".to_owned(),
        restates: String::new(),
    };
    let row = |row: &v1::ActivityRow| {
        v1::RecordRow {
            content: Some(v1::record_row::Content::Open(row.clone())),
        }
        .encode_to_vec()
    };
    Command::new(
        "activity.record",
        &head,
        activities.iter().map(row).collect(),
    )
}

/// The command after which the rows of a recorded import count.
pub(super) fn submit(number: u64, recorded: &Command) -> Command {
    let part = rows::root(&recorded.rows).unwrap_or_default();
    let head = v1::ActivitySubmit {
        import_id: import_id(number).to_vec(),
        count: recorded.rows.len() as u64,
        root: ROWS.root(&[ROWS.leaf(&part)]).to_vec(),
        statement: String::new(),
    };
    Command::new("activity.submit", &head, Vec::new())
}

/// The command that closes the year of [`super::sample::rows`].
pub(super) fn close() -> Command {
    let head = v1::InventoryClose {
        name: "2025".to_owned(),
        display_name: None,
        period_start: "2025-01-01".to_owned(),
        period_end: "2025-12-31".to_owned(),
        facilities: Vec::new(),
        profile: Some(profile()),
        consolidation: "operational_control".to_owned(),
        statement: String::new(),
    };
    Command::new("inventory.close", &head, Vec::new())
}
