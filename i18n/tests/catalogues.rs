//! Both catalogues say the same things, in the words that the standards fix, without foreign sentences or punctuation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use i18n::{Locale, catalogue, glossary};

/// Texts and variables of one message or attribute.
struct Text {
    file: String,
    /// Text outside of variables, a blank for each variable.
    plain: String,
    variables: BTreeSet<String>,
}

/// Every message and attribute (`id` or `id.attribute`) of one locale.
fn texts(locale: &str) -> BTreeMap<String, Text> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("locales")
        .join(locale);
    let mut found = BTreeMap::new();
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|file| file.expect("readable").path())
        .collect();
    files.sort();
    for path in files {
        let file = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let source = fs::read_to_string(&path).expect("readable");
        let resource = parser::parse(source.as_str())
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
        for entry in resource.body {
            if let Entry::Message(message) = entry {
                let mut add = |id: String, pattern: &Pattern<&str>| {
                    let mut text = Text {
                        file: file.clone(),
                        plain: String::new(),
                        variables: BTreeSet::new(),
                    };
                    read(pattern, &mut text);
                    assert!(
                        found.insert(id.clone(), text).is_none(),
                        "{file}: {id} stands twice"
                    );
                };
                if let Some(value) = &message.value {
                    add(message.id.name.to_owned(), value);
                }
                for attribute in &message.attributes {
                    add(
                        format!("{}.{}", message.id.name, attribute.id.name),
                        &attribute.value,
                    );
                }
            }
        }
    }
    found
}

fn read(pattern: &Pattern<&str>, text: &mut Text) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.plain.push_str(value),
            PatternElement::Placeable { expression } => {
                match expression {
                    Expression::Inline(inline) => read_inline(inline, text),
                    Expression::Select { selector, variants } => {
                        read_inline(selector, text);
                        for variant in variants {
                            read(&variant.value, text);
                        }
                    }
                }
                text.plain.push(' ');
            }
        }
    }
}

