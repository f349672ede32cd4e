//! Whom this node has met. Each data folder carries a random mark; a node that comes back with another one has lost its folder, and with it
//! the votes that it gave and the entries that it acknowledged. Raft must not count it any more for what it was: it comes back as a new node.

use crate::error::Error;
use crate::service::blocking;
use crate::store::{Change, Column, Reading, Store, meta};
use rand::TryRng as _;
use rand::rngs::SysRng;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Random mark of a data folder.
pub type Mark = [u8; 16];

/// The own mark, and those of the nodes that were met. Clones share it.
#[derive(Clone)]
pub struct Acquaintances {
    store: Arc<dyn Store>,
    own: Mark,
    met: Arc<Mutex<BTreeMap<u64, Mark>>>,
}

impl Acquaintances {
    /// Reads them from the node's store; a store without a mark gets one.
    ///
    /// # Errors
    /// Failures of the store; [`Error::StoreDamaged`]; [`Error::Internal`] without random numbers.
    pub fn open(store: Arc<dyn Store>) -> Result<Self, Error> {
        let (mark, met) = {
            let reading = Reading::new(&*store);
            (reading.meta(meta::MARK)?, reading.meta(meta::MET)?)
        };
        let damaged = |what: &str| Error::StoreDamaged {
            what: what.to_owned(),
        };
        let own = match mark {
            Some(mark) => Mark::try_from(mark).map_err(|_| damaged(meta::MARK))?,
            None => {
                let mut mark = Mark::default();
                SysRng
                    .try_fill_bytes(&mut mark)
                    .map_err(|error| Error::Internal {
                        detail: error.to_string(),
                    })?;
                store.write(vec![change(meta::MARK, mark.to_vec())], true)?;
                mark
            }
        };
        let met = from_bytes(&met.unwrap_or_default()).ok_or_else(|| damaged(meta::MET))?;
        Ok(Self {
            store,
            own,
            met: Arc::new(Mutex::new(met)),
        })
    }

    /// The mark of this node's folder.
    #[must_use]
    pub fn own(&self) -> Mark {
        self.own
    }

    /// Notes the mark that a node shows, on disk before this returns if it is the first; compares it with that from then on. Programs of
    /// before show none: they are not known until they do.
    ///
    /// # Errors
    /// [`Error::PeerWiped`] if the node was met with another mark; failures of the store.
    pub async fn meet(&self, number: u64, name: &str, mark: &[u8]) -> Result<(), Error> {
        let wiped = || Error::PeerWiped {
            node: name.to_owned(),
        };
        let known = self.met().get(&number).copied();
        match (known, Mark::try_from(mark)) {
            (Some(known), Ok(mark)) if known == mark => Ok(()),
            (Some(_), _) => Err(wiped()),
            (None, Err(_)) => Ok(()),
            (None, Ok(mark)) => {
                let this = self.clone();
                blocking(move || this.note(number, mark)).await
            }
        }
    }

    fn note(&self, number: u64, mark: Mark) -> Result<(), Error> {
        let mut met = self.met();
        let mut grown = met.clone();
        // Two requests may have come at once: the first one counts.
        grown.entry(number).or_insert(mark);
        self.store
            .write(vec![change(meta::MET, to_bytes(&grown))], true)?;
        *met = grown;
        Ok(())
    }

    fn met(&self) -> MutexGuard<'_, BTreeMap<u64, Mark>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn change(name: &str, value: Vec<u8>) -> Change {
    Change {
        column: Column::Meta,
        key: name.as_bytes().to_vec(),
        value: Some(value),
    }
}

fn to_bytes(met: &BTreeMap<u64, Mark>) -> Vec<u8> {
    met.iter()
        .flat_map(|(number, mark)| number.to_be_bytes().into_iter().chain(*mark))
        .collect()
}

fn from_bytes(bytes: &[u8]) -> Option<BTreeMap<u64, Mark>> {
    let (places, rest) = bytes.as_chunks::<24>();
    rest.is_empty().then_some(())?;
    places
        .iter()
        .map(|place| {
            let (number, mark) = place.split_first_chunk::<8>()?;
            Some((u64::from_be_bytes(*number), mark.try_into().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn a_node_is_known_by_its_first_mark_for_ever() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let known = Acquaintances::open(Arc::clone(&store)).expect("opened");
        assert_ne!(known.own(), Mark::default());
        assert_eq!(known.meet(2, "steel-1", &[]).await, Ok(()));
        assert_eq!(known.meet(2, "steel-1", &[7; 16]).await, Ok(()));
        assert_eq!(known.meet(3, "power-1", &[8; 16]).await, Ok(()));
        let again = Acquaintances::open(store).expect("opened");
        assert_eq!(again.own(), known.own());
        let wiped = Err(Error::PeerWiped {
            node: "steel-1".to_owned(),
        });
        for known in [known, again] {
            assert_eq!(known.meet(2, "steel-1", &[7; 16]).await, Ok(()));
            assert_eq!(known.meet(2, "steel-1", &[9; 16]).await, wiped);
            assert_eq!(known.meet(2, "steel-1", &[]).await, wiped);
            assert_eq!(known.meet(3, "power-1", &[8; 16]).await, Ok(()));
        }
    }
}
