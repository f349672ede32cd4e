//! Specific embedded emissions: processes in the order of their precursors, then goods by composition.

use super::super::tables;
use super::form::{Precursor, Process};
use super::formulas as rule;
use super::{Attributed, Calculation};
use crate::derivation::{Derivation, Number, Stated};
use crate::error::Error;
use crate::exact::Rounding;
use std::collections::BTreeMap;

/// Specific embedded emissions of what a process consumes or makes, per functional unit, unrounded.
#[derive(Clone, Copy)]
struct Specific {
    direct: Number,
    indirect: Number,
    /// MWh, where it is known for all precursors.
    electricity: Option<Number>,
    /// The part of `direct` that stands on default values.
    defaulted: Option<Number>,
}

pub(super) fn calculate(
    calculation: &mut Calculation<'_>,
    attributed: &[Attributed],
) -> Result<(), Error> {
    let installation = calculation.installation;
    let mut known: BTreeMap<&str, Specific> = BTreeMap::new();
    for (position, precursor) in installation.precursor.iter().enumerate() {
        let place = format!("precursor[{position}]");
        let specific = purchased(calculation, precursor, &place)?;
        known.insert(precursor.name.as_str(), specific);
    }
    let mut waiting: Vec<usize> = (0..installation.process.len()).collect();
    while !waiting.is_empty() {
        let (ready, rest): (Vec<usize>, Vec<usize>) = waiting.iter().partition(|position| {
            installation.process[**position]
                .precursors
                .iter()
                .all(|used| known.contains_key(used.name.as_str()))
        });
        if ready.is_empty() {
            let names: Vec<_> = rest
                .iter()
                .map(|position| installation.process[*position].name.as_str())
                .collect();
            return Err(Error::PrecursorCycle {
                names: names.join(", "),
            });
        }
        for position in ready {
            let process = &installation.process[position];
            let place = format!("process[{position}]");
            let specific = produced(calculation, process, &place, attributed[position], &known)?;
            known.insert(process.name.as_str(), specific);
        }
        waiting = rest;
    }
    Ok(())
}

