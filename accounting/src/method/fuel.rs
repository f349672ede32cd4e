//! Fuel combustion by carbon: E = AD × C × OF × 44/12, with C measured or NCV × CC
//! (MEE guideline for power generation 2022, equations of chapter 5; GB/T 32151 series).

use super::{
    Component, Emissions, Error, Exact, Flag, Method, Rates, Recorder, Role, Row, Selected, Step,
    Subject,
};
use crate::activity::{Obtained, ParameterKind};
use crate::calculation::{Calculation, GasAmount};
use crate::catalogue::FactorIndex;
use crate::decimal::Decimal;
use crate::exact::Rounding;
use crate::factor::{FuelType, Treatment};
use crate::gas::Gas;
use crate::trace::Operand;
use crate::unit::{Basis, Kind, Unit};

const CLAUSE: &str =
    "企业温室气体排放核算与报告指南 发电设施（环办气候函〔2022〕485号）; GB/T 32151";

/// A parameter ready for the formula.
struct Term {
    value: Exact,
    /// Unit that it is per; `None` for per cent and per GJ.
    per: Option<Unit>,
}

/// Calculates a fuel row. `selected` is the factor found if the row itself gives no parameter.
pub(super) fn calculate<R: Recorder>(
    row: &mut Row<'_, R>,
    selected: Option<Selected>,
) -> Result<Calculation, Error> {
    let given = |kind| row.activity.parameter(kind).is_some();
    let by_heat_amount = row.activity.quantity.unit.kind() == Kind::Energy(Basis::Net);
    // With every term in the row the catalogue is only asked for the fuel's type.
    let carbon_given = given(ParameterKind::CarbonContent)
        || (given(ParameterKind::CarbonPerHeat)
            && (by_heat_amount || given(ParameterKind::NetCalorificValue)));
    let complete = carbon_given && given(ParameterKind::OxidationRate);
    let named_factor = row
        .reference
        .as_ref()
        .is_some_and(|reference| reference.set.is_some());
    let defaults = match selected {
        Some(selected) => Some(selected),
        None if complete && !named_factor => None,
        None => Some(select(row)?),
    };
    let fuel_type = match &defaults {
        Some(selected) => row.catalogue.factor(selected.factor).1.fuel_type,
        None => fuel_type_of(row),
    };
    if let Some(selected) = &defaults {
        row.adopt(Role::Parameters, selected)?;
    }
    let source = defaults.map(|selected| selected.factor);

    let (carbon, per, symbols) = carbon(row, source, by_heat_amount, carbon_given)?;
    let oxidation = term(row, source, ParameterKind::OxidationRate)?;
    let carbon = round_carbon(row, carbon, fuel_type)?;

    let unit = row.activity.quantity.unit;
    let amount = if unit == per {
        row.amount.clone()
    } else {
        let ratio = unit.ratio_to(per)?;
        let to = row.amount.mul(&ratio)?;
        let from = &row.amount;
        row.recorder.record(|| Step::Convert {
            from: from.clone(),
            from_unit: unit,
            ratio,
            to: to.clone(),
            to_unit: per,
        });
        to
    };
    row.recorder.record(|| Step::Formula {
        code: symbols.0,
        text: symbols.1,
        clause: CLAUSE,
    });
    let rate = oxidation.value.mul(&Decimal::from_parts(1, 2).into())?;
    let tonnes = amount
        .mul(&carbon)?
        .mul(&rate)?
        .mul(&Exact::carbon_to_co2())?;
    let kilograms = tonnes.mul(&Exact::from_integer(1_000))?;
    row.recorder.record(|| Step::Multiply {
        subject: Subject::Mass(Gas::Co2),
        operands: vec![
            Operand::new(amount.clone(), per.symbol()),
            Operand::new(carbon.clone(), format!("tC/{per}")),
            Operand::new(oxidation.value.clone(), "%"),
            Operand::new(Exact::carbon_to_co2(), ""),
            Operand::new(Exact::from_integer(1_000), "kg/t"),
        ],
        result: kilograms.clone(),
        unit: "kg".to_owned(),
    });
    let mut emissions = Emissions::default();
    if fuel_type == Some(FuelType::Biomass) {
        // CO2 of biomass is reported apart (GHG Protocol Corporate Standard, ch. 4 and 9).
        row.biogenic = row.biogenic.add(&kilograms)?;
    } else {
        emissions.push(GasAmount {
            component: Component::Gas(Gas::Co2),
            mass_kg: Some(kilograms.clone()),
            co2e_kg: kilograms,
        })?;
    }
    super::emission_factor::record_sum(row, &emissions, Role::Location);
    row.finish(Method::Fuel, emissions, None)
}

