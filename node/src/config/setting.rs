//! Single settings: what there is, which value holds, where it comes from.

use super::{Clients, Flags, Provider, Tls};
use crate::error::Error;
use std::fmt;
use std::net::SocketAddr;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A configuration file.
    File {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// The command line.
    Flag,
}

impl Origin {
    /// Stable name for machine output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File { .. } => "file",
            Self::Environment(_) => "environment",
            Self::Flag => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default | Self::Flag => formatter.write_str(self.name()),
            Self::File { path, line } => write!(formatter, "{path}:{line}"),
            Self::Environment(name) => formatter.write_str(name),
        }
    }
}

/// A value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
        }
    }
}

/// A setting as it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `section.key`
    pub key: &'static str,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// Form of a setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text that is not empty.
    Text,
    /// IP address and port.
    Address,
    /// IP address and port, or empty: then nothing is set.
    OptionalAddress,
    /// A whole number between two bounds, both included.
    Number(u64, u64),
    /// `true` or `false`.
    Flag,
    /// Text that may be empty: then nothing is set.
    Optional,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// What can be set: key, form, default (empty = must be given).
pub const SETTINGS: &[(&str, Form, &str)] = &[
    ("node.name", Form::Text, ""),
    ("node.genesis", Form::Text, ""),
    ("node.data", Form::Text, "data"),
    ("node.statement_key", Form::Text, "statement.key.pem"),
    ("node.shutdown_ms", Form::Number(0, 600_000), "10000"),
    ("keys.provider", Form::Word(Provider::WORDS), "file"),
    ("keys.library", Form::Optional, ""),
    ("keys.token", Form::Optional, ""),
    ("keys.profile", Form::Optional, ""),
    ("keys.key", Form::Optional, ""),
    ("keys.indices", Form::Optional, ""),
    ("keys.pin_file", Form::Optional, ""),
    ("api.listen", Form::Address, "127.0.0.1:7440"),
    ("tls.profile", Form::Word(Tls::WORDS), "off"),
    ("tls.certificate", Form::Text, "transport.cert.pem"),
    ("tls.key", Form::Text, "transport.key.pem"),
    ("tls.international_certificate", Form::Optional, ""),
    ("tls.international_key", Form::Optional, ""),
    ("tls.clients", Form::Word(Clients::WORDS), "off"),
    ("tls.client_ca", Form::Optional, ""),
    ("tls.revocation_lists", Form::Optional, ""),
    ("peer.listen", Form::OptionalAddress, ""),
    ("peer.certificate", Form::Text, "transport.cert.pem"),
    ("peer.key", Form::Text, "transport.key.pem"),
    ("peer.introduction", Form::Text, "introduction.json"),
    ("witness.name", Form::Optional, ""),
    ("witness.key", Form::Text, "witness.key.pem"),
    ("witness.memory", Form::Text, "witness.memory.json"),
    ("peer.timing", Form::Word(&["lan", "wan"]), "lan"),
    (
        "limits.request_bytes_max",
        Form::Number(1 << 12, 1 << 30),
        "16777216",
    ),
    ("limits.requests_max", Form::Number(1, 1 << 20), "1024"),
    (
        "limits.queue_envelopes_max",
        Form::Number(1, 1 << 20),
        "8192",
    ),
    (
        "limits.queue_bytes_max",
        Form::Number(1 << 16, 1 << 36),
        "268435456",
    ),
    (
        "limits.sender_envelopes_per_second",
        Form::Number(1, 1 << 24),
        "5000",
    ),
    ("limits.sender_burst", Form::Number(1, 1 << 24), "10000"),
    ("limits.wait_default_ms", Form::Number(0, 600_000), "15000"),
    ("limits.wait_max_ms", Form::Number(1, 600_000), "60000"),
    ("limits.page_default", Form::Number(1, 10_000), "100"),
    ("limits.page_max", Form::Number(1, 10_000), "1000"),
    ("limits.watches_max", Form::Number(0, 1 << 20), "256"),
    (
        "limits.watch_silence_ms",
        Form::Number(10, 3_600_000),
        "15000",
    ),
    ("batch.envelopes_max", Form::Number(1, 1 << 16), "1024"),
    ("batch.bytes_max", Form::Number(1 << 16, 1 << 30), "8388608"),
    ("batch.linger_ms", Form::Number(0, 10_000), "0"),
    ("snapshot.every_batches", Form::Number(10, 1 << 32), "50000"),
    ("snapshot.batches_kept", Form::Number(0, 1 << 32), "10000"),
    (
        "scrub.bytes_per_second",
        Form::Number(0, 1 << 40),
        "8388608",
    ),
    ("scrub.every_hours", Form::Number(1, 24 * 366), "24"),
    ("clock.jump_accepted", Form::Flag, "false"),
];

