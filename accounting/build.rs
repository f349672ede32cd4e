//! Lists the folders of `factors/`, so that a factor set is shipped by being there.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=factors");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("factors");
    let mut ids = Vec::new();
    for entry in fs::read_dir(&root)? {
        let folder = entry?;
        if folder.path().join("set.toml").is_file() && folder.path().join("factors.csv").is_file() {
            ids.push(
                folder
                    .file_name()
                    .into_string()
                    .map_err(|name| format!("{}", name.display()))?,
            );
        }
    }
    ids.sort();
    let mut code =
        format!("/// Ids of the shipped sets, in order.\npub const IDS: &[&str] = &{ids:?};\n");
    code.push_str("const FILES: &[(&str, &str)] = &[\n");
    for id in &ids {
        let file = |name: &str| format!("include_str!({:?})", root.join(id).join(name));
        writeln!(code, "    ({}, {}),", file("set.toml"), file("factors.csv"))?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("shipped.rs"), code)?;
    Ok(())
}
