//! Why a command did not do what it was asked for: a permanent code with fields, and the exit code that goes with it.

use std::fmt;
use std::path::Path;

use i18n::Catalogue;

use crate::console::{Console, pad, wrap};

use super::exit::Exit;

/// A failure on its way to the person.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `HT-<AREA>-<NNN>`
    pub code: String,
    /// Named values of the message.
    pub fields: Vec<(String, String)>,
    /// Exit code.
    pub exit: Exit,
    /// Lines that belong to it and are already in the person's language, such as bad rows.
    pub details: Vec<String>,
}

impl Failure {
    /// A failure with a code of this or another crate; the exit code is the one of the code.
    pub fn new(code: impl Into<String>) -> Failure {
        let code = code.into();
        let exit = exit_of(&code);
        Failure {
            code,
            fields: Vec::new(),
            exit,
            details: Vec::new(),
        }
    }

    /// With one more field.
    pub fn with(mut self, name: impl Into<String>, value: impl fmt::Display) -> Failure {
        self.fields.push((name.into(), value.to_string()));
        self
    }

    /// With the fields of another crate's error.
    pub fn with_fields<N: Into<String>>(
        mut self,
        fields: impl IntoIterator<Item = (N, String)>,
    ) -> Failure {
        self.fields
            .extend(fields.into_iter().map(|(name, value)| (name.into(), value)));
        self
    }

    /// With another exit code than the code's own.
    pub fn exiting(mut self, exit: Exit) -> Failure {
        self.exit = exit;
        self
    }

    /// With lines below it.
    pub fn detailed(mut self, details: Vec<String>) -> Failure {
        self.details = details;
        self
    }

    /// A file could not be read.
    pub fn reading(path: &Path, error: &std::io::Error) -> Failure {
        let failure = Failure::new(codes::FILE_UNREADABLE)
            .with("path", path.display())
            .with("reason", reason(error));
        if error.kind() == std::io::ErrorKind::NotFound {
            failure.exiting(Exit::NotFound)
        } else {
            failure
        }
    }

    /// A file could not be written.
    pub fn writing(path: &Path, error: &std::io::Error) -> Failure {
        Failure::new(codes::FILE_UNWRITABLE)
            .with("path", path.display())
            .with("reason", reason(error))
    }

    /// Whether the reader of standard output wants no more (`hengtan … | head`), which is no failure.
    pub fn reader_gone(&self) -> bool {
        let field = |name: &str| {
            self.fields
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        self.code == codes::FILE_UNWRITABLE
            && field("path") == Some("-")
            && field("reason") == Some("broken_pipe")
    }

    /// The whole message: code, what happened, cause, what to do next.
    pub fn render(&self, console: &Console) -> String {
        let catalogue = console.catalogue();
        let style = console.style_of_talk();
        let raw: Vec<(&str, String)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), printable(value)))
            .collect();
        let fields = named_fields(&self.code, raw, catalogue);
        let mut lines = Vec::new();
        let head = style.bad(&catalogue.error_head(self.code.as_str()));
        let explanation = catalogue.explain(&self.code, &fields);
        let what = explanation.as_ref().map_or_else(
            || {
                let named: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{name} = {value}"))
                    .collect();
                named.join(", ")
            },
            |explanation| explanation.what.clone(),
        );
        lines.extend(wrap(&format!("{head}{what}"), console.width()));
        lines.extend(self.details.iter().map(|detail| format!("  {detail}")));
        if let Some(explanation) = explanation {
            let labels = [
                (catalogue.error_cause(), explanation.cause),
                (catalogue.error_remedy(), explanation.remedy),
            ];
            let left = labels
                .iter()
                .map(|(label, _)| crate::console::columns(label))
                .max()
                .unwrap_or_default()
                + 2;
            for (label, text) in labels {
                for (number, line) in wrap(&text, console.width().saturating_sub(left + 2))
                    .into_iter()
                    .enumerate()
                {
                    let label = if number == 0 {
                        style.label(&pad(&label, left))
                    } else {
                        " ".repeat(left)
                    };
                    lines.push(format!("  {label}{line}"));
                }
            }
        }
        lines.join("\n")
    }
}

