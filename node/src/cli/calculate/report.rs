//! A report of the engine as a table for people, as one document for machines.

use accounting::{Exact, Node, Notice, Origin, Report};
use i18n::Catalogue;
use serde_json::{Value, json};

use crate::cli::Failure;
use crate::console::{Cell, Column, Console, List, OutputForm, grouped, wrap};

/// Decimal places that people see of a value that has more.
const PLACES_SHOWN: usize = 6;

/// Writes the outcomes, the notices, and how far the figures behind them can be relied on.
pub fn print(report: &Report, derivation: bool, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    match console.form() {
        OutputForm::Table => {
            console.print(&outcomes(report, catalogue).table(console.style()))?;
            for line in remarks(report, catalogue) {
                for part in wrap(&line, console.width()) {
                    console.print(&part)?;
                }
            }
        }
        OutputForm::Csv => console.list(&outcomes(report, catalogue))?,
        OutputForm::Json | OutputForm::Yaml => {
            console.document(&document(report, derivation, catalogue), String::new)?;
        }
    }
    Ok(())
}

fn outcomes(report: &Report, catalogue: &Catalogue) -> List {
    let mut list = List::new(vec![
        Column::new("code", catalogue.col_code()),
        Column::new("name", catalogue.col_quantity()),
        Column::new("subject", catalogue.col_subject()),
        Column::new("value", catalogue.col_value()).right(),
        Column::new("unit", catalogue.col_unit()),
    ]);
    for outcome in &report.outcomes {
        let node = report.derivation.node(outcome.number);
        list.push(vec![
            outcome.code.into(),
            catalogue.name("quantity", outcome.code).into(),
            outcome.subject.as_str().into(),
            Cell::new(node.value.to_string(), shown(&node.value)),
            node.unit.as_ref().into(),
        ]);
    }
    list
}

/// A finite decimal of few places as it is, another value rounded and marked.
fn shown(value: &Exact) -> String {
    let text = value.to_string();
    let places = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    if !text.contains('/') && places <= PLACES_SHOWN {
        return grouped(&text, places);
    }
    format!("≈ {}", grouped(&text, PLACES_SHOWN))
}

fn remarks(report: &Report, catalogue: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    if !report.instrument.is_empty() {
        lines.push(catalogue.phrase_report_instrument(report.instrument.as_str()));
    }
    lines.extend(
        report
            .notices
            .iter()
            .map(|notice| format!("! {}", worded(notice, catalogue))),
    );
    if let Some(Node {
        label,
        origin: Origin::Parameter(citation),
        ..
    }) = report.unofficial()
    {
        lines.push(format!(
            "! {}",
            catalogue.phrase_report_unofficial(
                catalogue.name("quantity", label),
                format!("{} {}", citation.document, citation.clause).trim(),
                catalogue.name("standing", citation.standing.code()),
            )
        ));
    }
    lines
}

fn worded(notice: &Notice, catalogue: &Catalogue) -> String {
    let words = catalogue.name("notice", notice.code);
    let about: Vec<&str> = [notice.subject.as_str(), notice.detail.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if about.is_empty() {
        words
    } else {
        catalogue.phrase_report_notice(words, about.join(" · "))
    }
}

fn document(report: &Report, derivation: bool, catalogue: &Catalogue) -> Value {
    let outcomes: Vec<Value> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let node = report.derivation.node(outcome.number);
            json!({
                "code": outcome.code,
                "subject": outcome.subject,
                "value": node.value.to_string(),
                "unit": node.unit,
                "number": outcome.number.index(),
            })
        })
        .collect();
    let notices: Vec<Value> = report
        .notices
        .iter()
        .map(|notice| {
            json!({
                "code": notice.code,
                "subject": notice.subject,
                "detail": notice.detail,
                "words": catalogue.name("notice", notice.code),
            })
        })
        .collect();
    let mut value = json!({
        "standard": report.standard,
        "instrument": report.instrument,
        "official": report.unofficial().is_none(),
        "outcomes": outcomes,
        "notices": notices,
    });
    if derivation {
        value["numbers"] = report
            .derivation
            .nodes()
            .iter()
            .enumerate()
            .map(|(index, node)| number(index, node))
            .collect();
    }
    value
}

/// A number with its origin; a stranger recomputes it from the numbers that it names.
fn number(index: usize, node: &Node) -> Value {
    let origin = match &node.origin {
        Origin::Input { place, evidence } => {
            json!({ "kind": "input", "place": place, "evidence": evidence })
        }
        Origin::Parameter(citation) => json!({
            "kind": "parameter",
            "document": citation.document,
            "clause": citation.clause,
            "reference": citation.reference,
            "standing": citation.standing.code(),
        }),
        Origin::Constant => json!({ "kind": "constant" }),
        Origin::Derived {
            rule,
            operator,
            operands,
        } => {
            let operands: Vec<usize> = operands.iter().map(|operand| operand.index()).collect();
            let mut derived = json!({
                "kind": "derived",
                "rule": rule.code,
                "formula": rule.formula,
                "clause": rule.clause,
                "operator": operator.code(),
                "operands": operands,
            });
            if let Some(places) = operator.places() {
                derived["places"] = places.into();
            }
            derived
        }
    };
    json!({
        "number": index,
        "label": node.label,
        "subject": node.subject,
        "value": node.value.to_string(),
        "unit": node.unit,
        "origin": origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use accounting::Standing;
    use i18n::{Locale, catalogue};

    #[test]
    fn every_standing_has_a_name() {
        for locale in Locale::ALL {
            for standing in [
                Standing::Official,
                Standing::Secondary,
                Standing::Recalled,
                Standing::Draft,
            ] {
                let id = format!("standing-{}", standing.code());
                assert!(
                    catalogue(locale).text(&id, &[]).is_some(),
                    "{locale:?} {id}"
                );
            }
        }
    }

    #[test]
    fn long_values_are_marked_as_rounded() {
        let exact = |text| Exact::parse(text).expect("a number");
        assert_eq!(shown(&exact("1234567.5")), "1,234,567.5");
        assert_eq!(shown(&exact("1/3")), "≈ 0.333333");
        assert_eq!(shown(&exact("0.12345678")), "≈ 0.123457");
    }
}
