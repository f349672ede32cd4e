//! The period of a line, from a month column, from start and end, or from both.

use super::line::LineReader;
use crate::import::cell::Value;
use crate::import::column::Column;
use crate::import::fault::{Fault, Matter};
use crate::import::period::{self, Span};

impl LineReader<'_> {
    pub(super) fn span_of(&mut self, column: Column) -> Option<Span> {
        let cell = self.cell(column)?.clone();
        if cell.filled {
            self.merged(column, &cell);
        }
        match period::span(&cell.value) {
            Ok(span) => Some(span),
            Err(fault) => {
                self.fail_at(column, fault);
                None
            }
        }
    }

    pub(super) fn span(&mut self) -> Option<Span> {
        let failed = self.errors.len();
        let mut month = self.span_of(Column::Period);
        if self.mapper.period_is_month
            && let Some(span) = month
            && span.start == span.end
            && let Some(cell) = self.cell(Column::Period)
            && (span.start.day == 1 || matches!(cell.value, Value::Date { .. }))
        {
            // A spreadsheet program keeps `2025-03` as the first day of the month.
            month = Span::month_of(span.start);
        }
        let start = self.span_of(Column::Start);
        let end = self.span_of(Column::End);
        if self.errors.len() > failed {
            return None;
        }
        let bounds = match (start, end) {
            (Some(start), Some(end)) if end.end < start.start => {
                let fault = Fault::PeriodReversed {
                    start: start.start.to_string(),
                    end: end.end.to_string(),
                };
                self.fail_at(Column::End, fault);
                return None;
            }
            (Some(start), Some(end)) => Some(Span {
                start: start.start,
                end: end.end,
            }),
            // A month, quarter or year in the start column alone is a whole period; a day is not.
            (Some(start), None) if start.start != start.end => Some(start),
            (None, None) => None,
            (Some(_), None) if month.is_none() => {
                self.fail_at(
                    Column::End,
                    Fault::Required {
                        column: Column::End.code(),
                    },
                );
                return None;
            }
            (None, Some(_)) if month.is_none() => {
                self.fail_at(
                    Column::Start,
                    Fault::Required {
                        column: Column::Start.code(),
                    },
                );
                return None;
            }
            _ => None,
        };
        match (month, bounds) {
            (Some(month), Some(bounds)) if month != bounds => {
                let fault = Fault::PeriodConflict {
                    month: format!("{} – {}", month.start, month.end),
                    start: bounds.start.to_string(),
                    end: bounds.end.to_string(),
                };
                self.fail_at(Column::Period, fault);
                None
            }
            (Some(span), _) | (None, Some(span)) => Some(span),
            (None, None) => {
                let default = self.mapper.defaults.period;
                if let Some(span) = default {
                    let value = format!("{} – {}", span.start, span.end);
                    self.notice(
                        None,
                        Matter::DefaultUsed {
                            column: Column::Period.code(),
                            value,
                        },
                    );
                } else {
                    let column = if self.mapper.header.position(Column::Period).is_some() {
                        Column::Period
                    } else {
                        Column::Start
                    };
                    self.fail_at(column, Fault::PeriodMissing);
                }
                default
            }
        }
    }
}
