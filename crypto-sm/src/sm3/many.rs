//! SM3 of many messages at once, side by side in the lanes of vectors: leaves and nodes of trees, transactions of a batch.
//! The digests are those of [`hash`] on every processor.

#[cfg(any(test, target_arch = "x86_64"))]
pub(super) mod batch;

#[cfg(target_arch = "x86_64")]
use super::lanes;
use super::{DIGEST_LENGTH, Digest, hash};

/// Which implementation runs on this processor: `avx512` (sixteen messages side by side), `avx2` (eight) or `portable`
/// (one after the other: without vectors of a known width nothing is faster).
#[must_use]
pub fn path() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if lanes::avx512::Unit::detect().is_some() {
            return "avx512";
        }
        if lanes::avx2::Unit::detect().is_some() {
            return "avx2";
        }
    }
    "portable"
}

/// SM3 of each message, in order. Messages of about equal length cost least.
#[must_use]
pub fn hash_all(messages: &[&[u8]]) -> Vec<Digest> {
    hash_all_prefixed(&[], messages)
}

/// SM3 of the prefix and each message, as if they were one byte string, in order.
#[must_use]
pub fn hash_all_prefixed(prefix: &[u8], messages: &[&[u8]]) -> Vec<Digest> {
    hash_sources(
        messages
            .iter()
            .map(|body| Message { prefix, body })
            .collect(),
    )
}

/// SM3 of each message's parts, one after the other, as if they were one byte string, in order. Parts of messages with
/// more than two are copied together first.
#[must_use]
pub fn hash_all_parts(messages: &[&[&[u8]]]) -> Vec<Digest> {
    let joined: Vec<Vec<u8>> = messages
        .iter()
        .map(|parts| {
            if parts.len() > 2 {
                parts.concat()
            } else {
                Vec::new()
            }
        })
        .collect();
    let sources = messages.iter().zip(&joined).map(|(parts, joined)| {
        let (prefix, body): (&[u8], &[u8]) = match parts {
            [] => (&[], &[]),
            [body] => (&[], body),
            [prefix, body] => (prefix, body),
            _ => (&[], joined),
        };
        Message { prefix, body }
    });
    hash_sources(sources.collect())
}

/// SM3(prefix ‖ left ‖ right) for each pair, in order: the inner nodes of one level of a tree (RFC 6962 clause 2.1 with a
/// prefix of 1), for which [`slice::as_chunks`] makes pairs of the level below.
#[must_use]
pub fn hash_pairs(prefix: u8, pairs: &[[Digest; 2]]) -> Vec<Digest> {
    let mut digests = vec![[0; DIGEST_LENGTH]; pairs.len()];
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(unit) = lanes::avx512::Unit::detect() {
            unit.hash_nodes(prefix, pairs, &mut digests);
            return digests;
        }
        if let Some(unit) = lanes::avx2::Unit::detect() {
            unit.hash_nodes(prefix, pairs, &mut digests);
            return digests;
        }
    }
    for (pair, digest) in pairs.iter().zip(&mut digests) {
        *digest = hash(&[&[prefix], pair.as_flattened()]);
    }
    digests
}

/// Every way through this processor, and whether it gives the digests of [`hash`].
pub(crate) fn each_path() -> Vec<(&'static str, bool)> {
    let data: Vec<u8> = (0..=255).collect();
    let messages: Vec<_> = (0..40)
        .map(|length| Message {
            prefix: &data[..1],
            body: &data[..5 * length],
        })
        .collect();
    let pairs: Vec<[Digest; 2]> = messages
        .iter()
        .map(|message| [message.hash(), hash(&[message.body])])
        .collect();
    let expected: [Vec<Digest>; 2] = [
        messages.iter().map(Message::hash).collect(),
        pairs
            .iter()
            .map(|[left, right]| hash(&[&[1], left, right]))
            .collect(),
    ];
    let bodies: Vec<&[u8]> = messages.iter().map(|message| message.body).collect();
    let chosen = [
        hash_all_prefixed(&data[..1], &bodies),
        hash_pairs(1, &pairs),
    ];
    let mut paths = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        let mut found = expected.clone().map(|digests| vec![[0; 32]; digests.len()]);
        if let Some(unit) = lanes::avx512::Unit::detect() {
            unit.hash_messages(&messages, &mut found[0]);
            unit.hash_nodes(1, &pairs, &mut found[1]);
            paths.push(("avx512", found == expected));
        }
        found = expected.clone().map(|digests| vec![[0; 32]; digests.len()]);
        if let Some(unit) = lanes::avx2::Unit::detect() {
            unit.hash_messages(&messages, &mut found[0]);
            unit.hash_nodes(1, &pairs, &mut found[1]);
            paths.push(("avx2", found == expected));
        }
    }
    // What everything is compared with.
    paths.push(("portable", chosen == expected));
    paths
}

