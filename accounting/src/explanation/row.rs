//! One row: its trace as linked numbers. The steps of a trace hold values; here each operand finds the number that it is.

use super::Row;
use crate::calculation::{Component, Role};
use crate::catalogue::FactorIndex;
use crate::derivation::{Citation, Derivation, Number, Rule, Standing};
use crate::error::Error;
use crate::exact::Exact;
use crate::gas::Gas;
use crate::report::Report;
use crate::trace::{Operand, Step, Subject};
use std::borrow::Cow;

/// The numbers of a row that sums are made of.
pub(super) struct Found {
    pub location: Number,
    pub market: Number,
    pub biogenic: Option<Number>,
    pub non_kyoto: Option<Number>,
}

const CONVERSION: Rule = Rule {
    code: "row.conversion",
    formula: "AD(unit of the factor) = AD × ratio",
    clause: "SI; GB 3100",
};
const WEIGHTING: Rule = Rule {
    code: "row.gwp",
    formula: "E(gas) = m(gas) × GWP(gas)",
    clause: "GHG Protocol Corporate Standard, ch. 6",
};
const PARTS: Rule = Rule {
    code: "row.sum",
    formula: "E = Σ E(gas)",
    clause: "GHG Protocol Corporate Standard, ch. 6",
};
const CARBON: Rule = Rule {
    code: "row.carbon_content",
    formula: "C = NCV × CC",
    clause: "GB/T 32150",
};
const ROUNDING: Rule = Rule {
    code: "row.round",
    formula: "",
    clause: "企业温室气体排放核算与报告指南 发电设施（环办气候函〔2022〕485号）",
};
const BIOGENIC: Rule = Rule {
    code: "row.biogenic",
    formula: "m(biogenic CO2) = AD × EF",
    clause: "GHG Protocol Corporate Standard, ch. 9",
};
const FACTOR: Rule = Rule {
    code: "row.factor",
    formula: "m(gas) = AD × EF(gas)",
    clause: "GHG Protocol Corporate Standard, ch. 6",
};
const OUTSIDE: Rule = Rule {
    code: "row.outside_kyoto",
    formula: "E = Σ m(gas) × GWP(gas)",
    clause: "GHG Protocol Corporate Standard, ch. 9",
};

/// Adds the numbers of a row.
pub(super) fn explain(row: &Row<'_>, report: &mut Report) -> Result<Found, Error> {
    let mut walk = Walk {
        row,
        derivation: &mut report.derivation,
        numbers: Vec::new(),
        factor: None,
        factors: Vec::new(),
        formula: FACTOR,
        amount: None,
        biogenic: None,
        outside: Vec::new(),
    };
    for step in &row.trace.steps {
        walk.step(step)?;
    }
    let calculation = row.calculation;
    let location = walk.total(&calculation.location.co2e_kg, "row_emissions_location")?;
    let market = match &calculation.market {
        Some(emissions) => walk.total(&emissions.co2e_kg, "row_emissions_market")?,
        None => location,
    };
    let biogenic = match walk.biogenic {
        Some(number) => Some(number),
        None if calculation.biogenic_co2_kg.is_zero() => None,
        None => walk.number(&calculation.biogenic_co2_kg, "kg"),
    };
    let outside = std::mem::take(&mut walk.outside);
    let non_kyoto = if outside.is_empty() {
        None
    } else {
        Some(
            walk.derivation
                .sum(OUTSIDE, "row_non_kyoto_co2e", row.name, "kg CO2e", &outside)?,
        )
    };
    Ok(Found {
        location,
        market,
        biogenic,
        non_kyoto,
    })
}

struct Walk<'a> {
    row: &'a Row<'a>,
    derivation: &'a mut Derivation,
    /// Numbers of this row, in order.
    numbers: Vec<Number>,
    factor: Option<(Role, FactorIndex)>,
    /// Published rates already there: factor, unit, number.
    factors: Vec<(FactorIndex, String, Number)>,
    formula: Rule,
    amount: Option<Number>,
    biogenic: Option<Number>,
    outside: Vec<Number>,
}

