//! The block cipher in several representations; the CPU decides which one runs. All give the same bytes, in constant time.
//!
//! | module | needs | blocks at once |
//! |---|---|---|
//! | `gfni512` | AVX-512 (F, BW), GFNI | 64 |
//! | `gfni256` | AVX2, GFNI | 32 |
//! | `vaes256` | AVX2, VAES | 32 |
//! | `aes256` | AVX2, AES-NI | 32 |
//! | `aes128` | SSSE3, AES-NI | 16 |
//! | `neon` | the AES instructions of ARMv8 | 16 |
//! | `sliced` | nothing | 16 |
#![allow(
    unsafe_code,
    reason = "functions compiled for CPU features may run only where these are present"
)]

#[cfg(target_arch = "x86_64")]
mod aes128;
#[cfg(target_arch = "x86_64")]
mod aes256;
mod affine;
mod circuit;
#[cfg(any(test, target_arch = "x86_64"))]
mod coordinates;
#[cfg(target_arch = "x86_64")]
mod gfni256;
#[cfg(target_arch = "x86_64")]
mod gfni512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod rounds;
mod sliced;
#[cfg(target_arch = "x86_64")]
mod vaes256;
#[cfg(target_arch = "x86_64")]
mod words128;
#[cfg(target_arch = "x86_64")]
mod words256;

use super::{
    Block, Key,
    schedule::{self, RoundKeys},
};

/// One representation. Only [`available`](Kernel::available) gives them out, so that whoever has one may run it.
pub(super) struct Kernel {
    pub(super) name: &'static str,
    /// Blocks that take no longer than one.
    pub(super) blocks: usize,
    present: fn() -> bool,
    crypt_blocks: unsafe fn(&RoundKeys, &mut [Block]),
    apply_key_stream: unsafe fn(&RoundKeys, &Block, &mut [u8]),
    substitute: unsafe fn(u32) -> u32,
    /// Takes round keys into the coordinates in which the representation calculates.
    enter_keys: unsafe fn(&mut RoundKeys),
}

/// All representations that were compiled, the fastest first.
static KERNELS: &[Kernel] = &[
    #[cfg(target_arch = "x86_64")]
    Kernel {
        name: "gfni512",
        blocks: gfni512::BLOCKS,
        present: || {
            is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("gfni")
        },
        crypt_blocks: gfni512::crypt_blocks,
        apply_key_stream: gfni512::apply_key_stream,
        substitute: gfni512::substitute,
        enter_keys: gfni512::enter_keys,
    },
    #[cfg(target_arch = "x86_64")]
    Kernel {
        name: "gfni256",
        blocks: gfni256::BLOCKS,
        present: || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("gfni"),
        crypt_blocks: gfni256::crypt_blocks,
        apply_key_stream: gfni256::apply_key_stream,
        substitute: gfni256::substitute,
        enter_keys: gfni256::enter_keys,
    },
    #[cfg(target_arch = "x86_64")]
    Kernel {
        name: "vaes256",
        blocks: vaes256::BLOCKS,
        present: || {
            is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("vaes")
                && is_x86_feature_detected!("aes")
        },
        crypt_blocks: vaes256::crypt_blocks,
        apply_key_stream: vaes256::apply_key_stream,
        substitute: aes128::substitute,
        enter_keys: |_| {},
    },
    #[cfg(target_arch = "x86_64")]
    Kernel {
        name: "aes256",
        blocks: aes256::BLOCKS,
        present: || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("aes"),
        crypt_blocks: aes256::crypt_blocks,
        apply_key_stream: aes256::apply_key_stream,
        substitute: aes128::substitute,
        enter_keys: |_| {},
    },
    #[cfg(target_arch = "x86_64")]
    Kernel {
        name: "aes128",
        blocks: aes128::BLOCKS,
        present: || is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("aes"),
        crypt_blocks: aes128::crypt_blocks,
        apply_key_stream: aes128::apply_key_stream,
        substitute: aes128::substitute,
        enter_keys: |_| {},
    },
    #[cfg(target_arch = "aarch64")]
    Kernel {
        name: "neon",
        blocks: neon::BLOCKS,
        present: || std::arch::is_aarch64_feature_detected!("aes"),
        crypt_blocks: neon::crypt_blocks,
        apply_key_stream: neon::apply_key_stream,
        substitute: neon::substitute,
        enter_keys: |_| {},
    },
    Kernel {
        name: "sliced",
        blocks: sliced::BLOCKS,
        present: || true,
        crypt_blocks: sliced::crypt_blocks,
        apply_key_stream: sliced::apply_key_stream,
        substitute: sliced::substitute,
        enter_keys: |_| {},
    },
];

impl Kernel {
    /// The representations that this CPU can run, the fastest first.
    pub(super) fn available() -> impl Iterator<Item = &'static Self> {
        KERNELS.iter().filter(|kernel| (kernel.present)())
    }

    /// The fastest one.
    pub(super) fn best() -> &'static Self {
        Self::available()
            .next()
            .expect("the last representation needs nothing")
    }

    /// Round keys of a key, for this representation alone.
    pub(super) fn expand(&self, key: &Key) -> RoundKeys {
        // SAFETY: the CPU has what this representation needs, since it was given out.
        let mut keys = schedule::expand(key, |word| unsafe { (self.substitute)(word) });
        // SAFETY: as above.
        unsafe { (self.enter_keys)(&mut keys) };
        keys
    }

    /// Encrypts each block, or decrypts it if the round keys are reversed.
    pub(super) fn crypt_blocks(&self, keys: &RoundKeys, blocks: &mut [Block]) {
        // SAFETY: as above.
        unsafe { (self.crypt_blocks)(keys, blocks) }
    }

    /// Adds the encrypted counter blocks `counter`, `counter` + 1, … to `data`; only the last 32 bits count, and wrap.
    pub(super) fn apply_key_stream(&self, keys: &RoundKeys, counter: &Block, data: &mut [u8]) {
        // SAFETY: as above.
        unsafe { (self.apply_key_stream)(keys, counter, data) }
    }
}
