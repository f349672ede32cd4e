//! The document of an installation: what its operator states.

use super::super::Sector;
use crate::decimal::Decimal;
use crate::standard::source_stream::SourceStream;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An installation in a reporting period.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Installation {
    pub(super) installation: String,
    #[serde(default)]
    pub(super) operator: Operator,
    /// ISO 3166-1 code of the country.
    pub(super) country: String,
    /// The calendar year in which the reporting period ends.
    pub(super) year: i64,
    /// Data sets whose process values are corrected to the installation's: `direct_emissions`, `electricity`.
    #[serde(default)]
    pub(super) reconcile: Vec<DataSet>,
    #[serde(default, rename = "source_stream")]
    pub(super) streams: Vec<SourceStream>,
    #[serde(default)]
    pub(super) pfc: Vec<Pfc>,
    #[serde(default)]
    pub(super) measured: Vec<Measured>,
    #[serde(default)]
    pub(super) clinker: Vec<Clinker>,
    #[serde(default)]
    pub(super) transfer: Vec<Transfer>,
    #[serde(default)]
    pub(super) cogeneration: Vec<Cogeneration>,
    #[serde(default)]
    pub(super) electricity: Vec<Electricity>,
    #[serde(default)]
    pub(super) precursor: Vec<Precursor>,
    pub(super) process: Vec<Process>,
}

/// Who runs the installation, and where it stands: for the operator's report.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Operator {
    pub(super) name: String,
    /// Corporate or activity registration number.
    pub(super) registration: String,
    /// In English.
    pub(super) address: String,
    /// Of the installation in the CBAM registry.
    pub(super) registry_identifier: String,
    pub(super) un_locode: String,
    pub(super) installation_address: String,
    /// Of the main emission source.
    pub(super) coordinates: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DataSet {
    DirectEmissions,
    Electricity,
}

/// Perfluorocarbons of primary aluminium.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pfc {
    pub(super) name: String,
    pub(super) method: PfcMethod,
    /// A technology of the tables; its factors may be replaced by measured ones.
    pub(super) technology: String,
    /// Primary aluminium, t.
    pub(super) production: Decimal,
    /// Anode effects per cell-day.
    pub(super) frequency: Option<Decimal>,
    /// Minutes per anode effect.
    pub(super) duration: Option<Decimal>,
    /// kg CF4/t Al per minute and cell-day, or per mV.
    pub(super) factor: Option<Decimal>,
    /// t C2F6/t CF4.
    pub(super) weight_fraction: Option<Decimal>,
    /// mV per cell.
    pub(super) overvoltage: Option<Decimal>,
    /// Per cent.
    pub(super) current_efficiency: Option<Decimal>,
    /// Share of the emissions that the duct collects.
    pub(super) collection_efficiency: Decimal,
    pub(super) process: Option<String>,
    #[serde(default)]
    pub(super) evidence: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PfcMethod {
    Slope,
    Overvoltage,
}

/// Emissions by continuous measurement.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) gas: MeasuredGas,
    /// Tonnes in the period; or the three that follow.
    pub(super) amount: Option<Decimal>,
    /// Hourly average, g/Nm3.
    pub(super) concentration: Option<Decimal>,
    /// Hours.
    pub(super) hours: Option<Decimal>,
    /// Hourly average, 1000 Nm3/h; or `air_flow` and `oxygen`.
    pub(super) flow: Option<Decimal>,
    /// Air that enters, 1000 Nm3/h, dry (nitric acid).
    pub(super) air_flow: Option<Decimal>,
    /// O2 in the dry flue gas, share of volume.
    pub(super) oxygen: Option<Decimal>,
    /// Hours in which too few data were recorded; not among `hours`.
    #[serde(default)]
    pub(super) gaps: Vec<Gap>,
    pub(super) biomass_fraction: Option<Decimal>,
    pub(super) process: Option<String>,
    #[serde(default)]
    pub(super) evidence: String,
}

