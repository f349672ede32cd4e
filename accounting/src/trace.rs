//! How a result came about, step by step: what `explain` prints. Values are exact; texts are codes and symbols, so that
//! the caller words them in any language.

use crate::activity::Obtained;
use crate::calculation::{Component, Role};
use crate::catalogue::{FactorIndex, Reason};
use crate::decimal::Decimal;
use crate::exact::{Exact, Rounding};
use crate::flag::Flag;
use crate::gas::{Gas, GwpSet};
use crate::unit::{Quantity, Unit};

/// The steps of one calculation, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Trace {
    /// Steps.
    pub steps: Vec<Step>,
}

/// What an amount in a step is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Activity amount in the factor's unit.
    Activity,
    /// Elemental carbon content, tC per unit.
    CarbonContent,
    /// Mass of a gas, kg.
    Mass(Gas),
    /// CO2e of a component, kg.
    Co2e(Component),
    /// CO2e of the row, kg, for one role.
    Total(Role),
    /// Biogenic CO2 outside the scopes, kg.
    Biogenic,
    /// CO2e of gases outside the Kyoto Protocol, kg.
    NonKyoto,
}

impl Subject {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Activity => "activity".to_owned(),
            Self::CarbonContent => "carbon_content".to_owned(),
            Self::Mass(gas) => format!("mass_{}", gas.code()),
            Self::Co2e(component) => format!("co2e_{}", component.code()),
            Self::Total(role) => format!("total_{}", role.code()),
            Self::Biogenic => "biogenic".to_owned(),
            Self::NonKyoto => "non_kyoto".to_owned(),
        }
    }
}

/// One operand of a product or a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The number.
    pub value: Exact,
    /// Its unit, empty for a pure number.
    pub unit: String,
}

