//! The authenticated map of the state: a compact binary sparse Merkle tree over SM3(key).
//!
//! Leaf `SM3(0x02 ‖ key hash ‖ SM3(value))`, inner `SM3(0x03 ‖ left ‖ right)`, empty = 32 zero bytes; a subtree with one leaf is that leaf.
//! Path bits are those of the key hash, most significant first. The tree is stored in pages of six levels and updated once per batch.

mod page;
mod proof;

pub use page::{Page, PageAddress};
pub use proof::{Found, Proof, prove, verify_absent, verify_present};

use crate::Error;
use crypto_sm::sm3::{self, Digest};
use page::{Node, PAGE_LEVELS};
use std::collections::BTreeMap;

/// Root of a map without values.
pub const EMPTY: Digest = [0; 32];

/// Where the map reads stored pages.
pub trait PageReader {
    /// The bytes of a page, or nothing if there is none.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, Error>;
}

/// What an update changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Root afterwards.
    pub root: Digest,
    /// Pages to write; nothing = delete.
    pub pages: BTreeMap<PageAddress, Option<Vec<u8>>>,
}

/// Path of a key.
#[must_use]
pub fn key_hash(key: &str) -> Digest {
    sm3::hash(&[key.as_bytes()])
}

fn leaf_hash(key_hash: &Digest, value_hash: &Digest) -> Digest {
    sm3::hash(&[&[0x02], key_hash, value_hash])
}

fn inner_hash(left: &Digest, right: &Digest) -> Digest {
    sm3::hash(&[&[0x03], left, right])
}

fn bit(hash: &Digest, depth: usize) -> bool {
    hash[depth / 8] >> (7 - depth % 8) & 1 == 1
}

/// Applies the writes of one batch: key to value, nothing = remove.
///
/// # Errors
/// [`Error::Unreadable`] if a page is missing or malformed.
pub fn update(
    reader: &dyn PageReader,
    writes: &BTreeMap<String, Option<Vec<u8>>>,
) -> Result<Update, Error> {
    let mut changes: Vec<Change> = writes
        .iter()
        .map(|(key, value)| {
            (
                key_hash(key),
                value.as_ref().map(|value| sm3::hash(&[value])),
            )
        })
        .collect();
    changes.sort_unstable();
    let mut writer = Writer {
        reader,
        pages: BTreeMap::new(),
    };
    let address = PageAddress::root();
    let mut page = load(reader, &address)?.unwrap_or_default();
    writer.place(&address, &mut page, 1, &changes)?;
    let root = page.hash(1);
    if !changes.is_empty() {
        writer.save(address, &page);
    }
    Ok(Update {
        root,
        pages: writer.pages,
    })
}

/// Whether a stored page fits: each inner node is the hash of its two halves, or of the page below; and the node above is what this page has at its
/// top. A page that nothing refers to does not fit.
///
/// # Errors
/// [`Error::Unreadable`] if it, or one that it needs, is missing or malformed.
pub fn check_page(reader: &dyn PageReader, address: &PageAddress) -> Result<bool, Error> {
    let page = load_existing(reader, address)?;
    for slot in 1..page.slots() {
        let Some(Node::Inner(hash)) = page.node(slot) else {
            continue;
        };
        let below = if Page::is_bottom(slot) {
            load_existing(reader, &address.child(slot))?.hash(1)
        } else {
            inner_hash(&page.hash(slot * 2), &page.hash(slot * 2 + 1))
        };
        if below != hash {
            return Ok(false);
        }
    }
    match address.parent() {
        None => Ok(true),
        Some((above, slot)) => Ok(load_existing(reader, &above)?.hash(slot) == page.hash(1)),
    }
}

/// Root of the stored map.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn root(reader: &dyn PageReader) -> Result<Digest, Error> {
    let page = load(reader, &PageAddress::root())?;
    Ok(page.unwrap_or_default().hash(1))
}

/// Key hash and hash of the value.
type Change = (Digest, Option<Digest>);

fn load(reader: &dyn PageReader, address: &PageAddress) -> Result<Option<Page>, Error> {
    reader
        .page(address)?
        .map(|bytes| Page::from_bytes(&bytes))
        .transpose()
}

fn load_existing(reader: &dyn PageReader, address: &PageAddress) -> Result<Page, Error> {
    load(reader, address)?.ok_or_else(|| Error::Unreadable {
        what: format!("state page {}", hex::encode(address.to_bytes())),
    })
}

