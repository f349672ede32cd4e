//! The allowance of a unit: benchmark times output, with the corrections of its plan.

use super::document::{Cooling, Covered};
use super::plan::{Benchmark, Class, LoadUnits, Plan, PreAllocation, Table};
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Report;
use crate::standard::cn_ets;
use crate::{Operator, standard::cn_ets_power::load};

const CLAUSE: &str = "发电行业配额总量和分配方案 机组配额量核算";
const HEAT_SUPPLY: Rule = Rule {
    code: "cn_ets_power.heat_supply_correction",
    formula: "F_r = 1 − k × a",
    clause: CLAUSE,
};
const COOLING: Rule = Rule {
    code: "cn_ets_power.cooling_correction",
    formula: "F_l = 1",
    clause: CLAUSE,
};
const POWER: Rule = Rule {
    code: "cn_ets_power.power_allowance",
    formula: "A_e = Q_e × B_e × F_l × F_r × F_f",
    clause: CLAUSE,
};
const HEAT: Rule = Rule {
    code: "cn_ets_power.heat_allowance",
    formula: "A_h = Q_h × B_h",
    clause: CLAUSE,
};
const ALLOWANCE: Rule = Rule {
    code: "cn_ets_power.allowance",
    formula: "A = A_e + A_h",
    clause: CLAUSE,
};
const PRE_ALLOCATION: Rule = Rule {
    code: "cn_ets_power.pre_allocation",
    formula: "A_pre = s × E_0",
    clause: "发电行业配额总量和分配方案 预分配",
};
const CLASS: Rule = Rule {
    code: "cn_ets_power.class",
    formula: "P ≥ 400 MW",
    clause: "发电行业配额总量和分配方案 机组判定标准",
};

/// Verified emissions and allowance of a unit, whole tonnes.
#[derive(Clone, Copy)]
pub(super) struct UnitNumbers {
    pub emissions: Number,
    pub allowance: Number,
    pub gas: bool,
}

pub(super) fn calculate(
    report: &mut Report,
    table: &Table,
    plan: &Plan,
    benchmark: &Benchmark,
    covered: &Covered<'_>,
) -> Result<UnitNumbers, Error> {
    let work = Work {
        table,
        plan,
        benchmark,
        covered,
        name: covered.unit.name.as_str(),
    };
    let power_benchmark = work.power_benchmark(report)?;
    let mut factors = vec![
        work.input(report, "output", "MWh", covered.output),
        power_benchmark,
    ];
    factors.extend(work.cooling(report)?);
    factors.extend(work.heat_supply(report)?);
    factors.extend(work.load(report)?);
    let power = report
        .derivation
        .product(POWER, "power_allowance", work.name, "tCO2", &factors)?;
    let heat_benchmark = benchmark.heat.parameter(
        &mut report.derivation,
        "heat_benchmark",
        work.name,
        "tCO2/GJ",
        &table.code,
        &plan.document,
    );
    let heat = work.input(report, "heat_supplied", "GJ", covered.unit.heat);
    let heat = report.derivation.product(
        HEAT,
        "heat_allowance",
        work.name,
        "tCO2",
        &[heat, heat_benchmark],
    )?;
    let allowance =
        report
            .derivation
            .sum(ALLOWANCE, "allowance", work.name, "tCO2", &[power, heat])?;
    let allowance = cn_ets::round(report, allowance)?;
    report.outcome(allowance);
    work.pre_allocation(report, power_benchmark, heat_benchmark)?;
    work.balance_values(report);
    let emissions = work.input(report, "verified_emissions", "tCO2", covered.unit.emissions);
    Ok(UnitNumbers {
        emissions,
        allowance,
        gas: covered.class == Class::Gas,
    })
}

struct Work<'a> {
    table: &'a Table,
    plan: &'a Plan,
    benchmark: &'a Benchmark,
    covered: &'a Covered<'a>,
    name: &'a str,
}

