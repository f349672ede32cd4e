//! The catalogue's words for the codes of a derivation.

use accounting::derivation::Words;
use i18n::Catalogue;

/// Words of the console's language.
pub struct Spoken(pub &'static Catalogue);

impl Words for Spoken {
    fn name(&self, kind: &str, code: &str) -> String {
        self.0.name(kind, code)
    }

    fn phrase(&self, key: &str, fields: &[(&str, String)]) -> String {
        self.0
            .text(&format!("derivation-{key}"), fields)
            .unwrap_or_default()
    }
}
