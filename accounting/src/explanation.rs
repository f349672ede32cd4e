//! Rows of activity data with their traces as one [`Report`]: from the inventory's totals down to rows, amounts, factors with
//! their documents, GWP values and roundings, and who recorded what.
//!
//! ```text
//! total ◄─ scope ◄─ category ◄─ row ◄─ round ◄─ gas × GWP ◄─ amount × factor ◄─ converted amount ◄─ recorded amount
//! ```

mod row;

use crate::calculation::Calculation;
use crate::catalogue::Catalogue;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::report::Report;
use crate::scope::{Category, Scope};
use crate::trace::Trace;
use std::collections::BTreeMap;

/// A calculated row under explanation.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its name in the explanation, unique; rows of two inventories are compared by it.
    pub name: &'a str,
    /// Where it stands: its address.
    pub place: &'a str,
    /// Who recorded it, by which evidence.
    pub evidence: &'a str,
    /// Result.
    pub calculation: &'a Calculation,
    /// Steps, as [`crate::explain`] gave them.
    pub trace: &'a Trace,
    /// Sets that it was calculated with.
    pub catalogue: &'a Catalogue,
}

const CORPORATE: &str = "GHG Protocol Corporate Standard, ch. 8 and 9";

const BY_CATEGORY: Rule = Rule {
    code: "inventory.category",
    formula: "E(category) = Σ E(row)",
    clause: CORPORATE,
};
const BY_SCOPE: Rule = Rule {
    code: "inventory.scope",
    formula: "E(scope) = Σ E(category)",
    clause: CORPORATE,
};
const TOTAL: Rule = Rule {
    code: "inventory.total",
    formula: "E = Σ E(scope)",
    clause: CORPORATE,
};

/// One of the two columns of scope 2.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Location,
    Market,
}

impl Column {
    fn labels(self) -> [&'static str; 3] {
        match self {
            Self::Location => [
                "emissions_location",
                "category_emissions_location",
                "scope_emissions_location",
            ],
            Self::Market => [
                "emissions_market",
                "category_emissions_market",
                "scope_emissions_market",
            ],
        }
    }
}

/// Explains rows and their sums. Outcomes: `emissions_location` and `emissions_market` (kg CO2e), `biogenic_co2` and
/// `non_kyoto_co2e` where there are any.
///
/// # Errors
/// [`Error::NameTwice`]; [`Error::Overflow`].
pub fn explain(rows: &[Row<'_>]) -> Result<Report, Error> {
    let mut report = Report::new("inventory", "");
    let mut names = std::collections::BTreeSet::new();
    let mut location: BTreeMap<(Scope, Category), Vec<Number>> = BTreeMap::new();
    let mut market = location.clone();
    let (mut biogenic, mut non_kyoto) = (Vec::new(), Vec::new());
    for row in rows {
        if !names.insert(row.name) {
            return Err(Error::NameTwice {
                text: row.name.to_owned(),
            });
        }
        let found = row::explain(row, &mut report)?;
        let key = (row.calculation.scope, row.calculation.category);
        location.entry(key).or_default().push(found.location);
        market.entry(key).or_default().push(found.market);
        biogenic.extend(found.biogenic);
        non_kyoto.extend(found.non_kyoto);
    }
    for (column, rows) in [(Column::Location, location), (Column::Market, market)] {
        let total = sums(&mut report, column, rows)?;
        report.outcome(total);
    }
    for (label, unit, numbers) in [
        ("biogenic_co2", "kg CO2", biogenic),
        ("non_kyoto_co2e", "kg CO2e", non_kyoto),
    ] {
        if !numbers.is_empty() {
            let total = report.derivation.sum(TOTAL, label, "", unit, &numbers)?;
            report.outcome(total);
        }
    }
    Ok(report)
}

/// Categories, scopes and total of one column.
fn sums(
    report: &mut Report,
    column: Column,
    rows: BTreeMap<(Scope, Category), Vec<Number>>,
) -> Result<Number, Error> {
    let [total, of_category, of_scope] = column.labels();
    let mut scopes: BTreeMap<Scope, Vec<Number>> = BTreeMap::new();
    for ((scope, category), numbers) in rows {
        let sum = report.derivation.sum(
            BY_CATEGORY,
            of_category,
            category.code(),
            "kg CO2e",
            &numbers,
        )?;
        scopes.entry(scope).or_default().push(sum);
    }
    let mut all = Vec::new();
    for (scope, numbers) in scopes {
        all.push(report.derivation.sum(
            BY_SCOPE,
            of_scope,
            scope.number().to_string(),
            "kg CO2e",
            &numbers,
        )?);
    }
    report.derivation.sum(TOTAL, total, "", "kg CO2e", &all)
}
