//! The cells of one line, read field by field.

use accounting::{Category, Obtained, Region, Scope};
use hengtan_ledger::v1;

use super::amount::decimal;
use super::{Mapper, Row, TEXT_BYTES_MAX, shown};
use crate::import::cell::{Cell, Line, Value, trim};
use crate::import::column::{Column, Expected, plain};
use crate::import::fault::{Fault, Matter, Notice, Place, RowError};
use crate::import::parameter;

/// Reads one line and collects what is wrong with it.
pub(super) struct LineReader<'a> {
    pub(super) mapper: &'a Mapper<'a>,
    pub(super) line: &'a Line,
    pub(super) errors: Vec<RowError>,
    pub(super) notices: Vec<Notice>,
}

impl LineReader<'_> {
    pub(super) fn place(&self, column: Option<usize>) -> Place {
        Place {
            sheet: self.mapper.sheet.map(str::to_owned),
            row: self.line.row,
            column,
            header: column
                .and_then(|column| self.mapper.header.text(column))
                .map(str::to_owned),
        }
    }

    pub(super) fn fail(&mut self, column: Option<usize>, fault: Fault) {
        let value = column
            .and_then(|column| self.line.cell(column))
            .map(Cell::display)
            .unwrap_or_default();
        let place = self.place(column);
        self.errors.push(RowError {
            place,
            value: shown(&value),
            fault,
        });
    }

    pub(super) fn fail_at(&mut self, column: Column, fault: Fault) {
        let position = self.mapper.header.position(column);
        self.fail(position, fault);
    }

    pub(super) fn notice(&mut self, column: Option<usize>, matter: Matter) {
        let place = self.place(column);
        self.notices.push(Notice { place, matter });
    }

    pub(super) fn cell(&self, column: Column) -> Option<&Cell> {
        self.line
            .cell(self.mapper.header.position(column)?)
            .filter(|cell| !cell.is_empty())
    }

    /// Text that shows that the line is a summary or a remark: no quantity, or the word total.
    pub(super) fn summary(&self) -> Option<String> {
        let texts: Vec<String> = self
            .line
            .cells
            .iter()
            .filter_map(|cell| match &cell.value {
                Value::Text(text) if !cell.filled => Some(text.clone()),
                _ => None,
            })
            .collect();
        let names = [
            Column::Reference,
            Column::Facility,
            Column::Category,
            Column::Activity,
            Column::Period,
        ];
        let total = names
            .iter()
            .filter_map(|column| self.cell(*column))
            .filter(|cell| !cell.filled)
            .map(Cell::display)
            .find(|text| is_total(text));
        if let Some(text) = total {
            return Some(shown(&text));
        }
        let own = |column: Column| self.cell(column).is_some_and(|cell| !cell.filled);
        let data = [
            Column::Quantity,
            Column::Unit,
            Column::Period,
            Column::Start,
            Column::End,
        ];
        if data.iter().any(|column| own(*column)) {
            return None;
        }
        Some(shown(&texts.first().cloned().unwrap_or_default()))
    }

    /// Text of a column, empty where it is absent; line ends become spaces, because the ledger keeps one line.
    pub(super) fn text(&mut self, column: Column) -> String {
        let Some(cell) = self.cell(column).cloned() else {
            return String::new();
        };
        if cell.filled {
            self.merged(column, &cell);
        }
        match cell.to_text() {
            Ok(text) => {
                let text: Vec<&str> = text
                    .split(['\n', '\r', '\t'])
                    .map(trim)
                    .filter(|part| !part.is_empty())
                    .collect();
                let text = text.join(" ");
                if text.len() > TEXT_BYTES_MAX {
                    self.fail_at(
                        column,
                        Fault::TextTooLong {
                            bytes_max: TEXT_BYTES_MAX,
                        },
                    );
                }
                text
            }
            Err(fault) => {
                self.fail_at(column, fault);
                String::new()
            }
        }
    }

    pub(super) fn merged(&mut self, column: Column, cell: &Cell) {
        let position = self.mapper.header.position(column);
        self.notice(
            position,
            Matter::MergedFilled {
                text: shown(&cell.display()),
            },
        );
    }

    pub(super) fn row(&mut self) -> Row {
        let reference = self.text(Column::Reference);
        let (facility, unregistered) = self.facility();
        let activity_name = self.text(Column::Activity);
        if activity_name.is_empty() && self.cell(Column::Activity).is_none() {
            self.fail_at(
                Column::Activity,
                Fault::Required {
                    column: Column::Activity.code(),
                },
            );
        }
        let (scope, category) = self.scope_and_category(&activity_name);
        let span = self.span();
        let (quantity, unit) = self.quantity_and_unit();
        let (parameters, factor_hint) = self.parameters_and_factor();
        let obtained = match self.text(Column::Obtained) {
            text if text.is_empty() => v1::Obtained::Unspecified,
            text => match parameter::parse_obtained(&text) {
                Ok(obtained) => wire(obtained),
                Err(fault) => {
                    self.fail_at(Column::Obtained, fault);
                    v1::Obtained::Unspecified
                }
            },
        };
        let region = self.region();
        let (evidence, source) = self.evidence();
        let activity = v1::ActivityRow {
            reference,
            facility,
            region,
            scope: scope.map_or(0, |scope| u32::from(scope.number())),
            category: category
                .map(|category| category.code().to_owned())
                .unwrap_or_default(),
            activity: activity_name,
            period_start: span.map(|span| span.start.to_string()).unwrap_or_default(),
            period_end: span.map(|span| span.end.to_string()).unwrap_or_default(),
            quantity: quantity.unwrap_or_default(),
            unit: unit.map(|unit| unit.code().to_owned()).unwrap_or_default(),
            parameters,
            factor_hint,
            obtained: obtained.into(),
            source,
            evidence,
            instrument: self.text(Column::Instrument),
            quality_plan_version: self.text(Column::QualityPlan),
            laboratory: self.text(Column::Laboratory),
            sample: self.text(Column::Sample),
            recorder: self.text(Column::Recorder),
            reviewer: self.text(Column::Reviewer),
            sheet: self.mapper.sheet.unwrap_or_default().to_owned(),
            line: u32::try_from(self.line.row).unwrap_or(u32::MAX),
            note: self.note(&unregistered),
            market_instrument: self.text(Column::MarketInstrument),
            market_reference: self.text(Column::MarketReference),
            method: self.text(Column::Method),
        };
        Row {
            place: self.place(None),
            activity,
            expected: self.expected(),
        }
    }

    /// Name of the registered facility, and what is to be kept in the note where none is registered at all.
    pub(super) fn facility(&mut self) -> (String, String) {
        let named = self.text(Column::Facility);
        let Some(facilities) = &self.mapper.defaults.facilities else {
            return (named, String::new());
        };
        let find = |text: &str| {
            let wanted = plain(text);
            facilities
                .iter()
                .find(|known| {
                    known.name == wanted
                        || known.display_names.iter().any(|name| plain(name) == wanted)
                })
                .map(|known| known.name.clone())
        };
        if let Some(found) = find(&named).filter(|_| !named.is_empty()) {
            return (found, String::new());
        }
        // What the command line says holds for rows that name no facility, or none that the ledger knows.
        if let Some(default) = self.mapper.defaults.facility.clone() {
            let Some(found) = find(&default) else {
                self.fail_at(Column::Facility, Fault::Facility);
                return (String::new(), String::new());
            };
            self.notice(
                None,
                Matter::DefaultUsed {
                    column: Column::Facility.code(),
                    value: default,
                },
            );
            return (found, String::new());
        }
        if named.is_empty() {
            return (String::new(), String::new());
        }
        if facilities.is_empty() {
            let position = self.mapper.header.position(Column::Facility);
            self.notice(
                position,
                Matter::FacilityUnregistered {
                    name: named.clone(),
                },
            );
            return (String::new(), named);
        }
        self.fail_at(Column::Facility, Fault::Facility);
        (String::new(), String::new())
    }

    /// What neither the row nor the command line names, the ledger takes from the facility.
    pub(super) fn region(&mut self) -> String {
        let named = self.text(Column::Region);
        if !named.is_empty() {
            return match Region::from_name(&named) {
                Ok(region) => region.code().to_owned(),
                Err(_) => {
                    self.fail_at(Column::Region, Fault::Region);
                    String::new()
                }
            };
        }
        let Some(default) = &self.mapper.defaults.region else {
            return String::new();
        };
        self.notice(
            None,
            Matter::DefaultUsed {
                column: Column::Region.code(),
                value: default.clone(),
            },
        );
        default.clone()
    }

    pub(super) fn scope_and_category(
        &mut self,
        activity: &str,
    ) -> (Option<Scope>, Option<Category>) {
        let scope_text = self.text(Column::Scope);
        let scope = if scope_text.is_empty() {
            None
        } else {
            Scope::from_name(&scope_text)
        };
        if scope.is_none() && !scope_text.is_empty() {
            self.fail_at(Column::Scope, Fault::Scope);
        }
        let named = self.text(Column::Category);
        let category = if named.is_empty() {
            let default = self.mapper.defaults.category.as_deref();
            // `购入电力` says its category itself.
            let found = Category::parse(activity)
                .ok()
                .or_else(|| default.and_then(Category::from_code));
            if found.is_none() {
                self.fail_at(
                    Column::Category,
                    Fault::Required {
                        column: Column::Category.code(),
                    },
                );
            }
            found
        } else {
            let found = Category::parse(&named).ok();
            if found.is_none() {
                self.fail_at(Column::Category, Fault::Category);
            }
            found
        };
        match (scope, category) {
            (Some(scope), Some(category)) if category.scope() != scope => {
                let fault = Fault::ScopeMismatch {
                    scope: scope.number().to_string(),
                    category: category.code().to_owned(),
                };
                self.fail_at(Column::Scope, fault);
            }
            _ => {}
        }
        (scope.or_else(|| category.map(Category::scope)), category)
    }

    /// Digests become evidence; names of documents without a digest go to the source, because evidence on the ledger is
    /// what can be compared with a file.
    pub(super) fn evidence(&mut self) -> (Vec<v1::Evidence>, String) {
        let mut source = self.text(Column::Source);
        let text = self.text(Column::Evidence);
        let mut evidence = Vec::new();
        for item in text
            .split([';', '；'])
            .map(trim)
            .filter(|item| !item.is_empty())
        {
            let (name, digest) = item
                .rsplit_once([' ', ':', '：', '　'])
                .map_or(("", item), |(name, digest)| (name, digest));
            let looks_like_digest =
                digest.len() >= 40 && digest.chars().all(|c| c.is_ascii_hexdigit());
            if looks_like_digest {
                match hex::decode(digest) {
                    Ok(bytes) if bytes.len() == 32 => {
                        let name = trim(name.trim_end_matches("sm3").trim_end_matches("SM3"));
                        let name = name.trim_end_matches([':', '：']).to_owned();
                        evidence.push(v1::Evidence {
                            digest: bytes,
                            name,
                            media_type: String::new(),
                        });
                    }
                    _ => self.fail_at(Column::Evidence, Fault::Evidence),
                }
            } else {
                if !source.is_empty() {
                    source.push_str("; ");
                }
                source.push_str(item);
            }
        }
        if source.len() > TEXT_BYTES_MAX {
            self.fail_at(
                Column::Source,
                Fault::TextTooLong {
                    bytes_max: TEXT_BYTES_MAX,
                },
            );
        }
        (evidence, source)
    }

    fn note(&mut self, unregistered: &str) -> String {
        let note = self.text(Column::Note);
        match (unregistered.is_empty(), note.is_empty()) {
            (true, _) => note,
            (false, true) => unregistered.to_owned(),
            (false, false) => {
                let both = format!("{unregistered}; {note}");
                if both.len() > TEXT_BYTES_MAX {
                    self.fail_at(
                        Column::Note,
                        Fault::TextTooLong {
                            bytes_max: TEXT_BYTES_MAX,
                        },
                    );
                }
                both
            }
        }
    }

    /// Expected results check nothing of the row itself: what cannot be read is a notice.
    pub(super) fn expected(&mut self) -> Vec<(usize, Expected, String)> {
        let header = self.mapper.header;
        let mut found = Vec::new();
        for (mapped, expected) in header.expected() {
            let Some(cell) = self
                .line
                .cell(mapped.position)
                .filter(|cell| !cell.is_empty())
            else {
                continue;
            };
            match decimal(cell) {
                Ok((text, _)) => found.push((mapped.position, expected, text)),
                Err(_) => {
                    let value = shown(&cell.display());
                    self.notice(Some(mapped.position), Matter::ExpectedUnreadable { value });
                }
            }
        }
        found
    }
}

