//! The rows of an inventory as one derivation: outline, diagram, data; and what made two inventories differ.

use std::collections::BTreeMap;

use accounting::derivation::{Cause, Comparison, compare};
use accounting::explanation::{self, Row};
use accounting::{Exact, Report};
use hengtan_ledger::v1;
use serde_json::json;

use super::number::{self, Explained};
use crate::cli::arguments::Diagram;
use crate::cli::session::Session;
use crate::cli::{Exit, Failure, activity, codes, derivation};
use crate::console::{Cell, Column, List, OutputForm, grouped};

/// Decimal places of amounts in a comparison.
const PLACES: usize = 6;

/// How a derivation is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// As a diagram.
    pub diagram: Option<Diagram>,
    /// As an outline; in JSON and YAML as data.
    pub outline: bool,
}

impl Form {
    /// Whether at all.
    pub fn wanted(self) -> bool {
        self.outline || self.diagram.is_some()
    }
}

/// Shows the derivation of the rows of an inventory that are `wanted`.
pub async fn show(
    name: Option<&str>,
    wanted: impl Fn(&v1::RowResult) -> bool,
    form: Form,
    session: &Session<'_>,
) -> Result<Exit, Failure> {
    let (_, rows) = number::collect(name, wanted, session).await?;
    let report = explained(&rows, address)?;
    let roots: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| outcome.number)
        .collect();
    let part = report.derivation.behind(&roots);
    let console = session.console;
    match (form.diagram, console.form()) {
        (Some(diagram), _) => derivation::diagram(&part, diagram, console)?,
        (None, OutputForm::Table) => derivation::outline(&part, console)?,
        (None, _) => {
            let machine = json!({ "derivation": part });
            console.document(&machine, String::new)?;
        }
    }
    Ok(Exit::Ok)
}

fn address(row: &Explained) -> String {
    activity::address(&row.record.import_id, row.record.number)
        .human()
        .to_owned()
}

/// The rows as one derivation, each named by `name`; rows of one name are numbered.
fn explained(rows: &[Explained], name: impl Fn(&Explained) -> String) -> Result<Report, Failure> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let names: Vec<[String; 3]> = rows
        .iter()
        .map(|row| {
            let name = name(row);
            let number = count.entry(name.clone()).or_default();
            *number += 1;
            let name = if *number > 1 {
                format!("{name} #{number}")
            } else {
                name
            };
            let signer = format!("{}/{}", row.record.organisation, row.record.member);
            [name, address(row), signer]
        })
        .collect();
    let rows: Vec<Row<'_>> = rows
        .iter()
        .zip(&names)
        .map(|(row, [name, place, evidence])| Row {
            name,
            place,
            evidence,
            calculation: &row.calculation,
            trace: &row.trace,
            catalogue: &row.factors,
        })
        .collect();
    Ok(explanation::explain(&rows)?)
}

/// What a row is about, so that the same meter is found in another inventory; years are left out if the periods differ.
fn meter(row: &Explained, years: bool) -> String {
    let row = row.row();
    let cut = |day: &str| {
        if years {
            day.to_owned()
        } else {
            day.get(5..).unwrap_or(day).to_owned()
        }
    };
    let parts = [
        row.facility.clone(),
        row.activity.clone(),
        row.unit.clone(),
        format!("{}/{}", cut(&row.period_start), cut(&row.period_end)),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Which rows, factors and rules made the second inventory differ from the first; the parts add up to the whole change.
pub async fn diff(first: &str, second: &str, session: &Session<'_>) -> Result<Exit, Failure> {
    let (inventory, before) = number::collect(Some(first), |_| true, session).await?;
    let (other, after) = number::collect(Some(second), |_| true, session).await?;
    let years = inventory.period_start.get(..4) == other.period_start.get(..4);
    let before = explained(&before, |row| meter(row, years))?;
    let after = explained(&after, |row| meter(row, years))?;
    session.console.list(&compared(&before, &after, session)?)?;
    Ok(Exit::Ok)
}

/// What made the results of the same rows differ; the parts of each outcome add up to its whole change.
pub(super) fn causes(
    before: &[Explained],
    after: &[Explained],
    session: &Session<'_>,
) -> Result<List, Failure> {
    let (before, after) = (explained(before, address)?, explained(after, address)?);
    compared(&before, &after, session)
}

fn compared(before: &Report, after: &Report, session: &Session<'_>) -> Result<List, Failure> {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("outcome", catalogue.col_outcome()),
        Column::new("cause", catalogue.col_cause()),
        Column::new("quantity", catalogue.col_quantity()),
        Column::new("subject", catalogue.col_subject()),
        Column::new("before", catalogue.col_before()).right(),
        Column::new("after", catalogue.col_after()).right(),
        Column::new("unit", catalogue.col_unit()),
        Column::new("change_kg", catalogue.col_change_kg()).right(),
        Column::machine("publication_before"),
        Column::machine("publication_after"),
    ]);
    for outcome in &before.outcomes {
        let Some(same) = after
            .outcomes
            .iter()
            .find(|other| other.code == outcome.code)
        else {
            continue;
        };
        let comparison = compare(
            (&before.derivation, outcome.number),
            (&after.derivation, same.number),
        )?;
        lines(outcome.code, &comparison, session, &mut list)?;
    }
    Ok(list)
}

fn lines(
    code: &'static str,
    comparison: &Comparison,
    session: &Session<'_>,
    list: &mut List,
) -> Result<(), Failure> {
    let catalogue = session.console.catalogue();
    let outcome = || Cell::new(code, catalogue.name("quantity", code));
    let amount = |value: Option<&Exact>| match value {
        Some(value) => Cell::new(value.to_string(), grouped(&value.to_string(), PLACES)),
        None => Cell::new(serde_json::Value::Null, ""),
    };
    let mut sum = Exact::ZERO;
    for part in &comparison.parts {
        sum = sum.add(&part.change)?;
        let (publication_before, publication_after) = match &part.cause {
            Cause::Parameter { before, after } => (before.as_str(), after.as_str()),
            Cause::Rule { before, after } => (
                before.map_or("", |rule| rule.code),
                after.map_or("", |rule| rule.code),
            ),
            _ => ("", ""),
        };
        list.push(vec![
            outcome(),
            Cell::new(
                part.cause.code(),
                catalogue.name("change-cause", part.cause.code()),
            ),
            Cell::new(part.label, catalogue.name("quantity", part.label)),
            part.subject.clone().into(),
            amount(part.before.as_ref()),
            amount(part.after.as_ref()),
            part.unit.clone().into(),
            amount(Some(&part.change)),
            publication_before.into(),
            publication_after.into(),
        ]);
    }
    if sum != comparison.change()? {
        // A defect: the parts are built so that they add up.
        return Err(Failure::new(codes::RESULTS_DIFFER));
    }
    list.push(vec![
        outcome(),
        Cell::new("total", catalogue.word_total()),
        Cell::new(serde_json::Value::Null, ""),
        Cell::new(serde_json::Value::Null, ""),
        amount(Some(&comparison.before)),
        amount(Some(&comparison.after)),
        "kg CO2e".into(),
        amount(Some(&comparison.change()?)),
        "".into(),
        "".into(),
    ]);
    Ok(())
}
