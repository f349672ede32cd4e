//! Messages in the lanes of vectors, for every width of vector.

use super::{
    super::{
        DIGEST_LENGTH, Digest, hash,
        lanes::{self, INITIAL, Lanes, Schedule},
    },
    Message,
};

/// Fewer messages than this are hashed one after the other: a vector takes the time of this many.
const WORTHWHILE: usize = 3;

impl Message<'_> {
    /// A block of the padded message: a piece of the body as it is, or what has been put together in the space given.
    #[inline(always)]
    fn block<'a>(&'a self, index: usize, space: &'a mut [u8; 64]) -> &'a [u8; 64] {
        let start = 64 * index;
        if let Some(whole) = start
            .checked_sub(self.prefix.len())
            .and_then(|start| self.body.get(start..)?.first_chunk())
        {
            return whole;
        }
        self.assemble(start, space);
        space
    }

    /// The 64 bytes of the padded message from a place that is a multiple of 64.
    fn assemble(&self, start: usize, space: &mut [u8; 64]) {
        *space = [0; 64];
        let mut from = 0;
        for part in [self.prefix, self.body] {
            let to = from + part.len();
            if from < start + 64 && start < to {
                let piece = &part[start.saturating_sub(from)..part.len().min(start + 64 - from)];
                space[from.saturating_sub(start)..][..piece.len()].copy_from_slice(piece);
            }
            from = to;
        }
        if (start..start + 64).contains(&from) {
            space[from - start] = 0x80;
        }
        if start + 64 == 64 * self.blocks() {
            space[56..].copy_from_slice(&(8 * from as u64).to_be_bytes());
        }
    }
}

/// Hashes messages with ascending numbers of blocks, `N` at a time.
#[inline(always)]
pub(in crate::sm3) fn hash_messages<L: Lanes<N>, const N: usize>(
    messages: &[Message<'_>],
    digests: &mut [Digest],
) {
    let mut spaces = [[0; 64]; N];
    let mut padding = None;
    for (messages, digests) in messages.chunks(N).zip(digests.chunks_mut(N)) {
        padding = Padding::of(messages, padding);
        hash_lanes::<L, N>(messages, digests, &mut spaces, padding.as_ref());
    }
}

/// Hashes up to `N` messages with ascending numbers of blocks, in whose spaces blocks are put together. A lane whose message
/// has ended takes blocks that count for nothing; when few are left they are hashed from the start, one after the other.
#[inline(always)]
fn hash_lanes<L: Lanes<N>, const N: usize>(
    messages: &[Message<'_>],
    digests: &mut [Digest],
    spaces: &mut [[u8; 64]; N],
    padding: Option<&Padding>,
) {
    let mut state = INITIAL.map(L::splat);
    let (mut ended, mut taken) = (0, 0);
    while messages.len() - ended >= WORTHWHILE {
        match padding {
            Some(padding) if padding.index == taken => {
                L::compress_same(&mut state, &padding.schedule);
            }
            _ => {
                let mut spaces = spaces.iter_mut();
                let blocks: [&[u8; 64]; N] = std::array::from_fn(|lane| {
                    let space = spaces.next().expect("there is a space for each lane");
                    match messages.get(lane) {
                        Some(message) if lane >= ended => message.block(taken, space),
                        _ => space,
                    }
                });
                let window = lanes::load(|lane, part| blocks[lane].as_chunks().0[part]);
                L::compress(&mut state, window);
            }
        }
        taken += 1;
        if messages[ended].blocks() == taken {
            let found = lanes::digests(&state);
            while ended < messages.len() && messages[ended].blocks() == taken {
                digests[ended] = found[ended];
                ended += 1;
            }
        }
    }
    for (message, digest) in messages.iter().zip(digests).skip(ended) {
        *digest = message.hash();
    }
}

/// The last block of messages of one length that is a multiple of 64: padding alone, the same for all of them.
struct Padding {
    length: usize,
    /// Which block of the messages it is.
    index: usize,
    schedule: Schedule,
}

impl Padding {
    /// The one that these messages share, if there is one. Another group's is taken over where it is the same.
    #[inline(always)]
    fn of(messages: &[Message<'_>], other: Option<Self>) -> Option<Self> {
        let length = messages.first()?.length();
        if length % 64 != 0 || messages.iter().any(|message| message.length() != length) {
            return None;
        }
        if let Some(other) = other.filter(|other| other.length == length) {
            return Some(other);
        }
        let index = messages[0].blocks() - 1;
        let mut block = [0; 64];
        messages[0].assemble(64 * index, &mut block);
        Some(Self {
            length,
            index,
            schedule: lanes::expand(&block),
        })
    }
}

/// Hashes pairs of digests behind a prefix of one byte, `N` at a time.
#[inline(always)]
pub(in crate::sm3) fn hash_nodes<L: Lanes<N>, const N: usize>(
    prefix: u8,
    pairs: &[[Digest; 2]],
    digests: &mut [Digest],
) {
    let (whole, rest) = pairs.as_chunks::<N>();
    let (whole_digests, rest_digests) = digests.as_chunks_mut::<N>();
    for (pairs, digests) in whole.iter().zip(whole_digests) {
        *digests = hash_node_lanes::<L, N>(prefix, pairs);
    }
    if rest.len() >= WORTHWHILE {
        let mut padded = [[[0; DIGEST_LENGTH]; 2]; N];
        padded[..rest.len()].copy_from_slice(rest);
        let digests = hash_node_lanes::<L, N>(prefix, &padded);
        rest_digests.copy_from_slice(&digests[..rest.len()]);
    } else {
        for (pair, digest) in rest.iter().zip(rest_digests) {
            *digest = hash(&[&[prefix], pair.as_flattened()]);
        }
    }
}

/// The 65 bytes of a node make two blocks: prefix and all but the last byte; that byte and padding.
#[inline(always)]
fn hash_node_lanes<L: Lanes<N>, const N: usize>(
    prefix: u8,
    pairs: &[[Digest; 2]; N],
) -> [Digest; N] {
    let bytes = |lane: usize| -> &[u8; 64] {
        pairs[lane]
            .as_flattened()
            .first_chunk()
            .expect("two digests are 64 bytes")
    };
    let heads: [[u8; 16]; N] = std::array::from_fn(|lane| {
        let first = u128::from_le_bytes(*bytes(lane).first_chunk().expect("16 of 64 bytes"));
        (first << 8 | u128::from(prefix)).to_le_bytes()
    });
    let mut state = INITIAL.map(L::splat);
    L::compress(
        &mut state,
        lanes::load(|lane, part| match part {
            0 => heads[lane],
            _ => *bytes(lane)[16 * part - 1..]
                .first_chunk()
                .expect("three quarters lie within the pair"),
        }),
    );
    let mut window = [L::splat(0); 16];
    window[0] = L::from_words(std::array::from_fn(|lane| {
        u32::from_be_bytes([bytes(lane)[63], 0x80, 0, 0])
    }));
    window[15] = L::splat(8 * 65);
    L::compress(&mut state, window);
    lanes::digests(&state)
}
