//! Writes the results to standard output.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(determinism::results().as_bytes())
}
