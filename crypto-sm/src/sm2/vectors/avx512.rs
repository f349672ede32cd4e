//! Vectors of AVX-512 with IFMA (Intel since Ice Lake, AMD since Zen 4).
#![allow(
    unsafe_code,
    reason = "the processor's vector instructions are reached through intrinsics only"
)]

use super::{LANES, Vectors};
use crate::sm2::{
    eight::{self, Workspace},
    known::Claimed,
    point::Affine,
};
use std::{arch::x86_64::*, cell::RefCell};

/// Proof that the processor has AVX-512 F and IFMA: [`Avx512::detect`] alone makes it.
#[derive(Clone, Copy, Debug)]
pub(in crate::sm2) struct Avx512(());

impl Avx512 {
    /// Nothing on processors without.
    #[inline]
    pub(in crate::sm2) fn detect() -> Option<Self> {
        let present = !cfg!(miri)
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512ifma");
        present.then_some(Self(()))
    }

    /// [`eight::verify`], compiled for these instructions: it and all that it calls is inlined here, which is what lets the
    /// intrinsics become single instructions.
    pub(in crate::sm2) fn verify(self, equations: &[Claimed<'_>], verdicts: &mut [bool]) {
        thread_local! {
            static WORKSPACE: RefCell<Workspace<Avx512>> = RefCell::new(Workspace::new());
        }
        #[target_feature(enable = "avx512f,avx512ifma")]
        fn compiled(
            machine: Avx512,
            workspace: &mut Workspace<Avx512>,
            equations: &[Claimed<'_>],
            verdicts: &mut [bool],
        ) {
            eight::verify(machine, workspace, equations, verdicts);
        }
        // SAFETY: `self` proves that the processor has the features.
        WORKSPACE.with_borrow_mut(|workspace| unsafe {
            compiled(self, workspace, equations, verdicts);
        });
    }
}

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: `self` proves that the processor has the features, and the intrinsic asks for nothing else.
        unsafe { $call }
    };
}

impl Vectors for Avx512 {
    type Vector = __m512i;

    #[inline(always)]
    fn splat(self, number: u64) -> __m512i {
        intrinsic!(_mm512_set1_epi64(number as i64))
    }

    #[inline(always)]
    fn load_array(self, numbers: [u64; LANES]) -> __m512i {
        // SAFETY: as `intrinsic`, and the array has the 64 bytes that are read.
        unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
    }

    #[inline(always)]
    fn to_array(self, vector: __m512i) -> [u64; LANES] {
        let mut numbers = [0; LANES];
        // SAFETY: as `intrinsic`, and the array has the 64 bytes that are written.
        unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), vector) };
        numbers
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_add_epi64(a, b))
    }

    #[inline(always)]
    fn subtract(self, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_sub_epi64(a, b))
    }

    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_and_si512(a, b))
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_or_si512(a, b))
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: __m512i) -> __m512i {
        intrinsic!(_mm512_slli_epi64::<BITS>(a))
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: __m512i) -> __m512i {
        intrinsic!(_mm512_srli_epi64::<BITS>(a))
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: __m512i) -> __m512i {
        intrinsic!(_mm512_srai_epi64::<BITS>(a))
    }

    #[inline(always)]
    fn multiply_add_low(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_madd52lo_epu64(sum, a, b))
    }

    #[inline(always)]
    fn multiply_add_high(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        intrinsic!(_mm512_madd52hi_epu64(sum, a, b))
    }

    #[inline(always)]
    fn equal(self, a: __m512i, b: __m512i) -> u8 {
        intrinsic!(_mm512_cmpeq_epi64_mask(a, b))
    }

    #[inline(always)]
    fn select(self, mask: u8, yes: __m512i, no: __m512i) -> __m512i {
        intrinsic!(_mm512_mask_blend_epi64(mask, no, yes))
    }

    /// Pairs of rows are interleaved first, then their quarters go where they belong.
    #[inline(always)]
    fn transpose(self, points: [&Affine; LANES]) -> [__m512i; 8] {
        // SAFETY: as `intrinsic`, and `Affine` is laid out as its eight limbs, aligned to 64 bytes.
        let rows = points
            .map(|point| unsafe { _mm512_load_si512(std::ptr::from_ref(point).cast::<__m512i>()) });
        // Rows 2i and 2i + 1: even limbs, odd limbs.
        let even = |i: usize| intrinsic!(_mm512_unpacklo_epi64(rows[2 * i], rows[2 * i + 1]));
        let odd = |i: usize| intrinsic!(_mm512_unpackhi_epi64(rows[2 * i], rows[2 * i + 1]));
        let spread = |[a, b, c, d]: [__m512i; 4]| {
            intrinsic!({
                let lower = [
                    _mm512_shuffle_i64x2::<0x44>(a, b),
                    _mm512_shuffle_i64x2::<0x44>(c, d),
                ];
                let upper = [
                    _mm512_shuffle_i64x2::<0xee>(a, b),
                    _mm512_shuffle_i64x2::<0xee>(c, d),
                ];
                [
                    _mm512_shuffle_i64x2::<0x88>(lower[0], lower[1]),
                    _mm512_shuffle_i64x2::<0xdd>(lower[0], lower[1]),
                    _mm512_shuffle_i64x2::<0x88>(upper[0], upper[1]),
                    _mm512_shuffle_i64x2::<0xdd>(upper[0], upper[1]),
                ]
            })
        };
        let [c0, c2, c4, c6] = spread([even(0), even(1), even(2), even(3)]);
        let [c1, c3, c5, c7] = spread([odd(0), odd(1), odd(2), odd(3)]);
        [c0, c1, c2, c3, c4, c5, c6, c7]
    }
}
