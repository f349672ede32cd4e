//! Fuels by carbon: E = FC × C_ar × OF × 44/12, with the conversions to the basis as received.

use super::check;
use super::figure::Figure;
use super::places::{Places, round, round_quotient};
use crate::catalogue::Catalogue;
use crate::decimal::Decimal;
use crate::derivation::{Citation, Number, Operator, Rule, Standing};
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::{FuelType, Quality, Values};
use crate::report::{Faults, Report};
use serde::Deserialize;

const GUIDELINE: &str = "企业温室气体排放核算与报告指南 化石燃料燃烧排放";
const BASES: &str = "GB/T 476；GB/T 30733；GB/T 35985";
const CALORIFIC: &str = "GB/T 213";

const DRY_PART: Rule = Rule {
    code: "mee.dry_part",
    formula: "100 − M",
    clause: BASES,
};
const CARBON_AIR_DRIED: Rule = Rule {
    code: "mee.carbon_from_air_dried",
    formula: "C_ar = C_ad × (100 − M_ar) ÷ (100 − M_ad)",
    clause: BASES,
};
const CARBON_DRY: Rule = Rule {
    code: "mee.carbon_from_dry",
    formula: "C_ar = C_d × (100 − M_ar) ÷ 100",
    clause: BASES,
};
const CARBON_HEAT: Rule = Rule {
    code: "mee.carbon_from_heat",
    formula: "C_ar = NCV_ar × CC",
    clause: GUIDELINE,
};
const NCV_AIR_DRIED: Rule = Rule {
    code: "mee.ncv_from_air_dried",
    formula: "NCV_ar = (NCV_ad + 0.023 × M_ad) × (100 − M_ar) ÷ (100 − M_ad) − 0.023 × M_ar",
    clause: CALORIFIC,
};
const NCV_GROSS: Rule = Rule {
    code: "mee.ncv_from_gross",
    formula: "NCV_ar = (GCV_ad − 0.206 × H_ad) × (100 − M_ar) ÷ (100 − M_ad) − 0.023 × M_ar",
    clause: CALORIFIC,
};
const COMBUSTION: Rule = Rule {
    code: "mee.combustion",
    formula: "E = FC × C_ar × OF × 44 ÷ 12",
    clause: GUIDELINE,
};
const NON_FOSSIL: Rule = Rule {
    code: "mee.non_fossil",
    formula: "E = FC × 0",
    clause: GUIDELINE,
};
const ENERGY: Rule = Rule {
    code: "mee.fuel_energy",
    formula: "Q = FC × NCV_ar",
    clause: GUIDELINE,
};

/// The state of the fuel that a laboratory's figure is of.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(in crate::standard) enum Basis {
    /// 收到基.
    #[default]
    AsReceived,
    /// 空气干燥基.
    AirDried,
    /// 干燥基.
    Dry,
}

/// A fuel of a document: an amount, and what was measured of it.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct Fuel {
    /// `coal` for coal as fired, else the id of a factor set's fuel (`diesel`, `natural_gas`), or another name if carbon and
    /// oxidation are given.
    pub fuel: String,
    /// t, or 10^4 m3 at normal conditions for gases.
    pub quantity: Decimal,
    /// Elemental carbon content on `basis`, tC/t (tC/10^4 m3).
    pub carbon: Option<Decimal>,
    /// Basis of the elemental carbon content.
    #[serde(default)]
    pub basis: Basis,
    /// Total moisture M_ar, per cent.
    pub moisture_as_received: Option<Decimal>,
    /// Moisture of the analysis sample M_ad, per cent.
    pub moisture_air_dried: Option<Decimal>,
    /// Net calorific value on `ncv_basis`, GJ/t (GJ/10^4 m3).
    pub ncv: Option<Decimal>,
    /// Basis of the net calorific value: as received or air-dried.
    #[serde(default)]
    pub ncv_basis: Basis,
    /// Gross calorific value of the analysis sample, GJ/t; with `hydrogen_air_dried` instead of `ncv`.
    pub gross_air_dried: Option<Decimal>,
    /// Hydrogen of the analysis sample, per cent.
    pub hydrogen_air_dried: Option<Decimal>,
    /// Carbon per heat, tC/GJ.
    pub carbon_per_heat: Option<Decimal>,
    /// Carbon oxidation rate, per cent.
    pub oxidation: Option<Decimal>,
    /// Whether the measured carbon follows the guideline; if not, its default takes its place.
    #[serde(default = "yes")]
    pub carbon_conforms: bool,
    /// Whether the measured calorific value follows the guideline.
    #[serde(default = "yes")]
    pub ncv_conforms: bool,
    /// Whether the fuel is fossil; the carbon of biomass, refuse and sludge counts as zero.
    #[serde(default = "yes")]
    pub fossil: bool,
    /// What proves the figures.
    #[serde(default)]
    pub evidence: String,
}

