//! A page: the nodes of six levels, and where a page stands.

use super::{EMPTY, inner_hash, leaf_hash};
use crate::Error;
use crypto_sm::sm3::Digest;

/// Levels of one page.
pub(super) const PAGE_LEVELS: usize = 6;

/// First slot of the bottom row; the nodes of a page are numbered like a heap, from 1.
const BOTTOM: usize = 1 << PAGE_LEVELS;

/// A node that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// The only leaf of its subtree.
    Leaf {
        /// SM3 of the key.
        key_hash: Digest,
        /// SM3 of the value.
        value_hash: Digest,
    },
    /// At least two leaves are below; at the bottom row they are in the page below.
    Inner(Digest),
}

/// Where a page stands: the path bits from the root, six for each page above.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageAddress(Vec<u8>);

impl PageAddress {
    /// The topmost page.
    #[must_use]
    pub fn root() -> Self {
        Self(Vec::new())
    }

    /// One byte for each page above, with the six path bits taken there.
    #[must_use]
    pub fn to_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads [`PageAddress::to_bytes`].
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let fits = bytes.len() * PAGE_LEVELS < 256 && bytes.iter().all(|slot| *slot < 64);
        fits.then(|| Self(bytes.to_vec()))
            .ok_or_else(|| Error::Unreadable {
                what: "state page".to_owned(),
            })
    }

    /// The page above, and the slot of its bottom row under which this one hangs; nothing for the topmost.
    pub(super) fn parent(&self) -> Option<(Self, usize)> {
        let (last, above) = self.0.split_last()?;
        Some((Self(above.to_vec()), usize::from(*last) + BOTTOM))
    }

    /// Depth of the page's topmost node in the tree.
    pub(super) fn depth(&self) -> usize {
        self.0.len() * PAGE_LEVELS
    }

    /// The page below a slot of the bottom row.
    pub(super) fn child(&self, slot: usize) -> Self {
        let mut path = self.0.clone();
        path.push(u8::try_from(slot - BOTTOM).expect("the bottom row has 64 slots"));
        Self(path)
    }
}

/// The nodes of one page. Bytes: for each node in order of its slot, the slot, then 1 and key hash and value hash for a leaf, or 2 and the
/// hash for an inner node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page(Vec<Option<Node>>);

impl Default for Page {
    fn default() -> Self {
        Self(vec![None; 2 * BOTTOM])
    }
}

impl Page {
    pub(super) fn slots(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_bottom(slot: usize) -> bool {
        slot >= BOTTOM
    }

    /// Levels of the page above a slot.
    pub(super) fn levels_above(slot: usize) -> usize {
        slot.ilog2() as usize
    }

    pub(super) fn node(&self, slot: usize) -> Option<Node> {
        self.0[slot]
    }

    pub(super) fn set(&mut self, slot: usize, node: Option<Node>) {
        self.0[slot] = node;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Hash of the subtree at a slot.
    pub(super) fn hash(&self, slot: usize) -> Digest {
        match &self.0[slot] {
            None => EMPTY,
            Some(Node::Leaf {
                key_hash,
                value_hash,
            }) => leaf_hash(key_hash, value_hash),
            Some(Node::Inner(hash)) => *hash,
        }
    }

    /// Makes a node out of its two children: nothing, the only leaf, or an inner node.
    pub(super) fn join(&mut self, slot: usize) {
        let (left, right) = (slot * 2, slot * 2 + 1);
        self.0[slot] = match (self.0[left], self.0[right]) {
            (None, None) => None,
            (Some(leaf @ Node::Leaf { .. }), None) | (None, Some(leaf @ Node::Leaf { .. })) => {
                self.0[left] = None;
                self.0[right] = None;
                Some(leaf)
            }
            _ => Some(Node::Inner(inner_hash(&self.hash(left), &self.hash(right)))),
        };
    }

    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (slot, node) in self.0.iter().enumerate() {
            let slot = u8::try_from(slot).expect("a page has 128 slots");
            match node {
                None => {}
                Some(Node::Leaf {
                    key_hash,
                    value_hash,
                }) => {
                    bytes.extend([slot, 1]);
                    bytes.extend(key_hash);
                    bytes.extend(value_hash);
                }
                Some(Node::Inner(hash)) => {
                    bytes.extend([slot, 2]);
                    bytes.extend(hash);
                }
            }
        }
        bytes
    }

    /// Reads [`Page::to_bytes`].
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::Unreadable {
            what: "state page".to_owned(),
        };
        let mut page = Self::default();
        let mut rest = bytes;
        let mut lowest = 1;
        while let Some(([slot, tag], tail)) = rest.split_first_chunk::<2>() {
            let slot = usize::from(*slot);
            if slot < lowest || slot >= 2 * BOTTOM {
                return Err(malformed());
            }
            lowest = slot + 1;
            let (first, tail) = tail.split_first_chunk::<32>().ok_or_else(malformed)?;
            rest = tail;
            page.0[slot] = Some(match tag {
                1 => {
                    let (second, tail) = tail.split_first_chunk::<32>().ok_or_else(malformed)?;
                    rest = tail;
                    Node::Leaf {
                        key_hash: *first,
                        value_hash: *second,
                    }
                }
                2 => Node::Inner(*first),
                _ => return Err(malformed()),
            });
        }
        if rest.is_empty() {
            Ok(page)
        } else {
            Err(malformed())
        }
    }
}