fn select<R: Recorder>(row: &Row<'_, R>) -> Result<Selected, Error> {
    let mut query = row.query(&[Treatment::Any]);
    query.fuel = Some(true);
    // Parameters may be per tonne where the row's amount is heat; then the factor's unit is the parameter's.
    if let Some(per) = row.activity.parameters.iter().find_map(|parameter| {
        parameter.per.filter(|_| {
            matches!(
                parameter.kind,
                ParameterKind::CarbonContent | ParameterKind::NetCalorificValue
            )
        })
    }) {
        query.unit = per;
    }
    row.catalogue.select(&query)
}

/// The type on which all factors of that name agree.
fn fuel_type_of<R>(row: &Row<'_, R>) -> Option<FuelType> {
    let mut types = row
        .catalogue
        .named(&row.activity.activity)
        .iter()
        .filter_map(|index| row.catalogue.factor(*index).1.fuel_type);
    let first = types.next()?;
    types.all(|other| other == first).then_some(first)
}

/// Carbon per unit of amount in tC, the unit that it is per, and the formula in symbols.
fn carbon<R: Recorder>(
    row: &mut Row<'_, R>,
    source: Option<FactorIndex>,
    by_heat_amount: bool,
    carbon_given: bool,
) -> Result<(Exact, Unit, (&'static str, &'static str)), Error> {
    let measured = row
        .activity
        .parameter(ParameterKind::CarbonContent)
        .is_some();
    let heat_given = row
        .activity
        .parameter(ParameterKind::CarbonPerHeat)
        .is_some()
        || row
            .activity
            .parameter(ParameterKind::NetCalorificValue)
            .is_some();
    let published = source.is_some_and(|source| {
        matches!(
            row.catalogue.prepared(source).rates,
            Rates::Fuel {
                carbon_content: Some(_),
                ..
            }
        )
    });
    if measured || (published && !heat_given && !carbon_given) {
        let carbon = term(row, source, ParameterKind::CarbonContent)?;
        let per = carbon.per.ok_or(Error::Overflow)?;
        return Ok((
            carbon.value,
            per,
            ("fuel_carbon", "E = AD × C × OF × 44/12"),
        ));
    }
    if by_heat_amount {
        let carbon = term(row, source, ParameterKind::CarbonPerHeat)?;
        let per = carbon.per.ok_or(Error::Overflow)?;
        return Ok((carbon.value, per, ("fuel_heat", "E = AD × CC × OF × 44/12")));
    }
    let ncv = term(row, source, ParameterKind::NetCalorificValue)?;
    let per_heat = term(row, source, ParameterKind::CarbonPerHeat)?;
    let per = ncv.per.ok_or(Error::Overflow)?;
    let carbon = ncv.value.mul(&per_heat.value)?;
    row.recorder.record(|| Step::Multiply {
        subject: Subject::CarbonContent,
        operands: vec![
            Operand::new(ncv.value.clone(), format!("GJ/{per}")),
            Operand::new(per_heat.value.clone(), "tC/GJ"),
        ],
        result: carbon.clone(),
        unit: format!("tC/{per}"),
    });
    Ok((carbon, per, ("fuel_ncv", "E = AD × NCV × CC × OF × 44/12")))
}

