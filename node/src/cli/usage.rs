//! What clap finds wrong with a command line, said in the person's language.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use i18n::Catalogue;

use super::failure::{Failure, codes};

/// The failure for a clap error; nothing for a request for help or version, which is none.
pub fn failure(error: &Error, catalogue: &Catalogue, command: &Command) -> Option<Failure> {
    let code = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::UnknownArgument => codes::ARGUMENT_UNKNOWN,
        ErrorKind::InvalidSubcommand => codes::COMMAND_UNKNOWN,
        ErrorKind::MissingRequiredArgument => codes::ARGUMENT_MISSING,
        ErrorKind::InvalidValue => codes::VALUE_IMPOSSIBLE,
        ErrorKind::ArgumentConflict => codes::ARGUMENT_CONFLICT,
        ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => codes::VALUE_COUNT,
        ErrorKind::InvalidUtf8 => codes::NOT_TEXT,
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            codes::COMMAND_MISSING
        }
        _ => codes::VALUE_INVALID,
    };
    let mut failure = Failure::new(code);
    let mut suggestion = None;
    for (kind, value) in error.context() {
        match kind {
            ContextKind::InvalidArg => {
                failure = failure.with("argument", translated(value, catalogue, command))
            }
            ContextKind::PriorArg => {
                failure = failure.with("other", translated(value, catalogue, command))
            }
            ContextKind::InvalidValue => failure = failure.with("value", shown(value)),
            ContextKind::InvalidSubcommand => failure = failure.with("command", shown(value)),
            ContextKind::ValidValue => {
                failure = failure.with(
                    "choices",
                    joined(value, &catalogue.help_separator_of_choices()),
                );
            }
            ContextKind::SuggestedArg
            | ContextKind::SuggestedValue
            | ContextKind::SuggestedSubcommand => {
                suggestion = Some(shown(value));
            }
            ContextKind::ActualNumValues => failure = failure.with("count", shown(value)),
            _ => {}
        }
    }
    if code == codes::VALUE_IMPOSSIBLE && !failure.fields.iter().any(|(name, _)| name == "choices")
    {
        failure.code = codes::VALUE_COUNT.to_owned();
    }
    let mut details = Vec::new();
    if let Some(suggestion) = suggestion {
        details.push(catalogue.error_did_you_mean(suggestion.as_str()));
    }
    Some(failure.detailed(details))
}

fn shown(value: &ContextValue) -> String {
    joined(value, ", ")
}

fn joined(value: &ContextValue, separator: &str) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(separator),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(texts) => texts
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(separator),
        ContextValue::Number(number) => number.to_string(),
        ContextValue::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// clap writes `--reason <TEXT>`; the word in brackets is the catalogue's.
fn translated(value: &ContextValue, catalogue: &Catalogue, command: &Command) -> String {
    let mut text = joined(value, &catalogue.help_separator_of_choices());
    for name in value_names(command) {
        if let Some(word) = catalogue.text(&format!("value-{}", name.to_ascii_lowercase()), &[]) {
            text = text.replace(&format!("<{name}>"), &format!("<{word}>"));
        }
    }
    text
}

fn value_names(command: &Command) -> Vec<String> {
    let own = command
        .get_arguments()
        .filter_map(|argument| argument.get_value_names())
        .flatten();
    let mut names: Vec<String> = own.map(ToString::to_string).collect();
    for below in command.get_subcommands() {
        names.extend(value_names(below));
    }
    names.sort();
    names.dedup();
    names
}
