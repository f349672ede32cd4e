//! The same tables in memory, for tests and measurements without a disk.

use super::{Change, Column, Pair, Snapshot, Store};
use crate::error::Error;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

type Tables = BTreeMap<(Column, Vec<u8>), Vec<u8>>;

/// Tables in memory. Clones are handles to the same ones.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    tables: Arc<RwLock<Arc<Tables>>>,
}

impl Store for MemoryStore {
    fn snapshot(&self) -> Box<dyn Snapshot + '_> {
        Box::new(MemorySnapshot(Arc::clone(
            &self.tables.read().unwrap_or_else(PoisonError::into_inner),
        )))
    }

    fn write(&self, changes: Vec<Change>, _sync: bool) -> Result<(), Error> {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        // Copies only while a snapshot is out.
        let tables = Arc::make_mut(&mut tables);
        for change in changes {
            let key = (change.column, change.key);
            match change.value {
                Some(value) => tables.insert(key, value),
                None => tables.remove(&key),
            };
        }
        Ok(())
    }

    fn replace(
        &self,
        kept: &[&'static str],
        fill: &mut dyn FnMut(&dyn Store) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let new = Self::default();
        fill(&new)?;
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let mut filled = Tables::clone(&new.tables.read().unwrap_or_else(PoisonError::into_inner));
        for name in kept {
            let key = (Column::Meta, name.as_bytes().to_vec());
            if let Some(value) = tables.get(&key) {
                filled.insert(key, value.clone());
            }
        }
        *tables = Arc::new(filled);
        Ok(())
    }

    fn disk_bytes(&self) -> u64 {
        0
    }
}

struct MemorySnapshot(Arc<Tables>);

impl Snapshot for MemorySnapshot {
    fn value(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.get(&(column, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        column: Column,
        prefix: &[u8],
        from: &[u8],
        count: usize,
    ) -> Result<Vec<Pair>, Error> {
        let first = from.max(prefix).to_vec();
        let found = self
            .0
            .range((column, first)..)
            .take_while(|((found, key), _)| *found == column && key.starts_with(prefix));
        Ok(found
            .take(count)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
}
