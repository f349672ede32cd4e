//! Vectors of eight numbers of 64 bits, as the kernel for eight signatures side by side needs them. The operations are those
//! of AVX-512 with IFMA; what that does on processors that have it, `Emulated` does on all, so that everything that is
//! built on vectors can be tested everywhere.

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(test)]
mod emulated;

use super::point::Affine;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Avx512;
#[cfg(test)]
pub(super) use emulated::Emulated;

/// Lanes of a vector.
pub(super) const LANES: usize = 8;

/// What calculates with vectors. Operations act on each lane, modulo 2^64.
pub(super) trait Vectors: Copy {
    type Vector: Copy;

    /// The same number in each lane.
    fn splat(self, number: u64) -> Self::Vector;

    fn load_array(self, numbers: [u64; LANES]) -> Self::Vector;

    fn to_array(self, vector: Self::Vector) -> [u64; LANES];

    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn and(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn or(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn shift_left<const BITS: u32>(self, a: Self::Vector) -> Self::Vector;

    fn shift_right<const BITS: u32>(self, a: Self::Vector) -> Self::Vector;

    /// Copies of the sign bit come in.
    fn shift_right_signed<const BITS: u32>(self, a: Self::Vector) -> Self::Vector;

    /// The sum plus the lower 52 bits of the product of the lower 52 bits of a and b.
    fn multiply_add_low(self, sum: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// The sum plus the upper 52 bits of the product of the lower 52 bits of a and b.
    fn multiply_add_high(self, sum: Self::Vector, a: Self::Vector, b: Self::Vector)
    -> Self::Vector;

    /// A bit for each lane: whether a and b are equal there.
    fn equal(self, a: Self::Vector, b: Self::Vector) -> u8;

    /// `yes` in the lanes of the mask, `no` in the others.
    fn select(self, mask: u8, yes: Self::Vector, no: Self::Vector) -> Self::Vector;

    /// The four limbs of x and the four of y in Montgomery form, a point in each lane.
    fn transpose(self, points: [&Affine; LANES]) -> [Self::Vector; 8];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers at the edges of 52 and 64 bits, and some in between.
    fn samples() -> Vec<[u64; LANES]> {
        let edges = [
            0,
            1,
            (1 << 52) - 1,
            1 << 52,
            (1 << 52) + 1,
            1 << 63,
            u64::MAX,
            0xffff_0000_ffff,
        ];
        (0..24u64)
            .map(|round| {
                std::array::from_fn(|lane| {
                    let mixed = (round * 8 + lane as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    if round < 8 {
                        edges[(lane + round as usize) % 8]
                    } else {
                        mixed ^ mixed >> 29
                    }
                })
            })
            .collect()
    }

    /// Each operation is what its description says, lane by lane.
    fn check<V: Vectors>(machine: V) {
        const LOW: u64 = (1 << 52) - 1;
        let lanes = |one: &[u64; 8], two: &[u64; 8], f: fn(u64, u64) -> u64| -> [u64; 8] {
            std::array::from_fn(|lane| f(one[lane], two[lane]))
        };
        let product = |a: u64, b: u64| u128::from(a & LOW) * u128::from(b & LOW);
        for a in samples() {
            for b in samples() {
                let (x, y) = (machine.load_array(a), machine.load_array(b));
                let is =
                    |vector, expected: [u64; 8]| assert_eq!(machine.to_array(vector), expected);
                is(x, a);
                is(machine.splat(a[3]), [a[3]; 8]);
                is(machine.add(x, y), lanes(&a, &b, u64::wrapping_add));
                is(machine.subtract(x, y), lanes(&a, &b, u64::wrapping_sub));
                is(machine.and(x, y), lanes(&a, &b, |a, b| a & b));
                is(machine.or(x, y), lanes(&a, &b, |a, b| a | b));
                is(machine.shift_left::<12>(x), a.map(|a| a << 12));
                is(machine.shift_right::<52>(x), a.map(|a| a >> 52));
                is(
                    machine.shift_right_signed::<52>(x),
                    a.map(|a| (a as i64 >> 52) as u64),
                );
                let c = std::array::from_fn(|lane| a[lane] ^ b[7 - lane]);
                let z = machine.load_array(c);
                is(
                    machine.multiply_add_low(z, x, y),
                    std::array::from_fn(|lane| {
                        c[lane].wrapping_add(product(a[lane], b[lane]) as u64 & LOW)
                    }),
                );
                is(
                    machine.multiply_add_high(z, x, y),
                    std::array::from_fn(|lane| {
                        c[lane].wrapping_add((product(a[lane], b[lane]) >> 52) as u64)
                    }),
                );
                let mask = (a[0] >> 7) as u8 ^ b[5] as u8;
                is(
                    machine.select(mask, x, y),
                    std::array::from_fn(|lane| {
                        if mask >> lane & 1 == 1 {
                            a[lane]
                        } else {
                            b[lane]
                        }
                    }),
                );
                let mixed = std::array::from_fn(|lane| {
                    if mask >> lane & 1 == 1 {
                        a[lane]
                    } else {
                        !a[lane]
                    }
                });
                assert_eq!(machine.equal(x, machine.load_array(mixed)), mask);
            }
        }
        let points = super::super::comb::odd_multiples_vartime(&Affine::generator(), LANES);
        let columns = machine.transpose(std::array::from_fn(|lane| &points[lane]));
        for (limb, column) in columns.into_iter().enumerate() {
            let expected = std::array::from_fn(|lane| {
                let point = &points[lane];
                point
                    .x
                    .montgomery()
                    .iter()
                    .chain(point.y.montgomery())
                    .copied()
                    .nth(limb)
                    .unwrap()
            });
            assert_eq!(machine.to_array(column), expected);
        }
    }

    #[test]
    fn emulated_vectors_do_what_is_asked() {
        check(Emulated);
    }

    /// Runs where the processor has AVX-512 IFMA; elsewhere it has nothing to test.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn ifma_vectors_do_what_is_asked() {
        if let Some(machine) = Avx512::detect() {
            check(machine);
        }
    }
}
