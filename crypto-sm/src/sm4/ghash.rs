//! GHASH, the hash function of GCM (NIST SP 800-38D clause 6.4): a polynomial over GF(2^128) whose coefficients are the
//! blocks, at a secret point.
//!
//! GCM numbers the bits of a block from the other end. Read as one big-endian number, a block is the element of POLYVAL
//! (RFC 8452 annex A) that corresponds to it, which multiplies modulo x^128 + x^127 + x^126 + x^121 + 1 and divides by
//! x^128. The point must then be multiplied by x once. All representations give the same numbers, in constant time.
//!
//! | module | needs | blocks at once |
//! |---|---|---|
//! | `clmul512` | AVX-512 (F, BW), VPCLMULQDQ | 16 |
//! | `clmul256` | AVX2, VPCLMULQDQ | 16 |
//! | `clmul128` | SSSE3, PCLMULQDQ | 8 |
//! | `pmull` | the polynomial multiplication of ARMv8 | 8 |
//! | `integer` | nothing | 1 |
#![allow(
    unsafe_code,
    reason = "functions compiled for CPU features may run only where these are present"
)]

#[cfg(target_arch = "x86_64")]
mod clmul128;
#[cfg(target_arch = "x86_64")]
mod clmul256;
#[cfg(target_arch = "x86_64")]
mod clmul512;
mod integer;
#[cfg(target_arch = "aarch64")]
mod pmull;

use super::{BLOCK_LENGTH, Block};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// An element of the field: bit i is the coefficient of x^i.
pub(super) type Element = u128;

/// Powers of the point, the sixteenth first, the point itself last.
type Powers = [Element; 16];

/// One representation. Only [`available`](Multiplier::available) gives them out, so that whoever has one may run it.
pub(super) struct Multiplier {
    pub(super) name: &'static str,
    present: fn() -> bool,
    update: unsafe fn(&Powers, Element, &[Block]) -> Element,
}

/// All representations that were compiled, the fastest first.
static MULTIPLIERS: &[Multiplier] = &[
    #[cfg(target_arch = "x86_64")]
    Multiplier {
        name: "clmul512",
        present: || {
            is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("vpclmulqdq")
                && is_x86_feature_detected!("pclmulqdq")
        },
        update: clmul512::update,
    },
    #[cfg(target_arch = "x86_64")]
    Multiplier {
        name: "clmul256",
        present: || {
            is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("vpclmulqdq")
                && is_x86_feature_detected!("pclmulqdq")
        },
        update: clmul256::update,
    },
    #[cfg(target_arch = "x86_64")]
    Multiplier {
        name: "clmul128",
        present: || is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("pclmulqdq"),
        update: clmul128::update,
    },
    #[cfg(target_arch = "aarch64")]
    Multiplier {
        name: "pmull",
        present: || {
            std::arch::is_aarch64_feature_detected!("aes")
                && std::arch::is_aarch64_feature_detected!("pmull")
        },
        update: pmull::update,
    },
    Multiplier {
        name: "integer",
        present: || true,
        update: integer::update,
    },
];

impl Multiplier {
    /// The representations that this CPU can run, the fastest first.
    pub(super) fn available() -> impl Iterator<Item = &'static Self> {
        MULTIPLIERS
            .iter()
            .filter(|multiplier| (multiplier.present)())
    }

    /// The fastest one.
    pub(super) fn best() -> &'static Self {
        Self::available()
            .next()
            .expect("the last representation needs nothing")
    }

    /// (…((state + first block)·H + second block)·H + …)·H.
    fn update(&self, powers: &Powers, state: Element, blocks: &[Block]) -> Element {
        // SAFETY: the CPU has what this representation needs, since it was given out.
        unsafe { (self.update)(powers, state, blocks) }
    }
}

/// The secret point with its powers, wiped from memory when dropped.
#[derive(Clone)]
pub(super) struct Point {
    powers: Powers,
    multiplier: &'static Multiplier,
}

impl Point {
    /// The point that the encrypted zero block gives (SP 800-38D clause 7.1 step 1).
    pub(super) fn new(subkey: &Block, multiplier: &'static Multiplier) -> Self {
        let mut powers = [0; 16];
        powers[15] = times_x(Element::from_be_bytes(*subkey));
        for index in (0..15).rev() {
            powers[index] = multiplier.update(&powers, powers[index + 1], &[[0; BLOCK_LENGTH]]);
        }
        Self { powers, multiplier }
    }

    pub(super) fn representation(&self) -> &'static str {
        self.multiplier.name
    }

    /// Takes bytes, filled up with zeros to whole blocks.
    pub(super) fn update(&self, state: Element, bytes: &[u8]) -> Element {
        let (blocks, rest) = bytes.as_chunks::<BLOCK_LENGTH>();
        let state = self.multiplier.update(&self.powers, state, blocks);
        if rest.is_empty() {
            return state;
        }
        let mut block = [0; BLOCK_LENGTH];
        block[..rest.len()].copy_from_slice(rest);
        self.multiplier.update(&self.powers, state, &[block])
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        self.powers.zeroize();
    }
}

impl ZeroizeOnDrop for Point {}

/// A mask instead of a branch, since the element is secret.
fn times_x(element: Element) -> Element {
    const REDUCTION: Element = 0xc200_0000_0000_0000_0000_0000_0000_0001;
    element << 1 ^ (REDUCTION & (element >> 127).wrapping_neg())
}
