//! What a person sees: data on standard output, talk on standard error, in one language and one character set.

mod encoding;
mod form;
mod hidden;
mod list;
mod long;
mod number;
mod progress;
mod record;
mod style;
mod time;
mod width;

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

use i18n::{Catalogue, Charset, Locale, catalogue};

pub use encoding::encode;
pub use form::OutputForm;
pub use list::{Align, Cell, Column, List};
pub use long::LongDocument;
pub use number::{grouped, kilograms, percentage, tonnes};
pub use progress::Progress;
pub use record::Record;
pub use style::{ColorChoice, Style};
pub use time::{local_time, utc_time};
pub use width::{columns, pad, wrap};

/// Both streams of a process, and the manner in which to write to them.
pub struct Console {
    locale: Locale,
    charset: Charset,
    form: OutputForm,
    color_out: bool,
    color_err: bool,
    quiet: bool,
    yes: bool,
    interactive: bool,
    width: usize,
    out: RefCell<Box<dyn Write>>,
    err: RefCell<Box<dyn Write>>,
}

/// Asks for passphrases at the terminal of this process, from any thread.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    locale: Locale,
    interactive: bool,
}

impl Asker {
    /// A passphrase, typed without being shown; nothing where nobody can be asked.
    pub fn passphrase(self, place: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        if !self.interactive {
            return None;
        }
        let question = catalogue(self.locale).ask_passphrase(place);
        let _ = write!(io::stderr(), "{question} ");
        let _ = io::stderr().flush();
        let typed = hidden::read_line(io::stdin());
        let _ = writeln!(io::stderr());
        typed.ok()
    }
}

/// How a [`Console`] is to behave; [`Console::of_process`] finds out about terminals by itself.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Language of all texts.
    pub locale: Locale,
    /// Character set of the terminal.
    pub charset: Charset,
    /// Form of data on standard output.
    pub form: OutputForm,
    /// When to use colour.
    pub color: ColorChoice,
    /// Say nothing but errors.
    pub quiet: bool,
    /// Agree to every question.
    pub yes: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            locale: Locale::En,
            charset: Charset::Utf8,
            form: OutputForm::Table,
            color: ColorChoice::Auto,
            quiet: false,
            yes: false,
        }
    }
}

/// Columns of the terminal where it does not say.
const WIDTH_DEFAULT: usize = 100;

/// Lines longer than this are hard to read.
const WIDTH_MAX: usize = 120;

impl Console {
    /// The console of this process.
    pub fn of_process(manner: Manner) -> Console {
        let color = |terminal: bool| {
            manner
                .color
                .decide(terminal, &|name| std::env::var(name).ok())
        };
        Console {
            locale: manner.locale,
            charset: manner.charset,
            form: manner.form,
            color_out: color(io::stdout().is_terminal()),
            color_err: color(io::stderr().is_terminal()),
            quiet: manner.quiet,
            yes: manner.yes,
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            width: terminal_size::terminal_size()
                .map_or(WIDTH_DEFAULT, |(terminal_size::Width(columns), _)| {
                    usize::from(columns)
                })
                .clamp(40, WIDTH_MAX),
            out: RefCell::new(Box::new(io::stdout())),
            err: RefCell::new(Box::new(io::stderr())),
        }
    }

    /// A console that writes to `out` and `err`, without terminal and colour.
    pub fn into_writers(manner: Manner, out: Box<dyn Write>, err: Box<dyn Write>) -> Console {
        Console {
            locale: manner.locale,
            charset: manner.charset,
            form: manner.form,
            color_out: manner.color == ColorChoice::Always,
            color_err: manner.color == ColorChoice::Always,
            quiet: manner.quiet,
            yes: manner.yes,
            interactive: false,
            width: WIDTH_DEFAULT,
            out: RefCell::new(out),
            err: RefCell::new(err),
        }
    }