/// A precursor of another installation: zero by origin, actual values if verified, else default values.
fn purchased(
    calculation: &mut Calculation<'_>,
    precursor: &Precursor,
    place: &str,
) -> Result<Specific, Error> {
    let name = precursor.name.as_str();
    let evidence = precursor.verification_report.as_str();
    let derivation = &mut calculation.report.derivation;
    if calculation.tables.exempt(&precursor.origin) {
        let zero = derivation.constant("cbam_exempt_precursor", 0_u32, "tCO2e");
        calculation
            .report
            .notice("cbam_precursor_exempt", name, precursor.origin.as_str());
        return Ok(Specific {
            direct: zero,
            indirect: zero,
            electricity: None,
            defaulted: None,
        });
    }
    let stated = Stated {
        subject: name,
        place,
        evidence,
    };
    let electricity = precursor.electricity.map(|value| {
        stated.input(
            derivation,
            "cbam_precursor_electricity",
            "electricity",
            value,
            "MWh",
        )
    });
    let indirect = match (
        precursor.indirect,
        electricity,
        precursor.electricity_factor,
    ) {
        (Some(value), ..) => Some(stated.input(
            derivation,
            "cbam_precursor_indirect",
            "indirect",
            value,
            "tCO2e",
        )),
        (None, Some(electricity), Some(factor)) => {
            let factor = stated.input(
                derivation,
                "cbam_electricity_factor",
                "electricity_factor",
                factor,
                "tCO2/MWh",
            );
            Some(derivation.product(
                rule::PRECURSOR_INDIRECT,
                "cbam_precursor_indirect",
                name,
                "tCO2e",
                &[electricity, factor],
            )?)
        }
        _ => None,
    };
    if let (Some(direct), false) = (precursor.direct, evidence.is_empty()) {
        let direct = stated.input(
            derivation,
            "cbam_precursor_direct",
            "direct",
            direct,
            "tCO2e",
        );
        let indirect = match indirect {
            Some(indirect) => indirect,
            None => derivation.sum(
                rule::PRECURSOR_INDIRECT,
                "cbam_precursor_indirect",
                name,
                "tCO2e",
                &[],
            )?,
        };
        return Ok(Specific {
            direct,
            indirect,
            electricity,
            defaulted: None,
        });
    }
    let detail = if precursor.direct.is_some() {
        "not_verified"
    } else {
        "no_actual_value"
    };
    if let Some(value) = precursor.default_direct {
        let document = precursor.default_document.as_str();
        let direct = derivation.input(
            "cbam_precursor_default",
            name,
            value,
            "tCO2e",
            format!("{place}.default_direct"),
            document,
        );
        let indirect = match (precursor.default_indirect, indirect) {
            (Some(value), _) => derivation.input(
                "cbam_precursor_indirect",
                name,
                value,
                "tCO2e",
                format!("{place}.default_indirect"),
                document,
            ),
            (None, Some(indirect)) => indirect,
            (None, None) => derivation.sum(
                rule::PRECURSOR_INDIRECT,
                "cbam_precursor_indirect",
                name,
                "tCO2e",
                &[],
            )?,
        };
        calculation
            .report
            .notice("cbam_precursor_default", name, detail);
        return Ok(Specific {
            direct,
            indirect,
            electricity,
            defaulted: Some(direct),
        });
    }
    let cn_code = precursor
        .cn_code
        .as_deref()
        .ok_or_else(|| Error::FieldsMissing {
            fields: format!("{place}.cn_code, {place}.default_direct"),
        })?;
    let default =
        calculation
            .tables
            .default_value(&precursor.origin, cn_code, precursor.route.as_deref())?;
    let sector = tables::sector(cn_code).ok_or_else(|| Error::GoodsUnknown {
        cn_code: cn_code.to_owned(),
        detail: precursor.origin.clone(),
    })?;
    let (mark_up, citation) = calculation
        .tables
        .mark_up(sector, calculation.installation.year)?;
    let unit = "tCO2e";
    let (total, source) = default.total;
    let total = derivation.parameter("cbam_precursor_default", name, total, unit, source.clone());
    let mark_up = derivation.parameter("cbam_mark_up", name, mark_up, "", citation);
    let one = derivation.constant("eu_one", 1_u32, "");
    let factor = derivation.sum(
        rule::PRECURSOR_DEFAULT,
        "cbam_mark_up_factor",
        name,
        "",
        &[one, mark_up],
    )?;
    let total = derivation.product(
        rule::PRECURSOR_DEFAULT,
        "cbam_precursor_default",
        name,
        unit,
        &[total, factor],
    )?;
    let (direct, indirect) = match default.indirect {
        // The total is the one that counts; the direct part is what the indirect one leaves.
        Some(indirect) => {
            let indirect =
                derivation.parameter("cbam_precursor_default", name, indirect, unit, source);
            let indirect = derivation.product(
                rule::PRECURSOR_DEFAULT,
                "cbam_precursor_indirect",
                name,
                unit,
                &[indirect, factor],
            )?;
            let direct = derivation.difference(
                rule::PRECURSOR_DEFAULT,
                "cbam_precursor_direct",
                name,
                unit,
                &[total, indirect],
            )?;
            (direct, indirect)
        }
        None => {
            let zero = derivation.sum(
                rule::PRECURSOR_INDIRECT,
                "cbam_precursor_indirect",
                name,
                unit,
                &[],
            )?;
            (total, zero)
        }
    };
    calculation
        .report
        .notice("cbam_precursor_default", name, detail);
    if default.other_countries {
        calculation.report.notice(
            "cbam_default_of_other_countries",
            name,
            precursor.origin.as_str(),
        );
    }
    Ok(Specific {
        direct,
        indirect,
        electricity: None,
        defaulted: Some(direct),
    })
}