fn yes() -> bool {
    true
}

/// Conservative figures of a guideline for coal that was not measured.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct CoalDefaults<'a> {
    /// GJ/t.
    pub ncv: &'a Figure,
    /// tC/GJ.
    pub carbon_per_heat: &'a Figure,
    /// Per cent.
    pub oxidation: &'a Figure,
    /// Title of the guideline.
    pub document: &'a str,
    /// Code of the rule table.
    pub table: &'a str,
}

/// Where figures come from that a document does not give.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct Defaults<'a> {
    /// Factor sets.
    pub catalogue: &'a Catalogue,
    /// Id of the factor set with the guideline's table of fuels; empty where the document must bring all.
    pub set: &'a str,
    /// For `coal`.
    pub coal: Option<CoalDefaults<'a>>,
}

/// Numbers of a burnt fuel.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct Burnt {
    /// t or 10^4 m3.
    pub quantity: Number,
    /// tC per unit, as received; none for what is not fossil.
    pub carbon: Option<Number>,
    /// GJ per unit, as received.
    pub ncv: Option<Number>,
    /// GJ.
    pub energy: Option<Number>,
    /// tCO2.
    pub emissions: Number,
    /// Whether it is coal, for the yearly mean.
    pub coal: bool,
}

/// Fuel parameters of a factor set.
struct Published {
    ncv: Option<Decimal>,
    carbon_per_heat: Option<Decimal>,
    carbon_content: Option<Decimal>,
    oxidation: Option<Decimal>,
    fuel_type: Option<FuelType>,
    citation: Citation,
    gas: bool,
}

/// The standing of a factor's quality.
pub(in crate::standard) fn standing_of(quality: Quality) -> Standing {
    quality.standing()
}

fn published(defaults: &Defaults<'_>, fuel: &str) -> Option<Published> {
    let index = defaults.catalogue.find(defaults.set, fuel)?;
    let (manifest, factor) = defaults.catalogue.factor(index);
    let Values::Fuel {
        ncv,
        carbon_per_heat,
        carbon_content,
        oxidation,
    } = &factor.values
    else {
        return None;
    };
    Some(Published {
        ncv: *ncv,
        carbon_per_heat: *carbon_per_heat,
        carbon_content: *carbon_content,
        oxidation: *oxidation,
        fuel_type: factor.fuel_type,
        citation: Citation {
            document: manifest.document.clone(),
            clause: factor.source.clone(),
            reference: format!("{}@{}/{}", manifest.id, manifest.version, factor.id),
            standing: standing_of(factor.quality),
        },
        gas: factor.unit != crate::unit::Unit::parse("t").ok()?,
    })
}