impl Work<'_> {
    fn input(
        &self,
        report: &mut Report,
        label: &'static str,
        unit: &'static str,
        value: crate::Decimal,
    ) -> Number {
        let field = match label {
            "output" => match self.plan.basis {
                super::plan::Basis::Supply => "supply",
                super::plan::Basis::Generation => "generation",
            },
            "heat_supplied" => "heat",
            "verified_emissions" => "emissions",
            "rated_capacity" => "capacity",
            other => other,
        };
        report.derivation.input(
            label,
            self.name,
            value,
            unit,
            format!("{}.{field}", self.covered.place),
            "",
        )
    }

    fn figure(
        &self,
        report: &mut Report,
        label: &'static str,
        unit: &'static str,
        figure: &crate::standard::mee::Figure,
    ) -> Number {
        figure.parameter(
            &mut report.derivation,
            label,
            self.name,
            unit,
            &self.table.code,
            &self.plan.document,
        )
    }

    /// The benchmark; where capacity decided the class, that stands in the derivation.
    fn power_benchmark(&self, report: &mut Report) -> Result<Number, Error> {
        let figure = self.figure(report, "power_benchmark", "tCO2/MWh", &self.benchmark.power);
        let Some(capacity) = self
            .covered
            .unit
            .capacity
            .filter(|_| self.covered.by_capacity)
        else {
            return Ok(figure);
        };
        let capacity = self.input(report, "rated_capacity", "MW", capacity);
        let boundary = self.figure(report, "class_boundary", "MW", &self.table.class_boundary);
        report.derivation.derive(
            CLASS,
            Operator::Choice,
            "power_benchmark",
            self.name,
            "tCO2/MWh",
            &[figure, capacity, boundary],
        )
    }

    fn cooling(&self, report: &mut Report) -> Result<Option<Number>, Error> {
        let Some(air) = self
            .plan
            .cooling_air
            .as_ref()
            .filter(|_| self.covered.class != Class::Gas)
        else {
            return Ok(None);
        };
        let number = match self.covered.unit.cooling {
            Cooling::Air => self.figure(report, "cooling_correction", "", air),
            Cooling::Water | Cooling::BackPressure => {
                let one = report.derivation.constant("one", Exact::ONE, "");
                report.derivation.derive(
                    COOLING,
                    Operator::Choice,
                    "cooling_correction",
                    self.name,
                    "",
                    &[one],
                )?
            }
        };
        Ok(Some(number))
    }

    fn heat_supply(&self, report: &mut Report) -> Result<Option<Number>, Error> {
        let figure = if self.covered.class == Class::Gas {
            &self.plan.heat_supply_gas
        } else {
            &self.plan.heat_supply_coal
        };
        let Some(figure) = figure else {
            return Ok(None);
        };
        let slope = self.figure(report, "heat_supply_slope", "", figure);
        let ratio = self.input(report, "heat_ratio", "", self.covered.unit.heat_ratio);
        let part = report.derivation.product(
            HEAT_SUPPLY,
            "heat_supply_part",
            self.name,
            "",
            &[slope, ratio],
        )?;
        let one = report.derivation.constant("one", Exact::ONE, "");
        report
            .derivation
            .difference(
                HEAT_SUPPLY,
                "heat_supply_correction",
                self.name,
                "",
                &[one, part],
            )
            .map(Some)
    }

    fn load(&self, report: &mut Report) -> Result<Option<Number>, Error> {
        let corrected = self.covered.class.conventional()
            && (self.plan.load_units == LoadUnits::Conventional || !self.covered.cogeneration);
        let Some(factor) = self.covered.unit.load_factor.filter(|_| corrected) else {
            return Ok(None);
        };
        let factor = self.input(report, "load_factor", "%", factor);
        let threshold = self
            .plan
            .load_threshold
            .as_ref()
            .map(|figure| self.figure(report, "load_threshold", "%", figure));
        let correction = load::correction(report, self.plan.load, self.name, factor, threshold)?;
        report.outcome(correction);
        Ok(Some(correction))
    }

    fn pre_allocation(
        &self,
        report: &mut Report,
        power: Number,
        heat: Number,
    ) -> Result<(), Error> {
        let unit = self.covered.unit;
        let base = match self.plan.pre_allocation_by {
            PreAllocation::Emissions => match unit.previous_emissions {
                Some(previous) => self.input(report, "previous_emissions", "tCO2", previous),
                None => return Ok(()),
            },
            PreAllocation::Output => {
                if unit.base_supply.is_none() && unit.base_heat.is_none() {
                    return Ok(());
                }
                let supply = self.input(
                    report,
                    "base_supply",
                    "MWh",
                    unit.base_supply.unwrap_or_default(),
                );
                let supply = report.derivation.product(
                    PRE_ALLOCATION,
                    "power_allowance",
                    self.name,
                    "tCO2",
                    &[supply, power],
                )?;
                let warm = self.input(
                    report,
                    "base_heat",
                    "GJ",
                    unit.base_heat.unwrap_or_default(),
                );
                let warm = report.derivation.product(
                    PRE_ALLOCATION,
                    "heat_allowance",
                    self.name,
                    "tCO2",
                    &[warm, heat],
                )?;
                report.derivation.sum(
                    PRE_ALLOCATION,
                    "pre_allocation_base",
                    self.name,
                    "tCO2",
                    &[supply, warm],
                )?
            }
        };
        let share = self.figure(
            report,
            "pre_allocation_share",
            "",
            &self.plan.pre_allocation,
        );
        let amount = report.derivation.product(
            PRE_ALLOCATION,
            "pre_allocation",
            self.name,
            "tCO2",
            &[share, base],
        )?;
        let amount = cn_ets::round(report, amount)?;
        report.outcome(amount);
        Ok(())
    }

    /// What the plan publishes beside the benchmark, for comparison; no allowance rests on it.
    fn balance_values(&self, report: &mut Report) {
        for (label, unit, figure) in [
            ("power_balance", "tCO2/MWh", &self.benchmark.power_balance),
            ("heat_balance", "tCO2/GJ", &self.benchmark.heat_balance),
        ] {
            if let Some(figure) = figure {
                let number = self.figure(report, label, unit, figure);
                report.outcome(number);
            }
        }
    }
}
