//! Proofs that a value is the current one, or that there is none.

use super::{
    EMPTY, Node, Page, PageAddress, PageReader, bit, inner_hash, key_hash, leaf_hash, load_existing,
};
use crate::Error;
use crypto_sm::sm3::{self, Digest};

/// Where the path of a key ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// At its own leaf.
    Present,
    /// At nothing.
    Nothing,
    /// At the leaf of another key: what is to be shown for absence.
    Other {
        /// SM3 of that key.
        key_hash: Digest,
        /// SM3 of its value.
        value_hash: Digest,
    },
}

/// The way from the root to the end of a key's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Sibling hashes from the root down; 32 zero bytes for an empty one.
    pub siblings: Vec<Digest>,
    /// What stands at the end.
    pub found: Found,
}

/// Reads the proof for a key.
///
/// # Errors
/// Those of the reader.
pub fn prove(reader: &dyn PageReader, key: &str) -> Result<Proof, Error> {
    let wanted = key_hash(key);
    let mut siblings = Vec::new();
    let mut address = PageAddress::root();
    let mut page = super::load(reader, &address)?.unwrap_or_default();
    let mut slot = 1;
    loop {
        match page.node(slot) {
            None => {
                return Ok(Proof {
                    siblings,
                    found: Found::Nothing,
                });
            }
            Some(Node::Leaf {
                key_hash,
                value_hash,
            }) => {
                let found = if key_hash == wanted {
                    Found::Present
                } else {
                    Found::Other {
                        key_hash,
                        value_hash,
                    }
                };
                return Ok(Proof { siblings, found });
            }
            Some(Node::Inner(_)) => {
                if Page::is_bottom(slot) {
                    address = address.child(slot);
                    page = load_existing(reader, &address)?;
                    slot = 1;
                }
                let depth = address.depth() + Page::levels_above(slot);
                slot = slot * 2 + usize::from(bit(&wanted, depth));
                siblings.push(page.hash(slot ^ 1));
            }
        }
    }
}

/// Whether the map of this root holds this value under this key.
#[must_use]
pub fn verify_present(root: &Digest, key: &str, value: &[u8], siblings: &[Digest]) -> bool {
    let path = key_hash(key);
    climb(&path, leaf_hash(&path, &sm3::hash(&[value])), siblings) == Some(*root)
}

/// Whether the map of this root holds nothing under this key: its path ends at nothing, or at another leaf.
#[must_use]
pub fn verify_absent(
    root: &Digest,
    key: &str,
    siblings: &[Digest],
    other: Option<(&Digest, &Digest)>,
) -> bool {
    let path = key_hash(key);
    let end = match other {
        None => EMPTY,
        Some((key_hash, value_hash)) => {
            let shared = siblings.len() <= 256
                && (0..siblings.len()).all(|depth| bit(key_hash, depth) == bit(&path, depth));
            if *key_hash == path || !shared {
                return false;
            }
            leaf_hash(key_hash, value_hash)
        }
    };
    climb(&path, end, siblings) == Some(*root)
}

fn climb(path: &Digest, end: Digest, siblings: &[Digest]) -> Option<Digest> {
    if siblings.len() > 256 {
        return None;
    }
    Some(
        siblings
            .iter()
            .enumerate()
            .rev()
            .fold(end, |hash, (depth, sibling)| {
                if bit(path, depth) {
                    inner_hash(sibling, &hash)
                } else {
                    inner_hash(&hash, sibling)
                }
            }),
    )
}
