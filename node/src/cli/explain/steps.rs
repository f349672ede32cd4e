//! A calculation as a person would write it on paper: the engine gives the lines, the catalogue the words.

use accounting::catalogue::Reason;
use accounting::trace::{Step, Subject};
use accounting::{Catalogue as Factors, Trace};
use i18n::Catalogue;
use serde_json::{Value, json};

use crate::cli::factor;
use crate::cli::inventory::{gas_name, gwp_name};

/// The lines of a calculation, each with its words.
pub fn lines(trace: &Trace, factors: &Factors, catalogue: &Catalogue) -> Vec<String> {
    trace
        .steps
        .iter()
        .map(|step| line(step, factors, catalogue))
        .collect()
}

fn line(step: &Step, factors: &Factors, catalogue: &Catalogue) -> String {
    let arithmetic = step.line();
    match step {
        Step::Input { .. } => catalogue.step_input(arithmetic),
        // Their sources stand in a block of their own.
        Step::Factor { role, factor, .. } => catalogue.step_factor(
            catalogue.name("factor-role", role.code()),
            factors.label(*factor),
        ),
        Step::Parameter {
            kind,
            obtained,
            default_of,
            ..
        } => {
            let name = catalogue.name("parameter", kind);
            match default_of {
                Some(index) => {
                    catalogue.step_parameter_default(name, arithmetic, factors.label(*index))
                }
                None => catalogue.step_parameter(
                    name,
                    arithmetic,
                    catalogue.name("obtained", obtained.code()),
                ),
            }
        }
        Step::Formula { clause: "", .. } => catalogue.step_formula(arithmetic),
        Step::Formula { clause, .. } => catalogue.step_formula_by(arithmetic, *clause),
        Step::Convert { .. } => catalogue.step_convert(arithmetic),
        Step::Multiply { subject, .. } | Step::Sum { subject, .. } => {
            catalogue.step_result(subject_name(*subject, catalogue), arithmetic)
        }
        Step::Gwp { gas, gwp_set, .. } => catalogue.step_gwp(
            gas_name(gas.code(), catalogue),
            arithmetic,
            gwp_name(gwp_set.code()),
        ),
        Step::Round {
            subject,
            places,
            profile,
            ..
        } => {
            let rule = catalogue.name("rounding", profile);
            catalogue.step_round(
                subject_name(*subject, catalogue),
                arithmetic,
                places.to_string(),
                rule,
            )
        }
        Step::Flagged { flag } => catalogue.step_note(catalogue.name("flag", flag.code())),
    }
}

fn subject_name(subject: Subject, catalogue: &Catalogue) -> String {
    match subject {
        Subject::Mass(gas) => catalogue.subject_mass(gas_name(gas.code(), catalogue)),
        Subject::Co2e(component) => catalogue.subject_co2e(gas_name(component.code(), catalogue)),
        other => catalogue.name("subject", &other.code()),
    }
}

/// The factors of a calculation, each with what it is for, why it was chosen and where it comes from.
pub fn factor_lines(trace: &Trace, factors: &Factors, catalogue: &Catalogue) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    for step in &trace.steps {
        let Step::Factor {
            role,
            factor,
            reason,
        } = step
        else {
            continue;
        };
        let (manifest, row) = factors.factor(*factor);
        let year = row
            .data_year
            .map(|year| year.to_string())
            .unwrap_or_default();
        let mut block = vec![
            catalogue.explain_factor(
                catalogue.name("factor-role", role.code()),
                catalogue.either(&row.name_zh, &row.name_en).to_owned(),
                factor::value(&row.values).human().to_owned(),
                row.unit.symbol(),
            ),
            catalogue.explain_factor_id(format!("{}@{}/{}", manifest.id, manifest.version, row.id)),
            catalogue.explain_source(
                row.source.as_str(),
                manifest.document.as_str(),
                catalogue.either(&manifest.issuer_zh, &manifest.issuer_en),
            ),
            catalogue.explain_reason(catalogue.name("choice-reason", reason.code())),
        ];
        if !year.is_empty() {
            block.push(catalogue.explain_validity(
                year,
                row.region.code().to_owned(),
                factor::window(&row.window(), catalogue).human(),
            ));
        }
        if !row.instrument.is_empty() {
            block.push(catalogue.explain_instrument(row.instrument.as_str()));
        }
        block.push(catalogue.explain_quality(
            catalogue.name("quality", row.quality.code()),
            manifest.licence.clone(),
        ));
        blocks.push(block);
    }
    blocks
}

