//! Embedded emissions of the goods of an installation, calculated by its operator: Implementing Regulation (EU) 2025/2547.
//!
//! ```text
//! source streams, PFC, measurements ─┐
//! heat, waste gas, electricity ──────┼─► attributed emissions of each process ─► specific embedded emissions
//! precursors (own, purchased) ───────┘                                            (÷ activity level, rounded)
//! ```

mod chemicals;
mod clinker;
mod flows;
mod form;
mod formulas;
mod gases;
mod specific;
mod summary;
mod transfer;

use super::rules::{self, Methodology};
use super::tables::{self, Tables};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator};
use crate::error::Error;
use crate::exact::Rounding;
use crate::report::{Faults, Report};
use crate::standard::source_stream::{Method, Published};
use crate::standard::{Context, Standard, bounds};
use form::{DataSet, ElectricityBasis, HeatOrigin, Installation, Process};
use formulas as rule;
use std::collections::BTreeMap;

const CODE: &str = "cbam_installation";
/// The standard.
pub const STANDARD: Standard = Standard {
    code: CODE,
    document: "Implementing Regulation (EU) 2025/2547",
    example: include_str!("../../../examples/cbam_installation.toml"),
    exports: &[summary::EXPORT],
    run,
};

/// Calculates a document.
///
/// # Errors
/// Every fault of the document.
pub fn run(document: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let installation: Installation = crate::document::read_value(document)?;
    let methodology = rules::methodology(installation.year)?;
    let tables = tables::tables()?;
    check(&installation, &methodology)?;
    let mut report = Report::new(CODE, methodology.instrument());
    Calculation {
        installation: &installation,
        methodology: &methodology,
        tables: &tables,
        report: &mut report,
    }
    .run()?;
    if tables.exempt(&installation.country) {
        report.notice("cbam_country_exempt", installation.country.as_str(), "");
    }
    Ok(report)
}

