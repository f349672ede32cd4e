//! From the units to the entity: gap rules, borrowing, offsets, carry-over, what is left.

use super::document::Document;
use super::plan::{GapRule, Plan, Table};
use super::unit::UnitNumbers;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use crate::standard::cn_ets;

const CLAUSE: &str = "发电行业配额总量和分配方案 配额清缴";
const ENTITY: Rule = Rule {
    code: "cn_ets_power.entity",
    formula: "",
    clause: CLAUSE,
};
const GAS: Rule = Rule {
    code: "cn_ets_power.gas_unit",
    formula: "O = min(E, A); A = max(A, E)",
    clause: CLAUSE,
};
const GAP_LIMIT: Rule = Rule {
    code: "cn_ets_power.gap_limit",
    formula: "⌊0.2 × E⌋",
    clause: CLAUSE,
};
const GAP_OBLIGATION: Rule = Rule {
    code: "cn_ets_power.gap_obligation",
    formula: "O = min(E, A + ⌊0.2 × E⌋)",
    clause: CLAUSE,
};
const GAP_TOP_UP: Rule = Rule {
    code: "cn_ets_power.gap_top_up",
    formula: "A = max(A, E − ⌊0.2 × E⌋)",
    clause: CLAUSE,
};
const BORROWING: Rule = Rule {
    code: "cn_ets_power.borrowing",
    formula: "G ≥ 0.1 × E: ⌊0.5 × G⌋",
    clause: "2021、2022年度全国碳排放权交易配额总量设定与分配实施方案（发电行业） 灵活机制",
};

pub(super) fn settle(
    report: &mut Report,
    table: &Table,
    plan: &Plan,
    document: &Document,
    units: &[UnitNumbers],
) -> Result<(), Faults> {
    let emissions: Vec<Number> = units.iter().map(|unit| unit.emissions).collect();
    let allowances: Vec<Number> = units.iter().map(|unit| unit.allowance).collect();
    let verified = report
        .derivation
        .sum(ENTITY, "verified_emissions", "", "tCO2", &emissions)?;
    let allowance = report
        .derivation
        .sum(ENTITY, "allowance", "", "tCO2", &allowances)?;
    report.outcome(verified);
    report.outcome(allowance);
    let gap_limit = gap_limit(report, table, plan, verified)?;
    let (obligation, approved) = match plan.gap_rule {
        GapRule::Obligation => (
            capped(report, units, verified, allowance, gap_limit)?,
            allowance,
        ),
        GapRule::TopUp => (
            verified,
            topped_up(report, units, verified, allowance, gap_limit)?,
        ),
    };
    let obligation = report.derivation.derive(
        ENTITY,
        Operator::Choice,
        "obligation",
        "",
        "tCO2",
        &[obligation],
    )?;
    report.outcome(obligation);
    let mut available = vec![approved];
    available.extend(borrowed(report, table, plan, document, verified, approved)?);
    available.push(cn_ets::offset(
        report,
        &table.offset_cap,
        &table.code,
        obligation,
        document.offset,
    )?);
    cn_ets::balance(report, &available, obligation)?;
    if let (Some(carry_over), Some(base), Some(sales)) = (
        &document.carry_over,
        &plan.carry_over_base,
        &plan.carry_over_sales,
    ) {
        carry_over.calculate(report, base, sales, &table.code, &plan.document)?;
    }
    Ok(())
}

/// The gap that an entity bears itself, whole tonnes.
fn gap_limit(
    report: &mut Report,
    table: &Table,
    plan: &Plan,
    verified: Number,
) -> Result<Number, Error> {
    let share = plan.gap_limit.parameter(
        &mut report.derivation,
        "gap_share",
        "",
        "",
        &table.code,
        &plan.document,
    );
    let limit =
        report
            .derivation
            .product(GAP_LIMIT, "gap_limit", "", "tCO2", &[share, verified])?;
    cn_ets::at_most(report, limit)
}

fn least(report: &mut Report, rule: Rule, subject: &str, of: &[Number]) -> Result<Number, Error> {
    report
        .derivation
        .derive(rule, Operator::Minimum, "obligation", subject, "tCO2", of)
}

fn most(report: &mut Report, rule: Rule, subject: &str, of: &[Number]) -> Result<Number, Error> {
    report.derivation.derive(
        rule,
        Operator::Maximum,
        "approved_allowance",
        subject,
        "tCO2",
        of,
    )
}

