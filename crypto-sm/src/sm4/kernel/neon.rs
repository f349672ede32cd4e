//! SM4 four blocks a vector, with the S-box of AES (the AES instructions of ARMv8): constant time.
#![allow(unsafe_code, reason = "loads and stores of vectors take raw pointers")]

use super::{
    affine::{AFTER_AES, BEFORE_AES, unshift_rows},
    rounds::rounds,
};
use crate::sm4::Block;
use std::arch::aarch64::*;

rounds!("neon,aes", uint8x16_t, 4 blocks in a vector, 4 groups at once);

#[inline]
#[target_feature(enable = "neon,aes")]
fn constant(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: 16 bytes are readable; the instruction needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn splat(word: u32) -> uint8x16_t {
    vreinterpretq_u8_u32(vdupq_n_u32(word))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn count(word: u32) -> uint8x16_t {
    // The words 0, 1, 2, 3, lowest byte first.
    let order = constant(&[0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
    vreinterpretq_u8_u32(vaddq_u32(vdupq_n_u32(word), vreinterpretq_u32_u8(order)))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn add(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    veorq_u8(a, b)
}

/// An affine map of bytes by its images of the low and the high halves.
#[inline]
#[target_feature(enable = "neon,aes")]
fn map(low: [u8; 16], high: [u8; 16], x: uint8x16_t) -> uint8x16_t {
    let lower = vandq_u8(x, vdupq_n_u8(0x0f));
    let upper = vshrq_n_u8::<4>(x);
    add(
        vqtbl1q_u8(constant(&low), lower),
        vqtbl1q_u8(constant(&high), upper),
    )
}

/// The S-box on every byte, but with the rows shifted as AES does.
#[inline]
#[target_feature(enable = "neon,aes")]
fn substitute_shifted(x: uint8x16_t) -> uint8x16_t {
    let x = map(
        const { BEFORE_AES.low_halves() },
        const { BEFORE_AES.high_halves() },
        x,
    );
    let x = vaeseq_u8(x, vdupq_n_u8(0));
    map(
        const { AFTER_AES.low_halves() },
        const { AFTER_AES.high_halves() },
        x,
    )
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn turn<const BYTES: usize>(x: uint8x16_t) -> uint8x16_t {
    vqtbl1q_u8(x, constant(const { &unshift_rows(BYTES) }))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn mix(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    let s = substitute_shifted(b);
    let sum = vreinterpretq_u32_u8(add(add(turn::<0>(s), turn::<1>(s)), turn::<2>(s)));
    let turned = vsriq_n_u32::<30>(vshlq_n_u32::<2>(sum), sum);
    add(
        add(a, vreinterpretq_u8_u32(turned)),
        add(turn::<0>(s), turn::<3>(s)),
    )
}

/// Rows to columns of 4 × 4 words.
#[inline]
#[target_feature(enable = "neon,aes")]
fn transpose(rows: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
    let [a, b, c, d] = rows.map(|row| vreinterpretq_u32_u8(row));
    let double = |low, high| {
        [
            vreinterpretq_u64_u32(vzip1q_u32(low, high)),
            vreinterpretq_u64_u32(vzip2q_u32(low, high)),
        ]
    };
    let ([ab, ab_high], [cd, cd_high]) = (double(a, b), double(c, d));
    [
        vzip1q_u64(ab, cd),
        vzip2q_u64(ab, cd),
        vzip1q_u64(ab_high, cd_high),
        vzip2q_u64(ab_high, cd_high),
    ]
    .map(|column| vreinterpretq_u8_u64(column))
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn load(blocks: &[Block; 4]) -> [uint8x16_t; 4] {
    let mut rows = [splat(0); 4];
    for (row, block) in rows.iter_mut().zip(blocks) {
        *row = vrev32q_u8(constant(block));
    }
    transpose(rows)
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn store(words: [uint8x16_t; 4], blocks: &mut [Block; 4]) {
    for (row, block) in transpose(words).into_iter().zip(blocks) {
        // SAFETY: a block is 16 writable bytes; the instruction needs no alignment.
        unsafe { vst1q_u8(block.as_mut_ptr(), vrev32q_u8(row)) };
    }
}

/// The S-box on each byte of a word.
#[target_feature(enable = "neon,aes")]
pub(super) fn substitute(word: u32) -> u32 {
    vgetq_lane_u32::<0>(vreinterpretq_u32_u8(turn::<0>(substitute_shifted(splat(
        word,
    )))))
}
