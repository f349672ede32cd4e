//! Rounds in general registers, the expansion in vectors of four words: BMI rotates and combines without copies, and the vector
//! unit is idle otherwise. Compilers add the round's constant where the chain of rounds waits for it, and mix up an order of
//! instructions in which a round takes the seven cycles that its longest chain has; so the rounds are assembly.
#![allow(
    unsafe_code,
    reason = "the order of a round's instructions can be fixed in assembly only"
)]

use super::{ROUND_CONSTANTS, State};
use std::arch::{asm, x86_64::*};

/// Proof that the processor has AVX, BMI1 and BMI2: [`Avx::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx(());

/// Proof that it has AVX-512 F and VL besides: [`Avx512::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx {
    /// Nothing on processors without.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        let present = !cfg!(miri)
            && is_x86_feature_detected!("avx")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2");
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

/// What the rounds of one block add, four rounds a group: W_j, then W'_j.
#[repr(C, align(16))]
struct Expansion {
    w: [[u32; 4]; 16],
    both: [[u32; 4]; 16],
}

/// Distance of the two in bytes.
const BOTH: usize = size_of::<[[u32; 4]; 16]>();

/// The beginning of a round: t0 = A ⋘ 12, t1 = t0 + T.
macro_rules! rotate_and_add_constant {
    ($a:literal, $constant:literal) => {
        concat!(
            "rorx {t0:e}, {",
            $a,
            ":e}, 20\n",
            "lea {t1:e}, [{t0:r} + {",
            $constant,
            "}]\n",
        )
    };
}

/// The end of a round: the permutation P0 of the new E, which stands where H was.
macro_rules! permute {
    ($h:literal) => {
        concat!(
            "rorx {t4:e}, {",
            $h,
            ":e}, 23\n",
            "rorx {t3:e}, {",
            $h,
            ":e}, 15\n",
            "xor {",
            $h,
            ":e}, {t4:e}\n",
            "xor {",
            $h,
            ":e}, {t3:e}\n",
        )
    };
}

/// One round of the first sixteen. The words do not move; the next round names them differently.
macro_rules! parity_round {
    ($a:literal $b:literal $c:literal $d:literal $e:literal $f:literal $g:literal $h:literal, $constant:literal, $offset:literal) => {
        concat!(
            rotate_and_add_constant!($a, $constant),
            "add {",
            $d,
            ":e}, [{expansion} + {both} + ",
            $offset,
            "]\n",
            "add {",
            $h,
            ":e}, [{expansion} + {w} + ",
            $offset,
            "]\n",
            "add {t1:e}, {",
            $e,
            ":e}\n",
            "mov {t2:e}, {",
            $b,
            ":e}\n",
            "xor {t2:e}, {",
            $c,
            ":e}\n",
            "mov {t4:e}, {",
            $f,
            ":e}\n",
            "xor {t2:e}, {",
            $a,
            ":e}\n",
            "add {",
            $d,
            ":e}, {t2:e}\n",
            "rorx {t1:e}, {t1:e}, 25\n",
            "rorx {",
            $b,
            ":e}, {",
            $b,
            ":e}, 23\n",
            "xor {t4:e}, {",
            $g,
            ":e}\n",
            "xor {t4:e}, {",
            $e,
            ":e}\n",
            "xor {t0:e}, {t1:e}\n",
            "add {",
            $h,
            ":e}, {t4:e}\n",
            "add {",
            $h,
            ":e}, {t1:e}\n",
            "add {",
            $d,
            ":e}, {t0:e}\n",
            "rorx {",
            $f,
            ":e}, {",
            $f,
            ":e}, 13\n",
            permute!($h),
        )
    };
}

