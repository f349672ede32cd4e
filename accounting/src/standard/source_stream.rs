//! Source streams of an installation by calculation: combustion, process emissions, mass balance. The formulas are the
//! same in Regulation (EU) 2018/2066 (MRR, Annex II and Articles 24, 25) and in Implementing Regulation (EU) 2025/2547
//! (CBAM, Annex II, B.3); the clauses differ, so a caller brings its [`Clauses`].

use super::bounds;
use crate::decimal::Decimal;
use crate::derivation::{Citation, Derivation, Number, Rule, Stated};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Faults;
use serde::Deserialize;

/// How a source stream becomes emissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// Fuel burnt: activity data × emission factor × oxidation factor.
    Combustion,
    /// Carbonates and other materials: activity data × emission factor × conversion factor.
    Process,
    /// Carbon in less carbon out.
    MassBalance,
}

/// What an amount of a source stream is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum AmountUnit {
    /// Tonnes.
    #[serde(rename = "t")]
    Tonne,
    /// Thousand standard cubic metres.
    #[serde(rename = "1000 Nm3")]
    ThousandCubicMetres,
    /// Standard cubic metres.
    #[serde(rename = "Nm3")]
    CubicMetre,
    /// Terajoules, net.
    #[serde(rename = "TJ")]
    Terajoule,
}

impl AmountUnit {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Tonne => "t",
            Self::ThousandCubicMetres => "1000 Nm3",
            Self::CubicMetre => "Nm3",
            Self::Terajoule => "TJ",
        }
    }

    fn calorific(self) -> &'static str {
        match self {
            Self::Tonne => "GJ/t",
            Self::ThousandCubicMetres => "GJ/1000 Nm3",
            Self::CubicMetre => "GJ/Nm3",
            Self::Terajoule => "GJ/TJ",
        }
    }

    fn factor(self) -> &'static str {
        match self {
            Self::Tonne => "tCO2/t",
            Self::ThousandCubicMetres => "tCO2/1000 Nm3",
            Self::CubicMetre => "tCO2/Nm3",
            Self::Terajoule => "tCO2/TJ",
        }
    }

    fn carbon(self) -> &'static str {
        match self {
            Self::Tonne => "tC/t",
            Self::ThousandCubicMetres => "tC/1000 Nm3",
            Self::CubicMetre => "tC/Nm3",
            Self::Terajoule => "tC/TJ",
        }
    }
}

/// What an emission factor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum FactorBasis {
    /// Net calorific energy: tCO2/TJ.
    #[serde(rename = "energy")]
    Energy,
    /// The unit of the amount: tCO2/t, tCO2/Nm3.
    #[serde(rename = "amount")]
    Amount,
}

/// A source stream as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceStream {
    pub(crate) name: String,
    pub(crate) method: Method,
    /// Quantity consumed, or of an output of a mass balance; never negative.
    pub(crate) amount: Decimal,
    pub(crate) unit: AmountUnit,
    /// Carbon leaves the installation with it (mass balance only).
    #[serde(default)]
    pub(crate) output: bool,
    /// GJ per unit of the amount.
    pub(crate) net_calorific_value: Option<Decimal>,
    /// tCO2/TJ with `factor_basis = "energy"` (the default of combustion), else tCO2 per unit of the amount.
    pub(crate) emission_factor: Option<Decimal>,
    pub(crate) factor_basis: Option<FactorBasis>,
    /// A fuel of the table of standard factors, instead of `emission_factor` and, if absent, `net_calorific_value`.
    pub(crate) standard_fuel: Option<String>,
    /// A material of the table of standard factors, instead of `emission_factor` or `carbon_content`.
    pub(crate) standard_material: Option<String>,
    /// tC per unit of the amount.
    pub(crate) carbon_content: Option<Decimal>,
    /// Share; 1 if nothing is stated.
    pub(crate) oxidation_factor: Option<Decimal>,
    /// Carbon in ash and dust, in the same unit as `total_carbon`: gives the oxidation factor.
    pub(crate) ash_carbon: Option<Decimal>,
    pub(crate) total_carbon: Option<Decimal>,
    /// Share; 1 if nothing is stated.
    pub(crate) conversion_factor: Option<Decimal>,
    /// Share of the carbon that stems from biomass.
    pub(crate) biomass_fraction: Option<Decimal>,
    /// Whether the biomass fulfils the criteria for a factor of zero.
    #[serde(default)]
    pub(crate) zero_rated: bool,
    /// Production process (CBAM) or sub-installation (EU ETS) that all of it belongs to.
    pub(crate) process: Option<String>,
    /// Shares by process, which add up to 1.
    #[serde(default)]
    pub(crate) shares: std::collections::BTreeMap<String, Decimal>,
    #[serde(default)]
    pub(crate) evidence: String,
}