fn check(installation: &Installation, methodology: &Methodology) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (place, names) in form::names(installation) {
        bounds::unique(&mut faults, place, names.into_iter());
    }
    let process = |name: &str| {
        installation
            .process
            .iter()
            .any(|process| process.name == name)
    };
    let unit = |name: &str| {
        installation
            .cogeneration
            .iter()
            .any(|unit| unit.name == name)
    };
    let sourced = |name: &str| {
        installation
            .electricity
            .iter()
            .any(|source| source.name == name)
    };
    for (position, stream) in installation.streams.iter().enumerate() {
        let place = format!("source_stream[{position}]");
        stream.check(&mut faults, &place, &process);
        if let Some(fuel) = &stream.standard_fuel {
            faults.keep(format!("{place}.standard_fuel"), methodology.fuel(fuel));
        }
        if let Some(name) = &stream.standard_material {
            let found = methodology.material(name);
            let unit = stream.unit.symbol();
            match faults.keep(format!("{place}.standard_material"), found) {
                Some(material) if material.unit != unit => faults.add(
                    format!("{place}.unit"),
                    Error::FieldsExclude {
                        fields: "unit, standard_material".into(),
                    },
                ),
                _ => {}
            }
        }
        if stream.zero_rated && stream.evidence.is_empty() {
            faults.add(
                format!("{place}.evidence"),
                Error::EvidenceMissing {
                    claim: "zero_rated".into(),
                },
            );
        }
    }
    let owner = |faults: &mut Faults, place: &str, name: &Option<String>| {
        if let Some(name) = name.as_ref().filter(|name| !process(name)) {
            faults.add(
                format!("{place}.process"),
                Error::NameUnknown { text: name.clone() },
            );
        }
    };
    for (position, pfc) in installation.pfc.iter().enumerate() {
        let place = format!("pfc[{position}]");
        pfc.check(&mut faults, &place, methodology);
        owner(&mut faults, &place, &pfc.process);
    }
    for (position, measured) in installation.measured.iter().enumerate() {
        let place = format!("measured[{position}]");
        measured.check(&mut faults, &place, methodology);
        owner(&mut faults, &place, &measured.process);
    }
    for (position, clinker) in installation.clinker.iter().enumerate() {
        let place = format!("clinker[{position}]");
        clinker.check(&mut faults, &place);
        owner(&mut faults, &place, &clinker.process);
    }
    for (position, transfer) in installation.transfer.iter().enumerate() {
        let place = format!("transfer[{position}]");
        transfer.check(&mut faults, &place);
        owner(&mut faults, &place, &transfer.process);
    }
    for (position, unit) in installation.cogeneration.iter().enumerate() {
        let place = format!("cogeneration[{position}]");
        for (field, value) in [("heat", unit.heat), ("electricity", unit.electricity)] {
            bounds::positive(&mut faults, format!("{place}.{field}"), value);
        }
        for (field, value) in [
            ("reference_heat", unit.reference_heat),
            ("reference_electricity", unit.reference_electricity),
        ] {
            bounds::positive(&mut faults, format!("{place}.{field}"), value);
            bounds::share(&mut faults, format!("{place}.{field}"), value);
        }
        flows::check_fuels(&mut faults, &place, &unit.fuels, unit.flue_gas_cleaning);
        if unit.fuels.is_empty() {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "fuels".into(),
                },
            );
        }
    }
    for (position, source) in installation.electricity.iter().enumerate() {
        let place = format!("electricity[{position}]");
        for (field, value) in [
            ("amount", source.amount),
            ("emission_factor", source.emission_factor),
        ] {
            if let Some(value) = value {
                bounds::not_negative(&mut faults, format!("{place}.{field}"), value);
            }
        }
        let stated = [
            source.emission_factor.is_some(),
            source.cogeneration.is_some(),
            source.generation.is_some(),
        ];
        let fields = "emission_factor, cogeneration, generation".to_owned();
        match stated.into_iter().filter(|stated| *stated).count() {
            0 => faults.add(place.as_str(), Error::FieldsMissing { fields }),
            1 => {}
            _ => faults.add(place.as_str(), Error::FieldsExclude { fields }),
        }
        if let Some(name) = source.cogeneration.as_ref().filter(|name| !unit(name)) {
            faults.add(
                format!("{place}.cogeneration"),
                Error::NameUnknown { text: name.clone() },
            );
        }
        if let Some(generation) = &source.generation {
            let place = format!("{place}.generation");
            let cleaning = generation.flue_gas_cleaning;
            flows::check_fuels(&mut faults, &place, &generation.fuels, cleaning);
            bounds::positive(
                &mut faults,
                format!("{place}.electricity"),
                generation.electricity,
            );
        }
        if source.amount.is_none() && installation.electricity.len() > 1 {
            faults.add(
                place.as_str(),
                Error::FieldsMissing {
                    fields: "amount".into(),
                },
            );
        }
        let claim = match source.basis {
            ElectricityBasis::DirectLink => "direct_link",
            ElectricityBasis::PowerPurchase => "power_purchase",
            ElectricityBasis::GridAlternative => "grid_alternative",
            _ => "",
        };
        if !claim.is_empty() && source.evidence.is_empty() {
            faults.add(
                format!("{place}.evidence"),
                Error::EvidenceMissing {
                    claim: claim.into(),
                },
            );
        }
    }
    for (position, precursor) in installation.precursor.iter().enumerate() {
        let place = format!("precursor[{position}]");
        for (field, value) in [
            ("direct", precursor.direct),
            ("indirect", precursor.indirect),
            ("electricity", precursor.electricity),
            ("electricity_factor", precursor.electricity_factor),
            ("default_direct", precursor.default_direct),
            ("default_indirect", precursor.default_indirect),
        ] {
            if let Some(value) = value {
                bounds::not_negative(&mut faults, format!("{place}.{field}"), value);
            }
        }
        if precursor.default_direct.is_some() && precursor.default_document.is_empty() {
            faults.add(
                format!("{place}.default_document"),
                Error::EvidenceMissing {
                    claim: "default_direct".into(),
                },
            );
        }
    }
    if installation.process.is_empty() {
        faults.add(
            "process",
            Error::FieldsMissing {
                fields: "process".into(),
            },
        );
    }
    for (position, item) in installation.process.iter().enumerate() {
        check_process(
            &mut faults,
            &format!("process[{position}]"),
            item,
            installation,
            methodology,
            &unit,
            &sourced,
        );
    }
    faults.none()
}

