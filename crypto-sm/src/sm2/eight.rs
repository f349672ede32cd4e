//! Eight signatures side by side, one in each lane of a vector.
//!
//! Coordinates are those of the tables, x·2^256 mod p, cut into five limbs of 52 bits. Products are Montgomery products for
//! 2^260, a·b / 2^260 modulo p, whose four spare bits save the subtractions that would take them below p each time. The two
//! powers of two differ, which the formulas make up for ([`Eight::invert`], [`Eight::add`]), so that the tables serve both.
//!
//! Bounds: coordinates are below 2p. Factors may be up to 4p, and then the product is below p + (4p)²/2^260 < 2p.

use super::{
    columns::{self, Lanes},
    field::{Field, PRIME},
    known::Claimed,
    limbs::{self, Limbs},
    multiple::generator_table,
    point::Affine,
    vectors::{LANES, Vectors},
};

/// Bits of a limb.
const BITS: u32 = 52;
const LOW: u64 = (1 << BITS) - 1;

/// p and its multiples that have one form only: every limb below 2^52, but for the last.
const PRIMES: [[u64; 5]; 5] = {
    let p = split(&PRIME);
    let mut primes = [[0; 5]; 5];
    let mut factor = 0;
    while factor < 5 {
        let mut carry = 0;
        let mut limb = 0;
        while limb < 5 {
            let sum = p[limb] * factor as u64 + carry;
            primes[factor][limb] = if limb < 4 { sum & LOW } else { sum };
            carry = sum >> BITS;
            limb += 1;
        }
        factor += 1;
    }
    primes
};

/// Groups of eight that share inversions; more would leave the processor's cache.
const GROUPS_MAX: usize = 8;

/// A number in each lane, as five limbs, least significant first.
type Element<V> = [<V as Vectors>::Vector; 5];

/// A point in each lane.
#[derive(Clone, Copy)]
struct Points<V: Vectors> {
    x: Element<V>,
    y: Element<V>,
}

/// Room for a batch's points and intermediate results, to be used again: some 600 KiB, which an allocator would take from the
/// operating system each time.
pub(super) struct Workspace<V: Vectors> {
    points: Vec<Points<V>>,
    columns: columns::Workspace<Eight<V>>,
}

impl<V: Vectors> Workspace<V> {
    pub(super) fn new() -> Self {
        Self {
            points: Vec::new(),
            columns: columns::Workspace::new(),
        }
    }
}

/// Arithmetic on eight columns at a time.
#[derive(Clone, Copy)]
struct Eight<V: Vectors>(V);