/// The clauses of the regulation that a caller implements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clauses {
    pub(crate) activity: Rule,
    pub(crate) combustion: Rule,
    pub(crate) oxidation: Rule,
    pub(crate) factor_from_carbon: Rule,
    pub(crate) fossil_factor: Rule,
    pub(crate) process: Rule,
    pub(crate) output: Rule,
    pub(crate) carbon_from_energy_factor: Rule,
    pub(crate) carbon_from_factor: Rule,
    pub(crate) fossil_carbon: Rule,
    pub(crate) mass_balance: Rule,
    pub(crate) biogenic: Rule,
}

/// Published figures that a stream may need.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// tCO2/tC.
    pub(crate) carbon_ratio: (Decimal, Citation),
    /// tCO2/TJ of a fuel, tCO2 per unit of the amount of a material.
    pub(crate) emission_factor: Option<(Decimal, Citation)>,
    /// tC per unit of the amount of a material.
    pub(crate) carbon_content: Option<(Decimal, Citation)>,
    /// GJ/t.
    pub(crate) net_calorific_value: Option<(Decimal, Citation)>,
}

/// Emissions of a source stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Emissions {
    /// tCO2 that count; negative for an output of a mass balance.
    pub(crate) counted: Number,
    /// tCO2 from biomass with a factor of zero, for information.
    pub(crate) zero_rated: Option<Number>,
    /// TJ, if a calorific value is known.
    pub(crate) energy: Option<Number>,
}