impl Walk<'_> {
    fn subject(&self) -> String {
        self.row.name.to_owned()
    }

    fn add(&mut self, number: Number) -> Number {
        self.numbers.push(number);
        number
    }

    /// The latest number of this row with this value and unit.
    fn number(&self, value: &Exact, unit: &str) -> Option<Number> {
        self.numbers.iter().rev().copied().find(|number| {
            let node = self.derivation.node(*number);
            node.value == *value && (node.unit == unit || matching(&node.unit, unit))
        })
    }

    /// The CO2e of a component that a sum names.
    fn part(&self, subject: Subject, value: &Exact) -> Option<Number> {
        let Subject::Co2e(Component::Gas(gas)) = subject else {
            return None;
        };
        let name = format!("{} · {}", self.row.name, gas.symbol());
        self.numbers.iter().rev().copied().find(|number| {
            let node = self.derivation.node(*number);
            node.value == *value
                && node.subject == name
                && (node.label == "gas_co2e" || (gas == Gas::Co2 && node.label == "gas_mass"))
        })
    }

    fn constant(
        &mut self,
        label: &'static str,
        value: Exact,
        unit: impl Into<Cow<'static, str>>,
    ) -> Number {
        let unit = unit.into();
        let known = self.numbers.iter().copied().find(|number| {
            let node = self.derivation.node(*number);
            node.label == label && node.value == value && node.unit == unit
        });
        match known {
            Some(number) => number,
            None => {
                let number = self.derivation.constant(label, value, unit);
                self.add(number)
            }
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Input { quantity } => {
                let number = self.derivation.input(
                    "activity_amount",
                    self.row.name,
                    quantity.amount,
                    quantity.unit.symbol(),
                    self.row.place,
                    self.row.evidence,
                );
                self.amount = Some(self.add(number));
            }
            Step::Factor { role, factor, .. } => self.factor = Some((*role, *factor)),
            Step::Parameter {
                kind,
                value,
                unit,
                default_of,
                ..
            } => {
                let number = match default_of {
                    Some(index) => {
                        let citation = self.citation(*index);
                        self.derivation.parameter(
                            kind,
                            self.row.name,
                            *value,
                            unit.clone(),
                            citation,
                        )
                    }
                    None => self.derivation.input(
                        kind,
                        self.row.name,
                        *value,
                        unit.clone(),
                        self.row.place,
                        self.row.evidence,
                    ),
                };
                self.add(number);
            }
            Step::Formula { code, text, clause } => {
                self.formula = Rule {
                    code: rule_code(code),
                    formula: text,
                    clause,
                };
            }
            Step::Convert {
                from_unit,
                ratio,
                to,
                to_unit,
                ..
            } => {
                let known = self.numbers.iter().copied().find(|number| {
                    let node = self.derivation.node(*number);
                    node.label == "activity_amount_converted"
                        && node.value == *to
                        && node.unit == to_unit.symbol()
                });
                if known.is_some() {
                    // Both columns of electricity convert alike.
                    self.amount = known;
                    return Ok(());
                }
                let Some(amount) = self.amount else {
                    return Ok(());
                };
                let unit = format!("{}/{}", to_unit.symbol(), from_unit.symbol());
                let ratio = self.constant("unit_ratio", ratio.clone(), unit);
                let from = self.input_amount().unwrap_or(amount);
                let number = self.derivation.product(
                    CONVERSION,
                    "activity_amount_converted",
                    self.row.name,
                    to_unit.symbol(),
                    &[from, ratio],
                )?;
                self.amount = Some(self.add(number));
            }
            Step::Multiply {
                subject,
                operands,
                result,
                ..
            } => self.multiply(*subject, operands, result)?,
            Step::Gwp {
                gas,
                mass_kg,
                gwp,
                gwp_set,
                result,
            } => {
                let mass = self.mass(gas.symbol(), mass_kg)?;
                let citation = Citation {
                    document: format!("IPCC {}", gwp_set.code().to_ascii_uppercase()),
                    clause: "GWP-100".to_owned(),
                    reference: format!("gwp/{}/{}", gwp_set.code(), gas.code()),
                    standing: Standing::Official,
                };
                let subject = format!("{} · {}", self.row.name, gas.symbol());
                let gwp =
                    self.derivation
                        .parameter("gwp", subject.clone(), *gwp, "kg CO2e/kg", citation);
                self.add(gwp);
                let weighted = self.product(
                    WEIGHTING,
                    "gas_co2e",
                    subject,
                    "kg CO2e",
                    vec![mass, gwp],
                    result,
                )?;
                if !gas.is_kyoto() {
                    self.outside.push(weighted);
                }
            }
            Step::Sum {
                subject,
                terms,
                result,
            } => {
                // A published total that its parts repeat is no sum.
                let numbers: Option<Vec<Number>> = terms
                    .iter()
                    .map(|(subject, value)| self.part(*subject, value))
                    .collect();
                let Some(numbers) = numbers else {
                    return Ok(());
                };
                let sum = self.derivation.sum(
                    PARTS,
                    label_of(*subject),
                    self.row.name,
                    "kg CO2e",
                    &numbers,
                )?;
                if self.derivation.value(sum) == result {
                    self.add(sum);
                }
            }
            Step::Round {
                subject,
                places,
                rounding,
                before,
                unit,
                ..
            } => self.round(*subject, *places, *rounding, before, unit)?,
            Step::Flagged { .. } => {}
        }
        Ok(())
    }

    fn input_amount(&self) -> Option<Number> {
        self.numbers
            .iter()
            .copied()
            .find(|number| self.derivation.node(*number).label == "activity_amount")
    }

    fn multiply(
        &mut self,
        subject: Subject,
        operands: &[Operand],
        result: &Exact,
    ) -> Result<(), Error> {
        let mut numbers = Vec::with_capacity(operands.len());
        for operand in operands {
            let number = self.operand(subject, operand)?;
            numbers.push(number);
        }
        let (rule, unit) = match subject {
            Subject::CarbonContent => (CARBON, "tC/t"),
            Subject::Biogenic => (BIOGENIC, "kg CO2"),
            Subject::Total(_) | Subject::Co2e(_) | Subject::NonKyoto => (self.formula, "kg CO2e"),
            Subject::Activity => (CONVERSION, ""),
            Subject::Mass(_) => (self.formula, "kg"),
        };
        let name = match subject {
            Subject::Mass(gas) => format!("{} · {}", self.row.name, gas.symbol()),
            _ => self.subject(),
        };
        let number = self.product(rule, label_of(subject), name, unit, numbers, result)?;
        if subject == Subject::Biogenic {
            self.biogenic = Some(number);
        }
        Ok(())
    }

    /// The number that an operand is; a rate of the factor in use, a constant, or something converted on the way.
    fn operand(&mut self, subject: Subject, operand: &Operand) -> Result<Number, Error> {
        let value = &operand.value;
        let unit = operand.unit.as_str();
        let is_rate = unit.starts_with("kg ") && unit.contains('/');
        if is_rate && let Some((_, factor)) = self.factor {
            let known = self
                .factors
                .iter()
                .find(|(known, of, _)| *known == factor && of == unit);
            if let Some((.., number)) = known {
                return Ok(*number);
            }
            let citation = self.citation(factor);
            let name = match subject {
                Subject::Mass(gas) => format!("{} · {}", self.row.name, gas.symbol()),
                Subject::Biogenic => format!("{} · biogenic CO2", self.row.name),
                _ => self.subject(),
            };
            let label = match self.factor {
                Some((Role::Market, _)) => "emission_factor_market",
                _ => "emission_factor",
            };
            let number =
                self.derivation
                    .parameter(label, name, value.clone(), unit.to_owned(), citation);
            self.factors.push((factor, unit.to_owned(), number));
            return Ok(self.add(number));
        }
        if unit.is_empty() && *value == Exact::carbon_to_co2() {
            return Ok(self.constant("carbon_to_co2", value.clone(), "tCO2/tC"));
        }
        if unit == "kg/t" {
            return Ok(self.constant("kilograms_per_tonne", value.clone(), "kg/t"));
        }
        if let Some(number) = self.number(value, unit) {
            return Ok(number);
        }
        // A parameter in another unit than the formula's: its ratio is the step between.
        let kin = self.numbers.iter().rev().copied().find(|number| {
            let node = self.derivation.node(*number);
            !node.value.is_zero() && kind_of(&node.unit) == kind_of(unit)
        });
        match kin {
            Some(number) => {
                let ratio = value.div(self.derivation.value(number))?;
                let from = self.derivation.node(number).unit.to_string();
                let label = self.derivation.node(number).label;
                let ratio = self.constant("unit_ratio", ratio, format!("({unit})/({from})"));
                let converted = self.derivation.product(
                    CONVERSION,
                    label,
                    self.row.name,
                    unit.to_owned(),
                    &[number, ratio],
                )?;
                Ok(self.add(converted))
            }
            None => Ok(self.constant("value_of_formula", value.clone(), unit.to_owned())),
        }
    }

    /// A product whose operands' units may leave a ratio open (per cent, tonnes): the ratio becomes a constant of its own.
    fn product(
        &mut self,
        rule: Rule,
        label: &'static str,
        subject: String,
        unit: &'static str,
        mut numbers: Vec<Number>,
        result: &Exact,
    ) -> Result<Number, Error> {
        let product = numbers.iter().try_fold(Exact::ONE, |product, number| {
            product.mul(self.derivation.value(*number))
        })?;
        if product != *result && !product.is_zero() {
            let ratio = result.div(&product)?;
            let label = if ratio == Exact::from_ratio(1, 100)? {
                "per_cent"
            } else {
                "unit_ratio"
            };
            let ratio = self.constant(label, ratio, "");
            numbers.push(ratio);
        }
        let number = self
            .derivation
            .product(rule, label, subject, unit, &numbers)?;
        Ok(self.add(number))
    }

    /// The mass of a gas: calculated before, or a share of the amount (pure gas, component of a blend).
    fn mass(&mut self, gas: &'static str, mass_kg: &Exact) -> Result<Number, Error> {
        if let Some(number) = self.number(mass_kg, "kg") {
            return Ok(number);
        }
        let Some(amount) = self.amount else {
            return Ok(self.constant("value_of_formula", mass_kg.clone(), "kg"));
        };
        let total = self.derivation.value(amount).clone();
        let share = if total.is_zero() {
            Exact::ZERO
        } else {
            mass_kg.div(&total)?
        };
        let share = self.constant("share_of_blend", share, "kg/kg");
        let number = self.derivation.product(
            self.formula,
            "gas_mass",
            format!("{} · {gas}", self.row.name),
            "kg",
            &[amount, share],
        )?;
        Ok(self.add(number))
    }

    fn round(
        &mut self,
        subject: Subject,
        places: u32,
        rounding: crate::exact::Rounding,
        before: &Exact,
        unit: &'static str,
    ) -> Result<(), Error> {
        if unit != "t" {
            if let Some(number) = self.number(before, unit) {
                let rounded = self.derivation.round(ROUNDING, number, places, rounding)?;
                self.add(rounded);
            }
            return Ok(());
        }
        let thousand = self.constant("kilograms_per_tonne", Exact::from_integer(1_000), "kg/t");
        let kilograms = before.mul(&Exact::from_integer(1_000))?;
        let Some(number) = self.number(&kilograms, "kg CO2e") else {
            return Ok(());
        };
        let label = label_of(subject);
        let tonnes = self.derivation.quotient(
            CONVERSION,
            label,
            self.row.name,
            "t CO2e",
            &[number, thousand],
        )?;
        let rounded = self.derivation.round(ROUNDING, tonnes, places, rounding)?;
        let back = self.derivation.product(
            CONVERSION,
            label,
            self.row.name,
            "kg CO2e",
            &[rounded, thousand],
        )?;
        self.add(back);
        Ok(())
    }

    /// The number that is the row's result.
    fn total(&mut self, value: &Exact, label: &'static str) -> Result<Number, Error> {
        let result = self.numbers.iter().rev().copied().find(|number| {
            let node = self.derivation.node(*number);
            node.value == *value
                && matching(&node.unit, "kg CO2e")
                && (node.label == label
                    || matches!(
                        node.label,
                        "row_emissions_location" | "row_emissions_market" | "gas_co2e" | "gas_mass"
                    ))
        });
        let result = match result {
            Some(number) => number,
            // All of it outside the scopes.
            None => self.constant("value_of_formula", value.clone(), "kg CO2e"),
        };
        if self.derivation.node(result).label == label {
            return Ok(result);
        }
        let number = self
            .derivation
            .sum(PARTS, label, self.row.name, "kg CO2e", &[result])?;
        Ok(self.add(number))
    }

    fn citation(&self, index: FactorIndex) -> Citation {
        let (manifest, factor) = self.row.catalogue.factor(index);
        Citation {
            document: manifest.document.clone(),
            clause: factor.source.clone(),
            reference: format!("{}@{}/{}", manifest.id, manifest.version, factor.id),
            standing: factor.quality.standing(),
        }
    }
}