/// Hours of a measurement without enough data points.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gap {
    pub(super) hours: Decimal,
    /// Share of the data points that were recorded; from 80 % on no substitute is due.
    pub(super) recorded: Decimal,
    /// Mean concentration of the period that reflects the circumstances, g/Nm3.
    pub(super) mean: Decimal,
    /// Its standard deviation, g/Nm3.
    pub(super) deviation: Decimal,
    /// 1000 Nm3/h, measured or by a balance.
    pub(super) flow: Decimal,
}

/// Process emissions of cement clinker by the amount of clinker (method B), and of dust that leaves the kiln.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clinker {
    pub(super) name: String,
    /// Clinker weighed, t; or `deliveries`.
    pub(super) amount: Option<Decimal>,
    pub(super) deliveries: Option<Deliveries>,
    /// tCO2/t clinker, of the installation; 0.525 if absent.
    pub(super) emission_factor: Option<Decimal>,
    /// Bypass dust and kiln dust discarded, t.
    #[serde(default)]
    pub(super) dust: Decimal,
    /// CO2 released from the dust, share of its carbonate CO2; the dust counts 0.525 tCO2/t if absent.
    pub(super) calcination: Option<Decimal>,
    pub(super) process: Option<String>,
    #[serde(default)]
    pub(super) evidence: String,
}

/// Material balance of a cement works, t. Stock variations are subtracted: what was taken from stock is positive.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deliveries {
    pub(super) cement: Decimal,
    #[serde(default)]
    pub(super) cement_stock: Decimal,
    /// t clinker/t cement.
    pub(super) clinker_ratio: Decimal,
    #[serde(default)]
    pub(super) supplied: Decimal,
    #[serde(default)]
    pub(super) dispatched: Decimal,
    #[serde(default)]
    pub(super) clinker_stock: Decimal,
}

/// CO2 that is stored or bound instead of emitted, or that came from another installation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) purpose: Purpose,
    /// tCO2, measured where it passes from one installation to another.
    pub(super) amount: Decimal,
    /// Share that is evidently stored or bound in the end.
    pub(super) permanent: Option<Decimal>,
    /// Share of the CO2 that stems from biomass: only fossil CO2 is deducted.
    #[serde(default)]
    pub(super) biomass_fraction: Decimal,
    /// Responsible person of the other installation, network or site: identity and contact.
    #[serde(default)]
    pub(super) party: String,
    /// How the amount is measured; of bound CO2 how it is balanced.
    #[serde(default)]
    pub(super) measured: String,
    /// Evidence across the whole chain of custody.
    #[serde(default)]
    pub(super) chain_of_custody: String,
    pub(super) process: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Direction {
    Sent,
    /// Within the installation.
    Used,
    Received,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// Installation that captures CO2.
    Capture,
    /// Transport network for geological storage.
    Transport,
    Storage,
    /// Permanently chemically bound in a product, Delegated Regulation (EU) 2024/2620.
    ChemicallyBound,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum MeasuredGas {
    #[serde(rename = "CO2")]
    CarbonDioxide,
    #[serde(rename = "N2O")]
    NitrousOxide,
}

/// A unit that makes heat and electricity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cogeneration {
    pub(super) name: String,
    pub(super) fuels: Vec<Fuel>,
    /// tCO2 of flue gas cleaning.
    #[serde(default)]
    pub(super) flue_gas_cleaning: Decimal,
    /// Net heat, TJ.
    pub(super) heat: Decimal,
    /// Net electricity, MWh.
    pub(super) electricity: Decimal,
    /// Efficiencies are not determined and documentation has none: 0.55 and 0.25.
    #[serde(default)]
    pub(super) standard_efficiencies: bool,
    /// Reference efficiency of a boiler, share (Annex III, C, Table 2).
    pub(super) reference_heat: Decimal,
    /// Reference efficiency of a power plant, share (Annex III, C, Table 1).
    pub(super) reference_electricity: Decimal,
    #[serde(default)]
    pub(super) evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fuel {
    pub(super) name: String,
    /// Net, TJ.
    pub(super) energy: Decimal,
    /// tCO2/TJ.
    pub(super) emission_factor: Decimal,
    /// A waste gas: its factor counts at most as that of natural gas.
    #[serde(default)]
    pub(super) waste_gas: bool,
}

/// A source of the electricity that the installation consumes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Electricity {
    pub(super) name: String,
    /// MWh in the period; may be absent if there is one source only.
    pub(super) amount: Option<Decimal>,
    /// tCO2/MWh; or `cogeneration`, or `generation`.
    pub(super) emission_factor: Option<Decimal>,
    pub(super) cogeneration: Option<String>,
    pub(super) generation: Option<Generation>,
    pub(super) basis: ElectricityBasis,
    #[serde(default)]
    pub(super) evidence: String,
}

