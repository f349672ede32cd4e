//! Perfluorocarbons and measured emissions.

use super::super::rules::Methodology;
use super::form::{Gap, Measured, MeasuredGas, Pfc, PfcMethod};
use super::formulas as rule;
use crate::decimal::Decimal;
use crate::derivation::{Citation, Derivation, Number, Stated};
use crate::error::Error;
use crate::exact::Rounding;
use crate::report::Faults;
use crate::standard::bounds;

impl Pfc {
    pub(super) fn check(&self, faults: &mut Faults, place: &str, rules: &Methodology) {
        bounds::not_negative(faults, format!("{place}.production"), self.production);
        bounds::positive(
            faults,
            format!("{place}.collection_efficiency"),
            self.collection_efficiency,
        );
        bounds::share(
            faults,
            format!("{place}.collection_efficiency"),
            self.collection_efficiency,
        );
        for (field, value) in [
            ("frequency", self.frequency),
            ("duration", self.duration),
            ("factor", self.factor),
            ("weight_fraction", self.weight_fraction),
            ("overvoltage", self.overvoltage),
        ] {
            if let Some(value) = value {
                bounds::not_negative(faults, format!("{place}.{field}"), value);
            }
        }
        if let Some(value) = self.current_efficiency {
            bounds::positive(faults, format!("{place}.current_efficiency"), value);
        }
        let (needed, fields) = match self.method {
            PfcMethod::Slope => (
                self.frequency.is_some() && self.duration.is_some(),
                "frequency, duration",
            ),
            PfcMethod::Overvoltage => (
                self.overvoltage.is_some() && self.current_efficiency.is_some(),
                "overvoltage, current_efficiency",
            ),
        };
        if !needed {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: fields.into(),
                },
            );
        }
        if self.factor.is_none() || self.weight_fraction.is_none() {
            let known = rules.technology(self.method == PfcMethod::Slope, &self.technology);
            faults.keep(format!("{place}.technology"), known);
        }
    }

    /// tCO2e.
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        place: &str,
    ) -> Result<Number, Error> {
        let name = self.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &self.evidence,
        };
        let slope = self.method == PfcMethod::Slope;
        let published = rules.technology(slope, &self.technology).ok();
        let factor_unit = if slope {
            "kg CF4/t/(min/cell-day)"
        } else {
            "kg CF4/t/mV"
        };
        let factor = match (self.factor, &published) {
            (None, Some(((value, citation), _))) => derivation.parameter(
                "cbam_pfc_factor",
                self.technology.as_str(),
                *value,
                factor_unit,
                citation.clone(),
            ),
            (value, _) => stated.input(derivation, "cbam_pfc_factor", "factor", value, factor_unit),
        };
        let fraction = match (self.weight_fraction, &published) {
            (None, Some((_, (value, citation)))) => derivation.parameter(
                "cbam_pfc_weight_fraction",
                self.technology.as_str(),
                *value,
                "t C2F6/t CF4",
                citation.clone(),
            ),
            (value, _) => stated.input(
                derivation,
                "cbam_pfc_weight_fraction",
                "weight_fraction",
                value,
                "t C2F6/t CF4",
            ),
        };
        let production = stated.input(
            derivation,
            "cbam_primary_aluminium",
            "production",
            Some(self.production),
            "t",
        );
        let thousand = derivation.constant("cbam_kilograms_per_tonne", 1000_u32, "kg/t");
        let kilograms = if slope {
            let frequency = stated.input(
                derivation,
                "cbam_anode_effect_frequency",
                "frequency",
                self.frequency,
                "/cell-day",
            );
            let duration = stated.input(
                derivation,
                "cbam_anode_effect_duration",
                "duration",
                self.duration,
                "min",
            );
            let minutes = derivation.product(
                rule::ANODE_EFFECT,
                "cbam_anode_effect_minutes",
                name,
                "min/cell-day",
                &[frequency, duration],
            )?;
            derivation.product(
                rule::SLOPE,
                "cbam_cf4_duct",
                name,
                "kg",
                &[minutes, factor, production],
            )?
        } else {
            let overvoltage = stated.input(
                derivation,
                "cbam_anode_effect_overvoltage",
                "overvoltage",
                self.overvoltage,
                "mV",
            );
            let efficiency = stated.input(
                derivation,
                "cbam_current_efficiency",
                "current_efficiency",
                self.current_efficiency,
                "%",
            );
            let relative = derivation.quotient(
                rule::OVERVOLTAGE,
                "cbam_relative_overvoltage",
                name,
                "mV/%",
                &[overvoltage, efficiency],
            )?;
            derivation.product(
                rule::OVERVOLTAGE,
                "cbam_cf4_duct",
                name,
                "kg",
                &[factor, relative, production],
            )?
        };
        let used = if slope {
            rule::SLOPE
        } else {
            rule::OVERVOLTAGE
        };
        let cf4 = derivation.quotient(used, "cbam_cf4", name, "t", &[kilograms, thousand])?;
        let c2f6 = derivation.product(
            rule::HEXAFLUOROETHANE,
            "cbam_c2f6",
            name,
            "t",
            &[cf4, fraction],
        )?;
        let gwp_cf4 = published_figure(derivation, "cbam_gwp", "CF4", rules.figure("gwp_cf4")?);
        let gwp_c2f6 = published_figure(derivation, "cbam_gwp", "C2F6", rules.figure("gwp_c2f6")?);
        let first = derivation.product(
            rule::PFC_EQUIVALENT,
            "cbam_cf4_equivalent",
            name,
            "tCO2e",
            &[cf4, gwp_cf4],
        )?;
        let second = derivation.product(
            rule::PFC_EQUIVALENT,
            "cbam_c2f6_equivalent",
            name,
            "tCO2e",
            &[c2f6, gwp_c2f6],
        )?;
        let duct = derivation.sum(
            rule::PFC_EQUIVALENT,
            "cbam_pfc_duct",
            name,
            "tCO2e",
            &[first, second],
        )?;
        let collected = stated.input(
            derivation,
            "cbam_collection_efficiency",
            "collection_efficiency",
            Some(self.collection_efficiency),
            "",
        );
        derivation.quotient(
            rule::PFC_TOTAL,
            "cbam_pfc",
            name,
            "tCO2e",
            &[duct, collected],
        )
    }
}

