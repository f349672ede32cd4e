//! Merkle trees of the shape of RFC 6962 (clause 2.1, taken over by RFC 9162): the log of entries and the rows below an envelope or outcome. They differ in their
//! hash prefixes only.

use crypto_sm::sm3::{self, Digest};

/// Hash prefixes of one kind of tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    leaf: u8,
    inner: u8,
}

/// The log of entries.
pub const LOG: Tree = Tree {
    leaf: 0x00,
    inner: 0x01,
};

/// Rows below an envelope's body or an outcome.
pub const ROWS: Tree = Tree {
    leaf: 0x04,
    inner: 0x05,
};

impl Tree {
    /// Hash of a leaf.
    #[must_use]
    pub fn leaf(self, bytes: &[u8]) -> Digest {
        sm3::hash(&[&[self.leaf], bytes])
    }

    /// Hash of an inner node.
    #[must_use]
    pub fn inner(self, left: &Digest, right: &Digest) -> Digest {
        sm3::hash(&[&[self.inner], left, right])
    }

    /// Root over leaf hashes; of no leaves it is SM3 of nothing (RFC 6962 clause 2.1).
    #[must_use]
    pub fn root(self, leaves: &[Digest]) -> Digest {
        if leaves.is_empty() {
            return sm3::hash(&[]);
        }
        // Bottom up: an odd last node rises unchanged, which is the same as splitting at the largest power of two.
        let mut level = leaves.to_vec();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => self.inner(left, right),
                    [single] => *single,
                    _ => unreachable!("chunks of two"),
                })
                .collect();
        }
        level[0]
    }

    /// Audit path of a leaf, leaf to root (RFC 6962 clause 2.1.1). `position` must be below the number of leaves.
    #[must_use]
    pub fn path(self, leaves: &[Digest], position: usize) -> Vec<Digest> {
        let mut proof = Vec::new();
        let mut level = leaves.to_vec();
        let mut position = position;
        while level.len() > 1 {
            if let Some(sibling) = level.get(position ^ 1) {
                proof.push(*sibling);
            }
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => self.inner(left, right),
                    [single] => *single,
                    _ => unreachable!("chunks of two"),
                })
                .collect();
            position /= 2;
        }
        proof
    }

    /// Root that follows from a leaf hash and its audit path (RFC 9162 clause 2.1.3.2); nothing if the path has another length than it must.
    #[must_use]
    pub fn root_from_path(
        self,
        leaf: &Digest,
        index: u64,
        size: u64,
        path: &[Digest],
    ) -> Option<Digest> {
        if index >= size {
            return None;
        }
        let (mut node, mut last) = (index, size - 1);
        let mut hash = *leaf;
        for sibling in path {
            if last == 0 {
                return None;
            }
            if node & 1 == 1 || node == last {
                hash = self.inner(sibling, &hash);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = self.inner(&hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }

    /// Whether a tree of `new_size` leaves and `new_root` continues one of `old_size` and `old_root` (RFC 9162 clause 2.1.4.2). A tree
    /// continues itself with an empty proof; the empty tree has no proof, since everything continues it.
    #[must_use]
    pub fn continues(
        self,
        old_size: u64,
        old_root: &Digest,
        new_size: u64,
        new_root: &Digest,
        proof: &[Digest],
    ) -> bool {
        if old_size == 0 || old_size > new_size {
            return false;
        }
        if old_size == new_size {
            return proof.is_empty() && old_root == new_root;
        }
        let mut path = proof.iter();
        let first = if old_size.is_power_of_two() {
            Some(old_root)
        } else {
            path.next()
        };
        let Some(first) = first else { return false };
        let (mut node, mut last) = (old_size - 1, new_size - 1);
        while node & 1 == 1 {
            node >>= 1;
            last >>= 1;
        }
        let (mut old, mut new) = (*first, *first);
        for sibling in path {
            if last == 0 {
                return false;
            }
            if node & 1 == 1 || node == last {
                old = self.inner(sibling, &old);
                new = self.inner(sibling, &new);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                new = self.inner(&new, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        last == 0 && old == *old_root && new == *new_root
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definitions of RFC 6962 clause 2.1, word by word, as an independent yardstick.
    mod definition {
        use super::Digest;
        use crypto_sm::sm3::hash;

        fn split(n: usize) -> usize {
            let mut k = 1;
            while k * 2 < n {
                k *= 2;
            }
            k
        }

        pub fn mth(d: &[Vec<u8>]) -> Digest {
            match d.len() {
                0 => hash(&[]),
                1 => hash(&[&[0], &d[0]]),
                n => {
                    let k = split(n);
                    hash(&[&[1], &mth(&d[..k]), &mth(&d[k..])])
                }
            }
        }

        pub fn path(m: usize, d: &[Vec<u8>]) -> Vec<Digest> {
            let n = d.len();
            if n == 1 {
                return Vec::new();
            }
            let k = split(n);
            let (mut proof, last) = if m < k {
                (path(m, &d[..k]), mth(&d[k..]))
            } else {
                (path(m - k, &d[k..]), mth(&d[..k]))
            };
            proof.push(last);
            proof
        }

        pub fn subproof(m: usize, d: &[Vec<u8>], whole: bool) -> Vec<Digest> {
            let n = d.len();
            if m == n {
                return if whole { Vec::new() } else { vec![mth(d)] };
            }
            let k = split(n);
            let (mut proof, last) = if m <= k {
                (subproof(m, &d[..k], whole), mth(&d[k..]))
            } else {
                (subproof(m - k, &d[k..], false), mth(&d[..k]))
            };
            proof.push(last);
            proof
        }
    }

    fn entries(count: usize) -> Vec<Vec<u8>> {
        (0..count)
            .map(|number| format!("entry {number}").into_bytes())
            .collect()
    }

    #[test]
    fn trees_have_the_shape_of_rfc_6962() {
        for count in 0..40 {
            let entries = entries(count);
            let leaves: Vec<Digest> = entries.iter().map(|entry| LOG.leaf(entry)).collect();
            let root = LOG.root(&leaves);
            assert_eq!(root, definition::mth(&entries), "{count}");
            for position in 0..count {
                let path = LOG.path(&leaves, position);
                assert_eq!(
                    path,
                    definition::path(position, &entries),
                    "{position} of {count}"
                );
                assert_eq!(
                    LOG.root_from_path(&leaves[position], position as u64, count as u64, &path),
                    Some(root),
                    "{position} of {count}"
                );
            }
            for old in 1..=count {
                let proof = definition::subproof(old, &entries, true);
                let old_root = LOG.root(&leaves[..old]);
                assert!(
                    LOG.continues(old as u64, &old_root, count as u64, &root, &proof),
                    "{old} to {count}"
                );
            }
        }
    }

    #[test]
    fn rows_and_entries_never_hash_alike() {
        let leaf = LOG.leaf(b"x");
        assert_ne!(leaf, ROWS.leaf(b"x"));
        assert_ne!(LOG.inner(&leaf, &leaf), ROWS.inner(&leaf, &leaf));
    }

    proptest! {
        #[test]
        fn a_changed_path_proves_nothing(count in 1usize..70, position in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), bit in 0usize..256) {
            let entries = entries(count);
            let leaves: Vec<Digest> = entries.iter().map(|entry| LOG.leaf(entry)).collect();
            let root = LOG.root(&leaves);
            let position = position.index(count);
            let path = LOG.path(&leaves, position);
            let (index, size) = (position as u64, count as u64);
            let mut longer = path.clone();
            longer.push(root);
            prop_assert_eq!(LOG.root_from_path(&leaves[position], index, size, &longer), None);
            if !path.is_empty() {
                prop_assert_eq!(LOG.root_from_path(&leaves[position], index, size, &path[1..]), None);
                let mut flipped = path.clone();
                flipped[which.index(path.len())][bit / 8] ^= 1 << (bit % 8);
                prop_assert_ne!(LOG.root_from_path(&leaves[position], index, size, &flipped), Some(root));
            }
            let other = (index + 1) % size;
            if other != index {
                prop_assert_ne!(LOG.root_from_path(&leaves[position], other, size, &path), Some(root));
            }
        }

        #[test]
        fn a_changed_consistency_proof_proves_nothing(new in 2usize..70, old in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), bit in 0usize..256) {
            let entries = entries(new);
            let leaves: Vec<Digest> = entries.iter().map(|entry| LOG.leaf(entry)).collect();
            let old = 1 + old.index(new - 1);
            let proof = definition::subproof(old, &entries, true);
            let (old_root, root) = (LOG.root(&leaves[..old]), LOG.root(&leaves));
            let mut flipped = proof.clone();
            flipped[which.index(proof.len())][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!LOG.continues(old as u64, &old_root, new as u64, &root, &flipped));
            prop_assert!(!LOG.continues(old as u64, &old_root, new as u64, &root, &proof[1..]));
            prop_assert!(!LOG.continues(old as u64, &root, new as u64, &root, &proof));
            let forked: Vec<Digest> = entries.iter().map(|entry| LOG.leaf(&[entry, &b"!"[..]].concat())).collect();
            prop_assert!(!LOG.continues(old as u64, &LOG.root(&forked[..old]), new as u64, &root, &proof));
        }
    }
}