/// A power plant without cogeneration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generation {
    pub(super) fuels: Vec<Fuel>,
    /// tCO2 of flue gas cleaning.
    #[serde(default)]
    pub(super) flue_gas_cleaning: Decimal,
    /// Net electricity, MWh, also of sources without combustion.
    pub(super) electricity: Decimal,
}

/// Where a factor of electricity comes from (Annex II, D.4).
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ElectricityBasis {
    /// D.4 (a): average factor of the grid of the country, made available by the Commission.
    GridDefault,
    /// D.4 (b): alternative default value.
    GridAlternative,
    /// D.4.1: own or directly connected production.
    DirectLink,
    /// D.4.2: cogeneration.
    Cogeneration,
    /// D.4.3: power purchase agreement.
    PowerPurchase,
}

/// A precursor from another installation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Precursor {
    pub(super) name: String,
    pub(super) cn_code: Option<String>,
    /// ISO 3166-1 code, or `unknown`.
    pub(super) origin: String,
    /// Actual values of its operator, tCO2e per functional unit.
    pub(super) direct: Option<Decimal>,
    pub(super) indirect: Option<Decimal>,
    /// MWh per functional unit, with or instead of `indirect`.
    pub(super) electricity: Option<Decimal>,
    /// tCO2/MWh.
    pub(super) electricity_factor: Option<Decimal>,
    /// Accredited verification report that covers the period in which it was produced.
    #[serde(default)]
    pub(super) verification_report: String,
    /// Default values, where the table is not to be used.
    pub(super) default_direct: Option<Decimal>,
    pub(super) default_indirect: Option<Decimal>,
    /// Document of these default values.
    #[serde(default)]
    pub(super) default_document: String,
    /// Production route of the table.
    pub(super) route: Option<String>,
}

/// A production process.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) sector: Sector,
    /// Production route.
    #[serde(default)]
    pub(super) route: String,
    /// Goods that leave the process, in functional units.
    pub(super) activity_level: Decimal,
    pub(super) unit: FunctionalUnit,
    /// Chemicals that the process makes beside its goods; emissions are divided by amounts of substance.
    #[serde(default)]
    pub(super) co_products: Vec<CoProduct>,
    /// g/mol of the goods, with `co_products`.
    pub(super) molar_mass: Option<Decimal>,
    /// t of the goods, with `co_products`; the activity level where that is in tonnes.
    pub(super) mass: Option<Decimal>,
    /// Directly attributable emissions that were determined for the process itself, tCO2e.
    pub(super) direct_emissions: Option<Decimal>,
    #[serde(default)]
    pub(super) heat_imported: Vec<Heat>,
    #[serde(default)]
    pub(super) heat_exported: Vec<Heat>,
    /// Waste gas from other processes, TJ net.
    #[serde(default)]
    pub(super) waste_gas_imported: Decimal,
    #[serde(default)]
    pub(super) waste_gas_exported: Decimal,
    /// MWh.
    #[serde(default)]
    pub(super) electricity_consumed: Decimal,
    /// Sources that evidently supply the process; all of the installation if empty.
    #[serde(default)]
    pub(super) electricity_sources: Vec<String>,
    #[serde(default)]
    pub(super) electricity_produced: Vec<Produced>,
    #[serde(default)]
    pub(super) precursors: Vec<Used>,
    #[serde(default)]
    pub(super) goods: Vec<Good>,
    #[serde(default)]
    pub(super) evidence: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum FunctionalUnit {
    #[serde(rename = "t")]
    Tonne,
    #[serde(rename = "t clinker")]
    TonneOfClinker,
    #[serde(rename = "kg N")]
    KilogramOfNitrogen,
    #[serde(rename = "MWh")]
    MegawattHour,
}

