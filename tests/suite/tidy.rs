//! Tidiness is a test: arrows between crates, absences in the core, dead links, pages that exist in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("repository root")
}

/// Every file below `folder` whose name ends in `.extension`, without build output and hidden folders.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "hengtan-demo" {
                    pending.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A source line without its comment; good enough for word searches, not a parser.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Text of a file up to its test module: rules about the core do not bind its tests.
fn product_code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("source file");
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn arrows_between_crates_are_those_of_the_readme() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("crypto-sm", &[][..]),
        ("accounting", &[]),
        ("consensus", &[]),
        ("i18n", &[]),
        ("hengtan-ledger", &["crypto-sm", "accounting"]),
        ("hengtan-api", &["hengtan-ledger"]),
        (
            "hengtan",
            &[
                "hengtan-ledger",
                "hengtan-api",
                "consensus",
                "i18n",
                "crypto-sm",
                "accounting",
            ],
        ),
        ("hengtan-interop", &["crypto-sm"]),
        (
            "hengtan-simulation",
            &["consensus", "hengtan-ledger", "crypto-sm"],
        ),
        (
            "hengtan-tests",
            &[
                "hengtan",
                "hengtan-ledger",
                "hengtan-api",
                "consensus",
                "i18n",
                "crypto-sm",
                "accounting",
            ],
        ),
    ]);
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    assert_eq!(
        ours,
        allowed.keys().map(|name| (*name).to_owned()).collect(),
        "a crate without a rule, or a rule without a crate"
    );
    for package in &metadata.packages {
        let rule = allowed[package.name.as_str()];
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(&dependency.name))
        {
            if dependency.kind == cargo_metadata::DependencyKind::Development
                && dependency.name == *package.name
            {
                continue;
            }
            assert!(
                rule.contains(&dependency.name.as_str()),
                "{} must not depend on {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn the_core_has_no_float_clock_randomness_thread_or_io() {
    let banned = [
        "f32",
        "f64",
        "SystemTime",
        "Instant::now",
        "thread_rng",
        "rand::rng",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "tokio",
        "HashMap",
        "HashSet",
        "println!",
        "eprintln!",
    ];
    // A hash map is allowed where its order cannot be seen; such a line says so.
    let excuse = "order is never observed";
    let mut offences = Vec::new();
    for folder in ["accounting/src", "node/ledger/src"] {
        for path in files(&root().join(folder), "rs") {
            for (number, line) in product_code(&path).lines().enumerate() {
                for word in banned {
                    let code = code_of(line);
                    let hit = code.match_indices(word).any(|(at, _)| {
                        let before = code[..at]
                            .chars()
                            .next_back()
                            .is_none_or(|c| !c.is_alphanumeric() && c != '_');
                        let after = code[at + word.len()..]
                            .chars()
                            .next()
                            .is_none_or(|c| !c.is_alphanumeric() && c != '_');
                        before && after
                    });
                    if hit && !line.contains(excuse) {
                        offences.push(format!("{}:{}: {word}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn nobody_outside_consensus_names_an_openraft_type() {
    for folder in ["crypto-sm", "accounting", "i18n", "node"] {
        for path in files(&root().join(folder), "rs") {
            let text = fs::read_to_string(&path).expect("source file");
            assert!(
                !text
                    .lines()
                    .any(|line| code_of(line).contains("openraft::")),
                "{} names openraft",
                path.display()
            );
        }
    }
}

#[test]
fn module_names_are_nouns_of_the_field() {
    let banned = [
        "util", "utils", "common", "helper", "helpers", "manager", "types", "misc",
    ];
    for path in files(&root(), "rs") {
        let stem = path
            .file_stem()
            .expect("file name")
            .to_string_lossy()
            .into_owned();
        assert!(
            !banned.contains(&stem.as_str()),
            "{}: say what it holds",
            path.display()
        );
    }
}

#[test]
fn sentences_for_people_live_in_the_catalogues() {
    // Chinese outside i18n/ is data (names, units, aliases of import headers) or a test; it never ends a sentence.
    let mut offences = Vec::new();
    for folder in [
        "crypto-sm/src",
        "accounting/src",
        "consensus/src",
        "i18n/src",
        "node/src",
        "node/ledger/src",
        "node/api/src",
    ] {
        for path in files(&root().join(folder), "rs") {
            for (number, line) in product_code(&path).lines().enumerate() {
                if code_of(line).contains('。') {
                    offences.push(format!("{}:{}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Targets of inline links `](target)` of a Markdown text.
fn links(text: &str) -> Vec<&str> {
    text.match_indices("](")
        .filter_map(|(at, _)| text[at + 2..].split(')').next())
        .collect()
}

#[test]
fn links_of_the_documentation_lead_somewhere() {
    let mut offences = Vec::new();
    for path in files(&root(), "md") {
        let text = fs::read_to_string(&path).expect("page");
        for target in links(&text) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !path.parent().expect("folder").join(file).exists() {
                offences.push(format!("{} -> {target}", path.display()));
            }
        }
    }
    assert!(offences.is_empty(), "dead links:\n{}", offences.join("\n"));
}

/// The outline of a page: heading levels in order, and its code blocks.
fn outline(text: &str) -> (Vec<usize>, Vec<String>) {
    let mut levels = Vec::new();
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        if line.starts_with("```") {
            match block.take() {
                Some(done) => blocks.push(done),
                None => block = Some(String::new()),
            }
        } else if let Some(block) = &mut block {
            // Comments inside a block are prose and may be translated.
            let command = line.split(" #").next().unwrap_or(line).trim_end();
            if !command.starts_with('#') {
                block.push_str(command);
                block.push('\n');
            }
        } else if line.starts_with('#') {
            levels.push(line.chars().take_while(|c| *c == '#').count());
        }
    }
    (levels, blocks)
}

#[test]
fn the_two_readmes_are_in_step() {
    let english = fs::read_to_string(root().join("README.md")).expect("README.md");
    let chinese = fs::read_to_string(root().join("README.zh-CN.md")).expect("README.zh-CN.md");
    let (english_levels, english_blocks) = outline(&english);
    let (chinese_levels, chinese_blocks) = outline(&chinese);
    assert_eq!(english_levels, chinese_levels, "headings differ");
    let commands = |blocks: Vec<String>| {
        blocks
            .into_iter()
            .filter(|block| block.contains("hengtan") || block.contains("run.sh"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        commands(english_blocks).len(),
        commands(chinese_blocks).len(),
        "command blocks differ"
    );
}

#[test]
fn each_page_exists_in_both_languages() {
    let names = |language: &str| {
        let folder = root().join("docs").join(language);
        files(&folder, "md")
            .into_iter()
            .map(|path| path.strip_prefix(&folder).expect("below").to_path_buf())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(names("en"), names("zh-CN"));
}

#[test]
fn shell_sentences_have_the_same_keys_and_variables_in_both_languages() {
    let read = |language: &str| -> BTreeMap<String, BTreeSet<String>> {
        fs::read_to_string(
            root()
                .join("i18n/locales")
                .join(language)
                .join("deploy.ftl"),
        )
        .expect("deploy.ftl")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, text)| {
            let variables = text
                .match_indices("{ $")
                .filter_map(|(at, _)| text[at + 3..].split(' ').next())
                .map(str::to_owned);
            (key.to_owned(), variables.collect())
        })
        .collect()
    };
    let (english, chinese) = (read("en"), read("zh-CN"));
    assert_eq!(english, chinese);
    // Every key that a script says exists, and no key is left over.
    let scripts: String = [
        "deploy/prerequisites.sh",
        "deploy/quickstart.sh",
        "tests/run.sh",
        "tests/interop/prepare.sh",
        "tests/determinism.sh",
        "tests/constant-time.sh",
        "tests/emulation/aarch64.sh",
    ]
    .iter()
    .map(|file| fs::read_to_string(root().join(file)).expect("script"))
    .collect();
    for key in english.keys() {
        let said = scripts.contains(key.as_str())
            || key
                .strip_prefix("deploy-help-")
                .is_some_and(|line| scripts.contains(line));
        assert!(said, "{key} is never said");
    }
}

#[test]
fn the_repository_carries_no_path_of_a_developer_machine() {
    let banned = ["/home/", "/Users/", "/root/.cargo"];
    for extension in ["rs", "toml", "md", "sh", "ftl", "proto", "yaml"] {
        for path in files(&root(), extension) {
            if path.ends_with("tests/suite/tidy.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for word in banned {
                assert!(!text.contains(word), "{} names {word}", path.display());
            }
        }
    }
}
