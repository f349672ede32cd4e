//! The command line: grammar, help and errors in two languages, one module for each command.

mod activity;
pub mod arguments;
mod audit;
mod backup;
mod bench;
mod blame;
mod calculate;
pub(crate) mod caller;
mod cert;
mod cluster;
mod cms;
mod completion;
mod config;
mod context;
mod crypto;
mod demo;
mod derivation;
mod dispatch;
mod doctor;
mod entry;
mod exit;
mod explain;
mod facility;
mod factor;
mod failure;
mod help;
mod init;
mod inventory;
mod key;
mod member;
mod node;
mod org;
mod part;
mod passphrase;
mod period;
mod policy;
mod presentation;
mod proposal;
mod receipt;
mod recovery;
pub(crate) mod secure;
mod session;
mod start;
mod status;
mod usage;
mod verify;
mod witness;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use i18n::{Charset, Locale, Preferences, catalogue};

pub use exit::Exit;
pub use failure::{CODES, Failure, codes};

use crate::console::{ColorChoice, Console, Manner};
use arguments::CommandLine;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let charset = Charset::of_environment(&variable);
    let arguments: Vec<OsString> = std::env::args_os()
        .map(|argument| decoded(argument, charset))
        .collect();
    run_with(&arguments, charset).into()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn run_with(arguments: &[OsString], charset: Charset) -> Exit {
    let mut manner = Manner {
        charset,
        ..Manner::default()
    };
    // The language must be known before anything can be said, so before the command line is parsed.
    let flag = flag_value(arguments, "--lang");
    let context_flag = flag_value(arguments, "--context");
    let context_language = context::language(context_flag.as_deref());
    let preferences = Preferences {
        flag: flag.as_deref(),
        variable: &variable,
        context: context_language.as_deref(),
    };
    let locale = match Locale::negotiate(&preferences) {
        Ok(locale) => locale,
        Err(unknown) => {
            let console = Console::of_process(manner);
            let failure = Failure::new(codes::LANGUAGE_UNKNOWN).with("language", unknown.tag);
            console.complain(&failure.render(&console));
            return failure.exit;
        }
    };
    manner.locale = locale;
    manner.color = flag_value(arguments, "--color")
        .and_then(|value| clap::ValueEnum::from_str(&value, false).ok())
        .unwrap_or(ColorChoice::Auto);
    let console = Console::of_process(manner);
    let mut command = help::localise(
        CommandLine::command(),
        catalogue(locale),
        console.width(),
        console.style(),
    );
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    match parsed {
        Ok(line) => {
            manner.form = line.global.output;
            manner.color = line.global.color;
            manner.quiet = line.global.quiet;
            manner.yes = line.global.yes;
            execute(line, &Console::of_process(manner))
        }
        Err(error) => unparsed(&error, &console, &command),
    }
}

fn unparsed(error: &clap::Error, console: &Console, command: &clap::Command) -> Exit {
    match usage::failure(error, console.catalogue(), command) {
        Some(failure) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // The page of the command is the best answer to an incomplete one.
            console.complain(&error.render().ansi().to_string());
            failure.exit
        }
        Some(failure) => {
            console.complain(&failure.render(console));
            failure.exit
        }
        None => written(
            console.print(error.render().ansi().to_string().trim_end()),
            console,
        ),
    }
}

fn execute(line: CommandLine, console: &Console) -> Exit {
    match dispatch::run(line, console) {
        Ok(exit) => exit,
        Err(failure) if failure.reader_gone() => Exit::Ok,
        Err(failure) => {
            console.complain(&failure.render(console));
            failure.exit
        }
    }
}

/// A reader that has gone (`hengtan … | head`) is no failure.
fn written(result: io::Result<()>, console: &Console) -> Exit {
    match result {
        Ok(()) => Exit::Ok,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(error) => {
            let failure = Failure::from(error);
            console.complain(&failure.render(console));
            failure.exit
        }
    }
}

/// The value of a global option wherever it stands, read before the grammar is known.
fn flag_value(arguments: &[OsString], flag: &str) -> Option<String> {
    let mut rest = arguments
        .iter()
        .skip(1)
        .map(|argument| argument.to_string_lossy());
    while let Some(argument) = rest.next() {
        if argument == "--" {
            return None;
        }
        if argument == flag {
            return rest.next().map(|value| value.into_owned());
        }
        if let Some(value) = argument
            .strip_prefix(flag)
            .and_then(|value| value.strip_prefix('='))
        {
            return Some(value.to_owned());
        }
    }
    None
}

/// In a GB 18030 terminal Chinese arguments arrive in that encoding.
#[cfg(unix)]
fn decoded(argument: OsString, charset: Charset) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    if charset == Charset::Utf8 || argument.to_str().is_some() {
        return argument;
    }
    // A path that exists under these bytes is a path.
    if std::path::Path::new(&argument).exists() {
        return argument;
    }
    encoding_rs::GB18030
        .decode(argument.as_bytes())
        .0
        .into_owned()
        .into()
}

#[cfg(not(unix))]
fn decoded(argument: OsString, _: Charset) -> OsString {
    argument
}
