//! The carbon footprint of a product: GHG Protocol Product Standard, ISO 14067:2018, GB/T 24067-2024, with the fields of
//! the PACT data exchange as outcomes.
//!
//! The life cycle is a graph: each process states outputs, inputs (outputs of others, or its own) and emissions. One sparse
//! system is solved for how often each process runs for the unit of analysis, `w_i = f_i + Σ c_ij × w_j`; every figure is a
//! sum of `w × d` from there on, so that stages, kinds of emissions, primary data and quality come from the same runs.
//! Cycles are solved ([`solver`]), not refused.

mod check;
mod form;
mod formulas;
mod pact;
mod solver;

use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Citation, Derivation, Number, Operator, Standing, Unknown};
use crate::error::Error;
use crate::exact::Exact;
use crate::gas::{Gas, GwpSet};
use crate::report::{Faults, Report};
use crate::unit::Unit;
use form::{Allocation, Boundary, Data, Kind, Process, Product, Recycling, Stage};
use formulas as rule;
use std::collections::BTreeMap;

const CODE: &str = "ghg_product";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: CODE,
    document: "GHG Protocol Product Life Cycle Accounting and Reporting Standard (2011); ISO 14067:2018; GB/T 24067-2024",
    example: include_str!("../../examples/ghg_product.toml"),
    exports: &[pact::EXPORT],
    run,
};

fn run(document: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let product: Product = crate::document::read_value(document)?;
    let gwp_set = match &product.gwp_set {
        Some(text) => GwpSet::parse(text)?,
        None => GwpSet::Ar6,
    };
    let mut faults = Faults::new();
    check::check(&product, gwp_set, &mut faults);
    faults.none()?;
    let mut report = Report::new(CODE, format!("ISO 14067:2018, {}", gwp_set.code()));
    calculate(&product, gwp_set, &mut report)?;
    Ok(report)
}

/// A process or material of the system.
struct Part<'a> {
    name: &'a str,
    stage: Stage,
    data: Option<Data>,
    process: Option<&'a Process>,
}

/// An output: which part makes it, and `share ÷ amount`.
#[derive(Clone, Copy)]
struct Made<'a> {
    part: usize,
    unit: &'a str,
    per_unit: Number,
}

fn calculate(product: &Product, gwp_set: GwpSet, report: &mut Report) -> Result<(), Error> {
    let parts: Vec<Part<'_>> = product
        .process
        .iter()
        .map(|process| Part {
            name: &process.name,
            stage: process.stage,
            data: Some(process.data),
            process: Some(process),
        })
        .chain(product.material.iter().map(|material| Part {
            name: &material.name,
            stage: material.stage,
            data: None,
            process: None,
        }))
        .collect();
    let derivation = &mut report.derivation;
    let made = outputs(product, derivation)?;
    let links = links(product, &made, derivation)?;

    // f: the reference flow, at the one part that delivers it.
    let zero = derivation.constant("pcf_zero", 0_u32, "");
    let mut constants = vec![zero; parts.len()];
    let flow = derivation.input(
        "pcf_reference_flow",
        "",
        product.unit.amount,
        product.unit.unit.clone().unwrap_or_default(),
        "unit.amount",
        product.unit.description.as_str(),
    );
    if let Some(output) = made.get(product.unit.output.as_str()) {
        let flow = converted(derivation, flow, product.unit.unit.as_deref(), output.unit)?;
        constants[output.part] = derivation.product(
            rule::LINK,
            "pcf_demand",
            product.unit.output.as_str(),
            "",
            &[flow, output.per_unit],
        )?;
    }
    let (runs, effort) = solve(&parts, &constants, &links, derivation)?;
    if effort.cycles > 0 {
        report.notice(
            "pcf_cycles",
            "",
            format!(
                "{} / {} / {} / 10^-{}",
                effort.cycles,
                effort.largest,
                effort.sweeps,
                solver::EQUATION
            ),
        );
    }
    let contributions = contributions(&parts, &runs, gwp_set, &mut report.derivation)?;
    results(product, &parts, &contributions, report)
}