fn check_process(
    faults: &mut Faults,
    place: &str,
    process: &Process,
    installation: &Installation,
    methodology: &Methodology,
    unit: &dyn Fn(&str) -> bool,
    sourced: &dyn Fn(&str) -> bool,
) {
    bounds::positive(
        faults,
        format!("{place}.activity_level"),
        process.activity_level,
    );
    for (field, value) in [
        (
            "direct_emissions",
            process.direct_emissions.unwrap_or_default(),
        ),
        ("waste_gas_imported", process.waste_gas_imported),
        ("waste_gas_exported", process.waste_gas_exported),
        ("electricity_consumed", process.electricity_consumed),
    ] {
        bounds::not_negative(faults, format!("{place}.{field}"), value);
    }
    chemicals::check(process, faults, place);
    if !process.electricity_consumed.is_zero() && installation.electricity.is_empty() {
        faults.add(
            format!("{place}.electricity_consumed"),
            Error::FieldsMissing {
                fields: "electricity".into(),
            },
        );
    }
    for name in process
        .electricity_sources
        .iter()
        .filter(|name| !sourced(name))
    {
        faults.add(
            format!("{place}.electricity_sources"),
            Error::NameUnknown { text: name.clone() },
        );
    }
    for (kind, list) in [
        ("heat_imported", &process.heat_imported),
        ("heat_exported", &process.heat_exported),
    ] {
        for (number, heat) in list.iter().enumerate() {
            let place = format!("{place}.{kind}[{number}]");
            bounds::not_negative(faults, format!("{place}.amount"), heat.amount);
            if let Some(value) = heat.emission_factor {
                bounds::not_negative(faults, format!("{place}.emission_factor"), value);
            }
            if let Some(value) = heat.efficiency {
                bounds::positive(faults, format!("{place}.efficiency"), value);
            }
            if let Some(fuel) = &heat.standard_fuel {
                faults.keep(format!("{place}.standard_fuel"), methodology.fuel(fuel));
            }
            if let Some(name) = heat.cogeneration.as_ref().filter(|name| !unit(name)) {
                faults.add(
                    format!("{place}.cogeneration"),
                    Error::NameUnknown { text: name.clone() },
                );
            }
            let stated = [
                heat.emission_factor.is_some(),
                heat.standard_fuel.is_some(),
                heat.cogeneration.is_some(),
                !heat.fuels.is_empty(),
            ];
            flows::check_fuels(faults, &place, &heat.fuels, heat.flue_gas_cleaning);
            if heat.fuels.is_empty() && !heat.flue_gas_cleaning.is_zero() {
                faults.add(
                    place.as_str(),
                    Error::FieldsMissing {
                        fields: "fuels".into(),
                    },
                );
            }
            let zero = matches!(
                heat.origin,
                HeatOrigin::Exothermic | HeatOrigin::Electricity
            );
            match stated.into_iter().filter(|stated| *stated).count() {
                0 if !zero => faults.add(
                    place,
                    Error::FieldsMissing {
                        fields: "emission_factor, standard_fuel, cogeneration, fuels".into(),
                    },
                ),
                0 => {}
                1 if !zero => {}
                _ => faults.add(
                    place,
                    Error::FieldsExclude {
                        fields: "origin, emission_factor, standard_fuel, cogeneration, fuels"
                            .into(),
                    },
                ),
            }
        }
    }
    for (number, produced) in process.electricity_produced.iter().enumerate() {
        let place = format!("{place}.electricity_produced[{number}]");
        bounds::not_negative(faults, format!("{place}.amount"), produced.amount);
        if produced.emission_factor.is_none() == produced.cogeneration.is_none() {
            faults.add(
                place.as_str(),
                Error::FieldsMissing {
                    fields: "emission_factor, cogeneration".into(),
                },
            );
        }
        if let Some(name) = produced.cogeneration.as_ref().filter(|name| !unit(name)) {
            faults.add(
                format!("{place}.cogeneration"),
                Error::NameUnknown { text: name.clone() },
            );
        }
    }
    for (number, used) in process.precursors.iter().enumerate() {
        let place = format!("{place}.precursors[{number}]");
        bounds::not_negative(faults, format!("{place}.amount"), used.amount);
        let known = installation
            .process
            .iter()
            .any(|other| other.name == used.name)
            || installation
                .precursor
                .iter()
                .any(|other| other.name == used.name);
        if !known {
            faults.add(
                format!("{place}.name"),
                Error::NameUnknown {
                    text: used.name.clone(),
                },
            );
        }
    }
    for (number, good) in process.goods.iter().enumerate() {
        let place = format!("{place}.goods[{number}]");
        if let Some(value) = good.content {
            bounds::not_negative(faults, format!("{place}.content"), value);
        }
        let content = !process.unit.content().is_empty();
        if content && good.content.is_none() {
            faults.add(
                place.as_str(),
                Error::FieldsMissing {
                    fields: "content".into(),
                },
            );
        }
        match (good.content_from, good.content_to) {
            (Some(from), Some(to)) => {
                bounds::share(faults, format!("{place}.content_from"), from);
                bounds::share(faults, format!("{place}.content_to"), to);
                let width = crate::Exact::from(to).sub(&from.into());
                let limit = crate::Exact::from(Decimal::from_parts(1, 1));
                if width.is_ok_and(|width| width > limit || width.is_negative()) {
                    faults.add(
                        format!("{place}.content_to"),
                        Error::RangeTooWide {
                            text: format!("{from} – {to}"),
                            limit: "0.1".into(),
                        },
                    );
                }
            }
            (None, None) => {}
            _ => faults.add(
                place,
                Error::FieldsMissing {
                    fields: "content_from, content_to".into(),
                },
            ),
        }
    }
}