/// 2019–2020: gas units owe at most their allowance, the entity at most its allowance and a fifth of its emissions.
fn capped(
    report: &mut Report,
    units: &[UnitNumbers],
    verified: Number,
    allowance: Number,
    gap_limit: Number,
) -> Result<Number, Error> {
    let mut owed = Vec::new();
    for unit in units {
        owed.push(if unit.gas {
            let name = report.derivation.node(unit.allowance).subject.clone();
            least(report, GAS, &name, &[unit.emissions, unit.allowance])?
        } else {
            unit.emissions
        });
    }
    let owed = if units.iter().any(|unit| unit.gas) {
        report
            .derivation
            .sum(ENTITY, "obligation", "", "tCO2", &owed)?
    } else {
        verified
    };
    let cap = report.derivation.sum(
        GAP_OBLIGATION,
        "obligation_cap",
        "",
        "tCO2",
        &[allowance, gap_limit],
    )?;
    least(report, GAP_OBLIGATION, "", &[owed, cap])
}

/// From 2021 on: gas units are topped up to their emissions, the entity to four fifths of its own.
fn topped_up(
    report: &mut Report,
    units: &[UnitNumbers],
    verified: Number,
    allowance: Number,
    gap_limit: Number,
) -> Result<Number, Error> {
    let mut approved = Vec::new();
    for unit in units {
        approved.push(if unit.gas {
            let name = report.derivation.node(unit.allowance).subject.clone();
            most(report, GAS, &name, &[unit.allowance, unit.emissions])?
        } else {
            unit.allowance
        });
    }
    let by_unit = if units.iter().any(|unit| unit.gas) {
        report
            .derivation
            .sum(ENTITY, "approved_allowance", "", "tCO2", &approved)?
    } else {
        allowance
    };
    let floor = report.derivation.difference(
        GAP_TOP_UP,
        "allowance_floor",
        "",
        "tCO2",
        &[verified, gap_limit],
    )?;
    let approved = most(report, GAP_TOP_UP, "", &[by_unit, floor])?;
    report.outcome(approved);
    let top_up =
        report
            .derivation
            .difference(GAP_TOP_UP, "top_up", "", "tCO2", &[approved, allowance])?;
    report.outcome(top_up);
    Ok(approved)
}

/// What is borrowed of the next plan's pre-allocation, where the plan allows it.
fn borrowed(
    report: &mut Report,
    table: &Table,
    plan: &Plan,
    document: &Document,
    verified: Number,
    approved: Number,
) -> Result<Option<Number>, Faults> {
    let refuse = |limit: &Exact| {
        let mut faults = Faults::new();
        faults.add(
            "borrow",
            Error::BorrowingAboveLimit {
                amount: document.borrow.to_string(),
                limit: limit.to_string(),
            },
        );
        faults
    };
    let (Some(least_gap), Some(share)) = (&plan.borrowing_gap, &plan.borrowing_share) else {
        return if document.borrow.is_zero() {
            Ok(None)
        } else {
            Err(refuse(&Exact::ZERO))
        };
    };
    let gap = report.derivation.difference(
        BORROWING,
        "allowance_gap",
        "",
        "tCO2",
        &[verified, approved],
    )?;
    let least_share = least_gap.parameter(
        &mut report.derivation,
        "borrowing_gap_share",
        "",
        "",
        &table.code,
        &plan.document,
    );
    let least_gap = report.derivation.product(
        BORROWING,
        "borrowing_least_gap",
        "",
        "tCO2",
        &[least_share, verified],
    )?;
    let wide = !report.derivation.value(gap).is_negative()
        && report.derivation.value(gap) >= report.derivation.value(least_gap)
        && !report.derivation.value(verified).is_zero();
    let limit = if wide {
        let share = share.parameter(
            &mut report.derivation,
            "borrowing_share",
            "",
            "",
            &table.code,
            &plan.document,
        );
        let limit =
            report
                .derivation
                .product(BORROWING, "borrowing_limit", "", "tCO2", &[share, gap])?;
        cn_ets::at_most(report, limit)?
    } else {
        let zero = report.derivation.constant("zero", Exact::ZERO, "tCO2");
        report.derivation.derive(
            BORROWING,
            Operator::Choice,
            "borrowing_limit",
            "",
            "tCO2",
            &[zero, gap, least_gap],
        )?
    };
    report.outcome(limit);
    let most = report.derivation.value(limit);
    if Exact::from(document.borrow) > *most {
        return Err(refuse(most));
    }
    Ok(Some(report.derivation.input(
        "borrowed",
        "",
        document.borrow,
        "tCO2",
        "borrow",
        "",
    )))
}
