//! An installation in the EU ETS: annual emissions by calculation (Implementing Regulation (EU) 2018/2066, MRR), and free
//! allocation of its sub-installations (Delegated Regulation (EU) 2019/331, FAR; Implementing Regulation (EU) 2019/1842).

mod form;
mod formulas;
mod rules;

use super::source_stream::{Emissions, Published};
use super::{Context, Standard, bounds};
use crate::derivation::{Derivation, Number, Operator};
use crate::error::Error;
use crate::exact::Rounding;
use crate::report::{Faults, Report};
use form::{Class, Installation, Kind, Monitored, SubInstallation};
use formulas as rule;
use rules::{Limits, Rules};

const CODE: &str = "eu_ets";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: CODE,
    document: "Implementing Regulation (EU) 2018/2066; Delegated Regulation (EU) 2019/331; Implementing Regulation (EU) 2019/1842",
    example: include_str!("../../examples/eu_ets.toml"),
    exports: &[],
    run,
};

fn run(document: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let installation: Installation = crate::document::read_value(document)?;
    let rules = rules::rules()?;
    let mut faults = Faults::new();
    check(&installation, &rules, &mut faults);
    faults.none()?;
    let mut report = Report::new(CODE, "MRR 2018/2066, FAR 2019/331");
    monitor(&installation, &rules, &mut report)?;
    allocate(&installation, &rules, &mut report)?;
    Ok(report)
}

fn check(installation: &Installation, rules: &Rules, faults: &mut Faults) {
    let names = installation
        .streams
        .iter()
        .map(|stream| stream.stream.name.as_str());
    bounds::unique(faults, "source_stream", names);
    let names = installation
        .sub_installation
        .iter()
        .map(|part| part.name.as_str());
    bounds::unique(faults, "sub_installation", names);
    let known = |name: &str| {
        installation
            .sub_installation
            .iter()
            .any(|part| part.name == name)
    };
    for (position, monitored) in installation.streams.iter().enumerate() {
        let place = format!("source_stream[{position}]");
        monitored.stream.check(faults, &place, &known);
        // The standard factors of MRR Annex VI are not held here.
        for (field, standard) in [
            ("standard_fuel", &monitored.stream.standard_fuel),
            ("standard_material", &monitored.stream.standard_material),
        ] {
            if standard.is_some() {
                faults.add(
                    format!("{place}.{field}"),
                    Error::FieldsMissing {
                        fields: "emission_factor".into(),
                    },
                );
            }
        }
        if monitored.stream.zero_rated && monitored.stream.evidence.is_empty() {
            faults.add(
                format!("{place}.evidence"),
                Error::EvidenceMissing {
                    claim: "zero_rated".into(),
                },
            );
        }
        check_tier(monitored, installation, rules, faults, &place);
    }
    if let Some(average) = installation.average_emissions {
        bounds::not_negative(faults, "average_emissions", average);
    }
    for (position, part) in installation.sub_installation.iter().enumerate() {
        let place = format!("sub_installation[{position}]");
        for (number, level) in part.levels.iter().chain(&part.recent).enumerate() {
            bounds::not_negative(faults, format!("{place}.levels[{number}]"), *level);
        }
        if part.levels.is_empty() {
            faults.add(
                place.as_str(),
                Error::FieldsMissing {
                    fields: "levels".into(),
                },
            );
        }
        match (part.benchmark, part.benchmark_document.is_empty()) {
            (Some(_), true) => faults.add(
                format!("{place}.benchmark_document"),
                Error::EvidenceMissing {
                    claim: "benchmark".into(),
                },
            ),
            (Some(value), false) => {
                bounds::not_negative(faults, format!("{place}.benchmark"), value)
            }
            (None, _) => {
                let found = rules.benchmark(part.benchmark_name(), installation.year);
                faults.keep(format!("{place}.benchmark_name"), found);
            }
        }
        let exposure = rules.exposure(
            part.exposed,
            part.kind == Kind::DistrictHeating,
            installation.year,
        );
        faults.keep(format!("{place}.exposed"), exposure);
    }
}