/// The steps for machines: exact values, English keys.
pub fn machine(trace: &Trace, factors: &Factors) -> Value {
    Value::Array(
        trace
            .steps
            .iter()
            .map(|step| machine_step(step, factors))
            .collect(),
    )
}

fn machine_step(step: &Step, factors: &Factors) -> Value {
    let line = step.line();
    match step {
        Step::Input { quantity } => {
            json!({ "step": "input", "value": quantity.amount.to_string(), "unit": quantity.unit.code(), "line": line })
        }
        Step::Factor {
            role,
            factor,
            reason,
        } => machine_factor(role.code(), *factor, *reason, factors),
        Step::Parameter {
            symbol,
            kind,
            value,
            unit,
            obtained,
            default_of,
        } => json!({
            "step": "parameter", "parameter": kind, "symbol": symbol, "value": value.to_string(), "unit": unit,
            "obtained": obtained.code(), "default_of": default_of.map(|index| factors.label(index)), "line": line,
        }),
        Step::Formula { code, text, clause } => {
            json!({ "step": "formula", "formula": code, "text": text, "clause": clause })
        }
        Step::Convert {
            from,
            from_unit,
            ratio,
            to,
            to_unit,
        } => json!({
            "step": "convert", "from": from.to_string(), "from_unit": from_unit.code(), "ratio": ratio.to_string(),
            "to": to.to_string(), "to_unit": to_unit.code(), "line": line,
        }),
        Step::Multiply {
            subject,
            operands,
            result,
            unit,
        } => {
            let operands: Vec<Value> = operands
                .iter()
                .map(|operand| json!({ "value": operand.value.to_string(), "unit": operand.unit }))
                .collect();
            json!({
                "step": "multiply", "subject": subject.code(), "operands": operands, "result": result.to_string(),
                "unit": unit, "line": line,
            })
        }
        Step::Gwp {
            gas,
            mass_kg,
            gwp,
            gwp_set,
            result,
        } => json!({
            "step": "gwp", "gas": gas.code(), "mass_kg": mass_kg.to_string(), "gwp": gwp.to_string(),
            "gwp_set": gwp_set.code(), "result_kg_co2e": result.to_string(), "line": line,
        }),
        Step::Sum {
            subject,
            terms,
            result,
        } => {
            let terms: Vec<Value> = terms
                .iter()
                .map(|(subject, value)| json!({ "subject": subject.code(), "kg": value.to_string() }))
                .collect();
            json!({ "step": "sum", "subject": subject.code(), "terms": terms, "result_kg": result.to_string(), "line": line })
        }
        Step::Round {
            subject,
            profile,
            places,
            rounding,
            before,
            after,
            unit,
        } => json!({
            "step": "round", "subject": subject.code(), "profile": profile, "places": places, "rule": rounding.code(),
            "before": before.to_string(), "after": after.to_string(), "unit": unit, "line": line,
        }),
        Step::Flagged { flag } => json!({ "step": "flag", "flag": flag.code() }),
    }
}

fn machine_factor(
    role: &str,
    index: accounting::FactorIndex,
    reason: Reason,
    factors: &Factors,
) -> Value {
    let (manifest, factor) = factors.factor(index);
    json!({
        "step": "factor", "role": role, "set": manifest.id, "version": manifest.version, "factor": factor.id,
        "name": { "zh": factor.name_zh, "en": factor.name_en }, "values": factor::value(&factor.values).machine(),
        "unit": factor.unit.code(), "region": factor.region.code(), "data_year": factor.data_year,
        "source": factor.source, "document": manifest.document, "licence": manifest.licence,
        "quality": factor.quality.code(), "chosen": reason.code(),
    })
}