impl Fuel {
    /// Notes every fault of the fuel. `place` is its path.
    pub fn check(&self, faults: &mut Faults, defaults: &Defaults<'_>, place: &str) {
        let at = |field: &str| format!("{place}.{field}");
        check::not_negative(faults, &at("quantity"), &self.quantity);
        for (field, value) in [
            ("carbon", &self.carbon),
            ("ncv", &self.ncv),
            ("gross_air_dried", &self.gross_air_dried),
            ("carbon_per_heat", &self.carbon_per_heat),
        ] {
            check::not_negative_if(faults, &at(field), value.as_ref());
        }
        for (field, value) in [
            ("moisture_as_received", &self.moisture_as_received),
            ("moisture_air_dried", &self.moisture_air_dried),
            ("hydrogen_air_dried", &self.hydrogen_air_dried),
            ("oxidation", &self.oxidation),
        ] {
            if let Some(value) = value {
                check::percentage(faults, &at(field), value);
            }
        }
        let set = published(defaults, &self.fuel);
        let coal = self.fuel == "coal" && defaults.coal.is_some();
        self.check_moisture(faults, place);
        let gas = set.as_ref().is_some_and(|set| set.gas);
        if !gas
            && let Some(carbon) = self.carbon
            && Exact::from(carbon) > Exact::ONE
        {
            faults.add(
                at("carbon"),
                Error::ParameterRange {
                    parameter: "carbon_content".to_owned(),
                    value: carbon.to_string(),
                },
            );
        }
        if self.ncv.is_some() && self.gross_air_dried.is_some() {
            faults.add(
                at("gross_air_dried"),
                Error::ParameterTwice {
                    parameter: "net_calorific_value".to_owned(),
                },
            );
        }
        if !self.fossil || coal {
            return;
        }
        // What neither the document nor the table gives.
        let heat = set.as_ref().is_some_and(|set| set.ncv.is_some()) || self.measures_ncv();
        let per_heat = set
            .as_ref()
            .is_some_and(|set| set.carbon_per_heat.is_some())
            || self.carbon_per_heat.is_some();
        let content = set.as_ref().is_some_and(|set| set.carbon_content.is_some())
            || (self.carbon.is_some() && self.carbon_conforms);
        let oxidation =
            set.as_ref().is_some_and(|set| set.oxidation.is_some()) || self.oxidation.is_some();
        if set.is_none() && self.carbon.is_none() && self.carbon_per_heat.is_none() {
            faults.add(
                at("fuel"),
                Error::NameUnknown {
                    text: self.fuel.clone(),
                },
            );
            return;
        }
        let missing = |faults: &mut Faults, parameter: &str| {
            faults.add(
                place,
                Error::ParameterMissing {
                    parameter: parameter.to_owned(),
                    activity: self.fuel.clone(),
                },
            );
        };
        if !(content || heat && per_heat) {
            missing(faults, "carbon_content");
        }
        if !oxidation {
            missing(faults, "oxidation_rate");
        }
    }

    fn measures_ncv(&self) -> bool {
        self.ncv_conforms && (self.ncv.is_some() || self.gross_air_dried.is_some())
    }

    fn check_moisture(&self, faults: &mut Faults, place: &str) {
        let hundred = Exact::from_integer(100);
        for (field, value) in [
            ("moisture_as_received", &self.moisture_as_received),
            ("moisture_air_dried", &self.moisture_air_dried),
        ] {
            if let Some(value) = value
                && Exact::from(*value) == hundred
            {
                faults.add(
                    format!("{place}.{field}"),
                    Error::MoistureImpossible {
                        moisture: value.to_string(),
                    },
                );
            }
        }
        // Total moisture is that of the coal as it arrives; a sample that was dried in air cannot hold more.
        if let (Some(total), Some(sample)) = (self.moisture_as_received, self.moisture_air_dried)
            && Exact::from(sample) > Exact::from(total)
        {
            faults.add(
                format!("{place}.moisture_air_dried"),
                Error::MoistureImpossible {
                    moisture: sample.to_string(),
                },
            );
        }
        let carbon = self.carbon.is_some() && self.carbon_conforms;
        let converts_ncv = self.ncv.is_some() && self.ncv_basis != Basis::AsReceived;
        let total = (carbon && self.basis != Basis::AsReceived)
            || converts_ncv
            || self.gross_air_dried.is_some();
        let sample = (carbon && self.basis == Basis::AirDried)
            || converts_ncv
            || self.gross_air_dried.is_some();
        let mut need = |needed: bool, given: bool, field: &str| {
            if needed && !given {
                faults.add(
                    format!("{place}.{field}"),
                    Error::ParameterMissing {
                        parameter: field.to_owned(),
                        activity: self.fuel.clone(),
                    },
                );
            }
        };
        need(
            total,
            self.moisture_as_received.is_some(),
            "moisture_as_received",
        );
        need(
            sample,
            self.moisture_air_dried.is_some(),
            "moisture_air_dried",
        );
        need(
            self.gross_air_dried.is_some(),
            self.hydrogen_air_dried.is_some(),
            "hydrogen_air_dried",
        );
    }