struct Calculation<'a> {
    installation: &'a Installation,
    methodology: &'a Methodology,
    tables: &'a Tables,
    report: &'a mut Report,
}

/// Emissions that belong to a process, by its name.
type Parts<'a> = BTreeMap<&'a str, Vec<Number>>;

/// Attributed emissions of a process, tCO2e, and its electricity, MWh.
#[derive(Clone, Copy)]
struct Attributed {
    direct: Number,
    indirect: Number,
    electricity: Number,
}

impl<'a> Calculation<'a> {
    fn run(&mut self) -> Result<(), Error> {
        let (totals, parts) = self.emissions()?;
        let installation = self.installation;
        let mut units = BTreeMap::new();
        for (position, unit) in installation.cogeneration.iter().enumerate() {
            let place = format!("cogeneration[{position}]");
            let factors = unit.calculate(&mut self.report.derivation, self.methodology, &place)?;
            units.insert(unit.name.as_str(), factors);
        }
        let sources = flows::sources(
            &installation.electricity,
            &mut self.report.derivation,
            self.methodology,
            &units,
        )?;

        // Directly attributable emissions and electricity, reconciled where that was asked for.
        let mut direct = Vec::new();
        let mut electricity = Vec::new();
        for (position, process) in installation.process.iter().enumerate() {
            let derivation = &mut self.report.derivation;
            let name = process.name.as_str();
            direct.push(match process.direct_emissions {
                Some(value) => derivation.input(
                    "cbam_directly_attributable",
                    name,
                    value,
                    "tCO2e",
                    format!("process[{position}].direct_emissions"),
                    process.evidence.as_str(),
                ),
                None => derivation.sum(
                    rule::DIRECT,
                    "cbam_directly_attributable",
                    name,
                    "tCO2e",
                    parts.get(name).map_or(&[][..], Vec::as_slice),
                )?,
            });
            electricity.push(derivation.input(
                "cbam_electricity_consumed",
                name,
                process.electricity_consumed,
                "MWh",
                format!("process[{position}].electricity_consumed"),
                process.evidence.as_str(),
            ));
        }
        let derivation = &mut self.report.derivation;
        let total = derivation.sum(rule::TOTAL, "cbam_direct_unrounded", "", "tCO2e", &totals)?;
        if installation.reconcile.contains(&DataSet::DirectEmissions) {
            direct = self.reconcile(total, &direct, "cbam_directly_attributable", "tCO2e")?;
        }
        if installation.reconcile.contains(&DataSet::Electricity) {
            let amounts: Vec<_> = sources.values().filter_map(|(amount, _)| *amount).collect();
            let supplied = self.report.derivation.sum(
                rule::TOTAL,
                "cbam_electricity_amount",
                "",
                "MWh",
                &amounts,
            )?;
            electricity =
                self.reconcile(supplied, &electricity, "cbam_electricity_consumed", "MWh")?;
        }

        let (mut attributed, mut beside) = (Vec::new(), Vec::new());
        for (position, process) in installation.process.iter().enumerate() {
            let place = format!("process[{position}]");
            let indirect = if process.electricity_consumed.is_zero() {
                self.report.derivation.sum(
                    rule::ATTRIBUTED_INDIRECT,
                    "cbam_attributed_indirect",
                    process.name.as_str(),
                    "tCO2e",
                    &[],
                )?
            } else {
                let factor = flows::mix(process, &sources, &mut self.report.derivation)?;
                self.report.derivation.product(
                    rule::ATTRIBUTED_INDIRECT,
                    "cbam_attributed_indirect",
                    process.name.as_str(),
                    "tCO2e",
                    &[electricity[position], factor],
                )?
            };
            let direct = self.attributed_direct(process, &place, direct[position], &units)?;
            let whole = Attributed {
                direct,
                indirect,
                electricity: electricity[position],
            };
            let own = self.of_goods(process, &place, whole, &mut beside)?;
            self.report.outcome(own.direct);
            self.report.outcome(own.indirect);
            attributed.push(own);
        }
        self.totals(total, &attributed, &beside)?;
        specific::calculate(self, &attributed)
    }

