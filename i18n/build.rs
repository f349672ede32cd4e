//! Makes one Rust function for each message of `locales/`, so that a misspelt key or a wrong variable does not compile.

use std::process::ExitCode;

use fluent_typed::{BuildOptions, FtlOutputOptions, build_from_locales_folder};

fn main() -> ExitCode {
    let Ok(out) = std::env::var("OUT_DIR") else {
        return ExitCode::FAILURE;
    };
    build_from_locales_folder(
        BuildOptions::default()
            .with_output_file_path(&format!("{out}/messages.rs"))
            .with_ftl_output(FtlOutputOptions::single_file(&format!(
                "{out}/messages.ftl"
            )))
            .with_prefix("")
            .without_format()
            // Terminals show the isolation marks as boxes, and both languages run from left to right.
            .without_bidi_isolation(),
    )
}
