//! A row of the matrix of division steps: two numbers modulo 2^64 that undergo the same. On x86-64 they are one vector, beside
//! which the registers for whole numbers are free for f and g, whose parities are what the steps wait for.

#[cfg(not(target_arch = "x86_64"))]
pub(super) use pair::Row;
#[cfg(target_arch = "x86_64")]
pub(super) use vector::Row;

#[cfg(any(test, not(target_arch = "x86_64")))]
mod pair {
    /// Two numbers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Row(u64, u64);

    impl Row {
        #[inline(always)]
        pub(in super::super) fn new(first: u64, second: u64) -> Self {
            Self(first, second)
        }

        #[inline(always)]
        pub(in super::super) fn entries(self) -> [i64; 2] {
            [self.0 as i64, self.1 as i64]
        }

        #[inline(always)]
        pub(in super::super) fn add(self, other: Self) -> Self {
            Self(self.0.wrapping_add(other.0), self.1.wrapping_add(other.1))
        }

        #[inline(always)]
        pub(in super::super) fn and(self, mask: u64) -> Self {
            Self(self.0 & mask, self.1 & mask)
        }

        /// The opposite numbers if the mask is all ones, the same if it is 0.
        #[inline(always)]
        pub(in super::super) fn negate_if(self, mask: u64) -> Self {
            let negate = |number: u64| (number ^ mask).wrapping_sub(mask);
            Self(negate(self.0), negate(self.1))
        }

        /// `other` if the mask is all ones, the same if it is 0.
        #[inline(always)]
        pub(in super::super) fn select(self, mask: u64, other: Self) -> Self {
            let select = |own: u64, other: u64| own ^ ((own ^ other) & mask);
            Self(select(self.0, other.0), select(self.1, other.1))
        }

        #[inline(always)]
        pub(in super::super) fn double(self) -> Self {
            Self(self.0 << 1, self.1 << 1)
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod vector {
    #![allow(
        unsafe_code,
        reason = "the processor's vector instructions are reached through intrinsics only"
    )]

    use std::arch::x86_64::*;

    /// Calls an intrinsic.
    macro_rules! sse2 {
        ($call:expr) => {
            // SAFETY: SSE2 is part of x86-64, and the intrinsic asks for nothing else.
            unsafe { $call }
        };
    }

    /// Two numbers in a vector of SSE2, which every such processor has.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Row(__m128i);

    #[inline(always)]
    fn splat(mask: u64) -> __m128i {
        sse2!(_mm_set1_epi64x(mask.cast_signed()))
    }

    impl Row {
        #[inline(always)]
        pub(in super::super) fn new(first: u64, second: u64) -> Self {
            Self(sse2!(_mm_set_epi64x(
                second.cast_signed(),
                first.cast_signed()
            )))
        }

        #[inline(always)]
        pub(in super::super) fn entries(self) -> [i64; 2] {
            sse2!({
                let second = _mm_unpackhi_epi64(self.0, self.0);
                [_mm_cvtsi128_si64(self.0), _mm_cvtsi128_si64(second)]
            })
        }

        #[inline(always)]
        pub(in super::super) fn add(self, other: Self) -> Self {
            Self(sse2!(_mm_add_epi64(self.0, other.0)))
        }

        #[inline(always)]
        pub(in super::super) fn and(self, mask: u64) -> Self {
            Self(sse2!(_mm_and_si128(self.0, splat(mask))))
        }

        /// The opposite numbers if the mask is all ones, the same if it is 0.
        #[inline(always)]
        pub(in super::super) fn negate_if(self, mask: u64) -> Self {
            let mask = splat(mask);
            Self(sse2!(_mm_sub_epi64(_mm_xor_si128(self.0, mask), mask)))
        }

        /// `other` if the mask is all ones, the same if it is 0.
        #[inline(always)]
        pub(in super::super) fn select(self, mask: u64, other: Self) -> Self {
            let difference = Self(sse2!(_mm_xor_si128(self.0, other.0))).and(mask);
            Self(sse2!(_mm_xor_si128(self.0, difference.0)))
        }

        #[inline(always)]
        pub(in super::super) fn double(self) -> Self {
            Self(sse2!(_mm_slli_epi64::<1>(self.0)))
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{pair, vector};

    #[test]
    fn vectors_do_to_both_numbers_what_is_asked() {
        let numbers = [0, 1, 7, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef];
        for a in numbers {
            for b in numbers {
                let (plain, packed) = (pair::Row::new(a, b), vector::Row::new(a, b));
                let (other, others) = (pair::Row::new(b, 5), vector::Row::new(b, 5));
                assert_eq!(packed.entries(), plain.entries());
                assert_eq!(packed.add(others).entries(), plain.add(other).entries());
                assert_eq!(packed.double().entries(), plain.double().entries());
                for mask in [0, u64::MAX] {
                    assert_eq!(packed.and(mask).entries(), plain.and(mask).entries());
                    assert_eq!(
                        packed.select(mask, others).entries(),
                        plain.select(mask, other).entries()
                    );
                    assert_eq!(
                        packed.negate_if(mask).entries(),
                        plain.negate_if(mask).entries()
                    );
                }
            }
        }
    }
}