/// Adds a figure of the rule table.
pub(super) fn published_figure(
    derivation: &mut Derivation,
    label: &'static str,
    subject: &str,
    (value, citation): (Decimal, Citation),
) -> Number {
    let unit = match label {
        "cbam_gwp" => "tCO2e/t",
        "cbam_natural_gas_factor" => "tCO2/TJ",
        "cbam_clinker_factor" | "cbam_dust_factor" => "tCO2/t",
        _ => "",
    };
    derivation.parameter(label, subject, value, unit, citation)
}

impl Measured {
    pub(super) fn check(&self, faults: &mut Faults, place: &str, rules: &Methodology) {
        for (field, value) in [
            ("amount", self.amount),
            ("concentration", self.concentration),
            ("hours", self.hours),
            ("flow", self.flow),
            ("air_flow", self.air_flow),
            ("oxygen", self.oxygen),
        ] {
            if let Some(value) = value {
                bounds::not_negative(faults, format!("{place}.{field}"), value);
            }
        }
        if let Some(value) = self.oxygen.filter(|value| *value >= Decimal::ONE) {
            faults.add(
                format!("{place}.oxygen"),
                Error::ShareOutside {
                    text: value.to_string(),
                },
            );
        }
        let limit = rules.figure("data_points").map(|(value, _)| value);
        for (number, gap) in self.gaps.iter().enumerate() {
            let place = format!("{place}.gaps[{number}]");
            for (field, value) in [
                ("hours", gap.hours),
                ("mean", gap.mean),
                ("deviation", gap.deviation),
                ("flow", gap.flow),
            ] {
                bounds::not_negative(faults, format!("{place}.{field}"), value);
            }
            bounds::share(faults, format!("{place}.recorded"), gap.recorded);
            // With enough data points the hourly average stands, and nothing is substituted.
            if limit.as_ref().is_ok_and(|limit| gap.recorded >= *limit) {
                faults.add(
                    place,
                    Error::PartNotUsed {
                        what: "gaps".into(),
                    },
                );
            }
        }
        if let Some(value) = self.biomass_fraction {
            bounds::share(faults, format!("{place}.biomass_fraction"), value);
        }
        let flow = self.flow.or(self.air_flow);
        let parts = [self.concentration, self.hours, flow];
        let measured = parts.iter().any(Option::is_some) || !self.gaps.is_empty();
        if self.amount.is_some() && measured {
            faults.add(
                place,
                Error::FieldsExclude {
                    fields: "amount, concentration".into(),
                },
            );
        } else if self.amount.is_none() && parts.iter().any(Option::is_none) {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "concentration, hours, flow".into(),
                },
            );
        }
        if self.flow.is_some() && self.air_flow.is_some() {
            faults.add(
                place,
                Error::FieldsExclude {
                    fields: "flow, air_flow".into(),
                },
            );
        }
        if self.air_flow.is_some() != self.oxygen.is_some() {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "air_flow, oxygen".into(),
                },
            );
        }
    }

    /// tCO2e.
    pub(super) fn calculate(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        place: &str,
    ) -> Result<Number, Error> {
        let name = self.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &self.evidence,
        };
        let gas = match self.gas {
            MeasuredGas::CarbonDioxide => "tCO2",
            MeasuredGas::NitrousOxide => "tN2O",
        };
        let tonnes = if self.amount.is_some() {
            stated.input(derivation, "cbam_measured", "amount", self.amount, gas)
        } else {
            let concentration = stated.input(
                derivation,
                "cbam_concentration",
                "concentration",
                self.concentration,
                "g/Nm3",
            );
            let hours = stated.input(derivation, "cbam_hours", "hours", self.hours, "h");
            let flow = match (self.air_flow, self.oxygen) {
                (Some(_), Some(_)) => self.flue_gas(derivation, rules, place)?,
                _ => stated.input(derivation, "cbam_flow", "flow", self.flow, "1000 Nm3/h"),
            };
            let mut kilograms = derivation.product(
                rule::MEASURED,
                "cbam_measured",
                name,
                "kg",
                &[concentration, hours, flow],
            )?;
            if !self.gaps.is_empty() {
                let mut all = vec![kilograms];
                for (number, gap) in self.gaps.iter().enumerate() {
                    let place = format!("{place}.gaps[{number}]");
                    all.push(gap.calculate(derivation, self, &place)?);
                }
                kilograms = derivation.sum(rule::MEASURED, "cbam_measured", name, "kg", &all)?;
            }
            let thousand = derivation.constant("cbam_kilograms_per_tonne", 1000_u32, "kg/t");
            derivation.quotient(
                rule::MEASURED,
                "cbam_measured",
                name,
                gas,
                &[kilograms, thousand],
            )?
        };
        let tonnes = match self.biomass_fraction {
            Some(value) => {
                let biomass = stated.input(
                    derivation,
                    "eu_biomass_fraction",
                    "biomass_fraction",
                    Some(value),
                    "",
                );
                let one = derivation.constant("eu_one", 1_u32, "");
                let fossil = derivation.difference(
                    rule::MEASURED_FOSSIL,
                    "eu_fossil_share",
                    name,
                    "",
                    &[one, biomass],
                )?;
                derivation.product(
                    rule::MEASURED_FOSSIL,
                    "cbam_measured_fossil",
                    name,
                    gas,
                    &[tonnes, fossil],
                )?
            }
            None => tonnes,
        };
        match self.gas {
            MeasuredGas::CarbonDioxide => Ok(tonnes),
            MeasuredGas::NitrousOxide => {
                let rounded =
                    derivation.round(rule::NITROUS_PLACES, tonnes, 3, Rounding::HalfUp)?;
                let gwp = published_figure(derivation, "cbam_gwp", "N2O", rules.figure("gwp_n2o")?);
                let equivalent = derivation.product(
                    rule::NITROUS,
                    "cbam_nitrous_oxide",
                    name,
                    "tCO2e",
                    &[rounded, gwp],
                )?;
                derivation.round(rule::NITROUS_TONNES, equivalent, 0, Rounding::HalfUp)
            }
        }
    }
}

