//! Going on after a lost quorum (protocol §8), on the folders of nodes that are stopped: what is kept and who votes is drafted from one of them, signed
//! by CA keys, and carried out in each. Raft begins anew behind the entry of the recovery; what it was before is kept aside.

use crate::config::{Config, Folder};
use crate::error::Error;
use crate::scrub::Walk;
use crate::service::Own;
use crate::store::{Change, Column, Reading, RocksStore, Store, Writing, found, identity_of, meta};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consensus::{Member, Storage};
use crypto_sm::certificate::Certificate;
use crypto_sm::rand_core::CryptoRng;
use hengtan_ledger::calculation::Catalogues;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::execute::{Inputs, seal};
use hengtan_ledger::state::{self, key};
use hengtan_ledger::{canonical, log, membership, recovery, v1};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Forms of the files that organisations exchange.
const DRAFT: &str = "hengtan-recovery-draft-1";
const SIGNATURE: &str = "hengtan-recovery-signature-1";
const RECOVERY: &str = "hengtan-recovery-1";

/// Terms in which somebody may have led without leaving a trace in the log that is kept.
const TERMS_LEFT_OUT: u64 = 1 << 20;

/// Records that are copied at once.
const COPIED_AT_ONCE: usize = 256;

/// What is to be agreed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The content.
    pub recovery: v1::Recovery,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    network_id: String,
    /// Of a signature: whose.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    organisation: String,
    /// What the format says, base64.
    content: String,
}

/// What a recovery has done in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Entries after it.
    pub size: u64,
    /// Where Raft's former log is; nothing if there was none.
    pub aside: Option<PathBuf>,
}

fn damaged(path: &Path) -> Error {
    Error::RecoveryFile {
        path: path.display().to_string(),
    }
}

impl File {
    fn read(path: &Path, format: &str) -> Result<(Self, Vec<u8>), Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::FileUnreadable {
            path: path.display().to_string(),
            detail: error.to_string(),
        })?;
        let file: Self = serde_json::from_str(&text).map_err(|_| damaged(path))?;
        let content = STANDARD.decode(&file.content).map_err(|_| damaged(path))?;
        if file.format == format {
            Ok((file, content))
        } else {
            Err(damaged(path))
        }
    }

    fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain JSON") + "\n"
    }
}

impl Draft {
    fn bytes(&self) -> Vec<u8> {
        self.recovery.encode_to_vec()
    }

    /// The file for the others.
    #[must_use]
    pub fn to_text(&self) -> String {
        File {
            format: DRAFT.to_owned(),
            network_id: hex::encode(&self.recovery.network_id),
            organisation: String::new(),
            content: STANDARD.encode(self.bytes()),
        }
        .to_text()
    }

    /// Reads [`Draft::to_text`].
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::RecoveryFile`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let (file, content) = File::read(path, DRAFT)?;
        let recovery: v1::Recovery =
            canonical::decode("recovery", &content).map_err(|_| damaged(path))?;
        if hex::encode(&recovery.network_id) == file.network_id {
            Ok(Self { recovery })
        } else {
            Err(damaged(path))
        }
    }

    fn network(&self) -> Result<NetworkId, Error> {
        let network = canonical::digest("recovery.network_id", &self.recovery.network_id);
        Ok(network?)
    }

    /// Signs for the organisation whose CA lies in a network's folder.
    ///
    /// # Errors
    /// The ledger's `Network` if the folder is of another network; what is wrong with the CA's files.
    pub fn sign<R: CryptoRng + ?Sized>(
        &self,
        folder: &Folder,
        ca_key: &crypto_sm::sm2::SecretKey,
        rng: &mut R,
    ) -> Result<v1::FounderSignature, Error> {
        let founded = Folder::genesis(&folder.genesis_file())?;
        let network = self.network()?;
        if founded.network_id() != network {
            return Err(hengtan_ledger::Error::Pin {
                found: hex::encode(network),
                expected: hex::encode(founded.network_id()),
            }
            .into());
        }
        let path = folder.ca().join("ca.cert.pem");
        let text = std::fs::read_to_string(&path).map_err(|error| Error::FileUnreadable {
            path: path.display().to_string(),
            detail: error.to_string(),
        })?;
        let ca = Certificate::from_pem(&text)?;
        let name = ca.subject_organisation().unwrap_or_default().to_owned();
        if ca.public_key() != ca_key.public_key() {
            return Err(Error::KeyInvalid {
                path: path.display().to_string(),
                cause: "HT-CRY-027".to_owned(),
            });
        }
        Ok(recovery::sign(&network, &self.bytes(), &name, ca_key, rng))
    }

    /// A signature as a file.
    #[must_use]
    pub fn signature_text(&self, signature: &v1::FounderSignature) -> String {
        File {
            format: SIGNATURE.to_owned(),
            network_id: hex::encode(&self.recovery.network_id),
            organisation: signature.organisation.clone(),
            content: STANDARD.encode(&signature.signature),
        }
        .to_text()
    }

    /// Reads [`Draft::signature_text`].
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::RecoveryFile`].
    pub fn read_signature(&self, path: &Path) -> Result<v1::FounderSignature, Error> {
        let (file, signature) = File::read(path, SIGNATURE)?;
        if file.network_id != hex::encode(&self.recovery.network_id) {
            return Err(damaged(path));
        }
        Ok(v1::FounderSignature {
            organisation: file.organisation,
            signature,
        })
    }

    /// The recovery with its signatures as a file: what each node carries out, and what every verifier may hold against receipts.
    #[must_use]
    pub fn finish(&self, signatures: Vec<v1::FounderSignature>) -> String {
        File {
            format: RECOVERY.to_owned(),
            network_id: hex::encode(&self.recovery.network_id),
            organisation: String::new(),
            content: STANDARD.encode(recovery::entry(&self.recovery, signatures)),
        }
        .to_text()
    }
}