/// Fields whose values are codes get the names of these codes.
pub fn named_fields<'a>(
    code: &str,
    fields: Vec<(&'a str, String)>,
    catalogue: &Catalogue,
) -> Vec<(&'a str, String)> {
    let kind = |field: &str| {
        Some(match field {
            "reason" if code.starts_with("HT-ACC-") => "misfit",
            "reason" if code.starts_with("HT-API-") => return None,
            "reason" => "reason",
            "status" => "import-status",
            "role" => "role",
            "item" if code == "HT-CRY-101" => "random-test",
            "parameter" => "parameter",
            "treatment" => "treatment",
            "category" => "category",
            "columns" | "missing" => "import-column",
            _ => return None,
        })
    };
    let named = |(field, value): (&'a str, String)| {
        let Some(kind) = kind(field) else {
            return (field, value);
        };
        let names: Vec<String> = value
            .split(", ")
            .map(|code| match kind {
                // Identifiers of columns have hyphens.
                "import-column" => catalogue.name(kind, &code.replace('_', "-")),
                _ => catalogue.name(kind, code),
            })
            .collect();
        (field, names.join(&catalogue.help_separator_of_choices()))
    };
    fields.into_iter().map(named).collect()
}

/// Text from outside without control characters: it could move the cursor or hide what is written.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() && character != '\n' {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}

