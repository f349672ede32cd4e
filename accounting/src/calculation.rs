//! The result of one row.

use crate::catalogue::FactorIndex;
use crate::error::Error;
use crate::exact::Exact;
use crate::flag::Flags;
use crate::gas::{Gas, GwpSet};
use crate::method::Method;
use crate::scope::{Category, Scope};
use smallvec::SmallVec;

/// A part of a CO2e amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// One gas.
    Gas(Gas),
    /// What the source does not divide among gases, and differences of rounding: keeps the parts equal to the total.
    Unallocated,
}

impl Component {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Gas(gas) => gas.code(),
            Self::Unallocated => "unallocated",
        }
    }

    /// The component with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "unallocated" {
            Some(Self::Unallocated)
        } else {
            Gas::from_code(code).map(Self::Gas)
        }
    }
}

/// One gas of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GasAmount {
    /// Which.
    pub component: Component,
    /// Mass in kg; `None` where the source publishes CO2e only.
    pub mass_kg: Option<Exact>,
    /// kg CO2e.
    pub co2e_kg: Exact,
}

/// Emissions inside the scopes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Emissions {
    /// kg CO2e; the sum of the gases' `co2e_kg`.
    pub co2e_kg: Exact,
    /// The parts, each component at most once.
    pub gases: SmallVec<[GasAmount; 4]>,
}

impl Emissions {
    /// Adds a part.
    pub(crate) fn push(&mut self, part: GasAmount) -> Result<(), Error> {
        self.co2e_kg = self.co2e_kg.add(&part.co2e_kg)?;
        match self
            .gases
            .iter_mut()
            .find(|known| known.component == part.component)
        {
            Some(known) => {
                known.co2e_kg = known.co2e_kg.add(&part.co2e_kg)?;
                known.mass_kg = match (&known.mass_kg, &part.mass_kg) {
                    (Some(a), Some(b)) => Some(a.add(b)?),
                    _ => None,
                };
            }
            None => self.gases.push(part),
        }
        Ok(())
    }

    /// Replaces the total; the difference goes to the only part, or to [`Component::Unallocated`].
    pub(crate) fn replace_total(&mut self, total: Exact) -> Result<(), Error> {
        let difference = total.sub(&self.co2e_kg)?;
        if difference.is_zero() {
            return Ok(());
        }
        if let [only] = self.gases.as_mut_slice() {
            if only.component == Component::Gas(Gas::Co2) && only.mass_kg.is_some() {
                only.mass_kg = Some(total.clone());
            }
            only.co2e_kg = total.clone();
            self.co2e_kg = total;
            return Ok(());
        }
        self.push(GasAmount {
            component: Component::Unallocated,
            mass_kg: None,
            co2e_kg: difference,
        })
    }
}

/// What a factor was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The one factor of the row; for electricity the location-based result.
    Location,
    /// The market-based result.
    Market,
    /// Defaults for parameters that the row does not give, or the fuel's type.
    Parameters,
}

impl Role {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::Market => "market",
            Self::Parameters => "parameters",
        }
    }
}

/// A factor that a result depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorUse {
    /// What for.
    pub role: Role,
    /// Which; [`crate::Catalogue::factor`] gives set and row.
    pub factor: FactorIndex,
}

/// The result of one row, exact unless a rounding profile was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calculation {
    /// Scope.
    pub scope: Scope,
    /// Category.
    pub category: Category,
    /// How it was calculated.
    pub method: Method,
    /// GWP set of the CO2e amounts, except where [`crate::Flag::GwpSetOfSourceDiffers`] is set.
    pub gwp_set: GwpSet,
    /// Location-based for scope 2; the result for all else.
    pub location: Emissions,
    /// Market-based where that differs from `location` by method (purchased electricity); `None` = the same.
    pub market: Option<Emissions>,
    /// kg CO2 of biogenic origin, outside the scopes.
    pub biogenic_co2_kg: Exact,
    /// kg CO2e of gases outside the seven of the Kyoto Protocol, outside the scopes.
    pub non_kyoto_co2e_kg: Exact,
    /// Factors used; empty where only the GWP table was needed or the row gave every parameter.
    pub factors: SmallVec<[FactorUse; 2]>,
    /// What a reader must know.
    pub flags: Flags,
}

impl Calculation {
    /// Market-based emissions; the same as `location` for all but purchased electricity.
    #[must_use]
    pub fn market(&self) -> &Emissions {
        self.market.as_ref().unwrap_or(&self.location)
    }
}