/// Bytes of the entry in a file made by [`Draft::finish`].
///
/// # Errors
/// [`Error::FileUnreadable`], [`Error::RecoveryFile`].
pub fn read_entry(path: &Path) -> Result<Vec<u8>, Error> {
    File::read(path, RECOVERY).map(|(_, entry)| entry)
}

/// The recovery in an entry, whoever signed it.
///
/// # Errors
/// The ledger's `Recovery`.
pub fn of_entry(entry: &[u8]) -> Result<v1::Recovery, Error> {
    let read: v1::Entry = canonical::decode("entry", entry)?;
    match read.entry {
        Some(v1::entry::Entry::Recovery(read)) => {
            Ok(canonical::decode("recovery", &read.recovery)?)
        }
        _ => Err(hengtan_ledger::Error::Recovery { part: "entry" }.into()),
    }
}

/// The folder of a node that is stopped, with the node.
fn open(config: &Config) -> Result<(RocksStore, v1::Node, NetworkId), Error> {
    let Own { founded, node, .. } = Own::read(config)?;
    let store = RocksStore::open(&config.data.join("store"))?;
    found(&store, &founded, node.number)?;
    Ok((store, node, founded.network_id()))
}

/// Drafts the recovery from what a stopped node has: all of it is kept, and `voters` vote from then on.
///
/// # Errors
/// [`Error::NodeUnknown`] for a voter that there is not; failures of the store.
pub fn draft(
    config: &Config,
    voters: &[String],
    witnesses_required: Option<u32>,
    reason: &str,
    now_ms: u64,
) -> Result<Draft, Error> {
    let (store, _, network) = open(config)?;
    let reading = Reading::new(&store);
    reading.check()?;
    let value = reading.state_value(key::VOTING_SET)?;
    let changed = value.map_or(0, |value| value.index) + 1;
    let mut set: v1::VotingSet = reading.require(key::VOTING_SET)?;
    let last = reading
        .final_note()?
        .filter(|note| note.checkpoint().size > changed);
    let (checkpoint, base) = last.map_or_else(
        || (String::new(), changed),
        |note| (note.to_text(), note.checkpoint().size),
    );
    set.version += 1;
    set.voters = voters_of(&reading, voters)?;
    if let Some(required) = witnesses_required {
        set.witnesses_required = required;
    }
    let chain: v1::ChainState = reading.require(key::CHAIN)?;
    let frontier = reading.frontier()?;
    let recovery = v1::Recovery {
        format: recovery::FORMAT,
        network_id: network.to_vec(),
        checkpoint,
        base,
        size: frontier.size(),
        root: frontier.root().to_vec(),
        voting_set: Some(set),
        time_ms: now_ms.max(chain.time_ms),
        reason: reason.to_owned(),
    };
    Ok(Draft { recovery })
}

fn voters_of(reading: &Reading<'_>, names: &[String]) -> Result<Vec<v1::Voter>, Error> {
    let mut voters: BTreeMap<String, v1::Voter> = BTreeMap::new();
    for name in names {
        let unknown = || Error::NodeUnknown { node: name.clone() };
        let node: v1::Node = reading.find(&key::node(name))?.ok_or_else(unknown)?;
        let organisation: v1::Organisation =
            reading.require(&key::organisation(&node.organisation))?;
        let authority = Certificate::from_der(&organisation.ca_certificate)?;
        let voter = voters
            .entry(node.organisation.clone())
            .or_insert_with(|| v1::Voter {
                organisation: node.organisation.clone(),
                nodes: Vec::new(),
                authority_key: authority.public_key().to_uncompressed().to_vec(),
            });
        voter.nodes.push(v1::VotingNode {
            name: node.name,
            statement_key: node.statement_key,
        });
        voter
            .nodes
            .sort_by(|left, right| left.name.cmp(&right.name));
    }
    Ok(voters.into_values().collect())
}