/// A process of the installation with its precursors, and its goods.
fn produced(
    calculation: &mut Calculation<'_>,
    process: &Process,
    place: &str,
    attributed: Attributed,
    known: &BTreeMap<&str, Specific>,
) -> Result<Specific, Error> {
    let name = process.name.as_str();
    let unit = process.unit.specific();
    let derivation = &mut calculation.report.derivation;
    let level = derivation.input(
        "cbam_activity_level",
        name,
        process.activity_level,
        process.unit.symbol(),
        format!("{place}.activity_level"),
        process.evidence.as_str(),
    );
    let mut outcomes = Vec::new();
    let mut direct = vec![attributed.direct];
    let mut indirect = vec![attributed.indirect];
    let mut electricity = Some(vec![attributed.electricity]);
    let mut defaulted = Vec::new();
    for (number, used) in process.precursors.iter().enumerate() {
        let Some(specific) = known.get(used.name.as_str()) else {
            continue;
        };
        let subject = format!("{} → {name}", used.name);
        let amount = derivation.input(
            "cbam_precursor_amount",
            subject.as_str(),
            used.amount,
            "",
            format!("{place}.precursors[{number}].amount"),
            process.evidence.as_str(),
        );
        outcomes.push(derivation.quotient(
            rule::MASS_CONSUMPTION,
            "cbam_mass_consumption",
            subject.as_str(),
            "",
            &[amount, level],
        )?);
        let mut embedded = |specific: Number, label, unit| {
            derivation.product(
                rule::PRECURSOR_EMISSIONS,
                label,
                subject.as_str(),
                unit,
                &[amount, specific],
            )
        };
        direct.push(embedded(
            specific.direct,
            "cbam_precursor_embedded",
            "tCO2e",
        )?);
        indirect.push(embedded(
            specific.indirect,
            "cbam_precursor_embedded",
            "tCO2e",
        )?);
        electricity = match (electricity, specific.electricity) {
            (Some(mut list), Some(own)) => {
                list.push(embedded(own, "cbam_precursor_embedded_electricity", "MWh")?);
                Some(list)
            }
            _ => None,
        };
        if let Some(part) = specific.defaulted {
            defaulted.push(embedded(part, "cbam_precursor_embedded", "tCO2e")?);
        }
    }
    let mut own = |number: Number, label| {
        derivation.quotient(
            rule::SPECIFIC_ATTRIBUTED,
            label,
            name,
            unit,
            &[number, level],
        )
    };
    let own_direct = own(attributed.direct, "cbam_specific_attributed_direct")?;
    let own_indirect = own(attributed.indirect, "cbam_specific_attributed_indirect")?;
    let mut of = |numbers: &[Number], label, unit| -> Result<Number, Error> {
        let total = derivation.sum(rule::SPECIFIC, "cbam_embedded", name, "tCO2e", numbers)?;
        derivation.quotient(rule::SPECIFIC, label, name, unit, &[total, level])
    };
    let direct = of(&direct, "cbam_see_direct_unrounded", unit)?;
    let indirect = of(&indirect, "cbam_see_indirect_unrounded", unit)?;
    let electricity = electricity
        .map(|list| {
            of(
                &list,
                "cbam_embedded_electricity",
                process.unit.electricity(),
            )
        })
        .transpose()?;
    let defaulted = if defaulted.is_empty() {
        None
    } else {
        Some(of(&defaulted, "cbam_see_defaulted", unit)?)
    };
    let total = derivation.sum(
        rule::SPECIFIC_SUM,
        "cbam_see_total_unrounded",
        name,
        unit,
        &[direct, indirect],
    )?;
    outcomes.extend([own_direct, own_indirect, direct, indirect, total]);
    outcomes.extend(electricity);
    if let Some(part) = defaulted
        && !derivation.value(direct).is_zero()
    {
        outcomes.push(derivation.quotient(
            rule::DEFAULT_SHARE,
            "cbam_default_share",
            name,
            "",
            &[part, direct],
        )?);
    }
    let counts = process.sector.counts_indirect();
    outcomes.extend(communicated(
        derivation, name, unit, direct, indirect, counts,
    )?);
    for (number, good) in process.goods.iter().enumerate() {
        let subject = format!("{} ({})", good.name, good.cn_code);
        let (direct, indirect) = match good.content {
            Some(content) => {
                let content = derivation.input(
                    "cbam_content",
                    subject.as_str(),
                    content,
                    process.unit.content(),
                    format!("{place}.goods[{number}].content"),
                    process.evidence.as_str(),
                );
                let mut by_content = |specific: Number, label| {
                    derivation.product(
                        rule::COMPOSITION,
                        label,
                        subject.as_str(),
                        "tCO2e/t",
                        &[specific, content],
                    )
                };
                (
                    by_content(direct, "cbam_see_direct_unrounded")?,
                    by_content(indirect, "cbam_see_indirect_unrounded")?,
                )
            }
            None => (direct, indirect),
        };
        outcomes.extend(communicated(
            derivation, &subject, "tCO2e/t", direct, indirect, counts,
        )?);
    }
    for number in outcomes {
        calculation.report.outcome(number);
    }
    if !counts {
        calculation.report.notice("cbam_direct_only", name, "");
    }
    Ok(Specific {
        direct,
        indirect,
        electricity,
        defaulted,
    })
}

/// The values that are communicated: five digits after the comma, and what counts for certificates.
fn communicated(
    derivation: &mut Derivation,
    subject: &str,
    unit: &'static str,
    direct: Number,
    indirect: Number,
    counts_indirect: bool,
) -> Result<Vec<Number>, Error> {
    let mut rounded = |number: Number, label| -> Result<Number, Error> {
        let copy = derivation.product(rule::FIVE_PLACES, label, subject, unit, &[number])?;
        derivation.round(rule::FIVE_PLACES, copy, 5, Rounding::HalfUp)
    };
    let direct = rounded(direct, "cbam_see_direct")?;
    let indirect = rounded(indirect, "cbam_see_indirect")?;
    let mut parts = vec![direct];
    if counts_indirect {
        parts.push(indirect);
    }
    let total = derivation.sum(rule::SPECIFIC_SUM, "cbam_see", subject, unit, &parts)?;
    Ok(vec![direct, indirect, total])
}