struct Writer<'a> {
    reader: &'a dyn PageReader,
    pages: BTreeMap<PageAddress, Option<Vec<u8>>>,
}

impl Writer<'_> {
    fn save(&mut self, address: PageAddress, page: &Page) {
        let bytes = (!page.is_empty()).then(|| page.to_bytes());
        self.pages.insert(address, bytes);
    }

    /// Applies changes, ascending by key hash, below a node.
    fn place(
        &mut self,
        address: &PageAddress,
        page: &mut Page,
        slot: usize,
        changes: &[Change],
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        match page.node(slot) {
            Some(Node::Inner(_)) if Page::is_bottom(slot) => {
                let below = address.child(slot);
                let mut child = load_existing(self.reader, &below)?;
                self.place(&below, &mut child, 1, changes)?;
                page.set(slot, child.node(1));
                if !matches!(child.node(1), Some(Node::Inner(_))) {
                    // A lone leaf lives where it is alone: in the page above.
                    child.set(1, None);
                }
                self.save(below, &child);
                Ok(())
            }
            Some(Node::Inner(_)) => {
                let depth = address.depth() + Page::levels_above(slot);
                let (left, right) =
                    changes.split_at(changes.partition_point(|(hash, _)| !bit(hash, depth)));
                self.place(address, page, slot * 2, left)?;
                self.place(address, page, slot * 2 + 1, right)?;
                page.join(slot);
                Ok(())
            }
            end => {
                let mut present: Vec<(Digest, Digest)> = changes
                    .iter()
                    .filter_map(|(hash, value)| value.map(|value| (*hash, value)))
                    .collect();
                if let Some(Node::Leaf {
                    key_hash,
                    value_hash,
                }) = end
                    && changes
                        .binary_search_by(|(hash, _)| hash.cmp(&key_hash))
                        .is_err()
                {
                    let place = present.partition_point(|(hash, _)| *hash < key_hash);
                    present.insert(place, (key_hash, value_hash));
                }
                self.grow(address, page, slot, &present);
                Ok(())
            }
        }
    }

    /// Builds the subtree of these leaves, ascending by key hash, where nothing or one leaf was.
    fn grow(
        &mut self,
        address: &PageAddress,
        page: &mut Page,
        slot: usize,
        leaves: &[(Digest, Digest)],
    ) {
        match leaves {
            [] => page.set(slot, None),
            [(key_hash, value_hash)] => {
                page.set(
                    slot,
                    Some(Node::Leaf {
                        key_hash: *key_hash,
                        value_hash: *value_hash,
                    }),
                );
            }
            _ if Page::is_bottom(slot) => {
                let below = address.child(slot);
                let mut child = Page::default();
                self.grow(&below, &mut child, 1, leaves);
                page.set(slot, child.node(1));
                self.save(below, &child);
            }
            _ => {
                let depth = address.depth() + Page::levels_above(slot);
                let (left, right) =
                    leaves.split_at(leaves.partition_point(|(hash, _)| !bit(hash, depth)));
                self.grow(address, page, slot * 2, left);
                self.grow(address, page, slot * 2 + 1, right);
                page.join(slot);
            }
        }
    }
}

