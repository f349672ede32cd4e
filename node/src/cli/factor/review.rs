//! `factor lint`, `factor diff`, `factor import`: factor sets before they are adopted, offline.

use accounting::factor::{Difference, Gravity, difference};
use accounting::{Error, FactorSet};
use crypto_sm::sm3;

use super::signature;
use super::source::{self, MANIFEST, ROWS};
use crate::cli::arguments::{FactorDiff, FactorImport, FactorLint};
use crate::cli::{Exit, Failure, codes};
use crate::console::{Cell, Column, Console, List};

/// SM3 of the rows, as a manifest states it.
pub(super) fn digest(set: &FactorSet) -> String {
    hex::encode(sm3::hash(&[set.to_csv().as_bytes()]))
}

/// Reviews sets; exit 8 if one has a fault.
pub fn lint(arguments: &FactorLint, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let names: Vec<String> = if arguments.sets.is_empty() {
        accounting::shipped::IDS
            .iter()
            .map(|id| (*id).to_owned())
            .collect()
    } else {
        arguments.sets.clone()
    };
    let mut list = List::new(vec![
        Column::new("set", catalogue.col_set()),
        Column::new("row", catalogue.col_row()).right(),
        Column::new("column", catalogue.col_column()),
        Column::new("gravity", catalogue.col_gravity()),
        Column::new("code", catalogue.col_code()),
        Column::new("what", catalogue.col_what()),
    ]);
    let mut faults = 0_usize;
    for name in &names {
        let set = source::named(name, console)?;
        let mut findings: Vec<(u32, &'static str, Gravity, Error)> = set
            .lint()?
            .into_iter()
            .map(|finding| (finding.row, finding.column, finding.gravity, finding.error))
            .collect();
        let (stated, found) = (&set.manifest.content_sm3, digest(&set));
        if !stated.is_empty() && !stated.eq_ignore_ascii_case(&found) {
            let error = Error::DigestDiffers {
                set: set.manifest.id.clone(),
                stated: stated.clone(),
                found,
            };
            findings.insert(0, (0, "content_sm3", Gravity::Fault, error));
        }
        // Who signed is said by `factor verify`; a signature that is wrong is a fault of the set.
        let folder = std::path::Path::new(name);
        if folder.is_dir()
            && !set.manifest.signature.is_empty()
            && let Err(failure) = signature::verified(folder, console)
            && failure.code == codes::FACTORS_SIGNATURE
        {
            faults += 1;
            let gravity = Gravity::Fault.code();
            let fields = [("set", set.manifest.id.clone())];
            let what = catalogue
                .explain(codes::FACTORS_SIGNATURE, &fields)
                .map_or_else(String::new, |explained| explained.what);
            list.push(vec![
                set.manifest.id.clone().into(),
                0_u64.into(),
                "signature".into(),
                Cell::new(gravity, catalogue.name("gravity", gravity)),
                codes::FACTORS_SIGNATURE.into(),
                what.into(),
            ]);
        }
        for (row, column, gravity, error) in findings {
            faults += usize::from(gravity == Gravity::Fault);
            let mut fields = error.fields();
            for (name, value) in &mut fields {
                match *name {
                    "category" => *value = catalogue.name("category", value),
                    "standing" => *value = catalogue.name("standing", value),
                    _ => {}
                }
            }
            let what = catalogue
                .explain(error.code(), &fields)
                .map_or_else(|| error.to_string(), |explained| explained.what);
            list.push(vec![
                set.manifest.id.clone().into(),
                u64::from(row).into(),
                column.into(),
                Cell::new(gravity.code(), catalogue.name("gravity", gravity.code())),
                error.code().into(),
                what.into(),
            ]);
        }
    }
    console.list(&list)?;
    Ok(if faults > 0 { Exit::BadInput } else { Exit::Ok })
}

/// What changed from one set to the other.
pub fn diff(arguments: &FactorDiff, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let first = source::named(&arguments.first, console)?;
    let second = source::named(&arguments.second, console)?;
    let mut list = List::new(vec![
        Column::new("change", catalogue.col_change()),
        Column::new("factor", catalogue.col_factor()),
        Column::new("other", catalogue.col_factor_after()),
        Column::new("column", catalogue.col_column()),
        Column::new("before", catalogue.col_before()),
        Column::new("after", catalogue.col_after()),
    ]);
    for change in difference(&first, &second) {
        let kind = Cell::new(change.code(), catalogue.name("change", change.code()));
        let row = match change {
            Difference::Added { id } => [
                String::new(),
                id,
                String::new(),
                String::new(),
                String::new(),
            ],
            Difference::Removed { id } => [
                id,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ],
            Difference::Changed {
                id,
                other,
                column,
                before,
                after,
            } => [id, other, column.to_owned(), before, after],
        };
        let mut cells = vec![kind];
        cells.extend(row.map(Cell::from));
        list.push(cells);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

/// Reads a table with its manifest, reviews it, and writes a folder that `factor adopt` takes.
pub fn import(arguments: &FactorImport, console: &Console) -> Result<Exit, Failure> {
    let mut text = std::fs::read_to_string(&arguments.manifest)
        .map_err(|error| Failure::reading(&arguments.manifest, &error))?;
    let manifest = source::manifest(&arguments.manifest)?;
    let set = source::table(&arguments.file, manifest, console)?;
    let faults: Vec<String> = set
        .lint()?
        .into_iter()
        .filter(|finding| finding.gravity == Gravity::Fault)
        .map(|finding| {
            let what = console
                .catalogue()
                .explain(finding.error.code(), &finding.error.fields())
                .map_or_else(String::new, |explained| explained.what);
            format!("{} {what}", finding.error.code())
        })
        .collect();
    if !faults.is_empty() {
        return Err(Failure::new(codes::FACTORS_REFUSED)
            .with("path", arguments.file.display())
            .with("count", faults.len())
            .detailed(faults));
    }
    let catalogue = console.catalogue();
    if let Some(folder) = &arguments.out {
        if folder.exists() {
            return Err(Failure::new(codes::FILE_EXISTS).with("path", folder.display()));
        }
        if set.manifest.content_sm3.is_empty() {
            // Keys stand before the first table of a manifest; it has none.
            text = format!("content_sm3 = \"{}\"\n{text}", digest(&set));
        } else if !set.manifest.content_sm3.eq_ignore_ascii_case(&digest(&set)) {
            return Err(Error::DigestDiffers {
                set: set.manifest.id.clone(),
                stated: set.manifest.content_sm3.clone(),
                found: digest(&set),
            }
            .into());
        }
        let write = |name: &str, content: &str| {
            let path = folder.join(name);
            std::fs::write(&path, content).map_err(|error| Failure::writing(&path, &error))
        };
        std::fs::create_dir_all(folder).map_err(|error| Failure::writing(folder, &error))?;
        write(MANIFEST, &text)?;
        write(ROWS, &set.to_csv())?;
    }
    console.say(&catalogue.done_factors_read(
        set.factors.len().to_string(),
        set.manifest.id.as_str(),
        set.manifest.version.as_str(),
    ));
    Ok(Exit::Ok)
}
