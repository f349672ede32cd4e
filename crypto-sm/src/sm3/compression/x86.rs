//! Rounds in general registers (`rounds`), the expansion in vectors: of one block in vectors of four words, beside the rounds,
//! whose units are others; of many blocks at once in wide vectors, before them.
#![allow(
    unsafe_code,
    reason = "the order of a round's instructions can be fixed in assembly only"
)]

mod rounds;

use super::{ROUND_CONSTANTS, State};
use crate::sm3::lanes::{self, Ahead};
use rounds::*;
use std::arch::{asm, x86_64::*};

/// Blocks from which on the expansion in wide vectors takes less time; it takes the same for one and for all lanes.
const AHEAD_MIN: usize = 6;

/// Proof that the processor has AVX and BMI2: [`Avx::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx(());

/// Proof that it has AVX-512 F and VL besides: [`Avx512::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

/// Blocks side by side in vectors, and rounds with BMI2: this processor has what both need.
#[derive(Clone, Copy)]
pub(super) struct Wide<U>(U);

impl Avx {
    /// Nothing on processors without.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        let present =
            !cfg!(miri) && is_x86_feature_detected!("avx") && is_x86_feature_detected!("bmi2");
        present.then_some(Self(()))
    }

    /// See [`super::compress`].
    #[inline]
    pub(super) fn compress(self, state: &mut State, blocks: &[[u8; 64]]) {
        // SAFETY: `self` proves that the processor has the features.
        unsafe { avx::compress(state, blocks) }
    }
}

impl Avx512 {
    /// Nothing on processors without.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        let present = Avx::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl");
        present.then_some(Self(()))
    }

    /// See [`super::compress`].
    #[inline]
    pub(super) fn compress(self, state: &mut State, blocks: &[[u8; 64]]) {
        // SAFETY: `self` proves that the processor has the features.
        unsafe { avx512::compress(state, blocks) }
    }
}

/// A unit that expands blocks side by side.
macro_rules! wide {
    ($unit:ty, $lanes:literal) => {
        impl Wide<$unit> {
            /// Nothing on processors without, and nothing for so few blocks that others are faster.
            #[inline]
            pub(super) fn detect(blocks: usize) -> Option<Self> {
                if blocks < AHEAD_MIN || Avx::detect().is_none() {
                    return None;
                }
                <$unit>::detect().map(Self)
            }

            /// See [`super::compress`].
            pub(super) fn compress(self, state: &mut State, blocks: &[[u8; 64]]) {
                let expand =
                    |blocks: &[[u8; 64]], ahead: &mut _| self.0.expand_ahead(blocks, ahead);
                // SAFETY: `self` proves that the processor has BMI2.
                unsafe { compress_expanded::<$lanes>(state, blocks, expand) };
            }
        }
    };
}

wide!(lanes::avx512::Unit, 16);
wide!(lanes::avx2::Unit, 8);