/// A stable word for what the operating system said; the catalogue names it.
pub fn reason(error: &std::io::Error) -> String {
    let words = format!("{:?}", error.kind());
    let mut snake = String::new();
    for character in words.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// Codes of the command line itself.
pub mod codes {
    /// An option or argument that the command does not know.
    pub const ARGUMENT_UNKNOWN: &str = "HT-CLI-001";
    /// A command that does not exist.
    pub const COMMAND_UNKNOWN: &str = "HT-CLI-002";
    /// A required argument is missing.
    pub const ARGUMENT_MISSING: &str = "HT-CLI-003";
    /// A value that is not possible there.
    pub const VALUE_IMPOSSIBLE: &str = "HT-CLI-004";
    /// A value that cannot be read.
    pub const VALUE_INVALID: &str = "HT-CLI-005";
    /// Two arguments that exclude each other.
    pub const ARGUMENT_CONFLICT: &str = "HT-CLI-006";
    /// Too few, too many or no values.
    pub const VALUE_COUNT: &str = "HT-CLI-007";
    /// The command line is not text.
    pub const NOT_TEXT: &str = "HT-CLI-008";
    /// The command needs a command below it.
    pub const COMMAND_MISSING: &str = "HT-CLI-009";
    /// No catalogue for that language.
    pub const LANGUAGE_UNKNOWN: &str = "HT-CLI-010";
    /// A file cannot be read.
    pub const FILE_UNREADABLE: &str = "HT-CLI-011";
    /// A file cannot be written.
    pub const FILE_UNWRITABLE: &str = "HT-CLI-012";
    /// The folder must be empty or absent.
    pub const FOLDER_NOT_EMPTY: &str = "HT-CLI-013";
    /// A question and nobody to answer.
    pub const NOT_CONFIRMED: &str = "HT-CLI-014";
    /// A context is needed, and there is none.
    pub const CONTEXT_MISSING: &str = "HT-CLI-015";
    /// An identity is needed, and the context names none.
    pub const IDENTITY_MISSING: &str = "HT-CLI-016";
    /// Nothing has that name.
    pub const NOT_FOUND: &str = "HT-CLI-017";
    /// Several things begin so.
    pub const AMBIGUOUS: &str = "HT-CLI-018";
    /// A period that cannot be read.
    pub const PERIOD_INVALID: &str = "HT-CLI-019";
    /// The folder is no network folder.
    pub const NOT_A_NETWORK: &str = "HT-CLI-020";
    /// The CA's key is not at hand.
    pub const CA_KEY_MISSING: &str = "HT-CLI-021";
    /// A file is there already and would be lost.
    pub const FILE_EXISTS: &str = "HT-CLI-022";
    /// The file has bad rows; nothing was recorded.
    pub const ROWS_BAD: &str = "HT-CLI-023";
    /// The file for a replacement has not exactly one row.
    pub const ONE_ROW_NEEDED: &str = "HT-CLI-024";
    /// Something in the demonstration or another own step did not go as it must.
    pub const STEP_FAILED: &str = "HT-CLI-025";
    /// The receipt is well-made, but its network is unknown to the verifier.
    pub const NETWORK_UNKNOWN: &str = "HT-CLI-026";
    /// Network id or genesis that cannot be read.
    pub const NETWORK_INVALID: &str = "HT-CLI-027";
    /// The person said no.
    pub const DECLINED: &str = "HT-CLI-028";
    /// A name for people is missing in both languages.
    pub const NAME_MISSING: &str = "HT-CLI-029";
    /// The node answered something that this version cannot read.
    pub const ANSWER_UNREADABLE: &str = "HT-CLI-030";
    /// The node belongs to another network than the context.
    pub const OTHER_NETWORK: &str = "HT-CLI-031";
    /// Checks found something that must be mended.
    pub const CHECKS_FAILED: &str = "HT-CLI-032";
    /// Nobody answers at the endpoint.
    pub const NODE_UNREACHABLE: &str = "HT-CLI-033";
    /// The node speaks TLS there, and the endpoint says plain text.
    pub const TLS_EXPECTED: &str = "HT-CLI-240";
    /// The node did not answer in time.
    pub const NODE_SILENT: &str = "HT-CLI-034";
    /// The entry was not final in time; it may still become one.
    pub const NOT_FINAL_IN_TIME: &str = "HT-CLI-035";
    /// Results differ from those that the file expects.
    pub const RESULTS_DIFFER: &str = "HT-CLI-036";
    /// No factor set is in force, so nothing can be calculated.
    pub const NO_FACTOR_SET: &str = "HT-CLI-037";
    /// A new passphrase is too short, or was typed in two ways.
    pub const PASSPHRASE_UNUSABLE: &str = "HT-CLI-050";
    /// A standard is named without a document.
    pub const DOCUMENT_MISSING: &str = "HT-CLI-060";
    /// A document that is too large.
    pub const DOCUMENT_TOO_LARGE: &str = "HT-CLI-061";
    /// A document in another encoding.
    pub const DOCUMENT_NOT_UTF8: &str = "HT-CLI-062";
    /// A document with faults.
    pub const DOCUMENT_REFUSED: &str = "HT-CLI-063";
    /// A table of factors with faults.
    pub const FACTORS_REFUSED: &str = "HT-CLI-260";
    /// A factor set without signature.
    pub const FACTORS_UNSIGNED: &str = "HT-CLI-261";
    /// A factor set whose signature is not of what it holds.
    pub const FACTORS_SIGNATURE: &str = "HT-CLI-262";
    /// The key or certificate of a signature is missing, or another's.
    pub const FACTORS_SIGNER: &str = "HT-CLI-263";
    /// A log in which nodes signed what they must not sign.
    pub const ACCUSED: &str = "HT-CLI-270";
    /// Rows that do not meet the monitoring plan.
    pub const PLAN_NOT_MET: &str = "HT-CLI-280";
    /// An outcome that the report does not have.
    pub const OUTCOME_UNKNOWN: &str = "HT-CLI-065";
    /// A backup is judged without a network.
    pub const BACKUP_NETWORK_MISSING: &str = "HT-CLI-064";
}

/// All codes of the command line.
pub const CODES: &[&str] = &[
    codes::ARGUMENT_UNKNOWN,
    codes::COMMAND_UNKNOWN,
    codes::ARGUMENT_MISSING,
    codes::VALUE_IMPOSSIBLE,
    codes::VALUE_INVALID,
    codes::ARGUMENT_CONFLICT,
    codes::VALUE_COUNT,
    codes::NOT_TEXT,
    codes::COMMAND_MISSING,
    codes::LANGUAGE_UNKNOWN,
    codes::FILE_UNREADABLE,
    codes::FILE_UNWRITABLE,
    codes::FOLDER_NOT_EMPTY,
    codes::NOT_CONFIRMED,
    codes::CONTEXT_MISSING,
    codes::IDENTITY_MISSING,
    codes::NOT_FOUND,
    codes::AMBIGUOUS,
    codes::PERIOD_INVALID,
    codes::NOT_A_NETWORK,
    codes::CA_KEY_MISSING,
    codes::FILE_EXISTS,
    codes::ROWS_BAD,
    codes::ONE_ROW_NEEDED,
    codes::STEP_FAILED,
    codes::NETWORK_UNKNOWN,
    codes::NETWORK_INVALID,
    codes::DECLINED,
    codes::NAME_MISSING,
    codes::ANSWER_UNREADABLE,
    codes::OTHER_NETWORK,
    codes::CHECKS_FAILED,
    codes::NODE_UNREACHABLE,
    codes::NODE_SILENT,
    codes::NOT_FINAL_IN_TIME,
    codes::RESULTS_DIFFER,
    codes::NO_FACTOR_SET,
    codes::PASSPHRASE_UNUSABLE,
    codes::DOCUMENT_MISSING,
    codes::DOCUMENT_TOO_LARGE,
    codes::DOCUMENT_NOT_UTF8,
    codes::DOCUMENT_REFUSED,
    codes::BACKUP_NETWORK_MISSING,
    codes::OUTCOME_UNKNOWN,
    codes::TLS_EXPECTED,
    codes::FACTORS_REFUSED,
    codes::FACTORS_UNSIGNED,
    codes::FACTORS_SIGNATURE,
    codes::FACTORS_SIGNER,
    codes::ACCUSED,
    codes::PLAN_NOT_MET,
];

/// The exit code that goes with an error code.
pub fn exit_of(code: &str) -> Exit {
    match code {
        codes::ARGUMENT_UNKNOWN
        | codes::COMMAND_UNKNOWN
        | codes::ARGUMENT_MISSING
        | codes::VALUE_IMPOSSIBLE
        | codes::VALUE_INVALID
        | codes::ARGUMENT_CONFLICT
        | codes::VALUE_COUNT
        | codes::NOT_TEXT
        | codes::COMMAND_MISSING
        | codes::LANGUAGE_UNKNOWN
        | codes::PERIOD_INVALID
        | codes::NAME_MISSING
        | codes::NOT_CONFIRMED
        | codes::NETWORK_INVALID
        | codes::AMBIGUOUS
        | codes::DOCUMENT_MISSING
        | codes::BACKUP_NETWORK_MISSING
        | codes::PASSPHRASE_UNUSABLE => Exit::Usage,
        codes::NOT_FOUND
        | codes::NOT_A_NETWORK
        | codes::CONTEXT_MISSING
        | codes::OUTCOME_UNKNOWN
        | "HT-ACC-059" => Exit::NotFound,
        codes::IDENTITY_MISSING | codes::CA_KEY_MISSING => Exit::NotAuthorised,
        codes::FOLDER_NOT_EMPTY
        | codes::FILE_EXISTS
        | codes::OTHER_NETWORK
        | codes::NO_FACTOR_SET => Exit::Conflict,
        codes::NETWORK_UNKNOWN
        | codes::ACCUSED
        | codes::FACTORS_UNSIGNED
        | codes::FACTORS_SIGNATURE
        | codes::FACTORS_SIGNER => Exit::Integrity,
        codes::TLS_EXPECTED
        | codes::NODE_UNREACHABLE
        | codes::NODE_SILENT
        | codes::NOT_FINAL_IN_TIME => Exit::Unavailable,
        codes::ROWS_BAD
        | codes::ONE_ROW_NEEDED
        | codes::RESULTS_DIFFER
        | codes::DOCUMENT_TOO_LARGE
        | codes::DOCUMENT_NOT_UTF8
        | codes::DOCUMENT_REFUSED
        | codes::FACTORS_REFUSED
        | codes::PLAN_NOT_MET => Exit::BadInput,
        // Refusals of the ledger.
        "HT-CMD-001" | "HT-CMD-002" | "HT-CMD-009" | "HT-CMD-016" | "HT-CMD-027" | "HT-LED-006"
        | "HT-LED-007" | "HT-LED-008" => Exit::NotAuthorised,
        "HT-CMD-012" | "HT-CMD-023" | "HT-CMD-029" | "HT-CMD-033" => Exit::NotFound,
        "HT-CMD-003" | "HT-CMD-005" | "HT-CMD-011" | "HT-CMD-013" | "HT-CMD-014" | "HT-CMD-017"
        | "HT-CMD-020" | "HT-CMD-021" | "HT-CMD-022" | "HT-CMD-024" | "HT-CMD-025"
        | "HT-CMD-026" | "HT-CMD-028" | "HT-CMD-030" | "HT-CMD-032" | "HT-CMD-034"
        | "HT-CMD-035" | "HT-CMD-038" | "HT-CMD-039" => Exit::Conflict,
        _ if code.starts_with("HT-CMD-") => Exit::BadInput,
        "HT-LED-011" | "HT-LED-012" | "HT-LED-019" | "HT-LED-020" | "HT-LED-021" => {
            Exit::Unavailable
        }
        "HT-LED-005" | "HT-LED-013" | "HT-LED-014" | "HT-LED-015" | "HT-LED-016" | "HT-LED-017" => {
            Exit::BadInput
        }
        // Nobody at the terminal who could type a passphrase or PIN.
        "HT-CRY-080" => Exit::Usage,
        "HT-CRY-067" | "HT-CRY-068" | "HT-CRY-071" | "HT-CRY-081" | "HT-CRY-082" | "HT-CRY-087"
        | "HT-CRY-089" => Exit::NotAuthorised,
        "HT-CRY-072" | "HT-CRY-088" => Exit::NotFound,
        "HT-CRY-073" | "HT-CRY-074" => Exit::Conflict,
        "HT-CRY-069" | "HT-CRY-077" | "HT-CRY-078" | "HT-CRY-079" | "HT-CRY-084" => {
            Exit::Unavailable
        }
        "HT-CRY-075" | "HT-CRY-076" | "HT-CRY-083" => Exit::BadInput,
        _ if code.starts_with("HT-CRY-") || code.starts_with("HT-LED-") => Exit::Integrity,
        _ if code.starts_with("HT-IMP-") || code.starts_with("HT-ACC-") => Exit::BadInput,
        _ => Exit::Failure,
    }
}

impl From<std::io::Error> for Failure {
    /// Standard output has gone: the reader wanted no more. Other streams name their file instead.
    fn from(error: std::io::Error) -> Failure {
        Failure::new(codes::FILE_UNWRITABLE)
            .with("path", "-")
            .with("reason", reason(&error))
    }
}

impl From<crypto_sm::Error> for Failure {
    fn from(error: crypto_sm::Error) -> Failure {
        Failure::new(error.code()).with_fields(error.fields())
    }
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Failure {
        let exit = match &error {
            crate::error::Error::Crypto(error) => exit_of(error.code()),
            _ => exit_of_class(error.class()),
        };
        Failure::new(error.code())
            .with_fields(error.fields())
            .exiting(exit)
    }
}

impl From<hengtan_ledger::Error> for Failure {
    fn from(error: hengtan_ledger::Error) -> Failure {
        Failure::new(error.code()).with_fields(error.fields())
    }
}

impl From<hengtan_ledger::Stop> for Failure {
    fn from(stop: hengtan_ledger::Stop) -> Failure {
        Failure::new(stop.code()).with_fields(stop.fields())
    }
}

impl From<crate::import::FileError> for Failure {
    fn from(error: crate::import::FileError) -> Failure {
        Failure::new(error.code()).with_fields(error.fields())
    }
}

impl From<accounting::Error> for Failure {
    fn from(error: accounting::Error) -> Failure {
        Failure::new(error.code()).with_fields(error.fields())
    }
}

fn exit_of_class(class: crate::error::Class) -> Exit {
    use crate::error::Class;
    match class {
        Class::BadInput => Exit::BadInput,
        Class::NotAuthorised => Exit::NotAuthorised,
        Class::NotFound => Exit::NotFound,
        Class::Conflict => Exit::Conflict,
        Class::TooMany | Class::Unavailable => Exit::Unavailable,
        Class::Integrity => Exit::Integrity,
        Class::Internal => Exit::Failure,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use i18n::{Locale, catalogue};

    use super::*;

    /// Every code of every crate.
    fn known() -> BTreeSet<String> {
        [
            CODES,
            crypto_sm::CODES,
            accounting::CODES,
            hengtan_ledger::CODES,
            hengtan_ledger::COMMAND_CODES,
            consensus::CODES,
            crate::error::CODES,
            crate::api::rest::CODES,
            crate::import::CODES,
        ]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
    }

    #[test]
    fn every_code_of_every_crate_is_explained_and_no_other() {
        for locale in Locale::ALL {
            let explained: BTreeSet<String> = catalogue(locale).codes().into_iter().collect();
            let known = known();
            assert_eq!(
                known.difference(&explained).collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "{locale}: not explained"
            );
            assert_eq!(
                explained.difference(&known).collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "{locale}: given by nobody"
            );
        }
    }

    #[test]
    fn every_error_shows_code_what_cause_and_remedy_in_both_languages() {
        for locale in Locale::ALL {
            let manner = crate::console::Manner {
                locale,
                ..Default::default()
            };
            let console =
                Console::into_writers(manner, Box::new(std::io::sink()), Box::new(std::io::sink()));
            for code in known() {
                let text = Failure::new(code.clone()).render(&console);
                assert!(text.contains(&code), "{text}");
                assert!(text.contains(&console.catalogue().error_cause()), "{text}");
                assert!(text.contains(&console.catalogue().error_remedy()), "{text}");
                for line in text.lines() {
                    assert!(crate::console::columns(line) <= console.width(), "{line}");
                }
            }
        }
    }

    #[test]
    fn exit_codes_follow_the_kind_of_failure() {
        for (code, exit) in [
            ("HT-CLI-001", Exit::Usage),
            ("HT-CLI-017", Exit::NotFound),
            ("HT-CMD-001", Exit::NotAuthorised),
            ("HT-CMD-020", Exit::Conflict),
            ("HT-CLI-033", Exit::Unavailable),
            ("HT-LED-034", Exit::Integrity),
            ("HT-LED-035", Exit::Integrity),
            ("HT-CRY-011", Exit::Integrity),
            ("HT-IMP-105", Exit::BadInput),
            ("HT-ACC-030", Exit::BadInput),
            ("HT-CLI-012", Exit::Failure),
        ] {
            assert_eq!(exit_of(code), exit, "{code}");
        }
    }

    #[test]
    fn text_from_outside_cannot_move_the_cursor() {
        let console = Console::into_writers(
            Default::default(),
            Box::new(std::io::sink()),
            Box::new(std::io::sink()),
        );
        let text = Failure::new(codes::NOT_FOUND)
            .with("what", "row")
            .with("name", "\u{1b}[2Jx")
            .render(&console);
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