fn label_of(subject: Subject) -> &'static str {
    match subject {
        Subject::Activity => "activity_amount_converted",
        Subject::CarbonContent => "carbon_content",
        Subject::Mass(_) => "gas_mass",
        Subject::Co2e(_) => "gas_co2e",
        Subject::Total(Role::Market) => "row_emissions_market",
        Subject::Total(_) => "row_emissions_location",
        Subject::Biogenic => "biogenic_co2",
        Subject::NonKyoto => "row_non_kyoto_co2e",
    }
}

/// The formulas of the methods, as rules.
fn rule_code(formula: &str) -> &'static str {
    match formula {
        "activity_gases" => "row.activity_gases",
        "activity_co2e" => "row.activity_co2e",
        "mass_gwp" => "row.mass_gwp",
        "fuel_carbon" => "row.fuel_carbon",
        "fuel_heat" => "row.fuel_heat",
        "fuel_ncv" => "row.fuel_ncv",
        _ => FACTOR.code,
    }
}

/// kg of CO2 is kg CO2e; a mass of gas is in kg.
fn matching(known: &str, wanted: &str) -> bool {
    let kilograms = |unit: &str| matches!(unit, "kg" | "kg CO2e" | "kg CO2");
    kilograms(known) && kilograms(wanted)
}

/// What a rate is of: units with the same numerator's letters are of one kind.
fn kind_of(unit: &str) -> &'static str {
    let numerator = unit.split('/').next().unwrap_or_default();
    if numerator.ends_with('C') {
        "carbon"
    } else if unit.contains('/') && (numerator.ends_with('J') || numerator.ends_with("cal")) {
        "heat"
    } else if unit == "%" {
        "percent"
    } else if unit.contains('/') {
        "rate"
    } else {
        "amount"
    }
}
