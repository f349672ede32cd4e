//! A ledger in memory: what a node keeps on disk, without the disk. Replays, audits and tests run on it.

use crate::Error;
use crate::calculation::Catalogues;
use crate::checkpoint::Checkpoint;
use crate::execute::{self, Applied, Ids, Inputs, Sealed};
use crate::genesis::Founded;
use crate::log::{Frontier, NodeAddress, NodeReader};
use crate::map::{PageAddress, PageReader};
use crate::recovery;
use crate::rows::Content;
use crate::state::View;
use crypto_sm::sm3::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that follows from the log.
#[derive(Clone, Debug)]
pub struct Memory {
    state: BTreeMap<String, Vec<u8>>,
    pages: BTreeMap<PageAddress, Vec<u8>>,
    nodes: BTreeMap<NodeAddress, Digest>,
    content: BTreeMap<Digest, Vec<Vec<u8>>>,
    ids: BTreeMap<Digest, u64>,
    entries: Vec<Vec<u8>>,
    frontier: Frontier,
    checkpoint: Checkpoint,
    catalogues: Arc<Catalogues>,
}

impl Memory {
    /// A ledger that holds genesis only.
    ///
    /// # Errors
    /// Never in practice: memory is readable.
    pub fn found(founded: &Founded) -> Result<Self, Error> {
        let applied = founded.apply();
        let sealed = execute::seal(&applied, &Frontier::default(), &NoPages)?;
        let mut memory = Self {
            state: BTreeMap::new(),
            pages: BTreeMap::new(),
            nodes: BTreeMap::new(),
            content: BTreeMap::new(),
            ids: BTreeMap::new(),
            entries: Vec::new(),
            frontier: Frontier::default(),
            checkpoint: sealed.checkpoint.clone(),
            catalogues: Arc::default(),
        };
        memory.absorb(&applied, sealed);
        Ok(memory)
    }

    /// Applies a committed batch.
    ///
    /// # Errors
    /// Those of [`execute::apply_batch`].
    pub fn apply(
        &mut self,
        term: u64,
        batch: &[u8],
        verified: &BTreeSet<Digest>,
    ) -> Result<Applied, Error> {
        let applied = execute::apply_batch(&self.inputs(term), batch, verified)?;
        self.seal(&applied)?;
        Ok(applied)
    }

    /// Applies the entry of a recovery from a lost quorum.
    ///
    /// # Errors
    /// Those of [`recovery::apply`].
    pub fn recover(&mut self, entry: &[u8]) -> Result<Applied, Error> {
        let applied = recovery::apply(&self.inputs(0), self, entry)?;
        self.seal(&applied)?;
        Ok(applied)
    }

    /// What execution reads.
    #[must_use]
    pub fn inputs(&self, term: u64) -> Inputs<'_> {
        Inputs {
            view: self,
            content: self,
            ids: self,
            next_index: self.frontier.size(),
            term,
            catalogues: &self.catalogues,
        }
    }

    /// Takes in what a batch does.
    pub(crate) fn seal(&mut self, applied: &Applied) -> Result<(), Error> {
        let sealed = execute::seal(applied, &self.frontier, self)?;
        self.absorb(applied, sealed);
        Ok(())
    }

    fn absorb(&mut self, applied: &Applied, sealed: Sealed) {
        for (key, value) in &applied.state_writes {
            match value {
                Some(value) => self.state.insert(key.clone(), value.clone()),
                None => self.state.remove(key),
            };
        }
        for (address, page) in sealed.pages {
            match page {
                Some(page) => self.pages.insert(address, page),
                None => self.pages.remove(&address),
            };
        }
        self.nodes.extend(sealed.log_nodes);
        self.entries.extend(applied.entries.iter().cloned());
        for write in &applied.content_writes {
            self.content.insert(write.root, write.rows.clone());
        }
        for (id, index) in &applied.id_writes {
            self.ids.entry(*id).or_insert(*index);
        }
        self.frontier = sealed.frontier;
        self.checkpoint = sealed.checkpoint;
    }

    /// What may be signed about the present log and state.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The exact bytes of an entry.
    #[must_use]
    pub fn entry(&self, index: u64) -> Option<&[u8]> {
        self.entries
            .get(usize::try_from(index).ok()?)
            .map(Vec::as_slice)
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The whole state in key order.
    pub fn state(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.state
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_slice()))
    }
}

impl View for Memory {
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.state.get(key).cloned())
    }

    fn range(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let found = self
            .state
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix));
        Ok(found
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}

impl Content for Memory {
    fn rows(&self, root: &Digest) -> Result<Option<Vec<Vec<u8>>>, Error> {
        Ok(self.content.get(root).cloned())
    }
}

impl Ids for Memory {
    fn index_of(&self, id: &Digest) -> Result<Option<u64>, Error> {
        Ok(self.ids.get(id).copied())
    }
}

impl NodeReader for Memory {
    fn node(&self, address: NodeAddress) -> Result<Digest, Error> {
        self.nodes
            .get(&address)
            .copied()
            .ok_or_else(|| Error::Unreadable {
                what: format!("log node {address:?}"),
            })
    }
}

impl PageReader for Memory {
    fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.pages.get(address).cloned())
    }
}

/// The map before genesis.
struct NoPages;

impl PageReader for NoPages {
    fn page(&self, _address: &PageAddress) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }
}
