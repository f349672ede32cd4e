//! The guide of the import names every column as the program knows it, in both languages.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use hengtan::import::column::COLUMNS;

fn guide(language: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))
        .join(language)
        .join("import.md")
}

/// The rows of the table, as they must stand in the guide.
fn rows(chinese: bool) -> Vec<String> {
    COLUMNS
        .iter()
        .map(|names| {
            let (en, zh) = (names.en.join(", "), names.zh.join("、"));
            if chinese {
                format!("| {} | {zh} | {en} |", names.zh[0])
            } else {
                format!("| {} | {en} | {zh} |", names.en[0])
            }
        })
        .collect()
}

#[test]
fn the_guides_name_every_column() {
    for (language, chinese) in [("en", false), ("zh-CN", true)] {
        let text = std::fs::read_to_string(guide(language)).unwrap();
        for row in rows(chinese) {
            assert!(text.lines().any(|line| line == row), "{language}: {row}");
        }
    }
}

#[test]
#[ignore = "writes docs"]
fn regenerate_guides() {
    for (language, chinese) in [("en", false), ("zh-CN", true)] {
        let text = std::fs::read_to_string(guide(language)).unwrap();
        let own = |line: &str| {
            COLUMNS.iter().any(|names| {
                let first = if chinese { names.zh[0] } else { names.en[0] };
                line.starts_with(&format!("| {first} | "))
            })
        };
        let mut out = String::new();
        let mut placed = false;
        for line in text.lines() {
            if line == "COLUMNS" || own(line) {
                if !placed {
                    out.push_str(&rows(chinese).join("\n"));
                    out.push('\n');
                    placed = true;
                }
                continue;
            }
            out.push_str(line);
            out.push('\n');
        }
        std::fs::write(guide(language), out).unwrap();
    }
}
