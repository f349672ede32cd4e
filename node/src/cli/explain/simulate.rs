//! `factor simulate`: what inventories would be under another factor set. Nothing is written.

use accounting::{Exact, FactorSet};
use hengtan_ledger::v1;
use serde_json::{Value, json};

use super::graph;
use super::number::{self, Explained};
use crate::cli::arguments::FactorSimulate;
use crate::cli::presentation::period;
use crate::cli::session::Session;
use crate::cli::{Exit, Failure, activity, factor, inventory};
use crate::console::{Cell, Column, List, OutputForm, grouped};

/// Decimal places of amounts in a table.
const PLACES: usize = 6;

/// An inventory as it stands, and as it would be.
struct Simulated {
    inventory: v1::Inventory,
    before: Vec<Explained>,
    after: Vec<Explained>,
    /// Rows that the other set cannot calculate, with the reason: they keep their result.
    kept: Vec<(String, accounting::Error)>,
}

pub async fn run(arguments: &FactorSimulate, session: &Session<'_>) -> Result<Exit, Failure> {
    let set = factor::set_named(&arguments.set, session).await?;
    let names = names(arguments, session).await?;
    let mut simulated = Vec::new();
    for name in &names {
        simulated.push(simulate(name, &set, &arguments.instead_of, session).await?);
    }
    print(&set, &simulated, session)
}

/// The inventories that are asked for, or every one, by organisation and name.
async fn names(arguments: &FactorSimulate, session: &Session<'_>) -> Result<Vec<String>, Failure> {
    if !arguments.inventory.is_empty() {
        return Ok(arguments.inventory.clone());
    }
    let all = inventory::inventories(0, session).await?;
    Ok(all
        .into_iter()
        .filter_map(|record| record.inventory)
        .map(|inventory| format!("{}/{}", inventory.organisation, inventory.name))
        .collect())
}

async fn simulate(
    name: &str,
    set: &FactorSet,
    instead_of: &[String],
    session: &Session<'_>,
) -> Result<Simulated, Failure> {
    let (inventory, before) = number::collect(Some(name), |_| true, session).await?;
    let replaced = |id: &str| {
        id == set.manifest.id
            || set
                .manifest
                .supersedes
                .split([',', ' '])
                .any(|known| known == id || known.split('@').next() == Some(id))
            || instead_of.iter().any(|known| known == id)
    };
    let mut under = number::Under::new(set, &replaced);
    let mut after = Vec::with_capacity(before.len());
    let mut kept = Vec::new();
    for row in &before {
        match under.calculate(row) {
            Ok(other) => after.push(other),
            Err(error) => {
                let place = activity::address(&row.record.import_id, row.record.number);
                kept.push((place.human().to_owned(), error));
                after.push(row.clone());
            }
        }
    }
    Ok(Simulated {
        inventory,
        before,
        after,
        kept,
    })
}

/// Sum of one column over rows.
fn sum(rows: &[Explained], column: impl Fn(&Explained) -> &Exact) -> Result<Exact, Failure> {
    let mut total = Exact::ZERO;
    for row in rows {
        total = total.add(column(row))?;
    }
    Ok(total)
}

impl Simulated {
    fn name(&self) -> String {
        format!("{}/{}", self.inventory.organisation, self.inventory.name)
    }

    /// Before and after: location-based, then market-based, kg CO2e.
    fn totals(&self) -> Result<[(Exact, Exact); 2], Failure> {
        fn location(row: &Explained) -> &Exact {
            &row.calculation.location.co2e_kg
        }
        fn market(row: &Explained) -> &Exact {
            &row.calculation.market().co2e_kg
        }
        Ok([
            (sum(&self.before, location)?, sum(&self.after, location)?),
            (sum(&self.before, market)?, sum(&self.after, market)?),
        ])
    }

    fn rows_changed(&self) -> usize {
        self.before
            .iter()
            .zip(&self.after)
            .filter(|(before, after)| {
                before.calculation.location != after.calculation.location
                    || before.calculation.market() != after.calculation.market()
            })
            .count()
    }
}

