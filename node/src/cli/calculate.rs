//! `hengtan calculate`: a document under a standard, offline. Nothing is written anywhere; the same document gives the same
//! digits on every machine.

mod report;

use std::io::Read;
use std::path::Path;

use accounting::standard::{self, Context, Export, STANDARDS, Standard};
use accounting::{Catalogue as Factors, Faults, Report};

use crate::console::{Column, Console, List, OutputForm};

use super::arguments::Calculate;
use super::{Exit, Failure, codes};

/// Documents larger than this are refused before they are read.
const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub fn run(arguments: &Calculate, console: &Console) -> Result<Exit, Failure> {
    let Some(code) = &arguments.standard else {
        return list(console);
    };
    let standard = standard::find(&code.replace('-', "_").to_ascii_lowercase())?;
    if arguments.example {
        console.print_utf8(standard.example)?;
        return Ok(Exit::Ok);
    }
    let Some(file) = &arguments.file else {
        return Err(Failure::new(codes::DOCUMENT_MISSING).with("standard", standard.code));
    };
    let (document, report) = calculated(standard, file, arguments.official, console)?;
    if let Some(code) = &arguments.export {
        let export = export(standard, code)?;
        let value =
            (export.write)(&document, &report).map_err(|faults| refusal(&faults, file, console))?;
        let value = serde_json::to_value(&value).unwrap_or_default();
        console.document(&value, || OutputForm::Json.encode(&value))?;
        return Ok(Exit::Ok);
    }
    let wanted = report::Wanted {
        derivation: arguments.explain,
        of: arguments.of.clone(),
        diagram: arguments.diagram,
    };
    report::print(&report, &wanted, console)?;
    Ok(Exit::Ok)
}

/// A form in which the standard's result can be handed on.
fn export(standard: &Standard, code: &str) -> Result<&'static Export, Failure> {
    standard.export(code).ok_or_else(|| {
        let known: Vec<&str> = standard.exports.iter().map(|export| export.code).collect();
        let choices = if known.is_empty() {
            "—".to_owned()
        } else {
            known.join(", ")
        };
        Failure::new(codes::VALUE_IMPOSSIBLE)
            .with("value", code)
            .with("argument", "--export")
            .with("choices", choices)
    })
}

/// Every standard with the document that it implements.
fn list(console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let mut list = List::new(vec![
        Column::new("code", catalogue.col_code()),
        Column::new("name", catalogue.col_name()),
        Column::new("document", catalogue.col_standard()),
        Column::new("exports", catalogue.col_exports()),
    ]);
    for standard in STANDARDS {
        let exports: Vec<&str> = standard.exports.iter().map(|export| export.code).collect();
        list.push(vec![
            standard.code.into(),
            catalogue.name("standard", standard.code).into(),
            standard.document.into(),
            exports.join(", ").into(),
        ]);
    }
    console.list(&list)?;
    Ok(Exit::Ok)
}

fn calculated(
    standard: &Standard,
    file: &Path,
    official: bool,
    console: &Console,
) -> Result<(toml::Value, Report), Failure> {
    let text = read(file)?;
    let factors = Factors::new(accounting::shipped::sets()?)?;
    let context = Context {
        catalogue: &factors,
    };
    let refused = |faults: Faults| refusal(&faults, file, console);
    let tree = accounting::document::parse(&text).map_err(|error| refused(error.into()))?;
    let report = (standard.run)(tree.clone(), context).map_err(refused)?;
    let report = if official { report.official()? } else { report };
    Ok((tree, report))
}

/// The text of a file, or of standard input.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(|error| Failure::reading(file, &error))?)
    };
    source
        .take(DOCUMENT_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::reading(file, &error))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(Failure::new(codes::DOCUMENT_TOO_LARGE)
            .with("path", file.display())
            .with("max", DOCUMENT_BYTES_MAX / 1024 / 1024));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let before = &bytes[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(codes::DOCUMENT_NOT_UTF8)
            .with("path", file.display())
            .with("line", line)
    })
}

/// One fault as itself; several below one head, each with its place and its code.
pub(super) fn refusal(faults: &Faults, file: &Path, console: &Console) -> Failure {
    let catalogue = console.catalogue();
    if let [fault] = faults.0.as_slice()
        && fault.place.is_empty()
    {
        return fault.error.clone().into();
    }
    let lines = faults
        .0
        .iter()
        .map(|fault| {
            let fields: Vec<(&str, String)> = fault.error.fields();
            let what = catalogue
                .explain(fault.error.code(), &fields)
                .map_or_else(|| fault.error.to_string(), |explained| explained.what);
            // The sentence about a part of the document begins with its place already.
            let placed = matches!(fault.error, accounting::Error::DocumentPart { .. });
            if placed || fault.place.is_empty() {
                format!("{} {what}", fault.error.code())
            } else {
                catalogue.phrase_document_fault(fault.place.as_str(), fault.error.code(), what)
            }
        })
        .collect();
    Failure::new(codes::DOCUMENT_REFUSED)
        .with("path", file.display())
        .with("count", faults.0.len())
        .detailed(lines)
}
