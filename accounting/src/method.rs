//! Calculation methods: which applies to a row, and one module for each.

mod electricity;
mod emission_factor;
mod fuel;
mod refrigerant;
mod transport;

use crate::activity::{Activity, ParameterKind};
use crate::calculation::{Calculation, Component, Emissions, FactorUse, Role};
use crate::catalogue::{Catalogue, Query, Rates, Reference, Selected};
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use crate::factor::{Treatment, Values};
use crate::flag::{Flag, Flags};
use crate::gas::Substance;
use crate::profile::Profile;
use crate::scope::Category;
use crate::trace::{Recorder, Step, Subject, Trace, Untraced};
use smallvec::SmallVec;

/// How a row was calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Activity × emission factor.
    EmissionFactor,
    /// Activity × carbon × oxidation × 44/12.
    Fuel,
    /// Electricity, location- and market-based.
    Electricity,
    /// Steam, heat and cooling.
    Heat,
    /// Mass released × GWP.
    Refrigerant,
    /// Freight.
    Transport,
    /// Business travel and commuting.
    Travel,
}

/// Every method.
pub const METHODS: [Method; 7] = [
    Method::EmissionFactor,
    Method::Fuel,
    Method::Electricity,
    Method::Heat,
    Method::Refrigerant,
    Method::Transport,
    Method::Travel,
];

impl Method {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::EmissionFactor => "emission_factor",
            Self::Fuel => "fuel_parameters",
            Self::Electricity => "purchased_electricity",
            Self::Heat => "purchased_heat",
            Self::Refrigerant => "refrigerant_loss",
            Self::Transport => "transport",
            Self::Travel => "travel",
        }
    }

    /// The method with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        METHODS.into_iter().find(|method| method.code() == code)
    }
}

/// Calculates a row.
///
/// # Errors
/// See [`Error`]; nothing is guessed and nothing partial is returned.
pub fn calculate(
    activity: &Activity,
    catalogue: &Catalogue,
    profile: &Profile,
) -> Result<Calculation, Error> {
    run(&mut Row::new(activity, catalogue, profile, &mut Untraced)?)
}

/// Calculates a row and tells how: the same result as [`calculate`], with its trace.
///
/// # Errors
/// As [`calculate`].
pub fn explain(
    activity: &Activity,
    catalogue: &Catalogue,
    profile: &Profile,
) -> Result<(Calculation, Trace), Error> {
    let mut trace = Trace::default();
    let calculation = run(&mut Row::new(activity, catalogue, profile, &mut trace)?)?;
    Ok((calculation, trace))
}

/// A row under calculation.
struct Row<'a, R> {
    activity: &'a Activity,
    catalogue: &'a Catalogue,
    profile: &'a Profile,
    reference: Option<Reference>,
    recorder: &'a mut R,
    amount: Exact,
    flags: Flags,
    factors: SmallVec<[FactorUse; 2]>,
    biogenic: Exact,
    non_kyoto: Exact,
}

impl<'a, R: Recorder> Row<'a, R> {
    fn new(
        activity: &'a Activity,
        catalogue: &'a Catalogue,
        profile: &'a Profile,
        recorder: &'a mut R,
    ) -> Result<Self, Error> {
        let amount = activity.quantity.amount;
        if amount.is_negative() {
            return Err(Error::NegativeAmount {
                amount: amount.to_string(),
            });
        }
        if let Some(scope) = activity.scope
            && scope != activity.category.scope()
        {
            return Err(Error::ScopeContradictsCategory {
                scope,
                category: activity.category,
            });
        }
        for (position, parameter) in activity.parameters.iter().enumerate() {
            if activity.parameters[..position]
                .iter()
                .any(|other| other.kind == parameter.kind)
            {
                return Err(Error::ParameterTwice {
                    parameter: parameter.kind.code().to_owned(),
                });
            }
        }
        let reference = catalogue.reference(&activity.factor_source)?;
        Ok(Self {
            activity,
            catalogue,
            profile,
            reference,
            recorder,
            amount: amount.into(),
            flags: Flags::NONE,
            factors: SmallVec::new(),
            biogenic: Exact::ZERO,
            non_kyoto: Exact::ZERO,
        })
    }

    /// A query with what the row says.
    fn query<'q>(&'q self, treatments: &'q [Treatment]) -> Query<'q> {
        Query {
            activity: &self.activity.activity,
            category: self.activity.category,
            region: self.activity.region,
            unit: self.activity.quantity.unit,
            period: self.activity.period,
            treatments,
            reference: self.reference.as_ref(),
            equals: self.activity.parameter(ParameterKind::EmissionFactor),
            fuel: None,
        }
    }

    /// Notes that a factor is used.
    fn adopt(&mut self, role: Role, selected: &Selected) -> Result<(), Error> {
        let (_, factor) = self.catalogue.factor(selected.factor);
        if let Some(wanted) = self
            .reference
            .as_ref()
            .and_then(|reference| reference.biogenic_id.as_ref())
            && role != Role::Market
            && *wanted != factor.biogenic_id
        {
            return Err(self.contradicts(self.catalogue.label(selected.factor), "biogenic"));
        }
        self.flags.extend(selected.flags);
        self.flags
            .extend(self.catalogue.prepared(selected.factor).flags);
        self.factors.push(FactorUse {
            role,
            factor: selected.factor,
        });
        let (factor, reason) = (selected.factor, selected.reason);
        self.recorder.record(|| Step::Factor {
            role,
            factor,
            reason,
        });
        Ok(())
    }