/// A parameter of the row, else the default of the factor, in GJ and tC.
fn term<R: Recorder>(
    row: &mut Row<'_, R>,
    source: Option<FactorIndex>,
    kind: ParameterKind,
) -> Result<Term, Error> {
    let tonne = Unit::parse("t")?;
    let gigajoule = Unit::parse("GJ{net}")?;
    let (value, numerator, per, unit, obtained, default_of) = match row.activity.parameter(kind) {
        Some(given) => (
            given.value,
            given.numerator,
            given.per,
            given.unit(),
            given.obtained,
            None,
        ),
        None => {
            let missing = || Error::ParameterMissing {
                parameter: kind.code().to_owned(),
                activity: row.activity.activity.clone(),
            };
            let source = source.ok_or_else(missing)?;
            let per = row.catalogue.factor(source).1.unit;
            let Rates::Fuel {
                ncv,
                carbon_per_heat,
                carbon_content,
                oxidation,
            } = row.catalogue.prepared(source).rates
            else {
                return Err(missing());
            };
            let (value, numerator, per, unit) = match kind {
                ParameterKind::NetCalorificValue => {
                    (ncv, Some(gigajoule), Some(per), format!("GJ/{per}"))
                }
                ParameterKind::CarbonPerHeat => (
                    carbon_per_heat,
                    Some(tonne),
                    Some(gigajoule),
                    "tC/GJ".to_owned(),
                ),
                ParameterKind::CarbonContent => {
                    (carbon_content, Some(tonne), Some(per), format!("tC/{per}"))
                }
                ParameterKind::OxidationRate => (oxidation, None, None, "%".to_owned()),
                ParameterKind::EmissionFactor => (None, None, None, String::new()),
            };
            (
                value.ok_or_else(missing)?,
                numerator,
                per,
                unit,
                Obtained::Default,
                Some(source),
            )
        }
    };
    if obtained == Obtained::Default {
        row.flags.insert(Flag::DefaultParameter);
    }
    row.recorder.record(|| Step::Parameter {
        symbol: kind.symbol(),
        kind: kind.code(),
        value,
        unit,
        obtained,
        default_of,
    });
    let mut exact = Exact::from(value);
    let base = if kind == ParameterKind::NetCalorificValue {
        gigajoule
    } else {
        tonne
    };
    if let Some(numerator) = numerator {
        exact = numerator.convert(&exact, base)?;
    }
    let per = match (kind, per) {
        (ParameterKind::CarbonPerHeat, Some(per)) => {
            exact = exact.div(&per.ratio_to(gigajoule)?)?;
            Some(gigajoule)
        }
        (_, per) => per,
    };
    Ok(Term { value: exact, per })
}

/// Rounds coal's elemental carbon content as the profile says.
fn round_carbon<R: Recorder>(
    row: &mut Row<'_, R>,
    carbon: Exact,
    fuel_type: Option<FuelType>,
) -> Result<Exact, Error> {
    let Some(places) = row.profile.rounding.elemental_carbon_places else {
        return Ok(carbon);
    };
    let rounded = carbon.round(places, Rounding::HalfUp)?;
    let coal = match fuel_type {
        Some(fuel_type) => fuel_type == FuelType::Coal,
        // Rounding that changes nothing needs no type.
        None if rounded == carbon => false,
        None => {
            return Err(Error::FuelTypeUnknown {
                activity: row.activity.activity.clone(),
            });
        }
    };
    if !coal {
        return Ok(carbon);
    }
    if rounded != carbon {
        row.flags.insert(Flag::Rounded);
    }
    let profile = row.profile.rounding.code;
    row.recorder.record(|| Step::Round {
        subject: Subject::CarbonContent,
        profile,
        places,
        rounding: Rounding::HalfUp,
        before: carbon,
        after: rounded.clone(),
        unit: "tC/t",
    });
    Ok(rounded)
}