impl FunctionalUnit {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Tonne => "t",
            Self::TonneOfClinker => "t clinker",
            Self::KilogramOfNitrogen => "kg N",
            Self::MegawattHour => "MWh",
        }
    }

    pub(super) fn specific(self) -> &'static str {
        match self {
            Self::Tonne => "tCO2e/t",
            Self::TonneOfClinker => "tCO2e/t clinker",
            Self::KilogramOfNitrogen => "tCO2e/kg N",
            Self::MegawattHour => "tCO2e/MWh",
        }
    }

    pub(super) fn electricity(self) -> &'static str {
        match self {
            Self::Tonne => "MWh/t",
            Self::TonneOfClinker => "MWh/t clinker",
            Self::KilogramOfNitrogen => "MWh/kg N",
            Self::MegawattHour => "MWh/MWh",
        }
    }

    pub(super) fn content(self) -> &'static str {
        match self {
            Self::Tonne | Self::MegawattHour => "",
            Self::TonneOfClinker => "t clinker/t",
            Self::KilogramOfNitrogen => "kg N/t",
        }
    }
}

/// Measurable heat, net.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heat {
    /// TJ.
    pub(super) amount: Decimal,
    #[serde(default)]
    pub(super) origin: HeatOrigin,
    /// tCO2/TJ of the heat, or of the fuel mix if an efficiency is stated.
    pub(super) emission_factor: Option<Decimal>,
    /// A fuel of the standard factors, with the standard boiler efficiency.
    pub(super) standard_fuel: Option<String>,
    /// The fuel mix of the heat production.
    #[serde(default)]
    pub(super) fuels: Vec<Fuel>,
    /// tCO2 of flue gas cleaning, with `fuels`.
    #[serde(default)]
    pub(super) flue_gas_cleaning: Decimal,
    /// Of the heat production, share.
    pub(super) efficiency: Option<Decimal>,
    pub(super) cogeneration: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HeatOrigin {
    #[default]
    Fuel,
    Cogeneration,
    /// Exothermic reactions other than combustion: counts as zero.
    Exothermic,
    /// Recovered from electricity-driven processes: counts as zero.
    Electricity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Produced {
    /// MWh.
    pub(super) amount: Decimal,
    /// tCO2/MWh; or `cogeneration`.
    pub(super) emission_factor: Option<Decimal>,
    pub(super) cogeneration: Option<String>,
}

/// A precursor that a process consumes, from another process of the installation or from elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Used {
    pub(super) name: String,
    /// All of it, with what is cut off, spilt or burnt; in its functional units.
    pub(super) amount: Decimal,
}

/// A chemical that a process makes beside its goods.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoProduct {
    pub(super) name: String,
    /// t.
    pub(super) amount: Decimal,
    /// g/mol.
    pub(super) molar_mass: Option<Decimal>,
}

/// Goods of a process, by composition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Good {
    pub(super) name: String,
    pub(super) cn_code: String,
    /// Average content, t clinker/t or kg N/t.
    pub(super) content: Option<Decimal>,
    /// Range of composition, as shares of mass.
    pub(super) content_from: Option<Decimal>,
    pub(super) content_to: Option<Decimal>,
    /// What Annex IV, 2 asks for of the goods, as it is to be reported.
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
}

/// Names that must be unique among themselves.
pub(super) fn names(installation: &Installation) -> BTreeMap<&'static str, Vec<&str>> {
    BTreeMap::from([
        (
            "source_stream",
            installation
                .streams
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "pfc",
            installation
                .pfc
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "measured",
            installation
                .measured
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "clinker",
            installation
                .clinker
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "transfer",
            installation
                .transfer
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "cogeneration",
            installation
                .cogeneration
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "electricity",
            installation
                .electricity
                .iter()
                .map(|item| item.name.as_str())
                .collect(),
        ),
        (
            "process",
            installation
                .process
                .iter()
                .map(|item| item.name.as_str())
                .chain(installation.precursor.iter().map(|item| item.name.as_str()))
                .collect(),
        ),
    ])
}
