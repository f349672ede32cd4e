//! What the allocation plans of China's national emissions trading system share: whole tonnes, offsets, carry-over, balance.

use super::mee::check;
use super::mee::figure::Figure;
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::{Exact, Rounding};
use crate::report::{Faults, Report};
use serde::Deserialize;

const WHOLE: Rule = Rule {
    code: "cn_ets.whole_tonnes",
    formula: "⌊|x| + 0.5⌋",
    clause: "配额总量和分配方案",
};
const AT_MOST: Rule = Rule {
    code: "cn_ets.at_most",
    formula: "⌊x⌋",
    clause: "配额总量和分配方案",
};
const OFFSET: Rule = Rule {
    code: "cn_ets.offset_cap",
    formula: "C ≤ ⌊0.05 × O⌋",
    clause: "碳排放权交易管理办法（试行）第二十九条",
};
const CARRY_OVER: Rule = Rule {
    code: "cn_ets.carry_over",
    formula: "min(H, B + 1.5 × max(0, S − P))",
    clause: "配额总量和分配方案 配额结转",
};
const BALANCE: Rule = Rule {
    code: "cn_ets.balance",
    formula: "A + L + C − O",
    clause: "配额总量和分配方案 配额清缴",
};

/// What may be carried into the next vintage: holdings and transfers of the period that the plan names, t.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct CarryOver {
    /// Eligible allowances held.
    pub holding: Decimal,
    /// Sold and otherwise transferred out.
    #[serde(default)]
    pub transferred_out: Decimal,
    /// Bought and otherwise transferred in.
    #[serde(default)]
    pub transferred_in: Decimal,
}

impl CarryOver {
    /// Notes every fault.
    pub fn check(&self, faults: &mut Faults) {
        whole(faults, "carry_over.holding", &self.holding);
        whole(faults, "carry_over.transferred_out", &self.transferred_out);
        whole(faults, "carry_over.transferred_in", &self.transferred_in);
    }

    /// The most that may be carried over.
    pub fn calculate(
        &self,
        report: &mut Report,
        base: &Figure,
        sales: &Figure,
        table: &str,
        document: &str,
    ) -> Result<(), Error> {
        let read = |report: &mut Report, label, field: &str, value: Decimal| {
            report
                .derivation
                .input(label, "", value, "t", format!("carry_over.{field}"), "")
        };
        let holding = read(report, "allowances_held", "holding", self.holding);
        let out = read(
            report,
            "allowances_transferred_out",
            "transferred_out",
            self.transferred_out,
        );
        let into = read(
            report,
            "allowances_transferred_in",
            "transferred_in",
            self.transferred_in,
        );
        let net = report
            .derivation
            .difference(CARRY_OVER, "net_sales", "", "t", &[out, into])?;
        let zero = report.derivation.constant("zero", Exact::ZERO, "t");
        let net = report.derivation.derive(
            CARRY_OVER,
            Operator::Maximum,
            "net_sales",
            "",
            "t",
            &[zero, net],
        )?;
        let base = base.parameter(
            &mut report.derivation,
            "carry_over_base",
            "",
            "t",
            table,
            document,
        );
        let multiple = sales.parameter(
            &mut report.derivation,
            "carry_over_multiple",
            "",
            "",
            table,
            document,
        );
        let by_sales = report.derivation.product(
            CARRY_OVER,
            "carry_over_by_sales",
            "",
            "t",
            &[multiple, net],
        )?;
        let most =
            report
                .derivation
                .sum(CARRY_OVER, "carry_over_most", "", "t", &[base, by_sales])?;
        let most = at_most(report, most)?;
        let carry = report.derivation.derive(
            CARRY_OVER,
            Operator::Minimum,
            "carry_over",
            "",
            "t",
            &[holding, most],
        )?;
        report.outcome(carry);
        Ok(())
    }
}

/// Whole tonnes, not below zero: what verification reports and registers hold.
pub(super) fn whole(faults: &mut Faults, place: &str, value: &Decimal) {
    check::not_negative(faults, place, value);
    if value.scale() > 0 {
        faults.add(
            place,
            Error::NotWhole {
                text: value.to_string(),
            },
        );
    }
}

/// 四舍五入 to whole tonnes.
pub(super) fn round(report: &mut Report, number: Number) -> Result<Number, Error> {
    report.derivation.round(WHOLE, number, 0, Rounding::HalfUp)
}

/// Whole tonnes of what may at most be: the fraction does not count.
pub(super) fn at_most(report: &mut Report, number: Number) -> Result<Number, Error> {
    report.derivation.round(AT_MOST, number, 0, Rounding::Down)
}

/// The offsets that an obligation allows, and those that are used.
///
/// # Errors
/// [`Error::OffsetAboveCap`] at `offset`.
pub(super) fn offset(
    report: &mut Report,
    cap: &Figure,
    table: &str,
    obligation: Number,
    used: Decimal,
) -> Result<Number, Faults> {
    let share = cap.parameter(&mut report.derivation, "offset_share", "", "", table, "");
    let limit = report
        .derivation
        .product(OFFSET, "offset_limit", "", "t", &[share, obligation])?;
    let limit = at_most(report, limit)?;
    report.outcome(limit);
    let most = report.derivation.value(limit).clone();
    if Exact::from(used) > most {
        let mut faults = Faults::new();
        faults.add(
            "offset",
            Error::OffsetAboveCap {
                amount: used.to_string(),
                limit: most.to_string(),
            },
        );
        return Err(faults);
    }
    Ok(report
        .derivation
        .input("offset", "", used, "t", "offset", ""))
}

/// What is left after surrender; below zero if allowances lack.
pub(super) fn balance(
    report: &mut Report,
    available: &[Number],
    obligation: Number,
) -> Result<(), Error> {
    let available = report
        .derivation
        .sum(BALANCE, "available", "", "t", available)?;
    let balance = report.derivation.difference(
        BALANCE,
        "allowance_balance",
        "",
        "t",
        &[available, obligation],
    )?;
    report.outcome(balance);
    Ok(())
}