    /// Emissions of the installation, and of each process those that belong to it.
    fn emissions(&mut self) -> Result<(Vec<Number>, Parts<'a>), Error> {
        let mut totals = Vec::new();
        let mut energies = Vec::new();
        let mut parts: Parts<'a> = BTreeMap::new();
        let installation = self.installation;
        let ratio = self.methodology.figure("carbon_ratio")?;
        for (position, stream) in installation.streams.iter().enumerate() {
            let place = format!("source_stream[{position}]");
            let standard = stream
                .standard_fuel
                .as_ref()
                .map(|fuel| self.methodology.fuel(fuel))
                .transpose()?;
            let (mut emission_factor, net_calorific_value) = standard
                .map_or((None, None), |(factor, calorific)| {
                    (Some(factor), calorific)
                });
            let mut carbon_content = None;
            if let Some(name) = &stream.standard_material {
                let material = self.methodology.material(name)?;
                emission_factor = Some(material.factor);
                carbon_content = material.carbon;
            }
            let published = Published {
                carbon_ratio: ratio.clone(),
                emission_factor,
                carbon_content,
                net_calorific_value,
            };
            let derivation = &mut self.report.derivation;
            let emissions = stream.calculate(derivation, &rule::CLAUSES, &published, &place)?;
            totals.push(emissions.counted);
            energies.extend(emissions.energy);
            if let Some(process) = &stream.process {
                parts.entry(process).or_default().push(emissions.counted);
            }
            for (process, share) in &stream.shares {
                let share = derivation.input(
                    "cbam_share",
                    process.as_str(),
                    *share,
                    "",
                    format!("{place}.shares.{process}"),
                    stream.evidence.as_str(),
                );
                let part = derivation.product(
                    rule::SHARED,
                    "eu_stream_emissions",
                    stream.name.as_str(),
                    "tCO2",
                    &[emissions.counted, share],
                )?;
                parts.entry(process).or_default().push(part);
            }
            self.report.outcome(emissions.counted);
            if let Some(zero_rated) = emissions.zero_rated {
                self.report.outcome(zero_rated);
            }
            if stream.biomass_fraction.is_some() && !stream.zero_rated {
                self.report
                    .notice("cbam_biomass_not_zero_rated", stream.name.as_str(), "");
            }
            let assumed = match stream.method {
                Method::Combustion => {
                    stream.oxidation_factor.is_none() && stream.ash_carbon.is_none()
                }
                Method::Process => stream.conversion_factor.is_none(),
                Method::MassBalance => false,
            };
            if assumed {
                self.report
                    .notice("cbam_full_oxidation", stream.name.as_str(), "1");
            }
        }
        let energy = self.report.derivation.sum(
            rule::FUEL_BALANCE,
            "cbam_fuel_energy",
            "",
            "TJ",
            &energies,
        )?;
        self.report.outcome(energy);
        for (position, pfc) in installation.pfc.iter().enumerate() {
            let place = format!("pfc[{position}]");
            let number = pfc.calculate(&mut self.report.derivation, self.methodology, &place)?;
            totals.push(number);
            if let Some(process) = &pfc.process {
                parts.entry(process).or_default().push(number);
            }
            self.report.outcome(number);
        }
        for (position, measured) in installation.measured.iter().enumerate() {
            let place = format!("measured[{position}]");
            let number =
                measured.calculate(&mut self.report.derivation, self.methodology, &place)?;
            totals.push(number);
            if let Some(process) = &measured.process {
                parts.entry(process).or_default().push(number);
            }
            self.report.outcome(number);
        }
        for (position, clinker) in installation.clinker.iter().enumerate() {
            let place = format!("clinker[{position}]");
            let number =
                clinker.calculate(&mut self.report.derivation, self.methodology, &place)?;
            totals.push(number);
            if let Some(process) = &clinker.process {
                parts.entry(process).or_default().push(number);
            }
            self.report.outcome(number);
            if clinker.emission_factor.is_none() {
                self.report
                    .notice("cbam_clinker_standard_factor", clinker.name.as_str(), "");
            }
        }
        self.transfers(&mut totals, &mut parts)?;
        Ok((totals, parts))
    }

