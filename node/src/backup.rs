//! Backups: the stream of [`crate::snapshot`] in a file. Whoever knows the network can check one offline; a network that has
//! no member left goes on from one.

use crate::config::{Config, Folder};
use crate::error::Error;
use crate::service::identity;
use crate::snapshot::{complete, rebuild};
use crate::store::{Reading, RocksStore, Vow, Writing, meta};
use consensus::{Member, Storage};
use hengtan_ledger::checkpoint::Finality;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::snapshot::Rebuilt;
use hengtan_ledger::state::key;
use hengtan_ledger::{batch, v1};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// Counters that a node may have used after the backup was made and that nobody remembers: a restored node begins beyond.
const COUNTERS_LEFT_OUT: u64 = 1 << 40;

/// What a backup holds, all of it checked.
#[derive(Clone, Debug)]
pub struct Content {
    /// The network.
    pub network: NetworkId,
    /// Entries.
    pub size: u64,
    /// Ledger time of the checkpoint, milliseconds.
    pub time_ms: u64,
    /// Root of the log.
    pub root: [u8; 32],
    /// Root of the state.
    pub state_root: [u8; 32],
    /// Who made it final.
    pub finality: Finality,
    /// Values in the state.
    pub pairs: u64,
    /// Sets of rows.
    pub row_sets: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Content {
    fn of(rebuilt: &Rebuilt, bytes: u64) -> Self {
        let checkpoint = rebuilt.note.checkpoint();
        Self {
            network: checkpoint.network_id,
            size: checkpoint.size,
            time_ms: checkpoint.time_ms,
            root: checkpoint.root,
            state_root: checkpoint.state_root,
            finality: rebuilt.finality.clone(),
            pairs: rebuilt.pairs,
            row_sets: rebuilt.row_sets,
            bytes,
        }
    }
}

fn open(file: &Path) -> Result<(File, u64), Error> {
    let unreadable = |error: std::io::Error| Error::FileUnreadable {
        path: file.display().to_string(),
        detail: error.to_string(),
    };
    let opened = File::open(file).map_err(unreadable)?;
    let bytes = opened.metadata().map_err(unreadable)?.len();
    Ok((opened, bytes))
}

/// Checks a backup by rebuilding it in a folder beside, which is removed again. `progress` is told the bytes read so far.
///
/// # Errors
/// What is wrong with it; [`hengtan_ledger::Error::Network`] if it is of another network.
pub fn verify(
    file: &Path,
    network: &NetworkId,
    progress: &mut dyn FnMut(u64),
) -> Result<Content, Error> {
    let (mut opened, bytes) = open(file)?;
    let scratch = scratch()?;
    let store = RocksStore::open(&scratch.path().join("store"))?;
    let rebuilt = rebuild(&store, network, &mut opened, progress)?;
    Ok(Content::of(&rebuilt, bytes))
}

/// An empty folder for what is thrown away afterwards.
///
/// # Errors
/// [`Error::FileUnwritable`].
pub fn scratch() -> Result<tempfile::TempDir, Error> {
    tempfile::Builder::new()
        .prefix("hengtan-backup-")
        .tempdir()
        .map_err(|error| Error::FileUnwritable {
            path: std::env::temp_dir().display().to_string(),
            detail: error.to_string(),
        })
}

/// Fills the empty data folder of a node from a backup, so that the node goes on from its checkpoint.
///
/// Only for the single voter of a network: what the others of a consortium hold is newer, and a node that forgot its votes must
/// not come back among them.
///
/// # Errors
/// [`Error::RestoreOccupied`], [`Error::RestoreSeveral`]; those of [`verify`]; failures of the store and of consensus. Nothing
/// stays behind then.
pub fn restore(
    file: &Path,
    config: &Config,
    progress: &mut dyn FnMut(u64),
) -> Result<Content, Error> {
    let founded = Folder::genesis(&config.genesis)?;
    let signer = config.open_statement_key()?;
    let node = identity(
        &founded,
        None,
        &config.node,
        signer.public_key(),
        &config.statement_key,
    )?;
    let data = &config.data;
    if data
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
    {
        return Err(Error::RestoreOccupied {
            path: data.display().to_string(),
        });
    }
    let unwritable = |error: std::io::Error| Error::FileUnwritable {
        path: data.display().to_string(),
        detail: error.to_string(),
    };
    std::fs::create_dir_all(data).map_err(unwritable)?;
    let network = founded.network_id();
    let done = fill(file, config, &network, &node, progress);
    if done.is_err() {
        // An incomplete folder must not look like a node's.
        std::fs::remove_dir_all(data).map_err(unwritable)?;
    }
    done
}

fn fill(
    file: &Path,
    config: &Config,
    network: &NetworkId,
    node: &v1::Node,
    progress: &mut dyn FnMut(u64),
) -> Result<Content, Error> {
    let (mut opened, bytes) = open(file)?;
    let store = RocksStore::open(&config.data.join("store"))?;
    let rebuilt = rebuild(&store, network, &mut opened, progress)?;
    let reading = Reading::new(&store);
    let set: v1::VotingSet = reading.require(key::VOTING_SET)?;
    if set.voters.len() != 1 {
        return Err(Error::RestoreSeveral {
            organisations: set.voters.len(),
        });
    }
    let chain: v1::ChainState = reading.require(key::CHAIN)?;
    let leader = crypto_sm::sm2::PublicKey::from_uncompressed(&node.statement_key)?;
    let used = batch::last_counter(&chain, leader.key_id().as_bytes());
    let storage = Storage::Folder(config.data.join("raft"));
    let member = Member {
        address: node.address.clone(),
    };
    let voters = BTreeMap::from([(node.number, member)]);
    // Above every term in which the old node may have led without leaving a trace here.
    let term = chain.term + (1 << 20);
    let applied = consensus::resume(
        &storage,
        *network,
        node.number,
        term,
        voters,
        BTreeMap::new(),
    )?;
    let mut writing = Writing::new();
    let vow = Vow::of(rebuilt.note.checkpoint());
    writing.put_meta(meta::VOW, vow.to_bytes());
    writing.put_meta(
        meta::COUNTER,
        used.saturating_add(COUNTERS_LEFT_OUT).to_be_bytes(),
    );
    complete(&store, &rebuilt, node.number, &applied, writing)?;
    Ok(Content::of(&rebuilt, bytes))
}
