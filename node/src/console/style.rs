//! Colours, where the stream and the person want them.

pub use crate::cli::arguments::ColorChoice;

/// Puts ANSI colours around text, or leaves it alone.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    color: bool,
}

impl Style {
    /// With or without colour.
    pub const fn new(color: bool) -> Style {
        Style { color }
    }

    /// Headings.
    pub fn heading(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Names of values.
    pub fn label(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What can be typed.
    pub fn literal(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// It holds.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Look at this.
    pub fn warning(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// It does not hold.
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

impl ColorChoice {
    /// Whether to use colour on a stream. `--color` counts first, then `NO_COLOR` (no-color.org), `CLICOLOR_FORCE` and `TERM`.
    pub fn decide(self, terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> bool {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto
                if variable("CLICOLOR_FORCE")
                    .is_some_and(|value| value != "0" && !value.is_empty()) =>
            {
                true
            }
            ColorChoice::Auto => terminal && variable("TERM").as_deref() != Some("dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_counts_before_the_environment() {
        let none = |_: &str| None;
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        let dumb = |name: &str| (name == "TERM").then(|| "dumb".to_owned());
        assert!(ColorChoice::Auto.decide(true, &none));
        assert!(!ColorChoice::Auto.decide(false, &none));
        assert!(!ColorChoice::Auto.decide(true, &no_color));
        assert!(ColorChoice::Always.decide(false, &no_color));
        assert!(!ColorChoice::Auto.decide(true, &dumb));
        assert!(!ColorChoice::Never.decide(true, &none));
    }
}