/// Hashes the messages in the order of their numbers of blocks, and gives the digests in the order of the messages.
fn hash_sources(mut messages: Vec<Message<'_>>) -> Vec<Digest> {
    let mut digests = vec![[0; DIGEST_LENGTH]; messages.len()];
    if messages.is_sorted_by_key(Message::blocks) {
        hash_sorted(&messages, &mut digests);
        return digests;
    }
    let mut order: Vec<usize> = (0..messages.len()).collect();
    order.sort_by_key(|index| messages[*index].blocks());
    messages = order.iter().map(|index| messages[*index]).collect();
    let mut sorted = digests.clone();
    hash_sorted(&messages, &mut sorted);
    for (index, digest) in order.into_iter().zip(sorted) {
        digests[index] = digest;
    }
    digests
}

/// Hashes messages with ascending numbers of blocks.
fn hash_sorted(messages: &[Message<'_>], digests: &mut [Digest]) {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(unit) = lanes::avx512::Unit::detect() {
            return unit.hash_messages(messages, digests);
        }
        if let Some(unit) = lanes::avx2::Unit::detect() {
            return unit.hash_messages(messages, digests);
        }
    }
    for (message, digest) in messages.iter().zip(digests) {
        *digest = message.hash();
    }
}

/// A message in two parts.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    prefix: &'a [u8],
    body: &'a [u8],
}

impl Message<'_> {
    /// Length in bytes.
    #[inline(always)]
    fn length(&self) -> usize {
        self.prefix.len() + self.body.len()
    }

    /// Number of blocks with padding (clause 5.1): one bit and the length of eight bytes follow the message.
    #[inline(always)]
    fn blocks(&self) -> usize {
        (self.length() + 9).div_ceil(64)
    }

    /// Its digest, without other messages beside it.
    fn hash(&self) -> Digest {
        hash(&[self.prefix, self.body])
    }
}

#[cfg(test)]
mod tests {
    use super::{super::lanes::emulated::Array, *};
    use batch::{hash_messages, hash_nodes};
    use proptest::prelude::*;