    fn contradicts(&self, factor: String, reason: &str) -> Error {
        let reference = self
            .reference
            .as_ref()
            .map(|reference| reference.text.clone())
            .unwrap_or_default();
        Error::ReferenceContradicts {
            reference,
            factor,
            reason: reason.to_owned(),
        }
    }

    /// A row of this category has no use for fuel parameters.
    fn refuse_fuel_parameters(&self) -> Result<(), Error> {
        match self
            .activity
            .parameters
            .iter()
            .find(|parameter| parameter.kind != ParameterKind::EmissionFactor)
        {
            Some(parameter) => Err(Error::ParameterNotUsed {
                parameter: parameter.kind.code().to_owned(),
                category: self.activity.category,
            }),
            None => Ok(()),
        }
    }

    /// Rounds a row's result as the profile says, in tonnes.
    fn round_result(&mut self, emissions: &mut Emissions, role: Role) -> Result<(), Error> {
        let Some(places) = self.profile.rounding.result_places else {
            return Ok(());
        };
        let thousand = Exact::from_integer(1_000);
        let before = emissions.co2e_kg.div(&thousand)?;
        let after = before.round(places, Rounding::HalfUp)?;
        if after != before {
            self.flags.insert(Flag::Rounded);
        }
        emissions.replace_total(after.mul(&thousand)?)?;
        let profile = self.profile.rounding.code;
        self.recorder.record(|| Step::Round {
            subject: Subject::Total(role),
            profile,
            places,
            rounding: Rounding::HalfUp,
            before,
            after,
            unit: "t",
        });
        Ok(())
    }

    fn finish(
        &mut self,
        method: Method,
        mut location: Emissions,
        mut market: Option<Emissions>,
    ) -> Result<Calculation, Error> {
        self.round_result(&mut location, Role::Location)?;
        if let Some(market) = &mut market {
            self.round_result(market, Role::Market)?;
        }
        if !self.non_kyoto.is_zero() {
            self.flags.insert(Flag::OutsideKyoto);
        }
        for flag in self.flags.iter() {
            self.recorder.record(|| Step::Flagged { flag });
        }
        Ok(Calculation {
            scope: self.activity.category.scope(),
            category: self.activity.category,
            method,
            gwp_set: self.profile.gwp_set,
            location,
            market,
            biogenic_co2_kg: std::mem::take(&mut self.biogenic),
            non_kyoto_co2e_kg: std::mem::take(&mut self.non_kyoto),
            factors: std::mem::take(&mut self.factors),
            flags: self.flags,
        })
    }
}

/// Chooses the method of a row and runs it.
fn run<R: Recorder>(row: &mut Row<'_, R>) -> Result<Calculation, Error> {
    let quantity = row.activity.quantity;
    row.recorder.record(|| Step::Input { quantity });
    match row.activity.category {
        Category::PurchasedElectricity => {
            row.refuse_fuel_parameters()?;
            electricity::calculate(row)
        }
        Category::PurchasedHeat => {
            row.refuse_fuel_parameters()?;
            emission_factor::calculate(row, Method::Heat)
        }
        Category::StationaryCombustion | Category::MobileCombustion | Category::Process => {
            combustion(row)
        }
        Category::Fugitive => {
            row.refuse_fuel_parameters()?;
            refrigerant::calculate(row)
        }
        Category::UpstreamTransport | Category::DownstreamTransport => {
            row.refuse_fuel_parameters()?;
            transport::calculate(row, Method::Transport)
        }
        Category::BusinessTravel | Category::EmployeeCommuting => {
            row.refuse_fuel_parameters()?;
            transport::calculate(row, Method::Travel)
        }
        _ => {
            row.refuse_fuel_parameters()?;
            emission_factor::calculate(row, Method::EmissionFactor)
        }
    }
}

/// A fuel goes by its parameters if the row or the only fitting factor has them, else by an emission factor.
fn combustion<R: Recorder>(row: &mut Row<'_, R>) -> Result<Calculation, Error> {
    let by_parameters = row
        .activity
        .parameters
        .iter()
        .any(|parameter| parameter.kind != ParameterKind::EmissionFactor);
    if by_parameters {
        if row
            .activity
            .parameter(ParameterKind::EmissionFactor)
            .is_some()
        {
            return Err(Error::ParameterNotUsed {
                parameter: ParameterKind::EmissionFactor.code().to_owned(),
                category: row.activity.category,
            });
        }
        return fuel::calculate(row, None);
    }
    if row.activity.category == Category::Process
        && row.catalogue.named(&row.activity.activity).is_empty()
        && Substance::from_name(&row.activity.activity).is_some()
    {
        return refrigerant::calculate(row);
    }
    let selected = row.catalogue.select(&row.query(&[Treatment::Any]))?;
    match row.catalogue.factor(selected.factor).1.values {
        Values::Fuel { .. } => fuel::calculate(row, Some(selected)),
        _ => emission_factor::calculate_with(row, Method::EmissionFactor, &selected),
    }
}