/// Category of the installation by its average emissions: 0 is A, 1 is B, 2 is C.
fn category(installation: &Installation, rules: &Rules) -> Option<usize> {
    let average = installation.average_emissions?;
    let ((a, _), (b, _)) = rules.categories();
    Some(usize::from(average > a) + usize::from(average > b))
}

/// Tier of activity data: its uncertainty, and what the category asks for (MRR Article 26).
fn check_tier(
    monitored: &Monitored,
    installation: &Installation,
    rules: &Rules,
    faults: &mut Faults,
    place: &str,
) {
    let (Some(tier), Some(uncertainty)) = (monitored.tier, monitored.uncertainty) else {
        if monitored.class != Class::DeMinimis {
            faults.add(
                place,
                Error::FieldsMissing {
                    fields: "tier, uncertainty".into(),
                },
            );
        }
        return;
    };
    bounds::not_negative(faults, format!("{place}.uncertainty"), uncertainty);
    let Some((limit, _)) = rules.uncertainty(tier) else {
        faults.add(
            format!("{place}.tier"),
            Error::TierNotMet {
                text: tier.to_string(),
                limit: "1 – 4".into(),
            },
        );
        return;
    };
    if uncertainty > limit {
        faults.add(
            format!("{place}.uncertainty"),
            Error::TierNotMet {
                text: uncertainty.to_string(),
                limit: limit.to_string(),
            },
        );
    }
    let required = match (monitored.class, category(installation, rules)) {
        (Class::Major, Some(0)) => {
            if monitored.solid {
                1
            } else {
                2
            }
        }
        (Class::Major, Some(_)) => 4,
        _ => 1,
    };
    if tier < required && monitored.tier_justification.is_empty() {
        faults.add(
            format!("{place}.tier"),
            Error::TierNotMet {
                text: tier.to_string(),
                limit: required.to_string(),
            },
        );
    }
}

fn monitor(installation: &Installation, rules: &Rules, report: &mut Report) -> Result<(), Error> {
    if installation.streams.is_empty() {
        return Ok(());
    }
    let published = Published {
        carbon_ratio: rules.carbon_ratio(),
        emission_factor: None,
        carbon_content: None,
        net_calorific_value: None,
    };
    let mut all: Vec<(Class, Emissions)> = Vec::new();
    for (position, monitored) in installation.streams.iter().enumerate() {
        let place = format!("source_stream[{position}]");
        let emissions = monitored.stream.calculate(
            &mut report.derivation,
            &rule::CLAUSES,
            &published,
            &place,
        )?;
        report.outcome(emissions.counted);
        if let Some(zero_rated) = emissions.zero_rated {
            report.outcome(zero_rated);
        }
        if !monitored.tier_justification.is_empty() {
            report.notice(
                "ets_tier_lower",
                monitored.stream.name.as_str(),
                monitored.tier_justification.as_str(),
            );
        }
        all.push((monitored.class, emissions));
    }
    let derivation = &mut report.derivation;
    let counted: Vec<Number> = all.iter().map(|(_, emissions)| emissions.counted).collect();
    let total = derivation.sum(rule::TOTAL, "ets_emissions", "", "tCO2e", &counted)?;
    let energies: Vec<Number> = all
        .iter()
        .filter_map(|(_, emissions)| emissions.energy)
        .collect();
    let energy = derivation.sum(rule::ENERGY, "ets_energy", "", "TJ", &energies)?;
    let rounded = derivation.round(rule::TONNES, total, 0, Rounding::HalfUp)?;

    // Classes are judged by the sizes of the streams, before outputs are taken off.
    let zero = derivation.constant("eu_zero", 0_u32, "tCO2");
    let mut sizes = Vec::new();
    for (class, emissions) in &all {
        let subject = derivation.node(emissions.counted).subject.clone();
        let minus = derivation.difference(
            rule::SIZE,
            "ets_stream_size",
            subject.as_str(),
            "tCO2",
            &[zero, emissions.counted],
        )?;
        let size = derivation.derive(
            rule::SIZE,
            Operator::Maximum,
            "ets_stream_size",
            subject,
            "tCO2",
            &[emissions.counted, minus],
        )?;
        sizes.push((*class, size));
    }
    let numbers: Vec<Number> = sizes.iter().map(|(_, size)| *size).collect();
    let whole = derivation.sum(rule::SIZE, "ets_stream_size", "", "tCO2", &numbers)?;
    let mut outcomes = vec![rounded, energy];
    for (class, label, name, limits) in [
        (Class::Minor, "ets_minor", "minor", rules.minor()),
        (
            Class::DeMinimis,
            "ets_de_minimis",
            "de_minimis",
            rules.de_minimis(),
        ),
    ] {
        let members: Vec<Number> = sizes
            .iter()
            .filter(|(of, _)| *of == class)
            .map(|(_, size)| *size)
            .collect();
        let sum = derivation.sum(rule::CLASS, label, "", "tCO2", &members)?;
        let limit = limit(derivation, name, limits, whole)?;
        if derivation.value(sum) > derivation.value(limit) {
            return Err(Error::StreamClass {
                class: name.to_owned(),
                total: derivation.value(sum).to_fixed(0, Rounding::HalfUp)?,
                limit: derivation.value(limit).to_fixed(0, Rounding::HalfUp)?,
            });
        }
        outcomes.extend([sum, limit]);
    }
    for number in outcomes {
        report.outcome(number);
    }
    match category(installation, rules) {
        Some(category) => {
            let average = installation
                .average_emissions
                .unwrap_or_default()
                .to_string();
            report.notice("ets_category", ["A", "B", "C"][category.min(2)], average);
        }
        None => report.notice("ets_category_unknown", "", ""),
    }
    Ok(())
}

