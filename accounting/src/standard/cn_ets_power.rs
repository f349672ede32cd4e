//! Allocation plans of China's national emissions trading system for power generation: 2019–2020, 2021–2022, 2023–2024, and the
//! draft for 2025–2026.
//!
//! The obligation is the verified emissions of the units that the plan covers, never a whole inventory. Allowances are calculated
//! exactly and rounded once for each unit; load corrections by deterministic powers at twelve decimals.

mod document;
mod load;
mod plan;
mod settlement;
mod unit;

use crate::derivation::Standing;
use crate::report::{Faults, Report};
use crate::standard::{Context, Standard};
use document::Document;

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "cn_ets_power",
    document: "全国碳排放权交易发电行业配额总量和分配方案（国环规气候〔2020〕3号、〔2023〕1号、〔2024〕1号）",
    example: include_str!("../../examples/cn_ets_power.toml"),
    exports: &[],
    run,
};

fn run(value: toml::Value, _: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let table = plan::read()?;
    let mut faults = Faults::new();
    let Some(plan) = faults.keep("year", table.plan(document.year)) else {
        return Err(faults);
    };
    let covered = document.check(&mut faults, &table, plan);
    faults.none()?;
    let mut report = Report::new(STANDARD.code, plan.document.as_str());
    if plan.gap_limit.standing == Standing::Draft {
        report.notice("cn_ets_draft", plan.code.as_str(), plan.document.as_str());
    }
    for unit in document.unit.iter().filter(|unit| !unit.inside) {
        report.notice(
            "cn_ets_outside",
            unit.name.as_str(),
            unit.emissions.to_string(),
        );
    }
    let mut units = Vec::new();
    for covered in &covered {
        let benchmark = table.benchmark(document.year, covered.class)?;
        units.push(unit::calculate(
            &mut report,
            &table,
            plan,
            benchmark,
            covered,
        )?);
    }
    settlement::settle(&mut report, &table, plan, &document, &units)?;
    Ok(report)
}