    /// Calculates the fuel's carbon and CO2. `subject` names it in the derivation.
    pub fn burn(
        &self,
        report: &mut Report,
        defaults: &Defaults<'_>,
        places: &Places,
        place: &str,
        subject: &str,
    ) -> Result<Burnt, Error> {
        let set = published(defaults, &self.fuel);
        let coal_defaults = defaults.coal.filter(|_| self.fuel == "coal");
        let gas = set.as_ref().is_some_and(|set| set.gas);
        let unit = if gas { "10^4 m3" } else { "t" };
        let quantity = report.derivation.input(
            "fuel_consumption",
            subject,
            self.quantity,
            unit,
            format!("{place}.quantity"),
            self.evidence.as_str(),
        );
        let quantity = round(report, quantity, places.quantity)?;
        let work = Work {
            fuel: self,
            set: set.as_ref(),
            coal: coal_defaults,
            places,
            place,
            subject,
            gas,
        };
        if !self.fossil {
            let zero = report
                .derivation
                .constant("non_fossil_factor", Exact::ZERO, "tCO2/t");
            let emissions = report.derivation.product(
                NON_FOSSIL,
                "fuel_emissions",
                subject,
                "tCO2",
                &[quantity, zero],
            )?;
            let ncv = if self.measures_ncv() || set.as_ref().is_some_and(|set| set.ncv.is_some()) {
                Some(work.ncv(report)?)
            } else {
                None
            };
            return Ok(Burnt {
                quantity,
                carbon: None,
                ncv,
                energy: work.energy(report, quantity, ncv)?,
                emissions,
                coal: false,
            });
        }
        let measured = self.carbon.is_some() && self.carbon_conforms;
        let has_ncv = self.measures_ncv()
            || coal_defaults.is_some()
            || set.as_ref().is_some_and(|set| set.ncv.is_some());
        let ncv = if has_ncv {
            Some(work.ncv(report)?)
        } else {
            None
        };
        let carbon = match (measured, ncv) {
            (true, _) => work.measured_carbon(report)?,
            (false, Some(ncv)) => work.carbon_from_heat(report, ncv)?,
            (false, None) => work.published_carbon(report)?,
        };
        let oxidation = work.oxidation(report)?;
        let percent = report
            .derivation
            .constant("percent", Exact::from_ratio(1, 100)?, "");
        let to_co2 = report.derivation.carbon_to_co2();
        let emissions = report.derivation.product(
            COMBUSTION,
            "fuel_emissions",
            subject,
            "tCO2",
            &[quantity, carbon, oxidation, percent, to_co2],
        )?;
        Ok(Burnt {
            quantity,
            carbon: Some(carbon),
            ncv,
            energy: work.energy(report, quantity, ncv)?,
            emissions,
            coal: coal_defaults.is_some()
                || set
                    .as_ref()
                    .is_some_and(|set| set.fuel_type == Some(FuelType::Coal)),
        })
    }
}

/// One fuel under calculation.
struct Work<'a> {
    fuel: &'a Fuel,
    set: Option<&'a Published>,
    coal: Option<CoalDefaults<'a>>,
    places: &'a Places,
    place: &'a str,
    subject: &'a str,
    gas: bool,
}