/// The higher of the tonnes and of the share of the total, this one up to its ceiling.
fn limit(
    derivation: &mut Derivation,
    name: &'static str,
    limits: Limits,
    whole: Number,
) -> Result<Number, Error> {
    let mut figure = |(value, citation), unit: &'static str| {
        derivation.parameter("ets_class_figure", name, value, unit, citation)
    };
    let tonnes = figure(limits.tonnes, "t");
    let share = figure(limits.share, "");
    let ceiling = figure(limits.ceiling, "t");
    let part = derivation.product(rule::CLASS, "ets_class_limit", name, "t", &[whole, share])?;
    let part = derivation.derive(
        rule::CLASS,
        Operator::Minimum,
        "ets_class_limit",
        name,
        "t",
        &[part, ceiling],
    )?;
    derivation.derive(
        rule::CLASS,
        Operator::Maximum,
        "ets_class_limit",
        name,
        "t",
        &[part, tonnes],
    )
}

fn allocate(installation: &Installation, rules: &Rules, report: &mut Report) -> Result<(), Error> {
    let mut shares = Vec::new();
    for (position, part) in installation.sub_installation.iter().enumerate() {
        let place = format!("sub_installation[{position}]");
        shares.push(sub_installation(
            part,
            &place,
            installation.year,
            rules,
            report,
        )?);
    }
    if !shares.is_empty() {
        let total =
            report
                .derivation
                .sum(rule::INSTALLATION, "ets_allocation", "", "EUA", &shares)?;
        report.outcome(total);
    }
    Ok(())
}

