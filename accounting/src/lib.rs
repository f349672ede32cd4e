//! Emissions accounting: activity data and published factors in, masses per gas and CO2 equivalent out.
//!
//! Pure and deterministic: no clock, no randomness, no floating point, no order of a hash map, no input or output.
//! Amounts are [`Decimal`] at the border and [`Exact`] inside; nothing is rounded unless a [`Profile`] names the rule.
//!
//! ```text
//! Activity ──► Catalogue::select ──► method::* ──► Calculation ──► Aggregator ──► Totals
//!   (row)        (factor sets)         (Trace)      (one row)       (inventory)
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`decimal`], [`exact`], [`date`], [`mod@unit`], [`region`] | values |
//! | [`gas`], [`scope`] | what is counted, and where |
//! | [`factor`], [`catalogue`], [`shipped`] | factor sets, their files, the choice of a factor |
//! | [`activity`], [`profile`], [`method`], [`calculation`], [`trace`] | one row |
//! | [`inventory`] | sums |
//! | [`plan`] | rows over time: periods that overlap, months that are missing, more than the equipment can do |
//! | [`standard`], [`document`], [`report`] | whole documents under a standard: GHG Protocol, MEE guidelines, CBAM, … |
//! | [`derivation`] | a number with everything that it comes from; two of them compared |
//! | [`explanation`] | rows and their traces as one derivation |
//! | [`error`] | refusals, each with a permanent code |

pub mod activity;
pub mod calculation;
pub mod catalogue;
pub mod date;
pub mod decimal;
pub mod derivation;
pub mod document;
pub mod error;
pub mod exact;
pub mod explanation;
pub mod factor;
pub mod flag;
pub mod gas;
pub mod inventory;
pub mod method;
pub mod name;
pub mod plan;
pub mod profile;
pub mod region;
pub mod report;
pub mod scope;
pub mod shipped;
pub mod standard;
pub mod trace;
pub mod unit;

pub use activity::{Activity, Obtained, Parameter, ParameterKind};
pub use calculation::{Calculation, Emissions, FactorUse, GasAmount};
pub use catalogue::{Catalogue, FactorIndex};
pub use date::{Date, Month, Period};
pub use decimal::Decimal;
pub use derivation::{Citation, Derivation, Node, Number, Operator, Origin, Rule, Standing};
pub use error::{CODES, Error};
pub use exact::{Exact, Rounding};
pub use factor::{Factor, FactorSet, Manifest, Treatment};
pub use flag::{Flag, Flags};
pub use gas::{Gas, GwpSet};
pub use inventory::{Aggregator, Totals};
pub use method::{Method, calculate, explain};
pub use plan::Plan;
pub use profile::{Profile, RoundingProfile};
pub use region::Region;
pub use report::{Fault, Faults, Notice, Outcome, Report};
pub use scope::{Category, Scope};
pub use trace::Trace;
pub use unit::{Quantity, Unit};
