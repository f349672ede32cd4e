//! A factor set out of a folder, a table or this binary.

use std::ops::ControlFlow;
use std::path::Path;

use accounting::{Error, FactorSet, Manifest};

use crate::cli::{Failure, codes};
use crate::console::Console;
use crate::import::source::Source;

/// Manifest of a folder.
pub const MANIFEST: &str = "set.toml";
/// Rows of a folder.
pub const ROWS: &str = "factors.csv";

/// The shipped set with this id, or the one in this folder.
pub fn named(name: &str, console: &Console) -> Result<FactorSet, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        return folder(path, console);
    }
    match accounting::shipped::files(name) {
        Some((manifest, factors)) => Ok(FactorSet::parse(manifest, factors)?),
        None => Err(Failure::new(codes::NOT_FOUND)
            .with("what", console.catalogue().name("what", "factor-set"))
            .with("name", name)),
    }
}

/// The set in a folder.
pub fn folder(path: &Path, console: &Console) -> Result<FactorSet, Failure> {
    let manifest = manifest(&path.join(MANIFEST))?;
    table(&path.join(ROWS), manifest, console)
}

/// Reads a manifest, and checks nothing but its form.
pub fn manifest(path: &Path) -> Result<Manifest, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    Ok(Manifest::parse(&text)?)
}

/// Reads the rows of a table, CSV in any encoding or the first sheet of a workbook; every row that cannot be read is named.
pub fn table(path: &Path, manifest: Manifest, console: &Console) -> Result<FactorSet, Failure> {
    let source = Source::open(path, None, None)?;
    let sheet = source.sheets(false)?.into_iter().next().flatten();
    let mut lines: Vec<(u64, Vec<String>)> = Vec::new();
    let mut damaged: Vec<(u64, String)> = Vec::new();
    source.each_line::<()>(sheet.as_deref(), |line, _| {
        if !line.is_blank() {
            let mut cells = Vec::with_capacity(line.cells.len());
            for cell in &line.cells {
                match cell.to_text() {
                    Ok(text) => cells.push(text),
                    Err(fault) => {
                        damaged.push((line.row, fault.code().to_owned()));
                        cells.push(String::new());
                    }
                }
            }
            lines.push((line.row, cells));
        }
        ControlFlow::Continue(())
    })?;
    let rows: Vec<u64> = lines.iter().skip(1).map(|(row, _)| *row).collect();
    let mut cells = lines.into_iter().map(|(_, cells)| cells);
    let header = cells.next().unwrap_or_default();
    let cells: Vec<Vec<String>> = cells.collect();
    let catalogue = console.catalogue();
    let what = |code: &str, fields: &[(&str, String)]| {
        catalogue
            .explain(code, fields)
            .map_or_else(String::new, |explained| explained.what)
    };
    let mut faults: Vec<(u64, String)> = damaged
        .into_iter()
        .map(|(row, code)| {
            let text = format!("{code} {}", what(&code, &[]));
            (row, text)
        })
        .collect();
    let set = match FactorSet::from_table(manifest, &header, &cells) {
        Ok(set) => Some(set),
        Err(errors) => {
            for (number, error) in errors {
                let row = match number {
                    0 => 0,
                    number => rows.get(number as usize - 1).copied().unwrap_or_default(),
                };
                faults.push((
                    row,
                    format!(
                        "{} {}",
                        error.code(),
                        what(error.code(), &fields(&error, row))
                    ),
                ));
            }
            None
        }
    };
    match set {
        Some(set) if faults.is_empty() => Ok(set),
        _ => {
            faults.sort();
            let lines = faults
                .iter()
                .map(|(row, text)| match row {
                    0 => text.clone(),
                    row => catalogue.phrase_factor_row(row.to_string(), text.as_str()),
                })
                .collect();
            Err(Failure::new(codes::FACTORS_REFUSED)
                .with("path", path.display())
                .with("count", faults.len())
                .detailed(lines))
        }
    }
}

/// The fields of a refusal with the row as the person's program numbers it.
fn fields(error: &Error, row: u64) -> Vec<(&'static str, String)> {
    error
        .fields()
        .into_iter()
        .map(|(name, value)| match name {
            "row" => (name, row.to_string()),
            _ => (name, value),
        })
        .collect()
}
