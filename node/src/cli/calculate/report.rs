//! A report of the engine as a table for people, as one document for machines.

use accounting::{Exact, Node, Notice, Number, Origin, Report};
use i18n::Catalogue;
use serde_json::{Value, json};

use crate::cli::arguments::Diagram;
use crate::cli::{Failure, codes, derivation};
use crate::console::{Cell, Column, Console, List, OutputForm, grouped, wrap};

/// Decimal places that people see of a value that has more.
const PLACES_SHOWN: usize = 6;

/// Notices of one kind that are all written out.
const NOTICES_MAX: usize = 3;

/// What of a derivation is wanted, and how.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Whether any.
    pub derivation: bool,
    /// The outcomes behind which it looks; all of them if there is none.
    pub of: Vec<String>,
    /// As a diagram in place of everything else.
    pub diagram: Option<Diagram>,
}

/// Writes the outcomes, the notices, how far the figures behind them can be relied on, and on request where they come from.
pub fn print(report: &Report, wanted: &Wanted, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let part = report.derivation.behind(&roots(report, &wanted.of)?);
    if let Some(diagram) = wanted.diagram {
        return derivation::diagram(&part, diagram, console);
    }
    match console.form() {
        OutputForm::Table => {
            console.print(&outcomes(report, catalogue).table(console.style()))?;
            for line in remarks(report, catalogue) {
                for part in wrap(&line, console.width()) {
                    console.print(&part)?;
                }
            }
            if wanted.derivation {
                console.print("")?;
                derivation::outline(&part, console)?;
            }
        }
        OutputForm::Csv => console.list(&outcomes(report, catalogue))?,
        OutputForm::Json | OutputForm::Yaml => {
            let mut value = document(report, catalogue);
            if wanted.derivation {
                value["derivation"] = serde_json::to_value(&part).unwrap_or_default();
            }
            console.document(&value, String::new)?;
        }
    }
    Ok(())
}

/// The outcomes that are meant: `code`, or `code@subject`.
fn roots(report: &Report, of: &[String]) -> Result<Vec<Number>, Failure> {
    if of.is_empty() {
        return Ok(report
            .outcomes
            .iter()
            .map(|outcome| outcome.number)
            .collect());
    }
    let mut roots = Vec::new();
    for name in of {
        let (code, subject) = name
            .split_once('@')
            .map_or((name.as_str(), None), |(code, subject)| {
                (code, Some(subject))
            });
        let found = report.outcomes.iter().filter(|outcome| {
            outcome.code == code && subject.is_none_or(|subject| outcome.subject == subject)
        });
        let before = roots.len();
        roots.extend(found.map(|outcome| outcome.number));
        if roots.len() == before {
            let mut known: Vec<&str> = report.outcomes.iter().map(|outcome| outcome.code).collect();
            known.sort_unstable();
            known.dedup();
            return Err(Failure::new(codes::OUTCOME_UNKNOWN)
                .with("name", name)
                .with("known", known.join(", ")));
        }
    }
    Ok(roots)
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
    for (position, notice) in report.notices.iter().enumerate() {
        let alike = |other: &&Notice| other.code == notice.code;
        // Many of a kind are said once, with the first of them and a count.
        match report.notices[..position].iter().filter(alike).count() {
            0 => {
                let count = report.notices.iter().filter(alike).count();
                let words = worded(notice, catalogue);
                lines.push(if count > NOTICES_MAX {
                    format!("! {}", catalogue.phrase_report_notices(words, count - 1))
                } else {
                    format!("! {words}")
                });
            }
            _ if report.notices.iter().filter(alike).count() <= NOTICES_MAX => {
                lines.push(format!("! {}", worded(notice, catalogue)));
            }
            _ => {}
        }
    }
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

/// The sentence of a notice; what it does not name itself stands behind it.
fn worded(notice: &Notice, catalogue: &Catalogue) -> String {
    let id = format!("notice-{}", notice.code.replace('.', "-"));
    let fields = [
        ("subject", notice.subject.clone()),
        ("detail", notice.detail.clone()),
    ];
    let words = catalogue
        .text(&id, &fields)
        .unwrap_or_else(|| notice.code.to_owned());
    let about: Vec<&str> = [notice.subject.as_str(), notice.detail.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty() && !words.contains(part))
        .collect();
    if about.is_empty() {
        words
    } else {
        catalogue.phrase_report_notice(words, about.join(" · "))
    }
}

fn document(report: &Report, catalogue: &Catalogue) -> Value {
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
                "words": worded(notice, catalogue),
            })
        })
        .collect();
    json!({
        "standard": report.standard,
        "instrument": report.instrument,
        "official": report.unofficial().is_none(),
        "outcomes": outcomes,
        "notices": notices,
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
