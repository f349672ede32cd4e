//! Where a member begins that is given a state from elsewhere: a restored backup, not the log of a running network.

use std::collections::BTreeMap;

use crate::consensus::open_disk;
use crate::engine::{EngineMembership, StoredMembership, log_id};
use crate::error::Error;
use crate::identity::Identity;
use crate::log::disk::{Meta, Operation};
use crate::membership::Member;
use crate::record::{self, AppliedState};
use crate::{NetworkId, NodeId, Storage};

/// Prepares the empty storage of a member that goes on from a state which was built elsewhere, with `voters` and `learners` as the members:
/// every later term is greater than `term`, and the log begins behind the state. Returns what
/// [`Application::applied`](crate::Application::applied) must answer for that state.
///
/// The members of a running network must never do this: it forgets votes and entries. It is for a network that has no
/// member left.
///
/// # Errors
/// [`Error::AlreadyInitialised`] if the storage is not empty, [`Error::FolderLocked`], [`Error::Disk`],
/// [`Error::UnknownMember`] if `node_id` is not among the members.
pub fn resume(
    storage: &Storage,
    network_id: NetworkId,
    node_id: NodeId,
    term: u64,
    voters: BTreeMap<NodeId, Member>,
    learners: BTreeMap<NodeId, Member>,
) -> Result<Vec<u8>, Error> {
    if !voters.contains_key(&node_id) && !learners.contains_key(&node_id) {
        return Err(Error::UnknownMember { node_id });
    }
    let disk = open_disk(storage)?;
    let used = disk.meta(Meta::Identity)?.is_some()
        || disk.meta(Meta::Vote)?.is_some()
        || disk.first_index()?.is_some();
    if used {
        return Err(Error::AlreadyInitialised);
    }
    let identity = Identity {
        network_id,
        node_id,
    };
    identity.claim(&*disk)?;
    #[cfg(feature = "rocksdb")]
    if let Storage::Folder(folder) = storage {
        identity.claim_folder(folder, false)?;
    }
    let last = log_id(term, 0);
    let vote = record::Vote {
        term,
        node_id,
        committed: false,
    };
    let sealed = |meta: Meta, record: Vec<u8>| Operation::Meta {
        meta,
        record: record.into(),
    };
    disk.write(&[
        sealed(
            Meta::Vote,
            record::seal(Meta::Vote.name().as_bytes(), &vote),
        ),
        sealed(
            Meta::Purged,
            record::seal(Meta::Purged.name().as_bytes(), &record::LogId::from(last)),
        ),
    ])?;
    disk.sync()?;
    let ids = voters.keys().copied().collect();
    let members: BTreeMap<NodeId, Member> = learners.into_iter().chain(voters).collect();
    let membership =
        EngineMembership::new(vec![ids], members).map_err(|_| Error::RecordInvalid {
            record: "membership",
        })?;
    let membership = StoredMembership::new(Some(last), membership);
    Ok(AppliedState::encode_blob(Some(last), &membership))
}