impl Measured {
    /// 1000 Nm3/h of flue gas from the air that enters and the oxygen that leaves.
    fn flue_gas(
        &self,
        derivation: &mut Derivation,
        rules: &Methodology,
        place: &str,
    ) -> Result<Number, Error> {
        let name = self.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &self.evidence,
        };
        let air = stated.input(
            derivation,
            "cbam_air_flow",
            "air_flow",
            self.air_flow,
            "1000 Nm3/h",
        );
        let oxygen = stated.input(derivation, "cbam_oxygen", "oxygen", self.oxygen, "");
        let in_air = published_figure(
            derivation,
            "cbam_oxygen_in_air",
            "",
            rules.figure("oxygen_in_dry_air")?,
        );
        let one = derivation.constant("eu_one", 1_u32, "");
        let mut rest = |oxygen| {
            derivation.difference(rule::FLUE_GAS, "cbam_other_gases", name, "", &[one, oxygen])
        };
        let (entering, leaving) = (rest(in_air)?, rest(oxygen)?);
        let other = derivation.product(
            rule::FLUE_GAS,
            "cbam_air_flow",
            name,
            "1000 Nm3/h",
            &[air, entering],
        )?;
        derivation.quotient(
            rule::FLUE_GAS,
            "cbam_flow",
            name,
            "1000 Nm3/h",
            &[other, leaving],
        )
    }
}

impl Gap {
    /// kg of the gas in the hours without data.
    fn calculate(
        &self,
        derivation: &mut Derivation,
        measured: &Measured,
        place: &str,
    ) -> Result<Number, Error> {
        let name = measured.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &measured.evidence,
        };
        let mean = stated.input(
            derivation,
            "cbam_mean_concentration",
            "mean",
            self.mean,
            "g/Nm3",
        );
        let deviation = stated.input(
            derivation,
            "cbam_concentration_deviation",
            "deviation",
            self.deviation,
            "g/Nm3",
        );
        let hours = stated.input(derivation, "cbam_gap_hours", "hours", self.hours, "h");
        let flow = stated.input(derivation, "cbam_flow", "flow", self.flow, "1000 Nm3/h");
        let two = derivation.constant("cbam_two", 2_u32, "");
        let twice = derivation.product(
            rule::SUBSTITUTE,
            "cbam_concentration_deviation",
            name,
            "g/Nm3",
            &[two, deviation],
        )?;
        let substitute = derivation.sum(
            rule::SUBSTITUTE,
            "cbam_substitute_concentration",
            name,
            "g/Nm3",
            &[mean, twice],
        )?;
        derivation.product(
            rule::MEASURED,
            "cbam_measured",
            name,
            "kg",
            &[substitute, hours, flow],
        )
    }
}
