//! Sums of many columns of affine points at once: the points of each column are added in pairs, then the sums in pairs, and
//! so on. All additions of one level, of all columns, share one inversion, which makes an addition cost six products. There
//! are as many levels as the number of rows has bits, where adding one point after the other would take as many as rows.
//!
//! Written for any number of columns side by side in the lanes of a vector. Variable time, for public points only.

/// Arithmetic on the points of one column, or of several side by side.
pub(super) trait Lanes: Copy {
    /// A coordinate in each lane.
    type Element: Copy;
    /// A point in each lane.
    type Point: Copy;

    fn one(self) -> Self::Element;

    fn multiply(self, a: &Self::Element, b: &Self::Element) -> Self::Element;

    /// other.x − point.x
    fn width(self, point: &Self::Point, other: &Self::Point) -> Self::Element;

    /// A bit for each lane: whether the element is 0 there.
    fn zeros(self, element: &Self::Element) -> u8;

    /// The element with 1 in the lanes of the mask.
    fn one_where(self, mask: u8, element: &Self::Element) -> Self::Element;

    /// The inverse in each lane, none of which is 0, in the form that [`Lanes::add`] takes.
    fn invert(self, element: &Self::Element) -> Self::Element;

    /// The sum, given the inverse of the width.
    fn add(self, point: &Self::Point, other: &Self::Point, inverse: &Self::Element) -> Self::Point;
}

/// Room for the intermediate results, to be used again.
pub(super) struct Workspace<L: Lanes> {
    widths: Vec<L::Element>,
    products: Vec<L::Element>,
}

impl<L: Lanes> Workspace<L> {
    pub(super) fn new() -> Self {
        Self {
            widths: Vec::new(),
            products: Vec::new(),
        }
    }
}

/// Leaves the sum of each column of `rows` points in its first place. `failed` has a mask of lanes for each column: those in
/// which two points had one x. There the shared formula can neither double nor cancel, and what it leaves is no sum. Who
/// provokes that slows down hardly anybody but himself.
#[inline(always)]
pub(super) fn sum<L: Lanes>(
    lanes: L,
    points: &mut [L::Point],
    rows: usize,
    failed: &mut [u8],
    workspace: &mut Workspace<L>,
) {
    let Workspace { widths, products } = workspace;
    let mut stride = 1;
    while stride < rows {
        widths.clear();
        products.clear();
        let mut product = lanes.one();
        for column in points.chunks_exact(rows) {
            for first in (0..rows - stride).step_by(2 * stride) {
                let width = lanes.width(&column[first], &column[first + stride]);
                widths.push(width);
                products.push(product);
                product = lanes.multiply(&product, &width);
            }
        }
        if lanes.zeros(&product) != 0 {
            product = leave_out(lanes, widths, products, failed);
        }
        let mut inverse = lanes.invert(&product);
        let mut pairs = widths.iter().zip(products.iter()).rev();
        for column in points.chunks_exact_mut(rows).rev() {
            for first in (0..rows - stride).step_by(2 * stride).rev() {
                let (width, before) = pairs.next().expect("a width for each pair");
                let own = lanes.multiply(&inverse, before);
                inverse = lanes.multiply(&inverse, width);
                column[first] = lanes.add(&column[first], &column[first + stride], &own);
            }
        }
        stride *= 2;
    }
}

/// Puts 1 in the place of each width that is 0, notes the lane, and gives the product again.
#[inline(always)]
fn leave_out<L: Lanes>(
    lanes: L,
    widths: &mut [L::Element],
    products: &mut [L::Element],
    failed: &mut [u8],
) -> L::Element {
    let pairs = widths.len() / failed.len();
    let mut product = lanes.one();
    for (index, (width, before)) in widths.iter_mut().zip(products).enumerate() {
        let zeros = lanes.zeros(width);
        failed[index / pairs] |= zeros;
        *width = lanes.one_where(zeros, width);
        *before = product;
        product = lanes.multiply(&product, width);
    }
    product
}
