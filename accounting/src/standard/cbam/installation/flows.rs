//! Heat, waste gas, electricity and cogeneration.

use super::super::rules::Methodology;
use super::form::{Cogeneration, Electricity, Heat, HeatOrigin, Process};
use super::formulas as rule;
use super::gases::published_figure;
use crate::decimal::Decimal;
use crate::derivation::{Derivation, Number, Operator};
use crate::error::Error;
use std::collections::BTreeMap;

/// Factors of cogeneration units by name: heat (tCO2/TJ), electricity (tCO2/MWh).
pub(super) type Units<'a> = BTreeMap<&'a str, (Number, Number)>;

impl Cogeneration {
    /// Factors of heat (tCO2/TJ) and of electricity (tCO2/MWh).
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        place: &str,
    ) -> Result<(Number, Number), Error> {
        let name = self.name.as_str();
        let evidence = self.evidence.as_str();
        let input = |derivation: &mut Derivation, label, field: String, value: Decimal, unit| {
            derivation.input(
                label,
                name,
                value,
                unit,
                format!("{place}.{field}"),
                evidence,
            )
        };
        let (mut energies, mut emissions) = (Vec::new(), Vec::new());
        for (position, fuel) in self.fuels.iter().enumerate() {
            let energy = derivation.input(
                "eu_energy",
                fuel.name.as_str(),
                fuel.energy,
                "TJ",
                format!("{place}.fuels[{position}].energy"),
                evidence,
            );
            let mut factor = derivation.input(
                "eu_emission_factor",
                fuel.name.as_str(),
                fuel.emission_factor,
                "tCO2/TJ",
                format!("{place}.fuels[{position}].emission_factor"),
                evidence,
            );
            if fuel.waste_gas {
                let gas = published_figure(
                    derivation,
                    "cbam_natural_gas_factor",
                    "",
                    rules.figure("natural_gas_factor")?,
                );
                factor = derivation.derive(
                    rule::WASTE_GAS_FACTOR,
                    Operator::Minimum,
                    "eu_emission_factor",
                    fuel.name.as_str(),
                    "tCO2/TJ",
                    &[factor, gas],
                )?;
            }
            energies.push(energy);
            emissions.push(derivation.product(
                rule::CHP_EMISSIONS,
                "eu_stream_emissions",
                fuel.name.as_str(),
                "tCO2",
                &[energy, factor],
            )?);
        }
        emissions.push(input(
            derivation,
            "cbam_flue_gas_cleaning",
            "flue_gas_cleaning".into(),
            self.flue_gas_cleaning,
            "tCO2",
        ));
        let total = derivation.sum(
            rule::CHP_EMISSIONS,
            "cbam_chp_emissions",
            name,
            "tCO2",
            &emissions,
        )?;
        let energy = derivation.sum(
            rule::CHP_EFFICIENCY,
            "cbam_chp_energy",
            name,
            "TJ",
            &energies,
        )?;
        let heat = input(derivation, "cbam_chp_heat", "heat".into(), self.heat, "TJ");
        let electricity = input(
            derivation,
            "cbam_chp_electricity",
            "electricity".into(),
            self.electricity,
            "MWh",
        );
        let (heat_efficiency, electric_efficiency) = if self.standard_efficiencies {
            (
                published_figure(
                    derivation,
                    "cbam_chp_heat_efficiency",
                    "",
                    rules.figure("cogeneration_heat_efficiency")?,
                ),
                published_figure(
                    derivation,
                    "cbam_chp_electric_efficiency",
                    "",
                    rules.figure("cogeneration_electricity_efficiency")?,
                ),
            )
        } else {
            let terajoules = derivation.constant(
                "eu_terajoules_per_megawatt_hour",
                Decimal::from_parts(36, 4),
                "TJ/MWh",
            );
            let work = derivation.product(
                rule::CHP_EFFICIENCY,
                "cbam_chp_electricity",
                name,
                "TJ",
                &[electricity, terajoules],
            )?;
            (
                derivation.quotient(
                    rule::CHP_EFFICIENCY,
                    "cbam_chp_heat_efficiency",
                    name,
                    "",
                    &[heat, energy],
                )?,
                derivation.quotient(
                    rule::CHP_EFFICIENCY,
                    "cbam_chp_electric_efficiency",
                    name,
                    "",
                    &[work, energy],
                )?,
            )
        };
        let reference_heat = input(
            derivation,
            "cbam_reference_heat_efficiency",
            "reference_heat".into(),
            self.reference_heat,
            "",
        );
        let reference_electricity = input(
            derivation,
            "cbam_reference_electric_efficiency",
            "reference_electricity".into(),
            self.reference_electricity,
            "",
        );
        let relative_heat = derivation.quotient(
            rule::CHP_SHARE,
            "cbam_chp_relative_efficiency",
            "heat",
            "",
            &[heat_efficiency, reference_heat],
        )?;
        let relative_electricity = derivation.quotient(
            rule::CHP_SHARE,
            "cbam_chp_relative_efficiency",
            "electricity",
            "",
            &[electric_efficiency, reference_electricity],
        )?;
        let both = derivation.sum(
            rule::CHP_SHARE,
            "cbam_chp_relative_efficiency",
            name,
            "",
            &[relative_heat, relative_electricity],
        )?;
        let mut factors = Vec::new();
        for (part, relative, output, rule, unit) in [
            ("heat", relative_heat, heat, rule::CHP_HEAT, "tCO2/TJ"),
            (
                "electricity",
                relative_electricity,
                electricity,
                rule::CHP_ELECTRICITY,
                "tCO2/MWh",
            ),
        ] {
            let share = derivation.quotient(
                rule::CHP_SHARE,
                "cbam_chp_share",
                part,
                "",
                &[relative, both],
            )?;
            let emissions =
                derivation.product(rule, "cbam_chp_emissions", part, "tCO2", &[total, share])?;
            factors.push(derivation.quotient(
                rule,
                "cbam_chp_factor",
                format!("{name}: {part}"),
                unit,
                &[emissions, output],
            )?);
        }
        Ok((factors[0], factors[1]))
    }
}

