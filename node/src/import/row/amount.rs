//! Quantity, unit and parameters of a line.

use accounting::{ParameterKind, Unit};
use hengtan_ledger::v1;

use super::line::LineReader;
use super::{TEXT_BYTES_MAX, accounting_fault};
use crate::import::cell::{Cell, Value, check_characters};
use crate::import::column::Column;
use crate::import::fault::{Fault, Matter};
use crate::import::number;
use crate::import::parameter;
use crate::import::workbook::round_shown;

impl LineReader<'_> {
    pub(super) fn quantity_and_unit(&mut self) -> (Option<String>, Option<Unit>) {
        let mut unit_text = self.text(Column::Unit);
        let quantity = match self.cell(Column::Quantity).cloned() {
            None => Err(Fault::Required {
                column: Column::Quantity.code(),
            }),
            Some(cell) if cell.merged_rows > 1 => Err(Fault::QuantityMerged {
                rows: u64::from(cell.merged_rows),
            }),
            Some(Cell {
                value: Value::Text(text),
                ..
            }) if self.mapper.doubtful_commas && number::has_doubtful_comma(&text) => {
                Err(Fault::NumberAmbiguous)
            }
            Some(cell) => match decimal(&cell) {
                Ok((text, noise)) => {
                    if let Some(stored) = noise {
                        let position = self.mapper.header.position(Column::Quantity);
                        self.notice(
                            position,
                            Matter::FormulaRounded {
                                stored,
                                taken: text.clone(),
                            },
                        );
                    }
                    Ok(text)
                }
                // `12.5 t` in one cell, if no unit stands elsewhere.
                Err(Fault::Number) if unit_text.is_empty() && self.mapper.header_unit.is_none() => {
                    match number::split_unit(&cell.display()) {
                        Some((number, unit)) => {
                            unit_text = unit;
                            number::normalise(&number)
                        }
                        None => Err(Fault::Number),
                    }
                }
                Err(fault) => Err(fault),
            },
        };
        let quantity = quantity.and_then(|text| {
            if text.starts_with('-') {
                Err(Fault::NumberNegative)
            } else {
                Ok(text)
            }
        });
        let quantity = match quantity {
            Ok(text) => Some(text),
            Err(fault) => {
                self.fail_at(Column::Quantity, fault);
                None
            }
        };
        (quantity, self.unit(&unit_text))
    }

    pub(super) fn unit(&mut self, text: &str) -> Option<Unit> {
        if text.is_empty() {
            let unit = self.mapper.header_unit;
            if let Some(unit) = unit {
                let position = self.mapper.header.position(Column::Quantity);
                self.notice(
                    position,
                    Matter::UnitFromHeader {
                        unit: unit.symbol().to_owned(),
                    },
                );
            } else if self.cell(Column::Unit).is_none() {
                self.fail_at(
                    Column::Unit,
                    Fault::Required {
                        column: Column::Unit.code(),
                    },
                );
            }
            return unit;
        }
        let unit = match Unit::parse(text) {
            Ok(unit) => unit,
            Err(error) => {
                self.fail_at(Column::Unit, accounting_fault(&error));
                return None;
            }
        };
        if let Some(header_unit) = self
            .mapper
            .header_unit
            .filter(|header_unit| *header_unit != unit)
        {
            let fault = Fault::UnitConflict {
                header_unit: header_unit.symbol().to_owned(),
                cell_unit: unit.symbol().to_owned(),
            };
            self.fail_at(Column::Unit, fault);
        }
        Some(unit)
    }

    /// Parameters of the parameter cell, of columns that hold one each, and an emission factor that stands where its source
    /// is expected; the rest of that cell is the hint.
    pub(super) fn parameters_and_factor(&mut self) -> (Vec<v1::Parameter>, String) {
        let mut items = Vec::new();
        if let Some(cell) = self.cell(Column::Parameters).cloned() {
            match cell.to_text() {
                Ok(text) if text.len() > TEXT_BYTES_MAX => {
                    self.fail_at(
                        Column::Parameters,
                        Fault::TextTooLong {
                            bytes_max: TEXT_BYTES_MAX,
                        },
                    );
                }
                Ok(text) => match parameter::parse(&text) {
                    Ok(parsed) => items = parsed,
                    Err(faults) => faults
                        .into_iter()
                        .for_each(|fault| self.fail_at(Column::Parameters, fault)),
                },
                Err(fault) => self.fail_at(Column::Parameters, fault),
            }
        }
        let header = self.mapper.header;
        for (mapped, kind, unit) in header.parameters() {
            let Some(cell) = self
                .line
                .cell(mapped.position)
                .filter(|cell| !cell.is_empty())
            else {
                continue;
            };
            match column_parameter(cell, kind, unit) {
                Ok(item) => {
                    if items.iter().any(|other| other.parameter.kind == kind) {
                        let fault = Fault::ParameterRepeated {
                            item: item.text,
                            parameter: kind.code().to_owned(),
                        };
                        self.fail(Some(mapped.position), fault);
                    } else {
                        items.push(item);
                    }
                }
                Err(fault) => self.fail(Some(mapped.position), fault),
            }
        }
        let mut hint = self.text(Column::FactorSource);
        let is_factor =
            |item: &parameter::Item| item.parameter.kind == ParameterKind::EmissionFactor;
        if let Ok(parsed) = parameter::parse(&hint)
            && let [item] = parsed.as_slice()
            && is_factor(item)
        {
            if items.iter().any(is_factor) {
                let fault = Fault::ParameterRepeated {
                    item: item.text.clone(),
                    parameter: item.parameter.kind.code().to_owned(),
                };
                self.fail_at(Column::FactorSource, fault);
            } else {
                items.push(item.clone());
                hint.clear();
            }
        }
        (items.iter().map(parameter::Item::to_wire).collect(), hint)
    }
}

/// A parameter from a cell of its own column: `20.908` under `低位发热量（GJ/t）`, or `20.908 GJ/t`, `0.0202 tC/GJ（缺省）`.
fn column_parameter(
    cell: &Cell,
    kind: ParameterKind,
    unit: Option<&str>,
) -> Result<parameter::Item, Fault> {
    let text = match decimal(cell) {
        Ok((number, _)) => format!("{number} {}", unit.unwrap_or_default()),
        Err(Fault::Number) => cell.to_text()?,
        Err(fault) => return Err(fault),
    };
    let items = parameter::parse(&text).map_err(|mut faults| faults.remove(0))?;
    match items.as_slice() {
        [item] if item.parameter.kind == kind => Ok(item.clone()),
        _ => Err(Fault::Parameter { item: text }),
    }
}

/// Decimal text of a cell, and what was stored if a formula's noise was cut.
pub(super) fn decimal(cell: &Cell) -> Result<(String, Option<String>), Fault> {
    match &cell.value {
        Value::Number(text) => {
            let shown = if cell.formula {
                round_shown(text)
            } else {
                None
            };
            match shown {
                Some(taken) => Ok((number::normalise(&taken)?, Some(text.clone()))),
                None => Ok((number::normalise(text)?, None)),
            }
        }
        Value::Text(text) => {
            check_characters(text)?;
            Ok((number::normalise(text)?, None))
        }
        Value::Error(error) => Err(Fault::CellError {
            error: error.clone(),
        }),
        Value::Uncalculated(formula) => Err(Fault::FormulaUncalculated {
            formula: formula.clone(),
        }),
        Value::Empty | Value::Date { .. } | Value::Logical(_) => Err(Fault::Number),
    }
}
