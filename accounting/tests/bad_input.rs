//! The guide to bad input says where each code is shown; it must be shown there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Codes and files of the table, row by row.
fn rows(language: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guide = root.join("docs").join(language).join("bad-input.md");
    let text = fs::read_to_string(guide).expect("the guide");
    let mut rows = Vec::new();
    for line in text
        .lines()
        .filter(|line| line.contains("| HT-") || line.contains("| –"))
    {
        let codes = line
            .match_indices("HT-")
            .map(|(start, _)| line[start..start + 10].to_owned())
            .collect();
        let files = line
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        rows.push((codes, files));
    }
    rows
}

#[test]
fn every_code_of_the_guide_is_shown_where_it_says() {
    let rows = rows("en");
    assert_eq!(rows.len(), 12);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut unshown = BTreeSet::new();
    for (codes, files) in &rows {
        let texts: Vec<String> = files
            .iter()
            .map(|file| {
                fs::read_to_string(root.join(file))
                    .unwrap_or_else(|error| panic!("{file}: {error}"))
            })
            .collect();
        unshown.extend(
            codes
                .iter()
                .filter(|code| !texts.iter().any(|text| text.contains(code.as_str()))),
        );
        for (text, file) in texts.iter().zip(files) {
            assert!(
                codes.iter().any(|code| text.contains(code.as_str())),
                "{file} shows none of {codes:?}"
            );
        }
    }
    assert_eq!(unshown, BTreeSet::new());
}

#[test]
fn both_languages_say_the_same() {
    assert_eq!(rows("en"), rows("zh-CN"));
}