    /// One implementation: its functions for messages and for nodes.
    struct Way {
        name: &'static str,
        messages: fn(&[Message<'_>], &mut [Digest]),
        nodes: fn(u8, &[[Digest; 2]], &mut [Digest]),
    }

    /// Emulations with as many lanes as the vectors have, and fewer.
    const EMULATED: [Way; 3] = [
        Way {
            name: "emulated, 4 lanes",
            messages: hash_messages::<Array<4>, 4>,
            nodes: hash_nodes::<Array<4>, 4>,
        },
        Way {
            name: "emulated, 8 lanes",
            messages: hash_messages::<Array<8>, 8>,
            nodes: hash_nodes::<Array<8>, 8>,
        },
        Way {
            name: "emulated, 16 lanes",
            messages: hash_messages::<Array<16>, 16>,
            nodes: hash_nodes::<Array<16>, 16>,
        },
    ];

    fn bytes(length: usize) -> Vec<u8> {
        (0..length)
            .map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect()
    }

    /// Compares digests of every mixture of lengths that takes another way through the code.
    fn compare(way: &Way) {
        let data = bytes(40 * 300);
        let at = |index: usize, length: usize| &data[index * 300..][..length];
        for count in 0..40 {
            let shapes: [Vec<&[u8]>; 7] = [
                (0..count).map(|index| at(index, 64)).collect(),
                (0..count).map(|index| at(index, 128)).collect(),
                (0..count).map(|index| at(index, 0)).collect(),
                (0..count)
                    .map(|index| at(index, if index < 16 { 64 } else { 128 }))
                    .collect(),
                (0..count).map(|index| at(index, 40 + index)).collect(),
                (0..count).map(|index| at(index, 7 * index)).collect(),
                (0..count)
                    .map(|index| at(index, if index + 2 < count { 10 } else { 290 }))
                    .collect(),
            ];
            for bodies in shapes {
                for prefix in [&b""[..], b"\0", &[7; 63], &[8; 64], &[9; 130]] {
                    let mut messages: Vec<_> =
                        bodies.iter().map(|body| Message { prefix, body }).collect();
                    messages.sort_by_key(Message::blocks);
                    let mut digests = vec![[0; DIGEST_LENGTH]; count];
                    (way.messages)(&messages, &mut digests);
                    for (message, digest) in messages.iter().zip(&digests) {
                        let expected = hash(&[prefix, message.body]);
                        assert_eq!(*digest, expected, "{}, {count}", way.name);
                    }
                }
            }
            let pairs: Vec<[Digest; 2]> = (0..count)
                .map(|index| {
                    [at(index, 32), at(index + 1, 32)].map(|half| half.try_into().unwrap())
                })
                .collect();
            let mut digests = vec![[0; DIGEST_LENGTH]; count];
            (way.nodes)(0xfe, &pairs, &mut digests);
            for ([left, right], digest) in pairs.iter().zip(&digests) {
                let expected = hash(&[&[0xfe], left, right]);
                assert_eq!(*digest, expected, "{}, {count} nodes", way.name);
            }
        }
    }

    #[test]
    fn emulated_lanes_of_every_width_give_the_digests_of_the_reference() {
        for way in &EMULATED {
            compare(way);
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn avx2_gives_the_digests_of_the_reference() {
        if lanes::avx2::Unit::detect().is_none() {
            eprintln!("skipped: this processor has no AVX2");
            return;
        }
        compare(&Way {
            name: "avx2",
            messages: |messages, digests| {
                let unit = lanes::avx2::Unit::detect().unwrap();
                unit.hash_messages(messages, digests);
            },
            nodes: |prefix, pairs, digests| {
                let unit = lanes::avx2::Unit::detect().unwrap();
                unit.hash_nodes(prefix, pairs, digests);
            },
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn avx512_gives_the_digests_of_the_reference() {
        if lanes::avx512::Unit::detect().is_none() {
            eprintln!("skipped: this processor has no AVX-512");
            return;
        }
        compare(&Way {
            name: "avx512",
            messages: |messages, digests| {
                let unit = lanes::avx512::Unit::detect().unwrap();
                unit.hash_messages(messages, digests);
            },
            nodes: |prefix, pairs, digests| {
                let unit = lanes::avx512::Unit::detect().unwrap();
                unit.hash_nodes(prefix, pairs, digests);
            },
        });
    }

    #[test]
    fn annex_a_of_gb_t_32905_is_reproduced_in_every_lane() {
        let sixteen = b"abcd".repeat(16);
        let messages: Vec<&[u8]> = (0..35)
            .map(|index| if index % 2 == 0 { b"abc" } else { &sixteen[..] })
            .collect();
        for (index, digest) in hash_all(&messages).into_iter().enumerate() {
            let expected = if index % 2 == 0 {
                "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
            } else {
                "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
            };
            assert_eq!(hex::encode(digest), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn digests_come_in_the_order_of_the_messages(
            messages in proptest::collection::vec(
                proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..150), 0..5),
                0..40,
            ),
            prefix in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let bodies: Vec<Vec<u8>> = messages.iter().map(|parts| parts.concat()).collect();
            let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
            let expected: Vec<Digest> = bodies.iter().map(|body| hash(&[body])).collect();
            prop_assert_eq!(hash_all(&bodies), &expected[..]);
            let parts: Vec<Vec<&[u8]>> =
                messages.iter().map(|parts| parts.iter().map(Vec::as_slice).collect()).collect();
            let parts: Vec<&[&[u8]]> = parts.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(hash_all_parts(&parts), expected);
            let expected: Vec<Digest> = bodies.iter().map(|body| hash(&[&prefix, body])).collect();
            prop_assert_eq!(hash_all_prefixed(&prefix, &bodies), expected);
        }
    }
}
