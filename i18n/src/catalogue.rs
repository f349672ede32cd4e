//! The messages of one language.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::locale::Locale;
use crate::messages::{L10n, L10nLanguage};

/// All messages of one language. Dereferences to the checked functions; [`Catalogue::text`] finds a message whose
/// identifier is data.
pub struct Catalogue {
    locale: Locale,
    messages: L10nLanguage,
    bundle: FluentBundle<FluentResource>,
}

/// What an error code says to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub what: String,
    /// Why that happens.
    pub cause: String,
    /// What to do next.
    pub remedy: String,
}

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Locale::En));
static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Locale::ZhCn));

/// The catalogue of a locale; read once, when it is first asked for.
pub fn catalogue(locale: Locale) -> &'static Catalogue {
    match locale {
        Locale::En => &ENGLISH,
        Locale::ZhCn => &CHINESE,
    }
}

impl Deref for Catalogue {
    type Target = L10nLanguage;

    fn deref(&self) -> &L10nLanguage {
        &self.messages
    }
}

impl Catalogue {
    /// Reads the embedded text. The build script has parsed the same bytes, so that they cannot be wrong here.
    fn load(locale: Locale) -> Catalogue {
        let language = match locale {
            Locale::En => L10n::En,
            Locale::ZhCn => L10n::ZhCN,
        };
        let source = String::from_utf8_lossy(language.source()).into_owned();
        let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
        let identifier = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Catalogue {
            locale,
            messages: language.load(),
            bundle,
        }
    }

    /// Whose language this is.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// The message `id` with its variables filled in, or nothing if there is no such message.
    pub fn text(&self, id: &str, fields: &[(&str, String)]) -> Option<String> {
        let message = self.bundle.get_message(id)?;
        Some(self.render(message.value()?, fields))
    }

    /// The attribute `name` of the message `id`, if there is one.
    pub fn attribute(&self, id: &str, name: &str, fields: &[(&str, String)]) -> Option<String> {
        let message = self.bundle.get_message(id)?;
        Some(self.render(message.get_attribute(name)?.value(), fields))
    }

    /// What, why and what next for an error code such as `HT-LED-004`; nothing for an unknown code.
    ///
    /// Without fields, as for a person who looks the code up later, variables show as `…`.
    pub fn explain(&self, code: &str, fields: &[(&str, String)]) -> Option<Explanation> {
        let id = code.to_ascii_lowercase();
        Some(Explanation {
            what: self.text(&id, fields)?,
            cause: self.attribute(&id, "cause", fields)?,
            remedy: self.attribute(&id, "remedy", fields)?,
        })
    }

    /// All error codes of the catalogue, in order.
    pub fn codes(&self) -> Vec<String> {
        self.identifiers("ht-")
            .map(|id| id.to_ascii_uppercase())
            .collect()
    }

    /// A name from the data's code: `kind` is one of `category`, `scope`, `gas`, `flag`, `not-proved`, `role`, `duty`, `unit`,
    /// `obtained`, `status` and others. A code that the catalogue does not know stands for itself.
    pub fn name(&self, kind: &str, code: &str) -> String {
        let code_as_id = code.to_ascii_lowercase().replace(['.', ' ', '/'], "-");
        self.text(&format!("{kind}-{code_as_id}"), &[])
            .unwrap_or_else(|| code.to_owned())
    }

    /// The English or Chinese one of a pair of names that stands in data; the other if the wanted one is empty.
    pub fn either<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        let (wanted, other) = match self.locale {
            Locale::En => (en, zh),
            Locale::ZhCn => (zh, en),
        };
        if wanted.is_empty() { other } else { wanted }
    }

    /// Identifiers of messages that start with `prefix`, in order.
    pub fn identifiers(&self, prefix: &str) -> impl Iterator<Item = String> {
        let language = match self.locale {
            Locale::En => L10n::En,
            Locale::ZhCn => L10n::ZhCN,
        };
        let source = String::from_utf8_lossy(language.source()).into_owned();
        let mut found = BTreeMap::new();
        for line in source.lines() {
            if let Some((id, _)) = line.split_once('=')
                && id.starts_with(prefix)
            {
                found.insert(id.trim().to_owned(), ());
            }
        }
        found.into_keys()
    }

    fn render(
        &self,
        pattern: &fluent_syntax::ast::Pattern<&str>,
        fields: &[(&str, String)],
    ) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in fields {
            arguments.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned();
        if errors.is_empty() {
            text
        } else {
            without_placeables(&text)
        }
    }
}

/// Fluent writes a variable that it does not have as `{$name}`; a person sees an ellipsis.
fn without_placeables(text: &str) -> String {
    let mut rest = text;
    let mut shown = String::with_capacity(text.len());
    while let Some(start) = rest.find("{$") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        shown.push_str(&rest[..start]);
        shown.push('…');
        rest = &rest[start + length + 1..];
    }
    shown + rest
}
