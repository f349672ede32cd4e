//! Vectors as arrays, for tests on every processor.

use super::{LANES, Vectors};
use crate::sm2::point::Affine;
use std::array::from_fn;

const LOW: u64 = (1 << 52) - 1;

/// Arrays in the place of vectors.
#[derive(Clone, Copy, Debug)]
pub(in crate::sm2) struct Emulated;

#[inline(always)]
fn product(a: u64, b: u64) -> u128 {
    u128::from(a & LOW) * u128::from(b & LOW)
}

impl Vectors for Emulated {
    type Vector = [u64; LANES];

    #[inline(always)]
    fn splat(self, number: u64) -> Self::Vector {
        [number; LANES]
    }

    #[inline(always)]
    fn load_array(self, numbers: [u64; LANES]) -> Self::Vector {
        numbers
    }

    #[inline(always)]
    fn to_array(self, vector: Self::Vector) -> [u64; LANES] {
        vector
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|lane| a[lane].wrapping_add(b[lane]))
    }

    #[inline(always)]
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|lane| a[lane].wrapping_sub(b[lane]))
    }

    #[inline(always)]
    fn and(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|lane| a[lane] & b[lane])
    }

    #[inline(always)]
    fn or(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|lane| a[lane] | b[lane])
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: Self::Vector) -> Self::Vector {
        a.map(|a| a << BITS)
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: Self::Vector) -> Self::Vector {
        a.map(|a| a >> BITS)
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: Self::Vector) -> Self::Vector {
        a.map(|a| (a as i64 >> BITS) as u64)
    }

    #[inline(always)]
    fn multiply_add_low(self, sum: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|lane| sum[lane].wrapping_add(product(a[lane], b[lane]) as u64 & LOW))
    }

    #[inline(always)]
    fn multiply_add_high(
        self,
        sum: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        from_fn(|lane| sum[lane].wrapping_add((product(a[lane], b[lane]) >> 52) as u64))
    }

    #[inline(always)]
    fn equal(self, a: Self::Vector, b: Self::Vector) -> u8 {
        (0..LANES).fold(0, |mask, lane| mask | u8::from(a[lane] == b[lane]) << lane)
    }

    #[inline(always)]
    fn select(self, mask: u8, yes: Self::Vector, no: Self::Vector) -> Self::Vector {
        from_fn(|lane| {
            if mask >> lane & 1 == 1 {
                yes[lane]
            } else {
                no[lane]
            }
        })
    }

    #[inline(always)]
    fn transpose(self, points: [&Affine; LANES]) -> [Self::Vector; 8] {
        from_fn(|limb| {
            points.map(|point| match limb {
                0..4 => point.x.montgomery()[limb],
                _ => point.y.montgomery()[limb - 4],
            })
        })
    }
}
