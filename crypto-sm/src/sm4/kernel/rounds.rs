//! The 32 rounds of SM4 on vectors of 32-bit words: word i of many blocks side by side in one vector.
//!
//! A representation gives its vector type and, compiled for the CPU features that it names, the functions
//!
//! | function | meaning |
//! |---|---|
//! | `splat(word)` | the word in every place |
//! | `count(word)` | word, word + 1, … in the order of the blocks, wrapping |
//! | `add(a, b)` | exclusive or |
//! | `mix(a, b)` | a + T(b), T being the S-box on every byte and then L (GB/T 32907-2016 clause 6.2) |
//! | `load(blocks)` | the four words of each block |
//! | `store(words, blocks)` | the reverse |
//!
//! (and, if it calculates in other coordinates, `enter(words)` and `leave(words)`, see `coordinates`) and gets `crypt_blocks` and `apply_key_stream`. The functions are no trait's: those cannot carry CPU features.

macro_rules! rounds {
    ($features:literal, $vector:ty, $blocks:literal blocks in a vector, $groups:literal groups at once) => {
        $crate::sm4::kernel::rounds::rounds!(
            $features, $vector, $blocks blocks in a vector, $groups groups at once,
            std::convert::identity, std::convert::identity
        );
    };
    ($features:literal, $vector:ty, $blocks:literal blocks in a vector, $groups:literal groups at once, $enter:path, $leave:path) => {
        pub(super) const BLOCKS: usize = $blocks;

        /// All rounds. The words come out in the order x32, x33, x34, x35.
        #[inline]
        #[target_feature(enable = $features)]
        fn run<const GROUPS: usize>(
            keys: &$crate::sm4::schedule::RoundKeys,
            groups: &mut [[$vector; 4]; GROUPS],
        ) {
            for [a, b, c, d] in keys.as_chunks().0 {
                step::<0, GROUPS>(*a, groups);
                step::<1, GROUPS>(*b, groups);
                step::<2, GROUPS>(*c, groups);
                step::<3, GROUPS>(*d, groups);
            }
        }

        /// One round, whose number has this remainder modulo four.
        #[inline]
        #[target_feature(enable = $features)]
        fn step<const NUMBER: usize, const GROUPS: usize>(
            key: u32,
            groups: &mut [[$vector; 4]; GROUPS],
        ) {
            let key = splat(key);
            for x in groups {
                // The word of the round before comes last, since it is known last.
                let early = add(add(x[(NUMBER + 1) & 3], x[(NUMBER + 2) & 3]), key);
                x[NUMBER] = mix(x[NUMBER], add(early, x[(NUMBER + 3) & 3]));
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn crypt_groups<const GROUPS: usize>(
            keys: &$crate::sm4::schedule::RoundKeys,
            blocks: &mut [$crate::sm4::Block],
        ) {
            let mut groups = [[splat(0); 4]; GROUPS];
            let chunks = blocks.as_chunks_mut::<BLOCKS>().0;
            for (group, chunk) in groups.iter_mut().zip(chunks.iter()) {
                *group = load(chunk).map(|word| $enter(word));
            }
            run(keys, &mut groups);
            for ([a, b, c, d], chunk) in groups.into_iter().zip(chunks) {
                store([d, c, b, a].map(|word| $leave(word)), chunk);
            }
        }

        /// Encrypts each block, or decrypts it if the round keys are reversed.
        #[target_feature(enable = $features)]
        pub(super) fn crypt_blocks(
            keys: &$crate::sm4::schedule::RoundKeys,
            blocks: &mut [$crate::sm4::Block],
        ) {
            let mut chunks = blocks.chunks_exact_mut(BLOCKS * $groups);
            for chunk in &mut chunks {
                crypt_groups::<$groups>(keys, chunk);
            }
            // One pass over what is left: several vectors take little longer than one.
            let rest = chunks.into_remainder();
            match rest.len().div_ceil(BLOCKS) {
                0 => {}
                1 => crypt_rest::<1>(keys, rest),
                2 => crypt_rest::<2>(keys, rest),
                _ => crypt_rest::<$groups>(keys, rest),
            }
        }

        /// The same for at most so many vectors, which need not be full.
        #[inline]
        #[target_feature(enable = $features)]
        fn crypt_rest<const GROUPS: usize>(
            keys: &$crate::sm4::schedule::RoundKeys,
            blocks: &mut [$crate::sm4::Block],
        ) {
            let mut buffer = [[[0; 16]; BLOCKS]; GROUPS];
            let padded = buffer.as_flattened_mut();
            padded[..blocks.len()].copy_from_slice(blocks);
            crypt_groups::<GROUPS>(keys, padded);
            blocks.copy_from_slice(&padded[..blocks.len()]);
        }

        /// The encrypted counter blocks from `number` on, added to `blocks`.
        #[inline]
        #[target_feature(enable = $features)]
        fn add_groups<const GROUPS: usize>(
            keys: &$crate::sm4::schedule::RoundKeys,
            fixed: [u32; 3],
            number: u32,
            blocks: &mut [$crate::sm4::Block],
        ) {
            let [a, b, c] = fixed.map(|word| $enter(splat(word)));
            let mut groups = [[a, b, c, c]; GROUPS];
            let mut first = number;
            for group in &mut groups {
                group[3] = $enter(count(first));
                first = first.wrapping_add(BLOCKS as u32);
            }
            run(keys, &mut groups);
            for ([a, b, c, d], chunk) in groups.into_iter().zip(blocks.as_chunks_mut::<BLOCKS>().0)
            {
                let mut stream = [[0; 16]; BLOCKS];
                store([d, c, b, a].map(|word| $leave(word)), &mut stream);
                let chunk = chunk.as_flattened_mut().iter_mut();
                for (byte, key) in chunk.zip(stream.as_flattened()) {
                    *byte ^= key;
                }
            }
        }

        /// Adds the encrypted counter blocks `counter`, `counter` + 1, … to `data`; only the last 32 bits count, and wrap.
        #[target_feature(enable = $features)]
        pub(super) fn apply_key_stream(
            keys: &$crate::sm4::schedule::RoundKeys,
            counter: &$crate::sm4::Block,
            data: &mut [u8],
        ) {
            let [a, b, c, mut number] = $crate::sm4::schedule::words(counter);
            let fixed = [a, b, c];
            let mut chunks = data.chunks_exact_mut(16 * BLOCKS * $groups);
            for chunk in &mut chunks {
                add_groups::<$groups>(keys, fixed, number, chunk.as_chunks_mut().0);
                number = number.wrapping_add(BLOCKS as u32 * $groups);
            }
            let rest = chunks.into_remainder();
            match rest.len().div_ceil(16 * BLOCKS) {
                0 => {}
                1 => add_rest::<1>(keys, fixed, number, rest),
                2 => add_rest::<2>(keys, fixed, number, rest),
                _ => add_rest::<$groups>(keys, fixed, number, rest),
            }
        }

        /// The same for at most so many vectors, which need not be full.
        #[inline]
        #[target_feature(enable = $features)]
        fn add_rest<const GROUPS: usize>(
            keys: &$crate::sm4::schedule::RoundKeys,
            fixed: [u32; 3],
            number: u32,
            data: &mut [u8],
        ) {
            let mut buffer = [[[0; 16]; BLOCKS]; GROUPS];
            let padded = buffer.as_flattened_mut();
            padded.as_flattened_mut()[..data.len()].copy_from_slice(data);
            add_groups::<GROUPS>(keys, fixed, number, padded);
            data.copy_from_slice(&padded.as_flattened()[..data.len()]);
        }
    };
}

pub(super) use rounds;
