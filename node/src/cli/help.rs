//! Help in the person's language. clap parses; every text that it would write is set from the catalogue before.

use clap::{Arg, ArgAction, Command, builder::PossibleValue};
use i18n::Catalogue;

use crate::console::{Style, pad, wrap};

/// Widest left column of a list; what is longer gets a line of its own.
const LEFT_MAX: usize = 32;

/// `command` with all its texts in the catalogue's language.
pub fn localise(
    command: Command,
    catalogue: &'static Catalogue,
    width: usize,
    style: Style,
) -> Command {
    let mut command = command;
    // Gives every command its `help` and the arguments that all share, so that they can be written about.
    command.build();
    let globals: Vec<String> = command
        .get_arguments()
        .filter(|argument| argument.is_global_set() || is_help(argument))
        .map(|argument| argument.get_id().to_string())
        .collect();
    let help = Help {
        catalogue,
        width,
        style,
        globals,
    };
    help.localise(command, &[])
}

struct Help {
    catalogue: &'static Catalogue,
    width: usize,
    style: Style,
    globals: Vec<String>,
}

fn is_help(argument: &Arg) -> bool {
    matches!(
        argument.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

impl Help {
    fn localise(&self, command: Command, path: &[&str]) -> Command {
        let id = message_id(path);
        let about = self.catalogue.text(&id, &[]).unwrap_or_default();
        let text = self.page(&command, path);
        let usage = self.usage(&command, path);
        let names: Vec<String> = command
            .get_subcommands()
            .map(|below| below.get_name().to_owned())
            .collect();
        let mut command = command
            .about(about)
            .override_help(text)
            .override_usage(usage)
            .mut_args(|argument| {
                let help = self.argument_text(&argument, &id).unwrap_or_default();
                argument.help(help).long_help(None::<&str>)
            });
        for name in names {
            command = command.mut_subcommand(&name, |below| {
                let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
                self.localise(below, &path)
            });
        }
        command
    }

    /// The whole help page of a command.
    fn page(&self, command: &Command, path: &[&str]) -> String {
        let id = message_id(path);
        let mut sections = Vec::new();
        let long = self.catalogue.attribute(&id, "long", &[]);
        let opening = long
            .or_else(|| self.catalogue.text(&id, &[]))
            .unwrap_or_default();
        sections.push(self.paragraphs(&opening));
        let usage = format!(
            "{}{}",
            self.style.heading(&self.catalogue.help_usage()),
            self.usage(command, path)
        );
        sections.push(usage);

        let below: Vec<(String, String)> = command
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
            .map(|below| {
                let path: Vec<&str> = path.iter().copied().chain([below.get_name()]).collect();
                (
                    below.get_name().to_owned(),
                    self.catalogue
                        .text(&message_id(&path), &[])
                        .unwrap_or_default(),
                )
            })
            .collect();
        if !below.is_empty() {
            sections.push(self.section(&self.catalogue.help_commands(), &below));
        }
        let positionals: Vec<(String, String)> = command
            .get_positionals()
            .map(|argument| {
                (
                    self.spec(argument),
                    self.argument_text(argument, &id).unwrap_or_default(),
                )
            })
            .collect();
        if !positionals.is_empty() {
            sections.push(self.section(&self.catalogue.help_arguments(), &positionals));
        }
        let (global, own): (Vec<&Arg>, Vec<&Arg>) = command
            .get_arguments()
            .filter(|argument| !argument.is_positional() && !argument.is_hide_set())
            .partition(|argument| {
                self.globals.contains(&argument.get_id().to_string()) || is_help(argument)
            });
        let described = |arguments: Vec<&Arg>| -> Vec<(String, String)> {
            arguments
                .into_iter()
                .map(|argument| {
                    (
                        self.spec(argument),
                        self.argument_text(argument, &id).unwrap_or_default(),
                    )
                })
                .collect()
        };
        if !own.is_empty() {
            sections.push(self.section(&self.catalogue.help_options(), &described(own)));
        }
        if !global.is_empty() {
            sections.push(self.section(&self.catalogue.help_global_options(), &described(global)));
        }
        if let Some(codes) = self.catalogue.attribute(&id, "exit-codes", &[]) {
            let heading = self.style.heading(&self.catalogue.help_exit_codes());
            let lines = codes
                .lines()
                .flat_map(|line| wrap(line, self.width.saturating_sub(2)));
            let lines: Vec<String> = lines.map(|line| format!("  {line}")).collect();
            sections.push(format!("{heading}\n{}", lines.join("\n")));
        }
        if let Some(examples) = self.catalogue.attribute(&id, "examples", &[]) {
            sections.push(self.examples(&examples));
        }
        sections.join("\n\n")
    }

    fn paragraphs(&self, text: &str) -> String {
        let lines = text.lines().flat_map(|line| {
            if line.is_empty() {
                vec![String::new()]
            } else {
                wrap(line, self.width)
            }
        });
        lines.collect::<Vec<String>>().join("\n")
    }

    fn section(&self, heading: &str, rows: &[(String, String)]) -> String {
        let widest = rows
            .iter()
            .map(|(left, _)| crate::console::columns(left))
            .filter(|width| *width <= LEFT_MAX)
            .max();
        let left_width = widest.unwrap_or(LEFT_MAX) + 4;
        let room = self.width.saturating_sub(left_width).max(24);
        let mut lines = vec![self.style.heading(heading)];
        for (left, text) in rows {
            let mut wrapped = text.lines().flat_map(|line| wrap(line, room));
            let spec = pad(&format!("  {left}"), left_width);
            if crate::console::columns(left) > LEFT_MAX {
                lines.push(self.style.literal(spec.trim_end()));
            } else {
                let first = wrapped.next().unwrap_or_default();
                lines.push(
                    format!("{}{first}", self.style.literal(&spec))
                        .trim_end()
                        .to_owned(),
                );
            }
            lines.extend(wrapped.map(|line| format!("{}{line}", " ".repeat(left_width))));
        }
        lines.join("\n")
    }

    fn examples(&self, text: &str) -> String {
        let pairs: Vec<(&str, &str)> = text
            .lines()
            .map(|line| line.split_once(" # ").unwrap_or((line, "")))
            .collect();
        let widest = pairs
            .iter()
            .map(|(command, _)| crate::console::columns(command))
            .max()
            .unwrap_or_default();
        let mut lines = vec![self.style.heading(&self.catalogue.help_examples())];
        for (command, remark) in pairs {
            let aligned = crate::console::columns(remark) + widest + 6 <= self.width;
            let left = if aligned {
                pad(command, widest)
            } else {
                command.to_owned()
            };
            let line = format!(
                "  {}  {}",
                self.style.literal(&left),
                self.style.label(&format!("# {remark}"))
            );
            lines.push(line);
        }
        lines.join("\n")
    }

    /// How to call a command, on one line.
    fn usage(&self, command: &Command, path: &[&str]) -> String {
        let mut words = vec!["hengtan".to_owned()];
        words.extend(path.iter().map(|name| (*name).to_owned()));
        for argument in command
            .get_arguments()
            .filter(|argument| !argument.is_positional() && argument.is_required_set())
        {
            words.push(self.long_spec(argument));
        }
        let optional = |argument: &&Arg| {
            !argument.is_positional() && !argument.is_required_set() && !is_help(argument)
        };
        if command.get_arguments().any(|argument| optional(&argument)) {
            words.push(self.catalogue.help_usage_options());
        }
        words.extend(
            command
                .get_positionals()
                .map(|argument| self.spec(argument)),
        );
        if command.has_subcommands() {
            words.push(format!("<{}>", self.catalogue.value_command()));
        }
        words.join(" ")
    }

    /// `-o, --output <FORM>`, `<FILE>`, `[IMPORT]`, `<ROW>...`
    fn spec(&self, argument: &Arg) -> String {
        if argument.is_positional() {
            let name = self.value_name(argument);
            let many = if argument
                .get_num_args()
                .is_some_and(|range| range.max_values() > 1)
            {
                "..."
            } else {
                ""
            };
            return if argument.is_required_set() {
                format!("<{name}>{many}")
            } else {
                format!("[{name}]{many}")
            };
        }
        let short = argument
            .get_short()
            .map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
        format!("{short}{}", self.long_spec(argument))
    }

    fn long_spec(&self, argument: &Arg) -> String {
        let long = argument.get_long().unwrap_or_default();
        if argument.get_action().takes_values() {
            format!("--{long} <{}>", self.value_name(argument))
        } else {
            format!("--{long}")
        }
    }

    fn value_name(&self, argument: &Arg) -> String {
        value_name(self.catalogue, argument)
    }

    /// Help of one argument: what it is, what it may be, what it is if absent. Nothing if the catalogue lacks it.
    fn argument_text(&self, argument: &Arg, id: &str) -> Option<String> {
        let name = format!("arg-{}", argument.get_id().as_str().replace('_', "-"));
        let own = self.catalogue.attribute(id, &name, &[]);
        let mut text = match own {
            Some(text) => text,
            None if argument.get_id() == "subcommand" => return Some(String::new()),
            None => self.catalogue.attribute("cmd-global", &name, &[])?,
        };
        let choices = if argument.get_action().takes_values() {
            argument.get_possible_values()
        } else {
            Vec::new()
        };
        let named = |choice: &PossibleValue| {
            self.catalogue
                .text(&format!("choice-{}", choice.get_name()), &[])
        };
        let shown: Vec<&PossibleValue> = choices
            .iter()
            .filter(|choice| !choice.is_hide_set())
            .collect();
        let mut below = String::new();
        if !shown.is_empty() && shown.iter().all(|choice| named(choice).is_some()) {
            for choice in &shown {
                let meaning = named(choice).unwrap_or_default();
                below.push_str(&format!(
                    "\n- {}",
                    self.catalogue
                        .help_choice(choice.get_name(), meaning.as_str())
                ));
            }
        } else if !shown.is_empty() {
            let names: Vec<&str> = shown.iter().map(|choice| choice.get_name()).collect();
            text.push_str(
                &self.catalogue.help_choices(
                    names
                        .join(&self.catalogue.help_separator_of_choices())
                        .as_str(),
                ),
            );
        }
        let defaults: Vec<String> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        if argument.get_action().takes_values() && !defaults.is_empty() {
            text.push_str(&self.catalogue.help_default(defaults.join(", ").as_str()));
        }
        Some(text + &below)
    }
}

/// The catalogue's word for the value of an argument.
pub(super) fn value_name(catalogue: &Catalogue, argument: &Arg) -> String {
    let name = argument
        .get_value_names()
        .and_then(|names| names.first())
        .map_or("value", |name| name.as_str());
    catalogue
        .text(&format!("value-{}", name.to_ascii_lowercase()), &[])
        .unwrap_or_else(|| name.to_owned())
}

/// The identifier of a command's message: `cmd-hengtan`, `cmd-activity-import`; every `help` shares one.
pub(super) fn message_id(path: &[&str]) -> String {
    match path {
        [] => "cmd-hengtan".to_owned(),
        [.., "help"] => "cmd-help".to_owned(),
        // Below a `help` clap repeats the tree.
        _ => match path.iter().position(|name| *name == "help") {
            Some(position) => {
                let rest: Vec<&str> = path[..position]
                    .iter()
                    .chain(&path[position + 1..])
                    .copied()
                    .collect();
                format!("cmd-{}", rest.join("-"))
            }
            None => format!("cmd-{}", path.join("-")),
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use i18n::{Locale, catalogue};

    use super::*;
    use crate::cli::arguments::CommandLine;

    const WIDTH: usize = 80;

    /// Every command with its path and rendered page.
    fn pages(locale: Locale) -> Vec<(String, String)> {
        let mut command = localise(
            CommandLine::command(),
            catalogue(locale),
            WIDTH,
            Style::new(false),
        );
        let mut found = Vec::new();
        collect(&mut command, "hengtan".to_owned(), &mut found);
        found
    }

    fn collect(command: &mut Command, path: String, found: &mut Vec<(String, String)>) {
        found.push((path.clone(), command.render_long_help().to_string()));
        let names: Vec<String> = command
            .get_subcommands()
            .map(|below| below.get_name().to_owned())
            .collect();
        for name in names.iter().filter(|name| *name != "help") {
            if let Some(below) = command.find_subcommand_mut(name) {
                collect(below, format!("{path} {name}"), found);
            }
        }
    }

    fn is_han(character: char) -> bool {
        matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
    }

    /// Most plain English words in a row.
    fn english_run(text: &str) -> usize {
        let mut longest = 0;
        let mut run = 0;
        for word in text.split([' ', '\n']) {
            let plain = word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
            run = if plain { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest
    }

    #[test]
    fn every_command_and_argument_has_a_text_in_both_languages() {
        for locale in Locale::ALL {
            let catalogue = catalogue(locale);
            let mut command = CommandLine::command();
            command.build();
            check(&command, &[], catalogue);
        }

        fn check(command: &Command, path: &[&str], catalogue: &Catalogue) {
            let id = message_id(path);
            assert!(catalogue.text(&id, &[]).is_some(), "{id}");
            for argument in command
                .get_arguments()
                .filter(|argument| argument.get_id() != "subcommand")
            {
                let name = format!("arg-{}", argument.get_id().as_str().replace('_', "-"));
                let found = catalogue
                    .attribute(&id, &name, &[])
                    .or_else(|| catalogue.attribute("cmd-global", &name, &[]));
                assert!(found.is_some(), "{id}.{name}");
                if argument.get_action().takes_values() {
                    let value = argument
                        .get_value_names()
                        .and_then(|names| names.first())
                        .expect("named");
                    assert!(
                        catalogue
                            .text(&format!("value-{}", value.to_ascii_lowercase()), &[])
                            .is_some(),
                        "{value}"
                    );
                }
            }
            for below in command
                .get_subcommands()
                .filter(|below| below.get_name() != "help")
            {
                let path: Vec<&str> = path.iter().copied().chain([below.get_name()]).collect();
                check(below, &path, catalogue);
            }
        }
    }

    #[test]
    fn no_text_is_left_over() {
        let catalogue = catalogue(Locale::En);
        let mut known = vec!["cmd-global".to_owned(), "cmd-help".to_owned()];
        let mut command = CommandLine::command();
        command.build();
        names(&command, &[], &mut known);
        for id in catalogue.identifiers("cmd-") {
            assert!(known.contains(&id), "{id} belongs to no command");
        }

        fn names(command: &Command, path: &[&str], known: &mut Vec<String>) {
            known.push(message_id(path));
            for below in command.get_subcommands() {
                let path: Vec<&str> = path.iter().copied().chain([below.get_name()]).collect();
                names(below, &path, known);
            }
        }
    }

    #[test]
    fn chinese_pages_have_no_english_sentence() {
        for (path, page) in pages(Locale::ZhCn) {
            assert!(page.chars().any(is_han), "{path}");
            let text: String = page
                .lines()
                // Usage and examples show what is typed.
                .filter(|line| !line.contains("hengtan "))
                .collect::<Vec<_>>()
                .join("\n");
            assert!(english_run(&text) <= 3, "{path}:\n{page}");
            for residue in [
                "Usage",
                "Options:",
                "Arguments:",
                "Commands:",
                "[default",
                "[possible",
                "[env",
                "Print ",
            ] {
                assert!(!page.contains(residue), "{path}: {residue}\n{page}");
            }
        }
    }

    #[test]
    fn english_pages_have_no_han_character_but_in_examples_of_input() {
        for (path, page) in pages(Locale::En) {
            let text = page.replace("2025年3月", "").replace("电力 全国", "");
            assert!(!text.chars().any(is_han), "{path}:\n{page}");
        }
    }

    #[test]
    fn lines_stay_within_the_terminal() {
        for locale in Locale::ALL {
            for (path, page) in pages(locale) {
                // Examples are commands, which are not broken.
                let page = page
                    .split(&catalogue(locale).help_examples())
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                for line in page.lines() {
                    let usage = line.starts_with(&catalogue(locale).help_usage());
                    assert!(
                        usage || crate::console::columns(line) <= WIDTH,
                        "{path}: {line}"
                    );
                }
            }
        }
    }
}
