//! Reading one entry of a table in a time that does not depend on which: all entries are read.

#[cfg(target_arch = "x86_64")]
mod x86;

use super::{
    field::Field,
    limbs::{self, Limbs},
    point::Affine,
};

/// The entry at `index`, which must be one of the entries' positions.
#[inline]
pub(super) fn entry(entries: &[Affine], index: u64) -> Affine {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(unit) = x86::Avx512::detect() {
            return unit.entry(entries, index);
        }
        if let Some(unit) = x86::Avx2::detect() {
            return unit.entry(entries, index);
        }
    }
    entry_portably(entries, index)
}

/// [`entry`] without vectors.
fn entry_portably(entries: &[Affine], index: u64) -> Affine {
    let (mut x, mut y): (Limbs, Limbs) = ([0; 4], [0; 4]);
    for (position, entry) in (0u64..).zip(entries) {
        let difference = position ^ index;
        // Without the barrier the compiler sees a condition behind the mask, and branches on it.
        let mask = std::hint::black_box(limbs::zero_mask(&[difference, 0, 0, 0]));
        for limb in 0..4 {
            x[limb] |= entry.x.montgomery()[limb] & mask;
            y[limb] |= entry.y.montgomery()[limb] & mask;
        }
    }
    Affine {
        x: Field::from_montgomery(x),
        y: Field::from_montgomery(y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::comb::odd_multiples_vartime;

    /// Every entry of tables of every size.
    fn check(entry: impl Fn(&[Affine], u64) -> Affine) {
        let points = odd_multiples_vartime(&Affine::generator(), 70);
        for size in (1..=33).chain([64, 70]) {
            for (index, point) in (0u64..).zip(&points[..size]) {
                assert_eq!(entry(&points[..size], index), *point, "{index} of {size}");
            }
        }
    }

    #[test]
    fn the_entry_asked_for_comes_back() {
        check(entry);
        check(entry_portably);
    }

    /// Runs where the processor has AVX2; elsewhere it has nothing to test.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn avx2_gives_the_entry_asked_for() {
        if let Some(unit) = x86::Avx2::detect() {
            check(|entries, index| unit.entry(entries, index));
        }
    }

    /// Runs where the processor has AVX-512; elsewhere it has nothing to test.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn avx512_gives_the_entry_asked_for() {
        if let Some(unit) = x86::Avx512::detect() {
            check(|entries, index| unit.entry(entries, index));
        }
    }
}