/// Shares of the outputs of each process, divided by their amounts.
fn outputs<'a>(
    product: &'a Product,
    derivation: &mut Derivation,
) -> Result<BTreeMap<&'a str, Made<'a>>, Error> {
    let mut made = BTreeMap::new();
    let one = derivation.constant("pcf_one", 1_u32, "");
    for (position, process) in product.process.iter().enumerate() {
        let evidence = process.source.as_str();
        let mut bases = Vec::new();
        for (number, output) in process.outputs.iter().enumerate() {
            let (label, field, value, unit) = match process.allocation {
                Some(Allocation::Mass) => ("pcf_output_mass", "mass", output.mass, "kg"),
                Some(Allocation::Energy) => ("pcf_output_energy", "energy", output.energy, "MJ"),
                Some(Allocation::Economic) => ("pcf_output_value", "value", output.value, ""),
                Some(Allocation::Shares) => ("pcf_share", "share", output.share, ""),
                Some(Allocation::SystemExpansion) | None => continue,
            };
            bases.push(derivation.input(
                label,
                output.name.as_str(),
                value.unwrap_or_default(),
                unit,
                format!("process[{position}].outputs[{number}].{field}"),
                process.allocation_reason.as_str(),
            ));
        }
        let total = if bases.is_empty() || process.allocation == Some(Allocation::Shares) {
            None
        } else {
            let (label, unit) = {
                let node = derivation.node(bases[0]);
                (node.label, node.unit.clone())
            };
            Some(derivation.sum(rule::ALLOCATED, label, process.name.as_str(), unit, &bases)?)
        };
        for (number, output) in process.outputs.iter().enumerate() {
            let name = output.name.as_str();
            if number > 0 && process.allocation == Some(Allocation::SystemExpansion) {
                continue;
            }
            let share = match (bases.get(number), total) {
                (Some(basis), Some(total)) => {
                    derivation.quotient(rule::ALLOCATED, "pcf_share", name, "", &[*basis, total])?
                }
                (Some(share), None) => *share,
                (None, _) => one,
            };
            let amount = derivation.input(
                "pcf_output",
                name,
                output.amount,
                output.unit.clone(),
                format!("process[{position}].outputs[{number}].amount"),
                evidence,
            );
            let per_unit =
                derivation.quotient(rule::INTENSITY, "pcf_per_unit", name, "", &[share, amount])?;
            made.insert(
                name,
                Made {
                    part: position,
                    unit: &output.unit,
                    per_unit,
                },
            );
        }
    }
    for (number, material) in product.material.iter().enumerate() {
        let unit = made
            .get(material.virgin.as_str())
            .map_or("", |virgin| virgin.unit);
        made.insert(
            material.name.as_str(),
            Made {
                part: product.process.len() + number,
                unit,
                per_unit: one,
            },
        );
    }
    Ok(made)
}

fn converted(
    derivation: &mut Derivation,
    amount: Number,
    from: Option<&str>,
    to: &str,
) -> Result<Number, Error> {
    let Some(from) = from.filter(|from| *from != to) else {
        return Ok(amount);
    };
    let ratio = Unit::parse(from)?.ratio_to(Unit::parse(to)?)?;
    let ratio = derivation.constant("pcf_unit_conversion", ratio, format!("{to}/{from}"));
    let (label, subject) = {
        let node = derivation.node(amount);
        (node.label, node.subject.clone())
    };
    derivation.product(
        rule::CONVERTED,
        label,
        subject,
        to.to_owned(),
        &[amount, ratio],
    )
}

/// For each part, which other it runs how often: `(other, c)`.
type Links = Vec<Vec<(usize, Number)>>;

/// Coefficients by consumer.
fn links(
    product: &Product,
    made: &BTreeMap<&str, Made<'_>>,
    derivation: &mut Derivation,
) -> Result<Links, Error> {
    let mut links: Links = Vec::new();
    for (position, process) in product.process.iter().enumerate() {
        let mut row = Vec::new();
        for (number, input) in process.inputs.iter().enumerate() {
            let Some(output) = made.get(input.name.as_str()) else {
                continue;
            };
            let amount = derivation.input(
                "pcf_input",
                input.name.as_str(),
                input.amount,
                input.unit.clone().unwrap_or_else(|| output.unit.to_owned()),
                format!("process[{position}].inputs[{number}].amount"),
                process.source.as_str(),
            );
            let amount = converted(derivation, amount, input.unit.as_deref(), output.unit)?;
            let link = derivation.product(
                rule::LINK,
                "pcf_link",
                input.name.as_str(),
                "",
                &[amount, output.per_unit],
            )?;
            row.push((output.part, link));
        }
        for (number, output) in process.outputs.iter().enumerate() {
            let Some(displaced) = output.displaces.as_deref().and_then(|name| made.get(name))
            else {
                continue;
            };
            if process.allocation != Some(Allocation::SystemExpansion) || number == 0 {
                continue;
            }
            let amount = derivation.input(
                "pcf_output",
                output.name.as_str(),
                output.amount,
                output.unit.clone(),
                format!("process[{position}].outputs[{number}].amount"),
                process.source.as_str(),
            );
            let amount = converted(derivation, amount, Some(&output.unit), displaced.unit)?;
            let minus = derivation.constant("pcf_minus_one", Exact::from_integer(-1), "");
            let link = derivation.product(
                rule::DISPLACED,
                "pcf_link",
                output.name.as_str(),
                "",
                &[minus, amount, displaced.per_unit],
            )?;
            row.push((displaced.part, link));
        }
        links.push(row);
    }
    for (number, material) in product.material.iter().enumerate() {
        links.push(circular(
            material,
            &format!("material[{number}]"),
            made,
            derivation,
        )?);
    }
    Ok(links)
}