    /// CO2 that is not emitted, deducted; CO2 received is reported only.
    fn transfers(&mut self, totals: &mut Vec<Number>, parts: &mut Parts<'a>) -> Result<(), Error> {
        let (emitted, mut deductions) = (totals.clone(), Vec::new());
        let installation = self.installation;
        for (position, transfer) in installation.transfer.iter().enumerate() {
            let place = format!("transfer[{position}]");
            let derivation = &mut self.report.derivation;
            let (reported, counted) = transfer.calculate(derivation, &place)?;
            self.report.outcome(reported);
            let Some(counted) = counted else { continue };
            totals.push(counted);
            deductions.push(reported);
            if let Some(process) = &transfer.process {
                parts.entry(process).or_default().push(counted);
            }
        }
        if deductions.is_empty() {
            return Ok(());
        }
        let derivation = &mut self.report.derivation;
        let emitted = derivation.sum(rule::TOTAL, "cbam_emitted", "", "tCO2e", &emitted)?;
        let kept = derivation.sum(
            rule::CO2_DEDUCTED,
            "cbam_co2_not_emitted",
            "",
            "tCO2",
            &deductions,
        )?;
        self.report.outcome(kept);
        let (emitted, kept) = (
            self.report.derivation.value(emitted),
            self.report.derivation.value(kept),
        );
        if kept > emitted {
            return Err(Error::PartExceedsWhole {
                part: kept.to_string(),
                whole: emitted.to_string(),
            });
        }
        Ok(())
    }

