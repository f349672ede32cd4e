//! `hengtan completion`: scripts for shells, with texts in the person's language.

use clap::CommandFactory;

use crate::console::{Console, Style};

use super::arguments::{CommandLine, Completion};
use super::{Exit, Failure, help};

pub fn run(arguments: &Completion, console: &Console) -> Result<Exit, Failure> {
    let mut command = help::localise(
        CommandLine::command(),
        console.catalogue(),
        console.width(),
        Style::new(false),
    );
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "hengtan", &mut script);
    console.print_utf8(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