    /// The messages of the person's language.
    pub fn catalogue(&self) -> &'static Catalogue {
        catalogue(self.locale)
    }

    /// The person's language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Form of the data on standard output.
    pub fn form(&self) -> OutputForm {
        self.form
    }

    /// Columns that a line may have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether a question can be answered.
    pub fn interactive(&self) -> bool {
        self.interactive
    }

    /// A passphrase, typed without being shown; nothing where nobody can be asked.
    pub fn passphrase(&self, place: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        self.asker().passphrase(place)
    }

    /// What asks for passphrases where this console does not reach.
    pub fn asker(&self) -> Asker {
        Asker {
            locale: self.locale,
            interactive: self.interactive,
        }
    }

    /// Whether every question is agreed to beforehand.
    pub fn agreed(&self) -> bool {
        self.yes
    }

    /// Whether talk is wanted.
    pub fn talkative(&self) -> bool {
        !self.quiet
    }

    /// Colours of standard output.
    pub fn style(&self) -> Style {
        Style::new(self.color_out)
    }

    /// Colours of standard error.
    pub fn style_of_talk(&self) -> Style {
        Style::new(self.color_err)
    }

    /// Writes text for people to standard output, in the terminal's character set.
    ///
    /// # Errors
    /// The stream refuses, for instance because its reader has gone.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut out = self.out.borrow_mut();
        out.write_all(&encode(text, self.charset))?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Writes text that is UTF-8 whatever the terminal: JSON (RFC 8259, 8.1) and YAML.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn print_utf8(&self, text: &str) -> io::Result<()> {
        let mut out = self.out.borrow_mut();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Writes a part of a long text as it is.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn print_part(&self, text: &str) -> io::Result<()> {
        self.out.borrow_mut().write_all(text.as_bytes())
    }

    /// Says something on standard error, unless quiet. Talk that nobody reads is no failure.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Says something on standard error even if quiet.
    pub fn complain(&self, text: &str) {
        let mut err = self.err.borrow_mut();
        let mut bytes = encode(text, self.charset);
        bytes.push(b'\n');
        // Nothing can be reported when the stream for reports is gone.
        drop(err.write_all(&bytes));
        drop(err.flush());
    }

    /// Asks a question that is answered with yes or no. Without terminal the answer is that of `--yes`.
    pub fn confirm(&self, question: &str) -> bool {
        if self.yes {
            return true;
        }
        if !self.interactive {
            return false;
        }
        {
            let mut err = self.err.borrow_mut();
            let text = format!("{question} {} ", self.catalogue().talk_yes_no());
            drop(err.write_all(&encode(&text, self.charset)));
            drop(err.flush());
        }
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer).is_err() {
            return false;
        }
        matches!(
            answer.trim().to_lowercase().as_str(),
            "y" | "yes" | "是" | "好"
        )
    }

    /// Writes a list in the form that was asked for.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn list(&self, list: &List) -> io::Result<()> {
        match self.form {
            OutputForm::Table if list.is_empty() => {
                self.say(&self.catalogue().talk_nothing_to_show());
                Ok(())
            }
            OutputForm::Table => self.print(&list.table(self.style())),
            OutputForm::Csv => self.csv(&list.csv()),
            form => self.print_utf8(&form.encode(&list.machine())),
        }
    }

    /// Writes more rows of a list that has no end, as they come: lines of a table or of CSV, one JSON value or YAML document for each row.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn rows(&self, list: &List, first: bool) -> io::Result<()> {
        match self.form {
            OutputForm::Table => self.print(&list.lines(self.style(), first)),
            OutputForm::Csv => {
                let text = list.csv();
                let rows = text.split_once('\n').map_or("", |(_, rows)| rows);
                self.csv(if first { &text } else { rows })
            }
            form => {
                let rows = list.machine();
                for row in rows.as_array().into_iter().flatten() {
                    match form {
                        OutputForm::Yaml => {
                            self.print_utf8(&format!("---\n{}", form.encode(row)))?
                        }
                        _ => self.print_utf8(&row.to_string())?,
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes one thing in the form that was asked for.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn record(&self, record: &Record) -> io::Result<()> {
        match self.form {
            OutputForm::Table => self.print(&record.text(self.style(), self.width)),
            OutputForm::Csv => self.csv(&record.csv()),
            form => self.print_utf8(&form.encode(&record.machine())),
        }
    }

    /// Writes a document: as `human` text, or the value in a machine's form; as CSV its leaves, a path and a value each.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn document(
        &self,
        value: &serde_json::Value,
        human: impl FnOnce() -> String,
    ) -> io::Result<()> {
        match self.form {
            OutputForm::Table => self.print(&human()),
            OutputForm::Csv => self.csv(&form::leaves(value)),
            form => self.print_utf8(&form.encode(value)),
        }
    }

    fn csv(&self, text: &str) -> io::Result<()> {
        self.print(text.trim_end_matches('\n'))
    }
}