impl Heat {
    /// tCO2; `None` where the heat counts as zero.
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        units: &Units<'_>,
        process: &Process,
        place: &str,
    ) -> Result<Option<Number>, Error> {
        if matches!(
            self.origin,
            HeatOrigin::Exothermic | HeatOrigin::Electricity
        ) {
            return Ok(None);
        }
        let name = process.name.as_str();
        let evidence = process.evidence.as_str();
        let amount = derivation.input(
            "cbam_heat_amount",
            name,
            self.amount,
            "TJ",
            format!("{place}.amount"),
            evidence,
        );
        let factor = match (
            &self.cogeneration,
            &self.standard_fuel,
            self.emission_factor,
        ) {
            (Some(unit), ..) => {
                units
                    .get(unit.as_str())
                    .ok_or_else(|| Error::NameUnknown { text: unit.clone() })?
                    .0
            }
            (None, Some(fuel), _) => {
                let ((value, citation), _) = rules.fuel(fuel)?;
                let mix = derivation.parameter(
                    "eu_emission_factor",
                    fuel.as_str(),
                    value,
                    "tCO2/TJ",
                    citation,
                );
                let efficiency = published_figure(
                    derivation,
                    "cbam_heat_efficiency",
                    "",
                    rules.figure("standard_boiler_efficiency")?,
                );
                derivation.quotient(
                    rule::HEAT_FACTOR,
                    "cbam_heat_factor",
                    name,
                    "tCO2/TJ",
                    &[mix, efficiency],
                )?
            }
            (None, None, value) => {
                let stated = derivation.input(
                    "cbam_heat_factor",
                    name,
                    value.unwrap_or_default(),
                    "tCO2/TJ",
                    format!("{place}.emission_factor"),
                    evidence,
                );
                match self.efficiency {
                    Some(efficiency) => {
                        let efficiency = derivation.input(
                            "cbam_heat_efficiency",
                            name,
                            efficiency,
                            "",
                            format!("{place}.efficiency"),
                            evidence,
                        );
                        derivation.quotient(
                            rule::HEAT_FACTOR,
                            "cbam_heat_factor",
                            name,
                            "tCO2/TJ",
                            &[stated, efficiency],
                        )?
                    }
                    None => stated,
                }
            }
        };
        derivation
            .product(rule::HEAT, "cbam_heat", name, "tCO2", &[amount, factor])
            .map(Some)
    }
}

/// Amount (MWh, if stated) and factor (tCO2/MWh) of each source of electricity, by name.
pub(super) fn sources<'a>(
    list: &'a [Electricity],
    derivation: &mut Derivation,
    units: &Units<'_>,
) -> Result<BTreeMap<&'a str, (Option<Number>, Number)>, Error> {
    let mut found = BTreeMap::new();
    for (position, source) in list.iter().enumerate() {
        let place = format!("electricity[{position}]");
        let amount = source.amount.map(|amount| {
            derivation.input(
                "cbam_electricity_amount",
                source.name.as_str(),
                amount,
                "MWh",
                format!("{place}.amount"),
                source.evidence.as_str(),
            )
        });
        let factor = match &source.cogeneration {
            Some(unit) => {
                units
                    .get(unit.as_str())
                    .ok_or_else(|| Error::NameUnknown { text: unit.clone() })?
                    .1
            }
            None => derivation.input(
                "cbam_electricity_factor",
                source.name.as_str(),
                source.emission_factor.unwrap_or_default(),
                "tCO2/MWh",
                format!("{place}.emission_factor"),
                source.evidence.as_str(),
            ),
        };
        found.insert(source.name.as_str(), (amount, factor));
    }
    Ok(found)
}

/// The factor of the electricity of a process: of its one source, or the weighted average.
pub(super) fn mix(
    process: &Process,
    sources: &BTreeMap<&str, (Option<Number>, Number)>,
    derivation: &mut Derivation,
) -> Result<Number, Error> {
    let chosen: Vec<(Option<Number>, Number)> = sources
        .iter()
        .filter(|(name, _)| {
            process.electricity_sources.is_empty()
                || process
                    .electricity_sources
                    .iter()
                    .any(|wanted| wanted == *name)
        })
        .map(|(_, source)| *source)
        .collect();
    if let [(_, factor)] = chosen[..] {
        return Ok(factor);
    }
    let name = process.name.as_str();
    let (mut amounts, mut emissions) = (Vec::new(), Vec::new());
    for (amount, factor) in chosen {
        let amount = amount.ok_or_else(|| Error::FieldsMissing {
            fields: "electricity.amount".into(),
        })?;
        amounts.push(amount);
        emissions.push(derivation.product(
            rule::ELECTRICITY,
            "cbam_electricity_emissions",
            name,
            "tCO2",
            &[amount, factor],
        )?);
    }
    let total = derivation.sum(
        rule::ELECTRICITY_MIX,
        "cbam_electricity_emissions",
        name,
        "tCO2",
        &emissions,
    )?;
    let amount = derivation.sum(
        rule::ELECTRICITY_MIX,
        "cbam_electricity_amount",
        name,
        "MWh",
        &amounts,
    )?;
    derivation.quotient(
        rule::ELECTRICITY_MIX,
        "cbam_electricity_factor",
        name,
        "tCO2/MWh",
        &[total, amount],
    )
}