/// Carries a recovery out in the folder of a stopped node. A node that has not everything that is kept takes it `from` a copy of the data folder of one in
/// which the recovery has been carried out. Begun and broken off, it can be done again.
///
/// # Errors
/// [`Error::RecoveryShort`], [`Error::RecoveryDiffers`]; what the ledger has against the recovery; failures of the store and of consensus.
pub fn apply(config: &Config, entry: &[u8], from: Option<&Path>) -> Result<Done, Error> {
    let recovery = of_entry(entry)?;
    let (store, node, network) = open(config)?;
    if recovery.network_id != network {
        return Err(hengtan_ledger::Error::Recovery { part: "network" }.into());
    }
    let applied = Reading::new(&store).entries(recovery.size, 1)?;
    match applied.first() {
        Some((_, bytes)) if bytes.as_slice() == entry => {}
        Some(_) => {
            return Err(Error::RecoveryDiffers {
                size: recovery.size,
            });
        }
        None => {
            let size = Reading::new(&store).size()?;
            if size == recovery.size {
                continue_here(&store, entry)?;
            } else if let Some(from) = from {
                take_over(&store, from, &recovery, entry, &network, node.number)?;
            } else {
                return Err(Error::RecoveryShort {
                    found: size,
                    kept: recovery.size,
                });
            }
        }
    }
    begin_raft(config, &store, &recovery, &network, node.number)
}

/// Writes the entry behind the log that is kept.
fn continue_here(store: &dyn Store, entry: &[u8]) -> Result<(), Error> {
    let reading = Reading::new(store);
    let frontier = reading.frontier()?;
    let before: v1::VotingSet = reading.require(key::VOTING_SET)?;
    let catalogues = Catalogues::default();
    let inputs = Inputs {
        view: &reading,
        content: &reading,
        ids: &reading,
        next_index: frontier.size(),
        term: 0,
        catalogues: &catalogues,
    };
    let applied = recovery::apply(&inputs, &reading, entry)?;
    let sealed = seal(&applied, &frontier, &reading)?;
    let mut writing = Writing::new();
    // The set that had lost its quorum judges what is final so far; what it had not made final, it never will.
    writing.put_replaced(&before);
    for size in reading.checkpoint_sizes()? {
        writing.remove_checkpoint(size);
    }
    writing.put_applied(applied, &sealed);
    store.write(writing.into_changes(), true)
}

/// Replaces everything by what another node has, which must continue what is here. What this node has signed and used up stays.
fn take_over(
    store: &dyn Store,
    from: &Path,
    recovery: &v1::Recovery,
    entry: &[u8],
    network: &NetworkId,
    node: u64,
) -> Result<(), Error> {
    let source = RocksStore::open(&from.join("store"))?;
    let theirs = Reading::new(&source);
    let differs = || Error::RecoveryDiffers {
        size: recovery.size,
    };
    let found = theirs.entries(recovery.size, 2)?;
    if found.len() != 1 || found[0].1 != entry {
        return Err(differs());
    }
    {
        let ours = Reading::new(store);
        let size = ours.size()?;
        if size > recovery.size || log::root(&theirs, size)? != ours.frontier()?.root() {
            return Err(differs());
        }
    }
    // It comes from elsewhere: each record is looked at.
    let mut walk = Walk::default();
    while walk.step(&source)? {}
    let kept = [meta::VOW, meta::COUNTER, meta::MARK, meta::MET];
    store.replace(&kept, &mut |new| {
        for column in Column::ALL {
            let mut next = Vec::new();
            loop {
                let pairs = theirs.scan(column, &next, COPIED_AT_ONCE)?;
                let Some((last, _)) = pairs.last() else {
                    break;
                };
                next = [last.as_slice(), &[0]].concat();
                let changes = pairs
                    .into_iter()
                    .map(|(key, value)| Change {
                        column,
                        key,
                        value: Some(value),
                    })
                    .collect();
                new.write(changes, false)?;
            }
        }
        let mut writing = Writing::new();
        writing.put_meta(meta::IDENTITY, identity_of(network, node));
        let mut changes = writing.into_changes();
        // Theirs, not what has been done here.
        for name in [meta::RECOVERED, meta::SCRUBBED] {
            changes.push(Change {
                column: Column::Meta,
                key: name.as_bytes().to_vec(),
                value: None,
            });
        }
        new.write(changes, true)?;
        Reading::new(new).check()
    })
}

