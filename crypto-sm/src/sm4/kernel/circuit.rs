//! The S-box of SM4 as a circuit of 108 gates (37 of them AND or OR) on any number of bits side by side, so that no
//! secret becomes an address.
//!
//! The field of SM4 is written as GF(((2^2)^2)^2) with a normal basis on each storey: w and w^2 over GF(2) with w^3 = 1; z
//! and z^4 over GF(4); y and y^16 over GF(16). With A = a·y + b·y^16 the inverse is (b·y + a·y^16)·N⁻¹ with the norm
//! N = a·b·(y + y^16)^2 + (a + b)^2·y^17, and one storey lower the same again; a product of two sums of storeys takes three
//! products of the storey below (Karatsuba). Where u·v + u + v is needed, it is one OR. Constant factors disappear in the
//! linear maps at both ends.
//!
//! All bases were tried; the linear map in front was minimised by the greedy rule of J. Boyar and R. Peralta (A new
//! combinational logic minimization technique with applications to cryptology, 2010), the one at the end by the same rule
//! on its transpose. In this circuit w = 0x5c, z = 0x0c, y = 0x07.

use std::ops::{BitAnd, BitOr, BitXor};

/// A·(A·x)⁻¹ for the bytes whose bit i is in plane i, with A as in [`affine`](super::affine): the S-box without its two
/// constants, S(x) = A·(A·(x + A⁻¹·c))⁻¹ + c.
#[inline(always)]
pub(super) fn substitute<Plane>(planes: [Plane; 8]) -> [Plane; 8]
where
    Plane: Copy + BitAnd<Output = Plane> + BitOr<Output = Plane> + BitXor<Output = Plane>,
{
    let [x0, x1, x2, x3, x4, x5, x6, x7] = planes;

    // Linear forms of the factors of the norm.
    let t0 = x5 ^ x3;
    let t1 = x6 ^ x2;
    let t2 = x5 ^ x1;
    let t3 = t0 ^ x0;
    let t4 = t0 ^ x7;
    let t5 = t2 ^ x0;
    let t6 = t1 ^ x1;
    let t7 = t3 ^ x1;
    let t8 = t4 ^ t2;
    let t9 = x7 ^ x4;
    let t10 = t9 ^ x5;
    let t11 = t10 ^ t6;
    let t12 = t11 ^ x6;
    let t13 = t12 ^ t8;
    let t14 = t10 ^ t3;
    let t15 = t13 ^ x0;
    let t16 = t11 ^ t7;
    let t17 = t12 ^ t5;

    // The norm p·z + q·z^4, up to a constant factor.
    let m0 = t14 & t2;
    let m1 = t3 | x0;
    let m2 = t10 & t5;
    let m3 = t16 | t8;
    let m4 = t7 & t13;
    let m5 = t11 | t12;
    let m6 = t1 | t4;
    let m7 = x1 | t15;
    let m8 = t6 & t17;
    let n0 = m8 ^ m7;
    let n1 = m7 ^ m6;
    let n2 = t0 ^ m5;
    let n3 = n1 ^ m1;
    let n4 = m5 ^ m3;
    let q1 = n4 ^ n0;
    let n6 = n2 ^ n1;
    let n7 = x6 ^ m2;
    let n8 = n0 ^ m0;
    let p0 = n3 ^ m2;
    let p1 = n8 ^ n7;
    let q0 = n6 ^ m4;

    // Its inverse g, and the sums that the products need.
    let sum_p = p1 ^ p0;
    let sum_q = q1 ^ q0;
    let e1 = (p1 | q1) ^ (sum_p & sum_q);
    let e0 = (p0 & q0) ^ (sum_p | sum_q);
    let sum_e = e1 ^ e0;
    let both = sum_q & sum_e;
    let g0 = (q1 & e0) ^ both;
    let g1 = (q0 & e1) ^ both;
    let both = sum_p & sum_e;
    let g3 = (p1 & e0) ^ both;
    let g4 = (p0 & e1) ^ both;
    let g2 = g0 ^ g1;
    let g5 = g3 ^ g4;
    let g6 = g0 ^ g3;
    let g7 = g1 ^ g4;
    let g8 = g2 ^ g5;

    // b·g and a·g.
    let o0 = g0 & t2;
    let o1 = g1 & x0;
    let o2 = g2 & t5;
    let o3 = g3 & t8;
    let o4 = g4 & t13;
    let o5 = g5 & t12;
    let o6 = g6 & t4;
    let o7 = g7 & t15;
    let o8 = g8 & t17;
    let o9 = g0 & t14;
    let o10 = g1 & t3;
    let o11 = g2 & t10;
    let o12 = g3 & t16;
    let o13 = g4 & t7;
    let o14 = g5 & t11;
    let o15 = g6 & t1;
    let o16 = g7 & x1;
    let o17 = g8 & t6;

    // Back to the coordinates of bytes, and through A.
    let b18 = o12 ^ o14;
    let b19 = o13 ^ o14;
    let b20 = o10 ^ o17;
    let b21 = o17 ^ o16;
    let b22 = b19 ^ o16;
    let b23 = b21 ^ b18;
    let b24 = o11 ^ b18;
    let b25 = b24 ^ o9;
    let b26 = b20 ^ o9;
    let b27 = o5 ^ o4;
    let b28 = o3 ^ o4;
    let b29 = o0 ^ o1;
    let b30 = o2 ^ o1;
    let b31 = o7 ^ b25;
    let b32 = b22 ^ b26;
    let b33 = o15 ^ b26;
    let b34 = b27 ^ b32;
    let b35 = b31 ^ b34;
    let b36 = b30 ^ b34;
    let b37 = o8 ^ b35;
    let b38 = o6 ^ b35;
    let b39 = b29 ^ b37;
    let b40 = b28 ^ b37;
    let b41 = b32 ^ b39;
    let b42 = b23 ^ b39;
    let b43 = b41 ^ b38;
    let b44 = b23 ^ b38;
    [b44, b39, b43, b25, b42, b36, b40, b33]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm4::kernel::affine::{ARGUMENT_CONSTANT, SM4_CONSTANT, tests::S_BOX};

    #[test]
    fn the_circuit_computes_the_s_box() {
        for byte in 0..=255u8 {
            let planes = std::array::from_fn(|bit| (byte ^ ARGUMENT_CONSTANT) >> bit & 1);
            let bits = substitute(planes);
            let value = (0..8).fold(0, |value, bit| value | bits[bit] << bit);
            assert_eq!(value ^ SM4_CONSTANT, S_BOX[usize::from(byte)]);
        }
    }
}
