//! SM4 eight blocks a vector, with the S-box of AES (AVX2, VAES): constant time.

use super::{
    aes256::{after, before, spread},
    rounds::rounds,
    words256::{add, count, load, splat, store},
};
use std::arch::x86_64::*;

rounds!("avx2,vaes", __m256i, 8 blocks in a vector, 4 groups at once);

#[inline]
#[target_feature(enable = "avx2,vaes")]
fn mix(a: __m256i, b: __m256i) -> __m256i {
    let s = _mm256_aesenclast_epi128(before(b), _mm256_setzero_si256());
    spread(a, after(s))
}