impl Work<'_> {
    fn input(
        &self,
        report: &mut Report,
        label: &'static str,
        field: &str,
        value: Decimal,
        unit: &'static str,
    ) -> Number {
        report.derivation.input(
            label,
            self.subject,
            value,
            unit,
            format!("{}.{field}", self.place),
            self.fuel.evidence.as_str(),
        )
    }

    fn missing(&self, parameter: &str) -> Error {
        Error::ParameterMissing {
            parameter: parameter.to_owned(),
            activity: self.fuel.fuel.clone(),
        }
    }

    fn default_used(&self, report: &mut Report, parameter: &str) {
        report.notice("mee_default_used", self.subject, parameter);
    }

    fn published_value(
        &self,
        report: &mut Report,
        label: &'static str,
        unit: &'static str,
        value: Option<Decimal>,
    ) -> Result<Number, Error> {
        let (Some(value), Some(set)) = (value, self.set) else {
            return Err(self.missing(label));
        };
        self.default_used(report, label);
        Ok(report
            .derivation
            .parameter(label, self.subject, value, unit, set.citation.clone()))
    }

    fn carbon_unit(&self) -> &'static str {
        if self.gas { "tC/10^4 m3" } else { "tC/t" }
    }

    fn ncv_unit(&self) -> &'static str {
        if self.gas { "GJ/10^4 m3" } else { "GJ/t" }
    }

    /// `(100 − M_ar)` and, where it is wanted, `(100 − M_ad)`.
    fn dry_part(
        &self,
        report: &mut Report,
        label: &'static str,
        field: &str,
        value: Option<Decimal>,
    ) -> Result<Number, Error> {
        let value = value.ok_or_else(|| self.missing(field))?;
        let hundred = report
            .derivation
            .constant("hundred", Exact::from_integer(100), "%");
        let moisture = self.input(report, label, field, value, "%");
        report.derivation.difference(
            DRY_PART,
            "dry_part",
            self.subject,
            "%",
            &[hundred, moisture],
        )
    }

    fn dry_as_received(&self, report: &mut Report) -> Result<Number, Error> {
        self.dry_part(
            report,
            "moisture_as_received",
            "moisture_as_received",
            self.fuel.moisture_as_received,
        )
    }

    fn dry_air_dried(&self, report: &mut Report) -> Result<Number, Error> {
        self.dry_part(
            report,
            "moisture_air_dried",
            "moisture_air_dried",
            self.fuel.moisture_air_dried,
        )
    }

    fn measured_carbon(&self, report: &mut Report) -> Result<Number, Error> {
        let value = self
            .fuel
            .carbon
            .ok_or_else(|| self.missing("carbon_content"))?;
        let unit = self.carbon_unit();
        let (label, rule) = match self.fuel.basis {
            Basis::AsReceived => ("carbon_content", None),
            Basis::AirDried => ("carbon_content_air_dried", Some(CARBON_AIR_DRIED)),
            Basis::Dry => ("carbon_content_dry", Some(CARBON_DRY)),
        };
        let measured = self.input(report, label, "carbon", value, unit);
        let carbon = match rule {
            None => measured,
            Some(rule) => {
                let received = self.dry_as_received(report)?;
                let divisor = if self.fuel.basis == Basis::AirDried {
                    self.dry_air_dried(report)?
                } else {
                    report
                        .derivation
                        .constant("hundred", Exact::from_integer(100), "%")
                };
                let product = report.derivation.product(
                    rule,
                    "carbon_content_partial",
                    self.subject,
                    unit,
                    &[measured, received],
                )?;
                let carbon = report.derivation.quotient(
                    rule,
                    "carbon_content",
                    self.subject,
                    unit,
                    &[product, divisor],
                )?;
                round_quotient(report, carbon, None)?
            }
        };
        let coal = self.coal.is_some()
            || self
                .set
                .is_some_and(|set| set.fuel_type == Some(FuelType::Coal));
        round(report, carbon, self.places.carbon_content.filter(|_| coal))
    }

    fn carbon_from_heat(&self, report: &mut Report, ncv: Number) -> Result<Number, Error> {
        let per_heat = match (self.fuel.carbon_per_heat, self.coal, self.set) {
            (Some(value), _, _) if self.fuel.carbon_conforms => {
                self.input(report, "carbon_per_heat", "carbon_per_heat", value, "tC/GJ")
            }
            (_, Some(coal), _) => {
                self.default_used(report, "carbon_per_heat");
                coal.carbon_per_heat.parameter(
                    &mut report.derivation,
                    "carbon_per_heat",
                    self.subject,
                    "tC/GJ",
                    coal.table,
                    coal.document,
                )
            }
            (_, None, Some(set)) if set.carbon_per_heat.is_none() => {
                return self.published_carbon(report);
            }
            (_, None, set) => self.published_value(
                report,
                "carbon_per_heat",
                "tC/GJ",
                set.and_then(|set| set.carbon_per_heat),
            )?,
        };
        report.derivation.product(
            CARBON_HEAT,
            "carbon_content",
            self.subject,
            self.carbon_unit(),
            &[ncv, per_heat],
        )
    }

    fn published_carbon(&self, report: &mut Report) -> Result<Number, Error> {
        self.published_value(
            report,
            "carbon_content",
            self.carbon_unit(),
            self.set.and_then(|set| set.carbon_content),
        )
    }

    fn oxidation(&self, report: &mut Report) -> Result<Number, Error> {
        if let Some(value) = self.fuel.oxidation {
            return Ok(self.input(report, "oxidation_rate", "oxidation", value, "%"));
        }
        let own = self
            .coal
            .map(|coal| (coal.oxidation, coal.table, coal.document));
        if let Some((figure, table, document)) = own {
            return Ok(figure.parameter(
                &mut report.derivation,
                "oxidation_rate",
                self.subject,
                "%",
                table,
                document,
            ));
        }
        self.published_value(
            report,
            "oxidation_rate",
            "%",
            self.set.and_then(|set| set.oxidation),
        )
    }

    /// Net calorific value as received.
    fn ncv(&self, report: &mut Report) -> Result<Number, Error> {
        let unit = self.ncv_unit();
        if !self.fuel.measures_ncv() {
            return match self.coal {
                Some(coal) => {
                    self.default_used(report, "net_calorific_value");
                    Ok(coal.ncv.parameter(
                        &mut report.derivation,
                        "net_calorific_value",
                        self.subject,
                        unit,
                        coal.table,
                        coal.document,
                    ))
                }
                None => self.published_value(
                    report,
                    "net_calorific_value",
                    unit,
                    self.set.and_then(|set| set.ncv),
                ),
            };
        }
        let ncv = match (self.fuel.ncv, self.fuel.gross_air_dried) {
            (Some(value), _) if self.fuel.ncv_basis == Basis::AsReceived => {
                self.input(report, "net_calorific_value", "ncv", value, unit)
            }
            (Some(value), _) => {
                let measured =
                    self.input(report, "net_calorific_value_air_dried", "ncv", value, unit);
                let water = self.water(
                    report,
                    "moisture_air_dried",
                    "moisture_air_dried",
                    self.fuel.moisture_air_dried,
                )?;
                let without = report.derivation.sum(
                    NCV_AIR_DRIED,
                    "calorific_value_without_water",
                    self.subject,
                    unit,
                    &[measured, water],
                )?;
                self.as_received(report, NCV_AIR_DRIED, without)?
            }
            (None, Some(gross)) => {
                let hydrogen = self
                    .fuel
                    .hydrogen_air_dried
                    .ok_or_else(|| self.missing("hydrogen_air_dried"))?;
                let measured = self.input(
                    report,
                    "gross_calorific_value_air_dried",
                    "gross_air_dried",
                    gross,
                    unit,
                );
                let hydrogen = self.input(
                    report,
                    "hydrogen_air_dried",
                    "hydrogen_air_dried",
                    hydrogen,
                    "%",
                );
                let per_percent = report.derivation.constant(
                    "condensation_heat_hydrogen",
                    Exact::from_ratio(206, 1000)?,
                    "GJ/t",
                );
                let condensation = report.derivation.product(
                    NCV_GROSS,
                    "condensation_heat",
                    self.subject,
                    unit,
                    &[per_percent, hydrogen],
                )?;
                let without = report.derivation.difference(
                    NCV_GROSS,
                    "calorific_value_without_water",
                    self.subject,
                    unit,
                    &[measured, condensation],
                )?;
                self.as_received(report, NCV_GROSS, without)?
            }
            (None, None) => return Err(self.missing("net_calorific_value")),
        };
        round(report, ncv, self.places.ncv)
    }

    /// Heat that evaporates the moisture: 0.023 GJ/t for each per cent.
    fn water(
        &self,
        report: &mut Report,
        label: &'static str,
        field: &str,
        value: Option<Decimal>,
    ) -> Result<Number, Error> {
        let value = value.ok_or_else(|| self.missing(field))?;
        let moisture = self.input(report, label, field, value, "%");
        let per_percent = report.derivation.constant(
            "evaporation_heat_water",
            Exact::from_ratio(23, 1000)?,
            "GJ/t",
        );
        report.derivation.product(
            NCV_AIR_DRIED,
            "evaporation_heat",
            self.subject,
            self.ncv_unit(),
            &[per_percent, moisture],
        )
    }

    /// `x × (100 − M_ar) ÷ (100 − M_ad) − 0.023 × M_ar`
    fn as_received(
        &self,
        report: &mut Report,
        rule: Rule,
        without_water: Number,
    ) -> Result<Number, Error> {
        let received = self.dry_as_received(report)?;
        let dried = self.dry_air_dried(report)?;
        let product = report.derivation.product(
            rule,
            "calorific_value_partial",
            self.subject,
            self.ncv_unit(),
            &[without_water, received],
        )?;
        let converted = report.derivation.quotient(
            rule,
            "calorific_value_without_water",
            self.subject,
            self.ncv_unit(),
            &[product, dried],
        )?;
        let converted = round_quotient(report, converted, None)?;
        let water = self.water(
            report,
            "moisture_as_received",
            "moisture_as_received",
            self.fuel.moisture_as_received,
        )?;
        report.derivation.derive(
            rule,
            Operator::Difference,
            "net_calorific_value",
            self.subject,
            self.ncv_unit(),
            &[converted, water],
        )
    }

    fn energy(
        &self,
        report: &mut Report,
        quantity: Number,
        ncv: Option<Number>,
    ) -> Result<Option<Number>, Error> {
        ncv.map(|ncv| {
            report
                .derivation
                .product(ENERGY, "fuel_energy", self.subject, "GJ", &[quantity, ncv])
        })
        .transpose()
    }
}