/// What a unit of a material with recycled content runs, by the circular footprint formula; the other methods are cases of
/// its factor A.
fn circular(
    material: &form::Material,
    place: &str,
    made: &BTreeMap<&str, Made<'_>>,
    derivation: &mut Derivation,
) -> Result<Vec<(usize, Number)>, Error> {
    let name = material.name.as_str();
    let source = material.source.as_str();
    let input = |derivation: &mut Derivation, label, field: &str, value: Decimal| {
        derivation.input(label, name, value, "", format!("{place}.{field}"), source)
    };
    let one = derivation.constant("pcf_one", 1_u32, "");
    let factor = match (material.method, material.factor) {
        (Recycling::Circular, Some(value)) => {
            input(derivation, "pcf_recycling_factor", "factor", value)
        }
        (Recycling::CutOff, _) => derivation.constant("pcf_recycling_factor", 1_u32, ""),
        (Recycling::FiftyFifty, _) => {
            derivation.constant("pcf_recycling_factor", Decimal::from_parts(5, 1), "")
        }
        _ => derivation.constant("pcf_recycling_factor", 0_u32, ""),
    };
    let r1 = input(
        derivation,
        "pcf_recycled_content",
        "recycled_content",
        material.recycled_content,
    );
    let r2 = input(
        derivation,
        "pcf_recycling_rate",
        "recycling_rate",
        material.recycling_rate,
    );
    let quality = |derivation: &mut Derivation, field: &str, value: Option<Decimal>| match value {
        Some(value) => input(derivation, "pcf_quality_ratio", field, value),
        None => one,
    };
    let quality_in = quality(derivation, "quality_in", material.quality_in);
    let quality_out = quality(derivation, "quality_out", material.quality_out);
    let label = "pcf_link";
    let rest =
        derivation.difference(rule::VIRGIN, "pcf_recycling_rest", name, "", &[one, factor])?;
    let primary = derivation.difference(
        rule::VIRGIN,
        label,
        material.virgin.as_str(),
        "",
        &[one, r1],
    )?;
    let content = derivation.product(
        rule::VIRGIN,
        label,
        material.virgin.as_str(),
        "",
        &[r1, rest, quality_in],
    )?;
    let credit = derivation.product(
        rule::VIRGIN,
        label,
        material.virgin.as_str(),
        "",
        &[rest, r2, quality_out],
    )?;
    let virgin = derivation.sum(
        rule::VIRGIN,
        label,
        material.virgin.as_str(),
        "",
        &[primary, content],
    )?;
    let virgin = derivation.difference(
        rule::VIRGIN,
        label,
        material.virgin.as_str(),
        "",
        &[virgin, credit],
    )?;
    let recycled = derivation.product(
        rule::RECYCLED,
        label,
        material.recycled.as_str(),
        "",
        &[r1, factor],
    )?;
    let recovery_name = material.recovery.as_deref().unwrap_or(&material.recycled);
    let recovery = derivation.product(rule::RECOVERY, label, recovery_name, "", &[rest, r2])?;
    let mut chosen = vec![
        (material.virgin.as_str(), virgin),
        (material.recycled.as_str(), recycled),
        (recovery_name, recovery),
    ];
    if let Some(disposal) = &material.disposal {
        let number =
            derivation.difference(rule::DISPOSAL, label, disposal.as_str(), "", &[one, r2])?;
        chosen.push((disposal, number));
    }
    let mut row = Vec::new();
    for (target, coefficient) in chosen {
        let Some(output) = made.get(target) else {
            continue;
        };
        let link = derivation.product(
            rule::LINK,
            label,
            target,
            "",
            &[coefficient, output.per_unit],
        )?;
        row.push((output.part, link));
    }
    Ok(row)
}

