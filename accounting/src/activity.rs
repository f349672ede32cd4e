//! One row of activity data, as the engine takes it.

mod parameter;

use crate::date::Period;
use crate::region::Region;
use crate::scope::{Category, Scope};
use crate::unit::Quantity;
pub use parameter::{Obtained, PARAMETER_KINDS, Parameter, ParameterKind};

/// An activity: how much of what, when, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Scope as written, if it was; it must be the category's.
    pub scope: Option<Scope>,
    /// Kind of source.
    pub category: Category,
    /// The activity's code, or a name that a factor set knows (`natural_gas`, `烟煤`).
    pub activity: String,
    /// Days that the amount covers.
    pub period: Period,
    /// Amount and unit; not negative.
    pub quantity: Quantity,
    /// Where it happened; `None` leaves the choice to the other columns.
    pub region: Option<Region>,
    /// Properties of the fuel, or an emission factor that selects its equal in the catalogue.
    pub parameters: Vec<Parameter>,
    /// What the row says about its factor's source, empty for nothing: `DESNZ-2025 1_100_1004_6_1`,
    /// `EPA Hub 2025 Table 1: …`.
    pub factor_source: String,
}

impl Activity {
    /// An activity without region, parameters and factor source.
    #[must_use]
    pub fn new(category: Category, activity: &str, period: Period, quantity: Quantity) -> Self {
        Self {
            scope: None,
            category,
            activity: activity.to_owned(),
            period,
            quantity,
            region: None,
            parameters: Vec::new(),
            factor_source: String::new(),
        }
    }

    /// The parameter of this kind, if the row has it.
    #[must_use]
    pub fn parameter(&self, kind: ParameterKind) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.kind == kind)
    }
}
