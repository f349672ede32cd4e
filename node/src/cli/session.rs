//! What a command works with: context, node, identity.

use crate::console::Console;

use super::arguments::CommandLine;
use super::{Exit, Failure};

/// The language that the context file names, read without complaint: the language is needed to complain.
pub(super) fn language(_context: Option<&str>) -> Option<String> {
    None
}

/// Runs a command.
pub(super) fn dispatch(_line: CommandLine, _console: &Console) -> Result<Exit, Failure> {
    Ok(Exit::Ok)
}