/// How often each part runs for the unit of analysis.
fn solve(
    parts: &[Part<'_>],
    constants: &[Number],
    links: &Links,
    derivation: &mut Derivation,
) -> Result<(Vec<Number>, solver::Effort), Error> {
    // From the consumers' lists to the equations of the consumed.
    let mut rows: Links = vec![Vec::new(); parts.len()];
    for (consumer, row) in links.iter().enumerate() {
        for (part, link) in row {
            if !derivation.value(*link).is_zero() {
                rows[*part].push((consumer, *link));
            }
        }
    }
    let values: Vec<&Exact> = constants
        .iter()
        .map(|number| derivation.value(*number))
        .collect();
    let coefficients: Vec<Vec<(usize, &Exact)>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|(consumer, link)| (*consumer, derivation.value(*link)))
                .collect()
        })
        .collect();
    let (solution, effort) = solver::System::new(&values, &coefficients)?.solve()?;
    let base: Vec<Number> = (0..parts.len())
        .map(|ahead| derivation.upcoming(ahead))
        .collect();
    for (part, value) in solution.into_iter().enumerate() {
        let mut operands = vec![constants[part]];
        for (consumer, link) in &rows[part] {
            operands.extend([*link, base[*consumer]]);
        }
        derivation.solution(
            rule::RUNS,
            Unknown {
                label: "pcf_runs",
                subject: parts[part].name.to_owned(),
                unit: "",
                value,
            },
            solver::EQUATION,
            operands,
        );
    }
    Ok((base, effort))
}

/// `w × d` of each part by kind.
type Contributions = Vec<BTreeMap<Kind, Number>>;

fn contributions(
    parts: &[Part<'_>],
    runs: &[Number],
    gwp_set: GwpSet,
    derivation: &mut Derivation,
) -> Result<Contributions, Error> {
    let mut potentials: BTreeMap<&str, Number> = BTreeMap::new();
    let mut all = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        let mut kinds: BTreeMap<Kind, Vec<Number>> = BTreeMap::new();
        let emissions = part.process.map_or(&[][..], |process| &process.emissions);
        let source = part.process.map_or("", |process| process.source.as_str());
        for (number, emission) in emissions.iter().enumerate() {
            let place = format!("process[{position}].emissions[{number}].amount");
            let gas = emission.gas.as_str();
            let unit = if gas == "co2e" { "kgCO2e" } else { "kg" };
            let amount = derivation.input(
                "pcf_emission",
                part.name,
                emission.amount,
                unit,
                place,
                source,
            );
            let equivalent = if gas == "co2e" {
                amount
            } else {
                let potential = match potentials.get(gas) {
                    Some(potential) => *potential,
                    None => {
                        let known = Gas::from_code(gas).ok_or_else(|| Error::UnknownGas {
                            text: gas.to_owned(),
                        })?;
                        let potential = derivation.parameter(
                            "pcf_gwp",
                            gas,
                            gwp_set.gwp(known)?,
                            "kgCO2e/kg",
                            Citation {
                                document: gwp_set.table().to_owned(),
                                clause: known.symbol().to_owned(),
                                reference: gwp_set.code().to_owned(),
                                standing: Standing::Secondary,
                            },
                        );
                        potentials.insert(gas, potential);
                        potential
                    }
                };
                derivation.product(
                    rule::EQUIVALENT,
                    "pcf_emission",
                    part.name,
                    "kgCO2e",
                    &[amount, potential],
                )?
            };
            kinds.entry(emission.kind).or_default().push(equivalent);
        }
        let mut contributed = BTreeMap::new();
        for (kind, list) in kinds {
            let direct = match list[..] {
                [one] => one,
                _ => derivation.sum(rule::DIRECT, "pcf_direct", part.name, "kgCO2e", &list)?,
            };
            let number = derivation.product(
                rule::CONTRIBUTION,
                "pcf_contribution",
                part.name,
                "kgCO2e",
                &[runs[position], direct],
            )?;
            contributed.insert(kind, number);
        }
        all.push(contributed);
    }
    Ok(all)
}

/// The kinds that make up the footprint without uptake.
const EXCLUDING: [Kind; 4] = [
    Kind::Fossil,
    Kind::Aircraft,
    Kind::LandUseChange,
    Kind::BiogenicOther,
];

