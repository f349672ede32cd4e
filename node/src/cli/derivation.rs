//! Derivations for people: the catalogue's words, the outline, the diagram.

use accounting::derivation::{Part, Words};
use i18n::Catalogue;

use crate::console::{Console, wrap};

use super::Failure;
use super::arguments::Diagram;

/// Levels of an outline that are indented.
const INDENTS_MAX: usize = 20;

/// Words of the console's language.
struct Spoken(&'static Catalogue);

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

/// Numbers at their depth, remarks below them.
pub fn outline(part: &Part<'_>, console: &Console) -> Result<(), Failure> {
    let style = console.style();
    for line in part.outline(&Spoken(console.catalogue())) {
        // Deeper levels would leave no room for the text.
        let indent = "  ".repeat(line.depth.min(INDENTS_MAX));
        let room = console.width().saturating_sub(indent.len());
        for (position, text) in wrap(&line.text, room).into_iter().enumerate() {
            let text = if line.is_number && position == 0 {
                style.heading(&text)
            } else {
                text
            };
            console.print(&format!("{indent}{text}"))?;
        }
    }
    Ok(())
}

/// For programs that draw it, which read UTF-8.
pub fn diagram(part: &Part<'_>, diagram: Diagram, console: &Console) -> Result<(), Failure> {
    let words = Spoken(console.catalogue());
    let text = match diagram {
        Diagram::Mermaid => part.mermaid(&words),
        Diagram::Dot => part.dot(&words),
    };
    Ok(console.print_utf8(&text)?)
}