fn read_inline(inline: &InlineExpression<&str>, text: &mut Text) {
    match inline {
        InlineExpression::VariableReference { id } => {
            text.variables.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments
                .positional
                .iter()
                .for_each(|argument| read_inline(argument, text));
        }
        InlineExpression::StringLiteral { value } => text.plain.push_str(value),
        _ => {}
    }
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Text that names what is typed or looked up as it is: paths, options, identifiers of commands.
fn is_example(id: &str) -> bool {
    id.ends_with(".examples") || id.starts_with("deploy-help-usage")
}

#[test]
fn both_have_the_same_keys_attributes_and_variables() {
    let en = texts("en");
    let zh = texts("zh-CN");
    let only = |one: &BTreeMap<String, Text>, other: &BTreeMap<String, Text>| -> Vec<String> {
        one.iter()
            .filter(|(id, _)| !other.contains_key(*id))
            .map(|(id, text)| format!("{}: {id}", text.file))
            .collect()
    };
    assert_eq!(only(&en, &zh), Vec::<String>::new(), "in English only");
    assert_eq!(only(&zh, &en), Vec::<String>::new(), "in Chinese only");
    for (id, text) in &en {
        assert_eq!(text.variables, zh[id].variables, "{}: {id}", text.file);
        assert_eq!(text.file, zh[id].file, "{id} stands in different files");
    }
}

#[test]
fn english_has_no_han_character_but_in_examples_of_input() {
    for (id, text) in texts("en") {
        // `2025年3月` and a search in Chinese are what people type.
        let typed = ["2025年3月", "电力 全国", "广东", "北京", "吨"];
        let plain = typed
            .iter()
            .fold(text.plain.clone(), |plain, typed| plain.replace(typed, ""));
        assert!(
            !plain.chars().any(is_han),
            "{}: {id}: {}",
            text.file,
            text.plain
        );
    }
}

#[test]
fn chinese_has_no_english_sentence() {
    for (id, text) in texts("zh-CN") {
        let words = longest_english_run(&text.plain);
        assert!(
            words <= 3 || is_example(&id),
            "{}: {id}: {words} English words in a row: {}",
            text.file,
            text.plain
        );
    }
}

/// Most English words (letters only, at least two, no option, path, key or abbreviation) without Han or punctuation between.
fn longest_english_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for token in text.split_whitespace() {
        let word = token.len() >= 2 && token.bytes().all(|byte| byte.is_ascii_lowercase());
        run = if word { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[test]
fn chinese_punctuation_stands_next_to_han() {
    let ascii = [',', ';', ':', '!', '?', '(', ')', '"'];
    for (id, text) in texts("zh-CN") {
        if is_example(&id) {
            continue;
        }
        // How a row and an envelope are typed.
        let plain = text
            .plain
            .replace("导入标识:行号", "")
            .replace("envelope:标识", "");
        let characters: Vec<char> = plain.chars().collect();
        for (position, pair) in characters.windows(2).enumerate() {
            // A point before a Latin letter belongs to a file name.
            let full_stop = pair[1] == '.'
                && !characters
                    .get(position + 2)
                    .is_some_and(char::is_ascii_alphabetic);
            let wrong = (is_han(pair[0]) && (ascii.contains(&pair[1]) || full_stop))
                || (ascii.contains(&pair[0]) && is_han(pair[1]));
            assert!(
                !wrong,
                "{}: {id}: {}{} in: {}",
                text.file, pair[0], pair[1], text.plain
            );
        }
    }
}

#[test]
fn discouraged_terms_do_not_occur() {
    for locale in ["en", "zh-CN"] {
        for (id, text) in texts(locale) {
            // The digital envelope of GM/T 0010 is a term of its own.
            let plain = text.plain.to_lowercase().replace("数字信封", "");
            for (wrong, right) in glossary::DISCOURAGED {
                assert!(
                    !plain.contains(wrong),
                    "{locale}/{}: {id}: write {right} instead of {wrong}: {}",
                    text.file,
                    text.plain
                );
            }
        }
    }
}

#[test]
fn every_error_code_explains_itself_in_full_sentences() {
    for locale in Locale::ALL {
        let catalogue = catalogue(locale);
        let end: &[char] = match locale {
            Locale::En => &['.', '?', '!'],
            Locale::ZhCn => &['。', '？', '！'],
        };
        let codes = catalogue.codes();
        assert!(codes.len() > 60);
        for code in codes {
            let explanation = catalogue
                .explain(&code, &[])
                .unwrap_or_else(|| panic!("{locale}: {code} lacks cause or remedy"));
            for sentence in [&explanation.what, &explanation.cause, &explanation.remedy] {
                assert!(!sentence.contains("{$"), "{locale}: {code}: {sentence}");
                let whole = sentence.trim_end_matches(['”', '"', ')', '）', ' ']);
                assert!(
                    whole.ends_with(end) || whole.ends_with('…'),
                    "{locale}: {code}: {sentence}"
                );
            }
        }
    }
}

#[test]
fn fields_stand_in_the_sentence() {
    let fields = [("argument", "--x".to_owned())];
    let en = catalogue(Locale::En)
        .explain("HT-CLI-001", &fields)
        .expect("exists");
    assert_eq!(en.what, "--x is not an argument of this command.");
    let zh = catalogue(Locale::ZhCn)
        .explain("HT-CLI-001", &fields)
        .expect("exists");
    assert_eq!(zh.what, "该命令没有 --x 这个参数。");
    assert_eq!(catalogue(Locale::En).explain("HT-CLI-999", &[]), None);
}

#[test]
fn checked_functions_and_lookup_give_the_same_text() {
    for locale in Locale::ALL {
        let catalogue = catalogue(locale);
        assert_eq!(
            Some(catalogue.help_options()),
            catalogue.text("help-options", &[])
        );
    }
}
