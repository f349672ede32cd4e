//! A document with one long list that is written as it comes, byte for byte as if it had been written at once.

use std::io;

use serde_json::{Value, json};

use super::{Console, OutputForm};

/// Bytes that are gathered before they are written.
const GATHERED: usize = 64 * 1024;

/// A document in JSON or YAML under way.
pub struct LongDocument<'a> {
    console: &'a Console,
    text: String,
    items: u64,
}

impl Console {
    /// Begins a document: the fields before the list, and the list's name.
    pub fn long_document(&self, head: &Value, list: &str) -> LongDocument<'_> {
        let mut text = self.form().encode(head);
        if self.form() == OutputForm::Yaml {
            text.push_str(&format!("{list}:"));
        } else {
            text.truncate(text.trim_end_matches('}').trim_end().len());
            text.push_str(&format!(",\n  {}: [", Value::from(list)));
        }
        LongDocument {
            console: self,
            text,
            items: 0,
        }
    }
}

impl LongDocument<'_> {
    /// Writes an item of the list.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn item(&mut self, item: &Value) -> io::Result<()> {
        let form = self.console.form();
        if form == OutputForm::Yaml {
            if self.items == 0 {
                self.text.push('\n');
            }
            self.text.push_str(&form.encode(&json!([item])));
        } else {
            if self.items > 0 {
                self.text.push(',');
            }
            for line in form.encode(item).lines() {
                self.text.push_str("\n    ");
                self.text.push_str(line);
            }
        }
        self.items += 1;
        if self.text.len() >= GATHERED {
            self.console.print_part(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }

    /// Ends the list and writes the fields behind it.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn end(mut self, tail: &Value) -> io::Result<()> {
        let form = self.console.form();
        let tail = form.encode(tail);
        if form == OutputForm::Yaml {
            if self.items == 0 {
                self.text.push_str(" []\n");
            }
            self.text.push_str(&tail);
        } else {
            self.text
                .push_str(if self.items == 0 { "]," } else { "\n  ]," });
            self.text.push_str(tail.trim_start_matches('{'));
        }
        self.console.print_utf8(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::Write;
    use std::rc::Rc;

    use super::super::Manner;
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(form: OutputForm, write: impl FnOnce(&Console) -> io::Result<()>) -> String {
        let out = Shared::default();
        let manner = Manner {
            form,
            ..Manner::default()
        };
        let console = Console::into_writers(manner, Box::new(out.clone()), Box::new(io::sink()));
        write(&console).expect("written");
        String::from_utf8(out.0.take()).expect("UTF-8")
    }

    #[test]
    fn a_long_document_is_the_same_as_one_that_was_written_at_once() {
        let items: Vec<Value> = (0..2_000)
            .map(|number| json!({ "row": number, "text": "多行\n文字", "list": [1, { "a": null }], "none": [] }))
            .collect();
        for form in [OutputForm::Json, OutputForm::Yaml] {
            for count in [0, 1, 2, 2_000] {
                let items = &items[..count];
                let whole = json!({ "file": "a: b.csv", "import": "00", "rows": items, "bad_rows": [], "checks": 3 });
                let at_once = written(form, |console| console.document(&whole, String::new));
                let piecewise = written(form, |console| {
                    let head = json!({ "file": "a: b.csv", "import": "00" });
                    let mut document = console.long_document(&head, "rows");
                    for item in items {
                        document.item(item)?;
                    }
                    document.end(&json!({ "bad_rows": [], "checks": 3 }))
                });
                assert_eq!(at_once, piecewise, "{form:?} {count}");
            }
        }
    }
}