const _: () = assert!(
    PAGE_LEVELS == 6,
    "the format prescribes pages of six levels"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Pages(BTreeMap<PageAddress, Vec<u8>>);

    impl PageReader for Pages {
        fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, Error> {
            Ok(self.0.get(address).cloned())
        }
    }

    impl Pages {
        fn apply(&mut self, writes: &BTreeMap<String, Option<Vec<u8>>>) -> Digest {
            let update = update(self, writes).expect("pages are readable");
            for (address, bytes) in update.pages {
                match bytes {
                    Some(bytes) => {
                        self.0.insert(address, bytes);
                    }
                    None => {
                        self.0.remove(&address);
                    }
                }
            }
            update.root
        }
    }

    /// The definition, without pages: the root over a sorted set of leaves.
    fn definition(leaves: &[(Digest, Digest)], depth: usize) -> Digest {
        match leaves {
            [] => EMPTY,
            [(key, value)] => sm3::hash(&[&[2], key, value]),
            _ => {
                let (left, right): (Vec<_>, Vec<_>) = leaves
                    .iter()
                    .copied()
                    .partition(|(key, _)| key[depth / 8] & (0x80 >> (depth % 8)) == 0);
                sm3::hash(&[
                    &[3],
                    &definition(&left, depth + 1),
                    &definition(&right, depth + 1),
                ])
            }
        }
    }

    fn naive_root(content: &BTreeMap<String, Vec<u8>>) -> Digest {
        let leaves: BTreeMap<Digest, Digest> = content
            .iter()
            .map(|(key, value)| (key_hash(key), sm3::hash(&[value])))
            .collect();
        definition(&leaves.into_iter().collect::<Vec<_>>(), 0)
    }

    #[test]
    fn an_empty_map_has_the_empty_root() {
        let mut pages = Pages::default();
        assert_eq!(pages.apply(&BTreeMap::new()), EMPTY);
        let one = BTreeMap::from([("a".to_owned(), Some(b"".to_vec()))]);
        let root = pages.apply(&one);
        assert_eq!(
            root,
            sm3::hash(&[&[2], &sm3::hash(&[b"a"]), &sm3::hash(&[])]),
            "an empty value is not an absent one"
        );
        assert_eq!(
            pages.apply(&BTreeMap::from([("a".to_owned(), None)])),
            EMPTY
        );
        assert!(pages.0.is_empty());
    }

    #[test]
    fn a_large_map_has_the_root_of_its_definition_and_leaves_no_page_behind() {
        let mut pages = Pages::default();
        let mut content = BTreeMap::new();
        for batch in 0..8 {
            let mut writes = BTreeMap::new();
            for number in 0..600 {
                let key = format!("key/{}", batch * 600 + number);
                content.insert(key.clone(), number.to_string().into_bytes());
                writes.insert(key, Some(number.to_string().into_bytes()));
            }
            assert_eq!(pages.apply(&writes), naive_root(&content));
        }
        let last: BTreeMap<String, Option<Vec<u8>>> = content
            .keys()
            .skip(1)
            .map(|key| (key.clone(), None))
            .collect();
        content.retain(|key, _| !last.contains_key(key));
        assert_eq!(pages.apply(&last), naive_root(&content));
        assert_eq!(pages.0.len(), 1, "one leaf needs the root page only");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn every_batch_gives_the_root_of_the_definition_and_proofs_that_verify(
            batches in prop::collection::vec(prop::collection::btree_map(0u16..400, prop::option::weighted(0.7, 0u8..4), 0..80), 1..8)
        ) {
            let mut pages = Pages::default();
            let mut content: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            for batch in batches {
                let writes: BTreeMap<String, Option<Vec<u8>>> =
                    batch.into_iter().map(|(key, value)| (format!("k/{key}"), value.map(|value| vec![value]))).collect();
                for (key, value) in &writes {
                    match value {
                        Some(value) => { content.insert(key.clone(), value.clone()); }
                        None => { content.remove(key); }
                    }
                }
                let root = pages.apply(&writes);
                prop_assert_eq!(root, naive_root(&content));
                for number in (0u16..400).step_by(13) {
                    let key = format!("k/{number}");
                    let proof = prove(&pages, &key).expect("readable");
                    match content.get(&key) {
                        Some(value) => {
                            prop_assert_eq!(&proof.found, &Found::Present);
                            prop_assert!(verify_present(&root, &key, value, &proof.siblings));
                            prop_assert!(!verify_present(&root, &key, b"other", &proof.siblings));
                            prop_assert!(!verify_present(&root, "k/other", value, &proof.siblings));
                            prop_assert!(!verify_absent(&root, &key, &proof.siblings, None));
                        }
                        None => {
                            let other = match &proof.found {
                                Found::Other { key_hash, value_hash } => Some((*key_hash, *value_hash)),
                                found => { prop_assert_eq!(found, &Found::Nothing); None }
                            };
                            prop_assert!(verify_absent(&root, &key, &proof.siblings, other.as_ref().map(|(key, value)| (key, value))));
                            prop_assert!(!verify_present(&root, &key, b"", &proof.siblings));
                        }
                    }
                    if let Some(first) = proof.siblings.first() {
                        let mut flipped = proof.siblings.clone();
                        flipped[0] = *first;
                        flipped[0][7] ^= 1;
                        if let Some(value) = content.get(&key) {
                            prop_assert!(!verify_present(&root, &key, value, &flipped));
                        }
                    }
                }
            }
        }
    }
}
