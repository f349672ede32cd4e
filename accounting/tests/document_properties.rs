//! Properties of the standards' documents: the order of rows says nothing, a row in two parts is the same row, and every
//! number follows from what stands behind it.

use accounting::derivation::compare;
use accounting::standard::{Context, STANDARDS, Standard, find};
use accounting::{Catalogue, Decimal, Exact, Origin, Report};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use toml::Value;
use toml::map::Map;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

fn run(standard: &Standard, document: &Value) -> Report {
    let context = Context {
        catalogue: &CATALOGUE,
    };
    let report = (standard.run)(document.clone(), context)
        .unwrap_or_else(|faults| panic!("{}: {faults}", standard.code));
    assert_eq!(report.derivation.verify(), [], "{}", standard.code);
    report
}

fn example(standard: &Standard) -> Value {
    accounting::document::parse(standard.example).expect("TOML")
}

/// Results with their exact values; a simulation draws by position, so its figures are not among them.
fn results(report: &Report) -> BTreeMap<(&'static str, String), Vec<Exact>> {
    let mut results: BTreeMap<_, Vec<Exact>> = BTreeMap::new();
    for outcome in &report.outcomes {
        let behind = report.derivation.behind(&[outcome.number]);
        if behind
            .nodes()
            .any(|(_, node)| matches!(node.origin, Origin::Simulated { .. }))
        {
            continue;
        }
        let value = report.derivation.value(outcome.number).clone();
        results
            .entry((outcome.code, outcome.subject.clone()))
            .or_default()
            .push(value);
    }
    results.values_mut().for_each(|values| values.sort());
    results
}