    /// What of a process's emissions its goods bear, where it makes other chemicals too.
    fn of_goods(
        &mut self,
        process: &Process,
        place: &str,
        whole: Attributed,
        beside: &mut Vec<Number>,
    ) -> Result<Attributed, Error> {
        let derivation = &mut self.report.derivation;
        let Some(shares) = chemicals::shares(process, derivation, place)? else {
            return Ok(whole);
        };
        let name = process.name.as_str();
        let mut outcomes = Vec::new();
        let mut of = |number, share, label, subject: &str, unit| {
            derivation.product(rule::MOLAR, label, subject, unit, &[number, share])
        };
        for (other, share) in &shares.others {
            let subject = format!("{name}: {other}");
            let label = "cbam_co_product_direct";
            let direct = of(whole.direct, *share, label, &subject, "tCO2e")?;
            let label = "cbam_co_product_indirect";
            let indirect = of(whole.indirect, *share, label, &subject, "tCO2e")?;
            beside.push(direct);
            outcomes.extend([direct, indirect]);
        }
        let goods = shares.goods;
        let own = Attributed {
            direct: of(whole.direct, goods, "cbam_attributed_direct", name, "tCO2e")?,
            indirect: of(
                whole.indirect,
                goods,
                "cbam_attributed_indirect",
                name,
                "tCO2e",
            )?,
            electricity: of(
                whole.electricity,
                goods,
                "cbam_electricity_consumed",
                name,
                "MWh",
            )?,
        };
        for number in outcomes {
            self.report.outcome(number);
        }
        if shares.by_mass {
            self.report.notice("cbam_co_products_by_mass", name, "");
        }
        Ok(own)
    }

    fn reconcile(
        &mut self,
        whole: Number,
        parts: &[Number],
        label: &'static str,
        unit: &'static str,
    ) -> Result<Vec<Number>, Error> {
        let derivation = &mut self.report.derivation;
        let sum = derivation.sum(rule::RECONCILIATION, label, "", unit, parts)?;
        let factor = derivation.quotient(
            rule::RECONCILIATION,
            "cbam_reconciliation_factor",
            label,
            "",
            &[whole, sum],
        )?;
        let corrected = parts
            .iter()
            .map(|part| {
                let subject = derivation.node(*part).subject.clone();
                derivation.product(rule::RECONCILIATION, label, subject, unit, &[*part, factor])
            })
            .collect();
        self.report.outcome(factor);
        corrected
    }

