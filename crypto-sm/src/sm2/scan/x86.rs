//! An entry of 64 bytes is two vectors of AVX2. Every entry is loaded; a comparison of its position with the index, lane by
//! lane, decides whether it is kept. (Vectors twice as wide, whose comparisons give masks of another kind, take longer.) The
//! index comes out of a barrier as a vector, so that the compiler does not know that all lanes hold the same and cannot make a
//! branch of the comparison.
#![allow(
    unsafe_code,
    reason = "the processor's vector instructions are reached through intrinsics only"
)]

use crate::sm2::point::Affine;
use std::{arch::x86_64::*, hint::black_box, ptr};

/// Proof that the processor has AVX2, AVX-512 F and VL: [`Avx512::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

/// Proof that the processor has AVX2: [`Avx2::detect`] alone makes it.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx512 {
    /// Nothing on processors without.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        let present = Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl");
        present.then_some(Self(()))
    }

    /// See [`super::entry`].
    #[inline]
    pub(super) fn entry(self, entries: &[Affine], index: u64) -> Affine {
        // SAFETY: `self` proves that the processor has the features.
        unsafe { entry_avx512(entries, index) }
    }
}

impl Avx2 {
    /// Nothing on processors without.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        (!cfg!(miri) && is_x86_feature_detected!("avx2")).then_some(Self(()))
    }

    /// See [`super::entry`].
    #[inline]
    pub(super) fn entry(self, entries: &[Affine], index: u64) -> Affine {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { entry_avx2(entries, index) }
    }
}

/// The whole of it for some features, with what adds an entry's limbs where the mask is set to those found so far.
macro_rules! scan {
    ($name:ident, $features:literal, $keep:expr) => {
        #[target_feature(enable = $features)]
        fn $name(entries: &[Affine], index: u64) -> Affine {
            let keep = $keep;
            let wanted = black_box(_mm256_set1_epi64x(index.cast_signed()));
            let (mut position, one) = (_mm256_setzero_si256(), _mm256_set1_epi64x(1));
            let mut found = [_mm256_setzero_si256(); 2];
            for entry in entries {
                let halves: *const __m256i = ptr::from_ref(entry).cast();
                let here = _mm256_cmpeq_epi64(position, wanted);
                for (half, found) in found.iter_mut().enumerate() {
                    // SAFETY: `Affine` is its eight limbs, two vectors of 32 bytes, aligned to 64.
                    let limbs = unsafe { _mm256_load_si256(halves.add(half)) };
                    *found = keep(*found, limbs, here);
                }
                position = _mm256_add_epi64(position, one);
            }
            let mut entry = entries[0];
            let halves: *mut __m256i = ptr::from_mut(&mut entry).cast();
            for (half, found) in found.into_iter().enumerate() {
                // SAFETY: as above; what is written are the limbs of one of the entries.
                unsafe { _mm256_store_si256(halves.add(half), found) };
            }
            entry
        }
    };
}

scan!(entry_avx2, "avx2", |found, limbs, here| _mm256_or_si256(
    found,
    _mm256_and_si256(limbs, here)
));
scan!(
    entry_avx512,
    "avx2,avx512f,avx512vl",
    // The truth table of x ∨ (y ∧ z).
    |found, limbs, here| _mm256_ternarylogic_epi64::<0xf8>(found, limbs, here)
);