/// A step into a document.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// Every list of tables with more than one of them.
fn lists(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match value {
        Value::Table(table) => {
            for (key, inner) in table {
                path.push(Step::Key(key.clone()));
                lists(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            if items.len() > 1 && items.iter().all(Value::is_table) {
                found.push(path.clone());
            }
            for (position, inner) in items.iter().enumerate() {
                path.push(Step::Index(position));
                lists(inner, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn at<'a>(mut value: &'a mut Value, path: &[Step]) -> &'a mut Value {
    for step in path {
        value = match step {
            Step::Key(key) => value.get_mut(key.as_str()),
            Step::Index(position) => value.get_mut(*position),
        }
        .expect("a path of the document");
    }
    value
}

#[test]
fn results_do_not_depend_on_the_order_of_rows() {
    let mut shuffled = 0;
    for standard in STANDARDS {
        let document = example(standard);
        let straight = results(&run(standard, &document));
        let mut found = Vec::new();
        lists(&document, &mut Vec::new(), &mut found);
        for path in found {
            // Reversed, and turned by one.
            for turn in [false, true] {
                let mut mixed = document.clone();
                let Value::Array(items) = at(&mut mixed, &path) else {
                    panic!("a list");
                };
                if turn {
                    items.rotate_left(1);
                } else {
                    items.reverse();
                }
                let other = results(&run(standard, &mixed));
                assert_eq!(straight, other, "{}: {path:?}", standard.code);
                shuffled += 1;
            }
        }
    }
    assert!(shuffled > 100, "{shuffled}");
}

/// Where a document has rows, and which numbers of a row are amounts.
struct Rows {
    standard: &'static str,
    /// Keys of tables and of lists, whose first, second, … element is meant in turn.
    list: &'static [&'static str],
    amounts: &'static [&'static str],
    /// Field that tells rows apart; empty if rows need no name.
    name: &'static str,
}

const ROWS: &[Rows] = &[
    Rows {
        standard: "ghg_corporate",
        list: &["emissions"],
        amounts: &["quantity", "co2e", "biogenic_co2", "gases.mass"],
        name: "source",
    },
    Rows {
        standard: "ghg_scope2",
        list: &["consumption"],
        amounts: &["quantity", "attributes_sold"],
        name: "name",
    },
    Rows {
        standard: "ghg_scope2",
        list: &["instruments"],
        amounts: &["quantity"],
        name: "name",
    },
    Rows {
        standard: "ghg_scope3",
        list: &["activities", "items"],
        amounts: &["quantity", "mass", "spend.amount", "co2e"],
        name: "name",
    },
    Rows {
        standard: "mee_power",
        list: &["unit", "month", "fuel"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "mee_cement",
        list: &["line", "month", "fuel"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "mee_aluminium",
        list: &["line", "month", "fuel"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "mee_steel",
        list: &["process", "month", "fuel"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "mee_steel",
        list: &["balance", "input"],
        amounts: &["quantity"],
        name: "name",
    },
    Rows {
        standard: "gbt_32150",
        list: &["fuel"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "gbt_32150",
        list: &["process"],
        amounts: &["quantity"],
        name: "",
    },
    Rows {
        standard: "cbam_installation",
        list: &["source_stream"],
        amounts: &["amount"],
        name: "name",
    },
    Rows {
        standard: "eu_ets",
        list: &["source_stream"],
        amounts: &["stream.amount"],
        name: "stream.name",
    },
];

fn number(value: &Value) -> Decimal {
    let text = match value {
        Value::Integer(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => panic!("no number: {other}"),
    };
    Decimal::parse(&text).expect("a decimal")
}

/// `eighths`/8 of the amounts of a row.
fn part(row: &Map<String, Value>, amounts: &[&str], eighths: i64) -> Map<String, Value> {
    let mut row = row.clone();
    for amount in amounts {
        let (first, rest) = amount.split_once('.').unwrap_or((amount, ""));
        let Some(value) = row.get_mut(first) else {
            continue;
        };
        if rest.is_empty() {
            let share = Exact::from(number(value))
                .mul(&Exact::from_integer(eighths))
                .and_then(|product| product.div(&Exact::from_integer(8)))
                .and_then(|share| share.to_decimal().ok_or(accounting::Error::Overflow))
                .expect("an eighth is a finite decimal");
            *value = Value::String(share.to_string());
            continue;
        }
        let tables = match value {
            Value::Array(items) => items.iter_mut().collect::<Vec<_>>(),
            table => vec![table],
        };
        for table in tables {
            let inner = table.as_table().expect("a table").clone();
            *table = Value::Table(part(&inner, &[rest], eighths));
        }
    }
    row
}

/// Gives a row another name, and adds it wherever the first one is listed by name.
fn rename(document: &mut Value, row: &mut Map<String, Value>, field: &str, copy: usize) {
    let (first, rest) = field.split_once('.').unwrap_or((field, ""));
    if !rest.is_empty() {
        let inner = row
            .get_mut(first)
            .and_then(Value::as_table_mut)
            .expect("a table");
        return rename(document, inner, rest, copy);
    }
    let old = row
        .get(first)
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    let new = format!("{old} ({copy})");
    row.insert(first.to_owned(), Value::String(new.clone()));
    if let Some(Value::Array(instruments)) = document.get_mut("instruments") {
        for instrument in instruments {
            if let Some(Value::Array(names)) = instrument.get_mut("facilities")
                && names.iter().any(|name| name.as_str() == Some(&old))
            {
                names.push(Value::String(new.clone()));
            }
        }
    }
    if let Some(Value::Array(serials)) = row.get_mut("serials") {
        let first = format!("{new}-1");
        *serials = vec![Value::String(first)];
    }
}

/// The lists that a path of keys leads to.
fn reached(value: &Value, keys: &[&str], path: Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let Some((key, rest)) = keys.split_first() else {
        found.push(path);
        return;
    };
    let Some(inner) = value.get(*key) else { return };
    let mut path = path;
    path.push(Step::Key((*key).to_owned()));
    match (inner, rest.is_empty()) {
        (Value::Array(items), false) => {
            for (position, item) in items.iter().enumerate() {
                let mut path = path.clone();
                path.push(Step::Index(position));
                reached(item, rest, path, found);
            }
        }
        _ => reached(inner, rest, path, found),
    }
}

/// The results that are of no single row: totals of the document, of its categories, scopes, months.
fn totals(report: &Report, whole: &Report) -> BTreeMap<(&'static str, String), Vec<Exact>> {
    let kept = results(whole);
    results(report)
        .into_iter()
        .filter(|(key, _)| kept.contains_key(key))
        .filter(|((_, subject), _)| subject.is_empty())
        .collect()
}

#[test]
fn splitting_a_row_changes_no_total() {
    for rows in ROWS {
        let standard = find(rows.standard).expect("a standard");
        let mut document = example(standard);
        if standard.code.starts_with("mee_") || standard.code == "gbt_32150" {
            let table = document.as_table_mut().expect("a table");
            table.insert("profile".to_owned(), Value::String("unrounded".to_owned()));
        }
        let whole = run(standard, &document);
        let expected = totals(&whole, &whole);
        assert!(!expected.is_empty(), "{} has no total", standard.code);
        let mut lists = Vec::new();
        reached(&document, rows.list, Vec::new(), &mut lists);
        assert!(!lists.is_empty(), "{}: no {:?}", standard.code, rows.list);
        // A few lists of each document: twelve months are alike.
        for list in lists.into_iter().take(3) {
            let length = at(&mut document, &list).as_array().expect("a list").len();
            for position in 0..length {
                let eighths = 1 + (position as i64 * 3 + 2) % 7;
                let mut split = document.clone();
                let row = at(&mut split, &list)[position]
                    .as_table()
                    .expect("a row")
                    .clone();
                let left = part(&row, rows.amounts, eighths);
                let mut right = part(&row, rows.amounts, 8 - eighths);
                assert_ne!(
                    left, row,
                    "{}: {list:?}[{position}] has no amount",
                    standard.code
                );
                if !rows.name.is_empty() {
                    rename(&mut split, &mut right, rows.name, 2);
                }
                let Value::Array(items) = at(&mut split, &list) else {
                    panic!("a list");
                };
                items[position] = Value::Table(left);
                items.push(Value::Table(right));
                let found = totals(&run(standard, &split), &whole);
                assert_eq!(expected, found, "{}: {list:?}[{position}]", standard.code);
            }
        }
    }
}

/// Every number of a document.
fn numbers(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match value {
        Value::Table(table) => {
            for (key, inner) in table {
                path.push(Step::Key(key.clone()));
                numbers(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (position, inner) in items.iter().enumerate() {
                path.push(Step::Index(position));
                numbers(inner, path, found);
                path.pop();
            }
        }
        Value::Integer(_) => found.push(path.clone()),
        Value::String(text) if Decimal::parse(text).is_ok() => found.push(path.clone()),
        _ => {}
    }
}

/// Compares every result that two reports share; the parts of each must be its whole change.
fn explained_in_full(before: &Report, after: &Report, step: usize) -> usize {
    let mut count = 0;
    for outcome in before.outcomes.iter().step_by(step) {
        let same = |other: &&accounting::Outcome| {
            (other.code, &other.subject) == (outcome.code, &outcome.subject)
        };
        let Some(other) = after.outcomes.iter().find(same) else {
            continue;
        };
        let first = (&before.derivation, outcome.number);
        // A mixture of both documents may have no value, a division by zero; then there is no comparison.
        let Ok(comparison) = compare(first, (&after.derivation, other.number)) else {
            continue;
        };
        let sum = comparison
            .parts
            .iter()
            .try_fold(Exact::ZERO, |sum, part| sum.add(&part.change))
            .expect("a sum");
        assert_eq!(
            sum,
            comparison.change().expect("a change"),
            "{}: {}@{}",
            before.standard,
            outcome.code,
            outcome.subject
        );
        count += usize::from(!comparison.parts.is_empty());
    }
    count
}

#[test]
fn the_parts_of_a_change_of_any_document_add_up() {
    let mut explained = 0;
    for standard in STANDARDS {
        let document = example(standard);
        let before = run(standard, &document);
        let context = Context {
            catalogue: &CATALOGUE,
        };
        let step = before.outcomes.len().div_ceil(12).max(1);
        let mut changed = Vec::new();
        let mut found = Vec::new();
        numbers(&document, &mut Vec::new(), &mut found);
        let every = found.len().div_ceil(10).max(1);
        for path in found.into_iter().step_by(every) {
            let mut other = document.clone();
            let value = at(&mut other, &path);
            let eighths =
                Exact::from(number(value)).mul(&Exact::from_ratio(9, 8).expect("a ratio"));
            let Some(scaled) = eighths.ok().and_then(|value| value.to_decimal()) else {
                continue;
            };
            *value = Value::String(scaled.to_string());
            changed.push(other);
        }
        let mut found = Vec::new();
        lists(&document, &mut Vec::new(), &mut found);
        for path in found.into_iter().take(4) {
            let mut other = document.clone();
            let Value::Array(items) = at(&mut other, &path) else {
                panic!("a list");
            };
            items.remove(0);
            changed.push(other);
        }
        for other in changed {
            // What the standard refuses is no change.
            let Ok(after) = (standard.run)(other, context) else {
                continue;
            };
            explained += explained_in_full(&before, &after, step);
        }
    }
    println!("{explained} changes explained");
    assert!(explained > 200, "{explained}");
}