fn is_total(text: &str) -> bool {
    let text = plain(text);
    let text = text.trim_end_matches([':', '.']);
    [
        "total",
        "subtotal",
        "sub-total",
        "grand total",
        "sum",
        "合计",
        "总计",
        "小计",
        "共计",
        "汇总",
        "总和",
        "累计",
    ]
    .contains(&text)
        || ["合计", "总计", "小计", "total of", "sum of", "subtotal "]
            .iter()
            .any(|start| text.starts_with(start))
        || ["合计", "小计", "总计"]
            .iter()
            .any(|end| text.ends_with(end))
}

const fn wire(obtained: Obtained) -> v1::Obtained {
    match obtained {
        Obtained::Measured => v1::Obtained::Measured,
        Obtained::Default => v1::Obtained::Default,
        Obtained::Calculated => v1::Obtained::Calculated,
    }
}

impl parameter::Item {
    /// The parameter as the ledger keeps it.
    pub(super) fn to_wire(&self) -> v1::Parameter {
        v1::Parameter {
            kind: self.parameter.kind.code().to_owned(),
            value: self.parameter.value.to_string(),
            unit: self.parameter.unit(),
            obtained: wire(self.parameter.obtained).into(),
            text: self.text.clone(),
            ..v1::Parameter::default()
        }
    }
}