impl SourceStream {
    /// Notes what is wrong with the stream. `known` says whether a process has this name.
    pub(crate) fn check(&self, faults: &mut Faults, place: &str, known: &dyn Fn(&str) -> bool) {
        bounds::not_negative(faults, format!("{place}.amount"), self.amount);
        for (field, value) in [
            ("net_calorific_value", self.net_calorific_value),
            ("emission_factor", self.emission_factor),
            ("carbon_content", self.carbon_content),
            ("ash_carbon", self.ash_carbon),
        ] {
            if let Some(value) = value {
                bounds::not_negative(faults, format!("{place}.{field}"), value);
            }
        }
        if let Some(value) = self.total_carbon {
            bounds::positive(faults, format!("{place}.total_carbon"), value);
        }
        for (field, value) in [
            ("oxidation_factor", self.oxidation_factor),
            ("conversion_factor", self.conversion_factor),
            ("biomass_fraction", self.biomass_fraction),
        ] {
            if let Some(value) = value {
                bounds::share(faults, format!("{place}.{field}"), value);
            }
        }
        let factors = [
            self.emission_factor.is_some(),
            self.standard_fuel.is_some(),
            self.standard_material.is_some(),
        ];
        let factors = factors.into_iter().filter(|stated| *stated).count();
        let has_factor = factors > 0;
        if factors > 1 {
            faults.add(
                place,
                Error::FieldsExclude {
                    fields: "emission_factor, standard_fuel, standard_material".into(),
                },
            );
        }
        if self.standard_material.is_some() && self.carbon_content.is_some() {
            faults.add(
                place,
                Error::FieldsExclude {
                    fields: "carbon_content, standard_material".into(),
                },
            );
        }
        if !has_factor && self.carbon_content.is_none() {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "emission_factor, standard_fuel, standard_material, carbon_content"
                        .into(),
                },
            );
        }
        if self.basis() == FactorBasis::Energy
            && has_factor
            && self.unit != AmountUnit::Terajoule
            && self.net_calorific_value.is_none()
            && self.standard_fuel.is_none()
        {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "net_calorific_value".into(),
                },
            );
        }
        if self.output && self.method != Method::MassBalance {
            faults.add(
                format!("{place}.output"),
                Error::FieldsExclude {
                    fields: "output, method".into(),
                },
            );
        }
        if self.ash_carbon.is_some() != self.total_carbon.is_some() {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "ash_carbon, total_carbon".into(),
                },
            );
        }
        if self.process.is_some() && !self.shares.is_empty() {
            faults.add(
                format!("{place}.shares"),
                Error::FieldsExclude {
                    fields: "process, shares".into(),
                },
            );
        }
        let mut total = Exact::ZERO;
        for (name, part) in &self.shares {
            bounds::share(faults, format!("{place}.shares.{name}"), *part);
            if let Some(sum) = faults.keep(place, total.add(&Exact::from(*part))) {
                total = sum;
            }
        }
        if !self.shares.is_empty() && total != Exact::ONE {
            faults.add(
                format!("{place}.shares"),
                Error::SharesSum {
                    total: total.to_string(),
                },
            );
        }
        for name in self.process.iter().chain(self.shares.keys()) {
            if !known(name) {
                faults.add(place, Error::NameUnknown { text: name.clone() });
            }
        }
    }

    fn basis(&self) -> FactorBasis {
        if self.standard_material.is_some() {
            return FactorBasis::Amount;
        }
        self.factor_basis.unwrap_or(
            if self.standard_fuel.is_some() || self.method == Method::Combustion {
                FactorBasis::Energy
            } else {
                FactorBasis::Amount
            },
        )
    }

    /// Calculates the stream.
    ///
    /// # Errors
    /// Of the arithmetic.
    pub(crate) fn calculate(
        &self,
        derivation: &mut Derivation,
        clauses: &Clauses,
        published: &Published,
        place: &str,
    ) -> Result<Emissions, Error> {
        let name = self.name.as_str();
        let stated = Stated {
            subject: name,
            place,
            evidence: &self.evidence,
        };
        let amount = stated.input(
            derivation,
            "eu_amount",
            "amount",
            self.amount,
            self.unit.symbol(),
        );
        let calorific = match (self.net_calorific_value, &published.net_calorific_value) {
            (Some(value), _) => Some(stated.input(
                derivation,
                "eu_net_calorific_value",
                "net_calorific_value",
                value,
                self.unit.calorific(),
            )),
            (None, Some((value, citation))) => Some(derivation.parameter(
                "eu_net_calorific_value",
                name,
                *value,
                "GJ/t",
                citation.clone(),
            )),
            (None, None) => None,
        };
        let energy = match calorific {
            _ if self.unit == AmountUnit::Terajoule => Some(amount),
            Some(calorific) => {
                let thousand =
                    derivation.constant("eu_gigajoules_per_terajoule", 1000_u32, "GJ/TJ");
                let gigajoules = derivation.product(
                    clauses.activity,
                    "eu_energy",
                    name,
                    "GJ",
                    &[amount, calorific],
                )?;
                Some(derivation.quotient(
                    clauses.activity,
                    "eu_energy",
                    name,
                    "TJ",
                    &[gigajoules, thousand],
                )?)
            }
            None => None,
        };
        let factor = match (self.emission_factor, &published.emission_factor) {
            (Some(value), _) => Some(stated.input(
                derivation,
                "eu_emission_factor",
                "emission_factor",
                value,
                if self.basis() == FactorBasis::Energy {
                    "tCO2/TJ"
                } else {
                    self.unit.factor()
                },
            )),
            (None, Some((value, citation))) => Some(derivation.parameter(
                "eu_emission_factor",
                name,
                *value,
                if self.basis() == FactorBasis::Energy {
                    "tCO2/TJ"
                } else {
                    self.unit.factor()
                },
                citation.clone(),
            )),
            (None, None) => None,
        };
        let carbon = match (self.carbon_content, &published.carbon_content) {
            (Some(value), _) => Some(stated.input(
                derivation,
                "eu_carbon_content",
                "carbon_content",
                value,
                self.unit.carbon(),
            )),
            (None, Some((value, citation))) => Some(derivation.parameter(
                "eu_carbon_content",
                name,
                *value,
                self.unit.carbon(),
                citation.clone(),
            )),
            (None, None) => None,
        };
        let ratio = |derivation: &mut Derivation| {
            derivation.parameter(
                "eu_carbon_ratio",
                "",
                published.carbon_ratio.0,
                "tCO2/tC",
                published.carbon_ratio.1.clone(),
            )
        };
        let one = |derivation: &mut Derivation| derivation.constant("eu_one", 1_u32, "");
        let biomass = self.biomass_fraction.map(|value| {
            stated.input(
                derivation,
                "eu_biomass_fraction",
                "biomass_fraction",
                value,
                "",
            )
        });
        let fossil_share = match biomass {
            Some(biomass) if self.zero_rated => {
                let one = one(derivation);
                Some(derivation.difference(
                    clauses.fossil_factor,
                    "eu_fossil_share",
                    name,
                    "",
                    &[one, biomass],
                )?)
            }
            _ => None,
        };

        if self.method == Method::MassBalance {
            let f = ratio(derivation);
            let content = match (carbon, factor) {
                (Some(carbon), _) => carbon,
                (None, Some(factor)) if self.basis() == FactorBasis::Energy => {
                    // Per unit of the amount: EF × NCV ÷ f, with NCV in TJ per unit.
                    let quantity = energy.unwrap_or(amount);
                    let total = derivation.product(
                        clauses.carbon_from_energy_factor,
                        "eu_carbon_dioxide_equivalent_of_carbon",
                        name,
                        "tCO2",
                        &[quantity, factor],
                    )?;
                    derivation.quotient(
                        clauses.carbon_from_energy_factor,
                        "eu_carbon_content",
                        name,
                        self.unit.carbon(),
                        &[total, amount, f],
                    )?
                }
                (None, Some(factor)) => derivation.quotient(
                    clauses.carbon_from_factor,
                    "eu_carbon_content",
                    name,
                    self.unit.carbon(),
                    &[factor, f],
                )?,
                (None, None) => {
                    return Err(Error::FieldsMissing {
                        fields: "carbon_content".into(),
                    });
                }
            };
            let activity = if self.output {
                let zero = derivation.constant("eu_zero", 0_u32, self.unit.symbol());
                derivation.difference(
                    clauses.output,
                    "eu_activity_data",
                    name,
                    self.unit.symbol(),
                    &[zero, amount],
                )?
            } else {
                amount
            };
            let counted_content = match fossil_share {
                Some(share) => derivation.product(
                    clauses.fossil_carbon,
                    "eu_fossil_carbon_content",
                    name,
                    self.unit.carbon(),
                    &[content, share],
                )?,
                None => content,
            };
            let counted = derivation.product(
                clauses.mass_balance,
                "eu_stream_emissions",
                name,
                "tCO2",
                &[f, activity, counted_content],
            )?;
            let zero_rated = match (fossil_share, biomass) {
                (Some(_), Some(biomass)) => Some(derivation.product(
                    clauses.biogenic,
                    "eu_stream_biogenic",
                    name,
                    "tCO2",
                    &[f, activity, content, biomass],
                )?),
                _ => None,
            };
            return Ok(Emissions {
                counted,
                zero_rated,
                energy,
            });
        }

        // Standard method: quantity × factor × oxidation or conversion.
        let (quantity, preliminary) = match (factor, carbon) {
            (Some(factor), _) if self.basis() == FactorBasis::Energy => {
                (energy.unwrap_or(amount), factor)
            }
            (Some(factor), _) => (amount, factor),
            (None, Some(carbon)) => {
                let f = ratio(derivation);
                let factor = derivation.product(
                    clauses.factor_from_carbon,
                    "eu_emission_factor",
                    name,
                    self.unit.factor(),
                    &[carbon, f],
                )?;
                (amount, factor)
            }
            (None, None) => {
                return Err(Error::FieldsMissing {
                    fields: "emission_factor".into(),
                });
            }
        };
        let unit = derivation.node(preliminary).unit.clone();
        let factor = match fossil_share {
            Some(share) => derivation.product(
                clauses.fossil_factor,
                "eu_fossil_factor",
                name,
                unit,
                &[preliminary, share],
            )?,
            None => preliminary,
        };
        let (rule, reduction) = if self.method == Method::Combustion {
            let oxidation = match (self.oxidation_factor, self.ash_carbon, self.total_carbon) {
                (Some(value), ..) => stated.input(
                    derivation,
                    "eu_oxidation_factor",
                    "oxidation_factor",
                    value,
                    "",
                ),
                (None, Some(ash), Some(total)) => {
                    let ash = stated.input(derivation, "eu_ash_carbon", "ash_carbon", ash, "tC");
                    let total =
                        stated.input(derivation, "eu_total_carbon", "total_carbon", total, "tC");
                    let lost = derivation.quotient(
                        clauses.oxidation,
                        "eu_unoxidised_share",
                        name,
                        "",
                        &[ash, total],
                    )?;
                    let one = one(derivation);
                    derivation.difference(
                        clauses.oxidation,
                        "eu_oxidation_factor",
                        name,
                        "",
                        &[one, lost],
                    )?
                }
                _ => one(derivation),
            };
            (clauses.combustion, oxidation)
        } else {
            let conversion = match self.conversion_factor {
                Some(value) => stated.input(
                    derivation,
                    "eu_conversion_factor",
                    "conversion_factor",
                    value,
                    "",
                ),
                None => one(derivation),
            };
            (clauses.process, conversion)
        };
        let counted = derivation.product(
            rule,
            "eu_stream_emissions",
            name,
            "tCO2",
            &[quantity, factor, reduction],
        )?;
        let zero_rated = match (fossil_share, biomass) {
            (Some(_), Some(biomass)) => Some(derivation.product(
                clauses.biogenic,
                "eu_stream_biogenic",
                name,
                "tCO2",
                &[quantity, preliminary, biomass, reduction],
            )?),
            _ => None,
        };
        Ok(Emissions {
            counted,
            zero_rated,
            energy,
        })
    }
}