    fn attributed_direct(
        &mut self,
        process: &Process,
        place: &str,
        direct: Number,
        units: &flows::Units<'_>,
    ) -> Result<Number, Error> {
        let name = process.name.as_str();
        let methodology = self.methodology;
        let derivation = &mut self.report.derivation;
        let (mut added, mut taken) = (vec![direct], Vec::new());
        for (list, kind, sums) in [
            (&process.heat_imported, "heat_imported", &mut added),
            (&process.heat_exported, "heat_exported", &mut taken),
        ] {
            for (number, heat) in list.iter().enumerate() {
                let place = format!("{place}.{kind}[{number}]");
                sums.extend(heat.calculate(derivation, methodology, units, process, &place)?);
            }
        }
        for (energy, field, rule, sums) in [
            (
                process.waste_gas_imported,
                "waste_gas_imported",
                rule::WASTE_GAS_IN,
                &mut added,
            ),
            (
                process.waste_gas_exported,
                "waste_gas_exported",
                rule::WASTE_GAS_OUT,
                &mut taken,
            ),
        ] {
            if energy.is_zero() {
                continue;
            }
            let energy = derivation.input(
                "cbam_waste_gas_energy",
                name,
                energy,
                "TJ",
                format!("{place}.{field}"),
                process.evidence.as_str(),
            );
            let factor = gases::published_figure(
                derivation,
                "cbam_natural_gas_factor",
                "",
                methodology.figure("natural_gas_factor")?,
            );
            let mut operands = vec![energy, factor];
            if field == "waste_gas_exported" {
                operands.push(gases::published_figure(
                    derivation,
                    "cbam_waste_gas_correction",
                    "",
                    methodology.figure("waste_gas_correction")?,
                ));
            }
            sums.push(derivation.product(rule, "cbam_waste_gas", name, "tCO2", &operands)?);
        }
        for (number, produced) in process.electricity_produced.iter().enumerate() {
            let place = format!("{place}.electricity_produced[{number}]");
            let amount = derivation.input(
                "cbam_electricity_produced",
                name,
                produced.amount,
                "MWh",
                format!("{place}.amount"),
                process.evidence.as_str(),
            );
            let factor = match &produced.cogeneration {
                Some(unit) => {
                    units
                        .get(unit.as_str())
                        .ok_or_else(|| Error::NameUnknown { text: unit.clone() })?
                        .1
                }
                None => derivation.input(
                    "cbam_electricity_factor",
                    name,
                    produced.emission_factor.unwrap_or_default(),
                    "tCO2/MWh",
                    format!("{place}.emission_factor"),
                    process.evidence.as_str(),
                ),
            };
            taken.push(derivation.product(
                rule::ELECTRICITY,
                "cbam_electricity_emissions",
                name,
                "tCO2",
                &[amount, factor],
            )?);
        }
        let added = derivation.sum(
            rule::ATTRIBUTED_DIRECT,
            "cbam_attributed_added",
            name,
            "tCO2e",
            &added,
        )?;
        let mut operands = vec![added];
        operands.extend(taken);
        let balance = derivation.difference(
            rule::ATTRIBUTED_DIRECT,
            "cbam_attributed_balance",
            name,
            "tCO2e",
            &operands,
        )?;
        let below = derivation.value(balance).is_negative();
        let zero = derivation.constant("eu_zero", 0_u32, "tCO2e");
        let attributed = derivation.derive(
            rule::NOT_BELOW_ZERO,
            Operator::Maximum,
            "cbam_attributed_direct",
            name,
            "tCO2e",
            &[balance, zero],
        )?;
        if below {
            let value = derivation.value(balance).to_fixed(0, Rounding::HalfUp)?;
            self.report.notice("cbam_negative_set_to_zero", name, value);
        }
        Ok(attributed)
    }

    fn totals(
        &mut self,
        total: Number,
        attributed: &[Attributed],
        beside: &[Number],
    ) -> Result<(), Error> {
        let derivation = &mut self.report.derivation;
        let mut direct: Vec<_> = attributed.iter().map(|part| part.direct).collect();
        direct.extend(beside);
        let indirect: Vec<_> = attributed.iter().map(|part| part.indirect).collect();
        let indirect = derivation.sum(
            rule::TOTAL,
            "cbam_indirect_unrounded",
            "",
            "tCO2e",
            &indirect,
        )?;
        let mut results = vec![total, indirect];
        let zero = derivation.constant("eu_zero", 0_u32, "tCO2e");
        for (number, label) in [
            (total, "cbam_direct_total"),
            (indirect, "cbam_indirect_total"),
        ] {
            let whole = derivation.sum(rule::TONNES, label, "", "tCO2e", &[number, zero])?;
            results.push(derivation.round(rule::TONNES, whole, 0, Rounding::HalfUp)?);
        }
        let attributed =
            derivation.sum(rule::TOTAL, "cbam_attributed_total", "", "tCO2e", &direct)?;
        results.push(derivation.difference(
            rule::UNATTRIBUTED,
            "cbam_unattributed",
            "",
            "tCO2e",
            &[total, attributed],
        )?);
        for number in results {
            self.report.outcome(number);
        }
        Ok(())
    }
}