fn print(set: &FactorSet, all: &[Simulated], session: &Session<'_>) -> Result<Exit, Failure> {
    let catalogue = session.console.catalogue();
    if session.console.form() == OutputForm::Csv {
        session.console.list(&rows(all, session)?)?;
        return Ok(Exit::Ok);
    }
    let totals = summary(all, session)?;
    let causes = all
        .iter()
        .map(|one| graph::causes(&one.before, &one.after, session))
        .collect::<Result<Vec<_>, _>>()?;
    let machine = json!({
        "set": set.manifest.id,
        "version": set.manifest.version,
        "inventories": all.iter().zip(&causes).map(|(one, causes)| machine(one, causes))
            .collect::<Result<Vec<_>, _>>()?,
    });
    session.console.document(&machine, || {
        let style = session.console.style();
        let mut text = totals.table(style);
        for (one, causes) in all.iter().zip(&causes) {
            if one.rows_changed() > 0 {
                let title = catalogue.title_simulated(one.name(), set.manifest.id.as_str());
                text.push_str(&format!(
                    "\n\n{}\n{}",
                    style.heading(&title),
                    causes.table(style)
                ));
            }
        }
        text
    })?;
    for one in all {
        for (row, error) in &one.kept {
            let what = catalogue
                .explain(
                    error.code(),
                    &crate::cli::failure::named_fields(error.code(), error.fields(), catalogue),
                )
                .map_or_else(|| error.to_string(), |explained| explained.what);
            session.console.say(&catalogue.simulate_kept(
                one.name(),
                row.as_str(),
                error.code(),
                what,
            ));
        }
    }
    Ok(Exit::Ok)
}

/// A line for each inventory and each of the two columns of scope 2.
fn summary(all: &[Simulated], session: &Session<'_>) -> Result<List, Failure> {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("inventory", catalogue.col_inventory()),
        Column::new("period", catalogue.col_period()),
        Column::new("outcome", catalogue.col_outcome()),
        Column::new("before_kg", catalogue.col_before_kg()).right(),
        Column::new("after_kg", catalogue.col_after_kg()).right(),
        Column::new("change_kg", catalogue.col_change_kg()).right(),
        Column::new("rows", catalogue.col_rows()).right(),
        Column::new("rows_changed", catalogue.col_rows_changed()).right(),
        Column::new("rows_kept", catalogue.col_rows_kept()).right(),
    ]);
    let amount = |value: &Exact| Cell::new(value.to_string(), grouped(&value.to_string(), PLACES));
    for one in all {
        let [location, market] = one.totals()?;
        for (code, (before, after)) in [
            ("emissions_location", location),
            ("emissions_market", market),
        ] {
            list.push(vec![
                one.name().into(),
                period(&one.inventory.period_start, &one.inventory.period_end),
                Cell::new(code, catalogue.name("quantity", code)),
                amount(&before),
                amount(&after),
                amount(&after.sub(&before)?),
                one.before.len().into(),
                one.rows_changed().into(),
                one.kept.len().into(),
            ]);
        }
    }
    Ok(list)
}

/// A line for each row and each of the two columns of scope 2; a row that keeps its result says why.
fn rows(all: &[Simulated], session: &Session<'_>) -> Result<List, Failure> {
    let catalogue = session.console.catalogue();
    let mut list = List::new(vec![
        Column::new("inventory", catalogue.col_inventory()),
        Column::new("row", catalogue.col_row()),
        Column::new("outcome", catalogue.col_outcome()),
        Column::new("before_kg", catalogue.col_before_kg()).right(),
        Column::new("after_kg", catalogue.col_after_kg()).right(),
        Column::new("change_kg", catalogue.col_change_kg()).right(),
        Column::new("code", catalogue.col_code()),
    ]);
    for one in all {
        for (before, after) in one.before.iter().zip(&one.after) {
            let place = activity::address(&before.record.import_id, before.record.number);
            let kept = one.kept.iter().find(|(row, _)| row == place.human());
            let code = kept.map_or("", |(_, error)| error.code());
            let (before, after) = (&before.calculation, &after.calculation);
            for (outcome, before, after) in [
                ("emissions_location", &before.location, &after.location),
                ("emissions_market", before.market(), after.market()),
            ] {
                list.push(vec![
                    one.name().into(),
                    place.clone(),
                    Cell::new(outcome, catalogue.name("quantity", outcome)),
                    before.co2e_kg.to_string().into(),
                    after.co2e_kg.to_string().into(),
                    after.co2e_kg.sub(&before.co2e_kg)?.to_string().into(),
                    code.into(),
                ]);
            }
        }
    }
    Ok(list)
}

fn machine(one: &Simulated, causes: &List) -> Result<Value, Failure> {
    let [location, market] = one.totals()?;
    let column = |(before, after): (Exact, Exact)| -> Result<Value, Failure> {
        Ok(json!({
            "before_kg": before.to_string(),
            "after_kg": after.to_string(),
            "change_kg": after.sub(&before)?.to_string(),
        }))
    };
    Ok(json!({
        "organisation": one.inventory.organisation,
        "inventory": one.inventory.name,
        "period": period(&one.inventory.period_start, &one.inventory.period_end).machine(),
        "location": column(location)?,
        "market": column(market)?,
        "rows": one.before.len(),
        "rows_changed": one.rows_changed(),
        "rows_kept": one.kept.iter().map(|(row, error)| json!({ "row": row, "code": error.code() })).collect::<Vec<_>>(),
        "causes": causes.machine(),
    }))
}
