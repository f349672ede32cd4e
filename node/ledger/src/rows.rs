//! Rows beside an envelope and results beside an outcome: they hang below their owner by a Merkle root, so that one of them can be proved,
//! or withheld.

use crate::tree::ROWS;
use crate::{Error, v1};
use crypto_sm::sm3::Digest;
use std::collections::BTreeMap;

/// Where execution reads rows that were kept before, by their root.
pub trait Content {
    /// The rows below a root, in order; nothing if they are not kept here.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn rows(&self, root: &Digest) -> Result<Option<Vec<Vec<u8>>>, Error>;
}

/// Rows to keep under their root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentWrite {
    /// Root of the rows.
    pub root: Digest,
    /// The rows, in order.
    pub rows: Vec<Vec<u8>>,
}

/// Root over rows; nothing for no rows.
#[must_use]
pub fn root(rows: &[Vec<u8>]) -> Option<Digest> {
    if rows.is_empty() {
        return None;
    }
    Some(ROWS.root(&leaves(rows)))
}

/// The root as a message field holds it: empty without rows.
#[must_use]
pub fn root_field(rows: &[Vec<u8>]) -> Vec<u8> {
    root(rows).map(|root| root.to_vec()).unwrap_or_default()
}

/// Leaf hash of each row.
#[must_use]
pub fn leaves(rows: &[Vec<u8>]) -> Vec<Digest> {
    rows.iter().map(|row| ROWS.leaf(row)).collect()
}

/// Rows with their proofs.
///
/// # Errors
/// [`Error::RowProof`] for a position that there is not.
pub fn prove(rows: &[Vec<u8>], positions: &[u32]) -> Result<Vec<v1::ProvedRow>, Error> {
    let leaves = leaves(rows);
    positions
        .iter()
        .map(|position| {
            let at = *position as usize;
            let row = rows
                .get(at)
                .ok_or(Error::RowProof {
                    position: *position,
                })?
                .clone();
            let proof = ROWS
                .path(&leaves, at)
                .iter()
                .map(|hash| hash.to_vec())
                .collect();
            Ok(v1::ProvedRow {
                position: *position,
                row,
                proof,
            })
        })
        .collect()
}

/// Checks that rows stand below a root over `count` rows, ascending by position.
///
/// # Errors
/// [`Error::RowProof`], [`Error::Order`].
pub fn verify(proved: &[v1::ProvedRow], root: &[u8], count: u32) -> Result<(), Error> {
    if !crate::field::ascending(proved.iter().map(|row| row.position)) {
        return Err(Error::Order { what: "rows" });
    }
    for row in proved {
        let wrong = Error::RowProof {
            position: row.position,
        };
        let path = digests(&row.proof).ok_or(wrong.clone())?;
        let found = ROWS.root_from_path(
            &ROWS.leaf(&row.row),
            row.position.into(),
            count.into(),
            &path,
        );
        if found.as_ref().map(<[u8; 32]>::as_slice) != Some(root) {
            return Err(wrong);
        }
    }
    Ok(())
}

/// Byte fields that are all digests.
pub(crate) fn digests(fields: &[Vec<u8>]) -> Option<Vec<Digest>> {
    fields
        .iter()
        .map(|field| Digest::try_from(field.as_slice()).ok())
        .collect()
}

/// Content with rows on top that the store does not have yet.
pub(crate) struct ContentOverlay<'a> {
    below: &'a dyn Content,
    fresh: BTreeMap<Digest, Vec<Vec<u8>>>,
}

impl<'a> ContentOverlay<'a> {
    pub(crate) fn new(below: &'a dyn Content) -> Self {
        Self {
            below,
            fresh: BTreeMap::new(),
        }
    }

    pub(crate) fn keep(&mut self, rows: &[Vec<u8>]) {
        if let Some(root) = root(rows) {
            self.fresh.entry(root).or_insert_with(|| rows.to_vec());
        }
    }

    pub(crate) fn into_writes(self) -> Vec<ContentWrite> {
        self.fresh
            .into_iter()
            .map(|(root, rows)| ContentWrite { root, rows })
            .collect()
    }
}

impl Content for ContentOverlay<'_> {
    fn rows(&self, root: &Digest) -> Result<Option<Vec<Vec<u8>>>, Error> {
        match self.fresh.get(root) {
            Some(rows) => Ok(Some(rows.clone())),
            None => self.below.rows(root),
        }
    }
}