/// Each equation is a lane of a column: the points of the tables whose sum is s·G + t·P.
#[inline(always)]
pub(super) fn verify<V: Vectors>(
    machine: V,
    workspace: &mut Workspace<V>,
    equations: &[Claimed<'_>],
    verdicts: &mut [bool],
) {
    let Some((table, _)) = equations.iter().flatten().next() else {
        return;
    };
    let eight = Eight(machine);
    let generator = generator_table();
    let (generator_rows, table_rows) = (generator.rows(), table.rows());
    let rows = generator_rows + table_rows;
    let Workspace { points, columns } = workspace;
    let live: Vec<usize> = (0..equations.len())
        .filter(|index| equations[*index].is_some())
        .collect();
    for batch in live.chunks(LANES * GROUPS_MAX) {
        points.clear();
        for group in batch.chunks(LANES) {
            // The last group's spare lanes repeat its last signature.
            let claims: [_; LANES] = std::array::from_fn(|lane| {
                let index = group[lane.min(group.len() - 1)];
                equations[index].as_ref().expect("a live one")
            });
            let digits = claims.map(|(_, equation)| equation.digits());
            for row in 0..generator_rows {
                let entries =
                    std::array::from_fn(|lane| generator.entry_vartime(&digits[lane][0], row));
                points.push(eight.load(entries));
            }
            for row in 0..table_rows {
                let entries =
                    std::array::from_fn(|lane| claims[lane].0.entry_vartime(&digits[lane][1], row));
                points.push(eight.load(entries));
            }
        }
        let mut failed = [0; GROUPS_MAX];
        let failed = &mut failed[..points.len() / rows];
        columns::sum(eight, points, rows, failed, columns);
        let sums = points.chunks_exact(rows).zip(failed);
        for (group, (column, failed)) in batch.chunks(LANES).zip(sums) {
            let x = eight.to_fields(&column[0].x);
            for (lane, index) in group.iter().enumerate() {
                let (table, equation) = equations[*index].as_ref().expect("a live one");
                verdicts[*index] = if *failed >> lane & 1 == 0 {
                    equation.matches(&x[lane], &Field::ONE)
                } else {
                    equation.holds_with_table(table)
                };
            }
        }
    }
}

impl<V: Vectors> Eight<V> {
    #[inline(always)]
    fn splat(self, limbs: &[u64; 5]) -> Element<V> {
        limbs.map(|limb| self.0.splat(limb))
    }

    /// Takes the limbs to [0, 2^52), but for the last, through signed carries.
    #[inline(always)]
    fn carry(self, mut limbs: Element<V>) -> Element<V> {
        let low = self.0.splat(LOW);
        for limb in 0..4 {
            let carry = self.0.shift_right_signed::<BITS>(limbs[limb]);
            limbs[limb] = self.0.and(limbs[limb], low);
            limbs[limb + 1] = self.0.add(limbs[limb + 1], carry);
        }
        limbs
    }

    /// a − b + a multiple of p that keeps it positive.
    #[inline(always)]
    fn subtract(self, a: &Element<V>, b: &Element<V>, primes: usize) -> Element<V> {
        let primes = self.splat(&PRIMES[primes]);
        self.carry(std::array::from_fn(|limb| {
            self.0.add(self.0.subtract(a[limb], b[limb]), primes[limb])
        }))
    }

    /// A number below 2^260 to one below 2^256 + 2^229 < 2p with the same residue: what stands above 2^256 comes in again as
    /// that many times 2^256 − p = 2^224 + 2^96 − 2^64 + 1.
    #[inline(always)]
    fn fold(self, mut a: Element<V>) -> Element<V> {
        let machine = self.0;
        let above = machine.shift_right::<48>(a[4]);
        a[4] = machine.and(a[4], machine.splat((1 << 48) - 1));
        a[0] = machine.add(a[0], above);
        a[1] = machine.add(a[1], machine.shift_left::<44>(above));
        a[1] = machine.subtract(a[1], machine.shift_left::<12>(above));
        a[4] = machine.add(a[4], machine.shift_left::<16>(above));
        self.carry(a)
    }

    /// Points of tables, each with a mask that says whether it is to be negated.
    #[inline(always)]
    fn load(self, entries: [(&Affine, u64); LANES]) -> Points<V> {
        let [x0, x1, x2, x3, y0, y1, y2, y3] = self.0.transpose(entries.map(|(point, _)| point));
        let x = self.split([x0, x1, x2, x3]);
        let y = self.split([y0, y1, y2, y3]);
        let opposite = self.subtract(&self.splat(&[0; 5]), &y, 1);
        let mut negative = 0;
        for (lane, (_, mask)) in entries.iter().enumerate() {
            negative |= (*mask as u8 & 1) << lane;
        }
        let y = std::array::from_fn(|limb| self.0.select(negative, opposite[limb], y[limb]));
        Points { x, y }
    }

    /// Limbs of 64 bits to limbs of 52.
    #[inline(always)]
    fn split(self, [a, b, c, d]: [V::Vector; 4]) -> Element<V> {
        let machine = self.0;
        let low = machine.splat(LOW);
        [
            machine.and(a, low),
            machine.and(
                machine.or(machine.shift_right::<52>(a), machine.shift_left::<12>(b)),
                low,
            ),
            machine.and(
                machine.or(machine.shift_right::<40>(b), machine.shift_left::<24>(c)),
                low,
            ),
            machine.and(
                machine.or(machine.shift_right::<28>(c), machine.shift_left::<36>(d)),
                low,
            ),
            machine.shift_right::<16>(d),
        ]
    }

    /// The residue in each lane of numbers below 2p, in Montgomery form for 2^256.
    #[inline(always)]
    fn to_fields(self, element: &Element<V>) -> [Field; LANES] {
        let limbs = element.map(|limb| self.0.to_array(limb));
        std::array::from_fn(|lane| join(limbs.map(|limb| limb[lane])))
    }

    #[inline(always)]
    fn load_fields(self, fields: &[Field; LANES]) -> Element<V> {
        let limbs = fields.map(|field| split(field.montgomery()));
        std::array::from_fn(|limb| self.0.load_array(limbs.map(|limbs| limbs[limb])))
    }
}

impl<V: Vectors> Lanes for Eight<V> {
    type Element = Element<V>;
    type Point = Points<V>;

    /// 2^260 mod p, which changes nothing as a factor.
    #[inline(always)]
    fn one(self) -> Element<V> {
        // Field::ONE is 2^256 mod p.
        let one = Field::ONE.double().double().double().double();
        self.splat(&split(one.montgomery()))
    }

    /// Row by row, as in the portable path: p ≡ −1 modulo 2^52 too, so that the lowest limb m is the multiple of p that makes
    /// it vanish, and m·p = m·(p + 1) − m. Of the limbs of p + 1 the lowest is 0, and the third and fourth are 2^52 − 1, which
    /// together are m less in the third and m more in the fifth place. The upper halves of products belong one limb higher,
    /// where they go after the shift. Limbs can be negative on the way.
    #[inline(always)]
    fn multiply(self, a: &Element<V>, b: &Element<V>) -> Element<V> {
        const MORE: [u64; 2] = [PRIMES[1][1] + 1, PRIMES[1][4] + 1];
        let machine = self.0;
        let low = machine.splat(LOW);
        let [second, fifth] = MORE.map(|limb| machine.splat(limb));
        let mut sum = self.splat(&[0; 5]);
        for factor in *b {
            for limb in 0..5 {
                sum[limb] = machine.multiply_add_low(sum[limb], a[limb], factor);
            }
            let m = sum[0];
            let [_, s1, s2, s3, s4] = sum;
            // Products that do not wait for m come first.
            let s1 = machine.multiply_add_high(s1, a[0], factor);
            let s2 = machine.multiply_add_high(s2, a[1], factor);
            let s3 = machine.multiply_add_high(s3, a[2], factor);
            let s4 = machine.multiply_add_high(s4, a[3], factor);
            let s5 = machine.multiply_add_high(machine.splat(0), a[4], factor);
            let carry = machine.shift_right_signed::<BITS>(m);
            sum = [
                machine.multiply_add_low(machine.add(s1, carry), m, second),
                machine.multiply_add_high(machine.subtract(s2, machine.and(m, low)), m, second),
                s3,
                machine.multiply_add_low(s4, m, fifth),
                machine.multiply_add_high(s5, m, fifth),
            ];
        }
        self.carry(sum)
    }

    /// Below 4p.
    #[inline(always)]
    fn width(self, point: &Points<V>, other: &Points<V>) -> Element<V> {
        self.subtract(&other.x, &point.x, 2)
    }

    /// For numbers below 4p.
    #[inline(always)]
    fn zeros(self, element: &Element<V>) -> u8 {
        PRIMES[..4].iter().fold(0, |zeros, multiple| {
            let multiple = self.splat(multiple);
            let equal = (0..5).fold(u8::MAX, |equal, limb| {
                equal & self.0.equal(element[limb], multiple[limb])
            });
            zeros | equal
        })
    }

    #[inline(always)]
    fn one_where(self, mask: u8, element: &Element<V>) -> Element<V> {
        let one = self.one();
        std::array::from_fn(|limb| self.0.select(mask, one[limb], element[limb]))
    }

    /// 2^518 / a in each lane, for numbers below 2p, from one inversion for all. With that, an inverse of a width is 2^518 / width as well.
    #[inline(always)]
    fn invert(self, element: &Element<V>) -> Element<V> {
        let fields = self.to_fields(element);
        let mut before = [Field::ONE; LANES];
        let mut product = fields[0];
        for lane in 1..LANES {
            before[lane] = product;
            product = product.multiply(&fields[lane]);
        }
        // The number stands for a / 2^256, whose inverse is held as 2^512 / a: six doublings are missing.
        let mut inverse = product.invert_vartime();
        for _ in 0..6 {
            inverse = inverse.double();
        }
        let mut inverses = [Field::ONE; LANES];
        for lane in (0..LANES).rev() {
            inverses[lane] = inverse.multiply(&before[lane]);
            inverse = inverse.multiply(&fields[lane]);
        }
        self.load_fields(&inverses)
    }

    /// The slope, as a product of a height·2^256 with 2^518 / (width·2^256), is slope·2^258; its square is the square of the
    /// slope times 2^256, as coordinates are. The product for y is four times too small.
    #[inline(always)]
    fn add(self, point: &Points<V>, other: &Points<V>, inverse: &Element<V>) -> Points<V> {
        let machine = self.0;
        let height = self.subtract(&other.y, &point.y, 2);
        let slope = self.multiply(&height, inverse);
        let square = self.multiply(&slope, &slope);
        let primes = self.splat(&PRIMES[4]);
        // Below 6p, and below 10p for y.
        let x = self.fold(self.carry(std::array::from_fn(|limb| {
            let without = machine.subtract(square[limb], point.x[limb]);
            machine.add(machine.subtract(without, other.x[limb]), primes[limb])
        })));
        let product = self.multiply(&slope, &self.subtract(&point.x, &x, 2));
        let y = product.map(|limb| machine.shift_left::<2>(limb));
        let y = self.fold(self.subtract(&y, &point.y, 2));
        Points { x, y }
    }
}

/// Limbs of 64 bits to limbs of 52.
const fn split(limbs: &Limbs) -> [u64; 5] {
    let [a, b, c, d] = *limbs;
    [
        a & LOW,
        (a >> 52 | b << 12) & LOW,
        (b >> 40 | c << 24) & LOW,
        (c >> 28 | d << 36) & LOW,
        d >> 16,
    ]
}

/// The residue of a number below 2p, the limbs of which are the Montgomery form.
#[inline(always)]
fn join([a, b, c, d, e]: [u64; 5]) -> Field {
    let number = [
        a | b << 52,
        b >> 12 | c << 40,
        c >> 24 | d << 28,
        d >> 36 | e << 16,
    ];
    Field::from_montgomery(limbs::reduce_once(&number, e >> 48 != 0, &PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::{comb::odd_multiples_vartime, point::Affine, vectors::Emulated};
    use num_bigint::BigUint;

    fn big(limbs: &[u64; 5]) -> BigUint {
        let sum = limbs.iter().rev();
        sum.fold(BigUint::ZERO, |sum, limb| (sum << 52) + *limb)
    }

    fn small(number: &BigUint) -> [u64; 5] {
        let digits = number.to_u64_digits();
        let digit = |index: usize| digits.get(index).copied().unwrap_or(0);
        let mut limbs = split(&[digit(0), digit(1), digit(2), digit(3)]);
        limbs[4] |= digit(4) << 48;
        limbs
    }

    /// Numbers at the edges of the ranges that are allowed, and some in between.
    fn samples(below: u64) -> Vec<BigUint> {
        let p = big(&PRIMES[1]);
        let mut samples = vec![BigUint::ZERO, BigUint::from(1u8), BigUint::from(LOW)];
        for multiple in 1..=below {
            samples.extend((1..3u8).map(|less| &p * multiple - less));
            if multiple < below {
                samples.extend((0..2u8).map(|more| &p * multiple + more));
            }
        }
        let mut mixed = BigUint::from(3u8);
        while samples.len() % 8 != 0 || samples.len() < 32 {
            mixed = (&mixed * &mixed + 0x9e37_79b9_7f4a_7c15u64) % (&p * below);
            samples.push(mixed.clone());
        }
        samples
    }

    fn vectors<V: Vectors>(machine: V, numbers: &[BigUint]) -> Element<V> {
        let limbs: Vec<[u64; 5]> = numbers.iter().map(small).collect();
        std::array::from_fn(|limb| {
            machine.load_array(std::array::from_fn(|lane| limbs[lane][limb]))
        })
    }

    fn numbers<V: Vectors>(machine: V, element: &Element<V>) -> Vec<BigUint> {
        let limbs = element.map(|limb| machine.to_array(limb));
        (0..LANES)
            .map(|lane| {
                let limbs = limbs.map(|limb| limb[lane]);
                assert!(limbs[..4].iter().all(|limb| *limb <= LOW), "{limbs:x?}");
                big(&limbs)
            })
            .collect()
    }

    /// Residues and bounds of all operations, for numbers up to the bounds that they allow.
    fn check<V: Vectors>(machine: V) {
        let eight = Eight(machine);
        let p = big(&PRIMES[1]);
        let radix = BigUint::from(1u8) << 260;
        for a in samples(4).chunks_exact(LANES) {
            for b in samples(4).chunks_exact(LANES) {
                let (x, y) = (vectors(machine, a), vectors(machine, b));
                let products = numbers(machine, &eight.multiply(&x, &y));
                for ((product, a), b) in products.iter().zip(a).zip(b) {
                    assert_eq!(product * &radix % &p, a * b % &p);
                    assert!(*product < &p * 2u8);
                }
            }
            let zeros = eight.zeros(&vectors(machine, a));
            let ones = numbers(machine, &eight.one_where(zeros, &vectors(machine, a)));
            for (lane, a) in a.iter().enumerate() {
                let zero = a % &p == BigUint::ZERO;
                assert_eq!(zeros >> lane & 1 == 1, zero);
                assert_eq!(ones[lane], if zero { &radix % &p } else { a.clone() });
            }
        }
        for a in samples(2).chunks_exact(LANES) {
            for b in samples(2).chunks_exact(LANES) {
                let (x, y) = (vectors(machine, a), vectors(machine, b));
                let point = |x| Points::<V> { x, y: x };
                let widths = numbers(machine, &eight.width(&point(x), &point(y)));
                for ((width, a), b) in widths.iter().zip(a).zip(b) {
                    assert_eq!(*width, b + &p * 2u8 - a);
                }
            }
        }
        for a in samples(15).chunks_exact(LANES) {
            let folded = numbers(machine, &eight.fold(vectors(machine, a)));
            for (folded, a) in folded.iter().zip(a) {
                assert_eq!(folded % &p, a % &p);
                assert!(*folded < &p * 2u8);
            }
        }
        let points = odd_multiples_vartime(&Affine::generator(), 24);
        let lanes = |start: usize| -> [(&Affine, u64); LANES] {
            std::array::from_fn(|lane| {
                (
                    &points[start + lane],
                    if lane % 3 == 0 { u64::MAX } else { 0 },
                )
            })
        };
        let own = |(point, negative): (&Affine, u64)| point.negate_if(negative);
        let (mut sum, mut expected) = (eight.load(lanes(0)), lanes(0).map(own));
        for addends in [lanes(8), lanes(16), lanes(3)] {
            let other = eight.load(addends);
            let width = eight.multiply(&eight.one(), &eight.width(&sum, &other));
            let inverse = eight.invert(&width);
            sum = eight.add(&sum, &other, &inverse);
            for lane in 0..LANES {
                expected[lane] = expected[lane].add_vartime(&own(addends[lane])).unwrap();
            }
            assert_eq!(eight.to_fields(&sum.x), expected.map(|point| point.x));
            assert_eq!(eight.to_fields(&sum.y), expected.map(|point| point.y));
        }
    }

    #[test]
    fn emulated_lanes_calculate_as_big_integers_and_points_do() {
        check(Emulated);
    }

    /// Runs where the processor has AVX-512 IFMA; elsewhere it has nothing to test.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn ifma_lanes_calculate_as_big_integers_and_points_do() {
        if let Some(machine) = crate::sm2::vectors::Avx512::detect() {
            check(machine);
        }
    }
}