fn results(
    product: &Product,
    parts: &[Part<'_>],
    contributions: &Contributions,
    report: &mut Report,
) -> Result<(), Error> {
    let derivation = &mut report.derivation;
    let mut outcomes = Vec::new();
    let of = |kinds: &[Kind], chosen: &dyn Fn(&Part<'_>) -> bool| -> Vec<Number> {
        parts
            .iter()
            .zip(contributions)
            .filter(|(part, _)| chosen(part))
            .flat_map(|(_, list)| kinds.iter().filter_map(|kind| list.get(kind)).copied())
            .collect()
    };
    let all = |_: &Part<'_>| true;
    let unit = "kgCO2e";
    let fossil = of(&[Kind::Fossil, Kind::Aircraft], &all);
    let fossil = derivation.sum(rule::KIND, "pcf_fossil", "", unit, &fossil)?;
    let mut kind = |label, kind| derivation.sum(rule::KIND, label, "", unit, &of(&[kind], &all));
    let aircraft = kind("pcf_aircraft", Kind::Aircraft)?;
    let land = kind("pcf_land_use_change", Kind::LandUseChange)?;
    let other = kind("pcf_biogenic_other", Kind::BiogenicOther)?;
    let released = kind("pcf_biogenic_co2", Kind::BiogenicCo2)?;
    let taken = kind("pcf_taken_up", Kind::Uptake)?;
    let zero = derivation.constant("pcf_zero", 0_u32, unit);
    let uptake = derivation.difference(
        rule::REMOVAL,
        "pcf_biogenic_uptake",
        "",
        unit,
        &[zero, taken],
    )?;
    let excluding = derivation.sum(
        rule::EXCLUDING,
        "pcf_excluding_uptake",
        "",
        unit,
        &[fossil, land, other],
    )?;
    let including = derivation.sum(
        rule::INCLUDING,
        "pcf_including_uptake",
        "",
        unit,
        &[excluding, released, uptake],
    )?;
    outcomes.extend([
        excluding, including, fossil, aircraft, land, other, released, uptake,
    ]);
    for stage in [
        Stage::RawMaterials,
        Stage::Production,
        Stage::Distribution,
        Stage::Use,
        Stage::EndOfLife,
    ] {
        if product.boundary == Boundary::CradleToGate && stage.downstream() {
            continue;
        }
        let list = of(&EXCLUDING, &|part| part.stage == stage);
        let number = derivation.sum(rule::STAGE, "pcf_stage", stage.code(), unit, &list)?;
        outcomes.push(number);
        if !derivation.value(excluding).is_zero() {
            outcomes.push(derivation.quotient(
                rule::SHARE,
                "pcf_stage_share",
                stage.code(),
                "",
                &[number, excluding],
            )?);
        }
    }
    let packaging = of(&EXCLUDING, &|part| {
        part.process.is_some_and(|process| process.packaging)
    });
    if !packaging.is_empty() {
        outcomes.push(derivation.sum(rule::STAGE, "pcf_packaging", "", unit, &packaging)?);
    }
    if !derivation.value(excluding).is_zero() {
        let primary = of(&EXCLUDING, &|part| part.data == Some(Data::Primary));
        let primary = derivation.sum(rule::PRIMARY, "pcf_primary", "", unit, &primary)?;
        let hundred = derivation.constant("pcf_hundred", 100_u32, "%");
        let parts_of_hundred =
            derivation.product(rule::PRIMARY, "pcf_primary", "", unit, &[primary, hundred])?;
        outcomes.push(derivation.quotient(
            rule::PRIMARY,
            "pcf_primary_data_share",
            "",
            "%",
            &[parts_of_hundred, excluding],
        )?);
        match quality(parts, contributions, derivation)? {
            Some(list) => outcomes.extend(list),
            None => report.notice("pcf_quality_incomplete", "", ""),
        }
    }
    let derivation = &mut report.derivation;
    for (label, field, value) in [
        (
            "pcf_fossil_carbon_content",
            "fossil_carbon_content",
            product.unit.fossil_carbon_content,
        ),
        (
            "pcf_biogenic_carbon_content",
            "biogenic_carbon_content",
            product.unit.biogenic_carbon_content,
        ),
    ] {
        if let Some(value) = value {
            outcomes.push(derivation.input(label, "", value, "kgC", format!("unit.{field}"), ""));
        }
    }
    outcomes.extend(left_out(product, derivation)?);
    for number in outcomes {
        report.outcome(number);
    }
    for process in &product.process {
        if process.allocation == Some(Allocation::Economic) {
            report.notice(
                "pcf_economic_allocation",
                process.name.as_str(),
                process.allocation_reason.as_str(),
            );
        }
        if process.allocation == Some(Allocation::SystemExpansion) {
            report.notice(
                "pcf_system_expansion",
                process.name.as_str(),
                process.allocation_reason.as_str(),
            );
        }
    }
    Ok(())
}

/// Ratings weighted by the size of the contributions; `None` if a part that contributes has no rating.
fn quality(
    parts: &[Part<'_>],
    contributions: &Contributions,
    derivation: &mut Derivation,
) -> Result<Option<Vec<Number>>, Error> {
    let zero = derivation.constant("pcf_zero", 0_u32, "kgCO2e");
    let mut weights = Vec::new();
    for (position, (part, list)) in parts.iter().zip(contributions).enumerate() {
        let numbers: Vec<Number> = EXCLUDING
            .iter()
            .filter_map(|kind| list.get(kind))
            .copied()
            .collect();
        if numbers.is_empty() {
            continue;
        }
        let Some(quality) = part.process.and_then(|process| process.quality.as_ref()) else {
            return Ok(None);
        };
        let sum = derivation.sum(
            rule::QUALITY,
            "pcf_contribution",
            part.name,
            "kgCO2e",
            &numbers,
        )?;
        let minus = derivation.difference(
            rule::QUALITY,
            "pcf_contribution",
            part.name,
            "kgCO2e",
            &[zero, sum],
        )?;
        let size = derivation.derive(
            rule::QUALITY,
            Operator::Maximum,
            "pcf_contribution_size",
            part.name,
            "kgCO2e",
            &[sum, minus],
        )?;
        weights.push((position, part.name, size, quality));
    }
    if weights
        .iter()
        .all(|(_, _, size, _)| derivation.value(*size).is_zero())
    {
        return Ok(None);
    }
    let sizes: Vec<Number> = weights.iter().map(|(_, _, size, _)| *size).collect();
    let total = derivation.sum(rule::QUALITY, "pcf_contribution_size", "", "kgCO2e", &sizes)?;
    let mut ratings = Vec::new();
    for (label, field) in [
        ("pcf_technological_rating", "technological"),
        ("pcf_geographical_rating", "geographical"),
        ("pcf_temporal_rating", "temporal"),
    ] {
        let mut weighted = Vec::new();
        for (position, name, size, quality) in &weights {
            let value = match field {
                "technological" => quality.technological,
                "geographical" => quality.geographical,
                _ => quality.temporal,
            };
            let rating = derivation.input(
                "pcf_rating",
                *name,
                value,
                "",
                format!("process[{position}].quality.{field}"),
                "",
            );
            weighted.push(derivation.product(
                rule::QUALITY,
                "pcf_weighted_rating",
                *name,
                "kgCO2e",
                &[rating, *size],
            )?);
        }
        let sum = derivation.sum(
            rule::QUALITY,
            "pcf_weighted_rating",
            "",
            "kgCO2e",
            &weighted,
        )?;
        ratings.push(derivation.quotient(rule::QUALITY, label, "", "", &[sum, total])?);
    }
    let sum = derivation.sum(rule::OVERALL, "pcf_weighted_rating", "", "", &ratings)?;
    let three = derivation.constant("pcf_three", 3_u32, "");
    ratings.push(derivation.quotient(
        rule::OVERALL,
        "pcf_overall_rating",
        "",
        "",
        &[sum, three],
    )?);
    Ok(Some(ratings))
}

/// Shares of what was left out, by mass, energy and impact.
fn left_out(product: &Product, derivation: &mut Derivation) -> Result<Vec<Number>, Error> {
    let mut totals = Vec::new();
    let Some(cut_off) = &product.cut_off else {
        return Ok(totals);
    };
    for field in ["mass", "energy", "impact"] {
        let mut shares = Vec::new();
        for (number, excluded) in cut_off.excluded.iter().enumerate() {
            let share = match field {
                "mass" => excluded.mass,
                "energy" => excluded.energy,
                _ => excluded.impact,
            };
            shares.extend(share.map(|share| {
                derivation.input(
                    "pcf_excluded",
                    excluded.name.as_str(),
                    share,
                    "",
                    format!("cut_off.excluded[{number}].{field}"),
                    excluded.reason.as_str(),
                )
            }));
        }
        if !shares.is_empty() {
            totals.push(derivation.sum(rule::CUT_OFF, "pcf_excluded_total", field, "", &shares)?);
        }
    }
    Ok(totals)
}
