//! The factor sets that come with the product: what `factor_set.adopt` offers. A ledger calculates with the sets that it
//! adopted, never with these directly.

use crate::error::Error;
use crate::factor::FactorSet;

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Reads every shipped set.
///
/// # Errors
/// Those of [`FactorSet::parse`]; the crate's tests prove that there are none.
pub fn sets() -> Result<Vec<FactorSet>, Error> {
    FILES
        .iter()
        .map(|(manifest, factors)| FactorSet::parse(manifest, factors))
        .collect()
}

/// The shipped set with this id, as its two files: manifest and rows.
#[must_use]
pub fn files(id: &str) -> Option<(&'static str, &'static str)> {
    IDS.iter()
        .position(|known| *known == id)
        .map(|position| FILES[position])
}
