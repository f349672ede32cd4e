//! Numbers of 256 bits as four limbs of 64 bits, least significant first. Nothing here branches on a limb.

/// A number below 2^256.
pub(super) type Limbs = [u64; 4];

/// The limbs of a big-endian number.
#[inline]
pub(super) const fn from_be_bytes(bytes: &[u8; 32]) -> Limbs {
    let (chunks, _) = bytes.as_chunks();
    [
        u64::from_be_bytes(chunks[3]),
        u64::from_be_bytes(chunks[2]),
        u64::from_be_bytes(chunks[1]),
        u64::from_be_bytes(chunks[0]),
    ]
}

/// The big-endian number of the limbs.
#[inline]
pub(super) fn to_be_bytes(limbs: &Limbs) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_exact_mut(8).zip(limbs.iter().rev()) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}

/// a + b modulo 2^256, and whether there was a carry.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (s0, carry) = a[0].carrying_add(b[0], false);
    let (s1, carry) = a[1].carrying_add(b[1], carry);
    let (s2, carry) = a[2].carrying_add(b[2], carry);
    let (s3, carry) = a[3].carrying_add(b[3], carry);
    ([s0, s1, s2, s3], carry)
}

/// a − b modulo 2^256, and whether there was a borrow.
#[inline(always)]
pub(super) fn subtract(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (d0, borrow) = a[0].borrowing_sub(b[0], false);
    let (d1, borrow) = a[1].borrowing_sub(b[1], borrow);
    let (d2, borrow) = a[2].borrowing_sub(b[2], borrow);
    let (d3, borrow) = a[3].borrowing_sub(b[3], borrow);
    ([d0, d1, d2, d3], borrow)
}

/// `a` if the mask is all ones, `b` if it is 0.
#[inline(always)]
pub(super) fn select(mask: u64, a: &Limbs, b: &Limbs) -> Limbs {
    [
        b[0] ^ (mask & (a[0] ^ b[0])),
        b[1] ^ (mask & (a[1] ^ b[1])),
        b[2] ^ (mask & (a[2] ^ b[2])),
        b[3] ^ (mask & (a[3] ^ b[3])),
    ]
}

/// The number, whose bit 256 is `top`, less the modulus if it is not below it. It must be below twice the modulus.
#[inline(always)]
pub(super) fn reduce_once(number: &Limbs, top: bool, modulus: &Limbs) -> Limbs {
    let (difference, borrow) = subtract(number, modulus);
    let (_, below) = u64::from(top).borrowing_sub(0, borrow);
    select(mask(below), number, &difference)
}

/// All ones for true, 0 for false.
#[inline(always)]
pub(super) fn mask(flag: bool) -> u64 {
    0u64.wrapping_sub(u64::from(flag))
}

/// All ones if all limbs are 0, otherwise 0.
#[inline(always)]
pub(super) fn zero_mask(limbs: &Limbs) -> u64 {
    let any = limbs[0] | limbs[1] | limbs[2] | limbs[3];
    // The top bit of any | −any is set unless `any` is 0.
    ((any | any.wrapping_neg()) >> 63).wrapping_sub(1)
}
