//! A bar on standard error while something takes long; nothing where nobody watches.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;

/// A bar for a known amount of work.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for `total` steps. Drawn on a terminal only, and not if the person wants quiet or the terminal is not UTF-8.
    pub fn new(console: &Console, label: &str, total: u64) -> Progress {
        let visible = console.talkative()
            && console.charset == i18n::Charset::Utf8
            && io::stderr().is_terminal();
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_message(label.to_owned());
        // ASCII characters: block elements are of ambiguous width in Chinese terminals.
        if let Ok(style) =
            ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {elapsed} < {eta}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress { bar }
    }

    /// So many steps are done.
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