/// Prefix of the environment's variables.
const PREFIX: &str = "HENGTAN__";

impl Form {
    /// What a person may write, for the message.
    fn expected(self) -> String {
        match self {
            Self::Text | Self::Optional => "text".to_owned(),
            Self::Word(words) => words.join(", "),
            Self::Address | Self::OptionalAddress => "127.0.0.1:7440".to_owned(),
            Self::Number(least, most) => format!("{least}..={most}"),
            Self::Flag => "true, false".to_owned(),
        }
    }

    fn parse(self, text: &str) -> Option<Value> {
        match self {
            Self::Text => (!text.trim().is_empty()).then(|| Value::Text(text.to_owned())),
            Self::Address => text
                .parse::<SocketAddr>()
                .ok()
                .map(|_| Value::Text(text.to_owned())),
            Self::OptionalAddress if text.is_empty() => Some(Value::Text(String::new())),
            Self::OptionalAddress => Self::Address.parse(text),
            Self::Number(least, most) => text
                .replace('_', "")
                .parse()
                .ok()
                .filter(|number| (least..=most).contains(number))
                .map(Value::Number),
            Self::Flag => text.parse().ok().map(Value::Flag),
            Self::Optional => Some(Value::Text(text.to_owned())),
            Self::Word(words) => words.contains(&text).then(|| Value::Text(text.to_owned())),
        }
    }

    /// TOML's own types count: a number in quotes is a mistake.
    fn take(self, value: &toml::Value) -> Option<Value> {
        match (self, value) {
            (
                Self::Text | Self::Address | Self::OptionalAddress | Self::Optional | Self::Word(_),
                toml::Value::String(text),
            ) => self.parse(text),
            (Self::Number(..), toml::Value::Integer(number)) => self.parse(&number.to_string()),
            (Self::Flag, toml::Value::Boolean(flag)) => Some(Value::Flag(*flag)),
            _ => None,
        }
    }
}

/// Collects all settings from their sources; later sources win.
pub(super) fn gather(
    path: &str,
    text: &str,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: &Flags,
) -> (Vec<Setting>, Vec<Error>) {
    let mut problems = Vec::new();
    let mut settings: Vec<Setting> = SETTINGS
        .iter()
        .filter_map(|(key, form, default)| {
            form.parse(default).map(|value| Setting {
                key,
                value,
                origin: Origin::Default,
            })
        })
        .collect();
    match text.parse::<toml::Table>() {
        Ok(table) => read_table(&table, path, text, &mut settings, &mut problems),
        Err(error) => {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            problems.push(Error::ConfigSyntax {
                path: path.to_owned(),
                line,
                detail: error.message().to_owned(),
            });
            // What follows would only repeat that the file could not be read.
            return (settings, problems);
        }
    }
    let mut variables: Vec<_> = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    variables.sort();
    for (name, value) in variables {
        let key = name[PREFIX.len()..]
            .to_ascii_lowercase()
            .replacen("__", ".", 1);
        take_text(
            &key,
            &value,
            Origin::Environment(name),
            &mut settings,
            &mut problems,
        );
    }
    for (key, value) in flags {
        take_text(key, value, Origin::Flag, &mut settings, &mut problems);
    }
    for (key, _, default) in SETTINGS {
        let given = settings.iter().any(|setting| setting.key == *key);
        let complained = problems.iter().any(
            |problem| matches!(problem, Error::ConfigValue { key: named, .. } if named == key),
        );
        if default.is_empty() && !given && !complained {
            problems.push(Error::ConfigMissing {
                key: (*key).to_owned(),
            });
        }
    }
    (settings, problems)
}

