//! What the guidelines of the Ministry of Ecology and Environment (MEE, 生态环境部) share: fuels by carbon, electricity by the
//! notice in force, reporting months, 四舍五入 at places that are data.

pub(super) mod check;
pub(super) mod consumption;
pub(super) mod electricity;
pub(super) mod figure;
pub(super) mod fuel;
pub(super) mod heat;
pub(super) mod industry;
pub(super) mod material;
pub(super) mod places;

pub(super) use figure::{Cited, Figure};
pub(super) use fuel::Fuel;
pub(super) use places::Places;
