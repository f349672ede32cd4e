//! The append-only log of entries as a Merkle tree: appending with nothing but the frontier, proofs from stored nodes.
//!
//! Stored are the roots of perfect subtrees only: node (level, index) covers the leaves `[index·2^level, (index+1)·2^level)`; they never change.

use crate::Error;
use crate::tree::LOG;
use crypto_sm::sm3::Digest;

/// Address of a perfect subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeAddress {
    /// 0 = leaves.
    pub level: u8,
    /// Position among the subtrees of that level, from 0.
    pub index: u64,
}

impl NodeAddress {
    /// Nine bytes, level first, index big-endian: a key that sorts by level and index.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 9] {
        let mut bytes = [0; 9];
        bytes[0] = self.level;
        bytes[1..].copy_from_slice(&self.index.to_be_bytes());
        bytes
    }
}

/// Where proofs read stored nodes.
pub trait NodeReader {
    /// The hash of a perfect subtree that was written before.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it is not there or cannot be read.
    fn node(&self, address: NodeAddress) -> Result<Digest, Error>;
}

/// The right edge of the tree: all that appending needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, largest first: one for each bit of `size`.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash and hands every perfect subtree that it completes to `write`, smallest first.
    pub fn append(&mut self, leaf: Digest, mut write: impl FnMut(NodeAddress, Digest)) {
        let mut address = NodeAddress {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        write(address, hash);
        while address.index & 1 == 1 {
            let left = self
                .peaks
                .pop()
                .expect("an odd index has a left neighbour among the peaks");
            hash = LOG.inner(&left, &hash);
            address = NodeAddress {
                level: address.level + 1,
                index: address.index >> 1,
            };
            write(address, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Root of the log.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return LOG.root(&[]);
        };
        peaks.fold(*last, |right, left| LOG.inner(left, &right))
    }

    /// Eight bytes of size, big-endian, then the peaks.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flatten());
        bytes
    }

    /// Reads [`Frontier::to_bytes`].
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = Error::Encoding {
            what: "log frontier",
        };
        let (size, peaks) = bytes.split_first_chunk::<8>().ok_or(malformed.clone())?;
        let size = u64::from_be_bytes(*size);
        let (peaks, rest) = peaks.as_chunks::<32>();
        if !rest.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(malformed);
        }
        Ok(Self {
            size,
            peaks: peaks.to_vec(),
        })
    }
}

/// Root of the first `size` entries.
///
/// # Errors
/// Those of the reader.
pub fn root(reader: &dyn NodeReader, size: u64) -> Result<Digest, Error> {
    if size == 0 {
        Ok(LOG.root(&[]))
    } else {
        subtree(reader, 0, size)
    }
}

/// Audit path of entry `index` in the tree of the first `size` entries, leaf to root (RFC 6962 clause 2.1.1).
///
/// # Errors
/// [`Error::Inclusion`] if there is no such entry in that tree; those of the reader.
pub fn inclusion(reader: &dyn NodeReader, index: u64, size: u64) -> Result<Vec<Digest>, Error> {
    if index >= size {
        return Err(Error::Inclusion { index });
    }
    let (mut begin, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            proof.push(subtree(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(subtree(reader, begin, middle)?);
            begin = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proof that the first `new` entries continue the first `old` ones (RFC 6962 clause 2.1.2).
///
/// # Errors
/// [`Error::Consistency`] unless 0 < old ≤ new; those of the reader.
pub fn consistency(reader: &dyn NodeReader, old: u64, new: u64) -> Result<Vec<Digest>, Error> {
    if old == 0 || old > new {
        return Err(Error::Consistency { from: old, to: new });
    }
    let (mut begin, mut end) = (0, new);
    let mut proof = Vec::new();
    // Whether the old tree is the whole of what is left: then the verifier knows its root.
    let mut whole = true;
    while old != end {
        let middle = begin + split(end - begin);
        if old <= middle {
            proof.push(subtree(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(subtree(reader, begin, middle)?);
            begin = middle;
            whole = false;
        }
    }
    if !whole {
        proof.push(subtree(reader, begin, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Largest power of two below n (n > 1).
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// Hash over the leaves `[begin, end)` of a subtree that occurs in some tree.
fn subtree(reader: &dyn NodeReader, begin: u64, end: u64) -> Result<Digest, Error> {
    let count = end - begin;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return reader.node(NodeAddress {
            level: level as u8,
            index: begin >> level,
        });
    }
    let middle = begin + split(count);
    Ok(LOG.inner(
        &subtree(reader, begin, middle)?,
        &subtree(reader, middle, end)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    struct Nodes(BTreeMap<NodeAddress, Digest>);

    impl NodeReader for Nodes {
        fn node(&self, address: NodeAddress) -> Result<Digest, Error> {
            self.0
                .get(&address)
                .copied()
                .ok_or_else(|| Error::Unreadable {
                    what: format!("{address:?}"),
                })
        }
    }

    #[test]
    fn appending_and_proving_agree_with_the_whole_tree() {
        let mut frontier = Frontier::default();
        let mut nodes = Nodes(BTreeMap::new());
        let mut leaves: Vec<Digest> = Vec::new();
        assert_eq!(frontier.root(), LOG.root(&[]));
        for number in 0u64..67 {
            let leaf = LOG.leaf(&number.to_be_bytes());
            leaves.push(leaf);
            frontier.append(leaf, |address, hash| {
                assert!(
                    nodes.0.insert(address, hash).is_none(),
                    "a node never changes"
                );
            });
            assert_eq!(frontier.root(), LOG.root(&leaves));
            assert_eq!(
                Frontier::from_bytes(&frontier.to_bytes()),
                Ok(frontier.clone())
            );
        }
        for size in 1..=leaves.len() {
            let (whole, wanted) = (LOG.root(&leaves[..size]), size as u64);
            assert_eq!(root(&nodes, wanted), Ok(whole));
            for position in 0..size {
                assert_eq!(
                    inclusion(&nodes, position as u64, wanted),
                    Ok(LOG.path(&leaves[..size], position))
                );
            }
            for old in 1..=size {
                let proof = consistency(&nodes, old as u64, wanted).expect("stored");
                assert!(
                    LOG.continues(
                        old as u64,
                        &LOG.root(&leaves[..old]),
                        wanted,
                        &whole,
                        &proof
                    ),
                    "{old} {size}"
                );
            }
        }
        assert_eq!(inclusion(&nodes, 5, 5), Err(Error::Inclusion { index: 5 }));
        assert_eq!(
            consistency(&nodes, 0, 5),
            Err(Error::Consistency { from: 0, to: 5 })
        );
        let mut cut = frontier.to_bytes();
        cut.pop();
        assert!(Frontier::from_bytes(&cut).is_err());
    }
}