fn read_table(
    table: &toml::Table,
    path: &str,
    text: &str,
    settings: &mut Vec<Setting>,
    problems: &mut Vec<Error>,
) {
    for (section, content) in table {
        let origin = |key: &str| Origin::File {
            path: path.to_owned(),
            line: line_of(text, section, key),
        };
        let toml::Value::Table(content) = content else {
            problems.push(Error::ConfigKey {
                key: section.clone(),
                origin: origin(section).to_string(),
            });
            continue;
        };
        for (name, value) in content {
            let key = format!("{section}.{name}");
            let origin = origin(name);
            match SETTINGS.iter().find(|(known, ..)| *known == key) {
                None => problems.push(Error::ConfigKey {
                    key,
                    origin: origin.to_string(),
                }),
                Some((known, form, _)) => match form.take(value) {
                    Some(value) => put(
                        settings,
                        Setting {
                            key: known,
                            value,
                            origin,
                        },
                    ),
                    None => problems.push(wrong(known, *form, &value.to_string(), &origin)),
                },
            }
        }
    }
}

fn take_text(
    key: &str,
    value: &str,
    origin: Origin,
    settings: &mut Vec<Setting>,
    problems: &mut Vec<Error>,
) {
    match SETTINGS.iter().find(|(known, ..)| *known == key) {
        None => problems.push(Error::ConfigKey {
            key: key.to_owned(),
            origin: origin.to_string(),
        }),
        Some((known, form, _)) => match form.parse(value) {
            Some(value) => put(
                settings,
                Setting {
                    key: known,
                    value,
                    origin,
                },
            ),
            None => problems.push(wrong(known, *form, value, &origin)),
        },
    }
}

fn wrong(key: &str, form: Form, value: &str, origin: &Origin) -> Error {
    Error::ConfigValue {
        key: key.to_owned(),
        value: value.to_owned(),
        origin: origin.to_string(),
        expected: form.expected(),
    }
}

fn put(settings: &mut Vec<Setting>, setting: Setting) {
    match settings.iter_mut().find(|known| known.key == setting.key) {
        Some(known) => *known = setting,
        None => settings.push(setting),
    }
}

/// Line on which a key of a section stands, from 1; the section's own line if the key is not written plainly.
fn line_of(text: &str, section: &str, key: &str) -> usize {
    let mut inside = false;
    let mut header = 1;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            inside = name
                .split(']')
                .next()
                .is_some_and(|name| name.trim() == section);
            if inside {
                header = number + 1;
            }
        } else if inside
            && line
                .split('=')
                .next()
                .is_some_and(|name| name.trim().trim_matches('"') == key)
        {
            return number + 1;
        }
    }
    header
}

/// Typed access to settings that passed their form.
pub(super) struct Reader<'a> {
    settings: &'a [Setting],
    problems: &'a mut Vec<Error>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(settings: &'a [Setting], problems: &'a mut Vec<Error>) -> Self {
        Self { settings, problems }
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.settings
            .iter()
            .find(|setting| setting.key == key)
            .map(|setting| &setting.value)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key).map(ToString::to_string)
    }

    /// A text that may be left out.
    pub(super) fn given(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    pub(super) fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let address: SocketAddr = self.text(key)?.parse().ok()?;
        let encrypted = self.text("tls.profile").is_some_and(|word| word != "off");
        if let Err(error) = crate::api::check_address(address, encrypted) {
            self.problems.push(error);
        }
        Some(address)
    }

    /// An address that may be left out.
    pub(super) fn other_address(&self, key: &str) -> Option<SocketAddr> {
        self.given(key)?.parse().ok()
    }

    pub(super) fn number(&self, key: &str) -> u64 {
        match self.value(key) {
            Some(Value::Number(number)) => *number,
            _ => unreachable!("{key} is a number with a default"),
        }
    }

    pub(super) fn size(&self, key: &str) -> usize {
        usize::try_from(self.number(key)).unwrap_or(usize::MAX)
    }

    pub(super) fn count(&self, key: &str) -> u32 {
        u32::try_from(self.number(key)).unwrap_or(u32::MAX)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::Flag(true)))
    }
}