/// Lets Raft begin behind the recovery, with the members that the ledger names now, and in a term above every one before.
fn begin_raft(
    config: &Config,
    store: &dyn Store,
    recovery: &v1::Recovery,
    network: &NetworkId,
    node: u64,
) -> Result<Done, Error> {
    let size = recovery.size + 1;
    let (raft, new) = (config.data.join("raft"), config.data.join("raft.new"));
    let aside = config.data.join(format!("raft.before-{size}"));
    let failed = |path: &Path, error: &std::io::Error| Error::FileUnwritable {
        path: path.display().to_string(),
        detail: error.to_string(),
    };
    let rename = |from: &Path, to: &Path| {
        std::fs::rename(from, to).map_err(|error| failed(to, &error))?;
        sync(&config.data).map_err(|error| failed(&config.data, &error))
    };
    let kept = || aside.exists().then(|| aside.clone());
    let reading = Reading::new(store);
    let mark = reading.meta(meta::RECOVERED)?;
    let done = mark.as_deref() == Some(&size.to_be_bytes());
    if done && raft.exists() && !new.exists() {
        return Ok(Done {
            size,
            aside: kept(),
        });
    }
    if new.exists() {
        std::fs::remove_dir_all(&new).map_err(|error| failed(&new, &error))?;
    }
    let desired = membership::desired(&reading)?;
    let members = |voter: bool| -> BTreeMap<u64, Member> {
        let places = desired.nodes.iter().filter(|place| place.voter == voter);
        places
            .map(|place| {
                let address = place.node.address.clone();
                (place.node.number, Member { address })
            })
            .collect()
    };
    let term = last_term(&reading, recovery.size)?.saturating_add(TERMS_LEFT_OUT);
    let storage = Storage::Folder(new.clone());
    let applied = consensus::resume(
        &storage,
        *network,
        node,
        term,
        members(true),
        members(false),
    )?;
    let mut writing = Writing::new();
    writing.put_meta(meta::APPLIED, applied);
    writing.put_meta(meta::RECOVERED, size.to_be_bytes());
    store.write(writing.into_changes(), true)?;
    if raft.exists() {
        if aside.exists() {
            // Nothing is ever removed that somebody may have voted in.
            return Err(Error::RecoveryDiffers {
                size: recovery.size,
            });
        }
        rename(&raft, &aside)?;
    }
    rename(&new, &raft)?;
    Ok(Done {
        size,
        aside: kept(),
    })
}

#[cfg(unix)]
fn sync(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Raft's term in the last header before an index: the same for everybody who has the log.
fn last_term(reading: &Reading<'_>, before: u64) -> Result<u64, Error> {
    for index in (0..before).rev() {
        let entry = v1::Entry::decode(reading.entry(index)?.as_slice()).unwrap_or_default();
        if let Some(v1::entry::Entry::Batch(batch)) = entry.entry {
            let header = v1::Header::decode(batch.header.as_slice()).unwrap_or_default();
            return Ok(header.term);
        }
    }
    Ok(0)
}

/// The voting set to which a receipt's trust file leads: whoever knows a recovery judges its signatures by the set before it.
///
/// # Errors
/// The ledger's `Recovery` if the recovery is not the next step after that set; those of its signatures.
pub fn judge(entry: &[u8], receipt: &v1::Receipt) -> Result<recovery::Signed, Error> {
    let trust = receipt.trust.clone().unwrap_or_default();
    let founded = hengtan_ledger::genesis::Founded::parse(&trust.genesis)?;
    let mut sets = vec![founded.voting_set()];
    for change in &trust.changes {
        let proof = change.voting_set.clone().unwrap_or_default();
        if let Ok(value) = state::parse(key::VOTING_SET, &proof.value)
            && let Some(v1::state_value::Value::VotingSet(set)) = value.value
        {
            sets.push(set);
        }
    }
    let recovery = of_entry(entry)?;
    let next = recovery.voting_set.as_ref().map_or(0, |set| set.version);
    let set = sets.iter().find(|set| set.version + 1 == next);
    let wrong = || hengtan_ledger::Error::Recovery { part: "voting set" };
    let signed = recovery::parse(
        &founded.network_id(),
        entry,
        set.ok_or_else(wrong)?,
        &|name| {
            founded
                .authority_key(name)
                .ok_or(hengtan_ledger::Error::Recovery { part: "signer" })
        },
    )?;
    Ok(signed)
}