fn sub_installation(
    part: &SubInstallation,
    place: &str,
    year: i64,
    rules: &Rules,
    report: &mut Report,
) -> Result<Number, Error> {
    let name = part.name.as_str();
    let derivation = &mut report.derivation;
    let (benchmark, unit) = match part.benchmark {
        Some(value) => {
            let unit = part.unit.clone().unwrap_or_else(|| "t".to_owned());
            let number = derivation.input(
                "ets_benchmark",
                name,
                value,
                format!("EUA/{unit}"),
                format!("{place}.benchmark"),
                part.benchmark_document.as_str(),
            );
            (number, unit)
        }
        None => {
            let ((value, citation), unit) = rules.benchmark(part.benchmark_name(), year)?;
            let number = derivation.parameter(
                "ets_benchmark",
                name,
                value,
                format!("EUA/{unit}"),
                citation,
            );
            (number, unit)
        }
    };
    let levels = mean(
        derivation,
        part,
        &part.levels,
        "ets_level",
        "levels",
        &unit,
        place,
    )?;
    let mut level = derivation.product(
        rule::HISTORICAL,
        "ets_historical_level",
        name,
        unit.clone(),
        &[levels],
    )?;
    let mut outcomes = vec![level];
    if !part.recent.is_empty() {
        let recent = mean(
            derivation,
            part,
            &part.recent,
            "ets_recent_level",
            "recent",
            &unit,
            place,
        )?;
        let change = derivation.difference(
            rule::CHANGE,
            "ets_level_change",
            name,
            unit.clone(),
            &[recent, level],
        )?;
        if !derivation.value(level).is_zero() {
            let change = derivation.quotient(
                rule::CHANGE,
                "ets_level_change",
                name,
                "",
                &[change, level],
            )?;
            let (threshold, citation) = rules.threshold();
            let threshold =
                derivation.parameter("ets_level_threshold", "", threshold, "", citation);
            let follows = derivation.value(change).abs() > *derivation.value(threshold);
            let chosen = if follows { recent } else { level };
            level = derivation.derive(
                rule::CHANGE,
                Operator::Choice,
                "ets_activity_level",
                name,
                unit,
                &[chosen, change, threshold],
            )?;
            outcomes.extend([change, level]);
            if follows {
                report.notice("ets_level_changed", name, "");
            }
        }
    }
    let derivation = &mut report.derivation;
    let (exposure, citation) =
        rules.exposure(part.exposed, part.kind == Kind::DistrictHeating, year)?;
    let exposure = derivation.parameter("ets_exposure", name, exposure, "", citation);
    let mut operands = vec![benchmark, level, exposure];
    if part.cbam {
        let (left, citation) = rules.cbam(year)?;
        operands.push(derivation.parameter("ets_cbam_factor", name, left, "", citation));
    }
    let preliminary =
        derivation.product(rule::PRELIMINARY, "ets_preliminary", name, "EUA", &operands)?;
    let (correction, citation) = rules.correction(year)?;
    let correction = derivation.parameter("ets_correction", "", correction, "", citation);
    let corrected = derivation.product(
        rule::FINAL,
        "ets_allocation",
        name,
        "EUA",
        &[preliminary, correction],
    )?;
    let allocation = derivation.round(rule::INTEGER, corrected, 0, Rounding::HalfUp)?;
    outcomes.extend([preliminary, allocation]);
    for number in outcomes {
        report.outcome(number);
    }
    Ok(allocation)
}

fn mean(
    derivation: &mut Derivation,
    part: &SubInstallation,
    levels: &[crate::decimal::Decimal],
    label: &'static str,
    field: &str,
    unit: &str,
    place: &str,
) -> Result<Number, Error> {
    let numbers: Vec<Number> = levels
        .iter()
        .enumerate()
        .map(|(position, level)| {
            derivation.input(
                label,
                part.name.as_str(),
                *level,
                unit.to_owned(),
                format!("{place}.{field}[{position}]"),
                part.evidence.as_str(),
            )
        })
        .collect();
    let sum = derivation.sum(
        rule::HISTORICAL,
        label,
        part.name.as_str(),
        unit.to_owned(),
        &numbers,
    )?;
    let years = u32::try_from(levels.len()).unwrap_or(u32::MAX);
    let count = derivation.constant("ets_years", years, "");
    derivation.quotient(
        rule::HISTORICAL,
        label,
        part.name.as_str(),
        unit.to_owned(),
        &[sum, count],
    )
}