/// The blocks into the state, one after the other, given what expands so many of them side by side.
#[target_feature(enable = "bmi2")]
fn compress_expanded<const N: usize>(
    state: &mut State,
    blocks: &[[u8; 64]],
    expand: impl Fn(&[[u8; 64]], &mut Ahead<N>),
) {
    macro_rules! nothing {
        ($group:literal) => {};
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    let mut ahead = Ahead::new();
    for blocks in blocks.chunks(N) {
        expand(blocks, &mut ahead);
        for lane in 0..blocks.len() {
            let words = ahead.lane(lane);
            all_rounds!([a b c d e f g h] state, words, Ahead::<N>::STRIDE, Ahead::<N>::BOTH, nothing);
        }
    }
}

/// What the rounds of one block add, four rounds a group: W_j, then W'_j.
#[repr(C, align(16))]
struct Expansion {
    w: [[u32; 4]; 16],
    both: [[u32; 4]; 16],
}

/// Distance of the two in bytes.
const BOTH: i32 = size_of::<[[u32; 4]; 16]>() as i32;

/// The whole of it for some features, with the exclusive or of three vectors and the rotation of words.
macro_rules! compression {
    ($name:ident, $features:literal, $sum:expr, $rotate:ident) => {
        mod $name {
            use super::*;

            /// The next four words from sixteen (clause 5.3.2), which move on by four. The fourth depends on the first: that is
            /// added when it is known.
            #[inline]
            #[target_feature(enable = $features)]
            fn expand(window: &mut [__m128i; 4]) -> __m128i {
                let [a, b, c, d] = *window;
                let sum = $sum;
                let before = _mm_srli_si128::<4>(d);
                let x = sum(a, _mm_alignr_epi8::<12>(c, b), $rotate!(15, before));
                let permuted = sum(x, $rotate!(15, x), $rotate!(23, x));
                let thirteenth = _mm_alignr_epi8::<12>(b, a);
                let w = sum(permuted, $rotate!(7, thirteenth), _mm_alignr_epi8::<8>(d, c));
                // P1(W ⋘ 15) of the first, in the place of the fourth.
                let first = _mm_slli_si128::<12>(w);
                let late = sum($rotate!(15, first), $rotate!(30, first), $rotate!(6, first));
                let next = _mm_xor_si128(w, late);
                *window = [b, c, d, next];
                next
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn store(words: &mut [u32; 4], vector: __m128i) {
                // SAFETY: four words are 16 writable bytes; the instruction needs no alignment.
                unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), vector) }
            }

            #[target_feature(enable = $features)]
            pub(super) fn compress(state: &mut State, blocks: &[[u8; 64]]) {
                let reverse = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
                let mut expansion = Expansion {
                    w: [[0; 4]; 16],
                    both: [[0; 4]; 16],
                };
                let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
                for block in blocks {
                    let mut window = [_mm_setzero_si128(); 4];
                    for (words, bytes) in window.iter_mut().zip(block.as_chunks::<16>().0) {
                        // SAFETY: 16 bytes are readable; the instruction needs no alignment.
                        let bytes = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
                        *words = _mm_shuffle_epi8(bytes, reverse);
                    }
                    for (group, words) in window.into_iter().enumerate() {
                        store(&mut expansion.w[group], words);
                    }
                    for group in 0..3 {
                        let both = _mm_xor_si128(window[group], window[group + 1]);
                        store(&mut expansion.both[group], both);
                    }
                    // Words are expanded sixteen rounds ahead, the last four for W' alone.
                    macro_rules! expand_ahead {
                        ($group:literal) => {
                            if $group < 13 {
                                let last = window[3];
                                let next = expand(&mut window);
                                if $group < 12 {
                                    store(&mut expansion.w[($group + 4) % 16], next);
                                }
                                let both = _mm_xor_si128(last, next);
                                store(&mut expansion.both[($group + 3) % 16], both);
                            }
                        };
                    }
                    let words = std::ptr::from_ref(&expansion);
                    all_rounds!([a b c d e f g h] state, words, 4, BOTH, expand_ahead);
                }
            }
        }
    };
}

/// A rotation in two shifts.
macro_rules! shift_twice {
    ($bits:literal, $words:expr) => {
        _mm_or_si128(
            _mm_slli_epi32::<$bits>($words),
            _mm_srli_epi32::<{ 32 - $bits }>($words),
        )
    };
}

/// A rotation in one instruction.
macro_rules! rotate {
    ($bits:literal, $words:expr) => {
        _mm_rol_epi32::<$bits>($words)
    };
}

compression!(
    avx,
    "avx,bmi2",
    |a, b, c| _mm_xor_si128(_mm_xor_si128(a, b), c),
    shift_twice
);
compression!(
    avx512,
    "avx,bmi2,avx512f,avx512vl",
    // The truth table of the sum of three bits.
    |a, b, c| _mm_ternarylogic_epi32::<0x96>(a, b, c),
    rotate
);
