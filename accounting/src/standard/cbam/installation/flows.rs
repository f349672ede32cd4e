//! Heat, waste gas, electricity and cogeneration.

use super::super::rules::Methodology;
use super::form::{Cogeneration, Electricity, Fuel, Generation, Heat, HeatOrigin, Process};
use super::formulas as rule;
use super::gases::published_figure;
use crate::decimal::Decimal;
use crate::derivation::{Derivation, Number, Operator, Rule};
use crate::error::Error;
use crate::report::Faults;
use crate::standard::bounds;
use std::collections::BTreeMap;

/// Factors of cogeneration units by name: heat (tCO2/TJ), electricity (tCO2/MWh).
pub(super) type Units<'a> = BTreeMap<&'a str, (Number, Number)>;

/// Fuels of a boiler, a power plant or a cogeneration unit.
struct Burner<'a> {
    fuels: &'a [Fuel],
    flue_gas_cleaning: Decimal,
    name: &'a str,
    evidence: &'a str,
    place: &'a str,
}

impl Burner<'_> {
    /// Energies (TJ), and emissions (tCO2) with those of flue gas cleaning.
    fn burn(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        rule: Rule,
    ) -> Result<(Vec<Number>, Vec<Number>), Error> {
        let (mut energies, mut emissions) = (Vec::new(), Vec::new());
        let place = self.place;
        for (position, fuel) in self.fuels.iter().enumerate() {
            let energy = derivation.input(
                "eu_energy",
                fuel.name.as_str(),
                fuel.energy,
                "TJ",
                format!("{place}.fuels[{position}].energy"),
                self.evidence,
            );
            let mut factor = derivation.input(
                "eu_emission_factor",
                fuel.name.as_str(),
                fuel.emission_factor,
                "tCO2/TJ",
                format!("{place}.fuels[{position}].emission_factor"),
                self.evidence,
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
                rule,
                "eu_stream_emissions",
                fuel.name.as_str(),
                "tCO2",
                &[energy, factor],
            )?);
        }
        emissions.push(derivation.input(
            "cbam_flue_gas_cleaning",
            self.name,
            self.flue_gas_cleaning,
            "tCO2",
            format!("{place}.flue_gas_cleaning"),
            self.evidence,
        ));
        Ok((energies, emissions))
    }
}

/// Notes what is wrong with fuels.
pub(super) fn check_fuels(faults: &mut Faults, place: &str, fuels: &[Fuel], cleaning: Decimal) {
    bounds::not_negative(faults, format!("{place}.flue_gas_cleaning"), cleaning);
    for (number, fuel) in fuels.iter().enumerate() {
        let place = format!("{place}.fuels[{number}]");
        bounds::positive(faults, format!("{place}.energy"), fuel.energy);
        bounds::not_negative(
            faults,
            format!("{place}.emission_factor"),
            fuel.emission_factor,
        );
    }
}

impl Generation {
    /// tCO2/MWh.
    fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        source: &Electricity,
        place: &str,
    ) -> Result<Number, Error> {
        let name = source.name.as_str();
        let burner = Burner {
            fuels: &self.fuels,
            flue_gas_cleaning: self.flue_gas_cleaning,
            name,
            evidence: &source.evidence,
            place,
        };
        let (_, emissions) = burner.burn(derivation, rules, rule::GENERATION)?;
        let total = derivation.sum(
            rule::GENERATION,
            "cbam_electricity_emissions",
            name,
            "tCO2",
            &emissions,
        )?;
        let electricity = derivation.input(
            "cbam_electricity_produced",
            name,
            self.electricity,
            "MWh",
            format!("{place}.electricity"),
            source.evidence.as_str(),
        );
        derivation.quotient(
            rule::GENERATION,
            "cbam_electricity_factor",
            name,
            "tCO2/MWh",
            &[total, electricity],
        )
    }
}

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
        let burner = Burner {
            fuels: &self.fuels,
            flue_gas_cleaning: self.flue_gas_cleaning,
            name,
            evidence,
            place,
        };
        let (energies, emissions) = burner.burn(derivation, rules, rule::CHP_EMISSIONS)?;
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
                let stated = if self.fuels.is_empty() {
                    derivation.input(
                        "cbam_heat_factor",
                        name,
                        value.unwrap_or_default(),
                        "tCO2/TJ",
                        format!("{place}.emission_factor"),
                        evidence,
                    )
                } else {
                    self.mix(derivation, rules, process, place)?
                };
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

    /// tCO2/TJ of the fuel mix.
    fn mix(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        process: &Process,
        place: &str,
    ) -> Result<Number, Error> {
        let name = process.name.as_str();
        let burner = Burner {
            fuels: &self.fuels,
            flue_gas_cleaning: self.flue_gas_cleaning,
            name,
            evidence: &process.evidence,
            place,
        };
        let (energies, emissions) = burner.burn(derivation, rules, rule::FUEL_MIX)?;
        let total = derivation.sum(
            rule::FUEL_MIX,
            "cbam_fuel_mix_emissions",
            name,
            "tCO2",
            &emissions,
        )?;
        let energy = derivation.sum(
            rule::FUEL_MIX,
            "cbam_fuel_mix_energy",
            name,
            "TJ",
            &energies,
        )?;
        derivation.quotient(
            rule::FUEL_MIX,
            "cbam_fuel_mix_factor",
            name,
            "tCO2/TJ",
            &[total, energy],
        )
    }
}

/// Amount (MWh, if stated) and factor (tCO2/MWh) of each source of electricity, by name.
pub(super) fn sources<'a>(
    list: &'a [Electricity],
    derivation: &mut Derivation,
    rules: &Methodology,
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
        let factor = match (&source.cogeneration, &source.generation) {
            (Some(unit), _) => {
                units
                    .get(unit.as_str())
                    .ok_or_else(|| Error::NameUnknown { text: unit.clone() })?
                    .1
            }
            (None, Some(generation)) => {
                let place = format!("{place}.generation");
                generation.calculate(derivation, rules, source, &place)?
            }
            (None, None) => derivation.input(
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