/// One round of the others. Where bits cannot both be set, sums stand for disjunctions: they join the chain in any order.
macro_rules! majority_round {
    ($a:literal $b:literal $c:literal $d:literal $e:literal $f:literal $g:literal $h:literal, $constant:literal, $offset:literal) => {
        concat!(
            "mov {t2:e}, {",
            $b,
            ":e}\n",
            rotate_and_add_constant!($a, $constant),
            "and {t2:e}, {",
            $c,
            ":e}\n",
            "mov {t4:e}, {",
            $e,
            ":e}\n",
            "add {",
            $h,
            ":e}, [{expansion} + {w} + ",
            $offset,
            "]\n",
            "add {t1:e}, {",
            $e,
            ":e}\n",
            "rorx {t1:e}, {t1:e}, 25\n",
            "add {",
            $d,
            ":e}, [{expansion} + {both} + ",
            $offset,
            "]\n",
            "add {",
            $d,
            ":e}, {t2:e}\n",
            "mov {t3:e}, {",
            $b,
            ":e}\n",
            "xor {t3:e}, {",
            $c,
            ":e}\n",
            "and {t3:e}, {",
            $a,
            ":e}\n",
            "and {t4:e}, {",
            $f,
            ":e}\n",
            "add {",
            $d,
            ":e}, {t3:e}\n",
            "rorx {",
            $b,
            ":e}, {",
            $b,
            ":e}, 23\n",
            "xor {t0:e}, {t1:e}\n",
            "add {",
            $d,
            ":e}, {t0:e}\n",
            "add {",
            $h,
            ":e}, {t4:e}\n",
            "andn {t4:e}, {",
            $e,
            ":e}, {",
            $g,
            ":e}\n",
            "add {",
            $h,
            ":e}, {t1:e}\n",
            "rorx {",
            $f,
            ":e}, {",
            $f,
            ":e}, 13\n",
            "add {",
            $h,
            ":e}, {t4:e}\n",
            permute!($h),
        )
    };
}

/// The four rounds of a group, after which every word is back in its place.
macro_rules! four_rounds {
    ($round:ident, $group:literal, $expansion:expr, [$a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident]) => {
        // SAFETY: BMI1 and BMI2 are there, as the function's features say. The code reads two groups of the expansion, which
        // the pointer is to, writes no memory, and declares each register that it changes.
        unsafe {
            asm!(
                $round!("a" "b" "c" "d" "e" "f" "g" "h", "constant0", "0"),
                $round!("d" "a" "b" "c" "h" "e" "f" "g", "constant1", "4"),
                $round!("c" "d" "a" "b" "g" "h" "e" "f", "constant2", "8"),
                $round!("b" "c" "d" "a" "f" "g" "h" "e", "constant3", "12"),
                a = inout(reg) $a, b = inout(reg) $b, c = inout(reg) $c, d = inout(reg) $d,
                e = inout(reg) $e, f = inout(reg) $f, g = inout(reg) $g, h = inout(reg) $h,
                t0 = out(reg) _, t1 = out(reg) _, t2 = out(reg) _, t3 = out(reg) _, t4 = out(reg) _,
                expansion = in(reg) std::ptr::from_ref::<Expansion>($expansion),
                w = const 16 * $group, both = const BOTH + 16 * $group,
                constant0 = const ROUND_CONSTANTS[4 * $group].cast_signed(),
                constant1 = const ROUND_CONSTANTS[4 * $group + 1].cast_signed(),
                constant2 = const ROUND_CONSTANTS[4 * $group + 2].cast_signed(),
                constant3 = const ROUND_CONSTANTS[4 * $group + 3].cast_signed(),
                options(pure, readonly, nostack),
            );
        }
    };
}

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
                    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
                    // Words are expanded sixteen rounds ahead, the last four for W' alone.
                    macro_rules! group {
                        ($round:ident $group:literal) => {
                            if $group < 13 {
                                let last = window[3];
                                let next = expand(&mut window);
                                if $group < 12 {
                                    store(&mut expansion.w[($group + 4) % 16], next);
                                }
                                let both = _mm_xor_si128(last, next);
                                store(&mut expansion.both[($group + 3) % 16], both);
                            }
                            four_rounds!($round, $group, &expansion, [a b c d e f g h]);
                        };
                    }
                    group!(parity_round 0);
                    group!(parity_round 1);
                    group!(parity_round 2);
                    group!(parity_round 3);
                    group!(majority_round 4);
                    group!(majority_round 5);
                    group!(majority_round 6);
                    group!(majority_round 7);
                    group!(majority_round 8);
                    group!(majority_round 9);
                    group!(majority_round 10);
                    group!(majority_round 11);
                    group!(majority_round 12);
                    group!(majority_round 13);
                    group!(majority_round 14);
                    group!(majority_round 15);
                    for (word, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
                        *word ^= new;
                    }
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
    "avx,bmi1,bmi2",
    |a, b, c| _mm_xor_si128(_mm_xor_si128(a, b), c),
    shift_twice
);
compression!(
    avx512,
    "avx,bmi1,bmi2,avx512f,avx512vl",
    // The truth table of the sum of three bits.
    |a, b, c| _mm_ternarylogic_epi32::<0x96>(a, b, c),
    rotate
);