impl Operand {
    /// An operand.
    #[must_use]
    pub fn new(value: impl Into<Exact>, unit: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            unit: unit.into(),
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The amount as the row has it.
    Input {
        /// Amount and unit.
        quantity: Quantity,
    },
    /// A factor was chosen.
    Factor {
        /// What for.
        role: Role,
        /// Which.
        factor: FactorIndex,
        /// Why.
        reason: Reason,
    },
    /// A parameter that goes into the formula.
    Parameter {
        /// Symbol in the formula: `C`, `NCV`, `CC`, `OF`.
        symbol: &'static str,
        /// Code of the kind.
        kind: &'static str,
        /// The number.
        value: Decimal,
        /// Its unit.
        unit: String,
        /// How it was obtained.
        obtained: Obtained,
        /// The factor whose default it is; `None` = given by the row.
        default_of: Option<FactorIndex>,
    },
    /// The formula in symbols, with the code of its meaning and the clause that gives it.
    Formula {
        /// Stable code.
        code: &'static str,
        /// `AD × NCV × CC × OF × 44/12`
        text: &'static str,
        /// Document.
        clause: &'static str,
    },
    /// An amount was brought to another unit.
    Convert {
        /// Before.
        from: Exact,
        /// Unit before.
        from_unit: Unit,
        /// Multiplier.
        ratio: Exact,
        /// After.
        to: Exact,
        /// Unit after.
        to_unit: Unit,
    },
    /// A product.
    Multiply {
        /// Of what.
        subject: Subject,
        /// Factors of the product.
        operands: Vec<Operand>,
        /// The product, exact.
        result: Exact,
        /// Its unit.
        unit: String,
    },
    /// A global warming potential was applied: `mass × GWP`.
    Gwp {
        /// The gas.
        gas: Gas,
        /// Mass in kg.
        mass_kg: Exact,
        /// kg CO2e per kg.
        gwp: Decimal,
        /// The table.
        gwp_set: GwpSet,
        /// The product in kg CO2e.
        result: Exact,
    },
    /// A sum.
    Sum {
        /// Of what.
        subject: Subject,
        /// The terms: what they are, and kg.
        terms: Vec<(Subject, Exact)>,
        /// The sum in kg.
        result: Exact,
    },
    /// A rule book's rounding.
    Round {
        /// Of what.
        subject: Subject,
        /// Code of the profile.
        profile: &'static str,
        /// Decimal places, counted in `unit`.
        places: u32,
        /// How.
        rounding: Rounding,
        /// Before, in `unit`.
        before: Exact,
        /// After, in `unit`.
        after: Exact,
        /// `tC/t`, `t`.
        unit: &'static str,
    },
    /// Something that a reader must know.
    Flagged {
        /// What.
        flag: Flag,
    },
}

impl Step {
    /// The arithmetic as a person would write it on paper, without words: `100000 kWh × 0.177 kg/kWh = 17700 kg`.
    /// Empty for steps that are no arithmetic.
    #[must_use]
    pub fn line(&self) -> String {
        let with_unit = |value: &Exact, unit: &str| {
            let value = written(value);
            if unit.is_empty() || unit == "%" {
                format!("{value}{unit}")
            } else {
                format!("{value} {unit}")
            }
        };
        match self {
            Self::Input { quantity } => quantity.to_string(),
            Self::Parameter {
                symbol,
                value,
                unit,
                ..
            } => {
                format!("{symbol} = {}", with_unit(&Exact::from(*value), unit))
            }
            Self::Formula { text, .. } => (*text).to_owned(),
            Self::Convert {
                from,
                from_unit,
                ratio,
                to,
                to_unit,
            } => format!(
                "{} × {} = {}",
                with_unit(from, from_unit.symbol()),
                written(ratio),
                with_unit(to, to_unit.symbol())
            ),
            Self::Multiply {
                operands,
                result,
                unit,
                ..
            } => {
                let product: Vec<_> = operands
                    .iter()
                    .map(|operand| with_unit(&operand.value, &operand.unit))
                    .collect();
                format!("{} = {}", product.join(" × "), with_unit(result, unit))
            }
            Self::Gwp {
                gas,
                mass_kg,
                gwp,
                result,
                ..
            } => {
                format!(
                    "{} kg {gas} × {gwp} = {} kg CO2e",
                    written(mass_kg),
                    written(result)
                )
            }
            Self::Sum { terms, result, .. } => {
                let mut sum = String::new();
                for (position, (_, value)) in terms.iter().enumerate() {
                    match (position, value.is_negative()) {
                        (0, _) => sum.push_str(&written(value)),
                        (_, false) => sum.push_str(&format!(" + {}", written(value))),
                        (_, true) => sum.push_str(&format!(" − {}", written(&value.negated()))),
                    }
                }
                format!("{sum} = {} kg", written(result))
            }
            Self::Round {
                before,
                after,
                places,
                rounding,
                unit,
                ..
            } => {
                // The places that the rule names are shown, zeros too.
                let after = after
                    .to_fixed(*places, *rounding)
                    .unwrap_or_else(|_| written(after));
                format!("{} → {after} {unit}", written(before))
            }
            Self::Factor { .. } | Self::Flagged { .. } => String::new(),
        }
    }
}

/// A finite decimal as it is; another fraction with its value to twelve places behind it.
fn written(value: &Exact) -> String {
    let text = value.to_string();
    match (text.contains('/'), value.to_fixed(12, Rounding::HalfUp)) {
        (true, Ok(decimal)) if text != "11/3" => format!("{text} (≈ {decimal})"),
        (true, _) if text == "11/3" => "44/12".to_owned(),
        _ => text,
    }
}

/// Receives the steps of a calculation; without one, no step is even built.
pub(crate) trait Recorder {
    /// Takes a step.
    fn record(&mut self, step: impl FnOnce() -> Step);
}

/// Takes nothing.
pub(crate) struct Untraced;

impl Recorder for Untraced {
    fn record(&mut self, _step: impl FnOnce() -> Step) {}
}

impl Recorder for Trace {
    fn record(&mut self, step: impl FnOnce() -> Step) {
        self.steps.push(step());
    }
}
